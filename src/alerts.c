/* alerts: rules that were added, what they have raised, and the queue of alerts (SPEC.md section 9).
 *
 * Beside the store stands, for each of its places, what rules know of the journey there (raised.h): the moment at which
 * it is to be looked at, never later than the one at which something begins to hold of it; and what was raised of it,
 * side by side in the order of rules, so that one walk along it tells which of the occasions are new. So a touchpoint
 * that moves a deadline further leaves it where it is, and nothing is looked up by a hash.
 *
 * A journey that a call changes is looked at where the change is made, and may fail: room is made for what is new, and
 * its alerts are written while the journey is near. They wait until the call ends. Where the journey changes again in
 * the same call it is looked at again, and those of before are void: what was raised of it is only noted when the call
 * ends, which cannot fail.
 * What the clock brings needs memory, too: where that ends, the alerts are behind, and who comes next looks at all
 * journeys, from the moment up to which all was raised. */
#include "alerts.h"

#include <assert.h>
#include <string.h>

#include "queue.h"

enum { BATCH = 16, MANY_VOID = 16 };
#define NEVER INT64_MAX

_Static_assert((int)CXJ__RAISED_EACH == (int)CXJ__COMMITMENTS &&
                   CXJ__RAISED_MOST >= (int)CXJ__MOST_RULES * CXJ__COMMITMENTS,
               "each rule and commitment has its key");

/* A journey that a call has changed, if that matters to rules. */
struct changed {
    int64_t next;   /* when it is to be looked at, if that is earlier than it was; else NEVER */
    size_t first;   /* of its alerts */
    uint32_t count; /* of those */
    uint32_t place;
    const struct cxj__journey *journey; /* as long as it is not known whether it stands */
    uint32_t nth;                       /* of those since it was known the last time which stand */
};

struct cxj__alerts {
    CXJ__LIST(struct cxj__rule) rules; /* by number */
    size_t most;                       /* occasions that all rules can have in one journey */
    struct cxj__watches watches;
    struct cxj__agenda agenda;
    CXJ__LIST(struct changed) changed; /* first those that stand, and raise something, then those that may not stand */
    size_t standing;
    uint32_t expected; /* those since it was known the last time which stand */
    cxj_alert *call;   /* alerts of the call; rule is its place, plus one, and 0 in those that are void */
    size_t call_count, call_capacity, call_void;
    struct cxj__moment *order; /* room to put those in order, and to sort them */
    size_t order_capacity;
    struct cxj__queue queue;
    bool is_behind;
    int64_t raised_to; /* if it is behind: all that held up to then was raised */
};

/* What becomes of an occasion that is new: nothing; it counts as raised; an alert is written; or both. */
enum fate { IS_COUNTED, IS_NOTED, IS_WRITTEN, IS_RAISED };

/* ---- room ------------------------------------------------------------------------------------------------------- */

static struct cxj__watch *watch_of(const struct cxj__alerts *alerts, size_t place) {
    return cxj__raised_watch(&alerts->watches, place);
}

/* Room for so many alerts of the call, and to put them in order. */
CXJ__COLD static bool reserve_call(struct cxj__core *core, size_t further) {
    struct cxj__alerts *alerts = core->alerts;
    size_t wanted = alerts->call_count + further;
    return cxj__base_grow(&core->memory, &alerts->call, &alerts->call_capacity, wanted, sizeof *alerts->call) &&
           cxj__base_grow(&core->memory, &alerts->order, &alerts->order_capacity, 2 * wanted, sizeof *alerts->order);
}

