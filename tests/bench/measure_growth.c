/* measure_growth: an engine grows touchpoint by touchpoint: how long the slowest took, and what memory it came to.
 *
 * SPDX-License-Identifier: MIT
 *
 * On a shared machine a touchpoint may take long for no reason of its own. So the engine grows more than once, with the
 * same seed and so in the same steps, and of each touchpoint the shortest time counts. */
#include <stdlib.h>

#include "machine.h"
#include "measures.h"
#include "result.h"

enum {
    RUNS = 3,        /* how often it grows; the largest take minutes, and grow once less */
    LARGE = 2000000, /* journeys */
    SMALL = 1 << 17, /* ns up to which each time is counted for itself: the slowest of all is noted beside */
    TOUCHPOINT_MUST = 96,
    JOURNEY_MUST = 384,
    TOUCHPOINT_AIM = 64,
    JOURNEY_AIM = 256
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

/* ---- one at a time, each timed ---------------------------------------------------------------------------------- */

typedef struct growth {
    cxj_engine *engine;
    counted memory;
    uint32_t *times; /* of each touchpoint, in ns: the shortest so far */
    uint64_t count;  /* touchpoints of a run */
    uint64_t largest;
} growth;

static void record_timed(growth *self, const rig_block *block, uint32_t *times) {
    for (size_t i = 0; i < block->count; i++) {
        const cxj_touchpoint *t = &block->touchpoints[i];
        self->memory.largest = 0;
        const uint64_t begin = machine_thread_time();
        const cxj_status status = cxj_record(self->engine, t, sizeof *t, 1, 0, NULL, 0);
        const uint64_t taken = machine_thread_time() - begin;
        rig_must(self->engine, status, "recording one");
        if (taken < times[i]) times[i] = (uint32_t)taken;
        if (self->memory.largest > self->largest) self->largest = self->memory.largest;
    }
}

/* Grows an engine, whose memory is counted. */
static rig_count grow(growth *self, const workload *stream, rig_block *block) {
    const cxj_options counting = {
        .size = sizeof counting, .allocate = allocate, .allocate_context = &self->memory, .seed = {1, 2}};
    rig_count given = {.journeys = stream->journeys};
    self->engine = rig_engine(&counting, RIG_USUAL_VIEWS);
    while (given.touchpoints < self->count) {
        rig_block_fill(block, stream, given.touchpoints, 0);
        record_timed(self, block, self->times + given.touchpoints);
        given.touchpoints += block->count;
        given.rated += block->rated;
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
    const double most = (double)slowest(self);
    result_print(
        &(result){"record one: the slowest while growing (of 1 ms)", journeys, "ns", most, NAN, most / 1e6, 1, 0.1});
    result_print(&(result){"record one: the 99.9th percentile", journeys, "ns", percentile(self), NAN, NAN, NAN, NAN});
    result_print(&(result){"record one: the largest block asked for", journeys, "bytes", (double)self->largest, NAN,
                           NAN, NAN, NAN});
}

static void print_memory(const char *name, uint64_t journeys, double bytes) {
    const double must = TOUCHPOINT_MUST * WORKLOAD_ROUNDS + JOURNEY_MUST;
    const double aim = TOUCHPOINT_AIM * WORKLOAD_ROUNDS + JOURNEY_AIM;
    const double each = bytes / (double)journeys;
    result_print(&(result){name, journeys, "bytes", each, NAN, each / must, 1, aim / must});
}

/* The memory after the first run, in which the process has held little so far. */
static void measure_memory(rig_options *options, const growth *self, uint64_t journeys, uint64_t resident) {
    const double grown = (double)machine_resident() - (double)resident;
    cxj_stats stats;
    rig_must(self->engine, cxj_engine_stats(self->engine, &stats, sizeof stats), "reading what the engine holds");
    print_memory("memory of ten in a journey: as it counts", journeys, (double)stats.memory);
    print_memory("memory of ten in a journey: with heads of blocks", journeys, (double)self->memory.bytes);
    if (resident != 0) print_memory("memory of ten in a journey: resident", journeys, grown);
    const double bytes = resident != 0 && grown > (double)self->memory.bytes ? grown : (double)self->memory.bytes;
    options->journey_size = bytes / (double)journeys;
}

void measure_growth(rig_options *options, uint64_t journeys) {
    static const char name[] = "memory of ten in a journey";
    if (!rig_has_room(options->journey_size * (double)journeys, name, journeys)) return;
    const workload stream = workload_of(journeys);
    growth self = {.count = workload_count(&stream)};
    self.times = rig_allocate(self.count, sizeof *self.times);
    for (uint64_t i = 0; i < self.count; i++) self.times[i] = UINT32_MAX;
    rig_block block;
    rig_block_create(&block, journeys);
    rig_block_fill(&block, &stream, 0, 0); /* so that the block itself is resident before we look */
    const uint64_t resident = machine_resident();
    const int runs = journeys > LARGE ? RUNS - 1 : RUNS;
    for (int run = 0; run < runs; run++) {
        const rig_count given = grow(&self, &stream, &block);
        rig_answer(self.engine, &given);
        if (run == 0) measure_memory(options, &self, journeys, resident);
        cxj_engine_destroy(self.engine);
        rig_check(self.memory.bytes == 0, "an engine that ends gives all its memory back");
    }
    print_times(&self, journeys);
    rig_block_destroy(&block);
    free(self.times);
}
