/* named: the names and text ids of a host (SPEC 2 and 7), and touchpoints recorded by them.
 *
 * A touchpoint by names becomes one by codes here, a window of them at a time, and goes the way of all others
 * (record.c). A name that is new gets its code even if its touchpoint is then refused; the next erasure retires it, for
 * nothing uses it. */
#include <string.h>

#include "engine.h"
#include "record.h"
#include "touchpoint.h"

enum { LONGEST_TEXT = CXJ_ZERO_TERMINATED - 1 };

static bool is_with_dictionary(uint32_t dimension) {
    return dimension >= CXJ_DIMENSION_OWNER && dimension <= CXJ__DICTIONARIES;
}

/* ---- names and codes -------------------------------------------------------------------------------------------- */

cxj_status cxj_dimension_describe(const cxj_engine *engine, uint32_t dimension, cxj_dimension_info *info,
                                  size_t info_size) {
    if (engine == NULL || info == NULL || info_size < CXJ__LEAST_DIMENSION_INFO) return CXJ_BAD_ARGUMENT;
    if (dimension < CXJ_DIMENSION_OWNER || dimension > CXJ__DIMENSIONS) return CXJ_NOT_FOUND;
    cxj_dimension_info known = {.name = cxj__query_dimension_name(dimension), .dimension = dimension};
    if (is_with_dictionary(dimension)) {
        const struct cxj__names *dictionary = &engine->core.dictionaries[dimension];
        known.has_dictionary = 1;
        known.names = cxj__names_count(dictionary);
        known.room = dictionary->limit - known.names;
    }
    cxj__engine_give(info, info_size, &known, sizeof known);
    return CXJ_OK;
}

/* Whether a name can be taken, or the sentence why not. */
static cxj_status check_name(uint32_t dimension, const char *name, size_t length, struct cxj__message *message) {
    size_t offset = 0;
    const char *what = cxj__query_dimension_name(dimension);
    if (length > LONGEST_TEXT) {
        cxj__base_say(message, "%s: a name of %zu bytes is longer than 2^31 - 2", what, length);
        return CXJ_BAD_TEXT;
    }
    if (!cxj__base_is_utf8(name, length, &offset)) {
        cxj__base_say(message, "%s: byte %zu of the name is %s", what, offset + 1,
                      name[offset] == '\0' ? "NUL" : "not UTF-8");
        return CXJ_BAD_TEXT;
    }
    return CXJ_OK;
}

