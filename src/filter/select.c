#include "filter/select.h"

#include "base/alloc.h"

#include <stdlib.h>

/* The value that starts where the scanner is; steps over it. */
static jl_selected read_selected(jl_scanner *scanner) {
    jl_selected selected = {.raw = {scanner->at, 0}};
    if (jl_scan_is_container(scanner)) {
        selected.value.kind = *scanner->at == '{' ? JL_JSON_OBJECT : JL_JSON_ARRAY;
        jl_scan_skip(scanner);
    } else {
        jl_scan_scalar(scanner, &selected.value);
    }
    selected.raw.len = (size_t)(scanner->at - selected.raw.ptr);
    return selected;
}

static jl_scanner enter(const jl_selected *container) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, container->raw);
    jl_scan_open(&scanner);
    return scanner;
}

/* Of a key that is written twice the last value counts. */
static bool find_member(const jl_selected *object, jl_text name, jl_selected *out) {
    const jl_literal literal = jl_literal_of(name);
    jl_scanner scanner = enter(object);
    jl_json_string key;
    bool is_found = false;
    for (bool is_first = true; jl_scan_member(&scanner, is_first, &key) == JL_SCAN_MORE;
         is_first = false) {
        const jl_selected member = read_selected(&scanner);
        if (jl_json_string_equals(key, &literal)) {
            *out = member;
            is_found = true;
        }
    }
    return is_found;
}

static bool find_element(const jl_selected *array, uint64_t index, jl_selected *out) {
    jl_scanner scanner = enter(array);
    for (uint64_t i = 0; jl_scan_element(&scanner, i == 0) == JL_SCAN_MORE; i++) {
        *out = read_selected(&scanner);
        if (i == index)
            return true;
    }
    return false;
}

static bool follow(const jl_step *step, const jl_selected *from, jl_selected *out) {
    if (step->kind == JL_STEP_NAME)
        return from->value.kind == JL_JSON_OBJECT && find_member(from, step->name, out);
    return from->value.kind == JL_JSON_ARRAY && find_element(from, step->index, out);
}

/* --- wildcards ------------------------------------------------------------------------------- */

static bool add(jl_selection *selection, const jl_selected *selected) {
    if (selection->count == selection->capacity) {
        const size_t capacity = selection->capacity == 0 ? 16 : 2 * selection->capacity;
        jl_selected *more = jl_realloc(selection->values, capacity * sizeof *more);
        if (more == NULL)
            return false;
        selection->values = more;
        selection->capacity = capacity;
    }
    selection->values[selection->count++] = *selected;
    return true;
}

static bool add_elements(jl_selection *selection, const jl_selected *array) {
    jl_scanner scanner = enter(array);
    for (bool is_first = true; jl_scan_element(&scanner, is_first) == JL_SCAN_MORE;
         is_first = false) {
        const jl_selected element = read_selected(&scanner);
        if (!add(selection, &element))
            return false;
    }
    return true;
}

typedef struct member {
    jl_selected selected;
    jl_json_string key;
    uint32_t hash;
} member;

static size_t count_members(const jl_selected *object) {
    jl_scanner scanner = enter(object);
    jl_json_string key;
    size_t count = 0;
    while (jl_scan_member(&scanner, count == 0, &key) == JL_SCAN_MORE) {
        read_selected(&scanner);
        count++;
    }
    return count;
}

static void read_members(const jl_selected *object, member *members) {
    jl_scanner scanner = enter(object);
    jl_json_string key;
    for (size_t i = 0; jl_scan_member(&scanner, i == 0, &key) == JL_SCAN_MORE; i++)
        members[i] = (member){read_selected(&scanner), key, jl_json_string_hash(key, 0)};
}

static int order_by_place(const void *left, const void *right) {
    const member *a = left;
    const member *b = right;
    return (a->key.ptr > b->key.ptr) - (a->key.ptr < b->key.ptr);
}

static int order_by_key(const void *left, const void *right) {
    const member *a = left;
    const member *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return order_by_place(left, right);
}

