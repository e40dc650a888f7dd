#ifndef JL_FAULT_SENT_BYTES_H
#define JL_FAULT_SENT_BYTES_H
/**
 * Takes the place of sendmsg(), also for libsystemd: nothing is sent, and what would have been is
 * in a file of the test directory, "NAME.sent" for a peer at "….NAME" or "…/NAME". Peers are Unix
 * sockets that exist and are never read. Include CMocka and log_files.h first.
 */
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* There is a journal, for whoever asks. */
int access(const char *path, int mode) {
    return strcmp(path, JOURNAL_SOCKET) == 0 ? 0 : faccessat(AT_FDCWD, path, mode, 0);
}

/* @return the last part of the address. */
static inline const char *name_of_peer(int fd, const struct msghdr *message,
                                       struct sockaddr_un *address) {
    socklen_t len = sizeof *address;
    memset(address, 0, sizeof *address);
    if (message->msg_name != NULL)
        memcpy(address, message->msg_name, message->msg_namelen);
    else if (getpeername(fd, (struct sockaddr *)(void *)address, &len) != 0)
        return NULL;
    const char *name = strrchr(address->sun_path, '/');
    return name == NULL ? NULL : name + (name[1] == '.' ? 2 : 1);
}

__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message,
                                                       int flags) {
    char path[256];
    struct sockaddr_un address;
    const char *name = name_of_peer(fd, message, &address);
    (void)flags;
    if (name == NULL)
        return -1; /* errno: who was it for? */
    snprintf(path, sizeof path, "%s/%.100s.sent", test_directory, name);
    const int file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    const ssize_t written = writev(file, message->msg_iov, (int)message->msg_iovlen);
    close(file);
    return written;
}

/** Make a peer in the test directory, as a destination: ".NAME", so that it is no file there. */
static inline const char *make_peer(const char *name, bool is_stream) {
    static char destination[256];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.%s", test_directory, name);
    const int fd = socket(AF_UNIX, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    assert_true(fd >= 0); /* open until the end of the program */
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, sizeof address), 0);
    assert_int_equal(is_stream ? listen(fd, 16) : 0, 0);
    snprintf(destination, sizeof destination, "%s://%s", is_stream ? "unix" : "unixgram",
             address.sun_path);
    return destination;
}

#endif
