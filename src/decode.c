/* decode: what was saved, read and checked to the last number.
 *
 * Nothing that is read is trusted: blocks are whole or refused (wire.c), and here every number is checked against what
 * it may be: names, keys and journeys stand in strict order, codes are those of names that are there, touchpoints are
 * within their bounds and in their order, totals are what was found. Names, views and what sealed journeys have
 * contributed (sums.c) go into an engine at once, since what follows is read by them; journeys are handed out one by
 * one, and what becomes of them is for who asks.
 *
 * A few bytes can mean much work, for each touchpoint stands in each view. So what has been done is counted, and held
 * within what the bytes read so far may take. */
#include "decode.h"

#include <stdio.h>
#include <string.h>

#include "touchpoint.h"

/* Work that any bytes may take; the bytes of a journey in memory, at least. */
#define FREE_WORK UINT64_C(1000000)
#define LEAST_OF_JOURNEY offsetof(struct cxj__journey, fold.promises[1])

static bool refuse_bytes(struct cxj__decode *decode, const char *why) {
    return cxj__wire_refuse(&decode->in, CXJ_BAD_BYTES, why);
}

/* ---- totals, names, views --------------------------------------------------------------------------------------- */

static int64_t get_moment(struct cxj__decode *decode) {
    int64_t moment = cxj__wire_get_signed(&decode->in);
    if (!cxj__touchpoint_is_moment(moment)) refuse_bytes(decode, "a moment is not within the years 0001 to 9999");
    return moment;
}

/* What reading has taken, once so many touchpoints are read, must be within what so many bytes may take. */
static bool check_work(struct cxj__decode *decode, uint64_t touchpoints, uint64_t bytes) {
    const uint64_t views = decode->totals.views, limit = decode->engine->core.load_work_limit;
    struct cxj__message *message = &decode->engine->message;
    if (decode->purpose == CXJ__DECODE_CHECK || views == 0 || bytes > UINT64_MAX / 2 / limit) return true;
    if (touchpoints <= (FREE_WORK + limit * bytes) / views) return true;
    cxj__base_say(
        message,
        "%llu touchpoints in %llu views are more than %llu bytes may take; to read them, give a load_work_limit "
        "above %llu, or see to it that there are fewer views",
        (unsigned long long)touchpoints, (unsigned long long)views, (unsigned long long)bytes,
        (unsigned long long)(touchpoints * views / bytes));
    return cxj__wire_refuse(&decode->in, CXJ_LIMIT, message->text);
}

/* Which facets sealed touchpoints have. */
static void read_facets(struct cxj__decode *decode) {
    static const uint32_t possible = CXJ_FACETS_ALL & ~(uint32_t)CXJ_FACET_WITHDRAWN;
    struct cxj__wire_in *in = &decode->in;
    struct cxj__core *core = &decode->engine->core;
    uint64_t occur = in->format == CXJ__FORMAT_FIRST ? 0 : cxj__wire_get(in, 1 + CXJ__FACETS), bit = 0;
    core->sealed_facets_lost = occur == 0;
    for (uint64_t i = 1; i < occur && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, CXJ__FACETS - 1 - bit);
        if (step == 0 && i > 1) refuse_bytes(decode, "facets are not in order");
        bit += step;
        if ((possible >> bit & 1) == 0) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a facet that this library does not know; a newer one is needed");
        }
        uint64_t count = cxj__wire_get(in, decode->totals.sealed_touchpoints);
        if (count == 0) refuse_bytes(decode, "a facet that no touchpoint has");
        if (in->status == CXJ_OK) core->facet_counts[bit] = core->sealed_facets[bit] = count;
    }
}

static void read_sealed_totals(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    struct cxj__decode_totals *totals = &decode->totals;
    totals->sealed_latest = INT64_MIN;
    totals->sealed_touchpoints = cxj__wire_get(in, CXJ__MOST_SEALED);
    if (totals->sealed_touchpoints > 0 || in->format == CXJ__FORMAT_FIRST) {
        totals->sealed_journeys = cxj__wire_get(in, totals->sealed_touchpoints);
    }
    if (totals->sealed_touchpoints == 0) return;
    if (totals->sealed_journeys == 0) refuse_bytes(decode, "sealed touchpoints are of no journey");
    totals->sealed_latest = get_moment(decode);
    read_facets(decode);
}

