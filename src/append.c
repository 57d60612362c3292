/* append: the two verbs.
 *
 * Append: the fold takes the next touchpoint in the journey itself, and what that says is added to cells. A touchpoint
 * that comes last is an append. Any other change is an edit: the last records make way for others. The old ones and the
 * new ones are folded side by side, what the old ones have said is subtracted, what the new ones say is added, and what
 * both say is left alone. Where something that holds for the whole journey changes (its type, its outcome, …), all its
 * facts are taken back and added in the views that look at it.
 *
 * Why a change never fails half way. Taking back needs no memory: it finds cells, buckets and entries of an index that
 * are there. Until a change is settled nothing that it took back is given up: cells that it emptied stay, a bucket
 * stays for ever and counts no more than it has room for one by one, an index takes again what it had, records that left
 * are kept as entries, and the room of the journey only grows. So where memory ends,
 * what was added so far is taken back, as many postings as were made, and what was taken back is added again, which
 * finds all the room that it had. Where the journey itself stands changes last, in all views or in none; or it was taken
 * away first, and is added again. Deadlines are reserved before anything changes, and noted when nothing can fail any
 * more; names, facets and totals are counted then, too. */
#include "append.h"

#include <string.h>

#include "touchpoint.h"

static const struct cxj__views all_views = {0, false};

/* ---- which values were held ------------------------------------------------------------------------------------- */

/* In a short journey, of some dimensions: in which of them a touchpoint has its value from an earlier one, the fold being
 * that before it. These are the records before a position, and entries behind them. */
CXJ__COLD static uint32_t look_back_in(const struct cxj__journey *journey, size_t position,
                                       const struct cxj__entry *entries, size_t count, const struct cxj__fold *fold,
                                       const cxj_touchpoint *t, uint32_t dimensions) {
    struct cxj__saw saw = {0, 0};
    for (; dimensions != 0; dimensions &= dimensions - 1) {
        const uint32_t h = cxj__base_lowest_bit(dimensions);
        cxj__fold_saw(fold, h, cxj__journey_code(t, h), &saw);
    }
    for (; CXJ__SELDOM(saw.perhaps != 0); saw.perhaps &= saw.perhaps - 1) {
        const uint32_t h = cxj__base_lowest_bit(saw.perhaps), code = cxj__journey_code(t, h);
        size_t i = count;
        while (i > 0 && cxj__journey_code(&entries[i - 1].touchpoint, h) != code) i--;
        saw.seen |= (uint32_t)(i > 0 || cxj__journey_holds(journey, position, h, code)) << h;
    }
    return saw.seen;
}

/* The same of all dimensions, most of which the fold knows. */
static CXJ__HOT uint32_t look_back(const struct cxj__journey *journey, size_t position,
                                   const struct cxj__entry *entries, size_t count, const struct cxj__fold *fold,
                                   const cxj_touchpoint *t) {
    uint32_t held;
    const uint32_t unknown = cxj__fold_held(fold, t, &held);
    if (unknown == 0) return held;
    return (held & ~unknown) | look_back_in(journey, position, entries, count, fold, t, unknown);
}

enum { ALL_HOLDERS = (1 << CXJ__HOLDERS) - 1 };

/* In a long journey: which values its index knows of, of those that are asked for. */
CXJ__COLD static uint32_t look_up(struct cxj__core *core, const struct cxj__journey *journey, const cxj_touchpoint *t,
                                  uint32_t asked) {
    uint32_t held = 0;
    for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
        if ((asked >> h & 1) == 0) continue;
        uint64_t key = cxj__index_held_key(h, cxj__journey_code(t, h));
        int64_t known = cxj__index_value(journey->index, &core->seed, CXJ__INDEX_HELD, key, &core->store.probes);
        held |= (uint32_t)(known != 0) << h;
    }
    return held;
}

/* In a long journey: what a touchpoint holds first enters the index (sign 1), for which there is room, or leaves it. */
CXJ__COLD static void index_held(const struct cxj__core *core, const struct cxj__journey *journey,
                                 const cxj_touchpoint *t, uint32_t held, int sign) {
    struct cxj__index *index = journey->index;
    for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
        if (held >> h & 1) continue;
        uint32_t code = cxj__journey_code(t, h);
        struct cxj__index_entry *entry =
            cxj__index_reach(index, &core->seed, CXJ__INDEX_HELD, cxj__index_held_key(h, code));
        entry->value = 1;
        if (sign < 0) cxj__index_drop(index, &core->seed, entry);
        cxj__post_count_had(core, index, h, code, sign);
    }
}

