/* decode: what was saved, read and checked to the last number. Every sentence with which bytes are refused, with the
 * offset of what is wrong, by whoever reads them: to check, to load, to merge; what is taken is saved as the same bytes
 * again; and few bytes do not take much work. What sealed journeys have contributed has tests of its own (test_sums.c).
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode.h"

#include "draft.h"
#include "saved.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

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
    /* one at 0, which earlier versions took, is taken and stays there, in front of others */
    draft early = {.wrong_kind = 0};
    totals(&early, 1, 0, 1, 2);
    text(&early, TEXTS, "a");
    journey(&early, 1, 2);
    touchpoint(&early, true, 0, 50, 1);
    touchpoint(&early, false, 1, -30, 0);
    take(&early);
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
    n(&d, JOURNEYS, 1U << 1), n(&d, JOURNEYS, 1), wrong(&d, JOURNEYS), n(&d, JOURNEYS, 2); /* there is one owner */
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
        n(&d, JOURNEYS, 1U << fields[i].field), n(&d, JOURNEYS, 1);
        if (strstr(fields[i].words, "code") != NULL) wrong(&d, JOURNEYS); /* the rest is found once all of it is read */
        n(&d, JOURNEYS, fields[i].value);
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
    n(&d, JOURNEYS, 1 << 17), n(&d, JOURNEYS, 1), wrong(&d, JOURNEYS), n(&d, JOURNEYS, 0);
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
    bytes words = {0}; /* a view that has them all by itself */
    append(&words, "touchpoints where team in (n", strlen("touchpoints where team in (n"));
    for (unsigned i = 0; i < 65536; i++) {
        char name[12];
        int length = snprintf(name, sizeof name, ", n%u", i);
        append(&words, name, (size_t)length);
    }
    append(&words, ")", 2);
    ck_assert_int_eq(validate_teams(0, (const char *)words.data), CXJ_BAD_BYTES);
    free_bytes(&words);
}
END_TEST

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
    written = (uint32_t)_i;
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

static void calendar_of(draft *d, const char *words) {
    totals(d, 0, 0, 0, 0);
    wrong(d, CALENDAR);
    d->wrong_at += words[0] != '\0'; /* behind its length */
    text(d, CALENDAR, words);
}

/* "9 calendar: only if there is one; one item: length, text, in the one way in which it is written" */
START_TEST(a_calendar_is_written_in_one_way) {
    static const char *const others[] = {
        "offset +01:00",
        " offset +01:00\n",
        "offset  +01:00\n",
        "offset +01:00\r\n",
        "offset +01:00\n# winter\n",
        "offset +01:00\n\n",
        "hours mon 09:00-10:00\noffset +01:00\n",
        "hours tue 09:00-10:00\nhours mon 09:00-10:00\n",
        "# nothing said\n",
        "#",
        "\n",
    };
    static const char *const taken[] = {"#\n", "offset +01:00\n", "on 2026-12-25 closed\nhours mon 09:00-10:00\n"};
    draft d = {.wrong_kind = 0};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        totals(&d, 0, 0, 0, 0);
        text(&d, CALENDAR, taken[i]);
        take(&d);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        calendar_of(&d, others[i]);
        refuse(&d, "a calendar is not in the one way in which it is written");
    }
    calendar_of(&d, "offset 01:00\n");
    refuse(&d, "calendar, line 1, column 8: expected a moment such as 2026-03-29T01:00:00Z, found \"01:00\"");
    calendar_of(&d, "");
    refuse(&d, "a calendar is empty");
    totals(&d, 0, 0, 0, 0);
    n(&d, CALENDAR, 3);
    wrong(&d, CALENDAR);
    append(&d.contents[CALENDAR], "#\n", 2);
    refuse(&d, "beyond the end of its block");
    totals(&d, 0, 0, 0, 0);
    text(&d, CALENDAR, "#\n");
    wrong(&d, CALENDAR);
    text(&d, CALENDAR, "#\n");
    refuse(&d, "the end is expected here"); /* there is one at most */
    written = 1;
    totals(&d, 0, 0, 0, 0);
    wrong(&d, CALENDAR);
    text(&d, CALENDAR, "#\n");
    refuse(&d, "the end is expected here");
    written = 2;
}
END_TEST

