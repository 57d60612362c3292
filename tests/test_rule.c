/* rule: what a rule's text asks, and the occasions that it has in a journey. What src/rule.h and section 9 of src/SPEC.md
 * say of both; each moment below is worked out by hand.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "saved.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY (24 * HOUR)
#define MINUTE INT64_C(60000)

/* ---------------------------------------------------------------------------------------------------------------------
 * Texts
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_status read_rule(struct cxj__rule *rule, const cxj_engine *engine, struct cxj__memory *memory,
                            const char *text, char *sentence) {
    struct cxj__message message = {""};
    cxj_status status =
        cxj__rule_read(rule, engine->core.dictionaries, NULL, memory, &engine->core.seed, text, strlen(text), &message);
    strcpy(sentence, message.text);
    return status;
}

/* "a rule that is there already (the same text but for blanks outside quotes)" (9.3): nothing but blanks is changed. */
START_TEST(test_text_is_kept_but_for_blanks) {
    static const char *const texts[][2] = {
        {"overdue", "overdue"},
        {"  overdue\tfor  1d ", "overdue for 1d"},
        {"due within 08h in working\nhours", "due within 08h in working hours"},
        {"same stage for 1w where team=a and owner in(b,\"c  d\" , \"e\"\"f\")",
         "same stage for 1w where team = a and owner in (b, \"c  d\", \"e\"\"f\")"},
        {"shifts over 0 where type = \"\"", "shifts over 0 where type = \"\""},
        {"open for 1d where type=\"a\"", "open for 1d where type = \"a\""},
        {"open for 1d where type=a", "open for 1d where type = a"},
    };
    cxj_engine *engine = make_with((cxj_options){0});
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cxj__memory memory = engine->core.memory;
        struct cxj__rule rule;
        char sentence[320];
        ck_assert_msg(read_rule(&rule, engine, &memory, texts[i][0], sentence) == CXJ_OK, "%s: %s", texts[i][0],
                      sentence);
        ck_assert_str_eq(rule.query.text, texts[i][1]);
        ck_assert_uint_eq(rule.query.text_length, strlen(texts[i][1]));
        cxj__rule_finish(&rule, NULL, &memory);
        ck_assert_uint_eq(memory.used, engine->core.memory.used);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "refused with the column and what was expected there" (section 5, of views; section 9: rules are read as they are). */
START_TEST(test_malformed_texts_name_column_and_what_was_expected) {
    static const struct {
        const char *text;
        int column;
        const char *expected;
    } texts[] = {
        {"", 1, "what the rule tells"},
        {"late", 1, "what the rule tells"},
        {"same", 5, "owner, team or stage"},
        {"same channel for 2d", 6, "owner, team or stage"},
        {"due", 4, "\"within\" and a span"},
        {"due for 4h", 5, "\"within\" and a span"},
        {"due within", 11, "a span"},
        {"due within 4", 12, "a span"},
        {"due within 0m", 12, "from 1 minute"},
        {"due within 5000001m", 12, "5,000,000 minutes"},
        {"due within 497w", 12, "5,000,000 minutes"},
        {"due within 99999999999999999999h", 12, "a span"},
        {"due within 4H", 12, "a span"},
        {"due within -4h", 12, "a span"},
        {"due within 1.5h", 12, "a span"},
        {"due within 4h4", 12, "a span"},
        {"overdue 2h", 9, "\"where\""},
        {"overdue within 2h", 9, "\"where\""},
        {"overdue for", 12, "a span"},
        {"overdue in working hours", 9, "\"for\" and a span"},
        {"silent", 7, "\"for\" and a span"},
        {"unanswered", 11, "\"for\" and a span"},
        {"handoffs", 9, "\"over\" and a count"},
        {"handoffs over", 14, "a count"},
        {"handoffs over -1", 15, "a count"},
        {"handoffs over 65536", 15, "0 to 65535"},
        {"handoffs over 3h", 15, "a count"},
        {"returns over 1", 1, "what the rule tells"},
        {"dissatisfied for 1d", 14, "\"where\""},
        {"churned in working hours", 9, "\"where\""},
        {"silent for 1d in working hours", 15, "not 24 hours"},
        {"silent for 1w in working hours", 15, "not 24 hours"},
        {"silent for 2h in hours", 18, "working hours"},
        {"silent for 2h in working hours in working hours", 32, "\"where\""},
        {"silent for 2h where type = a in working hours", 30, "\"and\""},
        {"silent for 1h where cause = a", 21, "a dimension here"},
        {"silent for 1h where outcome = completed", 21, "a dimension here"},
        {"silent for 1h where had team = a", 21, "had"},
        {"silent for 1h where team = a and team = b and team = c and team = d and team = e", 73, "four conditions"},
        {"silent for 1h where team = \"a", 30, "a closing quote"},
        {"open for 1d \xff", 13, "UTF-8"},
    };
    cxj_engine *engine = make_with((cxj_options){0});
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cxj__rule rule;
        struct cxj__memory memory = engine->core.memory;
        char sentence[320], begin[40];
        (void)snprintf(begin, sizeof begin, "rule, column %d: expected ", texts[i].column);
        ck_assert_int_eq(read_rule(&rule, engine, &memory, texts[i].text, sentence), CXJ_BAD_TEXT);
        ck_assert_uint_eq(memory.used, engine->core.memory.used);
        ck_assert_msg(strncmp(sentence, begin, strlen(begin)) == 0, "%s: %s", texts[i].text, sentence);
        ck_assert_msg(strstr(sentence, texts[i].expected) != NULL, "%s: %s", texts[i].text, sentence);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "Rules of 9 need: …" (section 6, feeds). */
START_TEST(test_feeds_that_rules_need) {
    static const struct {
        const char *text;
        uint32_t all, any;
    } rules[] = {
        {"due within 1h", CXJ_FACET_DELIVERED, 0},
        {"overdue", CXJ_FACET_DELIVERED, 0},
        {"silent for 1h", 0, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE},
        {"waiting for 1h", CXJ_FACET_INBOUND, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED},
        {"unanswered for 1h", 0, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED},
        {"open for 1h where churned = yes", CXJ_FACET_CHURNED, 0},
        {"same team for 1h", 0, 0},
        {"handoffs over 1", 0, 0},
        {"repeats over 1", CXJ_FACET_REPEATED, 0},
        {"contradictions over 1", CXJ_FACET_CONTRADICTED, 0},
        {"faults over 1", CXJ_FACET_FAULT, 0},
        {"chases over 1", CXJ_FACET_CHASE, 0},
        {"shifts over 1", 0, 0},
        {"dissatisfied", 0, 0},
        {"reopened", 0,
         CXJ_FACET_INBOUND | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_FAULT | CXJ_FACET_REOPENS},
        {"churned", CXJ_FACET_CHURNED, 0},
    };
    cxj_engine *engine = make_with((cxj_options){0});
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        uint32_t number = 0;
        cxj_rule_info info;
        ck_assert_int_eq(cxj_rule_add(engine, rules[i].text, CXJ_ZERO_TERMINATED, &number), CXJ_OK);
        ck_assert_int_eq(cxj_rule_at(engine, i, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.needs_all, rules[i].all);
        ck_assert_uint_eq(info.needs_any, rules[i].any);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Occasions
 * ------------------------------------------------------------------------------------------------------------------ */

/* Moments are hours behind START; what stands between is said in parts of an hour. */
#define AT(hours) (START + (int64_t)((hours) * (double)HOUR))

/* Open every day from 08:00 to 16:00 by UTC; START is a midnight. */
static const char *const CALENDAR = "hours mon-sun 08:00-16:00\n";

typedef struct expected {
    int64_t since, from;
    uint32_t commitment;
} expected;

/* What a rule's worklist is at a moment: at most one line, unless more are expected. */
static void check_rule(cxj_engine *engine, const char *rule, const expected *lines, size_t count) {
    cxj_occasion occasions[8];
    char sentence[320];
    size_t found = 0;
    cxj_status status = cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, 8, sentence, sizeof sentence, occasions,
                                     sizeof *occasions, &found);
    ck_assert_msg(status == CXJ_OK, "%s: %s", rule, sentence);
    ck_assert_msg(found == count, "%s: %zu lines, not %zu", rule, found, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(occasions[i].since == lines[i].since, "%s: since %lld, not %lld (hours: %g)", rule,
                      (long long)occasions[i].since, (long long)lines[i].since,
                      (double)(occasions[i].since - START) / (double)HOUR);
        ck_assert_msg(occasions[i].from == lines[i].from, "%s: from %lld, not %lld (hours: %g)", rule,
                      (long long)occasions[i].from, (long long)lines[i].from,
                      (double)(occasions[i].from - START) / (double)HOUR);
        ck_assert_uint_eq(occasions[i].commitment, lines[i].commitment);
    }
}

static void holds(cxj_engine *engine, const char *rule, int64_t since, int64_t from) {
    check_rule(engine, rule, &(expected){since, from, 0}, 1);
}

static void holds_not(cxj_engine *engine, const char *rule) {
    check_rule(engine, rule, NULL, 0);
}

static cxj_engine *make(const cxj_touchpoint *touchpoints, size_t count, const char *calendar) {
    cxj_engine *engine = make_with((cxj_options){0});
    if (calendar != NULL) ck_assert_int_eq(cxj_set_calendar(engine, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    for (uint32_t i = 1; i <= 5; i++) {
        static const uint32_t named[] = {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM,    CXJ_DIMENSION_STAGE,
                                         CXJ_DIMENSION_TYPE,  CXJ_DIMENSION_CHANNEL, CXJ_DIMENSION_ACTIVITY};
        char name[8];
        (void)snprintf(name, sizeof name, "n%u", (unsigned)i);
        for (size_t d = 0; d < sizeof named / sizeof *named; d++) (void)code(engine, named[d], name);
    }
    for (size_t i = 0; i < count; i++) {
        cxj_touchpoint t = touchpoints[i];
        t.journey = 1;
        record(engine, t);
    }
    return engine;
}
#define MAKE(calendar, ...)                                                                                            \
    make((const cxj_touchpoint[]){__VA_ARGS__},                                                                        \
         sizeof((const cxj_touchpoint[]){__VA_ARGS__}) / sizeof(cxj_touchpoint), calendar)

/* "due within S: each open commitment of a running journey; since its due; from due ⊖ S until due". */
START_TEST(test_due_within) {
    cxj_engine *engine = MAKE(CALENDAR, {.at = AT(1), .due = AT(20)}, {.at = AT(2), .due = AT(30), .commitment = 7});
    holds_not(engine, "due within 4h"); /* "none holds before the first advance" */
    advance(engine, AT(16) - 1);
    holds_not(engine, "due within 4h");
    advance(engine, AT(16));
    holds(engine, "due within 4h", AT(20), AT(16));
    /* by open time: of Jan 1st 08:00 to 16:00, 20:00 less 1 h is 15:00 */
    /* and 30 is 06:00 of the next day: less 1 h is 15:00 of the day before, too */
    check_rule(engine, "due within 1h in working hours", (const expected[]){{AT(20), AT(15), 0}, {AT(30), AT(15), 7}},
               2);
    advance(engine, AT(20));
    check_rule(engine, "due within 12h", (const expected[]){{AT(20), AT(8), 0}, {AT(30), AT(18), 7}}, 2);
    check_rule(engine, "due within 1h in working hours", (const expected[]){{AT(20), AT(15), 0}, {AT(30), AT(15), 7}},
               2);
    advance(engine, AT(20) + 1);
    check_rule(engine, "due within 12h", &(expected){AT(30), AT(18), 7}, 1);
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(21), .outcome = CXJ_OUTCOME_COMPLETED});
    holds_not(engine, "due within 12h");
    cxj_engine_destroy(engine);
}
END_TEST

/* "overdue [for S]: since its due; from due ⊕ S, and 1 ms". */
START_TEST(test_overdue) {
    cxj_engine *engine = MAKE(CALENDAR, {.at = AT(1), .due = AT(10)}, {.at = AT(2), .due = AT(12)});
    advance(engine, AT(12));
    holds_not(engine, "overdue");
    advance(engine, AT(12) + 1);
    holds(engine, "overdue", AT(12), AT(12) + 1); /* the last promise */
    advance(engine, AT(17));
    holds_not(engine, "overdue for 5h");
    holds_not(engine, "overdue for 5h in working hours");
    advance(engine, AT(17) + 1);
    holds(engine, "overdue for 5h", AT(12), AT(17) + 1);
    /* 4 h until 16:00, the fifth on the next day until 09:00 */
    advance(engine, AT(33));
    holds_not(engine, "overdue for 5h in working hours");
    advance(engine, AT(33) + 1);
    holds(engine, "overdue for 5h in working hours", AT(12), AT(33) + 1);
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(13), .facets = CXJ_FACET_DELIVERED});
    holds_not(engine, "overdue");
    cxj_engine_destroy(engine);
}
END_TEST

/* "silent for S: a running journey that is not paused; since the at of the touchpoint from which the quiet time is
 * counted; from since ⊕ (S + pending time since then)". */
START_TEST(test_silent) {
    cxj_engine *engine = MAKE(CALENDAR, {.at = AT(1)}, {.at = AT(9), .facets = CXJ_FACET_UPDATE}, {.at = AT(10)},
                              {.at = AT(11), .facets = CXJ_FACET_PENDING});
    advance(engine, AT(100));
    holds_not(engine, "silent for 1h"); /* it is paused */
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(14), .facets = CXJ_FACET_RESUMES});
    /* quiet from 9 to 11, pending 3 h, quiet again from 14 on */
    holds(engine, "silent for 4h", AT(9), AT(16));
    holds(engine, "silent for 5h", AT(9), AT(17));
    /* in working hours all of that lies in the first day, which is open until 16 */
    holds(engine, "silent for 4h in working hours", AT(9), AT(16));
    holds(engine, "silent for 5h in working hours", AT(9), AT(33));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(15), .facets = CXJ_FACET_CONTACT});
    holds(engine, "silent for 5h", AT(15), AT(20));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(16), .outcome = CXJ_OUTCOME_COMPLETED});
    holds_not(engine, "silent for 5h");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(17), .facets = CXJ_FACET_UPDATE}); /* does not reopen */
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(18), .due = AT(500)});             /* which does */
    holds(engine, "silent for 5h", AT(18), AT(23));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(19)});
    holds(engine, "silent for 5h", AT(18), AT(23));
    cxj_engine_destroy(engine);
}
END_TEST

