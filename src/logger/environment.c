#include "logger/environment.h"

#include "base/alloc.h"
#include "logger/tree.h"
#include "record/level.h"

#include <unistd.h>

#define PREFIX "JSONLOG_LEVEL"

typedef enum entry_state { ENTRY_FINE, ENTRY_WRONG, ENTRY_REPORTED } entry_state;

typedef struct entry {
    const char *name; /* the whole variable's */
    const char *value;
    uint32_t state; /* an entry_state; atomic */
} entry;

uint32_t jl_environment_complaints;

static entry *entries; /* written once, before the library is ready; kept for ever */
static size_t entry_count;

/* An empty value is taken as none. @return the value, or NULL if this is no variable of ours. */
static const char *value_in(const char *variable) {
    if (strncmp(variable, PREFIX, sizeof PREFIX - 1) != 0)
        return NULL;
    const char *rest = variable + sizeof PREFIX - 1;
    const char *equals = strchr(rest, '=');
    if (equals == NULL || equals[1] == '\0' || (rest != equals && rest[0] != '_'))
        return NULL;
    return equals + 1;
}

static size_t measure(size_t *text_size) {
    size_t count = 0;
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        if (value_in(*variable) == NULL)
            continue;
        count++;
        *text_size += strlen(*variable) + 1;
    }
    return count;
}

void jl_environment_read(void) {
    size_t text_size = 0;
    const size_t count = measure(&text_size);
    if (count == 0)
        return;
    entry *list = jl_alloc(count * sizeof *list + text_size);
    if (list == NULL)
        return;
    char *text = (char *)(list + count);
    for (char **variable = environ; entry_count < count; variable++) {
        const char *value = value_in(*variable);
        if (value == NULL)
            continue;
        const size_t name_len = (size_t)(value - *variable) - 1;
        const size_t len = strlen(*variable);
        memcpy(text, *variable, len + 1);
        text[name_len] = '\0';
        list[entry_count++] = (entry){text, text + name_len + 1, ENTRY_FINE};
        text += len + 1;
    }
    entries = list;
}

/* PREFIX, `_` and the name, in which every byte that is no letter or digit is `_`. */
static void variable_of(const char *logger, char *out) {
    memcpy(out, PREFIX, sizeof PREFIX);
    if (logger[0] == '\0')
        return;
    out += sizeof PREFIX - 1;
    *out++ = '_';
    for (; *logger != '\0'; logger++) {
        const char c = *logger;
        const bool is_kept =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        *out++ = is_kept ? c : '_';
    }
    *out = '\0';
}

static void complain(entry *wrong) {
    uint32_t state = ENTRY_FINE;
    if (__atomic_compare_exchange_n(&wrong->state, &state, ENTRY_WRONG, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        __atomic_fetch_add(&jl_environment_complaints, 1, __ATOMIC_RELEASE);
}

bool jl_environment_level(const char *logger, int *level) {
    char name[sizeof PREFIX + 1 + JL_NAME_MAX];
    if (entry_count == 0)
        return false;
    variable_of(logger, name);
    for (size_t i = 0; i < entry_count; i++) {
        if (strcmp(entries[i].name, name) != 0)
            continue;
        if (jl_level_read(entries[i].value, level))
            return true;
        complain(&entries[i]);
        return false;
    }
    return false;
}

static void report(const entry *wrong) {
    const jsonlog_field fields[] = {
        jsonlog_field_make("variable", jsonlog_from_string(wrong->name)),
        jsonlog_field_make("value", jsonlog_from_string(wrong->value)),
    };
    jsonlog_log_fields(&jl_own_logger.logger.head, JSONLOG_LEVEL_WARN,
                       "an environment variable holds no level and is ignored",
                       JSONLOG_NUL_TERMINATED, fields, 2);
}

/* The count goes down first, or the record of the report would start the next report. */
void jl_environment_report(void) {
    for (size_t i = 0; i < entry_count; i++) {
        uint32_t state = ENTRY_WRONG;
        if (!__atomic_compare_exchange_n(&entries[i].state, &state, ENTRY_REPORTED, false,
                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        __atomic_fetch_sub(&jl_environment_complaints, 1, __ATOMIC_RELAXED);
        report(&entries[i]);
    }
}