/* A view in working hours has no meaning without a calendar. */
START_TEST(working_hours_without_a_calendar_are_refused) {
    draft d = {.wrong_kind = 0};
    totals(&d, 0, 1, 0, 0);
    n(&d, VIEWS_BLOCK, 0);
    n(&d, VIEWS_BLOCK, strlen("journeys in working hours"));
    wrong(&d, VIEWS_BLOCK);
    append(&d.contents[VIEWS_BLOCK], "journeys in working hours", strlen("journeys in working hours"));
    refuse(&d, "there is no calendar");
}
END_TEST

/* Local time may lie in a year in which no moment does: such a period is a key only where there is a calendar. */
START_TEST(periods_go_as_far_as_local_time) {
    static const int64_t years[] = {-1, 0, 1, 9999, 10000, 10001};
    for (int has_calendar = 0; has_calendar < 2; has_calendar++) {
        for (size_t y = 0; y < sizeof years / sizeof *years; y++) {
            const int64_t year = years[y];
            draft d = {.wrong_kind = 0};
            totals_sealed(&d, 1, 0, 1, 1);
            if (has_calendar) text(&d, CALENDAR, "offset +18:00\n");
            view(&d, "touchpoints per year");
            columns(&d, CXJ_GRAIN_TOUCHPOINTS);
            n(&d, CELLS, 1);
            bool is_right = (year >= 1 && year <= 9999) || (has_calendar && year >= 0 && year <= 10000);
            if (!is_right) wrong(&d, CELLS);
            put_signed(&d.contents[CELLS], year);
            known(&d);
            for (int i = 0; i < 35 + 9 + 2; i++) n(&d, CELLS, i == 0 || i == 34); /* touchpoints and journeys */
            n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 0);
            if (is_right) {
                take(&d);
            } else {
                refuse(&d, "a key is none of its view's");
            }
        }
    }
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

