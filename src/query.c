/* query: what a line of text asks (SPEC.md section 5).
 *
 * A line is read once, word by word, into a grain, dimensions, a period and conditions of codes; after that no text is
 * compared any more. While it is read, the names of its conditions are kept as texts, so that they can be put in order
 * and written in the one way in which what a view's text says is written: by that, texts that say the same are found to
 * be one. Invariant: the codes of a condition are in order, and their names are pinned. */
#include "query.h"

#include <stdio.h>
#include <string.h>

/* ---- names of dimensions and codes ------------------------------------------------------------------------------ */

static const char *const dimension_names[CXJ__DIMENSIONS + 1] = {
    "",     "owner",   "team",   "channel", "stage",   "activity", "cause",
    "type", "segment", "reason", "outcome", "churned", "entry",    "exit",
};

/* Names of outcome and churned by code; they have no dictionary. */
static const char *const outcome_names[] = {"", "completed", "abandoned"};
static const char *const churned_names[] = {"", "yes"};

const char *cxj__query_dimension_name(uint32_t dimension) {
    return dimension_names[dimension];
}

static const char *const *fixed_names(uint32_t dimension) {
    return dimension == CXJ_DIMENSION_OUTCOME ? outcome_names : churned_names;
}

uint32_t cxj__query_last_fixed(uint32_t dimension) {
    return dimension == CXJ_DIMENSION_OUTCOME ? CXJ_OUTCOME_ABANDONED : 1;
}

uint32_t cxj__query_code(const struct cxj__names *dictionaries, const struct cxj__seed *seed, uint32_t dimension,
                         const char *text, size_t length) {
    if (length == 0) return 0;
    if (cxj__query_has_dictionary(dimension)) {
        uint32_t code = cxj__names_find(&dictionaries[dimension], seed, text, length);
        return code != 0 ? code : CXJ__NO_CODE;
    }
    const char *const *names = fixed_names(dimension);
    for (uint32_t code = 1; code <= cxj__query_last_fixed(dimension); code++) {
        if (strlen(names[code]) == length && memcmp(names[code], text, length) == 0) return code;
    }
    return CXJ__NO_CODE;
}

const char *cxj__query_code_text(const struct cxj__names *dictionaries, uint32_t dimension, uint32_t code,
                                 size_t *length) {
    if (cxj__query_has_dictionary(dimension)) return cxj__names_text(&dictionaries[dimension], code, length);
    const char *text = fixed_names(dimension)[code];
    *length = strlen(text);
    return text;
}

/* ---- conditions ------------------------------------------------------------------------------------------------- */

