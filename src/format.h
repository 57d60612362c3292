/* format: what the bytes of a state say: which blocks there are, and how touchpoints and cells stand in them. format.c
 * begins with all of it. */
#ifndef CXJ__FORMAT_H
#define CXJ__FORMAT_H

#include "cell.h"
#include "wire.h"

/* The newest format, which is what is written. All are read. */
enum { CXJ__FORMAT_FIRST = 1, CXJ__FORMAT_FORMAT = 2 };

/* Kinds of blocks. */
enum cxj__format_kind {
    CXJ__FORMAT_TOTALS = 1,
    CXJ__FORMAT_NAMES,
    CXJ__FORMAT_VIEWS,
    CXJ__FORMAT_CELLS,
    CXJ__FORMAT_JOURNEYS,
    CXJ__FORMAT_END = CXJ__WIRE_END,
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

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* Goes to the next item, which must be of a kind. False if something is wrong. */
bool cxj__format_item(struct cxj__wire_in *in, enum cxj__format_kind kind);

/* Reads the end, behind which there must be nothing. False if something is wrong. */
bool cxj__format_in_end(struct cxj__wire_in *in);

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

/* What a touchpoint is told apart from: the one before it in its journey. Zero before the first. */
struct cxj__format_before {
    int64_t at;
    uint64_t id;   /* of the last one that has any; 0 if none has */
    bool is_there; /* there is one before it */
};

/* A touchpoint in at most so many bytes, less its journey. Codes are put as they stand. */
enum { CXJ__FORMAT_TOUCHPOINT = 192 };
void cxj__format_put_touchpoint(struct cxj__wire_out *out, const cxj_touchpoint *touchpoint,
                                struct cxj__format_before *before);

/* A touchpoint, less its journey, as it was put. Its codes are those of names: names[dimension] is how many there are of
 * each (CXJ_DIMENSION_…). What else its fields must be is for who asks to check. */
void cxj__format_get_touchpoint(struct cxj__wire_in *in, cxj_touchpoint *touchpoint, struct cxj__format_before *before,
                                const size_t *names);

/* ---- columns ---------------------------------------------------------------------------------------------------- */

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
enum { CXJ__FORMAT_COLUMNS = (CXJ__LISTS + CXJ__COLUMNS) * CXJ__WIRE_NUMBER };
void cxj__format_put_columns(struct cxj__wire_out *out, const struct cxj__format_columns *columns);

/* The columns of a grain. */
void cxj__format_get_columns(struct cxj__wire_in *in, struct cxj__format_columns *columns, uint32_t grain);

/* True if each of the columns is known of a cell that was read. */
bool cxj__format_knows_all(const struct cxj__format_columns *columns);

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* What a cell sums, less its key, and the bytes that may take. scratch has room for CXJ__HISTOGRAM_BUCKETS. */
size_t cxj__format_cell_bytes(const struct cxj__cell *cell);
void cxj__format_put_cell(struct cxj__wire_out *out, const struct cxj__cell *cell,
                          const struct cxj__format_columns *columns, struct cxj__histogram_count *scratch);

/* What a cell sums, into one that sums nothing, if it can be of no more than most touchpoints. Whether its numbers go
 * together is for who asks to check. */
void cxj__format_get_cell(struct cxj__wire_in *in, struct cxj__cell *cell, struct cxj__format_columns *columns,
                          uint64_t most);

#endif
