/* measure_save: an engine saved at once and in steps, and loaded, over recording the same touchpoints in batches.
 *
 * SPDX-License-Identifier: MIT
 *
 * The bytes go to memory and come from there, so that no disk has a part in it; checking them is measured beside. */
#include <stdlib.h>
#include <string.h>

#include "measures.h"
#include "pair.h"
#include "result.h"

enum { SAVED_MOST = 40 }; /* bytes of a touchpoint that is saved, with room to spare */

/* Bytes in memory, with room for all. */
typedef struct bytes {
    unsigned char *at;
    size_t length, capacity, read;
} bytes;

static int64_t append(void *context, const void *from, size_t length) {
    bytes *to = context;
    if (length > to->capacity - to->length) return -1;
    memcpy(to->at + to->length, from, length);
    to->length += length;
    return (int64_t)length;
}

static int64_t take(void *context, void *to, size_t capacity) {
    bytes *from = context;
    const size_t left = from->length - from->read, length = left < capacity ? left : capacity;
    memcpy(to, from->at + from->read, length);
    from->read += length;
    return (int64_t)length;
}

/* What is measured in a turn: each over recording. */
typedef enum part { SAVE, STEPS, VALIDATE, LOAD, PARTS } part;

static const struct {
    const char *name;
    result_bounds bounds;
} parts[PARTS] = {
    [SAVE] = {"save (of record in batches)", {0.6, 0.3, false, false}},
    [STEPS] = {"save in steps (of record in batches)", {NAN, NAN, false, false}},
    [VALIDATE] = {"validate (of record in batches)", {NAN, NAN, false, false}},
    [LOAD] = {"load (of record in batches)", {0.8, 0.5, false, false}},
};

/* What else is said of saving in steps, and of what was saved. */
typedef struct remarks {
    double opening, longest; /* ns */
    size_t length;
} remarks;

/* Saves in steps of the usual size, and notes how long the longest took. */
static void save_in_steps(cxj_engine *engine, uint64_t touchpoints, bytes *to, rig_time *time, remarks *said) {
    cxj_saver *saver = NULL;
    said->longest = 0;
    rig_time start = rig_start(), opening = {0};
    rig_must(engine, cxj_saver_open(engine, append, to, &saver), "opening a save");
    rig_stop(&start, &opening, 1);
    for (cxj_status status = CXJ_OK; status != CXJ_DONE;) {
        rig_time step = {0};
        start = rig_start();
        status = cxj_saver_step(saver, 0);
        rig_stop(&start, &step, 1);
        said->longest = fmax(said->longest, rig_each(&step));
        time->processor += step.processor;
        time->wall += step.wall;
        if (status != CXJ_DONE) rig_must(engine, status, "a step of a save");
    }
    time->count = touchpoints;
    cxj_saver_close(saver);
    said->opening = rig_each(&opening);
}

/* Records the stream in batches, and takes the time. */
static cxj_engine *record(const workload *stream, rig_block *block, rig_count *given, rig_time *time) {
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    while (given->touchpoints < workload_count(stream)) {
        rig_block_fill(block, stream, given->touchpoints, 0);
        rig_record_timed(engine, block->touchpoints, block->count, time);
        rig_count_block(given, block);
    }
    return engine;
}

/* Records, saves in both ways, checks and loads, with room for the bytes at hand. */
static void run(const workload *stream, rig_block *block, bytes *saved, pair *times, remarks *said) {
    rig_count given = {.journeys = stream->journeys};
    rig_time recording = {0}, spent[PARTS] = {{0}};
    cxj_engine *engine = record(stream, block, &given, &recording);
    saved->length = saved->read = 0;
    rig_time start = rig_start();
    rig_must(NULL, cxj_save(engine, append, saved, NULL, 0), "saving");
    rig_stop(&start, &spent[SAVE], given.touchpoints);
    said->length = saved->length;
    saved->length = 0;
    save_in_steps(engine, given.touchpoints, saved, &spent[STEPS], said);
    rig_check(saved->length == said->length, "an incremental save is as long as one at once");
    cxj_engine_destroy(engine); /* there may be no room for two */
    cxj_validation validation;
    start = rig_start();
    rig_must(NULL, cxj_validate(NULL, take, saved, NULL, 0, &validation, sizeof validation), "checking");
    rig_stop(&start, &spent[VALIDATE], given.touchpoints);
    rig_check(validation.touchpoints == given.touchpoints, "all touchpoints are saved");
    saved->read = 0;
    start = rig_start();
    rig_must(NULL, cxj_load(NULL, take, saved, NULL, 0, &engine), "loading");
    rig_stop(&start, &spent[LOAD], given.touchpoints);
    rig_answer(engine, &given);
    cxj_engine_destroy(engine);
    for (size_t p = 0; p < PARTS; p++) pair_add(&times[p], 0, &spent[p], &recording);
}

void measure_save(rig_options *options, uint64_t journeys) {
    journeys = rig_fit("save", journeys, options->journey_size + (double)(SAVED_MOST * WORKLOAD_ROUNDS));
    if (journeys == 0) return;
    const size_t turns = rig_turns(options, journeys);
    const workload stream = workload_of(journeys);
    const size_t room = 1000000 + (size_t)workload_count(&stream) * SAVED_MOST;
    pair times[PARTS] = {{0}};
    remarks said = {0};
    rig_block block;
    rig_block_create(&block, journeys);
    bytes saved = {.at = rig_allocate(room, 1), .capacity = room};
    memset(saved.at, 1, room); /* so that its pages are there: giving them out is no part of saving */
    for (size_t turn = 0; turn < turns; turn++) run(&stream, &block, &saved, times, &said);
    free(saved.at);
    rig_block_destroy(&block);
    result_figure("a touchpoint saved", journeys, "bytes", (double)said.length / (double)workload_count(&stream), NAN);
    result_figure("opening an incremental save", journeys, "ns", said.opening, NAN);
    result_figure("longest step of a save", journeys, "ns", said.longest, NAN);
    for (size_t p = 0; p < PARTS; p++) {
        const pair_figures figures = pair_read(&times[p]);
        result_ratio(parts[p].name, journeys, "ns", figures.each, figures.wall, figures.ratio, &parts[p].bounds);
        pair_end(&times[p]);
    }
}