bool cxj__query_has_code(const struct cxj__condition *condition, uint32_t code) {
    size_t low = 0, high = condition->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (condition->codes[middle] == code) return true;
        if (condition->codes[middle] < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

bool cxj__query_passes_all(const struct cxj__query *query, const struct cxj__codes *codes) {
    for (size_t i = 0; i < query->condition_count; i++) {
        const struct cxj__condition *condition = &query->conditions[i];
        if (!condition->had && !cxj__query_has_code(condition, codes->codes[condition->dimension])) return false;
    }
    return true;
}

CXJ__COLD void cxj__query_finish(struct cxj__query *query, struct cxj__names *dictionaries,
                                 struct cxj__memory *memory) {
    for (size_t i = 0; i < query->condition_count; i++) {
        struct cxj__condition *condition = &query->conditions[i];
        uint32_t named = cxj__query_names_of(condition->dimension);
        for (size_t k = 0; dictionaries != NULL && cxj__query_has_dictionary(named) && k < condition->count; k++) {
            cxj__names_unpin(&dictionaries[named], condition->codes[k]);
        }
        cxj__base_release(memory, &condition->codes, &condition->capacity, sizeof *condition->codes);
    }
    query->condition_count = 0;
    if (query->text != NULL) cxj__base_resize(memory, query->text, query->text_length + 1, 0);
    query->text = NULL;
}

/* ---- a line, word by word --------------------------------------------------------------------------------------- */

#define BIT(dimension) (UINT32_C(1) << (dimension))

/* A name in a condition: names[at] to names[at + length] of the reader. */
struct cxj__stated {
    size_t at, length;
    uint32_t code;
    uint8_t condition;
};

static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

static void skip_blanks(struct cxj__reader *reader) {
    while (reader->at < reader->length && memchr(" \t\n\r", reader->text[reader->at], 4) != NULL) reader->at++;
    reader->word = 0;
    while (reader->at + reader->word < reader->length && is_bare(reader->text[reader->at + reader->word]))
        reader->word++;
}

static bool at_word(const struct cxj__reader *reader, const char *word) {
    return reader->word == strlen(word) && memcmp(reader->text + reader->at, word, reader->word) == 0;
}

CXJ__COLD bool cxj__query_take_word(struct cxj__reader *reader, const char *word) {
    if (!at_word(reader, word)) return false;
    reader->at += reader->word;
    skip_blanks(reader);
    return true;
}

static bool take_sign(struct cxj__reader *reader, char sign) {
    if (reader->at >= reader->length || reader->text[reader->at] != sign) return false;
    reader->at++;
    skip_blanks(reader);
    return true;
}

CXJ__COLD bool cxj__query_take_token(struct cxj__reader *reader, size_t *at, size_t *length) {
    const char *text = reader->text;
    skip_blanks(reader);
    *at = reader->at;
    if (reader->at >= reader->length) return false;
    bool is_quoted = text[reader->at] == '"';
    reader->at += reader->word > 0 ? reader->word : 1;
    while (is_quoted && reader->at < reader->length) {
        is_quoted = text[reader->at++] != '"';
        if (is_quoted || reader->at == reader->length || text[reader->at] != '"') continue;
        reader->at++; /* "" stands for one ", and the string goes on */
        is_quoted = true;
    }
    *length = reader->at - *at;
    skip_blanks(reader);
    return true;
}

CXJ__COLD cxj_status cxj__query_expected(const struct cxj__reader *reader, const char *what) {
    cxj__base_say(reader->message, "%s, column %zu: expected %s", reader->what, reader->at + 1, what);
    return CXJ_BAD_TEXT;
}

/* The sentence lists what would have been right, so that a reader need not look it up. */
static cxj_status expected_dimension(const struct cxj__reader *reader, uint32_t allowed) {
    char list[200] = "";
    size_t used = 0;
    for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        if (!(allowed & BIT(d))) continue;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "a dimension here: " : ", ",
                                 dimension_names[d]);
    }
    return cxj__query_expected(reader, list);
}

static cxj_status take_dimension(struct cxj__reader *reader, uint32_t allowed, uint8_t *dimension) {
    for (uint8_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        if (!(allowed & BIT(d)) || !cxj__query_take_word(reader, dimension_names[d])) continue;
        *dimension = d;
        return CXJ_OK;
    }
    return expected_dimension(reader, allowed);
}

CXJ__COLD cxj_status cxj__query_begin(struct cxj__reader *reader) {
    memset(reader->query, 0, sizeof *reader->query);
    for (size_t d = 1; reader->growing != NULL && d <= CXJ__DICTIONARIES; d++) cxj__names_mark(&reader->growing[d]);
    if (!cxj__base_is_utf8(reader->text, reader->length, &reader->at)) {
        return cxj__query_expected(reader, "UTF-8 without NUL");
    }
    reader->names = cxj__base_resize(reader->memory, NULL, 0, reader->length + 1);
    if (reader->names == NULL) return CXJ_NO_MEMORY;
    skip_blanks(reader);
    return CXJ_OK;
}

CXJ__COLD cxj_status cxj__query_end(struct cxj__reader *reader, cxj_status status) {
    if (reader->names != NULL) cxj__base_resize(reader->memory, reader->names, reader->length + 1, 0);
    cxj__base_release(reader->memory, &reader->stated, &reader->stated_capacity, sizeof *reader->stated);
    if (status == CXJ_OK) return CXJ_OK;
    cxj__query_finish(reader->query, reader->growing, reader->memory);
    for (size_t d = 1; reader->growing != NULL && d <= CXJ__DICTIONARIES; d++) {
        cxj__names_take_back(&reader->growing[d], reader->memory);
    }
    if (status == CXJ_NO_MEMORY) cxj__base_say(reader->message, "%s: no memory", reader->what);
    return status;
}

