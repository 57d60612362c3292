/* sealing: journeys that are over let their touchpoints go, and what they contributed stays (section 3.6 of the
 * specification), through the public header alone.
 *
 * Beside an engine that seals stands one that does not, and that is given exactly what the first did not find late.
 * All that both show must be the same, to the last bit, whatever comes. Which journeys are sealed, and which
 * touchpoints are late, a plain model says, which keeps every journey as a list and looks at all of them each time the
 * clock moves.
 *
 * One number may differ, and it is said how: a commitment that was open and still ahead when its journey was sealed
 * comes due in the engine that does not seal, and never in the other. Such a commitment is a debt: it is counted out of
 * what the second engine calls overdue, in the cells in which its journey stands, from when it comes due.
 *
 * CXJ_SEED takes the seed of the random logs; it is printed. CXJ_LOGS=500 runs so many of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "same.h"
#include "suite.h"

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
static uint64_t logs = 8;
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
    cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

static void add_views(cxj_engine *engine, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) add(engine, texts[i]);
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

static bool has_name(const cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    return cxj_find_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given) == CXJ_OK;
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
    cxj_status status = cxj_journey_touchpoints(engine, journey, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count);
    return status == CXJ_TOO_SMALL ? CXJ_OK : status;
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
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    cxj_text part = {key, CXJ_ZERO_TERMINATED};
    cxj_value result;
    cxj_status status =
        cxj_view_get(view, key ? &part : NULL, sizeof part, key ? 1 : 0, &metric, 1, NULL, 0, &result, sizeof result);
    return status == CXJ_OK || status == CXJ_INCOMPLETE ? result.value : NAN;
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
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(18);
    t.facets |= chance(5) ? 0 : CXJ_FACET_DELIVERED;
    t.outcome = chance(7) ? 0 : (uint8_t)(1 + chance(2));
    if (chance(4) == 0) rate(&t);
    return t;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The model
 * ------------------------------------------------------------------------------------------------------------------ */

enum { NUMBERS = 120, MOST_HELD = 400, OTHER_LIFE = 1000 };

typedef struct course {
    cxj_touchpoint held[MOST_HELD]; /* in order */
    size_t count;
    bool sealed;
    uint64_t lives; /* how often its number was erased while it was sealed */
} course;

static bool is_withdrawn(const cxj_touchpoint *t) {
    return (t->facets & CXJ_FACET_WITHDRAWN) != 0;
}

