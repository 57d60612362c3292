/* load: bytes into an engine, or only checked, or merged. What include/cxj.h says of cxj_load(), cxj_validate() and
 * cxj_merge_saved(): every sentence with which bytes are refused, with the offset of what is wrong; that checking takes
 * exactly what loading takes; that what is taken is saved as the same bytes again; limits, hosts and memory that fail.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"

#include "same.h"
#include "saved.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef GETRANDOM_IS_WRAPPED
#include <sys/types.h>
#endif

enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8 };
enum { TOTALS = 1, TEXTS, VIEWS_BLOCK, CELLS, JOURNEYS, END, SETTINGS, MARK, CALENDAR, KINDS };

static uint64_t seed = 1;
static const cxj_options plain = {.size = sizeof plain};

static void begin_chance(uint64_t turn) {
    chance_state = (seed + turn) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++) (void)chance(2);
}

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
 * Bytes by hand
 * ------------------------------------------------------------------------------------------------------------------ */

/* The format that is written by hand. */
static uint32_t written = 2;

/* What is to be written: the contents of each kind of block, and where something is wrong. */
typedef struct draft {
    bytes contents[KINDS];
    int wrong_kind; /* 0: nowhere */
    size_t wrong_at;
} draft;

/* Notes that what is put next into a kind of block is wrong. */
static void wrong(draft *d, int kind) {
    d->wrong_kind = kind;
    d->wrong_at = d->contents[kind].length;
}

static void n(draft *d, int kind, uint64_t number) {
    put(&d->contents[kind], number);
}

static void text(draft *d, int kind, const char *words) {
    n(d, kind, strlen(words));
    append(&d->contents[kind], words, strlen(words));
}

/* Totals without clock and sealed journeys: how many owners, views, journeys, touchpoints. */
static void totals(draft *d, uint64_t owners, uint64_t views, uint64_t journeys, uint64_t touchpoints) {
    n(d, TOTALS, 0), n(d, TOTALS, 0);
    if (written == 1) n(d, TOTALS, 0);
    n(d, TOTALS, owners);
    for (int i = 2; i <= 9; i++) n(d, TOTALS, 0);
    n(d, TOTALS, views), n(d, TOTALS, journeys), n(d, TOTALS, touchpoints);
}

/* The same with a sealed journey of so many touchpoints. */
static void totals_sealed(draft *d, uint64_t sealed, uint64_t owners, uint64_t views, uint64_t journeys) {
    n(d, TOTALS, 0), n(d, TOTALS, sealed), n(d, TOTALS, 1);
    put_signed(&d->contents[TOTALS], START);
    if (written > 1) n(d, TOTALS, 1);
    n(d, TOTALS, owners);
    for (int i = 2; i <= 9; i++) n(d, TOTALS, 0);
    n(d, TOTALS, views), n(d, TOTALS, journeys), n(d, TOTALS, 0);
}

static void view(draft *d, const char *words) {
    n(d, VIEWS_BLOCK, 0);
    text(d, VIEWS_BLOCK, words);
}

/* A journey, so far from the one before it, of so many touchpoints, which follow. */
static void journey(draft *d, uint64_t step, uint64_t count) {
    n(d, JOURNEYS, step), n(d, JOURNEYS, written == 1 ? count : 2 * count);
}

/* A touchpoint that has an id (its distance) and an owner, at a distance; the first one of its journey's is signed. */
static void touchpoint(draft *d, bool first, int64_t at, int64_t id, uint64_t owner) {
    n(d, JOURNEYS, (uint64_t)(id != 0) | (uint64_t)(owner != 0) << 1);
    if (first) {
        put_signed(&d->contents[JOURNEYS], at);
    } else {
        n(d, JOURNEYS, (uint64_t)at);
    }
    if (id != 0) put_signed(&d->contents[JOURNEYS], id);
    if (owner != 0) n(d, JOURNEYS, owner);
}

/* The columns of all cells, there being cells of one grain: those with the numbers from 1 on. Format 1 does not list
 * them. */
static void columns(draft *d, uint32_t grain) {
    static const uint64_t counts[][3] = {{0}, {35, 9, 2}, {8, 3, 1}, {56, 21, 5}};
    for (uint32_t its = CXJ_GRAIN_TOUCHPOINTS; written > 1 && its <= CXJ_GRAIN_JOURNEYS; its++) {
        for (int list = 0; list < 3; list++) {
            n(d, CELLS, its == grain ? counts[its][list] : 0);
            for (uint64_t i = 0; its == grain && i < counts[its][list]; i++) n(d, CELLS, 1);
        }
        n(d, CELLS, 0);
    }
}

/* All of them are known of a cell. */
static void known(draft *d) {
    if (written > 1) n(d, CELLS, 0);
}

/* The cell of a transitions view by owner: key, counts, no sums, one wait of 0 ms for each transition. */
static void cell(draft *d, uint64_t from, uint64_t to, uint64_t transitions, uint64_t waits) {
    n(d, CELLS, from), n(d, CELLS, to);
    known(d);
    n(d, CELLS, transitions);
    for (int i = 1; i < 8 + 3; i++) n(d, CELLS, 0);
    n(d, CELLS, waits != 0);
    if (waits) n(d, CELLS, 0), n(d, CELLS, waits);
}

static bytes write_draft(draft *d, uint64_t *offset) {
    bytes b = {0};
    uint64_t chain;
    put_head(&b, written, &chain);
    static const uint8_t order[] = {TOTALS, SETTINGS, MARK, CALENDAR, TEXTS, VIEWS_BLOCK, CELLS, JOURNEYS, END};
    for (size_t i = 0; i < sizeof order; i++) {
        uint8_t kind = order[i];
        if (kind == d->wrong_kind) *offset = b.length + BLOCK_HEADER + d->wrong_at;
        if (d->contents[kind].length > 0 || kind == END) {
            put_block(&b, &chain, kind, d->contents[kind].data, d->contents[kind].length);
        }
        free_bytes(&d->contents[kind]);
    }
    return b;
}

static cxj_status validate(const bytes *b, cxj_validation *found, char *message, size_t capacity) {
    memset(found, 0xa5, sizeof *found);
    return cxj_validate_bytes(NULL, b->data, b->length, message, capacity, found, sizeof *found);
}

/* Bytes are refused by all, at an offset, with these words. */
static void check_bytes_refused(const bytes *b, cxj_status status, uint64_t offset, const char *words) {
    char message[400] = "", loaded[400] = "", begin[40];
    cxj_validation found;
    cxj_engine *engine = (cxj_engine *)&found;
    cxj_status validated = validate(b, &found, message, sizeof message);
    ck_assert_msg(validated == status, "%s: %s", cxj_status_text(validated), message);
    snprintf(begin, sizeof begin, "byte %" PRIu64 ": ", offset);
    ck_assert_msg(strncmp(message, begin, strlen(begin)) == 0 && strstr(message, words),
                  "%s; expected byte %" PRIu64 " and: %s", message, offset, words);
    ck_assert_uint_eq(found.offset, offset);
    ck_assert_uint_eq(found.touchpoints | found.journeys | found.sealed | found.views | found.names | found.reserved,
                      0);
    ck_assert_int_eq(cxj_load_bytes(&plain, b->data, b->length, loaded, sizeof loaded, &engine), status);
    ck_assert_ptr_null(engine);
    ck_assert_str_eq(loaded, message);
    cxj_engine *into = make_with(plain);
    bytes before = save_of(into);
    ck_assert_int_eq(cxj_merge_bytes(into, b->data, b->length), status);
    ck_assert_msg(strncmp(message, cxj_message(into), strlen(cxj_message(into))) == 0, "%s", cxj_message(into));
    check_saved_as(into, &before, "refused");
    free_bytes(&before);
    cxj_engine_destroy(into);
}

static void refuse_as(draft *d, cxj_status status, const char *words) {
    uint64_t offset = 0;
    bytes b = write_draft(d, &offset);
    check_bytes_refused(&b, status, offset, words);
    free_bytes(&b);
    *d = (draft){.wrong_kind = 0};
}

static void refuse(draft *d, const char *words) {
    refuse_as(d, CXJ_BAD_BYTES, words);
}

/* An engine that was loaded is saved as the same bytes again, if their format is the one that is written; else it is
 * what it is saved as. */
static void check_saved_again(const cxj_engine *engine, const bytes *b, const char *what) {
    if (b->data[8] == 2) {
        check_saved_as(engine, b, what);
        return;
    }
    bytes again = save_of(engine);
    cxj_engine *other = load_of(&again, (cxj_options){.touchpoints_limit = 29000, .cells_limit = UINT64_MAX});
    const feed none = {0};
    check_same_state(engine, other, &none);
    check_saved_as(other, &again, what);
    cxj_engine_destroy(other);
    free_bytes(&again);
}

