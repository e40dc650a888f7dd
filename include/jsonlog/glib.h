#ifndef JSONLOG_GLIB_H
#define JSONLOG_GLIB_H
/**
 * What a program and its libraries log through GLib (2.50 or later), as records. Header only:
 * libjsonlog knows nothing of GLib.
 *
 *     int main(void) {
 *         jsonlog_glib_install(NULL);
 *         g_warning("disk is %d %% full", 97);
 *         g_log_structured("payment", G_LOG_LEVEL_INFO, "ORDER", "4711", "MESSAGE", "order taken");
 *
 *     {"timestamp":…,"logType":"WARN","logger":"glib.payment","message":"disk is 97 % full"}
 *     {"timestamp":…,"logType":"INFO","logger":"glib.payment","message":"order
 * taken","ORDER":"4711"}
 *
 * A message of the domain "GLib-GIO" goes to the logger "glib.GLib-GIO", one without a domain to
 * "glib", so levels, handlers and filters can be set for all of GLib or for a domain.
 *
 *     ERROR → FATAL, CRITICAL → ERROR, WARNING → WARN, MESSAGE and INFO → INFO, DEBUG → DEBUG;
 *     a level of your own, G_LOG_LEVEL_USER_SHIFT and up → INFO
 *
 * The level of the logger decides what is written. G_MESSAGES_DEBUG, as known from GLib's own
 * output, is read when the writer is installed: `all` switches the loggers of all domains to DEBUG,
 * else those of the domains it names. Unlike there, INFO is written without it.
 * g_log_set_debug_enabled() changes nothing here.
 *
 * Fields of a structured message become fields under their names: a text that ends in a NUL as a
 * text, one with a length as a text if it is UTF-8 without NUL, else as bytes (base64). MESSAGE is
 * the message; CODE_FILE, CODE_LINE (a number) and CODE_FUNC are "file", "line" and "function".
 * PRIORITY, GLIB_DOMAIN and GLIB_OLD_LOG_API are left out: level and logger say it.
 *
 * A fatal message (every ERROR, and what g_log_set_always_fatal() or G_DEBUG name) ends the process
 * in GLib, as ever: behind an ERROR, a CRITICAL or a message that is marked fatal all handlers are
 * flushed first.
 *
 * Threads: any. Recursion: what a handler, filter or formatter logs through GLib while a record of
 * this library is being written is a nested record (handler.h) and never waits. While a message of
 * GLib's is being written GLib decides: a structured one goes to stderr, but g_log() within g_log()
 * ends the process, with any writer, so handlers of yours use g_log_structured() (or define
 * G_LOG_USE_STRUCTURED).
 * g_test_expect_message() and g_log_set_handler() work as ever: they come before the writer.
 */
#include <glib.h>

#include <jsonlog/logger.h>

#include <stdlib.h>
#include <string.h>

/** How many fields are taken without memory. */
#define JSONLOG_GLIB_FIELDS 32

/** The level of a record for GLib's. */
static inline int jsonlog_glib_level(GLogLevelFlags level) {
    if ((level & G_LOG_LEVEL_ERROR) != 0)
        return JSONLOG_LEVEL_FATAL;
    if ((level & G_LOG_LEVEL_CRITICAL) != 0)
        return JSONLOG_LEVEL_ERROR;
    if ((level & G_LOG_LEVEL_WARNING) != 0)
        return JSONLOG_LEVEL_WARN;
    if ((level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) == 0 && (level & G_LOG_LEVEL_DEBUG) != 0)
        return JSONLOG_LEVEL_DEBUG;
    return JSONLOG_LEVEL_INFO;
}

/** @return the logger of a domain. @param parent  as given to jsonlog_glib_install(). */
static inline jsonlog_logger *jsonlog_glib_logger(const char *parent, const char *domain) {
    char name[256];
    if (parent == NULL)
        parent = "glib";
    if (domain == NULL || domain[0] == '\0')
        return jsonlog_get(parent);
    g_snprintf(name, sizeof name, "%s%s%s", parent, parent[0] == '\0' ? "" : ".", domain);
    return jsonlog_get(name);
}

static inline jsonlog_value jsonlog_glib_value(const GLogField *field) {
    const char *text = (const char *)field->value;
    if (field->length < 0)
        return jsonlog_from_string(text);
    if (g_utf8_validate(text, field->length, NULL))
        return jsonlog_string(text, (size_t)field->length);
    return jsonlog_bytes(text, (size_t)field->length);
}

