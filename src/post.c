/* post: facts to cells.
 *
 * What a journey's touchpoints add to cells is a list of postings that nobody keeps. It is made anew from the records
 * whenever it is needed, in the order of records, then views, then facts; so any part of it that was posted can be
 * taken back by going through its first postings again with the other sign. */
#include "post.h"

#include <string.h>

#include "contribution.h"
#include "touchpoint.h"

void cxj__post_begin(struct cxj__post *post, struct cxj__core *core, struct cxj__journey *journey,
                     const struct cxj__fold *fold, enum cxj__posting posting) {
    post->core = core;
    post->journey = journey;
    post->only = NULL;
    post->posting = posting;
    post->budget = SIZE_MAX;
    post->made = 0;
    post->base = SIZE_MAX;
    post->entries = NULL;
    cxj__core_set_journey_codes(fold, &post->codes);
}

CXJ__COLD struct cxj__post cxj__post_of(struct cxj__core *core, struct cxj__journey *journey,
                                        const struct cxj__fold *fold, enum cxj__posting posting) {
    struct cxj__post post;
    cxj__post_begin(&post, core, journey, fold, posting);
    return post;
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

static bool is_meant(const struct cxj__post *post, struct cxj__views views, const struct cxj_view *view) {
    if (view->grain == CXJ_GRAIN_JOURNEYS) return false;
    return post->only != NULL ? view == post->only : ((view->depends & views.dimensions) != 0) == views.dependent;
}

/* The facts of the record at hand that are the same in both, a bit for each. */
CXJ__COLD static uint32_t same_facts(const struct cxj__said *a, const struct cxj__said *b) {
    uint32_t same = 0;
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        same |= (uint32_t)(memcmp(&a->facts[i], &b->facts[i], sizeof *a->facts) == 0) << i;
    }
    return same;
}

/* True if a short journey comes into its cell with the touchpoint in both, or in neither. */
static bool is_first_in_both(const struct cxj__post *post, const struct cxj__post *twin, const struct cxj_view *view) {
    struct cxj__key key;
    cxj__view_key(view, &post->codes, post->said.touchpoint->at, &key);
    return cxj__lot_is_first(post, view, &key, post->said.held, post->said.position) ==
           cxj__lot_is_first(twin, view, &key, twin->said.held, twin->said.position);
}

/* Whether a fact that is the same in both means the same to a view. Whether a long journey comes into a cell is counted,
 * and what stays does not change that. */
CXJ__COLD static bool means_the_same(const struct cxj__post *post, const struct cxj__post *twin,
                                     const struct cxj_view *view) {
    return view->grain != CXJ_GRAIN_TOUCHPOINTS || post->journey->index != NULL || is_first_in_both(post, twin, view);
}

/* True if a view of transitions sees a fact that is not its touchpoint's own. */
static inline bool sees(const struct cxj_view *view, const struct cxj__fact *fact) {
    return fact->grain == CXJ_GRAIN_TRANSITIONS && fact->dimension + 1 == view->dimensions[0];
}

/* Lists the posting of a fact of the record at hand, unless it is the same in both and means the same. */
static inline bool list_fact(struct cxj__post *post, const struct cxj__post *twin, uint32_t same, struct cxj_view *view,
                             size_t fact) {
    if (same >> fact & 1 && means_the_same(post, twin, view)) return true;
    return cxj__lot_list(post, view, &post->said.facts[fact]);
}

bool cxj__post_facts(struct cxj__post *post, struct cxj__views views, const struct cxj__post *twin) {
    const struct cxj__core *core = post->core;
    const struct cxj__said *said = &post->said;
    const uint32_t same = twin == NULL ? 0 : same_facts(said, &twin->said);
    if (same + 1 == 1U << said->count && post->journey->index != NULL) return true;
    cxj__core_set_own_codes(said->touchpoint, &post->codes);
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (!is_meant(post, views, view) || !cxj__query_passes(&view->query, &post->codes)) continue;
        if (view->grain == CXJ_GRAIN_TOUCHPOINTS) {
            if (!list_fact(post, twin, same, view, 0)) return false;
            continue;
        }
        for (size_t i = 1; i < said->count; i++) {
            if (sees(view, &said->facts[i]) && !list_fact(post, twin, same, view, i)) return false;
        }
    }
    return true;
}

