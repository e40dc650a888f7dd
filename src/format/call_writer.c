/* Callbacks: what jsonlog_call_fn and jsonlog_value_fn write with, and what happens when they do
 * not keep to the order of writing. */
#include "format/keys.h"
#include "format/value_writer.h"
#include "json/escape.h"

static void give_up(jsonlog_writer *writer) {
    writer->frame->is_broken = true;
}

static bool is_at_top(const jsonlog_writer *writer) {
    return writer->depth == writer->frame->base;
}

/* @return true if nothing may be written: the callback failed, or is inside a container that was
 * too deep. */
static bool is_off(const jsonlog_writer *writer) {
    return writer->frame == NULL || writer->frame->is_broken || writer->frame->skipped > 0;
}

/* ---- keys of one object, told apart by what stands in the line ---- */

static size_t skip_string(jl_text text, size_t at) {
    for (at++; at < text.len && text.ptr[at] != '"'; at++) {
        if (text.ptr[at] == '\\')
            at++;
    }
    return at + 1;
}

/* @return where the next member begins, or the end; `at` is behind the key. */
static size_t skip_member_value(jl_text text, size_t at) {
    unsigned depth = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        if (c == ',' && depth == 0)
            return at;
        depth += c == '{' || c == '[' ? 1u : 0u;
        depth -= c == '}' || c == ']' ? 1u : 0u;
        at++;
    }
    return text.len;
}

/* @param members  the inside of an object as far as it is written. @param key  escaped, in quotes.
 */
static bool has_key(jl_text members, jl_text key) {
    size_t at = 0;
    while (at < members.len) {
        if (members.ptr[at] != '"') {
            at++;
            continue;
        }
        size_t end = skip_string(members, at);
        if (jl_text_equal((jl_text){members.ptr + at, end - at}, key))
            return true;
        at = skip_member_value(members, end);
    }
    return false;
}

/* The bit of a key says "perhaps"; only then the written members are looked through. */
static bool is_repeated(jsonlog_writer *writer, jl_call_level *level, jl_text key,
                        size_t key_start) {
    const jl_buffer *out = writer->out;
    uint64_t bit = UINT64_C(1) << (jl_key_of(key, writer->style->escapes).hash >> 26);
    bool is_possible = (level->seen & bit) != 0;
    level->seen |= bit;
    if (!is_possible || out->status != JSONLOG_OK)
        return false;
    jl_text members = {out->data + level->start, level->member_start - level->start};
    jl_text written = {out->data + key_start, 0};
    written.len = skip_string((jl_text){written.ptr, out->len - key_start}, 0);
    return has_key(members, written);
}

/* ---- redaction ---- */

/* Where the value stands that is written next: at the callback's own place or in the innermost of
 * the containers it has open. */
static jl_redact_place *place_here(const jsonlog_writer *writer) {
    return &writer->frame->places[writer->depth - writer->frame->base];
}

bool jl_writer_guard(jsonlog_writer *writer, jl_redactor *redactor, const jl_redact_place *place) {
    jl_call_frame *frame = writer->frame;
    frame->places =
        jl_scratch_take_array(redactor->scratch, JL_DEPTH_MAX + 2, sizeof *frame->places);
    if (frame->places == NULL)
        return false;
    frame->places[0] = *place;
    frame->redactor = redactor;
    return true;
}

static void enter_element(jsonlog_writer *writer, size_t index) {
    const jl_call_frame *frame = writer->frame;
    if (frame->redactor == NULL)
        return;
    jl_redact_place *place = place_here(writer);
    frame->redactor->set->of_class->element(frame->redactor, place - 1, index, place);
}

/* @return the key as it is to be written. */
static jl_text enter_member(jsonlog_writer *writer, jl_text key) {
    const jl_call_frame *frame = writer->frame;
    if (frame->redactor == NULL)
        return key;
    jl_redact_place *place = place_here(writer);
    frame->redactor->set->of_class->member(frame->redactor, place - 1, key, place);
    return frame->redactor->set->of_class->key(frame->redactor, key);
}

