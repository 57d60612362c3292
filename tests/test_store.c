/* store: journeys by number. What src/store.h and the head of src/store.c promise.
 *
 * CXJ_SEED takes the seed of the random part; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shelf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Journeys by number
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(empty_store_has_no_journey) {
    struct cxj__store store = {0};
    struct cxj__seed key = {{1, 3, 5, 7, 9, 11, 13, 15}};
    uint64_t probes = 0;
    ck_assert_ptr_null(cxj__store_find(&store, &key, 1, &probes));
    ck_assert_ptr_null(cxj__store_slot(&store, &key, 1));
    ck_assert_ptr_null(cxj__store_guess(&store, &key, 1));
    ck_assert_uint_eq(probes, 0);
}
END_TEST

START_TEST(journey_stays_where_it_is_while_others_come) {
    world here;
    open_world(&here);
    for (uint64_t number = 1000; number < 3000; number++) {
        ck_assert_ptr_nonnull(cxj__store_make(&here.store, &here.memory, &here.key, number));
    }
    ck_assert_ptr_eq(cxj__store_find(&here.store, &here.key, 7, &here.probes), here.journey);
    ck_assert_ptr_eq(cxj__store_at(&here.store, here.journey->place), here.journey);
    close_world(&here);
}
END_TEST

/* Removing moves slots up; whatever is removed, each of the others is found, and no other. */
START_TEST(journeys_are_found_after_many_removals) {
    enum { NUMBERS = 3000, STEPS = 30000 };
    static bool is_there[NUMBERS + 1];
    world here;
    open_world(&here);
    cxj__store_remove(&here.store, &here.memory, &here.key, here.journey);
    size_t count = 0;
    for (size_t step = 0; step < STEPS; step++) {
        uint64_t number = 1 + chance(NUMBERS);
        struct cxj__journey *found = cxj__store_find(&here.store, &here.key, number, &here.probes);
        ck_assert_int_eq(found != NULL, is_there[number]);
        if (found == NULL) {
            found = cxj__store_make(&here.store, &here.memory, &here.key, number);
            ck_assert_uint_eq(found->number, number);
            ck_assert_uint_eq(found->count, 0);
            count++;
        } else {
            cxj__store_remove(&here.store, &here.memory, &here.key, found);
            count--;
        }
        is_there[number] = !is_there[number];
        ck_assert_uint_eq(here.store.table.count, count);
    }
    for (uint64_t number = 1; number <= NUMBERS; number++) {
        const struct cxj__journey *found = cxj__store_find(&here.store, &here.key, number, &here.probes);
        ck_assert_int_eq(found != NULL && found->number == number, is_there[number]);
    }
    ck_assert_uint_le(here.store.places, NUMBERS);
    close_world(&here);
}
END_TEST

/* "in memory a journey ends behind that promise, and the others stand aside" (store.h). */
#define JOURNEY_BYTES offsetof(struct cxj__journey, fold.promises[1])

/* "nothing of them is left in the engine" (section 3.4): a place that waits for another journey holds nothing. */
START_TEST(removed_journey_leaves_an_empty_place) {
    static const struct cxj__journey nothing;
    world here;
    open_world(&here);
    cxj_touchpoint t = greatest();
    replace(&here, 0, &t, 1);
    const struct cxj__journey *place = here.journey;
    cxj__store_remove(&here.store, &here.memory, &here.key, here.journey);
    ck_assert_mem_eq(place, &nothing, JOURNEY_BYTES);
    close_world(&here);
}
END_TEST

