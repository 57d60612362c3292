/* rule: what a rule's text asks, and the occasions that it has in a journey as it stands (SPEC.md section 9).
 *
 * A rule's text is read as a view's is, and its conditions with the same functions. Which occasions it has in a journey
 * is derived from the fold, and, for what the fold does not know, from a look at the last records. A rule is asked at
 * every touchpoint, so what costs more than a few comparisons comes last: conditions where something may hold, and in
 * working hours the calendar where it could, had all time been open. */
#include "rule.h"

#include <stdio.h>
#include <string.h>

#include "touchpoint.h"

/* ---- the kinds of rules ----------------------------------------------------------------------------------------- */

enum what {
    IS_DUE,
    IS_OVERDUE,
    IS_SILENT,
    IS_WAITING,
    IS_UNANSWERED,
    IS_OPEN,
    IS_SAME,
    IS_OVER,
    IS_DISSATISFIED,
    IS_REOPENED,
    IS_CHURNED,
};

/* What stands behind the first words. */
enum { NOTHING, WITHIN = 1, FOR = 2, A_COUNT = 4, OR_NOTHING = 8 };

#define NEEDS_DELIVERED ((uint32_t)CXJ_FACET_DELIVERED)
#define TOLD ((uint32_t)(CXJ_FACET_CONTACT | CXJ_FACET_UPDATE))
#define ANSWER (TOLD | (uint32_t)CXJ_FACET_RESOLVED)

struct cxj__rule_kind {
    const char *words[2]; /* that it begins with */
    uint8_t what;
    uint8_t behind;
    uint8_t detail; /* the track, or the count */
    uint32_t needs_all, needs_any;
};

