/* load: bytes into an engine, or only checked, or merged.
 *
 * Nothing that is read is trusted: blocks are whole or refused (format.c), and here every number is checked against
 * what it may be: names, keys and journeys stand in strict order, codes are those of names that are there, touchpoints
 * are within their bounds and in their order, totals are what was found. What an engine needs is built of what was
 * checked already, by the functions that build it otherwise: touchpoints are appended, so that cells and
 * touchpoints cannot disagree. To check without building is the same, less that. Of sealed journeys there are sums
 * only: these must be such as touchpoints can have (cell.c), and what all views without conditions say must agree.
 *
 * A few bytes can mean much work, for each touchpoint stands in each view. So what has been done is counted, and held
 * within what the bytes read so far may take. */
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "format.h"
#include "metric.h"
#include "touchpoint.h"
#include "wire.h"

/* What becomes of what is read. */
enum purpose {
    CHECK,      /* nothing */
    BUILD,      /* an engine */
    BUILD_BARE, /* one whose views hold only what sealed journeys have contributed: enough to merge it */
};

/* What is said at the beginning, of all that follows. */
struct totals {
    int64_t now; /* INT64_MIN: none */
    uint64_t sealed_touchpoints, sealed_journeys;
    int64_t sealed_latest;
    size_t names[CXJ__DICTIONARIES + 1];
    uint64_t views, journeys, touchpoints;
};

/* What views without conditions must agree on: what sealed journeys have contributed, all in all. */
enum group { OF_TOUCHPOINTS, OF_TRANSITIONS, OF_JOURNEYS = OF_TRANSITIONS + CXJ__TRACKS, OF_ENDED, GROUPS };

/* Work that any bytes may take; the bytes of a journey in memory, at least. */
#define FREE_WORK UINT64_C(1000000)
#define LEAST_OF_JOURNEY offsetof(struct cxj__journey, fold.promises[1])

struct load {
    cxj_engine *engine; /* with names and views in any case */
    enum purpose purpose;
    struct cxj__wire_in in;
    struct totals totals;
    uint64_t sealed, touchpoints; /* found so far: these contribute */
    uint64_t text_key_print;      /* 0: the public key */
    uint64_t withdrawn, unheld;   /* withdrawn ones, and, in format 1, such as are left out */
    uint64_t *ids;                /* of the journey under way */
    size_t id_count, id_capacity;
    CXJ__LIST(struct cxj__entry) entries;          /* what contributes of the journey under way, in order */
    CXJ__LIST(struct cxj__retraction) retractions; /* what is withdrawn of it, by id */
    uint64_t length;                               /* of all bytes, if that is known; 0: it is not */
    uint64_t work;                                 /* touchpoints times views, so far */
    uint64_t memory;
    struct cxj__format_columns columns[CXJ_GRAIN_JOURNEYS + 1];
    struct cxj__cell *wholes[GROUPS]; /* NULL: no view of the group was there yet */
    struct loaded_view *views;        /* those of the bytes, in their order */
    size_t view_count, view_capacity;
    bool lacks; /* format 1: a view was added after journeys were sealed */
};

/* A view as it stands in the bytes. Format 1 kept texts as they had been given, so several may be one view now: then
 * the first of them is it, and of the others, who say the same, the cells are only checked. */
struct loaded_view {
    uint64_t print; /* of the text as it stands there */
    struct cxj_view *view;
    bool is_left_out;
};

static bool refuse_bytes(struct load *load, const char *why) {
    return cxj__wire_refuse(&load->in, CXJ_BAD_BYTES, why);
}

static bool lack_memory(struct load *load) {
    return cxj__wire_refuse(&load->in, CXJ_NO_MEMORY, "no memory to go on");
}

/* ---- totals, names, views --------------------------------------------------------------------------------------- */

static int64_t get_moment(struct load *load) {
    int64_t moment = cxj__wire_get_signed(&load->in);
    if (!cxj__touchpoint_is_moment(moment)) refuse_bytes(load, "a moment is not within the years 0001 to 9999");
    return moment;
}

/* What reading has taken, once so many touchpoints are read, must be within what so many bytes may take. */
static bool check_work(struct load *load, uint64_t touchpoints, uint64_t bytes) {
    const uint64_t views = load->totals.views, limit = load->engine->core.load_work_limit;
    struct cxj__message *message = &load->engine->message;
    if (load->purpose == CHECK || views == 0 || bytes > UINT64_MAX / 2 / limit) return true;
    if (touchpoints <= (FREE_WORK + limit * bytes) / views) return true;
    cxj__base_say(
        message,
        "%llu touchpoints in %llu views are more than %llu bytes may take; to read them, give a load_work_limit "
        "above %llu, or see to it that there are fewer views",
        (unsigned long long)touchpoints, (unsigned long long)views, (unsigned long long)bytes,
        (unsigned long long)(touchpoints * views / bytes));
    return cxj__wire_refuse(&load->in, CXJ_LIMIT, message->text);
}

/* Which facets sealed touchpoints have. */
static void read_facets(struct load *load) {
    static const uint32_t possible = CXJ_FACETS_ALL & ~(uint32_t)CXJ_FACET_WITHDRAWN;
    struct cxj__wire_in *in = &load->in;
    struct cxj__core *core = &load->engine->core;
    uint64_t occur = in->format == CXJ__FORMAT_FIRST ? 0 : cxj__wire_get(in, 1 + CXJ__FACETS), bit = 0;
    core->sealed_facets_lost = occur == 0;
    for (uint64_t i = 1; i < occur && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, CXJ__FACETS - 1 - bit);
        if (step == 0 && i > 1) refuse_bytes(load, "facets are not in order");
        bit += step;
        if ((possible >> bit & 1) == 0) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a facet that this library does not know; a newer one is needed");
        }
        uint64_t count = cxj__wire_get(in, load->totals.sealed_touchpoints);
        if (count == 0) refuse_bytes(load, "a facet that no touchpoint has");
        if (in->status == CXJ_OK) core->facet_counts[bit] = core->sealed_facets[bit] = count;
    }
}

