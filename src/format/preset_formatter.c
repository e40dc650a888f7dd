/* The formatter around a JSON formatter that changes a record's shape in front of it. */
#include "base/alloc.h"
#include "format/preset_shape.h"

static const jsonlog_value no_message = {.type = JSONLOG_TYPE_STRING, .as = {.string = ""}};

static uint32_t dropped_before(const jsonlog_record *record) {
    return record->is_merged ? record->dropped : record->call_dropped;
}

/* The fields of the copy are all there are; where they came from no longer matters. */
static void set_fields(jsonlog_record *copy, const jl_shape *shape, uint32_t dropped) {
    copy->call = shape->fields;
    copy->call_count = shape->count;
    copy->values = NULL;
    copy->call_dropped = dropped;
    copy->call_is_unique = false;
    copy->is_flat = true;
    copy->scope = NULL;
    copy->bound = NULL;
    copy->statics = NULL;
    copy->merged = NULL;
    copy->is_merged = false;
    copy->edits = NULL;
    copy->edit_count = 0;
}

static jsonlog_status format_shaped(const jl_preset_formatter *formatter,
                                    const jsonlog_record *record, jl_buffer *out) {
    jl_shape shape;
    jl_shape_fill(&shape, formatter, record);
    jsonlog_record copy = *record;
    set_fields(&copy, &shape, dropped_before(record) + shape.dropped);
    if (formatter->of_class->needs_message &&
        !jl_attribute_is_present(JL_ATTRIBUTE_MESSAGE, record))
        copy.message = &no_message;
    if (formatter->of_class->all_are_members)
        copy.suppressed = 0; /* a member already */
    const jsonlog_formatter *json = &formatter->json->base;
    const jsonlog_status status = json->format(json, &copy, out);
    jl_record_writable(record)->emf_loss = copy.emf_loss;
    return status;
}

/* The caller's processor edits a copy, as in the JSON formatter. */
__attribute__((noinline)) static jsonlog_status format_processed(
    const jl_preset_formatter *formatter, const jsonlog_record *record, jl_buffer *out) {
    jl_field merged[JL_RECORD_FIELDS_MAX];
    struct jl_record_edit edits[JL_RECORD_EDITS_MAX];
    jsonlog_record copy = *record;
    if (record->edit_count > 0)
        memcpy(edits, record->edits, record->edit_count * sizeof edits[0]);
    copy.edits = edits;
    copy.merged = merged;
    copy.merged_count = 0;
    copy.is_merged = false;
    formatter->process(&copy, formatter->process_context);
    const jsonlog_status status = format_shaped(formatter, &copy, out);
    jl_record_writable(record)->emf_loss = copy.emf_loss;
    return status;
}

static jsonlog_status format_preset(const jsonlog_formatter *self, const jsonlog_record *record,
                                    jl_buffer *out) {
    const jl_preset_formatter *formatter = (const jl_preset_formatter *)(const void *)self;
    return formatter->process == NULL ? format_shaped(formatter, record, out)
                                      : format_processed(formatter, record, out);
}

static void free_preset(jsonlog_formatter *self) {
    jl_preset_formatter *formatter = (jl_preset_formatter *)(void *)self;
    jsonlog_formatter_release(&formatter->json->base);
    jl_free(formatter);
}

jl_preset_formatter *jl_preset_formatter_make(const jl_preset_class *of_class,
                                              jl_json_formatter *json) {
    jl_preset_formatter *formatter = jl_calloc(1, sizeof *formatter);
    if (formatter == NULL)
        return NULL;
    jl_formatter_init(&formatter->base, json->base.line_max, format_preset, free_preset);
    formatter->of_class = of_class;
    formatter->json = json;
    return formatter;
}
