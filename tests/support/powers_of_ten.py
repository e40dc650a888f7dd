#!/usr/bin/env python3
"""Make the tables of src/json/number_power.c and prove that they are enough.

Every 27th power of ten is kept with 192 bits; the powers between are one multiplication by 5^0..5^26
away, whose normalised values fill one word each. The proof goes through every exponent the library
may ask for and compares the first 128 bits with exact integers. It also checks the three logarithms
that number_power.h and number_write.c take as one multiplication and a shift.
"""
from fractions import Fraction

STEP, FIRST, LAST = 27, -351, 350
WORD = (1 << 64) - 1


def significand(exponent, bits):
    """floor(10^exponent * 2^n) with n such that exactly `bits` bits are used."""
    if exponent >= 0:
        value = 10**exponent
        shift = bits - value.bit_length()
        return value << shift if shift >= 0 else value >> -shift
    divisor = 10**-exponent
    quotient = (1 << (bits + divisor.bit_length() - 1)) // divisor
    return quotient >> (quotient.bit_length() - bits)


def five(power):
    value = 5**power
    return value << (64 - value.bit_length())


def composed(exponent):
    anchor, rest = divmod(exponent - FIRST, STEP)
    product = significand(FIRST + STEP * anchor, 192) * five(rest)
    return product >> (product.bit_length() - 128)


def floor_log2(value):
    n = value.numerator.bit_length() - value.denominator.bit_length()
    return n if Fraction(2)**n <= value else n - 1


def floor_log10(value):
    n = len(str(value.numerator)) - len(str(value.denominator))
    return n if Fraction(10)**n <= value else n - 1


def prove():
    for k in range(FIRST, LAST + 1):
        assert composed(k) == significand(k, 128), k
        assert (k * 1741647) >> 19 == floor_log2(Fraction(10)**k), k
    for q in range(-1100, 1100):
        assert (q * 1262611) >> 22 == floor_log10(Fraction(2)**q), q
        assert (q * 1262611 - 524031) >> 22 == floor_log10(Fraction(3, 4) * Fraction(2)**q), q
    assert 5**55 < 1 << 128 < 5**56


def words(value, count):
    return [value >> 64 * i & WORD for i in reversed(range(count))]


def main():
    prove()
    for k in range(FIRST, LAST + 1, STEP):
        a, b, c = words(significand(k, 192), 3)
        print(f"    {{0x{a:016X}, 0x{b:016X}, 0x{c:016X}}}, /* 1e{k} */")
    print()
    for power in range(STEP):
        print(f"    0x{five(power):016X}, /* 5^{power} */")


if __name__ == "__main__":
    main()
