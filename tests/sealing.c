/* sealing: journeys that are over let their touchpoints go, and what they contributed stays (section 3.6 of the
 * specification), through the public header alone.
 *
 * Beside an engine that seals stands one that does not, and that is given exactly what the first did not find late. All
 * that both show must be the same, to the last bit, whatever comes. Which journeys are sealed, and which touchpoints are
 * late, a plain model says, which keeps every journey as a list and looks at all of them each time the clock moves.
 *
 * One number may differ, and it is said how: a commitment that was open and still ahead when its journey was sealed comes
 * due in the engine that does not seal, and never in the other. Such a commitment is a debt: it is counted out of what
 * the second engine calls overdue, in the cells in which its journey stands, from the moment at which it comes due.
 *
 * CXJ_SEED takes the seed of the random logs; it is printed. CXJ_LOGS=500 runs so many of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "same.h"

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)
#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */
#define LONGEST_TIME INT64_C(1000000000000000)

static uint64_t seed = 1;
static uint64_t logs = 12;
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static int64_t hours(uint32_t below) {
    return HOUR / 4 * (int64_t)chance(4 * below);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Short forms
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_engine *make_with(const cxj_options *options) {
    cxj_engine *engine = NULL;
    char message[200] = "";
    cxj_status status = cxj_engine_create(options, message, sizeof message, &engine);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    return engine;
}

/* An engine that seals so long after the end, or after the last touchpoint; 0: never. */
static cxj_engine *make(int64_t ended, int64_t idle) {
    const cxj_options options = {.size = sizeof options, .seal_ended_after = ended, .seal_idle_after = idle};
    return make_with(&options);
}

static cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(engine, text, CXJ_ENDED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

static void add_views(cxj_engine *engine, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) add(engine, texts[i]);
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ENDED, &given), CXJ_OK);
    return given;
}

static bool has_name(const cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    return cxj_find_code(engine, dimension, name, CXJ_ENDED, &given) == CXJ_OK;
}

static cxj_stats stats_of(const cxj_engine *engine) {
    cxj_stats stats;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    return stats;
}

static cxj_receipt take(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, uint32_t flags,
                        cxj_status expected) {
    cxj_receipt receipt;
    cxj_status status = cxj_record(engine, touchpoints, sizeof *touchpoints, count, flags, &receipt, sizeof receipt);
    ck_assert_msg(status == expected, "%s in place of %s: %s", cxj_status_text(status), cxj_status_text(expected),
                  cxj_message(engine));
    return receipt;
}

static void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    take(engine, &touchpoint, 1, 0, CXJ_OK);
}

static void record_late(cxj_engine *engine, cxj_touchpoint touchpoint) {
    cxj_receipt receipt = take(engine, &touchpoint, 1, 0, CXJ_REFUSED);
    ck_assert_int_eq(receipt.first_status, CXJ_LATE);
}

static void advance(cxj_engine *engine, int64_t now) {
    cxj_status status = cxj_advance(engine, now);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

/* CXJ_OK: held; CXJ_SEALED; CXJ_NOT_FOUND. */
static cxj_status whereabouts(const cxj_engine *engine, uint64_t journey) {
    size_t count = 0;
    return cxj_journey_touchpoints(engine, journey, NULL, sizeof(cxj_touchpoint), 0, &count);
}

static bool is_sealed(const cxj_engine *engine, uint64_t journey) {
    return whereabouts(engine, journey) == CXJ_SEALED;
}

static void same(const cxj_engine *a, const cxj_engine *b, uint64_t first, uint64_t last) {
    difference what;
    ck_assert_msg(same_engine(a, b, first, last, &what), "%s", what.words);
    ck_assert_uint_eq(stats_of(a).sealed, stats_of(b).sealed);
}

/* One metric of a view with a key of at most one part; NaN if there is no such cell. */
static double value_of(const cxj_view *view, const char *key, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ENDED, &metric), CXJ_OK);
    cxj_text part = {key, CXJ_ENDED};
    cxj_metric result;
    cxj_status status = cxj_view_get(view, key ? &part : NULL, sizeof part, key ? 1 : 0, &metric, 1, &result,
                                     sizeof result);
    return status == CXJ_OK ? result.value : NAN;
}

