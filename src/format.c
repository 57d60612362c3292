/* format: state as bytes.
 *
 * All that is saved is one stream of bytes:
 *
 *     head     89 63 78 6a 0d 0a 1a 0a ("\x89cxj\r\n\x1a\n": no text, and whoever turns line ends around breaks it),
 *              then the number of the format, 4 bytes
 *     blocks   kind, 1 byte; length of the contents, 4 bytes; contents; checksum, 8 bytes
 *
 * Numbers of a fixed width have their lowest byte first. All others are written seven bits a byte, the lowest first,
 * the eighth bit saying that more follow, and in as few bytes as will do; those with a sign are folded first (0, -1, 1,
 * -2, … become 0, 1, 2, 3, …). A checksum is the SipHash-2-4 of the block from its kind on, under a key whose first
 * half is the checksum of the block before it (for the first block: the hash of the head, under the key 0), and whose
 * second half is 0. So no block can be changed, left out, repeated or moved unnoticed. It keeps out accidents, not
 * malice: nothing in it is secret, and what is read is checked to the last number.
 *
 * Contents are items, one after the other. Those of one kind stand together, in as few blocks as can be: an item goes
 * into the block under way unless that has 65,536 bytes or more. Kinds that have no items have no block.
 *
 * There is exactly one way to write a state, and nothing else is read: what is taken of format 2 is written again byte
 * for byte, less the columns of cells that are none any more (cell.h). Format 1 is what versions before 0.2 wrote. It is
 * read for ever, and written again as format 2.
 *
 * Format 2. Blocks come in this order; the number before each is its kind:
 *
 *     1 totals    one item: 0, or 1 and the clock; touchpoints of sealed journeys that contribute; if there are any:
 *                 journeys that had one, the latest at of those touchpoints, and which facets they have: 0 if that is
 *                 not known, else one more than how many facets occur, and for each the distance of its bit from that
 *                 of the one before (of the first: its bit), and how many touchpoints have it; for each dimension from
 *                 owner to reason how many names; how many views; how many journeys, sealed ones among them; how many
 *                 touchpoints that are held contribute
 *     7 settings  only if any is not 0; one item: how many are not 0, and for each the distance of its number from that
 *                 of the one before, and its value. Numbers: 1 the facets that are not recorded, as bits; 2 and 3 the
 *                 options seal_ended_after and seal_idle_after; 4 a fingerprint of the key under which texts became
 *                 numbers, none for the public one
 *     8 mark      only if there is one; one item: length, bytes
 *     9 calendar  only if there is one; one item: length, text, in the one way in which it is written
 *     2 names     the names in use: for each dimension, in the order of their bytes; the length, and the bytes. Its
 *                 place among those of its dimension, from 1, is a name's code in all that follows
 *     3 views     in the order in which they were added: 1 if what sealed journeys contributed is known in part only,
 *                 else 0; length of the text; text
 *     4 cells     only if sealed touchpoints contribute and there are views. First an item that says, for each grain
 *                 (touchpoints, transitions, journeys), which counts, which sums, which histograms and which predictors
 *                 its cells have: how many, and of each the distance of its number from that of the one before. These
 *                 numbers stand in the lists of cell.h and products.h. Listed is what is known of at least one cell.
 *                 Predictors are columns of cells in views with drivers alone. Then for each view an item with the
 *                 number of cells that follow, and those, in the order of their keys: the period if the view has one,
 *                 the code of each further part; how many of the columns listed that it has are not known of this cell,
 *                 and of each its distance from the one before (of the first: its place, from 0); then, of those that
 *                 are known, the counts; the sums (length in bytes from 0 to 13, then those, two's complement); the
 *                 histograms (how many buckets; for each the distance from the one before it, and how often); for each
 *                 predictor, first of journeys that are rated, then of all, these sums: of itself, of its product with
 *                 what is explained, and of those with each predictor listed up to itself that is known of the cell.
 *                 Only what sealed journeys have contributed is in it. The columns that format 1 had are known of every
 *                 cell
 *     5 journeys  in the order of their numbers: the distance from the one before it; 0 for a sealed journey, else
 *                 twice the number of its touchpoints that contribute, and 1 more if others are withdrawn; if so, how
 *                 many; then those that contribute, in order; then those that are withdrawn, in the order of their ids:
 *                 the distance of the id from the one before, and the revision.
 *                 One that contributes: a number whose bits say which fields are not none, from bit 0 on: id, owner,
 *                 team, activity, channel, stage, facets, rating, sequence, revision, due, type, segment, reason,
 *                 customer, value, cause, commitment, outcome; at, as the distance from the one before it (of the
 *                 first: signed); and the fields named, in that order: the id as its signed distance from that of the
 *                 last touchpoint before that has one in this journey, due as its signed distance from at, value
 *                 signed, a rating as scale, scope and score in a byte each
 *     6 end       no contents; nothing follows
 *
 * So there is room: a new setting, count, sum, histogram or predictor is a new number, and no new format. A version
 * that does not know a number, a kind of block or a facet says that a newer one is needed. What was not summed yet when
 * a journey was sealed is not known of that cell, for ever, and said to be so rather than 0.
 *
 * Format 1. Blocks come in the order of their kinds. There are no settings, no mark and no calendar. In the totals, the
 * number of sealed journeys stands also where that of sealed touchpoints is 0, facets do not stand, and the number of
 * touchpoints is that of all that are held. Cells have no list of columns, and none that is not known: they have the
 * columns whose numbers are those up to 35 counts, 9 sums and 2 histograms (touchpoints), 8, 3 and 1 (transitions), 56,
 * 21 and 5 (journeys), in that order. A journey has its number of touchpoints, and then those: withdrawn ones stand
 * among them, with all their fields, of which only id and revision are read on; one without id is read and left out. */
