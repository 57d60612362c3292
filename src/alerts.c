/* alerts: rules that were added, what they have raised, and the queue of alerts (SPEC.md section 9).
 *
 * Beside the store stands, for each of its places, what rules know of the journey there: the moment at which it is to be
 * looked at, never later than the one at which something begins to hold of it; and what was raised of it, side by side in
 * the order of rules, so that one walk along it tells which of the occasions are new. So a touchpoint that moves a
 * deadline further leaves it where it is, and nothing is looked up by a hash.
 *
 * Journeys that a call changes are looked at twice. Once where the change is made, and may fail: how much that is new
 * they may raise is counted, and room for it made. And once when the call ends, as they stand then, by the rules from
 * the first to the last that had something new; that cannot fail.
 * What the clock brings needs memory, too: where that ends, the alerts are behind, and who comes next looks at all
 * journeys, from the moment up to which all was raised. */
#include "alerts.h"

#include <assert.h>
#include <string.h>

#include "raised.h"

enum { WATCHES = 1024, BATCH = 16, LEAST_QUEUE = 64 };
#define NEVER INT64_MAX

/* What is known of the journey at a place of the store. */
struct watch {
    int64_t at;                      /* a deadline stands there; NEVER: none does */
    struct cxj__raised_list *raised; /* NULL: there is no room for any */
};

/* A journey that a call has changed. */
struct changed {
    int64_t next; /* when it is to be looked at, if that is earlier than it was; else NEVER */
    uint32_t place;
    uint32_t count;      /* occasions that are new, if it stays so */
    uint32_t first, end; /* of the rules that they are of, the first, and the one behind the last */
};

/* Rules that are asked: those from one to before another. */
struct asked {
    size_t first, end;
};

struct cxj__alerts {
    CXJ__LIST(struct cxj__rule) rules; /* by number */
    size_t most;                       /* occasions that all rules can have in one journey */
    struct watch **watches;            /* pages */
    size_t watch_pages, watch_capacity;
    struct cxj__agenda agenda;
    CXJ__LIST(struct changed) changed; /* first those that stand, and raise something, then those that may not stand */
    size_t standing;
    size_t owed;     /* what they may raise */
    cxj_alert *call; /* alerts of the call; behind room for them as much again, to sort them */
    size_t call_count, call_capacity;
    size_t call_most; /* so many were there at once */
    cxj_alert *queue; /* a ring */
    size_t queue_first, queue_count, queue_capacity;
    bool is_behind;
    int64_t raised_to; /* if it is behind: all that held up to then was raised */
};

/* What becomes of an occasion that is new. */
enum fate { IS_COUNTED, IS_NOTED, IS_RAISED };

/* ---- room ------------------------------------------------------------------------------------------------------- */

/* A further page of so many bytes; NULL if there is no memory. */
static void *make_page(struct cxj__memory *memory, void *pages, size_t *capacity, size_t count, size_t bytes) {
    if (!cxj__base_grow(memory, pages, capacity, count + 1, sizeof(void *))) return NULL;
    return cxj__base_resize(memory, NULL, 0, bytes);
}

/* Room for what is known of the journeys up to a place. */
static bool reserve_watches(struct cxj__alerts *alerts, struct cxj__memory *memory, size_t place) {
    while (place / WATCHES >= alerts->watch_pages) {
        struct watch *page =
            make_page(memory, &alerts->watches, &alerts->watch_capacity, alerts->watch_pages, WATCHES * sizeof *page);
        if (page == NULL) return false;
        for (size_t i = 0; i < WATCHES; i++) page[i] = (struct watch){NEVER, NULL};
        alerts->watches[alerts->watch_pages++] = page;
    }
    return true;
}

/* What is known of a place; NULL: nothing. */
static struct watch *watch_of(const struct cxj__alerts *alerts, size_t place) {
    return place / WATCHES < alerts->watch_pages ? &alerts->watches[place / WATCHES][place % WATCHES] : NULL;
}

/* The queue holds no more than the limit, and of a call no more is kept on the way than twice that. */
static size_t most_of_call(const struct cxj__core *core) {
    return 2 * (size_t)core->alerts_limit;
}

