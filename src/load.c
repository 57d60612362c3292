/* load: bytes into an engine, or only checked, or merged.
 *
 * Nothing that is read is trusted: blocks are whole or refused (format.c), and here every number is checked against what
 * it may be: names, keys and journeys stand in strict order, codes are those of names that are there, touchpoints are
 * within their bounds and in their order, totals are what was found. What an engine needs is built of what was checked
 * already, by the functions that build it otherwise: touchpoints are planned and committed, so that cells and
 * touchpoints cannot disagree. To check without building is the same, less that. */
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "metric.h"
#include "touchpoint.h"
#include "format.h"

/* What becomes of what is read. */
enum purpose {
    CHECK,      /* nothing */
    BUILD,      /* an engine */
    BUILD_BARE, /* one whose views hold only what sealed journeys have contributed: enough to merge it */
};

/* What is said at the beginning, of all that follows. */
struct totals {
    int64_t now; /* INT64_MIN: none */
    uint64_t sealed_touchpoints, sealed_journeys;
    int64_t sealed_latest;
    size_t names[CXJ__DICTIONARIES + 1];
    uint64_t views, journeys, touchpoints;
};

struct load {
    cxj_engine *engine; /* with names and views in any case */
    enum purpose purpose;
    struct cxj__format_in in;
    struct totals totals;
    uint64_t sealed, touchpoints; /* found so far */
    uint64_t *ids;                /* of the journey under way */
    size_t id_count, id_capacity;
    size_t planned; /* touchpoints that are planned and not committed yet */
};

static bool refuse_bytes(struct load *load, const char *why) {
    return cxj__format_refuse(&load->in, CXJ_BAD_BYTES, why);
}

static bool lack_memory(struct load *load) {
    return cxj__format_refuse(&load->in, CXJ_NO_MEMORY, "no memory to go on");
}

/* ---- totals, names, views --------------------------------------------------------------------------------------- */

static int64_t get_moment(struct load *load) {
    int64_t moment = cxj__format_get_signed(&load->in);
    if (!cxj__touchpoint_is_moment(moment)) refuse_bytes(load, "a moment is not within the years 0001 to 9999");
    return moment;
}

static bool read_totals(struct load *load) {
    struct cxj__format_in *in = &load->in;
    struct totals *totals = &load->totals;
    if (!cxj__format_item(in, CXJ__FORMAT_TOTALS)) return false;
    totals->now = cxj__format_get(in, 1) != 0 ? get_moment(load) : INT64_MIN;
    totals->sealed_touchpoints = cxj__format_get(in, CXJ__MOST_SEALED);
    totals->sealed_journeys = cxj__format_get(in, totals->sealed_touchpoints);
    totals->sealed_latest = INT64_MIN;
    if (totals->sealed_touchpoints > 0 && totals->sealed_journeys == 0) {
        refuse_bytes(load, "sealed touchpoints are of no journey");
    }
    if (totals->sealed_touchpoints > 0) totals->sealed_latest = get_moment(load);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        totals->names[d] = (size_t)cxj__format_get(in, cxj__names_most(d));
    }
    totals->views = cxj__format_get(in, CXJ__MOST_VIEWS);
    totals->journeys = cxj__format_get(in, UINT64_MAX);
    totals->touchpoints = cxj__format_get(in, UINT64_MAX);
    struct cxj__core *core = &load->engine->core;
    core->now = totals->now;
    core->sealed_touchpoints = core->touchpoints = totals->sealed_touchpoints;
    core->sealed_journeys = core->journeys = totals->sealed_journeys;
    core->sealed_latest = totals->sealed_latest;
    return in->status == CXJ_OK;
}

/* Adds a name, which must stand behind the one before it. */
static bool add_name(struct load *load, uint32_t d, const char *name, size_t length) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__names *dictionary = &core->dictionaries[d];
    size_t offset = 0;
    uint32_t code = 0;
    if (length == 0) return refuse_bytes(load, "a name is empty");
    if (!cxj__base_is_utf8(name, length, &offset)) return refuse_bytes(load, "a name is not UTF-8, or has a NUL");
    cxj_status status = cxj__names_add(dictionary, &core->memory, &core->seed, name, length, &code);
    if (status == CXJ_NO_MEMORY) return lack_memory(load);
    if (status == CXJ_LIMIT) {
        return cxj__format_refuse(&load->in, CXJ_LIMIT, "there are more names than a dictionary may have codes");
    }
    if (cxj__names_compare(dictionary, code - 1, code) >= 0) return refuse_bytes(load, "names are not in order");
    return true;
}

