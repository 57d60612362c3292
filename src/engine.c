/* engine: the life of a handle, its names, views, journeys and clock.
 *
 * These are the functions of the header that are not about recording (record.c) or reading views (answer.c). Each
 * checks what the host passes, calls the room that does the work, and turns a failure into a status and a sentence. */
#include "engine.h"

#include <math.h>
#include <string.h>

#include "metric.h"
#include "touchpoint.h"

#define STRINGIZE_(x) #x
#define STRINGIZE(x) STRINGIZE_(x)

enum { DEFAULT_CELLS = 1000000, DEFAULT_TOUCHPOINTS = 10000 };
#define LONGEST_TIME INT64_C(1000000000000000)

/* ---- version and status ----------------------------------------------------------------------------------------- */

uint32_t cxj_version(void) {
    return CXJ_VERSION_MAJOR * 1000000 + CXJ_VERSION_MINOR * 1000 + CXJ_VERSION_PATCH;
}

const char *cxj_version_text(void) {
    return STRINGIZE(CXJ_VERSION_MAJOR) "." STRINGIZE(CXJ_VERSION_MINOR) "." STRINGIZE(CXJ_VERSION_PATCH);
}

const char *cxj_status_text(cxj_status status) {
    static const char *const texts[] = {
        [CXJ_OK] = "done",
        [CXJ_DONE] = "no further cell",
        [CXJ_STALE] = "the engine has changed since the cursor was opened",
        [CXJ_REFUSED] = "some touchpoints were refused",
        [CXJ_BAD_ARGUMENT] = "bad argument",
        [CXJ_BAD_FIELD] = "a field is out of its bounds",
        [CXJ_BAD_TEXT] = "malformed text",
        [CXJ_NOT_FOUND] = "not found",
        [CXJ_LIMIT] = "a limit is reached",
        [CXJ_NO_MEMORY] = "no memory",
        [CXJ_CLOCK] = "the clock does not go back",
        [CXJ_LATE] = "too late: the journey is sealed",
        [CXJ_PARTIALLY_ERASED] = "a sealed journey is erased, its sums stay",
        [CXJ_SEALED] = "the journey is sealed",
        [CXJ_SAVING] = "a save is under way",
        [CXJ_IO] = "writing or reading failed",
        [CXJ_BAD_BYTES] = "not the bytes of an engine, or not whole",
        [CXJ_NEWER_FORMAT] = "bytes in a newer format",
        [CXJ_OTHER_VIEWS] = "the views differ",
    };
    return status >= 0 && (size_t)status < sizeof texts / sizeof *texts ? texts[status] : "unknown status";
}

size_t cxj_size_of(const char *name) {
    static const struct {
        const char *name;
        size_t size;
    } structs[] = {
        {"cxj_options", sizeof(cxj_options)},
        {"cxj_stats", sizeof(cxj_stats)},
        {"cxj_touchpoint", sizeof(cxj_touchpoint)},
        {"cxj_receipt", sizeof(cxj_receipt)},
        {"cxj_columns", sizeof(cxj_columns)},
        {"cxj_view_info", sizeof(cxj_view_info)},
        {"cxj_value", sizeof(cxj_value)},
        {"cxj_metric_info", sizeof(cxj_metric_info)},
        {"cxj_text", sizeof(cxj_text)},
        {"cxj_commitment", sizeof(cxj_commitment)},
        {"cxj_journey", sizeof(cxj_journey)},
        {"cxj_validation", sizeof(cxj_validation)},
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
        cxj__engine_fail(engine, CXJ_SAVING, "a save in steps is under way; take it to its end, or close it");
    }
    return engine->is_saving;
}

