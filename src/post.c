/* post: facts to cells.
 *
 * What a journey's touchpoints add to cells is a list of postings that nobody keeps. It is made anew from the records
 * whenever it is needed, in the order of records, then views, then facts; so any part of it that was posted can be
 * taken back by going through its first postings again with the other sign.
 * Adding makes cells and room in them as it goes, and each posting is made whole or not at all. Taking away finds what
 * is there, and so needs no memory; a cell that it leaves empty is noted, and stays until the change ends.
 * A touchpoint brings its journey into a cell if none before it falls under the same key: that is how the distinct
 * journeys of a cell are counted. The index of a long journey knows how many fall under it, a short one looks. */
#include "post.h"

#include <string.h>

#include "touchpoint.h"

struct cxj__post cxj__post_of(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__fold *fold,
                              enum cxj__posting posting) {
    struct cxj__post post = {.core = core, .journey = journey, .posting = posting, .budget = SIZE_MAX};
    cxj__core_set_journey_codes(fold, &post.codes);
    return post;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static struct cxj__cell *find_cell(struct cxj__core *core, const struct cxj_view *view, const struct cxj__key *key) {
    return cxj__view_find(view, &core->seed, key, &core->store.probes);
}

static void note_empty(struct cxj__core *core, struct cxj_view *view, struct cxj__cell *cell) {
    if (cxj__cell_counts(cell)[0] != 0) return;
    cxj__view_mark_empty(view, cell);
    core->has_emptied = true;
}

/* Finds the cell under a key, or makes it; *cell is NULL where the view has no room for it. False: there is no
 * memory. */
static bool reach(struct cxj__core *core, struct cxj_view *view, const struct cxj__key *key, struct cxj__cell **cell) {
    *cell = find_cell(core, view, key);
    if (*cell != NULL) return true;
    if (view->incomplete || view->has_left_out || view->cell_count >= core->cells_limit) {
        view->has_left_out = core->has_left_out = true;
        return true;
    }
    *cell = cxj__view_make(view, &core->memory, &core->seed, key);
    if (*cell != NULL) note_empty(core, view, *cell); /* should nothing come of it */
    return *cell != NULL;
}

/* True if the record at a position falls under the key of a touchpoints view, whose conditions on the journey it
 * meets. */
static bool falls_under(const struct cxj__journey *journey, const struct cxj_view *view, const struct cxj__key *key,
                        size_t position) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t holder = view->dimensions[i] - 1U;
        if (holder < CXJ__HOLDERS && cxj__journey_code_at(journey, position, holder) != key->parts[i]) return false;
    }
    if (view->period != CXJ__NO_PERIOD && !cxj__view_is_in_period(view, key, cxj__journey_moment(journey, position))) {
        return false;
    }
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        uint32_t holder = condition->dimension - 1U;
        if (holder < CXJ__HOLDERS && !cxj__query_has_code(condition, cxj__journey_code_at(journey, position, holder))) {
            return false;
        }
    }
    return true;
}

/* In a short journey: whether no record before a position falls under the key. held: which of the values at the
 * position an earlier record has. */
