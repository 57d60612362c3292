/* view: a view's text, its keys, its cells (SPEC.md section 5).
 *
 * A view's text is read once into dimensions, a period and conditions of codes; after that no text is compared any more
 * but to put_bytes cells in order. A key holds the number of the period (hours, days, weeks, months, … since 1970) and
 * a code for each part. Cells are found by a table of places.
 * Invariant: every cell stands once in cells, at its place, and once in slots, which are at most three quarters
 * full. */
#include "view.h"

#include <stdio.h>
#include <string.h>

/* ---- what may stand where (section 5 of the specification) ------------------------------------------------------ */

#define BIT(dimension) (UINT32_C(1) << (dimension))
#define OF_A_TOUCHPOINT                                                                                                \
    (BIT(CXJ_DIMENSION_OWNER) | BIT(CXJ_DIMENSION_TEAM) | BIT(CXJ_DIMENSION_CHANNEL) | BIT(CXJ_DIMENSION_STAGE) |      \
     BIT(CXJ_DIMENSION_ACTIVITY))
#define OF_A_JOURNEY                                                                                                   \
    (BIT(CXJ_DIMENSION_TYPE) | BIT(CXJ_DIMENSION_SEGMENT) | BIT(CXJ_DIMENSION_REASON) | BIT(CXJ_DIMENSION_OUTCOME) |   \
     BIT(CXJ_DIMENSION_CHURNED))
#define HAD (OF_A_TOUCHPOINT | BIT(CXJ_DIMENSION_CAUSE))

static const struct grain {
    const char *name;
    uint32_t first;  /* dimensions that may stand first in "by" */
    uint32_t others; /* … and after it */
    uint32_t conditions;
} grains[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {"touchpoints", HAD | OF_A_JOURNEY, HAD | OF_A_JOURNEY, HAD | OF_A_JOURNEY},
    [CXJ_GRAIN_TRANSITIONS] = {"transitions", OF_A_TOUCHPOINT, OF_A_JOURNEY, OF_A_JOURNEY},
    [CXJ_GRAIN_JOURNEYS] = {"journeys", OF_A_JOURNEY | BIT(CXJ_DIMENSION_ENTRY) | BIT(CXJ_DIMENSION_EXIT),
                            OF_A_JOURNEY | BIT(CXJ_DIMENSION_ENTRY) | BIT(CXJ_DIMENSION_EXIT),
                            OF_A_JOURNEY | BIT(CXJ_DIMENSION_ENTRY) | BIT(CXJ_DIMENSION_EXIT)},
};

static const char *const dimension_names[CXJ__DIMENSIONS + 1] = {
    "",     "owner",   "team",   "channel", "stage",   "activity", "cause",
    "type", "segment", "reason", "outcome", "churned", "entry",    "exit",
};

static const char *const period_names[] = {
    [CXJ__NO_PERIOD] = "",  [CXJ__HOUR] = "hour",       [CXJ__DAY] = "day",   [CXJ__WEEK] = "week",
    [CXJ__MONTH] = "month", [CXJ__QUARTER] = "quarter", [CXJ__YEAR] = "year",
};

/* Names of outcome and churned by code; they have no dictionary. */
static const char *const outcome_names[] = {"", "completed", "abandoned"};
static const char *const churned_names[] = {"", "yes"};

const char *cxj__view_dimension_name(uint32_t dimension) {
    return dimension_names[dimension];
}

static bool has_dictionary(uint32_t dimension) {
    return dimension <= CXJ__DICTIONARIES;
}

/* The dimension whose names serve for this one. */
static uint32_t names_of(uint32_t dimension) {
    return dimension == CXJ_DIMENSION_ENTRY || dimension == CXJ_DIMENSION_EXIT ? CXJ_DIMENSION_CHANNEL : dimension;
}

/* The code of a name of outcome or churned. */
static uint32_t fixed_code(uint32_t dimension, const char *text, size_t length) {
    const char *const *names = dimension == CXJ_DIMENSION_OUTCOME ? outcome_names : churned_names;
    uint32_t count = dimension == CXJ_DIMENSION_OUTCOME ? 3 : 2;
    for (uint32_t code = 0; code < count; code++) {
        if (strlen(names[code]) == length && memcmp(names[code], text, length) == 0) return code;
    }
    return CXJ__NO_CODE;
}

/* ---- reading a view's text -------------------------------------------------------------------------------------- */

/* The reader stands before at; word is the bare word that starts there, if one does. */
struct reader {
    const char *text;
    size_t length;
    size_t at;
    size_t word; /* bytes of the bare word at at, or 0 */
    struct cxj_view *view;
    struct cxj__names *dictionaries;
    struct cxj__memory *memory;
    const struct cxj__seed *seed;
    struct cxj__message *message;
    char *names; /* the names of all conditions so far, without their quotes; has room for the whole text */
    size_t name_bytes;
    struct stated *stated; /* which they are */
    size_t stated_count, stated_capacity;
};