/* "waiting for S: a running journey in which the customer waits for an answer". */
START_TEST(test_waiting) {
    cxj_engine *engine =
        MAKE(CALENDAR, {.at = AT(15), .facets = CXJ_FACET_INBOUND}, {.at = AT(17), .facets = CXJ_FACET_CHASE});
    advance(engine, AT(19) - 1);
    holds_not(engine, "waiting for 4h");
    advance(engine, AT(19));
    holds(engine, "waiting for 4h", AT(15), AT(19));
    holds(engine, "waiting for 1h in working hours", AT(15), AT(16));
    advance(engine, AT(100));
    holds(engine, "waiting for 61m in working hours", AT(15), AT(32) + MINUTE);
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(18), .facets = CXJ_FACET_UPDATE});
    holds_not(engine, "waiting for 4h");
    cxj_engine_destroy(engine);
}
END_TEST

/* "unanswered for S: an open loop (a dissatisfied rating that nobody answered), whether the journey runs or not". */
START_TEST(test_unanswered) {
    cxj_engine *engine =
        MAKE(CALENDAR, {.at = AT(1), .scale = CXJ_SCALE_CSAT5, .score = 2, .scope = CXJ_SCOPE_TOUCHPOINT},
             {.at = AT(2), .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_JOURNEY, .outcome = 1});
    advance(engine, AT(100));
    holds(engine, "unanswered for 4h", AT(1), AT(5));
    holds(engine, "unanswered for 4h in working hours", AT(1), AT(12));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(3), .facets = CXJ_FACET_CONTACT});
    holds_not(engine, "unanswered for 4h");
    cxj_engine_destroy(engine);
}
END_TEST

