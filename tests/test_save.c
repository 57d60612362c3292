/* save: an engine as bytes, at once or in steps. What include/cxj.h says of it under "Save and load": that what was
 * saved comes back exactly; that engines which know the same are saved as the same bytes, whatever way they came to it;
 * that an incremental save writes the engine as it was when it was opened, and costs the host nothing but memory; that
 * hosts and allocators may fail. What is refused when it is read, test_decode.c and test_sums.c show.
 *
 * CXJ_SEED takes the seed of the random feeds; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"

#include "saved.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;

static void begin_chance(uint64_t turn) {
    chance_state = (seed + turn) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++) (void)chance(2);
}

static const cxj_options plain = {.size = 0};
static const cxj_options sealing = {.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR};
#define NOW (START + 1200 * HOUR)

/* Records a feed, of which some may be late. */
static void record_any(cxj_engine *engine, const feed *f) {
    for (size_t i = 0; i < f->count; i++) {
        cxj_touchpoint t = in_codes(engine, f->items[i]);
        cxj_receipt receipt;
        cxj_status status = cxj_record(engine, &t, sizeof t, 1, 0, &receipt, sizeof receipt);
        ck_assert(status == CXJ_OK || (status == CXJ_REFUSED && receipt.late == 1));
    }
}

/* An engine that comes to know a feed in a way of its own: names asked for in another order, views added before or
 * after it, others' journeys come and erased. */
static cxj_engine *build(const feed *f, cxj_options options, uint32_t turn) {
    cxj_engine *engine = make_with(options);
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON && turn > 0; d++) {
        for (uint32_t i = 0; i < NAME_COUNT; i++) (void)code(engine, d, NAMES[(i * 5 + turn * d) % NAME_COUNT]);
    }
    if (turn % 2 == 0) add_views(engine);
    cxj_touchpoint other = {.journey = 77, .at = START, .owner = code(engine, CXJ_DIMENSION_OWNER, "gone")};
    for (other.journey = 1; other.journey <= turn; other.journey++) record(engine, other);
    record_part(engine, f, 0, f->count / 2);
    for (other.journey = 1; other.journey <= turn; other.journey++) {
        ck_assert_int_eq(cxj_erase_journey(engine, other.journey), CXJ_OK);
    }
    record_part(engine, f, f->count / 2, f->count);
    if (turn % 2 == 1) add_views(engine);
    advance(engine, NOW);
    return engine;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What comes back
 * ------------------------------------------------------------------------------------------------------------------ */

/* "A loaded engine equals the saved one, and is saved as the same bytes again; only its codes differ." And it goes on
 * as the saved one would. */
START_TEST(what_was_saved_comes_back_exactly) {
    for (uint32_t turn = 0; turn < 12; turn++) {
        begin_chance(turn);
        feed f = make_feed(300, 20, 1, true), more = make_feed(100, 25, 1, false);
        cxj_engine *engine = build(&f, turn % 3 ? sealing : plain, turn);
        bytes saved = save_of(engine);
        cxj_engine *loaded = load_of(&saved, turn % 3 ? sealing : plain);
        check_same_state(engine, loaded, &f);
        check_saved_as(loaded, &saved, "loaded");
        cxj_stats stats = stats_of(loaded);
        ck_assert_uint_eq(stats.duplicates | stats.conflicts | stats.superseded | stats.late | stats.refused, 0);
        ck_assert(turn % 3 == 0 || stats.sealed > 0);
        ck_assert_str_eq(cxj_message(loaded), "");
        record_any(engine, &more);
        record_any(loaded, &more);
        check_same_state(engine, loaded, &more);
        advance(engine, NOW + 400 * HOUR);
        advance(loaded, NOW + 400 * HOUR);
        check_same_state(engine, loaded, &f);
        bytes later = save_of(engine);
        check_saved_as(loaded, &later, "loaded, and gone on");
        free_bytes(&later);
        free_bytes(&saved);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(loaded);
        free_feed(&f);
        free_feed(&more);
    }
}
END_TEST

/* An engine that knows nothing: with and without views, and a clock. */
START_TEST(nothing_comes_back_as_nothing) {
    const feed none = {0};
    for (int what = 0; what < 4; what++) {
        cxj_engine *engine = make_with(plain);
        if (what & 1) add_views(engine);
        if (what & 2) advance(engine, CXJ__EARLIEST);
        bytes saved = save_of(engine);
        cxj_engine *loaded = load_of(&saved, plain);
        check_same_state(engine, loaded, &none);
        ck_assert_int_eq(stats_of(loaded).has_now, what >> 1);
        check_saved_as(loaded, &saved, "nothing");
        free_bytes(&saved);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(loaded);
    }
}
END_TEST

/* Blocks are ended and begun, journeys sorted by all of their digits, sealed ones among them; one is long. */
START_TEST(large_engines_come_back) {
    cxj_engine *engine = make_with(sealing);
    add(engine, "touchpoints by owner");
    add(engine, "journeys by entry");
    char name[32];
    begin_chance(99);
    feed f = {calloc(9000, sizeof *f.items), 0};
    ck_assert_ptr_nonnull(f.items);
    for (uint32_t i = 0; i < 9000; i++) {
        snprintf(name, sizeof name, "owner number %u", i * 7919 % 4001);
        cxj_touchpoint t = {.journey = i % 3 ? journey_number(1 + i % 5, i % 2000) : 4, .id = i + 1, .at = START + i};
        t.owner = code(engine, CXJ_DIMENSION_OWNER, name);
        t.customer = (uint64_t)i << 32;
        t.outcome = i % 7 == 0;
        record(engine, t);
        f.items[f.count++] = t;
    }
    advance(engine, START + 101 * HOUR);
    bytes saved = save_of(engine);
    ck_assert_uint_gt(saved.length, 3 * 65536);
    cxj_engine *loaded = load_of(&saved, sealing);
    check_same_state(engine, loaded, &f);
    check_saved_as(loaded, &saved, "large");
    ck_assert_uint_gt(stats_of(loaded).sealed, 100);
    free_bytes(&saved);
    free_feed(&f);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(loaded);
}
END_TEST