static bool read_names(struct load *load) {
    struct cxj__format_in *in = &load->in;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (size_t i = 0; i < load->totals.names[d]; i++) {
            if (!cxj__format_item(in, CXJ__FORMAT_NAMES)) return false;
            size_t length = (size_t)cxj__format_get(in, INT32_MAX);
            const unsigned char *name = cxj__format_get_bytes(in, length);
            if (name == NULL || !add_name(load, d, (const char *)name, length)) return false;
        }
    }
    return true;
}

/* What a limit that a view runs into means: more names than there can be at all are those of no engine. */
static cxj_status judge_limit(const struct cxj__core *core) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (core->dictionaries[d].count >= cxj__names_most(d)) return CXJ_BAD_BYTES;
    }
    return CXJ_LIMIT;
}

static bool add_view(struct load *load, const char *text, size_t length, bool sealed_lost) {
    struct cxj__core *core = &load->engine->core;
    size_t count = core->view_count;
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(load->engine, text, length, &view);
    if (status == CXJ_BAD_TEXT) status = CXJ_BAD_BYTES;
    if (status == CXJ_LIMIT) status = judge_limit(core);
    if (status != CXJ_OK) return cxj__format_refuse(&load->in, status, cxj_message(load->engine));
    if (core->view_count == count) return refuse_bytes(load, "a view stands twice");
    if (sealed_lost && core->sealed_touchpoints == 0) return refuse_bytes(load, "a view lacks what nobody contributed");
    view->sealed_lost = sealed_lost;
    return true;
}

static bool read_views(struct load *load) {
    struct cxj__format_in *in = &load->in;
    for (uint64_t i = 0; i < load->totals.views; i++) {
        if (!cxj__format_item(in, CXJ__FORMAT_VIEWS)) return false;
        bool sealed_lost = cxj__format_get(in, 1) != 0;
        size_t length = (size_t)cxj__format_get(in, UINT32_MAX);
        const unsigned char *text = cxj__format_get_bytes(in, length);
        if (text == NULL || !add_view(load, (const char *)text, length, sealed_lost)) return false;
    }
    return true;
}

/* ---- what sealed journeys have contributed ---------------------------------------------------------------------- */

/* Reads a key, which must stand behind the one before it, if there is one; its names are used. */
static bool read_key(struct load *load, const struct cxj_view *view, bool is_first, struct cxj__key *key) {
    struct cxj__format_in *in = &load->in;
    struct cxj__key before = *key;
    uint32_t parts = cxj__view_code_parts(view);
    *key = (struct cxj__key){0};
    if (view->period != CXJ__NO_PERIOD) key->period = cxj__format_get_signed(in);
    for (uint32_t part = 0; part < parts; part++) key->parts[part] = (uint32_t)cxj__format_get(in, UINT32_MAX);
    if (in->status != CXJ_OK) return false;
    if (!cxj__view_is_key(view, key, load->totals.names)) return refuse_bytes(load, "a key is none of its view's");
    if (!is_first && cxj__view_compare_keys(&before, key) >= 0) return refuse_bytes(load, "cells are not in order");
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t d = cxj__view_part_dimension(view, part);
        if (d <= CXJ__DICTIONARIES) cxj__names_note_sealed(&load->engine->core.dictionaries[d], key->parts[part]);
    }
    return true;
}

/* True if no part of what a cell counts is more than its whole, so that each share of it lies within 0 and 1. */
static bool has_shares(const struct cxj__cell *cell) {
    const struct cxj__circumstances circumstances = {.has_now = true, .has_context = true};
    for (size_t place = 0; place < cxj__metric_count(); place++) {
        cxj_metric_info info;
        cxj_value share;
        if (cxj__metric_grain(place) != cell->grain) continue;
        cxj__metric_describe(place, &info);
        if (info.kind != CXJ_KIND_SHARE) continue;
        cxj__metric_read(place, cell, &circumstances, &share);
        if (share.value > 1) return false;
    }
    return true;
}

