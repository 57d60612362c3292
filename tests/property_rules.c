/* property_rules [--seed N] [--logs N] [--touchpoints N] [--trace] [LOGS]
 *
 * Makes random histories and checks after every call that the library's rules (SPEC 9) say what naive_rules.c finds by
 * looking at everything anew: the worklist of each rule, which alerts wait, in which order, what each of them says, and
 * how many were dropped. The histories are short and their numbers few, so that occasions go and come again: through
 * corrections, withdrawals, coarse and fine clocks, merges, sealing, erasure, calendars, rules added and dropped, small
 * queues, and allocations that fail. What a call says that failed is done again, and nothing may be lost or told twice.
 *
 * Arguments and exit status as of property.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "property.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_STEPS = 60,
    MOST_JOURNEYS = 4,
    MOST_RULES = 8,
    LONGEST_RULE = 500,
    LONGEST_CALL = 60,
    POOL = 400, /* touchpoints that were sent, to be sent again */
    CALENDARS = 2,
    NAMES = 3,
    MOST_ALERTS = 4000
};

static const int64_t first_moment = INT64_C(-62135596800000);
static const int64_t last_moment = INT64_C(253402300799999);
static const int64_t minute = 60000;

static const char *const alphabets[NAIVE_DIMENSIONS][NAMES] = {
    {"", "", ""},
    {"A", "B", "O \"x\" Neil"},        /* owner */
    {"X", "Y", "X  1"},                /* team */
    {"phone", "web", "where"},         /* channel */
    {"plan", "do", "and"},             /* stage */
    {"call", "visit", "(c)"},          /* activity */
    {"policy", "tool", "="},           /* cause */
    {"move", "repair", "for"},         /* type */
    {"premium", "\xc3\xa9quipe", "0"}, /* segment */
    {"new", "leave", "tab\there"},     /* reason */
};

/* ---- Memory that ends ---- */

static struct {
    uint64_t fails_at; /* the allocation, counted from 1, from which on there is none; 0: there is always some */
    bool once;         /* only that one fails */
    uint64_t asked;
} memory;

static void *give_memory(void *context, void *block, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    memory.asked++;
    if (memory.fails_at && (memory.once ? memory.asked == memory.fails_at : memory.asked >= memory.fails_at))
        return NULL;
    return realloc(block, new_size);
}

/* From now on memory may end. */
static void perhaps_end_memory(uint64_t per_cent) {
    memory.asked = 0;
    memory.once = chance(50);
    memory.fails_at = chance(per_cent) ? 1 + (chance(60) ? below(5) : below(60)) : 0;
}

/* Whether it has ended; from now on there is some. */
static bool return_memory(void) {
    bool ended = memory.fails_at && memory.asked >= memory.fails_at;
    memory.fails_at = 0;
    return ended;
}

/* ---- A scene ---- */

struct scene {
    int64_t base, unit, span; /* moments are base + k * unit, k up to span, sometimes a little beside it */
    size_t journey_count;
    uint64_t journeys[MOST_JOURNEYS];
    uint64_t facet_share, name_share, due_share, rating_share, outcome_share, id_share, again_share, failing_share;
    uint64_t ids; /* of a journey */
    naive_touchpoint pool[POOL];
    size_t pool_count;
    uint32_t next_sequence;
    size_t rule_count;
    char rules[MOST_RULES][LONGEST_RULE];
    size_t calendar_count;
    char calendars[CALENDARS][LONGEST_CALENDAR];
    naive_calendar *read[CALENDARS];
    bool is_long; /* calls bring more touchpoints: beyond 64 of them a journey is kept in another way */
    uint32_t alerts_limit;
    int64_t seal_ended_after, seal_idle_after;
};

static int64_t within_years(int64_t moment) {
    return moment < first_moment ? first_moment : moment > last_moment ? last_moment : moment;
}

static int64_t draw_moment(const struct scene *scene, int64_t low, int64_t high) {
    int64_t moment = within_years(scene->base + scene->unit * between(low, high) + (chance(15) ? between(-1, 1) : 0));
    return moment ? moment : 1; /* 0 is none */
}

/* ---- Rules ---- */

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...) {
    va_list arguments;
    size_t used = strlen(text);
    va_start(arguments, format);
    int written = vsnprintf(text + used, LONGEST_RULE - used, format, arguments);
    va_end(arguments);
    if (written < 0 || used + (size_t)written >= LONGEST_RULE) fail("a rule grew too long");
}

static const char *blank(void) {
    static const char *const blanks[] = {" ", " ", " ", "  ", "\t", " \n"};
    return blanks[below(6)];
}

static void append_name(char *text, const char *name) {
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (*name && name[strspn(name, bare)] == 0 && chance(80)) {
        append(text, "%s", name);
        return;
    }
    append(text, "\"");
    for (; *name; name++) append(text, *name == '"' ? "\"\"" : "%c", *name);
    append(text, "\"");
}

static const char *draw_name(int dimension) {
    if (dimension == CXJ_DIMENSION_CHURNED) return chance(50) ? "yes" : chance(80) ? "" : "no";
    if (dimension == CXJ_DIMENSION_ENTRY || dimension == CXJ_DIMENSION_EXIT) dimension = CXJ_DIMENSION_CHANNEL;
    return chance(5) ? "never" : chance(20) ? "" : alphabets[dimension][below(NAMES)];
}

static void append_conditions(char *text) {
    static const int dimensions[] = {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM,     CXJ_DIMENSION_STAGE,
                                     CXJ_DIMENSION_TYPE,  CXJ_DIMENSION_SEGMENT,  CXJ_DIMENSION_REASON,
                                     CXJ_DIMENSION_ENTRY, CXJ_DIMENSION_EXIT,     CXJ_DIMENSION_CHURNED,
                                     CXJ_DIMENSION_OWNER, CXJ_DIMENSION_ACTIVITY, CXJ_DIMENSION_CHANNEL};
    static const char *const words[] = {"",     "owner",   "team",   "channel", "stage",   "activity", "cause",
                                        "type", "segment", "reason", "outcome", "churned", "entry",    "exit"};
    append(text, "%swhere", blank());
    for (uint64_t conditions = 1 + below(chance(80) ? 2 : 4); conditions > 0; conditions--) {
        int dimension = dimensions[below(sizeof dimensions / sizeof dimensions[0])];
        append(text, "%s%s", blank(), words[dimension]);
        if (chance(50)) {
            append(text, chance(50) ? " = " : "=");
            append_name(text, draw_name(dimension));
        } else {
            append(text, chance(50) ? " in (" : " in(");
            for (uint64_t names = 1 + below(3); names > 0; names--) {
                append_name(text, draw_name(dimension));
                append(text, names == 1 ? ")" : chance(50) ? ", " : ",");
            }
        }
        if (conditions > 1) append(text, "%sand", blank());
    }
}

