#include <jsonlog/capture.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/err.h"
#include "testing/capture_registry.h"
#include "testing/run_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_MS 30000u
/* How soon the end of a program is noticed that leaves its stdout to a background process. */
#define TICK_MS 20
#define CHUNK   16384

/* A stream of the child on its way into the capture. */
typedef struct stream {
    int *end;
    jl_buffer unfinished; /* the begin of a line whose newline has not come yet */
} stream;

typedef struct run {
    jsonlog_capture *capture;
    const jsonlog_run_options *options;
    jl_child child;
    stream streams[2];
    size_t input_sent;
    int64_t deadline_ns;
    bool has_ended;
    bool is_stolen; /* somebody else has waited for it: its number may belong to another by now */
    int exit_status;
    int failure;        /* an errno */
    jsonlog_status fed; /* the first failure of the capture */
} run;

/* ---- stdout and stderr -> capture ------------------------------------------------------------ */

static void note(run *self, jsonlog_status status) {
    if (self->fed == JSONLOG_OK)
        self->fed = status;
}

static void feed(run *self, jl_text text) {
    note(self, jsonlog_capture_feed(self->capture, text.ptr, text.len));
}

/* A line that is longer than the capture may hold is lost as a whole; what comes after it is read
 * on. */
static void keep_unfinished(run *self, stream *from, jl_text text) {
    jl_buffer_append_text(&from->unfinished, text);
    note(self, from->unfinished.status);
}

static void finish_line(run *self, stream *from) {
    if (from->unfinished.status != JSONLOG_OK)
        jl_capture_lines_lose(&self->capture->lines, from->unfinished.status);
    else
        feed(self, jl_buffer_view(&from->unfinished));
    jl_buffer_clear(&from->unfinished);
}

static void take_chunk(run *self, stream *from, jl_text chunk) {
    const char *first = memchr(chunk.ptr, '\n', chunk.len);
    if (first == NULL) {
        keep_unfinished(self, from, chunk);
        return;
    }
    const char *last = memrchr(chunk.ptr, '\n', chunk.len);
    keep_unfinished(self, from, (jl_text){chunk.ptr, (size_t)(first - chunk.ptr)});
    finish_line(self, from);
    if (last > first)
        feed(self, (jl_text){first + 1, (size_t)(last - first)});
    keep_unfinished(self, from, (jl_text){last + 1, (size_t)(chunk.ptr + chunk.len - last - 1)});
}

/* @return whether there may be more right now. */
static bool read_stream(run *self, stream *from) {
    char chunk[CHUNK];
    const ssize_t got = read(*from->end, chunk, sizeof chunk);
    if (got > 0) {
        take_chunk(self, from, (jl_text){chunk, (size_t)got});
        return true;
    }
    if (got < 0 && errno == EINTR)
        return true;
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got < 0)
        self->failure = errno;
    jl_child_close(from->end);
    return false;
}

static bool is_late(const run *self) {
    return jl_clock_monotonic_ns() >= self->deadline_ns;
}

/* What the program wrote before its end is in the pipes by now; somebody else who still has them
 * may write for ever. */
static void drain(run *self) {
    const int64_t last_ns = jl_clock_monotonic_ns() + (int64_t)1000000000;
    for (size_t i = 0; i < 2; i++) {
        stream *from = &self->streams[i];
        while (*from->end >= 0 && read_stream(self, from) && jl_clock_monotonic_ns() < last_ns)
            ;
        finish_line(self, from);
    }
}

/* ---- input -> stdin -------------------------------------------------------------------------- */

static bool is_pending(int signal) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

/* write() to a program that does not read raises SIGPIPE in this thread. It is blocked meanwhile
 * and taken away, unless one was waiting before, which is not ours. */
