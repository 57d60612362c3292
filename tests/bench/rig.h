/* rig: what the measures share: engines, blocks of touchpoints, stopwatches, and the check that an engine's answer is
 * right, so that a wrong one cannot look fast.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef RIG_H
#define RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"
#include "probe.h"
#include "workload.h"

enum {
    RIG_CALL = 4096, /* touchpoints in a call of cxj_record(), where it takes many */
    RIG_VIEWS = 8,
    RIG_USUAL_VIEWS = 3,
    RIG_COLUMNS_USED = 15,
    RIG_USUAL = 1000000, /* journeys from which bounds are meant: with fewer, the probe stays in the caches */
    RIG_LARGE = 2000000, /* from which what is otherwise measured several times is measured once */
    RIG_TURNS = 3        /* how often that is */
};

/* The views, in the order in which an engine gets them: one of each grain comes first. */
extern const char *const rig_views[RIG_VIEWS];

/* How the benchmark was called, and what it has learnt so far. */
typedef struct rig_options {
    bool quick, json, long_too;
    const char *report;  /* the report program; NULL: not there; likewise the next */
    const char *shared;  /* the shared library, stripped */
    const char *scratch; /* a folder for files of up to 2 GB */
    const char *ours;    /* the program of tests/peers/ours.c */
    const char *python;  /* a Python that has what tests/peers/in_turn.py needs, and */
    const char *peer;    /* that file */
    const char *no_peer; /* why there is none; NULL: not known */
    double journey_size; /* bytes of memory that a journey takes */
} rig_options;

/* ---- giving up -------------------------------------------------------------------------------------------------- */

/* Ends the benchmark if a call failed. engine may be NULL. */
void rig_must(const cxj_engine *engine, cxj_status status, const char *doing);

/* Ends the benchmark if something is not as it must be. */
void rig_check(bool is_so, const char *what);

/* Zeroed memory, or the end. */
void *rig_allocate(size_t count, size_t size);

/* Journeys for which the machine has room, where each takes so many bytes: so many, or a half, a quarter or an eighth
 * of them. 0: there is room for none of these; then it is said that something was not measured. */
uint64_t rig_fit(const char *name, uint64_t journeys, double each);

/* Bytes of some engines that share the journeys, for each of them, with a probe beside. */
double rig_size(const rig_options *options, double engines, uint64_t journeys);

/* How often to measure, so that there is a median. */
size_t rig_turns(const rig_options *options, uint64_t journeys);

/* A number in a few letters, such as "10 M". Lives until the next call. */
const char *rig_short(uint64_t number);

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* Time spent on count of something, in ns. */
typedef struct rig_time {
    uint64_t processor, wall, count;
} rig_time;

/* Starts; stopping adds what has passed since, and what was done in it, to a time. */
rig_time rig_start(void);
void rig_stop(const rig_time *start, rig_time *time, uint64_t count);

/* Adds one time to another. */
void rig_add(rig_time *sum, const rig_time *time);

/* ns for each; NaN if there was none. */
double rig_each(const rig_time *time);
double rig_wall_each(const rig_time *time);

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* A part of the stream, made before its time is taken, in each form in which somebody takes it. */
typedef struct rig_block {
    size_t capacity, count;
    uint64_t rated; /* touchpoints with a rating */
    cxj_touchpoint *touchpoints;
    probe_item *items;
    cxj_columns columns;
    void *arrays[RIG_COLUMNS_USED]; /* what columns points to */
} rig_block;

void rig_block_create(rig_block *block, uint64_t journeys);
void rig_block_destroy(rig_block *block);

/* Makes the touchpoints from first on, up to the block's capacity or the end of the stream. */
void rig_block_fill(rig_block *block, const workload *stream, uint64_t first, uint32_t late);

/* Likewise, of the stream sorted by journey. */
void rig_block_fill_sorted(rig_block *block, const workload *stream, uint64_t first);

/* Makes items and columns of a block's touchpoints. */
void rig_block_derive(rig_block *block);

/* ---- engines ---------------------------------------------------------------------------------------------------- */

/* An engine with the stream's names and the first of the views. options may be NULL. */
cxj_engine *rig_engine(const cxj_options *options, size_t views);

/* The ways to record. */
typedef enum rig_way { RIG_BATCHES, RIG_SINGLY, RIG_COLUMNS, RIG_WAYS } rig_way;

/* Records touchpoints in calls of RIG_CALL. */
void rig_record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count);

/* The same, and adds the time that it takes. */
void rig_record_timed(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, rig_time *time);

/* Records a block in one of the ways. For columns it must be derived. */
void rig_record_block(cxj_engine *engine, const rig_block *block, rig_way way);

/* What an engine has been given, as the one who gave it counts. */
typedef struct rig_count {
    uint64_t touchpoints, journeys, rated;
} rig_count;

/* Adds the touchpoints of a block. */
void rig_count_block(rig_count *given, const rig_block *block);

/* Ends the benchmark unless every view says what it must of touchpoints that all have an owner and a team. */
void rig_answer(const cxj_engine *engine, const rig_count *count);

/* The sum of a metric over all cells of a view. */
double rig_sum(const cxj_view *view, uint32_t grain, const char *metric);

#endif
