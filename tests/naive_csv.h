/* Reads logs (SPEC 7) for the naive implementation.
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
    char **bytes; /* of each file all fields, each with a NUL behind it; names of touchpoints lie here */
    size_t file_count, file_capacity;
    struct naive_id {
        uint64_t number;
        char *text; /* without .0 */
    } *ids;
    size_t id_count;
    size_t id_capacity;
} naive_csv;

/* How logs are read, in the words of the command line; NULL and 0: as ever. */
typedef struct naive_csv_manner {
    const char *delimiter, *dates, *unit, *ties;
    const char *const *maps; /* FIELD=COLUMN; the last for a field holds */
    const char *const *nones;
    size_t map_count, none_count;
    const naive_calendar *calendar; /* a time without a zone is local time of it; NULL: UTC */
    bool strict;                    /* the first row that cannot be read ends it */
} naive_csv_manner;

/* A word that is none for its option; NULL: all are. */
const char *naive_csv_wrong(const naive_csv_manner *manner);

/* Reads whole files, one after the other. Returns NULL, or why it ended. */
const char *naive_csv_read(naive_csv *csv, const char *const *paths, size_t count, const naive_csv_manner *manner);
void naive_csv_free(naive_csv *csv);

/* The text that stood first for a number. */
const char *naive_csv_text(const naive_csv *csv, uint64_t number);

/* A moment as an `at` is written; false if it is none. */
bool naive_csv_moment(const char *text, const naive_csv_manner *manner, int64_t *moment);

/* Facets joined by a mark; false if one is none. */
bool naive_csv_facets(const char *text, char mark, uint32_t *facets);

#endif
