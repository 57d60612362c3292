/* merge: two saved engines, whatever they are.
 *
 * Merging by bytes and by handle agree. What is merged is saved, and taken again; what is refused leaves the engine as
 * it was, also where memory runs out on the way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

static bool load(fuzz_heap *heap, const uint8_t *bytes, size_t length, cxj_engine **engine) {
    const cxj_options options = bytes_options(heap);
    return cxj_load_bytes(&options, bytes, length, NULL, 0, engine) == CXJ_OK;
}

static void check_same(const cxj_engine *engine, const uint8_t *bytes, size_t length, const char *when) {
    size_t again_length = 0;
    uint8_t *again = bytes_of(engine, &again_length);
    MUST(again_length == length && memcmp(again, bytes, length) == 0, "%s", when);
    free(again);
}

/* Merges the second into the first in both ways, perhaps with an allocation that fails. */
static void merge(fuzz_heap *heap, const uint8_t *first, size_t first_length, const uint8_t *second,
                  size_t second_length, uint64_t fail_in) {
    cxj_engine *by_bytes = NULL, *by_handle = NULL, *source = NULL;
    if (load(heap, first, first_length, &by_bytes) && load(heap, second, second_length, &source)) {
        MUST(load(heap, first, first_length, &by_handle), "what was loaded once cannot be loaded twice");
        size_t one_length = 0, two_length = 0; /* what they are saved as, in the newest format */
        uint8_t *one = bytes_of(by_bytes, &one_length), *two = bytes_of(source, &two_length);
        heap->calm = false;
        heap->fail_in = fail_in;
        cxj_status status = cxj_merge_bytes(by_bytes, second, second_length);
        heap->calm = true;
        if (status != CXJ_OK) check_same(by_bytes, one, one_length, cxj_message(by_bytes));
        if (status == CXJ_NO_MEMORY) status = cxj_merge_bytes(by_bytes, second, second_length);
        cxj_status other = cxj_merge(by_handle, source);
        if (status == CXJ_OTHER_VIEWS) {
            check_same(by_bytes, one, one_length, "other views, and yet changed");
        } else {
            MUST(status == other, "by bytes: %s; by handle: %s", cxj_message(by_bytes), cxj_message(by_handle));
            size_t length = 0;
            uint8_t *bytes = bytes_of(by_bytes, &length);
            check_same(by_handle, bytes, length, "by bytes and by handle differ");
            cxj_validation validation;
            char why[256] = "";
            MUST(cxj_validate_bytes(NULL, bytes, length, why, sizeof why, &validation, sizeof validation) == CXJ_OK,
                 "%s", why);
            free(bytes);
        }
        check_same(source, two, two_length, "the source was changed");
        free(one);
        free(two);
    }
    cxj_engine_destroy(by_bytes);
    cxj_engine_destroy(by_handle);
    cxj_engine_destroy(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_heap heap = {.calm = true};
    fuzz_bytes input = {data, size};
    uint64_t fail_in = fuzz_number(&input, 1), first_size = fuzz_number(&input, 2);
    if (first_size > input.left) first_size = input.left;
    size_t first_length = 0, second_length = 0;
    uint8_t *first = bytes_make(input.at, (size_t)first_size, &first_length);
    uint8_t *second = bytes_make(input.at + first_size, input.left - (size_t)first_size, &second_length);
    merge(&heap, first, first_length, second, second_length, fail_in);
    MUST(heap.blocks == 0, "%llu blocks are left", (unsigned long long)heap.blocks);
    free(first);
    free(second);
    return 0;
}
