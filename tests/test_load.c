/* load: bytes into an engine, or only checked, or merged. What include/cxj.h says of cxj_load(), cxj_validate() and
 * cxj_merge_saved(): that checking takes exactly what loading takes; that what is taken is saved as the same bytes
 * again; limits, hosts and memory that fail. With which sentences bytes are refused, test_decode.c and test_sums.c
 * show.
 *
 * CXJ_SEED takes the seed of the random parts, CXJ_STRIDE lets memory end less often; both are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"

#include "draft.h"
#include "same.h"
#include "saved.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef GETRANDOM_IS_WRAPPED
#include <sys/types.h>
#endif

/* The C library's realloc(), in which cxj_validate() allocates without options; it fails as a heap would. */
static heap libc_heap;

#ifdef REALLOC_IS_WRAPPED
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size) {
    libc_heap.calls++;
    uint64_t from = libc_heap.fail_at;
    if (from && (libc_heap.calls == from || (libc_heap.for_ever && libc_heap.calls > from))) return NULL;
    return __real_realloc(block, size);
}
#endif

/* ---------------------------------------------------------------------------------------------------------------------
 * Real bytes, changed
 * ------------------------------------------------------------------------------------------------------------------ */

/* An engine with everything, in little: some journeys are sealed. */
static cxj_engine *small_engine(void) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR});
    feed f = make_feed(14, 5, 1, true);
    ck_assert_int_eq(cxj_set_calendar(engine, "offset +01:00\nhours mon 09:00-17:00", CXJ_ZERO_TERMINATED), CXJ_OK);
    add(engine, "touchpoints by owner, churned per year");
    add(engine, "transitions by channel, outcome");
    add(engine, "journeys by type, exit per month where had team in (a, \"two words\")");
    record_feed(engine, &f);
    record(engine,
           (cxj_touchpoint){
               .journey = 3, .id = 1, .at = START, .outcome = 1, .owner = code(engine, CXJ_DIMENSION_OWNER, "a")});
    record(engine, (cxj_touchpoint){.journey = 4, .id = 1, .at = START + 1199 * HOUR, .customer = 8});
    advance(engine, START + 1200 * HOUR);
    ck_assert_uint_gt(stats_of(engine).sealed, 0);
    free_feed(&f);
    return engine;
}

