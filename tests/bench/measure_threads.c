/* measure_threads: two engines that two threads feed, journeys spread by number, over one engine that gets it all; and
 * the two merged in the end.
 *
 * SPDX-License-Identifier: MIT
 *
 * A ratio says how many times as fast two are. It is of time on the wall, for two processors are what it is about; who
 * else is at work there shows in it. So the same is also said of processor time, of the thread that takes longer. */
#include <stdlib.h>

#include "machine.h"
#include "measures.h"
#include "pair.h"
#include "result.h"

/* What a thread does: an engine takes its share of a block. */
typedef struct share {
    cxj_engine *engine;
    cxj_touchpoint *touchpoints;
    size_t count;
    rig_time time;
} share;

enum { SHARES = 2 };

static void record_share(void *what) {
    share *self = what;
    self->time = (rig_time){0};
    rig_record_timed(self->engine, self->touchpoints, self->count, &self->time);
}

static void divide(const rig_block *block, share *shares) {
    for (size_t s = 0; s < SHARES; s++) shares[s].count = 0;
    for (size_t i = 0; i < block->count; i++) {
        share *whose = &shares[workload_mix(block->touchpoints[i].journey) % SHARES];
        whose->touchpoints[whose->count++] = block->touchpoints[i];
    }
}

/* Both at the same time. On a processor it took as long as in the thread that took longer. */
static rig_time record_both(share *shares, size_t count) {
    rig_time time = {0}, start = rig_start();
    rig_check(machine_run_both(record_share, &shares[0], &shares[1]), "there is a second thread");
    rig_stop(&start, &time, count);
    const uint64_t one = shares[0].time.processor, other = shares[1].time.processor;
    time.processor = one > other ? one : other;
    return time;
}

/* One turn: the stream goes to one engine, and to the two, block by block; then these are merged. What is compared is
 * one engine's time over that of two. merging receives the time of the merge, for each touchpoint of the stream. */
static void run(const workload *stream, rig_block *block, share *shares, pair *times, rig_time *merging) {
    rig_count given = {.journeys = stream->journeys};
    cxj_engine *one = rig_engine(NULL, RIG_USUAL_VIEWS);
    for (size_t s = 0; s < SHARES; s++) shares[s].engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    for (size_t i = 0; given.touchpoints < workload_count(stream); i++) {
        const bool first = i % 2 == 0;
        rig_time time = {0}, base = {0};
        rig_block_fill(block, stream, given.touchpoints, 0);
        divide(block, shares);
        if (first) base = record_both(shares, block->count);
        rig_record_timed(one, block->touchpoints, block->count, &time);
        if (!first) base = record_both(shares, block->count);
        pair_add(times, pair_phase(stream, given.touchpoints), &time, &base);
        rig_count_block(&given, block);
    }
    rig_answer(one, &given);
    cxj_engine_destroy(one);
    const rig_time start = rig_start();
    rig_must(shares[0].engine, cxj_merge(shares[0].engine, shares[1].engine), "merging");
    rig_stop(&start, merging, given.touchpoints);
    rig_answer(shares[0].engine, &given);
    for (size_t s = 0; s < SHARES; s++) cxj_engine_destroy(shares[s].engine);
}

static void print(uint64_t journeys, const pair *times, double merging, double merging_wall) {
    static const result_bounds bounds = {1.6, 1.8, true, false};
    const pair_figures figures = pair_read(times);
    const double merged = figures.base + merging, merged_wall = figures.base_wall + merging_wall;
    /* The merge makes the second time longer, and the ratio smaller by as much. */
    const double ratio = figures.ratio * figures.base / merged;
    const double wall_ratio = figures.wall_ratio * figures.base_wall / merged_wall;
    result_ratio("two engines on two cores (over one, wall)", journeys, "ns", figures.base, figures.base_wall,
                 figures.wall_ratio, NULL);
    result_ratio("two engines, and merged (over one, wall)", journeys, "ns", merged, merged_wall, wall_ratio, &bounds);
    result_ratio("two engines, and merged (over one, processor)", journeys, "ns", merged, merged_wall, ratio, NULL);
}

void measure_threads(rig_options *options, uint64_t journeys) {
    static const char name[] = "two engines on two cores";
    if (machine_processors() < SHARES) {
        result_skip(name, journeys, "there is one processor");
        return;
    }
    journeys = rig_fit(name, journeys, 2.5 * options->journey_size);
    if (journeys == 0) return;
    const size_t turns = rig_turns(options, journeys);
    const workload stream = workload_of(journeys);
    double merging[RIG_TURNS], merging_wall[RIG_TURNS];
    share shares[SHARES] = {{0}};
    pair times = {0};
    rig_block block;
    rig_block_create(&block, journeys);
    for (size_t s = 0; s < SHARES; s++) {
        shares[s].touchpoints = rig_allocate(block.capacity, sizeof *shares[s].touchpoints);
    }
    for (size_t turn = 0; turn < turns; turn++) {
        rig_time merge = {0};
        run(&stream, &block, shares, &times, &merge);
        merging[turn] = rig_each(&merge);
        merging_wall[turn] = rig_wall_each(&merge);
    }
    print(journeys, &times, result_median(merging, turns), result_median(merging_wall, turns));
    pair_end(&times);
    for (size_t s = 0; s < SHARES; s++) free(shares[s].touchpoints);
    rig_block_destroy(&block);
}