/* Mostly some units, so that what is over falls on moments at which something happens. */
static void append_span(const struct scene *scene, char *text, bool in_hours) {
    int64_t minutes = scene->unit >= minute ? scene->unit / minute * between(1, 6) : between(1, 3);
    if (chance(15)) minutes = between(1, 3000);
    if (chance(2)) minutes = 5000000;
    if (minutes % 10080 == 0 && !in_hours && chance(70))
        append(text, "%s%" PRId64 "w", blank(), minutes / 10080);
    else if (minutes % 1440 == 0 && !in_hours && chance(70))
        append(text, "%s%" PRId64 "d", blank(), minutes / 1440);
    else if (minutes % 60 == 0 && chance(70))
        append(text, "%s%" PRId64 "h", blank(), minutes / 60);
    else
        append(text, "%s%s%" PRId64 "m", blank(), chance(5) ? "0" : "", minutes);
}

/* The same rule with other blanks, or (quoted) with a name in quotes that needs none, which is another text. */
static void respell_rule(const char *text, char *other, bool quoted) {
    bool inside = false;
    *other = 0;
    for (; *text; text++) {
        inside = inside != (*text == '"');
        if (!inside && strchr(" \t\n", *text)) {
            append(other, "%s", blank());
            text += strspn(text, " \t\n") - 1;
            continue;
        }
        append(other, "%c", *text);
        size_t bare = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
        if (inside || *text != '=' || !bare || !quoted) continue;
        append(other, "\"%.*s\"", (int)bare, text + 1);
        text += bare;
    }
}

static void draw_rule(const struct scene *scene, char *text) {
    static const char *const by_clock[] = {"due within",     "overdue for",    "silent for",
                                           "waiting for",    "unanswered for", "open for",
                                           "same owner for", "same team for",  "same stage for"};
    static const char *const others[] = {"overdue", "dissatisfied", "reopened", "churned", "dissatisfied", "reopened"};
    static const char *const counts[] = {"handoffs",         "team_changes", "bounces",
                                         "channel_switches", "repeats",      "contradictions",
                                         "faults",           "chases",       "shifts"};
    *text = 0;
    if (chance(60)) {
        bool in_hours = scene->calendar_count && chance(50);
        append(text, "%s", by_clock[below(9)]);
        append_span(scene, text, in_hours);
        if (in_hours) append(text, chance(80) ? " in working hours" : " in\tworking  hours");
    } else if (chance(50)) {
        append(text, "%s", others[below(6)]);
    } else {
        append(text, "%s%sover %s%" PRIu64, counts[below(9)], blank(), chance(5) ? "00" : "",
               below(chance(80) ? 3 : 8));
    }
    if (chance(25)) append_conditions(text);
}

/* ---- Touchpoints ---- */

static void draw_contents(struct scene *scene, naive_touchpoint *touchpoint) {
    static const uint8_t scores[] = {0, 1, 2, 3, 4, 0, 2, 1};
    cxj_touchpoint *fields = &touchpoint->fields;
    *fields = (cxj_touchpoint){.journey = fields->journey, .id = fields->id, .revision = fields->revision};
    fields->at = draw_moment(scene, 0, scene->span);
    /* "any arrival order gives the same …, where touchpoints differ in (at, sequence, id)" */
    fields->sequence = fields->id ? (uint32_t)below(2) : 2 + ++scene->next_sequence;
    if (chance(scene->due_share)) {
        fields->due = within_years(fields->at + scene->unit * between(-2, 5));
        if (fields->due == 0) fields->due = 1;
    }
    if (chance(20)) fields->customer = 1 + below(3);
    if (chance(scene->outcome_share)) fields->outcome = (uint8_t)(1 + below(2));
    if (chance(40)) fields->commitment = (uint8_t)(chance(80) ? below(2) : 7);
    for (uint32_t facet = 1; facet < CXJ_FACETS_ALL; facet <<= 1)
        if (facet != CXJ_FACET_WITHDRAWN && facet != CXJ_FACET_CHURNED && chance(scene->facet_share))
            fields->facets |= facet;
    if (chance(3)) fields->facets |= CXJ_FACET_CHURNED;
    if (chance(2)) fields->facets |= CXJ_FACET_WITHDRAWN;
    if (chance(scene->rating_share)) {
        fields->scale = (uint8_t)(1 + below(7));
        fields->scope = (uint8_t)(1 + below(3));
        fields->score = chance(70) ? scores[fields->scale] : (uint8_t)(fields->scale == CXJ_SCALE_BINARY ? 1 : 5);
        if (fields->scale == CXJ_SCALE_BINARY && fields->score > 1) fields->score = 1;
    }
    for (int d = 0; d < NAIVE_DIMENSIONS; d++)
        touchpoint->names[d] = d > 0 && chance(d <= CXJ_DIMENSION_ACTIVITY ? scene->name_share : scene->name_share / 3)
                                   ? alphabets[d][below(NAMES)]
                                   : "";
}

/* A new one, or one that was sent before: as it was (so that what a correction took away comes back), changed, or taken
 * back. */
static naive_touchpoint draw_touchpoint(struct scene *scene) {
    naive_touchpoint touchpoint = {.fields = {.journey = scene->journeys[below(scene->journey_count)]}};
    if (scene->pool_count && chance(scene->again_share)) {
        touchpoint = scene->pool[below(scene->pool_count)];
        if (touchpoint.fields.id) {
            touchpoint.fields.revision += below(4);
            if (chance(40)) draw_contents(scene, &touchpoint);
            if (chance(30)) touchpoint.fields.facets |= CXJ_FACET_WITHDRAWN;
            return touchpoint;
        }
        touchpoint = (naive_touchpoint){.fields = {.journey = touchpoint.fields.journey}};
    }
    if (chance(scene->id_share)) {
        touchpoint.fields.id = 1 + below(scene->ids);
        touchpoint.fields.revision = chance(50) ? 0 : below(5);
    }
    draw_contents(scene, &touchpoint);
    if (chance(2)) touchpoint.fields.journey = 0; /* and is refused */
    if (scene->pool_count < POOL) scene->pool[scene->pool_count++] = touchpoint;
    return touchpoint;
}