static void read_sealed_totals(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    struct totals *totals = &load->totals;
    totals->sealed_latest = INT64_MIN;
    totals->sealed_touchpoints = cxj__wire_get(in, CXJ__MOST_SEALED);
    if (totals->sealed_touchpoints > 0 || in->format == CXJ__FORMAT_FIRST) {
        totals->sealed_journeys = cxj__wire_get(in, totals->sealed_touchpoints);
    }
    if (totals->sealed_touchpoints == 0) return;
    if (totals->sealed_journeys == 0) refuse_bytes(load, "sealed touchpoints are of no journey");
    totals->sealed_latest = get_moment(load);
    read_facets(load);
}

static bool read_totals(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    struct totals *totals = &load->totals;
    struct cxj__core *core = &load->engine->core;
    if (!cxj__format_item(in, CXJ__FORMAT_TOTALS)) return false;
    totals->now = cxj__wire_get(in, 1) != 0 ? get_moment(load) : INT64_MIN;
    read_sealed_totals(load);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        totals->names[d] = (size_t)cxj__wire_get(in, cxj__names_most(d));
    }
    totals->views = cxj__wire_get(in, CXJ__MOST_VIEWS);
    if (totals->views > core->views_limit) {
        cxj__base_say(&load->engine->message,
                      "there are %u views, and %u are allowed; give a higher views_limit to read them",
                      (unsigned)totals->views, (unsigned)core->views_limit);
        return cxj__wire_refuse(in, CXJ_LIMIT, load->engine->message.text);
    }
    totals->journeys = cxj__wire_get(in, UINT64_MAX);
    totals->touchpoints = cxj__wire_get(in, UINT64_MAX);
    core->now = totals->now;
    core->sealed_touchpoints = core->touchpoints = totals->sealed_touchpoints;
    core->sealed_journeys = core->journeys = totals->sealed_journeys;
    core->sealed_latest = totals->sealed_latest;
    return in->status == CXJ_OK;
}

/* Takes a setting. What the host has asked for stands beside what was saved, or before it. */
static void take_setting(struct load *load, uint32_t number, uint64_t value) {
    struct cxj__wire_in *in = &load->in;
    struct cxj__core *core = &load->engine->core;
    bool is_ended = number == CXJ__FORMAT_SEAL_ENDED_AFTER;
    int64_t *after = is_ended ? &core->seal_ended_after : &core->seal_idle_after;
    switch (number) {
    case CXJ__FORMAT_UNRECORDED:
        if ((value & ~(uint64_t)CXJ_FACETS_ALL) != 0) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a facet that this library does not know; a newer one is needed");
        } else {
            load->engine->unrecorded |= (uint32_t)value;
        }
        break;
    case CXJ__FORMAT_TEXT_KEY:
        load->text_key_print = value;
        break;
    default:
        if (value > (uint64_t)CXJ__LONGEST_TIME) {
            refuse_bytes(load, "a time after which journeys are sealed is longer than 10^15 ms");
        } else if (*after == 0) {
            *after = (int64_t)value;
        }
        break;
    }
}

static bool read_settings(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    uint32_t number = 0;
    if (!cxj__format_item(in, CXJ__FORMAT_SETTINGS)) return false;
    uint64_t count = cxj__wire_get(in, UINT64_MAX);
    if (count == 0) refuse_bytes(load, "no setting is one");
    for (uint64_t i = 0; i < count && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, UINT64_MAX);
        if (step == 0) refuse_bytes(load, "settings are not in order");
        if (step >= CXJ__FORMAT_SETTINGS_KNOWN - number) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a setting that this library does not know; a newer one is needed");
        }
        number += (uint32_t)step;
        uint64_t value = cxj__wire_get(in, UINT64_MAX);
        if (value == 0) refuse_bytes(load, "a setting is 0");
        if (in->status == CXJ_OK) take_setting(load, number, value);
    }
    return in->status == CXJ_OK;
}

static bool read_mark(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    if (!cxj__format_item(in, CXJ__FORMAT_MARK)) return false;
    size_t length = (size_t)cxj__wire_get(in, CXJ__MOST_MARK);
    if (length == 0) refuse_bytes(load, "a mark is empty");
    const unsigned char *mark = cxj__wire_get_bytes(in, length);
    if (mark == NULL) return false;
    if (load->purpose == CHECK) load->memory += length;
    return load->purpose != BUILD || cxj__engine_take_mark(load->engine, mark, length) || lack_memory(load);
}

/* Text ids under another key would be other numbers: who goes on with an engine must have its key. */
static bool check_key(struct load *load) {
    struct cxj__core *core = &load->engine->core;
    if (load->purpose != BUILD) core->text_key_print = load->text_key_print;
    if (core->text_key_print == load->text_key_print) return true;
    return cxj__wire_refuse(&load->in, CXJ_OTHER_KEY,
                            load->text_key_print == 0
                                ? "its text ids were made with the public key; give no text_key to read it"
                                : "its text ids were made with another key; give that as text_key to read it");
}

/* What stands between totals and names where there is any of it. */
static bool read_options(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    if (in->format == CXJ__FORMAT_FIRST) return check_key(load);
    if (cxj__wire_next(in) == CXJ__FORMAT_SETTINGS && !read_settings(load)) return false;
    if (!check_key(load)) return false;
    if (cxj__wire_next(in) == CXJ__FORMAT_MARK && !read_mark(load)) return false;
    if (cxj__wire_next(in) != CXJ__FORMAT_CALENDAR) return in->status == CXJ_OK;
    return cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a calendar is not known to this library; a newer one is needed");
}

