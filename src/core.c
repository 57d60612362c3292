/* core: what an engine's state is, and what is counted of all of it.
 *
 * Invariant: names and facets are counted once for each touchpoint held, journeys and touchpoints once for each that
 * contributes. While a change lasts, cells that it has emptied are still there, and a view that lacked room for a cell
 * is only marked: so the change can be taken back without a trace. */
#include "core.h"

#include "touchpoint.h"

/* ---- codes ------------------------------------------------------------------------------------------------------ */

void cxj__core_set_journey_codes(const struct cxj__fold *fold, struct cxj__codes *codes) {
    codes->codes[CXJ_DIMENSION_TYPE] = fold->type;
    codes->codes[CXJ_DIMENSION_SEGMENT] = fold->segment;
    codes->codes[CXJ_DIMENSION_REASON] = fold->reason;
    codes->codes[CXJ_DIMENSION_OUTCOME] = fold->outcome;
    codes->codes[CXJ_DIMENSION_CHURNED] = fold->churned;
    codes->codes[CXJ_DIMENSION_ENTRY] = fold->entry;
    codes->codes[CXJ_DIMENSION_EXIT] = fold->tracks[CXJ_DIMENSION_CHANNEL - 1].value;
}

void cxj__core_set_own_codes(const cxj_touchpoint *touchpoint, struct cxj__codes *codes) {
    codes->codes[CXJ_DIMENSION_OWNER] = touchpoint->owner;
    codes->codes[CXJ_DIMENSION_TEAM] = touchpoint->team;
    codes->codes[CXJ_DIMENSION_CHANNEL] = touchpoint->channel;
    codes->codes[CXJ_DIMENSION_STAGE] = touchpoint->stage;
    codes->codes[CXJ_DIMENSION_ACTIVITY] = touchpoint->activity;
    codes->codes[CXJ_DIMENSION_CAUSE] = touchpoint->cause;
}

uint32_t cxj__core_differences(const struct cxj__fold *a, const struct cxj__fold *b) {
    enum { EXIT = CXJ_DIMENSION_CHANNEL - 1 };
    enum { STATED = offsetof(struct cxj__fold, samples) - offsetof(struct cxj__fold, type) };
    uint32_t exit = (uint32_t)(a->tracks[EXIT].value != b->tracks[EXIT].value) << CXJ_DIMENSION_EXIT;
    if (memcmp(&a->type, &b->type, STATED) == 0 && a->outcome == b->outcome && a->churned == b->churned) return exit;
    return (uint32_t)(a->type != b->type) << CXJ_DIMENSION_TYPE |
           (uint32_t)(a->segment != b->segment) << CXJ_DIMENSION_SEGMENT |
           (uint32_t)(a->reason != b->reason) << CXJ_DIMENSION_REASON |
           (uint32_t)(a->outcome != b->outcome) << CXJ_DIMENSION_OUTCOME |
           (uint32_t)(a->churned != b->churned) << CXJ_DIMENSION_CHURNED |
           (uint32_t)(a->entry != b->entry) << CXJ_DIMENSION_ENTRY | exit;
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

/* Counts the names that a touchpoint uses. */
static void count_names(struct cxj__names *dictionaries, const cxj_touchpoint *touchpoint,
                        void (*count)(struct cxj__names *dictionary, uint32_t code)) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(touchpoint, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) count(&dictionaries[d], codes[d]);
}

/* Counts one use more of each. Written out, since every touchpoint comes this way. */
static void use_names(struct cxj__names *dictionaries, const cxj_touchpoint *touchpoint) {
#define USE_CODE(field, dimension) cxj__names_use(&dictionaries[CXJ_DIMENSION_##dimension], touchpoint->field);
    CXJ__FREQUENT_CODES(USE_CODE)
    if (cxj__touchpoint_rare_codes(touchpoint) != 0) {
        CXJ__RARE_CODES(USE_CODE)
    }
#undef USE_CODE
}

/* Counts the facets of a touchpoint once more, or once less. */
static void count_facets(uint64_t counts[CXJ__FACETS], uint32_t facets, int sign) {
    const uint64_t one = (uint64_t)(int64_t)sign;
    if (sign > 0) {
        cxj__base_count_bits((int64_t *)counts, CXJ__FREQUENT_FACETS, facets & ((1U << CXJ__FREQUENT_FACETS) - 1));
        facets = facets >> CXJ__FREQUENT_FACETS << CXJ__FREQUENT_FACETS;
    }
    for (; facets != 0; facets &= facets - 1) {
        counts[cxj__base_lowest_bit(facets)] += one;
    }
}