/* Room in the index for so many touchpoints: their ids, what they hold first, and the conditions that this meets. */
static bool reserve_entries(struct cxj__core *core, struct cxj__journey *journey, size_t touchpoints) {
    size_t further = touchpoints * (1 + CXJ__HOLDERS) + core->had_conditions;
    return journey->index == NULL || cxj__journey_reserve_index(journey, &core->memory, &core->seed, further);
}

/* ---- the next touchpoints --------------------------------------------------------------------------------------- */

/* True if a touchpoint comes last in its journey and is new there. What becomes long, and promises that stand aside,
 * are for those who make changes. */
static bool comes_next(struct cxj__core *core, const struct cxj__journey *journey, const cxj_touchpoint *t) {
#ifdef CXJ__ALWAYS_EDIT /* as a test builds the library, to see that both ways lead to the same */
    return false;
#endif
    if (t->commitment != 0 || journey->fold.promises_open >> 1 != 0) return false;
    size_t kept = cxj__journey_kept(journey);
    if (kept >= core->touchpoints_limit || (kept >= CXJ__INDEX_BEYOND && journey->index == NULL)) return false;
    if (!cxj__journey_comes_last(journey, t)) return false;
    return t->id == 0 || (cxj__journey_find_id(journey, t->id, &core->seed, &core->store.probes) == SIZE_MAX &&
                          !cxj__journey_has_withdrawn(journey, t->id));
}

/* Gives a block back, and leaves no trace of what was in it. */
static void clear_block(struct cxj__memory *memory, void *block, size_t bytes) {
    if (block == NULL) return;
    memset(block, 0, bytes);
    cxj__base_resize(memory, block, bytes, 0);
}

CXJ__COLD void cxj__append_free(struct cxj__append *append, struct cxj__memory *memory) {
    clear_block(memory, append->items, CXJ__APPEND_GROUP * sizeof *append->items);
    clear_block(memory, append->lot.targets, CXJ__APPEND_TARGETS * sizeof *append->lot.targets);
    *append = (struct cxj__append){.items = NULL};
}

/* Room for a group and its postings. */
static bool reserve_group(struct cxj__append *append, struct cxj__memory *memory) {
    const size_t items = CXJ__APPEND_GROUP * sizeof *append->items;
    const size_t targets = CXJ__APPEND_TARGETS * sizeof *append->lot.targets;
    if (append->lot.targets != NULL) return true;
    if (append->items == NULL) append->items = cxj__base_resize(memory, NULL, 0, items);
    if (append->items == NULL) return false;
    memset(append->items, 0, items);
    append->lot = (struct cxj__lot){cxj__base_resize(memory, NULL, 0, targets), 0, CXJ__APPEND_TARGETS, true};
    if (append->lot.targets != NULL) memset(append->lot.targets, 0, targets);
    return append->lot.targets != NULL;
}

/* Room for a group, and for all that it may make come due: what is reserved later might drop a deadline that is to hold
 * again. */
static bool begin_group(struct cxj__append *append, struct cxj__core *core) {
    return reserve_group(append, &core->memory) && cxj__due_reserve(core, CXJ__APPEND_GROUP) &&
           cxj__seal_reserve(core, CXJ__APPEND_GROUP);
}

/* Room for the touchpoint in its journey. */
static bool reserve_next(struct cxj__core *core, struct cxj__journey *journey, const cxj_touchpoint *t) {
    size_t rares = journey->rare_count + (size_t)cxj__journey_is_rare(t);
    return (cxj__journey_has_room(journey, rares) ||
            cxj__journey_reserve(journey, &core->memory, &core->seed, journey->count + 1U, 0, rares)) &&
           (core->hours == NULL || cxj__journey_reserve_hours(journey, &core->memory)) &&
           cxj__post_regain_samples(core, journey) && reserve_entries(core, journey, 1);
}

