/* sums: what sealed journeys have contributed, as it is read. Keys and cells stand in order; sums are such as
 * touchpoints can have, of a cell, of a view by the totals, and of all views by each other; what format 1 did not note
 * is found out.
 *
 * CXJ_SEED takes the seed of the random parts, CXJ_STRIDE leaves out most of what is tried one by one; both are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sums.h"

#include "bounds.h"
#include "engine.h"

#include "draft.h"
#include "saved.h"
#include "suite.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * By hand
 * ------------------------------------------------------------------------------------------------------------------ */

/* A sealed journey of some touchpoints, two owners and a view of their transitions, up to the cells. */
static void begin_cells(draft *d) {
    totals_sealed(d, 9, 2, 1, 1);
    text(d, TEXTS, "a"), text(d, TEXTS, "b");
    view(d, "transitions by owner");
    journey(d, 5, 0);
    columns(d, CXJ_GRAIN_TRANSITIONS);
}

START_TEST(cells_of_sealed_journeys_are_in_order_and_sound) {
    written = (uint32_t)_i;
    draft d = {.wrong_kind = 0};
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 3, 3), cell(&d, 2, 1, 5, 5);
    take(&d);
    static const uint64_t later[][2] = {{2, 1}, {1, 2}, {1, 1}};
    for (int i = 0; i < 3; i++) {
        begin_cells(&d);
        n(&d, CELLS, 2), cell(&d, 2, 1, 3, 3);
        n(&d, CELLS, later[i][0]);
        wrong(&d, CELLS);
        n(&d, CELLS, later[i][1]);
        refuse(&d, "cells are not in order");
    }
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1);
    wrong(&d, CELLS);
    n(&d, CELLS, 3);
    refuse(&d, "a key is none of its view's");
    begin_cells(&d);
    n(&d, CELLS, 1);
    wrong(&d, CELLS);
    n(&d, CELLS, UINT64_C(1) << 32);
    refuse(&d, "greater than it can be");
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    known(&d);
    wrong(&d, CELLS);
    n(&d, CELLS, 10);
    refuse(&d, "greater than it can be");
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    d.contents[CELLS].length -= 2;
    cell(&d, 1, 2, 3, 2);
    refuse(&d, "the counts of a cell contradict each other");
    /* Of one change, two that lost context: with three transitions no count is too great, but their share is. */
    begin_cells(&d);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    known(&d);
    n(&d, CELLS, 3), n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 0), n(&d, CELLS, 2);
    for (int i = 5; i < 8 + 3; i++) n(&d, CELLS, 0);
    n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 3);
    refuse(&d, "a part of what a cell counts is more than its whole");
    begin_cells(&d);
    n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "a journey is expected here");
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 3, 3);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    begin_cells(&d);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    /* each view has its number of cells */
    totals_sealed(&d, 9, 2, 2, 1);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    view(&d, "transitions by owner"), view(&d, "transitions by team");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_TRANSITIONS);
    n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
    wrong(&d, JOURNEYS);
    d.wrong_at = 0;
    refuse(&d, "a cell is expected here");
    /* and if none contributed, there are none */
    totals(&d, 0, 1, 0, 0);
    view(&d, "transitions by owner");
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "the end is expected here");
    /* a name that only a key uses is used; one that none does is not */
    begin_cells(&d);
    n(&d, CELLS, 1), cell(&d, 1, 1, 3, 3);
    uint64_t offset = 0;
    bytes b = write_draft(&d, &offset);
    check_bytes_refused(&b, CXJ_BAD_BYTES, b.length - BLOCK_HEADER - CHECKSUM, "a name is not used");
    free_bytes(&b);
}
END_TEST

/* The parts of a key: a period within the years 0001 to 9999, codes of names that are there, outcomes, churned or
 * not. */
