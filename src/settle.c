/* settle: which revision of a touchpoint holds (SPEC.md section 3).
 *
 * Arrivals are gathered by journey. Those of one id meet each other and the one that the journey holds; what holds
 * then, in order, makes a change: records from some position on make way for what is to stand there. Arrivals of a call
 * are changed all or none, so that what has been taken is always the first part of what was passed. Invariant: until
 * changes are ended, all that left is kept in entries, so that each can be undone. */
#include "settle.h"

#include <string.h>

#include "touchpoint.h"

void cxj__settle_free(struct cxj__settling *settling, struct cxj__memory *memory) {
    CXJ__FREE(memory, settling->journeys);
    CXJ__FREE(memory, settling->entries);
    CXJ__FREE(memory, settling->scratch);
    CXJ__FREE(memory, settling->refused);
    CXJ__FREE(memory, settling->leavers);
    CXJ__FREE(memory, settling->retractions);
    settling->took_back = false;
}

void cxj__settle_begin(struct cxj__settling *settling) {
    settling->journeys.count = settling->entries.count = 0;
    settling->refused.count = settling->retractions.count = settling->passed = 0;
    settling->feed = (struct cxj__feed){0};
}

/* ---- arrivals --------------------------------------------------------------------------------------------------- */

static struct cxj__arrivals *arrivals_of(struct cxj__settling *settling, struct cxj__core *core,
                                         struct cxj__journey *journey) {
    if (journey->change != 0) return &settling->journeys.items[journey->change - 1];
    if (!CXJ__APPEND(&core->memory, settling->journeys)) return NULL;
    struct cxj__arrivals *arrivals = CXJ__LAST(settling->journeys);
    memset(arrivals, 0, sizeof *arrivals);
    arrivals->journey = journey;
    journey->change = (uint32_t)settling->journeys.count;
    return arrivals;
}

/* What a touchpoint that arrives states: with the facets that its own imply; and if it is withdrawn, only which one. */
static void set_arrival(struct cxj__core *core, cxj_touchpoint *arrival, const cxj_touchpoint *touchpoint) {
    if (cxj__core_is_withdrawn(touchpoint)) {
        cxj__core_note_names(core, touchpoint);
        *arrival = (cxj_touchpoint){.journey = touchpoint->journey,
                                    .id = touchpoint->id,
                                    .revision = touchpoint->revision,
                                    .facets = CXJ_FACET_WITHDRAWN};
        return;
    }
    *arrival = *touchpoint;
    arrival->facets = cxj__touchpoint_imply(touchpoint->facets);
}

/* The journey with a number, which is often that of the last arrival; NULL if there is none. */
static struct cxj__journey *find_arriving(const struct cxj__settling *settling, struct cxj__core *core,
                                          uint64_t number) {
    if (settling->journeys.count > 0) {
        struct cxj__journey *last = CXJ__LAST(settling->journeys)->journey;
        if (last->number == number) return last;
    }
    return cxj__store_find(&core->store, &core->seed, number, &core->store.probes);
}

cxj_status cxj__settle_arrival(struct cxj__settling *settling, struct cxj__core *core, const cxj_touchpoint *touchpoint,
                               size_t place) {
    struct cxj__store *store = &core->store;
    uint64_t number = touchpoint->journey;
    struct cxj__journey *journey = find_arriving(settling, core, number);
    if (journey == NULL && cxj__store_is_sealed(store, &core->seed, number, &store->probes)) return CXJ_LATE;
    if (cxj__core_is_withdrawn(touchpoint) && touchpoint->id == 0) { /* which takes nothing back, and never can */
        cxj__core_note_names(core, touchpoint);
        settling->feed.accepted++;
        return CXJ_OK;
    }
    if (!CXJ__APPEND(&core->memory, settling->entries)) return CXJ_NO_MEMORY;
    struct cxj__entry *entry = CXJ__LAST(settling->entries);
    set_arrival(core, &entry->touchpoint, touchpoint);
    entry->held = 0;
    entry->moves = 1;
    entry->next = 0;
    entry->place = place;
    if (journey == NULL) journey = cxj__store_make(store, &core->memory, &core->seed, number);
    if (journey == NULL) return CXJ_NO_MEMORY;
    struct cxj__arrivals *arrivals = arrivals_of(settling, core, journey);
    if (arrivals == NULL) {
        if (cxj__journey_kept(journey) == 0) cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        return CXJ_NO_MEMORY;
    }
    if (arrivals->first == 0) {
        arrivals->first = settling->entries.count;
    } else {
        settling->entries.items[arrivals->last - 1].next = settling->entries.count;
    }
    arrivals->last = settling->entries.count;
    return CXJ_OK;
}