static bool read_totals(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    struct cxj__decode_totals *totals = &decode->totals;
    struct cxj__core *core = &decode->engine->core;
    if (!cxj__format_item(in, CXJ__FORMAT_TOTALS)) return false;
    totals->now = cxj__wire_get(in, 1) != 0 ? get_moment(decode) : INT64_MIN;
    read_sealed_totals(decode);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        totals->names[d] = (size_t)cxj__wire_get(in, cxj__names_most(d));
    }
    totals->views = cxj__wire_get(in, CXJ__MOST_VIEWS);
    if (totals->views > core->views_limit) {
        cxj__base_say(&decode->engine->message,
                      "there are %u views, and %u are allowed; give a higher views_limit to read them",
                      (unsigned)totals->views, (unsigned)core->views_limit);
        return cxj__wire_refuse(in, CXJ_LIMIT, decode->engine->message.text);
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
static void take_setting(struct cxj__decode *decode, uint32_t number, uint64_t value) {
    struct cxj__wire_in *in = &decode->in;
    struct cxj__core *core = &decode->engine->core;
    bool is_ended = number == CXJ__FORMAT_SEAL_ENDED_AFTER;
    int64_t *after = is_ended ? &core->seal_ended_after : &core->seal_idle_after;
    switch (number) {
    case CXJ__FORMAT_UNRECORDED:
        if ((value & ~(uint64_t)CXJ_FACETS_ALL) != 0) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a facet that this library does not know; a newer one is needed");
        } else {
            decode->engine->unrecorded |= (uint32_t)value;
        }
        break;
    case CXJ__FORMAT_TEXT_KEY:
        decode->text_key_print = value;
        break;
    default:
        if (value > (uint64_t)CXJ__LONGEST_TIME) {
            refuse_bytes(decode, "a time after which journeys are sealed is longer than 10^15 ms");
        } else if (*after == 0) {
            *after = (int64_t)value;
        }
        break;
    }
}

static bool read_settings(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    uint32_t number = 0;
    if (!cxj__format_item(in, CXJ__FORMAT_SETTINGS)) return false;
    uint64_t count = cxj__wire_get(in, UINT64_MAX);
    if (count == 0) refuse_bytes(decode, "no setting is one");
    for (uint64_t i = 0; i < count && in->status == CXJ_OK; i++) {
        uint64_t step = cxj__wire_get(in, UINT64_MAX);
        if (step == 0) refuse_bytes(decode, "settings are not in order");
        if (step >= CXJ__FORMAT_SETTINGS_KNOWN - number) {
            cxj__wire_refuse(in, CXJ_NEWER_FORMAT, "a setting that this library does not know; a newer one is needed");
        }
        number += (uint32_t)step;
        uint64_t value = cxj__wire_get(in, UINT64_MAX);
        if (value == 0) refuse_bytes(decode, "a setting is 0");
        if (in->status == CXJ_OK) take_setting(decode, number, value);
    }
    return in->status == CXJ_OK;
}

static bool read_mark(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    if (!cxj__format_item(in, CXJ__FORMAT_MARK)) return false;
    size_t length = (size_t)cxj__wire_get(in, CXJ__MOST_MARK);
    if (length == 0) refuse_bytes(decode, "a mark is empty");
    const unsigned char *mark = cxj__wire_get_bytes(in, length);
    if (mark == NULL) return false;
    if (decode->purpose == CXJ__DECODE_CHECK) decode->memory += length;
    return decode->purpose != CXJ__DECODE_BUILD || cxj__engine_take_mark(decode->engine, mark, length) ||
           cxj__wire_lack_memory(&decode->in);
}