static bool is_first_under(const struct cxj__journey *journey, const struct cxj_view *view, const struct cxj__key *key,
                           uint32_t held, size_t position) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t d = view->dimensions[i] - 1U;
        if (d < CXJ__TRACKS && key->parts[i] != 0 && (held >> d & 1) == 0) return true;
    }
    for (size_t i = position; i-- > 0;) {
        if (falls_under(journey, view, key, i)) return false;
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

/* A fact under a key of a view. */
struct posting {
    struct cxj_view *view;
    const struct cxj__key *key;
    const struct cxj__fact *fact;
    uint32_t held;
    size_t position;
};

/* Whether the journey comes into the cell with the touchpoint, or leaves it. */
static bool is_first(const struct cxj__post *post, const struct posting *posting, const struct cxj__cell *cell,
                     int sign) {
    if (posting->fact->grain != CXJ_GRAIN_TOUCHPOINTS) return false;
    struct cxj__index *index = post->journey->index;
    if (index != NULL) return count_indexed(post->core, index, cell, sign);
    return is_first_under(post->journey, posting->view, posting->key, posting->held, posting->position);
}

static void count_distinct(const struct cxj__post *post, const struct posting *posting, struct cxj__cell *cell,
                           int sign) {
    if (is_first(post, posting, cell, sign)) cxj__cell_counts(cell)[CXJ__T_JOURNEYS] += sign;
}

/* Makes room in the index for one more cell. One that is fuller than usual is slower, but right, as long as it has an
 * empty slot. */
static bool reserve_in_index(const struct cxj__post *post, const struct posting *posting, bool is_forced) {
    const struct cxj__index *index = post->journey->index;
    if (index == NULL || posting->fact->grain != CXJ_GRAIN_TOUCHPOINTS) return true;
    return cxj__journey_reserve_index(post->journey, &post->core->memory, &post->core->seed, 1) ||
           (is_forced && index->used + 2 < index->capacity);
}

static bool add_to(const struct cxj__post *post, const struct posting *posting, struct cxj__cell *cell) {
    if (!reserve_in_index(post, posting, false) || !cxj__cell_take_fact(cell, &post->core->memory, posting->fact)) {
        return false;
    }
    count_distinct(post, posting, cell, 1);
    return true;
}

static bool add(const struct cxj__post *post, const struct posting *posting) {
    struct cxj__cell *cell = NULL;
    if (!reach(post->core, posting->view, posting->key, &cell)) return false;
    return cell == NULL || add_to(post, posting, cell);
}

size_t cxj__post_targets(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__target *targets,
                         size_t count, uint32_t held, size_t position) {
    const struct cxj__post post = {.core = core, .journey = journey, .posting = CXJ__POST_ADD};
    size_t made = 0;
    for (; made < count; made++) {
        const struct cxj__target *target = &targets[made];
        const struct posting posting = {target->view, &target->cell->key, target->fact, held, position};
        if (!add_to(&post, &posting, target->cell)) break;
    }
    return made;
}

static bool take(const struct cxj__post *post, const struct posting *posting) {
    struct cxj__cell *cell = find_cell(post->core, posting->view, posting->key);
    if (cell == NULL) return true;
    cxj__cell_add_fact(cell, posting->fact, -1);
    count_distinct(post, posting, cell, -1);
    note_empty(post->core, posting->view, cell);
    return true;
}

static bool seek(const struct cxj__post *post, const struct posting *posting) {
    if (post->made >= post->target_count) return true;
    struct cxj__target *target = &post->targets[post->made];
    target->view = posting->view;
    target->fact = posting->fact;
    target->key = *posting->key;
    target->cell = cxj__view_guess(posting->view, &post->core->seed, posting->key);
    cxj__cell_prefetch(target->cell);
    return true;
}

void cxj__post_approach(struct cxj__core *core, struct cxj__target *target) {
    if (target->cell == NULL || !cxj__cell_has_key(target->cell, &target->key)) {
        target->cell = find_cell(core, target->view, &target->key);
    }
    if (target->cell != NULL) cxj__cell_prefetch_sums(target->cell);
}

/* A cell for which there is no room goes, though something contributes to it. */
static void lose(const struct cxj__post *post, struct cxj_view *view, struct cxj__cell *cell) {
    struct cxj__core *core = post->core;
    struct cxj__index *index = post->journey->index;
    if (index != NULL && cxj__index_value(index, &core->seed, CXJ__INDEX_CELL, cell->number, &core->store.probes)) {
        cxj__index_drop(index, &core->seed, cxj__index_reach(index, &core->seed, CXJ__INDEX_CELL, cell->number));
    }
    /* What a save in steps has listed may be among what goes. */
    core->store.snapshot.is_lost |= core->store.snapshot.is_open;
    cxj__view_lose(view, cell, &core->memory);
}

static bool force(const struct cxj__post *post, const struct posting *posting) {
    struct cxj__core *core = post->core;
    struct cxj__cell *cell = NULL;
    if (!reach(core, posting->view, posting->key, &cell)) posting->view->incomplete = true;
    if (cell == NULL) return true;
    cell->is_needed = false;
    if (!reserve_in_index(post, posting, true) || !cxj__cell_take_fact(cell, &core->memory, posting->fact)) {
        lose(post, posting->view, cell);
    } else {
        count_distinct(post, posting, cell, 1);
    }
    return true;
}

static bool need(const struct cxj__post *post, const struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = find_cell(post->core, view, key);
    if (cell != NULL) cell->is_needed = true;
    return true;
}

static bool reserve_apart(const struct cxj__post *post, const struct posting *posting) {
    struct cxj__memory *memory = &post->core->memory;
    struct cxj__cell *cell = find_cell(post->core, posting->view, posting->key);
    return cell == NULL ||
           (cxj__cell_reserve_sealed(cell, memory) && cxj__cell_reserve_fact(cell->sealed, memory, posting->fact));
}

/* The index is counted down, for the journey is about to go. */
static bool add_apart(const struct cxj__post *post, const struct posting *posting) {
    struct cxj__cell *cell = find_cell(post->core, posting->view, posting->key);
    if (cell == NULL) {
        posting->view->sealed_lost = true;
        return true;
    }
    cxj__cell_add_fact(cell->sealed, posting->fact, 1);
    if (is_first(post, posting, cell, -1)) cxj__cell_counts(cell->sealed)[CXJ__T_JOURNEYS]++;
    return true;
}

static bool need_of_fact(const struct cxj__post *post, const struct posting *posting) {
    return need(post, posting->view, posting->key);
}

static bool post_fact(struct cxj__post *post, const struct posting *posting) {
    static bool (*const ways[])(const struct cxj__post *post,
                                const struct posting *posting) = {[CXJ__POST_ADD] = add,
                                                                  [CXJ__POST_SEEK] = seek,
                                                                  [CXJ__POST_TAKE] = take,
                                                                  [CXJ__POST_NEED] = need_of_fact,
                                                                  [CXJ__POST_FORCE] = force,
                                                                  [CXJ__POST_RESERVE_APART] = reserve_apart,
                                                                  [CXJ__POST_ADD_APART] = add_apart};
    bool done = post->made < post->budget && ways[post->posting](post, posting);
    post->made += done;
    return done;
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

static bool is_meant(const struct cxj__post *post, struct cxj__views views, const struct cxj_view *view) {
    if (view->grain == CXJ_GRAIN_JOURNEYS) return false;
    return post->only != NULL ? view == post->only : ((view->depends & views.dimensions) != 0) == views.dependent;
}

bool cxj__post_facts(struct cxj__post *post, struct cxj__views views, const cxj_touchpoint *touchpoint, uint32_t held,
                     const struct cxj__fact *facts, size_t count, size_t position) {
    const struct cxj__core *core = post->core;
    struct cxj__key key;
    cxj__core_set_own_codes(touchpoint, &post->codes);
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (!is_meant(post, views, view) || !cxj__query_passes(&view->query, &post->codes)) continue;
        struct posting posting = {view, &key, &facts[0], held, position};
        if (view->grain == CXJ_GRAIN_TOUCHPOINTS) {
            cxj__view_key(view, &post->codes, touchpoint->at, &key);
            if (!post_fact(post, &posting)) return false;
            continue;
        }
        for (size_t i = 1; i < count; i++) {
            const struct cxj__fact *fact = posting.fact = &facts[i];
            if (fact->grain != CXJ_GRAIN_TRANSITIONS || fact->dimension + 1 != view->dimensions[0]) continue;
            cxj__view_transition_key(view, &post->codes, fact->from, fact->to, fact->at, &key);
            if (!post_fact(post, &posting)) return false;
        }
    }
    return true;
}

void cxj__post_keep_samples(struct cxj__journey *journey, size_t from, const struct cxj__fact *facts, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (facts[i].grain != CXJ_GRAIN_JOURNEYS) continue;
        journey->samples[from++] =
            cxj__cell_sample(facts[i].dimension, cxj__histogram_bucket(cxj__cell_wait(&facts[i])));
    }
}

