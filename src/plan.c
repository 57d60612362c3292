/* plan: what a change adds to cells and takes from them (SPEC.md section 3).
 *
 * A change puts entries in the place of a journey's records from some position on. What left is folded again to take
 * its facts back, what arrives is folded to add its own; both begin with the fold before that position. Where
 * something that holds for the whole journey has changed (its type, its outcome, …), the facts before the position
 * move too, in the views that look at it. A journey's contribution is taken from its cell and put where it now belongs.
 * First all this is written down and all memory reserved; then it is done, which cannot fail. A plan that is abandoned
 * leaves no trace. What only takes away, or moves what a whole journey has contributed, is done at once, by a walk
 * through its facts.
 * Invariant of a plan: the only thing that it has changed before the commit is the index of long journeys (which
 * values are held), and empty cells, journeys and room; abandoning undoes the first and drops the others. */
#include "plan.h"

#include <assert.h>
#include <string.h>

#include "touchpoint.h"

/* Appends room for one item to a list of the plan: true, or false where there is no memory. */
#define APPEND(core, list)                                                                                             \
    ((list).count < (list).capacity ||                                                                                 \
             cxj__base_grow(&(core)->memory, &(list).items, &(list).capacity, (list).count + 1, sizeof *(list).items)  \
         ? ((list).count++, true)                                                                                      \
         : false)
#define LAST(list) (&(list).items[(list).count - 1])
/* Where an item stands; a list that holds none may have no memory yet. */
#define AT(array, i) ((array) == NULL ? NULL : (array) + (i))
#define FREE(memory, list)                                                                                             \
    (cxj__base_release(memory, &(list).items, &(list).capacity, sizeof *(list).items), (list).count = 0)

/* What is forgotten shall not lie about in freed memory. */
#define CLEAR(list)                                                                                                    \
    ((list).items == NULL ? (void)0 : (void)memset((list).items, 0, (list).capacity * sizeof *(list).items))

void cxj__plan_finish(struct cxj__plan *plan, struct cxj__memory *memory) {
    CLEAR(plan->changes);
    CLEAR(plan->entries);
    CLEAR(plan->scratch);
    CLEAR(plan->facts);
    CLEAR(plan->checkpoints);
    FREE(memory, plan->changes);
    FREE(memory, plan->entries);
    FREE(memory, plan->scratch);
    FREE(memory, plan->leavers);
    FREE(memory, plan->retractions);
    FREE(memory, plan->refused);
    FREE(memory, plan->facts);
    FREE(memory, plan->postings);
    FREE(memory, plan->tallies);
    FREE(memory, plan->tally_scratch);
    FREE(memory, plan->placings);
    FREE(memory, plan->samples);
    FREE(memory, plan->checkpoints);
    plan->took_back = false;
}

void cxj__plan_begin(struct cxj__plan *plan) {
    plan->changes.count = plan->entries.count = plan->facts.count = 0;
    plan->postings.count = plan->tallies.count = plan->placings.count = 0;
    plan->samples.count = plan->checkpoints.count = plan->refused.count = plan->retractions.count = 0;
    plan->folded = 0;
    plan->feed = (struct cxj__feed){0};
}

static bool is_withdrawn(const cxj_touchpoint *touchpoint) {
    return (touchpoint->facets & CXJ_FACET_WITHDRAWN) != 0;
}

/* ---- codes ------------------------------------------------------------------------------------------------------ */

/* What holds for a whole journey. */
static void read_journey_codes(const struct cxj__fold *fold, struct cxj__codes *codes) {
    *codes = (struct cxj__codes){{
        [CXJ_DIMENSION_TYPE] = fold->type,
        [CXJ_DIMENSION_SEGMENT] = fold->segment,
        [CXJ_DIMENSION_REASON] = fold->reason,
        [CXJ_DIMENSION_OUTCOME] = fold->outcome,
        [CXJ_DIMENSION_CHURNED] = fold->churned,
        [CXJ_DIMENSION_ENTRY] = fold->entry,
        [CXJ_DIMENSION_EXIT] = fold->tracks[CXJ_DIMENSION_CHANNEL - 1].value,
    }};
}

/* What a touchpoint adds to that. */
static void read_own_codes(const cxj_touchpoint *touchpoint, struct cxj__codes *codes) {
    codes->codes[CXJ_DIMENSION_OWNER] = touchpoint->owner;
    codes->codes[CXJ_DIMENSION_TEAM] = touchpoint->team;
    codes->codes[CXJ_DIMENSION_CHANNEL] = touchpoint->channel;
    codes->codes[CXJ_DIMENSION_STAGE] = touchpoint->stage;
    codes->codes[CXJ_DIMENSION_ACTIVITY] = touchpoint->activity;
    codes->codes[CXJ_DIMENSION_CAUSE] = touchpoint->cause;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* Counts the names that a touchpoint uses, or no longer uses. */
static void count_names(struct cxj__names *dictionaries, const cxj_touchpoint *touchpoint,
                        void (*count)(struct cxj__names *dictionary, uint32_t code)) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(touchpoint, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) count(&dictionaries[d], codes[d]);
}

void cxj__plan_note_names(struct cxj__core *core, const cxj_touchpoint *touchpoint) {
    count_names(core->dictionaries, touchpoint, cxj__names_came);
}

/* Counts the facets of a touchpoint once more, or once less. */
static void count_facets(uint64_t counts[32], uint32_t facets, int sign) {
    for (; facets != 0; facets &= facets - 1) counts[cxj__base_lowest_bit(facets)] += (uint64_t)(int64_t)sign;
}

/* ---- arrivals --------------------------------------------------------------------------------------------------- */

static struct cxj__change *new_change(struct cxj__plan *plan, struct cxj__core *core, struct cxj__journey *journey) {
    if (!APPEND(core, plan->changes)) return NULL;
    struct cxj__change *change = LAST(plan->changes);
    memset(change, 0, offsetof(struct cxj__change, fold)); /* the fold is set before it is read */
    change->journey = journey;
    journey->change = (uint32_t)plan->changes.count;
    return change;
}

/* What a touchpoint that arrives states: with the facets that its own imply; and if it is withdrawn, only which one. */
static void set_arrival(struct cxj__core *core, cxj_touchpoint *arrival, const cxj_touchpoint *touchpoint) {
    if (is_withdrawn(touchpoint)) {
        cxj__plan_note_names(core, touchpoint);
        *arrival = (cxj_touchpoint){.journey = touchpoint->journey,
                                    .id = touchpoint->id,
                                    .revision = touchpoint->revision,
                                    .facets = CXJ_FACET_WITHDRAWN};
        return;
    }
    *arrival = *touchpoint;
    arrival->facets = cxj__touchpoint_imply(touchpoint->facets);
}

cxj_status cxj__plan_arrival(struct cxj__plan *plan, struct cxj__core *core, const cxj_touchpoint *touchpoint,
                             size_t place) {
    struct cxj__store *store = &core->store;
    uint64_t number = touchpoint->journey;
    struct cxj__journey *journey = cxj__store_find(store, &core->seed, number, &store->probes);
    if (journey == NULL && cxj__store_is_sealed(store, &core->seed, number, &store->probes)) return CXJ_LATE;
    if (is_withdrawn(touchpoint) && touchpoint->id == 0) { /* which takes nothing back, and never can */
        cxj__plan_note_names(core, touchpoint);
        plan->feed.accepted++;
        return CXJ_OK;
    }
    if (!APPEND(core, plan->entries)) return CXJ_NO_MEMORY;
    struct cxj__entry *entry = LAST(plan->entries);
    set_arrival(core, &entry->touchpoint, touchpoint);
    entry->held = 0;
    entry->moves = 1;
    entry->next = 0;
    entry->place = place;
    if (journey == NULL) journey = cxj__store_make(store, &core->memory, &core->seed, number);
    if (journey == NULL) return CXJ_NO_MEMORY;
    struct cxj__change *change =
        journey->change != 0 ? &plan->changes.items[journey->change - 1] : new_change(plan, core, journey);
    if (change == NULL) {
        if (cxj__store_kept(journey) == 0) cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        return CXJ_NO_MEMORY;
    }
    if (change->first_arrival == 0) {
        change->first_arrival = plan->entries.count;
    } else {
        plan->entries.items[change->last_arrival - 1].next = plan->entries.count;
    }
    change->last_arrival = plan->entries.count;
    return CXJ_OK;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))
/* Lets a touchpoint arrive where another of its id holds; returns the one that holds then. */
static const struct cxj__entry *meet(const struct cxj__core *core, struct cxj__feed *feed,
                                     const struct cxj__entry *held, const struct cxj__entry *arrived) {
    const cxj_touchpoint *a = &arrived->touchpoint, *h = &held->touchpoint;
    if (a->revision != h->revision) {
        feed->superseded++;
        if (a->revision < h->revision) return held;
        feed->accepted++;
        return arrived;
    }
    /* Of one that is withdrawn there is no content to compare: it holds over one that is not. */
    int order = is_withdrawn(a) || is_withdrawn(h) ? is_withdrawn(a) - is_withdrawn(h)
                                                   : cxj__touchpoint_compare(a, h, core->dictionaries);
    feed->duplicates++;
    if (order != 0) feed->conflicts++;
    return order > 0 ? arrived : held;
}

static int compare_ids(const void *a, const void *b, const void *context) {
    (void)context;
    const struct cxj__entry *x = a, *y = b;
    return ORDER(x->touchpoint.id, y->touchpoint.id);
}

static int compare_entries(const void *a, const void *b, const void *context) {
    (void)context;
    const struct cxj__entry *x = a, *y = b;
    return cxj__store_compare(&x->touchpoint, &y->touchpoint);
}

/* Finds a change's arrivals together, those of one id side by side and in their order. One alone is there already;
 * several are copied to the end of entries. */
static bool gather(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    change->arriving = (struct cxj__range){change->first_arrival - 1, change->first_arrival};
    if (change->first_arrival == change->last_arrival) return true;
    size_t from = plan->entries.count;
    for (size_t i = change->first_arrival, next; i != 0; i = next) {
        if (!APPEND(core, plan->entries)) return false;
        *LAST(plan->entries) = plan->entries.items[i - 1];
        next = LAST(plan->entries)->next;
    }
    size_t count = plan->entries.count - from;
    change->arriving = (struct cxj__range){from, plan->entries.count};
    if (!cxj__base_grow(&core->memory, &plan->scratch.items, &plan->scratch.capacity, count,
                        sizeof *plan->scratch.items)) {
        return false;
    }
    struct cxj__entry *entries = &plan->entries.items[from];
    cxj__base_sort(entries, plan->scratch.items, count, sizeof *entries, compare_ids, NULL);
    return true;
}

/* True if the entry begins those of its id; each without an id is alone. */
static bool is_first(const struct cxj__plan *plan, const struct cxj__change *change, size_t i) {
    const struct cxj__entry *entries = plan->entries.items;
    return i == change->arriving.from || entries[i].touchpoint.id == 0 ||
           entries[i - 1].touchpoint.id != entries[i].touchpoint.id;
}

