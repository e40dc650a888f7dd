#include "logger/snapshot.h"

jsonlog_status jsonlog_set_redaction(jsonlog_redaction *set) {
    jl_tree_lock();
    jsonlog_redaction *old = jl_the_tree.redaction;
    jl_the_tree.redaction = jsonlog_redaction_retain(set);
    const bool is_published = jl_snapshot_publish_locked();
    if (is_published)
        jl_redaction_publish(set);
    else
        jl_the_tree.redaction = old;
    jl_tree_unlock();
    jsonlog_redaction_release(is_published ? old : set);
    return is_published ? JSONLOG_OK : JSONLOG_E_NOMEM;
}