/* Room for the alerts of the call where those go that it raises, and for so many more. */
CXJ__COLD static bool reserve_queue(struct cxj__core *core, size_t further) {
    struct cxj__alerts *alerts = core->alerts;
    size_t wanted = alerts->queue.count + alerts->call_count + further;
    return cxj__queue_reserve(&alerts->queue, &core->memory, wanted, core->alerts_limit);
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

/* Forgets the alerts of the call from one on, and leaves no trace of them. */
static void cut_call(struct cxj__alerts *alerts, size_t count) {
    size_t cut = alerts->call_count - count;
    if (cut > 0) memset(alerts->call + count, 0, cut * sizeof *alerts->call);
    alerts->call_count = count;
}

static int compare_alerts(const void *a, const void *b, const void *context) {
    const struct cxj__moment *m = a, *n = b;
    const cxj_alert *call = context, *x = &call[m->place], *y = &call[n->place];
    if (m->at != n->at) return m->at < n->at ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* Puts the alerts of the call in order that are not void and that the queue can hold; returns how many there are. */
static size_t order_call(struct cxj__core *core, const struct cxj__moment **order) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__moment *items = alerts->order, *room = items + alerts->call_count;
    size_t count = 0, limit = core->alerts_limit;
    for (size_t i = 0; i < alerts->call_count; i++) {
        if (alerts->call[i].rule != 0) items[count++] = (struct cxj__moment){alerts->call[i].from, i};
    }
    items = cxj__base_sort_moments(items, count, &room, compare_alerts, alerts->call);
    *order = items;
    if (count <= limit) return count;
    core->alerts_dropped += count - limit;
    for (size_t i = 0; i < count - limit; i++) alerts->call[items[i].place].rule = 0;
    *order = items + (count - limit);
    return limit;
}

/* Lets go of the others, where nothing makes alerts void any more. */
CXJ__COLD static void thin_call(struct cxj__core *core) {
    struct cxj__alerts *alerts = core->alerts;
    const struct cxj__moment *order;
    size_t kept = 0;
    (void)order_call(core, &order);
    for (size_t i = 0; i < alerts->call_count; i++) {
        if (alerts->call[i].rule != 0) alerts->call[kept++] = alerts->call[i];
    }
    cut_call(alerts, kept);
}

/* Takes the alerts of the call to the queue, and leaves no trace of them where they were. */
static void queue_call(struct cxj__core *core) {
    enum { KEEP = 8192 };
    struct cxj__alerts *alerts = core->alerts;
    const struct cxj__moment *order;
    if (alerts->call_count == 0) return;
    size_t count = order_call(core, &order);
    for (size_t i = 0; i < count; i++) {
        if (alerts->queue.count == core->alerts_limit) {
            cxj__queue_drop_first(&alerts->queue);
            core->alerts_dropped++;
        }
        cxj_alert *alert = cxj__queue_add(&alerts->queue);
        *alert = alerts->call[order[i].place];
        alert->rule = alerts->rules.items[alert->rule - 1].number;
        alert->raised_at = core->now == INT64_MIN ? 0 : core->now;
    }
    cut_call(alerts, 0);
    alerts->call_void = 0;
    if (alerts->call_capacity <= KEEP) return;
    cxj__base_release(&core->memory, &alerts->call, &alerts->call_capacity, sizeof *alerts->call);
    cxj__base_release(&core->memory, &alerts->order, &alerts->order_capacity, sizeof *alerts->order);
}

size_t cxj__alerts_waiting(const struct cxj__core *core) {
    return core->alerts == NULL ? 0 : core->alerts->queue.count;
}

bool cxj__alerts_take(struct cxj__core *core, cxj_alert *alert) {
    if (cxj__alerts_waiting(core) == 0) return false;
    *alert = *cxj__queue_at(&core->alerts->queue, 0);
    cxj__queue_drop_first(&core->alerts->queue);
    return true;
}

/* Adds the customer to alerts, later than all else: few journeys are near with their rare fields. */
CXJ__COLD static void add_customers(struct cxj__alerts *alerts, const struct cxj__journey *journey, size_t first,
                                    size_t count) {
    uint64_t customer = count > 0 ? cxj__journey_customer(journey) : 0;
    for (size_t i = first; i < first + count; i++) alerts->call[i].customer = customer;
}

/* ---- looking at a journey --------------------------------------------------------------------------------------- */

/* True if an occasion is new; *place goes on to where it stands, or would. */
static inline bool is_new(struct cxj__watch *watch, const struct cxj__rule *rule, uint16_t key, int64_t since,
                          uint32_t *place) {
    *place = cxj__raised_find(watch, *place, key);
    if (!cxj__raised_is_at(watch, *place, key)) return true;
    int64_t raised = *cxj__raised_since(watch, *place);
    return rule->later_only ? since > raised : since != raised;
}

/* Notes that an occasion that is new was raised, for which there is room. */
static void note_raised(struct cxj__watch *watch, uint32_t place, uint16_t key, int64_t since) {
    if (cxj__raised_is_at(watch, place, key)) {
        *cxj__raised_since(watch, place) = since;
    } else {
        cxj__raised_insert(watch, place, key, since);
    }
}

/* Lets rules from one on look at a journey; returns how many of its occasions are new, or SIZE_MAX where there was no
 * memory for one; those before it are dealt with. */
static size_t look_at(struct cxj__core *core, struct cxj__watch *watch, struct cxj__rule_look *look, size_t first,
                      enum fate fate) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule *all = alerts->rules.items;
    uint32_t place = 0;
    size_t count = 0, end = alerts->rules.count;
    if (look->journey->count == 0) return 0;
    for (size_t r = first; (r = cxj__rule_next(all, r, end, look)) < end; r++) {
        struct cxj__rule_occasion occasions[CXJ__COMMITMENTS];
        size_t found = cxj__rule_occasions(&all[r], look, occasions);
        for (size_t i = 0; i < found; i++) {
            struct cxj__rule_occasion *occasion = &occasions[i];
            uint16_t key = cxj__raised_key(r, occasion->commitment);
            if (!is_new(watch, &all[r], key, occasion->since, &place) || !cxj__rule_refine(&all[r], look, occasion)) {
                continue;
            }
            count++;
            if (fate >= IS_WRITTEN && !reserve_call(core, 1)) return SIZE_MAX;
            if (fate == IS_NOTED || fate == IS_RAISED) {
                if (!cxj__raised_reserve(watch, &core->memory, 1)) return SIZE_MAX;
                note_raised(watch, place, key, occasion->since);
            }
            if (fate >= IS_WRITTEN) {
                cxj__rule_write(look->journey, occasion, (uint32_t)r + 1, &alerts->call[alerts->call_count++]);
            }
            all[r].raised += fate == IS_RAISED;
        }
    }
    return count;
}

