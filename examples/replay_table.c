/* What rules would have been worth: how often they warn, how long before, and of how much.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: at the end of the replay, each journey is looked at as it then stands, for what a rule is to warn of: a promise
 * that was broken, the customer who asked where things stand, the customer who left. Of each kind the first and the
 * last moment are enough: an alert warned of a journey if it came before the first, and was followed if it came before
 * the last.
 *
 * Invariant: nothing from outside is printed but through table_text(). */
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "table.h"

/* What a rule is to warn of; and any of it. */
enum { LATE, CHASED, LEFT, ANY, KINDS };

static const struct kind {
    const char *name;
    uint32_t facet; /* without which it is never seen, and what that is called */
    const char *facet_name;
} kinds[KINDS] = {
    [LATE] = {"late", CXJ_FACET_DELIVERED, "delivered"},
    [CHASED] = {"chased", CXJ_FACET_CHASE, "chase"},
    [LEFT] = {"left", CXJ_FACET_CHURNED, "churned"},
    [ANY] = {"any of these", 0, ""},
};

const char replay_help[] = "What --replay tells of each rule, for journeys as they stand at the end:\n"
                           "  What a rule is to warn of. A journey is late if one of its commitments was\n"
                           "  delivered late, or is broken or overdue; at the first time promised for it\n"
                           "  that passed while it was the last promise (one that the customer then moved\n"
                           "  does not count), or at its first_due if none did. It is chased at each\n"
                           "  touchpoint with the facet chase, and left at each with churned.\n"
                           "  An alert's moment is the one at which a host would have had it whose clock\n"
                           "  never stands still: its from if the clock brought it, else its raised_at.\n"
                           "  Warned: of all journeys that are late (chased, left), whatever the rule's\n"
                           "  conditions, those with an alert of the rule before the first such moment\n"
                           "  (recall). Median before: from the last such alert up to that moment, by the\n"
                           "  clock; the middle one of those that were warned, of two the shorter.\n"
                           "  Alerts followed: of the rule's alerts, those after which there is such a\n"
                           "  moment in the same journey (precision).\n"
                           "  Of what needs a facet that is not recorded (--feeds), nothing is told.\n"
                           "  Of rows that come later than they happened, an alert can only come late: the\n"
                           "  log should be in the order in which things became known.\n";

/* The moments of a journey: of each kind the first and the last, if it has any. */
typedef struct moments {
    bool has[KINDS];
    int64_t first[KINDS];
    int64_t last[KINDS];
} moments;

/* What a rule comes to. */
typedef struct worth {
    uint64_t alerts;
    uint64_t journeys; /* with an alert */
    uint64_t warned[KINDS];
    uint64_t followed[KINDS];
    int64_t *before[KINDS]; /* how long, warned of them; owned */
} worth;

/* A summary being made. */
typedef struct summary {
    const replay *of;
    uint64_t journeys[KINDS]; /* that have a moment */
    worth *rules;             /* owned, one for each */
    raised *order;            /* the alerts, by journey, then by when they were told; owned, likewise what follows */
    uint64_t *all;            /* numbers of all journeys */
    size_t all_count;
    cxj_touchpoint *touchpoints; /* of one journey */
    size_t capacity;
    uint32_t unrecorded; /* facets */
} summary;

/* ---- Moments of a journey -------------------------------------------------------------------------------- */

static void add_moment(moments *of, int kind, int64_t at) {
    of->first[kind] = !of->has[kind] || at < of->first[kind] ? at : of->first[kind];
    of->last[kind] = !of->has[kind] || at > of->last[kind] ? at : of->last[kind];
    of->has[kind] = true;
}

/* A commitment, on the way through the touchpoints (SPEC 4, step 5). */
typedef struct promise {
    bool open;
    int64_t first_due;
    int64_t due;
    bool has_passed; /* a time promised passed while it was the last promise */
    int64_t passed;  /* the first such */
} promise;

/* The moment at goes by: perhaps behind the time promised. */
static void pass(promise *of, int64_t at) {
    if (of->open && !of->has_passed && of->due < at) {
        of->has_passed = true;
        of->passed = of->due;
    }
}

