#include "base/err.h"
#include "base/text.h"
#include "base/thread.h"
#include "record/level.h"
#include "record/record.h"

#include <strings.h>

#define NAMES_MAX 64
#define NAME_SIZE 32 /* 31 bytes and a NUL */

/* "LEVEL 37": a number without a name needs no memory of its own. Written when it is first asked
 * for, so that a program carries no table of 256 texts, and without a lock, for a signal handler
 * may ask. Of threads that ask at the same time one writes a byte, and the others find it; the
 * first byte comes last and says that all are there. */
#define NUMBERED_SIZE 10
static char numbered[JL_LEVEL_COUNT][NUMBERED_SIZE]; /* atomic */

static void put_once(char *at, char c) {
    char nothing = '\0';
    __atomic_compare_exchange_n(at, &nothing, c, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static __attribute__((cold)) const char *numbered_name(int level) {
    char *name = numbered[level];
    if (__atomic_load_n(name, __ATOMIC_ACQUIRE) != '\0')
        return name;
    char text[NUMBERED_SIZE] = "LEVEL ";
    size_t len = 6;
    for (int unit = level < 10 ? 1 : level < 100 ? 10 : 100; unit > 0; unit /= 10)
        text[len++] = (char)('0' + level / unit % 10);
    while (len-- > 0)
        put_once(&name[len], text[len]);
    return name;
}

/* Texts of renamed levels stay valid for ever, so a slot is used once. jl_level_given holds the
 * text in force for each level; readers take no lock. */
static char texts[NAMES_MAX][NAME_SIZE];
static size_t text_count;
const char *jl_level_given[JL_LEVEL_COUNT];

typedef struct builtin_name {
    const char *name;
    int level;
} builtin_name;

/* The names that are read, in the order an error lists them; the first of a level is written. */
static const builtin_name builtins[] = {
#define BUILTIN(name, value) {#name, value},
    JSONLOG_LEVEL_LIST(BUILTIN)
#undef BUILTIN
        {"WARNING", JSONLOG_LEVEL_WARN},
    {"CRITICAL", JSONLOG_LEVEL_FATAL},
};
#define BUILTIN_COUNT (sizeof builtins / sizeof builtins[0])

const char *jsonlog_level_name(int level) {
    if (level < 0 || level >= JL_LEVEL_COUNT)
        return "LEVEL ?";
    const char *name = jl_level_given_name(level);
    if (name != NULL)
        return name;
    switch (level) {
#define NAME_CASE(name, value) \
    case value: return #name;
        JSONLOG_LEVEL_LIST(NAME_CASE)
#undef NAME_CASE
    default: return numbered_name(level);
    }
}

jl_text jl_level_text(int level) {
    return jl_text_of(jsonlog_level_name(level));
}

/* ---- reading ---- */

/* @return the number, or -1. */
static int parse_number(const char *text) {
    int number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && number < JL_LEVEL_COUNT; at++)
        number = number * 10 + (*at - '0');
    return at == text || *at != '\0' || number >= JL_LEVEL_COUNT ? -1 : number;
}

static int parse_given(const char *text) {
    for (int level = 0; level < JL_LEVEL_COUNT; level++) {
        const char *name = jl_level_given_name(level);
        if (name != NULL && strcasecmp(name, text) == 0)
            return level;
    }
    return -1;
}

static int parse_builtin(const char *text) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (strcasecmp(builtins[i].name, text) == 0)
            return builtins[i].level;
    return -1;
}

static void list_name(char *list, size_t size, size_t *len, const char *name) {
    const size_t name_len = strlen(name);
    if (*len + name_len + 2 > size)
        return;
    list[(*len)++] = ' ';
    memcpy(list + *len, name, name_len + 1);
    *len += name_len;
}

static __attribute__((cold)) jsonlog_status complain(jsonlog_err *err, const char *name) {
    char list[JSONLOG_ERR_TEXT_MAX / 2] = "";
    size_t len = 0;
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        list_name(list, sizeof list, &len, builtins[i].name);
    for (int level = 0; level < JL_LEVEL_COUNT; level++)
        if (jl_level_given_name(level) != NULL)
            list_name(list, sizeof list, &len, jl_level_given_name(level));
    return jl_err_set(err, JSONLOG_E_NOT_FOUND, 0, "'%.64s' is no level; known are 0 to 255 and%s",
                      name == NULL ? "" : name, list);
}

bool jl_level_read(const char *name, int *level) {
    int found = parse_given(name);
    if (found < 0)
        found = parse_builtin(name);
    if (found < 0)
        found = parse_number(name);
    if (found < 0)
        return false;
    *level = found;
    return true;
}

jsonlog_status jsonlog_level_parse(const char *name, int *level, jsonlog_err *err) {
    if (name == NULL || level == NULL || !jl_level_read(name, level))
        return complain(err, name);
    return JSONLOG_OK;
}

/* ---- naming ---- */

static bool is_name(const char *name) {
    if (name == NULL || name[0] == '\0')
        return false;
    size_t len = 0;
    for (; name[len] != '\0'; len++)
        if (name[len] < 0x20 || name[len] > 0x7E || len + 1 >= NAME_SIZE)
            return false;
    return true;
}

/* A text given before is used again, so that switching between names has no limit. */
static const char *text_locked(const char *name) {
    for (size_t i = 0; i < text_count; i++)
        if (strcmp(texts[i], name) == 0)
            return texts[i];
    if (text_count == NAMES_MAX)
        return NULL;
    memcpy(texts[text_count], name, strlen(name) + 1);
    return texts[text_count++];
}

__attribute__((cold)) jsonlog_status jsonlog_level_set_name(int level, const char *name) {
    if (level < 1 || level > 254 || !is_name(name))
        return JSONLOG_E_INVALID;
    jl_lock_acquire(&jl_words_lock);
    const char *text = text_locked(name);
    if (text != NULL)
        __atomic_store_n(&jl_level_given[level], text, __ATOMIC_RELEASE);
    jl_lock_release(&jl_words_lock);
    return text == NULL ? JSONLOG_E_LIMIT : JSONLOG_OK;
}
