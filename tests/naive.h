/* naive: a second implementation of what cxj computes, written for obviousness and not for speed.
 *
 * It holds all that arrived, in a list, and computes everything from scratch whenever it is asked: what holds, the
 * order, the fold, the cells, each metric. It shares no code with the library: of cxj.h it takes structs and constants
 * only, and names are texts here, never codes. Where the two disagree, one of them is wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_NAIVE_H
#define CXJ_TESTS_NAIVE_H

#include "cxj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NAIVE_DIMENSIONS = 10, /* names by CXJ_DIMENSION_OWNER (1) to CXJ_DIMENSION_REASON (9) */
    NAIVE_PARTS = 6,       /* a period, from and to, and three further dimensions */
    NAIVE_PERIOD = 24,     /* room for the text of a period */
    NAIVE_METRICS = 96     /* metrics of one grain, at most */
};

/* One touchpoint. The codes in fields are not looked at: names stand in their place, "" for none. The names belong to
 * whoever made the touchpoint, and must outlive every log and table that it enters. */
typedef struct naive_touchpoint {
    cxj_touchpoint fields;
    const char *names[NAIVE_DIMENSIONS];
    bool by_withdraw; /* it came through naive_withdraw(): no receipt counts it */
} naive_touchpoint;

/* All that arrived, in order of arrival, and the clock. All zero is an empty log. */
typedef struct naive_log {
    naive_touchpoint *items;
    size_t count;
    size_t capacity;
    bool has_now;
    int64_t now;
} naive_log;

/* What the feed was like (SPEC 3.2). */
typedef struct naive_feed {
    uint64_t accepted;
    uint64_t duplicates;
    uint64_t conflicts;
    uint64_t superseded;
    uint64_t superseded_by_withdraw; /* those that naive_withdraw() replaced; not among superseded */
} naive_feed;

typedef struct naive_stats {
    uint64_t touchpoints;
    uint64_t journeys;
    uint64_t held;
    int64_t latest_at;
    uint64_t facets[32]; /* touchpoints that contribute, by facet */
} naive_stats;

typedef struct naive_metric {
    double value; /* NaN: none; likewise low and high */
    double low;
    double high;
    uint64_t n;
    bool n_is_known; /* n is compared only where it is obvious what it counts */
} naive_metric;

struct naive_series;

typedef struct naive_cell {
    const char *parts[NAIVE_PARTS];
    char period[NAIVE_PERIOD];
    int64_t period_start;
    naive_metric metrics[NAIVE_METRICS];
    struct naive_series *series; /* the observations, by number of the series */
    uint64_t last_journey;       /* the journey that contributed last, to count distinct ones */
} naive_cell;

/* The cells of one view, ordered by key. */
typedef struct naive_table {
    uint32_t grain;
    size_t parts;
    bool has_period;
    naive_cell **cells;
    size_t count;
} naive_table;

/* The state of a journey; codes are names. */
typedef struct naive_journey {
    cxj_journey state; /* its codes are 0 */
    const char *type;
    const char *segment;
    const char *reason;
    const char *owner;
    const char *team;
    const char *stage;
    const char *channel;
    const char *activity;
} naive_journey;

/* Whether the library must take this touchpoint (SPEC 2); names are not looked at. */
bool naive_is_valid(const cxj_touchpoint *fields);

/* A valid touchpoint arrives. */
void naive_arrive(naive_log *log, const naive_touchpoint *touchpoint);

/* As cxj_withdraw(): CXJ_OK, CXJ_NOT_FOUND or CXJ_REFUSED. */
cxj_status naive_withdraw(naive_log *log, uint64_t journey, uint64_t id, uint64_t revision);

/* Erase and say how many journeys that were. */
uint64_t naive_erase_journey(naive_log *log, uint64_t journey);
uint64_t naive_erase_customer(naive_log *log, uint64_t customer);

/* Adds all of source to log; the clock is the later of the two. */
void naive_merge(naive_log *log, const naive_log *source);

void naive_log_clear(naive_log *log);

naive_feed naive_feed_counts(const naive_log *log);
naive_stats naive_statistics(const naive_log *log);

/* The touchpoints of a journey that hold, in order, withdrawn ones among them; held must have room for log->count. */
size_t naive_held(const naive_log *log, uint64_t journey, const naive_touchpoint **held);

/* False if none of its touchpoints contributes. */
bool naive_journey_state(const naive_log *log, uint64_t journey, naive_journey *result);

/* Writes a view's text, which is valid, in the one way in which what it says is written; capacity bytes must do. */
void naive_normalise(const char *text, char *normalised, size_t capacity);

/* The cells of a view, given as valid text; ended with naive_table_free(). */
naive_table *naive_read(const naive_log *log, const char *text);
void naive_table_free(naive_table *table);

size_t naive_metric_count(uint32_t grain);
const char *naive_metric_name(uint32_t grain, size_t index);
bool naive_metric_has_interval(uint32_t grain, size_t index);

#endif