/* Takes the step. False if it moves what stands before it: then it has not been taken. */
static bool step(struct cxj__core *core, struct cxj__appended *item) {
    struct cxj__journey *journey = item->journey;
    const cxj_touchpoint *t = &item->touchpoint;
    item->held = journey->index != NULL ? look_up(core, journey, t, ALL_HOLDERS)
                                        : look_back(journey, journey->count, NULL, 0, &journey->fold, t);
    struct cxj__hours hours = {core->hours, journey->in_hours};
    item->fact_count = cxj__fold_step(&journey->fold, hours, t, item->held, core->wanted, item->facts);
    core->folded++;
    item->changed = (core->depends | core->stands_by) == 0 ? 0 : cxj__core_differences(&item->before, &journey->fold);
    if ((item->changed & core->depends) == 0 || journey->count == 0) return true;
    cxj__journey_set_fold(journey, &item->before);
    return false;
}

/* Takes a touchpoint back from its journey; cells do not have it. */
CXJ__COLD static void take_from_journey(struct cxj__core *core, const struct cxj__appended *item) {
    struct cxj__journey *journey = item->journey;
    cxj__journey_drop_last(journey, &core->seed);
    if (journey->index != NULL) index_held(core, journey, &item->touchpoint, item->held, -1);
    cxj__journey_set_fold(journey, &item->before);
    cxj__journey_drop_checkpoints(journey, journey->count);
}

enum cxj__append_result cxj__append_next(struct cxj__append *append, struct cxj__core *core,
                                         struct cxj__journey *journey, const cxj_touchpoint *touchpoint) {
    if (append->count == CXJ__APPEND_GROUP || journey->is_coming) return CXJ__APPEND_FULL;
    if (!comes_next(core, journey, touchpoint)) return CXJ__APPEND_NOT_NEXT;
    if (append->count == 0 && !begin_group(append, core)) return CXJ__APPEND_NO_MEMORY;
    struct cxj__appended *item = &append->items[append->count];
    item->journey = journey;
    item->touchpoint = *touchpoint;
    item->touchpoint.facets = cxj__touchpoint_imply(touchpoint->facets);
    if (!reserve_next(core, journey, touchpoint)) return CXJ__APPEND_NO_MEMORY;
    cxj__journey_copy_fold(journey, &item->before);
    if (!step(core, item)) return CXJ__APPEND_NOT_NEXT;
    if (!cxj__journey_reserve_samples(journey, &core->memory, journey->fold.samples)) {
        cxj__journey_set_fold(journey, &item->before);
        return CXJ__APPEND_NO_MEMORY;
    }
    if (journey->fold.samples != item->before.samples) {
        cxj__post_keep_samples(core, journey, item->before.samples, item->facts, item->fact_count);
    }
    if (core->store.snapshot.is_open) cxj__store_keep(&core->store, &core->memory, journey);
    if (journey->index != NULL) index_held(core, journey, &item->touchpoint, item->held, 1);
    cxj__journey_append(journey, &core->seed, &item->touchpoint, item->held);
    if (journey->index != NULL) cxj__journey_checkpoint(journey, journey->count, &journey->fold, journey->in_hours);
    if (core->alerts != NULL && !cxj__alerts_expect(core, journey)) {
        take_from_journey(core, item);
        return CXJ__APPEND_NO_MEMORY;
    }
    journey->is_coming = 1;
    append->count++;
    return CXJ__APPENDED;
}

/* Lists the postings of a touchpoint's facts. */
static bool list_item(struct cxj__appended *item) {
    item->post.said =
        (struct cxj__said){&item->touchpoint, item->held, item->journey->count - 1U, item->facts, item->fact_count};
    return cxj__post_facts(&item->post, all_views, NULL);
}

/* The same in the group's lot, as long as that has room. */
static void aim(struct cxj__append *append, struct cxj__core *core, struct cxj__appended *item) {
    struct cxj__lot *lot = &append->lot;
    item->first = lot->count;
    cxj__post_begin(&item->post, core, item->journey, &item->journey->fold, CXJ__POST_ADD);
    item->post.lot = lot;
    item->is_listed = list_item(item);
    if (!item->is_listed) lot->count = item->first;
    item->end = lot->count;
}

/* Lets the cells of a whole group come nearer. */
static void approach(struct cxj__append *append, struct cxj__core *core) {
    append->lot.count = 0;
    if (core->view_count == 0) return;
    for (size_t i = 0; i < append->count; i++) aim(append, core, &append->items[i]);
    cxj__lot_approach(core, &append->lot);
}