/* A name in a condition: names[at] to names[at + length]. */
struct stated {
    size_t at, length;
    uint32_t code;
    uint8_t condition;
};

static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

static void skip_blanks(struct reader *reader) {
    while (reader->at < reader->length && memchr(" \t\n\r", reader->text[reader->at], 4) != NULL) reader->at++;
    reader->word = 0;
    while (reader->at + reader->word < reader->length && is_bare(reader->text[reader->at + reader->word]))
        reader->word++;
}

static bool at_word(const struct reader *reader, const char *word) {
    return reader->word == strlen(word) && memcmp(reader->text + reader->at, word, reader->word) == 0;
}

static bool take_word(struct reader *reader, const char *word) {
    if (!at_word(reader, word)) return false;
    reader->at += reader->word;
    skip_blanks(reader);
    return true;
}

static bool take_sign(struct reader *reader, char sign) {
    if (reader->at >= reader->length || reader->text[reader->at] != sign) return false;
    reader->at++;
    skip_blanks(reader);
    return true;
}

static cxj_status expected(struct reader *reader, const char *what) {
    cxj__base_say(reader->message, "view, column %zu: expected %s", reader->at + 1, what);
    return CXJ_BAD_TEXT;
}

/* The sentence lists what would have been right, so that a reader need not look it up. */
static cxj_status expected_dimension(struct reader *reader, uint32_t allowed) {
    char list[200] = "";
    size_t used = 0;
    for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        if (!(allowed & BIT(d))) continue;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "" : ", ", dimension_names[d]);
    }
    cxj__base_say(reader->message, "view, column %zu: expected a dimension here: %s", reader->at + 1,
                  used == 0 ? "none is left" : list);
    return CXJ_BAD_TEXT;
}

static cxj_status take_dimension(struct reader *reader, uint32_t allowed, uint8_t *dimension) {
    for (uint8_t d = 1; d <= CXJ__DIMENSIONS; d++) {
        if (!(allowed & BIT(d)) || !take_word(reader, dimension_names[d])) continue;
        *dimension = d;
        return CXJ_OK;
    }
    return expected_dimension(reader, allowed);
}

static cxj_status read_grain(struct reader *reader) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if (!take_word(reader, grains[grain].name)) continue;
        reader->view->grain = grain;
        return CXJ_OK;
    }
    return expected(reader, "touchpoints, transitions or journeys");
}

static cxj_status read_dimensions(struct reader *reader) {
    struct cxj_view *view = reader->view;
    const struct grain *grain = &grains[view->grain];
    if (!take_word(reader, "by")) {
        return view->grain == CXJ_GRAIN_TRANSITIONS ? expected(reader, "\"by\" and a dimension") : CXJ_OK;
    }
    uint32_t taken = 0;
    do {
        if (view->dimension_count == CXJ__VIEW_DIMENSIONS) return expected(reader, "no more than four dimensions");
        uint32_t allowed = view->dimension_count == 0 ? grain->first : grain->others & ~taken;
        uint8_t dimension = 0;
        cxj_status status = take_dimension(reader, allowed, &dimension);
        if (status != CXJ_OK) return status;
        taken |= BIT(dimension);
        view->dimensions[view->dimension_count++] = dimension;
    } while (take_sign(reader, ','));
    view->depends |= taken;
    return CXJ_OK;
}

static cxj_status read_period(struct reader *reader) {
    if (!take_word(reader, "per")) return CXJ_OK;
    struct cxj_view *view = reader->view;
    for (enum cxj__period period = CXJ__HOUR; period <= CXJ__YEAR && view->period == CXJ__NO_PERIOD; period++) {
        if (take_word(reader, period_names[period])) view->period = period;
    }
    if (view->period == CXJ__NO_PERIOD) return expected(reader, "hour, day, week, month, quarter or year");
    if (at_word(reader, "ended") && view->grain != CXJ_GRAIN_JOURNEYS) {
        return expected(reader, "no \"ended\": it stands in journeys views only");
    }
    view->ended = take_word(reader, "ended");
    return CXJ_OK;
}

/* Reads a bare word or a quoted string to the end of the names. */
static cxj_status take_name(struct reader *reader, size_t *length) {
    char *name = reader->names + reader->name_bytes;
    if (reader->word > 0) {
        memcpy(name, reader->text + reader->at, reader->word);
        *length = reader->word;
        reader->at += reader->word;
        skip_blanks(reader);
        return CXJ_OK;
    }
    if (reader->at >= reader->length || reader->text[reader->at] != '"') return expected(reader, "a name");
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
    return expected(reader, "a closing quote");
}

