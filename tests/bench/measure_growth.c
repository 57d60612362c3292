/* measure_growth: an engine grows: what memory it comes to, and how long the slowest touchpoint took of all that were
 * recorded one at a time.
 *
 * SPDX-License-Identifier: MIT
 *
 * On a shared machine a touchpoint may take long for no reason of its own. So the engine grows more than once, with the
 * same seed and so in the same steps, and of each touchpoint the shortest time counts. */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "measures.h"
#include "result.h"

enum {
    RUNS = 3,       /* how often it grows; the largest take minutes, and grow once less */
    SMALL = 1 << 17 /* ns up to which each time is counted for itself: the slowest of all is noted beside */
};

/* ---- an allocator that counts ----------------------------------------------------------------------------------- */

/* What blocks take, with what an allocator adds to them. */
typedef struct counted {
    uint64_t bytes;
    uint64_t largest; /* the largest block asked for while one touchpoint was recorded */
} counted;

/* As common allocators do it: a word beside each block, blocks of whole 16 bytes and at least 32, large ones of whole
 * pages. */
static uint64_t charge(size_t size) {
    if (size == 0) return 0;
    if (size >= 128 * 1024) return ((uint64_t)size + 16 + 4095) / 4096 * 4096;
    const uint64_t whole = ((uint64_t)size + 8 + 15) / 16 * 16;
    return whole < 32 ? 32 : whole;
}

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    counted *count = context;
    void *resized = NULL;
    if (new_size == 0) {
        free(block);
    } else {
        resized = realloc(block, new_size);
        if (resized == NULL) return NULL;
        if (new_size > count->largest) count->largest = new_size;
    }
    count->bytes += charge(new_size) - charge(old_size);
    return resized;
}

static cxj_engine *make_engine(counted *count) {
    const cxj_options counting = {
        .size = sizeof counting, .allocate = allocate, .allocate_context = count, .seed = {1, 2}};
    return rig_engine(&counting, RIG_USUAL_VIEWS);
}

/* ---- one at a time, each timed ---------------------------------------------------------------------------------- */

typedef struct growth {
    cxj_engine *engine;
    counted memory;
    uint32_t *times; /* of each touchpoint, in ns: the shortest so far */
    uint64_t count;  /* touchpoints of a run */
    uint64_t largest;
} growth;

/* Looking at the clock takes a good part of the time, so where one touchpoint ends the next begins. */
static void record_timed(growth *self, const rig_block *block, uint32_t *times) {
    uint64_t begin = machine_thread_time();
    for (size_t i = 0; i < block->count; i++) {
        const cxj_touchpoint *t = &block->touchpoints[i];
        self->memory.largest = 0;
        const cxj_status status = cxj_record(self->engine, t, sizeof *t, 1, 0, NULL, 0);
        const uint64_t end = machine_thread_time(), taken = end - begin;
        begin = end;
        rig_must(self->engine, status, "recording one");
        if (taken < times[i]) times[i] = (uint32_t)taken;
        if (self->memory.largest > self->largest) self->largest = self->memory.largest;
    }
}

/* Grows an engine, whose memory is counted. */
static rig_count grow(growth *self, const workload *stream, rig_block *block) {
    rig_count given = {.journeys = stream->journeys};
    self->engine = make_engine(&self->memory);
    while (given.touchpoints < self->count) {
        rig_block_fill(block, stream, given.touchpoints, 0);
        record_timed(self, block, self->times + given.touchpoints);
        rig_count_block(&given, block);
    }
    return given;
}

static uint64_t slowest(const growth *self) {
    uint64_t most = 0;
    for (uint64_t i = 0; i < self->count; i++) most = self->times[i] > most ? self->times[i] : most;
    return most;
}

/* The time that 999 of 1,000 do not exceed. */
static double percentile(const growth *self) {
    uint64_t *counts = rig_allocate(SMALL + 1, sizeof *counts), seen = 0, time = 0;
    const uint64_t rank = (self->count * 999 + 999) / 1000;
    for (uint64_t i = 0; i < self->count; i++) counts[self->times[i] < SMALL ? self->times[i] : SMALL]++;
    while (time < SMALL && (seen += counts[time]) < rank) time++;
    free(counts);
    return time < SMALL ? (double)time : (double)slowest(self);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static void print_times(const growth *self, uint64_t journeys) {
    static const result_bounds bounds = {100000, 40000, false, false};
    char name[64];
    snprintf(name, sizeof name, "slowest record, growing to %s (of 100 us)", rig_short(journeys));
    result_limit(name, journeys, "ns", (double)slowest(self), &bounds);
    result_figure("record one: the 99.9th percentile", journeys, "ns", percentile(self), NAN);
    result_figure("record one: the largest block asked for", journeys, "bytes", (double)self->largest, NAN);
}

void measure_growth(rig_options *options, uint64_t journeys) {
    journeys = rig_fit("slowest record", journeys, options->journey_size + WORKLOAD_ROUNDS * sizeof(uint32_t));
    if (journeys == 0) return;
    const workload stream = workload_of(journeys);
    growth self = {.count = workload_count(&stream)};
    self.times = rig_allocate(self.count, sizeof *self.times);
    for (uint64_t i = 0; i < self.count; i++) self.times[i] = UINT32_MAX;
    rig_block block;
    rig_block_create(&block, journeys);
    const int runs = journeys > RIG_LARGE || options->quick ? RUNS - 1 : RUNS;
    for (int run = 0; run < runs; run++) {
        const rig_count given = grow(&self, &stream, &block);
        rig_answer(self.engine, &given);
        cxj_engine_destroy(self.engine);
        rig_check(self.memory.bytes == 0, "an engine that ends gives all its memory back");
    }
    print_times(&self, journeys);
    rig_block_destroy(&block);
    free(self.times);
}

/* ---- the memory ------------------------------------------------------------------------------------------------- */

void measure_memory(rig_options *options, uint64_t journeys) {
    static const result_bounds bounds = {1064, 900, false, false};
    journeys = rig_fit("a journey of ten", journeys, options->journey_size);
    if (journeys == 0) return;
    const workload stream = workload_of(journeys);
    const double all = (double)journeys;
    counted memory = {0};
    rig_count given = {.journeys = journeys};
    cxj_stats stats;
    rig_block block;
    rig_block_create(&block, journeys);
    rig_block_fill(&block, &stream, 0, 0); /* so that the block itself is resident before we look */
    const uint64_t before = machine_resident();
    cxj_engine *engine = make_engine(&memory);
    for (; given.touchpoints < workload_count(&stream); rig_count_block(&given, &block)) {
        rig_block_fill(&block, &stream, given.touchpoints, 0);
        rig_record(engine, block.touchpoints, block.count);
    }
    const double grown = before == 0 ? NAN : (double)machine_resident() - (double)before, asked = (double)memory.bytes;
    rig_answer(engine, &given);
    rig_must(engine, cxj_engine_stats(engine, &stats, sizeof stats), "reading what the engine holds");
    result_figure("a journey of ten: as it counts", journeys, "bytes", (double)stats.memory / all, NAN);
    result_figure("a journey of ten: with heads of blocks", journeys, "bytes", asked / all, NAN);
    result_limit("a journey of ten: resident (of 1,064)", journeys, "bytes", grown / all, &bounds);
    options->journey_size = fmax(grown, asked) / all;
    cxj_engine_destroy(engine);
    rig_block_destroy(&block);
}