void cxj__engine_tell(char *message, size_t capacity, const char *sentence) {
    if (message == NULL || capacity == 0) return;
    size_t length = strlen(sentence);
    if (length > capacity - 1) length = capacity - 1;
    memcpy(message, sentence, length);
    message[length] = '\0';
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

void cxj__engine_trim(cxj_engine *engine) {
    enum { KEEP = 4096 };
    if (engine->plan.entries.capacity > KEEP) cxj__plan_finish(&engine->plan, &engine->core.memory);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* The first thing that is wrong with the options, or NULL. */
static const char *check_options(const cxj_options *options) {
    if (options->touchpoints_limit > CXJ__TOUCHPOINTS_LIMIT) return "options: touchpoints_limit is above 29,000";
    if (options->codes_limit > cxj__names_most(CXJ_DIMENSION_OWNER)) return "options: codes_limit is above 16,777,215";
    if ((options->unrecorded_facets & ~CXJ_FACETS_ALL) != 0) return "options: unrecorded_facets has an unknown bit";
    if (options->seal_ended_after < 0 || options->seal_ended_after > LONGEST_TIME) {
        return "options: seal_ended_after is not within 0 and 10^15";
    }
    if (options->seal_idle_after < 0 || options->seal_idle_after > LONGEST_TIME) {
        return "options: seal_idle_after is not within 0 and 10^15";
    }
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++) {
        if (options->reserved[i] != 0) return "options: a reserved member is not zero";
    }
    return NULL;
}

/* The options that the host gave, as this library knows them; or why not. */
static const char *take_options(const cxj_options *passed, cxj_options *options) {
    memset(options, 0, sizeof *options);
    if (passed == NULL) return NULL;
    if (passed->size < sizeof passed->size) return "options: size is not set";
    if (!cxj__engine_take(options, sizeof *options, passed, passed->size)) {
        return "options: members that this version does not know are not zero";
    }
    return check_options(options);
}

static cxj_status refuse_creation(char *message, size_t capacity, cxj_status status, const char *sentence) {
    cxj__engine_tell(message, capacity, sentence);
    return status;
}

/* What of a limit of memory is kept for what takes away. */
static uint64_t reserve_of(uint64_t limit) {
    const uint64_t most = UINT64_C(16) << 20;
    return limit / 64 < most ? limit / 64 : most;
}

static void set_up(cxj_engine *engine, const cxj_options *options) {
    struct cxj__core *core = &engine->core;
    core->seed = cxj__base_seed(options->seed, engine);
    core->cells_limit = options->cells_limit != 0 ? options->cells_limit : DEFAULT_CELLS;
    core->touchpoints_limit = options->touchpoints_limit != 0 ? options->touchpoints_limit : DEFAULT_TOUCHPOINTS;
    core->now = INT64_MIN;
    core->seal_ended_after = options->seal_ended_after;
    core->seal_idle_after = options->seal_idle_after;
    core->sealed_latest = core->latest = INT64_MIN;
    engine->unrecorded = options->unrecorded_facets;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        uint32_t most = cxj__names_most(d), codes = options->codes_limit;
        core->dictionaries[d].limit = codes == 0 || codes > most ? most : codes;
    }
}

cxj_status cxj_engine_create(const cxj_options *passed, char *message, size_t message_capacity, cxj_engine **engine) {
    cxj_options options;
    cxj__engine_tell(message, message_capacity, "");
    if (engine == NULL) return refuse_creation(message, message_capacity, CXJ_BAD_ARGUMENT, "engine is NULL");
    *engine = NULL;
    const char *wrong = take_options(passed, &options);
    if (wrong != NULL) return refuse_creation(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    uint64_t reserve = reserve_of(options.memory_limit);
    struct cxj__memory memory = {options.allocate != NULL ? options.allocate : cxj__base_allocate,
                                 options.allocate_context, options.memory_limit - reserve, 0};
    cxj_engine *made = cxj__base_resize(&memory, NULL, 0, sizeof *made);
    if (made == NULL) {
        return refuse_creation(message, message_capacity, CXJ_NO_MEMORY, "no memory for an engine");
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

void cxj_engine_destroy(cxj_engine *engine) {
    if (engine == NULL) return;
    struct cxj__core *core = &engine->core;
    cxj__plan_finish(&engine->plan, &core->memory);
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
    if (engine == NULL || stats == NULL || stats_size == 0) return CXJ_BAD_ARGUMENT;
    const struct cxj__core *core = &engine->core;
    int64_t latest = cxj__plan_latest(core);
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
    };
    cxj__engine_give(stats, stats_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_set_unrecorded(cxj_engine *engine, uint32_t unrecorded_facets) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if ((unrecorded_facets & ~CXJ_FACETS_ALL) != 0) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "unrecorded_facets has an unknown bit");
    }
    engine->core.version += engine->unrecorded != unrecorded_facets;
    engine->unrecorded = unrecorded_facets;
    return CXJ_OK;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

static bool is_with_dictionary(uint32_t dimension) {
    return dimension >= CXJ_DIMENSION_OWNER && dimension <= CXJ__DICTIONARIES;
}

/* The sentence for a name that cannot be taken, or CXJ_OK. */
static cxj_status check_name(cxj_engine *engine, uint32_t dimension, const char *name, size_t length) {
    size_t offset = 0;
    const char *what = cxj__view_dimension_name(dimension);
    if (length > INT32_MAX) {
        cxj__base_say(&engine->message, "%s: a name of %zu bytes is longer than 2^31 - 1", what, length);
        return CXJ_BAD_TEXT;
    }
    if (!cxj__base_is_utf8(name, length, &offset)) {
        cxj__base_say(&engine->message, "%s: byte %zu of the name is %s", what, offset + 1,
                      name[offset] == '\0' ? "NUL" : "not UTF-8");
        return CXJ_BAD_TEXT;
    }
    return CXJ_OK;
}

cxj_status cxj_code(cxj_engine *engine, uint32_t dimension, const char *name, size_t length, uint32_t *code) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (!is_with_dictionary(dimension)) {
        cxj__base_say(&engine->message, "dimension %u has no dictionary", (unsigned)dimension);
        return CXJ_BAD_ARGUMENT;
    }
    if (code == NULL || (name == NULL && length != 0)) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, code == NULL ? "code is NULL" : "name is NULL");
    }
    struct cxj__core *core = &engine->core;
    struct cxj__names *dictionary = &core->dictionaries[dimension];
    size_t bytes = cxj__base_length(name, length);
    if (bytes == 0) {
        *code = 0;
        return CXJ_OK;
    }
    /* one that is too long is not even looked at */
    uint32_t found = bytes > INT32_MAX ? 0 : cxj__names_find(dictionary, &core->seed, name, bytes);
    if (found != 0) {
        *code = found;
        return CXJ_OK;
    }
    cxj_status status = check_name(engine, dimension, name, bytes);
    if (status == CXJ_OK) {
        status = cxj__names_add(dictionary, &core->memory, &core->seed, name, bytes, code);
        if (status == CXJ_NO_MEMORY) return cxj__engine_fail(engine, status, "no memory for a name");
    }
    if (status == CXJ_LIMIT) {
        cxj__base_say(&engine->message, "%s: the dictionary is full (%u codes)", cxj__view_dimension_name(dimension),
                      (unsigned)dictionary->limit);
    }
    return status;
}