/* ---- which one holds -------------------------------------------------------------------------------------------- */

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
    int order = cxj__core_is_withdrawn(a) || cxj__core_is_withdrawn(h)
                    ? cxj__core_is_withdrawn(a) - cxj__core_is_withdrawn(h)
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
    return cxj__journey_compare(&x->touchpoint, &y->touchpoint);
}

/* Finds a change's arrivals together, those of one id side by side and in their order. One alone is there already;
 * several are copied to the end of entries. */
static bool gather(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    arrivals->range = (struct cxj__range){arrivals->first - 1, arrivals->first};
    if (arrivals->first == arrivals->last) return true;
    size_t from = settling->entries.count;
    for (size_t i = arrivals->first, next; i != 0; i = next) {
        if (!CXJ__APPEND(&core->memory, settling->entries)) return false;
        *CXJ__LAST(settling->entries) = settling->entries.items[i - 1];
        next = CXJ__LAST(settling->entries)->next;
    }
    size_t count = settling->entries.count - from;
    arrivals->range = (struct cxj__range){from, settling->entries.count};
    if (!cxj__base_grow(&core->memory, &settling->scratch.items, &settling->scratch.capacity, count,
                        sizeof *settling->scratch.items)) {
        return false;
    }
    struct cxj__entry *entries = &settling->entries.items[from];
    cxj__base_sort(entries, settling->scratch.items, count, sizeof *entries, compare_ids, NULL);
    return true;
}

/* True if the entry begins those of its id; each without an id is alone. */
static bool is_first_of_id(const struct cxj__settling *settling, const struct cxj__arrivals *arrivals, size_t i) {
    const struct cxj__entry *entries = settling->entries.items;
    return i == arrivals->range.from || entries[i].touchpoint.id == 0 ||
           entries[i - 1].touchpoint.id != entries[i].touchpoint.id;
}

/* Finds where the journey holds the ids that arrive, and notes it with the first entry of each. */
static void locate(struct cxj__settling *settling, struct cxj__core *core, const struct cxj__arrivals *arrivals) {
    for (size_t i = arrivals->range.from; i < arrivals->range.to; i++) {
        struct cxj__entry *entry = &settling->entries.items[i];
        entry->position = SIZE_MAX;
        if (entry->touchpoint.id == 0 || !is_first_of_id(settling, arrivals, i)) continue;
        entry->position =
            cxj__journey_find_id(arrivals->journey, entry->touchpoint.id, &core->seed, &core->store.probes);
        uint64_t revision = 0;
        if (entry->position == SIZE_MAX && arrivals->journey->withdrawn > 0 &&
            cxj__journey_find_withdrawn(arrivals->journey, entry->touchpoint.id, &revision)) {
            entry->position = CXJ__WITHDRAWN;
        }
    }
}

/* True if the entry is of an id that neither the journey nor an entry before it has: it needs room. */
static bool needs_room(const struct cxj__settling *settling, const struct cxj__arrivals *arrivals, size_t i) {
    return is_first_of_id(settling, arrivals, i) && settling->entries.items[i].position == SIZE_MAX;
}

static int compare_places(const void *a, const void *b, const void *context) {
    (void)context;
    size_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return ORDER(x, y);
}

/* The place in the call from which on a journey has no room for what needs some; SIZE_MAX if it has for all. */
static bool find_cutoff(struct cxj__settling *settling, struct cxj__core *core, const struct cxj__arrivals *arrivals,
                        size_t *cutoff) {
    size_t room = core->touchpoints_limit - cxj__journey_kept(arrivals->journey);
    *cutoff = SIZE_MAX;
    settling->leavers.count = 0; /* a list of sizes that is not in use yet */
    for (size_t i = arrivals->range.from; i < arrivals->range.to; i++) {
        if (!needs_room(settling, arrivals, i)) continue;
        if (!CXJ__APPEND(&core->memory, settling->leavers)) return false;
        *CXJ__LAST(settling->leavers) = settling->entries.items[i].place;
    }
    size_t count = settling->leavers.count, *places = settling->leavers.items;
    if (count <= room) return true;
    size_t *scratch = cxj__base_resize(&core->memory, NULL, 0, count * sizeof *scratch);
    if (scratch == NULL) return false;
    cxj__base_sort(places, scratch, count, sizeof *places, compare_places, NULL);
    cxj__base_resize(&core->memory, scratch, count * sizeof *scratch, 0);
    *cutoff = places[room];
    return true;
}