/* The code of a name, made if the name is new; or the sentence why not. */
static cxj_status code_of(struct cxj__core *core, uint32_t dimension, const cxj_text *name,
                          struct cxj__message *message, uint32_t *code) {
    struct cxj__names *dictionary = &core->dictionaries[dimension];
    size_t bytes = cxj__base_length(name->text, name->length);
    *code = 0;
    if (bytes == 0) return CXJ_OK;
    /* one that is too long is not even looked at */
    if (bytes <= LONGEST_TEXT) *code = cxj__names_find(dictionary, &core->seed, name->text, bytes);
    if (*code != 0) return CXJ_OK;
    cxj_status status = check_name(dimension, name->text, bytes, message);
    if (status != CXJ_OK) return status;
    status = cxj__names_add(dictionary, &core->memory, &core->seed, name->text, bytes, code);
    if (status == CXJ_NO_MEMORY) cxj__base_say(message, "no memory for a name");
    if (status == CXJ_LIMIT) {
        cxj__base_say(message, "%s: the dictionary is full (%u codes)", cxj__query_dimension_name(dimension),
                      (unsigned)dictionary->limit);
    }
    return status;
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
    uint32_t found = 0;
    cxj_status status = code_of(&engine->core, dimension, &(cxj_text){name, length}, &engine->message, &found);
    if (status == CXJ_OK) *code = found;
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

cxj_status cxj_codes(const cxj_engine *engine, uint32_t dimension, size_t capacity, uint32_t *codes, uint64_t *uses,
                     size_t *count) {
    if (engine == NULL || !is_with_dictionary(dimension) || count == NULL || (codes == NULL && capacity > 0)) {
        return CXJ_BAD_ARGUMENT;
    }
    const struct cxj__names *dictionary = &engine->core.dictionaries[dimension];
    *count = cxj__names_count(dictionary);
    if (*count > capacity) return CXJ_TOO_SMALL;
    size_t listed = 0;
    for (uint32_t code = 1; listed < *count; code++) {
        if (!cxj__names_has(dictionary, code)) continue;
        codes[listed] = code;
        if (uses != NULL) uses[listed] = cxj__names_uses(dictionary, code);
        listed++;
    }
    return CXJ_OK;
}

/* ---- numbers that stand for texts ------------------------------------------------------------------------------- */

/* The key under which texts become numbers, that of an engine or the public one. */
static void find_key(const cxj_engine *engine, uint64_t key[2]) {
    static const uint64_t none[2] = {0, 0};
    if (engine == NULL) {
        cxj__names_text_key(none, key);
    } else {
        memcpy(key, engine->text_key, sizeof engine->text_key);
    }
}

cxj_status cxj_id_from_text(const cxj_engine *engine, const char *text, size_t length, uint64_t *id) {
    if (id == NULL || (text == NULL && length != 0)) return CXJ_BAD_ARGUMENT;
    size_t bytes = cxj__base_length(text, length);
    if (bytes > LONGEST_TEXT) return CXJ_BAD_ARGUMENT;
    uint64_t key[2];
    find_key(engine, key);
    *id = cxj__names_text_id(key, text, bytes);
    return CXJ_OK;
}

cxj_status cxj_id_check(const cxj_engine *engine, const char *text, size_t length, uint64_t *check) {
    if (check == NULL || (text == NULL && length != 0)) return CXJ_BAD_ARGUMENT;
    size_t bytes = cxj__base_length(text, length);
    if (bytes > LONGEST_TEXT) return CXJ_BAD_ARGUMENT;
    uint64_t key[2];
    find_key(engine, key);
    const uint64_t complement[2] = {~key[0], ~key[1]};
    *check = cxj__base_siphash(complement, text, bytes);
    return CXJ_OK;
}

/* ---- touchpoints by names --------------------------------------------------------------------------------------- */

/* Why one cannot become a touchpoint by codes. */
struct trouble {
    cxj_status status;
    struct cxj__message message;
};

static cxj_status complain(struct trouble *trouble, cxj_status status, const char *field, const char *rule) {
    cxj__base_say(&trouble->message, "%s: %s", field, rule);
    return trouble->status = status;
}

/* A journey, an id or a customer: as text or as number. */
static cxj_status take_id(const cxj_engine *engine, const char *field, const cxj_text *text, uint64_t number,
                          struct trouble *trouble, uint64_t *id) {
    if (text->text == NULL && text->length != 0) return complain(trouble, CXJ_BAD_FIELD, field, "its text is NULL");
    size_t bytes = cxj__base_length(text->text, text->length);
    if (bytes > LONGEST_TEXT) return complain(trouble, CXJ_BAD_TEXT, field, "its text is longer than 2^31 - 2 bytes");
    if (bytes > 0 && number != 0) return complain(trouble, CXJ_BAD_FIELD, field, "has both a text and a number");
    *id = bytes > 0 ? cxj__names_text_id(engine->text_key, text->text, bytes) : number;
    return CXJ_OK;
}

static cxj_status take_codes(cxj_engine *engine, const cxj_named_touchpoint *named, struct trouble *trouble,
                             cxj_touchpoint *touchpoint) {
#define NAME(field, dimension) [CXJ_DIMENSION_##dimension] = &named->field,
    const cxj_text *const names[CXJ__DICTIONARIES + 1] = {CXJ__FIELDS(CXJ__NO_FIELD, NAME)};
#undef NAME
    uint32_t codes[CXJ__DICTIONARIES + 1] = {0};
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (names[d]->text == NULL && names[d]->length != 0) {
            return complain(trouble, CXJ_BAD_FIELD, cxj__query_dimension_name(d), "its text is NULL");
        }
        trouble->status = code_of(&engine->core, d, names[d], &trouble->message, &codes[d]);
        if (trouble->status != CXJ_OK) return trouble->status;
        cxj__names_came(&engine->core.dictionaries[d], codes[d]); /* whatever becomes of the touchpoint */
    }
    cxj__touchpoint_set_codes(touchpoint, codes);
    return CXJ_OK;
}