cxj_status cxj_find_code(const cxj_engine *engine, uint32_t dimension, const char *name, size_t length,
                         uint32_t *code) {
    if (engine == NULL || !is_with_dictionary(dimension) || code == NULL || (name == NULL && length != 0)) {
        return CXJ_BAD_ARGUMENT;
    }
    size_t bytes = cxj__base_length(name, length);
    uint32_t found = cxj__names_find(&engine->core.dictionaries[dimension], &engine->core.seed, name, bytes);
    if (found == 0 && bytes > 0) return CXJ_NOT_FOUND;
    *code = found;
    return CXJ_OK;
}

cxj_status cxj_name(const cxj_engine *engine, uint32_t dimension, uint32_t code, const char **name, size_t *length) {
    if (engine == NULL || !is_with_dictionary(dimension) || name == NULL) return CXJ_BAD_ARGUMENT;
    size_t bytes = 0;
    const char *text = cxj__names_text(&engine->core.dictionaries[dimension], code, &bytes);
    if (text == NULL) return CXJ_NOT_FOUND;
    *name = text;
    if (length != NULL) *length = bytes;
    return CXJ_OK;
}

#define HALF (UINT64_C(1) << 63)

/* Reads digits that stay below 2^63. */
static bool read_digits(const char *text, size_t length, uint64_t *number) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (HALF - 1 - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

cxj_status cxj_id_from_text(const char *text, size_t length, uint64_t *number) {
    static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    if (number == NULL || (text == NULL && length != 0)) return CXJ_BAD_ARGUMENT;
    size_t bytes = cxj__base_length(text, length);
    if (!read_digits(text, bytes, number)) *number = HALF | cxj__base_siphash(key, text, bytes);
    return CXJ_OK;
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

struct cxj_view *cxj__engine_find_view(const struct cxj__core *core, const char *text, size_t length) {
    for (size_t i = 0; i < core->view_count; i++) {
        struct cxj_view *view = core->views[i];
        if (view->text_length == length && memcmp(view->text, text, length) == 0) return view;
    }
    return NULL;
}

/* The dimension through which a view sees transitions, as the fold wants it. */
static uint32_t wanted_by(const struct cxj_view *view) {
    return view->grain == CXJ_GRAIN_TRANSITIONS ? 1U << (view->dimensions[0] - 1U) : 0;
}

static void want_again(struct cxj__core *core) {
    core->wanted = 0;
    for (size_t i = 0; i < core->view_count; i++) core->wanted |= wanted_by(core->views[i]);
}

/* Fills a view from the journeys there are. */
static bool fill_view(cxj_engine *engine, struct cxj_view *view) {
    struct cxj__core *core = &engine->core;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || journey->fold.counts[CXJ__F_TOUCHPOINTS] == 0) continue;
        cxj__plan_begin(&engine->plan);
        if (cxj__plan_entrance(&engine->plan, core, view, journey) != CXJ_OK) {
            cxj__plan_abandon(&engine->plan, core, false);
            return false;
        }
        cxj__plan_commit(&engine->plan, core, false);
    }
    return true;
}

