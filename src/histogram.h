/* histogram: how often durations occurred, in log-linear buckets: sparse, mergeable, subtractable. */
#ifndef CXJ__HISTOGRAM_H
#define CXJ__HISTOGRAM_H

#include "base.h"

/* Counts by bucket in an open-addressing table. A slot holds the counts of three neighbouring buckets, a group, 16 bits
 * each, below the number of the group plus one in its upper 16 bits; 0 is an empty slot. Once a count comes near its
 * bound the table is made wide: then a group is one bucket, whose count has 48 bits. A slot once made stays, at counts
 * of 0 too, so that a reservation holds until the cell ends. */
struct cxj__histogram {
    uint64_t *slots;
    uint32_t capacity; /* a power of two, or 0 */
    uint16_t used;
    bool is_wide;
};
enum { CXJ__HISTOGRAM_GROUP = 3, CXJ__HISTOGRAM_NARROW_BITS = 16, CXJ__HISTOGRAM_NARROW_MASK = 0xffff };
enum { CXJ__HISTOGRAM_WIDE_BITS = CXJ__HISTOGRAM_GROUP * CXJ__HISTOGRAM_NARROW_BITS };

/* What is counted in a narrow slot before a change, or what it adds, is no more than this each. A change may make room
 * several times before it adds: for a journey, whose durations are 29,000 at most, and for cells of another engine. */
#ifndef CXJ__NARROW_MOST /* as a test builds the library, narrow slots are soon full */
#define CXJ__NARROW_MOST (1 << 13)
#endif
enum { CXJ__HISTOGRAM_NARROW_MOST = CXJ__NARROW_MOST };

enum { CXJ__HISTOGRAM_SUB_BITS = 6 };

/* The bucket of a duration of 0 to 2^50 - 1 ms; that is longer than any between two moments of the years 0001 to 9999.
 * A duration is shifted until it is below 128, and each shift has its own 64 buckets. */
static inline uint32_t cxj__histogram_bucket(int64_t duration) {
    uint64_t value = (uint64_t)duration;
    unsigned top = cxj__base_highest_bit(value | 1);
    unsigned shift = top > CXJ__HISTOGRAM_SUB_BITS ? top - CXJ__HISTOGRAM_SUB_BITS : 0;
    return (uint32_t)(shift << CXJ__HISTOGRAM_SUB_BITS) + (uint32_t)(value >> shift);
}

/* The middle of a bucket: off by at most 1/128 of any duration in it; durations below 128 ms are exact. */
double cxj__histogram_middle(uint32_t bucket);

/* The group of a bucket. */
static inline uint32_t cxj__histogram_group(const struct cxj__histogram *histogram, uint32_t bucket) {
    return histogram->is_wide ? bucket : bucket / CXJ__HISTOGRAM_GROUP;
}

/* Where a bucket's slot is looked for first: neighbours stand side by side, so that most durations of a cell, which are
 * not far from each other, share lines of memory and never meet. */
static inline uint32_t cxj__histogram_home(const struct cxj__histogram *histogram, uint32_t bucket) {
    return cxj__histogram_group(histogram, bucket) & (histogram->capacity - 1);
}

/* The slot of a bucket, which stays where it is until another is made; and what one more of the bucket adds to it. */
struct cxj__counter {
    uint64_t *slot;
    uint64_t one;
};

/* Finds it; or makes it, with room for what a change may add, if memory is given: then slot is NULL if that is not
 * enough. Nearly always it is there, with room, and where it is looked for first. */
struct cxj__counter cxj__histogram_reach_far(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                             uint32_t bucket);
static CXJ__HOT struct cxj__counter cxj__histogram_reach(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                                         uint32_t bucket) {
    if (histogram->capacity > 0 && !histogram->is_wide) {
        uint64_t *slot = &histogram->slots[cxj__histogram_home(histogram, bucket)];
        unsigned shift = bucket % CXJ__HISTOGRAM_GROUP * CXJ__HISTOGRAM_NARROW_BITS;
        if (*slot >> CXJ__HISTOGRAM_WIDE_BITS == cxj__histogram_group(histogram, bucket) + 1 &&
            (*slot >> shift & CXJ__HISTOGRAM_NARROW_MASK) < CXJ__HISTOGRAM_NARROW_MOST) {
            return (struct cxj__counter){slot, UINT64_C(1) << shift};
        }
    }
    return cxj__histogram_reach_far(histogram, memory, bucket);
}

/* Makes room for so many more in a bucket, so that adding them cannot fail; where that is one, for as many as a single
 * change may add. */
bool cxj__histogram_reserve(struct cxj__histogram *histogram, struct cxj__memory *memory, uint32_t bucket,
                            uint64_t count);

/* Adds to (or takes from) a bucket that was reserved. */
void cxj__histogram_add(struct cxj__histogram *histogram, uint32_t bucket, int64_t count);

/* Makes room for all that another counts, so that adding or taking it away cannot fail; and does so. */
bool cxj__histogram_reserve_all(struct cxj__histogram *histogram, struct cxj__memory *memory,
                                const struct cxj__histogram *other);
void cxj__histogram_add_all(struct cxj__histogram *histogram, const struct cxj__histogram *other, int sign);

/* Buckets that may be counted, at most. */
static inline size_t cxj__histogram_most(const struct cxj__histogram *histogram) {
    return (size_t)histogram->used * CXJ__HISTOGRAM_GROUP;
}

/* How many durations there are; and how many of them are at most so long, those of one bucket taken for its middle. */
uint64_t cxj__histogram_total(const struct cxj__histogram *histogram);
uint64_t cxj__histogram_within(const struct cxj__histogram *histogram, int64_t most);

/* The least and the most that durations which are counted so can add up to. */
void cxj__histogram_bounds(const struct cxj__histogram *histogram, struct cxj__int128 *least, struct cxj__int128 *most);

/* True if two count the same. */
bool cxj__histogram_is_same(const struct cxj__histogram *a, const struct cxj__histogram *b);

/* Buckets there can be; what one counts. */
enum { CXJ__HISTOGRAM_BUCKETS = (51 - CXJ__HISTOGRAM_SUB_BITS) << CXJ__HISTOGRAM_SUB_BITS };
struct cxj__histogram_count {
    uint32_t bucket;
    uint64_t count;
};

/* Writes what is counted to counts, in the order of buckets, and says how many there are. */
size_t cxj__histogram_list(const struct cxj__histogram *histogram, struct cxj__histogram_count *counts);

/* The duration at rank ⌈percent/100 · n⌉ among those counted, n being their number; n > 0. */
double cxj__histogram_quantile(const struct cxj__histogram *histogram, uint64_t n, uint32_t percent);

void cxj__histogram_finish(struct cxj__histogram *histogram, struct cxj__memory *memory);

#endif