static bool reserve_watches(struct cxj__core *core, size_t place) {
    return cxj__raised_reserve_watches(&core->alerts->watches, &core->memory, place);
}

static int64_t moment_before(int64_t now) {
    return now == INT64_MIN ? now : now - 1;
}

/* True if a deadline is still one. */
static bool is_watched(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    const struct cxj__watch *watch = watch_of(core->alerts, deadline->place);
    return watch != NULL && watch->at == deadline->due;
}

static bool reserve_watching(struct cxj__core *core, size_t further) {
    return cxj__agenda_reserve(&core->alerts->agenda, &core->memory, further, is_watched, core);
}

/* Sees to it that a journey is looked at no later than at a moment. There is room. */
static void watch_until(struct cxj__alerts *alerts, size_t place, int64_t moment) {
    struct cxj__watch *watch = watch_of(alerts, place);
    if (moment >= watch->at) return;
    watch->at = moment;
    cxj__agenda_push(&alerts->agenda, (struct cxj__deadline){moment, (uint32_t)place, 0});
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

CXJ__COLD bool cxj__alerts_open(struct cxj__core *core) {
    struct cxj__memory *memory = &core->memory;
    if (core->alerts == NULL) {
        core->alerts = cxj__base_resize(memory, NULL, 0, sizeof *core->alerts);
        if (core->alerts == NULL) return false;
        memset(core->alerts, 0, sizeof *core->alerts);
    }
    struct cxj__alerts *alerts = core->alerts;
    if (cxj__base_grow(memory, &alerts->rules.items, &alerts->rules.capacity, alerts->rules.count + 1,
                       sizeof *alerts->rules.items)) {
        return true;
    }
    if (alerts->rules.count == 0) cxj__alerts_close(core);
    return false;
}

CXJ__COLD void cxj__alerts_close(struct cxj__core *core) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__memory *memory = &core->memory;
    if (alerts == NULL) return;
    for (size_t r = 0; r < alerts->rules.count; r++) {
        cxj__rule_finish(&alerts->rules.items[r], core->dictionaries, memory);
    }
    CXJ__FREE(memory, alerts->rules);
    CXJ__FREE(memory, alerts->changed);
    cxj__raised_finish(&alerts->watches, memory);
    cxj__agenda_finish(&alerts->agenda, memory);
    cxj__base_release(memory, &alerts->call, &alerts->call_capacity, sizeof *alerts->call);
    cxj__base_release(memory, &alerts->order, &alerts->order_capacity, sizeof *alerts->order);
    cxj__queue_finish(&alerts->queue, memory);
    core->alerts = NULL;
    cxj__base_resize(memory, alerts, sizeof *alerts, 0);
}

