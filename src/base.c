/* base: what every room stands on.
 *
 * Everything here is independent of the platform's byte order and of a compiler's 128-bit type, and ISO C11 but for the
 * system's random numbers. The only allocation in the library is cxj__base_resize(), so "fail the Nth allocation" is
 * one loop, and the limit of memory is kept in one place. */
#include "base.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Where the system's random numbers come from. What none of these names has the clock and addresses. */
#if defined(_WIN32)
#define HAVE_RAND_S
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) ||                     \
    defined(__DragonFly__) || defined(__ANDROID__)
#define HAVE_ARC4RANDOM
#elif defined(__linux__) && defined(__has_include)
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#define HAVE_GETRANDOM
#endif
#endif

/* ---- memory ----------------------------------------------------------------------------------------------------- */

void *cxj__base_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}

void *cxj__base_resize(struct cxj__memory *memory, void *block, size_t old_size, size_t new_size) {
    if (old_size == new_size) return block;
    uint64_t others = memory->used - old_size;
    if (new_size > old_size && memory->limit != 0 && (new_size > memory->limit || others > memory->limit - new_size)) {
        return NULL;
    }
    void *resized = memory->allocate(memory->context, block, old_size, new_size);
    if (resized != NULL || new_size == 0) memory->used = others + new_size;
    return resized;
}

bool cxj__base_grow(struct cxj__memory *memory, void *array_of_items, size_t *capacity, size_t needed,
                    size_t item_size) {
    if (needed <= *capacity) return true;
    size_t wanted = *capacity + *capacity / 2;
    if (wanted < needed) wanted = needed;
    if (wanted < 2) wanted = 2;
    if (wanted > SIZE_MAX / item_size) return false;
    void *block; /* The pointer's own type is unknown here; its bytes are copied. */
    memcpy(&block, array_of_items, sizeof block);
    block = cxj__base_resize(memory, block, *capacity * item_size, wanted * item_size);
    if (block == NULL) return false;
    memcpy(array_of_items, &block, sizeof block);
    *capacity = wanted;
    return true;
}

void cxj__base_release(struct cxj__memory *memory, void *array_of_items, size_t *capacity, size_t item_size) {
    void *block;
    memcpy(&block, array_of_items, sizeof block);
    cxj__base_resize(memory, block, *capacity * item_size, 0);
    block = NULL;
    memcpy(array_of_items, &block, sizeof block);
    *capacity = 0;
}

/* ---- integers of 128 bits --------------------------------------------------------------------------------------- */

struct cxj__int128 cxj__base_negate(struct cxj__int128 a) {
    return (struct cxj__int128){~a.low + 1, ~a.high + (a.low == 0)};
}

/* The full product of two words, by halves. */
static struct cxj__int128 multiply(uint64_t a, uint64_t b) {
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0;
    uint64_t middle = a1 * b0 + (low >> 32); /* at most (2^32-1)^2 + 2^32-1 < 2^64 */
    uint64_t other = a0 * b1 + (uint32_t)middle;
    return (struct cxj__int128){(other << 32) | (uint32_t)low, a1 * b1 + (middle >> 32) + (other >> 32)};
}

static uint64_t magnitude(int64_t value) {
    return value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
}

struct cxj__int128 cxj__base_product(int64_t a, int64_t b) {
    struct cxj__int128 product = multiply(magnitude(a), magnitude(b));
    return (a < 0) != (b < 0) ? cxj__base_negate(product) : product;
}

static bool is_negative(struct cxj__int128 a) {
    return a.high >> 63 != 0;
}

int cxj__base_sign(struct cxj__int128 a) {
    return is_negative(a) ? -1 : (a.high | a.low) != 0;
}

struct cxj__int128 cxj__base_less(struct cxj__int128 a, struct cxj__int128 b) {
    cxj__base_add(&a, cxj__base_negate(b));
    return a;
}

struct cxj__int128 cxj__base_times(struct cxj__int128 a, struct cxj__int128 b) {
    struct cxj__int128 product = multiply(a.low, b.low);
    product.high += a.low * b.high + a.high * b.low;
    return product;
}

int cxj__base_order(struct cxj__int128 a, struct cxj__int128 b) {
    cxj__base_add(&a, cxj__base_negate(b));
    return is_negative(a) ? -1 : (a.low | a.high) != 0;
}

