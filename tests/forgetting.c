/* forgetting: "nothing of them is left in the engine, in the cells or in its files" (section 3.4 of the specification).
 * Something is recorded whose numbers and names occur nowhere else, and erased; then they are searched for in every
 * live block of the engine's memory, in what it is saved as, in an engine that merged those bytes, and in what that is
 * saved as: numbers as words in both byte orders, as the format writes them, and in decimal; names as they are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "saved.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers and names that nothing else has. */
#define JOURNEY UINT64_C(0x91c3a5e7f2b4d689)
#define CUSTOMER UINT64_C(0xb7d59f3ac1e48263)
#define OTHER_CUSTOMER UINT64_C(0xd3f1b597e8a2c46d)
#define TOUCHPOINT_ID UINT64_C(0xa9cbed8f7153b3d5)
#define OTHER_VALUE INT64_C(0x0002a7c5e9b3d1f4)
#define REVISION UINT64_C(0x87b6d5c4e3f29ab1)
static const uint64_t numbers[] = {JOURNEY, CUSTOMER, OTHER_CUSTOMER, TOUCHPOINT_ID, REVISION};
static const char *const secrets[] = {"secret0", "secret1", "secret2", "secret3", "secret4",
                                      "secret5", "secret6", "secret7", "secret8", "secret9"};
enum { NUMBERS = sizeof numbers / sizeof *numbers, SECRETS = sizeof secrets / sizeof *secrets };

static bool holds(const bytes *b, const void *searched, size_t length) {
    for (size_t i = 0; i + length <= b->length; i++) {
        if (memcmp(b->data + i, searched, length) == 0) return true;
    }
    return false;
}

static void check_memory(const heap *memory, const char *where) {
    for (size_t i = 0; i < NUMBERS; i++) {
        unsigned char word[8];
        char decimal[24];
        for (int k = 0; k < 8; k++) word[k] = (unsigned char)(numbers[i] >> (8 * k));
        ck_assert_msg(!heap_holds(memory, word, 8), "number %zu stands in %s, its lowest byte first", i, where);
        for (int k = 0; k < 8; k++) word[k] = (unsigned char)(numbers[i] >> (56 - 8 * k));
        ck_assert_msg(!heap_holds(memory, word, 8), "number %zu stands in %s, its highest byte first", i, where);
        int length = snprintf(decimal, sizeof decimal, "%" PRIu64, numbers[i]);
        ck_assert_msg(!heap_holds(memory, decimal, (size_t)length), "number %zu stands in %s, in decimal", i, where);
    }
    for (size_t i = 0; i < SECRETS; i++) {
        ck_assert_msg(!heap_holds(memory, secrets[i], strlen(secrets[i])), "name %zu stands in %s", i, where);
    }
}

static void check_bytes(const bytes *b, const char *where) {
    for (size_t i = 0; i < NUMBERS; i++) {
        bytes written = {0};
        put(&written, numbers[i]);
        ck_assert_msg(!holds(b, written.data, written.length), "number %zu stands in %s", i, where);
        free_bytes(&written);
        put_signed(&written, (int64_t)numbers[i]);
        ck_assert_msg(!holds(b, written.data, written.length), "number %zu stands in %s, with its sign", i, where);
        free_bytes(&written);
    }
    for (size_t i = 0; i < SECRETS; i++) {
        ck_assert_msg(!holds(b, secrets[i], strlen(secrets[i])), "name %zu stands in %s", i, where);
    }
}

/* Searches for all of them, in all places; ends the engine. */
static void check_forgotten(cxj_engine *engine, const heap *memory) {
    heap other_memory = {0};
    cxj_engine *other = make_in(&other_memory);
    cxj_view *its = NULL;
    cxj_view_info info;
    check_memory(memory, "the engine");
    bytes b = save_of(engine);
    check_memory(memory, "the engine after it was saved");
    check_bytes(&b, "the saved bytes");
    for (size_t i = 0; cxj_view_at(engine, i, &its) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_describe(its, &info, sizeof info), CXJ_OK);
        add(other, info.text);
    }
    ck_assert_msg(cxj_merge_bytes(other, b.data, b.length) == CXJ_OK, "%s", cxj_message(other));
    check_memory(&other_memory, "an engine that merged them");
    bytes again = save_of(other);
    check_bytes(&again, "what that is saved as");
    free_bytes(&b);
    free_bytes(&again);
    cxj_engine_destroy(other);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory->blocks, 0);
}