/* The same where a journey has no others: nothing of it is kept, and it is none that was sealed. */
START_TEST(journeys_of_format_1_of_which_nothing_is_kept_are_none) {
    draft d = {.wrong_kind = 0};
    written = 1;
    totals(&d, 0, 0, 2, 3);
    for (uint64_t i = 0; i < 2; i++) { /* journey 7 has a touchpoint without id that is withdrawn; 8 has another, too */
        journey(&d, i == 0 ? 7 : 1, 1 + i);
        n(&d, JOURNEYS, 1 << 6);
        put_signed(&d.contents[JOURNEYS], START);
        n(&d, JOURNEYS, CXJ_FACET_WITHDRAWN);
        if (i == 1) touchpoint(&d, false, 5, 1, 0);
    }
    uint64_t offset = 0;
    char message[200];
    cxj_validation found;
    bytes b = write_draft(&d, &offset);
    written = 2;
    ck_assert_msg(validate(&b, &found, message, sizeof message) == CXJ_OK, "%s", message);
    ck_assert_uint_eq(found.journeys, 1);
    ck_assert_uint_eq(found.sealed, 0);
    ck_assert_uint_eq(found.touchpoints, 1);
    cxj_engine *engine = load_of(&b, plain);
    for (int times = 0; times < 2; times++) ck_assert_int_eq(cxj_merge_bytes(engine, b.data, b.length), CXJ_OK);
    ck_assert_uint_eq(stats_of(engine).journeys, 1);
    bytes saved = save_of(engine);
    cxj_engine *loaded = load_of(&saved, plain);
    check_saved_as(loaded, &saved, "saved again");
    const cxj_touchpoint t = {.journey = 7, .id = 9, .at = START};
    ck_assert_int_eq(cxj_record(loaded, &t, sizeof t, 1, 0, NULL, 0), CXJ_OK); /* not late */
    ck_assert_uint_eq(stats_of(loaded).journeys, 2);
    free_bytes(&saved);
    free_bytes(&b);
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What is handed out
 * ------------------------------------------------------------------------------------------------------------------ */

/* Names and views go into the engine, journeys are handed out and do not; and where all is only checked, nothing of
 * them is kept. */
START_TEST(journeys_are_handed_out_one_by_one) {
    for (enum cxj__decode_purpose purpose = CXJ__DECODE_CHECK; purpose <= CXJ__DECODE_BUILD_BARE; purpose++) {
        const size_t kept = purpose != CXJ__DECODE_CHECK;
        draft d = {.wrong_kind = 0};
        uint64_t offset = 0;
        totals(&d, 1, 1, 2, 2);
        text(&d, TEXTS, "a");
        view(&d, "touchpoints by owner");
        n(&d, JOURNEYS, 1), n(&d, JOURNEYS, 5), n(&d, JOURNEYS, 1); /* two contribute, one is withdrawn */
        touchpoint(&d, true, START, 1, 1), touchpoint(&d, false, 5, 1, 0);
        n(&d, JOURNEYS, 9), n(&d, JOURNEYS, 7);
        journey(&d, 4, 0);
        bytes b = write_draft(&d, &offset);
        heap memory = {0};
        struct cxj__decode decode = {.engine = make_in(&memory), .purpose = purpose};
        const struct cxj__core *core = &decode.engine->core;
        ck_assert(cxj__decode_begin(&decode, read_bytes, &b));
        ck_assert_uint_eq(decode.totals.journeys, 2);
        ck_assert_uint_eq(decode.view_count, 1);
        ck_assert_uint_eq(core->view_count, 1);
        ck_assert_uint_eq(cxj__names_count(&core->dictionaries[CXJ_DIMENSION_OWNER]), 1);

        ck_assert(cxj__decode_journey(&decode));
        ck_assert_uint_eq(decode.number, 1);
        ck_assert(!decode.is_sealed);
        ck_assert_uint_eq(decode.touchpoints, 2);
        ck_assert_uint_eq(decode.withdrawn, 1);
        ck_assert_uint_eq(decode.entries.count, 2 * kept);
        ck_assert_uint_eq(decode.retractions.count, kept);
        if (kept) {
            const cxj_touchpoint last = {.journey = 1, .id = 2, .at = START + 5};
            ck_assert_mem_eq(&decode.entries.items[1].touchpoint, &last, sizeof last);
            ck_assert_uint_eq(decode.retractions.items[0].id, 9);
            ck_assert_uint_eq(decode.retractions.items[0].revision, 7);
            /* as who takes them into an engine does */
            for (size_t i = 0; i < kept * 2; i++) {
                cxj__core_count(&decode.engine->core, &decode.entries.items[i].touchpoint, 1);
            }
        }

        ck_assert(cxj__decode_journey(&decode));
        ck_assert_uint_eq(decode.number, 5);
        ck_assert(decode.is_sealed);
        ck_assert_uint_eq(decode.sealed, 1);
        ck_assert(cxj__decode_end(&decode));
        ck_assert_uint_eq(core->store.table.count, 0);
        cxj__decode_finish(&decode);
        ck_assert_int_eq(decode.in.status, CXJ_OK);
        cxj_engine_destroy(decode.engine);
        ck_assert_uint_eq(memory.blocks, 0);
        free_bytes(&b);
    }
}
END_TEST

/* In format 1 they stand among the others, in the order of touchpoints; a journey keeps them in that of their ids. Each
 * allocation fails once, and then it is said. */
START_TEST(withdrawn_touchpoints_of_format_1_are_put_in_order) {
    static const int64_t ids[] = {9, 2, 5};
    static const uint64_t expected[][2] = {{2, 71}, {5, 72}, {9, 70}};
    draft d = {.wrong_kind = 0};
    uint64_t offset = 0;
    written = 1;
    totals(&d, 0, 0, 1, 3);
    journey(&d, 1, 3);
    for (size_t i = 0; i < 3; i++) {
        n(&d, JOURNEYS, 1 | 1 << 6 | 1 << 9);
        if (i == 0) {
            put_signed(&d.contents[JOURNEYS], START);
        } else {
            n(&d, JOURNEYS, 1);
        }
        put_signed(&d.contents[JOURNEYS], ids[i] - (i == 0 ? 0 : ids[i - 1]));
        n(&d, JOURNEYS, CXJ_FACET_WITHDRAWN), n(&d, JOURNEYS, 70 + i);
    }
    bytes b = write_draft(&d, &offset);
    written = 2;
    bool is_right = false;
    for (uint64_t k = 1; !is_right; k++) {
        heap memory = {0};
        struct cxj__decode decode = {.engine = make_in(&memory), .purpose = CXJ__DECODE_BUILD};
        b.at = 0;
        heap_fail(&memory, k, false);
        is_right = cxj__decode_begin(&decode, read_bytes, &b) && cxj__decode_journey(&decode);
        heap_fail(&memory, 0, false);
        if (is_right) {
            const struct cxj__retraction *items = decode.retractions.items;
            ck_assert_uint_gt(k, 4);
            ck_assert_uint_eq(decode.retractions.count, 3);
            for (size_t i = 0; i < 3; i++) {
                ck_assert_uint_eq(items[i].id, expected[i][0]);
                ck_assert_uint_eq(items[i].revision, expected[i][1]);
            }
            ck_assert(cxj__decode_end(&decode));
        } else {
            ck_assert_int_eq(decode.in.status, CXJ_NO_MEMORY);
        }
        cxj__decode_finish(&decode);
        cxj_engine_destroy(decode.engine);
        ck_assert_uint_eq(memory.blocks, 0);
    }
    free_bytes(&b);
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

/* "bytes that a loaded engine takes at least" */
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

/* ------------------------------------------------------------------------------------------------------------------ */

/* Tests of what is made by hand make it of all formats. */
static void add_loops(Suite *suite, const char *name, const TTest *const *tests, size_t count) {
    TCase *cases = tcase_create(name);
    bool by_hand = strcmp(name, "refused") == 0;
    tcase_set_timeout(cases, 280);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], by_hand ? 1 : 2, 3);
    suite_add_tcase(suite, cases);
}

