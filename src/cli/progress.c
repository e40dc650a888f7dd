#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_CELLS = 24, LINE_MAX_BYTES = 256 };
static const int64_t second_ns = 1000000000;
static const int64_t delay_ns = 1000000000;   /* before the bar is worth showing */
static const int64_t interval_ns = 125000000; /* eight times a second looks steady */

static int64_t now_ns(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second_ns + now.tv_nsec;
}

/* In the background the terminal belongs to somebody else. */
static bool has_terminal(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           tcgetpgrp(STDERR_FILENO) == getpgrp();
}

void progress_start(progress *bar, uint64_t total, bool is_wanted) {
    *bar = (progress){.is_wanted = is_wanted && has_terminal(), .total = total};
    bar->started_ns = now_ns();
}

static size_t terminal_width(void) {
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

const char *progress_size(uint64_t bytes, char out[PROGRESS_SIZE_MAX]) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        snprintf(out, PROGRESS_SIZE_MAX, "%u B", (unsigned)bytes);
        return out;
    }
    double size = (double)bytes / 1e3;
    size_t unit = 0;
    for (; size >= 999.95; unit++)
        size /= 1e3;
    snprintf(out, PROGRESS_SIZE_MAX, "%.1f %s", size, units[unit]);
    return out;
}

static size_t add_bar(char *line, double part) {
    size_t len = (size_t)snprintf(line, LINE_MAX_BYTES, "%3d%% [", (int)(part * 100));
    const int full = (int)(part * BAR_CELLS);
    for (int i = 0; i < BAR_CELLS; i++)
        line[len++] = i < full ? '#' : '.';
    line[len++] = ']';
    line[len++] = ' ';
    return len;
}

static size_t add_remaining(char *line, size_t room, uint64_t left, double rate) {
    const double seconds = (double)left / rate;
    if (!(seconds < 360000))
        return 0;
    const int whole = (int)seconds;
    if (whole >= 3600)
        return (size_t)snprintf(line, room, "  %d:%02d:%02d left", whole / 3600, whole / 60 % 60,
                                whole % 60);
    return (size_t)snprintf(line, room, "  %d:%02d left", whole / 60, whole % 60);
}

static size_t compose(const progress *bar, uint64_t done, double seconds, char *line) {
    char size[PROGRESS_SIZE_MAX];
    char total[PROGRESS_SIZE_MAX];
    char speed[PROGRESS_SIZE_MAX];
    const double rate = (double)done / seconds;
    progress_size(done, size);
    progress_size((uint64_t)rate, speed);
    /* A file may have grown since its size was asked. */
    if (bar->total == 0 || done > bar->total)
        return (size_t)snprintf(line, LINE_MAX_BYTES, "%s  %s/s", size, speed);
    size_t len = add_bar(line, (double)done / (double)bar->total);
    len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "%s of %s  %s/s", size,
                            progress_size(bar->total, total), speed);
    return len + add_remaining(line + len, LINE_MAX_BYTES - len, bar->total - done, rate);
}

void progress_tick(progress *bar, uint64_t done) {
    if (!bar->is_wanted)
        return;
    const int64_t now = now_ns();
    if (now - bar->started_ns < delay_ns || now - bar->drawn_ns < interval_ns)
        return;
    bar->drawn_ns = now;
    bar->is_shown = true;
    char line[LINE_MAX_BYTES];
    const double seconds = (double)(now - bar->started_ns) / 1e9;
    size_t len = compose(bar, bar->before + done, seconds, line);
    const size_t width = terminal_width() - 1;
    if (len > width)
        len = width;
    fprintf(stderr, "\r%.*s\033[K", (int)len, line);
    fflush(stderr);
}

void progress_hide(progress *bar) {
    if (!bar->is_shown)
        return;
    fputs("\r\033[K", stderr);
    bar->is_shown = false;
}

double progress_seconds(const progress *bar) {
    return (double)(now_ns() - bar->started_ns) / 1e9;
}
