/* engine: the life of a handle, its names, views and clock.
 *
 * These are the functions of the header that are not about recording (record.c), one journey (single.c) or reading views
 * (answer.c). Each
 * checks what the host passes, calls the room that does the work, and turns a failure into a status and a sentence. */
#include "engine.h"

#include <math.h>
#include <string.h>

#include "fill.h"
#include "metric.h"
#include "touchpoint.h"

#define STRINGIZE_(x) #x
#define STRINGIZE(x) STRINGIZE_(x)

enum {
    DEFAULT_CELLS = 1000000,
    DEFAULT_TOUCHPOINTS = 10000,
    DEFAULT_LOAD_WORK = 16,
    DEFAULT_RULES = 256,
    DEFAULT_ALERTS = 65536
};
#define LONGEST_LEAP (3653 * INT64_C(86400000)) /* ten years */

/* ---- version and status ----------------------------------------------------------------------------------------- */

_Static_assert(CXJ_VERSION == CXJ_VERSION_MAJOR * 1000000 + CXJ_VERSION_MINOR * 1000 + CXJ_VERSION_PATCH,
               "the one number is made of the three");

uint32_t cxj_version(void) {
    return CXJ_VERSION;
}

const char *cxj_version_text(void) {
    return STRINGIZE(CXJ_VERSION_MAJOR) "." STRINGIZE(CXJ_VERSION_MINOR) "." STRINGIZE(CXJ_VERSION_PATCH);
}

const char *cxj_status_text(cxj_status status) {
    static const struct {
        cxj_status status;
        const char *text;
    } texts[] = {
        {CXJ_OK, "done"},
        {CXJ_DONE, "nothing is left"},
        {CXJ_STALE, "the engine has changed since the cursor was opened"},
        {CXJ_REFUSED, "some touchpoints were refused"},
        {CXJ_PARTIALLY_ERASED, "a sealed journey is erased, its sums stay"},
        {CXJ_INCOMPLETE, "done, but the view lacks something"},
        {CXJ_BAD_ARGUMENT, "bad argument"},
        {CXJ_BAD_FIELD, "a field is out of its bounds"},
        {CXJ_BAD_TEXT, "malformed text"},
        {CXJ_NOT_FOUND, "not found"},
        {CXJ_LIMIT, "a limit is reached"},
        {CXJ_NO_MEMORY, "no memory"},
        {CXJ_CLOCK, "the clock does not go there"},
        {CXJ_LATE, "too late: the journey is sealed"},
        {CXJ_SEALED, "the journey is sealed"},
        {CXJ_SAVING, "a save is under way"},
        {CXJ_IO, "writing or reading failed"},
        {CXJ_BAD_BYTES, "not the bytes of an engine, or not whole"},
        {CXJ_NEWER_FORMAT, "bytes in a newer format"},
        {CXJ_OTHER_VIEWS, "the views differ"},
        {CXJ_TOO_SMALL, "too little room for the result"},
        {CXJ_OTHER_KEY, "the keys for text ids differ"},
        {CXJ_NO_CALENDAR, "a calendar is needed"},
        {CXJ_OTHER_CALENDAR, "the calendars differ"},
        {CXJ_SAME_ID, "both journeys have this id"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].status == status) return texts[i].text;
    }
    return "unknown status";
}

