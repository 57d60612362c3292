/* What rules would have raised, had the log come live: SPEC 9, its last paragraph.
 *
 * SPDX-License-Identifier: MIT
 *
 *     replay at = {0};
 *     replay_begin(&at, engine, rules, count);                        the engine has the rules from here on
 *     for each row that could be read:
 *         replay_clock(&at, &touchpoint);
 *         … cxj_record(engine, &touchpoint, …, 1, …) …
 *         replay_take(&at);
 *     replay_end(&at, now);
 *     replay_json(…) or replay_tables(…)
 *     replay_finish(&at);
 *
 * What the tables tell of each rule, and how that is defined, says replay_help. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxj.h"
#include "log.h"

/* An alert, and when a host would have had it whose clock never stands still. */
typedef struct raised {
    cxj_alert alert;
    int64_t told_at;
} raised;

/* A rule that is replayed. */
typedef struct replayed {
    const char *text; /* as it was given; not owned */
    uint32_t rule;    /* its number in the engine */
} replayed;

/* A replay. Set it to zero. */
typedef struct replay {
    cxj_engine *engine;  /* not owned */
    cxj_engine *scratch; /* that says which rows can be read */
    replayed *rules;     /* each once */
    size_t rule_count;
    raised *items; /* in the order of raising */
    size_t count, capacity;
    int64_t now; /* the engine's clock, if has_now */
    bool has_now;
    uint64_t rows;
    uint64_t behind; /* of them, how many were older than the clock when they came */
} replay;

/* Adds the rules to the engine. failed receives the one that is refused, and cxj_message() says why; NULL: another
 * lack. */
cxj_status replay_begin(replay *at, cxj_engine *engine, const char *const *rules, size_t count, const char **failed);

/* Moves the clock to the moment of a touchpoint that is about to be recorded, and takes the alerts. */
cxj_status replay_clock(replay *at, const cxj_touchpoint *touchpoint);

/* Takes the alerts that recording has raised. */
cxj_status replay_take(replay *at);

/* Moves the clock to now, if that is later. */
cxj_status replay_end(replay *at, int64_t now);

/* Takes the rules out of the engine, which then may be told that what they need is not recorded. */
void replay_drop(replay *at);

void replay_finish(replay *at);

/* Writes the alerts as a JSON array. */
void replay_json(FILE *out, const replay *at, const log_reader *log);

/* Writes what each rule would have been worth. */
cxj_status replay_tables(FILE *out, const replay *at);

/* What the tables say, in plain words: lines, each with its line end. */
extern const char replay_help[];

#endif