static const struct cxj__rule_kind kinds[] = {
    {{"due", NULL}, IS_DUE, WITHIN, 0, NEEDS_DELIVERED, 0},
    {{"overdue", NULL}, IS_OVERDUE, FOR | OR_NOTHING, 0, NEEDS_DELIVERED, 0},
    {{"silent", NULL}, IS_SILENT, FOR, 0, 0, TOLD},
    {{"waiting", NULL}, IS_WAITING, FOR, 0, CXJ_FACET_INBOUND, ANSWER},
    {{"unanswered", NULL}, IS_UNANSWERED, FOR, 0, 0, ANSWER},
    {{"open", NULL}, IS_OPEN, FOR, 0, 0, 0},
    {{"same", "owner"}, IS_SAME, FOR, CXJ_DIMENSION_OWNER - 1, 0, 0},
    {{"same", "team"}, IS_SAME, FOR, CXJ_DIMENSION_TEAM - 1, 0, 0},
    {{"same", "stage"}, IS_SAME, FOR, CXJ_DIMENSION_STAGE - 1, 0, 0},
    {{"handoffs", NULL}, IS_OVER, A_COUNT, CXJ__F_HANDOFFS, 0, 0},
    {{"team_changes", NULL}, IS_OVER, A_COUNT, CXJ__F_TEAM_CHANGES, 0, 0},
    {{"bounces", NULL}, IS_OVER, A_COUNT, CXJ__F_BOUNCES, 0, 0},
    {{"channel_switches", NULL}, IS_OVER, A_COUNT, CXJ__F_CHANNEL_SWITCHES, 0, 0},
    {{"repeats", NULL}, IS_OVER, A_COUNT, CXJ__F_REPEATS, CXJ_FACET_REPEATED, 0},
    {{"contradictions", NULL}, IS_OVER, A_COUNT, CXJ__F_CONTRADICTIONS, CXJ_FACET_CONTRADICTED, 0},
    {{"faults", NULL}, IS_OVER, A_COUNT, CXJ__F_FAULTS, CXJ_FACET_FAULT, 0},
    {{"chases", NULL}, IS_OVER, A_COUNT, CXJ__F_CHASES, CXJ_FACET_CHASE, 0},
    {{"shifts", NULL}, IS_OVER, A_COUNT, CXJ__F_SHIFTS, 0, 0},
    {{"dissatisfied", NULL}, IS_DISSATISFIED, NOTHING, 0, 0, 0},
    {{"reopened", NULL}, IS_REOPENED, NOTHING, 0, 0, CXJ__REOPENING},
    {{"churned", NULL}, IS_CHURNED, NOTHING, 0, CXJ_FACET_CHURNED, 0},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- reading a text --------------------------------------------------------------------------------------------- */

#define MINUTE INT64_C(60000)
#define MOST_MINUTES INT64_C(5000000)
#define MOST_COUNT INT64_C(65535)

static cxj_status read_kind(struct cxj__reader *reader, struct cxj__rule *rule) {
    bool is_same = cxj__query_take_word(reader, "same");
    for (size_t i = 0; i < KINDS; i++) {
        const char *word = kinds[i].words[is_same ? 1 : 0];
        if ((kinds[i].words[1] != NULL) != is_same || !cxj__query_take_word(reader, word)) continue;
        rule->kind = &kinds[i];
        rule->what = kinds[i].what;
        rule->detail = kinds[i].detail;
        rule->needs_all = kinds[i].needs_all;
        rule->needs_any = kinds[i].needs_any;
        rule->by_clock = kinds[i].what <= IS_SAME;
        rule->later_only = kinds[i].what == IS_DISSATISFIED || kinds[i].what == IS_REOPENED;
        return CXJ_OK;
    }
    if (is_same) return cxj__query_expected(reader, "owner, team or stage");
    return cxj__query_expected(reader, "what the rule tells: due, overdue, silent, waiting, unanswered, open, same, "
                                       "handoffs, team_changes, bounces, channel_switches, repeats, contradictions, "
                                       "faults, chases, shifts, dissatisfied, reopened or churned");
}

/* The digits with which a word begins, as a number of at most most; -1 if there are none, or it is above. *unit is the
 * character behind them, 0 if there is none, and -1 if there is more than one. */
static int64_t take_digits(const struct cxj__reader *reader, int64_t most, int *unit) {
    const char *word = reader->text + reader->at;
    int64_t number = 0;
    size_t i = 0;
    for (; i < reader->word && word[i] >= '0' && word[i] <= '9'; i++) {
        if (number <= most) number = number * 10 + (word[i] - '0');
    }
    *unit = i == reader->word ? 0 : i + 1 == reader->word ? word[i] : -1;
    return i == 0 || number > most ? -1 : number;
}

static void skip_token(struct cxj__reader *reader) {
    size_t at, length;
    (void)cxj__query_take_token(reader, &at, &length);
}

/* *is_of_days: it is in days or weeks, which have no working hours. */
static cxj_status read_span(struct cxj__reader *reader, struct cxj__rule *rule, bool *is_of_days) {
    static const struct {
        int unit;
        int64_t minutes;
    } units[] = {{'m', 1}, {'h', 60}, {'d', 24 * 60}, {'w', 7 * 24 * 60}};
    int unit = 0;
    int64_t number = take_digits(reader, MOST_MINUTES, &unit), minutes = 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].unit == unit) minutes = number * units[i].minutes;
    }
    if (minutes < 1 || minutes > MOST_MINUTES) {
        return cxj__query_expected(reader,
                                   "a span such as 30m, 4h, 2d or 1w, from 1 minute to 5,000,000 minutes (3472d)");
    }
    rule->span = minutes * MINUTE;
    *is_of_days = unit == 'd' || unit == 'w';
    skip_token(reader);
    return CXJ_OK;
}

static cxj_status read_count(struct cxj__reader *reader, struct cxj__rule *rule) {
    int unit = 0;
    int64_t number = take_digits(reader, MOST_COUNT, &unit);
    if (number < 0 || unit != 0) return cxj__query_expected(reader, "a count from 0 to 65535");
    rule->count = (uint32_t)number;
    skip_token(reader);
    return CXJ_OK;
}