/* Adds a name, which must stand behind the one before it. */
static bool add_name(struct load *load, uint32_t d, const char *name, size_t length) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__names *dictionary = &core->dictionaries[d];
    size_t offset = 0;
    uint32_t code = 0;
    if (length == 0) return refuse_bytes(load, "a name is empty");
    if (!cxj__base_is_utf8(name, length, &offset)) return refuse_bytes(load, "a name is not UTF-8, or has a NUL");
    cxj_status status = cxj__names_add(dictionary, &core->memory, &core->seed, name, length, &code);
    if (status == CXJ_NO_MEMORY) return lack_memory(load);
    if (status == CXJ_LIMIT) {
        return cxj__wire_refuse(&load->in, CXJ_LIMIT, "there are more names than a dictionary may have codes");
    }
    if (cxj__names_compare(dictionary, code - 1, code) >= 0) return refuse_bytes(load, "names are not in order");
    return true;
}

static bool read_names(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (size_t i = 0; i < load->totals.names[d]; i++) {
            if (!cxj__format_item(in, CXJ__FORMAT_NAMES)) return false;
            size_t length = (size_t)cxj__wire_get(in, INT32_MAX);
            const unsigned char *name = cxj__wire_get_bytes(in, length);
            if (name == NULL || !add_name(load, d, (const char *)name, length)) return false;
        }
    }
    return true;
}

/* What a limit that a view runs into means: more names than there can be at all are those of no engine. */
static cxj_status judge_limit(const struct cxj__core *core) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (core->dictionaries[d].count >= cxj__names_most(d)) return CXJ_BAD_BYTES;
    }
    return CXJ_LIMIT;
}

/* Notes a view of the bytes, each text of which stands once. */
static bool note_view(struct load *load, const char *text, size_t length, cxj_view *view, bool is_left_out) {
    const struct loaded_view noted = {cxj__base_siphash(load->engine->core.seed.key, text, length), view, is_left_out};
    for (size_t i = 0; i < load->view_count; i++) {
        if (load->views[i].view == view && load->views[i].print == noted.print) {
            return refuse_bytes(load, "a view stands twice");
        }
    }
    if (!cxj__base_grow(&load->engine->core.memory, &load->views, &load->view_capacity, load->view_count + 1,
                        sizeof *load->views)) {
        return lack_memory(load);
    }
    load->views[load->view_count++] = noted;
    return true;
}

static bool add_view(struct load *load, const char *text, size_t length, bool sealed_lost) {
    struct cxj__core *core = &load->engine->core;
    size_t count = core->view_count;
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(load->engine, text, length, &view);
    if (status == CXJ_BAD_TEXT) status = CXJ_BAD_BYTES;
    if (status == CXJ_LIMIT) status = judge_limit(core);
    if (status != CXJ_OK) return cxj__wire_refuse(&load->in, status, cxj_message(load->engine));
    bool is_left_out = core->view_count == count;
    if (load->in.format > CXJ__FORMAT_FIRST && (length != view->text_length || memcmp(text, view->text, length) != 0)) {
        return refuse_bytes(load, "a view's text is not in the one way in which it is written");
    }
    if (!note_view(load, text, length, view, is_left_out)) return false;
    if (sealed_lost && core->sealed_touchpoints == 0) return refuse_bytes(load, "a view lacks what nobody contributed");
    if (!is_left_out) view->sealed_lost = sealed_lost;
    return true;
}

static bool read_views(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    for (uint64_t i = 0; i < load->totals.views; i++) {
        if (!cxj__format_item(in, CXJ__FORMAT_VIEWS)) return false;
        bool sealed_lost = cxj__wire_get(in, 1) != 0;
        size_t length = (size_t)cxj__wire_get(in, UINT32_MAX);
        const unsigned char *text = cxj__wire_get_bytes(in, length);
        if (text == NULL || !add_view(load, (const char *)text, length, sealed_lost)) return false;
    }
    return true;
}

/* Where it is known how many bytes there are, what is too much for them is refused before it is done. A touchpoint
 * takes two at least, whatever the totals say. */
static bool foresee_work(struct load *load) {
    uint64_t most = load->length / 2, announced = load->totals.touchpoints;
    return load->length == 0 || check_work(load, announced < most ? announced : most, load->length);
}

/* ---- what sealed journeys have contributed ---------------------------------------------------------------------- */

/* Reads a key, which must stand behind the one before it, if there is one; its names are used. */
static bool read_key(struct load *load, const struct cxj_view *view, bool is_first, struct cxj__key *key) {
    struct cxj__wire_in *in = &load->in;
    struct cxj__key before = *key;
    uint32_t parts = cxj__view_code_parts(view);
    *key = (struct cxj__key){0};
    if (view->period != CXJ__NO_PERIOD) key->period = cxj__wire_get_signed(in);
    for (uint32_t part = 0; part < parts; part++) key->parts[part] = (uint32_t)cxj__wire_get(in, UINT32_MAX);
    if (in->status != CXJ_OK) return false;
    if (!cxj__view_is_key(view, key, load->totals.names)) return refuse_bytes(load, "a key is none of its view's");
    if (!is_first && cxj__view_compare_keys(&before, key) >= 0) return refuse_bytes(load, "cells are not in order");
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t d = cxj__view_part_dimension(view, part);
        if (d <= CXJ__DICTIONARIES) cxj__names_note_sealed(&load->engine->core.dictionaries[d], key->parts[part]);
    }
    return true;
}

