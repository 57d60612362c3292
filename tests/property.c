/* property [--seed N] [--logs N] [--touchpoints N] [--trace] [LOGS]
 *
 * Makes random logs and checks on each that the library, used through cxj.h alone, answers what naive.c computes from
 * the same touchpoints: cells and their order, every metric with its interval, what is asked beyond one cell, the state
 * of every journey, what an engine holds, what its receipts say. The logs are small and their alphabets smaller, so that
 * ties, returns, duplicates, conflicts, corrections and withdrawals meet often; they come in any order and in any
 * portions, through several engines that are merged, with views added and dropped, calendars set and taken away,
 * journeys erased or moved, and the clock moved in between.
 *
 * --seed N         the seed, printed at the start; without it, taken from the clock. Each log has its own, derived from
 * it; that of the first log is N itself, so `--seed N --logs 1` runs again the log that a failure names
 * --logs N         how many logs, by default 10,000; LOGS is the same
 * --touchpoints N  at most so many touchpoints in a log, to look for a short one that fails
 * --trace          writes what is done to the engines
 *
 * Exit status: 0 if all agree, 1 at the first difference, 2 for arguments that are none.
 *
 * SPDX-License-Identifier: MIT
 */
#include "property.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_TOUCHPOINTS = 420, /* of a log, all told */
    MOST_JOURNEYS = 60,
    FEW_JOURNEYS = 6, /* in most logs there are no more */
    MOST_VIEWS = 8,   /* of one engine */
    MOST_SIDES = 5,
    LONGEST_VIEW = 600,
    GRAINS = 4 /* they are numbered from 1 */
};

/* ---- Names: few, and of those that are easily mistaken: prefixes, blanks, quotes, words of the grammar, bytes above
 * 127 ---- */

enum { NAMES = 6 };

static const char *const alphabets[NAIVE_DIMENSIONS][NAMES] = {
    {"", "", "", "", "", ""},
    {"A", "B", "Ann", "O \"x\" Neil", "a", "and"},                                  /* owner */
    {"X", "Y", "X 1", "where", "x-y", "\xc3\xa9quipe"},                             /* team */
    {"phone", "web", "e-mail", "with space", "\xe6\x97\xa5\xe6\x9c\xac", "phone2"}, /* channel */
    {"plan", "do", "done", "\"", "in", "1.0"},                                      /* stage */
    {"call", "visit", "survey", "a,b", "(c)", "call_back"},                         /* activity */
    {"policy", "tool", "process", "know how", "=", "Policy"},                       /* cause */
    {"move", "repair", "onboarding", "had", " lead", "trail "},                     /* type */
    {"premium", "business", "", "per", "\"\"", "0"},                                /* segment */
    {"new", "leave", "question", "-", "tab\there", "NEW"},                          /* reason */
};

static const char *const dimension_words[] = {"",     "owner",   "team",   "channel", "stage",   "activity", "cause",
                                              "type", "segment", "reason", "outcome", "churned", "entry",    "exit"};

/* ---- A scene: what the touchpoints of one log have in common ---- */

struct scene {
    size_t journey_count;
    uint64_t journeys[MOST_JOURNEYS];
    uint64_t next_ids[MOST_JOURNEYS];
    int64_t base; /* moments are base + k * unit, k up to span */
    int64_t unit;
    int64_t span;
    bool calm;            /* hardly anything goes wrong, so that some journeys are flawless */
    bool dialogue;        /* most touchpoints are questions or answers */
    bool crowd;           /* many journeys, of which little is recorded, so that it can be seen what weighs */
    uint32_t recorded;    /* facets that touchpoints of this log may have */
    uint64_t facet_share; /* per cent of touchpoints that have a given facet; likewise the next four */
    uint64_t name_share;
    uint64_t due_share;
    uint64_t rating_share;
    uint64_t id_share;
    uint64_t names; /* how many names of each alphabet are in use */
    bool moves;     /* journeys are moved into others */
    bool distinct;  /* (at, sequence, id) differ between touchpoints that are not one another's revisions */
    uint32_t next_sequence;
    size_t big; /* the journey that most touchpoints go to, or journey_count */
    naive_touchpoint pool[MOST_TOUCHPOINTS];
    size_t pool_count;
    char views[MOST_VIEWS][LONGEST_VIEW];
    char normalised[MOST_VIEWS][LONGEST_VIEW]; /* the same, each in the one way in which it is written */
    size_t view_count;
    char calendar[LONGEST_CALENDAR]; /* of all engines, once they have one; "": none ever has */
    bool has_calendar;
    naive_calendar *read_calendar;
};

static const int64_t first_moment = INT64_C(-62135596800000);
static const int64_t last_moment = INT64_C(253402300799999);

static int64_t within_years(int64_t moment) {
    return moment < first_moment ? first_moment : moment > last_moment ? last_moment : moment;
}

/* Few facets, few names, often no promises: so the predictors that vary are few as well. */
static void set_crowd(struct scene *scene) {
    scene->recorded = CXJ_FACET_CHURNED | CXJ_FACET_CONTACT;
    for (uint64_t facets = below(5); facets > 0; facets--) scene->recorded |= UINT32_C(1) << below(NAIVE_FACETS);
    scene->facet_share = 10 + below(40);
    scene->due_share = chance(70) ? 0 : below(30);
    scene->name_share = chance(60) ? 0 : below(50);
    scene->rating_share = 30 + below(70);
}

/* Names of the journeys, moments and shares. */
static void set_scene(struct scene *scene) {
    static const int64_t units[] = {1, 7, 1000, 60000, 3600000, 86400000, INT64_C(2629746000), INT64_C(126230400000)};
    static const uint64_t id_shares[] = {0, 50, 100, 100};
    memset(scene, 0, sizeof *scene);
    scene->crowd = chance(10);
    scene->journey_count = scene->crowd ? 10 + below(MOST_JOURNEYS - 9) : 1 + below(FEW_JOURNEYS);
    for (size_t j = 0; j < scene->journey_count; j++) scene->journeys[j] = chance(80) ? j + 1 : UINT64_MAX - j;
    scene->unit = units[below(sizeof units / sizeof units[0])];
    scene->span = between(1, 40);
    const int64_t bases[] = {1, 1 - scene->unit * (scene->span / 2), INT64_C(1700000000000) + between(-999, 999),
                             first_moment, last_moment - scene->unit * scene->span};
    scene->base = bases[below(sizeof bases / sizeof bases[0])];
    scene->calm = chance(30);
    scene->dialogue = chance(30);
    scene->facet_share = below(30);
    scene->name_share = 30 + below(71);
    scene->due_share = below(60);
    scene->rating_share = below(70);
    scene->recorded = UINT32_MAX;
    if (scene->crowd) set_crowd(scene);
    scene->id_share = id_shares[below(4)];
    scene->names = 2 + below(NAMES - 1);
    scene->distinct = chance(50);
    scene->big = scene->journey_count;
    scene->has_calendar = chance(40);
    if (!scene->has_calendar) return;
    draw_calendar(scene->calendar, scene->base, scene->base + scene->unit * scene->span);
    scene->read_calendar = naive_calendar_read(scene->calendar, strlen(scene->calendar), NULL);
    if (!scene->read_calendar) fail("naive refuses the calendar\n%s", scene->calendar);
}

static void draw_facets(const struct scene *scene, cxj_touchpoint *fields) {
    for (uint32_t facet = 1; facet < CXJ_FACETS_ALL; facet <<= 1)
        if (facet != CXJ_FACET_WITHDRAWN && chance(scene->facet_share)) fields->facets |= facet;
    if (scene->dialogue && chance(40)) fields->facets |= CXJ_FACET_INBOUND;
    if (scene->dialogue && chance(30)) fields->facets |= chance(50) ? CXJ_FACET_UPDATE : CXJ_FACET_CONTACT;
    fields->facets &= scene->recorded;
    if (!scene->crowd && chance(80)) /* a customer leaves seldom, or there is nothing else to see */
        fields->facets &= ~(uint32_t)CXJ_FACET_CHURNED;
    if (scene->calm && chance(95))
        fields->facets &= ~(uint32_t)(CXJ_FACET_FAULT | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_CHASE |
                                      CXJ_FACET_CHURNED | CXJ_FACET_REOPENS);
    if (chance(2)) fields->facets |= CXJ_FACET_WITHDRAWN;
}

/* Scores beside the edges of each scale come more often than others, those of the lower half first. */
static void draw_rating(const struct scene *scene, cxj_touchpoint *fields) {
    enum { EDGES = 8 };
    static const uint8_t edges[][EDGES] = {{0},
                                           {1, 1, 2, 3, 3, 4, 4, 5},
                                           {1, 3, 4, 5, 5, 6, 6, 7},
                                           {1, 4, 5, 7, 8, 9, 9, 10},
                                           {0, 49, 50, 79, 80, 94, 95, 100},
                                           {0, 0, 0, 0, 1, 1, 1, 1},
                                           {0, 6, 7, 8, 9, 9, 10, 10},
                                           {1, 3, 4, 5, 5, 6, 7, 7}};
    fields->scale = (uint8_t)(1 + (chance(50) ? below(5) : below(7)));
    fields->scope = (uint8_t)(chance(scene->calm ? 10 : 45) ? 1 : 1 + below(3));
    if (scene->crowd && chance(60)) fields->scope = CXJ_SCOPE_JOURNEY;
    const uint8_t *scores = edges[fields->scale];
    if (chance(scene->calm ? 80 : 10))
        fields->score = scores[EDGES / 2 + below(EDGES / 2)];
    else
        fields->score = (uint8_t)(chance(60) ? scores[below(EDGES)] : between(scores[0], scores[EDGES - 1]));
}