bool cxj__post_records(struct cxj__post *post, struct cxj__views views, size_t position, struct cxj__fold *fold,
                       bool keep) {
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__journey *journey = post->journey;
    for (size_t i = position; i < journey->count; i++) {
        struct cxj__entry entry;
        size_t samples = fold->samples;
        cxj__journey_unpack(journey, i, &entry);
        size_t count = cxj__fold_step(fold, &entry.touchpoint, entry.held, post->core->wanted, facts);
        post->core->folded++;
        if (keep && !cxj__journey_reserve_samples(journey, &post->core->memory, fold->samples)) return false;
        if (keep) {
            cxj__post_keep_samples(journey, samples, facts, count);
            cxj__journey_checkpoint(journey, i + 1, fold);
        }
        if (!cxj__post_facts(post, views, &entry.touchpoint, entry.held, facts, count, i)) return false;
    }
    return true;
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

typedef bool (*visit_sample)(void *context, uint32_t sample);

/* Finds out the samples of a journey, and visits them as long as that says true. */
static bool find_samples(const struct cxj__journey *journey, visit_sample visit, void *context) {
    struct cxj__fold fold;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        size_t count = cxj__fold_step(&fold, &entry.touchpoint, entry.held, 0, facts);
        for (size_t k = 0; k < count; k++) {
            if (facts[k].grain != CXJ_GRAIN_JOURNEYS) continue;
            uint32_t bucket = cxj__histogram_bucket(cxj__cell_wait(&facts[k]));
            if (!visit(context, cxj__cell_sample(facts[k].dimension, bucket))) return false;
        }
    }
    return true;
}

