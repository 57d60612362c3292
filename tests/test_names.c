/* test_names: a dictionary for each dimension: names to codes and back.
 *
 * SPDX-License-Identifier: MIT
 */
#include "names.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * A dictionary with all that it needs
 * ------------------------------------------------------------------------------------------------------------------ */

struct book {
    struct cxj__names names;
    struct cxj__memory memory;
    struct cxj__seed seed;
    long left;             /* allocations that succeed from here on; below 0: all */
    bool once;             /* only one fails then, not all */
    const char *forgotten; /* a block of its length must be zero when it is freed; NULL: nothing is looked at */
};

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    struct book *book = context;
    if (new_size == 0 && book->forgotten != NULL && old_size == strlen(book->forgotten) + 1) {
        for (size_t i = 0; i < old_size; i++) ck_assert_int_eq(((const char *)block)[i], 0);
    }
    if (new_size != 0 && book->left == 0) {
        if (book->once) book->left = -1;
        return NULL;
    }
    if (new_size != 0 && book->left > 0) book->left--;
    return cxj__base_allocate(NULL, block, old_size, new_size);
}

static void open_book(struct book *book, uint32_t limit) {
    static const uint64_t given[2] = {11, 12};
    *book = (struct book){.names = {.limit = limit}, .seed = cxj__base_seed(given, NULL), .left = -1};
    book->memory = (struct cxj__memory){ration, book, 0, 0};
}

/* Nothing may be left when a dictionary ends. */
static void close_book(struct book *book) {
    cxj__names_finish(&book->names, &book->memory);
    ck_assert_uint_eq(book->memory.used, 0);
    ck_assert_uint_eq(book->names.count, 0);
}

/* What src/names.c keeps true: "slots holds each code that is not retired exactly once, at most three quarters full;
 * each that is retired is in the chain that begins with waiting". */
static void is_consistent(const struct book *book) {
    const struct cxj__names *names = &book->names;
    size_t filled = 0, live = 0;
    for (size_t i = 0; i < names->slot_capacity; i++) {
        filled += names->slots[i] != 0;
        if (names->slots[i] == 0) continue;
        ck_assert_uint_le(names->slots[i], names->count);
        ck_assert_ptr_nonnull(names->names[names->slots[i] - 1].text);
    }
    for (size_t i = 0; i < names->count; i++) live += names->names[i].text != NULL;
    ck_assert_uint_eq(filled, live);
    size_t waiting = 0;
    for (uint32_t code = names->waiting; code != 0; code = names->names[code - 1].next, waiting++) {
        ck_assert_uint_le(code, names->count);
        ck_assert_uint_lt(waiting, names->count);
        ck_assert_ptr_null(names->names[code - 1].text);
    }
    ck_assert_uint_eq(waiting, names->count - live);
    ck_assert_uint_le(filled * 4, names->slot_capacity * 3);
}

static uint32_t find(const struct book *book, const char *name) {
    return cxj__names_find(&book->names, &book->seed, name, strlen(name));
}

static cxj_status try_add(struct book *book, const char *name, uint32_t *code) {
    return cxj__names_add(&book->names, &book->memory, &book->seed, name, strlen(name), code);
}

static uint32_t add(struct book *book, const char *name) {
    uint32_t code = 0;
    ck_assert_int_eq(try_add(book, name, &code), CXJ_OK);
    return code;
}

static const char *text(const struct book *book, uint32_t code) {
    size_t length = 99;
    const char *name = cxj__names_text(&book->names, code, &length);
    if (name != NULL) ck_assert_uint_eq(strlen(name), length);
    return name;
}