/* Views that follow go by it. */
static bool read_calendar(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    struct cxj__core *core = &decode->engine->core;
    if (!cxj__format_item(in, CXJ__FORMAT_CALENDAR)) return false;
    size_t length = (size_t)cxj__wire_get(in, INT32_MAX - 1), written = 0;
    if (length == 0) refuse_bytes(decode, "a calendar is empty");
    const char *text = (const char *)cxj__wire_get_bytes(in, length);
    if (text == NULL) return false;
    cxj_status status = cxj__calendar_read(&core->calendar, &core->memory, text, length, &decode->engine->message);
    if (status == CXJ_NO_MEMORY) return cxj__wire_lack_memory(in);
    if (status != CXJ_OK) return refuse_bytes(decode, decode->engine->message.text);
    const char *again = cxj__calendar_text(core->calendar, &written);
    if (written != length || memcmp(again, text, length) != 0) {
        return refuse_bytes(decode, "a calendar is not in the one way in which it is written");
    }
    if (decode->purpose == CXJ__DECODE_CHECK) decode->memory += length;
    return true;
}

/* Text ids under another key would be other numbers: who goes on with an engine must have its key. */
static bool check_key(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    if (decode->purpose != CXJ__DECODE_BUILD) core->text_key_print = decode->text_key_print;
    if (core->text_key_print == decode->text_key_print) return true;
    return cxj__wire_refuse(&decode->in, CXJ_OTHER_KEY,
                            decode->text_key_print == 0
                                ? "its text ids were made with the public key; give no text_key to read it"
                                : "its text ids were made with another key; give that as text_key to read it");
}

/* What stands between totals and names where there is any of it. */
static bool read_options(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    if (in->format == CXJ__FORMAT_FIRST) return check_key(decode);
    if (cxj__wire_next(in) == CXJ__FORMAT_SETTINGS && !read_settings(decode)) return false;
    if (!check_key(decode)) return false;
    if (cxj__wire_next(in) == CXJ__FORMAT_MARK && !read_mark(decode)) return false;
    if (cxj__wire_next(in) == CXJ__FORMAT_CALENDAR && !read_calendar(decode)) return false;
    return in->status == CXJ_OK;
}

/* Adds a name, which must stand behind the one before it. */
static bool add_name(struct cxj__decode *decode, uint32_t d, const char *name, size_t length) {
    struct cxj__core *core = &decode->engine->core;
    struct cxj__names *dictionary = &core->dictionaries[d];
    size_t offset = 0;
    uint32_t code = 0;
    if (length == 0) return refuse_bytes(decode, "a name is empty");
    if (!cxj__base_is_utf8(name, length, &offset)) return refuse_bytes(decode, "a name is not UTF-8, or has a NUL");
    cxj_status status = cxj__names_add(dictionary, &core->memory, &core->seed, name, length, &code);
    if (status == CXJ_NO_MEMORY) return cxj__wire_lack_memory(&decode->in);
    if (status == CXJ_LIMIT) {
        cxj__base_say(&decode->engine->message,
                      "there are %zu names of a dimension, and %u are allowed; give a higher codes_limit to read them",
                      decode->totals.names[d], (unsigned)dictionary->limit);
        return cxj__wire_refuse(&decode->in, CXJ_LIMIT, decode->engine->message.text);
    }
    if (cxj__names_compare(dictionary, code - 1, code) >= 0) return refuse_bytes(decode, "names are not in order");
    return true;
}

static bool read_names(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (size_t i = 0; i < decode->totals.names[d]; i++) {
            if (!cxj__format_item(in, CXJ__FORMAT_NAMES)) return false;
            size_t length = (size_t)cxj__wire_get(in, INT32_MAX);
            const unsigned char *name = cxj__wire_get_bytes(in, length);
            if (name == NULL || !add_name(decode, d, (const char *)name, length)) return false;
        }
    }
    return true;
}

/* What a limit that a view runs into means: more names than there can be at all are those of no engine. */
static cxj_status judge_limit(const struct cxj__core *core) {
    bool is_low = false; /* a limit that could be higher */
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (core->dictionaries[d].count >= cxj__names_most(d)) return CXJ_BAD_BYTES;
        is_low |= core->dictionaries[d].limit < cxj__names_most(d);
    }
    return is_low ? CXJ_LIMIT : CXJ_BAD_BYTES;
}