/* The code of a name in a condition; a name that is new enters its dictionary, to match should it ever occur. */
static cxj_status code_of_name(struct reader *reader, uint8_t dimension, size_t length, uint32_t *code) {
    uint32_t named = names_of(dimension);
    if (!has_dictionary(named)) {
        *code = fixed_code(dimension, reader->names + reader->name_bytes, length);
        return CXJ_OK;
    }
    struct cxj__names *dictionary = &reader->dictionaries[named];
    *code = cxj__names_find(dictionary, reader->seed, reader->names + reader->name_bytes, length);
    if (*code == 0 && length > 0) {
        cxj_status status =
            cxj__names_add(dictionary, reader->memory, reader->seed, reader->names + reader->name_bytes, length, code);
        if (status == CXJ_LIMIT) {
            cxj__base_say(reader->message, "view: the dictionary of %s is full (%u codes)", dimension_names[named],
                          (unsigned)dictionary->limit);
        }
        if (status != CXJ_OK) return status;
    }
    return CXJ_OK;
}

static cxj_status take_condition_name(struct reader *reader, const struct cxj__condition *condition) {
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
        (struct stated){reader->name_bytes, length, code, (uint8_t)(reader->view->condition_count - 1)};
    reader->name_bytes += length;
    return CXJ_OK;
}

static cxj_status read_condition(struct reader *reader) {
    struct cxj_view *view = reader->view;
    if (view->condition_count == CXJ__VIEW_CONDITIONS) return expected(reader, "no more than four conditions");
    struct cxj__condition *condition = &view->conditions[view->condition_count++];
    if (at_word(reader, "had") && view->grain != CXJ_GRAIN_JOURNEYS) {
        return expected(reader, "no \"had\": it stands in journeys views only");
    }
    condition->had = take_word(reader, "had");
    uint32_t allowed = condition->had ? HAD : grains[view->grain].conditions;
    cxj_status status = take_dimension(reader, allowed, &condition->dimension);
    if (status != CXJ_OK) return status;
    if (!condition->had) view->depends |= BIT(condition->dimension);
    if (take_sign(reader, '=')) return take_condition_name(reader, condition);
    if (!take_word(reader, "in")) return expected(reader, "\"=\" or \"in\"");
    if (!take_sign(reader, '(')) return expected(reader, "\"(\"");
    do {
        status = take_condition_name(reader, condition);
        if (status != CXJ_OK) return status;
    } while (take_sign(reader, ','));
    return take_sign(reader, ')') ? CXJ_OK : expected(reader, "\",\" or \")\"");
}

static cxj_status read_conditions(struct reader *reader) {
    if (!take_word(reader, "where")) return CXJ_OK;
    do {
        cxj_status status = read_condition(reader);
        if (status != CXJ_OK) return status;
    } while (take_word(reader, "and"));
    return CXJ_OK;
}

static cxj_status read_all(struct reader *reader) {
    static cxj_status (*const clauses[])(struct reader *) = {read_grain, read_dimensions, read_period, read_conditions};
    skip_blanks(reader);
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        cxj_status status = clauses[i](reader);
        if (status != CXJ_OK) return status;
    }
    if (reader->at == reader->length) return CXJ_OK;
    const struct cxj_view *view = reader->view;
    if (view->condition_count > 0) return expected(reader, "\"and\" or the end");
    if (view->period != CXJ__NO_PERIOD) return expected(reader, "\"where\" or the end");
    if (view->dimension_count > 0) return expected(reader, "\",\", \"per\", \"where\" or the end");
    return expected(reader, "\"by\", \"per\", \"where\" or the end");
}

/* ---- a view's text, normalised ---------------------------------------------------------------------------------- */

static int compare_stated_names(const char *names, const struct stated *a, const struct stated *b) {
    int by_bytes = memcmp(names + a->at, names + b->at, a->length < b->length ? a->length : b->length);
    return by_bytes != 0 ? by_bytes : (a->length > b->length) - (a->length < b->length);
}

/* By condition, then by name. */
static int compare_stated(const void *a, const void *b, const void *names) {
    struct stated x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x.condition != y.condition) return x.condition < y.condition ? -1 : 1;
    return compare_stated_names(names, &x, &y);
}