size_t cxj_size_of(const char *name) {
    static const struct {
        const char *name;
        size_t size;
    } structs[] = {
        {"cxj_options", sizeof(cxj_options)},
        {"cxj_stats", sizeof(cxj_stats)},
        {"cxj_dimension_info", sizeof(cxj_dimension_info)},
        {"cxj_facet_info", sizeof(cxj_facet_info)},
        {"cxj_touchpoint", sizeof(cxj_touchpoint)},
        {"cxj_named_touchpoint", sizeof(cxj_named_touchpoint)},
        {"cxj_receipt", sizeof(cxj_receipt)},
        {"cxj_columns", sizeof(cxj_columns)},
        {"cxj_view_info", sizeof(cxj_view_info)},
        {"cxj_value", sizeof(cxj_value)},
        {"cxj_metric_info", sizeof(cxj_metric_info)},
        {"cxj_text", sizeof(cxj_text)},
        {"cxj_commitment", sizeof(cxj_commitment)},
        {"cxj_journey", sizeof(cxj_journey)},
        {"cxj_validation", sizeof(cxj_validation)},
        {"cxj_spread", sizeof(cxj_spread)},
        {"cxj_control_point", sizeof(cxj_control_point)},
        {"cxj_control", sizeof(cxj_control)},
        {"cxj_parity", sizeof(cxj_parity)},
        {"cxj_relation", sizeof(cxj_relation)},
        {"cxj_predictor_info", sizeof(cxj_predictor_info)},
        {"cxj_predictor", sizeof(cxj_predictor)},
        {"cxj_drivers", sizeof(cxj_drivers)},
        {"cxj_rule_info", sizeof(cxj_rule_info)},
        {"cxj_occasion", sizeof(cxj_occasion)},
        {"cxj_alert", sizeof(cxj_alert)},
    };
    for (size_t i = 0; name != NULL && i < sizeof structs / sizeof *structs; i++) {
        if (strcmp(structs[i].name, name) == 0) return structs[i].size;
    }
    return 0;
}

/* ---- what crosses the border ------------------------------------------------------------------------------------ */

void cxj__engine_begin(cxj_engine *engine) {
    /* all of it, for it may have named what is being erased */
    if (engine->message.text[0] != '\0') memset(&engine->message, 0, sizeof engine->message);
}

cxj_status cxj__engine_fail(cxj_engine *engine, cxj_status status, const char *sentence) {
    cxj__base_say(&engine->message, "%s", sentence);
    return status;
}

bool cxj__engine_is_saving(cxj_engine *engine) {
    if (engine->is_saving) {
        cxj__engine_fail(engine, CXJ_SAVING, "an incremental save is under way; complete or close it");
    }
    return engine->is_saving;
}

cxj_status cxj__engine_refuse(char *message, size_t capacity, cxj_status status, const char *sentence) {
    cxj__base_tell(message, capacity, sentence);
    return status;
}

cxj_status cxj__engine_refuse_room(char *message, size_t message_capacity, const char *what, size_t needed,
                                   size_t capacity) {
    struct cxj__message why;
    cxj__base_say(&why, "there are %zu %s, and room for %zu", needed, what, capacity);
    return cxj__engine_refuse(message, message_capacity, CXJ_TOO_SMALL, why.text);
}

void cxj__engine_give(void *result, size_t given, const void *known, size_t size) {
    memcpy(result, known, given < size ? given : size);
    if (given > size) memset((char *)result + size, 0, given - size);
}

bool cxj__engine_take(void *known, size_t size, const void *passed, size_t given) {
    memset(known, 0, size);
    memcpy(known, passed, given < size ? given : size);
    for (size_t i = size; i < given; i++) {
        if (((const unsigned char *)passed)[i] != 0) return false;
    }
    return true;
}

void cxj__engine_free_room(cxj_engine *engine) {
    cxj__append_free(&engine->append, &engine->core.memory);
    cxj__settle_free(&engine->settling, &engine->core.memory);
}

void cxj__engine_trim(cxj_engine *engine) {
    enum { KEEP = 4096 };
    if (engine->settling.entries.capacity > KEEP) cxj__engine_free_room(engine);
}

