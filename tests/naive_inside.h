/* What the files of the naive implementation share (naive.h). Comments in quotes are sentences of the specification.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_NAIVE_INSIDE_H
#define CXJ_TESTS_NAIVE_INSIDE_H

#include "naive.h"

enum { FULL = 12600, MILLISECONDS_A_DAY = 86400000, GAP_SCALE = 65536 };

/* Zeroed memory; there is always some, or the program ends. */
void *naive_allocate(size_t size);

/* Makes room for one more item in an array that grows. */
void *naive_grow(void *items, size_t count, size_t *capacity, size_t item_size);

/* Says why a text that must be valid is not, and ends the program. */
void naive_give_up(const char *what, const char *text);

/* ---- naive.c ---- */

enum naive_kind { NO_KIND, SATISFACTION, LOYALTY, EFFORT };

bool naive_has(const naive_touchpoint *m, uint32_t any_of);
bool naive_is_visible(const naive_touchpoint *m);
enum naive_kind naive_rating_kind(const naive_touchpoint *m);
int64_t naive_rating_s(const naive_touchpoint *m);
bool naive_is_satisfied(const naive_touchpoint *m);
bool naive_is_delighted(const naive_touchpoint *m);
bool naive_is_dissatisfied(const naive_touchpoint *m);
bool naive_is_touch_rating(const naive_touchpoint *m);
bool naive_is_journey_rating(const naive_touchpoint *m, enum naive_kind kind);
bool naive_is_customers_rating(const naive_touchpoint *m); /* and not an employee's */
uint32_t naive_with_implied(uint32_t facets);

/* The numbers of all journeys of which something is held; numbers must have room for log->count. */
size_t naive_all_journeys(const naive_log *log, uint64_t *numbers);

/* The touchpoints of a journey that contribute, in order; to be freed. */
const naive_touchpoint **naive_contributing(const naive_log *log, uint64_t journey, size_t *count);

/* ---- naive_fold.c ---- */

/* 4.4: "owner, team, channel, stage, activity", numbered from 0 here */
enum { LINES = 5 };
extern const int naive_line_dimensions[LINES];

struct transition {
    const char *from;
    const char *to;
    size_t later; /* index of the later touchpoint */
    int64_t wait;
    bool change, bounce, returns, lost_context, has_step;
    int64_t step;
};

/* What the fold finds at one touchpoint. */
struct moment {
    bool has_wait;
    int64_t wait;
    bool opens, reschedules, shifts;
    int64_t slip;
    bool closes, kept, on_time;
    bool late_proactive, late_reactive, late_silent, unexplained;
    int64_t lateness, warning, dark;
    bool proactive_update;
    bool responds, responds_first;
    int64_t response_time;
    bool loop_opens, loop_closes;
    int64_t loop_time;
    bool clean;
};

/* One journey: its touchpoints in order, and all that the fold finds. */
struct story {
    naive_calendar *hours; /* durations are open time by this; NULL: they are by the clock */
    uint64_t journey;
    size_t count;
    const naive_touchpoint **list;
    struct moment *moments;
    struct transition *transitions[LINES];
    size_t transition_counts[LINES];
    const char *attributes[NAIVE_DIMENSIONS]; /* type, segment, reason as last stated */
    uint64_t customer;
    bool runs;
    int outcome;
    int64_t end;
    bool reopened;
    int64_t reopened_at; /* of the last touchpoint that did so */
    bool paused;
    int64_t quiet, silence, pending;
    int64_t quiet_since, pending_since; /* the touchpoint from which quiet time is counted; pending time since then */
    cxj_commitment commitments[8];
    bool asking;
    bool waits, responded;
    int64_t waits_since;
    bool loop_open;
    int64_t loop_since;
    bool churned, clean, flawless, wow;
    int64_t broken;
};

/* The fold of one journey, durations by the clock or (hours) in working hours; NULL if none of its touchpoints
 * contributes. */
struct story *naive_story(const naive_log *log, uint64_t journey, bool hours);
void naive_story_free(struct story *s);

int64_t naive_span(const struct story *s, int64_t from, int64_t to);
int64_t naive_count_facet(const struct story *s, uint32_t facet);

/* How many transitions of a dimension are changes ('c'), bounces ('b'), or changes that lost context ('l'). */
int64_t naive_count_transitions(const struct story *s, int dimension, char what);