/* True if no part of what a cell counts is more than its whole, so that each share of it lies within 0 and 1. */
static bool has_shares(const struct cxj__cell *cell) {
    const struct cxj__circumstances circumstances = {.has_now = true, .has_context = true};
    for (size_t place = 0; place < cxj__metric_count(); place++) {
        cxj_metric_info info;
        cxj_value share;
        if (cxj__metric_grain(place) != cell->grain) continue;
        cxj__metric_describe(place, &info);
        if (info.kind != CXJ_KIND_SHARE) continue;
        cxj__metric_read(place, cell, &circumstances, &share);
        if (share.value > 1) return false;
    }
    return true;
}

/* Adds what a cell sums to one that can keep it; false if there is no memory. */
static bool add_to(struct cxj__cell *sum, struct cxj__memory *memory, const struct cxj__cell *cell) {
    if (!cxj__cell_reserve_cell(sum, memory, cell)) return false;
    cxj__cell_add_cell(sum, cell, 1);
    return true;
}

static bool refuse_beyond(struct load *load) {
    return refuse_bytes(load, "sealed journeys have contributed more to a view than they had");
}

/* Reads what a cell sums into its sealed part, and adds that to the cell, and to the whole of its view. */
static bool fill_cell(struct load *load, struct cxj__cell *cell, struct cxj__cell *whole) {
    struct cxj__memory *memory = &load->engine->core.memory;
    if (!cxj__cell_reserve_sealed(cell, memory)) return lack_memory(load);
    cxj__format_get_cell(&load->in, cell->sealed, &load->columns[cell->grain], load->totals.sealed_touchpoints);
    if (load->in.status != CXJ_OK) return false;
    const char *contradiction = cxj__cell_contradiction(cell->sealed);
    if (contradiction != NULL) return refuse_bytes(load, contradiction);
    if (!has_shares(cell->sealed)) return refuse_bytes(load, "a part of what a cell counts is more than its whole");
    size_t touchpoints = cell->grain == CXJ_GRAIN_JOURNEYS ? CXJ__J_TOUCHPOINTS : 0;
    int64_t counted = cxj__cell_counts(whole)[touchpoints] + cxj__cell_counts(cell->sealed)[touchpoints];
    if ((uint64_t)counted > load->totals.sealed_touchpoints) return refuse_beyond(load);
    if (!add_to(cell, memory, cell->sealed) || !add_to(whole, memory, cell->sealed)) return lack_memory(load);
    return true;
}

/* Bytes that a cell takes at least, what it keeps apart of sealed journeys left aside. */
static size_t memory_of(const struct cxj__cell *cell) {
    const struct cxj__cell_shape *shape = cxj__cell_shape(cell->grain);
    size_t bytes = sizeof *cell + shape->counts * sizeof(int64_t) + shape->sums * sizeof(struct cxj__int128);
    for (size_t i = 0; i < shape->histograms; i++) {
        bytes += sizeof(struct cxj__histogram) + cxj__cell_histograms(cell)[i].capacity * sizeof(uint64_t);
    }
    return bytes;
}

static bool load_cell(struct load *load, const struct loaded_view *loaded, bool is_first, struct cxj__key *key,
                      struct cxj__cell *whole) {
    struct cxj__core *core = &load->engine->core;
    struct cxj_view *view = loaded->view;
    if (!cxj__format_item(&load->in, CXJ__FORMAT_CELLS) || !read_key(load, view, is_first, key)) return false;
    if (!loaded->is_left_out && view->cell_count >= core->cells_limit) {
        return cxj__wire_refuse(&load->in, CXJ_LIMIT, "a view has more cells than it may have");
    }
    bool is_kept = load->purpose != CHECK && !loaded->is_left_out;
    struct cxj__cell *cell =
        is_kept ? cxj__view_make(view, &core->memory, &core->seed, key) : cxj__cell_create(&core->memory, view->grain);
    if (cell == NULL) return lack_memory(load);
    bool is_right = fill_cell(load, cell, whole);
    if (!is_kept) {
        if (is_right) load->memory += memory_of(cell) + memory_of(cell->sealed);
        cxj__cell_destroy(cell, &core->memory);
    }
    return is_right;
}

static enum group group_of(const struct cxj_view *view) {
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS) return OF_TOUCHPOINTS;
    if (view->grain == CXJ_GRAIN_JOURNEYS) return view->ended ? OF_ENDED : OF_JOURNEYS;
    return OF_TRANSITIONS + (enum group)(view->dimensions[0] - CXJ_DIMENSION_OWNER);
}

/* Whether a view without conditions holds all that it should by the totals; *beyond if it has more than there can
 * be. */
static bool has_all(const struct load *load, const struct cxj_view *view, const struct cxj__cell *whole, bool *beyond) {
    const int64_t *counts = cxj__cell_counts(whole);
    const uint64_t touchpoints = load->totals.sealed_touchpoints, journeys = load->totals.sealed_journeys;
    uint64_t first = (uint64_t)counts[0];
    switch (view->grain) {
    case CXJ_GRAIN_TOUCHPOINTS:
        *beyond = first > touchpoints;
        return first == touchpoints && (uint64_t)counts[CXJ__T_JOURNEYS] >= journeys;
    case CXJ_GRAIN_TRANSITIONS:
        *beyond = first > touchpoints - journeys; /* none before the second touchpoint of a journey */
        return !*beyond;
    default:
        *beyond = first > journeys || (uint64_t)counts[CXJ__J_TOUCHPOINTS] > touchpoints;
        return view->ended ? !*beyond : first == journeys && (uint64_t)counts[CXJ__J_TOUCHPOINTS] == touchpoints;
    }
}

/* What the cells of a view sum, all in all, must be what there was, and what other views say. Versions of format 1 did
 * not note that a view was added after journeys were sealed: such a view is known by what it lacks, and so are those
 * behind it. Takes the whole over where others are to be compared with it. */
