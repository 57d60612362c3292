/* rig: what the measures share. See rig.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "rig.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "result.h"

const char *const rig_views[RIG_VIEWS] = {
    "touchpoints by channel, owner",   "journeys by type, segment",         "transitions by owner",
    "touchpoints by team per week",    "journeys by segment, outcome",      "transitions by team per month",
    "touchpoints by channel, outcome", "journeys by entry, exit per month",
};

/* ---- giving up -------------------------------------------------------------------------------------------------- */

void rig_must(const cxj_engine *engine, cxj_status status, const char *doing) {
    if (status == CXJ_OK) return;
    fprintf(stderr, "bench: %s: %s: %s\n", doing, cxj_status_text(status), cxj_message(engine));
    exit(EXIT_FAILURE);
}

void rig_check(bool is_so, const char *what) {
    if (is_so) return;
    fprintf(stderr, "bench: this is not so: %s\n", what);
    exit(EXIT_FAILURE);
}

void *rig_allocate(size_t count, size_t size) {
    void *block = calloc(count, size);
    rig_check(block != NULL, "there is memory");
    return block;
}

uint64_t rig_fit(const char *name, uint64_t journeys, double each) {
    const double slack = 1.1, room = (double)machine_available();
    for (uint64_t share = 1; share <= 8; share *= 2) {
        if ((double)(journeys / share) * each * slack < room) return journeys / share;
    }
    char why[96];
    snprintf(why, sizeof why, "it needs about %.1f GB of free memory", (double)journeys * each * slack / 1e9);
    result_skip(name, journeys, why);
    return 0;
}

double rig_size(const rig_options *options, double engines, uint64_t journeys) {
    return engines * options->journey_size + (double)probe_size(journeys) / (double)journeys;
}

size_t rig_turns(const rig_options *options, uint64_t journeys) {
    return journeys > RIG_LARGE && !options->long_too ? 1 : RIG_TURNS;
}

