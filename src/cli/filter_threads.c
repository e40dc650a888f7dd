#include "cli/filter_threads.h"

#include "cli/file_piece.h"
#include "cli/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file must have so many pieces for each thread: starting one takes as long as reading a few
 * hundred kilobytes. */
enum { PIECES_PER_THREAD = 2 };

/* Without --threads. More would not read faster: memory is the limit then. */
enum { DEFAULT_THREADS_MAX = 8 };

/* How often the thread that prints looks up when nothing comes: for signals, and the bar. */
enum { LOOK_UP_MS = 50 };

/* A thread that judges, with the piece it has in hand. */
typedef struct worker {
    struct piece_work *work;
    pthread_t thread;
    file_piece piece;
    selected_lines selected;
    uint64_t number; /* of the piece */
    int error;       /* errno of trouble with it */
    bool is_ready;   /* the piece is judged and waits for its turn */
} worker;

typedef struct piece_work {
    const filter_run *run;
    line_judge judge;
    file_span span;
    uint64_t count; /* of pieces */
    pthread_mutex_t lock;
    pthread_cond_t is_judged;
    pthread_cond_t is_taken;
    worker *workers;
    unsigned worker_count;
    /* Under the lock: */
    uint64_t next;     /* piece that nobody has in hand */
    bool is_over;      /* no further piece is wanted */
    unsigned working;  /* workers that have not ended */
    uint64_t selected; /* of lines that are only counted, as is what follows */
    uint64_t bytes;
    bool is_at_end; /* nothing behind the pieces is wanted */
    int error;
} piece_work;

/* --- threads that judge ---------------------------------------------------------------------- */

/* @return false if there is nothing more to do. */
static bool next_piece(worker *w) {
    piece_work *work = w->work;
    pthread_mutex_lock(&work->lock);
    const bool has_more = !work->is_over && work->next < work->count;
    if (has_more)
        w->number = work->next++;
    pthread_mutex_unlock(&work->lock);
    return has_more;
}

static void judge_piece(worker *w) {
    const piece_work *work = w->work;
    w->error = 0;
    if (!file_piece_read(&w->piece, &work->span, w->number))
        w->error = errno;
    if (!line_judge_run(&work->judge, w->piece.lines, w->piece.len, &w->selected))
        w->error = ENOMEM;
}

/* The order of what is only counted does not matter. */
static void count_locked(const worker *w) {
    piece_work *work = w->work;
    work->selected += w->selected.count;
    work->bytes += w->piece.len;
    work->error = work->error == 0 ? w->error : work->error;
    work->is_at_end = work->is_at_end || w->error != 0 || w->piece.is_at_end;
    work->is_over = work->is_at_end || work->selected >= work->run->options->limit;
}

/* The piece's lines are the worker's until they have been printed. */
static void hand_over_locked(worker *w) {
    piece_work *work = w->work;
    w->is_ready = true;
    pthread_cond_signal(&work->is_judged);
    while (w->is_ready && !work->is_over)
        pthread_cond_wait(&work->is_taken, &work->lock);
}

static void end_worker(piece_work *work) {
    pthread_mutex_lock(&work->lock);
    work->working--;
    pthread_cond_signal(&work->is_judged);
    pthread_mutex_unlock(&work->lock);
}

static void *run_worker(void *context) {
    worker *w = context;
    while (next_piece(w)) {
        judge_piece(w);
        pthread_mutex_lock(&w->work->lock);
        if (w->work->judge.keeps_lines)
            hand_over_locked(w);
        else
            count_locked(w);
        pthread_mutex_unlock(&w->work->lock);
    }
    /* Here, where the threads do it side by side. Nobody looks at the lines any more. */
    file_piece_done(&w->piece);
    selected_lines_done(&w->selected);
    end_worker(w->work);
    return NULL;
}

/* --- the thread that prints ------------------------------------------------------------------ */

/* Until something was judged, or for a moment. */
static void wait_locked(piece_work *work) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_UP_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&work->is_judged, &work->lock, &until);
}

static worker *find_ready(const piece_work *work, uint64_t number) {
    for (unsigned i = 0; i < work->worker_count; i++) {
        worker *w = &work->workers[i];
        if (w->is_ready && w->number == number)
            return w;
    }
    return NULL;
}

/* @return NULL if the run stops before the piece is there. */
static worker *wait_for(piece_work *work, uint64_t number) {
    worker *w = NULL;
    pthread_mutex_lock(&work->lock);
    while ((w = find_ready(work, number)) == NULL && !filter_run_stops(work->run))
        wait_locked(work);
    pthread_mutex_unlock(&work->lock);
    return w;
}

static void give_back(piece_work *work, worker *w) {
    pthread_mutex_lock(&work->lock);
    w->is_ready = false;
    pthread_cond_broadcast(&work->is_taken);
    pthread_mutex_unlock(&work->lock);
}

static void note_progress(filter_run *run, filtered_file *file, uint64_t bytes) {
    file->reader.source.input.taken += bytes;
    file->reader.delivered += bytes;
    progress_tick(&run->bar, file->reader.source.input.taken);
}

