/* test_query: what a line of text asks, and what passes its conditions.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "query.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWNER = CXJ_DIMENSION_OWNER,
    TEAM = CXJ_DIMENSION_TEAM,
    CHANNEL = CXJ_DIMENSION_CHANNEL,
    CAUSE = CXJ_DIMENSION_CAUSE,
    TYPE = CXJ_DIMENSION_TYPE,
    SEGMENT = CXJ_DIMENSION_SEGMENT,
    OUTCOME = CXJ_DIMENSION_OUTCOME,
    CHURNED = CXJ_DIMENSION_CHURNED,
    ENTRY = CXJ_DIMENSION_ENTRY,
    EXIT = CXJ_DIMENSION_EXIT
};

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(uint64_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 33) % below;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * A query with all that it needs
 * ------------------------------------------------------------------------------------------------------------------ */

struct world {
    struct cxj__names dictionaries[CXJ__DICTIONARIES + 1];
    struct cxj__memory memory;
    struct cxj__seed seed;
    struct cxj__message message;
    struct cxj__query query;
    long left; /* allocations that succeed from here on; below 0: all */
};

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    struct world *w = context;
    if (new_size != 0 && w->left == 0) return NULL;
    if (new_size != 0 && w->left > 0) w->left--;
    return cxj__base_allocate(NULL, block, old_size, new_size);
}

static void open_world(struct world *w) {
    static uint64_t given[2] = {21, 22};
    given[0]++; /* Each world hashes otherwise. */
    memset(w, 0, sizeof *w);
    w->memory = (struct cxj__memory){ration, w, 0, 0};
    w->seed = cxj__base_seed(given, NULL);
    w->left = -1;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) w->dictionaries[d].limit = 100000;
}

static void close_world(struct world *w) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_finish(&w->dictionaries[d], &w->memory);
    ck_assert_uint_eq(w->memory.used, 0);
}

/* Reads a text from a block of just its size, so that a look beyond its end is seen. */
static cxj_status read_bytes(struct world *w, const char *text, size_t length) {
    char *exact = malloc(length + (length == 0));
    memcpy(exact, text, length);
    cxj_status status = cxj__query_read(&w->query, w->dictionaries, &w->memory, &w->seed, exact, length, &w->message);
    free(exact);
    return status;
}

/* A world with a query whose text must be well formed. */
static void open_query(struct world *w, const char *text) {
    open_world(w);
    cxj_status status = read_bytes(w, text, strlen(text));
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, w->message.text);
}

static void close_query(struct world *w) {
    cxj__query_finish(&w->query, w->dictionaries, &w->memory);
    close_world(w);
}

static uint32_t code(struct world *w, uint32_t dimension, const char *name) {
    struct cxj__names *names = &w->dictionaries[dimension];
    uint32_t found = cxj__names_find(names, &w->seed, name, strlen(name));
    if (found == 0 && name[0] != '\0') {
        ck_assert_int_eq(cxj__names_add(names, &w->memory, &w->seed, name, strlen(name), &found), CXJ_OK);
    }
    return found;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Texts that are refused
 * ------------------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *text;
    size_t column;
} refused[] = {
    {"touchpoint", 1},
    {"touchpoints by", 15},
    {"touchpoints by customer", 16},
    {"touchpoints by owner,", 22},
    {"touchpoints by owner, owner", 23},
    {"touchpoints by entry", 16},
    {"touchpoints by owner, team, channel, stage, activity", 45},
    {"touchpoints per fortnight", 17},
    {"touchpoints per month ended", 23},
    {"touchpoints per month by owner", 23},
    {"touchpoints where", 18},
    {"touchpoints where owner", 24},
    {"touchpoints where owner = ", 27},
    {"touchpoints where owner in ()", 29},
    {"touchpoints where owner in (a b)", 31},
    {"touchpoints where owner in (a", 30},
    {"touchpoints where owner != a", 25},
    {"touchpoints where owner = \"a", 29},
    {"touchpoints where had owner = a", 19},
    {"touchpoints where owner = a or owner = b", 29},
    {"touchpoints where owner = a and", 32},
    {"touchpoints where owner = a and team = b and stage = c and cause = d and type = e", 74},
    {"transitions", 12},
    {"transitions by cause", 16},
    {"transitions by type", 16},
    {"transitions by owner, team", 23},
    {"transitions by owner where channel = web", 28},
    {"transitions by owner where had cause = x", 28},
    {"journeys by owner", 13},
    {"journeys with", 14},
    {"journeys with driver", 15},
    {"journeys withdrivers", 10},
    {"journeys with drivers with drivers", 23},
    {"journeys by type with drivers per day", 31},
    {"journeys where type = a and with drivers", 29},
    {"journeys by type, with drivers", 19},
    {"touchpoints by channel with drivers", 24},
    {"journeys where had type = a", 20},
    {"Journeys", 1},
    {"journeys by type segment", 18},
    {"touchpoints by owner; drop", 21},
    {"", 1},
    {"   ", 4},
    {"journeystype", 1},
    {"journeys by", 12},
    {"journeys BY type", 10},
    {"journeys by Type", 13},
    {"journeys per", 13},
    {"journeys per month per day", 20},
    {"journeys per month ended ended", 26},
    {"journeys ended", 10},
    {"transitions by owner per month ended", 32},
    {"transitions by owner, outcome, outcome", 32},
    {"transitions by owner, type, segment, reason, churned", 46},
    {"journeys by type where had owner = a where type = b", 38},
    {"journeys where had entry = a", 20},
    {"journeys where owner = a", 16},
    {"journeys where type", 20},
    {"journeys where type in a", 24},
    {"journeys where type in (a,)", 27},
    {"journeys where type in (,a)", 25},
    {"journeys where type in (a,,b)", 27},
    {"journeys where type = a, b", 24},
    {"journeys where type == a", 22},
    {"journeys where type = (a)", 23},
    {"journeys where type = \xc3\xa4", 23},
    {"journeys where type = \"a\"\"", 27}, /* the second quote is one inside the name */
    {"journeys where type = \"a\" b", 27},
    {"journeys where type = a\"b\"", 24},
    {"journeys where type = \"\xc3\xa4\" b", 28}, /* columns are bytes */
    {"journeys where type = 'a'", 23},
    {"journeys\vby type", 9}, /* no blank */
    {"journeys\xc2\xa0where type = a", 9},
    {"journeys where type = \xff", 23}, /* not UTF-8 */
    {"\xef\xbb\xbfjourneys", 1},
    /* where the words may not stand: section 5, the grammar */
    {"journeys in", 12},
    {"journeys in working", 20},
    {"journeys in hours", 13},
    {"journeys in working hours in working hours", 27},
    {"journeys in working hours per month", 27},
    {"journeys in working hours by type", 27},
    {"journeys in working hours ended", 27},
    {"journeys working hours", 10},
    {"journeys In working hours", 10},
    {"journeys by type in working hours,", 34},
    {"journeys where type = a in working hours", 25},
    {"touchpoints by owner where owner = a in working hours", 38},
    {"transitions by owner per day where type in (a) in working hours", 48},
};
enum { REFUSED = sizeof refused / sizeof *refused };

