/* format: what the bytes of a state say. That touchpoints, columns and cells are written as the head of src/format.c
 * describes, byte by byte, in a second implementation (put, put_block); that there is one way to write each thing and
 * no other is read; that nothing which is read is trusted, and what is wrong is named with its offset.
 *
 * SPDX-License-Identifier: MIT
 */
#include "format.h"

#include "saved.h"
#include "stream.h"
#include "suite.h"

#include <string.h>

enum { FIELDS = 19 };

/* As many names of each dimension as there can be codes. */
static const size_t all_names[] = {
    [CXJ_DIMENSION_OWNER] = UINT32_MAX,   [CXJ_DIMENSION_TEAM] = UINT16_MAX,    [CXJ_DIMENSION_ACTIVITY] = UINT16_MAX,
    [CXJ_DIMENSION_CHANNEL] = UINT16_MAX, [CXJ_DIMENSION_STAGE] = UINT16_MAX,   [CXJ_DIMENSION_CAUSE] = UINT16_MAX,
    [CXJ_DIMENSION_TYPE] = UINT16_MAX,    [CXJ_DIMENSION_SEGMENT] = UINT16_MAX, [CXJ_DIMENSION_REASON] = UINT16_MAX};

/* ---------------------------------------------------------------------------------------------------------------------
 * Kinds of blocks
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Blocks come in the order of their kinds": what is expected is said. */
START_TEST(another_kind_than_expected_is_refused) {
    static const char *const expected[] = {
        "",           "the totals are",   "a name is",   "a view is",      "a cell is", "a journey is",
        "the end is", "the settings are", "the mark is", "the calendar is"};
    for (enum cxj__format_kind kind = CXJ__FORMAT_TOTALS; kind < CXJ__FORMAT_KINDS; kind++) {
        for (uint8_t other = 0; other < CXJ__FORMAT_KINDS; other++) {
            struct cxj__wire_in in;
            bytes b = {0};
            uint64_t chain;
            put_head(&b, CXJ__FORMAT_FORMAT, &chain);
            put_block(&b, &chain, other, "\0", 1);
            ck_assert(open_in(&in, &b));
            if (other != (uint8_t)kind) {
                ck_assert(!cxj__format_item(&in, kind));
                check_wrong(&in, CXJ_BAD_BYTES, HEAD + BLOCK_HEADER, expected[kind]);
            } else {
                ck_assert(cxj__format_item(&in, kind));
            }
            cxj__wire_in_finish(&in);
            free_bytes(&b);
        }
    }
    check_all_given_back();
}
END_TEST

/* "A version that does not know a number, a kind of block or a facet says that a newer one is needed." Format 1 had no
 * other kinds. */
