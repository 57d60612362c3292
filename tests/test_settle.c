/* settle: which revision of a touchpoint holds. What src/SPEC.md says in section 3.2 and src/settle.h promises: what is
 * undone, or ends without memory, leaves no trace.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Which one holds (section 3.2)
 * ------------------------------------------------------------------------------------------------------------------ */

/* What the feed meets when touchpoints arrive, in one change or in one each. */
static struct cxj__feed arrive(cxj_engine *engine, const cxj_touchpoint *t, size_t count, bool together) {
    struct cxj__feed sum = {0, 0, 0, 0};
    for (size_t i = 0; i < count; i += together ? count : 1) {
        ck_assert_int_eq(change(engine, t + i, together ? count : 1), CXJ_OK);
        settle_change(engine);
        sum.accepted += engine->settling.feed.accepted;
        sum.duplicates += engine->settling.feed.duplicates;
        sum.conflicts += engine->settling.feed.conflicts;
        sum.superseded += engine->settling.feed.superseded;
    }
    return sum;
}

static cxj_touchpoint held_of(cxj_engine *engine, uint64_t journey, uint64_t id) {
    struct cxj__journey *found = find_journey(engine, journey);
    struct cxj__entry entry;
    uint64_t probes = 0;
    ck_assert_ptr_nonnull(found);
    size_t position = cxj__journey_find_id(found, id, &engine->core.seed, &probes);
    ck_assert_uint_ne(position, SIZE_MAX);
    cxj__journey_unpack(found, position, &entry);
    return entry.touchpoint;
}

static const cxj_touchpoint plain = {.journey = 1, .id = 7, .revision = 3, .at = START, .facets = CXJ_FACET_CONTACT};

/* Two of one id arrive, in either order, together or apart, with another touchpoint behind them: the same one holds,
 * the feed counts the same, and the other is "as if never sent". */
static void check_winner(cxj_touchpoint winner, cxj_touchpoint loser, struct cxj__feed expected, bool is_ordered,
                         const char *what) {
    const cxj_touchpoint behind = {.journey = 1, .id = 8, .at = START + 100 * HOUR, .owner = 2};
    cxj_engine *alone = make_engine(NULL, 0);
    add_views(alone);
    record(alone, winner);
    record(alone, behind);
    for (int way = 0; way < 8; way++) {
        cxj_engine *engine = make_engine(NULL, 0);
        add_views(engine);
        if (way & 4) record(engine, behind);
        cxj_touchpoint both[2] = {way & 1 ? loser : winner, way & 1 ? winner : loser};
        struct cxj__feed feed = arrive(engine, both, 2, way & 2);
        if (!(way & 4)) record(engine, behind);
        check_equal(engine, alone);
        if (!is_ordered || (way & 1)) {
            ck_assert_msg(memcmp(&feed, &expected, sizeof feed) == 0,
                          "%s, way %d: %d accepted, %d duplicates, %d conflicts, %d superseded", what, way,
                          (int)feed.accepted, (int)feed.duplicates, (int)feed.conflicts, (int)feed.superseded);
        }
        cxj_engine_destroy(engine);
    }
    cxj_engine_destroy(alone);
}

/* "the one with the highest revision holds", whatever they say; "one with a lower revision, or replaced by a higher,
 * counts as superseded" */