#include "format.h"

#include <string.h>

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

bool cxj__format_item(struct cxj__wire_in *in, enum cxj__format_kind kind) {
    static const char *const expected[] = {
        [CXJ__FORMAT_TOTALS] = "the totals are expected here",     [CXJ__FORMAT_NAMES] = "a name is expected here",
        [CXJ__FORMAT_VIEWS] = "a view is expected here",           [CXJ__FORMAT_CELLS] = "a cell is expected here",
        [CXJ__FORMAT_JOURNEYS] = "a journey is expected here",     [CXJ__FORMAT_END] = "the end is expected here",
        [CXJ__FORMAT_SETTINGS] = "the settings are expected here", [CXJ__FORMAT_MARK] = "the mark is expected here",
        [CXJ__FORMAT_CALENDAR] = "the calendar is expected here",
    };
    if (cxj__wire_next(in) == (uint32_t)kind) return true;
    if (in->format > CXJ__FORMAT_FIRST && in->kind >= CXJ__FORMAT_KINDS) {
        in->field = 0; /* where the block says its kind */
        return cxj__wire_refuse(in, CXJ_NEWER_FORMAT,
                                "a kind of block that this library does not know; a newer one is needed");
    }
    in->field = in->at;
    return cxj__wire_refuse(in, CXJ_BAD_BYTES, expected[kind]);
}

bool cxj__format_in_end(struct cxj__wire_in *in) {
    return cxj__format_item(in, CXJ__FORMAT_END) && cxj__wire_in_end(in);
}

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

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

_Static_assert(FIELDS <= 31, "a bit for each field");

/* Which fields are not none. */
CXJ__APART static uint32_t fields_of(const cxj_touchpoint *t) {
    uint32_t fields = 0;
#define HAS(bit, field)                                                                                                \
    if (t->field != 0) fields |= UINT32_C(1) << (bit)
    HAS(ID, id);
    HAS(OWNER, owner);
    HAS(TEAM, team);
    HAS(ACTIVITY, activity);
    HAS(CHANNEL, channel);
    HAS(STAGE, stage);
    HAS(FACETS, facets);
    HAS(RATING, scale);
    HAS(SEQUENCE, sequence);
    HAS(REVISION, revision);
    HAS(DUE, due);
    HAS(TYPE, type);
    HAS(SEGMENT, segment);
    HAS(REASON, reason);
    HAS(CUSTOMER, customer);
    HAS(VALUE, value);
    HAS(CAUSE, cause);
    HAS(COMMITMENT, commitment);
    HAS(OUTCOME, outcome);
#undef HAS
    return fields;
}

static void go_on(struct cxj__format_before *before, const cxj_touchpoint *t) {
    *before = (struct cxj__format_before){t->at, t->id != 0 ? t->id : before->id, true};
}

