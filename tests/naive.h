/* naive: a second implementation of what cxj computes, written for obviousness and not for speed.
 *
 * It holds all that arrived, in a list, and computes everything from scratch whenever it is asked: what holds, the
 * order, the fold, the cells with every observation in them, each metric, and what is asked of several cells. It shares
 * no code with the library: of cxj.h it takes structs and constants only, and names are texts here, never codes. Where
 * the two disagree, one of them is wrong.
 *
 *     naive.c             sections 2, 3 and 9: a touchpoint, what holds and in which order, one journey
 *     naive_calendar.c    section 10: local time, open time
 *     naive_fold.c        section 4: what happens along a journey
 *     naive_view.c        section 5: what a view asks, which cell something belongs to
 *     naive_metric.c      section 6: what is observed in a cell, and a formula over that for each metric
 *     naive_statistics.c  the intervals of section 6
 *     naive_drivers.c     section 8.1
 *     naive_analysis.c    sections 8.2 to 8.7
 *     naive_inside.h      what these share
 *     naive_report.c      a report program on top of it, naive_csv.c, which reads plain logs (section 7)
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
    NAIVE_PERIOD = 48,     /* room for the text of a period */
    NAIVE_METRICS = 96,    /* metrics of one grain, at most */
    NAIVE_FACETS = 18,     /* facets that there are */
    NAIVE_PREDICTORS = 12,
    NAIVE_GROUPS = 4, /* of predictors */
    NAIVE_MODELS = 2
};

/* ---- A log ---- */

/* The calendar of section 10. */
typedef struct naive_calendar naive_calendar;

/* One touchpoint. The codes in fields are not looked at: names stand in their place, "" for none. The names belong to
 * whoever made the touchpoint, and must outlive every log and table that it enters. */
typedef struct naive_touchpoint {
    cxj_touchpoint fields;
    const char *names[NAIVE_DIMENSIONS];
    bool by_withdraw; /* it came through naive_withdraw(): no receipt counts it */
} naive_touchpoint;