size_t cxj__alerts_rules(const struct cxj__core *core) {
    return core->alerts == NULL ? 0 : core->alerts->rules.count;
}

const struct cxj__rule *cxj__alerts_rule_at(const struct cxj__core *core, size_t place) {
    return place < cxj__alerts_rules(core) ? &core->alerts->rules.items[place] : NULL;
}

CXJ__COLD const struct cxj__rule *cxj__alerts_find_rule(const struct cxj__core *core, const char *text, size_t length) {
    for (size_t r = 0; r < cxj__alerts_rules(core); r++) {
        const struct cxj__query *query = &core->alerts->rules.items[r].query;
        if (query->text_length == length && memcmp(query->text, text, length) == 0)
            return &core->alerts->rules.items[r];
    }
    return NULL;
}

CXJ__COLD const struct cxj__rule *cxj__alerts_rule_in_hours(const struct cxj__core *core) {
    for (size_t r = 0; r < cxj__alerts_rules(core); r++) {
        if (core->alerts->rules.items[r].query.in_hours) return &core->alerts->rules.items[r];
    }
    return NULL;
}

CXJ__COLD const struct cxj__rule *cxj__alerts_rule_lacking(const struct cxj__core *core, uint32_t unrecorded,
                                                           struct cxj__rule_facets *facets) {
    for (size_t r = 0; r < cxj__alerts_rules(core); r++) {
        if (cxj__rule_lacks(&core->alerts->rules.items[r], unrecorded, facets)) return &core->alerts->rules.items[r];
    }
    return NULL;
}

CXJ__COLD void cxj__alerts_add_rule(struct cxj__core *core, struct cxj__rule *rule) {
    struct cxj__alerts *alerts = core->alerts;
    rule->number = ++core->last_rule;
    alerts->rules.items[alerts->rules.count++] = *rule;
    alerts->most += CXJ__COMMITMENTS; /* more than most rules have */
    memset(rule, 0, sizeof *rule);
}

static bool is_of_other_rule(void *context, cxj_alert *alert, uint64_t rule) {
    (void)context;
    return alert->rule != rule;
}

CXJ__COLD void cxj__alerts_drop_rule(struct cxj__core *core, size_t place) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule *rule = &alerts->rules.items[place];
    for (size_t p = 0; p < alerts->watches.count * CXJ__WATCHES; p++) cxj__raised_drop_rule(watch_of(alerts, p), place);
    cxj__queue_filter(&alerts->queue, is_of_other_rule, NULL, rule->number);
    cxj__rule_finish(rule, core->dictionaries, &core->memory);
    alerts->rules.count--;
    alerts->most -= CXJ__COMMITMENTS;
    memmove(rule, rule + 1, (alerts->rules.count - place) * sizeof *rule);
    if (alerts->rules.count == 0) cxj__alerts_close(core);
}

