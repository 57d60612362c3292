/* What the report says beyond single cells: spread, control, parity, relation, what was within a time, the journeys
 * behind each cell.
 *
 * SPDX-License-Identifier: MIT
 *
 * analysis.c reads what is asked for and writes it as JSON, analysis_table.c as tables. The functions write to a stream
 * and do not look at its state; whoever opened it asks ferror() at the end. */
#ifndef ANALYSIS_H
#define ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxj.h"
#include "log.h"

typedef enum analysis_kind {
    ANALYSIS_SPREAD,
    ANALYSIS_CONTROL,
    ANALYSIS_PARITY,
    ANALYSIS_RELATION,
    ANALYSIS_WITHIN,
    ANALYSIS_KINDS
} analysis_kind;

/* One thing that is asked for. */
typedef struct analysis {
    analysis_kind kind;
    const char *text; /* as it was given; not owned, likewise the names in it */
    cxj_text first;   /* the metric; within: the family */
    cxj_text second;  /* relation: the other metric */
    int64_t span;     /* within, in ms */
    bool is_in_days;  /* the span is in days or weeks, which views in working hours cannot measure */
} analysis;

/* All that is asked for. Set it to zero; analyses_free() frees what it holds. */
typedef struct analyses {
    analysis *items; /* each once */
    size_t count;
    bool drill; /* the journeys behind each cell */
} analyses;

/* Why something that is asked for is none. */
typedef struct analysis_fault {
    const char *sentence; /* what is wrong with the text that stands behind it; NULL: there is no memory */
    cxj_text text;
    const char *nearest; /* a metric that may be meant; NULL: none is near */
} analysis_fault;

/* Adds what an option asks for; false if it is none. text must outlive the list. */
bool analyses_add(analyses *asked, analysis_kind kind, const char *text, analysis_fault *fault);

void analyses_free(analyses *asked);

/* Finds the metrics of an analysis in a grain, and whether it applies there. second is that of a relation, else as it
 * was. */
bool analysis_metrics(const analysis *asked, uint32_t grain, cxj_metric_info *first, cxj_metric_info *second);

/* Whether an analysis applies to a view. */
bool analysis_applies(const analysis *asked, const cxj_view_info *info);

/* ---- Keys ------------------------------------------------------------------------------------------------ */

enum { KEYS_PARTS = 8 }; /* more than a key has */

/* The keys of all cells of a view, in order. */
typedef struct keys {
    size_t cells;
    size_t parts;
    char *bytes;  /* all texts, one after the other; owned, likewise ends */
    size_t *ends; /* where each ends, cell by cell and part by part */
} keys;

/* Reads them; end them with keys_free(), whatever the status. */
cxj_status keys_read(keys *read, const cxj_view *view);
void keys_free(keys *read);

/* One part of the key of a cell. */
cxj_text keys_part(const keys *read, size_t cell, size_t part);

/* The rest of a key is what follows its first part, the period. order receives the cells so that those with the same
 * rest stand together, by time, and the rests part by part, byte by byte; it has room for all. False: there is no
 * memory. */
bool keys_by_rest(const keys *read, size_t *order);
bool keys_have_same_rest(const keys *read, size_t a, size_t b);

/* The place in the order behind the last cell with the same rest as the one at begin. */
size_t keys_rest_end(const keys *read, const size_t *order, size_t begin);

/* ---- What the library says ------------------------------------------------------------------------------- */

/* The control chart of the rest of a cell's key. */
typedef struct chart {
    cxj_control control;
    cxj_control_point *points; /* owned; free() */
} chart;
cxj_status chart_read(chart *read, const cxj_view *view, const keys *of, size_t cell, uint32_t metric);

/* Of the cells that stand in the order from begin to end, all with the same rest: those of the last period and of the
 * first that are over and have a value. False: there are no two, or the status says why. */
bool parity_cells(const cxj_view *view, const keys *of, const size_t *order, size_t begin, size_t end, uint32_t metric,
                  size_t cells[2], cxj_status *status);

cxj_status parity_read(const cxj_view *view, const keys *of, const size_t cells[2], uint32_t metric,
                       cxj_parity *parity);

/* The journeys behind a cell, and room for those behind the next; zero before the first. */
typedef struct drilled {
    uint64_t *journeys; /* owned; free() */
    size_t capacity;
    size_t count;
    uint64_t sealed;
} drilled;
cxj_status drilled_read(drilled *read, const cxj_view *view, const cxj_text *parts, size_t part_count);

/* A journey as it was written in the log: its text, or the digits of its number, in room.
 * log  NULL: there was none */
enum { JOURNEY_DIGITS = 24 };
cxj_text journey_text(const log_reader *log, uint64_t journey, char room[JOURNEY_DIGITS]);

/* ---- JSON ------------------------------------------------------------------------------------------------ */

/* Writes, each with a comma before it, what is asked of one cell; and of a whole view behind its cells. */
cxj_status analysis_json_cell(FILE *out, const analyses *asked, const log_reader *log, const cxj_view *view,
                              const cxj_view_info *info, const cxj_text *parts, drilled *room);
cxj_status analysis_json_view(FILE *out, const analyses *asked, const cxj_view *view);

/* ---- Tables ---------------------------------------------------------------------------------------------- */

/* Writes what is asked of a view, below its table. */
cxj_status analysis_tables(FILE *out, const analyses *asked, const log_reader *log, const cxj_view *view);

#endif
