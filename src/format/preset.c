/* From a preset and the caller's options to one set of options for the JSON formatter, and the
 * preset's formatter around it. */
#include "base/err.h"
#include "format/preset_class.h"

#include <limits.h>
#include <unistd.h>

/* NULL: plain options of the JSON formatter are all it takes. */
static const jl_preset_class *class_of(jsonlog_preset preset) {
    switch (preset) {
    case JSONLOG_PRESET_ECS: return &jl_preset_ecs;
    case JSONLOG_PRESET_OPENTELEMETRY: return &jl_preset_opentelemetry;
    case JSONLOG_PRESET_GOOGLE_CLOUD: return &jl_preset_google;
    case JSONLOG_PRESET_DATADOG: return &jl_preset_datadog;
    case JSONLOG_PRESET_LOGSTASH: return &jl_preset_logstash;
    case JSONLOG_PRESET_PYTHON_JSON_LOGGER: return &jl_preset_python;
    default: return NULL;
    }
}

/* ---- the options of both as one ---- */

#define OWN_STATICS 8

typedef struct plan {
    jsonlog_preset preset;
    const jl_preset_class *of_class;
    const jsonlog_preset_options *options;
    const jsonlog_json_options *more;
    jsonlog_json_options json; /* what becomes of it */
    const char *names[JL_NAMES_MAX];
    jsonlog_rename renames[JL_RENAMES_MAX];
    jsonlog_field statics[JL_FIXED_MAX + OWN_STATICS];
    jsonlog_field object[JL_PRESET_PLACES]; /* members of the one object a preset may have */
    char host[HOST_NAME_MAX + 1];
} plan;

static void add_static(plan *p, const char *key, jsonlog_value value) {
    p->statics[p->json.static_count++] = jsonlog_field_make(key, value);
}

/* ---- service, version, environment, host ---- */

static const char *host_of(plan *p) {
    const char *host = p->options->host;
    if (host == NULL || *host != '\0')
        return host;
    if (gethostname(p->host, sizeof p->host) != 0)
        return NULL;
    p->host[sizeof p->host - 1] = '\0';
    return p->host;
}

/* Google Cloud wants a service in each context. */
static const char *version_of(const plan *p) {
    const bool needs_service = p->of_class == &jl_preset_google;
    return needs_service && p->options->service == NULL ? NULL : p->options->version;
}

static void add_places(plan *p) {
    static const char *const names[JL_PRESET_PLACES] = {"service", "version", "environment",
                                                        "host"};
    static const jl_preset_place plain = {NULL, NULL};
    const char *values[JL_PRESET_PLACES] = {p->options->service, version_of(p),
                                            p->options->environment, host_of(p)};
    const char *object = NULL;
    size_t members = 0;
    for (size_t i = 0; i < JL_PRESET_PLACES; i++) {
        const jl_preset_place *place = p->of_class == NULL ? &plain : &p->of_class->places[i];
        const char *key = place->key == NULL ? names[i] : place->key;
        if (values[i] == NULL)
            continue;
        if (place->object == NULL) {
            add_static(p, key, jsonlog_from_string(values[i]));
            continue;
        }
        object = place->object;
        p->object[members++] = jsonlog_field_make(key, jsonlog_from_string(values[i]));
    }
    if (object != NULL)
        add_static(p, object, jsonlog_fields(p->object, members));
}

/* ---- static fields, renames ---- */

static jsonlog_status add_statics(plan *p, jsonlog_err *err) {
    const jsonlog_json_options *more = p->more;
    if (p->of_class != NULL && p->of_class->constant_key != NULL)
        add_static(p, p->of_class->constant_key, jsonlog_from_string(p->of_class->constant));
    add_places(p);
    if (more->static_count > JL_FIXED_MAX - p->json.static_count)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "More than %d static fields, %d of them the preset's", JL_FIXED_MAX,
                          (int)p->json.static_count);
    for (size_t i = 0; i < more->static_count; i++)
        p->statics[p->json.static_count++] = more->static_fields[i];
    p->json.static_fields = p->statics;
    return JSONLOG_OK;
}

