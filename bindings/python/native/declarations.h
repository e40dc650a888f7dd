/* What cffi is told of the library and of native.h; compared with the real headers when it compiles. */
typedef int... jsonlog_status;
typedef int... jsonlog_preset;
typedef struct { jsonlog_status code; size_t offset; char text[512]; ...; } jsonlog_err;
const char *jsonlog_status_text(jsonlog_status status);
size_t jsonlog_err_render(const jsonlog_err *err, const char *source, size_t source_len, char *out,
                          size_t out_size);
const char *jsonlog_version(void);

/* filters */
typedef ... jsonlog_filter;
typedef ... jsonlog_explanation;
typedef struct {
    const char *text;
    size_t offset;
    bool is_true;
    const char *selector;
    const char *value;
    const char *reason;
    ...;
} jsonlog_condition;
jsonlog_status jsonlog_filter_compile(const char *pattern, size_t len, jsonlog_filter **out,
                                      jsonlog_err *err);
int jsonlog_filter_get_kind(const jsonlog_filter *filter);
bool jsonlog_filter_match(const jsonlog_filter *filter, const char *line, size_t len);
jsonlog_status jsonlog_filter_explain(const jsonlog_filter *filter, const char *line, size_t len,
                                      jsonlog_explanation **out);
void jsonlog_explanation_free(jsonlog_explanation *explanation);
bool jsonlog_explanation_matches(const jsonlog_explanation *explanation);
size_t jsonlog_explanation_count(const jsonlog_explanation *explanation);
const jsonlog_condition *jsonlog_explanation_get(const jsonlog_explanation *explanation,
                                                 size_t index);
const char *jsonlog_explanation_text(const jsonlog_explanation *explanation);
const char *jsonlog_explanation_json(const jsonlog_explanation *explanation);

/* sets */
typedef ... jsonlog_filter_set;
jsonlog_status jsonlog_filter_set_compile(const char *const *patterns, size_t count,
                                          jsonlog_filter_set **out, size_t *bad, jsonlog_err *err);

/* extraction */
typedef struct { int type; const char *text; size_t len; } jsonlog_found;
jsonlog_status jsonlog_filter_extract(const jsonlog_filter *filter, const char *reference,
                                      const char *line, size_t len, jsonlog_found *out,
                                      jsonlog_err *err);
size_t jsonlog_found_text(const jsonlog_found *found, char *out, size_t out_size);
bool jsonlog_filter_extract_all(const jsonlog_filter *filter, const char *line, size_t len,
                                bool (*each)(const char *name, size_t name_len,
                                             const jsonlog_found *found, void *context),
                                void *context);
extern "Python" bool jlpy_each_found(const char *name, size_t name_len, const jsonlog_found *found,
                                     void *context);

typedef ... jsonlog_metric_filter;
typedef struct { const char *name; const char *value; } jsonlog_dimension;
typedef struct {
    size_t size;
    const char *pattern;
    const char *metric_name;
    const char *metric_namespace;
    const char *metric_value;
    bool has_default;
    double default_value;
    jsonlog_dimension dimensions[3];
    size_t dimension_count;
    const char *unit;
    ...;
} jsonlog_metric_filter_options;
typedef struct {
    double value;
    size_t dimension_count;
    struct {
        const char *name;
        jsonlog_found value;
    } dimensions[3];
    bool is_default;
} jsonlog_datapoint;
jsonlog_status jsonlog_metric_filter_new(const jsonlog_metric_filter_options *options,
                                         jsonlog_metric_filter **out, jsonlog_err *err);
bool jsonlog_metric_filter_apply(const jsonlog_metric_filter *filter, const char *line, size_t len,
                                 jsonlog_datapoint *out);
const char *jsonlog_metric_filter_get_unit(const jsonlog_metric_filter *filter);

/* lint */
typedef ... jsonlog_lint;
typedef struct {
    int code;
    size_t offset;
    size_t len;
    const char *text;
    const char *suggestion;
    ...;
} jsonlog_finding;
jsonlog_status jsonlog_lint_pattern(const char *pattern, size_t len, jsonlog_lint **out,
                                    jsonlog_err *err);
jsonlog_status jsonlog_lint_sample(jsonlog_lint *lint, const char *line, size_t len);
jsonlog_status jsonlog_lint_finish(jsonlog_lint *lint);
size_t jsonlog_lint_count(jsonlog_lint *lint);
const jsonlog_finding *jsonlog_lint_get(jsonlog_lint *lint, size_t index);
const char *jsonlog_lint_code_name(int code);
void jsonlog_lint_free(jsonlog_lint *lint);