bool cxj__engine_take_mark(cxj_engine *engine, const void *bytes, size_t length) {
    struct cxj__core *core = &engine->core;
    unsigned char *mark = length == 0 ? NULL : cxj__base_resize(&core->memory, NULL, 0, length);
    if (mark == NULL && length > 0) return false;
    if (length > 0) memcpy(mark, bytes, length);
    if (core->mark != NULL) memset(core->mark, 0, core->mark_length);
    cxj__base_resize(&core->memory, core->mark, core->mark_length, 0);
    core->mark = mark;
    core->mark_length = length;
    return true;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* The first thing that is wrong with the options, or NULL. */
static const char *check_options(const cxj_options *options) {
    if (options->touchpoints_limit > CXJ__TOUCHPOINTS_LIMIT) return "options: touchpoints_limit is above 29,000";
    if (options->codes_limit > cxj__names_most(CXJ_DIMENSION_OWNER)) return "options: codes_limit is above 16,777,215";
    if ((options->unrecorded_facets & ~(uint32_t)CXJ_FACETS_ALL) != 0)
        return "options: unrecorded_facets has an unknown bit";
    if (options->seal_ended_after < 0 || options->seal_ended_after > CXJ__LONGEST_TIME) {
        return "options: seal_ended_after is not within 0 and 10^15";
    }
    if (options->seal_idle_after < 0 || options->seal_idle_after > CXJ__LONGEST_TIME) {
        return "options: seal_idle_after is not within 0 and 10^15";
    }
    if (options->views_limit > CXJ__MOST_VIEWS) return "options: views_limit is above 4,096";
    if (options->rules_limit > CXJ__MOST_RULES) return "options: rules_limit is above 4,096";
    if (options->alerts_limit > CXJ__MOST_ALERTS) return "options: alerts_limit is above 16,777,216";
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++) {
        if (options->reserved[i] != 0) return "options: a reserved member is not zero";
    }
    return NULL;
}

/* The options that the host gave, as this library knows them; or why not. */
static const char *take_options(const cxj_options *passed, cxj_options *options) {
    memset(options, 0, sizeof *options);
    if (passed == NULL) return NULL;
    if (passed->size < CXJ__LEAST_OPTIONS) return "options: size is not set to sizeof(cxj_options)";
    if (!cxj__engine_take(options, sizeof *options, passed, passed->size)) {
        return "options: members that this version does not know are not zero";
    }
    return check_options(options);
}

/* What a recorded facet implies is recorded, too. */
static uint32_t closed_under_implication(uint32_t unrecorded) {
    return unrecorded & ~cxj__touchpoint_imply(~unrecorded & CXJ_FACETS_ALL);
}

/* What is saved tells by a print of the key, which does not give it away, whether it is the same one. */
static void set_text_key(cxj_engine *engine, const uint64_t key[2]) {
    static const char what[] = "print of a key for text ids";
    bool is_public = key[0] == 0 && key[1] == 0;
    cxj__names_text_key(key, engine->text_key);
    engine->core.text_key_print = is_public ? 0 : cxj__base_siphash(key, what, sizeof what - 1) | 1;
}

/* What of a limit of memory is kept for what takes away. */
static uint64_t reserve_of(uint64_t limit) {
    const uint64_t most = UINT64_C(16) << 20;
    return limit / 64 < most ? limit / 64 : most;
}

static void set_up(cxj_engine *engine, const cxj_options *options) {
    struct cxj__core *core = &engine->core;
    core->seed = cxj__base_seed(options->seed, engine);
    set_text_key(engine, options->text_key);
    core->cells_limit = options->cells_limit != 0 ? options->cells_limit : DEFAULT_CELLS;
    core->touchpoints_limit = options->touchpoints_limit != 0 ? options->touchpoints_limit : DEFAULT_TOUCHPOINTS;
    core->now = INT64_MIN;
    core->seal_ended_after = options->seal_ended_after;
    core->seal_idle_after = options->seal_idle_after;
    core->sealed_latest = core->latest = INT64_MIN;
    core->views_limit = options->views_limit != 0 ? options->views_limit : CXJ__MOST_VIEWS;
    core->rules_limit = options->rules_limit != 0 ? options->rules_limit : DEFAULT_RULES;
    core->alerts_limit = options->alerts_limit != 0 ? options->alerts_limit : DEFAULT_ALERTS;
    core->load_work_limit = options->load_work_limit != 0 ? options->load_work_limit : DEFAULT_LOAD_WORK;
    engine->unrecorded = closed_under_implication(options->unrecorded_facets);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        uint32_t most = cxj__names_most(d), codes = options->codes_limit;
        core->dictionaries[d].limit = codes == 0 || codes > most ? most : codes;
    }
}

