/* format: state as bytes.
 *
 * The format. All that is saved is one stream of bytes:
 *
 *     head     89 63 78 6a 0d 0a 1a 0a ("\x89cxj\r\n\x1a\n": no text, and whoever turns line ends around breaks it), then
 *              the number of the format, 4 bytes
 *     blocks   kind, 1 byte; length of the contents, 4 bytes; contents; checksum, 8 bytes
 *
 * Numbers of a fixed width have their lowest byte first. All others are written seven bits a byte, the lowest first, the
 * eighth bit saying that more follow, and in as few bytes as will do; those with a sign are folded first (0, -1, 1, -2, …
 * become 0, 1, 2, 3, …). A checksum is the SipHash-2-4 of the block from its kind on, under a key whose first half is the
 * checksum of the block before it (for the first block: the hash of the head, under the key 0), and whose second half is
 * 0. So no block can be changed, left out, repeated or moved unnoticed. It keeps out accidents, not malice: nothing in
 * it is secret, and what is read is checked to the last number.
 *
 * Contents are items, one after the other. Blocks come in the order of their kinds; those of one kind are as few as can
 * be: an item goes into the block under way unless that has 65,536 bytes or more. Kinds that have no items have no block.
 *
 *     1 totals    one item: 0, or 1 and the clock; touchpoints of sealed journeys that contribute, journeys that had one,
 *                 and, if there are any, the latest at of those touchpoints; for each dimension from owner to reason how
 *                 many names; how many views; how many journeys, sealed ones among them; how many touchpoints
 *     2 names     the names in use: for each dimension, in the order of their bytes; the length, and the bytes. Its place
 *                 among those of its dimension, from 1, is a name's code in all that follows
 *     3 views     in the order in which they were added: 1 if what sealed journeys contributed is known in part only,
 *                 else 0; length of the text; text
 *     4 cells     only if sealed touchpoints contribute. For each view an item with the number of cells that follow, and
 *                 those, in the order of their keys: the period if the view has one, the code of each further part; all
 *                 counts; all sums (length in bytes from 0 to 13, then those, two's complement); all histograms (how many
 *                 buckets; for each the distance from the one before it, and how often). Only what sealed journeys have
 *                 contributed is in it. What is counted and in which order, cell.h lists
 *     5 journeys  in the order of their numbers: the distance from the one before it; how many touchpoints, 0 for a
 *                 sealed journey; and those in order: a number whose bits say which fields are not none, from bit 0 on: id,
 *                 owner, team, activity, channel, stage, facets, rating, sequence, revision, due, type, segment, reason,
 *                 customer, value, cause, commitment, outcome; at, as the distance from the one before it (of the first:
 *                 signed); and the fields named, in that order: the id as its signed distance from that of the last
 *                 touchpoint before that has one in this journey, due as its signed distance from at, value signed, a
 *                 rating as scale, scope and score in a byte each
 *     6 end       no contents; nothing follows
 *
 * There is exactly one way to write a state, and nothing else is read: what is taken is written again byte for byte. */
#include "format.h"

#include <string.h>

enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8, MAGIC = 8 };

static const unsigned char magic[MAGIC] = {0x89, 'c', 'x', 'j', '\r', '\n', 0x1a, '\n'};

/* ---- what both directions share --------------------------------------------------------------------------------- */

/* Fields of a touchpoint that may be none, and the place of their bit. */
enum field {
    ID,
    OWNER,
    TEAM,
    ACTIVITY,
    CHANNEL,
    STAGE,
    FACETS,
    RATING,
    SEQUENCE,
    REVISION,
    DUE,
    TYPE,
    SEGMENT,
    REASON,
    CUSTOMER,
    VALUE,
    CAUSE,
    COMMITMENT,
    OUTCOME,
    FIELDS
};

