/* threads: a host with several threads, a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 *     threads [--threads N] [--journeys N]
 *
 * An engine takes one writer at a time, and different engines share nothing. So each thread has an engine of its own,
 * and a dispatcher gives all touchpoints of a journey to the same one, by a hash of the journey's number. Whoever wants
 * the whole answer merges the engines into a new one, which shows what a single engine would show that had seen
 * everything: this program compares the two, to the last bit, and says how long each way took.
 *
 * A merge goes through every touchpoint again, and takes about as long as recording them in one thread. So this is for
 * hosts that record all the time and ask for the whole now and then. What is asked all the time, where one journey
 * stands, needs no merge: the engine that has the journey has all of it. (Merging is as exact where a journey is split
 * between engines, but then no engine could say where it stands.)
 *
 * The threads are POSIX threads, not those of C11: every libc has them, and ThreadSanitizer knows what they promise.
 * Begin at main(); what a host copies is between "Names" and "Asking".
 */
#define _POSIX_C_SOURCE 200809L
#include <cxj.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_THREADS = 2, MOST_THREADS = 64, DEFAULT_JOURNEYS = 200000, MOST_JOURNEYS = 5000000, STEPS = 10 };

/* A batch is worth waking a thread for, and small enough to stay in a core's cache. An inbox holds a few of them, and
 * no more: a dispatcher that is faster than its threads has to wait, instead of filling the memory. */
enum { BATCH = 512, INBOX = 8 };

enum { MOST_METRICS = 128, MOST_PARTS = 9, MOST_NAMES = 200 };

static const char *const views[] = {
    "touchpoints by channel, team per week",
    "transitions by team per month",
    "journeys by type, segment per month",
};
enum { VIEWS = sizeof views / sizeof *views };

static void give_up(const char *why) {
    fprintf(stderr, "threads: %s\n", why);
    exit(EXIT_FAILURE);
}

/* Every call returns a status. This program can only give up; a host would log the sentence and go on. */
static void must(const cxj_engine *engine, cxj_status status) {
    if (status != CXJ_OK) {
        fprintf(stderr, "threads: %s: %s\n", cxj_status_text(status), cxj_message(engine));
        exit(EXIT_FAILURE);
    }
}

/* So do the functions that make threads and locks. (To lock and to wait cannot fail when used as they are here.) */
static void must_have(int error) {
    if (error != 0) {
        give_up(strerror(error));
    }
}

static void *must_allocate(size_t count, size_t size) {
    void *block = calloc(count, size);
    if (block == NULL) {
        give_up("out of memory");
    }
    return block;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Names
 * ------------------------------------------------------------------------------------------------------------------ */

/* The names of this host: agent-1 … agent-200, team-1 … team-8, and so on. */
static const struct {
    uint32_t dimension;
    const char *stem;
    uint32_t count;
} vocabulary[] = {
    {CXJ_DIMENSION_OWNER, "agent", MOST_NAMES}, {CXJ_DIMENSION_TEAM, "team", 8}, {CXJ_DIMENSION_CHANNEL, "channel", 5},
    {CXJ_DIMENSION_ACTIVITY, "activity", 12},   {CXJ_DIMENSION_TYPE, "type", 3}, {CXJ_DIMENSION_SEGMENT, "segment", 4},
};

/* The codes of the names, by dimension. A touchpoint carries codes, and every engine has a dictionary of its own: a
 * code means nothing to another engine. Here all engines are told the same names in the same order before anything else
 * (also before views, which bring the names of their conditions), so they give the same codes, and one coded touchpoint
 * does for whichever engine it comes to. make_engine() checks that.
 *
 * A host that meets new names on its way, or erases journeys (which retires codes), sends the names along instead, and
 * the thread asks its own engine with cxj_code() before it records. Merging needs neither: names meet by their text. */
typedef struct {
    uint32_t of[CXJ_DIMENSION_REASON + 1][MOST_NAMES];
} codebook;

static void learn_names(cxj_engine *engine, codebook *codes) {
    memset(codes, 0, sizeof *codes);
    for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) {
        for (uint32_t n = 0; n < vocabulary[i].count; n++) {
            char name[32];
            snprintf(name, sizeof name, "%s-%" PRIu32, vocabulary[i].stem, n + 1);
            uint32_t dimension = vocabulary[i].dimension;
            must(engine, cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &codes->of[dimension][n]));
        }
    }
}