/* Visits the samples of a journey. Where there was no memory to keep them, they are found out again. */
static bool each_sample(const struct cxj__journey *journey, visit_sample visit, void *context) {
    if (journey->sample_capacity < journey->fold.samples) return find_samples(journey, visit, context);
    for (size_t i = 0; i < journey->fold.samples; i++) {
        if (!visit(context, journey->samples[i])) return false;
    }
    return true;
}

static bool keep_sample(void *context, uint32_t sample) {
    uint32_t **next = context;
    *(*next)++ = sample;
    return true;
}

static bool try_to_renew(struct cxj__core *core, struct cxj__journey *journey) {
    if (!cxj__journey_reserve_samples(journey, &core->memory, journey->fold.samples)) return false;
    uint32_t *next = journey->samples;
    return find_samples(journey, keep_sample, &next);
}

bool cxj__post_regain_samples(struct cxj__core *core, struct cxj__journey *journey) {
    return journey->sample_capacity >= journey->fold.samples || try_to_renew(core, journey);
}

void cxj__post_renew_samples(struct cxj__core *core, struct cxj__journey *journey) {
    if (!try_to_renew(core, journey)) cxj__journey_drop_samples(journey, &core->memory);
}

/* A cell for which there is to be room for samples (sign 0), or to which they go or from which they come. */
struct sampling {
    struct cxj__core *core;
    struct cxj__cell *cell;
    int sign;
};

static bool deal_with_sample(void *context, uint32_t sample) {
    const struct sampling *sampling = context;
    if (sampling->sign == 0) return cxj__cell_reserve_sample(sampling->cell, &sampling->core->memory, sample);
    cxj__cell_add_sample(sampling->cell, sample, sampling->sign);
    return true;
}

/* ---- where a journey stands ------------------------------------------------------------------------------------- */

static uint64_t had_key(const struct cxj_view *view, size_t condition) {
    return (uint64_t)view->id << CXJ__POST_HAD_BITS | condition;
}

/* True if a journey has a touchpoint with one of a condition's codes. */
static bool had(const struct cxj__core *core, const struct cxj__journey *journey, const struct cxj__standing *standing,
                const struct cxj_view *view, size_t place) {
    const struct cxj__condition *condition = &view->conditions[place];
    const uint32_t holder = condition->dimension - 1U;
    if (journey->index != NULL) {
        uint64_t probes = 0;
        int64_t values = cxj__index_value(journey->index, &core->seed, CXJ__INDEX_HAD, had_key(view, place), &probes);
        const cxj_touchpoint *without = standing->without;
        bool is_new = without != NULL && (standing->without_held >> holder & 1) == 0 &&
                      cxj__query_has_code(condition, cxj__journey_code(without, holder));
        return values > (int64_t)is_new;
    }
    for (size_t i = 0; i < standing->count; i++) {
        if (cxj__query_has_code(condition, cxj__journey_code_at(journey, i, holder))) return true;
    }
    return false;
}

