/* named: names and their codes, the numbers and checks of text ids (SPEC 2 and 7), and touchpoints recorded by names.
 *
 * The main question is whether a touchpoint by names becomes, byte for byte, what one by codes becomes: field by field,
 * in random calls, where some are refused, and where memory fails.
 *
 * CXJ_SEED takes the seed of the random part; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "same.h"
#include "saved.h"
#include "suite.h"
#include "touchpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static void begin_chance(uint64_t turn) {
    chance_state = seed * 1000003 + turn;
}

static const cxj_options plain = {.size = sizeof plain, .seed = {3, 4}};

static cxj_text text_of(const char *words) {
    return (cxj_text){words, words == NULL ? 0 : strlen(words)};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Names and codes
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_dimension_info described(const cxj_engine *engine, uint32_t dimension) {
    cxj_dimension_info info;
    ck_assert_int_eq(cxj_dimension_describe(engine, dimension, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.dimension, dimension);
    return info;
}

/* "such as "channel", as views and logs call it"; "names that have a code …; further names for which there is room" */
START_TEST(dimensions_say_what_they_are) {
    static const char *const words[] = {"owner",   "team",   "channel", "stage",   "activity", "cause", "type",
                                        "segment", "reason", "outcome", "churned", "entry",    "exit"};
    cxj_engine *engine = make_with((cxj_options){.codes_limit = 5});
    cxj_engine *unlimited = make_with(plain);
    cxj_dimension_info info = {.names = 77};
    for (uint32_t d = 1; d <= 13; d++) {
        cxj_dimension_info empty = described(engine, d);
        ck_assert_str_eq(empty.name, words[d - 1]);
        ck_assert_int_eq(empty.has_dictionary, d <= CXJ_DIMENSION_REASON);
        ck_assert_uint_eq(empty.names, 0);
        ck_assert_uint_eq(empty.room, empty.has_dictionary ? 5 : 0);
        ck_assert_uint_eq(described(unlimited, d).room, d == CXJ_DIMENSION_OWNER ? 16777215 : d <= 9 ? 65535 : 0);
        if (!empty.has_dictionary) continue;
        for (uint32_t i = 0; i < 3; i++) code(engine, d, NAMES[i]);
        code(engine, d, NAMES[0]); /* known already */
        code(engine, d, "");       /* none */
        ck_assert_uint_eq(described(engine, d).names, 3);
        ck_assert_uint_eq(described(engine, d).room, 2);
    }
    static const uint32_t others[] = {0, 14, 255, UINT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(cxj_dimension_describe(engine, others[i], &info, sizeof info), CXJ_NOT_FOUND);
    }
    ck_assert_int_eq(cxj_dimension_describe(NULL, 1, &info, sizeof info), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_dimension_describe(engine, 1, NULL, sizeof info), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(info.names, 77);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(unlimited);
}
END_TEST

/* "All codes of a dimension that have a name, in ascending order"; "how many retained touchpoints carry it": under
 * corrections, withdrawals and erasures. */
START_TEST(codes_are_listed_with_their_uses) {
    cxj_engine *engine = make_with(plain);
    uint32_t given[4], codes[8];
    uint64_t uses[8];
    size_t count = 99;
    ck_assert_int_eq(cxj_codes(engine, CXJ_DIMENSION_CAUSE, 0, NULL, NULL, &count), CXJ_OK);
    ck_assert_uint_eq(count, 0);
    for (size_t i = 0; i < 4; i++) given[i] = code(engine, CXJ_DIMENSION_CAUSE, NAMES[i]);
    for (uint64_t id = 1; id <= 6; id++) {
        record(engine,
               (cxj_touchpoint){.journey = 1 + id % 2, .id = id, .at = START, .cause = (uint16_t)given[id % 3]});
    }
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .revision = 1, .at = START, .cause = (uint16_t)given[3]});
    ck_assert_int_eq(cxj_withdraw(engine, 2, 1, 0), CXJ_OK);
    ck_assert_int_eq(cxj_codes(engine, CXJ_DIMENSION_CAUSE, 8, codes, uses, &count), CXJ_OK);
    ck_assert_uint_eq(count, 4);
    const uint64_t expected[] = {2, 1, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        const char *name = NULL;
        ck_assert_uint_eq(codes[i], given[i]);
        ck_assert(i == 0 || codes[i - 1] < codes[i]);
        ck_assert_uint_eq(uses[i], expected[i]);
        ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_CAUSE, codes[i], &name, NULL), CXJ_OK);
        ck_assert_str_eq(name, NAMES[i]);
    }
    /* journey 1 had ids 2 (given[3]), 4 (given[1]) and 6 (given[0]); names that nothing uses go with it */
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_codes(engine, CXJ_DIMENSION_CAUSE, 8, codes, uses, &count), CXJ_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(described(engine, CXJ_DIMENSION_CAUSE).names, 2);
    ck_assert_uint_eq(described(engine, CXJ_DIMENSION_CAUSE).room, 65533);
    ck_assert_uint_eq(codes[0], given[0]);
    ck_assert_uint_eq(codes[1], given[2]);
    ck_assert_uint_eq(uses[0] + uses[1], 2);
    for (uint32_t d = 10; d < 15; d++) {
        ck_assert_int_eq(cxj_codes(engine, d, 8, codes, uses, &count), CXJ_BAD_ARGUMENT);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Numbers that stand for texts
 * ------------------------------------------------------------------------------------------------------------------ */

/* SipHash-2-4 once more, written from the paper. */
static uint64_t turn_left(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int rounds) {
    while (rounds-- > 0) {
        v[0] += v[1], v[2] += v[3];
        v[1] = turn_left(v[1], 13) ^ v[0], v[3] = turn_left(v[3], 16) ^ v[2];
        v[0] = turn_left(v[0], 32);
        v[2] += v[1], v[0] += v[3];
        v[1] = turn_left(v[1], 17) ^ v[2], v[3] = turn_left(v[3], 21) ^ v[0];
        v[2] = turn_left(v[2], 32);
    }
}

static uint64_t sip_hash(const uint64_t key[2], const unsigned char *message, size_t length) {
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    for (size_t word = 0; word <= length / 8; word++) {
        uint64_t m = word == length / 8 ? (uint64_t)length << 56 : 0;
        for (size_t i = 8 * word; i < length && i < 8 * word + 8; i++) m |= (uint64_t)message[i] << 8 * (i % 8);
        v[3] ^= m;
        sip_rounds(v, 2);
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static cxj_engine *make_keyed(uint64_t a, uint64_t b) {
    return make_with((cxj_options){.seed = {3, 4}, .text_key = {a, b}});
}

static uint64_t number_in(const cxj_engine *engine, const char *text, size_t length) {
    uint64_t id = 77;
    ck_assert_int_eq(cxj_id_from_text(engine, text, length, &id), CXJ_OK);
    return id;
}

static uint64_t check_in(const cxj_engine *engine, const char *text, size_t length) {
    uint64_t check = 77;
    ck_assert_int_eq(cxj_id_check(engine, text, length, &check), CXJ_OK);
    return check;
}

#define PUBLIC_KEY UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)

/* "the public one 00 01 02 … 0f by default": the vectors of Aumasson and Bernstein, the message 00 01 02 … under that
 * key. */
START_TEST(public_key_is_the_default) {
    static const uint64_t vectors[] = {UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd),
                                       UINT64_C(0x0d6c8009d9a94f5a), UINT64_C(0x85676696d7fb7e2d)};
    static const uint64_t public_key[2] = {PUBLIC_KEY};
    const char letters[4] = {0, 1, 2, 3};
    cxj_engine *defaults = make_with(plain), *same_key = make_keyed(PUBLIC_KEY);
    for (size_t length = 0; length < 4; length++) {
        ck_assert_uint_eq(sip_hash(public_key, (const unsigned char *)letters, length), vectors[length]);
        uint64_t expected = length == 0 ? 0 : UINT64_C(1) << 63 | vectors[length];
        ck_assert_uint_eq(number_in(NULL, letters, length), expected);
        ck_assert_uint_eq(number_in(defaults, letters, length), expected);
        ck_assert_uint_eq(number_in(same_key, letters, length), expected);
        ck_assert_uint_eq(check_in(NULL, letters, length), check_in(defaults, letters, length));
        ck_assert_uint_eq(check_in(NULL, letters, length), check_in(same_key, letters, length));
    }
    cxj_engine_destroy(defaults);
    cxj_engine_destroy(same_key);
}
END_TEST

/* "any other text … is 2^63 + (h mod 2^63) with h its SipHash-2-4"; "the SipHash-2-4 of the text under the complement
 * of the key of cxj_id_from_text()": of texts of all lengths, under keys of all kinds, by a second implementation. */
START_TEST(numbers_and_checks_are_hashes_under_the_key) {
    static const uint64_t keys[][2] = {
        {1, 0}, {0, 1}, {UINT64_MAX, UINT64_MAX}, {PUBLIC_KEY}, {0xdeadbeef, 0xfeedface}};
    begin_chance(1);
    for (size_t k = 0; k < 5; k++) {
        const uint64_t complement[2] = {~keys[k][0], ~keys[k][1]};
        cxj_engine *engine = make_keyed(keys[k][0], keys[k][1]);
        for (size_t length = 1; length < 70; length++) {
            unsigned char letters[70] = {'x'};
            for (size_t i = 1; i < length; i++) letters[i] = (unsigned char)chance(256);
            uint64_t hash = sip_hash(keys[k], letters, length);
            ck_assert_uint_eq(number_in(engine, (const char *)letters, length), UINT64_C(1) << 63 | hash);
            ck_assert_uint_eq(check_in(engine, (const char *)letters, length), sip_hash(complement, letters, length));
        }
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Under another key the same text has another number and another check; a number in digits is itself under any. */
START_TEST(another_key_gives_other_numbers) {
    static const char *const texts[] = {"CASE-7", "0", "007", "9223372036854775808", "é", " 1"};
    static const char *const digits[] = {"1", "7", "4711", "9223372036854775807"};
    cxj_engine *a = make_keyed(1, 2), *b = make_keyed(1, 3);
    for (size_t i = 0; i < 6; i++) {
        size_t length = strlen(texts[i]);
        uint64_t numbers[] = {number_in(NULL, texts[i], length), number_in(a, texts[i], length),
                              number_in(b, texts[i], length)};
        uint64_t checks[] = {check_in(NULL, texts[i], length), check_in(a, texts[i], length),
                             check_in(b, texts[i], length)};
        for (size_t k = 0; k < 3; k++) {
            ck_assert_uint_eq(numbers[k] >> 63, 1);
            ck_assert_uint_ne(numbers[k], numbers[(k + 1) % 3]);
            ck_assert_uint_ne(checks[k], checks[(k + 1) % 3]);
            ck_assert_uint_ne(checks[k] | UINT64_C(1) << 63, numbers[k]);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(number_in(a, digits[i], CXJ_ZERO_TERMINATED), strtoull(digits[i], NULL, 10));
        ck_assert_uint_eq(number_in(b, digits[i], CXJ_ZERO_TERMINATED),
                          number_in(NULL, digits[i], CXJ_ZERO_TERMINATED));
        ck_assert_uint_ne(check_in(a, digits[i], CXJ_ZERO_TERMINATED), check_in(b, digits[i], CXJ_ZERO_TERMINATED));
    }
    ck_assert_uint_eq(number_in(a, "", 0), 0);
    ck_assert_uint_eq(number_in(a, NULL, 0), 0);
    uint64_t untouched = 77;
    ck_assert_int_eq(cxj_id_check(a, NULL, 1, &untouched), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_id_check(a, "a", 1, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_id_check(a, "a", (size_t)CXJ_ZERO_TERMINATED + 1, &untouched), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_id_from_text(a, "a", (size_t)CXJ_ZERO_TERMINATED + 1, &untouched), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(untouched, 77);
    cxj_engine_destroy(a);
    cxj_engine_destroy(b);
}
END_TEST

/* Touchpoints by texts have the numbers of the engine's key. */
START_TEST(text_ids_are_numbers_under_the_key) {
    cxj_engine *engines[2] = {make_with(plain), make_keyed(5, 6)};
    for (size_t e = 0; e < 2; e++) {
        const cxj_named_touchpoint named = {
            .journey = text_of("J-1"), .id = text_of("0"), .customer = text_of("C 1"), .at = START};
        ck_assert_int_eq(cxj_record_named(engines[e], &named, sizeof named, 1, 0, NULL, 0), CXJ_OK);
        uint64_t journey = number_in(engines[e], "J-1", 3);
        cxj_touchpoint t;
        size_t count = 0;
        ck_assert_int_eq(cxj_journey_touchpoints(engines[e], journey, 1, NULL, 0, &t, sizeof t, &count), CXJ_OK);
        ck_assert_uint_eq(t.journey, journey);
        ck_assert_uint_eq(t.id, number_in(engines[e], "0", 1));
        ck_assert_uint_eq(t.customer, number_in(engines[e], "C 1", 3));
        ck_assert_int_eq(cxj_journey_touchpoints(engines[1 - e], journey, 1, NULL, 0, &t, sizeof t, &count),
                         CXJ_NOT_FOUND);
        ck_assert_int_eq(cxj_erase_customer(engines[e], t.customer, NULL), CXJ_OK);
    }
    cxj_engine_destroy(engines[0]);
    cxj_engine_destroy(engines[1]);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * By names and by codes
 * ------------------------------------------------------------------------------------------------------------------ */

/* A touchpoint whose codes are places in NAMES, plus one, by names. */
static cxj_named_touchpoint by_names(const cxj_touchpoint *t) {
    cxj_named_touchpoint named = {.journey_number = t->journey,
                                  .id_number = t->id,
                                  .customer_number = t->customer,
                                  .revision = t->revision,
                                  .at = t->at,
                                  .due = t->due,
                                  .value = t->value,
                                  .sequence = t->sequence,
                                  .facets = t->facets,
                                  .scale = t->scale,
                                  .score = t->score,
                                  .scope = t->scope,
                                  .commitment = t->commitment,
                                  .outcome = t->outcome};
#define NAME(field, dimension) named.field = text_of(t->field == 0 ? NULL : NAMES[t->field - 1]);
    CXJ__FIELDS(CXJ__NO_FIELD, NAME)
#undef NAME
    return named;
}

/* "with the public key … anybody can look for two texts with one number": here are two that were found; cxj_id_check()
 * tells them apart, and under a key of the host's own they are two numbers. */
START_TEST(two_texts_of_one_number_are_told_apart) {
    static const char *const texts[] = {"J-cduurs2tgzzya", "J-uv6dgqqvgadtc"};
    const cxj_options secret = {.size = sizeof secret, .text_key = {5, 6}};
    cxj_engine *engine = make_with(secret);
    uint64_t ids[2], own[2], checks[2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(cxj_id_from_text(NULL, texts[i], CXJ_ZERO_TERMINATED, &ids[i]), CXJ_OK);
        ck_assert_int_eq(cxj_id_check(NULL, texts[i], CXJ_ZERO_TERMINATED, &checks[i]), CXJ_OK);
        ck_assert_int_eq(cxj_id_from_text(engine, texts[i], CXJ_ZERO_TERMINATED, &own[i]), CXJ_OK);
    }
    ck_assert_uint_eq(ids[0], ids[1]);
    ck_assert_uint_ne(checks[0], checks[1]);
    ck_assert_uint_ne(own[0], own[1]);
    cxj_engine_destroy(engine);
}
END_TEST

/* Each field that a touchpoint may have, alone: by names it is saved as the same bytes as by codes, and they are others
 * than without it. */
START_TEST(each_field_by_name_is_what_it_is_by_code) {
#define ONE(name, ...)                                                                                                 \
    {                                                                                                                  \
        #name, {                                                                                                       \
            .journey = 4, .id = 2, __VA_ARGS__                                                                         \
        }                                                                                                              \
    }
#define CODE(field, dimension) ONE(field, .at = START, .field = 3),
    const struct {
        const char *field;
        cxj_touchpoint t;
    } cases[] = {
        CXJ__FIELDS(CXJ__NO_FIELD, CODE) ONE(at, .at = START + 5),
        ONE(sequence, .at = START, .sequence = 7),
        ONE(due, .at = START, .due = START + 9),
        ONE(value, .at = START, .value = -3),
        ONE(customer, .at = START, .customer = 5),
        ONE(facets, .at = START, .facets = CXJ_FACET_CHASE),
        ONE(scale, .at = START, .scale = CXJ_SCALE_NPS, .score = 9, .scope = CXJ_SCOPE_JOURNEY),
        ONE(score, .at = START, .scale = CXJ_SCALE_CSAT5, .score = 2, .scope = CXJ_SCOPE_JOURNEY),
        ONE(scope, .at = START, .scale = CXJ_SCALE_CSAT5, .score = 2, .scope = CXJ_SCOPE_EMPLOYEE),
        ONE(commitment, .at = START, .due = START + 9, .commitment = 7),
        ONE(outcome, .at = START, .outcome = CXJ_OUTCOME_ABANDONED),
        ONE(revision, .at = START, .revision = 8),
    };
#undef CODE
#undef ONE
    enum { CASES = sizeof cases / sizeof *cases };
    static const char *const all[] = {
#define WORD(field) #field,
#define NAME_WORD(field, dimension) #field,
        CXJ__FIELDS(WORD, NAME_WORD)
#undef WORD
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t k = 0;
        while (k < CASES && strcmp(cases[k].field, all[i]) != 0) k++;
        ck_assert_msg(k < CASES, "%s is not tried", all[i]);
    }
    cxj_engine *without = make_with(plain);
    record(without, (cxj_touchpoint){.journey = 4, .id = 2, .at = START});
    bytes empty = save_of(without);
    for (size_t i = 0; i < CASES; i++) {
        cxj_engine *a = make_with(plain), *b = make_with(plain);
        cxj_named_touchpoint named = by_names(&cases[i].t);
        record(a, in_codes(a, cases[i].t));
        ck_assert_msg(cxj_record_named(b, &named, sizeof named, 1, 0, NULL, 0) == CXJ_OK, "%s: %s", cases[i].field,
                      cxj_message(b));
        ck_assert_str_eq(cxj_message(b), "");
        bytes expected = save_of(a);
        check_saved_as(b, &expected, cases[i].field);
        ck_assert_msg(expected.length != empty.length || memcmp(expected.data, empty.data, empty.length) != 0,
                      "%s says nothing", cases[i].field);
        free_bytes(&expected);
        cxj_engine_destroy(a);
        cxj_engine_destroy(b);
    }
    free_bytes(&empty);
    cxj_engine_destroy(without);
}
END_TEST

/* Texts of digits, text ids, lengths and terminators: what says the same is the same. */
START_TEST(ids_may_be_texts_or_numbers) {
    cxj_engine *engine = make_with(plain);
    const cxj_named_touchpoint same_one[] = {
        {.journey_number = 4711, .id_number = 12, .customer_number = 9, .at = START, .owner = text_of("Ann")},
        {.journey = text_of("4711"),
         .id = text_of("12"),
         .customer = text_of("9"),
         .at = START,
         .owner = text_of("Ann")},
        {.journey = {"4711x", 4},
         .id = {"123", 2},
         .customer = {"9", CXJ_ZERO_TERMINATED},
         .at = START,
         .owner = {"Anna", 3}},
        {.journey = {"4711", CXJ_ZERO_TERMINATED},
         .id = text_of(""),
         .id_number = 12,
         .customer_number = 9,
         .at = START,
         .owner = {"Ann", CXJ_ZERO_TERMINATED}}};
    cxj_receipt receipt;
    ck_assert_int_eq(cxj_record_named(engine, same_one, sizeof *same_one, 4, 0, &receipt, sizeof receipt), CXJ_OK);
    ck_assert_uint_eq(receipt.accepted, 1);
    ck_assert_uint_eq(receipt.duplicates, 3);
    ck_assert_uint_eq(receipt.conflicts, 0);
    ck_assert_uint_eq(described(engine, CXJ_DIMENSION_OWNER).names, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---- calls at random -------------------------------------------------------------------------------------------- */

/* Makes a touchpoint one that must be refused, by codes and by names for the same reason, where that can be; false if
 * it is refused by names for another one. */
static bool spoil(cxj_touchpoint *t, cxj_named_touchpoint *named) {
    t->facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
    switch (chance(9)) {
    case 0:
        t->at = 0;
        break;
    case 1:
        t->journey = 0;
        break;
    case 2:
        t->due = INT64_MAX;
        break;
    case 3:
        t->value = INT64_MIN;
        break;
    case 4:
        t->facets |= UINT32_C(1) << 31;
        break;
    case 5:
        t->commitment = 8;
        break;
    default: {
        t->outcome = 3; /* by codes */
        *named = by_names(t);
        switch (chance(5)) {
        case 0:
            named->channel = (cxj_text){"a\xff", 2};
            break;
        case 1:
            named->reason = (cxj_text){"a\0b", 3};
            break;
        case 2:
            named->journey = text_of("J");
            break; /* and a number */
        case 3:
            named->team = (cxj_text){NULL, 1};
            break;
        default:
            named->reserved[chance(3)] = 1;
            break;
        }
        return false;
    }
    }
    *named = by_names(t);
    return true;
}

static void check_receipts(const cxj_receipt *codes, const cxj_receipt *names, bool same_reason) {
    ck_assert_uint_eq(names->processed, codes->processed);
    ck_assert_uint_eq(names->accepted, codes->accepted);
    ck_assert_uint_eq(names->duplicates, codes->duplicates);
    ck_assert_uint_eq(names->conflicts, codes->conflicts);
    ck_assert_uint_eq(names->superseded, codes->superseded);
    ck_assert_uint_eq(names->late, codes->late);
    ck_assert_uint_eq(names->refused, codes->refused);
    ck_assert_uint_eq(names->first_refusal, codes->first_refusal);
    ck_assert_uint_eq(names->reserved, 0);
    if (same_reason) ck_assert_int_eq(names->first_status, codes->first_status);
    if (!same_reason) ck_assert_int_lt(names->first_status, 0);
}

/* Both engines take the same call, one by codes and one by names. */
static void call_both(cxj_engine *codes, cxj_engine *names, const cxj_touchpoint *t, const cxj_named_touchpoint *named,
                      const bool *same_reason, size_t count, uint32_t flags) {
    enum { MOST = 300 };
    static cxj_touchpoint coded[MOST];
    cxj_receipt one, other;
    memset(&one, 0x5a, sizeof one);
    memset(&other, 0xa5, sizeof other);
    for (size_t i = 0; i < count; i++) coded[i] = in_codes(codes, t[i]);
    cxj_status status = cxj_record(codes, coded, sizeof *coded, count, flags, &one, sizeof one);
    ck_assert_int_eq(cxj_record_named(names, named, sizeof *named, count, flags, &other, sizeof other), status);
    bool same = one.first_refusal == CXJ_NO_INDEX || same_reason[one.first_refusal];
    check_receipts(&one, &other, same);
    char begin[40] = "";
    if (one.first_refusal != CXJ_NO_INDEX) snprintf(begin, sizeof begin, "touchpoint %" PRIu64 ": ", one.first_refusal);
    ck_assert_msg(strncmp(cxj_message(names), begin, strlen(begin)) == 0, "%s", cxj_message(names));
    if (same) ck_assert_str_eq(cxj_message(names), cxj_message(codes));
    cxj_stats a = stats_of(codes), b = stats_of(names);
    ck_assert_uint_eq(a.held, b.held);
    ck_assert_uint_eq(a.refused, b.refused);
    ck_assert_uint_eq(a.late, b.late);
    ck_assert_uint_eq(a.duplicates, b.duplicates);
    ck_assert_uint_eq(a.conflicts, b.conflicts);
    ck_assert_uint_eq(a.superseded, b.superseded);
}

/* "Otherwise like cxj_record()": random calls of up to 300, with corrections, withdrawals, refusals, a limit of
 * touchpoints, and journeys that are sealed. */
START_TEST(random_calls_are_as_by_codes) {
    begin_chance(100 + (uint64_t)_i);
    cxj_options options = plain;
    options.touchpoints_limit = _i % 3 ? 0 : 25;
    options.seal_idle_after = _i % 2 ? 300 * HOUR : 0;
    cxj_engine *codes = make_with(options), *names = make_with(options);
    feed f = make_feed(1200, 20, 1, true);
    cxj_named_touchpoint *named = calloc(f.count, sizeof *named);
    bool *same_reason = calloc(f.count, sizeof *same_reason);
    ck_assert(named != NULL && same_reason != NULL);
    add_views(codes);
    add_views(names);
    for (size_t i = 0; i < f.count; i++) {
        named[i] = by_names(&f.items[i]);
        same_reason[i] = chance(_i % 4 ? 60 : 5) != 0 || spoil(&f.items[i], &named[i]);
    }
    for (size_t done = 0; done < f.count;) {
        size_t count = chance(3) ? chance(10) : chance(300);
        if (count > f.count - done) count = f.count - done;
        call_both(codes, names, f.items + done, named + done, same_reason + done, count,
                  chance(2) ? CXJ_STOP_AT_REFUSAL : 0);
        done += count;
        if (chance(4) == 0) {
            int64_t now = stats_of(codes).now + (int64_t)chance(40) * HOUR;
            if (!stats_of(codes).has_now) now = START;
            advance(codes, now);
            advance(names, now);
        }
    }
    bytes expected = save_of(codes);
    check_saved_as(names, &expected, "by names");
    free_bytes(&expected);
    free(named);
    free(same_reason);
    free_feed(&f);
    cxj_engine_destroy(codes);
    cxj_engine_destroy(names);
}
END_TEST

/* Touchpoints go in windows of 64: wherever one or two of them are refused, for whatever reason, with or without
 * CXJ_STOP_AT_REFUSAL, the receipt is one of the whole call. */
START_TEST(receipts_go_across_windows) {
    enum { COUNT = 200 };
    static const size_t places[] = {0, 1, 62, 63, 64, 65, 126, 127, 128, 129, 191, 192, 199};
    enum { PLACES = sizeof places / sizeof *places };
    static cxj_touchpoint t[COUNT];
    static cxj_named_touchpoint named[COUNT];
    static bool same_reason[COUNT];
    begin_chance(2);
    for (size_t a = 0; a < PLACES; a++) {
        for (size_t b = a; b < PLACES; b++) {
            for (uint32_t flags = 0; flags < 2; flags++) {
                for (size_t i = 0; i < COUNT; i++) {
                    t[i] = (cxj_touchpoint){
                        .journey = 1 + i % 3, .id = i + 1, .at = START + (int64_t)i, .owner = (uint32_t)(1 + i % 5)};
                    named[i] = by_names(&t[i]);
                    same_reason[i] = (i != places[a] && i != places[b]) || spoil(&t[i], &named[i]);
                }
                cxj_engine *codes = make_with(plain), *names = make_with(plain);
                call_both(codes, names, t, named, same_reason, COUNT, flags);
                bytes expected = save_of(codes);
                check_saved_as(names, &expected, "in windows");
                free_bytes(&expected);
                cxj_engine_destroy(codes);
                cxj_engine_destroy(names);
            }
        }
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Refusals
 * ------------------------------------------------------------------------------------------------------------------ */

/* The text of a field, by its name. */
static cxj_text *text_in(cxj_named_touchpoint *named, const char *field) {
#define IS(it)                                                                                                         \
    if (strcmp(field, #it) == 0) return &named->it;
#define IS_NAME(it, dimension) IS(it)
    CXJ__FIELDS(CXJ__NO_FIELD, IS_NAME)
    IS(journey)
    IS(id)
    IS(customer)
#undef IS_NAME
#undef IS
    ck_abort_msg("%s", field);
    return NULL;
}

static const char *const text_fields[] = {CXJ__FIELDS(CXJ__NO_FIELD, NAME_WORD) "journey", "id", "customer"};
enum { TEXT_FIELDS = sizeof text_fields / sizeof *text_fields, IDS = 3 };

/* A call of count touchpoints, of which the one at a place is refused; all others are taken. */
static void check_refused(const cxj_named_touchpoint *wrong, size_t place, cxj_status status, const char *field) {
    enum { COUNT = 130 };
    static cxj_named_touchpoint named[COUNT];
    cxj_engine *engine = make_with(plain);
    cxj_receipt receipt;
    char begin[60];
    for (size_t i = 0; i < COUNT; i++)
        named[i] = (cxj_named_touchpoint){.journey_number = 1, .id_number = i + 1, .at = START};
    named[place] = *wrong;
    ck_assert_int_eq(cxj_record_named(engine, named, sizeof *named, COUNT, 0, &receipt, sizeof receipt), CXJ_REFUSED);
    snprintf(begin, sizeof begin, "touchpoint %zu: %s: ", place, field);
    ck_assert_msg(strncmp(cxj_message(engine), begin, strlen(begin)) == 0, "%s does not begin with %s",
                  cxj_message(engine), begin);
    ck_assert_int_eq(receipt.first_status, status);
    ck_assert_uint_eq(receipt.first_refusal, place);
    ck_assert_uint_eq(receipt.processed, COUNT);
    ck_assert_uint_eq(receipt.accepted, COUNT - 1);
    ck_assert_uint_eq(receipt.refused, 1);
    ck_assert_uint_eq(stats_of(engine).held, COUNT - 1);
    ck_assert_uint_eq(stats_of(engine).refused, 1);
    cxj_engine_destroy(engine);
}

/* "cxj_message() has the sentence …: naming the field": whatever is wrong with whichever text, at the place of the
 * call. */
START_TEST(refusals_name_field_and_place) {
    static const size_t places[] = {0, 63, 64, 129};
    for (size_t p = 0; p < 4; p++) {
        const cxj_named_touchpoint right = {.journey_number = 1, .id_number = 1000, .at = START};
        for (size_t i = 0; i < TEXT_FIELDS; i++) {
            const char *field = text_fields[i];
            bool is_id = i >= TEXT_FIELDS - IDS;
            cxj_named_touchpoint wrong = right;
            if (is_id) wrong.journey_number = wrong.id_number = 0, wrong.journey = text_of("J");
            cxj_text *text = text_in(&wrong, field);
            *text = (cxj_text){NULL, 3};
            check_refused(&wrong, places[p], CXJ_BAD_FIELD, field);
            *text = (cxj_text){NULL, CXJ_ZERO_TERMINATED};
            check_refused(&wrong, places[p], CXJ_BAD_FIELD, field);
            *text = (cxj_text){"never read", (size_t)CXJ_ZERO_TERMINATED + 1};
            check_refused(&wrong, places[p], CXJ_BAD_TEXT, field);
            if (is_id) {
                *text = text_of("T");
                wrong.journey_number = strcmp(field, "journey") == 0;
                wrong.id_number = strcmp(field, "id") == 0;
                wrong.customer_number = strcmp(field, "customer") == 0;
                check_refused(&wrong, places[p], CXJ_BAD_FIELD, field);
                continue;
            }
            *text = (cxj_text){"a\0b", 3};
            check_refused(&wrong, places[p], CXJ_BAD_TEXT, field);
            *text = (cxj_text){"ab\xc3", 3};
            check_refused(&wrong, places[p], CXJ_BAD_TEXT, field);
        }
        for (size_t i = 0; i < sizeof right.reserved; i++) {
            cxj_named_touchpoint wrong = right;
            wrong.reserved[i] = 1;
            check_refused(&wrong, places[p], CXJ_BAD_FIELD, "reserved");
        }
        cxj_named_touchpoint wrong = right;
        wrong.at = 0;
        check_refused(&wrong, places[p], CXJ_BAD_FIELD, "at");
        wrong = right;
        wrong.journey_number = 0;
        check_refused(&wrong, places[p], CXJ_BAD_FIELD, "journey");
    }
}
END_TEST

/* "a name that cannot be taken (first_status …; CXJ_LIMIT where the dictionary is full)": of each dimension; names that
 * are there are still taken. */
START_TEST(full_dictionary_refuses_what_is_new) {
    for (size_t i = 0; i < TEXT_FIELDS - IDS; i++) {
        cxj_engine *engine = make_with((cxj_options){.codes_limit = 2});
        cxj_named_touchpoint named[6];
        static const char *const said[6] = {"a", "b", "c", "b", "d", "a"};
        cxj_receipt receipt;
        for (uint64_t k = 0; k < 6; k++) {
            named[k] = (cxj_named_touchpoint){.journey_number = 1, .id_number = k + 1, .at = START};
            *text_in(&named[k], text_fields[i]) = text_of(said[k]);
        }
        ck_assert_int_eq(cxj_record_named(engine, named, sizeof *named, 6, 0, &receipt, sizeof receipt), CXJ_REFUSED);
        ck_assert_uint_eq(receipt.accepted, 4);
        ck_assert_uint_eq(receipt.refused, 2);
        ck_assert_uint_eq(receipt.first_refusal, 2);
        ck_assert_int_eq(receipt.first_status, CXJ_LIMIT);
        ck_assert_msg(strstr(cxj_message(engine), text_fields[i]) != NULL &&
                          strstr(cxj_message(engine), "full (2 codes)") != NULL,
                      "%s", cxj_message(engine));
        ck_assert_int_eq(
            cxj_record_named(engine, named + 2, sizeof *named, 4, CXJ_STOP_AT_REFUSAL, &receipt, sizeof receipt),
            CXJ_REFUSED);
        ck_assert_uint_eq(receipt.processed, 0);
        ck_assert_uint_eq(receipt.first_refusal, 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "An erasure retires names that came with touchpoints and that no retained touchpoint uses": also such as came with
 * one that was refused, or that was never reached. */
START_TEST(names_of_what_was_not_taken_are_retired) {
    cxj_engine *engine = make_with(plain);
    uint32_t found = 0;
    const cxj_named_touchpoint named[] = {
        {.journey_number = 1, .id_number = 1, .at = START, .owner = text_of("taken")},
        {.journey_number = 2, .id_number = 1, .at = START, .owner = text_of("erased")},
        {.journey_number = 1, .id_number = 2, .at = 0, .owner = text_of("refused")},
        {.journey_number = 1, .id_number = 2, .at = START, .owner = text_of("not a text"), .reason = {"\xff", 1}},
        {.journey_number = 1, .id_number = 3, .at = START, .owner = text_of("never reached")}};
    ck_assert_int_eq(cxj_record_named(engine, named, sizeof *named, 4, 0, NULL, 0), CXJ_REFUSED);
    ck_assert_int_eq(cxj_record_named(engine, named + 2, sizeof *named, 3, CXJ_STOP_AT_REFUSAL, NULL, 0), CXJ_REFUSED);
    ck_assert_int_eq(cxj_record_named(engine, named + 3, sizeof *named, 2, CXJ_STOP_AT_REFUSAL, NULL, 0), CXJ_REFUSED);
    ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_OK);
    static const char *const gone[] = {"erased", "refused", "not a text", "never reached"};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_msg(cxj_find_code(engine, CXJ_DIMENSION_OWNER, gone[i], CXJ_ZERO_TERMINATED, &found) == CXJ_NOT_FOUND,
                      "%s", gone[i]);
    }
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "taken", CXJ_ZERO_TERMINATED, &found), CXJ_OK);
    ck_assert_uint_eq(described(engine, CXJ_DIMENSION_OWNER).names, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* Arguments that are wrong: nothing is done, and the receipt says so. */
START_TEST(wrong_calls_do_nothing) {
    cxj_engine *engine = make_with(plain);
    const cxj_named_touchpoint named = {.journey_number = 1, .at = START, .owner = text_of("Ann")};
    const cxj_receipt nothing = {.first_refusal = CXJ_NO_INDEX};
    cxj_receipt receipt;
    size_t size = sizeof named;
    for (int wrong = 0; wrong < 4; wrong++) {
        memset(&receipt, 0x5a, sizeof receipt);
        cxj_status status =
            wrong == 0   ? cxj_record_named(engine, NULL, size, 1, 0, &receipt, sizeof receipt)
            : wrong == 1 ? cxj_record_named(engine, &named, sizeof &named, 1, 0, &receipt, sizeof receipt)
            : wrong == 2 ? cxj_record_named(engine, &named, size, 1, 2, &receipt, sizeof receipt)
                         : cxj_record_named(engine, &named, size, 1, UINT32_MAX, &receipt, sizeof receipt);
        ck_assert_int_eq(status, CXJ_BAD_ARGUMENT);
        ck_assert_str_ne(cxj_message(engine), "");
        ck_assert_mem_eq(&receipt, &nothing, sizeof receipt);
    }
    ck_assert_int_eq(cxj_record_named(NULL, &named, size, 1, 0, &receipt, sizeof receipt), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_record_named(engine, NULL, size, 0, 0, &receipt, sizeof receipt), CXJ_OK);
    ck_assert_mem_eq(&receipt, &nothing, sizeof receipt);
    ck_assert_uint_eq(stats_of(engine).held, 0);
    ck_assert_uint_eq(stats_of(engine).refused, 0);
    ck_assert_uint_eq(described(engine, CXJ_DIMENSION_OWNER).names, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* "CXJ_NO_MEMORY: receipt->processed were processed, the rest not at all": each allocation of a call fails, alone and
 * with all after it; also of a call all of whose touchpoints come late, for which more of them are resolved at once. */
START_TEST(lack_of_memory_leaves_exactly_those_before) {
    enum { COUNT = 150 };
    static cxj_named_touchpoint named[COUNT];
    static char names[COUNT][80];
    begin_chance(3);
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "a name of its own, too long to be kept in a few bytes, %zu", i);
        named[i] = (cxj_named_touchpoint){
            .journey_number = 1 + chance(9), .id_number = i + 1, .at = START + (int64_t)chance(99)};
        *text_in(&named[i], text_fields[chance(TEXT_FIELDS - IDS)]) = text_of(names[i]);
        if (_i / 2 != 0) named[i].journey_number = 1;
        if (_i / 2 != 0) named[i].at = START + COUNT - (int64_t)i;
        if (i % 20 == 19) named[i].at = 0;
        if (i % 40 == 39) named[i].customer = (cxj_text){NULL, 1};
    }
    for (uint64_t k = 1, failed = 1; failed; k += 1 + k / 40) {
        heap memory = {0};
        cxj_receipt receipt, before;
        cxj_engine *engine = make_in(&memory), *reference = make_with(plain);
        add(engine, "touchpoints by owner, team");
        add(reference, "touchpoints by owner, team");
        heap_fail(&memory, k, _i % 2 != 0);
        cxj_status status = cxj_record_named(engine, named, sizeof *named, COUNT, 0, &receipt, sizeof receipt);
        failed = status == CXJ_NO_MEMORY;
        heap_fail(&memory, 0, false);
        size_t done = failed ? (size_t)receipt.processed : COUNT;
        ck_assert_int_eq(status, failed ? CXJ_NO_MEMORY : CXJ_REFUSED);
        if (failed) ck_assert_ptr_nonnull(strstr(cxj_message(engine), "no memory"));
        (void)cxj_record_named(reference, named, sizeof *named, done, 0, &before, sizeof before);
        ck_assert_mem_eq(&receipt, &before, sizeof receipt);
        ck_assert_uint_eq(stats_of(engine).memory, memory.bytes);
        bytes expected = save_of(reference);
        check_saved_as(engine, &expected, "those before");
        free_bytes(&expected);
        /* and it can be gone on with */
        (void)cxj_record_named(engine, named + done, sizeof *named, COUNT - done, 0, NULL, 0);
        (void)cxj_record_named(reference, named + done, sizeof *named, COUNT - done, 0, NULL, 0);
        expected = save_of(reference);
        check_saved_as(engine, &expected, "gone on with");
        free_bytes(&expected);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(reference);
        ck_assert_uint_eq(memory.blocks, 0);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Facets
 * ------------------------------------------------------------------------------------------------------------------ */

/* "including those of sealed journeys; stays exact when touchpoints are corrected, withdrawn or erased" */
START_TEST(facets_are_counted) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = HOUR});
    uint64_t counts[32], expected[32] = {0};
    ck_assert_int_eq(cxj_facet_counts(engine, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    for (uint64_t journey = 1; journey <= 3; journey++) {
        record(engine,
               (cxj_touchpoint){.journey = journey, .id = 1, .at = START, .facets = CXJ_FACET_CHASE | CXJ_FACET_FAULT});
        record(engine, (cxj_touchpoint){.journey = journey, .id = 2, .at = START + 1, .facets = CXJ_FACET_NEXT_STEP});
    }
    /* chase, inbound, contact; fault; update, next_step */
    expected[2] = expected[1] = expected[0] = expected[10] = expected[3] = expected[4] = 3;
    ck_assert_int_eq(cxj_facet_counts(engine, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 1, .at = START, .facets = CXJ_FACET_INBOUND});
    expected[2] = expected[10] = 2;
    ck_assert_int_eq(cxj_withdraw(engine, 2, 2, 0), CXJ_OK);
    expected[3] = expected[4] = 2;
    ck_assert_int_eq(cxj_facet_counts(engine, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    record(engine, (cxj_touchpoint){.journey = 3, .id = 9, .at = START + 2, .outcome = CXJ_OUTCOME_COMPLETED});
    advance(engine, START + 2 * HOUR);
    ck_assert_uint_eq(stats_of(engine).sealed, 1);
    ck_assert_int_eq(cxj_facet_counts(engine, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    bytes b = save_of(engine);
    cxj_engine *loaded = load_of(&b, plain);
    ck_assert_int_eq(cxj_facet_counts(loaded, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    free_bytes(&b);
    cxj_engine_destroy(loaded);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    for (int bit = 0; bit < 5; bit++) expected[bit] -= bit != 2;
    ck_assert_int_eq(cxj_erase_journey(engine, 3), CXJ_PARTIALLY_ERASED); /* its sums stay */
    ck_assert_int_eq(cxj_facet_counts(engine, counts), CXJ_OK);
    ck_assert_mem_eq(counts, expected, sizeof counts);
    ck_assert_int_eq(cxj_facet_counts(NULL, counts), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_facet_counts(engine, NULL), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_loops(Suite *suite, const char *name, const TTest *const *tests, size_t count, int turns) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 280);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], 0, turns);
    suite_add_tcase(suite, cases);
}

#define ADD_LOOPS(suite, name, turns, tests) add_loops(suite, name, tests, sizeof(tests) / sizeof *(tests), turns)

int main(void) {
    const TTest *names[] = {dimensions_say_what_they_are, codes_are_listed_with_their_uses};
    const TTest *keys[] = {public_key_is_the_default, numbers_and_checks_are_hashes_under_the_key,
                           another_key_gives_other_numbers, text_ids_are_numbers_under_the_key,
                           two_texts_of_one_number_are_told_apart};
    const TTest *fields[] = {each_field_by_name_is_what_it_is_by_code, ids_may_be_texts_or_numbers,
                             receipts_go_across_windows};
    const TTest *random[] = {random_calls_are_as_by_codes};
    const TTest *refusals[] = {refusals_name_field_and_place, full_dictionary_refuses_what_is_new,
                               names_of_what_was_not_taken_are_retired, wrong_calls_do_nothing};
    const TTest *memory[] = {lack_of_memory_leaves_exactly_those_before};
    const TTest *facets[] = {facets_are_counted};
    seed = seed_of_test();
    Suite *suite = suite_create("named");
    ADD_LOOPS(suite, "names", 1, names);
    ADD_LOOPS(suite, "keys", 1, keys);
    ADD_LOOPS(suite, "fields", 1, fields);
    ADD_LOOPS(suite, "random", 12, random);
    ADD_LOOPS(suite, "refusals", 1, refusals);
    ADD_LOOPS(suite, "memory", 4, memory);
    ADD_LOOPS(suite, "facets", 1, facets);
    return run_suite(suite);
}