static void numbered(char name[16], unsigned number) {
    snprintf(name, 16, "n%u", number);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Finding and adding
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(an_empty_dictionary_finds_nothing) {
    struct book book;
    open_book(&book, 10);
    ck_assert_uint_eq(find(&book, "ann"), 0);
    ck_assert_uint_eq(find(&book, ""), 0);
    ck_assert_ptr_null(text(&book, 1));
    close_book(&book);
}
END_TEST

START_TEST(codes_run_from_one) {
    struct book book;
    open_book(&book, 10);
    ck_assert_uint_eq(add(&book, "ann"), 1);
    ck_assert_uint_eq(add(&book, "bob"), 2);
    ck_assert_uint_eq(find(&book, "ann"), 1);
    ck_assert_uint_eq(find(&book, "bob"), 2);
    ck_assert_str_eq(text(&book, 1), "ann");
    ck_assert_str_eq(text(&book, 2), "bob");
    ck_assert_ptr_null(text(&book, 3));
    ck_assert_ptr_null(text(&book, UINT32_MAX));
    close_book(&book);
}
END_TEST

/* Section 5: "Code none is a key like any other, shown as an empty name." */
START_TEST(code_zero_has_the_empty_name) {
    struct book book;
    open_book(&book, 10);
    add(&book, "ann");
    ck_assert_str_eq(text(&book, 0), "");
    ck_assert_uint_eq(find(&book, ""), 0);
    close_book(&book);
}
END_TEST

START_TEST(names_differ_by_every_byte_and_by_length) {
    static const char *const names[] = {"a", "aa", "ab", "A", "a ", " a", "\xc3\xa4", "a\xcc\x88", "aaaaaaaaaaaaaaaaa"};
    struct book book;
    open_book(&book, 100);
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_uint_eq(find(&book, names[i]), 0);
        ck_assert_uint_eq(add(&book, names[i]), i + 1);
    }
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) ck_assert_uint_eq(find(&book, names[i]), i + 1);
    close_book(&book);
}
END_TEST

/* A name is given by its length, and is copied. */
START_TEST(names_are_copied_up_to_their_length) {
    struct book book;
    uint32_t code = 0;
    char buffer[] = "annabel";
    open_book(&book, 10);
    ck_assert_int_eq(cxj__names_add(&book.names, &book.memory, &book.seed, buffer, 3, &code), CXJ_OK);
    buffer[0] = 'X';
    ck_assert_str_eq(text(&book, code), "ann");
    ck_assert_uint_eq(find(&book, "ann"), code);
    ck_assert_uint_eq(find(&book, "annabel"), 0);
    close_book(&book);
}
END_TEST

enum { MANY = 5000 };

/* With thousands of names slots collide, and the table is made anew many times. */
START_TEST(thousands_of_names_are_found) {
    struct book book;
    char name[16];
    open_book(&book, MANY);
    for (unsigned i = 1; i <= MANY; i++) {
        numbered(name, i);
        ck_assert_uint_eq(find(&book, name), 0);
        ck_assert_uint_eq(add(&book, name), i);
    }
    for (unsigned i = 1; i <= MANY; i++) {
        numbered(name, i);
        ck_assert_uint_eq(find(&book, name), i);
        ck_assert_str_eq(text(&book, i), name);
    }
    is_consistent(&book);
    ck_assert_uint_lt(book.names.slot_capacity, 4 * MANY);
    close_book(&book);
}
END_TEST

/* Two different names with one hash of 32 bits are told apart by their bytes. */
START_TEST(equal_hashes_are_told_apart) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann");
    uint32_t bob = add(&book, "bob");
    book.names.names[bob - 1].hash = book.names.names[ann - 1].hash; /* as if it had come out so */
    cxj__names_mark(&book.names);
    add(&book, "cid");
    cxj__names_take_back(&book.names, &book.memory); /* fills the slots anew */
    ck_assert_uint_eq(find(&book, "ann"), ann);
    memcpy(book.names.names[ann - 1].text, "bob", 3); /* now both have that text, and only one that hash */
    book.names.names[ann - 1].hash++;
    ck_assert_uint_eq(find(&book, "ann"), 0);
    close_book(&book);
}
END_TEST

/* The same where the longer one begins with the other, so that its first bytes would not tell. */
START_TEST(equal_hashes_of_other_lengths_are_told_apart) {
    struct book book;
    open_book(&book, 10);
    uint32_t longer = add(&book, "anna");
    uint32_t shorter = add(&book, "ann");
    cxj__names_mark(&book.names);
    add(&book, "cid");
    book.names.names[longer - 1].hash = book.names.names[shorter - 1].hash; /* as if it had come out so */
    cxj__names_take_back(&book.names, &book.memory); /* fills the slots anew, the longer one first */
    ck_assert_uint_eq(find(&book, "ann"), shorter);
    close_book(&book);
}
END_TEST