/* Makes an engine with the names and views that all have. The first one fills the codebook, the others must agree. */
static cxj_engine *make_engine(codebook *codes) {
    static const codebook none;
    codebook own;
    cxj_engine *engine = NULL;
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine));
    learn_names(engine, &own);
    if (memcmp(codes, &none, sizeof none) == 0) {
        *codes = own;
    } else if (memcmp(codes, &own, sizeof own) != 0) {
        give_up("two engines gave different codes to the same names");
    }
    for (size_t i = 0; i < VIEWS; i++) {
        cxj_view *view = NULL;
        must(engine, cxj_view_add(engine, views[i], CXJ_ZERO_TERMINATED, &view));
    }
    return engine;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Workers: a thread, its engine, and the inbox between it and the dispatcher
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    size_t count;
    cxj_touchpoint touchpoints[BATCH];
} batch;

/* The inbox is a ring. The batches from done to handed - 1 are the worker's, the one at handed is the dispatcher's, who
 * fills it; so nobody holds the lock while filling or recording. The worker counts a batch as done after recording it:
 * handed == done means that the engine is at rest, and whoever has seen that under the lock may read it, until the next
 * batch is handed over. */
typedef struct {
    pthread_t thread;
    pthread_mutex_t lock;   /* of the next four */
    pthread_cond_t changed; /* one for both sides is enough: they never wait at the same time */
    uint64_t handed;
    uint64_t done;
    bool closed;
    cxj_status status; /* of the first batch that failed; the engine has the sentence */
    batch *inbox;
    cxj_engine *engine;
} worker;

/* The next batch, when there is one; NULL when there will be none. */
static batch *await_batch(worker *w) {
    pthread_mutex_lock(&w->lock);
    while (w->handed == w->done && !w->closed) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    batch *b = w->handed != w->done ? &w->inbox[w->done % INBOX] : NULL;
    pthread_mutex_unlock(&w->lock);
    return b;
}

/* What a worker's thread does. After a failure it goes on emptying its inbox, for the dispatcher might be waiting for a
 * place in it, but leaves the engine alone, so that the sentence stays. */