static void trace_touchpoint(const naive_touchpoint *touchpoint) {
    if (!run.trace) return;
    const cxj_touchpoint *f = &touchpoint->fields;
    printf("    journey %" PRIu64 " id %" PRIu64 " revision %" PRIu64 " at %" PRId64 " sequence %" PRIu32, f->journey,
           f->id, f->revision, f->at, f->sequence);
    for (int bit = 0; bit < NAIVE_FACETS; bit++)
        if (f->facets >> bit & 1) printf(" %s", naive_facet_names[bit]);
    if (f->due) printf(" due %" PRId64, f->due);
    if (f->customer) printf(" customer %" PRIu64, f->customer);
    if (f->scale) printf(" %s %d scope %d", naive_scale_names[f->scale], f->score, f->scope);
    if (f->commitment) printf(" commitment %d", f->commitment);
    if (f->outcome) printf(" outcome %d", f->outcome);
    for (int d = 1; d < NAIVE_DIMENSIONS; d++)
        if (*touchpoint->names[d]) printf(" %s \"%s\"", naive_dimension_names[d], touchpoint->names[d]);
    printf("\n");
}

/* ---- A side: an engine, and what naive knows of it ---- */

struct side {
    cxj_engine *engine;
    naive_log log;
    naive_watch *watch;
    size_t calendar; /* 1 + the number of the one it has, or 0 */
    uint64_t sealed[MOST_JOURNEYS];
    size_t sealed_count;
    bool has_sealed; /* also one that was erased since: its sums stay */
    bool was_moved;  /* a merge moved the clock, and no advance has passed what may hold since */
    bool is_mixed;   /* alerts wait that one call raised in two portions, for want of memory */
};

static cxj_options options_of(const struct scene *scene) {
    return (cxj_options){.size = sizeof(cxj_options),
                         .allocate = give_memory,
                         .seed = {draw() | 1, draw()},
                         .alerts_limit = scene->alerts_limit,
                         .seal_ended_after = scene->seal_ended_after,
                         .seal_idle_after = scene->seal_idle_after};
}

static uint32_t code_of(const struct side *side, int dimension, const char *name) {
    uint32_t code = 0;
    expect_status("cxj_code", CXJ_OK, cxj_code(side->engine, (uint32_t)dimension, name, CXJ_ZERO_TERMINATED, &code));
    return code;
}

static void side_open(struct side *side, const struct scene *scene) {
    cxj_options options = options_of(scene);
    char message[320];
    *side = (struct side){.watch = naive_watch_make(scene->alerts_limit, false)};
    if (cxj_engine_create(&options, message, sizeof message, &side->engine) != CXJ_OK) fail("no engine: %s", message);
    for (uint64_t names = below(10); names > 0; names--) {
        int dimension = (int)between(CXJ_DIMENSION_OWNER, CXJ_DIMENSION_REASON);
        code_of(side, dimension, alphabets[dimension][below(NAMES)]);
    }
}

static void side_close(struct side *side) {
    cxj_engine_destroy(side->engine);
    naive_watch_free(side->watch);
    naive_log_clear(&side->log);
}

static cxj_touchpoint encoded(const struct side *side, const naive_touchpoint *touchpoint) {
    cxj_touchpoint fields = touchpoint->fields;
    const char *const *names = touchpoint->names;
    fields.owner = code_of(side, CXJ_DIMENSION_OWNER, names[CXJ_DIMENSION_OWNER]);
    uint16_t *const codes[NAIVE_DIMENSIONS] = {
        NULL,          NULL,         &fields.team,    &fields.channel, &fields.stage, &fields.activity,
        &fields.cause, &fields.type, &fields.segment, &fields.reason};
    for (int d = CXJ_DIMENSION_TEAM; d < NAIVE_DIMENSIONS; d++) *codes[d] = (uint16_t)code_of(side, d, names[d]);
    return fields;
}

static bool is_sealed(const struct side *side, uint64_t journey) {
    for (size_t i = 0; i < side->sealed_count; i++)
        if (side->sealed[i] == journey) return true;
    return false;
}

/* Whether anything is held of a journey. */
static bool holds_any(const naive_log *log, uint64_t journey) {
    const naive_touchpoint **held = allocate(log->count, sizeof *held);
    size_t count = naive_held(log, journey, held);
    free(held);
    return count > 0;
}

static naive_log copy_log(const naive_log *log) {
    naive_log copy = {.has_now = log->has_now, .now = log->now, .calendar = log->calendar};
    for (size_t i = 0; i < log->count; i++) naive_arrive(&copy, &log->items[i]);
    return copy;
}

/* "each journey that it changed is looked at": what it was before is freed. */
static void look(struct side *side, const struct scene *scene, naive_log *before) {
    uint64_t changed[MOST_JOURNEYS];
    size_t count = 0;
    for (size_t j = 0; j < scene->journey_count; j++)
        if (!naive_is_same_journey(before, &side->log, scene->journeys[j])) changed[count++] = scene->journeys[j];
    naive_look(side->watch, &side->log, changed, count);
    naive_log_clear(before);
}

/* ---- Comparing ---- */

static void compare_name(const struct side *side, const char *what, int dimension, const char *wanted, uint32_t code) {
    const char *got = NULL;
    expect_status("cxj_name", CXJ_OK, cxj_name(side->engine, (uint32_t)dimension, code, &got, NULL));
    if (strcmp(wanted, got) != 0)
        fail("%s, %s: naive \"%s\", engine \"%s\"", what, naive_dimension_names[dimension], wanted, got);
}