/* Refuses the arrivals for which the journey has no room, as if they had come one by one. */
static bool refuse(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    size_t cutoff = SIZE_MAX, kept = arrivals->range.from;
    if (cxj__journey_kept(arrivals->journey) + (arrivals->range.to - kept) <= core->touchpoints_limit) return true;
    if (!find_cutoff(settling, core, arrivals, &cutoff)) return false;
    bool refused = false;
    for (size_t i = arrivals->range.from; i < arrivals->range.to; i++) {
        struct cxj__entry *entry = &settling->entries.items[i];
        if (is_first_of_id(settling, arrivals, i))
            refused = entry->place >= cutoff && needs_room(settling, arrivals, i);
        if (!refused) continue;
        if (!CXJ__APPEND(&core->memory, settling->refused)) return false;
        *CXJ__LAST(settling->refused) = entry->place;
        entry->moves = 0;
        cxj__core_note_names(core, &entry->touchpoint);
    }
    for (size_t i = arrivals->range.from; i < arrivals->range.to; i++) {
        if (settling->entries.items[i].moves) settling->entries.items[kept++] = settling->entries.items[i];
    }
    arrivals->range.to = kept;
    return true;
}

/* Notes that a record leaves for good, for its place is taken by another revision. */
static bool leave(struct cxj__settling *settling, struct cxj__core *core, size_t position) {
    if (!CXJ__APPEND(&core->memory, settling->leavers)) return false;
    *CXJ__LAST(settling->leavers) = position;
    return true;
}

/* Notes that a touchpoint is withdrawn from now on, or is not any more; known: it was before. */
static bool retract(struct cxj__settling *settling, struct cxj__core *core, const cxj_touchpoint *t, bool known,
                    bool stands) {
    if (!CXJ__APPEND(&core->memory, settling->retractions)) return false;
    *CXJ__LAST(settling->retractions) = (struct cxj__retraction){t->id, t->revision, known, stands};
    return true;
}

/* Lets the arrivals of one id, those from i on, meet each other and the one that the journey holds. The one that holds
 * then is *winner. Returns how many they are. */
static size_t settle_id(struct cxj__settling *settling, struct cxj__core *core, const struct cxj__arrivals *arrivals,
                        size_t i, struct cxj__entry *winner) {
    const struct cxj__entry *entries = settling->entries.items;
    size_t from = i, position = entries[i].position;
    uint64_t id = entries[i].touchpoint.id;
    if (position == CXJ__WITHDRAWN) {
        memset(winner, 0, sizeof *winner);
        winner->touchpoint = (cxj_touchpoint){.id = id, .facets = CXJ_FACET_WITHDRAWN};
        (void)cxj__journey_find_withdrawn(arrivals->journey, id, &winner->touchpoint.revision);
    } else if (position != SIZE_MAX) {
        cxj__journey_unpack(arrivals->journey, position, winner);
    } else {
        settling->feed.accepted++;
        *winner = entries[i++];
        cxj__core_note_names(core, &winner->touchpoint);
    }
    for (; i < arrivals->range.to && entries[i].touchpoint.id == id; i++) {
        settling->took_back |=
            cxj__core_is_withdrawn(&winner->touchpoint) || cxj__core_is_withdrawn(&entries[i].touchpoint);
        *winner = *meet(core, &settling->feed, winner, &entries[i]);
        cxj__core_note_names(core, &entries[i].touchpoint);
    }
    return i - from;
}

/* True if the entry is the only one of its id, or has none. */
static bool is_alone(const struct cxj__settling *settling, const struct cxj__arrivals *arrivals, size_t i) {
    const struct cxj__entry *entries = settling->entries.items;
    uint64_t id = entries[i].touchpoint.id;
    bool is_last = i + 1 == arrivals->range.to || entries[i + 1].touchpoint.id != id;
    return id == 0 || (is_last && entries[i].position == SIZE_MAX);
}

/* Notes what becomes of an id of which another touchpoint holds now, the one before being at position. *arrives says
 * whether it is a record that arrives. */