/* The same as below, of one whose postings the group's lot has no room for. */
CXJ__COLD static bool post_apart(struct cxj__core *core, struct cxj__appended *item) {
    struct cxj__target targets[CXJ__LOT];
    struct cxj__lot lot = {targets, 0, CXJ__LOT, false};
    item->post.lot = &lot;
    return list_item(item) && cxj__lot_finish(core, &lot);
}

/* Makes the postings of a touchpoint's facts, so many at most; false where that was all, or memory ends. */
static bool post_item(const struct cxj__append *append, struct cxj__core *core, struct cxj__appended *item,
                      enum cxj__posting posting, size_t budget) {
    item->post.posting = posting;
    item->post.budget = budget;
    item->post.made = 0;
    return item->is_listed ? cxj__lot_make(&append->lot, item->first, item->end) : post_apart(core, item);
}

/* True if the journey stands under the same keys as before, in all views of journeys. */
static bool stays(const struct cxj__core *core, const struct cxj__appended *item) {
    return item->journey->count > 1 && (item->changed & core->stands_by) == 0 && core->had_conditions == 0 &&
           (item->before.outcome | item->journey->fold.outcome) == 0;
}

/* Adds to cells what a touchpoint says. False where memory ends, and then nothing is added. */
static bool add_to_cells(const struct cxj__append *append, struct cxj__core *core, struct cxj__appended *item) {
    const struct cxj__journey *journey = item->journey;
    struct cxj__codes was;
    if (core->view_count == 0) return true;
    struct cxj__standing before = {&item->before,    &item->before.in_hours, &was,      journey->count - 1U,
                                   journey->samples, &item->touchpoint,      item->held};
    struct cxj__standing after = {
        &journey->fold, journey->in_hours, &item->post.codes, journey->count, journey->samples, NULL, 0};
    if (post_item(append, core, item, CXJ__POST_ADD, SIZE_MAX)) {
        bool it_stays = stays(core, item);
        if (it_stays) before.codes = after.codes; /* its keys are the same, also on the way back */
        if (!it_stays) cxj__core_set_journey_codes(&item->before, &was);
        if (cxj__post_move(core, item->journey, &before, &after, &item->facts[0], it_stays)) return true;
    }
    (void)post_item(append, core, item, CXJ__POST_TAKE, item->post.made);
    return false;
}

/* Counts a touchpoint that is in, and notes what it makes come due. */
static void count_item(struct cxj__core *core, const struct cxj__appended *item) {
    struct cxj__journey *journey = item->journey;
    struct cxj__counted before = {cxj__journey_kept(journey) - 1, journey->count - 1U,
                                  cxj__core_last_at(&item->before)};
    struct cxj__dues dues = {.open = 0};
    cxj__core_count(core, &item->touchpoint, 1);
    cxj__core_count_journey(core, journey, before);
    if (item->before.promises_open != 0) cxj__due_of(core, &item->before, &dues);
    if ((dues.open | journey->fold.promises_open) != 0) cxj__due_push(core, journey, &dues);
    cxj__seal_watch(core, journey);
}

size_t cxj__append_finish_group(struct cxj__append *append, struct cxj__core *core) {
    size_t count = append->count, done = 0;
    approach(append, core);
    for (; done < count; done++) {
        if (!add_to_cells(append, core, &append->items[done])) break;
        if (core->has_left_out) cxj__core_note_left_out(core, true);
        count_item(core, &append->items[done]);
    }
    cxj__core_note_left_out(core, false);
    for (size_t i = 0; i < count; i++) append->items[i].journey->is_coming = 0;
    for (size_t i = count; i-- > done;) {
        struct cxj__journey *journey = append->items[i].journey;
        take_from_journey(core, &append->items[i]);
        if (cxj__journey_kept(journey) == 0) cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
    }
    if (core->alerts != NULL) cxj__alerts_settle(core, done);
    append->count = 0;
    core->version += done > 0;
    cxj__core_sweep(core);
    return done;
}

/* ---- any change ------------------------------------------------------------------------------------------------- */