/* A host may keep a pointer to a name while others come (cxj_name()). */
START_TEST(pointers_stay_while_names_come) {
    struct book book;
    char name[16];
    open_book(&book, 2000);
    add(&book, "ann");
    const char *kept = text(&book, 1);
    for (unsigned i = 0; i < 1500; i++) {
        numbered(name, i);
        add(&book, name);
    }
    ck_assert_ptr_eq(text(&book, 1), kept);
    ck_assert_str_eq(kept, "ann");
    close_book(&book);
}
END_TEST

START_TEST(limit_is_exact) {
    struct book book;
    uint32_t code = 77;
    open_book(&book, 2);
    add(&book, "ann");
    add(&book, "bob");
    ck_assert_int_eq(try_add(&book, "cid", &code), CXJ_LIMIT);
    ck_assert_uint_eq(code, 77);
    ck_assert_uint_eq(find(&book, "cid"), 0);
    ck_assert_uint_eq(find(&book, "bob"), 2);
    close_book(&book);
}
END_TEST

/* Whichever allocation fails, nothing has changed, and the same name can be added afterwards. */
START_TEST(lack_of_memory_changes_nothing) {
    for (long left = 0; left < 4; left++) { /* the arrays of names, uses and slots, and the text */
        struct book book;
        uint32_t code = 77;
        open_book(&book, 10);
        book.left = left;
        ck_assert_int_eq(try_add(&book, "ann", &code), CXJ_NO_MEMORY);
        ck_assert_uint_eq(code, 77);
        ck_assert_uint_eq(book.names.count, 0);
        ck_assert_uint_eq(find(&book, "ann"), 0);
        book.left = -1;
        ck_assert_uint_eq(add(&book, "ann"), 1);
        ck_assert_uint_eq(find(&book, "ann"), 1);
        close_book(&book);
    }
}
END_TEST

/* The same where one allocation alone fails, and those after it would not. */
START_TEST(lack_of_memory_for_one_block_changes_nothing) {
    struct book book;
    char name[16];
    open_book(&book, 1000);
    book.once = true;
    for (unsigned i = 1; i <= 100; i++) {
        uint32_t code = 0;
        numbered(name, i);
        for (long left = 0;; left++) {
            book.left = left;
            cxj_status status = try_add(&book, name, &code);
            bool failed = book.left < 0;
            ck_assert_int_eq(status, failed ? CXJ_NO_MEMORY : CXJ_OK);
            is_consistent(&book);
            if (!failed) break;
            ck_assert_uint_eq(find(&book, name), 0);
        }
        book.left = -1;
        ck_assert_uint_eq(find(&book, name), i);
    }
    close_book(&book);
}
END_TEST