/* Members with one hash stand together, in the order of the line. */
static bool is_repeated_later(const member *members, size_t count, size_t i) {
    for (size_t j = i + 1; j < count && members[j].hash == members[i].hash; j++) {
        if (jl_json_string_same(members[i].key, members[j].key))
            return true;
    }
    return false;
}

static size_t drop_repeated(member *members, size_t count) {
    qsort(members, count, sizeof *members, order_by_key);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_repeated_later(members, count, i))
            members[kept++] = members[i];
    }
    qsort(members, kept, sizeof *members, order_by_place);
    return kept;
}

static bool add_members(jl_selection *selection, const jl_selected *object) {
    size_t count = count_members(object);
    if (count == 0)
        return true;
    member *members = jl_calloc(count, sizeof *members);
    if (members == NULL)
        return false;
    read_members(object, members);
    count = drop_repeated(members, count);
    bool is_added = true;
    for (size_t i = 0; i < count && is_added; i++)
        is_added = add(selection, &members[i].selected);
    jl_free(members);
    return is_added;
}

static bool add_items(jl_selection *selection, const jl_selected *container) {
    switch (container->value.kind) {
    case JL_JSON_OBJECT: return add_members(selection, container);
    case JL_JSON_ARRAY: return add_elements(selection, container);
    default: return true;
    }
}

/* Behind the wildcard: replace each value by what the rest of the steps finds in it. */
static void follow_all(jl_selection *selection, const jl_step *steps, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        jl_selected at = selection->values[i];
        size_t step = 0;
        while (step < count && follow(&steps[step], &at, &at))
            step++;
        if (step == count)
            selection->values[kept++] = at;
    }
    selection->count = kept;
}

jsonlog_status jl_select(const jl_condition *condition, jl_text line, jl_selection *out) {
    *out = (jl_selection){.values = NULL};
    jl_scanner scanner;
    jl_scan_begin(&scanner, line);
    jl_selected at = read_selected(&scanner);
    size_t step = 0;
    while (step < condition->step_count && condition->steps[step].kind != JL_STEP_ANY) {
        jl_selected next;
        out->lost_step = step;
        out->lost_in = at.value.kind;
        if (!follow(&condition->steps[step], &at, &next))
            return JSONLOG_OK;
        at = next;
        step++;
    }
    out->has_parent = true;
    if (step == condition->step_count)
        return add(out, &at) ? JSONLOG_OK : JSONLOG_E_NOMEM;
    if (!add_items(out, &at))
        return JSONLOG_E_NOMEM;
    follow_all(out, condition->steps + step + 1, condition->step_count - step - 1);
    return JSONLOG_OK;
}

bool jl_select_one(const jl_step *steps, size_t count, jl_text line, jl_selected *out) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, line);
    jl_selected at = read_selected(&scanner);
    for (size_t i = 0; i < count; i++) {
        jl_selected next;
        if (!follow(&steps[i], &at, &next))
            return false;
        at = next;
    }
    *out = at;
    return true;
}

void jl_selection_done(jl_selection *selection) {
    jl_free(selection->values);
    *selection = (jl_selection){.values = NULL};
}

static bool has_null_element(const jl_selected *array) {
    jl_scanner scanner = enter(array);
    for (bool is_first = true; jl_scan_element(&scanner, is_first) == JL_SCAN_MORE;
         is_first = false) {
        if (read_selected(&scanner).value.kind == JL_JSON_NULL)
            return true;
    }
    return false;
}

bool jl_selected_hit(const jl_condition *condition, const jl_selected *selected) {
    if (jl_condition_hit(condition, &selected->value))
        return true;
    return condition->operation == JL_OP_IS_NULL && !condition->is_wild &&
           selected->value.kind == JL_JSON_ARRAY && has_null_element(selected);
}

bool jl_selection_verdict(const jl_condition *condition, const jl_selection *selection) {
    bool is_hit = false;
    for (size_t i = 0; i < selection->count && !is_hit; i++)
        is_hit = jl_selected_hit(condition, &selection->values[i]);
    return jl_condition_verdict(condition, is_hit, selection->has_parent);
}
