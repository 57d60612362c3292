/* lot: postings that are listed, then made.
 *
 * Adding makes cells and room in them as it goes, and each posting is made whole or not at all. Taking away finds what
 * is there, and so needs no memory; a cell that it leaves empty is noted, and stays until the change ends.
 * A touchpoint brings its journey into a cell if none before it falls under the same key: that is how the distinct
 * journeys of a cell are counted. The index of a long journey knows how many fall under it, a short one looks. */
#include "lot.h"

/* ---- cells ------------------------------------------------------------------------------------------------------ */

void cxj__lot_note_empty(struct cxj__core *core, struct cxj_view *view, struct cxj__cell *cell) {
    if (cxj__cell_counts(cell)[0] != 0) return;
    cxj__view_mark_empty(view, cell);
    core->has_emptied = true;
}

bool cxj__lot_reach(struct cxj__core *core, struct cxj_view *view, const struct cxj__key *key,
                    struct cxj__cell **cell) {
    *cell = cxj__lot_find_cell(core, view, key);
    if (*cell != NULL) return true;
    if (view->incomplete || view->has_left_out || view->cell_count >= core->cells_limit) {
        view->has_left_out = core->has_left_out = true;
        return true;
    }
    *cell = cxj__view_make(view, &core->memory, &core->seed, key);
    if (*cell != NULL) cxj__lot_note_empty(core, view, *cell); /* should nothing come of it */
    return *cell != NULL;
}

/* Records that are looked at: a journey's own, from base on these entries. */
struct records {
    const struct cxj__journey *journey;
    size_t base;
    const struct cxj__entry *entries;
};

/* The code of a record for a holder, and its moment. */
static uint32_t its_code(const struct records *of, size_t position, uint32_t holder) {
    return position < of->base ? cxj__journey_code_at(of->journey, position, holder)
                               : cxj__journey_code(&of->entries[position - of->base].touchpoint, holder);
}
static int64_t its_moment(const struct records *of, size_t position) {
    return position < of->base ? cxj__journey_moment(of->journey, position)
                               : of->entries[position - of->base].touchpoint.at;
}

static bool falls_under(const struct records *of, const struct cxj_view *view, const struct cxj__key *key,
                        size_t position) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t holder = view->dimensions[i] - 1U;
        if (holder < CXJ__HOLDERS && its_code(of, position, holder) != key->parts[i]) return false;
    }
    if (view->period != CXJ__NO_PERIOD && !cxj__view_is_in_period(view, key, its_moment(of, position))) return false;
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        uint32_t holder = condition->dimension - 1U;
        if (holder < CXJ__HOLDERS && !cxj__query_has_code(condition, its_code(of, position, holder))) return false;
    }
    return true;
}

bool cxj__lot_falls_under(const struct cxj__journey *journey, const struct cxj_view *view, const struct cxj__key *key,
                          size_t position) {
    const struct records records = {journey, SIZE_MAX, NULL};
    return falls_under(&records, view, key, position);
}

bool cxj__lot_is_first(const struct cxj__post *post, const struct cxj_view *view, const struct cxj__key *key,
                       uint32_t held, size_t position) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t d = view->dimensions[i] - 1U;
        if (d < CXJ__TRACKS && key->parts[i] != 0 && (held >> d & 1) == 0) return true;
    }
    const struct records records = {post->journey, post->base, post->entries};
    for (size_t i = position; i-- > 0;) {
        if (falls_under(&records, view, key, i)) return false;
    }
    return true;
}

/* In a long journey: counts one touchpoint more, or less, in a cell. True if it is the first there, or was the last. */
static bool count_indexed(const struct cxj__core *core, struct cxj__index *index, const struct cxj__cell *cell,
                          int sign) {
    struct cxj__index_entry *entry = cxj__index_reach(index, &core->seed, CXJ__INDEX_CELL, cell->number);
    int64_t before = entry->value, after = entry->value = before + sign;
    if (after == 0) cxj__index_drop(index, &core->seed, entry);
    return before == 0 || after == 0;
}

/* ---- one posting ------------------------------------------------------------------------------------------------ */

/* Whether the journey comes into the cell with the touchpoint, or leaves it. */
static inline bool is_first(const struct cxj__target *target, const struct cxj__cell *cell, int sign) {
    const struct cxj__post *post = target->post;
    if (target->fact->grain != CXJ_GRAIN_TOUCHPOINTS) return false;
    struct cxj__index *index = post->journey->index;
    if (index != NULL) return count_indexed(post->core, index, cell, sign);
    return cxj__lot_is_first(post, target->view, &target->key, target->held, target->position);
}

static inline void count_distinct(const struct cxj__target *target, struct cxj__cell *cell, int sign) {
    if (is_first(target, cell, sign)) cxj__cell_counts(cell)[CXJ__T_JOURNEYS] += sign;
}

