/* merge: one engine into another.
 *
 * The source's touchpoints are planned journey by journey, as if they arrived: first all are planned to reserve what
 * that needs, and then once more to be committed, so that a merge is all or nothing. Names meet by their text.
 *
 * Of sealed journeys there are no touchpoints. What they have contributed is what is in the source's cells beyond what
 * its touchpoints account for; so those are recorded once more, into a ledger that has the source's views and nothing
 * else, and the difference is added. No engine has to keep the sums of sealed journeys apart for it. */
#include <assert.h>
#include <string.h>

#include "engine.h"

/* The codes of the source's names in the engine: codes[dimension][code]; one block for all. */
struct translation {
    uint32_t *block;
    size_t length;
    uint32_t *codes[CXJ__DICTIONARIES + 1];
};

/* What of the source is recorded once more, in its own codes; views[v] is that of the engine's view v. */
struct ledger {
    struct cxj__core core;
    struct cxj__plan plan;
    const struct cxj_view **sources; /* the source's views themselves */
    size_t capacity;
};

/* One merge under way. */
struct merge {
    cxj_engine *engine;
    const struct cxj__core *source;
    struct translation translation;
    struct ledger ledger;
    size_t names[CXJ__DICTIONARIES + 1]; /* how many the engine had */
    size_t sealed;                       /* numbers of the source that the engine has sealed so far */
};

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* Gives every name that the source uses a code here. */
static cxj_status translate_names(cxj_engine *engine, const struct cxj__core *source, struct translation *translation) {
    struct cxj__core *core = &engine->core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &source->dictionaries[d];
        for (size_t i = 0; i < theirs->count; i++) {
            const struct cxj__name *name = &theirs->names[i];
            uint32_t *code = &translation->codes[d][i + 1];
            if (name->text == NULL || cxj__names_uses(theirs, (uint32_t)i + 1) == 0) continue;
            *code = cxj__names_find(&core->dictionaries[d], &core->seed, name->text, name->length);
            if (*code != 0) continue;
            cxj_status status =
                cxj__names_add(&core->dictionaries[d], &core->memory, &core->seed, name->text, name->length, code);
            if (status == CXJ_LIMIT) {
                cxj__base_say(&engine->message, "merge: the dictionary of %s would have more than %u codes",
                              cxj__view_dimension_name(d), (unsigned)core->dictionaries[d].limit);
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

static void translate(const struct translation *translation, cxj_touchpoint *t) {
    t->owner = translation->codes[CXJ_DIMENSION_OWNER][t->owner];
    t->team = (uint16_t)translation->codes[CXJ_DIMENSION_TEAM][t->team];
    t->channel = (uint16_t)translation->codes[CXJ_DIMENSION_CHANNEL][t->channel];
    t->stage = (uint16_t)translation->codes[CXJ_DIMENSION_STAGE][t->stage];
    t->activity = (uint16_t)translation->codes[CXJ_DIMENSION_ACTIVITY][t->activity];
    t->cause = (uint16_t)translation->codes[CXJ_DIMENSION_CAUSE][t->cause];
    t->type = (uint16_t)translation->codes[CXJ_DIMENSION_TYPE][t->type];
    t->segment = (uint16_t)translation->codes[CXJ_DIMENSION_SEGMENT][t->segment];
    t->reason = (uint16_t)translation->codes[CXJ_DIMENSION_REASON][t->reason];
}

/* ---- journeys --------------------------------------------------------------------------------------------------- */

/* Plans one journey of the source, and reserves what that needs. */
static cxj_status plan_journey(cxj_engine *engine, const struct cxj__journey *journey,
                               const struct translation *translation) {
    cxj__plan_begin(&engine->plan);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        translate(translation, &entry.touchpoint);
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
    return !is_known(core, number, &core->store.probes) || refuse_known(merge->engine, number);
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

/* Gives the ledger an empty view that asks what one of the source's does. */
static cxj_status open_view(struct merge *merge, const struct cxj_view *view) {
    struct ledger *ledger = &merge->ledger;
    struct cxj__core *core = &ledger->core;
    const struct cxj_view *source = cxj__engine_find_view(merge->source, view->text, view->text_length);
    if (source == NULL) {
        cxj__base_say(&merge->engine->message,
                      "merge: the source has sealed journeys, and no view \"%.200s\" that knows of them", view->text);
        return CXJ_SEALED;
    }
    if (source->incomplete) {
        cxj__base_say(&merge->engine->message,
                      "merge: the source has sealed journeys, and its view \"%.200s\" is incomplete", view->text);
        return CXJ_SEALED;
    }
    if (!cxj__base_grow(&core->memory, &core->views, &core->view_capacity, core->view_count + 1, sizeof *core->views) ||
        !cxj__base_grow(&core->memory, &ledger->sources, &ledger->capacity, core->view_count + 1,
                        sizeof *ledger->sources)) {
        return CXJ_NO_MEMORY;
    }
    struct cxj_view *made = cxj__base_resize(&core->memory, NULL, 0, sizeof *made);
    if (made == NULL) return CXJ_NO_MEMORY;
    cxj__view_copy_question(made, source);
    ledger->sources[core->view_count] = source;
    core->views[core->view_count++] = made;
    return CXJ_OK;
}

/* The ledger's dictionaries know the source's codes and count their own uses. */
static bool open_names(struct merge *merge) {
    struct cxj__core *core = &merge->ledger.core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &merge->source->dictionaries[d];
        struct cxj__names *names = &core->dictionaries[d];
        names->names = theirs->names;
        names->count = theirs->count;
        if (!cxj__base_grow(&core->memory, &names->uses, &names->use_capacity, names->count + 1, sizeof *names->uses)) {
            return false;
        }
        memset(names->uses, 0, names->use_capacity * sizeof *names->uses);
    }
    return true;
}

/* Records a journey of the source into the ledger, and lets it go at once: only what it contributed stays. */
static bool enter_journey(struct ledger *ledger, const struct cxj__journey *journey) {
    struct cxj__core *core = &ledger->core;
    struct cxj__plan *plan = &ledger->plan;
    cxj_status status = CXJ_OK;
    cxj__plan_begin(plan);
    for (size_t i = 0; i < journey->count && status == CXJ_OK; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        status = cxj__plan_arrival(plan, core, &entry.touchpoint, i);
    }
    if (status == CXJ_OK) status = cxj__plan_prepare(plan, core);
    if (status != CXJ_OK) {
        cxj__plan_abandon(plan, core, false);
        return false;
    }
    cxj__plan_commit(plan, core, true);
    uint64_t probes = 0;
    struct cxj__journey *entered = cxj__store_find(&core->store, &core->seed, journey->number, &probes);
    cxj__store_remove(&core->store, &core->memory, &core->seed, entered);
    return true;
}

/* Opens the ledger and enters all that the source holds. */
static cxj_status keep_ledger(struct merge *merge) {
    struct cxj__core *core = &merge->ledger.core;
    const struct cxj__core *source = merge->source;
    core->memory = merge->engine->core.memory;
    core->sealed_latest = INT64_MIN;
    core->seed = source->seed;
    core->now = source->now;
    core->wanted = source->wanted;
    core->cells_limit = UINT64_MAX;
    core->touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT;
    cxj_status status = open_names(merge) ? CXJ_OK : CXJ_NO_MEMORY;
    for (size_t v = 0; v < merge->engine->core.view_count && status == CXJ_OK; v++) {
        status = open_view(merge, merge->engine->core.views[v]);
    }
    for (size_t place = 0; place < source->store.places && status == CXJ_OK; place++) {
        const struct cxj__journey *journey = cxj__store_at(&source->store, place);
        if (journey->number != 0 && !enter_journey(&merge->ledger, journey)) status = CXJ_NO_MEMORY;
    }
    merge->engine->core.memory = core->memory; /* how much is used */
    return status;
}

static void close_ledger(struct merge *merge) {
    struct cxj__core *core = &merge->ledger.core;
    if (core->memory.allocate == NULL) return; /* it was never opened */
    core->memory = merge->engine->core.memory;
    cxj__plan_finish(&merge->ledger.plan, &core->memory);
    for (size_t v = 0; v < core->view_count; v++) {
        cxj__view_finish_cells(core->views[v], &core->memory);
        cxj__base_resize(&core->memory, core->views[v], sizeof *core->views[v], 0);
    }
    cxj__base_release(&core->memory, &core->views, &core->view_capacity, sizeof *core->views);
    cxj__base_release(&core->memory, &merge->ledger.sources, &merge->ledger.capacity, sizeof *merge->ledger.sources);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        struct cxj__names *names = &core->dictionaries[d];
        cxj__base_release(&core->memory, &names->uses, &names->use_capacity, sizeof *names->uses);
    }
    cxj__alert_finish(&core->agenda, &core->memory);
    cxj__store_finish(&core->store, &core->memory);
    merge->engine->core.memory = core->memory;
    merge->engine->core.folded += core->folded;
    merge->engine->core.store.probes += core->store.probes;
}

/* A cell of a source's view, what of it the source still holds, and where the rest goes. */
struct rest {
    const struct cxj__cell *all, *held;
    struct cxj__cell *to;
};

/* Finds the rest of a cell; with make, the cell it goes to is made, which may fail. */
static bool find_rest(struct merge *merge, size_t v, size_t place, bool make, struct rest *rest) {
    struct cxj__core *core = &merge->engine->core;
    struct cxj_view *view = core->views[v];
    const struct cxj_view *ledger = merge->ledger.core.views[v];
    struct cxj__key key;
    rest->all = merge->ledger.sources[v]->cells[place];
    rest->held = cxj__view_find(ledger, &merge->source->seed, &rest->all->key, &core->store.probes);
    cxj__view_translate_key(view, &rest->all->key, merge->translation.codes, &key);
    rest->to = cxj__view_find(view, &core->seed, &key, &core->store.probes);
    bool room = !view->incomplete && view->cell_count < core->cells_limit;
    if (rest->to == NULL && make && room) {
        rest->to = cxj__view_make(view, &core->memory, &core->seed, &key);
        return rest->to != NULL;
    }
    return true;
}

/* True if sealed journeys have contributed to the cell. */
static bool is_some(const struct rest *rest) {
    return rest->held == NULL || cxj__cell_counts(rest->all)[0] != cxj__cell_counts(rest->held)[0];
}

static bool reserve_rests(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        for (size_t place = 0; place < merge->ledger.sources[v]->cell_count; place++) {
            struct rest rest;
            if (!find_rest(merge, v, place, false, &rest)) return false;
            if (!is_some(&rest)) continue;
            if (!find_rest(merge, v, place, true, &rest)) return false;
            if (rest.to != NULL && !cxj__cell_reserve_cell(rest.to, &core->memory, rest.all)) return false;
        }
    }
    return true;
}

static void commit_rests(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        for (size_t place = 0; place < merge->ledger.sources[v]->cell_count; place++) {
            struct rest rest;
            (void)find_rest(merge, v, place, false, &rest);
            if (!is_some(&rest)) continue;
            if (rest.to == NULL) {
                core->views[v]->incomplete = true;
                continue;
            }
            cxj__cell_add_cell(rest.to, rest.all, 1);
            if (rest.held != NULL) cxj__cell_add_cell(rest.to, rest.held, -1);
        }
    }
}