/* All that a touchpoint says besides its journey, id and revision. */
static void draw_contents(struct scene *scene, naive_touchpoint *touchpoint) {
    cxj_touchpoint *fields = &touchpoint->fields;
    const uint64_t journey = fields->journey, id = fields->id, revision = fields->revision;
    *fields = (cxj_touchpoint){.journey = journey, .id = id, .revision = revision};
    fields->at = within_years(scene->base + scene->unit * between(0, scene->span));
    if (scene->distinct && id == 0)
        fields->sequence = ++scene->next_sequence;
    else
        fields->sequence = (uint32_t)below(2);
    if (chance(scene->due_share)) fields->due = within_years(fields->at + scene->unit * between(-3, 6));
    if (chance(20)) fields->value = chance(90) ? between(-500, 500) : between(-1, 1) * INT64_C(1000000000000000);
    if (chance(20)) fields->customer = chance(80) ? 1 + below(3) : UINT64_MAX;
    if (chance(10)) fields->outcome = (uint8_t)(1 + below(2));
    if (chance(50)) fields->commitment = (uint8_t)(chance(90) ? below(3) : 7);
    draw_facets(scene, fields);
    if (chance(scene->rating_share)) draw_rating(scene, fields);
    touchpoint->names[0] = "";
    for (int d = 1; d < NAIVE_DIMENSIONS; d++)
        touchpoint->names[d] = chance(d <= CXJ_DIMENSION_ACTIVITY ? scene->name_share : scene->name_share / 3)
                                   ? alphabets[d][below(scene->names)]
                                   : "";
}

static naive_touchpoint draw_new(struct scene *scene) {
    size_t journey = below(scene->journey_count);
    if (scene->big < scene->journey_count && chance(90)) journey = scene->big;
    naive_touchpoint touchpoint = {.fields = {.journey = scene->journeys[journey]}};
    if (chance(scene->id_share)) {
        touchpoint.fields.id = ++scene->next_ids[journey];
        if (chance(3)) touchpoint.fields.id += UINT64_C(1) << 63;
        touchpoint.fields.revision = chance(70) ? 0 : below(4);
    }
    draw_contents(scene, &touchpoint);
    return touchpoint;
}

/* Changes one thing, so that of two of one revision only a late field of the order of contents may decide. */
static void change_one(struct scene *scene, naive_touchpoint *touchpoint) {
    naive_touchpoint other = *touchpoint;
    draw_contents(scene, &other);
    switch (below(7)) {
    case 0:
        touchpoint->fields.at = other.fields.at;
        break;
    case 1:
        touchpoint->fields.value = between(-3, 3);
        break;
    case 2:
        touchpoint->fields.due = other.fields.due;
        break;
    case 3:
        touchpoint->fields.facets ^= UINT32_C(1) << below(16);
        break;
    case 4:
        touchpoint->fields.commitment ^= 1;
        break;
    case 5:
        touchpoint->fields.outcome = other.fields.outcome;
        break;
    default: {
        int d = (int)between(1, NAIVE_DIMENSIONS - 1);
        touchpoint->names[d] = alphabets[d][below(NAMES)];
    }
    }
}

/* Another arrival of a touchpoint that has an id: a duplicate, a conflict, a correction up or down, or a withdrawal. */
static naive_touchpoint draw_again(struct scene *scene, const naive_touchpoint *earlier) {
    naive_touchpoint touchpoint = *earlier;
    switch (below(6)) {
    case 0:
        break;
    case 1:
        change_one(scene, &touchpoint);
        break;
    case 2:
        draw_contents(scene, &touchpoint);
        break;
    case 3:
        touchpoint.fields.revision = below(5);
        draw_contents(scene, &touchpoint);
        break;
    case 4:
        touchpoint.fields.revision++;
        change_one(scene, &touchpoint);
        break;
    default:
        touchpoint.fields.revision += below(2);
        touchpoint.fields.facets |= CXJ_FACET_WITHDRAWN;
    }
    return touchpoint;
}

/* Makes a touchpoint one that must be refused. */
static void spoil(cxj_touchpoint *fields) {
    const uint64_t flaw = below(14);
    if (flaw >= 8) { /* the rating: whatever it was, it must not hide the flaw */
        fields->scale = CXJ_SCALE_CSAT5;
        fields->score = 3;
        fields->scope = CXJ_SCOPE_TOUCHPOINT;
    }
    switch (flaw) {
    case 0:
        fields->journey = 0;
        break;
    case 1:
        fields->at = chance(50) ? first_moment - 1 : 0;
        fields->facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
        break;
    case 2:
        fields->at = last_moment + 1;
        break;
    case 3:
        fields->due = last_moment + 1;
        break;
    case 4:
        fields->value = chance(50) ? INT64_C(1000000000000001) : INT64_MIN;
        break;
    case 5:
        fields->facets |= CXJ_FACETS_ALL + UINT32_C(1);
        break;
    case 6:
        fields->commitment = 8;
        break;
    case 7:
        fields->outcome = 3;
        break;
    case 8:
        fields->score = 6;
        break;
    case 9:
        fields->score = 0;
        break;
    case 10:
        fields->scale = 8;
        break;
    case 11:
        fields->scope = 4;
        break;
    case 12:
        fields->scope = 0;
        break;
    default:
        fields->scale = 0;
    }
}

static int order_moments(const void *a, const void *b) {
    const naive_touchpoint *x = a, *y = b;
    return (x->fields.at > y->fields.at) - (x->fields.at < y->fields.at);
}

static void exchange(naive_touchpoint *a, naive_touchpoint *b) {
    naive_touchpoint kept = *a;
    *a = *b;
    *b = kept;
}

/* Draws all touchpoints of the log in the order in which they will arrive. */
static void draw_pool(struct scene *scene) {
    size_t count = below(10) == 0 ? below(4) : below(61);
    if (scene->crowd) {
        count = 60 + below(300);
    } else if (chance(10)) { /* beyond 64 touchpoints a journey is kept in another way */
        scene->big = below(scene->journey_count);
        count = 70 + below(131);
    }
    if (count > run.touchpoints_limit) count = below(run.touchpoints_limit + 1);
    uint64_t again = below(40), bad = chance(20) ? 5 : 0;
    while (scene->pool_count < count) {
        const naive_touchpoint *earlier = scene->pool_count ? &scene->pool[below(scene->pool_count)] : NULL;
        bool has_earlier = earlier && earlier->fields.id != 0 && naive_is_valid(&earlier->fields);
        naive_touchpoint *next = &scene->pool[scene->pool_count++];
        *next = has_earlier && chance(again) ? draw_again(scene, earlier) : draw_new(scene);
        if (chance(bad)) spoil(&next->fields);
    }
    uint64_t order = below(4), swaps = below(4);
    if (order >= 1) /* most feeds come in order of time, or nearly */
        qsort(scene->pool, count, sizeof scene->pool[0], order_moments);
    if (order == 2 && count)
        for (uint64_t i = 0; i < swaps; i++) exchange(&scene->pool[below(count)], &scene->pool[below(count)]);
    if (order == 3 && chance(30))
        for (size_t i = 0; i < count / 2; i++) exchange(&scene->pool[i], &scene->pool[count - 1 - i]);
}

/* ---- Views ---- */

static void append(char *text, const char *more) {
    size_t length = strlen(text), room = LONGEST_VIEW - length;
    if (strlen(more) >= room) fail("a view's text grew too long: %s", text);
    memcpy(text + length, more, strlen(more) + 1);
}

static void append_blank(char *text) {
    static const char *const blanks[] = {" ", " ", " ", " ", "  ", "\t", " \n "};
    append(text, blanks[below(sizeof blanks / sizeof blanks[0])]);
}

/* A bare word where that can be, else (and sometimes anyway) a quoted one. */
static void append_name(char *text, const char *name) {
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (*name && name[strspn(name, bare)] == 0 && chance(70)) {
        append(text, name);
        return;
    }
    append(text, "\"");
    for (; *name; name++) {
        const char letter[] = {*name, 0};
        append(text, *name == '"' ? "\"\"" : letter);
    }
    append(text, "\"");
}

static const char *draw_name(int dimension) {
    static const char *const outcomes[] = {"completed", "abandoned", "", "open"};
    static const char *const churned[] = {"yes", "", "no", "yes"};
    if (dimension == CXJ_DIMENSION_OUTCOME) return outcomes[below(4)];
    if (dimension == CXJ_DIMENSION_CHURNED) return churned[below(4)];
    if (dimension == CXJ_DIMENSION_ENTRY || dimension == CXJ_DIMENSION_EXIT) dimension = CXJ_DIMENSION_CHANNEL;
    return chance(5) ? "never" : chance(10) ? "" : alphabets[dimension][below(NAMES)];
}