static void follow_promise(promise *of, const cxj_touchpoint *touchpoint, moments *seen) {
    pass(of, touchpoint->at);
    if ((touchpoint->facets & CXJ_FACET_DELIVERED) != 0 && of->open) {
        if (touchpoint->at > of->first_due) {
            add_moment(seen, LATE, of->has_passed ? of->passed : of->first_due);
        }
        of->open = false;
    }
    if (touchpoint->due == 0) {
        return;
    }
    if (!of->open || (touchpoint->due != of->due && (touchpoint->facets & CXJ_FACET_REQUESTED) != 0)) {
        *of = (promise){.open = true, .first_due = touchpoint->due};
    }
    of->due = touchpoint->due;
}

/* Reads the touchpoints of a journey. */
static cxj_status read_touchpoints(summary *at, uint64_t journey, size_t *count) {
    cxj_status status = cxj_journey_touchpoints(at->of->engine, journey, at->capacity, NULL, 0, at->touchpoints,
                                                sizeof *at->touchpoints, count);
    if (status == CXJ_TOO_SMALL) {
        free(at->touchpoints);
        at->capacity = *count * 2;
        at->touchpoints = calloc(at->capacity, sizeof *at->touchpoints);
        if (at->touchpoints == NULL) {
            at->capacity = 0;
            return CXJ_NO_MEMORY;
        }
        status = cxj_journey_touchpoints(at->of->engine, journey, at->capacity, NULL, 0, at->touchpoints,
                                         sizeof *at->touchpoints, count);
    }
    return status;
}

/* Finds the moments of a journey. */
static cxj_status find_moments(summary *at, uint64_t journey, moments *seen) {
    promise promises[8] = {{0}};
    cxj_journey state;
    size_t count = 0;
    *seen = (moments){{0}, {0}, {0}};
    cxj_status status = read_touchpoints(at, journey, &count);
    if (status == CXJ_OK) {
        status = cxj_journey_state(at->of->engine, journey, NULL, 0, &state, sizeof state);
    }
    if (status != CXJ_OK) {
        return status == CXJ_SEALED || status == CXJ_NOT_FOUND ? CXJ_OK : status;
    }
    for (size_t i = 0; i < count; i++) {
        const cxj_touchpoint *touchpoint = &at->touchpoints[i];
        if ((touchpoint->facets & CXJ_FACET_WITHDRAWN) != 0) {
            continue;
        }
        follow_promise(&promises[touchpoint->commitment], touchpoint, seen);
        if ((touchpoint->facets & CXJ_FACET_CHASE) != 0) {
            add_moment(seen, CHASED, touchpoint->at);
        }
        if ((touchpoint->facets & CXJ_FACET_CHURNED) != 0) {
            add_moment(seen, LEFT, touchpoint->at);
        }
    }
    /* Those that are still open are broken or overdue if their last promise is over. */
    const int64_t end = state.outcome != 0 ? state.end_at : at->of->now;
    for (size_t i = 0; i < sizeof promises / sizeof *promises; i++) {
        pass(&promises[i], end);
        if (promises[i].open && promises[i].due < end) {
            add_moment(seen, LATE, promises[i].passed);
        }
    }
    /* Of what is not recorded nothing is known: a promise that is never seen kept is none that was broken. */
    for (int kind = 0; kind < ANY; kind++) {
        seen->has[kind] = seen->has[kind] && (kinds[kind].facet & at->unrecorded) == 0;
        if (seen->has[kind]) {
            add_moment(seen, ANY, seen->first[kind]);
            add_moment(seen, ANY, seen->last[kind]);
        }
    }
    return CXJ_OK;
}

/* ---- Counting -------------------------------------------------------------------------------------------- */

/* The place of a rule in the replay. */
static size_t place_of(const replay *of, uint32_t rule) {
    size_t place = 0;
    while (place + 1 < of->rule_count && of->rules[place].rule != rule) {
        place++;
    }
    return place;
}

/* Adds the alerts of one rule for one journey. told: in ascending order. */
static void count_alerts(worth *of, const moments *seen, const int64_t *told, size_t count) {
    of->alerts += count;
    of->journeys++;
    for (int kind = 0; kind < KINDS; kind++) {
        const int64_t *latest = NULL;
        for (size_t i = 0; i < count && seen->has[kind]; i++) {
            latest = told[i] < seen->first[kind] ? &told[i] : latest;
            of->followed[kind] += told[i] < seen->last[kind];
        }
        if (latest != NULL) {
            of->before[kind][of->warned[kind]++] = seen->first[kind] - *latest;
        }
    }
}

