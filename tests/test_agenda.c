/* test_alert: deadlines on a heap.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "agenda.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As ck_assert, for what is asked a million times: that leaves a mark in a file each time. */
#define MUST(condition) ((condition) ? (void)0 : ck_abort_msg("failed: %s", #condition))

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

static void *refuse(void *context, void *block, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) free(block);
    return NULL;
}

enum { BLOCKS = 4096 };

/* An allocator that counts, fails on demand, moves each block that changes its size and knows where all blocks are. */
struct ledger {
    uint64_t asked;     /* allocations */
    uint64_t bytes;     /* that were asked for */
    uint64_t fail_from; /* the allocation that fails, counted from 1; 0: none */
    uint64_t fail_to;   /* and up to this one */
    uint64_t failed;
    size_t count;
    struct {
        unsigned char *at;
        size_t size;
    } blocks[BLOCKS];
};

static void forget(struct ledger *ledger, void *block, size_t size) {
    size_t i = 0;
    while (i < ledger->count && ledger->blocks[i].at != block) i++;
    MUST(i < ledger->count);
    MUST(ledger->blocks[i].size == size);
    ledger->blocks[i] = ledger->blocks[--ledger->count];
    free(block);
}

static void *keep_ledger(void *context, void *block, size_t old_size, size_t new_size) {
    struct ledger *ledger = context;
    unsigned char *fresh = NULL;
    if (new_size > 0) {
        ledger->asked++;
        ledger->bytes += new_size;
        if (ledger->asked >= ledger->fail_from && ledger->asked <= ledger->fail_to) {
            ledger->failed++;
            return NULL;
        }
        MUST(ledger->count < BLOCKS);
        fresh = malloc(new_size);
        MUST(fresh != NULL);
        memset(fresh, 0xa5, new_size);
        if (old_size > 0) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
        ledger->blocks[ledger->count].at = fresh;
        ledger->blocks[ledger->count++].size = new_size;
    }
    if (old_size > 0) forget(ledger, block, old_size);
    return fresh;
}

static struct ledger ledger;

static struct cxj__memory recorded(void) {
    memset(&ledger, 0, sizeof ledger);
    return (struct cxj__memory){keep_ledger, &ledger, 0, 0};
}

/* How often a due stands anywhere in memory. */
static size_t traces(int64_t due) {
    size_t found = 0;
    for (size_t b = 0; b < ledger.count; b++) {
        for (size_t i = 0; i + sizeof due <= ledger.blocks[b].size; i += sizeof due) {
            found += memcmp(ledger.blocks[b].at + i, &due, sizeof due) == 0;
        }
    }
    return found;
}