/* Bytes are taken, and saved as the same bytes again. */
static void check_bytes_taken(const bytes *b) {
    char message[400] = "";
    cxj_validation found;
    cxj_status status = validate(b, &found, message, sizeof message);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    ck_assert_uint_eq(found.offset, b->length);
    ck_assert_str_eq(message, "");
    cxj_engine *engine = load_of(b, (cxj_options){.touchpoints_limit = 29000});
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.held, found.touchpoints);
    ck_assert_uint_eq(stats.sealed, found.sealed);
    check_saved_again(engine, b, "taken");
    cxj_engine_destroy(engine);
}

static void take(draft *d) {
    uint64_t offset = 0;
    bytes b = write_draft(d, &offset);
    check_bytes_taken(&b);
    free_bytes(&b);
    *d = (draft){.wrong_kind = 0};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What is refused
 * ------------------------------------------------------------------------------------------------------------------ */

#define LATEST_PLUS_1 INT64_C(253402300800000)

START_TEST(totals_are_within_their_bounds) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 0, 0);
    take(&d);
    wrong(&d, TOTALS);
    n(&d, TOTALS, 2);
    refuse(&d, "greater than it can be");
    n(&d, TOTALS, 1);
    wrong(&d, TOTALS);
    put_signed(&d.contents[TOTALS], LATEST_PLUS_1);
    refuse(&d, "a moment is not within the years 0001 to 9999");
    n(&d, TOTALS, 0);
    wrong(&d, TOTALS);
    n(&d, TOTALS, (UINT64_C(1) << 40) + 1);
    refuse(&d, "greater than it can be");
    n(&d, TOTALS, 0), n(&d, TOTALS, 5);
    wrong(&d, TOTALS);
    n(&d, TOTALS, 6);
    refuse(&d, "greater than it can be");
    n(&d, TOTALS, 0), n(&d, TOTALS, 5);
    wrong(&d, TOTALS);
    n(&d, TOTALS, 0);
    refuse(&d, "sealed touchpoints are of no journey");
    n(&d, TOTALS, 0), n(&d, TOTALS, 5), n(&d, TOTALS, 5);
    wrong(&d, TOTALS);
    put_signed(&d.contents[TOTALS], -INT64_C(62135596800001));
    refuse(&d, "a moment is not within the years 0001 to 9999");
    n(&d, TOTALS, 0), n(&d, TOTALS, 0);
    if (written == 1) n(&d, TOTALS, 0);
    wrong(&d, TOTALS);
    n(&d, TOTALS, UINT64_C(1) << 32);
    refuse(&d, "greater than it can be");
    totals(&d, 0, 0, 0, 0);
    d.contents[TOTALS].length--; /* the last number is missing */
    wrong(&d, TOTALS);
    refuse(&d, "behind the end of its block");
    totals(&d, 0, 0, 0, 0);
    wrong(&d, TOTALS);
    n(&d, TOTALS, 0);
    refuse(&d, "the end is expected here");
}
END_TEST

/* A journey in which each of so many owners stands. */
static void use_owners(draft *d, uint64_t owners) {
    journey(d, 1, owners);
    for (uint64_t i = 1; i <= owners; i++) touchpoint(d, i == 1, i == 1, 1, i);
}

START_TEST(names_are_in_order_and_used) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    static const char *const sorted[] = {"B", "a", "aa", "ab", "\xc3\xa9"};
    totals(&d, 5, 0, 1, 5);
    for (int i = 0; i < 5; i++) text(&d, TEXTS, sorted[i]);
    use_owners(&d, 5);
    take(&d);
    static const char *const pairs[][2] = {{"a", "a"}, {"ab", "a"}, {"b", "a"}, {"\xc3\xa9", "z"}};
    for (int i = 0; i < 4; i++) {
        totals(&d, 2, 0, 1, 2);
        text(&d, TEXTS, pairs[i][0]);
        n(&d, TEXTS, strlen(pairs[i][1]));
        wrong(&d, TEXTS);
        append(&d.contents[TEXTS], pairs[i][1], strlen(pairs[i][1]));
        use_owners(&d, 2);
        refuse(&d, "names are not in order");
    }
    static const char *const odd[] = {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80"};
    for (int i = 0; i < 4; i++) {
        totals(&d, 1, 0, 1, 1);
        n(&d, TEXTS, strlen(odd[i]));
        wrong(&d, TEXTS);
        append(&d.contents[TEXTS], odd[i], strlen(odd[i]));
        refuse(&d, "not UTF-8, or has a NUL");
    }
    totals(&d, 1, 0, 1, 1);
    n(&d, TEXTS, 3);
    wrong(&d, TEXTS);
    append(&d.contents[TEXTS], "a\0b", 3);
    refuse(&d, "not UTF-8, or has a NUL");
    totals(&d, 1, 0, 1, 1);
    n(&d, TEXTS, 0);
    wrong(&d, TEXTS);
    use_owners(&d, 1);
    refuse(&d, "a name is empty");
    totals(&d, 1, 0, 1, 1);
    n(&d, TEXTS, 2);
    wrong(&d, TEXTS);
    append(&d.contents[TEXTS], "a", 1);
    refuse(&d, "beyond the end of its block");
    totals(&d, 1, 0, 1, 1);
    wrong(&d, JOURNEYS);
    use_owners(&d, 1);
    refuse(&d, "a name is expected here");
    totals(&d, 1, 0, 1, 1);
    text(&d, TEXTS, "a");
    wrong(&d, TEXTS);
    text(&d, TEXTS, "b");
    use_owners(&d, 1);
    refuse(&d, "a journey is expected here");
}
END_TEST

/* "the names in use" */
START_TEST(names_that_nothing_uses_are_refused) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    for (uint64_t used = 1; used <= 3; used++) {
        uint64_t offset = 0;
        totals(&d, 3, 0, 1, 2);
        text(&d, TEXTS, "a"), text(&d, TEXTS, "b"), text(&d, TEXTS, "c");
        journey(&d, 1, 2);
        touchpoint(&d, true, START, 1, used);
        touchpoint(&d, false, 0, 1, used % 3 + 1);
        bytes b = write_draft(&d, &offset);
        check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - BLOCK_HEADER - CHECKSUM, "a name is not used");
        free_bytes(&b);
        d = (draft){.wrong_kind = 0};
    }
}
END_TEST

START_TEST(views_are_views_and_stand_once) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 2, 0, 0);
    view(&d, "journeys"), view(&d, "touchpoints");
    take(&d);
    totals(&d, 0, 2, 0, 0);
    view(&d, "journeys");
    n(&d, VIEWS_BLOCK, 0), n(&d, VIEWS_BLOCK, 8);
    wrong(&d, VIEWS_BLOCK);
    append(&d.contents[VIEWS_BLOCK], "journeys", 8);
    refuse(&d, "a view stands twice");
    static const char *const malformed[] = {"", "journeys by", "nothing", "journeys where type = \"\xff\""};
    for (int i = 0; i < 4; i++) {
        totals(&d, 0, 1, 0, 0);
        n(&d, VIEWS_BLOCK, 0), n(&d, VIEWS_BLOCK, strlen(malformed[i]));
        wrong(&d, VIEWS_BLOCK);
        append(&d.contents[VIEWS_BLOCK], malformed[i], strlen(malformed[i]));
        refuse(&d, "view");
    }
    totals(&d, 0, 1, 0, 0);
    n(&d, VIEWS_BLOCK, 1), n(&d, VIEWS_BLOCK, 8);
    wrong(&d, VIEWS_BLOCK);
    append(&d.contents[VIEWS_BLOCK], "journeys", 8);
    refuse(&d, "a view lacks what nobody contributed");
    totals(&d, 0, 1, 0, 0);
    wrong(&d, VIEWS_BLOCK);
    n(&d, VIEWS_BLOCK, 2);
    refuse(&d, "greater than it can be");
    totals(&d, 0, 1, 0, 0);
    n(&d, VIEWS_BLOCK, 0), n(&d, VIEWS_BLOCK, 20);
    wrong(&d, VIEWS_BLOCK);
    append(&d.contents[VIEWS_BLOCK], "journeys", 8);
    refuse(&d, "beyond the end of its block");
    totals(&d, 0, 2, 0, 0);
    view(&d, "journeys");
    uint64_t offset = 0;
    bytes b = write_draft(&d, &offset);
    check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - CHECKSUM, "a view is expected here");
    free_bytes(&b);
    d = (draft){.wrong_kind = 0};
    totals(&d, 0, 1, 0, 0);
    view(&d, "journeys");
    wrong(&d, VIEWS_BLOCK);
    view(&d, "touchpoints");
    refuse(&d, "the end is expected here");
}
END_TEST