CXJ__COLD cxj_status cxj_engine_create(const cxj_options *passed, char *message, size_t message_capacity,
                                       cxj_engine **engine) {
    cxj_options options;
    cxj__base_tell(message, message_capacity, "");
    if (engine == NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, "engine is NULL");
    *engine = NULL;
    const char *wrong = take_options(passed, &options);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    uint64_t reserve = reserve_of(options.memory_limit);
    struct cxj__memory memory = {options.allocate != NULL ? options.allocate : cxj__base_allocate,
                                 options.allocate_context, options.memory_limit - reserve, 0};
    cxj_engine *made = cxj__base_resize(&memory, NULL, 0, sizeof *made);
    if (made == NULL) {
        return cxj__engine_refuse(message, message_capacity, CXJ_NO_MEMORY, "no memory for an engine");
    }
    memset(made, 0, sizeof *made);
    made->core.memory = memory;
    made->core.reserve = reserve;
    set_up(made, &options);
    *engine = made;
    return CXJ_OK;
}

static void destroy_view(struct cxj__core *core, struct cxj_view *view) {
    cxj__view_finish(view, core->dictionaries, &core->memory);
    cxj__base_resize(&core->memory, view, sizeof *view, 0);
}

CXJ__COLD void cxj_engine_destroy(cxj_engine *engine) {
    if (engine == NULL) return;
    struct cxj__core *core = &engine->core;
    cxj__engine_free_room(engine);
    cxj__alerts_close(core);
    (void)cxj__engine_take_mark(engine, NULL, 0);
    cxj__calendar_destroy(core->calendar, &core->memory);
    for (size_t i = 0; i < core->view_count; i++) destroy_view(core, core->views[i]);
    cxj__base_release(&core->memory, &core->views, &core->view_capacity, sizeof *core->views);
    cxj__agenda_finish(&core->agenda, &core->memory);
    cxj__agenda_finish(&core->sealings, &core->memory);
    cxj__store_finish(&core->store, &core->memory);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_finish(&core->dictionaries[d], &core->memory);
    struct cxj__memory memory = core->memory;
    cxj__base_resize(&memory, engine, sizeof *engine, 0);
}

const char *cxj_message(const cxj_engine *engine) {
    return engine == NULL ? "" : engine->message.text;
}

cxj_status cxj_engine_stats(const cxj_engine *engine, cxj_stats *stats, size_t stats_size) {
    if (engine == NULL || stats == NULL || stats_size < CXJ__LEAST_STATS) return CXJ_BAD_ARGUMENT;
    const struct cxj__core *core = &engine->core;
    int64_t latest = cxj__core_latest(core);
    cxj_stats known = {
        .touchpoints = core->touchpoints,
        .journeys = core->journeys,
        .held = core->held,
        .duplicates = engine->feed.duplicates,
        .conflicts = engine->feed.conflicts,
        .superseded = engine->feed.superseded,
        .late = engine->late,
        .refused = engine->refused,
        .latest_at = latest == INT64_MIN ? 0 : latest,
        .sealed = core->store.sealed.count,
        .now = core->now == INT64_MIN ? 0 : core->now,
        .memory = core->memory.used,
        .work_folded = core->folded,
        .work_probed = core->store.probes,
        .has_now = core->now != INT64_MIN,
        .unrecorded_facets = engine->unrecorded,
        .rules = cxj__alerts_rules(core),
        .alerts = cxj__alerts_waiting(core),
        .alerts_dropped = core->alerts_dropped,
    };
    cxj__engine_give(stats, stats_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_set_unrecorded(cxj_engine *engine, uint32_t unrecorded_facets) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if ((unrecorded_facets & ~(uint32_t)CXJ_FACETS_ALL) != 0) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "unrecorded_facets has an unknown bit");
    }
    uint32_t before = engine->unrecorded, after = closed_under_implication(unrecorded_facets);
    struct cxj__rule_facets facets;
    const struct cxj__rule *rule = cxj__alerts_rule_lacking(&engine->core, after, &facets);
    if (rule != NULL) {
        struct cxj__shown shown;
        cxj__base_say(&engine->message, "unrecorded_facets: the rule \"%s\" needs %s; drop it first",
                      cxj__base_show(&shown, rule->query.text, rule->query.text_length), facets.text);
        return CXJ_BAD_ARGUMENT;
    }
    engine->unrecorded = after;
    engine->core.version += engine->unrecorded != before;
    return CXJ_OK;
}