/* Section 5: "A malformed view is refused with the column and what was expected there." */
START_TEST(malformed_views_are_refused_with_their_column) {
    struct world w;
    char column[40];
    open_world(&w);
    const char *text = refused[_i].text;
    ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_BAD_TEXT);
    snprintf(column, sizeof column, "view, column %zu: expected ", refused[_i].column);
    ck_assert_msg(strncmp(w.message.text, column, strlen(column)) == 0, "%s: %s", text, w.message.text);
    ck_assert_uint_gt(strlen(w.message.text), strlen(column));
    close_world(&w);
}
END_TEST

/* "… and what was expected there": the sentence says what would have been right. */
START_TEST(refusals_say_what_was_expected) {
    static const char *const cases[][2] = {
        {"views", "touchpoints, transitions or journeys"},
        {"transitions", "\"by\" and a dimension"},
        {"transitions by", ": owner, team, channel, stage, activity"},
        {"transitions by owner,", ": type, segment, reason, outcome, churned"},
        {"transitions by owner, type, reason, ", ": segment, outcome, churned"},
        {"journeys by x", ": type, segment, reason, outcome, churned, entry, exit"},
        {"touchpoints by x", ": owner, team, channel, stage, activity, cause, type, segment, reason, outcome, churned"},
        {"journeys where had type", ": owner, team, channel, stage, activity, cause"},
        {"touchpoints by owner, team, cause, type, x", "no more than four dimensions"},
        {"journeys per", "hour, day, week, month, quarter or year"},
        {"touchpoints per day ended", "no \"ended\": it stands in journeys views only"},
        {"touchpoints where had", "no \"had\": it stands in journeys views only"},
        {"journeys where type", "\"=\" or \"in\""},
        {"journeys where type in", "\"(\""},
        {"journeys where type in (a", "\",\" or \")\""},
        {"journeys where type =", "a name"},
        {"journeys where type = \"", "a closing quote"},
        {"journeys x", "\"by\", \"per\", \"in working hours\", \"where\", \"with drivers\" or the end"},
        {"journeys by type x", "\",\", \"per\", \"in working hours\", \"where\", \"with drivers\" or the end"},
        {"journeys by type per day x", "\"in working hours\", \"where\", \"with drivers\" or the end"},
        {"journeys in working hours x", "\"where\", \"with drivers\" or the end"},
        {"journeys in", "\"working hours\""},
        {"journeys in working", "\"hours\""},
        {"journeys where type = a x", "\"and\", \"with drivers\" or the end"},
        {"journeys per day where type = a x", "\"and\", \"with drivers\" or the end"},
        {"touchpoints x", "\"by\", \"per\", \"in working hours\", \"where\" or the end"},
        {"transitions by owner x", "\",\", \"per\", \"in working hours\", \"where\" or the end"},
        {"touchpoints where owner = a x", "\"and\" or the end"},
        {"touchpoints with drivers", "no \"with drivers\": it stands in journeys views only"},
        {"transitions by owner where type = a with", "no \"with drivers\": it stands in journeys views only"},
        {"journeys with", "\"drivers\""},
        {"journeys with drivers x", ": expected the end"},
        {"journeys with drivers where type = a", ": expected the end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        open_world(&w);
        ck_assert_int_eq(read_bytes(&w, cases[i][0], strlen(cases[i][0])), CXJ_BAD_TEXT);
        const char *end = w.message.text + strlen(w.message.text) - strlen(cases[i][1]);
        ck_assert_msg(end > w.message.text && strcmp(end, cases[i][1]) == 0, "%s: %s", cases[i][0], w.message.text);
        close_world(&w);
    }
}
END_TEST

START_TEST(a_nul_is_refused_where_it_stands) {
    static const char text[] = "journeys\0where type = a";
    struct world w;
    open_world(&w);
    ck_assert_int_eq(read_bytes(&w, text, sizeof text - 1), CXJ_BAD_TEXT);
    ck_assert_ptr_nonnull(strstr(w.message.text, "column 9:"));
    close_world(&w);
}
END_TEST

/* Of a text that is refused nothing is left, also of the names that came before the mistake. */
START_TEST(a_refused_view_leaves_no_names) {
    static const char text[] = "journeys where type in (old, new) and had owner = ann and reason = slow and segment = ";
    struct world w;
    open_world(&w);
    uint32_t old = code(&w, TYPE, "old");
    cxj__names_use(&w.dictionaries[TYPE], old);
    uint64_t used = w.memory.used;
    ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_BAD_TEXT);
    ck_assert_uint_eq(w.dictionaries[TYPE].count, 1);
    ck_assert_uint_eq(w.dictionaries[OWNER].count, 0);
    ck_assert_uint_eq(w.dictionaries[CXJ_DIMENSION_REASON].count, 0);
    ck_assert_uint_eq(cxj__names_find(&w.dictionaries[TYPE], &w.seed, "new", 3), 0);
    ck_assert_uint_eq(cxj__names_uses(&w.dictionaries[TYPE], old), 1);
    ck_assert_uint_ge(w.memory.used, used); /* The dictionaries may keep their room. */
    close_world(&w);
}
END_TEST