/* A sealed journey of some touchpoints, two owners and a view of their transitions, up to the cells. */
static void begin_cells(draft *d) {
    totals_sealed(d, 9, 2, 1, 1);
    text(d, TEXTS, "a"), text(d, TEXTS, "b");
    view(d, "transitions by owner");
    journey(d, 5, 0);
    columns(d, CXJ_GRAIN_TRANSITIONS);
}

START_TEST(cells_of_sealed_journeys_are_in_order_and_sound) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 3, 3), cell(&d, 2, 1, 5, 5);
    take(&d);
    static const uint64_t later[][2] = {{2, 1}, {1, 2}, {1, 1}};
    for (int i = 0; i < 3; i++) {
        begin_cells(&d);
        n(&d, CELLS, 2), cell(&d, 2, 1, 3, 3);
        n(&d, CELLS, later[i][0]);
        wrong(&d, CELLS);
        n(&d, CELLS, later[i][1]);
        refuse(&d, "cells are not in order");
    }
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1);
    wrong(&d, CELLS);
    n(&d, CELLS, 3);
    refuse(&d, "a key is none of its view's");
    begin_cells(&d);
    n(&d, CELLS, 1);
    wrong(&d, CELLS);
    n(&d, CELLS, UINT64_C(1) << 32);
    refuse(&d, "greater than it can be");
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    known(&d);
    wrong(&d, CELLS);
    n(&d, CELLS, 10);
    refuse(&d, "greater than it can be");
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    d.contents[CELLS].length -= 2;
    cell(&d, 1, 2, 3, 2);
    refuse(&d, "the counts of a cell contradict each other");
    /* Of one change, two that lost context: with three transitions no count is too great, but their share is. */
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    known(&d);
    n(&d, CELLS, 3), n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 0), n(&d, CELLS, 2);
    for (int i = 5; i < 8 + 3; i++) n(&d, CELLS, 0);
    n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 3);
    refuse(&d, "a part of what a cell counts is more than its whole");
    begin_cells(&d);
    n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "a journey is expected here");
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 3, 3);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    begin_cells(&d);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    /* each view has its number of cells */
    totals_sealed(&d, 9, 2, 2, 1);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    view(&d, "transitions by owner"), view(&d, "transitions by team");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_TRANSITIONS);
    n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    /* and if none contributed, there are none */
    totals(&d, 0, 1, 0, 0);
    view(&d, "transitions by owner");
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "the end is expected here");
    /* a name that only a key uses is used; one that none does is not */
    begin_cells(&d);
    n(&d, CELLS, 1), cell(&d, 1, 1, 3, 3);
    uint64_t offset = 0;
    bytes b = write_draft(&d, &offset);
    check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - BLOCK_HEADER - CHECKSUM, "a name is not used");
    free_bytes(&b);
}
END_TEST

/* The parts of a key: a period within the years 0001 to 9999, codes of names that are there, outcomes, churned or
 * not. */
START_TEST(keys_are_those_of_their_view) {
    written = (uint32_t)_i;
    static const struct {
        const char *view;
        bool has_period;
        int64_t period;
        uint64_t parts[2];
        size_t count;
        bool is_right;
    } keys[] = {
        {"transitions by owner per year", true, 2026, {1, 2}, 2, true},
        {"transitions by owner per year", true, 1, {1, 2}, 2, true},
        {"transitions by owner per year", true, 9999, {1, 2}, 2, true},
        {"transitions by owner per year", true, 0, {1, 2}, 2, false},
        {"transitions by owner per year", true, 10000, {1, 2}, 2, false},
        {"transitions by owner per year", true, INT64_MIN, {1, 2}, 2, false},
        {"transitions by owner per year", true, INT64_MAX, {1, 2}, 2, false},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 2, 1, 1);
        text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
        view(&d, keys[i].view);
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1);
        put_signed(&d.contents[CELLS], keys[i].period);
        n(&d, CELLS, keys[i].parts[0]);
        if (!keys[i].is_right) wrong(&d, CELLS);
        if (keys[i].is_right) {
            d.contents[CELLS].length--;
            cell(&d, 1, 2, 1, 1);
            take(&d);
        } else {
            n(&d, CELLS, 2);
            refuse(&d, "a key is none of its view's");
        }
    }
    static const uint64_t parts[][2] = {{3, 0}, {0, 2}};
    for (int i = 0; i < 2; i++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 0, 1, 1);
        view(&d, "journeys by outcome, churned");
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_JOURNEYS);
        n(&d, CELLS, 1), n(&d, CELLS, parts[i][0]);
        wrong(&d, CELLS);
        n(&d, CELLS, parts[i][1]);
        refuse(&d, "a key is none of its view's");
    }
}
END_TEST

START_TEST(journeys_are_in_order) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 3, 0);
    journey(&d, 1, 0), journey(&d, UINT64_MAX - 2, 0), journey(&d, 1, 0);
    take(&d);
    totals(&d, 0, 0, 1, 0);
    wrong(&d, JOURNEYS);
    journey(&d, 0, 0); /* journey 0 */
    refuse(&d, "journeys are not in order");
    totals(&d, 0, 0, 2, 0);
    journey(&d, 7, 0);
    wrong(&d, JOURNEYS);
    journey(&d, 0, 0); /* 7 again */
    refuse(&d, "journeys are not in order");
    totals(&d, 0, 0, 2, 0);
    journey(&d, 7, 0);
    wrong(&d, JOURNEYS);
    journey(&d, UINT64_MAX - 6, 0); /* it would wrap to 0 */
    refuse(&d, "greater than it can be");
    totals(&d, 0, 0, 1, 0);
    n(&d, JOURNEYS, 1);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, written == 1 ? 29001 : 2 * 29001);
    refuse(&d, "greater than it can be");
    totals(&d, 0, 0, 1, 0);
    journey(&d, 7, 0);
    wrong(&d, JOURNEYS);
    journey(&d, 1, 0);
    refuse(&d, "the end is expected here");
    totals(&d, 0, 0, 2, 0);
    journey(&d, 7, 0);
    uint64_t offset = 0;
    bytes b = write_draft(&d, &offset);
    check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - CHECKSUM, "a journey is expected here");
    free_bytes(&b);
}
END_TEST

/* "totals: … how many touchpoints" */
START_TEST(touchpoints_are_as_many_as_was_said) {
    written = (uint32_t)_i;
    for (uint64_t said = 1; said <= 3; said++) {
        draft d = {.wrong_kind = 0};
        uint64_t offset = 0;
        totals(&d, 0, 0, 1, said);
        journey(&d, 1, 2);
        touchpoint(&d, true, START, 1, 0), touchpoint(&d, false, 0, 1, 0);
        bytes b = write_draft(&d, &offset);
        if (said == 2) {
            check_bytes_taken(&b);
        } else {
            check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - BLOCK_HEADER - CHECKSUM,
                                "touchpoints are not as many as was said");
        }
        free_bytes(&b);
    }
}
END_TEST

/* Begins a journey of so many touchpoints of which one is right already; the next one is wrong. */
static void begin_touchpoints(draft *d, uint64_t count) {
    totals(d, 1, 0, 1, count);
    text(d, TEXTS, "a");
    journey(d, 1, count);
    touchpoint(d, true, START, 50, 1);
    wrong(d, JOURNEYS);
}

START_TEST(touchpoints_are_in_order) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    begin_touchpoints(&d, 4);
    d.wrong_kind = 0;
    touchpoint(&d, false, 0, 1, 0);   /* the same moment, a greater id */
    touchpoint(&d, false, 1, -30, 0); /* later, a smaller one */
    touchpoint(&d, false, 0, 100, 0);
    take(&d);
    begin_touchpoints(&d, 2);
    touchpoint(&d, false, 0, -1, 0); /* the same moment, a smaller id */
    refuse(&d, "touchpoints are not in order");
    begin_touchpoints(&d, 2);
    touchpoint(&d, false, 0, 0, 0); /* none, which is smaller */
    refuse(&d, "touchpoints are not in order");
    begin_touchpoints(&d, 2);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 0), n(&d, JOURNEYS, 0); /* the same moment, the same id */
    refuse(&d, "touchpoints are not in order");
    begin_touchpoints(&d, 2);
    touchpoint(&d, false, -1, 1, 0); /* a distance that wraps */
    refuse(&d, "touchpoints are not in order");
    /* with sequences */
    begin_touchpoints(&d, 3);
    n(&d, JOURNEYS, 1 | 1 << 8), n(&d, JOURNEYS, 0), put_signed(&d.contents[JOURNEYS], -1), n(&d, JOURNEYS, 5);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 1 | 1 << 8), n(&d, JOURNEYS, 0), put_signed(&d.contents[JOURNEYS], 2), n(&d, JOURNEYS, 4);
    refuse(&d, "touchpoints are not in order");
    /* ties without id are ordered by arrival */
    totals(&d, 0, 0, 1, 3);
    journey(&d, 1, 3);
    touchpoint(&d, true, START, 0, 0), touchpoint(&d, false, 0, 0, 0), touchpoint(&d, false, 0, 0, 0);
    take(&d);
}
END_TEST