/* The key under which a journey stands in a view, and whether it does. */
static bool stands(const struct cxj__core *core, const struct cxj__journey *journey,
                   const struct cxj__standing *standing, const struct cxj_view *view, struct cxj__key *key) {
    const struct cxj__fold *fold = standing->fold;
    if (fold->counts[CXJ__F_TOUCHPOINTS] == 0 || (view->ended && fold->outcome == 0)) return false;
    if (!cxj__query_passes(&view->query, standing->codes)) return false;
    for (size_t i = 0; i < view->condition_count; i++) {
        if (view->conditions[i].had && !had(core, journey, standing, view, i)) return false;
    }
    cxj__view_key(view, standing->codes, view->ended ? fold->end_at : fold->first_at, key);
    return true;
}

static struct cxj__standing own_standing(const struct cxj__journey *journey, const struct cxj__codes *codes) {
    return (struct cxj__standing){&journey->fold, codes, journey->count, NULL, 0};
}

struct cxj__cell *cxj__post_standing_cell(struct cxj__core *core, struct cxj__journey *journey,
                                          const struct cxj_view *view) {
    struct cxj__codes codes = {{0}};
    struct cxj__key key;
    cxj__core_set_journey_codes(&journey->fold, &codes);
    struct cxj__standing standing = own_standing(journey, &codes);
    return stands(core, journey, &standing, view, &key) ? find_cell(core, view, &key) : NULL;
}

/* All that a journey adds to the cell in which it stands. */
struct whole {
    struct cxj__post *post;
    struct cxj__contribution contribution;
};

static bool reserve_whole(const struct whole *whole, struct cxj__cell *cell) {
    struct cxj__core *core = whole->post->core;
    struct sampling sampling = {core, cell, 0};
    return cxj__cell_reserve_contribution(cell, &core->memory, &whole->contribution) &&
           each_sample(whole->post->journey, deal_with_sample, &sampling);
}

static void add_whole(const struct whole *whole, struct cxj__cell *cell, int sign) {
    struct sampling sampling = {whole->post->core, cell, sign};
    cxj__cell_add_contribution(cell, &whole->contribution, sign);
    (void)each_sample(whole->post->journey, deal_with_sample, &sampling);
}

/* Adds the whole journey. */
static bool add_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = NULL;
    if (!reach(whole->post->core, view, key, &cell)) return false;
    if (cell != NULL && !reserve_whole(whole, cell)) return false;
    if (cell != NULL) add_whole(whole, cell, 1);
    return true;
}

/* The same, or lets its cell go if there is no room. */
static bool force_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = NULL;
    if (!reach(whole->post->core, view, key, &cell)) view->incomplete = true;
    if (cell == NULL) return true;
    cell->is_needed = false;
    if (reserve_whole(whole, cell)) {
        add_whole(whole, cell, 1);
    } else {
        lose(whole->post, view, cell);
    }
    return true;
}

static bool take_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = find_cell(whole->post->core, view, key);
    if (cell == NULL) return true;
    add_whole(whole, cell, -1);
    note_empty(whole->post->core, view, cell);
    return true;
}

static bool need_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    return need(whole->post, view, key);
}

static bool reserve_standing_apart(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = find_cell(whole->post->core, view, key);
    if (cell == NULL) return true;
    return cxj__cell_reserve_sealed(cell, &whole->post->core->memory) && reserve_whole(whole, cell->sealed);
}

static bool add_standing_apart(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = find_cell(whole->post->core, view, key);
    if (cell != NULL) add_whole(whole, cell->sealed, 1);
    view->sealed_lost |= cell == NULL;
    return true;
}

static bool post_whole(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    static bool (*const ways[])(const struct whole *whole, struct cxj_view *view,
                                const struct cxj__key *key) = {[CXJ__POST_ADD] = add_standing,
                                                               [CXJ__POST_TAKE] = take_standing,
                                                               [CXJ__POST_NEED] = need_standing,
                                                               [CXJ__POST_FORCE] = force_standing,
                                                               [CXJ__POST_RESERVE_APART] = reserve_standing_apart,
                                                               [CXJ__POST_ADD_APART] = add_standing_apart};
    return whole->post->posting == CXJ__POST_SEEK || ways[whole->post->posting](whole, view, key);
}