/* Notes a view of the bytes, each text of which stands once. */
static bool note_view(struct cxj__decode *decode, const char *text, size_t length, cxj_view *view, bool is_left_out) {
    const struct cxj__sums_view noted = {view, cxj__base_siphash(decode->engine->core.seed.key, text, length),
                                         is_left_out};
    for (size_t i = 0; i < decode->view_count; i++) {
        if (decode->views[i].view == view && decode->views[i].print == noted.print) {
            return refuse_bytes(decode, "a view stands twice");
        }
    }
    if (!cxj__base_grow(&decode->engine->core.memory, &decode->views, &decode->view_capacity, decode->view_count + 1,
                        sizeof *decode->views)) {
        return cxj__wire_lack_memory(&decode->in);
    }
    decode->views[decode->view_count++] = noted;
    return true;
}

static bool add_view(struct cxj__decode *decode, const char *text, size_t length, bool sealed_lost) {
    struct cxj__core *core = &decode->engine->core;
    size_t count = core->view_count;
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(decode->engine, text, length, &view);
    if (status == CXJ_BAD_TEXT || status == CXJ_NO_CALENDAR) status = CXJ_BAD_BYTES;
    if (status == CXJ_LIMIT) status = judge_limit(core);
    if (status != CXJ_OK) return cxj__wire_refuse(&decode->in, status, cxj_message(decode->engine));
    bool is_left_out = core->view_count == count;
    if (decode->in.format > CXJ__FORMAT_FIRST &&
        (length != view->text_length || memcmp(text, view->text, length) != 0)) {
        return refuse_bytes(decode, "a view's text is not in the one way in which it is written");
    }
    if (!note_view(decode, text, length, view, is_left_out)) return false;
    if (sealed_lost && core->sealed_touchpoints == 0)
        return refuse_bytes(decode, "a view lacks what nobody contributed");
    if (!is_left_out) view->sealed_lost = sealed_lost;
    return true;
}

static bool read_views(struct cxj__decode *decode) {
    struct cxj__wire_in *in = &decode->in;
    for (uint64_t i = 0; i < decode->totals.views; i++) {
        if (!cxj__format_item(in, CXJ__FORMAT_VIEWS)) return false;
        bool sealed_lost = cxj__wire_get(in, 1) != 0;
        size_t length = (size_t)cxj__wire_get(in, UINT32_MAX);
        const unsigned char *text = cxj__wire_get_bytes(in, length);
        if (text == NULL || !add_view(decode, (const char *)text, length, sealed_lost)) return false;
    }
    return true;
}

/* Where it is known how many bytes there are, what is too much for them is refused before it is done. A touchpoint
 * takes two at least, whatever the totals say. */
static bool foresee_work(struct cxj__decode *decode) {
    uint64_t most = decode->length / 2, announced = decode->totals.touchpoints;
    return decode->length == 0 || check_work(decode, announced < most ? announced : most, decode->length);
}

/* ---- journeys --------------------------------------------------------------------------------------------------- */

