/* server: many readers, one writer, one engine. A program to copy.
 *
 *     server SOCKET VIEW...
 *
 * listens at a socket of this machine (a path), and ends when its input ends. A client sends lines; each answer is some
 * lines, and an empty one behind them. Words stand apart by tabs:
 *
 *     touch     journey=7  at=1772409600000  owner=ann  facets=contact|update  …     records a touchpoint
 *     now       1772409600000                     moves the clock
 *     cells     journeys by type    journeys,handoffs            metrics of each cell of a view
 *     worklist  waiting for 4h                    who waits, since when
 *     journey   7                                 where one journey stands
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the header asks for one writer at a time, or any number of readers while nobody writes. So there is one lock
 * for many readers or one writer (struct shared), and three rules:
 *
 * - Functions that take a const engine or view, and cursors, are called with the lock held for reading, all others with
 *   it held for writing. The compiler helps: readers get a const cxj_engine.
 * - What an engine hands out (names, a cursor's texts) is copied before the lock is given back.
 * - Nobody waits for anything else while holding it: no socket, no disk. Readers put their answer into memory, give the
 *   lock back, and then send it.
 *
 * One thread writes. Whoever wants something recorded hands it over and waits; the writer takes all that have come
 * meanwhile under one lock. So readers are kept waiting once for many touchpoints, not once for each.
 *
 * keep.c saves, desk.c follows a database, threads.c has more than one writer, with an engine each. What goes beyond
 * ISO C is POSIX. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include <cxj.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "values.h"

enum { CLIENTS = 64, LINE = 4096, WORDS = 64, METRICS = 32, SENTENCE = 320 };

/* ---- The lock -------------------------------------------------------------------------------------------- */

/* Readers that keep coming could keep a writer out for ever: POSIX leaves it open who is next. So whoever comes passes
 * the turnstile; a writer stays in it until the lock is free, and readers that come after it wait behind it. */
typedef struct shared {
    pthread_mutex_t turnstile;
    pthread_rwlock_t lock;
    cxj_engine *engine; /* guarded by lock */
} shared;

static void must_have(int error) { /* these fail only where they are used wrongly */
    if (error != 0) {
        fprintf(stderr, "server: %s\n", strerror(error));
        abort();
    }
}

static const cxj_engine *begin_reading(shared *at) {
    must_have(pthread_mutex_lock(&at->turnstile));
    must_have(pthread_rwlock_rdlock(&at->lock));
    must_have(pthread_mutex_unlock(&at->turnstile));
    return at->engine;
}

static cxj_engine *begin_writing(shared *at) {
    must_have(pthread_mutex_lock(&at->turnstile));
    must_have(pthread_rwlock_wrlock(&at->lock));
    must_have(pthread_mutex_unlock(&at->turnstile));
    return at->engine;
}

static void end_access(shared *at) {
    must_have(pthread_rwlock_unlock(&at->lock));
}

/* ---- The writer ------------------------------------------------------------------------------------------ */

/* What a client wants written; it stands on the stack of the client's thread, which waits until it is done. */
typedef struct request {
    struct request *next;
    const cxj_named_touchpoint *touchpoint; /* NULL: the clock is to move */
    int64_t now;
    bool done;
    cxj_status status;
    char message[SENTENCE];
} request;

typedef struct server {
    shared shared;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t came;   /* a request, or the end */
    pthread_cond_t done;   /* some requests are done */
    request *first, *last;
    bool ending;
    struct client *clients;
} server;

static void write_one(cxj_engine *engine, request *wanted) {
    if (wanted->touchpoint != NULL) {
        wanted->status = cxj_record_named(engine, wanted->touchpoint, sizeof *wanted->touchpoint, 1, 0, NULL, 0);
    } else {
        wanted->status = cxj_advance(engine, wanted->now);
    }
    snprintf(wanted->message, sizeof wanted->message, "%s", wanted->status == CXJ_OK ? "" : cxj_message(engine));
}