/* ---- facets ----------------------------------------------------------------------------------------------------- */

cxj_status cxj_facet_describe(size_t index, cxj_facet_info *info, size_t info_size) {
    if (info == NULL || info_size < CXJ__LEAST_FACET_INFO) return CXJ_BAD_ARGUMENT;
    const struct cxj__facet *facet = cxj__touchpoint_facet(index);
    if (facet == NULL) return CXJ_NOT_FOUND;
    cxj_facet_info known = {facet->name, facet->summary, facet->facet, cxj__touchpoint_imply(facet->facet)};
    cxj__engine_give(info, info_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_facet_counts(const cxj_engine *engine, uint64_t *counts) {
    if (engine == NULL || counts == NULL) return CXJ_BAD_ARGUMENT;
    memcpy(counts, engine->core.facet_counts, sizeof engine->core.facet_counts);
    return engine->core.sealed_facets_lost ? CXJ_INCOMPLETE : CXJ_OK;
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

struct cxj_view *cxj__engine_find_view(const struct cxj__core *core, const char *text, size_t length) {
    const uint64_t print = cxj__base_siphash(core->seed.key, text, length);
    for (size_t i = 0; i < core->view_count; i++) {
        struct cxj_view *view = core->views[i];
        if (view->text_print != print) continue; /* texts may be long, and begin alike */
        if (view->text_length == length && memcmp(view->text, text, length) == 0) return view;
    }
    return NULL;
}

/* Lets go what is kept for a view, and takes it out of the list. */
static void forget_view(struct cxj__core *core, size_t place) {
    cxj__fill_forget(core, core->views[place]);
    memmove(core->views + place, core->views + place + 1, (core->view_count - place - 1) * sizeof *core->views);
    core->view_count--;
    cxj__core_note_views(core);
    if (core->hours != NULL && cxj__core_view_in_hours(core) == NULL) cxj__fill_drop_hours(core);
}

/* Takes a new view in and fills it, if it may be added now. */
static cxj_status admit_view(cxj_engine *engine, struct cxj_view *view) {
    struct cxj__core *core = &engine->core;
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    if (view->in_hours && core->calendar == NULL) {
        return cxj__engine_fail(
            engine, CXJ_NO_CALENDAR,
            "view: there is no calendar that says what working hours are; give cxj_set_calendar() one");
    }
    if (engine->next_view >> (64 - CXJ__CELL_NUMBER_BITS) != 0) {
        return cxj__engine_fail(engine, CXJ_LIMIT, "16,777,216 views have been added already");
    }
    if (core->view_count >= core->views_limit) {
        cxj__base_say(&engine->message, "there are %u views already, as many as there may be (options: views_limit)",
                      (unsigned)core->views_limit);
        return CXJ_LIMIT;
    }
    view->engine = engine;
    view->calendar = core->calendar;
    view->id = engine->next_view++;
    view->sealed_lost = core->sealed_touchpoints > 0; /* what those contributed is known to other views at most */
    core->views[core->view_count++] = view;
    cxj__core_note_views(core);
    if (!cxj__fill_view(core, view)) {
        forget_view(core, core->view_count - 1);
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to fill a view");
    }
    core->version++;
    return CXJ_OK;
}

CXJ__COLD cxj_status cxj_view_add(cxj_engine *engine, const char *text, size_t length, cxj_view **view) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (view == NULL || text == NULL) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, view == NULL ? "view is NULL" : "text is NULL");
    }
    struct cxj__core *core = &engine->core;
    size_t bytes = cxj__base_length(text, length);
    if (bytes >= INT32_MAX) {
        return cxj__engine_fail(engine, CXJ_BAD_TEXT, "view: the text is longer than 2^31 - 2 bytes");
    }
    struct cxj_view *made = cxj__base_resize(&core->memory, NULL, 0, sizeof *made);
    if (made == NULL ||
        !cxj__base_grow(&core->memory, &core->views, &core->view_capacity, core->view_count + 1, sizeof *core->views)) {
        if (made != NULL) cxj__base_resize(&core->memory, made, sizeof *made, 0);
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory for a view");
    }
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_mark(&core->dictionaries[d]);
    cxj_status status =
        cxj__view_read(made, core->dictionaries, &core->memory, &core->seed, text, bytes, &engine->message);
    if (status != CXJ_OK) {
        cxj__base_resize(&core->memory, made, sizeof *made, 0);
        return status;
    }
    struct cxj_view *known = cxj__engine_find_view(core, made->text, made->text_length);
    if (known != NULL) {
        destroy_view(core, made); /* its names are those of the other */
        *view = known;
        return CXJ_OK;
    }
    status = admit_view(engine, made);
    if (status == CXJ_OK) {
        *view = made;
        return CXJ_OK;
    }
    destroy_view(core, made);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        cxj__names_take_back(&core->dictionaries[d], &core->memory);
    }
    return status;
}