static int compare_loaded_ids(const void *a, const void *b, const void *context) {
    (void)context;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Each id stands once in its journey. Of few, each is compared with each; those of most long journeys ascend. */
static bool check_ids(struct cxj__decode *decode) {
    enum { FEW = 16 };
    uint64_t *ids = decode->ids;
    size_t count = decode->id_count;
    bool differ = true;
    for (size_t i = 1; i < count && differ; i++) {
        if (count > FEW) differ = ids[i - 1] < ids[i];
        for (size_t k = 0; k < i && count <= FEW; k++) differ &= ids[k] != ids[i];
    }
    if (differ) return true;
    struct cxj__memory *memory = &decode->engine->core.memory;
    uint64_t *scratch = cxj__base_resize(memory, NULL, 0, count * sizeof *scratch);
    if (scratch == NULL) return cxj__wire_lack_memory(&decode->in);
    cxj__base_sort(ids, scratch, count, sizeof *ids, compare_loaded_ids, NULL);
    memset(scratch, 0, count * sizeof *scratch); /* What is read may be refused, and then shall not lie about. */
    cxj__base_resize(memory, scratch, count * sizeof *scratch, 0);
    for (size_t i = 1; i < count; i++) {
        if (ids[i - 1] == ids[i]) return refuse_bytes(decode, "an id stands twice in a journey");
    }
    return true;
}

static bool note_read_id(struct cxj__decode *decode, uint64_t id) {
    if (id == 0) return true;
    if (!cxj__base_grow(&decode->engine->core.memory, &decode->ids, &decode->id_capacity, decode->id_count + 1,
                        sizeof *decode->ids)) {
        return cxj__wire_lack_memory(&decode->in);
    }
    decode->ids[decode->id_count++] = id;
    return true;
}

/* Fields must be within their bounds. Earlier versions took a touchpoint at 0: it is checked as if it were at 1. */
static bool check_record(struct cxj__decode *decode, cxj_touchpoint *t) {
    struct cxj__refusal refusal;
    const bool is_at_0 = t->at == 0;
    t->at += is_at_0;
    const bool is_within = cxj__touchpoint_check(t, &refusal);
    t->at -= is_at_0;
    if (!is_within) {
        char why[160];
        (void)snprintf(why, sizeof why, "a touchpoint's %s %s", refusal.field, refusal.rule);
        return refuse_bytes(decode, why);
    }
    if (cxj__touchpoint_imply(t->facets) != t->facets)
        return refuse_bytes(decode, "a touchpoint lacks facets that its own imply");
    return true;
}

/* Keeps a touchpoint until all of its journey is there. */
static bool take_touchpoint(struct cxj__decode *decode, const cxj_touchpoint *t) {
    decode->rares += cxj__journey_is_rare(t);
    if (decode->purpose == CXJ__DECODE_CHECK) return true;
    if (!CXJ__APPEND(&decode->engine->core.memory, decode->entries)) return cxj__wire_lack_memory(&decode->in);
    struct cxj__entry *entry = CXJ__LAST(decode->entries);
    entry->touchpoint = *t;
    entry->held = 0;
    entry->moves = 1;
    entry->next = entry->place = entry->position = 0;
    return true;
}

/* A touchpoint that is withdrawn keeps its id and revision alone. */
static bool take_withdrawn(struct cxj__decode *decode, uint64_t id, uint64_t revision) {
    decode->withdrawn++;
    if (!note_read_id(decode, id)) return false;
    if (decode->purpose == CXJ__DECODE_CHECK) return true;
    if (!CXJ__APPEND(&decode->engine->core.memory, decode->retractions)) return cxj__wire_lack_memory(&decode->in);
    *CXJ__LAST(decode->retractions) = (struct cxj__retraction){id, revision, false, true};
    return true;
}

/* Reads a touchpoint of the journey under way, behind the last one, if there is one. */
static bool read_held_touchpoint(struct cxj__decode *decode, struct cxj__format_before *before,
                                 const cxj_touchpoint *last, cxj_touchpoint *t) {
    const bool is_first = !before->is_there;
    cxj__format_get_touchpoint(&decode->in, t, before, decode->totals.names);
    if (decode->in.status != CXJ_OK) return false;
    t->journey = decode->number;
    if (!check_record(decode, t)) return false;
    int order = is_first ? -1 : cxj__journey_compare(last, t);
    if (order > 0 || (order == 0 && t->id != 0)) return refuse_bytes(decode, "touchpoints are not in order");
    const bool is_withdrawn = (t->facets & CXJ_FACET_WITHDRAWN) != 0;
    /* Of those that are taken into an engine names are counted. */
    if (is_withdrawn || decode->purpose == CXJ__DECODE_CHECK) cxj__core_note_names(&decode->engine->core, t);
    if (!is_withdrawn) {
        decode->touchpoints++;
        return note_read_id(decode, t->id) && take_touchpoint(decode, t);
    }
    if (decode->in.format > CXJ__FORMAT_FIRST)
        return refuse_bytes(decode, "a touchpoint that contributes is withdrawn");
    if (t->id != 0) return take_withdrawn(decode, t->id, t->revision);
    decode->unheld++;
    return true;
}

/* Reads those that are withdrawn, in the order of their ids. */
static bool read_withdrawn(struct cxj__decode *decode, size_t count) {
    struct cxj__wire_in *in = &decode->in;
    uint64_t id = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = cxj__wire_get(in, UINT64_MAX - id);
        if (step == 0) refuse_bytes(decode, "ids are not in order");
        id += step;
        uint64_t revision = cxj__wire_get(in, UINT64_MAX);
        if (in->status != CXJ_OK || !take_withdrawn(decode, id, revision)) return false;
    }
    return true;
}

