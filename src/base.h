/* base: what every room stands on: memory with a limit, 128-bit integers, hashes, sorting, sentences of refusal. */
#ifndef CXJ__BASE_H
#define CXJ__BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* The one way to the host's allocator. used counts the bytes asked for, so that the limit holds on every platform
 * alike. */
struct cxj__memory {
    cxj_allocate allocate;
    void *context;
    uint64_t limit; /* 0: none */
    uint64_t used;
};

/* The allocator of a host that gave none. */
void *cxj__base_allocate(void *context, void *block, size_t old_size, size_t new_size);

/* Resizes a block; NULL (and the block as it was) where there is no memory. With new_size 0 it frees, and gives
 * NULL. */
void *cxj__base_resize(struct cxj__memory *memory, void *block, size_t old_size, size_t new_size);

/* A growing array: makes room for needed items of item_size. True, or false with the array as it was. */
bool cxj__base_grow(struct cxj__memory *memory, void *array_of_items, size_t *capacity, size_t needed,
                    size_t item_size);

/* Frees a growing array and forgets it. */
void cxj__base_release(struct cxj__memory *memory, void *array_of_items, size_t *capacity, size_t item_size);

/* Brings memory nearer that will soon be touched, where the compiler knows how; it changes nothing but time. Calls of a
 * function that does nothing else would be left out, if nothing in it had to stay. */
#if defined(__GNUC__)
#define CXJ__PREFETCH(address)                                                                                         \
    do {                                                                                                               \
        __builtin_prefetch(address);                                                                                   \
        __asm__ volatile("");                                                                                          \
    } while (0)
#else
#define CXJ__PREFETCH(address) ((void)(address))
#endif

/* The same by reading a byte, for memory whose page the processor may not know: it forgets to bring that nearer if it
 * is only asked to. What is read one right after the other comes at the same time. */
static inline void cxj__base_touch(const void *address) {
    (void)*(const volatile unsigned char *)address;
}

/* Of a function that every touchpoint goes through: it is part of the one that calls it, however large that becomes. */
#if defined(__GNUC__)
#define CXJ__HOT inline __attribute__((always_inline))
#else
#define CXJ__HOT inline
#endif

/* Of a short loop that every touchpoint goes through: its rounds are written out. */
#if defined(__clang__)
#define CXJ__UNROLL _Pragma("unroll")
#elif defined(__GNUC__) && __GNUC__ >= 8
#define CXJ__UNROLL _Pragma("GCC unroll 16")
#else
#define CXJ__UNROLL
#endif

/* A condition that is seldom true of a touchpoint: what follows from it stands aside. */
#if defined(__GNUC__)
#define CXJ__SELDOM(condition) __builtin_expect(!!(condition), 0)
#else
#define CXJ__SELDOM(condition) (condition)
#endif

/* Of a function that is seldom called, and all that only it calls: it may be small rather than fast. */
#if defined(__GNUC__)
#define CXJ__COLD __attribute__((cold))
#else
#define CXJ__COLD
#endif

/* Of a function that takes less room by itself than as a part of the only one that calls it. */
#if defined(__GNUC__)
#define CXJ__APART __attribute__((noinline))
#else
#define CXJ__APART
#endif

/* ---- integers of 128 bits --------------------------------------------------------------------------------------- */

/* Two's complement in two words. Sums of durations, values and squares cannot overflow it. */
struct cxj__int128 {
    uint64_t low;
    uint64_t high;
};

static inline struct cxj__int128 cxj__base_wide(int64_t value) {
    return (struct cxj__int128){(uint64_t)value, value < 0 ? UINT64_MAX : 0};
}
static inline void cxj__base_add(struct cxj__int128 *sum, struct cxj__int128 amount) {
    uint64_t low = sum->low + amount.low;
    sum->high += amount.high + (low < sum->low);
    sum->low = low;
}
struct cxj__int128 cxj__base_product(int64_t a, int64_t b);
struct cxj__int128 cxj__base_negate(struct cxj__int128 a);

/* a less b; and the sign of a: -1, 0 or 1. */
struct cxj__int128 cxj__base_less(struct cxj__int128 a, struct cxj__int128 b);
int cxj__base_sign(struct cxj__int128 a);

/* a · b, of which the lowest 128 bits are kept. */
struct cxj__int128 cxj__base_times(struct cxj__int128 a, struct cxj__int128 b);

/* Negative, zero or positive as a is less than, equal to or greater than b; both are far from 127 bits. */
int cxj__base_order(struct cxj__int128 a, struct cxj__int128 b);

/* True if a² is no more than b · c; b and c are not negative. */
bool cxj__base_is_square_within(struct cxj__int128 a, struct cxj__int128 b, struct cxj__int128 c);

/* The nearest double, rounded once. */
double cxj__base_double(struct cxj__int128 a);

/* The nearest int64_t within its range. */
int64_t cxj__base_clamp(struct cxj__int128 a);

/* ---- moments ---------------------------------------------------------------------------------------------------- */

#define CXJ__EARLIEST INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define CXJ__LATEST INT64_C(253402300799999)   /* 9999-12-31T23:59:59.999Z */
#define CXJ__HOUR_MS INT64_C(3600000)
#define CXJ__DAY_MS (24 * CXJ__HOUR_MS)