const char *rig_short(uint64_t number) {
    static char text[32];
    const uint64_t unit = number % 1000000 == 0 ? 1000000 : number % 1000 == 0 ? 1000 : 1;
    snprintf(text, sizeof text, "%" PRIu64 "%s", number / unit, unit == 1 ? "" : unit == 1000 ? " k" : " M");
    return text;
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

rig_time rig_start(void) {
    const uint64_t wall = machine_wall_time();
    return (rig_time){.processor = machine_thread_time(), .wall = wall};
}

void rig_stop(const rig_time *start, rig_time *time, uint64_t count) {
    time->processor += machine_thread_time() - start->processor;
    time->wall += machine_wall_time() - start->wall;
    time->count += count;
}

void rig_add(rig_time *sum, const rig_time *time) {
    sum->processor += time->processor;
    sum->wall += time->wall;
    sum->count += time->count;
}

double rig_each(const rig_time *time) {
    return time->count == 0 ? NAN : (double)time->processor / (double)time->count;
}

double rig_wall_each(const rig_time *time) {
    return time->count == 0 ? NAN : (double)time->wall / (double)time->count;
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* The members of a touchpoint that the stream fills. */
#define COLUMNS(X)                                                                                                     \
    X(uint64_t, journey)                                                                                               \
    X(uint64_t, id)                                                                                                    \
    X(int64_t, at)                                                                                                     \
    X(int64_t, due)                                                                                                    \
    X(uint64_t, customer)                                                                                              \
    X(uint32_t, owner)                                                                                                 \
    X(uint32_t, facets)                                                                                                \
    X(uint16_t, team)                                                                                                  \
    X(uint16_t, activity)                                                                                              \
    X(uint16_t, channel)                                                                                               \
    X(uint16_t, type)                                                                                                  \
    X(uint16_t, segment)                                                                                               \
    X(uint8_t, scale)                                                                                                  \
    X(uint8_t, score)                                                                                                  \
    X(uint8_t, scope)

#define PLACE(type, field) COLUMN_##field,
enum { COLUMNS(PLACE) COLUMN_COUNT };
#undef PLACE
_Static_assert((int)COLUMN_COUNT == (int)RIG_COLUMNS_USED, "a block has an array for each column");

/* Large enough that what the making of a block leaves in the caches does not matter, and small enough that the ways
 * to record, which take turns, all see the engine in every state. */
void rig_block_create(rig_block *block, uint64_t journeys) {
    *block = (rig_block){.capacity = journeys < 100000 ? RIG_CALL : 16 * RIG_CALL};
    block->touchpoints = rig_allocate(block->capacity, sizeof *block->touchpoints);
    block->items = rig_allocate(block->capacity, sizeof *block->items);
    block->columns.size = sizeof block->columns;
#define MAKE(type, field)                                                                                              \
    block->arrays[COLUMN_##field] = rig_allocate(block->capacity, sizeof(type));                                       \
    block->columns.field = block->arrays[COLUMN_##field];
    COLUMNS(MAKE)
#undef MAKE
}

void rig_block_destroy(rig_block *block) {
    free(block->touchpoints);
    free(block->items);
    for (size_t i = 0; i < RIG_COLUMNS_USED; i++) free(block->arrays[i]);
    *block = (rig_block){0};
}

/* Says how many touchpoints a block is about to get. */
static void begin_block(rig_block *block, const workload *stream, uint64_t first) {
    const uint64_t rest = workload_count(stream) - first;
    block->count = rest < block->capacity ? (size_t)rest : block->capacity;
}

static void count_rated(rig_block *block) {
    block->rated = 0;
    for (size_t i = 0; i < block->count; i++) block->rated += block->touchpoints[i].scale != 0;
}

void rig_block_fill(rig_block *block, const workload *stream, uint64_t first, uint32_t late) {
    begin_block(block, stream, first);
    workload_fill(stream, first, block->count, late, block->touchpoints);
    count_rated(block);
}

void rig_block_fill_sorted(rig_block *block, const workload *stream, uint64_t first) {
    begin_block(block, stream, first);
    workload_fill_sorted(stream, first, block->count, block->touchpoints);
    count_rated(block);
}

void rig_block_derive(rig_block *block) {
    probe_translate(block->touchpoints, block->count, block->items);
#define COPY(type, field)                                                                                              \
    for (size_t i = 0; i < block->count; i++) {                                                                        \
        ((type *)block->arrays[COLUMN_##field])[i] = block->touchpoints[i].field;                                      \
    }
    COLUMNS(COPY)
#undef COPY
}

/* ---- engines ---------------------------------------------------------------------------------------------------- */

cxj_engine *rig_engine(const cxj_options *options, size_t views) {
    cxj_engine *engine = NULL;
    cxj_view *view = NULL;
    rig_must(NULL, cxj_engine_create(options, NULL, 0, &engine), "making an engine");
    rig_check(workload_name(engine), "names get codes in order");
    for (size_t v = 0; v < views; v++) {
        rig_must(engine, cxj_view_add(engine, rig_views[v], CXJ_ZERO_TERMINATED, &view), rig_views[v]);
    }
    return engine;
}

void rig_record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    for (size_t i = 0; i < count; i += RIG_CALL) {
        const size_t some = count - i < RIG_CALL ? count - i : RIG_CALL;
        rig_must(engine, cxj_record(engine, touchpoints + i, sizeof *touchpoints, some, 0, NULL, 0), "recording");
    }
}

void rig_record_timed(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, rig_time *time) {
    const rig_time start = rig_start();
    rig_record(engine, touchpoints, count);
    rig_stop(&start, time, count);
}

static void record_singly(cxj_engine *engine, const rig_block *block) {
    for (size_t i = 0; i < block->count; i++) {
        const cxj_touchpoint *t = &block->touchpoints[i];
        rig_must(engine, cxj_record(engine, t, sizeof *t, 1, 0, NULL, 0), "recording one");
    }
}

static void record_columns(cxj_engine *engine, const rig_block *block) {
    cxj_columns columns = block->columns;
    for (size_t i = 0; i < block->count; i += RIG_CALL) {
        const size_t some = block->count - i < RIG_CALL ? block->count - i : RIG_CALL;
        rig_must(engine, cxj_record_columns(engine, &columns, some, 0, NULL, 0), "recording columns");
#define ADVANCE(type, field) columns.field += some;
        COLUMNS(ADVANCE)
#undef ADVANCE
    }
}

void rig_record_block(cxj_engine *engine, const rig_block *block, rig_way way) {
    switch (way) {
    case RIG_SINGLY:
        record_singly(engine, block);
        break;
    case RIG_COLUMNS:
        record_columns(engine, block);
        break;
    default:
        rig_record(engine, block->touchpoints, block->count);
    }
}

void rig_count_block(rig_count *given, const rig_block *block) {
    given->touchpoints += block->count;
    given->rated += block->rated;
}

double rig_sum(const cxj_view *view, uint32_t grain, const char *metric) {
    uint32_t number = 0;
    size_t cells = 0;
    rig_must(NULL, cxj_metric_find(grain, metric, CXJ_ZERO_TERMINATED, &number), metric);
    (void)cxj_view_read(view, &number, 1, 0, NULL, 0, NULL, NULL, NULL, NULL, &cells); /* asks how many there are */
    double *values = rig_allocate(cells + 1, sizeof *values), sum = 0;
    rig_must(NULL, cxj_view_read(view, &number, 1, cells, NULL, 0, values, NULL, NULL, NULL, &cells), "reading a view");
    for (size_t i = 0; i < cells; i++) sum += values[i];
    free(values);
    return sum;
}

/* Counts are far below 2^53, so they can be compared as doubles. */
static void answer_one(const cxj_view *view, uint32_t grain, const char *metric, uint64_t expected) {
    const double sum = rig_sum(view, grain, metric);
    if (sum >= (double)expected && sum <= (double)expected) return;
    cxj_view_info info;
    rig_must(NULL, cxj_view_describe(view, &info, sizeof info), "describing a view");
    fprintf(stderr, "bench: %s: %s is %.0f in all cells, and should be %" PRIu64 "\n", info.text, metric, sum,
            expected);
    exit(EXIT_FAILURE);
}

void rig_answer(const cxj_engine *engine, const rig_count *count) {
    cxj_stats stats;
    cxj_view *view = NULL;
    rig_must(engine, cxj_engine_stats(engine, &stats, sizeof stats), "reading what the engine holds");
    rig_check(stats.touchpoints == count->touchpoints, "the engine has all touchpoints");
    rig_check(stats.journeys == count->journeys, "the engine has all journeys");
    for (size_t v = 0; cxj_view_at(engine, v, &view) == CXJ_OK; v++) {
        cxj_view_info info;
        rig_must(engine, cxj_view_describe(view, &info, sizeof info), "describing a view");
        if (info.grain == CXJ_GRAIN_TOUCHPOINTS) {
            answer_one(view, info.grain, "touchpoints", count->touchpoints);
            answer_one(view, info.grain, "ratings", count->rated);
        } else if (info.grain == CXJ_GRAIN_TRANSITIONS) {
            answer_one(view, info.grain, "transitions", count->touchpoints - count->journeys);
        } else {
            answer_one(view, info.grain, "journeys", count->journeys);
        }
    }
}