/* "open for S: its first at, or the at of the touchpoint that last reopened it"; "reopened: a running journey that
 * reopened; since the at of the touchpoint that last reopened it". */
START_TEST(test_open_and_reopened) {
    cxj_engine *engine = MAKE(CALENDAR, {.at = AT(1)}, {.at = AT(2)});
    holds_not(engine, "reopened");
    advance(engine, AT(100));
    holds(engine, "open for 30m", AT(1), AT(1.5));
    holds(engine, "open for 30m in working hours", AT(1), AT(8.5));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(3), .outcome = CXJ_OUTCOME_ABANDONED});
    holds_not(engine, "open for 30m");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(4)});
    holds_not(engine, "reopened");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(5), .facets = CXJ_FACET_FAULT});
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(6), .facets = CXJ_FACET_FAULT});
    holds(engine, "open for 30m", AT(5), AT(5.5));
    holds(engine, "reopened", AT(5), AT(5));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(7), .outcome = CXJ_OUTCOME_ABANDONED});
    holds_not(engine, "reopened");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(8), .due = AT(9)});
    holds(engine, "reopened", AT(8), AT(8));
    cxj_engine_destroy(engine);
}
END_TEST

/* "same D for S: the at of the touchpoint at which the value held last began to be held (the last change of D; else the
 * first touchpoint with a D)". */
