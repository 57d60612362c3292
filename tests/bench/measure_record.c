/* measure_record: recording in time order in the three ways, with other numbers of views, and with late touchpoints,
 * each beside the probe.
 *
 * SPDX-License-Identifier: MIT
 *
 * What is compared takes turns, block by block, so that whatever else the machine does meets all of it alike. */
#include <stdio.h>

#include "measures.h"
#include "result.h"

enum {
    GROUPS = 9,
    BOUND_FROM = 1000000 /* journeys from which the bounds are meant: with fewer, the probe stays in the caches */
};

/* Times of the ways and of the probe. */
typedef struct times {
    rig_time ways[RIG_WAYS];
    rig_time probe_batches, probe_singly;
} times;

/* Once in batches, once singly: never the same block twice, since the second time it would be in the caches. */
static void run_probe(probe *beside, const rig_block *block, bool singly, times *spent) {
    const rig_time start = rig_start();
    if (singly) {
        probe_singly(beside, block->items, block->count);
        rig_stop(&start, &spent->probe_singly, block->count);
    } else {
        probe_batches(beside, block->items, block->count);
        rig_stop(&start, &spent->probe_batches, block->count);
    }
}

static void run_way(cxj_engine *engine, const rig_block *block, rig_way way, times *spent) {
    const rig_time start = rig_start();
    rig_record_block(engine, block, way);
    rig_stop(&start, &spent->ways[way], block->count);
}

/* What happens to the blocks of a stream: block i goes by ways[(i + turn) % way_count], with late[the same] of 10,000
 * late. */
typedef struct plan {
    rig_way ways[RIG_WAYS];
    uint32_t late[RIG_WAYS];
    size_t way_count;
} plan;

/* Records a whole stream with the probe beside it; spent has one for each of the plan's ways. */
static rig_count run_stream(cxj_engine *engine, probe *beside, const workload *stream, rig_block *block,
                            const plan *how, size_t turn, times *spent) {
    rig_count given = {.journeys = stream->journeys};
    for (size_t i = 0; given.touchpoints < workload_count(stream); i++) {
        const size_t which = (i + turn) % how->way_count;
        rig_block_fill(block, stream, given.touchpoints, how->late[which]);
        rig_block_derive(block);
        probe_prepare(beside, block->items, block->count);
        const bool singly = i % 2 == 1, first = i % 4 < 2;
        if (first) run_probe(beside, block, singly, &spent[which]);
        run_way(engine, block, how->ways[which], &spent[which]);
        if (!first) run_probe(beside, block, singly, &spent[which]);
        given.touchpoints += block->count;
        given.rated += block->rated;
    }
    rig_answer(engine, &given);
    return given;
}

static probe *make_probe(uint64_t journeys) {
    probe *beside = probe_create(journeys);
    rig_check(beside != NULL, "there is memory for the probe");
    return beside;
}

/* Sees to it that the probe has done all that its times are for, and ends it. */
static void end_probe(probe *beside, uint64_t expected) {
    uint64_t count = 0;
    rig_check(probe_count(beside, &count) && count == expected, "the probe took everything");
    probe_destroy(beside);
}

static bool has_room(const rig_options *options, const char *name, uint64_t journeys) {
    return rig_has_room(options->journey_size * (double)journeys + (double)probe_size(journeys), name, journeys);
}

/* ---- three ways ------------------------------------------------------------------------------------------------- */

/* A figure of each group of repetitions. */
typedef struct figures {
    double each[GROUPS], wall[GROUPS];
} figures;

static void note(figures *figure, size_t group, const rig_time *time) {
    figure->each[group] = rig_each(time);
    figure->wall[group] = rig_wall_each(time);
}

/* A bound on a ratio. */
typedef struct bound {
    double must, aim;
} bound;

static const bound bound_batches = {4, 2.5}, bound_singly = {7, 4}, unbound = {NAN, NAN};

/* Prints the median of a figure, and its ratio to another. */
static void print_median(const char *name, uint64_t journeys, figures *figure, size_t groups, double other,
                         bound held) {
    const double each = result_median(figure->each, groups), wall = result_median(figure->wall, groups);
    if (journeys < BOUND_FROM) held = unbound;
    result_print(&(result){name, journeys, "ns", each, wall, each / other, held.must, held.aim});
}

static void add(rig_time *sum, const rig_time *time) {
    sum->processor += time->processor;
    sum->wall += time->wall;
    sum->count += time->count;
}

static times sum_of(const times *spent, size_t count) {
    times sum = {0};
    for (size_t i = 0; i < count; i++) {
        for (size_t w = 0; w < RIG_WAYS; w++) add(&sum.ways[w], &spent[i].ways[w]);
        add(&sum.probe_batches, &spent[i].probe_batches);
        add(&sum.probe_singly, &spent[i].probe_singly);
    }
    return sum;
}

