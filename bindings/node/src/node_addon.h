#ifndef JN_NODE_ADDON_H
#define JN_NODE_ADDON_H
/**
 * What the files of the addon share. JavaScript holds no pointer: whatever the library makes for it
 * is a slot in a table of the environment, and its handle is the slot's number. A handle that is
 * closed, of another kind or no number at all is an exception, never an address.
 *
 * Each environment (the main thread, each worker) has a table and buffers of its own; loggers and
 * handlers themselves are the process's. Once a native function has borrowed the bytes of a Buffer
 * it runs no JavaScript any more, so they cannot go away under it.
 */
#define NAPI_VERSION 8

#include <jsonlog/extract.h>
#include <jsonlog/jsonlog.h>

#include <node_api.h>

#define JN_ARGS_MAX 6

/** Text of one line as the logs of services have it; longer strings get memory of their own. */
#define JN_SCRATCH_BYTES 65536

/** What a handle may be. */
typedef enum jn_kind {
    JN_NOTHING = 0,
    JN_FILTER = 1,
    JN_FILTER_SET = 2,
    JN_METRIC_FILTER = 3,
    JN_LOGGER = 4,
    JN_HANDLER = 5,
    JN_FORMATTER = 6,
    JN_CAPTURE = 7,
} jn_kind;

typedef struct jn_slot {
    jn_kind kind;
    void *object;
    uint32_t next_free; /**< of a free slot; 0: none */
} jn_slot;

/** Memory that lasts one call: blocks, the newest first. */
typedef struct jn_block {
    struct jn_block *older;
    size_t size;
    size_t used;
    max_align_t bytes[];
} jn_block;

typedef struct jn_callback jn_callback;

/** An environment's own. */
typedef struct jn_addon {
    napi_env env;
    jn_slot *slots; /**< slot 0 is never given out */
    uint32_t slot_count;
    uint32_t free_slot;
    char *scratch; /**< the bytes of one string argument */
    bool is_scratch_taken;
    jn_block *arena;
    jn_callback *callbacks; /**< handlers that call back into this environment */
} jn_addon;

/** A call from JavaScript. */
typedef struct jn_call {
    napi_env env;
    jn_addon *addon;
    size_t count;
    napi_value args[JN_ARGS_MAX]; /**< those not given are undefined */
    jn_block
        *mark; /**< the newest block of the arena when the call began, and what was used of it */
    size_t mark_used;
} jn_call;

/** Functions of a file by name; the last name is NULL. */
typedef struct jn_function {
    const char *name;
    napi_callback call;
} jn_function;

extern const jn_function jn_filter_functions[];
extern const jn_function jn_filter_set_functions[];
extern const jn_function jn_metric_filter_functions[];
extern const jn_function jn_lint_functions[];
extern const jn_function jn_pattern_functions[];
extern const jn_function jn_logger_functions[];
extern const jn_function jn_handler_functions[];
extern const jn_function jn_formatter_functions[];
extern const jn_function jn_callback_functions[];
extern const jn_function jn_capture_functions[];
extern const jn_function jn_process_functions[];

/** Read the arguments. @return false with an exception pending. */
bool jn_begin(jn_call *call, napi_env env, napi_callback_info info);

/* ---- handles -------------------------------------------------------------------------------- */

/** Put an object into the table, which owns it from here on, also when this fails.
 *  @return its handle, a number; NULL with an exception pending. */
napi_value jn_handle_new(const jn_call *call, jn_kind kind, void *object);

/** @return the object of the handle `arg`, borrowed; NULL with an exception pending. */
void *jn_handle_get(const jn_call *call, size_t arg, jn_kind kind);
void *jn_handle_of(const jn_call *call, napi_value handle, jn_kind kind);

/** Free what a slot owns; defined with each kind. */
void jn_capture_release(void *capture);

/* ---- memory for one call --------------------------------------------------------------------- */

/** @return aligned, not zeroed; NULL without memory. */
void *jn_arena_take(jn_addon *addon, size_t size);
/** Give back what this call has taken; one block is kept for the next. A call may stand inside
 *  another one, whose options have a getter. */
void jn_arena_reset(const jn_call *call);
void jn_arena_free(jn_addon *addon);

/* ---- texts ----------------------------------------------------------------------------------- */

/** The bytes of a string, Buffer, typed array, DataView or ArrayBuffer. */
typedef struct jn_text {
    const char *bytes; /**< a string's are NUL-terminated */
    size_t len;
    char *owned;        /**< to be freed */
    jn_addon *borrowed; /**< whose scratch it is */
} jn_text;

/** Get argument `arg`. Half surrogate pairs of a string become U+FFFD; shared memory, which
 *  another thread may change, is copied.
 *  @return false with an exception pending: of another type, a detached buffer, no memory. */
bool jn_text_get(const jn_call *call, size_t arg, jn_text *out);
bool jn_text_of(const jn_call *call, napi_value value, jn_text *out);

/** The same for a text that is a program, a pattern: half a surrogate pair is refused. */
bool jn_pattern_of(const jn_call *call, napi_value value, jn_text *out);

/** As jn_text_of() with bytes of its own that end in a NUL and hold no other: for names and paths.
 *  @param what  for the exception's text. */