static bool place_winner(struct cxj__settling *settling, struct cxj__core *core, const cxj_touchpoint *winner,
                         size_t position, bool *arrives) {
    bool known = position == CXJ__WITHDRAWN;
    *arrives = !cxj__core_is_withdrawn(winner);
    if (!known && position != SIZE_MAX && !leave(settling, core, position)) return false;
    return (!known && *arrives) || retract(settling, core, winner, known, !*arrives);
}

/* Of each id keeps the one that holds, noting which records leave. Entries without an id all stay. */
static bool settle(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    size_t from = arrivals->range.from, kept = from;
    struct cxj__entry *entries = settling->entries.items;
    settling->leavers.count = 0;
    arrivals->retractions.from = settling->retractions.count;
    for (size_t i = from; i < arrivals->range.to;) {
        struct cxj__entry winner;
        size_t position = entries[i].position;
        bool arrives = true;
        if (is_alone(settling, arrivals, i)) {
            settling->feed.accepted++;
            if (cxj__core_is_withdrawn(&entries[i].touchpoint)) {
                if (!place_winner(settling, core, &entries[i].touchpoint, position, &arrives)) return false;
            } else if (kept != i) {
                entries[kept] = entries[i];
            }
            kept += arrives;
            i++;
            continue;
        }
        i += settle_id(settling, core, arrivals, i, &winner);
        if (!winner.moves) continue;
        if (!place_winner(settling, core, &winner.touchpoint, position, &arrives)) return false;
        if (arrives) entries[kept++] = winner;
    }
    arrivals->range.to = kept;
    arrivals->retractions.to = settling->retractions.count;
    if (arrivals->retractions.to > arrivals->retractions.from) settling->passed += arrivals->journey->withdrawn;
    if (kept - from > 1) {
        cxj__base_sort(entries + from, settling->scratch.items, kept - from, sizeof *entries, compare_entries, NULL);
    }
    return true;
}
/* ---- from arrivals to changes ----------------------------------------------------------------------------------- */

/* Unpacks the journey's records from a position on to the end of entries; those that make way leave for good. */
static bool unpack_leaving(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    const struct cxj__journey *journey = arrivals->journey;
    size_t position = arrivals->edit.position;
    arrivals->leaving.from = settling->entries.count;
    for (size_t i = position; i < journey->count; i++) {
        if (!CXJ__APPEND(&core->memory, settling->entries)) return false;
        cxj__journey_unpack(journey, i, CXJ__LAST(settling->entries));
    }
    arrivals->leaving.to = settling->entries.count;
    for (size_t i = 0; i < settling->leavers.count; i++) {
        settling->entries.items[arrivals->leaving.from + settling->leavers.items[i] - position].moves = 1;
    }
    return true;
}

/* Merges what stays of the leaving entries with what arrives, both in order; of equals, what was there stands first. */
static bool merge_entries(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    struct cxj__range merged = {settling->entries.count, 0};
    size_t a = arrivals->leaving.from, b = arrivals->range.from;
    while (a < arrivals->leaving.to || b < arrivals->range.to) {
        if (!CXJ__APPEND(&core->memory, settling->entries)) return false;
        const struct cxj__entry *entries = settling->entries.items;
        if (a < arrivals->leaving.to && entries[a].moves) {
            settling->entries.count--;
            a++;
            continue;
        }
        bool first = b == arrivals->range.to ||
                     (a < arrivals->leaving.to && compare_entries(&entries[a], &entries[b], NULL) <= 0);
        *CXJ__LAST(settling->entries) = entries[first ? a++ : b++];
    }
    merged.to = settling->entries.count;
    arrivals->range = merged;
    return true;
}

/* The position from which a journey changes. */
static size_t find_position(const struct cxj__settling *settling, const struct cxj__arrivals *arrivals) {
    const struct cxj__journey *journey = arrivals->journey;
    size_t position = journey->count;
#ifdef CXJ__ALWAYS_EDIT /* as a test builds the library: all is taken back, and appended from the beginning */
    return 0;
#endif
    if (arrivals->range.to > arrivals->range.from) {
        position = cxj__journey_position(journey, &settling->entries.items[arrivals->range.from].touchpoint);
    }
    for (size_t i = 0; i < settling->leavers.count; i++) {
        if (settling->leavers.items[i] < position) position = settling->leavers.items[i];
    }
    return position;
}

