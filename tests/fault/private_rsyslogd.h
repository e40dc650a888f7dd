#ifndef TEST_PRIVATE_RSYSLOGD_H
#define TEST_PRIVATE_RSYSLOGD_H
/**
 * An rsyslogd with sockets and files of its own in the test directory, and what it understood of
 * the messages it got. For children (see private_daemon.h). Include CMocka first.
 */
#include "fault/private_daemon.h"
#include "support/log_files.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <netinet/in.h>
#include <sys/socket.h>

static pid_t rsyslogd;
static unsigned udp_port, tcp_port;

/* ---- a daemon ---- */

static inline const char *find_rsyslogd(void) {
    static const char *const paths[] = {"/usr/sbin/rsyslogd", "/sbin/rsyslogd",
                                        "/usr/local/sbin/rsyslogd"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    fprintf(stderr, "rsyslogd is not installed: skipped\n");
    _exit(CHILD_SKIPPED);
}

/* A port that nobody uses now. */
static inline unsigned free_port(int type) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, type, 0);
    require(bind(fd, (struct sockaddr *)(void *)&address, sizeof address) == 0);
    require(getsockname(fd, (struct sockaddr *)(void *)&address, &len) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* Everything that was understood of a message, as one JSON object on a line. */
static const char template_text[] =
    "template(name=\"all\" type=\"list\" option.jsonf=\"on\") {\n"
    "  property(outname=\"facility\" name=\"syslogfacility\" format=\"jsonf\")\n"
    "  property(outname=\"severity\" name=\"syslogseverity\" format=\"jsonf\")\n"
    "  property(outname=\"host\" name=\"hostname\" format=\"jsonf\")\n"
    "  property(outname=\"app\" name=\"app-name\" format=\"jsonf\")\n"
    "  property(outname=\"procid\" name=\"procid\" format=\"jsonf\")\n"
    "  property(outname=\"msgid\" name=\"msgid\" format=\"jsonf\")\n"
    "  property(outname=\"data\" name=\"structured-data\" format=\"jsonf\")\n"
    "  property(outname=\"time\" name=\"timereported\" dateFormat=\"rfc3339\" format=\"jsonf\")\n"
    "  property(outname=\"input\" name=\"inputname\" format=\"jsonf\")\n"
    "  property(outname=\"code\" name=\"$!errorCode\" format=\"jsonf\")\n"
    "  property(outname=\"parsed\" name=\"parsesuccess\" format=\"jsonf\")\n"
    "  property(outname=\"msg\" name=\"msg\" format=\"jsonf\")\n"
    "}\n"
    "action(type=\"mmjsonparse\")\n";

/* A local socket is made for messages as syslog(3) sends them unless it is told otherwise. */
static inline void write_configuration(void) {
    char text[8192];
    snprintf(text, sizeof text,
             "global(workDirectory=\"%s\" maxMessageSize=\"64k\")\n"
             "module(load=\"imuxsock\" SysSock.Use=\"off\")\n"
             "module(load=\"imudp\")\nmodule(load=\"imtcp\")\n"
             "module(load=\"imptcp\")\nmodule(load=\"mmjsonparse\")\n"
             "input(type=\"imuxsock\" Socket=\"%s\" IgnoreTimestamp=\"off\" "
             "UseSysTimeStamp=\"off\")\n"
             "input(type=\"imuxsock\" Socket=\"%s\" UseSpecialParser=\"off\" ParseHostname=\"on\" "
             "UseSysTimeStamp=\"off\" IgnoreTimestamp=\"off\")\n"
             "input(type=\"imptcp\" path=\"%s\" unlink=\"on\")\n"
             "input(type=\"imudp\" address=\"127.0.0.1\" port=\"%u\")\n"
             "input(type=\"imtcp\" address=\"127.0.0.1\" port=\"%u\")\n"
             "%saction(type=\"omfile\" file=\"%s\" template=\"all\")\n",
             test_directory, in_directory("log"), in_directory("log5424"), in_directory("stream"),
             udp_port, tcp_port, template_text, in_directory("out"));
    const int fd = open(in_directory("conf"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    require(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static inline bool takes_connections(void) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)tcp_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_there = connect(fd, (struct sockaddr *)(void *)&address, sizeof address) == 0;
    close(fd);
    return is_there;
}

static inline void start_rsyslogd(void) {
    const char *const arguments[] = {find_rsyslogd(),      "-n", "-i", "NONE", "-f",
                                     in_directory("conf"), NULL};
    rsyslogd = daemon_start(arguments, in_directory("rsyslogd.output"));
    require(rsyslogd > 0);
    require_soon(takes_connections());
}

static inline void stop_rsyslogd(void) {
    daemon_kill(rsyslogd, SIGKILL);
}

static inline void start_first(void) {
    udp_port = free_port(SOCK_DGRAM);
    tcp_port = free_port(SOCK_STREAM);
    write_configuration();
    unlink(in_directory("out"));
    start_rsyslogd();
}

/* ---- what it wrote ---- */

/* @return an array of all messages so far. A line that a kill has torn is left out. */
static inline cJSON *read_messages(void) {
    static char text[(size_t)8 << 20];
    cJSON *messages = cJSON_CreateArray();
    const int fd = open(in_directory("out"), O_RDONLY);
    size_t len = 0;
    if (fd >= 0)
        for (ssize_t n; (n = read(fd, text + len, sizeof text - 1 - len)) > 0;)
            len += (size_t)n;
    close(fd);
    require(len < sizeof text - 1);
    text[len] = '\0';
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        cJSON *message = cJSON_Parse(line);
        if (message != NULL)
            cJSON_AddItemToArray(messages, message);
    }
    return messages;
}

static inline cJSON *await_messages(int count) {
    const time_t until = time(NULL) + DAEMON_PATIENCE_S;
    cJSON *messages = read_messages();
    while (cJSON_GetArraySize(messages) < count) {
        require(time(NULL) <= until);
        cJSON_Delete(messages);
        usleep(10000);
        messages = read_messages();
    }
    require(cJSON_GetArraySize(messages) == count);
    return messages;
}

static inline const char *get(const cJSON *message, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(message, name);
    return cJSON_IsString(item) ? item->valuestring : "(none)";
}

static inline void expect(const cJSON *message, const char *name, const char *value) {
    if (strcmp(get(message, name), value) == 0)
        return;
    fprintf(stderr, "%s is %s, not %s\n", name, get(message, name), value);
    _exit(1);
}

/* What is said in front of a message by RFC 3164 begins with a blank for rsyslogd. */
static inline const char *text_of(const cJSON *message) {
    const char *text = get(message, "msg");
    return text + (*text == ' ');
}

#endif
