/* hostile: input that means no good, and input at and beyond every bound, through the public header alone.
 *
 * Work is counted (cxj_stats: work_folded, work_probed), not timed, so that a slow machine fails nothing.
 * CXJ_SEED takes the seed of the random part; it is printed. With CXJ_STRIDE over 5, for tools under which all is slow, only
 * a third of the patterns of crafted numbers is tried, which one depends on the seed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "same.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */
#define MOST_MONEY INT64_C(1000000000000000)

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Short forms of calls that must succeed
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_engine *make(const cxj_options *options) {
    cxj_engine *engine = NULL;
    char message[200] = "";
    cxj_status status = cxj_engine_create(options, message, sizeof message, &engine);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    return engine;
}

/* An engine whose tables are keyed from the test's seed, so that counted work comes out the same again. */
static cxj_engine *make_keyed(uint64_t turn) {
    cxj_options options = {.size = sizeof options, .seed = {seed, turn + 1}};
    return make(&options);
}

/* Keys over which counted work is summed: with a single one, chance may put some more slots in the way. */
enum { KEYS = 5 };

static cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    cxj_status status = cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given);
    ck_assert_msg(status == CXJ_OK, "%s: %s", name, cxj_message(engine));
    return given;
}

static cxj_text name_of(const cxj_engine *engine, uint32_t dimension, uint32_t code) {
    cxj_text text;
    ck_assert_int_eq(cxj_name(engine, dimension, code, &text.text, &text.length), CXJ_OK);
    return text;
}

static cxj_receipt record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, cxj_status expected) {
    cxj_receipt receipt;
    cxj_status status = cxj_record(engine, touchpoints, sizeof *touchpoints, count, 0, &receipt, sizeof receipt);
    ck_assert_msg(status == expected, "%s in place of %s: %s", cxj_status_text(status), cxj_status_text(expected),
                  cxj_message(engine));
    return receipt;
}

static cxj_stats stats_of(const cxj_engine *engine) {
    cxj_stats stats;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    return stats;
}

/* One metric of a view with a key of at most one part. */
static cxj_value metric_of(const cxj_view *view, const char *key, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    cxj_text part = {key, CXJ_ZERO_TERMINATED};
    cxj_value result;
    cxj_status status =
        cxj_view_get(view, key ? &part : NULL, sizeof part, key ? 1 : 0, &metric, 1, NULL, 0, &result, sizeof result);
    ck_assert_msg(status == CXJ_OK, "%s of %s: %s", name, key ? key : "all", cxj_status_text(status));
    return result;
}

static uint64_t cells_of(const cxj_view *view) {
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    return info.cells;
}

static void same(const cxj_engine *a, const cxj_engine *b, uint64_t first, uint64_t last) {
    difference what;
    ck_assert_msg(same_engine(a, b, first, last, &what), "%s", what.words);
}

static void add_usual_views(cxj_engine *engine) {
    add(engine, "touchpoints by channel");
    add(engine, "transitions by owner");
    add(engine, "journeys by outcome");
}

/* ---------------------------------------------------------------------------------------------------------------------
 * One long journey
 * ------------------------------------------------------------------------------------------------------------------ */

enum { LONG = 10000, LATE = 2000 };

/* Touchpoint i of a journey with something of everything. */
static cxj_touchpoint long_journey(cxj_engine *engine, size_t i) {
    static const char *const owners[] = {"Anna", "Ben", "Cleo"};
    static const char *const channels[] = {"phone", "mail", "web", "shop", "visit"};
    cxj_touchpoint t = {0};
    t.journey = 1;
    t.id = i + 1;
    t.at = 1 + (int64_t)i * 60000;
    t.owner = code(engine, CXJ_DIMENSION_OWNER, owners[i / 2 % 3]);
    t.channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, channels[i * i % 5]);
    t.facets = UINT32_C(1) << i % 15;
    if (i % 4 == 0) {
        t.scale = CXJ_SCALE_CSAT10;
        t.score = (uint8_t)(1 + i % 10);
        t.scope = CXJ_SCOPE_TOUCHPOINT;
    }
    t.due = i % 6 == 0 ? t.at + 300000 : 0;
    t.commitment = (uint8_t)(i % 8);
    t.outcome = (uint8_t)(i % 500 == 499);
    return t;
}

static cxj_engine *long_engine(cxj_touchpoint *touchpoints, size_t count, bool backwards) {
    cxj_engine *engine = make(NULL);
    add_usual_views(engine);
    for (size_t i = 0; i < count; i++) {
        touchpoints[backwards ? count - 1 - i : i] = long_journey(engine, i);
    }
    return engine;
}

/* All of one journey in one call are folded together, whatever their order: no more than a few folds for each. */
START_TEST(backwards_in_one_call) {
    static cxj_touchpoint forward[LONG];
    static cxj_touchpoint backward[LONG];
    cxj_engine *a = long_engine(forward, LONG, false);
    cxj_engine *b = long_engine(backward, LONG, true);
    record(a, forward, LONG, CXJ_OK);
    record(b, backward, LONG, CXJ_OK);
    ck_assert_uint_le(stats_of(a).work_folded, 3 * LONG);
    ck_assert_uint_le(stats_of(b).work_folded, 8 * LONG);
    ck_assert_uint_le(stats_of(b).work_probed, 100 * LONG);
    same(a, b, 1, 1);

    /* The 10,001st is refused, alone. */
    cxj_touchpoint more[3] = {long_journey(b, LONG), long_journey(b, LONG + 1), long_journey(b, 0)};
    more[2].journey = 2;
    cxj_receipt receipt = record(b, more, 3, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, 3);
    ck_assert_uint_eq(receipt.accepted, 1);
    ck_assert_uint_eq(receipt.refused, 2);
    ck_assert_uint_eq(receipt.first_refusal, 0);
    ck_assert_int_eq(receipt.first_status, CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(b), "10000"));
    ck_assert_uint_eq(stats_of(b).refused, 2);

    /* A correction of one that is held needs no room. */
    cxj_touchpoint corrected = forward[LONG / 2];
    corrected.revision = 1;
    corrected.channel = 0;
    record(b, &corrected, 1, CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(b, 2), CXJ_OK);
    record(a, &corrected, 1, CXJ_OK);
    same(a, b, 1, 2);
    cxj_engine_destroy(a);
    cxj_engine_destroy(b);
}
END_TEST

/* The same by names, also where every other one is refused for a name that is no text. */
START_TEST(backwards_by_names) {
    static cxj_named_touchpoint named[2 * LONG];
    static cxj_touchpoint forward[LONG];
    cxj_engine *reference = long_engine(forward, LONG, false);
    record(reference, forward, LONG, CXJ_OK);
    for (size_t each = 1; each <= 2; each++) {
        cxj_engine *engine = long_engine(forward, LONG, false); /* with the same codes */
        for (size_t i = 0; i < LONG; i++) {
            const cxj_touchpoint *t = &forward[LONG - 1 - i];
            named[each * i] = (cxj_named_touchpoint){.journey_number = t->journey,
                                                     .id_number = t->id,
                                                     .at = t->at,
                                                     .due = t->due,
                                                     .facets = t->facets,
                                                     .owner = name_of(reference, CXJ_DIMENSION_OWNER, t->owner),
                                                     .channel = name_of(reference, CXJ_DIMENSION_CHANNEL, t->channel),
                                                     .scale = t->scale,
                                                     .score = t->score,
                                                     .scope = t->scope,
                                                     .commitment = t->commitment,
                                                     .outcome = t->outcome};
            if (each == 2) named[2 * i + 1] = (cxj_named_touchpoint){.owner = {"\xff", 1}};
        }
        cxj_receipt receipt;
        cxj_status status = cxj_record_named(engine, named, sizeof *named, each * LONG, 0, &receipt, sizeof receipt);
        ck_assert_int_eq(status, each == 1 ? CXJ_OK : CXJ_REFUSED);
        ck_assert_uint_eq(receipt.accepted, LONG);
        ck_assert_uint_eq(receipt.refused, each == 1 ? 0 : LONG);
        ck_assert_uint_eq(receipt.first_refusal, each == 1 ? CXJ_NO_INDEX : 1);
        if (each == 2) ck_assert_int_eq(receipt.first_status, CXJ_BAD_TEXT);
        if (each == 2) ck_assert_ptr_nonnull(strstr(cxj_message(engine), "touchpoint 1: owner: "));
        ck_assert_uint_le(stats_of(engine).work_folded, 8 * LONG);
        ck_assert_uint_le(stats_of(engine).work_probed, 100 * LONG);
        same(engine, reference, 1, 1);
        cxj_engine_destroy(engine);
    }
    cxj_engine_destroy(reference);
}
END_TEST

/* One at a time the work is in proportion to the touchpoints after each, and no more. */
START_TEST(backwards_one_by_one) {
    static cxj_touchpoint forward[LATE];
    static cxj_touchpoint backward[LATE];
    cxj_engine *a = long_engine(forward, LATE, false);
    cxj_engine *b = long_engine(backward, LATE, true);
    for (size_t i = 0; i < LATE; i++) {
        uint64_t before = stats_of(b).work_folded;
        uint64_t probed = stats_of(b).work_probed;
        record(a, &forward[i], 1, CXJ_OK);
        record(b, &backward[i], 1, CXJ_OK);
        /* Taken back and folded again, from a point at most 64 before the place. */
        ck_assert_uint_le(stats_of(b).work_folded - before, 2 * (i + 1) + 200);
        ck_assert_uint_le(stats_of(b).work_probed - probed, 60 * (i + 10));
    }
    same(a, b, 1, 1);
    cxj_engine_destroy(a);
    cxj_engine_destroy(b);
}
END_TEST

/* A touchpoint that comes in near the end of a long journey costs what stands after it, not the whole journey; and a
 * long journey in order costs no more for each touchpoint than a short one. */
