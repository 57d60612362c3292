/* sums: what sealed journeys have contributed, as it is read.
 *
 * Touchpoints that are read are folded again, so that what cells sum of them is right by itself. Of sealed journeys
 * there are sums only, and nothing from which they could be found again. So these must be such as touchpoints can have:
 * each cell by itself (cxj__bounds_contradiction, shares within 0 and 1, sums of products), all cells of a view by the
 * totals, and all views without conditions by each other, for they look at the same journeys. */
#include "sums.h"

#include "bounds.h"
#include "metric.h"

/* What views without conditions must agree on: what sealed journeys have contributed, all in all. */
enum { OF_TOUCHPOINTS, OF_TRANSITIONS, OF_JOURNEYS = OF_TRANSITIONS + CXJ__TRACKS, OF_ENDED, BY_CLOCK };
_Static_assert(2 * BY_CLOCK == CXJ__SUMS_GROUPS, "there is a whole for each group");

static bool refuse_sums(struct cxj__sums *sums, const char *why) {
    return cxj__wire_refuse(sums->in, CXJ_BAD_BYTES, why);
}

/* Reads a key, which must stand behind the one before it, if there is one; its names are used. */
static bool read_key(struct cxj__sums *sums, const struct cxj_view *view, bool is_first, struct cxj__key *key) {
    struct cxj__wire_in *in = sums->in;
    struct cxj__key before = *key;
    uint32_t parts = cxj__view_code_parts(view);
    *key = (struct cxj__key){0};
    if (view->period != CXJ__NO_PERIOD) key->period = cxj__wire_get_signed(in);
    for (uint32_t part = 0; part < parts; part++) key->parts[part] = (uint32_t)cxj__wire_get(in, UINT32_MAX);
    if (in->status != CXJ_OK) return false;
    if (!cxj__view_is_key(view, key, sums->names)) return refuse_sums(sums, "a key is none of its view's");
    if (!is_first && cxj__view_compare_keys(&before, key) >= 0) return refuse_sums(sums, "cells are not in order");
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t d = cxj__view_part_dimension(view, part);
        if (d <= CXJ__DICTIONARIES) cxj__names_note_sealed(&sums->dictionaries[d], key->parts[part]);
    }
    return true;
}

/* True if no part of what a cell counts is more than its whole, so that each share of it lies within 0 and 1. */
static bool has_shares(const struct cxj__cell *cell) {
    const struct cxj__circumstances circumstances = {.has_now = true, .has_context = true};
    for (size_t place = 0; place < cxj__metric_count(); place++) {
        cxj_metric_info info;
        cxj_value share;
        if (cxj__metric_grain(place) != cell->grain) continue;
        cxj__metric_describe(place, &info);
        if (info.kind != CXJ_KIND_SHARE) continue;
        cxj__metric_read(place, cell, &circumstances, &share);
        if (share.value > 1) return false;
    }
    return true;
}

/* True if what a cell sums for drivers can be of journeys such as it counts. */
static bool has_products(const struct cxj__cell *cell) {
#define COUNTED_OF(name, number) counts[CXJ__J_##name],
    const int64_t *counts = cxj__cell_counts(cell);
    const int64_t counted[] = {CXJ__COUNTED_PREDICTORS(COUNTED_OF)};
#undef COUNTED_OF
    const struct cxj__explained explained[] = {
        [CXJ__OF_SATISFACTION] = {counts[CXJ__J_JOURNEY_RATINGS], CXJ__RATING_UNIT,
                                  cxj__cell_sums(cell)[CXJ__J_SUM_JOURNEY_SQUARES]},
        [CXJ__OF_CHURN] = {counts[CXJ__J_JOURNEYS], 1, cxj__base_wide(counts[CXJ__J_CHURNED])},
    };
    return cxj__products_can_be(cxj__cell_products(cell), explained, counted, cxj__cell_known_predictors(cell));
}

/* Adds what a cell sums to one that can keep it; false if there is no memory. */
static bool add_to_sum(struct cxj__cell *sum, struct cxj__memory *memory, const struct cxj__cell *cell) {
    if (!cxj__cell_reserve_cell(sum, memory, cell)) return false;
    cxj__cell_add_cell(sum, cell, 1);
    return true;
}

static bool refuse_beyond(struct cxj__sums *sums) {
    return refuse_sums(sums, "sealed journeys have contributed more to a view than they had");
}