/* Finds where the journey holds the ids that arrive, and notes it with the first entry of each. */
static void locate(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change) {
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        struct cxj__entry *entry = &plan->entries.items[i];
        entry->position = SIZE_MAX;
        if (entry->touchpoint.id == 0 || !is_first(plan, change, i)) continue;
        entry->position = cxj__store_find_id(change->journey, entry->touchpoint.id, &core->seed, &core->store.probes);
        uint64_t revision = 0;
        if (entry->position == SIZE_MAX && change->journey->withdrawn > 0 &&
            cxj__store_find_withdrawn(change->journey, entry->touchpoint.id, &revision)) {
            entry->position = CXJ__WITHDRAWN;
        }
    }
}

/* True if the entry is of an id that neither the journey nor an entry before it has: it needs room. */
static bool needs_room(const struct cxj__plan *plan, const struct cxj__change *change, size_t i) {
    return is_first(plan, change, i) && plan->entries.items[i].position == SIZE_MAX;
}

static int compare_places(const void *a, const void *b, const void *context) {
    (void)context;
    size_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return ORDER(x, y);
}

/* The place in the call from which on a journey has no room for what needs some; SIZE_MAX if it has for all. */
static bool find_cutoff(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                        size_t *cutoff) {
    size_t room = core->touchpoints_limit - cxj__store_kept(change->journey);
    *cutoff = SIZE_MAX;
    plan->leavers.count = 0; /* a list of sizes that is not in use yet */
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        if (!needs_room(plan, change, i)) continue;
        if (!APPEND(core, plan->leavers)) return false;
        *LAST(plan->leavers) = plan->entries.items[i].place;
    }
    size_t count = plan->leavers.count, *places = plan->leavers.items;
    if (count <= room) return true;
    size_t *scratch = cxj__base_resize(&core->memory, NULL, 0, count * sizeof *scratch);
    if (scratch == NULL) return false;
    cxj__base_sort(places, scratch, count, sizeof *places, compare_places, NULL);
    cxj__base_resize(&core->memory, scratch, count * sizeof *scratch, 0);
    *cutoff = places[room];
    return true;
}

/* Refuses the arrivals for which the journey has no room, as if they had come one by one. */
static bool refuse(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    size_t cutoff = SIZE_MAX, kept = change->arriving.from;
    if (cxj__store_kept(change->journey) + (change->arriving.to - kept) <= core->touchpoints_limit) return true;
    if (!find_cutoff(plan, core, change, &cutoff)) return false;
    bool refused = false;
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        struct cxj__entry *entry = &plan->entries.items[i];
        if (is_first(plan, change, i)) refused = entry->place >= cutoff && needs_room(plan, change, i);
        if (!refused) continue;
        if (!APPEND(core, plan->refused)) return false;
        *LAST(plan->refused) = entry->place;
        entry->moves = 0;
        cxj__plan_note_names(core, &entry->touchpoint);
    }
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        if (plan->entries.items[i].moves) plan->entries.items[kept++] = plan->entries.items[i];
    }
    change->arriving.to = kept;
    return true;
}

/* Notes that a record leaves for good, for its place is taken by another revision. */
static bool leave(struct cxj__plan *plan, struct cxj__core *core, size_t position) {
    if (!APPEND(core, plan->leavers)) return false;
    *LAST(plan->leavers) = position;
    return true;
}

/* Notes that a touchpoint is withdrawn from now on, or is not any more; known: it was before. */
static bool retract(struct cxj__plan *plan, struct cxj__core *core, const cxj_touchpoint *t, bool known, bool stands) {
    if (!APPEND(core, plan->retractions)) return false;
    *LAST(plan->retractions) = (struct cxj__retraction){t->id, t->revision, known, stands};
    return true;
}

/* Lets the arrivals of one id, those from i on, meet each other and the one that the journey holds. The one that holds
 * then is *winner. Returns how many they are. */
static size_t settle_id(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change, size_t i,
                        struct cxj__entry *winner) {
    const struct cxj__entry *entries = plan->entries.items;
    size_t from = i, position = entries[i].position;
    uint64_t id = entries[i].touchpoint.id;
    if (position == CXJ__WITHDRAWN) {
        memset(winner, 0, sizeof *winner);
        winner->touchpoint = (cxj_touchpoint){.id = id, .facets = CXJ_FACET_WITHDRAWN};
        (void)cxj__store_find_withdrawn(change->journey, id, &winner->touchpoint.revision);
    } else if (position != SIZE_MAX) {
        cxj__store_unpack(change->journey, position, winner);
    } else {
        plan->feed.accepted++;
        *winner = entries[i++];
        cxj__plan_note_names(core, &winner->touchpoint);
    }
    for (; i < change->arriving.to && entries[i].touchpoint.id == id; i++) {
        plan->took_back |= is_withdrawn(&winner->touchpoint) || is_withdrawn(&entries[i].touchpoint);
        *winner = *meet(core, &plan->feed, winner, &entries[i]);
        cxj__plan_note_names(core, &entries[i].touchpoint);
    }
    return i - from;
}

/* True if the entry is the only one of its id, or has none. */
static bool is_alone(const struct cxj__plan *plan, const struct cxj__change *change, size_t i) {
    const struct cxj__entry *entries = plan->entries.items;
    uint64_t id = entries[i].touchpoint.id;
    bool is_last = i + 1 == change->arriving.to || entries[i + 1].touchpoint.id != id;
    return id == 0 || (is_last && entries[i].position == SIZE_MAX);
}

/* Notes what becomes of an id of which another touchpoint holds now, the one before being at position. *arrives says
 * whether it is a record that arrives. */
static bool place_winner(struct cxj__plan *plan, struct cxj__core *core, const cxj_touchpoint *winner, size_t position,
                         bool *arrives) {
    bool known = position == CXJ__WITHDRAWN;
    *arrives = !is_withdrawn(winner);
    if (!known && position != SIZE_MAX && !leave(plan, core, position)) return false;
    return (!known && *arrives) || retract(plan, core, winner, known, !*arrives);
}

/* Of each id keeps the one that holds, noting which records leave. Entries without an id all stay. */
static bool settle(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    size_t from = change->arriving.from, kept = from;
    struct cxj__entry *entries = plan->entries.items;
    plan->leavers.count = 0;
    change->retractions.from = plan->retractions.count;
    for (size_t i = from; i < change->arriving.to;) {
        struct cxj__entry winner;
        size_t position = entries[i].position;
        bool arrives = true;
        if (is_alone(plan, change, i)) {
            plan->feed.accepted++;
            if (is_withdrawn(&entries[i].touchpoint)) {
                if (!place_winner(plan, core, &entries[i].touchpoint, position, &arrives)) return false;
            } else if (kept != i) {
                entries[kept] = entries[i];
            }
            kept += arrives;
            i++;
            continue;
        }
        i += settle_id(plan, core, change, i, &winner);
        if (!winner.moves) continue;
        if (!place_winner(plan, core, &winner.touchpoint, position, &arrives)) return false;
        if (arrives) entries[kept++] = winner;
    }
    change->arriving.to = kept;
    change->retractions.to = plan->retractions.count;
    if (kept - from > 1) {
        cxj__base_sort(entries + from, plan->scratch.items, kept - from, sizeof *entries, compare_entries, NULL);
    }
    return true;
}

/* ---- entries: what leaves and what arrives ---------------------------------------------------------------------- */

/* Unpacks the journey's records of a range to the end of entries. */
static bool unpack(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__journey *journey,
                   struct cxj__range records, struct cxj__range *range) {
    range->from = plan->entries.count;
    for (size_t i = records.from; i < records.to; i++) {
        if (!APPEND(core, plan->entries)) return false;
        cxj__store_unpack(journey, i, LAST(plan->entries));
    }
    range->to = plan->entries.count;
    return true;
}

/* Merges what stays of the leaving entries with what arrives, both in order; of equals, what was there stands first. */
static bool merge_entries(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    struct cxj__range merged = {plan->entries.count, 0};
    size_t a = change->leaving.from, b = change->arriving.from;
    while (a < change->leaving.to || b < change->arriving.to) {
        if (!APPEND(core, plan->entries)) return false;
        const struct cxj__entry *entries = plan->entries.items;
        if (a < change->leaving.to && entries[a].moves) {
            plan->entries.count--;
            a++;
            continue;
        }
        bool first = b == change->arriving.to ||
                     (a < change->leaving.to && compare_entries(&entries[a], &entries[b], NULL) <= 0);
        *LAST(plan->entries) = entries[first ? a++ : b++];
    }
    merged.to = plan->entries.count;
    change->arriving = merged;
    return true;
}

/* From the arrivals of one journey to the entries that leave and arrive. */
static bool resolve(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    struct cxj__journey *journey = change->journey;
    if (!gather(plan, core, change)) return false;
    locate(plan, core, change);
    if (!refuse(plan, core, change) || !settle(plan, core, change)) return false;
    bool arrives = change->arriving.to > change->arriving.from;
    if (!arrives && change->retractions.to == change->retractions.from) {
        change->is_void = true;
        return true;
    }
    change->position = journey->count;
    if (arrives) {
        change->position = cxj__store_position(journey, &plan->entries.items[change->arriving.from].touchpoint);
    }
    for (size_t i = 0; i < plan->leavers.count; i++) {
        if (plan->leavers.items[i] < change->position) change->position = plan->leavers.items[i];
    }
    if (!unpack(plan, core, journey, (struct cxj__range){change->position, journey->count}, &change->leaving)) {
        return false;
    }
    for (size_t i = 0; i < plan->leavers.count; i++) {
        plan->entries.items[change->leaving.from + plan->leavers.items[i] - change->position].moves = 1;
    }
    return change->leaving.to == change->leaving.from || merge_entries(plan, core, change);
}

/* ---- which values were held ------------------------------------------------------------------------------------- */

/* In a short journey: whether an entry before an arriving one, or a record before the change, has its code. */
static bool is_held(const struct cxj__plan *plan, const struct cxj__change *change, size_t entry, uint32_t holder,
                    uint32_t code) {
    for (size_t i = entry; i-- > change->arriving.from;) {
        if (cxj__store_code(&plan->entries.items[i].touchpoint, holder) == code) return true;
    }
    return cxj__store_holds(change->journey, change->position, holder, code);
}

/* In a short journey: which of its values an arriving entry has from earlier ones, the fold being that before it. */
static uint32_t look_back(const struct cxj__plan *plan, const struct cxj__change *change, const struct cxj__fold *fold,
                          size_t entry) {
    const cxj_touchpoint *t = &plan->entries.items[entry].touchpoint;
    const uint32_t codes[CXJ__TRACKS] = {t->owner, t->team, t->channel, t->stage, t->activity};
    uint32_t held = 0;
    for (uint32_t h = 0; h < CXJ__TRACKS; h++) {
        if (codes[h] == 0) continue;
        enum cxj__saw saw = cxj__fold_saw(fold, h, codes[h]);
        if (saw == CXJ__SEEN || (saw == CXJ__PERHAPS_SEEN && is_held(plan, change, entry, h, codes[h]))) {
            held |= 1U << h;
        }
    }
    return held;
}

