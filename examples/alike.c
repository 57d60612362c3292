/* What of a log is alike.
 *
 * SPDX-License-Identifier: MIT */
#include "alike.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_WORDS = 8,        /* a block of a filter is one line of a cache */
    SMALL = 1 << 14,        /* blocks of the small filter, and how many rows it is for */
    SMALL_ROWS = 4 * SMALL, /* so that few bits are set, and few rows are taken for others */
    LARGE = 1 << 19,
    AHEAD = 24 /* rows for which memory is asked ahead */
};

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t hash = (a ^ (b * UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xD6E8FEB86659FD93);
    hash = (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ hash >> 32;
}

/* Sets both bits of a hash. returns  whether they were set already */
static inline bool set(uint64_t *bits, size_t blocks, uint64_t hash) {
    uint64_t *block = bits + (hash >> 20 & (blocks - 1)) * BLOCK_WORDS;
    const uint64_t first = UINT64_C(1) << (hash & 63);
    const uint64_t second = UINT64_C(1) << (hash >> 6 & 63);
    uint64_t *one = &block[hash >> 12 & 7];
    uint64_t *two = &block[hash >> 15 & 7];
    const bool both = (*one & first) != 0 && (*two & second) != 0;
    *one |= first;
    *two |= second;
    return both;
}

/* Makes the filter, or the large one in place of the small. Without memory it stays as it is. */
static void grow_filter(alike *at) {
    const size_t blocks = at->bits == NULL ? SMALL : LARGE;
    uint64_t *bits = calloc(blocks * BLOCK_WORDS, sizeof *bits);
    if (bits != NULL && at->bits == NULL) {
        at->hashes = malloc(SMALL_ROWS * sizeof *at->hashes);
    }
    if (bits == NULL || at->hashes == NULL) {
        free(bits);
        return;
    }
    for (size_t i = 0; i < at->noted; i++) {
        (void)set(bits, blocks, at->hashes[i]);
    }
    free(at->bits);
    at->bits = bits;
    at->blocks = blocks;
    if (blocks == LARGE) {
        free(at->hashes);
        at->hashes = NULL;
    }
}

/* Notes a hash. returns  whether it was perhaps noted before; without memory for a filter, never */
static inline bool note(alike *at, uint64_t hash) {
    if (at->hashes != NULL && at->noted < SMALL_ROWS) {
        at->hashes[at->noted++] = hash;
    } else if (at->blocks != LARGE) {
        grow_filter(at);
        if (at->hashes != NULL && at->noted < SMALL_ROWS) {
            at->hashes[at->noted++] = hash;
        }
    }
    return at->bits != NULL && set(at->bits, at->blocks, hash);
}

/* Asks for what note() will read. */
static inline void ask_ahead(const alike *at, uint64_t hash) {
#if defined(__GNUC__)
    if (at->blocks == LARGE) {
        __builtin_prefetch(at->bits + (hash >> 20 & (LARGE - 1)) * BLOCK_WORDS, 1);
    }
#else
    (void)at;
    (void)hash;
#endif
}

static uint64_t id_hash(const cxj_touchpoint *touchpoint) {
    return mix(touchpoint->journey, ~touchpoint->id);
}

static uint64_t moment_hash(const cxj_touchpoint *touchpoint) {
    return mix(touchpoint->journey, (uint64_t)touchpoint->at);
}

/* Whether the moment of a touchpoint is noted. */
static bool has_moment(const cxj_touchpoint *touchpoint, alike_wish wish) {
    return touchpoint->at != 0 && (touchpoint->id == 0 || (wish.ties && touchpoint->id >> 63 != 0));
}

/* The place of a journey, or an empty one. */
static uint64_t *place_of(uint64_t *journeys, size_t capacity, uint64_t journey) {
    size_t place = (size_t)mix(journey, 0) & (capacity - 1);
    while (journeys[place] != 0 && journeys[place] != journey) {
        place = (place + 1) & (capacity - 1);
    }
    return &journeys[place];
}

static bool grow(alike *at) {
    if (2 * (at->count + 1) <= at->capacity) {
        return true;
    }
    const size_t capacity = at->capacity == 0 ? 256 : 2 * at->capacity;
    uint64_t *journeys = calloc(capacity, sizeof *journeys);
    if (journeys == NULL) {
        return false;
    }
    for (size_t i = 0; i < at->capacity; i++) {
        if (at->journeys[i] != 0) {
            *place_of(journeys, capacity, at->journeys[i]) = at->journeys[i];
        }
    }
    free(at->journeys);
    at->journeys = journeys;
    at->capacity = capacity;
    return true;
}

/* Remembers a journey that has, perhaps, two touchpoints of one moment. */
static bool keep_journey(alike *at, uint64_t journey) {
    if (!grow(at)) {
        return false;
    }
    uint64_t *place = place_of(at->journeys, at->capacity, journey);
    at->count += *place == 0;
    *place = journey;
    return true;
}

bool alike_note(alike *at, const cxj_touchpoint *touchpoints, size_t count, alike_wish wish, bool *met) {
    bool fine = true;
    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i < count) {
            const cxj_touchpoint *next = &touchpoints[i];
            ask_ahead(at, next->id != 0 ? id_hash(next) : moment_hash(next));
        }
        if (i < AHEAD) {
            continue;
        }
        const cxj_touchpoint *touchpoint = &touchpoints[i - AHEAD];
        met[i - AHEAD] = touchpoint->id != 0 && wish.ids && note(at, id_hash(touchpoint));
        if (has_moment(touchpoint, wish) && note(at, moment_hash(touchpoint))) {
            fine = keep_journey(at, touchpoint->journey) && fine;
        }
    }
    return fine;
}