/* An engine that has views, and journeys of others. */
static cxj_engine *begin(heap *memory) {
    cxj_engine *engine = make_with((cxj_options){.allocate = heap_allocate,
                                                 .allocate_context = memory,
                                                 .touchpoints_limit = 200,
                                                 .seal_ended_after = 100 * HOUR});
    chance_state = 5;
    feed f = make_feed(120, 12, 1, true);
    add_views(engine);
    record_feed(engine, &f);
    free_feed(&f);
    return engine;
}

/* A touchpoint with all the numbers; its names are asked for. */
static cxj_touchpoint secret(cxj_engine *engine) {
    return (cxj_touchpoint){.journey = JOURNEY,
                            .id = TOUCHPOINT_ID,
                            .revision = REVISION,
                            .customer = CUSTOMER,
                            .at = START,
                            .due = START + HOUR,
                            .commitment = 3,
                            .owner = code(engine, CXJ_DIMENSION_OWNER, secrets[1]),
                            .team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, secrets[2]),
                            .channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, secrets[3]),
                            .stage = (uint16_t)code(engine, CXJ_DIMENSION_STAGE, secrets[4]),
                            .activity = (uint16_t)code(engine, CXJ_DIMENSION_ACTIVITY, secrets[5]),
                            .cause = (uint16_t)code(engine, CXJ_DIMENSION_CAUSE, secrets[6]),
                            .type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, secrets[7]),
                            .segment = (uint16_t)code(engine, CXJ_DIMENSION_SEGMENT, secrets[8]),
                            .reason = (uint16_t)code(engine, CXJ_DIMENSION_REASON, secrets[9])};
}

static void erase_customer(cxj_engine *engine) {
    uint64_t erased = 0;
    ck_assert_msg(cxj_erase_customer(engine, CUSTOMER, &erased) == CXJ_OK, "%s", cxj_message(engine));
    ck_assert_uint_eq(erased, 1);
}

/* What is searched for is found while it is there; else this test would prove nothing. */
START_TEST(it_is_there_before) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    record(engine, secret(engine));
    for (size_t i = 0; i < NUMBERS; i++) {
        ck_assert(heap_holds(&memory, &numbers[i], sizeof numbers[i]) == (numbers[i] != OTHER_CUSTOMER));
    }
    for (size_t i = 1; i < SECRETS; i++) ck_assert(heap_holds(&memory, secrets[i], strlen(secrets[i])));
    bytes b = save_of(engine), written = {0};
    put(&written, CUSTOMER);
    ck_assert(holds(&b, written.data, written.length));
    for (size_t i = 1; i < SECRETS; i++) ck_assert(holds(&b, secrets[i], strlen(secrets[i])));
    free_bytes(&written);
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* A journey of a touchpoint, and one that is long. */
START_TEST(what_is_held_is_forgotten) {
    for (uint64_t count = 1; count <= 150; count += 149) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory);
        cxj_touchpoint t = secret(engine);
        for (uint64_t i = 0; i < count; i++) {
            record(engine, t);
            t.id += 1;
            t.at += HOUR;
        }
        erase_customer(engine);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* A journey that is erased by its number. */
START_TEST(an_erased_journey_is_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    record(engine, secret(engine));
    ck_assert_int_eq(cxj_erase_journey(engine, JOURNEY), CXJ_OK);
    check_forgotten(engine, &memory);
}
END_TEST

/* What a correction has taken back: numbers and names that only the earlier revision had. */
START_TEST(what_a_correction_took_back_is_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    cxj_touchpoint t = secret(engine);
    t.customer = OTHER_CUSTOMER;
    record(engine, t);
    record(engine,
           (cxj_touchpoint){
               .journey = JOURNEY, .id = TOUCHPOINT_ID, .revision = REVISION + 1, .at = START, .customer = CUSTOMER});
    erase_customer(engine);
    check_forgotten(engine, &memory);
}
END_TEST

/* "A touchpoint that is withdrawn keeps its id and revision" (section 3.3), and nothing else: no customer, no value and
 * no name, whether it is taken back before it comes, after, or in the same call, in a journey that is short or long. */
