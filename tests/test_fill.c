/* test_fill: views filled with what is held, new ones and all anew where a calendar is set. What src/fill.h promises, and
 * of section 10 of the specification what it says of periods and of setting a calendar.
 *
 * CXJ_SEED takes the seed of what is random, CXJ_STRIDE lets memory end less often; both are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Views of local time beside those of the world. */
static const char *const local_views[] = {
    "touchpoints per hour", "touchpoints by owner per week where type in (a, b)", "journeys by type per day",
    "journeys by entry per year ended where had team = a", "transitions by owner per quarter"};
enum { LOCAL = sizeof local_views / sizeof *local_views };

static const char *const calendars[] = {
    "offset -05:30",
    "offset +14:00\noffset 2026-02-01T10:00Z -10:00\noffset 2026-02-20T12:30Z +01:00",
    "offset 2026-01-20T00:00Z +00:45\nhours mon-fri 09:00-17:00",
    "# all of it UTC",
};
enum { CALENDARS = sizeof calendars / sizeof *calendars };

static cxj_status set(cxj_engine *engine, const char *text) {
    return cxj_set_calendar(engine, text, text == NULL ? 0 : CXJ_ZERO_TERMINATED);
}

static void set_well(cxj_engine *engine, const char *text) {
    cxj_status status = set(engine, text);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

static void add_all_views(cxj_engine *engine) {
    add_views(engine);
    for (size_t i = 0; i < LOCAL; i++) add(engine, local_views[i]);
}

/* Journeys that ended long before others. */
static void record_old(cxj_engine *engine) {
    for (uint32_t i = 0; i < 20; i++) {
        cxj_touchpoint t = {.journey = 11 + i, .at = START + i * 5 * HOUR, .owner = 1 + i % 3, .cause = 1, .team = 1};
        record(engine, t);
        t.at += 2 * HOUR;
        t.owner = 4;
        t.outcome = CXJ_OUTCOME_COMPLETED;
        record(engine, t);
    }
}

/* An engine with all views, perhaps a calendar from the start, and touchpoints. */
static cxj_engine *make_filled(heap *memory, cxj_options options, const char *calendar,
                               const cxj_touchpoint *touchpoints, size_t count) {
    cxj_engine *engine = make_named(options, memory);
    if (calendar != NULL) set_well(engine, calendar);
    add_all_views(engine);
    record_old(engine);
    record_all(engine, touchpoints, count);
    return engine;
}

/* A view that is added is "filled as if it had been there from the start". */
START_TEST(a_view_is_as_if_it_had_been_there) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    cxj_engine *before = make_filled(NULL, (cxj_options){0}, calendars[_i], t, FIRST);
    cxj_engine *after = make_named((cxj_options){0}, NULL);
    record_old(after);
    record_all(after, t, FIRST);
    set_well(after, calendars[_i]);
    add_all_views(after);
    check_alike(before, after);
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
}
END_TEST

/* "Setting a calendar folds again all that is held, and fills views as if it had been there from the start." Whatever
 * calendars there were before; and what comes, goes and is corrected afterwards finds all as it should be. */
START_TEST(a_calendar_is_as_if_it_had_been_there) {
    static cxj_touchpoint t[FIRST], more[THEN];
    begin_chance(seed + 100 + (uint64_t)_i);
    draw(t, FIRST);
    draw(more, THEN);
    cxj_engine *late = make_filled(NULL, (cxj_options){0}, _i % 2 ? calendars[1] : NULL, t, FIRST);
    for (size_t turn = 0; turn <= CALENDARS; turn++) {
        const char *text = turn < CALENDARS ? calendars[(turn + (size_t)_i) % CALENDARS] : NULL;
        set_well(late, text);
        cxj_engine *early = make_filled(NULL, (cxj_options){0}, text, t, FIRST);
        check_alike(late, early);
        cxj_engine_destroy(early);
    }
    set_well(late, calendars[_i]);
    record_all(late, more, THEN);
    for (uint64_t id = 1; id <= 100; id++) (void)cxj_withdraw(late, 1, id, 0);
    (void)cxj_erase_journey(late, 2);
    cxj_engine *early = make_filled(NULL, (cxj_options){0}, calendars[_i], t, FIRST);
    record_all(early, more, THEN);
    for (uint64_t id = 1; id <= 100; id++) (void)cxj_withdraw(early, 1, id, 0);
    (void)cxj_erase_journey(early, 2);
    check_alike(late, early);
    cxj_engine_destroy(early);
    cxj_engine_destroy(late);
}
END_TEST

/* "Periods of all views are those of local time: a moment belongs to the hour, day, … of its local time, and is told by
 * its local text, or by the moment of its first local time." */