/* The journey's rating of a kind, or NULL. */
const naive_touchpoint *naive_journey_rating(const struct story *s, enum naive_kind kind);

/* ---- naive_view.c ---- */

enum { NAMES_OF_A_CONDITION = 16, LONGEST_NAME = 128, MOST_CONDITIONS = 4, MOST_DIMENSIONS = 4 };

struct condition {
    bool had;
    int dimension;
    size_t name_count;
    char names[NAMES_OF_A_CONDITION][LONGEST_NAME];
};

struct view {
    uint32_t grain;
    size_t dimension_count;
    int dimensions[MOST_DIMENSIONS];
    char period; /* h, d, w, m, q, y; 0: none */
    bool ended;
    bool hours;
    bool drivers;
    size_t condition_count;
    struct condition conditions[MOST_CONDITIONS];
};

/* False if the text is no view. */
bool naive_parse_view(const char *text, struct view *view);

/* What views and rules are read with: the next word ('w'), quoted name ('q') or mark (itself) of a text; 0 at its end,
 * '?' for what is none of these. */
struct token {
    char kind;
    char text[LONGEST_NAME];
};

struct reader {
    const char *rest; /* behind the next token */
    struct token next;
};

void naive_go_on(struct reader *r);

/* Takes a word if it comes next. */
bool naive_take(struct reader *r, const char *word);

/* The place of the next word in a list of words, from first on, or -1. */
int naive_take_one_of(struct reader *r, const char *const *words, int first, int end);

/* [ "where" cond { "and" cond } ] of a view of a grain, or of a rule: then grain is 0. */
bool naive_take_where(struct reader *r, uint32_t grain, struct condition *conditions, size_t *count);

/* Whether a journey meets a condition: of a view of journeys, or of a rule. */
bool naive_meets(const struct condition *condition, const struct story *s);

/* The last name stated of a dimension, "" if there is none. */
const char *naive_held_last(const struct story *s, int dimension);

/* ---- naive_rules.c ---- */

/* A span as it is written, in ms, and whether its unit is days or weeks; false if it is none. */
bool naive_read_span(const char *text, int64_t *ms, bool *is_of_days);

/* ---- naive_metric.c ---- */

struct naive_series {
    int64_t *values;
    size_t count;
    size_t capacity;
};

/* What a mean lies within, and how far two of them may be apart. */
enum range { RATINGS, DIFFERENCES, EFFORTS, RECOMMENDATIONS };

/* What metric is at an index. */
struct measure {
    const char *name;
    bool is_share;
    bool is_estimate; /* a mean with an interval; neither: it is compared with nothing */
    enum range range;
    int series;
    double scale; /* one stands for this much */
};

struct measure naive_measure(uint32_t grain, size_t index);

/* Whether all the facets are recorded that a metric needs. */
bool naive_is_fed(const char *metric, uint32_t unrecorded);

size_t naive_series_count(void);

/* What a touchpoint, a transition, a journey add to their cell. */
void naive_observe_touchpoint(naive_cell *cell, const struct story *s, size_t i);
void naive_observe_transition(naive_cell *cell, const struct transition *t);
void naive_observe_journey(naive_cell *cell, const struct story *s, const naive_log *log);

/* All metrics of all cells. */
void naive_evaluate(naive_table *table, const struct view *view, const naive_log *log);

/* ---- naive_statistics.c ---- */

long double naive_sum(const struct naive_series *series);
long double naive_variance(const struct naive_series *series); /* unbiased; NaN of fewer than two */
bool naive_all_equal(const struct naive_series *series);
extern const double naive_lowest[], naive_highest[]; /* of what a mean of a range can be */
double naive_hold(double value, double low, double high);
void naive_mean_interval(const struct naive_series *series, double scale, enum range range, double *low, double *high);
void naive_nps_interval(const struct naive_series *series, double *low, double *high);

/* ---- naive_drivers.c ---- */

/* A journey as the drivers see it. */
struct naive_case {
    int64_t x[NAIVE_PREDICTORS];
    bool rated;
    int64_t rating;
    bool churned;
};

/* by_clock is the journey's fold with durations by the clock. */
void naive_observe_case(naive_cell *cell, const struct story *by_clock);
void naive_drive(naive_cell *cell, uint32_t unrecorded);

#endif
