/* merge: one engine into another.
 *
 * The source's touchpoints are planned journey by journey, as if they arrived: first all are planned to reserve what
 * that needs, and then once more to be committed, so that a merge is all or nothing. Names meet by their text.
 *
 * Of sealed journeys there are no touchpoints. What they have contributed stands by itself in the source's cells, and
 * is added to the cells with the same text, in views with the same text. */
#include <assert.h>
#include <string.h>

#include "engine.h"
#include "touchpoint.h"

/* The codes of the source's names in the engine: codes[dimension][code]; one block for all. */
struct translation {
    uint32_t *block;
    size_t length;
    uint32_t *codes[CXJ__DICTIONARIES + 1];
};

/* One merge under way. */
struct merge {
    cxj_engine *engine;
    const struct cxj__core *source;
    struct translation translation;
    size_t sealed; /* numbers of the source that the engine has sealed so far */
};

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* True if a touchpoint of the source carries a name, or one that was let go did. */
static bool is_used(const struct cxj__names *names, uint32_t code) {
    return cxj__names_uses(names, code) > 0 || cxj__names_is_of_sealed(names, code);
}

/* Gives every name that the source uses a code here. */
static cxj_status translate_names(cxj_engine *engine, const struct cxj__core *source, struct translation *translation) {
    struct cxj__core *core = &engine->core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &source->dictionaries[d];
        for (size_t i = 0; i < theirs->count; i++) {
            const struct cxj__name *name = &theirs->names[i];
            uint32_t *code = &translation->codes[d][i + 1];
            if (name->text == NULL || !is_used(theirs, (uint32_t)i + 1)) continue;
            *code = cxj__names_find(&core->dictionaries[d], &core->seed, name->text, name->length);
            if (*code != 0) continue;
            cxj_status status =
                cxj__names_add(&core->dictionaries[d], &core->memory, &core->seed, name->text, name->length, code);
            if (status == CXJ_LIMIT) {
                cxj__base_say(&engine->message, "merge: the dictionary of %s would have more than %u codes",
                              cxj__query_dimension_name(d), (unsigned)core->dictionaries[d].limit);
            }
            if (status != CXJ_OK) return status;
        }
    }
    return CXJ_OK;
}

static bool make_translation(struct cxj__memory *memory, const struct cxj__core *source,
                             struct translation *translation) {
    translation->length = 0;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) translation->length += source->dictionaries[d].count + 1;
    size_t bytes = translation->length * sizeof *translation->block;
    translation->block = cxj__base_resize(memory, NULL, 0, bytes);
    if (translation->block == NULL) return false;
    memset(translation->block, 0, bytes);
    uint32_t *next = translation->block;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        translation->codes[d] = next;
        next += source->dictionaries[d].count + 1;
    }
    return true;
}

/* ---- journeys --------------------------------------------------------------------------------------------------- */

/* Plans one journey of the source, and reserves what that needs. */
static cxj_status plan_journey(cxj_engine *engine, const struct cxj__journey *journey,
                               const struct translation *translation) {
    cxj__plan_begin(&engine->plan);
    for (size_t i = 0; i < cxj__store_kept(journey); i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        cxj__touchpoint_translate(&entry.touchpoint, translation->codes);
        cxj_status status = cxj__plan_arrival(&engine->plan, &engine->core, &entry.touchpoint, i);
        if (status != CXJ_OK) return status;
    }
    cxj_status status = cxj__plan_prepare(&engine->plan, &engine->core);
    if (status == CXJ_OK && engine->plan.refused.count > 0) {
        status = CXJ_LIMIT;
        cxj__base_say(&engine->message, "merge: journey %llu would have more than %u touchpoints",
                      (unsigned long long)journey->number, (unsigned)engine->core.touchpoints_limit);
    }
    return status;
}

/* Plans all journeys of the source and keeps what is reserved; nothing changes. */
static cxj_status reserve_journeys(struct merge *merge) {
    cxj_engine *engine = merge->engine;
    for (size_t place = 0; place < merge->source->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&merge->source->store, place);
        if (journey->number == 0) continue;
        cxj_status status = plan_journey(engine, journey, &merge->translation);
        cxj__plan_abandon(&engine->plan, &engine->core, true);
        if (status != CXJ_OK) return status;
    }
    return CXJ_OK;
}

/* Plans them again, which cannot fail now, and commits each. */
static void commit_journeys(struct merge *merge) {
    cxj_engine *engine = merge->engine;
    for (size_t place = 0; place < merge->source->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&merge->source->store, place);
        if (journey->number == 0) continue;
        cxj__plan_forget_deadlines(&engine->plan);
        cxj_status status = plan_journey(engine, journey, &merge->translation);
        assert(status == CXJ_OK);
        (void)status;
        cxj__plan_commit(&engine->plan, &engine->core, true);
    }
    cxj__plan_forget_deadlines(&engine->plan);
}

/* ---- what sealed journeys have contributed ---------------------------------------------------------------------- */

