/* Rules of the naive implementation (SPEC 9): what a rule asks, its occasions, worklists, and what is raised. Comments
 * in quotes are sentences of the specification.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <stdlib.h>
#include <string.h>

static const int64_t first_moment = INT64_C(-62135596800000); /* 0001-01-01T00:00:00Z */
static const int64_t last_moment = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999Z */

enum what { DUE, OVERDUE, SILENT, WAITING, UNANSWERED, OPEN, SAME, OVER, DISSATISFIED, REOPENED, CHURNED };

static const char *const words[] = {"due",  "overdue", "silent",       "waiting",  "unanswered", "open",
                                    "same", NULL,      "dissatisfied", "reopened", "churned"};

enum count { HANDOFFS, TEAM_CHANGES, BOUNCES, SWITCHES, REPEATS, CONTRADICTIONS, FAULTS, CHASES, SHIFTS, COUNTS };

static const char *const counts[COUNTS] = {"handoffs",         "team_changes", "bounces",
                                           "channel_switches", "repeats",      "contradictions",
                                           "faults",           "chases",       "shifts"};

struct rule {
    enum what what;
    int dimension;    /* of SAME */
    enum count count; /* of OVER, as the next */
    int64_t bound;
    int64_t span; /* 0: none is said */
    bool hours;
    size_t condition_count;
    struct condition conditions[MOST_CONDITIONS];
};

/* ---- Reading a rule ---- */

/* A number of digits and nothing else, at most so much. */
static bool read_number(const char *text, size_t digits, int64_t most, int64_t *number) {
    *number = 0;
    for (size_t i = 0; i < digits; i++) {
        *number = 10 * *number + (text[i] - '0');
        if (*number > most) return false;
    }
    return digits > 0;
}

/* span = digits ( "m" | "h" | "d" | "w" ), "1 to 5,000,000 minutes" */
bool naive_read_span(const char *text, int64_t *ms, bool *is_of_days) {
    static const int minutes[] = {1, 60, 1440, 10080};
    static const char units[] = "mhdw";
    size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
    int64_t number;
    if (!unit || text[digits + 1]) return false;
    *is_of_days = unit - units >= 2;
    if (!read_number(text, digits, 5000000 / minutes[unit - units], &number) || number < 1) return false;
    *ms = number * minutes[unit - units] * 60000;
    return true;
}

static bool take_span(struct reader *r, struct rule *rule, bool *is_of_days) {
    if (r->next.kind != 'w' || !naive_read_span(r->next.text, &rule->span, is_of_days)) return false;
    naive_go_on(r);
    return true;
}

static bool take_count(struct reader *r, struct rule *rule) {
    size_t digits = strspn(r->next.text, "0123456789");
    if (r->next.kind != 'w' || r->next.text[digits] || !read_number(r->next.text, digits, 65535, &rule->bound))
        return false;
    naive_go_on(r);
    return true;
}

/* "what", in which is_of_days says in which unit a span was said */
static bool take_what(struct reader *r, struct rule *rule, bool *is_of_days) {
    int count = naive_take_one_of(r, counts, 0, COUNTS);
    if (count >= 0) {
        rule->what = OVER;
        rule->count = (enum count)count;
        return naive_take(r, "over") && take_count(r, rule);
    }
    int what = naive_take_one_of(r, words, DUE, OVER);
    if (what < 0) what = naive_take_one_of(r, words, DISSATISFIED, CHURNED + 1);
    if (what < 0) return false;
    rule->what = (enum what)what;
    switch (rule->what) {
    case DUE:
        return naive_take(r, "within") && take_span(r, rule, is_of_days);
    case OVERDUE:
        return !naive_take(r, "for") || take_span(r, rule, is_of_days);
    case SAME:
        rule->dimension = naive_take_one_of(r, naive_dimension_names, CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM + 1);
        if (rule->dimension < 0 && naive_take(r, "stage")) rule->dimension = CXJ_DIMENSION_STAGE;
        return rule->dimension >= 0 && naive_take(r, "for") && take_span(r, rule, is_of_days);
    case SILENT:
    case WAITING:
    case UNANSWERED:
    case OPEN:
        return naive_take(r, "for") && take_span(r, rule, is_of_days);
    default:
        return true;
    }
}