static void *run_writer(void *context) {
    server *at = context;
    must_have(pthread_mutex_lock(&at->mutex));
    while (at->first != NULL || !at->ending) {
        if (at->first == NULL) {
            must_have(pthread_cond_wait(&at->came, &at->mutex));
            continue;
        }
        request *all = at->first;
        at->first = at->last = NULL;
        must_have(pthread_mutex_unlock(&at->mutex));

        cxj_engine *engine = begin_writing(&at->shared);
        for (request *each = all; each != NULL; each = each->next) {
            write_one(engine, each);
        }
        end_access(&at->shared);

        must_have(pthread_mutex_lock(&at->mutex));
        for (request *each = all; each != NULL;) {
            request *next = each->next; /* once it is done, it may be gone */
            each->done = true;
            each = next;
        }
        must_have(pthread_cond_broadcast(&at->done));
    }
    must_have(pthread_mutex_unlock(&at->mutex));
    return NULL;
}

/* Hands a request over, and waits until it is done. */
static void have_written(server *at, request *wanted) {
    must_have(pthread_mutex_lock(&at->mutex));
    if (at->first == NULL) {
        at->first = wanted;
    } else {
        at->last->next = wanted;
    }
    at->last = wanted;
    must_have(pthread_cond_signal(&at->came));
    while (!wanted->done) {
        must_have(pthread_cond_wait(&at->done, &at->mutex));
    }
    must_have(pthread_mutex_unlock(&at->mutex));
}

/* ---- Answers --------------------------------------------------------------------------------------------- */

/* An answer, made in memory while the lock is held, and sent when it is not. */
typedef struct answer {
    char *text;
    size_t length, capacity;
    bool lacks; /* memory */
} answer;

static void say(answer *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || to->lacks) {
        return;
    }
    if (to->length + (size_t)length + 1 > to->capacity) {
        const size_t capacity = 2 * (to->length + (size_t)length + 256);
        char *more = realloc(to->text, capacity);
        if (more == NULL) {
            to->lacks = true;
            return;
        }
        to->text = more;
        to->capacity = capacity;
    }
    va_start(arguments, format);
    (void)vsnprintf(to->text + to->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    to->length += (size_t)length;
}

static void say_error(answer *to, const char *why) {
    to->length = 0;
    say(to, "error: %s\n", why);
}

/* ---- Readers --------------------------------------------------------------------------------------------- */

/* The view with a text, as it is kept (normalised), and which of its metrics are asked for. */
static cxj_status find_view(const cxj_engine *engine, const char *text, cxj_view **view, cxj_view_info *info) {
    for (size_t i = 0; cxj_view_at(engine, i, view) == CXJ_OK; i++) {
        const cxj_status status = cxj_view_describe(*view, info, sizeof *info);
        if (status != CXJ_OK || strcmp(info->text, text) == 0) {
            return status;
        }
    }
    return CXJ_NOT_FOUND;
}

static size_t find_metrics(uint32_t grain, char *names, uint32_t *metrics) {
    size_t count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (count == METRICS || cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metrics[count]) != CXJ_OK) {
            return 0;
        }
        count++;
    }
    return count;
}

static cxj_status say_cell(cxj_cursor *cursor, uint32_t parts, const uint32_t *metrics, size_t count, answer *to) {
    cxj_value values[METRICS];
    for (uint32_t part = 0; part < parts; part++) {
        const char *text = "";
        const cxj_status status = cxj_cursor_part(cursor, part, &text, NULL);
        if (status != CXJ_OK) {
            return status;
        }
        say(to, "%s\t", text);
    }
    const cxj_status status = cxj_cursor_metrics(cursor, metrics, count, NULL, 0, values, sizeof *values);
    for (size_t i = 0; status == CXJ_OK && i < count; i++) {
        if (isnan(values[i].value)) {
            say(to, i == 0 ? "-" : "\t-");
        } else {
            say(to, i == 0 ? "%.17g" : "\t%.17g", values[i].value);
        }
    }
    say(to, "\n");
    return status;
}