START_TEST(keys_are_those_of_their_view) {
    written = (uint32_t)_i;
    static const struct {
        const char *view;
        bool has_period;
        int64_t period;
        uint64_t parts[2];
        size_t count;
        bool is_right;
    } keys[] = {
        {"transitions by owner per year", true, 2026, {1, 2}, 2, true},
        {"transitions by owner per year", true, 1, {1, 2}, 2, true},
        {"transitions by owner per year", true, 9999, {1, 2}, 2, true},
        {"transitions by owner per year", true, 0, {1, 2}, 2, false},
        {"transitions by owner per year", true, 10000, {1, 2}, 2, false},
        {"transitions by owner per year", true, INT64_MIN, {1, 2}, 2, false},
        {"transitions by owner per year", true, INT64_MAX, {1, 2}, 2, false},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 2, 1, 1);
        text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
        view(&d, keys[i].view);
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1);
        put_signed(&d.contents[CELLS], keys[i].period);
        n(&d, CELLS, keys[i].parts[0]);
        if (!keys[i].is_right) wrong(&d, CELLS);
        if (keys[i].is_right) {
            d.contents[CELLS].length--;
            cell(&d, 1, 2, 1, 1);
            take(&d);
        } else {
            n(&d, CELLS, 2);
            refuse(&d, "a key is none of its view's");
        }
    }
    static const uint64_t parts[][2] = {{3, 0}, {0, 2}};
    for (int i = 0; i < 2; i++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 0, 1, 1);
        view(&d, "journeys by outcome, churned");
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_JOURNEYS);
        n(&d, CELLS, 1), n(&d, CELLS, parts[i][0]);
        wrong(&d, CELLS);
        n(&d, CELLS, parts[i][1]);
        refuse(&d, "a key is none of its view's");
    }
}
END_TEST

/* "Listed is what is known of at least one cell." */
START_TEST(columns_are_of_cells) {
    draft d = {.wrong_kind = 0};
    totals_sealed(&d, 9, 0, 1, 1);
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_TRANSITIONS);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "a column is listed that no cell has");
    totals_sealed(&d, 9, 2, 1, 1);
    text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, CXJ_GRAIN_JOURNEYS);
    n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 2);
    wrong(&d, CELLS);
    n(&d, CELLS, 0);
    refuse(&d, "no columns are listed for this cell");
    totals_sealed(&d, 9, 0, 1, 1);
    view(&d, "transitions by owner");
    journey(&d, 5, 0);
    columns(&d, 0), n(&d, CELLS, 0);
    take(&d); /* no transition was ever seen */
}
END_TEST

/* "No more than there was" is asked at each cell, and of transitions there are fewer than touchpoints by the
 * journeys. */
START_TEST(cells_have_no_more_than_there_was) {
    written = 2;
    draft d = {.wrong_kind = 0};
    begin_cells(&d);
    n(&d, CELLS, 3), cell(&d, 1, 2, 5, 5), n(&d, CELLS, 2), n(&d, CELLS, 1);
    wrong(&d, CELLS);
    d.contents[CELLS].length -= 2;
    cell(&d, 2, 1, 5, 5); /* the third is not looked for */
    refuse(&d, "sealed journeys have contributed more to a view than they had");
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 5, 5), cell(&d, 2, 1, 3, 3);
    take(&d);
    begin_cells(&d);
    n(&d, CELLS, 2), cell(&d, 1, 2, 5, 5), n(&d, CELLS, 2), n(&d, CELLS, 1);
    wrong(&d, CELLS);
    d.contents[CELLS].length -= 2;
    cell(&d, 2, 1, 4, 4); /* nine touchpoints of one journey have eight */
    refuse(&d, "sealed journeys have contributed more to a view than they had");
}
END_TEST