/* rule = what [ "in" "working" "hours" ] [ "where" cond { "and" cond } ] */
static bool parse(const char *text, struct rule *rule) {
    struct reader r = {.rest = text};
    bool is_of_days = false;
    naive_go_on(&r);
    *rule = (struct rule){0};
    if (!take_what(&r, rule, &is_of_days)) return false;
    rule->hours = naive_take(&r, "in");
    if (rule->hours && (!naive_take(&r, "working") || !naive_take(&r, "hours"))) return false;
    /* "goes with due, overdue for, silent, waiting, unanswered, open, same, … and takes m and h only" */
    if (rule->hours && (!rule->span || is_of_days)) return false;
    return naive_take_where(&r, 0, rule->conditions, &rule->condition_count) && r.next.kind == 0;
}

bool naive_is_rule(const char *text) {
    struct rule rule;
    return parse(text, &rule);
}

static struct rule read_rule(const char *text) {
    struct rule rule;
    if (!parse(text, &rule)) naive_give_up("no rule", text);
    return rule;
}

bool naive_rule_needs_calendar(const char *text) {
    return read_rule(text).hours;
}

/* 6, Feeds: "Rules of 9 need: due, overdue: delivered; silent: contact or update; waiting: as the metric; unanswered:
 * as closed_loop_rate; repeats, contradictions, faults, chases over N: that facet; reopened, churned, and a condition on
 * churned: as the metrics." Here each has a metric that needs the same. */
bool naive_rule_is_fed(const char *text, uint32_t unrecorded) {
    static const char *const metrics[] = {"deliveries",       "deliveries", "silence_mean", "waiting",
                                          "closed_loop_rate", "open",       "handoffs",     NULL,
                                          "ratings",          "reopened",   "churned"};
    static const char *const of_counts[COUNTS] = {"handoffs",         "team_changes", "bounces",
                                                  "channel_switches", "repeats",      "contradictions",
                                                  "faults",           "chases",       "shifts"};
    struct rule rule = read_rule(text);
    bool is_fed = naive_is_fed(rule.what == OVER ? of_counts[rule.count] : metrics[rule.what], unrecorded);
    for (size_t i = 0; i < rule.condition_count; i++)
        if (rule.conditions[i].dimension == CXJ_DIMENSION_CHURNED)
            is_fed = is_fed && naive_is_fed("churned", unrecorded);
    return is_fed;
}

/* "the same text but for blanks outside quotes" */
bool naive_is_same_rule(const char *a, const char *b) {
    struct reader x = {.rest = a}, y = {.rest = b};
    do {
        naive_go_on(&x);
        naive_go_on(&y);
        if (x.next.kind != y.next.kind || strcmp(x.next.text, y.next.text) != 0) return false;
    } while (x.next.kind);
    return true;
}

/* ---- From and until ---- */

/* "t0 + S by the clock, in working hours the earliest t >= t0 with B(t) - B(t0) >= S"; false beyond the year 9999. */
static bool add_span(naive_calendar *hours, int64_t start, int64_t span, int64_t *moment) {
    *moment = start + span;
    if (!hours) return *moment <= last_moment;
    int64_t before = start, found = start + span; /* at before the span is not over yet */
    while (found < last_moment && naive_open_between(hours, start, found) < span) {
        before = found;
        found += found - start;
    }
    if (found > last_moment) found = last_moment;
    if (naive_open_between(hours, start, found) < span) return false;
    while (found - before > 1) {
        int64_t middle = before + (found - before) / 2;
        if (naive_open_between(hours, start, middle) < span)
            before = middle;
        else
            found = middle;
    }
    *moment = found;
    return true;
}

/* "t0 - S, or the latest t <= t0 with B(t0) - B(t) >= S; what would lie before the year 0001 is its first moment" */
static int64_t take_span_off(naive_calendar *hours, int64_t end, int64_t span) {
    if (!hours) return end - span < first_moment ? first_moment : end - span;
    int64_t behind = end, found = end - span; /* from behind on it is less than the span */
    while (found > first_moment && naive_open_between(hours, found, end) < span) {
        behind = found;
        found -= end - found;
    }
    if (found < first_moment) found = first_moment;
    if (naive_open_between(hours, found, end) < span) return first_moment;
    while (behind - found > 1) {
        int64_t middle = found + (behind - found) / 2;
        if (naive_open_between(hours, middle, end) < span)
            behind = middle;
        else
            found = middle;
    }
    return found;
}

