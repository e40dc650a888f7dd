/* What only layouts by names have. */
#include "base/clock.h"
#include "base/compat.h"
#include "format/attributes.h"
#include "format/time_text.h"
#include "json/escape.h"
#include "record/record.h"

#include <locale.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

/* The most bytes an asctime format may produce; longer results are written as "". */
#define ASCTIME_MAX 128

static int64_t process_start_ns;

/* Python counts from the import of its logging module, which this comes closest to. */
__attribute__((constructor)) static void note_start(void) {
    process_start_ns = jl_clock_now_ns();
}

int64_t jl_process_start_ns(void) {
    return process_start_ns;
}

jl_attribute jl_attribute_find(jl_text name) {
    static const struct {
        jl_text name;
        jl_attribute attribute;
    } rows[] = {
#define ATTRIBUTE_ROW(text, id) {{"" text, sizeof(text) - 1}, JL_ATTRIBUTE_##id},
        JL_ATTRIBUTE_LIST(ATTRIBUTE_ROW)
#undef ATTRIBUTE_ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (jl_text_equal(rows[i].name, name))
            return rows[i].attribute;
    }
    return JL_ATTRIBUTE_VALUE;
}

jl_text jl_named_level_text(int level) {
    static const struct {
        int level;
        jl_text name;
    } named[] = {
#define LEVEL_ROW(name, value) {(value), {#name, sizeof #name - 1}},
        JSONLOG_LEVEL_LIST(LEVEL_ROW)
#undef LEVEL_ROW
    };
    jl_text found = JL_TEXT("TRACE");
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i].level >= JSONLOG_LEVEL_TRACE && named[i].level <= level)
            found = named[i].name;
    return found;
}

static void write_number(jsonlog_writer *writer, jsonlog_value number) {
    jl_write_scalar(writer, &number);
}

static void write_asctime(jsonlog_writer *writer, const jl_asctime_format *asctime, int64_t ns) {
    jl_buffer_append_char(writer->out, '"');
    if (asctime->format == NULL) {
        jl_asctime_append(writer->out, ns);
    } else {
        char text[ASCTIME_MAX];
        struct tm local = {.tm_mday = 1};
        time_t seconds = (time_t)jl_instant_of_ns(ns).seconds;
        localtime_r(&seconds, &local);
        size_t len =
            strftime_l(text, sizeof text, asctime->format, &local, (locale_t)asctime->locale);
        jl_write_escaped(writer, (jl_text){text, len}, JL_ESCAPE_UNLIMITED);
    }
    jl_buffer_append_char(writer->out, '"');
}

static jl_text base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return jl_text_of(slash == NULL ? path : slash + 1);
}

/* The file's name without its extension; a leading dot is no extension. */
static jl_text module_name(const char *path) {
    jl_text name = base_name(path);
    for (size_t i = name.len; i > 1; i--) {
        if (name.ptr[i - 1] == '.')
            return (jl_text){name.ptr, i - 1};
    }
    return name;
}

static void write_thread_name(jsonlog_writer *writer) {
    char name[32] = "";
    if (pthread_getname_np(pthread_self(), name, sizeof name) != 0)
        name[0] = '\0';
    jl_write_string(writer, jl_redact_visible(writer->redactor, jl_text_of(name)));
}

static void write_site(jsonlog_writer *writer, jl_attribute attribute, const jsonlog_site *site) {
    switch (attribute) {
    case JL_ATTRIBUTE_LINE: write_number(writer, jsonlog_from_uint64(site->line)); break;
    case JL_ATTRIBUTE_FUNCTION: jl_write_string(writer, jl_text_of(site->function)); break;
    case JL_ATTRIBUTE_FILENAME: jl_write_string(writer, base_name(site->file)); break;
    case JL_ATTRIBUTE_MODULE: jl_write_string(writer, module_name(site->file)); break;
    default: jl_write_string(writer, jl_text_of(site->file)); break;
    }
}

static jsonlog_value relative_ms(int64_t time_ns) {
    return jsonlog_from_double((double)(time_ns - process_start_ns) / (double)NS_PER_MS);
}

static jsonlog_value milliseconds_of(int64_t time_ns) {
    return jsonlog_from_double((double)(jl_instant_of_ns(time_ns).nanoseconds / NS_PER_MS));
}

void jl_write_named_attribute(jsonlog_writer *writer, jl_attribute attribute,
                              const jl_asctime_format *asctime, const jsonlog_record *record) {
    const int64_t ns = record->time_ns;
    switch (attribute) {
    case JL_ATTRIBUTE_NAMED_LEVEL:
        jl_write_string(writer, jl_named_level_text(record->level));
        break;
    case JL_ATTRIBUTE_ASCTIME: write_asctime(writer, asctime, ns); break;
    case JL_ATTRIBUTE_CREATED:
        jl_write_double_value(writer, (double)ns / (double)NS_PER_SECOND, false);
        break;
    case JL_ATTRIBUTE_LEVEL_NUMBER: write_number(writer, jsonlog_from_int64(record->level)); break;
    case JL_ATTRIBUTE_MSECS: write_number(writer, milliseconds_of(ns)); break;
    case JL_ATTRIBUTE_PROCESS: write_number(writer, jsonlog_from_int64(getpid())); break;
    case JL_ATTRIBUTE_PROCESS_NAME:
        jl_write_string(writer,
                        jl_redact_visible(writer->redactor, jl_text_of(jl_compat_program_name())));
        break;
    case JL_ATTRIBUTE_RELATIVE_CREATED: write_number(writer, relative_ms(ns)); break;
    case JL_ATTRIBUTE_THREAD: write_number(writer, jsonlog_from_uint64(record->thread)); break;
    case JL_ATTRIBUTE_THREAD_NAME: write_thread_name(writer); break;
    default: write_site(writer, attribute, record->site);
    }
}