/* A sample as its journey keeps it: its histogram, its bucket by the clock of working hours, and that by the other. */
enum { KEPT_BITS = 14, KEPT_MASK = (1 << KEPT_BITS) - 1 };
_Static_assert((int)CXJ__HISTOGRAM_BUCKETS <= (int)KEPT_MASK, "two buckets fit beside a histogram");

static uint32_t kept_sample(const struct cxj__core *core, const struct cxj__fact *fact) {
    uint32_t bucket = cxj__histogram_bucket(cxj__cell_wait(fact)), in_hours = 0;
    if (core->hours != NULL) {
        in_hours = cxj__histogram_bucket(cxj__calendar_between(core->hours, fact->since, fact->at));
    }
    return (uint32_t)fact->dimension << 2 * KEPT_BITS | in_hours << KEPT_BITS | bucket;
}

CXJ__COLD void cxj__post_drop_hours(struct cxj__journey *journey) {
    size_t count = journey->sample_capacity < journey->fold.samples ? 0 : journey->fold.samples;
    for (size_t i = 0; i < count; i++) journey->samples[i] &= ~((uint32_t)KEPT_MASK << KEPT_BITS);
}

/* The sample as it goes to the cells of a view. */
static uint32_t sample_in(const struct cxj_view *view, uint32_t kept) {
    uint32_t bucket = (view->in_hours ? kept >> KEPT_BITS : kept) & KEPT_MASK;
    return cxj__cell_sample(kept >> 2 * KEPT_BITS, bucket);
}

void cxj__post_keep_samples(const struct cxj__core *core, struct cxj__journey *journey, size_t from,
                            const struct cxj__fact *facts, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (facts[i].grain == CXJ_GRAIN_JOURNEYS) journey->samples[from++] = kept_sample(core, &facts[i]);
    }
}

void cxj__post_step(struct cxj__post *post, struct cxj__fold *fold, const struct cxj__entry *entry, size_t position,
                    struct cxj__fact *facts) {
    struct cxj__hours hours = {post->core->hours, &fold->in_hours};
    size_t count = cxj__fold_step(fold, hours, &entry->touchpoint, entry->held, post->core->wanted, facts);
    facts[0].counted = 0; /* that is for who appends; here what is alike shall be seen to be so */
    post->said = (struct cxj__said){&entry->touchpoint, entry->held, position, facts, count};
    post->core->folded++;
}

CXJ__COLD bool cxj__post_records(struct cxj__post *post, struct cxj__views views, size_t position,
                                 struct cxj__fold *fold) {
    struct cxj__target targets[CXJ__LOT];
    struct cxj__fact facts[CXJ__LOT];
    struct cxj__lot lot = {targets, 0, CXJ__LOT, false};
    size_t used = 0;
    post->lot = &lot;
    for (size_t i = position; i < post->journey->count; i++) {
        struct cxj__entry entry;
        if (used + CXJ__FACTS_OF_A_STEP > CXJ__LOT) {
            if (!cxj__lot_finish(post->core, &lot)) return false;
            used = 0;
        }
        cxj__journey_unpack(post->journey, i, &entry);
        cxj__post_step(post, fold, &entry, i, &facts[used]);
        used += post->said.count;
        if (!cxj__post_facts(post, views, NULL)) return false;
    }
    return cxj__lot_finish(post->core, &lot);
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

typedef bool (*visit_sample)(void *context, uint32_t sample);

/* Finds out the samples of a journey, and visits them as long as that says true. */
CXJ__COLD static bool find_samples(const struct cxj__core *core, const struct cxj__journey *journey, visit_sample visit,
                                   void *context) {
    struct cxj__fold fold;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        size_t count = cxj__fold_step(&fold, cxj__fold_no_hours(), &entry.touchpoint, entry.held, 0, facts);
        for (size_t k = 0; k < count; k++) {
            if (facts[k].grain == CXJ_GRAIN_JOURNEYS && !visit(context, kept_sample(core, &facts[k]))) return false;
        }
    }
    return true;
}

