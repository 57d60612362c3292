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

void told_free(told *at);

/* ---- For told_odd.c and told_doubts.c -------------------------------------------------------------------- */

/* Counts the row that was read last. */
void told_note(told *at, const log_reader *log, told_count *of);

/* Begins a sentence about all files. */
void told_begin(const told *at);

/* Begins a sentence about several rows: how many, what they are, and where the first stands. */
void told_count_rows(const told *at, const told_count *of, const char *one, const char *many);

/* Notes which columns there are, and what is perhaps not meant in the row that was read last. */
void told_doubt_header(told *at, const log_reader *log);
void told_doubt_row(told *at, const log_reader *log, const cxj_touchpoint *touchpoint);

/* Says what is perhaps not meant. */
void told_doubts_end(const told *at, const cxj_engine *engine);

#endif
