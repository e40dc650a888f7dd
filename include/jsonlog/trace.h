#ifndef JSONLOG_TRACE_H
#define JSONLOG_TRACE_H
/**
 * Trace headers: W3C Trace Context and AWS X-Ray, read, written, and bound to log records.
 *
 *     jsonlog_trace_context trace;
 *     if (jsonlog_trace_parse_w3c(traceparent, JSONLOG_NUL_TERMINATED, &trace, NULL) != JSONLOG_OK)
 *         jsonlog_trace_new(&trace);
 *     jsonlog_trace_parse_state(&trace, tracestate, JSONLOG_NUL_TERMINATED, NULL);
 *     jsonlog_trace_new_span(&trace);
 *     jsonlog_scope scope = jsonlog_trace_push(&trace, NULL);
 *     …                                    records carry "traceId", "spanId", "sampled"
 *     jsonlog_scope_pop(scope);
 *
 *     char header[JSONLOG_TRACEPARENT_SIZE];
 *     jsonlog_trace_format_w3c(&trace, header, sizeof header);    for the next service
 *
 * The two kinds of header name the same things, so what was read from one can be written as the
 * other: the X-Ray root `1-5759e988-bd862e3fe1be46a994272793` is the W3C trace id
 * `5759e988bd862e3fe1be46a994272793`. New trace ids begin with the time in seconds, as X-Ray wants
 * them, and end in twelve random bytes.
 *
 * Texts are given by pointer and length, JSONLOG_NUL_TERMINATED for up to the NUL; NULL is the
 * empty text, which is no header. A context is plain memory of the caller: copy it freely.
 *
 * Threads: any. Signals: unsafe. Nothing here allocates but jsonlog_trace_push().
 */
#include <jsonlog/logger.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Space for a traceparent with its NUL. */
#define JSONLOG_TRACEPARENT_SIZE 56
/** Space that is enough for any X-Ray header written here, with its NUL. */
#define JSONLOG_XRAY_HEADER_SIZE 384
/** The longest tracestate kept, in bytes; the least that W3C asks for. */
#define JSONLOG_TRACESTATE_MAX 512
/** Bytes kept of the members of an X-Ray header that have no meaning here. */
#define JSONLOG_XRAY_OTHERS_MAX 256

/** Whether this trace is recorded by the tracing system. Numbers are part of the ABI. */
typedef enum jsonlog_sampling {
    JSONLOG_SAMPLING_UNKNOWN = 0, /**< the header does not say */
    JSONLOG_SAMPLING_NO = 1,
    JSONLOG_SAMPLING_YES = 2,
    JSONLOG_SAMPLING_ASKED = 3, /**< X-Ray's `Sampled=?`: the caller wants to be told */
} jsonlog_sampling;

/** Where in which trace we are. All zero is a valid context that says nothing. */
typedef struct jsonlog_trace_context {
    uint8_t trace_id[16]; /**< all zero: none */
    uint8_t span_id[8];   /**< the span of now; behind a parse, the caller's. All zero: none */
    uint8_t sampling;     /**< a jsonlog_sampling */
    bool is_random;       /**< W3C level 2: the last seven bytes of trace_id are random */
    uint8_t self_id[16];  /**< of X-Ray's `Self`, which a load balancer adds. All zero: none */
    char state[JSONLOG_TRACESTATE_MAX + 1];   /**< the tracestate, NUL-terminated */
    char others[JSONLOG_XRAY_OTHERS_MAX + 1]; /**< `;key=value` for each X-Ray member without a
                                                 meaning here, e.g. Lineage; NUL-terminated */
} jsonlog_trace_context;

/**
 * Read a `traceparent`: `00-<32 hex>-<16 hex>-<2 hex>`.
 *
 * Version 00 is read to the letter: lower-case digits, 55 bytes, no id of zeros. Of a later version
 * the first 55 bytes are read in the same way, and if there are more, a `-` must follow. Version ff
 * is invalid. Flags other than "sampled" and "random" are ignored.
 *
 * @param out  set as a whole on success.
 * @param err  may be NULL; the offset is that of the first byte at fault.
 * @return JSONLOG_OK or JSONLOG_E_SYNTAX: then start a trace of your own, and ignore tracestate.
 *
 * Source: W3C Trace Context level 1 (and level 2 for the random flag), section 3.2.
 */