/* "The position of the touchpoint with an id": each stands once. */
START_TEST(an_id_stands_once_in_a_journey) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    begin_touchpoints(&d, 2);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 5), n(&d, JOURNEYS, 0); /* later, the same id */
    refuse(&d, "an id stands twice in a journey");
    begin_touchpoints(&d, 4);
    touchpoint(&d, false, 5, 1, 0);
    touchpoint(&d, false, 5, 8, 0);
    wrong(&d, JOURNEYS);
    touchpoint(&d, false, 5, -8, 0);
    refuse(&d, "an id stands twice in a journey");
    /* the same id in another journey is another's */
    totals(&d, 0, 0, 2, 2);
    journey(&d, 1, 1), touchpoint(&d, true, START, 50, 0);
    journey(&d, 1, 1), touchpoint(&d, true, START, 50, 0);
    take(&d);
}
END_TEST

/* Touchpoints are within the bounds of section 2 of the specification, and codes those of names. */
START_TEST(touchpoints_are_within_their_bounds) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    begin_touchpoints(&d, 2);
    touchpoint(&d, false, INT64_C(253402300800000) - START, 1, 0);
    refuse(&d, "a touchpoint's at is not within the years 0001 to 9999");
    begin_touchpoints(&d, 2);
    touchpoint(&d, false, 1, 1, 2);
    refuse(&d, "a touchpoint has a code of no name");
    static const struct {
        unsigned field;
        uint64_t value;
        const char *words;
    } fields[] = {
        {2, 1, "a touchpoint has a code of no name"},
        {3, 1, "a touchpoint has a code of no name"},
        {4, 1, "a touchpoint has a code of no name"},
        {5, 1, "a touchpoint has a code of no name"},
        {11, 1, "a touchpoint has a code of no name"},
        {12, 1, "a touchpoint has a code of no name"},
        {13, 1, "a touchpoint has a code of no name"},
        {16, 1, "a touchpoint has a code of no name"},
        {6, 2, "lacks facets that its own imply"},
        {6, 4 | 2, "lacks facets that its own imply"},
        {6, 16, "lacks facets that its own imply"},
        {15, 2 * INT64_C(1000000000000001), "value is beyond 10^15"},
        {17, 8, "commitment is above 7"},
        {18, 3, "outcome is not known"},
        {10, 2 * INT64_C(300000000000000), "due is not within the years"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        begin_touchpoints(&d, 2);
        n(&d, JOURNEYS, 1U << fields[i].field), n(&d, JOURNEYS, 1), n(&d, JOURNEYS, fields[i].value);
        refuse(&d, fields[i].words);
    }
    static const struct {
        const char *rating, *words;
    } ratings[] = {{"\1\0\3", "scope must be given"},
                   {"\1\4\3", "scope is not known"},
                   {"\1\1\6", "score is off its scale"},
                   {"\1\1\0", "score is off its scale"},
                   {"\x08\1\1", "scale is not known"}};
    for (size_t i = 0; i < sizeof ratings / sizeof *ratings; i++) {
        begin_touchpoints(&d, 2);
        n(&d, JOURNEYS, 1 << 7), n(&d, JOURNEYS, 1);
        append(&d.contents[JOURNEYS], ratings[i].rating, 3);
        refuse(&d, ratings[i].words);
    }
    begin_touchpoints(&d, 2);
    n(&d, JOURNEYS, 1 << 17), n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 0);
    refuse(&d, "a field of the touchpoint is there, and none");
}
END_TEST

/* Bytes that say that there are so many teams, and have them, and a view. */
static cxj_status validate_teams(unsigned teams, const char *words) {
    draft d = {.wrong_kind = 0};
    bytes b = {0};
    uint64_t chain;
    n(&d, TOTALS, 0), n(&d, TOTALS, 0), n(&d, TOTALS, 0), n(&d, TOTALS, 0);
    n(&d, TOTALS, teams);
    for (int i = 3; i <= 9; i++) n(&d, TOTALS, 0);
    n(&d, TOTALS, 1), n(&d, TOTALS, 0), n(&d, TOTALS, 0);
    put_head(&b, 1, &chain);
    put_block(&b, &chain, TOTALS, d.contents[TOTALS].data, d.contents[TOTALS].length);
    for (unsigned i = 0; i < teams; i++) {
        char name[8];
        snprintf(name, sizeof name, "%06u", i);
        text(&d, TEXTS, name);
        if (d.contents[TEXTS].length < 65536 && i < teams - 1) continue;
        put_block(&b, &chain, TEXTS, d.contents[TEXTS].data, d.contents[TEXTS].length);
        d.contents[TEXTS].length = 0;
    }
    view(&d, words);
    put_block(&b, &chain, VIEWS_BLOCK, d.contents[VIEWS_BLOCK].data, d.contents[VIEWS_BLOCK].length);
    char message[200];
    cxj_validation found;
    cxj_status status = validate(&b, &found, message, sizeof message);
    free_bytes(&b);
    for (int kind = TOTALS; kind <= VIEWS_BLOCK; kind++) free_bytes(&d.contents[kind]);
    return status;
}

/* More names than any engine can have are refused as what they are: no bytes of an engine. A condition's name is one
 * more. */
START_TEST(more_than_any_engine_has_is_refused) {
    ck_assert_int_eq(validate_teams(65536, "touchpoints by team"), CXJ_BAD_BYTES);
    ck_assert_int_eq(validate_teams(65535, "touchpoints where team = another"), CXJ_BAD_BYTES);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Real bytes, changed
 * ------------------------------------------------------------------------------------------------------------------ */

/* An engine with everything, in little: some journeys are sealed. */
static cxj_engine *small_engine(void) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 700 * HOUR});
    feed f = make_feed(14, 5, 1, true);
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

static bool is_taken(const bytes *b) {
    char message[400], loaded[400];
    cxj_validation found;
    cxj_engine *engine = NULL;
    cxj_status status = validate(b, &found, message, sizeof message);
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = 29000, .cells_limit = UINT64_MAX};
    cxj_status other = cxj_load_bytes(&options, b->data, b->length, loaded, sizeof loaded, &engine);
    if (other == CXJ_OTHER_KEY) return false; /* which is looked at before all else; checking asks for no key */
    ck_assert_msg(status == other, "validate: %s; load: %s", message, loaded);
    ck_assert_str_eq(message, loaded);
    if (status == CXJ_OK) {
        check_saved_again(engine, b, "taken");
    } else {
        ck_assert_ptr_null(engine);
        ck_assert_uint_le(found.offset, b->length);
    }
    cxj_engine_destroy(engine);
    return status == CXJ_OK;
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

/* Bytes of a sealed journey and of some views, each in a spelling; the last view's cell perhaps has a key that is
 * wrong. */
static bytes spelled(const char *const *spellings, size_t count, bool lie) {
    draft d = {.wrong_kind = 0};
    uint64_t offset = 0;
    totals_sealed(&d, 9, 2, count, 1);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    journey(&d, 5, 0);
    for (size_t i = 0; i < count; i++) {
        view(&d, spellings[i]);
        n(&d, CELLS, 1);
        cell(&d, 1, i + 1 == count && lie ? 3 : 2, 3, 3);
    }
    return write_draft(&d, &offset);
}

/* Format 1 kept the texts of views as they had been given. Two that are one view now are one, and what is saved is its
 * text; the cells that the second brings are checked like any. Later formats have them in one way only. */
