/* hours: views in working hours (section 10 of the specification), whatever way what they show came about.
 *
 * CXJ_SEED takes the seed of what is random, CXJ_STRIDE lets memory end less often; both are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

static const char *const hour_views[] = {
    "touchpoints by owner in working hours",
    "transitions by team in working hours",
    "journeys by type in working hours",
    "journeys by exit per month ended in working hours where had team = a",
    "touchpoints by channel, outcome per week in working hours",
    "transitions by owner per day in working hours where type in (a, b)",
};
enum { HOUR_VIEWS = sizeof hour_views / sizeof *hour_views };

static const char *const calendars[] = {
    "hours mon-fri 09:00-17:00",
    /* one text in two lines */
    ("offset +01:00\noffset 2026-01-29T01:00Z +02:00\nhours mon-thu 08:30-12:00 13:00-17:30\nhours sat 00:00-24:00\n"
     "on 2026-01-21 closed\non 2026-02-01 22:00-24:00"),
    "offset -09:30\nhours sun 00:00-00:01",
};
enum { CALENDARS = sizeof calendars / sizeof *calendars };

static void set(cxj_engine *engine, const char *text) {
    cxj_status status = cxj_set_calendar(engine, text, CXJ_ZERO_TERMINATED);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

static void add_hour_views(cxj_engine *engine) {
    for (size_t i = 0; i < HOUR_VIEWS; i++) add(engine, hour_views[i]);
}

static void drop_hour_views(cxj_engine *engine) {
    for (size_t i = engine->core.view_count; i-- > 0;) {
        cxj_view *view = view_at(engine, i);
        if (view->in_hours) ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    }
}

/* An engine with all views from the start. */
static cxj_engine *make_first(const char *calendar, cxj_options options, heap *memory) {
    cxj_engine *engine = make_named(options, memory);
    set(engine, calendar);
    add_views(engine);
    add_hour_views(engine);
    return engine;
}

/* Late touchpoints, corrections, what is taken back and erased. */
static void go_on(cxj_engine *engine, const cxj_touchpoint *t, size_t count) {
    record_all(engine, t, count);
    for (uint64_t id = 1; id <= 100; id += 3) (void)cxj_withdraw(engine, 1, id, 0);
    (void)cxj_erase_journey(engine, 2);
}

/* "A view may be added at any time: … filled as if it had been there from the start", and "setting a calendar folds again
 * all that is held". Views come, go and come again; calendars change under them. */
START_TEST(views_are_as_if_they_had_been_there) {
    static cxj_touchpoint t[FIRST], more[THEN];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    draw(more, THEN);
    const char *text = calendars[_i], *other = calendars[(_i + 1) % CALENDARS];
    cxj_engine *early = make_first(text, (cxj_options){0}, NULL);
    go_on(early, t, FIRST);
    cxj_engine *late = make_named((cxj_options){0}, NULL);
    add_views(late);
    go_on(late, t, FIRST);
    set(late, other);
    add_hour_views(late);
    set(late, text);
    check_alike(early, late);
    drop_hour_views(late);
    ck_assert_ptr_null(find_journey(late, 1)->in_hours); /* what nobody asks for is not kept */
    add_hour_views(late);
    check_alike(early, late);
    go_on(early, more, THEN);
    go_on(late, more, THEN);
    check_alike(early, late);
    set(early, other);
    set(late, other);
    check_alike(early, late);
    cxj_engine_destroy(early);
    cxj_engine_destroy(late);
}
END_TEST

/* Engines are alike in all journeys once views in working hours have gone. */
START_TEST(what_goes_leaves_nothing) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + 50);
    draw(t, FIRST);
    cxj_engine *with = make_first(calendars[1], (cxj_options){0}, NULL), *without = make_named((cxj_options){0}, NULL);
    set(without, calendars[1]);
    add_views(without);
    go_on(with, t, FIRST);
    go_on(without, t, FIRST);
    drop_hour_views(with);
    check_alike(with, without);
    cxj_engine_destroy(with);
    cxj_engine_destroy(without);
}
END_TEST