static int order_of(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    if (is_withdrawn(a) != is_withdrawn(b)) return is_withdrawn(b) ? -1 : 1;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* A touchpoint arrives. Of one id no two revisions are equal, unless they are the same touchpoint, or one is withdrawn.
 * "A touchpoint that is withdrawn keeps its id and revision" (section 3.3), and nothing else. */
static void model_take(course *j, const cxj_touchpoint *arrived) {
    cxj_touchpoint bare = {
        .journey = arrived->journey, .id = arrived->id, .revision = arrived->revision, .facets = CXJ_FACET_WITHDRAWN};
    const cxj_touchpoint *t = is_withdrawn(arrived) ? &bare : arrived;
    if (t == &bare && t->id == 0) return;
    for (size_t i = 0; i < j->count && t->id != 0; i++) {
        if (j->held[i].id != t->id) continue;
        bool holds = is_withdrawn(&j->held[i]) >= is_withdrawn(t);
        if (j->held[i].revision > t->revision || (j->held[i].revision == t->revision && holds)) return;
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

/* When a journey is to be sealed: "a while after its end, or after its last touchpoint", of those that contribute. */
static int64_t sealing_of(const course *j, int64_t ended_after, int64_t idle_after) {
    int64_t moment = INT64_MAX, end = 0, last = INT64_MAX;
    bool ended = false;
    for (size_t i = 0; i < j->count; i++) {
        const cxj_touchpoint *t = &j->held[i];
        if (is_withdrawn(t)) continue;
        last = t->at;
        if (t->outcome != 0) {
            ended = true;
            end = t->at;
        } else if (reopens(t)) {
            ended = false;
        }
    }
    if (ended && ended_after > 0) moment = end + ended_after;
    if (last != INT64_MAX && idle_after > 0 && last + idle_after < moment) moment = last + idle_after;
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
    "journeys with drivers",
};
/* Views that are added when some journeys are sealed already. */
static const char *const LATE_VIEWS[] = {
    "touchpoints by activity, outcome per month",
    "transitions by team, segment",
    "journeys by segment, exit with drivers",
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
    course journeys[NUMBERS + 1];
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
static cxj_touchpoint again(uint64_t number, const course *j) {
    cxj_touchpoint t = j->held[chance((uint32_t)j->count)];
    cxj_touchpoint other = random_touchpoint(number, here.clock);
    if (is_withdrawn(&t)) t.at = other.at;
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
    const course *j = &here.journeys[number];
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
        course *j = &here.journeys[batch[i].journey];
        if (!is_bad(&batch[i]) && !j->sealed) model_take(j, &batch[i]);
    }
}

static void step_withdraw(void) {
    uint64_t number = some_number();
    course *j = &here.journeys[number];
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
    t.facets = CXJ_FACET_WITHDRAWN;
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
        ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
        while (cxj_cursor_next(cursor) == CXJ_OK) owe(&info, cursor, due);
        cxj_cursor_close(cursor);
    }
}

/* Notes which commitments of a journey that is sealed now are still ahead. */
static void note_debts(uint64_t number, const course *j) {
    cxj_engine *alone = NULL;
    cxj_journey state;
    if (cxj_journey_state(here.keeping, other_number(number), NULL, 0, &state, sizeof state) != CXJ_OK || state.outcome)
        return;
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
        course *j = &here.journeys[number];
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
    course *j = &here.journeys[number];
    cxj_status status = cxj_erase_journey(here.sealing, number);
    if (j->sealed) {
        ck_assert_int_eq(status, CXJ_PARTIALLY_ERASED);
        j->sealed = false;
        j->lives++;
        return;
    }
    ck_assert_int_eq(status, j->count > 0 ? CXJ_OK : CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(here.keeping, other_number(number)), status);
    if (here.later) (void)cxj_erase_journey(here.later, other_number(number));
    j->count = 0;
}

static bool states(const course *j, uint64_t customer) {
    for (size_t i = 0; i < j->count; i++) {
        if (j->held[i].customer == customer) return true;
    }
    return false;
}

static void step_erase_customer(void) {
    uint64_t customer = 1 + chance(9), erased = 99, expected = 0;
    cxj_status status = cxj_erase_customer(here.sealing, customer, &erased);
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        course *j = &here.journeys[number];
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
        const course *j = &here.journeys[number];
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

static bool same_metric(const cxj_value *a, const cxj_value *b) {
    return same_double(a->value, b->value) && same_double(a->low, b->low) && same_double(a->high, b->high) &&
           a->n == b->n;
}

static void compare_cell(cxj_cursor *a, cxj_cursor *b, const cxj_view_info *info, size_t first_debt) {
    uint32_t metrics[128];
    uint32_t overdue = UINT32_MAX;
    cxj_value mine[128], others[128];
    char key[160], other_key[160];
    size_t count = metrics_of(info->grain, metrics, 128);
    (void)cxj_metric_find(info->grain, "overdue", CXJ_ZERO_TERMINATED, &overdue);
    key_of(a, info->parts, key, sizeof key);
    key_of(b, info->parts, other_key, sizeof other_key);
    ck_assert_str_eq(key, other_key);
    ck_assert_int_eq(cxj_cursor_metrics(a, metrics, count, NULL, 0, mine, sizeof *mine), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_metrics(b, metrics, count, NULL, 0, others, sizeof *others), CXJ_OK);
    for (size_t i = 0; i < count; i++) {
        if (metrics[i] == overdue) others[i].value -= owed_in(info->text, key, first_debt);
        ck_assert_msg(same_metric(&mine[i], &others[i]),
                      "[%s] %s, metric %u: %.17g (n %" PRIu64 ") and %.17g (%" PRIu64 ")", info->text, key,
                      (unsigned)metrics[i], mine[i].value, mine[i].n, others[i].value, others[i].n);
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
    /* A view that lacks something says so. */
    ck_assert_int_eq(cxj_cursor_open(a, NULL, 0, &mine),
                     info.incomplete || info.lacks_sealed ? CXJ_INCOMPLETE : CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(b, NULL, 0, &others),
                     other.incomplete || other.lacks_sealed ? CXJ_INCOMPLETE : CXJ_OK);
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
        const course *j = &here.journeys[number];
        size_t count = 0;
        cxj_journey state;
        cxj_status status =
            cxj_journey_touchpoints(here.sealing, number, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count);
        cxj_status expected = j->sealed ? CXJ_SEALED : j->count > 0 ? CXJ_TOO_SMALL : CXJ_NOT_FOUND;
        ck_assert_msg(status == expected, "journey %" PRIu64 ": %s in place of %s", number, cxj_status_text(status),
                      cxj_status_text(expected));
        ck_assert_uint_eq(count, j->count);
        status = cxj_journey_state(here.sealing, number, NULL, 0, &state, sizeof state);
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
    for (size_t bit = 0; bit < 32; bit++) {
        ck_assert_uint_eq(here.sealing->core.facet_counts[bit], here.keeping->core.facet_counts[bit]);
        ck_assert_uint_eq(here.keeping->core.sealed_facets[bit], 0);
    }
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
        if (step % 15 == 0) compare_all();
        if (chance(2) == 0) here.base++;
    }
    compare_all();
}

/* "A journey may be sealed …: its touchpoints are let go, what it contributed stays, its number is kept. A touchpoint
 * for a sealed journey is refused and counted as late; nothing vanishes silently." */
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
           " held, %" PRIu64 " debts\n",
           logs, sealed, late, held, debts);
    /* Logs in which nothing is sealed, or all, would prove nothing. */
    ck_assert_uint_gt(sealed, 20 * logs);
    ck_assert_uint_gt(late, 20 * logs);
    ck_assert_uint_gt(held, 20 * logs);
    ck_assert(logs < 50 || debts > 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What is late
 * ------------------------------------------------------------------------------------------------------------------ */

/* An engine in which journey 1 is sealed. */
static cxj_engine *make_with_one_sealed(void) {
    cxj_engine *engine = make(HOUR, 0);
    add_views(engine, VIEWS, VIEW_COUNT);
    record(engine, (cxj_touchpoint){.journey = 1,
                                    .id = 1,
                                    .at = START,
                                    .outcome = CXJ_OUTCOME_COMPLETED,
                                    .channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "phone")});
    advance(engine, START + HOUR);
    ck_assert(is_sealed(engine, 1));
    return engine;
}

enum { CALL = 200 };

static void fill_call(cxj_touchpoint *call) {
    for (size_t i = 0; i < CALL; i++) call[i] = (cxj_touchpoint){.journey = 2 + i % 5, .id = i + 1, .at = START};
}

/* "stop before the first touchpoint that is refused or late", wherever in the call it stands. */
START_TEST(call_stops_before_the_first_late_one) {
    for (size_t place = 0; place < CALL; place += 13) {
        cxj_touchpoint call[CALL];
        cxj_engine *engine = make_with_one_sealed(), *twin = make_with_one_sealed();
        fill_call(call);
        call[place].journey = 1;
        cxj_receipt receipt = take(engine, call, CALL, CXJ_STOP_AT_REFUSAL, CXJ_REFUSED);
        ck_assert_uint_eq(receipt.processed, place);
        ck_assert_uint_eq(receipt.accepted, place);
        ck_assert_uint_eq(receipt.late, 1);
        ck_assert_uint_eq(receipt.refused, 0);
        ck_assert_uint_eq(receipt.first_refusal, place);
        ck_assert_int_eq(receipt.first_status, CXJ_LATE);
        check_message(engine, place, 1);
        take(twin, call, place, 0, CXJ_OK);
        same(engine, twin, 1, 6);
        ck_assert_uint_eq(stats_of(engine).late, 1);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(twin);
    }
}
END_TEST

/* A journey that is full is met before what is late in the same chunk: then nothing late was met. */
START_TEST(call_stops_at_the_limit_before_a_late_one) {
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = 2, .seal_ended_after = HOUR};
    cxj_engine *engine = make_with(&options);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .outcome = CXJ_OUTCOME_COMPLETED});
    advance(engine, START + HOUR);
    const cxj_touchpoint call[] = {{.journey = 2, .id = 1, .at = START},
                                   {.journey = 2, .id = 2, .at = START},
                                   {.journey = 2, .id = 3, .at = START},
                                   {.journey = 1, .id = 2, .at = START}};
    cxj_receipt receipt = take(engine, call, 4, CXJ_STOP_AT_REFUSAL, CXJ_REFUSED);
    ck_assert_int_eq(receipt.first_status, CXJ_LIMIT);
    ck_assert_uint_eq(receipt.first_refusal, 2);
    ck_assert_uint_eq(receipt.late, 0);
    ck_assert_uint_eq(stats_of(engine).late, 0);
    receipt = take(engine, call, 4, 0, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.duplicates, 2);
    ck_assert_uint_eq(receipt.refused, 1);
    ck_assert_uint_eq(receipt.late, 1);
    ck_assert_uint_eq(stats_of(engine).late, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "nothing vanishes silently": columns, corrections and withdrawals are late like any other. */
START_TEST(whatever_comes_for_a_sealed_journey_is_late) {
    cxj_engine *engine = make_with_one_sealed(), *twin = make_with_one_sealed();
    const uint64_t journeys[] = {1, 2}, ids[] = {1, 1};
    const int64_t at[] = {START, START};
    const cxj_columns columns = {.size = sizeof columns, .journey = journeys, .id = ids, .at = at};
    cxj_receipt receipt;
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 2, 0, &receipt, sizeof receipt), CXJ_REFUSED);
    ck_assert_uint_eq(receipt.late, 1);
    ck_assert_uint_eq(receipt.accepted, 1);
    ck_assert_uint_eq(receipt.processed, 2);
    check_message(engine, 0, 1);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_LATE);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 7), CXJ_LATE);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 99, 0), CXJ_LATE);
    check_message(engine, 0, 1);
    record_late(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 9, .at = START});
    record(twin, (cxj_touchpoint){.journey = 2, .id = 1, .at = START});
    same(engine, twin, 1, 2);
    ck_assert_uint_eq(stats_of(engine).late, 5);
    ck_assert_uint_eq(stats_of(engine).refused, 0);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(twin);
}
END_TEST

