/* measure_work: work that is counted, not timed: touchpoints folded and slots looked at, for an input and for one
 * twice as long, on every path by which touchpoints get in. What is in proportion to the input doubles.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each input is tried in three lengths, since tables grow in steps, and the worst counts. */
#include <stdio.h>
#include <stdlib.h>

#include "measures.h"
#include "result.h"

/* An input under way: an array that the path fills, and an engine that takes it. */
typedef struct input {
    cxj_options options;
    workload stream;
    size_t count;
    cxj_touchpoint *touchpoints;
    cxj_engine *engine;
} input;

/* ---- orders ----------------------------------------------------------------------------------------------------- */

static void turn_around(input *in) {
    for (size_t i = 0, j = in->count; i + 1 < j; i++) {
        const cxj_touchpoint t = in->touchpoints[i];
        in->touchpoints[i] = in->touchpoints[--j];
        in->touchpoints[j] = t;
    }
}

static void shuffle(input *in) {
    for (size_t i = in->count; i > 1; i--) {
        const size_t j = (size_t)(workload_mix(i) % i);
        const cxj_touchpoint t = in->touchpoints[i - 1];
        in->touchpoints[i - 1] = in->touchpoints[j];
        in->touchpoints[j] = t;
    }
}

/* Every touchpoint has another owner, and a higher revision. */
static void correct(input *in) {
    for (size_t i = 0; i < in->count; i++) {
        in->touchpoints[i].revision++;
        in->touchpoints[i].owner = in->touchpoints[i].owner % WORKLOAD_OWNERS + 1;
    }
}

/* All belong to one journey. */
static void join(input *in) {
    for (size_t i = 0; i < in->count; i++) in->touchpoints[i].journey = 1;
}

/* In calls that are short beside the number of journeys: touchpoints of one journey that come in one call are folded
 * together, and with long calls the shorter input would have more of them. */
static void record(input *in) {
    enum { CALL = 256 };
    for (size_t i = 0; i < in->count; i += CALL) {
        rig_record(in->engine, in->touchpoints + i, in->count - i < CALL ? in->count - i : CALL);
    }
}

