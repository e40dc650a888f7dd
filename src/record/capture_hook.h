#ifndef JL_RECORD_CAPTURE_HOOK_H
#define JL_RECORD_CAPTURE_HOOK_H
/**
 * Where captures see every record: the logger room calls the hook, the testing room installs it. A program without
 * captures links nothing of the testing room.
 */
#include "record/formatter_base.h"

typedef struct jl_capture_hook {
    /**
     * Called for each record after level and logger filters, before handlers, on the logging thread, pinned.
     * @param is_enabled  false: the record passed only because a capture lowered the gate; handlers will not see it.
     * @param formatter   that of the root's first handler.
     * @return true if the record may go on to its handlers.
     */
    bool (*on_record)(const jsonlog_record *record, bool is_enabled, jsonlog_formatter *formatter);
    /** The lowest level any capture asks for; JSONLOG_LEVEL_OFF if none does. */
    int level;
} jl_capture_hook;

/** Install, replace or (NULL) remove the hook; the struct must stay valid until it is replaced and jl_capture_hook_wait()
 *  returned. Recomputes all gates. Implemented by the logger room. */
void jl_capture_hook_set(const jl_capture_hook *hook);

/** Wait until no thread is inside a hook that was replaced before. Not from within a log call. */
void jl_capture_hook_wait(void);

/** This thread's capture token: inherited through jsonlog_context; 0 if none. */
uint64_t jl_capture_token_get(void);
void jl_capture_token_set(uint64_t token);

#endif
