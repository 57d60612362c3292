/* Who waits, for what, since when: the worklists of rules, as JSON and as tables.
 *
 * SPDX-License-Identifier: MIT */
#ifndef WORKLIST_H
#define WORKLIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxj.h"
#include "log.h"

enum { WORKLIST_SENTENCE = 320 };

/* Whether an engine takes a rule: CXJ_OK, or why not, with its sentence in message, WORKLIST_SENTENCE bytes. */
cxj_status worklist_check(const cxj_engine *engine, const char *rule, char *message);

/* Writes the worklists of rules as a JSON array.
 * log      which texts stand for journeys; NULL: their numbers do
 * returns  CXJ_OK, or why what was written is not whole */
cxj_status worklist_json(FILE *out, const cxj_engine *engine, const log_reader *log, const char *const *rules,
                         size_t count);

/* Writes the worklist of a rule as a table, whoever waits longest first. Of a rule that this engine does not take, it
 * says so in its place. */
cxj_status worklist_table(FILE *out, const cxj_engine *engine, const log_reader *log, const char *rule);

/* Writes what an occasion and an alert have in common, as members of an object: "journey": …, "commitment": … */
void worklist_json_journey(FILE *out, const log_reader *log, uint64_t journey, uint32_t commitment);

/* Since when the customer waits: of occasions that have no since, from when it is so. */
int64_t worklist_since(const cxj_occasion *occasion);

/* Whoever waits longest comes first; then journeys and commitments by their numbers. */
void worklist_sort(cxj_occasion *items, size_t count);

/* A moment in UTC, such as 2026-11-21 22:43. */
enum { WORKLIST_MOMENT = 80 };
void worklist_moment(char text[WORKLIST_MOMENT], int64_t at);

#endif