static uint64_t had_key(const struct cxj_view *view, size_t condition) {
    return (uint64_t)view->id << CXJ__PLAN_HAD_BITS | condition;
}

/* In a long journey: a value is held from now on, or no longer; counts it with the conditions of a view that it
 * meets. */
static void count_had_of(struct cxj__index *index, const struct cxj__core *core, const struct cxj_view *view,
                         uint32_t holder, uint32_t code, int sign) {
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        if (!condition->had || condition->dimension != holder + 1 || !cxj__query_has_code(condition, code)) continue;
        struct cxj__index_entry *entry = cxj__store_index(index, &core->seed, CXJ__INDEX_HAD, had_key(view, i));
        entry->value += sign;
        if (entry->value == 0) cxj__store_unindex(index, &core->seed, entry);
    }
}

/* The same for all views. */
static void count_had(struct cxj__index *index, const struct cxj__core *core, uint32_t holder, uint32_t code,
                      int sign) {
    for (size_t v = 0; v < core->view_count; v++) {
        if (core->views[v]->grain == CXJ_GRAIN_JOURNEYS) count_had_of(index, core, core->views[v], holder, code, sign);
    }
}

/* In a long journey: what the entries of a range hold first enters the index, or leaves it. */
static void index_holders(const struct cxj__plan *plan, const struct cxj__core *core, const struct cxj__change *change,
                          struct cxj__range range, bool enters) {
    struct cxj__index *index = change->journey->index;
    for (size_t i = range.from; i < range.to; i++) {
        const struct cxj__entry *entry = &plan->entries.items[i];
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            if (entry->held >> h & 1) continue;
            uint32_t code = cxj__store_code(&entry->touchpoint, h);
            struct cxj__index_entry *known =
                cxj__store_index(index, &core->seed, CXJ__INDEX_HELD, cxj__store_held_key(h, code));
            known->value = 1;
            if (!enters) cxj__store_unindex(index, &core->seed, known);
            count_had(index, core, h, code, enters ? 1 : -1);
        }
    }
}

/* In a long journey: whether the index knows of an earlier holder of a code; from now on it does. */
static bool hold(struct cxj__index *index, const struct cxj__core *core, uint32_t holder, uint32_t code) {
    struct cxj__index_entry *entry =
        cxj__store_index(index, &core->seed, CXJ__INDEX_HELD, cxj__store_held_key(holder, code));
    bool held = entry->value != 0;
    entry->value = 1;
    if (!held) count_had(index, core, holder, code, 1);
    return held;
}

/* In a long journey: sets held of the arriving entries. */
static void mark_held(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    struct cxj__index *index = change->journey->index;
    if (index == NULL) return;
    index_holders(plan, core, change, change->leaving, false);
    change->marked = true;
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        struct cxj__entry *entry = &plan->entries.items[i];
        entry->held = 0;
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            if (hold(index, core, h, cxj__store_code(&entry->touchpoint, h))) entry->held |= 1U << h;
        }
    }
}

static void unmark_held(const struct cxj__plan *plan, const struct cxj__core *core, struct cxj__change *change) {
    if (!change->marked) return;
    index_holders(plan, core, change, change->arriving, false);
    index_holders(plan, core, change, change->leaving, true);
    change->marked = false;
}

/* ---- folding ---------------------------------------------------------------------------------------------------- */

/* Keeps the facts that a step has put behind the list, less the samples, which go to a list of their own if
 * wanted. */
static bool keep_facts(struct cxj__plan *plan, struct cxj__core *core, size_t count, size_t entry, bool samples) {
    struct cxj__fact *facts = plan->facts.items + plan->facts.count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (facts[i].grain != CXJ_GRAIN_JOURNEYS) {
            if (kept != i) facts[kept] = facts[i];
            facts[kept++].entry = entry;
        } else if (samples) {
            if (!APPEND(core, plan->samples)) return false;
            uint32_t bucket = cxj__histogram_bucket(facts[i].lateness);
            *LAST(plan->samples) = cxj__cell_sample(facts[i].dimension, bucket);
        }
    }
    plan->facts.count += kept;
    return true;
}

/* Folds a range of entries, whose first stands at position, and keeps the facts. What arrives leaves its samples
 * and, in a long journey, checkpoints too. */
static bool fold_entries(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                         struct cxj__fold *fold, struct cxj__range range, size_t position, bool arrives,
                         struct cxj__range *facts) {
    facts->from = plan->facts.count;
    for (size_t i = range.from; i < range.to; i++) {
        struct cxj__entry *entry = &plan->entries.items[i];
        if (arrives && change->journey->index == NULL) entry->held = look_back(plan, change, fold, i);
        if (plan->facts.count + CXJ__FACTS_OF_A_STEP > plan->facts.capacity &&
            !cxj__base_grow(&core->memory, &plan->facts.items, &plan->facts.capacity,
                            plan->facts.count + CXJ__FACTS_OF_A_STEP, sizeof *plan->facts.items)) {
            return false;
        }
        struct cxj__fact *room = plan->facts.items + plan->facts.count;
        size_t count = cxj__fold_step(fold, &entry->touchpoint, entry->held, core->wanted, room);
        plan->folded++;
        if (!keep_facts(plan, core, count, i, arrives)) return false;
        size_t behind = position + (i - range.from) + 1;
        if (arrives && change->journey->index != NULL && behind % CXJ__CHECKPOINT_EVERY == 0) {
            if (!APPEND(core, plan->checkpoints)) return false;
            *LAST(plan->checkpoints) = *fold;
        }
    }
    facts->to = plan->facts.count;
    return true;
}

static bool fold_change(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    change->kept_samples = change->fold.samples;
    change->samples.from = plan->samples.count;
    change->checkpoints.from = plan->checkpoints.count;
    if (change->leaving.to > change->leaving.from) {
        struct cxj__fold left = change->fold;
        if (!fold_entries(plan, core, change, &left, change->leaving, change->position, false,
                          &change->leaving_facts)) {
            return false;
        }
    }
    if (!fold_entries(plan, core, change, &change->fold, change->arriving, change->position, true,
                      &change->arriving_facts)) {
        return false;
    }
    change->samples.to = plan->samples.count;
    change->checkpoints.to = plan->checkpoints.count;
    return true;
}

/* The facts before the position, for the views in which they move. */
static bool fold_prefix(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    if (change->prefix.to > change->prefix.from) return true;
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    return unpack(plan, core, change->journey, (struct cxj__range){0, change->position}, &change->prefix) &&
           fold_entries(plan, core, change, &fold, change->prefix, 0, false, &change->prefix_facts);
}

/* ---- postings --------------------------------------------------------------------------------------------------- */

/* The cell under a key, made if it is not there and make asks for it. *cell is NULL where there is none. */
static bool reach(struct cxj__core *core, struct cxj_view *view, const struct cxj__key *key, bool make,
                  struct cxj__cell **cell) {
    *cell = cxj__view_find(view, &core->seed, key, &core->store.probes);
    if (*cell != NULL || !make || view->incomplete || view->cell_count >= core->cells_limit) return true;
    *cell = cxj__view_make(view, &core->memory, &core->seed, key);
    return *cell != NULL;
}

/* The key of a fact in a view, and whether it goes there. */
static bool address(const struct cxj_view *view, const struct cxj__codes *codes, const struct cxj__fact *fact,
                    struct cxj__key *key) {
    if (fact->grain != view->grain || fact->grain == CXJ_GRAIN_JOURNEYS) return false; /* samples are the journey's */
    if (fact->grain == CXJ_GRAIN_TRANSITIONS && fact->dimension + 1 != view->dimensions[0]) return false;
    if (!cxj__query_passes(&view->query, codes)) return false;
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) {
        cxj__view_key(view, codes, fact->at, key);
    } else {
        cxj__view_transition_key(view, codes, fact->from, fact->to, fact->at, key);
    }
    return true;
}

static bool post_fact(struct cxj__plan *plan, struct cxj__core *core, struct cxj_view *view, size_t place,
                      const struct cxj__codes *codes, int sign) {
    const struct cxj__fact *fact = &plan->facts.items[place];
    struct cxj__key key;
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) {
        cxj__view_key(view, codes, fact->at, &key);
    } else {
        cxj__view_transition_key(view, codes, fact->from, fact->to, fact->at, &key);
    }
    if (!APPEND(core, plan->postings)) return false;
    *LAST(plan->postings) = (struct cxj__posting){view, NULL, place, sign};
    /* A cell that is made is on the list already, so that abandoning finds it. */
    if (!reach(core, view, &key, sign > 0, &LAST(plan->postings)->cell)) return false;
    if (LAST(plan->postings)->cell != NULL) cxj__cell_prefetch_fact(LAST(plan->postings)->cell, fact);
    return true;
}

/* Addresses the facts of a range that are of the view's grain. */
static bool post(struct cxj__plan *plan, struct cxj__core *core, struct cxj_view *view, struct cxj__range facts,
                 const struct cxj__codes *journey_codes, int sign) {
    struct cxj__codes codes = *journey_codes;
    for (size_t i = facts.from; i < facts.to; i++) {
        const struct cxj__fact *fact = &plan->facts.items[i];
        if (fact->grain != view->grain) continue;
        if (view->grain == CXJ_GRAIN_TRANSITIONS) {
            if (fact->dimension + 1 != view->dimensions[0]) continue;
        } else {
            read_own_codes(&plan->entries.items[fact->entry].touchpoint, &codes);
        }
        if (cxj__query_passes(&view->query, &codes) && !post_fact(plan, core, view, i, &codes, sign)) return false;
    }
    return true;
}

/* ---- distinct journeys of a touchpoints cell -------------------------------------------------------------------- */

static int compare_tallies(const void *a, const void *b, const void *context) {
    (void)context;
    const struct cxj__tally *x = a, *y = b;
    return ORDER(x->cell->number, y->cell->number);
}

/* True if the journey's record at a position falls into a cell of a touchpoints view. */
static bool is_in_cell(const struct cxj__change *change, const struct cxj_view *view, const struct cxj__cell *cell,
                       size_t position) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t holder = view->dimensions[i] - 1U;
        if (holder >= CXJ__HOLDERS) continue;
        if (cxj__store_code_at(change->journey, position, holder) != cell->key.parts[i]) return false;
    }
    struct cxj__entry entry;
    struct cxj__key key;
    struct cxj__codes codes = change->before;
    cxj__store_unpack(change->journey, position, &entry);
    read_own_codes(&entry.touchpoint, &codes);
    if (!cxj__query_passes(&view->query, &codes)) return false;
    cxj__view_key(view, &codes, entry.touchpoint.at, &key);
    return cxj__cell_has_key(cell, &key);
}

/* False if the fold knows that none of the journey's touchpoints has the codes of a cell. */
static bool may_be_in_cell(const struct cxj__fold *fold, const struct cxj_view *view, const struct cxj__cell *cell) {
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t d = view->dimensions[i] - 1U, code = cell->key.parts[i];
        if (d < CXJ__TRACKS && code != 0 && cxj__fold_saw(fold, d, code) == CXJ__NOT_SEEN) return false;
    }
    return true;
}