bool cxj__post_standing(struct cxj__post *post) {
    struct cxj__core *core = post->core;
    struct cxj__journey *journey = post->journey;
    struct cxj__standing standing = own_standing(journey, &post->codes);
    struct whole whole = {.post = post};
    struct cxj__fold room;
    struct cxj__key key;
    bool is_known = false;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (view->grain != CXJ_GRAIN_JOURNEYS || (post->only != NULL && view != post->only)) continue;
        if (!stands(core, journey, &standing, view, &key)) continue;
        if (post->made == post->budget) return false;
        if (!is_known) cxj__fold_contribute(cxj__journey_fold(journey, &room), core->now, &whole.contribution);
        is_known = true;
        if (!post_whole(&whole, view, &key)) return false;
        post->made++;
    }
    return true;
}

bool cxj__post_whole(struct cxj__post *post) {
    static const struct cxj__views all = {0, false};
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    return cxj__post_standing(post) && cxj__post_records(post, all, 0, &fold, false);
}

bool cxj__post_journey(struct cxj__core *core, struct cxj__journey *journey, enum cxj__posting posting) {
    struct cxj__post post = cxj__post_of(core, journey, &journey->fold, posting);
    return cxj__post_whole(&post);
}

/* ---- a journey that moves --------------------------------------------------------------------------------------- */

/* One that takes a touchpoint; what it contributes before and after is found out when it is needed. */
struct move {
    struct cxj__core *core;
    struct cxj__journey *journey;
    const struct cxj__standing *before, *after;
    bool stays, is_alike, is_known;
    struct cxj__contribution was, is;
};

/* Finds out what the journey contributes. */
static void know(struct move *move) {
    if (move->is_known) return;
    cxj__fold_contribute(move->before->fold, move->core->now, &move->was);
    cxj__fold_contribute(move->after->fold, move->core->now, &move->is);
    move->is_known = true;
}

/* Room in the cell where the journey will stand, or stands already. */
static bool reserve_move(struct move *move, struct cxj__cell *to, bool is_there) {
    struct cxj__memory *memory = &move->core->memory;
    const struct cxj__fold *was = move->before->fold, *is = move->after->fold;
    uint16_t responses = is_there ? was->counts[CXJ__F_FIRST_RESPONSES] : 0;
    size_t from = is_there ? was->samples : 0;
    if (is->outcome != 0) {
        know(move);
        if (!cxj__cell_reserve_contribution(to, memory, &move->is)) return false;
    } else if (is->counts[CXJ__F_FIRST_RESPONSES] > responses) {
        uint32_t response = cxj__cell_first_response(is->lasted.of[CXJ__FIRST_RESPONSE]);
        if (!cxj__cell_reserve_sample(to, memory, response)) return false;
    }
    for (size_t i = from; i < is->samples; i++) {
        if (!cxj__cell_reserve_sample(to, memory, move->journey->samples[i])) return false;
    }
    return true;
}

static void add_samples(const struct move *move, struct cxj__cell *cell, size_t from, size_t to, int sign) {
    for (size_t i = from; i < to; i++) cxj__cell_add_sample(cell, move->journey->samples[i], sign);
}

static void change_in(struct move *move, struct cxj__cell *cell) {
    size_t was = move->before->fold->samples, is = move->after->fold->samples, stay = was < is ? was : is;
    if (move->is_alike) {
        const struct cxj__fold *before = move->before->fold, *after = move->after->fold;
        cxj__cell_change_counts(cell, before->counts, after->counts,
                                after->lasted.of[CXJ__RESPONSE] - before->lasted.of[CXJ__RESPONSE]);
    } else {
        know(move);
        cxj__cell_change_contribution(cell, &move->was, &move->is);
    }
    add_samples(move, cell, stay, was, -1);
    add_samples(move, cell, stay, is, 1);
}

/* Moves the journey in one view. */
static bool move_in(struct move *move, struct cxj_view *view) {
    struct cxj__core *core = move->core;
    struct cxj__key key, old;
    struct cxj__cell *from = NULL, *to = NULL;
    bool is_there = stands(core, move->journey, move->after, view, &key);
    if (move->stays) {
        from = is_there ? find_cell(core, view, &key) : NULL;
        if (from == NULL) return true; /* it stood nowhere, or where the view has no room */
        if (!reserve_move(move, from, true)) return false;
        change_in(move, from);
        return true;
    }
    if (stands(core, move->journey, move->before, view, &old)) from = find_cell(core, view, &old);
    if (is_there && from != NULL && cxj__cell_has_key(from, &key)) {
        if (!reserve_move(move, from, true)) return false;
        change_in(move, from);
        return true;
    }
    if (is_there && !reach(core, view, &key, &to)) return false;
    if (to != NULL && !reserve_move(move, to, false)) return false;
    know(move);
    if (from != NULL) {
        cxj__cell_add_contribution(from, &move->was, -1);
        add_samples(move, from, 0, move->before->fold->samples, -1);
        note_empty(core, view, from);
    }
    if (to != NULL) {
        cxj__cell_add_contribution(to, &move->is, 1);
        add_samples(move, to, 0, move->after->fold->samples, 1);
    }
    return true;
}