CXJ__COLD void cxj__core_note_names(struct cxj__core *core, const cxj_touchpoint *touchpoint) {
    count_names(core->dictionaries, touchpoint, cxj__names_came);
}

void cxj__core_count(struct cxj__core *core, const cxj_touchpoint *touchpoint, int sign) {
    if (sign > 0) {
        use_names(core->dictionaries, touchpoint);
    } else {
        count_names(core->dictionaries, touchpoint, cxj__names_release);
    }
    count_facets(core->facet_counts, touchpoint->facets, sign);
}

CXJ__COLD void cxj__core_count_sealed(struct cxj__core *core, const cxj_touchpoint *touchpoint) {
    count_names(core->dictionaries, touchpoint, cxj__names_release);
    count_names(core->dictionaries, touchpoint, cxj__names_note_sealed);
    count_facets(core->sealed_facets, touchpoint->facets, 1);
}

/* Notes that the last touchpoint of a journey is another. */
static void note_latest(struct cxj__core *core, size_t place, int64_t before, int64_t after) {
    if (after != INT64_MIN) cxj__store_note_latest(&core->store, place, after);
    if (after != INT64_MIN && after >= core->latest) {
        core->latest = after;
        core->latest_is_gone = false;
    } else if (before == core->latest && before != INT64_MIN) {
        core->latest_is_gone = true;
    }
}

CXJ__COLD struct cxj__counted cxj__core_counted(const struct cxj__journey *journey) {
    return (struct cxj__counted){cxj__journey_kept(journey), journey->count, cxj__core_last_at(&journey->fold)};
}

void cxj__core_count_journey(struct cxj__core *core, const struct cxj__journey *journey, struct cxj__counted before) {
    uint64_t contributes = journey->count;
    note_latest(core, journey->place, before.last_at, cxj__core_last_at(&journey->fold));
    core->touchpoints += contributes - before.contributed;
    core->journeys += (uint64_t)(contributes > 0) - (uint64_t)(before.contributed > 0);
    core->held += cxj__journey_kept(journey) - before.kept;
}

CXJ__COLD void cxj__core_count_gone(struct cxj__core *core, const struct cxj__journey *journey) {
    note_latest(core, journey->place, cxj__core_last_at(&journey->fold), INT64_MIN);
    core->held -= cxj__journey_kept(journey);
}

CXJ__COLD void cxj__core_find_latest(struct cxj__core *core) {
    if (core->is_tentative) return; /* there are journeys that may go again */
    if (core->latest_is_gone) core->latest = cxj__store_find_latest(&core->store);
    core->latest_is_gone = false;
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

/* Dimensions of the whole journey. */
enum {
    OF_JOURNEY = 1 << CXJ_DIMENSION_TYPE | 1 << CXJ_DIMENSION_SEGMENT | 1 << CXJ_DIMENSION_REASON |
    1 << CXJ_DIMENSION_OUTCOME | 1 << CXJ_DIMENSION_CHURNED | 1 << CXJ_DIMENSION_ENTRY | 1 << CXJ_DIMENSION_EXIT
};

CXJ__COLD void cxj__core_note_views(struct cxj__core *core) {
    core->wanted = core->depends = core->stands_by = 0;
    core->had_conditions = 0;
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *view = core->views[v];
        if (view->grain == CXJ_GRAIN_TRANSITIONS) core->wanted |= 1U << (view->dimensions[0] - 1U);
        if (view->grain != CXJ_GRAIN_JOURNEYS) core->depends |= view->depends & OF_JOURNEY;
        if (view->grain == CXJ_GRAIN_JOURNEYS) core->stands_by |= view->depends & OF_JOURNEY;
        for (size_t i = 0; i < view->condition_count; i++) core->had_conditions += view->conditions[i].had;
    }
}

CXJ__COLD const struct cxj_view *cxj__core_view_in_hours(const struct cxj__core *core) {
    for (size_t v = 0; v < core->view_count; v++) {
        if (core->views[v]->in_hours) return core->views[v];
    }
    return NULL;
}

CXJ__COLD void cxj__core_note_left_out(struct cxj__core *core, bool is_made) {
    if (core->is_tentative) return;
    for (size_t v = 0; v < core->view_count && core->has_left_out; v++) {
        struct cxj_view *view = core->views[v];
        view->incomplete |= is_made && view->has_left_out;
        view->has_left_out = false;
    }
    core->has_left_out = false;
}

CXJ__COLD void cxj__core_sweep(struct cxj__core *core) {
    bool are_left = false;
    if (core->is_tentative) return;
    for (size_t v = 0; v < core->view_count && core->has_emptied; v++) {
        are_left |= cxj__view_sweep(core->views[v], &core->memory);
    }
    core->has_emptied = are_left;
}