START_TEST(views_that_are_one_now_are_one) {
    static const char *const spellings[] = {"transitions by owner", "transitions  by owner", "transitions by\towner "};
    cxj_validation found;
    char message[400];
    bytes one = spelled(spellings, 1, false), three = spelled(spellings, 3, false), lying = spelled(spellings, 3, true);
    cxj_status status = validate(&three, &found, message, sizeof message);
    ck_assert_int_eq(status, written == 1 ? CXJ_OK : CXJ_BAD_BYTES);
    if (written == 1) {
        ck_assert_uint_eq(found.views, 1);
        cxj_engine *engine = load_of(&three, plain), *other = load_of(&one, plain);
        cxj_engine *into = make_with(plain), *other_into = make_with(plain);
        bytes expected = save_of(other);
        check_saved_as(engine, &expected, "one view");
        add(into, "transitions\nby owner");
        add(other_into, "transitions by owner");
        ck_assert_int_eq(cxj_merge_bytes(into, three.data, three.length), CXJ_OK);
        ck_assert_int_eq(cxj_merge_bytes(other_into, one.data, one.length), CXJ_OK);
        free_bytes(&expected);
        expected = save_of(other_into);
        check_saved_as(into, &expected, "merged into one view");
        free_bytes(&expected);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(other);
        cxj_engine_destroy(into);
        cxj_engine_destroy(other_into);
    }
    ck_assert_int_eq(validate(&lying, &found, message, sizeof message), CXJ_BAD_BYTES);
    ck_assert_msg(strstr(message, written == 1 ? "a key is none of its view's" : "the one way") != NULL, "%s", message);
    free_bytes(&one);
    free_bytes(&three);
    free_bytes(&lying);
}
END_TEST

/* "what it takes, cxj_load() with no limits takes too, and nothing else"; "There is exactly one way to write a state,
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

/* Sums by hand: as large as can be written, from bytes that are taken one after the other. What comes of it must still
 * be readable. */
START_TEST(sums_that_add_up_stay_readable) {
    cxj_engine *engine = make_with(plain);
    add(engine, "transitions by owner");
    for (uint64_t i = 0; i < 520; i++) {
        draft d = {.wrong_kind = 0};
        uint64_t offset = 0;
        totals_sealed(&d, 1, 1, 1, 1);
        text(&d, TEXTS, "a");
        view(&d, "transitions by owner");
        journey(&d, 5 + i, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 1);
        known(&d);
        n(&d, CELLS, 1);
        for (int k = 1; k < 8; k++) n(&d, CELLS, 0);
        for (int k = 0; k < 3; k++) {
            n(&d, CELLS, 15);
            append(&d.contents[CELLS], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 15);
        }
        n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 1);
        bytes b = write_draft(&d, &offset);
        cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
        free_bytes(&b);
        if (status == CXJ_BAD_BYTES && i == 0) break; /* such a sum cannot be of one touchpoint */
        ck_assert_int_eq(status, CXJ_OK);
    }
    bytes saved = save_of(engine);
    ck_assert(is_taken(&saved));
    free_bytes(&saved);
    cxj_engine_destroy(engine);
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
    check_limited(&b, (cxj_options){.touchpoints_limit = 8}, CXJ_LIMIT, "more touchpoints than it may have");
    check_limited(&b, (cxj_options){.cells_limit = 2}, CXJ_LIMIT, "more cells than it may have");
    check_limited(&b, (cxj_options){.codes_limit = 2}, CXJ_LIMIT, "more names than a dictionary may have codes");
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

/* "puts up to capacity bytes at bytes" */
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
    ck_assert_uint_eq(b.calls, b.length + 1); /* "it is asked until it says that there are no more" */
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
        for (uint64_t k = 1;; k += k < 700 ? 1 : 7) {
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
        for (uint64_t k = 1;; k++) {
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

/* "of these allocate, allocate_context, memory_limit and seed are used, and no other limit": all memory comes from the
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
 * What only format 2 has
 * ------------------------------------------------------------------------------------------------------------------ */

#define NEWER "a newer one is needed"

/* "how many are not 0, and for each the distance of its number from that of the one before, and its value" */
START_TEST(settings_are_in_order_and_none_is_0) {
    static const struct {
        uint64_t numbers[8];
        size_t count, wrong; /* the number that is wrong; SIZE_MAX: none */
        cxj_status status;
        const char *words;
    } cases[] = {
        {{3, 1, 3, 1, 5, 1, 6}, 7, SIZE_MAX, CXJ_OK, NULL},
        {{0}, 1, 0, CXJ_BAD_BYTES, "no setting is one"},
        {{1, 0, 5}, 3, 1, CXJ_BAD_BYTES, "settings are not in order"},
        {{2, 2, 5, 0, 6}, 5, 3, CXJ_BAD_BYTES, "settings are not in order"},
        {{1, 1, 0}, 3, 2, CXJ_BAD_BYTES, "a setting is 0"},
        {{1, 5, 1}, 3, 1, CXJ_NEWER_FORMAT, NEWER},
        {{2, 1, 1, 4, 1}, 5, 3, CXJ_NEWER_FORMAT, NEWER},
        {{1, UINT64_MAX, 1}, 3, 1, CXJ_NEWER_FORMAT, NEWER},
        {{1, 1, CXJ_FACETS_ALL + UINT64_C(1)}, 3, 2, CXJ_NEWER_FORMAT, NEWER},
        {{1, 2, UINT64_C(1000000000000001)}, 3, 2, CXJ_BAD_BYTES, "longer than 10^15 ms"},
        {{1, 3, UINT64_C(1000000000000001)}, 3, 2, CXJ_BAD_BYTES, "longer than 10^15 ms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        draft d = {.wrong_kind = 0};
        totals(&d, 0, 0, 0, 0);
        for (size_t k = 0; k < cases[i].count; k++) {
            if (k == cases[i].wrong) wrong(&d, SETTINGS);
            n(&d, SETTINGS, cases[i].numbers[k]);
        }
        if (cases[i].status == CXJ_OK) {
            take(&d);
        } else {
            refuse_as(&d, cases[i].status, cases[i].words);
        }
    }
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 0, 0);
    n(&d, SETTINGS, 1), n(&d, SETTINGS, 1), n(&d, SETTINGS, 1);
    wrong(&d, SETTINGS);
    n(&d, SETTINGS, 1);
    refuse(&d, "the end is expected here");
}
END_TEST

START_TEST(marks_have_1_to_65536_bytes) {
    static char longest[65536];
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 0, 0);
    text(&d, MARK, "here");
    take(&d);
    totals(&d, 0, 0, 0, 0);
    n(&d, MARK, sizeof longest);
    append(&d.contents[MARK], longest, sizeof longest);
    take(&d);
    totals(&d, 0, 0, 0, 0);
    wrong(&d, MARK);
    n(&d, MARK, 0);
    refuse(&d, "a mark is empty");
    totals(&d, 0, 0, 0, 0);
    wrong(&d, MARK);
    n(&d, MARK, sizeof longest + 1);
    refuse(&d, "greater than it can be here");
    totals(&d, 0, 0, 0, 0);
    n(&d, MARK, 5);
    wrong(&d, MARK);
    append(&d.contents[MARK], "here", 4);
    refuse(&d, "beyond the end of its block");
    /* format 1 has none */
    written = 1;
    totals(&d, 0, 0, 0, 0);
    wrong(&d, MARK);
    text(&d, MARK, "here");
    refuse(&d, "the end is expected here");
    totals(&d, 0, 0, 0, 0);
    wrong(&d, SETTINGS);
    n(&d, SETTINGS, 1), n(&d, SETTINGS, 1), n(&d, SETTINGS, 1);
    refuse(&d, "the end is expected here");
    written = 2;
}
END_TEST

/* "So far none is written, and none is read": who cannot go by a calendar does not act as if there were none. */
START_TEST(a_calendar_needs_a_newer_library) {
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 0, 0);
    wrong(&d, CALENDAR);
    text(&d, CALENDAR, "offset +01:00\n");
    refuse_as(&d, CXJ_NEWER_FORMAT, NEWER);
}
END_TEST

/* "which facets they have: 0 if that is not known, else one more than how many facets occur, and for each the distance
 * of its bit from that of the one before (of the first: its bit), and how many touchpoints have it" */