static void append_condition(char *text, const int *dimensions, size_t count, bool may_have_had) {
    int dimension = dimensions[below(count)];
    append_blank(text);
    if (may_have_had && chance(50)) {
        dimension = (int)between(CXJ_DIMENSION_OWNER, CXJ_DIMENSION_CAUSE);
        append(text, "had ");
    }
    append(text, dimension_words[dimension]);
    if (chance(50)) {
        append(text, chance(50) ? " = " : "=");
        append_name(text, draw_name(dimension));
        return;
    }
    append(text, chance(50) ? " in (" : " in(");
    for (uint64_t names = 1 + below(4); names > 0; names--) {
        append_name(text, draw_name(dimension));
        append(text, names == 1 ? ")" : chance(50) ? ", " : " ,");
    }
}

/* Exchanges places, so that the first few are a random choice. */
static void shuffle(int *items, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t j = below(i);
        int kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

static void append_by(char *text, uint32_t grain, const int *dimensions, size_t count) {
    static const uint64_t most[GRAINS] = {0, 4, 3, 4};
    size_t further = below(10) < 3 ? 0 : below(10) < 5 ? 1 : below(most[grain] + 1);
    if (further > count) further = count;
    bool first = true;
    if (grain == CXJ_GRAIN_TRANSITIONS) {
        append(text, " by ");
        append(text, dimension_words[between(CXJ_DIMENSION_OWNER, CXJ_DIMENSION_ACTIVITY)]);
        first = false;
    }
    for (size_t i = 0; i < further; i++) {
        append(text, first ? " by" : chance(50) ? "," : " ,");
        append_blank(text);
        append(text, dimension_words[dimensions[i]]);
        first = false;
    }
}

/* Any valid view of any grain; may_measure: also one in working hours. */
static void draw_view(char *text, bool may_measure) {
    static const char *const grains[] = {"", "touchpoints", "transitions", "journeys"};
    static const char *const periods[] = {"hour", "day", "week", "month", "quarter", "year"};
    int dimensions[] = {CXJ_DIMENSION_TYPE,
                        CXJ_DIMENSION_SEGMENT,
                        CXJ_DIMENSION_REASON,
                        CXJ_DIMENSION_OUTCOME,
                        CXJ_DIMENSION_CHURNED,
                        CXJ_DIMENSION_ENTRY,
                        CXJ_DIMENSION_EXIT,
                        0,
                        0,
                        0,
                        0};
    size_t count = 5; /* those that all grains have */
    uint32_t grain = (uint32_t)(1 + below(3));
    if (grain == CXJ_GRAIN_JOURNEYS) count = 7;
    if (grain == CXJ_GRAIN_TOUCHPOINTS)
        for (int d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_CAUSE; d++) dimensions[count++] = d;
    shuffle(dimensions, count);
    *text = 0;
    append(text, grains[grain]);
    append_by(text, grain, dimensions, count);
    if (chance(35)) {
        append(text, " per ");
        append(text, periods[below(6)]);
        if (grain == CXJ_GRAIN_JOURNEYS && chance(50)) append(text, " ended");
    }
    if (may_measure && chance(40)) append(text, chance(80) ? " in working hours" : " in\tworking  hours");
    if (chance(40)) {
        append(text, " where");
        for (uint64_t conditions = 1 + below(chance(70) ? 2 : 4); conditions > 0; conditions--) {
            append_condition(text, dimensions, count, grain == CXJ_GRAIN_JOURNEYS);
            append(text, conditions == 1 ? "" : " and");
        }
    }
    if (grain == CXJ_GRAIN_JOURNEYS && chance(40)) append(text, chance(80) ? " with drivers" : " with \n drivers");
}

/* Three to six views, all different. */
static void draw_views(struct scene *scene) {
    size_t count = 3 + below(4);
    while (scene->view_count < count) {
        char *text = scene->views[scene->view_count];
        draw_view(text, scene->has_calendar);
        bool is_new = true;
        naive_normalise(text, scene->normalised[scene->view_count], LONGEST_VIEW);
        for (size_t i = 0; i < scene->view_count; i++)
            is_new = is_new && strcmp(scene->normalised[i], scene->normalised[scene->view_count]) != 0;
        scene->view_count += is_new;
    }
}

/* ---- Bytes of saved engines ---- */

struct bytes {
    unsigned char *at;
    size_t length, capacity;
};

/* Takes as many bytes as the dice say. */
static int64_t take_bytes(void *context, const void *from, size_t length) {
    struct bytes *bytes = context;
    size_t taken = chance(50) ? length : 1 + below(length);
    if (bytes->length + taken > bytes->capacity) return -1;
    memcpy(bytes->at + bytes->length, from, taken);
    bytes->length += taken;
    return (int64_t)taken;
}

static struct bytes save(const cxj_engine *engine) {
    struct bytes bytes = {0};
    expect_status("cxj_save_bytes without room", CXJ_TOO_SMALL,
                  cxj_save_bytes(engine, 0, NULL, 0, NULL, &bytes.capacity));
    bytes.at = allocate(bytes.capacity, 1);
    expect_status("cxj_save_bytes", CXJ_OK, cxj_save_bytes(engine, bytes.capacity, NULL, 0, bytes.at, &bytes.length));
    expect_number("bytes", bytes.capacity, bytes.length);
    return bytes;
}

static void expect_bytes(const char *what, const struct bytes *wanted, const struct bytes *got) {
    expect_number(what, wanted->length, got->length);
    for (size_t i = 0; i < wanted->length; i++)
        if (wanted->at[i] != got->at[i]) fail("%s: byte %zu of %zu differs", what, i, wanted->length);
}

/* ---- A side: an engine, and what naive knows of it ---- */

struct side {
    cxj_engine *engine;
    naive_log log;
    cxj_receipt total;             /* of all receipts */
    bool counts_differ;            /* something was erased or merged, and naive cannot count the feed any more */
    const char *texts[MOST_VIEWS]; /* of its views, in the order in which they were added */
    cxj_view *views[MOST_VIEWS];
    size_t view_count;
    int number; /* for the trace */

    cxj_saver *saver;      /* an incremental save under way, or NULL */
    struct bytes expected; /* what it is to write: the engine as it was when the save was opened */
    struct bytes written;
};

static uint32_t code_of(const struct side *side, int dimension, const char *name) {
    uint32_t code = 0;
    expect_status("cxj_code", CXJ_OK, cxj_code(side->engine, (uint32_t)dimension, name, CXJ_ZERO_TERMINATED, &code));
    return code;
}

static const char *name_of(const struct side *side, int dimension, uint32_t code) {
    const char *name = NULL;
    expect_status("cxj_name", CXJ_OK, cxj_name(side->engine, (uint32_t)dimension, code, &name, NULL));
    return name;
}

/* Gives some names of a dimension codes that are alike modulo 64, in which a journey tells them apart by its touchpoints.
 * Names between them are never used. */
static void spread_codes(const struct side *side, int dimension) {
    for (int name = 0; name < 3; name++) {
        const uint32_t code = code_of(side, dimension, alphabets[dimension][name]);
        for (uint32_t i = 1; i < 64; i++) {
            char unused[24];
            snprintf(unused, sizeof unused, "unused %" PRIu32, code + i);
            code_of(side, dimension, unused);
        }
    }
}

static void side_open(struct side *side, int number) {
    *side = (struct side){.number = number};
    cxj_options options = {.size = sizeof options, .seed = {draw() | 1, draw()}};
    char message[200];
    expect_status("cxj_engine_create", CXJ_OK, cxj_engine_create(&options, message, sizeof message, &side->engine));
    if (below(4) == 0) spread_codes(side, (int)between(CXJ_DIMENSION_OWNER, CXJ_DIMENSION_ACTIVITY));
    /* Names get other codes in each engine, in the order in which they are first asked for. */
    for (uint64_t names = below(30); names > 0; names--) {
        int dimension = (int)between(CXJ_DIMENSION_OWNER, CXJ_DIMENSION_REASON);
        code_of(side, dimension, alphabets[dimension][below(NAMES)]);
    }
}

/* Takes a save under way to its end, or gives it up. */
static void end_save(struct side *side, bool gives_up) {
    cxj_status status = CXJ_OK;
    if (!side->saver) return;
    while (!gives_up && status == CXJ_OK) status = cxj_saver_step(side->saver, 1 + below(30));
    if (!gives_up) {
        expect_status("cxj_saver_step", CXJ_DONE, status);
        expect_bytes("an incremental save", &side->expected, &side->written);
    }
    cxj_saver_close(side->saver);
    side->saver = NULL;
    free(side->expected.at);
    free(side->written.at);
}

static void side_close(struct side *side) {
    cxj_engine_destroy(side->engine);
    naive_log_clear(&side->log);
    side->engine = NULL;
}

static cxj_touchpoint encoded(const struct side *side, const naive_touchpoint *touchpoint) {
    cxj_touchpoint fields = touchpoint->fields;
    fields.owner = code_of(side, CXJ_DIMENSION_OWNER, touchpoint->names[CXJ_DIMENSION_OWNER]);
    uint16_t *const codes[NAIVE_DIMENSIONS] = {
        NULL,          NULL,         &fields.team,    &fields.channel, &fields.stage, &fields.activity,
        &fields.cause, &fields.type, &fields.segment, &fields.reason};
    for (int d = CXJ_DIMENSION_TEAM; d < NAIVE_DIMENSIONS; d++)
        *codes[d] = (uint16_t)code_of(side, d, touchpoint->names[d]);
    return fields;
}

static void trace_touchpoint(const naive_touchpoint *touchpoint) {
    if (!run.trace) return;
    const cxj_touchpoint *f = &touchpoint->fields;
    printf("    journey %" PRIu64 " id %" PRIu64 " revision %" PRIu64 " at %" PRId64 " sequence %" PRIu32
           " facets %#" PRIx32,
           f->journey, f->id, f->revision, f->at, f->sequence, f->facets);
    if (f->due) printf(" due %" PRId64, f->due);
    if (f->value) printf(" value %" PRId64, f->value);
    if (f->customer) printf(" customer %" PRIu64, f->customer);
    if (f->scale || f->scope) printf(" scale %d score %d scope %d", f->scale, f->score, f->scope);
    if (f->commitment) printf(" commitment %d", f->commitment);
    if (f->outcome) printf(" outcome %d", f->outcome);
    for (int d = 1; d < NAIVE_DIMENSIONS; d++)
        if (*touchpoint->names[d]) printf(" %s \"%s\"", dimension_words[d], touchpoint->names[d]);
    printf("\n");
}

/* A copy of one member of all structs as an array of its own; NULL (a column that is absent) if it is zero throughout.
 */
static void *column(const cxj_touchpoint *items, size_t count, size_t offset, size_t size, bool must_be) {
    char *values = allocate(count, size);
    bool has_any = must_be || chance(30);
    for (size_t i = 0; i < count; i++) {
        memcpy(values + i * size, (const char *)&items[i] + offset, size);
        for (size_t b = 0; b < size; b++) has_any = has_any || values[i * size + b] != 0;
    }
    if (has_any) return values;
    free(values);
    return NULL;
}

static cxj_status record_columns(struct side *side, const cxj_touchpoint *items, size_t count, cxj_receipt *receipt) {
#define COLUMN(member) .member = column(items, count, offsetof(cxj_touchpoint, member), sizeof items->member, false)
#define NEEDED(member) .member = column(items, count, offsetof(cxj_touchpoint, member), sizeof items->member, true)
    cxj_columns columns = {.size = sizeof columns,
                           NEEDED(journey),
                           COLUMN(id),
                           COLUMN(revision),
                           NEEDED(at),
                           COLUMN(due),
                           COLUMN(value),
                           COLUMN(customer),
                           COLUMN(sequence),
                           COLUMN(owner),
                           COLUMN(facets),
                           COLUMN(team),
                           COLUMN(activity),
                           COLUMN(channel),
                           COLUMN(stage),
                           COLUMN(cause),
                           COLUMN(type),
                           COLUMN(segment),
                           COLUMN(reason),
                           COLUMN(scale),
                           COLUMN(score),
                           COLUMN(scope),
                           COLUMN(commitment),
                           COLUMN(outcome)};
#undef NEEDED
#undef COLUMN
    cxj_status status = cxj_record_columns(side->engine, &columns, count, 0, receipt, sizeof *receipt);
    const void *const arrays[] = {columns.journey, columns.id,         columns.revision, columns.at,    columns.due,
                                  columns.value,   columns.customer,   columns.sequence, columns.owner, columns.facets,
                                  columns.team,    columns.activity,   columns.channel,  columns.stage, columns.cause,
                                  columns.type,    columns.segment,    columns.reason,   columns.scale, columns.score,
                                  columns.scope,   columns.commitment, columns.outcome};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        free((void *)(uintptr_t)arrays[i]); /* the struct has them as const */
    return status;
}

/* Checks what one receipt says of refusals, and adds it to the total. */
static void take_receipt(struct side *side, const naive_touchpoint *items, size_t count, cxj_status status,
                         const cxj_receipt *receipt) {
    uint64_t refused = 0, first = CXJ_NO_INDEX;
    for (size_t i = 0; i < count; i++) {
        if (naive_is_valid(&items[i].fields)) continue;
        first = refused++ ? first : i;
    }
    expect_status("recording", refused ? CXJ_REFUSED : CXJ_OK, status);
    expect_number("receipt: processed", count, receipt->processed);
    expect_number("receipt: refused", refused, receipt->refused);
    expect_number("receipt: first refusal", first, receipt->first_refusal);
    expect_status("receipt: first status", refused ? CXJ_BAD_FIELD : CXJ_OK, receipt->first_status);
    expect_number("receipt: late", 0, receipt->late);
    side->total.accepted += receipt->accepted;
    side->total.duplicates += receipt->duplicates;
    side->total.conflicts += receipt->conflicts;
    side->total.superseded += receipt->superseded;
    side->total.refused += receipt->refused;
}

/* Records in one call, from structs or from columns. */
static void record_call(struct side *side, const naive_touchpoint *items, size_t count) {
    bool by_columns = chance(30);
    trace("side %d: record %zu%s\n", side->number, count, by_columns ? " by columns" : "");
    cxj_touchpoint *fields = allocate(count, sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        trace_touchpoint(&items[i]);
        fields[i] = encoded(side, &items[i]);
        if (naive_is_valid(&items[i].fields)) naive_arrive(&side->log, &items[i]);
    }
    cxj_receipt receipt;
    memset(&receipt, 0xff, sizeof receipt);
    cxj_status status = by_columns
                            ? record_columns(side, fields, count, &receipt)
                            : cxj_record(side->engine, fields, sizeof *fields, count, 0, &receipt, sizeof receipt);
    take_receipt(side, items, count, status, &receipt);
    free(fields);
}

/* Gives the engine the calendar of all, as it may be written, or takes it away where no view needs it. */
static void change_calendar(struct side *side, const struct scene *scene, bool away) {
    char text[2 * LONGEST_CALENDAR];
    bool is_needed = false;
    for (size_t i = 0; i < side->view_count; i++) is_needed = is_needed || naive_needs_calendar(side->texts[i]);
    if (!scene->has_calendar) return;
    trace("side %d: %s calendar\n", side->number, away ? "take away the" : "set a");
    if (away) {
        expect_status("cxj_set_calendar without a calendar", is_needed ? CXJ_NO_CALENDAR : CXJ_OK,
                      cxj_set_calendar(side->engine, NULL, 0));
        if (!is_needed) side->log.calendar = NULL;
        return;
    }
    respell_calendar(scene->calendar, text);
    cxj_status status = cxj_set_calendar(side->engine, text, chance(50) ? CXJ_ZERO_TERMINATED : strlen(text));
    if (status != CXJ_OK) fail("the calendar\n%s\nis refused: %s", text, cxj_message(side->engine));
    side->log.calendar = scene->read_calendar;
}

/* Says that some facets are not recorded, or that all are. */
static void change_feed(struct side *side) {
    uint32_t unrecorded = 0;
    for (uint64_t facets = chance(30) ? 0 : 1 + below(8); facets > 0; facets--)
        unrecorded |= UINT32_C(1) << below(NAIVE_FACETS);
    trace("side %d: facets %#" PRIx32 " are not recorded\n", side->number, unrecorded);
    expect_status("cxj_set_unrecorded", CXJ_OK, cxj_set_unrecorded(side->engine, unrecorded));
    naive_set_unrecorded(&side->log, unrecorded);
}

static void add_view(struct side *side, const struct scene *scene, const char *text) {
    cxj_view *view = NULL;
    if (naive_needs_calendar(text) && !side->log.calendar) {
        expect_status("a view in working hours without a calendar", CXJ_NO_CALENDAR,
                      cxj_view_add(side->engine, text, CXJ_ZERO_TERMINATED, &view));
        change_calendar(side, scene, false);
    }
    char normalised[LONGEST_VIEW];
    naive_normalise(text, normalised, sizeof normalised);
    const char *said = chance(70) ? text : normalised; /* which is the same view */
    trace("side %d: add view %s\n", side->number, said);
    cxj_status status = cxj_view_add(side->engine, said, chance(50) ? CXJ_ZERO_TERMINATED : strlen(said), &view);
    if (status != CXJ_OK) fail("the view [%s] is refused: %s", text, cxj_message(side->engine));
    for (size_t i = 0; i < side->view_count; i++) {
        if (strcmp(side->texts[i], text) != 0) continue;
        if (side->views[i] != view) fail("the view [%s], added again, is another", text);
        return;
    }
    side->texts[side->view_count] = text;
    side->views[side->view_count++] = view;
}

static void drop_view(struct side *side, size_t index) {
    trace("side %d: drop view %s\n", side->number, side->texts[index]);
    expect_status("cxj_view_drop", CXJ_OK, cxj_view_drop(side->engine, side->views[index]));
    side->view_count--;
    for (size_t i = index; i < side->view_count; i++) {
        side->texts[i] = side->texts[i + 1];
        side->views[i] = side->views[i + 1];
    }
}

static void advance(struct side *side, const struct scene *scene) {
    int64_t now = within_years(scene->base + scene->unit * between(-3, scene->span + 6));
    /* "more than ten years, 3,653 days, after both the clock and the latest touchpoint"; the first may go anywhere */
    const naive_stats stats = naive_statistics(&side->log);
    int64_t farthest = side->log.has_now && side->log.now > stats.latest_at ? side->log.now : stats.latest_at;
    if (stats.touchpoints == 0) farthest = side->log.now;
    bool is_refused = side->log.has_now && (now < side->log.now || now > farthest + INT64_C(3653) * 86400000);
    trace("side %d: advance to %" PRId64 "\n", side->number, now);
    expect_status("cxj_advance", is_refused ? CXJ_CLOCK : CXJ_OK, cxj_advance(side->engine, now));
    if (!is_refused) side->log.now = now;
    side->log.has_now = true;
}

static void withdraw(struct side *side, const struct scene *scene) {
    size_t place = below(scene->journey_count);
    uint64_t journey = scene->journeys[place], id = 1 + below(scene->next_ids[place] + 1), revision = below(6);
    trace("side %d: withdraw %" PRIu64 " id %" PRIu64 " revision %" PRIu64 "\n", side->number, journey, id, revision);
    cxj_status wanted = naive_withdraw(&side->log, journey, id, revision);
    expect_status("cxj_withdraw", wanted, cxj_withdraw(side->engine, journey, id, revision));
}

static void erase(struct side *side, const struct scene *scene) {
    if (chance(50)) {
        uint64_t journey = scene->journeys[below(scene->journey_count)];
        trace("side %d: erase journey %" PRIu64 "\n", side->number, journey);
        bool found = naive_erase_journey(&side->log, journey) > 0;
        expect_status("cxj_erase_journey", found ? CXJ_OK : CXJ_NOT_FOUND, cxj_erase_journey(side->engine, journey));
    } else {
        uint64_t customer = chance(80) ? 1 + below(3) : UINT64_MAX, erased = 0;
        trace("side %d: erase customer %" PRIu64 "\n", side->number, customer);
        uint64_t wanted = naive_erase_customer(&side->log, customer);
        expect_status("cxj_erase_customer", wanted ? CXJ_OK : CXJ_NOT_FOUND,
                      cxj_erase_customer(side->engine, customer, &erased));
        if (wanted) expect_number("journeys erased", wanted, erased);
    }
    side->counts_differ = true;
}

/* Ids of most journeys are the same, so they are refused; to a number that nobody has any journey can go. */
static void move(struct side *side, const struct scene *scene) {
    uint64_t from = scene->journeys[below(scene->journey_count)], to = scene->journeys[below(scene->journey_count)];
    if (chance(30)) to = 5000 + below(3);
    if (chance(20)) from = 5000 + below(3);
    trace("side %d: move journey %" PRIu64 " to %" PRIu64 "\n", side->number, from, to);
    cxj_status wanted = from == to ? CXJ_BAD_ARGUMENT : naive_move_journey(&side->log, from, to);
    expect_status("cxj_journey_move", wanted, cxj_journey_move(side->engine, from, to));
    side->counts_differ |= wanted == CXJ_OK;
}

/* The engine goes, and another comes from its bytes: only the counts of the feed are lost. */
static void reload(struct side *side) {
    trace("side %d: save, load\n", side->number);
    struct bytes bytes = save(side->engine);
    cxj_validation found;
    char message[300];
    cxj_status status = cxj_validate_bytes(NULL, bytes.at, bytes.length, message, sizeof message, &found, sizeof found);
    if (status != CXJ_OK) fail("what was saved is not valid: %s", message);
    cxj_engine_destroy(side->engine);
    cxj_options options = {.size = sizeof options, .seed = {draw() | 1, draw()}};
    status = cxj_load_bytes(&options, bytes.at, bytes.length, message, sizeof message, &side->engine);
    if (status != CXJ_OK) fail("what was saved is not loaded: %s", message);
    struct bytes again = save(side->engine);
    expect_bytes("saved again", &bytes, &again);
    free(bytes.at);
    free(again.at);
    for (size_t i = 0; i < side->view_count; i++)
        expect_status("cxj_view_at", CXJ_OK, cxj_view_at(side->engine, i, &side->views[i]));
    side->counts_differ = true;
}

static void begin_save(struct side *side) {
    trace("side %d: begin to save\n", side->number);
    side->expected = save(side->engine);
    side->written = (struct bytes){allocate(side->expected.length, 1), 0, side->expected.length};
    expect_status("cxj_saver_open", CXJ_OK, cxj_saver_open(side->engine, take_bytes, &side->written, &side->saver));
}

/* A step of a save under way, and perhaps its end. */
static void go_on_saving(struct side *side, const struct scene *scene) {
    cxj_view *view = NULL;
    cxj_saver *other = NULL;
    if (chance(20)) {
        expect_status("cxj_erase_journey during a save", CXJ_SAVING,
                      cxj_erase_journey(side->engine, scene->journeys[0]));
        expect_status("cxj_journey_move during a save", CXJ_SAVING,
                      cxj_journey_move(side->engine, scene->journeys[0], 5000));
        expect_status("cxj_set_calendar during a save", CXJ_SAVING,
                      cxj_set_calendar(side->engine, "offset +00:01", CXJ_ZERO_TERMINATED));
        expect_status("cxj_view_add during a save", CXJ_SAVING,
                      cxj_view_add(side->engine, "journeys where type = undrawn", CXJ_ZERO_TERMINATED, &view));
        expect_status("cxj_saver_open during a save", CXJ_SAVING,
                      cxj_saver_open(side->engine, take_bytes, &side->written, &other));
    }
    cxj_status status = cxj_saver_step(side->saver, 1 + below(20));
    if (status != CXJ_OK || chance(10)) end_save(side, status == CXJ_OK && chance(50));
}

/* ---- Comparing cells ---- */

/* The catalogue: for each grain, naive's metrics with the library's numbers. */
static struct {
    size_t count;
    uint32_t metrics[NAIVE_METRICS];
    uint32_t kinds[NAIVE_METRICS];
} catalogue[GRAINS];

static size_t naive_metric_index(uint32_t grain, const char *name) {
    size_t index = naive_metric_find(grain, name);
    if (index == naive_metric_count(grain)) fail("the library has a metric that naive does not know: %s", name);
    return index;
}

/* Both must know the same predictors, in the same order. */
static void read_predictors(void) {
    cxj_predictor_info info;
    size_t count = 0;
    for (; cxj_predictor_describe(count, &info, sizeof info) == CXJ_OK; count++)
        if (count >= NAIVE_PREDICTORS || strcmp(info.name, naive_predictor_names[count]) != 0)
            fail("%s: naive has another predictor there", info.name);
    expect_number("predictors", NAIVE_PREDICTORS, count);
}

/* Both must know the same metrics, with the same interval. */
static void read_catalogue(void) {
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        size_t index = naive_metric_index(info.grain, info.name);
        uint32_t metric = 0;
        expect_status(info.name, CXJ_OK, cxj_metric_find(info.grain, info.name, CXJ_ZERO_TERMINATED, &metric));
        expect_number(info.name, info.metric, metric);
        catalogue[info.grain].metrics[index] = metric;
        catalogue[info.grain].kinds[index] = info.kind;
        catalogue[info.grain].count++;
        if (naive_metric_has_interval(info.grain, index) != info.has_interval)
            fail("%s: only one of the two says that it has an interval", info.name);
        if (naive_metric_is_comparable(info.grain, index) != info.compares)
            fail("%s: only one of the two says that it compares between cells", info.name);
    }
    for (uint32_t grain = 1; grain < GRAINS; grain++)
        expect_number("metrics of a grain", naive_metric_count(grain), catalogue[grain].count);
}

