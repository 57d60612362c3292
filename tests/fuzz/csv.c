/* csv: any bytes as a log.
 *
 * The bytes go through the reader of examples/log.c into an engine, as cxj-report does it. Rows and touchpoints must
 * add up, each refusal must have a line and a reason, and what the reader took the engine takes. The same bytes are then
 * read once more, by a reader whose buffer is so small that rows fall across its end wherever they can, and batches of
 * another size: that must change nothing.
 *
 * How it is read stands in the first line, if that begins with #: one character for each option, see read_options().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* fmemopen() */
#endif

#include "../../examples/advice.h"
#include "../../examples/alike.h"
#include "../../examples/log.h"

#include "../same.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 7 };

static const char *const views[] = {
    "journeys by type, outcome",
    "touchpoints by channel, owner per day",
    "touchpoints by activity, stage, cause, team where segment in (a, \"\")",
    "transitions by owner, reason per month",
};

enum { VIEWS = sizeof views / sizeof *views };

static const char calendar[] =
    "offset +01:00\noffset 2026-03-29T01:00:00Z +02:00\noffset 2026-10-25T01:00:00Z +01:00\n";
static const cxj_text none[] = {{"NULL", 4}, {"-", 1}};
static const fields_choice choices[] = {{FIELD_owner, {"Agent", 5}}, {FIELD_id, {"", 0}}, {FIELD_team, {"owner", 5}}};

/* How the bytes are read. */
typedef struct manner {
    log_options options;
    bool has_calendar;
    bool in_two; /* as two files: the second half with the same header, if it has one */
} manner;

/* One reading, and all that it came to. */
typedef struct reading {
    cxj_engine *engine;
    cxj_view *views[VIEWS];
    cxj_touchpoint batch[BATCH];
    size_t batch_size;
    size_t count;     /* in the batch */
    log_status end;   /* LOG_END or LOG_STOPPED */
    uint64_t rows;    /* that were read */
    uint64_t refused; /* rows that could not be */
    uint64_t told;    /* a hash of all refusals */
    alike alike;
    uint64_t met;     /* rows that perhaps came before */
    cxj_receipt sums; /* of all calls */
    uint64_t unkept;  /* that are withdrawn and have no id: taken, but there is nothing to keep of them */
} reading;

static void add_up(uint64_t *hash, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        *hash = (*hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
}

/* Hands the batch over as cxj-report does: each call stops at what is refused, and the next begins behind it. */
static void flush(reading *into) {
    bool met[BATCH];
    MUST(alike_note(&into->alike, into->batch, into->count, (alike_wish){true, true}, met),
         "no memory for the test itself");
    for (size_t i = 0; i < into->count; i++) {
        into->met += met[i];
    }
    for (size_t done = 0; done < into->count;) {
        cxj_receipt receipt;
        const size_t left = into->count - done;
        const cxj_status status = cxj_record(into->engine, into->batch + done, sizeof *into->batch, left,
                                             CXJ_STOP_AT_REFUSAL, &receipt, sizeof receipt);
        into->sums.processed += receipt.processed;
        for (size_t i = done; i < done + receipt.processed; i++) {
            into->unkept += into->batch[i].id == 0 && into->batch[i].facets & CXJ_FACET_WITHDRAWN;
        }
        into->sums.duplicates += receipt.duplicates;
        into->sums.conflicts += receipt.conflicts;
        into->sums.superseded += receipt.superseded;
        into->sums.refused += receipt.refused;
        if (status == CXJ_OK) {
            MUST(receipt.processed == left && receipt.refused == 0, "%llu of %zu",
                 (unsigned long long)receipt.processed, left);
            break;
        }
        MUST(status == CXJ_REFUSED && receipt.refused == 1 && receipt.late == 0, "%s: %s", cxj_status_text(status),
             cxj_message(into->engine));
        MUST(receipt.first_refusal < left && receipt.processed == receipt.first_refusal, "first refused is %llu of %zu",
             (unsigned long long)receipt.first_refusal, left);
        MUST(receipt.first_status == CXJ_LIMIT && cxj_message(into->engine)[0] != '\0', "%s: %s",
             cxj_status_text(receipt.first_status), cxj_message(into->engine));
        done += (size_t)receipt.first_refusal + 1;
    }
    into->count = 0;
}

static void check_refusal(reading *into, const log_reader *log, uint64_t lines) {
    const log_refusal *why = log_refused(log);
    MUST(why->line >= 1 && why->line <= lines, "line %llu of %llu", (unsigned long long)why->line,
         (unsigned long long)lines);
    MUST(why->reason < LOG_REASON_COUNT && log_reason_text(why->reason)[0] != '\0', "reason %d", (int)why->reason);
    MUST(why->reason != LOG_CANNOT_READ && why->reason != LOG_NO_MEMORY && why->error == 0, "%s",
         log_reason_text(why->reason));
    add_up(&into->told, &why->line, sizeof why->line);
    add_up(&into->told, &why->column, sizeof why->column);
    add_up(&into->told, &why->reason, sizeof why->reason);
    add_up(&into->told, why->name ? why->name : "", why->name ? strlen(why->name) : 0);
    add_up(&into->told, why->text ? why->text : "", why->text ? why->length : 0);
}

/* Reads a file to its end. */
static void read_file(reading *into, log_reader *log, const uint8_t *data, size_t size) {
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "rb");
    MUST(file, "no memory for the test itself");
    uint64_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    uint64_t line = 0;
    into->end = log_begin(log, file);
    while (into->end != LOG_STOPPED) {
        into->end = log_next(log, &into->batch[into->count]);
        if (into->end == LOG_END || into->end == LOG_STOPPED) {
            break;
        }
        if (into->end == LOG_REFUSED) {
            check_refusal(into, log, lines);
        }
        MUST(log_line(log) > line && log_line(log) <= lines, "line %llu after %llu", (unsigned long long)log_line(log),
             (unsigned long long)line);
        line = log_line(log);
        into->refused += into->end == LOG_REFUSED;
        into->rows += into->end == LOG_ROW;
        into->count += into->end == LOG_ROW;
        if (into->count == into->batch_size) {
            flush(into);
        }
    }
    if (into->end == LOG_STOPPED) {
        check_refusal(into, log, lines);
    }
    flush(into);
    MUST(log_next(log, &into->batch[0]) == into->end, "the end is no end");
    fclose(file);
}