static bool check_whole(struct load *load, struct cxj_view *view, struct cxj__cell **whole) {
    bool beyond = false, all = has_all(load, view, *whole, &beyond);
    if (beyond) return refuse_beyond(load);
    view->sealed_lost |= load->lacks;
    if (view->condition_count > 0 || view->sealed_lost) return true;
    struct cxj__cell **other = &load->wholes[group_of(view)];
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS)
        cxj__cell_counts(*whole)[CXJ__T_JOURNEYS] = 0; /* in how many cells they are */
    if (all && *other != NULL) all = cxj__cell_is_same(*other, *whole);
    if (!all && load->in.format > CXJ__FORMAT_FIRST) {
        return refuse_bytes(load, "a view does not have what sealed journeys have contributed to others");
    }
    view->sealed_lost = load->lacks = !all;
    if (*other != NULL || !all) return true;
    *other = *whole;
    *whole = NULL;
    return true;
}

static bool read_cells_of(struct load *load, const struct loaded_view *loaded) {
    struct cxj__memory *memory = &load->engine->core.memory;
    struct cxj_view *view = loaded->view;
    struct cxj__key key = {0};
    if (!cxj__format_item(&load->in, CXJ__FORMAT_CELLS)) return false;
    uint64_t count = cxj__wire_get(&load->in, UINT64_MAX);
    struct cxj__cell *whole = cxj__cell_create(memory, view->grain);
    if (whole == NULL) return lack_memory(load);
    bool is_right = load->in.status == CXJ_OK;
    for (uint64_t i = 0; i < count && is_right; i++) is_right = load_cell(load, loaded, i == 0, &key, whole);
    is_right = is_right && (loaded->is_left_out || check_whole(load, view, &whole));
    if (whole != NULL) cxj__cell_destroy(whole, memory);
    return is_right;
}

/* The columns of all cells: listed, or those of format 1. */
static bool read_listed_columns(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    bool are_listed = in->format > CXJ__FORMAT_FIRST;
    if (are_listed && !cxj__format_item(in, CXJ__FORMAT_CELLS)) return false;
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        if (are_listed) {
            cxj__format_get_columns(in, &load->columns[grain], grain);
        } else {
            cxj__format_first_columns(&load->columns[grain], grain);
        }
    }
    return in->status == CXJ_OK;
}

static bool read_cells(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    if (load->totals.sealed_touchpoints == 0 || load->view_count == 0) return true;
    if (!read_listed_columns(load)) return false;
    for (size_t v = 0; v < load->view_count; v++) {
        if (!read_cells_of(load, &load->views[v])) return false;
    }
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; in->format > CXJ__FORMAT_FIRST && grain <= CXJ_GRAIN_JOURNEYS;
         grain++) {
        if (!cxj__format_knows_all(&load->columns[grain])) {
            return refuse_bytes(load, "a column is listed that no cell has");
        }
    }
    return true;
}

/* ---- journeys --------------------------------------------------------------------------------------------------- */

static int compare_retractions(const void *a, const void *b, const void *context) {
    (void)context;
    const struct cxj__retraction *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* In format 1 what is withdrawn stands among the others, in their order; a journey has it in that of ids. */
static bool order_retractions(struct load *load) {
    struct cxj__retraction *items = load->retractions.items;
    size_t count = load->retractions.count, bytes = count * sizeof *items;
    struct cxj__memory *memory = &load->engine->core.memory;
    if (count < 2) return true;
    struct cxj__retraction *scratch = cxj__base_resize(memory, NULL, 0, bytes);
    if (scratch == NULL) return lack_memory(load);
    cxj__base_sort(items, scratch, count, sizeof *items, compare_retractions, NULL);
    memset(scratch, 0, bytes); /* what is read may be refused, and then shall not lie about */
    cxj__base_resize(memory, scratch, bytes, 0);
    return true;
}

/* Takes the journey under way into the engine. */
static bool build_journey(struct load *load, uint64_t number) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__journey *journey = cxj__store_make(&core->store, &core->memory, &core->seed, number);
    if (journey == NULL) return lack_memory(load);
    if (load->in.format == CXJ__FORMAT_FIRST && !order_retractions(load)) return false;
    struct cxj__edit edit = {.journey = journey,
                             .arriving = load->entries.items,
                             .arriving_count = load->entries.count,
                             .retractions = load->retractions.items,
                             .retraction_count = load->retractions.count};
    if (!cxj__due_reserve(core, cxj__append_deadlines(&edit)) || !cxj__seal_reserve(core, 1) ||
        !cxj__append_edit(core, &edit)) {
        return lack_memory(load);
    }
    cxj__append_settle(core, &edit);
    cxj__core_note_left_out(core, true);
    cxj__core_sweep(core);
    core->version++;
    return true;
}

static int compare_loaded_ids(const void *a, const void *b, const void *context) {
    (void)context;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Each id stands once in its journey. Those of most journeys ascend, and then that is seen at once. */
static bool check_ids(struct load *load) {
    uint64_t *ids = load->ids;
    size_t count = load->id_count;
    bool ascend = true;
    for (size_t i = 1; i < count && ascend; i++) ascend = ids[i - 1] < ids[i];
    if (ascend) return true;
    struct cxj__memory *memory = &load->engine->core.memory;
    uint64_t *scratch = cxj__base_resize(memory, NULL, 0, count * sizeof *scratch);
    if (scratch == NULL) return lack_memory(load);
    cxj__base_sort(ids, scratch, count, sizeof *ids, compare_loaded_ids, NULL);
    memset(scratch, 0, count * sizeof *scratch); /* What is read may be refused, and then shall not lie about. */
    cxj__base_resize(memory, scratch, count * sizeof *scratch, 0);
    for (size_t i = 1; i < count; i++) {
        if (ids[i - 1] == ids[i]) return refuse_bytes(load, "an id stands twice in a journey");
    }
    return true;
}

static bool note_id(struct load *load, uint64_t id) {
    if (id == 0) return true;
    if (!cxj__base_grow(&load->engine->core.memory, &load->ids, &load->id_capacity, load->id_count + 1,
                        sizeof *load->ids)) {
        return lack_memory(load);
    }
    load->ids[load->id_count++] = id;
    return true;
}

/* Codes must be those of names that are there, and their names are used. */
static bool check_record_codes(struct load *load, const cxj_touchpoint *t) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(t, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (codes[d] > load->totals.names[d]) return refuse_bytes(load, "a touchpoint has a code of no name");
        cxj__names_came(&load->engine->core.dictionaries[d], codes[d]);
    }
    return true;
}

