/* test_metric: the catalogue, and how each metric comes out of a cell.
 *
 * SPDX-License-Identifier: MIT
 */
#include "metric.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Facets as constants, not macros, since the names of counts are put together from the same words. */
enum {
    CONTACT = CXJ_FACET_CONTACT,
    INBOUND = CXJ_FACET_INBOUND,
    CHASE = CXJ_FACET_CHASE,
    UPDATE = CXJ_FACET_UPDATE,
    NEXT_STEP = CXJ_FACET_NEXT_STEP,
    EXPLAINS = CXJ_FACET_EXPLAINS,
    DELIVERED = CXJ_FACET_DELIVERED,
    REQUESTED = CXJ_FACET_REQUESTED,
    REPEATED = CXJ_FACET_REPEATED,
    CONTRADICTED = CXJ_FACET_CONTRADICTED,
    FAULT = CXJ_FACET_FAULT,
    RESOLVED = CXJ_FACET_RESOLVED,
    REOPENS = CXJ_FACET_REOPENS,
    PENDING = CXJ_FACET_PENDING,
    ASKED = CXJ_FACET_ASKED,
    CHURNED = CXJ_FACET_CHURNED,
    /* Section 6, Feeds: "of clean, flawless and what is built on them all four of fault, repeated, contradicted, chase
     * are needed; of lost context, one of repeated and contradicted". */
    CLEAN = FAULT | REPEATED | CONTRADICTED | CHASE,
    CONTEXT = REPEATED | CONTRADICTED,
    ANSWERING = CONTACT | UPDATE | RESOLVED,
    REOPENING = INBOUND | REPEATED | CONTRADICTED | FAULT | REOPENS
};

static const double z = 1.959963984540054;

/* ---------------------------------------------------------------------------------------------------------------------
 * The catalogue, as it is promised
 * ------------------------------------------------------------------------------------------------------------------ */

#define U(unit) CXJ_UNIT_##unit
#define K(kind) CXJ_KIND_##kind

