/* measure_record: recording in time order in the three ways, with other numbers of views, sorted by journey, and with
 * late touchpoints, beside the probe or beside recording without late ones.
 *
 * SPDX-License-Identifier: MIT
 *
 * What is compared takes turns, block by block (pair.h). */
#include <stdio.h>

#include "measures.h"
#include "pair.h"
#include "result.h"

/* With few journeys a turn takes so short that more of them are needed for a median that stays. */
enum { SMALL = 20000, TURNS_SMALL = 27 };

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

/* Never the same block twice, since the second time it would be in the caches. */
static rig_time run_probe(probe *beside, const rig_block *block, bool singly) {
    rig_time time = {0};
    const rig_time start = rig_start();
    if (singly) {
        probe_singly(beside, block->items, block->count);
    } else {
        probe_batches(beside, block->items, block->count);
    }
    rig_stop(&start, &time, block->count);
    return time;
}

static rig_time run_way(cxj_engine *engine, const rig_block *block, rig_way way) {
    rig_time time = {0};
    const rig_time start = rig_start();
    rig_record_block(engine, block, way);
    rig_stop(&start, &time, block->count);
    return time;
}

/* Records a stream with the probe beside it. Block i goes by ways[(i + turn) % count], and the probe takes it singly if
 * that does; pairs has a list for each way. */
static rig_count run_stream(cxj_engine *engine, probe *beside, const workload *stream, rig_block *block,
                            const rig_way *ways, size_t count, size_t turn, pair *pairs) {
    rig_count given = {.journeys = stream->journeys};
    for (size_t i = 0; given.touchpoints < workload_count(stream); i++) {
        const rig_way way = ways[(i + turn) % count];
        const bool singly = way == RIG_SINGLY, first = i / count % 2 == 0;
        rig_time time = {0}, base = {0};
        rig_block_fill(block, stream, given.touchpoints, 0);
        rig_block_derive(block);
        probe_prepare(beside, block->items, block->count);
        if (first) base = run_probe(beside, block, singly);
        time = run_way(engine, block, way);
        if (!first) base = run_probe(beside, block, singly);
        pair_add(&pairs[way], pair_phase(stream, given.touchpoints), &time, &base);
        rig_count_block(&given, block);
    }
    rig_answer(engine, &given);
    return given;
}

/* Prints a list's time and its ratio to the other, and empties it. */
static void print_pair(const char *name, uint64_t journeys, pair *one, const result_bounds *bounds) {
    const pair_figures figures = pair_read(one);
    result_ratio(name, journeys, "ns", figures.each, figures.wall, figures.ratio, bounds);
    pair_end(one);
}

/* ---- three ways ------------------------------------------------------------------------------------------------- */

static void print_probe(const char *name, uint64_t journeys, const pair *beside) {
    const pair_figures figures = pair_read(beside);
    result_figure(name, journeys, "ns", figures.base, figures.base_wall);
}

static void print_ways(uint64_t journeys, pair *pairs) {
    static const result_bounds batches = {5, 4, false, false}, singly = {7.5, 6, false, false};
    print_probe("probe in batches of 32", journeys, &pairs[RIG_BATCHES]);
    print_probe("probe one at a time", journeys, &pairs[RIG_SINGLY]);
    print_pair("record in batches, 3 views (of probe)", journeys, &pairs[RIG_BATCHES], &batches);
    print_pair("record one at a time, 3 views (of probe)", journeys, &pairs[RIG_SINGLY], &singly);
    print_pair("record by columns, 3 views (of probe)", journeys, &pairs[RIG_COLUMNS], NULL);
}

/* In three turns each block goes each way once. The largest engines are grown once only: there the blocks of each round
 * are so many that every way gets its share of each; likewise where it has to be quick. */