/* From the arrivals of one journey to the entries that leave and that are to stand. */
static bool resolve(struct cxj__settling *settling, struct cxj__core *core, struct cxj__arrivals *arrivals) {
    if (!gather(settling, core, arrivals)) return false;
    locate(settling, core, arrivals);
    if (!refuse(settling, core, arrivals) || !settle(settling, core, arrivals)) return false;
    arrivals->edit.journey = arrivals->journey;
    arrivals->edit.position = arrivals->journey->count;
    if (arrivals->range.to == arrivals->range.from && settling->leavers.count == 0) return true;
    arrivals->edit.position = find_position(settling, arrivals);
    return unpack_leaving(settling, core, arrivals) &&
           (arrivals->leaving.to == arrivals->leaving.from || merge_entries(settling, core, arrivals));
}

/* True if nothing changes after all. */
static bool is_void(const struct cxj__edit *edit) {
    return edit->leaving_count == 0 && edit->arriving_count == 0 && edit->retraction_count == 0;
}

/* Lets the change point to its entries, which do not move any more. */
static void set_edit(const struct cxj__settling *settling, struct cxj__arrivals *arrivals) {
    struct cxj__edit *edit = &arrivals->edit;
    edit->leaving = CXJ__AT(settling->entries.items, arrivals->leaving.from);
    edit->arriving = CXJ__AT(settling->entries.items, arrivals->range.from);
    edit->retractions = CXJ__AT(settling->retractions.items, arrivals->retractions.from);
    edit->leaving_count = arrivals->leaving.to - arrivals->leaving.from;
    edit->arriving_count = arrivals->range.to - arrivals->range.from;
    edit->retraction_count = arrivals->retractions.to - arrivals->retractions.from;
}

/* Finds out all changes, and makes room for what they may make come due. */
static bool find_changes(struct cxj__settling *settling, struct cxj__core *core) {
    size_t deadlines = 0;
    for (size_t i = 0; i < settling->journeys.count; i++) {
        if (!resolve(settling, core, &settling->journeys.items[i])) return false;
    }
    for (size_t i = 0; i < settling->journeys.count; i++) {
        set_edit(settling, &settling->journeys.items[i]);
        deadlines += cxj__append_deadlines(&settling->journeys.items[i].edit);
    }
    return cxj__due_reserve(core, deadlines) && cxj__seal_reserve(core, settling->journeys.count);
}

/* Undoes the first changes, the last of them first. */
static void undo_first(struct cxj__settling *settling, struct cxj__core *core, size_t count) {
    while (count-- > 0) {
        const struct cxj__edit *edit = &settling->journeys.items[count].edit;
        if (!is_void(edit)) cxj__append_undo(core, edit);
    }
}

/* Ends the arrivals: cells and journeys that hold nothing go. */
static void end(struct cxj__settling *settling, struct cxj__core *core, bool is_made) {
    if (core->alerts != NULL) cxj__alerts_settle(core, is_made ? SIZE_MAX : 0);
    cxj__core_note_left_out(core, is_made);
    cxj__core_sweep(core);
    for (size_t i = 0; i < settling->journeys.count; i++) {
        struct cxj__journey *journey = settling->journeys.items[i].journey;
        journey->change = 0;
        if (cxj__journey_kept(journey) == 0) cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
    }
    settling->journeys.count = 0;
}

bool cxj__settle_change(struct cxj__settling *settling, struct cxj__core *core) {
    size_t made = 0;
    bool room = find_changes(settling, core);
    while (room && made < settling->journeys.count) {
        struct cxj__edit *edit = &settling->journeys.items[made].edit;
        room = is_void(edit) || cxj__append_edit(core, edit);
        made += room;
    }
    for (size_t i = 0; room && core->alerts != NULL && i < made; i++) {
        const struct cxj__edit *edit = &settling->journeys.items[i].edit;
        room = is_void(edit) || cxj__alerts_expect(core, edit->journey);
    }
    if (room) return true;
    undo_first(settling, core, made);
    end(settling, core, false);
    return false;
}

void cxj__settle_undo(struct cxj__settling *settling, struct cxj__core *core) {
    undo_first(settling, core, settling->journeys.count);
    end(settling, core, false);
}

void cxj__settle_end(struct cxj__settling *settling, struct cxj__core *core) {
    bool changed = false;
    for (size_t i = 0; i < settling->journeys.count; i++) {
        const struct cxj__edit *edit = &settling->journeys.items[i].edit;
        if (is_void(edit)) continue;
        cxj__append_settle(core, edit);
        changed = true;
    }
    core->version += changed;
    end(settling, core, true);
    cxj__core_find_latest(core);
}
