#ifndef JL_TESTING_REPORT_H
#define JL_TESTING_REPORT_H
/** Why an expectation does not hold, for a person. All functions return NULL without memory. */
#include "testing/expect.h"

/** @param judgement  one that does not hold; its lines must be pinned. */
jsonlog_report *jl_report_new(const jl_judgement *judgement);

/** Pattern `index` does not compile. */
jsonlog_report *jl_report_bad_pattern(const jl_judgement *judgement, size_t index,
                                      const jsonlog_err *err);

/** The expectation asks for something that makes no sense. */
jsonlog_report *jl_report_misuse(const char *sentence);

#endif
