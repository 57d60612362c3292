/* worklist: rules of a host, what they have raised, and what holds now.
 *
 * A worklist looks at all journeys: it is asked now and then, and what holds by a rule that was never added is known to
 * nobody else. It writes nothing in the engine: names of its conditions that do not occur stay unknown. */
#include <string.h>

#include "engine.h"

/* ---- rules ------------------------------------------------------------------------------------------------------ */

/* What keeps a rule from being asked in an engine: CXJ_OK, or why not. */
static cxj_status check_rule(const cxj_engine *engine, const struct cxj__rule *rule, struct cxj__message *message) {
    struct cxj__rule_facets facets;
    if (cxj__rule_lacks(rule, engine->unrecorded, &facets)) {
        cxj__base_say(message, "rule: it needs %s, which the feed does not record (cxj_set_unrecorded())", facets.text);
        return CXJ_BAD_ARGUMENT;
    }
    if (!rule->query.in_hours || engine->core.calendar != NULL) return CXJ_OK;
    cxj__base_say(message, "rule: there is no calendar that says what working hours are; give cxj_set_calendar() one");
    return CXJ_NO_CALENDAR;
}

/* Takes a new rule in, if it may be added now; it is empty then. */
static cxj_status admit_rule(cxj_engine *engine, struct cxj__rule *rule) {
    struct cxj__core *core = &engine->core;
    const struct cxj__alerts_noting noting = {core->calendar, core->now, true};
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    cxj_status status = check_rule(engine, rule, &engine->message);
    if (status != CXJ_OK) return status;
    if (cxj__alerts_rules(core) >= core->rules_limit || core->last_rule == UINT32_MAX) {
        cxj__base_say(&engine->message, "there are %u rules already, as many as there may be (options: rules_limit)",
                      (unsigned)core->rules_limit);
        return CXJ_LIMIT;
    }
    bool room = (core->alerts == NULL || cxj__alerts_begin_call(core)) && cxj__alerts_open(core);
    if (room) {
        cxj__alerts_add_rule(core, rule);
        room = cxj__alerts_reserve_noting(core, &noting);
        if (room) {
            cxj__alerts_note(core, &noting);
        } else {
            cxj__alerts_drop_rule(core, cxj__alerts_rules(core) - 1);
            core->last_rule--; /* nobody has seen it */
        }
    }
    return room ? CXJ_OK : cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory for a rule");
}

CXJ__COLD cxj_status cxj_rule_add(cxj_engine *engine, const char *text, size_t length, uint32_t *rule) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (rule == NULL || text == NULL) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, rule == NULL ? "rule is NULL" : "text is NULL");
    }
    struct cxj__core *core = &engine->core;
    struct cxj__rule made;
    size_t bytes = cxj__base_length(text, length);
    if (bytes >= INT32_MAX) {
        return cxj__engine_fail(engine, CXJ_BAD_TEXT, "rule: the text is longer than 2^31 - 2 bytes");
    }
    cxj_status status = cxj__rule_read(&made, core->dictionaries, core->dictionaries, &core->memory, &core->seed, text,
                                       bytes, &engine->message);
    if (status != CXJ_OK) return status;
    const struct cxj__rule *known = cxj__alerts_find_rule(core, made.query.text, made.query.text_length);
    if (known == NULL) status = admit_rule(engine, &made);
    cxj__rule_finish(&made, core->dictionaries,
                     &core->memory); /* of one that is known its names are those of the other */
    if (status != CXJ_OK) {
        for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_take_back(&core->dictionaries[d], &core->memory);
        return status;
    }
    *rule = known != NULL ? known->number : core->last_rule;
    return CXJ_OK;
}

CXJ__COLD cxj_status cxj_rule_drop(cxj_engine *engine, uint32_t rule) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    struct cxj__core *core = &engine->core;
    for (size_t place = 0; place < cxj__alerts_rules(core); place++) {
        if (cxj__alerts_rule_at(core, place)->number != rule) continue;
        cxj__alerts_drop_rule(core, place);
        return CXJ_OK;
    }
    return cxj__engine_fail(engine, CXJ_NOT_FOUND, "there is no such rule");
}

