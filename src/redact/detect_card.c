/* Card numbers, by ISO/IEC 7812: a range of an issuer, its length, the check digit. */
#include "redact/detector.h"

#define DIGITS_LEAST 13
#define DIGITS_MOST  19

/* Shorter groups are dates, times and lists of small numbers. */
#define GROUP_LEAST 3

/* What is left of a card number at the end of a text that was cut. */
#define REST_LEAST 6

/* A digest is looked at no further than this from the digits in it. */
#define TOKEN_MOST 128

#define UUID_LEN     36
#define SPAN_ID_LEN  16
#define DIGEST_LEAST 24

typedef struct brand {
    unsigned first; /* of the first four digits */
    unsigned last;
    unsigned lengths; /* a bit for each */
} brand;

#define LENGTH(digits) (1u << (digits))
#define LENGTHS(least) (LENGTH(DIGITS_MOST + 1) - LENGTH(least))
static const brand brands[] = {
    {1000, 1999, LENGTH(15)},                           /* UATP */
    {2200, 2204, LENGTHS(16)},                          /* Mir */
    {2221, 2720, LENGTH(16)},                           /* Mastercard */
    {3000, 3059, LENGTHS(14)},                          /* Diners Club */
    {3095, 3095, LENGTHS(14)},                          /* Diners Club */
    {3400, 3499, LENGTH(15)},                           /* American Express */
    {3528, 3589, LENGTHS(16)},                          /* JCB */
    {3600, 3699, LENGTHS(14)},                          /* Diners Club */
    {3700, 3799, LENGTH(15)},                           /* American Express */
    {3800, 3999, LENGTHS(14)},                          /* Diners Club */
    {4000, 4999, LENGTH(13) | LENGTH(16) | LENGTH(19)}, /* Visa */
    {5000, 5099, LENGTHS(13)},                          /* Maestro */
    {5100, 5599, LENGTH(16)},                           /* Mastercard */
    {5600, 5899, LENGTHS(13)},                          /* Maestro */
    {6000, 6999, LENGTHS(13)},                          /* Discover, UnionPay, Maestro, RuPay */
    {8100, 8299, LENGTHS(16)},                          /* UnionPay, RuPay */
    {9792, 9792, LENGTH(16)},                           /* Troy */
};

/* ---- the number ---- */

typedef struct digits {
    size_t count;
    unsigned char at[DIGITS_MOST];
} digits;

static bool is_of_a_brand(const digits *number) {
    unsigned prefix = 0;
    for (size_t i = 0; i < 4; i++)
        prefix = prefix * 10 + number->at[i];
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++) {
        if (prefix >= brands[i].first && prefix <= brands[i].last)
            return (brands[i].lengths & LENGTH(number->count)) != 0;
    }
    return false;
}

/* Luhn: from the right, every second digit twice; the sum of all digits is a multiple of ten. */
static bool has_right_check_digit(const digits *number) {
    unsigned sum = 0;
    for (size_t i = 0; i < number->count; i++) {
        const bool is_doubled = (number->count - i) % 2 == 0;
        const unsigned digit = is_doubled ? number->at[i] * 2u : number->at[i];
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

static bool is_card(const digits *number) {
    return number->count >= DIGITS_LEAST && is_of_a_brand(number) && has_right_check_digit(number);
}

bool jl_is_card(jl_text text) {
    digits number = {.count = 0};
    if (text.len > DIGITS_MOST)
        return false;
    for (size_t i = 0; i < text.len; i++)
        number.at[number.count++] = (unsigned char)(text.ptr[i] - '0');
    return is_card(&number);
}

/* ---- what looks like one and is none ---- */

static bool is_uuid(const char *at) {
    for (size_t i = 0; i < UUID_LEN; i++) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? at[i] != '-' : !jl_is_hex_digit(at[i]))
            return false;
    }
    return true;
}

static bool is_in_uuid(jl_text text, jl_span span) {
    if (text.len < UUID_LEN)
        return false;
    size_t start = span.to > UUID_LEN ? span.to - UUID_LEN : 0;
    for (; start <= span.from && start + UUID_LEN <= text.len; start++) {
        if (is_uuid(text.ptr + start))
            return true;
    }
    return false;
}

/* Letters stand beside the digits, all of them are hexadecimal, and it is as long as ids of spans
 * or as objects and digests are. */
static bool is_in_digest(jl_text text, jl_span span) {
    const size_t floor = span.from > TOKEN_MOST ? span.from - TOKEN_MOST : 0;
    const size_t end = text.len - span.to > TOKEN_MOST ? span.to + TOKEN_MOST : text.len;
    const jl_text near = {text.ptr, end};
    const size_t hex_start = jl_run_start(near, span.from, floor, jl_is_hex_digit);
    const size_t hex_end = jl_run_end(near, span.to, jl_is_hex_digit);
    const bool has_letters = hex_start < span.from || hex_end > span.to;
    const size_t len = hex_end - hex_start;
    return has_letters && (len == SPAN_ID_LEN || len >= DIGEST_LEAST) &&
           jl_run_start(near, hex_start, floor, jl_is_alnum) == hex_start &&
           jl_run_end(near, hex_end, jl_is_alnum) == hex_end;
}

