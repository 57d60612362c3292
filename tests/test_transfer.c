/* transfer: a journey taken over from another engine, whose names have other codes. What src/transfer.h promises.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shelf.h"

#include <string.h>

#include "transfer.h"

enum { NAMES = 70, OTHER = 1000, LONG = 150 };

/* Codes of the other engine: code c of a dimension is one of its own there, and none is none. */
static uint32_t lists[CXJ_DIMENSION_REASON + 8][NAMES];
static uint32_t *codes[CXJ_DIMENSION_REASON + 8];

static uint32_t code_there(size_t dimension, uint32_t code) {
    return code == 0 ? 0 : OTHER * (uint32_t)dimension + NAMES - code;
}

static void make_codes(void) {
    for (size_t d = 0; d < sizeof codes / sizeof *codes; d++) {
        for (uint32_t c = 0; c < NAMES; c++) lists[d][c] = code_there(d, c);
        codes[d] = lists[d];
    }
}

static cxj_touchpoint there(cxj_touchpoint t) {
    t.owner = code_there(CXJ_DIMENSION_OWNER, t.owner);
    t.team = (uint16_t)code_there(CXJ_DIMENSION_TEAM, t.team);
    t.channel = (uint16_t)code_there(CXJ_DIMENSION_CHANNEL, t.channel);
    t.stage = (uint16_t)code_there(CXJ_DIMENSION_STAGE, t.stage);
    t.activity = (uint16_t)code_there(CXJ_DIMENSION_ACTIVITY, t.activity);
    t.cause = (uint16_t)code_there(CXJ_DIMENSION_CAUSE, t.cause);
    t.type = (uint16_t)code_there(CXJ_DIMENSION_TYPE, t.type);
    t.segment = (uint16_t)code_there(CXJ_DIMENSION_SEGMENT, t.segment);
    t.reason = (uint16_t)code_there(CXJ_DIMENSION_REASON, t.reason);
    return t;
}

static cxj_touchpoint some_touchpoint(uint64_t id) {
    cxj_touchpoint t = {.journey = 7, .id = id, .at = (int64_t)id * 60000, .sequence = (uint32_t)id};
    t.owner = chance(NAMES);
    t.team = (uint16_t)chance(4);
    t.channel = (uint16_t)chance(NAMES);
    t.stage = (uint16_t)chance(3);
    t.activity = (uint16_t)chance(5);
    if (chance(4) == 0) t.facets = CXJ_FACET_CONTACT | CXJ_FACET_INBOUND;
    if (chance(4) == 0) t.facets |= CXJ_FACET_UPDATE;
    if (chance(5) == 0) {
        t.cause = (uint16_t)chance(3);
        t.type = (uint16_t)chance(NAMES);
        t.segment = (uint16_t)chance(NAMES);
        t.reason = (uint16_t)chance(NAMES);
        t.customer = chance(9);
    }
    if (chance(6) == 0) {
        t.due = t.at + chance(600000);
        t.commitment = (uint8_t)chance(CXJ__COMMITMENTS);
    }
    return t;
}

/* The fold of touchpoints, taken one after the other. */
static void fold_of(const cxj_touchpoint *touchpoints, size_t count, struct cxj__fold *fold) {
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    memset(fold, 0, sizeof *fold);
    for (size_t i = 0; i < count; i++) {
        (void)cxj__fold_step(fold, cxj__fold_no_hours(), &touchpoints[i], 0, 0, facts);
    }
}

/* A journey of so many touchpoints, with its fold. */
static void fill(world *here, cxj_touchpoint *touchpoints, size_t count) {
    struct cxj__fold fold;
    for (size_t i = 0; i < count; i++) touchpoints[i] = some_touchpoint(i + 1);
    replace(here, 0, touchpoints, count);
    fold_of(touchpoints, count, &fold);
    ck_assert(cxj__journey_reserve_fold(here->journey, &here->memory, &fold));
    cxj__journey_set_fold(here->journey, &fold);
    here->journey->fold.samples = 0; /* which are kept apart */
}

