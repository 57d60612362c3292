/* calls: bytes as a sequence of calls on two engines.
 *
 * Beside each engine stands a model (model.h), which knows what it must hold and what its receipts must say. After each
 * call its status, message and stats must fit; where the input says so, and at the end, the engine must hold what the
 * model holds, and show what a fresh engine shows that is fed with just that. The latter does not hold once a journey
 * is sealed, for then its touchpoints are gone; and of a view that ran into its limit of cells, the cells that are
 * there must be right.
 *
 * The input also lets allocations fail. At the end all that was allocated must have been freed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../same.h"
#include "fuzz.h"
#include "model.h"

#include <stdio.h>
#include <string.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)
#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */
#define LONGEST_TIME INT64_C(1000000000000000)
#define TEN_YEARS (3653 * INT64_C(86400000))
#define MOST_MONEY INT64_C(1000000000000000)

/* What keeps an input from taking long: calls, arrivals, views of an engine, comparisons with a fresh engine. */
enum { MOST_CALLS = 150, MOST_ARRIVALS = 700, MOST_VIEWS = 8, MOST_FRESH = 2, MOST_BATCH = 100 };
enum { MOST_PARTS = 6 }; /* of a key: a period, from and to, three other dimensions */
enum { ENGINES = 2, NAMES = 5, DIMENSIONS = CXJ_DIMENSION_REASON };

static const char *const names[NAMES] = {"a", "b", "c", "a name that is too long to be kept in a few bytes",
                                         "\"\xc3\xa9\""};

static const char *const views[] = {
    "journeys",
    "touchpoints by channel, team per week",
    "transitions by owner, outcome per month",
    "journeys by type, churned",
    "journeys by entry, exit, outcome per day ended with drivers",
    "touchpoints by owner, stage, cause, reason",
    "touchpoints by outcome where type in (a, \"\")",
    "transitions by team where churned = \"\"",
    "transitions by channel, type, segment, reason per hour",
    "journeys by segment per month where had channel in (a, \"never heard of\") and type in (b, \"\", stranger)",
    "journeys by outcome where had owner = b and had cause in (a, c) and exit = a",
    "touchpoints by activity, churned per quarter where owner in (a, b) and segment = a",
    "transitions by stage per year",
    "transitions by activity, churned",
    "journeys by reason, exit per week",
    "touchpoints",
    "journeys where outcome = completed",
    "touchpoints by segment, type per year where cause = \"\"",
    "transitions by owner,", /* this one and the next are none */
    "journeys by owner",
};

enum { VIEWS = sizeof views / sizeof *views, WRONG_VIEWS = 2 };

/* One engine, and what is known of it. */
typedef struct side {
    cxj_engine *engine;
    fuzz_heap heap;
    cxj_options options;
    model known;
    uint32_t unrecorded;
    int64_t now;
    bool has_now;
    bool ever_sealed;
    cxj_cursor *cursor;
    cxj_view *cursor_view;
    uint64_t cursor_bytes;  /* of the heap's, which the engine's account does not know */
    bool cursor_old;        /* the engine may have changed since the cursor was opened */
    cxj_stats cursor_stats; /* as they were then; where others are now, it has */
    uint64_t failed;        /* the heap's count before the present call */
} side;

static side sides[ENGINES];
static unsigned arrivals_left;
static unsigned fresh_left;

/* ---- what holds after every call -------------------------------------------------------------------------------- */

/* Whether a lack of memory is a possible answer of the present call. */
static bool may_lack(const side *on) {
    return on->heap.failed > on->failed || on->options.memory_limit > 0;
}

#define NO_STATUS INT32_MAX

/* Ends a call that changes an engine: its message, the statuses that it may have (the last is NO_STATUS), and its
 * stats. */
static void check_call(side *on, const char *what, cxj_status status, const cxj_status *possible) {
    const char *message = cxj_message(on->engine);
    bool is_possible = status == CXJ_OK || (status == CXJ_NO_MEMORY && may_lack(on));
    for (; !is_possible && *possible != NO_STATUS; possible++) {
        is_possible = status == *possible;
    }
    MUST(is_possible, "%s: %s: %s", what, cxj_status_text(status), message);
    MUST((status == CXJ_OK) == (message[0] == '\0') && fuzz_is_text(message, strlen(message)), "%s: %s: '%s'", what,
         cxj_status_text(status), message);
    cxj_stats stats;
    const cxj_receipt *fed = &on->known.fed;
    MUST(cxj_engine_stats(on->engine, &stats, sizeof stats) == CXJ_OK, "%s", what);
    MUST(stats.held == on->known.total, "%s: held are %llu, not %zu", what, (unsigned long long)stats.held,
         on->known.total);
    MUST(stats.duplicates == fed->duplicates && stats.conflicts == fed->conflicts &&
             stats.superseded == fed->superseded && stats.late == fed->late && stats.refused == fed->refused,
         "%s: the stats of the feed", what);
    MUST(stats.memory + on->cursor_bytes == on->heap.bytes, "%s: %llu bytes in place of %llu", what,
         (unsigned long long)stats.memory, (unsigned long long)(on->heap.bytes - on->cursor_bytes));
    MUST(on->options.memory_limit == 0 || stats.memory <= on->options.memory_limit, "%s: %llu bytes", what,
         (unsigned long long)stats.memory);
    MUST(stats.has_now == on->has_now && stats.now == on->now, "%s: now is %lld, not %lld", what, (long long)stats.now,
         (long long)on->now);
    on->ever_sealed |= stats.sealed > 0;
    on->cursor_old = true;
}

#define POSSIBLE(...) ((const cxj_status[]){__VA_ARGS__, NO_STATUS})

/* ---- a fresh engine --------------------------------------------------------------------------------------------- */

/* Gives names their codes as in another engine, as far as touchpoints use them; a code that was retired there stands
 * for a name that nobody uses. */
static void copy_names(cxj_engine *fresh, const side *on) {
    uint32_t most[DIMENSIONS + 1] = {0};
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        const model_journey *journey = &on->known.journeys[j];
        for (size_t i = 0; i < journey->count; i++) {
            const cxj_touchpoint *t = &journey->held[i];
            const uint32_t codes[DIMENSIONS + 1] = {0,           t->owner, t->team, t->channel, t->stage,
                                                    t->activity, t->cause, t->type, t->segment, t->reason};
            for (uint32_t d = 1; d <= DIMENSIONS; d++) {
                most[d] = codes[d] > most[d] ? codes[d] : most[d];
            }
        }
    }
    for (uint32_t d = 1; d <= DIMENSIONS; d++) {
        for (uint32_t code = 1; code <= most[d]; code++) {
            char retired[32];
            const char *name = retired;
            size_t length = (size_t)snprintf(retired, sizeof retired, "retired %u", (unsigned)code);
            uint32_t given = 0;
            cxj_status status = cxj_name(on->engine, d, code, &name, &length);
            MUST(status == CXJ_OK || status == CXJ_NOT_FOUND, "%s", cxj_status_text(status));
            MUST(cxj_code(fresh, d, name, length, &given) == CXJ_OK && given == code, "code %u of '%s' is %u",
                 (unsigned)code, name, (unsigned)given);
        }
    }
}