/* Section 6, in its order; interval is the dagger. The numbers are a promise: none is ever given to another metric. */
static const struct {
    uint32_t number;
    const char *name;
    uint32_t unit, kind, interval, needs_all, needs_any;
} catalogue[] = {
    /* touchpoints */
    {1000, "touchpoints", U(COUNT), K(COUNT), 0, 0, 0},
    {1001, "contacts", U(COUNT), K(COUNT), 0, CONTACT, 0},
    {1002, "inbound", U(COUNT), K(COUNT), 0, INBOUND, 0},
    {1003, "chases", U(COUNT), K(COUNT), 0, CHASE, 0},
    {1004, "updates", U(COUNT), K(COUNT), 0, UPDATE, 0},
    {1005, "proactive_updates", U(COUNT), K(COUNT), 0, CHASE | UPDATE, 0},
    {1006, "next_steps", U(COUNT), K(COUNT), 0, NEXT_STEP, 0},
    {1007, "explanations", U(COUNT), K(COUNT), 0, EXPLAINS, 0},
    {1008, "repeats", U(COUNT), K(COUNT), 0, REPEATED, 0},
    {1009, "contradictions", U(COUNT), K(COUNT), 0, CONTRADICTED, 0},
    {1010, "faults", U(COUNT), K(COUNT), 0, FAULT, 0},
    {1011, "resolutions", U(COUNT), K(COUNT), 0, RESOLVED, 0},
    {1012, "asks", U(COUNT), K(COUNT), 0, ASKED, 0},
    {1013, "journeys", U(COUNT), K(COUNT), 0, 0, 0},
    {1014, "clean_share", U(SHARE), K(SHARE), 1, CLEAN, 0},
    {1015, "fault_rate", U(SHARE), K(SHARE), 1, FAULT, 0},
    {1016, "repeat_rate", U(SHARE), K(SHARE), 1, REPEATED, 0},
    {1017, "contradiction_rate", U(SHARE), K(SHARE), 1, CONTRADICTED, 0},
    {1018, "proactive_share", U(SHARE), K(SHARE), 1, CHASE | UPDATE, 0},
    {1019, "next_step_share", U(SHARE), K(SHARE), 1, UPDATE | NEXT_STEP, 0},
    {1020, "ratings", U(COUNT), K(COUNT), 0, 0, 0},
    {1021, "satisfaction", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {1022, "satisfaction_sd", U(SATISFACTION), K(DERIVED), 0, 0, 0},
    {1023, "csat", U(SHARE), K(SHARE), 1, 0, 0},
    {1024, "dissatisfaction", U(SHARE), K(SHARE), 1, 0, 0},
    {1025, "nps_ratings", U(COUNT), K(COUNT), 0, 0, 0},
    {1026, "nps", U(POINTS), K(MEAN), 1, 0, 0},
    {1027, "ces_ratings", U(COUNT), K(COUNT), 0, 0, 0},
    {1028, "ces", U(POINTS), K(MEAN), 1, 0, 0},
    {1029, "employee_ratings", U(COUNT), K(COUNT), 0, 0, 0},
    {1030, "employee_satisfaction", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {1031, "wait_mean", U(DURATION), K(MEAN), 0, 0, 0},
    {1032, "wait_p50", U(DURATION), K(QUANTILE), 0, 0, 0},
    {1033, "wait_p90", U(DURATION), K(QUANTILE), 0, 0, 0},
    {1034, "wait_p99", U(DURATION), K(QUANTILE), 0, 0, 0},
    {1035, "promises", U(COUNT), K(COUNT), 0, 0, 0},
    {1036, "shifts", U(COUNT), K(COUNT), 0, 0, 0},
    {1037, "reschedules", U(COUNT), K(COUNT), 0, REQUESTED, 0},
    {1051, "responses", U(COUNT), K(COUNT), 0, INBOUND, ANSWERING},
    {1052, "response_mean", U(DURATION), K(MEAN), 0, INBOUND, ANSWERING},
    {1053, "response_p50", U(DURATION), K(QUANTILE), 0, INBOUND, ANSWERING},
    {1054, "response_p90", U(DURATION), K(QUANTILE), 0, INBOUND, ANSWERING},
    {1055, "response_p99", U(DURATION), K(QUANTILE), 0, INBOUND, ANSWERING},
    {1038, "deliveries", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {1039, "on_time_rate", U(SHARE), K(SHARE), 1, DELIVERED, 0},
    {1040, "kept_rate", U(SHARE), K(SHARE), 1, DELIVERED, 0},
    {1041, "late", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {1042, "late_proactive", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {1043, "late_reactive", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {1044, "late_silent", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {1045, "late_unexplained", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {1046, "lateness_mean", U(DURATION), K(MEAN), 0, DELIVERED, 0},
    {1047, "lateness_p50", U(DURATION), K(QUANTILE), 0, DELIVERED, 0},
    {1048, "lateness_p90", U(DURATION), K(QUANTILE), 0, DELIVERED, 0},
    {1049, "lateness_p99", U(DURATION), K(QUANTILE), 0, DELIVERED, 0},
    {1050, "value", U(MONEY), K(COUNT), 0, 0, 0},
    /* transitions */
    {2000, "transitions", U(COUNT), K(COUNT), 0, 0, 0},
    {2001, "changes", U(COUNT), K(COUNT), 0, 0, 0},
    {2002, "bounces", U(COUNT), K(COUNT), 0, 0, 0},
    {2003, "returns", U(COUNT), K(COUNT), 0, 0, 0},
    {2004, "wait_mean", U(DURATION), K(MEAN), 0, 0, 0},
    {2005, "wait_p50", U(DURATION), K(QUANTILE), 0, 0, 0},
    {2006, "wait_p90", U(DURATION), K(QUANTILE), 0, 0, 0},
    {2007, "wait_p99", U(DURATION), K(QUANTILE), 0, 0, 0},
    {2008, "lost_context", U(COUNT), K(COUNT), 0, 0, CONTEXT},
    {2009, "lost_context_rate", U(SHARE), K(SHARE), 1, 0, CONTEXT},
    {2010, "steps", U(COUNT), K(COUNT), 0, 0, 0},
    {2011, "satisfaction_step", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {2012, "improved", U(COUNT), K(COUNT), 0, 0, 0},
    {2013, "degraded", U(COUNT), K(COUNT), 0, 0, 0},
    /* journeys */
    {3000, "journeys", U(COUNT), K(COUNT), 0, 0, 0},
    {3001, "open", U(COUNT), K(COUNT), 0, 0, 0},
    {3002, "completed", U(COUNT), K(COUNT), 0, 0, 0},
    {3003, "abandoned", U(COUNT), K(COUNT), 0, 0, 0},
    {3004, "churned", U(COUNT), K(COUNT), 0, CHURNED, 0},
    {3005, "churn_rate", U(SHARE), K(SHARE), 1, CHURNED, 0},
    {3006, "reopened", U(COUNT), K(COUNT), 0, 0, REOPENING},
    {3007, "completion_rate", U(SHARE), K(SHARE), 1, 0, 0},
    {3008, "duration_mean", U(DURATION), K(MEAN), 0, 0, 0},
    {3009, "duration_p50", U(DURATION), K(QUANTILE), 0, 0, 0},
    {3010, "duration_p90", U(DURATION), K(QUANTILE), 0, 0, 0},
    {3011, "duration_p99", U(DURATION), K(QUANTILE), 0, 0, 0},
    {3012, "pending_share", U(SHARE), K(DERIVED), 0, PENDING, 0},
    {3013, "touchpoints_per_journey", U(COUNT), K(MEAN), 0, 0, 0},
    {3014, "contacts_per_journey", U(COUNT), K(MEAN), 0, CONTACT, 0},
    {3015, "handoffs_per_journey", U(COUNT), K(MEAN), 0, 0, 0},
    {3016, "team_changes_per_journey", U(COUNT), K(MEAN), 0, 0, 0},
    {3017, "bounces_per_journey", U(COUNT), K(MEAN), 0, 0, 0},
    {3018, "channel_switches_per_journey", U(COUNT), K(MEAN), 0, 0, 0},
    {3019, "repeats_per_journey", U(COUNT), K(MEAN), 0, REPEATED, 0},
    {3020, "faults_per_journey", U(COUNT), K(MEAN), 0, FAULT, 0},
    {3021, "handoffs", U(COUNT), K(COUNT), 0, 0, 0},
    {3022, "team_changes", U(COUNT), K(COUNT), 0, 0, 0},
    {3023, "bounces", U(COUNT), K(COUNT), 0, 0, 0},
    {3024, "lost_context", U(COUNT), K(COUNT), 0, 0, CONTEXT},
    {3025, "channel_switches", U(COUNT), K(COUNT), 0, 0, 0},
    {3026, "repeats", U(COUNT), K(COUNT), 0, REPEATED, 0},
    {3027, "contradictions", U(COUNT), K(COUNT), 0, CONTRADICTED, 0},
    {3028, "faults", U(COUNT), K(COUNT), 0, FAULT, 0},
    {3029, "chases", U(COUNT), K(COUNT), 0, CHASE, 0},
    {3030, "updates", U(COUNT), K(COUNT), 0, UPDATE, 0},
    {3031, "handoff_free_share", U(SHARE), K(SHARE), 1, 0, 0},
    {3032, "first_contact_resolution", U(SHARE), K(SHARE), 1, CONTACT | INBOUND | RESOLVED, 0},
    {3033, "touch_satisfaction", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {3034, "consistency", U(SHARE), K(DERIVED), 0, 0, 0},
    {3035, "touch_drop", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {3036, "journey_ratings", U(COUNT), K(COUNT), 0, 0, 0},
    {3037, "journey_satisfaction", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {3038, "journey_drop", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {3039, "journey_fall", U(SHARE), K(DERIVED), 0, 0, 0},
    {3040, "journey_nps", U(POINTS), K(MEAN), 1, 0, 0},
    {3041, "journey_ces", U(POINTS), K(MEAN), 1, 0, 0},
    {3042, "gap", U(SATISFACTION), K(MEAN), 1, 0, 0},
    {3043, "asks", U(COUNT), K(COUNT), 0, ASKED, 0},
    {3044, "response_rate", U(SHARE), K(SHARE), 1, ASKED, 0},
    {3045, "promised_share", U(SHARE), K(SHARE), 1, 0, 0},
    {3046, "promises", U(COUNT), K(COUNT), 0, 0, 0},
    {3047, "shifts", U(COUNT), K(COUNT), 0, 0, 0},
    {3048, "reschedules", U(COUNT), K(COUNT), 0, REQUESTED, 0},
    {3049, "deliveries", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {3050, "broken", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {3051, "on_time_rate", U(SHARE), K(SHARE), 1, DELIVERED, 0},
    {3052, "kept_rate", U(SHARE), K(SHARE), 1, DELIVERED, 0},
    {3053, "late", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {3054, "late_proactive", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {3055, "late_reactive", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {3056, "late_silent", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {3057, "late_unexplained", U(COUNT), K(COUNT), 0, EXPLAINS | DELIVERED, 0},
    {3058, "slip_mean", U(DURATION), K(MEAN), 0, 0, 0},
    {3059, "lateness_mean", U(DURATION), K(MEAN), 0, DELIVERED, 0},
    {3060, "lateness_p50", U(DURATION), K(QUANTILE), 0, DELIVERED, 0},
    {3061, "lateness_p90", U(DURATION), K(QUANTILE), 0, DELIVERED, 0},
    {3062, "warning_p50", U(DURATION), K(QUANTILE), 0, EXPLAINS | DELIVERED, 0},
    {3063, "dark_mean", U(DURATION), K(MEAN), 0, EXPLAINS | DELIVERED, 0},
    {3064, "overdue", U(COUNT), K(COUNT), 0, DELIVERED, 0},
    {3065, "silence_mean", U(DURATION), K(MEAN), 0, 0, CONTACT | UPDATE},
    {3066, "silence_p50", U(DURATION), K(QUANTILE), 0, 0, CONTACT | UPDATE},
    {3067, "silence_p90", U(DURATION), K(QUANTILE), 0, 0, CONTACT | UPDATE},
    {3078, "first_responses", U(COUNT), K(COUNT), 0, INBOUND, ANSWERING},
    {3079, "first_response_mean", U(DURATION), K(MEAN), 0, INBOUND, ANSWERING},
    {3080, "first_response_p50", U(DURATION), K(QUANTILE), 0, INBOUND, ANSWERING},
    {3081, "first_response_p90", U(DURATION), K(QUANTILE), 0, INBOUND, ANSWERING},
    {3082, "responses", U(COUNT), K(COUNT), 0, INBOUND, ANSWERING},
    {3083, "response_mean", U(DURATION), K(MEAN), 0, INBOUND, ANSWERING},
    {3084, "waiting", U(COUNT), K(COUNT), 0, INBOUND, ANSWERING},
    {3068, "proactive_share", U(SHARE), K(SHARE), 1, CHASE | UPDATE, 0},
    {3069, "flawless_share", U(SHARE), K(SHARE), 1, CLEAN, 0},
    {3070, "wow_share", U(SHARE), K(SHARE), 1, CLEAN, 0},
    {3071, "clean_journey_share", U(SHARE), K(SHARE), 1, CLEAN, 0},
    {3072, "expected_clean_share", U(SHARE), K(DERIVED), 0, CLEAN, 0},
    {3073, "loops", U(COUNT), K(COUNT), 0, 0, 0},
    {3074, "closed_loop_rate", U(SHARE), K(SHARE), 1, 0, ANSWERING},
    {3075, "closed_loop_p50", U(DURATION), K(QUANTILE), 0, 0, ANSWERING},
    {3076, "value", U(MONEY), K(COUNT), 0, 0, 0},
    {3077, "value_lost", U(MONEY), K(COUNT), 0, CHURNED, 0},
};
enum { METRICS = sizeof catalogue / sizeof *catalogue };

static cxj_metric_info describe(size_t place) {
    cxj_metric_info info;
    memset(&info, 0x5a, sizeof info);
    cxj__metric_describe(place, &info);
    return info;
}

/* Section 6, the tables of the three grains. */
START_TEST(the_catalogue_is_that_of_the_specification) {
    ck_assert_uint_eq(cxj__metric_count(), METRICS);
    for (size_t place = 0; place < METRICS; place++) {
        cxj_metric_info info = describe(place);
        ck_assert_str_eq(info.name, catalogue[place].name);
        ck_assert_uint_eq(info.grain, catalogue[place].number / 1000);
        ck_assert_uint_eq(cxj__metric_grain(place), catalogue[place].number / 1000);
        ck_assert_uint_eq(info.unit, catalogue[place].unit);
        ck_assert_uint_eq(info.kind, catalogue[place].kind);
    }
}
END_TEST

/* The header: a metric's number is "never reused". */
START_TEST(numbers_are_as_promised) {
    for (size_t place = 0; place < METRICS; place++) {
        ck_assert_uint_eq(describe(place).metric, catalogue[place].number);
        ck_assert_uint_eq(cxj__metric_place(catalogue[place].number), place);
        for (size_t i = 0; i < place; i++) ck_assert_uint_ne(catalogue[i].number, catalogue[place].number);
    }
}
END_TEST

START_TEST(unknown_numbers_have_no_place) {
    static const uint32_t unknown[] = {0, 1, 999, 1056, 1999, 2014, 3085, 4000, 4001, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        ck_assert_uint_eq(cxj__metric_place(unknown[i]), SIZE_MAX);
    }
}
END_TEST

START_TEST(names_are_found_in_their_grain) {
    for (size_t place = 0; place < METRICS; place++) {
        const char *name = catalogue[place].name;
        for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
            size_t found = cxj__metric_find(grain, name, strlen(name));
            if (grain == catalogue[place].number / 1000) ck_assert_uint_eq(found, place);
            if (found != SIZE_MAX) ck_assert_uint_eq(cxj__metric_grain(found), grain);
        }
        ck_assert_uint_eq(cxj__metric_find(0, name, strlen(name)), SIZE_MAX);
        ck_assert_uint_eq(cxj__metric_find(4, name, strlen(name)), SIZE_MAX);
    }
    ck_assert_uint_eq(cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, "", 0), SIZE_MAX);
    ck_assert_uint_eq(cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, "csat_", 5), SIZE_MAX);
    ck_assert_uint_eq(cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, "csa", 3), SIZE_MAX);
    ck_assert_uint_ne(cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, "csat_", 4), SIZE_MAX);
    ck_assert_uint_eq(cxj__metric_find(CXJ_GRAIN_TRANSITIONS, "csat", 4), SIZE_MAX);
    /* A NUL that is counted belongs to the name, and no metric has one in its name. */
    ck_assert_uint_eq(cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, "csat", 5), SIZE_MAX);
}
END_TEST

START_TEST(summaries_say_something) {
    for (size_t place = 0; place < METRICS; place++) {
        cxj_metric_info info = describe(place);
        ck_assert_ptr_nonnull(info.summary);
        ck_assert_uint_gt(strlen(info.summary), 4);
    }
}
END_TEST

/* Section 6 defines these three at length: first_contact_resolution is "of journeys with a resolved touchpoint and at
 * least one inbound one: share in which exactly one contact stands at or before the first resolved touchpoint and no
 * inbound one after it"; gap "how much better the touchpoints look than the journey"; expected_clean_share "(clean
 * touchpoints / touchpoints)^(touchpoints / journeys), over ended journeys". Their summaries leave no part of it
 * out. */
START_TEST(long_summaries_are_whole) {
    static const struct {
        uint32_t number;
        const char *parts[4];
    } summaries[] = {
        {3032, {"a resolved and an inbound", "exactly one contact", "first resolved one", "no inbound one after it"}},
        {3042, {"how much better the touchpoints look", "mean of the mean touch rating", "journey's rating", ""}},
        {3072, {"touchpoints)^(touchpoints / journeys)", "ended journeys", "clean journeys if", "independent"}},
    };
    for (size_t i = 0; i < sizeof summaries / sizeof *summaries; i++) {
        const char *summary = describe(cxj__metric_place(summaries[i].number)).summary;
        for (size_t k = 0; k < 4; k++) {
            const char *part = strstr(summary, summaries[i].parts[k]);
            ck_assert_msg(part != NULL, "\"%s\" is not in \"%s\"", summaries[i].parts[k], summary);
        }
    }
}
END_TEST

/* Section 6: "Marked † below"; and overdue is "now". */
START_TEST(intervals_and_now_are_as_marked) {
    for (size_t place = 0; place < METRICS; place++) {
        cxj_metric_info info = describe(place);
        ck_assert_msg(info.has_interval == catalogue[place].interval, "%s", info.name);
        ck_assert_msg(info.needs_now == (catalogue[place].number == 3064), "%s", info.name);
        for (size_t i = 0; i < sizeof info.reserved; i++) ck_assert_uint_eq(info.reserved[i], 0);
    }
}
END_TEST

/* Section 6, Feeds: "a metric whose definition names a facet outside them has no value". */
START_TEST(needs_are_as_promised) {
    for (size_t place = 0; place < METRICS; place++) {
        cxj_metric_info info = describe(place);
        ck_assert_msg(info.needs_all == catalogue[place].needs_all, "%s", info.name);
        ck_assert_msg(info.needs_any == catalogue[place].needs_any, "%s", info.name);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * A cell to be read
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__memory memory;

static struct cxj__cell *create(uint32_t grain) {
    memory = (struct cxj__memory){cxj__base_allocate, NULL, 0, 0};
    struct cxj__cell *cell = cxj__cell_create(&memory, grain);
    ck_assert_ptr_nonnull(cell);
    return cell;
}

static void destroy(struct cxj__cell *cell) {
    cxj__cell_destroy(cell, &memory);
    ck_assert_uint_eq(memory.used, 0);
}

static void set_count(struct cxj__cell *cell, int which, int64_t value) {
    cxj__cell_counts(cell)[which] = value;
}

static void set_sum(struct cxj__cell *cell, int which, int64_t value) {
    cxj__cell_sums(cell)[which] = cxj__base_wide(value);
}

static const struct cxj__circumstances everything = {0, true, true};

static cxj_value read_place(const struct cxj__cell *cell, size_t place, struct cxj__circumstances circumstances) {
    cxj_value result;
    memset(&result, 0x5a, sizeof result);
    cxj__metric_read(place, cell, &circumstances, &result);
    return result;
}

static cxj_value read(const struct cxj__cell *cell, const char *name) {
    size_t place = cxj__metric_find(cell->grain, name, strlen(name));
    ck_assert_uint_ne(place, SIZE_MAX);
    return read_place(cell, place, everything);
}

static bool is_near(double found, double expected) {
    return fabs(found - expected) <= 1e-12 * fmax(1, fabs(expected));
}

static void has_value(const struct cxj__cell *cell, const char *name, double value, uint64_t n) {
    cxj_value found = read(cell, name);
    ck_assert_msg(is_near(found.value, value), "%s: %.17g in place of %.17g", name, found.value, value);
    ck_assert_msg(found.n == n, "%s: n is %" PRIu64 " in place of %" PRIu64, name, found.n, n);
}

static void has_interval(const struct cxj__cell *cell, const char *name, double low, double high) {
    cxj_value found = read(cell, name);
    ck_assert_msg(is_near(found.low, low), "%s: low %.17g in place of %.17g", name, found.low, low);
    ck_assert_msg(is_near(found.high, high), "%s: high %.17g in place of %.17g", name, found.high, high);
}

static void has_no_interval(const struct cxj__cell *cell, const char *name) {
    cxj_value found = read(cell, name);
    ck_assert_msg(isnan(found.low) && isnan(found.high), "%s", name);
}

static void has_no_value(const struct cxj__cell *cell, const char *name) {
    ck_assert_msg(isnan(read(cell, name).value), "%s", name);
    has_no_interval(cell, name);
}

/* n durations, n a multiple of 100. Exactly at the ranks of p50, p90 and p99 stand base + 1, base + 3 and base + 5. */
static void fill(struct cxj__cell *cell, int histogram, int64_t n, uint32_t base) {
    static const int64_t percents[] = {49, 1, 39, 1, 8, 1, 1};
    for (uint32_t i = 0; i < 7; i++) {
        struct cxj__histogram *h = &cxj__cell_histograms(cell)[histogram];
        ck_assert(cxj__histogram_reserve(h, &memory, base + i, (uint64_t)(n / 100 * percents[i])));
        cxj__histogram_add(h, base + i, n / 100 * percents[i]);
    }
}

/* A cell in which every count and sum is different, so that no operand can stand for another. */
static struct cxj__cell *create_varied(uint32_t grain, int counts, int sums) {
    struct cxj__cell *cell = create(grain);
    for (int i = 0; i < counts; i++) set_count(cell, i, 100 * (i + 1));
    for (int i = 0; i < sums; i++) set_sum(cell, i, INT64_C(1000003) * (i + 2) * (i % 3 == 2 ? -1 : 1));
    return cell;
}

static double count_of(const struct cxj__cell *cell, int which) {
    return (double)cxj__cell_counts(cell)[which];
}

static double sum_of(const struct cxj__cell *cell, int which) {
    return cxj__base_double(cxj__cell_sums(cell)[which]);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Every metric's value
 * ------------------------------------------------------------------------------------------------------------------ */

struct expected {
    const char *name;
    double value;
    double n;
};

/* Checks them all, and that no metric of the grain but those of the list other was left out. */
static void have_values(const struct cxj__cell *cell, const struct expected *expected, size_t count, size_t others) {
    size_t of_grain = 0;
    for (size_t i = 0; i < count; i++) has_value(cell, expected[i].name, expected[i].value, (uint64_t)expected[i].n);
    for (size_t place = 0; place < METRICS; place++) of_grain += cxj__metric_grain(place) == cell->grain;
    ck_assert_uint_eq(count + others, of_grain);
}

#define C(name) count_of(cell, COUNTS_OF(name))
#define S(name) sum_of(cell, SUMS_OF(name))

/* Section 6, "Grain touchpoints"; satisfaction_sd is tested by itself. */
START_TEST(values_of_touchpoints) {
#define COUNTS_OF(name) CXJ__T_##name
#define SUMS_OF(name) CXJ__T_SUM_##name
    struct cxj__cell *cell = create_varied(CXJ_GRAIN_TOUCHPOINTS, CXJ__T_COUNTS, CXJ__T_SUMS);
    fill(cell, CXJ__T_HISTOGRAM_WAIT, cxj__cell_counts(cell)[CXJ__T_WAITS], 10);
    fill(cell, CXJ__T_HISTOGRAM_LATENESS, cxj__cell_counts(cell)[CXJ__T_LATE], 20);
    fill(cell, CXJ__T_HISTOGRAM_RESPONSE, cxj__cell_counts(cell)[CXJ__T_RESPONSES], 30);
    const double all = C(TOUCHPOINTS);
    const struct expected expected[] = {
        {"touchpoints", all, all},
        {"contacts", C(CONTACTS), all},
        {"inbound", C(INBOUND), all},
        {"chases", C(CHASES), all},
        {"updates", C(UPDATES), all},
        {"proactive_updates", C(PROACTIVE_UPDATES), all},
        {"next_steps", C(NEXT_STEPS), all},
        {"explanations", C(EXPLANATIONS), all},
        {"repeats", C(REPEATS), all},
        {"contradictions", C(CONTRADICTIONS), all},
        {"faults", C(FAULTS), all},
        {"resolutions", C(RESOLUTIONS), all},
        {"asks", C(ASKS), all},
        {"journeys", C(JOURNEYS), all},
        {"clean_share", C(CLEAN) / all, all},
        {"fault_rate", C(FAULTS) / all, all},
        {"repeat_rate", C(REPEATS) / all, all},
        {"contradiction_rate", C(CONTRADICTIONS) / all, all},
        {"proactive_share", C(PROACTIVE_UPDATES) / C(UPDATES), C(UPDATES)},
        {"next_step_share", C(NEXT_STEPS) / C(UPDATES), C(UPDATES)},
        {"ratings", C(RATINGS), all},
        {"satisfaction", S(RATING) / 12600 / C(RATINGS), C(RATINGS)},
        {"csat", C(SATISFIED) / C(RATINGS), C(RATINGS)},
        {"dissatisfaction", C(DISSATISFIED) / C(RATINGS), C(RATINGS)},
        {"nps_ratings", C(NPS_RATINGS), all},
        {"nps", 100 * (C(NPS_SATISFIED) - C(NPS_DISSATISFIED)) / C(NPS_RATINGS), C(NPS_RATINGS)},
        {"ces_ratings", C(CES_RATINGS), all},
        {"ces", 1 + S(CES) / 2100 / C(CES_RATINGS), C(CES_RATINGS)},
        {"employee_ratings", C(EMPLOYEE_RATINGS), all},
        {"employee_satisfaction", S(EMPLOYEE) / 12600 / C(EMPLOYEE_RATINGS), C(EMPLOYEE_RATINGS)},
        {"wait_mean", S(WAIT) / C(WAITS), C(WAITS)},
        {"wait_p50", 11, C(WAITS)},
        {"wait_p90", 13, C(WAITS)},
        {"wait_p99", 15, C(WAITS)},
        {"promises", C(PROMISES), all},
        {"shifts", C(SHIFTS), all},
        {"reschedules", C(RESCHEDULES), all},
        {"responses", C(RESPONSES), all},
        {"response_mean", S(RESPONSE) / C(RESPONSES), C(RESPONSES)},
        {"response_p50", 31, C(RESPONSES)},
        {"response_p90", 33, C(RESPONSES)},
        {"response_p99", 35, C(RESPONSES)},
        {"deliveries", C(DELIVERIES), all},
        {"on_time_rate", C(ON_TIME) / C(DELIVERIES), C(DELIVERIES)},
        {"kept_rate", C(KEPT) / C(DELIVERIES), C(DELIVERIES)},
        {"late", C(LATE), all},
        {"late_proactive", C(LATE_PROACTIVE), all},
        {"late_reactive", C(LATE_REACTIVE), all},
        {"late_silent", C(LATE_SILENT), all},
        {"late_unexplained", C(LATE_UNEXPLAINED), all},
        {"lateness_mean", S(LATENESS) / C(LATE), C(LATE)},
        {"lateness_p50", 21, C(LATE)},
        {"lateness_p90", 23, C(LATE)},
        {"lateness_p99", 25, C(LATE)},
        {"value", S(VALUE), all},
    };
    have_values(cell, expected, sizeof expected / sizeof *expected, 1);
    destroy(cell);
#undef COUNTS_OF
#undef SUMS_OF
}
END_TEST

/* Section 6, "Grain transitions". */
START_TEST(values_of_transitions) {
#define COUNTS_OF(name) CXJ__X_##name
#define SUMS_OF(name) CXJ__X_SUM_##name
    struct cxj__cell *cell = create_varied(CXJ_GRAIN_TRANSITIONS, CXJ__X_COUNTS, CXJ__X_SUMS);
    fill(cell, CXJ__X_HISTOGRAM_WAIT, cxj__cell_counts(cell)[CXJ__X_TRANSITIONS], 30);
    const double all = C(TRANSITIONS);
    const struct expected expected[] = {
        {"transitions", all, all},
        {"changes", C(CHANGES), all},
        {"bounces", C(BOUNCES), all},
        {"returns", C(RETURNS), all},
        {"wait_mean", S(WAIT) / all, all},
        {"wait_p50", 31, all},
        {"wait_p90", 33, all},
        {"wait_p99", 35, all},
        {"lost_context", C(LOST_CONTEXT), all},
        {"lost_context_rate", C(LOST_CONTEXT) / C(CHANGES), C(CHANGES)},
        {"steps", C(STEPS), all},
        {"satisfaction_step", S(STEP) / 12600 / C(STEPS), C(STEPS)},
        {"improved", C(IMPROVED), all},
        {"degraded", C(DEGRADED), all},
    };
    have_values(cell, expected, sizeof expected / sizeof *expected, 0);
    destroy(cell);
#undef COUNTS_OF
#undef SUMS_OF
}
END_TEST

#define COUNTS_OF(name) CXJ__J_##name
#define SUMS_OF(name) CXJ__J_SUM_##name

static struct cxj__cell *varied_journeys(void) {
    struct cxj__cell *cell = create_varied(CXJ_GRAIN_JOURNEYS, CXJ__J_COUNTS, CXJ__J_SUMS);
    const int64_t *counts = cxj__cell_counts(cell);
    int64_t ended = counts[CXJ__J_COMPLETED] + counts[CXJ__J_ABANDONED];
    fill(cell, CXJ__J_HISTOGRAM_DURATION, ended, 40);
    fill(cell, CXJ__J_HISTOGRAM_SILENCE, ended, 50);
    fill(cell, CXJ__J_HISTOGRAM_LATENESS, counts[CXJ__J_LATE], 60);
    fill(cell, CXJ__J_HISTOGRAM_WARNING, counts[CXJ__J_LATE_PROACTIVE], 70);
    fill(cell, CXJ__J_HISTOGRAM_LOOP, counts[CXJ__J_LOOPS_CLOSED], 80);
    fill(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, counts[CXJ__J_FIRST_RESPONSES], 90);
    return cell;
}

/* Section 6, "Grain journeys", from journeys to first_contact_resolution. */
START_TEST(values_of_journeys_how_they_went) {
    struct cxj__cell *cell = varied_journeys();
    const double all = C(JOURNEYS), ended = C(COMPLETED) + C(ABANDONED);
    const struct expected expected[] = {
        {"journeys", all, all},
        {"open", all - ended, all},
        {"completed", C(COMPLETED), all},
        {"abandoned", C(ABANDONED), all},
        {"churned", C(CHURNED), all},
        {"churn_rate", C(CHURNED) / all, all},
        {"reopened", C(REOPENED), all},
        {"completion_rate", C(COMPLETED) / ended, ended},
        {"duration_mean", S(DURATION) / ended, ended},
        {"duration_p50", 41, ended},
        {"duration_p90", 43, ended},
        {"duration_p99", 45, ended},
        {"pending_share", S(PENDING) / S(DURATION), ended},
        {"touchpoints_per_journey", C(TOUCHPOINTS) / all, all},
        {"contacts_per_journey", C(CONTACTS) / all, all},
        {"handoffs_per_journey", C(HANDOFFS) / all, all},
        {"team_changes_per_journey", C(TEAM_CHANGES) / all, all},
        {"bounces_per_journey", C(BOUNCES) / all, all},
        {"channel_switches_per_journey", C(CHANNEL_SWITCHES) / all, all},
        {"repeats_per_journey", C(REPEATS) / all, all},
        {"faults_per_journey", C(FAULTS) / all, all},
        {"handoffs", C(HANDOFFS), all},
        {"team_changes", C(TEAM_CHANGES), all},
        {"bounces", C(BOUNCES), all},
        {"lost_context", C(LOST_CONTEXT), all},
        {"channel_switches", C(CHANNEL_SWITCHES), all},
        {"repeats", C(REPEATS), all},
        {"contradictions", C(CONTRADICTIONS), all},
        {"faults", C(FAULTS), all},
        {"chases", C(CHASES), all},
        {"updates", C(UPDATES), all},
        {"handoff_free_share", C(HANDOFF_FREE) / all, all},
        {"first_contact_resolution", C(FIRST_CONTACT_RESOLVED) / C(FIRST_CONTACT_CANDIDATES),
         C(FIRST_CONTACT_CANDIDATES)},
    };
    have_values(cell, expected, sizeof expected / sizeof *expected, 52);
    destroy(cell);
}
END_TEST

/* … from touch_satisfaction to response_rate; consistency is tested by itself. */
START_TEST(values_of_journeys_how_they_were_rated) {
    struct cxj__cell *cell = varied_journeys();
    const double all = C(JOURNEYS), ratings = C(JOURNEY_RATINGS), drops = C(JOURNEY_DROPS);
    const struct expected expected[] = {
        {"touch_satisfaction", S(TOUCH) / 12600 / C(TOUCH_RATINGS), C(TOUCH_RATINGS)},
        {"touch_drop", S(TOUCH_DROP) / 12600 / C(TOUCH_DROPS), C(TOUCH_DROPS)},
        {"journey_ratings", ratings, all},
        {"journey_satisfaction", S(JOURNEY) / 12600 / ratings, ratings},
        {"journey_drop", S(JOURNEY_DROP) / 12600 / drops, drops},
        {"journey_fall", S(JOURNEY_DROP) / S(JOURNEY_FIRST), drops},
        {"journey_nps", 100 * (C(NPS_SATISFIED) - C(NPS_DISSATISFIED)) / C(NPS_RATINGS), C(NPS_RATINGS)},
        {"journey_ces", 1 + S(CES) / 2100 / C(CES_RATINGS), C(CES_RATINGS)},
        {"gap", S(GAP) / (65536.0 * 12600) / C(GAPS), C(GAPS)},
        {"asks", C(ASKS), all},
        {"response_rate", C(ANSWERED) / C(ASKED), C(ASKED)},
    };
    have_values(cell, expected, sizeof expected / sizeof *expected, 74);
    destroy(cell);
}
END_TEST

/* … and from promised_share to the end. */
START_TEST(values_of_journeys_what_was_promised) {
    struct cxj__cell *cell = varied_journeys();
    const double all = C(JOURNEYS), ended = C(COMPLETED) + C(ABANDONED), due = C(DELIVERIES) + C(BROKEN);
    const double clean = C(ENDED_CLEAN) / C(ENDED_TOUCHPOINTS);
    const struct expected expected[] = {
        {"promised_share", C(PROMISED) / all, all},
        {"promises", C(PROMISES), all},
        {"shifts", C(SHIFTS), all},
        {"reschedules", C(RESCHEDULES), all},
        {"deliveries", C(DELIVERIES), all},
        {"broken", C(BROKEN), all},
        {"on_time_rate", C(ON_TIME) / due, due},
        {"kept_rate", C(KEPT) / due, due},
        {"late", C(LATE), all},
        {"late_proactive", C(LATE_PROACTIVE), all},
        {"late_reactive", C(LATE_REACTIVE), all},
        {"late_silent", C(LATE_SILENT), all},
        {"late_unexplained", C(LATE_UNEXPLAINED), all},
        {"slip_mean", S(SLIP) / C(SHIFTS), C(SHIFTS)},
        {"lateness_mean", S(LATENESS) / C(LATE), C(LATE)},
        {"lateness_p50", 61, C(LATE)},
        {"lateness_p90", 63, C(LATE)},
        {"warning_p50", 71, C(LATE_PROACTIVE)},
        {"dark_mean", S(DARK) / C(LATE), C(LATE)},
        {"overdue", C(OVERDUE), all},
        {"silence_mean", S(SILENCE) / ended, ended},
        {"silence_p50", 51, ended},
        {"silence_p90", 53, ended},
        {"first_responses", C(FIRST_RESPONSES), all},
        {"first_response_mean", S(FIRST_RESPONSE) / C(FIRST_RESPONSES), C(FIRST_RESPONSES)},
        {"first_response_p50", 91, C(FIRST_RESPONSES)},
        {"first_response_p90", 93, C(FIRST_RESPONSES)},
        {"responses", C(RESPONSES), all},
        {"response_mean", S(RESPONSE) / C(RESPONSES), C(RESPONSES)},
        {"waiting", C(WAITING), all},
        {"proactive_share", C(PROACTIVE_UPDATES) / C(UPDATES), C(UPDATES)},
        {"flawless_share", C(FLAWLESS) / ended, ended},
        {"wow_share", C(WOW) / ended, ended},
        {"clean_journey_share", C(CLEAN_JOURNEYS) / ended, ended},
        {"expected_clean_share", pow(clean, C(ENDED_TOUCHPOINTS) / ended), ended},
        {"loops", C(LOOPS), all},
        {"closed_loop_rate", C(LOOPS_CLOSED) / C(LOOPS), C(LOOPS)},
        {"closed_loop_p50", 81, C(LOOPS_CLOSED)},
        {"value", S(VALUE), all},
        {"value_lost", S(VALUE_LOST), all},
    };
    have_values(cell, expected, sizeof expected / sizeof *expected, 45);
    destroy(cell);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * No value
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 6: "A ratio with denominator 0 has no value (NaN in C, null in JSON), never 0." */
START_TEST(nothing_to_divide_by_is_no_value) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = create(grain);
        for (size_t place = 0; place < METRICS; place++) {
            if (cxj__metric_grain(place) != grain) continue;
            cxj_value found = read_place(cell, place, everything);
            bool counts = catalogue[place].kind == CXJ_KIND_COUNT;
            ck_assert_msg(counts ? found.value == 0 : isnan(found.value), "%s", catalogue[place].name);
            ck_assert_msg(isnan(found.low) && isnan(found.high), "%s", catalogue[place].name);
            ck_assert_uint_eq(found.n, 0);
        }
        destroy(cell);
    }
}
END_TEST

/* The same where there are contributions, but none of the kind that is asked for. */
START_TEST(each_ratio_has_its_own_denominator) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_JOURNEYS, 5);
    has_value(cell, "journeys", 5, 5);
    has_value(cell, "open", 5, 5);
    has_value(cell, "churn_rate", 0, 5);
    has_value(cell, "promised_share", 0, 5);
    has_no_value(cell, "completion_rate");
    has_no_value(cell, "on_time_rate");
    has_no_value(cell, "duration_mean");
    has_no_value(cell, "silence_p50");
    has_no_value(cell, "pending_share");
    has_no_value(cell, "expected_clean_share");
    has_no_value(cell, "journey_fall");
    set_count(cell, CXJ__J_BROKEN, 2);
    has_value(cell, "on_time_rate", 0, 2); /* Broken ones alone are something to divide by. */
    destroy(cell);
}
END_TEST

/* And one of it is enough. */
START_TEST(one_is_enough_to_divide_by) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_JOURNEYS, 1);
    set_count(cell, CXJ__J_TOUCHPOINTS, 3);
    set_count(cell, CXJ__J_ABANDONED, 1);
    set_count(cell, CXJ__J_ENDED_TOUCHPOINTS, 2);
    set_count(cell, CXJ__J_ENDED_CLEAN, 1);
    set_count(cell, CXJ__J_JOURNEY_RATINGS, 1);
    set_sum(cell, CXJ__J_SUM_DURATION, 7);
    set_sum(cell, CXJ__J_SUM_JOURNEY, 6300);
    ck_assert(cxj__histogram_reserve(&cxj__cell_histograms(cell)[CXJ__J_HISTOGRAM_DURATION], &memory, 7, 1));
    cxj__histogram_add(&cxj__cell_histograms(cell)[CXJ__J_HISTOGRAM_DURATION], 7, 1);
    has_value(cell, "touchpoints_per_journey", 3, 1);
    has_value(cell, "duration_mean", 7, 1);
    has_value(cell, "duration_p99", 7, 1);
    has_value(cell, "expected_clean_share", 0.25, 1);
    has_value(cell, "completion_rate", 0, 1);
    has_value(cell, "journey_satisfaction", 0.5, 1);
    destroy(cell);
}
END_TEST

/* Whether a metric has a value when the feed lacks some facets. */
static bool is_fed(size_t place, uint32_t unrecorded) {
    uint32_t any = catalogue[place].needs_any;
    return (catalogue[place].needs_all & unrecorded) == 0 && (any == 0 || (any & ~unrecorded) != 0);
}

static void check_feed(const struct cxj__cell *cell, uint32_t unrecorded) {
    struct cxj__circumstances circumstances = everything;
    circumstances.unrecorded = unrecorded;
    for (size_t place = 0; place < METRICS; place++) {
        if (cxj__metric_grain(place) != cell->grain) continue;
        cxj_value found = read_place(cell, place, circumstances);
        ck_assert_msg(!isnan(found.value) == is_fed(place, unrecorded), "%s without %" PRIx32, catalogue[place].name,
                      unrecorded);
        if (is_fed(place, unrecorded)) continue;
        ck_assert(isnan(found.low) && isnan(found.high));
    }
}

/* Section 6, Feeds: "A zero must not look like good news where nobody records the fact." */
START_TEST(what_is_not_fed_has_no_value) {
    static const uint32_t others[] = {
        CONTEXT,   CONTACT | UPDATE,     REOPENING, REOPENING & ~REOPENS, CLEAN & ~REPEATED,
        ANSWERING, ANSWERING & ~RESOLVED};
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = grain == CXJ_GRAIN_JOURNEYS      ? varied_journeys()
                                 : grain == CXJ_GRAIN_TRANSITIONS ? create_varied(grain, CXJ__X_COUNTS, CXJ__X_SUMS)
                                                                  : create_varied(grain, CXJ__T_COUNTS, CXJ__T_SUMS);
        /* Squares as large as they must be for variances not to be negative. */
        if (grain == CXJ_GRAIN_TOUCHPOINTS) set_sum(cell, CXJ__T_SUM_RATING_SQUARES, INT64_MAX);
        if (grain == CXJ_GRAIN_JOURNEYS) set_sum(cell, CXJ__J_SUM_TOUCH_SQUARES, INT64_MAX);
        check_feed(cell, 0);
        check_feed(cell, CXJ_FACETS_ALL);
        for (uint32_t bit = 0; bit <= 17; bit++) {
            check_feed(cell, UINT32_C(1) << bit);
            check_feed(cell, CXJ_FACETS_ALL & ~(UINT32_C(1) << bit));
        }
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) check_feed(cell, others[i]);
        destroy(cell);
    }
}
END_TEST

/* Section 3.7: "Only metrics marked now, and alerts, depend on it; before the first advance they have no value." */
START_TEST(overdue_needs_the_clock) {
    struct cxj__cell *cell = varied_journeys();
    struct cxj__circumstances without = everything;
    without.has_now = false;
    for (size_t place = 0; place < METRICS; place++) {
        if (cxj__metric_grain(place) != CXJ_GRAIN_JOURNEYS) continue;
        cxj_value with_clock = read_place(cell, place, everything), found = read_place(cell, place, without);
        bool overdue = strcmp(catalogue[place].name, "overdue") == 0;
        ck_assert_int_eq(isnan(found.value) != 0, overdue || isnan(with_clock.value));
    }
    destroy(cell);
}
END_TEST

/* Section 6: lost_context "(first dimension owner or team, else no value)". */
START_TEST(lost_context_is_known_of_owner_and_team) {
    struct cxj__cell *cell = create_varied(CXJ_GRAIN_TRANSITIONS, CXJ__X_COUNTS, CXJ__X_SUMS);
    fill(cell, CXJ__X_HISTOGRAM_WAIT, 100, 30);
    struct cxj__circumstances without = everything;
    without.has_context = false;
    for (size_t place = 0; place < METRICS; place++) {
        if (cxj__metric_grain(place) != CXJ_GRAIN_TRANSITIONS) continue;
        bool context = strncmp(catalogue[place].name, "lost_context", 12) == 0;
        ck_assert_int_eq(isnan(read_place(cell, place, without).value) != 0, context);
        ck_assert(!isnan(read_place(cell, place, everything).value));
    }
    destroy(cell);
}
END_TEST

/* A journeys view has no first dimension to ask for; there it is "(of handoffs)". */
START_TEST(lost_context_of_journeys_is_always_known) {
    struct cxj__cell *cell = varied_journeys();
    size_t place = cxj__metric_find(CXJ_GRAIN_JOURNEYS, "lost_context", 12);
    cxj_value found = read_place(cell, place, (struct cxj__circumstances){0, true, false});
    ck_assert_double_eq(found.value, count_of(cell, CXJ__J_LOST_CONTEXT));
    for (size_t i = 0; i < METRICS; i++) {
        if (cxj__metric_grain(i) != CXJ_GRAIN_JOURNEYS) continue;
        bool is_nan = isnan(read_place(cell, i, everything).value);
        ck_assert_int_eq(isnan(read_place(cell, i, (struct cxj__circumstances){0, true, false}).value) != 0, is_nan);
    }
    destroy(cell);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Intervals
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__cell *create_share(int64_t k, int64_t n) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    set_count(cell, CXJ__T_TOUCHPOINTS, n);
    set_count(cell, CXJ__T_FAULTS, k);
    return cell;
}

/* Section 6: "for a share k/n, Wilson's score interval"; the values are those of Newcombe, "Two-sided confidence
 * intervals for the single proportion" (1998), in his four places. */
START_TEST(wilson_gives_known_values) {
    static const struct {
        int64_t k, n;
        double low, high;
    } known[] = {
        {81, 263, 0.2553, 0.3662},
        {15, 148, 0.0624, 0.1605},
        {0, 20, 0, 0.1611},
        {1, 29, 0.0061, 0.1718},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct cxj__cell *cell = create_share(known[i].k, known[i].n);
        cxj_value found = read(cell, "fault_rate");
        ck_assert_double_eq_tol(found.low, known[i].low, 5e-5);
        ck_assert_double_eq_tol(found.high, known[i].high, 5e-5);
        ck_assert_uint_eq(found.n, (uint64_t)known[i].n);
        destroy(cell);
    }
}
END_TEST

/* The bounds are where the share observed is z standard errors away: (p̂ - p)² = z² p (1 - p) / n. */
START_TEST(wilson_solves_its_equation) {
    for (int64_t n = 1; n <= 400; n += 1 + n / 7) {
        for (int64_t k = 0; k <= n; k += 1 + n / 9) {
            struct cxj__cell *cell = create_share(k, n);
            cxj_value found = read(cell, "fault_rate");
            double share = (double)k / (double)n, low = found.low, high = found.high;
            ck_assert(0 <= low && low <= share && share <= high && high <= 1);
            ck_assert_int_eq(low == 0, k == 0);
            ck_assert_int_eq(high == 1, k == n);
            double at_low = (share - low) * (share - low) - z * z * low * (1 - low) / (double)n;
            double at_high = (share - high) * (share - high) - z * z * high * (1 - high) / (double)n;
            ck_assert_double_eq_tol(at_low, 0, 1e-13);
            ck_assert_double_eq_tol(at_high, 0, 1e-13);
            destroy(cell);
        }
    }
}
END_TEST

/* None of n, or all: the interval ends at 0 or 1 itself, whatever rounding does. */
START_TEST(wilson_ends_at_the_ends) {
    for (int64_t n = 1; n <= 3000; n++) {
        struct cxj__cell *cell = create_share(0, n);
        cxj_value none = read(cell, "fault_rate");
        set_count(cell, CXJ__T_FAULTS, n);
        cxj_value all = read(cell, "fault_rate");
        bool exact = none.low == 0 && all.high == 1 && none.value == 0 && all.value == 1;
        ck_assert_msg(exact && is_near(none.high, 1 - all.low), "n = %" PRId64, n);
        destroy(cell);
    }
}
END_TEST

/* Of two counts in the denominator both stand behind the interval. */
START_TEST(a_share_of_a_sum_has_its_interval) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_JOURNEYS, 99);
    set_count(cell, CXJ__J_COMPLETED, 8);
    set_count(cell, CXJ__J_ABANDONED, 2);
    cxj_value found = read(cell, "completion_rate");
    ck_assert_uint_eq(found.n, 10);
    ck_assert_double_eq_tol(found.value, 0.8, 1e-15);
    ck_assert_double_eq_tol(found.low, 0.490162471537, 1e-12);
    ck_assert_double_eq_tol(found.high, 0.943317848546, 1e-12);
    destroy(cell);
}
END_TEST

/* Touch ratings, given as s. */
static struct cxj__cell *create_rated(const int64_t *ratings, int64_t n) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    set_count(cell, CXJ__T_RATINGS, n);
    for (int64_t i = 0; i < n; i++) {
        cxj__base_add(&cxj__cell_sums(cell)[CXJ__T_SUM_RATING], cxj__base_wide(ratings[i]));
        cxj__base_add(&cxj__cell_sums(cell)[CXJ__T_SUM_RATING_SQUARES], cxj__base_product(ratings[i], ratings[i]));
    }
    return cell;
}

/* 0.975 quantiles of Student's distribution with 1, 2 and 19 degrees of freedom. */
static const double t1 = 12.706204736174704646, t2 = 4.3026527297494638523, t19 = 2.0930240544083097692;

/* Section 6: "mean ± t·sqrt(s²/n), with s² the unbiased variance and t the 0.975 quantile of Student's distribution
 * with n − 1 degrees of freedom; its ends are held within what the mean can be". 0, 1/4 and 1: mean 5/12, squares of
 * the differences 25/144 + 4/144 + 49/144 = 13/24, so s² = 13/48, and both ends are held. A tenth as far apart: s²
 * is a hundredth, and they are not. */
START_TEST(a_mean_has_its_interval) {
    static const int64_t ratings[] = {0, 3150, 12600};
    struct cxj__cell *cell = create_rated(ratings, 3);
    double half = t2 * sqrt(13.0 / 48 / 3) / 10;
    has_value(cell, "satisfaction", 5.0 / 12, 3);
    has_interval(cell, "satisfaction", 0, 1);
    has_value(cell, "satisfaction_sd", sqrt(13.0 / 48), 3);
    has_no_interval(cell, "satisfaction_sd");
    destroy(cell);
    static const int64_t near[] = {5040, 5355, 6300};
    cell = create_rated(near, 3);
    has_interval(cell, "satisfaction", 0.4 + 0.5 / 12 - half, 0.4 + 0.5 / 12 + half);
    destroy(cell);
}
END_TEST

START_TEST(one_value_has_a_mean_without_interval) {
    static const int64_t ratings[] = {9450, 3150};
    struct cxj__cell *cell = create_rated(ratings, 1);
    has_value(cell, "satisfaction", 0.75, 1);
    has_no_interval(cell, "satisfaction");
    has_no_value(cell, "satisfaction_sd");
    destroy(cell);
    cell = create_rated(ratings, 2);
    has_value(cell, "satisfaction_sd", sqrt(0.125), 2);
    has_interval(cell, "satisfaction", 0, 1);
    destroy(cell);
    static const int64_t near[] = {6300, 6552}; /* 0.5 and 0.52 */
    cell = create_rated(near, 2);
    has_interval(cell, "satisfaction", 0.51 - t1 * 0.01, 0.51 + t1 * 0.01);
    destroy(cell);
}
END_TEST

/* Section 6: an interval is "for a mean of n ≥ 2 values that are not all equal". In integers, equal values have no
 * variance at all, however many and odd they are. */
START_TEST(equal_values_have_no_interval) {
    int64_t ratings[997];
    for (size_t i = 0; i < 997; i++) ratings[i] = 11200;
    struct cxj__cell *cell = create_rated(ratings, 997);
    has_value(cell, "satisfaction", 11200.0 / 12600, 997);
    has_no_interval(cell, "satisfaction");
    ck_assert_double_eq(read(cell, "satisfaction_sd").value, 0);
    destroy(cell);
}
END_TEST

/* Each mean has its own squares: a spread put into one of them shows in no other. */
START_TEST(each_mean_has_its_own_squares) {
    static const struct {
        uint32_t grain;
        const char *name;
        int count, sum;
        double unit;
    } means[] = {
        {CXJ_GRAIN_TOUCHPOINTS, "satisfaction", CXJ__T_RATINGS, CXJ__T_SUM_RATING, 12600},
        {CXJ_GRAIN_TOUCHPOINTS, "employee_satisfaction", CXJ__T_EMPLOYEE_RATINGS, CXJ__T_SUM_EMPLOYEE, 12600},
        {CXJ_GRAIN_TOUCHPOINTS, "ces", CXJ__T_CES_RATINGS, CXJ__T_SUM_CES, 2100},
        {CXJ_GRAIN_TRANSITIONS, "satisfaction_step", CXJ__X_STEPS, CXJ__X_SUM_STEP, 12600},
        {CXJ_GRAIN_JOURNEYS, "touch_satisfaction", CXJ__J_TOUCH_RATINGS, CXJ__J_SUM_TOUCH, 12600},
        {CXJ_GRAIN_JOURNEYS, "touch_drop", CXJ__J_TOUCH_DROPS, CXJ__J_SUM_TOUCH_DROP, 12600},
        {CXJ_GRAIN_JOURNEYS, "journey_satisfaction", CXJ__J_JOURNEY_RATINGS, CXJ__J_SUM_JOURNEY, 12600},
        {CXJ_GRAIN_JOURNEYS, "journey_drop", CXJ__J_JOURNEY_DROPS, CXJ__J_SUM_JOURNEY_DROP, 12600},
        {CXJ_GRAIN_JOURNEYS, "journey_ces", CXJ__J_CES_RATINGS, CXJ__J_SUM_CES, 2100},
        {CXJ_GRAIN_JOURNEYS, "gap", CXJ__J_GAPS, CXJ__J_SUM_GAP, 65536.0 * 12600},
    };
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        struct cxj__cell *cell = create(means[i].grain);
        int64_t unit = (int64_t)means[i].unit;
        set_count(cell, means[i].count, 20); /* ten times 0 and ten times 1 */
        set_sum(cell, means[i].sum, 10 * unit);
        set_sum(cell, means[i].sum + 1, 10 * unit * unit);
        double mean = means[i].unit == 2100 ? 1.5 : 0.5; /* A CES begins at 1. */
        has_value(cell, means[i].name, mean, 20);
        has_interval(cell, means[i].name, mean - t19 / sqrt(76), mean + t19 / sqrt(76));
        destroy(cell);
    }
}
END_TEST

/* n values of which half are g and half -g, g the largest gap there can be, so that squares pass 64 bits. */
START_TEST(spreads_of_very_many_are_exact) {
    static const int64_t g = INT64_C(65536) * 12600;
    for (int64_t n = 2; n <= INT64_C(1) << 32; n *= 2) {
        struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
        set_count(cell, CXJ__J_GAPS, n);
        for (int64_t i = n, bit = 1; i > 0; i >>= 1, bit <<= 1) { /* n · g², by doubling */
            if (i & 1) cxj__base_add(&cxj__cell_sums(cell)[CXJ__J_SUM_GAP_SQUARES], cxj__base_product(bit * g, g));
        }
        double half = fmin(1, cxj__statistics_quantile(1 / (double)(n - 1)) * sqrt(1 / (double)(n - 1)));
        has_value(cell, "gap", 0, (uint64_t)n);
        has_interval(cell, "gap", -half, half);
        destroy(cell);
    }
}
END_TEST

/* The same with a sum that is not 0, and squares whose lower word has its upper bit set: n values of g and none. */
START_TEST(spreads_see_sums_and_all_bits_of_squares) {
    static const int64_t g = INT64_C(65536) * 12600;
    for (int64_t n = 2; n <= 300; n++) {
        struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
        int64_t k = n / 2;
        set_count(cell, CXJ__J_GAPS, n);
        set_sum(cell, CXJ__J_SUM_GAP, -k * g);
        for (int64_t i = 0; i < k; i++) {
            cxj__base_add(&cxj__cell_sums(cell)[CXJ__J_SUM_GAP_SQUARES], cxj__base_product(g, g));
        }
        double share = (double)k / (double)n, t = cxj__statistics_quantile(1 / (double)(n - 1));
        double half = t * sqrt(share * (1 - share) / (double)(n - 1));
        has_value(cell, "gap", -share, (uint64_t)n);
        has_interval(cell, "gap", fmax(-1, -share - half), fmin(1, -share + half));
        destroy(cell);
    }
}
END_TEST

/* Section 6: nps is "100 × (satisfied − dissatisfied) / n"; interval: "N = n + 3, p = (P + 3/4)/N, d = (D + 3/4)/N, and
 * 100 × (p − d ± z·sqrt((p + d − (p − d)²)/N))". 5 promoters, 3 passives, 2 detractors: 30. */
START_TEST(nps_has_an_interval_of_its_own) {
    static const struct {
        uint32_t grain;
        const char *name;
        int ratings, satisfied, dissatisfied;
    } scores[] = {
        {CXJ_GRAIN_TOUCHPOINTS, "nps", CXJ__T_NPS_RATINGS, CXJ__T_NPS_SATISFIED, CXJ__T_NPS_DISSATISFIED},
        {CXJ_GRAIN_JOURNEYS, "journey_nps", CXJ__J_NPS_RATINGS, CXJ__J_NPS_SATISFIED, CXJ__J_NPS_DISSATISFIED},
    };
    for (size_t i = 0; i < 2; i++) {
        struct cxj__cell *cell = create(scores[i].grain);
        set_count(cell, scores[i].ratings, 10);
        set_count(cell, scores[i].satisfied, 5);
        set_count(cell, scores[i].dissatisfied, 2);
        double p = 5.75 / 13, d = 2.75 / 13, half = z * sqrt((p + d - (p - d) * (p - d)) / 13);
        has_value(cell, scores[i].name, 30, 10);
        has_interval(cell, scores[i].name, 100 * (p - d - half), 100 * (p - d + half));
        destroy(cell);
    }
}
END_TEST

/* Section 6: "everything else is exact up to the last division": 100 of promoters alone, also of 7 or 14. */
START_TEST(nps_runs_from_minus_100_to_100) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    for (int64_t n = 1; n < 100; n++) {
        set_count(cell, CXJ__T_NPS_RATINGS, n);
        set_count(cell, CXJ__T_NPS_SATISFIED, n);
        set_count(cell, CXJ__T_NPS_DISSATISFIED, 0);
        ck_assert_double_eq(read(cell, "nps").value, 100);
        set_count(cell, CXJ__T_NPS_SATISFIED, 0);
        ck_assert_double_eq(read(cell, "nps").value, 0);
        set_count(cell, CXJ__T_NPS_DISSATISFIED, n);
        ck_assert_double_eq(read(cell, "nps").value, -100);
    }
    destroy(cell);
}
END_TEST

/* Section 6: ces is the "mean score"; section 2, scale ces7: "1..7". */
START_TEST(ces_is_a_mean_score) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    set_count(cell, CXJ__T_CES_RATINGS, 2); /* the scores 2 and 7 */
    set_sum(cell, CXJ__T_SUM_CES, 2100 + 12600);
    set_sum(cell, CXJ__T_SUM_CES_SQUARES, 2100 * 2100 + 12600 * 12600);
    has_value(cell, "ces", 4.5, 2);
    has_interval(cell, "ces", 1, 7);
    set_sum(cell, CXJ__T_SUM_CES, 2 * 7350); /* 4.4 and 4.6 */
    set_sum(cell, CXJ__T_SUM_CES_SQUARES, 7140 * 7140 + 7560 * 7560);
    has_value(cell, "ces", 4.5, 2);
    has_interval(cell, "ces", 4.5 - t1 * 0.1, 4.5 + t1 * 0.1);
    set_count(cell, CXJ__T_CES_RATINGS, 1);
    has_no_interval(cell, "ces");
    destroy(cell);
}
END_TEST

/* Section 6: consistency is "1 − 2 × their unbiased standard deviation (n ≥ 2)". */
START_TEST(consistency_is_one_less_twice_the_deviation) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_TOUCH_RATINGS, 3); /* 0, 1/4, 1 */
    set_sum(cell, CXJ__J_SUM_TOUCH, 15750);
    set_sum(cell, CXJ__J_SUM_TOUCH_SQUARES, INT64_C(3150) * 3150 + INT64_C(12600) * 12600);
    has_value(cell, "consistency", 1 - 2 * sqrt(13.0 / 48), 3);
    has_no_interval(cell, "consistency");
    set_count(cell, CXJ__J_TOUCH_RATINGS, 1);
    has_no_value(cell, "consistency");
    ck_assert_uint_eq(read(cell, "consistency").n, 1);
    destroy(cell);
}
END_TEST

/* Section 6: only what is marked † has an interval. */
START_TEST(what_is_not_marked_has_no_interval) {
    struct cxj__cell *cell = varied_journeys();
    for (size_t place = 0; place < METRICS; place++) {
        if (cxj__metric_grain(place) != CXJ_GRAIN_JOURNEYS || catalogue[place].interval) continue;
        has_no_interval(cell, catalogue[place].name);
    }
    destroy(cell);
}
END_TEST

/* Section 8.2: "a share or a mean of a sum (marked † above, NPS included; not gap, nor what stands over `deliveries +
 * broken`)". */
START_TEST(what_compares_between_cells) {
    for (size_t place = 0; place < METRICS; place++) {
        uint32_t number = catalogue[place].number;
        bool is_left_out = strcmp(catalogue[place].name, "gap") == 0 || number == CXJ_METRIC_JOURNEYS_ON_TIME_RATE ||
                           number == CXJ_METRIC_JOURNEYS_KEPT_RATE;
        ck_assert_msg(describe(place).compares == (catalogue[place].interval && !is_left_out), "%" PRIu32, number);
    }
}
END_TEST

/* What is compared is what the value is of: the same n, and the same mean; and there is none without a value. */
static void measures_are_of_values(struct cxj__cell *cell) {
    struct cxj__measure measure;
    for (size_t place = 0; place < METRICS; place++) {
        struct cxj__circumstances unrecorded = {catalogue[place].needs_all, true, true};
        if (catalogue[place].number / 1000 != cell->grain || !describe(place).compares) continue;
        cxj_value value = read_place(cell, place, everything), mean;
        ck_assert(cxj__metric_measure(place, cell, &everything, &measure));
        cxj__statistics_mean(&measure, &mean);
        ck_assert_msg(value.n == measure.n && value.value == mean.value, "%s", catalogue[place].name);
        ck_assert(unrecorded.unrecorded == 0 || !cxj__metric_measure(place, cell, &unrecorded, &measure));
    }
    destroy(cell);
}

START_TEST(measures_are_those_of_the_values) {
    measures_are_of_values(create_varied(CXJ_GRAIN_TOUCHPOINTS, CXJ__T_COUNTS, CXJ__T_SUMS));
    measures_are_of_values(create_varied(CXJ_GRAIN_TRANSITIONS, CXJ__X_COUNTS, CXJ__X_SUMS));
    measures_are_of_values(varied_journeys());
    struct cxj__measure measure;
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    ck_assert(!cxj__metric_measure(cxj__metric_place(CXJ_METRIC_TOUCHPOINTS_CSAT), cell, &everything, &measure));
    destroy(cell);
}
END_TEST

/* Section 8.7: "the share of its n durations that are at most T, with Wilson's interval", "null where n is 0 or the
 * metrics of the family need a facet that is not recorded". Any quantile of the family stands for it. */
START_TEST(within_is_of_a_family) {
    static const char *const quantiles[] = {"lateness_p50", "lateness_p90", "lateness_p99"};
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    fill(cell, CXJ__T_HISTOGRAM_LATENESS, 100, 10); /* 49 of 10, 1 of 11, 39 of 12 … */
    for (size_t i = 0; i < 3; i++) {
        size_t place = cxj__metric_find(CXJ_GRAIN_TOUCHPOINTS, quantiles[i], strlen(quantiles[i]));
        struct cxj__circumstances unrecorded = {CXJ_FACET_DELIVERED, true, true};
        cxj_value found, expected;
        cxj__statistics_share(50, 100, &expected);
        cxj__metric_within(place, cell, &everything, 11, &found);
        ck_assert(found.value == 0.5 && found.n == 100 && found.low == expected.low && found.high == expected.high);
        cxj__metric_within(place, cell, &everything, 9, &found);
        ck_assert(found.value == 0 && found.n == 100);
        cxj__metric_within(place, cell, &everything, INT64_MAX, &found);
        ck_assert(found.value == 1 && found.n == 100);
        cxj__metric_within(place, cell, &unrecorded, 11, &found);
        ck_assert(isnan(found.value) && isnan(found.low) && found.n == 0);
        cxj__metric_within(cxj__metric_place(CXJ_METRIC_TOUCHPOINTS_WAIT_P50), cell, &everything, 11, &found);
        ck_assert(isnan(found.value) && found.n == 0);
    }
    destroy(cell);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The others
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 6: journey_fall is "Σ(first − last) / Σ first": those who began with nothing have none. */
START_TEST(journey_fall_needs_something_to_fall_from) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_JOURNEY_DROPS, 2);
    set_sum(cell, CXJ__J_SUM_JOURNEY_DROP, -12600);
    has_no_value(cell, "journey_fall");
    ck_assert_uint_eq(read(cell, "journey_fall").n, 2);
    set_sum(cell, CXJ__J_SUM_JOURNEY_FIRST, 25200);
    has_value(cell, "journey_fall", -0.5, 2);
    destroy(cell);
}
END_TEST