START_TEST(nearly_in_order) {
    static cxj_touchpoint forward[LONG];
    cxj_engine *engine = long_engine(forward, LONG, false);
    for (size_t i = 0; i + 1 < LONG; i += 2) {
        cxj_touchpoint swapped[2] = {forward[i + 1], forward[i]};
        record(engine, &swapped[0], 1, CXJ_OK);
        record(engine, &swapped[1], 1, CXJ_OK);
    }
    ck_assert_uint_le(stats_of(engine).work_folded, 300 * LONG);
    ck_assert_uint_le(stats_of(engine).work_probed, 600 * LONG);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Crafted numbers
 * ------------------------------------------------------------------------------------------------------------------ */

enum { CRAFTED = 200000, PATTERNS = 6 };

static const char *const PATTERN_NAMES[PATTERNS] = {"in sequence",    "multiples of 2^32",      "multiples of 2^46",
                                                    "equal low bits", "few bits, high and low", "random"};

/* Numbers that collide in a table that takes some bits of them, or of them times a constant. */
static uint64_t crafted(int pattern, uint64_t i) {
    switch (pattern) {
    case 0:
        return i;
    case 1:
        return i << 32;
    case 2:
        return i << 46;
    case 3:
        return i << 20 | 0x12345;
    case 4:
        return (i & 0x1ff) << 55 | i >> 9;
    default:
        return chance() | 1;
    }
}

/* Slots looked at to record n journeys, twice each, in calls of 1,000. */
static cxj_stats work_of(int pattern, uint64_t n) {
    enum { BATCH = 1000 };
    static cxj_touchpoint batch[BATCH];
    cxj_engine *engine = make_keyed(0);
    add(engine, "journeys by type");
    chance_state = seed;
    for (int round = 0; round < 2; round++) {
        if (round == 1) {
            chance_state = seed;
        }
        for (uint64_t i = 0; i < n; i += BATCH) {
            memset(batch, 0, sizeof batch);
            for (uint64_t k = 0; k < BATCH; k++) {
                batch[k].journey = crafted(pattern, i + k + 1);
                batch[k].id = (uint64_t)round + 1;
                batch[k].at = 1 + 1000 * round;
            }
            record(engine, batch, BATCH, CXJ_OK);
        }
    }
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.touchpoints, 2 * n);
    cxj_engine_destroy(engine);
    return stats;
}
/* A condition with had that lists very many names costs a touchpoint of a long journey no more than one that lists two:
 * each value is looked for once, when the journey holds it first. */
START_TEST(had_of_many_names) {
    enum { NAMES_LISTED = 60000, JOURNEY = 3000 };
    static char text[NAMES_LISTED * 8 + 100];
    uint64_t work[2] = {0, 0};
    for (uint64_t turn = 0; turn < 2 * KEYS; turn++) {
        const int many = turn % 2;
        cxj_engine *engine = make_keyed(turn / 2);
        size_t listed = many ? NAMES_LISTED : 2,
               length = (size_t)snprintf(text, sizeof text, "journeys where had owner in (");
        for (size_t i = 0; i < listed; i++) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%sn%zu", i > 0 ? "," : "", i);
        }
        snprintf(text + length, sizeof text - length, ")");
        cxj_view *view = add(engine, text);
        cxj_touchpoint t = {.journey = 1};
        for (int i = 0; i < JOURNEY; i++) {
            char name[16];
            snprintf(name, sizeof name, "other%d", i % 500);
            t.owner = code(engine, CXJ_DIMENSION_OWNER, name);
            t.id = (uint64_t)i + 1;
            t.at = 1 + i;
            record(engine, &t, 1, CXJ_OK);
        }
        ck_assert_uint_eq(cells_of(view), 0);
        work[many] += stats_of(engine).work_probed;
        /* the last name of the list comes, goes, and comes again in the middle */
        char name[16];
        snprintf(name, sizeof name, "n%zu", listed - 1);
        t.owner = code(engine, CXJ_DIMENSION_OWNER, name);
        t.id++;
        record(engine, &t, 1, CXJ_OK);
        ck_assert_uint_eq(cells_of(view), 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, t.id, 0), CXJ_OK);
        ck_assert_uint_eq(cells_of(view), 0);
        t.revision = 2;
        t.at = JOURNEY / 2;
        record(engine, &t, 1, CXJ_OK);
        ck_assert_uint_eq(cells_of(view), 1);
        /* a view that comes late knows it, too; and nothing of it is left when views go */
        ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
        view = add(engine, text);
        ck_assert_uint_eq(cells_of(view), 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, t.id, 0), CXJ_OK);
        ck_assert_uint_eq(cells_of(view), 0);
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_le(work[1], KEYS * 30 * JOURNEY);
    ck_assert_uint_le(work[1], 2 * work[0]);
}
END_TEST

START_TEST(crafted_journeys) {
    cxj_stats half = work_of(_i, CRAFTED / 2);
    cxj_stats full = work_of(_i, CRAFTED);
    double each = (double)full.work_probed / (2.0 * CRAFTED);
    double growth = (double)full.work_probed / (double)half.work_probed;
    printf("hostile: journeys %s: %.2f slots a touchpoint, %.3f times the work for twice the journeys\n",
           PATTERN_NAMES[_i], each, growth);
    ck_assert_double_le(each, 12);
    ck_assert_double_le(growth, 2.2);
    ck_assert_double_le((double)full.work_folded / (double)half.work_folded, 2.2);
}
END_TEST

