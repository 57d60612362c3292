/* metric: the catalogue (SPEC.md section 6).
 *
 * One table says all about a metric: its name, unit, needs, formula and definition. A formula is one of a few kinds,
 * each a function below, applied to counts, sums or a histogram of the cell. Division happens here and only here, once
 * and at the end, in double.
 * A metric's number is its grain times 1,000 plus its place within the grain's table: append, and never take out. What
 * is appended stands in the catalogue where SPEC.md has it (later). */
#include "metric.h"

#include <math.h>
#include <string.h>

enum formula {
    COUNT,          /* count a */
    REMAINDER,      /* count a - b - c */
    TOTAL,          /* sum a */
    SHARE,          /* count a / (b + c), with Wilson's interval */
    PER,            /* count a / (b + c), without interval */
    AVERAGE,        /* sum a / (count b + c), without interval */
    MEAN,           /* sum a / (count b · unit), with an interval from sum a + 1, that of squares */
    DIFFERENCE,     /* the same, of differences of ratings */
    SCORE,          /* the same of a CES, as a score of its scale */
    NPS,            /* 100 · (count a - c) / b, with an interval of its own */
    DEVIATION,      /* unbiased standard deviation of what MEAN is the mean of */
    CONSISTENCY,    /* 1 - 2 · DEVIATION */
    QUANTILE,       /* of histogram a, the c-th percentile; count b is how many */
    QUANTILE_ENDED, /* the same; how many is the number of ended journeys */
    FRACTION,       /* sum a / sum b; count c is how many */
    EXPECTED        /* expected_clean_share */
};

struct metric {
    const char *said; /* its name, NUL, and what it is: one pointer, since there are many rows */
    uint8_t unit, kind, formula;
    uint8_t a, b, c;
    uint32_t needs_all, needs_any;
    uint32_t divisor; /* of MEAN, DIFFERENCE, DEVIATION and CONSISTENCY: what stands for 1 */
};

/* A third operand that adds nothing. */
enum { NONE = 255 };

#define CONTACT CXJ_FACET_CONTACT
#define INBOUND CXJ_FACET_INBOUND
#define CHASE CXJ_FACET_CHASE
#define UPDATE CXJ_FACET_UPDATE
#define NEXT_STEP CXJ_FACET_NEXT_STEP
#define EXPLAINS CXJ_FACET_EXPLAINS
#define DELIVERED CXJ_FACET_DELIVERED
#define REQUESTED CXJ_FACET_REQUESTED
#define REPEATED CXJ_FACET_REPEATED
#define CONTRADICTED CXJ_FACET_CONTRADICTED
#define FAULT CXJ_FACET_FAULT
#define RESOLVED CXJ_FACET_RESOLVED
#define REOPENS CXJ_FACET_REOPENS
#define PENDING CXJ_FACET_PENDING
#define ASKED CXJ_FACET_ASKED
#define CHURNED CXJ_FACET_CHURNED
#define CLEAN (FAULT | REPEATED | CONTRADICTED | CHASE)
#define CONTEXT (REPEATED | CONTRADICTED)
#define ANSWERING (CONTACT | UPDATE | RESOLVED)
#define REOPENING (INBOUND | REPEATED | CONTRADICTED | FAULT | REOPENS)

#define UNIT 12600
#define GAP_UNIT (65536 * 12600)
/* Operands b and c, of which the counts are added up. */
#define ONLY(b) b, NONE
#define ENDED CXJ__J_COMPLETED, CXJ__J_ABANDONED
#define SETTLED CXJ__J_DELIVERIES, CXJ__J_BROKEN

/* Rows that come alike: name, operands, needs, summary. */
#define SAID(name, summary) name "\0" summary
#define COUNTED(name, a, needs, summary)                                                                               \
    {SAID(name, summary), CXJ_UNIT_COUNT, CXJ_KIND_COUNT, COUNT, a, 0, NONE, needs, 0, 1}
#define SHARED(name, a, of, needs, summary)                                                                            \
    {SAID(name, summary), CXJ_UNIT_SHARE, CXJ_KIND_SHARE, SHARE, a, of, needs, 0, 1}
#define EACH(name, a, needs, summary)                                                                                  \
    {SAID(name, summary), CXJ_UNIT_COUNT, CXJ_KIND_MEAN, PER, a, CXJ__J_JOURNEYS, NONE, needs, 0, 1}
#define LASTED(name, a, of, needs, summary)                                                                            \
    {SAID(name, summary), CXJ_UNIT_DURATION, CXJ_KIND_MEAN, AVERAGE, a, of, needs, 0, 1}
#define RATED(name, a, b, divisor, summary)                                                                            \
    {SAID(name, summary), CXJ_UNIT_SATISFACTION, CXJ_KIND_MEAN, MEAN, a, b, NONE, 0, 0, divisor}
#define FELL(name, a, b, divisor, summary)                                                                             \
    {SAID(name, summary), CXJ_UNIT_SATISFACTION, CXJ_KIND_MEAN, DIFFERENCE, a, b, NONE, 0, 0, divisor}
#define RANKED(name, a, b, percent, needs, summary)                                                                    \
    {SAID(name, summary), CXJ_UNIT_DURATION, CXJ_KIND_QUANTILE, QUANTILE, a, b, percent, needs, 0, 1}
#define RANKED_ENDED(name, a, percent, any, summary)                                                                   \
    {SAID(name, summary), CXJ_UNIT_DURATION, CXJ_KIND_QUANTILE, QUANTILE_ENDED, a, 0, percent, 0, any, 1}