/* The longest: fields, at and six more of 64 bits, three of 32, eight codes of 16, a rating, two numbers of a byte. */
_Static_assert(3 + 7 * CXJ__WIRE_NUMBER + 3 * 5 + 8 * 3 + 3 + 2 * 2 <= CXJ__FORMAT_TOUCHPOINT, "a touchpoint has room");

void cxj__format_put_touchpoint(struct cxj__wire_out *out, const cxj_touchpoint *t, struct cxj__format_before *before) {
    unsigned char *at = out->bytes + out->length;
    uint32_t fields = fields_of(t);
    at = cxj__wire_put_number(at, fields);
    at = before->is_there ? cxj__wire_put_number(at, (uint64_t)t->at - (uint64_t)before->at)
                          : cxj__wire_put_folded(at, (uint64_t)t->at);
#define PUT(field, statement)                                                                                          \
    if (fields >> (field) & 1) statement
    PUT(ID, at = cxj__wire_put_folded(at, t->id - before->id));
    PUT(OWNER, at = cxj__wire_put_number(at, t->owner));
    PUT(TEAM, at = cxj__wire_put_number(at, t->team));
    PUT(ACTIVITY, at = cxj__wire_put_number(at, t->activity));
    PUT(CHANNEL, at = cxj__wire_put_number(at, t->channel));
    PUT(STAGE, at = cxj__wire_put_number(at, t->stage));
    PUT(FACETS, at = cxj__wire_put_number(at, t->facets));
    if (fields >> RATING & 1) {
        *at++ = t->scale;
        *at++ = t->scope;
        *at++ = t->score;
    }
    PUT(SEQUENCE, at = cxj__wire_put_number(at, t->sequence));
    PUT(REVISION, at = cxj__wire_put_number(at, t->revision));
    PUT(DUE, at = cxj__wire_put_folded(at, (uint64_t)t->due - (uint64_t)t->at));
    PUT(TYPE, at = cxj__wire_put_number(at, t->type));
    PUT(SEGMENT, at = cxj__wire_put_number(at, t->segment));
    PUT(REASON, at = cxj__wire_put_number(at, t->reason));
    PUT(CUSTOMER, at = cxj__wire_put_number(at, t->customer));
    PUT(VALUE, at = cxj__wire_put_folded(at, (uint64_t)t->value));
    PUT(CAUSE, at = cxj__wire_put_number(at, t->cause));
    PUT(COMMITMENT, at = cxj__wire_put_number(at, t->commitment));
    PUT(OUTCOME, at = cxj__wire_put_number(at, t->outcome));
#undef PUT
    out->length = (size_t)(at - out->bytes);
    go_on(before, t);
}

/* A byte. */
static uint8_t get_byte(struct cxj__wire_in *in) {
    const unsigned char *byte = cxj__wire_get_bytes(in, 1);
    return byte == NULL ? 0 : *byte;
}

/* Facets, as their bits. */
static uint32_t get_facets(struct cxj__wire_in *in) {
    uint64_t facets = cxj__wire_get(in, UINT32_MAX);
    if ((facets & ~(uint64_t)CXJ_FACETS_ALL) != 0) {
        cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a facet that this library does not know; a newer one is needed");
    }
    return (uint32_t)facets;
}