static bool reserve_call(struct cxj__core *core, size_t further) {
    struct cxj__alerts *alerts = core->alerts;
    size_t wanted = alerts->call_count + further, capacity = alerts->call_capacity;
    if (wanted > most_of_call(core)) wanted = most_of_call(core);
    if (wanted <= capacity) return true;
    capacity = 2 * capacity > wanted ? 2 * capacity : wanted;
    if (capacity > most_of_call(core)) capacity = most_of_call(core);
    cxj_alert *call = cxj__base_resize(&core->memory, alerts->call, 2 * alerts->call_capacity * sizeof *call,
                                       2 * capacity * sizeof *call);
    if (call == NULL) return false;
    alerts->call = call;
    alerts->call_capacity = capacity;
    return true;
}

static cxj_alert *queued(const struct cxj__alerts *alerts, size_t place) {
    return &alerts->queue[(alerts->queue_first + place) % alerts->queue_capacity];
}

static void free_queue(struct cxj__alerts *alerts, struct cxj__memory *memory) {
    size_t bytes = alerts->queue_capacity * sizeof *alerts->queue;
    if (bytes > 0) memset(alerts->queue, 0, bytes);
    cxj__base_resize(memory, alerts->queue, bytes, 0);
}

CXJ__COLD static bool reserve_queue(struct cxj__core *core, size_t further) {
    struct cxj__alerts *alerts = core->alerts;
    size_t wanted = alerts->queue_count + alerts->call_count + further, capacity = alerts->queue_capacity;
    if (wanted > core->alerts_limit) wanted = core->alerts_limit;
    if (wanted <= capacity) return true;
    if (capacity < LEAST_QUEUE) capacity = LEAST_QUEUE;
    while (capacity < wanted) capacity *= 2;
    if (capacity > core->alerts_limit) capacity = core->alerts_limit;
    cxj_alert *queue = cxj__base_resize(&core->memory, NULL, 0, capacity * sizeof *queue);
    if (queue == NULL) return false;
    memset(queue, 0, capacity * sizeof *queue);
    for (size_t i = 0; i < alerts->queue_count; i++) queue[i] = *queued(alerts, i);
    free_queue(alerts, &core->memory);
    alerts->queue = queue;
    alerts->queue_first = 0;
    alerts->queue_capacity = capacity;
    return true;
}