static void check_value(const cxj_view *view, const char *key, uint32_t grain, const char *name, double expected) {
    double value = value_of(view, key, grain, name);
    ck_assert_msg(fabs(value - expected) < 1e-12, "%s of %s is %g, not %g", name, key ? key : "all", value, expected);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Touchpoints of a log: their codes are places in NAMES, plus one
 * ------------------------------------------------------------------------------------------------------------------ */

static const char *const NAMES[] = {"a", "b", "c", "d", "e", "a name that is too long to be kept in a few bytes"};
enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };

static uint32_t code_of(cxj_engine *engine, uint32_t dimension, uint32_t place) {
    return place == 0 ? 0 : code(engine, dimension, NAMES[place - 1]);
}

/* The same touchpoint in an engine's own codes. */
static cxj_touchpoint in_codes(cxj_engine *engine, cxj_touchpoint t) {
    t.owner = code_of(engine, CXJ_DIMENSION_OWNER, t.owner);
    t.team = (uint16_t)code_of(engine, CXJ_DIMENSION_TEAM, t.team);
    t.channel = (uint16_t)code_of(engine, CXJ_DIMENSION_CHANNEL, t.channel);
    t.stage = (uint16_t)code_of(engine, CXJ_DIMENSION_STAGE, t.stage);
    t.activity = (uint16_t)code_of(engine, CXJ_DIMENSION_ACTIVITY, t.activity);
    t.cause = (uint16_t)code_of(engine, CXJ_DIMENSION_CAUSE, t.cause);
    t.type = (uint16_t)code_of(engine, CXJ_DIMENSION_TYPE, t.type);
    t.segment = (uint16_t)code_of(engine, CXJ_DIMENSION_SEGMENT, t.segment);
    t.reason = (uint16_t)code_of(engine, CXJ_DIMENSION_REASON, t.reason);
    return t;
}

/* Gives names their codes in an order of the engine's own. */
static void give_names(cxj_engine *engine, uint32_t turn) {
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        for (uint32_t i = 0; i < NAME_COUNT; i++) code(engine, d, NAMES[(i + turn * d) % NAME_COUNT]);
    }
}

static uint16_t some_name(void) {
    return (uint16_t)chance(NAME_COUNT + 1);
}

static void rate(cxj_touchpoint *t) {
    static const uint8_t scales[] = {CXJ_SCALE_CSAT5, CXJ_SCALE_CSAT10, CXJ_SCALE_NPS, CXJ_SCALE_CES7};
    t->scale = scales[chance(4)];
    t->score = (uint8_t)(1 + chance(5));
    t->scope = (uint8_t)(1 + chance(3));
}

static uint64_t next_id;
static uint64_t next_revision; /* even, so that a withdrawal by cxj_withdraw() has one of its own */

static int64_t some_time(int64_t clock) {
    if (chance(8) == 0) return clock - hours(1500);
    return chance(10) == 0 ? clock + hours(100) : clock - hours(50);
}