START_TEST(periods_are_those_of_local_time) {
    cxj_engine *engine = make_named((cxj_options){0}, NULL);
    cxj_view *hours = add(engine, "touchpoints per hour"), *days = add(engine, "journeys per day ended");
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    record(engine, (cxj_touchpoint){.journey = 1, .at = START + HOUR / 2, .outcome = CXJ_OUTCOME_COMPLETED});
    ck_assert(value_of(hours, "2026-01-01T00", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 2);
    ck_assert(value_of(days, "2026-01-01", CXJ_GRAIN_JOURNEYS, "journeys") == 1);
    set_well(engine, "offset -02:45");
    ck_assert(value_of(hours, "2025-12-31T21", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 2);
    ck_assert(value_of(hours, "2026-01-01T00", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == -1);
    ck_assert(value_of(days, "2025-12-31", CXJ_GRAIN_JOURNEYS, "journeys") == 1);
    int64_t begins = 0;
    size_t cells = 0;
    ck_assert_int_eq(cxj_view_read_part(hours, 0, 1, NULL, 0, &begins, &cells), CXJ_OK);
    ck_assert_int_eq(begins, START - HOUR / 4); /* 21:00 by a clock that is 2:45 behind */
    set_well(engine, "offset 2026-01-01T00:15Z -01:00");
    ck_assert(value_of(hours, "2026-01-01T00", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 1);
    ck_assert(value_of(hours, "2025-12-31T23", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* A calendar that is set again leaves cursors as they are, another one does not; so it is with one that is refused. */
START_TEST(cursors_are_stale_after_another_calendar_alone) {
    cxj_engine *engine = make_named((cxj_options){0}, NULL);
    cxj_view *view = add(engine, "touchpoints");
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    set_well(engine, "offset +01:00");
    cxj_cursor *cursor = NULL;
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    set_well(engine, "# the same\n offset  +01:00");
    ck_assert_int_eq(set(engine, "offset 01:00"), CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    set_well(engine, "offset +02:00");
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* "All or nothing: if it fails, the engine is as before", wherever memory ends; and what follows goes as ever. */
START_TEST(lack_of_memory_leaves_the_calendar_before) {
    static cxj_touchpoint t[FIRST], more[THEN];
    static picture before;
    static shown inside, now;
    heap memory = {0};
    begin_chance(seed + 200 + (uint64_t)_i);
    draw(t, FIRST);
    draw(more, THEN);
    cxj_engine *engine = make_filled(&memory, (cxj_options){.seal_ended_after = 400 * HOUR}, "# none", t, FIRST);
    advance(engine, START + 1000 * HOUR);
    const char *text = "offset 2026-02-27T00:00Z +03:00";
    take_picture(&before, engine);
    inside.length = 0;
    for (uint64_t journey = 1; journey <= 10; journey++) show_inside(&inside, engine, journey);
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t failures = 0;
    for (uint64_t n = 1; status != CXJ_OK; n = next_to_fail(n)) {
        memory.for_good = _i % 2;
        let_fail(&memory, n);
        status = set(engine, text);
        let_fail(&memory, 0);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        if (status == CXJ_OK) break;
        failures++;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
        check_picture(&before, engine);
        now.length = 0;
        for (uint64_t journey = 1; journey <= 10; journey++) show_inside(&now, engine, journey);
        check_texts(&inside, &now);
    }
    ck_assert_uint_gt(failures, stride > 1 ? 3 : 20);
    cxj_engine *other = make_filled(NULL, (cxj_options){.seal_ended_after = 400 * HOUR}, text, t, FIRST);
    advance(other, START + 1000 * HOUR);
    (void)cxj_record(engine, more, sizeof *more, THEN, 0, NULL, 0);
    (void)cxj_record(other, more, sizeof *more, THEN, 0, NULL, 0);
    check_alike(engine, other);
    ck_assert_uint_gt(engine->core.store.sealed.count, 0);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    cxj_engine_destroy(other);
    free_picture(&before);
}
END_TEST

/* The same where there is a single view, the first: each of the allocations fails once; and of what it had nothing is left
 * once it is filled anew. */
START_TEST(a_single_view_is_filled_anew_or_is_as_before) {
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){0}, &memory);
    cxj_view *view = add(engine, "touchpoints per hour");
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t failures = 0;
    for (uint64_t n = 1; status != CXJ_OK; n++) {
        ck_assert(value_of(view, "2026-01-01T00", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 1);
        let_fail(&memory, n);
        status = set(engine, "offset +01:00");
        let_fail(&memory, 0);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        failures += status == CXJ_NO_MEMORY;
    }
    ck_assert_uint_gt(failures, 1); /* the calendar, and the views put aside */
    ck_assert(value_of(view, "2026-01-01T01", CXJ_GRAIN_TOUCHPOINTS, "touchpoints") == 1);
    ck_assert_uint_eq(cells_of(view), 1);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "With sealed journeys, one that differs at or before `now` is refused (weekly hours; dates and offsets up to then)." And
 * what they have contributed stays. */
START_TEST(what_is_sealed_keeps_its_time) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + 300 + (uint64_t)_i);
    draw(t, FIRST);
    const cxj_options options = {.seal_idle_after = 200 * HOUR};
    const int64_t now = START + 1200 * HOUR; /* 2026-02-20T00:00 */
    cxj_engine *engine = make_filled(NULL, options, "offset +01:00", t, FIRST);
    advance(engine, now);
    ck_assert_uint_gt(engine->core.store.sealed.count, 0);
    static const char *const refused[] = {
        NULL,
        "# UTC",
        "offset +02:00",
        "offset +01:00\noffset 2026-02-20T00:00Z +02:00",
        "offset +01:00\nhours mon 09:00-10:00",
        "offset +01:00\non 2026-02-20 closed",
        "offset +01:00\non 2000-01-01 closed",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ck_assert_int_eq(set(engine, refused[i]), CXJ_SEALED);
        ck_assert_str_eq(cxj_message(engine),
                         "calendar: journeys are sealed, so weekly hours, and dates and offsets up to "
                         "1771545600000, must be as they were");
    }
    const char *later = "offset +01:00\noffset 2026-02-20T00:00:00.001Z +02:00\non 2026-02-21 closed";
    set_well(engine, later);
    cxj_engine *other = make_filled(NULL, options, later, t, FIRST);
    advance(other, now);
    check_alike(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* Without a calendar, one that says the same of all that was may be set, and taken away again. */
START_TEST(what_is_sealed_in_utc_may_get_a_calendar_that_begins_later) {
    cxj_engine *engine = make_named((cxj_options){.seal_idle_after = HOUR}, NULL);
    add_all_views(engine);
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    advance(engine, START + HOUR);
    ck_assert_uint_eq(engine->core.store.sealed.count, 1);
    ck_assert_int_eq(set(engine, "offset +01:00"), CXJ_SEALED);
    set_well(engine, "offset 2026-01-01T01:00:00.001Z +01:00");
    set_well(engine, NULL);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_PARTIALLY_ERASED);
    ck_assert_int_eq(set(engine, "offset +01:00"), CXJ_SEALED); /* its sums are there all the same */
    cxj_engine_destroy(engine);
}
END_TEST

/* A view that had no room for all cells is filled with those that there are by the new calendar. */
START_TEST(a_view_has_room_for_the_cells_of_a_calendar) {
    cxj_engine *engine = make_named((cxj_options){.cells_limit = 1}, NULL);
    cxj_view *view = add(engine, "touchpoints per day"), *owners = add(engine, "touchpoints by owner");
    record(engine, (cxj_touchpoint){.journey = 1, .at = START + HOUR, .owner = 1});
    record(engine, (cxj_touchpoint){.journey = 1, .at = START + 23 * HOUR, .owner = 2});
    cxj_view_info info;
    for (int turn = 0; turn < 3; turn++) {
        bool splits = turn == 1; /* midnight lies between the two */
        set_well(engine, splits ? "offset +12:00" : "offset +00:30");
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, 1);
        ck_assert_uint_eq(info.incomplete, splits);
        ck_assert_int_eq(cxj_view_describe(owners, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.incomplete, 1); /* owners are no matter of the calendar */
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* A view that is dropped, or a second one in its place, leaves nothing in the indexes of long journeys. */
START_TEST(indexes_forget_views_that_go) {
    static cxj_touchpoint t[FIRST];
    static shown before, after;
    begin_chance(seed + 400);
    draw(t, FIRST);
    cxj_engine *engine = make_named((cxj_options){0}, NULL);
    record_all(engine, t, FIRST);
    before.length = after.length = 0;
    ck_assert_ptr_nonnull(find_journey(engine, 1)->index);
    show_inside(&before, engine, 1);
    add_all_views(engine);
    set_well(engine, calendars[1]);
    set_well(engine, calendars[0]);
    while (engine->core.view_count > 0) ck_assert_int_eq(cxj_view_drop(engine, view_at(engine, 0)), CXJ_OK);
    show_inside(&after, engine, 1);
    check_texts(&before, &after);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("fill");
    Suite *suite = suite_create("fill");
    TCase *filled = tcase_create("filled");
    tcase_set_timeout(filled, 300);
    tcase_add_loop_test(filled, a_view_is_as_if_it_had_been_there, 0, CALENDARS);
    tcase_add_loop_test(filled, a_calendar_is_as_if_it_had_been_there, 0, CALENDARS);
    tcase_add_test(filled, periods_are_those_of_local_time);
    tcase_add_test(filled, cursors_are_stale_after_another_calendar_alone);
    tcase_add_test(filled, a_view_has_room_for_the_cells_of_a_calendar);
    tcase_add_test(filled, indexes_forget_views_that_go);
    suite_add_tcase(suite, filled);
    TCase *sealed = tcase_create("sealed");
    tcase_add_loop_test(sealed, what_is_sealed_keeps_its_time, 0, 3);
    tcase_add_test(sealed, what_is_sealed_in_utc_may_get_a_calendar_that_begins_later);
    suite_add_tcase(suite, sealed);
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 300);
    tcase_add_test(memory, a_single_view_is_filled_anew_or_is_as_before);
    tcase_add_loop_test(memory, lack_of_memory_leaves_the_calendar_before, 0, 2);
    suite_add_tcase(suite, memory);
    return run_suite(suite);
}
