#ifndef JL_FORMAT_EMF_PARTS_H
#define JL_FORMAT_EMF_PARTS_H
/** What CloudWatch reads of a metric, found again among the fields of its record: filters,
 * redaction and processors may have put others in their places. */
#include "record/record.h"

/** @return whether a field is a part, but for properties, and still what it has to be. */
bool jl_emf_has_part(const jl_emf *emf, const jl_field *field);

/** @return how many there have to be. */
uint32_t jl_emf_count_parts(const jl_emf *emf);

#endif