/* store.h: "change: … Of a free place: the next one, plus one". Nothing else is there, and no place is lost. */
START_TEST(free_places_are_chained_and_used_again) {
    enum { JOURNEYS = 300 };
    static uint32_t gone[JOURNEYS];
    world here;
    open_world(&here);
    cxj__store_remove(&here.store, &here.memory, &here.key, here.journey);
    cxj_touchpoint t = greatest();
    for (uint64_t number = 1; number <= JOURNEYS; number++) {
        here.journey = cxj__store_make(&here.store, &here.memory, &here.key, number);
        replace(&here, 0, &t, 1);
    }
    ck_assert_uint_eq(here.store.places, JOURNEYS);
    for (uint64_t i = 0; i < JOURNEYS; i++) {
        struct cxj__journey *journey = cxj__store_find(&here.store, &here.key, 1 + i * 7 % JOURNEYS, &here.probes);
        gone[i] = journey->place;
        cxj__store_remove(&here.store, &here.memory, &here.key, journey);
        struct cxj__journey expected = {.change = i == 0 ? 0 : gone[i - 1] + 1};
        ck_assert_mem_eq(journey, &expected, JOURNEY_BYTES);
    }
    ck_assert_uint_eq(here.store.table.count, 0);
    for (size_t i = JOURNEYS; i-- > 0;) {
        ck_assert_uint_eq(here.store.free, gone[i] + 1);
        const struct cxj__journey *journey = cxj__store_make(&here.store, &here.memory, &here.key, 1000 + i);
        struct cxj__journey expected = {.number = 1000 + i, .place = gone[i]};
        ck_assert_mem_eq(journey, &expected, JOURNEY_BYTES);
    }
    ck_assert_uint_eq(here.store.free, 0);
    ck_assert_uint_eq(here.store.places, JOURNEYS);
    close_world(&here);
}
END_TEST

/* store.h: "True if a journey was sealed", until its number is forgotten. */
START_TEST(sealed_numbers_are_remembered) {
    enum { NUMBERS = 5000 };
    world here;
    open_world(&here);
    ck_assert(!cxj__store_is_sealed(&here.store, &here.key, 1, &here.probes));
    for (uint64_t n = 1; n <= NUMBERS; n++) ck_assert(cxj__store_seal(&here.store, &here.memory, &here.key, n));
    for (uint64_t n = 1; n <= NUMBERS; n += 3) cxj__store_unseal(&here.store, &here.key, n);
    for (uint64_t n = 1; n <= 2 * NUMBERS; n++) {
        bool sealed = n <= NUMBERS && n % 3 != 1;
        ck_assert_int_eq(cxj__store_is_sealed(&here.store, &here.key, n, &here.probes), sealed);
    }
    here.memory.limit = here.memory.used;
    uint64_t n = 2 * NUMBERS;
    while (cxj__store_seal(&here.store, &here.memory, &here.key, n)) n++;
    ck_assert(!cxj__store_is_sealed(&here.store, &here.key, n, &here.probes));
    ck_assert(cxj__store_is_sealed(&here.store, &here.key, n - 1, &here.probes));
    close_world(&here);
}
END_TEST

/* Whatever allocation fails, no journey is made, and the others are found. */
START_TEST(lack_of_memory_makes_no_journey) {
    world here;
    open_world(&here);
    for (uint64_t number = 1000; number < 6000; number++) {
        struct cxj__journey *made = NULL;
        here.memory.limit = here.memory.used; /* nothing more */
        while ((made = cxj__store_make(&here.store, &here.memory, &here.key, number)) == NULL) {
            ck_assert_uint_eq(here.store.table.count, number - 1000 + 1);
            ck_assert_ptr_null(cxj__store_find(&here.store, &here.key, number, &here.probes));
            ck_assert_ptr_nonnull(cxj__store_find(&here.store, &here.key, 7, &here.probes));
            here.memory.limit += 997;
        }
        ck_assert_uint_eq(made->number, number);
    }
    for (uint64_t number = 1000; number < 6000; number++) {
        ck_assert_uint_eq(cxj__store_find(&here.store, &here.key, number, &here.probes)->number, number);
    }
    close_world(&here);
}
END_TEST

/* store.h: "All journeys as they were at some moment, though they change meanwhile". Each is copied once, and only as
 * long as it is needed. */