#define ADD_LOOPS(suite, name, tests) add_loops(suite, name, tests, sizeof(tests) / sizeof *(tests))

int main(void) {
    const TTest *refused[] = {
        totals_are_within_their_bounds,      names_are_in_order_and_used,        names_that_nothing_uses_are_refused,
        views_are_views_and_stand_once,      views_that_are_one_now_are_one,     journeys_are_in_order,
        touchpoints_are_as_many_as_was_said, touchpoints_are_in_order,           an_id_stands_once_in_a_journey,
        touchpoints_are_within_their_bounds, more_than_any_engine_has_is_refused};
    const TTest *format_2[] = {settings_are_in_order_and_none_is_0,
                               marks_have_1_to_65536_bytes,
                               a_calendar_is_written_in_one_way,
                               working_hours_without_a_calendar_are_refused,
                               periods_go_as_far_as_local_time,
                               facets_of_sealed_touchpoints_are_in_order,
                               withdrawn_touchpoints_have_an_id_and_a_revision,
                               withdrawn_touchpoints_of_format_1_lose_their_fields,
        journeys_of_format_1_of_which_nothing_is_kept_are_none};
    const TTest *handed_out[] = {journeys_are_handed_out_one_by_one,
                                 withdrawn_touchpoints_of_format_1_are_put_in_order};
    const TTest *work[] = {what_is_too_much_for_its_bytes_is_refused_beforehand,
                           what_is_too_much_for_its_bytes_is_refused_on_the_way, memory_is_foretold};
    take_seed();
    Suite *suite = suite_create("decode");
    ADD_LOOPS(suite, "refused", refused);
    ADD_LOOPS(suite, "format 2", format_2);
    ADD_LOOPS(suite, "handed out", handed_out);
    ADD_LOOPS(suite, "work", work);
    return run_suite(suite);
}
