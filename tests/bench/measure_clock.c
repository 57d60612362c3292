/* measure_clock: the clock passes a promise of each of many journeys.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "measures.h"
#include "result.h"

#define DAY INT64_C(86400000)

enum { PROMISED_DAYS = 90 };

/* Records the first touchpoint of each journey, with a promise for some moment after all of them. Returns the moment
 * of the last. */
static int64_t record_promises(cxj_engine *engine, const workload *stream, rig_block *block) {
    const int64_t spread = PROMISED_DAYS * DAY;
    cxj_touchpoint last;
    workload_fill(stream, stream->journeys - 1, 1, 0, &last);
    for (uint64_t done = 0; done < stream->journeys; done += block->count) {
        rig_block_fill(block, stream, done, 0);
        if (block->count > stream->journeys - done) block->count = (size_t)(stream->journeys - done);
        for (size_t i = 0; i < block->count; i++) {
            cxj_touchpoint *t = &block->touchpoints[i];
            t->due = last.at + 1 + (int64_t)(workload_mix(t->id) % (uint64_t)spread);
        }
        rig_record(engine, block->touchpoints, block->count);
    }
    return last.at;
}

static double overdue(const cxj_engine *engine) {
    cxj_view *view = NULL;
    rig_must(engine, cxj_view_at(engine, 1, &view), "finding a view");
    return rig_sum(view, CXJ_GRAIN_JOURNEYS, "overdue");
}

/* Lets all promises pass at once. Returns the time of each. */
static double run(const workload *stream, rig_block *block) {
    rig_time time = {0};
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    const int64_t begin = record_promises(engine, stream, block);
    rig_must(engine, cxj_advance(engine, begin), "setting the clock");
    rig_check(fpclassify(overdue(engine)) == FP_ZERO, "nothing is overdue yet");
    const rig_time start = rig_start();
    const cxj_status status = cxj_advance(engine, begin + (PROMISED_DAYS + 1) * DAY);
    rig_stop(&start, &time, stream->journeys);
    rig_must(engine, status, "moving the clock");
    rig_check(fpclassify(overdue(engine) - (double)stream->journeys) == FP_ZERO, "every promise is overdue");
    cxj_engine_destroy(engine);
    return rig_each(&time);
}

void measure_clock(rig_options *options, uint64_t journeys) {
    static const result_bounds bounds = {1000, NAN, false, true};
    char name[64];
    double times[RIG_TURNS];
    journeys = rig_fit("advance", journeys, options->journey_size);
    if (journeys == 0) return;
    const workload stream = workload_of(journeys);
    rig_block block;
    rig_block_create(&block, journeys);
    for (size_t turn = 0; turn < RIG_TURNS; turn++) times[turn] = run(&stream, &block);
    rig_block_destroy(&block);
    snprintf(name, sizeof name, "advance over %s deadlines at once: each (of 1 us)", rig_short(journeys));
    result_limit(name, journeys, "ns", result_median(times, RIG_TURNS), &bounds);
}