bool cxj__post_move(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                    const struct cxj__standing *after, bool stays) {
    struct move move;
    move.core = core;
    move.journey = journey;
    move.before = before;
    move.after = after;
    move.stays = stays;
    move.is_known = false;
    move.is_alike = cxj__fold_contributes_alike(before->fold, after->fold);
    size_t done = 0;
    for (; done < core->view_count; done++) {
        struct cxj_view *view = core->views[done];
        if (view->grain == CXJ_GRAIN_JOURNEYS && !move_in(&move, view)) break;
    }
    if (done == core->view_count) return true;
    /* The way back: all cells and all room in them are there. */
    move.before = after;
    move.after = before;
    move.is_alike = move.is_known = false;
    while (done-- > 0) {
        struct cxj_view *view = core->views[done];
        if (view->grain == CXJ_GRAIN_JOURNEYS) (void)move_in(&move, view);
    }
    return false;
}

/* ---- what a long journey's index knows of views ------------------------------------------------------------------ */

static void count_had_of(const struct cxj__core *core, struct cxj__index *index, const struct cxj_view *view,
                         uint32_t holder, uint32_t code, int sign) {
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        if (!condition->had || condition->dimension != holder + 1 || !cxj__query_has_code(condition, code)) continue;
        struct cxj__index_entry *entry = cxj__index_reach(index, &core->seed, CXJ__INDEX_HAD, had_key(view, i));
        entry->value += sign;
        if (entry->value == 0) cxj__index_drop(index, &core->seed, entry);
    }
}

void cxj__post_count_had(const struct cxj__core *core, struct cxj__index *index, uint32_t holder, uint32_t code,
                         int sign) {
    if (core->had_conditions == 0) return;
    for (size_t v = 0; v < core->view_count; v++) count_had_of(core, index, core->views[v], holder, code, sign);
}

/* Counts the values that the journey has held with the conditions of a view that they meet. */
static bool index_had(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    size_t conditions = 0;
    for (size_t i = 0; i < view->condition_count; i++) conditions += view->conditions[i].had;
    if (conditions == 0) return true;
    if (!cxj__journey_reserve_index(journey, &core->memory, &core->seed, conditions)) return false;
    for (size_t i = 0; i < journey->count; i++) {
        uint32_t held = cxj__journey_held(journey, i);
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            if (held >> h & 1) continue;
            count_had_of(core, journey->index, view, h, cxj__journey_code_at(journey, i, h), 1);
        }
    }
    return true;
}

/* Counts the touchpoints of a journey by the cells of a touchpoints view into which they fall. */
static bool index_cells(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    struct cxj__codes codes = {{0}};
    cxj__core_set_journey_codes(&journey->fold, &codes);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        struct cxj__key key;
        cxj__journey_unpack(journey, i, &entry);
        cxj__core_set_own_codes(&entry.touchpoint, &codes);
        if (!cxj__query_passes(&view->query, &codes)) continue;
        cxj__view_key(view, &codes, entry.touchpoint.at, &key);
        const struct cxj__cell *cell = find_cell(core, view, &key);
        if (cell == NULL) continue;
        if (!cxj__journey_reserve_index(journey, &core->memory, &core->seed, 1)) return false;
        cxj__index_reach(journey->index, &core->seed, CXJ__INDEX_CELL, cell->number)->value++;
    }
    return true;
}

bool cxj__post_index_view(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    if (view->grain == CXJ_GRAIN_JOURNEYS) return index_had(core, journey, view);
    return view->grain != CXJ_GRAIN_TOUCHPOINTS || index_cells(core, journey, view);
}