/* What is wrong in itself is refused for that, sealed or not. */
START_TEST(bad_field_comes_before_late) {
    cxj_engine *engine = make_with_one_sealed();
    const cxj_touchpoint bad = {.journey = 1, .id = 2, .at = START, .commitment = 8};
    cxj_receipt receipt = take(engine, &bad, 1, 0, CXJ_REFUSED);
    ck_assert_int_eq(receipt.first_status, CXJ_BAD_FIELD);
    ck_assert_uint_eq(receipt.late, 0);
    ck_assert_uint_eq(receipt.refused, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Erasure
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Erasing it removes its number; its sums, which name nobody, stay, and the status says so." */
START_TEST(sums_of_an_erased_journey_stay) {
    cxj_engine *engine = make_with_one_sealed();
    cxj_view *view = add(engine, VIEWS[6]);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_PARTIALLY_ERASED);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    ck_assert_int_eq(whereabouts(engine, 1), CXJ_NOT_FOUND);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 1);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_NOT_FOUND);
    check_value(view, NULL, CXJ_GRAIN_JOURNEYS, "journeys", 1);
    /* "a touchpoint for it would begin a new journey" */
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START + HOUR});
    check_value(view, NULL, CXJ_GRAIN_JOURNEYS, "journeys", 2);
    check_value(view, NULL, CXJ_GRAIN_JOURNEYS, "open", 1);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    check_value(view, NULL, CXJ_GRAIN_JOURNEYS, "journeys", 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Sealed journeys hold none and name no customer". */
START_TEST(customer_is_not_found_in_sealed_journeys) {
    cxj_engine *engine = make(HOUR, 0);
    uint64_t erased = 99;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .customer = 5, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .customer = 5});
    advance(engine, START + HOUR);
    ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_OK);
    ck_assert_uint_eq(erased, 1);
    ck_assert(is_sealed(engine, 1));
    ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_NOT_FOUND);
    ck_assert_uint_eq(erased, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "what it contributed stays": and so do the names in its keys, whoever is erased. */
START_TEST(names_of_sealed_journeys_are_not_retired) {
    cxj_engine *engine = make_with_one_sealed();
    cxj_view *view = add(engine, "touchpoints by channel");
    cxj_view *first = NULL;
    ck_assert_int_eq(cxj_view_at(engine, 0, &first), CXJ_OK);
    uint32_t phone = code(engine, CXJ_DIMENSION_CHANNEL, "phone"), mail = code(engine, CXJ_DIMENSION_CHANNEL, "mail");
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .channel = (uint16_t)phone, .customer = 3});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START, .channel = (uint16_t)mail});
    ck_assert_int_eq(cxj_erase_customer(engine, 3, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_PARTIALLY_ERASED);
    record(engine, (cxj_touchpoint){.journey = 3, .id = 1, .at = START, .channel = (uint16_t)phone});
    ck_assert_int_eq(cxj_erase_journey(engine, 3), CXJ_OK);
    ck_assert(has_name(engine, CXJ_DIMENSION_CHANNEL, "phone"));
    ck_assert(!has_name(engine, CXJ_DIMENSION_CHANNEL, "mail"));
    ck_assert_uint_eq(code(engine, CXJ_DIMENSION_CHANNEL, "phone"), phone);
    const char *name = NULL;
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_CHANNEL, phone, &name, NULL), CXJ_OK);
    ck_assert_str_eq(name, "phone");
    const cxj_text key[] = {
        {"2025-12-29", CXJ_ZERO_TERMINATED}, {"phone", CXJ_ZERO_TERMINATED}, {"", CXJ_ZERO_TERMINATED}};
    uint32_t metric = 0;
    cxj_value result;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(first, key, sizeof *key, 3, &metric, 1, NULL, 0, &result, sizeof result), CXJ_OK);
    ck_assert(result.value > 0.5 && result.value < 1.5);
    ck_assert(isnan(value_of(view, "phone", CXJ_GRAIN_TOUCHPOINTS, "touchpoints")));
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Views and cells
 * ------------------------------------------------------------------------------------------------------------------ */

/* A view that was dropped and is added again "lacks the sealed journeys". */
START_TEST(view_added_again_covers_what_is_not_sealed) {
    cxj_engine *engine = make_with_one_sealed();
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START + HOUR});
    cxj_view *view = add(engine, "journeys by outcome");
    check_value(view, "", CXJ_GRAIN_JOURNEYS, "journeys", 1);
    ck_assert(isnan(value_of(view, "completed", CXJ_GRAIN_JOURNEYS, "journeys")));
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START + 2 * HOUR, .outcome = 1});
    advance(engine, START + 4 * HOUR);
    check_value(view, "completed", CXJ_GRAIN_JOURNEYS, "journeys", 1);
    ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    view = add(engine, "journeys by outcome");
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.cells, 0);
    ck_assert_uint_eq(stats_of(engine).journeys, 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* "the existing cells are exact, others are missing", sealed or not. */
START_TEST(incomplete_view_seals_too) {
    const cxj_options options = {.size = sizeof options, .cells_limit = 3, .seal_idle_after = 50 * HOUR};
    cxj_engine *engine = make_with(&options), *all = make(0, 0);
    const char *text = "touchpoints by channel, stage";
    cxj_view *few = add(engine, text), *many = add(all, text);
    chance_state = seed;
    for (uint64_t i = 0; i < 300; i++) {
        cxj_touchpoint t = random_touchpoint(1 + i / 5, START + (int64_t)i * HOUR);
        t.at = START + (int64_t)i * HOUR;
        record(engine, in_codes(engine, t));
        record(all, in_codes(all, t));
        if (i % 20 == 0) advance(engine, t.at);
        if (i % 20 == 0) advance(all, t.at);
    }
    cxj_view_info info;
    difference what;
    ck_assert_int_eq(cxj_view_describe(few, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 1);
    ck_assert_uint_eq(info.cells, 3);
    ck_assert_msg(same_view(few, many, true, &what), "%s", what.words);
    ck_assert_uint_gt(stats_of(engine).sealed, 20);
    ck_assert_uint_eq(stats_of(engine).touchpoints, stats_of(all).touchpoints);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(all);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * When
 * ------------------------------------------------------------------------------------------------------------------ */

static void refuse_options(cxj_options options) {
    cxj_engine *engine = NULL;
    char message[200] = "";
    options.size = sizeof options;
    ck_assert_int_eq(cxj_engine_create(&options, message, sizeof message, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_null(engine);
    ck_assert_ptr_nonnull(strstr(message, options.seal_idle_after != 0 ? "seal_idle_after" : "seal_ended_after"));
}

/* "Both are at most 10^15". */
START_TEST(options_out_of_bounds_are_refused) {
    refuse_options((cxj_options){.seal_ended_after = -1});
    refuse_options((cxj_options){.seal_ended_after = INT64_MIN});
    refuse_options((cxj_options){.seal_ended_after = LONGEST_TIME + 1});
    refuse_options((cxj_options){.seal_ended_after = INT64_MAX});
    refuse_options((cxj_options){.seal_idle_after = -1});
    refuse_options((cxj_options){.seal_idle_after = INT64_MIN});
    refuse_options((cxj_options){.seal_idle_after = LONGEST_TIME + 1});
    refuse_options((cxj_options){.seal_idle_after = INT64_MAX});
}
END_TEST

/* "0: never" (section 3.6: "opt-in"). */
START_TEST(without_the_options_nothing_is_sealed) {
    cxj_engine *engine = make(0, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = FIRST_MOMENT, .outcome = 1});
    advance(engine, LAST_MOMENT);
    ck_assert_int_eq(whereabouts(engine, 1), CXJ_OK);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* The moment itself is late enough, a millisecond before it is not. */
static void check_moment(cxj_engine *engine, uint64_t journey, int64_t moment) {
    advance(engine, moment - 1);
    ck_assert_int_eq(whereabouts(engine, journey), CXJ_OK);
    advance(engine, moment);
    ck_assert(is_sealed(engine, journey));
    cxj_engine_destroy(engine);
}

static cxj_engine *make_with_times(int64_t ended, int64_t idle, int64_t end, int64_t last) {
    cxj_engine *engine = make(ended, idle);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = end, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = last});
    return engine;
}

/* "ms after its end at which a journey is sealed"; "ms after its last touchpoint"; "if both are set, the earlier time
 * applies". */
START_TEST(sealed_at_the_moment_and_not_before) {
    check_moment(make_with_times(10, 0, START, START + 50), 1, START + 10);
    check_moment(make_with_times(0, 10, START, START + 50), 1, START + 60);
    check_moment(make_with_times(10, 40, START, START + 5), 1, START + 10);
    check_moment(make_with_times(90, 40, START, START + 5), 1, START + 45);
    check_moment(make_with_times(1, 0, START, START), 1, START + 1);
    check_moment(make_with_times(1, 1, LAST_MOMENT - 1, LAST_MOMENT - 1), 1, LAST_MOMENT);
    check_moment(make_with_times(3, 0, FIRST_MOMENT, FIRST_MOMENT), 1, FIRST_MOMENT + 3);
}
END_TEST

/* The longest times reach beyond the year 9999 and do no harm. */
START_TEST(longest_times_seal_nothing) {
    cxj_engine *engine = make(LONGEST_TIME, LONGEST_TIME);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = FIRST_MOMENT, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = LAST_MOMENT, .outcome = 1});
    advance(engine, FIRST_MOMENT);
    advance(engine, LAST_MOMENT);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    ck_assert_uint_eq(stats_of(engine).held, 2);
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT + 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_advance(engine, 0), CXJ_CLOCK);
    cxj_engine_destroy(engine);
}
END_TEST