/* One side of a change: the records from its position on as they were or will be, and what is posted of them. */
struct side {
    struct cxj__entry *entries;
    size_t count, done;
    struct cxj__fold fold; /* behind those that are done */
    struct cxj__post post;
};

/* More samples than most journeys ever have. */
enum { SAMPLES_AT_HAND = 32 };

/* One under way, and the fold before its position. */
struct change {
    struct cxj__core *core;
    struct cxj__journey *journey;
    size_t position;
    struct cxj__fold start;
    struct side old, new;
    struct cxj__views moving; /* views in which all facts of the journey move */
    bool turns; /* where the journey stands changes once both sides are known; else it is taken away, and added again */
    uint32_t samples[SAMPLES_AT_HAND]; /* if it turns: those that it had */
};

/* What was promised before may be open again, when what delivered it is taken back. */
size_t cxj__append_deadlines(const struct cxj__edit *edit) {
    size_t dues = edit->journey->rare_count > 0 ? CXJ__COMMITMENTS : 0;
    for (size_t i = 0; i < edit->arriving_count && dues < CXJ__COMMITMENTS; i++) {
        dues += edit->arriving[i].touchpoint.due != 0;
    }
    return dues;
}

/* Finds out what holds for the whole journey behind a change's start and entries, and which commitments may be open.
 * Which of its values a touchpoint of a short journey has from earlier ones is found out on the way, if asked for; a
 * long one's index will say. */
static void restate_entries(const struct change *change, const struct side *side, bool with_held,
                            struct cxj__fold *fold) {
    struct cxj__entry *entries = side->entries;
    cxj__fold_copy(fold, &change->start);
    for (size_t i = 0; i < side->count; i++) {
        const cxj_touchpoint *t = &entries[i].touchpoint;
        if (with_held) entries[i].held = look_back(change->journey, change->position, entries, i, fold, t);
        cxj__fold_restate(fold, t);
        if (t->due != 0) fold->promises_open |= (uint8_t)(1U << t->commitment);
    }
}

/* Values that come or go for good with entries, by holder: bit code % 64. Only of these another record may be the first
 * then. */
CXJ__COLD static void note_moving(uint64_t moving[CXJ__HOLDERS], const struct side *side) {
    for (size_t i = 0; i < side->count; i++) {
        const cxj_touchpoint *t = &side->entries[i].touchpoint;
        for (uint32_t h = 0; h < CXJ__HOLDERS && side->entries[i].moves; h++) {
            moving[h] |= UINT64_C(1) << (cxj__journey_code(t, h) & 63);
        }
    }
}

/* Which of a touchpoint's values may be among them, a bit for each holder. */
static uint32_t moving_of(const uint64_t moving[CXJ__HOLDERS], const cxj_touchpoint *t) {
    uint32_t bits = 0;
    for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
        bits |= (uint32_t)(moving[h] >> (cxj__journey_code(t, h) & 63) & 1) << h;
    }
    return bits;
}

/* In a long journey: what one side holds first leaves the index, what the other does enters it. */
static void exchange_held(struct cxj__core *core, const struct cxj__journey *journey, const struct side *from,
                          const struct side *to) {
    uint64_t moving[CXJ__HOLDERS] = {0};
    note_moving(moving, from);
    note_moving(moving, to);
    for (size_t i = 0; i < from->count; i++) {
        const cxj_touchpoint *t = &from->entries[i].touchpoint;
        index_held(core, journey, t, from->entries[i].held | ~moving_of(moving, t), -1);
    }
    for (size_t i = 0; i < to->count; i++) {
        struct cxj__entry *entry = &to->entries[i];
        const cxj_touchpoint *t = &entry->touchpoint;
        uint32_t asked = moving_of(moving, t);
        entry->held = (entry->held & ~asked) | look_up(core, journey, t, asked);
        index_held(core, journey, t, entry->held | ~asked, 1);
    }
}

/* Puts the records of one side in the place of those of the other. There is room. */
CXJ__COLD static void place_records(const struct change *change, const struct side *from, const struct side *to) {
    struct cxj__journey *journey = change->journey;
    if (journey->index != NULL) exchange_held(change->core, journey, from, to);
    cxj__journey_drop_checkpoints(journey, change->position);
    cxj__journey_replace(journey, &change->core->seed, change->position, to->entries, to->count);
}

