#include "base/destination.h"

#include "base/err.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct scheme {
    jl_text prefix;
    jl_socket_kind kind;
} scheme;

#define SCHEME(text, kind) \
    { {text, sizeof(text) - 1}, kind }

static const scheme schemes[] = {
    SCHEME("tcp://", JL_SOCKET_TCP),
    SCHEME("udp://", JL_SOCKET_UDP),
    SCHEME("unix://", JL_SOCKET_UNIX_STREAM),
    SCHEME("unixgram://", JL_SOCKET_UNIX_DATAGRAM),
};

/* What is being parsed, for errors. */
typedef struct parser {
    const char *text;
    const char *default_port;
    jsonlog_err *err;
} parser;

static size_t offset_of(const parser *p, jl_text part) {
    return (size_t)(part.ptr - p->text);
}

static jsonlog_status complain(const parser *p, jl_text part, jsonlog_status code,
                               const char *what) {
    return jl_err_set(p->err, code, offset_of(p, part), "%s: %.*s", what,
                      (int)(part.len < 200 ? part.len : 200), part.ptr);
}

static jl_text behind(jl_text text, size_t len) {
    return (jl_text){text.ptr + len, text.len - len};
}

/* ---- local ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* @return the byte at the front of the text, and how many characters it takes; 0: it is none. */
static size_t read_byte(jl_text text, char *byte) {
    *byte = text.ptr[0];
    if (*byte != '%')
        return 1;
    if (text.len < 3 || hex_digit(text.ptr[1]) < 0 || hex_digit(text.ptr[2]) < 0)
        return 0;
    *byte = (char)(hex_digit(text.ptr[1]) * 16 + hex_digit(text.ptr[2]));
    return *byte == '\0' ? 0 : 3;
}

/* An abstract name begins with a NUL and ends with the address; a path ends with a NUL. */
static jsonlog_status parse_local(const parser *p, jl_text path, jl_destination *to) {
    struct sockaddr_un *local = &to->address.local;
    const size_t room = sizeof local->sun_path - 1;
    size_t len = 0;
    if (path.len == 0)
        return complain(p, path, JSONLOG_E_SYNTAX, "a path is missing");
    const bool is_abstract = path.ptr[0] == '@';
    for (size_t step; path.len > 0; path = behind(path, step)) {
        if (len == room)
            return complain(p, path, JSONLOG_E_LIMIT, "the path is too long for a socket");
        step = read_byte(path, &local->sun_path[len++]);
        if (step == 0)
            return complain(p, path, JSONLOG_E_SYNTAX, "% needs two hexadecimal digits, not 00");
    }
    if (is_abstract)
        local->sun_path[0] = '\0';
    local->sun_family = AF_UNIX;
    to->address_len =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (is_abstract ? 0 : 1));
    return JSONLOG_OK;
}

/* ---- network ---- */

/* @return the port, 0 if the text is no number of one. */
static unsigned port_number(const char *text) {
    unsigned port = 0;
    for (; *text >= '0' && *text <= '9' && port <= UINT16_MAX; text++)
        port = port * 10 + (unsigned)(*text - '0');
    return *text == '\0' && port <= UINT16_MAX ? port : 0;
}