/* How many touchpoints the next journey has that contribute, and that are withdrawn. */
static bool read_counts(struct cxj__decode *decode, size_t *count, size_t *withdrawn) {
    struct cxj__wire_in *in = &decode->in;
    *withdrawn = 0;
    if (in->format == CXJ__FORMAT_FIRST) {
        *count = (size_t)cxj__wire_get(in, CXJ__TOUCHPOINTS_LIMIT);
        return in->status == CXJ_OK;
    }
    uint64_t twice = cxj__wire_get(in, 2 * CXJ__TOUCHPOINTS_LIMIT + 1);
    *count = (size_t)(twice / 2);
    if (twice % 2 == 0) return in->status == CXJ_OK;
    *withdrawn = (size_t)cxj__wire_get(in, CXJ__TOUCHPOINTS_LIMIT - *count);
    if (*withdrawn == 0) refuse_bytes(decode, "none of the touchpoints is withdrawn");
    return in->status == CXJ_OK;
}

static int compare_retractions(const void *a, const void *b, const void *context) {
    (void)context;
    const struct cxj__retraction *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* In format 1 what is withdrawn stands among the others, in their order; a journey has it in that of ids. */
static bool order_retractions(struct cxj__decode *decode) {
    struct cxj__retraction *items = decode->retractions.items;
    size_t count = decode->retractions.count, bytes = count * sizeof *items;
    struct cxj__memory *memory = &decode->engine->core.memory;
    if (count < 2) return true;
    struct cxj__retraction *scratch = cxj__base_resize(memory, NULL, 0, bytes);
    if (scratch == NULL) return cxj__wire_lack_memory(&decode->in);
    cxj__base_sort(items, scratch, count, sizeof *items, compare_retractions, NULL);
    memset(scratch, 0, bytes); /* what is read may be refused, and then shall not lie about */
    cxj__base_resize(memory, scratch, bytes, 0);
    return true;
}

/* Reads what is held of the journey under way. */
static bool read_held(struct cxj__decode *decode, size_t count, size_t withdrawn) {
    struct cxj__format_before before = {0};
    cxj_touchpoint touchpoints[2]; /* in turn: each is compared with the one before it */
    const uint64_t unheld = decode->unheld;
    if (count + withdrawn > decode->engine->core.touchpoints_limit) {
        cxj__base_say(
            &decode->engine->message,
            "a journey has %zu touchpoints, and %zu are allowed; give a higher touchpoints_limit to read them",
            count + withdrawn, (size_t)decode->engine->core.touchpoints_limit);
        return cxj__wire_refuse(&decode->in, CXJ_LIMIT, decode->engine->message.text);
    }
    decode->work += decode->totals.views * (count + withdrawn);
    if (!check_work(decode, decode->touchpoints + decode->withdrawn + decode->unheld + count + withdrawn,
                    decode->in.offset + decode->in.length)) {
        return false;
    }
    decode->id_count = decode->entries.count = decode->retractions.count = decode->rares = 0;
    if (decode->purpose != CXJ__DECODE_CHECK) {
        cxj__store_approach_new(&decode->engine->core.store, &decode->engine->core.seed, decode->number);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_held_touchpoint(decode, &before, &touchpoints[(i + 1) % 2], &touchpoints[i % 2])) return false;
    }
    if (!read_withdrawn(decode, withdrawn)) return false;
    const size_t kept = count + withdrawn - (size_t)(decode->unheld - unheld);
    decode->is_empty = kept == 0;
    decode->empty += decode->is_empty;
    if (decode->is_empty) return true;
    decode->memory += LEAST_OF_JOURNEY;
    if (kept > CXJ__FIRST_RECORDS) decode->memory += (kept - CXJ__FIRST_RECORDS) * sizeof(struct cxj__record);
    if (decode->rares > CXJ__FIRST_RARES) decode->memory += decode->rares * sizeof(struct cxj__rare);
    return check_ids(decode) && (decode->in.format > CXJ__FORMAT_FIRST || order_retractions(decode));
}

