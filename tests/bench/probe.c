/* probe: the least that any engine of this kind has to do for a touchpoint. See probe.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "probe.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 64, AHEAD = 32, CELLS = 256, WORDS = 8 };

/* Entries of the log before it begins again: 64 MB, beyond what caches hold. */
#define LOG (UINT64_C(1) << 21)

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address, 1)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* A record: one line. */
typedef struct record {
    uint64_t key; /* 0: the slot is free */
    uint64_t count;
    uint64_t sums[6];
} record;

typedef struct entry {
    uint64_t words[4];
} entry;

typedef struct cell {
    uint64_t words[WORDS]; /* the first counts */
} cell;

struct probe {
    record *slots;
    uint64_t capacity;
    entry *log;
    uint64_t logged; /* entries written so far */
    cell *cells;
};

static uint64_t capacity_of(uint64_t journeys) {
    return journeys * 10 / 7 + 1;
}

uint64_t probe_size(uint64_t journeys) {
    return capacity_of(journeys) * sizeof(record) + LOG * sizeof(entry) + CELLS * sizeof(cell);
}

/* Zeroed and so present: what the probe's time is made of is the machine's memory, not the giving out of pages. */
static void *lines(uint64_t bytes) {
    bytes = (bytes + LINE - 1) / LINE * LINE;
    if (bytes > SIZE_MAX) return NULL;
    void *block = aligned_alloc(LINE, (size_t)bytes);
    if (block != NULL) memset(block, 0, (size_t)bytes);
    return block;
}

probe *probe_create(uint64_t journeys) {
    probe *self = calloc(1, sizeof *self);
    if (self == NULL) return NULL;
    self->capacity = capacity_of(journeys);
    self->slots = lines(self->capacity * sizeof *self->slots);
    self->log = lines(LOG * sizeof *self->log);
    self->cells = lines(CELLS * sizeof *self->cells);
    if (self->slots != NULL && self->log != NULL && self->cells != NULL) return self;
    probe_destroy(self);
    return NULL;
}

void probe_destroy(probe *self) {
    if (self == NULL) return;
    free(self->slots);
    free(self->log);
    free(self->cells);
    free(self);
}

void probe_translate(const cxj_touchpoint *touchpoints, size_t count, probe_item *items) {
    for (size_t i = 0; i < count; i++) {
        const cxj_touchpoint *t = &touchpoints[i];
        items[i] = (probe_item){
            .journey = t->journey,
            .id = t->id,
            .at = t->at,
            .due = t->due,
            .facets = t->facets,
            .cells = {(uint16_t)((t->channel * 41U + t->owner) % CELLS), (uint16_t)(t->id % CELLS),
                      (uint16_t)(t->journey % 20)},
            .rest = {t->team, t->activity, t->channel, t->type, t->segment, t->score},
        };
    }
}

/* Where the search for a key begins. The product spreads keys over the table whatever they have in common. */
static record *begin(const probe *self, uint64_t key) {
    const uint64_t high = (key * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    return &self->slots[(high * self->capacity) >> 32];
}

static record *find(const probe *self, uint64_t key) {
    record *slot = begin(self, key);
    while (slot->key != key && slot->key != 0) {
        if (++slot == self->slots + self->capacity) slot = self->slots;
    }
    return slot;
}

void probe_prepare(probe *self, const probe_item *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        record *slot = find(self, items[i].journey);
        slot->key = items[i].journey;
    }
}

static void change(probe *self, record *slot, const probe_item *item) {
    self->log[self->logged++ % LOG] = (entry){{item->id, (uint64_t)item->at, item->facets, item->rest[0]}};
    slot->count++;
    slot->sums[0] += item->facets;
    slot->sums[1] += (uint64_t)item->at;
    slot->sums[2] += (uint64_t)item->due;
    slot->sums[3] += item->rest[5];
    slot->sums[4] += item->rest[0];
    slot->sums[5] = item->id;
    for (size_t c = 0; c < 3; c++) {
        uint64_t *words = self->cells[item->cells[c]].words;
        const uint64_t amounts[WORDS] = {1,
                                         (uint64_t)item->at,
                                         (uint64_t)item->due,
                                         item->facets,
                                         item->rest[1],
                                         item->rest[2],
                                         item->rest[3],
                                         item->rest[5]};
        for (size_t w = 0; w < WORDS; w++) words[w] += amounts[w];
    }
}

static void take_batch(probe *self, const probe_item *items, size_t count) {
    for (size_t i = 0; i < count; i++) PREFETCH(begin(self, items[i].journey));
    for (size_t i = 0; i < count; i++) change(self, find(self, items[i].journey), &items[i]);
}

void probe_batches(probe *self, const probe_item *items, size_t count) {
    for (size_t done = 0; done < count; done += AHEAD) {
        take_batch(self, items + done, count - done < AHEAD ? count - done : AHEAD);
    }
}

void probe_singly(probe *self, const probe_item *items, size_t count) {
    for (size_t i = 0; i < count; i++) change(self, find(self, items[i].journey), &items[i]);
}

bool probe_count(const probe *self, uint64_t *count) {
    uint64_t in_cells = 0, in_records = 0;
    for (size_t c = 0; c < CELLS; c++) in_cells += self->cells[c].words[0];
    for (uint64_t i = 0; i < self->capacity; i++) in_records += self->slots[i].count;
    *count = in_records;
    return in_cells == 3 * in_records;
}