static bool is_key(const char *a, const char *b) {
    return a != NULL && strcmp(a, b) == 0;
}

/* A rename of the caller's that names the key as the preset writes it goes on from there. */
static void add_preset_rename(plan *p, jsonlog_rename rename) {
    for (size_t i = 0; i < p->more->rename_count; i++) {
        const jsonlog_rename *own = &p->more->rename[i];
        if (is_key(own->from, rename.from))
            return;
        if (is_key(own->from, rename.to))
            rename.to = own->to;
    }
    p->renames[p->json.rename_count++] = rename;
}

static jsonlog_status add_renames(plan *p, const jsonlog_rename *of_preset, jsonlog_err *err) {
    const jsonlog_json_options *more = p->more;
    if (more->rename_count >= JL_RENAMES_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "More than %d renames beside the preset's", JL_RENAMES_MAX - 1);
    if (of_preset != NULL)
        add_preset_rename(p, *of_preset);
    for (size_t i = 0; i < more->rename_count; i++) {
        if (of_preset == NULL || !is_key(more->rename[i].from, of_preset->to))
            p->renames[p->json.rename_count++] = more->rename[i];
    }
    p->json.rename = p->renames;
    return JSONLOG_OK;
}

/* ---- layout ---- */

static bool is_wanted(const plan *p, const jl_preset_column *column) {
    return column->with == JL_PRESET_ALWAYS ||
           (column->with == JL_PRESET_WITH_SOURCE ? p->more->with_source : p->more->with_thread);
}

static void set_layout(plan *p) {
    const jl_preset_class *of_class = p->of_class;
    for (size_t i = 0; i < of_class->column_count; i++) {
        if (is_wanted(p, &of_class->columns[i]))
            p->names[p->json.name_count++] = of_class->columns[i].key;
    }
    p->json.names = p->names;
    p->json.with_source = false;
    p->json.with_thread = false;
}

static void set_python(plan *p) {
    p->json.spaced = true;
    p->json.skip_underscored = true;
    p->json.ascii_only |= !p->options->raw_utf8;
    if (p->json.collision == JSONLOG_COLLISION_SUFFIX)
        p->json.collision = JSONLOG_COLLISION_LAST_WINS;
    if (p->json.format != NULL || p->json.names != NULL)
        return;
    p->names[0] = "message";
    p->json.names = p->names;
    p->json.name_count = 1;
}

static void set_style(plan *p) {
    if (p->json.time_style == JSONLOG_TIME_RFC3339_UTC)
        p->json.time_style = p->of_class->time_style;
    if (p->json.timestamp_precision == JSONLOG_PRECISION_MS)
        p->json.timestamp_precision = p->of_class->precision;
    p->json.process = NULL;
    if (p->of_class->columns != NULL)
        set_layout(p);
    else
        set_python(p);
}

static jsonlog_status merge_class(plan *p, jsonlog_err *err) {
    const jsonlog_rename error_code = {"errorCode", p->of_class->error_code};
    set_style(p);
    jsonlog_status status = add_statics(p, err);
    if (status == JSONLOG_OK)
        status = add_renames(p, error_code.to == NULL ? NULL : &error_code, err);
    return status;
}

static jsonlog_status merge_lambda(plan *p, jsonlog_err *err) {
    jsonlog_json_options lambda = JSONLOG_JSON_OPTIONS_INIT;
    jl_lambda_layout(&lambda, p->statics);
    p->json.names = lambda.names;
    p->json.name_count = lambda.name_count;
    p->json.static_count = lambda.static_count;
    jsonlog_status status = add_statics(p, err);
    if (status == JSONLOG_OK)
        status = add_renames(p, lambda.rename, err);
    return status;
}