/* All cells as they are at one moment; the first line says how much the engine knows at that moment. */
static void say_cells(const cxj_engine *engine, const char *text, char *names, answer *to) {
    cxj_view *view = NULL;
    cxj_view_info info;
    cxj_stats stats;
    cxj_cursor *cursor = NULL;
    uint32_t metrics[METRICS];
    char why[SENTENCE] = "there is no such view; views are added when the server starts";
    size_t count = 0;
    cxj_status status = find_view(engine, text, &view, &info);
    if (status == CXJ_OK && (count = find_metrics(info.grain, names, metrics)) == 0) {
        snprintf(why, sizeof why, "these are no metrics of the view's grain");
        status = CXJ_NOT_FOUND;
    }
    if (status == CXJ_OK) {
        status = cxj_engine_stats(engine, &stats, sizeof stats);
    }
    if (status == CXJ_OK) {
        say(to, "%" PRIu64 " touchpoints\t%" PRIu64 " journeys\n", stats.touchpoints, stats.journeys);
        status = cxj_cursor_open(view, why, sizeof why, &cursor);
    }
    while (status == CXJ_OK && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        status = say_cell(cursor, info.parts, metrics, count, to);
    }
    cxj_cursor_close(cursor);
    if (status != CXJ_DONE) { /* stale it cannot be: nobody writes meanwhile */
        say_error(to, why[0] != '\0' ? why : cxj_status_text(status));
    }
}

static void say_worklist(const cxj_engine *engine, const char *rule, answer *to) {
    cxj_occasion *occasions = NULL;
    size_t count = 0;
    char why[SENTENCE];
    cxj_status status =
        cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, 0, why, sizeof why, NULL, sizeof *occasions, &count);
    if (status == CXJ_TOO_SMALL) { /* nobody writes meanwhile, so there are as many when it is asked again */
        occasions = malloc(count * sizeof *occasions);
        if (occasions == NULL) {
            say_error(to, "not enough memory");
            return;
        }
        status = cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, count, why, sizeof why, occasions, sizeof *occasions,
                              &count);
    }
    for (size_t i = 0; status == CXJ_OK && i < count; i++) {
        const char *owner = "";
        (void)cxj_name(engine, CXJ_DIMENSION_OWNER, occasions[i].owner, &owner, NULL);
        say(to, "%" PRIu64 "\t%" PRId64 "\t%s\n", occasions[i].journey, occasions[i].from, owner);
    }
    free(occasions);
    if (status != CXJ_OK) {
        say_error(to, why);
    }
}

static void say_journey(const cxj_engine *engine, const char *name, answer *to) {
    cxj_journey journey;
    uint64_t number = 0;
    char why[SENTENCE];
    const char *owner = "";
    if (cxj_id_from_text(engine, name, CXJ_ZERO_TERMINATED, &number) != CXJ_OK ||
        cxj_journey_state(engine, number, why, sizeof why, &journey, sizeof journey) != CXJ_OK) {
        say_error(to, why);
        return;
    }
    (void)cxj_name(engine, CXJ_DIMENSION_OWNER, journey.owner, &owner, NULL);
    say(to, "%" PRIu32 " touchpoints\t%" PRIu32 " handoffs\t%s\t%s\n", journey.touchpoints, journey.handoffs,
        journey.end_at == 0 ? "open" : "ended", owner);
}

/* ---- Touchpoints as words -------------------------------------------------------------------------------- */

#define TEXTS(X)                                                                                                       \
    X(journey) X(id) X(customer) X(owner) X(team) X(activity) X(channel) X(stage) X(cause) X(type) X(segment) X(reason)

