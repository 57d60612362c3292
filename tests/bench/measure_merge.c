/* measure_merge: two engines merged, each with one half of the touchpoints.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "measures.h"
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

static void merge(const char *name, const workload *stream, rig_block *block, cxj_touchpoint *seconds,
                  chooser *choose) {
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS), *source = rig_engine(NULL, RIG_USUAL_VIEWS);
    rig_count given = {.journeys = stream->journeys};
    uint64_t merged = 0;
    while (given.touchpoints < workload_count(stream)) {
        rig_block_fill(block, stream, given.touchpoints, 0);
        const size_t count = divide(block, seconds, stream, given.touchpoints, choose);
        rig_record(engine, block->touchpoints, count);
        rig_record(source, seconds, block->count - count);
        given.touchpoints += block->count;
        given.rated += block->rated;
        merged += block->count - count;
    }
    rig_time time = {0};
    const rig_time start = rig_start();
    const cxj_status status = cxj_merge(engine, source);
    rig_stop(&start, &time, merged);
    rig_must(engine, status, "merging");
    rig_answer(engine, &given);
    result_print(&(result){name, stream->journeys, "ns", rig_each(&time), rig_wall_each(&time), NAN, NAN, NAN});
    cxj_engine_destroy(source);
    cxj_engine_destroy(engine);
}

void measure_merge(rig_options *options, uint64_t journeys) {
    if (!rig_has_room(2 * options->journey_size * (double)journeys, "merge", journeys)) return;
    const workload stream = workload_of(journeys);
    rig_block block;
    rig_block_create(&block, journeys);
    cxj_touchpoint *seconds = rig_allocate(block.capacity, sizeof *seconds);
    merge("merge a touchpoint: journeys apart", &stream, &block, seconds, by_journey);
    merge("merge a touchpoint: each journey split", &stream, &block, seconds, by_round);
    free(seconds);
    rig_block_destroy(&block);
}