/* The product of two numbers without a sign: eight digits of 32 bits, the lowest first. */
CXJ__COLD static void multiply_wide(struct cxj__int128 a, struct cxj__int128 b, uint32_t digits[8]) {
    const uint32_t x[4] = {(uint32_t)a.low, (uint32_t)(a.low >> 32), (uint32_t)a.high, (uint32_t)(a.high >> 32)};
    const uint32_t y[4] = {(uint32_t)b.low, (uint32_t)(b.low >> 32), (uint32_t)b.high, (uint32_t)(b.high >> 32)};
    memset(digits, 0, 8 * sizeof *digits);
    for (size_t i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k < 4; k++) {
            carry += digits[i + k] + (uint64_t)x[i] * y[k];
            digits[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        digits[i + 4] = (uint32_t)carry;
    }
}

CXJ__COLD bool cxj__base_is_square_within(struct cxj__int128 a, struct cxj__int128 b, struct cxj__int128 c) {
    uint32_t low[8], high[8];
    if (is_negative(a)) a = cxj__base_negate(a);
    multiply_wide(a, a, low);
    multiply_wide(b, c, high);
    for (size_t i = 8; i-- > 0;) {
        if (low[i] != high[i]) return low[i] < high[i];
    }
    return true;
}

/* The nearest double of a number without a sign. */
CXJ__COLD static double double_of(struct cxj__int128 a) {
    if (a.high == 0) return (double)a.low;
    /* Keep the 64 leading bits; what is cut off leaves a sticky bit, so that the conversion rounds as if it saw all. */
    int shift = 0;
    while (shift < 64 && a.high >> shift != 0) shift++;
    uint64_t leading = shift == 64 ? a.high : (a.high << (64 - shift)) | (a.low >> shift);
    uint64_t lost = shift == 64 ? a.low : a.low << (64 - shift);
    return ldexp((double)(leading | (lost != 0)), shift);
}

double cxj__base_double(struct cxj__int128 a) {
    return is_negative(a) ? -double_of(cxj__base_negate(a)) : double_of(a);
}

int64_t cxj__base_clamp(struct cxj__int128 a) {
    if (is_negative(a)) return a.high == UINT64_MAX && a.low >> 63 != 0 ? (int64_t)a.low : INT64_MIN;
    return a.high == 0 && a.low >> 63 == 0 ? (int64_t)a.low : INT64_MAX;
}

/* ---- moments ---------------------------------------------------------------------------------------------------- */

/* Counted in eras of 400 years that begin in March. */
CXJ__COLD struct cxj__date cxj__base_date(int64_t days) {
    int64_t shifted = days + 719468;
    int64_t era = cxj__base_floor(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct cxj__date){year_of_era + era * 400 + (month <= 2), month,
                              day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

CXJ__COLD int64_t cxj__base_days(struct cxj__date date) {
    int64_t year = date.year - (date.month <= 2);
    int64_t era = cxj__base_floor(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* ---- bits ------------------------------------------------------------------------------------------------------- */

const cxj__bits *cxj__base_bits(void) {
    static const cxj__bits bits[1 << CXJ__AT_ONCE] = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 1, 0}, {0, 1, 1, 0}, {1, 1, 1, 0},
        {0, 0, 0, 1}, {1, 0, 0, 1}, {0, 1, 0, 1}, {1, 1, 0, 1}, {0, 0, 1, 1}, {1, 0, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 1},
    };
    return bits;
}

/* ---- hashes ----------------------------------------------------------------------------------------------------- */

static uint64_t rotate(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* SipHash-2-4, after Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). */
uint64_t cxj__base_siphash(const uint64_t key[2], const void *bytes, size_t length) {
    const unsigned char *in = bytes;
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                     key[1] ^ 0x7465646279746573};
    size_t whole = length - length % 8;
    uint64_t last = (uint64_t)(length & 0xff) << 56;
    for (size_t i = whole; i < length; i++) last |= (uint64_t)in[i] << (8 * (i - whole));
    for (size_t i = 0; i <= whole; i += 8) {
        uint64_t word = i < whole ? cxj__base_word_at(in + i) : last;
        v[3] ^= word;
        sip_round(v);
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Random bits of the system, without waiting for them; false where there are none. */
CXJ__COLD static bool draw(uint64_t key[2]) {
#if defined(HAVE_RAND_S)
    /* stdlib.h declares it only where it was asked to before its first inclusion, wherever that was. */
    extern int __cdecl rand_s(unsigned int *value);
    unsigned int words[4];
    for (size_t i = 0; i < 4; i++) {
        if (rand_s(&words[i]) != 0) return false;
    }
    key[0] = (uint64_t)words[0] << 32 | words[1];
    key[1] = (uint64_t)words[2] << 32 | words[3];
    return true;
#elif defined(HAVE_ARC4RANDOM)
    arc4random_buf(key, 2 * sizeof *key);
    return true;
#elif defined(HAVE_GETRANDOM)
    return getrandom(key, 2 * sizeof *key, GRND_NONBLOCK) == (ssize_t)(2 * sizeof *key);
#else
    (void)key;
    return false;
#endif
}

/* All that ISO C has to offer: the clocks, and where the system put stack and heap. */
CXJ__COLD static void seed_from_clock(uint64_t key[2], const void *somewhere) {
    struct timespec now = {0, 0};
#if defined(TIME_UTC)
    (void)timespec_get(&now, TIME_UTC);
#else
    now.tv_sec = time(NULL);
#endif
    key[0] = (uint64_t)now.tv_sec * UINT64_C(1000000007) + (uint64_t)now.tv_nsec;
    key[1] = (uint64_t)(uintptr_t)somewhere ^ rotate((uint64_t)(uintptr_t)&now, 32) ^ (uint64_t)clock();
}

CXJ__COLD struct cxj__seed cxj__base_seed(const uint64_t seed[2], const void *somewhere) {
    uint64_t key[2] = {seed[0], seed[1]};
    if ((key[0] | key[1]) == 0 && !draw(key)) seed_from_clock(key, somewhere);
    struct cxj__seed drawn;
    for (uint64_t i = 0; i < CXJ__SEED_KEYS; i++) drawn.key[i] = cxj__base_siphash(key, &i, sizeof i) | 1;
    return drawn;
}

/* ---- sorting ---------------------------------------------------------------------------------------------------- */

/* Lets each item sink to where it belongs, as long as that takes no more than one move for each of them on average: what
 * is sorted is seen in one look, and what is nearly so in little more. False if it takes more; then the first are
 * sorted, and all equal ones stand as they stood. */
static bool sort_nearly(char *items, char *scratch, size_t count, size_t size, cxj__base_compare compare,
                        const void *context) {
    size_t moves = 0;
    for (size_t i = 1; i < count; i++) {
        char *item = items + i * size, *to = item;
        while (to > items && compare(to - size, item, context) > 0) {
            if (moves++ == count) return false;
            to -= size;
        }
        if (to == item) continue;
        memcpy(scratch, item, size);
        memmove(to + size, to, (size_t)(item - to));
        memcpy(to, scratch, size);
    }
    return true;
}

/* Merges the sorted runs [0, middle) and [middle, count) of from into to. */
static void merge_runs(const char *from, char *to, size_t middle, size_t count, size_t size, cxj__base_compare compare,
                       const void *context) {
    size_t a = 0, b = middle;
    for (size_t i = 0; i < count; i++) {
        bool first = a < middle && (b == count || compare(from + a * size, from + b * size, context) <= 0);
        memcpy(to + i * size, from + (first ? a++ : b++) * size, size);
    }
}

CXJ__COLD void cxj__base_sort(void *items, void *scratch, size_t count, size_t size, cxj__base_compare compare,
                              const void *context) {
    if (sort_nearly(items, scratch, count, size, compare, context)) return;
    char *from = items, *to = scratch;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t left = count - start;
            merge_runs(from + start * size, to + start * size, run < left ? run : left, 2 * run < left ? 2 * run : left,
                       size, compare, context);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * size);
}

/* A byte of a moment, such that moments stand in the order of these bytes. */
static size_t byte_of(const struct cxj__moment *item, unsigned shift) {
    return (size_t)(((uint64_t)item->at ^ UINT64_C(1) << 63) >> shift & 255);
}

CXJ__COLD struct cxj__moment *cxj__base_sort_moments(struct cxj__moment *items, size_t count, struct cxj__moment **room,
                                                     cxj__base_compare compare, const void *context) {
    enum { FEW = 64 }; /* with fewer it does not pay */
    uint64_t differing = 0;
    for (size_t i = 1; i < count && count >= FEW; i++) differing |= (uint64_t)(items[i].at ^ items[0].at);
    for (unsigned shift = 0; shift < 64 && differing >> shift != 0; shift += 8) {
        struct cxj__moment *to = *room;
        size_t places[257] = {0};
        for (size_t i = 0; i < count; i++) places[byte_of(&items[i], shift) + 1]++;
        for (size_t k = 1; k < 256; k++) places[k] += places[k - 1];
        for (size_t i = 0; i < count; i++) to[places[byte_of(&items[i], shift)]++] = items[i];
        *room = items;
        items = to;
    }
    cxj__base_sort(items, *room, count, sizeof *items, compare, context);
    return items;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

size_t cxj__base_length(const char *text, size_t length) {
    if (text == NULL) return 0;
    return length == CXJ_ZERO_TERMINATED ? strlen(text) : length;
}

/* Bytes of the character that starts here, or 0 if none does. */
static size_t utf8_character(const unsigned char *text, size_t left) {
    static const struct {
        unsigned char first, last, second_from, second_to, bytes;
    } forms[] = {
        {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (text[0] < forms[i].first || text[0] > forms[i].last) continue;
        if (forms[i].bytes > left) return 0;
        if (forms[i].bytes > 1 && (text[1] < forms[i].second_from || text[1] > forms[i].second_to)) return 0;
        for (size_t k = 2; k < forms[i].bytes; k++) {
            if (text[k] < 0x80 || text[k] > 0xbf) return 0;
        }
        return forms[i].bytes;
    }
    return 0;
}

int64_t cxj__base_digits(const char *text, size_t length, size_t *at, size_t count) {
    int64_t value = 0;
    if (length - *at < count) return -1;
    for (size_t end = *at + count; *at < end; ++*at) {
        if (text[*at] < '0' || text[*at] > '9') return -1;
        value = value * 10 + (text[*at] - '0');
    }
    return value;
}

bool cxj__base_is_utf8(const char *text, size_t length, size_t *offset) {
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0, step; i < length; i += step) {
        step = utf8_character(bytes + i, length - i);
        if (step == 0) {
            *offset = i;
            return false;
        }
    }
    return true;
}

/* Of the first length bytes of a text, those of characters that do not go on behind them. */
CXJ__COLD static size_t whole_characters(const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t start = length;
    for (size_t back = 1; back <= 3 && back <= length && start == length; back++) {
        if ((bytes[length - back] & 0xc0) != 0x80) start = length - back; /* not one that continues a character */
    }
    bool is_begun = start < length && bytes[start] >= 0xc0 && utf8_character(bytes + start, length - start) == 0;
    return is_begun ? start : length;
}

CXJ__COLD void cxj__base_tell(char *to, size_t capacity, const char *sentence) {
    if (to == NULL || capacity == 0) return;
    size_t length = strlen(sentence);
    if (length > capacity - 1) length = whole_characters(sentence, capacity - 1);
    memcpy(to, sentence, length);
    to[length] = '\0';
}

CXJ__COLD void cxj__base_say(struct cxj__message *message, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message->text, sizeof message->text, format, arguments);
    va_end(arguments);
    if (length < 0) length = 0; /* nothing that the formats of this library bring about */
    if ((size_t)length >= sizeof message->text) {
        length = (int)whole_characters(message->text, sizeof message->text - 1);
    }
    message->text[length] = '\0';
}

/* The number of the character that starts here and has so many bytes. */
static uint32_t code_point(const unsigned char *text, size_t bytes) {
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = text[0] & first_bits[bytes];
    for (size_t i = 1; i < bytes; i++) code = code << 6 | (text[i] & 0x3fU);
    return code;
}

/* True for what a reader cannot see, or what changes how the rest is seen: controls, breaks of lines, spaces without
 * width, marks of direction, tags. Two joiners (U+200C, U+200D) are none: scripts and emoji are spelt with them. */
static bool is_unseen(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } unseen[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200b},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        if (code >= unseen[i].first && code <= unseen[i].last) return true;
    }
    return false;
}

/* Writes the character or byte that starts here as a sentence shows it, and gives the bytes it has in the text. */
static size_t show_one(char shown[16], const unsigned char *text, size_t left) {
    size_t bytes = utf8_character(text, left);
    uint32_t code = bytes == 0 ? text[0] : code_point(text, bytes);
    if (bytes <= 1 && (bytes == 0 || is_unseen(code))) {
        (void)snprintf(shown, 16, "\\x%02x", (unsigned)code);
    } else if (is_unseen(code)) {
        (void)snprintf(shown, 16, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
    } else {
        memcpy(shown, text, bytes);
        shown[bytes] = '\0';
    }
    return bytes == 0 ? 1 : bytes;
}

CXJ__COLD const char *cxj__base_show(struct cxj__shown *shown, const char *text, size_t length) {
    static const char ellipsis[] = "\xe2\x80\xa6";
    size_t used = 0, ends = 0; /* ends: where the ellipsis still finds room */
    for (size_t at = 0; at < length;) {
        char piece[16];
        at += show_one(piece, (const unsigned char *)text + at, length - at);
        size_t bytes = strlen(piece);
        if (used + bytes > sizeof shown->text - 1) {
            memcpy(shown->text + ends, ellipsis, sizeof ellipsis);
            return shown->text;
        }
        memcpy(shown->text + used, piece, bytes);
        used += bytes;
        if (used + sizeof ellipsis <= sizeof shown->text) ends = used;
    }
    shown->text[used] = '\0';
    return shown->text;
}