/* The header: "A call that fails has changed nothing"; so a name that a host has asked for, and not used yet, does not
 * retire with the next erasure because a view that failed had named it. */
START_TEST(a_refused_view_uses_no_names) {
    static const char text[] = "touchpoints where owner = ann and";
    struct world w;
    open_world(&w);
    uint32_t ann = code(&w, OWNER, "ann");
    ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_BAD_TEXT);
    cxj__names_retire(&w.dictionaries[OWNER], &w.memory);
    ck_assert_uint_eq(cxj__names_find(&w.dictionaries[OWNER], &w.seed, "ann", 3), ann);
    close_world(&w);
}
END_TEST

START_TEST(a_full_dictionary_is_a_limit) {
    static const char text[] = "journeys where had channel in (a, b, c)";
    struct world w;
    open_world(&w);
    w.dictionaries[CHANNEL].limit = 2;
    ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(w.message.text, "channel"));
    ck_assert_uint_eq(w.dictionaries[CHANNEL].count, 0);
    w.dictionaries[CHANNEL].limit = 3;
    ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_OK);
    close_query(&w);
}
END_TEST

/* Whatever allocation fails, nothing is left, and the text can be read afterwards. */
START_TEST(lack_of_memory_leaves_nothing) {
    static const char text[] = "journeys by type where type in (a, b, c, d, e, f) and had owner = \"x y\"";
    for (long left = 0;; left++) {
        struct world w;
        open_world(&w);
        w.left = left;
        cxj_status status = read_bytes(&w, text, strlen(text));
        w.left = -1;
        if (status == CXJ_OK) {
            ck_assert_int_ge(left, 8);
            close_query(&w);
            return;
        }
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_uint_eq(w.dictionaries[TYPE].count + w.dictionaries[OWNER].count, 0);
        ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_OK);
        close_query(&w);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Texts that are read
 * ------------------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *text;
    uint32_t grain;
    enum cxj__period period;
    bool ended;
    uint8_t dimensions[5]; /* up to the first 0 */
    uint8_t conditions;
    const char *normalised; /* NULL: the text is */
} views[] = {
    {"touchpoints", CXJ_GRAIN_TOUCHPOINTS, CXJ__NO_PERIOD, false, {0}, 0, NULL},
    {"  journeys\t", CXJ_GRAIN_JOURNEYS, CXJ__NO_PERIOD, false, {0}, 0, "journeys"},
    {"journeys per hour", CXJ_GRAIN_JOURNEYS, CXJ__HOUR, false, {0}, 0, NULL},
    {"journeys per day", CXJ_GRAIN_JOURNEYS, CXJ__DAY, false, {0}, 0, NULL},
    {"journeys per week", CXJ_GRAIN_JOURNEYS, CXJ__WEEK, false, {0}, 0, NULL},
    {"journeys per month", CXJ_GRAIN_JOURNEYS, CXJ__MONTH, false, {0}, 0, NULL},
    {"journeys per quarter", CXJ_GRAIN_JOURNEYS, CXJ__QUARTER, false, {0}, 0, NULL},
    {"journeys per year ended", CXJ_GRAIN_JOURNEYS, CXJ__YEAR, true, {0}, 0, NULL},
    {"touchpoints by channel,team per week where type=onboarding",
     CXJ_GRAIN_TOUCHPOINTS,
     CXJ__WEEK,
     false,
     {CHANNEL, TEAM, 0},
     1,
     "touchpoints by channel, team per week where type = onboarding"},
    {"touchpoints by owner , team,\nchannel\r\n,stage",
     CXJ_GRAIN_TOUCHPOINTS,
     CXJ__NO_PERIOD,
     false,
     {OWNER, TEAM, CHANNEL, CXJ_DIMENSION_STAGE, 0},
     0,
     "touchpoints by owner, team, channel, stage"},
    {"touchpoints by activity, cause, type, segment",
     CXJ_GRAIN_TOUCHPOINTS,
     CXJ__NO_PERIOD,
     false,
     {CXJ_DIMENSION_ACTIVITY, CAUSE, TYPE, SEGMENT, 0},
     0,
     NULL},
    {"touchpoints by reason, outcome, churned, owner",
     CXJ_GRAIN_TOUCHPOINTS,
     CXJ__NO_PERIOD,
     false,
     {CXJ_DIMENSION_REASON, OUTCOME, CHURNED, OWNER, 0},
     0,
     NULL},
    {"transitions by owner per month", CXJ_GRAIN_TRANSITIONS, CXJ__MONTH, false, {OWNER, 0}, 0, NULL},
    {"transitions by channel, type, segment, churned",
     CXJ_GRAIN_TRANSITIONS,
     CXJ__NO_PERIOD,
     false,
     {CHANNEL, TYPE, SEGMENT, CHURNED, 0},
     0,
     NULL},
    {"journeys by type, segment per month ended where segment in (premium, business) and had cause = policy",
     CXJ_GRAIN_JOURNEYS,
     CXJ__MONTH,
     true,
     {TYPE, SEGMENT, 0},
     2,
     "journeys by type, segment per month ended where segment in (business, premium) and had cause = policy"},
    {"journeys by entry, exit, outcome, churned",
     CXJ_GRAIN_JOURNEYS,
     CXJ__NO_PERIOD,
     false,
     {ENTRY, EXIT, OUTCOME, CHURNED, 0},
     0,
     NULL},
    {"transitions by team where type = a and segment = a and reason = a and outcome = completed",
     CXJ_GRAIN_TRANSITIONS,
     CXJ__NO_PERIOD,
     false,
     {TEAM, 0},
     4,
     NULL},
    {"journeys in working hours", CXJ_GRAIN_JOURNEYS, CXJ__NO_PERIOD, false, {0}, 0, NULL},
    {"journeys per month ended in\nworking  hours where type=in",
     CXJ_GRAIN_JOURNEYS,
     CXJ__MONTH,
     true,
     {0},
     1,
     "journeys per month ended in working hours where type = in"},
    {"touchpoints in working hours where owner in (working, hours)",
     CXJ_GRAIN_TOUCHPOINTS,
     CXJ__NO_PERIOD,
     false,
     {0},
     1,
     "touchpoints in working hours where owner in (hours, working)"},
    {"transitions by owner per day in working hours", CXJ_GRAIN_TRANSITIONS, CXJ__DAY, false, {OWNER, 0}, 0, NULL},
    {"journeys with drivers", CXJ_GRAIN_JOURNEYS, CXJ__NO_PERIOD, false, {0}, 0, NULL},
    {"journeys by type per month ended where type in (with, drivers) and had owner = with with\tdrivers ",
     CXJ_GRAIN_JOURNEYS,
     CXJ__MONTH,
     true,
     {TYPE, 0},
     2,
     "journeys by type per month ended where type in (drivers, with) and had owner = with with drivers"},
    {"touchpoints where owner = where", CXJ_GRAIN_TOUCHPOINTS, CXJ__NO_PERIOD, false, {0}, 1, NULL},
    {"journeys per month ended where type = and and segment = had", CXJ_GRAIN_JOURNEYS, CXJ__MONTH, true, {0}, 2, NULL},
};
enum { VIEWS = sizeof views / sizeof *views };