static cxj_touchpoint random_touchpoint(uint64_t journey, int64_t clock) {
    cxj_touchpoint t = {.journey = journey, .id = ++next_id, .revision = next_revision += 2, .at = some_time(clock)};
    t.sequence = chance(3);
    t.due = chance(4) ? 0 : t.at + hours(200) - 20 * HOUR;
    t.commitment = (uint8_t)(chance(2) ? 0 : chance(8));
    t.value = chance(4) ? 0 : (int64_t)chance(100000) - 20000;
    t.customer = chance(4) ? 0 : 1 + chance(9);
    t.owner = some_name();
    t.team = some_name();
    t.channel = some_name();
    t.stage = some_name();
    t.activity = some_name();
    t.cause = chance(3) ? 0 : some_name();
    t.type = chance(5) ? 0 : some_name();
    t.segment = chance(5) ? 0 : some_name();
    t.reason = chance(5) ? 0 : some_name();
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(17);
    t.facets |= chance(5) ? 0 : CXJ_FACET_DELIVERED;
    t.outcome = chance(7) ? 0 : (uint8_t)(1 + chance(2));
    if (chance(4) == 0) rate(&t);
    return t;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The model
 * ------------------------------------------------------------------------------------------------------------------ */

enum { NUMBERS = 120, MOST_HELD = 400, OTHER_LIFE = 1000 };

typedef struct journey {
    cxj_touchpoint held[MOST_HELD]; /* in order */
    size_t count;
    bool sealed;
    uint64_t lives; /* how often its number was erased while it was sealed */
} journey;

static bool is_withdrawn(const cxj_touchpoint *t) {
    return (t->facets & CXJ_FACET_WITHDRAWN) != 0;
}

static int order_of(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* A touchpoint arrives. Of one id no two revisions are equal, unless they are the same touchpoint. */
static void model_take(journey *j, const cxj_touchpoint *t) {
    for (size_t i = 0; i < j->count && t->id != 0; i++) {
        if (j->held[i].id != t->id) continue;
        if (j->held[i].revision >= t->revision) return;
        memmove(&j->held[i], &j->held[i + 1], (j->count - i - 1) * sizeof *j->held);
        j->count--;
        break;
    }
    ck_assert_uint_lt(j->count, MOST_HELD);
    size_t place = j->count++;
    for (; place > 0 && order_of(&j->held[place - 1], t) > 0; place--) j->held[place] = j->held[place - 1];
    j->held[place] = *t;
}

/* True if a touchpoint takes an ended journey up again (section 4, step 2). */
static bool reopens(const cxj_touchpoint *t) {
    const uint32_t facets = CXJ_FACET_INBOUND | CXJ_FACET_CHASE | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED |
                            CXJ_FACET_FAULT | CXJ_FACET_REOPENS;
    return (t->facets & facets) != 0 || t->due != 0;
}

/* When a journey is to be sealed: "a while after its end, or after its last touchpoint". */
static int64_t sealing_of(const journey *j, int64_t ended_after, int64_t idle_after) {
    int64_t moment = INT64_MAX, end = 0;
    bool ended = false;
    for (size_t i = 0; i < j->count; i++) {
        const cxj_touchpoint *t = &j->held[i];
        if (is_withdrawn(t)) continue;
        if (t->outcome != 0) {
            ended = true;
            end = t->at;
        } else if (reopens(t)) {
            ended = false;
        }
    }
    if (ended && ended_after > 0) moment = end + ended_after;
    if (j->count > 0 && idle_after > 0 && j->held[j->count - 1].at + idle_after < moment) {
        moment = j->held[j->count - 1].at + idle_after;
    }
    return moment;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * An engine that seals, one that does not, and the model
 * ------------------------------------------------------------------------------------------------------------------ */

static const char *const VIEWS[] = {
    "touchpoints by channel, team per week",
    "touchpoints by owner, outcome where type in (a, b)",
    "touchpoints by cause, segment, churned",
    "transitions by owner, outcome per month",
    "transitions by channel where churned = yes",
    "transitions by stage, type",
    "journeys",
    "journeys by type, segment, outcome per month",
    "journeys by entry, exit, churned",
    "journeys by reason, outcome per day ended",
    "journeys by outcome where had cause in (a, b) and segment in (c, \"\")",
    "journeys by outcome, exit per week where had owner = b",
};
/* Views that are added when some journeys are sealed already. */
static const char *const LATE_VIEWS[] = {
    "touchpoints by activity, outcome per month",
    "transitions by team, segment",
    "journeys by segment, exit",
    "journeys by type per quarter where had stage = a",
};
enum { VIEW_COUNT = sizeof VIEWS / sizeof *VIEWS, LATE_COUNT = sizeof LATE_VIEWS / sizeof *LATE_VIEWS };

/* A commitment of a journey that was sealed before it came due, and a cell in which the journey stands. */
typedef struct debt {
    char view[96];
    char key[160];
    int64_t due;
} debt;

enum { MOST_DEBTS = 40000, MOST_BATCH = 100 };

typedef struct world {
    cxj_engine *sealing;
    cxj_engine *keeping; /* does not seal */
    cxj_engine *later;   /* neither; begins with the journeys that were not sealed when the late views were added */
    int64_t ended_after, idle_after;
    int64_t clock;
    bool has_clock;
    uint64_t base; /* of the numbers that journeys have now */
    uint64_t late;
    journey journeys[NUMBERS + 1];
    debt debts[MOST_DEBTS];
    size_t debt_count, first_late_debt;
} world;

static world here;

/* The number of a journey in the engines that do not seal, where every life has one of its own. */
static uint64_t other_number(uint64_t number) {
    return number + OTHER_LIFE * here.journeys[number].lives;
}

static void open_world(uint64_t log) {
    memset(&here, 0, sizeof here);
    chance_state = (seed + log) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++) (void)chance(2);
    here.ended_after = chance(3) ? 1 + hours(100) : 0;
    here.idle_after = chance(3) && here.ended_after ? 0 : 1 + hours(200);
    here.clock = START;
    here.base = 1;
    next_id = next_revision = 0;
    here.sealing = make(here.ended_after, here.idle_after);
    here.keeping = make(0, 0);
    add_views(here.sealing, VIEWS, VIEW_COUNT);
    add_views(here.keeping, VIEWS, VIEW_COUNT);
}

static void close_world(void) {
    cxj_engine_destroy(here.sealing);
    cxj_engine_destroy(here.keeping);
    cxj_engine_destroy(here.later);
}

/* ---- what comes ------------------------------------------------------------------------------------------------- */

/* A number that journeys have now; some have more touchpoints than others. */
static uint64_t some_number(void) {
    uint64_t number = chance(3) == 0 ? here.base + 2 : here.base + chance(12);
    if (chance(8) == 0) number = 1 + chance((uint32_t)here.base); /* long ago */
    return number < NUMBERS ? number : NUMBERS;
}

/* Something about a touchpoint that is held: the same again, a correction, a withdrawal, or what was superseded. */
static cxj_touchpoint again(uint64_t number, const journey *j) {
    cxj_touchpoint t = j->held[chance((uint32_t)j->count)];
    cxj_touchpoint other = random_touchpoint(number, here.clock);
    if (t.id == 0 || chance(4) == 0) return t.id == 0 ? other : t;
    uint64_t revision = other.revision;
    if (chance(3) == 0) {
        t.facets |= CXJ_FACET_WITHDRAWN;
    } else {
        other.id = t.id;
        t = other;
    }
    t.revision = chance(8) ? revision : 0;
    return t;
}

static cxj_touchpoint arrival(void) {
    uint64_t number = some_number();
    const journey *j = &here.journeys[number];
    cxj_touchpoint t = j->count > 0 && chance(4) == 0 ? again(number, j) : random_touchpoint(number, here.clock);
    if (j->count > MOST_HELD - MOST_BATCH - 1) t.outcome = 9; /* full: refused */
    if (t.id > 0 && chance(25) == 0 && t.revision == next_revision) t.id = 0;
    if (chance(60) == 0) t.commitment = 8;
    return t;
}

static bool is_bad(const cxj_touchpoint *t) {
    return t->commitment > 7 || t->outcome > 2;
}

/* ---- recording -------------------------------------------------------------------------------------------------- */

typedef struct expectation {
    size_t processed, first;
    uint64_t late, refused;
    uint64_t first_late; /* the journey of the first that is not taken, if it is late; else 0 */
} expectation;

/* What the receipt has to say. Nothing is sealed while touchpoints are recorded. */
static expectation expect(const cxj_touchpoint *batch, size_t count, bool stop) {
    expectation expected = {.processed = count, .first = SIZE_MAX};
    for (size_t i = 0; i < count; i++) {
        bool bad = is_bad(&batch[i]), late = !bad && here.journeys[batch[i].journey].sealed;
        if (!bad && !late) continue;
        expected.late += late;
        expected.refused += bad;
        if (expected.first == SIZE_MAX) {
            expected.first = i;
            expected.first_late = late ? batch[i].journey : 0;
        }
        if (stop) {
            expected.processed = i;
            break;
        }
    }
    return expected;
}

/* Gives the model and the engines that do not seal what was not late. */
static cxj_receipt take_over(cxj_engine *engine, const cxj_touchpoint *batch, size_t count, bool refused_too) {
    static cxj_touchpoint coded[MOST_BATCH];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (here.journeys[batch[i].journey].sealed && !is_bad(&batch[i])) continue;
        if (!refused_too && is_bad(&batch[i])) continue;
        coded[kept] = in_codes(engine, batch[i]);
        coded[kept++].journey = other_number(batch[i].journey);
    }
    cxj_receipt receipt;
    cxj_status status = cxj_record(engine, coded, sizeof *coded, kept, 0, &receipt, sizeof receipt);
    ck_assert(status == CXJ_OK || (status == CXJ_REFUSED && refused_too));
    return receipt;
}

static void check_message(const cxj_engine *engine, size_t index, uint64_t number) {
    char words[96];
    snprintf(words, sizeof words, "touchpoint %zu: too late, for journey %" PRIu64 " is sealed", index, number);
    ck_assert_str_eq(cxj_message(engine), words);
}

/* "A touchpoint for a sealed journey is refused and counted as late". */
static void check_receipt(const cxj_receipt *receipt, const cxj_receipt *other, const expectation *expected) {
    ck_assert_uint_eq(receipt->processed, expected->processed);
    ck_assert_uint_eq(receipt->late, expected->late);
    ck_assert_uint_eq(receipt->refused, expected->refused);
    ck_assert_uint_eq(receipt->accepted, other->accepted);
    ck_assert_uint_eq(receipt->duplicates, other->duplicates);
    ck_assert_uint_eq(receipt->conflicts, other->conflicts);
    ck_assert_uint_eq(receipt->superseded, other->superseded);
    ck_assert_uint_eq(receipt->first_refusal, expected->first == SIZE_MAX ? CXJ_NO_INDEX : expected->first);
    cxj_status first = expected->first_late ? CXJ_LATE : CXJ_BAD_FIELD;
    ck_assert_int_eq(receipt->first_status, expected->first == SIZE_MAX ? CXJ_OK : first);
    if (expected->first_late) check_message(here.sealing, expected->first, expected->first_late);
}

static void step_record(void) {
    static cxj_touchpoint batch[MOST_BATCH], coded[MOST_BATCH];
    size_t count = 1 + chance(chance(3) ? 8 : MOST_BATCH);
    bool stop = chance(6) == 0;
    for (size_t i = 0; i < count; i++) {
        batch[i] = arrival();
        coded[i] = in_codes(here.sealing, batch[i]);
    }
    expectation expected = expect(batch, count, stop);
    cxj_receipt receipt = take(here.sealing, coded, count, stop ? CXJ_STOP_AT_REFUSAL : 0,
                               expected.first == SIZE_MAX ? CXJ_OK : CXJ_REFUSED);
    cxj_receipt other = take_over(here.keeping, batch, expected.processed, true);
    if (here.later) take_over(here.later, batch, expected.processed, false);
    check_receipt(&receipt, &other, &expected);
    here.late += expected.late;
    for (size_t i = 0; i < expected.processed; i++) {
        journey *j = &here.journeys[batch[i].journey];
        if (!is_bad(&batch[i]) && !j->sealed) model_take(j, &batch[i]);
    }
}

static void step_withdraw(void) {
    uint64_t number = some_number();
    journey *j = &here.journeys[number];
    cxj_touchpoint t = j->count > 0 ? j->held[chance((uint32_t)j->count)] : (cxj_touchpoint){.id = 1 + chance(99)};
    if (t.id == 0 || is_withdrawn(&t)) return;
    cxj_status status = cxj_withdraw(here.sealing, number, t.id, 0);
    if (j->sealed) {
        ck_assert_int_eq(status, CXJ_LATE);
        here.late++;
        return;
    }
    ck_assert_int_eq(status, cxj_withdraw(here.keeping, other_number(number), t.id, 0));
    if (here.later) (void)cxj_withdraw(here.later, other_number(number), t.id, 0);
    if (status != CXJ_OK) return;
    t.facets |= CXJ_FACET_WITHDRAWN;
    t.revision++;
    model_take(j, &t);
}

/* ---- sealing ---------------------------------------------------------------------------------------------------- */

static void key_of(cxj_cursor *cursor, uint32_t parts, char *key, size_t capacity) {
    key[0] = 0;
    for (uint32_t part = 0; part < parts; part++) {
        const char *text = NULL;
        ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, NULL), CXJ_OK);
        size_t used = strlen(key);
        snprintf(key + used, capacity - used, "%s|", text);
    }
}