bool is_close(double wanted, double got, double relative, double absolute) {
    if (isnan(wanted) || isnan(got)) return isnan(wanted) && isnan(got);
    return fabs(wanted - got) <= fmax(fabs(wanted) * relative, absolute);
}

static bool agrees(uint32_t kind, const naive_metric *wanted, const cxj_value *got) {
    const double exact_below = 9007199254740992.0; /* 2^53: from there on a sum may be rounded */
    double value = wanted->value;
    bool close = is_close(value, got->value, 1e-9, 1e-11);
    if (kind == CXJ_KIND_COUNT && (isnan(value) || fabs(value) < exact_below))
        close = is_close(value, got->value, 0, 0);
    if (kind == CXJ_KIND_QUANTILE) close = is_close(value, got->value, 1.0 / 128, 0);
    return close && is_close(wanted->low, got->low, 1e-9, 1e-9) && is_close(wanted->high, got->high, 1e-9, 1e-9) &&
           (!wanted->n_is_known || wanted->n == got->n);
}

void fail_at(const struct place *place, const char *what, const char *wanted, const char *got) {
    char key[400] = "";
    size_t length = 0;
    for (size_t i = 0; place->cell < place->table->count && i < place->table->parts; i++) {
        const char *part = place->table->cells[place->cell]->parts[i];
        if (length + strlen(part) + 3 < sizeof key)
            length += (size_t)snprintf(key + length, sizeof key - length, "%s\"%s\"", i ? "," : "", part);
    }
    fail("[%s] cell %zu (%s) %s: naive %s, engine %s", place->text, place->cell, key, what, wanted, got);
}