START_TEST(a_kind_of_a_later_version_needs_that) {
    static const uint8_t kinds[] = {CXJ__FORMAT_KINDS, 100, 255};
    for (uint32_t format = CXJ__FORMAT_FIRST; format <= CXJ__FORMAT_FORMAT; format++) {
        for (size_t i = 0; i < sizeof kinds; i++) {
            struct cxj__wire_in in;
            bytes b = {0};
            uint64_t chain;
            put_head(&b, format, &chain);
            put_block(&b, &chain, kinds[i], "\0", 1);
            ck_assert(open_in(&in, &b));
            ck_assert_uint_eq(cxj__wire_next(&in), kinds[i]);
            ck_assert(!cxj__format_item(&in, CXJ__FORMAT_VIEWS));
            bool first = format == CXJ__FORMAT_FIRST;
            check_wrong(&in, first ? CXJ_BAD_BYTES : CXJ_NEWER_FORMAT, first ? HEAD + BLOCK_HEADER : HEAD,
                        first ? "a view is expected" : "a newer one is needed");
            cxj__wire_in_finish(&in);
            free_bytes(&b);
        }
    }
    check_all_given_back();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Touchpoints
 * ------------------------------------------------------------------------------------------------------------------ */

/* A touchpoint with one of its fields, by the place of its bit, or with all (FIELDS); by turns small and as large as it
 * can be. */
static cxj_touchpoint with_field(unsigned field, bool large) {
    cxj_touchpoint t = {.at = large ? -START : START};
#define WITH(place, name, small, most)                                                                                 \
    if (field == (place) || field == FIELDS) t.name = large ? (most) : (small)
    WITH(0, id, 5, UINT64_MAX);
    WITH(1, owner, 6, UINT32_MAX);
    WITH(2, team, 7, UINT16_MAX);
    WITH(3, activity, 8, UINT16_MAX);
    WITH(4, channel, 9, UINT16_MAX);
    WITH(5, stage, 10, UINT16_MAX);
    WITH(6, facets, 11, CXJ_FACETS_ALL);
    WITH(7, scale, 1, 255);
    WITH(7, scope, 2, 255);
    WITH(7, score, 0, 255);
    WITH(8, sequence, 13, UINT32_MAX);
    WITH(9, revision, 14, UINT64_MAX);
    WITH(10, due, START + 1, INT64_MIN);
    WITH(11, type, 15, UINT16_MAX);
    WITH(12, segment, 16, UINT16_MAX);
    WITH(13, reason, 17, UINT16_MAX);
    WITH(14, customer, 18, UINT64_MAX);
    WITH(15, value, -19, INT64_MIN);
    WITH(16, cause, 20, UINT16_MAX);
    WITH(17, commitment, 7, UINT8_MAX);
    WITH(18, outcome, 2, UINT8_MAX);
#undef WITH
    return t;
}

/* The same by hand, of a touchpoint that stands first. */
static void put_by_hand(bytes *b, const cxj_touchpoint *t, uint32_t fields) {
    put(b, fields);
    put_signed(b, t->at);
#define BY_HAND(place, statement)                                                                                      \
    if (fields >> (place)&1) statement
    BY_HAND(0, put_signed(b, (int64_t)t->id));
    BY_HAND(1, put(b, t->owner));
    BY_HAND(2, put(b, t->team));
    BY_HAND(3, put(b, t->activity));
    BY_HAND(4, put(b, t->channel));
    BY_HAND(5, put(b, t->stage));
    BY_HAND(6, put(b, t->facets));
    if (fields >> 7 & 1) {
        const unsigned char rating[3] = {t->scale, t->scope, t->score};
        append(b, rating, 3);
    }
    BY_HAND(8, put(b, t->sequence));
    BY_HAND(9, put(b, t->revision));
    BY_HAND(10, put_signed(b, (int64_t)((uint64_t)t->due - (uint64_t)t->at)));
    BY_HAND(11, put(b, t->type));
    BY_HAND(12, put(b, t->segment));
    BY_HAND(13, put(b, t->reason));
    BY_HAND(14, put(b, t->customer));
    BY_HAND(15, put_signed(b, t->value));
    BY_HAND(16, put(b, t->cause));
    BY_HAND(17, put(b, t->commitment));
    BY_HAND(18, put(b, t->outcome));
#undef BY_HAND
}

/* "a number whose bits say which fields are not none, from bit 0 on: id, owner, …; at, …; and the fields named, in that
 * order" */
START_TEST(fields_stand_under_their_bits) {
    for (unsigned field = 0; field <= FIELDS; field++) {
        for (int large = 0; large < 2; large++) {
            cxj_touchpoint t = with_field(field, large), got;
            uint32_t fields = field == FIELDS ? (UINT32_C(1) << FIELDS) - 1 : UINT32_C(1) << field;
            bytes expected = {0}, b = {0};
            struct cxj__wire_out out;
            struct cxj__wire_in in;
            struct cxj__format_before before = {0};
            put_by_hand(&expected, &t, fields);
            ck_assert_uint_le(expected.length, CXJ__FORMAT_TOUCHPOINT);
            open_out(&out, &b);
            item(&out, CXJ__FORMAT_JOURNEYS, CXJ__FORMAT_TOUCHPOINT);
            cxj__format_put_touchpoint(&out, &t, &before);
            close_out(&out);
            ck_assert(before.is_there && before.at == t.at && before.id == t.id);
            bytes by_hand = one_block(&expected);
            before = (struct cxj__format_before){0};
            ck_assert(open_in(&in, &b));
            ck_assert(cxj__format_item(&in, CXJ__FORMAT_JOURNEYS));
            cxj__format_get_touchpoint(&in, &got, &before, all_names);
            ck_assert_int_eq(in.status, CXJ_OK);
            ck_assert_mem_eq(&got, &t, sizeof t);
            ck_assert(cxj__format_in_end(&in));
            cxj__wire_in_finish(&in);
            check_same_bytes(&by_hand, &b, "a touchpoint");
            free_bytes(&by_hand);
            free_bytes(&expected);
        }
    }
    check_all_given_back();
}
END_TEST

/* "at, as the distance from the one before it (of the first: signed)"; "the id as its signed distance from that of the
 * last touchpoint before that has one in this journey"; "due as its signed distance from at" */
START_TEST(touchpoints_are_told_apart_from_the_one_before) {
    static const cxj_touchpoint journey[] = {
        {.at = -5, .id = 1000}, {.at = -5},
        {.at = 0, .id = 998},   {.at = 300, .id = UINT64_MAX, .due = 299},
        {.at = 300, .id = 1},   {.at = INT64_MAX, .due = INT64_MIN},
    };
    enum { COUNT = sizeof journey / sizeof *journey };
    bytes expected = {0}, b = {0};
    struct cxj__wire_out out;
    struct cxj__wire_in in;
    struct cxj__format_before before = {0};
    open_out(&out, &b);
    item(&out, CXJ__FORMAT_JOURNEYS, COUNT * CXJ__FORMAT_TOUCHPOINT);
    for (size_t i = 0; i < COUNT; i++) cxj__format_put_touchpoint(&out, &journey[i], &before);
    close_out(&out);
    put(&expected, 1), put_signed(&expected, -5), put_signed(&expected, 1000);
    put(&expected, 0), put(&expected, 0);
    put(&expected, 1), put(&expected, 5), put_signed(&expected, -2);
    put(&expected, 1 | 1 << 10), put(&expected, 300), put_signed(&expected, -999), put_signed(&expected, -1);
    put(&expected, 1), put(&expected, 0), put_signed(&expected, 2);
    put(&expected, 1 << 10), put(&expected, (uint64_t)INT64_MAX - 300), put_signed(&expected, 1);
    ck_assert(open_in(&in, &b));
    ck_assert(cxj__format_item(&in, CXJ__FORMAT_JOURNEYS));
    before = (struct cxj__format_before){0};
    for (size_t i = 0; i < COUNT; i++) {
        cxj_touchpoint got;
        cxj__format_get_touchpoint(&in, &got, &before, all_names);
        ck_assert_int_eq(in.status, CXJ_OK);
        ck_assert_mem_eq(&got, &journey[i], sizeof got);
    }
    cxj__wire_in_finish(&in);
    bytes by_hand = one_block(&expected);
    check_same_bytes(&by_hand, &b, "a journey");
    free_bytes(&by_hand);
    free_bytes(&expected);
    check_all_given_back();
}
END_TEST

/* A field that is said to be there is not none; and each has its bounds. */
START_TEST(fields_that_are_none_or_out_of_bounds_are_refused) {
    static const uint64_t beyond[FIELDS] = {[1] = UINT64_C(1) << 32,
                                            [2] = 65536,
                                            [3] = 65536,
                                            [4] = 65536,
                                            [5] = 65536,
                                            [6] = UINT64_C(1) << 32,
                                            [8] = UINT64_C(1) << 32,
                                            [11] = 65536,
                                            [12] = 65536,
                                            [13] = 65536,
                                            [16] = 65536,
                                            [17] = 256,
                                            [18] = 256};
    for (unsigned field = 0; field < FIELDS; field++) {
        struct cxj__wire_in in;
        struct cxj__format_before before = {.is_there = true, .at = START, .id = 7};
        cxj_touchpoint t;
        bytes contents = {0};
        put(&contents, 99); /* so that the touchpoint does not stand first */
        put(&contents, UINT32_C(1) << field);
        put(&contents, 0);
        size_t place = contents.length;
        if (field == 0) {
            put_signed(&contents, -7); /* the id that this is a distance to is 0 */
        } else if (field == 7) {
            append(&contents, "\0\1\1", 3);
        } else if (field == 10) {
            put_signed(&contents, -START);
        } else {
            put(&contents, 0);
        }
        bytes b;
        open_contents(&in, &contents, &b);
        (void)cxj__wire_get(&in, 99);
        cxj__format_get_touchpoint(&in, &t, &before, all_names);
        close_wrong(&in, &b, CXJ_BAD_BYTES, place, "a field of the touchpoint is there, and none");
        free_bytes(&contents);
        if (beyond[field] == 0) continue;
        put(&contents, UINT32_C(1) << field);
        put_signed(&contents, START);
        place = contents.length;
        put(&contents, beyond[field]);
        open_contents(&in, &contents, &b);
        before = (struct cxj__format_before){0};
        cxj__format_get_touchpoint(&in, &t, &before, all_names);
        close_wrong(&in, &b, CXJ_BAD_BYTES, place,
                    beyond[field] == 65536 ? "a code of no name" : "greater than it can be here");
        free_bytes(&contents);
    }
    /* an unknown facet: "A version that does not know … a facet says that a newer one is needed" (format.c) */
    for (uint32_t facet = CXJ_FACETS_ALL + 1; facet != 0; facet <<= 1) {
        struct cxj__wire_in in;
        struct cxj__format_before before = {0};
        cxj_touchpoint t;
        bytes contents = {0}, b;
        put(&contents, UINT32_C(1) << 6);
        put_signed(&contents, 1);
        put(&contents, facet | CXJ_FACET_CONTACT);
        open_contents(&in, &contents, &b);
        cxj__format_get_touchpoint(&in, &t, &before, all_names);
        close_wrong(&in, &b, CXJ_NEWER_FORMAT, 2, "a newer one is needed");
        free_bytes(&contents);
    }
    /* an unknown field */
    struct cxj__wire_in in;
    struct cxj__format_before before = {0};
    cxj_touchpoint t;
    bytes contents = {0};
    put(&contents, UINT32_C(1) << FIELDS);
    put(&contents, 0);
    bytes b;
    open_contents(&in, &contents, &b);
    cxj__format_get_touchpoint(&in, &t, &before, all_names);
    close_wrong(&in, &b, CXJ_BAD_BYTES, 0, "greater than it can be here");
    free_bytes(&contents);
}
END_TEST

/* A touchpoint that goes on behind its block is refused wherever that ends. */
START_TEST(touchpoints_end_with_the_block) {
    cxj_touchpoint t = with_field(FIELDS, true), got;
    bytes contents = {0};
    put_by_hand(&contents, &t, (UINT32_C(1) << FIELDS) - 1);
    size_t whole = contents.length;
    for (contents.length = 1; contents.length < whole; contents.length++) {
        struct cxj__wire_in in;
        struct cxj__format_before before = {0};
        bytes b;
        open_contents(&in, &contents, &b);
        cxj__format_get_touchpoint(&in, &got, &before, all_names);
        ck_assert_int_eq(in.status, CXJ_BAD_BYTES);
        ck_assert_uint_eq(in.wrong, HEAD + BLOCK_HEADER + contents.length);
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    free_bytes(&contents);
    check_all_given_back();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cells
 * ------------------------------------------------------------------------------------------------------------------ */

static bool with_products; /* cells of journeys are those of views with drivers */

static struct cxj__cell *make_cell(uint32_t grain) {
    struct cxj__cell *cell = cxj__cell_make(&memory, grain, with_products && grain == CXJ_GRAIN_JOURNEYS);
    ck_assert_ptr_nonnull(cell);
    return cell;
}

static void add_duration(struct cxj__cell *cell, size_t histogram, uint32_t bucket, int64_t times) {
    struct cxj__histogram *its = &cxj__cell_histograms(cell)[histogram];
    ck_assert(cxj__histogram_reserve(its, &memory, bucket, (uint64_t)times));
    cxj__histogram_add(its, bucket, times);
}

/* A sum, and the bytes that it takes. */
static const struct {
    uint64_t high, low;
    size_t width;
} sums[] = {
    {0, 0, 0},
    {0, 1, 1},
    {0, 127, 1},
    {0, 128, 2},
    {0, 32767, 2},
    {0, 32768, 3},
    {0, UINT64_C(1) << 62, 8},
    {0, INT64_MAX, 8},
    {0, UINT64_C(1) << 63, 9},
    {0, UINT64_MAX, 9},
    {1, 0, 9},
    {127, 5, 9},
    {128, 5, 10},
    {(UINT64_C(1) << 36) - 1, UINT64_MAX, 13}, /* a sum of 2^40 touchpoints, each 2^60 at most */
    {UINT64_MAX, UINT64_MAX, 1},
    {UINT64_MAX, (uint64_t)-128, 1},
    {UINT64_MAX, (uint64_t)-129, 2},
    {UINT64_MAX, UINT64_C(1) << 63, 8},
    {UINT64_MAX, INT64_MAX, 9},
    {UINT64_MAX, 0, 9},
    {~((UINT64_C(1) << 36) - 1), 0, 13},
};
enum { SUMS = sizeof sums / sizeof *sums };

/* A cell with everything: counts small and large, sums of all widths from turn on, durations that are counted. */
static struct cxj__cell *full_cell(uint32_t grain, size_t turn) {
    struct cxj__cell *cell = make_cell(grain);
    const struct cxj__cell_shape *shape = cxj__cell_shape(grain);
    int64_t *counts = cxj__cell_counts(cell);
    for (size_t i = 0; i < shape->counts; i++) counts[i] = (int64_t)(i % 3 ? i * turn : UINT64_C(1) << (i + turn) % 41);
    for (size_t i = 0; i < shape->sums; i++) {
        size_t s = (i + turn) % SUMS;
        cxj__cell_sums(cell)[i] = (struct cxj__int128){.low = sums[s].low, .high = sums[s].high};
    }
    static const uint32_t buckets[] = {0, CXJ__HISTOGRAM_BUCKETS - 1, 64, 63, 1000, 1001};
    int64_t total = 0;
    for (size_t k = 0; k < sizeof buckets / sizeof *buckets; k++) {
        for (size_t i = 0; i < shape->histograms; i++) add_duration(cell, i, buckets[k], (int64_t)(k * 100 + turn + 1));
        total += (int64_t)(k * 100 + turn + 1);
    }
    /* Nothing is counted more often than there are touchpoints, or transitions. */
    if (grain == CXJ_GRAIN_TOUCHPOINTS) {
        counts[CXJ__T_TOUCHPOINTS] = INT64_C(1) << 40;
        counts[CXJ__T_WAITS] = counts[CXJ__T_LATE] = total;
    } else if (grain == CXJ_GRAIN_TRANSITIONS) {
        counts[CXJ__X_TRANSITIONS] = total;
        for (size_t i = 0; i < shape->counts; i++) counts[i] = counts[i] > total ? total : counts[i];
    } else {
        counts[CXJ__J_TOUCHPOINTS] = INT64_C(1) << 40;
        counts[CXJ__J_COMPLETED] = total - 3;
        counts[CXJ__J_ABANDONED] = 3;
        counts[CXJ__J_LATE] = counts[CXJ__J_LATE_PROACTIVE] = counts[CXJ__J_LOOPS_CLOSED] = total;
    }
    for (size_t i = 0; cell->has_products && i < CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i++) {
        for (size_t model = 0; model < CXJ__MODELS; model++) {
            size_t s = (i + model + turn) % SUMS;
            cxj__cell_products(cell)->sums[model][i] = (struct cxj__int128){.low = sums[s].low, .high = sums[s].high};
        }
    }
    return cell;
}

/* All columns of a grain, and the same without some. */
static struct cxj__format_columns all_columns(uint32_t grain) {
    struct cxj__columns set = {{0}};
    struct cxj__format_columns columns;
    size_t count = with_products ? cxj__cell_columns(grain) : cxj__cell_first_column(grain, CXJ__DRIVERS);
    for (size_t column = 0; column < count; column++) cxj__cell_add_column(&set, column);
    cxj__format_list_columns(&columns, grain, &set);
    return columns;
}

/* Contents in which a cell stands. */
static bytes cell_contents(const struct cxj__cell *cell) {
    const struct cxj__format_columns columns = all_columns(cell->grain);
    static struct cxj__histogram_count scratch[CXJ__HISTOGRAM_BUCKETS];
    struct cxj__wire_out out;
    bytes b = {0}, contents = {0};
    open_out(&out, &b);
    size_t most = cxj__format_cell_bytes(cell);
    item(&out, CXJ__FORMAT_CELLS, most);
    size_t before = out.length;
    cxj__format_put_cell(&out, cell, &columns, scratch);
    ck_assert_uint_le(out.length - before, most);
    append(&contents, out.bytes + before, out.length - before);
    cxj__wire_out_finish(&out);
    free_bytes(&b);
    return contents;
}

/* The place of the number that comes next in its list behind *number. */
static size_t place_of_next(uint32_t grain, enum cxj__list list, uint32_t *number) {
    size_t column;
    do column = cxj__cell_column(grain, list, ++*number);
    while (column == CXJ__COLUMNS);
    return column - cxj__cell_first_column(grain, list);
}

/* A sum as it is written. */
static void put_sum(bytes *to, size_t s) {
    put(to, sums[s].width);
    for (size_t k = 0; k < sums[s].width; k++) {
        uint64_t word = k < 8 ? sums[s].low : sums[s].high;
        unsigned char byte = (unsigned char)(word >> (k % 8 * 8));
        append(to, &byte, 1);
    }
}

/* "for each predictor, first of journeys that are rated, then of all, these sums: of itself, of its product with what
 * is explained, and of those with each predictor listed up to itself that is known of the cell": in the order of their
 * numbers, too. */
static void put_products(bytes *to, size_t turn) {
    uint32_t number = 0;
    for (size_t i = 0; i < CXJ__PREDICTORS; i++) {
        size_t p = place_of_next(CXJ_GRAIN_JOURNEYS, CXJ__DRIVERS, &number);
        for (size_t model = 0; model < CXJ__MODELS; model++) {
            uint32_t other = 0;
            put_sum(to, (CXJ__PRODUCTS_ROW(p) + model + turn) % SUMS);
            put_sum(to, (CXJ__PRODUCTS_ROW(p) + 1 + model + turn) % SUMS);
            while (other < number) {
                size_t q = place_of_next(CXJ_GRAIN_JOURNEYS, CXJ__DRIVERS, &other);
                put_sum(to, (cxj__products_pair(p, q) + model + turn) % SUMS);
            }
        }
    }
}

/* "how many of the columns listed that it has are not known of this cell …; then, of those that are known, the counts;
 * the sums (length in bytes from 0 to 13, then those, two's complement); the histograms (how many buckets; for each the
 * distance from the one before it, and how often)": in the order of their numbers. */
START_TEST(cells_are_written_as_the_format_says) {
    for (uint32_t kind = CXJ_GRAIN_TOUCHPOINTS; kind <= CXJ_GRAIN_JOURNEYS + 1; kind++) {
        with_products = kind > CXJ_GRAIN_JOURNEYS;
        const uint32_t grain = with_products ? CXJ_GRAIN_JOURNEYS : kind;
        for (size_t turn = 0; turn < SUMS; turn++) {
            struct cxj__cell *cell = full_cell(grain, turn), *got = make_cell(grain);
            const struct cxj__cell_shape *shape = cxj__cell_shape(grain);
            bytes contents = cell_contents(cell), expected = {0};
            struct cxj__format_columns columns = all_columns(grain);
            uint32_t number = 0;
            put(&expected, 0);
            for (size_t i = 0; i < shape->counts; i++) {
                put(&expected, (uint64_t)cxj__cell_counts(cell)[place_of_next(grain, CXJ__COUNTS, &number)]);
            }
            number = 0;
            for (size_t i = 0; i < shape->sums; i++) {
                put_sum(&expected, (place_of_next(grain, CXJ__SUMS, &number) + turn) % SUMS);
            }
            for (size_t i = 0; i < shape->histograms; i++) {
                put(&expected, 6);
                put(&expected, 0), put(&expected, turn + 1);
                put(&expected, 63), put(&expected, 300 + turn + 1);
                put(&expected, 1), put(&expected, 200 + turn + 1);
                put(&expected, 936), put(&expected, 400 + turn + 1);
                put(&expected, 1), put(&expected, 500 + turn + 1);
                put(&expected, CXJ__HISTOGRAM_BUCKETS - 1 - 1001), put(&expected, 100 + turn + 1);
            }
            if (cell->has_products) put_products(&expected, turn);
            ck_assert_uint_eq(contents.length, expected.length);
            ck_assert_mem_eq(contents.data, expected.data, expected.length);
            struct cxj__wire_in in;
            bytes b;
            open_contents(&in, &contents, &b);
            cxj__format_get_cell(&in, got, &columns, UINT64_C(1) << 40);
            ck_assert_msg(in.status == CXJ_OK, "%s", in.message.text);
            ck_assert(cxj__format_in_end(&in));
            ck_assert(cxj__format_knows_all(&columns));
            ck_assert_ptr_null(got->unknown);
            ck_assert(cxj__cell_is_same(cell, got));
            cxj__wire_in_finish(&in);
            bytes again = cell_contents(got);
            check_same_bytes(&contents, &again, "a cell");
            free_bytes(&b);
            free_bytes(&contents);
            free_bytes(&expected);
            cxj__cell_destroy(cell, &memory);
            cxj__cell_destroy(got, &memory);
        }
    }
    check_all_given_back();
}
END_TEST

/* Reads a cell with products. */
static struct cxj__cell *read_products(const bytes *contents, struct cxj__format_columns *columns) {
    struct cxj__cell *got = make_cell(CXJ_GRAIN_JOURNEYS);
    struct cxj__wire_in in;
    bytes b;
    open_contents(&in, contents, &b);
    cxj__format_get_cell(&in, got, columns, UINT64_C(1) << 40);
    ck_assert_msg(in.status == CXJ_OK, "%s", in.message.text);
    ck_assert(cxj__format_in_end(&in));
    cxj__wire_in_finish(&in);
    free_bytes(&b);
    return got;
}

/* Fails unless a cell sums what another does of the predictors known, and nothing of the others. */
static void check_known(const struct cxj__cell *cell, const struct cxj__cell *whole, uint32_t known) {
    const struct cxj__products *mine = cxj__cell_products(cell), *its = cxj__cell_products(whole);
    ck_assert_uint_eq(cxj__cell_known_predictors(cell), known);
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        for (size_t i = 0; i < CXJ__PRODUCTS_XX + p + 1; i++) {
            bool is_there =
                (known >> p & 1) != 0 && (i < CXJ__PRODUCTS_XX || (known >> (i - CXJ__PRODUCTS_XX) & 1) != 0);
            for (size_t model = 0; model < CXJ__MODELS; model++) {
                const struct cxj__int128 sum = mine->sums[model][CXJ__PRODUCTS_ROW(p) + i], none = {0, 0};
                const struct cxj__int128 *right = is_there ? &its->sums[model][CXJ__PRODUCTS_ROW(p) + i] : &none;
                ck_assert_msg(sum.low == right->low && sum.high == right->high, "%zu of %zu", i, p);
            }
        }
    }
}

/* "What was not summed yet when a journey was sealed is not known of that cell, for ever": of a predictor that is not
 * listed, or that a cell does not know, neither its sums stand there nor its products with others. One that once was is
 * read over, with its products. What is read is written as the same bytes again. */
START_TEST(predictors_may_be_unknown) {
    enum { FIRST = 3, SECOND = 7 };
    static const uint32_t all = (UINT32_C(1) << CXJ__PREDICTORS) - 1;
    static const uint32_t some = all & ~(UINT32_C(1) << FIRST | UINT32_C(1) << SECOND);
    with_products = true;
    struct cxj__format_columns columns = all_columns(CXJ_GRAIN_JOURNEYS), without = columns;
    size_t drivers = columns.count - columns.counts[CXJ__DRIVERS];
    struct cxj__cell *whole = full_cell(CXJ_GRAIN_JOURNEYS, 3);
    ck_assert_uint_eq(columns.counts[CXJ__DRIVERS], CXJ__PREDICTORS);

    /* that once were */
    bytes contents = cell_contents(whole);
    without.columns[drivers + FIRST] = without.columns[drivers + SECOND] = CXJ__COLUMNS;
    struct cxj__cell *got = read_products(&contents, &without);
    check_known(got, whole, some);

    /* that this cell does not know */
    bytes again = cell_contents(got);
    ck_assert_uint_lt(again.length, contents.length);
    struct cxj__cell *twice = read_products(&again, &columns);
    check_known(twice, whole, some);
    ck_assert(!cxj__format_knows_all(&columns));
    bytes once_more = cell_contents(twice);
    check_same_bytes(&again, &once_more, "a cell with less");
    free_bytes(&once_more);

    /* that are not listed */
    without = columns;
    without.count = drivers, without.counts[CXJ__DRIVERS] = 0;
    with_products = false;
    struct cxj__cell *plain = full_cell(CXJ_GRAIN_JOURNEYS, 3);
    bytes none = cell_contents(plain);
    with_products = true;
    struct cxj__cell *bare = read_products(&none, &without);
    check_known(bare, whole, 0);
    ck_assert(cxj__cell_is_same(bare, whole)); /* in what both know */

    struct cxj__cell *const cells[] = {whole, got, twice, plain, bare};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) cxj__cell_destroy(cells[i], &memory);
    free_bytes(&contents);
    free_bytes(&again);
    free_bytes(&none);
    check_all_given_back();
}
END_TEST

/* A transitions cell by hand: 8 counts, 3 sums, a histogram; what is in it may be exchanged by hand. */
static bytes transitions(uint64_t count, const char *sum, size_t sum_length, const char *histogram,
                         size_t histogram_length) {
    bytes contents = {0};
    put(&contents, 0); /* all columns are known */
    put(&contents, count);
    for (int i = 1; i < 8; i++) put(&contents, 0);
    append(&contents, sum, sum_length);
    put(&contents, 0), put(&contents, 0);
    append(&contents, histogram, histogram_length);
    return contents;
}

enum { SUM_AT = 9 };

static void refuse_cell(bytes contents, uint64_t most, uint64_t place, const char *words) {
    struct cxj__wire_in in;
    struct cxj__cell *cell = make_cell(CXJ_GRAIN_TRANSITIONS);
    struct cxj__format_columns columns = all_columns(CXJ_GRAIN_TRANSITIONS);
    bytes b;
    open_contents(&in, &contents, &b);
    cxj__format_get_cell(&in, cell, &columns, most);
    cxj__cell_destroy(cell, &memory);
    close_wrong(&in, &b, CXJ_BAD_BYTES, place, words);
    free_bytes(&contents);
}

#define TRANSITIONS(count, sum, histogram) transitions(count, sum, sizeof(sum) - 1, histogram, sizeof(histogram) - 1)

/* No other way to write a sum or a histogram is read. */
START_TEST(other_cells_are_refused) {
    struct cxj__wire_in in;
    struct cxj__cell *cell = make_cell(CXJ_GRAIN_TRANSITIONS);
    struct cxj__format_columns columns = all_columns(CXJ_GRAIN_TRANSITIONS);
    bytes right = TRANSITIONS(2, "\1\5", "\2\7\1\1\1");
    bytes b;
    open_contents(&in, &right, &b);
    cxj__format_get_cell(&in, cell, &columns, 2);
    ck_assert_msg(in.status == CXJ_OK, "%s", in.message.text);
    cxj__wire_in_finish(&in);
    cxj__cell_destroy(cell, &memory);
    free_bytes(&b);
    free_bytes(&right);

    refuse_cell(TRANSITIONS(2, "\1\5", "\2\7\1\1\1"), 1, 1, "greater than it can be here");
    refuse_cell(TRANSITIONS(2, "\1\0", "\1\7\2"), 2, SUM_AT + 1, "a sum takes more bytes than it needs");
    refuse_cell(TRANSITIONS(2, "\2\5\0", "\1\7\2"), 2, SUM_AT + 1, "a sum takes more bytes than it needs");
    refuse_cell(TRANSITIONS(2, "\2\xff\xff", "\1\7\2"), 2, SUM_AT + 1, "a sum takes more bytes than it needs");
    refuse_cell(TRANSITIONS(2, "\x0d\5\0\0\0\0\0\0\0\0\0\0\0\0", "\1\7\2"), 2, SUM_AT + 1, "more bytes than it needs");
    refuse_cell(TRANSITIONS(2, "\x0e\5\0\0\0\0\0\0\0\0\0\0\0\0\1", "\1\7\2"), 2, SUM_AT, "greater than it can be");
    refuse_cell(TRANSITIONS(2, "\x0d\5", ""), 2, SUM_AT + 1, "beyond the end of its block");
    /* Two touchpoints add up to 2^61 at most: one more is 2^61 + 1, and so below; 2^64; 2^65 below 0. */
    refuse_cell(TRANSITIONS(2, "\x08\1\0\0\0\0\0\0\x20", "\1\7\2"), 2, SUM_AT + 1, "a sum is greater than it can be");
    refuse_cell(TRANSITIONS(2, "\x08\xff\xff\xff\xff\xff\xff\xff\xdf", "\1\7\2"), 2, SUM_AT + 1, "a sum is greater");
    refuse_cell(TRANSITIONS(2, "\x09\0\0\0\0\0\0\0\0\1", "\1\7\2"), 2, SUM_AT + 1, "a sum is greater than it can be");
    refuse_cell(TRANSITIONS(2, "\x09\0\0\0\0\0\0\0\0\xfe", "\1\7\2"), 2, SUM_AT + 1, "a sum is greater than it can be");
    refuse_cell(TRANSITIONS(2, "\0", "\2\7\1\0\1"), 2, SUM_AT + 6, "a bucket stands twice");
    refuse_cell(TRANSITIONS(2, "\0", "\2\7\0\1\2"), 2, SUM_AT + 5, "a bucket is empty");
    refuse_cell(TRANSITIONS(2, "\0", "\1\xc0\x16\2"), 2, SUM_AT + 4, "greater than it can be here"); /* bucket 2880 */
    refuse_cell(TRANSITIONS(2, "\0", "\2\xbf\x16\1\1\1"), 2, SUM_AT + 7, "greater than it can be here"); /* and 2880 */
    refuse_cell(TRANSITIONS(2, "\0", "\1\7\3"), 2, SUM_AT + 5, "greater than it can be here");
    refuse_cell(TRANSITIONS(2, "\0", "\xc1\x16"), 2, SUM_AT + 3, "greater than it can be here"); /* 2881 buckets */
    refuse_cell(TRANSITIONS(2, "\0", "\1\7"), 2, SUM_AT + 5, "behind the end of its block");
    /* what every cell knows is known */
    for (unsigned char place = 0; place < 12; place++) {
        bytes less = {0};
        put(&less, 1), put(&less, place);
        refuse_cell(less, 2, 1, "a column that every cell knows is not known of this one");
    }
    bytes none = {0}, more = {0};
    put(&none, 1), put(&none, 12);
    refuse_cell(none, 2, 1, "greater than it can be here");
    put(&more, 13);
    refuse_cell(more, 2, 0, "greater than it can be here");
}
END_TEST

/* The columns that cells had in format 1, by their lists. */
static const uint32_t first_columns[][CXJ__LISTS] = {{0}, {35, 9, 2}, {8, 3, 1}, {56, 21, 5}};

/* Contents in which a cell stands with the columns that format 1 had, each its number or, of a histogram, that many
 * durations of 5 ms. */
static bytes first_contents(uint32_t grain) {
    bytes contents = {0};
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
        for (uint32_t number = 1; number <= first_columns[grain][list]; number++) {
            if (list != CXJ__COUNTS) put(&contents, 1); /* the length of a sum, or how many buckets */
            if (list == CXJ__HISTOGRAMS) put(&contents, 5);
            put(&contents, number);
        }
    }
    return contents;
}