/* The same within one journey, for ids. */
START_TEST(crafted_ids) {
    static cxj_touchpoint touchpoints[LONG];
    uint64_t work[2] = {0, 0};
    for (size_t turn = 0; turn < 2 * KEYS; turn++) {
        size_t count = turn % 2 ? LONG : LONG / 2;
        cxj_engine *engine = make_keyed(turn / 2);
        add(engine, "touchpoints by channel");
        chance_state = seed;
        memset(touchpoints, 0, sizeof touchpoints);
        for (size_t i = 0; i < count; i++) {
            touchpoints[i].journey = 1;
            touchpoints[i].id = crafted(_i, i + 1);
            touchpoints[i].at = 1 + (int64_t)i;
        }
        for (size_t i = 0; i < count; i++) {
            record(engine, &touchpoints[i], 1, CXJ_OK);
        }
        cxj_receipt receipt = record(engine, touchpoints, count, CXJ_OK);
        ck_assert_uint_eq(receipt.duplicates, count);
        ck_assert_uint_eq(receipt.conflicts, 0);
        work[turn % 2] += stats_of(engine).work_probed + stats_of(engine).work_folded;
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_le(work[1], KEYS * 100 * LONG);
    ck_assert_double_le((double)work[1] / (double)work[0], 2.2);
}
END_TEST

/* Keys of cells come from names, whose codes the host can choose; each touchpoint in a cell of its own. */
START_TEST(many_cells) {
    enum { CELLS = 20000 };
    uint64_t work[2] = {0, 0};
    for (size_t turn = 0; turn < 2 * KEYS; turn++) {
        uint32_t count = turn % 2 ? CELLS : CELLS / 2;
        cxj_engine *engine = make_keyed(turn / 2);
        cxj_view *view = add(engine, "touchpoints by owner per hour");
        for (uint32_t i = 0; i < count; i++) {
            char name[32];
            snprintf(name, sizeof name, "%" PRIu32, i << 12);
            cxj_touchpoint t = {.journey = i + 1, .at = 1 + INT64_C(3600000) * 2048 * i};
            t.owner = code(engine, CXJ_DIMENSION_OWNER, name);
            record(engine, &t, 1, CXJ_OK);
        }
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, count);
        work[turn % 2] += stats_of(engine).work_probed;
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_le(work[1], KEYS * 100 * CELLS);
    ck_assert_double_le((double)work[1] / (double)work[0], 2.2);
}
END_TEST

/* Work to load the bytes of an engine with n touchpoints: two for each journey, and one journey as long as may be;
 * every number crafted, ids in no order, each journey with an owner of its own. Saving it again gives the same
 * bytes. */
static uint64_t work_to_load(int pattern, uint64_t turn, uint64_t n) {
    cxj_options options = {.size = sizeof options, .touchpoints_limit = 29000, .seed = {seed, turn + 1}};
    cxj_engine *engine = make(&options), *loaded = NULL;
    add(engine, "touchpoints by owner");
    add(engine, "transitions by owner");
    chance_state = seed;
    cxj_touchpoint *touchpoints = calloc(n, sizeof *touchpoints);
    ck_assert_ptr_nonnull(touchpoints);
    for (uint64_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%" PRIu64, i / 2);
        touchpoints[i].journey = i % 2 ? crafted(pattern, i / 2 + 1) : 7;
        touchpoints[i].at = 1 + (int64_t)(i * 977 % n) * 1000;
        touchpoints[i].id = crafted(pattern, n - i);
        touchpoints[i].owner = code(engine, CXJ_DIMENSION_OWNER, name);
    }
    record(engine, touchpoints, n, CXJ_OK);
    free(touchpoints);
    size_t length = 0, again = 0;
    char message[200] = "";
    ck_assert_int_eq(cxj_save_bytes(engine, 0, NULL, 0, NULL, &length), CXJ_TOO_SMALL);
    unsigned char *bytes = malloc(2 * length);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(cxj_save_bytes(engine, length, NULL, 0, bytes, &length), CXJ_OK);
    cxj_status status = cxj_load_bytes(&options, bytes, length, message, sizeof message, &loaded);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    ck_assert_int_eq(cxj_save_bytes(loaded, length, NULL, 0, bytes + length, &again), CXJ_OK);
    ck_assert_uint_eq(again, length);
    ck_assert_mem_eq(bytes, bytes + length, length);
    cxj_stats stats = stats_of(loaded);
    free(bytes);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(loaded);
    return stats.work_probed + stats.work_folded;
}

START_TEST(crafted_bytes) {
    enum { LOADED = 20000 };
    uint64_t work[2] = {0, 0};
    for (uint64_t turn = 0; turn < 2 * KEYS; turn++) {
        work[turn % 2] += work_to_load(_i, turn / 2, turn % 2 ? LOADED : LOADED / 2);
    }
    double growth = (double)work[1] / (double)work[0];
    printf("hostile: bytes, numbers %s: %.3f times the work to load twice the touchpoints\n", PATTERN_NAMES[_i],
           growth);
    ck_assert_uint_le(work[1], KEYS * 100 * LOADED);
    ck_assert_double_le(growth, 2.2);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Limits
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(options_at_their_bounds) {
    const struct {
        uint32_t touchpoints_limit;
        uint32_t codes_limit;
        uint32_t unrecorded;
        cxj_status expected;
    } cases[] = {
        {1, 1, 0, CXJ_OK},
        {28999, 16777214, 1, CXJ_OK},
        {29000, 16777215, CXJ_FACETS_ALL, CXJ_OK},
        {29001, 0, 0, CXJ_BAD_ARGUMENT},
        {0, 16777216, 0, CXJ_BAD_ARGUMENT},
        {0, 0, CXJ_FACETS_ALL + 1, CXJ_BAD_ARGUMENT},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, CXJ_BAD_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cxj_options options = {.size = sizeof options,
                               .touchpoints_limit = cases[i].touchpoints_limit,
                               .codes_limit = cases[i].codes_limit,
                               .unrecorded_facets = cases[i].unrecorded};
        cxj_engine *engine = (cxj_engine *)&options;
        char message[200] = "";
        cxj_status status = cxj_engine_create(&options, message, sizeof message, &engine);
        ck_assert_msg(status == cases[i].expected, "case %zu: %s, %s", i, cxj_status_text(status), message);
        ck_assert((status == CXJ_OK) == (engine != NULL));
        ck_assert((status == CXJ_OK) == (message[0] == 0));
        cxj_engine_destroy(engine);
    }
    cxj_engine *engine = make(NULL);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACETS_ALL), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACETS_ALL + 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_set_unrecorded(engine, 0), CXJ_OK);
    cxj_engine_destroy(engine);

    /* A message is cut to fit. */
    cxj_options options = {.size = sizeof options, .touchpoints_limit = 29001};
    char cut[5] = {'x', 'x', 'x', 'x', 'x'};
    ck_assert_int_eq(cxj_engine_create(&options, cut, 4, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(strlen(cut), 3);
    ck_assert_int_eq(cut[4], 'x');
}
END_TEST

START_TEST(touchpoints_of_a_journey) {
    const uint32_t limits[] = {1, 2, 63, 64, 65, 66, 29000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        cxj_options options = {.size = sizeof options, .touchpoints_limit = limits[i]};
        cxj_engine *engine = make(&options);
        cxj_view *view = add(engine, "touchpoints");
        cxj_touchpoint t = {.journey = 9, .at = 1};
        for (uint32_t k = 0; k < limits[i]; k++) {
            t.at = 1 + k;
            t.id = k + 1;
            record(engine, &t, 1, CXJ_OK);
        }
        t.at = 1 + t.at / 2;
        t.id = limits[i] + 1;
        cxj_receipt receipt = record(engine, &t, 1, CXJ_REFUSED);
        ck_assert_int_eq(receipt.first_status, CXJ_LIMIT);
        ck_assert_uint_eq(receipt.processed, 1);
        ck_assert_uint_eq(stats_of(engine).held, limits[i]);
        ck_assert_double_eq(metric_of(view, NULL, CXJ_GRAIN_TOUCHPOINTS, "touchpoints").value, limits[i]);
        /* One that is withdrawn keeps its place; taking back something unseen needs one. */
        ck_assert_int_eq(cxj_withdraw(engine, 9, 1, 0), CXJ_OK);
        ck_assert_int_eq(cxj_withdraw(engine, 9, limits[i] + 1, 5), CXJ_LIMIT);
        record(engine, &t, 1, CXJ_REFUSED);
        cxj_engine_destroy(engine);
    }
}
END_TEST

static void fill_dictionary(cxj_engine *engine, uint32_t dimension, uint32_t limit) {
    char name[32];
    uint32_t given = 0;
    for (uint32_t i = 1; i <= limit; i++) {
        snprintf(name, sizeof name, "name %" PRIu32, i);
        ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
        ck_assert_uint_ge(given, 1);
    }
    snprintf(name, sizeof name, "name %" PRIu32, limit + 1);
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_LIMIT);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    ck_assert_int_eq(cxj_find_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_NOT_FOUND);
    /* Names that are there are still given. */
    for (uint32_t i = 1; i <= limit; i += limit > 1 ? limit - 1 : 1) {
        const char *back = NULL;
        snprintf(name, sizeof name, "name %" PRIu32, i);
        ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
        ck_assert_int_eq(cxj_name(engine, dimension, given, &back, NULL), CXJ_OK);
        ck_assert_str_eq(back, name);
    }
}

START_TEST(codes_of_a_dictionary) {
    cxj_engine *engine = make(NULL);
    fill_dictionary(engine, CXJ_DIMENSION_TEAM, 65535);
    /* The last code is as good as any; a view that needs one more name is refused. */
    cxj_view *view = add(engine, "touchpoints by team");
    cxj_touchpoint t = {.journey = 1, .at = 1, .team = 65535};
    record(engine, &t, 1, CXJ_OK);
    ck_assert_double_eq(metric_of(view, "name 65535", CXJ_GRAIN_TOUCHPOINTS, "touchpoints").value, 1);
    cxj_view *refused = NULL;
    ck_assert_int_eq(cxj_view_add(engine, "touchpoints where team = one.more", CXJ_ZERO_TERMINATED, &refused),
                     CXJ_LIMIT);
    ck_assert_ptr_nonnull(add(engine, "touchpoints where team = \"name 7\""));

    /* A source with a name too many cannot be merged, and nothing of it is. */
    cxj_engine *source = make(NULL);
    cxj_touchpoint other = {.journey = 2, .at = 1, .team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, "one more")};
    record(source, &other, 1, CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 1);
    cxj_engine_destroy(source);
    cxj_engine_destroy(engine);

    cxj_options options = {.size = sizeof options, .codes_limit = 3};
    engine = make(&options);
    for (uint32_t dimension = CXJ_DIMENSION_OWNER; dimension <= CXJ_DIMENSION_REASON; dimension++) {
        fill_dictionary(engine, dimension, 3);
    }
    cxj_engine_destroy(engine);

    options.codes_limit = 70000;
    engine = make(&options);
    fill_dictionary(engine, CXJ_DIMENSION_OWNER, 70000);
    fill_dictionary(engine, CXJ_DIMENSION_CAUSE, 65535);
    cxj_engine_destroy(engine);
}
END_TEST

/* Records touchpoints in turn into an engine with a limit of cells and into one without, and compares the cells that
 * both have. Returns the view with the limit. */
static cxj_view *limited(cxj_engine **few, cxj_engine **all, uint64_t limit, uint32_t names, const char *text) {
    cxj_options options = {.size = sizeof options, .cells_limit = limit};
    *few = make(&options);
    *all = make(NULL);
    cxj_view *view = add(*few, text);
    add(*all, text);
    for (uint32_t i = 0; i < 5 * names; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%02" PRIu32, i % names);
        cxj_touchpoint t = {.journey = 1 + i % 7, .id = i + 1, .at = 1 + 1000 * (i * 7919 % 1000)};
        t.channel = (uint16_t)code(*few, CXJ_DIMENSION_CHANNEL, name);
        ck_assert_uint_eq(t.channel, code(*all, CXJ_DIMENSION_CHANNEL, name));
        t.owner = i % 3 ? code(*few, CXJ_DIMENSION_OWNER, name) : 0;
        ck_assert_uint_eq(t.owner, i % 3 ? code(*all, CXJ_DIMENSION_OWNER, name) : 0);
        record(*few, &t, 1, CXJ_OK);
        record(*all, &t, 1, CXJ_OK);
    }
    return view;
}

START_TEST(cells_of_a_view) {
    const char *const texts[] = {"touchpoints by channel", "transitions by channel", "journeys by entry",
                                 "transitions by owner"};
    difference what;
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        for (uint32_t names = 9; names <= 11; names++) {
            cxj_engine *few;
            cxj_engine *all;
            cxj_view *complete;
            cxj_view *view = limited(&few, &all, 10, names, texts[k]);
            ck_assert_int_eq(cxj_view_at(all, 0, &complete), CXJ_OK);
            cxj_view_info info;
            cxj_view_info whole;
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(complete, &whole, sizeof whole), CXJ_OK);
            ck_assert_uint_le(info.cells, 10);
            ck_assert_uint_eq(whole.incomplete, 0);
            if (whole.cells > 10) {
                ck_assert_uint_eq(info.incomplete, 1);
            }
            ck_assert_msg(same_view(view, complete, info.incomplete, &what), "%s", what.words);

            /* Room that becomes free must not be taken by a cell that already lost something. */
            for (uint64_t journey = 1; journey <= 3; journey++) {
                ck_assert_int_eq(cxj_erase_journey(few, journey), CXJ_OK);
                ck_assert_int_eq(cxj_erase_journey(all, journey), CXJ_OK);
            }
            for (uint32_t i = 0; i < names; i++) {
                char name[16];
                snprintf(name, sizeof name, "c%02" PRIu32, names - 1 - i);
                cxj_touchpoint t = {.journey = 4 + i % 2, .id = 1000 + i, .at = 5000000 + i};
                t.channel = (uint16_t)code(few, CXJ_DIMENSION_CHANNEL, name);
                t.owner = code(few, CXJ_DIMENSION_OWNER, name);
                ck_assert_uint_eq(t.owner, code(all, CXJ_DIMENSION_OWNER, name));
                record(few, &t, 1, CXJ_OK);
                record(all, &t, 1, CXJ_OK);
            }
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_uint_le(info.cells, 10);
            ck_assert_msg(same_view(view, complete, info.incomplete, &what), "%s", what.words);
            cxj_engine_destroy(few);
            cxj_engine_destroy(all);
        }
    }
}
END_TEST