cxj_status cxj_rule_at(const cxj_engine *engine, size_t index, cxj_rule_info *info, size_t info_size) {
    if (engine == NULL || info == NULL || info_size < CXJ__LEAST_RULE_INFO) return CXJ_BAD_ARGUMENT;
    const struct cxj__rule *rule = cxj__alerts_rule_at(&engine->core, index);
    if (rule == NULL) return CXJ_NOT_FOUND;
    cxj_rule_info known = {
        .text = rule->query.text,
        .text_length = rule->query.text_length,
        .raised = rule->raised,
        .rule = rule->number,
        .needs_all = rule->needs_all,
        .needs_any = rule->needs_any,
    };
    cxj__engine_give(info, info_size, &known, sizeof known);
    return CXJ_OK;
}

/* ---- alerts ----------------------------------------------------------------------------------------------------- */

cxj_status cxj_alerts(cxj_engine *engine, cxj_alert *alerts, size_t alert_size, size_t capacity, size_t *count) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    const char *wrong = count == NULL                    ? "count is NULL"
                        : alerts == NULL && capacity > 0 ? "alerts is NULL"
                        : alert_size < CXJ__LEAST_ALERT  ? "alert_size is below sizeof(cxj_alert)"
                                                         : NULL;
    if (wrong != NULL) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, wrong);
    cxj_alert alert;
    for (*count = 0; *count < capacity && cxj__alerts_take(&engine->core, &alert); ++*count) {
        cxj__engine_give((char *)alerts + *count * alert_size, alert_size, &alert, sizeof alert);
    }
    return CXJ_OK;
}

/* ---- worklists -------------------------------------------------------------------------------------------------- */

/* An occasion that holds, and the place of its journey. */
struct line {
    int64_t from, since;
    uint64_t journey;
    uint32_t place, commitment;
};

struct lines {
    struct cxj__memory memory; /* the engine's allocator; its account is not touched by readers */
    struct line *items;        /* the second half is room for sorting */
    size_t capacity;           /* of both */
    size_t count;
    size_t limit; /* lines that are wanted; the others are only counted */
};

static int compare_lines(const void *a, const void *b, const void *context) {
    (void)context;
    const struct line *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* A byte of from, such that from stands in the order of these bytes. */
static size_t byte_of(const struct line *line, unsigned shift) {
    return (size_t)(((uint64_t)line->from ^ UINT64_C(1) << 63) >> shift & 255);
}

/* Sorts lines by from, byte by byte from the lowest to the last that differs: comparing many takes far longer. Returns
 * where they stand then, which is where they stood or *room, and *room is the other. */
static struct line *sort_by_from(struct line *lines, size_t count, struct line **room) {
    uint64_t differing = 0;
    bool in_order = true;
    for (size_t i = 1; i < count; i++) {
        differing |= (uint64_t)(lines[i].from ^ lines[0].from);
        in_order = in_order && lines[i - 1].from <= lines[i].from;
    }
    for (unsigned shift = 0; !in_order && shift < 64 && differing >> shift != 0; shift += 8) {
        struct line *to = *room;
        size_t places[257] = {0};
        for (size_t i = 0; i < count; i++) places[byte_of(&lines[i], shift) + 1]++;
        for (size_t k = 1; k < 256; k++) places[k] += places[k - 1];
        for (size_t i = 0; i < count; i++) to[places[byte_of(&lines[i], shift)]++] = lines[i];
        *room = lines;
        lines = to;
    }
    return lines;
}

enum { AHEAD = 16, SOON = 8 }; /* so many lines later are the journeys that come nearer meanwhile */

/* Brings nearer what a line says of a journey; and then its last rare field, where its customer may stand. */
static void approach_line(const struct cxj__journey *journey) {
    CXJ__PREFETCH(journey);
    CXJ__PREFETCH(&journey->fold.tracks[0]);
    CXJ__PREFETCH(&journey->fold.type);
}

static void approach_customer(const struct cxj__journey *journey) {
    if (journey->rare_count > 0) CXJ__PREFETCH(&journey->rares[journey->rare_count - 1]);
}

/* Finds what holds; false if there is no memory. */
static bool find_lines(const struct cxj__core *core, const struct cxj__rule *rule, struct lines *lines) {
    struct cxj__rule_look look;
    int64_t after = core->now == INT64_MIN ? core->now : core->now - 1;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        struct cxj__rule_occasion occasions[CXJ__COMMITMENTS];
        if (journey->number == 0) continue;
        cxj__rule_begin(&look, journey, core->calendar, after, core->now);
        size_t found = cxj__rule_next(rule, 0, 1, &look) == 0 ? cxj__rule_occasions(rule, &look, occasions) : 0;
        for (size_t i = 0; i < found; i++) {
            if (!cxj__rule_refine(rule, &look, &occasions[i]) || ++lines->count > lines->limit) continue;
            if (!cxj__base_grow(&lines->memory, &lines->items, &lines->capacity, 2 * lines->count,
                                sizeof *lines->items)) {
                return false;
            }
            lines->items[lines->count - 1] = (struct line){occasions[i].from, occasions[i].since, journey->number,
                                                           (uint32_t)place, occasions[i].commitment};
        }
    }
    return true;
}

