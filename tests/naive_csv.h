/* Reads a plain log (SPEC 7: one comma-separated file, numbers in ms, names as they are) for the naive implementation.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_NAIVE_CSV_H
#define CXJ_TESTS_NAIVE_CSV_H

#include "naive.h"

/* What was read, and the texts of journeys, ids and customers by their numbers. */
typedef struct naive_csv {
    naive_log log;
    int64_t *ats; /* of each item of the log what its row says, also where it is withdrawn */
    size_t ats_capacity;
    uint64_t rejected;
    char *bytes; /* all fields, each with a NUL behind it; names of touchpoints lie here */
    struct naive_id {
        uint64_t number;
        const char *text;
    } *ids;
    size_t id_count;
    size_t id_capacity;
} naive_csv;

/* Reads a whole file. A time without a zone is local time of calendar (NULL: UTC). With strict the first row that
 * cannot be read ends it. Returns NULL, or why it ended. */
const char *naive_csv_read(naive_csv *csv, const char *path, const naive_calendar *calendar, bool strict);
void naive_csv_free(naive_csv *csv);

/* The text that stood first for a number. */
const char *naive_csv_text(const naive_csv *csv, uint64_t number);

/* A moment as an `at` is written; false if it is none. */
bool naive_csv_moment(const char *text, const naive_calendar *calendar, int64_t *moment);

/* Facets joined by a mark; false if one is none. */
bool naive_csv_facets(const char *text, char mark, uint32_t *facets);

#endif