/* How many of a short journey's touchpoints fall into a cell now; with any, no more than whether one does. */
static int64_t count_in_cell(const struct cxj__change *change, const struct cxj_view *view,
                             const struct cxj__cell *cell, bool any) {
    int64_t found = 0;
    if (!may_be_in_cell(&change->journey->fold, view, cell)) return 0;
    for (size_t i = change->journey->count; i-- > 0 && !(any && found > 0);) found += is_in_cell(change, view, cell, i);
    return found;
}

/* Whether the journey comes into a cell or leaves it, with so many more or fewer touchpoints. */
static void judge(const struct cxj__core *core, const struct cxj__change *change, struct cxj__tally *tally, bool enters,
                  uint64_t *probes) {
    const struct cxj__journey *journey = change->journey;
    int64_t before = 0;
    if (journey->index != NULL) {
        before = cxj__store_indexed(journey->index, &core->seed, CXJ__INDEX_CELL, tally->cell->number, probes);
    } else if (!enters) {
        before = count_in_cell(change, tally->view, tally->cell, tally->change > 0);
    }
    if (before == 0 && tally->change > 0) tally->journeys = 1;
    if (before > 0 && before + tally->change == 0) tally->journeys = -1;
}

static bool sort_tallies(struct cxj__plan *plan, struct cxj__core *core, struct cxj__tally *tallies, size_t count) {
    if (!cxj__base_grow(&core->memory, &plan->tally_scratch.items, &plan->tally_scratch.capacity, count,
                        sizeof *tallies)) {
        return false;
    }
    cxj__base_sort(tallies, plan->tally_scratch.items, count, sizeof *tallies, compare_tallies, NULL);
    return true;
}

/* Sums up the postings of a touchpoints view by cell. With enters, the journey had nothing in the view before. */
static bool tally(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                  struct cxj_view *view, size_t from, bool enters) {
    size_t first = plan->tallies.count;
    for (size_t i = from; i < plan->postings.count; i++) {
        const struct cxj__posting *posting = &plan->postings.items[i];
        if (posting->cell == NULL) continue;
        if (!APPEND(core, plan->tallies)) return false;
        *LAST(plan->tallies) = (struct cxj__tally){view, posting->cell, posting->sign, 0};
    }
    struct cxj__tally *tallies = AT(plan->tallies.items, first);
    size_t count = plan->tallies.count - first, kept = 0;
    if (count > 1 && !sort_tallies(plan, core, tallies, count)) return false;
    for (size_t i = 0; i < count;) {
        struct cxj__tally *sum = &tallies[kept];
        *sum = tallies[i++];
        for (; i < count && tallies[i].cell == sum->cell; i++) sum->change += tallies[i].change;
        if (sum->change == 0) continue;
        judge(core, change, sum, enters, &core->store.probes);
        kept++;
    }
    plan->tallies.count = first + kept;
    return true;
}

/* A journey that has just become long: enters into its index how many touchpoints fall into each cell. */
static bool index_cells(struct cxj__core *core, const struct cxj__change *change) {
    struct cxj__journey *journey = change->journey;
    if (!cxj__store_reserve_index(journey, &core->memory, &core->seed, journey->count * core->view_count)) return false;
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        struct cxj__codes codes = change->before;
        cxj__store_unpack(journey, i, &entry);
        read_own_codes(&entry.touchpoint, &codes);
        for (size_t v = 0; v < core->view_count; v++) {
            const struct cxj_view *view = core->views[v];
            struct cxj__key key;
            if (view->grain != CXJ_GRAIN_TOUCHPOINTS || !cxj__query_passes(&view->query, &codes)) continue;
            cxj__view_key(view, &codes, entry.touchpoint.at, &key);
            const struct cxj__cell *cell = cxj__view_find(view, &core->seed, &key, &core->store.probes);
            if (cell == NULL) continue;
            cxj__store_index(journey->index, &core->seed, CXJ__INDEX_CELL, cell->number)->value++;
        }
    }
    return true;
}

/* Conditions with had of a view, each of which may need room in an index. */
static size_t had_conditions(const struct cxj_view *view) {
    size_t count = 0;
    for (size_t i = 0; i < view->condition_count; i++) count += view->conditions[i].had;
    return count;
}

/* Counts the values that a long journey has held with the conditions of a view that they meet. */
static bool index_had(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view) {
    size_t conditions = had_conditions(view);
    if (conditions == 0) return true;
    if (!cxj__store_reserve_index(journey, &core->memory, &core->seed, conditions)) return false;
    for (size_t i = 0; i < journey->count; i++) {
        uint32_t held = cxj__store_held(journey, i);
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            if (held >> h & 1) continue;
            count_had_of(journey->index, core, view, h, cxj__store_code_at(journey, i, h), 1);
        }
    }
    return true;
}

/* The same for all views, when a journey has just become long. */
static bool index_had_of_all(struct cxj__core *core, struct cxj__journey *journey) {
    for (size_t v = 0; v < core->view_count; v++) {
        if (!index_had(core, journey, core->views[v])) return false;
    }
    return true;
}

/* Makes room for what arrives: it may hold values for the first time, and meet conditions. */
static bool reserve_holders(struct cxj__core *core, struct cxj__journey *journey, size_t arriving) {
    size_t further = arriving * (1 + CXJ__HOLDERS);
    if (journey->index == NULL) return true;
    for (size_t v = 0; v < core->view_count; v++) further += had_conditions(core->views[v]);
    return cxj__store_reserve_index(journey, &core->memory, &core->seed, further);
}

/* ---- contribution
 * --------------------------------------------------------------------------------------------------- */

/* True if a touchpoint has one of the condition's codes. */
static bool meets(const cxj_touchpoint *touchpoint, const struct cxj__condition *condition) {
    return cxj__query_has_code(condition, cxj__store_code(touchpoint, condition->dimension - 1U));
}

/* True if the journey has a touchpoint with one of the condition's codes; after the change, if after is set. */
static bool had(const struct cxj__plan *plan, const struct cxj__core *core, const struct cxj__change *change,
                const struct cxj_view *view, size_t place, bool after, uint64_t *probes) {
    const struct cxj__condition *condition = &view->conditions[place];
    const struct cxj__journey *journey = change->journey;
    if (journey->index != NULL) {
        uint64_t key = had_key(view, place);
        return cxj__store_indexed(journey->index, &core->seed, CXJ__INDEX_HAD, key, probes) != 0;
    }
    for (size_t i = 0; i < (after ? change->position : journey->count); i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        if (meets(&entry.touchpoint, condition)) return true;
    }
    for (size_t i = change->arriving.from; after && i < change->arriving.to; i++) {
        if (meets(&plan->entries.items[i].touchpoint, condition)) return true;
    }
    return false;
}

/* The key under which a journey stands in a view, and whether it does. */
static bool find_contribution(const struct cxj__plan *plan, const struct cxj__core *core,
                              const struct cxj__change *change, const struct cxj_view *view, bool after,
                              uint64_t *probes, struct cxj__key *key) {
    const struct cxj__fold *fold = after ? &change->fold : &change->journey->fold;
    const struct cxj__codes *codes = after ? &change->after : &change->before;
    if (fold->counts[CXJ__F_TOUCHPOINTS] == 0 || (view->ended && fold->outcome == 0)) return false;
    if (!cxj__query_passes(&view->query, codes)) return false;
    for (size_t i = 0; i < view->condition_count; i++) {
        if (view->conditions[i].had && !had(plan, core, change, view, i, after, probes)) return false;
    }
    cxj__view_key(view, codes, view->ended ? fold->end_at : fold->first_at, key);
    return true;
}

/* Notes in which cells the journey stands before the change. */
static bool place_before(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    change->placings.from = plan->placings.count;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        struct cxj__key key;
        if (view->grain != CXJ_GRAIN_JOURNEYS) continue;
        if (!APPEND(core, plan->placings)) return false;
        struct cxj__placing *placing = LAST(plan->placings);
        *placing = (struct cxj__placing){.view = view};
        if (find_contribution(plan, core, change, view, false, &core->store.probes, &key)) {
            placing->from = cxj__view_find(view, &core->seed, &key, &core->store.probes);
        }
    }
    change->placings.to = plan->placings.count;
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
        cxj__store_unpack(journey, i, &entry);
        size_t count = cxj__fold_step(&fold, &entry.touchpoint, entry.held, 0, facts);
        for (size_t k = 0; k < count; k++) {
            if (facts[k].grain != CXJ_GRAIN_JOURNEYS) continue;
            uint32_t bucket = cxj__histogram_bucket(facts[k].lateness);
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

/* Finds out the samples of a journey again, and keeps them if there is room. */
static bool renew_samples(struct cxj__core *core, struct cxj__journey *journey) {
    if (!cxj__store_reserve_samples(journey, &core->memory, journey->fold.samples)) return false;
    uint32_t *next = journey->samples;
    return find_samples(journey, keep_sample, &next);
}

/* Sees to it that a journey keeps its samples. */
static bool regain_samples(struct cxj__core *core, struct cxj__journey *journey) {
    return journey->sample_capacity >= journey->fold.samples || renew_samples(core, journey);
}

static bool reserve_samples(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                            const struct cxj__placing *placing) {
    size_t kept = placing->from == placing->to ? 0 : change->kept_samples;
    for (size_t i = 0; i < kept; i++) {
        if (!cxj__cell_reserve_sample(placing->to, &core->memory, change->journey->samples[i])) return false;
    }
    for (size_t i = change->samples.from; i < change->samples.to; i++) {
        if (!cxj__cell_reserve_sample(placing->to, &core->memory, plan->samples.items[i])) return false;
    }
    return true;
}

/* Finds the cell in which the journey will stand, and makes room there. */
static bool place_after(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                        struct cxj__placing *placing) {
    struct cxj__key key;
    if (!find_contribution(plan, core, change, placing->view, true, &core->store.probes, &key)) return true;
    placing->stands = true;
    if (placing->from != NULL && cxj__cell_has_key(placing->from, &key)) {
        placing->to = placing->from;
    } else if (!reach(core, placing->view, &key, true, &placing->to)) {
        return false;
    }
    if (placing->to == NULL) return true;
    struct cxj__contribution contribution;
    if (change->fold.outcome != 0) cxj__fold_contribute(&change->fold, core->now, &contribution);
    bool room = change->fold.outcome == 0 || cxj__cell_reserve_contribution(placing->to, &core->memory, &contribution);
    return room && reserve_samples(plan, core, change, placing);
}

/* The dimensions of the whole journey in which a change alters it. */
static uint32_t changed_dimensions(const struct cxj__change *change) {
    const uint32_t *before = change->before.codes, *after = change->after.codes;
    uint32_t changed = 0;
    for (uint32_t d = CXJ_DIMENSION_TYPE; d <= CXJ_DIMENSION_CHURNED; d++) {
        if (before[d] != after[d]) changed |= 1U << d;
    }
    return changed;
}
_Static_assert(CXJ_DIMENSION_TYPE + 4 == CXJ_DIMENSION_CHURNED,
               "type, segment, reason, outcome, churned are neighbours");

/* ---- facts in streams ------------------------------------------------------------------------------------------- */

/* Where a long journey moves in many views, a list of all postings would be far larger than the journey. Then each fact
 * is addressed once to make room for it, and once more when it is added or taken away; those before the position are
 * folded for each of that. */

/* Deals with a fact under a key of a view; with sign 1 it comes there, with -1 it goes. */
typedef bool (*stream_fact)(struct cxj__core *core, const struct cxj__change *change, struct cxj_view *view,
                            const struct cxj__key *key, const struct cxj__fact *fact, int sign);

/* Streams one fact of a touchpoint in all views but those of journeys; with changed, in those that look at a dimension
 * of it. */
static bool stream_one(struct cxj__core *core, const struct cxj__change *change, const struct cxj__codes *codes,
                       const struct cxj__fact *fact, int sign, uint32_t changed, stream_fact visit) {
    struct cxj__key key;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (changed != 0 && (view->depends & changed) == 0) continue;
        if (address(view, codes, fact, &key) && !visit(core, change, view, &key, fact, sign)) return false;
    }
    return true;
}

