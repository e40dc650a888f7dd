#ifndef JL_FUZZ_RECORD_INPUT_H
#define JL_FUZZ_RECORD_INPUT_H
/** A log record of any values, read from the bytes of a fuzzer's input. */
#include <jsonlog/formatter.h>
#include <jsonlog/value.h>

#include <stdint.h>

#define RECORD_FIELDS_MAX 12
#define RECORD_VALUES_MAX 64

/** What is left of the input; at its end everything reads as zero. */
typedef struct record_input {
    const uint8_t *at;
    size_t left;
    jsonlog_value values[RECORD_VALUES_MAX]; /**< the members of arrays and objects */
    jsonlog_field members[RECORD_VALUES_MAX];
    int64_t numbers[RECORD_VALUES_MAX][4];
    const char *strings[4];
    size_t value_count, member_count, number_count;
} record_input;

uint8_t record_byte(record_input *input);
uint64_t record_number(record_input *input);
/** Some bytes of the input, NUL included. */
const char *record_text(record_input *input, size_t *len);
/** A value of any type, nested ones too; its memory is the input's. */
jsonlog_value record_value(record_input *input, unsigned depth);
jsonlog_field record_field(record_input *input, unsigned depth);
/** Formatter options, all of which make one line of JSON. */
jsonlog_json_options record_options(record_input *input);

#endif