CXJ__COLD cxj_status cxj_view_drop(cxj_engine *engine, cxj_view *view) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (view == NULL) return CXJ_OK;
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct cxj__core *core = &engine->core;
    for (size_t i = 0; i < core->view_count; i++) {
        if (core->views[i] != view) continue;
        forget_view(core, i);
        destroy_view(core, view);
        core->version++;
        return CXJ_OK;
    }
    return cxj__engine_fail(engine, CXJ_NOT_FOUND, "the view is none of this engine's");
}

cxj_status cxj_view_at(const cxj_engine *engine, size_t index, cxj_view **view) {
    if (engine == NULL || view == NULL) return CXJ_BAD_ARGUMENT;
    if (index >= engine->core.view_count) return CXJ_NOT_FOUND;
    *view = engine->core.views[index];
    return CXJ_OK;
}

/* ---- calendar --------------------------------------------------------------------------------------------------- */

/* Sees to it that a calendar may take the place of the one that there is. */
static cxj_status check_calendar(cxj_engine *engine, const struct cxj__calendar *calendar) {
    struct cxj__core *core = &engine->core;
    const struct cxj_view *view = calendar == NULL ? cxj__core_view_in_hours(core) : NULL;
    const struct cxj__rule *rule = calendar == NULL ? cxj__alerts_rule_in_hours(core) : NULL;
    struct cxj__shown shown;
    if (view != NULL || rule != NULL) {
        const char *text = view != NULL ? cxj__base_show(&shown, view->text, view->text_length)
                                        : cxj__base_show(&shown, rule->query.text, rule->query.text_length);
        cxj__base_say(&engine->message, "calendar: the %s \"%s\" needs it", view != NULL ? "view" : "rule", text);
        return CXJ_NO_CALENDAR;
    }
    int64_t until = core->now > core->sealed_latest ? core->now : core->sealed_latest;
    if (core->sealed_touchpoints == 0 || cxj__calendar_agrees(core->calendar, calendar, until)) return CXJ_OK;
    cxj__base_say(
        &engine->message,
        "calendar: journeys are sealed, so weekly hours, and dates and offsets up to %lld, must be as they were",
        (long long)until);
    return CXJ_SEALED;
}

