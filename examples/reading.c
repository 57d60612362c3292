/* What the command line says of how logs are read.
 *
 * SPDX-License-Identifier: MIT */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

static bool refuse(reading_fault *fault, const char *before, const char *text, size_t length, const char *after) {
    *fault = (reading_fault){before, {text, length}, after, NULL};
    return false;
}

static bool take_map(reading *at, const char *value, reading_fault *fault) {
    const size_t length = strcspn(value, "=");
    const size_t field = fields_find(value, length);
    if (field == FIELD_COUNT) {
        const size_t nearest = fields_nearest(value, length);
        refuse(fault, "--map takes FIELD=COLUMN, such as owner=Assignee, and there is no field \"", value, length,
               "\"");
        fault->nearest = nearest == FIELD_COUNT ? NULL : fields[nearest].name;
        return false;
    }
    if (value[length] == '\0') {
        return refuse(fault, "--map takes FIELD=COLUMN, such as owner=Assignee, not \"", value, length, "\"");
    }
    fields_choice *choices = realloc(at->choices, (at->how.choice_count + 1) * sizeof *choices);
    if (choices == NULL) {
        return refuse(fault, NULL, "", 0, "");
    }
    choices[at->how.choice_count++] = (fields_choice){field, {value + length + 1, strlen(value + length + 1)}};
    at->how.choices = at->choices = choices;
    return true;
}

static bool take_none(reading *at, const char *value, reading_fault *fault) {
    cxj_text *none = realloc(at->none, (at->how.none_count + 1) * sizeof *none);
    if (none == NULL) {
        return refuse(fault, NULL, "", 0, "");
    }
    none[at->how.none_count++] = (cxj_text){value, strlen(value)};
    at->how.none = at->none = none;
    return true;
}

static bool take_delimiter(reading *at, const char *value, reading_fault *fault) {
    const unsigned char first = (unsigned char)value[0];
    if (strcmp(value, "tab") == 0) {
        at->how.delimiter = '\t';
    } else if (first == 0 || first >= 0x80 || value[1] != '\0' || strchr("\"\r\n", value[0]) != NULL) {
        return refuse(fault, "--delimiter takes one ASCII character, such as ; or the word tab, not \"", value,
                      strlen(value), "\"");
    } else {
        at->how.delimiter = value[0];
    }
    return true;
}

/* The place of a word among names, from the first on that may be chosen; or how many there are. */
static unsigned place_of(const char *value, const char *(*name_of)(unsigned), unsigned first, unsigned count) {
    unsigned place = first;
    while (place < count && strcmp(value, name_of(place)) != 0) {
        place++;
    }
    return place;
}

bool reading_take(reading *at, reading_option option, const char *value, reading_fault *fault) {
    const size_t length = strlen(value);
    unsigned place;
    switch (option) {
    case READING_MAP:
        return take_map(at, value, fault);
    case READING_DELIMITER:
        return take_delimiter(at, value, fault);
    case READING_NONE:
        return take_none(at, value, fault);
    case READING_DATES:
        place = place_of(value, values_dates_name, VALUES_DMY, VALUES_ORDERS);
        at->how.dates = (values_dates)(place % VALUES_ORDERS);
        return place < VALUES_ORDERS || refuse(fault, "--dates takes dmy, mdy or ymd, not \"", value, length, "\"");
    case READING_UNIT:
        place = place_of(value, values_unit_name, 0, VALUES_UNITS);
        at->how.unit = (values_unit)(place % VALUES_UNITS);
        return place < VALUES_UNITS || refuse(fault, "--unit takes ms, s, us or ns, not \"", value, length, "\"");
    case READING_TIES:
        at->how.ties_by_file = strcmp(value, "file") == 0;
        return at->how.ties_by_file || strcmp(value, "id") == 0 ||
               refuse(fault, "--ties takes id or file, not \"", value, length, "\"");
    }
    return true;
}

void reading_free(reading *at) {
    free(at->none);
    free(at->choices);
    *at = (reading){0};
}