CXJ__COLD cxj_status cxj__query_read_hours(struct cxj__reader *reader) {
    if (!cxj__query_take_word(reader, "in")) return CXJ_OK;
    if (!cxj__query_take_word(reader, "working")) return cxj__query_expected(reader, "\"working hours\"");
    if (!cxj__query_take_word(reader, "hours")) return cxj__query_expected(reader, "\"hours\"");
    reader->query->in_hours = true;
    return CXJ_OK;
}

/* ---- reading conditions ----------------------------------------------------------------------------------------- */

/* Reads a bare word or a quoted string to the end of the names. */
static cxj_status take_name(struct cxj__reader *reader, size_t *length) {
    char *name = reader->names + reader->name_bytes;
    if (reader->word > 0) {
        memcpy(name, reader->text + reader->at, reader->word);
        *length = reader->word;
        reader->at += reader->word;
        skip_blanks(reader);
        return CXJ_OK;
    }
    if (reader->at >= reader->length || reader->text[reader->at] != '"') return cxj__query_expected(reader, "a name");
    *length = 0;
    for (size_t i = reader->at + 1; i < reader->length; i++) {
        char c = reader->text[i];
        if (c == '"' && (i + 1 == reader->length || reader->text[i + 1] != '"')) {
            reader->at = i + 1;
            skip_blanks(reader);
            return CXJ_OK;
        }
        if (c == '"') i++;
        name[(*length)++] = c;
    }
    reader->at = reader->length;
    return cxj__query_expected(reader, "a closing quote");
}

/* The code of a name in a condition; a name that is new enters its dictionary, to match should it ever occur. */
static cxj_status code_of_name(struct cxj__reader *reader, uint8_t dimension, size_t length, uint32_t *code) {
    uint32_t named = cxj__query_names_of(dimension);
    const char *name = reader->names + reader->name_bytes;
    *code = cxj__query_code(reader->dictionaries, reader->seed, named, name, length);
    if (*code != CXJ__NO_CODE || !cxj__query_has_dictionary(named) || reader->growing == NULL) return CXJ_OK;
    struct cxj__names *dictionary = &reader->growing[named];
    cxj_status status = cxj__names_add(dictionary, reader->memory, reader->seed, name, length, code);
    if (status == CXJ_LIMIT) {
        cxj__base_say(reader->message, "%s: the dictionary of %s is full (%u codes)", reader->what,
                      dimension_names[named], (unsigned)dictionary->limit);
    }
    return status;
}

static cxj_status take_condition_name(struct cxj__reader *reader, const struct cxj__condition *condition) {
    size_t length = 0;
    uint32_t code = 0;
    cxj_status status = take_name(reader, &length);
    if (status != CXJ_OK) return status;
    if (!cxj__base_grow(reader->memory, &reader->stated, &reader->stated_capacity, reader->stated_count + 1,
                        sizeof *reader->stated)) {
        return CXJ_NO_MEMORY;
    }
    status = code_of_name(reader, condition->dimension, length, &code);
    if (status != CXJ_OK) return status;
    reader->stated[reader->stated_count++] =
        (struct cxj__stated){reader->name_bytes, length, code, (uint8_t)(reader->query->condition_count - 1)};
    reader->name_bytes += length;
    return CXJ_OK;
}

