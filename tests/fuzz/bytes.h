/* bytes: what an input stands for where a target wants the bytes of a saved engine.
 *
 * SPDX-License-Identifier: MIT
 *
 * With checksums in the way, hardly an input would come further than the first block. So an input says what the blocks
 * hold, and head, lengths and checksums are made for it; or, if its first byte is odd, it is taken as it is. Of the
 * formats it is the newest if that byte has its second bit, else the first. */
#ifndef CXJ_TESTS_FUZZ_BYTES_H
#define CXJ_TESTS_FUZZ_BYTES_H

#include "fuzz.h"

/* The bytes that an input stands for: a byte that says how it is meant, then blocks: kind, length in two bytes (cut to
 * what is there), contents. To be freed. */
uint8_t *bytes_make(const uint8_t *data, size_t size, size_t *length);

/* The inverse, of the bytes of a saved engine; NULL if a block is too long for it. To be freed. */
uint8_t *bytes_unmake(const uint8_t *saved, size_t length, size_t *size);

/* The bytes of an engine, to be freed. */
uint8_t *bytes_of(const cxj_engine *engine, size_t *length);

/* Options under which a load takes all that is valid. */
cxj_options bytes_options(fuzz_heap *heap);

#endif