/* ---- Occasions ---- */

static void add_occasion(naive_occasions *list, const naive_occasion *occasion) {
    list->items = naive_grow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = *occasion;
}

/* "the at of the touchpoint at which the value held last began to be held (the last change of D; else the first
 * touchpoint with a D)"; false if there is none. */
static bool held_since(const struct story *s, int dimension, int64_t *since) {
    const char *held = "";
    for (size_t i = 0; i < s->count; i++) {
        const char *name = s->list[i]->names[dimension];
        if (*name && strcmp(name, held) != 0) *since = s->list[i]->fields.at;
        if (*name) held = name;
    }
    return *held;
}

/* "the at of the last such in order": of a dissatisfied rating of scope touchpoint or journey; false if there is none.
 */
static bool dissatisfied_since(const struct story *s, int64_t *since) {
    bool is = false;
    for (size_t i = 0; i < s->count; i++) {
        if (!naive_is_dissatisfied(s->list[i]) || !naive_is_customers_rating(s->list[i])) continue;
        *since = s->list[i]->fields.at;
        is = true;
    }
    return is;
}

static int64_t count_of(const struct story *s, enum count count) {
    int64_t shifts = 0;
    switch (count) {
    case HANDOFFS:
        return naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    case TEAM_CHANGES:
        return naive_count_transitions(s, CXJ_DIMENSION_TEAM, 'c');
    case BOUNCES:
        return naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'b');
    case SWITCHES:
        return naive_count_transitions(s, CXJ_DIMENSION_CHANNEL, 'c');
    case REPEATS:
        return naive_count_facet(s, CXJ_FACET_REPEATED);
    case CONTRADICTIONS:
        return naive_count_facet(s, CXJ_FACET_CONTRADICTED);
    case FAULTS:
        return naive_count_facet(s, CXJ_FACET_FAULT);
    case CHASES:
        return naive_count_facet(s, CXJ_FACET_CHASE);
    default:
        for (size_t i = 0; i < s->count; i++) shifts += s->moments[i].shifts;
        return shifts;
    }
}

/* The rows "due within S" and "overdue [for S]": "each open commitment of a running journey" */
static void find_promises(const struct story *s, const struct rule *rule, naive_occasion occasion,
                          naive_occasions *list) {
    for (uint32_t k = 0; k < 8 && s->runs; k++) {
        if (!s->commitments[k].open) continue;
        occasion.commitment = k;
        occasion.since = s->commitments[k].due;
        occasion.has_until = rule->what == DUE; /* "due" */
        occasion.until = occasion.since;
        if (rule->what == DUE) {
            occasion.from = take_span_off(s->hours, occasion.since, rule->span);
        } else {
            occasion.from = occasion.since;
            if (rule->span && !add_span(s->hours, occasion.since, rule->span, &occasion.from)) continue;
            if (++occasion.from > last_moment) continue; /* "and 1 ms" */
        }
        add_occasion(list, &occasion);
    }
}