static cxj_status read_condition(struct cxj__reader *reader, uint32_t allowed, uint32_t had) {
    struct cxj__query *query = reader->query;
    if (query->condition_count == CXJ__QUERY_CONDITIONS) {
        return cxj__query_expected(reader, "no more than four conditions");
    }
    struct cxj__condition *condition = &query->conditions[query->condition_count++];
    if (at_word(reader, "had") && had == 0) {
        return cxj__query_expected(reader, "no \"had\": it stands in journeys views only");
    }
    condition->had = cxj__query_take_word(reader, "had");
    cxj_status status = take_dimension(reader, condition->had ? had : allowed, &condition->dimension);
    if (status != CXJ_OK) return status;
    if (!condition->had) query->depends |= BIT(condition->dimension);
    if (take_sign(reader, '=')) return take_condition_name(reader, condition);
    if (!cxj__query_take_word(reader, "in")) return cxj__query_expected(reader, "\"=\" or \"in\"");
    if (!take_sign(reader, '(')) return cxj__query_expected(reader, "\"(\"");
    do {
        status = take_condition_name(reader, condition);
        if (status != CXJ_OK) return status;
    } while (take_sign(reader, ','));
    return take_sign(reader, ')') ? CXJ_OK : cxj__query_expected(reader, "\",\" or \")\"");
}

static int compare_stated_names(const char *names, const struct cxj__stated *a, const struct cxj__stated *b) {
    int by_bytes = memcmp(names + a->at, names + b->at, a->length < b->length ? a->length : b->length);
    return by_bytes != 0 ? by_bytes : (a->length > b->length) - (a->length < b->length);
}

/* By condition, then by name. */
static int compare_stated(const void *a, const void *b, const void *names) {
    struct cxj__stated x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x.condition != y.condition) return x.condition < y.condition ? -1 : 1;
    return compare_stated_names(names, &x, &y);
}

/* Puts the names of each condition in order, and each once. */
static bool order_names(struct cxj__reader *reader) {
    size_t count = reader->stated_count, bytes = count * sizeof *reader->stated;
    struct cxj__stated *scratch = cxj__base_resize(reader->memory, NULL, 0, bytes);
    if (scratch == NULL) return false;
    cxj__base_sort(reader->stated, scratch, count, sizeof *scratch, compare_stated, reader->names);
    cxj__base_resize(reader->memory, scratch, bytes, 0);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare_stated(&reader->stated[kept - 1], &reader->stated[i], reader->names) != 0) {
            reader->stated[kept++] = reader->stated[i];
        }
    }
    reader->stated_count = kept;
    return true;
}