static void copy_views(cxj_engine *fresh, const side *on) {
    cxj_view *view;
    for (size_t i = 0; cxj_view_at(on->engine, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        cxj_view *copy;
        MUST(cxj_view_describe(view, &info, sizeof info) == CXJ_OK, "view %zu", i);
        MUST(cxj_view_add(fresh, info.text, info.text_length, &copy) == CXJ_OK, "%s", cxj_message(fresh));
    }
}

static void same_views(const cxj_engine *engine, const cxj_engine *fresh) {
    cxj_view *mine;
    cxj_view *others;
    for (size_t i = 0; cxj_view_at(engine, i, &mine) == CXJ_OK; i++) {
        difference what;
        cxj_view_info info;
        MUST(cxj_view_describe(mine, &info, sizeof info) == CXJ_OK, "view %zu", i);
        MUST(cxj_view_at(fresh, i, &others) == CXJ_OK, "view %zu", i);
        MUST(same_view(mine, others, info.incomplete, &what), "a fresh engine shows something else: %s", what.words);
    }
}

static void same_states(const cxj_engine *engine, const cxj_engine *fresh) {
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        cxj_journey mine;
        cxj_journey others;
        memset(&mine, 0, sizeof mine);
        memset(&others, 0, sizeof others);
        cxj_status status = cxj_journey_state(engine, model_number(j), NULL, 0, &mine, sizeof mine);
        MUST(status == cxj_journey_state(fresh, model_number(j), NULL, 0, &others, sizeof others), "%s",
             cxj_status_text(status));
        MUST(memcmp(&mine, &others, sizeof mine) == 0, "journey %llu stands elsewhere in a fresh engine",
             (unsigned long long)model_number(j));
    }
}

/* Compares with an engine that is fed with what this one holds, its views added before or after that. */
static void check_fresh(side *on, bool views_first) {
    const cxj_options options = {.size = sizeof options, .seed = {5, 6}, .touchpoints_limit = 29000};
    cxj_engine *fresh;
    MUST(cxj_engine_create(&options, NULL, 0, &fresh) == CXJ_OK, "no engine");
    copy_names(fresh, on);
    if (views_first) {
        copy_views(fresh, on);
    }
    if (on->has_now && views_first) {
        MUST(cxj_advance(fresh, on->now) == CXJ_OK, "%s", cxj_message(fresh));
    }
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        const model_journey *journey = &on->known.journeys[j];
        MUST(cxj_record(fresh, journey->held, sizeof *journey->held, journey->count, 0, NULL, 0) == CXJ_OK, "%s",
             cxj_message(fresh));
    }
    if (on->has_now && !views_first) {
        MUST(cxj_advance(fresh, on->now) == CXJ_OK, "%s", cxj_message(fresh));
    }
    if (!views_first) {
        copy_views(fresh, on);
    }
    MUST(cxj_set_unrecorded(fresh, on->unrecorded) == CXJ_OK, "%s", cxj_message(fresh));
    same_views(on->engine, fresh);
    same_states(on->engine, fresh);
    cxj_stats mine;
    cxj_stats others;
    MUST(cxj_engine_stats(on->engine, &mine, sizeof mine) == CXJ_OK, "no stats");
    MUST(cxj_engine_stats(fresh, &others, sizeof others) == CXJ_OK, "no stats");
    MUST(mine.touchpoints == others.touchpoints && mine.journeys == others.journeys && mine.held == others.held &&
             mine.latest_at == others.latest_at,
         "touchpoints %llu and %llu, journeys %llu and %llu, held %llu and %llu, latest_at %lld and %lld",
         (unsigned long long)mine.touchpoints, (unsigned long long)others.touchpoints,
         (unsigned long long)mine.journeys, (unsigned long long)others.journeys, (unsigned long long)mine.held,
         (unsigned long long)others.held, (long long)mine.latest_at, (long long)others.latest_at);
    cxj_engine_destroy(fresh);
}

static void check_all(side *on, bool views_first) {
    on->heap.calm = true;
    model_check(&on->known, on->engine);
    cxj_view *view;
    /* Views that are compared with those of another engine are read by that. */
    for (size_t i = 0; (i == 0 || on->ever_sealed) && cxj_view_at(on->engine, i, &view) == CXJ_OK; i++) {
        fuzz_check_view(view);
    }
    if (!on->ever_sealed) {
        check_fresh(on, views_first);
    }
    on->heap.calm = false;
}

/* ---- touchpoints from bytes ------------------------------------------------------------------------------------- */

static const uint64_t ids[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 64, 65, UINT64_C(1) << 63, UINT64_MAX};
static const uint64_t revisions[4] = {0, 1, 2, UINT64_MAX};

/* Low numbers are codes that were given, mostly; the rest is none. */
static uint32_t some_code(unsigned nibble) {
    return nibble < 14 ? nibble % 7 : nibble == 14 ? 9 : 65535;
}

/* Puts something odd into a touchpoint: at the edge, or beyond it. */
static void make_odd(cxj_touchpoint *t, uint8_t how) {
    switch (how % 32) {
    case 1:
        t->at = FIRST_MOMENT;
        break;
    case 2:
        t->at = LAST_MOMENT;
        break;
    case 3:
        t->at = LAST_MOMENT + 1;
        break;
    case 4:
        t->at = INT64_MIN;
        break;
    case 5:
        t->due = FIRST_MOMENT;
        break;
    case 6:
        t->due = LAST_MOMENT;
        break;
    case 7:
        t->due = INT64_MAX;
        break;
    case 8:
        t->value = MOST_MONEY;
        break;
    case 9:
        t->value = -MOST_MONEY;
        break;
    case 10:
        t->value = INT64_MIN;
        break;
    case 11:
        t->value = how;
        break;
    case 12:
        t->journey = 0;
        break;
    case 13:
        t->facets |= CXJ_FACETS_ALL + UINT32_C(1);
        break;
    case 14:
        t->facets |= UINT32_C(1) << 31;
        break;
    case 15:
        t->commitment = 8;
        break;
    case 16:
        t->outcome = 3;
        break;
    case 17:
        t->scale = 8;
        break;
    case 18:
        t->scope = 4;
        break;
    case 19:
        t->score = 255;
        break;
    case 20:
        t->reserved[how >> 5 & 7 ? 6 : 0] = 1;
        break;
    case 21:
        t->owner = UINT32_MAX;
        break;
    case 22:
        t->owner = 16777215;
        break;
    case 23:
        t->sequence = UINT32_MAX;
        break;
    case 24:
        t->customer = UINT64_MAX;
        break;
    case 25:
        t->facets |= CXJ_FACET_WITHDRAWN;
        break;
    case 26:
        t->due = t->at;
        break;
    case 27:
        t->at = 0;
        break;
    case 28:
        t->at = t->due;
        break;
    default:
        break;
    }
}