START_TEST(facets_of_sealed_touchpoints_are_in_order) {
    static const struct {
        uint64_t numbers[6];
        size_t count, wrong;
        cxj_status status;
        const char *words;
    } cases[] = {
        {{0}, 1, SIZE_MAX, CXJ_OK, NULL},
        {{1}, 1, SIZE_MAX, CXJ_OK, NULL},
        {{3, 0, 9, 15, 1}, 5, SIZE_MAX, CXJ_OK, NULL},
        {{3, 1, 9, 0, 1}, 5, 3, CXJ_BAD_BYTES, "facets are not in order"},
        {{2, 1, 0}, 3, 2, CXJ_BAD_BYTES, "a facet that no touchpoint has"},
        {{2, 1, 10}, 3, 2, CXJ_BAD_BYTES, "greater than it can be here"},
        {{2, 32, 1}, 3, 1, CXJ_BAD_BYTES, "greater than it can be here"},
        {{2, 31, 1}, 3, 1, CXJ_NEWER_FORMAT, NEWER},
        {{2, 16, 1}, 3, 1, CXJ_NEWER_FORMAT, NEWER}, /* withdrawn ones do not contribute */
        {{34}, 1, 0, CXJ_BAD_BYTES, "greater than it can be here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        draft d = {.wrong_kind = 0};
        n(&d, TOTALS, 0), n(&d, TOTALS, 9), n(&d, TOTALS, 1);
        put_signed(&d.contents[TOTALS], START);
        for (size_t k = 0; k < cases[i].count; k++) {
            if (k == cases[i].wrong) wrong(&d, TOTALS);
            n(&d, TOTALS, cases[i].numbers[k]);
        }
        for (int k = 0; k < 12; k++) n(&d, TOTALS, 0);
        if (cases[i].status == CXJ_OK) {
            take(&d);
        } else {
            refuse_as(&d, cases[i].status, cases[i].words);
        }
    }
}
END_TEST

/* "twice the number of its touchpoints that contribute, and 1 more if others are withdrawn; if so, how many; …; then
 * those that are withdrawn, in the order of their ids: the distance of the id from the one before, and the revision" */
START_TEST(withdrawn_touchpoints_have_an_id_and_a_revision) {
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 0, 2, 1);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 2); /* none contributes, two are withdrawn */
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 0), n(&d, JOURNEYS, UINT64_MAX - 1), n(&d, JOURNEYS, UINT64_MAX);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 3), n(&d, JOURNEYS, 1); /* one does, and one is */
    touchpoint(&d, true, START, 50, 0);
    n(&d, JOURNEYS, 49), n(&d, JOURNEYS, 7);
    take(&d);
    totals(&d, 0, 0, 1, 0);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 1);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 0);
    refuse(&d, "none of the touchpoints is withdrawn");
    totals(&d, 0, 0, 1, 1);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 3);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 29000);
    refuse(&d, "greater than it can be here");
    for (uint64_t first = 0; first < 2; first++) {
        totals(&d, 0, 0, 1, 0);
        n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 2);
        if (first == 1) n(&d, JOURNEYS, 5), n(&d, JOURNEYS, 7);
        wrong(&d, JOURNEYS);
        n(&d, JOURNEYS, 0), n(&d, JOURNEYS, 7);
        refuse(&d, "ids are not in order");
    }
    totals(&d, 0, 0, 1, 0);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 2), n(&d, JOURNEYS, UINT64_MAX), n(&d, JOURNEYS, 7);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 1);
    refuse(&d, "greater than it can be here");
    totals(&d, 0, 0, 1, 1);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 3), n(&d, JOURNEYS, 1);
    touchpoint(&d, true, START, 50, 0);
    n(&d, JOURNEYS, 50);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 7);
    refuse(&d, "an id stands twice in a journey");
    totals(&d, 0, 0, 1, 1);
    n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 2);
    wrong(&d, JOURNEYS);
    n(&d, JOURNEYS, 1 | 1 << 6), put_signed(&d.contents[JOURNEYS], START), put_signed(&d.contents[JOURNEYS], 5);
    n(&d, JOURNEYS, CXJ_FACET_WITHDRAWN);
    refuse(&d, "a touchpoint that contributes is withdrawn");
}
END_TEST

/* "of which only id and revision are read on; one without id is read and left out": format 1. */
START_TEST(withdrawn_touchpoints_of_format_1_lose_their_fields) {
    draft d = {.wrong_kind = 0};
    written = 1;
    totals(&d, 2, 0, 1, 4);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    journey(&d, 1, 4);
    for (uint64_t i = 0; i < 4; i++) { /* contributes; is withdrawn; the same without id; contributes */
        n(&d, JOURNEYS, (i != 2 ? 1U : 0U) | 2 | (i == 1 || i == 2 ? 1 << 6 : 0) | 1 << 9);
        if (i == 0) {
            put_signed(&d.contents[JOURNEYS], START);
        } else {
            n(&d, JOURNEYS, 5);
        }
        if (i != 2) put_signed(&d.contents[JOURNEYS], 1);
        n(&d, JOURNEYS, i == 1 || i == 2 ? 2 : 1);
        if (i == 1 || i == 2) n(&d, JOURNEYS, CXJ_FACET_WITHDRAWN);
        n(&d, JOURNEYS, 70 + i);
    }
    uint64_t offset = 0;
    bytes b = write_draft(&d, &offset);
    cxj_engine *engine = load_of(&b, plain);
    cxj_touchpoint held[4];
    size_t count = 0;
    uint32_t given = 0;
    written = 2;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 1, 4, NULL, 0, held, sizeof *held, &count), CXJ_OK);
    ck_assert_uint_eq(count, 3);
    const cxj_touchpoint expected = {.journey = 1, .id = 2, .revision = 71, .facets = CXJ_FACET_WITHDRAWN};
    ck_assert_mem_eq(&held[2], &expected, sizeof expected);
    ck_assert_uint_eq(held[1].id, 3);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 2);
    /* and the name that only they had is gone */
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "a", 1, &given), CXJ_OK);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "b", 1, &given), CXJ_NOT_FOUND);
    bytes saved = save_of(engine);
    check_bytes_taken(&saved);
    free_bytes(&saved);
    free_bytes(&b);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Listed is what is known of at least one cell." */
START_TEST(columns_are_of_cells) {
    draft d = {.wrong_kind = 0};
    totals_sealed(&d, 9, 0, 1, 1);
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_TRANSITIONS);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "a column is listed that no cell has");
    totals_sealed(&d, 9, 2, 1, 1);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_JOURNEYS);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "no columns are listed for this cell");
    totals_sealed(&d, 9, 0, 1, 1);
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, 0), n(&d, CELLS, 0);
    take(&d); /* no transition was ever seen */
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Sums of sealed journeys
 * ------------------------------------------------------------------------------------------------------------------ */

/* An engine whose journeys are all sealed, with two views of each grain, and of each dimension of transitions. */
static cxj_engine *all_sealed(void) {
    static const char *const views[] = {"touchpoints",
                                        "touchpoints by team",
                                        "transitions by owner",
                                        "transitions by owner, outcome",
                                        "transitions by stage",
                                        "journeys by type",
                                        "journeys",
                                        "journeys by outcome per year ended",
                                        "journeys by entry per month ended"};
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    feed f = make_feed(500, 30, 1, false);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) add(engine, views[i]);
    record_feed(engine, &f);
    advance(engine, CXJ__LATEST);
    ck_assert_uint_gt(engine->core.sealed_touchpoints, 0);
    free_feed(&f);
    return engine;
}

/* What is saved of an engine is refused, at an offset and with a reason, by all; or taken. */
static bool is_saved_taken(const cxj_engine *engine, const char *why, char *message, size_t capacity) {
    bytes b = save_of(engine);
    cxj_validation found;
    cxj_status status = validate(&b, &found, message, capacity);
    ck_assert_msg(status == CXJ_OK || (status == CXJ_BAD_BYTES && strncmp(message, "byte ", 5) == 0), "%s: %s", why,
                  message);
    bool taken = is_taken(&b);
    ck_assert_int_eq(taken, status == CXJ_OK);
    free_bytes(&b);
    return taken;
}

/* The sums of a cell that is sealed, one after the other, beyond what as many as were counted can add up to: far above,
 * far below, squares too small for what they are of. Each is refused; as they were they are taken. */
