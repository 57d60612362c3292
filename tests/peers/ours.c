/* ours: what cxj does of the work that the peers do (tests/peers.sh, which builds and runs it), with its times.
 *
 * SPDX-License-Identifier: MIT
 *
 *     ours write JOURNEYS FOLDER   writes the stream of touchpoints, a file for each column
 *     ours measure JOURNEYS RUNS   records it and reads all metrics of all cells; prints times and answers as JSON
 *
 * The touchpoints lie in memory before a clock starts. Each time is the best of the runs, each with a new engine. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "workload.h"

enum { CALL = 4096, VIEWS = 3, PARTS = 2, METRICS = 128 };

static const char *const views[VIEWS] = {"touchpoints by channel, owner", "transitions by owner",
                                         "journeys by type, segment"};

/* ---- giving up -------------------------------------------------------------------------------------------------- */

static void check(int is_so, const char *what) {
    if (is_so) return;
    fprintf(stderr, "ours: this is not so: %s\n", what);
    exit(EXIT_FAILURE);
}

static void must(const cxj_engine *engine, cxj_status status, const char *doing) {
    if (status == CXJ_OK) return;
    fprintf(stderr, "ours: %s: %s: %s\n", doing, cxj_status_text(status), cxj_message(engine));
    exit(EXIT_FAILURE);
}

static void *allocate(size_t count, size_t size) {
    void *block = calloc(count, size);
    check(block != NULL, "there is memory");
    return block;
}

/* ---- the stream ------------------------------------------------------------------------------------------------- */

typedef struct stream {
    size_t journeys, count;
    cxj_touchpoint *touchpoints;
} stream;

/* Facets that others imply are stated, since a peer knows of no implying. */
static uint32_t with_implied(uint32_t facets) {
    if ((facets & CXJ_FACET_CHASE) != 0) facets |= CXJ_FACET_INBOUND;
    if ((facets & CXJ_FACET_INBOUND) != 0) facets |= CXJ_FACET_CONTACT;
    return facets;
}

static stream make_stream(uint64_t journeys) {
    const workload all = workload_of(journeys);
    stream made = {.journeys = (size_t)journeys, .count = (size_t)workload_count(&all)};
    made.touchpoints = allocate(made.count, sizeof *made.touchpoints);
    workload_fill(&all, 0, made.count, 0, made.touchpoints);
    for (size_t i = 0; i < made.count; i++) made.touchpoints[i].facets = with_implied(made.touchpoints[i].facets);
    return made;
}

/* The columns that the stream fills: a file's name ends with the letter that Python has for its type. */
#define COLUMNS(X)                                                                                                     \
    X(journey, "q", int64_t, (int64_t)t->journey)                                                                      \
    X(id, "q", int64_t, (int64_t)t->id)                                                                                \
    X(moment, "q", int64_t, t->at)                                                                                     \
    X(due, "q", int64_t, t->due)                                                                                       \
    X(owner, "B", uint8_t, (uint8_t)t->owner)                                                                          \
    X(channel, "B", uint8_t, (uint8_t)t->channel)                                                                      \
    X(type, "B", uint8_t, (uint8_t)t->type)                                                                            \
    X(segment, "B", uint8_t, (uint8_t)t->segment)                                                                      \
    X(score, "b", int8_t, (int8_t)t->score)                                                                            \
    X(contact, "B", uint8_t, (t->facets & CXJ_FACET_CONTACT) != 0)                                                     \
    X(inbound, "B", uint8_t, (t->facets & CXJ_FACET_INBOUND) != 0)                                                     \
    X(chase, "B", uint8_t, (t->facets & CXJ_FACET_CHASE) != 0)                                                         \
    X(told, "B", uint8_t, (t->facets & CXJ_FACET_UPDATE) != 0)                                                         \
    X(delivered, "B", uint8_t, (t->facets & CXJ_FACET_DELIVERED) != 0)                                                 \
    X(repeated, "B", uint8_t, (t->facets & CXJ_FACET_REPEATED) != 0)                                                   \
    X(fault, "B", uint8_t, (t->facets & CXJ_FACET_FAULT) != 0)

static FILE *open_column(const char *folder, const char *name, const char *letter) {
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s.%s", folder, name, letter);
    check(length > 0 && (size_t)length < sizeof path, "the folder's name is short enough");
    FILE *file = fopen(path, "wb");
    check(file != NULL, "a column can be written");
    return file;
}

#define WRITE(name, letter, type, value)                                                                               \
    static void write_##name(const stream *all, const char *folder) {                                                  \
        FILE *file = open_column(folder, #name, letter);                                                               \
        for (size_t i = 0; i < all->count; i++) {                                                                      \
            const cxj_touchpoint *t = &all->touchpoints[i];                                                            \
            const type item = value;                                                                                   \
            check(fwrite(&item, sizeof item, 1, file) == 1, "a column can be written");                                \
        }                                                                                                              \
        check(fclose(file) == 0, "a column can be written");                                                           \
    }
