/* The texts of a log's fields as values: numbers, moments, words, facets.
 *
 * SPDX-License-Identifier: MIT */
#ifndef VALUES_H
#define VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

/* ---- Numbers --------------------------------------------------------------------------------------------- */

/* The length of a text without the .0 that data frames write behind a number of digits alone; of any other its own. */
size_t values_trimmed(const char *text, size_t length);

/* A number of ASCII digits, at most most; perhaps with .0 behind it. */
bool values_count(const char *text, size_t length, uint64_t most, uint64_t *number);

/* A number that may have a minus before it. */
bool values_amount(const char *text, size_t length, int64_t *number);

/* ---- Words ----------------------------------------------------------------------------------------------- */

enum { VALUES_SCALE, VALUES_SCOPE, VALUES_OUTCOME, VALUES_LISTS };

/* Whether a text is a word. */
bool values_is(const char *text, size_t length, const char *word);

/* The word for a number of a list, from 1 on; NULL behind the last. */
const char *values_word(unsigned list, unsigned number);

/* The number of a word; 0: it is none of the list. */
unsigned values_find(unsigned list, const char *text, size_t length);

/* Facets by name (cxj_facet_describe()), with one of a set of separators between them; empty parts are skipped.
 * facets   receives the bits, without those that they imply
 * unknown  receives the first part that is no facet; NULL: not wanted
 * returns  false if there is one */
bool values_facets(const char *text, size_t length, char separator, uint32_t *facets, cxj_text *unknown);

/* The lowest and the highest score of a scale. */
void values_scores(unsigned scale, unsigned *least, unsigned *most);

/* ---- Moments --------------------------------------------------------------------------------------------- */

#define VALUES_AT_LEAST INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define VALUES_AT_MOST INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* What a number counts, since 1970-01-01T00:00:00Z. */
typedef enum values_unit { VALUES_MS, VALUES_S, VALUES_US, VALUES_NS, VALUES_UNITS } values_unit;

/* In which order dates may stand beside 2026-11-21. */
typedef enum values_dates { VALUES_ISO, VALUES_DMY, VALUES_MDY, VALUES_YMD, VALUES_ORDERS } values_dates;

/* From a moment on, local time is so far ahead, in ms. */
typedef struct values_offset {
    int64_t from;
    int64_t ahead;
} values_offset;

/* How moments are written. All zero: in ms, dates as in 2026-11-21, UTC. */
typedef struct values_moments {
    values_unit unit;
    values_dates dates;
    values_offset *offsets; /* in order, the first from the beginning of time on; NULL: UTC. values_moments_free() */
    size_t offset_count;
} values_moments;

/* The names by which the command line knows them, NULL behind the last; of VALUES_ISO it is "iso". */
const char *values_unit_name(unsigned unit);
const char *values_dates_name(unsigned dates);

/* Takes local time from the calendar of an engine; without one it is UTC. returns  false: no memory */
bool values_local(values_moments *how, const cxj_engine *engine);

/* A moment: a number, or 2026-11-21, or that with T or a blank and 22:43, 22:43:47 or 22:43:47.123, and perhaps Z, +01,
 * +0100 or +01:00; and, where how says so, dates such as 21.11.2026 9:43 PM.
 * how       how it is written; NULL: all zero
 * is_due    a date alone is the last ms of its day, not the first
 * returns   false, and nothing is written, where the text is none of these, or the moment not within the years 0001 to
 *           9999 */
bool values_moment(const values_moments *how, const char *text, size_t length, bool is_due, int64_t *at);

/* Whether a moment is the first of a local day. */
bool values_is_midnight(const values_moments *how, int64_t at);

void values_moments_free(values_moments *how);

/* Writes a moment as 2026-11-21T22:43:47Z, for sentences; what is no whole second is cut off. */
enum { VALUES_MOMENT_TEXT = 32 };
void values_write_moment(int64_t at, char *text);

#endif