/* The quotient, cut off towards the past; b is positive. */
static inline int64_t cxj__base_floor(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* A day of the proleptic Gregorian calendar; and days since 1970-01-01. A month or day that there is not comes back as
 * another. */
struct cxj__date {
    int64_t year;
    int64_t month; /* 1..12 */
    int64_t day;
};
struct cxj__date cxj__base_date(int64_t days);
int64_t cxj__base_days(struct cxj__date date);

/* ---- bits ------------------------------------------------------------------------------------------------------- */

/* The place of the lowest and of the highest bit that is set; word is not 0. */
#if defined(__GNUC__)
static inline unsigned cxj__base_lowest_bit(uint64_t word) {
    return (unsigned)__builtin_ctzll(word);
}
static inline unsigned cxj__base_highest_bit(uint64_t word) {
    return 63U - (unsigned)__builtin_clzll(word);
}
#else
static inline unsigned cxj__base_highest_bit(uint64_t word) {
    unsigned bit = 0;
    for (unsigned half = 32; half > 0; half /= 2) {
        if (word >> bit >> half != 0) bit += half;
    }
    return bit;
}
static inline unsigned cxj__base_lowest_bit(uint64_t word) {
    return cxj__base_highest_bit(word & (~word + 1));
}
#endif

/* The eight bytes from here on, the first being the lowest: written so that compilers make it one load. */
static inline uint64_t cxj__base_word_at(const unsigned char *from) {
    return (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24 |
           (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 | (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
}

/* Bits of a word as numbers, AT_ONCE of them: a row for each value that they can have. */
enum { CXJ__AT_ONCE = 4 };
typedef int64_t cxj__bits[CXJ__AT_ONCE];
const cxj__bits *cxj__base_bits(void);

/* Adds one to each of the first many counts whose bit is set in the mask, which has no others. It goes by four counts, so
 * there are at least as many as whole fours take, and asks of none whether its bit is set, for that no processor
 * foresees. */
static CXJ__HOT void cxj__base_count_bits(int64_t *counts, size_t many, uint64_t mask) {
    const cxj__bits *bits = cxj__base_bits();
    CXJ__UNROLL
    for (size_t i = 0; i < many; i += CXJ__AT_ONCE, mask >>= CXJ__AT_ONCE) {
        const int64_t *more = bits[mask % (1 << CXJ__AT_ONCE)];
        for (size_t k = 0; k < CXJ__AT_ONCE; k++) counts[i + k] += more[k];
    }
}

/* ---- hashes ----------------------------------------------------------------------------------------------------- */

/* The keys of an engine's tables, drawn from its seed. */
enum { CXJ__SEED_KEYS = 8 };
struct cxj__seed {
    uint64_t key[CXJ__SEED_KEYS];
};

uint64_t cxj__base_siphash(const uint64_t key[2], const void *bytes, size_t length);

/* Keys from a seed; from one that is all zero, keys drawn from the system's random numbers, or, where there are none,
 * from the clock and from addresses, that of somewhere among them. */
struct cxj__seed cxj__base_seed(const uint64_t seed[2], const void *somewhere);

/* A number's hash under secret multipliers: whoever does not know the seed cannot choose numbers that collide. */
static inline uint64_t cxj__base_hash(const struct cxj__seed *seed, uint64_t number) {
    uint64_t hash = (number ^ seed->key[0]) * seed->key[1];
    hash = (hash ^ hash >> 32) * seed->key[2];
    hash = (hash ^ hash >> 29) * seed->key[3];
    return hash ^ hash >> 32;
}

/* ---- sorting ---------------------------------------------------------------------------------------------------- */

/* Negative, zero or positive as a stands before, with or after b. */
typedef int (*cxj__base_compare)(const void *a, const void *b, const void *context);

/* Sorts count items of size bytes, equal ones staying in their order; scratch has room for as many. Time n·log(n), or
 * n where they are in order already. */
void cxj__base_sort(void *items, void *scratch, size_t count, size_t size, cxj__base_compare compare,
                    const void *context);

/* Where something stands, to be put in order by a moment, and those of one moment as compare says, which is given two of
 * these and looks at the moments, too. Returns the sorted ones, which stand where they stood or in *room, which is the
 * other then. Many take far less time than comparing them. */
struct cxj__moment {
    int64_t at;
    size_t place;
};
struct cxj__moment *cxj__base_sort_moments(struct cxj__moment *items, size_t count, struct cxj__moment **room,
                                           cxj__base_compare compare, const void *context);

/* ---- text ------------------------------------------------------------------------------------------------------- */

/* The bytes of a text whose length may be CXJ_ZERO_TERMINATED; a NULL is empty. */
size_t cxj__base_length(const char *text, size_t length);

/* True for UTF-8 (RFC 3629) without NUL; else *offset is that of the first byte that is not. */
bool cxj__base_is_utf8(const char *text, size_t length, size_t *offset);

/* Reads so many digits at *at, and goes behind them; -1 if they are not there. */
int64_t cxj__base_digits(const char *text, size_t length, size_t *at, size_t count);

/* A sentence that says why a call failed. */
struct cxj__message {
    char text[320];
};

/* Says it, cut to fit behind a whole character. What comes from outside the library stands in a sentence only as
 * cxj__base_show() writes it. */
#if defined(__MINGW32__) && !defined(__clang__)
__attribute__((format(gnu_printf, 2, 3))) /* what plain printf means there, C does not say */
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void cxj__base_say(struct cxj__message *message, const char *format, ...);

/* Writes a sentence to where a host wants one: NUL-terminated, and cut to fit behind a whole character. With to NULL or
 * without room it does nothing. */
void cxj__base_tell(char *to, size_t capacity, const char *sentence);

/* Room for a name or a text of a host in a sentence. */
struct cxj__shown {
    char text[204];
};

/* A name or a text of a host, as a sentence may show it: bytes that are not UTF-8, controls, marks of direction and
 * what else a reader would not see are written as \x1b, \u202e, \U000e0001; a text that is too long ends with an
 * ellipsis. It is for reading, not for reading back: a backslash stays as it is. */
const char *cxj__base_show(struct cxj__shown *shown, const char *text, size_t length);

#endif