/* Fields must be within their bounds. Earlier versions took a touchpoint at 0. */
static bool check_record(struct load *load, const cxj_touchpoint *t) {
    struct cxj__refusal refusal;
    cxj_touchpoint checked = *t;
    if (checked.at == 0) checked.at = 1;
    if (!cxj__touchpoint_check(&checked, &refusal)) {
        char why[160];
        (void)snprintf(why, sizeof why, "a touchpoint's %s %s", refusal.field, refusal.rule);
        return refuse_bytes(load, why);
    }
    if (cxj__touchpoint_imply(t->facets) != t->facets)
        return refuse_bytes(load, "a touchpoint lacks facets that its own imply");
    return true;
}

/* Keeps a touchpoint until all of its journey is there. */
static bool take_touchpoint(struct load *load, const cxj_touchpoint *t) {
    if (load->purpose == CHECK) {
        if (cxj__store_is_rare(t)) load->memory += sizeof(struct cxj__rare);
        return true;
    }
    if (!CXJ__APPEND(&load->engine->core.memory, load->entries)) return lack_memory(load);
    *CXJ__LAST(load->entries) = (struct cxj__entry){.touchpoint = *t, .moves = 1};
    return true;
}

/* A touchpoint that is withdrawn keeps its id and revision alone. */
static bool take_withdrawn(struct load *load, uint64_t id, uint64_t revision) {
    load->withdrawn++;
    if (!note_id(load, id)) return false;
    if (load->purpose == CHECK) return true;
    if (!CXJ__APPEND(&load->engine->core.memory, load->retractions)) return lack_memory(load);
    *CXJ__LAST(load->retractions) = (struct cxj__retraction){id, revision, false, true};
    return true;
}

static bool read_touchpoint(struct load *load, uint64_t journey, struct cxj__format_before *before, cxj_touchpoint *t) {
    cxj_touchpoint last = *t;
    bool is_first = !before->is_there;
    cxj__format_get_touchpoint(&load->in, t, before);
    if (load->in.status != CXJ_OK) return false;
    t->journey = journey;
    if (!check_record(load, t)) return false;
    int order = is_first ? -1 : cxj__store_compare(&last, t);
    if (order > 0 || (order == 0 && t->id != 0)) return refuse_bytes(load, "touchpoints are not in order");
    if (!check_record_codes(load, t)) return false;
    if ((t->facets & CXJ_FACET_WITHDRAWN) == 0) {
        load->touchpoints++;
        return note_id(load, t->id) && take_touchpoint(load, t);
    }
    if (load->in.format > CXJ__FORMAT_FIRST) return refuse_bytes(load, "a touchpoint that contributes is withdrawn");
    if (t->id != 0) return take_withdrawn(load, t->id, t->revision);
    load->unheld++;
    return true;
}

/* Reads those that are withdrawn, in the order of their ids. */
static bool read_withdrawn(struct load *load, size_t count) {
    struct cxj__wire_in *in = &load->in;
    uint64_t id = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = cxj__wire_get(in, UINT64_MAX - id);
        if (step == 0) refuse_bytes(load, "ids are not in order");
        id += step;
        uint64_t revision = cxj__wire_get(in, UINT64_MAX);
        if (in->status != CXJ_OK || !take_withdrawn(load, id, revision)) return false;
    }
    return true;
}

static bool read_journey(struct load *load, uint64_t number, size_t count, size_t withdrawn) {
    struct cxj__core *core = &load->engine->core;
    struct cxj__format_before before = {0};
    cxj_touchpoint touchpoint = {0};
    if (count + withdrawn > core->touchpoints_limit) {
        return cxj__wire_refuse(&load->in, CXJ_LIMIT, "a journey has more touchpoints than it may have");
    }
    load->work += load->totals.views * (count + withdrawn);
    if (!check_work(load, load->touchpoints + load->withdrawn + load->unheld + count + withdrawn,
                    load->in.offset + load->in.length)) {
        return false;
    }
    load->id_count = load->entries.count = load->retractions.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!read_touchpoint(load, number, &before, &touchpoint)) return false;
    }
    if (!read_withdrawn(load, withdrawn)) return false;
    load->memory += LEAST_OF_JOURNEY;
    if (count > CXJ__FIRST_RECORDS) load->memory += (count - CXJ__FIRST_RECORDS) * sizeof(struct cxj__record);
    return check_ids(load) && (load->purpose == CHECK || build_journey(load, number));
}

static bool read_sealed(struct load *load, uint64_t number) {
    struct cxj__core *core = &load->engine->core;
    load->sealed++;
    load->memory += sizeof number;
    if (load->purpose == CHECK || cxj__store_seal(&core->store, &core->memory, &core->seed, number)) return true;
    return lack_memory(load);
}