/* A touchpoint from 13 bytes. */
static cxj_touchpoint some_touchpoint(fuzz_bytes *bytes) {
    cxj_touchpoint t;
    memset(&t, 0, sizeof t);
    uint8_t who = fuzz_byte(bytes);
    uint8_t which = fuzz_byte(bytes);
    uint8_t when = fuzz_byte(bytes);
    uint8_t due = fuzz_byte(bytes);
    uint8_t codes[5];
    t.journey = model_number((who & 7) % MODEL_FEW);
    t.id = ids[who >> 4];
    t.revision = revisions[which & 3];
    t.sequence = which >> 2 & 3;
    t.customer = which >> 4 & 3;
    t.commitment = which >> 6;
    t.at = START + HOUR * when;
    t.due = due ? START + HOUR * due : 0;
    for (size_t i = 0; i < sizeof codes; i++) {
        codes[i] = fuzz_byte(bytes);
    }
    t.owner = some_code(codes[0] & 15);
    t.team = (uint16_t)some_code(codes[0] >> 4);
    t.channel = (uint16_t)some_code(codes[1] & 15);
    t.stage = (uint16_t)some_code(codes[1] >> 4);
    t.activity = (uint16_t)some_code(codes[2] & 15);
    t.cause = (uint16_t)some_code(codes[2] >> 4);
    t.type = (uint16_t)some_code(codes[3] & 15);
    t.segment = (uint16_t)some_code(codes[3] >> 4);
    t.reason = (uint16_t)some_code(codes[4] & 15);
    uint8_t rating = codes[4] >> 4; /* a scale, its lowest bit off for none */
    if (rating & 8) {
        t.scale = rating & 7;
        t.score = (uint8_t)(1 + due % 5);
        t.scope = (uint8_t)(1 + when % 3);
    }
    t.facets = (uint32_t)fuzz_number(bytes, 2);
    uint8_t end = fuzz_byte(bytes);
    t.outcome = end % 8 < 6 ? 0 : (uint8_t)(end % 8 - 5);
    if (end & 128) {
        t.facets |= CXJ_FACET_RESUMES;
    }
    make_odd(&t, fuzz_byte(bytes));
    return t;
}

/* Many touchpoints from a few bytes: they are chosen by a generator that begins where the input says. */
static size_t many_touchpoints(fuzz_bytes *bytes, cxj_touchpoint *batch) {
    size_t count = fuzz_byte(bytes);
    uint32_t state = (uint32_t)fuzz_number(bytes, 3);
    uint8_t shape = fuzz_byte(bytes);
    count = count % (MOST_BATCH + 1);
    for (size_t i = 0; i < count; i++) {
        uint8_t chosen[13];
        for (size_t k = 0; k < sizeof chosen; k++) {
            state = state * UINT32_C(1664525) + UINT32_C(1013904223);
            chosen[k] = (uint8_t)(state >> 24);
        }
        chosen[9] &= shape & 1 ? 0x41 : 0xff; /* few facets, or many */
        chosen[10] &= shape & 2 ? 0x01 : 0xff;
        chosen[12] = shape & 4 ? 0 : chosen[12] % 29;
        batch[i] = some_touchpoint(&(fuzz_bytes){chosen, sizeof chosen});
        if (shape & 8) {
            batch[i].journey = model_number(shape >> 6); /* one that gets long */
        } else if (shape & 64) {
            batch[i].journey = model_number(MODEL_FEW + (state >> 16) % MODEL_CROWD);
        }
        batch[i].id = shape & 16 ? 1 + state % 256 : batch[i].id;
        batch[i].at = shape & 32 ? START + HOUR * (int64_t)i : batch[i].at; /* in order, or in none */
    }
    return count;
}

/* ---- calls ------------------------------------------------------------------------------------------------------ */

static void begin(side *on) {
    on->failed = on->heap.failed;
}

/* Ends a call that recorded; effective is what the engine saw. */
static void check_recorded(side *on, const char *what, cxj_status status, const cxj_receipt *receipt,
                           const cxj_touchpoint *effective, size_t count, uint32_t flags) {
    cxj_receipt expected;
    size_t seen = count;
    if (status == CXJ_NO_MEMORY) {
        MUST(receipt->processed < count, "%s: no memory, and all is done", what);
        seen = (size_t)receipt->processed;
    }
    model_take(&on->known, on->engine, effective, seen, flags, &expected);
    MUST(receipt->processed == expected.processed && receipt->accepted == expected.accepted &&
             receipt->duplicates == expected.duplicates && receipt->conflicts == expected.conflicts &&
             receipt->superseded == expected.superseded && receipt->late == expected.late &&
             receipt->refused == expected.refused && receipt->reserved == 0,
         "%s: processed %llu (%llu), accepted %llu (%llu), duplicates %llu (%llu), conflicts %llu (%llu), superseded "
         "%llu (%llu), late %llu (%llu), refused %llu (%llu)",
         what, (unsigned long long)receipt->processed, (unsigned long long)expected.processed,
         (unsigned long long)receipt->accepted, (unsigned long long)expected.accepted,
         (unsigned long long)receipt->duplicates, (unsigned long long)expected.duplicates,
         (unsigned long long)receipt->conflicts, (unsigned long long)expected.conflicts,
         (unsigned long long)receipt->superseded, (unsigned long long)expected.superseded,
         (unsigned long long)receipt->late, (unsigned long long)expected.late, (unsigned long long)receipt->refused,
         (unsigned long long)expected.refused);
    MUST(receipt->first_refusal == expected.first_refusal && receipt->first_status == expected.first_status,
         "%s: first refused is %llu (%llu): %s (%s)", what, (unsigned long long)receipt->first_refusal,
         (unsigned long long)expected.first_refusal, cxj_status_text(receipt->first_status),
         cxj_status_text(expected.first_status));
    bool some = expected.refused + expected.late > 0;
    MUST(status == CXJ_NO_MEMORY || (status == CXJ_REFUSED) == some, "%s: %s", what, cxj_status_text(status));
    check_call(on, what, status, POSSIBLE(CXJ_REFUSED));
}

/* Takes so many arrivals from what the input may have; false if they are too many, and then nothing is done. */
static bool allow(const side *on, size_t count) {
    if (count > arrivals_left || on->known.total + count > MODEL_MOST) {
        return false;
    }
    arrivals_left -= (unsigned)count;
    return true;
}

/* Structs that are too short are refused, and nothing is done. */
static void record_short(side *on, const void *passed, size_t size, size_t count) {
    cxj_receipt receipt;
    const cxj_receipt nothing = {.first_refusal = CXJ_NO_INDEX};
    memset(&receipt, 0xff, sizeof receipt);
    begin(on);
    cxj_status status = cxj_record(on->engine, passed, size, count, 0, &receipt, sizeof receipt);
    MUST(status == CXJ_BAD_ARGUMENT, "record of %zu bytes: %s", size, cxj_status_text(status));
    MUST(memcmp(&receipt, &nothing, sizeof receipt) == 0, "record of %zu bytes gives a receipt", size);
    check_call(on, "record", status, POSSIBLE(CXJ_BAD_ARGUMENT));
}

/* Records structs of the size that is known, longer ones whose tail is zero or not, or shorter ones. */
static void call_record(side *on, fuzz_bytes *bytes, bool many) {
    static cxj_touchpoint batch[MOST_BATCH];
    static unsigned char wide[MOST_BATCH][sizeof *batch + 9];
    uint8_t how = fuzz_byte(bytes);
    size_t count = 1 + (how & 3);
    size_t size = sizeof *batch;
    if (many) {
        count = many_touchpoints(bytes, batch);
    } else {
        for (size_t i = 0; i < count; i++) {
            batch[i] = some_touchpoint(bytes);
        }
    }
    if (!allow(on, count)) {
        return;
    }
    uint32_t flags = how & 4 ? CXJ_STOP_AT_REFUSAL : 0;
    const void *passed = batch;
    if ((how >> 3 & 7) == 7) {
        record_short(on, batch, sizeof(cxj_touchpoint) - 1 - (how >> 6) * 30, count);
        return;
    }
    if ((how >> 3 & 7) >= 5) {
        size = sizeof wide[0];
        memset(wide, 0, sizeof wide);
        for (size_t i = 0; i < count; i++) {
            memcpy(wide[i], &batch[i], sizeof *batch);
            if ((how >> 3 & 7) == 6 && i % 2) {
                wide[i][sizeof wide[i] - 1] = 1; /* a member that nobody knows yet, and that says something */
                batch[i].commitment = 255;       /* which the model refuses as well */
            }
        }
        passed = wide;
    }
    cxj_receipt receipt;
    memset(&receipt, 0xff, sizeof receipt);
    begin(on);
    cxj_status status = cxj_record(on->engine, passed, size, count, flags, &receipt, sizeof receipt);
    check_recorded(on, "record", status, &receipt, batch, count, flags);
}