/* Section 6: pending_share is "Σ pending time / Σ duration, over ended journeys"; journeys of no duration have none. */
START_TEST(pending_share_needs_a_duration) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_COMPLETED, 2);
    set_count(cell, CXJ__J_ABANDONED, 1);
    has_no_value(cell, "pending_share");
    set_sum(cell, CXJ__J_SUM_DURATION, 8);
    has_value(cell, "pending_share", 0, 3);
    set_sum(cell, CXJ__J_SUM_PENDING, 6);
    has_value(cell, "pending_share", 0.75, 3);
    destroy(cell);
}
END_TEST

/* Section 6: "(clean touchpoints / touchpoints)^(touchpoints / journeys), over ended journeys". */
START_TEST(expected_clean_share_is_a_power) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    set_count(cell, CXJ__J_JOURNEYS, 9); /* open ones do not matter */
    set_count(cell, CXJ__J_ABANDONED, 2);
    set_count(cell, CXJ__J_ENDED_TOUCHPOINTS, 4);
    set_count(cell, CXJ__J_ENDED_CLEAN, 3);
    has_value(cell, "expected_clean_share", 0.5625, 2);
    set_count(cell, CXJ__J_ENDED_CLEAN, 0);
    has_value(cell, "expected_clean_share", 0, 2);
    set_count(cell, CXJ__J_ENDED_CLEAN, 4);
    has_value(cell, "expected_clean_share", 1, 2);
    destroy(cell);
}
END_TEST