/* quoting */
size_t jsonlog_pattern_quote(const char *text, size_t len, unsigned flags, char *out,
                             size_t out_size);
size_t jsonlog_pattern_quote_phrase(const char *text, size_t len, char *out, size_t out_size);
size_t jsonlog_pattern_quote_regex(const char *text, size_t len, unsigned flags, char *out,
                                   size_t out_size);
size_t jsonlog_pattern_selector(const char *const *keys, size_t count, char *out, size_t out_size);

/* formatters */
typedef ... jsonlog_formatter;
typedef struct {
    size_t size;
    int time_style;
    int timestamp_precision;
    bool ascii_only;
    bool spaced;
    bool with_thread;
    bool message_always;
    bool omit_empty;
    bool expand_dots;
    unsigned indent;
    const char *prefix;
    size_t line_max;
    unsigned depth_max;
    ...;
} jsonlog_json_options;
typedef struct {
    size_t size;
    const char *service;
    const char *version;
    const char *environment;
    const char *host;
    const char *project;
    const char *const *labels;
    size_t label_count;
    bool report_errors;
    bool raw_utf8;
    ...;
} jsonlog_preset_options;
typedef struct { size_t size; size_t line_max; ...; } jsonlog_human_options;
jsonlog_formatter *jsonlog_json_formatter_new(const jsonlog_json_options *options,
                                              jsonlog_err *err);
jsonlog_formatter *jsonlog_human_formatter_new(const jsonlog_human_options *options,
                                               jsonlog_err *err);
jsonlog_formatter *jsonlog_preset_formatter_new(jsonlog_preset preset, const jsonlog_preset_options *options,
                                                const jsonlog_json_options *more, jsonlog_err *err);
jsonlog_status jsonlog_preset_from_name(const char *name, jsonlog_preset *out);

/* handlers */
typedef ... jsonlog_handler;
typedef struct {
    uint64_t lines;
    uint64_t bytes;
    uint64_t lost;
    uint64_t lost_again;
    uint64_t lost_error;
    uint64_t lost_nested;
    uint64_t torn_closed;
    int last_errno;
    ...;
} jsonlog_handler_stats;
typedef struct { size_t size; bool owns_descriptor; ...; } jsonlog_stream_options;
typedef struct {
    size_t size;
    unsigned mode;
    bool makes_directories;
    ...;
} jsonlog_file_options;
jsonlog_handler *jsonlog_stream_handler_new(int descriptor, const jsonlog_stream_options *options);
jsonlog_status jsonlog_file_handler_new(const char *path, const jsonlog_file_options *options,
                                        jsonlog_handler **out, jsonlog_err *err);
jsonlog_handler *jsonlog_memory_handler_new(size_t capacity);
size_t jsonlog_memory_handler_read(const jsonlog_handler *handler, char *out, size_t out_size);
size_t jsonlog_memory_handler_clear(jsonlog_handler *handler);
jsonlog_handler *jsonlog_null_handler_new(void);
typedef struct {
    size_t size;
    int when_full;
    size_t ring_bytes;
    uint32_t drain_timeout_ms;
    ...;
} jsonlog_async_options;
jsonlog_handler *jsonlog_async_handler_new(jsonlog_handler *target,
                                           const jsonlog_async_options *options);
void jsonlog_handler_set_level(jsonlog_handler *handler, int level);
int jsonlog_handler_get_level(const jsonlog_handler *handler);
jsonlog_status jsonlog_handler_set_formatter(jsonlog_handler *handler,
                                             jsonlog_formatter *formatter);
jsonlog_status jsonlog_handler_flush(jsonlog_handler *handler);
void jsonlog_handler_get_stats(const jsonlog_handler *handler, jsonlog_handler_stats *stats);

/* loggers */
typedef ... jsonlog_logger;
jsonlog_logger *jsonlog_get(const char *name);
const char *jsonlog_logger_get_name(const jsonlog_logger *logger);
void jsonlog_logger_set_level(jsonlog_logger *logger, int level);
int jsonlog_logger_get_level(const jsonlog_logger *logger);
int jsonlog_logger_get_effective_level(const jsonlog_logger *logger);
void jsonlog_logger_set_propagate(jsonlog_logger *logger, bool propagate);
bool jsonlog_logger_get_propagate(const jsonlog_logger *logger);
jsonlog_status jsonlog_logger_add_handler(jsonlog_logger *logger, jsonlog_handler *handler);
jsonlog_status jsonlog_logger_remove_handler(jsonlog_logger *logger, jsonlog_handler *handler);
jsonlog_status jsonlog_logger_set_handlers(jsonlog_logger *logger,
                                           jsonlog_handler *const *handlers, size_t count);
