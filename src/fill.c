/* fill: views filled with what is held.
 *
 * A view is filled by posting every journey to it alone. Under another calendar all views whose cells that changes are
 * filled once more, beside the cells that they have: those are put aside, and freed once the last view is full, or,
 * where memory ends, put back. A view keeps its id, and numbers of cells are never given again, so the indexes of long
 * journeys tell the cells of before from those of after. */
#include "fill.h"

#include "append.h"

/* ---- from the journeys ------------------------------------------------------------------------------------------ */

CXJ__COLD bool cxj__fill_set_hours(struct cxj__core *core, const struct cxj__calendar *calendar) {
    struct cxj__store *store = &core->store;
    for (size_t place = 0; place < store->places && core->hours == NULL; place++) {
        struct cxj__journey *journey = cxj__store_at(store, place);
        if (journey->number == 0 || cxj__journey_reserve_hours(journey, &core->memory)) continue;
        cxj__fill_drop_hours(core);
        return false;
    }
    core->hours = calendar;
    for (size_t place = 0; place < store->places; place++) {
        struct cxj__journey *journey = cxj__store_at(store, place);
        if (journey->number != 0) cxj__post_fold_anew(core, journey);
    }
    return true;
}

CXJ__COLD void cxj__fill_drop_hours(struct cxj__core *core) {
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0) continue;
        cxj__journey_drop_hours(journey, &core->memory);
        cxj__post_drop_hours(journey);
    }
    core->hours = NULL;
}

/* Posts all journeys to a view; is_new: the indexes of long journeys do not know its conditions yet. */
static bool post_all(struct cxj__core *core, struct cxj_view *view, bool is_new) {
    is_new = is_new && view->grain == CXJ_GRAIN_JOURNEYS;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || journey->fold.counts[CXJ__F_TOUCHPOINTS] == 0) continue;
        struct cxj__post post = cxj__post_of(core, journey, &journey->fold, CXJ__POST_ADD);
        post.only = view;
        if (is_new && journey->index != NULL && !cxj__post_index_view(core, journey, view)) return false;
        if (!cxj__post_regain_samples(core, journey) || !cxj__post_whole(&post)) return false;
    }
    cxj__core_note_left_out(core, true);
    cxj__core_sweep(core);
    return true;
}

CXJ__COLD bool cxj__fill_view(struct cxj__core *core, struct cxj_view *view) {
    if (view->in_hours && core->hours == NULL && !cxj__fill_set_hours(core, view->calendar)) return false;
    return post_all(core, view, true);
}

/* Forgets what the indexes of long journeys say of cells of a view whose numbers, counted from the first that it made,
 * lie from one up to another; and, with all, of its conditions. */
static void forget_cells(struct cxj__core *core, const struct cxj_view *view, uint64_t from, uint64_t to, bool all) {
    const uint64_t first = (uint64_t)view->id << CXJ__CELL_NUMBER_BITS;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__index *index = cxj__store_at(&core->store, place)->index;
        for (size_t i = 0; index != NULL && i < index->capacity; i++) {
            struct cxj__index_entry *entry = &index->entries[i];
            /* Taking one out may bring another into its place. */
            while ((entry->kind == CXJ__INDEX_CELL && entry->key >= first + from && entry->key < first + to) ||
                   (all && entry->kind == CXJ__INDEX_HAD && entry->key >> CXJ__POST_HAD_BITS == view->id)) {
                cxj__index_drop(index, &core->seed, entry);
            }
        }
    }
}

CXJ__COLD void cxj__fill_forget(struct cxj__core *core, const struct cxj_view *view) {
    forget_cells(core, view, 0, view->cells_made, true);
}

/* ---- under another calendar ------------------------------------------------------------------------------------- */

/* True if what a view shows depends on the calendar. */
static bool is_local(const struct cxj_view *view) {
    return view->period != CXJ__NO_PERIOD || view->in_hours;
}

/* What sealed journeys have contributed to the cells put aside goes to new ones under the same keys: local time, too,
 * is what it was as long as they lasted. */
static bool take_sealed_parts(struct cxj__core *core, struct cxj_view *view, const struct cxj_view *aside) {
    struct cxj__memory *memory = &core->memory;
    for (size_t i = 0; i < aside->cell_count; i++) {
        const struct cxj__cell *cell = aside->cells[i];
        if (!cxj__cell_has_sealed(cell)) continue;
        struct cxj__cell *made = cxj__view_make(view, memory, &core->seed, &cell->key);
        if (made == NULL || !cxj__cell_reserve_cell(made, memory, cell->sealed) ||
            !cxj__cell_reserve_sealed(made, memory) || !cxj__cell_reserve_cell(made->sealed, memory, cell->sealed)) {
            return false;
        }
        cxj__cell_add_cell(made, cell->sealed, 1);
        cxj__cell_add_cell(made->sealed, cell->sealed, 1);
    }
    return true;
}

/* Puts the cells of a view aside, and fills it under its calendar. */
static bool fill_anew(struct cxj__core *core, struct cxj_view *view, const struct cxj_view *aside) {
    cxj__view_empty(view);
    return take_sealed_parts(core, view, aside) && post_all(core, view, false);
}

/* Frees the cells that a view had, or, where memory has ended, those that it was to have. */
static void end_anew(struct cxj__core *core, struct cxj_view *view, struct cxj_view *aside, bool is_filled) {
    const uint64_t first = aside->cells_made, last = view->cells_made;
    if (!is_local(view)) {
        if (!is_filled) view->calendar = aside->calendar;
        return;
    }
    if (is_filled) {
        forget_cells(core, view, 0, first, false);
        cxj__view_free_cells(aside, &core->memory);
        return;
    }
    forget_cells(core, view, first, last, false);
    cxj__view_free_cells(view, &core->memory);
    *view = *aside;
    view->cells_made = last;
}

CXJ__COLD bool cxj__fill_again(struct cxj__core *core, const struct cxj__calendar *calendar) {
    const size_t count = core->view_count, bytes = count * sizeof(struct cxj_view);
    struct cxj_view *aside = cxj__base_resize(&core->memory, NULL, 0, bytes);
    if (aside == NULL && count > 0) return false;
    const struct cxj__calendar *hours = core->hours;
    bool is_filled = true;
    size_t done = 0;
    if (hours != NULL) (void)cxj__fill_set_hours(core, calendar); /* there is room */
    for (; done < count && is_filled; done++) {
        struct cxj_view *view = core->views[done];
        aside[done] = *view;
        view->calendar = calendar;
        if (is_local(view)) is_filled = fill_anew(core, view, &aside[done]);
    }
    /* What no view had room for, and what it had emptied, is noted in views that are what they were. */
    if (!is_filled) core->has_left_out = core->has_emptied = false;
    for (size_t v = 0; v < done; v++) end_anew(core, core->views[v], &aside[v], is_filled);
    if (!is_filled && hours != NULL) (void)cxj__fill_set_hours(core, hours);
    cxj__base_resize(&core->memory, aside, bytes, 0);
    return is_filled;
}
