/* rows: rows of SQL into an engine.
 *
 * SPDX-License-Identifier: MIT */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MOST INT64_C(1000000000000000)

enum { SHOWN = 60 }; /* bytes of a value in a sentence */

/* The bytes of the character that begins here; 0: none that can be shown. */
static size_t character(const char *text, size_t length) {
    const unsigned char first = (unsigned char)text[0];
    const size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0x20 || first == 0x7f || (first >= 0x80 && first < 0xc2) || first > 0xf4 || size > length ||
        (first == 0xc2 && (unsigned char)text[1] < 0xa0)) { /* control characters, these too */
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return size;
}

/* A text for a sentence: cut, and nothing in it that a terminal would obey or that is not UTF-8. */
static const char *shown(const char *text, size_t length, char *room) {
    size_t end = 0;
    for (size_t i = 0; i < length && end < SHOWN;) {
        const size_t size = character(text + i, length - i);
        if (size == 0) {
            room[end++] = '?';
            i++;
        } else if (end + size > SHOWN) {
            break;
        } else {
            memcpy(room + end, text + i, size);
            end += size;
            i += size;
        }
    }
    memcpy(room + end, end < length ? "..." : "", end < length ? 4 : 1);
    return room;
}

static bool refuse(rows *at, size_t field, const rows_value *value, const char *why) {
    char text[SHOWN + 4] = "";
    const bool has_text = value != NULL && value->text != NULL && !value->is_blob;
    snprintf(at->why, sizeof at->why, "row %" PRIu64 ", %s: %s%s%s%s", at->count + 1, fields[field].name,
             has_text ? "\"" : "", has_text ? shown(value->text, value->length, text) : "", has_text ? "\": " : "",
             why);
    return false;
}

static bool no_memory(rows *at) {
    snprintf(at->why, sizeof at->why, "there is not enough memory");
    return false;
}

/* ---- Columns --------------------------------------------------------------------------------------------- */

bool rows_begin(rows *at, cxj_engine *engine) {
    memset(at, 0, sizeof *at);
    at->engine = engine;
    return values_local(&at->moments, engine) || no_memory(at);
}

void rows_free(rows *at) {
    texts_free(&at->texts);
    values_moments_free(&at->moments);
}

bool rows_name(rows *at, const char *name, size_t length) {
    char lower[64], room[SHOWN + 4];
    size_t field = FIELD_COUNT;
    if (length < sizeof lower) { /* SQL does not tell capitals apart either */
        for (size_t i = 0; i < length; i++) {
            lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
        }
        field = fields_find(lower, length);
    }
    if (field == FIELD_COUNT) {
        const size_t near = fields_nearest(name, length);
        snprintf(at->why, sizeof at->why, "the column \"%s\" is no field of a touchpoint; %s%s%s",
                 shown(name, length, room), near == FIELD_COUNT ? "" : "is it meant as \"",
                 near == FIELD_COUNT ? "leave it out, or name the field that it is" : fields[near].name,
                 near == FIELD_COUNT ? "" : "\"? Then name it so, else leave it out");
        return false;
    }
    if (at->column_of[field] != 0) {
        snprintf(at->why, sizeof at->why, "two columns are %s", fields[field].name);
        return false;
    }
    at->field_of[at->columns++] = (uint8_t)field;
    at->column_of[field] = (uint8_t)at->columns;
    return true;
}

bool rows_are_named(rows *at) {
    const bool journey = at->column_of[FIELD_journey] != 0;
    if (journey && at->column_of[FIELD_at] != 0) {
        return true;
    }
    snprintf(at->why, sizeof at->why, "no column is %s: a touchpoint needs journey and at", journey ? "at" : "journey");
    return false;
}

/* ---- Values ---------------------------------------------------------------------------------------------- */

/* The number that a text stands for, unless another text stands for it already. */
static bool read_key(rows *at, size_t field, const rows_value *value, uint64_t *number) {
    const size_t length = values_trimmed(value->text, value->length);
    cxj_text other = {NULL, 0};
    if (cxj_id_from_text(at->engine, value->text, length, number) != CXJ_OK) {
        return refuse(at, field, value, "it is too long");
    }
    if (*number >> 63 == 0) {
        return true;
    }
    switch (texts_meet(&at->texts, *number, value->text, length, true, &other)) {
    case TEXTS_SAME:
        return true;
    case TEXTS_OTHER:
        return refuse(at, field, value, "it stands for the same number as another text; change one of them");
    default:
        return no_memory(at);
    }
}

static bool read_name(rows *at, size_t field, const rows_value *value, uint64_t *number) {
    uint32_t code = 0;
    const cxj_status status = cxj_code(at->engine, (uint32_t)fields[field].detail, value->text, value->length, &code);
    *number = code;
    return status == CXJ_OK || refuse(at, field, value, cxj_message(at->engine));
}

static bool read_facets(rows *at, size_t field, const rows_value *value, uint64_t *number) {
    uint32_t facets = 0;
    cxj_text unknown = {NULL, 0};
    const bool known = values_facets(value->text, value->length, '|', &facets, &unknown);
    *number = facets;
    return known || refuse(at, field, &(rows_value){unknown.text, unknown.length, false},
                           "it is none of the facets, which are joined by |");
}