static void owe(const cxj_view_info *info, cxj_cursor *cursor, int64_t due) {
    ck_assert_uint_lt(here.debt_count, MOST_DEBTS);
    debt *owed = &here.debts[here.debt_count++];
    snprintf(owed->view, sizeof owed->view, "%s", info->text);
    key_of(cursor, info->parts, owed->key, sizeof owed->key);
    owed->due = due;
}

/* An engine that knows nothing but one journey says in which cells it stands. */
static void owe_everywhere(cxj_engine *alone, int64_t due) {
    cxj_view *view = NULL;
    for (size_t i = 0; cxj_view_at(alone, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        cxj_cursor *cursor = NULL;
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        if (info.grain != CXJ_GRAIN_JOURNEYS) continue;
        ck_assert_int_eq(cxj_cursor_open(view, &cursor), CXJ_OK);
        while (cxj_cursor_next(cursor) == CXJ_OK) owe(&info, cursor, due);
        cxj_cursor_close(cursor);
    }
}

/* Notes which commitments of a journey that is sealed now are still ahead. */
static void note_debts(uint64_t number, const journey *j) {
    cxj_engine *alone = NULL;
    cxj_journey state;
    if (cxj_journey_state(here.keeping, other_number(number), &state, sizeof state) != CXJ_OK || state.outcome) return;
    for (size_t c = 0; c < 8; c++) {
        if (!state.commitments[c].open || state.commitments[c].due < here.clock) continue;
        if (alone == NULL) {
            alone = make(0, 0);
            add_views(alone, VIEWS, VIEW_COUNT);
            add_views(alone, LATE_VIEWS, LATE_COUNT);
            for (size_t i = 0; i < j->count; i++) record(alone, in_codes(alone, j->held[i]));
        }
        owe_everywhere(alone, state.commitments[c].due);
    }
    cxj_engine_destroy(alone);
}

/* Moves all clocks; the model seals what is to be sealed by then. */
static void step_advance(void) {
    here.clock += chance(12) == 0 ? hours(600) : hours(30);
    here.has_clock = true;
    advance(here.sealing, here.clock);
    advance(here.keeping, here.clock);
    if (here.later) advance(here.later, here.clock);
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        journey *j = &here.journeys[number];
        if (j->sealed || sealing_of(j, here.ended_after, here.idle_after) > here.clock) continue;
        note_debts(number, j);
        j->sealed = true;
        j->count = 0;
    }
}