/* Names that sealed journeys of the source have used are used here from now on. */
static void commit_uses(struct merge *merge) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &merge->source->dictionaries[d];
        for (uint32_t code = 1; code <= theirs->count; code++) {
            uint64_t uses = cxj__names_uses(theirs, code);
            uint64_t held = cxj__names_uses(&merge->ledger.core.dictionaries[d], code);
            struct cxj__names *names = &merge->engine->core.dictionaries[d];
            if (uses > held) cxj__names_use_often(names, merge->translation.codes[d][code], uses - held);
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
static cxj_status reserve_sealed(struct merge *merge) {
    const struct cxj__table *sealed = &merge->source->store.sealed;
    if (!check_held(merge) || !cxj__table_each(sealed, check_sealed, merge)) return CXJ_SEALED;
    if (merge->source->let_go == 0) return CXJ_OK;
    cxj_status status = keep_ledger(merge);
    if (status != CXJ_OK) return status;
    return reserve_rests(merge) && cxj__table_each(sealed, take_sealed, merge) ? CXJ_OK : CXJ_NO_MEMORY;
}

static void commit_sealed(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    const struct cxj__core *source = merge->source, *held = &merge->ledger.core;
    if (source->let_go == 0) return;
    commit_rests(merge);
    commit_uses(merge);
    core->let_go += source->let_go;
    core->touchpoints += source->touchpoints - held->touchpoints;
    core->journeys += source->journeys - held->journeys;
    if (source->sealed_latest > core->sealed_latest) core->sealed_latest = source->sealed_latest;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* Drops the cells of all views to which nothing contributes: what one journey left empty may have been needed by
 * another, but not any more. */
static void sweep(struct cxj__core *core) {
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        for (size_t i = 0; i < view->cell_count; i++) cxj__view_doom(view, view->cells[i]);
        cxj__view_sweep(view, &core->memory);
    }
}

/* After a merge that failed: drops what was reserved. */
static void drop_reserved(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    (void)cxj__table_each(&merge->source->store.sealed, return_sealed, merge);
    sweep(core);
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number != 0 && journey->count == 0) {
            cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        }
    }
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        cxj__names_truncate(&core->dictionaries[d], &core->memory, merge->names[d]);
    }
    cxj__plan_forget_deadlines(&merge->engine->plan);
}