/* Reads what a cell sums into its sealed part, and adds that to the cell, and to the whole of its view. */
static bool fill_cell(struct cxj__sums *sums, const struct cxj_view *view, struct cxj__cell *cell,
                      struct cxj__cell *whole) {
    struct cxj__memory *memory = sums->in->memory;
    if (!cxj__cell_reserve_sealed(cell, memory)) return cxj__wire_lack_memory(sums->in);
    cxj__format_get_cell(sums->in, cell->sealed, &sums->columns[cell->grain], sums->touchpoints);
    if (sums->in->status != CXJ_OK) return false;
    const char *contradiction = cxj__bounds_contradiction(cell->sealed, view->in_hours);
    if (contradiction != NULL) return refuse_sums(sums, contradiction);
    if (!has_shares(cell->sealed)) return refuse_sums(sums, "a part of what a cell counts is more than its whole");
    if (cell->has_products && !has_products(cell->sealed)) {
        return refuse_sums(sums, "a sum for drivers is none of such journeys");
    }
    size_t touchpoints = cell->grain == CXJ_GRAIN_JOURNEYS ? CXJ__J_TOUCHPOINTS : 0;
    int64_t counted = cxj__cell_counts(whole)[touchpoints] + cxj__cell_counts(cell->sealed)[touchpoints];
    if ((uint64_t)counted > sums->touchpoints) return refuse_beyond(sums);
    if (!add_to_sum(cell, memory, cell->sealed) || !add_to_sum(whole, memory, cell->sealed))
        return cxj__wire_lack_memory(sums->in);
    return true;
}

/* Bytes that a cell takes at least, what it keeps apart of sealed journeys left aside. */
static size_t memory_of(const struct cxj__cell *cell) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    size_t bytes = sizeof *cell + shape->counts * sizeof(int64_t) + shape->sums * sizeof(struct cxj__int128);
    if (cell->has_products) bytes += sizeof(struct cxj__products);
    for (size_t i = 0; i < shape->histograms; i++) {
        bytes += sizeof(struct cxj__histogram) + cxj__cell_histograms(cell)[i].capacity * sizeof(uint64_t);
    }
    return bytes;
}

static bool read_sealed_cell(struct cxj__sums *sums, const struct cxj__sums_view *loaded, bool is_first,
                             struct cxj__key *key, struct cxj__cell *whole) {
    struct cxj__memory *memory = sums->in->memory;
    struct cxj_view *view = loaded->view;
    if (!cxj__format_item(sums->in, CXJ__FORMAT_CELLS) || !read_key(sums, view, is_first, key)) return false;
    if (!loaded->is_left_out && view->cell_count >= sums->cells_limit) {
        return cxj__wire_refuse(sums->in, CXJ_LIMIT,
                                "a view has more cells than are allowed; give a higher cells_limit to read them");
    }
    bool is_kept = sums->is_built && !loaded->is_left_out;
    struct cxj__cell *cell =
        is_kept ? cxj__view_make(view, memory, sums->seed, key) : cxj__view_make_apart(view, memory);
    if (cell == NULL) return cxj__wire_lack_memory(sums->in);
    bool is_right = fill_cell(sums, view, cell, whole);
    if (!is_kept) {
        if (is_right && !loaded->is_left_out) sums->memory += memory_of(cell) + memory_of(cell->sealed);
        cxj__cell_destroy(cell, memory);
    }
    return is_right;
}

static size_t group_of(const struct cxj_view *view) {
    const size_t clock = view->in_hours ? BY_CLOCK : 0;
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS) return clock + OF_TOUCHPOINTS;
    if (view->grain == CXJ_GRAIN_JOURNEYS) return clock + (view->ended ? OF_ENDED : OF_JOURNEYS);
    return clock + OF_TRANSITIONS + (size_t)(view->dimensions[0] - CXJ_DIMENSION_OWNER);
}

/* Whether a view without conditions holds all that it should by the totals; *beyond if it has more than there can
 * be. */