/* "whatever they are, they are either the bytes of an engine …, or refused": every single bit counts. */
START_TEST(every_bit_that_flips_is_noticed) {
    begin_chance(1);
    cxj_engine *engine = small_engine();
    ck_assert_int_eq(cxj_set_mark(engine, "mark", 4), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
    bytes b = save_of(engine);
    ck_assert(is_taken(&b));
    for (size_t i = 0; i < b.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            b.data[i] ^= (unsigned char)(1 << bit);
            ck_assert_msg(!is_taken(&b), "bit %d of byte %zu", bit, i);
            b.data[i] ^= (unsigned char)(1 << bit);
        }
    }
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* "or not whole": wherever they end, or go on. */
START_TEST(every_truncation_is_noticed) {
    begin_chance(2);
    cxj_engine *engine = small_engine();
    ck_assert_int_eq(cxj_set_mark(engine, "mark", 4), CXJ_OK);
    bytes b = save_of(engine);
    size_t whole = b.length;
    for (b.length = 0; b.length < whole; b.length++) {
        char message[200];
        cxj_validation found;
        ck_assert_int_eq(validate(&b, &found, message, sizeof message), CXJ_BAD_BYTES);
        ck_assert_uint_eq(found.offset, b.length);
        ck_assert_uint_eq(found.format, b.length >= HEAD ? 2 : 0);
        ck_assert(!is_taken(&b));
    }
    append(&b, "\0", 1);
    ck_assert(!is_taken(&b));
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

static void mutate(bytes *b) {
    static const unsigned char odd[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    size_t at = HEAD + chance((uint32_t)(b->length - HEAD));
    switch (chance(4)) {
    case 0:
        b->data[at] ^= (unsigned char)(1 << chance(8));
        break;
    case 1:
        b->data[at] = odd[chance(6)];
        break;
    case 2:
        b->data[at] = (unsigned char)(b->data[at] + (chance(2) ? 1 : -1));
        break;
    default:
        b->data[at] = b->data[HEAD + chance((uint32_t)(b->length - HEAD))];
        break;
    }
}

/* "it accepts exactly what cxj_load() without limits accepts"; "There is exactly one way to write a state,
 * and nothing else is read: what is taken is written again byte for byte." So also for whoever corrects the
 * checksums. */
START_TEST(checking_takes_what_loading_takes) {
    size_t taken = 0, refused = 0;
    for (uint64_t turn = 0; turn < 20; turn++) {
        begin_chance(100 + turn);
        cxj_engine *engine = small_engine();
        ck_assert_int_eq(cxj_set_mark(engine, "mark", 4), CXJ_OK);
        bytes right = save_of(engine);
        for (int i = 0; i < 300; i++) {
            bytes b = {0};
            append(&b, right.data, right.length);
            for (uint32_t times = 1 + chance(3); times > 0; times--) mutate(&b);
            correct_checksums(&b);
            if (is_taken(&b)) {
                taken++;
            } else {
                refused++;
            }
            free_bytes(&b);
        }
        free_bytes(&right);
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_gt(taken, 200);
    ck_assert_uint_gt(refused, 1000);
}
END_TEST

/* What is taken of them can be gone on with: recorded, sealed, merged, and saved again. */
START_TEST(what_is_taken_can_be_gone_on_with) {
    for (uint64_t turn = 0; turn < 20; turn++) {
        begin_chance(200 + turn);
        cxj_engine *engine = small_engine();
        bytes right = save_of(engine);
        feed more = make_feed(10, 6, 1, true);
        for (int i = 0; i < 60; i++) {
            cxj_engine *loaded = NULL;
            bytes b = {0};
            append(&b, right.data, right.length);
            mutate(&b);
            correct_checksums(&b);
            const cxj_options options = {.size = sizeof options, .seal_idle_after = 700 * HOUR};
            if (cxj_load_bytes(&options, b.data, b.length, NULL, 0, &loaded) == CXJ_OK) {
                for (size_t k = 0; k < more.count; k++) {
                    cxj_touchpoint t = in_codes(loaded, more.items[k]);
                    cxj_status status = cxj_record(loaded, &t, sizeof t, 1, 0, NULL, 0);
                    ck_assert(status == CXJ_OK || status == CXJ_REFUSED);
                }
                (void)cxj_advance(loaded, START + 2000 * HOUR);
                (void)cxj_merge(loaded, engine);
                (void)cxj_merge_bytes(loaded, right.data, right.length);
                bytes again = save_of(loaded);
                ck_assert(is_taken(&again));
                free_bytes(&again);
                cxj_engine_destroy(loaded);
            }
            free_bytes(&b);
        }
        free_bytes(&right);
        free_feed(&more);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Limits, hosts, memory, arguments
 * ------------------------------------------------------------------------------------------------------------------ */

static void check_limited(const bytes *b, cxj_options options, cxj_status status, const char *words) {
    char message[400] = "";
    cxj_engine *engine = (cxj_engine *)message;
    options.size = sizeof options;
    cxj_status given = cxj_load_bytes(&options, b->data, b->length, message, sizeof message, &engine);
    ck_assert_msg(given == status && strstr(message, words) && strncmp(message, "byte ", 5) == 0, "%s: %s",
                  cxj_status_text(given), message);
    ck_assert_ptr_null(engine);
}

/* "CXJ_LIMIT (a limit of the options is below what was saved); CXJ_NO_MEMORY" */
START_TEST(limits_below_what_was_saved_are_kept) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    add(engine, "touchpoints by owner where type in (x, y, z)");
    add(engine, "touchpoints by owner");
    for (uint64_t i = 1; i <= 12; i++) {
        char name[8];
        snprintf(name, sizeof name, "%" PRIu64, i % 3);
        record(engine, (cxj_touchpoint){.journey = 1 + (i > 3),
                                        .id = i,
                                        .at = i > 3 ? START + 9 * HOUR : START,
                                        .owner = code(engine, CXJ_DIMENSION_OWNER, name)});
    }
    advance(engine, START + HOUR);
    ck_assert_uint_eq(stats_of(engine).sealed, 1);
    bytes b = save_of(engine);
    check_bytes_taken(&b);
    check_limited(&b, (cxj_options){.touchpoints_limit = 8}, CXJ_LIMIT, "and 8 are allowed; give a higher touchpoints_limit");
    check_limited(&b, (cxj_options){.cells_limit = 2}, CXJ_LIMIT, "give a higher cells_limit");
    check_limited(&b, (cxj_options){.codes_limit = 2}, CXJ_LIMIT, "and 2 are allowed; give a higher codes_limit");
    cxj_engine_destroy(load_of(&b, (cxj_options){.touchpoints_limit = 9, .cells_limit = 3, .codes_limit = 3}));
    free_bytes(&b);
    add(engine, "journeys where type in (v, w)"); /* names of conditions count, too */
    b = save_of(engine);
    check_limited(&b, (cxj_options){.codes_limit = 4}, CXJ_LIMIT, "dictionary");
    cxj_engine_destroy(load_of(&b, (cxj_options){.codes_limit = 5}));
    /* The limit of memory, from nothing up to what is enough. */
    for (uint64_t limit = 1;; limit += limit / 16 + 500) {
        cxj_engine *loaded = NULL;
        const cxj_options options = {.size = sizeof options, .memory_limit = limit};
        cxj_status status = cxj_load_bytes(&options, b.data, b.length, NULL, 0, &loaded);
        if (status == CXJ_OK) {
            ck_assert_uint_le(stats_of(loaded).memory, limit);
            cxj_engine_destroy(loaded);
            break;
        }
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_uint_lt(limit, 2000000);
    }
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* "writes up to capacity bytes to bytes" */
START_TEST(a_host_may_give_a_byte_at_a_time) {
    begin_chance(3);
    cxj_engine *engine = small_engine(), *loaded = NULL;
    cxj_engine *merged = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR});
    bytes b = save_of(engine);
    cxj_validation found;
    b.portion = 1;
    b.calls = 0;
    ck_assert_int_eq(cxj_load(NULL, read_bytes, &b, NULL, 0, &loaded), CXJ_OK);
    ck_assert_uint_eq(b.at, b.length);
    ck_assert_uint_eq(b.calls, b.length + 1); /* "it is called until it returns that there are no more" */
    check_saved_as(loaded, &b, "a byte at a time");
    b.at = 0;
    ck_assert_int_eq(cxj_validate(NULL, read_bytes, &b, NULL, 0, &found, sizeof found), CXJ_OK);
    ck_assert_uint_eq(found.offset, b.length);
    for (size_t i = 0; i < 3; i++) {
        cxj_view *its = NULL;
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_at(engine, i, &its), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(its, &info, sizeof info), CXJ_OK);
        add(merged, info.text);
    }
    const char *calendar = NULL;
    ck_assert_int_eq(cxj_calendar(engine, &calendar, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(merged, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    b.at = 0;
    ck_assert_msg(cxj_merge_saved(merged, read_bytes, &b) == CXJ_OK, "%s", cxj_message(merged));
    check_saved_as(merged, &b, "merged a byte at a time");
    free_bytes(&b);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(merged);
}
END_TEST

typedef struct bad_host {
    bytes b;
    uint64_t calls, good;
    int64_t answer; /* INT64_MAX: one more than there is room for */
} bad_host;

static int64_t bad_read(void *context, void *data, size_t capacity) {
    bad_host *host = context;
    if (++host->calls <= host->good) return read_bytes(&host->b, data, capacity);
    return host->answer == INT64_MAX ? (int64_t)capacity + 1 : host->answer;
}

/* "anything else: it failed, and is not called again" */
START_TEST(a_host_that_fails_is_not_called_again) {
    begin_chance(4);
    cxj_engine *engine = small_engine(), *into = make_with(plain);
    bytes b = save_of(engine), before = save_of(into);
    static const int64_t answers[] = {-1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        for (uint64_t good = 0;; good++) {
            char message[100] = "", begin[40];
            cxj_validation found;
            bad_host host = {.b = b, .good = good, .answer = answers[i]};
            host.b.portion = 40;
            cxj_status status = cxj_validate(NULL, bad_read, &host, message, sizeof message, &found, sizeof found);
            if (status == CXJ_OK) break;
            ck_assert_int_eq(status, CXJ_IO);
            ck_assert_uint_eq(host.calls, good + 1);
            ck_assert_uint_eq(found.offset, host.b.at);
            snprintf(begin, sizeof begin, "byte %zu: the read function failed", host.b.at);
            ck_assert_str_eq(message, begin);
            cxj_engine *loaded = engine;
            host.calls = host.b.at = 0;
            ck_assert_int_eq(cxj_load(NULL, bad_read, &host, message, sizeof message, &loaded), CXJ_IO);
            ck_assert_ptr_null(loaded);
            ck_assert_uint_eq(host.calls, good + 1);
            host.calls = host.b.at = 0;
            ck_assert_int_eq(cxj_merge_saved(into, bad_read, &host), CXJ_IO);
            ck_assert_str_eq(cxj_message(into), begin);
            ck_assert_uint_eq(host.calls, good + 1);
        }
    }
    check_saved_as(into, &before, "after hosts that failed");
    free_bytes(&b);
    free_bytes(&before);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(into);
}
END_TEST

/* Saved bytes of an engine with everything, some of it in long journeys whose ids are in no order. */
static bytes rich_bytes(void) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR});
    feed f = make_feed(260, 12, 1, true);
    add_views(engine);
    record_feed(engine, &f);
    for (uint64_t i = 0; i < 120; i++) {
        record(engine, (cxj_touchpoint){.journey = 9,
                                        .id = 1 + i * 67 % 120,
                                        .at = START + 1500 * HOUR + (int64_t)i,
                                        .due = i < 8 ? START + 3000 * HOUR : 0,
                                        .commitment = i % 8});
    }
    advance(engine, START + 1600 * HOUR);
    ck_assert_uint_gt(stats_of(engine).sealed, 0);
    ck_assert_int_eq(cxj_set_mark(engine, "mark", 4), CXJ_OK);
    bytes b = save_of(engine);
    free_feed(&f);
    cxj_engine_destroy(engine);
    return b;
}

/* Each allocation fails once, and from there on: CXJ_NO_MEMORY, nothing left. */
START_TEST(lack_of_memory_while_loading_is_a_status) {
    begin_chance(5);
    bytes b = rich_bytes();
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (uint64_t k = 1;; k += k < 700 || stride > 7 ? stride : 7) {
            heap memory = {0};
            char message[200] = "";
            cxj_engine *engine = NULL;
            const cxj_options options = {
                .size = sizeof options, .allocate = heap_allocate, .allocate_context = &memory};
            heap_fail(&memory, k, for_ever);
            cxj_status status = cxj_load_bytes(&options, b.data, b.length, message, sizeof message, &engine);
            heap_fail(&memory, 0, false);
            if (status == CXJ_OK) {
                check_saved_as(engine, &b, "with all its memory");
                cxj_engine_destroy(engine);
                ck_assert_uint_eq(memory.blocks, 0);
                ck_assert_uint_gt(k, 100);
                break;
            }
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            ck_assert_ptr_null(engine);
            ck_assert_msg(strstr(message, "no memory") != NULL, "%s", message);
            ck_assert_uint_eq(memory.blocks, 0);
            ck_assert_uint_eq(memory.bytes, 0);
        }
    }
    free_bytes(&b);
}
END_TEST

/* The same while checking, which allocates as malloc() does. */
START_TEST(lack_of_memory_while_checking_is_a_status) {
#ifdef REALLOC_IS_WRAPPED
    begin_chance(6);
    bytes b = rich_bytes();
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (uint64_t k = 1;; k += stride) {
            char message[200] = "";
            cxj_validation found;
            heap_fail(&libc_heap, k, for_ever);
            cxj_status status = validate(&b, &found, message, sizeof message);
            heap_fail(&libc_heap, 0, false);
            if (status == CXJ_OK) {
                ck_assert_uint_gt(k, 50);
                break;
            }
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            ck_assert_msg(strstr(message, "no memory") != NULL, "%s", message);
            ck_assert_uint_le(found.format, 2);
            ck_assert_uint_eq(found.touchpoints | found.names, 0);
        }
    }
    free_bytes(&b);
#endif
}
END_TEST

START_TEST(bad_arguments_are_refused) {
    char message[100] = "?";
    bytes b = {0};
    cxj_validation found;
    cxj_engine *engine = make_with(plain), *made = engine;
    memset(&found, 0xa5, sizeof found);
    ck_assert_int_eq(cxj_load(NULL, read_bytes, &b, message, sizeof message, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "engine is NULL");
    ck_assert_int_eq(cxj_load(NULL, NULL, &b, message, sizeof message, &made), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "read is NULL");
    ck_assert_ptr_null(made);
    made = engine;
    ck_assert_int_eq(cxj_load(&(cxj_options){.size = 1}, read_bytes, &b, message, sizeof message, &made),
                     CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "options: size is not set to sizeof(cxj_options)");
    ck_assert_ptr_null(made);
    ck_assert_uint_eq(b.calls, 0);
    made = engine;
    ck_assert_int_eq(cxj_load_bytes(NULL, NULL, 1, message, sizeof message, &made), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "bytes is NULL");
    ck_assert_ptr_null(made);
    ck_assert_int_eq(cxj_load_bytes(NULL, NULL, 1, NULL, 0, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_load_bytes(NULL, NULL, 0, message, sizeof message, &made), CXJ_BAD_BYTES);
    ck_assert_str_eq(message, "byte 0: the bytes end too early");
    ck_assert_int_eq(cxj_merge_saved(NULL, read_bytes, &b), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_merge_saved(engine, NULL, &b), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "read is NULL");
    ck_assert_int_eq(cxj_merge_bytes(NULL, "a", 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_merge_bytes(engine, NULL, 1), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "bytes is NULL");
    ck_assert_int_eq(cxj_merge_bytes(engine, NULL, 0), CXJ_BAD_BYTES);
    ck_assert_int_eq(cxj_validate(NULL, NULL, &b, message, sizeof message, &found, sizeof found), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "read is NULL");
    ck_assert_int_eq(cxj_validate(NULL, read_bytes, &b, message, sizeof message, NULL, sizeof found), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "validation is NULL");
    ck_assert_int_eq(cxj_validate(NULL, read_bytes, &b, message, sizeof message, &found, 0), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "validation_size is below sizeof(cxj_validation)");
    ck_assert_int_eq(cxj_validate_bytes(NULL, NULL, 1, message, sizeof message, &found, sizeof found),
                     CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "bytes is NULL");
    ck_assert_uint_eq(found.offset, UINT64_C(0xa5a5a5a5a5a5a5a5)); /* not written */
    ck_assert_int_eq(cxj_validate_bytes(NULL, NULL, 0, NULL, 0, &found, sizeof found), CXJ_BAD_BYTES);
    ck_assert_uint_eq(found.offset, 0);
    ck_assert_uint_eq(b.calls, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "only allocate, allocate_context, memory_limit and seed are used, and no other limit": all memory comes from the
 * host, within its limit, and goes back there. */
START_TEST(checking_uses_the_hosts_memory) {
    bytes b = rich_bytes();
    heap memory = {0};
    cxj_validation found, usual;
    char message[200] = "";
    cxj_options options = {.size = sizeof options,
                           .allocate = heap_allocate,
                           .allocate_context = &memory,
                           .seed = {1, 2},
                           .views_limit = 1,
                           .cells_limit = 1,
                           .touchpoints_limit = 1,
                           .codes_limit = 1,
                           .load_work_limit = 1};
    ck_assert_int_eq(cxj_validate_bytes(NULL, b.data, b.length, NULL, 0, &usual, sizeof usual), CXJ_OK);
    ck_assert_int_eq(cxj_validate_bytes(&options, b.data, b.length, NULL, 0, &found, sizeof found), CXJ_OK);
    ck_assert_uint_gt(memory.calls, 10);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert_mem_eq(&found, &usual, sizeof found);
    const uint64_t peak = memory.peak;
    for (options.memory_limit = 1; options.memory_limit < peak; options.memory_limit += 1 + peak / 50) {
        ck_assert_int_eq(cxj_validate_bytes(&options, b.data, b.length, message, sizeof message, &found, sizeof found),
                         CXJ_NO_MEMORY);
        ck_assert_str_ne(message, "");
        ck_assert_uint_eq(memory.blocks, 0);
    }
    options.views_limit = UINT32_MAX;
    memset(&found, 0xa5, sizeof found);
    ck_assert_int_eq(cxj_validate_bytes(&options, b.data, b.length, message, sizeof message, &found, sizeof found),
                     CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(message, "options: views_limit is above 4,096");
    ck_assert_uint_eq(found.offset, UINT64_C(0xa5a5a5a5a5a5a5a5)); /* not written */
    free_bytes(&b);
}
END_TEST

/* "What was found": known numbers; a longer struct is written up to its size, a shorter one not at all. */
START_TEST(what_was_found_is_told) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = HOUR});
    add(engine, "journeys by type");
    add(engine, "touchpoints by team");
    uint16_t x = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "x"), y = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, "y");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .outcome = 1, .team = x});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .team = x, .type = y});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START, .facets = CXJ_FACET_WITHDRAWN});
    record(engine, (cxj_touchpoint){.journey = 3, .id = 1, .at = START});
    advance(engine, START + HOUR);
    bytes b = save_of(engine);
    struct {
        cxj_validation found;
        uint64_t behind;
    } room = {.behind = 1};
    ck_assert_int_eq(cxj_validate_bytes(NULL, b.data, b.length, NULL, 0, &room.found, sizeof room), CXJ_OK);
    ck_assert_uint_eq(room.behind, 0);
    ck_assert_uint_eq(room.found.offset, b.length);
    ck_assert_uint_eq(room.found.touchpoints, 3);
    ck_assert_uint_eq(room.found.journeys, 2);
    ck_assert_uint_eq(room.found.sealed, 1);
    ck_assert_uint_eq(room.found.views, 2);
    ck_assert_uint_eq(room.found.names, 2);
    ck_assert_uint_eq(room.found.format, 2);
    uint64_t first[2] = {7, 7};
    ck_assert_int_eq(
        cxj_validate_bytes(NULL, b.data, b.length, NULL, 0, (cxj_validation *)(void *)first, sizeof *first),
        CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(first[0], 7);
    ck_assert_uint_eq(first[1], 7);
    b.data[8] = 9; /* a newer format */
    ck_assert_int_eq(cxj_validate_bytes(NULL, b.data, b.length, NULL, 0, &room.found, sizeof room.found),
                     CXJ_NEWER_FORMAT);
    ck_assert_uint_eq(room.found.format, 9);
    ck_assert_uint_eq(room.found.offset, 8);
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Merging what was saved
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_engine *sealed_engine(uint32_t base, bool turned) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR});
    feed f = make_feed(150, 12, base, false);
    for (size_t i = 0; i < VIEW_COUNT; i++) add(engine, VIEWS[turned ? VIEW_COUNT - 1 - i : i]);
    record_feed(engine, &f);
    advance(engine, START + 1200 * HOUR);
    ck_assert_uint_gt(stats_of(engine).sealed, 0);
    free_feed(&f);
    return engine;
}

