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

/* Occasions are described where they are found, for journeys come one after the other then; what is sorted is small. */
struct lines {
    struct cxj__memory memory; /* the engine's allocator; its account is not touched by readers */
    cxj_occasion *found;
    struct cxj__moment *items; /* the second half is room for sorting */
    size_t found_capacity, capacity;
    size_t count;
    size_t limit; /* lines that are wanted; the others are only counted */
};

static int compare_lines(const void *a, const void *b, const void *context) {
    const struct cxj__moment *x = a, *y = b;
    const cxj_occasion *found = context, *p = &found[x->place], *q = &found[y->place];
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (p->journey != q->journey) return p->journey < q->journey ? -1 : 1;
    return (p->commitment > q->commitment) - (p->commitment < q->commitment);
}

/* Notes an occasion of a journey; false if there is no memory. */
static bool add_line(struct lines *lines, const struct cxj__journey *journey,
                     const struct cxj__rule_occasion *occasion) {
    if (lines->count++ >= lines->limit) return true;
    if (!cxj__base_grow(&lines->memory, &lines->found, &lines->found_capacity, lines->count, sizeof *lines->found) ||
        !cxj__base_grow(&lines->memory, &lines->items, &lines->capacity, 2 * lines->count, sizeof *lines->items)) {
        return false;
    }
    cxj_occasion *known = &lines->found[lines->count - 1];
    cxj__rule_describe(journey, occasion, known);
    known->customer = cxj__journey_customer(journey);
    lines->items[lines->count - 1] = (struct cxj__moment){occasion->from, lines->count - 1};
    return true;
}

/* Finds what holds of a journey; false if there is no memory. */
static bool find_lines_of(const struct cxj__rule *rule, struct cxj__rule_look *look, struct lines *lines) {
    struct cxj__rule_occasion occasions[CXJ__COMMITMENTS];
    size_t found = cxj__rule_occasions(rule, look, occasions);
    for (size_t i = 0; i < found; i++) {
        if (cxj__rule_refine(rule, look, &occasions[i]) && !add_line(lines, look->journey, &occasions[i])) return false;
    }
    return true;
}

/* Journeys that are looked at together. */
enum { SOME = 16 };

static void begin_look(const struct cxj__core *core, const struct cxj__journey *journey, struct cxj__rule_look *look) {
    int64_t after = core->now == INT64_MIN ? core->now : core->now - 1;
    cxj__rule_begin(look, journey, core->calendar, after, core->now);
}

/* Keeps those journeys that a rule may hold of; of what is no journey it may seem to. First those that meet its
 * conditions, for which a line of most is read. */
static size_t keep_held(const struct cxj__core *core, const struct cxj__rule *rule, const struct cxj__journey **held,
                        size_t count) {
    struct cxj__rule_look look;
    size_t kept = 0;
    if (rule->query.condition_count > 0) {
        for (size_t i = 0; i < count; i++) {
            held[kept] = held[i];
            kept += cxj__rule_meets(rule, &held[i]->fold);
        }
        for (size_t i = 0; i < kept; i++) cxj__rule_approach(rule, held[i]);
        count = kept;
        kept = 0;
    }
    for (size_t i = 0; i < count; i++) {
        begin_look(core, held[i], &look);
        held[kept] = held[i];
        kept += cxj__rule_next(rule, 0, 1, &look) == 0;
    }
    return kept;
}

/* Finds what holds; false if there is no memory. Journeys are looked at some at a time: while those are, what is read
 * first of the next comes nearer, and then what is told of those of which the rule may hold. */
static bool find_lines(const struct cxj__core *core, const struct cxj__rule *rule, struct lines *lines) {
    const struct cxj__store *store = &core->store;
    const struct cxj__journey *held[SOME];
    struct cxj__rule_look look;
    size_t some = SOME; /* 1 where most hold: all lines are read in order then, which the processor sees by itself */
    for (size_t place = 0; place < store->places;) {
        size_t end = place + some < store->places ? place + some : store->places, count = 0;
        for (size_t i = end; i < end + SOME && i < store->places && some == SOME; i++) {
            bool is_asked = rule->query.condition_count == 0;
            (is_asked ? cxj__rule_approach : cxj__rule_approach_conditions)(rule, cxj__store_at(store, i));
        }
        while (place < end) held[count++] = cxj__store_at(store, place++);
        count = keep_held(core, rule, held, count);
        for (size_t i = 0; i < count && some == SOME; i++) cxj__rule_approach_told(held[i]);
        some = 2 * count > some ? 1 : SOME;
        for (size_t i = 0; i < count; i++) {
            if (held[i]->number == 0 || held[i]->count == 0) continue;
            begin_look(core, held[i], &look);
            if (!find_lines_of(rule, &look, lines)) return false;
        }
    }
    return true;
}

/* Writes the lines in order. */
static void give_lines(const struct lines *lines, void *occasions, size_t occasion_size) {
    enum { AHEAD = 16 }; /* so many lines later is the one that comes nearer meanwhile */
    if (lines->count == 0) return;
    struct cxj__moment *room = lines->items + lines->count;
    const struct cxj__moment *sorted =
        cxj__base_sort_moments(lines->items, lines->count, &room, compare_lines, lines->found);
    for (size_t i = 0; i < lines->count; i++) {
        if (i + AHEAD < lines->count) {
            const cxj_occasion *later = &lines->found[sorted[i + AHEAD].place];
            CXJ__PREFETCH(later);
            CXJ__PREFETCH(later + 1);
        }
        cxj__engine_give((char *)occasions + i * occasion_size, occasion_size, &lines->found[sorted[i].place],
                         sizeof *lines->found);
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
        if (lines.count <= capacity) give_lines(&lines, occasions, occasion_size);
    }
    cxj__base_release(&lines.memory, &lines.items, &lines.capacity, sizeof *lines.items);
    cxj__base_release(&lines.memory, &lines.found, &lines.found_capacity, sizeof *lines.found);
    if (status != CXJ_OK) return cxj__engine_refuse(message, message_capacity, status, why.text);
    if (lines.count <= capacity) return CXJ_OK;
    return cxj__engine_refuse_room(message, message_capacity, "occasions", lines.count, capacity);
}