/* Section 6: "everything else is exact up to the last division in double": sums beyond 64 bits too. */
START_TEST(sums_beyond_64_bits_are_rounded_once) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    cxj__cell_sums(cell)[CXJ__T_SUM_VALUE] = (struct cxj__int128){0x801, 1};
    ck_assert_double_eq(read(cell, "value").value, 0x1.0000000000001p64);
    cxj__cell_sums(cell)[CXJ__T_SUM_VALUE] = cxj__base_negate((struct cxj__int128){0x801, 1});
    ck_assert_double_eq(read(cell, "value").value, -0x1.0000000000001p64);
    set_count(cell, CXJ__T_WAITS, 4);
    cxj__cell_sums(cell)[CXJ__T_SUM_WAIT] = (struct cxj__int128){0x801, 1};
    ck_assert_double_eq(read(cell, "wait_mean").value, 0x1.0000000000001p62);
    destroy(cell);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_values(Suite *suite) {
    TCase *cases = group(suite, "values");
    tcase_add_test(cases, values_of_touchpoints);
    tcase_add_test(cases, values_of_transitions);
    tcase_add_test(cases, values_of_journeys_how_they_went);
    tcase_add_test(cases, values_of_journeys_how_they_were_rated);
    tcase_add_test(cases, values_of_journeys_what_was_promised);
    tcase_add_test(cases, nothing_to_divide_by_is_no_value);
    tcase_add_test(cases, each_ratio_has_its_own_denominator);
    tcase_add_test(cases, one_is_enough_to_divide_by);
    tcase_add_test(cases, what_is_not_fed_has_no_value);
    tcase_add_test(cases, overdue_needs_the_clock);
    tcase_add_test(cases, lost_context_is_known_of_owner_and_team);
    tcase_add_test(cases, lost_context_of_journeys_is_always_known);
    tcase_add_test(cases, journey_fall_needs_something_to_fall_from);
    tcase_add_test(cases, pending_share_needs_a_duration);
    tcase_add_test(cases, expected_clean_share_is_a_power);
    tcase_add_test(cases, sums_beyond_64_bits_are_rounded_once);
}