static void is_fold(const struct cxj__fold *a, const struct cxj__fold *b) {
    ck_assert_uint_eq(a->type, b->type);
    ck_assert_uint_eq(a->segment, b->segment);
    ck_assert_uint_eq(a->reason, b->reason);
    ck_assert_uint_eq(a->entry, b->entry);
    ck_assert_uint_eq(a->wide, b->wide);
    ck_assert_mem_eq(a->seen, b->seen, sizeof a->seen);
    ck_assert_mem_eq(a->counts, b->counts, sizeof a->counts);
    ck_assert_mem_eq(a->lasted.of, b->lasted.of, sizeof a->lasted.of);
    ck_assert_uint_eq(a->promises_open, b->promises_open);
    for (size_t d = 0; d < CXJ__TRACKS; d++) {
        ck_assert_uint_eq(a->tracks[d].value, b->tracks[d].value);
        ck_assert_uint_eq(a->tracks[d].before, b->tracks[d].before);
        ck_assert_int_eq(a->tracks[d].at, b->tracks[d].at);
    }
    for (size_t c = 0; c < CXJ__COMMITMENTS; c++) {
        if (a->promises_open >> c & 1) ck_assert_int_eq(a->promises[c].due, b->promises[c].due);
    }
}

/* "Makes an empty journey the copy of another, whose codes become codes[dimension][code]; NULL: they stay": touchpoints,
 * and what comes of them, are as if they had been recorded there. */
START_TEST(a_copy_is_as_if_recorded_there) {
    static cxj_touchpoint touchpoints[LONG], others[LONG];
    make_codes();
    for (size_t round = 0, count = 1; count <= LONG; count += round % 2 * (1 + count / 3), round++) {
        const bool stay = round % 2 == 0;
        world here, other;
        struct cxj__fold room, expected, kept;
        uint64_t probes = 0, folded = 0;
        open_world(&here);
        open_world(&other);
        fill(&here, touchpoints, count);
        for (size_t i = 0; i < count; i++) others[i] = stay ? touchpoints[i] : there(touchpoints[i]);
        ck_assert(
            cxj__transfer_copy(other.journey, &other.memory, &other.key, here.journey, stay ? NULL : codes, NULL));
        ck_assert_uint_eq(other.journey->count, count);
        for (size_t i = 0; i < count; i++) {
            cxj_touchpoint found = stored(&other, i);
            ck_assert_msg(is_same(&found, &others[i]), "touchpoint %zu of %zu", i, count);
            ck_assert_uint_eq(cxj__journey_find_id(other.journey, others[i].id, &other.key, &probes), i);
        }
        fold_of(others, count, &expected);
        is_fold(cxj__journey_fold(other.journey, &room), &expected);
        ck_assert_int_eq(other.journey->index != NULL, count > CXJ__INDEX_BEYOND);
        size_t before = count - 1;
        fold_of(others, before, &expected);
        cxj__journey_fold_at(other.journey, before, NULL, &kept, &folded);
        is_fold(&kept, &expected);
        if (other.journey->index != NULL) ck_assert_uint_le(folded, CXJ__CHECKPOINT_EVERY);
        close_world(&here);
        close_world(&other);
    }
}
END_TEST

/* Allocations that may still be made. */
static size_t left;

static void *allocate_some(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size > old_size) {
        if (left == 0) return NULL;
        left--;
    }
    return cxj__base_allocate(context, block, old_size, new_size);
}

/* "False, and then it may hold something, if there is no memory": at each allocation; what it holds can be freed. */
START_TEST(a_copy_without_memory_can_be_freed) {
    static cxj_touchpoint touchpoints[LONG];
    size_t failures = 0;
    world here, other;
    make_codes();
    open_world(&here);
    fill(&here, touchpoints, LONG);
    for (bool done = false; !done; failures++) {
        open_world(&other);
        other.memory.allocate = allocate_some;
        left = failures;
        done = cxj__transfer_copy(other.journey, &other.memory, &other.key, here.journey, codes, NULL);
        other.memory.allocate = cxj__base_allocate;
        close_world(&other);
    }
    ck_assert_uint_ge(failures, 5);
    close_world(&here);
}
END_TEST

int main(void) {
    const TTest *const all[] = {a_copy_is_as_if_recorded_there, a_copy_without_memory_can_be_freed};
    read_surroundings("test_transfer");
    Suite *suite = suite_create("transfer");
    ADD_CASE(suite, "copies", all);
    return run_suite(suite);
}