#define COLUMNS(X)                                                                                                     \
    X(0, id)                                                                                                           \
    X(1, revision)                                                                                                     \
    X(2, due)                                                                                                          \
    X(3, value)                                                                                                        \
    X(4, customer)                                                                                                     \
    X(5, sequence)                                                                                                     \
    X(6, owner)                                                                                                        \
    X(7, facets)                                                                                                       \
    X(8, team)                                                                                                         \
    X(9, activity)                                                                                                     \
    X(10, channel)                                                                                                     \
    X(11, stage) X(12, cause) X(13, type) X(14, segment) X(15, reason) X(16, commitment) X(17, outcome) X(18, scale)   \
        X(18, score) X(18, scope)

static void call_columns(side *on, fuzz_bytes *bytes) {
    static cxj_touchpoint batch[MOST_BATCH];
    static struct {
        uint64_t journey[MOST_BATCH], id[MOST_BATCH], revision[MOST_BATCH], customer[MOST_BATCH];
        int64_t at[MOST_BATCH], due[MOST_BATCH], value[MOST_BATCH];
        uint32_t sequence[MOST_BATCH], owner[MOST_BATCH], facets[MOST_BATCH];
        uint16_t team[MOST_BATCH], activity[MOST_BATCH], channel[MOST_BATCH], stage[MOST_BATCH], cause[MOST_BATCH],
            type[MOST_BATCH], segment[MOST_BATCH], reason[MOST_BATCH];
        uint8_t scale[MOST_BATCH], score[MOST_BATCH], scope[MOST_BATCH], commitment[MOST_BATCH], outcome[MOST_BATCH];
    } arrays;
    uint32_t absent = (uint32_t)fuzz_number(bytes, 3);
    size_t count = many_touchpoints(bytes, batch);
    if (!allow(on, count)) {
        return;
    }
    cxj_columns columns = {.size = sizeof columns, .journey = arrays.journey, .at = arrays.at};
    for (size_t i = 0; i < count; i++) {
        memset(batch[i].reserved, 0, sizeof batch[i].reserved); /* of which there is no column */
        arrays.journey[i] = batch[i].journey;
        arrays.at[i] = batch[i].at;
#define TAKE(bit, field)                                                                                               \
    if (absent >> (bit) & 1) {                                                                                         \
        batch[i].field = 0;                                                                                            \
    } else {                                                                                                           \
        arrays.field[i] = batch[i].field;                                                                              \
    }
        COLUMNS(TAKE)
#undef TAKE
    }
#define PASS(bit, field) columns.field = absent >> (bit) & 1 ? NULL : arrays.field;
    COLUMNS(PASS)
#undef PASS
    uint32_t flags = absent >> 23 & 1 ? CXJ_STOP_AT_REFUSAL : 0;
    cxj_receipt receipt;
    memset(&receipt, 0xff, sizeof receipt);
    begin(on);
    cxj_status status = cxj_record_columns(on->engine, &columns, count, flags, &receipt, sizeof receipt);
    check_recorded(on, "record_columns", status, &receipt, batch, count, flags);
}

static void call_withdraw(side *on, fuzz_bytes *bytes) {
    uint8_t who = fuzz_byte(bytes);
    uint64_t number = who & 8 ? 0 : model_number((who & 7) % MODEL_FEW);
    uint64_t id = ids[who >> 4];
    uint64_t revision = revisions[fuzz_byte(bytes) & 3];
    if (!allow(on, 1)) {
        return;
    }
    cxj_status expected = CXJ_BAD_ARGUMENT;
    model_journey *journey = model_find(&on->known, number);
    cxj_touchpoint taken = {.journey = number, .id = id, .facets = CXJ_FACET_WITHDRAWN};
    bool records = false;
    if (journey != NULL && id != 0) {
        size_t place = model_place(journey, id);
        if (place != SIZE_MAX) {
            taken = journey->held[place];
            taken.facets |= CXJ_FACET_WITHDRAWN;
            records = revision > taken.revision || (revision == 0 && taken.revision < UINT64_MAX);
            taken.revision = revision > 0 ? revision : taken.revision + 1;
            expected = records ? CXJ_OK : CXJ_REFUSED;
        } else {
            taken.revision = revision;
            records = revision > 0 || journey->sealed;
            expected = journey->sealed ? CXJ_LATE : revision == 0 ? CXJ_NOT_FOUND : CXJ_OK;
        }
        if (expected == CXJ_OK && place == SIZE_MAX && journey->count >= on->known.limit) {
            expected = CXJ_LIMIT;
        }
    }
    begin(on);
    cxj_status status = cxj_withdraw(on->engine, number, id, revision);
    MUST(status == expected || status == CXJ_NO_MEMORY, "withdraw: %s in place of %s", cxj_status_text(status),
         cxj_status_text(expected));
    if (records && status != CXJ_NO_MEMORY) {
        cxj_receipt receipt;
        model_take(&on->known, on->engine, &taken, 1, 0, &receipt);
    }
    check_call(on, "withdraw", status, POSSIBLE(expected));
}

static void call_erase_journey(side *on, fuzz_bytes *bytes) {
    uint8_t who = fuzz_byte(bytes);
    uint64_t number = who & 8 ? 0 : model_number((who & 7) % MODEL_FEW);
    model_journey *journey = model_find(&on->known, number);
    cxj_status expected = journey == NULL      ? CXJ_BAD_ARGUMENT
                          : journey->sealed    ? CXJ_PARTIALLY_ERASED
                          : journey->count > 0 ? CXJ_OK
                                               : CXJ_NOT_FOUND;
    begin(on);
    cxj_status status = cxj_erase_journey(on->engine, number);
    MUST(status == expected || status == CXJ_NO_MEMORY, "erase_journey: %s in place of %s", cxj_status_text(status),
         cxj_status_text(expected));
    if (status == CXJ_OK || status == CXJ_PARTIALLY_ERASED) {
        model_erase(&on->known, journey);
    }
    check_call(on, "erase_journey", status, POSSIBLE(expected));
}

static void call_move(side *on, fuzz_bytes *bytes) {
    uint8_t who = fuzz_byte(bytes);
    uint64_t from = who & 8 ? 0 : model_number((who & 7) % MODEL_FEW);
    uint64_t to = model_number((who >> 4) % (MODEL_FEW + 4));
    model_journey *theirs = model_find(&on->known, from);
    model_journey *its = model_find(&on->known, to);
    cxj_status expected = theirs == NULL || theirs == its ? CXJ_BAD_ARGUMENT : model_may_move(&on->known, theirs, its);
    begin(on);
    cxj_status status = cxj_journey_move(on->engine, from, to);
    MUST(status == expected || status == CXJ_NO_MEMORY, "move: %s in place of %s", cxj_status_text(status),
         cxj_status_text(expected));
    if (status == CXJ_OK) {
        model_move(&on->known, theirs, its);
    }
    check_call(on, "move", status, POSSIBLE(expected));
}

