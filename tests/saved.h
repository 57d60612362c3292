/* saved: what the tests of saving and loading share: a heap that counts and fails, feeds with everything in them, bytes
 * that were saved, and bytes made by hand.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_SAVED_H
#define CXJ_TESTS_SAVED_H

#include "cxj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)

/* ---- chance ----------------------------------------------------------------------------------------------------- */

extern uint64_t chance_state;
uint32_t chance(uint32_t below);

/* The seed of a random test: CXJ_SEED, else a fixed one. */
uint64_t seed_of_test(void);

/* CXJ_STRIDE, else 1: every how many-th of what is tried by rote is, under tools with which all is slow. */
uint64_t stride_of_test(void);

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* Every block is known; each allocation that asks for more is counted, and can be made to fail: the one at fail_at,
 * counted from 1, and with for_ever all behind it. Blocks move whenever they are resized. */
typedef struct heap {
    struct heap_block *first;
    uint64_t blocks, bytes, peak; /* peak: the most bytes at a time */
    uint64_t calls, fail_at;
    bool for_ever;
} heap;

void *heap_allocate(void *context, void *block, size_t old_size, size_t new_size);

/* Lets the next allocations fail from the n-th on, counted from 1; 0: none. */
void heap_fail(heap *memory, uint64_t n, bool for_ever);

/* True if bytes stand anywhere in a live block. */
bool heap_holds(const heap *memory, const void *bytes, size_t length);

/* ---- engines ---------------------------------------------------------------------------------------------------- */

cxj_engine *make_with(cxj_options options);
cxj_engine *make_in(heap *memory);
cxj_view *add(cxj_engine *engine, const char *text);
uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name);
void record(cxj_engine *engine, cxj_touchpoint touchpoint);
void advance(cxj_engine *engine, int64_t now);
cxj_stats stats_of(const cxj_engine *engine);

/* Views of all grains, most with a period or conditions, some naming names that must be quoted. */
extern const char *const VIEWS[];
enum { VIEW_COUNT = 15 };
void add_views(cxj_engine *engine);

/* Names in no order: such that begin others, must be quoted, or are not ASCII. */
extern const char *const NAMES[];
enum { NAME_COUNT = 12 };

/* ---- feeds ------------------------------------------------------------------------------------------------------- */

/* Touchpoints whose codes are places in NAMES, plus one. */
typedef struct feed {
    cxj_touchpoint *items;
    size_t count;
} feed;

/* A random feed of so many touchpoints of so many journeys, the first of which gets more than others: all fields,
 * corrections, conflicts, withdrawals, ids that were hashed and none. With ties, some without id are told apart by
 * their arrival alone. Journeys of different bases are different. */
feed make_feed(size_t count, uint32_t journeys, uint32_t base, bool ties);
void free_feed(feed *l);
void shuffle(feed *l);

/* The number of a feed's journey; some are hashed. */
uint64_t journey_number(uint32_t base, uint32_t journey);

/* Records a part of a feed, in the engine's own codes; returns the touchpoint in those. */
void record_part(cxj_engine *engine, const feed *l, size_t from, size_t to);
void record_feed(cxj_engine *engine, const feed *l);
cxj_touchpoint in_codes(cxj_engine *engine, cxj_touchpoint t);

/* ---- bytes ------------------------------------------------------------------------------------------------------ */

typedef struct bytes {
    unsigned char *data;
    size_t length, capacity;
    size_t at;      /* how much was read */
    size_t portion; /* bytes that are taken or given at a time; 0: all */
    uint64_t calls;
} bytes;

void append(bytes *b, const void *data, size_t length);
void free_bytes(bytes *b);

/* A host's functions; the context is bytes. */
int64_t write_bytes(void *context, const void *data, size_t length);
int64_t read_bytes(void *context, void *data, size_t capacity);

/* What an engine is saved as. */
bytes save_of(const cxj_engine *engine);

/* Fails the test unless both are the same; also frees b. */
void check_same_bytes(const bytes *a, bytes *b, const char *what);
void check_saved_as(const cxj_engine *engine, const bytes *expected, const char *what);

/* The engine that bytes are of. */
cxj_engine *load_of(const bytes *b, cxj_options options);

/* Fails the test unless two engines show the same, whatever their codes are: all views with their cells, stats, and the
 * journeys of a feed. */
void check_same_state(const cxj_engine *a, const cxj_engine *b, const feed *l);

/* ---- bytes by hand ---------------------------------------------------------------------------------------------- */

/* Writes a number as the format does, seven bits a byte. */
void put(bytes *b, uint64_t number);
void put_signed(bytes *b, int64_t number);

/* The head of a format, and a block with its checksum, under the one before it; *chain is that. */
void put_head(bytes *b, uint32_t format, uint64_t *chain);
void put_block(bytes *b, uint64_t *chain, uint8_t kind, const void *contents, size_t length);

/* Gives all blocks the checksum that they should have, as far as blocks can be told. */
void correct_checksums(bytes *b);

#endif
