#!/usr/bin/env python3
"""student.py [--write] FILE

Works out anew the coefficients by which src/statistics.c (FILE) knows the 0.975 quantile of Student's distribution, and
fails if they stand there otherwise; with --write it puts them there.

The quantile is a function of x = 1 / degrees of freedom, from 0 to 1. On two ranges of x it is interpolated by a
polynomial at Chebyshev's nodes, written as a series of his polynomials. At a node it is found by Newton's method from
the definition: the share between -t and t is

    2 c t (1 + t²/ν)^(-(ν+1)/2) Σ ((ν+1)/2)ₖ / (3/2)ₖ zᵏ,   z = t²/(ν + t²),   c = Γ((ν+1)/2) / (√(νπ) Γ(ν/2)),

(x)ₖ being x (x+1) … (x+k-1): the series of the incomplete beta function (Abramowitz and Stegun, 26.5.4 and 26.7.1). All
is done with 50 digits."""

import argparse
import pathlib
import re
import sys
from decimal import Decimal, getcontext

D = Decimal
RANGES = ((D(0), D(1) / 4), (D(1) / 4, D(1)))
TERMS = 20  # with those left out, each polynomial is off by less than 10^-16 of the quantile
WANTED = D("0.95")
TABLE = re.compile(r"(coefficients\[2\]\[\w+\] = \{)(.*?)(\};)", re.DOTALL)
BERNOULLI = [(1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798), (-174611, 330)]


def arctan(x: Decimal) -> Decimal:
    term, total, k = x, x, 1
    while abs(term) > D(10) ** -55:
        term, k = -term * x * x, k + 2
        total += term / k
    return total


def cosine(x: Decimal) -> Decimal:
    term, total, k = D(1), D(1), 0
    while abs(term) > D(10) ** -55:
        term, k = -term * x * x / ((k + 1) * (k + 2)), k + 2
        total += term
    return total


def log_gamma(x: Decimal) -> Decimal:
    """By Stirling's series, behind x = 200."""
    below = D(1)
    while x < 200:
        below, x = below * x, x + 1
    series = sum(D(a) / b / (2 * k * (2 * k - 1)) / x ** (2 * k - 1) for k, (a, b) in enumerate(BERNOULLI, 1))
    return (x - D("0.5")) * x.ln() - x + (2 * PI).ln() / 2 + series - below.ln()


def quantile(x: Decimal) -> Decimal:
    degrees = 1 / x
    c = (log_gamma((degrees + 1) / 2) - log_gamma(degrees / 2)).exp() / (degrees * PI).sqrt()
    t, step = D(2), D(1)
    while abs(step) > D(10) ** -40:
        z = t * t / (degrees + t * t)
        density = c * (-(degrees + 1) / 2 * (1 + t * t / degrees).ln()).exp()
        term, total, k = D(1), D(1), 0
        while term > D(10) ** -45:
            term *= ((degrees + 1) / 2 + k) / (D("1.5") + k) * z
            total, k = total + term, k + 1
        step = (WANTED - 2 * density * t * total) / (2 * density)
        t += min(step, t)
    return t


def coefficients(low: Decimal, high: Decimal) -> list[Decimal]:
    angles = [PI * (2 * k + 1) / (2 * TERMS) for k in range(TERMS)]
    values = [quantile((low + high) / 2 + (high - low) / 2 * cosine(angle)) for angle in angles]
    return [(2 if j else 1) * sum(v * cosine(j * a) for v, a in zip(values, angles)) / TERMS for j in range(TERMS)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("file", type=pathlib.Path)
    chosen = parser.parse_args()
    source = chosen.file.read_text(encoding="utf-8")
    there = TABLE.search(source)
    if there is None:
        print(f"{chosen.file} has no table of coefficients")
        return 1
    made = [[float(c) for c in coefficients(*span)] for span in RANGES]
    if chosen.write:
        rows = ",\n".join("    {" + ",\n     ".join(repr(c) for c in row) + "}" for row in made)
        chosen.file.write_text(source[: there.start(2)] + rows + source[there.end(2) :], encoding="utf-8")
        return 0
    read = [[float(c) for c in row.split(",")] for row in re.findall(r"\{(.*?)\}", there[2], re.DOTALL)]
    print("the coefficients are", "as worked out" if read == made else f"others: {made}")
    return 0 if read == made else 1


getcontext().prec = 60
PI = 4 * (4 * arctan(1 / D(5)) - arctan(1 / D(239)))  # Machin
if __name__ == "__main__":
    sys.exit(main())
