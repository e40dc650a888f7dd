/* Values, at any depth. What holds nothing to be hidden is not copied. */
#include "format/members.h"
#include "format/value_writer.h"
#include "json/number.h"
#include "redact/redaction_set.h"

#include <cjson/cJSON.h>

/* Doubles from here on are no longer every integer, and no card number is as long. */
#define WHOLE_MOST 9.2e18

static jsonlog_value string_of(jl_text text) {
    jsonlog_value value = jsonlog_string(text.ptr, text.len);
    value.flags = JL_VALUE_REDACTED;
    return value;
}

/* ---- scalars ---- */

/* The digits of a number that is one. @return 0 for other values. */
static size_t put_digits(const jsonlog_value *value, char out[JL_NUMBER_MAX]) {
    switch (value->type) {
    case JSONLOG_TYPE_INT64: return jl_write_int64(out, value->as.i64);
    case JSONLOG_TYPE_UINT64: return jl_write_uint64(out, value->as.u64);
    case JSONLOG_TYPE_DOUBLE: break;
    default: return 0;
    }
    const double number = value->as.f64;
    const bool is_whole =
        number > -WHOLE_MOST && number < WHOLE_MOST && (double)(int64_t)number == number;
    return is_whole ? jl_write_int64(out, (int64_t)number) : 0;
}

jl_redacted jl_redact_hide(jl_redactor *redactor, uint32_t rule, jsonlog_value *value) {
    char digits[JL_NUMBER_MAX];
    jl_text secret = {NULL, 0};
    if (value->type == JSONLOG_TYPE_STRING)
        secret = (jl_text){value->as.string, value->with.len};
    else if (value->type <= JSONLOG_TYPE_DOUBLE)
        secret = (jl_text){digits, put_digits(value, digits)};
    if (secret.len == 0)
        secret.ptr = NULL;
    const jl_redacted done = jl_redact_whole(redactor, rule, &secret);
    if (done == JL_REDACT_CHANGED)
        *value = string_of(secret);
    return done;
}

uint32_t jl_redact_number(const jl_redaction_set *set, jl_text digits) {
    if (digits.len > 0 && digits.ptr[0] == '-')
        digits = (jl_text){digits.ptr + 1, digits.len - 1};
    if (!set->has_finders && !(set->hides_cards && jl_is_card(digits)))
        return 0;
    return jl_redact_search_in(set, digits);
}

/* Most integers are too short for a card number. */
static bool is_small(const jsonlog_value *value) {
    const int64_t least = INT64_C(1000000000000);
    return value->type == JSONLOG_TYPE_INT64 && value->as.i64 < least && value->as.i64 > -least;
}

static jl_redacted redact_number(jl_redactor *redactor, jsonlog_value *value) {
    const jl_redaction_set *set = jl_set_of(redactor);
    char digits[JL_NUMBER_MAX];
    if (!set->has_finders && (!set->hides_cards || is_small(value)))
        return JL_REDACT_KEPT;
    const jl_text text = {digits, put_digits(value, digits)};
    const uint32_t rule = text.len == 0 ? 0 : jl_redact_number(set, text);
    return rule == 0 ? JL_REDACT_KEPT : jl_redact_hide(redactor, rule, value);
}

static jl_redacted redact_string(jl_redactor *redactor, jsonlog_value *value) {
    jl_text text = {value->as.string, value->with.len};
    const bool is_cut = (value->flags & JSONLOG_VALUE_CUT) != 0;
    const jl_redacted done = jl_redact_text(redactor, &text, is_cut);
    if (done == JL_REDACT_CHANGED)
        *value = string_of(text);
    return done;
}

/* Encoded bytes cannot be hidden in part. */
static jl_redacted redact_bytes(jl_redactor *redactor, jsonlog_value *value) {
    const jl_text bytes = {value->as.pointer, value->with.len};
    const uint32_t rule = jl_redact_search_in(jl_set_of(redactor), bytes);
    return rule == 0 ? JL_REDACT_KEPT : jl_redact_hide(redactor, rule, value);
}

/* ---- objects ---- */

/* The copy of an object that something has changed in. */
typedef struct object_copy {
    jsonlog_field *fields; /* NULL: nothing has changed yet */
    size_t count;
} object_copy;

static size_t count_members(const jsonlog_value *object) {
    jl_members members;
    jl_member member;
    size_t count = 0;
    jl_members_begin(&members, object);
    while (jl_members_next(&members, &member))
        count++;
    return count;
}

static void add_member(object_copy *copy, jl_text key, const jsonlog_value *value) {
    copy->fields[copy->count++] = (jsonlog_field){key.ptr == NULL ? "" : key.ptr, key.len, *value};
}

