#include "format/journal_name.h"

/* A name that is being made. */
typedef struct name_writer {
    jl_journal_name *name;
    size_t start;         /* behind the prefix */
    bool is_behind_gap;   /* an underscore goes in front of the next letter or digit */
    bool is_behind_small; /* the last byte was a small letter or a digit */
} name_writer;

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_small(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static void put(jl_journal_name *name, char c) {
    if (name->len < JL_JOURNAL_NAME_MAX)
        name->text[name->len++] = c;
}

static void put_gap(name_writer *writer) {
    writer->is_behind_gap = true;
    writer->is_behind_small = false;
}

static void put_byte(name_writer *writer, char c) {
    const bool begins_word = is_capital(c) && writer->is_behind_small;
    if (!is_capital(c) && !is_small(c) && !is_digit(c)) {
        put_gap(writer);
        return;
    }
    if ((writer->is_behind_gap || begins_word) && writer->name->len > writer->start)
        put(writer->name, '_');
    put(writer->name, is_small(c) ? (char)(c - 'a' + 'A') : c);
    writer->is_behind_gap = false;
    writer->is_behind_small = !is_capital(c);
}

static void put_path(name_writer *writer, const jl_flat_path *path) {
    if (path->outer != NULL) {
        put_path(writer, path->outer);
        put_gap(writer);
    }
    for (size_t i = 0; i < path->key.len; i++)
        put_byte(writer, path->key.ptr[i]);
}

/* Names that the handler writes itself and those by which the journal knows syslog's. */
static bool is_taken(jl_text name) {
    /* clang-format off */
    static const char *const taken[] = {
        "MESSAGE", "PRIORITY", "LEVEL", "LOGGER", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "TID",
        "TIMESTAMP", "SUPPRESSED", "JSONLOG_TRUNCATED", "JSONLOG_DROPPED", "SYSLOG_IDENTIFIER",
        "SYSLOG_FACILITY", "SYSLOG_PID", "SYSLOG_TIMESTAMP", "SYSLOG_RAW",
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (jl_text_equal(name, jl_text_of(taken[i])))
            return true;
    return false;
}

static void put_in_front(jl_journal_name *name, jl_text front) {
    const size_t room = sizeof name->text - front.len;
    const size_t kept = name->len < room ? name->len : room;
    memmove(name->text + front.len, name->text, kept);
    memcpy(name->text, front.ptr, front.len);
    name->len = front.len + kept;
}

bool jl_journal_is_prefix(const char *prefix) {
    const jl_text text = jl_text_of(prefix);
    if (text.len > JL_JOURNAL_PREFIX_MAX || (text.len > 0 && !is_capital(*text.ptr)))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_capital(text.ptr[i]) && !is_digit(text.ptr[i]) && text.ptr[i] != '_')
            return false;
    return true;
}

void jl_journal_name_make(jl_journal_name *name, jl_text prefix, const jl_flat_path *path) {
    name->len = prefix.len;
    if (prefix.len > 0)
        memcpy(name->text, prefix.ptr, prefix.len);
    name_writer writer = {.name = name, .start = prefix.len};
    put_path(&writer, path);
    const jl_text made = {name->text, name->len};
    if (made.len == 0)
        put_in_front(name, JL_TEXT("FIELD"));
    else if (is_digit(*made.ptr) || is_taken(made))
        put_in_front(name, JL_TEXT("FIELD_"));
}