/* What stands before the position moves, in the views that look at what has changed. */
static bool stream_prefix(struct cxj__core *core, const struct cxj__change *change, uint32_t changed,
                          stream_fact visit) {
    struct cxj__codes before = change->before, after = change->after;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < change->position; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(change->journey, i, &entry);
        read_own_codes(&entry.touchpoint, &before);
        read_own_codes(&entry.touchpoint, &after);
        size_t count = cxj__fold_step(&fold, &entry.touchpoint, entry.held, core->wanted, facts);
        for (size_t k = 0; k < count; k++) {
            if (!stream_one(core, change, &before, &facts[k], -1, changed, visit) ||
                !stream_one(core, change, &after, &facts[k], 1, changed, visit)) {
                return false;
            }
        }
    }
    return true;
}

static bool stream_range(const struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                         struct cxj__range facts, int sign, stream_fact visit) {
    struct cxj__codes codes = sign < 0 ? change->before : change->after;
    for (size_t i = facts.from; i < facts.to; i++) {
        const struct cxj__fact *fact = &plan->facts.items[i];
        read_own_codes(&plan->entries.items[fact->entry].touchpoint, &codes);
        if (!stream_one(core, change, &codes, fact, sign, 0, visit)) return false;
    }
    return true;
}

/* Streams all facts of a change as long as visit says true. */
static bool stream(const struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change,
                   stream_fact visit) {
    uint32_t changed = changed_dimensions(change);
    return (changed == 0 || stream_prefix(core, change, changed, visit)) &&
           stream_range(plan, core, change, change->leaving_facts, -1, visit) &&
           stream_range(plan, core, change, change->arriving_facts, 1, visit);
}

/* Makes room for a fact, and for its cell in the journey's index: until the commit that says 0. */
static bool reserve_streamed(struct cxj__core *core, const struct cxj__change *change, struct cxj_view *view,
                             const struct cxj__key *key, const struct cxj__fact *fact, int sign) {
    struct cxj__journey *journey = change->journey;
    struct cxj__cell *cell = NULL;
    if (sign < 0) return true;
    if (!reach(core, view, key, true, &cell)) return false;
    if (cell == NULL) return true;
    if (!cxj__cell_reserve_fact(cell, &core->memory, fact)) return false;
    if (fact->grain != CXJ_GRAIN_TOUCHPOINTS) return true;
    if (!cxj__store_reserve_index(journey, &core->memory, &core->seed, 1)) return false;
    (void)cxj__store_index(journey->index, &core->seed, CXJ__INDEX_CELL, cell->number);
    return true;
}

/* One touchpoint of a long journey less, or more, in a cell: it may be the last there, or the first. */
static void count_indexed(const struct cxj__core *core, struct cxj__index *index, struct cxj__cell *cell, int sign) {
    struct cxj__index_entry *entry = cxj__store_index(index, &core->seed, CXJ__INDEX_CELL, cell->number);
    if (entry->value == 0) cxj__cell_counts(cell)[CXJ__T_JOURNEYS]++;
    entry->value += sign;
    if (entry->value != 0) return;
    cxj__cell_counts(cell)[CXJ__T_JOURNEYS]--;
    cxj__store_unindex(index, &core->seed, entry);
}

static bool commit_streamed(struct cxj__core *core, const struct cxj__change *change, struct cxj_view *view,
                            const struct cxj__key *key, const struct cxj__fact *fact, int sign) {
    struct cxj__cell *cell = cxj__view_find(view, &core->seed, key, &core->store.probes);
    if (cell == NULL) {
        view->incomplete |= sign > 0;
        return true;
    }
    cxj__cell_add_fact(cell, fact, sign);
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) count_indexed(core, change->journey->index, cell, sign);
    if (sign < 0) cxj__view_mark_empty(view, cell);
    return true;
}

static bool abandon_streamed(struct cxj__core *core, const struct cxj__change *change, struct cxj_view *view,
                             const struct cxj__key *key, const struct cxj__fact *fact, int sign) {
    struct cxj__index *index = change->journey->index;
    uint64_t *probes = &core->store.probes;
    struct cxj__cell *cell = sign > 0 ? cxj__view_find(view, &core->seed, key, probes) : NULL;
    if (cell == NULL) return true;
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS &&
        cxj__store_indexed(index, &core->seed, CXJ__INDEX_CELL, cell->number, probes) == 0) {
        cxj__store_unindex(index, &core->seed, cxj__store_index(index, &core->seed, CXJ__INDEX_CELL, cell->number));
    }
    cxj__view_mark_empty(view, cell);
    return true;
}

/* True if a change has more facts in all views than are to be listed. */
static bool is_to_stream(const struct cxj__core *core, const struct cxj__change *change) {
    enum { MOST_LISTED = 65536 }; /* touchpoints, each counted once for each view: some 4 MB */
    size_t touchpoints = change->arriving.to - change->arriving.from + (change->leaving.to - change->leaving.from);
    if (changed_dimensions(change) != 0) touchpoints += change->position;
    return change->journey->index != NULL && touchpoints * core->view_count > MOST_LISTED;
}

/* ---- deadlines -------------------------------------------------------------------------------------------------- */

/* True if commitment c is open in a journey that runs, and still ahead. */
static bool is_due(const struct cxj__fold *fold, uint32_t c, int64_t now) {
    return fold->outcome == 0 && fold->promises_open >> c & 1 && fold->promises[c].due >= now;
}

/* True if the change makes commitment c come due at a time at which it did not before. */
static bool is_new_deadline(const struct cxj__change *change, uint32_t c, int64_t now) {
    struct cxj__fold room;
    const struct cxj__fold *before = cxj__store_fold(change->journey, &room);
    return is_due(&change->fold, c, now) &&
           !(is_due(before, c, now) && before->promises[c].due == change->fold.promises[c].due);
}

bool cxj__plan_holds(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__store_fold(cxj__store_at(&core->store, deadline->place), &room);
    return is_due(fold, deadline->commitment, deadline->due) &&
           fold->promises[deadline->commitment].due == deadline->due;
}

static bool reserve_deadlines(struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change) {
    if (change->fold.promises_open == 0) return true;
    for (uint32_t c = 0; change->fold.promises_open >> c != 0; c++) {
        plan->deadlines += is_new_deadline(change, c, core->now);
    }
    return cxj__agenda_reserve(&core->agenda, &core->memory, plan->deadlines, cxj__plan_holds, core);
}

/* ---- sealing ---------------------------------------------------------------------------------------------------- */

/* The moment at which a journey is to be sealed; INT64_MAX: none. */
static int64_t sealing_of(const struct cxj__core *core, const struct cxj__journey *journey) {
    const struct cxj__fold *fold = &journey->fold;
    int64_t moment = INT64_MAX;
    if (journey->count == 0) return INT64_MAX; /* nothing contributes: it has no last touchpoint, and no end */
    if (core->seal_idle_after > 0) moment = cxj__store_last_at(journey) + core->seal_idle_after;
    if (core->seal_ended_after > 0 && fold->outcome != 0 && fold->end_at + core->seal_ended_after < moment) {
        moment = fold->end_at + core->seal_ended_after;
    }
    return moment;
}

bool cxj__plan_watches(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    const struct cxj__journey *journey = cxj__store_at(&core->store, deadline->place);
    return journey->watched && journey->seal_at == deadline->due;
}

/* Puts a deadline on the agenda if there is room. */
static bool add_deadline_of(struct cxj__core *core, const struct cxj__deadline *deadline) {
    if (!cxj__agenda_reserve(&core->agenda, &core->memory, 1, cxj__plan_holds, core)) return false;
    cxj__agenda_push(&core->agenda, *deadline);
    return true;
}

static bool seals(const struct cxj__core *core) {
    return core->seal_ended_after > 0 || core->seal_idle_after > 0;
}

static bool reserve_sealing(struct cxj__plan *plan, struct cxj__core *core) {
    if (!seals(core)) return true;
    plan->watched++;
    return cxj__agenda_reserve(&core->sealings, &core->memory, plan->watched, cxj__plan_watches, core);
}

/* Sees to it that a deadline stands no later than the moment at which the journey is to be sealed. One that stands
 * earlier does no harm: then the journey is looked at once more. */
static void watch(struct cxj__core *core, struct cxj__journey *journey) {
    if (journey->count == 0 || !seals(core)) return;
    int64_t moment = sealing_of(core, journey);
    if (moment == INT64_MAX || (journey->watched && journey->seal_at <= moment)) return;
    journey->watched = 1;
    journey->seal_at = moment;
    cxj__agenda_push(&core->sealings, (struct cxj__deadline){moment, journey->place, 0});
}

/* ---- room in cells ---------------------------------------------------------------------------------------------- */

/* Makes room for all facts that are posted. That comes last, when what it touches has come nearer. */
static bool reserve_postings(struct cxj__plan *plan, struct cxj__core *core) {
    for (size_t i = 0; i < plan->postings.count; i++) {
        const struct cxj__posting *posting = &plan->postings.items[i];
        if (posting->cell == NULL || posting->sign < 0) continue;
        if (!cxj__cell_reserve_fact(posting->cell, &core->memory, &plan->facts.items[posting->fact])) return false;
    }
    return true;
}

/* ---- preparing -------------------------------------------------------------------------------------------------- */

/* Room for the records; an index if the journey becomes long. */
static bool reserve_records(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    struct cxj__journey *journey = change->journey;
    size_t arriving = change->arriving.to - change->arriving.from;
    size_t rares = journey->rare_count, retracted = change->retractions.to - change->retractions.from;
    bool was_short = journey->index == NULL;
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        rares += cxj__store_is_rare(&plan->entries.items[i].touchpoint);
        change->moving += plan->entries.items[i].moves;
    }
    bool room = cxj__store_reserve(journey, &core->memory, &core->seed, change->position + arriving, retracted, rares);
    if (was_short && journey->index != NULL &&
        !(room && index_cells(core, change) && index_had_of_all(core, journey))) {
        cxj__store_drop_index(journey, &core->memory); /* One that does not know the cells would be worse than none. */
        return false;
    }
    for (size_t i = change->leaving.from; was_short && journey->index != NULL && i < change->leaving.to; i++) {
        plan->entries.items[i].held = cxj__store_held(journey, change->position + (i - change->leaving.from));
    }
    /* Their ids, and what they hold; what stays is there already. */
    return room && reserve_holders(core, journey, change->moving);
}

