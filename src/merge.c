/* merge: one engine into another.
 *
 * Cells are sums, so a merge adds cells to cells, and takes over copies of the source's journeys. Where the engine has
 * a view that the source has not, or a clock that stands later, the copies are posted instead, as if they had come. A
 * journey that both have is made anew beside the two: the engine's and the copy are taken out of the cells, and a third
 * one settles the touchpoints of both. So neither is touched until all is there, and where memory ends, the third goes
 * and the others are posted again, which needs no memory. Names meet by their text.
 *
 * Of sealed journeys there are no touchpoints. What they have contributed stands by itself in the source's cells, and
 * is added to the cells with the same text, in views with the same text. */
#include <string.h>

#include "engine.h"
#include "erase.h"
#include "touchpoint.h"
#include "translation.h"

/* A journey that is taken over. */
struct taken {
    struct cxj__journey *copy;   /* of the source's */
    struct cxj__journey *own;    /* the engine's with the same number; NULL: there is none */
    struct cxj__journey *joined; /* what comes of both */
    bool is_known;               /* the copy says nothing that the engine's own does not */
};

/* One merge under way. */
struct merge {
    cxj_engine *engine;
    const struct cxj__core *source;
    struct cxj__translation translation;
    size_t sealed; /* numbers of the source that the engine has sealed so far */
    CXJ__LIST(struct taken) taken;
    size_t posted, joined; /* of those taken: that cells have, or whose cells do; that are made anew */
    bool are_added;        /* the source's cells */
    bool adds_cells;       /* cells are added to cells, and journeys need not be posted */
    int64_t now;           /* the clock after the merge */
    uint32_t unrecorded;   /* of the source */
};

/* ---- journeys --------------------------------------------------------------------------------------------------- */

/* Brings nearer where the engine has the journeys of some of the source's places, or will have them. */
enum { TOGETHER = 16 };
static void approach_places(const struct merge *merge, size_t place) {
    const struct cxj__core *core = &merge->engine->core;
    const struct cxj__store *store = &merge->source->store;
    const void *slots[TOGETHER];
    size_t count = 0;
    for (size_t i = place; i < place + TOGETHER && i < store->places; i++) {
        slots[count] = cxj__store_slot(&core->store, &core->seed, cxj__store_at(store, i)->number);
        count += slots[count] != NULL;
    }
    for (size_t i = 0; i < count; i++) cxj__base_touch(slots[i]);
}

/* Takes over copies of all journeys of the source. */
static bool copy_journeys(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    const struct cxj__store *store = &merge->source->store;
    uint32_t *const *codes = merge->translation.is_same ? NULL : merge->translation.codes;
    for (size_t place = 0; place < store->places; place++) {
        const struct cxj__journey *journey = cxj__store_at(store, place);
        if (place % TOGETHER == 0) approach_places(merge, place);
        if (journey->number == 0) continue;
        if (!CXJ__APPEND(&core->memory, merge->taken)) return false;
        struct taken *taken = CXJ__LAST(merge->taken);
        taken->own = cxj__store_find(&core->store, &core->seed, journey->number, &core->store.probes);
        taken->joined = NULL;
        taken->is_known = false;
        taken->copy =
            cxj__store_copy(&core->store, &core->memory, &core->seed, journey, codes, core->hours, taken->own == NULL);
        if (taken->copy == NULL) {
            merge->taken.count--;
            return false;
        }
        if (core->hours != NULL && merge->source->hours == NULL) cxj__post_fold_anew(core, taken->copy);
    }
    return true;
}

/* Posts a journey as it stands when the clock does as it will after the merge. */
static bool post_journey(struct merge *merge, struct cxj__journey *journey, enum cxj__posting posting) {
    struct cxj__core *core = &merge->engine->core;
    const int64_t now = core->now;
    struct cxj__post post = cxj__post_of(core, journey, &journey->fold, posting);
    core->now = merge->now;
    bool done = cxj__post_whole(&post);
    if (!done && posting == CXJ__POST_ADD) {
        struct cxj__post back = cxj__post_of(core, journey, &journey->fold, CXJ__POST_TAKE);
        back.budget = post.made;
        (void)cxj__post_whole(&back);
    }
    core->now = now;
    return done;
}