/* What stands behind the first words; and *can_have_hours, whether "in working hours" may stand behind that. */
static cxj_status read_bound(struct cxj__reader *reader, struct cxj__rule *rule, bool *can_have_hours) {
    uint8_t behind = rule->kind->behind;
    bool is_of_days = false;
    *can_have_hours = false;
    if (behind == NOTHING) return CXJ_OK;
    if (behind == A_COUNT) {
        if (cxj__query_take_word(reader, "over")) return read_count(reader, rule);
        return cxj__query_expected(reader, "\"over\" and a count");
    }
    if (!cxj__query_take_word(reader, behind == WITHIN ? "within" : "for")) {
        if ((behind & OR_NOTHING) != 0) return CXJ_OK;
        return cxj__query_expected(reader, behind == WITHIN ? "\"within\" and a span" : "\"for\" and a span");
    }
    cxj_status status = read_span(reader, rule, &is_of_days);
    *can_have_hours = !is_of_days;
    return status;
}

static cxj_status read_hours(struct cxj__reader *reader, const struct cxj__rule *rule, bool can_have_hours) {
    struct cxj__reader before = *reader;
    if (!cxj__query_take_word(reader, "in")) return CXJ_OK;
    *reader = before;
    if (can_have_hours) return cxj__query_read_hours(reader);
    if (rule->span > 0) {
        return cxj__query_expected(reader, "no \"in working hours\": a working day is not 24 hours; say m or h");
    }
    return cxj__query_expected(reader, rule->what == IS_OVERDUE ? "\"for\" and a span, \"where\" or the end"
                                                                : "\"where\" or the end");
}

CXJ__COLD static cxj_status read_text(struct cxj__reader *reader, struct cxj__rule *rule) {
    static const uint32_t allowed =
        UINT32_C(1) << CXJ_DIMENSION_TYPE | UINT32_C(1) << CXJ_DIMENSION_SEGMENT | UINT32_C(1) << CXJ_DIMENSION_REASON |
        UINT32_C(1) << CXJ_DIMENSION_ENTRY | UINT32_C(1) << CXJ_DIMENSION_EXIT | UINT32_C(1) << CXJ_DIMENSION_CHURNED |
        UINT32_C(1) << CXJ_DIMENSION_OWNER | UINT32_C(1) << CXJ_DIMENSION_TEAM | UINT32_C(1) << CXJ_DIMENSION_STAGE |
        UINT32_C(1) << CXJ_DIMENSION_CHANNEL | UINT32_C(1) << CXJ_DIMENSION_ACTIVITY;
    bool can_have_hours = false;
    cxj_status status = read_kind(reader, rule);
    if (status == CXJ_OK) status = read_bound(reader, rule, &can_have_hours);
    if (status == CXJ_OK) status = read_hours(reader, rule, can_have_hours);
    if (status == CXJ_OK) status = cxj__query_read_conditions(reader, allowed, 0);
    if (status != CXJ_OK) return status;
    if ((rule->query.depends >> CXJ_DIMENSION_CHURNED & 1) != 0) rule->needs_all |= CXJ_FACET_CHURNED;
    if (reader->at == reader->length) return CXJ_OK;
    return cxj__query_expected(reader, rule->query.condition_count > 0 ? "\"and\" or the end"
                                       : can_have_hours && !rule->query.in_hours
                                           ? "\"in working hours\", \"where\" or the end"
                                           : "\"where\" or the end");
}

/* Writes the text with one blank between words and behind commas, and all else as it was given: a rule is another where
 * more than blanks differs. Returns its bytes; to is NULL or has room for them. */
CXJ__COLD static size_t put_words(const struct cxj__reader *reader, char *to) {
    struct cxj__reader words = *reader;
    size_t at, length, bytes = 0;
    char before = '(';
    words.at = words.word = 0;
    while (cxj__query_take_token(&words, &at, &length)) {
        char first = reader->text[at];
        if (before != '(' && first != ',' && first != ')') {
            if (to != NULL) to[bytes] = ' ';
            bytes++;
        }
        if (to != NULL) memcpy(to + bytes, reader->text + at, length);
        bytes += length;
        before = length == 1 ? first : 'a';
    }
    return bytes;
}

