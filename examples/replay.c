/* What rules would have raised, had the log come live (src/SPEC.md section 9).
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the rules are added to the engine before the first row. Before each row the clock goes to its moment, then it
 * is recorded in a call of its own, and what the two calls raised is taken at once, so that it is known which of them
 * it was. What came of it is asked afterwards (replay_table.c). */
#include "replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "worklist.h"

/* The clock of an engine goes ten years ahead at once, and no further. */
#define STRIDE (INT64_C(3650) * 86400000)

enum { TAKEN = 256 }; /* alerts at a time */

cxj_status replay_begin(replay *at, cxj_engine *engine, const char *const *rules, size_t count, const char **failed) {
    cxj_stats stats;
    *failed = NULL;
    at->engine = engine;
    at->rules = calloc(count + 1, sizeof *at->rules);
    if (at->rules == NULL) {
        return CXJ_NO_MEMORY;
    }
    cxj_status status = cxj_engine_create(NULL, NULL, 0, &at->scratch);
    for (size_t i = 0; i < count && status == CXJ_OK; i++) {
        replayed *added = &at->rules[at->rule_count];
        added->text = rules[i];
        status = cxj_rule_add(engine, rules[i], CXJ_ZERO_TERMINATED, &added->rule);
        if (status != CXJ_OK) {
            *failed = rules[i];
        }
        /* One that is there already has a number that was given before. */
        at->rule_count += at->rule_count == 0 || added->rule > at->rules[at->rule_count - 1].rule;
    }
    if (status == CXJ_OK) {
        status = cxj_engine_stats(engine, &stats, sizeof stats);
        at->has_now = status == CXJ_OK && stats.has_now;
        at->now = at->has_now ? stats.now : 0;
    }
    return status;
}

void replay_drop(replay *at) {
    for (size_t i = 0; i < at->rule_count; i++) {
        (void)cxj_rule_drop(at->engine, at->rules[i].rule);
    }
}

void replay_finish(replay *at) {
    cxj_engine_destroy(at->scratch);
    free(at->rules);
    free(at->items);
    *at = (replay){0};
}

/* Makes room for further alerts. */
static bool make_room(replay *at, size_t further) {
    if (at->capacity - at->count >= further) {
        return true;
    }
    const size_t capacity = at->capacity * 2 + TAKEN;
    raised *larger = realloc(at->items, capacity * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    at->items = larger;
    at->capacity = capacity;
    return true;
}

/* Takes all that waits.
 * before  the clock before it was moved; INT64_MAX: it was not, they were raised by recording */
static cxj_status take(replay *at, int64_t before) {
    cxj_alert alerts[TAKEN];
    size_t taken = TAKEN;
    cxj_status status = CXJ_OK;
    while (taken == TAKEN && status == CXJ_OK) {
        status = make_room(at, TAKEN) ? cxj_alerts(at->engine, alerts, sizeof *alerts, TAKEN, &taken) : CXJ_NO_MEMORY;
        for (size_t i = 0; i < taken && status == CXJ_OK; i++) {
            raised *item = &at->items[at->count++];
            item->alert = alerts[i];
            item->told_at = alerts[i].raised_at;
            if (before != INT64_MAX && alerts[i].from < item->told_at) {
                item->told_at = alerts[i].from > before ? alerts[i].from : before + 1;
            }
        }
    }
    return status;
}

cxj_status replay_take(replay *at) {
    return take(at, INT64_MAX);
}

/* The order in which one call raises. */
static int compare_raised(const void *a, const void *b) {
    const cxj_alert *one = &((const raised *)a)->alert, *other = &((const raised *)b)->alert;
    if (one->from != other->from) {
        return one->from < other->from ? -1 : 1;
    }
    if (one->rule != other->rule) {
        return one->rule < other->rule ? -1 : 1;
    }
    if (one->journey != other->journey) {
        return one->journey < other->journey ? -1 : 1;
    }
    return (one->commitment > other->commitment) - (one->commitment < other->commitment);
}

/* Moves the clock, in strides where it is far: then what they raise is put as if it had been one. */
static cxj_status move_clock(replay *at, int64_t now) {
    const int64_t before = at->has_now ? at->now : now - 1;
    const size_t first = at->count;
    cxj_status status = cxj_advance(at->engine, now);
    bool strides = false;
    for (int64_t step = before; status == CXJ_CLOCK && at->has_now && step < now; strides = true) {
        step = now - step > STRIDE ? step + STRIDE : now;
        status = cxj_advance(at->engine, step);
        if (status == CXJ_OK) {
            status = take(at, before);
        }
        status = status == CXJ_OK && step < now ? CXJ_CLOCK : status;
    }
    if (status == CXJ_OK) {
        status = take(at, before);
    }
    if (status == CXJ_OK) {
        at->now = now;
        at->has_now = true;
    }
    if (strides && at->count > first) {
        for (size_t i = first; i < at->count; i++) {
            at->items[i].alert.raised_at = now;
        }
        qsort(at->items + first, at->count - first, sizeof *at->items, compare_raised);
    }
    return status;
}

/* Whether a touchpoint is one that can be read: an engine that holds nothing takes it. Codes are those of another
 * engine, and were given by it. */
static bool can_be_read(replay *at, const cxj_touchpoint *touchpoint) {
    cxj_touchpoint bare = *touchpoint;
    bare.owner = 0;
    bare.team = bare.activity = bare.channel = bare.stage = bare.cause = bare.type = bare.segment = bare.reason = 0;
    const cxj_status status = cxj_record(at->scratch, &bare, sizeof bare, 1, 0, NULL, 0);
    (void)cxj_erase_journey(at->scratch, bare.journey);
    return status == CXJ_OK;
}

cxj_status replay_clock(replay *at, const cxj_touchpoint *touchpoint) {
    if (!can_be_read(at, touchpoint)) {
        return CXJ_OK; /* the engine will say why */
    }
    at->rows++;
    at->behind += at->has_now && touchpoint->at < at->now;
    return !at->has_now || touchpoint->at > at->now ? move_clock(at, touchpoint->at) : CXJ_OK;
}

cxj_status replay_end(replay *at, int64_t now) {
    return !at->has_now || now > at->now ? move_clock(at, now) : CXJ_OK;
}

void replay_json(FILE *out, const replay *at, const log_reader *log) {
    fputc('[', out);
    for (size_t i = 0; i < at->count; i++) {
        const cxj_alert *alert = &at->items[i].alert;
        const char *text = "";
        for (size_t k = 0; k < at->rule_count; k++) {
            text = at->rules[k].rule == alert->rule ? at->rules[k].text : text;
        }
        fputs(i == 0 ? "\n  {\"rule\": " : ",\n  {\"rule\": ", out);
        json_text(out, text, strlen(text));
        fputs(", ", out);
        worklist_json_journey(out, log, alert->journey, alert->commitment);
        fprintf(out, ", \"since\": %" PRId64 ", \"from\": %" PRId64 ", \"raised_at\": %" PRId64 "}", alert->since,
                alert->from, alert->raised_at);
    }
    fputc(']', out);
}