static jsonlog_status merge(plan *p, jsonlog_err *err) {
    p->json = *p->more;
    p->json.static_count = 0;
    p->json.rename_count = 0;
    if (p->of_class != NULL)
        return merge_class(p, err);
    if (p->preset == JSONLOG_PRESET_LAMBDA)
        return merge_lambda(p, err);
    const jsonlog_status status = add_statics(p, err);
    return status == JSONLOG_OK ? add_renames(p, NULL, err) : status;
}

/* ---- checks ---- */

static jsonlog_status refuse(jsonlog_err *err, const char *why) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", why);
}

static bool has_layout(const jsonlog_json_options *more) {
    return more->format != NULL || more->style != '\0' || more->parse != NULL ||
           more->names != NULL || more->timestamp_key != NULL;
}

static bool lets_caller_lay_out(jsonlog_preset preset) {
    return preset == JSONLOG_PRESET_DEFAULT || preset == JSONLOG_PRESET_PYTHON_JSON_LOGGER;
}

/* A static field under a key that the preset makes for each record would never be seen. */
static bool is_made(const jl_preset_class *of_class, jl_text key) {
    for (size_t i = 0; of_class != NULL && i < of_class->column_count; i++) {
        const jl_preset_column *column = &of_class->columns[i];
        if (column->attribute == JL_ATTRIBUTE_VALUE &&
            !is_key(of_class->constant_key, column->key) &&
            jl_text_equal(jl_text_of(column->key), key))
            return true;
    }
    return false;
}

static jsonlog_status check_statics(const plan *p, jsonlog_err *err) {
    for (size_t i = 0; i < p->more->static_count; i++) {
        const jl_text key = jl_field_key(&p->more->static_fields[i]);
        if (is_made(p->of_class, key))
            return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                              "\"%.*s\" is the preset's own in every record, not a static field",
                              (int)(key.len < 64 ? key.len : 64), key.ptr);
    }
    return JSONLOG_OK;
}

static jsonlog_status check_labels(const jsonlog_preset_options *options, jsonlog_err *err) {
    if (options->label_count > JL_LABELS_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "More than %d labels",
                          JL_LABELS_MAX);
    if (options->labels == NULL && options->label_count > 0)
        return refuse(err, "A list is missing whose count is not 0");
    for (size_t i = 0; i < options->label_count; i++) {
        if (options->labels[i] == NULL)
            return refuse(err, "A label without its name");
    }
    return JSONLOG_OK;
}

static jsonlog_status check(const plan *p, jsonlog_err *err) {
    const jsonlog_json_options *more = p->more;
    if (jsonlog_preset_name(p->preset) == NULL)
        return refuse(err, "There is no such preset");
    if (p->options->size != sizeof *p->options || more->size != sizeof *more)
        return refuse(err, "Options of a wrong size; start from their _INIT");
    if ((more->static_fields == NULL && more->static_count > 0) ||
        (more->rename == NULL && more->rename_count > 0))
        return refuse(err, "A list is missing whose count is not 0");
    if (has_layout(more) && !lets_caller_lay_out(p->preset))
        return refuse(err, "This preset has a layout of its own: no format, style, parse, names or "
                           "timestamp_key beside it");
    if (more->expand_dots && p->preset == JSONLOG_PRESET_GOOGLE_CLOUD)
        return refuse(err, "The dots in Google Cloud's keys are no paths: no expand_dots");
    if (p->options->project != NULL && strlen(p->options->project) > JL_PROJECT_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "The project has more than %d bytes", JL_PROJECT_MAX);
    const jsonlog_status status = check_statics(p, err);
    return status == JSONLOG_OK ? check_labels(p->options, err) : status;
}

/* ---- the formatter ---- */