START_TEST(lack_of_memory_while_growing_loses_nothing) {
    struct book book;
    char name[16];
    open_book(&book, 1000);
    for (unsigned i = 1; i <= 300; i++) {
        uint32_t code = 0;
        numbered(name, i);
        for (long left = 0;; left++) {
            book.left = left;
            if (try_add(&book, name, &code) == CXJ_OK) break;
            ck_assert_int_lt(left, 4);
            ck_assert_uint_eq(book.names.count, i - 1);
            ck_assert_uint_eq(find(&book, name), 0);
            ck_assert_uint_eq(find(&book, "n1"), i > 1);
        }
        ck_assert_uint_eq(code, i);
    }
    close_book(&book);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Order
 * ------------------------------------------------------------------------------------------------------------------ */

static int sign_of(int order) {
    return (order > 0) - (order < 0);
}

/* Section 3.2: "codes by their names, byte by byte"; bytes are not signed. */
START_TEST(names_compare_byte_by_byte) {
    static const char *const ascending[] = {"A",  "AB", "B", "a",        "a b",
                                            "aa", "ab", "b", "\xc3\xa4", "\xf0\x9f\x98\x80"};
    enum { NAMES = sizeof ascending / sizeof *ascending };
    struct book book;
    uint32_t codes[NAMES + 1] = {0}; /* none, the empty name, comes first */
    open_book(&book, 100);
    for (size_t i = NAMES; i > 0; i--) codes[i] = add(&book, ascending[i - 1]);
    for (int i = 0; i <= NAMES; i++) {
        for (int k = 0; k <= NAMES; k++) {
            int order = cxj__names_compare(&book.names, codes[i], codes[k]);
            ck_assert_int_eq(sign_of(order), (i > k) - (i < k));
        }
    }
    close_book(&book);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Retiring
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 3.4: of what is erased "nothing of them is left in the engine". The header, of cxj_code(): "its code is
 * refused from then on, and this function gives the name another". */
START_TEST(a_name_retires_with_its_last_use) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann"), bob = add(&book, "bob");
    cxj__names_use(&book.names, ann);
    cxj__names_use(&book.names, ann);
    cxj__names_use(&book.names, bob);
    cxj__names_release(&book.names, ann);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_str_eq(text(&book, ann), "ann");
    cxj__names_release(&book.names, ann);
    ck_assert_str_eq(text(&book, ann), "ann"); /* only retiring does it */
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_ptr_null(text(&book, ann));
    ck_assert_uint_eq(find(&book, "ann"), 0);
    ck_assert_uint_eq(find(&book, "bob"), bob);
    ck_assert_uint_eq(add(&book, "ann"), ann); /* a code that waits is given first */
    ck_assert_str_eq(text(&book, ann), "ann");
    close_book(&book);
}
END_TEST

/* names.h: "Touchpoints held that carry a name." That it was used once is kept beside, and does not count. */
START_TEST(uses_are_counted_for_each_name) {
    enum { NAMES = 100, STEPS = 20000 };
    struct book book;
    char name[16];
    uint64_t uses[NAMES + 1] = {0}, state = 1;
    open_book(&book, NAMES);
    for (unsigned i = 1; i <= NAMES; i++) {
        numbered(name, i);
        ck_assert_uint_eq(cxj__names_uses(&book.names, add(&book, name)), 0);
    }
    for (int step = 0; step < STEPS; step++) {
        state = state * UINT64_C(6364136223846793005) + 1;
        uint32_t code = 1 + (uint32_t)(state >> 33) % NAMES;
        if (uses[code] > 0 && state >> 63) {
            cxj__names_release(&book.names, code);
            uses[code]--;
        } else {
            cxj__names_use(&book.names, code);
            uses[code]++;
        }
        ck_assert_uint_eq(cxj__names_uses(&book.names, code), uses[code]);
    }
    cxj__names_retire(&book.names, &book.memory);
    for (uint32_t code = 1; code <= NAMES; code++) {
        ck_assert_uint_eq(cxj__names_uses(&book.names, code), uses[code]);
        ck_assert_int_eq(text(&book, code) != NULL, uses[code] > 0);
        ck_assert_int_eq(cxj__names_has(&book.names, code), uses[code] > 0);
    }
    is_consistent(&book);
    close_book(&book);
}
END_TEST

/* A code that was taken back and is given again begins without uses, whatever was counted under it. */
START_TEST(a_code_given_again_has_no_uses) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann");
    cxj__names_use(&book.names, ann);
    cxj__names_release(&book.names, ann);
    cxj__names_take_back(&book.names, &book.memory);
    ck_assert_uint_eq(add(&book, "bob"), ann);
    ck_assert_uint_eq(cxj__names_uses(&book.names, ann), 0);
    cxj__names_retire(&book.names, &book.memory); /* it was never used */
    ck_assert_str_eq(text(&book, ann), "bob");
    close_book(&book);
}
END_TEST

/* names.h: "True for a code that was given and not retired, and for 0." */
START_TEST(codes_are_there_from_given_to_retired) {
    struct book book;
    open_book(&book, 10);
    ck_assert(cxj__names_has(&book.names, 0));
    ck_assert(!cxj__names_has(&book.names, 1));
    cxj__names_use(&book.names, add(&book, "ann"));
    ck_assert(cxj__names_has(&book.names, 1));
    ck_assert(!cxj__names_has(&book.names, 2));
    ck_assert(!cxj__names_has(&book.names, UINT32_MAX));
    cxj__names_release(&book.names, 1);
    ck_assert(cxj__names_has(&book.names, 1));
    cxj__names_retire(&book.names, &book.memory);
    ck_assert(!cxj__names_has(&book.names, 1));
    ck_assert(cxj__names_has(&book.names, 0));
    close_book(&book);
}
END_TEST

START_TEST(a_name_never_used_does_not_retire) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann");
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_str_eq(text(&book, ann), "ann");
    ck_assert_uint_eq(find(&book, "ann"), ann);
    close_book(&book);
}
END_TEST