static void compare_metrics(const struct place *place, const cxj_value *got) {
    uint32_t grain = place->table->grain;
    for (size_t i = 0; i < catalogue[grain].count; i++) {
        const naive_metric *wanted = &place->table->cells[place->cell]->metrics[i];
        if (agrees(catalogue[grain].kinds[i], wanted, &got[i])) continue;
        char w[200], g[200];
        snprintf(w, sizeof w, "%.17g [%.17g, %.17g] of %" PRIu64, wanted->value, wanted->low, wanted->high, wanted->n);
        snprintf(g, sizeof g, "%.17g [%.17g, %.17g] of %" PRIu64, got[i].value, got[i].low, got[i].high, got[i].n);
        fail_at(place, naive_metric_name(grain, i), w, g);
    }
}

uint32_t metric_number(uint32_t grain, size_t index) {
    return catalogue[grain].metrics[index];
}

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Looking a key up must give what the cursor gives, to the bit. */
static void compare_lookup(const struct place *place, const cxj_view *view, const cxj_value *from_cursor) {
    const naive_cell *cell = place->table->cells[place->cell];
    size_t count = catalogue[place->table->grain].count;
    cxj_text parts[NAIVE_PARTS];
    cxj_value got[NAIVE_METRICS];
    for (size_t i = 0; i < place->table->parts; i++)
        parts[i] = (cxj_text){.text = cell->parts[i], .length = strlen(cell->parts[i])};
    cxj_status status = cxj_view_get(view, parts, sizeof parts[0], place->table->parts,
                                     catalogue[place->table->grain].metrics, count, NULL, 0, got, sizeof got[0]);
    if (status != CXJ_OK) fail_at(place, "lookup", "finds it", cxj_status_text(status));
    for (size_t i = 0; i < count; i++)
        if (!same_bits(got[i].value, from_cursor[i].value) || !same_bits(got[i].low, from_cursor[i].low) ||
            !same_bits(got[i].high, from_cursor[i].high) || got[i].n != from_cursor[i].n)
            fail_at(place, naive_metric_name(place->table->grain, i), "(cursor)", "(lookup) another value");
}

