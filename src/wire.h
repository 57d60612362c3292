/* wire: bytes in blocks and numbers in bytes, written to whom the host says, and read from whom nobody trusts. What
 * they look like, the head of format.c says. */
#ifndef CXJ__WIRE_H
#define CXJ__WIRE_H

#include "base.h"

/* The kind of the block that ends all bytes. What other kinds there are is a matter of the format. */
enum { CXJ__WIRE_END = 6 };

/* Contents of a block beyond which no further item is put in. */
enum { CXJ__WIRE_BLOCK = 65536 };

/* A number takes at most so many bytes. */
enum { CXJ__WIRE_NUMBER = 10 };

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* Bytes on their way out, block by block. */
struct cxj__wire_out {
    struct cxj__memory *memory;
    cxj_write write;
    void *context;
    unsigned char *bytes; /* the block under way, from its header on */
    size_t start;         /* where its header is: behind the head, or 0 */
    size_t length, capacity;
    uint64_t chain;   /* the checksum of the block before */
    uint64_t written; /* bytes that the host has taken */
    uint32_t kind;    /* of the block under way; 0: none is */
};

/* Begins, with a host that takes bytes, and the number of the format. CXJ_OK or CXJ_NO_MEMORY, and then too it must be
 * finished. */
cxj_status cxj__wire_out_begin(struct cxj__wire_out *out, struct cxj__memory *memory, cxj_write write, void *context,
                               uint32_t format);

/* Makes room for an item of a kind that takes at most so many bytes; where the block under way is full or of another
 * kind, it is written first. CXJ_OK; CXJ_NO_MEMORY or CXJ_IO, and then nothing more may be put. */
cxj_status cxj__wire_out_item(struct cxj__wire_out *out, uint32_t kind, size_t most);

/* Puts into the item for which there is room: a number, one with a sign, bytes as they are; a sum, in one byte more
 * than it needs. */
void cxj__wire_put(struct cxj__wire_out *out, uint64_t number);
void cxj__wire_put_signed(struct cxj__wire_out *out, int64_t number);
void cxj__wire_put_bytes(struct cxj__wire_out *out, const void *bytes, size_t length);
void cxj__wire_put_sum(struct cxj__wire_out *out, struct cxj__int128 sum);

/* Writes a number at a place, and returns that behind it: for items of many numbers. */
static inline unsigned char *cxj__wire_put_number(unsigned char *at, uint64_t number) {
    for (; number > 0x7f; number >>= 7) *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    return at;
}

/* The same of one whose bits are those of a number with a sign, which is folded, so that small ones stay small. */
static inline unsigned char *cxj__wire_put_folded(unsigned char *at, uint64_t bits) {
    return cxj__wire_put_number(at, bits << 1 ^ (bits >> 63 != 0 ? UINT64_MAX : 0));
}

/* Writes what is left, and the end. CXJ_OK, CXJ_NO_MEMORY or CXJ_IO. */
cxj_status cxj__wire_out_end(struct cxj__wire_out *out);

/* Gives back all that it holds; what was on its way is cleared. */
void cxj__wire_out_finish(struct cxj__wire_out *out);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Bytes on their way in. Once something is wrong, status says so, reading gives 0, and nothing more is read. */
struct cxj__wire_in {
    struct cxj__memory *memory;
    cxj_read read;
    void *context;
    unsigned char *bytes; /* the block under way, from its header on */
    size_t length, capacity;
    size_t at;       /* the next byte */
    size_t field;    /* where what was read last begins */
    size_t end;      /* behind the contents */
    uint64_t offset; /* of the block in all that was read */
    uint64_t chain;
    uint32_t kind;
    uint32_t format;
    cxj_status status;
    uint64_t wrong; /* offset of the byte at which it is wrong */
    struct cxj__message message;
};

/* Begins, with a host that has bytes, and reads the head and the first block. The format must be one up to the newest
 * that is known. False if something is wrong with that; it must be finished in any case. */
bool cxj__wire_in_begin(struct cxj__wire_in *in, struct cxj__memory *memory, cxj_read read, void *context,
                        uint32_t newest);

/* Says that what has just been read, at in->field, is wrong, and why, unless something was wrong before. Always
 * false. */
bool cxj__wire_refuse(struct cxj__wire_in *in, cxj_status status, const char *why);

/* The same of a lack of memory to go on with what was read. */
bool cxj__wire_lack_memory(struct cxj__wire_in *in);

/* Goes to the next item, and says of which kind it is; 0 if something is wrong. */
uint32_t cxj__wire_next(struct cxj__wire_in *in);

/* A number up to most; one with a sign; bytes, which stay where they are until the next item, NULL if something is
 * wrong; a sum that takes at most so many bytes. */
uint64_t cxj__wire_get(struct cxj__wire_in *in, uint64_t most);
int64_t cxj__wire_get_signed(struct cxj__wire_in *in);
const unsigned char *cxj__wire_get_bytes(struct cxj__wire_in *in, size_t length);
struct cxj__int128 cxj__wire_get_sum(struct cxj__wire_in *in, size_t widest);

/* A number with a sign as its bits, with which can be counted on without overflow; and the number that bits are: what
 * lies beyond the range of the type wraps, as in two's complement. */
uint64_t cxj__wire_get_folded(struct cxj__wire_in *in);
static inline int64_t cxj__wire_as_signed(uint64_t bits) {
    return bits >> 63 != 0 ? -(int64_t)(~bits) - 1 : (int64_t)bits;
}

/* Ends with the end, which is the item under way: it has no contents, and nothing follows. False if something is
 * wrong. */
bool cxj__wire_in_end(struct cxj__wire_in *in);

/* Gives back all that it holds; what came is cleared. */
void cxj__wire_in_finish(struct cxj__wire_in *in);

#endif