CXJ__COLD cxj_status cxj_set_calendar(cxj_engine *engine, const char *text, size_t length) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    struct cxj__core *core = &engine->core;
    struct cxj__calendar *calendar = NULL;
    size_t bytes = cxj__base_length(text, length);
    if (text == NULL && length != 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "text is NULL");
    if (bytes >= INT32_MAX) {
        return cxj__engine_fail(engine, CXJ_BAD_TEXT, "calendar: the text is longer than 2^31 - 2 bytes");
    }
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    cxj_status status =
        bytes == 0 ? CXJ_OK : cxj__calendar_read(&calendar, &core->memory, text, bytes, &engine->message);
    if (status != CXJ_OK) return status;
    bool is_other = !cxj__calendar_is_equal(core->calendar, calendar);
    if (is_other) status = check_calendar(engine, calendar);
    const struct cxj__alerts_noting noting = {calendar, core->now, false};
    if (is_other && status == CXJ_OK &&
        ((core->alerts != NULL && (!cxj__alerts_begin_call(core) || !cxj__alerts_reserve_noting(core, &noting))) ||
         !cxj__fill_again(core, calendar))) {
        status = cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to fill views by another calendar");
    }
    if (is_other && status == CXJ_OK) {
        struct cxj__calendar *before = core->calendar;
        core->calendar = calendar;
        calendar = before;
        core->version++;
        if (core->alerts != NULL) cxj__alerts_note(core, &noting);
    }
    cxj__calendar_destroy(calendar, &core->memory);
    return status;
}

cxj_status cxj_calendar(const cxj_engine *engine, const char **text, size_t *length) {
    if (engine == NULL || text == NULL) return CXJ_BAD_ARGUMENT;
    size_t bytes = 0;
    *text = engine->core.calendar == NULL ? NULL : cxj__calendar_text(engine->core.calendar, &bytes);
    if (length != NULL) *length = bytes;
    return CXJ_OK;
}

/* ---- clock ------------------------------------------------------------------------------------------------------ */

cxj_status cxj_advance(cxj_engine *engine, int64_t now) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    struct cxj__core *core = &engine->core;
    if (!cxj__touchpoint_is_moment(now)) {
        cxj__base_say(&engine->message, "now: %lld is not within the years 0001 to 9999", (long long)now);
        return CXJ_BAD_ARGUMENT;
    }
    if (core->now != INT64_MIN && now - LONGEST_LEAP > core->now &&
        (core->touchpoints == 0 || now - LONGEST_LEAP > cxj__core_latest(core))) {
        cxj__base_say(
            &engine->message,
            "now: %lld is more than ten years after both the clock, %lld, and the latest touchpoint, %lld; it "
            "must be in milliseconds since 1970",
            (long long)now, (long long)core->now, (long long)cxj__core_latest(core));
        return CXJ_CLOCK;
    }
    if (now < core->now) {
        cxj__base_say(&engine->message, "now: %lld lies before the clock, which stands at %lld", (long long)now,
                      (long long)core->now);
        return CXJ_CLOCK;
    }
    const struct cxj__alerts_noting noting = {core->calendar, now, false};
    const int64_t before = core->now;
    bool is_first = core->alerts != NULL && before == INT64_MIN, are_raised = true;
    if (is_first && (!cxj__alerts_begin_call(core) || !cxj__alerts_reserve_noting(core, &noting))) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to look at what holds by the rules; the clock stays");
    }
    cxj__due_advance(core, now);
    if (is_first) {
        cxj__alerts_note(core, &noting);
    } else if (core->alerts != NULL) {
        are_raised = cxj__alerts_advance(core, before);
    }
    if (!are_raised) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory for all alerts; the clock has moved");
    }
    size_t sealed = core->store.sealed.count;
    cxj_status status = cxj__seal_due(core);
    if (status != CXJ_OK) {
        cxj__engine_free_room(engine); /* which may be enough */
        status = cxj__seal_due(core);
    }
    /* What is let go shall not lie about in it. */
    if (core->store.sealed.count != sealed) cxj__engine_free_room(engine);
    if (status == CXJ_OK) return CXJ_OK;
    return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to seal a journey; the clock has moved");
}
