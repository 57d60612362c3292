/* Which text stands for a number: the texts of journeys, ids and customers that are no numbers themselves.
 *
 * SPDX-License-Identifier: MIT
 *
 * cxj_id_from_text() makes a number of any text. Two texts that become one number would silently be one journey; by
 * chance that hardly happens, but with the public key anybody can look for such a pair. So a host that reads texts from
 * strangers remembers for each number which text it stands for, and refuses another one. This table keeps the text, to
 * name it; a host that need not name it can keep the 64 further bits of cxj_id_check() in its place. */
#ifndef TEXTS_H
#define TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

/* The table. Set it to zero; texts_free() frees what it holds. */
typedef struct texts {
    struct texts_entry *entries; /* open addressing by number; 0 is an empty place */
    size_t capacity;             /* a power of two, or 0 */
    size_t count;
    char *bytes; /* of all texts, one after the other */
    size_t byte_count, byte_capacity;
} texts;

/* What came of texts_meet(). */
typedef enum texts_status {
    TEXTS_SAME,   /* the number stands for this text, or for none so far */
    TEXTS_OTHER,  /* it stands for another text, which *other names */
    TEXTS_NO_ROOM /* no memory */
} texts_status;

/* Finds whether a number stands for another text than this one.
 * keep    remember the text, if the number stands for none so far
 * other   receives the other text with TEXTS_OTHER; lives until the next call */
texts_status texts_meet(texts *at, uint64_t number, const char *text, size_t length, bool keep, cxj_text *other);

/* The text for which a number stands; false: for none that is remembered. It lives until the next call of
 * texts_meet(). */
bool texts_find(const texts *at, uint64_t number, cxj_text *text);

/* Frees what the table holds. */
void texts_free(texts *at);

#endif