static int compare_codes(const void *a, const void *b, const void *context) {
    (void)context;
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Gives the conditions their codes, in order, so that a long list of names is searched by halves, and pins their
 * names. */
static bool fill_conditions(struct cxj__reader *reader) {
    struct cxj__query *query = reader->query;
    for (size_t i = 0; i < reader->stated_count; i++) {
        struct cxj__condition *condition = &query->conditions[reader->stated[i].condition];
        if (!cxj__base_grow(reader->memory, &condition->codes, &condition->capacity, condition->count + 1,
                            sizeof *condition->codes)) {
            return false;
        }
        condition->codes[condition->count++] = reader->stated[i].code;
        uint32_t named = cxj__query_names_of(condition->dimension);
        if (reader->growing == NULL || !cxj__query_has_dictionary(named)) continue;
        cxj__names_pin(&reader->growing[named], reader->stated[i].code);
    }
    for (size_t i = 0; i < query->condition_count; i++) {
        struct cxj__condition *condition = &query->conditions[i];
        size_t bytes = condition->count * sizeof *condition->codes;
        uint32_t *scratch = cxj__base_resize(reader->memory, NULL, 0, bytes);
        if (scratch == NULL) return false;
        cxj__base_sort(condition->codes, scratch, condition->count, sizeof *scratch, compare_codes, NULL);
        cxj__base_resize(reader->memory, scratch, bytes, 0);
    }
    return true;
}

CXJ__COLD cxj_status cxj__query_read_conditions(struct cxj__reader *reader, uint32_t allowed, uint32_t had) {
    if (!cxj__query_take_word(reader, "where")) return CXJ_OK;
    do {
        cxj_status status = read_condition(reader, allowed, had);
        if (status != CXJ_OK) return status;
    } while (cxj__query_take_word(reader, "and"));
    return order_names(reader) && fill_conditions(reader) ? CXJ_OK : CXJ_NO_MEMORY;
}

/* ---- what may stand where in a view's text (section 5 of the specification) ------------------------------------- */

#define OF_A_TOUCHPOINT                                                                                                \
    (BIT(CXJ_DIMENSION_OWNER) | BIT(CXJ_DIMENSION_TEAM) | BIT(CXJ_DIMENSION_CHANNEL) | BIT(CXJ_DIMENSION_STAGE) |      \
     BIT(CXJ_DIMENSION_ACTIVITY))
#define OF_A_JOURNEY                                                                                                   \
    (BIT(CXJ_DIMENSION_TYPE) | BIT(CXJ_DIMENSION_SEGMENT) | BIT(CXJ_DIMENSION_REASON) | BIT(CXJ_DIMENSION_OUTCOME) |   \
     BIT(CXJ_DIMENSION_CHURNED))
#define HAD (OF_A_TOUCHPOINT | BIT(CXJ_DIMENSION_CAUSE))
#define OF_ANY (HAD | OF_A_JOURNEY)
#define OF_WHOLE (OF_A_JOURNEY | BIT(CXJ_DIMENSION_ENTRY) | BIT(CXJ_DIMENSION_EXIT))

static const struct grain {
    const char *name;
    uint32_t first;  /* dimensions that may stand first in "by" */
    uint32_t others; /* … and after it */
    uint32_t conditions;
    uint32_t had; /* conditions after had */
} grains[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {"touchpoints", OF_ANY, OF_ANY, OF_ANY, 0},
    [CXJ_GRAIN_TRANSITIONS] = {"transitions", OF_A_TOUCHPOINT, OF_A_JOURNEY, OF_A_JOURNEY, 0},
    [CXJ_GRAIN_JOURNEYS] = {"journeys", OF_WHOLE, OF_WHOLE, OF_WHOLE, HAD},
};

static const char *const period_names[] = {
    [CXJ__NO_PERIOD] = "",  [CXJ__HOUR] = "hour",       [CXJ__DAY] = "day",   [CXJ__WEEK] = "week",
    [CXJ__MONTH] = "month", [CXJ__QUARTER] = "quarter", [CXJ__YEAR] = "year",
};

/* ---- reading a view's text -------------------------------------------------------------------------------------- */

static cxj_status read_grain(struct cxj__reader *reader) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if (!cxj__query_take_word(reader, grains[grain].name)) continue;
        reader->query->grain = grain;
        return CXJ_OK;
    }
    return cxj__query_expected(reader, "touchpoints, transitions or journeys");
}

static cxj_status read_dimensions(struct cxj__reader *reader) {
    struct cxj__query *query = reader->query;
    const struct grain *grain = &grains[query->grain];
    if (!cxj__query_take_word(reader, "by")) {
        return query->grain == CXJ_GRAIN_TRANSITIONS ? cxj__query_expected(reader, "\"by\" and a dimension") : CXJ_OK;
    }
    uint32_t taken = 0;
    do {
        if (query->dimension_count == CXJ__QUERY_DIMENSIONS) {
            return cxj__query_expected(reader, "no more than four dimensions");
        }
        uint32_t allowed = query->dimension_count == 0 ? grain->first : grain->others & ~taken;
        uint8_t dimension = 0;
        cxj_status status = take_dimension(reader, allowed, &dimension);
        if (status != CXJ_OK) return status;
        taken |= BIT(dimension);
        query->dimensions[query->dimension_count++] = dimension;
    } while (take_sign(reader, ','));
    query->depends |= taken;
    return CXJ_OK;
}

