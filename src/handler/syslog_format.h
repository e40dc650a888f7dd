#ifndef JL_HANDLER_SYSLOG_FORMAT_H
#define JL_HANDLER_SYSLOG_FORMAT_H
/**
 * Lines as syslog messages; the rules stand in jsonlog/syslog.h.
 *
 *     RFC 5424  <PRI>1 TIME HOST APP PROCID MSGID DATA [BOM] [COOKIE] MSG
 *     RFC 3164  <PRI>TIME [HOST] TAG[PROCID]: [COOKIE] MSG
 */
#include "base/buffer.h"
#include "record/formatter_base.h"

#include <jsonlog/syslog.h>

/** What a message may have at most if nothing else is said; room for it stands on the stack. */
#define JL_SYSLOG_MESSAGE_MAX_DEFAULT 8192

/** What the header of every message says. Texts are NUL-terminated. */
typedef struct jl_syslog_form {
    jsonlog_syslog_format format; /**< not AUTO */
    unsigned facility;
    bool has_cookie;
    bool has_bom;
    bool has_own_procid; /**< not the process id */
    size_t message_max;
    char hostname[256];
    char app_name[49];
    char procid[129];
    char msgid[33];
    char data_id[33]; /**< "" for no structured data */
    size_t origin_len;
    char origin[512]; /**< what stands between the time and DATA or MSG, blanks included */
} jl_syslog_form;

/** RFC 5424 table 2, from 0 (emergency) to 7 (debug). */
unsigned jl_syslog_severity(int level);

/** What the destinations are, as far as it matters here. */
typedef struct jl_syslog_reach {
    bool is_local; /**< all of them are local sockets */
    bool has_udp;  /**< some are */
} jl_syslog_reach;

jl_syslog_reach jl_syslog_reach_of(const char *destinations);

/** Check options and fill in what they leave open. @return JSONLOG_OK or JSONLOG_E_INVALID. */
jsonlog_status jl_syslog_form_init(jl_syslog_form *form, const jsonlog_syslog_options *options,
                                   jl_syslog_reach reach, jsonlog_err *err);

/** In the child of a fork: another process id. */
void jl_syslog_form_set_process(jl_syslog_form *form);

/** The most bytes of MSG in a message without structured data; 0 if there is no room. */
size_t jl_syslog_form_room(const jl_syslog_form *form);

/** Append one message. @return JSONLOG_OK, or JSONLOG_E_LIMIT with errno EMSGSIZE. */
jsonlog_status jl_syslog_append(jl_buffer *out, const jl_syslog_form *form,
                                const jsonlog_line *line);

#endif