/* Visits the samples of a journey. Where there was no memory to keep them, they are found out again. */
static bool each_sample(const struct cxj__core *core, const struct cxj__journey *journey, visit_sample visit,
                        void *context) {
    if (journey->sample_capacity < journey->fold.samples) return find_samples(core, journey, visit, context);
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

CXJ__COLD static bool try_to_renew(struct cxj__core *core, struct cxj__journey *journey) {
    if (!cxj__journey_reserve_samples(journey, &core->memory, journey->fold.samples)) return false;
    uint32_t *next = journey->samples;
    return find_samples(core, journey, keep_sample, &next);
}

bool cxj__post_regain_samples(struct cxj__core *core, struct cxj__journey *journey) {
    return journey->sample_capacity >= journey->fold.samples || try_to_renew(core, journey);
}

CXJ__COLD void cxj__post_renew_samples(struct cxj__core *core, struct cxj__journey *journey) {
    if (!try_to_renew(core, journey)) cxj__journey_drop_samples(journey, &core->memory);
}

CXJ__COLD void cxj__post_fold_anew(struct cxj__core *core, struct cxj__journey *journey) {
    struct cxj__fold fold;
    struct cxj__hours hours = {core->hours, &fold.in_hours};
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    memset(&fold, 0, sizeof fold);
    cxj__journey_drop_checkpoints(journey, 0);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        (void)cxj__fold_step(&fold, hours, &entry.touchpoint, entry.held, 0, facts);
        cxj__journey_checkpoint(journey, i + 1, &fold, &fold.in_hours);
        core->folded++;
    }
    (void)cxj__journey_reserve_fold(journey, &core->memory, &fold);
    cxj__journey_set_fold(journey, &fold);
    cxj__post_renew_samples(core, journey);
}

/* A cell to which so many samples go, which have room or find it, or from which they come. */
struct sampling {
    struct cxj__memory *memory;
    const struct cxj_view *view;
    struct cxj__cell *cell;
    bool (*deal)(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample);
    size_t budget, done;
};

CXJ__COLD static bool deal_with_sample(void *context, uint32_t sample) {
    struct sampling *sampling = context;
    if (sampling->done == sampling->budget) return false;
    if (!sampling->deal(sampling->cell, sampling->memory, sample_in(sampling->view, sample))) return false;
    sampling->done++;
    return true;
}

CXJ__COLD static bool count_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    (void)memory;
    cxj__cell_add_sample(cell, sample, 1);
    return true;
}
CXJ__COLD static bool uncount_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    (void)memory;
    cxj__cell_add_sample(cell, sample, -1);
    return true;
}

/* ---- where a journey stands ------------------------------------------------------------------------------------- */

static uint64_t had_key(const struct cxj_view *view, size_t condition) {
    return (uint64_t)view->id << CXJ__POST_HAD_BITS | condition;
}

/* True if a journey has a touchpoint with one of a condition's codes. */
CXJ__COLD static bool had(const struct cxj__core *core, const struct cxj__journey *journey,
                          const struct cxj__standing *standing, const struct cxj_view *view, size_t place) {
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
    return (struct cxj__standing){&journey->fold, journey->in_hours, codes, journey->count, journey->samples, NULL, 0};
}

CXJ__COLD bool cxj__post_stands(const struct cxj__core *core, const struct cxj__journey *journey,
                                const struct cxj_view *view, struct cxj__key *key) {
    struct cxj__codes codes = {{0}};
    cxj__core_set_journey_codes(&journey->fold, &codes);
    struct cxj__standing standing = own_standing(journey, &codes);
    return stands(core, journey, &standing, view, key);
}

/* A journey's durations by the clock that a view measures by; and what it contributes with them, its fold being one with
 * all promises. */
