/* test_nearest: which metric a name that is none may mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "nearest.h"
#include "suite.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char *nearest(uint32_t grain, const char *name) {
    size_t place = cxj__nearest_find(grain, name, strlen(name));
    if (place == SIZE_MAX) return "none";
    cxj_metric_info info;
    cxj__metric_describe(place, &info);
    ck_assert(grain == 0 || info.grain == grain);
    return info.name;
}

static void means(uint32_t grain, const char *name, const char *metric) {
    ck_assert_msg(strcmp(nearest(grain, name), metric) == 0, "%s: %s in place of %s", name, nearest(grain, name),
                  metric);
}

/* "one for which it is a synonym, such as "frt" or "CSAT score"" */
START_TEST(other_words_are_known) {
    means(0, "ttr", "duration_p50");
    means(0, "time_to_resolution", "duration_p50");
    means(CXJ_GRAIN_JOURNEYS, "aht", "duration_p50");
    means(CXJ_GRAIN_TOUCHPOINTS, "aht", "wait_p50");
    means(0, "csat_score", "csat");
    means(CXJ_GRAIN_JOURNEYS, "csat", "touch_satisfaction");
    means(CXJ_GRAIN_JOURNEYS, "nps", "journey_nps");
    means(0, "dsat", "dissatisfaction");
    means(0, "net promoter score", "nps");
    means(0, "fcr", "first_contact_resolution");
    means(0, "sla", "on_time_rate");
    means(0, "churn", "churn_rate");
    means(0, "handovers", "handoffs");
    means(CXJ_GRAIN_TRANSITIONS, "handoffs", "changes");
    means(0, "errors", "faults");
    means(0, "clv", "value");
}
END_TEST

/* Every word of the trade and what it means in any grain, or in one. */
static const struct {
    uint32_t grain;
    const char *metric, *words;
} trade[] = {
    {0, "first_response_p50", "frt firstresponsetime timetofirstresponse firstreplytime"},
    {0, "response_p50", "responsetime replytime asa speedofanswer"},
    {0, "duration_p50",
     "ttr mttr timetoresolution resolutiontime cycletime leadtime tat aht handletime averagehandletime"},
    {0, "wait_p50", "waitingtime queuetime"},
    {CXJ_GRAIN_TOUCHPOINTS, "wait_p50", "aht handletime averagehandletime"},
    {0, "csat", "csatscore customersatisfaction"},
    {0, "touch_satisfaction", "rating"},
    {CXJ_GRAIN_JOURNEYS, "touch_satisfaction", "csat csatscore customersatisfaction"},
    {0, "satisfaction", "stars"},
    {CXJ_GRAIN_TOUCHPOINTS, "satisfaction", "rating"},
    {0, "dissatisfaction", "dsat"},
    {0, "nps", "npsscore netpromoterscore tnps"},
    {0, "journey_nps", "rnps"},
    {CXJ_GRAIN_JOURNEYS, "journey_nps", "nps npsscore netpromoterscore"},
    {0, "ces", "cesscore customereffortscore effort"},
    {CXJ_GRAIN_JOURNEYS, "journey_ces", "ces cesscore customereffortscore effort"},
    {0, "employee_satisfaction", "esat enps"},
    {0, "satisfaction_sd", "variance standarddeviation"},
    {CXJ_GRAIN_JOURNEYS, "consistency", "variance standarddeviation"},
    {0, "first_contact_resolution", "fcr fcrrate firstcallresolution"},
    {0, "completion_rate", "conversion successrate"},
    {0, "abandoned", "abandonment dropouts"},
    {0, "churn_rate", "churn attrition retention"},
    {0, "reopened", "reopenrate"},
    {0, "on_time_rate", "sla slaattainment slacompliance otif punctuality"},
    {0, "late", "slabreaches delays"},
    {0, "overdue", "pastdue"},
    {0, "handoffs_per_journey", "transferrate escalationrate"},
    {0, "handoffs", "handovers transfers escalations"},
    {CXJ_GRAIN_TRANSITIONS, "changes", "handoffs handovers transfers escalations"},
    {0, "bounces", "pingpong"},
    {0, "repeats", "recontacts"},
    {0, "faults", "errors defects complaints"},
    {0, "fault_rate", "errorrate defectrate"},
    {0, "chases", "followups"},
    {0, "contacts", "calls"},
    {0, "journeys", "cases tickets volume"},
    {0, "touchpoints", "events interactions"},
    {0, "open", "backlog wip"},
    {0, "response_rate", "surveyresponserate participation"},
    {0, "flawless_share", "perfectorderrate straightthroughrate"},
    {0, "value", "revenue clv ltv"},
    {0, "value_lost", "lostrevenue"},
};