/* @param until  how many members stayed as they are. @return false without memory. */
static bool begin_object_copy(jl_redactor *redactor, object_copy *copy, const jsonlog_value *object,
                              size_t until) {
    jl_members members;
    jl_member member;
    copy->fields =
        jl_scratch_take_array(redactor->scratch, count_members(object), sizeof *copy->fields);
    if (copy->fields == NULL)
        return false;
    jl_members_begin(&members, object);
    for (size_t i = 0; i < until && jl_members_next(&members, &member); i++)
        add_member(copy, member.key, member.value);
    return true;
}

static jl_redacted redact_member(jl_redactor *redactor, const jl_redact_place *place,
                                 unsigned depth, jl_text *key, jsonlog_value *value) {
    jl_redact_place inner;
    jl_redact_member(redactor, place, *key, &inner);
    const jl_text visible = jl_redact_key_text(redactor, *key);
    const bool is_same_key = visible.ptr == key->ptr;
    *key = visible;
    const jl_redacted done = jl_redact_value(redactor, &inner, depth + 1, value);
    return done == JL_REDACT_KEPT && !is_same_key ? JL_REDACT_CHANGED : done;
}

static jl_redacted redact_object(jl_redactor *redactor, const jl_redact_place *place,
                                 unsigned depth, jsonlog_value *object) {
    object_copy copy = {.fields = NULL};
    jl_members members;
    jl_member member;
    jl_members_begin(&members, object);
    for (size_t i = 0; jl_members_next(&members, &member); i++) {
        jsonlog_value value = *member.value;
        const jl_redacted done = redact_member(redactor, place, depth, &member.key, &value);
        const bool begins = done != JL_REDACT_KEPT && copy.fields == NULL;
        if (begins && !begin_object_copy(redactor, &copy, object, i)) {
            *object = string_of(jl_set_of(redactor)->censor);
            return JL_REDACT_CHANGED;
        }
        if (copy.fields != NULL && done != JL_REDACT_REMOVED)
            add_member(&copy, member.key, &value);
    }
    if (copy.fields == NULL)
        return JL_REDACT_KEPT;
    *object = jsonlog_fields(copy.fields, copy.count);
    return JL_REDACT_CHANGED;
}

/* It becomes an object of its parts only if one of them is to be hidden. */
static jl_redacted redact_errno(jl_redactor *redactor, const jl_redact_place *place, unsigned depth,
                                jsonlog_value *value) {
    const int error = (int)value->as.i64;
    const jsonlog_field parts[] = {
        jsonlog_field_make("code", jsonlog_from_int64(value->as.i64)),
        jsonlog_field_make("name", jsonlog_from_string(jl_errno_name(error))),
        jsonlog_field_make("text", jsonlog_from_string(jl_errno_sentence(error))),
    };
    jsonlog_value object = jsonlog_fields(parts, 3);
    const jl_redacted done = redact_object(redactor, place, depth, &object);
    if (done == JL_REDACT_CHANGED)
        *value = object;
    return done;
}

/* ---- arrays ---- */

/* Walks arrays of every type. */
typedef struct elements {
    const jsonlog_value *array;
    size_t index;
    const cJSON *item; /* of a cJSON array */
} elements;

static elements elements_of(const jsonlog_value *array) {
    elements all = {.array = array};
    if (array->type == JSONLOG_TYPE_CJSON)
        all.item = ((const cJSON *)array->as.pointer)->child;
    return all;
}

static bool next_element(elements *all, jsonlog_value *value) {
    if (all->array->type == JSONLOG_TYPE_CJSON) {
        if (all->item == NULL)
            return false;
        *value = jsonlog_cjson(all->item);
        all->item = all->item->next;
        all->index++;
        return true;
    }
    if (all->index == all->array->with.len)
        return false;
    *value = jl_array_element(all->array, all->index++);
    return true;
}

static size_t count_elements(const jsonlog_value *array) {
    if (array->type != JSONLOG_TYPE_CJSON)
        return array->with.len;
    return (size_t)cJSON_GetArraySize(array->as.pointer);
}

static jsonlog_value *begin_array_copy(jl_redactor *redactor, const jsonlog_value *array,
                                       size_t until) {
    jsonlog_value *values =
        jl_scratch_take_array(redactor->scratch, count_elements(array), sizeof *values);
    elements all = elements_of(array);
    for (size_t i = 0; values != NULL && i < until; i++)
        next_element(&all, &values[i]);
    return values;
}

/* The copy of an array that something has changed in. */
typedef struct array_copy {
    jsonlog_value *values; /* NULL: nothing has changed yet */
    size_t count;
} array_copy;

/* @return false without memory. */
static bool add_element(jl_redactor *redactor, array_copy *copy, const jsonlog_value *array,
                        size_t index, jl_redacted done, const jsonlog_value *value) {
    if (done != JL_REDACT_KEPT && copy->values == NULL) {
        copy->values = begin_array_copy(redactor, array, index);
        copy->count = index;
        if (copy->values == NULL)
            return false;
    }
    if (copy->values != NULL && done != JL_REDACT_REMOVED)
        copy->values[copy->count++] = *value;
    return true;
}