static cxj_status read_period(struct cxj__reader *reader) {
    if (!cxj__query_take_word(reader, "per")) return CXJ_OK;
    struct cxj__query *query = reader->query;
    for (enum cxj__period period = CXJ__HOUR; period <= CXJ__YEAR && query->period == CXJ__NO_PERIOD; period++) {
        if (cxj__query_take_word(reader, period_names[period])) query->period = period;
    }
    if (query->period == CXJ__NO_PERIOD) return cxj__query_expected(reader, "hour, day, week, month, quarter or year");
    if (at_word(reader, "ended") && query->grain != CXJ_GRAIN_JOURNEYS) {
        return cxj__query_expected(reader, "no \"ended\": it stands in journeys views only");
    }
    query->ended = cxj__query_take_word(reader, "ended");
    return CXJ_OK;
}

static cxj_status read_conditions(struct cxj__reader *reader) {
    const struct grain *grain = &grains[reader->query->grain];
    return cxj__query_read_conditions(reader, grain->conditions, grain->had);
}

static cxj_status read_drivers(struct cxj__reader *reader) {
    if (at_word(reader, "with") && reader->query->grain != CXJ_GRAIN_JOURNEYS) {
        return cxj__query_expected(reader, "no \"with drivers\": it stands in journeys views only");
    }
    if (!cxj__query_take_word(reader, "with")) return CXJ_OK;
    reader->query->with_drivers = true;
    return cxj__query_take_word(reader, "drivers") ? CXJ_OK : cxj__query_expected(reader, "\"drivers\"");
}

/* What may stand behind all that was read. */
static cxj_status expected_further(const struct cxj__reader *reader) {
    const struct cxj__query *query = reader->query;
    const char *further = query->condition_count > 0        ? "\"and\""
                          : query->in_hours                 ? "\"where\""
                          : query->period != CXJ__NO_PERIOD ? "\"in working hours\", \"where\""
                          : query->dimension_count > 0      ? "\",\", \"per\", \"in working hours\", \"where\""
                                                            : "\"by\", \"per\", \"in working hours\", \"where\"";
    char list[100];
    if (query->with_drivers) return cxj__query_expected(reader, "the end");
    (void)snprintf(list, sizeof list, "%s%s or the end", further,
                   query->grain == CXJ_GRAIN_JOURNEYS ? ", \"with drivers\"" : "");
    return cxj__query_expected(reader, list);
}

static cxj_status read_all(struct cxj__reader *reader) {
    static cxj_status (*const clauses[])(struct cxj__reader *) = {
        read_grain, read_dimensions, read_period, cxj__query_read_hours, read_conditions, read_drivers};
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        cxj_status status = clauses[i](reader);
        if (status != CXJ_OK) return status;
    }
    return reader->at == reader->length ? CXJ_OK : expected_further(reader);
}

/* ---- a view's text, normalised ---------------------------------------------------------------------------------- */

/* A condition's names: those from first up to end. */
struct span {
    size_t first, end;
};

/* In the order of dimensions, those after had behind the others; of one dimension, in that of their names. */
static int compare_spans(const struct cxj__reader *reader, const struct span *a, const struct span *b) {
    const struct cxj__stated *x = reader->stated + a->first, *y = reader->stated + b->first;
    const struct cxj__condition *of_x = &reader->query->conditions[x->condition];
    const struct cxj__condition *of_y = &reader->query->conditions[y->condition];
    if (of_x->had != of_y->had) return of_x->had ? 1 : -1;
    if (of_x->dimension != of_y->dimension) return of_x->dimension < of_y->dimension ? -1 : 1;
    size_t count = a->end - a->first, others = b->end - b->first;
    for (size_t i = 0; i < count && i < others; i++) {
        int by_name = compare_stated_names(reader->names, &x[i], &y[i]);
        if (by_name != 0) return by_name;
    }
    return (count > others) - (count < others);
}

/* The conditions in order, and each once; returns how many there are. */
static size_t order_conditions(const struct cxj__reader *reader, struct span spans[CXJ__QUERY_CONDITIONS]) {
    size_t count = 0;
    for (struct span next = {0, 0}; next.first < reader->stated_count; next.first = next.end) {
        uint8_t condition = reader->stated[next.first].condition;
        while (next.end < reader->stated_count && reader->stated[next.end].condition == condition) next.end++;
        size_t place = 0;
        while (place < count && compare_spans(reader, &spans[place], &next) < 0) place++;
        if (place < count && compare_spans(reader, &spans[place], &next) == 0) continue;
        memmove(spans + place + 1, spans + place, (count - place) * sizeof *spans);
        spans[place] = next;
        count++;
    }
    return count;
}