/* Whether a column of a cell is what first_contents() has. */
static bool is_first(const struct cxj__cell *cell, enum cxj__list list, uint32_t number) {
    size_t column = cxj__cell_column(cell->grain, list, number);
    if (!cxj__cell_knows(cell, column)) return false;
    size_t place = column - cxj__cell_first_column(cell->grain, list);
    if (list == CXJ__COUNTS) return cxj__cell_counts(cell)[place] == number;
    if (list == CXJ__SUMS) return cxj__base_clamp(cxj__cell_sums(cell)[place]) == number;
    return cxj__histogram_total(&cxj__cell_histograms(cell)[place]) == number;
}

/* "Cells have no list of columns, and none that is not known"; what is no column any more is read, and left out. */
START_TEST(cells_of_format_1_have_the_columns_they_had) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *got = make_cell(grain);
        struct cxj__format_columns columns;
        bytes first = first_contents(grain), b;
        struct cxj__wire_in in;
        size_t known = 0;
        cxj__format_first_columns(&columns, grain);
        for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
            ck_assert_uint_eq(columns.counts[list], first_columns[grain][list]);
        }
        made_format = CXJ__FORMAT_FIRST;
        open_contents(&in, &first, &b);
        made_format = CXJ__FORMAT_FORMAT;
        cxj__format_get_cell(&in, got, &columns, UINT64_C(1) << 40);
        ck_assert_msg(in.status == CXJ_OK, "%s", in.message.text);
        ck_assert(cxj__format_in_end(&in));
        cxj__wire_in_finish(&in);
        for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
            for (uint32_t number = 1; number <= first_columns[grain][list]; number++) {
                if (cxj__cell_column(grain, list, number) == CXJ__COLUMNS) continue;
                ck_assert_msg(is_first(got, list, number), "grain %u, list %d, %u", (unsigned)grain, (int)list,
                              (unsigned)number);
                known++;
            }
        }
        /* Predictors are no columns of such cells. */
        const size_t end = cxj__cell_first_column(grain, CXJ__HISTOGRAMS) + cxj__cell_shape(grain)->histograms;
        for (size_t column = 0; column < end; column++) known -= cxj__cell_knows(got, column);
        ck_assert_uint_eq(known, 0); /* and of no other column anything is known */
        free_bytes(&first);
        free_bytes(&b);
        cxj__cell_destroy(got, &memory);
    }
    check_all_given_back();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Columns
 * ------------------------------------------------------------------------------------------------------------------ */