static struct cxj__memory plenty(void) {
    return (struct cxj__memory){cxj__base_allocate, NULL, 0, 0};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Which deadlines hold
 * ------------------------------------------------------------------------------------------------------------------ */

static bool all_hold(const void *context, const struct cxj__deadline *deadline) {
    (void)context;
    (void)deadline;
    return true;
}

static bool none_holds(const void *context, const struct cxj__deadline *deadline) {
    (void)context;
    (void)deadline;
    return false;
}

/* Those of places below the number that context points to. */
static bool first_places_hold(const void *context, const struct cxj__deadline *deadline) {
    return deadline->place < *(const uint32_t *)context;
}

/* Journeys, each with one commitment that comes due at a time; 0: it has none. */
enum { PLACES = 1 << 16 };

struct world {
    int64_t due[PLACES];
    uint64_t looked; /* calls of holds_in */
};

static struct world world;

static bool holds_in(const void *context, const struct cxj__deadline *deadline) {
    struct world *of = (struct world *)(uintptr_t)context;
    of->looked++;
    return of->due[deadline->place] == deadline->due;
}

/* Moves the commitment of a place: true, or false for want of memory, with nothing changed. */
static bool move(struct cxj__agenda *agenda, struct cxj__memory *memory, uint32_t place, int64_t due) {
    if (!cxj__agenda_reserve(agenda, memory, 1, holds_in, &world)) return false;
    if (world.due[place] != due) cxj__agenda_push(agenda, (struct cxj__deadline){due, place, 0});
    world.due[place] = due;
    return true;
}

/* Reserves for one and pushes it. */
static void push(struct cxj__agenda *agenda, struct cxj__memory *memory, int64_t due, uint32_t place,
                 uint32_t commitment) {
    MUST(cxj__agenda_reserve(agenda, memory, 1, all_hold, NULL));
    cxj__agenda_push(agenda, (struct cxj__deadline){due, place, commitment});
}

static void pops(struct cxj__agenda *agenda, int64_t before, int64_t due, uint32_t place, uint32_t commitment) {
    struct cxj__deadline deadline;
    MUST(cxj__agenda_pop(agenda, before, &deadline));
    MUST(deadline.due == due);
    MUST(deadline.place == place);
    MUST(deadline.commitment == commitment);
}

static void pops_nothing(struct cxj__agenda *agenda, int64_t before) {
    struct cxj__deadline deadline = {-7, 7, 7};
    ck_assert(!cxj__agenda_pop(agenda, before, &deadline));
    ck_assert_int_eq(deadline.due, -7);
}

static void finish(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    cxj__agenda_finish(agenda, memory);
    ck_assert_uint_eq(cxj__agenda_count(agenda), 0);
    ck_assert_uint_eq(memory->used, 0);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Order
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4: of an open journey "those … with due < now are overdue"; at the due itself it has not passed. */
START_TEST(a_deadline_passes_after_its_due) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    pops_nothing(&agenda, INT64_MAX);
    push(&agenda, &memory, 100, 1, 2);
    pops_nothing(&agenda, 99);
    pops_nothing(&agenda, 100);
    pops(&agenda, 101, 100, 1, 2);
    pops_nothing(&agenda, INT64_MAX);
    finish(&agenda, &memory);
}
END_TEST

START_TEST(order_is_by_due_then_place_then_commitment) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    push(&agenda, &memory, 5, 2, 1);
    push(&agenda, &memory, 5, 2, 0);
    push(&agenda, &memory, -5, 9, 7);
    push(&agenda, &memory, 5, 1, 7);
    push(&agenda, &memory, INT64_MIN, 0, 0);
    push(&agenda, &memory, 4, 9, 9);
    pops(&agenda, 6, INT64_MIN, 0, 0);
    pops(&agenda, 6, -5, 9, 7);
    pops(&agenda, 6, 4, 9, 9);
    pops(&agenda, 6, 5, 1, 7);
    pops(&agenda, 6, 5, 2, 0);
    pops(&agenda, 6, 5, 2, 1);
    pops_nothing(&agenda, 6);
    finish(&agenda, &memory);
}
END_TEST

/* Section 9: a sample "fires once". */
START_TEST(equal_deadlines_are_popped_once) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (int i = 0; i < 5; i++) {
        push(&agenda, &memory, 7, 1, 1);
        push(&agenda, &memory, 7, 1, 2);
        push(&agenda, &memory, 7, 2, 1);
        push(&agenda, &memory, 8, 1, 1);
    }
    pops(&agenda, 9, 7, 1, 1);
    pops(&agenda, 9, 7, 1, 2);
    pops(&agenda, 9, 7, 2, 1);
    pops(&agenda, 9, 8, 1, 1);
    pops_nothing(&agenda, 9);
    ck_assert_uint_eq(cxj__agenda_count(&agenda), 0);
    finish(&agenda, &memory);
}
END_TEST

static int compare_deadlines(const void *a, const void *b) {
    const struct cxj__deadline *x = a, *y = b;
    if (x->due != y->due) return x->due < y->due ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* Pops all that is left and compares with the sorted deadlines, each once. */
static void pops_sorted(struct cxj__agenda *agenda, struct cxj__deadline *deadlines, size_t count) {
    qsort(deadlines, count, sizeof *deadlines, compare_deadlines);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_deadlines(&deadlines[i - 1], &deadlines[i]) == 0) continue;
        pops(agenda, INT64_MAX, deadlines[i].due, deadlines[i].place, deadlines[i].commitment);
    }
    pops_nothing(agenda, INT64_MAX);
}

START_TEST(any_order_of_pushes_pops_in_order) {
    static struct cxj__deadline deadlines[300];
    for (size_t count = 1; count <= 300; count += 1 + count / 9) {
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        for (size_t i = 0; i < count; i++) {
            deadlines[i] = (struct cxj__deadline){(int64_t)(chance() % 50) - 25, (uint32_t)(chance() % 3),
                                                  (uint32_t)(chance() % 3)};
            push(&agenda, &memory, deadlines[i].due, deadlines[i].place, deadlines[i].commitment);
        }
        pops_sorted(&agenda, deadlines, count);
        finish(&agenda, &memory);
    }
}
END_TEST

