/* measure_change: changes to what an engine holds: corrections, outcomes, and what comes late into a long journey.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "measures.h"
#include "result.h"

enum { SAMPLES = 100000, LONG = 1000, LONG_JOURNEYS = 101 };

/* How many of a stream's journeys are changed. */
static size_t samples_of(const workload *stream) {
    return stream->journeys < SAMPLES ? (size_t)stream->journeys : SAMPLES;
}

static void print_time(const char *name, uint64_t journeys, const rig_time *time) {
    result_figure(name, journeys, "ns", rig_each(time), rig_wall_each(time));
}

/* ---- corrections ------------------------------------------------------------------------------------------------ */

/* Another owner of another team, with a higher revision. */
static void correct(cxj_touchpoint *t) {
    t->revision = 1;
    t->owner = t->owner % WORKLOAD_OWNERS + 1;
    t->team = (uint16_t)(t->team % WORKLOAD_TEAMS + 1);
}

/* The touchpoints that are corrected stand at even distances in the stream, and so in every place of a journey. */
void measure_correction(cxj_engine *engine, const workload *stream, rig_block *block, rig_count *given) {
    const size_t samples = samples_of(stream);
    const uint64_t distance = workload_count(stream) / samples;
    rig_time time = {0};
    for (size_t done = 0; done < samples; done += block->count) {
        block->count = samples - done < block->capacity ? samples - done : block->capacity;
        for (size_t i = 0; i < block->count; i++) {
            workload_fill(stream, (done + i) * distance, 1, 0, &block->touchpoints[i]);
            correct(&block->touchpoints[i]);
        }
        const rig_time start = rig_start();
        rig_record(engine, block->touchpoints, block->count);
        rig_stop(&start, &time, block->count);
    }
    cxj_stats stats;
    rig_must(engine, cxj_engine_stats(engine, &stats, sizeof stats), "reading what the engine holds");
    rig_check(stats.superseded == samples, "every correction took the place of a touchpoint");
    rig_answer(engine, given);
    print_time("correct a touchpoint, 3 views", stream->journeys, &time);
}

/* ---- outcomes --------------------------------------------------------------------------------------------------- */

/* A journey's eleventh touchpoint, after all others, by which it ends. */
static void end_journey(const workload *stream, cxj_touchpoint *t) {
    t->at += stream->step * (int64_t)workload_count(stream);
    t->id = UINT64_MAX - t->id;
    t->due = 0;
    t->facets = CXJ_FACET_CONTACT;
    t->scale = t->score = t->scope = 0;
    t->outcome = CXJ_OUTCOME_COMPLETED;
}

static double completed_journeys(const cxj_engine *engine) {
    cxj_view *view = NULL;
    for (size_t v = 0; cxj_view_at(engine, v, &view) == CXJ_OK; v++) {
        cxj_view_info info;
        rig_must(engine, cxj_view_describe(view, &info, sizeof info), "describing a view");
        if (info.grain == CXJ_GRAIN_JOURNEYS) return rig_sum(view, info.grain, "completed");
    }
    return NAN;
}

void measure_outcome(cxj_engine *engine, const workload *stream, rig_block *block, rig_count *given) {
    const size_t samples = samples_of(stream);
    const uint64_t distance = stream->journeys / samples;
    rig_time time = {0};
    for (size_t done = 0; done < samples; done += block->count) {
        block->count = samples - done < block->capacity ? samples - done : block->capacity;
        for (size_t i = 0; i < block->count; i++) {
            workload_fill(stream, (done + i) * distance, 1, 0, &block->touchpoints[i]);
            end_journey(stream, &block->touchpoints[i]);
        }
        const rig_time start = rig_start();
        rig_record(engine, block->touchpoints, block->count);
        rig_stop(&start, &time, block->count);
    }
    given->touchpoints += samples;
    rig_answer(engine, given);
    const double completed = completed_journeys(engine);
    rig_check(completed >= (double)samples && completed <= (double)samples, "all journeys that ended are completed");
    print_time("record an outcome: moves journey and touchpoints", stream->journeys, &time);
}

/* ---- late into a long journey ----------------------------------------------------------------------------------- */

/* A touchpoint of journey 1, 2, …: one each hour, as the stream has them. */
static void fill_long(const workload *stream, uint64_t journey, uint64_t hour, cxj_touchpoint *t) {
    workload_fill(stream, hour, 1, 0, t);
    t->journey = journey;
    t->id = hour + 1;
    t->at = INT64_C(1767225600000) + 3600000 * (int64_t)hour;
    t->due = 0;
    t->facets &= ~(uint32_t)CXJ_FACET_DELIVERED;
}

/* Each goes right behind the first of its journey. */
static void record_late(cxj_engine *engine, const workload *stream, double *times) {
    for (uint64_t j = 1; j <= LONG_JOURNEYS; j++) {
        cxj_touchpoint t;
        rig_time time = {0};
        fill_long(stream, j, LONG, &t);
        t.at = INT64_C(1767225600001);
        const rig_time start = rig_start();
        const cxj_status status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0);
        rig_stop(&start, &time, 1);
        rig_must(engine, status, "recording a late one");
        times[j - 1] = rig_each(&time);
    }
}

void measure_long(rig_options *options, uint64_t journeys) {
    (void)options;
    (void)journeys;
    const workload stream = workload_of(LONG_JOURNEYS * LONG);
    cxj_touchpoint *touchpoints = rig_allocate(LONG, sizeof *touchpoints);
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    rig_count given = {.journeys = LONG_JOURNEYS};
    double times[LONG_JOURNEYS];
    for (uint64_t j = 1; j <= LONG_JOURNEYS; j++) {
        for (uint64_t i = 0; i < LONG; i++) {
            fill_long(&stream, j, i, &touchpoints[i]);
            given.rated += touchpoints[i].scale != 0;
        }
        rig_record(engine, touchpoints, LONG);
        fill_long(&stream, j, LONG, &touchpoints[0]);
        given.rated += touchpoints[0].scale != 0;
    }
    record_late(engine, &stream, times);
    given.touchpoints = LONG_JOURNEYS * (LONG + 1);
    rig_answer(engine, &given);
    static const result_bounds bounds = {300000, 100000, false, true};
    const double median = result_median(times, LONG_JOURNEYS), slowest = times[LONG_JOURNEYS - 1];
    result_limit("one late into a journey of 1,000 (of 0.3 ms)", LONG_JOURNEYS, "ns", median, &bounds);
    result_figure("one late into a journey of 1,000: the slowest", LONG_JOURNEYS, "ns", slowest, NAN);
    cxj_engine_destroy(engine);
    free(touchpoints);
}