/* Addresses the facts of a change in one view of touchpoints or transitions. */
static bool post_change(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change,
                        struct cxj_view *view, uint32_t changed) {
    size_t from = plan->postings.count;
    if (change->position > 0 && (view->depends & changed) != 0) {
        if (!fold_prefix(plan, core, change) || !post(plan, core, view, change->prefix_facts, &change->before, -1) ||
            !post(plan, core, view, change->prefix_facts, &change->after, 1)) {
            return false;
        }
    }
    bool leaves = change->leaving_facts.to > change->leaving_facts.from;
    return (!leaves || post(plan, core, view, change->leaving_facts, &change->before, -1)) &&
           post(plan, core, view, change->arriving_facts, &change->after, 1) &&
           (view->grain != CXJ_GRAIN_TOUCHPOINTS || tally(plan, core, change, view, from, false));
}

static bool post_all(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    uint32_t changed = changed_dimensions(change);
    change->postings.from = plan->postings.count;
    change->tallies.from = plan->tallies.count;
    change->streams = is_to_stream(core, change);
    if (change->streams && changed != 0) plan->folded += 2 * change->position; /* now, and for the commit */
    if (change->streams && !stream(plan, core, change, reserve_streamed)) return false;
    for (size_t v = 0; v < core->view_count && !change->streams; v++) {
        struct cxj_view *view = core->views[v];
        if (view->grain != CXJ_GRAIN_JOURNEYS && !post_change(plan, core, change, view, changed)) return false;
    }
    change->postings.to = plan->postings.count;
    change->tallies.to = plan->tallies.count;
    for (size_t i = change->placings.from; i < change->placings.to; i++) {
        if (!place_after(plan, core, change, &plan->placings.items[i])) return false;
    }
    return true;
}

/* From the entries that leave and arrive to postings, with all that the commit will need. */
static bool prepare(struct cxj__plan *plan, struct cxj__core *core, struct cxj__change *change) {
    struct cxj__journey *journey = change->journey;
    read_journey_codes(&journey->fold, &change->before);
    if (!regain_samples(core, journey) || !reserve_records(plan, core, change) || !place_before(plan, core, change)) {
        return false;
    }
    cxj__store_fold_at(journey, change->position, &change->fold, &plan->folded);
    mark_held(plan, core, change);
    if (!fold_change(plan, core, change)) return false;
    read_journey_codes(&change->fold, &change->after);
    size_t samples = change->kept_samples + (change->samples.to - change->samples.from);
    if (!post_all(plan, core, change)) return false;
    size_t tallies = change->tallies.to - change->tallies.from;
    return reserve_deadlines(plan, core, change) && reserve_sealing(plan, core) &&
           cxj__store_reserve_fold(journey, &core->memory, &change->fold) &&
           cxj__store_reserve_samples(journey, &core->memory, samples) &&
           cxj__store_reserve_index(journey, &core->memory, &core->seed, tallies + change->moving);
}

cxj_status cxj__plan_prepare(struct cxj__plan *plan, struct cxj__core *core) {
    for (size_t i = 0; i < plan->changes.count; i++) {
        struct cxj__change *change = &plan->changes.items[i];
        if (i < plan->coming_count) cxj__store_prefetch_journey(plan->coming[i]);
        if (!resolve(plan, core, change)) return CXJ_NO_MEMORY;
        if (!change->is_void && !prepare(plan, core, change)) return CXJ_NO_MEMORY;
    }
    return reserve_postings(plan, core) ? CXJ_OK : CXJ_NO_MEMORY;
}

/* The journey's records neither leave nor arrive; they only gain a view. */
cxj_status cxj__plan_entrance(struct cxj__plan *plan, struct cxj__core *core, struct cxj_view *view,
                              struct cxj__journey *journey) {
    struct cxj__change *change = new_change(plan, core, journey);
    if (change == NULL || !regain_samples(core, journey)) return CXJ_NO_MEMORY;
    change->position = journey->count;
    cxj__store_fold_at(journey, journey->count, &change->fold, &plan->folded);
    change->kept_samples = journey->fold.samples;
    read_journey_codes(&journey->fold, &change->before);
    change->after = change->before;
    change->placings.from = plan->placings.count;
    if (view->grain == CXJ_GRAIN_JOURNEYS) {
        if (!APPEND(core, plan->placings)) return CXJ_NO_MEMORY;
        *LAST(plan->placings) = (struct cxj__placing){.view = view};
        change->placings.to = plan->placings.count;
        if (journey->index != NULL && !index_had(core, journey, view)) return CXJ_NO_MEMORY;
        return place_after(plan, core, change, LAST(plan->placings)) ? CXJ_OK : CXJ_NO_MEMORY;
    }
    change->placings.to = plan->placings.count;
    if (!fold_prefix(plan, core, change) || !post(plan, core, view, change->prefix_facts, &change->after, 1)) {
        return CXJ_NO_MEMORY;
    }
    change->postings.to = plan->postings.count;
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS && !tally(plan, core, change, view, 0, true)) return CXJ_NO_MEMORY;
    change->tallies.to = plan->tallies.count;
    bool room = cxj__store_reserve_index(journey, &core->memory, &core->seed, change->tallies.to);
    return room && reserve_postings(plan, core) ? CXJ_OK : CXJ_NO_MEMORY;
}

/* ---- committing ------------------------------------------------------------------------------------------------- */

static void commit_postings(const struct cxj__plan *plan, const struct cxj__core *core,
                            const struct cxj__change *change) {
    for (size_t i = change->postings.from; i < change->postings.to; i++) {
        const struct cxj__posting *posting = &plan->postings.items[i];
        if (posting->cell != NULL) {
            cxj__cell_add_fact(posting->cell, &plan->facts.items[posting->fact], posting->sign);
        } else if (posting->sign > 0) {
            posting->view->incomplete = true;
        }
    }
    struct cxj__index *index = change->journey->index;
    for (size_t i = change->tallies.from; i < change->tallies.to; i++) {
        const struct cxj__tally *tally = &plan->tallies.items[i];
        cxj__cell_counts(tally->cell)[CXJ__T_JOURNEYS] += tally->journeys;
        if (index == NULL) continue;
        struct cxj__index_entry *entry = cxj__store_index(index, &core->seed, CXJ__INDEX_CELL, tally->cell->number);
        entry->value += tally->change;
        if (entry->value == 0) cxj__store_unindex(index, &core->seed, entry);
    }
}

static void add_samples(struct cxj__cell *cell, const uint32_t *samples, size_t count, int sign) {
    for (size_t i = 0; i < count; i++) cxj__cell_add_sample(cell, samples[i], sign);
}

/* True if the journey changes its cell in any view. */
static bool moves(const struct cxj__plan *plan, const struct cxj__change *change) {
    for (size_t i = change->placings.from; i < change->placings.to; i++) {
        if (plan->placings.items[i].from != plan->placings.items[i].to) return true;
    }
    return false;
}

/* Takes the journey's contribution from where it was and adds it where it belongs. Samples that stay where they are are
 * left alone. */
static void commit_placings(const struct cxj__plan *plan, const struct cxj__core *core,
                            const struct cxj__change *change) {
    if (change->placings.to == change->placings.from) return;
    const struct cxj__journey *journey = change->journey;
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__store_fold(journey, &room);
    bool alike = cxj__fold_contributes_alike(fold, &change->fold);
    struct cxj__contribution before, after;
    if (!alike || moves(plan, change)) {
        cxj__fold_contribute(fold, core->now, &before);
        cxj__fold_contribute(&change->fold, core->now, &after);
    }
    for (size_t i = change->placings.from; i < change->placings.to; i++) {
        const struct cxj__placing *placing = &plan->placings.items[i];
        struct cxj__cell *from = placing->from, *to = placing->to;
        size_t stay = from == to ? change->kept_samples : 0;
        if (from == to && from != NULL) {
            if (alike) {
                cxj__cell_change_counts(from, journey->fold.counts, change->fold.counts);
            } else {
                cxj__cell_change_contribution(from, &before, &after);
            }
        } else {
            if (from != NULL) cxj__cell_add_contribution(from, &before, -1);
            if (to != NULL) cxj__cell_add_contribution(to, &after, 1);
        }
        if (from != NULL) add_samples(from, AT(journey->samples, stay), journey->fold.samples - stay, -1);
        if (to != NULL) {
            add_samples(to, AT(journey->samples, stay), change->kept_samples - stay, 1);
            add_samples(to, AT(plan->samples.items, change->samples.from), change->samples.to - change->samples.from,
                        1);
        } else if (placing->stands) {
            placing->view->incomplete = true;
        }
    }
}

/* Counts the names and facets of what arrives, and no longer those of what leaves for good. */
static void count_moving(const struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change) {
    for (size_t i = change->arriving.from; i < change->arriving.to; i++) {
        const struct cxj__entry *entry = &plan->entries.items[i];
        if (!entry->moves) continue;
        count_names(core->dictionaries, &entry->touchpoint, cxj__names_use);
        count_facets(core->facet_counts, entry->touchpoint.facets, 1);
    }
    for (size_t i = change->leaving.from; i < change->leaving.to; i++) {
        const struct cxj__entry *entry = &plan->entries.items[i];
        if (!entry->moves) continue;
        count_names(core->dictionaries, &entry->touchpoint, cxj__names_release);
        count_facets(core->facet_counts, entry->touchpoint.facets, -1);
    }
}

