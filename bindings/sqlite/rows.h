/* rows: rows of SQL into an engine, read as the report program reads a log (src/SPEC.md, section 7).
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: a column is a field by its name, and each value is read as the text that SQLite makes of it, by the same
 * functions as the fields of a log (examples/values.c). What cannot be read ends the query with a sentence: in SQL
 * nobody sees a warning, and who wants to leave rows out says so in the query. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"
#include "fields.h"
#include "texts.h"
#include "values.h"

enum { ROWS_SENTENCE = 640, ROWS_BATCH = 256 };

/* A value of a row. */
typedef struct rows_value {
    const char *text; /* NULL: SQL's NULL */
    size_t length;
    bool is_blob;
} rows_value;

/* Rows on their way into an engine. Begin with rows_begin(). */
typedef struct rows {
    cxj_engine *engine;
    values_moments moments;
    texts texts;                   /* those that stand for numbers, so that no two stand for one */
    uint8_t field_of[FIELD_COUNT]; /* of each column */
    size_t columns;
    uint8_t column_of[FIELD_COUNT]; /* of each field, counted from 1; 0: it has none */
    uint64_t count;                 /* rows taken */
    cxj_touchpoint batch[ROWS_BATCH];
    size_t waiting; /* in the batch */
    char why[ROWS_SENTENCE];
} rows;

/* Begins; a calendar that the engine has is that of local times. rows_free() in any case. returns  false: no memory */
bool rows_begin(rows *at, cxj_engine *engine);

/* Says which field the next column is, by its name. returns  false: none; at->why says which is near */
bool rows_name(rows *at, const char *name, size_t length);

/* Whether the columns named suffice. returns  false: at->why */
bool rows_are_named(rows *at);

/* Takes a row: as many values as there are columns. returns  false: at->why */
bool rows_take(rows *at, const rows_value *values);

/* Records what waits. returns  false: at->why */
bool rows_end(rows *at);

void rows_free(rows *at);

#endif
