// The door to Debian's nanomsg: what Swift cannot say itself (computed macros, control data of
// raw sockets, epoll's union). Every call answers >= 0, or minus the errno.
#ifndef CNANOMSG_SHIM_H
#define CNANOMSG_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

// Each option once, by a name Swift can see.
enum cnanomsg_option {
    CNANOMSG_SEND_BUFFER = NN_SNDBUF,
    CNANOMSG_RECEIVE_BUFFER = NN_RCVBUF,
    CNANOMSG_RECEIVE_BYTES_MAX = NN_RCVMAXSIZE,
    CNANOMSG_RECONNECT_MS = NN_RECONNECT_IVL,
    CNANOMSG_RECONNECT_MS_MAX = NN_RECONNECT_IVL_MAX,
    CNANOMSG_LINGER_MS = NN_LINGER,
    CNANOMSG_IPV4_ONLY = NN_IPV4ONLY,
    CNANOMSG_HOPS_MAX = NN_MAXTTL,
};

static inline int cnanomsg_answer(int rc) { return rc < 0 ? -nn_errno() : rc; }

// A raw socket: 1 = replies (server), 0 = asks (client).
static inline int cnanomsg_socket(int replies) {
    return cnanomsg_answer(nn_socket(AF_SP_RAW, replies ? NN_REP : NN_REQ));
}
static inline int cnanomsg_bind(int s, const char *address) {
    return cnanomsg_answer(nn_bind(s, address));
}
static inline int cnanomsg_connect(int s, const char *address) {
    return cnanomsg_answer(nn_connect(s, address));
}
// Lets go of one endpoint of a socket, by the number that connecting to it returned.
static inline int cnanomsg_disconnect(int s, int how) {
    int rc;
    do rc = cnanomsg_answer(nn_shutdown(s, how));
    while (rc == -EINTR);
    return rc;
}
// A close that a signal interrupts has not happened yet.
static inline int cnanomsg_close(int s) {
    int rc;
    do rc = cnanomsg_answer(nn_close(s));
    while (rc == -EINTR);
    return rc;
}
static inline int cnanomsg_set(int s, int option, int value) {
    return cnanomsg_answer(nn_setsockopt(s, NN_SOL_SOCKET, option, &value, sizeof value));
}
static inline int cnanomsg_set_no_delay(int s) {
    int on = 1;
    return cnanomsg_answer(nn_setsockopt(s, NN_TCP, NN_TCP_NODELAY, &on, sizeof on));
}
static inline int cnanomsg_descriptor(int s, int option) {
    int fd = -1;
    size_t size = sizeof fd;
    int rc = cnanomsg_answer(nn_getsockopt(s, NN_SOL_SOCKET, option, &fd, &size));
    return rc < 0 ? rc : fd;
}
static inline int cnanomsg_receive_descriptor(int s) { return cnanomsg_descriptor(s, NN_RCVFD); }
static inline int cnanomsg_send_descriptor(int s) { return cnanomsg_descriptor(s, NN_SNDFD); }
static inline uint64_t cnanomsg_connections(int s) {
    return nn_get_statistic(s, NN_STAT_CURRENT_CONNECTIONS);
}
static inline uint64_t cnanomsg_broken_connections(int s) {
    return nn_get_statistic(s, NN_STAT_BROKEN_CONNECTIONS);
}

// Raw sockets carry their routing bytes as control data: a cmsghdr, a size_t count, the bytes.
// A direct peer has 8 bytes at the server (pipe key, request id), 4 at the client (request id).
#define CNANOMSG_CONTROL_WORDS 11

// Never waits. Fills body (to be freed with nn_freemsg) and up to 8 routing bytes; a message with
// other routing (through a device) is thrown away and answered -EPROTO.
static inline int cnanomsg_receive(int s, void **body, uint64_t *route, size_t route_bytes) {
    uint64_t control[CNANOMSG_CONTROL_WORDS] = {0};
    struct nn_iovec vector = {body, NN_MSG};
    struct nn_msghdr header = {&vector, 1, control, sizeof control};
    int count = nn_recvmsg(s, &header, NN_DONTWAIT);
    if (count < 0) return -nn_errno();
    const struct nn_cmsghdr *first = (const struct nn_cmsghdr *)control;
    const uint8_t *data = (const uint8_t *)(first + 1);
    size_t bytes = 0;
    memcpy(&bytes, data, sizeof bytes);
    if (first->cmsg_level != PROTO_SP || first->cmsg_type != SP_HDR || bytes != route_bytes) {
        nn_freemsg(*body);
        *body = NULL;
        return -EPROTO;
    }
    *route = 0;
    memcpy(route, data + sizeof bytes, route_bytes);
    return count;
}

