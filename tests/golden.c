/* golden: what earlier versions saved is read by this one, for ever. Each file of tests/golden is loaded; what it shows is
 * compared with the text beside it, to the last bit; and it is checked, and, if it is as this version writes, saved as the
 * same bytes again. tests/golden/make.c made them.
 *
 * Format 1 kept the texts of views as they had been given; since version 0.2 they are normalised, also when they are read,
 * and so the .txt files of format 1 show them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden/show.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GOLDEN
#define GOLDEN "tests/golden"
#endif

/* The files, by their format. */
static const struct {
    uint32_t format;
    const char *name;
    bool is_as_written; /* in the format that is written, and with texts of views that are normalised */
} files[] = {
    {1, "empty", true},
    {1, "everything", false},
    {1, "sealed", false},
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

START_TEST(what_was_saved_once_is_read_for_ever) {
    content bytes = read_golden((size_t)_i, "cxj"), expected = read_golden((size_t)_i, "txt");
    char message[400] = "";
    cxj_validation found;
    cxj_engine *engine = NULL;
    cxj_status status = cxj_validate_bytes(bytes.bytes, bytes.length, &found, sizeof found, message, sizeof message);
    ck_assert_msg(status == CXJ_OK, "%s: %s", files[_i].name, message);
    ck_assert_uint_eq(found.format, files[_i].format);
    status = cxj_load_bytes(NULL, bytes.bytes, bytes.length, message, sizeof message, &engine);
    ck_assert_msg(status == CXJ_OK, "%s: %s", files[_i].name, message);
    content got = shown(engine);
    check_same_text(&expected, &got, files[_i].name);
    if (files[_i].is_as_written) {
        size_t length = 0;
        char *again = malloc(bytes.length + 1);
        ck_assert_ptr_nonnull(again);
        ck_assert_int_eq(cxj_save_bytes(engine, bytes.length, NULL, 0, again, &length), CXJ_OK);
        ck_assert_uint_eq(length, bytes.length);
        ck_assert_mem_eq(again, bytes.bytes, length);
        free(again);
    }
    cxj_engine_destroy(engine);
    free(bytes.bytes);
    free(expected.bytes);
    free(got.bytes);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("golden");
    TCase *cases = tcase_create("files");
    tcase_add_loop_test(cases, what_was_saved_once_is_read_for_ever, 0, (int)(sizeof files / sizeof *files));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