/* All in one call: many late ones of one journey are to be folded together. */
static void record_at_once(input *in) {
    const cxj_touchpoint *t = in->touchpoints;
    rig_must(in->engine, cxj_record(in->engine, t, sizeof *t, in->count, 0, NULL, 0), "recording");
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

static void take_backwards(input *in) {
    turn_around(in);
    record(in);
}

static void take_shuffled(input *in) {
    shuffle(in);
    record(in);
}

static void take_twice(input *in) {
    record(in);
    record(in);
}

static void take_corrected(input *in) {
    record(in);
    correct(in);
    record(in);
}

static void take_singly(input *in) {
    for (size_t i = 0; i < in->count; i++) {
        const cxj_touchpoint *t = &in->touchpoints[i];
        rig_must(in->engine, cxj_record(in->engine, t, sizeof *t, 1, 0, NULL, 0), "recording one");
    }
}

static void take_columns(input *in) {
    rig_block block;
    rig_block_create(&block, in->stream.journeys);
    for (uint64_t i = 0; i < in->count; i += block.count) {
        rig_block_fill(&block, &in->stream, i, 0);
        rig_block_derive(&block);
        rig_record_block(in->engine, &block, RIG_COLUMNS);
    }
    rig_block_destroy(&block);
}

static void take_sorted(input *in) {
    workload_fill_sorted(&in->stream, 0, in->count, in->touchpoints);
    record(in);
}

/* A name of the stream, in a buffer. */
static cxj_text name_of(uint32_t dimension, uint32_t code, char buffer[32]) {
    const char *name = workload_name_of(dimension, code);
    if (name == NULL) return (cxj_text){NULL, 0};
    snprintf(buffer, 32, "%s", name);
    return (cxj_text){buffer, CXJ_ZERO_TERMINATED};
}

static void record_named(cxj_engine *engine, const cxj_touchpoint *t) {
    char texts[6][32];
    const cxj_named_touchpoint named = {
        .journey_number = t->journey,
        .id_number = t->id,
        .customer_number = t->customer,
        .owner = name_of(CXJ_DIMENSION_OWNER, t->owner, texts[0]),
        .team = name_of(CXJ_DIMENSION_TEAM, t->team, texts[1]),
        .activity = name_of(CXJ_DIMENSION_ACTIVITY, t->activity, texts[2]),
        .channel = name_of(CXJ_DIMENSION_CHANNEL, t->channel, texts[3]),
        .type = name_of(CXJ_DIMENSION_TYPE, t->type, texts[4]),
        .segment = name_of(CXJ_DIMENSION_SEGMENT, t->segment, texts[5]),
        .at = t->at,
        .due = t->due,
        .facets = t->facets,
        .scale = t->scale,
        .score = t->score,
        .scope = t->scope,
    };
    rig_must(engine, cxj_record_named(engine, &named, sizeof named, 1, 0, NULL, 0), "recording by names");
}

static void take_named(input *in) {
    for (size_t i = 0; i < in->count; i++) record_named(in->engine, &in->touchpoints[i]);
}

/* What an engine is saved as. */
static unsigned char *save(const cxj_engine *engine, size_t *length) {
    (void)cxj_save_bytes(engine, 0, NULL, 0, NULL, length); /* asks how many there are */
    unsigned char *bytes = rig_allocate(*length, 1);
    rig_must(engine, cxj_save_bytes(engine, *length, NULL, 0, bytes, length), "saving");
    return bytes;
}

/* What counts is the work of the engine that is loaded. */
static void take_loaded(input *in) {
    size_t length = 0;
    record(in);
    unsigned char *bytes = save(in->engine, &length);
    cxj_engine_destroy(in->engine);
    rig_must(NULL, cxj_load_bytes(&in->options, bytes, length, NULL, 0, &in->engine), "loading");
    free(bytes);
}

/* Of an engine with the same views, into one that has nothing yet. */
static void take_merged_bytes(input *in) {
    cxj_engine *empty = rig_engine(&in->options, RIG_USUAL_VIEWS);
    size_t length = 0;
    record(in);
    unsigned char *bytes = save(in->engine, &length);
    cxj_engine_destroy(in->engine);
    in->engine = empty;
    rig_must(empty, cxj_merge_bytes(empty, bytes, length), "merging bytes");
    free(bytes);
}

/* Of two engines the second gets every touchpoint for which one bit is set: of its journey, or of its place. */
static void merge(input *in, bool split) {
    cxj_engine *source = rig_engine(NULL, RIG_USUAL_VIEWS);
    for (size_t i = 0; i < in->count; i++) {
        const cxj_touchpoint *t = &in->touchpoints[i];
        const uint64_t bit = (split ? i / in->stream.journeys : workload_mix(t->journey)) % 2;
        cxj_engine *engine = bit == 1 ? source : in->engine;
        rig_must(engine, cxj_record(engine, t, sizeof *t, 1, 0, NULL, 0), "recording one");
    }
    rig_must(in->engine, cxj_merge(in->engine, source), "merging");
    cxj_engine_destroy(source);
}

static void take_merged(input *in) {
    merge(in, false);
}

static void take_merged_split(input *in) {
    merge(in, true);
}

static void take_withdrawn(input *in) {
    record(in);
    for (size_t i = 0; i < in->count; i++) in->touchpoints[i].facets |= CXJ_FACET_WITHDRAWN;
    correct(in);
    record(in);
}

static void take_long(input *in) {
    join(in);
    record(in);
}

static void take_long_singly(input *in) {
    join(in);
    take_singly(in);
}

static void take_long_backwards(input *in) {
    join(in);
    turn_around(in);
    record_at_once(in);
}

static void take_long_shuffled(input *in) {
    join(in);
    shuffle(in);
    record_at_once(in);
}

static void take_long_twice(input *in) {
    join(in);
    record_at_once(in);
    record_at_once(in);
}

static void take_long_corrected(input *in) {
    join(in);
    record_at_once(in);
    correct(in);
    record_at_once(in);
}

/* The last to arrive belongs at the beginning. */
static void take_long_late(input *in) {
    join(in);
    in->touchpoints[in->count - 1].at = in->touchpoints[0].at + 1;
    record(in);
}

static const struct path {
    const char *name;
    void (*take)(input *in);
    bool is_long, leaves_none;
} paths[] = {
    {"work for 2n over n: in order", record, false, false},
    {"work for 2n over n: one at a time", take_singly, false, false},
    {"work for 2n over n: by columns", take_columns, false, false},
    {"work for 2n over n: by names", take_named, false, false},
    {"work for 2n over n: sorted by journey", take_sorted, false, false},
    {"work for 2n over n: backwards", take_backwards, false, false},
    {"work for 2n over n: shuffled", take_shuffled, false, false},
    {"work for 2n over n: everything twice", take_twice, false, false},
    {"work for 2n over n: everything corrected", take_corrected, false, false},
    {"work for 2n over n: everything withdrawn", take_withdrawn, false, true},
    {"work for 2n over n: merged, journeys apart", take_merged, false, false},
    {"work for 2n over n: merged, each journey split", take_merged_split, false, false},
    {"work for 2n over n: loaded", take_loaded, false, false},
    {"work for 2n over n: merged as bytes", take_merged_bytes, false, false},
    {"work for 2n over n: long journey", take_long, true, false},
    {"work for 2n over n: long journey one at a time", take_long_singly, true, false},
    {"work for 2n over n: long journey backwards", take_long_backwards, true, false},
    {"work for 2n over n: long journey shuffled", take_long_shuffled, true, false},
    {"work for 2n over n: long journey twice", take_long_twice, true, false},
    {"work for 2n over n: long journey corrected", take_long_corrected, true, false},
    {"work for 2n over n: long journey, one late", take_long_late, true, false},
};

/* ---- counting --------------------------------------------------------------------------------------------------- */

typedef struct work {
    double folded, probed;
} work;

static void answer(const input *in, const struct path *path) {
    rig_count given = {.touchpoints = in->count, .journeys = path->is_long ? 1 : in->stream.journeys};
    for (size_t i = 0; i < in->count; i++) given.rated += in->touchpoints[i].scale != 0;
    if (path->leaves_none) given = (rig_count){0};
    rig_answer(in->engine, &given);
}

static work count_work(const struct path *path, uint64_t journeys) {
    input in = {.stream = workload_of(journeys)};
    in.options = (cxj_options){.size = sizeof in.options, .touchpoints_limit = 29000, .seed = {1, 2}};
    in.count = (size_t)workload_count(&in.stream);
    in.touchpoints = rig_allocate(in.count, sizeof *in.touchpoints);
    in.engine = rig_engine(&in.options, RIG_USUAL_VIEWS);
    workload_fill(&in.stream, 0, in.count, 0, in.touchpoints);
    path->take(&in);
    answer(&in, path);
    cxj_stats stats;
    rig_must(in.engine, cxj_engine_stats(in.engine, &stats, sizeof stats), "reading what the engine holds");
    cxj_engine_destroy(in.engine);
    free(in.touchpoints);
    return (work){(double)stats.work_folded, (double)stats.work_probed};
}

void measure_work(rig_options *options, uint64_t journeys) {
    static const uint64_t lengths[] = {1000, 1200, 1400};
    (void)options;
    (void)journeys;
    for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
        double worst = 0, each = 0;
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            const work once = count_work(&paths[p], lengths[l]), twice = count_work(&paths[p], 2 * lengths[l]);
            worst = fmax(worst, fmax(twice.folded / once.folded, twice.probed / once.probed));
            each = (twice.folded + twice.probed) / (double)(2 * lengths[l] * WORKLOAD_ROUNDS);
        }
        static const result_bounds bounds = {2.2, NAN, false, true};
        result_ratio(paths[p].name, 0, "work", each, NAN, worst, &bounds);
    }
}