/* Looks for the cause where a header was refused. */
static void check_advice(const log_reader *log, const log_options *options) {
    advice found;
    advice_find(&found, log_sample(log), options);
    MUST(found.journey <= found.layout.columns && found.at <= found.layout.columns, "a column that is not there");
    advice_free(&found);
}

/* Reads the bytes to the end.
 * block  bytes of the reader's buffer at first; 0: its own */
static void read_all(reading *into, const manner *how, const uint8_t *data, size_t size, size_t block,
                     size_t batch_size) {
    const cxj_options engine_options = {.size = sizeof engine_options, .seed = {3, 4}};
    log_options options = how->options;
    memset(into, 0, sizeof *into);
    into->batch_size = batch_size;
    MUST(cxj_engine_create(&engine_options, NULL, 0, &into->engine) == CXJ_OK, "no engine");
    if (how->has_calendar) {
        MUST(cxj_set_calendar(into->engine, calendar, CXJ_ZERO_TERMINATED) == CXJ_OK, "%s", cxj_message(into->engine));
    }
    for (size_t i = 0; i < VIEWS; i++) {
        MUST(cxj_view_add(into->engine, views[i], CXJ_ZERO_TERMINATED, &into->views[i]) == CXJ_OK, "%s",
             cxj_message(into->engine));
    }
    options.block = block;
    log_reader *log = log_open(&options, into->engine);
    MUST(log, "no memory for the test itself");
    const size_t first = how->in_two && size > 1 ? size / 2 : size;
    read_file(into, log, data, first);
    MUST(into->end == LOG_STOPPED || log_bytes(log) == first, "%llu bytes of %zu", (unsigned long long)log_bytes(log),
         first);
    if (first < size && into->end != LOG_STOPPED) {
        read_file(into, log, data + first, size - first);
        MUST(into->end == LOG_STOPPED || log_bytes(log) == size, "%llu bytes", (unsigned long long)log_bytes(log));
    }
    MUST(log_rows(log) == into->rows + into->refused, "%llu rows", (unsigned long long)log_rows(log));
    if (into->end == LOG_STOPPED) {
        check_advice(log, &options);
    }
    alike_counts counts;
    MUST(alike_count(&into->alike, into->engine, log_is_numbered(log), &counts), "no memory for the test itself");
    MUST(counts.equal <= into->rows && counts.tied <= into->rows, "more is alike than there is");
    MUST(into->sums.duplicates + into->sums.superseded <= into->met, "%llu came before, %llu were met",
         (unsigned long long)(into->sums.duplicates + into->sums.superseded), (unsigned long long)into->met);
    add_up(&into->told, &counts, sizeof counts);
    alike_free(&into->alike);
    log_close(log);
}

