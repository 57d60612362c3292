/* edits: what random logs are saved as, a line for each. Two builds of the library must print the same: the usual one,
 * which appends what comes last and edits from where a change begins, and one that takes everything back and appends it
 * from the journey's beginning. CXJ_SEED takes the seed of the logs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOGS = 30, TOUCHPOINTS = 600 };

static void print_saved(const char *what, size_t log, const cxj_engine *engine) {
    static const uint64_t key[2] = {1, 2};
    static picture now;
    check_cells(engine);
    take_picture(&now, engine);
    printf("%s %zu: %zu bytes %016" PRIx64 ", shown as %016" PRIx64 "\n", what, log, now.length,
           cxj__base_siphash(key, now.bytes, now.length), cxj__base_siphash(key, now.shown.text, now.shown.length));
    free_picture(&now);
}

static cxj_engine *make_of_log(size_t log, bool seals) {
    cxj_options options = {.seal_idle_after = seals ? 900 * HOUR : 0, .touchpoints_limit = log % 3 == 2 ? 90 : 0};
    cxj_engine *engine = make_named(options, NULL);
    add_views(engine);
    return engine;
}

/* Records a log in calls of all sizes, some of it in order; takes back, erases and advances now and then. */
static void record_log(cxj_engine *engine, size_t log, bool in_order) {
    cxj_touchpoint t[64];
    for (size_t done = 0; done < TOUCHPOINTS;) {
        size_t count = 1 + chance(chance(2) ? 4 : 64);
        draw(t, count);
        for (size_t i = 0; i < count && in_order; i++) {
            t[i].at = START + HOUR * (int64_t)(2 * done + i / 2);
            t[i].id = done + i + 1;
        }
        (void)cxj_record(engine, t, sizeof *t, count, 0, NULL, 0);
        if (chance(5) == 0) (void)cxj_withdraw(engine, 1 + chance(10), 1 + chance(300), 0);
        if (chance(40) == 0) (void)cxj_erase_journey(engine, 2 + chance(9));
        if (log % 2 == 1 && chance(6) == 0) (void)cxj_advance(engine, START + HOUR * (int64_t)(2 * done));
        done += count;
    }
}

START_TEST(log_and_merge_are_printed) {
    const size_t log = (size_t)_i;
    if (stride > 1 && log % 3 > 0) return;
    begin_chance(seed + 1000 * log);
    bool seals = log % 5 == 4;
    cxj_engine *engine = make_of_log(log, seals), *source = make_of_log(log, seals);
    record_log(engine, log, chance(2));
    print_saved("log", log, engine);
    record_log(source, log, chance(2));
    printf("merged: %d\n", cxj_merge(engine, source));
    print_saved("merge", log, engine);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

int main(void) {
    read_surroundings("edits");
    Suite *suite = suite_create("edits");
    TCase *all = tcase_create("logs");
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, log_and_merge_are_printed, 0, LOGS);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK); /* so that all is printed in order */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