/* A field is written only if it is not 0, which is none. */
static uint64_t some(struct cxj__wire_in *in, uint64_t number) {
    if (number == 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a field of the touchpoint is there, and none");
    return number;
}

/* The code of one of so many names. */
static uint32_t get_code(struct cxj__wire_in *in, size_t names) {
    uint64_t code = some(in, cxj__wire_get(in, UINT32_MAX));
    if (code > names) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a touchpoint has a code of no name");
    return (uint32_t)code;
}

void cxj__format_get_touchpoint(struct cxj__wire_in *in, cxj_touchpoint *t, struct cxj__format_before *before,
                                const size_t *names) {
    memset(t, 0, sizeof *t);
    const size_t begin = in->at;
    uint32_t fields = (uint32_t)cxj__wire_get(in, (UINT32_C(1) << FIELDS) - 1);
    uint64_t at = before->is_there ? cxj__wire_get(in, UINT64_MAX) + (uint64_t)before->at : cxj__wire_get_folded(in);
    t->at = cxj__wire_as_signed(at);
#define GET(bit, field, value)                                                                                         \
    if (fields >> (bit) & 1) t->field = value
    GET(ID, id, some(in, cxj__wire_get_folded(in) + before->id));
    GET(OWNER, owner, get_code(in, names[CXJ_DIMENSION_OWNER]));
    GET(TEAM, team, (uint16_t)get_code(in, names[CXJ_DIMENSION_TEAM]));
    GET(ACTIVITY, activity, (uint16_t)get_code(in, names[CXJ_DIMENSION_ACTIVITY]));
    GET(CHANNEL, channel, (uint16_t)get_code(in, names[CXJ_DIMENSION_CHANNEL]));
    GET(STAGE, stage, (uint16_t)get_code(in, names[CXJ_DIMENSION_STAGE]));
    GET(FACETS, facets, (uint32_t)some(in, get_facets(in)));
    if (fields >> RATING & 1) {
        t->scale = (uint8_t)some(in, get_byte(in));
        t->scope = get_byte(in);
        t->score = get_byte(in);
    }
    GET(SEQUENCE, sequence, (uint32_t)some(in, cxj__wire_get(in, UINT32_MAX)));
    GET(REVISION, revision, some(in, cxj__wire_get(in, UINT64_MAX)));
    GET(DUE, due, cxj__wire_as_signed(some(in, cxj__wire_get_folded(in) + at)));
    GET(TYPE, type, (uint16_t)get_code(in, names[CXJ_DIMENSION_TYPE]));
    GET(SEGMENT, segment, (uint16_t)get_code(in, names[CXJ_DIMENSION_SEGMENT]));
    GET(REASON, reason, (uint16_t)get_code(in, names[CXJ_DIMENSION_REASON]));
    GET(CUSTOMER, customer, some(in, cxj__wire_get(in, UINT64_MAX)));
    GET(VALUE, value, cxj__wire_as_signed(some(in, cxj__wire_get_folded(in))));
    GET(CAUSE, cause, (uint16_t)get_code(in, names[CXJ_DIMENSION_CAUSE]));
    GET(COMMITMENT, commitment, (uint8_t)some(in, cxj__wire_get(in, UINT8_MAX)));
    GET(OUTCOME, outcome, (uint8_t)some(in, cxj__wire_get(in, UINT8_MAX)));
#undef GET
    go_on(before, t);
    in->field = begin;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

_Static_assert(CXJ__COLUMNS <= UINT8_MAX, "a column has a byte");

static bool is_listed(const struct cxj__columns *set, uint32_t grain, enum cxj__list list, uint32_t number) {
    size_t column = cxj__cell_column(grain, list, number);
    return column < CXJ__COLUMNS && cxj__cell_has_column(set, column);
}

static void list_column(struct cxj__format_columns *columns, enum cxj__list list, size_t column) {
    columns->columns[columns->count++] = (uint8_t)column;
    columns->counts[list]++;
}

void cxj__format_list_columns(struct cxj__format_columns *columns, uint32_t grain, const struct cxj__columns *set) {
    *columns = (struct cxj__format_columns){.grain = grain};
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
        for (uint32_t number = 1; number <= cxj__cell_greatest_number(grain, list); number++) {
            if (is_listed(set, grain, list, number)) list_column(columns, list, cxj__cell_column(grain, list, number));
        }
    }
}

void cxj__format_first_columns(struct cxj__format_columns *columns, uint32_t grain) {
    *columns = (struct cxj__format_columns){.grain = grain};
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
        for (uint32_t number = 1; number <= cxj__cell_first_numbers(grain, list); number++) {
            list_column(columns, list, cxj__cell_column(grain, list, number));
        }
    }
}

/* The number of the column at a place. */
static uint32_t number_at(const struct cxj__format_columns *columns, enum cxj__list list, size_t place) {
    return cxj__cell_number(columns->grain, list,
                            columns->columns[place] - cxj__cell_first_column(columns->grain, list));
}

void cxj__format_put_columns(struct cxj__wire_out *out, const struct cxj__format_columns *columns) {
    size_t place = 0;
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
        uint32_t before = 0;
        cxj__wire_put(out, columns->counts[list]);
        for (size_t i = 0; i < columns->counts[list]; i++, place++) {
            cxj__wire_put(out, number_at(columns, list, place) - before);
            before = number_at(columns, list, place);
        }
    }
}

