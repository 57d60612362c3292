/* lack: random calls, of which many find no memory. Whatever failed, and wherever, cells are those of the touchpoints
 * that are held: those of an engine that is loaded from what this one is saved as.
 *
 * CXJ_SEED takes the seed of what is random, CXJ_STRIDE lets there be fewer logs; both are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdlib.h>

/* Without conditions "had" a journey may stay under its keys; so a log has some of these. */
static const char *const texts[] = {"touchpoints by channel, owner per day",
                                    "touchpoints by type, team",
                                    "touchpoints by stage, activity",
                                    "transitions by owner",
                                    "journeys",
                                    "journeys by exit",
                                    "journeys by type, outcome",
                                    "journeys by entry per week ended",
                                    "journeys by type in working hours",
                                    "touchpoints in working hours",
                                    "journeys where had cause in (a, b)"};
enum { TEXTS = sizeof texts / sizeof *texts, LOGS = 100, CALLS = 40 };

/* Of a view that says itself that it is incomplete nothing is expected. */
static void check_against_loaded(const cxj_engine *engine, const char *what, size_t call) {
    static shown own, its;
    size_t size = 0;
    (void)cxj_save_bytes(engine, 0, NULL, 0, NULL, &size);
    unsigned char *saved = malloc(size);
    cxj_engine *loaded = NULL;
    ck_assert_int_eq(cxj_save_bytes(engine, size, NULL, 0, saved, &size), CXJ_OK);
    ck_assert_int_eq(cxj_load_bytes(NULL, saved, size, NULL, 0, &loaded), CXJ_OK);
    check_cells(engine);
    for (size_t v = 0; v < engine->core.view_count; v++) {
        if (engine->core.views[v]->incomplete) continue;
        own.length = its.length = 0;
        show_view(&own, view_at(engine, v));
        show_view(&its, view_at(loaded, v));
        ck_assert_msg(strcmp(own.text, its.text) == 0, "%s, call %zu: \"%s\" is not what it is when it is loaded", what,
                      call, engine->core.views[v]->text);
    }
    cxj_engine_destroy(loaded);
    free(saved);
}

static void add_some(cxj_engine *engine, cxj_engine *other, uint32_t from) {
    for (uint32_t i = 0; i < TEXTS; i++) {
        if ((from >> i & 1) == 0) continue;
        add(engine, texts[i]);
        add(other, texts[i]);
    }
}

/* Does something; what it was. Moments lie close together now and then, so that durations are alike. */
static cxj_status do_something(cxj_engine *engine, const cxj_engine *source, size_t call, const char **what) {
    static cxj_touchpoint t[64];
    const uint32_t kind = chance(10);
    cxj_view *view;
    switch (kind) {
    case 0:
        *what = "withdraw";
        return cxj_withdraw(engine, 1 + chance(10), 1 + chance(300), chance(4));
    case 1:
        *what = "move";
        return cxj_journey_move(engine, 1 + chance(10), 1 + chance(11));
    case 2:
        *what = "merge";
        return chance(4) ? CXJ_OK : cxj_merge(engine, source);
    case 3:
        *what = "advance";
        return cxj_advance(engine, START + HOUR * 40 * (int64_t)call);
    case 4:
        *what = "add a view";
        return chance(4) ? CXJ_OK : cxj_view_add(engine, texts[chance(TEXTS)], CXJ_ZERO_TERMINATED, &view);
    default:
        break;
    }
    const size_t count = 1 + chance(chance(3) ? 8 : 64);
    const bool are_close = chance(2);
    draw(t, count);
    for (size_t i = 0; i < count && are_close; i++) t[i].at = START + HOUR * (int64_t)(6 * call + i % 7);
    *what = "record";
    return cxj_record(engine, t, sizeof *t, count, 0, NULL, 0);
}

START_TEST(cells_are_those_of_what_is_held) {
    static const char calendar[] = "hours mon-fri 09:00-17:00";
    heap memory = {0};
    size_t failures = 0;
    if ((size_t)_i % stride > 0) return;
    begin_chance(seed + 7000 * (uint64_t)_i);
    cxj_engine *engine = make_named((cxj_options){0}, &memory), *source = make_named((cxj_options){0}, NULL);
    ck_assert_int_eq(cxj_set_calendar(engine, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(source, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    add_some(engine, source, chance(1 << TEXTS));
    for (size_t call = 0; call < CALLS; call++) {
        const char *what = "";
        cxj_touchpoint t = random_touchpoint();
        record(source,
               (cxj_touchpoint){.journey = t.journey, .id = t.id, .at = t.at, .owner = t.owner, .facets = t.facets});
        memory.for_good = chance(3) > 0;
        if (chance(2)) give_back_room(engine);
        let_fail(&memory, chance(3) ? 1 + chance(chance(2) ? 8 : 60) : 0);
        scribble();
        cxj_status status = do_something(engine, source, call, &what);
        let_fail(&memory, 0);
        if (status != CXJ_NO_MEMORY) continue;
        failures++;
        check_against_loaded(engine, what, call);
    }
    check_against_loaded(engine, "in the end", CALLS);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert_uint_gt(failures, 0);
}
END_TEST

int main(void) {
    read_surroundings("lack");
    Suite *suite = suite_create("lack");
    TCase *all = tcase_create("lack");
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, cells_are_those_of_what_is_held, 0, LOGS);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