/* On several pages: children of a deadline may stand on two, and those of four deadlines, too. */
START_TEST(any_order_on_several_pages_pops_in_order) {
    enum { COUNT = 20000 };
    static struct cxj__deadline deadlines[COUNT];
    for (uint64_t dues = 10; dues <= 1000000000; dues *= 10000) { /* few: most are equal but for their places */
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        for (size_t i = 0; i < COUNT; i++) {
            deadlines[i] = (struct cxj__deadline){(int64_t)(chance() % dues), (uint32_t)(chance() % COUNT),
                                                  (uint32_t)(chance() % 8)};
            push(&agenda, &memory, deadlines[i].due, deadlines[i].place, deadlines[i].commitment);
        }
        pops_sorted(&agenda, deadlines, COUNT);
        finish(&agenda, &memory);
    }
}
END_TEST

START_TEST(pushes_and_pops_may_alternate) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    int64_t last = -1;
    for (uint32_t i = 0; i < 500; i++) {
        push(&agenda, &memory, last + 1 + (int64_t)(chance() % 100), i, 0);
        push(&agenda, &memory, last + 1 + (int64_t)(chance() % 100), i, 1);
        struct cxj__deadline deadline;
        ck_assert(cxj__agenda_pop(&agenda, INT64_MAX, &deadline));
        ck_assert_int_ge(deadline.due, last);
        last = deadline.due;
    }
    ck_assert_uint_eq(cxj__agenda_count(&agenda), 500);
    finish(&agenda, &memory);
}
END_TEST

/* Pops all before a moment: those that hold in the order of their dues, none missing, others only in between. */
static void pops_what_holds(struct cxj__agenda *agenda, int64_t before, uint32_t places) {
    static struct cxj__deadline due[PLACES];
    size_t count = 0, next = 0;
    for (uint32_t place = 0; place < places; place++) {
        if (world.due[place] == 0 || world.due[place] >= before) continue;
        due[count++] = (struct cxj__deadline){world.due[place], place, 0};
    }
    qsort(due, count, sizeof *due, compare_deadlines);
    struct cxj__deadline deadline, last = {INT64_MIN, 0, 0};
    while (cxj__agenda_pop(agenda, before, &deadline)) {
        MUST(compare_deadlines(&last, &deadline) < 0);
        last = deadline;
        if (world.due[deadline.place] != deadline.due) continue;
        MUST(next < count);
        MUST(compare_deadlines(&due[next++], &deadline) == 0);
        world.due[deadline.place] = 0;
    }
    MUST(next == count);
}

/* Pushes, moves, moves back, deadlines met, plans given up, erasures and the clock, in any order. */
static void live_at_random(uint32_t places, unsigned steps) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    int64_t now = 1, span = 1 + (int64_t)(chance() % 5000);
    memset(&world, 0, sizeof world);
    for (unsigned i = 0; i < steps; i++) {
        uint32_t place = (uint32_t)(chance() % places);
        uint64_t what = chance() % 1000;
        if (what < 700) MUST(move(&agenda, &memory, place, now + (int64_t)(chance() % (uint64_t)span)));
        if (what >= 700 && what < 980) world.due[place] = 0;
        if (what >= 980 && what < 995) {
            MUST(cxj__agenda_reserve(&agenda, &memory, chance() % 100, holds_in, &world));
        }
        if (what == 995 && i % 16 == 0) cxj__agenda_compact(&agenda, holds_in, &world);
        if (what > 995) {
            now += (int64_t)(chance() % (uint64_t)span / 8);
            pops_what_holds(&agenda, now, places);
        }
    }
    pops_what_holds(&agenda, INT64_MAX, places);
    finish(&agenda, &memory);
}