/* What is left of an item that is taken out again is nothing. */
static void take_back_item(jsonlog_writer *writer) {
    jl_call_level *level = &writer->levels[writer->depth];
    if (is_at_top(writer)) {
        jl_buffer_append_text(writer->out, JL_TEXT("null"));
        return;
    }
    if (writer->out->status == JSONLOG_OK)
        jl_buffer_rewind(writer->out, level->member_start);
    level->has_items = level->had_items;
}

/* @return false if the value is left out. */
static bool is_visible(jsonlog_writer *writer, jsonlog_value *value) {
    jl_redactor *redactor = writer->frame->redactor;
    return redactor == NULL || redactor->set->of_class->value(redactor, place_here(writer), value);
}

/* ---- the order of writing ---- */

/* @return true if a value may stand here; what belongs in front of it is written. */
static bool begin_value(jsonlog_writer *writer) {
    if (is_off(writer))
        return false;
    if (is_at_top(writer)) {
        if (writer->frame->has_value)
            give_up(writer);
        writer->frame->has_value = true;
        return !writer->frame->is_broken;
    }
    jl_call_level *level = &writer->levels[writer->depth];
    if (level->is_object) {
        if (!level->has_key)
            give_up(writer);
        level->has_key = false;
        return !writer->frame->is_broken;
    }
    level->member_start = writer->out->len;
    level->had_items = level->has_items;
    jl_write_separator(writer, !level->has_items);
    level->has_items = true;
    enter_element(writer, level->count++);
    return true;
}

/* A pair whose value turned out to be empty goes again where empty ones are left out. */
static void end_value(jsonlog_writer *writer, size_t value_start) {
    if (is_at_top(writer) || !writer->style->omits_empty || writer->out->status != JSONLOG_OK)
        return;
    jl_call_level *level = &writer->levels[writer->depth];
    if (!level->is_object || !jl_is_empty_text(writer->out, value_start))
        return;
    jl_buffer_rewind(writer->out, level->member_start);
    level->has_items = level->had_items;
}

/* Whether a rule hides the whole container; what stands in its place is written. */
static bool is_hidden_container(jsonlog_writer *writer) {
    if (writer->frame->redactor == NULL || place_here(writer)->rule == 0)
        return false;
    jsonlog_value hidden = jsonlog_from_keys("", 0, NULL);
    if (is_visible(writer, &hidden))
        jl_write_value(writer, JL_TEXT(""), &hidden);
    else
        take_back_item(writer);
    writer->frame->skipped = 1;
    return true;
}

static void begin_container(jsonlog_writer *writer, char bracket) {
    if (writer->frame != NULL && writer->frame->skipped > 0)
        writer->frame->skipped++;
    if (!begin_value(writer) || is_hidden_container(writer))
        return;
    size_t start = writer->out->len;
    if (!jl_write_open(writer, bracket)) {
        writer->frame->skipped = 1;
        return;
    }
    writer->levels[writer->depth] = (jl_call_level){
        .start = writer->out->len,
        .value_start = start,
        .is_object = bracket == '{',
    };
}

static void end_container(jsonlog_writer *writer, char bracket) {
    if (writer->frame != NULL && writer->frame->skipped > 0) {
        writer->frame->skipped--;
        return;
    }
    if (is_off(writer))
        return;
    jl_call_level *level = &writer->levels[writer->depth];
    if (is_at_top(writer) || level->is_object != (bracket == '}') || level->has_key) {
        give_up(writer);
        return;
    }
    jl_write_close(writer, bracket, level->has_items);
    end_value(writer, level->value_start);
}

/* ---- running a callback ---- */

/* What a callback wrote is undone back to here. */
typedef struct call_mark {
    jl_call_frame frame;
    jl_call_frame *outer;
    size_t start;
    uint64_t replaced;
    bool is_cut;
} call_mark;

static void begin_call(jsonlog_writer *writer, call_mark *mark) {
    *mark = (call_mark){
        .frame = {.base = writer->depth},
        .outer = writer->frame,
        .start = writer->out->len,
        .replaced = writer->replaced,
        .is_cut = writer->is_cut,
    };
    writer->frame = &mark->frame;
    writer->calls++;
}

/* @return true if exactly one value was written. */
static bool end_call(jsonlog_writer *writer, const call_mark *mark) {
    const jl_call_frame *frame = &mark->frame;
    writer->frame = mark->outer;
    writer->calls--;
    return frame->has_value && !frame->is_broken && frame->skipped == 0 &&
           writer->depth == frame->base;
}

