#include "json/number_power.h"

#include <assert.h>

/*
 * Both tables are printed by tests/support/powers_of_ten.py, which also proves with exact integers
 * that what jl_power_of_ten() makes of them is right in all 128 bits for every exponent.
 */
#define STEP                                                                             \
    27 /* 5^26 is the largest power of five whose product with three words stays in four \
        */
#define FIRST (-351)

/* 10^(FIRST + STEP * i), the first 192 bits, rounded down. */
static const uint64_t anchors[][3] = {
    {0x8049A4AC0C5811AE, 0x205B896D777D6278, 0xAC261E9F5141430B}, /* 1e-351 */
    {0xCF42894A5DCE35EA, 0x52064CAC828675B9, 0x475F2B7D7DF1AD7A}, /* 1e-324 */
    {0xA76C582338ED2621, 0xAF2AF2B80AF6F24E, 0x657C8F4D43323A36}, /* 1e-297 */
    {0x873E4F75E2224E68, 0x5A7744A6E804A291, 0xCC35EDDFCF0996D7}, /* 1e-270 */
    {0xDA7F5BF590966848, 0xAF39A475506A899E, 0xA30294CC2934E662}, /* 1e-243 */
    {0xB080392CC4349DEC, 0xBD8D794D96AACFB3, 0xFE13A5C86AF64418}, /* 1e-216 */
    {0x8E938662882AF53E, 0x547EB47B7282EE9C, 0x41B0230E1421487D}, /* 1e-189 */
    {0xE65829B3046B0AFA, 0x0CB4A5A3112A5112, 0xA3B561B1CB208396}, /* 1e-162 */
    {0xBA121A4650E4DDEB, 0x92F34D62616CE413, 0x21A0183E10583CD3}, /* 1e-135 */
    {0x964E858C91BA2655, 0x3A6A07F8D510F86F, 0xE9082F25E9C5E9EC}, /* 1e-108 */
    {0xF2D56790AB41C2A2, 0xFAE27299423FB9C3, 0x3695DAD7E8858901}, /* 1e-81 */
    {0xC428D05AA4751E4C, 0xAA97E14C3C26B886, 0x96842DC95323F5A8}, /* 1e-54 */
    {0x9E74D1B791E07E48, 0x775EA264CF55347D, 0xCA49F1C05120C9C7}, /* 1e-27 */
    {0x8000000000000000, 0x0000000000000000, 0x0000000000000000}, /* 1e0 */
    {0xCECB8F27F4200F3A, 0x0000000000000000, 0x0000000000000000}, /* 1e27 */
    {0xA70C3C40A64E6C51, 0x999090B65F67D924, 0x0000000000000000}, /* 1e54 */
    {0x86F0AC99B4E8DAFD, 0x69A028BB3DED71A3, 0xDF9F915627C04E28}, /* 1e81 */
    {0xDA01EE641A708DE9, 0xE80E6F4820CC9495, 0xD74BAAD03BC1D8D3}, /* 1e108 */
    {0xB01AE745B101E9E4, 0x5EC05DCFF72E7F8F, 0xC04C79FFE324301F}, /* 1e135 */
    {0x8E41ADE9FBEBC27D, 0x14588F13BE847307, 0x23BD6A2059C002F5}, /* 1e162 */
    {0xE5D3EF282A242E81, 0x8F1668C8A86DA5FA, 0xF0B5CCF5176ECC7C}, /* 1e189 */
    {0xB9A74A0637CE2EE1, 0x6D953E2BD7173692, 0x88EFB0037AC08BDE}, /* 1e216 */
    {0x95F83D0A1FB69CD9, 0x4ABDAF101564F98E, 0x0D5A4AF7B3A98E47}, /* 1e243 */
    {0xF24A01A73CF2DCCF, 0xBC633B39673C8CEC, 0x3D9C44CD2F36917C}, /* 1e270 */
    {0xC3B8358109E84F07, 0x0A862F80EC4700C8, 0x02606EA01029DC37}, /* 1e297 */
    {0x9E19DB92B4E31BA9, 0x6C07A2C26A8346D1, 0x4944D9F52CD0DEC2}, /* 1e324 */
};

/* 5^i, shifted until the top bit is set: exact. */
static const uint64_t fives[STEP] = {
    0x8000000000000000, /* 5^0 */
    0xA000000000000000, /* 5^1 */
    0xC800000000000000, /* 5^2 */
    0xFA00000000000000, /* 5^3 */
    0x9C40000000000000, /* 5^4 */
    0xC350000000000000, /* 5^5 */
    0xF424000000000000, /* 5^6 */
    0x9896800000000000, /* 5^7 */
    0xBEBC200000000000, /* 5^8 */
    0xEE6B280000000000, /* 5^9 */
    0x9502F90000000000, /* 5^10 */
    0xBA43B74000000000, /* 5^11 */
    0xE8D4A51000000000, /* 5^12 */
    0x9184E72A00000000, /* 5^13 */
    0xB5E620F480000000, /* 5^14 */
    0xE35FA931A0000000, /* 5^15 */
    0x8E1BC9BF04000000, /* 5^16 */
    0xB1A2BC2EC5000000, /* 5^17 */
    0xDE0B6B3A76400000, /* 5^18 */
    0x8AC7230489E80000, /* 5^19 */
    0xAD78EBC5AC620000, /* 5^20 */
    0xD8D726B7177A8000, /* 5^21 */
    0x878678326EAC9000, /* 5^22 */
    0xA968163F0A57B400, /* 5^23 */
    0xD3C21BCECCEDA100, /* 5^24 */
    0x84595161401484A0, /* 5^25 */
    0xA56FA5B99019A5C8, /* 5^26 */
};

/* The error of an anchor, less than one unit of its last bit, becomes less than 2^64 units of the
 * last bit of 256: far below the 128 that are kept. */
jl_power jl_power_of_ten(int k) {
    assert(k >= JL_POWER_MIN && k <= JL_POWER_MAX);
    const uint64_t *anchor = anchors[(k - FIRST) / STEP];
    uint64_t factor = fives[(k - FIRST) % STEP];
    jl_product product = jl_multiply_wide((jl_wide){anchor[0], anchor[1]}, factor);
    uint64_t carry = jl_multiply(anchor[2], factor).high;
    product.low += carry;
    product.middle += product.low < carry;
    product.high += product.low < carry && product.middle == 0;
    if (product.high >> 63 == 0) {
        product.high = product.high << 1 | product.middle >> 63;
        product.middle = product.middle << 1 | product.low >> 63;
    }
    return (jl_power){{product.high, product.middle}, jl_floor_log2_of_power(k) - 127};
}
