/* append: the two verbs. What src/append.h promises: of a group those touchpoints are in for which there was memory, and
 * a change that is taken back gives back exactly what was.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Groups
 * ------------------------------------------------------------------------------------------------------------------ */

/* The journey with a number, made if it is not there; NULL where there is no memory. */
static struct cxj__journey *reach_journey(cxj_engine *engine, uint64_t number) {
    struct cxj__core *core = &engine->core;
    struct cxj__journey *journey = find_journey(engine, number);
    return journey != NULL ? journey : cxj__store_make(&core->store, &core->memory, &core->seed, number);
}

/* Begins a group with as many of the touchpoints as can be; *result says why the next is not in it. */
static size_t begin_group(cxj_engine *engine, const cxj_touchpoint *t, size_t count, enum cxj__append_result *result) {
    struct cxj__core *core = &engine->core;
    size_t begun = 0;
    *result = CXJ__APPENDED;
    for (; begun < count; begun++) {
        struct cxj__journey *journey = reach_journey(engine, t[begun].journey);
        *result = journey == NULL ? CXJ__APPEND_NO_MEMORY : cxj__append_next(&engine->append, core, journey, &t[begun]);
        if (*result == CXJ__APPENDED) continue;
        if (journey != NULL && cxj__journey_kept(journey) == 0) {
            cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        }
        break;
    }
    ck_assert_uint_eq(engine->append.count, begun);
    return begun;
}

/* Appends a group; returns how many of its touchpoints are in. */
static size_t append_group(cxj_engine *engine, const cxj_touchpoint *t, size_t count, enum cxj__append_result *result) {
    size_t begun = begin_group(engine, t, count, result), taken = 0;
    if (begun > 0) taken = cxj__append_finish_group(&engine->append, &engine->core);
    ck_assert_uint_eq(engine->append.count, 0);
    ck_assert_uint_le(taken, begun);
    return taken;
}

enum { GROUP = CXJ__APPEND_GROUP };
static const size_t journey_lengths[] = {0, 3, 5, 63, 65, 140};
static const size_t group_sizes[] = {1, 2, GROUP};
enum { LENGTHS = 6, SIZES = 3 };

/* Touchpoint number i of one of the journeys of a group, which are not alike. */
static cxj_touchpoint of_group(uint64_t journey, size_t i) {
    cxj_touchpoint t = tardy(i + (size_t)journey);
    t.journey = journey;
    t.id = i + 1;
    t.at = START + HOUR * (int64_t)i;
    t.stage = (uint16_t)(1 + i % 70 % CODES);
    return t;
}

/* Views that no touchpoint of a group moves: each depends on what touchpoints say themselves. */
static void add_views_of_group(cxj_engine *engine) {
    add(engine, "touchpoints by channel, owner per day");
    add(engine, "touchpoints where cause in (a, b)");
    add(engine, "transitions by owner per week");
    add(engine, "journeys by exit");
    add(engine, "journeys by outcome per day ended where had cause in (a, b)");
    add(engine, "journeys where had owner = c");
}

static cxj_engine *make_for_group(heap *memory, size_t length) {
    cxj_engine *engine = make_engine(memory, 0);
    add_views_of_group(engine);
    for (size_t i = 0; i < length; i++) {
        for (uint64_t journey = 1; journey <= GROUP; journey++) record(engine, of_group(journey, i));
    }
    return engine;
}

/* What comes then: each ends its journey, late, at a channel of its own. */
static void draw_group(cxj_touchpoint group[GROUP], size_t length) {
    for (uint64_t journey = 1; journey <= GROUP; journey++) {
        cxj_touchpoint *t = &group[journey - 1];
        *t = of_group(journey, length);
        t->channel = (uint16_t)(1 + journey % CODES);
        t->facets |= CXJ_FACET_DELIVERED;
        t->at += 5 * HOUR;
        t->outcome = (uint8_t)(journey % 3);
        t->value = journey % 4 == 0 ? 7 : 0;
    }
}

/* "Returns how many of its touchpoints are in: all, or where memory ends, those before the one for which there is none;
 * the others are as if they had not come": wherever memory ends, for groups and journeys of each size. */