START_TEST(memory_at_its_limit) {
    cxj_options options = {.size = sizeof options, .memory_limit = 1};
    cxj_engine *engine = (cxj_engine *)&options;
    char message[200] = "";
    ck_assert_int_eq(cxj_engine_create(&options, message, sizeof message, &engine), CXJ_NO_MEMORY);
    ck_assert_ptr_null(engine);
    ck_assert_uint_gt(strlen(message), 0);

    options.memory_limit = 200000;
    engine = make(&options);
    add_usual_views(engine);
    cxj_touchpoint t = {.at = 1};
    cxj_status status;
    do {
        t.journey++;
        status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, sizeof(cxj_receipt));
        ck_assert_uint_le(stats_of(engine).memory, options.memory_limit);
    } while (status == CXJ_OK && t.journey < 100000);
    ck_assert_int_eq(status, CXJ_NO_MEMORY);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    ck_assert_uint_eq(stats_of(engine).touchpoints, t.journey - 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Sums at the edge
 * ------------------------------------------------------------------------------------------------------------------ */

/* 10,000 times 10^15 is beyond 64 bits, twice that far beyond; taken away, nothing is left of it. */
START_TEST(sums_of_money) {
    static cxj_touchpoint touchpoints[LONG];
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints");
    cxj_view *journeys = add(engine, "journeys");
    for (int sign = -1; sign <= 1; sign += 2) {
        for (uint64_t journey = 1; journey <= 2; journey++) {
            memset(touchpoints, 0, sizeof touchpoints);
            for (size_t i = 0; i < LONG; i++) {
                touchpoints[i].journey = journey;
                touchpoints[i].id = i + 1;
                touchpoints[i].at = 1 + (int64_t)i;
                touchpoints[i].value = sign * MOST_MONEY;
                touchpoints[i].facets = CXJ_FACET_CHURNED;
            }
            record(engine, touchpoints, LONG, CXJ_OK);
            ck_assert_double_eq(metric_of(view, NULL, CXJ_GRAIN_TOUCHPOINTS, "value").value,
                                sign * 1e19 * (double)journey);
            ck_assert_double_eq(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, "value").value,
                                sign * 1e19 * (double)journey);
            ck_assert_double_eq(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, "value_lost").value,
                                sign * 1e19 * (double)journey);
            cxj_journey state;
            ck_assert_int_eq(cxj_journey_state(engine, journey, NULL, 0, &state, sizeof state), CXJ_OK);
            ck_assert_int_eq(state.value, sign > 0 ? INT64_MAX : INT64_MIN);
        }
        /* One more, and back. */
        cxj_touchpoint one = {.journey = 3, .at = 1, .value = sign * 7};
        record(engine, &one, 1, CXJ_OK);
        for (uint64_t journey = 1; journey <= 2; journey++) {
            ck_assert_int_eq(cxj_erase_journey(engine, journey), CXJ_OK);
        }
        ck_assert_double_eq(metric_of(view, NULL, CXJ_GRAIN_TOUCHPOINTS, "value").value, sign * 7);
        ck_assert_int_eq(cxj_erase_journey(engine, 3), CXJ_OK);
    }
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* 40,000 journeys of 9,999 years each. */
START_TEST(sums_of_time) {
    enum { COUNT = 40000 };
    const double all_time = (double)(LAST_MOMENT - FIRST_MOMENT);
    static cxj_touchpoint touchpoints[2 * COUNT];
    cxj_engine *engine = make(NULL);
    cxj_view *steps = add(engine, "touchpoints");
    cxj_view *moves = add(engine, "transitions by owner");
    cxj_view *journeys = add(engine, "journeys");
    uint32_t owner = code(engine, CXJ_DIMENSION_OWNER, "Methuselah");
    for (size_t i = 0; i < COUNT; i++) {
        cxj_touchpoint *first = &touchpoints[2 * i];
        cxj_touchpoint *last = first + 1;
        memset(first, 0, 2 * sizeof *first);
        first->journey = last->journey = i + 1;
        first->owner = last->owner = owner;
        first->at = FIRST_MOMENT;
        first->due = FIRST_MOMENT;
        last->at = LAST_MOMENT;
        last->outcome = CXJ_OUTCOME_COMPLETED;
        last->facets = CXJ_FACET_DELIVERED;
    }
    record(engine, touchpoints, 2 * COUNT, CXJ_OK);
    const char *const names[] = {"duration_mean", "silence_mean", "lateness_mean", "dark_mean"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert_double_eq(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, names[i]).value, all_time);
    }
    ck_assert_double_eq(metric_of(steps, NULL, CXJ_GRAIN_TOUCHPOINTS, "wait_mean").value, all_time);
    ck_assert_double_eq_tol(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, "duration_p99").value, all_time,
                            all_time / 128);
    cxj_text key[2] = {{"Methuselah", CXJ_ZERO_TERMINATED}, {"Methuselah", CXJ_ZERO_TERMINATED}};
    uint32_t wait;
    cxj_value result;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TRANSITIONS, "wait_mean", CXJ_ZERO_TERMINATED, &wait), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(moves, key, sizeof key[0], 2, &wait, 1, NULL, 0, &result, sizeof result), CXJ_OK);
    ck_assert_double_eq(result.value, all_time);
    ck_assert_uint_eq(result.n, COUNT);
    cxj_engine_destroy(engine);
}
END_TEST

/* Slips that add up in one commitment: each shift moves the due from one end of time to the other. */
START_TEST(sums_of_slips) {
    static cxj_touchpoint touchpoints[LONG];
    cxj_engine *engine = make(NULL);
    cxj_view *journeys = add(engine, "journeys");
    memset(touchpoints, 0, sizeof touchpoints);
    for (size_t i = 0; i < LONG; i++) {
        touchpoints[i].journey = 1;
        touchpoints[i].at = 1 + (int64_t)i;
        touchpoints[i].due = i % 2 ? LAST_MOMENT : FIRST_MOMENT;
    }
    record(engine, touchpoints, LONG, CXJ_OK);
    ck_assert_double_eq(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, "shifts").value, LONG - 1);
    ck_assert_double_eq(metric_of(journeys, NULL, CXJ_GRAIN_JOURNEYS, "slip_mean").value,
                        (double)(LAST_MOMENT - FIRST_MOMENT) / (LONG - 1));
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Fields
 * ------------------------------------------------------------------------------------------------------------------ */

/* Whether text has number as a whole number, not as a part of a longer one. */
static bool names_number(const char *text, const char *number) {
    for (const char *at = strstr(text, number); at; at = strstr(at + 1, number)) {
        char before = at == text ? ' ' : at[-1];
        char after = at[strlen(number)];
        if (!(before >= '0' && before <= '9') && !(after >= '0' && after <= '9')) {
            return true;
        }
    }
    return false;
}

/* A touchpoint in which one field has the given value and everything else is as plain as can be. */
static cxj_touchpoint with_field(const char *field, int64_t value) {
    cxj_touchpoint t = {.journey = 1, .at = 1};
    if (strcmp(field, "journey") == 0) {
        t.journey = (uint64_t)value;
    } else if (strcmp(field, "at") == 0) {
        t.at = value;
    } else if (strcmp(field, "due") == 0) {
        t.due = value;
    } else if (strcmp(field, "value") == 0) {
        t.value = value;
    } else if (strcmp(field, "facets") == 0) {
        t.facets = (uint32_t)value;
    } else if (strcmp(field, "scale") == 0) {
        t.scale = (uint8_t)value;
        t.score = 1;
        t.scope = 1;
    } else if (strcmp(field, "scope") == 0) {
        t.scale = CXJ_SCALE_BINARY;
        t.scope = (uint8_t)value;
    } else if (strcmp(field, "commitment") == 0) {
        t.commitment = (uint8_t)value;
    } else if (strcmp(field, "outcome") == 0) {
        t.outcome = (uint8_t)value;
    } else if (strcmp(field, "owner") == 0) {
        t.owner = (uint32_t)value;
    } else {
        uint16_t *codes[] = {&t.team, &t.activity, &t.channel, &t.stage, &t.cause, &t.type, &t.segment, &t.reason};
        const char *const names[] = {"team", "activity", "channel", "stage", "cause", "type", "segment", "reason"};
        size_t i = 0;
        while (strcmp(names[i], field) != 0) {
            i++;
        }
        *codes[i] = (uint16_t)value;
    }
    return t;
}

static void refuse_field(cxj_engine *engine, const cxj_touchpoint *t, const char *field, const char *value) {
    cxj_receipt receipt = record(engine, t, 1, CXJ_REFUSED);
    ck_assert_msg(receipt.first_status == CXJ_BAD_FIELD, "%s %s: %s", field, value,
                  cxj_status_text(receipt.first_status));
    ck_assert_uint_eq(receipt.first_refusal, 0);
    ck_assert_uint_eq(receipt.refused, 1);
    ck_assert_uint_eq(receipt.accepted, 0);
    ck_assert_msg(strstr(cxj_message(engine), field), "no \"%s\" in: %s", field, cxj_message(engine));
    ck_assert_msg(names_number(cxj_message(engine), value), "no %s in: %s", value, cxj_message(engine));
}