/* Writes the lines in order. */
static void give_lines(const struct cxj__core *core, struct lines *lines, void *occasions, size_t occasion_size) {
    if (lines->count == 0) return;
    struct line *room = lines->items + lines->count, *sorted = sort_by_from(lines->items, lines->count, &room);
    /* Now those that are from one moment. */
    cxj__base_sort(sorted, room, lines->count, sizeof *sorted, compare_lines, NULL);
    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &sorted[i];
        cxj_occasion known;
        if (i + AHEAD < lines->count) approach_line(cxj__store_at(&core->store, sorted[i + AHEAD].place));
        if (i + SOON < lines->count) approach_customer(cxj__store_at(&core->store, sorted[i + SOON].place));
        cxj__alerts_describe(cxj__store_at(&core->store, line->place), &known);
        known.since = line->since;
        known.from = line->from;
        known.commitment = line->commitment;
        cxj__engine_give((char *)occasions + i * occasion_size, occasion_size, &known, sizeof known);
    }
}

/* What is wrong with the arguments, or NULL. */
static const char *check_arguments(const cxj_engine *engine, const char *rule, size_t capacity,
                                   const cxj_occasion *occasions, size_t occasion_size, const size_t *count) {
    if (engine == NULL) return "engine is NULL";
    if (rule == NULL) return "rule is NULL";
    if (count == NULL) return "count is NULL";
    if (occasions == NULL && capacity > 0) return "occasions is NULL";
    return occasion_size < CXJ__LEAST_OCCASION ? "occasion_size is below sizeof(cxj_occasion)" : NULL;
}

cxj_status cxj_worklist(const cxj_engine *engine, const char *rule, size_t length, size_t capacity, char *message,
                        size_t message_capacity, cxj_occasion *occasions, size_t occasion_size, size_t *count) {
    cxj__base_tell(message, message_capacity, "");
    const char *wrong = check_arguments(engine, rule, capacity, occasions, occasion_size, count);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    size_t bytes = cxj__base_length(rule, length);
    if (bytes >= INT32_MAX) {
        return cxj__engine_refuse(message, message_capacity, CXJ_BAD_TEXT,
                                  "rule: the text is longer than 2^31 - 2 bytes");
    }
    const struct cxj__core *core = &engine->core;
    struct lines lines = {.memory = core->memory, .limit = capacity};
    struct cxj__message why = {""};
    struct cxj__rule read;
    lines.memory.limit = lines.memory.used = 0;
    cxj_status status = cxj__rule_read(&read, core->dictionaries, NULL, &lines.memory, &core->seed, rule, bytes, &why);
    if (status != CXJ_OK) return cxj__engine_refuse(message, message_capacity, status, why.text);
    status = check_rule(engine, &read, &why);
    if (status == CXJ_OK && !find_lines(core, &read, &lines)) {
        cxj__base_say(&why, "no memory for a worklist");
        status = CXJ_NO_MEMORY;
    }
    cxj__rule_finish(&read, NULL, &lines.memory);
    if (status == CXJ_OK) {
        *count = lines.count;
        if (lines.count <= capacity) give_lines(core, &lines, occasions, occasion_size);
    }
    cxj__base_release(&lines.memory, &lines.items, &lines.capacity, sizeof *lines.items);
    if (status != CXJ_OK) return cxj__engine_refuse(message, message_capacity, status, why.text);
    if (lines.count <= capacity) return CXJ_OK;
    return cxj__engine_refuse_room(message, message_capacity, "occasions", lines.count, capacity);
}
