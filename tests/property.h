/* What the files of the property tests share: how a difference is told, chance, and what is compared.
 *
 *     property_run.c        how a difference is told, chance, the program
 *     property.c            scenes, engines, and what happens to them; cells, journeys, totals
 *     property_calendar.c   random calendars
 *     property_beyond.c     what is asked beyond one cell
 *     property_rules.c      a program of its own: rules, worklists, alerts
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_PROPERTY_H
#define CXJ_TESTS_PROPERTY_H

#include "naive.h"

/* ---- property_run.c ---- */

/* What is run, and with which arguments. */
extern struct run {
    const char *program;
    uint64_t log_seed;
    size_t touchpoints_limit;
    bool trace;
} run;

/* Reads the arguments and runs as many logs as they say, each with a seed of its own; returns the exit status. */
int run_logs(int argc, char **argv, size_t touchpoints, void (*run_log)(void));

/* Says how both differ and how to run the log again, and ends the program. */
void fail(const char *format, ...);
void trace(const char *format, ...);
void expect_status(const char *call, cxj_status wanted, cxj_status got);
void expect_number(const char *what, uint64_t wanted, uint64_t got);
void *allocate(size_t count, size_t size);

/* SplitMix64: one number for each state, and the next one of the log. */
uint64_t mix(uint64_t state);
uint64_t draw(void);
uint64_t below(uint64_t bound);
int64_t between(int64_t low, int64_t high);
bool chance(uint64_t per_cent);

/* ---- property.c ---- */

bool is_close(double wanted, double got, double relative, double absolute);

/* The library's number of a metric that naive has at an index. */
uint32_t metric_number(uint32_t grain, size_t index);

/* What is compared: one cell of one view. */
struct place {
    const char *text;
    const naive_table *table;
    size_t cell;
};

void fail_at(const struct place *place, const char *what, const char *wanted, const char *got);

/* ---- property_calendar.c ---- */

enum { LONGEST_CALENDAR = 6000 };

/* Writes a valid calendar, in which something happens between two moments. */
void draw_calendar(char *text, int64_t low, int64_t high);

/* Writes the same in another way. */
void respell_calendar(const char *text, char *other);

/* Writes a text that may be a calendar or may be none. */
void spoil_calendar(const char *text, char *other);

/* Both must read a text, or both refuse it; a calendar must then be what the library says it is. */
void compare_calendar(const char *text);

/* ---- property_beyond.c ---- */

/* Of a view whose cells agree: drivers, and what is worked out from several cells. */
void compare_beyond(const struct place *start, const cxj_view *view);

#endif