START_TEST(what_holds_pops_in_order_whatever_happens) {
    for (uint32_t places = 1; places < 300; places += 1 + places / 4) live_at_random(places, 4000);
    live_at_random(30000, 100000);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Sweeps
 * ------------------------------------------------------------------------------------------------------------------ */

/* What the essay in agenda.c proves, where one deadline is reserved at a time. */
static size_t size_bound(size_t holding) {
    return 9 * holding + 3 * 64 + 13;
}

/* Moves commitments often, each to one of some dues in turn, or (values is 0) always to a new one. */
static void churn(uint32_t places, uint32_t values, unsigned moves, bool in_order) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    memset(&world, 0, sizeof world);
    size_t pages = 3; /* two first ones and a spare one, or what is smaller */
    for (unsigned i = 0; i < moves; i++) {
        uint32_t place = in_order ? i % places : (uint32_t)(chance() % places);
        int64_t value = values > 0 ? (int64_t)(chance() % values) : (int64_t)i;
        MUST(move(&agenda, &memory, place, 1 + place + value * places));
        MUST(cxj__agenda_count(&agenda) <= size_bound(places));
        MUST(memory.used <= 17 * size_bound(places) + pages * 65536 + 4096);
    }
    pops_what_holds(&agenda, INT64_MAX, places);
    finish(&agenda, &memory);
}

START_TEST(size_is_bounded_where_dues_move) {
    for (uint32_t places = 1; places < 2000; places = 2 * places + 1) {
        churn(places, 0, 20000, false);
        churn(places, 0, 20000, true);
    }
    churn(5000, 0, 200000, false);
}
END_TEST

/* Here all deadlines hold again and again. */
START_TEST(size_is_bounded_where_dues_move_forth_and_back) {
    for (uint32_t places = 1; places < 2000; places = 2 * places + 1) {
        for (uint32_t values = 2; values < 40; values *= 3) {
            churn(places, values, 20000, false);
            churn(places, values, 20000, true);
        }
    }
    churn(5000, 2, 200000, true);
}
END_TEST

/* A small engine takes little memory. */
START_TEST(little_memory_for_a_few) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    memset(&world, 0, sizeof world);
    for (int64_t i = 1; i < 5000; i++) {
        ck_assert(move(&agenda, &memory, (uint32_t)i % 10, i));
        if (i == 16) ck_assert_uint_le(memory.used, 16 * 16 + 64);
        ck_assert_uint_le(memory.used, 2 * 16 * 128 + 128);
    }
    finish(&agenda, &memory);
}
END_TEST

static uint64_t looked;

static bool all_hold_and_count(const void *context, const struct cxj__deadline *deadline) {
    looked++;
    return all_hold(context, deadline);
}

/* Reserves and pushes deadlines that hold; each reserve is to look at so many. */
static void push_and_look(struct cxj__agenda *agenda, struct cxj__memory *memory, unsigned count, uint64_t looks) {
    static uint32_t place;
    for (unsigned i = 0; i < count; i++) {
        looked = 0;
        MUST(cxj__agenda_reserve(agenda, memory, 1, all_hold_and_count, NULL));
        MUST(looked == looks);
        cxj__agenda_push(agenda, (struct cxj__deadline){(int64_t)(chance() % 1000), place++, 0});
    }
}

/* A sweep begins at four times what the last one found to hold, plus a constant, and goes eight steps a push. */
START_TEST(sweeps_come_in_time) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    push_and_look(&agenda, &memory, 64, 0);
    push_and_look(&agenda, &memory, 64 / 8, 8);
    push_and_look(&agenda, &memory, 4 * 64 + 64 - 72, 0);
    push_and_look(&agenda, &memory, 320 / 8, 8);
    push_and_look(&agenda, &memory, 4 * 320 + 64 - 360, 0);
    push_and_look(&agenda, &memory, 1, 8);
    cxj__agenda_compact(&agenda, none_holds, NULL); /* as if there had never been any */
    push_and_look(&agenda, &memory, 64, 0);
    push_and_look(&agenda, &memory, 64 / 8, 8);
    finish(&agenda, &memory);
}
END_TEST

/* "While half of what is there is known to hold, no sweep has to look at it." When it holds no more, the next sweep comes
 * at four times what was known. */
START_TEST(what_is_known_to_hold_is_not_looked_at) {
    enum { MANY = 5000 };
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (unsigned i = 0; i < MANY; i++) {
        push_and_look(&agenda, &memory, 1, 0);
        cxj__agenda_note(&agenda, 1, 0);
    }
    MUST(agenda.known == MANY);
    cxj__agenda_note(&agenda, 0, MANY / 2 + 1);
    MUST(agenda.known == MANY / 2 - 1);
    cxj__agenda_note(&agenda, 0, MANY); /* more than is known: none is */
    MUST(agenda.known == 0);
    size_t begins = 4 * agenda.held + 64;
    MUST(begins > MANY && agenda.held <= MANY);
    push_and_look(&agenda, &memory, (unsigned)(begins - MANY), 0);
    push_and_look(&agenda, &memory, 1, 8);
    finish(&agenda, &memory);
}
END_TEST