bool cxj__decode_journey(struct cxj__decode *decode) {
    size_t count, withdrawn;
    if (!cxj__format_item(&decode->in, CXJ__FORMAT_JOURNEYS)) return false;
    uint64_t step = cxj__wire_get(&decode->in, UINT64_MAX - decode->number);
    if (step == 0) return refuse_bytes(decode, "journeys are not in order");
    decode->number += step;
    if (!read_counts(decode, &count, &withdrawn)) return false;
    decode->is_sealed = count == 0 && withdrawn == 0;
    decode->is_empty = false;
    if (!decode->is_sealed) return read_held(decode, count, withdrawn);
    decode->sealed++;
    decode->memory += sizeof decode->number;
    return true;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* What sealed journeys have contributed, if there is anything. */
static bool read_sums(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    struct cxj__sums sums = {.in = &decode->in,
                             .seed = &core->seed,
                             .dictionaries = core->dictionaries,
                             .names = decode->totals.names,
                             .touchpoints = decode->totals.sealed_touchpoints,
                             .journeys = decode->totals.sealed_journeys,
                             .cells_limit = core->cells_limit,
                             .is_built = decode->purpose != CXJ__DECODE_CHECK};
    if (decode->totals.sealed_touchpoints == 0 || decode->view_count == 0) return true;
    bool is_right = cxj__sums_read(&sums, decode->views, decode->view_count);
    decode->memory += sums.memory;
    return is_right;
}

bool cxj__decode_begin(struct cxj__decode *decode, cxj_read read, void *context) {
    struct cxj__memory *memory = &decode->engine->core.memory;
    return cxj__wire_in_begin(&decode->in, memory, read, context, CXJ__FORMAT_FORMAT) && read_totals(decode) &&
           read_options(decode) && read_names(decode) && read_views(decode) && foresee_work(decode) &&
           read_sums(decode);
}

/* What was said at the beginning must be what was found, and each name must be used. */
static bool check_totals(struct cxj__decode *decode) {
    uint64_t found = decode->touchpoints;
    if (decode->in.format == CXJ__FORMAT_FIRST) found += decode->withdrawn + decode->unheld;
    if (found != decode->totals.touchpoints) return refuse_bytes(decode, "touchpoints are not as many as was said");
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *dictionary = &decode->engine->core.dictionaries[d];
        for (uint32_t code = 1; code <= decode->totals.names[d]; code++) {
            if (!cxj__names_was_used(dictionary, code)) return refuse_bytes(decode, "a name is not used");
        }
    }
    return true;
}

bool cxj__decode_end(struct cxj__decode *decode) {
    struct cxj__core *core = &decode->engine->core;
    if (!cxj__format_in_end(&decode->in) || !check_totals(decode)) return false;
    /* Names that stood in withdrawn touchpoints alone. */
    for (uint32_t d = 1; decode->in.format == CXJ__FORMAT_FIRST && d <= CXJ__DICTIONARIES; d++) {
        cxj__names_retire(&core->dictionaries[d], &core->memory);
    }
    return true;
}

void cxj__decode_finish(struct cxj__decode *decode) {
    struct cxj__memory *memory = &decode->engine->core.memory;
    CXJ__FREE(memory, decode->entries);
    CXJ__FREE(memory, decode->retractions);
    if (decode->ids != NULL) memset(decode->ids, 0, decode->id_capacity * sizeof *decode->ids);
    cxj__base_release(memory, &decode->ids, &decode->id_capacity, sizeof *decode->ids);
    cxj__base_release(memory, &decode->views, &decode->view_capacity, sizeof *decode->views);
    cxj__wire_in_finish(&decode->in);
}