void measure_record(rig_options *options, uint64_t journeys) {
    static const rig_way ways[] = {RIG_BATCHES, RIG_SINGLY, RIG_COLUMNS};
    journeys = rig_fit("record, 3 views", journeys, rig_size(options, 1, journeys));
    if (journeys == 0) return;
    const size_t turns = journeys <= SMALL ? TURNS_SMALL : options->quick ? 1 : rig_turns(options, journeys);
    const workload stream = workload_of(journeys);
    pair pairs[RIG_WAYS] = {{0}};
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    for (size_t turn = 0; turn < turns; turn++) {
        cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
        rig_count given = run_stream(engine, beside, &stream, &block, ways, RIG_WAYS, turn, pairs);
        if (turn == turns - 1) {
            measure_read(engine, &stream);
            measure_correction(engine, &stream, &block, &given);
        }
        cxj_engine_destroy(engine);
    }
    print_ways(journeys, pairs);
    end_probe(beside, turns * workload_count(&stream));
    rig_block_destroy(&block);
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

static const rig_way batches_only[] = {RIG_BATCHES};

/* Records with a number of views, and returns the time of a touchpoint. */
static double run_views(uint64_t journeys, size_t views, probe *beside, rig_block *block, const result_bounds *bounds) {
    const workload stream = workload_of(journeys);
    pair pairs[RIG_WAYS] = {{0}};
    char name[64];
    cxj_engine *engine = rig_engine(NULL, views);
    rig_count given = run_stream(engine, beside, &stream, block, batches_only, 1, 0, pairs);
    const double each = pair_read(&pairs[RIG_BATCHES]).each;
    snprintf(name, sizeof name, "record in batches, %zu view%s (of probe)", views, views == 1 ? "" : "s");
    print_pair(name, journeys, &pairs[RIG_BATCHES], bounds);
    if (views == RIG_VIEWS) measure_outcome(engine, &stream, block, &given);
    cxj_engine_destroy(engine);
    return each;
}

void measure_bare(rig_options *options, uint64_t journeys) {
    static const result_bounds bare = {3.5, 3, false, false};
    journeys = rig_fit("record, no view", journeys, rig_size(options, 1, journeys));
    if (journeys == 0) return;
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    (void)run_views(journeys, 0, beside, &block, &bare);
    end_probe(beside, WORKLOAD_ROUNDS * journeys);
    rig_block_destroy(&block);
}

void measure_views(rig_options *options, uint64_t journeys) {
    journeys = rig_fit("record, 1 and 8 views", journeys, rig_size(options, 1, journeys));
    if (journeys == 0) return;
    rig_block block;
    rig_block_create(&block, journeys);
    probe *beside = make_probe(journeys);
    const double one = run_views(journeys, 1, beside, &block, NULL);
    const double all = run_views(journeys, RIG_VIEWS, beside, &block, NULL);
    result_figure("record in batches: what a view more costs, of 8", journeys, "ns", (all - one) / (RIG_VIEWS - 1),
                  NAN);
    end_probe(beside, UINT64_C(2) * WORKLOAD_ROUNDS * journeys);
    rig_block_destroy(&block);
}

/* ---- sorted by journey ------------------------------------------------------------------------------------------ */

/* A block sorted by journey has few journeys, so the probe has it easy, too. It takes each second block as it comes,
 * and in place of each other the block that stands there in time order, by which other lines go. */
static void run_sorted(const workload *stream, probe *beside, rig_block *block, rig_block *in_order, pair *pairs) {
    rig_count given = {.journeys = stream->journeys};
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    for (size_t i = 0; given.touchpoints < workload_count(stream); i++) {
        rig_block_fill_sorted(block, stream, given.touchpoints);
        rig_block_fill(in_order, stream, given.touchpoints, 0);
        rig_block *other = i % 2 == 0 ? in_order : block;
        rig_block_derive(other);
        probe_prepare(beside, other->items, other->count);
        const rig_time base = run_probe(beside, other, false);
        const rig_time time = run_way(engine, block, RIG_BATCHES);
        pair_add(&pairs[i % 2], pair_phase(stream, given.touchpoints), &time, &base);
        rig_count_block(&given, block);
    }
    rig_answer(engine, &given);
    cxj_engine_destroy(engine);
}

void measure_sorted(rig_options *options, uint64_t journeys) {
    journeys = rig_fit("record, sorted by journey", journeys, rig_size(options, 1, journeys));
    if (journeys == 0) return;
    const workload stream = workload_of(journeys);
    pair pairs[2] = {{0}};
    rig_block block, in_order;
    rig_block_create(&block, journeys);
    rig_block_create(&in_order, journeys);
    probe *beside = make_probe(journeys);
    run_sorted(&stream, beside, &block, &in_order, pairs);
    print_pair("record sorted by journey, 3 views (of probe in time order)", journeys, &pairs[0], NULL);
    print_pair("record sorted by journey, 3 views (of probe on the same)", journeys, &pairs[1], NULL);
    end_probe(beside, workload_count(&stream));
    rig_block_destroy(&block);
    rig_block_destroy(&in_order);
}

/* ---- late touchpoints ------------------------------------------------------------------------------------------- */

/* Two engines take the same touchpoints, one with some of them late. */
static void run_late(const workload *stream, uint32_t late, rig_block *block, rig_block *late_block, pair *times) {
    cxj_engine *none = rig_engine(NULL, RIG_USUAL_VIEWS), *some = rig_engine(NULL, RIG_USUAL_VIEWS);
    rig_count given = {.journeys = stream->journeys};
    for (size_t i = 0; given.touchpoints < workload_count(stream); i++) {
        const bool first = i % 2 == 0;
        rig_time time = {0}, base = {0};
        rig_block_fill(block, stream, given.touchpoints, 0);
        rig_block_fill(late_block, stream, given.touchpoints, late);
        if (first) base = run_way(none, block, RIG_BATCHES);
        time = run_way(some, late_block, RIG_BATCHES);
        if (!first) base = run_way(none, block, RIG_BATCHES);
        pair_add(times, pair_phase(stream, given.touchpoints), &time, &base);
        rig_count_block(&given, block);
    }
    rig_answer(none, &given);
    rig_answer(some, &given);
    cxj_engine_destroy(none);
    cxj_engine_destroy(some);
}

/* Where it takes long, only the share that has bounds. */
void measure_late(rig_options *options, uint64_t journeys) {
    static const result_bounds bounds = {1.5, 1.2, false, false};
    static const struct {
        uint32_t late;
        const char *name;
    } shares[] = {{1000, "record in batches, 10 % late (of none late)"},
                  {100, "record in batches, 1 % late (of none late)"},
                  {5000, "record in batches, 50 % late (of none late)"}};
    journeys = rig_fit("record in batches, late ones", journeys, rig_size(options, 2, journeys));
    if (journeys == 0) return;
    const size_t turns = rig_turns(options, journeys);
    const size_t count = options->quick || turns == 1 ? 1 : sizeof shares / sizeof *shares;
    const workload stream = workload_of(journeys);
    rig_block block, late_block;
    rig_block_create(&block, journeys);
    rig_block_create(&late_block, journeys);
    for (size_t s = 0; s < count; s++) {
        pair times = {0};
        for (size_t turn = 0; turn < turns; turn++) run_late(&stream, shares[s].late, &block, &late_block, &times);
        print_pair(shares[s].name, journeys, &times, s == 0 ? &bounds : NULL);
    }
    rig_block_destroy(&block);
    rig_block_destroy(&late_block);
}