/* The index of a copy learns what views want to know, of cells that are there. */
static bool index_for_views(struct merge *merge, struct cxj__journey *copy) {
    struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count && copy->index != NULL; v++) {
        bool counts_cells = core->views[v]->grain == CXJ_GRAIN_TOUCHPOINTS;
        if (counts_cells && !merge->adds_cells) continue; /* posting counts them */
        if (!cxj__post_index_view(core, copy, core->views[v])) return false;
    }
    return true;
}

/* Cells learn of all copies, unless their own cells are added. */
static bool post_copies(struct merge *merge) {
    for (; merge->posted < merge->taken.count; merge->posted++) {
        struct cxj__journey *copy = merge->taken.items[merge->posted].copy;
        if (!cxj__post_regain_samples(&merge->engine->core, copy) || !index_for_views(merge, copy)) return false;
        if (!merge->adds_cells && !post_journey(merge, copy, CXJ__POST_ADD)) return false;
    }
    return true;
}

/* Lets all touchpoints of a journey arrive; place is that of the first. */
static bool let_arrive(struct merge *merge, const struct cxj__journey *journey, size_t place) {
    for (size_t i = 0; i < cxj__journey_kept(journey); i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        cxj_status status =
            cxj__settle_arrival(&merge->engine->settling, &merge->engine->core, &entry.touchpoint, place + i);
        if (status != CXJ_OK) return false;
    }
    return true;
}

static cxj_status refuse_full(const struct merge *merge, uint64_t number) {
    cxj__base_say(&merge->engine->message, "merge: journey %llu would have more than %u touchpoints",
                  (unsigned long long)number, (unsigned)merge->engine->core.touchpoints_limit);
    return CXJ_LIMIT;
}

/* Settles the touchpoints of two journeys in a third one. */
static cxj_status settle_both(struct merge *merge, const struct taken *taken) {
    struct cxj__settling *settling = &merge->engine->settling;
    struct cxj__core *core = &merge->engine->core;
    const int64_t now = core->now;
    core->now = merge->now;
    cxj__settle_begin(settling);
    bool room = let_arrive(merge, taken->own, 0) && let_arrive(merge, taken->copy, cxj__journey_kept(taken->own));
    if (!room) cxj__settle_undo(settling, core);
    room = room && cxj__settle_change(settling, core);
    bool is_full = room && settling->refused.count > 0;
    if (is_full) {
        cxj__settle_undo(settling, core);
    } else if (room) {
        cxj__settle_end(settling, core);
    }
    core->now = now;
    if (is_full) return refuse_full(merge, taken->own->number);
    return room ? CXJ_OK : CXJ_NO_MEMORY;
}

/* What came of two journeys goes again. */
static void erase_joined(struct merge *merge, struct taken *taken) {
    struct cxj__core *core = &merge->engine->core;
    const int64_t now = core->now;
    core->now = merge->now;
    cxj__erase_journey(core, taken->joined);
    core->now = now;
    taken->joined = NULL;
}

/* Puts the two back into the cells in which they were. */
static void part(struct merge *merge, const struct taken *taken) {
    cxj__store_attach(&merge->engine->core.store, &merge->engine->core.seed, taken->own);
    (void)post_journey(merge, taken->copy, CXJ__POST_ADD);
    (void)cxj__post_journey(&merge->engine->core, taken->own, CXJ__POST_ADD);
}

