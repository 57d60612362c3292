/* The fields of a log, and which column of a header is which.
 *
 * SPDX-License-Identifier: MIT */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "values.h"

#define NAME(field, text)
#define NEAR(field, text)

const field_info fields[FIELD_COUNT] = {
#define MEMBER(name, member, kind, detail)                                                                             \
    {#name, kind, detail, offsetof(cxj_touchpoint, member), sizeof(((cxj_touchpoint *)NULL)->member)},
#define FIELD(name, kind, detail) MEMBER(name, name, KIND_##kind, detail)
#define RATING(name, scale) MEMBER(name, score, KIND_RATING, scale)
#include "fields.def"
#undef FIELD
#undef RATING
#undef MEMBER
};

#define FIELD(name, kind, detail)
#define RATING(name, scale)

typedef struct name {
    const char *text;
    size_t field;
} name;

/* Names that are understood as they stand. */
static const name names[] = {
#undef NAME
#define NAME(field, text) {text, FIELD_##field},
#include "fields.def"
#undef NAME
#define NAME(field, text)
};

/* Words that may mean a field, in normal form. */
static const name words[] = {
#undef NEAR
#define NEAR(field, text) {text, FIELD_##field},
#include "fields.def"
#undef NEAR
};

enum { NAMES = sizeof names / sizeof names[0], WORDS = sizeof words / sizeof words[0], NORMAL = 40 };

/* ---- Names ----------------------------------------------------------------------------------------------- */

/* A name with ASCII letters in lower case and blanks, - _ and : taken out. */
typedef struct normal {
    char text[NORMAL];
    size_t length; /* NORMAL: longer than any that is looked for */
} normal;

static normal normal_of(const char *text, size_t length) {
    normal form = {.length = 0};
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (c == ' ' || c == '-' || c == '_' || c == ':') {
            continue;
        }
        if (form.length + 1 >= NORMAL) {
            form.length = NORMAL;
            return form;
        }
        form.text[form.length++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return form;
}

static bool are_same(const normal *form, const char *text) {
    const normal other = normal_of(text, strlen(text));
    return form->length == other.length && form->length < NORMAL && memcmp(form->text, other.text, form->length) == 0;
}

size_t fields_find(const char *text, size_t length) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (values_is(text, length, fields[i].name)) {
            return i;
        }
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (values_is(text, length, names[i].text)) {
            return names[i].field;
        }
    }
    return FIELD_COUNT;
}

