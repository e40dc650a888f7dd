#ifndef JL_RECORD_HANDLER_BASE_H
#define JL_RECORD_HANDLER_BASE_H
/**
 * What the emitter does with a handler, and what the handlers of the library need of their base.
 * The struct itself is private to handler_base.c.
 *
 * The emitter, and handlers that hand lines on, call jl_handler_offer() between pin and unpin of
 * the thread's epoch, which is what keeps handler, filters and formatter alive.
 */
#include "record/formatter_base.h"
#include "record/line_filter.h"
#include "record/record_line.h"

#include <jsonlog/handler.h>

/* ---- for the emitter, and for handlers that hand lines on --------------------------------------
 */

/** What a handler says of a line. */
typedef enum jl_handler_verdict {
    JL_HANDLER_WANTS,
    JL_HANDLER_DECLINES, /**< by level, filters or pattern */
    JL_HANDLER_CANNOT,   /**< have it formatted */
} jl_handler_verdict;

/**
 * Let a handler have a line if it wants it.
 *
 * @param line    its `text` may be missing if the record has a `line`: then each handler has its
 *                own made by its formatter. Else the text goes out as it is. A line with flags is
 *                past levels and filters.
 * @param status  set unless it declines: JSONLOG_OK, JSONLOG_E_STATE for a nested call, what the
 *                formatter or the handler's class returned. Losses are counted.
 */
jl_handler_verdict jl_handler_offer(jsonlog_handler *handler, const jsonlog_line *line,
                                    jsonlog_status *status);

/** The first half of that, which counts nothing. @param own  the line as the handler gets it. */
jl_handler_verdict jl_handler_prepare(jsonlog_handler *handler, const jsonlog_line *line,
                                      jsonlog_line *own, jsonlog_status *status);

/**
 * The second half: hand over one line, unasked. Takes the handler's lock unless it is concurrent. A
 * nested call (this thread is inside a handler with a lock, this one or another) never waits: if
 * the lock is not free the line is dropped and counted. Reports lines lost before in front of it.
 * Counts. Keeps errno. The thread cannot be cancelled in the middle.
 * @return JSONLOG_OK, JSONLOG_E_STATE for a nested call, or what the handler's class returned.
 */
jsonlog_status jl_handler_write(jsonlog_handler *handler, const jsonlog_line *line);

/** The same for a line that another handler may take instead: a failure is not counted as a loss.
 *  @param reason  set if it fails: an errno or a JL_LOST_… constant. */
jsonlog_status jl_handler_try(jsonlog_handler *handler, const jsonlog_line *line, int *reason);

/** Level and filters of the handler say yes, those of the one that is asked too as well, and it
 *  writes at all (the null handler does not). */
bool jl_handler_wants(jsonlog_handler *handler, const jsonlog_record *record);

/** Its pattern lets the finished line through. */
bool jl_handler_passes(jsonlog_handler *handler, const jsonlog_line *line);

/** Whether it has any. For where lines are written without asking. */
bool jl_handler_filters_lines(const jsonlog_handler *handler);

/** The formatter in force, borrowed until the thread unpins. */
jsonlog_formatter *jl_handler_formatter(jsonlog_handler *handler);

/** The bytes a handler took: where it has the line made for each of its own, those of the last. */
static inline size_t jl_line_bytes(const jsonlog_line *line) {
    return line->text == NULL ? line->record->line->text.len : line->len;
}

/** For a record that could not be formatted. */
void jl_handler_count_lost(jsonlog_handler *handler);

/** In the child of a fork, single-threaded: rebuild the lock, call the class's after_fork. */
void jl_handler_after_fork(jsonlog_handler *handler);

/** In the child of a fork, before any handler is told. */
void jl_handlers_note_fork(void);

/** Before a handler is given to a logger, or to a handler around it: one that was made before a
 *  fork, and that no logger had then, is told of it now. */
void jl_handler_adopt(jsonlog_handler *handler);

/* ---- for the handlers of the library -----------------------------------------------------------
 */

/** What a handler of the library has beyond its class. */
enum {
    JL_HANDLER_SILENT = 1,       /**< accepts everything, writes nothing: not even formatted */
    JL_HANDLER_REPORTS = 2,      /**< tells in its own output what it lost */
    JL_HANDLER_HANDS_ON = 4,     /**< gives records to others, who format them: where a line has a
                                      record with a `line`, its text may be missing */
    JL_HANDLER_TAKES_BLOCKS = 8, /**< its class->write knows JL_LINE_BLOCK */
};