/* Every row that was read is refused, a duplicate, superseded, held, or one of which nothing is kept. */
static cxj_stats check_sums(const reading *into) {
    cxj_stats stats;
    const cxj_receipt *sums = &into->sums;
    MUST(cxj_engine_stats(into->engine, &stats, sizeof stats) == CXJ_OK, "no stats");
    MUST(sums->processed + sums->refused == into->rows, "%llu rows", (unsigned long long)into->rows);
    MUST(stats.held + into->unkept + sums->duplicates + sums->superseded == sums->processed,
         "held %llu, duplicates %llu, superseded "
         "%llu, processed %llu",
         (unsigned long long)stats.held, (unsigned long long)sums->duplicates, (unsigned long long)sums->superseded,
         (unsigned long long)sums->processed);
    MUST(stats.duplicates == sums->duplicates && stats.conflicts == sums->conflicts && stats.late == 0 &&
             stats.superseded == sums->superseded && stats.refused == sums->refused,
         "stats are not the sums of receipts");
    MUST(stats.conflicts <= stats.duplicates && stats.touchpoints <= stats.held && stats.journeys <= stats.touchpoints,
         "%llu touchpoints of %llu journeys", (unsigned long long)stats.touchpoints,
         (unsigned long long)stats.journeys);
    return stats;
}

/* What the first line says, if it begins with #; returns its length. */
static size_t read_options(const uint8_t *data, size_t size, manner *how) {
    size_t at = 0;
    *how = (manner){.options = {.delimiter = 0}};
    for (; at < size && (at > 0 || data[0] == '#') && data[at] != '\n'; at++) {
        switch (data[at]) {
        case ';':
        case '\t':
        case '|':
        case 'x':
            how->options.delimiter = (char)data[at];
            break;
        case 'd':
        case 'm':
        case 'y':
            how->options.dates = data[at] == 'd' ? VALUES_DMY : data[at] == 'm' ? VALUES_MDY : VALUES_YMD;
            break;
        case 's':
        case 'u':
        case 'n':
            how->options.unit = data[at] == 's' ? VALUES_S : data[at] == 'u' ? VALUES_US : VALUES_NS;
            break;
        case 'f':
            how->options.ties_by_file = true;
            break;
        case 'N':
            how->options.none = none;
            how->options.none_count = sizeof none / sizeof *none;
            break;
        case 'M':
            how->options.choices = choices;
            how->options.choice_count = how->options.choice_count % (sizeof choices / sizeof *choices) + 1;
            break;
        case 'C':
            how->has_calendar = true;
            break;
        case '2':
            how->in_two = true;
            break;
        default:
            break;
        }
    }
    return at < size && at > 0 ? at + 1 : at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static reading once;
    static reading again;
    difference what;
    manner how;
    const size_t line = read_options(data, size, &how);
    data += line;
    size -= line;
    if (size == 0) {
        return 0; /* not every fmemopen() takes nothing */
    }
    read_all(&once, &how, data, size, 0, BATCH);
    const cxj_stats first = check_sums(&once);
    read_all(&again, &how, data, size, CSV_LEAST_BLOCK + size % 13, 1 + size % BATCH);
    const cxj_stats second = check_sums(&again);
    MUST(once.end == again.end && once.rows == again.rows && once.refused == again.refused,
         "%llu rows and %llu, refused %llu and %llu", (unsigned long long)once.rows, (unsigned long long)again.rows,
         (unsigned long long)once.refused, (unsigned long long)again.refused);
    MUST(once.told == again.told, "refused otherwise when read again");
    MUST(first.touchpoints == second.touchpoints && first.journeys == second.journeys && first.held == second.held &&
             first.duplicates == second.duplicates && first.conflicts == second.conflicts &&
             first.superseded == second.superseded && first.refused == second.refused &&
             first.latest_at == second.latest_at,
         "other stats when read again");
    fuzz_check_view(once.views[size % VIEWS]); /* one, for the sake of speed */
    for (size_t i = 0; i < VIEWS; i++) {
        MUST(same_view(once.views[i], again.views[i], false, &what), "%s", what.words);
    }
    cxj_engine_destroy(once.engine);
    cxj_engine_destroy(again.engine);
    return 0;
}
