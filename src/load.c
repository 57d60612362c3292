/* load: bytes into an engine, or only checked, or merged.
 *
 * There is one reader of what was saved (decode.c), for all three. What an engine needs is built of what was checked
 * already, by the functions that build it otherwise: touchpoints are appended, so that cells and touchpoints cannot
 * disagree. To check without building is the same, less that; to merge bytes is to build an engine whose views stay
 * empty, and to merge that. */
#include <string.h>

#include "decode.h"
#include "engine.h"

/* ---- journeys --------------------------------------------------------------------------------------------------- */

/* Takes the journey under way into the engine. */
static bool build_journey(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    struct cxj__journey *journey = cxj__store_make(&core->store, &core->memory, &core->seed, decode->number);
    if (journey == NULL) return cxj__wire_lack_memory(&decode->in);
    struct cxj__edit edit = {.journey = journey,
                             .arriving = decode->entries.items,
                             .arriving_count = decode->entries.count,
                             .retractions = decode->retractions.items,
                             .retraction_count = decode->retractions.count};
    if (!cxj__due_reserve(core, cxj__append_deadlines(&edit)) || !cxj__seal_reserve(core, 1) ||
        !cxj__append_edit(core, &edit)) {
        return cxj__wire_lack_memory(&decode->in);
    }
    cxj__append_settle(core, &edit);
    cxj__core_note_left_out(core, true);
    cxj__core_sweep(core);
    core->version++;
    return true;
}

/* Notes the number of a sealed journey. */
static bool build_sealed(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    if (cxj__store_seal(&core->store, &core->memory, &core->seed, decode->number)) return true;
    return cxj__wire_lack_memory(&decode->in);
}

static bool build_journeys(struct cxj__decode *decode) {
    for (uint64_t i = 0; i < decode->totals.journeys; i++) {
        if (!cxj__decode_journey(decode)) return false;
        if (decode->purpose == CXJ__DECODE_CHECK || decode->is_empty) continue;
        if (!(decode->is_sealed ? build_sealed(decode) : build_journey(decode))) return false;
    }
    return true;
}

/* Reads the journeys, and builds them if that is the purpose; of a bare engine no view looks at them. */
static bool load_journeys(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    size_t views = core->view_count;
    core->is_bare = decode->purpose == CXJ__DECODE_BUILD_BARE;
    if (core->is_bare) core->view_count = 0;
    cxj__core_note_views(core);
    bool is_right = build_journeys(decode);
    core->view_count = views;
    cxj__core_note_views(core);
    return is_right;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* Reads all into an engine that is empty. What was found, and what is wrong, stays in decode. */
static cxj_status run_load(struct cxj__decode *decode, cxj_read read, void *context) {
    (void)(cxj__decode_begin(decode, read, context) && load_journeys(decode) && cxj__decode_end(decode));
    cxj__decode_finish(decode);
    return decode->in.status;
}

/* Bytes in memory. */
struct bytes {
    const unsigned char *bytes;
    size_t left;
};

static int64_t read_bytes(void *context, void *to, size_t capacity) {
    struct bytes *bytes = context;
    size_t length = bytes->left < capacity ? bytes->left : capacity;
    if (length == 0) return 0;
    memcpy(to, bytes->bytes, length);
    bytes->bytes += length;
    bytes->left -= length;
    return (int64_t)length;
}

/* Makes an engine of bytes; its own message then says nothing. */
static cxj_status make(const cxj_options *options, enum cxj__decode_purpose purpose, cxj_read read, void *context,
                       char *message, size_t message_capacity, cxj_engine **engine) {
    struct cxj__decode decode = {.purpose = purpose,
                                 .length = read == read_bytes ? ((const struct bytes *)context)->left : 0};
    cxj_status status = cxj_engine_create(options, message, message_capacity, &decode.engine);
    if (status != CXJ_OK) return status;
    status = run_load(&decode, read, context);
    if (status != CXJ_OK) {
        cxj__base_tell(message, message_capacity, decode.in.message.text);
        cxj_engine_destroy(decode.engine);
        return status;
    }
    cxj__engine_trim(decode.engine);
    *engine = decode.engine;
    return CXJ_OK;
}

/* ---- load ------------------------------------------------------------------------------------------------------- */

static cxj_status refuse_argument(char *message, size_t message_capacity, const char *sentence) {
    cxj__base_tell(message, message_capacity, sentence);
    return CXJ_BAD_ARGUMENT;
}

cxj_status cxj_load(const cxj_options *options, cxj_read read, void *context, char *message, size_t message_capacity,
                    cxj_engine **engine) {
    cxj__base_tell(message, message_capacity, "");
    if (engine == NULL) return refuse_argument(message, message_capacity, "engine is NULL");
    *engine = NULL;
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    return make(options, CXJ__DECODE_BUILD, read, context, message, message_capacity, engine);
}

cxj_status cxj_load_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                          size_t message_capacity, cxj_engine **engine) {
    struct bytes source = {bytes, length};
    if (bytes == NULL && length > 0) {
        if (engine != NULL) *engine = NULL;
        return refuse_argument(message, message_capacity, "bytes is NULL");
    }
    return cxj_load(options, read_bytes, &source, message, message_capacity, engine);
}

/* ---- merge ------------------------------------------------------------------------------------------------------ */