START_TEST(fields_at_their_bounds) {
    static const struct {
        const char *field;
        int64_t least;
        int64_t most;
        int64_t below; /* what is refused; the same as least if nothing is */
        int64_t above;
    } fields[] = {
        {"journey", 1, -1, 0, -1},
        {"at", FIRST_MOMENT, LAST_MOMENT, FIRST_MOMENT - 1, LAST_MOMENT + 1},
        {"at", FIRST_MOMENT, LAST_MOMENT, INT64_MIN, INT64_MAX},
        {"due", FIRST_MOMENT, LAST_MOMENT, FIRST_MOMENT - 1, LAST_MOMENT + 1},
        {"value", -MOST_MONEY, MOST_MONEY, -MOST_MONEY - 1, MOST_MONEY + 1},
        {"facets", 0, CXJ_FACETS_ALL & ~CXJ_FACET_WITHDRAWN, 0, CXJ_FACETS_ALL + 1},
        {"scale", 1, 7, 1, 8},
        {"scope", 1, 3, 1, 4},
        {"commitment", 0, 7, 0, 8},
        {"outcome", 0, 2, 0, 3},
        {"owner", 0, 2, 0, 3},
        {"team", 0, 2, 0, 3},
        {"activity", 0, 2, 0, 3},
        {"channel", 0, 2, 0, 3},
        {"stage", 0, 2, 0, 3},
        {"cause", 0, 2, 0, 3},
        {"type", 0, 2, 0, 3},
        {"segment", 0, 2, 0, 3},
        {"reason", 0, 2, 0, 3},
    };
    cxj_engine *engine = make(NULL);
    for (uint32_t dimension = CXJ_DIMENSION_OWNER; dimension <= CXJ_DIMENSION_REASON; dimension++) {
        code(engine, dimension, "a");
        code(engine, dimension, "b");
    }
    add_usual_views(engine);
    uint64_t taken = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const int64_t good[] = {fields[i].least, fields[i].least + 1, fields[i].most - 1, fields[i].most};
        for (size_t k = 0; k < 4; k++) {
            cxj_touchpoint t = with_field(fields[i].field, good[k]);
            record(engine, &t, 1, CXJ_OK);
            taken++;
        }
        const int64_t bad[] = {fields[i].below, fields[i].above};
        for (size_t k = 0; k < 2; k++) {
            if (bad[k] == fields[i].least || bad[k] == fields[i].most) {
                continue;
            }
            cxj_touchpoint t = with_field(fields[i].field, bad[k]);
            char number[32];
            snprintf(number, sizeof number, "%" PRId64, bad[k]);
            refuse_field(engine, &t, fields[i].field, number);
        }
    }
    ck_assert_uint_eq(stats_of(engine).touchpoints, taken);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(scores_at_their_bounds) {
    static const struct {
        uint8_t scale;
        uint8_t least;
        uint8_t most;
    } scales[] = {
        {CXJ_SCALE_CSAT5, 1, 5},  {CXJ_SCALE_CSAT7, 1, 7}, {CXJ_SCALE_CSAT10, 1, 10}, {CXJ_SCALE_PERCENT, 0, 100},
        {CXJ_SCALE_BINARY, 0, 1}, {CXJ_SCALE_NPS, 0, 10},  {CXJ_SCALE_CES7, 1, 7},
    };
    cxj_engine *engine = make(NULL);
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        for (unsigned score = 0; score <= 255; score++) {
            cxj_touchpoint t = {.journey = 1, .at = 1, .scale = scales[i].scale, .score = (uint8_t)score, .scope = 1};
            if (score >= scales[i].least && score <= scales[i].most) {
                record(engine, &t, 1, CXJ_OK);
            } else {
                char number[8];
                snprintf(number, sizeof number, "%u", score);
                refuse_field(engine, &t, "score", number);
            }
        }
    }
    const cxj_touchpoint halves[] = {
        {.journey = 1, .scale = CXJ_SCALE_NPS, .score = 5},
        {.journey = 1, .score = 5},
        {.journey = 1, .scope = 1},
    };
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        cxj_receipt receipt = record(engine, &halves[i], 1, CXJ_REFUSED);
        ck_assert_int_eq(receipt.first_status, CXJ_BAD_FIELD);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Reserved bytes are kept for later meanings: whoever sets them means something this library does not know. */
START_TEST(reserved_members) {
    cxj_engine *engine = make(NULL);
    for (size_t i = 0; i < sizeof((cxj_touchpoint *)0)->reserved; i++) {
        cxj_touchpoint t = {.journey = 1, .at = 1};
        t.reserved[i] = 1;
        cxj_status status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, sizeof(cxj_receipt));
        ck_assert(status == CXJ_REFUSED || status == CXJ_BAD_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(cxj_message(engine), "reserved"));
    }
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
    for (size_t i = 0; i < sizeof((cxj_options *)0)->reserved / sizeof(uint32_t); i++) {
        cxj_options options = {.size = sizeof options};
        options.reserved[i] = 1;
        ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_BAD_ARGUMENT);
    }
}
END_TEST

/* The first refusal stops the call if the host asks for that, and only then. */
START_TEST(refusals_in_between) {
    cxj_touchpoint touchpoints[6] = {{.journey = 1, .at = 1}, {.journey = 2, .at = 1}, {.journey = 0, .at = 1},
                                     {.journey = 3, .at = 1}, {.journey = 4},          {.journey = 4, .at = 1}};
    cxj_receipt receipt;
    cxj_engine *engine = make(NULL);
    ck_assert_int_eq(
        cxj_record(engine, touchpoints, sizeof touchpoints[0], 6, CXJ_STOP_AT_REFUSAL, &receipt, sizeof receipt),
        CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, 2);
    ck_assert_uint_eq(receipt.accepted, 2);
    ck_assert_uint_eq(receipt.first_refusal, 2);
    ck_assert_int_eq(receipt.first_status, CXJ_BAD_FIELD);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 2);
    cxj_engine_destroy(engine);

    engine = make(NULL);
    receipt = record(engine, touchpoints, 6, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, 6);
    ck_assert_uint_eq(receipt.accepted, 4);
    ck_assert_uint_eq(receipt.refused, 2);
    ck_assert_uint_eq(receipt.first_refusal, 2);
    receipt = record(engine, touchpoints, 0, CXJ_OK);
    ck_assert_uint_eq(receipt.first_refusal, CXJ_NO_INDEX);
    ck_assert_str_eq(cxj_message(engine), "");
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Arguments
 * ------------------------------------------------------------------------------------------------------------------ */

#define BAD(call) ck_assert_msg((call) == CXJ_BAD_ARGUMENT, "%s", #call)