static bool states(const model_journey *journey, uint64_t customer) {
    for (size_t i = 0; i < journey->count; i++) {
        if (journey->held[i].customer == customer) {
            return true;
        }
    }
    return false;
}

/* Of those that state the customer some may be left where memory is lacking; the others must be whole. */
static void call_erase_customer(side *on, fuzz_bytes *bytes) {
    uint64_t customer = fuzz_byte(bytes) & 3;
    uint64_t erased = 99;
    uint64_t gone = 0;
    uint64_t left = 0;
    begin(on);
    cxj_status status = cxj_erase_customer(on->engine, customer, &erased);
    for (size_t j = 0; j < MODEL_JOURNEYS && customer != 0; j++) {
        model_journey *journey = &on->known.journeys[j];
        size_t count = 0;
        if (!states(journey, customer)) {
            continue;
        }
        if (cxj_journey_touchpoints(on->engine, model_number(j), 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count) ==
            CXJ_TOO_SMALL) {
            left++;
            continue;
        }
        model_erase(&on->known, journey);
        gone++;
    }
    MUST(erased == gone, "erase_customer: %llu are gone, not %llu", (unsigned long long)gone,
         (unsigned long long)erased);
    MUST((left > 0) == (status == CXJ_NO_MEMORY), "erase_customer: %llu are left", (unsigned long long)left);
    cxj_status expected = customer == 0 ? CXJ_BAD_ARGUMENT : gone > 0 ? CXJ_OK : CXJ_NOT_FOUND;
    MUST(status == expected || status == CXJ_NO_MEMORY, "erase_customer: %s in place of %s", cxj_status_text(status),
         cxj_status_text(expected));
    check_call(on, "erase_customer", status, POSSIBLE(expected));
}

static void call_code(side *on, fuzz_bytes *bytes) {
    uint32_t dimension = fuzz_byte(bytes) % (DIMENSIONS + 2);
    uint8_t which = fuzz_byte(bytes);
    char own[16];
    size_t length = which % 16;
    const char *name = own;
    for (size_t i = 0; i < length && which >= 64; i++) {
        own[i] = (char)fuzz_byte(bytes);
    }
    if (which < 64) {
        name = names[which % NAMES];
        length = strlen(name);
    }
    uint32_t known = 0;
    uint32_t code = 0;
    bool is_known = cxj_find_code(on->engine, dimension, name, length, &known) == CXJ_OK;
    bool cursor_old = on->cursor_old;
    begin(on);
    cxj_status status = cxj_code(on->engine, dimension, name, length, &code);
    cxj_status expected = dimension == 0 || dimension > DIMENSIONS ? CXJ_BAD_ARGUMENT
                          : fuzz_is_text(name, length)             ? CXJ_OK
                                                                   : CXJ_BAD_TEXT;
    check_call(on, "code", status, POSSIBLE(expected, on->options.codes_limit ? CXJ_LIMIT : expected));
    on->cursor_old = cursor_old; /* names make no cursor stale */
    MUST((expected == CXJ_OK && status != CXJ_BAD_TEXT && status != CXJ_BAD_ARGUMENT) || status == expected,
         "code: %s in place of %s", cxj_status_text(status), cxj_status_text(expected));
    MUST(!is_known || (status == CXJ_OK && code == known), "code: a name that is known is not given");
    if (status == CXJ_OK) {
        const char *given;
        size_t given_length;
        MUST(cxj_name(on->engine, dimension, code, &given, &given_length) == CXJ_OK, "code %u", (unsigned)code);
        MUST(given_length == length && memcmp(given, name, length) == 0, "code %u is '%s'", (unsigned)code, given);
    }
}

static void close_cursor(side *on) {
    cxj_cursor_close(on->cursor);
    on->cursor = NULL;
    on->cursor_view = NULL;
    on->cursor_bytes = 0;
}

static size_t count_views(const cxj_engine *engine) {
    cxj_view *view;
    size_t count = 0;
    while (cxj_view_at(engine, count, &view) == CXJ_OK) {
        count++;
    }
    return count;
}

static void call_view_add(side *on, fuzz_bytes *bytes) {
    size_t which = fuzz_byte(bytes) % VIEWS;
    const char *text = views[which];
    size_t before = count_views(on->engine);
    if (before >= MOST_VIEWS) {
        return;
    }
    cxj_view *view = NULL;
    begin(on);
    cxj_status status = cxj_view_add(on->engine, text, CXJ_ZERO_TERMINATED, &view);
    bool is_wrong = which >= VIEWS - WRONG_VIEWS;
    check_call(on, "view_add", status,
               POSSIBLE(is_wrong ? CXJ_BAD_TEXT : CXJ_OK, on->options.codes_limit ? CXJ_LIMIT : CXJ_OK));
    MUST(!is_wrong || status != CXJ_OK, "view_add: '%s' was taken", text);
    size_t after = count_views(on->engine);
    MUST(after == before || (status == CXJ_OK && after == before + 1), "view_add: %zu views after %zu", after, before);
}

static void call_view_drop(side *on, fuzz_bytes *bytes) {
    cxj_view *view = NULL;
    cxj_view *strange = NULL;
    uint8_t which = fuzz_byte(bytes);
    (void)cxj_view_at(on->engine, which % (MOST_VIEWS + 1), &view);
    if (view != NULL && view == on->cursor_view) {
        close_cursor(on);
    }
    begin(on);
    if (which & 128 && cxj_view_at(sides[on == &sides[0]].engine, 0, &strange) == CXJ_OK) {
        cxj_status status = cxj_view_drop(on->engine, strange);
        MUST(status == CXJ_NOT_FOUND, "view_drop of another engine's: %s", cxj_status_text(status));
        check_call(on, "view_drop", status, POSSIBLE(CXJ_NOT_FOUND));
        return;
    }
    check_call(on, "view_drop", cxj_view_drop(on->engine, view), POSSIBLE(CXJ_OK));
}

/* Learns which journeys are sealed now, and forgets their touchpoints. */
static void learn_sealed(side *on) {
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        model_journey *journey = &on->known.journeys[j];
        size_t count;
        if (cxj_journey_touchpoints(on->engine, model_number(j), 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count) ==
            CXJ_SEALED) {
            model_erase(&on->known, journey);
            journey->sealed = true;
        }
    }
}

static void call_advance(side *on, fuzz_bytes *bytes) {
    static const int64_t odd[] = {FIRST_MOMENT - 1, LAST_MOMENT + 1, INT64_MIN, INT64_MAX, LAST_MOMENT, 0,
                                  FIRST_MOMENT};
    uint8_t by = fuzz_byte(bytes);
    uint8_t how = fuzz_byte(bytes);
    int64_t now = how % 16 < 7 && how >= 128 ? odd[how % 16] : START + HOUR * by * (1 + how % 4);
    bool is_moment = now >= FIRST_MOMENT && now <= LAST_MOMENT;
    bool goes_back = is_moment && on->has_now && now < on->now;
    cxj_stats stats;
    MUST(cxj_engine_stats(on->engine, &stats, sizeof stats) == CXJ_OK, "no stats");
    int64_t farthest = stats.touchpoints > 0 && stats.latest_at > on->now ? stats.latest_at : on->now;
    bool leaps = is_moment && on->has_now && now > farthest + TEN_YEARS;
    begin(on);
    cxj_status status = cxj_advance(on->engine, now);
    if (is_moment && !goes_back && !leaps) {
        MUST(status == CXJ_OK || status == CXJ_NO_MEMORY, "advance: %s", cxj_status_text(status));
        on->now = now;
        on->has_now = true;
        learn_sealed(on);
    } else {
        MUST(status == (is_moment ? CXJ_CLOCK : CXJ_BAD_ARGUMENT), "advance: %s", cxj_status_text(status));
    }
    check_call(on, "advance", status, POSSIBLE(status));
}