// Never waits. On success nanomsg owns the body; on failure it is still the caller's. The control
// bytes stand on the stack: with NN_MSG a failed send frees them but not the body.
static inline int cnanomsg_send(int s, void *body, uint64_t route, size_t route_bytes) {
    uint64_t control[CNANOMSG_CONTROL_WORDS] = {0};
    struct nn_cmsghdr *first = (struct nn_cmsghdr *)control;
    uint8_t *data = (uint8_t *)(first + 1);
    first->cmsg_len = NN_CMSG_SPACE(sizeof route_bytes + route_bytes);
    first->cmsg_level = PROTO_SP;
    first->cmsg_type = SP_HDR;
    memcpy(data, &route_bytes, sizeof route_bytes);
    memcpy(data + sizeof route_bytes, &route, route_bytes);
    struct nn_iovec vector = {&body, NN_MSG};
    struct nn_msghdr header = {
        &vector, 1, control, NN_CMSG_SPACE(sizeof route_bytes + route_bytes)};
    return cnanomsg_answer(nn_sendmsg(s, &header, NN_DONTWAIT));
}

static inline int cnanomsg_receive_request(int s, void **body, uint64_t *token) {
    return cnanomsg_receive(s, body, token, 8);
}
static inline int cnanomsg_send_reply(int s, void *body, uint64_t token) {
    return cnanomsg_send(s, body, token, 8);
}
// A request id travels big-endian with its top bit set: the bottom of the routing stack.
static inline int cnanomsg_receive_reply(int s, void **body, uint32_t *id) {
    uint64_t route = 0;
    int count = cnanomsg_receive(s, body, &route, 4);
    *id = __builtin_bswap32((uint32_t)route) & 0x7fffffffu;
    return count;
}
static inline int cnanomsg_send_request(int s, void *body, uint32_t id) {
    return cnanomsg_send(s, body, __builtin_bswap32(id | 0x80000000u), 4);
}

// An eventfd that wakes a waiting thread.
static inline int cnanomsg_bell(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}
static inline void cnanomsg_close_descriptor(int fd) { close(fd); }
static inline void cnanomsg_ring(int bell) {
    uint64_t one = 1;
    // A full counter means that it is ringing already.
    ssize_t done = write(bell, &one, sizeof one);
    (void)done;
}
static inline void cnanomsg_silence(int bell) {
    uint64_t count;
    ssize_t done = read(bell, &count, sizeof count);
    (void)done;
}
// Waits for either to be readable: bit 0 = the socket's descriptor, bit 1 = the bell.
static inline int cnanomsg_wait_two(int descriptor, int bell) {
    struct pollfd both[2] = {{descriptor, POLLIN, 0}, {bell, POLLIN, 0}};
    int rc = poll(both, 2, -1);
    if (rc < 0) return -errno;
    return (both[0].revents ? 1 : 0) | (both[1].revents ? 2 : 0);
}

static inline int cnanomsg_epoll(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
static inline int cnanomsg_epoll_add(int epoll, int descriptor, uint64_t key) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = key}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}
static inline int cnanomsg_epoll_remove(int epoll, int descriptor) {
    struct epoll_event none = {.events = 0, .data = {.u64 = 0}};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &none) < 0 ? -errno : 0;
}
#define CNANOMSG_EPOLL_KEYS 64
// Fills the keys of up to CNANOMSG_EPOLL_KEYS ready descriptors; timeout -1 waits for ever.
static inline int cnanomsg_epoll_wait(int epoll, uint64_t *keys, int timeout_ms) {
    struct epoll_event events[CNANOMSG_EPOLL_KEYS];
    int count = epoll_wait(epoll, events, CNANOMSG_EPOLL_KEYS, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) keys[i] = events[i].data.u64;
    return count;
}

// 1: a folder of this user that nobody else may enter; 0: not that; else minus the errno.
static inline int cnanomsg_is_private_folder(const char *path) {
    struct stat status;
    if (stat(path, &status) < 0) return -errno;
    return S_ISDIR(status.st_mode) && status.st_uid == geteuid() && !(status.st_mode & 077);
}

// The kernel's ceiling for a send buffer in bytes; 0 where it cannot be read.
static inline long cnanomsg_kernel_send_buffer_max(void) {
    int fd = open("/proc/sys/net/core/wmem_max", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char text[32] = {0};
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    return count > 0 ? strtol(text, NULL, 10) : 0;
}

#endif
