/* measure_seal: a stream that does not end, through an engine that seals journeys 30 days after their end, and idle
 * ones after 90: the memory that stays behind for each sealed journey.
 *
 * SPDX-License-Identifier: MIT
 *
 * Journeys come in cohorts, each of which takes five days and is the benchmark's usual stream. Half of the journeys
 * end with their last touchpoint, the others fall silent. After the time in which as many are sealed as begin, memory
 * should grow only by what a sealed journey leaves. */
#include <stdio.h>

#include "machine.h"
#include "measures.h"
#include "result.h"

#define DAY INT64_C(86400000)
#define BEGIN INT64_C(1767225600000) /* where the usual stream begins */

enum {
    COHORT = 10000, /* journeys of a cohort */
    COHORT_DAYS = 5,
    ENDED_DAYS = 30,
    IDLE_DAYS = 90,
    STEADY = (IDLE_DAYS + 2 * COHORT_DAYS) / COHORT_DAYS, /* cohorts after which as many are sealed as begin */
    COHORTS_QUICK = 60,
    COHORTS = 100,
    COHORTS_LONG = 500 /* 50 million touchpoints */
};

/* What the engine holds at some moment. */
typedef struct level {
    double counted, resident;
    uint64_t sealed;
} level;

static level look(const cxj_engine *engine) {
    cxj_stats stats;
    rig_must(engine, cxj_engine_stats(engine, &stats, sizeof stats), "reading what the engine holds");
    return (level){(double)stats.memory, (double)machine_resident(), stats.sealed};
}

/* Turns touchpoints of the usual stream into those of a cohort. */
static void place_in_cohort(const workload *stream, uint64_t cohort, uint64_t first, rig_block *block) {
    const int64_t begin = BEGIN + (int64_t)cohort * COHORT_DAYS * DAY;
    const int64_t step = COHORT_DAYS * DAY / (int64_t)workload_count(stream);
    for (size_t i = 0; i < block->count; i++) {
        cxj_touchpoint *t = &block->touchpoints[i];
        const uint64_t round = (first + i) / stream->journeys;
        t->at = begin + step * (int64_t)(first + i);
        if (t->due != 0) t->due = t->at + 2 * DAY;
        t->journey = workload_mix(t->journey + cohort) >> 1;
        if (round == WORKLOAD_ROUNDS - 1 && (t->journey & 1) != 0) t->outcome = CXJ_OUTCOME_COMPLETED;
    }
}

/* Records a cohort and lets the clock follow. */
static void take_cohort(cxj_engine *engine, const workload *stream, uint64_t cohort, rig_block *block, rig_count *given,
                        rig_time *time) {
    for (uint64_t first = 0; first < workload_count(stream); first += block->count) {
        rig_block_fill(block, stream, first, 0);
        place_in_cohort(stream, cohort, first, block);
        const rig_time start = rig_start();
        rig_record(engine, block->touchpoints, block->count);
        rig_must(engine, cxj_advance(engine, block->touchpoints[block->count - 1].at), "moving the clock");
        rig_stop(&start, time, block->count);
        rig_count_block(given, block);
    }
    given->journeys += stream->journeys;
}

/* A touchpoint for a journey of the first cohort is too late by then, and must be counted as that. */
static void check_late(cxj_engine *engine, const workload *stream, rig_block *block) {
    cxj_receipt receipt;
    rig_block_fill(block, stream, 0, 0);
    place_in_cohort(stream, 0, 0, block);
    const cxj_touchpoint *t = block->touchpoints;
    const cxj_status status = cxj_record(engine, t, sizeof *t, block->count, 0, &receipt, sizeof receipt);
    rig_check(status == CXJ_REFUSED && receipt.late == block->count, "touchpoints of sealed journeys are late");
}

static void print_growth(const char *name, uint64_t journeys, double bytes, double sealed) {
    static const result_bounds bounds = {16, NAN, false, true};
    result_limit(name, journeys, "bytes", bytes / sealed, &bounds);
}

void measure_seal(rig_options *options, uint64_t journeys) {
    (void)journeys;
    const uint64_t cohorts = options->long_too ? COHORTS_LONG : options->quick ? COHORTS_QUICK : COHORTS;
    const uint64_t size = options->quick ? COHORT / 10 : COHORT;
    const workload stream = workload_of(size);
    const cxj_options sealing = {
        .size = sizeof sealing, .seal_ended_after = ENDED_DAYS * DAY, .seal_idle_after = IDLE_DAYS * DAY};
    cxj_engine *engine = rig_engine(&sealing, RIG_USUAL_VIEWS);
    rig_count given = {0};
    rig_time time = {0};
    level steady = {0};
    rig_block block;
    rig_block_create(&block, size);
    for (uint64_t cohort = 0; cohort < cohorts; cohort++) {
        if (cohort == STEADY) steady = look(engine);
        take_cohort(engine, &stream, cohort, &block, &given, &time);
    }
    const level end = look(engine);
    const double sealed = (double)(end.sealed - steady.sealed);
    rig_answer(engine, &given);
    check_late(engine, &stream, &block);
    print_growth("growth of memory by a sealed journey (of 16 bytes)", given.journeys, end.counted - steady.counted,
                 sealed);
    print_growth("growth of memory by a sealed journey: resident", given.journeys, end.resident - steady.resident,
                 sealed);
    result_figure("record in batches and seal, 3 views", given.journeys, "ns", rig_each(&time), rig_wall_each(&time));
    cxj_engine_destroy(engine);
    rig_block_destroy(&block);
}