COLUMNS(WRITE)
#undef WRITE

static void write_columns(const stream *all, const char *folder) {
#define CALL_WRITE(name, letter, type, value) write_##name(all, folder);
    COLUMNS(CALL_WRITE)
#undef CALL_WRITE
}

/* ---- engine and answers ----------------------------------------------------------------------------------------- */

/* All metrics of all cells of a view. */
typedef struct answer {
    cxj_view *view;
    cxj_view_info info;
    uint32_t metrics[METRICS];
    size_t metric_count, capacity, cells;
    double *values, *lows, *highs;
    int64_t *parts[PARTS];
} answer;

static cxj_engine *make_engine(void) {
    cxj_engine *engine = NULL;
    cxj_view *view = NULL;
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine), "making an engine");
    check(workload_name(engine), "names get codes in order");
    for (size_t v = 0; v < VIEWS; v++)
        must(engine, cxj_view_add(engine, views[v], CXJ_ZERO_TERMINATED, &view), views[v]);
    return engine;
}

static void record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    for (size_t i = 0; i < count; i += CALL) {
        const size_t some = count - i < CALL ? count - i : CALL;
        must(engine, cxj_record(engine, touchpoints + i, sizeof *touchpoints, some, 0, NULL, 0), "recording");
    }
}

/* Room for the answer, which is no part of reading it. */
static void answer_create(answer *all, const cxj_engine *engine, size_t place) {
    cxj_metric_info metric;
    *all = (answer){0};
    must(engine, cxj_view_at(engine, place, &all->view), "finding a view");
    must(engine, cxj_view_describe(all->view, &all->info, sizeof all->info), "describing a view");
    check(all->info.parts == PARTS, "each key has two parts");
    for (size_t i = 0; cxj_metric_describe(i, &metric, sizeof metric) == CXJ_OK; i++) {
        if (metric.grain != all->info.grain) continue;
        check(all->metric_count < METRICS, "there is room for the metrics");
        all->metrics[all->metric_count++] = metric.metric;
    }
    all->capacity = (size_t)all->info.cells + CALL;
    const size_t values = all->metric_count * all->capacity;
    all->values = allocate(values, sizeof *all->values);
    all->lows = allocate(values, sizeof *all->lows);
    all->highs = allocate(values, sizeof *all->highs);
    for (uint32_t p = 0; p < PARTS; p++) all->parts[p] = allocate(all->capacity, sizeof *all->parts[p]);
}

static void answer_destroy(answer *all) {
    free(all->values);
    free(all->lows);
    free(all->highs);
    for (uint32_t p = 0; p < PARTS; p++) free(all->parts[p]);
}

static void answer_read(answer *all) {
    must(NULL,
         cxj_view_read(all->view, all->metrics, all->metric_count, all->capacity, NULL, 0, all->values, all->lows,
                       all->highs, NULL, &all->cells),
         "reading a view");
    for (uint32_t p = 0; p < PARTS; p++) {
        must(NULL, cxj_view_read_part(all->view, p, all->capacity, NULL, 0, all->parts[p], &all->cells),
             "reading keys");
    }
}