/* The at of the last touchpoint of a journey that contributes; INT64_MIN if none does. */
static int64_t last_at_of(const struct cxj__fold *fold) {
    return fold->counts[CXJ__F_TOUCHPOINTS] > 0 ? fold->last_at : INT64_MIN;
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

void cxj__plan_find_latest(struct cxj__core *core) {
    if (core->latest_is_gone) core->latest = cxj__store_find_latest(&core->store);
    core->latest_is_gone = false;
}

static void commit_journey(const struct cxj__plan *plan, struct cxj__core *core, const struct cxj__change *change) {
    struct cxj__journey *journey = change->journey;
    uint64_t contributed = journey->fold.counts[CXJ__F_TOUCHPOINTS];
    uint64_t contributes = change->fold.counts[CXJ__F_TOUCHPOINTS];
    size_t held = cxj__store_kept(journey), retractions = change->retractions.to - change->retractions.from;
    cxj__store_keep(&core->store, &core->memory, journey);
    count_moving(plan, core, change);
    cxj__store_replace(journey, &core->seed, change->position, AT(plan->entries.items, change->arriving.from),
                       change->arriving.to - change->arriving.from);
    cxj__store_retract(journey, &core->seed, AT(plan->retractions.items, change->retractions.from), retractions);
    cxj__store_checkpoint(journey, change->position, AT(plan->checkpoints.items, change->checkpoints.from),
                          change->checkpoints.to - change->checkpoints.from);
    size_t samples = change->samples.to - change->samples.from;
    if (samples > 0) {
        memcpy(journey->samples + change->kept_samples, plan->samples.items + change->samples.from,
               samples * sizeof *journey->samples);
    }
    for (uint32_t c = 0; change->fold.promises_open >> c != 0; c++) {
        if (!is_new_deadline(change, c, core->now)) continue;
        cxj__agenda_push(&core->agenda, (struct cxj__deadline){change->fold.promises[c].due, journey->place, c});
    }
    note_latest(core, journey->place, last_at_of(&journey->fold), last_at_of(&change->fold));
    cxj__store_set_fold(journey, &change->fold);
    core->touchpoints += contributes - contributed;
    core->journeys += (uint64_t)(contributes > 0) - (uint64_t)(contributed > 0);
    core->held = core->held - held + cxj__store_kept(journey);
    watch(core, journey);
}

/* Notes the cells of the plan to which nothing contributes: some of those from which something was taken, and if the
 * plan was abandoned, of those that were made for it. */
static void mark_empty(struct cxj__plan *plan, bool abandoned) {
    for (size_t i = 0; i < plan->postings.count; i++) {
        const struct cxj__posting *posting = &plan->postings.items[i];
        if (posting->cell != NULL && (abandoned || posting->sign < 0))
            cxj__view_mark_empty(posting->view, posting->cell);
    }
    for (size_t i = 0; i < plan->placings.count; i++) {
        const struct cxj__placing *placing = &plan->placings.items[i];
        if (placing->from == placing->to) continue;
        if (placing->from != NULL) cxj__view_mark_empty(placing->view, placing->from);
        if (placing->to != NULL && abandoned) cxj__view_mark_empty(placing->view, placing->to);
    }
}

void cxj__plan_forget_deadlines(struct cxj__plan *plan) {
    plan->deadlines = plan->watched = 0;
}

/* Ends a plan: cells and journeys that hold nothing go, unless they are kept for a plan to come. */
static void end(struct cxj__plan *plan, struct cxj__core *core, bool keep) {
    for (size_t v = 0; v < core->view_count && !keep; v++) cxj__view_sweep(core->views[v], &core->memory);
    for (size_t i = 0; i < plan->changes.count; i++) {
        struct cxj__journey *journey = plan->changes.items[i].journey;
        journey->change = 0;
        if (cxj__store_kept(journey) == 0 && !keep) {
            cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        }
    }
    core->folded += plan->folded;
    if (!keep) cxj__plan_forget_deadlines(plan);
}

void cxj__plan_commit(struct cxj__plan *plan, struct cxj__core *core, bool keep) {
    bool changed = false;
    for (size_t i = 0; i < plan->changes.count; i++) {
        const struct cxj__change *change = &plan->changes.items[i];
        if (change->is_void) continue;
        commit_postings(plan, core, change);
        if (change->streams) (void)stream(plan, core, change, commit_streamed);
        commit_placings(plan, core, change);
        commit_journey(plan, core, change);
        changed = true;
    }
    core->version += changed;
    mark_empty(plan, false);
    end(plan, core, keep);
    if (!keep) cxj__plan_find_latest(core);
}

void cxj__plan_abandon(struct cxj__plan *plan, struct cxj__core *core, bool keep) {
    for (size_t i = 0; i < plan->changes.count; i++) {
        struct cxj__change *change = &plan->changes.items[i];
        unmark_held(plan, core, change);
        if (change->streams) (void)stream(plan, core, change, abandon_streamed);
    }
    if (!keep) mark_empty(plan, true);
    end(plan, core, keep);
}

/* ---- a whole journey, without a plan ---------------------------------------------------------------------------- */

struct walk;

/* Deals with a fact, or with the journey itself (fact is NULL), under a key of a view. */
typedef bool (*visit_key)(struct walk *walk, struct cxj_view *view, const struct cxj__key *key,
                          const struct cxj__fact *fact);

/* What takes a journey away, or moves all that it has contributed elsewhere, needs no list of that: its touchpoints are
 * folded once more, and each fact is dealt with at once. */
struct walk {
    visit_key visit;
    struct cxj__core *core;
    struct cxj__journey *journey;
    struct cxj__change stand; /* the journey as it stands: what finds its contribution looks at that */
    struct cxj__contribution contribution;
    uint64_t number; /* by which a cell knows that this walk came by */
};

static void begin_walk(struct walk *walk, struct cxj__core *core, struct cxj__journey *journey) {
    struct cxj__fold room;
    walk->core = core;
    walk->journey = journey;
    walk->number = ++core->walks;
    memset(&walk->stand, 0, sizeof walk->stand);
    walk->stand.journey = journey;
    read_journey_codes(&journey->fold, &walk->stand.before);
    cxj__fold_contribute(cxj__store_fold(journey, &room), core->now, &walk->contribution);
}

static bool visit_facts(struct walk *walk, const struct cxj__codes *codes, const struct cxj__fact *facts,
                        size_t count) {
    const struct cxj__core *core = walk->core;
    struct cxj__key key;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        for (size_t i = 0; i < count; i++) {
            if (address(view, codes, &facts[i], &key) && !walk->visit(walk, view, &key, &facts[i])) return false;
        }
    }
    return true;
}

/* Visits where the journey stands, and then all its facts, as long as visit says true. */
static bool walk_through(struct walk *walk, visit_key visit) {
    walk->visit = visit;
    struct cxj__core *core = walk->core;
    const struct cxj__journey *journey = walk->journey;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__codes codes = walk->stand.before;
    struct cxj__fold fold;
    struct cxj__key key;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        if (view->grain != CXJ_GRAIN_JOURNEYS) continue;
        if (!find_contribution(NULL, core, &walk->stand, view, false, &core->store.probes, &key)) continue;
        if (!walk->visit(walk, view, &key, NULL)) return false;
    }
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        read_own_codes(&entry.touchpoint, &codes);
        size_t count = cxj__fold_step(&fold, &entry.touchpoint, entry.held, core->wanted, facts);
        core->folded++;
        if (!visit_facts(walk, &codes, facts, count)) return false;
    }
    return true;
}

static struct cxj__cell *cell_at(const struct walk *walk, const struct cxj_view *view, const struct cxj__key *key) {
    return cxj__view_find(view, &walk->core->seed, key, &walk->core->store.probes);
}

/* True if the walk comes by a cell for the first time. */
static bool comes_first(const struct walk *walk, struct cxj__cell *cell) {
    if (cell->walk == walk->number) return false;
    cell->walk = walk->number;
    return true;
}

struct sampling {
    struct cxj__core *core;
    struct cxj__cell *cell;
    int sign;
};

static bool add_one_sample(void *context, uint32_t sample) {
    const struct sampling *sampling = context;
    cxj__cell_add_sample(sampling->cell, sample, sampling->sign);
    return true;
}

static bool reserve_one_sample(void *context, uint32_t sample) {
    const struct sampling *sampling = context;
    return cxj__cell_reserve_sample(sampling->cell, &sampling->core->memory, sample);
}

static void add_all_of_journey(const struct walk *walk, struct cxj__cell *cell, int sign) {
    struct sampling sampling = {walk->core, cell, sign};
    cxj__cell_add_contribution(cell, &walk->contribution, sign);
    (void)each_sample(walk->journey, add_one_sample, &sampling);
}

static bool reserve_all_of_journey(const struct walk *walk, struct cxj__cell *cell) {
    struct sampling sampling = {walk->core, cell, 1};
    return cxj__cell_reserve_contribution(cell, &walk->core->memory, &walk->contribution) &&
           each_sample(walk->journey, reserve_one_sample, &sampling);
}

/* ---- taking away ------------------------------------------------------------------------------------------------ */

/* One touchpoint of the journey less, or more, in a touchpoints cell: it may be the last there, or the first. */
static void count_in(struct walk *walk, struct cxj__cell *cell, int sign) {
    if (walk->journey->index != NULL) {
        count_indexed(walk->core, walk->journey->index, cell, sign);
    } else if (comes_first(walk, cell)) {
        cxj__cell_counts(cell)[CXJ__T_JOURNEYS] += sign;
    }
}

static bool take_away(struct walk *walk, struct cxj_view *view, const struct cxj__key *key,
                      const struct cxj__fact *fact) {
    struct cxj__cell *cell = cell_at(walk, view, key);
    if (cell == NULL) return true;
    if (fact == NULL) {
        add_all_of_journey(walk, cell, -1);
    } else {
        cxj__cell_add_fact(cell, fact, -1);
        if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) count_in(walk, cell, -1);
    }
    cxj__view_mark_empty(view, cell);
    return true;
}

/* Counts a touchpoint that goes no longer. */
static void count_gone(struct cxj__core *core, const cxj_touchpoint *touchpoint) {
    count_names(core->dictionaries, touchpoint, cxj__names_release);
    count_facets(core->facet_counts, touchpoint->facets, -1);
}

void cxj__plan_erase(struct cxj__core *core, struct cxj__journey *journey) {
    struct walk walk;
    uint64_t contributed = journey->fold.counts[CXJ__F_TOUCHPOINTS];
    begin_walk(&walk, core, journey);
    (void)walk_through(&walk, take_away);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        count_gone(core, &entry.touchpoint);
    }
    note_latest(core, journey->place, last_at_of(&journey->fold), INT64_MIN);
    core->touchpoints -= contributed;
    core->journeys -= contributed > 0;
    core->held -= cxj__store_kept(journey);
    core->version++;
    cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
    for (size_t v = 0; v < core->view_count; v++) cxj__view_sweep(core->views[v], &core->memory);
}

/* ---- taking back without memory --------------------------------------------------------------------------------- */

/* Values that no earlier record holds than the one to be taken back: the next that holds one is the first then. */
static void pass_on_held(struct cxj__core *core, struct cxj__journey *journey, size_t position) {
    struct cxj__index *index = journey->index;
    for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
        if (cxj__store_held(journey, position) >> h & 1) continue;
        uint32_t code = cxj__store_code_at(journey, position, h);
        size_t next = position + 1;
        while (next < journey->count && cxj__store_code_at(journey, next, h) != code) next++;
        if (next < journey->count) {
            cxj__store_set_held(journey, next, cxj__store_held(journey, next) & ~(1U << h));
        } else if (index != NULL) {
            uint64_t key = cxj__store_held_key(h, code);
            cxj__store_unindex(index, &core->seed, cxj__store_index(index, &core->seed, CXJ__INDEX_HELD, key));
            count_had(index, core, h, code, -1);
        }
    }
}

/* Folds all records, and keeps what comes of it as far as there is room: what there is none for is found out again when
 * it is needed. */