/* Copies what a view shows, its text aside. */
static const char *cells_shown(shown *to, const cxj_view *view) {
    to->length = 0;
    to->text[0] = '\0';
    show_view(to, view);
    return strchr(to->text, '\n');
}

/* "Without an `hours` line all days are open from 00:00 to 24:00": then all is as by the clock. */
START_TEST(what_is_always_open_is_the_clock) {
    static cxj_touchpoint t[FIRST];
    static shown x, y;
    static const char *const pairs[][2] = {
        {"touchpoints by owner", "touchpoints by owner in working hours"},
        {"transitions by team", "transitions by team in working hours"},
        {"journeys by type", "journeys by type in working hours"},
        {"journeys by exit ended", NULL},
    };
    begin_chance(seed + 60);
    draw(t, FIRST);
    cxj_engine *engine = make_named((cxj_options){0}, NULL);
    set(engine, "offset +00:00");
    for (size_t i = 0; pairs[i][1] != NULL; i++) {
        add(engine, pairs[i][0]);
        add(engine, pairs[i][1]);
    }
    go_on(engine, t, FIRST);
    advance(engine, START + 400 * HOUR);
    for (size_t i = 0; pairs[i][1] != NULL; i++) {
        const char *plain = cells_shown(&x, view_at(engine, 2 * i)), *open = cells_shown(&y, view_at(engine, 2 * i + 1));
        ck_assert_uint_gt(cells_of(view_at(engine, 2 * i)), 0);
        ck_assert_str_eq(plain, open);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "In working hours, each duration from t₁ to t₂ is B(t₂) − B(t₁)": worked out by hand. 2026-01-02 is a Friday. "What is
 * late … stays by the clock". */
START_TEST(durations_by_hand) {
    const int64_t friday = START + 24 * HOUR, monday = START + 96 * HOUR;
    cxj_engine *engine = make_named((cxj_options){0}, NULL);
    set(engine, "hours mon-fri 09:00-17:00");
    cxj_view *touchpoints = add(engine, "touchpoints in working hours");
    cxj_view *transitions = add(engine, "transitions by owner in working hours");
    cxj_view *journeys = add(engine, "journeys in working hours");
    /* The customer asks on Friday at 16:00, and is promised an answer by 18:00. */
    record(engine, (cxj_touchpoint){.journey = 1, .at = friday + 16 * HOUR, .due = friday + 18 * HOUR, .owner = 1,
                                    .facets = CXJ_FACET_INBOUND});
    /* On Monday at 10:00 another owner answers, and delivers. */
    record(engine, (cxj_touchpoint){.journey = 1, .at = monday + 10 * HOUR, .owner = 2,
                                    .facets = CXJ_FACET_CONTACT | CXJ_FACET_DELIVERED,
                                    .outcome = CXJ_OUTCOME_COMPLETED});
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "wait_mean") == 2.0 * (double)HOUR);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "response_mean") == 2.0 * (double)HOUR);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "late") == 1);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "lateness_mean") == 1.0 * (double)HOUR);
    cxj_text key[] = {{"a", 1}, {"b", 1}};
    uint32_t wait = 0;
    cxj_value value;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TRANSITIONS, "wait_mean", CXJ_ZERO_TERMINATED, &wait), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(transitions, key, sizeof *key, 2, &wait, 1, NULL, 0, &value, sizeof value), CXJ_OK);
    ck_assert(value.value == 2.0 * (double)HOUR);
    static const struct {
        const char *name;
        double hours;
    } expected[] = {{"duration_mean", 2}, {"silence_mean", 2},         {"lateness_mean", 1},
                    {"dark_mean", 1},     {"first_response_mean", 2}, {"response_mean", 2}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ck_assert_msg(metric_of(journeys, CXJ_GRAIN_JOURNEYS, expected[i].name) == expected[i].hours * (double)HOUR,
                      "%s", expected[i].name);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Wherever memory ends while a view in working hours is added, or touchpoints come to it: what is there is exactly what
 * the receipt says, and nothing else shows. */
START_TEST(lack_of_memory_leaves_all_as_it_was) {
    static cxj_touchpoint t[FIRST], more[THEN];
    static picture before;
    heap memory = {0};
    begin_chance(seed + 70 + (uint64_t)_i);
    draw(t, FIRST);
    draw(more, THEN);
    cxj_engine *engine = make_named((cxj_options){0}, &memory);
    set(engine, calendars[1]);
    go_on(engine, t, FIRST);
    uint64_t failures = 0;
    cxj_status status = CXJ_NO_MEMORY;
    cxj_view *view = NULL;
    take_picture(&before, engine);
    for (uint64_t n = 1; status != CXJ_OK; n = next_to_fail(n)) {
        memory.for_good = _i % 2;
        let_fail(&memory, n);
        status = cxj_view_add(engine, hour_views[_i / 2], CXJ_ZERO_TERMINATED, &view);
        let_fail(&memory, 0);
        if (status == CXJ_OK) break;
        failures++;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        check_picture(&before, engine);
        ck_assert_ptr_null(find_journey(engine, 1)->in_hours);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
    }
    ck_assert_uint_gt(failures, stride > 1 ? 1 : 5);
    free_picture(&before);
    cxj_engine *twin = make_named((cxj_options){0}, NULL);
    set(twin, calendars[1]);
    go_on(twin, t, FIRST);
    add(twin, hour_views[_i / 2]);
    for (size_t i = 0; i < THEN; i++) {
        for (uint64_t n = 1;; n = next_to_fail(n)) {
            let_fail(&memory, n);
            status = cxj_record(engine, &more[i], sizeof *more, 1, 0, NULL, 0);
            let_fail(&memory, 0);
            if (status != CXJ_NO_MEMORY) break;
            if (n == 1) check_same(engine, twin);
        }
        (void)cxj_record(twin, &more[i], sizeof *more, 1, 0, NULL, 0);
    }
    check_alike(engine, twin);
    cxj_engine_destroy(twin);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "Two engines merge: the result is what one engine would hold that had seen all touchpoints of both": whichever of them
 * measures in working hours. */
START_TEST(engines_merge) {
    static cxj_touchpoint t[FIRST], more[THEN];
    begin_chance(seed + 80 + (uint64_t)_i);
    draw(t, FIRST);
    draw(more, THEN);
    for (size_t i = 0; i < THEN; i++) more[i].journey += (uint64_t)(_i / 4) * 100; /* others, or the same journeys */
    cxj_engine *one = make_first(calendars[1], (cxj_options){0}, NULL);
    cxj_engine *into = make_first(calendars[1], (cxj_options){0}, NULL);
    cxj_engine *from = make_first(calendars[1], (cxj_options){0}, NULL);
    record_all(one, t, FIRST);
    (void)cxj_record(one, more, sizeof *more, THEN, 0, NULL, 0);
    record_all(into, t, FIRST);
    (void)cxj_record(from, more, sizeof *more, THEN, 0, NULL, 0);
    if (_i % 4 == 1) drop_hour_views(from);
    if (_i % 4 == 2) drop_hour_views(into);
    if (_i % 4 == 3) (void)cxj_view_drop(from, view_at(from, VIEWS));
    ck_assert_int_eq(cxj_merge(into, from), CXJ_OK);
    if (_i % 4 == 2) add_hour_views(into);
    check_alike(one, into);
    cxj_engine_destroy(one);
    cxj_engine_destroy(into);
    cxj_engine_destroy(from);
}
END_TEST

static unsigned char *saved(const cxj_engine *engine, size_t *size) {
    *size = 0;
    (void)cxj_save_bytes(engine, 0, NULL, 0, NULL, size);
    unsigned char *bytes = malloc(*size);
    ck_assert_int_eq(cxj_save_bytes(engine, *size, NULL, 0, bytes, size), CXJ_OK);
    return bytes;
}

/* What is saved is taken, and saved as the same bytes again. */
static cxj_engine *saved_and_loaded(const cxj_engine *engine) {
    size_t size, again_size;
    unsigned char *bytes = saved(engine, &size);
    char why[200] = "";
    cxj_engine *loaded = NULL;
    cxj_status status = cxj_load_bytes(NULL, bytes, size, why, sizeof why, &loaded);
    ck_assert_msg(status == CXJ_OK, "%s", why);
    unsigned char *again = saved(loaded, &again_size);
    ck_assert_uint_eq(again_size, size);
    ck_assert_mem_eq(again, bytes, size);
    free(again);
    free(bytes);
    return loaded;
}

/* "A journey may be sealed … what it contributed stays", in working hours, too; and it is saved and comes back. */
START_TEST(what_is_sealed_and_saved_stays) {
    static cxj_touchpoint t[FIRST];
    const size_t count = _i == 0 ? FIRST : (size_t)(5 * _i);
    const char *calendar = calendars[_i % CALENDARS];
    begin_chance(seed + 90 + (uint64_t)_i);
    draw(t, FIRST);
    cxj_engine *sealing = make_first(calendar, (cxj_options){.seal_idle_after = 200 * HOUR}, NULL);
    cxj_engine *keeping = make_first(calendar, (cxj_options){0}, NULL);
    go_on(sealing, t, count);
    go_on(keeping, t, count);
    advance(sealing, START + 4000 * HOUR);
    advance(keeping, START + 4000 * HOUR);
    ck_assert_uint_gt(sealing->core.store.sealed.count, 0);
    static shown x, y;
    for (size_t i = VIEWS; i < VIEWS + HOUR_VIEWS; i++) {
        ck_assert_str_eq(cells_shown(&x, view_at(keeping, i)), cells_shown(&y, view_at(sealing, i)));
    }
    cxj_engine *loaded = saved_and_loaded(sealing);
    if (_i == 0) check_equal(sealing, loaded); /* else names may have other codes, for some are used no more */
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(sealing);
    cxj_engine_destroy(keeping);
}
END_TEST

/* What was due on Saturday and came two hours late was late by no working hour. */
START_TEST(lateness_outside_of_hours_is_saved) {
    const int64_t saturday = START + 48 * HOUR + 10 * HOUR; /* 2026-01-03 */
    cxj_engine *engine = make_named((cxj_options){.seal_idle_after = HOUR}, NULL);
    set(engine, calendars[0]);
    add(engine, "touchpoints in working hours");
    add(engine, "journeys in working hours");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .due = saturday});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = saturday + 2 * HOUR, .facets = CXJ_FACET_DELIVERED});
    advance(engine, saturday + 90 * HOUR);
    ck_assert_uint_eq(engine->core.store.sealed.count, 1);
    ck_assert(metric_of(view_at(engine, 0), CXJ_GRAIN_TOUCHPOINTS, "late") == 1);
    ck_assert(metric_of(view_at(engine, 0), CXJ_GRAIN_TOUCHPOINTS, "lateness_mean") == 0);
    ck_assert(metric_of(view_at(engine, 1), CXJ_GRAIN_JOURNEYS, "lateness_mean") == 0);
    cxj_engine_destroy(saved_and_loaded(engine));
    cxj_engine_destroy(engine);
}
END_TEST

int main(void) {
    read_surroundings("hours");
    Suite *suite = suite_create("hours");
    TCase *all = tcase_create("hours");
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, views_are_as_if_they_had_been_there, 0, CALENDARS);
    tcase_add_test(all, what_goes_leaves_nothing);
    tcase_add_test(all, what_is_always_open_is_the_clock);
    tcase_add_test(all, durations_by_hand);
    tcase_add_loop_test(all, lack_of_memory_leaves_all_as_it_was, 0, 2 * HOUR_VIEWS);
    tcase_add_loop_test(all, engines_merge, 0, 8);
    tcase_add_loop_test(all, what_is_sealed_and_saved_stays, 0, 40);
    tcase_add_test(all, lateness_outside_of_hours_is_saved);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