static void undo_call(jsonlog_writer *writer, const call_mark *mark) {
    jl_buffer_rewind(writer->out, mark->start);
    writer->depth = mark->frame.base;
    writer->replaced = mark->replaced;
    writer->is_cut = mark->is_cut;
}

static void write_failed(jsonlog_writer *writer) {
    writer->replaced++;
    jl_buffer_append_text(writer->out, JL_TEXT(JL_MARK_FAILED));
}

void jl_write_call(jsonlog_writer *writer, const jsonlog_value *value) {
    if (writer->calls >= JL_CALL_DEPTH_MAX) {
        jl_buffer_append_text(writer->out, JL_TEXT(JL_MARK_TOO_DEEP));
        return;
    }
    call_mark mark;
    begin_call(writer, &mark);
    bool is_done = value->as.call(writer, value->with.context);
    if (end_call(writer, &mark) && is_done)
        return;
    undo_call(writer, &mark);
    write_failed(writer);
}

/* Without memory to hide anything nothing is written, which counts as a failure. */
static bool run_value_fn(jsonlog_writer *writer, jl_text key, const jsonlog_value *value) {
    const jl_json_style *style = writer->style;
    jl_redactor *redactor = writer->redactor;
    if (redactor == NULL)
        return style->value_fn(writer, key.ptr, key.len, value, style->value_context);
    const jl_redact_place nowhere = {.rule = 0};
    const jl_scratch_mark mark = jl_scratch_mark_now(redactor->scratch);
    const bool is_done = !jl_writer_guard(writer, redactor, &nowhere) ||
                         style->value_fn(writer, key.ptr, key.len, value, style->value_context);
    jl_scratch_return_to(redactor->scratch, mark);
    return is_done;
}

bool jl_write_replaced(jsonlog_writer *writer, jl_text key, const jsonlog_value *value) {
    if (writer->is_replacing)
        return false;
    call_mark mark;
    begin_call(writer, &mark);
    writer->is_replacing = true;
    bool is_done = run_value_fn(writer, key, value);
    writer->is_replacing = false;
    bool is_whole = end_call(writer, &mark);
    if (is_done && is_whole)
        return true;
    undo_call(writer, &mark);
    if (is_done)
        write_failed(writer);
    return is_done;
}

/* ---- public ---- */

jsonlog_value jsonlog_call(jsonlog_call_fn fn, void *context) {
    jsonlog_value value = jsonlog_value_make(fn == NULL ? JSONLOG_TYPE_NULL : JSONLOG_TYPE_CALL, 0);
    value.as.call = fn;
    value.with.context = context;
    return value;
}

void jsonlog_write_value(jsonlog_writer *writer, jsonlog_value value) {
    if (!begin_value(writer))
        return;
    size_t start = writer->out->len;
    if (!is_visible(writer, &value)) {
        take_back_item(writer);
        return;
    }
    jl_write_value(writer, JL_TEXT(""), &value);
    end_value(writer, start);
}

void jsonlog_write_begin_object(jsonlog_writer *writer) {
    begin_container(writer, '{');
}

void jsonlog_write_key(jsonlog_writer *writer, const char *key, size_t len) {
    if (is_off(writer))
        return;
    jl_call_level *level = &writer->levels[writer->depth];
    if (is_at_top(writer) || !level->is_object || level->has_key) {
        give_up(writer);
        return;
    }
    jsonlog_field field = {.key = key, .key_len = len};
    jl_text text = enter_member(writer, jl_field_key(&field));
    level->member_start = writer->out->len;
    level->had_items = level->has_items;
    jl_write_separator(writer, !level->has_items);
    size_t key_start = writer->out->len;
    jl_write_member_key(writer, text, false, 0);
    if (is_repeated(writer, level, text, key_start))
        give_up(writer);
    level->has_items = true;
    level->has_key = true;
}

void jsonlog_write_end_object(jsonlog_writer *writer) {
    end_container(writer, '}');
}

void jsonlog_write_begin_array(jsonlog_writer *writer) {
    begin_container(writer, '[');
}

void jsonlog_write_end_array(jsonlog_writer *writer) {
    end_container(writer, ']');
}