START_TEST(group_takes_what_comes_before_the_end_of_memory) {
    static picture after[GROUP + 1];
    const size_t length = journey_lengths[_i / SIZES], size = group_sizes[_i % SIZES];
    cxj_touchpoint group[GROUP];
    enum cxj__append_result result = CXJ__APPENDED;
    draw_group(group, length);
    for (size_t i = 0; i <= size; i++) {
        cxj_engine *other = make_for_group(NULL, length);
        ck_assert_uint_eq(append_group(other, group, i, &result), i);
        ck_assert_int_eq(result, CXJ__APPENDED);
        take_picture(&after[i], other);
        cxj_engine_destroy(other);
    }
    cxj_engine *engine = NULL;
    heap memory = {0};
    size_t taken = 0, partly = 0, nothing = 0;
    uint64_t n = 1;
    for (; taken < size; n = next_to_fail(n)) {
        if (engine == NULL) engine = make_for_group(&memory, length);
        give_back_room(engine);
        let_fail(&memory, n);
        taken = append_group(engine, group, size, &result);
        ck_assert(result == CXJ__APPENDED || result == CXJ__APPEND_NO_MEMORY);
        ck_assert_int_eq(taken == size, memory.asked < n);
        let_fail(&memory, 0);
        check_picture(&after[taken], engine);
        nothing += taken == 0;
        if (taken == 0) continue; /* and so it can be tried again */
        partly += taken < size;
        ck_assert_uint_eq(append_group(engine, group + taken, size - taken, &result), size - taken);
        check_picture(&after[size], engine);
        cxj_engine_destroy(engine);
        engine = NULL;
        memory = (heap){0};
    }
    ck_assert_uint_gt(nothing, 0);
    if (size == GROUP && stride == 1) ck_assert_uint_gt(partly, 0);
    for (size_t i = 0; i <= size; i++) free_picture(&after[i]);
}
END_TEST

/* The same where a journey stands under the same keys as before, and has one duration more: in some views it has been
 * added when memory ends in another. */
START_TEST(journey_that_stays_is_as_it_was) {
    static picture before;
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    add(engine, "journeys");
    add(engine, "journeys by type");
    add(engine, "journeys by segment");
    for (uint64_t journey = 1; journey <= 9; journey++) {
        const cxj_touchpoint low = {
            .journey = journey, .at = START, .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_TOUCHPOINT};
        cxj_touchpoint answer = {.journey = journey, .at = START + 1, .facets = CXJ_FACET_UPDATE};
        record(engine, low);
        answer.at += HOUR << journey; /* a bucket of its own */
        take_picture(&before, engine);
        cxj_status status = CXJ_NO_MEMORY;
        uint64_t n = 1;
        for (; status != CXJ_OK; n++) {
            memory.for_good = true;
            let_fail(&memory, n);
            scribble();
            status = cxj_record(engine, &answer, sizeof answer, 1, 0, NULL, 0);
            let_fail(&memory, 0);
            if (status != CXJ_OK) check_picture(&before, engine);
        }
        if (journey == 1) ck_assert_uint_gt(n, 4); /* some of them in the views, one after the other */
        free_picture(&before);
        check_cells(engine);
    }
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* The same of a call that records: "what has been taken is always the first part of what was passed"; also where
 * journeys have 64 touchpoints and become long, which makes a change of each. */
START_TEST(call_takes_what_comes_before_the_end_of_memory) {
    static picture after[GROUP + 1];
    static const size_t all_lengths[] = {0, 5, 63, 64, 65, 140};
    const size_t length = all_lengths[_i];
    cxj_touchpoint group[GROUP];
    draw_group(group, length);
    for (size_t i = 0; i <= GROUP; i++) {
        cxj_engine *other = make_for_group(NULL, length);
        record_all(other, group, i);
        take_picture(&after[i], other);
        cxj_engine_destroy(other);
    }
    cxj_receipt receipt = {0};
    size_t done = 0, failed = 0;
    heap memory = {0};
    cxj_engine *engine = make_for_group(&memory, length);
    for (uint64_t n = 1; done < GROUP; n++) { /* each call finds what the one before has left */
        memory.for_good = n % 3 != 0;         /* one that fails alone is made up for */
        let_fail(&memory, 1 + n % 29);
        cxj_status status = cxj_record(engine, group + done, sizeof *group, GROUP - done, 0, &receipt, sizeof receipt);
        let_fail(&memory, 0);
        ck_assert_int_eq(status, done + receipt.processed == GROUP ? CXJ_OK : CXJ_NO_MEMORY);
        ck_assert_uint_eq(receipt.accepted, receipt.processed);
        failed += status == CXJ_NO_MEMORY;
        done += receipt.processed;
        check_picture(&after[done], engine);
        give_back_room(engine);
    }
    ck_assert_uint_gt(failed, 0);
    cxj_engine_destroy(engine);
    for (size_t i = 0; i <= GROUP; i++) free_picture(&after[i]);
}
END_TEST

/* "it does not come last, is not new, or moves what stands before it: nothing has changed" */
START_TEST(what_does_not_come_next_changes_nothing) {
    static const struct {
        const char *what;
        cxj_touchpoint t;
        size_t length;
    } cases[] = {
        {"comes before the last", {.journey = 1, .id = 900, .at = 1}, 5},
        {"has an id that is there", {.journey = 1, .id = 2, .at = INT64_MAX / 100000}, 5},
        {"has an id that is withdrawn", {.journey = 1, .id = 1000, .at = INT64_MAX / 100000}, 5},
        {"moves what stands before it", {.journey = 1, .id = 900, .at = INT64_MAX / 100000, .type = 3}, 5},
        {"moves a long one", {.journey = 1, .id = 900, .at = INT64_MAX / 100000, .type = 3}, 100},
        {"has an id that is there, in a long one", {.journey = 1, .id = 77, .at = INT64_MAX / 100000}, 100},
        {"speaks of another commitment", {.journey = 1, .id = 900, .at = INT64_MAX / 100000, .commitment = 1}, 5},
        {"becomes long", {.journey = 1, .id = 900, .at = INT64_MAX / 100000}, 63},
        {"passes the limit", {.journey = 1, .id = 900, .at = INT64_MAX / 100000}, 199},
    };
    static picture before;
    static shown inside, now;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make_engine(NULL, 200);
        enum cxj__append_result result = CXJ__APPENDED;
        add_views(engine);
        for (size_t k = 0; k < cases[i].length; k++) record(engine, of_group(1, k));
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1000, .facets = CXJ_FACET_WITHDRAWN});
        take_picture(&before, engine);
        inside.length = now.length = 0;
        show_inside(&inside, engine, 1);
        ck_assert_uint_eq(append_group(engine, &cases[i].t, 1, &result), 0);
        ck_assert_msg(result == CXJ__APPEND_NOT_NEXT, "%s: %d", cases[i].what, result);
        check_picture(&before, engine);
        show_inside(&now, engine, 1);
        check_texts(&now, &inside);
        free_picture(&before);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "the group is full or has its journey already: it has to be finished first"; then it can be appended. */