/* A clock that is refused seals nothing. */
START_TEST(clock_that_does_not_move_seals_nothing) {
    cxj_engine *engine = make(1, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .outcome = 1});
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT + 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_advance(engine, INT64_MAX), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(whereabouts(engine, 1), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* What comes with an old date after the clock has passed waits for the next advance, also to the same moment. */
START_TEST(old_dates_are_sealed_at_the_next_advance) {
    cxj_engine *engine = make(10, 0);
    advance(engine, START);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START - 100, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = START - 200});
    ck_assert_uint_eq(stats_of(engine).held, 2);
    advance(engine, START);
    ck_assert(is_sealed(engine, 1));
    cxj_engine_destroy(engine);
}
END_TEST

/* "a while after its end, or after its last touchpoint" (section 3.6): of those that contribute. Whatever the date of
 * what is taken back, before it came or after, and whether it comes as a touchpoint or by cxj_withdraw(), it decides
 * nothing. */
START_TEST(what_is_withdrawn_does_not_decide_when_a_journey_is_sealed) {
    static const int64_t moments[] = {-62135596800000, START - 50, START, START + 50, 253402300799999};
    for (size_t i = 0; i < 4 * sizeof moments / sizeof *moments; i++) {
        cxj_engine *engine = make(0, 10);
        cxj_touchpoint right = {.journey = 2, .id = 1, .at = START},
                       taken = {.journey = 2, .id = 2, .at = moments[i / 4]};
        taken.outcome = CXJ_OUTCOME_COMPLETED;
        if (i & 1) ck_assert_int_eq(cxj_withdraw(engine, 2, 2, 7), CXJ_OK);
        if (i & 2) record(engine, right);
        record(engine, taken);
        if (!(i & 2)) record(engine, right);
        taken.facets = CXJ_FACET_WITHDRAWN;
        taken.revision = 7;
        if (!(i & 1)) record(engine, taken);
        advance(engine, START + 9);
        ck_assert_int_eq(whereabouts(engine, 2), CXJ_OK);
        advance(engine, START + 10);
        ck_assert(is_sealed(engine, 2));
        ck_assert_uint_eq(stats_of(engine).touchpoints, 1);
        ck_assert_int_eq(stats_of(engine).latest_at, START);
        ck_assert_uint_eq(stats_of(engine).held, 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* A journey of which nothing contributes has no last touchpoint and no end: it is kept until it is erased, so that what
 * was taken back before it came stays so. */
START_TEST(journey_of_nothing_but_withdrawn_is_not_sealed) {
    cxj_engine *engine = make(10, 10);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 1), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = START, .outcome = CXJ_OUTCOME_COMPLETED});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 0), CXJ_OK);
    advance(engine, START + 100000);
    ck_assert(!is_sealed(engine, 1));
    ck_assert_uint_eq(stats_of(engine).held, 2);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    ck_assert_uint_eq(stats_of(engine).touchpoints, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 3, .at = START});
    advance(engine, START + 100000);
    ck_assert(is_sealed(engine, 1));
    cxj_engine_destroy(engine);
}
END_TEST

/* A journey that has no end is not sealed for it: its outcome was withdrawn, or it was taken up again in time. */
START_TEST(journey_without_an_end_is_not_sealed) {
    cxj_engine *engine = make(10, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = START, .sequence = 1, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 3, .id = 1, .at = START, .outcome = 1});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 0), CXJ_OK);
    advance(engine, START + 9);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START + 5, .facets = CXJ_FACET_REOPENS});
    advance(engine, START + 500);
    ck_assert(!is_sealed(engine, 1) && !is_sealed(engine, 2) && is_sealed(engine, 3));
    record(engine, (cxj_touchpoint){.journey = 2, .id = 3, .at = START + 495, .outcome = 2});
    advance(engine, START + 504);
    ck_assert(!is_sealed(engine, 2));
    advance(engine, START + 505);
    ck_assert(is_sealed(engine, 2));
    cxj_engine_destroy(engine);
}
END_TEST

/* The end that holds when the clock moves is what counts, however often it was corrected before. */
START_TEST(corrections_move_the_end) {
    cxj_engine *engine = make(10, 0);
    cxj_touchpoint earlier = {.journey = 1, .id = 1, .at = START + 100, .outcome = 1};
    cxj_touchpoint later = {.journey = 2, .id = 1, .at = START + 100, .outcome = 1};
    record(engine, earlier);
    record(engine, later);
    earlier.revision = later.revision = 1;
    earlier.at = START + 20;
    later.at = START + 300;
    record(engine, earlier);
    record(engine, later);
    advance(engine, START + 29);
    ck_assert(!is_sealed(engine, 1));
    advance(engine, START + 30);
    ck_assert(is_sealed(engine, 1));
    advance(engine, START + 309);
    ck_assert(!is_sealed(engine, 2));
    advance(engine, START + 310);
    ck_assert(is_sealed(engine, 2));
    cxj_engine_destroy(engine);
}
END_TEST

/* An erased journey leaves no deadline behind for the one that takes its place. */
START_TEST(erased_journey_seals_nobody_else) {
    cxj_engine *engine = make(10, 0);
    for (uint64_t number = 1; number <= 40; number++) {
        record(engine, (cxj_touchpoint){.journey = number, .id = 1, .at = START, .outcome = 1});
        ck_assert_int_eq(cxj_erase_journey(engine, number), CXJ_OK);
        record(engine, (cxj_touchpoint){.journey = 100 + number, .id = 1, .at = START});
    }
    advance(engine, START + 1000);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    ck_assert_uint_eq(stats_of(engine).held, 40);
    cxj_engine_destroy(engine);
}
END_TEST

/* "A size below that of version 0.2, with which no program can have been built, is refused": sealing is in it. */
START_TEST(hosts_that_know_nothing_of_it_are_refused) {
    static const size_t sizes[] = {offsetof(cxj_options, seal_ended_after), offsetof(cxj_options, seal_idle_after)};
    for (size_t i = 0; i < 2; i++) {
        const cxj_options older = {.size = sizes[i]};
        cxj_engine *engine = NULL;
        ck_assert_int_eq(cxj_engine_create(&older, NULL, 0, &engine), CXJ_BAD_ARGUMENT);
        ck_assert_ptr_null(engine);
    }
    cxj_engine *engine = make(0, 0);
    cxj_stats stats;
    memset(&stats, 0xff, sizeof stats);
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, offsetof(cxj_stats, sealed)), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(stats.held, UINT64_MAX);
    cxj_engine_destroy(engine);
}
END_TEST

/* A sealed journey "is kept … 8 bytes in a table that is full enough": a stream can run for ever. */
START_TEST(memory_does_not_grow_with_what_is_sealed) {
    cxj_engine *engine = make(0, HOUR);
    add_views(engine, VIEWS, 1);
    uint64_t number = 0, before = 0;
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 500; i++) {
            int64_t at = START + round * HOUR;
            number++;
            for (uint64_t id = 1; id <= 4; id++)
                record(engine, (cxj_touchpoint){.journey = number, .id = id, .at = at});
        }
        advance(engine, START + round * HOUR);
        if (round == 9) before = stats_of(engine).memory;
    }
    uint64_t sealed = stats_of(engine).sealed;
    ck_assert_uint_ge(sealed, 39 * 500);
    ck_assert_uint_lt(stats_of(engine).memory, before + 16 * 30 * 500 + 4096);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Merge
 * ------------------------------------------------------------------------------------------------------------------ */

enum { PARTS = 3, MERGED_STEPS = 40 };

/* An engine that sees all, and some that see a share of the journeys each; all seal alike. */
typedef struct shares {
    cxj_engine *whole;
    cxj_engine *parts[PARTS];
    int64_t clock;
    uint64_t base;
} shares;

static void open_shares(shares *all, uint64_t log) {
    chance_state = (seed + log) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++) (void)chance(2);
    int64_t ended = 1 + hours(60), idle = chance(2) ? 1 + hours(150) : 0;
    *all = (shares){.whole = make(ended, idle), .clock = START, .base = 1};
    next_id = next_revision = 0;
    give_names(all->whole, 0);
    add_views(all->whole, VIEWS, VIEW_COUNT);
    for (uint32_t i = 0; i < PARTS; i++) {
        all->parts[i] = make(ended, idle);
        give_names(all->parts[i], i + 1);
        /* Views meet by their text, in whatever order they were added. */
        for (size_t v = 0; v < VIEW_COUNT; v++) add(all->parts[i], VIEWS[(v * 5 + i) % VIEW_COUNT]);
    }
}