START_TEST(snapshot_shows_journeys_as_they_were) {
    world here;
    open_world(&here);
    cxj_touchpoint before[8], after = {.journey = 7, .id = 99, .at = 99};
    for (size_t i = 0; i < 8; i++)
        before[i] = (cxj_touchpoint){.journey = 7, .id = i + 1, .at = (int64_t)i, .value = 5};
    replace(&here, 0, before, 8);
    cxj__store_keep(&here.store, &here.memory, here.journey); /* no snapshot is open */
    cxj__store_open_snapshot(&here.store);
    ck_assert_ptr_eq(cxj__store_in_snapshot(&here.store, here.journey->place), here.journey);
    cxj__store_keep(&here.store, &here.memory, here.journey);
    replace(&here, 2, &after, 1);
    cxj__store_keep(&here.store, &here.memory, here.journey);
    ck_assert_uint_eq(here.store.snapshot.count, 1);
    const struct cxj__journey *was = cxj__store_in_snapshot(&here.store, here.journey->place);
    ck_assert_uint_eq(was->count, 8);
    for (size_t i = 0; i < 8; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(was, i, &entry);
        ck_assert(is_same(&entry.touchpoint, &before[i]));
    }
    struct cxj__journey *later = cxj__store_make(&here.store, &here.memory, &here.key, 8);
    cxj__store_keep(&here.store, &here.memory, later);
    ck_assert_uint_eq(here.store.snapshot.count, 1);
    cxj__store_close_snapshot(&here.store, &here.memory);
    cxj__store_open_snapshot(&here.store);
    here.store.snapshot.done = 7;
    cxj__store_keep(&here.store, &here.memory, here.journey);
    ck_assert_uint_eq(here.store.snapshot.count, 0);
    cxj__store_close_snapshot(&here.store, &here.memory);
    close_world(&here);
}
END_TEST

/* Places that were free when it was opened are free again afterwards, with those that came free meanwhile. */
START_TEST(snapshot_gives_free_places_back) {
    world here;
    open_world(&here);
    struct cxj__journey *journeys[4];
    for (uint64_t n = 0; n < 4; n++) journeys[n] = cxj__store_make(&here.store, &here.memory, &here.key, 10 + n);
    cxj__store_remove(&here.store, &here.memory, &here.key, journeys[0]);
    cxj__store_remove(&here.store, &here.memory, &here.key, journeys[2]);
    size_t places = here.store.places;
    cxj__store_open_snapshot(&here.store);
    struct cxj__journey *later = cxj__store_make(&here.store, &here.memory, &here.key, 20);
    ck_assert_uint_eq(later->place, places);
    cxj__store_remove(&here.store, &here.memory, &here.key, later);
    cxj__store_close_snapshot(&here.store, &here.memory);
    for (uint64_t n = 0; n < 3; n++)
        ck_assert_ptr_nonnull(cxj__store_make(&here.store, &here.memory, &here.key, 30 + n));
    ck_assert_uint_eq(here.store.places, places + 1);
    ck_assert_uint_eq(here.store.free, 0);
    close_world(&here);
}
END_TEST

/* A lack of memory, for a copy or for the list of copies, loses the snapshot and nothing else. */
START_TEST(snapshot_is_lost_without_memory) {
    cxj_touchpoint many[20];
    for (size_t i = 0; i < 20; i++) many[i] = (cxj_touchpoint){.journey = 7, .id = i + 1, .at = (int64_t)i, .value = 1};
    for (uint64_t room = 0;; room += 8) {
        world here;
        open_world(&here);
        replace(&here, 0, many, 20);
        uint64_t used = here.memory.used;
        cxj__store_open_snapshot(&here.store);
        here.memory.limit = used + room;
        cxj__store_keep(&here.store, &here.memory, here.journey);
        bool lost = here.store.snapshot.is_lost;
        if (lost) ck_assert_uint_eq(here.memory.used, used);
        ck_assert_uint_eq(here.store.snapshot.count, !lost);
        cxj__store_close_snapshot(&here.store, &here.memory);
        ck_assert(!here.store.snapshot.is_open);
        ck_assert_uint_eq(here.memory.used, used);
        close_world(&here);
        if (!lost) return;
    }
}
END_TEST