/* ---- erasure ---------------------------------------------------------------------------------------------------- */

/* "Erasing it removes its number; its sums, which name nobody, stay, and the status says so." */
static void step_erase(void) {
    uint64_t number = some_number();
    journey *j = &here.journeys[number];
    cxj_status status = cxj_erase_journey(here.sealing, number);
    if (j->sealed) {
        ck_assert_int_eq(status, CXJ_SUMS_STAY);
        j->sealed = false;
        j->lives++;
        return;
    }
    ck_assert_int_eq(status, j->count > 0 ? CXJ_OK : CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(here.keeping, other_number(number)), status);
    if (here.later) (void)cxj_erase_journey(here.later, other_number(number));
    j->count = 0;
}

static bool states(const journey *j, uint64_t customer) {
    for (size_t i = 0; i < j->count; i++) {
        if (j->held[i].customer == customer) return true;
    }
    return false;
}

static void step_erase_customer(void) {
    uint64_t customer = 1 + chance(9), erased = 99, expected = 0;
    cxj_status status = cxj_erase_customer(here.sealing, customer, &erased);
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        journey *j = &here.journeys[number];
        if (!states(j, customer)) continue;
        ck_assert_int_eq(cxj_erase_journey(here.keeping, other_number(number)), CXJ_OK);
        if (here.later) ck_assert_int_eq(cxj_erase_journey(here.later, other_number(number)), CXJ_OK);
        j->count = 0;
        expected++;
    }
    ck_assert_int_eq(status, expected > 0 ? CXJ_OK : CXJ_NOT_FOUND);
    ck_assert_uint_eq(erased, expected);
}