/* Cells are made in the views, or only checked; then it is said what they would take. A name in a key is used. */
START_TEST(cells_are_made_or_only_checked) {
    written = 2;
    for (int is_built = 0; is_built < 2; is_built++) {
        draft d = {.wrong_kind = 0};
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 2), cell(&d, 1, 2, 3, 3), cell(&d, 2, 2, 5, 5);
        uint64_t offset = 0;
        bytes b = write_draft(&d, &offset);
        heap memory = {0};
        cxj_engine *engine = make_in(&memory);
        struct cxj__core *core = &engine->core;
        const struct cxj__sums_view its = {.view = add(engine, "transitions by owner")};
        const size_t names[CXJ__DICTIONARIES + 1] = {0, 2};
        code(engine, CXJ_DIMENSION_OWNER, "a"), code(engine, CXJ_DIMENSION_OWNER, "b");
        struct cxj__wire_in in;
        struct cxj__sums sums = {.in = &in,
                                 .seed = &core->seed,
                                 .dictionaries = core->dictionaries,
                                 .names = names,
                                 .touchpoints = 9,
                                 .journeys = 1,
                                 .cells_limit = 2,
                                 .is_built = is_built};
        ck_assert(cxj__wire_in_begin(&in, &core->memory, read_bytes, &b, CXJ__FORMAT_FORMAT));
        ck_assert_msg(cxj__sums_read(&sums, &its, 1), "%s", in.message.text);
        ck_assert(cxj__format_in_end(&in));
        cxj__wire_in_finish(&in);
        ck_assert_uint_eq(its.view->cell_count, is_built ? 2 : 0);
        ck_assert((sums.memory > 2 * sizeof(struct cxj__cell)) == !is_built);
        ck_assert(cxj__names_was_used(&core->dictionaries[CXJ_DIMENSION_OWNER], 2));
        for (size_t i = 0; i < its.view->cell_count; i++) {
            ck_assert_uint_eq((uint64_t)cxj__cell_counts(its.view->cells[i]->sealed)[0], i == 0 ? 3 : 5);
            ck_assert_uint_eq((uint64_t)cxj__cell_counts(its.view->cells[i])[0], i == 0 ? 3 : 5);
        }
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
        free_bytes(&b);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Real sums, changed
 * ------------------------------------------------------------------------------------------------------------------ */

/* What is saved of an engine is refused, at an offset and with a reason, by all; or taken. */
static bool is_saved_taken(const cxj_engine *engine, const char *why, char *message, size_t capacity) {
    bytes b = save_of(engine);
    cxj_validation found;
    cxj_status status = validate(&b, &found, message, capacity);
    ck_assert_msg(status == CXJ_OK || (status == CXJ_BAD_BYTES && strncmp(message, "byte ", 5) == 0), "%s: %s", why,
                  message);
    bool taken = is_taken(&b);
    ck_assert_int_eq(taken, status == CXJ_OK);
    free_bytes(&b);
    return taken;
}

/* A cell of a view to which sealed journeys have contributed: the one in the middle, or one behind it. */
static struct cxj__cell *sealed_cell(const struct cxj_view *its) {
    uint64_t i = its->cell_count / 2;
    while (its->cells[i]->sealed == NULL) i = (i + 1) % its->cell_count; /* nearly all are */
    return its->cells[i]->sealed;
}

/* The sums of a cell that is sealed, one after the other, beyond what as many as were counted can add up to: far above,
 * far below, squares too small for what they are of. Each is refused; as they were they are taken. */
START_TEST(sums_beyond_their_counts_are_refused) {
    static const struct cxj__int128 wrong_sums[] = {
        {0, 8}, {0, UINT64_MAX - 7}, {UINT64_C(90000000000000), 0}}; /* 2^67, -2^67, 9 * 10^13 */
    char message[400];
    size_t tried = 0;
    begin_chance(700);
    cxj_engine *engine = all_sealed();
    ck_assert_msg(is_saved_taken(engine, "as it is", message, sizeof message), "%s", message);
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *its = engine->core.views[v];
        struct cxj__cell *sealed = sealed_cell(its);
        const char *contradiction = cxj__bounds_contradiction(sealed, its->in_hours);
        ck_assert_msg(contradiction == NULL, "%s", contradiction);
        for (size_t i = 0; i < cxj__cell_shape(its->grain)->sums; i++) {
            struct cxj__int128 *sum = &cxj__cell_sums(sealed)[i], before = *sum;
            for (size_t k = 0; k < 3; k++) {
                /* 9 * 10^13 may be a sum of many durations, and of money; it is none of ratings */
                *sum = wrong_sums[k];
                if (k == 2 && cxj__bounds_contradiction(sealed, its->in_hours) == NULL) continue;
                ck_assert_msg(cxj__bounds_contradiction(sealed, its->in_hours) != NULL, "%s, sum %zu, %zu", its->text,
                              i, k);
                if (i % 3 == k) {
                    ck_assert(!is_saved_taken(engine, its->text, message, sizeof message));
                    ck_assert_msg(strstr(message, "a sum is not one of as many as were counted"), "%s", message);
                }
                tried++;
            }
            *sum = before;
        }
    }
    ck_assert_uint_gt(tried, 200);
    ck_assert(is_saved_taken(engine, "as it was", message, sizeof message));
    cxj_engine_destroy(engine);
}
END_TEST