static void compare_occasion(const struct side *side, const char *what, const naive_occasion *wanted,
                             const cxj_occasion *got) {
    if (wanted->journey != got->journey || wanted->commitment != got->commitment || wanted->since != got->since ||
        wanted->from != got->from || wanted->customer != got->customer)
        fail("%s: naive journey %" PRIu64 " commitment %" PRIu32 " since %" PRId64 " from %" PRId64 " customer %" PRIu64
             ", engine journey %" PRIu64 " commitment %" PRIu32 " since %" PRId64 " from %" PRId64 " customer %" PRIu64,
             what, wanted->journey, wanted->commitment, wanted->since, wanted->from, wanted->customer, got->journey,
             got->commitment, got->since, got->from, got->customer);
    compare_name(side, what, CXJ_DIMENSION_OWNER, wanted->owner, got->owner);
    compare_name(side, what, CXJ_DIMENSION_TEAM, wanted->team, got->team);
    compare_name(side, what, CXJ_DIMENSION_STAGE, wanted->stage, got->stage);
    compare_name(side, what, CXJ_DIMENSION_CHANNEL, wanted->channel, got->channel);
    compare_name(side, what, CXJ_DIMENSION_TYPE, wanted->type, got->type);
    compare_name(side, what, CXJ_DIMENSION_SEGMENT, wanted->segment, got->segment);
    compare_name(side, what, CXJ_DIMENSION_REASON, wanted->reason, got->reason);
    expect_number("reserved of an occasion", 0, got->reserved);
}

static void compare_worklist(const struct side *side, const char *rule) {
    char what[LONGEST_RULE + 40], message[320];
    size_t count = SIZE_MAX;
    cxj_status wanted = CXJ_OK;
    bool is_fed = naive_rule_is_fed(rule, side->log.unrecorded);
    if (!is_fed) wanted = CXJ_BAD_ARGUMENT;
    if (naive_rule_needs_calendar(rule) && !side->log.calendar) wanted = CXJ_NO_CALENDAR;
    if (wanted != CXJ_OK) {
        cxj_status status = cxj_worklist(side->engine, rule, CXJ_ZERO_TERMINATED, 0, message, sizeof message, NULL,
                                         sizeof(cxj_occasion), &count);
        if (status != wanted && (is_fed || status != CXJ_BAD_ARGUMENT)) expect_status(rule, wanted, status);
        return;
    }
    naive_occasions list = naive_worklist(&side->log, rule);
    cxj_occasion *got = allocate(list.count + 1, sizeof *got);
    size_t capacity = list.count ? below(list.count + 2) : 1;
    perhaps_end_memory(10);
    cxj_status status = cxj_worklist(side->engine, rule, CXJ_ZERO_TERMINATED, capacity, message, sizeof message, got,
                                     sizeof *got, &count);
    if (return_memory() && status == CXJ_NO_MEMORY)
        status = cxj_worklist(side->engine, rule, CXJ_ZERO_TERMINATED, capacity, message, sizeof message, got,
                              sizeof *got, &count);
    snprintf(what, sizeof what, "worklist of [%s]", rule);
    if (count != list.count) {
        for (size_t i = 0; i < list.count; i++)
            fprintf(stderr, "naive: journey %" PRIu64 " since %" PRId64 " from %" PRId64 "\n", list.items[i].journey,
                    list.items[i].since, list.items[i].from);
        expect_number(what, list.count, count);
    }
    expect_status(what, list.count > capacity ? CXJ_TOO_SMALL : CXJ_OK, status);
    for (size_t i = 0; i < count && status == CXJ_OK; i++) compare_occasion(side, what, &list.items[i], &got[i]);
    free(got);
    free(list.items);
}

static void compare_rules(const struct side *side) {
    cxj_rule_info info;
    size_t count = naive_rule_count(side->watch);
    for (size_t i = 0; i < count; i++) {
        const char *text;
        uint64_t raised;
        uint32_t number = naive_rule_at(side->watch, i, &text, &raised), again = 0;
        expect_status("cxj_rule_at", CXJ_OK, cxj_rule_at(side->engine, i, &info, sizeof info));
        expect_number("number of a rule", number, info.rule);
        if (raised != info.raised)
            fail("alerts of [%s]: naive %" PRIu64 ", engine %" PRIu64, text, raised, info.raised);
        expect_number("length of a rule's text", strlen(info.text), info.text_length);
        expect_status(info.text, CXJ_OK, cxj_rule_add(side->engine, info.text, info.text_length, &again));
        expect_number("number of a rule by its own text", number, again);
    }
    expect_status("cxj_rule_at past the last", CXJ_NOT_FOUND, cxj_rule_at(side->engine, count, &info, sizeof info));
}

static void compare_side(const struct side *side, const struct scene *scene) {
    cxj_stats stats;
    size_t waiting;
    uint64_t dropped;
    naive_waiting_alerts(side->watch, &waiting, &dropped);
    expect_status("cxj_engine_stats", CXJ_OK, cxj_engine_stats(side->engine, &stats, sizeof stats));
    expect_number("now", (uint64_t)side->log.now, (uint64_t)stats.now);
    expect_number("has now", side->log.has_now, stats.has_now);
    expect_number("sealed", side->sealed_count, stats.sealed);
    expect_number("rules", naive_rule_count(side->watch), stats.rules);
    compare_rules(side);
    expect_number("alerts that wait", waiting, stats.alerts);
    expect_number("alerts that were dropped", dropped, stats.alerts_dropped);
    for (size_t i = 0; i < scene->rule_count; i++) compare_worklist(side, scene->rules[i]);
}

/* By rule, journey, commitment and since, of which no two are the same in one call. */
static int order_wanted(const void *a, const void *b) {
    const naive_alert *x = a, *y = b;
    if (x->raised_at != y->raised_at) return x->raised_at < y->raised_at ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->occasion.journey != y->occasion.journey) return x->occasion.journey < y->occasion.journey ? -1 : 1;
    if (x->occasion.commitment != y->occasion.commitment)
        return x->occasion.commitment < y->occasion.commitment ? -1 : 1;
    return (x->occasion.since > y->occasion.since) - (x->occasion.since < y->occasion.since);
}

static int order_got(const void *a, const void *b) {
    const cxj_alert *x = a, *y = b;
    if (x->raised_at != y->raised_at) return x->raised_at < y->raised_at ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    if (x->commitment != y->commitment) return x->commitment < y->commitment ? -1 : 1;
    return (x->since > y->since) - (x->since < y->since);
}