static bool normalise_words(const struct cxj__reader *reader) {
    struct cxj__query *query = reader->query;
    size_t bytes = put_words(reader, NULL);
    query->text = cxj__base_resize(reader->memory, NULL, 0, bytes + 1);
    if (query->text == NULL) return false;
    query->text_length = put_words(reader, query->text);
    query->text[bytes] = '\0';
    return true;
}

CXJ__COLD cxj_status cxj__rule_read(struct cxj__rule *rule, const struct cxj__names *dictionaries,
                                    struct cxj__names *growing, struct cxj__memory *memory,
                                    const struct cxj__seed *seed, const char *text, size_t length,
                                    struct cxj__message *message) {
    memset(rule, 0, sizeof *rule);
    struct cxj__reader reader = {.what = "rule",
                                 .text = text,
                                 .length = length,
                                 .query = &rule->query,
                                 .dictionaries = dictionaries,
                                 .growing = growing,
                                 .memory = memory,
                                 .seed = seed,
                                 .message = message};
    cxj_status status = cxj__query_begin(&reader);
    if (status == CXJ_OK) status = read_text(&reader, rule);
    if (status == CXJ_OK && !normalise_words(&reader)) status = CXJ_NO_MEMORY;
    return cxj__query_end(&reader, status);
}

CXJ__COLD void cxj__rule_finish(struct cxj__rule *rule, struct cxj__names *growing, struct cxj__memory *memory) {
    cxj__query_finish(&rule->query, growing, memory);
}

CXJ__COLD bool cxj__rule_lacks(const struct cxj__rule *rule, uint32_t unrecorded, struct cxj__rule_facets *facets) {
    uint32_t lacked = rule->needs_all & unrecorded;
    size_t used = 0;
    if (lacked == 0 && (rule->needs_any & ~unrecorded) == 0) lacked = rule->needs_any;
    const char *joint = lacked == rule->needs_any ? " or " : " and ";
    for (size_t place = 0; lacked != 0 && cxj__touchpoint_facet(place) != NULL; place++) {
        const struct cxj__facet *facet = cxj__touchpoint_facet(place);
        if ((lacked & facet->facet) == 0) continue;
        used += (size_t)snprintf(facets->text + used, sizeof facets->text - used, "%s%s", used > 0 ? joint : "",
                                 facet->name);
    }
    return lacked != 0;
}

/* ---- occasions -------------------------------------------------------------------------------------------------- */

enum { CHANNEL_TRACK = CXJ_DIMENSION_CHANNEL - 1 };

void cxj__rule_begin(struct cxj__rule_look *look, const struct cxj__journey *journey,
                     const struct cxj__calendar *calendar, int64_t after, int64_t to) {
    look->journey = journey;
    look->calendar = calendar;
    look->after = after;
    look->to = to;
    look->next = INT64_MAX;
    look->fold = NULL;
    look->has_moments = false;
}

static const struct cxj__moments *moments_of(struct cxj__rule_look *look) {
    if (!look->has_moments) cxj__journey_moments(look->journey, &look->moments);
    look->has_moments = true;
    return &look->moments;
}

/* What holds from a later moment on is not asked for: it neither holds up to look->to nor is the next that does. Before
 * the clock is set that is INT64_MIN, earlier than anything. */
static inline int64_t reach_of(const struct cxj__rule_look *look) {
    if (look->to == INT64_MIN) return INT64_MIN;
    return look->next > look->to ? look->next - 1 : look->to;
}
#define FROM_EVER (INT64_MIN + 1)

static inline bool runs(const struct cxj__fold *fold) {
    return fold->outcome == 0;
}