/* "totals agree across views": whatever count or sum of one view without conditions differs from the others', what is
 * saved is refused, be it because it contradicts itself, the totals, or another view. */
START_TEST(views_that_do_not_agree_are_refused) {
    char message[400];
    size_t across = 0;
    const size_t step = stride > 5 ? 5 : 1;
    begin_chance(701);
    cxj_engine *engine = all_sealed();
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *its = engine->core.views[v];
        const struct cxj__cell_shape *shape = cxj__cell_shape(its->grain);
        bool is_alone = strcmp(its->text, "transitions by stage") == 0;
        struct cxj__cell *sealed = its->cells[0]->sealed;
        for (size_t i = chance((uint32_t)step); i < shape->counts + shape->sums; i += step) {
            int64_t *count = &cxj__cell_counts(sealed)[i];
            struct cxj__int128 *sum = i < shape->counts ? NULL : &cxj__cell_sums(sealed)[i - shape->counts];
            /* distinct journeys of a cell add up to nothing that is known */
            if (its->grain == CXJ_GRAIN_TOUCHPOINTS && i == CXJ__T_JOURNEYS) continue;
            if (sum == NULL) {
                ++*count;
            } else {
                cxj__base_add(sum, cxj__base_wide(1));
            }
            bool taken = is_saved_taken(engine, its->text, message, sizeof message);
            ck_assert_msg(!taken || is_alone, "%s, column %zu", its->text, i);
            across += !taken && strstr(message, "a view does not have what sealed journeys") != NULL;
            if (sum == NULL) {
                --*count;
            } else {
                cxj__base_add(sum, cxj__base_wide(-1));
            }
        }
    }
    ck_assert_uint_gt(across, 60 / step);
    ck_assert(is_saved_taken(engine, "as it was", message, sizeof message));
    /* and a cell that is not there at all, in each view; but a view that says that it lacks something may */
    for (size_t v = 0; v < engine->core.view_count; v++) {
        struct cxj_view *its = engine->core.views[v];
        if (strcmp(its->text, "transitions by stage") == 0) continue;
        struct cxj__cell *hidden = its->cells[0]->sealed;
        its->cells[0]->sealed = NULL;
        ck_assert_msg(!is_saved_taken(engine, its->text, message, sizeof message), "%s", its->text);
        its->sealed_lost = true;
        bool taken = is_saved_taken(engine, its->text, message, sizeof message);
        ck_assert_msg(taken || strstr(message, "a name is not used") || strstr(message, "a column is listed"), "%s",
                      message);
        its->sealed_lost = false;
        its->cells[0]->sealed = hidden;
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* The same of what is summed for drivers: each sum of products, one more or one less, contradicts what the cell counts,
 * the others, or another view with drivers; whether the first view of its kind has drivers or not. */
START_TEST(sums_for_drivers_that_do_not_agree_are_refused) {
    char message[400];
    size_t by_itself = 0, across = 0;
    const size_t step = stride > 5 ? 5 : 1;
    begin_chance(703);
    cxj_engine *engine = all_sealed();
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *its = engine->core.views[v];
        if (!its->with_drivers || its->ended) continue; /* of ended ones there is one such view: it has no other */
        struct cxj__products *products = cxj__cell_products(its->cells[its->cell_count / 2]->sealed);
        for (size_t i = chance((uint32_t)step); i < CXJ__MODELS * CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i += step) {
            size_t row = i / CXJ__MODELS;
            struct cxj__int128 *sum = &products->sums[i % CXJ__MODELS][row], before = *sum;
            cxj__base_add(sum, cxj__base_wide(row % 3 != 0 || (sum->low | sum->high) == 0 ? 1 : -1));
            ck_assert_msg(!is_saved_taken(engine, its->text, message, sizeof message), "%s, sum %zu", its->text, i);
            by_itself += strstr(message, "a sum for drivers is none of such journeys") != NULL;
            across += strstr(message, "a view does not have what sealed journeys") != NULL;
            *sum = before;
        }
    }
    ck_assert_uint_gt(by_itself, 50 / step);
    ck_assert_uint_gt(across, 50 / step);
    ck_assert(is_saved_taken(engine, "as it was", message, sizeof message));
    cxj_engine_destroy(engine);
}
END_TEST

