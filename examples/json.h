/* Writes what an engine answers as JSON, for programs to read.
 *
 * SPDX-License-Identifier: MIT
 *
 * The functions write to a stream and do not look at its state; whoever opened it asks ferror() at the end. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis.h"
#include "cxj.h"
#include "replay.h"

/* Writes a text as a JSON string. It must be UTF-8. */
void json_text(FILE *out, const char *text, size_t length);

/* Writes a number so that reading it gives the same double back; null for NaN and what is infinite. */
void json_number(FILE *out, double number);

/* Rules whose worklists are written, and alerts. */
typedef struct json_acting {
    const cxj_engine *engine;
    const char *const *rules;
    size_t rule_count;    /* 0: no worklists */
    const replay *replay; /* NULL: no alerts */
} json_acting;

/* Writes what the engine holds, and every cell of the views with every metric of its grain.
 * stats     of the engine
 * rejected  rows that were refused
 * views     the views, and texts their texts as they were given; count of both
 * asked     what is asked beside that
 * acting    what rules say
 * log       which texts stand for journeys; NULL: their numbers do
 * returns   CXJ_OK; CXJ_NO_MEMORY: what was written is not whole */
cxj_status json_report(FILE *out, const cxj_stats *stats, uint64_t rejected, cxj_view *const *views,
                       const char *const *texts, size_t count, const analyses *asked, const json_acting *acting,
                       const log_reader *log);

#endif