/* Section 5, the grammar. */
START_TEST(well_formed_views_are_read) {
    struct world w;
    open_query(&w, views[_i].text);
    ck_assert_uint_eq(w.query.grain, views[_i].grain);
    ck_assert_int_eq((int)w.query.period, (int)views[_i].period);
    ck_assert_int_eq(w.query.ended, views[_i].ended);
    ck_assert_int_eq(w.query.in_hours, strstr(views[_i].text, "hours") != NULL);
    size_t count = 0;
    while (views[_i].dimensions[count] != 0) count++;
    ck_assert_uint_eq(w.query.dimension_count, count);
    for (size_t i = 0; i < count; i++) ck_assert_uint_eq(w.query.dimensions[i], views[_i].dimensions[i]);
    ck_assert_uint_eq(w.query.condition_count, views[_i].conditions);
    const char *normalised = views[_i].normalised ? views[_i].normalised : views[_i].text;
    ck_assert_str_eq(w.query.text, normalised);
    ck_assert_uint_eq(w.query.text_length, strlen(normalised));
    const char *end = strstr(normalised, " with drivers");
    ck_assert_int_eq(w.query.with_drivers, end != NULL && end[strlen(" with drivers")] == '\0');
    close_query(&w);
}
END_TEST

/* "Texts with the same meaning give the same view": blanks and their lack, quotes, the order of names and conditions,
 * names and conditions that are said twice, "in" with a single name. Names are taken as they are, however hostile. */
static const char *const spellings[][6] = {
    {"touchpoints by channel, team", "touchpoints by channel,team", " touchpoints\tby\r\nchannel ,\n team ",
     "touchpoints  by channel , team"},
    {"journeys per month ended", "journeys per\nmonth\tended "},
    {"journeys by type with drivers", " journeys by type with\ndrivers\t", "journeys by type  with   drivers"},
    {"touchpoints where owner = a", "touchpoints where owner=a", "touchpoints where owner = \"a\"",
     "touchpoints where owner in (a)", "touchpoints where owner in(\"a\" ,a)",
     "touchpoints where owner=a and owner in (a, a)"},
    {"touchpoints where owner in (B, a, aa, b)", "touchpoints where owner in (b,aa,a,B)",
     "touchpoints where owner in (\"aa\", B, b, a, B, aa)"},
    {"touchpoints where owner = a and team = b and cause = c", "touchpoints where cause=c and team=b and owner=a",
     "touchpoints where team = b and cause = c and owner = a and team in (b)"},
    {"touchpoints where owner = a and owner in (a, b) and owner = b",
     "touchpoints where owner = b and owner = a and owner in (b, a)",
     "touchpoints where owner in (a,b,a) and owner=b and owner=a and owner=b"},
    {"journeys where type = a and exit = e and had owner = a and had cause in (b, c)",
     "journeys where had cause in (c, b) and exit = e and had owner = a and type = a"},
    {"journeys where outcome in (\"\", completed) and churned = yes",
     "journeys where churned = \"yes\" and outcome in (completed, \"\")"},
    /* what looks like words of a view, is empty, has quotes, blanks, brackets, or more than ASCII */
    {"touchpoints where owner in (\"\", \"\"\"\", \"\"\"\"\"\", \"and \"\"x\"\"\", where)",
     "touchpoints where owner in (\"where\", \"and \"\"x\"\"\",\"\"\"\"\"\",\"\"\"\",\"\")"},
    {"touchpoints where owner = \") and team = b\"", "touchpoints where owner in (\") and team = b\")"},
    {"touchpoints where owner in (\" a\", \"a\nb\", \"a \", \"a,b\")",
     "touchpoints where owner in (\"a,b\",\"a \",\"a\nb\",\" a\")"},
    {"touchpoints where owner in (-, ., A-1_.z, \"\xc3\xa9\", \"\xf0\x9f\x98\x80\")",
     "touchpoints where owner in (\"\xf0\x9f\x98\x80\",\"\xc3\xa9\",\"A-1_.z\",\".\",\"-\")"},
};
enum { SPELLED = sizeof spellings / sizeof *spellings };