/* Of responses: unit, kind, formula, operands, summary. */
#define RESPONDED(name, unit, kind, formula, a, b, c, summary)                                                         \
    {SAID(name, summary), CXJ_UNIT_##unit, CXJ_KIND_##kind, formula, a, b, c, INBOUND, ANSWERING, 1}

/* Of what is summed in a test's library alone (cell.h). */
#ifdef CXJ__WITH_DUMMIES
#define DUMMIES(grain)                                                                                                 \
    COUNTED("dummies", CXJ__##grain##_DUMMY, 0, "none"), {SAID("dummy_sum", "none"),                                   \
                                                          CXJ_UNIT_MONEY,                                              \
                                                          CXJ_KIND_COUNT,                                              \
                                                          TOTAL,                                                       \
                                                          CXJ__##grain##_SUM_DUMMY,                                    \
                                                          0,                                                           \
                                                          NONE,                                                        \
                                                          0,                                                           \
                                                          0,                                                           \
                                                          1},                                                          \
        RANKED("dummy_p50", CXJ__##grain##_HISTOGRAM_DUMMY, CXJ__##grain##_DUMMY, 50, 0, "none"),
#else
#define DUMMIES(grain)
#endif

static const struct metric of_touchpoints[] = {
    COUNTED("touchpoints", CXJ__T_TOUCHPOINTS, 0, "touchpoints"),
    COUNTED("contacts", CXJ__T_CONTACTS, CONTACT, "touchpoints in which the customer took part"),
    COUNTED("inbound", CXJ__T_INBOUND, INBOUND, "touchpoints at which the customer came to us"),
    COUNTED("chases", CXJ__T_CHASES, CHASE, "touchpoints at which the customer asked where things stand"),
    COUNTED("updates", CXJ__T_UPDATES, UPDATE, "touchpoints at which we told the customer where things stand"),
    COUNTED("proactive_updates", CXJ__T_PROACTIVE_UPDATES, UPDATE | CHASE,
            "updates for which the customer had not asked"),
    COUNTED("next_steps", CXJ__T_NEXT_STEPS, NEXT_STEP, "touchpoints at which we told what comes next, and from whom"),
    COUNTED("explanations", CXJ__T_EXPLANATIONS, EXPLAINS, "touchpoints at which we gave the reason for a delay"),
    COUNTED("repeats", CXJ__T_REPEATS, REPEATED, "touchpoints at which the customer had to say something again"),
    COUNTED("contradictions", CXJ__T_CONTRADICTIONS, CONTRADICTED,
            "touchpoints at which the customer was told something that did not agree with what had been said before"),
    COUNTED("faults", CXJ__T_FAULTS, FAULT, "touchpoints at which something went wrong"),
    COUNTED("resolutions", CXJ__T_RESOLUTIONS, RESOLVED, "touchpoints at which the need was met"),
    COUNTED("asks", CXJ__T_ASKS, ASKED, "touchpoints at which we asked for a rating"),
    COUNTED("journeys", CXJ__T_JOURNEYS, 0, "distinct journeys with a touchpoint in the cell"),
    SHARED(
        "clean_share", CXJ__T_CLEAN, ONLY(CXJ__T_TOUCHPOINTS), CLEAN,
        "clean touchpoints / touchpoints; clean: no fault, repeat, contradiction or chase, and nothing delivered late"),
    SHARED("fault_rate", CXJ__T_FAULTS, ONLY(CXJ__T_TOUCHPOINTS), FAULT, "faults / touchpoints"),
    SHARED("repeat_rate", CXJ__T_REPEATS, ONLY(CXJ__T_TOUCHPOINTS), REPEATED, "repeats / touchpoints"),
    SHARED("contradiction_rate", CXJ__T_CONTRADICTIONS, ONLY(CXJ__T_TOUCHPOINTS), CONTRADICTED,
           "contradictions / touchpoints"),
    SHARED("proactive_share", CXJ__T_PROACTIVE_UPDATES, ONLY(CXJ__T_UPDATES), UPDATE | CHASE,
           "proactive updates / updates"),
    SHARED("next_step_share", CXJ__T_NEXT_STEPS, ONLY(CXJ__T_UPDATES), UPDATE | NEXT_STEP,
           "updates that tell the next step / updates"),
    COUNTED("ratings", CXJ__T_RATINGS, 0, "touch ratings: ratings of satisfaction about a touchpoint"),
    RATED("satisfaction", CXJ__T_SUM_RATING, CXJ__T_RATINGS, UNIT, "mean of the touch ratings, 0 to 1"),
    {SAID("satisfaction_sd", "unbiased standard deviation of the touch ratings"), CXJ_UNIT_SATISFACTION,
     CXJ_KIND_DERIVED, DEVIATION, CXJ__T_SUM_RATING, CXJ__T_RATINGS, NONE, 0, 0, UNIT},
    SHARED("csat", CXJ__T_SATISFIED, ONLY(CXJ__T_RATINGS), 0, "satisfied / touch ratings"),
    SHARED("dissatisfaction", CXJ__T_DISSATISFIED, ONLY(CXJ__T_RATINGS), 0, "dissatisfied / touch ratings"),
    COUNTED("nps_ratings", CXJ__T_NPS_RATINGS, 0, "customers' ratings on the scale nps"),
    {SAID("nps", "net promoter score: 100 × (promoters - detractors) / nps ratings"), CXJ_UNIT_POINTS, CXJ_KIND_MEAN,
     NPS, CXJ__T_NPS_SATISFIED, CXJ__T_NPS_RATINGS, CXJ__T_NPS_DISSATISFIED, 0, 0, 1},
    COUNTED("ces_ratings", CXJ__T_CES_RATINGS, 0, "customers' ratings on the scale ces7"),
    {SAID("ces", "customer effort score: mean score, 1 to 7, 7 = easiest"), CXJ_UNIT_POINTS, CXJ_KIND_MEAN, SCORE,
     CXJ__T_SUM_CES, CXJ__T_CES_RATINGS, NONE, 0, 0, 1},
    COUNTED("employee_ratings", CXJ__T_EMPLOYEE_RATINGS, 0, "ratings of satisfaction given by employees"),
    RATED("employee_satisfaction", CXJ__T_SUM_EMPLOYEE, CXJ__T_EMPLOYEE_RATINGS, UNIT,
          "mean of the employees' ratings, 0 to 1"),
    LASTED("wait_mean", CXJ__T_SUM_WAIT, ONLY(CXJ__T_WAITS), 0, "mean time since the journey's touchpoint before"),
    RANKED("wait_p50", CXJ__T_HISTOGRAM_WAIT, CXJ__T_WAITS, 50, 0, "median of that time"),
    RANKED("wait_p90", CXJ__T_HISTOGRAM_WAIT, CXJ__T_WAITS, 90, 0, "its 90th percentile"),
    RANKED("wait_p99", CXJ__T_HISTOGRAM_WAIT, CXJ__T_WAITS, 99, 0, "its 99th percentile"),
    COUNTED("promises", CXJ__T_PROMISES, 0, "commitments opened"),
    COUNTED("shifts", CXJ__T_SHIFTS, 0, "commitments promised for another time, not at the customer's wish"),
    COUNTED("reschedules", CXJ__T_RESCHEDULES, REQUESTED,
            "commitments promised for another time at the customer's wish"),
    COUNTED("deliveries", CXJ__T_DELIVERIES, DELIVERED, "commitments closed by delivery"),
    SHARED("on_time_rate", CXJ__T_ON_TIME, ONLY(CXJ__T_DELIVERIES), DELIVERED,
           "delivered by the time promised first / deliveries"),
    SHARED("kept_rate", CXJ__T_KEPT, ONLY(CXJ__T_DELIVERIES), DELIVERED,
           "delivered by the time promised last / deliveries"),
    COUNTED("late", CXJ__T_LATE, DELIVERED, "deliveries after the time promised first"),
    COUNTED("late_proactive", CXJ__T_LATE_PROACTIVE, DELIVERED | EXPLAINS,
            "late, and announced by the time promised first"),
    COUNTED("late_reactive", CXJ__T_LATE_REACTIVE, DELIVERED | EXPLAINS, "late, and announced only after that time"),
    COUNTED("late_silent", CXJ__T_LATE_SILENT, DELIVERED | EXPLAINS, "late, and never announced"),
    COUNTED("late_unexplained", CXJ__T_LATE_UNEXPLAINED, DELIVERED | EXPLAINS, "late, and never explained"),
    LASTED("lateness_mean", CXJ__T_SUM_LATENESS, ONLY(CXJ__T_LATE), DELIVERED,
           "mean time of late deliveries after the time promised first"),
    RANKED("lateness_p50", CXJ__T_HISTOGRAM_LATENESS, CXJ__T_LATE, 50, DELIVERED, "median of that time"),
    RANKED("lateness_p90", CXJ__T_HISTOGRAM_LATENESS, CXJ__T_LATE, 90, DELIVERED, "its 90th percentile"),
    RANKED("lateness_p99", CXJ__T_HISTOGRAM_LATENESS, CXJ__T_LATE, 99, DELIVERED, "its 99th percentile"),
    {SAID("value", "sum of value"), CXJ_UNIT_MONEY, CXJ_KIND_COUNT, TOTAL, CXJ__T_SUM_VALUE, 0, NONE, 0, 0, 1},
    RESPONDED("responses", COUNT, COUNT, COUNT, CXJ__T_RESPONSES, 0, NONE,
              "touchpoints that answered a customer who waited for it"),
    RESPONDED("response_mean", DURATION, MEAN, AVERAGE, CXJ__T_SUM_RESPONSE, CXJ__T_RESPONSES, NONE,
              "mean time for which these customers had waited"),
    RESPONDED("response_p50", DURATION, QUANTILE, QUANTILE, CXJ__T_HISTOGRAM_RESPONSE, CXJ__T_RESPONSES, 50,
              "median of that time"),
    RESPONDED("response_p90", DURATION, QUANTILE, QUANTILE, CXJ__T_HISTOGRAM_RESPONSE, CXJ__T_RESPONSES, 90,
              "its 90th percentile"),
    RESPONDED("response_p99", DURATION, QUANTILE, QUANTILE, CXJ__T_HISTOGRAM_RESPONSE, CXJ__T_RESPONSES, 99,
              "its 99th percentile"),
    DUMMIES(T)};

static const struct metric of_transitions[] = {
    COUNTED("transitions", CXJ__X_TRANSITIONS, 0, "transitions from one value to the next, also the same"),
    COUNTED("changes", CXJ__X_CHANGES, 0, "transitions between different values; of owners: handoffs"),
    COUNTED("bounces", CXJ__X_BOUNCES, 0, "changes back to the value held immediately before: A, B, A"),
    COUNTED("returns", CXJ__X_RETURNS, 0, "changes to a value that the journey has held at any time before"),
    LASTED("wait_mean", CXJ__X_SUM_WAIT, ONLY(CXJ__X_TRANSITIONS), 0, "mean time from one touchpoint to the other"),
    RANKED("wait_p50", CXJ__X_HISTOGRAM_WAIT, CXJ__X_TRANSITIONS, 50, 0, "median of that time"),
    RANKED("wait_p90", CXJ__X_HISTOGRAM_WAIT, CXJ__X_TRANSITIONS, 90, 0, "its 90th percentile"),
    RANKED("wait_p99", CXJ__X_HISTOGRAM_WAIT, CXJ__X_TRANSITIONS, 99, 0, "its 99th percentile"),
    {SAID("lost_context",
          "changes of owner or team after which, before the next, the customer had to repeat or was contradicted"),
     CXJ_UNIT_COUNT, CXJ_KIND_COUNT, COUNT, CXJ__X_LOST_CONTEXT, 0, NONE, 0, CONTEXT, 1},
    {SAID("lost_context_rate", "lost_context / changes"), CXJ_UNIT_SHARE, CXJ_KIND_SHARE, SHARE, CXJ__X_LOST_CONTEXT,
     CXJ__X_CHANGES, NONE, 0, CONTEXT, 1},
    COUNTED("steps", CXJ__X_STEPS, 0, "changes with a touch rating before and one after, before the next change"),
    FELL("satisfaction_step", CXJ__X_SUM_STEP, CXJ__X_STEPS, UNIT, "mean of the rating after less the rating before"),
    COUNTED("improved", CXJ__X_IMPROVED, 0, "steps up"),
    COUNTED("degraded", CXJ__X_DEGRADED, 0, "steps down"),
    DUMMIES(X)};

static const struct metric of_journeys[] = {
    COUNTED("journeys", CXJ__J_JOURNEYS, 0, "journeys"),
    {SAID("open", "journeys that have not ended"), CXJ_UNIT_COUNT, CXJ_KIND_COUNT, REMAINDER, CXJ__J_JOURNEYS, ENDED, 0,
     0, 1},
    COUNTED("completed", CXJ__J_COMPLETED, 0, "journeys that ended completed"),
    COUNTED("abandoned", CXJ__J_ABANDONED, 0, "journeys that ended abandoned"),
    COUNTED("churned", CXJ__J_CHURNED, CHURNED, "journeys in which the customer left"),
    SHARED("churn_rate", CXJ__J_CHURNED, ONLY(CXJ__J_JOURNEYS), CHURNED, "churned / journeys"),
    {SAID("reopened", "journeys that reopened at least once"), CXJ_UNIT_COUNT, CXJ_KIND_COUNT, COUNT, CXJ__J_REOPENED,
     0, NONE, 0, REOPENING, 1},
    SHARED("completion_rate", CXJ__J_COMPLETED, ENDED, 0, "completed / ended journeys"),
    LASTED("duration_mean", CXJ__J_SUM_DURATION, ENDED, 0, "mean time from first touchpoint to end, of ended journeys"),
    RANKED_ENDED("duration_p50", CXJ__J_HISTOGRAM_DURATION, 50, 0, "median of that time"),
    RANKED_ENDED("duration_p90", CXJ__J_HISTOGRAM_DURATION, 90, 0, "its 90th percentile"),
    RANKED_ENDED("duration_p99", CXJ__J_HISTOGRAM_DURATION, 99, 0, "its 99th percentile"),
    {SAID("pending_share", "time spent waiting for the customer / duration, summed over ended journeys"),
     CXJ_UNIT_SHARE, CXJ_KIND_DERIVED, FRACTION, CXJ__J_SUM_PENDING, CXJ__J_SUM_DURATION, NONE, PENDING, 0, 1},
    EACH("touchpoints_per_journey", CXJ__J_TOUCHPOINTS, 0, "touchpoints / journeys"),
    EACH("contacts_per_journey", CXJ__J_CONTACTS, CONTACT, "contacts / journeys"),
    EACH("handoffs_per_journey", CXJ__J_HANDOFFS, 0, "handoffs / journeys"),
    EACH("team_changes_per_journey", CXJ__J_TEAM_CHANGES, 0, "changes of team / journeys"),
    EACH("bounces_per_journey", CXJ__J_BOUNCES, 0, "bounces of owner / journeys"),
    EACH("channel_switches_per_journey", CXJ__J_CHANNEL_SWITCHES, 0, "changes of channel / journeys"),
    EACH("repeats_per_journey", CXJ__J_REPEATS, REPEATED, "repeats / journeys"),
    EACH("faults_per_journey", CXJ__J_FAULTS, FAULT, "faults / journeys"),
    COUNTED("handoffs", CXJ__J_HANDOFFS, 0, "transitions between two different owners"),
    COUNTED("team_changes", CXJ__J_TEAM_CHANGES, 0, "transitions between two different teams"),
    COUNTED("bounces", CXJ__J_BOUNCES, 0, "handoffs back to the owner before: A, B, A"),
    {SAID("lost_context", "handoffs after which, before the next, the customer had to repeat or was contradicted"),
     CXJ_UNIT_COUNT, CXJ_KIND_COUNT, COUNT, CXJ__J_LOST_CONTEXT, 0, NONE, 0, CONTEXT, 1},
    COUNTED("channel_switches", CXJ__J_CHANNEL_SWITCHES, 0, "transitions between two different channels"),
    COUNTED("repeats", CXJ__J_REPEATS, REPEATED, "touchpoints at which the customer had to say something again"),
    COUNTED("contradictions", CXJ__J_CONTRADICTIONS, CONTRADICTED,
            "touchpoints at which the customer was told something that did not agree with what had been said before"),
    COUNTED("faults", CXJ__J_FAULTS, FAULT, "touchpoints at which something went wrong"),
    COUNTED("chases", CXJ__J_CHASES, CHASE, "touchpoints at which the customer asked where things stand"),
    COUNTED("updates", CXJ__J_UPDATES, UPDATE, "touchpoints at which we told the customer where things stand"),
    SHARED("handoff_free_share", CXJ__J_HANDOFF_FREE, ONLY(CXJ__J_JOURNEYS), 0,
           "journeys without a handoff / journeys"),
    SHARED("first_contact_resolution", CXJ__J_FIRST_CONTACT_RESOLVED, ONLY(CXJ__J_FIRST_CONTACT_CANDIDATES),
           RESOLVED | INBOUND | CONTACT,
           "of journeys with a resolved and an inbound touchpoint: share with exactly one contact up to the first "
           "resolved "
           "one, and no inbound one after it"),
    RATED("touch_satisfaction", CXJ__J_SUM_TOUCH, CXJ__J_TOUCH_RATINGS, UNIT, "mean of all touch ratings, 0 to 1"),
    {SAID("consistency", "1 - 2 × unbiased standard deviation of all touch ratings"), CXJ_UNIT_SHARE, CXJ_KIND_DERIVED,
     CONSISTENCY, CXJ__J_SUM_TOUCH, CXJ__J_TOUCH_RATINGS, NONE, 0, 0, UNIT},
    FELL("touch_drop", CXJ__J_SUM_TOUCH_DROP, CXJ__J_TOUCH_DROPS, UNIT,
         "mean of first less last touch rating, over journeys with two or more"),
    COUNTED("journey_ratings", CXJ__J_JOURNEY_RATINGS, 0, "journeys with a rating of satisfaction about the journey"),
    RATED("journey_satisfaction", CXJ__J_SUM_JOURNEY, CXJ__J_JOURNEY_RATINGS, UNIT,
          "mean of the journeys' last such ratings, 0 to 1"),
    FELL("journey_drop", CXJ__J_SUM_JOURNEY_DROP, CXJ__J_JOURNEY_DROPS, UNIT,
         "mean of first less last such rating, over journeys with two or more"),
    {SAID("journey_fall", "Σ (first - last) / Σ first, over the same journeys"), CXJ_UNIT_SHARE, CXJ_KIND_DERIVED,
     FRACTION, CXJ__J_SUM_JOURNEY_DROP, CXJ__J_SUM_JOURNEY_FIRST, CXJ__J_JOURNEY_DROPS, 0, 0, 1},
    {SAID("journey_nps", "net promoter score of the journeys' last ratings on the scale nps"), CXJ_UNIT_POINTS,
     CXJ_KIND_MEAN, NPS, CXJ__J_NPS_SATISFIED, CXJ__J_NPS_RATINGS, CXJ__J_NPS_DISSATISFIED, 0, 0, 1},
    {SAID("journey_ces", "mean score of the journeys' last ratings on the scale ces7, 7 = easiest"), CXJ_UNIT_POINTS,
     CXJ_KIND_MEAN, SCORE, CXJ__J_SUM_CES, CXJ__J_CES_RATINGS, NONE, 0, 0, 1},
    FELL("gap", CXJ__J_SUM_GAP, CXJ__J_GAPS, GAP_UNIT,
         "how much better the touchpoints look than the journey: mean of the mean touch rating less the journey's "
         "rating"),
    COUNTED("asks", CXJ__J_ASKS, ASKED, "touchpoints at which we asked for a rating"),
    SHARED("response_rate", CXJ__J_ANSWERED, ONLY(CXJ__J_ASKED), ASKED,
           "of journeys asked: share with a customer's rating at or after the first time"),
    SHARED("promised_share", CXJ__J_PROMISED, ONLY(CXJ__J_JOURNEYS), 0, "journeys with a promise / journeys"),
    COUNTED("promises", CXJ__J_PROMISES, 0, "commitments opened"),
    COUNTED("shifts", CXJ__J_SHIFTS, 0, "commitments promised for another time, not at the customer's wish"),
    COUNTED("reschedules", CXJ__J_RESCHEDULES, REQUESTED,
            "commitments promised for another time at the customer's wish"),
    COUNTED("deliveries", CXJ__J_DELIVERIES, DELIVERED, "commitments closed by delivery"),
    COUNTED("broken", CXJ__J_BROKEN, DELIVERED, "commitments due before the end of their journey and never met"),
    SHARED("on_time_rate", CXJ__J_ON_TIME, SETTLED, DELIVERED,
           "delivered by the time promised first / (deliveries + broken)"),
    SHARED("kept_rate", CXJ__J_KEPT, SETTLED, DELIVERED, "delivered by the time promised last / (deliveries + broken)"),
    COUNTED("late", CXJ__J_LATE, DELIVERED, "deliveries after the time promised first"),
    COUNTED("late_proactive", CXJ__J_LATE_PROACTIVE, DELIVERED | EXPLAINS,
            "late, and announced by the time promised first"),
    COUNTED("late_reactive", CXJ__J_LATE_REACTIVE, DELIVERED | EXPLAINS, "late, and announced only after that time"),
    COUNTED("late_silent", CXJ__J_LATE_SILENT, DELIVERED | EXPLAINS, "late, and never announced"),
    COUNTED("late_unexplained", CXJ__J_LATE_UNEXPLAINED, DELIVERED | EXPLAINS, "late, and never explained"),
    LASTED("slip_mean", CXJ__J_SUM_SLIP, ONLY(CXJ__J_SHIFTS), 0, "mean time by which a shift moved the promise"),
    LASTED("lateness_mean", CXJ__J_SUM_LATENESS, ONLY(CXJ__J_LATE), DELIVERED,
           "mean time of late deliveries after the time promised first"),
    RANKED("lateness_p50", CXJ__J_HISTOGRAM_LATENESS, CXJ__J_LATE, 50, DELIVERED, "median of that time"),
    RANKED("lateness_p90", CXJ__J_HISTOGRAM_LATENESS, CXJ__J_LATE, 90, DELIVERED, "its 90th percentile"),
    RANKED("warning_p50", CXJ__J_HISTOGRAM_WARNING, CXJ__J_LATE_PROACTIVE, 50, DELIVERED | EXPLAINS,
           "median time from the announcement to the time promised first, over proactive late deliveries"),
    LASTED("dark_mean", CXJ__J_SUM_DARK, ONLY(CXJ__J_LATE), DELIVERED | EXPLAINS,
           "mean time of late deliveries in which the promise had passed and nobody had said so"),
    COUNTED("overdue", CXJ__J_OVERDUE, DELIVERED,
            "open commitments of open journeys whose time has passed by the clock"),
    {SAID("silence_mean", "mean of the longest time in which the customer saw nothing, of ended journeys"),
     CXJ_UNIT_DURATION, CXJ_KIND_MEAN, AVERAGE, CXJ__J_SUM_SILENCE, ENDED, 0, CONTACT | UPDATE, 1},
    RANKED_ENDED("silence_p50", CXJ__J_HISTOGRAM_SILENCE, 50, CONTACT | UPDATE, "median of that time"),
    RANKED_ENDED("silence_p90", CXJ__J_HISTOGRAM_SILENCE, 90, CONTACT | UPDATE, "its 90th percentile"),
    SHARED("proactive_share", CXJ__J_PROACTIVE_UPDATES, ONLY(CXJ__J_UPDATES), UPDATE | CHASE,
           "updates for which the customer had not asked / updates"),
    SHARED("flawless_share", CXJ__J_FLAWLESS, ENDED, CLEAN,
           "completed, clean, nothing broken, no bounce, customer still there / ended journeys"),
    SHARED("wow_share", CXJ__J_WOW, ENDED, CLEAN,
           "flawless, and the last rating of the journey delighted / ended journeys"),
    SHARED("clean_journey_share", CXJ__J_CLEAN_JOURNEYS, ENDED, CLEAN,
           "journeys all of whose touchpoints are clean / ended journeys"),
    {SAID("expected_clean_share",
          "(clean touchpoints / touchpoints)^(touchpoints / journeys), of ended journeys: the share of clean journeys "
          "if touchpoints were independent"),
     CXJ_UNIT_SHARE, CXJ_KIND_DERIVED, EXPECTED, CXJ__J_ENDED_CLEAN, CXJ__J_ENDED_TOUCHPOINTS, NONE, CLEAN, 0, 1},
    COUNTED("loops", CXJ__J_LOOPS, 0, "dissatisfied ratings that wait for an answer"),
    {SAID("closed_loop_rate", "loops that were answered / loops"), CXJ_UNIT_SHARE, CXJ_KIND_SHARE, SHARE,
     CXJ__J_LOOPS_CLOSED, ONLY(CXJ__J_LOOPS), 0, ANSWERING, 1},
    {SAID("closed_loop_p50", "median time from the rating to that answer"), CXJ_UNIT_DURATION, CXJ_KIND_QUANTILE,
     QUANTILE, CXJ__J_HISTOGRAM_LOOP, CXJ__J_LOOPS_CLOSED, 50, 0, ANSWERING, 1},
    {SAID("value", "sum of value"), CXJ_UNIT_MONEY, CXJ_KIND_COUNT, TOTAL, CXJ__J_SUM_VALUE, 0, NONE, 0, 0, 1},
    {SAID("value_lost", "sum of value of churned journeys"), CXJ_UNIT_MONEY, CXJ_KIND_COUNT, TOTAL,
     CXJ__J_SUM_VALUE_LOST, 0, NONE, CHURNED, 0, 1},
    RESPONDED("first_responses", COUNT, COUNT, COUNT, CXJ__J_FIRST_RESPONSES, 0, NONE,
              "journeys with a first response"),
    RESPONDED("first_response_mean", DURATION, MEAN, AVERAGE, CXJ__J_SUM_FIRST_RESPONSE, CXJ__J_FIRST_RESPONSES, NONE,
              "mean time for which the customer had waited for it"),
    RESPONDED("first_response_p50", DURATION, QUANTILE, QUANTILE, CXJ__J_HISTOGRAM_FIRST_RESPONSE,
              CXJ__J_FIRST_RESPONSES, 50, "median of that time"),
    RESPONDED("first_response_p90", DURATION, QUANTILE, QUANTILE, CXJ__J_HISTOGRAM_FIRST_RESPONSE,
              CXJ__J_FIRST_RESPONSES, 90, "its 90th percentile"),
    RESPONDED("responses", COUNT, COUNT, COUNT, CXJ__J_RESPONSES, 0, NONE,
              "touchpoints that answered a customer who waited for it"),
    RESPONDED("response_mean", DURATION, MEAN, AVERAGE, CXJ__J_SUM_RESPONSE, CXJ__J_RESPONSES, NONE,
              "mean time for which these customers had waited"),
    RESPONDED("waiting", COUNT, COUNT, COUNT, CXJ__J_WAITING, 0, NONE,
              "running journeys in which the customer waits for an answer"),
    DUMMIES(J)};

#define LENGTH(table) (sizeof(table) / sizeof *(table))
enum { NUMBERS_OF_A_GRAIN = 1000 };

/* Rows that came later: so many from one on stand in the catalogue before another. At most one line for a grain. */
static const struct {
    uint8_t grain, before, first, count;
} later[] = {
    {CXJ_GRAIN_TOUCHPOINTS, 38, 51, 5}, /* responses: before deliveries */
    {CXJ_GRAIN_JOURNEYS, 68, 78, 7},    /* first_responses: before proactive_share */
};

static const struct {
    const struct metric *metrics;
    size_t count;
} tables[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {of_touchpoints, LENGTH(of_touchpoints)},
    [CXJ_GRAIN_TRANSITIONS] = {of_transitions, LENGTH(of_transitions)},
    [CXJ_GRAIN_JOURNEYS] = {of_journeys, LENGTH(of_journeys)},
};

/* ---- finding a metric ------------------------------------------------------------------------------------------- */

size_t cxj__metric_count(void) {
    return LENGTH(of_touchpoints) + LENGTH(of_transitions) + LENGTH(of_journeys);
}

/* The row of a grain's table that stands at a place among those of its grain in the catalogue, and the other way. */
static size_t row_at(uint32_t grain, size_t place) {
    for (size_t i = 0; i < LENGTH(later); i++) {
        size_t before = later[i].before, first = later[i].first, count = later[i].count;
        if (later[i].grain != grain || place < before || place >= first + count) continue;
        return place < before + count ? first + place - before : place - count;
    }
    return place;
}

static size_t place_within(uint32_t grain, size_t row) {
    for (size_t i = 0; i < LENGTH(later); i++) {
        size_t before = later[i].before, first = later[i].first, count = later[i].count;
        if (later[i].grain != grain || row < before || row >= first + count) continue;
        return row < first ? row + count : before + row - first;
    }
    return row;
}

/* The row at a place of the catalogue; its grain, and its place in the grain's table. */
static const struct metric *row(size_t place, uint32_t *grain, size_t *within) {
    for (*grain = CXJ_GRAIN_TOUCHPOINTS; place >= tables[*grain].count; ++*grain) place -= tables[*grain].count;
    *within = row_at(*grain, place);
    return &tables[*grain].metrics[*within];
}

static size_t place_of(uint32_t grain, size_t within) {
    size_t place = place_within(grain, within);
    for (uint32_t g = CXJ_GRAIN_TOUCHPOINTS; g < grain; g++) place += tables[g].count;
    return place;
}

static bool is_grain(uint32_t grain) {
    return grain >= CXJ_GRAIN_TOUCHPOINTS && grain <= CXJ_GRAIN_JOURNEYS;
}

size_t cxj__metric_place(uint32_t metric) {
    uint32_t grain = metric / NUMBERS_OF_A_GRAIN, within = metric % NUMBERS_OF_A_GRAIN;
    return is_grain(grain) && within < tables[grain].count ? place_of(grain, within) : SIZE_MAX;
}

uint32_t cxj__metric_grain(size_t place) {
    uint32_t grain;
    size_t within;
    (void)row(place, &grain, &within);
    return grain;
}

size_t cxj__metric_find(uint32_t grain, const char *name, size_t length) {
    for (size_t i = 0; is_grain(grain) && i < tables[grain].count; i++) {
        const char *candidate = tables[grain].metrics[i].said;
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0) return place_of(grain, i);
    }
    return SIZE_MAX;
}

static bool has_interval(const struct metric *metric) {
    return metric->formula == SHARE || (metric->formula >= MEAN && metric->formula <= NPS);
}

/* Section 8.2: "not gap, nor what stands over deliveries + broken". */
static bool compares(const struct metric *metric, uint32_t grain) {
    bool is_settled = grain == CXJ_GRAIN_JOURNEYS && metric->formula == SHARE && metric->c == CXJ__J_BROKEN;
    return has_interval(metric) && !is_settled && metric->divisor != GAP_UNIT;
}

void cxj__metric_describe(size_t place, cxj_metric_info *info) {
    uint32_t grain;
    size_t within;
    const struct metric *metric = row(place, &grain, &within);
    *info = (cxj_metric_info){
        .name = metric->said,
        .summary = metric->said + strlen(metric->said) + 1,
        .metric = grain * NUMBERS_OF_A_GRAIN + (uint32_t)within,
        .grain = grain,
        .unit = metric->unit,
        .kind = metric->kind,
        .needs_all = metric->needs_all,
        .needs_any = metric->needs_any,
        .has_interval = has_interval(metric),
        .compares = compares(metric, grain),
        .needs_now = grain == CXJ_GRAIN_JOURNEYS && metric->formula == COUNT && metric->a == CXJ__J_OVERDUE,
    };
}

/* ---- formulas --------------------------------------------------------------------------------------------------- */

/* A cell under the eyes of a formula. */
struct sight {
    const struct metric *metric;
    const int64_t *counts;
    const struct cxj__int128 *sums;
    const struct cxj__histogram *histograms;
};

static uint64_t total(const struct sight *sight) {
    const struct metric *metric = sight->metric;
    int64_t second = metric->c == NONE ? 0 : sight->counts[metric->c];
    return (uint64_t)(sight->counts[metric->b] + second);
}

/* What a share or mean is of; false for another formula. */
static bool measure(const struct sight *sight, struct cxj__measure *result) {
    enum { STEP = 2100 }; /* a CES score is 1 + s / 2100 */
    const struct metric *metric = sight->metric;
    *result = (struct cxj__measure){.n = total(sight), .factor = 1, .divisor = metric->divisor, .most = 1};
    if (metric->formula == SHARE) {
        result->sum = result->squares = cxj__base_wide(sight->counts[metric->a]);
        return true;
    }
    if (metric->formula == NPS) {
        int64_t promoters = sight->counts[metric->a], detractors = sight->counts[metric->c];
        result->measured = CXJ__MEASURES_NPS;
        result->n = (uint64_t)sight->counts[metric->b];
        result->sum = cxj__base_wide(promoters - detractors);
        result->squares = cxj__base_wide(promoters + detractors);
        result->factor = 100;
        result->most = 100;
        result->least = -100;
        return true;
    }
    result->measured = CXJ__MEASURES_MEAN;
    if (metric->formula == DIFFERENCE) {
        result->least = -1;
    } else if (metric->formula == SCORE) {
        result->divisor = STEP;
        result->offset = 1;
        result->least = 1;
        result->most = 7;
    } else if (metric->formula != MEAN && metric->formula != DEVIATION && metric->formula != CONSISTENCY) {
        return false;
    }
    result->sum = sight->sums[metric->a];
    result->squares = sight->sums[metric->a + 1];
    return true;
}

static void read_quantile(const struct sight *sight, uint64_t n, cxj_value *result) {
    result->n = n;
    if (n == 0) return;
    result->value = cxj__histogram_quantile(&sight->histograms[sight->metric->a], n, sight->metric->c);
}

static uint64_t ended(const struct sight *sight) {
    return (uint64_t)(sight->counts[CXJ__J_COMPLETED] + sight->counts[CXJ__J_ABANDONED]);
}

static void read_fraction(const struct sight *sight, cxj_value *result) {
    const struct metric *metric = sight->metric;
    result->n = metric->c == NONE ? ended(sight) : (uint64_t)sight->counts[metric->c];
    double whole = cxj__base_double(sight->sums[metric->b]);
    if (whole != 0) result->value = cxj__base_double(sight->sums[metric->a]) / whole;
}

/* x to the power y, for x from 0 to 1 and y > 0, by products and square roots alone: IEEE 754 rounds these alike
 * everywhere, and says nothing of pow(), whose last digit differs between machines. */
static double power(double x, double y) {
    double whole = floor(y), rest = y - whole, result = 1, root = x;
    for (uint64_t n = (uint64_t)whole; n > 0; n /= 2, x *= x) {
        if (n % 2 == 1) result *= x;
    }
    while (rest > 0) { /* bit by bit, from that of 1/2 on */
        root = sqrt(root);
        rest *= 2;
        if (rest >= 1) {
            result *= root;
            rest -= 1;
        }
    }
    return result;
}

static void read_expected(const struct sight *sight, cxj_value *result) {
    double clean = (double)sight->counts[sight->metric->a], all = (double)sight->counts[sight->metric->b];
    result->n = ended(sight);
    if (result->n > 0) result->value = power(clean / all, all / (double)result->n);
}

static void apply(const struct sight *sight, cxj_value *result) {
    const struct metric *metric = sight->metric;
    struct cxj__measure of;
    switch (metric->formula) {
    case COUNT:
        result->value = (double)sight->counts[metric->a];
        break;
    case REMAINDER:
        result->value = (double)(sight->counts[metric->a] - (int64_t)total(sight));
        break;
    case TOTAL:
        result->value = cxj__base_double(sight->sums[metric->a]);
        break;
    case SHARE:
    case MEAN:
    case DIFFERENCE:
    case SCORE:
    case NPS:
        (void)measure(sight, &of);
        cxj__statistics_mean(&of, result);
        break;
    case PER:
        result->n = total(sight);
        if (result->n > 0) result->value = (double)sight->counts[metric->a] / (double)result->n;
        break;
    case AVERAGE:
        result->n = total(sight);
        if (result->n > 0) result->value = cxj__base_double(sight->sums[metric->a]) / (double)result->n;
        break;
    case DEVIATION:
    case CONSISTENCY:
        (void)measure(sight, &of);
        result->n = of.n;
        if (of.n < 2) break;
        result->value = cxj__statistics_deviation(&of);
        if (metric->formula == CONSISTENCY) result->value = 1 - 2 * result->value;
        break;
    case QUANTILE:
        read_quantile(sight, (uint64_t)sight->counts[metric->b], result);
        break;
    case QUANTILE_ENDED:
        read_quantile(sight, ended(sight), result);
        break;
    case FRACTION:
        read_fraction(sight, result);
        break;
    default:
        read_expected(sight, result);
        break;
    }
}

/* The columns that a formula looks at. Column 0, of which every cell knows all, stands for none. */
enum { LOOKED_AT = 4 };
static void list_columns(const struct metric *metric, uint32_t grain, size_t columns[LOOKED_AT]) {
    size_t sums = cxj__cell_first_column(grain, CXJ__SUMS);
    columns[0] = metric->a;
    columns[1] = metric->b;
    columns[2] = metric->c == NONE ? 0 : metric->c;
    columns[3] = 0;
    switch (metric->formula) {
    case MEAN:
    case DIFFERENCE:
    case SCORE:
    case DEVIATION:
    case CONSISTENCY:
        columns[3] = sums + metric->a + 1;
        columns[0] += sums;
        break;
    case FRACTION:
        columns[1] += sums;
        columns[0] += sums;
        break;
    case TOTAL:
    case AVERAGE:
        columns[0] += sums;
        break;
    case QUANTILE:
    case QUANTILE_ENDED:
        columns[0] += cxj__cell_first_column(grain, CXJ__HISTOGRAMS);
        columns[2] = 0; /* c is which percentile */
        break;
    default: /* of counts alone */
        break;
    }
}

/* False if something that a formula looks at did not exist yet when a journey of the cell was sealed. */
static bool is_all_known(const struct metric *metric, const struct cxj__cell *cell) {
    size_t columns[LOOKED_AT];
    if (cell->unknown == NULL) return true;
    list_columns(metric, cell->grain, columns);
    for (size_t i = 0; i < LOOKED_AT; i++) {
        if (!cxj__cell_knows(cell, columns[i])) return false;
    }
    return true;
}

static bool is_recorded(const struct metric *metric, uint32_t unrecorded) {
    return (metric->needs_all & unrecorded) == 0 && (metric->needs_any == 0 || (metric->needs_any & ~unrecorded) != 0);
}

bool cxj__metric_is_recorded(size_t place, uint32_t unrecorded) {
    uint32_t grain;
    size_t within;
    return is_recorded(row(place, &grain, &within), unrecorded);
}

/* False if a metric has no value in any cell, as the circumstances are, or none in this one. */
static bool is_readable(const struct sight *sight, const struct cxj__cell *cell, const cxj_metric_info *info,
                        const struct cxj__circumstances *circumstances) {
    const struct metric *metric = sight->metric;
    bool about_context = info->grain == CXJ_GRAIN_TRANSITIONS && metric->a == CXJ__X_LOST_CONTEXT &&
                         (metric->formula == COUNT || metric->formula == SHARE);
    return is_recorded(metric, circumstances->unrecorded) && (!info->needs_now || circumstances->has_now) &&
           (!about_context || circumstances->has_context) && is_all_known(metric, cell);
}

/* A cell under the eyes of a metric's formula; false if it has no value there. */
static bool look(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                 struct sight *sight) {
    cxj_metric_info info;
    uint32_t grain;
    size_t within;
    *sight = (struct sight){row(place, &grain, &within), cxj__cell_counts(cell), cxj__cell_sums(cell),
                            cxj__cell_histograms(cell)};
    cxj__metric_describe(place, &info);
    return is_readable(sight, cell, &info, circumstances);
}

void cxj__metric_read(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                      cxj_value *result) {
    struct sight sight;
    bool is_there = look(place, cell, circumstances, &sight);
    *result = (cxj_value){NAN, NAN, NAN, (uint64_t)sight.counts[0]};
    if (is_there) apply(&sight, result);
}

bool cxj__metric_measure(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                         struct cxj__measure *result) {
    struct sight sight;
    return look(place, cell, circumstances, &sight) && measure(&sight, result) && result->n > 0;
}

void cxj__metric_within(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                        int64_t most, cxj_value *result) {
    struct sight sight;
    *result = (cxj_value){NAN, NAN, NAN, 0};
    if (!look(place, cell, circumstances, &sight)) return;
    const struct cxj__histogram *histogram = &sight.histograms[sight.metric->a];
    cxj__statistics_share(cxj__histogram_within(histogram, most), cxj__histogram_total(histogram), result);
}