START_TEST(null_everywhere) {
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints by channel");
    cxj_touchpoint t = {.journey = 1, .at = 1};
    record(engine, &t, 1, CXJ_OK);
    cxj_stats stats;
    cxj_view_info info;
    cxj_metric_info metric_info;
    cxj_value result;
    cxj_journey state;
    cxj_columns columns = {.size = sizeof columns};
    cxj_receipt receipt;
    cxj_cursor *cursor;
    cxj_text key = {"", 0};
    uint64_t number;
    uint32_t value;
    uint32_t metric = 0;
    int64_t codes[4];
    size_t count;
    const char *name;
    const uint64_t journeys[1] = {2};
    const int64_t moments[1] = {1};
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);

    BAD(cxj_engine_create(NULL, NULL, 0, NULL));
    cxj_engine_destroy(NULL);
    ck_assert_str_eq(cxj_message(NULL), "");
    ck_assert_uint_eq(cxj_size_of(NULL), 0);
    BAD(cxj_engine_stats(NULL, &stats, sizeof stats));
    BAD(cxj_engine_stats(engine, NULL, sizeof stats));
    BAD(cxj_set_unrecorded(NULL, 0));
    BAD(cxj_code(NULL, 1, "a", 1, &value));
    BAD(cxj_code(engine, 1, NULL, 1, &value));
    BAD(cxj_code(engine, 1, NULL, CXJ_ZERO_TERMINATED, &value));
    BAD(cxj_code(engine, 1, "a", 1, NULL));
    ck_assert_int_eq(cxj_code(engine, 1, NULL, 0, &value), CXJ_OK);
    ck_assert_uint_eq(value, 0);
    BAD(cxj_find_code(NULL, 1, "a", 1, &value));
    BAD(cxj_find_code(engine, 1, NULL, 1, &value));
    BAD(cxj_find_code(engine, 1, "a", 1, NULL));
    BAD(cxj_name(NULL, 1, 0, &name, NULL));
    BAD(cxj_name(engine, 1, 0, NULL, NULL));
    ck_assert_int_eq(cxj_name(engine, 1, 0, &name, NULL), CXJ_OK);
    BAD(cxj_id_from_text(NULL, NULL, 1, &number));
    BAD(cxj_id_from_text(NULL, "1", 1, NULL));
    ck_assert_int_eq(cxj_id_from_text(NULL, NULL, 0, &number), CXJ_OK);
    BAD(cxj_record(NULL, &t, sizeof t, 1, 0, &receipt, sizeof receipt));
    BAD(cxj_record(engine, NULL, sizeof t, 1, 0, &receipt, sizeof receipt));
    ck_assert_int_eq(cxj_record(engine, NULL, sizeof t, 0, 0, NULL, sizeof receipt), CXJ_OK);
    BAD(cxj_record_columns(NULL, &columns, 1, 0, &receipt, sizeof receipt));
    BAD(cxj_record_columns(engine, NULL, 1, 0, &receipt, sizeof receipt));
    columns.journey = journeys;
    BAD(cxj_record_columns(engine, &columns, 1, 0, &receipt, sizeof receipt));
    columns.journey = NULL;
    columns.at = moments;
    BAD(cxj_record_columns(engine, &columns, 1, 0, &receipt, sizeof receipt));
    columns.journey = journeys;
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 1, 0, NULL, sizeof receipt), CXJ_OK);
    BAD(cxj_view_add(NULL, "touchpoints", CXJ_ZERO_TERMINATED, &view));
    cxj_view *none = view;
    BAD(cxj_view_add(engine, NULL, 3, &none));
    BAD(cxj_view_add(engine, "touchpoints", CXJ_ZERO_TERMINATED, NULL));
    ck_assert_int_eq(cxj_view_drop(engine, NULL), CXJ_OK);
    cxj_status dropped = cxj_view_drop(NULL, view);
    ck_assert(dropped == CXJ_BAD_ARGUMENT || dropped == CXJ_NOT_FOUND);
    BAD(cxj_view_at(NULL, 0, &none));
    BAD(cxj_view_at(engine, 0, NULL));
    BAD(cxj_view_describe(NULL, &info, sizeof info));
    BAD(cxj_view_describe(view, NULL, sizeof info));
    BAD(cxj_view_part(NULL, 0, &name, NULL));
    BAD(cxj_view_part(view, 0, NULL, NULL));
    BAD(cxj_metric_describe(0, NULL, sizeof metric_info));
    BAD(cxj_metric_find(CXJ_GRAIN_JOURNEYS, NULL, 3, &metric));
    BAD(cxj_metric_find(CXJ_GRAIN_JOURNEYS, "journeys", CXJ_ZERO_TERMINATED, NULL));
    BAD(cxj_view_get(NULL, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result));
    BAD(cxj_view_get(view, NULL, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result));
    BAD(cxj_view_get(view, &key, sizeof key, 1, NULL, 1, NULL, 0, &result, sizeof result));
    BAD(cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, NULL, sizeof result));
    BAD(cxj_cursor_open(NULL, NULL, 0, &cursor));
    BAD(cxj_cursor_open(view, NULL, 0, NULL));
    BAD(cxj_cursor_next(NULL));
    BAD(cxj_cursor_part(NULL, 0, &name, NULL));
    BAD(cxj_cursor_metrics(NULL, &metric, 1, NULL, 0, &result, sizeof result));
    cxj_cursor_close(NULL);
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_part(cursor, 0, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, &metric, 1, NULL, 0, &result, sizeof result), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    BAD(cxj_cursor_part(cursor, 0, NULL, NULL));
    BAD(cxj_cursor_metrics(cursor, NULL, 1, NULL, 0, &result, sizeof result));
    BAD(cxj_cursor_metrics(cursor, &metric, 1, NULL, 0, NULL, sizeof result));
    cxj_cursor_close(cursor);
    BAD(cxj_view_read(NULL, &metric, 1, 0, NULL, 0, NULL, NULL, NULL, NULL, &count));
    BAD(cxj_view_read(view, NULL, 1, 0, NULL, 0, NULL, NULL, NULL, NULL, &count));
    BAD(cxj_view_read(view, &metric, 1, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL));
    BAD(cxj_view_read_part(NULL, 0, 4, NULL, 0, codes, &count));
    BAD(cxj_view_read_part(view, 0, 4, NULL, 0, NULL, &count));
    BAD(cxj_view_read_part(view, 0, 4, NULL, 0, codes, NULL));
    BAD(cxj_journey_state(NULL, 1, NULL, 0, &state, sizeof state));
    BAD(cxj_journey_state(engine, 1, NULL, 0, NULL, sizeof state));
    BAD(cxj_journey_touchpoints(NULL, 1, 0, NULL, 0, NULL, sizeof t, &count));
    BAD(cxj_journey_touchpoints(engine, 1, 1, NULL, 0, NULL, sizeof t, &count));
    BAD(cxj_journey_touchpoints(engine, 1, 0, NULL, 0, NULL, sizeof t, NULL));
    BAD(cxj_advance(NULL, 0));
    BAD(cxj_withdraw(NULL, 1, 1, 0));
    BAD(cxj_withdraw(engine, 1, 0, 0));
    BAD(cxj_erase_journey(NULL, 1));
    BAD(cxj_erase_customer(NULL, 1, NULL));
    BAD(cxj_journey_move(NULL, 1, 2));
    BAD(cxj_journey_move(engine, 0, 1));
    BAD(cxj_journey_move(engine, 1, 0));
    BAD(cxj_journey_move(engine, 1, 1));
    BAD(cxj_erase_customer(engine, 0, NULL));
    BAD(cxj_merge(NULL, engine));
    BAD(cxj_merge(engine, NULL));
    BAD(cxj_merge(engine, engine));
    ck_assert_uint_eq(stats_of(engine).touchpoints, 2);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(unknown_numbers) {
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints by channel");
    cxj_touchpoint t = {.journey = 1, .at = 1};
    record(engine, &t, 1, CXJ_OK);
    uint32_t value;
    const char *name;
    const uint32_t dimensions[] = {0, CXJ_DIMENSION_OUTCOME, CXJ_DIMENSION_EXIT, 14, UINT32_MAX};
    for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
        BAD(cxj_code(engine, dimensions[i], "a", 1, &value));
        BAD(cxj_find_code(engine, dimensions[i], "a", 1, &value));
        BAD(cxj_name(engine, dimensions[i], 1, &name, NULL));
    }
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, 1, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, UINT32_MAX, &name, NULL), CXJ_NOT_FOUND);
    BAD(cxj_record(engine, &t, sizeof t, 1, 2, NULL, sizeof(cxj_receipt)));
    BAD(cxj_record(engine, &t, sizeof t, 1, UINT32_MAX, NULL, sizeof(cxj_receipt)));

    cxj_metric_info info;
    ck_assert_int_eq(cxj_metric_describe(SIZE_MAX, &info, sizeof info), CXJ_NOT_FOUND);
    cxj_status found = cxj_metric_find(0, "touchpoints", CXJ_ZERO_TERMINATED, &value);
    ck_assert(found == CXJ_NOT_FOUND || found == CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "nonsense", CXJ_ZERO_TERMINATED, &value), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touch", CXJ_ZERO_TERMINATED, &value), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpointsX", 11, &value), CXJ_OK);

    cxj_text key[2] = {{"", 0}, {"", 0}};
    cxj_value result;
    uint32_t good = value;
    uint32_t foreign;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_JOURNEYS, "journeys", CXJ_ZERO_TERMINATED, &foreign), CXJ_OK);
    const uint32_t metrics[] = {foreign, 0, UINT32_MAX};
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        size_t cells;
        BAD(cxj_view_get(view, key, sizeof key[0], 1, &metrics[i], 1, NULL, 0, &result, sizeof result));
        BAD(cxj_view_read(view, &metrics[i], 1, 0, NULL, 0, NULL, NULL, NULL, NULL, &cells));
    }
    BAD(cxj_view_get(view, key, sizeof key[0], 2, &good, 1, NULL, 0, &result, sizeof result));
    BAD(cxj_view_get(view, NULL, sizeof key[0], 0, &good, 1, NULL, 0, &result, sizeof result));
    key[0].text = "nowhere";
    key[0].length = CXJ_ZERO_TERMINATED;
    ck_assert_int_eq(cxj_view_get(view, key, sizeof key[0], 1, &good, 1, NULL, 0, &result, sizeof result),
                     CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_view_part(view, 1, &name, NULL), CXJ_NOT_FOUND);
    cxj_view *other;
    ck_assert_int_eq(cxj_view_at(engine, 1, &other), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_view_at(engine, SIZE_MAX, &other), CXJ_NOT_FOUND);

    cxj_journey state;
    size_t count;
    ck_assert_int_eq(cxj_journey_state(engine, 99, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_journey_state(engine, 0, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 99, 0, NULL, 0, NULL, sizeof t, &count), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(engine, 99), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_customer(engine, 99, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_journey_move(engine, 99, 1), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_withdraw(engine, 99, 1, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 99, 0), CXJ_NOT_FOUND);

    /* Another engine's view is no view of this one. */
    cxj_engine *stranger = make(NULL);
    ck_assert_int_eq(cxj_view_drop(stranger, view), CXJ_NOT_FOUND);
    cxj_engine_destroy(stranger);

    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT + 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_advance(engine, FIRST_MOMENT - 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_advance(engine, FIRST_MOMENT), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT), CXJ_CLOCK);
    ck_assert_int_eq(stats_of(engine).now, FIRST_MOMENT);
    t.at = LAST_MOMENT; /* only a touchpoint makes so long a leap likely */
    record(engine, &t, 1, CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, LAST_MOMENT - 1), CXJ_CLOCK);
    ck_assert_int_eq(stats_of(engine).now, LAST_MOMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Structs that have grown, and such that have not yet
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(sizes_of_structs) {
    static const struct {
        const char *name;
        size_t size;
    } structs[] = {
        {"cxj_options", sizeof(cxj_options)},
        {"cxj_stats", sizeof(cxj_stats)},
        {"cxj_touchpoint", sizeof(cxj_touchpoint)},
        {"cxj_receipt", sizeof(cxj_receipt)},
        {"cxj_columns", sizeof(cxj_columns)},
        {"cxj_view_info", sizeof(cxj_view_info)},
        {"cxj_value", sizeof(cxj_value)},
        {"cxj_metric_info", sizeof(cxj_metric_info)},
        {"cxj_text", sizeof(cxj_text)},
        {"cxj_journey", sizeof(cxj_journey)},
        {"cxj_commitment", sizeof(cxj_commitment)},
        {"cxj_engine", 0},
        {"cxj_", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof structs / sizeof structs[0]; i++) {
        ck_assert_msg(cxj_size_of(structs[i].name) == structs[i].size, "%s: %zu", structs[i].name,
                      cxj_size_of(structs[i].name));
    }
    ck_assert_uint_eq(sizeof(cxj_touchpoint), 96);
}
END_TEST

/* An options struct of a later version: its tail must be zero. */
START_TEST(options_of_other_sizes) {
    struct {
        cxj_options options;
        uint64_t tail[4];
    } later;
    cxj_engine *engine;
    memset(&later, 0, sizeof later);
    later.options.size = sizeof later;
    later.options.touchpoints_limit = 3;
    ck_assert_int_eq(cxj_engine_create(&later.options, NULL, 0, &engine), CXJ_OK);
    cxj_engine_destroy(engine);
    later.tail[3] = 1;
    ck_assert_int_eq(cxj_engine_create(&later.options, NULL, 0, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_null(engine);
    later.options.size = 0;
    ck_assert_int_eq(cxj_engine_create(&later.options, NULL, 0, &engine), CXJ_BAD_ARGUMENT);
    later.options.size = sizeof(size_t) - 1;
    ck_assert_int_eq(cxj_engine_create(&later.options, NULL, 0, &engine), CXJ_BAD_ARGUMENT);
}
END_TEST

/* Touchpoints of a later version, each with a tail. */
START_TEST(touchpoints_of_other_sizes) {
    struct {
        cxj_touchpoint touchpoint;
        uint64_t tail[2];
    } later[3];
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints");
    memset(later, 0, sizeof later);
    for (size_t i = 0; i < 3; i++) {
        later[i].touchpoint.journey = i + 1;
        later[i].touchpoint.at = 1 + (int64_t)i;
    }
    cxj_receipt receipt;
    const cxj_touchpoint *first = &later[0].touchpoint;
    ck_assert_int_eq(cxj_record(engine, first, sizeof later[0], 3, 0, &receipt, sizeof receipt), CXJ_OK);
    ck_assert_double_eq(metric_of(view, NULL, CXJ_GRAIN_TOUCHPOINTS, "journeys").value, 3);
    later[1].tail[1] = UINT64_C(1) << 63;
    cxj_status status = cxj_record(engine, first, sizeof later[0], 3, 0, &receipt, sizeof receipt);
    ck_assert(status == CXJ_REFUSED || status == CXJ_BAD_ARGUMENT);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    ck_assert_uint_eq(stats_of(engine).touchpoints, status == CXJ_REFUSED ? 5 : 3);
    BAD(cxj_record(engine, first, 0, 1, 0, &receipt, sizeof receipt));

    /* And they are read into such, with a tail of zeros. */
    size_t count;
    memset(later, 0xff, sizeof later);
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 2, 3, NULL, 0, &later[0].touchpoint, sizeof later[0], &count),
                     CXJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(later[0].touchpoint.journey, 2);
    ck_assert_uint_eq(later[0].tail[0], 0);
    ck_assert_uint_eq(later[0].tail[1], 0);
    ck_assert_uint_eq(later[1].touchpoint.journey, UINT64_MAX);
    cxj_engine_destroy(engine);
}
END_TEST

/* A result is written up to the size that the host passes, and a tail that the library does not know becomes zero. */
START_TEST(results_of_other_sizes) {
    struct {
        cxj_stats stats;
        uint64_t tail[2];
    } later;
    cxj_engine *engine = make(NULL);
    cxj_touchpoint t = {.journey = 1, .at = 1};
    record(engine, &t, 1, CXJ_OK);
    memset(&later, 0xff, sizeof later);
    ck_assert_int_eq(cxj_engine_stats(engine, &later.stats, sizeof later), CXJ_OK);
    ck_assert_uint_eq(later.stats.touchpoints, 1);
    ck_assert_uint_eq(later.tail[0], 0);
    ck_assert_uint_eq(later.tail[1], 0);
    memset(&later, 0xff, sizeof later);
    cxj_status status = cxj_engine_stats(engine, &later.stats, 2 * sizeof(uint64_t));
    if (status == CXJ_OK) {
        ck_assert_uint_eq(later.stats.journeys, 1);
    } else {
        ck_assert_int_eq(status, CXJ_BAD_ARGUMENT);
    }
    ck_assert_uint_eq(later.stats.held, UINT64_MAX);
    cxj_engine_destroy(engine);
}
END_TEST

/* A result of no size has no room: it is refused by every function that fills one, and nothing is written. */
START_TEST(results_without_a_size) {
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints");
    cxj_touchpoint t = {.journey = 1, .at = 1};
    record(engine, &t, 1, CXJ_OK);
    union {
        cxj_stats stats;
        cxj_view_info view;
        cxj_metric_info metric;
        cxj_value result;
        cxj_journey journey;
        cxj_touchpoint touchpoint;
        unsigned char bytes[1];
    } room, before;
    memset(&room, 0xa5, sizeof room);
    memcpy(&before, &room, sizeof room);
    uint32_t metric = 0;
    size_t count = 77;
    cxj_cursor *cursor = NULL;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    BAD(cxj_engine_stats(engine, &room.stats, 0));
    BAD(cxj_view_describe(view, &room.view, 0));
    BAD(cxj_metric_describe(0, &room.metric, 0));
    BAD(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &metric, 1, NULL, 0, &room.result, 0));
    BAD(cxj_cursor_metrics(cursor, &metric, 1, NULL, 0, &room.result, 0));
    BAD(cxj_journey_state(engine, 1, NULL, 0, &room.journey, 0));
    BAD(cxj_journey_touchpoints(engine, 1, 1, NULL, 0, &room.touchpoint, 0, &count));
    ck_assert_mem_eq(&room, &before, sizeof room);
    ck_assert_uint_eq(count, 77);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Texts
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(odd_names) {
    static const char *const names[] = {
        "a \"quoted\" name",
        "comma, and; semicolon",
        "line\nend",
        "carriage\r\nreturn",
        " blank ",
        "\t",
        "none",
        "日本",
        "🙂",
        "é",
        "e\xcc\x81",
        "=1+1",
        "'",
        "\\",
        "\x01\x7f",
        "\xf4\x8f\xbf\xbf",
        "\xef\xbf\xbf",
        "\xee\x80\x80",
    };
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints by channel");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t given = code(engine, CXJ_DIMENSION_CHANNEL, names[i]);
        const char *back;
        size_t length;
        ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_CHANNEL, given, &back, &length), CXJ_OK);
        ck_assert_str_eq(back, names[i]);
        ck_assert_uint_eq(length, strlen(names[i]));
        cxj_touchpoint t = {.journey = 1, .at = 1, .channel = (uint16_t)given};
        record(engine, &t, 1, CXJ_OK);
        ck_assert_double_eq(metric_of(view, names[i], CXJ_GRAIN_TOUCHPOINTS, "touchpoints").value, 1);
    }
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.cells, sizeof names / sizeof names[0]);

    /* A view takes them too, in quotes, with "" for one quote. */
    cxj_view *quoted = add(engine, "touchpoints where channel in (\"a \"\"quoted\"\" name\", "
                                   "\"line\nend\", \"日本\", \"\t\")");
    ck_assert_double_eq(metric_of(quoted, NULL, CXJ_GRAIN_TOUCHPOINTS, "touchpoints").value, 4);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(long_names) {
    enum { LENGTH = 1 << 20 };
    char *name = malloc(LENGTH + 1);
    ck_assert_ptr_nonnull(name);
    memset(name, 'x', LENGTH);
    name[LENGTH] = 0;
    cxj_engine *engine = make(NULL);
    uint32_t given = code(engine, CXJ_DIMENSION_STAGE, name);
    uint32_t shorter;
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_STAGE, name, LENGTH - 1, &shorter), CXJ_OK);
    ck_assert_uint_ne(given, shorter);
    const char *back;
    size_t length;
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_STAGE, given, &back, &length), CXJ_OK);
    ck_assert_uint_eq(length, LENGTH);
    ck_assert_str_eq(back, name);
    cxj_engine_destroy(engine);
    free(name);
}
END_TEST