START_TEST(spellings_of_one_view_are_one) {
    for (size_t i = 0; i < 6 && spellings[_i][i] != NULL; i++) {
        struct world w;
        open_query(&w, spellings[_i][i]);
        ck_assert_str_eq(w.query.text, spellings[_i][0]);
        ck_assert_uint_eq(w.query.text_length, strlen(spellings[_i][0]));
        close_query(&w);
    }
}
END_TEST

/* Views that are not the same stay apart: the order of dimensions, what is had, what is empty, case, and brackets in
 * names. */
START_TEST(views_that_differ_are_not_one) {
    static const char *const texts[] = {
        "touchpoints by channel, team",
        "touchpoints by team, channel",
        "journeys per month",
        "journeys per month ended",
        "touchpoints where owner = a",
        "touchpoints where owner = A",
        "touchpoints where owner in (\"\", a)",
        "touchpoints where owner = \"\"",
        "journeys where had owner = a",
        "journeys where entry = a",
        "journeys where exit = a",
        "touchpoints where owner = \"a,b\"",
        "touchpoints where owner in (a, b)",
        "touchpoints where owner = \"a, b\"",
        "touchpoints where owner = a and owner = b",
        "touchpoints where owner = \"a\"\"\"",
        "touchpoints where owner = \"\"\"a\"",
        "journeys",
        "touchpoints",
        "transitions by owner",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    char normalised[TEXTS][100];
    for (size_t i = 0; i < TEXTS; i++) {
        struct world w;
        open_query(&w, texts[i]);
        ck_assert_str_eq(w.query.text, texts[i]);
        snprintf(normalised[i], sizeof normalised[i], "%s", w.query.text);
        for (size_t k = 0; k < i; k++) ck_assert_str_ne(normalised[k], normalised[i]);
        close_query(&w);
    }
}
END_TEST

/* Random views with hostile names: what is written is read again as itself. */
START_TEST(normalised_text_is_itself) {
    static const char *const letters[] = {"a", "B", "\"\"", " ", ",", ")", "(", "=", "\xc3\xa9", "\n", "and", "z", ""};
    static const char *const dims[] = {"owner", "team", "channel", "stage", "activity", "cause"};
    chance_state = seed;
    for (int turn = 0; turn < 2000; turn++) {
        char text[2000];
        size_t length = (size_t)snprintf(text, sizeof text, "journeys where ");
        uint64_t conditions = 1 + chance(4);
        for (uint64_t i = 0; i < conditions; i++) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%shad %s in (", i ? " and " : "",
                                       dims[chance(6)]);
            for (uint64_t n = 1 + chance(5), first = n; n > 0; n--) {
                length += (size_t)snprintf(text + length, sizeof text - length, "%s\"", n < first ? "," : "");
                for (uint64_t k = chance(4); k > 0; k--) {
                    length += (size_t)snprintf(text + length, sizeof text - length, "%s", letters[chance(13)]);
                }
                length += (size_t)snprintf(text + length, sizeof text - length, "\"");
            }
            length += (size_t)snprintf(text + length, sizeof text - length, ")");
        }
        struct world first, second;
        open_query(&first, text);
        open_query(&second, first.query.text);
        ck_assert_str_eq(second.query.text, first.query.text);
        ck_assert_uint_le(second.query.condition_count, first.query.condition_count);
        ck_assert_uint_le(first.query.text_length, 3 * length);
        close_query(&second);
        close_query(&first);
    }
}
END_TEST

/* Section 5: "At most four dimensions (from and to are one) and four conditions". */
START_TEST(four_conditions_at_most) {
    static const char four[] = "journeys where type=a and segment=b and reason=c and had stage in(d)";
    static const char five[] = "journeys where type=a and segment=b and reason=c and had stage in(d)and had stage=e";
    struct world w;
    open_query(&w, four);
    ck_assert_uint_eq(w.query.condition_count, 4);
    close_query(&w);
    open_world(&w);
    ck_assert_int_eq(read_bytes(&w, five, strlen(five)), CXJ_BAD_TEXT);
    ck_assert_ptr_nonnull(strstr(w.message.text, "column 73:"));
    close_world(&w);
}
END_TEST

/* Section 5, the table of grains: "dimensions"; and of conditions: "any dimension that the grain can be grouped by
 * (transitions: those after the first)"; had: "owner, team, channel, stage, activity or cause". */