/* False if a rule has no occasion in a journey up to look->to, nor one before look->next: a few comparisons say it of
 * nearly all. Of rules by the clock they look at a moment before which there is none: where the journey was taken up
 * again, or the customer was to act, what counts has begun even later. Most journeys have no commitment but the first;
 * how long it is before a due in working hours the calendar says. */
static inline bool may_hold(const struct cxj__rule *rule, const struct cxj__rule_look *look, int64_t reach) {
    const struct cxj__fold *fold = &look->journey->fold;
    const struct cxj__promise *first = &fold->promises[0];
    int64_t from = rule->span;
    switch (rule->what) {
    case IS_DUE:
        if (!runs(fold) || fold->promises_open == 0 || (fold->promises_open == 1 && first->due <= look->after))
            return false;
        from = fold->promises_open != 1 || rule->query.in_hours ? FROM_EVER : first->due - from;
        break;
    case IS_OVERDUE:
        if (!runs(fold) || fold->promises_open == 0) return false;
        from = fold->promises_open != 1 ? FROM_EVER : first->due + from + 1;
        break;
    case IS_SILENT:
        if (!runs(fold) || fold->paused) return false;
        from += fold->last_at - fold->lasted.of[CXJ__QUIET];
        if (rule->query.in_hours) from -= fold->lasted.of[CXJ__PENDING]; /* of which none need have been open */
        break;
    case IS_WAITING:
        if (!runs(fold) || fold->counts[CXJ__F_WAITING] == 0) return false;
        from += fold->waits_since;
        break;
    case IS_UNANSWERED:
        if (!fold->loop_open) return false;
        from += fold->loop_at;
        break;
    case IS_OPEN:
        if (!runs(fold)) return false;
        from += fold->first_at;
        break;
    case IS_SAME:
        if (!runs(fold) || fold->tracks[rule->detail].value == 0) return false;
        from += fold->tracks[rule->detail].change_at;
        break;
    case IS_OVER:
        return fold->counts[rule->detail] > rule->count;
    case IS_DISSATISFIED:
        return fold->counts[CXJ__F_LOOPS] > 0;
    case IS_REOPENED:
        return runs(fold) && fold->reopened;
    default:
        return fold->churned;
    }
    return from <= reach;
}

size_t cxj__rule_next(const struct cxj__rule *rules, size_t first, size_t end, const struct cxj__rule_look *look) {
    int64_t reach = reach_of(look);
    while (first < end && !may_hold(&rules[first], look, reach)) first++;
    return first;
}

/* Where in a fold that stands at which a rule looks first, by its kind; 0: nothing more. What stands right behind it is
 * looked at, too. */
#define IN_FOLD(member) ((uint16_t)offsetof(struct cxj__fold, member))
static const uint16_t looked_at[][3] = {
    [IS_DUE] = {IN_FOLD(promises_open), IN_FOLD(promises[0].due)},
    [IS_OVERDUE] = {IN_FOLD(promises_open), IN_FOLD(promises[0].due)},
    [IS_SILENT] = {IN_FOLD(promises_open), IN_FOLD(last_at), IN_FOLD(lasted.of[CXJ__QUIET])},
    [IS_WAITING] = {IN_FOLD(promises_open), IN_FOLD(counts[CXJ__F_WAITING]), IN_FOLD(waits_since)},
    [IS_UNANSWERED] = {IN_FOLD(samples), IN_FOLD(loop_at)},
    [IS_OPEN] = {IN_FOLD(promises_open)},
    [IS_SAME] = {IN_FOLD(promises_open)},
    [IS_DISSATISFIED] = {IN_FOLD(counts[CXJ__F_LOOPS])},
    [IS_REOPENED] = {IN_FOLD(promises_open)},
    [IS_CHURNED] = {IN_FOLD(promises_open)},
};