/* One list of columns. */
static void get_list(struct cxj__wire_in *in, struct cxj__format_columns *columns, enum cxj__list list) {
    static const char newer[] = "something is summed that this library does not know; a newer one is needed";
    uint32_t number = 0, greatest = cxj__cell_greatest_number(columns->grain, list);
    uint64_t count = cxj__wire_get(in, UINT64_MAX);
    if (count > CXJ__COLUMNS - columns->count) cxj__wire_refuse(in, CXJ_NEWER_FORMAT, newer);
    for (uint64_t i = 0; i < count && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, UINT64_MAX);
        if (step == 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "columns are not in order");
        if (step > greatest - number) cxj__wire_refuse(in, CXJ_NEWER_FORMAT, newer);
        if (in->status != CXJ_OK) return;
        number += (uint32_t)step;
        list_column(columns, list, cxj__cell_column(columns->grain, list, number));
    }
}

/* Whether columns which every cell knows are among those listed. */
static bool has_first_columns(const struct cxj__format_columns *columns) {
    struct cxj__columns listed = {{0}};
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->columns[i] < CXJ__COLUMNS) cxj__cell_add_column(&listed, columns->columns[i]);
    }
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) {
        for (uint32_t number = 1; number <= cxj__cell_first_numbers(columns->grain, list); number++) {
            size_t column = cxj__cell_column(columns->grain, list, number);
            if (column < CXJ__COLUMNS && !cxj__cell_has_column(&listed, column)) return false;
        }
    }
    return true;
}

void cxj__format_get_columns(struct cxj__wire_in *in, struct cxj__format_columns *columns, uint32_t grain) {
    size_t begin = in->at;
    *columns = (struct cxj__format_columns){.grain = grain};
    for (enum cxj__list list = CXJ__COUNTS; list < CXJ__LISTS; list++) get_list(in, columns, list);
    if (in->status != CXJ_OK || columns->count == 0) return;
    in->field = begin;
    if (!has_first_columns(columns)) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a column that every cell has is not listed");
}

bool cxj__format_knows_all(const struct cxj__format_columns *columns) {
    for (size_t place = 0; place < columns->count; place++) {
        if (!cxj__cell_has_column(&columns->known, place)) return false;
    }
    return true;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* No touchpoint, and no journey, adds as much as this to a sum, so that none of MOST_SEALED touchpoints is wider. */
#define MOST_ADDED (INT64_C(1) << 60)
enum { WIDEST_SUM = 13 };
_Static_assert(8 * WIDEST_SUM > 40 + 60, "sums of 2^40 touchpoints have room for their sign");

size_t cxj__format_cell_bytes(const struct cxj__cell *cell) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    size_t bytes = (1 + cxj__cell_columns(cell->grain)) * CXJ__WIRE_NUMBER;
    bytes += shape->counts * CXJ__WIRE_NUMBER + shape->sums * (WIDEST_SUM + 1);
    if (cell->has_products) bytes += CXJ__MODELS * CXJ__PRODUCTS_ROW(CXJ__PREDICTORS) * (WIDEST_SUM + 1);
    for (size_t i = 0; i < shape->histograms; i++) {
        bytes += CXJ__WIRE_NUMBER + cxj__histogram_most(&cxj__cell_histograms(cell)[i]) * 2 * CXJ__WIRE_NUMBER;
    }
    return bytes;
}

static void put_histogram(struct cxj__wire_out *out, const struct cxj__histogram *histogram,
                          struct cxj__histogram_count *scratch) {
    size_t count = cxj__histogram_list(histogram, scratch);
    uint32_t before = 0;
    cxj__wire_put(out, count);
    for (size_t i = 0; i < count; i++) {
        cxj__wire_put(out, scratch[i].bucket - before);
        cxj__wire_put(out, scratch[i].count);
        before = scratch[i].bucket;
    }
}

/* How many of the columns listed a cell has: predictors, which come last, are those of cells with products alone. */
static size_t columns_of(const struct cxj__format_columns *columns, const struct cxj__cell *cell) {
    return columns->count - (cell->has_products ? 0 : columns->counts[CXJ__DRIVERS]);
}

/* Which of the columns listed are not known of a cell. */
static void put_unknown(struct cxj__wire_out *out, const struct cxj__cell *cell,
                        const struct cxj__format_columns *columns) {
    size_t count = 0, before = 0, all = columns_of(columns, cell);
    for (size_t i = 0; i < all; i++) count += !cxj__cell_knows(cell, columns->columns[i]);
    cxj__wire_put(out, count);
    for (size_t i = 0; count > 0 && i < all; i++) {
        if (cxj__cell_knows(cell, columns->columns[i])) continue;
        cxj__wire_put(out, i - before);
        before = i;
    }
}