/* ---- What the engine holds ------------------------------------------------------------------------------- */

/* Room for the touchpoints of a journey. */
typedef struct room {
    cxj_touchpoint *touchpoints;
    size_t capacity;
} room;

static int compare(const void *a, const void *b) {
    return memcmp(a, b, sizeof(cxj_touchpoint));
}

/* Counts in a run of touchpoints of one moment, which are in no order afterwards. */
static void count_run(cxj_touchpoint *run, size_t length, bool numbered, alike_counts *counts) {
    size_t kept = 0;
    for (size_t i = 1; i < length; i++) {
        counts->tied += run[i].sequence == run[i - 1].sequence && run[i - 1].id != 0 && run[i].id >> 63 != 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (run[i].id == 0) {
            run[kept] = run[i];
            run[kept].sequence = numbered ? 0 : run[kept].sequence;
            kept++;
        }
    }
    if (kept > 1) {
        qsort(run, kept, sizeof *run, compare);
    }
    for (size_t i = 1; i < kept; i++) {
        counts->equal += compare(&run[i], &run[i - 1]) == 0;
    }
}

/* Counts in one journey. */
static bool count_journey(const cxj_engine *engine, uint64_t journey, bool numbered, room *into, alike_counts *counts) {
    size_t count = 0;
    cxj_status status = cxj_journey_touchpoints(engine, journey, into->capacity, NULL, 0, into->touchpoints,
                                                sizeof *into->touchpoints, &count);
    if (status == CXJ_TOO_SMALL) {
        cxj_touchpoint *larger = realloc(into->touchpoints, 2 * count * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        *into = (room){larger, 2 * count};
        status = cxj_journey_touchpoints(engine, journey, into->capacity, NULL, 0, into->touchpoints,
                                         sizeof *into->touchpoints, &count);
    }
    if (status != CXJ_OK) {
        return true; /* it is not there: what came was refused, or is sealed */
    }
    for (size_t first = 0, next; first < count && into->touchpoints[first].at != 0; first = next) {
        for (next = first + 1; next < count && into->touchpoints[next].at == into->touchpoints[first].at; next++) {
        }
        if (next - first > 1) {
            count_run(into->touchpoints + first, next - first, numbered, counts);
        }
    }
    return true;
}

bool alike_count(const alike *at, const cxj_engine *engine, bool numbered, alike_counts *counts) {
    room into = {NULL, 0};
    bool fine = true;
    *counts = (alike_counts){0, 0};
    for (size_t i = 0; i < at->capacity && fine; i++) {
        if (at->journeys[i] != 0) {
            fine = count_journey(engine, at->journeys[i], numbered, &into, counts);
        }
    }
    free(into.touchpoints);
    return fine;
}

void alike_free(alike *at) {
    free(at->bits);
    free(at->hashes);
    free(at->journeys);
    *at = (alike){0};
}