CXJ__COLD void cxj__rule_approach(const struct cxj__rule *rule, const struct cxj__journey *journey) {
    const struct cxj__fold *fold = &journey->fold;
    const uint16_t *offsets = looked_at[rule->what];
    for (size_t i = 0; i < 3 && offsets[i] != 0; i++) cxj__base_touch((const char *)fold + offsets[i]);
    if (rule->what == IS_OVER) cxj__base_touch(&fold->counts[rule->detail]);
    if (rule->what == IS_SAME) cxj__base_touch(&fold->tracks[rule->detail].change_at);
    if (rule->what == IS_SILENT) cxj__base_touch(&fold->samples);
}

CXJ__COLD void cxj__rule_approach_conditions(const struct cxj__rule *rule, const struct cxj__journey *journey) {
    for (size_t i = 0; i < rule->query.condition_count; i++) {
        uint32_t track = rule->query.conditions[i].dimension - 1;
        const void *judged = &journey->fold.type; /* and what else holds for a whole journey, nearly always */
        cxj__base_touch(track < CXJ__TRACKS ? &journey->fold.tracks[track].value : judged);
    }
}

CXJ__COLD void cxj__rule_approach_told(const struct cxj__journey *journey) {
    const struct cxj__track *tracks = journey->fold.tracks;
    cxj__base_touch(&journey->number);
    cxj__base_touch(&tracks[0].value);
    cxj__base_touch(&tracks[2].value);
    cxj__base_touch(&tracks[4].value);
    cxj__base_touch(&journey->fold.type);
    cxj__journey_approach_customer(journey);
}

/* The code by which a condition judges a journey: of what it states, or of what it held last. */
static uint32_t judged_code(const struct cxj__fold *fold, uint32_t dimension) {
    switch (dimension) {
    case CXJ_DIMENSION_TYPE:
        return fold->type;
    case CXJ_DIMENSION_SEGMENT:
        return fold->segment;
    case CXJ_DIMENSION_REASON:
        return fold->reason;
    case CXJ_DIMENSION_CHURNED:
        return fold->churned;
    case CXJ_DIMENSION_ENTRY:
        return fold->entry;
    case CXJ_DIMENSION_EXIT:
        return fold->tracks[CHANNEL_TRACK].value;
    default:
        return fold->tracks[dimension - 1].value;
    }
}

bool cxj__rule_meets(const struct cxj__rule *rule, const struct cxj__fold *fold) {
    for (size_t i = 0; i < rule->query.condition_count; i++) {
        const struct cxj__condition *condition = &rule->query.conditions[i];
        if (!cxj__query_has_code(condition, judged_code(fold, condition->dimension))) return false;
    }
    return true;
}

/* Quiet time is counted from there. Where the journey never waited for the customer the fold says it. */
static int64_t quiet_since(struct cxj__rule_look *look) {
    const struct cxj__fold *fold = &look->journey->fold;
    if (fold->lasted.of[CXJ__PENDING] == 0) return fold->last_at - fold->lasted.of[CXJ__QUIET];
    return moments_of(look)->quiet_since;
}

static int64_t opened_at(struct cxj__rule_look *look) {
    const struct cxj__fold *fold = &look->journey->fold;
    return fold->reopened ? moments_of(look)->opened_at : fold->first_at;
}

static int64_t dissatisfied_at(const struct cxj__rule_look *look) {
    const struct cxj__fold *fold = &look->journey->fold;
    return fold->rated_low_again ? cxj__journey_dissatisfied_at(look->journey) : fold->loop_at;
}

/* The moment at which a rule by the clock that has at most one occasion in a journey begins to count. In a silent
 * journey quiet time has begun later, by what the customer took. */
static int64_t find_begin(const struct cxj__rule *rule, struct cxj__rule_look *look) {
    const struct cxj__fold *fold = &look->journey->fold;
    switch (rule->what) {
    case IS_SILENT:
        return rule->query.in_hours ? quiet_since(look) : fold->last_at - fold->lasted.of[CXJ__QUIET];
    case IS_WAITING:
        return fold->waits_since;
    case IS_UNANSWERED:
        return fold->loop_at;
    case IS_OPEN:
        return opened_at(look);
    default:
        return fold->tracks[rule->detail].change_at;
    }
}