/* A view that names it in a condition keeps a name, and by itself does not make it used. */
START_TEST(a_pinned_name_does_not_retire) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann"), bob = add(&book, "bob");
    cxj__names_pin(&book.names, 0);
    cxj__names_pin(&book.names, ann);
    cxj__names_pin(&book.names, bob);
    cxj__names_use(&book.names, ann);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_uint_eq(find(&book, "ann"), ann);
    cxj__names_release(&book.names, ann);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_uint_eq(find(&book, "ann"), ann);
    cxj__names_unpin(&book.names, 0);
    cxj__names_unpin(&book.names, ann);
    cxj__names_unpin(&book.names, bob);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_uint_eq(find(&book, "ann"), 0);
    ck_assert_uint_eq(find(&book, "bob"), bob); /* It was never used. */
    close_book(&book);
}
END_TEST

/* Section 3.4: "nothing of them is left in the engine": also not in memory that is given back. */
START_TEST(a_retired_name_is_wiped) {
    struct book book;
    open_book(&book, 10);
    book.forgotten = "a customer's name";
    cxj__names_use(&book.names, add(&book, book.forgotten));
    cxj__names_release(&book.names, 1);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_ptr_null(text(&book, 1));
    ck_assert_uint_eq(book.names.names[0].length, 0);
    ck_assert_uint_eq(book.names.names[0].hash, 0);
    is_consistent(&book);
    close_book(&book);
}
END_TEST

START_TEST(none_is_not_counted) {
    struct book book;
    open_book(&book, 10);
    uint32_t ann = add(&book, "ann");
    cxj__names_use(&book.names, 0);
    cxj__names_release(&book.names, 0);
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_str_eq(text(&book, 0), "");
    ck_assert_str_eq(text(&book, ann), "ann");
    close_book(&book);
}
END_TEST

/* A dictionary is not used up by names that have gone: however often they come and go, there is room for as many as its
 * limit says, and none more; and a code begins anew. */
START_TEST(retired_codes_are_given_again) {
    enum { ROOM = 50 };
    struct book book;
    char name[16];
    uint32_t codes[ROOM], code = 0;
    unsigned next = 0;
    open_book(&book, ROOM);
    for (size_t i = 0; i < ROOM; i++) {
        numbered(name, next++);
        cxj__names_use(&book.names, codes[i] = add(&book, name));
    }
    for (size_t round = 0; round < 200; round++) {
        bool taken[ROOM + 1] = {false};
        ck_assert_int_eq(try_add(&book, "one too many", &code), CXJ_LIMIT);
        size_t gone = 1 + round * 7 % ROOM;
        for (size_t i = 0; i < gone; i++) cxj__names_release(&book.names, codes[(round + i * 3) % ROOM]);
        cxj__names_retire(&book.names, &book.memory);
        is_consistent(&book);
        for (size_t i = 0; i < gone; i++) {
            numbered(name, next++);
            code = codes[(round + i * 3) % ROOM] = add(&book, name);
            ck_assert_uint_eq(cxj__names_uses(&book.names, code), 0);
            ck_assert(!cxj__names_was_used(&book.names, code));
            ck_assert_str_eq(text(&book, code), name);
            cxj__names_use(&book.names, code);
        }
        for (size_t i = 0; i < ROOM; i++) {
            ck_assert(codes[i] >= 1 && codes[i] <= ROOM && !taken[codes[i]]);
            taken[codes[i]] = true;
        }
        is_consistent(&book);
    }
    close_book(&book);
}
END_TEST

/* Names that stood in one chain of slots are found when others between them go. */
START_TEST(retiring_half_leaves_the_other_half) {
    struct book book;
    char name[16];
    open_book(&book, MANY);
    for (unsigned i = 1; i <= 1000; i++) {
        numbered(name, i);
        cxj__names_use(&book.names, add(&book, name));
    }
    for (uint32_t i = 1; i <= 1000; i += 2) cxj__names_release(&book.names, i);
    uint64_t before = book.memory.used;
    cxj__names_retire(&book.names, &book.memory);
    ck_assert_uint_lt(book.memory.used, before);
    is_consistent(&book);
    for (unsigned i = 1; i <= 1000; i++) {
        numbered(name, i);
        ck_assert_uint_eq(find(&book, name), i % 2 == 0 ? i : 0);
    }
    close_book(&book);
}
END_TEST