/* What a cursor gave, cell by cell, for comparison with the bulk readers. */
struct reading {
    size_t count;
    cxj_value *metrics; /* NAIVE_METRICS for each cell */
};

static struct reading read_by_cursor(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    const naive_table *table = place.table;
    struct reading reading = {table->count, allocate(table->count * NAIVE_METRICS, sizeof(cxj_value))};
    cxj_cursor *cursor = NULL;
    expect_status("cxj_cursor_open", CXJ_OK, cxj_cursor_open(view, NULL, 0, &cursor));
    for (place.cell = 0; cxj_cursor_next(cursor) == CXJ_OK; place.cell++) {
        cxj_value *got = reading.metrics + place.cell * NAIVE_METRICS;
        for (size_t i = 0; i < table->parts; i++) {
            const char *part = NULL;
            size_t length = 0;
            expect_status("cxj_cursor_part", CXJ_OK, cxj_cursor_part(cursor, (uint32_t)i, &part, &length));
            if (place.cell >= table->count || strcmp(table->cells[place.cell]->parts[i], part) != 0)
                fail_at(&place, "key", place.cell < table->count ? table->cells[place.cell]->parts[i] : "no cell",
                        part);
            expect_number("length of a part", strlen(part), length);
        }
        if (place.cell >= table->count) fail_at(&place, "cells", "no further one", "one more");
        expect_status("cxj_cursor_metrics", CXJ_OK,
                      cxj_cursor_metrics(cursor, catalogue[table->grain].metrics, catalogue[table->grain].count, NULL,
                                         0, got, sizeof *got));
        compare_metrics(&place, got);
        compare_lookup(&place, view, got);
    }
    if (place.cell != table->count) fail_at(&place, "cells", "one more", "no further one");
    expect_status("cxj_cursor_next", CXJ_DONE, cxj_cursor_next(cursor));
    cxj_cursor_close(cursor);
    return reading;
}

/* The bulk reader must give what the cursor gives, to the bit. */
static void compare_bulk(const struct place *start, const cxj_view *view, const struct reading *reading) {
    struct place place = *start;
    uint32_t grain = place.table->grain;
    size_t metrics = catalogue[grain].count, capacity = reading->count + below(3), cells = SIZE_MAX;
    double *values = allocate(metrics * capacity, sizeof *values), *lows = allocate(metrics * capacity, sizeof *lows);
    double *highs = allocate(metrics * capacity, sizeof *highs);
    expect_status("cxj_view_read without room", reading->count ? CXJ_TOO_SMALL : CXJ_OK,
                  cxj_view_read(view, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, &cells));
    expect_number("cells, asked without room", reading->count, cells);
    expect_status(
        "cxj_view_read", CXJ_OK,
        cxj_view_read(view, catalogue[grain].metrics, metrics, capacity, NULL, 0, values, lows, highs, NULL, &cells));
    expect_number("cells, read", reading->count, cells);
    for (place.cell = 0; place.cell < reading->count; place.cell++) {
        for (size_t i = 0; i < metrics; i++) {
            const cxj_value *wanted = reading->metrics + place.cell * NAIVE_METRICS + i;
            size_t at = i * capacity + place.cell;
            if (!same_bits(wanted->value, values[at]) || !same_bits(wanted->low, lows[at]) ||
                !same_bits(wanted->high, highs[at]))
                fail_at(&place, naive_metric_name(grain, i), "(cursor)", "(cxj_view_read) another value");
        }
    }
    free(values);
    free(lows);
    free(highs);
}

/* The text that stands for a code of a part of a key. */
static const char *part_text(const struct side *side, uint32_t dimension, int64_t code) {
    if (dimension == CXJ_DIMENSION_OUTCOME)
        return code == CXJ_OUTCOME_COMPLETED ? "completed" : code == CXJ_OUTCOME_ABANDONED ? "abandoned" : "";
    if (dimension == CXJ_DIMENSION_CHURNED) return code ? "yes" : "";
    return name_of(side, (int)dimension, (uint32_t)code);
}

static void compare_parts(const struct place *start, const struct side *side, const cxj_view *view) {
    struct place place = *start;
    const naive_table *table = place.table;
    int64_t *codes = allocate(table->count, sizeof *codes);
    for (uint32_t part = 0; part < table->parts; part++) {
        size_t cells = SIZE_MAX;
        const char *name = NULL;
        uint32_t dimension = 0;
        expect_status("cxj_view_part", CXJ_OK, cxj_view_part(view, part, &name, &dimension));
        expect_status("cxj_view_read_part", CXJ_OK,
                      cxj_view_read_part(view, part, table->count, NULL, 0, codes, &cells));
        expect_number("cells, read by part", table->count, cells);
        for (place.cell = 0; place.cell < cells; place.cell++) {
            const naive_cell *cell = table->cells[place.cell];
            if (dimension == 0)
                expect_number("beginning of a period", (uint64_t)cell->period_start, (uint64_t)codes[place.cell]);
            else if (strcmp(part_text(side, dimension, codes[place.cell]), cell->parts[part]) != 0)
                fail_at(&place, name, cell->parts[part], part_text(side, dimension, codes[place.cell]));
        }
    }
    size_t cells;
    expect_status("cxj_view_read_part past the last", CXJ_NOT_FOUND,
                  cxj_view_read_part(view, (uint32_t)table->parts, table->count, NULL, 0, codes, &cells));
    free(codes);
}

static void compare_view(const struct side *side, size_t index) {
    const cxj_view *view = side->views[index];
    naive_table *table = naive_read(&side->log, side->texts[index]);
    struct place place = {side->texts[index], table, 0};
    cxj_view_info info;
    expect_status("cxj_view_describe", CXJ_OK, cxj_view_describe(view, &info, sizeof info));
    char normalised[LONGEST_VIEW];
    naive_normalise(place.text, normalised, sizeof normalised);
    if (strcmp(info.text, normalised) != 0) fail("[%s] describes itself as [%s]", place.text, info.text);
    expect_number("length of a view's text", strlen(normalised), info.text_length);
    expect_number("grain of a view", table->grain, info.grain);
    expect_number("parts of a view's keys", table->parts, info.parts);
    expect_number("whether a view has a period", table->has_period, info.has_period);
    expect_number("whether a view is incomplete", 0, info.incomplete);
    struct reading reading = read_by_cursor(&place, view);
    expect_number("cells of a view", table->count, info.cells);
    compare_bulk(&place, view, &reading);
    compare_parts(&place, side, view);
    compare_beyond(&place, view);
    free(reading.metrics);
    naive_table_free(table);
}