/* One that has from and until, if it holds in time; else it may be the next that does. */
static size_t keep_in_time(struct cxj__rule_look *look, const struct cxj__rule_occasion *occasion) {
    if (occasion->from > CXJ__LATEST) return 0;
    if (occasion->from <= look->to) return occasion->until > look->after;
    if (occasion->from < look->next) look->next = occasion->from;
    return 0;
}

/* Of an open commitment. */
static size_t find_due(const struct cxj__rule *rule, struct cxj__rule_look *look, int64_t due, uint32_t commitment,
                       struct cxj__rule_occasion *occasion) {
    bool in_hours = rule->query.in_hours;
    *occasion = (struct cxj__rule_occasion){due, 0, INT64_MAX, commitment, false};
    if (rule->what == IS_OVERDUE) {
        occasion->from = due + rule->span + 1;
        occasion->is_rough = in_hours;
        return keep_in_time(look, occasion);
    }
    occasion->until = due;
    if (due <= look->after) return 0;
    occasion->from = in_hours ? cxj__calendar_before(look->calendar, due, rule->span) : due - rule->span;
    if (occasion->from < CXJ__EARLIEST) occasion->from = CXJ__EARLIEST;
    return keep_in_time(look, occasion);
}

static size_t find_dues(const struct cxj__rule *rule, struct cxj__rule_look *look,
                        struct cxj__rule_occasion occasions[CXJ__COMMITMENTS]) {
    const struct cxj__fold *fold = &look->journey->fold;
    size_t count = 0;
    if (!cxj__rule_meets(rule, fold)) return 0;
    if (look->fold == NULL) look->fold = cxj__journey_fold(look->journey, &look->room);
    for (uint32_t c = 0; look->fold->promises_open >> c != 0; c++) {
        if ((look->fold->promises_open >> c & 1) == 0) continue;
        count += find_due(rule, look, look->fold->promises[c].due, c, &occasions[count]);
    }
    return count;
}

/* Of rules that the clock does not matter to. */
static size_t find_state(const struct cxj__rule *rule, struct cxj__rule_look *look,
                         struct cxj__rule_occasion *occasion) {
    const struct cxj__fold *fold = &look->journey->fold;
    if (!cxj__rule_meets(rule, fold)) return 0;
    int64_t since = rule->what == IS_DISSATISFIED ? dissatisfied_at(look)
                    : rule->what == IS_REOPENED   ? moments_of(look)->opened_at
                                                  : 0;
    *occasion = (struct cxj__rule_occasion){since, since != 0 ? since : fold->last_at, INT64_MAX, 0, false};
    return 1;
}

size_t cxj__rule_occasions(const struct cxj__rule *rule, struct cxj__rule_look *look,
                           struct cxj__rule_occasion occasions[CXJ__COMMITMENTS]) {
    const struct cxj__fold *fold = &look->journey->fold;
    if (!rule->by_clock) return find_state(rule, look, occasions);
    if (rule->what <= IS_OVERDUE) return find_dues(rule, look, occasions);
    int64_t begin = find_begin(rule, look), from = begin + rule->span;
    if (from > reach_of(look)) return 0;
    occasions[0] = (struct cxj__rule_occasion){begin, from, INT64_MAX, 0, rule->query.in_hours};
    if (!cxj__rule_meets(rule, fold) || keep_in_time(look, occasions) == 0) return 0;
    if (rule->what == IS_SILENT) occasions[0].since = quiet_since(look);
    return 1;
}

/* How many checkpoints stand before the quiet time that is counted now: what was before it does not matter. */
CXJ__COLD static size_t checkpoints_before_quiet(const struct cxj__journey *journey) {
    const struct cxj__index *index = journey->index;
    size_t count = index == NULL ? 0 : index->checkpoint_count;
    struct cxj__moments now;
    if (count > 0) cxj__journey_moments(journey, &now);
    while (count > 0 && index->checkpoints[count - 1].moments.quiet_since == now.quiet_since) count--;
    return count;
}