/* Reads a value that is neither NULL nor empty into a number that holds its member's value. */
static bool read_value(rows *at, size_t field, const rows_value *value, uint64_t *number) {
    const field_info *what = &fields[field];
    int64_t amount = 0;
    switch (what->kind) {
    case KIND_KEY:
        return read_key(at, field, value, number);
    case KIND_COUNT:
    case KIND_RATING:
        return values_count(value->text, value->length, what->kind == KIND_COUNT ? what->detail : UINT8_MAX, number) ||
               refuse(at, field, value, "it is not a number, or out of range");
    case KIND_AMOUNT:
        if (!values_amount(value->text, value->length, &amount) || amount < -VALUE_MOST || amount > VALUE_MOST) {
            return refuse(at, field, value, "it is not a whole number within 10^15");
        }
        break;
    case KIND_TIME:
        if (!values_moment(&at->moments, value->text, value->length, field == FIELD_due, &amount)) {
            return refuse(
                at, field, value,
                "it is not a time of the years 0001 to 9999: milliseconds since 1970, or 2026-11-21 22:43:47");
        }
        break;
    case KIND_WORD:
        *number = values_find((unsigned)what->detail, value->text, value->length);
        return *number != 0 || refuse(at, field, value, "it is not one of the names for this field");
    case KIND_FACETS:
        return read_facets(at, field, value, number);
    case KIND_CODE:
        return read_name(at, field, value, number);
    }
    *number = (uint64_t)amount;
    return true;
}

/* ---- Rows ------------------------------------------------------------------------------------------------ */

/* Sees to it that scale, score and scope go together; a score under its scale is of the touchpoint unless scope says
 * otherwise. */
static bool check_rating(rows *at, cxj_touchpoint *touchpoint, size_t rated, bool has_ratings) {
    unsigned least, most;
    if (touchpoint->scale == 0) {
        if (has_ratings && touchpoint->score == 0) {
            touchpoint->scope = 0; /* it says nothing where there is no rating */
        }
        return (touchpoint->score == 0 && touchpoint->scope == 0) ||
               refuse(at, touchpoint->score != 0 ? FIELD_score : FIELD_scope, NULL, "there is no scale beside it");
    }
    if (touchpoint->scope == 0 && rated == FIELD_COUNT) {
        return refuse(at, FIELD_scope, NULL, "a scale needs a scope: touchpoint, journey or employee");
    }
    if (touchpoint->scope == 0) {
        touchpoint->scope = CXJ_SCOPE_TOUCHPOINT;
    }
    values_scores(touchpoint->scale, &least, &most);
    return (touchpoint->score >= least && touchpoint->score <= most) ||
           refuse(at, rated == FIELD_COUNT ? FIELD_score : rated, NULL, "the score is not on its scale");
}

/* Reads the fields of a row in their order, as the report program does. */
static bool read_row(rows *at, const rows_value *values, cxj_touchpoint *touchpoint) {
    size_t rated = FIELD_COUNT;
    bool has_ratings = false, has_score = false;
    for (size_t field = 0; field < FIELD_COUNT; field++) {
        if (at->column_of[field] == 0) {
            continue;
        }
        const rows_value *value = &values[at->column_of[field] - 1];
        const bool is_rating = fields[field].kind == KIND_RATING;
        has_ratings = has_ratings || is_rating;
        if (value->is_blob) {
            return refuse(at, field, value, "it is a blob; a text or a number is wanted");
        }
        if (value->text == NULL || value->length == 0) {
            if (field == FIELD_journey || field == FIELD_at) {
                return refuse(at, field, NULL, "it must not be empty");
            }
            continue;
        }
        uint64_t number = 0;
        if (!read_value(at, field, value, &number)) {
            return false;
        }
        if (!is_rating) {
            has_score = has_score || field == FIELD_score;
            fields_store(touchpoint, &fields[field], number);
        } else if (touchpoint->scale != 0 || has_score) {
            return refuse(at, field, value, "two ratings in one row; they are two touchpoints");
        } else {
            touchpoint->scale = (uint8_t)fields[field].detail;
            touchpoint->score = (uint8_t)number;
            rated = field;
        }
    }
    if (touchpoint->scale != 0 && rated == FIELD_COUNT && !has_score) {
        return refuse(at, FIELD_score, NULL, "it must not be empty where there is a scale");
    }
    if (touchpoint->at == 0 && (touchpoint->facets & CXJ_FACET_WITHDRAWN) == 0) {
        return refuse(at, FIELD_at, &values[at->column_of[FIELD_at] - 1], "0 is no moment");
    }
    return check_rating(at, touchpoint, rated, has_ratings);
}

bool rows_take(rows *at, const rows_value *values) {
    cxj_touchpoint *touchpoint = &at->batch[at->waiting];
    memset(touchpoint, 0, sizeof *touchpoint);
    if (at->column_of[FIELD_id] == 0 && at->column_of[FIELD_sequence] == 0) {
        if (at->count >= UINT32_MAX) {
            return refuse(at, FIELD_sequence, NULL, "so many rows have no order; give them an id");
        }
        touchpoint->sequence = (uint32_t)at->count + 1;
    }
    if (!read_row(at, values, touchpoint)) {
        return false;
    }
    at->count++;
    at->waiting++;
    return at->waiting < ROWS_BATCH || rows_end(at);
}

bool rows_end(rows *at) {
    cxj_receipt receipt;
    const cxj_status status = cxj_record(at->engine, at->batch, sizeof *at->batch, at->waiting, CXJ_STOP_AT_REFUSAL,
                                         &receipt, sizeof receipt);
    const uint64_t first = at->count - at->waiting + 1;
    at->waiting = 0;
    if (status == CXJ_OK) {
        return true;
    }
    snprintf(at->why, sizeof at->why, "row %" PRIu64 ": %s", first + receipt.processed, cxj_message(at->engine));
    return false;
}