/* True if each of the views is one of the other engine's, too. */
static bool has_views(cxj_engine *engine, const struct cxj__core *of, const struct cxj__core *other,
                      const char *whose) {
    for (size_t v = 0; v < of->view_count; v++) {
        const struct cxj_view *view = of->views[v];
        if (cxj__engine_find_view(other, view->text, view->text_length) != NULL) continue;
        struct cxj__shown shown;
        cxj__base_say(&engine->message, "merge: only %s has the view \"%s\"", whose,
                      cxj__base_show(&shown, view->text, view->text_length));
        return false;
    }
    return true;
}

/* Merges an engine whose memory counts as this one's. */
static cxj_status merge_within(cxj_engine *engine, const cxj_engine *source) {
    struct cxj__memory *memory = &engine->core.memory;
    memory->used += source->core.memory.used;
    cxj_status status = cxj_merge(engine, source);
    memory->used -= source->core.memory.used;
    return status;
}

cxj_status cxj_merge_saved(cxj_engine *engine, cxj_read read, void *context) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (read == NULL) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "read is NULL");
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    const struct cxj__memory *memory = &engine->core.memory;
    cxj_options options = {.size = sizeof options,
                           .allocate = memory->allocate,
                           .allocate_context = memory->context,
                           .seed = {engine->core.seed.key[0], engine->core.seed.key[1]}, /* as secret as the host's */
                           .cells_limit = UINT64_MAX,
                           .touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT,
                           .load_work_limit = engine->core.load_work_limit};
    if (memory->limit != 0 && memory->used >= memory->limit) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to merge");
    }
    if (memory->limit != 0) options.memory_limit = memory->limit - memory->used; /* not 0, which would be no limit */
    cxj_engine *source = NULL;
    cxj_status status = make(&options, CXJ__DECODE_BUILD_BARE, read, context, engine->message.text,
                             sizeof engine->message.text, &source);
    if (status != CXJ_OK) return status;
    if (has_views(engine, &engine->core, &source->core, "this engine") &&
        has_views(engine, &source->core, &engine->core, "the saved one")) {
        status = merge_within(engine, source);
    } else {
        status = CXJ_OTHER_VIEWS;
    }
    cxj_engine_destroy(source);
    return status;
}

cxj_status cxj_merge_bytes(cxj_engine *engine, const void *bytes, size_t length) {
    struct bytes source = {bytes, length};
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    if (bytes == NULL && length > 0) {
        cxj__engine_begin(engine);
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "bytes is NULL");
    }
    return cxj_merge_saved(engine, read_bytes, &source);
}

/* ---- validate --------------------------------------------------------------------------------------------------- */

static void describe(const struct cxj__decode *decode, cxj_validation *validation) {
    *validation = (cxj_validation){.format = decode->in.format};
    validation->offset = decode->in.wrong;
    if (decode->in.status != CXJ_OK) return;
    validation->offset = decode->in.offset + decode->in.length;
    validation->touchpoints = decode->touchpoints + decode->withdrawn;
    validation->journeys = decode->totals.journeys - decode->sealed - decode->empty;
    validation->sealed = decode->sealed;
    validation->views = decode->engine->core.view_count;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) validation->names += decode->totals.names[d];
    validation->work = decode->work;
    validation->memory = sizeof(cxj_engine) + decode->memory + decode->totals.views * sizeof(struct cxj_view);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        validation->memory += decode->totals.names[d] * (sizeof(struct cxj__name) + sizeof(uint64_t));
    }
}

/* What an engine is limited to says nothing about bytes. */
static void lift_limits(struct cxj__core *core) {
    core->cells_limit = UINT64_MAX;
    core->touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT;
    core->views_limit = CXJ__MOST_VIEWS;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) core->dictionaries[d].limit = cxj__names_most(d);
}

cxj_status cxj_validate(const cxj_options *options, cxj_read read, void *context, char *message,
                        size_t message_capacity, cxj_validation *validation, size_t validation_size) {
    cxj__base_tell(message, message_capacity, "");
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    if (validation == NULL) return refuse_argument(message, message_capacity, "validation is NULL");
    if (validation_size < CXJ__LEAST_VALIDATION) {
        return refuse_argument(message, message_capacity, "validation_size is below sizeof(cxj_validation)");
    }
    struct cxj__decode decode = {.purpose = CXJ__DECODE_CHECK};
    cxj_validation known = {0};
    cxj_status status = cxj_engine_create(options, message, message_capacity, &decode.engine);
    if (status == CXJ_BAD_ARGUMENT) return status;
    if (status == CXJ_OK) {
        lift_limits(&decode.engine->core);
        status = run_load(&decode, read, context);
        cxj__base_tell(message, message_capacity, decode.in.message.text);
        describe(&decode, &known);
    }
    cxj_engine_destroy(decode.engine);
    cxj__engine_give(validation, validation_size, &known, sizeof known);
    return status;
}

cxj_status cxj_validate_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                              size_t message_capacity, cxj_validation *validation, size_t validation_size) {
    struct bytes source = {bytes, length};
    if (bytes == NULL && length > 0) return refuse_argument(message, message_capacity, "bytes is NULL");
    return cxj_validate(options, read_bytes, &source, message, message_capacity, validation, validation_size);
}
