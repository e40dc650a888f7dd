#include "format/emf_parts.h"

static jl_emf_part part_of(const jl_emf *emf, const jl_field *field) {
    for (uint32_t i = 0; i < emf->count; i++)
        if (emf->fields[i].hash == field->hash && jl_text_equal(emf->fields[i].key, field->key))
            return (jl_emf_part)emf->parts[i];
    return JL_EMF_PROPERTY;
}

bool jl_emf_has_part(const jl_emf *emf, const jl_field *field) {
    const jsonlog_value *value = field->value;
    switch (part_of(emf, field)) {
    case JL_EMF_METADATA: return value->type == JSONLOG_TYPE_CALL;
    case JL_EMF_DIMENSION: return value->type == JSONLOG_TYPE_STRING;
    case JL_EMF_METRIC: return (value->flags & JSONLOG_VALUE_METRIC) != 0;
    case JL_EMF_PROPERTY: break;
    }
    return false;
}

uint32_t jl_emf_count_parts(const jl_emf *emf) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < emf->count; i++)
        count += emf->parts[i] != JL_EMF_PROPERTY;
    return count;
}
