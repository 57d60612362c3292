/* draft: what the tests of load, decode and sums share: saved bytes that are made by hand, block by block, with one
 * thing wrong in them or nothing; and that all who read them refuse or take them alike.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_DRAFT_H
#define CXJ_TESTS_DRAFT_H

#include "saved.h"

/* Bytes of the head, of what stands in a block before its contents, and behind; kinds of blocks. */
enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8 };
enum { TOTALS = 1, TEXTS, VIEWS_BLOCK, CELLS, JOURNEYS, END, SETTINGS, MARK, CALENDAR, KINDS };

/* Takes the seed of what is random and the stride, and begins a turn of what is random. */
extern uint64_t stride;
void take_seed(void);
void begin_chance(uint64_t turn);

/* Options that ask for nothing. */
extern const cxj_options plain;

/* The format that is written by hand. */
extern uint32_t written;

/* What is to be written: the contents of each kind of block, and where something is wrong. */
typedef struct draft {
    bytes contents[KINDS];
    int wrong_kind; /* 0: nowhere */
    size_t wrong_at;
} draft;

/* Notes that what is put next into a kind of block is wrong. */
void wrong(draft *d, int kind);

void n(draft *d, int kind, uint64_t number);
void text(draft *d, int kind, const char *words);

/* Totals without clock and sealed journeys: how many owners, views, journeys, touchpoints; and with a sealed journey of
 * so many touchpoints. */
void totals(draft *d, uint64_t owners, uint64_t views, uint64_t journeys, uint64_t touchpoints);
void totals_sealed(draft *d, uint64_t sealed, uint64_t owners, uint64_t views, uint64_t journeys);

void view(draft *d, const char *words);

/* A journey, so far from the one before it, of so many touchpoints, which follow. */
void journey(draft *d, uint64_t step, uint64_t count);

/* A touchpoint that has an id (its distance) and an owner, at a distance; the first one of its journey's is signed. */
void touchpoint(draft *d, bool first, int64_t at, int64_t id, uint64_t owner);

/* The columns of all cells, there being cells of one grain: those with the numbers from 1 on. Format 1 does not list
 * them. All of them are known of a cell. */
void columns(draft *d, uint32_t grain);
void known(draft *d);

/* The cell of a transitions view by owner: key, counts, no sums, one wait of 0 ms for each transition. */
void cell(draft *d, uint64_t from, uint64_t to, uint64_t transitions, uint64_t waits);

/* The bytes, and the offset of what is wrong. */
bytes write_draft(draft *d, uint64_t *offset);

cxj_status validate(const bytes *b, cxj_validation *found, char *message, size_t capacity);

/* Bytes are refused by all, at an offset, with these words; the same of a draft, which is empty then. */
void check_bytes_refused(const bytes *b, cxj_status status, uint64_t offset, const char *words);
void refuse_as(draft *d, cxj_status status, const char *words);
void refuse(draft *d, const char *words);

/* An engine that was loaded is saved as the same bytes again, if their format is the one that is written; else it is
 * what it is saved as. */
void check_saved_again(const cxj_engine *engine, const bytes *b, const char *what);

/* Bytes are taken, and saved as the same bytes again; the same of a draft, which is empty then. */
void check_bytes_taken(const bytes *b);
void take(draft *d);

/* Bytes are taken by all, or refused by all with the same words. */
bool is_taken(const bytes *b);

/* An engine whose journeys are all sealed, with two views of each grain, and of each dimension of transitions. */
cxj_engine *all_sealed(void);

#endif