/* The code that a name of another engine has here. */
static uint32_t translate(const cxj_engine *to, const cxj_engine *from, uint32_t dimension, uint32_t code) {
    const char *name;
    size_t length;
    uint32_t found = 0;
    MUST(cxj_name(from, dimension, code, &name, &length) == CXJ_OK, "code %u was retired", (unsigned)code);
    MUST(cxj_find_code(to, dimension, name, length, &found) == CXJ_OK, "merge: '%s' has not come", name);
    return found;
}

static void merge_model(side *on, const side *from) {
    const cxj_receipt fed = on->known.fed; /* which a merge leaves alone */
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        const model_journey *journey = &from->known.journeys[j];
        for (size_t i = 0; i < journey->count; i++) {
            cxj_touchpoint t = journey->held[i];
            cxj_receipt receipt;
#define TRANSLATE(dimension, field) t.field = (uint16_t)translate(on->engine, from->engine, dimension, t.field)
            t.owner = translate(on->engine, from->engine, CXJ_DIMENSION_OWNER, t.owner);
            TRANSLATE(CXJ_DIMENSION_TEAM, team);
            TRANSLATE(CXJ_DIMENSION_CHANNEL, channel);
            TRANSLATE(CXJ_DIMENSION_STAGE, stage);
            TRANSLATE(CXJ_DIMENSION_ACTIVITY, activity);
            TRANSLATE(CXJ_DIMENSION_CAUSE, cause);
            TRANSLATE(CXJ_DIMENSION_TYPE, type);
            TRANSLATE(CXJ_DIMENSION_SEGMENT, segment);
            TRANSLATE(CXJ_DIMENSION_REASON, reason);
#undef TRANSLATE
            model_take(&on->known, on->engine, &t, 1, 0, &receipt);
            MUST(receipt.refused == 0 && receipt.late == 0, "merge: a touchpoint came that must not");
        }
        on->known.journeys[j].sealed |= journey->sealed;
    }
    on->known.fed = fed;
    on->unrecorded |= from->unrecorded; /* what one of them could not record is not known of all */
}

static void call_merge(side *on) {
    side *from = &sides[on == &sides[0]];
    if (!allow(on, from->known.total)) {
        return;
    }
    bool seals = on->ever_sealed || from->ever_sealed;
    begin(on);
    begin(from);
    cxj_status status = cxj_merge(on->engine, from->engine);
    if (status == CXJ_NO_MEMORY && from->heap.failed > from->failed) {
        on->failed = on->heap.failed - 1; /* it is the source that could not */
    }
    if (status == CXJ_OK) {
        merge_model(on, from);
        on->now = from->has_now && (!on->has_now || from->now > on->now) ? from->now : on->now;
        on->has_now |= from->has_now;
        on->unrecorded |= from->unrecorded;
        learn_sealed(on);
    }
    on->ever_sealed |= status == CXJ_OK && from->ever_sealed;
    bool limited = on->options.codes_limit > 0 || on->options.touchpoints_limit > 0;
    check_call(on, "merge", status, POSSIBLE(seals ? CXJ_SEALED : CXJ_OK, limited ? CXJ_LIMIT : CXJ_OK));
    status = cxj_merge(on->engine, on->engine);
    MUST(status == CXJ_BAD_ARGUMENT, "merge with itself: %s", cxj_status_text(status));
    check_call(on, "merge", status, POSSIBLE(CXJ_BAD_ARGUMENT));
}

/* Whether the engine has surely changed since the cursor was opened. */
static bool has_changed(const side *on) {
    const cxj_stats *then = &on->cursor_stats;
    cxj_stats stats;
    MUST(cxj_engine_stats(on->engine, &stats, sizeof stats) == CXJ_OK, "no stats");
    return stats.held != then->held || stats.touchpoints != then->touchpoints || stats.journeys != then->journeys ||
           stats.has_now != then->has_now || stats.sealed != then->sealed;
}

/* Opens a cursor, or moves the one that is open, which may be stale. */
static void call_cursor(side *on, fuzz_bytes *bytes) {
    uint8_t how = fuzz_byte(bytes);
    cxj_view *view = NULL;
    begin(on);
    if (on->cursor == NULL && cxj_view_at(on->engine, how % MOST_VIEWS, &view) == CXJ_OK) {
        uint64_t bytes_before = on->heap.bytes;
        cxj_status status = cxj_cursor_open(view, NULL, 0, &on->cursor);
        MUST(status == CXJ_OK || status == CXJ_INCOMPLETE ||
                 (status == CXJ_NO_MEMORY && may_lack(on) && on->cursor == NULL),
             "cursor_open: %s", cxj_status_text(status));
        on->cursor_view = status >= 0 ? view : NULL;
        on->cursor_bytes = on->heap.bytes - bytes_before;
        on->cursor_old = false;
        MUST(cxj_engine_stats(on->engine, &on->cursor_stats, sizeof on->cursor_stats) == CXJ_OK, "no stats");
    }
    for (unsigned steps = how >> 4; on->cursor != NULL && steps > 0; steps--) {
        cxj_view_info info;
        uint32_t metrics[1];
        const char *text = NULL;
        cxj_value result;
        cxj_status status = cxj_cursor_next(on->cursor);
        MUST(status == CXJ_OK || status == CXJ_DONE || (status == CXJ_STALE && on->cursor_old), "cursor_next: %s",
             cxj_status_text(status));
        MUST(status == CXJ_STALE || !has_changed(on), "cursor_next: not stale");
        MUST(cxj_view_describe(on->cursor_view, &info, sizeof info) == CXJ_OK, "no description");
        MUST(metrics_of(info.grain, metrics, 1) == 1, "no metric");
        cxj_status on_cell = status == CXJ_DONE ? CXJ_NOT_FOUND : status;
        MUST(cxj_cursor_metrics(on->cursor, metrics, 1, NULL, 0, &result, sizeof result) == on_cell, "cursor_metrics");
        cxj_status part = cxj_cursor_part(on->cursor, 0, &text, NULL);
        MUST(part == (info.parts == 0 && on_cell == CXJ_OK ? CXJ_NOT_FOUND : on_cell), "cursor_part: %s",
             cxj_status_text(part));
        MUST(part != CXJ_OK || fuzz_is_text(text, strlen(text)), "a part that is no text");
    }
    if (how & 8) {
        close_cursor(on);
    }
}