/* "Merges saved bytes into an engine, as cxj_merge() merges another engine. The saved engine must have the same views,
 * though perhaps in another order." */
START_TEST(merging_bytes_is_merging_the_engine) {
    for (uint64_t turn = 0; turn < 6; turn++) {
        cxj_engine *engines[2], *source = NULL;
        for (int i = 0; i < 2; i++) {
            begin_chance(300 + turn);
            engines[i] = sealed_engine(1, false);
        }
        source = sealed_engine(2, turn % 2);
        bytes b = save_of(source);
        ck_assert_msg(cxj_merge(engines[0], source) == CXJ_OK, "%s", cxj_message(engines[0]));
        ck_assert_msg(cxj_merge_bytes(engines[1], b.data, b.length) == CXJ_OK, "%s", cxj_message(engines[1]));
        ck_assert_str_eq(cxj_message(engines[1]), "");
        bytes merged = save_of(engines[0]);
        check_saved_as(engines[1], &merged, "merged bytes");
        const feed none = {0};
        check_same_state(engines[0], engines[1], &none);
        /* the same journeys again: they are sealed here already */
        ck_assert_int_eq(cxj_merge_bytes(engines[1], b.data, b.length), CXJ_SEALED);
        ck_assert_ptr_nonnull(strstr(cxj_message(engines[1]), "is sealed in one engine and known to the other"));
        check_saved_as(engines[1], &merged, "refused");
        free_bytes(&merged);
        free_bytes(&b);
        cxj_engine_destroy(engines[0]);
        cxj_engine_destroy(engines[1]);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* "CXJ_OTHER_VIEWS (cxj_message() names one that only one of them has)" */
START_TEST(views_that_differ_are_named) {
    cxj_engine *engine = make_with(plain), *source = make_with(plain);
    add(engine, "journeys"), add(source, "journeys");
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    bytes before = save_of(engine), fewer = save_of(source);
    add(source, "touchpoints by team");
    bytes more = save_of(source);
    ck_assert_int_eq(cxj_merge_bytes(engine, more.data, more.length), CXJ_OTHER_VIEWS);
    ck_assert_str_eq(cxj_message(engine), "merge: only the saved one has the view \"touchpoints by team\"");
    check_saved_as(engine, &before, "refused");
    free_bytes(&before);
    add(engine, "transitions by team");
    before = save_of(engine);
    ck_assert_int_eq(cxj_merge_bytes(engine, fewer.data, fewer.length), CXJ_OTHER_VIEWS);
    ck_assert_str_eq(cxj_message(engine), "merge: only this engine has the view \"transitions by team\"");
    check_saved_as(engine, &before, "refused");
    free_bytes(&before);
    free_bytes(&fewer);
    free_bytes(&more);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "Engines merge only where their calendars are the same text, remarks, blanks and order of `hours` lines apart." */
START_TEST(calendars_that_differ_do_not_merge) {
    static const char *const texts[] = {"", "#", "offset +01:00", "hours mon 09:00-10:00\nhours tue 09:00-10:00"};
    static const char same[] = "  hours tue  09:00-10:00\r\n# remark\nhours mon 09:00-10:00";
    enum { GIVEN = sizeof texts / sizeof *texts };
    for (size_t a = 0; a < GIVEN; a++) {
        for (size_t b = 0; b <= GIVEN; b++) {
            cxj_engine *engine = make_with(plain), *source = make_with(plain);
            const char *its = b < GIVEN ? texts[b] : same;
            ck_assert_int_eq(cxj_set_calendar(engine, texts[a], CXJ_ZERO_TERMINATED), CXJ_OK);
            ck_assert_int_eq(cxj_set_calendar(source, its, CXJ_ZERO_TERMINATED), CXJ_OK);
            record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
            add(engine, "touchpoints per day"), add(source, "touchpoints per day");
            bytes before = save_of(engine), of_source = save_of(source);
            bool are_same = a == b || (a == GIVEN - 1 && b == GIVEN);
            cxj_status expected = are_same ? CXJ_OK : CXJ_OTHER_CALENDAR;
            ck_assert_int_eq(cxj_merge_bytes(engine, of_source.data, of_source.length), expected);
            if (!are_same) check_saved_as(engine, &before, "refused");
            ck_assert_int_eq(cxj_merge(engine, source), expected);
            if (are_same) {
                check_saved_as(engine, &of_source, "merged");
            } else {
                ck_assert_str_eq(cxj_message(engine),
                                 "merge: the engines have different calendars, or only one of them has any");
                check_saved_as(engine, &before, "refused");
            }
            free_bytes(&before);
            free_bytes(&of_source);
            cxj_engine_destroy(engine);
            cxj_engine_destroy(source);
        }
    }
}
END_TEST

/* A view's text is the host's, and a sentence shows it: without controls and marks that turn what a reader sees, in
 * whole characters, and shortened where it is long. */
START_TEST(a_view_is_named_visibly) {
    static const struct {
        const char *name, *shown;
    } names[] = {{"\x1b[31m", "\\x1b[31m"},
                 {"\xe2\x80\xae"
                  "exe",
                  "\\u202eexe"},
                 {"a\xc2\x9b", "a\\u009b"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cxj_engine *engine = make_with(plain), *source = make_with(plain);
        char text[100], expected[200];
        snprintf(text, sizeof text, "touchpoints where channel = \"%s\"", names[i].name);
        snprintf(expected, sizeof expected,
                 "merge: only the saved one has the view \"touchpoints where channel = \"%s\"\"", names[i].shown);
        add(source, text);
        bytes b = save_of(source);
        ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_OTHER_VIEWS);
        ck_assert_str_eq(cxj_message(engine), expected);
        free_bytes(&b);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
    }
    cxj_engine *engine = make_with(plain), *source = make_with(plain);
    char text[1000] = "touchpoints where channel = \"";
    for (size_t end = strlen(text); end < 900; end += 2) memcpy(text + end, "\xc3\xa4", 3);
    add(source, strcat(text, "\""));
    bytes b = save_of(source);
    ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_OTHER_VIEWS);
    const char *said = cxj_message(engine);
    size_t offset = 0;
    ck_assert(cxj__base_is_utf8(said, strlen(said), &offset));
    ck_assert_ptr_nonnull(strstr(said, "\xc3\xa4\xe2\x80\xa6\""));
    free_bytes(&b);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

#ifdef GETRANDOM_IS_WRAPPED
static int drawn; /* how often the system was asked for random numbers */

ssize_t __real_getrandom(void *buffer, size_t length, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags) {
    drawn++;
    return __real_getrandom(buffer, length, flags);
}

/* What is read to be merged lies in tables under the seed of the engine, and none is drawn for it. */
START_TEST(merging_bytes_takes_the_seed_of_the_engine) {
    cxj_engine *engine = make_with((cxj_options){.seed = {1, 2}}), *source = make_with((cxj_options){.seed = {3, 4}});
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    bytes b = save_of(source);
    drawn = 0;
    ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_OK);
    ck_assert_int_eq(drawn, 0);
    cxj_engine *other = NULL; /* only to see that drawing is counted */
    ck_assert_int_eq(cxj_engine_create(NULL, NULL, 0, &other), CXJ_OK);
    ck_assert_int_eq(drawn, 1);
    free_bytes(&b);
    cxj_engine_destroy(other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST
#endif

/* Limits that only the engine has: they are its own, and not those of what was saved. */
START_TEST(limits_of_the_engine_hold_for_what_is_merged) {
    cxj_engine *engine = make_with((cxj_options){.touchpoints_limit = 10, .codes_limit = 3}),
               *source = make_with(plain);
    for (uint64_t i = 1; i <= 11; i++) record(source, (cxj_touchpoint){.journey = 5, .id = i, .at = START});
    bytes before = save_of(engine), b = save_of(source);
    ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_LIMIT);
    ck_assert_str_eq(cxj_message(engine), "merge: journey 5 would have more than 10 touchpoints");
    check_saved_as(engine, &before, "refused");
    free_bytes(&b);
    ck_assert_int_eq(cxj_erase_journey(source, 5), CXJ_OK);
    for (int i = 0; i < 4; i++) {
        record(source,
               (cxj_touchpoint){.journey = 6, .at = START, .owner = code(source, CXJ_DIMENSION_OWNER, NAMES[i])});
    }
    b = save_of(source);
    ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_LIMIT);
    ck_assert_str_eq(cxj_message(engine), "merge: the dictionary of owner would have more than 3 codes");
    check_saved_as(engine, &before, "refused");
    free_bytes(&b);
    free_bytes(&before);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* An allocator that knows how many bytes it has given, and how many there ever were. */
typedef struct account {
    uint64_t bytes, peak;
} account;

static void *keep_account(void *context, void *block, size_t old_size, size_t new_size) {
    account *its = context;
    void *resized = cxj__base_allocate(NULL, block, old_size, new_size);
    if (resized == NULL && new_size > 0) return NULL;
    its->bytes += (uint64_t)new_size - old_size;
    if (its->bytes > its->peak) its->peak = its->bytes;
    return resized;
}

/* "memory_limit: bytes the engine may hold": whatever is called, to the byte, and with what a merge holds meanwhile. */
START_TEST(limit_of_memory_is_never_passed) {
    begin_chance(500);
    cxj_engine *source = sealed_engine(2, true);
    bytes b = save_of(source);
    feed f = make_feed(60, 6, 1, false);
    uint64_t merged = 0, refused = 0;
    const uint64_t pace = stride > 5 ? 5 : 1;
    for (uint64_t limit = 4000; merged < 20; limit += (limit < 120000 ? 617 : limit / 50) * pace) {
        account memory = {0};
        cxj_engine *engine = NULL;
        const cxj_options options = {.size = sizeof options,
                                     .allocate = keep_account,
                                     .allocate_context = &memory,
                                     .memory_limit = limit,
                                     .seal_idle_after = 500 * HOUR};
        if (cxj_engine_create(&options, NULL, 0, &engine) != CXJ_OK) continue;
        for (int step = 0; step < 40; step++) {
            cxj_view *view = NULL;
            cxj_touchpoint t = f.items[chance((uint32_t)f.count)];
            for (uint32_t d = 1; d <= 9; d++) {
                uint32_t found = 0;
                (void)cxj_code(engine, d, NAMES[chance(NAME_COUNT)], CXJ_ZERO_TERMINATED, &found);
            }
            t.owner = t.team = t.channel = t.stage = t.activity = t.cause = t.type = t.segment = t.reason = 0;
            if (step < VIEW_COUNT) (void)cxj_view_add(engine, VIEWS[step], CXJ_ZERO_TERMINATED, &view);
            (void)cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0);
            (void)cxj_withdraw(engine, f.items[0].journey, 1 + (uint64_t)step, 1);
            if (step % 9 == 8) (void)cxj_erase_journey(engine, t.journey);
            if (step == 30) (void)cxj_advance(engine, START);
            cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
            ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY || status == CXJ_OTHER_VIEWS || status == CXJ_SEALED);
            refused += status == CXJ_NO_MEMORY;
            merged += status == CXJ_OK;
            ck_assert_uint_le(stats_of(engine).memory, limit);
            ck_assert_uint_eq(stats_of(engine).memory, memory.bytes);
            ck_assert_msg(memory.peak <= limit, "step %d: %" PRIu64 " bytes of %" PRIu64, step, memory.peak, limit);
        }
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_gt(refused, 100 / pace);
    free_bytes(&b);
    free_feed(&f);
    cxj_engine_destroy(source);
}
END_TEST

/* What is left to the byte below the limit is no reason to pass it. */
START_TEST(merging_at_the_limit_is_refused) {
    cxj_engine *source = make_with(plain);
    bytes b = save_of(source);
    for (uint64_t left = 0; left < 3000; left += left < 40 ? 1 : 97) {
        account memory = {0};
        cxj_engine *engine = make_with((cxj_options){.allocate = keep_account, .allocate_context = &memory});
        engine->core.memory.limit = stats_of(engine).memory + left;
        memory.peak = memory.bytes;
        cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
        ck_assert(status == (left < 600 ? CXJ_NO_MEMORY : status));
        ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
        ck_assert((strlen(cxj_message(engine)) > 0) == (status == CXJ_NO_MEMORY));
        ck_assert_uint_le(memory.peak, engine->core.memory.limit);
        cxj_engine_destroy(engine);
    }
    free_bytes(&b);
    cxj_engine_destroy(source);
}
END_TEST

/* "All or nothing: if it fails, the engine is as before." Each allocation fails once, and from there on. */
START_TEST(lack_of_memory_while_merging_changes_nothing) {
    begin_chance(400);
    cxj_engine *source = sealed_engine(2, true);
    bytes b = save_of(source);
    heap memory = {0};
    cxj_engine *engine = make_in(&memory);
    feed f = make_feed(60, 6, 1, false);
    add_views(engine);
    record_feed(engine, &f);
    advance(engine, START);
    bytes before = save_of(engine);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (uint64_t k = 1;; k += k < 400 ? 1 : 11) {
            heap_fail(&memory, k, for_ever);
            cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
            heap_fail(&memory, 0, false);
            ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
            if (status == CXJ_OK) break;
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            ck_assert_msg(strstr(cxj_message(engine), "no memory") != NULL, "%s", cxj_message(engine));
            if (k % 5 == 0) check_saved_as(engine, &before, "after a merge that failed");
        }
        if (for_ever) break;
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
        engine = make_in(&memory);
        add_views(engine);
        record_feed(engine, &f);
        advance(engine, START);
    }
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    /* and a limit of memory */
    engine = make_with((cxj_options){.memory_limit = 10000000});
    add_views(engine);
    record_feed(engine, &f);
    advance(engine, START);
    for (uint64_t room = 0;; room += 20000) {
        engine->core.memory.limit = engine->core.memory.used + room;
        cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
        ck_assert_uint_le(engine->core.memory.used, engine->core.memory.limit);
        if (status == CXJ_OK) break;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        check_saved_as(engine, &before, "at the limit of memory");
        ck_assert_uint_lt(room, 100000000);
    }
    cxj_engine_destroy(engine);
    free_bytes(&before);
    free_bytes(&b);
    free_feed(&f);
    cxj_engine_destroy(source);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *changed[] = {
        every_bit_that_flips_is_noticed,
        every_truncation_is_noticed,
        checking_takes_what_loading_takes,
        what_is_taken_can_be_gone_on_with,
    };
    const TTest *limits[] = {limits_below_what_was_saved_are_kept,
                             checking_uses_the_hosts_memory,
                             a_host_may_give_a_byte_at_a_time,
                             a_host_that_fails_is_not_called_again,
                             lack_of_memory_while_loading_is_a_status,
                             lack_of_memory_while_checking_is_a_status,
                             bad_arguments_are_refused,
                             what_was_found_is_told};
    const TTest *merging[] = {
        merging_bytes_is_merging_the_engine,          views_that_differ_are_named,     a_view_is_named_visibly,
        calendars_that_differ_do_not_merge,
#ifdef GETRANDOM_IS_WRAPPED
        merging_bytes_takes_the_seed_of_the_engine,
#endif
        limits_of_the_engine_hold_for_what_is_merged, limit_of_memory_is_never_passed, merging_at_the_limit_is_refused,
        lack_of_memory_while_merging_changes_nothing};
    take_seed();
    Suite *suite = suite_create("load");
    ADD_CASE(suite, "changed", changed);
    ADD_CASE(suite, "limits", limits);
    ADD_CASE(suite, "merging", merging);
    return run_suite(suite);
}