/* True if two journeys keep the same touchpoints. */
static bool is_same_journey(const struct cxj__journey *a, const struct cxj__journey *b) {
    if (a->count != b->count || a->withdrawn != b->withdrawn) return false;
    for (size_t i = 0; i < cxj__journey_kept(a); i++) {
        struct cxj__entry x, y;
        cxj__journey_unpack(a, i, &x);
        cxj__journey_unpack(b, i, &y);
        if (memcmp(&x.touchpoint, &y.touchpoint, sizeof x.touchpoint) != 0) return false;
    }
    return true;
}

/* Where both came to what the engine has already, that stays, and only the copy goes. */
static void keep_own(struct merge *merge, struct taken *taken) {
    struct cxj__core *core = &merge->engine->core;
    erase_joined(merge, taken);
    cxj__store_attach(&core->store, &core->seed, taken->own);
    (void)cxj__post_journey(&merge->engine->core, taken->own, CXJ__POST_ADD);
    taken->is_known = true;
}

/* Makes one journey of two. */
static cxj_status join(struct merge *merge, struct taken *taken) {
    struct cxj__core *core = &merge->engine->core;
    if (!cxj__post_regain_samples(core, taken->own)) return CXJ_NO_MEMORY;
    (void)cxj__post_journey(&merge->engine->core, taken->own, CXJ__POST_TAKE);
    (void)post_journey(merge, taken->copy, CXJ__POST_TAKE);
    cxj__store_detach(&core->store, &core->seed, taken->own);
    cxj_status status = settle_both(merge, taken);
    if (status != CXJ_OK) {
        part(merge, taken);
        return status;
    }
    taken->joined = cxj__store_find(&core->store, &core->seed, taken->own->number, &core->store.probes);
    if (is_same_journey(taken->own, taken->joined)) keep_own(merge, taken);
    return CXJ_OK;
}

static cxj_status join_journeys(struct merge *merge) {
    for (; merge->joined < merge->taken.count; merge->joined++) {
        struct taken *taken = &merge->taken.items[merge->joined];
        if (taken->own == NULL) {
            if (cxj__journey_kept(taken->copy) <= merge->engine->core.touchpoints_limit) continue;
            return refuse_full(merge, taken->copy->number);
        }
        cxj_status status = join(merge, taken);
        if (status != CXJ_OK) return status;
    }
    return CXJ_OK;
}

/* Room for what new journeys will make come due. */
static bool reserve_deadlines(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    size_t deadlines = 0, journeys = 0;
    for (size_t i = 0; i < merge->taken.count; i++) {
        const struct taken *taken = &merge->taken.items[i];
        if (taken->own != NULL) continue;
        journeys++;
        for (unsigned open = taken->copy->fold.promises_open; open != 0; open &= open - 1) deadlines++;
    }
    return cxj__due_reserve(core, deadlines) && cxj__seal_reserve(core, journeys);
}

/* Room for what rules raise of new journeys, and, where the clock is set by the merge, for looking at all others. */
static bool expect_alerts(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    const int64_t now = core->now;
    if (core->alerts == NULL) return true;
    bool room = now != INT64_MIN || merge->now == now || cxj__alerts_reserve_all(core);
    core->now = merge->now;
    for (size_t i = 0; room && i < merge->taken.count; i++) {
        const struct taken *taken = &merge->taken.items[i];
        if (taken->own == NULL) {
            room = cxj__alerts_expect(core, taken->copy);
        } else if (taken->joined != NULL) {
            room = cxj__alerts_reserve_passing(core, taken->own, taken->joined);
        }
    }
    core->now = now;
    return room;
}

static void count_touchpoints(struct cxj__core *core, const struct cxj__journey *journey, int sign) {
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        cxj__core_count(core, &entry.touchpoint, sign);
    }
}

/* What all touchpoints of the source carry, or did before they were let go, is counted at once; what goes with copies of
 * journeys that both have is counted off again. */