START_TEST(highest_revision_holds) {
    cxj_touchpoint winner = plain, loser = plain;
    winner.revision = 4;
    loser.at += 5;
    loser.owner = 9;
    /* the loser first: both are accepted when they come; the winner first: only that one is */
    check_winner(winner, loser, (struct cxj__feed){2, 0, 0, 1}, true, "replaced");
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_touchpoint both[2] = {winner, loser};
    struct cxj__feed feed = arrive(engine, both, 2, true);
    ck_assert_uint_eq(feed.accepted, 1);
    ck_assert_uint_eq(feed.superseded, 1);
    ck_assert_uint_eq(feed.duplicates + feed.conflicts, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "one that equals what holds in revision is a duplicate, and a conflict too if it differs in content", which the
 * facets that are implied do not. */
START_TEST(equal_revisions_are_duplicates) {
    cxj_touchpoint implied = plain;
    check_winner(plain, plain, (struct cxj__feed){1, 1, 0, 0}, false, "the same");
    implied.facets = CXJ_FACET_CHASE;
    cxj_touchpoint said = implied;
    said.facets |= CXJ_FACET_INBOUND | CXJ_FACET_CONTACT;
    check_winner(said, implied, (struct cxj__feed){1, 1, 0, 0}, false, "the same but for what is implied");
    cxj_touchpoint greater = plain;
    greater.at++;
    check_winner(greater, plain, (struct cxj__feed){1, 1, 1, 0}, false, "another");
}
END_TEST

/* The fields, in the order in which section 3.2 compares them; each with a lower and a greater value. Codes have the
 * order of their names, not of their numbers. */
static void set_field(cxj_touchpoint *t, size_t field, bool greater) {
    const uint16_t code = greater ? 2 : 1; /* the names are z and a, if they are given in that order */
    switch (field) {
    case 0:
        t->at = greater ? 20 : 10;
        break;
    case 1:
        t->sequence = greater ? 300 : 2;
        break;
    case 2:
        t->due = greater ? 10 : -10;
        break;
    case 3:
        t->value = greater ? 10 : -10;
        break;
    case 4:
        t->customer = greater ? UINT64_MAX : 1;
        break;
    case 5:
        t->owner = code;
        break;
    case 6:
        t->team = code;
        break;
    case 7:
        t->activity = code;
        break;
    case 8:
        t->channel = code;
        break;
    case 9:
        t->stage = code;
        break;
    case 10:
        t->cause = code;
        break;
    case 11:
        t->type = code;
        break;
    case 12:
        t->segment = code;
        break;
    case 13:
        t->reason = code;
        break;
    case 14:
        t->facets = greater ? CXJ_FACET_FAULT : CXJ_FACET_CHASE | CXJ_FACET_UPDATE;
        break;
    case 15:
        t->scale = greater ? CXJ_SCALE_CSAT7 : CXJ_SCALE_CSAT5;
        t->scope = 1;
        t->score = 3;
        break;
    case 16:
        t->scale = CXJ_SCALE_CSAT5;
        t->scope = 1;
        t->score = greater ? 5 : 1;
        break;
    case 17:
        t->scale = CXJ_SCALE_CSAT5;
        t->score = 3;
        t->scope = greater ? 3 : 1;
        break;
    case 18:
        t->commitment = greater ? 7 : 1;
        break;
    default:
        t->outcome = greater ? 2 : 1;
        break;
    }
}
enum { FIELDS = 20 };

/* An engine whose codes 1 and 2 are z and y, or a and b, in each dimension. */
static cxj_engine *make_with_names(bool turned) {
    cxj_engine *engine = make_with((cxj_options){.seed = {1, 2}});
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (uint32_t i = 1; i <= 2; i++) {
            uint32_t code = 0;
            const char *name = turned ? (i == 1 ? "z" : "y") : (i == 1 ? "a" : "b");
            ck_assert_int_eq(cxj_code(engine, d, name, 1, &code), CXJ_OK);
            ck_assert_uint_eq(code, i);
        }
    }
    return engine;
}

/* "of equal revisions the greater one (fields, after the implied facets are added, compared in the order at, sequence,
 * …, outcome; codes by their names, byte by byte; numbers as numbers)": the first field in which they differ decides,
 * whatever the ones behind it say; whichever comes first. */
START_TEST(greater_of_equal_revisions_holds) {
    const size_t field = (size_t)_i;
    const bool is_code = field >= 5 && field <= 13;
    for (int turned = 0; turned < 2; turned++) {
        for (size_t other = field; other < FIELDS; other++) {
            cxj_touchpoint greater = {.journey = 1, .id = 7, .revision = 3, .at = 5}, lesser = greater;
            bool other_is_code = other >= 5 && other <= 13;
            /* what stands behind says the contrary */
            if (other != field) set_field(&lesser, other, !(other_is_code && turned));
            if (other != field) set_field(&greater, other, other_is_code && turned);
            set_field(&greater, field, !(is_code && turned));
            set_field(&lesser, field, is_code && turned);
            if (field >= 15 && field <= 17 && other <= 17 && other != field) continue; /* they are set together */
            for (int way = 0; way < 4; way++) {
                cxj_engine *engine = make_with_names(turned);
                cxj_touchpoint both[2] = {way & 1 ? lesser : greater, way & 1 ? greater : lesser};
                struct cxj__feed feed = arrive(engine, both, 2, way & 2);
                cxj_touchpoint holds = held_of(engine, 1, 7), expected = greater;
                expected.facets = cxj__touchpoint_imply(greater.facets);
                ck_assert_msg(memcmp(&holds, &expected, sizeof holds) == 0, "field %zu before %zu, way %d, turned %d",
                              field, other, way, turned);
                ck_assert_uint_eq(feed.conflicts, 1);
                ck_assert_uint_eq(feed.duplicates, 1);
                ck_assert_uint_eq(feed.accepted, 1);
                cxj_engine_destroy(engine);
            }
        }
    }
}
END_TEST

/* "A touchpoint that is withdrawn keeps its id and revision and contributes nothing … may arrive before what they
 * correct" (section 3.3): of equal revisions it holds; a lower one is superseded by it, and it by a higher. */
START_TEST(withdrawn_holds_over_what_is_not_later) {
    static const struct {
        const char *what;
        uint64_t revision; /* of the withdrawal, against 3 */
        bool holds;
        struct cxj__feed then; /* where the withdrawal comes second */
    } cases[] = {
        {"lower", 2, false, {1, 0, 0, 1}},
        {"equal", 3, true, {1, 1, 1, 0}},
        {"higher", 4, true, {2, 0, 0, 1}},
    };
    for (size_t i = 0; i < 3; i++) {
        const cxj_touchpoint taken = {
            .journey = 1, .id = 7, .revision = cases[i].revision, .facets = CXJ_FACET_WITHDRAWN};
        for (int way = 0; way < 4; way++) {
            cxj_engine *engine = make_engine(NULL, 0);
            cxj_view *view = add(engine, "touchpoints");
            cxj_touchpoint both[2] = {way & 1 ? taken : plain, way & 1 ? plain : taken};
            struct cxj__feed feed = arrive(engine, both, 2, way & 2);
            uint64_t revision = 0;
            ck_assert_int_eq(cxj__journey_find_withdrawn(find_journey(engine, 1), 7, &revision), cases[i].holds);
            if (cases[i].holds) ck_assert_uint_eq(revision, cases[i].revision);
            ck_assert_uint_eq(cells_of(view), !cases[i].holds);
            ck_assert_uint_eq(engine->core.touchpoints, !cases[i].holds);
            ck_assert_uint_eq(engine->core.journeys, !cases[i].holds);
            ck_assert_uint_eq(engine->core.held, 1);
            if (!(way & 1)) ck_assert_mem_eq(&feed, &cases[i].then, sizeof feed);
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* "of one that is withdrawn nothing counts but journey, id and revision"; without an id it "takes nothing back, and
 * never can": it is accepted, and no journey is made for it. */
START_TEST(withdrawn_without_an_id_does_nothing) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_touchpoint t[2] = {{.journey = 5, .facets = CXJ_FACET_WITHDRAWN},
                                 {.journey = 6, .id = 1, .at = 9, .owner = 3, .due = 77, .facets = 0x10001 | 0x400}};
    struct cxj__feed feed = arrive(engine, t, 1, true);
    ck_assert_uint_eq(feed.accepted, 1);
    ck_assert_uint_eq(engine->core.store.table.count, 0);
    arrive(engine, t + 1, 1, true);
    ck_assert_uint_eq(engine->core.held, 1);
    ck_assert_uint_eq(engine->core.touchpoints, 0);
    ck_assert_uint_eq(cxj__agenda_count(&engine->core.agenda), 0);
    ck_assert_uint_eq(cxj__names_uses(&engine->core.dictionaries[CXJ_DIMENSION_OWNER], 3), 0);
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) ck_assert_uint_eq(engine->core.facet_counts[bit], 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "ordered by (at, sequence, id), and where all three are equal by arrival" (section 3.1): those without an id stay
 * all, and the later ones stand behind; together as apart. */
START_TEST(ties_without_an_id_stand_by_arrival) {
    for (int way = 0; way < 4; way++) {
        cxj_engine *engine = make_engine(NULL, 0);
        cxj_touchpoint t[6], got[8];
        size_t count = 0;
        for (size_t i = 0; i < 6; i++) t[i] = (cxj_touchpoint){.journey = 1, .at = 10, .owner = 1 + (uint32_t)i};
        if (way & 1) record(engine, (cxj_touchpoint){.journey = 1, .at = 99, .id = 3});
        arrive(engine, t, 6, way & 2);
        ck_assert_int_eq(cxj_journey_touchpoints(engine, 1, 8, NULL, 0, got, sizeof *got, &count), CXJ_OK);
        ck_assert_uint_eq(count, 6 + (way & 1));
        for (size_t i = 0; i < 6; i++) ck_assert_uint_eq(got[i].owner, i + 1);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "CXJ_LATE if its journey is sealed, and then it is not among the arrivals": the others are taken. */
START_TEST(what_is_late_is_not_among_the_arrivals) {
    cxj_engine *engine = make_named((cxj_options){.seal_ended_after = 10}, NULL);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .outcome = 1});
    advance(engine, 11);
    ck_assert_uint_eq(engine->core.store.sealed.count, 1);
    struct cxj__settling *settling = &engine->settling;
    const cxj_touchpoint late = {.journey = 1, .id = 2, .at = 2}, taken = late,
                         other = {.journey = 2, .id = 1, .at = 5};
    cxj__settle_begin(settling);
    ck_assert_int_eq(cxj__settle_arrival(settling, &engine->core, &late, 0), CXJ_LATE);
    ck_assert_int_eq(cxj__settle_arrival(settling, &engine->core, &other, 1), CXJ_OK);
    ck_assert_int_eq(cxj__settle_arrival(settling, &engine->core, &taken, 2), CXJ_LATE);
    ck_assert(cxj__settle_change(settling, &engine->core));
    ck_assert_uint_eq(settling->feed.accepted, 1);
    settle_change(engine);
    ck_assert_uint_eq(engine->core.held, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Work that the arrivals have made: entries unpacked and merged, withdrawn ids gone through": a withdrawal costs as
 * many as its journey has, so that many of one call are known to be better made together. */
START_TEST(withdrawals_work_through_those_before) {
    enum { MANY = 60 };
    cxj_engine *engine = make_engine(NULL, 0);
    cxj_touchpoint withdrawn = {.journey = 1, .id = MANY, .facets = CXJ_FACET_WITHDRAWN};
    for (; withdrawn.id > 0; withdrawn.id--) {
        ck_assert_int_eq(change(engine, &withdrawn, 1), CXJ_OK);
        ck_assert_uint_eq(cxj__settle_work(&engine->settling), 1 + MANY - withdrawn.id);
        settle_change(engine);
    }
    const cxj_touchpoint elsewhere = {.journey = 2, .id = 1, .at = START};
    ck_assert_int_eq(change(engine, &elsewhere, 1), CXJ_OK);
    ck_assert_uint_eq(cxj__settle_work(&engine->settling), 1);
    settle_change(engine);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Changes
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Undoes all changes …; nothing shows of them": and what was undone can be made. */
START_TEST(undone_change_leaves_no_trace) {
    static cxj_touchpoint first[FIRST], then[THEN];
    begin_chance(seed + (uint64_t)_i);
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
    add_views(engine);
    add_views(other);
    record_all(engine, first, FIRST);
    record_all(other, first, FIRST);
    ck_assert_int_eq(change(engine, then, THEN), CXJ_OK);
    undo(engine);
    check_same(engine, other);
    record_all(engine, then, THEN);
    record_all(other, then, THEN);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* The same when memory ends in the midst of it, at each place in turn. */
START_TEST(change_without_memory_leaves_no_trace) {
    static cxj_touchpoint first[FIRST], then[THEN];
    begin_chance(seed + (uint64_t)_i);
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *other = make_engine(NULL, 0), *both = make_engine(NULL, 0);
    add_views(other);
    add_views(both);
    record_all(other, first, FIRST);
    record_all(both, first, FIRST);
    record_all(both, then, THEN);
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at += stride + fail_at / 4) {
        heap memory = {0};
        cxj_engine *engine = make_engine(&memory, 0);
        add_views(engine);
        record_all(engine, first, FIRST);
        let_fail(&memory, fail_at);
        failed = change(engine, then, THEN) == CXJ_NO_MEMORY;
        undo(engine);
        memory.fail_at = 0;
        check_same(engine, other);
        record_all(engine, then, THEN);
        check_same(engine, both);
        cxj_engine_destroy(engine);
    }
    cxj_engine_destroy(other);
    cxj_engine_destroy(both);
}
END_TEST

/* Touchpoints "for which their journey has no room are listed in refused"; exactly at the limit there is room. */
START_TEST(limit_is_passed_by_one_more) {
    cxj_touchpoint t[4] = {{0}};
    for (uint64_t i = 0; i < 4; i++) t[i] = (cxj_touchpoint){.journey = 1, .id = i + 1, .at = 9 - (int64_t)i};
    cxj_engine *engine = make_engine(NULL, 3);
    add_views(engine);
    ck_assert_int_eq(change(engine, t, 4), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 1);
    ck_assert_uint_eq(engine->settling.refused.items[0], 3);
    undo(engine);
    ck_assert_uint_eq(engine->core.store.table.count, 0);
    ck_assert_int_eq(change(engine, t, 3), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 0);
    settle_change(engine);
    /* A correction takes the place of another, and needs none of its own. */
    t[2].revision = 1;
    ck_assert_int_eq(change(engine, t + 2, 2), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 1);
    ck_assert_uint_eq(engine->settling.refused.items[0], 1);
    settle_change(engine);
    ck_assert_uint_eq(engine->core.held, 3);
    cxj_engine_destroy(engine);
}
END_TEST

enum { TARDY = 130 };

/* What is there, and what comes then. */
typedef struct arrivals {
    const char *what;
    uint32_t limit; /* of touchpoints */
    uint32_t views; /* so many that see every touchpoint, in place of the usual ones; 0: the usual ones */
    cxj_touchpoint there[TARDY], then[TARDY];
    size_t there_count, then_count;
} arrivals;

static void let_type_change(arrivals *a) {
    a->what = "type changes";
    for (size_t i = 0; i < 20; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 20; i < 50; i++) a->then[a->then_count++] = tardy(i);
    a->then[29].type = 2;
}

static void let_become_long(arrivals *a) {
    a->what = "becomes long";
    a->views = 16;
    for (size_t i = 0; i < 64; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 64; i < 64 + TARDY; i++) a->then[a->then_count++] = tardy(i);
}

static void let_come_in_between(arrivals *a) {
    a->what = "comes in between";
    for (size_t i = 0; i < 40; i++) {
        if (i % 4 < 2) a->there[a->there_count++] = tardy(i);
        if (i % 4 > 0) a->then[a->then_count++] = tardy(i); /* some are there already, and now corrected */
    }
    for (size_t i = 0; i < a->then_count; i++) a->then[i].revision = 1;
}

static void let_pass_the_limit(arrivals *a) {
    a->what = "passes the limit";
    a->limit = 30;
    for (size_t i = 0; i < 25; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 50; i > 20; i--) a->then[a->then_count++] = tardy(i);
}

enum { WAYS = 4 };

static cxj_engine *make_where(heap *memory, const arrivals *a) {
    cxj_engine *engine = make_engine(memory, a->limit);
    if (a->views == 0) add_views(engine);
    for (uint32_t v = 0; v < a->views; v++) {
        char text[60];
        snprintf(text, sizeof text, "touchpoints where stage in (\"\", s%" PRIu32 ")", v);
        add(engine, text);
    }
    record_all(engine, a->there, a->there_count);
    return engine;
}

/* Records what comes then, of which some may be refused; then takes some of all back, so that what a long journey
 * counts for each cell shows, too. */
static void go_on(cxj_engine *engine, const arrivals *a) {
    cxj_status status = cxj_record(engine, a->then, sizeof *a->then, a->then_count, 0, NULL, 0);
    ck_assert_int_eq(status, a->limit > 0 ? CXJ_REFUSED : CXJ_OK);
    for (uint64_t id = 1; id <= 64 + TARDY; id += 3) {
        status = cxj_withdraw(engine, 1, id, 0);
        ck_assert(status == CXJ_OK || status == CXJ_NOT_FOUND);
    }
}

/* Whichever allocation fails, the change that fails leaves no trace, and the same arrivals are taken when there is
 * memory again. */
START_TEST(change_that_begins_without_room_leaves_no_trace) {
    static void (*const ways[WAYS])(arrivals *) = {let_type_change, let_become_long, let_come_in_between,
                                                   let_pass_the_limit};
    static arrivals a;
    memset(&a, 0, sizeof a);
    ways[_i](&a);
    cxj_engine *other = make_where(NULL, &a), *both = make_where(NULL, &a);
    go_on(both, &a);
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t fail_at = 1;
    for (; status == CXJ_NO_MEMORY; fail_at += stride) {
        heap memory = {0};
        cxj_engine *engine = make_where(&memory, &a);
        give_back_room(engine);
        let_fail(&memory, fail_at);
        status = change(engine, a.then, a.then_count);
        undo(engine);
        ck_assert_msg(status == (memory.asked < fail_at ? CXJ_OK : CXJ_NO_MEMORY), "%s: allocation %d", a.what,
                      (int)fail_at);
        memory.fail_at = 0;
        check_same(engine, other);
        go_on(engine, &a);
        check_same(engine, both);
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_gt(fail_at, 10);
    cxj_engine_destroy(other);
    cxj_engine_destroy(both);
}
END_TEST

/* "Those arrivals for which their journey has no room are listed in refused", "as if they had come one by one": of
 * random arrivals, with ids that come again and are taken back, the same ones, and the same engine. */
START_TEST(refused_are_those_that_one_by_one_would_be) {
    enum { LIMIT = 12, COUNT = 40 };
    for (uint64_t round = 0; round < 60; round++) {
        cxj_engine *engine = make_engine(NULL, LIMIT), *other = make_engine(NULL, LIMIT);
        cxj_touchpoint t[COUNT];
        bool refused[COUNT] = {false};
        size_t count = 0;
        begin_chance(seed + 1000 * round + (uint64_t)_i);
        add_views(engine);
        add_views(other);
        for (size_t i = 0; i < COUNT; i++) {
            t[i] = random_touchpoint();
            t[i].journey = 1 + chance(2);
            t[i].id = chance(4) ? 1 + chance(20) : 0;
            t[i].facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
            if (chance(5) == 0) t[i].facets |= CXJ_FACET_WITHDRAWN;
        }
        for (size_t i = 0; i < COUNT; i++) {
            ck_assert_int_eq(change(other, &t[i], 1), CXJ_OK);
            refused[i] = other->settling.refused.count > 0;
            count += refused[i];
            settle_change(other);
        }
        ck_assert_int_eq(change(engine, t, COUNT), CXJ_OK);
        ck_assert_uint_eq(engine->settling.refused.count, count);
        for (size_t i = 0; i < count; i++) ck_assert(refused[engine->settling.refused.items[i]]);
        settle_change(engine);
        check_equal(engine, other);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(other);
    }
}
END_TEST

enum { JOURNEYS = 7, LONG = 70 };

/* Journeys 1 to 6, the last of which is long. */
static cxj_engine *make_with_journeys(heap *memory) {
    cxj_engine *engine = make_engine(memory, 0);
    add_views(engine);
    for (size_t i = 0; i < LONG; i++) {
        for (uint64_t journey = 1; journey < JOURNEYS; journey++) {
            cxj_touchpoint there = tardy(i);
            there.journey = journey;
            if (i < 12 * journey) record(engine, there);
        }
    }
    return engine;
}

/* "Arrivals of a call are changed all or none": of several journeys, new ones and old, short and long, whichever lacks
 * memory, the last one too. */
START_TEST(several_journeys_are_changed_all_or_none) {
    static picture before, after;
    cxj_touchpoint t[2 * JOURNEYS];
    heap memory = {0};
    cxj_engine *engine = make_with_journeys(&memory);
    struct cxj__core *core = &engine->core;
    for (size_t i = 0; i < 2 * JOURNEYS; i++) {
        t[i] = tardy(3 + i);
        t[i].journey = 1 + i % JOURNEYS; /* the last one is not there yet */
        t[i].id = 500 + i;
        t[i].at -= 3;
        t[i].type = (uint16_t)(1 + i % 3);
    }
    take_picture(&before, engine);
    size_t made[JOURNEYS + 1] = {0};
    cxj_status status = CXJ_NO_MEMORY;
    for (uint64_t n = 1; status == CXJ_NO_MEMORY; n += stride) {
        give_back_room(engine);
        uint64_t folded = core->folded;
        let_fail(&memory, n);
        status = change(engine, t, 2 * JOURNEYS);
        let_fail(&memory, 0);
        if (status == CXJ_OK) break;
        made[core->folded - folded > 200]++; /* which is more than the first journeys alone fold */
        check_picture(&before, engine);
        ck_assert_uint_eq(core->store.table.count, JOURNEYS - 1);
        for (uint64_t journey = 1; journey < JOURNEYS; journey++) {
            ck_assert_uint_eq(find_journey(engine, journey)->change, 0);
        }
    }
    ck_assert_uint_gt(made[0], 0);
    ck_assert_uint_gt(made[1], 0);
    memory.refuses = true;
    undo(engine); /* all of them, which needs no memory */
    memory.refuses = false;
    check_picture(&before, engine);
    cxj_engine *other = make_with_journeys(NULL);
    ck_assert_int_eq(change(engine, t, 2 * JOURNEYS), CXJ_OK);
    memory.refuses = true;
    settle_change(engine);
    memory.refuses = false;
    for (size_t i = 2 * JOURNEYS; i-- > 0;) record(other, t[i]);
    take_picture(&after, other);
    check_picture(&after, engine);
    free_picture(&before);
    free_picture(&after);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "journeys that were made for them go", and so do names' uses and deadlines: nothing shows of arrivals that were not
 * even changed. */
START_TEST(arrivals_that_are_given_up_leave_nothing) {
    static picture before;
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    struct cxj__core *core = &engine->core;
    record(engine, tardy(0));
    take_picture(&before, engine);
    uint64_t deadlines = cxj__agenda_count(&core->agenda);
    cxj__settle_begin(&engine->settling);
    for (uint64_t i = 0; i < 50; i++) {
        const cxj_touchpoint t = {.journey = i / 2 + 1, .id = i + 1, .at = 5, .due = 1000, .owner = 3};
        ck_assert_int_eq(cxj__settle_arrival(&engine->settling, core, &t, i), CXJ_OK);
    }
    ck_assert_uint_eq(core->store.table.count, 25);
    undo(engine);
    ck_assert_uint_eq(core->store.table.count, 1);
    ck_assert_uint_eq(cxj__agenda_count(&core->agenda), deadlines);
    ck_assert_uint_eq(cxj__names_uses(&core->dictionaries[CXJ_DIMENSION_OWNER], 3), 0);
    check_picture(&before, engine);
    free_picture(&before);
    /* "Gives all room back, and leaves no trace of what was in it." */
    cxj__settle_free(&engine->settling, &core->memory);
    cxj__append_free(&engine->append, &core->memory);
    ck_assert_uint_eq(core->memory.used, memory.bytes);
    ck_assert_ptr_null(engine->settling.entries.items);
    ck_assert_ptr_null(engine->settling.journeys.items);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "any arrival order gives the same cells, bit for bit" (section 3.1), in calls of any size. */
START_TEST(one_by_one_is_all_at_once) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
    add_views(engine);
    add_views(other);
    ck_assert_int_eq(change(engine, t, FIRST), CXJ_OK);
    settle_change(engine);
    for (size_t i = 0; i < FIRST; i++) record(other, t[i]);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* Section 3.2, within one change and against what is held. */
START_TEST(feed_counts_within_a_change_as_across_changes) {
    const cxj_touchpoint t[5] = {{.journey = 1, .id = 1, .revision = 5, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 5, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 5, .at = 2},
                                 {.journey = 1, .id = 1, .revision = 4, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 6, .at = 1}};
    cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
    ck_assert_int_eq(change(engine, t, 5), CXJ_OK);
    struct cxj__feed whole = engine->settling.feed, sum = {0, 0, 0, 0};
    settle_change(engine);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(change(other, &t[i], 1), CXJ_OK);
        cxj__settle_end(&other->settling, &other->core);
        sum.accepted += other->settling.feed.accepted;
        sum.duplicates += other->settling.feed.duplicates;
        sum.conflicts += other->settling.feed.conflicts;
        sum.superseded += other->settling.feed.superseded;
    }
    ck_assert_uint_eq(whole.accepted, 2);
    ck_assert_uint_eq(whole.duplicates, 2);
    ck_assert_uint_eq(whole.conflicts, 1);
    ck_assert_uint_eq(whole.superseded, 2);
    ck_assert_mem_eq(&whole, &sum, sizeof whole);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("settle");
    Suite *suite = suite_create("settle");
    TCase *rules = tcase_create("rules");
    tcase_set_timeout(rules, 120);
    tcase_add_test(rules, highest_revision_holds);
    tcase_add_test(rules, equal_revisions_are_duplicates);
    tcase_add_loop_test(rules, greater_of_equal_revisions_holds, 0, FIELDS);
    tcase_add_test(rules, withdrawn_holds_over_what_is_not_later);
    tcase_add_test(rules, withdrawn_without_an_id_does_nothing);
    tcase_add_test(rules, ties_without_an_id_stand_by_arrival);
    tcase_add_test(rules, what_is_late_is_not_among_the_arrivals);
    tcase_add_test(rules, withdrawals_work_through_those_before);
    suite_add_tcase(suite, rules);
    TCase *changes = tcase_create("changes");
    tcase_set_timeout(changes, 120);
    tcase_add_loop_test(changes, undone_change_leaves_no_trace, 0, 8);
    tcase_add_loop_test(changes, change_without_memory_leaves_no_trace, 0, 2);
    tcase_add_loop_test(changes, change_that_begins_without_room_leaves_no_trace, 0, WAYS);
    tcase_add_loop_test(changes, one_by_one_is_all_at_once, 0, 8);
    tcase_add_test(changes, several_journeys_are_changed_all_or_none);
    tcase_add_test(changes, arrivals_that_are_given_up_leave_nothing);
    suite_add_tcase(suite, changes);
    TCase *limits = tcase_create("limits");
    tcase_set_timeout(limits, 120);
    tcase_add_test(limits, limit_is_passed_by_one_more);
    tcase_add_loop_test(limits, refused_are_those_that_one_by_one_would_be, 0, 4);
    suite_add_tcase(suite, limits);
    TCase *feed = tcase_create("feed");
    tcase_set_timeout(feed, 120);
    tcase_add_test(feed, feed_counts_within_a_change_as_across_changes);
    suite_add_tcase(suite, feed);
    return run_suite(suite);
}