/* ---- Comparing journeys and what an engine holds ---- */

static void compare_name(const struct side *side, uint64_t journey, int dimension, const char *wanted, uint32_t code) {
    const char *got = name_of(side, dimension, code);
    if (strcmp(wanted, got) != 0)
        fail("journey %" PRIu64 ", %s: naive \"%s\", engine \"%s\"", journey, dimension_words[dimension], wanted, got);
}

static void compare_commitments(const cxj_commitment *wanted, const cxj_commitment *got) {
    for (size_t k = 0; k < 8; k++) {
        expect_number("commitment: open", wanted[k].open, got[k].open);
        expect_number("commitment: first due", (uint64_t)wanted[k].first_due, (uint64_t)got[k].first_due);
        expect_number("commitment: due", (uint64_t)wanted[k].due, (uint64_t)got[k].due);
        expect_number("commitment: announced", wanted[k].announced, got[k].announced);
        expect_number("commitment: announced at", (uint64_t)wanted[k].announced_at, (uint64_t)got[k].announced_at);
        expect_number("commitment: explained", wanted[k].explained, got[k].explained);
    }
}

static void compare_state(const struct side *side, const naive_journey *wanted, const cxj_journey *got) {
    const cxj_journey *state = &wanted->state;
    const struct {
        const char *what;
        uint64_t wanted, got;
    } numbers[] = {
#define MEMBER(member) {"state of a journey: " #member, (uint64_t)state->member, (uint64_t)got->member}
        MEMBER(journey),  MEMBER(customer),      MEMBER(first_at),  MEMBER(last_at),      MEMBER(end_at),
        MEMBER(quiet),    MEMBER(silence),       MEMBER(pending),   MEMBER(value),        MEMBER(touchpoints),
        MEMBER(contacts), MEMBER(handoffs),      MEMBER(bounces),   MEMBER(repeats),      MEMBER(faults),
        MEMBER(chases),   MEMBER(touch_ratings), MEMBER(outcome),   MEMBER(churned),      MEMBER(reopened),
        MEMBER(asking),   MEMBER(pending_now),   MEMBER(loop_open), MEMBER(waiting_since)
#undef MEMBER
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].wanted != numbers[i].got)
            fail("journey %" PRIu64 ", %s: naive %" PRId64 ", engine %" PRId64, state->journey, numbers[i].what,
                 (int64_t)numbers[i].wanted, (int64_t)numbers[i].got);
    if (!is_close(state->touch_satisfaction, got->touch_satisfaction, 1e-12, 0) ||
        !is_close(state->journey_satisfaction, got->journey_satisfaction, 1e-12, 0) ||
        !is_close(state->journey_nps, got->journey_nps, 0, 0) || !is_close(state->journey_ces, got->journey_ces, 0, 0))
        fail("journey %" PRIu64 ", ratings: naive %g %g %g %g, engine %g %g %g %g", state->journey,
             state->touch_satisfaction, state->journey_satisfaction, state->journey_nps, state->journey_ces,
             got->touch_satisfaction, got->journey_satisfaction, got->journey_nps, got->journey_ces);
    compare_name(side, state->journey, CXJ_DIMENSION_TYPE, wanted->type, got->type);
    compare_name(side, state->journey, CXJ_DIMENSION_SEGMENT, wanted->segment, got->segment);
    compare_name(side, state->journey, CXJ_DIMENSION_REASON, wanted->reason, got->reason);
    compare_name(side, state->journey, CXJ_DIMENSION_OWNER, wanted->owner, got->owner);
    compare_name(side, state->journey, CXJ_DIMENSION_TEAM, wanted->team, got->team);
    compare_name(side, state->journey, CXJ_DIMENSION_STAGE, wanted->stage, got->stage);
    compare_name(side, state->journey, CXJ_DIMENSION_CHANNEL, wanted->channel, got->channel);
    compare_name(side, state->journey, CXJ_DIMENSION_ACTIVITY, wanted->activity, got->activity);
    compare_commitments(state->commitments, got->commitments);
}

static bool same_fields(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    return a->journey == b->journey && a->id == b->id && a->revision == b->revision && a->at == b->at &&
           a->due == b->due && a->value == b->value && a->customer == b->customer && a->sequence == b->sequence &&
           a->facets == b->facets && a->scale == b->scale && a->score == b->score && a->scope == b->scope &&
           a->commitment == b->commitment && a->outcome == b->outcome;
}

static void compare_touchpoint(const struct side *side, size_t place, const naive_touchpoint *wanted,
                               const cxj_touchpoint *got) {
    uint64_t journey = wanted->fields.journey;
    if (!same_fields(&wanted->fields, got))
        fail("journey %" PRIu64 ", touchpoint %zu in order: naive at %" PRId64 " id %" PRIu64 " revision %" PRIu64
             " facets %#" PRIx32 ", engine at %" PRId64 " id %" PRIu64 " revision %" PRIu64 " facets %#" PRIx32,
             journey, place, wanted->fields.at, wanted->fields.id, wanted->fields.revision, wanted->fields.facets,
             got->at, got->id, got->revision, got->facets);
    const uint32_t codes[NAIVE_DIMENSIONS] = {
        0,          got->owner, got->team,    got->channel, got->stage, got->activity,
        got->cause, got->type,  got->segment, got->reason};
    for (int d = 1; d < NAIVE_DIMENSIONS; d++) compare_name(side, journey, d, wanted->names[d], codes[d]);
}

static void compare_touchpoints(const struct side *side, uint64_t journey) {
    const naive_touchpoint **wanted = allocate(side->log.count, sizeof(naive_touchpoint *));
    size_t held = naive_held(&side->log, journey, wanted), count = 0, capacity = held ? below(held + 2) : 1;
    cxj_touchpoint *got = allocate(capacity, sizeof *got);
    expect_status("cxj_journey_touchpoints",
                  held > capacity ? CXJ_TOO_SMALL
                  : held          ? CXJ_OK
                                  : CXJ_NOT_FOUND,
                  cxj_journey_touchpoints(side->engine, journey, capacity, NULL, 0, got, sizeof *got, &count));
    if (held) expect_number("touchpoints of a journey", held, count);
    for (size_t i = 0; i < held && held <= capacity; i++) compare_touchpoint(side, i, wanted[i], &got[i]);
    free(got);
    free(wanted);
}

static void compare_journey(const struct side *side, uint64_t journey) {
    naive_journey wanted;
    cxj_journey got;
    bool found = naive_journey_state(&side->log, journey, &wanted);
    expect_status("cxj_journey_state", found ? CXJ_OK : CXJ_NOT_FOUND,
                  cxj_journey_state(side->engine, journey, NULL, 0, &got, sizeof got));
    if (found) compare_state(side, &wanted, &got);
    compare_touchpoints(side, journey);
}

/* The touchpoints that contribute, of all journeys; returns how many. */
static size_t all_contributing(const struct side *side, const naive_touchpoint **all) {
    const naive_log *log = &side->log;
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        uint64_t journey = log->items[i].fields.journey;
        bool is_first = true;
        for (size_t k = 0; k < i; k++) is_first = is_first && log->items[k].fields.journey != journey;
        size_t held = is_first ? naive_held(log, journey, all + count) : 0, kept = count;
        for (size_t k = count; k < count + held; k++)
            if ((all[k]->fields.facets & CXJ_FACET_WITHDRAWN) == 0) all[kept++] = all[k];
        count = kept;
    }
    return count;
}

/* cxj_codes(): every name once, and how many retained touchpoints carry it. */
static void compare_uses(const struct side *side) {
    const naive_touchpoint **all = allocate(side->log.count, sizeof *all);
    size_t touchpoints = all_contributing(side, all);
    for (int d = 1; d < NAIVE_DIMENSIONS; d++) {
        size_t count = 0;
        uint64_t named = 0, used = 0;
        cxj_status asked = cxj_codes(side->engine, (uint32_t)d, 0, NULL, NULL, &count);
        expect_status("cxj_codes without room", count ? CXJ_TOO_SMALL : CXJ_OK, asked);
        uint32_t *codes = allocate(count, sizeof *codes);
        uint64_t *uses = allocate(count, sizeof *uses);
        expect_status("cxj_codes", CXJ_OK, cxj_codes(side->engine, (uint32_t)d, count, codes, uses, &count));
        for (size_t i = 0; i < count; i++) {
            uint64_t wanted = 0;
            const char *name = name_of(side, d, codes[i]);
            for (size_t k = 0; k < touchpoints; k++) wanted += strcmp(all[k]->names[d], name) == 0;
            expect_number("uses of a name", wanted, uses[i]);
            used += uses[i];
        }
        for (size_t k = 0; k < touchpoints; k++) named += all[k]->names[d][0] != 0;
        expect_number("uses of all names", named, used);
        free(codes);
        free(uses);
    }
    free(all);
}

