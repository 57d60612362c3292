/* bytes: what an input stands for where a target wants the bytes of a saved engine.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "format.h"

enum { HEAD = 12, HEADER = 5, CHECKSUM = 8, SHORT_HEADER = 3 };
enum { AS_IT_IS = 1, NEWEST = 2 }; /* bits of the first byte */
static const uint8_t magic[8] = {0x89, 'c', 'x', 'j', '\r', '\n', 0x1a, '\n'};

static void put(uint8_t *at, uint64_t number, size_t width) {
    for (size_t i = 0; i < width; i++) at[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t checksum(uint64_t chain, const uint8_t *bytes, size_t length) {
    const uint64_t key[2] = {chain, 0};
    return cxj__base_siphash(key, bytes, length);
}

static uint8_t *allocate(size_t size) {
    uint8_t *block = malloc(size + 1);
    MUST(block, "no memory for the test itself");
    return block;
}

uint8_t *bytes_make(const uint8_t *data, size_t size, size_t *length) {
    if (size > 0 && (data[0] & AS_IT_IS) != 0) {
        uint8_t *same = allocate(size);
        *length = size - 1;
        memcpy(same, data + 1, size - 1);
        return same;
    }
    uint8_t *made = allocate(HEAD + (size / SHORT_HEADER + 1) * (HEADER + CHECKSUM) + size);
    memcpy(made, magic, sizeof magic);
    put(made + sizeof magic, size > 0 && (data[0] & NEWEST) != 0 ? CXJ__FORMAT_FORMAT : CXJ__FORMAT_FIRST,
        HEAD - sizeof magic);
    uint64_t chain = checksum(0, made, HEAD);
    uint8_t *at = made + HEAD;
    for (size_t i = 1; i + SHORT_HEADER <= size;) {
        size_t contents = data[i + 1] | (size_t)data[i + 2] << 8, left = size - i - SHORT_HEADER;
        if (contents > left) contents = left;
        at[0] = data[i];
        put(at + 1, contents, HEADER - 1);
        memcpy(at + HEADER, data + i + SHORT_HEADER, contents);
        chain = checksum(chain, at, HEADER + contents);
        put(at + HEADER + contents, chain, CHECKSUM);
        at += HEADER + contents + CHECKSUM;
        i += SHORT_HEADER + contents;
    }
    *length = (size_t)(at - made);
    return made;
}

uint8_t *bytes_unmake(const uint8_t *saved, size_t length, size_t *size) {
    uint8_t *made = allocate(length + 1);
    size_t at = 0;
    made[at++] = saved[sizeof magic] == CXJ__FORMAT_FIRST ? 0 : NEWEST;
    for (size_t i = HEAD; i < length;) {
        size_t contents = saved[i + 1] | (size_t)saved[i + 2] << 8;
        if (saved[i + 3] != 0 || saved[i + 4] != 0) {
            free(made);
            return NULL;
        }
        made[at] = saved[i];
        put(made + at + 1, contents, 2);
        memcpy(made + at + SHORT_HEADER, saved + i + HEADER, contents);
        at += SHORT_HEADER + contents;
        i += HEADER + contents + CHECKSUM;
    }
    *size = at;
    return made;
}

uint8_t *bytes_of(const cxj_engine *engine, size_t *length) {
    MUST(cxj_save_bytes(engine, 0, NULL, 0, NULL, length) == CXJ_TOO_SMALL, "the bytes of an engine cannot be counted");
    uint8_t *bytes = allocate(*length);
    MUST(cxj_save_bytes(engine, *length, NULL, 0, bytes, length) == CXJ_OK, "an engine cannot be saved");
    return bytes;
}

cxj_options bytes_options(fuzz_heap *heap) {
    return (cxj_options){.size = sizeof(cxj_options),
                         .allocate = fuzz_allocate,
                         .allocate_context = heap,
                         .seed = {1, 2},
                         .cells_limit = UINT64_MAX,
                         .touchpoints_limit = 29000};
}