/* A view that lacks what sealed journeys contributed lacks it when it is loaded, too. */
START_TEST(incomplete_views_stay_incomplete) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR, .cells_limit = 1});
    add(engine, "touchpoints by owner");
    add(engine, "touchpoints");
    for (uint64_t i = 1; i <= 3; i++) {
        char name[2] = {(char)('a' + i), 0};
        record(engine, (cxj_touchpoint){.journey = i, .at = START, .owner = code(engine, CXJ_DIMENSION_OWNER, name)});
    }
    bytes before = save_of(engine);
    advance(engine, START + HOUR);
    ck_assert_uint_eq(stats_of(engine).sealed, 3);
    bytes saved = save_of(engine);
    cxj_engine *loaded = load_of(&saved, plain);
    const feed none = {0};
    check_same_state(engine, loaded, &none);
    check_saved_as(loaded, &saved, "incomplete");
    cxj_view *view = NULL;
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_at(loaded, 0, &view), CXJ_OK);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.lacks_sealed, 1);
    cxj_engine_destroy(loaded);
    /* What was left out of held journeys is had again where there is room. */
    loaded = load_of(&before, plain);
    ck_assert_int_eq(cxj_view_at(loaded, 0, &view), CXJ_OK);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 0);
    ck_assert_uint_eq(info.cells, 3);
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(engine);
    free_bytes(&saved);
    free_bytes(&before);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The same bytes
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Two engines that know the same, and have their views in the same order, are saved as the same bytes, however they
 * got there." In whatever order touchpoints came, names were asked for, and others were erased. */
START_TEST(whatever_the_order_the_bytes_are_the_same) {
    for (uint64_t round = 0; round < 8; round++) {
        begin_chance(100 + round);
        feed f = make_feed(250, 15, 2, false);
        cxj_options options = round % 2 ? sealing : plain;
        cxj_engine *first = build(&f, options, 0);
        bytes expected = save_of(first);
        ck_assert(round % 2 == 0 || stats_of(first).sealed > 0);
        for (uint32_t turn = 1; turn < 6; turn++) {
            shuffle(&f);
            cxj_engine *other = build(&f, options, turn);
            check_saved_as(other, &expected, "another order");
            cxj_engine_destroy(other);
        }
        free_bytes(&expected);
        cxj_engine_destroy(first);
        free_feed(&f);
    }
}
END_TEST

/* The part of a feed that goes to one of two engines; by touchpoint, or by journey. */
static feed part_of(const feed *f, bool by_journey, uint64_t which) {
    feed part = {calloc(f->count + 1, sizeof *part.items), 0};
    ck_assert_ptr_nonnull(part.items);
    for (size_t i = 0; i < f->count; i++) {
        uint64_t number = by_journey ? f->items[i].journey : i * UINT64_C(0x9e3779b97f4a7c15) >> 40;
        if (number % 2 == which) part.items[part.count++] = f->items[i];
    }
    return part;
}

/* Through merges, either way, also where a journey is split, and also where some are sealed. */
START_TEST(through_merges_the_bytes_are_the_same) {
    for (uint32_t round = 0; round < 8; round++) {
        begin_chance(200 + round);
        bool seals = round % 2;
        feed f = make_feed(250, 15, 3, false);
        feed parts[2] = {part_of(&f, seals, 0), part_of(&f, seals, 1)};
        cxj_engine *whole = build(&f, seals ? sealing : plain, 0);
        bytes expected = save_of(whole);
        for (uint32_t turned = 0; turned < 2; turned++) {
            cxj_engine *into = build(&parts[turned], seals ? sealing : plain, turned + round);
            cxj_engine *from = build(&parts[!turned], seals ? sealing : plain, turned + round + 1);
            ck_assert_msg(cxj_merge(into, from) == CXJ_OK, "%s", cxj_message(into));
            check_saved_as(into, &expected, "merged");
            bytes first = save_of(from);
            check_saved_as(from, &first, "twice");
            free_bytes(&first);
            cxj_engine_destroy(into);
            cxj_engine_destroy(from);
        }
        free_bytes(&expected);
        cxj_engine_destroy(whole);
        free_feed(&f);
        free_feed(&parts[0]);
        free_feed(&parts[1]);
    }
}
END_TEST

