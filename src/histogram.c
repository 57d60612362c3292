/* histogram: how often durations occurred, in log-linear buckets.
 *
 * Each power of two from 128 on is cut into 64 buckets of equal width, so a bucket is at most 1/64 of its values wide
 * and its middle at most 1/128 off. Below 128 each value has its own bucket. Counts are integers, so what was added
 * can be taken away, and histograms add up bucket by bucket. (The idea is that of HdrHistogram, by Gil Tene.) */
#include "histogram.h"

#include <string.h>

enum { SUB_BITS = CXJ__HISTOGRAM_SUB_BITS, SUB_BUCKETS = 1 << SUB_BITS, BUCKETS = CXJ__HISTOGRAM_BUCKETS };

enum { GROUP = CXJ__HISTOGRAM_GROUP, NARROW_BITS = CXJ__HISTOGRAM_NARROW_BITS, WIDE_BITS = CXJ__HISTOGRAM_WIDE_BITS };
enum { NARROW_MOST = CXJ__HISTOGRAM_NARROW_MOST };
_Static_assert(4 * NARROW_MOST + 29000 < 1 << NARROW_BITS, "no count runs into the next one");
_Static_assert(BUCKETS < 1 << (64 - WIDE_BITS), "a slot has room for a bucket, plus one");

double cxj__histogram_middle(uint32_t bucket) {
    if (bucket < 2 * SUB_BUCKETS) return (double)bucket;
    uint32_t shift = bucket / SUB_BUCKETS - 1;
    uint64_t lowest = (uint64_t)(bucket % SUB_BUCKETS + SUB_BUCKETS) << shift;
    return (double)lowest + (double)((UINT64_C(1) << shift) - 1) / 2;
}

/* The slot of a group, or the empty one where it would stand. The table has an empty slot. Those that meet are of
 * different powers of two, and go on in different steps; a step is odd, and so comes to every slot. */
static uint64_t *find_slot(const struct cxj__histogram *histogram, uint32_t group) {
    uint32_t mask = histogram->capacity - 1, step = group >> (SUB_BITS - 2) | 1, i = group & mask;
    while (histogram->slots[i] != 0 && histogram->slots[i] >> WIDE_BITS != group + 1) i = (i + step) & mask;
    return &histogram->slots[i];
}

/* The bits of a slot below those of a bucket. */
static unsigned shift_of(const struct cxj__histogram *histogram, uint32_t bucket) {
    return histogram->is_wide ? 0 : bucket % GROUP * NARROW_BITS;
}

/* The count of one of a slot's buckets; those of a wide one behind the first are 0. */
static uint64_t count_at(const struct cxj__histogram *histogram, uint64_t slot, uint32_t place) {
    if (!histogram->is_wide) return slot >> place * NARROW_BITS & ((1U << NARROW_BITS) - 1);
    return place > 0 ? 0 : slot & ((UINT64_C(1) << WIDE_BITS) - 1);
}

/* The slot of a group that has none. */
static uint64_t *set_slot(struct cxj__histogram *histogram, uint32_t group) {
    uint64_t *slot = find_slot(histogram, group);
    *slot = (uint64_t)(group + 1) << WIDE_BITS;
    histogram->used++;
    return slot;
}

/* Gives a histogram other slots. Each bucket for which there was room keeps it. */
CXJ__COLD static bool move_slots(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t capacity,
                                 bool is_wide) {
    struct cxj__histogram larger = {NULL, capacity, 0, is_wide};
    larger.slots = cxj__base_resize(memory, NULL, 0, capacity * sizeof *larger.slots);
    if (larger.slots == NULL) return false;
    memset(larger.slots, 0, capacity * sizeof *larger.slots);
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        uint64_t slot = histogram->slots[i];
        uint32_t group = (uint32_t)(slot >> WIDE_BITS) - 1;
        if (slot == 0) continue;
        if (is_wide == histogram->is_wide) {
            *set_slot(&larger, group) = slot;
            continue;
        }
        for (uint32_t k = 0; k < GROUP; k++) *set_slot(&larger, group * GROUP + k) += count_at(histogram, slot, k);
    }
    cxj__base_resize(memory, histogram->slots, histogram->capacity * sizeof *histogram->slots, 0);
    *histogram = larger;
    return true;
}