/* One that is known to hold beside one that is not: it is looked at only where most are not known to hold. */
START_TEST(half_of_all_is_enough_to_know) {
    for (unsigned unknown = 0; unknown < 2; unknown++) {
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        push_and_look(&agenda, &memory, 64, 0);
        cxj__agenda_note(&agenda, 32 - unknown, 0);
        push_and_look(&agenda, &memory, 1, unknown * 8);
        MUST(agenda.held == (unknown ? 8 : 32));
        finish(&agenda, &memory);
    }
}
END_TEST

/* However many there are, one more is a few looks and a page. */
START_TEST(no_step_is_large) {
    enum { MANY = 1000000, PAGE_BYTES = 65536 };
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    struct cxj__deadline *pushed = malloc(MANY * sizeof *pushed);
    MUST(pushed != NULL);
    for (uint32_t place = 0; place < MANY; place++) {
        uint64_t bytes = ledger.bytes, looks = looked;
        pushed[place] = (struct cxj__deadline){(int64_t)(chance() % 1000000), place, 0};
        MUST(cxj__agenda_reserve(&agenda, &memory, 1, all_hold_and_count, NULL));
        cxj__agenda_push(&agenda, pushed[place]);
        MUST(looked - looks <= 8);
        MUST(ledger.bytes - bytes <= 2 * PAGE_BYTES + 8192);
    }
    MUST(looked <= MANY / 3 * 4); /* a sweep whenever there are four times as many, not one after the other */
    MUST(cxj__agenda_count(&agenda) == MANY);
    MUST(memory.used <= 16 * MANY + 4 * PAGE_BYTES + 16384);
    pops_sorted(&agenda, pushed, MANY);
    free(pushed);
    finish(&agenda, &memory);
}
END_TEST

/* One chunk reserves for journey after journey, and pushes in the end. */
START_TEST(a_plan_that_grows_pays_for_what_is_new_in_it) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    memset(&world, 0, sizeof world);
    for (uint32_t chunk = 0; chunk < 1000; chunk++) {
        for (uint32_t further = 1; further <= 64; further++) {
            uint64_t looks = world.looked;
            MUST(cxj__agenda_reserve(&agenda, &memory, further, holds_in, &world));
            if (chunk % 3 == 0) MUST(cxj__agenda_reserve(&agenda, &memory, further, holds_in, &world));
            MUST(world.looked - looks <= 8);
        }
        if (chunk % 5 == 0) continue; /* given up */
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t place = (uint32_t)(chance() % 3000);
            world.due[place] = 1 + (int64_t)(chance() % 90000);
            cxj__agenda_push(&agenda, (struct cxj__deadline){world.due[place], place, 0});
        }
        MUST(cxj__agenda_count(&agenda) <= 9 * 3000 + 3 * 64 + 13 * 64);
    }
    pops_what_holds(&agenda, INT64_MAX, 3000);
    finish(&agenda, &memory);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Compaction
 * ------------------------------------------------------------------------------------------------------------------ */

/* Of journeys that were erased nothing stays in memory; all others stay, also in the midst of a sweep. */
START_TEST(compaction_leaves_no_trace) {
    for (uint32_t count = 1; count < 40000; count += 1 + count / 5) {
        struct cxj__memory memory = recorded();
        struct cxj__agenda agenda = {0};
        memset(&world, 0, sizeof world);
        for (uint32_t place = 0; place < count; place++) {
            MUST(move(&agenda, &memory, place, 1 + (int64_t)(chance() % 100000)));
            if (chance() % 2 == 0) MUST(move(&agenda, &memory, place, 1 + (int64_t)(chance() % 100000)));
        }
        const int64_t marked = INT64_C(0x5eed5eed5eed);
        for (uint32_t place = 0; place < count; place += 3) {
            MUST(move(&agenda, &memory, place, marked + place % 2));
        }
        struct cxj__deadline deadline;
        for (uint32_t i = 0; i < count / 8 && cxj__agenda_pop(&agenda, INT64_MAX, &deadline); i++) {
            if (world.due[deadline.place] == deadline.due) world.due[deadline.place] = 0;
        }
        for (uint32_t place = 0; place < count; place++) {
            if (world.due[place] == marked) world.due[place] = 0;
        }
        cxj__agenda_compact(&agenda, holds_in, &world);
        MUST(traces(marked) == 0);
        MUST(cxj__agenda_count(&agenda) <= 2 * count);
        pops_what_holds(&agenda, INT64_MAX, count);
        MUST(traces(marked + 1) == 0); /* what was popped leaves none either */
        finish(&agenda, &memory);
    }
}
END_TEST