static void count_source(const struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &merge->source->dictionaries[d];
        for (uint32_t code = 1; code <= theirs->count; code++) {
            cxj__names_use_as(&core->dictionaries[d], merge->translation.codes[d][code], theirs, code);
        }
    }
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) core->facet_counts[bit] += merge->source->facet_counts[bit];
}

/* A journey that the engine did not have is its own now. */
static void commit_new(struct cxj__core *core, struct cxj__journey *journey) {
    static const struct cxj__counted nothing = {0, 0, INT64_MIN};
    static const struct cxj__dues none = {.open = 0};
    cxj__core_count_journey(core, journey, nothing);
    cxj__due_push(core, journey, &none);
    cxj__seal_watch(core, journey);
}

/* The two of which one was made go, or the copy alone. True if something has changed. */
static bool commit_joined(struct cxj__core *core, const struct taken *taken) {
    struct cxj__journey *own = taken->own;
    count_touchpoints(core, taken->copy, -1);
    cxj__store_release(&core->store, &core->memory, taken->copy);
    if (taken->is_known) return false;
    if (core->alerts != NULL) cxj__alerts_pass_on(core, own, taken->joined);
    cxj__erase_count_out(core, own);
    cxj__store_release(&core->store, &core->memory, own);
    return true;
}

/* Notes that journeys have come with the merge, or that they are there now. Their places may have been those of others,
 * of which the agenda has deadlines still. */
static void mark_coming(struct merge *merge, bool is_coming) {
    for (size_t i = 0; i < merge->taken.count; i++) {
        const struct taken *taken = &merge->taken.items[i];
        struct cxj__journey *journey = taken->own == NULL ? taken->copy : taken->joined;
        if (journey != NULL) journey->is_coming = is_coming;
    }
}

/* All journeys are there, and so is room for what they make come due. */
static void commit_journeys(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    bool are_joined = false, are_new = false;
    count_source(merge);
    for (size_t i = 0; i < merge->taken.count; i++) {
        if (merge->taken.items[i].own == NULL) {
            are_new = true;
        } else {
            are_joined |= commit_joined(core, &merge->taken.items[i]);
        }
    }
    bool is_set = core->now == INT64_MIN && merge->now != core->now;
    if (merge->now > core->now) {
        mark_coming(merge, true);
        cxj__due_advance(core, merge->now);
        mark_coming(merge, false);
    }
    for (size_t i = 0; i < merge->taken.count; i++) {
        if (merge->taken.items[i].own == NULL) commit_new(core, merge->taken.items[i].copy);
    }
    if (core->alerts != NULL) {
        if (is_set) cxj__alerts_watch_all(core);
        cxj__alerts_settle(core, SIZE_MAX);
        cxj__alerts_end_call(core);
    }
    core->version += are_new || are_joined;
    if (!are_joined) return;
    cxj__due_compact(core); /* deadlines of the journeys that went */
    cxj__seal_compact(core);
}

/* Undoes all that was done for journeys. */
static void undo_journeys(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    while (merge->joined-- > 0) {
        struct taken *taken = &merge->taken.items[merge->joined];
        if (taken->joined != NULL) {
            erase_joined(merge, taken);
            part(merge, taken);
        } else if (taken->is_known) {
            (void)post_journey(merge, taken->copy, CXJ__POST_ADD);
        }
    }
    while (merge->posted-- > 0 && !merge->adds_cells) {
        (void)post_journey(merge, merge->taken.items[merge->posted].copy, CXJ__POST_TAKE);
    }
    while (merge->taken.count > 0) {
        const struct taken *taken = &merge->taken.items[--merge->taken.count];
        if (taken->own == NULL) cxj__store_detach(&core->store, &core->seed, taken->copy);
        cxj__store_release(&core->store, &core->memory, taken->copy);
    }
    cxj__due_compact(core);
    cxj__seal_compact(core);
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* True if the source's cells are what its journeys add to the engine's views: each of these stands in the source,
 * whole, and by the clock that will hold. What sealed journeys have contributed is added apart. */
static bool may_add_cells(const struct merge *merge) {
    const struct cxj__core *core = &merge->engine->core;
    if (merge->source->is_bare || merge->source->now != merge->now || merge->source->deadlines_lost) return false;
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *view = core->views[v];
        const struct cxj_view *source = cxj__engine_find_view(merge->source, view->text, view->text_length);
        if (source == NULL || source->incomplete || source->sealed_lost || view->incomplete) return false;
        if (view->cell_count + source->cell_count > core->cells_limit) return false;
    }
    return true;
}