/* True if an entry of a journey's index speaks of a view. */
static bool is_of_view(const struct cxj__index_entry *entry, const struct cxj_view *view) {
    if (entry->kind == CXJ__INDEX_HAD) return entry->key >> CXJ__PLAN_HAD_BITS == view->id;
    return entry->kind == CXJ__INDEX_CELL && entry->key >> CXJ__CELL_NUMBER_BITS == view->id;
}

/* Forgets what the indexes of long journeys say of a view. */
static void forget_view(struct cxj__core *core, const struct cxj_view *view) {
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__index *index = cxj__store_at(&core->store, place)->index;
        for (size_t i = 0; index != NULL && i < index->capacity; i++) {
            struct cxj__index_entry *entry = &index->entries[i];
            /* Taking one out may bring another into its place. */
            while (is_of_view(entry, view)) cxj__store_unindex(index, &core->seed, entry);
        }
    }
}

cxj_status cxj_view_add(cxj_engine *engine, const char *text, size_t length, cxj_view **view) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (view == NULL || text == NULL) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, view == NULL ? "view is NULL" : "text is NULL");
    }
    struct cxj__core *core = &engine->core;
    size_t bytes = cxj__base_length(text, length);
    struct cxj_view *known = cxj__engine_find_view(core, text, bytes);
    if (known != NULL) {
        *view = known;
        return CXJ_OK;
    }
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    if (engine->next_view >> (64 - CXJ__CELL_NUMBER_BITS) != 0) {
        return cxj__engine_fail(engine, CXJ_LIMIT, "16,777,216 views have been added already");
    }
    if (core->view_count >= CXJ__MOST_VIEWS)
        return cxj__engine_fail(engine, CXJ_LIMIT, "there are 4,096 views already");
    if (bytes > INT32_MAX)
        return cxj__engine_fail(engine, CXJ_BAD_TEXT, "view: the text is longer than 2^31 - 1 bytes");
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
    made->engine = engine;
    made->id = engine->next_view++;
    core->wanted |= wanted_by(made);
    if (!fill_view(engine, made)) {
        want_again(core);
        forget_view(core, made);
        destroy_view(core, made);
        for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
            cxj__names_take_back(&core->dictionaries[d], &core->memory);
        }
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to fill a view");
    }
    core->views[core->view_count++] = made;
    core->version++;
    *view = made;
    return CXJ_OK;
}