/* The field whose plain name, or one that is understood as it stands, is a name's in normal form; or FIELD_COUNT. */
static size_t find_normal(const normal *form) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (are_same(form, fields[i].name)) {
            return i;
        }
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (are_same(form, names[i].text)) {
            return names[i].field;
        }
    }
    return FIELD_COUNT;
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* How many letters have to be put in, left out, changed, or changed with their neighbour, to make one of the other. */
static size_t distance(const normal *a, const normal *other) {
    const normal b = *other;
    size_t rows[3][NORMAL + 1]; /* the row before last, the last, and this one, in turn */
    if (a->length >= NORMAL || b.length >= NORMAL) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.length; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a->length; i++) {
        size_t *row = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3];
        const size_t *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            const size_t change = last[j - 1] + (a->text[i - 1] != b.text[j - 1]);
            row[j] = least_of(change, least_of(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a->text[i - 1] == b.text[j - 2] && a->text[i - 2] == b.text[j - 1]) {
                row[j] = least_of(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[a->length % 3][b.length];
}

size_t fields_distance(cxj_text a, cxj_text b) {
    const normal first = normal_of(a.text, a.length);
    const normal second = normal_of(b.text, b.length);
    return distance(&first, &second);
}

/* The text as far as a CR or LF, which a name hardly has of its own. */
static size_t line_length(const char *text, size_t length) {
    size_t at = 0;
    while (at < length && text[at] != '\r' && text[at] != '\n') {
        at++;
    }
    return at > 0 ? at : length;
}

/* Whether a name is one by which dates are written, dd-MM-yyyy HH:mm. */
static bool is_pattern(const normal *form) {
    bool has_year = false;
    for (size_t i = 0; i < form->length; i++) {
        if (strchr("dmyhs./t", form->text[i]) == NULL) {
            return false;
        }
        has_year |= i > 0 && form->text[i] == 'y' && form->text[i - 1] == 'y';
    }
    return has_year && form->length < NORMAL;
}

size_t fields_nearest(const char *text, size_t length) {
    const normal form = normal_of(text, line_length(text, length));
    size_t nearest = find_normal(&form);
    if (nearest < FIELD_COUNT || form.length == 0) {
        return nearest;
    }
    for (size_t i = 0; i < WORDS; i++) {
        if (are_same(&form, words[i].text)) {
            return words[i].field;
        }
    }
    if (is_pattern(&form)) {
        return FIELD_at;
    }
    size_t least = form.length <= 3 ? 0 : form.length <= 7 ? 1 : 2; /* of short words others are near by chance */
    nearest = FIELD_COUNT;
    for (size_t i = 0; i < FIELD_COUNT + NAMES + WORDS && least > 0; i++) {
        const name *other = i < FIELD_COUNT           ? &(name){fields[i].name, i}
                            : i < FIELD_COUNT + NAMES ? &names[i - FIELD_COUNT]
                                                      : &words[i - FIELD_COUNT - NAMES];
        const normal word = normal_of(other->text, strlen(other->text));
        const size_t far = word.length > 3 ? distance(&form, &word) : SIZE_MAX;
        if (far <= least && (far < least || nearest == FIELD_COUNT)) {
            least = far;
            nearest = other->field;
        }
    }
    return nearest;
}

/* ---- Layouts --------------------------------------------------------------------------------------------- */

bool fields_columns(fields_layout *layout, const char *row, size_t length, size_t columns, char delimiter) {
    fields_free(layout);
    layout->bytes = malloc(length + 1);
    layout->names = malloc(columns * sizeof *layout->names);
    layout->slot_of = malloc(columns);
    if (layout->bytes == NULL || layout->names == NULL || layout->slot_of == NULL) {
        fields_free(layout);
        return false;
    }
    memcpy(layout->bytes, row, length);
    layout->bytes[length] = '\0';
    layout->columns = columns;
    const char *rest = layout->bytes;
    for (size_t i = 0; i < columns; i++) {
        char *text = layout->bytes + (rest - layout->bytes);
        const csv_slice at = csv_take(delimiter, &rest, &length);
        text += at.offset;
        layout->names[i] = (cxj_text){text, at.escaped ? csv_unescape(text, at.length) : at.length};
    }
    return true;
}

/* The first column of exactly this name that serves no other field, counted from 1; 0: there is none.
 * mapped  columns that are left out; NULL: none */
static size_t find_column(const fields_layout *layout, const bool *mapped, const char *text, size_t length) {
    for (size_t i = 0; i < layout->columns; i++) {
        const cxj_text *column = &layout->names[i];
        if (column->length == length && memcmp(column->text, text, length) == 0 && (mapped == NULL || !mapped[i])) {
            return i + 1;
        }
    }
    return 0;
}

static void give(fields_layout *layout, size_t field, size_t place, fields_way way) {
    layout->place[field] = place;
    layout->way[field] = (uint8_t)way;
}

/* The columns that have exactly a name of a field which nobody has mapped. */
static void take_exact(fields_layout *layout, const bool *mapped, const bool *settled) {
    for (size_t field = 0; field < FIELD_COUNT; field++) {
        if (settled[field]) {
            continue;
        }
        const char *plain = fields[field].name;
        give(layout, field, find_column(layout, mapped, plain, strlen(plain)), FIELDS_PLAIN);
        for (size_t i = 0; i < NAMES && layout->place[field] == 0; i++) {
            if (names[i].field == field) {
                give(layout, field, find_column(layout, mapped, names[i].text, strlen(names[i].text)), FIELDS_NAMED);
            }
        }
    }
}

/* Among the columns that are left, those with a name that is near. Many a column that is called Value is no money, and
 * percentages and flags of all kinds go by percent and binary, so these are not looked for. */
static void take_near(fields_layout *layout, const bool *mapped, const bool *settled, bool *taken) {
    for (size_t field = 0; field < FIELD_COUNT; field++) {
        if (layout->place[field] != 0) {
            taken[layout->place[field] - 1] = true;
        }
    }
    for (size_t i = 0; i < layout->columns; i++) {
        if (taken[i] || mapped[i]) {
            continue;
        }
        const normal form = normal_of(layout->names[i].text, layout->names[i].length);
        const size_t field = find_normal(&form);
        if (field < FIELD_COUNT && !settled[field] && layout->place[field] == 0 && field != FIELD_value &&
            field != FIELD_percent && field != FIELD_binary) {
            give(layout, field, i + 1, FIELDS_NEAR);
        }
    }
}

/* Gives each column that serves a field a slot. */
static void give_slots(fields_layout *layout) {
    memset(layout->slot_of, CSV_SLOTS, layout->columns);
    layout->present_count = 0;
    layout->has_ratings = false;
    for (size_t field = 0; field < FIELD_COUNT; field++) {
        if (layout->place[field] == 0) {
            layout->way[field] = layout->way[field] == FIELDS_LEFT_OUT ? FIELDS_LEFT_OUT : FIELDS_NONE;
            continue;
        }
        uint8_t *slot = &layout->slot_of[layout->place[field] - 1];
        *slot = *slot == CSV_SLOTS ? (uint8_t)field : *slot;
        layout->slot[field] = *slot;
        layout->present[layout->present_count++] = (uint8_t)field;
        layout->has_ratings |= fields[field].kind == KIND_RATING;
    }
}

size_t fields_lay_out(fields_layout *layout, const fields_choice *choices, size_t choice_count) {
    bool settled[FIELD_COUNT] = {false};
    bool *mapped = (bool *)calloc(2 * layout->columns + 1, sizeof *mapped);
    if (mapped == NULL) {
        return SIZE_MAX;
    }
    size_t missing = choice_count;
    memset(layout->place, 0, sizeof layout->place);
    for (size_t i = choice_count; i-- > 0;) {
        const fields_choice *choice = &choices[i];
        if (settled[choice->field]) {
            continue;
        }
        settled[choice->field] = true;
        layout->way[choice->field] = FIELDS_LEFT_OUT;
        if (choice->column.length > 0) {
            give(layout, choice->field, find_column(layout, NULL, choice->column.text, choice->column.length),
                 FIELDS_MAPPED);
            if (layout->place[choice->field] == 0) {
                missing = i; /* of several the first, as they are looked at from the last on */
            } else {
                mapped[layout->place[choice->field] - 1] = true;
            }
        }
    }
    take_exact(layout, mapped, settled);
    take_near(layout, mapped, settled, mapped + layout->columns);
    give_slots(layout);
    free(mapped);
    return missing;
}

bool fields_are_same(const fields_layout *a, const fields_layout *b) {
    if (a->columns != b->columns) {
        return false;
    }
    for (size_t i = 0; i < a->columns; i++) {
        if (a->names[i].length != b->names[i].length ||
            memcmp(a->names[i].text, b->names[i].text, a->names[i].length) != 0) {
            return false;
        }
    }
    return true;
}

bool fields_copy_names(fields_layout *to, const fields_layout *from) {
    size_t length = 1;
    for (size_t i = 0; i < from->columns; i++) {
        length += from->names[i].length;
    }
    fields_free(to);
    to->bytes = malloc(length);
    to->names = malloc((from->columns + 1) * sizeof *to->names);
    if (to->bytes == NULL || to->names == NULL) {
        fields_free(to);
        return false;
    }
    for (char *byte = to->bytes; to->columns < from->columns; to->columns++) {
        const cxj_text *column = &from->names[to->columns];
        memcpy(byte, column->text, column->length);
        to->names[to->columns] = (cxj_text){byte, column->length};
        byte += column->length;
    }
    return true;
}

void fields_free(fields_layout *layout) {
    free(layout->bytes);
    free(layout->names);
    free(layout->slot_of);
    *layout = (fields_layout){0};
}