bool jn_c_string_of(const jn_call *call, napi_value value, const char *what, jn_text *out);

void jn_text_done(jn_text *text);

/** @return whether the value is of this JavaScript type. */
bool jn_is(const jn_call *call, napi_value value, napi_valuetype type);

/** The index in UTF-16 code units of a byte offset in UTF-8. */
size_t jn_utf16_offset(const char *bytes, size_t len, size_t offset);

/* ---- numbers and results --------------------------------------------------------------------- */

bool jn_bool_get(const jn_call *call, size_t arg, bool *out);
bool jn_int_get(const jn_call *call, size_t arg, int *out);
/** From 0 to 2^53 - 1. */
bool jn_size_of(const jn_call *call, napi_value value, size_t *out);
bool jn_size_get(const jn_call *call, size_t arg, size_t *out);

napi_value jn_undefined(const jn_call *call);
napi_value jn_null(const jn_call *call);
napi_value jn_bool(const jn_call *call, bool value);
napi_value jn_number(const jn_call *call, double value);
napi_value jn_string(const jn_call *call, const char *text, size_t len);
/** NULL gives null. */
napi_value jn_c_string(const jn_call *call, const char *text);
/** @return an empty object; NULL with an exception pending. */
napi_value jn_object(const jn_call *call);
/** @return an empty array, likewise. */
napi_value jn_array(const jn_call *call);
/** Set a property; @return false with an exception pending, also if `value` is NULL. */
bool jn_set(const jn_call *call, napi_value object, const char *name, napi_value value);
bool jn_set_at(const jn_call *call, napi_value array, uint32_t index, napi_value value);
/** Set `offset` in UTF-16 code units and `byteOffset`. */
bool jn_set_offset(const jn_call *call, napi_value object, const char *source, size_t len,
                   size_t offset);
/** @return the length of an array argument; false with an exception pending. */
bool jn_array_get(const jn_call *call, size_t arg, uint32_t *length);
/** @return element `index`; NULL with an exception pending. */
napi_value jn_element(const jn_call *call, napi_value array, uint32_t index);

/* ---- options: an object made by our own JavaScript ------------------------------------------- */

/** Read a property if it is there (neither undefined nor null); else *out stays as it is.
 *  @return false with an exception pending. */
bool jn_option(const jn_call *call, napi_value object, const char *name, napi_value *out);
bool jn_option_bool(const jn_call *call, napi_value object, const char *name, bool *out);
bool jn_option_int(const jn_call *call, napi_value object, const char *name, int *out);
bool jn_option_u32(const jn_call *call, napi_value object, const char *name, uint32_t *out);
bool jn_option_size(const jn_call *call, napi_value object, const char *name, size_t *out);
bool jn_option_double(const jn_call *call, napi_value object, const char *name, double *out);
/** A copy in the arena, NUL-terminated, without other NULs. */
bool jn_option_string(const jn_call *call, napi_value object, const char *name, const char **out);
/** An array of such strings. */
bool jn_option_strings(const jn_call *call, napi_value object, const char *name,
                       const char *const **out, size_t *count);

/* ---- exceptions; all return NULL, so that a function can end with them, with `!= NULL` one that
 * returns whether it went well ------------------------------------------------------------------
 */

/** A TypeError. */
napi_value jn_throw_type(const jn_call *call, const char *text);
/** An error of the library: `code` is the status's name, `offset` and `byteOffset` where there is a
 *  place, and the message has a caret under it. @param source  what was parsed; may be NULL. */
napi_value jn_throw_err(const jn_call *call, const jsonlog_err *err, const char *source,
                        size_t len);
/** The same without a place. @param what  names who failed; may be NULL. */
napi_value jn_throw_status(const jn_call *call, jsonlog_status status, const char *what);
/** After a call into Node failed: what is pending, else an Error. */
napi_value jn_failed(const jn_call *call);

/** A found value as a string, without its escapes. */
napi_value jn_found_text(const jn_call *call, const jsonlog_found *found);

/* ---- fields, see node_decode.c --------------------------------------------------------------- */

typedef struct jn_fields {
    const char *message; /**< NULL: none */
    size_t message_len;
    jsonlog_field *fields;
    size_t count;
} jn_fields;

/** Decode bytes `start` to `end` of a typed array: arguments `arg`, `arg` + 1 and `arg` + 2.
 *  Everything lives in the arena and in the typed array. @return false with an exception pending.
 */
bool jn_fields_get(const jn_call *call, size_t arg, jn_fields *out);

/* ---- handlers that call back ----------------------------------------------------------------- */

/** A logger has got a handler, or lost it (NULL: all it had): what calls back into an environment
 *  leaves the loggers when that ends. Nothing happens for other handlers. */
void jn_callback_attached(const jn_call *call, jsonlog_handler *handler, jsonlog_logger *logger);
void jn_callback_detached(const jn_call *call, jsonlog_handler *handler, jsonlog_logger *logger);
/** JavaScript has closed its handle. */
void jn_callback_closed(jn_addon *addon, const jsonlog_handler *handler);
/** The environment ends. */
void jn_callback_leave(jn_addon *addon);

#endif