START_TEST(group_has_a_journey_once_and_sixteen_touchpoints) {
    cxj_engine *engine = make_for_group(NULL, 3);
    cxj_touchpoint t[GROUP + 1];
    enum cxj__append_result result = CXJ__APPENDED;
    for (uint64_t i = 0; i <= GROUP; i++) t[i] = of_group(i + 1, 9);
    cxj_touchpoint again[2] = {of_group(1, 9), of_group(1, 10)};
    ck_assert_uint_eq(append_group(engine, again, 2, &result), 1);
    ck_assert_int_eq(result, CXJ__APPEND_FULL);
    ck_assert_uint_eq(append_group(engine, again + 1, 1, &result), 1);
    ck_assert_int_eq(result, CXJ__APPENDED);
    t[0] = of_group(1, 11);
    ck_assert_uint_eq(append_group(engine, t, GROUP + 1, &result), GROUP);
    ck_assert_int_eq(result, CXJ__APPEND_FULL);
    ck_assert_ptr_null(find_journey(engine, GROUP + 1));
    ck_assert_uint_eq(engine->core.touchpoints, 3 * GROUP + 2 + GROUP);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Nothing else about arrival matters" (section 3.1): appended one by one, in groups, or as changes, touchpoints make
 * the same engine, and journeys the same inside. */
START_TEST(appending_is_what_a_change_is) {
    static shown x, y;
    cxj_engine *one = make_engine(NULL, 0), *grouped = make_engine(NULL, 0), *changed = make_engine(NULL, 0);
    cxj_touchpoint t[GROUP];
    begin_chance(seed + (uint64_t)_i);
    add_views(one), add_views(grouped), add_views(changed);
    for (size_t round = 0; round < 100; round++) {
        for (uint64_t journey = 1; journey <= GROUP; journey++) {
            t[journey - 1] = random_touchpoint();
            t[journey - 1].journey = journey;
            t[journey - 1].id = round + 1;
            t[journey - 1].at = START + HOUR * (int64_t)(round + chance(2));
            t[journey - 1].facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
            if (chance(10) != 0) t[journey - 1].type = t[journey - 1].outcome = 0;
            record(one, t[journey - 1]);
            ck_assert_int_eq(change(changed, &t[journey - 1], 1), CXJ_OK);
            settle_change(changed);
        }
        record_all(grouped, t, GROUP);
    }
    check_equal(one, grouped);
    check_equal(one, changed);
    for (uint64_t journey = 1; journey <= GROUP; journey++) {
        x.length = y.length = 0;
        show_inside(&x, one, journey);
        show_inside(&y, changed, journey);
        check_texts(&x, &y);
        y.length = 0;
        show_inside(&y, grouped, journey);
        check_texts(&x, &y);
    }
    cxj_engine_destroy(one);
    cxj_engine_destroy(grouped);
    cxj_engine_destroy(changed);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Views at their limit
 * ------------------------------------------------------------------------------------------------------------------ */

/* Three views: one at the limit of cells, one with room for all, one that gets a cell for each touchpoint. */
static cxj_engine *make_limited(heap *memory) {
    cxj_engine *engine = make_named((cxj_options){.cells_limit = 3}, memory);
    add(engine, "touchpoints by channel");
    add(engine, "touchpoints");
    for (uint64_t i = 1; i <= 3; i++)
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = 1, .channel = (uint16_t)i});
    add(engine, "journeys by segment");
    return engine;
}