/* Deals with a sum of products for which there is a place; NULL: it was once. */
typedef void (*visit_product)(void *context, struct cxj__int128 *sum);

/* Visits the sums of the predictor at a place, in the order in which they stand; unknown: places of columns that are
 * not known of the cell. */
static void each_product(const struct cxj__format_columns *columns, const struct cxj__columns *unknown, size_t place,
                         struct cxj__products *products, visit_product visit, void *context) {
    size_t first = cxj__cell_first_column(columns->grain, CXJ__DRIVERS), p = columns->columns[place];
    bool is_kept = p < CXJ__COLUMNS;
    if (is_kept) p -= first;
    for (size_t model = 0; model < CXJ__MODELS; model++) {
        struct cxj__int128 *sums = products->sums[model];
        visit(context, is_kept ? &sums[CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_X] : NULL);
        visit(context, is_kept ? &sums[CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_XY] : NULL);
        for (size_t other = columns->count - columns->counts[CXJ__DRIVERS]; other <= place; other++) {
            size_t q = columns->columns[other];
            if (cxj__cell_has_column(unknown, other)) continue;
            visit(context, is_kept && q < CXJ__COLUMNS ? &sums[cxj__products_pair(p, q - first)] : NULL);
        }
    }
}

static void put_product(void *context, struct cxj__int128 *sum) {
    cxj__wire_put_sum(context, *sum);
}

void cxj__format_put_cell(struct cxj__wire_out *out, const struct cxj__cell *cell,
                          const struct cxj__format_columns *columns, struct cxj__histogram_count *scratch) {
    size_t sums = cxj__cell_first_column(cell->grain, CXJ__SUMS);
    size_t histograms = cxj__cell_first_column(cell->grain, CXJ__HISTOGRAMS);
    size_t drivers = cxj__cell_first_column(cell->grain, CXJ__DRIVERS);
    struct cxj__columns unknown = {{0}};
    put_unknown(out, cell, columns);
    for (size_t i = 0; i < columns->count; i++) {
        if (!cxj__cell_knows(cell, columns->columns[i])) cxj__cell_add_column(&unknown, i);
    }
    for (size_t i = 0; i < columns_of(columns, cell); i++) {
        size_t column = columns->columns[i];
        if (cxj__cell_has_column(&unknown, i)) continue;
        if (column < sums) {
            cxj__wire_put(out, (uint64_t)cxj__cell_counts(cell)[column]);
        } else if (column < histograms) {
            cxj__wire_put_sum(out, cxj__cell_sums(cell)[column - sums]);
        } else if (column < drivers) {
            put_histogram(out, &cxj__cell_histograms(cell)[column - histograms], scratch);
        } else {
            each_product(columns, &unknown, i, cxj__cell_products(cell), put_product, out);
        }
    }
}

/* True if a sum is of no more than so many. */
static bool is_sum_of(struct cxj__int128 sum, uint64_t most) {
    struct cxj__int128 limit = cxj__base_product((int64_t)most, MOST_ADDED);
    if (sum.high >> 63 != 0) sum = cxj__base_negate(sum);
    return sum.high < limit.high || (sum.high == limit.high && sum.low <= limit.low);
}

static struct cxj__int128 get_sum(struct cxj__wire_in *in, uint64_t most) {
    struct cxj__int128 sum = cxj__wire_get_sum(in, WIDEST_SUM);
    if (!is_sum_of(sum, most)) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a sum is greater than it can be here");
    return sum;
}

/* Sums of products as they are read: of no more than most. */
struct products_in {
    struct cxj__wire_in *in;
    uint64_t most;
};

static void get_product(void *context, struct cxj__int128 *sum) {
    const struct products_in *read = context;
    struct cxj__int128 found = get_sum(read->in, read->most);
    if (sum != NULL) *sum = found;
}

static void get_histogram(struct cxj__wire_in *in, struct cxj__histogram *histogram, uint64_t most) {
    size_t count = (size_t)cxj__wire_get(in, CXJ__HISTOGRAM_BUCKETS);
    uint64_t bucket = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = cxj__wire_get(in, CXJ__HISTOGRAM_BUCKETS - 1 - bucket);
        if (step == 0 && i > 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a bucket stands twice");
        bucket += step;
        uint64_t times = cxj__wire_get(in, most);
        if (times == 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "a bucket is empty");
        if (in->status != CXJ_OK) return;
        if (histogram == NULL) continue;
        if (!cxj__histogram_reserve(histogram, in->memory, (uint32_t)bucket, times)) {
            cxj__wire_refuse(in, CXJ_NO_MEMORY, "no memory for a histogram");
            return;
        }
        cxj__histogram_add(histogram, (uint32_t)bucket, (int64_t)times);
    }
}

