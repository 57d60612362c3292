/* measure_rules: recording with eight rules beside recording with none; the clock that brings an alert of each of many
 * journeys; worklists.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "measures.h"
#include "pair.h"
#include "result.h"

#define DAY INT64_C(86400000)

/* Rules of different kinds, such that most journeys give cause to few: a journey of the stream has a touchpoint every nine
 * days. */
static const char *const rules[] = {
    "overdue for 20d",    "due within 4h where segment in (segment-01, segment-02)",
    "silent for 14d",     "waiting for 14d",
    "same owner for 30d", "handoffs over 8",
    "dissatisfied",       "open for 60d where team = team-01",
};
enum { RULES = sizeof rules / sizeof *rules, TAKEN = 1024 };

static void add_rule(cxj_engine *engine, const char *text) {
    uint32_t rule = 0;
    rig_must(engine, cxj_rule_add(engine, text, CXJ_ZERO_TERMINATED, &rule), "adding a rule");
}

/* Takes all alerts, as a host does; returns how many there were. */
static uint64_t take_alerts(cxj_engine *engine) {
    static cxj_alert alerts[TAKEN];
    uint64_t taken = 0;
    size_t count = TAKEN;
    while (count == TAKEN) {
        rig_must(engine, cxj_alerts(engine, alerts, sizeof *alerts, TAKEN, &count), "taking alerts");
        taken += count;
    }
    return taken;
}

static rig_time run(cxj_engine *engine, const rig_block *block, rig_time *clock) {
    rig_time time = {0};
    rig_time start = rig_start();
    rig_must(engine, cxj_advance(engine, block->touchpoints[0].at), "moving the clock");
    rig_stop(&start, clock, block->count);
    start = rig_start();
    rig_record_block(engine, block, RIG_BATCHES);
    rig_stop(&start, &time, block->count);
    return time;
}

/* Records the stream into two engines that take turns, of which one has the rules. */
static void measure_recording(uint64_t journeys) {
    static const result_bounds bounds = {1.25, NAN, false, false};
    const workload stream = workload_of(journeys);
    cxj_engine *with = rig_engine(NULL, RIG_USUAL_VIEWS), *without = rig_engine(NULL, RIG_USUAL_VIEWS);
    rig_time clock = {0}, clock_without = {0};
    uint64_t alerts = 0, done = 0;
    pair times = {0};
    rig_block block;
    char name[96];
    rig_block_create(&block, journeys);
    for (size_t r = 0; r < RULES; r++) add_rule(with, rules[r]);
    for (size_t i = 0; done < workload_count(&stream); i++, done += block.count) {
        rig_time time = {0}, base = {0};
        rig_block_fill(&block, &stream, done, 0);
        if (i % 2 == 0) base = run(without, &block, &clock_without);
        time = run(with, &block, &clock);
        if (i % 2 != 0) base = run(without, &block, &clock_without);
        alerts += take_alerts(with);
        pair_add(&times, pair_phase(&stream, done), &time, &base);
    }
    cxj_stats stats;
    rig_must(with, cxj_engine_stats(with, &stats, sizeof stats), "reading what an engine holds");
    rig_check(alerts + stats.alerts_dropped > journeys / 10, "rules have raised something");
    const pair_figures figures = pair_read(&times);
    result_ratio("record in batches, with 8 rules (of none)", journeys, "ns", figures.each, figures.wall, figures.ratio,
                 &bounds);
    snprintf(name, sizeof name, "the clock meanwhile, with 8 rules, for each touchpoint (%.2f alerts)",
             (double)(alerts + stats.alerts_dropped) / (double)workload_count(&stream));
    result_figure(name, journeys, "ns", rig_each(&clock), rig_wall_each(&clock));
    pair_end(&times);
    rig_block_destroy(&block);
    cxj_engine_destroy(with);
    cxj_engine_destroy(without);
}

/* Records the first touchpoint of each journey, with a promise for some moment after all of them. */
static int64_t record_promises(cxj_engine *engine, const workload *stream, rig_block *block) {
    cxj_touchpoint last;
    workload_fill(stream, stream->journeys - 1, 1, 0, &last);
    for (uint64_t done = 0; done < stream->journeys; done += block->count) {
        rig_block_fill(block, stream, done, 0);
        if (block->count > stream->journeys - done) block->count = (size_t)(stream->journeys - done);
        for (size_t i = 0; i < block->count; i++) {
            cxj_touchpoint *t = &block->touchpoints[i];
            t->due = last.at + 1 + (int64_t)(workload_mix(t->id) % (uint64_t)(90 * DAY));
        }
        rig_record(engine, block->touchpoints, block->count);
    }
    return last.at;
}

/* A worklist of which the room is there; returns ms. */
static double ask(const cxj_engine *engine, const char *rule, cxj_occasion *occasions, size_t capacity, size_t *count) {
    rig_time time = {0};
    const rig_time start = rig_start();
    const cxj_status status =
        cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, capacity, NULL, 0, occasions, sizeof *occasions, count);
    rig_stop(&start, &time, 1);
    rig_must(NULL, status, "asking for a worklist");
    return rig_each(&time);
}

/* Lets a rule raise an alert of each journey at once, and asks for worklists. */
static void measure_advance(uint64_t journeys) {
    static const result_bounds bounds = {1000, NAN, false, true}, listed = {50000000, NAN, false, true};
    static const char *const asked[] = {"overdue for 1d", "silent for 60d where team = team-01", "handoffs over 3"};
    const workload stream = workload_of(journeys);
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    cxj_occasion *occasions = rig_allocate((size_t)journeys, sizeof *occasions);
    rig_time time = {0};
    rig_block block;
    char name[96];
    size_t count = 0;
    rig_block_create(&block, journeys);
    add_rule(engine, "overdue for 1d");
    const int64_t begin = record_promises(engine, &stream, &block);
    rig_must(engine, cxj_advance(engine, begin), "setting the clock");
    const rig_time start = rig_start();
    cxj_status status = cxj_advance(engine, begin + 92 * DAY);
    rig_stop(&start, &time, journeys);
    rig_must(engine, status, "moving the clock");
    cxj_stats stats;
    rig_must(engine, cxj_engine_stats(engine, &stats, sizeof stats), "reading what an engine holds");
    rig_check(stats.alerts + stats.alerts_dropped == journeys, "an alert of each journey");
    result_limit("advance over as many promises, each with an alert (of 1 us)", journeys, "ns", rig_each(&time),
                 &bounds);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        double ms = ask(engine, asked[i], occasions, (size_t)journeys, &count);
        snprintf(name, sizeof name, "worklist \"%s\", %s lines (of 50 ms)", asked[i], rig_short(count));
        result_limit(name, journeys, "ns", ms, &listed);
    }
    free(occasions);
    rig_block_destroy(&block);
    cxj_engine_destroy(engine);
}

void measure_rules(rig_options *options, uint64_t journeys) {
    journeys = rig_fit("rules", journeys, rig_size(options, 2, journeys));
    if (journeys == 0) return;
    measure_recording(journeys);
    measure_advance(journeys);
}
