/* What the files of the property test share: how a difference is told, chance, and what is compared.
 *
 *     property.c            scenes, engines, and what happens to them; cells, journeys, totals
 *     property_calendar.c   random calendars
 *     property_beyond.c     what is asked beyond one cell
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_PROPERTY_H
#define CXJ_TESTS_PROPERTY_H

#include "naive.h"

/* ---- property.c ---- */

/* Says how both differ and how to run the log again, and ends the program. */
void fail(const char *format, ...);
void trace(const char *format, ...);
void expect_status(const char *call, cxj_status wanted, cxj_status got);
void expect_number(const char *what, uint64_t wanted, uint64_t got);
void *allocate(size_t count, size_t size);

uint64_t below(uint64_t bound);
int64_t between(int64_t low, int64_t high);
bool chance(uint64_t per_cent);

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