static enum cxj__list list_at(const struct cxj__format_columns *columns, size_t place) {
    enum cxj__list list = CXJ__COUNTS;
    for (; place >= columns->counts[list]; list++) place -= columns->counts[list];
    return list;
}

/* Whether the column at a place is one that every cell knows. */
static bool is_first_column(const struct cxj__format_columns *columns, size_t place) {
    enum cxj__list list = list_at(columns, place);
    return columns->columns[place] < CXJ__COLUMNS &&
           number_at(columns, list, place) <= cxj__cell_first_numbers(columns->grain, list);
}

/* Reads the places of columns that are not known of a cell, of all that it has. */
static void get_unknown(struct cxj__wire_in *in, const struct cxj__format_columns *columns, size_t all,
                        struct cxj__columns *unknown) {
    size_t place = 0, count = (size_t)cxj__wire_get(in, all);
    for (size_t i = 0; i < count && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, all - 1 - place);
        place += (size_t)step;
        if (step == 0 && i > 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "columns are not in order");
        if (in->status != CXJ_OK) return;
        if (is_first_column(columns, place)) {
            cxj__wire_refuse(in, CXJ_BAD_BYTES, "a column that every cell knows is not known of this one");
        }
        cxj__cell_add_column(unknown, place);
    }
}

/* Reads a column of a list; what is no column any more is left out. */
static void get_column(struct cxj__wire_in *in, struct cxj__cell *cell, enum cxj__list list, size_t column,
                       uint64_t most) {
    bool is_kept = column < CXJ__COLUMNS;
    size_t place = is_kept ? column - cxj__cell_first_column(cell->grain, list) : 0;
    if (list == CXJ__COUNTS) {
        int64_t count = (int64_t)cxj__wire_get(in, most);
        if (is_kept) cxj__cell_counts(cell)[place] = count;
    } else if (list == CXJ__SUMS) {
        struct cxj__int128 sum = get_sum(in, most);
        if (is_kept) cxj__cell_sums(cell)[place] = sum;
    } else {
        get_histogram(in, is_kept ? &cxj__cell_histograms(cell)[place] : NULL, most);
    }
}

/* Notes the columns of a cell that are not among those known. */
static void note_unknown(struct cxj__wire_in *in, struct cxj__cell *cell, const struct cxj__columns *known) {
    for (size_t column = 0; column < cxj__cell_own_columns(cell); column++) {
        if (cxj__cell_has_column(known, column)) continue;
        if (!cxj__cell_reserve_unknown(cell, in->memory)) {
            cxj__wire_refuse(in, CXJ_NO_MEMORY, "no memory for a cell");
            return;
        }
        cxj__cell_add_column(cell->unknown, column);
    }
}

void cxj__format_get_cell(struct cxj__wire_in *in, struct cxj__cell *cell, struct cxj__format_columns *columns,
                          uint64_t most) {
    struct cxj__columns unknown = {{0}}, known = {{0}};
    struct products_in products = {in, most};
    size_t begin = in->field = in->at, all = columns_of(columns, cell);
    if (columns->count == 0) cxj__wire_refuse(in, CXJ_BAD_BYTES, "no columns are listed for this cell");
    if (in->format != CXJ__FORMAT_FIRST) get_unknown(in, columns, all, &unknown);
    for (size_t place = 0; place < all && in->status == CXJ_OK; place++) {
        size_t column = columns->columns[place];
        enum cxj__list list = list_at(columns, place);
        if (cxj__cell_has_column(&unknown, place)) continue;
        cxj__cell_add_column(&columns->known, place);
        if (column < CXJ__COLUMNS) cxj__cell_add_column(&known, column);
        if (list == CXJ__DRIVERS) {
            each_product(columns, &unknown, place, cxj__cell_products(cell), get_product, &products);
        } else {
            get_column(in, cell, list, column, most);
        }
    }
    if (in->status == CXJ_OK) note_unknown(in, cell, &known);
    in->field = begin;
}