/* @return false after the last piece that is wanted. */
static bool take_piece(filter_run *run, filtered_file *file, worker *w) {
    note_progress(run, file, w->piece.len);
    filter_file_take(run, file, &w->selected);
    if (w->error != 0)
        filter_file_trouble(run, file, strerror(w->error));
    w->work->is_at_end = w->error != 0 || w->piece.is_at_end;
    return !w->work->is_at_end && !filter_file_is_done(run, file) && !filter_run_stops(run);
}

static void print_pieces(filter_run *run, filtered_file *file, piece_work *work) {
    bool has_more = true;
    for (uint64_t number = 0; has_more && number < work->count; number++) {
        worker *w = wait_for(work, number);
        if (w == NULL)
            return;
        has_more = take_piece(run, file, w);
        give_back(work, w);
    }
}

static void count_pieces(filter_run *run, filtered_file *file, piece_work *work) {
    selected_lines counted = {0};
    pthread_mutex_lock(&work->lock);
    while (work->working > 0 && !filter_run_stops(run)) {
        wait_locked(work);
        note_progress(run, file, work->bytes - file->reader.delivered);
    }
    counted.count = work->selected;
    const int error = work->error;
    note_progress(run, file, work->bytes - file->reader.delivered);
    pthread_mutex_unlock(&work->lock);
    filter_file_take(run, file, &counted);
    if (error != 0)
        filter_file_trouble(run, file, strerror(error));
}

/* --- both ------------------------------------------------------------------------------------ */

/* Signals are for the thread that prints: a write(2) that blocks must be interrupted. */
static void start_workers(piece_work *work, unsigned threads) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (unsigned i = 0; i < threads; i++) {
        worker *w = &work->workers[work->worker_count];
        w->work = work;
        if (pthread_create(&w->thread, NULL, run_worker, w) == 0)
            work->worker_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_mutex_lock(&work->lock);
    work->working -= threads - work->worker_count;
    pthread_mutex_unlock(&work->lock);
}

static void stop_workers(piece_work *work) {
    pthread_mutex_lock(&work->lock);
    work->is_over = true;
    pthread_cond_broadcast(&work->is_taken);
    pthread_mutex_unlock(&work->lock);
    for (unsigned i = 0; i < work->worker_count; i++)
        pthread_join(work->workers[i].thread, NULL);
}

/* All that is there now. A file may grow while it is read: what then lies behind is read last, in
 * one go.
 *
 * Standard input may have been read from before, so lines begin where it stands; what was read
 * ahead to see whether the file is compressed is read again. */
static file_span span_of(const byte_source *source) {
    struct stat status;
    file_span span = {.descriptor = source->input.descriptor};
    const off_t at = lseek(span.descriptor, 0, SEEK_CUR);
    if (at < 0 || source->inflater != NULL || source->input.may_wait ||
        fstat(span.descriptor, &status) != 0)
        return span;
    span.begin = at - (off_t)source->input.head_end;
    span.end = status.st_size;
    return span;
}

static unsigned cores(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&allowed);
}

static unsigned threads_asked_for(const filter_options *options) {
    if (options->has_threads)
        return options->threads == 0 ? cores() : options->threads;
    const unsigned count = cores();
    return count < DEFAULT_THREADS_MAX ? count : DEFAULT_THREADS_MAX;
}

unsigned filter_threads_for(const filter_run *run, const filtered_file *file) {
    const file_span span = span_of(&file->reader.source);
    const uint64_t useful = file_span_pieces(&span) / PIECES_PER_THREAD;
    const unsigned most = threads_asked_for(run->options);
    if (useful < 2 || most < 2)
        return 1;
    return useful < most ? (unsigned)useful : most;
}

static bool init_work(piece_work *work, filter_run *run, const filtered_file *file,
                      unsigned threads) {
    *work = (piece_work){
        .run = run,
        .judge = filter_run_judge(run, file),
        .span = span_of(&file->reader.source),
        .working = threads,
    };
    work->count = file_span_pieces(&work->span);
    work->workers = calloc(threads, sizeof *work->workers);
    if (work->workers == NULL)
        return false;
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->is_judged, NULL);
    pthread_cond_init(&work->is_taken, NULL);
    start_workers(work, threads);
    return true;
}

static void end_work(piece_work *work) {
    stop_workers(work);
    pthread_cond_destroy(&work->is_taken);
    pthread_cond_destroy(&work->is_judged);
    pthread_mutex_destroy(&work->lock);
    free(work->workers);
}

/* The reader goes on where the pieces ended. */
static void leave_rest(filtered_file *file, const piece_work *work) {
    raw_input_seek(&file->reader.source.input, work->span.begin + (off_t)file->reader.delivered);
    file->reader.is_at_end = work->is_at_end;
}

void filter_threads_take(filter_run *run, filtered_file *file, unsigned threads) {
    piece_work work;
    if (!init_work(&work, run, file, threads))
        return;
    file->reader.source.input.taken = 0;
    if (work.worker_count > 0 && work.judge.keeps_lines)
        print_pieces(run, file, &work);
    else if (work.worker_count > 0)
        count_pieces(run, file, &work);
    end_work(&work);
    leave_rest(file, &work);
}