/* "Not saved are the other options": the seed of the hash tables, the allocator and the limits are no part of it. */
START_TEST(options_are_not_saved) {
    begin_chance(300);
    heap memory = {0};
    feed f = make_feed(200, 15, 4, false);
    cxj_engine *one = build(&f, (cxj_options){.seed = {1, 2}}, 0);
    cxj_engine *other = build(&f,
                              (cxj_options){.seed = {3, 4},
                                            .allocate = heap_allocate,
                                            .allocate_context = &memory,
                                            .memory_limit = 100000000,
                                            .cells_limit = 5000,
                                            .touchpoints_limit = 500,
                                            .codes_limit = 500,
                                            .views_limit = 100,
                                            .load_work_limit = 7},
                              1);
    bytes saved = save_of(one);
    check_saved_as(other, &saved, "other options");
    free_bytes(&saved);
    free_feed(&f);
    cxj_engine_destroy(one);
    cxj_engine_destroy(other);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "the names in use": of touchpoints held and cells of sealed ones, not those that were asked for only. */
START_TEST(names_that_nothing_uses_are_not_saved) {
    cxj_engine *one = make_with(plain), *other = make_with(plain);
    add(one, "journeys where type = wanted");
    add(other, "journeys where type = wanted");
    (void)code(other, CXJ_DIMENSION_OWNER, "nobody");
    (void)code(other, CXJ_DIMENSION_TYPE, "unwanted");
    bytes saved = save_of(one);
    check_saved_as(other, &saved, "names that nothing uses");
    free_bytes(&saved);
    cxj_engine_destroy(one);
    cxj_engine_destroy(other);
}
END_TEST

/* "Saves an engine at once. A reader: it writes nothing in the engine." The limit of memory is the engine's own,
 * too. */
START_TEST(saving_at_once_writes_nothing_in_the_engine) {
    begin_chance(301);
    heap memory = {0};
    feed f = make_feed(200, 15, 5, true);
    cxj_engine *engine = build(
        &f, (cxj_options){.allocate = heap_allocate, .allocate_context = &memory, .seal_idle_after = 700 * HOUR}, 0);
    static cxj_engine before;
    engine->core.memory.limit = engine->core.memory.used;
    memcpy(&before, engine, sizeof before);
    uint64_t blocks = memory.blocks, held = memory.bytes;
    bytes saved = save_of(engine);
    ck_assert_mem_eq(&before, engine, sizeof before);
    ck_assert_uint_eq(memory.blocks, blocks);
    ck_assert_uint_eq(memory.bytes, held);
    free_bytes(&saved);
    free_feed(&f);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Hosts
 * ------------------------------------------------------------------------------------------------------------------ */

/* "takes length bytes, or fewer; it is called again for the rest" */
START_TEST(a_host_may_take_a_byte_at_a_time) {
    begin_chance(302);
    feed f = make_feed(100, 10, 6, true);
    cxj_engine *engine = build(&f, plain, 0);
    bytes expected = save_of(engine), b = {.portion = 1};
    ck_assert_int_eq(cxj_save(engine, write_bytes, &b, NULL, 0), CXJ_OK);
    ck_assert_uint_eq(b.calls, b.length);
    check_same_bytes(&expected, &b, "a byte at a time");
    free_bytes(&expected);
    free_feed(&f);
    cxj_engine_destroy(engine);
}
END_TEST

typedef struct bad_host {
    uint64_t calls, good;
    int64_t answer; /* INT64_MAX: one more than there is */
} bad_host;

static int64_t bad_write(void *context, const void *data, size_t length) {
    bad_host *host = context;
    (void)data;
    if (++host->calls <= host->good) return (int64_t)length;
    return host->answer == INT64_MAX ? (int64_t)length + 1 : host->answer;
}

/* "anything else: it failed, and is not called again": at once, and in steps, where each further step says so. */
START_TEST(a_host_that_fails_is_not_called_again) {
    begin_chance(303);
    feed f = make_feed(100, 10, 6, true);
    cxj_engine *engine = build(&f, sealing, 0);
    static const int64_t answers[] = {0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        for (uint64_t good = 0;; good++) {
            char message[40] = "?";
            bad_host host = {.good = good, .answer = answers[i]};
            cxj_status status = cxj_save(engine, bad_write, &host, message, sizeof message);
            if (status == CXJ_OK) {
                ck_assert_uint_eq(good,
                                  7); /* a call for each kind of block; of settings there are some, of marks none */
                ck_assert_str_eq(message, "");
                break;
            }
            ck_assert_int_eq(status, CXJ_IO);
            ck_assert_str_eq(message, "the write function failed");
            ck_assert_uint_eq(host.calls, good + 1);
            host.calls = 0;
            cxj_saver *saver = NULL;
            ck_assert_int_eq(cxj_saver_open(engine, bad_write, &host, &saver), CXJ_OK);
            do status = cxj_saver_step(saver, 1);
            while (status == CXJ_OK);
            for (int again = 0; again < 3; again++) {
                ck_assert_int_eq(status, CXJ_IO);
                ck_assert_str_eq(cxj_message(engine), "the write function failed");
                ck_assert(!engine->is_saving);
                status = cxj_saver_step(saver, 1000);
            }
            ck_assert_uint_eq(host.calls, good + 1);
            cxj_saver_close(saver);
        }
    }
    free_feed(&f);
    cxj_engine_destroy(engine);
}
END_TEST

/* "receives how many bytes there are, also with CXJ_TOO_SMALL; so capacity 0 asks for the number"; "bytes already
 * written were set to 0 again". */
START_TEST(saving_to_memory_says_how_many_bytes_there_are) {
    begin_chance(304);
    feed f = make_feed(100, 10, 6, true);
    cxj_engine *engine = build(&f, sealing, 0);
    bytes expected = save_of(engine);
    size_t length = 0;
    ck_assert_int_eq(cxj_save_bytes(engine, 0, NULL, 0, NULL, &length), CXJ_TOO_SMALL);
    ck_assert_uint_eq(length, expected.length);
    unsigned char *room = malloc(length + 1);
    ck_assert_ptr_nonnull(room);
    for (size_t capacity = 0; capacity <= expected.length + 1; capacity += capacity + 200 < expected.length ? 97 : 1) {
        memset(room, 0x5a, expected.length + 1);
        length = 0;
        cxj_status status = cxj_save_bytes(engine, capacity, NULL, 0, room, &length);
        ck_assert_int_eq(status, capacity < expected.length ? CXJ_TOO_SMALL : CXJ_OK);
        ck_assert_uint_eq(length, expected.length);
        size_t written = capacity < length ? capacity : length;
        for (size_t i = 0; i < written && status != CXJ_OK; i++) ck_assert_uint_eq(room[i], 0);
        if (status == CXJ_OK) ck_assert_mem_eq(room, expected.data, written);
        ck_assert_uint_eq(room[written], 0x5a);
    }
    free(room);
    free_bytes(&expected);
    free_feed(&f);
    cxj_engine_destroy(engine);
}
END_TEST

/* "NULL is refused with CXJ_BAD_ARGUMENT unless the description gives it a meaning." */
START_TEST(bad_arguments_are_refused) {
    cxj_engine *engine = make_with(plain);
    char message[64] = "?";
    bytes b = {0};
    size_t length = 17;
    cxj_saver *saver = NULL;
    unsigned char room[4];
    ck_assert_int_eq(cxj_save(NULL, write_bytes, &b, message, sizeof message), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "engine is NULL");
    ck_assert_int_eq(cxj_save(engine, NULL, &b, message, sizeof message), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "write is NULL");
    ck_assert_int_eq(cxj_save(engine, NULL, &b, NULL, 0), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_save(engine, NULL, &b, message, 6), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "write"); /* cut to fit */
    ck_assert_int_eq(cxj_save_bytes(NULL, sizeof room, NULL, 0, room, &length), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_save_bytes(engine, sizeof room, NULL, 0, room, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_save_bytes(engine, 1, NULL, 0, NULL, &length), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(length, 17);
    ck_assert_int_eq(cxj_saver_open(NULL, write_bytes, &b, &saver), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_saver_open(engine, NULL, &b, &saver), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "write is NULL");
    ck_assert_int_eq(cxj_saver_open(engine, write_bytes, &b, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "saver is NULL");
    ck_assert_ptr_null(saver);
    ck_assert_int_eq(cxj_saver_step(NULL, 1), CXJ_BAD_ARGUMENT);
    cxj_saver_close(NULL);
    ck_assert_uint_eq(b.length, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * In steps
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_saver *open_saver(cxj_engine *engine, bytes *b) {
    cxj_saver *saver = NULL;
    cxj_status status = cxj_saver_open(engine, write_bytes, b, &saver);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
    return saver;
}

/* Takes a save to its end; returns how many steps it took. */
static size_t step_on(cxj_saver *saver, size_t touchpoints) {
    size_t steps = 1;
    cxj_status status;
    while ((status = cxj_saver_step(saver, touchpoints)) == CXJ_OK) steps++;
    ck_assert_int_eq(status, CXJ_DONE);
    return steps;
}

/* Something that may be done while a save is under way, on an engine and on its twin. */
static void meanwhile(cxj_engine *const engines[2], const feed *more, size_t *at, int64_t *now) {
    uint32_t what = chance(8);
    char name[40];
    cxj_touchpoint t = more->items[*at % more->count];
    *now += what == 1 ? HOUR * chance(30) : 0;
    snprintf(name, sizeof name, "new in the meantime, number %zu", *at);
    for (int i = 0; i < 2; i++) {
        cxj_touchpoint its = in_codes(engines[i], t);
        if (what == 0) {
            cxj_status status = cxj_withdraw(engines[i], t.journey, t.id ? t.id : 1, 0);
            ck_assert(status == CXJ_OK || status == CXJ_NOT_FOUND || status == CXJ_REFUSED);
        } else if (what == 1) {
            advance(engines[i], *now);
        } else {
            if (what == 2) its.journey = 4000000 + *at; /* a new one */
            if (what < 4) its.team = (uint16_t)code(engines[i], CXJ_DIMENSION_TEAM, name);
            record(engines[i], its);
        }
    }
    ++*at;
}

/* "What will be written is the engine as it is now, whatever is recorded until it is all written." And the engine goes
 * on as one that is not saved. */
START_TEST(a_save_in_steps_writes_the_engine_as_it_was) {
    static const size_t sizes[] = {1, 2, 7, 40, 300, 0};
    for (uint32_t round = 0; round < 12; round++) {
        begin_chance(400 + round);
        heap memory = {0};
        feed f = make_feed(400, 40, 7, true), more = make_feed(600, 60, 7, true);
        cxj_engine *engine = build(&f, (cxj_options){.allocate = heap_allocate, .allocate_context = &memory}, round);
        cxj_engine *twin = build(&f, plain, round);
        cxj_engine *const both[2] = {engine, twin};
        bytes expected = save_of(engine), b = {.portion = round % 3 ? 0 : 100};
        size_t at = 0;
        int64_t now = NOW;
        cxj_saver *saver = open_saver(engine, &b);
        cxj_status status = CXJ_OK;
        while (status == CXJ_OK) {
            uint32_t times = chance(4);
            for (uint32_t i = 0; i < times; i++) meanwhile(both, &more, &at, &now);
            status = cxj_saver_step(saver, sizes[round % 6]);
            ck_assert_str_eq(cxj_message(engine), "");
        }
        ck_assert_int_eq(status, CXJ_DONE);
        ck_assert(sizes[round % 6] > 7 || sizes[round % 6] == 0 || at > 20);
        meanwhile(both, &more, &at, &now);
        ck_assert_int_eq(cxj_saver_step(saver, 1), CXJ_DONE);
        check_same_bytes(&expected, &b, "in steps");
        cxj_saver_close(saver);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        check_same_state(engine, twin, &f);
        check_same_state(engine, twin, &more);
        bytes after = save_of(twin);
        check_saved_as(engine, &after, "after an incremental save");
        free_bytes(&after);
        free_bytes(&expected);
        free_feed(&f);
        free_feed(&more);
        cxj_engine_destroy(twin);
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
    }
}
END_TEST

/* "how much to do: about as much as so many touchpoints take"; a journey is not left half written. */
START_TEST(steps_are_as_long_as_is_asked_for) {
    begin_chance(410);
    cxj_engine *engine = make_with(sealing);
    add_views(engine);
    for (uint64_t i = 0; i < 4000; i++) {
        record(engine,
               (cxj_touchpoint){.journey = 1 + i / 2, .id = i + 1, .at = START + (int64_t)(i % 7) * 200 * HOUR});
    }
    advance(engine, START + 800 * HOUR);
    bytes expected = save_of(engine);
    size_t before = SIZE_MAX;
    for (size_t step = 1; step < 100000; step *= 8) {
        bytes b = {0};
        cxj_saver *saver = open_saver(engine, &b);
        size_t steps = step_on(saver, step);
        ck_assert_uint_le(steps, 8 * 4000 / step + 2);
        ck_assert(steps < before || steps == 1);
        ck_assert(step > 1 || steps > 1000);
        before = steps;
        cxj_saver_close(saver);
        check_same_bytes(&expected, &b, "in steps of some size");
    }
    free_bytes(&expected);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What the host has set
 * ------------------------------------------------------------------------------------------------------------------ */

static void check_mark(const cxj_engine *engine, const char *expected, size_t expected_length) {
    const void *mark = &expected;
    size_t length = 99;
    ck_assert_int_eq(cxj_mark(engine, &mark, &length), CXJ_OK);
    ck_assert_uint_eq(length, expected_length);
    if (length > 0) ck_assert_mem_eq(mark, expected, length);
    ck_assert((mark == NULL) == (length == 0));
}

/* "It is saved with the engine": in the one way in which it is written, and views of what was loaded go by it. */
START_TEST(a_calendar_comes_back) {
    static const char *const texts[] = {"offset +01:00\noffset 2026-01-05T01:00Z +02:00\nhours mon 09:00-17:00",
                                        "# UTC", ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        begin_chance(i);
        feed f = make_feed(300, 20, 1, true), more = make_feed(100, 25, 1, false);
        cxj_engine *engine = make_with(sealing);
        ck_assert_int_eq(cxj_set_calendar(engine, texts[i], CXJ_ZERO_TERMINATED), CXJ_OK);
        add_views(engine);
        record_feed(engine, &f);
        advance(engine, NOW);
        bytes saved = save_of(engine);
        cxj_engine *loaded = load_of(&saved, sealing);
        const char *text = NULL, *again = NULL;
        ck_assert_int_eq(cxj_calendar(engine, &text, NULL), CXJ_OK);
        ck_assert_int_eq(cxj_calendar(loaded, &again, NULL), CXJ_OK);
        if (texts[i][0] == '\0') {
            ck_assert_ptr_null(again);
        } else {
            ck_assert_str_eq(text, again);
        }
        check_same_state(engine, loaded, &f);
        check_saved_as(loaded, &saved, "with a calendar");
        record_any(engine, &more);
        record_any(loaded, &more);
        check_same_state(engine, loaded, &more);
        free_bytes(&saved);
        free_feed(&f);
        free_feed(&more);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(loaded);
    }
}
END_TEST

/* "bytes of the host's own that are saved with it and handed out once it is loaded" */
START_TEST(a_mark_comes_back) {
    static char longest[65536];
    static const struct {
        const char *bytes;
        size_t length;
    } marks[] = {{"a", 1}, {"line 47\0\xff\n", 10}, {longest, sizeof longest}, {NULL, 0}};
    heap memory = {0};
    cxj_engine *engine = make_in(&memory);
    cxj_view *view = add(engine, "journeys");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    bytes without = save_of(engine);
    memset(longest, 0xc3, sizeof longest);
    check_mark(engine, NULL, 0);
    cxj_cursor *cursor = NULL;
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ck_assert_int_eq(cxj_set_mark(engine, marks[i].bytes, marks[i].length), CXJ_OK);
        check_mark(engine, marks[i].bytes, marks[i].length);
        bytes saved = save_of(engine);
        cxj_engine *loaded = load_of(&saved, plain);
        check_mark(loaded, marks[i].bytes, marks[i].length);
        check_saved_as(loaded, &saved, "with a mark");
        cxj_engine_destroy(loaded);
        free_bytes(&saved);
    }
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK); /* "Makes no cursor stale." */
    cxj_cursor_close(cursor);
    check_saved_as(engine, &without, "the mark taken away");
    /* "the mark is as before" */
    ck_assert_int_eq(cxj_set_mark(engine, "before", 6), CXJ_OK);
    heap_fail(&memory, 1, false);
    ck_assert_int_eq(cxj_set_mark(engine, "after", 5), CXJ_NO_MEMORY);
    ck_assert_str_eq(cxj_message(engine), "no memory for a mark");
    heap_fail(&memory, 0, false);
    ck_assert_int_eq(cxj_set_mark(engine, longest, 65537), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "a mark has at most 65,536 bytes");
    ck_assert_int_eq(cxj_set_mark(engine, NULL, 1), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "bytes is NULL");
    ck_assert_int_eq(cxj_set_mark(NULL, "a", 1), CXJ_BAD_ARGUMENT);
    check_mark(engine, "before", 6);
    const void *mark = NULL;
    size_t length = 0;
    ck_assert_int_eq(cxj_mark(NULL, &mark, &length), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_mark(engine, NULL, &length), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_mark(engine, &mark, NULL), CXJ_BAD_ARGUMENT);
    free_bytes(&without);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "An incremental save that is under way writes the mark that was set when it was opened." So it is with facets not
 * recorded. */
START_TEST(what_is_set_meanwhile_is_of_the_next_save) {
    for (size_t before = 0; before < 2; before++) {
        for (size_t after = 0; after < 2; after++) {
            cxj_engine *engine = make_with(plain);
            record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
            ck_assert_int_eq(cxj_set_mark(engine, "before", before * 6), CXJ_OK);
            ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
            bytes expected = save_of(engine), b = {0};
            cxj_saver *saver = open_saver(engine, &b);
            ck_assert_uint_eq(b.calls, 0);
            ck_assert_int_eq(cxj_set_mark(engine, "after", after * 5), CXJ_OK);
            ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_CHASE), CXJ_OK);
            (void)step_on(saver, 1);
            cxj_saver_close(saver);
            check_same_bytes(&expected, &b, "set meanwhile");
            check_mark(engine, "after", after * 5);
            free_bytes(&expected);
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* "A merge leaves the mark of the receiving engine as it is"; "Facets unrecorded in either engine … are unrecorded in
 * the result. The receiving engine keeps its own sealing options, …" By handle, and by bytes. */
START_TEST(merges_leave_marks_and_times_and_join_what_is_not_recorded) {
    for (int by_bytes = 0; by_bytes < 2; by_bytes++) {
        cxj_engine *engine = make_with((cxj_options){.seal_idle_after = 700, .unrecorded_facets = CXJ_FACET_FAULT});
        cxj_engine *source = make_with((cxj_options){
            .seal_idle_after = 900, .seal_ended_after = 800, .unrecorded_facets = CXJ_FACET_CHASE | CXJ_FACET_FAULT});
        ck_assert_int_eq(cxj_set_mark(engine, "mine", 4), CXJ_OK);
        ck_assert_int_eq(cxj_set_mark(source, "theirs", 6), CXJ_OK);
        record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
        bytes b = save_of(source);
        cxj_status status = by_bytes ? cxj_merge_bytes(engine, b.data, b.length) : cxj_merge(engine, source);
        ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
        check_mark(engine, "mine", 4);
        ck_assert_uint_eq(engine->unrecorded, CXJ_FACET_CHASE | CXJ_FACET_FAULT);
        ck_assert_int_eq(engine->core.seal_idle_after, 700);
        ck_assert_int_eq(engine->core.seal_ended_after, 0);
        free_bytes(&b);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* "A facet is unrecorded if the options here say so or the saved engine did; seal_ended_after and seal_idle_after apply
 * as given here if they are not 0, else as saved" */
START_TEST(settings_come_back) {
    cxj_engine *engine = make_with((cxj_options){
        .seal_idle_after = 700 * HOUR, .seal_ended_after = 800 * HOUR, .unrecorded_facets = CXJ_FACET_FAULT});
    add(engine, "touchpoints");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    bytes b = save_of(engine);
    for (int which = 0; which < 8; which++) {
        cxj_engine *loaded = load_of(&b, (cxj_options){.unrecorded_facets = which & 1 ? CXJ_FACET_CHASE : 0,
                                                       .seal_idle_after = which & 2 ? 5 * HOUR : 0,
                                                       .seal_ended_after = which & 4 ? 6 * HOUR : 0});
        ck_assert_uint_eq(loaded->unrecorded, CXJ_FACET_FAULT | (which & 1 ? CXJ_FACET_CHASE : 0));
        ck_assert_int_eq(loaded->core.seal_idle_after, which & 2 ? 5 * HOUR : 700 * HOUR);
        ck_assert_int_eq(loaded->core.seal_ended_after, which & 4 ? 6 * HOUR : 800 * HOUR);
        if (which == 0) check_saved_as(loaded, &b, "settings");
        /* what was saved is what holds: the journey is sealed when its time has come */
        advance(loaded, START + (which & 2 ? 5 : 700) * HOUR - 1);
        ck_assert_uint_eq(stats_of(loaded).sealed, 0);
        advance(loaded, START + (which & 2 ? 5 : 700) * HOUR);
        ck_assert_uint_eq(stats_of(loaded).sealed, 1);
        /* "a NaN became 0": no more */
        cxj_view *view = NULL;
        uint32_t metric = 0;
        cxj_value value;
        ck_assert_int_eq(cxj_view_at(loaded, 0, &view), CXJ_OK);
        ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "faults", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
        ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &metric, 1, NULL, 0, &value, sizeof value),
                         CXJ_OK);
        ck_assert(isnan(value.value));
        cxj_engine_destroy(loaded);
    }
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* "A view that was added after journeys had been sealed lacks their contributions, also after saving and
 * loading"; also one that was there, and was dropped. Nothing that lacks something is merged. */
START_TEST(a_view_added_after_sealing_says_so) {
    for (int drops = 0; drops < 2; drops++) {
        cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
        cxj_view *first = add(engine, "touchpoints"), *late = drops ? add(engine, "journeys by type") : NULL;
        cxj_view_info info;
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
        advance(engine, START + HOUR);
        ck_assert_uint_eq(stats_of(engine).sealed, 1);
        if (drops) ck_assert_int_eq(cxj_view_drop(engine, late), CXJ_OK);
        late = add(engine, "journeys by type");
        ck_assert_int_eq(cxj_view_describe(first, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.incomplete, 0);
        for (int turn = 0; turn < 2; turn++) {
            ck_assert_int_eq(cxj_view_describe(late, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.lacks_sealed, 1);
            /* what comes later is not lost */
            char name[2] = {(char)('a' + turn), 0};
            record(engine, (cxj_touchpoint){.journey = 2 + (uint64_t)turn,
                                            .id = 1,
                                            .at = START + 9 * HOUR,
                                            .type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, name)});
            ck_assert_int_eq(cxj_view_describe(late, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.cells, 1 + (uint64_t)turn);
            bytes b = save_of(engine);
            cxj_engine *into = make_with(plain);
            add(into, "touchpoints"), add(into, "journeys by type");
            bytes before = save_of(into);
            ck_assert_int_eq(cxj_merge(into, engine), CXJ_SEALED);
            ck_assert_ptr_nonnull(strstr(cxj_message(into), "\"journeys by type\" is incomplete"));
            ck_assert_int_eq(cxj_merge_bytes(into, b.data, b.length), CXJ_SEALED);
            ck_assert_ptr_nonnull(strstr(cxj_message(into), "\"journeys by type\" is incomplete"));
            check_saved_as(into, &before, "refused");
            cxj_engine *loaded = load_of(&b, plain);
            check_saved_as(loaded, &b, "a view that lacks something");
            cxj_engine_destroy(into);
            cxj_engine_destroy(engine);
            free_bytes(&before);
            free_bytes(&b);
            engine = loaded;
            ck_assert_int_eq(cxj_view_at(engine, 1, &late), CXJ_OK);
        }
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Facets that occur are counted, those of sealed touchpoints too, and come back. */
START_TEST(facets_of_sealed_touchpoints_come_back) {
    begin_chance(500);
    feed f = make_feed(200, 20, 3, false);
    cxj_engine *engine = build(&f, sealing, 0);
    bytes b = save_of(engine);
    cxj_engine *loaded = load_of(&b, plain);
    uint64_t sealed = 0;
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) sealed += engine->core.sealed_facets[bit];
    ck_assert_uint_gt(sealed, 0);
    ck_assert_mem_eq(loaded->core.sealed_facets, engine->core.sealed_facets, sizeof engine->core.sealed_facets);
    ck_assert_mem_eq(loaded->core.facet_counts, engine->core.facet_counts, sizeof engine->core.facet_counts);
    ck_assert(!loaded->core.sealed_facets_lost);
    /* that they are not known comes back, too, and stays with who is merged with it */
    loaded->core.sealed_facets_lost = true;
    bytes lost = save_of(loaded);
    cxj_engine *other = load_of(&lost, plain), *into = make_with(plain);
    ck_assert(other->core.sealed_facets_lost);
    check_saved_as(other, &lost, "facets that are not known");
    add_views(into);
    ck_assert_msg(cxj_merge(into, other) == CXJ_OK, "%s", cxj_message(into));
    ck_assert(into->core.sealed_facets_lost);
    free_bytes(&lost);
    free_bytes(&b);
    free_feed(&f);
    cxj_engine_destroy(into);
    cxj_engine_destroy(other);
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(engine);
}
END_TEST

/* What is refused while a save is under way, and is done when none is. */
static void check_refused(cxj_engine *engine, cxj_view *view, const cxj_engine *source, const bytes *saved,
                          bool refused) {
    cxj_view *other = NULL, *same = NULL;
    cxj_saver *saver = NULL;
    bytes b = {0};
    uint64_t erased = 99;
    struct {
        cxj_status status, otherwise;
    } calls[8];
    const char *message = cxj_message(engine);
#define CALL(place, expression, usual)                                                                                 \
    calls[place].status = (expression), calls[place].otherwise = (usual);                                              \
    ck_assert(!refused || strstr(message, "an incremental save is under way") != NULL)
    CALL(0, cxj_erase_journey(engine, 1), CXJ_OK);
    CALL(1, cxj_erase_customer(engine, 6, &erased), CXJ_OK);
    CALL(2, cxj_merge(engine, source), CXJ_OK);
    CALL(3, cxj_merge_bytes(engine, saved->data, saved->length), CXJ_OK);
    CALL(4, cxj_view_add(engine, "journeys by type", CXJ_ZERO_TERMINATED, &other), CXJ_OK);
    CALL(5, cxj_view_drop(engine, refused ? view : other), CXJ_OK);
    CALL(6, cxj_saver_open(engine, write_bytes, &b, &saver), CXJ_OK);
    if (!refused) cxj_saver_close(saver);
    CALL(7, cxj_set_calendar(engine, "offset +01:00", CXJ_ZERO_TERMINATED), CXJ_OK);
#undef CALL
    for (size_t i = 0; i < 8; i++) {
        ck_assert_msg(calls[i].status == (refused ? CXJ_SAVING : calls[i].otherwise), "call %zu: %s", i,
                      cxj_status_text(calls[i].status));
    }
    ck_assert((other == NULL && saver == NULL) == refused);
    ck_assert_uint_eq(erased, !refused);
    /* what is there already is no change */
    ck_assert_int_eq(cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &same), CXJ_OK);
    ck_assert_ptr_eq(same, view);
    free_bytes(&b);
}

/* "Erasing, … merging, adding or dropping a view … are refused with CXJ_SAVING, since nothing that was erased may be
 * written afterwards. Only one incremental save at a time." Until it is all written, has failed, or was given up. */
START_TEST(what_would_change_the_saved_is_refused_meanwhile) {
    for (int way = 0; way < 4; way++) {
        heap memory = {0};
        cxj_engine *engine = make_in(&memory), *source = make_with(plain);
        cxj_view *view = add(engine, "journeys");
        add(source, "journeys");
        record(source, (cxj_touchpoint){.journey = 100, .id = 1, .at = START});
        bytes saved = save_of(source), b = {0};
        for (uint64_t i = 1; i <= 20; i++)
            record(engine, (cxj_touchpoint){.journey = i, .id = i, .at = START, .customer = i});
        cxj_saver *saver = NULL;
        bad_host host = {.good = way == 2 ? 0 : UINT64_MAX};
        ck_assert_int_eq(cxj_saver_open(engine, bad_write, &host, &saver), CXJ_OK);
        check_refused(engine, view, source, &saved, true);
        ck_assert_int_eq(cxj_saver_step(saver, 1), CXJ_OK);
        check_refused(engine, view, source, &saved, true);
        if (way == 2) {
            cxj_status status;
            do status = cxj_saver_step(saver, 1);
            while (status == CXJ_OK);
            ck_assert_int_eq(status, CXJ_IO);
        }
        if (way == 0) (void)step_on(saver, 5);
        if (way == 1) cxj_saver_close(saver);
        if (way == 3) {
            heap_fail(&memory, 1, true);
            while (cxj_saver_step(saver, 1000) == CXJ_OK) continue;
            heap_fail(&memory, 0, false);
        }
        if (way == 1) saver = NULL;
        ck_assert(!engine->is_saving);
        cxj_saver_close(saver);
        check_refused(engine, view, source, &saved, false);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
        cxj_engine_destroy(source);
        free_bytes(&saved);
        free_bytes(&b);
    }
}
END_TEST

/* "Once it is complete or has failed, it no longer restricts the engine": another save may be opened before the first
 * saver is closed, and closing that is no business of the other. */
START_TEST(a_saver_that_is_over_does_not_disturb_the_next) {
    for (int fails = 0; fails < 2; fails++) {
        heap memory = {0};
        cxj_engine *engine = make_in(&memory);
        for (uint64_t i = 1; i <= 50; i++) record(engine, (cxj_touchpoint){.journey = i, .id = i, .at = START});
        bytes expected = save_of(engine), first = {0}, second = {0};
        bad_host host = {.good = 0};
        cxj_saver *saver = NULL, *other = NULL;
        ck_assert_int_eq(
            cxj_saver_open(engine, fails ? bad_write : write_bytes, fails ? (void *)&host : &first, &saver), CXJ_OK);
        cxj_status status;
        do status = cxj_saver_step(saver, 10);
        while (status == CXJ_OK);
        ck_assert_int_eq(status, fails ? CXJ_IO : CXJ_DONE);
        ck_assert_int_eq(cxj_saver_open(engine, write_bytes, &second, &other), CXJ_OK);
        record(engine, (cxj_touchpoint){.journey = 50, .id = 51, .at = START});
        ck_assert_int_eq(cxj_saver_step(saver, 10), status);
        cxj_saver_close(saver);
        ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_SAVING);
        (void)step_on(other, 10);
        cxj_saver_close(other);
        if (!fails) check_same_bytes(&expected, &first, "the first");
        check_same_bytes(&expected, &second, "the second");
        free_bytes(&expected);
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
    }
}
END_TEST

/* "journeys are not sealed; the next cxj_advance() after the save does that" */
START_TEST(sealing_waits_for_the_end_of_a_save) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    add(engine, "journeys");
    for (uint64_t i = 1; i <= 100; i++) record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = START});
    advance(engine, START);
    bytes expected = save_of(engine), b = {0};
    cxj_saver *saver = open_saver(engine, &b);
    ck_assert_int_eq(cxj_saver_step(saver, 50), CXJ_OK);
    advance(engine, START + HOUR);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    record(engine, (cxj_touchpoint){.journey = 7, .id = 2, .at = START}); /* not late: it is not sealed */
    (void)step_on(saver, 50);
    ck_assert_uint_eq(stats_of(engine).sealed, 0);
    advance(engine, START + HOUR);
    ck_assert_uint_eq(stats_of(engine).sealed, 100);
    cxj_saver_close(saver);
    check_same_bytes(&expected, &b, "while journeys were to be sealed");
    free_bytes(&expected);
    cxj_engine_destroy(engine);
}
END_TEST

/* "places that were free are not given out" while a save is under way; afterwards all are used again. */
START_TEST(free_places_are_used_again_afterwards) {
    for (int closes_early = 0; closes_early < 2; closes_early++) {
        cxj_engine *engine = make_with(plain);
        const struct cxj__store *store = &engine->core.store;
        bytes b = {0};
        for (uint64_t i = 1; i <= 300; i++) record(engine, (cxj_touchpoint){.journey = i, .at = START});
        for (uint64_t i = 3; i <= 300; i += 3) ck_assert_int_eq(cxj_erase_journey(engine, i), CXJ_OK);
        size_t places = store->places;
        cxj_saver *saver = open_saver(engine, &b);
        for (uint64_t i = 1001; i <= 1010; i++) record(engine, (cxj_touchpoint){.journey = i, .at = START});
        ck_assert_uint_eq(store->places, places + 10);
        if (!closes_early) (void)step_on(saver, 20);
        cxj_saver_close(saver);
        for (uint64_t i = 1001; i <= 1010; i++) ck_assert_int_eq(cxj_erase_journey(engine, i), CXJ_OK);
        for (uint64_t i = 2001; i <= 2110; i++) record(engine, (cxj_touchpoint){.journey = i, .at = START});
        ck_assert_uint_eq(store->places, places + 10);
        ck_assert_uint_eq(store->free, 0);
        ck_assert_uint_eq(stats_of(engine).journeys, 310);
        free_bytes(&b);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Lack of memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* Each allocation fails once, and from there on: a status, nothing left, and the engine as it was. */
START_TEST(lack_of_memory_while_saving_is_a_status) {
    begin_chance(500);
    heap memory = {0};
    feed f = make_feed(150, 12, 8, true);
    cxj_engine *engine = build(&f,
                               (cxj_options){.allocate = heap_allocate,
                                             .allocate_context = &memory,
                                             .seal_idle_after = 700 * HOUR,
                                             .seal_ended_after = 100 * HOUR},
                               2);
    ck_assert_uint_gt(stats_of(engine).sealed, 0);
    bytes expected = save_of(engine);
    uint64_t blocks = memory.blocks, held = memory.bytes;
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (uint64_t n = 1;; n++) {
            char message[40] = "";
            bytes b = {0};
            heap_fail(&memory, n, for_ever);
            cxj_status status = cxj_save(engine, write_bytes, &b, message, sizeof message);
            size_t length = 0;
            heap_fail(&memory, n, for_ever);
            ck_assert_int_eq(cxj_save_bytes(engine, 0, NULL, 0, NULL, &length),
                             status == CXJ_OK ? CXJ_TOO_SMALL : status);
            heap_fail(&memory, 0, false);
            ck_assert_uint_eq(memory.blocks, blocks);
            ck_assert_uint_eq(memory.bytes, held);
            if (status == CXJ_OK) {
                ck_assert_uint_gt(n, 8);
                check_same_bytes(&expected, &b, "with all its memory");
                break;
            }
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            ck_assert_str_eq(message, "no memory to save");
            free_bytes(&b);
        }
    }
    check_saved_as(engine, &expected, "after all that");
    free_bytes(&expected);
    free_feed(&f);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* The same in steps: opening, or a step, says so; then the engine is free of it. */
START_TEST(lack_of_memory_in_steps_is_a_status) {
    begin_chance(501);
    heap memory = {0};
    feed f = make_feed(150, 12, 8, true);
    cxj_engine *engine = build(&f,
                               (cxj_options){.allocate = heap_allocate,
                                             .allocate_context = &memory,
                                             .seal_idle_after = 700 * HOUR,
                                             .seal_ended_after = 100 * HOUR},
                               2);
    bytes expected = save_of(engine);
    uint64_t blocks = memory.blocks, held = memory.bytes;
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        bool failed_at_opening = false, failed_in_a_step = false;
        for (uint64_t n = 1;; n++) {
            bytes b = {0};
            cxj_saver *saver = NULL;
            heap_fail(&memory, n, for_ever);
            cxj_status status = cxj_saver_open(engine, write_bytes, &b, &saver);
            if (status != CXJ_OK) failed_at_opening = true;
            ck_assert(status == CXJ_OK || saver == NULL);
            while (status == CXJ_OK) status = cxj_saver_step(saver, 3);
            heap_fail(&memory, 0, false);
            if (status == CXJ_NO_MEMORY && saver) {
                failed_in_a_step = true;
                ck_assert_str_eq(cxj_message(engine), "no memory to save");
                ck_assert_int_eq(cxj_saver_step(saver, 3), CXJ_NO_MEMORY);
            }
            ck_assert(!engine->is_saving);
            cxj_saver_close(saver);
            ck_assert_uint_eq(memory.blocks, blocks);
            ck_assert_uint_eq(memory.bytes, held);
            ck_assert_uint_eq(engine->core.memory.used, held);
            if (status == CXJ_DONE) {
                check_same_bytes(&expected, &b, "with all its memory");
                break;
            }
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            free_bytes(&b);
        }
        ck_assert(failed_at_opening && failed_in_a_step);
    }
    check_saved_as(engine, &expected, "after all that");
    free_bytes(&expected);
    free_feed(&f);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* "memory … while it lasts that of each journey that changes before it is written, once". Where there is none for that,
 * the save fails, and not what is recorded. */
START_TEST(lack_of_memory_to_keep_a_journey_fails_the_save_alone) {
    bool was_lost = false;
    for (uint64_t n = 1; n < 8; n++) {
        heap memory = {0};
        cxj_engine *engine = make_in(&memory);
        add(engine, "touchpoints");
        for (uint64_t i = 1; i <= 10; i++) {
            for (uint64_t k = 1; k <= 8; k++) {
                record(engine, (cxj_touchpoint){.journey = i, .id = k, .at = START + (int64_t)k, .customer = k});
            }
        }
        bytes b = {0};
        cxj_saver *saver = open_saver(engine, &b);
        cxj_touchpoint again = {.journey = 5, .id = 8, .at = START + 8, .customer = 9, .revision = 1};
        cxj_receipt receipt;
        heap_fail(&memory, n, true);
        cxj_status status = cxj_record(engine, &again, sizeof again, 1, 0, &receipt, sizeof receipt);
        bool lost = engine->core.store.snapshot.is_lost;
        again.journey = 6;
        cxj_status next = cxj_record(engine, &again, sizeof again, 1, 0, &receipt, sizeof receipt);
        heap_fail(&memory, 0, false);
        if (lost) {
            was_lost = true;
            ck_assert_int_eq(status, CXJ_OK); /* the touchpoint itself needed no memory */
            ck_assert_int_eq(next, CXJ_OK);
            ck_assert_int_eq(cxj_saver_step(saver, 1), CXJ_NO_MEMORY);
            ck_assert_str_eq(cxj_message(engine), "no memory to save");
        } else {
            (void)step_on(saver, 10);
        }
        ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
        cxj_saver_close(saver);
        free_bytes(&b);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
    }
    ck_assert(was_lost);
}
END_TEST

/* A limit of memory holds for an incremental save, too, which is of the engine. */
START_TEST(the_limit_of_memory_holds_for_a_save_in_steps) {
    cxj_engine *engine = make_with((cxj_options){.memory_limit = 200000});
    for (uint64_t i = 1; i <= 100; i++) record(engine, (cxj_touchpoint){.journey = i, .at = START});
    engine->core.memory.limit = engine->core.memory.used + 3000;
    bytes b = {0};
    cxj_saver *saver = NULL;
    ck_assert_int_eq(cxj_saver_open(engine, write_bytes, &b, &saver), CXJ_NO_MEMORY);
    ck_assert_ptr_null(saver);
    ck_assert_str_eq(cxj_message(engine), "no memory to save");
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    cxj_engine_destroy(engine);
    free_bytes(&b);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *back[] = {what_was_saved_comes_back_exactly, nothing_comes_back_as_nothing, large_engines_come_back,
                           incomplete_views_stay_incomplete};
    const TTest *same[] = {whatever_the_order_the_bytes_are_the_same, through_merges_the_bytes_are_the_same,
                           options_are_not_saved, names_that_nothing_uses_are_not_saved,
                           saving_at_once_writes_nothing_in_the_engine};
    const TTest *hosts[] = {a_host_may_take_a_byte_at_a_time, a_host_that_fails_is_not_called_again,
                            saving_to_memory_says_how_many_bytes_there_are, bad_arguments_are_refused};
    const TTest *steps[] = {a_save_in_steps_writes_the_engine_as_it_was,
                            steps_are_as_long_as_is_asked_for,
                            what_would_change_the_saved_is_refused_meanwhile,
                            a_saver_that_is_over_does_not_disturb_the_next,
                            sealing_waits_for_the_end_of_a_save,
                            free_places_are_used_again_afterwards};
    const TTest *lack[] = {lack_of_memory_while_saving_is_a_status, lack_of_memory_in_steps_is_a_status,
                           lack_of_memory_to_keep_a_journey_fails_the_save_alone,
                           the_limit_of_memory_holds_for_a_save_in_steps};
    seed = seed_of_test();
    const TTest *set[] = {a_calendar_comes_back,
                          a_mark_comes_back,
                          what_is_set_meanwhile_is_of_the_next_save,
                          merges_leave_marks_and_times_and_join_what_is_not_recorded,
                          settings_come_back,
                          a_view_added_after_sealing_says_so,
                          facets_of_sealed_touchpoints_come_back};
    Suite *suite = suite_create("save");
    ADD_CASE(suite, "back", back);
    ADD_CASE(suite, "same", same);
    ADD_CASE(suite, "hosts", hosts);
    ADD_CASE(suite, "steps", steps);
    ADD_CASE(suite, "lack", lack);
    ADD_CASE(suite, "set", set);
    return run_suite(suite);
}