START_TEST(broken_names) {
    static const struct {
        const char *bytes;
        size_t length;
    } names[] = {
        {"a\0b", 3},             /* NUL */
        {"\0", 1},               /* NUL alone */
        {"\x80", 1},             /* a continuation alone */
        {"a\xc3", 2},            /* cut short */
        {"\xe2\x82", 2},         /* likewise */
        {"\xf0\x9f\x99", 3},     /* likewise */
        {"\xc3(", 2},            /* no continuation */
        {"\xc0\xaf", 2},         /* too long for what it says */
        {"\xe0\x80\xaf", 3},     /* likewise */
        {"\xf0\x80\x80\xaf", 4}, /* likewise */
        {"\xed\xa0\x80", 3},     /* a surrogate */
        {"\xf4\x90\x80\x80", 4}, /* beyond U+10FFFF */
        {"\xf8\x88\x80\x80\x80", 5},
        {"\xff", 1},
        {"\xfe\xff", 2},
    };
    cxj_engine *engine = make(NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t given = 77;
        ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_TYPE, names[i].bytes, names[i].length, &given), CXJ_BAD_TEXT);
        ck_assert_uint_eq(given, 77);
        ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
        char view[64] = "journeys where type = \"";
        size_t used = strlen(view);
        memcpy(view + used, names[i].bytes, names[i].length);
        view[used + names[i].length] = '"';
        cxj_view *none = NULL;
        ck_assert_int_eq(cxj_view_add(engine, view, used + names[i].length + 1, &none), CXJ_BAD_TEXT);
        ck_assert_ptr_null(none);
    }
    uint32_t first = code(engine, CXJ_DIMENSION_TYPE, "first");
    ck_assert_uint_eq(first, 1);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(malformed_views) {
    static const struct {
        const char *text;
        int column; /* 0: the sentence must only name one */
    } views[] = {
        {"", 1},
        {"   ", 4},
        {"touchpoint by channel", 1},
        {"Journeys", 1},
        {"journeys by", 12},
        {"touchpoints by colour", 16},
        {"touchpoints by channel,", 24},
        {"touchpoints by channel channel", 24},
        {"touchpoints by channel, channel", 25},
        {"touchpoints by channel, team, stage, activity, cause", 48},
        {"touchpoints by entry", 16},
        {"touchpoints by period", 16},
        {"transitions", 12},
        {"transitions by type", 16},
        {"transitions by cause", 16},
        {"transitions by owner, team", 23},
        {"transitions by owner where owner = a", 28},
        {"journeys by owner", 13},
        {"journeys per fortnight", 14},
        {"journeys per", 13},
        {"touchpoints per week ended", 22},
        {"transitions by owner per week ended", 31},
        {"journeys ended", 10},
        {"journeys per week per day", 19},
        {"journeys per week by type", 19},
        {"touchpoints where had cause = policy", 19},
        {"journeys where had type = a", 20},
        {"journeys where", 15},
        {"journeys where type", 20},
        {"journeys where type ~ a", 21},
        {"journeys where type =", 22},
        {"journeys where type = a b", 25},
        {"journeys where type = ,", 23},
        {"journeys where type = é", 23},
        {"journeys where type = \"a", 0},
        {"journeys where type in a", 24},
        {"journeys where type in ()", 25},
        {"journeys where type in (a", 26},
        {"journeys where type in (a,)", 27},
        {"journeys where type in (a b)", 27},
        {"journeys where type = a and", 28},
        {"journeys where type = a or type = b", 25},
        {"journeys where type = a, segment = b", 24},
        {"journeys where type = a and type = b and type = c and type = d and type = e", 0},
        {"journeys;", 9},
        {"journeys by type where segment = a per week", 36},
    };
    cxj_engine *engine = make(NULL);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        cxj_view *none = NULL;
        cxj_status status = cxj_view_add(engine, views[i].text, CXJ_ZERO_TERMINATED, &none);
        const char *message = cxj_message(engine);
        ck_assert_msg(status == CXJ_BAD_TEXT, "[%s]: %s", views[i].text, cxj_status_text(status));
        ck_assert_ptr_null(none);
        char column[32];
        snprintf(column, sizeof column, "column %d", views[i].column);
        const char *at = strstr(message, views[i].column ? column : "column ");
        ck_assert_msg(at && (!views[i].column || at[strlen(column)] < '0' || at[strlen(column)] > '9'),
                      "[%s]: no %s in: %s", views[i].text, column, message);
    }
    cxj_view *first;
    ck_assert_int_eq(cxj_view_at(engine, 0, &first), CXJ_NOT_FOUND);

    /* What is well formed, at its bounds. */
    add(engine, "touchpoints by channel, team, stage, activity");
    add(engine, "\t journeys\nby type,segment\r\nper week ended where type=a and segment in(b,c)and had owner=\"\"and "
                "churned=yes ");
    add(engine, "touchpoints where outcome in (completed, abandoned, open) and churned = \"\"");
    cxj_view *again = add(engine, "touchpoints by channel, team, stage, activity");
    ck_assert_int_eq(cxj_view_at(engine, 0, &first), CXJ_OK);
    ck_assert_ptr_eq(again, first);
    cxj_engine_destroy(engine);
}
END_TEST