/* ---- what counts as raised -------------------------------------------------------------------------------------- */

/* Lets those rules look at the next journey from *place on, which is set to the place behind it; false if there is
 * none. */
static bool look_at_next(struct cxj__core *core, const struct cxj__alerts_noting *noting, enum fate fate, size_t *place,
                         size_t *count, struct cxj__rule_look *look) {
    struct cxj__alerts *alerts = core->alerts;
    while (*place < core->store.places) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, (*place)++);
        if (journey->number == 0) continue;
        cxj__rule_begin(look, journey, noting->calendar, moment_before(noting->now), noting->now);
        *count =
            look_at(core, watch_of(alerts, *place - 1), look, noting->last_only ? alerts->rules.count - 1 : 0, fate);
        return true;
    }
    return false;
}

CXJ__COLD bool cxj__alerts_reserve_noting(struct cxj__core *core, const struct cxj__alerts_noting *noting) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule_look look;
    size_t place = 0, count = 0, deadlines = 0;
    if (core->store.places > 0 && !reserve_watches(core, core->store.places - 1)) return false;
    while (look_at_next(core, noting, IS_COUNTED, &place, &count, &look)) {
        struct cxj__watch *watch = watch_of(alerts, place - 1);
        if (!cxj__raised_reserve(watch, &core->memory, count)) return false;
        deadlines += look.next < watch->at;
    }
    return deadlines == 0 || reserve_watching(core, deadlines);
}

CXJ__COLD void cxj__alerts_note(struct cxj__core *core, const struct cxj__alerts_noting *noting) {
    struct cxj__rule_look look;
    size_t place = 0, count = 0;
    while (look_at_next(core, noting, IS_NOTED, &place, &count, &look)) watch_until(core->alerts, place - 1, look.next);
}

/* ---- what the clock brings -------------------------------------------------------------------------------------- */

void cxj__alerts_approach(const struct cxj__core *core, const struct cxj__journey *journey) {
    const struct cxj__watch *watch = watch_of(core->alerts, journey->place);
    if (watch != NULL) cxj__base_touch(watch);
}

/* Raises what holds of a journey at some moment after one, up to now. There is room for a deadline. */
static bool raise_since(struct cxj__core *core, const struct cxj__journey *journey, int64_t after) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule_look look;
    struct cxj__watch *watch = watch_of(alerts, journey->place);
    if (alerts->call_count >= 2 * (size_t)core->alerts_limit) thin_call(core);
    if (!reserve_call(core, alerts->most) || !reserve_queue(core, alerts->most)) return false;
    size_t first = alerts->call_count;
    cxj__rule_begin(&look, journey, core->calendar, after, core->now);
    bool room = look_at(core, watch, &look, 0, IS_RAISED) != SIZE_MAX;
    add_customers(alerts, journey, first, alerts->call_count - first);
    if (room) watch_until(alerts, journey->place, look.next);
    return room;
}

/* From now on all journeys have to be looked at, from a moment on. */
static void fall_behind(struct cxj__alerts *alerts, int64_t from) {
    if (!alerts->is_behind) alerts->raised_to = from;
    alerts->is_behind = true;
}

/* Looks at all journeys. */
CXJ__COLD static bool catch_up(struct cxj__core *core) {
    struct cxj__alerts *alerts = core->alerts;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0) continue;
        if (!reserve_watches(core, place) || !reserve_watching(core, 1) ||
            !raise_since(core, journey, alerts->raised_to)) {
            return false;
        }
    }
    alerts->is_behind = false;
    return true;
}

/* Takes some deadlines that have come off the agenda, and brings nearer what is known of their journeys. */
static size_t take_due(struct cxj__core *core, struct cxj__deadline due[BATCH]) {
    struct cxj__alerts *alerts = core->alerts;
    size_t taken = 0;
    while (taken < BATCH && cxj__agenda_pop(&alerts->agenda, core->now + 1, &due[taken])) taken++;
    for (size_t i = 0; i < taken; i++) cxj__base_touch(watch_of(alerts, due[i].place));
    return taken;
}