cxj_status cxj_view_drop(cxj_engine *engine, cxj_view *view) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (view == NULL) return CXJ_OK;
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct cxj__core *core = &engine->core;
    for (size_t i = 0; i < core->view_count; i++) {
        if (core->views[i] != view) continue;
        forget_view(core, view);
        destroy_view(core, view);
        memmove(core->views + i, core->views + i + 1, (core->view_count - i - 1) * sizeof *core->views);
        core->view_count--;
        want_again(core);
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

/* ---- one journey ------------------------------------------------------------------------------------------------ */

/* The journey with a number: CXJ_OK, CXJ_SEALED or CXJ_NOT_FOUND. */
static cxj_status find_journey(const cxj_engine *engine, uint64_t number, const struct cxj__journey **journey) {
    const struct cxj__core *core = &engine->core;
    uint64_t probes = 0; /* Reading counts no work: it writes nothing in the engine. */
    *journey = number == 0 ? NULL : cxj__store_find(&core->store, &core->seed, number, &probes);
    if (*journey != NULL) return CXJ_OK;
    return cxj__store_is_sealed(&core->store, &core->seed, number, &probes) ? CXJ_SEALED : CXJ_NOT_FOUND;
}

static void show_commitments(const struct cxj__fold *fold, cxj_journey *state) {
    for (unsigned c = 0; c < CXJ__COMMITMENTS; c++) {
        if (!(fold->promises_open >> c & 1)) continue;
        bool announced = fold->announced >> c & 1;
        state->commitments[c] = (cxj_commitment){
            .first_due = fold->promises[c].first_due,
            .due = fold->promises[c].due,
            .announced_at = announced ? fold->promises[c].announced_at : 0,
            .open = 1,
            .announced = announced,
            .explained = fold->explained >> c & 1,
        };
    }
}

static void show_ratings(const struct cxj__fold *fold, cxj_journey *state) {
    uint32_t touch_ratings = fold->counts[CXJ__F_TOUCH_RATINGS];
    state->touch_ratings = touch_ratings;
    state->touch_satisfaction =
        touch_ratings > 0 ? (double)fold->touch_sum / ((double)touch_ratings * CXJ__RATING_UNIT) : NAN;
    state->journey_satisfaction = fold->journey_ratings > 0 ? (double)fold->journey_last / CXJ__RATING_UNIT : NAN;
    state->journey_nps = fold->has_loyalty ? cxj__fold_score(CXJ_SCALE_NPS, fold->loyalty_last) : NAN;
    state->journey_ces = fold->has_effort ? cxj__fold_score(CXJ_SCALE_CES7, fold->effort_last) : NAN;
}

static void show(const struct cxj__journey *journey, cxj_journey *state) {
    const struct cxj__fold *fold = &journey->fold;
    const struct cxj__track *tracks = fold->tracks;
    *state = (cxj_journey){
        .journey = journey->number,
        .customer = fold->customer,
        .first_at = fold->first_at,
        .last_at = fold->last_at,
        .end_at = fold->end_at,
        .quiet = fold->quiet,
        .silence = fold->silence,
        .pending = fold->pending,
        .value = cxj__base_clamp(fold->value),
        .type = fold->type,
        .segment = fold->segment,
        .reason = fold->reason,
        .owner = tracks[CXJ_DIMENSION_OWNER - 1].value,
        .team = tracks[CXJ_DIMENSION_TEAM - 1].value,
        .stage = tracks[CXJ_DIMENSION_STAGE - 1].value,
        .channel = tracks[CXJ_DIMENSION_CHANNEL - 1].value,
        .activity = tracks[CXJ_DIMENSION_ACTIVITY - 1].value,
        .touchpoints = fold->counts[CXJ__F_TOUCHPOINTS],
        .contacts = fold->counts[CXJ__F_CONTACTS],
        .handoffs = fold->counts[CXJ__F_HANDOFFS],
        .bounces = fold->counts[CXJ__F_BOUNCES],
        .repeats = fold->counts[CXJ__F_REPEATS],
        .faults = fold->counts[CXJ__F_FAULTS],
        .chases = fold->counts[CXJ__F_CHASES],
        .outcome = fold->outcome,
        .churned = fold->churned,
        .reopened = fold->reopened,
        .asking = fold->asking,
        .pending_now = fold->waiting,
        .loop_open = fold->loop_open,
    };
    struct cxj__fold room;
    show_ratings(fold, state);
    show_commitments(cxj__store_fold(journey, &room), state);
}

cxj_status cxj_journey_state(const cxj_engine *engine, uint64_t journey, cxj_journey *state, size_t state_size) {
    if (engine == NULL || state == NULL || state_size == 0) return CXJ_BAD_ARGUMENT;
    const struct cxj__journey *found = NULL;
    cxj_status status = find_journey(engine, journey, &found);
    if (status != CXJ_OK) return status;
    if (found->fold.counts[CXJ__F_TOUCHPOINTS] == 0) return CXJ_NOT_FOUND;
    cxj_journey known;
    show(found, &known);
    cxj__engine_give(state, state_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_journey_touchpoints(const cxj_engine *engine, uint64_t journey, cxj_touchpoint *touchpoints,
                                   size_t touchpoint_size, size_t capacity, size_t *count) {
    if (engine == NULL || count == NULL || (touchpoints == NULL && capacity > 0) || touchpoint_size == 0) {
        return CXJ_BAD_ARGUMENT;
    }
    const struct cxj__journey *found = NULL;
    cxj_status status = find_journey(engine, journey, &found);
    if (status != CXJ_OK) return status;
    *count = cxj__store_kept(found);
    for (size_t i = 0; i < *count && i < capacity; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(found, i, &entry);
        cxj__engine_give((char *)touchpoints + i * touchpoint_size, touchpoint_size, &entry.touchpoint,
                         sizeof entry.touchpoint);
    }
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
    if (now < core->now) {
        cxj__base_say(&engine->message, "now: %lld lies before the clock, which stands at %lld", (long long)now,
                      (long long)core->now);
        return CXJ_CLOCK;
    }
    cxj__plan_advance(core, now);
    size_t sealed = core->store.sealed.count;
    cxj_status status = cxj__plan_seal(core);
    if (status != CXJ_OK) {
        cxj__plan_finish(&engine->plan, &core->memory); /* the room that was kept for plans may be enough */
        status = cxj__plan_seal(core);
    }
    /* What is let go shall not lie about in the plan. */
    if (core->store.sealed.count != sealed) cxj__plan_finish(&engine->plan, &core->memory);
    if (status == CXJ_OK) return CXJ_OK;
    return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to seal a journey; the clock has moved");
}