/* Deals with a cell of the source and the one to which it is added. */
typedef bool (*visit_cell)(struct merge *merge, struct cxj_view *view, const struct cxj__cell *from,
                           const struct cxj__key *key);

static bool each_cell(struct merge *merge, visit_cell visit) {
    const struct cxj__core *core = &merge->engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        const struct cxj_view *source = cxj__engine_find_view(merge->source, view->text, view->text_length);
        for (size_t i = 0; i < source->cell_count; i++) {
            struct cxj__key key;
            cxj__view_translate_key(view, &source->cells[i]->key, merge->translation.codes, &key);
            if (!visit(merge, view, source->cells[i], &key)) return false;
        }
    }
    return true;
}

static bool reserve_cell(struct merge *merge, struct cxj_view *view, const struct cxj__cell *from,
                         const struct cxj__key *key) {
    struct cxj__core *core = &merge->engine->core;
    struct cxj__cell *to = cxj__view_find(view, &core->seed, key, &core->store.probes);
    if (to == NULL) to = cxj__view_make(view, &core->memory, &core->seed, key);
    if (to == NULL) return false;
    cxj__view_mark_empty(view, to); /* should nothing come of it */
    core->has_emptied = true;
    return cxj__cell_reserve_cell(to, &core->memory, from);
}

/* What sealed journeys have contributed is not the copies'. No histogram counts less than nothing on the way. */
static void add_held(struct cxj__cell *to, const struct cxj__cell *from, int sign) {
    if (sign > 0) cxj__cell_add_cell(to, from, 1);
    if (cxj__cell_has_sealed(from)) cxj__cell_add_cell(to, from->sealed, -sign);
    if (sign < 0) cxj__cell_add_cell(to, from, -1);
}

static bool add_cell(struct merge *merge, struct cxj_view *view, const struct cxj__cell *from,
                     const struct cxj__key *key) {
    struct cxj__core *core = &merge->engine->core;
    add_held(cxj__view_find(view, &core->seed, key, &core->store.probes), from, 1);
    return true;
}

static bool take_cell(struct merge *merge, struct cxj_view *view, const struct cxj__cell *from,
                      const struct cxj__key *key) {
    struct cxj__core *core = &merge->engine->core;
    struct cxj__cell *to = cxj__view_find(view, &core->seed, key, &core->store.probes);
    add_held(to, from, -1);
    cxj__view_mark_empty(view, to);
    core->has_emptied = true;
    return true;
}

static bool add_cells(struct merge *merge) {
    if (!each_cell(merge, reserve_cell)) return false;
    (void)each_cell(merge, add_cell);
    merge->are_added = true;
    return true;
}

/* ---- all that can fail ------------------------------------------------------------------------------------------- */

static cxj_status take_journeys(struct merge *merge) {
    if (!copy_journeys(merge)) return CXJ_NO_MEMORY;
    merge->adds_cells = may_add_cells(merge);
    if (merge->adds_cells && !add_cells(merge)) return CXJ_NO_MEMORY;
    if (!post_copies(merge)) return CXJ_NO_MEMORY;
    cxj_status status = join_journeys(merge);
    if (status == CXJ_OK && (!reserve_deadlines(merge) || !expect_alerts(merge))) status = CXJ_NO_MEMORY;
    return status;
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
    if (source->sealed_touchpoints == 0) return;
    commit_parts(merge);
    core->sealed_touchpoints += source->sealed_touchpoints;
    core->sealed_journeys += source->sealed_journeys;
    core->touchpoints += source->sealed_touchpoints;
    core->journeys += source->sealed_journeys;
    if (source->sealed_latest > core->sealed_latest) core->sealed_latest = source->sealed_latest;
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) core->sealed_facets[bit] += source->sealed_facets[bit];
    core->sealed_facets_lost |= source->sealed_facets_lost;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* After a merge that failed: all is as it was. */