static void fold_anew(struct cxj__core *core, struct cxj__journey *journey) {
    struct cxj__fold fold;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        (void)cxj__fold_step(&fold, &entry.touchpoint, entry.held, 0, facts);
        cxj__store_checkpoint_at(journey, i + 1, &fold);
        core->folded++;
    }
    cxj__store_checkpoint(journey, journey->count, NULL, 0);
    (void)cxj__store_reserve_fold(journey, &core->memory, &fold);
    cxj__store_set_fold(journey, &fold);
    if (!renew_samples(core, journey)) cxj__store_drop_samples(journey, &core->memory);
}

/* Notes that a cell is needed, so that it is not dropped though it is empty now. */
static bool need(struct walk *walk, struct cxj_view *view, const struct cxj__key *key, const struct cxj__fact *fact) {
    (void)fact;
    struct cxj__cell *cell = cell_at(walk, view, key);
    if (cell != NULL) cell->walk = walk->number;
    return true;
}

/* Makes room for a fact, or for the journey itself, in a cell. */
static bool reserve_in(struct walk *walk, struct cxj__cell *cell, const struct cxj__fact *fact) {
    struct cxj__core *core = walk->core;
    struct cxj__index *index = walk->journey->index;
    if (fact == NULL) return reserve_all_of_journey(walk, cell);
    if (!cxj__cell_reserve_fact(cell, &core->memory, fact)) return false;
    if (fact->grain != CXJ_GRAIN_TOUCHPOINTS || index == NULL) return true;
    /* An index that is fuller than usual is slower, but right, as long as it has an empty slot. */
    return cxj__store_reserve_index(walk->journey, &core->memory, &core->seed, 1) || index->used + 2 < index->capacity;
}

/* Adds a fact, or the journey itself, if there is room; if not, the cell goes. */
static bool put_in(struct walk *walk, struct cxj_view *view, const struct cxj__key *key, const struct cxj__fact *fact) {
    struct cxj__core *core = walk->core;
    struct cxj__cell *cell = NULL;
    if (!reach(core, view, key, true, &cell) || cell == NULL) {
        view->incomplete = true;
    } else if (!reserve_in(walk, cell, fact)) {
        struct cxj__index *index = walk->journey->index;
        if (index != NULL &&
            cxj__store_indexed(index, &core->seed, CXJ__INDEX_CELL, cell->number, &core->store.probes)) {
            cxj__store_unindex(index, &core->seed, cxj__store_index(index, &core->seed, CXJ__INDEX_CELL, cell->number));
        }
        /* What a save in steps has listed may be among what goes. */
        core->store.snapshot.is_lost |= core->store.snapshot.is_open;
        cxj__view_lose(view, cell, &core->memory);
    } else if (fact == NULL) {
        add_all_of_journey(walk, cell, 1);
    } else {
        cxj__cell_add_fact(cell, fact, 1);
        if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) count_in(walk, cell, 1);
    }
    return true;
}

/* Puts all deadlines of a journey on the agendas, or notes that they are not there. */
static void add_deadlines(struct cxj__core *core, struct cxj__journey *journey) {
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__store_fold(journey, &room);
    for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
        struct cxj__deadline deadline = {fold->promises[c].due, journey->place, c};
        if (is_due(fold, c, core->now) && !add_deadline_of(core, &deadline)) core->deadlines_lost = true;
    }
    if (!seals(core)) return;
    if (cxj__agenda_reserve(&core->sealings, &core->memory, 1, cxj__plan_watches, core)) {
        watch(core, journey);
    } else {
        core->sealings_lost = true;
    }
}

void cxj__plan_withdraw(struct cxj__core *core, struct cxj__journey *journey, size_t position, uint64_t revision) {
    struct walk walk;
    struct cxj__entry entry;
    int64_t last_at = last_at_of(&journey->fold);
    uint64_t contributed = journey->fold.counts[CXJ__F_TOUCHPOINTS];
    cxj__store_keep(&core->store, &core->memory, journey);
    begin_walk(&walk, core, journey);
    (void)walk_through(&walk, take_away);
    cxj__store_unpack(journey, position, &entry);
    count_gone(core, &entry.touchpoint);
    pass_on_held(core, journey, position);
    cxj__store_take_back(journey, &core->seed, position, revision);
    fold_anew(core, journey);
    note_latest(core, journey->place, last_at, last_at_of(&journey->fold));
    core->touchpoints--;
    core->journeys -= contributed == 1;
    core->version++;
    begin_walk(&walk, core, journey);
    (void)walk_through(&walk, need);
    for (size_t v = 0; v < core->view_count; v++) {
        cxj__view_sweep_but(core->views[v], &core->memory, walk.number);
    }
    begin_walk(&walk, core, journey);
    (void)walk_through(&walk, put_in);
    for (size_t v = 0; v < core->view_count; v++) cxj__view_sweep(core->views[v], &core->memory);
    add_deadlines(core, journey);
    cxj__plan_find_latest(core);
}

/* ---- sealing a journey ------------------------------------------------------------------------------------------ */

/* What a journey to be sealed has contributed stays where it is. Besides, it is added to what the cells keep apart of
 * sealed journeys. */

/* Makes room for that. */
static bool reserve_apart(struct walk *walk, struct cxj_view *view, const struct cxj__key *key,
                          const struct cxj__fact *fact) {
    struct cxj__memory *memory = &walk->core->memory;
    struct cxj__cell *cell = cell_at(walk, view, key);
    if (cell == NULL) return true;
    return cxj__cell_reserve_sealed(cell, memory) &&
           (fact == NULL ? reserve_all_of_journey(walk, cell->sealed)
                         : cxj__cell_reserve_fact(cell->sealed, memory, fact));
}

static bool add_apart(struct walk *walk, struct cxj_view *view, const struct cxj__key *key,
                      const struct cxj__fact *fact) {
    struct cxj__cell *cell = cell_at(walk, view, key);
    if (cell == NULL) {
        view->sealed_lost = true;
    } else if (fact == NULL) {
        add_all_of_journey(walk, cell->sealed, 1);
    } else {
        cxj__cell_add_fact(cell->sealed, fact, 1);
        bool is_new = fact->grain == CXJ_GRAIN_TOUCHPOINTS && comes_first(walk, cell);
        if (is_new) cxj__cell_counts(cell->sealed)[CXJ__T_JOURNEYS]++;
    }
    return true;
}

/* Lets the journey's touchpoints go, and counts what they were. */
static void release_journey(struct cxj__core *core, struct cxj__journey *journey) {
    const struct cxj__fold *fold = &journey->fold;
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        count_names(core->dictionaries, &entry.touchpoint, cxj__names_release);
        count_names(core->dictionaries, &entry.touchpoint, cxj__names_note_sealed);
        count_facets(core->sealed_facets, entry.touchpoint.facets, 1);
    }
    note_latest(core, journey->place, last_at_of(fold), INT64_MIN);
    core->version++;
    core->held -= cxj__store_kept(journey);
    core->sealed_touchpoints += fold->counts[CXJ__F_TOUCHPOINTS];
    core->sealed_journeys += fold->counts[CXJ__F_TOUCHPOINTS] > 0;
    if (last_at_of(fold) > core->sealed_latest) core->sealed_latest = fold->last_at;
    cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
}

static bool seal(struct cxj__core *core, struct cxj__journey *journey) {
    struct walk walk;
    begin_walk(&walk, core, journey);
    if (!walk_through(&walk, reserve_apart) ||
        !cxj__store_seal(&core->store, &core->memory, &core->seed, journey->number)) {
        return false;
    }
    begin_walk(&walk, core, journey);
    (void)walk_through(&walk, add_apart);
    release_journey(core, journey);
    return true;
}

/* Watches all journeys that lack a deadline. False if some still do. */
static bool watch_all(struct cxj__core *core) {
    core->sealings_lost = false;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || sealing_of(core, journey) == INT64_MAX) continue;
        if (cxj__agenda_reserve(&core->sealings, &core->memory, 1, cxj__plan_watches, core)) {
            watch(core, journey);
        } else {
            core->sealings_lost = true;
        }
    }
    return !core->sealings_lost;
}

static cxj_status seal_due(struct cxj__core *core) {
    struct cxj__deadline deadline;
    bool all = !core->sealings_lost || watch_all(core);
    while (seals(core) && cxj__agenda_pop(&core->sealings, core->now + 1, &deadline)) {
        struct cxj__journey *journey = cxj__store_at(&core->store, deadline.place);
        if (!cxj__plan_watches(core, &deadline)) continue;
        journey->watched = 0;
        bool is_time = sealing_of(core, journey) <= core->now;
        if (is_time && seal(core, journey)) continue;
        /* The deadline that was taken has left its place free. */
        bool room = cxj__agenda_reserve(&core->sealings, &core->memory, 1, cxj__plan_watches, core);
        assert(room);
        (void)room;
        watch(core, journey);
        if (is_time) return CXJ_NO_MEMORY;
    }
    return all ? CXJ_OK : CXJ_NO_MEMORY;
}

cxj_status cxj__plan_seal(struct cxj__core *core) {
    /* What a save in steps has begun to write must not go; it can go afterwards. */
    if (core->store.snapshot.is_open) return CXJ_OK;
    cxj_status status = seal_due(core);
    cxj__plan_find_latest(core);
    return status;
}

/* ---- the clock -------------------------------------------------------------------------------------------------- */

/* Counts a commitment of a journey as overdue, wherever the journey stands. */
static void pass(struct cxj__core *core, const struct cxj__deadline *deadline) {
    core->version++;
    struct cxj__journey *journey = cxj__store_at(&core->store, deadline->place);
    struct cxj__change change;
    memset(&change, 0, sizeof change);
    change.journey = journey;
    read_journey_codes(&journey->fold, &change.before);
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *view = core->views[v];
        struct cxj__key key;
        if (view->grain != CXJ_GRAIN_JOURNEYS) continue;
        if (!find_contribution(NULL, core, &change, view, false, &core->store.probes, &key)) continue;
        struct cxj__cell *cell = cxj__view_find(view, &core->seed, &key, &core->store.probes);
        if (cell != NULL) cxj__cell_counts(cell)[CXJ__J_OVERDUE]++;
    }
}

/* Looks at all journeys for deadlines that pass, and puts all that are to come on the agenda again if it can. */
static void pass_all(struct cxj__core *core, int64_t now) {
    struct cxj__deadline deadline;
    core->deadlines_lost = false;
    while (cxj__agenda_pop(&core->agenda, now, &deadline)) continue;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__fold room;
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0) continue;
        const struct cxj__fold *fold = cxj__store_fold(journey, &room);
        for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
            deadline = (struct cxj__deadline){fold->promises[c].due, (uint32_t)place, c};
            if (!is_due(fold, c, core->now)) continue;
            if (deadline.due < now) {
                pass(core, &deadline);
            } else if (!add_deadline_of(core, &deadline)) {
                core->deadlines_lost = true;
            }
        }
    }
}

void cxj__plan_advance(struct cxj__core *core, int64_t now) {
    struct cxj__deadline deadline;
    if (core->deadlines_lost) pass_all(core, now);
    while (cxj__agenda_pop(&core->agenda, now, &deadline)) {
        if (cxj__plan_holds(core, &deadline)) pass(core, &deadline);
    }
    core->version += core->now == INT64_MIN;
    core->now = now;
}