static bool is_known(const struct cxj__core *core, uint64_t number, uint64_t *probes) {
    return cxj__store_find(&core->store, &core->seed, number, probes) != NULL ||
           cxj__store_is_sealed(&core->store, &core->seed, number, probes);
}

static bool refuse_known(cxj_engine *engine, uint64_t number) {
    cxj__base_say(&engine->message, "merge: journey %llu is sealed in one engine and known to the other",
                  (unsigned long long)number);
    return false;
}

/* A number that the source has sealed must be new to the engine. */
static bool check_sealed(void *context, uint64_t number) {
    struct merge *merge = context;
    struct cxj__core *core = &merge->engine->core;
    if (is_known(core, number, &core->store.probes)) return refuse_known(merge->engine, number);
    return true;
}

/* A journey that the source holds must not be sealed in the engine. */
static bool check_held(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    for (size_t place = 0; core->store.sealed.count > 0 && place < merge->source->store.places; place++) {
        uint64_t number = cxj__store_at(&merge->source->store, place)->number;
        if (number != 0 && cxj__store_is_sealed(&core->store, &core->seed, number, &core->store.probes)) {
            return refuse_known(merge->engine, number);
        }
    }
    return true;
}

/* The source's view with the same text; NULL, and why, if it does not know all that its sealed journeys contributed. */
static const struct cxj_view *find_source(struct merge *merge, const struct cxj_view *view) {
    const struct cxj_view *source = cxj__engine_find_view(merge->source, view->text, view->text_length);
    if (source != NULL && !source->sealed_lost) return source;
    struct cxj__shown shown;
    cxj__base_say(&merge->engine->message, "merge: the source has sealed journeys, and %s \"%s\"%s",
                  source == NULL ? "no view" : "its view", cxj__base_show(&shown, view->text, view->text_length),
                  source == NULL ? " that knows of them" : " is incomplete");
    return NULL;
}

/* A cell of a source's view, what sealed journeys have contributed to it, and the cell to which that goes. */
struct sealed_part {
    const struct cxj__cell *from;
    struct cxj__cell *to;
};

/* Finds the part of the source's cell at a place; from is NULL if there is none. With make, the cell it goes to is made
 * where there is room for it; false if there is no memory. */
static bool find_part(struct merge *merge, struct cxj_view *view, const struct cxj__cell *cell, bool make,
                      struct sealed_part *part) {
    struct cxj__core *core = &merge->engine->core;
    struct cxj__key key;
    part->from = cxj__cell_has_sealed(cell) ? cell->sealed : NULL;
    if (part->from == NULL) return true;
    cxj__view_translate_key(view, &cell->key, merge->translation.codes, &key);
    part->to = cxj__view_find(view, &core->seed, &key, &core->store.probes);
    if (part->to != NULL || !make || view->incomplete || view->cell_count >= core->cells_limit) return true;
    part->to = cxj__view_make(view, &core->memory, &core->seed, &key);
    return part->to != NULL;
}

static bool reserve_part(struct merge *merge, struct cxj_view *view, const struct cxj__cell *cell) {
    struct cxj__memory *memory = &merge->engine->core.memory;
    struct sealed_part part;
    if (!find_part(merge, view, cell, true, &part)) return false;
    if (part.from == NULL || part.to == NULL) return true;
    return cxj__cell_reserve_cell(part.to, memory, part.from) && cxj__cell_reserve_sealed(part.to, memory) &&
           cxj__cell_reserve_cell(part.to->sealed, memory, part.from);
}

static cxj_status reserve_parts(struct merge *merge) {
    const struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *source = find_source(merge, core->views[v]);
        if (source == NULL) return CXJ_SEALED;
        for (size_t place = 0; place < source->cell_count; place++) {
            if (!reserve_part(merge, core->views[v], source->cells[place])) return CXJ_NO_MEMORY;
        }
    }
    return CXJ_OK;
}

static void commit_part(struct merge *merge, struct cxj_view *view, const struct cxj__cell *cell) {
    struct sealed_part part;
    (void)find_part(merge, view, cell, false, &part);
    if (part.from == NULL) return;
    if (part.to == NULL) {
        view->incomplete = view->sealed_lost = true;
        return;
    }
    cxj__cell_add_cell(part.to, part.from, 1);
    cxj__cell_add_cell(part.to->sealed, part.from, 1);
}

static void commit_parts(struct merge *merge) {
    const struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *source = find_source(merge, core->views[v]);
        for (size_t place = 0; place < source->cell_count; place++) {
            commit_part(merge, core->views[v], source->cells[place]);
        }
    }
}

/* Names that touchpoints of the source carried which were let go are kept here, too. */
static void commit_names(struct merge *merge) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &merge->source->dictionaries[d];
        for (uint32_t code = 1; code <= theirs->count; code++) {
            if (!cxj__names_is_of_sealed(theirs, code)) continue;
            cxj__names_note_sealed(&merge->engine->core.dictionaries[d], merge->translation.codes[d][code]);
        }
    }
}

