/* table: finds by a hash, and grows in steps. What src/table.h and the head of src/table.c promise.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* An assertion for where there are millions: one of Check's costs a write each time. */
#define MUST(what)                                                                                                     \
    do {                                                                                                               \
        if (!(what)) ck_abort_msg("line %d: not so: %s", __LINE__, #what);                                             \
    } while (0)

/* ---------------------------------------------------------------------------------------------------------------------
 * A table, and a plain reference beside it
 * ------------------------------------------------------------------------------------------------------------------ */

/* All that was put in, in no order. */
struct world {
    struct cxj__memory memory;
    struct cxj__seed key;
    struct cxj__table table;
    uint64_t moved;   /* by all calls */
    uint64_t at_once; /* the most by one call */
    size_t largest;   /* the largest block ever asked for */
    long left;        /* allocations that succeed from here on; below 0: all */
    uint64_t places;  /* given out so far */
    uint64_t *slots;
    uint32_t *tags;
    size_t count, capacity;
};

/* Blocks know their size, so that the sizes that the table names are checked. What is freed must hold no slot: those of
 * these tests are odd numbers, and no pointer is. */
static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    struct world *w = context;
    char *old = block == NULL ? NULL : (char *)block - 16;
    size_t size = 0;
    if (old != NULL) memcpy(&size, old, sizeof size);
    MUST(size == old_size);
    if (new_size != 0 && w->left == 0) return NULL;
    if (new_size != 0 && w->left > 0) w->left--;
    if (new_size > w->largest) w->largest = new_size;
    if (new_size == 0) {
        for (size_t i = 0; i < old_size / sizeof(uint64_t); i++) {
            uint64_t word;
            memcpy(&word, (char *)block + i * sizeof word, sizeof word);
            MUST(word % 2 == 0); /* else a slot lies about */
        }
        free(old);
        return NULL;
    }
    MUST(block == NULL); /* a table resizes none */
    char *new = malloc(16 + new_size);
    memcpy(new, &new_size, sizeof new_size);
    memset(new + 16, 0x5a, new_size);
    return new + 16;
}

static void open_world(struct world *w, bool of_numbers) {
    const uint64_t given[2] = {31, seed};
    memset(w, 0, sizeof *w);
    w->memory = (struct cxj__memory){ration, w, 0, 0};
    w->key = cxj__base_seed(given, NULL);
    w->table.of_numbers = of_numbers;
    w->left = -1;
}

/* Nothing may be left when a table ends, and it may begin again. */
static void close_world(struct world *w) {
    cxj__table_finish(&w->table, &w->memory);
    MUST(w->memory.used == 0);
    MUST(w->table.directory == NULL);
    MUST(w->table.count == 0);
    free(w->slots);
    free(w->tags);
}

/* How often a slot is found under its tag: 0 or 1, and within as many steps as its segment has slots. */
static bool is_found(const struct world *w, uint32_t tag, uint64_t slot) {
    struct cxj__search search;
    if (!cxj__table_search(&w->table, tag, &search)) return false;
    uint32_t steps = 0, times = 0;
    for (uint64_t found; (found = cxj__table_next(&search)) != 0;) {
        MUST(steps++ < search.capacity);
        times += found == slot;
    }
    MUST(times <= 1);
    return times == 1;
}

static void all_are_found(const struct world *w) {
    MUST(w->table.count == w->count);
    for (size_t i = 0; i < w->count; i++) MUST(is_found(w, w->tags[i], w->slots[i]));
}

/* Puts in a slot; false, and nothing has changed, if there is no memory. */
static bool try_put(struct world *w, uint32_t tag, uint64_t slot) {
    uint64_t moved = 0;
    bool room = cxj__table_reserve(&w->table, &w->memory, &w->key, tag, &moved);
    w->moved += moved;
    if (moved > w->at_once) w->at_once = moved;
    if (!room) return false;
    uint64_t used = w->memory.used;
    cxj__table_insert(&w->table, tag, slot);
    MUST(w->memory.used == used);
    if (w->count == w->capacity) {
        w->capacity = w->capacity * 2 + 64;
        w->slots = realloc(w->slots, w->capacity * sizeof *w->slots);
        w->tags = realloc(w->tags, w->capacity * sizeof *w->tags);
    }
    w->slots[w->count] = slot;
    w->tags[w->count++] = tag;
    return true;
}

/* A slot for a tag in a table of places: tag and an odd place plus one. */
static uint64_t place_slot(struct world *w, uint32_t tag) {
    w->places += 2;
    return (uint64_t)tag << 32 | (w->places - 1);
}