/* Adds all alerts of one journey, which stand in the order from begin to end. */
static cxj_status count_journey(summary *at, const moments *seen, size_t begin, size_t end) {
    int64_t *told = calloc(end - begin + 1, sizeof *told);
    if (told == NULL) {
        return CXJ_NO_MEMORY;
    }
    for (size_t rule = 0; rule < at->of->rule_count; rule++) {
        size_t count = 0;
        for (size_t i = begin; i < end; i++) {
            if (place_of(at->of, at->order[i].alert.rule) == rule) {
                told[count++] = at->order[i].told_at;
            }
        }
        if (count > 0) {
            count_alerts(&at->rules[rule], seen, told, count);
        }
    }
    free(told);
    return CXJ_OK;
}

static int compare_order(const void *a, const void *b) {
    const raised *one = a, *other = b;
    if (one->alert.journey != other->alert.journey) {
        return one->alert.journey < other->alert.journey ? -1 : 1;
    }
    return (one->told_at > other->told_at) - (one->told_at < other->told_at);
}

/* The numbers of all journeys that contribute, in ascending order. */
static cxj_status read_journeys(summary *at) {
    cxj_view *view = NULL;
    uint64_t sealed = 0;
    cxj_text none = {"", 0};
    cxj_status status = cxj_view_add(at->of->engine, "journeys", CXJ_ZERO_TERMINATED, &view);
    if (status == CXJ_OK) {
        status = cxj_view_journeys(view, &none, sizeof none, 0, 0, NULL, 0, NULL, &at->all_count, &sealed);
    }
    if (status == CXJ_TOO_SMALL) {
        at->all = calloc(at->all_count, sizeof *at->all);
        status = at->all == NULL ? CXJ_NO_MEMORY
                                 : cxj_view_journeys(view, &none, sizeof none, 0, at->all_count, NULL, 0, at->all,
                                                     &at->all_count, &sealed);
    }
    if (status == CXJ_NOT_FOUND) { /* there is no journey, and so no cell */
        at->all_count = 0;
        return CXJ_OK;
    }
    return status;
}

static void summary_finish(summary *at) {
    for (size_t rule = 0; at->rules != NULL && rule < at->of->rule_count; rule++) {
        for (int kind = 0; kind < KINDS; kind++) {
            free(at->rules[rule].before[kind]);
        }
    }
    free(at->rules);
    free(at->order);
    free(at->all);
    free(at->touchpoints);
}

/* Makes room for what is counted; a journey is warned of by a rule once, if it has alerts. */
static cxj_status summary_init(summary *at, const replay *of, uint32_t unrecorded) {
    *at = (summary){.of = of, .unrecorded = unrecorded};
    at->rules = calloc(of->rule_count + 1, sizeof *at->rules);
    at->order = calloc(of->count + 1, sizeof *at->order);
    if (at->rules == NULL || at->order == NULL) {
        return CXJ_NO_MEMORY;
    }
    if (of->count > 0) {
        memcpy(at->order, of->items, of->count * sizeof *at->order);
    }
    qsort(at->order, of->count, sizeof *at->order, compare_order);
    for (size_t rule = 0; rule < of->rule_count; rule++) {
        uint64_t alerts = 0;
        for (size_t i = 0; i < of->count; i++) {
            alerts += of->items[i].alert.rule == of->rules[rule].rule;
        }
        for (int kind = 0; kind < KINDS; kind++) {
            at->rules[rule].before[kind] = calloc((size_t)alerts + 1, sizeof **at->rules[rule].before);
            if (at->rules[rule].before[kind] == NULL) {
                return CXJ_NO_MEMORY;
            }
        }
    }
    return read_journeys(at);
}