/* How many touchpoints the next journey has that contribute, and that are withdrawn. */
static bool read_counts(struct load *load, size_t *count, size_t *withdrawn) {
    struct cxj__wire_in *in = &load->in;
    *withdrawn = 0;
    if (in->format == CXJ__FORMAT_FIRST) {
        *count = (size_t)cxj__wire_get(in, CXJ__TOUCHPOINTS_LIMIT);
        return in->status == CXJ_OK;
    }
    uint64_t twice = cxj__wire_get(in, 2 * CXJ__TOUCHPOINTS_LIMIT + 1);
    *count = (size_t)(twice / 2);
    if (twice % 2 == 0) return in->status == CXJ_OK;
    *withdrawn = (size_t)cxj__wire_get(in, CXJ__TOUCHPOINTS_LIMIT - *count);
    if (*withdrawn == 0) refuse_bytes(load, "none of the touchpoints is withdrawn");
    return in->status == CXJ_OK;
}

static bool read_journeys(struct load *load) {
    struct cxj__wire_in *in = &load->in;
    uint64_t number = 0;
    size_t count, withdrawn;
    for (uint64_t i = 0; i < load->totals.journeys; i++) {
        if (!cxj__format_item(in, CXJ__FORMAT_JOURNEYS)) return false;
        uint64_t step = cxj__wire_get(in, UINT64_MAX - number);
        if (step == 0) return refuse_bytes(load, "journeys are not in order");
        number += step;
        if (!read_counts(load, &count, &withdrawn)) return false;
        bool is_sealed = count == 0 && withdrawn == 0;
        if (!(is_sealed ? read_sealed(load, number) : read_journey(load, number, count, withdrawn))) return false;
    }
    return true;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* What was said at the beginning must be what was found, and each name must be used. */
static bool check_totals(struct load *load) {
    uint64_t found = load->touchpoints;
    if (load->in.format == CXJ__FORMAT_FIRST) found += load->withdrawn + load->unheld;
    if (found != load->totals.touchpoints) return refuse_bytes(load, "touchpoints are not as many as was said");
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *dictionary = &load->engine->core.dictionaries[d];
        for (uint32_t code = 1; code <= load->totals.names[d]; code++) {
            if (!cxj__names_was_used(dictionary, code)) return refuse_bytes(load, "a name is not used");
        }
    }
    return true;
}

static bool read_state(struct load *load) {
    struct cxj__core *core = &load->engine->core;
    if (!read_totals(load) || !read_options(load) || !read_names(load) || !read_views(load) || !foresee_work(load) ||
        !read_cells(load)) {
        return false;
    }
    size_t views = core->view_count;
    core->is_bare = load->purpose == BUILD_BARE;
    if (core->is_bare) core->view_count = 0;
    cxj__core_note_views(core);
    bool is_right = read_journeys(load);
    core->view_count = views;
    cxj__core_note_views(core);
    if (!is_right || !cxj__format_in_end(&load->in) || !check_totals(load)) return false;
    /* Names that stood in withdrawn touchpoints alone. */
    for (uint32_t d = 1; load->in.format == CXJ__FORMAT_FIRST && d <= CXJ__DICTIONARIES; d++) {
        cxj__names_retire(&core->dictionaries[d], &core->memory);
    }
    return true;
}

/* Reads all into an engine that is empty. What was found, and what is wrong, stays in load. */
static cxj_status run_load(struct load *load, cxj_read read, void *context) {
    struct cxj__memory *memory = &load->engine->core.memory;
    if (cxj__wire_in_begin(&load->in, memory, read, context, CXJ__FORMAT_FORMAT)) (void)read_state(load);
    CXJ__FREE(memory, load->entries);
    CXJ__FREE(memory, load->retractions);
    if (load->ids != NULL) memset(load->ids, 0, load->id_capacity * sizeof *load->ids);
    cxj__base_release(memory, &load->ids, &load->id_capacity, sizeof *load->ids);
    for (size_t group = 0; group < GROUPS; group++) {
        if (load->wholes[group] != NULL) cxj__cell_destroy(load->wholes[group], memory);
    }
    cxj__base_release(memory, &load->views, &load->view_capacity, sizeof *load->views);
    cxj__wire_in_finish(&load->in);
    return load->in.status;
}

/* Bytes in memory. */
struct bytes {
    const unsigned char *bytes;
    size_t left;
};

static int64_t read_bytes(void *context, void *to, size_t capacity) {
    struct bytes *bytes = context;
    size_t length = bytes->left < capacity ? bytes->left : capacity;
    if (length == 0) return 0;
    memcpy(to, bytes->bytes, length);
    bytes->bytes += length;
    bytes->left -= length;
    return (int64_t)length;
}

/* Makes an engine of bytes; its own message then says nothing. */
static cxj_status make(const cxj_options *options, enum purpose purpose, cxj_read read, void *context, char *message,
                       size_t message_capacity, cxj_engine **engine) {
    struct load load = {.purpose = purpose, .length = read == read_bytes ? ((const struct bytes *)context)->left : 0};
    cxj_status status = cxj_engine_create(options, message, message_capacity, &load.engine);
    if (status != CXJ_OK) return status;
    status = run_load(&load, read, context);
    if (status != CXJ_OK) {
        cxj__base_tell(message, message_capacity, load.in.message.text);
        cxj_engine_destroy(load.engine);
        return status;
    }
    cxj__engine_trim(load.engine);
    *engine = load.engine;
    return CXJ_OK;
}

/* ---- load ------------------------------------------------------------------------------------------------------- */

static cxj_status refuse_argument(char *message, size_t message_capacity, const char *sentence) {
    cxj__base_tell(message, message_capacity, sentence);
    return CXJ_BAD_ARGUMENT;
}

cxj_status cxj_load(const cxj_options *options, cxj_read read, void *context, char *message, size_t message_capacity,
                    cxj_engine **engine) {
    cxj__base_tell(message, message_capacity, "");
    if (engine == NULL) return refuse_argument(message, message_capacity, "engine is NULL");
    *engine = NULL;
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    return make(options, BUILD, read, context, message, message_capacity, engine);
}