static void print_ways(uint64_t journeys, figures *ways, figures *batches, figures *singly, size_t groups) {
    print_median("probe in batches of 32", journeys, batches, groups, NAN, unbound);
    print_median("probe one at a time", journeys, singly, groups, NAN, unbound);
    const double in_batches = result_median(batches->each, groups), one = result_median(singly->each, groups);
    print_median("record in batches, 3 views (of probe)", journeys, &ways[RIG_BATCHES], groups, in_batches,
                 bound_batches);
    print_median("record one at a time, 3 views (of probe)", journeys, &ways[RIG_SINGLY], groups, one, bound_singly);
    print_median("record by columns, 3 views (of probe)", journeys, &ways[RIG_COLUMNS], groups, in_batches, unbound);
}

/* A group is three repetitions, in which each block goes each way once. The largest engines are grown once only: there
 * the blocks of each round are so many that every way gets its share of each. */
void measure_record(rig_options *options, uint64_t journeys) {
    if (!has_room(options, "record, 3 views", journeys)) return;
    const bool once = journeys > 2000000 && !options->long_too;
    const size_t groups = journeys <= 20000 ? (options->quick ? 3 : GROUPS) : 1, repetitions = once ? 1 : RIG_WAYS;
    const plan how = {{RIG_BATCHES, RIG_SINGLY, RIG_COLUMNS}, {0, 0, 0}, RIG_WAYS};
    const workload stream = workload_of(journeys);
    figures ways[RIG_WAYS], batches, singly;
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    for (size_t group = 0; group < groups; group++) {
        times spent[RIG_WAYS] = {0};
        for (size_t turn = 0; turn < repetitions; turn++) {
            cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
            rig_count given = run_stream(engine, beside, &stream, &block, &how, turn, spent);
            const bool is_last = group == groups - 1 && turn == repetitions - 1;
            if (is_last) measure_read(engine, &stream);
            if (is_last) measure_correction(engine, &stream, &block, &given);
            cxj_engine_destroy(engine);
        }
        const times sum = sum_of(spent, RIG_WAYS);
        for (size_t w = 0; w < RIG_WAYS; w++) note(&ways[w], group, &sum.ways[w]);
        note(&batches, group, &sum.probe_batches);
        note(&singly, group, &sum.probe_singly);
    }
    print_ways(journeys, ways, &batches, &singly, groups);
    end_probe(beside, groups * repetitions * workload_count(&stream));
    rig_block_destroy(&block);
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

/* Prints a time and its ratio to the probe's of the same blocks. */
static void print_beside(const char *name, uint64_t journeys, const times *spent) {
    const rig_time *time = &spent->ways[RIG_BATCHES];
    const double each = rig_each(time);
    result_print(
        &(result){name, journeys, "ns", each, rig_wall_each(time), each / rig_each(&spent->probe_batches), NAN, NAN});
}

static double run_views(uint64_t journeys, size_t views, probe *beside, rig_block *block) {
    const plan how = {{RIG_BATCHES}, {0}, 1};
    const workload stream = workload_of(journeys);
    times spent = {0};
    char name[64];
    cxj_engine *engine = rig_engine(NULL, views);
    rig_count given = run_stream(engine, beside, &stream, block, &how, 0, &spent);
    snprintf(name, sizeof name, "record in batches, %zu view%s (of probe)", views, views == 1 ? "" : "s");
    print_beside(name, journeys, &spent);
    if (views == RIG_VIEWS) measure_outcome(engine, &stream, block, &given);
    cxj_engine_destroy(engine);
    return rig_each(&spent.ways[RIG_BATCHES]);
}

void measure_views(rig_options *options, uint64_t journeys) {
    if (!has_room(options, "record, 0, 1 and 8 views", journeys)) return;
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    const double none = run_views(journeys, 0, beside, &block);
    (void)run_views(journeys, 1, beside, &block);
    const double all = run_views(journeys, RIG_VIEWS, beside, &block);
    result_print(&(result){"record in batches: what a view costs, of 8", journeys, "ns", (all - none) / RIG_VIEWS, NAN,
                           NAN, NAN, NAN});
    end_probe(beside, UINT64_C(3) * WORKLOAD_ROUNDS * journeys);
    rig_block_destroy(&block);
}

/* ---- late touchpoints ------------------------------------------------------------------------------------------- */

void measure_late(rig_options *options, uint64_t journeys) {
    static const char *const names[] = {"record in batches, 1 % late (of probe)",
                                        "record in batches, 10 % late (of probe)",
                                        "record in batches, 50 % late (of probe)"};
    if (!has_room(options, "record in batches, late ones", journeys)) return;
    const workload stream = workload_of(journeys);
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static const uint32_t late[] = {100, 1000, 5000};
        const plan how = {{RIG_BATCHES}, {late[i]}, 1};
        times spent = {0};
        cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
        (void)run_stream(engine, beside, &stream, &block, &how, 0, &spent);
        print_beside(names[i], journeys, &spent);
        cxj_engine_destroy(engine);
    }
    end_probe(beside, UINT64_C(3) * WORKLOAD_ROUNDS * journeys);
    rig_block_destroy(&block);
}