/* Reads one key=value; the texts stay where they are. returns  NULL, or why not */
static const char *read_field(const char *key, const char *value, cxj_named_touchpoint *t) {
    const size_t length = strlen(value);
    uint64_t number = 0;
#define TEXT(name)                                                                                                     \
    if (strcmp(key, #name) == 0) {                                                                                     \
        t->name = (cxj_text){value, length};                                                                           \
        return NULL;                                                                                                   \
    }
    TEXTS(TEXT)
#undef TEXT
    if (strcmp(key, "at") == 0 || strcmp(key, "due") == 0) {
        return values_moment(NULL, value, length, key[0] == 'd', key[0] == 'd' ? &t->due : &t->at) ? NULL : "no time";
    }
    if (strcmp(key, "value") == 0) {
        return values_amount(value, length, &t->value) ? NULL : "no number";
    }
    if (strcmp(key, "facets") == 0) {
        return values_facets(value, length, '|', &t->facets, NULL) ? NULL : "no facet";
    }
    if (strcmp(key, "scale") == 0 || strcmp(key, "scope") == 0 || strcmp(key, "outcome") == 0) {
        const unsigned list = key[0] == 'o' ? VALUES_OUTCOME : key[2] == 'a' ? VALUES_SCALE : VALUES_SCOPE;
        uint8_t *to = list == VALUES_OUTCOME ? &t->outcome : list == VALUES_SCALE ? &t->scale : &t->scope;
        *to = (uint8_t)values_find(list, value, length);
        return *to != 0 ? NULL : "no such name";
    }
    if (!values_count(value, length, UINT32_MAX, &number)) {
        return "no number, or no such field";
    }
    if (strcmp(key, "revision") == 0) {
        t->revision = number;
    } else if (strcmp(key, "sequence") == 0) {
        t->sequence = (uint32_t)number;
    } else if (strcmp(key, "score") == 0 && number <= UINT8_MAX) {
        t->score = (uint8_t)number;
    } else if (strcmp(key, "commitment") == 0 && number <= UINT8_MAX) {
        t->commitment = (uint8_t)number;
    } else {
        return "no such field";
    }
    return NULL;
}

static void take_touchpoint(server *at, char **words, size_t count, answer *to) {
    cxj_named_touchpoint t;
    memset(&t, 0, sizeof t);
    for (size_t i = 1; i < count; i++) {
        char *value = strchr(words[i], '=');
        const char *why = "a field is name=value";
        if (value != NULL) {
            *value = '\0';
            why = read_field(words[i], value + 1, &t);
        }
        if (why != NULL) {
            say(to, "error: %s: %s\n", words[i], why);
            return;
        }
    }
    request wanted = {.touchpoint = &t};
    have_written(at, &wanted);
    say(to, wanted.status == CXJ_OK ? "ok\n" : "error: %s\n", wanted.message);
}

static void take_now(server *at, const char *text, answer *to) {
    request wanted = {.touchpoint = NULL};
    if (!values_moment(NULL, text, strlen(text), false, &wanted.now)) {
        say_error(to, "no time");
        return;
    }
    have_written(at, &wanted);
    say(to, wanted.status == CXJ_OK ? "ok\n" : "error: %s\n", wanted.message);
}

/* ---- Clients --------------------------------------------------------------------------------------------- */

typedef struct client {
    server *server;
    pthread_t thread;
    int descriptor; /* guarded by the server's mutex, as is all below; -1: closed */
    bool is_there;  /* the thread was made and is not joined yet */
    bool has_ended;
} client;

static void answer_line(server *at, char *line, answer *to) {
    char *words[WORDS], *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, "\t", &rest); word != NULL && count < WORDS; word = strtok_r(NULL, "\t", &rest)) {
        words[count++] = word;
    }
    if (count >= 2 && strcmp(words[0], "touch") == 0) {
        take_touchpoint(at, words, count, to);
    } else if (count == 2 && strcmp(words[0], "now") == 0) {
        take_now(at, words[1], to);
    } else if (count == 3 && strcmp(words[0], "cells") == 0) {
        say_cells(begin_reading(&at->shared), words[1], words[2], to);
        end_access(&at->shared);
    } else if (count == 2 && strcmp(words[0], "worklist") == 0) {
        say_worklist(begin_reading(&at->shared), words[1], to);
        end_access(&at->shared);
    } else if (count == 2 && strcmp(words[0], "journey") == 0) {
        say_journey(begin_reading(&at->shared), words[1], to);
        end_access(&at->shared);
    } else {
        say_error(to, "no such command; there are touch, now, cells, worklist, journey, with tabs between words");
    }
    say(to, "\n");
}

