#include "base/compat.h"
#include "json/number.h"
#include "logger/config_nearest.h"
#include "logger/config_option.h"

#include <math.h>
#include <stdlib.h>

bool jl_config_expected(jl_config_load *load, const jl_node *node, const char *what) {
    if (node->kind == JL_JSON_STRING)
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE, "expected %s, not \"%.60s\"",
                       what, node->text.ptr);
    else if (node->kind == JL_JSON_NUMBER)
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE, "expected %s, not %.*s", what,
                       node->text.len > 40 ? 40 : (int)node->text.len, node->text.ptr);
    else
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE, "expected %s, not %s", what,
                       jl_node_kind_name(node));
    return false;
}

/* ---- text, bool ---- */

bool jl_read_text(jl_config_load *load, const jl_node *node, size_t least, const char **out) {
    if (node->kind != JL_JSON_STRING || node->text.len < least)
        return jl_config_expected(load, node,
                                  least > 0 ? "a string that is not empty" : "a string");
    *out = node->text.ptr;
    return true;
}

static bool is_text(const jl_node *node, const char *text) {
    return node->kind == JL_JSON_STRING && jl_text_equal(node->text, jl_text_of(text));
}

bool jl_read_bool(jl_config_load *load, const jl_node *node, bool *out) {
    const bool is_true = node->kind == JL_JSON_TRUE || (node->is_expanded && is_text(node, "true"));
    const bool is_false =
        node->kind == JL_JSON_FALSE || (node->is_expanded && is_text(node, "false"));
    if (!is_true && !is_false)
        return jl_config_expected(load, node, "true or false");
    *out = is_true;
    return true;
}

/* ---- numbers ---- */

static size_t count_digits(const char *at) {
    size_t count = 0;
    while (at[count] >= '0' && at[count] <= '9')
        count++;
    return count;
}

/* Decimal digits without a leading zero: `010` means 8 to some who read it. */
static bool read_digits(const char *at, size_t count, uint64_t *out) {
    if (count == 0 || (count > 1 && *at == '0'))
        return false;
    *out = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(at[i] - '0'), out))
            return false;
    return true;
}

/* 10.0 and 1e3 are whole numbers too. */
static bool read_whole_double(const jl_node *node, int64_t *out) {
    const double value = jl_read_double(node->text);
    if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0) ||
        (double)(int64_t)value < value || (double)(int64_t)value > value)
        return false;
    *out = (int64_t)value;
    return true;
}

/* A number, or the same as text where an environment variable stands for it. Both are followed by
 * a byte that is no digit. */
static bool read_signed(const jl_node *node, int64_t *out) {
    if (node->kind == JL_JSON_NUMBER && !node->is_integer)
        return read_whole_double(node, out);
    if (node->kind != JL_JSON_NUMBER && (node->kind != JL_JSON_STRING || !node->is_expanded))
        return false;
    const bool is_negative = node->text.len > 0 && node->text.ptr[0] == '-';
    const char *digits = node->text.ptr + is_negative;
    const size_t count = node->text.len - is_negative;
    uint64_t value = 0;
    if (count_digits(digits) < count || !read_digits(digits, count, &value) || value > INT64_MAX)
        return false;
    *out = is_negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool jl_read_integer(jl_config_load *load, const jl_node *node, int64_t least, int64_t most,
                     int64_t *out) {
    int64_t value = 0;
    if (!read_signed(node, &value))
        return jl_config_expected(load, node, "a whole number");
    if (least == most && value != least) {
        jl_config_fail(load, JSONLOG_E_LIMIT, node, JL_AT_VALUE, "expected %lld, not %lld",
                       (long long)least, (long long)value);
        return false;
    }
    if (value < least || value > most) {
        jl_config_fail(load, JSONLOG_E_LIMIT, node, JL_AT_VALUE,
                       "expected a number from %lld to %lld, not %lld", (long long)least,
                       (long long)most, (long long)value);
        return false;
    }
    *out = value;
    return true;
}

bool jl_read_double_option(jl_config_load *load, const jl_node *node, double *out) {
    bool is_integer = false;
    const char *end = node->text.ptr + node->text.len;
    const bool is_number =
        node->kind == JL_JSON_NUMBER ||
        (node->is_expanded && jl_scan_number_end(node->text.ptr, end, &is_integer) == end);
    const double value = is_number ? jl_read_double(node->text) : (double)INFINITY;
    if (!isfinite(value))
        return jl_config_expected(load, node, "a number");
    *out = value;
    return true;
}

/* ---- sizes ---- */

/* expand_number() takes more than this: blanks, signs, octal, other suffixes. */
static bool is_size_text(const char *text) {
    const size_t digits = count_digits(text);
    uint64_t value = 0;
    if (!read_digits(text, digits, &value))
        return false;
    text += digits;
    text += *text != '\0' && strchr("kKmMgGtT", *text) != NULL;
    return *text == '\0';
}

bool jl_read_size(jl_config_load *load, const jl_node *node, uint64_t *out) {
    int64_t bytes = 0;
    if (node->kind == JL_JSON_NUMBER && read_signed(node, &bytes) && bytes >= 0) {
        *out = (uint64_t)bytes;
        return true;
    }
    if (node->kind == JL_JSON_STRING && is_size_text(node->text.ptr) &&
        jl_compat_expand_number(node->text.ptr, out))
        return true;
    return jl_config_expected(load, node, "a size such as 1048576 or \"10M\"");
}

/* ---- spans of time ---- */

static bool unit_of(const char *text, uint64_t *ms) {
    static const jl_option_word units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                           {"h", 3600000}, {"d", 86400000}, JL_WORDS_END};
    for (const jl_option_word *unit = units; unit->name != NULL; unit++) {
        *ms = unit->value;
        if (strcmp(text, unit->name) == 0)
            return true;
    }
    return false;
}