static void *work(void *argument) {
    worker *w = argument;
    cxj_status status = CXJ_OK;
    for (batch *b; (b = await_batch(w)) != NULL;) {
        if (status == CXJ_OK) {
            status = cxj_record(w->engine, b->touchpoints, sizeof b->touchpoints[0], b->count, 0, NULL, 0);
        }
        b->count = 0;
        pthread_mutex_lock(&w->lock);
        w->done++;
        w->status = status;
        pthread_cond_signal(&w->changed);
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

static void start(worker *w, codebook *codes) {
    memset(w, 0, sizeof *w);
    w->engine = make_engine(codes);
    w->inbox = must_allocate(INBOX, sizeof *w->inbox);
    must_have(pthread_mutex_init(&w->lock, NULL));
    must_have(pthread_cond_init(&w->changed, NULL));
    must_have(pthread_create(&w->thread, NULL, work, w));
}

static void stop(worker *w) {
    pthread_mutex_lock(&w->lock);
    w->closed = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    must_have(pthread_join(w->thread, NULL));
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w->inbox);
    cxj_engine_destroy(w->engine);
}

/* Waits until the inbox has at most so many batches. */
static void await_room(worker *w, uint64_t most) {
    pthread_mutex_lock(&w->lock);
    while (w->handed - w->done > most) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    cxj_status status = w->status;
    pthread_mutex_unlock(&w->lock);
    must(w->engine, status); /* the sentence may be read here: after a failure the thread leaves the engine alone */
}

static void hand_over(worker *w) {
    pthread_mutex_lock(&w->lock);
    w->handed++;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    await_room(w, INBOX - 1); /* one place is always the dispatcher's */
}

/* Which worker has a journey. The number is mixed first (the end of SplitMix64; Steele, Lea, Flood, 2014): numbers are
 * often given out in steps or blocks, and the remainder alone would then load one worker and leave another idle. */
static size_t worker_of(uint64_t journey, size_t count) {
    uint64_t z = journey + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (size_t)(((z >> 32) * count) >> 32);
}

/* Called for each touchpoint as it comes, by one thread: the dispatcher. (Several dispatchers would have batches of
 * their own and copy them in under the lock: what arrives in another order gives the same cells.) */
static void dispatch(worker *workers, size_t count, const cxj_touchpoint *touchpoint) {
    worker *w = &workers[worker_of(touchpoint->journey, count)];
    batch *b = &w->inbox[w->handed % INBOX];
    b->touchpoints[b->count++] = *touchpoint;
    if (b->count == BATCH) {
        hand_over(w);
    }
}

/* Hands over what has gathered, and waits until all of it is recorded. A host does the first half also when some time
 * has passed, lest a quiet hour leave touchpoints lying in a batch. */
static void settle(worker *workers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        worker *w = &workers[i];
        if (w->inbox[w->handed % INBOX].count > 0) {
            hand_over(w);
        }
    }
    for (size_t i = 0; i < count; i++) {
        await_room(&workers[i], 0);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Asking
 * ------------------------------------------------------------------------------------------------------------------ */

/* All that the workers know, in one new engine. Called by the dispatcher, so that nothing is handed over meanwhile: the
 * engines are at rest, and a merge only reads them. They stay as they are and go on with the next batch; the new one is
 * the caller's, to be read by any number of threads, and to be destroyed. (A host at its end may as well merge the
 * others into the first worker's engine, and save its share of the time.) */
static cxj_engine *merge(worker *workers, size_t count, codebook *codes) {
    cxj_engine *whole = make_engine(codes);
    settle(workers, count);
    for (size_t i = 0; i < count; i++) {
        must(whole, cxj_merge(whole, workers[i].engine));
    }
    return whole;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Comparing: every cell of every view and every journey, by two readers at once
 * ------------------------------------------------------------------------------------------------------------------ */

/* A reader walks over the cells of one engine, and looks each up in the other. Any number of readers may do so while
 * nobody writes; a cursor alone is not to be shared. */
typedef struct {
    pthread_t thread;
    const cxj_engine *one, *other;
    uint32_t journeys; /* numbered from 1 */
    uint64_t cells;
    char difference[256]; /* a sentence; "" if there is none */
} reader;

/* To the last bit, but for NaN, of which there are many: they all say "none". */
static bool same_double(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool same_metric(const cxj_value *a, const cxj_value *b) {
    return same_double(a->value, b->value) && same_double(a->low, b->low) && same_double(a->high, b->high) &&
           a->n == b->n;
}

static size_t metrics_of(uint32_t grain, uint32_t *metrics, const char **names) {
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.grain == grain) {
            if (count == MOST_METRICS) {
                give_up("this library has more metrics than this program has room for");
            }
            names[count] = info.name;
            metrics[count++] = info.metric;
        }
    }
    return count;
}

/* Compares the cell on which a cursor stands with the one that the other engine's view has under its key. */
static bool same_cell(reader *r, const cxj_view_info *info, cxj_cursor *cursor, const cxj_view *other) {
    uint32_t metrics[MOST_METRICS];
    const char *names[MOST_METRICS];
    cxj_value mine[MOST_METRICS], others[MOST_METRICS];
    cxj_text key[MOST_PARTS];
    size_t count = metrics_of(info->grain, metrics, names);
    for (uint32_t part = 0; part < info->parts; part++) {
        must(r->one, cxj_cursor_part(cursor, part, &key[part].text, &key[part].length));
    }
    must(r->one, cxj_cursor_metrics(cursor, metrics, count, NULL, 0, mine, sizeof mine[0]));
    cxj_status status =
        cxj_view_get(other, key, sizeof key[0], info->parts, metrics, count, NULL, 0, others, sizeof others[0]);
    if (status != CXJ_OK) {
        snprintf(r->difference, sizeof r->difference, "%s: the cell of %s: %s", info->text, key[0].text,
                 cxj_status_text(status));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!same_metric(&mine[i], &others[i])) {
            snprintf(r->difference, sizeof r->difference, "%s: %s in the cell of %s is %.17g and %.17g", info->text,
                     names[i], key[0].text, mine[i].value, others[i].value);
            return false;
        }
    }
    return true;
}

static bool same_view(reader *r, size_t index) {
    cxj_view *one = NULL, *other = NULL;
    cxj_view_info info;
    cxj_cursor *cursor = NULL;
    must(r->one, cxj_view_at(r->one, index, &one));
    must(r->other, cxj_view_at(r->other, index, &other));
    must(r->one, cxj_view_describe(one, &info, sizeof info));
    must(r->one, cxj_cursor_open(one, NULL, 0, &cursor));
    bool same = true;
    cxj_status status = CXJ_OK;
    while (same && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        same = same_cell(r, &info, cursor, other);
        r->cells++;
    }
    must(r->one, status == CXJ_DONE ? CXJ_OK : status);
    cxj_cursor_close(cursor);
    return same;
}

/* Where a journey stands, byte for byte: the engines have the same codes, and the struct has no gaps. */
static bool same_journey(reader *r, uint64_t journey) {
    cxj_journey one, other;
    must(r->one, cxj_journey_state(r->one, journey, NULL, 0, &one, sizeof one));
    must(r->other, cxj_journey_state(r->other, journey, NULL, 0, &other, sizeof other));
    if (memcmp(&one, &other, sizeof one) != 0) {
        snprintf(r->difference, sizeof r->difference, "journey %" PRIu64 " stands elsewhere", journey);
        return false;
    }
    return true;
}

static void *compare(void *argument) {
    reader *r = argument;
    bool same = true;
    for (size_t i = 0; i < VIEWS && same; i++) {
        same = same_view(r, i);
    }
    for (uint64_t journey = 1; journey <= r->journeys && same; journey++) {
        same = same_journey(r, journey);
    }
    return NULL;
}

/* Both ways round at the same time: each engine is walked over by one thread while the other looks cells up in it. Two
 * engines, each of whose cells is in the other, show the same. Returns the number of cells. */
static uint64_t compare_at_once(const cxj_engine *one, const cxj_engine *other, uint32_t journeys) {
    reader readers[] = {
        {.one = one, .other = other, .journeys = journeys},
        {.one = other, .other = one, .journeys = journeys},
    };
    for (size_t i = 0; i < 2; i++) {
        must_have(pthread_create(&readers[i].thread, NULL, compare, &readers[i]));
    }
    for (size_t i = 0; i < 2; i++) {
        must_have(pthread_join(readers[i].thread, NULL));
    }
    for (size_t i = 0; i < 2; i++) {
        if (readers[i].difference[0] != '\0') {
            fprintf(stderr, "threads: the merged engine differs from the single one: %s\n", readers[i].difference);
            exit(EXIT_FAILURE);
        }
    }
    return readers[0].cells;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What happens: made up, the same on every machine
 * ------------------------------------------------------------------------------------------------------------------ */

/* A journey under way. */
typedef struct {
    uint32_t journey, said;
} story;

/* SplitMix64 again, as a generator. */
static uint32_t below(uint64_t *state, uint32_t bound) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((((z ^ (z >> 31)) >> 32) * bound) >> 32);
}

static uint32_t some(const codebook *codes, uint32_t dimension, uint64_t *random) {
    for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) {
        if (vocabulary[i].dimension == dimension) {
            return codes->of[dimension][below(random, vocabulary[i].count)];
        }
    }
    return 0;
}

