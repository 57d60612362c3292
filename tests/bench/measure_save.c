/* measure_save: an engine saved at once and in steps, and loaded, over recording the same touchpoints in batches.
 *
 * SPDX-License-Identifier: MIT
 *
 * The bytes go to memory and come from there, so that no disk has a part in it; checking them is measured beside. */
#include <stdlib.h>
#include <string.h>

#include "measures.h"
#include "result.h"

#define SAVE_MUST 0.6
#define SAVE_AIM 0.3
#define LOAD_MUST 1.5
#define LOAD_AIM 1.0

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

static void print(const char *name, uint64_t journeys, const rig_time *time, const rig_time *base, double must,
                  double aim) {
    result_print(&(result){name, journeys, "ns", rig_each(time), rig_wall_each(time), rig_each(time) / rig_each(base),
                           must, aim});
}

/* Saves in steps of the usual size, and says how long the longest took. */
static void save_in_steps(cxj_engine *engine, uint64_t journeys, uint64_t touchpoints, bytes *to, rig_time *time) {
    cxj_saver *saver = NULL;
    double longest = 0;
    rig_time start = rig_start(), opening = {0};
    rig_must(engine, cxj_saver_open(engine, append, to, &saver), "opening a save");
    rig_stop(&start, &opening, 1);
    for (cxj_status status = CXJ_OK; status != CXJ_DONE;) {
        rig_time step = {0};
        start = rig_start();
        status = cxj_saver_step(saver, 0);
        rig_stop(&start, &step, 1);
        if (rig_each(&step) > longest) longest = rig_each(&step);
        time->processor += step.processor;
        time->wall += step.wall;
        if (status != CXJ_DONE) rig_must(engine, status, "a step of a save");
    }
    time->count = touchpoints;
    cxj_saver_close(saver);
    result_print(&(result){"opening a save in steps", journeys, "ns", rig_each(&opening), NAN, NAN, NAN, NAN});
    result_print(&(result){"longest step of a save", journeys, "ns", longest, NAN, NAN, NAN, NAN});
}

/* Records the stream in batches, and takes the time. */
static cxj_engine *record(const workload *stream, rig_block *block, rig_count *given, rig_time *time) {
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    while (given->touchpoints < workload_count(stream)) {
        rig_block_fill(block, stream, given->touchpoints, 0);
        const rig_time start = rig_start();
        rig_record(engine, block->touchpoints, block->count);
        rig_stop(&start, time, block->count);
        given->touchpoints += block->count;
        given->rated += block->rated;
    }
    return engine;
}

void measure_save(rig_options *options, uint64_t journeys) {
    const workload stream = workload_of(journeys);
    const size_t room = 1000000 + workload_count(&stream) * 64;
    if (!rig_has_room(options->journey_size * (double)journeys + (double)room, "save", journeys)) return;
    rig_count given = {.journeys = journeys};
    rig_time recording = {0}, saving = {0}, stepping = {0}, checking = {0}, loading = {0};
    rig_block block;
    rig_block_create(&block, journeys);
    cxj_engine *engine = record(&stream, &block, &given, &recording);
    bytes saved = {.at = rig_allocate(room, 1), .capacity = room};
    rig_time start = rig_start();
    rig_must(NULL, cxj_save(engine, append, &saved, NULL, 0), "saving");
    rig_stop(&start, &saving, given.touchpoints);
    const size_t length = saved.length;
    saved.length = 0;
    save_in_steps(engine, journeys, given.touchpoints, &saved, &stepping);
    rig_check(saved.length == length, "a save in steps is as long as one at once");
    cxj_engine_destroy(engine); /* there may be no room for two */
    cxj_validation validation;
    start = rig_start();
    rig_must(NULL, cxj_validate(NULL, take, &saved, NULL, 0, &validation, sizeof validation), "checking");
    rig_stop(&start, &checking, given.touchpoints);
    rig_check(validation.touchpoints == given.touchpoints, "all touchpoints are saved");
    saved.read = 0;
    start = rig_start();
    rig_must(NULL, cxj_load(NULL, take, &saved, NULL, 0, &engine), "loading");
    rig_stop(&start, &loading, given.touchpoints);
    rig_answer(engine, &given);
    result_print(&(result){"a touchpoint saved", journeys, "bytes", (double)length / (double)given.touchpoints, NAN,
                           NAN, NAN, NAN});
    print("save (of record in batches)", journeys, &saving, &recording, SAVE_MUST, SAVE_AIM);
    print("save in steps (of record in batches)", journeys, &stepping, &recording, NAN, NAN);
    print("validate (of record in batches)", journeys, &checking, &recording, NAN, NAN);
    print("load (of record in batches)", journeys, &loading, &recording, LOAD_MUST, LOAD_AIM);
    cxj_engine_destroy(engine);
    free(saved.at);
    rig_block_destroy(&block);
}
