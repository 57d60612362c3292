/* csv: any bytes as a log.
 *
 * The bytes go through the reader of examples/log.c into an engine, as cxj-report does it. Rows and touchpoints must
 * add up, and each refusal must have a line and a reason. The same bytes are then read once more, by a reader whose
 * buffer is so small that rows fall across its end wherever they can, and batches of another size: that must change
 * nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* fmemopen() */
#endif

/* The reader itself, and not only its header, so that its buffer can be made small. */
#include "../../examples/log.c"

#include "../same.h"
#include "fuzz.h"

#include <stdio.h>

enum { BATCH = 7, SMALLEST = 4 }; /* the byte-order mark must fit in the first block that is read */

static const char *const views[] = {
    "journeys by type, outcome",
    "touchpoints by channel, owner per day",
    "touchpoints by activity, stage, cause, team where segment in (a, \"\")",
    "transitions by owner, reason per month",
};

enum { VIEWS = sizeof views / sizeof *views };

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
        MUST(receipt.first_status == CXJ_BAD_FIELD && cxj_message(into->engine)[0] != '\0', "%s",
             cxj_status_text(receipt.first_status));
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

/* Reads the bytes to the end.
 * capacity  of the reader's buffer at first; 0: its own */
static void read_all(reading *into, const uint8_t *data, size_t size, size_t capacity, size_t batch_size) {
    const cxj_options options = {.size = sizeof options, .seed = {3, 4}};
    memset(into, 0, sizeof *into);
    into->batch_size = batch_size;
    MUST(cxj_engine_create(&options, NULL, 0, &into->engine) == CXJ_OK, "no engine");
    for (size_t i = 0; i < VIEWS; i++) {
        MUST(cxj_view_add(into->engine, views[i], CXJ_ZERO_TERMINATED, &into->views[i]) == CXJ_OK, "%s",
             cxj_message(into->engine));
    }
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "rb");
    MUST(file, "no memory for the test itself");
    log_reader *log = log_open(file, into->engine);
    MUST(log, "no memory for the test itself");
    if (capacity > 0) {
        log->buffer = realloc(log->buffer, capacity + 1);
        log->capacity = capacity;
        MUST(log->buffer, "no memory for the test itself");
    }
    uint64_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    uint64_t line = 0;
    for (;;) {
        into->end = log_next(log, &into->batch[into->count]);
        if (into->end == LOG_END) {
            break;
        }
        if (into->end != LOG_ROW) {
            check_refusal(into, log, lines);
        }
        if (into->end == LOG_STOPPED) {
            break;
        }
        MUST(log_line(log) > line && log_line(log) <= lines, "line %llu after %llu", (unsigned long long)log_line(log),
             (unsigned long long)line);
        line = log_line(log);
        into->refused += into->end == LOG_REFUSED;
        into->rows += into->end == LOG_ROW;
        into->count += into->end == LOG_ROW;
        if (into->count == batch_size) {
            flush(into);
        }
    }
    flush(into);
    MUST(log_rows(log) == into->rows + into->refused, "%llu rows", (unsigned long long)log_rows(log));
    MUST(into->end == LOG_STOPPED || log_bytes(log) == size, "%llu bytes of %zu", (unsigned long long)log_bytes(log),
         size);
    MUST(log_next(log, &into->batch[0]) == into->end, "the end is no end");
    log_close(log);
    fclose(file);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static reading once;
    static reading again;
    difference what;
    if (size == 0) {
        return 0; /* not every fmemopen() takes nothing */
    }
    read_all(&once, data, size, 0, BATCH);
    const cxj_stats first = check_sums(&once);
    read_all(&again, data, size, SMALLEST + size % 13, 1 + size % BATCH);
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