static bool is_in_fraction(jl_text text, jl_span span) {
    const char *at = text.ptr;
    const bool is_behind_point =
        span.from >= 2 && at[span.from - 1] == '.' && jl_is_digit(at[span.from - 2]);
    const bool is_before_point =
        span.to + 1 < text.len && at[span.to] == '.' && jl_is_digit(at[span.to + 1]);
    return is_behind_point || is_before_point;
}

static bool is_harmless(jl_text text, jl_span span) {
    return is_in_fraction(text, span) || is_in_digest(text, span) || is_in_uuid(text, span);
}

/* ---- in a text ---- */

static bool is_separator(char c) {
    return c == ' ' || c == '-';
}

/* Whether digits go on at `at`: with a digit, or with one separator and a digit behind it. */
static bool goes_on(jl_text text, size_t at) {
    if (at < text.len && jl_is_digit(text.ptr[at]))
        return true;
    return at + 1 < text.len && is_separator(text.ptr[at]) && jl_is_digit(text.ptr[at + 1]);
}

/* The longest card number of whole groups that begins at `at`, a group's first digit. */
static bool match_groups(jl_text text, size_t at, jl_span *span) {
    digits number = {.count = 0};
    bool is_found = false;
    for (size_t start = at;; at++, start = at) {
        const size_t end = jl_run_end(text, at, jl_is_digit);
        const bool is_alone = number.count == 0;
        if (number.count + (end - start) > DIGITS_MOST)
            return is_found;
        if (end - start < GROUP_LEAST && (!is_alone || goes_on(text, end)))
            return is_found;
        for (; at < end; at++)
            number.at[number.count++] = (unsigned char)(text.ptr[at] - '0');
        const jl_span whole = {span->from, end};
        if (is_card(&number) && !is_harmless(text, whole)) {
            *span = whole;
            is_found = true;
        }
        if (!goes_on(text, end))
            return is_found;
    }
}

/* Where the next group begins, behind the one that ends at `end`; SIZE_MAX if there is none. */
static size_t next_group(jl_text text, size_t end) {
    return goes_on(text, end) ? end + 1 : SIZE_MAX;
}

/* Digits that reach the end of a cut text, enough of them to tell something. */
static bool is_rest(const jl_subject *subject, size_t at) {
    const jl_text text = subject->text;
    size_t count = 0;
    if (!subject->is_cut || text.len - at > DIGITS_MOST + DIGITS_MOST / GROUP_LEAST)
        return false;
    for (; goes_on(text, at); at++)
        count += jl_is_digit(text.ptr[at]) ? 1u : 0u;
    return at + 1 >= text.len && count >= REST_LEAST;
}

/* Groups may make more than one number: `345 4111 1111 1111 1111` begins with one as well. Which is
 * meant cannot be told, so all are hidden. */
static void extend(jl_text text, jl_span *span) {
    size_t at = next_group(text, jl_run_end(text, span->from, jl_is_digit));
    while (at < span->to) {
        jl_span other = {at, at};
        if (match_groups(text, at, &other) && other.to > span->to)
            span->to = other.to;
        at = next_group(text, jl_run_end(text, at, jl_is_digit));
    }
}

/* Try every group from `at` on that is joined to the one before.
 * @param end  receives where they end. */
static bool match_run(const jl_subject *subject, size_t at, jl_span *span, size_t *end) {
    const jl_text text = subject->text;
    for (; at != SIZE_MAX; at = next_group(text, *end)) {
        *span = (jl_span){at, at};
        if (match_groups(text, at, span)) {
            extend(text, span);
            return true;
        }
        if (is_rest(subject, at)) {
            span->to = text.len;
            return true;
        }
        *end = jl_run_end(text, at, jl_is_digit);
    }
    return false;
}

/* The first group that a number over `digit` may begin with, not before `floor`. */
static size_t first_group(jl_text text, size_t digit, size_t floor) {
    size_t at = jl_run_start(text, digit, floor, jl_is_digit);
    while (at >= floor + 2 && is_separator(text.ptr[at - 1]) && jl_is_digit(text.ptr[at - 2]))
        at = jl_run_start(text, at - 1, floor, jl_is_digit);
    return at;
}

/* No two bytes beside each other in a card number are both no digits. So a pair of such bytes rules
 * out every number that would have to reach over it, and most text is passed in steps. */
bool jl_detect_card(const jl_subject *subject, size_t from, jl_span *span) {
    const jl_text text = subject->text;
    const size_t step = subject->is_cut ? REST_LEAST : DIGITS_LEAST;
    size_t at = from;
    while (at + step <= text.len) {
        const size_t probe = at + step - 2;
        const size_t digit = jl_is_digit(text.ptr[probe]) ? probe : probe + 1;
        if (!jl_is_digit(text.ptr[digit])) {
            at = probe + 1;
            continue;
        }
        if (match_run(subject, first_group(text, digit, at), span, &at))
            return true;
    }
    return false;
}
