/* Which text stands for a number.
 *
 * SPDX-License-Identifier: MIT */
#include "texts.h"

#include <stdlib.h>
#include <string.h>

struct texts_entry {
    uint64_t number;
    size_t offset;
    size_t length;
};

/* The place of a number: that of its entry, or an empty one. Numbers are hashes already. */
static struct texts_entry *place_of(struct texts_entry *entries, size_t capacity, uint64_t number) {
    size_t place = (size_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (capacity - 1);
    while (entries[place].number != 0 && entries[place].number != number) {
        place = (place + 1) & (capacity - 1);
    }
    return &entries[place];
}

/* Makes room for one more entry: the table is at most two thirds full. */
static bool grow_entries(texts *at) {
    if (3 * (at->count + 1) <= 2 * at->capacity) {
        return true;
    }
    const size_t capacity = at->capacity == 0 ? 1024 : 2 * at->capacity;
    struct texts_entry *entries = capacity > at->capacity ? calloc(capacity, sizeof *entries) : NULL;
    if (entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < at->capacity; i++) {
        if (at->entries[i].number != 0) {
            *place_of(entries, capacity, at->entries[i].number) = at->entries[i];
        }
    }
    free(at->entries);
    at->entries = entries;
    at->capacity = capacity;
    return true;
}

static bool grow_bytes(texts *at, size_t length) {
    if (length <= at->byte_capacity - at->byte_count) {
        return true;
    }
    if (length > SIZE_MAX / 4 || at->byte_capacity > SIZE_MAX / 4) {
        return false;
    }
    size_t capacity = at->byte_capacity == 0 ? 4096 : 2 * at->byte_capacity;
    if (capacity < at->byte_count + length) {
        capacity = at->byte_count + length;
    }
    char *bytes = realloc(at->bytes, capacity);
    if (bytes == NULL) {
        return false;
    }
    at->bytes = bytes;
    at->byte_capacity = capacity;
    return true;
}

texts_status texts_meet(texts *at, uint64_t number, const char *text, size_t length, bool keep, cxj_text *other) {
    if (!grow_entries(at)) {
        return TEXTS_NO_ROOM;
    }
    struct texts_entry *entry = place_of(at->entries, at->capacity, number);
    if (entry->number == number) {
        *other = (cxj_text){at->bytes + entry->offset, entry->length};
        const bool is_same = other->length == length && memcmp(other->text, text, length) == 0;
        return is_same ? TEXTS_SAME : TEXTS_OTHER;
    }
    if (!keep) {
        return TEXTS_SAME;
    }
    if (!grow_bytes(at, length)) {
        return TEXTS_NO_ROOM;
    }
    memcpy(at->bytes + at->byte_count, text, length);
    *entry = (struct texts_entry){number, at->byte_count, length};
    at->byte_count += length;
    at->count++;
    return TEXTS_SAME;
}

bool texts_find(const texts *at, uint64_t number, cxj_text *text) {
    const struct texts_entry *entry = at->capacity == 0 ? NULL : place_of(at->entries, at->capacity, number);
    if (entry == NULL || number == 0 || entry->number != number) {
        return false;
    }
    *text = (cxj_text){at->bytes + entry->offset, entry->length};
    return true;
}

void texts_free(texts *at) {
    free(at->entries);
    free(at->bytes);
    *at = (texts){0};
}