/* Reads what a cell sums into its sealed part, and adds that to the cell. */
static bool fill_cell(struct load *load, struct cxj__cell *cell) {
    struct cxj__memory *memory = &load->engine->core.memory;
    if (!cxj__cell_reserve_sealed(cell, memory)) return lack_memory(load);
    cxj__format_get_cell(&load->in, cell->sealed, load->totals.sealed_touchpoints);
    if (load->in.status != CXJ_OK) return false;
    if (!has_shares(cell->sealed)) return refuse_bytes(load, "a part of what a cell counts is more than its whole");
    if (!cxj__cell_reserve_cell(cell, memory, cell->sealed)) return lack_memory(load);
    cxj__cell_add_cell(cell, cell->sealed, 1);
    return true;
}

static bool load_cell(struct load *load, struct cxj_view *view, bool is_first, struct cxj__key *key) {
    struct cxj__core *core = &load->engine->core;
    if (!cxj__format_item(&load->in, CXJ__FORMAT_CELLS) || !read_key(load, view, is_first, key)) return false;
    if (view->cell_count >= core->cells_limit) {
        return cxj__format_refuse(&load->in, CXJ_LIMIT, "a view has more cells than it may have");
    }
    bool is_kept = load->purpose != CHECK;
    struct cxj__cell *cell =
        is_kept ? cxj__view_make(view, &core->memory, &core->seed, key) : cxj__cell_create(&core->memory, view->grain);
    if (cell == NULL) return lack_memory(load);
    bool is_right = fill_cell(load, cell);
    if (!is_kept) cxj__cell_destroy(cell, &core->memory);
    return is_right;
}

static bool read_cells(struct load *load) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__format_in *in = &load->in;
    for (size_t v = 0; v < core->view_count && load->totals.sealed_touchpoints > 0; v++) {
        struct cxj__key key = {0};
        if (!cxj__format_item(in, CXJ__FORMAT_CELLS)) return false;
        uint64_t count = cxj__format_get(in, UINT64_MAX);
        for (uint64_t i = 0; i < count; i++) {
            if (!load_cell(load, core->views[v], i == 0, &key)) return false;
        }
    }
    return in->status == CXJ_OK;
}

/* ---- journeys --------------------------------------------------------------------------------------------------- */

/* Commits what is planned. */
static bool commit(struct load *load) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__plan *plan = &load->engine->plan;
    if (load->planned == 0) return true;
    if (cxj__plan_prepare(plan, core) != CXJ_OK) return lack_memory(load);
    cxj__plan_commit(plan, core, false);
    cxj__plan_begin(plan);
    load->planned = 0;
    return true;
}

static int compare_loaded_ids(const void *a, const void *b, const void *context) {
    (void)context;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Each id stands once in its journey. Those of most journeys ascend, and then that is seen at once. */
static bool check_ids(struct load *load) {
    uint64_t *ids = load->ids;
    size_t count = load->id_count;
    bool ascend = true;
    for (size_t i = 1; i < count && ascend; i++) ascend = ids[i - 1] < ids[i];
    if (ascend) return true;
    struct cxj__memory *memory = &load->engine->core.memory;
    uint64_t *scratch = cxj__base_resize(memory, NULL, 0, count * sizeof *scratch);
    if (scratch == NULL) return lack_memory(load);
    cxj__base_sort(ids, scratch, count, sizeof *ids, compare_loaded_ids, NULL);
    memset(scratch, 0, count * sizeof *scratch); /* What is read may be refused, and then shall not lie about. */
    cxj__base_resize(memory, scratch, count * sizeof *scratch, 0);
    for (size_t i = 1; i < count; i++) {
        if (ids[i - 1] == ids[i]) return refuse_bytes(load, "an id stands twice in a journey");
    }
    return true;
}

static bool note_id(struct load *load, uint64_t id) {
    if (id == 0) return true;
    if (!cxj__base_grow(&load->engine->core.memory, &load->ids, &load->id_capacity, load->id_count + 1,
                        sizeof *load->ids)) {
        return lack_memory(load);
    }
    load->ids[load->id_count++] = id;
    return true;
}

/* Codes must be those of names that are there. To check without building, their uses are counted here. */
static bool check_record_codes(struct load *load, const cxj_touchpoint *t) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(t, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (codes[d] > load->totals.names[d]) return refuse_bytes(load, "a touchpoint has a code of no name");
        if (load->purpose == CHECK) cxj__names_use(&load->engine->core.dictionaries[d], codes[d]);
    }
    return true;
}