static cxj_status reserve(struct merge *merge) {
    cxj_engine *engine = merge->engine;
    struct cxj__memory *memory = &engine->core.memory;
    cxj_status status = make_translation(memory, merge->source, &merge->translation) ? CXJ_OK : CXJ_NO_MEMORY;
    if (status == CXJ_OK) status = translate_names(engine, merge->source, &merge->translation);
    if (status == CXJ_OK) status = reserve_sealed(merge);
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
    struct cxj__core *core = &engine->core;
    struct merge merge = {.engine = engine, .source = &source->core};
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) merge.names[d] = core->dictionaries[d].count;
    cxj_status status = reserve(&merge);
    if (status == CXJ_OK) {
        commit_journeys(&merge);
        commit_sealed(&merge);
        sweep(core);
        if (source->core.now > core->now) cxj__plan_advance(core, source->core.now);
        engine->version++;
    } else {
        drop_reserved(&merge);
        if (status == CXJ_NO_MEMORY) cxj__engine_fail(engine, status, "no memory to merge");
    }
    close_ledger(&merge);
    if (merge.translation.block != NULL) {
        cxj__base_resize(&core->memory, merge.translation.block,
                         merge.translation.length * sizeof *merge.translation.block, 0);
    }
    cxj__engine_trim(engine);
    return status;
}