bool jl_read_duration(jl_config_load *load, const jl_node *node, uint64_t unit_ms, uint64_t *out) {
    const char *text = node->kind == JL_JSON_STRING ? node->text.ptr : "";
    const size_t digits = count_digits(text);
    uint64_t value = 0;
    uint64_t scale = 0;
    if (!read_digits(text, digits, &value) || !unit_of(text + digits, &scale) ||
        __builtin_mul_overflow(value, scale, &value) || value % unit_ms != 0)
        return jl_config_expected(load, node,
                                  unit_ms == 1
                                      ? "a span of time such as \"250ms\", \"5s\" or \"2h\""
                                      : "a span of whole seconds such as \"90s\" or \"14d\"");
    *out = value / unit_ms;
    return true;
}

/* ---- levels, modes, times of day ---- */

bool jl_read_level(jl_config_load *load, const jl_node *node, int *out) {
    int64_t number = 0;
    if (node->kind == JL_JSON_NUMBER) {
        if (!jl_read_integer(load, node, JSONLOG_LEVEL_NOTSET, JSONLOG_LEVEL_OFF, &number))
            return false;
        *out = (int)number;
        return true;
    }
    jsonlog_err err = {.code = JSONLOG_OK};
    if (node->kind != JL_JSON_STRING)
        return jl_config_expected(load, node, "a level, such as \"INFO\" or 20");
    if (jsonlog_level_parse(node->text.ptr, out, &err) == JSONLOG_OK)
        return true;
    jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE, "%s", err.text);
    return false;
}

bool jl_read_mode(jl_config_load *load, const jl_node *node, unsigned *out) {
    const char *text = node->kind == JL_JSON_STRING ? node->text.ptr : "";
    const size_t digits = strspn(text, "01234567");
    if (digits < 4 || digits > 5 || text[0] != '0' || text[digits] != '\0')
        return jl_config_expected(load, node,
                                  "a mode of four or five octal digits such as \"0640\"");
    *out = (unsigned)strtoul(text, NULL, 8);
    return true;
}

static bool two_digits(const char *at, unsigned most, unsigned *out) {
    if (count_digits(at) < 2)
        return false;
    *out = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
    return *out <= most;
}

bool jl_read_clock(jl_config_load *load, const jl_node *node, unsigned *out) {
    const char *text = node->kind == JL_JSON_STRING ? node->text.ptr : "";
    const size_t len = strlen(text);
    unsigned hours = 0;
    unsigned minutes = 0;
    unsigned seconds = 0;
    const bool is_good = (len == 5 || len == 8) && two_digits(text, 23, &hours) && text[2] == ':' &&
                         two_digits(text + 3, 59, &minutes) &&
                         (len == 5 || (text[5] == ':' && two_digits(text + 6, 59, &seconds)));
    if (!is_good)
        return jl_config_expected(load, node, "a time of day such as \"03:30\"");
    *out = (hours * 60 + minutes) * 60 + seconds;
    return true;
}

/* ---- words ---- */

static void list_words(const jl_option_word *words, char *out, size_t size) {
    size_t len = 0;
    out[0] = '\0';
    for (; words->name != NULL && len < size; words++) {
        len = strlen(out);
        jl_compat_copy(out + len, len > 0 ? ", " : "", size - len);
        len = strlen(out);
        jl_compat_copy(out + len, words->name, size - len);
    }
}

bool jl_read_word(jl_config_load *load, const jl_node *node, const jl_option_word *words,
                  uint64_t *out) {
    jl_nearest nearest = {NULL, 0};
    char list[200];
    for (const jl_option_word *word = words; word->name != NULL; word++) {
        if (is_text(node, word->name)) {
            *out = word->value;
            return true;
        }
        if (node->kind == JL_JSON_STRING)
            jl_nearest_offer(&nearest, node->text.ptr, word->name);
    }
    list_words(words, list, sizeof list);
    if (nearest.word == NULL)
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE, "expected one of %s", list);
    else
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_VALUE,
                       "\"%.60s\" is none of %s; did you mean %s?", node->text.ptr, list,
                       nearest.word);
    return false;
}