/** What is known by other names here. */
static inline bool jsonlog_glib_is_known(const char *key) {
    return strcmp(key, "MESSAGE") == 0 || strcmp(key, "PRIORITY") == 0 ||
           strcmp(key, "GLIB_DOMAIN") == 0 || strcmp(key, "GLIB_OLD_LOG_API") == 0;
}

static inline jsonlog_field jsonlog_glib_field(const GLogField *field) {
    if (strcmp(field->key, "CODE_FILE") == 0)
        return jsonlog_field_make("file", jsonlog_glib_value(field));
    if (strcmp(field->key, "CODE_FUNC") == 0)
        return jsonlog_field_make("function", jsonlog_glib_value(field));
    if (strcmp(field->key, "CODE_LINE") == 0 && field->length < 0 && field->value != NULL)
        return jsonlog_field_make(
            "line", jsonlog_from_uint64(strtoull((const char *)field->value, NULL, 10)));
    return jsonlog_field_make(field->key, jsonlog_glib_value(field));
}

/** @return the text of a field that GLib itself has set, NULL if there is none. */
static inline const char *jsonlog_glib_text(const GLogField *fields, gsize count, const char *key,
                                            size_t *len) {
    for (gsize i = 0; i < count; i++) {
        const char *text = (const char *)fields[i].value;
        if (strcmp(fields[i].key, key) != 0 || text == NULL)
            continue;
        *len = fields[i].length < 0 ? strlen(text) : (size_t)fields[i].length;
        return text;
    }
    *len = 0;
    return NULL;
}

static inline void jsonlog_glib_log(jsonlog_logger *logger, int level, const GLogField *fields,
                                    gsize count) {
    jsonlog_field few[JSONLOG_GLIB_FIELDS];
    few[0] = jsonlog_field_make("", jsonlog_from_string(NULL)); /* a compiler wants to see it set */
    jsonlog_field *mine =
        count <= JSONLOG_GLIB_FIELDS ? few : (jsonlog_field *)g_malloc(count * sizeof few[0]);
    size_t taken = 0;
    size_t len = 0;
    const char *message = jsonlog_glib_text(fields, count, "MESSAGE", &len);
    for (gsize i = 0; i < count; i++)
        if (!jsonlog_glib_is_known(fields[i].key))
            mine[taken++] = jsonlog_glib_field(&fields[i]);
    jsonlog_log_fields(logger, level, message, len, mine, taken);
    if (mine != few)
        g_free(mine);
}

/** The writer itself, a GLogWriterFunc, for programs that choose between writers.
 *  @param parent  const char *: the name in front of the domains; NULL: "glib". */
static inline GLogWriterOutput jsonlog_glib_writer(GLogLevelFlags level, const GLogField *fields,
                                                   gsize count, gpointer parent) {
    size_t len = 0;
    const char *domain = jsonlog_glib_text(fields, count, "GLIB_DOMAIN", &len);
    jsonlog_logger *logger = jsonlog_glib_logger((const char *)parent, domain);
    const int mine = jsonlog_glib_level(level);
    if (jsonlog_enabled(logger, mine))
        jsonlog_glib_log(logger, mine, fields, count);
    if (mine >= JSONLOG_LEVEL_ERROR || (level & G_LOG_FLAG_FATAL) != 0)
        jsonlog_flush();
    return G_LOG_WRITER_HANDLED;
}

/** Do what G_MESSAGES_DEBUG asks for. */
static inline void jsonlog_glib_obey_environment(const char *parent) {
    const char *domains = g_getenv("G_MESSAGES_DEBUG");
    gchar **names;
    if (domains == NULL)
        return;
    names = g_strsplit_set(domains, " ,", -1);
    for (gchar **name = names; *name != NULL; name++) {
        const bool is_all = strcmp(*name, "all") == 0;
        if ((*name)[0] != '\0')
            jsonlog_logger_set_level(jsonlog_glib_logger(parent, is_all ? NULL : *name),
                                     JSONLOG_LEVEL_DEBUG);
    }
    g_strfreev(names);
}

/**
 * Make all of GLib's messages records. GLib lets a program set its writer once and ends it at the
 * second time, so libraries leave this to the program.
 * @param parent  the name of the logger above those of the domains, borrowed for ever; NULL:
 * "glib";
 * "": a domain's logger has the domain's name, and `all` is the root.
 */
static inline void jsonlog_glib_install(const char *parent) {
    jsonlog_glib_obey_environment(parent);
    g_log_set_writer_func(jsonlog_glib_writer, (gpointer)(uintptr_t)parent, NULL);
}

#endif
