/* A provider that costs next to nothing: one thread, epoll, keep-alive, loopback only.
 *
 *   upstream PORT
 *
 * Speaks the OpenAI chat wire. The model named in the request chooses the manner of the answer:
 *   bench-paced   64 server-sent events, the first at once, then 4 ms apart, then finish, usage and [DONE]
 *   bench-burst   the same events, written back to back
 *   otherwise     one JSON body of 1.2 KB
 * Each answer has an id of its own, as a real provider's has.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"

#define MAX_FD 4096
#define PACE_NS 4000000L
#define PHASE_NS 2472136UL /* golden ratio of PACE_NS: streams begun together do not tick together */
#define IN_SIZE (256 * 1024)
#define OUT_SIZE (64 * 1024) /* a whole burst is about 16 KB */

struct conn {
    int fd;
    size_t in_len, out_len;
    int next_event; /* of a stream under way; -1 when idle */
    long due;       /* monotonic ns at which next_event leaves */
    unsigned long answer;
    const char *model;
    char in[IN_SIZE], out[OUT_SIZE];
};

static struct conn *conns[MAX_FD];
static int epoll, timer, highest_fd;
static unsigned long answers;

static long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void drop(struct conn *c) {
    conns[c->fd] = NULL;
    close(c->fd);
    free(c);
}

static void watch(struct conn *c, unsigned events) {
    struct epoll_event e = {.events = events, .data.fd = c->fd};
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* Send now what the socket takes, keep the rest for EPOLLOUT. */
static void put(struct conn *c, const char *bytes, size_t n) {
    ssize_t sent = 0;
    if (c->out_len == 0) {
        sent = send(c->fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0) sent = 0; /* a dead peer shows up as a read of zero */
    }
    if ((size_t)sent < n && c->out_len + n - sent <= OUT_SIZE) {
        memcpy(c->out + c->out_len, bytes + sent, n - sent);
        c->out_len += n - sent;
        watch(c, EPOLLIN | EPOLLOUT);
    }
}

static void flush_out(struct conn *c) {
    ssize_t sent = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
    if (sent <= 0) return;
    c->out_len -= sent;
    memmove(c->out, c->out + sent, c->out_len);
    if (c->out_len == 0) watch(c, EPOLLIN);
}

static void answer_json(struct conn *c) {
    static char words[WORDS * sizeof WORD + 1];
    if (!words[0])
        for (int i = 0; i < WORDS; i++) strcat(words, WORD " ");
    char body[4096], reply[8192];
    int n = snprintf(body, sizeof body,
        "{\"id\":\"chatcmpl-%024lx\",\"object\":\"chat.completion\",\"created\":1764000000,\"model\":\"%s\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null},"
        "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,"
        "\"completion_tokens\":%d,\"total_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"service_tier\":\"default\","
        "\"system_fingerprint\":\"fp_bench\"}",
        c->answer, c->model, words, WORDS, 120 + WORDS);
    n = snprintf(reply, sizeof reply,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", n, body);
    put(c, reply, n);
}

/* One server-sent event as one HTTP chunk, appended to `into`; returns its length. */
static int event(struct conn *c, char *into, const char *choices, const char *usage) {
    char data[1024];
    int n = snprintf(data, sizeof data,
        "data: {\"id\":\"chatcmpl-%024lx\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"
        "\"model\":\"%s\",\"system_fingerprint\":\"fp_bench\",\"choices\":[%s]%s}\n\n",
        c->answer, c->model, choices, usage);
    return sprintf(into, "%x\r\n%s\r\n", n, data);
}

static void next_event(struct conn *c) {
    char out[4096];
    int n = 0;
    if (c->next_event < WORDS) {
        const char *role = c->next_event == 0 ? "\"role\":\"assistant\"," : "";
        char choice[256];
        snprintf(choice, sizeof choice,
            "{\"index\":0,\"delta\":{%s\"content\":\"" WORD " \"},\"finish_reason\":null}", role);
        n = event(c, out, choice, "");
        c->due += c->next_event++ ? PACE_NS : (long)(c->answer * PHASE_NS) % PACE_NS;
    } else {
        char usage[128];
        snprintf(usage, sizeof usage,
            ",\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":%d,\"total_tokens\":%d}", WORDS, 120 + WORDS);
        n = event(c, out, "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "");
        n += event(c, out + n, "", usage);
        n += sprintf(out + n, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        c->next_event = -1;
    }
    put(c, out, n);
}

static void answer(struct conn *c, const char *body, size_t length) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
    c->answer = ++answers;
    int burst = memmem(body, length, "bench-burst", 11) != NULL;
    if (!burst && !memmem(body, length, "bench-paced", 11)) {
        c->model = "bench-json";
        answer_json(c);
        return;
    }
    c->model = burst ? "bench-burst" : "bench-paced";
    put(c, head, sizeof head - 1);
    c->next_event = 0;
    c->due = now_ns();
    do next_event(c);
    while (burst && c->next_event >= 0);
}

/* Answer every complete request in the buffer. */
static void requests(struct conn *c) {
    for (;;) {
        char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
        if (!end) return;
        *end = 0; /* ends the head for strcasestr */
        char *field = strcasestr(c->in, "\r\ncontent-length:");
        size_t length = field ? strtoul(field + 17, NULL, 10) : 0;
        size_t whole = (end + 4 - c->in) + length;
        *end = '\r';
        if (whole > c->in_len) return;
        answer(c, end + 4, length);
        c->in_len -= whole;
        memmove(c->in, c->in + whole, c->in_len);
    }
}

static void readable(struct conn *c) {
    ssize_t n = recv(c->fd, c->in + c->in_len, IN_SIZE - c->in_len, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        drop(c);
        return;
    }
    c->in_len += n;
    requests(c);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct conn *c = calloc(1, sizeof *c);
        c->fd = fd;
        c->next_event = -1;
        conns[fd] = c;
        if (fd > highest_fd) highest_fd = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
    }
}

/* Send what is due and set the timer to the next due time. */
static void pace(void) {
    long now = now_ns(), earliest = 0;
    for (int fd = 0; fd <= highest_fd; fd++) {
        struct conn *c = conns[fd];
        while (c && c->next_event >= 0 && c->due <= now) next_event(c);
        if (c && c->next_event >= 0 && (!earliest || c->due < earliest)) earliest = c->due;
    }
    struct itimerspec at = {.it_value = {earliest / 1000000000L, earliest % 1000000000L}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL); /* zero disarms */
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: upstream PORT\n"), 2;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024)) return perror("listen"), 1;
    epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int ours[] = {listener, timer};
    for (int i = 0; i < 2; i++)
        epoll_ctl(epoll, EPOLL_CTL_ADD, ours[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = ours[i]});
    for (;;) {
        struct epoll_event ready[256];
        int n = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            unsigned long ticks;
            if (fd == listener) accept_all(listener);
            else if (fd == timer) (void)!read(timer, &ticks, sizeof ticks);
            else {
                if (conns[fd] && ready[i].events & EPOLLOUT) flush_out(conns[fd]);
                if (conns[fd] && ready[i].events & ~EPOLLOUT) readable(conns[fd]);
            }
        }
        pace();
    }
}