/* The other rows of the table. */
static void find_states(const struct story *s, const struct rule *rule, naive_occasion occasion,
                        naive_occasions *list) {
    const int64_t first = s->list[0]->fields.at, last = s->list[s->count - 1]->fields.at;
    int64_t span = rule->span;
    bool is = false;
    switch (rule->what) {
    case SILENT: /* "a running journey that is not paused" */
        is = s->runs && !s->paused;
        occasion.since = s->quiet_since;
        span += s->pending_since; /* "S + pending time since then" */
        break;
    case WAITING: /* "a running journey in which the customer waits for an answer" */
        is = s->runs && s->waits;
        occasion.since = s->waits_since;
        break;
    case UNANSWERED: /* "an open loop …, whether the journey runs or not" */
        is = s->loop_open;
        occasion.since = s->loop_since;
        break;
    case OPEN: /* "its first at, or the at of the touchpoint that last reopened it" */
        is = s->runs;
        occasion.since = s->reopened ? s->reopened_at : first;
        break;
    case SAME: /* "a running journey with a value of D" */
        is = held_since(s, rule->dimension, &occasion.since) && s->runs;
        break;
    case OVER: /* "a journey whose count X is above N" */
        is = count_of(s, rule->count) > rule->bound;
        occasion.from = last;
        break;
    case DISSATISFIED:
        is = dissatisfied_since(s, &occasion.since);
        occasion.from = occasion.since;
        break;
    case REOPENED: /* "a running journey that reopened" */
        is = s->runs && s->reopened;
        occasion.since = occasion.from = s->reopened_at;
        break;
    default: /* "a churned journey" */
        is = s->churned;
        occasion.from = last;
    }
    if (is && rule->span) is = add_span(s->hours, occasion.since, span, &occasion.from);
    if (is) add_occasion(list, &occasion);
}

/* All occasions of one journey, whether they hold now or not. */
static void find_occasions(const naive_log *log, const struct rule *rule, uint64_t journey, naive_occasions *list) {
    struct story *s = naive_story(log, journey, rule->hours);
    if (!s) return;
    bool meets = true; /* "Where the conditions are not met there is no occasion." */
    for (size_t i = 0; i < rule->condition_count; i++) meets = meets && naive_meets(&rule->conditions[i], s);
    naive_occasion occasion = {.journey = journey,
                               .customer = s->customer,
                               .owner = naive_held_last(s, CXJ_DIMENSION_OWNER),
                               .team = naive_held_last(s, CXJ_DIMENSION_TEAM),
                               .stage = naive_held_last(s, CXJ_DIMENSION_STAGE),
                               .channel = naive_held_last(s, CXJ_DIMENSION_CHANNEL),
                               .type = s->attributes[CXJ_DIMENSION_TYPE],
                               .segment = s->attributes[CXJ_DIMENSION_SEGMENT],
                               .reason = s->attributes[CXJ_DIMENSION_REASON]};
    if (meets && rule->what <= OVERDUE) find_promises(s, rule, occasion, list);
    if (meets && rule->what > OVERDUE) find_states(s, rule, occasion, list);
    naive_story_free(s);
}

/* "Rules from due to same go by the clock" */
static bool goes_by_the_clock(const struct rule *rule) {
    return rule->what <= SAME;
}

/* "their occasion holds at a moment t if from <= t, and t <= until where there is one, and none holds before the first
 * advance. Those of the other rules hold as soon as they are there, whatever the clock" */
static bool holds_now(const naive_log *log, const struct rule *rule, const naive_occasion *occasion) {
    if (!goes_by_the_clock(rule)) return true;
    return log->has_now && occasion->from <= log->now && (!occasion->has_until || log->now <= occasion->until);
}