const char *jsonlog_level_name(int level);
jsonlog_status jsonlog_level_parse(const char *name, int *level, jsonlog_err *err);
jsonlog_status jsonlog_flush(void);
void jsonlog_shutdown(void);
void jsonlog_set_exit_timeout(uint32_t timeout_ms);
typedef struct {
    uint64_t records;
    uint64_t lines;
    uint64_t bytes;
    uint64_t lost_output;
    uint64_t lost_full;
    uint64_t lost_error;
    uint64_t lost_format;
    uint64_t lost_closed;
    uint64_t lost_later;
    uint64_t lost_nested;
    uint64_t lost_memory;
    uint64_t lost_invalid;
    uint64_t held_back;
    uint64_t sampled;
    uint64_t truncated;
    uint64_t replaced_values;
    uint64_t duplicate_keys;
    uint64_t queued_bytes;
    ...;
} jsonlog_stats;
void jsonlog_get_stats(jsonlog_stats *stats);
jsonlog_status jsonlog_configure_file(const char *path, jsonlog_err *err);
jsonlog_status jsonlog_configure_text(const char *text, size_t len, jsonlog_err *err);

/* captures */
typedef ... jsonlog_capture;
typedef ... jsonlog_report;
typedef struct {
    size_t size;
    int scope;
    int level;
    bool passes_through;
    ...;
} jsonlog_capture_options;
typedef struct {
    size_t size;
    const char *const *argv;
    const char *const *environment;
    const char *input;
    size_t input_len;
    unsigned timeout_ms;
    bool captures_stderr;
    ...;
} jsonlog_run_options;
typedef struct {
    size_t size;
    int kind;
    const char *const *patterns;
    size_t pattern_count;
    size_t count;
    unsigned within_ms;
    ...;
} jsonlog_expectation;
jsonlog_capture *jsonlog_capture_start(const jsonlog_capture_options *options);
jsonlog_capture *jsonlog_capture_new(void);
jsonlog_status jsonlog_capture_feed(jsonlog_capture *capture, const char *text, size_t len);
void jsonlog_capture_clear(jsonlog_capture *capture);
size_t jsonlog_capture_count(const jsonlog_capture *capture);
size_t jsonlog_capture_line(const jsonlog_capture *capture, size_t index, char *out,
                            size_t out_size);
jsonlog_status jsonlog_capture_run(jsonlog_capture *capture, const jsonlog_run_options *options,
                                   int *exit_status, jsonlog_err *err);
bool jsonlog_expect(jsonlog_capture *capture, const jsonlog_expectation *expectation,
                    jsonlog_report **report);
const char *jsonlog_report_text(const jsonlog_report *report);
void jsonlog_report_free(jsonlog_report *report);

/* native.h */
size_t jlpy_write(const jsonlog_formatter *formatter, const char *tape, size_t len, unsigned marks_at,
                  char *out, size_t out_size);
size_t jlpy_log(jsonlog_logger *logger, int level, const char *tape, size_t len, unsigned marks_at);
size_t jlpy_with(jsonlog_logger *logger, const char *tape, size_t len, unsigned marks_at,
                 jsonlog_logger **out);
size_t jlpy_push(const char *tape, size_t len, unsigned marks_at, uint64_t *scope);
void jlpy_pop(uint64_t scope);
size_t jlpy_set_static(const char *tape, size_t len, unsigned marks_at);
bool jlpy_enabled(const jsonlog_logger *logger, int level);
void jlpy_set_time(bool is_fixed, int64_t time_ns);
typedef struct { const char *bytes; size_t len; size_t at; bool is_last; } jlpy_piece;
size_t jlpy_find(const jsonlog_filter *filter, jlpy_piece *piece, size_t *spans, size_t room);
size_t jlpy_count(const jsonlog_filter *filter, jlpy_piece *piece);
size_t jlpy_set_find(const jsonlog_filter_set *set, jlpy_piece *piece, size_t *span,
                     uint64_t *matches, size_t *numbers);
size_t jlpy_set_match(const jsonlog_filter_set *set, const char *line, size_t len,
                      uint64_t *matches, size_t *numbers);
jsonlog_handler *jlpy_callback_handler_new(bool (*fn)(void *key, const char *text, size_t len,
                                                      int level, int64_t time_ns),
                                           void (*release)(void *key), void *key);
void jlpy_callbacks_end(uint32_t timeout_ms);
void jlpy_callbacks_after_fork(void);
uintptr_t jlpy_destructor(int kind);
extern "Python" bool jlpy_line(void *key, const char *text, size_t len, int level, int64_t time_ns);
extern "Python" void jlpy_release(void *key);