START_TEST(each_grain_has_its_dimensions) {
    static const char *const forms[] = {
        "touchpoints by %s",        "touchpoints where %s = a",          "transitions by %s",
        "transitions by owner, %s", "transitions by owner where %s = a", "journeys by %s",
        "journeys where %s = a",    "journeys where had %s = a"};
    /* For each dimension which of the forms it may stand in, as bits. */
    static const unsigned allowed[] = {
        0,    0x87, 0x87, 0x87, 0x87, 0x87, /* owner, team, channel, stage, activity */
        0x83,                               /* cause */
        0x7b, 0x7b, 0x7b, 0x7b, 0x7b,       /* type, segment, reason, outcome, churned */
        0x60, 0x60,                         /* entry, exit */
    };
    for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        for (unsigned form = 0; form < 8; form++) {
            struct world w;
            char text[80];
            const char *place = strchr(forms[form], '%');
            snprintf(text, sizeof text, "%.*s%s%s", (int)(place - forms[form]), forms[form],
                     cxj__query_dimension_name(d), place + 2);
            open_world(&w);
            cxj_status status = read_bytes(&w, text, strlen(text));
            ck_assert_msg((status == CXJ_OK) == (allowed[d] >> form & 1), "%s", text);
            if (status == CXJ_OK) cxj__query_finish(&w.query, w.dictionaries, &w.memory);
            close_world(&w);
        }
    }
}
END_TEST

/* Section 5: "name = bare word of ASCII letters, digits, "-", "_", "." or a "quoted string" ("" inside stands for one
 * ")". */
START_TEST(names_may_be_quoted) {
    static const struct {
        const char *given, *name;
    } names[] = {
        {"aZ09-_.", "aZ09-_."},
        {"z", "z"},
        {"A", "A"},
        {"007", "007"},
        {"\"plain\"", "plain"},
        {"\"two words\"", "two words"},
        {"\"a\"\"b\"", "a\"b"},
        {"\"\"\"\"", "\""},
        {"\"\"\"\"\"\"", "\"\""},
        {"\"M\xc3\xbcller, (x)=\"", "M\xc3\xbcller, (x)="},
        {"\" a\tb\n\"", " a\tb\n"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct world w;
        char text[80];
        snprintf(text, sizeof text, "touchpoints where owner in (%s,other)", names[i].given);
        open_query(&w, text);
        const struct cxj__condition *condition = &w.query.conditions[0];
        ck_assert_uint_eq(condition->count, 2);
        ck_assert_uint_eq(cxj__names_find(&w.dictionaries[OWNER], &w.seed, names[i].name, strlen(names[i].name)), 1);
        ck_assert_uint_eq(condition->codes[0], 1);
        ck_assert_uint_eq(condition->codes[1], 2);
        close_query(&w);
    }
}
END_TEST

/* A dimension that the key or a condition looks at is one the view depends on; those after had are not. */
START_TEST(a_view_depends_on_what_it_looks_at) {
    struct world w;
    open_query(&w, "journeys by type, entry where outcome = completed and had owner = a");
    ck_assert_uint_eq(w.query.depends, 1U << TYPE | 1U << ENTRY | 1U << OUTCOME);
    close_query(&w);
}
END_TEST

/* The names of conditions are pinned while the view lives, and not afterwards; one that is said twice stands once. */
START_TEST(names_of_conditions_are_in_use) {
    struct world w;
    open_query(&w, "journeys where entry in (web, phone, web) and had owner = ann and outcome = completed");
    ck_assert_uint_eq(w.dictionaries[CHANNEL].count, 2);
    uint32_t web = code(&w, CHANNEL, "web"), ann = code(&w, OWNER, "ann");
    ck_assert_uint_eq(w.dictionaries[CHANNEL].names[web - 1].pins, 1);
    ck_assert_uint_eq(w.dictionaries[OWNER].names[ann - 1].pins, 1);
    cxj__query_finish(&w.query, w.dictionaries, &w.memory);
    ck_assert_uint_eq(w.dictionaries[CHANNEL].names[web - 1].pins, 0);
    ck_assert_uint_eq(w.dictionaries[OWNER].names[ann - 1].pins, 0);
    close_world(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Conditions
 * ------------------------------------------------------------------------------------------------------------------ */

static bool passes(const struct world *w, uint32_t dimension, uint32_t value) {
    struct cxj__codes codes = {{0}};
    codes.codes[dimension] = value;
    return cxj__query_passes(&w->query, &codes);
}

/* Section 5: "`""` matches none; a name that never occurred matches nothing." */
START_TEST(a_condition_matches_its_name_alone) {
    struct world w;
    open_query(&w, "touchpoints where owner = ann");
    uint32_t ann = code(&w, OWNER, "ann");
    ck_assert(passes(&w, OWNER, ann));
    ck_assert(!passes(&w, OWNER, ann + 1));
    ck_assert(!passes(&w, OWNER, 0));
    close_query(&w);
    open_query(&w, "touchpoints where owner = \"\"");
    ck_assert(passes(&w, OWNER, 0));
    ck_assert(!passes(&w, OWNER, 1));
    ck_assert_uint_eq(w.dictionaries[OWNER].count, 0);
    close_query(&w);
}
END_TEST

/* Each dimension looks into its own dictionary, entry and exit into that of channel. */
START_TEST(names_are_those_of_their_dimension) {
    for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        struct world w;
        char text[60];
        uint32_t named = d == ENTRY || d == EXIT ? CHANNEL : d;
        if (named == OUTCOME || named == CHURNED) continue;
        snprintf(text, sizeof text, "%s where %s = x", d >= ENTRY ? "journeys" : "touchpoints",
                 cxj__query_dimension_name(d));
        open_query(&w, text);
        for (uint32_t other = 1; other <= CXJ__DICTIONARIES; other++) {
            ck_assert_uint_eq(w.dictionaries[other].count, other == named);
        }
        ck_assert(passes(&w, d, 1));
        ck_assert(!passes(&w, d, 0));
        close_query(&w);
    }
}
END_TEST

START_TEST(outcome_and_churned_have_fixed_names) {
    struct world w;
    open_query(&w, "journeys where outcome in (abandoned, \"\")");
    ck_assert(passes(&w, OUTCOME, CXJ_OUTCOME_ABANDONED));
    ck_assert(!passes(&w, OUTCOME, CXJ_OUTCOME_COMPLETED));
    ck_assert(passes(&w, OUTCOME, 0));
    close_query(&w);
    open_query(&w, "journeys where churned = yes");
    ck_assert(passes(&w, CHURNED, 1));
    ck_assert(!passes(&w, CHURNED, 0));
    close_query(&w);
    open_query(&w, "journeys where churned = no and outcome = done"); /* names that never occur */
    for (uint32_t value = 0; value < 3; value++) {
        ck_assert(!passes(&w, OUTCOME, value));
        ck_assert(!passes(&w, CHURNED, value));
    }
    close_query(&w);
    open_query(&w, "journeys where outcome = complete"); /* not even the beginning of one */
    for (uint32_t value = 0; value < 3; value++) ck_assert(!passes(&w, OUTCOME, value));
    close_query(&w);
}
END_TEST

/* Names in any order, and any number of them: each matches, and nothing between them. */
START_TEST(a_long_list_matches_each_of_its_names) {
    static const uint32_t counts[] = {1, 2, 3, 4, 5, 8, 9, 31, 100};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        struct world w;
        char text[2000] = "touchpoints where owner in (";
        open_world(&w);
        for (uint32_t i = 1; i <= 2 * counts[k]; i++) {
            char name[16];
            snprintf(name, sizeof name, "n%" PRIu32, i);
            code(&w, OWNER, name);
        }
        for (uint32_t i = counts[k]; i > 0; i--) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "n%" PRIu32 "%s", 2 * i, i > 1 ? "," : ")");
        }
        ck_assert_int_eq(read_bytes(&w, text, strlen(text)), CXJ_OK);
        for (uint32_t i = 0; i <= 2 * counts[k] + 1; i++) {
            ck_assert_int_eq(passes(&w, OWNER, i), i > 0 && i <= 2 * counts[k] && i % 2 == 0);
        }
        close_query(&w);
    }
}
END_TEST