/* ---- views that come late --------------------------------------------------------------------------------------- */

/* "A view may be added at any time: over journeys not sealed it is filled as if it had been there from the start." */
static void step_views(void) {
    add_views(here.sealing, LATE_VIEWS, LATE_COUNT);
    here.first_late_debt = here.debt_count;
    here.later = make(0, 0);
    add_views(here.later, LATE_VIEWS, LATE_COUNT);
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        const journey *j = &here.journeys[number];
        for (size_t i = 0; i < j->count; i++) {
            cxj_touchpoint t = in_codes(here.later, j->held[i]);
            t.journey = other_number(number);
            record(here.later, t);
        }
    }
    if (here.has_clock) advance(here.later, here.clock);
}

/* The same view goes from both. */
static void step_drop(void) {
    cxj_view *view = NULL;
    size_t place = chance(VIEW_COUNT);
    ck_assert_int_eq(cxj_view_at(here.sealing, place, &view), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(here.sealing, view), CXJ_OK);
    ck_assert_int_eq(cxj_view_at(here.keeping, place, &view), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(here.keeping, view), CXJ_OK);
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

/* How many commitments of journeys that stand in a cell have come due since those were sealed. */
static double owed_in(const char *view, const char *key, size_t first) {
    double owed = 0;
    for (size_t i = first; i < here.debt_count; i++) {
        const debt *one = &here.debts[i];
        if (one->due < here.clock && strcmp(one->view, view) == 0 && strcmp(one->key, key) == 0) owed++;
    }
    return owed;
}

static bool same_double(double a, double b) {
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static bool same_metric(const cxj_metric *a, const cxj_metric *b) {
    return same_double(a->value, b->value) && same_double(a->low, b->low) && same_double(a->high, b->high) &&
           a->n == b->n;
}

static void compare_cell(cxj_cursor *a, cxj_cursor *b, const cxj_view_info *info, size_t first_debt) {
    uint32_t metrics[128];
    uint32_t overdue = UINT32_MAX;
    cxj_metric mine[128], others[128];
    char key[160], other_key[160];
    size_t count = metrics_of(info->grain, metrics, 128);
    (void)cxj_metric_find(info->grain, "overdue", CXJ_ENDED, &overdue);
    key_of(a, info->parts, key, sizeof key);
    key_of(b, info->parts, other_key, sizeof other_key);
    ck_assert_str_eq(key, other_key);
    ck_assert_int_eq(cxj_cursor_metrics(a, metrics, count, mine, sizeof *mine), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_metrics(b, metrics, count, others, sizeof *others), CXJ_OK);
    for (size_t i = 0; i < count; i++) {
        if (metrics[i] == overdue) others[i].value -= owed_in(info->text, key, first_debt);
        ck_assert_msg(same_metric(&mine[i], &others[i]), "[%s] %s, metric %u: %.17g (n %" PRIu64 ") and %.17g (%" PRIu64
                      ")", info->text, key, (unsigned)metrics[i], mine[i].value, mine[i].n, others[i].value,
                      others[i].n);
    }
}

static void compare_views(const cxj_view *a, const cxj_view *b, size_t first_debt) {
    cxj_view_info info, other;
    cxj_cursor *mine = NULL, *others = NULL;
    ck_assert_int_eq(cxj_view_describe(a, &info, sizeof info), CXJ_OK);
    ck_assert_int_eq(cxj_view_describe(b, &other, sizeof other), CXJ_OK);
    ck_assert_str_eq(info.text, other.text);
    ck_assert_msg(info.cells == other.cells, "[%s] %" PRIu64 " and %" PRIu64 " cells", info.text, info.cells,
                  other.cells);
    ck_assert_int_eq(cxj_cursor_open(a, &mine), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(b, &others), CXJ_OK);
    while (cxj_cursor_next(mine) == CXJ_OK) {
        ck_assert_int_eq(cxj_cursor_next(others), CXJ_OK);
        compare_cell(mine, others, &info, first_debt);
    }
    cxj_cursor_close(mine);
    cxj_cursor_close(others);
}

/* "its touchpoints are let go, what it contributed stays, its number is kept". */
static void compare_whereabouts(void) {
    uint64_t held = 0, sealed = 0;
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        const journey *j = &here.journeys[number];
        size_t count = 0;
        cxj_journey state;
        cxj_status status =
            cxj_journey_touchpoints(here.sealing, number, NULL, sizeof(cxj_touchpoint), 0, &count);
        cxj_status expected = j->sealed ? CXJ_SEALED : j->count > 0 ? CXJ_OK : CXJ_NOT_FOUND;
        ck_assert_msg(status == expected, "journey %" PRIu64 ": %s in place of %s", number, cxj_status_text(status),
                      cxj_status_text(expected));
        ck_assert_uint_eq(count, j->count);
        status = cxj_journey_state(here.sealing, number, &state, sizeof state);
        if (j->sealed) ck_assert_int_eq(status, CXJ_SEALED);
        held += j->count;
        sealed += j->sealed;
    }
    ck_assert_uint_eq(stats_of(here.sealing).held, held);
    ck_assert_uint_eq(stats_of(here.sealing).sealed, sealed);
}

static void compare_stats(void) {
    cxj_stats a = stats_of(here.sealing), b = stats_of(here.keeping);
    ck_assert_uint_eq(a.touchpoints, b.touchpoints);
    ck_assert_uint_eq(a.journeys, b.journeys);
    ck_assert_int_eq(a.latest_at, b.latest_at);
    ck_assert_int_eq(a.now, b.now);
    ck_assert_uint_eq(a.has_now, b.has_now);
    ck_assert_uint_eq(a.duplicates, b.duplicates);
    ck_assert_uint_eq(a.superseded, b.superseded);
    ck_assert_uint_eq(a.late, here.late);
    ck_assert_uint_eq(b.sealed + b.late, 0);
}

static void compare_all(void) {
    cxj_view *a = NULL, *b = NULL;
    size_t i = 0;
    for (; cxj_view_at(here.keeping, i, &b) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_at(here.sealing, i, &a), CXJ_OK);
        compare_views(a, b, 0);
    }
    for (size_t k = 0; here.later && cxj_view_at(here.later, k, &b) == CXJ_OK; k++) {
        ck_assert_int_eq(cxj_view_at(here.sealing, i + k, &a), CXJ_OK);
        compare_views(a, b, here.first_late_debt);
    }
    compare_whereabouts();
    compare_stats();
}