/* Room for so many alerts, on their whole way. */
static bool reserve_alerts(struct cxj__core *core, size_t further) {
    return reserve_call(core, further) && reserve_queue(core, further);
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

static int compare_alerts(const void *a, const void *b, const void *context) {
    (void)context;
    const cxj_alert *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* Puts the alerts of the call in order, and drops the oldest of those that are more than the queue can hold. */
static void order_call(struct cxj__core *core) {
    struct cxj__alerts *alerts = core->alerts;
    cxj_alert *call = alerts->call;
    size_t count = alerts->call_count, limit = core->alerts_limit;
    if (count > alerts->call_most) alerts->call_most = count;
    cxj__base_sort(call, call + alerts->call_capacity, count, sizeof *call, compare_alerts, NULL);
    if (count <= limit) return;
    core->alerts_dropped += count - limit;
    memmove(call, call + (count - limit), limit * sizeof *call);
    alerts->call_count = limit;
}

static void drop_oldest(struct cxj__alerts *alerts) {
    memset(queued(alerts, 0), 0, sizeof *alerts->queue);
    alerts->queue_first = (alerts->queue_first + 1) % alerts->queue_capacity;
    alerts->queue_count--;
}

/* Takes the alerts of the call to the queue, and leaves no trace of them where they were. */
static void queue_call(struct cxj__core *core) {
    enum { KEEP = 4096 };
    struct cxj__alerts *alerts = core->alerts;
    if (alerts->call_count == 0) return;
    order_call(core);
    for (size_t i = 0; i < alerts->call_count; i++) {
        if (alerts->queue_count == core->alerts_limit) {
            drop_oldest(alerts);
            core->alerts_dropped++;
        }
        alerts->call[i].raised_at = core->now == INT64_MIN ? 0 : core->now;
        *queued(alerts, alerts->queue_count++) = alerts->call[i];
    }
    memset(alerts->call, 0, alerts->call_most * sizeof *alerts->call);
    memset(alerts->call + alerts->call_capacity, 0, alerts->call_most * sizeof *alerts->call);
    alerts->call_count = alerts->call_most = 0;
    if (alerts->call_capacity <= KEEP) return;
    cxj__base_resize(&core->memory, alerts->call, 2 * alerts->call_capacity * sizeof *alerts->call, 0);
    alerts->call = NULL;
    alerts->call_capacity = 0;
}

size_t cxj__alerts_waiting(const struct cxj__core *core) {
    return core->alerts == NULL ? 0 : core->alerts->queue_count;
}

bool cxj__alerts_take(struct cxj__core *core, cxj_alert *alert) {
    if (cxj__alerts_waiting(core) == 0) return false;
    *alert = *queued(core->alerts, 0);
    drop_oldest(core->alerts);
    return true;
}

void cxj__alerts_describe(const struct cxj__journey *journey, cxj_occasion *occasion) {
    const struct cxj__fold *fold = &journey->fold;
    const struct cxj__track *tracks = fold->tracks;
    memset(occasion, 0, sizeof *occasion);
    occasion->journey = journey->number;
    occasion->customer = cxj__journey_customer(journey);
    occasion->owner = tracks[CXJ_DIMENSION_OWNER - 1].value;
    occasion->team = (uint16_t)tracks[CXJ_DIMENSION_TEAM - 1].value;
    occasion->stage = (uint16_t)tracks[CXJ_DIMENSION_STAGE - 1].value;
    occasion->channel = (uint16_t)tracks[CXJ_DIMENSION_CHANNEL - 1].value;
    occasion->type = fold->type;
    occasion->segment = fold->segment;
    occasion->reason = fold->reason;
}

/* Notes an alert of the call; there is room. */
static void raise_alert(struct cxj__core *core, const struct cxj__journey *journey, struct cxj__rule *rule,
                        const struct cxj__rule_occasion *occasion) {
    struct cxj__alerts *alerts = core->alerts;
    cxj_occasion known;
    if (alerts->call_count == most_of_call(core)) order_call(core);
    cxj__alerts_describe(journey, &known);
    alerts->call[alerts->call_count++] = (cxj_alert){.journey = known.journey,
                                                     .customer = known.customer,
                                                     .since = occasion->since,
                                                     .from = occasion->from,
                                                     .rule = rule->number,
                                                     .commitment = occasion->commitment,
                                                     .owner = known.owner,
                                                     .team = known.team,
                                                     .stage = known.stage,
                                                     .channel = known.channel,
                                                     .type = known.type,
                                                     .segment = known.segment,
                                                     .reason = known.reason};
    rule->raised++;
}

/* ---- looking at a journey --------------------------------------------------------------------------------------- */

/* Lets rules look at a journey, and says of which of them there is something new; returns how many of its occasions are
 * new, or SIZE_MAX where there was no memory for one; those before it are dealt with. For what was counted before there
 * is room. */
static size_t look_at(struct cxj__core *core, struct watch *watch, struct cxj__rule_look *look, struct asked *rules,
                      enum fate fate) {
    struct cxj__alerts *alerts = core->alerts;
    struct asked found_of = {0, 0};
    uint32_t place = 0;
    size_t count = 0;
    struct cxj__rule *all = alerts->rules.items;
    for (size_t r = rules->first; (r = cxj__rule_next(all, r, rules->end, look)) < rules->end; r++) {
        struct cxj__rule *rule = &all[r];
        struct cxj__rule_occasion occasions[CXJ__COMMITMENTS];
        size_t found = cxj__rule_occasions(rule, look, occasions);
        for (size_t i = 0; i < found; i++) {
            struct cxj__rule_occasion *occasion = &occasions[i];
            place = cxj__raised_find(watch->raised, place, rule->number, occasion->commitment);
            struct cxj__raised *raised = cxj__raised_at(watch->raised, place, rule->number, occasion->commitment);
            bool is_new = raised == NULL ||
                          (rule->later_only ? occasion->since > raised->since : occasion->since != raised->since);
            if (!is_new || !cxj__rule_refine(rule, look, occasion)) continue;
            if (count++ == 0) found_of.first = r;
            found_of.end = r + 1;
            if (fate == IS_COUNTED) continue;
            if (raised == NULL && !cxj__raised_reserve(&watch->raised, &core->memory, 1)) return SIZE_MAX;
            if (raised == NULL) raised = cxj__raised_insert(watch->raised, place, rule->number, occasion->commitment);
            raised->since = occasion->since;
            if (fate == IS_RAISED) raise_alert(core, look->journey, rule, occasion);
        }
    }
    *rules = found_of;
    return count;
}

static int64_t moment_before(int64_t now) {
    return now == INT64_MIN ? now : now - 1;
}

/* True if a deadline is still one. */
static bool is_watched(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    const struct watch *watch = watch_of(core->alerts, deadline->place);
    return watch != NULL && watch->at == deadline->due;
}

static bool reserve_watching(struct cxj__core *core, size_t further) {
    return cxj__agenda_reserve(&core->alerts->agenda, &core->memory, further, is_watched, core);
}

/* Sees to it that a journey is looked at no later than at a moment. There is room. */
static void watch_until(struct cxj__alerts *alerts, size_t place, int64_t moment) {
    struct watch *watch = watch_of(alerts, place);
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
    for (size_t i = 0; i < alerts->watch_pages; i++) {
        for (size_t k = 0; k < WATCHES; k++) cxj__raised_free(&alerts->watches[i][k].raised, memory);
        cxj__base_resize(memory, alerts->watches[i], WATCHES * sizeof **alerts->watches, 0);
    }
    cxj__base_release(memory, &alerts->watches, &alerts->watch_capacity, sizeof *alerts->watches);
    cxj__agenda_finish(&alerts->agenda, memory);
    cxj__base_resize(memory, alerts->call, 2 * alerts->call_capacity * sizeof *alerts->call, 0);
    free_queue(alerts, memory);
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

/* Takes out of the queue what a test does not let stay. */
CXJ__COLD static void filter_queue(struct cxj__core *core,
                                   bool (*may_stay)(struct cxj__core *core, cxj_alert *alert, uint64_t of),
                                   uint64_t of) {
    struct cxj__alerts *alerts = core->alerts;
    size_t count = alerts->queue_count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        cxj_alert alert = *queued(alerts, i);
        if (may_stay(core, &alert, of)) *queued(alerts, kept++) = alert;
    }
    for (size_t i = kept; i < count; i++) memset(queued(alerts, i), 0, sizeof *alerts->queue);
    alerts->queue_count = kept;
}

static bool is_of_other_rule(struct cxj__core *core, cxj_alert *alert, uint64_t rule) {
    (void)core;
    return alert->rule != rule;
}

CXJ__COLD void cxj__alerts_drop_rule(struct cxj__core *core, size_t place) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule *rule = &alerts->rules.items[place];
    for (size_t p = 0; p < alerts->watch_pages * WATCHES; p++)
        cxj__raised_forget_rule(watch_of(alerts, p)->raised, rule->number);
    filter_queue(core, is_of_other_rule, rule->number);
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
        struct asked rules = {noting->last_only ? alerts->rules.count - 1 : 0, alerts->rules.count};
        *count = look_at(core, watch_of(alerts, *place - 1), look, &rules, fate);
        return true;
    }
    return false;
}