/* All that arrived, in order of arrival, the clock, and what a host has said of its feed. All zero is an empty log. */
typedef struct naive_log {
    naive_touchpoint *items;
    size_t count;
    size_t capacity;
    bool has_now;
    int64_t now;
    naive_calendar *calendar; /* whoever set it frees it; NULL: none */
    uint32_t unrecorded;      /* facets that are not recorded: naive_set_unrecorded() */
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

/* ---- Answers ---- */

typedef struct naive_metric {
    double value; /* NaN: none; likewise low and high */
    double low;
    double high;
    uint64_t n;
    bool n_is_known; /* n is compared only where it is obvious what it counts */
} naive_metric;

typedef struct naive_predictor {
    bool taken; /* if not, it was left out, and there is nothing else to say */
    double mean;
    double coefficient;
    double error;
    double t; /* NaN: none */
    double share;
} naive_predictor;

/* One model of section 8.1 of one cell. */
typedef struct naive_drivers {
    bool has_value;
    uint64_t n;
    double r2;
    double r2_adjusted;
    naive_predictor predictors[NAIVE_PREDICTORS];
    double groups[NAIVE_GROUPS];
} naive_drivers;

struct naive_series;
struct naive_case;

typedef struct naive_cell {
    const char *parts[NAIVE_PARTS];
    char period[NAIVE_PERIOD];
    int64_t period_start; /* the moment of the period's first local time */
    int64_t period_local; /* that local time */
    naive_metric metrics[NAIVE_METRICS];
    naive_drivers drivers[NAIVE_MODELS]; /* satisfaction, churn; of a view with drivers */
    uint64_t *journeys;                  /* those that contribute, ascending */
    size_t journey_count;
    size_t journey_capacity;
    struct naive_series *series; /* the observations, by number of the series */
    struct naive_case *cases;    /* for the drivers: one for each journey */
    size_t case_count;
    size_t case_capacity;
} naive_cell;

/* The cells of one view, ordered by key. */
typedef struct naive_table {
    uint32_t grain;
    size_t parts;
    bool has_period;
    bool in_hours;
    bool with_drivers;
    const char *names[NAIVE_PARTS]; /* of the parts, as JSON calls them */
    uint32_t unrecorded;
    bool has_now;
    int64_t under_way; /* the first local time of the period in which the clock stands */
    naive_cell **cells;
    size_t count;
    size_t capacity;
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

/* ---- Sections 2 and 3: what arrives, what holds ---- */

/* The names of facets, by bit, and of scales, by number (the first is none). */
extern const char *const naive_facet_names[NAIVE_FACETS];
extern const char *const naive_scale_names[8];
extern const char *const naive_dimension_names[14];

/* Whether the library must take this touchpoint (SPEC 2); names are not looked at. */
bool naive_is_valid(const cxj_touchpoint *fields);

/* Says which facets are not recorded; "what a recorded facet implies is recorded too". */
void naive_set_unrecorded(naive_log *log, uint32_t unrecorded);

/* A valid touchpoint arrives. */
void naive_arrive(naive_log *log, const naive_touchpoint *touchpoint);

/* As cxj_withdraw(): CXJ_OK, CXJ_NOT_FOUND or CXJ_REFUSED. */
cxj_status naive_withdraw(naive_log *log, uint64_t journey, uint64_t id, uint64_t revision);

/* Erase and say how many journeys that were. */
uint64_t naive_erase_journey(naive_log *log, uint64_t journey);
uint64_t naive_erase_customer(naive_log *log, uint64_t customer);
cxj_status naive_move_journey(naive_log *log, uint64_t from, uint64_t to);

/* Adds all of source to log; the clock is the later of the two, and what either does not record is not recorded. */
void naive_merge(naive_log *log, const naive_log *source);

void naive_log_clear(naive_log *log);

naive_feed naive_feed_counts(const naive_log *log);
naive_stats naive_statistics(const naive_log *log);

/* The touchpoints of a journey that hold, in order, withdrawn ones among them; held must have room for log->count. */
size_t naive_held(const naive_log *log, uint64_t journey, const naive_touchpoint **held);

/* False if none of its touchpoints contributes. */
bool naive_journey_state(const naive_log *log, uint64_t journey, naive_journey *result);

/* ---- Section 10: the calendar ---- */

/* Reads a calendar; NULL if it is malformed, and then line (if not NULL) is told, from 1. Ended with
 * naive_calendar_free(). */
naive_calendar *naive_calendar_read(const char *text, size_t length, size_t *line);
void naive_calendar_free(naive_calendar *calendar);

/* Local time of a moment, and the moment of a local time; without a calendar (NULL) both are the same. */
int64_t naive_local(const naive_calendar *calendar, int64_t moment);
int64_t naive_moment(const naive_calendar *calendar, int64_t local);

/* Whether two say the same; blanks, remarks and the order of lines of hours apart. */
bool naive_calendar_is_equal(const naive_calendar *a, const naive_calendar *b);

/* The first local time of the period (h, d, w, m, q, y) of a local time, and its text as in SPEC 7. */
int64_t naive_period(int64_t local, char period, char text[NAIVE_PERIOD]);

/* B(to) - B(from). */
int64_t naive_open_between(naive_calendar *calendar, int64_t from, int64_t to);

/* Days since 1970-01-01 of a date as written, year, month and day from 1; false if there is no such day. */
bool naive_day_number(int year, int month, int day, int64_t *number);

/* ---- Sections 5 and 6: views ---- */

/* Writes a view's text, which is valid, in the one way in which what it says is written; capacity bytes must do. */
void naive_normalise(const char *text, char *normalised, size_t capacity);

/* Whether a text is a view. */
bool naive_is_view(const char *text);

/* Whether a text, a valid view, asks for working hours. */
bool naive_needs_calendar(const char *text);

/* The cells of a view, given as valid text; ended with naive_table_free(). */
naive_table *naive_read(const naive_log *log, const char *text);
void naive_table_free(naive_table *table);

size_t naive_metric_count(uint32_t grain);
const char *naive_metric_name(uint32_t grain, size_t index);
bool naive_metric_has_interval(uint32_t grain, size_t index);
bool naive_metric_is_quantile(uint32_t grain, size_t index);

/* The index of a metric, or naive_metric_count(grain) if the grain has none of that name. */
size_t naive_metric_find(uint32_t grain, const char *name);

/* ---- Section 8: beyond one cell. Metrics are named by their index ---- */

typedef struct naive_spread {
    uint64_t n;
    size_t cells;
    double eta2; /* NaN: none; likewise the other numbers */
    double epsilon2;
    bool has_extremes; /* if not, what follows says nothing */
    size_t lowest;     /* places of cells in their order */
    size_t highest;
    double difference;
    double low;
    double high;
} naive_spread;

typedef struct naive_parity {
    uint64_t a_n;
    uint64_t b_n;
    double difference;
    double low;
    double high;
} naive_parity;

typedef struct naive_point {
    size_t cell;    /* its place */
    int64_t period; /* its first local time; points stand in this order */
    double value;
    bool outside;
    bool run;
} naive_point;

typedef struct naive_control {
    size_t count;
    naive_point *points; /* to be freed */
    double centre;       /* NaN: fewer than eight points; likewise low and high */
    double low;
    double high;
} naive_control;

typedef struct naive_relation {
    bool has_value;
    uint64_t n;
    double r;
    double slope;
    double intercept;
    double low;
    double high;
} naive_relation;

extern const char *const naive_predictor_names[NAIVE_PREDICTORS];
extern const char *const naive_group_names[NAIVE_GROUPS];

/* Whether a metric is of those that spread and parity go with. */
bool naive_metric_is_comparable(uint32_t grain, size_t index);

naive_spread naive_spread_of(const naive_table *table, size_t index);
naive_parity naive_parity_of(const naive_table *table, size_t a, size_t b, size_t index);

/* For the key whose parts after the period are those of the cell at a place. */
naive_control naive_control_of(const naive_table *table, size_t cell, size_t index);
naive_relation naive_relation_of(const naive_table *table, size_t first, size_t second);

/* Whether control leaves a cell out: its period is the one in which the clock stands, or behind it. */
bool naive_is_left_out(const naive_table *table, size_t cell);

/* The share of the durations behind a quantile that are at most span, with its interval; NaN where there are none, or
 * where a facet is not recorded. between receives, for a quantile that may be off by one bucket, the number of
 * durations that are at most span less and more a 128th. */
naive_metric naive_within(const naive_table *table, size_t cell, size_t index, int64_t span, uint64_t between[2]);

/* ---- Statistics ---- */

/* Wilson's score interval for a share of k in n. */
void naive_wilson(double k, double n, double *low, double *high);

/* The 0.975 quantile of Student's distribution. */
double naive_student(double degrees_of_freedom);

#endif
