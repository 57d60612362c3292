/* histogram: how often durations occurred, in log-linear buckets.
 *
 * Each power of two from 128 on is cut into 64 buckets of equal width, so a bucket is at most 1/64 of its values wide
 * and its middle at most 1/128 off. Below 128 each value has its own bucket. Counts are integers, so what was added
 * can be taken away, and histograms add up bucket by bucket. (The idea is that of HdrHistogram, by Gil Tene.) */
#include "histogram.h"

#include <string.h>

enum { SUB_BITS = CXJ__HISTOGRAM_SUB_BITS, SUB_BUCKETS = 1 << SUB_BITS, BUCKETS = CXJ__HISTOGRAM_BUCKETS };

#define COUNT_BITS 48
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)
_Static_assert(BUCKETS < 1 << (64 - COUNT_BITS), "a slot has room for a bucket, plus one");

double cxj__histogram_middle(uint32_t bucket) {
    if (bucket < 2 * SUB_BUCKETS) return (double)bucket;
    uint32_t shift = bucket / SUB_BUCKETS - 1;
    uint64_t lowest = (uint64_t)(bucket % SUB_BUCKETS + SUB_BUCKETS) << shift;
    return (double)lowest + (double)((UINT64_C(1) << shift) - 1) / 2;
}

/* The slot of a bucket, or the empty one where it would stand. The table has an empty slot. Those that meet are of
 * different powers of two, and go on in different steps; a step is odd, and so comes to every slot. */
static uint64_t *find_slot(const struct cxj__histogram *histogram, uint32_t bucket) {
    uint32_t mask = histogram->capacity - 1, step = bucket >> (SUB_BITS - 2) | 1;
    uint32_t i = cxj__histogram_home(histogram, bucket);
    while (histogram->slots[i] != 0 && histogram->slots[i] >> COUNT_BITS != bucket + 1) i = (i + step) & mask;
    return &histogram->slots[i];
}

static bool grow_slots(struct cxj__histogram *histogram, struct cxj__memory *memory) {
    struct cxj__histogram larger = {NULL, histogram->capacity == 0 ? 4 : 2 * histogram->capacity, histogram->used};
    larger.slots = cxj__base_resize(memory, NULL, 0, larger.capacity * sizeof *larger.slots);
    if (larger.slots == NULL) return false;
    memset(larger.slots, 0, larger.capacity * sizeof *larger.slots);
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        uint64_t slot = histogram->slots[i];
        if (slot != 0) *find_slot(&larger, (uint32_t)(slot >> COUNT_BITS) - 1) = slot;
    }
    cxj__base_resize(memory, histogram->slots, histogram->capacity * sizeof *histogram->slots, 0);
    *histogram = larger;
    return true;
}

/* Makes a slot that is not there. */
static uint64_t *make_slot(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket) {
    if (histogram->used + 1 > histogram->capacity / 4 * 3 && !grow_slots(histogram, memory)) return NULL;
    uint64_t *slot = find_slot(histogram, bucket);
    *slot = (uint64_t)(bucket + 1) << COUNT_BITS;
    histogram->used++;
    return slot;
}

uint64_t *cxj__histogram_reach(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket) {
    uint64_t *slot = histogram->capacity > 0 ? find_slot(histogram, bucket) : NULL;
    return slot != NULL && *slot != 0 ? slot : make_slot(histogram, memory, bucket);
}

bool cxj__histogram_reserve(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket) {
    return cxj__histogram_reach(histogram, memory, bucket) != NULL;
}

void cxj__histogram_add(struct cxj__histogram *histogram, uint32_t bucket, int64_t count) {
    /* Counts never go below 0, so a negative amount does not borrow from the bucket's bits. */
    *find_slot(histogram, bucket) += (uint64_t)count;
}

/* What a slot says: its bucket, and how often. */
static uint32_t bucket_of(uint64_t slot) {
    return (uint32_t)(slot >> COUNT_BITS) - 1;
}

bool cxj__histogram_reserve_all(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                const struct cxj__histogram *other) {
    for (uint32_t i = 0; i < other->capacity; i++) {
        uint64_t slot = other->slots[i];
        if ((slot & COUNT_MASK) != 0 && !cxj__histogram_reserve(histogram, memory, bucket_of(slot))) return false;
    }
    return true;
}

