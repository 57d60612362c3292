/* settle: which revision of a touchpoint holds. What src/SPEC.md says in section 3.2 and src/settle.h promises: what is
 * undone, or ends without memory, leaves no trace.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Whichever allocation fails, the change that fails leaves no trace, and the same arrivals are taken when there is memory
 * again. */
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
    TCase *changes = tcase_create("changes");
    tcase_set_timeout(changes, 120);
    tcase_add_loop_test(changes, undone_change_leaves_no_trace, 0, 8);
    tcase_add_loop_test(changes, change_without_memory_leaves_no_trace, 0, 2);
    tcase_add_loop_test(changes, change_that_begins_without_room_leaves_no_trace, 0, WAYS);
    tcase_add_loop_test(changes, one_by_one_is_all_at_once, 0, 8);
    suite_add_tcase(suite, changes);
    TCase *limits = tcase_create("limits");
    tcase_set_timeout(limits, 120);
    tcase_add_test(limits, limit_is_passed_by_one_more);
    suite_add_tcase(suite, limits);
    TCase *feed = tcase_create("feed");
    tcase_set_timeout(feed, 120);
    tcase_add_test(feed, feed_counts_within_a_change_as_across_changes);
    suite_add_tcase(suite, feed);
    return run_suite(suite);
}