START_TEST(sums_beyond_their_counts_are_refused) {
    static const struct cxj__int128 wrong_sums[] = {
        {0, 8}, {0, UINT64_MAX - 7}, {UINT64_C(90000000000000), 0}}; /* 2^67, -2^67, 9 * 10^13 */
    char message[400];
    size_t tried = 0;
    begin_chance(700);
    cxj_engine *engine = all_sealed();
    ck_assert_msg(is_saved_taken(engine, "as it is", message, sizeof message), "%s", message);
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *its = engine->core.views[v];
        struct cxj__cell *sealed = its->cells[its->cell_count / 2]->sealed;
        const char *contradiction = cxj__cell_contradiction(sealed);
        ck_assert_msg(contradiction == NULL, "%s", contradiction);
        for (size_t i = 0; i < cxj__cell_shape(its->grain)->sums; i++) {
            struct cxj__int128 *sum = &cxj__cell_sums(sealed)[i], before = *sum;
            for (size_t k = 0; k < 3; k++) {
                /* 9 * 10^13 may be a sum of many durations, and of money; it is none of ratings */
                *sum = wrong_sums[k];
                if (k == 2 && cxj__cell_contradiction(sealed) == NULL) continue;
                ck_assert_msg(cxj__cell_contradiction(sealed) != NULL, "%s, sum %zu, %zu", its->text, i, k);
                if (i % 3 == k) {
                    ck_assert(!is_saved_taken(engine, its->text, message, sizeof message));
                    ck_assert_msg(strstr(message, "a sum is not one of as many as were counted"), "%s", message);
                }
                tried++;
            }
            *sum = before;
        }
    }
    ck_assert_uint_gt(tried, 200);
    ck_assert(is_saved_taken(engine, "as it was", message, sizeof message));
    cxj_engine_destroy(engine);
}
END_TEST

/* n · Σx² ≥ (Σx)²: to the last unit, also where both sides need more than 128 bits. */
START_TEST(squares_are_those_of_their_sums) {
    static const int64_t counts[] = {1, 2, 3, 1000, INT64_C(1) << 20, INT64_C(1) << 40};
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct cxj__cell *cell = cxj__cell_create(&memory, CXJ_GRAIN_TOUCHPOINTS);
        struct cxj__int128 *sums = cxj__cell_sums(cell);
        int64_t count = counts[c], each = 12599;
        ck_assert_ptr_nonnull(cell);
        cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = cxj__cell_counts(cell)[CXJ__T_RATINGS] = count;
        sums[CXJ__T_SUM_RATING] = cxj__base_product(count, each);
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(count, each * each);
        ck_assert_ptr_null(cxj__cell_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(-1));
        ck_assert_ptr_nonnull(cxj__cell_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(2));
        ck_assert_ptr_null(cxj__cell_contradiction(cell));
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_negate(sums[CXJ__T_SUM_RATING_SQUARES]);
        ck_assert_ptr_nonnull(cxj__cell_contradiction(cell)); /* squares below 0 */
        sums[CXJ__T_SUM_RATING] = cxj__base_product(count, 12600);
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(count, 12600 * 12600);
        ck_assert_ptr_null(cxj__cell_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING], cxj__base_wide(1));
        ck_assert_ptr_nonnull(cxj__cell_contradiction(cell));
        cxj__cell_destroy(cell, &memory);
    }
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* "totals agree across views": whatever count or sum of one view without conditions differs from the others', what is
 * saved is refused, be it because it contradicts itself, the totals, or another view. */