/* Makes room in the index for one more cell, unless it has this one. One that is fuller than usual is slower, but right,
 * as long as it has an empty slot: so what is forced may fill it, and what was taken out of it then comes in again. */
CXJ__COLD static bool reserve_in_index(const struct cxj__target *target, const struct cxj__cell *cell, bool is_forced) {
    const struct cxj__post *post = target->post;
    struct cxj__core *core = post->core;
    struct cxj__index *index = post->journey->index;
    if (index == NULL || target->fact->grain != CXJ_GRAIN_TOUCHPOINTS || index->used < index->capacity / 2) return true;
    if (cxj__index_value(index, &core->seed, CXJ__INDEX_CELL, cell->number, &core->store.probes) != 0) return true;
    if (cxj__journey_reserve_index(post->journey, &core->memory, &core->seed, 1)) return true;
    index->is_overfull |= is_forced;
    return index->is_overfull && index->used + 2 < index->capacity;
}

static inline bool add(struct cxj__target *target) {
    struct cxj__core *core = target->post->core;
    if (target->cell == NULL && !cxj__lot_reach(core, target->view, &target->key, &target->cell)) return false;
    if (target->cell == NULL) return true;
    if (target->post->journey->index != NULL && !reserve_in_index(target, target->cell, false)) return false;
    if (!cxj__cell_take_fact(target->cell, &core->memory, target->fact)) return false;
    count_distinct(target, target->cell, 1);
    return true;
}

CXJ__COLD static bool take(struct cxj__target *target) {
    if (target->cell == NULL) return true;
    cxj__cell_add_fact(target->cell, target->fact, -1);
    count_distinct(target, target->cell, -1);
    cxj__lot_note_empty(target->post->core, target->view, target->cell);
    return true;
}

CXJ__COLD void cxj__lot_lose(const struct cxj__post *post, struct cxj_view *view, struct cxj__cell *cell) {
    struct cxj__core *core = post->core;
    struct cxj__index *index = post->journey->index;
    if (index != NULL && cxj__index_value(index, &core->seed, CXJ__INDEX_CELL, cell->number, &core->store.probes)) {
        cxj__index_drop(index, &core->seed, cxj__index_reach(index, &core->seed, CXJ__INDEX_CELL, cell->number));
    }
    /* What an incremental save has listed may be among what goes. */
    core->store.snapshot.is_lost |= core->store.snapshot.is_open;
    cxj__view_lose(view, cell, &core->memory);
}

/* The cell that the target has may be lost already. */
CXJ__COLD static bool force(struct cxj__target *target) {
    struct cxj__core *core = target->post->core;
    struct cxj__cell *cell = NULL;
    if (!cxj__lot_reach(core, target->view, &target->key, &cell)) target->view->incomplete = true;
    if (cell == NULL) return true;
    cell->is_needed = false;
    if (!reserve_in_index(target, cell, true) || !cxj__cell_take_fact(cell, &core->memory, target->fact)) {
        cxj__lot_lose(target->post, target->view, cell);
    } else {
        count_distinct(target, cell, 1);
    }
    return true;
}

static bool need(struct cxj__target *target) {
    if (target->cell != NULL) target->cell->is_needed = true;
    return true;
}

static bool reserve_apart(struct cxj__target *target) {
    struct cxj__memory *memory = &target->post->core->memory;
    struct cxj__cell *cell = target->cell;
    return cell == NULL ||
           (cxj__cell_reserve_sealed(cell, memory) && cxj__cell_reserve_fact(cell->sealed, memory, target->fact));
}

/* The index is counted down, for the journey is about to go. */
CXJ__COLD static bool add_apart(struct cxj__target *target) {
    struct cxj__cell *cell = target->cell;
    if (cell == NULL) {
        target->view->sealed_lost = true;
        return true;
    }
    cxj__cell_add_fact(cell->sealed, target->fact, 1);
    if (is_first(target, cell, -1)) cxj__cell_counts(cell->sealed)[CXJ__T_JOURNEYS]++;
    return true;
}

static bool seek(struct cxj__target *target) {
    (void)target;
    return true;
}

static bool post_otherwise(struct cxj__target *target) {
    static bool (*const ways[])(struct cxj__target *target) = {[CXJ__POST_SEEK] = seek,
                                                               [CXJ__POST_TAKE] = take,
                                                               [CXJ__POST_NEED] = need,
                                                               [CXJ__POST_FORCE] = force,
                                                               [CXJ__POST_RESERVE_APART] = reserve_apart,
                                                               [CXJ__POST_ADD_APART] = add_apart};
    return ways[target->post->posting](target);
}