static void put_fixed(unsigned char *bytes, uint64_t number, size_t width) {
    for (size_t i = 0; i < width; i++) bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get_fixed(const unsigned char *bytes, size_t width) {
    uint64_t number = 0;
    for (size_t i = width; i-- > 0;) number = number << 8 | bytes[i];
    return number;
}

static uint64_t checksum(uint64_t chain, const unsigned char *bytes, size_t length) {
    const uint64_t key[2] = {chain, 0};
    return cxj__base_siphash(key, bytes, length);
}

/* A number with a sign as one without, small ones staying small; and back. */
static uint64_t fold_sign(uint64_t number) {
    return number << 1 ^ (number >> 63 != 0 ? UINT64_MAX : 0);
}

static uint64_t unfold_sign(uint64_t number) {
    return number >> 1 ^ ((number & 1) != 0 ? UINT64_MAX : 0);
}

/* Bytes that a sum takes: the fewest that give it back when its sign is spread again. */
static size_t width_of(struct cxj__int128 sum) {
    uint64_t sign = sum.high >> 63 != 0 ? UINT64_MAX : 0;
    uint64_t high = sum.high ^ sign, low = sum.low ^ sign;
    if ((high | low | sign) == 0) return 0;
    /* one bit more than those that differ from the sign */
    unsigned bits = high != 0 ? 65 + cxj__base_highest_bit(high) : low != 0 ? 1 + cxj__base_highest_bit(low) : 0;
    return bits / 8 + 1;
}

/* No touchpoint, and no journey, adds as much as this to a sum, so that none of MOST_SEALED touchpoints is wider. */
#define MOST_ADDED (INT64_C(1) << 60)
enum { WIDEST_SUM = 13 };

/* True if a sum is of no more than so many. */
static bool is_sum_of(struct cxj__int128 sum, uint64_t most) {
    struct cxj__int128 limit = cxj__base_product((int64_t)most, MOST_ADDED);
    if (sum.high >> 63 != 0) sum = cxj__base_negate(sum);
    return sum.high < limit.high || (sum.high == limit.high && sum.low <= limit.low);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

cxj_status cxj__format_out_begin(struct cxj__format_out *out, struct cxj__memory *memory, cxj_write write, void *context) {
    *out = (struct cxj__format_out){.memory = memory, .write = write, .context = context};
    if (!cxj__base_grow(memory, &out->bytes, &out->capacity, HEAD, 1)) return CXJ_NO_MEMORY;
    memcpy(out->bytes, magic, MAGIC);
    put_fixed(out->bytes + MAGIC, CXJ__FORMAT_FORMAT, HEAD - MAGIC);
    out->chain = checksum(0, out->bytes, HEAD);
    out->length = out->start = HEAD;
    return CXJ_OK;
}

/* Hands the host all that is ready. */
static cxj_status hand_over(struct cxj__format_out *out) {
    for (size_t done = 0; done < out->length;) {
        int64_t taken = out->write(out->context, out->bytes + done, out->length - done);
        if (taken <= 0 || (uint64_t)taken > out->length - done) return CXJ_IO;
        done += (size_t)taken;
        out->written += (uint64_t)taken;
    }
    out->length = out->start = 0;
    return CXJ_OK;
}

/* Ends the block under way, if there is one, and hands it over. */
static cxj_status end_block(struct cxj__format_out *out) {
    if (out->kind == 0) return CXJ_OK;
    unsigned char *block = out->bytes + out->start;
    size_t length = out->length - out->start;
    block[0] = (unsigned char)out->kind;
    put_fixed(block + 1, length - BLOCK_HEADER, BLOCK_HEADER - 1);
    out->chain = checksum(out->chain, block, length);
    put_fixed(block + length, out->chain, CHECKSUM);
    out->length += CHECKSUM;
    out->kind = 0;
    return hand_over(out);
}

cxj_status cxj__format_out_item(struct cxj__format_out *out, enum cxj__format_kind kind, size_t most) {
    if (kind != out->kind || out->length - out->start - BLOCK_HEADER >= CXJ__FORMAT_BLOCK) {
        cxj_status status = end_block(out);
        if (status != CXJ_OK) return status;
    }
    size_t needed = out->length + BLOCK_HEADER + most + CHECKSUM;
    if (!cxj__base_grow(out->memory, &out->bytes, &out->capacity, needed, 1)) return CXJ_NO_MEMORY;
    if (out->kind == 0) out->length += BLOCK_HEADER;
    out->kind = kind;
    return CXJ_OK;
}

static unsigned char *put_number(unsigned char *at, uint64_t number) {
    for (; number > 0x7f; number >>= 7) *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    return at;
}

static unsigned char *put_signed(unsigned char *at, uint64_t number) {
    return put_number(at, fold_sign(number));
}

void cxj__format_put(struct cxj__format_out *out, uint64_t number) {
    out->length = (size_t)(put_number(out->bytes + out->length, number) - out->bytes);
}

void cxj__format_put_signed(struct cxj__format_out *out, int64_t number) {
    cxj__format_put(out, fold_sign((uint64_t)number));
}

void cxj__format_put_bytes(struct cxj__format_out *out, const void *bytes, size_t length) {
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

/* Which fields are not none. */
static uint32_t fields_of(const cxj_touchpoint *t) {
    return (uint32_t)(t->id != 0) << ID | (uint32_t)(t->owner != 0) << OWNER | (uint32_t)(t->team != 0) << TEAM |
           (uint32_t)(t->activity != 0) << ACTIVITY | (uint32_t)(t->channel != 0) << CHANNEL |
           (uint32_t)(t->stage != 0) << STAGE | (uint32_t)(t->facets != 0) << FACETS |
           (uint32_t)(t->scale != 0) << RATING | (uint32_t)(t->sequence != 0) << SEQUENCE |
           (uint32_t)(t->revision != 0) << REVISION | (uint32_t)(t->due != 0) << DUE |
           (uint32_t)(t->type != 0) << TYPE | (uint32_t)(t->segment != 0) << SEGMENT |
           (uint32_t)(t->reason != 0) << REASON | (uint32_t)(t->customer != 0) << CUSTOMER |
           (uint32_t)(t->value != 0) << VALUE | (uint32_t)(t->cause != 0) << CAUSE |
           (uint32_t)(t->commitment != 0) << COMMITMENT | (uint32_t)(t->outcome != 0) << OUTCOME;
}

static void go_on(struct cxj__format_before *before, const cxj_touchpoint *t) {
    *before = (struct cxj__format_before){t->at, t->id != 0 ? t->id : before->id, true};
}

void cxj__format_put_touchpoint(struct cxj__format_out *out, const cxj_touchpoint *t, struct cxj__format_before *before) {
    unsigned char *at = out->bytes + out->length;
    uint32_t fields = fields_of(t);
    at = put_number(at, fields);
    at = before->is_there ? put_number(at, (uint64_t)t->at - (uint64_t)before->at) : put_signed(at, (uint64_t)t->at);
#define PUT(field, statement)                                                                                          \
    if (fields >> (field)&1) statement
    PUT(ID, at = put_signed(at, t->id - before->id));
    PUT(OWNER, at = put_number(at, t->owner));
    PUT(TEAM, at = put_number(at, t->team));
    PUT(ACTIVITY, at = put_number(at, t->activity));
    PUT(CHANNEL, at = put_number(at, t->channel));
    PUT(STAGE, at = put_number(at, t->stage));
    PUT(FACETS, at = put_number(at, t->facets));
    if (fields >> RATING & 1) {
        *at++ = t->scale;
        *at++ = t->scope;
        *at++ = t->score;
    }
    PUT(SEQUENCE, at = put_number(at, t->sequence));
    PUT(REVISION, at = put_number(at, t->revision));
    PUT(DUE, at = put_signed(at, (uint64_t)t->due - (uint64_t)t->at));
    PUT(TYPE, at = put_number(at, t->type));
    PUT(SEGMENT, at = put_number(at, t->segment));
    PUT(REASON, at = put_number(at, t->reason));
    PUT(CUSTOMER, at = put_number(at, t->customer));
    PUT(VALUE, at = put_signed(at, (uint64_t)t->value));
    PUT(CAUSE, at = put_number(at, t->cause));
    PUT(COMMITMENT, at = put_number(at, t->commitment));
    PUT(OUTCOME, at = put_number(at, t->outcome));
#undef PUT
    out->length = (size_t)(at - out->bytes);
    go_on(before, t);
}

size_t cxj__format_cell_bytes(const struct cxj__cell *cell) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    size_t bytes = shape->counts * CXJ__FORMAT_NUMBER + shape->sums * (WIDEST_SUM + 1);
    for (size_t i = 0; i < shape->histograms; i++) {
        bytes += CXJ__FORMAT_NUMBER + cxj__cell_histograms(cell)[i].used * 2 * CXJ__FORMAT_NUMBER;
    }
    return bytes;
}

static void put_sum(struct cxj__format_out *out, struct cxj__int128 sum) {
    size_t width = width_of(sum);
    unsigned char bytes[16];
    put_fixed(bytes, sum.low, 8);
    put_fixed(bytes + 8, sum.high, 8);
    cxj__format_put(out, width);
    cxj__format_put_bytes(out, bytes, width);
}

static void put_histogram(struct cxj__format_out *out, const struct cxj__histogram *histogram,
                          struct cxj__histogram_count *scratch) {
    size_t count = cxj__histogram_list(histogram, scratch);
    uint32_t before = 0;
    cxj__format_put(out, count);
    for (size_t i = 0; i < count; i++) {
        cxj__format_put(out, scratch[i].bucket - before);
        cxj__format_put(out, scratch[i].count);
        before = scratch[i].bucket;
    }
}

void cxj__format_put_cell(struct cxj__format_out *out, const struct cxj__cell *cell, struct cxj__histogram_count *scratch) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    for (size_t i = 0; i < shape->counts; i++) cxj__format_put(out, (uint64_t)cxj__cell_counts(cell)[i]);
    for (size_t i = 0; i < shape->sums; i++) put_sum(out, cxj__cell_sums(cell)[i]);
    for (size_t i = 0; i < shape->histograms; i++) put_histogram(out, &cxj__cell_histograms(cell)[i], scratch);
}

cxj_status cxj__format_out_end(struct cxj__format_out *out) {
    cxj_status status = cxj__format_out_item(out, CXJ__FORMAT_END, 0);
    return status == CXJ_OK ? end_block(out) : status;
}

void cxj__format_out_finish(struct cxj__format_out *out) {
    if (out->bytes != NULL) memset(out->bytes, 0, out->capacity);
    cxj__base_release(out->memory, &out->bytes, &out->capacity, 1);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Says that the byte at a place of the block under way is wrong. */
static bool refuse_at(struct cxj__format_in *in, size_t place, cxj_status status, const char *why) {
    if (in->status != CXJ_OK) return false;
    in->status = status;
    in->wrong = in->offset + place;
    cxj__base_say(&in->message, "byte %llu: %s", (unsigned long long)in->wrong, why);
    return false;
}

bool cxj__format_refuse(struct cxj__format_in *in, cxj_status status, const char *why) {
    return refuse_at(in, in->field, status, why);
}

/* Makes room for as many bytes of the block as there are to come, but never for more than twice those that came: a
 * length may lie. */
static bool make_room(struct cxj__format_in *in, uint64_t needed) {
    enum { ONCE = CXJ__FORMAT_BLOCK };
    size_t wanted = in->length + (in->length > ONCE ? in->length : ONCE);
    if (wanted > needed) wanted = (size_t)needed;
    return cxj__base_grow(in->memory, &in->bytes, &in->capacity, wanted, 1);
}

/* Reads until so many bytes of the block are there. */
static bool fill(struct cxj__format_in *in, uint64_t needed) {
    while (in->length < needed) {
        if (in->length == in->capacity && !make_room(in, needed)) {
            return refuse_at(in, in->length, CXJ_NO_MEMORY, "no memory for the block");
        }
        size_t room = (size_t)(needed < in->capacity ? needed : in->capacity) - in->length;
        int64_t got = in->read(in->context, in->bytes + in->length, room);
        if (got == 0) return refuse_at(in, in->length, CXJ_BAD_BYTES, "the bytes end too early");
        if (got < 0 || (uint64_t)got > room) return refuse_at(in, in->length, CXJ_IO, "the read function failed");
        in->length += (size_t)got;
    }
    return true;
}

/* Reads the next block, and sees to it that it is as it was written. */
static bool next_block(struct cxj__format_in *in) {
    in->offset += in->length;
    in->length = in->at = in->end = in->field = 0;
    if (!fill(in, BLOCK_HEADER)) return false;
    uint64_t contents = get_fixed(in->bytes + 1, BLOCK_HEADER - 1);
    if (!fill(in, BLOCK_HEADER + contents + CHECKSUM)) return false;
    size_t end = BLOCK_HEADER + (size_t)contents;
    in->chain = checksum(in->chain, in->bytes, end);
    if (get_fixed(in->bytes + end, CHECKSUM) != in->chain) {
        return refuse_at(in, 0, CXJ_BAD_BYTES,
                         "the block that begins here is not as it was written: its checksum differs");
    }
    in->kind = in->bytes[0];
    in->at = BLOCK_HEADER;
    in->end = end;
    return true;
}

bool cxj__format_in_begin(struct cxj__format_in *in, struct cxj__memory *memory, cxj_read read, void *context) {
    *in = (struct cxj__format_in){.memory = memory, .read = read, .context = context};
    for (size_t i = 0; i < MAGIC; i++) {
        if (!fill(in, i + 1)) return false;
        if (in->bytes[i] != magic[i]) return refuse_at(in, i, CXJ_BAD_BYTES, "these are not the bytes of an engine");
    }
    if (!fill(in, HEAD)) return false;
    in->format = (uint32_t)get_fixed(in->bytes + MAGIC, HEAD - MAGIC);
    if (in->format == 0) return refuse_at(in, MAGIC, CXJ_BAD_BYTES, "there is no format 0");
    if (in->format > CXJ__FORMAT_FORMAT) {
        return refuse_at(in, MAGIC, CXJ_NEWER_FORMAT,
                         "the format is newer than this library knows; a newer one is needed");
    }
    in->chain = checksum(0, in->bytes, HEAD);
    if (!next_block(in)) return false;
    /* An item finds out whether a block that comes later is empty; the first one is there before any item. */
    if (in->end == BLOCK_HEADER) return refuse_at(in, 1, CXJ_BAD_BYTES, "the block is empty");
    return true;
}

bool cxj__format_item(struct cxj__format_in *in, enum cxj__format_kind kind) {
    static const char *const expected[] = {
        [CXJ__FORMAT_TOTALS] = "the totals are expected here", [CXJ__FORMAT_NAMES] = "a name is expected here",
        [CXJ__FORMAT_VIEWS] = "a view is expected here",       [CXJ__FORMAT_CELLS] = "a cell is expected here",
        [CXJ__FORMAT_JOURNEYS] = "a journey is expected here", [CXJ__FORMAT_END] = "the end is expected here",
    };
    if (in->status != CXJ_OK) return false;
    in->field = in->at;
    bool full = in->at - BLOCK_HEADER >= CXJ__FORMAT_BLOCK;
    if (in->at == in->end) {
        uint32_t last = in->kind;
        if (!next_block(in)) return false;
        if (in->kind == last && !full)
            return refuse_at(in, 0, CXJ_BAD_BYTES, "the block before this one has room left");
    } else if (full) {
        return refuse_at(in, in->at, CXJ_BAD_BYTES, "the block goes on where another should begin");
    }
    if (in->kind != (uint32_t)kind) return refuse_at(in, in->at, CXJ_BAD_BYTES, expected[kind]);
    return true;
}

uint64_t cxj__format_get(struct cxj__format_in *in, uint64_t most) {
    uint64_t number = 0;
    size_t at = in->at;
    in->field = at;
    if (in->status != CXJ_OK) return 0;
    for (unsigned shift = 0;; shift += 7) {
        if (at == in->end) return refuse_at(in, at, CXJ_BAD_BYTES, "a number goes on behind the end of its block");
        uint64_t byte = in->bytes[at++];
        if (shift == 63 && byte > 1) return refuse_at(in, at - 1, CXJ_BAD_BYTES, "a number is longer than 64 bits");
        number |= (byte & 0x7f) << shift;
        if (byte > 0x7f) continue;
        if (byte == 0 && shift > 0)
            return refuse_at(in, at - 1, CXJ_BAD_BYTES, "a number takes more bytes than it needs");
        break;
    }
    if (number > most) return refuse_at(in, in->at, CXJ_BAD_BYTES, "a number is greater than it can be here");
    in->at = at;
    return number;
}

/* A number whose sign was folded, as its bits. */
static uint64_t get_folded(struct cxj__format_in *in) {
    return unfold_sign(cxj__format_get(in, UINT64_MAX));
}

/* The number with these bits; what lies beyond the range of the type wraps, as in two's complement. */
static int64_t as_signed(uint64_t bits) {
    return bits >> 63 != 0 ? -(int64_t)(~bits) - 1 : (int64_t)bits;
}

int64_t cxj__format_get_signed(struct cxj__format_in *in) {
    return as_signed(get_folded(in));
}

const unsigned char *cxj__format_get_bytes(struct cxj__format_in *in, size_t length) {
    in->field = in->at;
    if (in->status != CXJ_OK) return NULL;
    if (length > in->end - in->at) {
        refuse_at(in, in->at, CXJ_BAD_BYTES, "a length goes beyond the end of its block");
        return NULL;
    }
    in->at += length;
    return in->bytes + in->at - length;
}

/* A byte. */
static uint8_t get_byte(struct cxj__format_in *in) {
    const unsigned char *byte = cxj__format_get_bytes(in, 1);
    return byte == NULL ? 0 : *byte;
}

void cxj__format_get_touchpoint(struct cxj__format_in *in, cxj_touchpoint *t, struct cxj__format_before *before) {
    memset(t, 0, sizeof *t);
    size_t begin = in->at;
    uint32_t fields = (uint32_t)cxj__format_get(in, (UINT32_C(1) << FIELDS) - 1);
    uint64_t at = before->is_there ? cxj__format_get(in, UINT64_MAX) + (uint64_t)before->at : get_folded(in);
    t->at = as_signed(at);
#define GET(field, statement)                                                                                          \
    if (fields >> (field)&1) statement
    GET(ID, t->id = get_folded(in) + before->id);
    GET(OWNER, t->owner = (uint32_t)cxj__format_get(in, UINT32_MAX));
    GET(TEAM, t->team = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(ACTIVITY, t->activity = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(CHANNEL, t->channel = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(STAGE, t->stage = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(FACETS, t->facets = (uint32_t)cxj__format_get(in, CXJ_FACETS_ALL));
    if (fields >> RATING & 1) {
        t->scale = get_byte(in);
        t->scope = get_byte(in);
        t->score = get_byte(in);
    }
    GET(SEQUENCE, t->sequence = (uint32_t)cxj__format_get(in, UINT32_MAX));
    GET(REVISION, t->revision = cxj__format_get(in, UINT64_MAX));
    GET(DUE, t->due = as_signed(get_folded(in) + at));
    GET(TYPE, t->type = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(SEGMENT, t->segment = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(REASON, t->reason = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(CUSTOMER, t->customer = cxj__format_get(in, UINT64_MAX));
    GET(VALUE, t->value = cxj__format_get_signed(in));
    GET(CAUSE, t->cause = (uint16_t)cxj__format_get(in, UINT16_MAX));
    GET(COMMITMENT, t->commitment = (uint8_t)cxj__format_get(in, UINT8_MAX));
    GET(OUTCOME, t->outcome = (uint8_t)cxj__format_get(in, UINT8_MAX));
#undef GET
    go_on(before, t);
    in->field = begin;
    if (fields_of(t) != fields) cxj__format_refuse(in, CXJ_BAD_BYTES, "a field of the touchpoint is there, and none");
}

static struct cxj__int128 get_sum(struct cxj__format_in *in, uint64_t most) {
    struct cxj__int128 sum = {0, 0};
    size_t width = (size_t)cxj__format_get(in, WIDEST_SUM);
    const unsigned char *bytes = cxj__format_get_bytes(in, width);
    if (bytes == NULL || width == 0) return sum;
    uint64_t sign = bytes[width - 1] > 0x7f ? UINT64_MAX : 0;
    sum = (struct cxj__int128){sign, sign};
    for (size_t i = width; i-- > 0;) {
        sum.high = sum.high << 8 | sum.low >> 56;
        sum.low = sum.low << 8 | bytes[i];
    }
    if (width_of(sum) != width) cxj__format_refuse(in, CXJ_BAD_BYTES, "a sum takes more bytes than it needs");
    if (!is_sum_of(sum, most)) cxj__format_refuse(in, CXJ_BAD_BYTES, "a sum is greater than it can be here");
    return sum;
}

static void get_histogram(struct cxj__format_in *in, struct cxj__histogram *histogram, uint64_t most) {
    size_t count = (size_t)cxj__format_get(in, CXJ__HISTOGRAM_BUCKETS);
    uint64_t bucket = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = cxj__format_get(in, CXJ__HISTOGRAM_BUCKETS - 1 - bucket);
        if (step == 0 && i > 0) cxj__format_refuse(in, CXJ_BAD_BYTES, "a bucket stands twice");
        bucket += step;
        uint64_t times = cxj__format_get(in, most);
        if (times == 0) cxj__format_refuse(in, CXJ_BAD_BYTES, "a bucket is empty");
        if (in->status != CXJ_OK) return;
        if (!cxj__histogram_reserve(histogram, in->memory, (uint32_t)bucket)) {
            cxj__format_refuse(in, CXJ_NO_MEMORY, "no memory for a histogram");
            return;
        }
        cxj__histogram_add(histogram, (uint32_t)bucket, (int64_t)times);
    }
}

void cxj__format_get_cell(struct cxj__format_in *in, struct cxj__cell *cell, uint64_t most) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    size_t begin = in->at;
    for (size_t i = 0; i < shape->counts; i++) cxj__cell_counts(cell)[i] = (int64_t)cxj__format_get(in, most);
    for (size_t i = 0; i < shape->sums; i++) cxj__cell_sums(cell)[i] = get_sum(in, most);
    for (size_t i = 0; i < shape->histograms; i++) get_histogram(in, &cxj__cell_histograms(cell)[i], most);
    in->field = begin;
    if (!cxj__cell_is_sound(cell)) cxj__format_refuse(in, CXJ_BAD_BYTES, "the counts of a cell contradict each other");
}

bool cxj__format_in_end(struct cxj__format_in *in) {
    unsigned char further;
    if (!cxj__format_item(in, CXJ__FORMAT_END)) return false;
    if (in->end > BLOCK_HEADER) return refuse_at(in, in->at, CXJ_BAD_BYTES, "the end has contents");
    int64_t got = in->read(in->context, &further, 1);
    if (got < 0 || got > 1) return refuse_at(in, in->length, CXJ_IO, "the read function failed");
    if (got > 0) return refuse_at(in, in->length, CXJ_BAD_BYTES, "there are bytes behind the end");
    return true;
}

void cxj__format_in_finish(struct cxj__format_in *in) {
    if (in->bytes != NULL) memset(in->bytes, 0, in->capacity);
    cxj__base_release(in->memory, &in->bytes, &in->capacity, 1);
}