static bool is_number(const char *text) {
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* An address that is written in numbers needs no resolver. */
static void make_address(jl_destination *to) {
    const uint16_t port = htons((uint16_t)port_number(to->port));
    if (port == 0)
        return;
    if (inet_pton(AF_INET, to->host, &to->address.v4.sin_addr) == 1) {
        to->address.v4.sin_family = AF_INET;
        to->address.v4.sin_port = port;
        to->address_len = sizeof to->address.v4;
    } else if (inet_pton(AF_INET6, to->host, &to->address.v6.sin6_addr) == 1) {
        to->address.v6.sin6_family = AF_INET6;
        to->address.v6.sin6_port = port;
        to->address_len = sizeof to->address.v6;
    }
}

static bool copy_part(char *to, size_t size, jl_text part) {
    if (part.len >= size)
        return false;
    memcpy(to, part.ptr, part.len);
    to[part.len] = '\0';
    return true;
}

/* @return how long the host is, brackets among it; 0 for an open bracket. */
static size_t host_span(jl_text text) {
    const bool has_bracket = text.len > 0 && text.ptr[0] == '[';
    const char *end =
        text.len == 0 ? NULL : (const char *)memchr(text.ptr, has_bracket ? ']' : ':', text.len);
    if (end == NULL)
        return has_bracket ? 0 : text.len;
    return (size_t)(end - text.ptr) + (has_bracket ? 1 : 0);
}

static jsonlog_status take_port(const parser *p, jl_text port, jl_destination *to) {
    if (port.len == 0 && p->default_port != NULL)
        port = jl_text_of(p->default_port);
    else if (port.len < 2 || port.ptr[0] != ':')
        return complain(p, port, JSONLOG_E_SYNTAX, "a port is missing behind the host");
    else
        port = behind(port, 1);
    if (memchr(port.ptr, ':', port.len) != NULL)
        return complain(p, port, JSONLOG_E_SYNTAX, "an IPv6 address needs brackets");
    if (!copy_part(to->port, sizeof to->port, port))
        return complain(p, port, JSONLOG_E_LIMIT, "the port is too long");
    if (is_number(to->port) && port_number(to->port) == 0)
        return complain(p, port, JSONLOG_E_SYNTAX, "a port is a number from 1 to 65535");
    return JSONLOG_OK;
}

static jsonlog_status parse_network(const parser *p, jl_text text, jl_destination *to) {
    const size_t span = host_span(text);
    const bool has_brackets = span > 0 && text.ptr[0] == '[';
    const jl_text host =
        has_brackets ? (jl_text){text.ptr + 1, span - 2} : (jl_text){text.ptr, span};
    if (span == 0 || host.len == 0)
        return complain(p, text, JSONLOG_E_SYNTAX, "a host is missing");
    if (!copy_part(to->host, sizeof to->host, host))
        return complain(p, host, JSONLOG_E_LIMIT, "the host is too long");
    jsonlog_status status = take_port(p, behind(text, span), to);
    if (status == JSONLOG_OK)
        make_address(to);
    return status;
}

/* ---- the list ---- */

static jsonlog_status parse_one(const parser *p, jl_text text, jl_destination *to) {
    *to = (jl_destination){.kind = JL_SOCKET_TCP};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!jl_text_starts_with(text, schemes[i].prefix))
            continue;
        to->kind = schemes[i].kind;
        const jl_text rest = behind(text, schemes[i].prefix.len);
        const bool is_network = to->kind == JL_SOCKET_TCP || to->kind == JL_SOCKET_UDP;
        return is_network ? parse_network(p, rest, to) : parse_local(p, rest, to);
    }
    return complain(p, text, JSONLOG_E_SYNTAX,
                    "a destination begins with tcp://, udp://, unix:// or unixgram://");
}

jsonlog_status jl_destinations_parse(const char *text, const char *default_port,
                                     jl_destination *out, size_t *count, jsonlog_err *err) {
    static const char blanks[] = " \t\r\n";
    if (text == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "destinations are NULL");
    const parser p = {text, default_port, err};
    size_t found = 0;
    for (const char *at = text + strspn(text, blanks); *at != '\0'; at += strspn(at, blanks)) {
        const jl_text part = {at, strcspn(at, blanks)};
        if (found == JL_DESTINATIONS_MAX)
            return complain(&p, part, JSONLOG_E_LIMIT, "there are more than 8 destinations");
        jsonlog_status status = parse_one(&p, part, &out[found++]);
        if (status != JSONLOG_OK)
            return status;
        at += part.len;
    }
    if (found == 0)
        return jl_err_set(err, JSONLOG_E_INVALID, 0, "there is no destination");
    *count = found;
    return JSONLOG_OK;
}