/* Takes some alerts, or all, and compares each. */
static void take_alerts(struct side *side, size_t capacity) {
    static naive_alert wanted[MOST_ALERTS];
    static cxj_alert got[MOST_ALERTS];
    if (side->is_mixed) capacity = MOST_ALERTS;
    size_t taken = naive_take_alerts(side->watch, capacity, wanted), count = SIZE_MAX;
    trace("take %zu alerts: %zu\n", capacity, taken);
    expect_status("cxj_alerts", CXJ_OK, cxj_alerts(side->engine, got, sizeof *got, capacity, &count));
    expect_number("alerts taken", taken, count);
    if (side->is_mixed) {
        qsort(wanted, taken, sizeof *wanted, order_wanted);
        qsort(got, taken, sizeof *got, order_got);
        side->is_mixed = false;
    }
    for (size_t i = 0; i < taken; i++) {
        char what[100];
        const cxj_alert *a = &got[i];
        const cxj_occasion occasion = {.journey = a->journey,
                                       .customer = a->customer,
                                       .since = a->since,
                                       .from = a->from,
                                       .commitment = a->commitment,
                                       .owner = a->owner,
                                       .team = a->team,
                                       .stage = a->stage,
                                       .channel = a->channel,
                                       .type = a->type,
                                       .segment = a->segment,
                                       .reason = a->reason};
        snprintf(what, sizeof what, "alert %zu of %zu, of rule %" PRIu32, i, taken, wanted[i].rule);
        trace("    rule %" PRIu32 " journey %" PRIu64 " commitment %" PRIu32 " since %" PRId64 " from %" PRId64
              " raised at %" PRId64 "\n",
              wanted[i].rule, wanted[i].occasion.journey, wanted[i].occasion.commitment, wanted[i].occasion.since,
              wanted[i].occasion.from, wanted[i].raised_at);
        if (wanted[i].rule != a->rule)
            fail("%s (journey %" PRIu64 " since %" PRId64 "): engine has rule %" PRIu32 " journey %" PRIu64
                 " since %" PRId64,
                 what, wanted[i].occasion.journey, wanted[i].occasion.since, a->rule, a->journey, a->since);
        compare_occasion(side, what, &wanted[i].occasion, &occasion);
        expect_number("raised at", (uint64_t)wanted[i].raised_at, (uint64_t)a->raised_at);
    }
}

/* ---- What happens ---- */

static cxj_text text_of(const char *text) {
    return (cxj_text){.text = text, .length = strlen(text)};
}

/* Records by names. */
static cxj_status record_named(struct side *side, const naive_touchpoint *items, size_t count, uint32_t flags,
                               cxj_receipt *receipt) {
    cxj_named_touchpoint *named = allocate(count, sizeof *named);
    for (size_t i = 0; i < count; i++) {
        const cxj_touchpoint *f = &items[i].fields;
        const char *const *names = items[i].names;
        named[i] = (cxj_named_touchpoint){.journey_number = f->journey,
                                          .id_number = f->id,
                                          .customer_number = f->customer,
                                          .owner = text_of(names[CXJ_DIMENSION_OWNER]),
                                          .team = text_of(names[CXJ_DIMENSION_TEAM]),
                                          .activity = text_of(names[CXJ_DIMENSION_ACTIVITY]),
                                          .channel = text_of(names[CXJ_DIMENSION_CHANNEL]),
                                          .stage = text_of(names[CXJ_DIMENSION_STAGE]),
                                          .cause = text_of(names[CXJ_DIMENSION_CAUSE]),
                                          .type = text_of(names[CXJ_DIMENSION_TYPE]),
                                          .segment = text_of(names[CXJ_DIMENSION_SEGMENT]),
                                          .reason = text_of(names[CXJ_DIMENSION_REASON]),
                                          .revision = f->revision,
                                          .at = f->at,
                                          .due = f->due,
                                          .value = f->value,
                                          .sequence = f->sequence,
                                          .facets = f->facets,
                                          .scale = f->scale,
                                          .score = f->score,
                                          .scope = f->scope,
                                          .commitment = f->commitment,
                                          .outcome = f->outcome};
    }
    cxj_status status = cxj_record_named(side->engine, named, sizeof *named, count, flags, receipt, sizeof *receipt);
    free(named);
    return status;
}

static void record(struct side *side, struct scene *scene) {
    naive_touchpoint items[LONGEST_CALL];
    cxj_touchpoint fields[LONGEST_CALL];
    size_t count = chance(50) ? 1 : 1 + below(scene->is_long ? LONGEST_CALL : 8), refused = 0, taken = 0;
    uint32_t flags = chance(10) ? CXJ_STOP_AT_REFUSAL : 0;
    bool by_names = chance(30);
    trace("record %zu%s%s\n", count, by_names ? " by names" : "", flags ? ", up to the first that is refused" : "");
    for (size_t i = 0; i < count; i++) {
        items[i] = draw_touchpoint(scene);
        trace_touchpoint(&items[i]);
        if (!by_names) fields[i] = encoded(side, &items[i]);
    }
    cxj_receipt receipt;
    naive_log before = copy_log(&side->log);
    perhaps_end_memory(scene->failing_share);
    cxj_status status = by_names
                            ? record_named(side, items, count, flags, &receipt)
                            : cxj_record(side->engine, fields, sizeof *fields, count, flags, &receipt, sizeof receipt);
    bool ended = return_memory();
    if (status == CXJ_NO_MEMORY && !ended) fail("no memory, but there was some");
    if (status == CXJ_NO_MEMORY) trace("    no memory behind %d\n", (int)receipt.processed);
    for (; taken < count && (status != CXJ_NO_MEMORY || taken < receipt.processed); taken++) {
        bool goes = naive_is_valid(&items[taken].fields) && !is_sealed(side, items[taken].fields.journey);
        refused += !goes;
        if (!goes && flags) break;
        if (goes) naive_arrive(&side->log, &items[taken]);
    }
    expect_number("receipt: processed", taken, receipt.processed);
    if (status != CXJ_NO_MEMORY) expect_status("recording", refused ? CXJ_REFUSED : CXJ_OK, status);
    look(side, scene, &before);
}

