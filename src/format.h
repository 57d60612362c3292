/* format: state as bytes: blocks and numbers, written to whom the host says, and read from whom nobody trusts. format.c
 * says what the format is. */
#ifndef CXJ__FORMAT_H
#define CXJ__FORMAT_H

#include "base.h"
#include "cell.h"

/* The newest format, which is what is written. All are read. */
enum { CXJ__FORMAT_FIRST = 1, CXJ__FORMAT_FORMAT = 2 };

/* Kinds of blocks. */
enum cxj__format_kind {
    CXJ__FORMAT_TOTALS = 1,
    CXJ__FORMAT_NAMES,
    CXJ__FORMAT_VIEWS,
    CXJ__FORMAT_CELLS,
    CXJ__FORMAT_JOURNEYS,
    CXJ__FORMAT_END,
    CXJ__FORMAT_SETTINGS, /* from here on: since format 2, and not in all bytes */
    CXJ__FORMAT_MARK,
    CXJ__FORMAT_CALENDAR,
    CXJ__FORMAT_KINDS
};

/* Numbers of settings. */
enum cxj__format_setting {
    CXJ__FORMAT_UNRECORDED = 1,
    CXJ__FORMAT_SEAL_ENDED_AFTER,
    CXJ__FORMAT_SEAL_IDLE_AFTER,
    CXJ__FORMAT_TEXT_KEY,
    CXJ__FORMAT_SETTINGS_KNOWN
};

/* Contents of a block beyond which no further item is put in. */
enum { CXJ__FORMAT_BLOCK = 65536 };

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* Bytes on their way out, block by block. */
struct cxj__format_out {
    struct cxj__memory *memory;
    cxj_write write;
    void *context;
    unsigned char *bytes; /* the block under way, from its header on */
    size_t start;         /* where its header is: behind the head of the format, or 0 */
    size_t length, capacity;
    uint64_t chain;   /* the checksum of the block before */
    uint64_t written; /* bytes that the host has taken */
    uint32_t kind;    /* of the block under way; 0: none is */
};

/* Begins, with a host that takes bytes. CXJ_OK or CXJ_NO_MEMORY, and then too it must be finished. */
cxj_status cxj__format_out_begin(struct cxj__format_out *out, struct cxj__memory *memory, cxj_write write,
                                 void *context);

/* Makes room for an item of a kind that takes at most so many bytes; where the block under way is full or of another
 * kind, it is written first. CXJ_OK; CXJ_NO_MEMORY or CXJ_IO, and then nothing more may be put. */
cxj_status cxj__format_out_item(struct cxj__format_out *out, enum cxj__format_kind kind, size_t most);

/* Puts into the item for which there is room: a number in at most 10 bytes, one with a sign likewise, bytes as they
 * are. */
enum { CXJ__FORMAT_NUMBER = 10 };
void cxj__format_put(struct cxj__format_out *out, uint64_t number);
void cxj__format_put_signed(struct cxj__format_out *out, int64_t number);
void cxj__format_put_bytes(struct cxj__format_out *out, const void *bytes, size_t length);

/* What a touchpoint is told apart from: the one before it in its journey. Zero before the first. */
struct cxj__format_before {
    int64_t at;
    uint64_t id;   /* of the last one that has any; 0 if none has */
    bool is_there; /* there is one before it */
};

/* A touchpoint in at most so many bytes, less its journey. Codes are put as they stand. */
enum { CXJ__FORMAT_TOUCHPOINT = 192 };
void cxj__format_put_touchpoint(struct cxj__format_out *out, const cxj_touchpoint *touchpoint,
                                struct cxj__format_before *before);

/* What stands in the cells of a grain, in this order, as columns of the cells in memory; CXJ__COLUMNS is one that once
 * was and is not any more. */
struct cxj__format_columns {
    uint32_t grain;
    size_t counts[CXJ__LISTS]; /* of each list */
    size_t count;              /* of all */
    uint8_t columns[CXJ__COLUMNS];
    struct cxj__columns known; /* places of columns that are known of a cell which was read */
};

/* The columns of a set, in the order of their numbers; those of format 1. */
void cxj__format_list_columns(struct cxj__format_columns *columns, uint32_t grain, const struct cxj__columns *set);
void cxj__format_first_columns(struct cxj__format_columns *columns, uint32_t grain);

/* Columns, in at most so many bytes. */
enum { CXJ__FORMAT_COLUMNS = (CXJ__LISTS + 1 + CXJ__COLUMNS) * CXJ__FORMAT_NUMBER };
void cxj__format_put_columns(struct cxj__format_out *out, const struct cxj__format_columns *columns);

/* What a cell sums, less its key, and the bytes that may take. scratch has room for 2 * CXJ__HISTOGRAM_BUCKETS. */
size_t cxj__format_cell_bytes(const struct cxj__cell *cell);
void cxj__format_put_cell(struct cxj__format_out *out, const struct cxj__cell *cell,
                          const struct cxj__format_columns *columns, struct cxj__histogram_count *scratch);

/* Writes what is left, and the end. CXJ_OK, CXJ_NO_MEMORY or CXJ_IO. */
cxj_status cxj__format_out_end(struct cxj__format_out *out);

/* Gives back all that it holds; what was on its way is cleared. */
void cxj__format_out_finish(struct cxj__format_out *out);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Bytes on their way in. Once something is wrong, status says so, reading gives 0, and nothing more is read. */
struct cxj__format_in {
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

/* Begins, with a host that has bytes, and reads the head of the format and the first block. False if something is
 * wrong with that; it must be finished in any case. */
bool cxj__format_in_begin(struct cxj__format_in *in, struct cxj__memory *memory, cxj_read read, void *context);

/* Says that what has just been read is wrong, and why, unless something was wrong before. Always false. */
bool cxj__format_refuse(struct cxj__format_in *in, cxj_status status, const char *why);

/* The kind of the next item; 0 if something is wrong. */
uint32_t cxj__format_next(struct cxj__format_in *in);

/* Goes to the next item, which must be of a kind. False if something is wrong. */
bool cxj__format_item(struct cxj__format_in *in, enum cxj__format_kind kind);

/* A number up to most; one with a sign; bytes, which stay where they are until the next item, NULL if something is
 * wrong. */
uint64_t cxj__format_get(struct cxj__format_in *in, uint64_t most);
int64_t cxj__format_get_signed(struct cxj__format_in *in);
const unsigned char *cxj__format_get_bytes(struct cxj__format_in *in, size_t length);

/* A touchpoint, less its journey, as it was put; its fields are for who asks to check. */
void cxj__format_get_touchpoint(struct cxj__format_in *in, cxj_touchpoint *touchpoint,
                                struct cxj__format_before *before);

/* The columns of a grain. */
void cxj__format_get_columns(struct cxj__format_in *in, struct cxj__format_columns *columns, uint32_t grain);

/* What a cell sums, into one that sums nothing, if it can be of no more than most touchpoints. Whether its numbers go
 * together is for who asks to check. */
void cxj__format_get_cell(struct cxj__format_in *in, struct cxj__cell *cell, struct cxj__format_columns *columns,
                          uint64_t most);

/* True if each of the columns is known of a cell that was read. */
bool cxj__format_knows_all(const struct cxj__format_columns *columns);

/* Reads the end, behind which there must be nothing. False if something is wrong. */
bool cxj__format_in_end(struct cxj__format_in *in);

void cxj__format_in_finish(struct cxj__format_in *in);

#endif
