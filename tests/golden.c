/* golden: what earlier versions saved is read by this one, for ever. Each file of tests/golden is loaded; what it shows
 * is compared with the text beside it, to the last bit; and it is checked, merged, and saved again: if its format is
 * the one that is written and what it sums means today what it meant, as the same bytes. tests/golden/make.c made them.
 *
 * A second time this is done with a library in which each cell has a count, a sum and a histogram more than ever was
 * saved (cell.h: CXJ__WITH_DUMMIES): what was saved before must still be read and written as it is, and what is new
 * must be said to be not known wherever a sealed journey has contributed, and nowhere else.
 *
 * Format 1 kept the texts of views as they had been given; since version 0.2 they are normalised, also when they are
 * read, and so the .txt files of format 1 show them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden/show.h"
#include "suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GOLDEN
#define GOLDEN "tests/golden"
#endif
enum { WRITTEN_FORMAT = 2 };

/* The files, by their format. With format 1 nothing is written any more; and what is in a cell that means something
 * else by now is read, and left out (cell.h), so that it is not written again. */
static const struct {
    uint32_t format;
    const char *name;
    bool has_gone;
} files[] = {
    {1, "empty", false}, {1, "everything", false}, {1, "sealed", true},
    {2, "empty", false}, {2, "everything", false}, {2, "sealed", true},
    {2, "calendar", false}, {2, "drivers", false},
};

typedef struct content {
    char *bytes;
    size_t length;
} content;

static content read_all(FILE *file) {
    enum { MOST = 1000000 };
    content c = {malloc(MOST + 1), 0};
    ck_assert(file != NULL && c.bytes != NULL);
    c.length = fread(c.bytes, 1, MOST, file);
    c.bytes[c.length] = '\0';
    ck_assert_uint_lt(c.length, MOST);
    fclose(file);
    return c;
}

static content read_golden(size_t i, const char *ending) {
    char path[1024];
    snprintf(path, sizeof path, GOLDEN "/%u-%s.%s", (unsigned)files[i].format, files[i].name, ending);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    return read_all(file);
}

static content shown(const cxj_engine *engine) {
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(show(engine, 20, file), 0);
    rewind(file);
    return read_all(file);
}

/* Takes the lines of withdrawn touchpoints out of a text: format 1 kept all of their fields, which are not shown
 * now. */
static void leave_out_withdrawn(content *text) {
    char *to = text->bytes;
    for (char *line = text->bytes; *line != '\0';) {
        size_t length = strcspn(line, "\n") + 1;
        const char *facets = strstr(line, " facets ");
        bool withdrawn = strncmp(line, " withdrawn ", 11) == 0;
        if (facets != NULL && facets < line + length) {
            withdrawn |= (strtoul(facets + 8, NULL, 16) & CXJ_FACET_WITHDRAWN) != 0;
        }
        if (!withdrawn) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    text->length = (size_t)(to - text->bytes);
    *to = '\0';
}

/* Fails with the line in which two texts differ. */
static void check_same_text(const content *expected, const content *got, const char *name) {
    size_t line = 1, begin = 0;
    for (size_t i = 0; i <= expected->length; i++) {
        char e = expected->bytes[i], g = i <= got->length ? got->bytes[i] : '\0';
        ck_assert_msg(e == g, "%s, line %zu: expected\n%.*s\nbut got\n%.*s", name, line,
                      (int)strcspn(expected->bytes + begin, "\n"), expected->bytes + begin,
                      (int)strcspn(got->bytes + begin, "\n"), got->bytes + begin);
        if (e == '\n') {
            line++;
            begin = i + 1;
        }
    }
}

static content saved(const cxj_engine *engine) {
    content c = {NULL, 0};
    ck_assert_int_eq(cxj_save_bytes(engine, 0, NULL, 0, NULL, &c.length), CXJ_TOO_SMALL);
    c.bytes = malloc(c.length);
    ck_assert_ptr_nonnull(c.bytes);
    ck_assert_int_eq(cxj_save_bytes(engine, c.length, NULL, 0, c.bytes, &c.length), CXJ_OK);
    return c;
}

/* What is written again shows the same, and is written once more as the same bytes. */
static void check_saved(const content *written, const content *expected) {
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_load_bytes(NULL, written->bytes, written->length, NULL, 0, &engine), CXJ_OK);
    content got = shown(engine), again = saved(engine);
    check_same_text(expected, &got, "written again");
    ck_assert_uint_eq(again.length, written->length);
    ck_assert_mem_eq(again.bytes, written->bytes, again.length);
    cxj_engine_destroy(engine);
    free(got.bytes);
    free(again.bytes);
}