static size_t count_incomplete(const cxj_engine *engine) {
    size_t incomplete = 0;
    for (size_t v = 0; v < engine->core.view_count; v++) {
        incomplete += engine->core.views[v]->incomplete;
        ck_assert(!engine->core.views[v]->has_left_out);
    }
    ck_assert(!engine->core.has_left_out);
    return incomplete;
}

/* "views that had no room for a cell of it are incomplete from now on; or it was not made, and it is as if they had not
 * been asked": a change that is undone, or lacks memory, marks no view; one that is settled does. */
START_TEST(change_that_is_undone_leaves_no_view_incomplete) {
    const cxj_touchpoint late = {.journey = 1, .id = 9, .at = -5, .channel = 9, .segment = 2};
    cxj_status status = CXJ_NO_MEMORY;
    for (uint64_t n = 1; status == CXJ_NO_MEMORY; n++) {
        heap memory = {0};
        cxj_engine *engine = make_limited(&memory);
        give_back_room(engine);
        let_fail(&memory, n);
        status = change(engine, &late, 1);
        let_fail(&memory, 0);
        undo(engine);
        ck_assert_uint_eq(count_incomplete(engine), 0);
        ck_assert_int_eq(change(engine, &late, 1), CXJ_OK);
        settle_change(engine);
        ck_assert_uint_eq(count_incomplete(engine), 1);
        ck_assert(engine->core.views[0]->incomplete);
        ck_assert_uint_eq(cells_of(engine->core.views[0]), 3);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* The same of groups: only for touchpoints that are in, a view is incomplete. */
START_TEST(touchpoint_that_is_not_in_leaves_no_view_incomplete) {
    const cxj_touchpoint group[2] = {{.journey = 1, .id = 9, .at = 50, .channel = 1},
                                     {.journey = 2, .id = 9, .at = 50, .channel = 9, .segment = 2}};
    enum cxj__append_result result = CXJ__APPENDED;
    size_t taken = 0, reached[3] = {0, 0, 0};
    for (uint64_t n = 1; taken < 2; n++) {
        heap memory = {0};
        cxj_engine *engine = make_limited(&memory);
        give_back_room(engine);
        let_fail(&memory, n);
        taken = append_group(engine, group, 2, &result);
        let_fail(&memory, 0);
        reached[taken]++;
        ck_assert_uint_eq(count_incomplete(engine), taken == 2);
        ck_assert_uint_eq(append_group(engine, group + taken, 2 - taken, &result), 2 - taken);
        ck_assert_uint_eq(count_incomplete(engine), 1);
        cxj_engine_destroy(engine);
    }
    ck_assert(reached[0] > 0 && reached[1] > 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Edits that are taken back
 * ------------------------------------------------------------------------------------------------------------------ */

/* What comes then, to a journey of so many touchpoints with the ids 1, 2, …: it is late, or corrects, takes back or
 * restates what is there. */
static cxj_touchpoint arrival(size_t kind, size_t length) {
    cxj_touchpoint t = random_touchpoint();
    t.journey = 1;
    t.revision = 1;
    t.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
    t.id = 1 + chance((uint32_t)length);
    switch (kind) {
    case 0: /* late */
        t.id = length + 1 + chance(50);
        break;
    case 1: /* corrected, with another moment */
        t.revision = 2;
        break;
    case 2: /* withdrawn */
        t.revision = 2;
        t.facets = CXJ_FACET_WITHDRAWN;
        break;
    case 3: /* stated again with other content: the greater one holds */
        break;
    case 4: /* what holds for the whole journey */
        t.id = length + 100;
        t.type = (uint16_t)(1 + chance(CODES));
        t.outcome = (uint8_t)(1 + chance(2));
        break;
    default: /* next */
        t.id = length + 1 + chance(50);
        t.at = START + HOUR * 5000;
        break;
    }
    return t;
}
enum { KINDS = 7 };

static cxj_engine *make_to_edit(heap *memory, size_t length) {
    cxj_engine *engine = make_engine(memory, 0);
    add_views(engine);
    for (size_t i = 0; i < length; i++) {
        cxj_touchpoint t = arrival(0, length);
        t.id = i + 1;
        record(engine, t);
    }
    for (uint64_t id = 1; id < length / 8; id++) (void)cxj_withdraw(engine, 1, 3 * id, 1);
    for (size_t i = 0; i < 30; i++) {
        cxj_touchpoint t = random_touchpoint();
        t.journey++;
        record(engine, t);
    }
    return engine;
}

static const size_t edited_lengths[] = {3, 30, 63, 64, 66, 300};
enum { EDITED = 6 };

/* "Takes back a change that was made, and not settled … Cannot fail": it gives back exactly the state before, as text,
 * as saved bytes, and inside of the journey, its folds every 64 touchpoints among it. The last kind is several at
 * once. */
START_TEST(undo_gives_back_exactly_what_was) {
    static picture before;
    static shown inside, now;
    const size_t length = edited_lengths[_i];
    begin_chance(seed + (uint64_t)_i);
    heap memory = {0};
    cxj_engine *engine = make_to_edit(&memory, length);
    const struct cxj__journey *journey = find_journey(engine, 1);
    for (size_t round = 0; round < 42; round++) {
        cxj_touchpoint t[KINDS];
        size_t kind = round % KINDS, count = kind == KINDS - 1 ? KINDS : 1;
        for (size_t i = 0; i < count; i++) t[i] = arrival(count > 1 ? i : kind, length);
        bool was_long = journey->index != NULL;
        take_picture(&before, engine);
        inside.length = now.length = 0;
        show_inside(&inside, engine, 1);
        ck_assert_int_eq(change(engine, t, count), CXJ_OK);
        memory.refuses = true;
        undo(engine);
        memory.refuses = false;
        check_picture(&before, engine);
        show_inside(&now, engine, 1);
        if (was_long == (journey->index != NULL)) check_texts(&now, &inside);
        free_picture(&before);
        if (round % 3 == 2) record_all(engine, t, count); /* and on from there */
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "False where there is no memory, and all is as it was": wherever it ends, for each kind of edit. */
START_TEST(edit_without_memory_gives_back_exactly_what_was) {
    static picture before;
    static shown inside, now;
    const size_t length = edited_lengths[_i];
    size_t failures = 0;
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin_chance(seed + 50 * kind + (uint64_t)_i);
        heap memory = {0};
        cxj_engine *engine = make_to_edit(&memory, length);
        const struct cxj__journey *journey = find_journey(engine, 1);
        bool was_long = journey->index != NULL;
        cxj_touchpoint t[KINDS];
        size_t count = kind == KINDS - 1 ? KINDS : 1;
        for (size_t i = 0; i < count; i++) t[i] = arrival(count > 1 ? i : kind, length);
        take_picture(&before, engine);
        inside.length = 0;
        show_inside(&inside, engine, 1);
        cxj_status status = CXJ_NO_MEMORY;
        for (uint64_t n = 1; status == CXJ_NO_MEMORY; n = next_to_fail(n)) {
            give_back_room(engine);
            let_fail(&memory, n);
            status = change(engine, t, count);
            let_fail(&memory, 0);
            if (status == CXJ_OK) break;
            failures++;
            check_picture(&before, engine);
            now.length = 0;
            show_inside(&now, engine, 1);
            if (was_long == (journey->index != NULL)) check_texts(&now, &inside);
        }
        settle_change(engine);
        free_picture(&before);
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_gt(failures, KINDS);
}
END_TEST

/* Unpacks the records from a position on, all of which leave for good. */
static size_t unpack_from(const struct cxj__journey *journey, size_t position, struct cxj__entry *entries) {
    size_t count = 0;
    for (size_t i = position; i < journey->count; i++) {
        cxj__journey_unpack(journey, i, &entries[count]);
        entries[count++].moves = 1;
    }
    return count;
}

/* The two verbs by hand: the last touchpoints make way for others, at any position; taking that back leaves nothing of
 * it, and settling it is as if the others had come alone. */
START_TEST(last_touchpoints_make_way_for_others) {
    enum { LONGEST = 320 };
    static struct cxj__entry leaving[LONGEST], arriving[LONGEST];
    static picture before;
    static shown inside, now;
    const size_t length = edited_lengths[_i];
    for (size_t round = 0; round < 12; round++) {
        cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
        struct cxj__core *core = &engine->core;
        begin_chance(seed + 100 * round + (uint64_t)_i);
        add_views(engine);
        for (size_t i = 0; i < length; i++) {
            cxj_touchpoint t = arrival(0, length);
            t.id = i + 1;
            record(engine, t);
        }
        struct cxj__journey *journey = find_journey(engine, 1);
        struct cxj__edit edit = {.journey = journey, .leaving = leaving, .arriving = arriving};
        edit.position = chance((uint32_t)length + 1);
        edit.leaving_count = unpack_from(journey, edit.position, leaving);
        edit.arriving_count = chance(20) % (LONGEST - (uint32_t)length);
        memset(arriving, 0, sizeof arriving);
        for (size_t i = 0; i < edit.arriving_count; i++) {
            struct cxj__entry *entry = &arriving[i];
            entry->touchpoint = arrival(0, length);
            entry->touchpoint.facets = cxj__touchpoint_imply(entry->touchpoint.facets);
            entry->touchpoint.id = 1000 + i;
            entry->touchpoint.at = START + HOUR * 5000 + (int64_t)i;
            entry->moves = 1;
        }
        for (size_t i = 0; i < edit.position; i++) {
            struct cxj__entry entry;
            cxj__journey_unpack(journey, i, &entry);
            record(other, entry.touchpoint);
        }
        for (size_t i = 0; i < edit.arriving_count; i++) record(other, arriving[i].touchpoint);
        bool was_long = journey->index != NULL;
        take_picture(&before, engine);
        inside.length = now.length = 0;
        show_inside(&inside, engine, 1);
        for (int way = 0; way < 2; way++) {
            ck_assert(cxj__due_reserve(core, cxj__append_deadlines(&edit)) && cxj__seal_reserve(core, 1));
            ck_assert(cxj__append_edit(core, &edit));
            if (way == 1) break;
            cxj__append_undo(core, &edit);
            cxj__core_sweep(core);
            check_picture(&before, engine);
            show_inside(&now, engine, 1);
            if (was_long == (journey->index != NULL)) check_texts(&now, &inside);
        }
        cxj__append_settle(core, &edit);
        cxj__core_sweep(core);
        cxj__core_find_latest(core);
        free_picture(&before);
        add_views(other);
        if (edit.position + edit.arriving_count > 0) check_equal(engine, other);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(other);
    }
}
END_TEST

/* "the fold after (i + 1) * CXJ__CHECKPOINT_EVERY records": it is so after whatever was appended, changed and undone.
 * */
START_TEST(checkpoints_are_the_folds_of_what_stands_before) {
    enum { LONG = 300 };
    begin_chance(seed + (uint64_t)_i);
    cxj_engine *engine = make_to_edit(NULL, LONG);
    struct cxj__journey *journey = find_journey(engine, 1);
    for (size_t round = 0; round < 60; round++) {
        cxj_touchpoint t = arrival(round % (KINDS - 1), LONG);
        if (round % 2 == 0) t.at = START + HOUR * (1500 + (int64_t)round);
        t.revision += round;
        ck_assert_int_eq(change(engine, &t, 1), CXJ_OK);
        undo(engine);
        if (round % 3 == 0) record(engine, t);
        struct cxj__fold fold;
        struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
        memset(&fold, 0, sizeof fold);
        const struct cxj__index *index = journey->index;
        ck_assert_uint_eq(index->checkpoint_count, journey->count / CXJ__CHECKPOINT_EVERY);
        for (size_t i = 0; i < journey->count; i++) {
            struct cxj__entry entry;
            struct cxj__fold kept;
            cxj__journey_unpack(journey, i, &entry);
            cxj__fold_step(&fold, cxj__fold_no_hours(), &entry.touchpoint, entry.held, 0, facts);
            if ((i + 1) % CXJ__CHECKPOINT_EVERY != 0) continue;
            /* copied into what is the same before, so that what is not known is the same after */
            memset(&kept, 0, sizeof kept);
            cxj__fold_copy(&kept, &index->checkpoints[i / CXJ__CHECKPOINT_EVERY]);
            for (size_t c = 0; c < CXJ__COMMITMENTS; c++) {
                if ((kept.promises_open >> c & 1) == 0) memset(&kept.promises[c], 0, sizeof *kept.promises);
                if ((fold.promises_open >> c & 1) == 0) memset(&fold.promises[c], 0, sizeof *fold.promises);
            }
            ck_assert_mem_eq(&kept, &fold, sizeof fold);
        }
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "New deadlines that a change may bring, at most": each due that arrives, and all commitments where the journey has
 * fields that few have. */
START_TEST(deadlines_of_an_edit_are_bounded) {
    struct cxj__entry arriving[10];
    struct cxj__journey journey;
    memset(&journey, 0, sizeof journey);
    memset(arriving, 0, sizeof arriving);
    struct cxj__edit edit = {.journey = &journey, .arriving = arriving, .arriving_count = 10};
    ck_assert_uint_eq(cxj__append_deadlines(&edit), 0);
    for (size_t i = 0; i < 10; i++) {
        arriving[i].touchpoint.due = 5;
        ck_assert_uint_eq(cxj__append_deadlines(&edit), i < CXJ__COMMITMENTS ? i + 1 : CXJ__COMMITMENTS);
    }
    edit.arriving_count = 0;
    ck_assert_uint_eq(cxj__append_deadlines(&edit), 0);
    journey.rare_count = 1; /* what delivered a promise may go, and it is open again */
    ck_assert_uint_eq(cxj__append_deadlines(&edit), CXJ__COMMITMENTS);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Edits
 * ------------------------------------------------------------------------------------------------------------------ */

/* "A cell to which nothing contributes any more does not exist" (section 5), nor one to which nothing ever did. */
START_TEST(cell_of_a_change_without_memory_does_not_exist) {
    static const char *const texts[] = {"touchpoints", "transitions by owner", "journeys"};
    const cxj_touchpoint t[2] = {{.journey = 1, .at = 1, .owner = 1}, {.journey = 1, .at = 2, .owner = 2}};
    for (size_t i = 0; i < 3; i++) {
        cxj_status status = CXJ_NO_MEMORY;
        for (uint64_t fail_at = 1; status == CXJ_NO_MEMORY; fail_at++) {
            heap memory = {0};
            cxj_engine *engine = make_engine(&memory, 0);
            cxj_view *view = add(engine, texts[i]);
            let_fail(&memory, fail_at);
            status = change(engine, t, 2);
            undo(engine);
            cxj_view_info info;
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_msg(info.cells == 0, "%s, allocation %d: %d cells", texts[i], (int)fail_at, (int)info.cells);
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* A journey that gets its index in a change that then fails knows its cells all the same. */
START_TEST(index_made_in_vain_counts_the_cells) {
    enum { LONG = 128, SHORT = 64, LETTERS = 128 };
    static cxj_touchpoint t[LONG];
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at++) {
        heap memory = {0};
        cxj_engine *engine = make_engine(&memory, 0);
        const cxj_view *view = add(engine, "touchpoints");
        for (uint32_t i = 0; i < LETTERS; i++) {
            char name[16];
            uint32_t code[6] = {0};
            snprintf(name, sizeof name, "n%" PRIu32, i);
            for (uint32_t d = 1; d <= 5; d++)
                ck_assert_int_eq(cxj_code(engine, d, name, CXJ_ZERO_TERMINATED, &code[d]), CXJ_OK);
            t[i] = (cxj_touchpoint){.journey = 1,
                                    .id = i + 1,
                                    .at = 1 + i,
                                    .owner = code[1],
                                    .team = (uint16_t)code[2],
                                    .channel = (uint16_t)code[3],
                                    .stage = (uint16_t)code[4],
                                    .activity = (uint16_t)code[5]};
        }
        record_all(engine, t, SHORT);
        let_fail(&memory, fail_at);
        failed = change(engine, t + SHORT, LONG - SHORT) == CXJ_NO_MEMORY;
        undo(engine);
        memory.fail_at = 0;
        record_all(engine, t + SHORT, LONG - SHORT);
        double journeys = metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys");
        ck_assert_msg(journeys >= 1 && journeys <= 1, "allocation %d: %g journeys", (int)fail_at, journeys);
        cxj_engine_destroy(engine);
    }
}
END_TEST

enum { MANY_VIEWS = 40, LONG_ONE = 2000 };

static void add_many_views(cxj_engine *engine) {
    static const char *const kinds[] = {"touchpoints by type, owner", "transitions by owner, type",
                                        "touchpoints by channel, outcome", "journeys by type"};
    for (int v = 0; v < MANY_VIEWS; v++) {
        char text[80];
        snprintf(text, sizeof text, "%s where segment in (\"\", x%d)", kinds[v % 4], v);
        add(engine, text);
    }
}

static cxj_touchpoint of_long_one(size_t i) {
    cxj_touchpoint t = {.journey = 1, .id = i + 1, .at = 1000 + (int64_t)i * 60000, .owner = 1 + (uint32_t)i % 5};
    t.channel = (uint16_t)(1 + i % 3);
    t.type = i == 0;
    return t;
}

/* What a change moves is not listed for every view at once: a change of type, a touchpoint that comes late, and taking
 * both back, take memory in proportion to the journey, whatever the number of views; and where an allocation fails, the
 * change leaves nothing behind. */
START_TEST(moving_in_many_views_takes_little_memory) {
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0), *before = make_engine(NULL, 0), *after = make_engine(NULL, 0);
    static cxj_touchpoint t[LONG_ONE];
    for (size_t i = 0; i < LONG_ONE; i++) t[i] = of_long_one(i);
    cxj_touchpoint change = {.journey = 1, .id = LONG_ONE + 1, .at = t[LONG_ONE - 1].at + 1};
    change.type = _i == 0 ? 2 : 0;
    if (_i == 1) change.at = 1;
    if (_i == 2) change.outcome = CXJ_OUTCOME_COMPLETED;
    add_many_views(engine);
    add_many_views(before);
    record_all(engine, t, LONG_ONE);
    record_all(before, t, LONG_ONE);
    record(after, change);
    record_all(after, t, LONG_ONE);
    add_many_views(after);
    give_back_room(engine);
    for (int taken = 0; taken < 2; taken++) {
        cxj_status status = CXJ_NO_MEMORY;
        for (uint64_t fail_at = 1; status == CXJ_NO_MEMORY; fail_at += fail_at < 30 ? 1 : 7) {
            give_back_room(engine);
            uint64_t held = memory.bytes;
            memory.peak = held;
            let_fail(&memory, fail_at);
            if (taken) {
                status = cxj_withdraw(engine, 1, change.id, 0);
            } else {
                status = cxj_record(engine, &change, sizeof change, 1, 0, NULL, 0);
            }
            memory.fail_at = 0;
            ck_assert_msg(memory.peak - held < 1500 * LONG_ONE, "%" PRIu64 " bytes more", memory.peak - held);
            ck_assert(status == CXJ_OK || (status == CXJ_NO_MEMORY && !taken));
            if (status == CXJ_NO_MEMORY && fail_at % 5 == 1) check_same(engine, before);
        }
        if (!taken) check_same(engine, after);
        if (taken) ck_assert_int_eq(cxj_withdraw(after, 1, change.id, 0), CXJ_OK);
    }
    check_same(engine, after);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
}
END_TEST

/* What holds for the whole journey moves all of its touchpoints: here the outcome does, twice. */
START_TEST(outcome_moves_what_stands_before) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *ended = add(engine, "touchpoints where outcome = completed");
    const cxj_view *open = add(engine, "touchpoints where outcome = \"\"");
    cxj_touchpoint t[3] = {{.journey = 1, .at = 1},
                           {.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED},
                           {.journey = 1, .at = 3, .facets = CXJ_FACET_REOPENS}};
    cxj_view_info info;
    record_all(engine, t, 1);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 1);
    record_all(engine, t + 1, 1);
    ck_assert_double_eq(metric_of(ended, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 2);
    ck_assert_int_eq(cxj_view_describe(open, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.cells, 0);
    record_all(engine, t + 2, 1);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 3);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("append");
    Suite *suite = suite_create("append");
    TCase *groups = tcase_create("groups");
    tcase_set_timeout(groups, 240);
    tcase_add_loop_test(groups, group_takes_what_comes_before_the_end_of_memory, 0, LENGTHS * SIZES);
    tcase_add_loop_test(groups, call_takes_what_comes_before_the_end_of_memory, 0, 6);
    tcase_add_test(groups, journey_that_stays_is_as_it_was);
    tcase_add_test(groups, what_does_not_come_next_changes_nothing);
    tcase_add_test(groups, group_has_a_journey_once_and_sixteen_touchpoints);
    tcase_add_loop_test(groups, appending_is_what_a_change_is, 0, 3);
    tcase_add_test(groups, change_that_is_undone_leaves_no_view_incomplete);
    tcase_add_test(groups, touchpoint_that_is_not_in_leaves_no_view_incomplete);
    suite_add_tcase(suite, groups);
    TCase *back = tcase_create("back");
    tcase_set_timeout(back, 240);
    tcase_add_loop_test(back, undo_gives_back_exactly_what_was, 0, EDITED);
    tcase_add_loop_test(back, edit_without_memory_gives_back_exactly_what_was, 0, EDITED);
    tcase_add_loop_test(back, last_touchpoints_make_way_for_others, 0, EDITED);
    tcase_add_loop_test(back, checkpoints_are_the_folds_of_what_stands_before, 0, 2);
    tcase_add_test(back, deadlines_of_an_edit_are_bounded);
    suite_add_tcase(suite, back);
    TCase *edits = tcase_create("edits");
    tcase_set_timeout(edits, 120);
    tcase_add_test(edits, cell_of_a_change_without_memory_does_not_exist);
    tcase_add_test(edits, index_made_in_vain_counts_the_cells);
    tcase_add_loop_test(edits, moving_in_many_views_takes_little_memory, 0, 3);
    tcase_add_test(edits, outcome_moves_what_stands_before);
    suite_add_tcase(suite, edits);
    return run_suite(suite);
}