/* ---- the logs --------------------------------------------------------------------------------------------------- */

enum { STEPS = 120 };

static void run_log(uint64_t log) {
    open_world(log);
    for (uint32_t step = 0; step < STEPS; step++) {
        step_record();
        if (chance(3) == 0) step_withdraw();
        if (chance(3) == 0) step_advance();
        if (chance(12) == 0) step_erase();
        if (chance(30) == 0) step_erase_customer();
        if (step == STEPS / 2) step_views();
        if (step == STEPS * 3 / 4) step_drop();
        if (step % 7 == 0) compare_all();
        if (chance(2) == 0) here.base++;
    }
    compare_all();
}

/* "A journey may be sealed …: its touchpoints are let go, what it contributed stays, its number is kept. A touchpoint for
 * a sealed journey is refused and counted as late; nothing vanishes silently." */
START_TEST(sums_are_as_without_sealing) {
    uint64_t sealed = 0, late = 0, held = 0, debts = 0;
    for (uint64_t log = 0; log < logs; log++) {
        printf("sealing: CXJ_SEED=%" PRIu64 " CXJ_LOGS=1\r", seed + log);
        run_log(log);
        sealed += stats_of(here.sealing).sealed;
        held += stats_of(here.sealing).held;
        late += here.late;
        debts += here.debt_count;
        close_world();
    }
    printf("sealing: %" PRIu64 " logs: %" PRIu64 " journeys sealed, %" PRIu64 " touchpoints late, %" PRIu64
           " held, %" PRIu64 " debts\n", logs, sealed, late, held, debts);
    /* Logs in which nothing is sealed, or all, would prove nothing. */
    ck_assert_uint_gt(sealed, 20 * logs);
    ck_assert_uint_gt(late, 20 * logs);
    ck_assert_uint_gt(held, 20 * logs);
    ck_assert(logs < 4 || debts > 0);
}
END_TEST