/* Makes room for so many more where there is none yet, or too little. */
CXJ__COLD static bool make_slot(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket,
                                uint64_t count) {
    uint32_t capacity = histogram->capacity;
    uint64_t slot = capacity == 0 ? 0 : *find_slot(histogram, cxj__histogram_group(histogram, bucket));
    bool is_full = !histogram->is_wide && count_at(histogram, slot, bucket % GROUP) + count > NARROW_MOST;
    if (is_full && !move_slots(histogram, memory, capacity == 0 ? 4 : 4 * capacity, true)) return false;
    if (is_full && capacity > 0) slot = *find_slot(histogram, bucket);
    if (slot != 0) return true;
    capacity = histogram->capacity;
    if (histogram->used + 1U > capacity / 4 * 3 &&
        !move_slots(histogram, memory, capacity == 0 ? 4 : 2 * capacity, histogram->is_wide)) {
        return false;
    }
    (void)set_slot(histogram, cxj__histogram_group(histogram, bucket));
    return true;
}

struct cxj__counter cxj__histogram_reach_far(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                             uint32_t bucket) {
    uint32_t group = cxj__histogram_group(histogram, bucket);
    unsigned shift = shift_of(histogram, bucket);
    uint64_t *slot = histogram->capacity > 0 ? find_slot(histogram, group) : NULL;
    bool has_room = slot != NULL && *slot != 0 &&
                    (histogram->is_wide || (*slot >> shift & CXJ__HISTOGRAM_NARROW_MASK) < NARROW_MOST);
    if (has_room || memory == NULL) return (struct cxj__counter){slot, UINT64_C(1) << shift};
    if (!make_slot(histogram, memory, bucket, 1)) return (struct cxj__counter){NULL, 0};
    return cxj__histogram_reach_far(histogram, NULL, bucket);
}

bool cxj__histogram_reserve(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket,
                            uint64_t count) {
    return make_slot(histogram, memory, bucket, count);
}

CXJ__COLD void cxj__histogram_add(struct cxj__histogram *histogram, uint32_t bucket, int64_t count) {
    /* Counts never go below 0, so a negative amount does not borrow from what stands above. */
    struct cxj__counter counter = cxj__histogram_reach_far(histogram, NULL, bucket);
    *counter.slot += (uint64_t)count * counter.one;
}

/* Finds the next bucket that is counted from a place on, and goes behind it; false if there is none. */
CXJ__COLD static bool next_count(const struct cxj__histogram *histogram, uint32_t *at,
                                 struct cxj__histogram_count *next) {
    for (; *at < histogram->capacity * GROUP; ++*at) {
        const uint64_t slot = histogram->slots[*at / GROUP];
        next->count = count_at(histogram, slot, *at % GROUP);
        if (next->count == 0) continue;
        uint32_t group = (uint32_t)(slot >> WIDE_BITS) - 1;
        next->bucket = histogram->is_wide ? group : group * GROUP + *at % GROUP;
        ++*at;
        return true;
    }
    return false;
}

/* True if what a narrow slot counts can be added to the one of its group at once. */
static bool has_room_for(const struct cxj__histogram *histogram, uint64_t other) {
    if (histogram->is_wide || histogram->capacity == 0) return false;
    const uint64_t slot = *find_slot(histogram, (uint32_t)(other >> WIDE_BITS) - 1);
    bool has_room = slot != 0;
    for (uint32_t k = 0; k < GROUP; k++) {
        has_room &=
            count_at(histogram, slot, k) + (other >> k * NARROW_BITS & CXJ__HISTOGRAM_NARROW_MASK) <= NARROW_MOST;
    }
    return has_room;
}

CXJ__COLD bool cxj__histogram_reserve_all(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                          const struct cxj__histogram *other) {
    struct cxj__histogram_count next;
    for (uint32_t i = 0; i < other->capacity; i++) {
        if (other->slots[i] == 0 || (!other->is_wide && has_room_for(histogram, other->slots[i]))) continue;
        for (uint32_t at = i * GROUP; next_count(other, &at, &next) && at <= (i + 1) * GROUP;) {
            if (!cxj__histogram_reserve(histogram, memory, next.bucket, next.count)) return false;
        }
    }
    return true;
}

/* Counts never go below 0, so what is taken away from one bucket of a slot does not borrow from the next. */
CXJ__COLD void cxj__histogram_add_all(struct cxj__histogram *histogram, const struct cxj__histogram *other, int sign) {
    struct cxj__histogram_count next;
    if (!histogram->is_wide && !other->is_wide) {
        for (uint32_t i = 0; i < other->capacity; i++) {
            const uint64_t slot = other->slots[i], counts = slot << (64 - WIDE_BITS) >> (64 - WIDE_BITS);
            if (counts == 0) continue;
            *find_slot(histogram, (uint32_t)(slot >> WIDE_BITS) - 1) += sign < 0 ? 0 - counts : counts;
        }
        return;
    }
    for (uint32_t at = 0; next_count(other, &at, &next);) {
        cxj__histogram_add(histogram, next.bucket, sign * (int64_t)next.count);
    }
}