static void put(struct world *w, uint32_t tag, uint64_t slot) {
    MUST(try_put(w, tag, slot));
}

/* One more slot, whose tag is chance. */
static void put_any(struct world *w) {
    uint64_t number = chance() | 1;
    uint32_t tag = (uint32_t)(number >> 32);
    if (w->table.of_numbers) {
        put(w, cxj__table_tag(&w->key, number), number);
    } else {
        put(w, tag, place_slot(w, tag));
    }
}

/* Takes out what the reference has at i. */
static void take(struct world *w, size_t i) {
    uint32_t tag = w->tags[i];
    uint64_t slot = w->slots[i], used = w->memory.used;
    cxj__table_remove(&w->table, &w->key, tag, slot);
    MUST(w->memory.used == used);
    w->count--;
    w->slots[i] = w->slots[w->count];
    w->tags[i] = w->tags[w->count];
    MUST(!is_found(w, tag, slot));
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What src/table.c keeps true
 * ------------------------------------------------------------------------------------------------------------------ */

static uint32_t tag_of(const struct world *w, uint64_t slot) {
    return w->table.of_numbers ? cxj__table_tag(&w->key, slot) : (uint32_t)(slot >> 32);
}

/* "holds exactly the slots whose tags begin with the same d bits. Each segment has an empty slot". */
static void segment_is_consistent(const struct world *w, const struct cxj__segment *segment, size_t entry) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < segment->capacity; i++) {
        if (segment->slots[i] == 0) continue;
        used++;
        uint64_t tag = tag_of(w, segment->slots[i]);
        MUST(tag >> (32 - segment->depth) == entry >> (w->table.depth - segment->depth));
    }
    MUST(used == segment->used);
    MUST(used < segment->capacity);
    MUST((uint64_t)used * 5 <= (uint64_t)segment->capacity * 4); /* "at most four fifths full" */
}

/* "the directory has 2^depth entries; a segment of depth d stands in 2^(depth - d) of them, side by side". Returns how
 * many slots there are, empty ones too. */
static size_t is_consistent(const struct world *w) {
    size_t count = 0, capacity = 0;
    if (w->table.directory == NULL) {
        MUST(w->table.count == 0);
        return 0;
    }
    for (size_t entry = 0; entry < (size_t)1 << w->table.depth;) {
        const struct cxj__segment *segment = w->table.directory[entry].segment;
        MUST(segment->depth <= w->table.depth);
        size_t span = (size_t)1 << (w->table.depth - segment->depth);
        MUST(entry % span == 0);
        for (size_t i = 0; i < span; i++)
            MUST(w->table.directory[entry + i].segment == segment &&
                 w->table.directory[entry + i].capacity == segment->capacity);
        segment_is_consistent(w, segment, entry);
        count += segment->used;
        capacity += segment->capacity;
        entry += span;
    }
    MUST(count == w->table.count);
    return capacity;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Finding
 * ------------------------------------------------------------------------------------------------------------------ */

/* table.h: "Begins to search for a tag. False if the table is empty." */
START_TEST(an_empty_table_finds_nothing) {
    struct world w;
    struct cxj__search search;
    open_world(&w, _i);
    ck_assert(!cxj__table_search(&w.table, 0, &search));
    ck_assert(!cxj__table_search(&w.table, UINT32_MAX, &search));
    ck_assert_uint_eq(is_consistent(&w), 0);
    close_world(&w);
}
END_TEST

/* The one slot there is, under the lowest and the highest tag, wherever its home is. */
START_TEST(a_table_of_one) {
    static const uint32_t tags[] = {0, 1, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xfffff000, UINT32_MAX};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct world w;
        open_world(&w, false);
        put(&w, tags[i], place_slot(&w, tags[i]));
        all_are_found(&w);
        ck_assert_uint_ge(is_consistent(&w), 2);
        take(&w, 0);
        is_consistent(&w);
        close_world(&w);
    }
}
END_TEST

/* table.h: "the lower ones the place in it, whatever its capacity": within it, and all of it. */
START_TEST(homes_lie_within_any_capacity) {
    for (uint32_t capacity = 64; capacity <= UINT32_C(1) << 20; capacity += capacity / 2) {
        ck_assert_uint_eq(cxj__table_home(0, capacity), 0);
        uint32_t last = 0;
        for (uint32_t low = 0; low < 1U << CXJ__TABLE_HOME_BITS; low++) {
            uint32_t home = cxj__table_home(low, capacity);
            MUST(home < capacity);
            MUST(home >= last);
            MUST(cxj__table_home(low | 0xabcde000, capacity) == home);
            if (capacity <= 1U << CXJ__TABLE_HOME_BITS) MUST(home - last <= 1);
            last = home;
        }
        ck_assert_uint_ge((uint64_t)last + 1 + (capacity >> CXJ__TABLE_HOME_BITS), capacity);
    }
}
END_TEST