/* How long a journey was paused in working hours since its quiet time is counted. Time in proportion to its touchpoints
 * since then. */
CXJ__COLD static int64_t paused_in(const struct cxj__journey *journey, const struct cxj__calendar *calendar) {
    const size_t before = checkpoints_before_quiet(journey);
    int64_t paused_for = 0;
    struct cxj__moments moments;
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    if (before > 0) cxj__fold_copy(&fold, &journey->index->checkpoints[before - 1]);
    int64_t last_at = fold.last_at;
    for (size_t i = before * CXJ__CHECKPOINT_EVERY; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        int64_t at = entry.touchpoint.at;
        if (fold.paused) paused_for += cxj__calendar_between(calendar, last_at, at);
        if (cxj__fold_note_moments(&fold, &entry.touchpoint, &moments)) paused_for = 0;
        last_at = at;
    }
    return paused_for;
}

bool cxj__rule_refine(const struct cxj__rule *rule, struct cxj__rule_look *look, struct cxj__rule_occasion *occasion) {
    const struct cxj__calendar *calendar = look->calendar;
    int64_t span = rule->span;
    if (!occasion->is_rough) return true;
    if (rule->what == IS_SILENT && look->journey->fold.lasted.of[CXJ__PENDING] > 0) {
        span += paused_in(look->journey, calendar);
    }
    occasion->is_rough = false;
    if (!cxj__calendar_after(calendar, occasion->since, span, &occasion->from)) return false;
    if (rule->what == IS_OVERDUE) occasion->from++;
    return keep_in_time(look, occasion) != 0;
}

CXJ__COLD void cxj__rule_describe(const struct cxj__journey *journey, const struct cxj__rule_occasion *occasion,
                                  cxj_occasion *told) {
    const struct cxj__fold *fold = &journey->fold;
    const struct cxj__track *tracks = fold->tracks;
    /* One by one: cleared first, they take several times as long where a compiler makes it small. */
    told->journey = journey->number;
    told->customer = 0;
    told->since = occasion->since;
    told->from = occasion->from;
    told->commitment = occasion->commitment;
    told->owner = tracks[CXJ_DIMENSION_OWNER - 1].value;
    told->team = (uint16_t)tracks[CXJ_DIMENSION_TEAM - 1].value;
    told->stage = (uint16_t)tracks[CXJ_DIMENSION_STAGE - 1].value;
    told->channel = (uint16_t)tracks[CXJ_DIMENSION_CHANNEL - 1].value;
    told->type = fold->type;
    told->segment = fold->segment;
    told->reason = fold->reason;
    told->reserved = 0;
}

/* From owner on both say the same in the same order. */
#define HELD_BYTES (offsetof(cxj_occasion, reserved) - offsetof(cxj_occasion, owner))
_Static_assert(HELD_BYTES == offsetof(cxj_alert, reserved) - offsetof(cxj_alert, owner) &&
                   offsetof(cxj_alert, reason) - offsetof(cxj_alert, owner) ==
                       offsetof(cxj_occasion, reason) - offsetof(cxj_occasion, owner),
               "an alert tells what a line of a worklist does");

CXJ__COLD void cxj__rule_write(const struct cxj__journey *journey, const struct cxj__rule_occasion *occasion,
                               uint32_t rule, cxj_alert *alert) {
    cxj_occasion told;
    cxj__rule_describe(journey, occasion, &told);
    alert->journey = told.journey;
    alert->customer = 0;
    alert->since = told.since;
    alert->from = told.from;
    alert->raised_at = 0;
    alert->rule = rule;
    alert->commitment = told.commitment;
    memcpy(&alert->owner, &told.owner, HELD_BYTES);
    alert->reserved[0] = alert->reserved[1] = 0;
}
