/* measures: what the benchmark measures. Each prints its lines. Another measure is another function here and a line
 * in the table of bench.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef MEASURES_H
#define MEASURES_H

#include "rig.h"

typedef void measure(rig_options *options, uint64_t journeys);

/* measure_growth.c: an engine grows: the memory that it takes, and the slowest touchpoint. */
measure measure_memory;
measure measure_growth;

/* measure_record.c: in batches, singly and by columns, with the probe beside them; with no view, with others; sorted by
 * journey; with late ones. */
measure measure_record;
measure measure_bare;
measure measure_views;
measure measure_sorted;
measure measure_late;

/* measure_change.c: a touchpoint that comes late into a journey of 1,000. */
measure measure_long;

/* The same: corrections, and outcomes that move journeys and all their touchpoints between cells, in an engine that
 * holds the whole stream. given says what it holds, and is brought up to date. */
void measure_correction(cxj_engine *engine, const workload *stream, rig_block *block, rig_count *given);
void measure_outcome(cxj_engine *engine, const workload *stream, rig_block *block, rig_count *given);

/* measure_read.c: reading an engine that holds the whole stream. */
void measure_read(const cxj_engine *engine, const workload *stream);

/* measure_merge.c: two engines with the journeys, or with each journey's touchpoints, split between them. */
measure measure_merge;

/* measure_threads.c: two engines in two threads. */
measure measure_threads;

/* measure_save.c: an engine saved, checked and loaded. */
measure measure_save;

/* measure_work.c: work that is counted, not timed. */
measure measure_work;

/* measure_clock.c: the clock passes promises. */
measure measure_clock;

/* measure_rules.c: what rules add to recording; alerts that the clock brings; worklists. */
measure measure_rules;

/* measure_seal.c: a stream that does not end, and journeys that are sealed. */
measure measure_seal;

/* measure_report.c: the report program; the size of the library. */
measure measure_report;
measure measure_library;

/* measure_peer.c: DuckDB's answers to the same. */
measure measure_peer;

#endif