START_TEST(what_is_withdrawn_is_forgotten) {
    for (int way = 0; way < 16; way++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory);
        cxj_touchpoint t[2] = {secret(engine), secret(engine)};
        bool before = way & 1, by_record = way & 2, together = way & 4 && by_record;
        t[before ? 1 : 0].value = OTHER_VALUE;
        t[before ? 0 : 1].facets = CXJ_FACET_WITHDRAWN;
        t[before ? 0 : 1].revision++;
        for (int64_t i = 0; i < (way & 8 ? 128 : 1); i++) {
            record(engine, (cxj_touchpoint){.journey = JOURNEY, .id = (uint64_t)i + 1, .at = START - i * HOUR});
        }
        if (together) {
            ck_assert_int_eq(cxj_record(engine, t, sizeof *t, 2, 0, NULL, 0), CXJ_OK);
        } else {
            for (int i = 0; i < 2; i++) {
                if (by_record || t[i].facets == 0) {
                    record(engine, t[i]);
                } else {
                    ck_assert_int_eq(cxj_withdraw(engine, t[i].journey, t[i].id, t[i].revision), CXJ_OK);
                }
            }
        }
        const uint64_t gone[] = {CUSTOMER, OTHER_VALUE};
        bytes b = save_of(engine), written = {0};
        for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
            ck_assert_msg(!heap_holds(&memory, &gone[i], sizeof gone[i]), "way %d: number %zu is in memory", way, i);
        }
        put(&written, CUSTOMER);
        ck_assert(!holds(&b, written.data, written.length));
        for (size_t i = 0; i < SECRETS; i++) ck_assert(!holds(&b, secrets[i], strlen(secrets[i])));
        free_bytes(&b);
        free_bytes(&written);
        ck_assert_int_eq(cxj_erase_journey(engine, JOURNEY), CXJ_OK);
        check_forgotten(engine, &memory); /* names that only it had */
    }
}
END_TEST

/* What was superseded when it came: never held, one by one and in one call with the one that holds. */
START_TEST(what_was_superseded_on_arrival_is_forgotten) {
    for (int together = 0; together < 2; together++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory);
        cxj_touchpoint t[2] = {
            {.journey = JOURNEY, .id = TOUCHPOINT_ID, .revision = REVISION + 1, .at = START, .customer = CUSTOMER},
            secret(engine)};
        t[1].customer = OTHER_CUSTOMER;
        if (together) {
            ck_assert_int_eq(cxj_record(engine, t, sizeof *t, 2, 0, NULL, 0), CXJ_OK);
        } else {
            record(engine, t[0]);
            record(engine, t[1]);
        }
        erase_customer(engine);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* What came twice, and differed. */
START_TEST(what_lost_a_conflict_is_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    cxj_touchpoint winner = {.journey = JOURNEY,
                             .id = TOUCHPOINT_ID,
                             .revision = REVISION,
                             .at = START + HOUR,
                             .customer = CUSTOMER},
                   loser = secret(engine);
    record(engine, winner);
    loser.customer = OTHER_CUSTOMER;
    record(engine, loser);
    record(engine, winner);
    erase_customer(engine);
    check_forgotten(engine, &memory);
}
END_TEST

/* What was refused: for a field, or because the journey is full. */
START_TEST(what_was_refused_is_forgotten) {
    for (int full = 0; full < 2; full++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory);
        for (uint64_t i = 1; i <= 200; i++) {
            record(engine, (cxj_touchpoint){.journey = JOURNEY, .id = i, .at = START, .customer = CUSTOMER});
        }
        cxj_touchpoint t = secret(engine);
        t.customer = OTHER_CUSTOMER;
        if (!full) t.commitment = 8;
        ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_REFUSED);
        erase_customer(engine);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* What came too late for a sealed journey. The number of that is erased, too. */
START_TEST(what_was_late_is_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    record(engine, (cxj_touchpoint){.journey = JOURNEY, .id = 1, .at = START, .outcome = 1});
    advance(engine, START + 100 * HOUR);
    cxj_touchpoint t = secret(engine);
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_REFUSED);
    ck_assert_int_eq(cxj_erase_journey(engine, JOURNEY), CXJ_PARTIALLY_ERASED);
    check_forgotten(engine, &memory);
}
END_TEST

/* "CXJ_PARTIALLY_ERASED (the journey was sealed: its number is erased …)": and with it all other numbers that it had.
 * Its names may stand in keys of cells. */
START_TEST(numbers_of_an_erased_sealed_journey_are_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    record(engine, (cxj_touchpoint){.journey = JOURNEY,
                                    .id = TOUCHPOINT_ID,
                                    .revision = REVISION,
                                    .customer = CUSTOMER,
                                    .at = START,
                                    .outcome = 1});
    advance(engine, START + 100 * HOUR);
    ck_assert_int_eq(cxj_erase_journey(engine, JOURNEY), CXJ_PARTIALLY_ERASED);
    check_forgotten(engine, &memory);
}
END_TEST

