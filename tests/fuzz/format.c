/* format: any bytes as those of a saved engine.
 *
 * They are refused with the offset of a byte, or taken; checking and loading agree on that, however few bytes come at a
 * time. What is taken is saved as the same bytes again (of an older format: as some of the newest), its views can be
 * read, and it can be worked with: touchpoints come, the clock moves, journeys are erased, and what is then saved is
 * taken too. Refusing takes little memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum { NEWEST_FORMAT = 2 };

/* Bytes handed out a few at a time. */
typedef struct source {
    const uint8_t *at;
    size_t left, step;
} source;

static int64_t give(void *context, void *to, size_t capacity) {
    source *from = context;
    size_t length = from->left < capacity ? from->left : capacity;
    if (length > from->step) length = from->step;
    if (length > 0) memcpy(to, from->at, length);
    from->at += length;
    from->left -= length;
    return (int64_t)length;
}

static void check_same(const cxj_engine *engine, const uint8_t *bytes, size_t length) {
    size_t again_length = 0;
    uint8_t *again = bytes_of(engine, &again_length);
    MUST(again_length == length && memcmp(again, bytes, length) == 0, "saved again it is %zu bytes, not %zu",
         again_length, length);
    free(again);
}

/* What is saved of an engine that was of an older format is taken, too, and is what it is saved as. */
static void check_newest(const cxj_engine *engine) {
    fuzz_heap heap = {.calm = true};
    const cxj_options options = bytes_options(&heap);
    cxj_engine *again = NULL;
    char message[256] = "";
    size_t length = 0;
    uint8_t *bytes = bytes_of(engine, &length);
    MUST(cxj_load_bytes(&options, bytes, length, message, sizeof message, &again) == CXJ_OK, "%s", message);
    check_same(again, bytes, length);
    cxj_engine_destroy(again);
    free(bytes);
}

/* A host goes on with the engine. */
static void work(cxj_engine *engine) {
    cxj_stats stats;
    cxj_validation validation;
    uint32_t owner = 0;
    char message[256] = "";
    MUST(cxj_engine_stats(engine, &stats, sizeof stats) == CXJ_OK, "no stats");
    MUST(cxj_code(engine, CXJ_DIMENSION_OWNER, "somebody", CXJ_ZERO_TERMINATED, &owner) == CXJ_OK, "%s",
         cxj_message(engine));
    for (uint64_t journey = 1; journey < 6; journey++) {
        const cxj_touchpoint t = {.journey = journey, .id = 7, .at = stats.latest_at, .owner = owner};
        cxj_status status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0);
        MUST(status == CXJ_OK || status == CXJ_REFUSED, "%s", cxj_message(engine));
    }
    MUST(cxj_advance(engine, stats.has_now ? stats.now : stats.latest_at) == CXJ_OK, "%s", cxj_message(engine));
    (void)cxj_erase_journey(engine, 2);
    (void)cxj_erase_customer(engine, 1, NULL);
    size_t length = 0;
    uint8_t *bytes = bytes_of(engine, &length);
    MUST(cxj_validate_bytes(NULL, bytes, length, message, sizeof message, &validation, sizeof validation) == CXJ_OK,
         "%s", message);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_heap heap = {.calm = true};
    const cxj_options options = bytes_options(&heap);
    size_t length = 0;
    uint8_t *bytes = bytes_make(data, size, &length);
    cxj_validation validation, slow;
    char why[256] = "", message[256] = "";
    source few = {bytes, length, 1 + size % 7};
    cxj_status status = cxj_validate_bytes(NULL, bytes, length, why, sizeof why, &validation, sizeof validation);
    MUST(cxj_validate(NULL, give, &few, message, sizeof message, &slow, sizeof slow) == status &&
             memcmp(&validation, &slow, sizeof slow) == 0 && strcmp(why, message) == 0,
         "few at a time: %s; at once: %s", message, why);
    MUST(validation.offset <= length, "byte %llu of %zu", (unsigned long long)validation.offset, length);
    cxj_engine *engine = NULL;
    cxj_status loaded = cxj_load_bytes(&options, bytes, length, message, sizeof message, &engine);
    if (loaded == CXJ_OTHER_KEY) {
        /* Checking asks for no key; who has another one reads no further. */
        MUST(strncmp(message, "byte ", 5) == 0 && engine == NULL && heap.blocks == 0, "%s", message);
        free(bytes);
        return 0;
    }
    MUST(loaded == status && strcmp(why, message) == 0, "loaded: %s; checked: %s", message, why);
    if (status == CXJ_OK) {
        cxj_view *view = NULL;
        MUST(why[0] == '\0' && validation.offset == length, "%s", why);
        if (validation.format == NEWEST_FORMAT) {
            check_same(engine, bytes, length);
        } else {
            check_newest(engine);
        }
        for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) fuzz_check_view(view);
        work(engine);
    } else {
        MUST(status == CXJ_BAD_BYTES || status == CXJ_NEWER_FORMAT || status == CXJ_LIMIT, "%s", why);
        MUST(strncmp(why, "byte ", 5) == 0 && engine == NULL, "%s", why);
    }
    cxj_engine_destroy(engine);
    MUST(heap.blocks == 0, "%llu blocks are left", (unsigned long long)heap.blocks);
    free(bytes);
    return 0;
}