/* Merged into an engine that knows nothing, it is all there, but for what merges leave alone: the mark, and when
 * journeys are sealed. A view that lacks something cannot be merged. */
static void check_merged(const cxj_engine *engine, const content *bytes) {
    cxj_engine *into = NULL, *other = NULL;
    cxj_view *view = NULL, *added = NULL;
    const cxj_options options = {.size = sizeof options, .seal_ended_after = 1000 * INT64_C(3600000)};
    bool lacks = false;
    const char *calendar = NULL;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &into), CXJ_OK);
    ck_assert_int_eq(cxj_calendar(engine, &calendar, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(into, calendar, calendar == NULL ? 0 : CXJ_ZERO_TERMINATED), CXJ_OK);
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_int_eq(cxj_view_add(into, info.text, info.text_length, &added), CXJ_OK);
        lacks |= info.incomplete || info.lacks_sealed;
    }
    cxj_status status = cxj_merge_bytes(into, bytes->bytes, bytes->length);
    ck_assert_msg(status == (lacks ? CXJ_SEALED : CXJ_OK), "%s", cxj_message(into));
    if (!lacks) {
        const void *mark = NULL;
        size_t length = 0;
        ck_assert_int_eq(cxj_mark(into, &mark, &length), CXJ_OK);
        ck_assert_uint_eq(length, 0);
        ck_assert_int_eq(cxj_mark(engine, &mark, &length), CXJ_OK);
        ck_assert_int_eq(cxj_set_mark(into, mark, length), CXJ_OK);
        content expected = shown(engine), got = shown(into);
        check_same_text(&expected, &got, "merged");
        free(expected.bytes);
        free(got.bytes);
    }
    content one = saved(into);
    ck_assert_int_eq(cxj_load_bytes(NULL, one.bytes, one.length, NULL, 0, &other), CXJ_OK);
    content two = saved(other);
    ck_assert_uint_eq(one.length, two.length);
    ck_assert_mem_eq(one.bytes, two.bytes, one.length);
    free(one.bytes);
    free(two.bytes);
    cxj_engine_destroy(into);
    cxj_engine_destroy(other);
}

START_TEST(what_was_saved_once_is_read_for_ever) {
    content bytes = read_golden((size_t)_i, "cxj"), expected = read_golden((size_t)_i, "txt");
    char message[400] = "";
    cxj_validation found;
    cxj_engine *engine = NULL;
    cxj_status status =
        cxj_validate_bytes(NULL, bytes.bytes, bytes.length, message, sizeof message, &found, sizeof found);
    ck_assert_msg(status == CXJ_OK, "%s: %s", files[_i].name, message);
    ck_assert_uint_eq(found.format, files[_i].format);
    status = cxj_load_bytes(NULL, bytes.bytes, bytes.length, message, sizeof message, &engine);
    ck_assert_msg(status == CXJ_OK, "%s: %s", files[_i].name, message);
    content got = shown(engine);
    if (files[_i].format == 1) {
        leave_out_withdrawn(&expected);
        leave_out_withdrawn(&got);
    }
    check_same_text(&expected, &got, files[_i].name);
    content written = saved(engine);
    bool is_same = written.length == bytes.length && memcmp(written.bytes, bytes.bytes, bytes.length) == 0;
    ck_assert_int_eq(is_same, files[_i].format == WRITTEN_FORMAT && !files[_i].has_gone);
    content whole = shown(engine);
    check_saved(&written, &whole);
    free(whole.bytes);
    free(written.bytes);
    check_merged(engine, &bytes);
    cxj_engine_destroy(engine);
    free(bytes.bytes);
    free(expected.bytes);
    free(got.bytes);
}
END_TEST

#ifdef CXJ__WITH_DUMMIES
/* How many cells there are whose dummies are 0, and whose are not known. */
static void count_dummies(const cxj_engine *engine, size_t *none, size_t *unknown) {
    static const char *const names[] = {"dummies", "dummy_sum", "dummy_p50"};
    cxj_view *view = NULL;
    *none = *unknown = 0;
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        cxj_cursor *cursor = NULL;
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_int_ge(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
        while (cxj_cursor_next(cursor) == CXJ_OK) {
            cxj_value values[3];
            uint32_t metrics[3];
            for (size_t m = 0; m < 3; m++) {
                ck_assert_int_eq(cxj_metric_find(info.grain, names[m], CXJ_ZERO_TERMINATED, &metrics[m]), CXJ_OK);
            }
            ck_assert_int_eq(cxj_cursor_metrics(cursor, metrics, 3, NULL, 0, values, sizeof *values), CXJ_OK);
            ck_assert(isnan(values[0].value) == isnan(values[1].value));
            ck_assert(isnan(values[2].value)); /* of no duration there is no median, either */
            *unknown += isnan(values[0].value) != 0;
            *none += values[0].value <= 0 && values[1].value <= 0;
        }
        cxj_cursor_close(cursor);
    }
}