static const struct cxj__durations *lasted_in(const struct cxj_view *view, const struct cxj__standing *standing) {
    return view->in_hours ? standing->in_hours : &standing->fold->lasted;
}
static void contribute_by_clock(const struct cxj__core *core, const struct cxj_view *view,
                                const struct cxj__standing *standing, const struct cxj__fold *fold,
                                struct cxj__contribution *contribution) {
    cxj__contribution_make(fold, view->in_hours ? core->hours : NULL, lasted_in(view, standing), core->now,
                           contribution);
}

/* All that a journey adds to the cell of a view in which it stands. */
struct whole {
    struct cxj__post *post;
    const struct cxj_view *view;
    const struct cxj__fold *fold; /* the journey's own, whole */
    const struct cxj__contribution *contribution;
};

/* Deals with the first of the journey's samples; true if with all that there are, or are asked for. */
CXJ__COLD static bool deal_with_samples(const struct whole *whole, struct sampling *sampling) {
    return each_sample(whole->post->core, whole->post->journey, deal_with_sample, sampling) ||
           sampling->done == sampling->budget;
}

CXJ__COLD static void add_contribution(const struct whole *whole, struct cxj__cell *cell, int sign) {
    cxj__cell_add_contribution(cell, whole->contribution, sign);
    cxj__contribution_observe(cell, sign < 0 ? whole->fold : NULL, sign < 0 ? NULL : whole->fold);
}

/* All of it, or nothing. Each sample gets its room when it is added, not all of them before: so no slot is ever counted
 * beyond the room that one more needs, and what has been taken out finds its own again without memory. */
CXJ__COLD static bool add_whole(const struct whole *whole, struct cxj__cell *cell) {
    struct cxj__memory *memory = &whole->post->core->memory;
    struct sampling sampling = {memory, whole->view, cell, cxj__cell_take_sample, SIZE_MAX, 0};
    if (!cxj__cell_reserve_contribution(cell, memory, whole->contribution)) return false;
    if (!deal_with_samples(whole, &sampling)) {
        struct sampling back = {memory, whole->view, cell, uncount_sample, sampling.done, 0};
        (void)deal_with_samples(whole, &back);
        return false;
    }
    add_contribution(whole, cell, 1);
    return true;
}

/* Adds the whole journey. */
CXJ__COLD static bool add_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = NULL;
    return cxj__lot_reach(whole->post->core, view, key, &cell) && (cell == NULL || add_whole(whole, cell));
}

/* The same, or lets its cell go if there is no room. */
CXJ__COLD static bool force_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = NULL;
    if (!cxj__lot_reach(whole->post->core, view, key, &cell)) view->incomplete = true;
    if (cell == NULL) return true;
    cell->is_needed = false;
    if (!add_whole(whole, cell)) cxj__lot_lose(whole->post, view, cell);
    return true;
}

CXJ__COLD static bool take_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = cxj__lot_find_cell(whole->post->core, view, key);
    if (cell == NULL) return true;
    struct sampling sampling = {NULL, whole->view, cell, uncount_sample, SIZE_MAX, 0};
    add_contribution(whole, cell, -1);
    (void)deal_with_samples(whole, &sampling);
    cxj__lot_note_empty(whole->post->core, view, cell);
    return true;
}

CXJ__COLD static bool need_standing(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = cxj__lot_find_cell(whole->post->core, view, key);
    if (cell != NULL) cell->is_needed = true;
    return true;
}

CXJ__COLD static bool reserve_standing_apart(const struct whole *whole, struct cxj_view *view,
                                             const struct cxj__key *key) {
    struct cxj__cell *cell = cxj__lot_find_cell(whole->post->core, view, key);
    struct cxj__memory *memory = &whole->post->core->memory;
    if (cell == NULL) return true;
    if (!cxj__cell_reserve_sealed(cell, memory)) return false;
    struct sampling sampling = {memory, whole->view, cell->sealed, cxj__cell_reserve_sample, SIZE_MAX, 0};
    return cxj__cell_reserve_contribution(cell->sealed, memory, whole->contribution) &&
           deal_with_samples(whole, &sampling);
}