static cxj_status resolve_named(cxj_engine *engine, const cxj_named_touchpoint *named, struct trouble *trouble,
                                cxj_touchpoint *t) {
    static const uint8_t nothing[sizeof named->reserved];
    trouble->status = CXJ_OK;
    *t = (cxj_touchpoint){
        .revision = named->revision,
        .at = named->at,
        .due = named->due,
        .value = named->value,
        .sequence = named->sequence,
        .facets = named->facets,
        .scale = named->scale,
        .score = named->score,
        .scope = named->scope,
        .commitment = named->commitment,
        .outcome = named->outcome,
    };
    if (memcmp(named->reserved, nothing, sizeof nothing) != 0) {
        return complain(trouble, CXJ_BAD_FIELD, "reserved", "must be 0");
    }
    cxj_status status = take_id(engine, "journey", &named->journey, named->journey_number, trouble, &t->journey);
    if (status == CXJ_OK) status = take_id(engine, "id", &named->id, named->id_number, trouble, &t->id);
    if (status == CXJ_OK) {
        status = take_id(engine, "customer", &named->customer, named->customer_number, trouble, &t->customer);
    }
    return status == CXJ_OK ? take_codes(engine, named, trouble, t) : status;
}

/* Touchpoints that become such by codes before they are recorded: at first so many; once they come late, for which
 * changes are made together, up to as many as a journey may have. */
enum { WINDOW = 64, LARGEST_WINDOW = 65536 };

/* One call under way. */
struct naming {
    cxj_engine *engine;
    const char *structs;
    size_t struct_size;
    size_t count;
    uint32_t flags;
    cxj_receipt receipt;
    cxj_touchpoint *window;
    size_t room, filled; /* of the window: for how many there is room, how many are in it */
    size_t first;        /* of these the first that could not be resolved, SIZE_MAX: none; and why not */
    struct trouble trouble;
};

/* Makes the window as large as what is left; where there is no memory for that, it stays. */
CXJ__COLD static void widen(struct naming *naming) {
    const uint64_t left = naming->count - naming->receipt.processed;
    const size_t room = left < LARGEST_WINDOW ? (size_t)left : LARGEST_WINDOW;
    if (naming->room > WINDOW || room <= WINDOW) return;
    cxj_touchpoint *larger = cxj__base_resize(&naming->engine->core.memory, NULL, 0, room * sizeof *larger);
    if (larger == NULL) return;
    naming->window = larger;
    naming->room = room;
}

/* Resolves a touchpoint of the call into the window; false if it cannot be, and then trouble says why. */
static bool fill_place(struct naming *naming, struct trouble *trouble) {
    cxj_named_touchpoint named;
    cxj_touchpoint *into = &naming->window[naming->filled];
    const char *passed = naming->structs + (naming->receipt.processed + naming->filled) * naming->struct_size;
    if (!cxj__engine_take(&named, sizeof named, passed, naming->struct_size)) {
        complain(trouble, CXJ_BAD_FIELD, "struct", "has members that this version does not know and that are not 0");
    } else if (resolve_named(naming->engine, &named, trouble, into) == CXJ_OK) {
        return true;
    }
    *into = (cxj_touchpoint){0}; /* of no journey, so that it is refused where it stands */
    return false;
}