CXJ__COLD void cxj__histogram_add_all(struct cxj__histogram *histogram, const struct cxj__histogram *other, int sign) {
    for (uint32_t i = 0; i < other->capacity; i++) {
        uint64_t slot = other->slots[i];
        int64_t count = (int64_t)(slot & COUNT_MASK);
        if (count != 0) cxj__histogram_add(histogram, bucket_of(slot), sign * count);
    }
}

uint64_t cxj__histogram_total(const struct cxj__histogram *histogram) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < histogram->capacity; i++) total += histogram->slots[i] & COUNT_MASK;
    return total;
}

CXJ__COLD uint64_t cxj__histogram_within(const struct cxj__histogram *histogram, int64_t most) {
    uint64_t within = 0;
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        uint64_t slot = histogram->slots[i];
        if (slot != 0 && cxj__histogram_middle(bucket_of(slot)) <= (double)most) within += slot & COUNT_MASK;
    }
    return within;
}

CXJ__COLD void cxj__histogram_bounds(const struct cxj__histogram *histogram, struct cxj__int128 *least,
                                     struct cxj__int128 *most) {
    *least = *most = cxj__base_wide(0);
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        int64_t count = (int64_t)(histogram->slots[i] & COUNT_MASK);
        if (count == 0) continue;
        uint32_t bucket = bucket_of(histogram->slots[i]);
        uint32_t shift = bucket < 2 * SUB_BUCKETS ? 0 : bucket / SUB_BUCKETS - 1;
        int64_t lowest = (int64_t)(bucket - shift * SUB_BUCKETS) << shift;
        cxj__base_add(least, cxj__base_product(lowest, count));
        cxj__base_add(most, cxj__base_product(lowest + (INT64_C(1) << shift) - 1, count));
    }
}

CXJ__COLD bool cxj__histogram_is_same(const struct cxj__histogram *a, const struct cxj__histogram *b) {
    for (uint32_t i = 0; i < a->capacity; i++) {
        uint64_t slot = a->slots[i];
        if ((slot & COUNT_MASK) == 0) continue;
        if (b->capacity == 0 || *find_slot(b, bucket_of(slot)) != slot) return false;
    }
    return cxj__histogram_total(a) == cxj__histogram_total(b);
}

/* The buckets that occur, a bit for each, behind one for none: the slots stand in no order, and bits are passed faster
 * than a sort takes. */
struct walk {
    uint64_t occurs[BUCKETS / 64 + 1];
    uint32_t word;
};

static struct walk begin_walk(const struct cxj__histogram *histogram) {
    struct walk walk = {.word = 0};
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        uint64_t slot = histogram->slots[i], bit = slot >> COUNT_BITS;
        walk.occurs[bit / 64] |= (uint64_t)((slot & COUNT_MASK) != 0) << bit % 64;
    }
    return walk;
}

/* The next bucket in order, and how often it occurs; false if there is none. */
static bool walk_on(struct walk *walk, const struct cxj__histogram *histogram, struct cxj__histogram_count *next) {
    const uint32_t words = sizeof walk->occurs / sizeof *walk->occurs;
    while (walk->word < words && walk->occurs[walk->word] == 0) walk->word++;
    if (walk->word == words) return false;
    uint64_t *bits = &walk->occurs[walk->word];
    next->bucket = walk->word * 64 + cxj__base_lowest_bit(*bits) - 1;
    *bits &= *bits - 1;
    next->count = *find_slot(histogram, next->bucket) & COUNT_MASK;
    return true;
}

size_t cxj__histogram_list(const struct cxj__histogram *histogram, struct cxj__histogram_count *counts) {
    struct walk walk = begin_walk(histogram);
    size_t count = 0;
    while (walk_on(&walk, histogram, &counts[count])) count++;
    return count;
}

double cxj__histogram_quantile(const struct cxj__histogram *histogram, uint64_t n, uint32_t percent) {
    struct walk walk = begin_walk(histogram);
    struct cxj__histogram_count next;
    uint64_t rank = n / 100 * percent + (n % 100 * percent + 99) / 100, passed = 0;
    while (walk_on(&walk, histogram, &next)) {
        passed += next.count;
        if (passed >= rank) return cxj__histogram_middle(next.bucket);
    }
    return 0; /* not reached while n is the number of durations counted */
}

void cxj__histogram_finish(struct cxj__histogram *histogram, struct cxj__memory *memory) {
    cxj__base_resize(memory, histogram->slots, histogram->capacity * sizeof *histogram->slots, 0);
    *histogram = (struct cxj__histogram){NULL, 0, 0};
}