static void add_intervals(Suite *suite) {
    TCase *cases = group(suite, "intervals");
    tcase_add_test(cases, wilson_gives_known_values);
    tcase_add_test(cases, wilson_solves_its_equation);
    tcase_add_test(cases, wilson_ends_at_the_ends);
    tcase_add_test(cases, a_share_of_a_sum_has_its_interval);
    tcase_add_test(cases, a_mean_has_its_interval);
    tcase_add_test(cases, one_value_has_a_mean_without_interval);
    tcase_add_test(cases, equal_values_have_no_interval);
    tcase_add_test(cases, each_mean_has_its_own_squares);
    tcase_add_test(cases, spreads_of_very_many_are_exact);
    tcase_add_test(cases, spreads_see_sums_and_all_bits_of_squares);
    tcase_add_test(cases, nps_has_an_interval_of_its_own);
    tcase_add_test(cases, nps_runs_from_minus_100_to_100);
    tcase_add_test(cases, ces_is_a_mean_score);
    tcase_add_test(cases, consistency_is_one_less_twice_the_deviation);
    tcase_add_test(cases, what_is_not_marked_has_no_interval);
    tcase_add_test(cases, what_compares_between_cells);
    tcase_add_test(cases, measures_are_those_of_the_values);
    tcase_add_test(cases, within_is_of_a_family);
}

int main(void) {
    Suite *suite = suite_create("metric");
    TCase *cases = group(suite, "catalogue");
    tcase_add_test(cases, the_catalogue_is_that_of_the_specification);
    tcase_add_test(cases, numbers_are_as_promised);
    tcase_add_test(cases, unknown_numbers_have_no_place);
    tcase_add_test(cases, names_are_found_in_their_grain);
    tcase_add_test(cases, summaries_say_something);
    tcase_add_test(cases, long_summaries_are_whole);
    tcase_add_test(cases, intervals_and_now_are_as_marked);
    tcase_add_test(cases, needs_are_as_promised);
    add_values(suite);
    add_intervals(suite);

    return run_suite(suite);
}