static void close_shares(shares *all) {
    cxj_engine_destroy(all->whole);
    for (size_t i = 0; i < PARTS; i++) cxj_engine_destroy(all->parts[i]);
}

static cxj_status record_coded(cxj_engine *engine, const cxj_touchpoint *t) {
    cxj_touchpoint coded = in_codes(engine, *t);
    cxj_status status = cxj_record(engine, &coded, sizeof coded, 1, 0, NULL, 0);
    ck_assert(status == CXJ_OK || status == CXJ_REFUSED);
    return status;
}

static cxj_touchpoint share_arrival(const shares *all) {
    uint64_t number = all->base + chance(20);
    cxj_touchpoint t = random_touchpoint(chance(3) ? number : all->base + 7, all->clock);
    if (next_id > 50 && chance(5) == 0) t.id = next_id - chance(50); /* often of another journey, then a new one */
    return t;
}

/* Each part gets the journeys whose number says so; with one engine left, that is all. */
static void feed_shares(shares *all, uint32_t parts, uint32_t steps) {
    for (uint32_t step = 0; step < steps; step++) {
        for (uint32_t i = chance(40); i > 0; i--) {
            cxj_touchpoint t = share_arrival(all);
            cxj_status status = record_coded(all->parts[t.journey % parts], &t);
            ck_assert_int_eq(record_coded(all->whole, &t), status);
        }
        if (chance(2) == 0) all->base++;
        if (chance(3)) continue;
        all->clock += hours(40);
        advance(all->whole, all->clock);
        for (uint32_t i = 0; i < parts; i++) advance(all->parts[i], all->clock);
    }
}

/* All cells, and what the stats say of the state; codes may differ. */
static void compare_shown(const cxj_engine *a, const cxj_engine *b) {
    cxj_view *mine = NULL;
    cxj_stats s = stats_of(a), o = stats_of(b);
    for (size_t i = 0; cxj_view_at(a, i, &mine) == CXJ_OK; i++) {
        cxj_view_info info;
        cxj_view *others = NULL;
        difference what;
        bool found = false;
        ck_assert_int_eq(cxj_view_describe(mine, &info, sizeof info), CXJ_OK);
        for (size_t k = 0; !found && cxj_view_at(b, k, &others) == CXJ_OK; k++) {
            cxj_view_info other;
            ck_assert_int_eq(cxj_view_describe(others, &other, sizeof other), CXJ_OK);
            found = strcmp(info.text, other.text) == 0;
        }
        ck_assert_msg(found, "[%s] is in one only", info.text);
        ck_assert_msg(same_view(mine, others, false, &what), "%s", what.words);
    }
    ck_assert_uint_eq(s.touchpoints, o.touchpoints);
    ck_assert_uint_eq(s.journeys, o.journeys);
    ck_assert_uint_eq(s.held, o.held);
    ck_assert_uint_eq(s.sealed, o.sealed);
    ck_assert_int_eq(s.latest_at, o.latest_at);
    ck_assert_int_eq(s.now, o.now);
}

static void compare_numbers(const cxj_engine *a, const cxj_engine *b, uint64_t last) {
    for (uint64_t number = 1; number <= last; number++) {
        ck_assert_int_eq(whereabouts(a, number), whereabouts(b, number));
    }
}

static void merge(cxj_engine *engine, const cxj_engine *source) {
    cxj_status status = cxj_merge(engine, source);
    ck_assert_msg(status == CXJ_OK, "%s: %s", cxj_status_text(status), cxj_message(engine));
}