/* "which counts, which sums, which histograms and which predictors its cells have: how many, and of each the distance
 * of its number from that of the one before" */
START_TEST(columns_are_written_as_the_format_says) {
    with_products = true; /* predictors are listed where any cell has them */
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__format_columns columns = all_columns(grain), got;
        struct cxj__wire_out out;
        struct cxj__wire_in in;
        bytes b = {0}, contents = {0}, expected = {0};
        open_out(&out, &b);
        item(&out, CXJ__FORMAT_CELLS, CXJ__FORMAT_COLUMNS);
        size_t before = out.length;
        cxj__format_put_columns(&out, &columns);
        append(&contents, out.bytes + before, out.length - before);
        cxj__wire_out_finish(&out);
        free_bytes(&b);
        for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
            uint32_t last = 0;
            put(&expected, cxj__cell_first_column(grain, list + 1) - cxj__cell_first_column(grain, list));
            for (uint32_t number = 1; number <= cxj__cell_greatest_number(grain, list); number++) {
                if (cxj__cell_column(grain, list, number) == CXJ__COLUMNS) continue;
                put(&expected, number - last);
                last = number;
            }
        }
        ck_assert_uint_eq(contents.length, expected.length);
        ck_assert_mem_eq(contents.data, expected.data, expected.length);
        open_contents(&in, &contents, &b);
        cxj__format_get_columns(&in, &got, grain);
        ck_assert(cxj__format_in_end(&in));
        cxj__wire_in_finish(&in);
        ck_assert_mem_eq(&got, &columns, sizeof got);
        free_bytes(&expected);
        free_bytes(&contents);
        free_bytes(&b);
    }
    check_all_given_back();
}
END_TEST

