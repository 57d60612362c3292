/* raised: what rules know of each journey. */
#include "raised.h"

#include <string.h>

enum { LEAST_FURTHER = 4, PAGE_BYTES = (CXJ__WATCHES + 1) * CXJ__WATCH_LINE };

_Static_assert(sizeof(struct cxj__watch) <= CXJ__WATCH_LINE, "a journey's is on one line");

bool cxj__raised_reserve(struct cxj__watch *watch, struct cxj__memory *memory, size_t further) {
    size_t wanted = watch->count + further, capacity = watch->capacity;
    if (wanted > CXJ__RAISED_MOST) wanted = CXJ__RAISED_MOST; /* there are no more keys */
    if (wanted <= CXJ__RAISED_NEAR + capacity) return true;
    if (capacity == 0) capacity = LEAST_FURTHER;
    while (CXJ__RAISED_NEAR + capacity < wanted) capacity *= 2;
    if (capacity > CXJ__RAISED_MOST) capacity = CXJ__RAISED_MOST;
    struct cxj__raised *grown =
        cxj__base_resize(memory, watch->further, watch->capacity * sizeof *grown, capacity * sizeof *grown);
    if (grown == NULL) return false;
    watch->further = grown;
    watch->capacity = (uint16_t)capacity;
    return true;
}

static void set_raised(struct cxj__watch *watch, uint32_t place, uint16_t key, int64_t since) {
    if (place < CXJ__RAISED_NEAR) {
        watch->keys[place] = key;
        watch->since[place] = since;
    } else {
        watch->further[place - CXJ__RAISED_NEAR] = (struct cxj__raised){since, key};
    }
}

void cxj__raised_insert(struct cxj__watch *watch, uint32_t place, uint16_t key, int64_t since) {
    for (uint32_t i = watch->count++; i > place; i--) {
        set_raised(watch, i, cxj__raised_key_at(watch, i - 1), *cxj__raised_since(watch, i - 1));
    }
    set_raised(watch, place, key, since);
}

CXJ__COLD void cxj__raised_drop_rule(struct cxj__watch *watch, size_t rule) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < watch->count; i++) {
        uint16_t key = cxj__raised_key_at(watch, i);
        if (key / CXJ__RAISED_EACH == rule) continue;
        if (key / CXJ__RAISED_EACH > rule) key = (uint16_t)(key - CXJ__RAISED_EACH);
        set_raised(watch, kept++, key, *cxj__raised_since(watch, i));
    }
    for (uint32_t i = kept; i < watch->count; i++) set_raised(watch, i, 0, 0);
    watch->count = (uint16_t)kept;
}

void cxj__raised_clear(struct cxj__watch *watch, struct cxj__memory *memory) {
    size_t bytes = watch->capacity * sizeof *watch->further;
    if (bytes > 0) memset(watch->further, 0, bytes);
    cxj__base_resize(memory, watch->further, bytes, 0);
    memset(watch, 0, sizeof *watch);
    watch->at = INT64_MAX;
}

/* ---- of all journeys -------------------------------------------------------------------------------------------- */

bool cxj__raised_reserve_watches(struct cxj__watches *watches, struct cxj__memory *memory, size_t place) {
    while (place / CXJ__WATCHES >= watches->count) {
        if (!cxj__base_grow(memory, &watches->pages, &watches->capacity, watches->count + 1, sizeof *watches->pages)) {
            return false;
        }
        char *page = cxj__base_resize(memory, NULL, 0, PAGE_BYTES);
        if (page == NULL) return false;
        memset(page, 0, PAGE_BYTES);
        watches->pages[watches->count++] = page;
        for (size_t i = 0; i < CXJ__WATCHES; i++) {
            cxj__raised_watch(watches, (watches->count - 1) * CXJ__WATCHES + i)->at = INT64_MAX;
        }
    }
    return true;
}

CXJ__COLD void cxj__raised_finish(struct cxj__watches *watches, struct cxj__memory *memory) {
    for (size_t i = 0; i < watches->count; i++) {
        for (size_t k = 0; k < CXJ__WATCHES; k++) {
            cxj__raised_clear(cxj__raised_watch(watches, i * CXJ__WATCHES + k), memory);
        }
        cxj__base_resize(memory, watches->pages[i], PAGE_BYTES, 0);
    }
    cxj__base_release(memory, &watches->pages, &watches->capacity, sizeof *watches->pages);
    watches->count = 0;
}