/* The journeys of those deadlines that still are some; they come nearer. No deadline stands there any more. */
static size_t find_watched(struct cxj__core *core, const struct cxj__deadline due[BATCH], size_t taken,
                           const struct cxj__journey *journeys[BATCH]) {
    size_t count = 0;
    for (size_t i = 0; i < taken; i++) {
        if (!is_watched(core, &due[i])) continue;
        watch_of(core->alerts, due[i].place)->at = NEVER;
        journeys[count] = cxj__store_at(&core->store, due[i].place);
        cxj__store_prefetch_journey(journeys[count++]);
    }
    return count;
}

/* While the next deadlines are taken off the agenda, the journeys of those before come nearer. */
bool cxj__alerts_advance(struct cxj__core *core, int64_t from) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__deadline due[BATCH];
    const struct cxj__journey *journeys[BATCH];
    bool room = !alerts->is_behind || catch_up(core);
    size_t taken = room && core->now > from ? take_due(core, due) : 0;
    while (taken > 0) {
        size_t count = find_watched(core, due, taken, journeys);
        room = room && reserve_watching(core, BATCH);
        taken = room ? take_due(core, due) : 0;
        for (size_t i = 0; i < count; i++) cxj__journey_approach_customer(journeys[i]);
        for (size_t i = 0; i < count; i++) room = room && raise_since(core, journeys[i], from);
    }
    if (!room) fall_behind(alerts, from);
    queue_call(core);
    return room;
}

CXJ__COLD bool cxj__alerts_reserve_all(struct cxj__core *core) {
    size_t places = core->store.places;
    return places == 0 || (reserve_watches(core, places - 1) && reserve_watching(core, places));
}

CXJ__COLD void cxj__alerts_watch_all(struct cxj__core *core) {
    for (size_t place = 0; place < core->store.places; place++) {
        if (cxj__store_at(&core->store, place)->number != 0) watch_until(core->alerts, place, core->now);
    }
}

/* ---- a call ----------------------------------------------------------------------------------------------------- */

bool cxj__alerts_begin_call(struct cxj__core *core) {
    if (!core->alerts->is_behind) return true;
    bool room = catch_up(core);
    queue_call(core);
    return room;
}

bool cxj__alerts_expect(struct cxj__core *core, const struct cxj__journey *journey) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule_look look;
    size_t first = alerts->call_count;
    if (!reserve_watches(core, journey->place)) return false;
    struct cxj__watch *watch = watch_of(alerts, journey->place);
    cxj__rule_begin(&look, journey, core->calendar, moment_before(core->now), core->now);
    look.next = watch->at; /* what comes later need not be found */
    size_t count = look_at(core, watch, &look, 0, IS_WRITTEN);
    if (look.next == watch->at) look.next = NEVER;
    if (count == 0 && look.next == NEVER && watch->changed == 0) {
        alerts->expected++;
        return true;
    }
    if (count == SIZE_MAX ||
        (look.next != NEVER && !reserve_watching(core, alerts->changed.count - alerts->standing + 1)) ||
        (count > 0 && (!cxj__raised_reserve(watch, &core->memory, count) || !reserve_queue(core, 0))) ||
        !CXJ__APPEND(&core->memory, alerts->changed)) {
        cut_call(alerts, first);
        return false;
    }
    *CXJ__LAST(alerts->changed) =
        (struct changed){look.next, first, (uint32_t)count, journey->place, journey, alerts->expected++};
    return true;
}

/* What a journey would have raised as it stood before in the call is void. */
CXJ__COLD static void make_void(struct cxj__alerts *alerts, struct cxj__watch *watch) {
    if (watch->changed == 0) return;
    const struct changed *item = &alerts->changed.items[watch->changed - 1];
    for (size_t i = item->first; i < item->first + item->count; i++) alerts->call[i].rule = 0;
    alerts->call_void += item->count;
    watch->changed = 0;
}