/* The layout knows the keys; what stands under them is said here. */
static void set_columns(const plan *p, jl_json_formatter *json) {
    const jl_preset_class *of_class = p->of_class;
    size_t at = 0;
    for (size_t i = 0; i < of_class->column_count; i++) {
        const jl_preset_column *column = &of_class->columns[i];
        if (!is_wanted(p, column))
            continue;
        jl_column *made = &json->columns[at++];
        made->attribute = column->attribute;
        made->when = column->with == JL_PRESET_WITH_SOURCE ? JL_WHEN_PRESENT : JL_WHEN_ALWAYS;
    }
}

/* The name that gets Python's words for levels, if the layout has it and no static field does. */
static jl_text level_key_of(const jl_json_formatter *json) {
    const jl_text name = JL_TEXT("levelname");
    for (size_t i = 0; i < json->static_count; i++) {
        if (jl_text_equal(json->statics[i].key, name))
            return (jl_text){NULL, 0};
    }
    for (size_t i = 0; i < json->column_count; i++) {
        const jl_column *column = &json->columns[i];
        const jl_text key =
            column->rename == 0 ? column->key.text : json->renames[column->rename - 1].from.text;
        if (jl_text_equal(key, name))
            return name;
    }
    return (jl_text){NULL, 0};
}

static bool own_text(jl_json_formatter *json, const char *from, jl_text *to) {
    *to = jl_text_of(from);
    to->ptr = from == NULL ? NULL : jl_json_formatter_own(json, *to);
    return from == NULL || to->ptr != NULL;
}

static bool own_texts(jl_preset_formatter *formatter, const jsonlog_preset_options *options) {
    if (!own_text(formatter->json, options->project, &formatter->project))
        return false;
    if (formatter->of_class->members == NULL || formatter->of_class->all_are_members)
        return true;
    for (size_t i = 0; i < options->label_count; i++) {
        if (!own_text(formatter->json, options->labels[i], &formatter->labels[i]))
            return false;
    }
    formatter->label_count = options->label_count;
    return true;
}

static jsonlog_formatter *wrap(const plan *p, jl_json_formatter *json, jsonlog_err *err) {
    jl_preset_formatter *formatter = jl_preset_formatter_make(p->of_class, json);
    if (formatter == NULL) {
        jsonlog_formatter_release(&json->base);
        jl_err_nomem(err);
        return NULL;
    }
    formatter->process = p->more->process;
    formatter->process_context = p->more->process_context;
    formatter->with_source = p->more->with_source;
    formatter->with_thread = p->more->with_thread;
    formatter->reports_errors = p->options->report_errors;
    if (p->preset == JSONLOG_PRESET_PYTHON_JSON_LOGGER)
        formatter->level_key = level_key_of(json);
    set_columns(p, json);
    if (own_texts(formatter, p->options))
        return &formatter->base;
    jsonlog_formatter_release(&formatter->base);
    jl_err_nomem(err);
    return NULL;
}

jsonlog_formatter *jsonlog_preset_formatter_new(jsonlog_preset preset,
                                                const jsonlog_preset_options *options,
                                                const jsonlog_json_options *more,
                                                jsonlog_err *err) {
    const jsonlog_preset_options no_options = JSONLOG_PRESET_OPTIONS_INIT;
    const jsonlog_json_options nothing_more = JSONLOG_JSON_OPTIONS_INIT;
    plan p = {
        .preset = preset,
        .of_class = class_of(preset),
        .options = options == NULL ? &no_options : options,
        .more = more == NULL ? &nothing_more : more,
    };
    if (check(&p, err) != JSONLOG_OK || merge(&p, err) != JSONLOG_OK)
        return NULL;
    jsonlog_formatter *made = jsonlog_json_formatter_new(&p.json, err);
    if (made != NULL && preset == JSONLOG_PRESET_LAMBDA)
        jl_lambda_set_level((jl_json_formatter *)(void *)made);
    if (made == NULL || p.of_class == NULL)
        return made;
    return wrap(&p, (jl_json_formatter *)(void *)made, err);
}