/* Asks a view for a cell whose key the input makes up, and all views for what they show. */
static void call_read(side *on, fuzz_bytes *bytes) {
    cxj_view *view = NULL;
    cxj_view_info info;
    char texts[MOST_PARTS + 1][16];
    cxj_text parts[MOST_PARTS + 1];
    cxj_value result;
    uint32_t metric;
    uint8_t how = fuzz_byte(bytes);
    if (cxj_view_at(on->engine, how % MOST_VIEWS, &view) != CXJ_OK) {
        return;
    }
    MUST(cxj_view_describe(view, &info, sizeof info) == CXJ_OK, "no description");
    MUST(metrics_of(info.grain, &metric, 1) == 1, "no metric");
    for (size_t i = 0; i <= MOST_PARTS; i++) {
        size_t length = i < info.parts ? fuzz_byte(bytes) % sizeof texts[i] : 0;
        for (size_t k = 0; k < length; k++) {
            texts[i][k] = (char)fuzz_byte(bytes);
        }
        parts[i] = (cxj_text){texts[i], length};
    }
    cxj_status status =
        cxj_view_get(view, parts, sizeof *parts, info.parts, &metric, 1, NULL, 0, &result, sizeof result);
    bool lacks = info.incomplete || info.lacks_sealed;
    MUST(status == (info.lacks_sealed ? CXJ_INCOMPLETE : CXJ_OK) || status == (lacks ? CXJ_LIMIT : CXJ_NOT_FOUND) ||
             (status == CXJ_BAD_TEXT && info.has_period),
         "view_get: %s", cxj_status_text(status));
    status = cxj_view_get(view, parts, sizeof *parts, info.parts + 1, &metric, 1, NULL, 0, &result, sizeof result);
    MUST(status == CXJ_BAD_ARGUMENT, "view_get with a part too many: %s", cxj_status_text(status));
    metric = UINT32_MAX - how;
    status = cxj_view_get(view, parts, sizeof *parts, info.parts, &metric, 1, NULL, 0, &result, sizeof result);
    MUST(status == CXJ_BAD_ARGUMENT, "view_get of no metric: %s", cxj_status_text(status));
    on->heap.calm = true;
    fuzz_check_view(view);
    on->heap.calm = false;
}

/* Reads a journey in structs of odd sizes. */
static void call_journey(const side *on, fuzz_bytes *bytes) {
    uint8_t how = fuzz_byte(bytes);
    size_t size = 1 + fuzz_byte(bytes);
    uint64_t number = how & 8 ? how : model_number((how & 7) % MODEL_FEW);
    unsigned char room[3 * 256];
    cxj_journey state;
    size_t count = 0;
    memset(room, 0xee, sizeof room);
    cxj_status status =
        cxj_journey_touchpoints(on->engine, number, 2, NULL, 0, (cxj_touchpoint *)(void *)room, size, &count);
    if (size < sizeof(cxj_touchpoint)) {
        MUST(status == CXJ_BAD_ARGUMENT && count == 0, "journey_touchpoints of %zu bytes: %s", size,
             cxj_status_text(status));
    } else {
        MUST(status == CXJ_OK || status == CXJ_NOT_FOUND || status == CXJ_SEALED ||
                 (status == CXJ_TOO_SMALL && count > 2),
             "journey_touchpoints: %s", cxj_status_text(status));
    }
    for (size_t i = status == CXJ_OK ? size * count : 0; i < sizeof room; i++) {
        MUST(room[i] == 0xee, "journey_touchpoints writes where it must not");
    }
    memset(room, 0xee, sizeof room);
    const size_t least = offsetof(cxj_journey, waiting_since); /* what version 0.2 had */
    size_t state_size = 2 * size;                              /* below, at and above that of the struct */
    status = cxj_journey_state(on->engine, number, NULL, 0, (cxj_journey *)(void *)room, state_size);
    if (state_size < least) {
        MUST(status == CXJ_BAD_ARGUMENT && room[0] == 0xee, "journey_state of %zu bytes: %s", state_size,
             cxj_status_text(status));
        return;
    }
    MUST(room[state_size] == 0xee, "journey_state writes where it must not");
    MUST(status == cxj_journey_state(on->engine, number, NULL, 0, &state, sizeof state), "journey_state: %s",
         cxj_status_text(status));
    if (status == CXJ_OK) {
        MUST(memcmp(room, &state, state_size < sizeof state ? state_size : sizeof state) == 0,
             "journey_state is another");
        MUST(state.journey == number && state.first_at <= state.last_at && state.contacts <= state.touchpoints &&
                 state.handoffs < state.touchpoints && state.bounces <= state.handoffs && state.quiet >= 0 &&
                 state.silence >= 0 && state.pending >= 0 &&
                 (state.waiting_since == 0 || (state.outcome == 0 && state.waiting_since <= state.last_at)) &&
                 (state.pending_now == 0 || state.outcome == 0),
             "journey %llu", (unsigned long long)number);
    }
}

static void call_unrecorded(side *on, fuzz_bytes *bytes) {
    uint32_t unrecorded = (uint32_t)fuzz_number(bytes, 3);
    begin(on);
    cxj_status status = cxj_set_unrecorded(on->engine, unrecorded);
    MUST(status == ((unrecorded & ~(uint32_t)CXJ_FACETS_ALL) ? CXJ_BAD_ARGUMENT : CXJ_OK), "set_unrecorded: %s",
         cxj_status_text(status));
    cxj_stats stats; /* those that others imply are recorded with them */
    MUST(cxj_engine_stats(on->engine, &stats, sizeof stats) == CXJ_OK, "no stats");
    MUST((stats.unrecorded_facets & ~(status == CXJ_OK ? unrecorded : on->unrecorded)) == 0,
         "set_unrecorded: %x, not %x", (unsigned)stats.unrecorded_facets, (unsigned)unrecorded);
    on->unrecorded = stats.unrecorded_facets;
    check_call(on, "set_unrecorded", status, POSSIBLE(CXJ_BAD_ARGUMENT));
}

/* Lets an allocation to come fail. */
static void call_fail(side *on, fuzz_bytes *bytes) {
    uint8_t how = fuzz_byte(bytes);
    on->heap.fail_in = how & 127;
    on->heap.for_ever = how & 128;
}

/* Makes an engine with options of any bytes, and ends it again. */
static void call_create(fuzz_bytes *bytes) {
    fuzz_heap heap = {0};
    cxj_options options = {.allocate = fuzz_allocate, .allocate_context = &heap, .seed = {7, 8}};
    char message[40];
    cxj_engine *engine;
    uint8_t which = fuzz_byte(bytes);
    options.size = which & 128 ? which & 127 : sizeof options;
    options.memory_limit = which & 1 ? fuzz_number(bytes, 2) : 0;
    options.cells_limit = which & 2 ? fuzz_number(bytes, 8) : 0;
    options.touchpoints_limit = which & 4 ? (uint32_t)fuzz_number(bytes, 2) : 0;
    options.codes_limit = which & 8 ? (uint32_t)fuzz_number(bytes, 4) : 0;
    options.unrecorded_facets = which & 16 ? (uint32_t)fuzz_number(bytes, 3) : 0;
    options.reserved[sizeof options.reserved / sizeof *options.reserved - 1] = which & 32 ? fuzz_byte(bytes) & 1 : 0;
    options.seal_idle_after = which & 64 ? (int64_t)fuzz_number(bytes, 8) : 0;
    heap.fail_in = fuzz_byte(bytes) & 1;
    unsigned char passed[128] = {0};
    memcpy(passed, &options, sizeof options);
    cxj_status status = cxj_engine_create((const cxj_options *)(const void *)passed, message, sizeof message, &engine);
    MUST(status == CXJ_OK || status == CXJ_BAD_ARGUMENT || status == CXJ_NO_MEMORY, "create: %s",
         cxj_status_text(status));
    MUST((status == CXJ_OK) == (message[0] == '\0') && (status == CXJ_OK) == (engine != NULL) &&
             strlen(message) < sizeof message,
         "create: %s: %s", cxj_status_text(status), message);
    bool is_right = options.size >= sizeof options && options.touchpoints_limit <= 29000 &&
                    options.codes_limit <= 16777215 && (options.unrecorded_facets & ~(uint32_t)CXJ_FACETS_ALL) == 0 &&
                    options.reserved[sizeof options.reserved / sizeof *options.reserved - 1] == 0 &&
                    options.seal_idle_after >= 0 && options.seal_idle_after <= LONGEST_TIME;
    MUST(is_right == (status != CXJ_BAD_ARGUMENT), "create: %s: %s", cxj_status_text(status), message);
    MUST(status != CXJ_NO_MEMORY || heap.failed > 0 || options.memory_limit > 0, "create: no memory");
    cxj_engine_destroy(engine);
    MUST(heap.blocks == 0 && heap.bytes == 0, "create: %llu bytes are left", (unsigned long long)heap.bytes);
}