/* In a long journey: ids of entries that come or go for good leave the index. */
CXJ__COLD static void release_ids(const struct change *change, const struct side *side) {
    struct cxj__journey *journey = change->journey;
    for (size_t i = 0; i < side->count && journey->index != NULL; i++) {
        if (side->entries[i].moves) {
            cxj__journey_release_id(journey, &change->core->seed, side->entries[i].touchpoint.id);
        }
    }
}

/* An index that does not know what views want to know would be worse than none. */
CXJ__COLD static bool index_views(struct cxj__core *core, struct cxj__journey *journey) {
    for (size_t v = 0; v < core->view_count; v++) {
        if (cxj__post_index_view(core, journey, core->views[v])) continue;
        cxj__journey_drop_index(journey, &core->memory);
        return false;
    }
    return true;
}

/* The records of a journey that became long know now which of all their values were held before. */
CXJ__COLD static void learn_held(const struct cxj__edit *edit) {
    for (size_t i = 0, k = 0; i < edit->leaving_count; i++) {
        struct cxj__entry *entry = &edit->leaving[i];
        entry->held = cxj__journey_held(edit->journey, edit->position + i);
        if (entry->moves) continue;
        while (edit->arriving[k].moves) k++;
        edit->arriving[k++].held = entry->held;
    }
}

/* Room for all that an edit needs beside cells and samples; a journey that becomes long gets its index. */
CXJ__COLD static bool reserve_edit(struct cxj__core *core, const struct cxj__edit *edit,
                                   const struct cxj__fold *after) {
    struct cxj__journey *journey = edit->journey;
    bool was_short = journey->index == NULL;
    size_t rares = journey->rare_count, count = edit->position + edit->arriving_count, further = 1;
    for (size_t i = 0; i < edit->arriving_count; i++) {
        if (!edit->arriving[i].moves) continue;
        rares += cxj__journey_is_rare(&edit->arriving[i].touchpoint);
        further++;
    }
    bool room = cxj__journey_reserve(journey, &core->memory, &core->seed, count, edit->retraction_count, rares);
    if (was_short && journey->index != NULL) {
        room = room && index_views(core, journey);
        if (!room) cxj__journey_drop_index(journey, &core->memory);
        if (room) learn_held(edit);
    }
    return room && cxj__journey_reserve_fold(journey, &core->memory, after) &&
           (core->hours == NULL || cxj__journey_reserve_hours(journey, &core->memory)) &&
           reserve_entries(core, journey, further);
}

/* The rest is for find_change(). */
static void begin_change(struct change *change, struct cxj__core *core, const struct cxj__edit *edit) {
    change->core = core;
    change->journey = edit->journey;
    change->position = edit->position;
    change->old.entries = edit->leaving;
    change->old.count = edit->leaving_count;
    change->new.entries = edit->arriving;
    change->new.count = edit->arriving_count;
}

/* True if where the journey stands can wait until both sides are folded. Which values it had before is not to be found
 * out any more then, and its samples are, if there is room for them here. */
static bool can_turn(const struct change *change) {
    const struct cxj__journey *journey = change->journey;
    return change->core->had_conditions == 0 && journey->fold.samples <= SAMPLES_AT_HAND &&
           journey->fold.samples <= journey->sample_capacity;
}

/* Finds out what a change means, the journey being as one side says; fold is the one that the other side will make, as
 * far as it is known so. */
static void find_change(struct change *change, struct side *is, struct side *becomes, bool with_held,
                        struct cxj__fold *fold) {
    struct cxj__core *core = change->core;
    const struct cxj__journey *journey = change->journey;
    cxj__journey_fold_at(journey, change->position, core->hours, &change->start, &core->folded);
    restate_entries(change, becomes, with_held, fold);
    cxj__post_begin(&is->post, core, change->journey, &change->journey->fold, CXJ__POST_TAKE);
    cxj__post_begin(&becomes->post, core, change->journey, fold, CXJ__POST_ADD);
    is->post.base = becomes->post.base = change->position;
    is->post.entries = is->entries;
    becomes->post.entries = becomes->entries;
    uint32_t changed = cxj__core_differences(&change->journey->fold, fold) & core->depends;
    if (change->position == 0 && (is->count == 0 || becomes->count == 0))
        changed = 0; /* nothing stays, and could move */
    change->moving = (struct cxj__views){changed, changed != 0};
    change->turns = can_turn(change);
    if (change->turns && journey->fold.samples > 0) {
        memcpy(change->samples, journey->samples, journey->fold.samples * sizeof *change->samples);
    }
}

