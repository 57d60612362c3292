/* test_translation: the codes that the names of one engine have in another: "Names are matched by their text"
 * (src/merge.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "translation.h"

#include <string.h>

/* Two dictionaries of each dimension, theirs and one's own, and the memory of both. */
struct library {
    struct cxj__names theirs[CXJ__DICTIONARIES + 1], own[CXJ__DICTIONARIES + 1];
    struct cxj__memory memory;
    struct cxj__seed seed;
    struct cxj__message message;
    struct cxj__translation translation;
    long left; /* allocations that succeed from here on; below 0: all */
};

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    struct library *library = context;
    if (new_size != 0 && library->left == 0) return NULL;
    if (new_size != 0 && library->left > 0) library->left--;
    return cxj__base_allocate(NULL, block, old_size, new_size);
}

static void open_library(struct library *library) {
    static const uint64_t given[2] = {11, 12};
    memset(library, 0, sizeof *library);
    library->seed = cxj__base_seed(given, NULL);
    library->left = -1;
    library->memory = (struct cxj__memory){ration, library, 0, 0};
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) library->theirs[d].limit = library->own[d].limit = 3;
}

/* Nothing may be left when both end. */
static void close_library(struct library *library) {
    cxj__translation_free(&library->translation, &library->memory);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        cxj__names_finish(&library->theirs[d], &library->memory);
        cxj__names_finish(&library->own[d], &library->memory);
    }
    ck_assert_uint_eq(library->memory.used, 0);
}

static uint32_t add(struct library *library, struct cxj__names *names, const char *text, bool is_used) {
    uint32_t code = 0;
    ck_assert_int_eq(cxj__names_add(names, &library->memory, &library->seed, text, strlen(text), &code), CXJ_OK);
    if (is_used) cxj__names_use(names, code);
    return code;
}

static cxj_status translate(struct library *library) {
    return cxj__translation_make(&library->translation, library->theirs, library->own, &library->memory, &library->seed,
                                 &library->message);
}

/* What is known here keeps its code, what is not gets one, and of what nothing carries there is no code. */
START_TEST(names_meet_by_their_text) {
    struct library library;
    open_library(&library);
    struct cxj__names *theirs = &library.theirs[CXJ_DIMENSION_TEAM], *own = &library.own[CXJ_DIMENSION_TEAM];
    add(&library, own, "care", true);
    uint32_t known = add(&library, own, "field", false);
    uint32_t field = add(&library, theirs, "field", true), sales = add(&library, theirs, "sales", true);
    uint32_t unused = add(&library, theirs, "unused", false);
    ck_assert_int_eq(translate(&library), CXJ_OK);
    const uint32_t *codes = library.translation.codes[CXJ_DIMENSION_TEAM];
    ck_assert(!library.translation.is_same);
    ck_assert_uint_eq(codes[0], 0);
    ck_assert_uint_eq(codes[field], known);
    ck_assert_uint_eq(codes[unused], 0);
    ck_assert_uint_eq(own->count, 3);
    ck_assert_str_eq(own->names[codes[sales] - 1].text, "sales");
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) ck_assert_uint_eq(library.translation.codes[d][0], 0);
    close_library(&library);
}
END_TEST

/* translation.h: "what a touchpoint carries has the same code here": known or new; what nothing carries does not matter. */
START_TEST(names_told_alike_have_the_same_codes) {
    for (int differs = 0; differs < 3; differs++) {
        struct library library;
        open_library(&library);
        struct cxj__names *theirs = &library.theirs[CXJ_DIMENSION_TEAM], *own = &library.own[CXJ_DIMENSION_TEAM];
        add(&library, own, "care", false);
        add(&library, own, differs == 1 ? "field" : "unused", false);
        add(&library, theirs, "care", true);
        add(&library, theirs, "sales", differs == 2);
        add(&library, theirs, "field", differs != 2);
        ck_assert_int_eq(translate(&library), CXJ_OK);
        ck_assert_int_eq(library.translation.is_same, differs == 0);
        close_library(&library);
    }
}
END_TEST

START_TEST(a_full_dictionary_is_named) {
    struct library library;
    open_library(&library);
    add(&library, &library.own[CXJ_DIMENSION_CAUSE], "tool", true);
    add(&library, &library.own[CXJ_DIMENSION_CAUSE], "policy", true);
    add(&library, &library.theirs[CXJ_DIMENSION_CAUSE], "process", true);
    add(&library, &library.theirs[CXJ_DIMENSION_CAUSE], "support", true);
    ck_assert_int_eq(translate(&library), CXJ_LIMIT);
    ck_assert_str_eq(library.message.text, "merge: the dictionary of cause would have more than 3 codes");
    close_library(&library);
}
END_TEST

/* Each allocation fails once; what was made is freed all the same. */
START_TEST(lack_of_memory_leaves_nothing) {
    cxj_status status = CXJ_NO_MEMORY;
    long tries = 0;
    for (; status != CXJ_OK; tries++) {
        struct library library;
        open_library(&library);
        for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) add(&library, &library.theirs[d], "new", true);
        library.left = tries;
        status = translate(&library);
        library.left = -1;
        ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
        close_library(&library);
    }
    ck_assert_int_gt(tries, CXJ__DICTIONARIES);
}
END_TEST

int main(void) {
    const TTest *all[] = {names_meet_by_their_text, names_told_alike_have_the_same_codes, a_full_dictionary_is_named,
                          lack_of_memory_leaves_nothing};
    Suite *suite = suite_create("translation");
    ADD_CASE(suite, "names", all);
    return run_suite(suite);
}