/* Arguments that must be refused, and leave everything as it was. */
static void call_wrongly(side *on, fuzz_bytes *bytes) {
    const cxj_touchpoint t = {.journey = 1, .at = START};
    cxj_receipt receipt;
    cxj_status status = CXJ_BAD_ARGUMENT;
    begin(on);
    switch (fuzz_byte(bytes) % 10) {
    case 0:
        status = cxj_record(on->engine, NULL, sizeof t, 1, 0, &receipt, sizeof receipt);
        break;
    case 1:
        status = cxj_record(on->engine, &t, 7, 1, 0, &receipt, sizeof receipt);
        break;
    case 2:
        status = cxj_record(on->engine, &t, sizeof t, 1, 2, &receipt, sizeof receipt);
        break;
    case 3:
        status = cxj_record(on->engine, &t, sizeof t, 1, 0, &receipt, 0);
        break;
    case 4:
        status = cxj_record_columns(on->engine, NULL, 0, 0, NULL, 0);
        break;
    case 5:
        status = cxj_record_columns(on->engine, &(cxj_columns){.size = 1}, 0, 0, NULL, 0);
        break;
    case 6:
        status = cxj_record_columns(on->engine, &(cxj_columns){.size = 8}, 0, 0, NULL, 0);
        break;
    case 7:
        status = cxj_view_add(on->engine, "journeys", CXJ_ZERO_TERMINATED, NULL);
        break;
    case 8:
        status = cxj_code(on->engine, 1, NULL, 1, NULL);
        break;
    default:
        status = cxj_merge(on->engine, NULL);
        break;
    }
    MUST(status == CXJ_BAD_ARGUMENT, "%s", cxj_status_text(status));
    check_call(on, "a wrong call", status, POSSIBLE(CXJ_BAD_ARGUMENT));
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* Makes an engine with the options that the input chooses, and gives it names in an order of its own. */
static void set_up(side *on, fuzz_bytes *bytes, uint32_t turn) {
    static const uint32_t touchpoints[] = {0, 0, 3, 80};
    static const uint64_t cells[] = {0, 0, 1, 5};
    static const int64_t after[] = {0, 0, 1, 50 * HOUR};
    static const uint64_t memory[] = {0, 0, 60000, 300000};
    uint8_t limits = fuzz_byte(bytes);
    uint8_t sealing = fuzz_byte(bytes);
    memset(&on->heap, 0, sizeof on->heap);
    on->options = (cxj_options){
        .size = sizeof on->options,
        .allocate = fuzz_allocate,
        .allocate_context = &on->heap,
        .seed = {1 + turn, 2},
        .touchpoints_limit = touchpoints[limits & 3],
        .cells_limit = cells[limits >> 2 & 3],
        .memory_limit = memory[limits >> 4 & 3],
        .codes_limit = limits >> 6 == 3 ? 4 : 0,
        .seal_ended_after = after[sealing & 3],
        .seal_idle_after = after[sealing >> 2 & 3],
    };
    model_clear(&on->known, on->options.touchpoints_limit ? on->options.touchpoints_limit : 10000);
    on->unrecorded = 0;
    on->now = 0;
    on->has_now = on->ever_sealed = false;
    close_cursor(on);
    MUST(cxj_engine_create(&on->options, NULL, 0, &on->engine) == CXJ_OK, "no engine");
    for (uint32_t d = 1; d <= DIMENSIONS; d++) {
        for (uint32_t i = 0; i < NAMES; i++) {
            uint32_t code;
            cxj_status status = cxj_code(on->engine, d, names[(i + turn * d) % NAMES], CXJ_ZERO_TERMINATED, &code);
            MUST(status == CXJ_OK || on->options.codes_limit > 0 || on->options.memory_limit > 0, "%s",
                 cxj_message(on->engine));
        }
    }
}

static void call(side *on, uint8_t what, fuzz_bytes *bytes) {
    switch (what) {
    case 0:
        call_code(on, bytes);
        break;
    case 1:
        call_record(on, bytes, false);
        break;
    case 2:
        call_record(on, bytes, true);
        break;
    case 3:
        call_columns(on, bytes);
        break;
    case 4:
        call_withdraw(on, bytes);
        break;
    case 5:
        call_erase_journey(on, bytes);
        break;
    case 6:
        call_erase_customer(on, bytes);
        break;
    case 7:
        call_view_add(on, bytes);
        break;
    case 8:
        call_view_drop(on, bytes);
        break;
    case 9:
        call_advance(on, bytes);
        break;
    case 10:
        call_merge(on);
        break;
    case 11:
        call_cursor(on, bytes);
        break;
    case 12:
        call_read(on, bytes);
        break;
    case 13:
        call_journey(on, bytes);
        break;
    case 14:
        call_unrecorded(on, bytes);
        break;
    case 15:
        call_fail(on, bytes);
        break;
    case 16:
        call_create(bytes);
        break;
    case 17:
        call_wrongly(on, bytes);
        break;
    case 18:
        call_move(on, bytes);
        break;
    default:
        if (fresh_left > 0) {
            fresh_left--;
            check_all(on, what & 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_bytes bytes = {data, size};
    arrivals_left = MOST_ARRIVALS;
    fresh_left = MOST_FRESH;
    for (uint32_t i = 0; i < ENGINES; i++) {
        set_up(&sides[i], &bytes, i);
    }
    for (unsigned calls = 0; calls < MOST_CALLS && bytes.left > 0; calls++) {
        uint8_t what = fuzz_byte(&bytes);
        call(&sides[what >> 7], (what & 127) % 20, &bytes);
    }
    for (uint32_t i = 0; i < ENGINES; i++) {
        check_all(&sides[i], i == 0);
    }
    for (uint32_t i = 0; i < ENGINES; i++) {
        const fuzz_heap *heap = &sides[i].heap;
        close_cursor(&sides[i]);
        cxj_engine_destroy(sides[i].engine);
        MUST(heap->blocks == 0 && heap->bytes == 0, "%llu bytes in %llu blocks are left",
             (unsigned long long)heap->bytes, (unsigned long long)heap->blocks);
    }
    return 0;
}