/* After a compaction, as after pushes, what comes out is in order, whatever size is left. */
START_TEST(compaction_leaves_a_heap_of_any_size) {
    static struct cxj__deadline kept[200];
    for (uint32_t places = 0; places <= 70; places++) {
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        size_t count = 0;
        ck_assert(cxj__agenda_reserve(&agenda, &memory, 200, all_hold, NULL));
        for (uint32_t i = 0; i < 200; i++) {
            struct cxj__deadline deadline = {(int64_t)(chance() % 30), i, 0};
            cxj__agenda_push(&agenda, deadline);
            if (deadline.place < places) kept[count++] = deadline;
        }
        cxj__agenda_compact(&agenda, first_places_hold, &places);
        ck_assert_uint_eq(cxj__agenda_count(&agenda), count);
        pops_sorted(&agenda, kept, count);
        finish(&agenda, &memory);
    }
}
END_TEST

/* On request a few are compacted as well as many. */
START_TEST(compaction_may_be_asked_for) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    uint32_t places = 2;
    cxj__agenda_compact(&agenda, all_hold, NULL);
    for (uint32_t i = 0; i < 6; i++) push(&agenda, &memory, 10 - (int64_t)(i % 3), i % 3, 0);
    cxj__agenda_compact(&agenda, first_places_hold, &places);
    ck_assert_uint_eq(cxj__agenda_count(&agenda), 4);
    pops(&agenda, 100, 9, 1, 0);
    pops(&agenda, 100, 10, 0, 0);
    pops_nothing(&agenda, 100);
    finish(&agenda, &memory);
}
END_TEST

START_TEST(nothing_that_holds_leaves_nothing) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (uint32_t i = 0; i < 100; i++) push(&agenda, &memory, i, i, 0);
    cxj__agenda_compact(&agenda, none_holds, NULL);
    ck_assert_uint_eq(cxj__agenda_count(&agenda), 0);
    pops_nothing(&agenda, INT64_MAX);
    push(&agenda, &memory, 5, 5, 5);
    pops(&agenda, 6, 5, 5, 5);
    finish(&agenda, &memory);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Room
 * ------------------------------------------------------------------------------------------------------------------ */

/* What was reserved needs no memory, however it is reserved again on the way: so a merge, which reserves for all first,
 * cannot fail any more. */
START_TEST(room_reserved_is_there) {
    static const size_t sizes[] = {1, 15, 16, 17, 60, 300, 4090, 4096, 4097, 9000, 20000};
    for (size_t first = 0; first < sizeof sizes / sizeof *sizes; first++) {
        for (size_t second = 0; second < sizeof sizes / sizeof *sizes; second++) {
            struct cxj__memory memory = recorded();
            struct cxj__agenda agenda = {0};
            memset(&world, 0, sizeof world);
            uint32_t places = 40000, stale = (uint32_t)(chance() % 3);
            for (uint32_t i = 0; i < sizes[first]; i++) {
                MUST(move(&agenda, &memory, i, 1 + (int64_t)(chance() % 999)));
                if (stale > 0 && chance() % 3 < stale) world.due[i] = 0;
            }
            MUST(cxj__agenda_reserve(&agenda, &memory, sizes[second], holds_in, &world));
            if (chance() % 2 == 0) memory.allocate = refuse;
            memory.limit = memory.used;
            for (uint32_t i = 0; i < sizes[second]; i++) {
                MUST(move(&agenda, &memory, 20000 + i, 1 + (int64_t)(chance() % 999)));
                if (chance() % 64 == 0) MUST(cxj__agenda_reserve(&agenda, &memory, 0, holds_in, &world));
                if (chance() % 4096 == 0) pops_what_holds(&agenda, 2, places);
            }
            memory.allocate = keep_ledger;
            pops_what_holds(&agenda, INT64_MAX, places);
            finish(&agenda, &memory);
        }
    }
}
END_TEST

