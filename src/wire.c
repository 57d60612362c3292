/* wire: bytes in blocks and numbers in bytes.
 *
 * The head of format.c says what they look like: head, blocks, checksums, numbers. This room writes and reads them,
 * whatever the blocks are about.
 *
 * Out: room is made for all of an item before any of it is put, so that putting cannot fail; a block is handed over
 * once it is full or another kind begins. In: a block is read whole and its checksum compared before a number of it is
 * given, so that accidents are noticed first. A checksum keeps no liar out, so each number and length has a bound, and
 * no length is believed before the bytes are there. Whatever is wrong is noted once, with its offset, and all that is
 * asked for after that is 0: a reader may get several numbers and look at the status then. */
#include "wire.h"

#include <string.h>

enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8, MAGIC = 8 };

static const unsigned char magic[MAGIC] = {0x89, 'c', 'x', 'j', '\r', '\n', 0x1a, '\n'};

/* ---- what both directions share --------------------------------------------------------------------------------- */

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

/* Bytes that a sum takes: the fewest that give it back when its sign is spread again. */
static size_t width_of(struct cxj__int128 sum) {
    uint64_t sign = sum.high >> 63 != 0 ? UINT64_MAX : 0;
    uint64_t high = sum.high ^ sign, low = sum.low ^ sign;
    if ((high | low | sign) == 0) return 0;
    /* one bit more than those that differ from the sign */
    unsigned bits = high != 0 ? 65 + cxj__base_highest_bit(high) : low != 0 ? 1 + cxj__base_highest_bit(low) : 0;
    return bits / 8 + 1;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

cxj_status cxj__wire_out_begin(struct cxj__wire_out *out, struct cxj__memory *memory, cxj_write write, void *context,
                               uint32_t format) {
    *out = (struct cxj__wire_out){.memory = memory, .write = write, .context = context};
    if (!cxj__base_grow(memory, &out->bytes, &out->capacity, HEAD, 1)) return CXJ_NO_MEMORY;
    memcpy(out->bytes, magic, MAGIC);
    put_fixed(out->bytes + MAGIC, format, HEAD - MAGIC);
    out->chain = checksum(0, out->bytes, HEAD);
    out->length = out->start = HEAD;
    return CXJ_OK;
}

/* Hands the host all that is ready. */
static cxj_status hand_over(struct cxj__wire_out *out) {
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
static cxj_status end_block(struct cxj__wire_out *out) {
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

cxj_status cxj__wire_out_item(struct cxj__wire_out *out, uint32_t kind, size_t most) {
    if (kind != out->kind || out->length - out->start - BLOCK_HEADER >= CXJ__WIRE_BLOCK) {
        cxj_status status = end_block(out);
        if (status != CXJ_OK) return status;
    }
    size_t needed = out->length + BLOCK_HEADER + most + CHECKSUM;
    if (!cxj__base_grow(out->memory, &out->bytes, &out->capacity, needed, 1)) return CXJ_NO_MEMORY;
    if (out->kind == 0) out->length += BLOCK_HEADER;
    out->kind = kind;
    return CXJ_OK;
}

void cxj__wire_put(struct cxj__wire_out *out, uint64_t number) {
    out->length = (size_t)(cxj__wire_put_number(out->bytes + out->length, number) - out->bytes);
}

void cxj__wire_put_signed(struct cxj__wire_out *out, int64_t number) {
    out->length = (size_t)(cxj__wire_put_folded(out->bytes + out->length, (uint64_t)number) - out->bytes);
}

void cxj__wire_put_bytes(struct cxj__wire_out *out, const void *bytes, size_t length) {
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

void cxj__wire_put_sum(struct cxj__wire_out *out, struct cxj__int128 sum) {
    size_t width = width_of(sum);
    unsigned char bytes[16];
    put_fixed(bytes, sum.low, 8);
    put_fixed(bytes + 8, sum.high, 8);
    cxj__wire_put(out, width);
    cxj__wire_put_bytes(out, bytes, width);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

cxj_status cxj__wire_out_end(struct cxj__wire_out *out) {
    cxj_status status = cxj__wire_out_item(out, CXJ__WIRE_END, 0);
    return status == CXJ_OK ? end_block(out) : status;
}

void cxj__wire_out_finish(struct cxj__wire_out *out) {
    if (out->bytes != NULL) memset(out->bytes, 0, out->capacity);
    cxj__base_release(out->memory, &out->bytes, &out->capacity, 1);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Says that the byte at a place of the block under way is wrong. */
static bool refuse_at(struct cxj__wire_in *in, size_t place, cxj_status status, const char *why) {
    if (in->status != CXJ_OK) return false;
    in->status = status;
    in->wrong = in->offset + place;
    cxj__base_say(&in->message, "byte %llu: %s", (unsigned long long)in->wrong, why);
    return false;
}

bool cxj__wire_refuse(struct cxj__wire_in *in, cxj_status status, const char *why) {
    return refuse_at(in, in->field, status, why);
}

bool cxj__wire_lack_memory(struct cxj__wire_in *in) {
    return cxj__wire_refuse(in, CXJ_NO_MEMORY, "no memory to go on");
}

/* Makes room for as many bytes of the block as there are to come, but never for more than twice those that came: a
 * length may lie. */
static bool make_room(struct cxj__wire_in *in, uint64_t needed) {
    enum { ONCE = CXJ__WIRE_BLOCK };
    size_t wanted = in->length + (in->length > ONCE ? in->length : ONCE);
    if (wanted > needed) wanted = (size_t)needed;
    return cxj__base_grow(in->memory, &in->bytes, &in->capacity, wanted, 1);
}

/* Reads until so many bytes of the block are there. */
static bool fill(struct cxj__wire_in *in, uint64_t needed) {
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
static bool next_block(struct cxj__wire_in *in) {
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

bool cxj__wire_in_begin(struct cxj__wire_in *in, struct cxj__memory *memory, cxj_read read, void *context,
                        uint32_t newest) {
    *in = (struct cxj__wire_in){.memory = memory, .read = read, .context = context};
    for (size_t i = 0; i < MAGIC; i++) {
        if (!fill(in, i + 1)) return false;
        if (in->bytes[i] != magic[i]) return refuse_at(in, i, CXJ_BAD_BYTES, "these are not the bytes of an engine");
    }
    if (!fill(in, HEAD)) return false;
    in->format = (uint32_t)get_fixed(in->bytes + MAGIC, HEAD - MAGIC);
    if (in->format == 0) return refuse_at(in, MAGIC, CXJ_BAD_BYTES, "there is no format 0");
    if (in->format > newest) {
        return refuse_at(in, MAGIC, CXJ_NEWER_FORMAT,
                         "the format is newer than this library knows; a newer one is needed");
    }
    in->chain = checksum(0, in->bytes, HEAD);
    if (!next_block(in)) return false;
    /* An item finds out whether a block that comes later is empty; the first one is there before any item. */
    if (in->end == BLOCK_HEADER) return refuse_at(in, 1, CXJ_BAD_BYTES, "the block is empty");
    return true;
}

/* Sees to it that the next item begins at the byte that comes next, in a block of its kind. */
static bool arrive(struct cxj__wire_in *in) {
    if (in->status != CXJ_OK) return false;
    in->field = in->at;
    bool full = in->at - BLOCK_HEADER >= CXJ__WIRE_BLOCK;
    if (in->at < in->end) {
        return !full || refuse_at(in, in->at, CXJ_BAD_BYTES, "the block goes on where another should begin");
    }
    /* The end has no contents, and behind it nothing is looked for. */
    if (in->kind == CXJ__WIRE_END && in->at == BLOCK_HEADER) return true;
    uint32_t last = in->kind;
    if (!next_block(in)) return false;
    if (in->kind == last && !full) return refuse_at(in, 0, CXJ_BAD_BYTES, "the block before this one has room left");
    if (in->end == BLOCK_HEADER && in->kind != CXJ__WIRE_END) {
        return refuse_at(in, 1, CXJ_BAD_BYTES, "the block is empty");
    }
    return true;
}

uint32_t cxj__wire_next(struct cxj__wire_in *in) {
    return arrive(in) ? in->kind : 0;
}

/* The number that eight bytes say with seven bits each, the lowest first: the upper one of each two moves down by the bit
 * that it does not use, then the upper two of each four, and so on. */
static uint64_t join_sevens(uint64_t word) {
    word -= (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word -= (word & UINT64_C(0x3fff00003fff0000)) / 4 * 3;
    return word - (word & UINT64_C(0x0fffffff00000000)) / 16 * 15;
}

/* Most numbers take one byte, and nearly all no more than eight. Behind the contents of a block stands its checksum, so
 * from any place in it eight bytes can be read. */
uint64_t cxj__wire_get(struct cxj__wire_in *in, uint64_t most) {
    enum { AT_ONCE = CHECKSUM, LONGEST = 10 };
    const uint64_t more_bits = UINT64_C(0x8080808080808080);
    in->field = in->at;
    if (in->status != CXJ_OK) return 0;
    const unsigned char *bytes = in->bytes + in->at;
    const size_t left = in->end - in->at;
    if (left > 0 && bytes[0] <= 0x7f && bytes[0] <= most) {
        in->at++;
        return bytes[0];
    }
    const uint64_t word = cxj__base_word_at(bytes), ends = ~word & more_bits;
    uint64_t number = join_sevens(word & (ends ^ (ends - 1)) & ~more_bits);
    size_t last = ends == 0 ? AT_ONCE : cxj__base_lowest_bit(ends) / 8;
    for (; ends == 0 && last < left; last++) {
        number |= (uint64_t)(bytes[last] & 0x7f) << 7 * last;
        if (last == LONGEST - 1 && bytes[last] > 1)
            return refuse_at(in, in->at + last, CXJ_BAD_BYTES, "a number is longer than 64 bits");
        if (bytes[last] <= 0x7f) break;
    }
    if (last >= left)
        return refuse_at(in, in->at + left, CXJ_BAD_BYTES, "a number goes on behind the end of its block");
    if (bytes[last] == 0 && last > 0)
        return refuse_at(in, in->at + last, CXJ_BAD_BYTES, "a number takes more bytes than it needs");
    if (number > most) return refuse_at(in, in->at, CXJ_BAD_BYTES, "a number is greater than it can be here");
    in->at += last + 1;
    return number;
}

uint64_t cxj__wire_get_folded(struct cxj__wire_in *in) {
    uint64_t number = cxj__wire_get(in, UINT64_MAX);
    return number >> 1 ^ ((number & 1) != 0 ? UINT64_MAX : 0);
}

int64_t cxj__wire_get_signed(struct cxj__wire_in *in) {
    return cxj__wire_as_signed(cxj__wire_get_folded(in));
}

const unsigned char *cxj__wire_get_bytes(struct cxj__wire_in *in, size_t length) {
    in->field = in->at;
    if (in->status != CXJ_OK) return NULL;
    if (length > in->end - in->at) {
        refuse_at(in, in->at, CXJ_BAD_BYTES, "a length goes beyond the end of its block");
        return NULL;
    }
    in->at += length;
    return in->bytes + in->at - length;
}

struct cxj__int128 cxj__wire_get_sum(struct cxj__wire_in *in, size_t widest) {
    struct cxj__int128 sum = {0, 0};
    size_t width = (size_t)cxj__wire_get(in, widest);
    const unsigned char *bytes = cxj__wire_get_bytes(in, width);
    if (bytes == NULL || width == 0) return sum;
    uint64_t sign = bytes[width - 1] > 0x7f ? UINT64_MAX : 0;
    sum = (struct cxj__int128){sign, sign};
    for (size_t i = width; i-- > 0;) {
        sum.high = sum.high << 8 | sum.low >> 56;
        sum.low = sum.low << 8 | bytes[i];
    }
    if (width_of(sum) != width) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a sum takes more bytes than it needs");
    return sum;
}

bool cxj__wire_in_end(struct cxj__wire_in *in) {
    unsigned char further;
    if (in->status != CXJ_OK) return false;
    if (in->end > BLOCK_HEADER) return refuse_at(in, BLOCK_HEADER, CXJ_BAD_BYTES, "the end has contents");
    int64_t got = in->read(in->context, &further, 1);
    if (got < 0 || got > 1) return refuse_at(in, in->length, CXJ_IO, "the read function failed");
    if (got > 0) return refuse_at(in, in->length, CXJ_BAD_BYTES, "there are bytes behind the end");
    return true;
}

void cxj__wire_in_finish(struct cxj__wire_in *in) {
    if (in->bytes != NULL) memset(in->bytes, 0, in->capacity);
    cxj__base_release(in->memory, &in->bytes, &in->capacity, 1);
}