/* The lists of a transitions view: 8 counts, 3 sums, a histogram, no predictors; each may be exchanged by
 * hand. */
static void refuse_columns(const char *counts, size_t length, const char *rest, size_t rest_length, cxj_status status,
                           uint64_t place, const char *words) {
    struct cxj__wire_in in;
    struct cxj__format_columns columns;
    bytes contents = {0}, b;
    append(&contents, counts, length);
    append(&contents, rest, rest_length);
    open_contents(&in, &contents, &b);
    cxj__format_get_columns(&in, &columns, CXJ_GRAIN_TRANSITIONS);
    close_wrong(&in, &b, status, place, words);
    free_bytes(&contents);
}

#define REFUSE_COLUMNS(counts, rest, status, place, words)                                                             \
    refuse_columns(counts, sizeof(counts) - 1, rest, sizeof(rest) - 1, status, place, words)

/* "A version that does not know a number … says that a newer one is needed": so old libraries refuse what they would
 * lose. */
START_TEST(columns_of_a_later_version_need_that) {
    static const char eight[] = "\x8\1\1\1\1\1\1\1\1";
    ck_assert_uint_eq(cxj__cell_greatest_number(CXJ_GRAIN_TRANSITIONS, CXJ__COUNTS), 8);
    REFUSE_COLUMNS("\x9\1\1\1\1\1\1\1\1\1", "\3\1\1\1\1\1", CXJ_NEWER_FORMAT, 9, "a newer one is needed");
    REFUSE_COLUMNS("\x8\1\1\1\1\1\1\1\2", "\3\1\1\1\1\1", CXJ_NEWER_FORMAT, 8, "a newer one is needed");
    REFUSE_COLUMNS("\xff\xff\xff\xff\x7f", "", CXJ_NEWER_FORMAT, 0, "a newer one is needed");
    REFUSE_COLUMNS(eight, "\4\1\1\1\1\1\1", CXJ_NEWER_FORMAT, 13, "a newer one is needed");
    REFUSE_COLUMNS(eight, "\3\1\1\1\2\1\1", CXJ_NEWER_FORMAT, 15, "a newer one is needed");
    REFUSE_COLUMNS(eight, "\3\1\1\1\1\1\1\1", CXJ_NEWER_FORMAT, 16, "a newer one is needed");
    REFUSE_COLUMNS("\x8\1\0", "", CXJ_BAD_BYTES, 2, "columns are not in order");
    REFUSE_COLUMNS("\x7\1\1\1\1\1\1\1", "\3\1\1\1\1\1\0", CXJ_BAD_BYTES, 0,
                   "a column that every cell has is not listed");
    REFUSE_COLUMNS(eight, "\3\1\1\1\0\0", CXJ_BAD_BYTES, 0, "a column that every cell has is not listed");
    REFUSE_COLUMNS("\0\1\1\0\0", "", CXJ_BAD_BYTES, 0, "a column that every cell has is not listed");
}
END_TEST

