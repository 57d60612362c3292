/* names: a dictionary for each dimension: names to codes and back.
 *
 * A code is an index into an array of names, so that a name is found in one step, and a table of codes finds the code
 * of a name. Names are allocated one by one: a pointer that a host was given stays good while others come. Codes that
 * are retired wait in a chain and are given again before new ones.
 * Invariant: slots holds each code that is not retired exactly once, at most three quarters full; each that is retired
 * is in the chain that begins with waiting. */
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
    dictionary->waiting = dictionary->latest = dictionary->waiting_count = 0;
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
    bool again = dictionary->waiting != 0;
    size_t count = dictionary->count + !again;
    if (count > dictionary->limit) return CXJ_LIMIT;
    if (!cxj__base_grow(memory, &dictionary->names, &dictionary->capacity, count, sizeof *dictionary->names) ||
        !cxj__base_grow(memory, &dictionary->uses, &dictionary->use_capacity, count + 1, sizeof *dictionary->uses) ||
        !slots_reserve(dictionary, memory, count)) {
        return CXJ_NO_MEMORY;
    }
    char *copy = cxj__base_resize(memory, NULL, 0, length + 1);
    if (copy == NULL) return CXJ_NO_MEMORY;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *code = again ? dictionary->waiting : (uint32_t)count;
    struct cxj__name *name = &dictionary->names[*code - 1];
    if (again) {
        dictionary->waiting = name->next;
        dictionary->waiting_count--;
    }
    *name = (struct cxj__name){.text = copy, .length = (uint32_t)length, .next = dictionary->latest};
    name->hash = hash_text(seed, text, length);
    dictionary->latest = *code;
    dictionary->count = count;
    dictionary->uses[*code] = 0;
    slots_insert(dictionary, *code);
    return CXJ_OK;
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

/* Lets a name go; its code waits to be given again. */
static void retire(struct cxj__names *dictionary, struct cxj__memory *memory, uint32_t code) {
    struct cxj__name *name = &dictionary->names[code - 1];
    free_text(name, memory);
    dictionary->uses[code] = 0;
    name->next = dictionary->waiting;
    dictionary->waiting = code;
    dictionary->waiting_count++;
}

void cxj__names_retire(struct cxj__names *dictionary, struct cxj__memory *memory) {
    bool any = false;
    for (size_t i = 0; i < dictionary->count; i++) {
        const struct cxj__name *name = &dictionary->names[i];
        /* used once, and not any more */
        if (name->text == NULL || name->pins != 0 || dictionary->uses[i + 1] != CXJ__NAMES_WAS_USED) continue;
        retire(dictionary, memory, (uint32_t)i + 1);
        any = true;
    }
    if (!any) return;
    cxj__names_mark(dictionary); /* what was given before may be among them */
    slots_rebuild(dictionary);
}

void cxj__names_mark(struct cxj__names *dictionary) {
    dictionary->latest = 0;
}

void cxj__names_take_back(struct cxj__names *dictionary, struct cxj__memory *memory) {
    if (dictionary->latest == 0) return;
    while (dictionary->latest != 0) {
        uint32_t code = dictionary->latest;
        dictionary->latest = dictionary->names[code - 1].next;
        if (code == dictionary->count) { /* those that had waited were given before any new one */
            free_text(&dictionary->names[--dictionary->count], memory);
        } else {
            retire(dictionary, memory, code);
        }
    }
    slots_rebuild(dictionary);
}

/* ---- numbers that stand for texts ------------------------------------------------------------------------------- */

#define HALF (UINT64_C(1) << 63)

void cxj__names_text_key(const uint64_t given[2], uint64_t key[2]) {
    static const uint64_t public_key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    memcpy(key, given[0] == 0 && given[1] == 0 ? public_key : given, sizeof public_key);
}

/* Reads canonical digits of a number below 2^63: no leading zero, and not 0. So many digits cannot pass 2^64, so the bound
 * is looked at once, at the end. */
static bool read_digits(const char *text, size_t length, uint64_t *number) {
    enum { MOST_DIGITS = 19 };
    uint64_t value = 0;
    if (length > MOST_DIGITS || text[0] == '0') return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *number = value;
    return value < HALF;
}

uint64_t cxj__names_text_id(const uint64_t key[2], const char *text, size_t length) {
    uint64_t number = 0;
    if (length == 0 || read_digits(text, length, &number)) return number;
    return HALF | cxj__base_siphash(key, text, length);
}