/* Resolves touchpoints from the first that is not processed on, until the window is full; false if there is no memory
 * for a name, before which it ends then. */
static bool fill_window(struct naming *naming) {
    const uint64_t left = naming->count - naming->receipt.processed;
    struct trouble trouble;
    naming->first = SIZE_MAX;
    for (naming->filled = 0; naming->filled < naming->room && naming->filled < left; naming->filled++) {
        if (fill_place(naming, &trouble)) continue;
        if (trouble.status == CXJ_NO_MEMORY) return false;
        if (naming->first != SIZE_MAX) continue;
        naming->first = naming->filled;
        naming->trouble = trouble;
    }
    return true;
}

/* Records what is in the window, and says of the first that is refused why, also where it could not be resolved. */
static cxj_status record_window(struct naming *naming, size_t *change) {
    cxj_receipt *receipt = &naming->receipt;
    const bool is_first = receipt->first_refusal == CXJ_NO_INDEX;
    const uint64_t begin = receipt->processed;
    cxj_status status =
        cxj__record_part(naming->engine, naming->window, naming->filled, naming->flags, change, receipt);
    if (!is_first || naming->first == SIZE_MAX || receipt->first_refusal != begin + naming->first) return status;
    receipt->first_status = naming->trouble.status;
    if (status != CXJ_NO_MEMORY) {
        cxj__base_say(&naming->engine->message, "touchpoint %llu: %s", (unsigned long long)receipt->first_refusal,
                      naming->trouble.message.text);
    }
    return status;
}

static cxj_status record_windows(struct naming *naming) {
    size_t change = 1;
    cxj_status status = CXJ_OK;
    for (bool stop = false; naming->receipt.processed < naming->count && !stop;) {
        const uint64_t begin = naming->receipt.processed;
        const bool has_names = fill_window(naming);
        status = record_window(naming, &change);
        if (status == CXJ_NO_MEMORY) return status;
        stop = naming->receipt.processed < begin + naming->filled;
        if (!has_names && !stop) {
            cxj__base_say(&naming->engine->message, "touchpoint %llu: no memory for a name; those before it were taken",
                          (unsigned long long)naming->receipt.processed);
            return CXJ_NO_MEMORY;
        }
        if (change > WINDOW) widen(naming);
    }
    return status;
}

cxj_status cxj_record_named(cxj_engine *engine, const cxj_named_touchpoint *touchpoints, size_t touchpoint_size,
                            size_t count, uint32_t flags, cxj_receipt *receipt, size_t receipt_size) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    const char *wrong = cxj__record_check(flags, receipt, receipt_size);
    if (wrong == NULL && touchpoints == NULL && count > 0) wrong = "touchpoints is NULL";
    if (wrong == NULL && touchpoint_size < CXJ__LEAST_NAMED_TOUCHPOINT) {
        wrong = "touchpoint_size is below sizeof(cxj_named_touchpoint)";
    }
    if (wrong != NULL) return cxj__record_refuse(engine, wrong, receipt, receipt_size);
    cxj_touchpoint few[WINDOW];
    struct naming naming = {.engine = engine,
                            .structs = (const char *)touchpoints,
                            .struct_size = touchpoint_size,
                            .count = count,
                            .flags = flags,
                            .receipt = {.first_refusal = CXJ_NO_INDEX},
                            .window = few,
                            .room = WINDOW};
    cxj_status status = record_windows(&naming);
    if (naming.window != few) cxj__base_resize(&engine->core.memory, naming.window, naming.room * sizeof *few, 0);
    if (engine->core.alerts != NULL) cxj__alerts_end_call(&engine->core);
    if (receipt != NULL) cxj__engine_give(receipt, receipt_size, &naming.receipt, sizeof naming.receipt);
    return status;
}
