/* A closed-loop HTTP/1.1 load: N kept-alive connections, each sends its next request when an answer ended.
 *
 *   load -p PORT -c CONNECTIONS -s SECONDS -n AT_LEAST -l LIMIT -b BODY_FILE [-t] [-H 'name: value']...
 *
 * Runs for SECONDS and until AT_LEAST answers came, but not longer than LIMIT seconds; requests still in
 * flight then are waited for, so that every request the server worked on is counted. -t: the answer is a stream.
 * An answer is good if its status is 200, it holds WORD exactly WORDS times and, streamed, "[DONE]".
 * Prints one JSON object; times are microseconds from the send to the last byte, or to the first word.
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
#include <time.h>
#include <unistd.h>

#include "answer.h"

#define HEAD_SIZE (64 * 1024)
#define BODY_SIZE (512 * 1024)
#define DRAIN_SECONDS 15
#define STREAM_SECONDS 0.256 /* streams are begun spread over one; begun together they would stay together */
#define TOO_MANY_ERRORS 500

enum part { HEAD, SIZED, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER };

struct conn {
    int fd, status, closes, busy;
    enum part part;
    size_t head_len, body_len, left;
    double sent, first_word;
    char line[32];
    size_t line_len;
    char head[HEAD_SIZE + 1], body[BODY_SIZE];
};

struct times {
    unsigned *us;
    size_t n, room;
};

static int port, epoll, streamed, in_flight;
static char *request;
static size_t request_len;
static double until; /* no new request after this */
static struct times whole, first;
static unsigned long good, bad, in_time;
static char first_error[200];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void record(struct times *t, double seconds) {
    if (t->n == t->room) t->us = realloc(t->us, (t->room = t->room * 2 + 4096) * sizeof *t->us);
    t->us[t->n++] = (unsigned)(seconds * 1e6);
}

static int ascending(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static unsigned quantile(struct times *t, double q) { return t->n ? t->us[(size_t)(q * (t->n - 1) + 0.5)] : 0; }

static struct conn *open_socket(struct conn *c) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof at)) perror("connect"), exit(1);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
    return c;
}

static void reopen(struct conn *c) {
    close(c->fd);
    open_socket(c);
}

static void ask(struct conn *c) {
    c->part = HEAD;
    c->head_len = c->body_len = c->line_len = c->status = c->closes = 0;
    c->first_word = 0;
    c->busy = 1;
    in_flight++;
    c->sent = now();
    (void)!send(c->fd, request, request_len, MSG_NOSIGNAL); /* a failure shows up as a read of zero */
}

static int words(struct conn *c) {
    int n = 0;
    char *at = c->body, *end = c->body + c->body_len;
    while ((at = memmem(at, end - at, WORD, sizeof WORD - 1))) n++, at += sizeof WORD - 1;
    return n;
}

/* `why` is NULL for an answer that came whole. */
static void finish(struct conn *c, const char *why) {
    double end = now();
    int n = words(c);
    if (!why && c->status != 200) why = "status";
    if (!why && n != WORDS) why = "words are missing or doubled";
    if (!why && streamed && !memmem(c->body, c->body_len, "[DONE]", 6)) why = "no [DONE]";
    c->busy = 0;
    in_flight--;
    if (why) {
        if (!bad++) snprintf(first_error, sizeof first_error, "%s (status %d, %d words)", why, c->status, n);
        reopen(c);
    } else {
        good++;
        in_time += end <= until;
        record(&whole, end - c->sent);
        record(&first, c->first_word - c->sent);
        if (c->closes) reopen(c);
    }
    if (end < until) ask(c);
}

static void head_ended(struct conn *c) {
    c->head[c->head_len] = 0;
    sscanf(c->head, "HTTP/1.%*d %d", &c->status);
    c->closes = strcasestr(c->head, "\r\nconnection: close") != NULL;
    char *length = strcasestr(c->head, "\r\ncontent-length:");
    c->left = length ? strtoul(length + 17, NULL, 10) : 0;
    c->part = length ? SIZED : CHUNK_SIZE;
}

/* One line of the chunked coding (RFC 9112 section 7.1), without its line end. Returns 1 at the end of the body. */
static int line_ended(struct conn *c) {
    int empty = c->line_len == 0;
    c->line[c->line_len] = 0;
    c->line_len = 0;
    if (c->part == TRAILER) return empty;
    if (c->part == CHUNK_END) c->part = CHUNK_SIZE;
    else c->part = (c->left = strtoul(c->line, NULL, 16)) ? CHUNK : TRAILER;
    return 0;
}