CXJ__COLD static bool add_standing_apart(const struct whole *whole, struct cxj_view *view, const struct cxj__key *key) {
    struct cxj__cell *cell = cxj__lot_find_cell(whole->post->core, view, key);
    view->sealed_lost |= cell == NULL;
    if (cell == NULL) return true;
    struct sampling sampling = {NULL, whole->view, cell->sealed, count_sample, SIZE_MAX, 0};
    add_contribution(whole, cell->sealed, 1);
    return deal_with_samples(whole, &sampling);
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

CXJ__COLD bool cxj__post_standing(struct cxj__post *post) {
    struct cxj__core *core = post->core;
    struct cxj__journey *journey = post->journey;
    struct cxj__standing standing = own_standing(journey, &post->codes);
    struct cxj__contribution contributions[2]; /* by the one clock, and in working hours */
    bool are_known[2] = {false, false};
    const struct cxj__fold *fold = NULL;
    struct cxj__fold room;
    struct cxj__key key;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (view->grain != CXJ_GRAIN_JOURNEYS || (post->only != NULL && view != post->only)) continue;
        if (!stands(core, journey, &standing, view, &key)) continue;
        if (post->made == post->budget) return false;
        if (fold == NULL) fold = cxj__journey_fold(journey, &room);
        struct whole whole = {post, view, fold, &contributions[view->in_hours]};
        if (!are_known[view->in_hours])
            contribute_by_clock(core, view, &standing, fold, &contributions[view->in_hours]);
        are_known[view->in_hours] = true;
        if (!post_whole(&whole, view, &key)) return false;
        post->made++;
    }
    return true;
}

bool cxj__post_whole(struct cxj__post *post) {
    static const struct cxj__views all = {0, false};
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    return cxj__post_standing(post) && cxj__post_records(post, all, 0, &fold);
}

CXJ__COLD bool cxj__post_journey(struct cxj__core *core, struct cxj__journey *journey, enum cxj__posting posting) {
    struct cxj__post post = cxj__post_of(core, journey, &journey->fold, posting);
    return cxj__post_whole(&post);
}

/* ---- a journey that moves --------------------------------------------------------------------------------------- */

/* One that takes a touchpoint, or changes; what it contributes before and after is found out when it is needed. */
struct move {
    struct cxj__core *core;
    struct cxj__journey *journey;
    const struct cxj__standing *before, *after;
    struct cxj__turn turn; /* from the one fold to the other */
    bool is_compared, is_alike;
    bool is_next;      /* a touchpoint came last, or, on the way back, it did not */
    bool is_plain;     /* so it is, it runs, and no sample and no first response comes or goes */
    size_t stay;       /* samples of both, the first ones */
    bool are_known[2]; /* by the one clock, and in working hours; likewise the next */
    struct cxj__contribution was[2], is[2];
};

/* Finds out what the journey contributes to a view. */
static void know(struct move *move, const struct cxj_view *view) {
    const bool in_hours = view->in_hours;
    if (move->are_known[in_hours]) return;
    if (move->before->fold->counts[CXJ__F_TOUCHPOINTS] > 0) { /* else it stood nowhere */
        contribute_by_clock(move->core, view, move->before, move->before->fold, &move->was[in_hours]);
    }
    contribute_by_clock(move->core, view, move->after, move->after->fold, &move->is[in_hours]);
    move->are_known[in_hours] = true;
}

CXJ__COLD static void subtract_samples(const struct cxj__standing *standing, const struct cxj_view *view,
                                       struct cxj__cell *cell, size_t from, size_t to) {
    while (to-- > from) cxj__cell_add_sample(cell, sample_in(view, standing->samples[to]), -1);
}