static void withdraw(struct side *side, const struct scene *scene) {
    uint64_t journey = scene->journeys[below(scene->journey_count)], id = 1 + below(scene->ids), revision = below(6);
    trace("withdraw %" PRIu64 " id %" PRIu64 " revision %" PRIu64 "\n", journey, id, revision);
    naive_log before = copy_log(&side->log), after = copy_log(&side->log);
    cxj_status wanted = is_sealed(side, journey) ? CXJ_LATE : naive_withdraw(&after, journey, id, revision);
    perhaps_end_memory(side->was_moved ? 0 : scene->failing_share);
    cxj_status status = cxj_withdraw(side->engine, journey, id, revision);
    bool ended = return_memory();
    /* What takes away does not wait for memory; what it raises does, until the next call. */
    if (ended && status == CXJ_OK)
        expect_status("cxj_record of nothing", CXJ_OK,
                      cxj_record(side->engine, NULL, sizeof(cxj_touchpoint), 0, 0, NULL, 0));
    if (ended && status == CXJ_NO_MEMORY) {
        trace("    no memory\n");
        /* "CXJ_NO_MEMORY (only if the touchpoint has not come yet …)" */
        for (size_t i = 0; i < side->log.count; i++)
            if (side->log.items[i].fields.journey == journey && side->log.items[i].fields.id == id)
                fail("a touchpoint that is held is not taken back for want of memory: %s", cxj_message(side->engine));
    } else {
        expect_status("cxj_withdraw", wanted, status);
        if (wanted == CXJ_OK) naive_withdraw(&side->log, journey, id, revision);
    }
    naive_log_clear(&after);
    look(side, scene, &before);
}

/* "sealed (opt-in: a while after its end, or after its last touchpoint)" */
static void seal(struct side *side, const struct scene *scene) {
    for (size_t j = 0; j < scene->journey_count; j++) {
        naive_journey found;
        uint64_t journey = scene->journeys[j];
        if (!naive_journey_state(&side->log, journey, &found)) continue;
        bool idle = scene->seal_idle_after && found.state.last_at + scene->seal_idle_after <= side->log.now;
        bool ended = scene->seal_ended_after && found.state.outcome &&
                     found.state.end_at + scene->seal_ended_after <= side->log.now;
        if (!idle && !ended) continue;
        trace("    journey %" PRIu64 " is sealed\n", journey);
        naive_erase_journey(&side->log, journey);
        naive_forget(side->watch, journey, false);
        side->sealed[side->sealed_count++] = journey;
        side->has_sealed = true;
    }
}

static void advance(struct side *side, const struct scene *scene) {
    int64_t now = draw_moment(scene, -2, scene->span + 8);
    if (side->log.has_now && chance(60))
        now = within_years(side->log.now + (chance(30) ? (int64_t)below(3) : scene->unit));
    trace("advance to %" PRId64 "\n", now);
    bool is_back = side->log.has_now && now < side->log.now;
    /* What was raised before memory ended stands first; a small queue may have dropped some of it. */
    perhaps_end_memory(scene->alerts_limit < MOST_ALERTS ? 0 : scene->failing_share);
    cxj_status status = cxj_advance(side->engine, now);
    if (return_memory() && status == CXJ_NO_MEMORY) {
        trace("    no memory\n");
        side->is_mixed = true;
        cxj_stats stats;
        expect_status("cxj_engine_stats", CXJ_OK, cxj_engine_stats(side->engine, &stats, sizeof stats));
        /* "The first advance … leaves the clock where it is", unless it is journeys that could not be sealed. */
        if (!stats.has_now) compare_side(side, scene);
        status = cxj_advance(side->engine, now);
    }
    expect_status("cxj_advance", is_back ? CXJ_CLOCK : CXJ_OK, status);
    if (is_back) return;
    if (now > side->log.now) side->was_moved = false;
    naive_advance(side->watch, &side->log, now);
    seal(side, scene);
}

static void add_rule(struct side *side, const struct scene *scene) {
    const char *text = scene->rules[below(scene->rule_count)];
    uint32_t number = 0, wanted = naive_rule_find(side->watch, text);
    bool is_fed = naive_rule_is_fed(text, side->log.unrecorded);
    bool lacks_calendar = naive_rule_needs_calendar(text) && !side->log.calendar;
    trace("add rule [%s]\n", text);
    perhaps_end_memory(scene->failing_share);
    cxj_status status = cxj_rule_add(side->engine, text, CXJ_ZERO_TERMINATED, &number);
    if (return_memory() && status == CXJ_NO_MEMORY) {
        trace("    no memory\n");
        compare_side(side, scene);
        status = cxj_rule_add(side->engine, text, CXJ_ZERO_TERMINATED, &number);
    }
    if (!is_fed || lacks_calendar) {
        if (status != (is_fed ? CXJ_NO_CALENDAR : CXJ_BAD_ARGUMENT) && (is_fed || status != CXJ_NO_CALENDAR))
            fail("[%s] is not refused as it must be: %s", text, cxj_status_text(status));
        return;
    }
    if (status != CXJ_OK) fail("the rule [%s] is refused: %s", text, cxj_message(side->engine));
    uint32_t given = naive_rule_add(side->watch, &side->log, text);
    if (wanted) expect_number("number of a rule that is there", wanted, number);
    expect_number("number of a rule", given, number);
}

static void drop_rule(struct side *side) {
    const char *text;
    uint64_t raised;
    uint32_t number = 1 + (uint32_t)below(12);
    size_t count = naive_rule_count(side->watch);
    if (count && chance(80)) number = naive_rule_at(side->watch, below(count), &text, &raised);
    trace("drop rule %" PRIu32 "\n", number);
    perhaps_end_memory(50); /* it needs none */
    cxj_status status = cxj_rule_drop(side->engine, number);
    return_memory();
    expect_status("cxj_rule_drop", naive_rule_drop(side->watch, number) ? CXJ_OK : CXJ_NOT_FOUND, status);
}

/* Whether a rule that was added has something that naive says of its text. */
static bool any_rule(const struct side *side, bool (*says)(const char *text)) {
    for (size_t i = 0; i < naive_rule_count(side->watch); i++) {
        const char *text;
        uint64_t raised;
        naive_rule_at(side->watch, i, &text, &raised);
        if (says(text)) return true;
    }
    return false;
}