/* Where journeys change again and again in a call, most of its alerts are void: those that stand move together, so that
 * the room they take is in proportion to them. */
CXJ__COLD static void compact_call(struct cxj__alerts *alerts) {
    struct changed *items = alerts->changed.items;
    size_t kept = 0, standing = 0;
    for (size_t i = 0; i < alerts->standing; i++) {
        const struct changed item = items[i];
        if (watch_of(alerts, item.place)->changed != i + 1) continue; /* it has changed since */
        memmove(&alerts->call[kept], &alerts->call[item.first], item.count * sizeof *alerts->call);
        items[standing] = item;
        items[standing].first = kept;
        kept += item.count;
        watch_of(alerts, item.place)->changed = (uint32_t)++standing;
    }
    cut_call(alerts, kept);
    alerts->call_void = 0;
    alerts->standing = alerts->changed.count = standing;
}

void cxj__alerts_settle(struct cxj__core *core, size_t count) {
    struct cxj__alerts *alerts = core->alerts;
    struct changed *items = alerts->changed.items;
    for (size_t i = alerts->standing; i < alerts->changed.count; i++) {
        if (items[i].count > 0) cxj__journey_approach_customer(items[i].journey);
    }
    for (size_t i = alerts->standing; i < alerts->changed.count; i++) {
        const struct changed item = items[i];
        if (item.nth >= count) {
            cut_call(alerts, item.first);
            break;
        }
        if (item.next != NEVER) watch_until(alerts, item.place, item.next);
        struct cxj__watch *watch = watch_of(alerts, item.place);
        make_void(alerts, watch);
        if (item.count == 0) continue;
        add_customers(alerts, item.journey, item.first, item.count);
        items[alerts->standing++] = item;
        watch->changed = (uint32_t)alerts->standing;
    }
    alerts->changed.count = alerts->standing;
    alerts->expected = 0;
    if (alerts->call_void > MANY_VOID && alerts->call_void > alerts->call_count / 2) compact_call(alerts);
}

void cxj__alerts_expect_anyway(struct cxj__core *core, const struct cxj__journey *journey) {
    if (cxj__alerts_expect(core, journey)) {
        cxj__alerts_settle(core, 1);
    } else {
        fall_behind(core->alerts, moment_before(core->now));
    }
}

/* Notes what a journey has raised, which makes room for it sure. What is not new after all is void. */
static void note_changed(struct cxj__alerts *alerts, const struct changed *item) {
    struct cxj__watch *watch = watch_of(alerts, item->place);
    uint32_t place = 0;
    watch->changed = 0;
    for (size_t i = item->first; i < item->first + item->count; i++) {
        cxj_alert *alert = &alerts->call[i];
        if (alert->rule == 0) continue;
        struct cxj__rule *rule = &alerts->rules.items[alert->rule - 1];
        uint16_t key = cxj__raised_key(alert->rule - 1, alert->commitment);
        if (is_new(watch, rule, key, alert->since, &place)) {
            note_raised(watch, place, key, alert->since);
            rule->raised++;
        } else {
            alert->rule = 0;
        }
    }
}

void cxj__alerts_end_call(struct cxj__core *core) {
    enum { KEEP = 4096 };
    struct cxj__alerts *alerts = core->alerts;
    const struct changed *items = alerts->changed.items;
    for (size_t i = 0; i < alerts->standing; i++) {
        if (i % BATCH == 0) {
            for (size_t k = i; k < i + BATCH && k < alerts->standing; k++)
                cxj__base_touch(watch_of(alerts, items[k].place));
        }
        note_changed(alerts, &items[i]);
    }
    alerts->changed.count = alerts->standing = 0;
    queue_call(core);
    if (alerts->changed.capacity <= KEEP) return;
    cxj__base_release(&core->memory, &alerts->changed.items, &alerts->changed.capacity, sizeof *alerts->changed.items);
}

