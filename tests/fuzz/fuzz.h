/* fuzz: what the fuzz targets share.
 *
 * SPDX-License-Identifier: MIT
 *
 * A target is one file that defines LLVMFuzzerTestOneInput(): it is given bytes, does with the library what they say,
 * and aborts where something shows that must not be. It keeps nothing from one input to the next, so that an input by
 * itself brings back what it found. libFuzzer looks for such inputs (tests/fuzz.sh); replay.c feeds those that are
 * kept. */
#ifndef CXJ_TESTS_FUZZ_H
#define CXJ_TESTS_FUZZ_H

#include "cxj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with a sentence in the manner of printf unless a condition holds. */
#define MUST(condition, ...) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__))

__attribute__((noreturn, format(printf, 4, 5))) void fuzz_fail(const char *file, int line, const char *condition,
                                                               const char *format, ...);

/* Bytes taken from the front of an input. Behind its end all are 0, so that a short input is no special case. */
typedef struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
} fuzz_bytes;

uint8_t fuzz_byte(fuzz_bytes *bytes);

/* A number of so many bytes, at most 8; the lowest comes first. */
uint64_t fuzz_number(fuzz_bytes *bytes, unsigned size);

/* An allocator that fails when it is told to, moves every block that changes its size, fills memory with junk, and
 * aborts where the library breaks what cxj_allocate promises. */
typedef struct fuzz_heap {
    uint64_t fail_in; /* of the allocations from now on, the one that fails, counted from 1; 0: none */
    bool for_ever;    /* … and all after it */
    bool calm;        /* nothing fails now, nor counts towards fail_in */
    uint64_t failed;  /* allocations that failed so far */
    uint64_t blocks;  /* that live now */
    uint64_t bytes;   /* in them */
} fuzz_heap;

void *fuzz_allocate(void *heap, void *block, size_t old_size, size_t new_size);

/* Walks over all cells of a view. Aborts where a value is not as its kind says, or where a cell shows something else
 * when it is asked for by its key or read in columns. */
void fuzz_check_view(const cxj_view *view);

/* Whether bytes are UTF-8 without NUL, as texts have to be. */
bool fuzz_is_text(const char *text, size_t length);

#endif