/* A text given with its length must not be read beyond it. */
START_TEST(texts_without_end) {
    static const char text[] = "touchpoints by channel, team where type = abc";
    cxj_engine *engine = make(NULL);
    for (size_t length = 0; length < sizeof text; length++) {
        char *copy = malloc(length + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, length);
        /* The byte behind is there for the test alone; a reader that goes on finds a letter, and another view. */
        copy[length] = 'x';
        cxj_view *view = NULL;
        cxj_status status = cxj_view_add(engine, copy, length, &view);
        ck_assert(status == CXJ_OK || status == CXJ_BAD_TEXT);
        if (status == CXJ_OK) {
            cxj_view_info info;
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            /* Normalised, it has no blank at its end. */
            ck_assert_uint_eq(info.text_length, length - (text[length - 1] == ' '));
            ck_assert_uint_eq(strlen(info.text), info.text_length);
            ck_assert_mem_eq(info.text, text, info.text_length);
        }
        free(copy);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Random bytes, and random pieces of views, are either a view or refused with a column. */
START_TEST(random_views) {
    static const char *const pieces[] = {
        "touchpoints ", "transitions ", "journeys ", "by ", "per ",   "where ",   "and ",     "had ",  "in ",
        "= ",           "( ",           ") ",        ", ",  "owner ", "type ",    "cause ",   "week ", "ended ",
        "\"\" ",        "\"a\" ",       "b ",        "\" ", "é",      "outcome ", "channel ",
    };
    enum { PIECES = sizeof pieces / sizeof pieces[0] };
    cxj_engine *engine = make(NULL);
    chance_state = seed;
    size_t good = 0;
    for (int turn = 0; turn < 20000; turn++) {
        char text[256] = "";
        size_t count = chance() % 12;
        for (size_t i = 0; i < count; i++) {
            strcat(text, pieces[i == 0 ? chance() % 3 : chance() % PIECES]);
        }
        cxj_view *view = NULL;
        cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
        if (status == CXJ_OK) {
            good++;
            ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
        } else {
            ck_assert_int_eq(status, CXJ_BAD_TEXT);
            ck_assert_msg(strstr(cxj_message(engine), "column "), "[%s]: %s", text, cxj_message(engine));
        }
    }
    ck_assert_uint_gt(good, 100);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(broken_periods) {
    static const char *const periods[] = {
        "2026-13", "2026-00", "2026",    "26-11",    "2026-11-01", "2026-11 ", " 2026-11",
        "2026/11", "",        "0000-01", "10000-01", "month",      "2026-1",
    };
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints per month");
    cxj_touchpoint t = {.journey = 1, .at = INT64_C(1763765000000)};
    record(engine, &t, 1, CXJ_OK);
    ck_assert_double_eq(metric_of(view, "2025-11", CXJ_GRAIN_TOUCHPOINTS, "touchpoints").value, 1);
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        cxj_text key = {periods[i], CXJ_ZERO_TERMINATED};
        cxj_value result;
        uint32_t metric = 0;
        ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
        cxj_status status = cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result);
        ck_assert_msg(status == CXJ_BAD_TEXT, "%s: %s", periods[i], cxj_status_text(status));
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cursors
 * ------------------------------------------------------------------------------------------------------------------ */

enum { CHANGES = 7 };

/* Changes the engine in one way or another. */
static void change(cxj_engine *engine, int which) {
    cxj_touchpoint t = {.journey = 9, .id = 9, .at = 9};
    cxj_engine *source;
    switch (which) {
    case 0:
        record(engine, &t, 1, CXJ_OK);
        break;
    case 1:
        ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
        break;
    case 2:
        ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
        break;
    case 3:
        ck_assert_int_eq(cxj_erase_customer(engine, 5, NULL), CXJ_OK);
        break;
    case 4:
        ck_assert_int_eq(cxj_advance(engine, 1000), CXJ_OK);
        break;
    case 5:
        ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
        break;
    default:
        source = make(NULL);
        record(source, &t, 1, CXJ_OK);
        ck_assert_int_eq(cxj_merge(engine, source), CXJ_OK);
        cxj_engine_destroy(source);
        break;
    }
}

START_TEST(stale_cursors) {
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints by channel");
    for (uint64_t i = 1; i <= 4; i++) {
        char name[2] = {(char)('a' + i), 0};
        cxj_touchpoint t = {.journey = i / 3 + 1, .id = i, .at = (int64_t)i, .customer = 5};
        t.channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, name);
        record(engine, &t, 1, CXJ_OK);
    }
    uint32_t metric;
    cxj_value result;
    cxj_cursor *cursor;
    const char *text;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);

    /* What changes no cell makes no cursor stale: a new name, and reading. */
    code(engine, CXJ_DIMENSION_CHANNEL, "another");
    stats_of(engine);
    cxj_cursor *other;
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &other), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    cxj_cursor_close(other);

    change(engine, _i);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_STALE);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, &metric, 1, NULL, 0, &result, sizeof result), CXJ_STALE);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);

    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    cxj_status status;
    while ((status = cxj_cursor_next(cursor)) == CXJ_OK) {
        ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_OK);
    }
    ck_assert_int_eq(status, CXJ_DONE);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_NOT_FOUND);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* Arrays that are too small are not written to. */
START_TEST(reading_into_too_little) {
    cxj_engine *engine = make(NULL);
    cxj_view *view = add(engine, "touchpoints by channel");
    for (uint32_t i = 0; i < 5; i++) {
        char name[2] = {(char)('a' + i), 0};
        cxj_touchpoint t = {.journey = 1, .at = 1, .channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, name)};
        record(engine, &t, 1, CXJ_OK);
    }
    uint32_t metric;
    double values[6] = {-1, -1, -1, -1, -1, -1};
    int64_t codes[6] = {-1, -1, -1, -1, -1, -1};
    size_t cells = 0;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_view_read(view, &metric, 1, 4, NULL, 0, values, NULL, NULL, NULL, &cells), CXJ_TOO_SMALL);
    ck_assert_uint_eq(cells, 5);
    ck_assert_double_eq(values[0], -1);
    cells = 0;
    ck_assert_int_eq(cxj_view_read_part(view, 0, 4, NULL, 0, codes, &cells), CXJ_TOO_SMALL);
    ck_assert_uint_eq(cells, 5);
    ck_assert_int_eq(codes[0], -1);
    cells = 0;
    ck_assert_int_eq(cxj_view_read(view, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, &cells), CXJ_TOO_SMALL);
    ck_assert_uint_eq(cells, 5);
    ck_assert_int_eq(cxj_view_read(view, &metric, 1, 5, NULL, 0, values, NULL, NULL, NULL, &cells), CXJ_OK);
    ck_assert_int_eq(cxj_view_read_part(view, 0, 5, NULL, 0, codes, &cells), CXJ_OK);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_double_eq(values[i], 1);
        ck_assert_int_eq(codes[i], (int64_t)i + 1);
    }
    ck_assert_double_eq(values[5], -1);
    ck_assert_int_eq(codes[5], -1);
    cxj_engine_destroy(engine);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    const char *slow = getenv("CXJ_STRIDE");
    const uint64_t stride = slow ? strtoull(slow, NULL, 10) : 1;
    printf("hostile: CXJ_SEED=%" PRIu64 " CXJ_STRIDE=%" PRIu64 "\n", seed, stride);

    const int patterns = stride > 5 ? PATTERNS / 3 : PATTERNS;
    const int first = (int)(seed % (PATTERNS / (uint64_t)patterns)) * patterns, end = first + patterns;
    Suite *suite = suite_create("hostile");
    TCase *work = group(suite, "work");
    tcase_add_test(work, backwards_in_one_call);
    tcase_add_test(work, backwards_by_names);
    tcase_add_test(work, backwards_one_by_one);
    tcase_add_test(work, nearly_in_order);
    tcase_add_test(work, had_of_many_names);
    tcase_add_loop_test(work, crafted_journeys, first, end);
    tcase_add_loop_test(work, crafted_ids, first, end);
    tcase_add_loop_test(work, crafted_bytes, first, end);
    tcase_add_test(work, many_cells);
    TCase *limits = group(suite, "limits");
    tcase_add_test(limits, options_at_their_bounds);
    tcase_add_test(limits, touchpoints_of_a_journey);
    tcase_add_test(limits, codes_of_a_dictionary);
    tcase_add_test(limits, cells_of_a_view);
    tcase_add_test(limits, memory_at_its_limit);
    TCase *sums = group(suite, "sums");
    tcase_add_test(sums, sums_of_money);
    tcase_add_test(sums, sums_of_time);
    tcase_add_test(sums, sums_of_slips);
    TCase *fields = group(suite, "fields");
    tcase_add_test(fields, fields_at_their_bounds);
    tcase_add_test(fields, scores_at_their_bounds);
    tcase_add_test(fields, reserved_members);
    tcase_add_test(fields, refusals_in_between);
    TCase *arguments = group(suite, "arguments");
    tcase_add_test(arguments, null_everywhere);
    tcase_add_test(arguments, unknown_numbers);
    tcase_add_test(arguments, sizes_of_structs);
    tcase_add_test(arguments, options_of_other_sizes);
    tcase_add_test(arguments, touchpoints_of_other_sizes);
    tcase_add_test(arguments, results_of_other_sizes);
    tcase_add_test(arguments, results_without_a_size);
    TCase *texts = group(suite, "texts");
    tcase_add_test(texts, odd_names);
    tcase_add_test(texts, long_names);
    tcase_add_test(texts, broken_names);
    tcase_add_test(texts, malformed_views);
    tcase_add_test(texts, texts_without_end);
    tcase_add_test(texts, random_views);
    tcase_add_test(texts, broken_periods);
    TCase *cursors = group(suite, "cursors");
    tcase_add_loop_test(cursors, stale_cursors, 0, CHANGES);
    tcase_add_test(cursors, reading_into_too_little);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