START_TEST(each_word_of_the_trade_is_known) {
    for (size_t i = 0; i < sizeof trade / sizeof *trade; i++) {
        for (const char *at = trade[i].words; *at != '\0';) {
            size_t length = strcspn(at, " ");
            char word[40] = "";
            ck_assert_uint_lt(length, sizeof word);
            memcpy(word, at, length);
            means(trade[i].grain, word, trade[i].metric);
            at += length + (at[length] == ' ');
        }
    }
}
END_TEST

/* "Capitals, blanks, "-" and "_" do not matter." */
START_TEST(writing_does_not_matter) {
    static const char *const writings[] = {"CSAT score", "Csat-Score", "csatscore", "c_s_a_t_s_c_o_r_e",
                                           "  CSAT  SCORE "};
    for (size_t i = 0; i < sizeof writings / sizeof *writings; i++) means(0, writings[i], "csat");
    means(0, "Touch-Satisfaction", "touch_satisfaction");
    means(0, "c-s-a-t-s-c-o-r-e", "csat");
    means(0, "-----------------csat", "csat");
    /* Other characters do. */
    static const char *const others[] = {"c/s/a/t/s/c/o/r/e", "c%s%a%t%s%c%o%r%e", "c,s,a,t,s,c,o,r,e", "csat++++++++"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) means(0, others[i], "none");
    means(0, "WAIT P50", "wait_p50");
}
END_TEST

/* "else the one nearest in spelling" */
START_TEST(slips_are_seen_through) {
    means(0, "satisfacton", "satisfaction");
    means(0, "fault_rates", "fault_rate");
    means(0, "fualt_rate", "fault_rate");
    means(0, "durations_p50", "duration_p50");
    means(CXJ_GRAIN_TRANSITIONS, "bounce", "bounces");
    means(0, "custommer satisfaction", "csat"); /* a slip in another word */
}
END_TEST

/* "none is near": what is far off is not named. */
START_TEST(what_is_far_is_not_named) {
    static const char *const far[] = {
        "", " _-", "zzzzzz", "x", "temperature", "%%%%%%%%", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) means(0, far[i], "none");
    char endless[2000];
    memset(endless, 'a', sizeof endless);
    ck_assert_uint_eq(cxj__nearest_find(0, endless, sizeof endless), SIZE_MAX);
    /* blanks do not make a name long */
    memset(endless, ' ', sizeof endless);
    memcpy(endless + 1990, "csat", 4);
    ck_assert_uint_ne(cxj__nearest_find(0, endless, sizeof endless), SIZE_MAX);
    ck_assert_uint_eq(cxj__nearest_find(0, "csat\0csat", 9), SIZE_MAX);
}
END_TEST

/* Every metric is nearest to its own name, in its grain, and to its name without underscores. */
START_TEST(each_is_nearest_to_itself) {
    for (size_t place = 0; place < cxj__metric_count(); place++) {
        cxj_metric_info info;
        char name[100] = "";
        cxj__metric_describe(place, &info);
        ck_assert_uint_eq(cxj__nearest_find(info.grain, info.name, strlen(info.name)), place);
        for (const char *from = info.name; *from != '\0'; from++) {
            if (*from != '_') strncat(name, from, 1);
        }
        ck_assert_str_eq(nearest(info.grain, name), info.name);
    }
}
END_TEST

/* A grain is asked alone; a metric that only another has is not named there. */
START_TEST(a_grain_is_asked_alone) {
    means(CXJ_GRAIN_TOUCHPOINTS, "flawless_share", "none");
    means(CXJ_GRAIN_TRANSITIONS, "fcr", "none");
    means(CXJ_GRAIN_TRANSITIONS, "wait time", "none");
    means(CXJ_GRAIN_TRANSITIONS, "waiting time", "wait_p50");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {other_words_are_known,  each_word_of_the_trade_is_known, writing_does_not_matter,
                                  slips_are_seen_through, what_is_far_is_not_named,        each_is_nearest_to_itself,
                                  a_grain_is_asked_alone};
    Suite *suite = suite_create("nearest");
    ADD_CASE(suite, "names", tests);
    return run_suite(suite);
}