/* A grain without cells has no columns, and then no cell. */
START_TEST(no_columns_are_of_no_cell) {
    struct cxj__wire_in in;
    struct cxj__format_columns columns;
    struct cxj__cell *cell = make_cell(CXJ_GRAIN_TRANSITIONS);
    bytes contents = {0}, b;
    append(&contents, "\0\0\0\0\0", 5);
    open_contents(&in, &contents, &b);
    cxj__format_get_columns(&in, &columns, CXJ_GRAIN_TRANSITIONS);
    ck_assert_int_eq(in.status, CXJ_OK);
    ck_assert_uint_eq(columns.count, 0);
    ck_assert(cxj__format_knows_all(&columns));
    cxj__format_get_cell(&in, cell, &columns, 2);
    cxj__cell_destroy(cell, &memory);
    close_wrong(&in, &b, CXJ_BAD_BYTES, 4, "no columns are listed for this cell");
    free_bytes(&contents);
}
END_TEST

/* A lack of memory for a histogram is one, and no fault of the bytes. */
START_TEST(lack_of_memory_for_a_histogram_is_a_status) {
    struct cxj__wire_in in;
    bytes contents = TRANSITIONS(2, "\1\5", "\2\7\1\1\1");
    struct cxj__cell *cell = make_cell(CXJ_GRAIN_TRANSITIONS);
    struct cxj__format_columns columns = all_columns(CXJ_GRAIN_TRANSITIONS);
    bytes b;
    open_contents(&in, &contents, &b);
    heap_fail(&own, 1, true);
    cxj__format_get_cell(&in, cell, &columns, 2);
    heap_fail(&own, 0, false);
    cxj__cell_destroy(cell, &memory);
    close_wrong(&in, &b, CXJ_NO_MEMORY, SUM_AT + 6, "no memory for a histogram");
    free_bytes(&contents);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *blocks[] = {another_kind_than_expected_is_refused, a_kind_of_a_later_version_needs_that};
    const TTest *touchpoints[] = {fields_stand_under_their_bits, touchpoints_are_told_apart_from_the_one_before,
                                  fields_that_are_none_or_out_of_bounds_are_refused, touchpoints_end_with_the_block};
    const TTest *columns[] = {columns_are_written_as_the_format_says, columns_of_a_later_version_need_that,
                              no_columns_are_of_no_cell};
    const TTest *cells[] = {cells_are_written_as_the_format_says, predictors_may_be_unknown, other_cells_are_refused,
                            cells_of_format_1_have_the_columns_they_had, lack_of_memory_for_a_histogram_is_a_status};
    Suite *suite = suite_create("format");
    ADD_CASE(suite, "blocks", blocks);
    ADD_CASE(suite, "touchpoints", touchpoints);
    ADD_CASE(suite, "cells", cells);
    ADD_CASE(suite, "columns", columns);
    return run_suite(suite);
}