static void set_calendar(struct side *side, const struct scene *scene) {
    static char text[2 * LONGEST_CALENDAR];
    if (!scene->calendar_count) return;
    size_t number = chance(20) ? 0 : 1 + below(scene->calendar_count);
    trace("set calendar %zu\n%s", number, number ? scene->calendars[number - 1] : "");
    if (number) respell_calendar(scene->calendars[number - 1], text);
    perhaps_end_memory(scene->failing_share);
    cxj_status status = cxj_set_calendar(side->engine, number ? text : NULL, number ? strlen(text) : 0);
    if (return_memory() && status == CXJ_NO_MEMORY) {
        trace("    no memory\n");
        compare_side(side, scene);
        status = cxj_set_calendar(side->engine, number ? text : NULL, number ? strlen(text) : 0);
    }
    if (side->has_sealed && status == CXJ_SEALED) {
        trace("    not beside sealed journeys\n");
        return;
    }
    if (!number && any_rule(side, naive_rule_needs_calendar)) {
        expect_status("cxj_set_calendar without one", CXJ_NO_CALENDAR, status);
        return;
    }
    if (status != CXJ_OK) fail("the calendar is refused: %s", cxj_message(side->engine));
    /* To set the calendar that is there sets nothing. */
    naive_calendar *calendar = number ? scene->read[number - 1] : NULL, *had = side->log.calendar;
    bool is_other = calendar && had ? !naive_calendar_is_equal(calendar, had) : calendar != had;
    side->log.calendar = calendar;
    side->calendar = number;
    if (is_other) naive_count_as_raised(side->watch, &side->log);
}

/* "an erasure retires names that no retained touchpoint uses": alerts that wait then have none, and of an erased customer
 * nothing is left in them either. */
static void retire_names(struct side *side, uint64_t customer) {
    size_t count;
    uint64_t dropped;
    naive_alert *alerts = naive_waiting_alerts(side->watch, &count, &dropped);
    for (size_t i = 0; i < count; i++) {
        naive_occasion *o = &alerts[i].occasion;
        if (o->customer == customer) o->customer = 0;
        const struct {
            int dimension;
            const char **name;
        } names[] = {{CXJ_DIMENSION_OWNER, &o->owner},  {CXJ_DIMENSION_TEAM, &o->team},
                     {CXJ_DIMENSION_STAGE, &o->stage},  {CXJ_DIMENSION_CHANNEL, &o->channel},
                     {CXJ_DIMENSION_TYPE, &o->type},    {CXJ_DIMENSION_SEGMENT, &o->segment},
                     {CXJ_DIMENSION_REASON, &o->reason}};
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
            uint32_t code;
            if (cxj_find_code(side->engine, (uint32_t)names[n].dimension, *names[n].name, CXJ_ZERO_TERMINATED, &code) !=
                CXJ_OK)
                *names[n].name = "";
        }
    }
}

static void erase(struct side *side, const struct scene *scene) {
    naive_log before = copy_log(&side->log);
    uint64_t customer = 0;
    memory.fails_at = chance(50); /* it needs none */
    memory.asked = 0;
    memory.once = false;
    if (chance(50)) {
        uint64_t journey = scene->journeys[below(scene->journey_count)];
        trace("erase journey %" PRIu64 "\n", journey);
        cxj_status status = cxj_erase_journey(side->engine, journey);
        cxj_status wanted = naive_erase_journey(&side->log, journey) ? CXJ_OK : CXJ_NOT_FOUND;
        for (size_t i = 0; i < side->sealed_count; i++) {
            if (side->sealed[i] != journey) continue;
            side->sealed[i] = side->sealed[--side->sealed_count];
            wanted = CXJ_PARTIALLY_ERASED;
        }
        expect_status("cxj_erase_journey", wanted, status);
        if (wanted != CXJ_NOT_FOUND) naive_forget(side->watch, journey, true);
    } else {
        uint64_t erased = 0;
        customer = 1 + below(3);
        trace("erase customer %" PRIu64 "\n", customer);
        cxj_status status = cxj_erase_customer(side->engine, customer, &erased);
        uint64_t wanted = naive_erase_customer(&side->log, customer);
        expect_status("cxj_erase_customer", wanted ? CXJ_OK : CXJ_NOT_FOUND, status);
        for (size_t j = 0; j < scene->journey_count; j++)
            if (holds_any(&before, scene->journeys[j]) && !holds_any(&side->log, scene->journeys[j]))
                naive_forget(side->watch, scene->journeys[j], true);
    }
    return_memory();
    naive_log_clear(&before);
    retire_names(side, customer);
}

/* An engine's bytes; to be freed. */
static unsigned char *save(const cxj_engine *engine, size_t *length) {
    expect_status("cxj_save_bytes without room", CXJ_TOO_SMALL, cxj_save_bytes(engine, 0, NULL, 0, NULL, length));
    unsigned char *bytes = allocate(*length, 1);
    expect_status("cxj_save_bytes", CXJ_OK, cxj_save_bytes(engine, *length, NULL, 0, bytes, length));
    return bytes;
}

/* "After a merge the clock is the later of the two, what was raised is what the engine merged into had raised, and the
 * journeys that the merge changed are looked at." */
static void merge(struct side *side, struct scene *scene) {
    struct scene plain = *scene;
    struct side source;
    plain.failing_share = 0;
    plain.seal_ended_after = plain.seal_idle_after = 0;
    trace("merge another engine:\n");
    side_open(&source, &plain);
    if (side->calendar) {
        const char *text = scene->calendars[side->calendar - 1];
        expect_status("cxj_set_calendar of a source", CXJ_OK, cxj_set_calendar(source.engine, text, strlen(text)));
        source.log.calendar = side->log.calendar;
    }
    for (uint64_t calls = below(4); calls > 0; calls--) {
        if (chance(40)) advance(&source, &plain);
        record(&source, &plain);
    }
    if (chance(20)) add_rule(&source, &plain);
    memcpy(scene->pool, plain.pool, sizeof scene->pool);
    scene->pool_count = plain.pool_count;
    scene->next_sequence = plain.next_sequence;
    bool knows_sealed = false;
    for (size_t i = 0; i < side->sealed_count; i++)
        knows_sealed = knows_sealed || holds_any(&source.log, side->sealed[i]);
    naive_log before = copy_log(&side->log);
    bool by_bytes = chance(30);
    size_t length = 0;
    unsigned char *bytes = by_bytes ? save(source.engine, &length) : NULL;
    trace("merge it%s\n", by_bytes ? ", by its bytes" : "");
    cxj_status status = CXJ_NO_MEMORY;
    for (int tries = 0; tries < 2 && status == CXJ_NO_MEMORY; tries++) {
        perhaps_end_memory(tries ? 0 : scene->failing_share);
        status = by_bytes ? cxj_merge_bytes(side->engine, bytes, length) : cxj_merge(side->engine, source.engine);
        if (!return_memory() || status != CXJ_NO_MEMORY) break;
        trace("    no memory\n");
        compare_side(side, scene);
    }
    free(bytes);
    expect_status("cxj_merge", knows_sealed ? CXJ_SEALED : CXJ_OK, status);
    if (!knows_sealed) {
        side->was_moved = side->was_moved || source.log.has_now;
        naive_merge(&side->log, &source.log);
    }
    look(side, scene, &before);
    compare_side(&source, &plain);
    side_close(&source);
}