START_TEST(test_same) {
    cxj_engine *engine =
        MAKE(CALENDAR, {.at = AT(1)}, {.at = AT(2), .owner = 1}, {.at = AT(3), .owner = 1, .team = 1},
             {.at = AT(4), .owner = 2}, {.at = AT(5)}, {.at = AT(6), .owner = 1, .team = 1}, {.at = AT(7), .owner = 1});
    advance(engine, AT(100));
    holds(engine, "same owner for 1h", AT(6), AT(7)); /* A B A: from the second A on */
    holds(engine, "same team for 1h", AT(3), AT(4));
    holds(engine, "same team for 1h in working hours", AT(3), AT(9));
    holds_not(engine, "same stage for 1h");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(8), .outcome = 1});
    holds_not(engine, "same owner for 1h");
    cxj_engine_destroy(engine);
}
END_TEST

/* "X over N: a journey whose count X is above N; since 0; from its last at", whatever the clock says, ended or not. */
START_TEST(test_counts) {
    static const struct {
        const char *above, *at;
    } counts[] = {
        {"handoffs over 2", "handoffs over 3"}, {"team_changes over 0", "team_changes over 1"},
        {"bounces over 0", "bounces over 1"},   {"channel_switches over 1", "channel_switches over 2"},
        {"repeats over 0", "repeats over 1"},   {"contradictions over 1", "contradictions over 2"},
        {"faults over 2", "faults over 3"},     {"chases over 0", "chases over 1"},
        {"shifts over 1", "shifts over 2"},
    };
    cxj_engine *engine =
        MAKE(NULL, {.at = AT(1), .owner = 1, .team = 1, .channel = 1, .due = AT(50), .facets = CXJ_FACET_FAULT},
             {.at = AT(2), .owner = 2, .team = 2, .channel = 2, .due = AT(51), .facets = CXJ_FACET_FAULT},
             {.at = AT(3), .owner = 1, .channel = 1, .due = AT(52), .facets = CXJ_FACET_FAULT | CXJ_FACET_REPEATED},
             {.at = AT(4), .owner = 3, .facets = CXJ_FACET_CONTRADICTED},
             {.at = AT(5), .facets = CXJ_FACET_CONTRADICTED | CXJ_FACET_CHASE, .outcome = 1});
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        holds(engine, counts[i].above, 0, AT(5));
        holds_not(engine, counts[i].at);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "dissatisfied: the at of the last such in order"; "churned: since 0; from its last at". */
START_TEST(test_dissatisfied_and_churned) {
    cxj_engine *engine = MAKE(NULL, {.at = AT(1), .scale = CXJ_SCALE_NPS, .score = 6, .scope = CXJ_SCOPE_JOURNEY},
                              {.at = AT(2), .scale = CXJ_SCALE_CSAT5, .score = 5, .scope = CXJ_SCOPE_TOUCHPOINT},
                              {.at = AT(3), .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_EMPLOYEE});
    holds(engine, "dissatisfied", AT(1), AT(1));
    holds_not(engine, "churned");
    record(engine, (cxj_touchpoint){.journey = 1,
                                    .at = AT(4),
                                    .scale = CXJ_SCALE_CES7,
                                    .score = 3,
                                    .scope = CXJ_SCOPE_TOUCHPOINT,
                                    .facets = CXJ_FACET_CHURNED});
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(5), .outcome = 1});
    holds(engine, "dissatisfied", AT(4), AT(4));
    holds(engine, "churned", 0, AT(5));
    cxj_engine_destroy(engine);
}
END_TEST