static int order_occasions(const void *a, const void *b) {
    const naive_occasion *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* "all occasions that hold now, ordered by (from, journey, commitment)" */
naive_occasions naive_worklist(const naive_log *log, const char *text) {
    struct rule rule = read_rule(text);
    naive_occasions all = {0}, list = {0};
    uint64_t *numbers = naive_allocate(log->count * sizeof *numbers);
    size_t journeys = naive_all_journeys(log, numbers);
    for (size_t j = 0; j < journeys; j++) find_occasions(log, &rule, numbers[j], &all);
    for (size_t i = 0; i < all.count; i++)
        if (holds_now(log, &rule, &all.items[i])) add_occasion(&list, &all.items[i]);
    if (list.count) qsort(list.items, list.count, sizeof *list.items, order_occasions);
    free(all.items);
    free(numbers);
    return list;
}

/* ---- Rules that were added, and what they raise ---- */

/* What a rule raised last for a journey and commitment, or what counts as that. */
struct mark {
    uint64_t journey;
    uint32_t commitment;
    int64_t since;
};

struct added {
    uint32_t number;
    const char *text;
    struct rule rule;
    struct mark *marks;
    size_t mark_count, mark_capacity;
    uint64_t raised;
    naive_occasions *of; /* of each journey of the watch its occasions, whether they hold or not */
    size_t of_capacity;
    int64_t soonest; /* none of these begins behind the clock and before this */
};

struct naive_watch {
    struct added *rules;
    size_t rule_count, rule_capacity;
    uint32_t last_number;
    bool keeps;
    uint64_t *journeys; /* those of which occasions are kept */
    size_t journey_count, journey_capacity;
    naive_alert *alerts;
    size_t alert_count, alert_capacity, limit;
    uint64_t dropped;
};

naive_watch *naive_watch_make(size_t limit, bool keeps) {
    naive_watch *watch = naive_allocate(sizeof *watch);
    watch->limit = limit;
    watch->keeps = keeps;
    return watch;
}

static void free_added(struct added *added, size_t journeys) {
    for (size_t j = 0; j < journeys; j++) free(added->of[j].items);
    free(added->of);
    free(added->marks);
}

void naive_watch_free(naive_watch *watch) {
    for (size_t i = 0; i < watch->rule_count; i++) free_added(&watch->rules[i], watch->journey_count);
    free(watch->rules);
    free(watch->journeys);
    free(watch->alerts);
    free(watch);
}

/* The place of a journey in the watch, which may be a new one. */
static size_t place_of(naive_watch *watch, uint64_t journey) {
    size_t place = 0;
    while (place < watch->journey_count && watch->journeys[place] != journey) place++;
    if (place < watch->journey_count) return place;
    watch->journeys = naive_grow(watch->journeys, place, &watch->journey_capacity, sizeof *watch->journeys);
    watch->journeys[watch->journey_count++] = journey;
    for (size_t i = 0; i < watch->rule_count; i++) {
        struct added *added = &watch->rules[i];
        added->of = naive_grow(added->of, place, &added->of_capacity, sizeof *added->of);
        added->of[place] = (naive_occasions){0};
    }
    return place;
}

/* Looks at a journey as it stands now. */
static void refresh(struct added *added, const naive_log *log, const naive_watch *watch, size_t place) {
    naive_occasions *list = &added->of[place];
    list->count = 0;
    find_occasions(log, &added->rule, watch->journeys[place], list);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].from < added->soonest) added->soonest = list->items[i].from;
}

static void refresh_all(naive_watch *watch, const naive_log *log) {
    uint64_t *numbers = naive_allocate(log->count * sizeof *numbers);
    size_t journeys = naive_all_journeys(log, numbers);
    for (size_t j = 0; j < journeys; j++) place_of(watch, numbers[j]);
    free(numbers);
    for (size_t i = 0; i < watch->rule_count; i++) {
        watch->rules[i].soonest = INT64_MIN;
        for (size_t j = 0; j < watch->journey_count; j++) refresh(&watch->rules[i], log, watch, j);
    }
}

static struct mark *find_mark(const struct added *added, uint64_t journey, uint32_t commitment) {
    for (size_t i = 0; i < added->mark_count; i++)
        if (added->marks[i].journey == journey && added->marks[i].commitment == commitment) return &added->marks[i];
    return NULL;
}

/* "New is an occasion if this rule raised none yet for this journey and commitment, or the last one that it raised has
 * another since …; for dissatisfied and reopened, an earlier since" */
static bool is_new(const struct added *added, const naive_occasion *occasion) {
    const struct mark *mark = find_mark(added, occasion->journey, occasion->commitment);
    if (!mark) return true;
    if (added->rule.what == DISSATISFIED || added->rule.what == REOPENED) return mark->since < occasion->since;
    return mark->since != occasion->since;
}

static void count_as_raised(struct added *added, const naive_occasion *occasion) {
    struct mark *mark = find_mark(added, occasion->journey, occasion->commitment);
    if (!mark) {
        added->marks = naive_grow(added->marks, added->mark_count, &added->mark_capacity, sizeof *added->marks);
        mark = &added->marks[added->mark_count++];
    }
    *mark = (struct mark){occasion->journey, occasion->commitment, occasion->since};
}

static void raise_alert(naive_watch *watch, const naive_log *log, struct added *added, const naive_occasion *occasion) {
    count_as_raised(added, occasion);
    added->raised++;
    watch->alerts = naive_grow(watch->alerts, watch->alert_count, &watch->alert_capacity, sizeof *watch->alerts);
    /* "the clock when it was raised (for advance: t2; 0 before the first advance)" */
    watch->alerts[watch->alert_count++] =
        (naive_alert){.occasion = *occasion, .rule = added->number, .raised_at = log->has_now ? log->now : 0};
}