static void compare_stats(const struct side *side) {
    cxj_stats got;
    expect_status("cxj_engine_stats", CXJ_OK, cxj_engine_stats(side->engine, &got, sizeof got));
    naive_stats wanted = naive_statistics(&side->log);
    expect_number("touchpoints", wanted.touchpoints, got.touchpoints);
    expect_number("journeys", wanted.journeys, got.journeys);
    expect_number("held", wanted.held, got.held);
    expect_number("latest at", (uint64_t)wanted.latest_at, (uint64_t)got.latest_at);
    uint64_t facets[32];
    expect_status("cxj_facet_counts", CXJ_OK, cxj_facet_counts(side->engine, facets));
    for (size_t bit = 0; bit < 32; bit++) expect_number("touchpoints with a facet", wanted.facets[bit], facets[bit]);
    compare_uses(side);
    expect_number("has now", side->log.has_now, got.has_now);
    expect_number("facets that are not recorded", side->log.unrecorded, got.unrecorded_facets);
    expect_number("now", (uint64_t)side->log.now, (uint64_t)got.now);
    if (side->counts_differ) return;
    naive_feed feed = naive_feed_counts(&side->log);
    expect_number("receipts: accepted", feed.accepted, side->total.accepted);
    expect_number("receipts: duplicates", feed.duplicates, side->total.duplicates);
    expect_number("receipts: conflicts", feed.conflicts, side->total.conflicts);
    expect_number("receipts: superseded", feed.superseded, side->total.superseded);
    expect_number("all duplicates", feed.duplicates, got.duplicates);
    expect_number("all conflicts", feed.conflicts, got.conflicts);
    expect_number("all superseded", feed.superseded + feed.superseded_by_withdraw, got.superseded);
    expect_number("all refused", side->total.refused, got.refused);
}

/* The calendar is what it was set to, whatever was saved and loaded since. */
static void compare_calendars(const struct side *side) {
    const char *text = NULL;
    size_t length = 0;
    expect_status("cxj_calendar", CXJ_OK, cxj_calendar(side->engine, &text, &length));
    naive_calendar *got = text ? naive_calendar_read(text, length, NULL) : NULL;
    if (side->log.calendar ? !got || !naive_calendar_is_equal(side->log.calendar, got) : text != NULL)
        fail("the calendar is another:\n%s", text ? text : "(none)");
    naive_calendar_free(got);
}

static void compare_side(const struct side *side, const struct scene *scene) {
    trace("side %d: compare\n", side->number);
    compare_stats(side);
    compare_calendars(side);
    for (size_t i = 0; i < side->view_count; i++) {
        cxj_view *view = NULL;
        expect_status("cxj_view_at", CXJ_OK, cxj_view_at(side->engine, i, &view));
        if (view != side->views[i]) fail("view %zu of the engine is not [%s]", i, side->texts[i]);
        compare_view(side, i);
    }
    for (size_t j = 0; j < scene->journey_count; j++) compare_journey(side, scene->journeys[j]);
    compare_journey(side, UINT64_C(123456789)); /* nobody ever spoke of this one */
}

/* ---- What happens to an engine ---- */

/* Something other than recording, perhaps. */
static void interrupt(struct side *side, const struct scene *scene) {
    if (chance(15) && scene->id_share) withdraw(side, scene);
    if (chance(15)) advance(side, scene);
    if (side->saver) {
        go_on_saving(side, scene); /* and nothing that would be refused */
        return;
    }
    if (chance(6)) reload(side);
    if (chance(6)) begin_save(side);
    if (side->saver) return;
    if (chance(20)) add_view(side, scene, scene->views[below(scene->view_count)]);
    if (chance(5)) change_calendar(side, scene, chance(50));
    if (chance(5)) change_feed(side);
    if (chance(7) && side->view_count) drop_view(side, below(side->view_count));
    if (chance(4)) erase(side, scene);
    if (scene->moves && chance(20)) move(side, scene);
    if (chance(10)) compare_side(side, scene);
}

/* Records a part of the pool: in one call, one at a time, or in portions of any size. */
static void record_all(struct side *side, const struct scene *scene, const naive_touchpoint *items, size_t count) {
    size_t most = chance(25) ? count : chance(30) ? 1 : 1 + below(20);
    for (size_t done = 0; done < count;) {
        size_t portion = most == count ? count : 1 + below(most);
        if (portion > count - done) portion = count - done;
        record_call(side, items + done, portion);
        done += portion;
        if (portion > 1 || chance(30)) interrupt(side, scene);
    }
    end_save(side, chance(30)); /* it writes to where the side is now */
}

static void add_all_views(struct side *side, const struct scene *scene) {
    for (size_t i = 0; i < scene->view_count; i++) add_view(side, scene, scene->views[i]);
}

/* At the end all views are there; then perhaps one goes and comes again, or a journey goes for good. */
static void finish(struct side *side, const struct scene *scene) {
    add_all_views(side, scene);
    compare_side(side, scene);
    if (chance(20)) {
        size_t index = below(side->view_count);
        const char *text = side->texts[index];
        drop_view(side, index);
        add_view(side, scene, text);
        compare_side(side, scene);
    }
    if (chance(30)) {
        erase(side, scene);
        compare_side(side, scene);
    }
    side_close(side);
}

static void run_alone(struct scene *scene) {
    struct side side;
    side_open(&side, 0);
    if (chance(50)) change_calendar(&side, scene, false);
    if (chance(60)) add_all_views(&side, scene);
    record_all(&side, scene, scene->pool, scene->pool_count);
    finish(&side, scene);
}

static void merge(struct side *side, struct side *source, const struct scene *scene, bool twice) {
    trace("side %d: merge side %d\n", side->number, source->number);
    bool by_bytes = chance(50);
    /* "Engines merge only where their calendars are the same text" */
    if (!side->log.calendar != !source->log.calendar)
        expect_status("cxj_merge with another calendar", CXJ_OTHER_CALENDAR, cxj_merge(side->engine, source->engine));
    change_calendar(side, scene, false);
    change_calendar(source, scene, false);
    if (by_bytes) {
        add_all_views(side, scene);
        add_all_views(source, scene);
    }
    for (int times = 1 + twice; times > 0; times--) {
        if (by_bytes) {
            struct bytes bytes = save(source->engine);
            cxj_status status = cxj_merge_bytes(side->engine, bytes.at, bytes.length);
            if (status != CXJ_OK) fail("merging bytes: %s", cxj_message(side->engine));
            free(bytes.at);
        } else {
            expect_status("cxj_merge", CXJ_OK, cxj_merge(side->engine, source->engine));
        }
        naive_merge(&side->log, &source->log);
    }
    side->counts_differ = true;
    if (chance(30)) compare_side(source, scene); /* it stays as it is */
    if (chance(30)) compare_side(side, scene);
    side_close(source);
}

/* Several engines, each with a part of the touchpoints (some in two of them), merged in any order. */
static void run_merged(struct scene *scene) {
    struct side sides[MOST_SIDES];
    size_t count = 2 + below(MOST_SIDES - 1), kept = chance(50) ? scene->pool_count : scene->pool_count / 10 * 8;
    naive_touchpoint *part = allocate(MOST_TOUCHPOINTS, sizeof *part);
    for (size_t s = 0; s < count; s++) {
        size_t part_count = 0;
        uint64_t choice = draw();
        for (size_t i = 0; i < kept; i++) {
            bool mine = mix(run.log_seed + i) % count == s; /* for each touchpoint, of one side only */
            bool also = scene->pool[i].fields.id != 0 && mix(choice + i) % 100 < 10;
            if (mine || also) part[part_count++] = scene->pool[i];
        }
        side_open(&sides[s], (int)s);
        if (chance(40)) add_all_views(&sides[s], scene);
        record_all(&sides[s], scene, part, part_count);
    }
    free(part);
    while (count > 1) {
        size_t source = below(count), target = below(count - 1);
        target += target >= source;
        merge(&sides[target], &sides[source], scene, scene->id_share == 100 && chance(20));
        sides[source] = sides[--count];
    }
    record_all(&sides[0], scene, scene->pool + kept, scene->pool_count - kept);
    finish(&sides[0], scene);
}

/* A text that may be a calendar: both say whether it is one. */
static void try_calendar(void) {
    static char text[LONGEST_CALENDAR], other[LONGEST_CALENDAR];
    int64_t middle = between(first_moment, last_moment), reach = INT64_C(86400000) * (int64_t)below(1000);
    draw_calendar(text, within_years(middle - reach), within_years(middle + reach));
    spoil_calendar(text, other);
    compare_calendar(chance(30) ? text : other);
}

static void run_log(void) {
    static struct scene scene;
    set_scene(&scene);
    bool merged = chance(35);
    scene.moves = !merged && chance(40); /* of equals without ids it says which arrived first */
    if (chance(20)) try_calendar();
    if (merged) scene.distinct = true; /* where order is not defined otherwise, merging has none to keep */
    draw_pool(&scene);
    draw_views(&scene);
    if (merged)
        run_merged(&scene);
    else
        run_alone(&scene);
    naive_calendar_free(scene.read_calendar);
}

/* ---- The program ---- */

int main(int argc, char **argv) {
    read_catalogue();
    read_predictors();
    return run_logs(argc, argv, MOST_TOUCHPOINTS, run_log);
}