/* Merges the parts in one of several orders and groupings; the result. */
static cxj_engine *merge_parts(shares *all, int way) {
    static const int order[][PARTS] = {{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {0, 2, 1}};
    const int *of = order[way % 4];
    cxj_engine **parts = all->parts;
    if (way / 4 == 0) {
        merge(parts[of[0]], parts[of[1]]);
        merge(parts[of[0]], parts[of[2]]);
    } else {
        merge(parts[of[1]], parts[of[2]]);
        merge(parts[of[0]], parts[of[1]]);
    }
    return parts[of[0]];
}

/* "the result is what one engine would hold that had seen all touchpoints of both"; "Merge is commutative and
 * associative" (section 3.5). Contributions of sealed journeys "are added to views with the same text". */
START_TEST(merge_is_as_if_one_had_sealed_all) {
    shares all;
    open_shares(&all, (uint64_t)_i);
    feed_shares(&all, PARTS, MERGED_STEPS);
    ck_assert_uint_gt(stats_of(all.whole).sealed, 5);
    cxj_engine *merged = merge_parts(&all, _i % 8);
    advance(all.whole, all.clock);
    advance(merged, all.clock);
    compare_shown(all.whole, merged);
    compare_numbers(all.whole, merged, all.base + 20);
    /* and it goes on as one */
    if (merged != all.parts[0]) {
        for (int i = 1; i < PARTS; i++) {
            if (all.parts[i] == merged) all.parts[i] = all.parts[0];
        }
        all.parts[0] = merged;
    }
    feed_shares(&all, 1, MERGED_STEPS / 2);
    compare_shown(all.whole, merged);
    compare_numbers(all.whole, merged, all.base + 20);
    close_shares(&all);
}
END_TEST

/* "the clock is the later of the two": a part that was behind seals what it brought at the next advance. */
START_TEST(merge_of_a_part_that_is_behind) {
    for (int turned = 0; turned < 2; turned++) {
        shares all;
        open_shares(&all, (uint64_t)_i);
        feed_shares(&all, 2, MERGED_STEPS);
        all.clock += 45 * HOUR;
        advance(all.whole, all.clock);
        advance(all.parts[1], all.clock);
        merge(all.parts[turned], all.parts[!turned]);
        ck_assert_int_eq(stats_of(all.parts[turned]).now, all.clock);
        advance(all.parts[turned], all.clock);
        compare_shown(all.whole, all.parts[turned]);
        close_shares(&all);
    }
}
END_TEST

/* An empty engine that has the views and seals nothing, or that never had a clock, takes all of it. */
START_TEST(merge_into_an_empty_engine) {
    shares all;
    open_shares(&all, (uint64_t)_i);
    feed_shares(&all, 1, MERGED_STEPS);
    cxj_engine *empty = make(0, 0), *twice = make(0, 0);
    add_views(empty, VIEWS, VIEW_COUNT);
    add_views(twice, VIEWS, VIEW_COUNT / 2); /* fewer views than the source has */
    merge(empty, all.whole);
    compare_shown(all.whole, empty);
    merge(twice, empty);
    compare_shown(twice, all.whole);
    compare_numbers(twice, all.whole, all.base + 20);
    uint64_t number = 1;
    while (!is_sealed(all.whole, number)) number++;
    record_late(twice, (cxj_touchpoint){.journey = number, .id = 1, .at = START});
    cxj_engine_destroy(empty);
    cxj_engine_destroy(twice);
    close_shares(&all);
}
END_TEST

/* "source: the other, which stays as it is". */
START_TEST(merge_leaves_a_source_that_seals) {
    shares all;
    open_shares(&all, (uint64_t)_i);
    feed_shares(&all, 2, MERGED_STEPS);
    cxj_engine *copy = make(0, 0);
    add_views(copy, VIEWS, VIEW_COUNT);
    merge(copy, all.parts[1]);
    cxj_stats before = stats_of(all.parts[1]);
    merge(all.parts[0], all.parts[1]);
    cxj_stats after = stats_of(all.parts[1]);
    ck_assert_mem_eq(&before, &after, sizeof before);
    compare_shown(copy, all.parts[1]);
    cxj_engine_destroy(copy);
    close_shares(&all);
}
END_TEST

/* Where only the engine that receives has sealed journeys, the others come as they always did. */
START_TEST(merge_where_only_the_receiver_has_sealed) {
    cxj_engine *engine = make_with_one_sealed(), *twin = make_with_one_sealed(), *source = make(0, 0);
    record(source, (cxj_touchpoint){.journey = 2, .id = 1, .at = START});
    record(twin, (cxj_touchpoint){.journey = 2, .id = 1, .at = START});
    merge(engine, source); /* though the source has no view at all */
    same(engine, twin, 1, 2);
    merge(engine, source);
    same(engine, twin, 1, 2);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(twin);
    cxj_engine_destroy(source);
}
END_TEST

/* "its sums, which name nobody, stay": also where they are merged, and whether or not other numbers are left. */
START_TEST(merge_brings_the_sums_of_erased_numbers) {
    for (uint64_t others = 0; others < 2; others++) {
        cxj_engine *source = make_with_one_sealed(), *engine = make(0, 0);
        for (uint64_t i = 0; i < others; i++) {
            record(source, (cxj_touchpoint){.journey = 5, .id = 1, .at = START, .outcome = 1});
            advance(source, START + HOUR);
        }
        add_views(engine, VIEWS, VIEW_COUNT);
        ck_assert_int_eq(cxj_erase_journey(source, 1), CXJ_PARTIALLY_ERASED);
        merge(engine, source);
        ck_assert_uint_eq(stats_of(engine).sealed, others);
        compare_shown(source, engine);
        cxj_engine_destroy(source);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---- refusals --------------------------------------------------------------------------------------------------- */

/* An engine with a bit of everything, in which journeys 1 and 2 are sealed and 3 and 4 are held. */
static cxj_engine *make_mixed(uint64_t numbers) {
    cxj_engine *engine = make(HOUR, 0);
    add_views(engine, VIEWS, VIEW_COUNT);
    for (uint64_t number = 1; number <= 4; number++) {
        for (uint64_t id = 1; id <= 3; id++) {
            cxj_touchpoint t = {.journey = numbers + number,
                                .id = id,
                                .at = START + (int64_t)id,
                                .owner = 1 + (uint32_t)id % 3,
                                .channel = (uint16_t)(1 + number),
                                .type = 1,
                                .due = START + 9,
                                .outcome = (uint8_t)(number < 3 && id == 3)};
            record(engine, in_codes(engine, t));
        }
    }
    advance(engine, START + 2 * HOUR);
    return engine;
}

/* A merge that fails leaves the engine "as before"; done twice, it takes no more memory than once. */
static void refuse_merge(uint64_t numbers, const cxj_engine *source, const char *named) {
    cxj_engine *engine = make_mixed(numbers), *twin = make_mixed(numbers);
    uint32_t teams = code(engine, CXJ_DIMENSION_TEAM, "last before");
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_msg(strstr(cxj_message(engine), named) != NULL, "%s", cxj_message(engine));
    same(engine, twin, 1, 200);
    uint64_t memory = stats_of(engine).memory;
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_uint_eq(stats_of(engine).memory, memory);
    ck_assert(!has_name(engine, CXJ_DIMENSION_TEAM, "only in the source"));
    ck_assert_uint_eq(code(engine, CXJ_DIMENSION_TEAM, "next"), teams + 1);
    record(engine, (cxj_touchpoint){.journey = 190, .id = 1, .at = START + 3 * HOUR, .outcome = 1});
    record(twin, (cxj_touchpoint){.journey = 190, .id = 1, .at = START + 3 * HOUR, .outcome = 1});
    advance(engine, START + 4 * HOUR);
    advance(twin, START + 4 * HOUR);
    same(engine, twin, 1, 200);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(twin);
}

/* A source in which a journey is held, or sealed, and others besides, with names of its own. */
static cxj_engine *make_source(uint64_t journey, bool sealed) {
    cxj_engine *source = make(HOUR, 0);
    add_views(source, VIEWS, VIEW_COUNT);
    uint16_t team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, "only in the source");
    for (uint64_t i = 0; i < 50; i++) {
        record(source,
               (cxj_touchpoint){
                   .journey = 100 + i, .id = 1, .at = START, .team = team, .outcome = (uint8_t)(sealed && i % 2)});
    }
    record(source, (cxj_touchpoint){.journey = journey, .id = 1, .at = START, .outcome = sealed});
    advance(source, START + HOUR);
    ck_assert_int_eq(whereabouts(source, journey), sealed ? CXJ_SEALED : CXJ_OK);
    return source;
}

/* "Engines do not merge where a journey sealed in one is known to the other; the refusal names it." */
START_TEST(merge_is_refused_where_a_sealed_journey_is_known) {
    static const struct {
        uint64_t journey;
        bool sealed_there;
    } cases[] = {{1, false}, {2, false}, {1, true}, {3, true}, {4, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char named[32];
        cxj_engine *source = make_source(cases[i].journey, cases[i].sealed_there);
        snprintf(named, sizeof named, "journey %" PRIu64 " ", cases[i].journey);
        refuse_merge(0, source, named);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* A journey of which nothing but withdrawn touchpoints is held is known. */
START_TEST(merge_is_refused_where_a_withdrawn_journey_is_known) {
    cxj_engine *engine = make(0, 0), *source = make_source(7, true);
    add_views(engine, VIEWS, VIEW_COUNT);
    record(engine, (cxj_touchpoint){.journey = 7, .id = 9, .at = START, .facets = CXJ_FACET_WITHDRAWN});
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "journey 7 "));
    ck_assert_int_eq(cxj_erase_journey(engine, 7), CXJ_OK);
    merge(engine, source);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED); /* again: all of them are known by now */
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "Of a view that the source does not have it is not known; then nothing is merged." */
START_TEST(merge_is_refused_where_the_source_lacks_a_view) {
    cxj_engine *source = make_source(60, true);
    cxj_view *view = NULL;
    ck_assert_int_eq(cxj_view_at(source, 7, &view), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(source, view), CXJ_OK);
    refuse_merge(0, source, VIEWS[7]);
    cxj_engine_destroy(source);
}
END_TEST

/* A limit that is met only after the numbers of the source were taken over, and its cells made. */
START_TEST(merge_that_fails_late_takes_nothing_over) {
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = 3, .seal_ended_after = HOUR};
    cxj_engine *engine = make_with(&options), *twin = make_with(&options), *source = make_source(60, true);
    add_views(engine, VIEWS, VIEW_COUNT);
    add_views(twin, VIEWS, VIEW_COUNT);
    for (uint64_t id = 1; id <= 4; id++) record(source, (cxj_touchpoint){.journey = 61, .id = id, .at = START});
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "journey 61 "));
    same(engine, twin, 1, 200);
    uint64_t memory = stats_of(engine).memory;
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_uint_eq(stats_of(engine).memory, memory);
    ck_assert(!has_name(engine, CXJ_DIMENSION_TEAM, "only in the source"));
    record(engine, (cxj_touchpoint){.journey = 60, .id = 1, .at = START});
    cxj_engine_destroy(engine);
    cxj_engine_destroy(twin);
    cxj_engine_destroy(source);
}
END_TEST

/* "the existing cells are exact, others are missing": where cells have no room, or the source misses some. */
START_TEST(merge_with_a_limit_of_cells) {
    for (uint64_t limit = 1; limit < 40; limit += 3) {
        const cxj_options options = {.size = sizeof options, .cells_limit = limit};
        shares all;
        open_shares(&all, limit);
        feed_shares(&all, 1, MERGED_STEPS);
        cxj_engine *few = make_with(&options);
        add_views(few, VIEWS, VIEW_COUNT);
        merge(few, all.whole);
        for (size_t i = 0; i < VIEW_COUNT; i++) {
            cxj_view *mine = NULL, *others = NULL;
            cxj_view_info a, b;
            difference what;
            ck_assert_int_eq(cxj_view_at(few, i, &mine), CXJ_OK);
            ck_assert_int_eq(cxj_view_at(all.whole, i, &others), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(mine, &a, sizeof a), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(others, &b, sizeof b), CXJ_OK);
            ck_assert_uint_le(a.cells, limit);
            ck_assert_uint_eq(a.incomplete, b.cells > limit);
            ck_assert_msg(same_view(mine, others, true, &what), "%s", what.words);
        }
        cxj_engine_destroy(few);
        close_shares(&all);
    }
}
END_TEST