static ssize_t write_quietly(int descriptor, const char *bytes, size_t len) {
    sigset_t broken_pipe, former;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    const bool was_pending = is_pending(SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &former);
    const ssize_t written = write(descriptor, bytes, len);
    const int failure = errno;
    if (written < 0 && failure == EPIPE && !was_pending) {
        const struct timespec at_once = {0, 0};
        while (sigtimedwait(&broken_pipe, NULL, &at_once) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    errno = failure;
    return written;
}

/* A program may well end without having read its input: that is no failure. */
static void send_input(run *self) {
    const jsonlog_run_options *options = self->options;
    const ssize_t sent = write_quietly(self->child.input, options->input + self->input_sent,
                                       options->input_len - self->input_sent);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent > 0)
        self->input_sent += (size_t)sent;
    if (sent < 0 || self->input_sent == options->input_len)
        jl_child_close(&self->child.input);
}

/* ---- the program's end ----------------------------------------------------------------------- */

static void set_ended(run *self, int status) {
    self->has_ended = true;
    self->exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void wait_for_end(run *self, int flags) {
    int status = 0;
    pid_t pid = 0;
    do {
        pid = waitpid(self->child.pid, &status, flags);
    } while (pid < 0 && errno == EINTR);
    if (pid > 0)
        set_ended(self, status);
    if (pid >= 0)
        return;
    self->failure = errno; /* ECHILD: SIGCHLD is ignored, or somebody waits for every child */
    self->is_stolen = true;
}

/* The program is ours until waitpid() has returned it, so its number belongs to nobody else. */
static void kill_group(run *self) {
    if (self->has_ended || self->is_stolen)
        return;
    kill(-self->child.pid, SIGKILL);
    kill(self->child.pid, SIGKILL);
    wait_for_end(self, 0);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static bool is_silent(const run *self) {
    return self->child.output < 0 && self->child.errors < 0;
}

static int time_to_wait(const run *self) {
    const int64_t left_ms = (self->deadline_ns - jl_clock_monotonic_ns()) / 1000000 + 1;
    const int64_t tick_ms = is_silent(self) ? 1 : TICK_MS;
    return (int)(left_ms < 1 ? 1 : left_ms < tick_ms ? left_ms : tick_ms);
}

static void serve_pipes(run *self) {
    struct pollfd ends[3] = {
        {.fd = self->child.output, .events = POLLIN},
        {.fd = self->child.errors, .events = POLLIN},
        {.fd = self->child.input, .events = POLLOUT},
    };
    if (poll(ends, 3, time_to_wait(self)) <= 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        if (ends[i].revents != 0)
            read_stream(self, &self->streams[i]);
    }
    if (ends[2].revents != 0)
        send_input(self);
}

static void run_to_end(run *self) {
    while (!self->has_ended && self->failure == 0 && !is_late(self)) {
        serve_pipes(self);
        wait_for_end(self, WNOHANG);
    }
}

static jsonlog_status conclude(const run *self, bool is_killed, unsigned timeout_ms,
                               jsonlog_err *err) {
    const char *program = self->options->argv[0];
    char space[128];
    if (self->failure != 0)
        return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "\"%s\" got lost: %s", program,
                          strerror_r(self->failure, space, sizeof space));
    if (is_killed)
        return jl_err_set(err, JSONLOG_E_TIMEOUT, JSONLOG_NO_OFFSET,
                          "\"%s\" had not ended after %u ms and was killed", program, timeout_ms);
    if (self->fed != JSONLOG_OK)
        return jl_err_set(err, self->fed, JSONLOG_NO_OFFSET,
                          "not all that \"%s\" wrote could be captured: %s", program,
                          jsonlog_status_text(self->fed));
    return JSONLOG_OK;
}

static void begin(run *self, unsigned timeout_ms) {
    const size_t limit = self->capture->lines.limit;
    self->deadline_ns = jl_clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    self->streams[0].end = &self->child.output;
    self->streams[1].end = &self->child.errors;
    for (size_t i = 0; i < 2; i++)
        jl_buffer_init(&self->streams[i].unfinished, NULL, 0, limit);
}

static void end(run *self) {
    jl_child_close(&self->child.input);
    jl_child_close(&self->child.output);
    jl_child_close(&self->child.errors);
    for (size_t i = 0; i < 2; i++)
        jl_buffer_done(&self->streams[i].unfinished);
}

static bool is_valid(const jsonlog_capture *capture, const jsonlog_run_options *options) {
    return capture != NULL && options != NULL && options->size == sizeof *options &&
           options->argv != NULL && options->argv[0] != NULL &&
           (options->input != NULL || options->input_len == 0);
}

jsonlog_status jsonlog_capture_run(jsonlog_capture *capture, const jsonlog_run_options *options,
                                   int *exit_status, jsonlog_err *err) {
    if (!is_valid(capture, options))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "a capture, options of the right size and a program's name are needed");
    const unsigned timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_DEFAULT_MS;
    run self = {.capture = capture, .options = options};
    jsonlog_status status = jl_child_start(options, &self.child, err);
    if (status != JSONLOG_OK)
        return status;
    begin(&self, timeout_ms);
    run_to_end(&self);
    const bool is_killed = !self.has_ended && self.failure == 0;
    kill_group(&self);
    drain(&self);
    end(&self);
    if (self.has_ended && exit_status != NULL)
        *exit_status = self.exit_status;
    return conclude(&self, is_killed, timeout_ms, err);
}