/* "Rules and the queue are not saved" */
static void reload(struct side *side, const struct scene *scene) {
    char message[320];
    size_t length = 0;
    trace("save, load\n");
    unsigned char *bytes = save(side->engine, &length);
    cxj_engine_destroy(side->engine);
    cxj_options options = options_of(scene);
    if (cxj_load_bytes(&options, bytes, length, message, sizeof message, &side->engine) != CXJ_OK)
        fail("what was saved is not loaded: %s", message);
    free(bytes);
    naive_watch_free(side->watch);
    side->watch = naive_watch_make(scene->alerts_limit, false);
    side->is_mixed = false;
}

static uint32_t tried_unrecorded;

static bool is_not_fed(const char *text) {
    return !naive_rule_is_fed(text, tried_unrecorded);
}

/* A rule that needs a facet keeps it from being said not to be recorded. */
static void change_feed(struct side *side) {
    naive_log tried = {0};
    uint32_t unrecorded = 0;
    for (uint64_t facets = chance(40) ? 0 : 1 + below(4); facets > 0; facets--)
        unrecorded |= UINT32_C(1) << below(NAIVE_FACETS);
    naive_set_unrecorded(&tried, unrecorded);
    tried_unrecorded = tried.unrecorded;
    trace("facets %#" PRIx32 " are not recorded\n", unrecorded);
    bool is_refused = any_rule(side, is_not_fed);
    expect_status("cxj_set_unrecorded", is_refused ? CXJ_BAD_ARGUMENT : CXJ_OK,
                  cxj_set_unrecorded(side->engine, unrecorded));
    if (!is_refused) naive_set_unrecorded(&side->log, unrecorded);
}

/* ---- A history ---- */

static void set_scene(struct scene *scene) {
    static const int64_t units[] = {1, 1000, 60000, 60000, 600000, 3600000, 3600000, 86400000};
    memset(scene, 0, sizeof *scene);
    scene->unit = units[below(8)];
    scene->span = between(2, 12);
    const int64_t bases[] = {1,
                             1 - scene->unit * (scene->span / 2),
                             INT64_C(1700000000000) + between(-999, 999),
                             INT64_C(1767225600000),
                             INT64_C(1767225600000),
                             first_moment,
                             last_moment - scene->unit * scene->span};
    scene->base = bases[below(7)];
    scene->journey_count = 1 + below(MOST_JOURNEYS);
    for (size_t j = 0; j < scene->journey_count; j++) scene->journeys[j] = chance(80) ? j + 1 : UINT64_MAX - j;
    scene->facet_share = below(25);
    scene->name_share = below(80);
    scene->due_share = below(60);
    scene->rating_share = below(50);
    scene->outcome_share = below(20);
    scene->id_share = chance(70) ? 100 : below(101);
    scene->again_share = below(60);
    scene->failing_share = chance(50) ? 0 : below(60);
    scene->is_long = chance(4);
    scene->ids = scene->is_long ? 1 + below(200) : 1 + below(8);
    scene->alerts_limit = chance(30) ? 1 + (uint32_t)below(5) : MOST_ALERTS;
    if (chance(20)) scene->seal_ended_after = 1 + (int64_t)below(4) * scene->unit;
    if (chance(10)) scene->seal_idle_after = 1 + (int64_t)below(12) * scene->unit;
    if (chance(50)) {
        for (; scene->calendar_count < CALENDARS; scene->calendar_count++) {
            char *text = scene->calendars[scene->calendar_count];
            draw_calendar(text, scene->base, scene->base + scene->unit * (scene->span + 8));
            scene->read[scene->calendar_count] = naive_calendar_read(text, strlen(text), NULL);
            if (!scene->read[scene->calendar_count]) fail("naive refuses the calendar\n%s", text);
        }
    }
    scene->rule_count = chance(10) ? 1 + below(MOST_RULES) : MOST_RULES;
    for (size_t r = 0; r < scene->rule_count; r++) {
        if (r > 0 && chance(10))
            respell_rule(scene->rules[r - 1], scene->rules[r], chance(50));
        else
            draw_rule(scene, scene->rules[r]);
        if (!naive_is_rule(scene->rules[r])) fail("naive refuses the rule [%s]", scene->rules[r]);
    }
}

static void step(struct side *side, struct scene *scene) {
    uint64_t what = below(100);
    if (what < 45)
        record(side, scene);
    else if (what < 68)
        advance(side, scene);
    else if (what < 76)
        withdraw(side, scene);
    else if (what < 84)
        add_rule(side, scene);
    else if (what < 86)
        drop_rule(side);
    else if (what < 90)
        set_calendar(side, scene);
    else if (what < 93)
        erase(side, scene);
    else if (what < 96)
        merge(side, scene);
    else if (what < 97)
        reload(side, scene);
    else if (what < 98)
        change_feed(side);
    else
        take_alerts(side, below(4));
}

static void run_history(void) {
    static struct scene scene;
    struct side side;
    set_scene(&scene);
    side_open(&side, &scene);
    if (chance(70)) set_calendar(&side, &scene);
    if (chance(85))
        for (uint64_t rules = 2 + below(10); rules > 0; rules--) add_rule(&side, &scene);
    uint64_t share = below(101);
    for (uint64_t steps = 5 + below(run.touchpoints_limit); steps > 0; steps--) {
        step(&side, &scene);
        compare_side(&side, &scene);
        if (chance(share)) take_alerts(&side, MOST_ALERTS);
    }
    take_alerts(&side, MOST_ALERTS);
    side_close(&side);
    for (size_t c = 0; c < scene.calendar_count; c++) naive_calendar_free(scene.read[c]);
}

int main(int argc, char **argv) {
    return run_logs(argc, argv, MOST_STEPS, run_history);
}