/* All conditions must hold; those with had are not looked at here. */
START_TEST(conditions_are_joined_by_and) {
    struct world w;
    open_query(&w, "journeys where type = a and had owner = b and segment = c");
    struct cxj__codes codes = {{0}};
    ck_assert(!cxj__query_passes(&w.query, &codes));
    codes.codes[TYPE] = code(&w, TYPE, "a");
    ck_assert(!cxj__query_passes(&w.query, &codes));
    codes.codes[SEGMENT] = code(&w, SEGMENT, "c");
    ck_assert(cxj__query_passes(&w.query, &codes));
    codes.codes[TYPE] = 0;
    ck_assert(!cxj__query_passes(&w.query, &codes));
    close_query(&w);
    open_query(&w, "journeys where had owner = b");
    ck_assert(passes(&w, TYPE, 0));
    close_query(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Lines of another grammar
 * ------------------------------------------------------------------------------------------------------------------ */

/* Reads "late" or "early", then conditions on type and entry, as whoever has a grammar of his own does. */
static cxj_status read_other(struct world *w, const char *text) {
    char *exact = malloc(strlen(text) + (*text == '\0'));
    memcpy(exact, text, strlen(text));
    struct cxj__reader reader = {.what = "line",
                                 .text = exact,
                                 .length = strlen(text),
                                 .query = &w->query,
                                 .dictionaries = w->dictionaries,
                                 .growing = w->dictionaries,
                                 .memory = &w->memory,
                                 .seed = &w->seed,
                                 .message = &w->message};
    cxj_status status = cxj__query_begin(&reader);
    if (status == CXJ_OK && !cxj__query_take_word(&reader, "late") && !cxj__query_take_word(&reader, "early")) {
        status = cxj__query_expected(&reader, "late or early");
    }
    if (status == CXJ_OK) status = cxj__query_read_conditions(&reader, 1U << TYPE | 1U << ENTRY, 0);
    if (status == CXJ_OK && reader.at < reader.length) status = cxj__query_expected(&reader, "the end");
    status = cxj__query_end(&reader, status);
    free(exact);
    return status;
}

START_TEST(lines_of_another_grammar_have_the_same_conditions) {
    struct world w;
    open_world(&w);
    ck_assert_int_eq(read_other(&w, " early\twhere type in (b, a) and entry = web and type = \"a\" "), CXJ_OK);
    uint32_t a = code(&w, TYPE, "a"), web = code(&w, CHANNEL, "web");
    struct cxj__codes codes = {{0}};
    ck_assert(!cxj__query_passes(&w.query, &codes));
    codes.codes[TYPE] = a;
    codes.codes[ENTRY] = web;
    ck_assert(cxj__query_passes(&w.query, &codes));
    codes.codes[TYPE] = code(&w, TYPE, "b");
    ck_assert(!cxj__query_passes(&w.query, &codes));
    ck_assert_uint_eq(w.query.depends, 1U << TYPE | 1U << ENTRY);
    ck_assert_uint_eq(w.dictionaries[TYPE].names[a - 1].pins, 2); /* in two conditions */
    ck_assert_ptr_null(w.query.text);
    close_query(&w);
    open_world(&w);
    ck_assert_int_eq(read_other(&w, "late"), CXJ_OK);
    ck_assert_uint_eq(w.query.condition_count, 0);
    ck_assert(passes(&w, TYPE, 0));
    close_query(&w);
}
END_TEST

/* Its refusals say what it is and what it expected, also where conditions are refused that a view may have. */
START_TEST(lines_of_another_grammar_are_refused_in_their_words) {
    static const char *const cases[][2] = {
        {"", "line, column 1: expected late or early"},
        {"touchpoints", "line, column 1: expected late or early"},
        {"late\xff", "line, column 5: expected UTF-8 without NUL"},
        {"late x", "line, column 6: expected the end"},
        {"late where", "line, column 11: expected a dimension here: type, entry"},
        {"late where owner = a", "line, column 12: expected a dimension here: type, entry"},
        {"late where had owner = a", "line, column 12: expected no \"had\": it stands in journeys views only"},
        {"late where type = a and type = b and type = c and type = d and type = e",
         "line, column 64: expected no more than four conditions"},
        {"late where type in (a, \"b", "line, column 26: expected a closing quote"},
        {"late where type = a x", "line, column 21: expected the end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        open_world(&w);
        ck_assert_int_eq(read_other(&w, cases[i][0]), CXJ_BAD_TEXT);
        ck_assert_str_eq(w.message.text, cases[i][1]);
        ck_assert_uint_eq(w.dictionaries[TYPE].count, 0);
        close_world(&w);
    }
}
END_TEST

START_TEST(limits_of_another_grammar_are_told_in_its_words) {
    struct world w;
    open_world(&w);
    w.dictionaries[TYPE].limit = 1;
    ck_assert_int_eq(read_other(&w, "late where type in (a, b)"), CXJ_LIMIT);
    ck_assert_str_eq(w.message.text, "line: the dictionary of type is full (1 codes)");
    w.left = 0;
    ck_assert_int_eq(read_other(&w, "late where type = a"), CXJ_NO_MEMORY);
    ck_assert_str_eq(w.message.text, "line: no memory");
    w.left = -1;
    close_world(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Names of dimensions and codes
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(dimensions_have_their_names) {
    static const char *const names[] = {"owner",   "team",   "channel", "stage",   "activity", "cause", "type",
                                        "segment", "reason", "outcome", "churned", "entry",    "exit"};
    for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) ck_assert_str_eq(cxj__query_dimension_name(d), names[d - 1]);
}
END_TEST

/* A name that is empty is none, whether names are fixed or not; one that does not occur has no code. */
START_TEST(codes_have_names_and_names_codes) {
    struct world w;
    size_t length = 99;
    open_world(&w);
    uint32_t web = code(&w, CHANNEL, "web");
    ck_assert_uint_eq(cxj__query_code(w.dictionaries, &w.seed, CHANNEL, "web", 3), web);
    ck_assert_uint_eq(cxj__query_code(w.dictionaries, &w.seed, CHANNEL, "we", 2), CXJ__NO_CODE);
    ck_assert_uint_eq(cxj__query_code(w.dictionaries, &w.seed, CHANNEL, "", 0), 0);
    ck_assert_str_eq(cxj__query_code_text(w.dictionaries, CHANNEL, web, &length), "web");
    ck_assert_uint_eq(length, 3);
    ck_assert_uint_eq(cxj__query_last_fixed(OUTCOME), CXJ_OUTCOME_ABANDONED);
    ck_assert_uint_eq(cxj__query_last_fixed(CHURNED), 1);
    for (uint32_t d = OUTCOME; d <= CHURNED; d++) {
        ck_assert_uint_eq(cxj__query_code(NULL, &w.seed, d, "no", 2), CXJ__NO_CODE);
        for (uint32_t value = 0; value <= cxj__query_last_fixed(d); value++) {
            const char *text = cxj__query_code_text(NULL, d, value, &length);
            ck_assert_uint_eq(length, strlen(text));
            ck_assert_uint_eq(cxj__query_code(NULL, &w.seed, d, text, length), value);
        }
    }
    close_world(&w);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_texts(Suite *suite) {
    TCase *cases = group(suite, "refused");
    tcase_add_loop_test(cases, malformed_views_are_refused_with_their_column, 0, REFUSED);
    tcase_add_test(cases, refusals_say_what_was_expected);
    tcase_add_test(cases, a_nul_is_refused_where_it_stands);
    tcase_add_test(cases, a_refused_view_leaves_no_names);
    tcase_add_test(cases, a_refused_view_uses_no_names);
    tcase_add_test(cases, a_full_dictionary_is_a_limit);
    tcase_add_test(cases, lack_of_memory_leaves_nothing);
    cases = group(suite, "read");
    tcase_add_loop_test(cases, well_formed_views_are_read, 0, VIEWS);
    tcase_add_loop_test(cases, spellings_of_one_view_are_one, 0, SPELLED);
    tcase_add_test(cases, views_that_differ_are_not_one);
    tcase_add_test(cases, normalised_text_is_itself);
    tcase_add_test(cases, four_conditions_at_most);
    tcase_add_test(cases, each_grain_has_its_dimensions);
    tcase_add_test(cases, names_may_be_quoted);
    tcase_add_test(cases, a_view_depends_on_what_it_looks_at);
    tcase_add_test(cases, names_of_conditions_are_in_use);
    cases = group(suite, "conditions");
    tcase_add_test(cases, a_condition_matches_its_name_alone);
    tcase_add_test(cases, names_are_those_of_their_dimension);
    tcase_add_test(cases, outcome_and_churned_have_fixed_names);
    tcase_add_test(cases, a_long_list_matches_each_of_its_names);
    tcase_add_test(cases, conditions_are_joined_by_and);
}

static void add_lines(Suite *suite) {
    TCase *cases = group(suite, "another");
    tcase_add_test(cases, lines_of_another_grammar_have_the_same_conditions);
    tcase_add_test(cases, lines_of_another_grammar_are_refused_in_their_words);
    tcase_add_test(cases, limits_of_another_grammar_are_told_in_its_words);
    cases = group(suite, "names");
    tcase_add_test(cases, dimensions_have_their_names);
    tcase_add_test(cases, codes_have_names_and_names_codes);
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_query: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("query");
    add_texts(suite);
    add_lines(suite);
    return run_suite(suite);
}