/* Folds the next entry of a side; with keep, the journey keeps its samples, and checkpoints. False where there is no
 * room for that. */
static bool fold_next(const struct change *change, struct side *side, struct cxj__fact *facts, bool keep) {
    struct cxj__journey *journey = change->journey;
    size_t samples = side->fold.samples, position = change->position + side->done;
    cxj__post_step(&side->post, &side->fold, &side->entries[side->done++], position, facts);
    if (!keep) return true;
    if (!cxj__journey_reserve_samples(journey, &change->core->memory, side->fold.samples)) return false;
    cxj__post_keep_samples(change->core, journey, samples, facts, side->post.said.count);
    cxj__journey_checkpoint(journey, position + 1, &side->fold, &side->fold.in_hours);
    return true;
}

/* Goes through both sides at once, in the views that do not move, and posts what one says and the other does not, as far
 * as there is memory or the budgets say. The journey keeps what comes of one of them. */
static bool post_difference(struct change *change, const struct side *kept) {
    struct cxj__target targets[CXJ__LOT];
    struct cxj__fact facts[CXJ__LOT];
    struct cxj__lot lot = {targets, 0, CXJ__LOT, false};
    struct cxj__views staying = {change->moving.dimensions, false};
    struct side *old = &change->old, *new = &change->new;
    size_t used = 0;
    bool room = true;
    cxj__fold_copy(&old->fold, &change->start);
    cxj__fold_copy(&new->fold, &change->start);
    old->fold.in_hours = new->fold.in_hours = change->start.in_hours;
    old->done = new->done = 0;
    old->post.lot = new->post.lot = &lot;
    while (old->done < old->count || new->done < new->count) {
        bool leaves = old->done < old->count && old->entries[old->done].moves;
        bool comes = !leaves && new->entries[new->done].moves;
        if (used + 2 * CXJ__FACTS_OF_A_STEP > CXJ__LOT) {
            room = room && cxj__lot_finish(change->core, &lot);
            used = 0;
        }
        if (!comes) {
            if (!fold_next(change, old, &facts[used], kept == old)) return false;
            used += old->post.said.count;
        }
        if (!leaves) {
            if (!fold_next(change, new, &facts[used], kept == new)) return false;
            used += new->post.said.count;
        }
        room = room && (comes || cxj__post_facts(&old->post, staying, leaves ? NULL : &new->post));
        room = room && (leaves || cxj__post_facts(&new->post, staying, comes ? NULL : &old->post));
    }
    return room && cxj__lot_finish(change->core, &lot);
}

/* Posts the rest of what a side says, its records being the journey's: in the views that move, and where the journey
 * stands. */
static bool post_rest(const struct change *change, struct side *side) {
    if (change->moving.dependent) {
        struct cxj__fold fold;
        memset(&fold, 0, sizeof fold);
        if (!cxj__post_records(&side->post, change->moving, 0, &fold)) return false;
    }
    return change->turns || cxj__post_standing(&side->post);
}

/* Lets the journey, which stands as one side says if it turns, stand as the other does, which has its records and
 * samples. */
static bool turn(const struct change *change, const struct side *from, const struct side *to) {
    if (!change->turns) return true;
    const struct cxj__standing before = {
        &from->fold, &from->fold.in_hours, &from->post.codes, change->position + from->count, change->samples, NULL, 0};
    const struct cxj__standing after = {
        &to->fold, &to->fold.in_hours, &to->post.codes, change->position + to->count, change->journey->samples, NULL,
        0};
    return cxj__post_turn(change->core, change->journey, &before, &after);
}

/* Gives the journey the fold that a side has made, by which it will stand. */
static void set_fold(const struct change *change, struct side *side) {
    cxj__journey_set_fold(change->journey, &side->fold);
    cxj__core_set_journey_codes(&side->fold, &side->post.codes); /* entry and exit, too */
}

static void set_posting(struct side *side, enum cxj__posting posting, size_t budget) {
    side->post.posting = posting;
    side->post.budget = budget;
    side->post.made = 0;
}