/** Why a line was lost, where it is not an errno. */
enum {
    JL_LOST_REFUSED = 0, /**< the handler said no and gave no errno */
    JL_LOST_NESTED = -1,
    JL_LOST_FORMAT = -2,
};

/** In jsonlog_line.flags, for classes that take it: the text is that of many lines. */
#define JL_LINE_BLOCK 0x40000000u

/** Many lines, handed over as one: flags are JL_LINE_BLOCK, the level is the highest, the time the
 *  latest. A class that takes only some of them says so and fails; one that wants each for itself
 *  takes none. */
typedef struct jl_block {
    jsonlog_line line;
    uint64_t lines;
    size_t taken; /**< set by the class if it fails: the bytes of the lines it took */
} jl_block;

static inline jl_block *jl_block_of(const jsonlog_line *line) {
    return (line->flags & JL_LINE_BLOCK) != 0 ? (jl_block *)(uintptr_t)line : NULL;
}

/** Whether a handler takes blocks just now: its class does, and it has no pattern to ask for each
 *  line. */
bool jl_handler_takes_blocks(const jsonlog_handler *handler);

/** As jl_handler_try(). A failure only says that the rest has to come line by line; whoever knows
 *  how many lines are in what was taken then counts them. */
jsonlog_status jl_handler_write_block(jsonlog_handler *handler, jl_block *block);

/** Count lines that the handler has taken in another way than jl_handler_write(). */
void jl_handler_count_written(jsonlog_handler *handler, uint64_t lines, uint64_t bytes);

/** As jsonlog_handler_new(), with flags from above. */
jsonlog_handler *jl_handler_new(const jsonlog_handler_class *handler_class, void *self,
                                unsigned flags);

/** Something that has to live as long as a handler, for instance what its filters look into. */
typedef struct jl_handler_cleanup {
    struct jl_handler_cleanup *next;
    void (*run)(struct jl_handler_cleanup *cleanup); /**< once, after the handler was closed */
} jl_handler_cleanup;

/** Before other threads know the handler. */
void jl_handler_add_cleanup(jsonlog_handler *handler, jl_handler_cleanup *cleanup);

/** @return the handler's self if it is of this very class, else NULL. */
void *jl_handler_self(const jsonlog_handler *handler, const jsonlog_handler_class *handler_class);

/** Let lines pass only if the filter says so; takes a reference. NULL: all do.
 *  @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID (handler NULL). */
jsonlog_status jl_handler_set_line_filter(jsonlog_handler *handler, jl_line_filter *filter);

/** Begin with the formatter that another handler has now. @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_handler_take_formatter(jsonlog_handler *handler, jsonlog_handler *from);

/** From the beginning: a handler that hands records on to another wants only what that wants.
 *  `target` lives as long as it. */
void jl_handler_ask_too(jsonlog_handler *handler, jsonlog_handler *target);

/** @return the name of its class, "" if that has none. */
const char *jl_handler_name(const jsonlog_handler *handler);

/** From here on jl_handler_write() takes the lock or does not. A write that began before may still
 *  be under way the other way: the class must bear that. */
void jl_handler_set_concurrent(jsonlog_handler *handler, bool is_concurrent);

/** Keep writes out (those of handlers that are not concurrent). @return false for a nested call,
 *  as in jl_handler_write(). */
bool jl_handler_enter(jsonlog_handler *handler);
void jl_handler_leave(jsonlog_handler *handler);
/** The same without ever waiting. Async-signal-safe. */
bool jl_handler_try_enter(jsonlog_handler *handler);
/** Whether this thread is between the two, in jl_handler_write() too. */
bool jl_handler_is_entered(const jsonlog_handler *handler);

/** Count one line as lost; `reason` is an errno or a JL_LOST_… constant. For lines that were
 *  accepted before; what class->write refuses is counted by the base. */
void jl_handler_count_loss(jsonlog_handler *handler, int reason);

/** Count a torn last line that was closed with a newline. */
void jl_handler_count_torn(jsonlog_handler *handler);

#endif