static bool send_all(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        const ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Whether a line came; one that is too long, has a NUL, or is cut off by the end, is none. */
static bool read_line(FILE *from, char *line) {
    if (fgets(line, LINE, from) == NULL) {
        return false;
    }
    char *end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
    }
    return end != NULL;
}

static void *run_client(void *context) {
    client *own = context;
    char line[LINE];
    answer reply = {NULL, 0, 0, false};
    const int descriptor = own->descriptor; /* set before this thread was made */
    FILE *from = fdopen(descriptor, "r");
    while (from != NULL && read_line(from, line)) {
        reply.length = 0;
        answer_line(own->server, line, &reply);
        if (reply.lacks || !send_all(descriptor, reply.text, reply.length)) {
            break;
        }
    }
    free(reply.text);
    must_have(pthread_mutex_lock(&own->server->mutex));
    own->descriptor = -1;
    own->has_ended = true;
    if (from == NULL || fclose(from) != 0) { /* within the mutex: the number may be another client's at once */
        (void)close(descriptor);
    }
    must_have(pthread_mutex_unlock(&own->server->mutex));
    return NULL;
}

/* Gives a client a thread; a client beyond the last place is turned away. Places of those that have gone are used
 * again. */
static void take_client(server *at, int descriptor) {
    /* Who does not read its answers for so long is given up, so that it cannot keep the server from its end. */
    const struct timeval patience = {.tv_sec = 10};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    must_have(pthread_mutex_lock(&at->mutex));
    size_t place = 0;
    while (place < CLIENTS && at->clients[place].is_there && !at->clients[place].has_ended) {
        place++;
    }
    client *own = place < CLIENTS && !at->ending ? &at->clients[place] : NULL;
    const bool joins = own != NULL && own->is_there;
    must_have(pthread_mutex_unlock(&at->mutex));
    if (joins) {
        must_have(pthread_join(own->thread, NULL));
    }
    must_have(pthread_mutex_lock(&at->mutex));
    bool taken = false;
    if (own != NULL && !at->ending) {
        own->server = at;
        own->descriptor = descriptor;
        own->has_ended = false;
        taken = pthread_create(&own->thread, NULL, run_client, own) == 0;
    }
    if (own != NULL) {
        own->is_there = taken;
    }
    must_have(pthread_mutex_unlock(&at->mutex));
    if (!taken) {
        static const char full[] = "error: there are too many clients\n\n";
        (void)send_all(descriptor, full, sizeof full - 1);
        (void)close(descriptor);
    }
}

/* ---- The server ------------------------------------------------------------------------------------------ */

typedef struct listener {
    server *server;
    int descriptor;
} listener;

