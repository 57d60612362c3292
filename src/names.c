/* names: a dictionary for each dimension: names to codes and back.
 *
 * A code is an index into an array of names, so that a name is found in one step, and a table of codes finds the code
 * of a name. Names are allocated one by one: a pointer that a host was given stays good while others come.
 * Invariant: slots holds each code that is not retired exactly once, at most three quarters full. */
#include "names.h"

#include <string.h>

static uint32_t hash_text(const struct cxj__seed *seed, const char *text, size_t length) {
    return (uint32_t)cxj__base_siphash(seed->key, text, length);
}

static void slots_insert(struct cxj__names *dictionary, uint32_t code) {
    size_t mask = dictionary->slot_capacity - 1;
    size_t slot = dictionary->names[code - 1].hash & mask;
    while (dictionary->slots[slot] != 0) slot = (slot + 1) & mask;
    dictionary->slots[slot] = code;
}

/* Fills the table anew from the names that are not retired. */
static void slots_rebuild(struct cxj__names *dictionary) {
    if (dictionary->slot_capacity == 0) return;
    memset(dictionary->slots, 0, dictionary->slot_capacity * sizeof *dictionary->slots);
    for (size_t i = 0; i < dictionary->count; i++) {
        if (dictionary->names[i].text != NULL) slots_insert(dictionary, (uint32_t)(i + 1));
    }
}

static bool slots_reserve(struct cxj__names *dictionary, struct cxj__memory *memory, size_t count) {
    size_t wanted = dictionary->slot_capacity == 0 ? 16 : dictionary->slot_capacity;
    while (count > wanted / 4 * 3) wanted *= 2;
    if (wanted == dictionary->slot_capacity) return true;
    uint32_t *slots = cxj__base_resize(memory, NULL, 0, wanted * sizeof *slots);
    if (slots == NULL) return false;
    cxj__base_resize(memory, dictionary->slots, dictionary->slot_capacity * sizeof *slots, 0);
    dictionary->slots = slots;
    dictionary->slot_capacity = wanted;
    slots_rebuild(dictionary);
    return true;
}

static void free_text(struct cxj__name *name, struct cxj__memory *memory) {
    if (name->text == NULL) return;
    memset(name->text, 0, name->length); /* What is forgotten shall not lie about in freed memory. */
    cxj__base_resize(memory, name->text, (size_t)name->length + 1, 0);
    name->text = NULL;
    name->length = 0;
    name->hash = 0;
}

void cxj__names_finish(struct cxj__names *dictionary, struct cxj__memory *memory) {
    for (size_t i = 0; i < dictionary->count; i++) free_text(&dictionary->names[i], memory);
    cxj__base_release(memory, &dictionary->names, &dictionary->capacity, sizeof *dictionary->names);
    cxj__base_release(memory, &dictionary->uses, &dictionary->use_capacity, sizeof *dictionary->uses);
    cxj__base_release(memory, &dictionary->slots, &dictionary->slot_capacity, sizeof *dictionary->slots);
    dictionary->count = 0;
}

uint32_t cxj__names_find(const struct cxj__names *dictionary, const struct cxj__seed *seed, const char *text,
                         size_t length) {
    if (dictionary->slot_capacity == 0 || length == 0) return 0;
    uint32_t hash = hash_text(seed, text, length);
    size_t mask = dictionary->slot_capacity - 1;
    for (size_t slot = hash & mask; dictionary->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct cxj__name *name = &dictionary->names[dictionary->slots[slot] - 1];
        if (name->hash == hash && name->length == length && memcmp(name->text, text, length) == 0) {
            return dictionary->slots[slot];
        }
    }
    return 0;
}

cxj_status cxj__names_add(struct cxj__names *dictionary, struct cxj__memory *memory, const struct cxj__seed *seed,
                          const char *text, size_t length, uint32_t *code) {
    if (dictionary->count >= dictionary->limit) return CXJ_LIMIT;
    if (!cxj__base_grow(memory, &dictionary->names, &dictionary->capacity, dictionary->count + 1,
                        sizeof *dictionary->names) ||
        !cxj__base_grow(memory, &dictionary->uses, &dictionary->use_capacity, dictionary->count + 2,
                        sizeof *dictionary->uses) ||
        !slots_reserve(dictionary, memory, dictionary->count + 1)) {
        return CXJ_NO_MEMORY;
    }
    char *copy = cxj__base_resize(memory, NULL, 0, length + 1);
    if (copy == NULL) return CXJ_NO_MEMORY;
    memcpy(copy, text, length);
    copy[length] = '\0';
    dictionary->names[dictionary->count++] =
        (struct cxj__name){.text = copy, .length = (uint32_t)length, .hash = hash_text(seed, text, length)};
    *code = (uint32_t)dictionary->count;
    dictionary->uses[*code] = 0;
    slots_insert(dictionary, *code);
    return CXJ_OK;
}

size_t cxj__names_count(const struct cxj__names *dictionary) {
    size_t count = 0;
    for (size_t i = 0; i < dictionary->count; i++) count += dictionary->names[i].text != NULL;
    return count;
}

const char *cxj__names_text(const struct cxj__names *dictionary, uint32_t code, size_t *length) {
    if (code == 0) {
        *length = 0;
        return "";
    }
    if (code > dictionary->count) return NULL;
    *length = dictionary->names[code - 1].length;
    return dictionary->names[code - 1].text;
}

int cxj__names_compare(const struct cxj__names *dictionary, uint32_t a, uint32_t b) {
    if (a == b) return 0;
    size_t a_length = 0, b_length = 0;
    const char *a_text = cxj__names_text(dictionary, a, &a_length);
    const char *b_text = cxj__names_text(dictionary, b, &b_length);
    int order = memcmp(a_text, b_text, a_length < b_length ? a_length : b_length);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

void cxj__names_pin(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0) dictionary->names[code - 1].pins++;
}

void cxj__names_unpin(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0) dictionary->names[code - 1].pins--;
}

void cxj__names_retire(struct cxj__names *dictionary, struct cxj__memory *memory) {
    bool any = false;
    for (size_t i = 0; i < dictionary->count; i++) {
        struct cxj__name *name = &dictionary->names[i];
        /* used once, and not any more */
        if (name->text == NULL || name->pins != 0 || dictionary->uses[i + 1] != CXJ__NAMES_WAS_USED) continue;
        free_text(name, memory);
        any = true;
    }
    if (any) slots_rebuild(dictionary);
}

void cxj__names_truncate(struct cxj__names *dictionary, struct cxj__memory *memory, size_t count) {
    if (dictionary->count <= count) return;
    while (dictionary->count > count) free_text(&dictionary->names[--dictionary->count], memory);
    slots_rebuild(dictionary);
}