/* "(from, rule in the order of adding, journey, commitment)" */
static int order_alerts(const void *a, const void *b) {
    const naive_alert *x = a, *y = b;
    if (x->occasion.from != y->occasion.from) return x->occasion.from < y->occasion.from ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return order_occasions(&x->occasion, &y->occasion);
}

/* Takes alerts out of the queue: of a rule (0: of all) and of a journey (0: of all). */
static void take_out(naive_watch *watch, uint32_t rule, uint64_t journey) {
    size_t kept = 0;
    for (size_t i = 0; i < watch->alert_count; i++) {
        const naive_alert *alert = &watch->alerts[i];
        if ((!rule || alert->rule == rule) && (!journey || alert->occasion.journey == journey)) continue;
        watch->alerts[kept++] = *alert;
    }
    watch->alert_count = kept;
}

/* The end of a call before which so many alerts stood in the queue: "Alerts of one call stand in the queue in the
 * order …", "the oldest are dropped and counted". */
static void end_call(naive_watch *watch, size_t before) {
    if (watch->alert_count > before)
        qsort(watch->alerts + before, watch->alert_count - before, sizeof *watch->alerts, order_alerts);
    if (watch->alert_count <= watch->limit) return;
    size_t dropped = watch->alert_count - watch->limit;
    memmove(watch->alerts, watch->alerts + dropped, watch->limit * sizeof *watch->alerts);
    watch->alert_count = watch->limit;
    watch->dropped += dropped;
}

uint32_t naive_rule_find(const naive_watch *watch, const char *text) {
    for (size_t i = 0; i < watch->rule_count; i++)
        if (naive_is_same_rule(watch->rules[i].text, text)) return watch->rules[i].number;
    return 0;
}

/* "When a rule is added, what holds at that moment counts as raised, and is not raised" */
uint32_t naive_rule_add(naive_watch *watch, const naive_log *log, const char *text) {
    uint32_t number = naive_rule_find(watch, text);
    if (number) return number; /* "A rule that is there already … is not added again" */
    watch->rules = naive_grow(watch->rules, watch->rule_count, &watch->rule_capacity, sizeof *watch->rules);
    struct added *added = &watch->rules[watch->rule_count++];
    *added = (struct added){.number = ++watch->last_number, .text = text, .rule = read_rule(text)};
    added->of = naive_allocate((watch->journey_count + 1) * sizeof *added->of);
    added->of_capacity = watch->journey_count + 1;
    refresh_all(watch, log);
    for (size_t j = 0; j < watch->journey_count; j++)
        for (size_t i = 0; i < added->of[j].count; i++)
            if (holds_now(log, &added->rule, &added->of[j].items[i])) count_as_raised(added, &added->of[j].items[i]);
    return added->number;
}

/* "Dropping a rule … forgets what was raised"; "dropping a rule also [takes its] alerts out of the queue" */
bool naive_rule_drop(naive_watch *watch, uint32_t number) {
    for (size_t i = 0; i < watch->rule_count; i++) {
        if (watch->rules[i].number != number) continue;
        free_added(&watch->rules[i], watch->journey_count);
        memmove(watch->rules + i, watch->rules + i + 1, (watch->rule_count - i - 1) * sizeof *watch->rules);
        watch->rule_count--;
        take_out(watch, number, 0);
        return true;
    }
    return false;
}

/* "At the first advance what holds at t2 counts as raised, and is not raised; so it is where a calendar is set." */
void naive_count_as_raised(naive_watch *watch, const naive_log *log) {
    refresh_all(watch, log);
    for (size_t r = 0; r < watch->rule_count; r++) {
        struct added *added = &watch->rules[r];
        if (!goes_by_the_clock(&added->rule)) continue;
        for (size_t j = 0; j < watch->journey_count; j++)
            for (size_t i = 0; i < added->of[j].count; i++)
                if (holds_now(log, &added->rule, &added->of[j].items[i]))
                    count_as_raised(added, &added->of[j].items[i]);
    }
}