cxj_status cxj_load_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                          size_t message_capacity, cxj_engine **engine) {
    struct bytes source = {bytes, length};
    if (bytes == NULL && length > 0) {
        if (engine != NULL) *engine = NULL;
        return refuse_argument(message, message_capacity, "bytes is NULL");
    }
    return cxj_load(options, read_bytes, &source, message, message_capacity, engine);
}

/* ---- merge ------------------------------------------------------------------------------------------------------ */

/* True if each of the views is one of the other engine's, too. */
static bool has_views(cxj_engine *engine, const struct cxj__core *of, const struct cxj__core *other,
                      const char *whose) {
    for (size_t v = 0; v < of->view_count; v++) {
        const struct cxj_view *view = of->views[v];
        if (cxj__engine_find_view(other, view->text, view->text_length) != NULL) continue;
        struct cxj__shown shown;
        cxj__base_say(&engine->message, "merge: only %s has the view \"%s\"", whose,
                      cxj__base_show(&shown, view->text, view->text_length));
        return false;
    }
    return true;
}

/* Merges an engine whose memory counts as this one's. */
static cxj_status merge_within(cxj_engine *engine, const cxj_engine *source) {
    struct cxj__memory *memory = &engine->core.memory;
    memory->used += source->core.memory.used;
    cxj_status status = cxj_merge(engine, source);
    memory->used -= source->core.memory.used;
    return status;
}

cxj_status cxj_merge_saved(cxj_engine *engine, cxj_read read, void *context) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (read == NULL) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "read is NULL");
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    const struct cxj__memory *memory = &engine->core.memory;
    cxj_options options = {.size = sizeof options,
                           .allocate = memory->allocate,
                           .allocate_context = memory->context,
                           .seed = {engine->core.seed.key[0], engine->core.seed.key[1]}, /* as secret as the host's */
                           .cells_limit = UINT64_MAX,
                           .touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT,
                           .load_work_limit = engine->core.load_work_limit};
    if (memory->limit != 0 && memory->used >= memory->limit) {
        return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to merge");
    }
    if (memory->limit != 0) options.memory_limit = memory->limit - memory->used; /* not 0, which would be no limit */
    cxj_engine *source = NULL;
    cxj_status status =
        make(&options, BUILD_BARE, read, context, engine->message.text, sizeof engine->message.text, &source);
    if (status != CXJ_OK) return status;
    if (has_views(engine, &engine->core, &source->core, "this engine") &&
        has_views(engine, &source->core, &engine->core, "the saved one")) {
        status = merge_within(engine, source);
    } else {
        status = CXJ_OTHER_VIEWS;
    }
    cxj_engine_destroy(source);
    return status;
}

cxj_status cxj_merge_bytes(cxj_engine *engine, const void *bytes, size_t length) {
    struct bytes source = {bytes, length};
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    if (bytes == NULL && length > 0) {
        cxj__engine_begin(engine);
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "bytes is NULL");
    }
    return cxj_merge_saved(engine, read_bytes, &source);
}

/* ---- validate --------------------------------------------------------------------------------------------------- */

static void describe(const struct load *load, cxj_validation *validation) {
    *validation = (cxj_validation){.format = load->in.format};
    validation->offset = load->in.wrong;
    if (load->in.status != CXJ_OK) return;
    validation->offset = load->in.offset + load->in.length;
    validation->touchpoints = load->touchpoints + load->withdrawn;
    validation->journeys = load->totals.journeys - load->sealed;
    validation->sealed = load->sealed;
    validation->views = load->engine->core.view_count;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) validation->names += load->totals.names[d];
    validation->work = load->work;
    validation->memory = sizeof(cxj_engine) + load->memory + load->totals.views * sizeof(struct cxj_view);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        validation->memory += load->totals.names[d] * (sizeof(struct cxj__name) + sizeof(uint64_t));
    }
}

/* What an engine is limited to says nothing about bytes. */
static void lift_limits(struct cxj__core *core) {
    core->cells_limit = UINT64_MAX;
    core->touchpoints_limit = CXJ__TOUCHPOINTS_LIMIT;
    core->views_limit = CXJ__MOST_VIEWS;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) core->dictionaries[d].limit = cxj__names_most(d);
}

cxj_status cxj_validate(const cxj_options *options, cxj_read read, void *context, char *message,
                        size_t message_capacity, cxj_validation *validation, size_t validation_size) {
    cxj__base_tell(message, message_capacity, "");
    if (read == NULL) return refuse_argument(message, message_capacity, "read is NULL");
    if (validation == NULL) return refuse_argument(message, message_capacity, "validation is NULL");
    if (validation_size < CXJ__LEAST_VALIDATION) {
        return refuse_argument(message, message_capacity, "validation_size is below sizeof(cxj_validation)");
    }
    struct load load = {.purpose = CHECK};
    cxj_validation known = {0};
    cxj_status status = cxj_engine_create(options, message, message_capacity, &load.engine);
    if (status == CXJ_BAD_ARGUMENT) return status;
    if (status == CXJ_OK) {
        lift_limits(&load.engine->core);
        status = run_load(&load, read, context);
        cxj__base_tell(message, message_capacity, load.in.message.text);
        describe(&load, &known);
    }
    cxj_engine_destroy(load.engine);
    cxj__engine_give(validation, validation_size, &known, sizeof known);
    return status;
}

cxj_status cxj_validate_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                              size_t message_capacity, cxj_validation *validation, size_t validation_size) {
    struct bytes source = {bytes, length};
    if (bytes == NULL && length > 0) return refuse_argument(message, message_capacity, "bytes is NULL");
    return cxj_validate(options, read_bytes, &source, message, message_capacity, validation, validation_size);
}
