/* saved: what the tests of saving and loading share. See saved.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "saved.h"

#include "base.h"
#include "same.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Chance
 * ------------------------------------------------------------------------------------------------------------------ */

uint64_t chance_state;

uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

uint64_t seed_of_test(void) {
    const char *given = getenv("CXJ_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 1;
    printf("CXJ_SEED=%" PRIu64 "\n", seed);
    return seed;
}

uint64_t stride_of_test(void) {
    const char *given = getenv("CXJ_STRIDE");
    uint64_t stride = given && *given ? strtoull(given, NULL, 10) : 1;
    stride += stride == 0;
    printf("CXJ_STRIDE=%" PRIu64 "\n", stride);
    return stride;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* Stands before each block. */
struct heap_block {
    struct heap_block *next, *previous;
    size_t size;
    size_t padding;
};

static void take_out(heap *memory, struct heap_block *block) {
    if (block->previous) {
        block->previous->next = block->next;
    } else {
        memory->first = block->next;
    }
    if (block->next) block->next->previous = block->previous;
    memory->blocks--;
    memory->bytes -= block->size;
    free(block);
}

static struct heap_block *put_in(heap *memory, size_t size) {
    struct heap_block *block = malloc(sizeof *block + size);
    ck_assert_ptr_nonnull(block);
    memset(block, 0x5a, sizeof *block + size); /* what stood there before is not what is searched for */
    *block = (struct heap_block){.next = memory->first, .size = size};
    if (memory->first) memory->first->previous = block;
    memory->first = block;
    memory->blocks++;
    memory->bytes += size;
    if (memory->bytes > memory->peak) memory->peak = memory->bytes;
    return block;
}

void *heap_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    heap *memory = context;
    struct heap_block *old = block ? (struct heap_block *)block - 1 : NULL;
    ck_assert_uint_eq(old ? old->size : 0, old_size);
    if (new_size > old_size) {
        memory->calls++;
        if (memory->fail_at &&
            (memory->calls == memory->fail_at || (memory->for_ever && memory->calls > memory->fail_at))) {
            return NULL;
        }
    }
    struct heap_block *made = new_size > 0 ? put_in(memory, new_size) : NULL;
    if (made && old) memcpy(made + 1, block, old_size < new_size ? old_size : new_size);
    if (old) take_out(memory, old);
    return made ? made + 1 : NULL;
}

void heap_fail(heap *memory, uint64_t n, bool for_ever) {
    memory->calls = 0;
    memory->fail_at = n;
    memory->for_ever = for_ever;
}

static bool stands_in(const unsigned char *data, size_t size, const unsigned char *searched, size_t length) {
    while (size >= length) {
        const unsigned char *found = memchr(data, searched[0], size - length + 1);
        if (!found) return false;
        if (memcmp(found, searched, length) == 0) return true;
        size -= (size_t)(found + 1 - data);
        data = found + 1;
    }
    return false;
}

bool heap_holds(const heap *memory, const void *searched, size_t length) {
    for (const struct heap_block *block = memory->first; block; block = block->next) {
        if (stands_in((const unsigned char *)(block + 1), block->size, searched, length)) return true;
    }
    return false;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Engines
 * ------------------------------------------------------------------------------------------------------------------ */

cxj_engine *make_with(cxj_options options) {
    cxj_engine *engine = NULL;
    options.size = sizeof options;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    return engine;
}

cxj_engine *make_in(heap *memory) {
    return make_with((cxj_options){.allocate = heap_allocate, .allocate_context = memory});
}

cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    cxj_status status = cxj_record(engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

void advance(cxj_engine *engine, int64_t now) {
    cxj_status status = cxj_advance(engine, now);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

cxj_stats stats_of(const cxj_engine *engine) {
    cxj_stats stats;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    return stats;
}

const char *const VIEWS[VIEW_COUNT] = {
    "touchpoints",
    "touchpoints by channel, team per week",
    "touchpoints by owner, outcome where type in (a, \"say \"\"hi\"\"\")",
    "touchpoints by cause, segment, churned per year",
    "transitions by owner, outcome per month",
    "transitions by channel where churned = yes",
    "transitions by stage, type",
    "journeys",
    "journeys by type, segment, outcome per month",
    "journeys by entry, exit, churned",
    "journeys by reason, outcome per day ended",
    "journeys by outcome where had cause in (a, abc) and segment in (\"Grüße\", \"\")",
    "journeys by outcome, exit per quarter where had owner = \"two words\"",
    "transitions by team per hour where reason = \"never used\"",
    "journeys by outcome with drivers",
};

void add_views(cxj_engine *engine) {
    for (size_t i = 0; i < VIEW_COUNT; i++) add(engine, VIEWS[i]);
}

const char *const NAMES[NAME_COUNT] = {
    "two words", "abc",    "a",  "ab",    "B", "say \"hi\"",
    "Grüße",     "日本語", "😀", "Z-1_.", "é", "a name that is too long to be kept in a few bytes",
};

/* ---------------------------------------------------------------------------------------------------------------------
 * Feeds
 * ------------------------------------------------------------------------------------------------------------------ */

uint64_t journey_number(uint32_t base, uint32_t journey) {
    char text[32];
    uint64_t number = 0;
    if (journey % 4 != 3) return (uint64_t)base * 1000000 + (uint64_t)journey * 517 + 1;
    snprintf(text, sizeof text, "J-%u-%u", base, journey);
    ck_assert_int_eq(cxj_id_from_text(NULL, text, CXJ_ZERO_TERMINATED, &number), CXJ_OK);
    return number;
}

static uint16_t some_name(uint32_t rare) {
    return rare > 1 && chance(rare) ? 0 : (uint16_t)chance(NAME_COUNT + 1);
}

static void rate(cxj_touchpoint *t) {
    static const uint8_t highest[] = {0, 5, 7, 10, 100, 1, 10, 7};
    static const uint8_t lowest[] = {0, 1, 1, 1, 0, 0, 0, 1};
    t->scale = (uint8_t)(1 + chance(7));
    t->score = (uint8_t)(lowest[t->scale] + chance(highest[t->scale] - lowest[t->scale] + 1U));
    t->scope = (uint8_t)(1 + chance(3));
}

static int64_t some_moment(void) {
    if (chance(300) == 0) return chance(2) ? CXJ__EARLIEST : CXJ__LATEST;
    return START + HOUR / 4 * (int64_t)chance(chance(20) ? 4000 : 400000);
}

static uint64_t some_number(uint32_t below) {
    char text[32];
    uint64_t number = 1 + chance(below);
    if (chance(6)) return number;
    snprintf(text, sizeof text, "N-%" PRIu64, number);
    ck_assert_int_eq(cxj_id_from_text(NULL, text, CXJ_ZERO_TERMINATED, &number), CXJ_OK);
    return number;
}

static cxj_touchpoint random_touchpoint(uint64_t journey, uint64_t id, uint32_t sequence) {
    cxj_touchpoint t = {.journey = journey, .id = id, .at = some_moment(), .sequence = id ? chance(3) : sequence};
    t.revision = chance(3) ? 0 : (chance(20) ? chance(1000) : UINT64_MAX - chance(9));
    t.due = chance(4) ? 0 : some_moment();
    t.commitment = (uint8_t)(chance(2) ? 0 : chance(8));
    t.value = chance(4) ? 0 : (int64_t)chance(100000) - 20000;
    if (chance(100) == 0) t.value = chance(2) ? INT64_C(1000000000000000) : -INT64_C(1000000000000000);
    t.customer = chance(4) ? 0 : some_number(9);
    t.owner = some_name(1);
    t.team = some_name(1);
    t.channel = some_name(1);
    t.stage = some_name(1);
    t.activity = some_name(1);
    t.cause = some_name(3);
    t.type = some_name(5);
    t.segment = some_name(5);
    t.reason = some_name(5);
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(18);
    t.facets |= chance(5) ? 0 : CXJ_FACET_DELIVERED;
    t.outcome = chance(6) ? 0 : (uint8_t)(1 + chance(2));
    if (chance(3) == 0) rate(&t);
    return t;
}

feed make_feed(size_t count, uint32_t journeys, uint32_t base, bool ties) {
    feed l = {calloc(count + 1, sizeof *l.items), 0};
    ck_assert_ptr_nonnull(l.items);
    while (l.count < count) {
        uint32_t journey = chance(4) == 0 ? 0 : chance(journeys);
        uint64_t id = chance(8) ? some_number(100000) : 0;
        cxj_touchpoint t = random_touchpoint(journey_number(base, journey), id, (uint32_t)l.count + 3);
        const cxj_touchpoint *earlier = l.count ? &l.items[chance((uint32_t)l.count)] : &t;
        if (earlier->id != 0 && chance(5) == 0) {
            t.journey = earlier->journey;
            t.id = earlier->id;
            t.sequence = chance(3);
            t.revision = earlier->revision + (chance(3) == 0 ? 0 : 1);
            if (chance(3) == 0) t.facets |= CXJ_FACET_WITHDRAWN;
        } else if (ties && earlier->id == 0 && chance(2)) {
            t.journey = earlier->journey;
            t.id = 0;
            t.at = earlier->at;
            t.sequence = earlier->sequence;
        }
        l.items[l.count++] = t;
    }
    return l;
}

void free_feed(feed *l) {
    free(l->items);
    *l = (feed){0};
}

void shuffle(feed *l) {
    for (size_t i = l->count; i > 1; i--) {
        size_t k = chance((uint32_t)i);
        cxj_touchpoint t = l->items[k];
        l->items[k] = l->items[i - 1];
        l->items[i - 1] = t;
    }
}

static uint32_t code_of(cxj_engine *engine, uint32_t dimension, uint32_t place) {
    return place == 0 ? 0 : code(engine, dimension, NAMES[place - 1]);
}

cxj_touchpoint in_codes(cxj_engine *engine, cxj_touchpoint t) {
    t.owner = code_of(engine, CXJ_DIMENSION_OWNER, t.owner);
    t.team = (uint16_t)code_of(engine, CXJ_DIMENSION_TEAM, t.team);
    t.channel = (uint16_t)code_of(engine, CXJ_DIMENSION_CHANNEL, t.channel);
    t.stage = (uint16_t)code_of(engine, CXJ_DIMENSION_STAGE, t.stage);
    t.activity = (uint16_t)code_of(engine, CXJ_DIMENSION_ACTIVITY, t.activity);
    t.cause = (uint16_t)code_of(engine, CXJ_DIMENSION_CAUSE, t.cause);
    t.type = (uint16_t)code_of(engine, CXJ_DIMENSION_TYPE, t.type);
    t.segment = (uint16_t)code_of(engine, CXJ_DIMENSION_SEGMENT, t.segment);
    t.reason = (uint16_t)code_of(engine, CXJ_DIMENSION_REASON, t.reason);
    return t;
}

void record_part(cxj_engine *engine, const feed *l, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) record(engine, in_codes(engine, l->items[i]));
}

void record_feed(cxj_engine *engine, const feed *l) {
    record_part(engine, l, 0, l->count);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Bytes
 * ------------------------------------------------------------------------------------------------------------------ */

void append(bytes *b, const void *data, size_t length) {
    if (b->length + length > b->capacity) {
        b->capacity = 2 * (b->length + length);
        b->data = realloc(b->data, b->capacity);
        ck_assert_ptr_nonnull(b->data);
    }
    if (length > 0) memcpy(b->data + b->length, data, length);
    b->length += length;
}

void free_bytes(bytes *b) {
    free(b->data);
    *b = (bytes){0};
}

int64_t write_bytes(void *context, const void *data, size_t length) {
    bytes *b = context;
    b->calls++;
    ck_assert_uint_gt(length, 0);
    if (b->portion > 0 && length > b->portion) length = b->portion;
    append(b, data, length);
    return (int64_t)length;
}

int64_t read_bytes(void *context, void *data, size_t capacity) {
    bytes *b = context;
    b->calls++;
    ck_assert_uint_gt(capacity, 0);
    size_t length = b->length - b->at < capacity ? b->length - b->at : capacity;
    if (b->portion > 0 && length > b->portion) length = b->portion;
    if (length > 0) memcpy(data, b->data + b->at, length);
    b->at += length;
    return (int64_t)length;
}

bytes save_of(const cxj_engine *engine) {
    bytes b = {0};
    char message[200] = "";
    cxj_status status = cxj_save(engine, write_bytes, &b, message, sizeof message);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    return b;
}

void check_same_bytes(const bytes *a, bytes *b, const char *what) {
    size_t i = 0;
    while (i < a->length && i < b->length && a->data[i] == b->data[i]) i++;
    ck_assert_msg(i == a->length && i == b->length, "%s: %zu and %zu bytes, which differ from byte %zu on", what,
                  a->length, b->length, i);
    free_bytes(b);
}

void check_saved_as(const cxj_engine *engine, const bytes *expected, const char *what) {
    bytes saved = save_of(engine);
    check_same_bytes(expected, &saved, what);
}

cxj_engine *load_of(const bytes *b, cxj_options options) {
    cxj_engine *engine = NULL;
    char message[320] = "";
    options.size = sizeof options;
    cxj_status status = cxj_load_bytes(&options, b->data, b->length, message, sizeof message, &engine);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    return engine;
}

/* The code that one engine has for the name that a code of another stands for. */
static uint32_t other_code(const cxj_engine *to, const cxj_engine *from, uint32_t dimension, uint32_t from_code) {
    const char *name = NULL;
    size_t length = 0;
    uint32_t found = 0;
    ck_assert_int_eq(cxj_name(from, dimension, from_code, &name, &length), CXJ_OK);
    ck_assert_int_eq(cxj_find_code(to, dimension, name, length, &found), CXJ_OK);
    return found;
}

#define OTHER(field, dimension) t->field = (uint16_t)other_code(to, from, dimension, t->field)

static void translate_touchpoint(const cxj_engine *to, const cxj_engine *from, cxj_touchpoint *t) {
    t->owner = other_code(to, from, CXJ_DIMENSION_OWNER, t->owner);
    OTHER(team, CXJ_DIMENSION_TEAM);
    OTHER(channel, CXJ_DIMENSION_CHANNEL);
    OTHER(stage, CXJ_DIMENSION_STAGE);
    OTHER(activity, CXJ_DIMENSION_ACTIVITY);
    OTHER(cause, CXJ_DIMENSION_CAUSE);
    OTHER(type, CXJ_DIMENSION_TYPE);
    OTHER(segment, CXJ_DIMENSION_SEGMENT);
    OTHER(reason, CXJ_DIMENSION_REASON);
}

static void translate_journey(const cxj_engine *to, const cxj_engine *from, cxj_journey *t) {
    t->owner = other_code(to, from, CXJ_DIMENSION_OWNER, t->owner);
    OTHER(team, CXJ_DIMENSION_TEAM);
    OTHER(channel, CXJ_DIMENSION_CHANNEL);
    OTHER(stage, CXJ_DIMENSION_STAGE);
    OTHER(activity, CXJ_DIMENSION_ACTIVITY);
    OTHER(type, CXJ_DIMENSION_TYPE);
    OTHER(segment, CXJ_DIMENSION_SEGMENT);
    OTHER(reason, CXJ_DIMENSION_REASON);
}

static void check_same_journey(const cxj_engine *a, const cxj_engine *b, uint64_t number) {
    cxj_journey mine, others;
    memset(&mine, 0, sizeof mine);
    memset(&others, 0, sizeof others);
    cxj_status status = cxj_journey_state(a, number, NULL, 0, &mine, sizeof mine);
    ck_assert_int_eq(cxj_journey_state(b, number, NULL, 0, &others, sizeof others), status);
    if (status == CXJ_OK) translate_journey(a, b, &others);
    ck_assert_msg(memcmp(&mine, &others, sizeof mine) == 0, "journey %" PRIu64 " stands elsewhere", number);
    size_t count = 0, other_count = 0;
    status = cxj_journey_touchpoints(a, number, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count);
    ck_assert_int_eq(cxj_journey_touchpoints(b, number, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &other_count),
                     status);
    ck_assert_uint_eq(count, other_count);
    cxj_touchpoint *x = calloc(count + 1, sizeof *x), *y = calloc(count + 1, sizeof *y);
    ck_assert(x != NULL && y != NULL);
    if (count > 0) {
        ck_assert_int_eq(cxj_journey_touchpoints(a, number, count, NULL, 0, x, sizeof *x, &count), CXJ_OK);
        ck_assert_int_eq(cxj_journey_touchpoints(b, number, count, NULL, 0, y, sizeof *y, &count), CXJ_OK);
    }
    for (size_t i = 0; i < count; i++) translate_touchpoint(a, b, &y[i]);
    ck_assert_msg(memcmp(x, y, count * sizeof *x) == 0, "journey %" PRIu64 " has other touchpoints", number);
    free(x);
    free(y);
}

void check_same_state(const cxj_engine *a, const cxj_engine *b, const feed *l) {
    difference what;
    ck_assert_msg(same_engine(a, b, 1, 0, &what), "%s", what.words);
    ck_assert_uint_eq(stats_of(a).sealed, stats_of(b).sealed);
    for (size_t i = 0; i < l->count; i++) check_same_journey(a, b, l->items[i].journey);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Bytes by hand
 * ------------------------------------------------------------------------------------------------------------------ */

enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8 };

static void put_fixed(bytes *b, uint64_t number, size_t width) {
    for (size_t i = 0; i < width; i++) {
        unsigned char byte = (unsigned char)(number >> (8 * i));
        append(b, &byte, 1);
    }
}

void put(bytes *b, uint64_t number) {
    for (; number > 0x7f; number >>= 7) put_fixed(b, number | 0x80, 1);
    put_fixed(b, number, 1);
}

void put_signed(bytes *b, int64_t number) {
    put(b, number < 0 ? 2 * (uint64_t)(-(number + 1)) + 1 : 2 * (uint64_t)number);
}

static uint64_t hash(uint64_t chain, const unsigned char *data, size_t length) {
    const uint64_t key[2] = {chain, 0};
    return cxj__base_siphash(key, data, length);
}

void put_head(bytes *b, uint32_t format, uint64_t *chain) {
    append(b,
           "\x89"
           "cxj\r\n\x1a\n",
           8);
    put_fixed(b, format, 4);
    *chain = hash(0, b->data + b->length - HEAD, HEAD);
}

void put_block(bytes *b, uint64_t *chain, uint8_t kind, const void *contents, size_t length) {
    size_t start = b->length;
    put_fixed(b, kind, 1);
    put_fixed(b, length, 4);
    append(b, contents, length);
    *chain = hash(*chain, b->data + start, b->length - start);
    put_fixed(b, *chain, CHECKSUM);
}

void correct_checksums(bytes *b) {
    if (b->length < HEAD) return;
    uint64_t chain = hash(0, b->data, HEAD);
    for (size_t at = HEAD; b->length - at >= BLOCK_HEADER + CHECKSUM;) {
        size_t length = 0;
        for (size_t i = 4; i > 0; i--) length = length << 8 | b->data[at + i];
        if (length > b->length - at - BLOCK_HEADER - CHECKSUM) return;
        chain = hash(chain, b->data + at, BLOCK_HEADER + length);
        at += BLOCK_HEADER + length;
        for (size_t i = 0; i < CHECKSUM; i++) b->data[at + i] = (unsigned char)(chain >> (8 * i));
        at += CHECKSUM;
    }
}