static bool read_touchpoint(struct load *load, uint64_t journey, struct cxj__format_before *before, cxj_touchpoint *t) {
    struct cxj__core *core = &load->engine->core;
    cxj_touchpoint last = *t;
    struct cxj__refusal refusal;
    cxj__format_get_touchpoint(&load->in, t, before);
    if (load->in.status != CXJ_OK) return false;
    t->journey = journey;
    if (!cxj__touchpoint_check(t, &refusal)) {
        char why[160];
        (void)snprintf(why, sizeof why, "a touchpoint's %s %s", refusal.field, refusal.rule);
        return refuse_bytes(load, why);
    }
    if (cxj__fold_imply(t->facets) != t->facets) return refuse_bytes(load, "a touchpoint lacks facets that its own imply");
    /* Those withdrawn have no place in the order; older files give them one, and names. */
    bool is_withdrawn = (t->facets & CXJ_FACET_WITHDRAWN) != 0;
    int order = last.journey == 0 || is_withdrawn ? -1 : cxj__store_compare(&last, t);
    if (order > 0 || (order == 0 && t->id != 0)) return refuse_bytes(load, "touchpoints are not in order");
    if (!check_record_codes(load, t) || !note_id(load, t->id)) return false;
    if (load->purpose != CHECK) {
        load->planned++;
        if (cxj__plan_arrival(&load->engine->plan, core, t, load->planned - 1) != CXJ_OK) return lack_memory(load);
    }
    if (is_withdrawn) *t = last;
    return true;
}

static bool read_journey(struct load *load, uint64_t number, size_t count) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__format_before before = {0};
    cxj_touchpoint touchpoint = {0};
    if (count > core->touchpoints_limit) {
        return cxj__format_refuse(&load->in, CXJ_LIMIT, "a journey has more touchpoints than it may have");
    }
    load->id_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!read_touchpoint(load, number, &before, &touchpoint)) return false;
    }
    load->touchpoints += count;
    return check_ids(load) && (load->planned < CXJ__COMING || commit(load));
}

static bool read_sealed(struct load *load, uint64_t number) {
    struct cxj__core *core = &load->engine->core;
    load->sealed++;
    if (load->purpose == CHECK || cxj__store_seal(&core->store, &core->memory, &core->seed, number)) return true;
    return lack_memory(load);
}

static bool read_journeys(struct load *load) {
    struct cxj__format_in *in = &load->in;
    uint64_t number = 0;
    cxj__plan_begin(&load->engine->plan);
    for (uint64_t i = 0; i < load->totals.journeys; i++) {
        if (!cxj__format_item(in, CXJ__FORMAT_JOURNEYS)) return false;
        uint64_t step = cxj__format_get(in, UINT64_MAX - number);
        if (step == 0) return refuse_bytes(load, "journeys are not in order");
        number += step;
        size_t count = (size_t)cxj__format_get(in, CXJ__TOUCHPOINTS_LIMIT);
        if (in->status != CXJ_OK) return false;
        if (!(count == 0 ? read_sealed(load, number) : read_journey(load, number, count))) return false;
    }
    return commit(load);
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* What was said at the beginning must be what was found, and each name must be used. */
static bool check_totals(struct load *load) {
    if (load->touchpoints != load->totals.touchpoints) return refuse_bytes(load, "touchpoints are not as many as was said");
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *dictionary = &load->engine->core.dictionaries[d];
        for (uint32_t code = 1; code <= load->totals.names[d]; code++) {
            if (!cxj__names_was_used(dictionary, code)) return refuse_bytes(load, "a name is not used");
        }
    }
    return true;
}

static bool read_state(struct load *load) {
    struct cxj__core *core = &load->engine->core;
    if (!read_totals(load) || !read_names(load) || !read_views(load) || !read_cells(load)) return false;
    size_t views = core->view_count;
    uint32_t wanted = core->wanted;
    if (load->purpose == BUILD_BARE) core->view_count = core->wanted = 0;
    bool is_right = read_journeys(load);
    core->view_count = views;
    core->wanted = wanted;
    for (size_t v = 0; v < views; v++) core->views[v]->incomplete |= core->views[v]->sealed_lost;
    if (!is_right || !cxj__format_in_end(&load->in) || !check_totals(load)) return false;
    /* names that only withdrawn touchpoints have carried */
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_retire(&core->dictionaries[d], &core->memory);
    return true;
}