/* Takes over a number that the source has sealed. */
static bool take_sealed(void *context, uint64_t number) {
    struct merge *merge = context;
    struct cxj__core *core = &merge->engine->core;
    if (!cxj__store_seal(&core->store, &core->memory, &core->seed, number)) return false;
    merge->sealed++;
    return true;
}

/* Gives back one of those that were taken over. */
static bool return_sealed(void *context, uint64_t number) {
    struct merge *merge = context;
    struct cxj__core *core = &merge->engine->core;
    if (merge->sealed == 0) return false;
    cxj__store_unseal(&core->store, &core->seed, number);
    merge->sealed--;
    return true;
}

/* Reserves all that the source's sealed journeys need; their numbers are taken over. */
static cxj_status reserve_sealed_of(struct merge *merge) {
    const struct cxj__table *sealed = &merge->source->store.sealed;
    if (!check_held(merge) || !cxj__table_each(sealed, check_sealed, merge)) return CXJ_SEALED;
    if (merge->source->sealed_touchpoints + merge->engine->core.sealed_touchpoints > CXJ__MOST_SEALED) {
        return cxj__engine_fail(merge->engine, CXJ_LIMIT, "merge: there would be more than 2^40 sealed touchpoints");
    }
    cxj_status status = merge->source->sealed_touchpoints > 0 ? reserve_parts(merge) : CXJ_OK;
    if (status != CXJ_OK) return status;
    return cxj__table_each(sealed, take_sealed, merge) ? CXJ_OK : CXJ_NO_MEMORY;
}

static void commit_sealed_of(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    const struct cxj__core *source = merge->source;
    core->version += source->store.sealed.count > 0 || source->sealed_touchpoints > 0;
    commit_names(merge);
    if (source->sealed_touchpoints == 0) return;
    commit_parts(merge);
    core->sealed_touchpoints += source->sealed_touchpoints;
    core->sealed_journeys += source->sealed_journeys;
    core->touchpoints += source->sealed_touchpoints;
    core->journeys += source->sealed_journeys;
    if (source->sealed_latest > core->sealed_latest) core->sealed_latest = source->sealed_latest;
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) {
        core->facet_counts[bit] += source->sealed_facets[bit];
        core->sealed_facets[bit] += source->sealed_facets[bit];
    }
    core->sealed_facets_lost |= source->sealed_facets_lost;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* Drops the cells of all views to which nothing contributes: what one journey left empty may have been needed by
 * another, but not any more. */
static void sweep_views(struct cxj__core *core) {
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        for (size_t i = 0; i < view->cell_count; i++) cxj__view_mark_empty(view, view->cells[i]);
        cxj__view_sweep(view, &core->memory);
    }
}

/* After a merge that failed: drops what was reserved. */
static void drop_reserved(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    (void)cxj__table_each(&merge->source->store.sealed, return_sealed, merge);
    sweep_views(core);
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number != 0 && cxj__store_kept(journey) == 0) {
            cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        }
    }
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        cxj__names_take_back(&core->dictionaries[d], &core->memory);
    }
    cxj__plan_forget_deadlines(&merge->engine->plan);
    cxj__plan_finish(&merge->engine->plan, &core->memory); /* what it had in hand shall not lie about */
}

static cxj_status reserve(struct merge *merge) {
    cxj_engine *engine = merge->engine;
    struct cxj__memory *memory = &engine->core.memory;
    cxj_status status = make_translation(memory, merge->source, &merge->translation) ? CXJ_OK : CXJ_NO_MEMORY;
    if (status == CXJ_OK) status = translate_names(engine, merge->source, &merge->translation);
    if (status == CXJ_OK) status = reserve_sealed_of(merge);
    if (status == CXJ_OK) status = reserve_journeys(merge);
    return status;
}

cxj_status cxj_merge(cxj_engine *engine, const cxj_engine *source) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (source == NULL || source == engine) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT,
                                source == NULL ? "source is NULL" : "source is the engine itself");
    }
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    if (engine->core.text_key_print != source->core.text_key_print) {
        return cxj__engine_fail(
            engine, CXJ_OTHER_KEY,
            "merge: the engines' text ids were made with different keys, so one text is two numbers");
    }
    struct cxj__core *core = &engine->core;
    struct merge merge = {.engine = engine, .source = &source->core};
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_mark(&core->dictionaries[d]);
    cxj_status status = reserve(&merge);
    if (status == CXJ_OK) {
        commit_journeys(&merge);
        commit_sealed_of(&merge);
        sweep_views(core);
        cxj__plan_find_latest(core);
        engine->unrecorded |= source->unrecorded; /* what one of them does not know, the result does not know */
        if (source->core.now > core->now) cxj__plan_advance(core, source->core.now);
    } else {
        drop_reserved(&merge);
        if (status == CXJ_NO_MEMORY) cxj__engine_fail(engine, status, "no memory to merge");
    }
    if (merge.translation.block != NULL) {
        cxj__base_resize(&core->memory, merge.translation.block,
                         merge.translation.length * sizeof *merge.translation.block, 0);
    }
    cxj__engine_trim(engine);
    return status;
}