/* Comes and goes at random, growing at first, then shrinking, and so on; in both kinds. */
START_TEST(slots_come_and_go_at_random) {
    enum { STEPS = 60000, PHASE = 10000 };
    struct world w;
    chance_state = seed + (uint64_t)_i;
    open_world(&w, _i % 2);
    for (int step = 0; step < STEPS; step++) {
        bool grows = step / PHASE % 2 == 0;
        if (w.count == 0 || chance() % 100 < (grows ? 85 : 15)) {
            put_any(&w);
        } else {
            take(&w, chance() % w.count);
        }
        if (w.count > 0) {
            size_t i = chance() % w.count;
            MUST(is_found(&w, w.tags[i], w.slots[i]));
        }
        uint32_t other = (uint32_t)(chance() >> 32);
        MUST(!is_found(&w, other, (uint64_t)other << 32 | 2)); /* even: never put in */
        if (step % 2000 == 0) {
            is_consistent(&w);
            all_are_found(&w);
        }
    }
    while (w.count > 0) {
        take(&w, chance() % w.count);
        if (w.count % 500 == 0) all_are_found(&w);
    }
    is_consistent(&w);
    close_world(&w);
}
END_TEST

/* Numbers in a row, as hosts give them, are spread by their hash. */
START_TEST(regular_numbers_are_found) {
    struct world w;
    open_world(&w, true);
    for (uint64_t number = 1; number < 40000; number += 2) put(&w, cxj__table_tag(&w.key, number), number);
    is_consistent(&w);
    all_are_found(&w);
    for (uint64_t number = 0; number < 40000; number += 2) {
        MUST(!is_found(&w, cxj__table_tag(&w.key, number), number));
    }
    close_world(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Growing
 * ------------------------------------------------------------------------------------------------------------------ */

/* table.c: "So no insertion moves more than a few thousand slots." table.h: "at most four fifths full". Nor is it much
 * emptier, once there are a few thousand. */
START_TEST(growing_is_in_small_steps) {
    enum { MANY = 300000, FEW = 4000, MOST_AT_ONCE = 4096 };
    struct world w;
    chance_state = seed;
    open_world(&w, _i);
    for (size_t i = 0; i < MANY; i++) {
        put_any(&w);
        MUST(w.at_once <= MOST_AT_ONCE);
        if (i % 1999 != 0) continue;
        size_t capacity = is_consistent(&w);
        if (w.count < FEW) continue;
        ck_assert_uint_le(w.count * 10, capacity * 8);
        ck_assert_uint_ge(w.count * 10, capacity * 4);
    }
    all_are_found(&w);
    ck_assert_uint_le(w.moved, 8 * MANY); /* a few for each that came */
    ck_assert_uint_le(w.largest, 4 * MOST_AT_ONCE * sizeof(uint64_t));
    ck_assert_uint_gt(w.moved, MANY / 2);
    while (w.count > MANY / 2) take(&w, chance() % w.count);
    is_consistent(&w);
    all_are_found(&w);
    close_world(&w);
}
END_TEST

/* moved counts from where it stands: "the slots that were moved for it". Room that is there moves none. */
START_TEST(room_that_is_there_costs_nothing) {
    struct world w;
    chance_state = seed;
    open_world(&w, false);
    for (size_t i = 0; i < 5000; i++) {
        uint32_t tag = (uint32_t)(chance() >> 32);
        uint64_t moved = 0, again = 77;
        ck_assert(cxj__table_reserve(&w.table, &w.memory, &w.key, tag, &moved));
        ck_assert_uint_le(moved, w.count);
        uint64_t used = w.memory.used;
        w.left = 0;
        ck_assert(cxj__table_reserve(&w.table, &w.memory, &w.key, tag, &again));
        ck_assert_uint_eq(again, 77);
        ck_assert_uint_eq(w.memory.used, used);
        put(&w, tag, place_slot(&w, tag));
        w.left = -1;
    }
    close_world(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Tags that collide
 * ------------------------------------------------------------------------------------------------------------------ */

/* x ^ x >> shift, undone. */
static uint64_t unshift(uint64_t x, unsigned shift) {
    uint64_t result = x;
    for (unsigned done = shift; done < 64; done += shift) result = x ^ result >> shift;
    return result;
}

/* What an odd number is to be multiplied with to give 1. */
static uint64_t inverse(uint64_t odd) {
    uint64_t found = odd; /* right in 3 bits, and in twice as many each time */
    for (int i = 0; i < 5; i++) found *= 2 - odd * found;
    return found;
}

/* The number whose hash this is: cxj__base_hash(), backwards. */
static uint64_t number_of(const struct cxj__seed *key, uint64_t hash) {
    uint64_t number = unshift(hash, 32);
    number = unshift(number * inverse(key->key[3]), 29);
    number = unshift(number * inverse(key->key[2]), 32);
    return (number * inverse(key->key[1])) ^ key->key[0];
}

/* Puts in a slot with a tag, in either kind of table. */
static void put_tag(struct world *w, uint32_t tag) {
    if (!w->table.of_numbers) {
        put(w, tag, place_slot(w, tag));
        return;
    }
    for (;;) {
        uint64_t number = number_of(&w->key, (uint64_t)tag << 32 | (uint32_t)chance());
        if (number % 2 == 0) continue;
        MUST(cxj__table_tag(&w->key, number) == tag);
        put(w, tag, number);
        return;
    }
}

static void take_all(struct world *w) {
    while (w->count > 0) {
        take(w, chance() % w->count);
        if (w->count % 251 == 0) all_are_found(w);
    }
    is_consistent(w);
    close_world(w);
}

/* A few hundred of one tag, among others. */
START_TEST(equal_tags_are_told_apart) {
    static const uint32_t tags[] = {0, 0x00000fff, 0x12345678, 0xfffff000, UINT32_MAX};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct world w;
        open_world(&w, _i);
        for (int k = 0; k < 700; k++) {
            put_tag(&w, tags[i]);
            if (k % 3 == 0) put_any(&w);
            if (k % 50 == 0) all_are_found(&w);
        }
        is_consistent(&w);
        all_are_found(&w);
        take_all(&w);
    }
}
END_TEST

/* More of one tag than the largest segment has room for before it splits: then it grows without splitting. */
START_TEST(very_many_equal_tags_are_told_apart) {
    struct world w;
    open_world(&w, _i);
    for (int k = 0; k < 4000; k++) put_tag(&w, 0xabcdefff);
    for (int k = 0; k < 1000; k++) put_any(&w);
    is_consistent(&w);
    all_are_found(&w);
    for (int k = 0; k < 3000; k++) take(&w, chance() % w.count);
    is_consistent(&w);
    all_are_found(&w);
    close_world(&w);
}
END_TEST

/* All bits but those by which the place in a segment is found are the same: no split tells them apart. */
START_TEST(tags_with_equal_upper_bits_are_told_apart) {
    static const uint32_t uppers[] = {0, 0xabcde000, 0xfffff000};
    for (size_t i = 0; i < sizeof uppers / sizeof *uppers; i++) {
        struct world w;
        open_world(&w, _i);
        for (int k = 0; k < 3000; k++) put_tag(&w, uppers[i] | (chance() & 0xfff));
        is_consistent(&w);
        all_are_found(&w);
        take_all(&w);
    }
}
END_TEST

/* Tags of which the first bits are the same: splits that leave one half empty, over and over. */
START_TEST(tags_with_equal_first_bits_split_as_far_as_needed) {
    for (unsigned bits = 1; bits <= 19; bits += 3) {
        struct world w;
        open_world(&w, false);
        uint32_t first = (uint32_t)(chance() >> 32) >> (32 - bits) << (32 - bits);
        for (int k = 0; k < 5000; k++) put_tag(&w, first | (uint32_t)(chance() >> 32) >> bits);
        is_consistent(&w);
        all_are_found(&w);
        ck_assert_uint_gt(w.table.depth, bits);
        close_world(&w);
    }
}
END_TEST

/* All that stands in the last slots of a segment goes on in its first ones; whichever goes, the others are found. */
START_TEST(removing_closes_the_gap_around_the_end) {
    for (int round = 0; round < 2000; round++) {
        struct world w;
        open_world(&w, false);
        int count = 2 + (int)(chance() % 40);
        for (int k = 0; k < count; k++) {
            uint32_t low = chance() % 4 == 0 ? (uint32_t)(chance() % 256) : 0xf00 + (uint32_t)(chance() % 256);
            put_tag(&w, low);
        }
        while (w.count > 0) {
            take(&w, chance() % w.count);
            all_are_found(&w);
        }
        is_consistent(&w);
        close_world(&w);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* One more slot, made while ever more allocations succeed. */
static void put_while_short(struct world *w, uint32_t tag, uint64_t slot, size_t *failures) {
    for (w->left = 0; !try_put(w, tag, slot); w->left = (long)(*failures % 5)) {
        ++*failures;
        is_consistent(w);
        all_are_found(w);
        MUST(!is_found(w, tag, slot));
    }
    w->left = -1;
}

/* Whichever allocation fails, the table is as it was, and there is room afterwards. */
START_TEST(lack_of_memory_changes_nothing) {
    enum { MANY = 20000 };
    struct world w;
    size_t failures = 0;
    chance_state = seed;
    open_world(&w, _i);
    for (size_t i = 0; i < MANY; i++) {
        uint64_t number = chance() | 1;
        uint32_t tag = _i ? cxj__table_tag(&w.key, number) : (uint32_t)(number >> 32);
        put_while_short(&w, tag, _i ? number : place_slot(&w, tag), &failures);
    }
    ck_assert_uint_gt(failures, 40);
    all_are_found(&w);
    close_world(&w);
}
END_TEST

/* The same one by one: the first, second, third … allocation of the same insertion alone. */
START_TEST(each_allocation_that_fails_changes_nothing) {
    static const size_t sizes[] = {0, 48, 76, 1228, 1636, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (long left = 0;; left++) {
            struct world w;
            size_t before = sizes[i] + 1;
            chance_state = seed;
            open_world(&w, false);
            while (w.count < sizes[i]) put_tag(&w, 0x80000000 | (uint32_t)(chance() >> 33));
            uint64_t moved = w.moved;
            w.left = left;
            while (w.count == before - 1 && try_put(&w, 0xffffffff, 0xffffffff00000001)) continue;
            bool failed = w.count < before;
            w.left = -1;
            is_consistent(&w);
            all_are_found(&w);
            ck_assert_int_eq(is_found(&w, 0xffffffff, 0xffffffff00000001), !failed);
            if (failed) {
                ck_assert(try_put(&w, 0xffffffff, 0xffffffff00000001));
                all_are_found(&w);
            }
            ck_assert_uint_ge(w.moved, moved);
            close_world(&w);
            if (!failed) break;
        }
    }
}
END_TEST

/* The limit of memory holds as an allocator that has none does. */
START_TEST(the_limit_of_memory_is_kept) {
    struct world w;
    chance_state = seed;
    open_world(&w, false);
    w.memory.limit = 100000;
    for (;;) {
        uint32_t tag = (uint32_t)(chance() >> 32);
        if (!try_put(&w, tag, place_slot(&w, tag))) break;
        MUST(w.memory.used <= 100000);
    }
    ck_assert_uint_gt(w.count, 3000);
    is_consistent(&w);
    all_are_found(&w);
    close_world(&w);
}
END_TEST

/* What has ended can begin again, and is of the same kind. */
START_TEST(a_table_that_has_ended_begins_again) {
    struct world w;
    chance_state = seed;
    open_world(&w, true);
    for (int i = 0; i < 5000; i++) put_any(&w);
    cxj__table_finish(&w.table, &w.memory);
    ck_assert_uint_eq(w.memory.used, 0);
    ck_assert(w.table.of_numbers);
    w.count = 0;
    for (int i = 0; i < 5000; i++) put_any(&w);
    is_consistent(&w);
    all_are_found(&w);
    close_world(&w);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_table: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("table");
    TCase *finding = group(suite, "finding");
    tcase_add_loop_test(finding, an_empty_table_finds_nothing, 0, 2); /* of places, of numbers */
    tcase_add_test(finding, a_table_of_one);
    tcase_add_test(finding, homes_lie_within_any_capacity);
    tcase_add_loop_test(finding, slots_come_and_go_at_random, 0, 4);
    tcase_add_test(finding, regular_numbers_are_found);
    TCase *growing = group(suite, "growing");
    tcase_add_loop_test(growing, growing_is_in_small_steps, 0, 2);
    tcase_add_test(growing, room_that_is_there_costs_nothing);
    TCase *colliding = group(suite, "colliding");
    tcase_add_loop_test(colliding, equal_tags_are_told_apart, 0, 2);
    tcase_add_loop_test(colliding, very_many_equal_tags_are_told_apart, 0, 2);
    tcase_add_loop_test(colliding, tags_with_equal_upper_bits_are_told_apart, 0, 2);
    tcase_add_test(colliding, tags_with_equal_first_bits_split_as_far_as_needed);
    tcase_add_test(colliding, removing_closes_the_gap_around_the_end);
    TCase *memory = group(suite, "memory");
    tcase_add_loop_test(memory, lack_of_memory_changes_nothing, 0, 2);
    tcase_add_test(memory, each_allocation_that_fails_changes_nothing);
    tcase_add_test(memory, the_limit_of_memory_is_kept);
    tcase_add_test(memory, a_table_that_has_ended_begins_again);

    return run_suite(suite);
}