START_TEST(room_reserved_is_not_asked_for_again) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    ck_assert(cxj__agenda_reserve(&agenda, &memory, 10, all_hold, NULL));
    uint64_t asked = ledger.asked;
    for (size_t further = 0; further <= 10; further++) {
        ck_assert(cxj__agenda_reserve(&agenda, &memory, further, all_hold, NULL));
    }
    ck_assert_uint_eq(ledger.asked, asked);
    memory.limit = memory.used;
    ck_assert(!cxj__agenda_reserve(&agenda, &memory, 1000, all_hold, NULL));
    ck_assert(cxj__agenda_reserve(&agenda, &memory, 10, all_hold, NULL));
    finish(&agenda, &memory);
}
END_TEST

/* Memory for what has passed is given back, a page at a time. */
START_TEST(pages_are_given_back) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    memset(&world, 0, sizeof world);
    for (uint32_t i = 0; i < 60000; i++) MUST(move(&agenda, &memory, i, 1 + (int64_t)(chance() % 999)));
    uint64_t used = memory.used;
    pops_what_holds(&agenda, INT64_MAX, 60000);
    MUST(memory.used == used);
    for (uint32_t i = 0; i < 100; i++) {
        size_t blocks = ledger.count;
        MUST(move(&agenda, &memory, i, 1));
        MUST(ledger.count + 1 >= blocks);
    }
    MUST(memory.used <= 3 * 65536 + 2048);
    uint64_t asked = ledger.asked;
    for (uint32_t i = 0; i < 20000; i++) { /* about one size, to and fro, nothing is asked for or given back */
        MUST(move(&agenda, &memory, 1000 + i % 9, 2 + (int64_t)i));
        pops_what_holds(&agenda, 2 + (int64_t)i, 2000);
    }
    MUST(ledger.asked == asked);
    finish(&agenda, &memory);
}
END_TEST

START_TEST(no_page_comes_and_goes) {
    struct cxj__memory memory = recorded();
    struct cxj__agenda agenda = {0};
    struct cxj__deadline deadline;
    uint64_t asked = 0;
    for (uint32_t i = 0; i < 12288 - 1; i++) push(&agenda, &memory, i, i, 0);
    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < 4; i++) push(&agenda, &memory, 20000 + round, i, 0);
        for (uint32_t i = 0; i < 4; i++) MUST(cxj__agenda_pop(&agenda, INT64_MAX, &deadline));
        if (round == 0) asked = ledger.asked;
    }
    MUST(ledger.asked == asked);
    finish(&agenda, &memory);
}
END_TEST

/* Whatever ends a sweep: all pages are at hand afterwards. */
START_TEST(pages_of_a_sweep_that_ends_early_are_used) {
    for (int compacted = 0; compacted < 2; compacted++) {
        struct cxj__memory memory = recorded();
        struct cxj__agenda agenda = {0};
        memset(&world, 0, sizeof world);
        uint32_t count = 0;
        while (agenda.old.count < 20000) {
            MUST(move(&agenda, &memory, count, 1 + (int64_t)(chance() % 99999)));
            MUST(++count < PLACES);
        }
        if (compacted) {
            memset(&world, 0, sizeof world);
            cxj__agenda_compact(&agenda, holds_in, &world);
        }
        pops_what_holds(&agenda, INT64_MAX, PLACES);
        MUST(cxj__agenda_count(&agenda) == 0);
        memory.limit = memory.used;
        MUST(cxj__agenda_reserve(&agenda, &memory, count - 8192, holds_in, &world));
        for (uint32_t i = 0; i < count - 8192; i++) {
            cxj__agenda_push(&agenda, (struct cxj__deadline){1 + (int64_t)(chance() % 99999), i, 0});
        }
        finish(&agenda, &memory);
    }
}
END_TEST

/* Grows and sweeps over several pages; true if memory failed on the way. Whatever failed is tried again once. */
static bool live_through(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    memset(&world, 0, sizeof world);
    for (uint32_t i = 0; i < 14000; i++) {
        int64_t due = 1 + (int64_t)(i * UINT64_C(2654435761) % 100000);
        uint64_t failed = ledger.failed;
        size_t count = cxj__agenda_count(agenda);
        if (move(agenda, memory, i % 11000, due)) continue;
        MUST(ledger.failed > failed);
        MUST(cxj__agenda_count(agenda) <= count);
        if (!move(agenda, memory, i % 11000, due)) return true;
    }
    return ledger.failed > 0;
}