static cxj_touchpoint make_touchpoint(const codebook *codes, const story *s, int64_t at, uint64_t *random) {
    cxj_touchpoint t = {.journey = s->journey, .id = s->said + UINT64_C(1), .at = at};
    t.owner = some(codes, CXJ_DIMENSION_OWNER, random);
    t.team = (uint16_t)some(codes, CXJ_DIMENSION_TEAM, random);
    t.channel = (uint16_t)some(codes, CXJ_DIMENSION_CHANNEL, random);
    t.activity = (uint16_t)some(codes, CXJ_DIMENSION_ACTIVITY, random);
    t.facets = UINT32_C(1) << below(random, 12); /* one of contact … resolved */
    if (s->said == 0) {
        t.customer = s->journey;
        t.type = (uint16_t)some(codes, CXJ_DIMENSION_TYPE, random);
        t.segment = (uint16_t)some(codes, CXJ_DIMENSION_SEGMENT, random);
    }
    if (below(random, 3) == 0) {
        t.due = at + (1 + below(random, 14)) * INT64_C(86400000);
    }
    if (below(random, 3) == 0) {
        t.scale = CXJ_SCALE_CSAT5, t.score = (uint8_t)(1 + below(random, 5)), t.scope = CXJ_SCOPE_TOUCHPOINT;
    }
    if (s->said == STEPS - 1 && below(random, 10) > 0) {
        t.outcome = CXJ_OUTCOME_COMPLETED;
    }
    return t;
}