/* The clock moves on too: some metrics depend on it. */
static void read_all(cxj_engine *engine, int64_t now, answer *answers) {
    must(engine, cxj_advance(engine, now), "moving the clock");
    for (size_t v = 0; v < VIEWS; v++) answer_read(&answers[v]);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

typedef struct span {
    uint64_t processor, wall;
} span;

static span start(void) {
    const uint64_t wall = machine_wall_time();
    return (span){machine_thread_time(), wall};
}

static span since(span begin) {
    const uint64_t processor = machine_thread_time() - begin.processor;
    return (span){processor, machine_wall_time() - begin.wall};
}

/* The best time of some runs, processor and wall each for itself. */
static void keep_best(span *best, span now) {
    if (best->processor == 0 || now.processor < best->processor) best->processor = now.processor;
    if (best->wall == 0 || now.wall < best->wall) best->wall = now.wall;
}

typedef struct times {
    span record, read, batch_record, batch_read;
} times;

static void read_timed(cxj_engine *engine, int64_t now, answer *answers, span *best) {
    const span begin = start();
    read_all(engine, now, answers);
    keep_best(best, since(begin));
}

static void record_timed(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, span *best) {
    const span begin = start();
    record(engine, touchpoints, count);
    keep_best(best, since(begin));
}

static void make_answers(answer *answers, const cxj_engine *engine) {
    for (size_t v = 0; v < VIEWS; v++) answer_create(&answers[v], engine, v);
}

static void end_answers(answer *answers) {
    for (size_t v = 0; v < VIEWS; v++) answer_destroy(&answers[v]);
}

/* All but the last call's worth is there and was read; then that comes, and is read again. */
static void run_batch(const stream *all, times *best) {
    const size_t before = all->count - CALL;
    answer answers[VIEWS];
    span ignored = {0};
    cxj_engine *engine = make_engine();
    record(engine, all->touchpoints, before);
    make_answers(answers, engine);
    read_timed(engine, all->touchpoints[before - 1].at, answers, &ignored);
    record_timed(engine, all->touchpoints + before, CALL, &best->batch_record);
    read_timed(engine, all->touchpoints[all->count - 1].at, answers, &best->batch_read);
    end_answers(answers);
    cxj_engine_destroy(engine);
}

static cxj_engine *run_all(const stream *all, answer *answers, times *best) {
    cxj_engine *engine = make_engine();
    record_timed(engine, all->touchpoints, all->count, &best->record);
    make_answers(answers, engine);
    read_timed(engine, all->touchpoints[all->count - 1].at, answers, &best->read);
    return engine;
}

/* ---- printing --------------------------------------------------------------------------------------------------- */

static void print_span(const char *name, span time) {
    printf("\"%s\": {\"cpu\": %.9f, \"wall\": %.9f},\n", name, (double)time.processor / 1e9, (double)time.wall / 1e9);
}

static void print_number(double value) {
    if (isnan(value)) {
        fputs("null", stdout);
    } else {
        printf("%.17g", value);
    }
}

/* Names of the metrics with their kinds, which say how exact they are. */
static void print_metrics(const answer *all) {
    static const char *const kinds[] = {"", "count", "share", "mean", "quantile", "derived"};
    cxj_metric_info metric;
    const char *separator = "";
    for (size_t i = 0; cxj_metric_describe(i, &metric, sizeof metric) == CXJ_OK; i++) {
        if (metric.grain != all->info.grain) continue;
        check(metric.kind < sizeof kinds / sizeof *kinds, "the kind of a metric is known");
        printf("%s[\"%s\", \"%s\"]", separator, metric.name, kinds[metric.kind]);
        separator = ", ";
    }
}

static void print_cell(const answer *all, size_t cell) {
    printf("[[%" PRId64 ", %" PRId64 "], [", all->parts[0][cell], all->parts[1][cell]);
    for (size_t m = 0; m < all->metric_count; m++) {
        if (m > 0) fputs(", ", stdout);
        print_number(all->values[m * all->capacity + cell]);
    }
    fputs("]]", stdout);
}

static void print_answer(const answer *all, const char *separator) {
    printf("%s\"%s\": {\"metrics\": [", separator, all->info.text);
    print_metrics(all);
    fputs("],\n\"cells\": [\n", stdout);
    for (size_t i = 0; i < all->cells; i++) {
        if (i > 0) fputs(",\n", stdout);
        print_cell(all, i);
    }
    fputs("]}", stdout);
}

/* How long the journeys are, from first to last touchpoint, in ms: here none has ended, so no metric says it. */
static double spans_of(const cxj_engine *engine, const stream *all) {
    double sum = 0;
    for (size_t i = 0; i < all->journeys; i++) {
        cxj_journey state;
        must(engine, cxj_journey_state(engine, all->touchpoints[i].journey, NULL, 0, &state, sizeof state),
             "reading a journey");
        sum += (double)(state.last_at - state.first_at);
    }
    return sum;
}

static void measure(const stream *all, unsigned long runs) {
    times best = {0};
    answer answers[VIEWS];
    for (unsigned long run = 0; run < runs; run++) run_batch(all, &best);
    for (unsigned long run = 0; run < runs; run++) {
        cxj_engine *engine = run_all(all, answers, &best);
        const bool is_last = run == runs - 1;
        if (is_last) {
            printf("{\"version\": \"%s\", \"journeys\": %zu, \"touchpoints\": %zu, \"batch\": %d,\n",
                   cxj_version_text(), all->journeys, all->count, CALL);
            print_span("record", best.record);
            print_span("read", best.read);
            print_span("batch_record", best.batch_record);
            print_span("batch_read", best.batch_read);
            printf("\"spans\": %.17g,\n\"views\": {", spans_of(engine, all));
            for (size_t v = 0; v < VIEWS; v++) print_answer(&answers[v], v == 0 ? "\n" : ",\n");
            puts("}}");
        }
        end_answers(answers);
        cxj_engine_destroy(engine);
    }
}

int main(int count, char **words) {
    const char *what = count == 4 ? words[1] : "";
    const uint64_t journeys = count == 4 ? strtoull(words[2], NULL, 10) : 0;
    if (journeys < CALL || (strcmp(what, "write") != 0 && strcmp(what, "measure") != 0)) {
        fprintf(stderr, "usage: ours write JOURNEYS FOLDER | ours measure JOURNEYS RUNS; at least %d journeys\n", CALL);
        return 2;
    }
    stream all = make_stream(journeys);
    if (strcmp(what, "write") == 0) {
        write_columns(&all, words[3]);
    } else {
        measure(&all, strtoul(words[3], NULL, 10));
    }
    free(all.touchpoints);
    return EXIT_SUCCESS;
}
