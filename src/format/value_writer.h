#ifndef JL_FORMAT_VALUE_WRITER_H
#define JL_FORMAT_VALUE_WRITER_H
/**
 * Any jsonlog_value as JSON text: always one valid value with unique keys at every level.
 *
 * The writer appends to a bounded buffer. When that is full the buffer's status says so, what
 * follows is not written, and long inputs are not read on. Strings are cut at string_limit. The
 * writer lives on the stack and allocates nothing.
 */
#include "base/buffer.h"
#include "base/errno_text.h"
#include "format/json_style.h"
#include "record/redaction.h"

/** Callbacks inside callbacks, the most there may be. */
#define JL_CALL_DEPTH_MAX 8

/** What stands where a value could not be written. */
#define JL_MARK_FAILED   "\"__could_not_encode__\""
#define JL_MARK_TOO_DEEP "\"__too_deep__\""

/** A container that a callback has open. */
typedef struct jl_call_level {
    uint64_t seen;       /**< a bit for each key, by its bytes: without the bit it is new */
    size_t start;        /**< behind the opening bracket */
    size_t value_start;  /**< in front of it */
    size_t member_start; /**< where the item began that is being written */
    size_t count;        /**< of an array: items begun */
    bool is_object;
    bool has_items;
    bool had_items; /**< before the item that is being written */
    bool has_key;
} jl_call_level;

/** A running callback. */
typedef struct jl_call_frame {
    unsigned base;    /**< the writer's depth when it began */
    unsigned skipped; /**< containers open inside one that was too deep */
    bool has_value;
    bool is_broken; /**< it acted against the order of writing */
    jl_redactor *redactor;   /**< what is to be hidden in what it writes; NULL: nothing */
    jl_redact_place *places; /**< by depth from base on: where the value stands that comes next */
} jl_call_frame;

struct jsonlog_writer {
    jl_buffer *out;
    const jl_json_style *style;
    size_t string_limit; /**< the most bytes of a string between its quotes */
    bool is_cut;         /**< some string was cut */
    bool is_replacing;   /**< style->value_fn is running */
    unsigned depth;      /**< containers that are open */
    unsigned calls;      /**< callbacks that are running */
    uint64_t replaced;   /**< values that had to be written as something else */
    jl_redactor *redactor; /**< for what style->value_fn writes; NULL: nothing is hidden */
    jl_call_frame *frame;
    jl_call_level levels[JL_DEPTH_MAX + 2]; /**< by depth; the record itself is 1 */
};

void jl_writer_init(jsonlog_writer *writer, jl_buffer *out, const jl_json_style *style,
                    size_t string_limit);

/** Write a value. @param key  what it stands under, for style->value_fn; empty in arrays. */
void jl_write_value(jsonlog_writer *writer, jl_text key, const jsonlog_value *value);

/** A string in quotes, escaped and cut. */
void jl_write_string(jsonlog_writer *writer, jl_text text);

/** Escaped and cut to `limit`, without quotes. @return false if it was cut. */
bool jl_write_escaped(jsonlog_writer *writer, jl_text text, size_t limit);

/** Open a container, or write JL_MARK_TOO_DEEP and return false. */
bool jl_write_open(jsonlog_writer *writer, char bracket);
void jl_write_close(jsonlog_writer *writer, char bracket, bool has_items);

/** What stands in front of an item: comma, blank, line break. */
void jl_write_separator(jsonlog_writer *writer, bool is_first);

/** A key with its quotes and colon. @param suffix  0, or the number behind `_`. */
void jl_write_member_key(jsonlog_writer *writer, jl_text key, bool is_plain, uint32_t suffix);

/** @return true if what stands from `start` to the end of out is null, "", {} or []. */
bool jl_is_empty_text(const jl_buffer *out, size_t start);

/** In a text that was written escaped from `start` on: cut it to `limit` bytes on a code point,
 * mark included. */
void jl_cut_escaped(jsonlog_writer *writer, size_t start, size_t limit);

/** Write the mark of a cut text if it fits `room`, and note the cut. */
void jl_write_cut_mark(jsonlog_writer *writer, size_t room);

/** An object, or a cJSON item that is one. */
void jl_write_object(jsonlog_writer *writer, const jsonlog_value *object);

/** An element of an array of values or of C values. */
jsonlog_value jl_array_element(const jsonlog_value *array, size_t index);

/* Parts of jl_write_value(), each in a file of its own. */

/** call_writer.c: run the callback of a CALL value. */
void jl_write_call(jsonlog_writer *writer, const jsonlog_value *value);
/** bytes_value.c */
void jl_write_bytes(jsonlog_writer *writer, const jsonlog_value *value);
void jl_write_uuid(jsonlog_writer *writer, const jsonlog_value *value);
/** cjson_value.c */
void jl_write_cjson(jsonlog_writer *writer, const jsonlog_value *value);
/** call_writer.c: hide in what the running callback writes. @param place  where its value stands.
 * @return false without memory. */
bool jl_writer_guard(jsonlog_writer *writer, jl_redactor *redactor, const jl_redact_place *place);
/** call_writer.c: @return true if style->value_fn wrote the value. */
bool jl_write_replaced(jsonlog_writer *writer, jl_text key, const jsonlog_value *value);
/** raw_json.c: check and write compactly; what is no JSON as a string. */
void jl_write_json(jsonlog_writer *writer, jl_text json);
void jl_write_raw(jsonlog_writer *writer, const jsonlog_value *value);
/** raw_json.c: @return true if it is not written as a string. */
bool jl_raw_is_json(jl_text json);
/** causes.c */
void jl_write_causes(jsonlog_writer *writer, const jsonlog_value *value);
/** scalar_writer.c: @return false if the value is not of one of the types without members. */
bool jl_write_scalar(jsonlog_writer *writer, const jsonlog_value *value);
void jl_write_double_value(jsonlog_writer *writer, double number, bool is_float);
void jl_write_errno(jsonlog_writer *writer, int64_t error);

#endif