/* How far a change has come: postings of what differs, by side, and of the rest that the new side says, and whether the
 * journey stands as that says. */
struct progress {
    size_t old, new, rest;
    bool turned;
};

/* Makes a change, or as much of it as there is memory for, which is what *made says. */
static bool lead_on(struct change *change, struct progress *made) {
    struct side *old = &change->old, *new = &change->new;
    *made = (struct progress){0, 0, 0, false};
    (void)post_rest(change, old);
    release_ids(change, old);
    place_records(change, old, new);
    old->post.made = 0;
    bool room = post_difference(change, new);
    made->old = old->post.made;
    made->new = new->post.made;
    if (!room) return false;
    set_fold(change, new);
    new->post.made = 0;
    room = post_rest(change, new);
    made->rest = new->post.made;
    made->turned = room && turn(change, old, new);
    return made->turned;
}

/* Leads a change back that was made so far. First all that was added is taken back: so the index of a long journey is
 * never fuller than it was. */
CXJ__COLD static void lead_back(struct change *change, const struct progress *made) {
    struct side *old = &change->old, *new = &change->new;
    set_posting(new, CXJ__POST_TAKE, made->rest);
    (void)post_rest(change, new);
    set_posting(old, CXJ__POST_SEEK, SIZE_MAX);
    set_posting(new, CXJ__POST_TAKE, made->new);
    (void)post_difference(change, NULL);
    release_ids(change, new);
    place_records(change, new, old);
    set_posting(new, CXJ__POST_SEEK, SIZE_MAX);
    set_posting(old, CXJ__POST_ADD, made->old);
    (void)post_difference(change, old);
    set_fold(change, old);
    set_posting(old, CXJ__POST_ADD, SIZE_MAX);
    (void)post_rest(change, old);
    if (made->turned) (void)turn(change, new, old);
}

static bool is_empty(const struct cxj__edit *edit) {
    return edit->leaving_count == 0 && edit->arriving_count == 0;
}

bool cxj__append_edit(struct cxj__core *core, struct cxj__edit *edit) {
    struct cxj__journey *journey = edit->journey;
    struct change change;
    struct progress made;
    struct cxj__fold fold, room;
    bool is_long = journey->index != NULL || edit->position + edit->arriving_count > CXJ__INDEX_BEYOND;
    edit->counted = cxj__core_counted(journey);
    cxj__due_of(core, cxj__journey_fold(journey, &room), &edit->dues);
    if (is_empty(edit)) return reserve_edit(core, edit, &journey->fold);
    if (!cxj__post_regain_samples(core, journey)) return false;
    begin_change(&change, core, edit);
    find_change(&change, &change.old, &change.new, !is_long, &fold);
    if (!reserve_edit(core, edit, &fold)) return false;
    cxj__store_keep(&core->store, &core->memory, journey);
    if (lead_on(&change, &made)) return true;
    lead_back(&change, &made);
    return false;
}

CXJ__COLD void cxj__append_undo(struct cxj__core *core, const struct cxj__edit *edit) {
    struct progress all = {.turned = true};
    struct change change;
    struct cxj__fold fold;
    if (is_empty(edit)) return;
    all.old = all.new = all.rest = SIZE_MAX;
    begin_change(&change, core, edit);
    find_change(&change, &change.new, &change.old, false, &fold);
    lead_back(&change, &all);
}

/* Counts the entries that come or go for good. */
static void count_entries(struct cxj__core *core, const struct cxj__entry *entries, size_t count, int sign) {
    for (size_t i = 0; i < count; i++) {
        if (entries[i].moves) cxj__core_count(core, &entries[i].touchpoint, sign);
    }
}

CXJ__COLD void cxj__append_settle(struct cxj__core *core, const struct cxj__edit *edit) {
    struct cxj__journey *journey = edit->journey;
    cxj__store_keep(&core->store, &core->memory, journey);
    cxj__journey_retract(journey, &core->seed, edit->retractions, edit->retraction_count);
    count_entries(core, edit->arriving, edit->arriving_count, 1);
    count_entries(core, edit->leaving, edit->leaving_count, -1);
    cxj__core_count_journey(core, journey, edit->counted);
    cxj__due_push(core, journey, &edit->dues);
    cxj__seal_watch(core, journey);
}