/* Cells that an incomplete view of the source is missing would leave those of the engine inexact. */
START_TEST(merge_of_an_incomplete_source_keeps_cells_exact) {
    const cxj_options options = {.size = sizeof options, .cells_limit = 1, .seal_ended_after = HOUR};
    cxj_engine *source = make_with(&options), *engine = make(0, 0), *all = make(0, 0);
    cxj_view *view = add(engine, "touchpoints by channel"), *whole = add(all, "touchpoints by channel");
    add(source, "touchpoints by channel");
    const cxj_touchpoint log[] = {{.journey = 1, .id = 1, .at = START, .channel = 1, .outcome = 1},
                                  {.journey = 2, .id = 1, .at = START, .channel = 2, .outcome = 1},
                                  {.journey = 3, .id = 1, .at = START, .channel = 2}};
    for (size_t i = 0; i < 3; i++) record(i < 2 ? source : engine, in_codes(i < 2 ? source : engine, log[i]));
    for (size_t i = 0; i < 3; i++) record(all, in_codes(all, log[i]));
    advance(source, START + HOUR);
    ck_assert_uint_eq(stats_of(source).sealed, 2);
    cxj_status status = cxj_merge(engine, source);
    difference what;
    ck_assert(status == CXJ_SEALED || same_view(view, whole, true, &what));
    cxj_engine_destroy(source);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(all);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory that is refused
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct heap {
    bool armed;
    bool for_ever;
    uint64_t fail_at;
    uint64_t asked, failed;
    uint64_t blocks, bytes;
} heap;

static void *heap_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    heap *memory = context;
    if (new_size == 0) {
        free(block);
        memory->blocks--;
        memory->bytes -= old_size;
        return NULL;
    }
    if (memory->armed) {
        memory->asked++;
        if (memory->for_ever ? memory->asked >= memory->fail_at : memory->asked == memory->fail_at) {
            memory->failed++;
            return NULL;
        }
    }
    void *given = malloc(new_size);
    ck_assert_ptr_nonnull(given);
    memset(given, 0xa5, new_size);
    if (block != NULL) memcpy(given, block, old_size < new_size ? old_size : new_size);
    free(block);
    memory->blocks += block == NULL;
    memory->bytes += (uint64_t)new_size - old_size;
    return given;
}

enum { FAULT_JOURNEYS = 60 };

/* Half of the journeys end, some are long and some have several promises. */
static void record_many(cxj_engine *engine, uint64_t from, int64_t at) {
    cxj_touchpoint batch[FAULT_JOURNEYS * 3];
    size_t count = 0;
    for (uint64_t i = 0; i < FAULT_JOURNEYS; i++) {
        for (uint64_t id = 1; id <= 3; id++) {
            cxj_touchpoint t = {.journey = from + (i % 10 == 4 ? 4 : i),
                                .id = i * 10 + id,
                                .at = at + (int64_t)(i + id),
                                .owner = 1 + (uint32_t)(i + id) % 5,
                                .channel = (uint16_t)(1 + i % 4),
                                .type = 1,
                                .due = at + 50 * HOUR,
                                .commitment = (uint8_t)(id % 3)};
            t.outcome = (uint8_t)(id == 3 && i % 2 == 0);
            if (t.outcome == 0 && i % 2 == 0) t.due = 0;
            batch[count++] = in_codes(engine, t);
        }
    }
    take(engine, batch, count, 0, CXJ_OK);
}

static cxj_engine *make_on(heap *memory, uint64_t limit) {
    const cxj_options options = {.size = sizeof options,
                                 .seed = {1, 2},
                                 .memory_limit = limit,
                                 .allocate = memory ? heap_allocate : NULL,
                                 .allocate_context = memory,
                                 .seal_ended_after = 10 * HOUR,
                                 .seal_idle_after = 100 * HOUR};
    return make_with(&options);
}

static cxj_engine *make_faulty(heap *memory) {
    cxj_engine *engine = make_on(memory, 0);
    give_names(engine, 0);
    add_views(engine, VIEWS, VIEW_COUNT);
    record_many(engine, 1, START);
    return engine;
}

static void end_faulty(heap *memory, cxj_engine *engine) {
    memory->armed = false;
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory->blocks, 0);
    ck_assert_uint_eq(memory->bytes, 0);
}

/* Each journey that is to be sealed by now is whole, or sealed; the cells are the same either way. */
static void check_half_sealed(const cxj_engine *engine, const cxj_engine *before, const cxj_engine *after) {
    uint64_t held = 0, sealed = 0;
    cxj_view *mine = NULL, *others = NULL;
    for (uint64_t number = 1; number <= FAULT_JOURNEYS; number++) {
        size_t count = 0;
        cxj_status status = cxj_journey_touchpoints(engine, number, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count);
        if (status == CXJ_SEALED) {
            ck_assert_int_eq(whereabouts(after, number), CXJ_SEALED);
            sealed++;
            continue;
        }
        size_t whole = 0;
        ck_assert_int_eq(status,
                         cxj_journey_touchpoints(before, number, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &whole));
        ck_assert_uint_eq(count, whole);
        held += count;
    }
    ck_assert_uint_eq(stats_of(engine).sealed, sealed);
    ck_assert_uint_eq(stats_of(engine).held, held);
    ck_assert_int_eq(stats_of(engine).now, stats_of(after).now);
    for (size_t i = 0; cxj_view_at(after, i, &others) == CXJ_OK; i++) {
        difference what;
        ck_assert_int_eq(cxj_view_at(engine, i, &mine), CXJ_OK);
        ck_assert_msg(same_view(others, mine, false, &what), "%s", what.words);
    }
}

/* "CXJ_NO_MEMORY (the clock has moved, but some journeys are not sealed yet; any later advance, also to the same
 * moment, goes on)". */
START_TEST(memory_fails_while_sealing) {
    cxj_engine *before = make_faulty(NULL), *after = make_faulty(NULL);
    advance(after, START + 20 * HOUR);
    ck_assert_uint_gt(stats_of(after).sealed, FAULT_JOURNEYS / 4);
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at++) {
        heap memory = {.for_ever = _i != 0, .fail_at = fail_at};
        cxj_engine *engine = make_faulty(&memory);
        memory.armed = true;
        cxj_status status = cxj_advance(engine, START + 20 * HOUR);
        memory.armed = false;
        failed = memory.failed > 0;
        if (!failed && fail_at == 1) ck_abort_msg("nothing was allocated");
        /* One failure alone is made up for by the room that recording has kept. */
        bool is_refused = failed && memory.for_ever;
        ck_assert_int_eq(status, is_refused ? CXJ_NO_MEMORY : CXJ_OK);
        ck_assert((cxj_message(engine)[0] != 0) == is_refused);
        check_half_sealed(engine, before, after);
        advance(engine, START + 20 * HOUR);
        same(after, engine, 1, FAULT_JOURNEYS);
        end_faulty(&memory, engine);
    }
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
}
END_TEST

static cxj_engine *make_fault_source(void) {
    cxj_engine *source = make_on(NULL, 0);
    give_names(source, 3);
    add_views(source, VIEWS, VIEW_COUNT);
    record_many(source, 1000, START);
    cxj_touchpoint t = {.journey = 2000, .id = 1, .at = START, .outcome = 1, .type = 1};
    t = in_codes(source, t);
    t.team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, "only in the source");
    record(source, t);
    advance(source, START + 21 * HOUR);
    ck_assert_uint_gt(stats_of(source).sealed, FAULT_JOURNEYS / 4);
    return source;
}

/* "All or nothing: if it fails, the engine is as before." */
START_TEST(memory_fails_while_merging) {
    cxj_engine *source = make_fault_source(), *before = make_faulty(NULL), *after = make_faulty(NULL);
    advance(before, START + 20 * HOUR);
    advance(after, START + 20 * HOUR);
    merge(after, source);
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at += 1 + fail_at / 100) {
        heap memory = {.for_ever = _i != 0, .fail_at = fail_at};
        cxj_engine *engine = make_faulty(&memory);
        advance(engine, START + 20 * HOUR);
        memory.armed = true;
        cxj_status status = cxj_merge(engine, source);
        memory.armed = false;
        failed = memory.failed > 0;
        /* A sweep of deadlines can wait for memory, and then nothing fails. */
        ck_assert(status == CXJ_OK || (failed && status == CXJ_NO_MEMORY));
        ck_assert_uint_eq(stats_of(engine).memory, memory.bytes);
        if (status == CXJ_NO_MEMORY) {
            same(before, engine, 1, FAULT_JOURNEYS);
            ck_assert_int_eq(whereabouts(engine, 2000), CXJ_NOT_FOUND);
            ck_assert(!has_name(engine, CXJ_DIMENSION_TEAM, "only in the source"));
            merge(engine, source);
        }
        same(after, engine, 1, FAULT_JOURNEYS);
        same(after, engine, 1000, 1000 + FAULT_JOURNEYS);
        end_faulty(&memory, engine);
    }
    cxj_engine_destroy(source);
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
}
END_TEST