/* A quarter of a year in order of time, as it would reach the dispatcher. At any moment one journey in eight is under
 * way; the next touchpoint belongs to any of those. */
static cxj_touchpoint *make_stream(const codebook *codes, uint32_t journeys) {
    size_t total = (size_t)journeys * STEPS;
    uint32_t started = 0, under_way = 0, most = journeys / 8 + 1;
    cxj_touchpoint *stream = must_allocate(total, sizeof *stream);
    story *stories = must_allocate(most, sizeof *stories);
    uint64_t random = 1;
    int64_t at = INT64_C(1772409600000), pause = INT64_C(90) * 86400000 / (int64_t)total;
    for (size_t i = 0; i < total; i++, at += pause) {
        while (under_way < most && started < journeys) {
            stories[under_way++] = (story){.journey = ++started};
        }
        story *s = &stories[below(&random, under_way)];
        stream[i] = make_touchpoint(codes, s, at, &random);
        if (++s->said == STEPS) {
            *s = stories[--under_way];
        }
    }
    free(stories);
    return stream;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Both ways
 * ------------------------------------------------------------------------------------------------------------------ */

static double seconds(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Records in batches of the same size, by the one thread that is there. */
static double record_alone(cxj_engine *engine, const cxj_touchpoint *stream, size_t total) {
    double begin = seconds();
    for (size_t i = 0; i < total; i += BATCH) {
        size_t count = total - i < BATCH ? total - i : BATCH;
        must(engine, cxj_record(engine, stream + i, sizeof *stream, count, 0, NULL, 0));
    }
    return seconds() - begin;
}

static double record_spread(worker *workers, size_t count, const cxj_touchpoint *stream, size_t total) {
    double begin = seconds();
    for (size_t i = 0; i < total; i++) {
        dispatch(workers, count, &stream[i]);
    }
    settle(workers, count);
    return seconds() - begin;
}

static void run(size_t threads, uint32_t journeys) {
    codebook codes = {0};
    cxj_engine *single = make_engine(&codes);
    size_t total = (size_t)journeys * STEPS;
    cxj_touchpoint *stream = make_stream(&codes, journeys);
    printf("%zu touchpoints of %" PRIu32 " journeys, %d views\n", total, journeys, (int)VIEWS);

    double alone = record_alone(single, stream, total);
    printf("one engine in one thread    %7.3f s\n", alone);

    worker *workers = must_allocate(threads, sizeof *workers);
    for (size_t i = 0; i < threads; i++) {
        start(&workers[i], &codes);
    }
    double spread = record_spread(workers, threads, stream, total);
    printf("%2zu engines in %2zu threads    %7.3f s, %.2f times as fast\n", threads, threads, spread, alone / spread);

    double begin = seconds();
    cxj_engine *whole = merge(workers, threads, &codes);
    printf("merging them                %7.3f s\n", seconds() - begin);

    uint64_t cells = compare_at_once(single, whole, journeys);
    printf("the merged engine equals the single one: all metrics of %" PRIu64 " cells, and all journeys\n", cells);

    cxj_engine_destroy(whole);
    for (size_t i = 0; i < threads; i++) {
        stop(&workers[i]);
    }
    free(workers);
    free(stream);
    cxj_engine_destroy(single);
}

static uint32_t read_number(const char *text, uint32_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < 1 || number > most) {
        fprintf(stderr, "threads: a number from 1 to %" PRIu32 " was expected: %s\n", most, text);
        exit(EXIT_FAILURE);
    }
    return (uint32_t)number;
}

int main(int argc, char **argv) {
    uint32_t threads = DEFAULT_THREADS, journeys = DEFAULT_JOURNEYS;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--threads") == 0) {
            threads = read_number(argv[i + 1], MOST_THREADS);
        } else if (i + 1 < argc && strcmp(argv[i], "--journeys") == 0) {
            journeys = read_number(argv[i + 1], MOST_JOURNEYS);
        } else {
            give_up("usage: threads [--threads N] [--journeys N]");
        }
    }
    run(threads, journeys);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