JSONLOG_API jsonlog_status jsonlog_trace_parse_w3c(const char *text, size_t len,
                                                   jsonlog_trace_context *out, jsonlog_err *err);

/**
 * Check a `tracestate` and keep it, to be passed on: members in their order, without the blanks and
 * empty members between them. Several headers of that name are one, joined with commas. Of more
 * than 512 bytes, members above 128 bytes go first, from the end, then others from the end.
 *
 * @return JSONLOG_OK, JSONLOG_E_SYNTAX (a malformed member, or a key twice), JSONLOG_E_LIMIT (more
 * than 32 members). Then trace->state is left as it was.
 */
JSONLOG_API jsonlog_status jsonlog_trace_parse_state(jsonlog_trace_context *trace, const char *text,
                                                     size_t len, jsonlog_err *err);

/**
 * Read an `X-Amzn-Trace-Id`: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=1`.
 *
 * Members may come in any order, with blanks around them; the keys Root, Parent, Sampled and Self
 * and their digits in any case. Root must be there, the others need not be. A Parent of zeros is
 * taken for none. Members with other keys are kept as they are as long as there is room.
 *
 * @param out  set as a whole on success.
 * @param err  may be NULL; the offset is that of the first byte at fault.
 * @return JSONLOG_OK or JSONLOG_E_SYNTAX (also: one of the four keys twice).
 */
JSONLOG_API jsonlog_status jsonlog_trace_parse_xray(const char *text, size_t len,
                                                    jsonlog_trace_context *out, jsonlog_err *err);

/**
 * Write a traceparent of version 00.
 *
 * @param out  NUL-terminated, cut to out_size; may be NULL if that is 0.
 * @return the length of the whole text; 0 if the context lacks a trace id or a span id.
 */
JSONLOG_API size_t jsonlog_trace_format_w3c(const jsonlog_trace_context *trace, char *out,
                                            size_t out_size);

/** Write an X-Ray header: Root, then Parent, Sampled, Self and other members where known. @return
 * as jsonlog_trace_format_w3c(); 0 if the context lacks a trace id. */
JSONLOG_API size_t jsonlog_trace_format_xray(const jsonlog_trace_context *trace, char *out,
                                             size_t out_size);

/** Start a trace: new ids, everything else zero. Whether it is sampled is for you to say. */
JSONLOG_API void jsonlog_trace_new(jsonlog_trace_context *out);

/** Go on in a span of our own: a new span_id, the rest stays. */
JSONLOG_API void jsonlog_trace_new_span(jsonlog_trace_context *trace);

/** Options of jsonlog_trace_push(); start from JSONLOG_TRACE_OPTIONS_INIT. */
typedef struct jsonlog_trace_options {
    size_t size;
    const char *trace_id_key; /**< NULL: "traceId"; "": no such field; likewise the next two */
    const char *span_id_key;  /**< NULL: "spanId" */
    const char *sampled_key;  /**< NULL: "sampled", a boolean */
    bool as_xray_root;        /**< the trace id as `1-5759e988-bd862e3fe1be46a994272793` */
} jsonlog_trace_options;
#define JSONLOG_TRACE_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_trace_options)

/**
 * Every record of this thread carries the context's ids until the scope is popped; what the context
 * lacks is left out. See jsonlog_scope_push().
 *
 * @param options  NULL for defaults.
 * @return the scope; {0} without memory, for a wrong options.size, and if there is nothing to
 * carry.
 */
JSONLOG_API jsonlog_scope jsonlog_trace_push(const jsonlog_trace_context *trace,
                                             const jsonlog_trace_options *options);

#ifdef __cplusplus
}
#endif
#endif