static void lack_memory(bool for_ever) {
    bool failed = true;
    for (uint64_t from = 1; failed; from++) {
        struct cxj__memory memory = recorded();
        struct cxj__agenda agenda = {0};
        ledger.fail_from = from;
        ledger.fail_to = for_ever ? UINT64_MAX : from;
        failed = live_through(&agenda, &memory);
        pops_what_holds(&agenda, INT64_MAX, 11000);
        finish(&agenda, &memory);
    }
}

START_TEST(one_allocation_that_fails_loses_no_deadline) {
    lack_memory(false);
}
END_TEST

START_TEST(memory_that_runs_out_loses_no_deadline) {
    lack_memory(true);
}
END_TEST

/* "Where there is no memory, it can wait": a sweep that cannot begin takes nothing away, and begins when it can. */
START_TEST(sweep_waits_for_its_memory) {
    enum { COUNT = 20000 };
    uint64_t fail_at = 0;
    for (bool failed = true; failed; failed = ledger.failed > 0) {
        struct cxj__memory memory = recorded();
        struct cxj__agenda agenda = {0};
        MUST(cxj__agenda_reserve(&agenda, &memory, COUNT, all_hold, NULL));
        for (uint32_t i = 0; i < COUNT; i++) cxj__agenda_push(&agenda, (struct cxj__deadline){i, i, 0});
        ledger.fail_from = ledger.fail_to = ledger.asked + ++fail_at;
        MUST(cxj__agenda_reserve(&agenda, &memory, 1, all_hold, NULL));
        MUST((agenda.old.count > 0) == (ledger.failed == 0));
        MUST(cxj__agenda_reserve(&agenda, &memory, 2, all_hold, NULL));
        MUST(agenda.old.count > 0);
        for (uint32_t i = 0; i < COUNT; i++) pops(&agenda, COUNT, i, i, 0);
        pops_nothing(&agenda, COUNT);
        finish(&agenda, &memory);
    }
    ck_assert_uint_gt(fail_at, 2);
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
    printf("test_alert: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("agenda");
    TCase *order = group(suite, "order");
    tcase_add_test(order, a_deadline_passes_after_its_due);
    tcase_add_test(order, order_is_by_due_then_place_then_commitment);
    tcase_add_test(order, equal_deadlines_are_popped_once);
    tcase_add_test(order, any_order_of_pushes_pops_in_order);
    tcase_add_test(order, any_order_on_several_pages_pops_in_order);
    tcase_add_test(order, pushes_and_pops_may_alternate);
    tcase_add_test(order, what_holds_pops_in_order_whatever_happens);
    TCase *sweeps = group(suite, "sweeps");
    tcase_add_test(sweeps, size_is_bounded_where_dues_move);
    tcase_add_test(sweeps, size_is_bounded_where_dues_move_forth_and_back);
    tcase_add_test(sweeps, little_memory_for_a_few);
    tcase_add_test(sweeps, sweeps_come_in_time);
    tcase_add_test(sweeps, what_is_known_to_hold_is_not_looked_at);
    tcase_add_test(sweeps, half_of_all_is_enough_to_know);
    tcase_add_test(sweeps, no_step_is_large);
    tcase_add_test(sweeps, a_plan_that_grows_pays_for_what_is_new_in_it);
    TCase *compaction = group(suite, "compaction");
    tcase_add_test(compaction, compaction_leaves_no_trace);
    tcase_add_test(compaction, compaction_leaves_a_heap_of_any_size);
    tcase_add_test(compaction, compaction_may_be_asked_for);
    tcase_add_test(compaction, nothing_that_holds_leaves_nothing);
    TCase *room = group(suite, "room");
    tcase_add_test(room, room_reserved_is_there);
    tcase_add_test(room, room_reserved_is_not_asked_for_again);
    tcase_add_test(room, pages_are_given_back);
    tcase_add_test(room, no_page_comes_and_goes);
    tcase_add_test(room, pages_of_a_sweep_that_ends_early_are_used);
    tcase_add_test(room, one_allocation_that_fails_loses_no_deadline);
    tcase_add_test(room, memory_that_runs_out_loses_no_deadline);
    tcase_add_test(room, sweep_waits_for_its_memory);

    return run_suite(suite);
}