static void *run_listener(void *context) {
    const listener *at = context;
    for (;;) {
        const int descriptor = accept(at->descriptor, NULL, NULL);
        if (descriptor >= 0) {
            take_client(at->server, descriptor);
            continue;
        }
        must_have(pthread_mutex_lock(&at->server->mutex));
        const bool ending = at->server->ending;
        must_have(pthread_mutex_unlock(&at->server->mutex));
        if (ending) {
            return NULL;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* no descriptor is free, or the like */
    }
}

static int open_socket(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(name.sun_path, path);
    const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor >= 0 &&
        (bind(descriptor, (const struct sockaddr *)&name, sizeof name) != 0 || listen(descriptor, CLIENTS) != 0)) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

/* Ends in this order: nobody comes any more; clients come to their end, each with what it has begun; then the
 * writer. */
static void end_server(server *at, int descriptor, pthread_t listening, pthread_t writing) {
    must_have(pthread_mutex_lock(&at->mutex));
    at->ending = true;
    must_have(pthread_mutex_unlock(&at->mutex));
    (void)shutdown(descriptor, SHUT_RDWR);
    must_have(pthread_join(listening, NULL));
    must_have(pthread_mutex_lock(&at->mutex));
    for (size_t i = 0; i < CLIENTS; i++) {
        if (at->clients[i].descriptor >= 0) {
            (void)shutdown(at->clients[i].descriptor, SHUT_RD);
        }
    }
    must_have(pthread_mutex_unlock(&at->mutex));
    for (size_t i = 0; i < CLIENTS; i++) {
        if (at->clients[i].is_there) { /* the listener has ended, so nobody else looks */
            must_have(pthread_join(at->clients[i].thread, NULL));
        }
    }
    must_have(pthread_mutex_lock(&at->mutex));
    must_have(pthread_cond_signal(&at->came));
    must_have(pthread_mutex_unlock(&at->mutex));
    must_have(pthread_join(writing, NULL));
}

static bool add_views(cxj_engine *engine, char **texts) {
    for (; *texts != NULL; texts++) {
        cxj_view *view;
        if (cxj_view_add(engine, *texts, CXJ_ZERO_TERMINATED, &view) != CXJ_OK) {
            fprintf(stderr, "server: %s: %s\n", *texts, cxj_message(engine));
            return false;
        }
    }
    return true;
}

static void serve(server *at, int descriptor) {
    static client clients[CLIENTS];
    listener listening = {at, descriptor};
    pthread_t listener_thread, writer_thread;
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i].descriptor = -1;
    }
    at->clients = clients;
    must_have(pthread_mutex_init(&at->shared.turnstile, NULL));
    must_have(pthread_rwlock_init(&at->shared.lock, NULL));
    must_have(pthread_mutex_init(&at->mutex, NULL));
    must_have(pthread_cond_init(&at->came, NULL));
    must_have(pthread_cond_init(&at->done, NULL));
    must_have(pthread_create(&writer_thread, NULL, run_writer, at));
    must_have(pthread_create(&listener_thread, NULL, run_listener, &listening));
    puts("listening");
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
    end_server(at, descriptor, listener_thread, writer_thread);
    must_have(pthread_cond_destroy(&at->done));
    must_have(pthread_cond_destroy(&at->came));
    must_have(pthread_mutex_destroy(&at->mutex));
    must_have(pthread_rwlock_destroy(&at->shared.lock));
    must_have(pthread_mutex_destroy(&at->shared.turnstile));
}

int main(int argc, char **argv) {
    server at = {.first = NULL};
    char why[SENTENCE];
    if (argc < 3) {
        fputs("usage: server SOCKET VIEW...\n", stderr);
        return 2;
    }
    if (cxj_engine_create(NULL, why, sizeof why, &at.shared.engine) != CXJ_OK) {
        fprintf(stderr, "server: %s\n", why);
        return 1;
    }
    const int descriptor = add_views(at.shared.engine, argv + 2) ? open_socket(argv[1]) : -2;
    if (descriptor == -1) {
        fprintf(stderr, "server: %s: %s\n", argv[1], strerror(errno));
    } else if (descriptor >= 0) {
        serve(&at, descriptor);
        (void)close(descriptor);
        (void)unlink(argv[1]);
    }
    cxj_engine_destroy(at.shared.engine);
    return descriptor >= 0 ? 0 : 1;
}