/* "Conditions as in a view, without had, over type, segment, reason, entry, exit, churned, and over owner, team, stage,
 * channel, activity: the value held last." */
START_TEST(test_conditions) {
    static const char *const met[] = {
        "type = n2",
        "type in (n1, n2)",
        "segment = \"\"",
        "reason = \"\"",
        "entry = n1",
        "exit = n2",
        "channel = n2",
        "churned = \"\"",
        "owner = n3",
        "team = n1",
        "stage = \"\"",
        "activity = n4",
        "owner = n3 and team = n1 and channel = n2 and type = n2",
    };
    static const char *const not_met[] = {
        "type = n1",
        "segment = n1",
        "reason = n1",
        "entry = n2",
        "exit = n1",
        "channel = n1",
        "churned = yes",
        "owner = n2",
        "team = n2",
        "stage = n1",
        "activity = n1",
        "owner = nobody",
        "owner in (nobody, never, n4)",
        "owner = n3 and team = n2",
        "owner = \"\"",
    };
    cxj_engine *engine = MAKE(NULL, {.at = AT(1), .type = 1, .channel = 1, .owner = 2, .team = 1},
                              {.at = AT(2), .type = 2, .channel = 2, .owner = 3, .activity = 4}, {.at = AT(3)});
    char rule[120];
    for (size_t i = 0; i < sizeof met / sizeof *met; i++) {
        (void)snprintf(rule, sizeof rule, "handoffs over 0 where %s", met[i]);
        holds(engine, rule, 0, AT(3));
    }
    for (size_t i = 0; i < sizeof not_met / sizeof *not_met; i++) {
        (void)snprintf(rule, sizeof rule, "handoffs over 0 where %s", not_met[i]);
        holds_not(engine, rule);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "what would lie before the year 0001 is its first moment, and what lies beyond 9999 is no occasion". */
START_TEST(test_years) {
    cxj_engine *engine = MAKE("hours mon 08:00-08:01\n", {.at = CXJ__EARLIEST, .due = CXJ__EARLIEST + HOUR});
    advance(engine, CXJ__EARLIEST);
    holds(engine, "due within 1d", CXJ__EARLIEST + HOUR, CXJ__EARLIEST);
    holds(engine, "due within 5000000m in working hours", CXJ__EARLIEST + HOUR, CXJ__EARLIEST);
    cxj_engine_destroy(engine);
    engine = MAKE("hours mon 08:00-08:01\n", {.at = CXJ__LATEST - HOUR, .due = CXJ__LATEST});
    advance(engine, CXJ__LATEST);
    holds(engine, "open for 1h", CXJ__LATEST - HOUR, CXJ__LATEST);
    holds_not(engine, "open for 61m");
    holds_not(engine, "open for 5000000m in working hours");
    holds_not(engine, "overdue");
    holds_not(engine, "overdue for 1w");
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Long journeys
 * ------------------------------------------------------------------------------------------------------------------ */

/* What rules ask for beside the fold is the same whether a journey's records are looked at from the beginning or from
 * the last checkpoint, and in whatever order they came. */
START_TEST(test_moments_of_long_journeys) {
    enum { MOST = 400 };
    cxj_engine *engine = make_with((cxj_options){0});
    chance_state = seed_of_test();
    for (uint64_t id = 1; id <= MOST; id++) {
        cxj_touchpoint t = {.journey = 1, .id = 1 + chance(MOST), .revision = id, .at = START + HOUR * chance(3000)};
        t.facets = chance(3) ? 0 : UINT32_C(1) << chance(18);
        t.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
        t.outcome = chance(5) == 0;
        t.due = chance(6) == 0 ? t.at + HOUR : 0;
        if (chance(8) == 0) t.scale = CXJ_SCALE_CSAT5, t.score = 1 + (uint8_t)chance(5), t.scope = CXJ_SCOPE_TOUCHPOINT;
        record(engine, t);
        const struct cxj__journey *journey = cxj__store_at(&engine->core.store, 0);
        struct cxj__moments found, plain;
        struct cxj__index *index = journey->index;
        cxj__journey_moments(journey, &found);
        ((struct cxj__journey *)(uintptr_t)journey)->index = NULL;
        cxj__journey_moments(journey, &plain);
        ((struct cxj__journey *)(uintptr_t)journey)->index = index;
        ck_assert_int_eq(found.quiet_since, plain.quiet_since);
        ck_assert_int_eq(found.opened_at, plain.opened_at);
        ck_assert_int_eq(found.dissatisfied_at, plain.dissatisfied_at);
        const struct cxj__fold *fold = &journey->fold;
        if (fold->outcome == 0 && fold->lasted.of[CXJ__PENDING] == 0) {
            ck_assert_int_eq(found.quiet_since, fold->last_at - fold->lasted.of[CXJ__QUIET]);
        }
        ck_assert((found.dissatisfied_at != 0) == (fold->counts[CXJ__F_LOOPS] > 0));
    }
    ck_assert_ptr_nonnull(cxj__store_at(&engine->core.store, 0)->index);
    cxj_engine_destroy(engine);
}
END_TEST

int main(void) {
    const TTest *const texts[] = {test_text_is_kept_but_for_blanks,
                                  test_malformed_texts_name_column_and_what_was_expected, test_feeds_that_rules_need};
    const TTest *const occasions[] = {test_due_within, test_overdue,    test_silent,
                                      test_waiting,    test_unanswered, test_open_and_reopened,
                                      test_same,       test_counts,     test_dissatisfied_and_churned,
                                      test_conditions, test_years};
    const TTest *const long_ones[] = {test_moments_of_long_journeys};
    Suite *suite = suite_create("rule");
    ADD_CASE(suite, "texts", texts);
    ADD_CASE(suite, "occasions", occasions);
    ADD_CASE(suite, "long journeys", long_ones);
    return run_suite(suite);
}