/* Puts the names of each condition in order, and each once. */
static bool order_names(struct reader *reader) {
    size_t count = reader->stated_count, bytes = count * sizeof *reader->stated;
    if (count == 0) return true;
    struct stated *scratch = cxj__base_resize(reader->memory, NULL, 0, bytes);
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

/* A condition's names: those from first up to end. */
struct span {
    size_t first, end;
};

/* In the order of dimensions, those after had behind the others; of one dimension, in that of their names. */
static int compare_spans(const struct reader *reader, const struct span *a, const struct span *b) {
    const struct stated *x = reader->stated + a->first, *y = reader->stated + b->first;
    const struct cxj__condition *of_x = &reader->view->conditions[x->condition];
    const struct cxj__condition *of_y = &reader->view->conditions[y->condition];
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
static size_t order_conditions(const struct reader *reader, struct span spans[CXJ__VIEW_CONDITIONS]) {
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

/* Text that is put_bytes together; with to NULL only its length is found. */
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

static void put_condition(struct composing *text, const struct reader *reader, const struct span *span) {
    const struct cxj__condition *condition = &reader->view->conditions[reader->stated[span->first].condition];
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

static void put_all(struct composing *text, const struct reader *reader) {
    const struct cxj_view *view = reader->view;
    put_text(text, grains[view->grain].name);
    for (size_t i = 0; i < view->dimension_count; i++) {
        put_text(text, i == 0 ? " by " : ", ");
        put_text(text, dimension_names[view->dimensions[i]]);
    }
    if (view->period != CXJ__NO_PERIOD) {
        put_text(text, " per ");
        put_text(text, period_names[view->period]);
        if (view->ended) put_text(text, " ended");
    }
    struct span spans[CXJ__VIEW_CONDITIONS];
    size_t count = order_conditions(reader, spans);
    for (size_t i = 0; i < count; i++) {
        put_text(text, i == 0 ? " where " : " and ");
        put_condition(text, reader, &spans[i]);
    }
}

/* Writes the view's text in the one way in which what it says is written. */
static bool normalise(struct reader *reader) {
    struct composing text = {NULL, 0};
    put_all(&text, reader);
    struct cxj_view *view = reader->view;
    view->text = cxj__base_resize(reader->memory, NULL, 0, text.length + 1);
    if (view->text == NULL) return false;
    view->text_length = text.length;
    text = (struct composing){view->text, 0};
    put_all(&text, reader);
    view->text[view->text_length] = '\0';
    return true;
}

/* ---- what conditions look for ----------------------------------------------------------------------------------- */

static int compare_codes(const void *a, const void *b, const void *context) {
    (void)context;
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Gives the conditions their codes, in order, so that a long list of names is searched by halves, and pins their
 * names. */
static bool fill_conditions(struct reader *reader) {
    struct cxj_view *view = reader->view;
    for (size_t i = 0; i < reader->stated_count; i++) {
        struct cxj__condition *condition = &view->conditions[reader->stated[i].condition];
        if (!cxj__base_grow(reader->memory, &condition->codes, &condition->capacity, condition->count + 1,
                            sizeof *condition->codes)) {
            return false;
        }
        condition->codes[condition->count++] = reader->stated[i].code;
        uint32_t named = names_of(condition->dimension);
        if (has_dictionary(named)) cxj__names_pin(&reader->dictionaries[named], reader->stated[i].code);
    }
    for (size_t i = 0; i < view->condition_count; i++) {
        struct cxj__condition *condition = &view->conditions[i];
        size_t bytes = condition->count * sizeof *condition->codes;
        uint32_t *scratch = cxj__base_resize(reader->memory, NULL, 0, bytes);
        if (scratch == NULL) return false;
        cxj__base_sort(condition->codes, scratch, condition->count, sizeof *scratch, compare_codes, NULL);
        cxj__base_resize(reader->memory, scratch, bytes, 0);
    }
    return true;
}

static void forget_conditions(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory) {
    for (size_t i = 0; i < view->condition_count; i++) {
        struct cxj__condition *condition = &view->conditions[i];
        uint32_t named = names_of(condition->dimension);
        for (size_t k = 0; has_dictionary(named) && k < condition->count; k++) {
            cxj__names_unpin(&dictionaries[named], condition->codes[k]);
        }
        cxj__base_release(memory, &condition->codes, &condition->capacity, sizeof *condition->codes);
    }
    view->condition_count = 0;
}

cxj_status cxj__view_read(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory,
                          const struct cxj__seed *seed, const char *text, size_t length, struct cxj__message *message) {
    size_t offset = 0;
    if (!cxj__base_is_utf8(text, length, &offset)) {
        cxj__base_say(message, "view, column %zu: expected UTF-8 without NUL", offset + 1);
        return CXJ_BAD_TEXT;
    }
    for (size_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_mark(&dictionaries[d]);
    memset(view, 0, sizeof *view);
    struct reader reader = {.text = text,
                            .length = length,
                            .view = view,
                            .dictionaries = dictionaries,
                            .memory = memory,
                            .seed = seed,
                            .message = message};
    cxj_status status = CXJ_NO_MEMORY;
    reader.names = cxj__base_resize(memory, NULL, 0, length + 1);
    if (reader.names != NULL) status = read_all(&reader);
    if (status == CXJ_OK && !(order_names(&reader) && normalise(&reader) && fill_conditions(&reader))) {
        status = CXJ_NO_MEMORY;
    }
    if (reader.names != NULL) cxj__base_resize(memory, reader.names, length + 1, 0);
    cxj__base_release(memory, &reader.stated, &reader.stated_capacity, sizeof *reader.stated);
    if (status == CXJ_OK) return CXJ_OK;
    if (view->text != NULL) cxj__base_resize(memory, view->text, view->text_length + 1, 0);
    forget_conditions(view, dictionaries, memory);
    for (size_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_take_back(&dictionaries[d], memory);
    if (status == CXJ_NO_MEMORY) cxj__base_say(message, "view: no memory");
    return status;
}

void cxj__view_finish(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory) {
    for (size_t i = 0; i < view->cell_count; i++) cxj__cell_destroy(view->cells[i], memory);
    cxj__base_release(memory, &view->cells, &view->cell_capacity, sizeof *view->cells);
    cxj__base_release(memory, &view->slots, &view->slot_capacity, sizeof *view->slots);
    forget_conditions(view, dictionaries, memory);
    cxj__base_resize(memory, view->text, view->text_length + 1, 0);
}

/* ---- periods ---------------------------------------------------------------------------------------------------- */

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

struct date {
    int64_t year;
    int64_t month; /* 1..12 */
    int64_t day;
};

/* Days since 1970-01-01 and the proleptic Gregorian calendar, counted in eras of 400 years that begin in March. */
static struct date date_of(int64_t days) {
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct date){year_of_era + era * 400 + (month <= 2), month,
                         day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

static int64_t days_of(struct date date) {
    int64_t year = date.year - (date.month <= 2);
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int64_t period_of(enum cxj__period period, int64_t at) {
    if (period == CXJ__NO_PERIOD) return 0;
    if (period == CXJ__HOUR) return floor_div(at, HOUR_MS);
    int64_t days = floor_div(at, DAY_MS);
    if (period == CXJ__DAY) return days;
    if (period == CXJ__WEEK) return floor_div(days + 3, 7); /* 1970-01-01 was a Thursday */
    struct date date = date_of(days);
    if (period == CXJ__YEAR) return date.year;
    return period == CXJ__MONTH ? date.year * 12 + date.month - 1 : date.year * 4 + (date.month - 1) / 3;
}

/* The moment at which a period begins. */
static int64_t period_start(enum cxj__period period, int64_t number) {
    switch (period) {
    case CXJ__NO_PERIOD:
        return 0;
    case CXJ__HOUR:
        return number * HOUR_MS;
    case CXJ__DAY:
        return number * DAY_MS;
    case CXJ__WEEK:
        return (number * 7 - 3) * DAY_MS;
    case CXJ__MONTH:
        return days_of((struct date){floor_div(number, 12), number - floor_div(number, 12) * 12 + 1, 1}) * DAY_MS;
    case CXJ__QUARTER:
        return days_of((struct date){floor_div(number, 4), (number - floor_div(number, 4) * 4) * 3 + 1, 1}) * DAY_MS;
    default:
        return days_of((struct date){number, 1, 1}) * DAY_MS;
    }
}

static size_t write_period(enum cxj__period period, int64_t number, char buffer[CXJ__PERIOD_TEXT]) {
    int64_t start = period_start(period, number);
    int64_t days = floor_div(start, DAY_MS);
    struct date date = date_of(days);
    int year = (int)date.year, month = (int)date.month, day = (int)date.day;
    int written = 0;
    switch (period) {
    case CXJ__HOUR:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d-%02dT%02d", year, month, day,
                           (int)((start - days * DAY_MS) / HOUR_MS));
        break;
    case CXJ__DAY:
    case CXJ__WEEK:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d-%02d", year, month, day);
        break;
    case CXJ__MONTH:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d", year, month);
        break;
    case CXJ__QUARTER:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-Q%d", year, (month - 1) / 3 + 1);
        break;
    default:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d", year);
        break;
    }
    return (size_t)written;
}

/* Reads digits at *at; -1 if there are none. */
static int64_t take_digits(const char *text, size_t length, size_t *at, size_t count) {
    int64_t value = 0;
    if (length - *at < count) return -1;
    for (size_t end = *at + count; *at < end; ++*at) {
        if (text[*at] < '0' || text[*at] > '9') return -1;
        value = value * 10 + (text[*at] - '0');
    }
    return value;
}

/* Reads what write_period() writes; whatever does not come out the same is no period. */
static bool parse_period(enum cxj__period period, const char *text, size_t length, int64_t *number) {
    size_t at = 0;
    struct date date = {take_digits(text, length, &at, 4), 1, 1};
    int64_t hour = 0;
    if (date.year < 1) return false;
    if (period == CXJ__QUARTER) {
        at += 2;
        if (length != 7) return false;
        date.month = (take_digits(text, length, &at, 1) - 1) * 3 + 1;
    } else if (period != CXJ__YEAR) {
        if (length < ++at) return false;
        date.month = take_digits(text, length, &at, 2);
        if (period != CXJ__MONTH) {
            if (length < ++at) return false;
            date.day = take_digits(text, length, &at, 2);
        }
        if (period == CXJ__HOUR) {
            if (length < ++at) return false;
            hour = take_digits(text, length, &at, 2);
        }
    }
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || hour < 0) return false;
    *number = period_of(period, days_of(date) * DAY_MS + hour * HOUR_MS);
    char again[CXJ__PERIOD_TEXT];
    return write_period(period, *number, again) == length && memcmp(again, text, length) == 0;
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

uint32_t cxj__view_code_parts(const struct cxj_view *view) {
    return view->dimension_count + (uint32_t)(view->grain == CXJ_GRAIN_TRANSITIONS);
}

uint32_t cxj__view_parts(const struct cxj_view *view) {
    return cxj__view_code_parts(view) + (uint32_t)(view->period != CXJ__NO_PERIOD);
}

bool cxj__view_has_code(const struct cxj__condition *condition, uint32_t code) {
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

bool cxj__view_passes(const struct cxj_view *view, const struct cxj__codes *codes) {
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        if (!condition->had && !cxj__view_has_code(condition, codes->codes[condition->dimension])) return false;
    }
    return true;
}

void cxj__view_key(const struct cxj_view *view, const struct cxj__codes *codes, int64_t at, struct cxj__key *key) {
    *key = (struct cxj__key){.period = period_of(view->period, at)};
    for (size_t i = 0; i < view->dimension_count; i++) key->parts[i] = codes->codes[view->dimensions[i]];
}

bool cxj__view_is_in_period(const struct cxj_view *view, const struct cxj__key *key, int64_t at) {
    return period_of(view->period, at) == key->period;
}

void cxj__view_transition_key(const struct cxj_view *view, const struct cxj__codes *codes, uint32_t from, uint32_t to,
                              int64_t at, struct cxj__key *key) {
    *key = (struct cxj__key){.period = period_of(view->period, at), .parts = {from, to}};
    for (size_t i = 1; i < view->dimension_count; i++) key->parts[i + 1] = codes->codes[view->dimensions[i]];
}

/* The dimension whose names serve for one of the parts after the period, which is not counted. */
uint32_t cxj__view_part_dimension(const struct cxj_view *view, uint32_t part) {
    if (view->grain == CXJ_GRAIN_TRANSITIONS && part > 0) part--;
    return names_of(view->dimensions[part]);
}

void cxj__view_part_name(const struct cxj_view *view, uint32_t part, const char **name, uint32_t *dimension) {
    uint32_t named = 0;
    if (view->period != CXJ__NO_PERIOD && part-- == 0) {
        *name = "period";
    } else {
        bool transitions = view->grain == CXJ_GRAIN_TRANSITIONS;
        named = cxj__view_part_dimension(view, part);
        if (transitions && part < 2) {
            *name = part == 0 ? "from" : "to";
        } else {
            *name = dimension_names[view->dimensions[transitions ? part - 1 : part]];
        }
    }
    if (dimension != NULL) *dimension = named;
}

bool cxj__view_is_key(const struct cxj_view *view, const struct cxj__key *key, const size_t *names) {
    uint32_t parts = cxj__view_code_parts(view);
    if (key->period < period_of(view->period, CXJ__EARLIEST) || key->period > period_of(view->period, CXJ__LATEST))
        return false;
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t dimension = cxj__view_part_dimension(view, part);
        size_t most = has_dictionary(dimension)            ? names[dimension]
                      : dimension == CXJ_DIMENSION_OUTCOME ? CXJ_OUTCOME_ABANDONED
                                                           : 1;
        if (key->parts[part] > most) return false;
    }
    return true;
}

static const char *text_of_code(const struct cxj__names *dictionaries, uint32_t dimension, uint32_t code,
                                size_t *length) {
    if (has_dictionary(dimension)) return cxj__names_text(&dictionaries[dimension], code, length);
    const char *text = dimension == CXJ_DIMENSION_OUTCOME ? outcome_names[code] : churned_names[code];
    *length = strlen(text);
    return text;
}

const char *cxj__view_part_text(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                const struct cxj__key *key, uint32_t part, char buffer[CXJ__PERIOD_TEXT],
                                size_t *length) {
    if (view->period != CXJ__NO_PERIOD && part-- == 0) {
        *length = write_period(view->period, key->period, buffer);
        return buffer;
    }
    return text_of_code(dictionaries, cxj__view_part_dimension(view, part), key->parts[part], length);
}

int64_t cxj__view_part_number(const struct cxj_view *view, const struct cxj__key *key, uint32_t part) {
    if (view->period != CXJ__NO_PERIOD && part-- == 0) return period_start(view->period, key->period);
    return key->parts[part];
}

int cxj__view_compare_keys(const struct cxj__key *a, const struct cxj__key *b) {
    if (a->period != b->period) return a->period < b->period ? -1 : 1;
    for (size_t part = 0; part < CXJ__KEY_PARTS; part++) {
        if (a->parts[part] != b->parts[part]) return a->parts[part] < b->parts[part] ? -1 : 1;
    }
    return 0;
}

void cxj__view_translate_key(const struct cxj_view *view, const struct cxj__key *key, uint32_t *const *codes,
                             struct cxj__key *translated) {
    uint32_t parts = cxj__view_code_parts(view);
    *translated = *key;
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t dimension = cxj__view_part_dimension(view, part);
        if (has_dictionary(dimension)) translated->parts[part] = codes[dimension][key->parts[part]];
    }
}

cxj_status cxj__view_parse_key(const struct cxj_view *view, const struct cxj__names *dictionaries,
                               const struct cxj__seed *seed, const cxj_text *parts, size_t part_size,
                               struct cxj__key *key) {
    bool has_period = view->period != CXJ__NO_PERIOD;
    *key = (struct cxj__key){0};
    for (uint32_t part = 0; part < cxj__view_parts(view); part++) {
        cxj_text given;
        memcpy(&given, (const char *)parts + part * part_size, sizeof given);
        size_t length = cxj__base_length(given.text, given.length);
        if (part == 0 && has_period) {
            if (!parse_period(view->period, given.text, length, &key->period)) return CXJ_BAD_TEXT;
            continue;
        }
        uint32_t place = part - has_period, dimension = cxj__view_part_dimension(view, place);
        if (length == 0) continue;
        uint32_t code = has_dictionary(dimension) ? cxj__names_find(&dictionaries[dimension], seed, given.text, length)
                                                  : fixed_code(dimension, given.text, length);
        if (code == 0 || code == CXJ__NO_CODE) return CXJ_NOT_FOUND;
        key->parts[place] = code;
    }
    return CXJ_OK;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* Words of 32 bits under secret multipliers, of which the upper half is taken: a universal family (Dietzfelbinger,
 * "Universal hashing and k-wise independent random variables via integer arithmetic without primes", 1996). */
static uint32_t hash_key(const struct cxj__seed *seed, const struct cxj__key *key) {
    uint64_t sum =
        seed->key[0] + (uint32_t)key->period * seed->key[1] + (uint32_t)((uint64_t)key->period >> 32) * seed->key[2];
    for (size_t i = 0; i < CXJ__KEY_PARTS; i++) sum += key->parts[i] * seed->key[3 + i];
    return (uint32_t)(((sum ^ sum >> 32) * seed->key[0]) >> 32); /* so that neighbours do not stay neighbours */
}
_Static_assert(3 + CXJ__KEY_PARTS <= CXJ__SEED_KEYS, "there is a multiplier for each word of a key");

/* A slot: the hash of a cell's key above its place plus one. */
static uint64_t slot_of(const struct cxj__cell *cell) {
    return (uint64_t)cell->hash << 32 | (cell->place + 1);
}

struct cxj__cell *cxj__view_find(const struct cxj_view *view, const struct cxj__seed *seed, const struct cxj__key *key,
                                 uint64_t *probes) {
    if (view->slot_capacity == 0) return NULL;
    uint32_t hash = hash_key(seed, key);
    size_t mask = view->slot_capacity - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        uint64_t found = view->slots[slot];
        ++*probes;
        if (found == 0) return NULL;
        if (found >> 32 != hash) continue;
        struct cxj__cell *cell = view->cells[(uint32_t)found - 1];
        if (cxj__cell_has_key(cell, key)) return cell;
    }
}

static void insert_slot(struct cxj_view *view, const struct cxj__cell *cell) {
    size_t mask = view->slot_capacity - 1;
    size_t slot = cell->hash & mask;
    while (view->slots[slot] != 0) slot = (slot + 1) & mask;
    view->slots[slot] = slot_of(cell);
}

static bool reserve_slots(struct cxj_view *view, struct cxj__memory *memory, size_t count) {
    size_t wanted = view->slot_capacity == 0 ? 16 : view->slot_capacity;
    while (count > wanted / 4 * 3) wanted *= 2;
    if (wanted == view->slot_capacity) return true;
    uint64_t *slots = cxj__base_resize(memory, NULL, 0, wanted * sizeof *slots);
    if (slots == NULL) return false;
    memset(slots, 0, wanted * sizeof *slots);
    cxj__base_resize(memory, view->slots, view->slot_capacity * sizeof *slots, 0);
    view->slots = slots;
    view->slot_capacity = wanted;
    for (size_t i = 0; i < view->cell_count; i++) insert_slot(view, view->cells[i]);
    return true;
}

struct cxj__cell *cxj__view_make(struct cxj_view *view, struct cxj__memory *memory, const struct cxj__seed *seed,
                                 const struct cxj__key *key) {
    if (!reserve_slots(view, memory, view->cell_count + 1) ||
        !cxj__base_grow(memory, &view->cells, &view->cell_capacity, view->cell_count + 1, sizeof *view->cells)) {
        return NULL;
    }
    struct cxj__cell *cell = cxj__cell_create(memory, view->grain);
    if (cell == NULL) return NULL;
    cell->key = *key;
    cell->hash = hash_key(seed, key);
    cell->place = (uint32_t)view->cell_count;
    cell->number = (uint64_t)view->id << CXJ__CELL_NUMBER_BITS | view->cells_made++;
    view->cells[view->cell_count++] = cell;
    insert_slot(view, cell);
    return cell;
}

/* Takes a slot out and moves those behind it up, so that no search ends too early. */
static void remove_slot(struct cxj_view *view, const struct cxj__cell *cell) {
    size_t mask = view->slot_capacity - 1;
    size_t hole = cell->hash & mask;
    while (view->slots[hole] != slot_of(cell)) hole = (hole + 1) & mask;
    for (size_t next = (hole + 1) & mask; view->slots[next] != 0; next = (next + 1) & mask) {
        size_t home = (size_t)(view->slots[next] >> 32) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        view->slots[hole] = view->slots[next];
        hole = next;
    }
    view->slots[hole] = 0;
}

void cxj__view_mark_empty(struct cxj_view *view, struct cxj__cell *cell) {
    if (cell->marked_empty || cxj__cell_counts(cell)[0] != 0) return;
    cell->marked_empty = 1;
    cell->next_empty = view->marked_empty;
    view->marked_empty = cell;
}

/* The last cell takes the place of the one that goes. */
static void drop(struct cxj_view *view, struct cxj__cell *cell, struct cxj__memory *memory) {
    remove_slot(view, cell);
    struct cxj__cell *last = view->cells[view->cell_count - 1];
    if (last != cell) {
        size_t mask = view->slot_capacity - 1;
        size_t slot = last->hash & mask;
        while (view->slots[slot] != slot_of(last)) slot = (slot + 1) & mask;
        view->cells[cell->place] = last;
        last->place = cell->place;
        view->slots[slot] = slot_of(last);
    }
    view->cell_count--;
    cxj__cell_destroy(cell, memory);
}

bool cxj__view_sweep(struct cxj_view *view, struct cxj__memory *memory) {
    struct cxj__cell *kept = NULL;
    while (view->marked_empty != NULL) {
        struct cxj__cell *cell = view->marked_empty;
        view->marked_empty = cell->next_empty;
        if (cell->is_needed) {
            cell->next_empty = kept;
            kept = cell;
            continue;
        }
        cell->marked_empty = 0;
        if (cxj__cell_counts(cell)[0] == 0) drop(view, cell, memory);
    }
    view->marked_empty = kept;
    return kept != NULL;
}

void cxj__view_lose(struct cxj_view *view, struct cxj__cell *cell, struct cxj__memory *memory) {
    struct cxj__cell **link = &view->marked_empty;
    while (cell->marked_empty && *link != cell) link = &(*link)->next_empty;
    if (cell->marked_empty) *link = cell->next_empty;
    view->incomplete = true;
    if (cxj__cell_has_sealed(cell)) view->sealed_lost = true;
    drop(view, cell, memory);
}

struct order {
    const struct cxj_view *view;
    const struct cxj__names *dictionaries;
};

/* Period texts have a fixed width, so they stand in the order of their numbers. */
static int compare_cells(const void *a, const void *b, const void *context) {
    const struct order *order = context;
    const struct cxj_view *view = order->view;
    struct cxj__cell *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x->key.period != y->key.period) return x->key.period < y->key.period ? -1 : 1;
    uint32_t parts = cxj__view_code_parts(view);
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t p = x->key.parts[part], q = y->key.parts[part], dimension = cxj__view_part_dimension(view, part);
        if (p == q) continue;
        if (has_dictionary(dimension)) return cxj__names_compare(&order->dictionaries[dimension], p, q);
        size_t length = 0;
        return strcmp(text_of_code(NULL, dimension, p, &length), text_of_code(NULL, dimension, q, &length));
    }
    return 0;
}

void cxj__view_sort(const struct cxj_view *view, const struct cxj__names *dictionaries, struct cxj__cell **sorted) {
    struct order order = {view, dictionaries};
    if (view->cell_count == 0) return;
    memcpy(sorted, view->cells, view->cell_count * sizeof *sorted);
    cxj__base_sort(sorted, sorted + view->cell_count, view->cell_count, sizeof *sorted, compare_cells, &order);
}