/* Adds the samples from one on, with room for each when it is added, as add_whole() does; or none. */
CXJ__COLD static bool take_samples(struct cxj__memory *memory, const struct cxj__standing *standing,
                                   const struct cxj_view *view, struct cxj__cell *cell, size_t from) {
    for (size_t i = from; i < standing->fold->samples; i++) {
        if (cxj__cell_take_sample(cell, memory, sample_in(view, standing->samples[i]))) continue;
        subtract_samples(standing, view, cell, from, i);
        return false;
    }
    return true;
}

/* Room in the cell where the journey will stand, or stands already; what it has of samples there besides is in then. */
CXJ__COLD static bool come_into(struct move *move, const struct cxj_view *view, struct cxj__cell *to, bool is_there) {
    struct cxj__memory *memory = &move->core->memory;
    const struct cxj__fold *was = move->before->fold, *is = move->after->fold;
    uint16_t responses = is_there ? was->counts[CXJ__F_FIRST_RESPONSES] : 0;
    if (is->outcome != 0 || !move->is_next) {
        know(move, view);
        if (!cxj__cell_reserve_contribution(to, memory, &move->is[view->in_hours])) return false;
    } else if (is->counts[CXJ__F_FIRST_RESPONSES] > responses) {
        uint32_t response = cxj__cell_first_response(lasted_in(view, move->after)->of[CXJ__FIRST_RESPONSE]);
        if (!cxj__cell_reserve_sample(to, memory, response)) return false;
    }
    return take_samples(memory, move->after, view, to, is_there ? move->stay : 0);
}

static void change_in(struct move *move, const struct cxj_view *view, struct cxj__cell *cell) {
    cxj__contribution_observe(cell, move->before->fold, move->after->fold);
    if (!move->is_compared) move->is_alike = cxj__contribution_is_alike(move->before->fold, move->after->fold);
    move->is_compared = true;
    if (move->is_alike) {
        cxj__contribution_change(cell, &move->turn, lasted_in(view, move->before), lasted_in(view, move->after));
    } else {
        know(move, view);
        cxj__cell_change_contribution(cell, &move->was[view->in_hours], &move->is[view->in_hours]);
    }
    if (!move->is_plain) subtract_samples(move->before, view, cell, move->stay, move->before->fold->samples);
}

/* Changes what the journey contributes to one view, under the key under which it stood. */
static CXJ__HOT bool stay_in(struct move *move, struct cxj_view *view) {
    struct cxj__key key;
    if (!stands(move->core, move->journey, move->after, view, &key)) return true;
    struct cxj__cell *cell = cxj__lot_seek_cell(move->core, view, &key);
    if (cell == NULL) return true; /* the view has no room for it */
    if (!move->is_plain && !come_into(move, view, cell, true)) return false;
    change_in(move, view, cell);
    return true;
}

/* Moves the journey in one view. */
CXJ__COLD static bool move_in(struct move *move, struct cxj_view *view) {
    struct cxj__core *core = move->core;
    struct cxj__key key, old;
    struct cxj__cell *from = NULL, *to = NULL;
    bool is_there = stands(core, move->journey, move->after, view, &key);
    if (stands(core, move->journey, move->before, view, &old)) from = cxj__lot_find_cell(core, view, &old);
    if (is_there && from != NULL && cxj__cell_has_key(from, &key)) {
        if (!come_into(move, view, from, true)) return false;
        change_in(move, view, from);
        return true;
    }
    if (is_there && !cxj__lot_reach(core, view, &key, &to)) return false;
    if (to != NULL && !come_into(move, view, to, false)) return false;
    know(move, view);
    if (from != NULL) {
        cxj__cell_add_contribution(from, &move->was[view->in_hours], -1);
        cxj__contribution_observe(from, move->before->fold, NULL);
        subtract_samples(move->before, view, from, 0, move->before->fold->samples);
        cxj__lot_note_empty(core, view, from);
    }
    if (to != NULL) {
        cxj__cell_add_contribution(to, &move->is[view->in_hours], 1);
        cxj__contribution_observe(to, NULL, move->after->fold);
    }
    return true;
}