/* Reads all into an engine that is empty. What was found, and what is wrong, stays in load. */
static cxj_status run_load(struct load *load, cxj_read read, void *context) {
    struct cxj__memory *memory = &load->engine->core.memory;
    if (cxj__format_in_begin(&load->in, memory, read, context)) (void)read_state(load);
    if (load->ids != NULL) memset(load->ids, 0, load->id_capacity * sizeof *load->ids);
    cxj__base_release(memory, &load->ids, &load->id_capacity, sizeof *load->ids);
    cxj__format_in_finish(&load->in);
    return load->in.status;
}

/* Makes an engine of bytes; its own message then says nothing. */
static cxj_status make(const cxj_options *options, enum purpose purpose, cxj_read read, void *context, char *message,
                       size_t message_capacity, cxj_engine **engine) {
    struct load load = {.purpose = purpose};
    cxj_status status = cxj_engine_create(options, message, message_capacity, &load.engine);
    if (status != CXJ_OK) return status;
    status = run_load(&load, read, context);
    if (status != CXJ_OK) {
        cxj__engine_tell(message, message_capacity, load.in.message.text);
        cxj_engine_destroy(load.engine);
        return status;
    }
    cxj__engine_trim(load.engine);
    *engine = load.engine;
    return CXJ_OK;
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

/* ---- load ------------------------------------------------------------------------------------------------------- */

static cxj_status refuse_argument(char *message, size_t message_capacity, const char *sentence) {
    cxj__engine_tell(message, message_capacity, sentence);
    return CXJ_BAD_ARGUMENT;
}

cxj_status cxj_load(const cxj_options *options, cxj_read read, void *context, char *message, size_t message_capacity,
                    cxj_engine **engine) {
    cxj__engine_tell(message, message_capacity, "");
    if (engine == NULL) return refuse_argument(message, message_capacity, "engine is NULL");
    *engine = NULL;
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    return make(options, BUILD, read, context, message, message_capacity, engine);
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
        cxj__base_say(&engine->message, "merge: only %s has the view \"%.200s\"", whose, view->text);
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
                           .cells_limit = UINT64_MAX,
                           .touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT};
    if (memory->limit != 0 && memory->used >= memory->limit) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to merge");
    }
    if (memory->limit != 0) options.memory_limit = memory->limit - memory->used; /* not 0, which would be no limit */
    cxj_engine *source = NULL;
    cxj_status status =
        make(&options, BUILD_BARE, read, context, engine->message.text, sizeof engine->message.text, &source);
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

static void describe(const struct load *load, cxj_validation *validation) {
    *validation = (cxj_validation){.format = load->in.format};
    validation->offset = load->in.wrong;
    if (load->in.status != CXJ_OK) return;
    validation->offset = load->in.offset + load->in.length;
    validation->touchpoints = load->touchpoints;
    validation->journeys = load->totals.journeys - load->sealed;
    validation->sealed = load->sealed;
    validation->views = load->totals.views;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) validation->names += load->totals.names[d];
}

cxj_status cxj_validate(cxj_read read, void *context, cxj_validation *validation, size_t validation_size, char *message,
                        size_t message_capacity) {
    cxj__engine_tell(message, message_capacity, "");
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    if (validation == NULL || validation_size == 0) {
        return refuse_argument(message, message_capacity, "validation is NULL, or its size is 0");
    }
    struct load load = {.purpose = CHECK};
    cxj_options options = {
        .size = sizeof options, .cells_limit = UINT64_MAX, .touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT};
    cxj_validation known = {0};
    cxj_status status = cxj_engine_create(&options, message, message_capacity, &load.engine);
    if (status == CXJ_OK) {
        status = run_load(&load, read, context);
        cxj__engine_tell(message, message_capacity, load.in.message.text);
        describe(&load, &known);
    }
    cxj_engine_destroy(load.engine);
    cxj__engine_give(validation, validation_size, &known, sizeof known);
    return status;
}

cxj_status cxj_validate_bytes(const void *bytes, size_t length, cxj_validation *validation, size_t validation_size,
                              char *message, size_t message_capacity) {
    struct bytes source = {bytes, length};
    if (bytes == NULL && length > 0) return refuse_argument(message, message_capacity, "bytes is NULL");
    return cxj_validate(read_bytes, &source, validation, validation_size, message, message_capacity);
}
