/* What the report program says on stderr about the logs that it reads.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: nothing goes wrong silently. How each field was read, which columns were left out, why a row was refused and what
 * was wanted in its place, and in the end what looks odd though it could be read. What is not so is not said: of a clean
 * log it is one line.
 *
 * A sentence names what was seen, what was wanted, with an example, and what to do; a cause only where it was tried. */
#ifndef TOLD_H
#define TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advice.h"
#include "alike.h"
#include "analysis.h"
#include "cxj.h"
#include "log.h"
#include "words.h"

/* A row, for a sentence. */
typedef struct told_place {
    const char *path; /* NULL: none */
    uint64_t line;
    uint64_t last_line; /* where it is not known which row of several it is; else 0 */
} told_place;

/* How many, and where the first stands. */
typedef struct told_count {
    uint64_t count;
    told_place first;
} told_count;

/* What a field may say of a journey in each of its rows. */
enum { TOLD_VALUE, TOLD_DUE, TOLD_RATING, TOLD_SAYINGS };

/* A journey, and what its first row says. */
typedef struct told_journey {
    uint64_t journey; /* 0: an empty place */
    uint64_t rows;
    int64_t said[TOLD_SAYINGS]; /* 0: nothing */
} told_journey;

enum {
    TOLD_JOURNEYS = 1000,
    TOLD_PLACES = 2048
}; /* journeys that are looked at, and places for them: a power of two */

/* What was read, and is perhaps not what was meant. */
typedef struct told_doubts {
    told_count dues;    /* with a time */
    bool has_clock;     /* one of them is not midnight */
    told_count rounded; /* journeys that a spreadsheet has rounded */
    unsigned looked_at; /* sayings that some file has a column for, as bits */
    unsigned varied;    /* that differ between rows of one journey */
    size_t journeys;
    told_journey places[TOLD_PLACES]; /* open addressing */
} told_doubts;

enum { TOLD_AWAITED = 32 };

/* A name that the conditions of views brought. */
typedef struct told_awaited {
    size_t field; /* of its dimension */
    uint32_t code;
    bool met; /* it occurs in the log */
} told_awaited;

/* What was noticed while reading. All zero at first; told_free() in the end. */
typedef struct told {
    const log_options *options;
    size_t files;
    const char *path;   /* of the file being read; lives as long as this */
    fields_layout last; /* of the file before, so that the same is not said twice */
    alike alike;
    bool no_memory;             /* for alike: what it counts is not whole, and not said */
    bool is_numbered, numbered; /* rows of this file, or of any: their number is their sequence */
    told_count duplicates, conflicts, superseded;
    told_count early, far;       /* moments of 1970 or before, and beyond 2200 */
    bool odd_numbers, odd_dates; /* some of these were written as numbers, or as dates */
    bool are_seconds;            /* the early numbers would be of our time as seconds, all of them */
    int64_t latest, next;        /* the latest moments that differ */
    told_place latest_place;
    bool has_latest, has_next;
    uint64_t refused; /* rows that the reader refused, and by what */
    uint64_t by_reason[LOG_REASON_COUNT];
    uint64_t by_field[FIELD_COUNT];
    uint64_t by_delimiter[WORDS_DELIMITERS]; /* rows with another number of fields, which with this one have as many */
    advice_times times;                      /* the texts that are no moments */
    told_doubts doubts;
    uint64_t names_before[CXJ_DIMENSION_REASON + 1]; /* that dimensions had before the views */
    told_awaited awaited[TOLD_AWAITED];
    size_t awaited_count;
} told;

/* The file is about to be read. path lives as long as this, and is - for standard input. */
void told_file(told *at, const char *path);

/* The header was read: says which column is which field, and which were left out. */
void told_header(told *at, const log_reader *log);

/* Reading stopped before a row: says why, which columns there are, and what to do. */
void told_stopped(told *at, const log_reader *log);

/* Notes a touchpoint that was read. */
void told_row(told *at, const log_reader *log, const cxj_touchpoint *touchpoint);

/* Notes touchpoints of this file that are about to be recorded.
 * apart  receives of each whether it is to be recorded by a call of its own, so that the receipt says what it is: seldom */
void told_batch(told *at, const cxj_touchpoint *touchpoints, size_t count, bool *apart);

/* Notes what became of touchpoints.
 * first, last  the lines in which they stand */
void told_receipt(told *at, const cxj_receipt *receipt, uint64_t first, uint64_t last);

/* Notes a row that was refused. */
void told_refusal(told *at, const log_reader *log);

/* Says why a row was refused. */
void told_refused(const told *at, const log_reader *log);

/* Says, when all was read, what is odd: duplicates, equal rows, ties, moments, and why most rows were refused.
 * rows, rejected  rows read, and how many were refused, by the engine too */
void told_end(told *at, const cxj_engine *engine, uint64_t rows, uint64_t rejected);

/* Says which word of a text is wrong, and which is near, as an end of the engine's sentence that says why it is refused. */
void told_word(const char *text, const char *why);

/* Around the adding of views, and of rules that are replayed: notes which names their conditions bring, of which told_end()
 * says if they never occur. */
void told_before_views(told *at, const cxj_engine *engine);
void told_after_views(told *at, const cxj_engine *engine);

/* Says which names in the conditions of rules, which were not added, never occur. */
void told_rules(const told *at, const cxj_engine *engine, const char *const *rules, size_t count);

/* Says which options apply to none of the views that are answered. */
void told_unused(const analyses *asked, const cxj_text *metrics, size_t metric_count, cxj_view *const *views,
                 size_t view_count);

void told_free(told *at);

/* ---- Among the files of told ----------------------------------------------------------------------------- */

/* Counts the row that was read last. */
void told_note(told *at, const log_reader *log, told_count *of);

/* Begins a sentence about all files. */
void told_begin(const told *at);

/* Begins a sentence about several rows: how many, what they are, and where the first stands. */
void told_count_rows(const told *at, const told_count *of, const char *one, const char *many);

/* Notes which columns there are, and what is perhaps not meant in the row that was read last. */
void told_doubt_header(told *at, const log_reader *log);
void told_doubt_row(told *at, const log_reader *log, const cxj_touchpoint *touchpoint);

/* Notes which awaited names a touchpoint has; whether a name is awaited, and was not met; and says which were not. */
void told_meet(told *at, const cxj_touchpoint *touchpoint);
bool told_is_awaited(const told *at, uint32_t dimension, uint32_t code);
void told_awaited_end(const told *at, const cxj_engine *engine);

/* Says what is perhaps not meant. */
void told_doubts_end(const told *at, const cxj_engine *engine);

#endif