/* Text that is put together; with to NULL only its length is found. */
struct composing {
    char *to;
    size_t length;
};

static void put_bytes(struct composing *text, const char *bytes, size_t length) {
    if (text->to != NULL) memcpy(text->to + text->length, bytes, length);
    text->length += length;
}

static void put_text(struct composing *text, const char *words) {
    put_bytes(text, words, strlen(words));
}

/* A name as a bare word where it is one, else in quotes. */
static void put_stated_name(struct composing *text, const char *name, size_t length) {
    bool bare = length > 0;
    for (size_t i = 0; i < length; i++) bare = bare && is_bare(name[i]);
    if (!bare) put_text(text, "\"");
    for (size_t i = 0; i < length; i++) {
        if (name[i] == '"') put_text(text, "\"");
        put_bytes(text, &name[i], 1);
    }
    if (!bare) put_text(text, "\"");
}

static void put_condition(struct composing *text, const struct cxj__reader *reader, const struct span *span) {
    const struct cxj__condition *condition = &reader->query->conditions[reader->stated[span->first].condition];
    if (condition->had) put_text(text, "had ");
    put_text(text, dimension_names[condition->dimension]);
    bool is_one = span->end - span->first == 1;
    put_text(text, is_one ? " = " : " in (");
    for (size_t i = span->first; i < span->end; i++) {
        if (i > span->first) put_text(text, ", ");
        put_stated_name(text, reader->names + reader->stated[i].at, reader->stated[i].length);
    }
    if (!is_one) put_text(text, ")");
}

static void put_all(struct composing *text, const struct cxj__reader *reader) {
    const struct cxj__query *query = reader->query;
    put_text(text, grains[query->grain].name);
    for (size_t i = 0; i < query->dimension_count; i++) {
        put_text(text, i == 0 ? " by " : ", ");
        put_text(text, dimension_names[query->dimensions[i]]);
    }
    if (query->period != CXJ__NO_PERIOD) {
        put_text(text, " per ");
        put_text(text, period_names[query->period]);
        if (query->ended) put_text(text, " ended");
    }
    if (query->in_hours) put_text(text, " in working hours");
    struct span spans[CXJ__QUERY_CONDITIONS];
    size_t count = order_conditions(reader, spans);
    for (size_t i = 0; i < count; i++) {
        put_text(text, i == 0 ? " where " : " and ");
        put_condition(text, reader, &spans[i]);
    }
    if (query->with_drivers) put_text(text, " with drivers");
}

/* Writes the view's text in the one way in which what it says is written. */
static bool normalise(struct cxj__reader *reader) {
    struct composing text = {NULL, 0};
    put_all(&text, reader);
    struct cxj__query *query = reader->query;
    query->text = cxj__base_resize(reader->memory, NULL, 0, text.length + 1);
    if (query->text == NULL) return false;
    query->text_length = text.length;
    text = (struct composing){query->text, 0};
    put_all(&text, reader);
    query->text[query->text_length] = '\0';
    return true;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

CXJ__COLD cxj_status cxj__query_read(struct cxj__query *query, struct cxj__names *dictionaries,
                                     struct cxj__memory *memory, const struct cxj__seed *seed, const char *text,
                                     size_t length, struct cxj__message *message) {
    struct cxj__reader reader = {.what = "view",
                                 .text = text,
                                 .length = length,
                                 .query = query,
                                 .dictionaries = dictionaries,
                                 .growing = dictionaries,
                                 .memory = memory,
                                 .seed = seed,
                                 .message = message};
    cxj_status status = cxj__query_begin(&reader);
    if (status == CXJ_OK) status = read_all(&reader);
    if (status == CXJ_OK && !normalise(&reader)) status = CXJ_NO_MEMORY;
    return cxj__query_end(&reader, status);
}