static jl_redacted redact_array(jl_redactor *redactor, const jl_redact_place *place, unsigned depth,
                                jsonlog_value *array) {
    array_copy copy = {.values = NULL};
    elements all = elements_of(array);
    jsonlog_value value;
    for (size_t i = 0; next_element(&all, &value); i++) {
        jl_redact_place inner;
        jl_redact_element(redactor, place, i, &inner);
        const jl_redacted done = jl_redact_value(redactor, &inner, depth + 1, &value);
        if (add_element(redactor, &copy, array, i, done, &value))
            continue;
        *array = string_of(jl_set_of(redactor)->censor);
        return JL_REDACT_CHANGED;
    }
    if (copy.values == NULL)
        return JL_REDACT_KEPT;
    const bool is_chain = array->type == JSONLOG_TYPE_CAUSES;
    *array = jsonlog_values(copy.values, copy.count);
    array->type = is_chain ? JSONLOG_TYPE_CAUSES : JSONLOG_TYPE_ARRAY;
    return JL_REDACT_CHANGED;
}

/* Elements of these types hold nothing that a pattern finds, except numbers. */
static jl_redacted redact_numbers(jl_redactor *redactor, const jl_redact_place *place,
                                  unsigned depth, jsonlog_value *array) {
    const jl_redaction_set *set = jl_set_of(redactor);
    const bool is_wide = array->type != JSONLOG_TYPE_INTS && array->type != JSONLOG_TYPE_BOOLS;
    const bool is_searched = set->has_finders || (set->hides_cards && is_wide);
    if (!is_searched && !jl_redact_has_steps(place))
        return JL_REDACT_KEPT;
    return redact_array(redactor, place, depth, array);
}

/* ---- cJSON ---- */

static jl_redacted redact_cjson(jl_redactor *redactor, const jl_redact_place *place, unsigned depth,
                                jsonlog_value *value) {
    const cJSON *item = value->as.pointer;
    jsonlog_value same = jsonlog_null();
    if (cJSON_IsObject(item))
        return redact_object(redactor, place, depth, value);
    if (cJSON_IsArray(item))
        return redact_array(redactor, place, depth, value);
    if (cJSON_IsString(item) && item->valuestring != NULL)
        same = jsonlog_from_string(item->valuestring);
    else if (cJSON_IsRaw(item) && item->valuestring != NULL)
        same = jsonlog_raw(item->valuestring, strlen(item->valuestring));
    else if (cJSON_IsNumber(item))
        same = jsonlog_from_double(item->valuedouble);
    const jl_redacted done = jl_redact_value(redactor, place, depth, &same);
    if (done == JL_REDACT_CHANGED)
        *value = same;
    return done;
}

/* ---- any value ---- */

static jl_redacted redact_by_type(jl_redactor *redactor, const jl_redact_place *place,
                                  unsigned depth, jsonlog_value *value) {
    switch (value->type) {
    case JSONLOG_TYPE_STRING: return redact_string(redactor, value);
    case JSONLOG_TYPE_INT64:
    case JSONLOG_TYPE_UINT64:
    case JSONLOG_TYPE_DOUBLE: return redact_number(redactor, value);
    case JSONLOG_TYPE_BYTES: return redact_bytes(redactor, value);
    case JSONLOG_TYPE_OBJECT:
    case JSONLOG_TYPE_FIELDS: return redact_object(redactor, place, depth, value);
    case JSONLOG_TYPE_ARRAY:
    case JSONLOG_TYPE_CAUSES:
    case JSONLOG_TYPE_STRINGS: return redact_array(redactor, place, depth, value);
    case JSONLOG_TYPE_INTS:
    case JSONLOG_TYPE_INT64S:
    case JSONLOG_TYPE_UINT64S:
    case JSONLOG_TYPE_DOUBLES:
    case JSONLOG_TYPE_BOOLS: return redact_numbers(redactor, place, depth, value);
    case JSONLOG_TYPE_ERRNO: return redact_errno(redactor, place, depth, value);
    case JSONLOG_TYPE_RAW: return jl_redact_json(redactor, place, value);
    case JSONLOG_TYPE_CJSON: return redact_cjson(redactor, place, depth, value);
    case JSONLOG_TYPE_CALL: return jl_redact_call(redactor, place, value);
    default: return JL_REDACT_KEPT;
    }
}

jl_redacted jl_redact_value(jl_redactor *redactor, const jl_redact_place *place, unsigned depth,
                            jsonlog_value *value) {
    if ((value->flags & (JSONLOG_VALUE_SECRET | JL_VALUE_REDACTED)) != 0)
        return JL_REDACT_KEPT;
    if (place->rule != 0)
        return jl_redact_hide(redactor, place->rule, value);
    if (depth <= JL_DEPTH_MAX)
        return redact_by_type(redactor, place, depth, value);
    *value = string_of(JL_TEXT("__too_deep__"));
    return JL_REDACT_CHANGED;
}