static void undo(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    undo_journeys(merge);
    if (core->alerts != NULL) {
        cxj__alerts_settle(core, 0);
        cxj__alerts_cancel_call(core);
    }
    if (merge->are_added) (void)each_cell(merge, take_cell);
    (void)cxj__table_each(&merge->source->store.sealed, return_sealed, merge);
    for (size_t v = 0; v < core->view_count; v++) { /* cells that were made for what sealed journeys have contributed */
        struct cxj_view *view = core->views[v];
        for (size_t i = 0; i < view->cell_count; i++) cxj__view_mark_empty(view, view->cells[i]);
    }
    core->has_emptied = true;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_take_back(&core->dictionaries[d], &core->memory);
    cxj__engine_free_room(merge->engine); /* what it had in hand shall not lie about */
}

static cxj_status reserve(struct merge *merge) {
    struct cxj__core *core = &merge->engine->core;
    cxj_status status = cxj__translation_make(&merge->translation, merge->source->dictionaries, core->dictionaries,
                                              &core->memory, &core->seed, &merge->engine->message);
    if (status == CXJ_OK) status = reserve_sealed_of(merge);
    if (status == CXJ_OK) status = take_journeys(merge);
    return status;
}

/* Makes the merge, or nothing. */
static cxj_status take_source(struct merge *merge) {
    cxj_engine *engine = merge->engine;
    struct cxj__core *core = &engine->core;
    const uint64_t version = core->version;
    core->is_tentative = true;
    cxj_status status = reserve(merge);
    core->version = version; /* so far nothing has changed */
    if (status == CXJ_OK) {
        commit_journeys(merge);
        commit_sealed_of(merge);
        engine->unrecorded |= merge->unrecorded; /* what one of them does not know, the result does not know */
    } else {
        undo(merge);
        core->version = version;
        if (status == CXJ_NO_MEMORY) cxj__engine_fail(engine, status, "no memory to merge");
    }
    core->is_tentative = false;
    cxj__core_note_left_out(core, status == CXJ_OK);
    cxj__core_sweep(core);
    cxj__core_find_latest(core);
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
    if (!cxj__calendar_is_equal(core->calendar, source->core.calendar)) {
        return cxj__engine_fail(engine, CXJ_OTHER_CALENDAR,
                                "merge: the engines have different calendars, or only one of them has any");
    }
    struct cxj__rule_facets facets;
    const struct cxj__rule *rule = cxj__alerts_rule_lacking(core, engine->unrecorded | source->unrecorded, &facets);
    if (rule != NULL) {
        struct cxj__shown shown;
        cxj__base_say(&engine->message, "merge: the rule \"%s\" needs the facet %s, which the source does not record",
                      cxj__base_show(&shown, rule->query.text, rule->query.text_length), facets.text);
        return CXJ_BAD_ARGUMENT;
    }
    if (core->alerts != NULL && !cxj__alerts_begin_call(core)) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to merge");
    }
    struct merge merge = {
        .engine = engine, .source = &source->core, .now = core->now, .unrecorded = source->unrecorded};
    if (source->core.now > core->now) merge.now = source->core.now;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_mark(&core->dictionaries[d]);
    cxj_status status = take_source(&merge);
    cxj__translation_free(&merge.translation, &core->memory);
    CXJ__FREE(&core->memory, merge.taken);
    cxj__engine_trim(engine);
    return status;
}
