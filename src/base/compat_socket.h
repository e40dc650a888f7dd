#ifndef JL_BASE_COMPAT_SOCKET_H
#define JL_BASE_COMPAT_SOCKET_H
/** What systems do differently with sockets, under one name each. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/** A socket that never blocks, is closed on exec, and raises no SIGPIPE with jl_compat_send().
 *  @return a descriptor, or an errno, negated. */
int jl_compat_socket(int domain, int type);

/** A pipe whose ends never block and are closed on exec; [0] reads. @return 0 or an errno, negated.
 */
int jl_compat_pipe(int ends[2]);

/** As sendmsg(2), without blocking and without SIGPIPE. */
ssize_t jl_compat_send(int fd, const struct msghdr *message);

/** How many of the bytes sent the peer has not read (Unix) or its system not acknowledged (TCP), at
 * most; 0 where the system does not tell. */
size_t jl_compat_unconfirmed(int fd);

/** TCP: small writes at once; probe a peer that was silent for this long. */
void jl_compat_tune_tcp(int fd, unsigned keepalive_s);

#endif
