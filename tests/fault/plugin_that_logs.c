/* A module that is loaded and unloaded while others log: its call sites, messages and keys go with
 * it. What it leaves behind, a scope and a child logger, must hold nothing of it. */
#include <jsonlog/jsonlog.h>

jsonlog_logger *plugin_log(int round);
void plugin_crash(int *nowhere);

/** @return a child logger with bound fields, for the caller to free. */
jsonlog_logger *plugin_log(int round) {
    jsonlog_logger *log = jsonlog_get("plugin");
    jsonlog_info(log, "a message in the plugin", "pluginRound", round, "pluginText", "text of it");
    jsonlog_warn(log, "another one", "pluginRound", round, "pluginOther", 0.5, "pluginThird", 'c');
    jsonlog_info_once(log, "once for each load", "pluginOnce", round);
    jsonlog_infof(log, "in round %d", round);
    jsonlog_scope_push("pluginScope", "text of a scope that is never popped");
    jsonlog_error(log, "the last one", "errorCode", "P1");
    return jsonlog_with(log, "pluginBound", "text that is bound");
}

__attribute__((noinline)) void plugin_crash(int *nowhere) {
    *(volatile int *)nowhere = 1;
}
