/* The fields of a log, and which column of a header is which.
 *
 * SPDX-License-Identifier: MIT
 *
 * fields.def is the table of fields and their names; here is the rule by which columns become fields: what was mapped by
 * hand, then exact names, then near ones. A column may serve several fields where it was mapped to them. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "csv.h"
#include "cxj.h"

/* How the text of a field is read. */
typedef enum field_kind {
    KIND_KEY,    /* a journey, id or customer: a number, or a text that stands for one */
    KIND_COUNT,  /* a number from 0 to the detail */
    KIND_AMOUNT, /* a number that may be negative */
    KIND_TIME,
    KIND_WORD,   /* one of the words of the list that detail names */
    KIND_RATING, /* a score under its scale, which detail names */
    KIND_FACETS,
    KIND_CODE /* a name of the dimension that detail names */
} field_kind;

enum {
#define FIELD(name, kind, detail) FIELD_##name,
#define RATING(name, scale) FIELD_##name,
#define NAME(field, text)
#define NEAR(field, text)
#include "fields.def"
#undef FIELD
#undef RATING
#undef NAME
#undef NEAR
    FIELD_COUNT
};

_Static_assert((int)FIELD_COUNT <= (int)CSV_SLOTS, "each field can have a slot of its own");

typedef struct field_info {
    const char *name;
    field_kind kind;
    uint64_t detail;
    size_t offset; /* of the member in cxj_touchpoint, and its size */
    size_t size;
} field_info;

extern const field_info fields[FIELD_COUNT];

/* The field of a plain name, or of one that is understood as it stands; FIELD_COUNT: none. */
size_t fields_find(const char *name, size_t length);

/* The field to which a name is near in meaning, or else in spelling; FIELD_COUNT: none. */
size_t fields_nearest(const char *name, size_t length);

/* How many letters have to be put in, left out, changed, or changed with their neighbour, to make one name of the other,
 * whatever their case, blanks, - _ and : . SIZE_MAX: they are too long to be compared. */
size_t fields_distance(cxj_text a, cxj_text b);

/* What a user says of one field: the column that is it, by its exact name; an empty one: the field is left out. */
typedef struct fields_choice {
    size_t field;
    cxj_text column;
} fields_choice;

/* How a field came to its column, or that it was left out by hand. */
typedef enum fields_way {
    FIELDS_NONE,
    FIELDS_PLAIN,
    FIELDS_NAMED,
    FIELDS_NEAR,
    FIELDS_MAPPED,
    FIELDS_LEFT_OUT
} fields_way;

/* The columns of one header. Begin with all zero. */
typedef struct fields_layout {
    char *bytes;      /* the header's row, as it was read; the names lie in it */
    cxj_text *names;  /* of the columns */
    uint8_t *slot_of; /* of each column: its slot in csv, or CSV_SLOTS */
    size_t columns;
    size_t place[FIELD_COUNT]; /* the column of each field, counted from 1; 0: it has none */
    uint8_t slot[FIELD_COUNT];
    uint8_t way[FIELD_COUNT];
    uint8_t present[FIELD_COUNT]; /* the fields that have a column, in the order in which they are read */
    size_t present_count;
    bool has_ratings; /* one of them is a score under its scale */
} fields_layout;

/* Stores a value in a member of a touchpoint; a negative one in two's complement. Inline, for each value that is read goes
 * through it. */
static inline void fields_store(cxj_touchpoint *touchpoint, const field_info *field, uint64_t value) {
    char *member = (char *)touchpoint + field->offset;
    switch (field->size) {
    case sizeof(uint8_t):
        memcpy(member, &(uint8_t){(uint8_t)value}, sizeof(uint8_t));
        break;
    case sizeof(uint16_t):
        memcpy(member, &(uint16_t){(uint16_t)value}, sizeof(uint16_t));
        break;
    case sizeof(uint32_t):
        memcpy(member, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
        break;
    default:
        memcpy(member, &value, sizeof value);
    }
}

/* Takes the names of columns from a header's row, which is well formed. returns  false: no memory */
bool fields_columns(fields_layout *layout, const char *row, size_t length, size_t columns, char delimiter);

/* Gives the columns their fields.
 * choices  what was mapped by hand; of two for one field the last holds
 * returns  the first choice whose column is not there; choice_count: none; SIZE_MAX: no memory */
size_t fields_lay_out(fields_layout *layout, const fields_choice *choices, size_t choice_count);

/* Whether the names of two layouts are the same. */
bool fields_are_same(const fields_layout *a, const fields_layout *b);

/* Makes the columns of one layout, without fields, those of another. returns  false: no memory */
bool fields_copy_names(fields_layout *to, const fields_layout *from);

void fields_free(fields_layout *layout);

#endif