/* No more than there was, also where conditions choose. */
START_TEST(no_view_has_more_than_there_was) {
    char message[400];
    begin_chance(702);
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    add(engine, "touchpoints where outcome in (completed, abandoned)");
    add(engine, "transitions by owner where churned = \"\"");
    add(engine, "journeys where outcome in (completed, abandoned)");
    for (uint64_t j = 1; j < 5; j++) {
        record(engine, (cxj_touchpoint){.journey = j, .at = START, .owner = 1 + 0 * code(engine, 1, "a")});
        record(engine, (cxj_touchpoint){.journey = j, .at = START + 1, .owner = 1, .outcome = 1});
    }
    advance(engine, START + 2 * HOUR);
    ck_assert_msg(is_saved_taken(engine, "as it is", message, sizeof message), "%s", message);
    uint64_t *const totals_of[] = {&engine->core.sealed_touchpoints, &engine->core.sealed_journeys};
    for (size_t i = 0; i < 2; i++) {
        --*totals_of[i];
        ck_assert(!is_saved_taken(engine, "less in the totals", message, sizeof message));
        ++*totals_of[i];
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* cxj_validation: "bytes that a loaded engine takes at least": no more than it does, nor less than half where all is
 * sealed. */
START_TEST(memory_is_told_of_cells_that_are_not_made) {
    char message[400];
    cxj_validation found;
    begin_chance(704);
    cxj_engine *engine = all_sealed();
    bytes b = save_of(engine);
    ck_assert_int_eq(validate(&b, &found, message, sizeof message), CXJ_OK);
    cxj_engine *loaded = load_of(&b, plain);
    uint64_t used = loaded->core.memory.used;
    ck_assert_uint_le(found.memory, used);
    ck_assert_uint_gt(2 * found.memory, used);
    free_bytes(&b);
    cxj_engine_destroy(loaded);
    cxj_engine_destroy(engine);
}
END_TEST

/* In views without conditions there are as many touchpoints as the totals say, of one view of journeys too, and each
 * journey is in one cell of touchpoints at least. */
START_TEST(a_single_view_is_held_against_the_totals) {
    char message[400];
    static const char *const texts[] = {"journeys", "touchpoints", "transitions by owner"};
    begin_chance(705);
    for (size_t i = 0; i < 3; i++) {
        cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
        cxj_view *its = add(engine, texts[i]);
        for (uint64_t j = 1; j < 5; j++) {
            for (int64_t k = 0; k < 3; k++) record(engine, (cxj_touchpoint){.journey = j, .at = START + k});
        }
        advance(engine, START + 2 * HOUR);
        ck_assert_msg(is_saved_taken(engine, "as it is", message, sizeof message), "%s", message);
        if (i == 2) { /* nobody changed hands, so there is no cell; nor need there be */
            ck_assert_uint_eq(its->cell_count, 0);
        } else {
            int64_t *counts = cxj__cell_counts(its->cells[0]->sealed);
            counts[i == 0 ? CXJ__J_TOUCHPOINTS : CXJ__T_JOURNEYS]--;
            if (i == 0) counts[CXJ__J_CLEAN]--; /* all were */
            ck_assert(!is_saved_taken(engine, "one less", message, sizeof message));
            ck_assert_ptr_nonnull(strstr(message, "a view does not have what sealed journeys have contributed"));
        }
        cxj_engine_destroy(engine);
    }
    /* the same where another view says what there was */
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    cxj_view *first = add(engine, "touchpoints"), *second = add(engine, "touchpoints by owner");
    for (uint64_t j = 1; j < 5; j++) record(engine, (cxj_touchpoint){.journey = j, .at = START});
    advance(engine, START + 2 * HOUR);
    ck_assert(is_saved_taken(engine, "as it is", message, sizeof message));
    ck_assert_uint_eq(first->cell_count, 1);
    --cxj__cell_counts(second->cells[0]->sealed)[CXJ__T_JOURNEYS];
    ck_assert(!is_saved_taken(engine, "a journey less", message, sizeof message));
    cxj_engine_destroy(engine);
}
END_TEST

/* Versions of format 1 did not note that a view was added after journeys were sealed: it is known by what it lacks, and
 * so are the views behind it. Format 2 notes it. */
START_TEST(a_late_view_of_format_1_is_known_by_what_it_lacks) {
    for (written = 1; written <= 2; written++) {
        draft d = {.wrong_kind = 0};
        totals_sealed(&d, 9, 2, 4, 1);
        text(&d, TEXTS, "a"), text(&d, TEXTS, "b");
        view(&d, "transitions by owner"), view(&d, "transitions by team");
        view(&d, "transitions by owner, outcome"), view(&d, "transitions by owner where outcome = completed");
        journey(&d, 5, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1), cell(&d, 1, 2, 3, 3);
        n(&d, CELLS, 0);
        if (written == 2) wrong(&d, CELLS);
        n(&d, CELLS, 0), n(&d, CELLS, 0);
        if (written == 2) {
            refuse(&d, "a view does not have what sealed journeys have contributed to others");
            continue;
        }
        uint64_t offset = 0;
        bytes b = write_draft(&d, &offset);
        cxj_engine *engine = load_of(&b, plain);
        for (size_t i = 0; i < 4; i++) {
            cxj_view *its = NULL;
            cxj_view_info info;
            ck_assert_int_eq(cxj_view_at(engine, i, &its), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(its, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.lacks_sealed, i >= 2);
        }
        ck_assert(engine->core.sealed_facets_lost); /* nor did it note facets */
        check_bytes_taken(&b);
        free_bytes(&b);
        cxj_engine_destroy(engine);
    }
    written = 2;
}
END_TEST

/* Sums by hand: as large as can be written, from bytes that are taken one after the other. What comes of it must still
 * be readable. */
START_TEST(sums_that_add_up_stay_readable) {
    cxj_engine *engine = make_with(plain);
    add(engine, "transitions by owner");
    for (uint64_t i = 0; i < 520; i++) {
        draft d = {.wrong_kind = 0};
        uint64_t offset = 0;
        totals_sealed(&d, 1, 1, 1, 1);
        text(&d, TEXTS, "a");
        view(&d, "transitions by owner");
        journey(&d, 5 + i, 0);
        columns(&d, CXJ_GRAIN_TRANSITIONS);
        n(&d, CELLS, 1), n(&d, CELLS, 1), n(&d, CELLS, 1);
        known(&d);
        n(&d, CELLS, 1);
        for (int k = 1; k < 8; k++) n(&d, CELLS, 0);
        for (int k = 0; k < 3; k++) {
            n(&d, CELLS, 15);
            append(&d.contents[CELLS], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 15);
        }
        n(&d, CELLS, 1), n(&d, CELLS, 0), n(&d, CELLS, 1);
        bytes b = write_draft(&d, &offset);
        cxj_status status = cxj_merge_bytes(engine, b.data, b.length);
        free_bytes(&b);
        if (status == CXJ_BAD_BYTES && i == 0) break; /* such a sum cannot be of one touchpoint */
        ck_assert_int_eq(status, CXJ_OK);
    }
    bytes saved = save_of(engine);
    ck_assert(is_taken(&saved));
    free_bytes(&saved);
    cxj_engine_destroy(engine);
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
    const TTest *refused[] = {cells_of_sealed_journeys_are_in_order_and_sound, keys_are_those_of_their_view};
    const TTest *cells[] = {columns_are_of_cells, cells_have_no_more_than_there_was, cells_are_made_or_only_checked};
    const TTest *sums[] = {sums_beyond_their_counts_are_refused,
                           views_that_do_not_agree_are_refused,
                           sums_for_drivers_that_do_not_agree_are_refused,
                           no_view_has_more_than_there_was,
                           memory_is_told_of_cells_that_are_not_made,
                           a_single_view_is_held_against_the_totals,
                           a_late_view_of_format_1_is_known_by_what_it_lacks,
                           sums_that_add_up_stay_readable};
    take_seed();
    Suite *suite = suite_create("sums");
    ADD_LOOPS(suite, "refused", refused);
    ADD_LOOPS(suite, "cells", cells);
    ADD_LOOPS(suite, "sums", sums);
    return run_suite(suite);
}