/* Copies that an incremental save kept: it was taken to its end, or given up. */
START_TEST(what_a_save_in_steps_kept_is_forgotten) {
    for (int closes_early = 0; closes_early < 2; closes_early++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory);
        cxj_touchpoint t = secret(engine);
        record(engine, t);
        bytes b = {0};
        cxj_saver *saver = NULL;
        ck_assert_int_eq(cxj_saver_open(engine, write_bytes, &b, &saver), CXJ_OK);
        t.id++;
        record(engine, t);
        ck_assert_int_eq(cxj_saver_step(saver, closes_early ? 20 : SIZE_MAX), closes_early ? CXJ_OK : CXJ_DONE);
        if (closes_early) cxj_saver_close(saver);
        erase_customer(engine);
        check_memory(&memory, "the engine, its saver not closed yet");
        if (!closes_early) cxj_saver_close(saver);
        free_bytes(&b);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* A merge that failed had it in hand, and named it: of an engine, and of bytes. */
START_TEST(what_a_failed_merge_had_in_hand_is_forgotten) {
    for (int saved = 0; saved < 2; saved++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory), *source = make_with((cxj_options){.size = 0});
        add_views(source);
        for (uint64_t i = 0; i < 201; i++) {
            cxj_touchpoint t = secret(source);
            t.id += i;
            record(source, t);
        }
        bytes b = save_of(source);
        cxj_status status = saved ? cxj_merge_bytes(engine, b.data, b.length) : cxj_merge(engine, source);
        ck_assert_int_eq(status, CXJ_LIMIT);
        ck_assert_int_eq(cxj_erase_customer(engine, CUSTOMER, NULL), CXJ_NOT_FOUND);
        free_bytes(&b);
        cxj_engine_destroy(source);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* It was merged, and is erased where it came to. */
START_TEST(what_was_merged_is_forgotten) {
    for (int saved = 0; saved < 2; saved++) {
        heap memory = {0};
        cxj_engine *engine = begin(&memory), *source = make_with((cxj_options){.size = 0});
        add_views(source);
        record(source, secret(source));
        bytes b = save_of(source);
        cxj_status status = saved ? cxj_merge_bytes(engine, b.data, b.length) : cxj_merge(engine, source);
        ck_assert_int_eq(status, CXJ_OK);
        erase_customer(engine);
        free_bytes(&b);
        cxj_engine_destroy(source);
        check_forgotten(engine, &memory);
    }
}
END_TEST

/* It was saved and loaded, and is erased then. */
START_TEST(what_was_loaded_is_forgotten) {
    heap memory = {0};
    cxj_engine *source = make_with((cxj_options){.size = 0});
    add_views(source);
    record(source, secret(source));
    bytes b = save_of(source);
    cxj_engine *engine = load_of(&b, (cxj_options){.allocate = heap_allocate, .allocate_context = &memory});
    erase_customer(engine);
    free_bytes(&b);
    cxj_engine_destroy(source);
    check_forgotten(engine, &memory);
}
END_TEST

/* Messages of calls that failed, the last of which is the erasure itself. */
START_TEST(messages_are_forgotten) {
    heap memory = {0};
    cxj_engine *engine = begin(&memory);
    cxj_view *none = NULL;
    record(engine, secret(engine));
    ck_assert_int_eq(cxj_view_add(engine, "journeys by type where type = secret7 x", CXJ_ZERO_TERMINATED, &none),
                     CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_view_add(engine, "journeys by secret7", CXJ_ZERO_TERMINATED, &none), CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_advance(engine, INT64_MAX), CXJ_BAD_ARGUMENT);
    erase_customer(engine);
    check_forgotten(engine, &memory);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *tests[] = {it_is_there_before,
                            what_is_held_is_forgotten,
                            an_erased_journey_is_forgotten,
                            what_a_correction_took_back_is_forgotten,
                            what_is_withdrawn_is_forgotten,
                            what_was_superseded_on_arrival_is_forgotten,
                            what_lost_a_conflict_is_forgotten,
                            what_was_refused_is_forgotten,
                            what_was_late_is_forgotten,
                            numbers_of_an_erased_sealed_journey_are_forgotten,
                            what_a_save_in_steps_kept_is_forgotten,
                            what_a_failed_merge_had_in_hand_is_forgotten,
                            what_was_merged_is_forgotten,
                            what_was_loaded_is_forgotten,
                            messages_are_forgotten};
    Suite *suite = suite_create("forgetting");
    TCase *cases = tcase_create("forgetting");
    tcase_set_timeout(cases, 120);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