/* ---- a lot of postings ------------------------------------------------------------------------------------------ */

/* The cell of a target, if there is one: of what is guessed it is seen now whether it is the one. */
static inline struct cxj__cell *see_cell(struct cxj__core *core, struct cxj__target *target) {
    if (target->cell != NULL && !target->is_found && !cxj__cell_has_key(target->cell, &target->key)) {
        target->cell = cxj__lot_find_cell(core, target->view, &target->key);
    }
    return target->cell;
}

/* In stages, each for all: what is asked for in one go comes together, and then what is near it is soon asked for, too. */
void cxj__lot_approach(struct cxj__core *core, const struct cxj__lot *lot) {
    const void *places[CXJ__DURATIONS_OF_A_FACT * CXJ__LARGEST_LOT];
    struct cxj__target *const end = lot->targets + lot->count;
    size_t count = 0;
    for (const struct cxj__target *target = lot->targets; target < end; target++) {
        if (target->cell != NULL) cxj__base_touch(target->cell + target->is_found);
    }
    for (const struct cxj__target *target = lot->targets; target < end; target++) {
        if (target->cell != NULL) cxj__cell_prefetch(target->cell, target->view->grain);
    }
    for (struct cxj__target *target = lot->targets; target < end; target++) {
        const struct cxj__cell *cell = see_cell(core, target);
        if (cell != NULL) count += cxj__cell_places(cell, target->fact, &places[count]);
    }
    for (size_t i = 0; i < count; i++) cxj__base_touch(places[i]);
}

bool cxj__lot_make(const struct cxj__lot *lot, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        struct cxj__target *target = &lot->targets[i];
        struct cxj__post *post = target->post;
        if (post->made == post->budget) return false;
        if (!(post->posting == CXJ__POST_ADD ? add(target) : post_otherwise(target))) return false;
        post->made++;
    }
    return true;
}

bool cxj__lot_finish(struct cxj__core *core, struct cxj__lot *lot) {
    cxj__lot_approach(core, lot);
    bool done = cxj__lot_make(lot, 0, lot->count);
    lot->count = 0;
    return done;
}

/* The fact as a view in working hours measures it: the moments of its durations are time that was open before them. */
CXJ__COLD static const struct cxj__fact *measure_in_hours(const struct cxj__core *core, struct cxj__target *target,
                                                          const struct cxj__fact *fact) {
    static const uint64_t waits[] = {[CXJ_GRAIN_TOUCHPOINTS] = CXJ__BIT(CXJ__T_WAITS),
                                     [CXJ_GRAIN_TRANSITIONS] = CXJ__BIT(CXJ__X_TRANSITIONS)};
    const uint64_t late = CXJ__BIT(CXJ__T_LATE), responses = CXJ__BIT(CXJ__T_RESPONSES);
    const bool is_touchpoint = fact->grain == CXJ_GRAIN_TOUCHPOINTS;
    struct cxj__fact *in_hours = &target->in_hours;
    *in_hours = *fact;
    in_hours->at = cxj__calendar_open(core->hours, fact->at);
    if (fact->mask & waits[fact->grain]) in_hours->since = cxj__calendar_open(core->hours, fact->since);
    if (!is_touchpoint) return in_hours;
    if (fact->mask & late) in_hours->first_due = cxj__calendar_open(core->hours, fact->first_due);
    if (fact->mask & responses) in_hours->waits_since = cxj__calendar_open(core->hours, fact->waits_since);
    return in_hours;
}

/* Its cell, or the one that is nearly always it. */
static inline void seek_cell(struct cxj__core *core, struct cxj__target *target) {
    struct cxj_view *view = target->view;
    struct cxj__cell **place = cxj__view_place(&view->grid, &target->key);
    target->is_found = place != NULL;
    if (place != NULL) {
        target->cell = *place;
    } else {
        cxj__view_miss(view, &core->memory, target->key.period);
        target->cell = cxj__view_guess(view, &core->seed, &target->key);
    }
}

bool cxj__lot_list(struct cxj__post *post, struct cxj_view *view, const struct cxj__fact *fact) {
    struct cxj__lot *lot = post->lot;
    if (lot->count == lot->capacity && (lot->stays || !cxj__lot_finish(post->core, lot))) return false;
    struct cxj__target *target = &lot->targets[lot->count++];
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) {
        cxj__view_key(view, &post->codes, fact->at, &target->key);
    } else {
        cxj__view_transition_key(view, &post->codes, fact->from, fact->to, fact->at, &target->key);
    }
    target->post = post;
    target->view = view;
    target->fact = view->in_hours ? measure_in_hours(post->core, target, fact) : fact;
    target->held = post->said.held;
    target->position = (uint32_t)post->said.position;
    seek_cell(post->core, target);
    return true;
}