/* Sets from where to where the journey moves: on, or back. */
static void set_way(struct move *move, const struct cxj__standing *before, const struct cxj__standing *after,
                    const struct cxj__fact *said) {
    move->before = before;
    move->after = after;
    move->turn = (struct cxj__turn){before->fold, after->fold, said->counted, move->core->now};
    move->stay = before->fold->samples < after->fold->samples ? before->fold->samples : after->fold->samples;
    move->is_next = true;
    move->is_plain = after->fold->outcome == 0 && before->fold->samples == after->fold->samples &&
                     (said->counted & CXJ__BIT(CXJ__F_FIRST_RESPONSES)) == 0;
    move->is_compared = move->is_alike = move->are_known[0] = move->are_known[1] = false;
}

/* Moves the journey back, which has moved in the first views: all cells and all room in them are there. */
CXJ__COLD static void move_back(struct move *move, size_t views) {
    while (views-- > 0) {
        struct cxj_view *view = move->core->views[views];
        if (view->grain == CXJ_GRAIN_JOURNEYS) (void)move_in(move, view);
    }
}

bool cxj__post_move(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                    const struct cxj__standing *after, const struct cxj__fact *said, bool stays) {
    struct move move;
    move.core = core;
    move.journey = journey;
    set_way(&move, before, after, said);
    size_t done = 0;
    for (; done < core->view_count; done++) {
        struct cxj_view *view = core->views[done];
        if (view->grain != CXJ_GRAIN_JOURNEYS) continue;
        if (!(stays ? stay_in(&move, view) : move_in(&move, view))) break;
    }
    if (done == core->view_count) return true;
    set_way(&move, after, before, said);
    move_back(&move, done);
    return false;
}

/* The same where anything may have changed. */
CXJ__COLD static void set_turn(struct move *move, const struct cxj__standing *before,
                               const struct cxj__standing *after) {
    size_t least = before->fold->samples < after->fold->samples ? before->fold->samples : after->fold->samples;
    move->before = before;
    move->after = after;
    move->stay = 0;
    while (move->stay < least && before->samples[move->stay] == after->samples[move->stay]) move->stay++;
    move->is_next = move->is_plain = move->is_alike = false;
    move->is_compared = true;
    move->are_known[0] = move->are_known[1] = false;
}

CXJ__COLD bool cxj__post_turn(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                              const struct cxj__standing *after) {
    struct move move;
    move.core = core;
    move.journey = journey;
    set_turn(&move, before, after);
    size_t done = 0;
    for (; done < core->view_count; done++) {
        struct cxj_view *view = core->views[done];
        if (view->grain == CXJ_GRAIN_JOURNEYS && !move_in(&move, view)) break;
    }
    if (done == core->view_count) return true;
    set_turn(&move, after, before);
    move_back(&move, done);
    return false;
}

/* ---- what a long journey's index knows of views ------------------------------------------------------------------ */

CXJ__COLD static void count_had_of(const struct cxj__core *core, struct cxj__index *index, const struct cxj_view *view,
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
CXJ__COLD static bool index_had(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
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
CXJ__COLD static bool index_cells(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    struct cxj__codes codes = {{0}};
    cxj__core_set_journey_codes(&journey->fold, &codes);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        struct cxj__key key;
        cxj__journey_unpack(journey, i, &entry);
        cxj__core_set_own_codes(&entry.touchpoint, &codes);
        if (!cxj__query_passes(&view->query, &codes)) continue;
        cxj__view_key(view, &codes, entry.touchpoint.at, &key);
        const struct cxj__cell *cell = cxj__lot_find_cell(core, view, &key);
        if (cell == NULL) continue;
        if (!cxj__journey_reserve_index(journey, &core->memory, &core->seed, 1)) return false;
        cxj__index_reach(journey->index, &core->seed, CXJ__INDEX_CELL, cell->number)->value++;
    }
    return true;
}

CXJ__COLD bool cxj__post_index_view(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    if (view->grain == CXJ_GRAIN_JOURNEYS) return index_had(core, journey, view);
    return view->grain != CXJ_GRAIN_TOUCHPOINTS || index_cells(core, journey, view);
}