CXJ__COLD uint64_t cxj__histogram_total(const struct cxj__histogram *histogram) {
    struct cxj__histogram_count next;
    uint64_t total = 0;
    for (uint32_t at = 0; next_count(histogram, &at, &next);) total += next.count;
    return total;
}

CXJ__COLD uint64_t cxj__histogram_within(const struct cxj__histogram *histogram, int64_t most) {
    struct cxj__histogram_count next;
    uint64_t within = 0;
    for (uint32_t at = 0; next_count(histogram, &at, &next);) {
        if (cxj__histogram_middle(next.bucket) <= (double)most) within += next.count;
    }
    return within;
}

CXJ__COLD void cxj__histogram_bounds(const struct cxj__histogram *histogram, struct cxj__int128 *least,
                                     struct cxj__int128 *most) {
    struct cxj__histogram_count next;
    *least = *most = cxj__base_wide(0);
    for (uint32_t at = 0; next_count(histogram, &at, &next);) {
        uint32_t shift = next.bucket < 2 * SUB_BUCKETS ? 0 : next.bucket / SUB_BUCKETS - 1;
        int64_t lowest = (int64_t)(next.bucket - shift * SUB_BUCKETS) << shift;
        cxj__base_add(least, cxj__base_product(lowest, (int64_t)next.count));
        cxj__base_add(most, cxj__base_product(lowest + (INT64_C(1) << shift) - 1, (int64_t)next.count));
    }
}

/* How often a bucket occurred. */
CXJ__COLD static uint64_t count_of(const struct cxj__histogram *histogram, uint32_t bucket) {
    if (histogram->capacity == 0) return 0;
    return count_at(histogram, *find_slot(histogram, cxj__histogram_group(histogram, bucket)),
                    histogram->is_wide ? 0 : bucket % GROUP);
}

CXJ__COLD bool cxj__histogram_is_same(const struct cxj__histogram *a, const struct cxj__histogram *b) {
    struct cxj__histogram_count next;
    for (uint32_t at = 0; next_count(a, &at, &next);) {
        if (count_of(b, next.bucket) != next.count) return false;
    }
    return cxj__histogram_total(a) == cxj__histogram_total(b);
}

/* The buckets that occur, a bit for each: the slots stand in no order, and bits are passed faster than a sort takes. */
struct walk {
    uint64_t occurs[(BUCKETS + 63) / 64];
    uint32_t word;
};

CXJ__COLD static void begin_walk(struct walk *walk, const struct cxj__histogram *histogram) {
    memset(walk, 0, sizeof *walk);
    for (uint32_t i = 0; i < histogram->capacity; i++) {
        const uint64_t slot = histogram->slots[i];
        if (slot == 0) continue;
        const uint32_t group = (uint32_t)(slot >> WIDE_BITS) - 1;
        for (uint32_t k = 0; k < GROUP; k++) {
            const uint32_t bucket = histogram->is_wide ? group : group * GROUP + k;
            if (count_at(histogram, slot, k) != 0) walk->occurs[bucket / 64] |= UINT64_C(1) << bucket % 64;
        }
    }
}

/* The next bucket in order, and how often it occurs; false if there is none. */
static bool walk_on(struct walk *walk, const struct cxj__histogram *histogram, struct cxj__histogram_count *next) {
    const uint32_t words = sizeof walk->occurs / sizeof *walk->occurs;
    while (walk->word < words && walk->occurs[walk->word] == 0) walk->word++;
    if (walk->word == words) return false;
    uint64_t *bits = &walk->occurs[walk->word];
    next->bucket = walk->word * 64 + cxj__base_lowest_bit(*bits);
    *bits &= *bits - 1;
    next->count = count_of(histogram, next->bucket);
    return true;
}

size_t cxj__histogram_list(const struct cxj__histogram *histogram, struct cxj__histogram_count *counts) {
    struct walk walk;
    size_t count = 0;
    begin_walk(&walk, histogram);
    while (walk_on(&walk, histogram, &counts[count])) count++;
    return count;
}

double cxj__histogram_quantile(const struct cxj__histogram *histogram, uint64_t n, uint32_t percent) {
    struct walk walk;
    struct cxj__histogram_count next;
    begin_walk(&walk, histogram);
    uint64_t rank = n / 100 * percent + (n % 100 * percent + 99) / 100, passed = 0;
    while (walk_on(&walk, histogram, &next)) {
        passed += next.count;
        if (passed >= rank) return cxj__histogram_middle(next.bucket);
    }
    return 0; /* not reached while n is the number of durations counted */
}

CXJ__COLD void cxj__histogram_finish(struct cxj__histogram *histogram, struct cxj__memory *memory) {
    cxj__base_resize(memory, histogram->slots, histogram->capacity * sizeof *histogram->slots, 0);
    *histogram = (struct cxj__histogram){.slots = NULL};
}