static bool has_all(const struct cxj__sums *sums, const struct cxj_view *view, const struct cxj__cell *whole,
                    bool *beyond) {
    const int64_t *counts = cxj__cell_counts(whole);
    const uint64_t touchpoints = sums->touchpoints, journeys = sums->journeys;
    uint64_t first = (uint64_t)counts[0];
    switch (view->grain) {
    case CXJ_GRAIN_TOUCHPOINTS:
        *beyond = first > touchpoints;
        return first == touchpoints && (uint64_t)counts[CXJ__T_JOURNEYS] >= journeys;
    case CXJ_GRAIN_TRANSITIONS:
        *beyond = first > touchpoints - journeys; /* none before the second touchpoint of a journey */
        return !*beyond;
    default:
        *beyond = first > journeys || (uint64_t)counts[CXJ__J_TOUCHPOINTS] > touchpoints;
        return view->ended ? !*beyond : first == journeys && (uint64_t)counts[CXJ__J_TOUCHPOINTS] == touchpoints;
    }
}

/* What the cells of a view sum, all in all, must be what there was, and what other views say. Versions of format 1 did
 * not note that a view was added after journeys were sealed: such a view is known by what it lacks, and so are those
 * behind it. Takes the whole over where others are to be compared with it. */
static bool check_whole(struct cxj__sums *sums, struct cxj_view *view, struct cxj__cell **whole) {
    bool beyond = false, all = has_all(sums, view, *whole, &beyond);
    if (beyond) return refuse_beyond(sums);
    view->sealed_lost |= sums->lacks;
    if (view->condition_count > 0 || view->sealed_lost) return true;
    struct cxj__cell **other = &sums->wholes[group_of(view)];
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS)
        cxj__cell_counts(*whole)[CXJ__T_JOURNEYS] = 0; /* in how many cells they are */
    if (all && *other != NULL) all = cxj__cell_is_same(*other, *whole);
    if (!all && sums->in->format > CXJ__FORMAT_FIRST) {
        return refuse_sums(sums, "a view does not have what sealed journeys have contributed to others");
    }
    view->sealed_lost = sums->lacks = !all;
    bool says_more = *other == NULL || (!(*other)->has_products && (*whole)->has_products);
    if (!says_more || !all) return true;
    struct cxj__cell *before = *other;
    *other = *whole;
    *whole = before;
    return true;
}

static bool read_cells_of(struct cxj__sums *sums, const struct cxj__sums_view *loaded) {
    struct cxj__memory *memory = sums->in->memory;
    struct cxj_view *view = loaded->view;
    struct cxj__key key = {0};
    if (!cxj__format_item(sums->in, CXJ__FORMAT_CELLS)) return false;
    uint64_t count = cxj__wire_get(sums->in, UINT64_MAX);
    struct cxj__cell *whole = cxj__view_make_apart(view, memory);
    if (whole == NULL) return cxj__wire_lack_memory(sums->in);
    bool is_right = sums->in->status == CXJ_OK;
    for (uint64_t i = 0; i < count && is_right; i++) is_right = read_sealed_cell(sums, loaded, i == 0, &key, whole);
    is_right = is_right && (loaded->is_left_out || check_whole(sums, view, &whole));
    if (whole != NULL) cxj__cell_destroy(whole, memory);
    return is_right;
}

/* The columns of all cells: listed, or those of format 1. */
static bool read_listed_columns(struct cxj__sums *sums) {
    struct cxj__wire_in *in = sums->in;
    bool are_listed = in->format > CXJ__FORMAT_FIRST;
    if (are_listed && !cxj__format_item(in, CXJ__FORMAT_CELLS)) return false;
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if (are_listed) {
            cxj__format_get_columns(in, &sums->columns[grain], grain);
        } else {
            cxj__format_first_columns(&sums->columns[grain], grain);
        }
    }
    return in->status == CXJ_OK;
}

static bool read_cells_of_all(struct cxj__sums *sums, const struct cxj__sums_view *views, size_t count) {
    if (!read_listed_columns(sums)) return false;
    for (size_t v = 0; v < count; v++) {
        if (!read_cells_of(sums, &views[v])) return false;
    }
    bool are_listed = sums->in->format > CXJ__FORMAT_FIRST;
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; are_listed && grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if (!cxj__format_knows_all(&sums->columns[grain])) {
            return refuse_sums(sums, "a column is listed that no cell has");
        }
    }
    return true;
}

bool cxj__sums_read(struct cxj__sums *sums, const struct cxj__sums_view *views, size_t count) {
    bool is_right = read_cells_of_all(sums, views, count);
    for (size_t group = 0; group < CXJ__SUMS_GROUPS; group++) {
        if (sums->wholes[group] != NULL) cxj__cell_destroy(sums->wholes[group], sums->in->memory);
    }
    return is_right;
}
