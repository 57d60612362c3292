/* measure_merge: two engines merged, each with one half of the touchpoints, over recording these in batches.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "measures.h"
#include "pair.h"
#include "result.h"

/* True if a touchpoint of the stream goes to the second engine. */
typedef bool chooser(const workload *stream, uint64_t index, const cxj_touchpoint *t);

static bool by_journey(const workload *stream, uint64_t index, const cxj_touchpoint *t) {
    (void)stream;
    (void)index;
    return workload_mix(t->journey) % 2 == 1;
}

/* Every second touchpoint of each journey. */
static bool by_round(const workload *stream, uint64_t index, const cxj_touchpoint *t) {
    (void)t;
    return index / stream->journeys % 2 == 1;
}

/* Leaves the touchpoints for the first engine in the block and writes the others to seconds, each in order. Returns
 * how many are for the first. */
static size_t divide(rig_block *block, cxj_touchpoint *seconds, const workload *stream, uint64_t first,
                     chooser *choose) {
    size_t count = 0, second_count = 0;
    for (size_t i = 0; i < block->count; i++) {
        const cxj_touchpoint t = block->touchpoints[i];
        if (choose(stream, first + i, &t)) {
            seconds[second_count++] = t;
        } else {
            block->touchpoints[count++] = t;
        }
    }
    return count;
}

/* Builds both engines and merges them: a merged touchpoint over a recorded one, in a turn. */
static void merge(const workload *stream, rig_block *block, cxj_touchpoint *seconds, chooser *choose, pair *times) {
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS), *source = rig_engine(NULL, RIG_USUAL_VIEWS);
    rig_count given = {.journeys = stream->journeys};
    rig_time recording = {0}, merging = {0};
    uint64_t merged = 0;
    while (given.touchpoints < workload_count(stream)) {
        rig_block_fill(block, stream, given.touchpoints, 0);
        const size_t count = divide(block, seconds, stream, given.touchpoints, choose);
        rig_record_timed(engine, block->touchpoints, count, &recording);
        rig_record_timed(source, seconds, block->count - count, &recording);
        merged += block->count - count;
        rig_count_block(&given, block);
    }
    const rig_time start = rig_start();
    const cxj_status status = cxj_merge(engine, source);
    rig_stop(&start, &merging, merged);
    rig_must(engine, status, "merging");
    rig_answer(engine, &given);
    pair_add(times, 0, &merging, &recording);
    cxj_engine_destroy(source);
    cxj_engine_destroy(engine);
}

static void print(const char *name, uint64_t journeys, pair *times, const result_bounds *bounds) {
    const pair_figures figures = pair_read(times);
    result_ratio(name, journeys, "ns", figures.each, figures.wall, figures.ratio, bounds);
    pair_end(times);
}

void measure_merge(rig_options *options, uint64_t journeys) {
    static const result_bounds bounds = {0.3, 0.1, false, false};
    journeys = rig_fit("merge", journeys, 2 * options->journey_size);
    if (journeys == 0) return;
    const size_t turns = rig_turns(options, journeys);
    const workload stream = workload_of(journeys);
    pair apart = {0}, split = {0};
    rig_block block;
    rig_block_create(&block, journeys);
    cxj_touchpoint *seconds = rig_allocate(block.capacity, sizeof *seconds);
    for (size_t turn = 0; turn < turns; turn++) merge(&stream, &block, seconds, by_journey, &apart);
    print("merge, journeys apart (of record in batches)", journeys, &apart, &bounds);
    for (size_t turn = 0; turn < (options->quick ? 1 : turns); turn++) {
        merge(&stream, &block, seconds, by_round, &split);
    }
    print("merge, each journey split (of record in batches)", journeys, &split, NULL);
    free(seconds);
    rig_block_destroy(&block);
}