CXJ__COLD bool cxj__alerts_reserve_noting(struct cxj__core *core, const struct cxj__alerts_noting *noting) {
    struct cxj__alerts *alerts = core->alerts;
    struct cxj__rule_look look;
    size_t place = 0, count = 0, deadlines = 0;
    if (core->store.places > 0 && !reserve_watches(alerts, &core->memory, core->store.places - 1)) return false;
    while (look_at_next(core, noting, IS_COUNTED, &place, &count, &look)) {
        struct watch *watch = watch_of(alerts, place - 1);
        if (!cxj__raised_reserve(&watch->raised, &core->memory, count)) return false;
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
    const struct watch *watch = watch_of(core->alerts, journey->place);
    if (watch != NULL) CXJ__PREFETCH(watch);
}

void cxj__alerts_approach_raised(const struct cxj__core *core, const struct cxj__journey *journey) {
    const struct watch *watch = watch_of(core->alerts, journey->place);
    if (watch != NULL) CXJ__PREFETCH(watch->raised);
}

/* Brings nearer what raising an alert of a journey will ask for beside the journey itself, which is near. */
static void approach_alert(const struct cxj__core *core, const struct cxj__journey *journey) {
    cxj__alerts_approach_raised(core, journey);
    if (journey->rare_count > 0) CXJ__PREFETCH(&journey->rares[journey->rare_count - 1]);
}

/* Raises what holds of a journey at some moment after one, up to now. There is room for a deadline. */
static bool raise_since(struct cxj__core *core, const struct cxj__journey *journey, int64_t after) {
    struct cxj__rule_look look;
    struct asked rules = {0, core->alerts->rules.count};
    struct watch *watch = watch_of(core->alerts, journey->place);
    if (!reserve_alerts(core, core->alerts->most)) return false;
    cxj__rule_begin(&look, journey, core->calendar, after, core->now);
    bool room = look_at(core, watch, &look, &rules, IS_RAISED) != SIZE_MAX;
    if (room) watch_until(core->alerts, journey->place, look.next);
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
        if (!reserve_watches(alerts, &core->memory, place) || !reserve_watching(core, 1) ||
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
    while (taken < BATCH && cxj__agenda_pop(&alerts->agenda, core->now + 1, &due[taken])) {
        CXJ__PREFETCH(watch_of(alerts, due[taken++].place));
    }
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
        for (size_t i = 0; i < count; i++) approach_alert(core, journeys[i]);
        for (size_t i = 0; i < count; i++) room = room && raise_since(core, journeys[i], from);
    }
    if (!room) fall_behind(alerts, from);
    queue_call(core);
    return room;
}

CXJ__COLD bool cxj__alerts_reserve_all(struct cxj__core *core) {
    size_t places = core->store.places;
    return places == 0 || (reserve_watches(core->alerts, &core->memory, places - 1) && reserve_watching(core, places));
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
    struct asked rules = {0, alerts->rules.count};
    struct watch *watch = watch_of(alerts, journey->place);
    if ((watch == NULL && !reserve_watches(alerts, &core->memory, journey->place)) ||
        !CXJ__APPEND(&core->memory, alerts->changed)) {
        return false;
    }
    watch = watch_of(alerts, journey->place);
    cxj__rule_begin(&look, journey, core->calendar, moment_before(core->now), core->now);
    look.next = watch->at; /* what comes later need not be found */
    size_t count = look_at(core, watch, &look, &rules, IS_COUNTED);
    if (look.next == watch->at) look.next = NEVER;
    if ((look.next != NEVER && !reserve_watching(core, alerts->changed.count - alerts->standing)) ||
        (count > 0 &&
         (!cxj__raised_reserve(&watch->raised, &core->memory, count) || !reserve_alerts(core, alerts->owed + count)))) {
        alerts->changed.count--;
        return false;
    }
    alerts->owed += count;
    *CXJ__LAST(alerts->changed) =
        (struct changed){look.next, journey->place, (uint32_t)count, (uint32_t)rules.first, (uint32_t)rules.end};
    return true;
}

void cxj__alerts_settle(struct cxj__core *core, size_t count) {
    struct cxj__alerts *alerts = core->alerts;
    struct changed *items = alerts->changed.items;
    for (size_t i = alerts->standing; i < alerts->changed.count; i++, count -= count > 0) {
        if (count == 0) {
            alerts->owed -= items[i].count;
            continue;
        }
        if (items[i].next != NEVER) watch_until(alerts, items[i].place, items[i].next);
        if (items[i].count > 0) items[alerts->standing++] = items[i];
    }
    alerts->changed.count = alerts->standing;
}

void cxj__alerts_expect_anyway(struct cxj__core *core, const struct cxj__journey *journey) {
    if (cxj__alerts_expect(core, journey)) {
        cxj__alerts_settle(core, 1);
    } else {
        fall_behind(core->alerts, moment_before(core->now));
    }
}

void cxj__alerts_end_call(struct cxj__core *core) {
    enum { KEEP = 4096 };
    struct cxj__alerts *alerts = core->alerts;
    for (size_t i = 0; i < alerts->standing; i++) {
        const struct changed *item = &alerts->changed.items[i];
        const struct cxj__journey *journey = cxj__store_at(&core->store, item->place);
        struct asked rules = {item->first, item->end}; /* the last item of a journey names all that is new now */
        /* They were left behind in the course of the call: two come nearer at a time, in two stages. */
        if (i + BATCH < alerts->standing) {
            const struct cxj__journey *later = cxj__store_at(&core->store, alerts->changed.items[i + BATCH].place);
            cxj__store_prefetch_journey(later);
            CXJ__PREFETCH(watch_of(alerts, alerts->changed.items[i + BATCH].place));
        }
        if (i + BATCH / 2 < alerts->standing) {
            approach_alert(core, cxj__store_at(&core->store, alerts->changed.items[i + BATCH / 2].place));
        }
        struct cxj__rule_look look;
        if (journey->number == 0) continue;
        cxj__rule_begin(&look, journey, core->calendar, moment_before(core->now), core->now);
        (void)look_at(core, watch_of(alerts, item->place), &look, &rules, IS_RAISED);
    }
    cxj__alerts_cancel_call(core);
    queue_call(core);
    if (alerts->changed.capacity > KEEP) CXJ__FREE(&core->memory, alerts->changed);
}

void cxj__alerts_cancel_call(struct cxj__core *core) {
    core->alerts->changed.count = core->alerts->standing = core->alerts->owed = 0;
}

/* ---- journeys that go ------------------------------------------------------------------------------------------- */

void cxj__alerts_forget(struct cxj__core *core, const struct cxj__journey *journey) {
    struct watch *watch = watch_of(core->alerts, journey->place);
    if (watch == NULL) return;
    cxj__raised_free(&watch->raised, &core->memory);
    watch->at = NEVER;
}

CXJ__COLD bool cxj__alerts_reserve_passing(struct cxj__core *core, const struct cxj__journey *from,
                                           const struct cxj__journey *to) {
    struct watch *had = watch_of(core->alerts, from->place), *has = watch_of(core->alerts, to->place);
    return had == NULL || has->raised == NULL ||
           cxj__raised_reserve(&had->raised, &core->memory, has->raised->capacity);
}

CXJ__COLD void cxj__alerts_pass_on(struct cxj__core *core, const struct cxj__journey *from,
                                   const struct cxj__journey *to) {
    struct watch *had = watch_of(core->alerts, from->place), *has = watch_of(core->alerts, to->place);
    if (had == NULL) return;
    assert(has != NULL && (has->raised == NULL || has->raised->count == 0)); /* expected, and raised nothing yet */
    cxj__raised_free(&has->raised, &core->memory);
    has->raised = had->raised;
    *had = (struct watch){NEVER, NULL};
}

void cxj__alerts_renumber(struct cxj__core *core, uint64_t from, uint64_t to) {
    for (size_t i = 0; i < cxj__alerts_waiting(core); i++) {
        if (queued(core->alerts, i)->journey == from) queued(core->alerts, i)->journey = to;
    }
}

/* A code stays as long as it has its name. */
static uint32_t known_code(const struct cxj__core *core, uint32_t dimension, uint32_t code) {
    return cxj__names_has(&core->dictionaries[dimension], code) ? code : 0;
}

CXJ__COLD static bool is_of_known(struct cxj__core *core, cxj_alert *alert, uint64_t customer) {
    struct cxj__store *store = &core->store;
    if (cxj__store_find(store, &core->seed, alert->journey, &store->probes) == NULL &&
        !cxj__store_is_sealed(store, &core->seed, alert->journey, &store->probes)) {
        return false;
    }
    if (alert->customer == customer) alert->customer = 0;
    alert->owner = known_code(core, CXJ_DIMENSION_OWNER, alert->owner);
    alert->team = (uint16_t)known_code(core, CXJ_DIMENSION_TEAM, alert->team);
    alert->stage = (uint16_t)known_code(core, CXJ_DIMENSION_STAGE, alert->stage);
    alert->channel = (uint16_t)known_code(core, CXJ_DIMENSION_CHANNEL, alert->channel);
    alert->type = (uint16_t)known_code(core, CXJ_DIMENSION_TYPE, alert->type);
    alert->segment = (uint16_t)known_code(core, CXJ_DIMENSION_SEGMENT, alert->segment);
    alert->reason = (uint16_t)known_code(core, CXJ_DIMENSION_REASON, alert->reason);
    return true;
}

CXJ__COLD void cxj__alerts_erase(struct cxj__core *core, uint64_t customer) {
    filter_queue(core, is_of_known, customer);
    cxj__agenda_compact(&core->alerts->agenda, is_watched, core);
}
