#include "testing/run_child.h"

#include "base/alloc.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

void jl_child_close(int *end) {
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* ---- environment ----------------------------------------------------------------------------- */

static size_t count_of(char *const *list) {
    size_t count = 0;
    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

static bool has_name_of(const char *entry, const char *other) {
    const size_t len = strcspn(entry, "=");
    return strncmp(entry, other, len) == 0 && other[len] == '=';
}

static bool is_named(const char *entry) {
    return entry[0] != '=' && strchr(entry, '=') != NULL;
}

/* In place of the entry with the same name, else at the end. */
static void put(char **list, size_t *count, char *entry) {
    size_t at = 0;
    while (at < *count && !has_name_of(entry, list[at]))
        at++;
    list[at] = entry;
    *count += at == *count;
}

/* The strings are borrowed. posix_spawn() writes to none of them; its prototype is older than
 * const. */
static jsonlog_status merge_environment(const char *const *added, char ***out, jsonlog_err *err) {
    char **extra = NULL;
    memcpy(&extra, &added, sizeof extra);
    const size_t extra_count = count_of(extra);
    size_t count = count_of(environ);
    char **list = jl_calloc(count + extra_count + 1, sizeof *list);
    if (list == NULL)
        return jl_err_nomem(err);
    if (count > 0)
        memcpy(list, environ, count * sizeof *list);
    for (size_t i = 0; i < extra_count; i++) {
        if (!is_named(extra[i])) {
            jl_free(list);
            return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                              "\"%s\" in the environment is not of the form NAME=value", extra[i]);
        }
        put(list, &count, extra[i]);
    }
    *out = list;
    return JSONLOG_OK;
}

/* ---- pipes ----------------------------------------------------------------------------------- */

/* The child's ends of the pipes. */
typedef struct far_ends {
    int input;
    int output;
    int errors;
} far_ends;

/* A program that was started without stdin gets low numbers for its pipes; in the child they would
 * be overwritten while they are still needed. */
static bool move_above_standard(int *descriptor) {
    if (*descriptor > STDERR_FILENO)
        return true;
    const int moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    jl_child_close(descriptor);
    *descriptor = moved;
    return moved >= 0;
}

static bool open_pipe(int *ours, int *theirs, bool is_to_child) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    *ours = ends[is_to_child ? 1 : 0];
    *theirs = ends[is_to_child ? 0 : 1];
    return move_above_standard(ours) && move_above_standard(theirs) &&
           fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_pipes(const jsonlog_run_options *options, jl_child *child, far_ends *ends) {
    if (options->input_len > 0) {
        if (!open_pipe(&child->input, &ends->input, true))
            return false;
    } else {
        ends->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (ends->input < 0 || !move_above_standard(&ends->input))
            return false;
    }
    return open_pipe(&child->output, &ends->output, false) &&
           (!options->captures_stderr || open_pipe(&child->errors, &ends->errors, false));
}

static void close_far_ends(far_ends *ends) {
    jl_child_close(&ends->input);
    jl_child_close(&ends->output);
    jl_child_close(&ends->errors);
}

static void close_near_ends(jl_child *child) {
    jl_child_close(&child->input);
    jl_child_close(&child->output);
    jl_child_close(&child->errors);
}

/* ---- the program ----------------------------------------------------------------------------- */

static int add_files(posix_spawn_file_actions_t *files, const far_ends *ends) {
    int failure = posix_spawn_file_actions_adddup2(files, ends->input, STDIN_FILENO);
    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(files, ends->output, STDOUT_FILENO);
    if (failure == 0 && ends->errors >= 0)
        failure = posix_spawn_file_actions_adddup2(files, ends->errors, STDERR_FILENO);
    return failure;
}

/* The child begins as from a shell: no signal blocked, and SIGPIPE ends it, whatever the caller has
 * chosen for itself. */
static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t signals;
    sigemptyset(&signals);
    int failure = posix_spawnattr_setsigmask(attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    if (failure == 0)
        failure = posix_spawnattr_setsigdefault(attributes, &signals);
    if (failure == 0)
        failure = posix_spawnattr_setpgroup(attributes, 0);
    if (failure == 0)
        failure = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return failure;
}

/* posix_spawn() does in the child only what is safe there, however many threads there are. @return
 * an errno. */
static int spawn(const jsonlog_run_options *options, const far_ends *ends, char **environment,
                 pid_t *pid) {
    char **argv = NULL;
    memcpy(&argv, &options->argv, sizeof argv);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&files);
    if (failure != 0)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure != 0)
        goto free_files;
    failure = add_files(&files, ends);
    if (failure == 0)
        failure = set_attributes(&attributes);
    if (failure == 0)
        failure = posix_spawnp(pid, argv[0], &files, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
free_files:
    posix_spawn_file_actions_destroy(&files);
    return failure;
}

static jsonlog_status explain_spawn(const jsonlog_run_options *options, int failure,
                                    jsonlog_err *err) {
    char space[128];
    const char *reason = strerror_r(failure, space, sizeof space);
    jsonlog_status status = JSONLOG_E_NOT_FOUND;
    if (failure == ENOMEM)
        status = JSONLOG_E_NOMEM;
    else if (failure == E2BIG)
        status = JSONLOG_E_LIMIT;
    else if (failure == EAGAIN || failure == EMFILE || failure == ENFILE)
        status = JSONLOG_E_IO;
    return jl_err_set(err, status, JSONLOG_NO_OFFSET, "cannot run \"%s\": %s", options->argv[0],
                      reason);
}

static jsonlog_status explain_pipes(int failure, jsonlog_err *err) {
    char space[128];
    return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "cannot open a pipe: %s",
                      strerror_r(failure, space, sizeof space));
}

jsonlog_status jl_child_start(const jsonlog_run_options *options, jl_child *child,
                              jsonlog_err *err) {
    far_ends ends = {-1, -1, -1};
    char **environment = NULL;
    *child = (jl_child){.pid = -1, .input = -1, .output = -1, .errors = -1};
    jsonlog_status status = merge_environment(options->environment, &environment, err);
    if (status != JSONLOG_OK)
        return status;
    if (!open_pipes(options, child, &ends)) {
        status = explain_pipes(errno, err);
    } else {
        const int failure = spawn(options, &ends, environment, &child->pid);
        if (failure != 0)
            status = explain_spawn(options, failure, err);
    }
    close_far_ends(&ends);
    jl_free(environment);
    if (status != JSONLOG_OK)
        close_near_ends(child);
    return status;
}