START_TEST(views_that_do_not_agree_are_refused) {
    char message[400];
    size_t across = 0;
    begin_chance(701);
    cxj_engine *engine = all_sealed();
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *its = engine->core.views[v];
        const struct cxj__cell_shape *shape = cxj__cell_shape(its->grain);
        bool is_alone = strcmp(its->text, "transitions by stage") == 0;
        struct cxj__cell *sealed = its->cells[0]->sealed;
        for (size_t i = 0; i < shape->counts + shape->sums; i++) {
            int64_t *count = &cxj__cell_counts(sealed)[i];
            struct cxj__int128 *sum = i < shape->counts ? NULL : &cxj__cell_sums(sealed)[i - shape->counts];
            /* distinct journeys of a cell add up to nothing that is known */
            if (its->grain == CXJ_GRAIN_TOUCHPOINTS && i == CXJ__T_JOURNEYS) continue;
            if (sum == NULL) {
                ++*count;
            } else {
                cxj__base_add(sum, cxj__base_wide(1));
            }
            bool taken = is_saved_taken(engine, its->text, message, sizeof message);
            ck_assert_msg(!taken || is_alone, "%s, column %zu", its->text, i);
            across += !taken && strstr(message, "a view does not have what sealed journeys") != NULL;
            if (sum == NULL) {
                --*count;
            } else {
                cxj__base_add(sum, cxj__base_wide(-1));
            }
        }
    }
    ck_assert_uint_gt(across, 60);
    ck_assert(is_saved_taken(engine, "as it was", message, sizeof message));
    /* and a cell that is not there at all, in each view; but a view that says that it lacks something may */
    for (size_t v = 0; v < engine->core.view_count; v++) {
        struct cxj_view *its = engine->core.views[v];
        if (strcmp(its->text, "transitions by stage") == 0) continue;
        struct cxj__cell *hidden = its->cells[0]->sealed;
        its->cells[0]->sealed = NULL;
        ck_assert_msg(!is_saved_taken(engine, its->text, message, sizeof message), "%s", its->text);
        its->sealed_lost = true;
        bool taken = is_saved_taken(engine, its->text, message, sizeof message);
        ck_assert_msg(taken || strstr(message, "a name is not used") || strstr(message, "a column is listed"), "%s",
                      message);
        its->sealed_lost = false;
        its->cells[0]->sealed = hidden;
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* No more than there was, also where conditions choose. */
START_TEST(no_view_has_more_than_there_was) {
    char message[400];
    begin_chance(702);
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    add(engine, "touchpoints where outcome in (completed, abandoned)");
    add(engine, "transitions by owner where churned = \"\"");
    add(engine, "journeys where outcome in (completed, abandoned)");
    for (uint64_t j = 1; j < 5; j++) {
        record(engine, (cxj_touchpoint){.journey = j, .at = START, .owner = 1 + 0 * code(engine, 1, "a")});
        record(engine, (cxj_touchpoint){.journey = j, .at = START + 1, .owner = 1, .outcome = 1});
    }
    advance(engine, START + 2 * HOUR);
    ck_assert_msg(is_saved_taken(engine, "as it is", message, sizeof message), "%s", message);
    uint64_t *const totals_of[] = {&engine->core.sealed_touchpoints, &engine->core.sealed_journeys};
    for (size_t i = 0; i < 2; i++) {
        --*totals_of[i];
        ck_assert(!is_saved_taken(engine, "less in the totals", message, sizeof message));
        ++*totals_of[i];
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Versions of format 1 did not note that a view was added after journeys were sealed: it is known by what it lacks, and
 * so are the views behind it. Format 2 notes it. */
START_TEST(a_late_view_of_format_1_is_known_by_what_it_lacks) {
    for (written = 1; written <= 2; written++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 2, 4, 1);
        text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
        view(&d, "transitions by owner"), view(&d, "transitions by team");
        view(&d, "transitions by owner, outcome"), view(&d, "transitions by owner where outcome = completed");
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
        n(&d, CELLS, 0);
        if (written == 2) wrong(&d, CELLS);
        n(&d, CELLS, 0), n(&d, CELLS, 0);
        if (written == 2) {
            refuse(&d, "a view does not have what sealed journeys have contributed to others");
            continue;
        }
        uint64_t offset = 0;
        bytes b = write_draft(&d, &offset);
        cxj_engine *engine = load_of(&b, plain);
        for (size_t i = 0; i < 4; i++) {
            cxj_view *its = NULL;
            cxj_view_info info;
            ck_assert_int_eq(cxj_view_at(engine, i, &its), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(its, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.lacks_sealed, i >= 2);
        }
        ck_assert(engine->core.sealed_facets_lost); /* nor did it note facets */
        check_bytes_taken(&b);
        free_bytes(&b);
        cxj_engine_destroy(engine);
    }
    written = 2;
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What reading may take
 * ------------------------------------------------------------------------------------------------------------------ */

/* Few bytes that mean much: so many views, and so many journeys of a touchpoint each, in blocks as they must be. */
static bytes heavy(unsigned views, unsigned journeys) {
    bytes b = {0}, contents = {0};
    uint64_t chain;
    put_head(&b, 2, &chain);
    put(&contents, 0), put(&contents, 0);
    for (int i = 0; i < 9; i++) put(&contents, 0);
    put(&contents, views), put(&contents, journeys), put(&contents, journeys);
    put_block(&b, &chain, TOTALS, contents.data, contents.length);
    for (int kind = VIEWS_BLOCK; kind <= JOURNEYS; kind += JOURNEYS - VIEWS_BLOCK) {
        unsigned count = kind == JOURNEYS ? journeys : views;
        contents.length = 0;
        for (unsigned i = 0; i < count; i++) {
            char words[40];
            size_t length = (size_t)snprintf(words, sizeof words, "touchpoints where team = %x", i);
            if (kind == JOURNEYS) {
                put(&contents, 1), put(&contents, 2), put(&contents, 0), put(&contents, 2);
            } else {
                put(&contents, 0), put(&contents, length);
                append(&contents, words, length);
            }
            if (contents.length < 65536 && i < count - 1) continue;
            put_block(&b, &chain, (uint8_t)kind, contents.data, contents.length);
            contents.length = 0;
        }
    }
    put_block(&b, &chain, END, NULL, 0);
    free_bytes(&contents);
    return b;
}

/* Loads bytes that are known to be so many, or that come one after the other; what that has taken is what the allocator
 * saw. */
static cxj_status load_heavy(const bytes *b, cxj_options options, bool streams, heap *memory, char *message,
                             size_t capacity) {
    cxj_engine *engine = NULL;
    bytes source = *b;
    options.size = sizeof options;
    options.allocate = heap_allocate;
    options.allocate_context = memory;
    source.at = 0;
    cxj_status status = streams ? cxj_load(&options, read_bytes, &source, message, capacity, &engine)
                                : cxj_load_bytes(&options, b->data, b->length, message, capacity, &engine);
    ck_assert((status == CXJ_OK) == (engine != NULL));
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory->blocks, 0);
    return status;
}

/* "the option load_work_limit bounds that by the length of what was read", and cxj_validate() says it beforehand.
 * Counted, not timed: what is refused beforehand has put no touchpoint into any view, and taken no more memory than
 * names and views do. */
START_TEST(what_is_too_much_for_its_bytes_is_refused_beforehand) {
    char message[400] = "";
    cxj_validation found;
    heap memory = {0};
    bytes b = heavy(4096, 6000);
    uint64_t work = UINT64_C(4096) * 6000;
    ck_assert_int_eq(validate(&b, &found, message, sizeof message), CXJ_OK);
    ck_assert_uint_eq(found.work, work);
    ck_assert_uint_lt(b.length, 200000);
    ck_assert_uint_gt(work, 1000000 + 16 * b.length);
    cxj_status status = load_heavy(&b, (cxj_options){.size = 0}, false, &memory, message, sizeof message);
    ck_assert_msg(status == CXJ_LIMIT, "%s", message);
    /* what was seen, and what to do */
    ck_assert_ptr_nonnull(strstr(message, "6000 touchpoints in 4096 views"));
    ck_assert_ptr_nonnull(strstr(message, "load_work_limit"));
    uint64_t peak = memory.peak;
    ck_assert_uint_lt(peak, 4096 * 1000);
    /* the limit that it names, and that is in its documentation, does */
    uint32_t enough = (uint32_t)((work - 1000000) / b.length + 1);
    memory = (heap){0};
    status = load_heavy(&b, (cxj_options){.load_work_limit = enough - 1}, false, &memory, message, sizeof message);
    ck_assert_int_eq(status, CXJ_LIMIT);
    /* views of its own */
    status = load_heavy(&b, (cxj_options){.views_limit = 4095}, true, &memory, message, sizeof message);
    ck_assert_int_eq(status, CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(message, "there are 4096 views, and 4095 are allowed"));
    /* merging bytes is bounded by the options of the engine */
    cxj_engine *engine = make_with((cxj_options){.load_work_limit = enough - 1});
    ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "load_work_limit"));
    cxj_engine_destroy(engine);
    free_bytes(&b);
}
END_TEST

/* The same where it is not known how many bytes there are: as soon as what was read allows no more. What is taken in
 * the end is taken either way. */
START_TEST(what_is_too_much_for_its_bytes_is_refused_on_the_way) {
    char message[400] = "";
    heap memory = {0};
    bytes b = heavy(300, 5000);
    uint32_t enough = (uint32_t)((UINT64_C(300) * 5000 - 1000000) / b.length + 1);
    ck_assert_uint_gt(enough, 1);
    ck_assert_int_eq(load_heavy(&b, (cxj_options){.load_work_limit = 1}, true, &memory, message, sizeof message),
                     CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(message, "touchpoints in 300 views are more than"));
    memory = (heap){0};
    ck_assert_int_eq(load_heavy(&b, (cxj_options){.load_work_limit = 1}, false, &memory, message, sizeof message),
                     CXJ_LIMIT);
    ck_assert_uint_lt(memory.peak, 300 * 1000 + 2 * 65536 * 2);
    ck_assert_int_eq(load_heavy(&b, (cxj_options){.load_work_limit = enough}, false, &memory, message, sizeof message),
                     CXJ_OK);
    free_bytes(&b);
}
END_TEST

/* "bytes that an engine of it takes at least" */
START_TEST(memory_is_foretold) {
    for (uint64_t turn = 0; turn < 4; turn++) {
        begin_chance(800 + turn);
        cxj_engine *engine = turn % 2 ? all_sealed() : make_with((cxj_options){.seal_idle_after = 700 * HOUR});
        feed f = make_feed(2000, 900, 5, false);
        if (turn % 2 == 0) {
            add(engine, "touchpoints by team");
            record_feed(engine, &f);
        }
        bytes b = save_of(engine);
        cxj_validation found;
        char message[200];
        ck_assert_int_eq(validate(&b, &found, message, sizeof message), CXJ_OK);
        cxj_engine *loaded = load_of(&b, plain);
        cxj_stats stats = stats_of(loaded);
        ck_assert_uint_eq(found.work, found.touchpoints * found.views);
        ck_assert_uint_le(found.memory, stats.memory);
        if (turn % 2 == 0) ck_assert_uint_gt(found.memory, stats.memory / 3);
        cxj_engine_destroy(loaded);
        cxj_engine_destroy(engine);
        free_bytes(&b);
        free_feed(&f);
    }
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
    its->bytes += new_size - old_size;
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
    for (uint64_t limit = 4000; merged < 20; limit += limit < 120000 ? 617 : limit / 50) {
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
    ck_assert_uint_gt(refused, 100);
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

/* Tests of what is made by hand make it of all formats. */
static void add_case(Suite *suite, const char *name, const TTest *const *tests, size_t count) {
    TCase *cases = tcase_create(name);
    bool by_hand = strcmp(name, "refused") == 0;
    tcase_set_timeout(cases, 280);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], by_hand ? 1 : 2, 3);
    suite_add_tcase(suite, cases);
}

#define ADD_CASE(suite, name, tests) add_case(suite, name, tests, sizeof(tests) / sizeof *(tests))

int main(void) {
    const TTest *refused[] = {totals_are_within_their_bounds,
                              names_are_in_order_and_used,
                              names_that_nothing_uses_are_refused,
                              views_are_views_and_stand_once,
                              cells_of_sealed_journeys_are_in_order_and_sound,
                              keys_are_those_of_their_view,
                              journeys_are_in_order,
                              touchpoints_are_as_many_as_was_said,
                              touchpoints_are_in_order,
                              an_id_stands_once_in_a_journey,
                              touchpoints_are_within_their_bounds,
                              more_than_any_engine_has_is_refused};
    const TTest *changed[] = {every_bit_that_flips_is_noticed,   every_truncation_is_noticed,
                              views_that_are_one_now_are_one,    checking_takes_what_loading_takes,
                              what_is_taken_can_be_gone_on_with, sums_that_add_up_stay_readable};
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
#ifdef GETRANDOM_IS_WRAPPED
        merging_bytes_takes_the_seed_of_the_engine,
#endif
        limits_of_the_engine_hold_for_what_is_merged, limit_of_memory_is_never_passed, merging_at_the_limit_is_refused,
        lack_of_memory_while_merging_changes_nothing};
    const TTest *second[] = {settings_are_in_order_and_none_is_0,
                             marks_have_1_to_65536_bytes,
                             a_calendar_needs_a_newer_library,
                             facets_of_sealed_touchpoints_are_in_order,
                             withdrawn_touchpoints_have_an_id_and_a_revision,
                             withdrawn_touchpoints_of_format_1_lose_their_fields,
                             columns_are_of_cells};
    const TTest *sums[] = {sums_beyond_their_counts_are_refused, squares_are_those_of_their_sums,
                           views_that_do_not_agree_are_refused, no_view_has_more_than_there_was,
                           a_late_view_of_format_1_is_known_by_what_it_lacks};
    const TTest *work[] = {what_is_too_much_for_its_bytes_is_refused_beforehand,
                           what_is_too_much_for_its_bytes_is_refused_on_the_way, memory_is_foretold};
    seed = seed_of_test();
    Suite *suite = suite_create("load");
    ADD_CASE(suite, "refused", refused);
    ADD_CASE(suite, "changed", changed);
    ADD_CASE(suite, "limits", limits);
    ADD_CASE(suite, "format 2", second);
    ADD_CASE(suite, "sums", sums);
    ADD_CASE(suite, "work", work);
    ADD_CASE(suite, "merging", merging);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