START_TEST(codes_given_since_a_mark_are_taken_back) {
    struct book book;
    open_book(&book, 10);
    add(&book, "ann");
    add(&book, "bob");
    cxj__names_mark(&book.names);
    add(&book, "cid");
    add(&book, "dan");
    cxj__names_take_back(&book.names, &book.memory);
    uint64_t before = book.memory.used; /* the arrays keep their room, the names do not */
    cxj__names_mark(&book.names);
    add(&book, "cid");
    add(&book, "dan");
    ck_assert_uint_eq(book.memory.used, before + 2 * sizeof "cid");
    cxj__names_take_back(&book.names, &book.memory);
    cxj__names_take_back(&book.names, &book.memory); /* there is nothing more */
    ck_assert_uint_eq(book.memory.used, before);
    is_consistent(&book);
    ck_assert_uint_eq(find(&book, "cid"), 0);
    ck_assert_ptr_null(text(&book, 3));
    ck_assert_uint_eq(find(&book, "bob"), 2);
    ck_assert_uint_eq(add(&book, "eve"), 3);
    close_book(&book);
}
END_TEST

/* Those that had waited wait again, and whatever was there before stays. */
START_TEST(codes_that_waited_are_taken_back_too) {
    for (unsigned given = 0; given < 8; given++) {
        struct book book;
        char name[16];
        open_book(&book, 10);
        for (unsigned i = 1; i <= 5; i++) {
            numbered(name, i);
            cxj__names_use(&book.names, add(&book, name));
        }
        cxj__names_release(&book.names, 2);
        cxj__names_release(&book.names, 5);
        cxj__names_retire(&book.names, &book.memory);
        cxj__names_mark(&book.names);
        for (unsigned i = 0; i < given; i++) {
            numbered(name, 100 + i);
            add(&book, name);
        }
        cxj__names_take_back(&book.names, &book.memory);
        is_consistent(&book);
        for (uint32_t i = 1; i <= 5; i++) {
            numbered(name, i);
            ck_assert_uint_eq(find(&book, name), i == 2 || i == 5 ? 0 : i);
        }
        ck_assert_uint_le(book.names.count, 5);
        close_book(&book);
    }
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

int main(void) {
    Suite *suite = suite_create("names");
    TCase *finding = group(suite, "finding");
    tcase_add_test(finding, an_empty_dictionary_finds_nothing);
    tcase_add_test(finding, codes_run_from_one);
    tcase_add_test(finding, code_zero_has_the_empty_name);
    tcase_add_test(finding, names_differ_by_every_byte_and_by_length);
    tcase_add_test(finding, names_are_copied_up_to_their_length);
    tcase_add_test(finding, thousands_of_names_are_found);
    tcase_add_test(finding, equal_hashes_are_told_apart);
    tcase_add_test(finding, equal_hashes_of_other_lengths_are_told_apart);
    tcase_add_test(finding, pointers_stay_while_names_come);
    tcase_add_test(finding, limit_is_exact);
    tcase_add_test(finding, lack_of_memory_changes_nothing);
    tcase_add_test(finding, lack_of_memory_for_one_block_changes_nothing);
    tcase_add_test(finding, lack_of_memory_while_growing_loses_nothing);
    TCase *order = group(suite, "order");
    tcase_add_test(order, names_compare_byte_by_byte);
    TCase *retiring = group(suite, "retiring");
    tcase_add_test(retiring, a_name_retires_with_its_last_use);
    tcase_add_test(retiring, uses_are_counted_for_each_name);
    tcase_add_test(retiring, a_code_given_again_has_no_uses);
    tcase_add_test(retiring, codes_are_there_from_given_to_retired);
    tcase_add_test(retiring, a_name_never_used_does_not_retire);
    tcase_add_test(retiring, a_pinned_name_does_not_retire);
    tcase_add_test(retiring, a_retired_name_is_wiped);
    tcase_add_test(retiring, none_is_not_counted);
    tcase_add_test(retiring, retired_codes_are_given_again);
    tcase_add_test(retiring, retiring_half_leaves_the_other_half);
    tcase_add_test(retiring, codes_given_since_a_mark_are_taken_back);
    tcase_add_test(retiring, codes_that_waited_are_taken_back_too);

    return run_suite(suite);
}