/* "CXJ_NO_MEMORY: receipt->processed were processed, the rest not at all", where journeys are watched and late. */
START_TEST(memory_fails_while_recording) {
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at += 1 + fail_at / 20) {
        heap memory = {.for_ever = _i != 0, .fail_at = fail_at};
        cxj_engine *engine = make_on(&memory, 0), *twin = make_on(NULL, 0);
        cxj_touchpoint batch[90];
        cxj_receipt receipt, other;
        for (uint64_t i = 0; i < 90; i++) {
            batch[i] =
                (cxj_touchpoint){.journey = 1 + i % 40, .id = 100 + i, .at = START + (int64_t)i, .outcome = i % 2};
        }
        for (uint64_t i = 1; i < 3; i++) record(engine, (cxj_touchpoint){.journey = i, .at = START, .outcome = 1});
        for (uint64_t i = 1; i < 3; i++) record(twin, (cxj_touchpoint){.journey = i, .at = START, .outcome = 1});
        advance(engine, START + 10 * HOUR);
        advance(twin, START + 10 * HOUR);
        memory.armed = true;
        cxj_status status = cxj_record(engine, batch, sizeof *batch, 90, 0, &receipt, sizeof receipt);
        memory.armed = false;
        failed = memory.failed > 0;
        ck_assert(status == CXJ_REFUSED || (failed && status == CXJ_NO_MEMORY));
        (void)cxj_record(twin, batch, sizeof *batch, receipt.processed, 0, &other, sizeof other);
        ck_assert_mem_eq(&receipt, &other, sizeof other);
        same(twin, engine, 1, 40);
        ck_assert_uint_eq(stats_of(engine).late, stats_of(twin).late);
        advance(engine, START + 20 * HOUR);
        advance(twin, START + 20 * HOUR);
        same(twin, engine, 1, 40);
        ck_assert_uint_gt(stats_of(engine).sealed, 1);
        cxj_engine_destroy(twin);
        end_faulty(&memory, engine);
    }
}
END_TEST

/* Records journeys that end at once, until there is no memory. */
static void fill_up(cxj_engine *engine, uint64_t *number, int64_t at) {
    cxj_status status = CXJ_OK;
    while (status == CXJ_OK) {
        const cxj_touchpoint t = {.journey = ++*number, .id = 1, .at = at, .outcome = 1};
        status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0);
        ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
    }
    ck_assert_int_eq(whereabouts(engine, *number), CXJ_NOT_FOUND);
}

/* "CXJ_NO_MEMORY (the clock has moved, but some journeys are not sealed yet)": whole ones, and within the limit. */
START_TEST(sealing_at_the_limit_of_memory) {
    uint64_t went_on = 0;
    for (uint64_t limit = 120000; limit < 400000; limit += 7919) {
        heap memory = {0};
        cxj_engine *engine = make_on(&memory, limit);
        uint64_t number = 0;
        int64_t clock = START;
        for (cxj_status status = CXJ_OK; status == CXJ_OK && number < 5000;) {
            fill_up(engine, &number, clock);
            clock += 10 * HOUR;
            status = cxj_advance(engine, clock);
            ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
            cxj_stats stats = stats_of(engine);
            ck_assert_int_eq(stats.now, clock);
            ck_assert_uint_eq(stats.held + stats.sealed, stats.journeys);
            ck_assert_uint_eq(stats.held == 0, status == CXJ_OK);
            ck_assert_uint_le(memory.bytes, limit);
            ck_assert_uint_eq(stats.memory, memory.bytes);
            went_on += status == CXJ_OK;
        }
        end_faulty(&memory, engine);
    }
    ck_assert_uint_gt(went_on, 10);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_repeated_case(Suite *suite, const char *name, const TTest *const *tests, size_t count, int runs) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 900);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], 0, runs);
    suite_add_tcase(suite, cases);
}

#define ADD_REPEATED_CASE(suite, name, tests, runs) add_repeated_case(suite, name, tests, sizeof(tests) / sizeof *(tests), runs)

static void add_cases_of_sealing(Suite *suite) {
    const TTest *differential[] = {sums_are_as_without_sealing};
    const TTest *late[] = {call_stops_before_the_first_late_one, call_stops_at_the_limit_before_a_late_one,
                           whatever_comes_for_a_sealed_journey_is_late, bad_field_comes_before_late};
    const TTest *erasure[] = {sums_of_an_erased_journey_stay, customer_is_not_found_in_sealed_journeys,
                              names_of_sealed_journeys_are_not_retired};
    const TTest *views[] = {view_added_again_covers_what_is_not_sealed, incomplete_view_seals_too};
    const TTest *moments[] = {options_out_of_bounds_are_refused,
                              without_the_options_nothing_is_sealed,
                              sealed_at_the_moment_and_not_before,
                              longest_times_seal_nothing,
                              clock_that_does_not_move_seals_nothing,
                              old_dates_are_sealed_at_the_next_advance,
                              what_is_withdrawn_does_not_decide_when_a_journey_is_sealed,
                              journey_of_nothing_but_withdrawn_is_not_sealed,
                              journey_without_an_end_is_not_sealed,
                              corrections_move_the_end,
                              erased_journey_seals_nobody_else,
                              hosts_that_know_nothing_of_it_are_refused,
                              memory_does_not_grow_with_what_is_sealed};
    ADD_REPEATED_CASE(suite, "differential", differential, 1);
    ADD_REPEATED_CASE(suite, "late", late, 1);
    ADD_REPEATED_CASE(suite, "erasure", erasure, 1);
    ADD_REPEATED_CASE(suite, "views", views, 1);
    ADD_REPEATED_CASE(suite, "moments", moments, 1);
}

static void add_cases_of_merging(Suite *suite) {
    const TTest *merges[] = {merge_is_as_if_one_had_sealed_all, merge_of_a_part_that_is_behind,
                             merge_into_an_empty_engine, merge_leaves_a_source_that_seals};
    const TTest *bounds[] = {merge_where_only_the_receiver_has_sealed,
                             merge_brings_the_sums_of_erased_numbers,
                             merge_is_refused_where_a_sealed_journey_is_known,
                             merge_is_refused_where_a_withdrawn_journey_is_known,
                             merge_is_refused_where_the_source_lacks_a_view,
                             merge_that_fails_late_takes_nothing_over,
                             merge_with_a_limit_of_cells,
                             merge_of_an_incomplete_source_keeps_cells_exact};
    const TTest *faults[] = {memory_fails_while_sealing, memory_fails_while_merging, memory_fails_while_recording};
    const TTest *limit[] = {sealing_at_the_limit_of_memory};
    ADD_REPEATED_CASE(suite, "merge", merges, 8);
    ADD_REPEATED_CASE(suite, "merge at its bounds", bounds, 1);
    ADD_REPEATED_CASE(suite, "faults", faults, 2); /* each allocation alone, and all from it on */
    ADD_REPEATED_CASE(suite, "limit", limit, 1);
}

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *given = getenv(variable);
    return given && *given ? strtoull(given, NULL, 10) : otherwise;
}

int main(void) {
    seed = number_of("CXJ_SEED", 1);
    logs = number_of("CXJ_LOGS", 8);
    printf("sealing: CXJ_SEED=%" PRIu64 " CXJ_LOGS=%" PRIu64 "\n", seed, logs);

    Suite *suite = suite_create("sealing");
    add_cases_of_sealing(suite);
    add_cases_of_merging(suite);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