/* Places are numbers of 32 bits, less some that mean something else: beyond them no journey is made, and the store is
 * as it was. So many cannot be held, so that they were given out is only said. */
START_TEST(places_end_before_their_numbers_do) {
    world here;
    open_world(&here);
    const size_t given = here.store.places, most = UINT32_MAX - 127; /* all blocks that begin before it are full */
    here.store.places = most;
    ck_assert_ptr_null(cxj__store_make(&here.store, &here.memory, &here.key, 8));
    ck_assert_uint_eq(here.store.places, most);
    ck_assert_ptr_null(cxj__store_find(&here.store, &here.key, 8, &here.probes));
    /* A place that is free again is given out all the same. */
    cxj__store_remove(&here.store, &here.memory, &here.key, here.journey);
    struct cxj__journey *made = cxj__store_make(&here.store, &here.memory, &here.key, 9);
    ck_assert_ptr_eq(made, here.journey);
    ck_assert_ptr_eq(cxj__store_find(&here.store, &here.key, 9, &here.probes), made);
    here.store.places = given;
    close_world(&here);
}
END_TEST

/* store.h: looking ahead "brings nearer" and "guesses the journey from what stands there, NULL if there is none". It
 * changes nothing, and a guess is right unless two tags are the same. */
START_TEST(looking_ahead_changes_nothing) {
    enum { JOURNEYS = 3000 };
    world here;
    open_world(&here);
    for (uint64_t number = 1000; number < 1000 + JOURNEYS; number++) {
        here.journey = cxj__store_make(&here.store, &here.memory, &here.key, number);
        cxj_touchpoint t[3] = {
            {.journey = number, .at = 1}, {.journey = number, .at = 2}, {.journey = number, .at = 3}};
        replace(&here, 0, t, number % 4);
    }
    struct cxj__store store = here.store;
    uint64_t used = here.memory.used;
    size_t others = 0;
    cxj__store_prefetch_journey(NULL);
    cxj__store_approach_new(&here.store, &here.key, 7);
    cxj_touchpoint rare = {.journey = 1, .at = 4, .due = 5};
    for (uint64_t number = 0; number < 1000 + 2 * JOURNEYS; number++) {
        const struct cxj__journey *found = cxj__store_find(&here.store, &here.key, number, &here.probes);
        ck_assert_ptr_nonnull(cxj__store_slot(&here.store, &here.key, number));
        const struct cxj__journey *guess = cxj__store_guess(&here.store, &here.key, number);
        if (found != NULL) ck_assert_ptr_nonnull(guess);
        others += guess != found;
        if (guess == NULL) continue;
        struct cxj__journey before;
        memcpy(&before, guess, JOURNEY_BYTES);
        cxj__store_prefetch_journey(guess);
        cxj__store_approach_end(guess, NULL);
        cxj__store_approach_end(guess, &rare);
        ck_assert_mem_eq(guess, &before, JOURNEY_BYTES);
    }
    ck_assert_uint_le(others, 2);
    ck_assert_mem_eq(&here.store, &store, sizeof store);
    ck_assert_uint_eq(here.memory.used, used);
    close_world(&here);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("store");
    Suite *suite = suite_create("store");
    const TTest *journeys[] = {empty_store_has_no_journey,
                               journey_stays_where_it_is_while_others_come,
                               journeys_are_found_after_many_removals,
                               removed_journey_leaves_an_empty_place,
                               free_places_are_chained_and_used_again,
                               lack_of_memory_makes_no_journey,
                               places_end_before_their_numbers_do,
                               looking_ahead_changes_nothing,
                               sealed_numbers_are_remembered};
    const TTest *snapshots[] = {snapshot_shows_journeys_as_they_were, snapshot_gives_free_places_back,
                                snapshot_is_lost_without_memory};
    ADD_CASE(suite, "journeys", journeys);
    ADD_CASE(suite, "snapshots", snapshots);
    return run_suite(suite);
}