/* Take in received bytes. Returns 1 when the answer is complete, 0 when more must come, -1 when it is too long. */
static int feed(struct conn *c, const char *p, size_t n) {
    while (n) {
        if (c->part == SIZED || c->part == CHUNK) {
            size_t take = n < c->left ? n : c->left;
            if (c->body_len + take > BODY_SIZE) return -1;
            memcpy(c->body + c->body_len, p, take);
            c->body_len += take, c->left -= take, p += take, n -= take;
            if (!c->left && c->part == SIZED) return 1;
            if (!c->left) c->part = CHUNK_END;
            continue;
        }
        char byte = *p++;
        n--;
        if (c->part == HEAD) {
            if (c->head_len == HEAD_SIZE) return -1;
            c->head[c->head_len++] = byte;
            if (byte == '\n' && c->head_len >= 4 && !memcmp(c->head + c->head_len - 4, "\r\n\r\n", 4)) {
                head_ended(c);
                if (c->part == SIZED && !c->left) return 1;
            }
        } else if (byte == '\n') {
            if (line_ended(c)) return 1;
        } else if (byte != '\r' && c->line_len < sizeof c->line - 1) {
            c->line[c->line_len++] = byte;
        }
    }
    return 0;
}

static void readable(struct conn *c) {
    char bytes[64 * 1024];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (!c->busy) { /* its last answer came; the server hangs up while others are waited for */
        epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
    } else if (n <= 0) {
        finish(c, "closed before the end");
    } else {
        int state = feed(c, bytes, n);
        if (!c->first_word && memmem(c->body, c->body_len, WORD, sizeof WORD - 1)) c->first_word = now();
        if (state) finish(c, state < 0 ? "too long" : NULL);
    }
}

static void build_request(const char *headers, const char *body_file) {
    static char body[64 * 1024];
    FILE *f = fopen(body_file, "r");
    if (!f) perror(body_file), exit(2);
    size_t n = fread(body, 1, sizeof body, f);
    fclose(f);
    request_len = asprintf(&request,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
        "%sContent-Length: %zu\r\n\r\n%.*s", port, headers, n, (int)n, body);
}

static void report(double seconds) {
    qsort(whole.us, whole.n, sizeof *whole.us, ascending);
    qsort(first.us, first.n, sizeof *first.us, ascending);
    printf("{\"requests\": %lu, \"errors\": %lu, \"per_second\": %.2f, \"p50_us\": %u, \"p99_us\": %u, "
           "\"first_word_p50_us\": %u, \"first_word_p99_us\": %u, \"first_error\": \"%s\"}\n",
           good, bad, in_time / seconds, quantile(&whole, .5), quantile(&whole, .99), quantile(&first, .5),
           quantile(&first, .99), first_error);
}

int main(int argc, char **argv) {
    char *body = NULL, headers[4096] = "";
    int option, connections = 1, opened = 0;
    double seconds = 1, limit = 60;
    unsigned long least = 1;
    while ((option = getopt(argc, argv, "p:c:s:n:l:b:tH:")) != -1) switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'c': connections = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'n': least = strtoul(optarg, NULL, 10); break;
        case 'l': limit = atof(optarg); break;
        case 'b': body = optarg; break;
        case 't': streamed = 1; break;
        case 'H': strcat(strncat(headers, optarg, sizeof headers - strlen(headers) - 3), "\r\n"); break;
        default: return 2;
        }
    if (!port || !body) return fprintf(stderr, "load: -p PORT and -b BODY_FILE are needed\n"), 2;
    build_request(headers, body);
    epoll = epoll_create1(0);
    double start = now(), end = start + limit;
    until = end;
    double gap = streamed ? STREAM_SECONDS / connections : 0;
    while (in_flight || (opened < connections && now() < until)) {
        for (; opened < connections && now() >= start + opened * gap; opened++)
            ask(open_socket(calloc(1, sizeof(struct conn))));
        struct epoll_event ready[256];
        int n = epoll_wait(epoll, ready, 256, opened < connections ? 1 : 20);
        for (int i = 0; i < n; i++) readable(ready[i].data.ptr);
        double t = now();
        if (t > until + DRAIN_SECONDS) break;
        if (until == end && ((t >= start + seconds && good >= least) || bad >= TOO_MANY_ERRORS)) until = t;
    }
    if (in_flight && !bad) snprintf(first_error, sizeof first_error, "no answer within the time");
    bad += in_flight;
    report((until < now() ? until : now()) - start);
    return 0;
}