/* "What was not summed yet when a journey was sealed is not known of that cell, for ever, and said to be so rather than
 * 0." */
START_TEST(what_is_new_is_not_known_of_what_was_sealed) {
    content bytes = read_golden((size_t)_i, "cxj");
    cxj_engine *engine = NULL, *again = NULL;
    cxj_stats stats;
    size_t none, unknown, none_again, unknown_again;
    ck_assert_int_eq(cxj_load_bytes(NULL, bytes.bytes, bytes.length, NULL, 0, &engine), CXJ_OK);
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    count_dummies(engine, &none, &unknown);
    ck_assert((unknown > 0) == (stats.sealed > 0));
    ck_assert(stats.sealed > 0 || (none > 0) == (stats.touchpoints > 0));
    content written = saved(engine);
    ck_assert_int_eq(cxj_load_bytes(NULL, written.bytes, written.length, NULL, 0, &again), CXJ_OK);
    count_dummies(again, &none_again, &unknown_again);
    ck_assert_uint_eq(none_again, none);
    ck_assert_uint_eq(unknown_again, unknown);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(again);
    free(bytes.bytes);
    free(written.bytes);
}
END_TEST

/* Sealed by a library that has the dummies, they are known, and are 0; where such a journey meets one of before, in the
 * same cell, the cell does not know them. What it writes needs a library that has them. */
START_TEST(what_is_new_is_known_of_what_is_sealed_now) {
    const cxj_options options = {.size = sizeof options, .seal_idle_after = 1};
    const cxj_touchpoint t = {.journey = 1000, .id = 1, .at = INT64_C(1767225600000), .outcome = 1};
    content bytes = read_golden(2, "cxj");
    cxj_engine *engine = NULL, *before = NULL, *again = NULL;
    cxj_view *view = NULL, *added = NULL;
    size_t none, unknown;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    ck_assert_int_eq(cxj_load_bytes(NULL, bytes.bytes, bytes.length, NULL, 0, &before), CXJ_OK);
    for (size_t i = 0; cxj_view_at(before, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_int_eq(cxj_view_add(engine, info.text, info.text_length, &added), CXJ_OK);
    }
    ck_assert_int_eq(cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &added), CXJ_OK);
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, t.at + 1), CXJ_OK);
    count_dummies(engine, &none, &unknown);
    ck_assert(none > 0 && unknown == 0);
    content written = saved(engine);
    ck_assert_int_eq(cxj_load_bytes(NULL, written.bytes, written.length, NULL, 0, &again), CXJ_OK);
    count_dummies(again, &none, &unknown);
    ck_assert(none > 0 && unknown == 0);
    content same = saved(again);
    ck_assert_uint_eq(same.length, written.length);
    ck_assert_mem_eq(same.bytes, written.bytes, same.length);
    cxj_engine_destroy(again);
    ck_assert_int_eq(cxj_view_drop(engine, added), CXJ_OK);
    ck_assert_msg(cxj_merge(engine, before) == CXJ_OK, "%s", cxj_message(engine));
    free(written.bytes);
    free(same.bytes);
    count_dummies(engine, &none, &unknown);
    ck_assert(unknown > 0);
    size_t none_again, unknown_again;
    written = saved(engine);
    ck_assert_int_eq(cxj_load_bytes(NULL, written.bytes, written.length, NULL, 0, &again), CXJ_OK);
    count_dummies(again, &none_again, &unknown_again);
    ck_assert_uint_eq(none_again, none);
    ck_assert_uint_eq(unknown_again, unknown);
    cxj_engine_destroy(again);
    cxj_engine_destroy(before);
    cxj_engine_destroy(engine);
    free(written.bytes);
    free(bytes.bytes);
}
END_TEST
#endif

int main(void) {
    Suite *suite = suite_create("golden");
    TCase *cases = tcase_create("files");
    tcase_add_loop_test(cases, what_was_saved_once_is_read_for_ever, 0, (int)(sizeof files / sizeof *files));
#ifdef CXJ__WITH_DUMMIES
    tcase_add_loop_test(cases, what_is_new_is_not_known_of_what_was_sealed, 0, (int)(sizeof files / sizeof *files));
    tcase_add_test(cases, what_is_new_is_known_of_what_is_sealed_now);
#endif
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