/* Goes through the journeys and their alerts, both in ascending order of their numbers. */
static cxj_status summary_count(summary *at) {
    size_t next = 0;
    cxj_status status = CXJ_OK;
    for (size_t i = 0; i < at->all_count || next < at->of->count;) {
        const uint64_t alerted = next < at->of->count ? at->order[next].alert.journey : UINT64_MAX;
        const bool there = i < at->all_count && at->all[i] <= alerted;
        const uint64_t journey = there ? at->all[i] : alerted; /* else all of it was taken back */
        moments seen = {{0}, {0}, {0}};
        if (there) {
            status = find_moments(at, journey, &seen);
            i++;
        }
        for (int kind = 0; kind < KINDS; kind++) {
            at->journeys[kind] += seen.has[kind];
        }
        const size_t begin = next;
        while (next < at->of->count && at->order[next].alert.journey == journey) {
            next++;
        }
        if (status == CXJ_OK && next > begin) {
            status = count_journey(at, &seen, begin, next);
        }
        if (status != CXJ_OK) {
            return status;
        }
    }
    return CXJ_OK;
}

/* ---- Writing --------------------------------------------------------------------------------------------- */

static int compare_spans(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* Writes how many of how many, and the share; on the right of some columns. */
static void put_share(FILE *out, uint64_t part, uint64_t all) {
    if (all == 0) {
        fprintf(out, "%8s  %5s", "-", "");
    } else {
        fprintf(out, "%8llu  %3.0f %%", (unsigned long long)part, 100 * (double)part / (double)all);
    }
}

static void put_kind(FILE *out, const summary *at, worth *of, int kind) {
    fprintf(out, "  %-14s", kinds[kind].name);
    if ((kinds[kind].facet & at->unrecorded) != 0) {
        fprintf(out, "       -  the facet %s is not recorded\n", kinds[kind].facet_name);
        return;
    }
    fprintf(out, "%8llu  ", (unsigned long long)at->journeys[kind]);
    put_share(out, of->warned[kind], at->journeys[kind]);
    fputs("  ", out);
    if (of->warned[kind] > 0) {
        qsort(of->before[kind], (size_t)of->warned[kind], sizeof *of->before[kind], compare_spans);
        table_duration(out, of->before[kind][(of->warned[kind] - 1) / 2], 13);
    } else {
        fprintf(out, "%13s", "-");
    }
    fputs("  ", out);
    put_share(out, of->followed[kind], of->alerts);
    fputc('\n', out);
}

static void put_rule(FILE *out, const summary *at, size_t rule) {
    worth *of = &at->rules[rule];
    const char *text = at->of->rules[rule].text;
    fputs("replay: ", out);
    (void)table_text(out, text, strlen(text), 1000);
    if (of->alerts == 0) {
        fputs("\n  would not have been raised\n", out);
        return;
    }
    fputs("\n  raised ", out);
    table_count(out, of->alerts);
    fputs(of->alerts == 1 ? " time, in " : " times, in ", out);
    table_count(out, of->journeys);
    fputs(of->journeys == 1 ? " journey\n" : " journeys\n", out);
    const uint32_t all = kinds[LATE].facet | kinds[CHASED].facet | kinds[LEFT].facet;
    if ((at->unrecorded & all) == all) {
        fputs("  what it is to warn of is not recorded: the facets delivered, chase, churned\n", out);
        return;
    }
    fprintf(out, "  %-14s%8s  %15s  %13s  %15s\n", "", "journeys", "warned before", "median before", "alerts followed");
    for (int kind = 0; kind < KINDS; kind++) {
        put_kind(out, at, of, kind);
    }
}

cxj_status replay_tables(FILE *out, const replay *at) {
    summary made;
    cxj_stats stats;
    cxj_status status = cxj_engine_stats(at->engine, &stats, sizeof stats);
    if (status != CXJ_OK) {
        return status;
    }
    status = summary_init(&made, at, stats.unrecorded_facets);
    if (status == CXJ_OK) {
        status = summary_count(&made);
    }
    for (size_t rule = 0; rule < at->rule_count && status == CXJ_OK; rule++) {
        fputs(rule == 0 ? "" : "\n", out);
        put_rule(out, &made, rule);
    }
    if (at->behind > 0 && status == CXJ_OK) {
        fputs("\n  ", out);
        table_count(out, at->behind);
        fputs(" of ", out);
        table_count(out, at->rows);
        fputs(" rows came later than they happened: is the log in the order of at?\n", out);
    }
    summary_finish(&made);
    return status;
}