/* "each journey that it changed is looked at as it then stands: of occasions that hold now, those that are new are
 * raised" */
void naive_look(naive_watch *watch, const naive_log *log, const uint64_t *journeys, size_t count) {
    size_t before = watch->alert_count;
    if (!watch->keeps) refresh_all(watch, log);
    for (size_t c = 0; c < count; c++) {
        size_t place = place_of(watch, journeys[c]);
        for (size_t r = 0; r < watch->rule_count; r++) {
            struct added *added = &watch->rules[r];
            if (watch->keeps) refresh(added, log, watch, place);
            for (size_t i = 0; i < added->of[place].count; i++) {
                const naive_occasion *occasion = &added->of[place].items[i];
                if (holds_now(log, &added->rule, occasion) && is_new(added, occasion))
                    raise_alert(watch, log, added, occasion);
            }
        }
    }
    end_call(watch, before);
}

/* Whether there is a moment at which an occasion holds "after t1 up to t2". */
static bool holds_between(const naive_occasion *occasion, int64_t t1, int64_t t2) {
    int64_t first = occasion->from > t1 ? occasion->from : t1 + 1;
    int64_t last = occasion->has_until && occasion->until < t2 ? occasion->until : t2;
    return first <= last;
}

/* "of the rules that go by the clock, occasions that hold at any moment after t1 up to t2 and are new are raised" */
static void pass(naive_watch *watch, const naive_log *log, struct added *added, int64_t t1) {
    if (watch->keeps && added->soonest > log->now) return;
    added->soonest = INT64_MAX;
    for (size_t j = 0; j < watch->journey_count; j++) {
        for (size_t i = 0; i < added->of[j].count; i++) {
            const naive_occasion *occasion = &added->of[j].items[i];
            if (holds_between(occasion, t1, log->now) && is_new(added, occasion))
                raise_alert(watch, log, added, occasion);
            if (occasion->from > log->now && occasion->from < added->soonest) added->soonest = occasion->from;
        }
    }
}

void naive_advance(naive_watch *watch, naive_log *log, int64_t now) {
    size_t before = watch->alert_count;
    int64_t t1 = log->now;
    bool is_first = !log->has_now;
    log->now = now;
    log->has_now = true;
    if (is_first) {
        naive_count_as_raised(watch, log);
        return;
    }
    if (!watch->keeps) refresh_all(watch, log);
    for (size_t r = 0; r < watch->rule_count; r++)
        if (goes_by_the_clock(&watch->rules[r].rule)) pass(watch, log, &watch->rules[r], t1);
    end_call(watch, before);
}

/* "erasing or sealing a journey forgets what was raised; erasing a journey … also take[s its] alerts out of the queue" */
void naive_forget(naive_watch *watch, uint64_t journey, bool is_erased) {
    for (size_t r = 0; r < watch->rule_count; r++) {
        struct added *added = &watch->rules[r];
        size_t kept = 0;
        for (size_t i = 0; i < added->mark_count; i++)
            if (added->marks[i].journey != journey) added->marks[kept++] = added->marks[i];
        added->mark_count = kept;
    }
    if (is_erased) take_out(watch, 0, journey);
}

size_t naive_take_alerts(naive_watch *watch, size_t capacity, naive_alert *alerts) {
    size_t count = watch->alert_count < capacity ? watch->alert_count : capacity;
    for (size_t i = 0; i < count; i++) alerts[i] = watch->alerts[i];
    watch->alert_count -= count;
    for (size_t i = 0; i < watch->alert_count; i++) watch->alerts[i] = watch->alerts[i + count];
    return count;
}

naive_alert *naive_waiting_alerts(naive_watch *watch, size_t *count, uint64_t *dropped) {
    *count = watch->alert_count;
    *dropped = watch->dropped;
    return watch->alerts;
}

size_t naive_rule_count(const naive_watch *watch) {
    return watch->rule_count;
}

uint32_t naive_rule_at(const naive_watch *watch, size_t index, const char **text, uint64_t *raised) {
    *text = watch->rules[index].text;
    *raised = watch->rules[index].raised;
    return watch->rules[index].number;
}