void cxj__alerts_cancel_call(struct cxj__core *core) {
    struct cxj__alerts *alerts = core->alerts;
    for (size_t i = 0; i < alerts->standing; i++) watch_of(alerts, alerts->changed.items[i].place)->changed = 0;
    alerts->changed.count = alerts->standing = alerts->call_void = 0;
    cut_call(alerts, 0);
}

/* ---- journeys that go ------------------------------------------------------------------------------------------- */

void cxj__alerts_forget(struct cxj__core *core, const struct cxj__journey *journey) {
    struct cxj__watch *watch = watch_of(core->alerts, journey->place);
    if (watch == NULL) return;
    make_void(core->alerts, watch);
    cxj__raised_clear(watch, &core->memory);
}

CXJ__COLD bool cxj__alerts_reserve_passing(struct cxj__core *core, const struct cxj__journey *from,
                                           const struct cxj__journey *to) {
    struct cxj__watch *had = watch_of(core->alerts, from->place), *has = watch_of(core->alerts, to->place);
    return had == NULL || has->changed == 0 ||
           cxj__raised_reserve(had, &core->memory, core->alerts->changed.items[has->changed - 1].count);
}

CXJ__COLD void cxj__alerts_pass_on(struct cxj__core *core, const struct cxj__journey *from,
                                   const struct cxj__journey *to) {
    struct cxj__watch *had = watch_of(core->alerts, from->place), *has = watch_of(core->alerts, to->place);
    if (had == NULL) return;
    assert(has != NULL && has->count == 0); /* expected, and raised nothing yet */
    const struct cxj__watch expected = *has;
    cxj__raised_clear(has, &core->memory);
    *has = *had;
    has->at = expected.at;
    has->changed = expected.changed;
    *had = (struct cxj__watch){.at = NEVER};
}

void cxj__alerts_renumber(struct cxj__core *core, uint64_t from, uint64_t to) {
    for (size_t i = 0; i < cxj__alerts_waiting(core); i++) {
        cxj_alert *alert = cxj__queue_at(&core->alerts->queue, i);
        if (alert->journey == from) alert->journey = to;
    }
}

CXJ__COLD static bool is_of_known(void *context, cxj_alert *alert, uint64_t customer) {
    struct cxj__core *core = context;
    static const struct {
        uint8_t dimension, offset;
    } codes[] = {
        {CXJ_DIMENSION_TEAM, offsetof(cxj_alert, team)},       {CXJ_DIMENSION_STAGE, offsetof(cxj_alert, stage)},
        {CXJ_DIMENSION_CHANNEL, offsetof(cxj_alert, channel)}, {CXJ_DIMENSION_TYPE, offsetof(cxj_alert, type)},
        {CXJ_DIMENSION_SEGMENT, offsetof(cxj_alert, segment)}, {CXJ_DIMENSION_REASON, offsetof(cxj_alert, reason)}};
    struct cxj__store *store = &core->store;
    if (cxj__store_find(store, &core->seed, alert->journey, &store->probes) == NULL &&
        !cxj__store_is_sealed(store, &core->seed, alert->journey, &store->probes)) {
        return false;
    }
    if (alert->customer == customer) alert->customer = 0;
    /* A code stays as long as it has its name. */
    if (!cxj__names_has(&core->dictionaries[CXJ_DIMENSION_OWNER], alert->owner)) alert->owner = 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        uint16_t code;
        memcpy(&code, (char *)alert + codes[i].offset, sizeof code);
        if (!cxj__names_has(&core->dictionaries[codes[i].dimension], code)) code = 0;
        memcpy((char *)alert + codes[i].offset, &code, sizeof code);
    }
    return true;
}

CXJ__COLD void cxj__alerts_erase(struct cxj__core *core, uint64_t customer) {
    cxj__queue_filter(&core->alerts->queue, is_of_known, core, customer);
    cxj__agenda_compact(&core->alerts->agenda, is_watched, core);
}
