#ifndef JL_BASE_DESTINATION_H
#define JL_BASE_DESTINATION_H
/**
 * Where lines are sent to, as a text names it:
 *
 *     list     destination *( 1*BLANK destination )
 *     network  ( "tcp" | "udp" ) "://" ( host | "[" IPv6 "]" ) [ ":" port ]
 *     local    ( "unix" | "unixgram" ) "://" ( path | "@" name )      with %xx for any byte
 *
 * Whoever sends there reads it, and so does whoever only checks a configuration.
 */
#include <jsonlog/status.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#define JL_DESTINATIONS_MAX 8

typedef enum jl_socket_kind {
    JL_SOCKET_TCP,
    JL_SOCKET_UDP,
    JL_SOCKET_UNIX_STREAM,
    JL_SOCKET_UNIX_DATAGRAM,
} jl_socket_kind;

typedef union jl_socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
} jl_socket_address;

typedef struct jl_destination {
    jl_socket_kind kind;
    jl_socket_address address; /**< unless a resolver has to find it */
    socklen_t address_len;     /**< 0: it has to */
    char host[256];
    char port[32];
} jl_destination;

/**
 * Parse the text of jsonlog_socket_handler_new().
 *
 * @param default_port  where the text gives none; NULL: it must.
 * @param out           room for JL_DESTINATIONS_MAX.
 */
jsonlog_status jl_destinations_parse(const char *text, const char *default_port,
                                     jl_destination *out, size_t *count, jsonlog_err *err);

#endif
