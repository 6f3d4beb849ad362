"""Writes moments.json: 20-digit values of the quantities in src/theory/moments.ts, std.ts and logNorm.ts.

Usage: python3 make_moments.py [FILE]     (needs mpmath only; about a minute)

Q = sum of phi(g_i)^2 over `width` units, g_i ~ N(0, 1); phi(g) = g for g > 0, slope * g for g < 0 with the slope
uniform on [lower, upper]; a unit is set to zero with probability 1 - keep, kept ones are not rescaled. Parameters
are the doubles written in the file.

  moments: factor = E Q^(order/2); std = factor^(-1/order), for orders up to 2
  logNorm: mean and variance of log(Q)/2 given Q > 0; zero = P(Q = 0)

Where |phi| is |g| or zero, Q is chi-square with a binomial number of degrees of freedom: the mixture is summed. Elsewhere,
with L(t) = E exp(-t Q), P = P(Q = 0) and any c > 0,
  E Q^p = (1 - P) c^p - p/Gamma(1 - p) * integral of [L(t) - P - (1 - P) exp(-c t)] t^(-p - 1) dt      (0 < p < 1)
whose expansion in p gives E log Q and E log^2 Q, and which, with E[Q exp(-t Q)] for L, gives E Q^(1 + p). Even orders
are exact sums. The integral is a trapezoidal sum in log t, done on two interleaved grids that must agree to 22 digits.
"""

import json
import sys

from mpmath import asinh, binomial, digamma, euler, exp, fac2, gamma, gammaprod, inf, log, mp, mpf, nstr, polygamma, sqrt

mp.dps = 120  # small t cancels up to 80 of them

ACTIVATIONS = [(1.0, 1.0), (0.0, 0.0), (0.3, 0.3), (0.01, 0.01), (0.001, 0.001), (-1.0, -1.0), (1 / 8, 1 / 3), (-0.5, 0.25)]
KEEPS = [1.0, 0.8]
WIDTHS = [1, 2, 3, 8, 16, 64, 256, 10**4, 10**6]
ORDERS = [0.01, 0.1, 0.5, 0.8, 1.0, 1.5, 1.9, 2.0, 3.0, 10.0]


class ChiSquareMixture:
    """Q ~ chi-square with Bin(width, q) degrees of freedom."""

    def __init__(self, q, width):
        self.q, self.width = mpf(q), width
        self.zero = (1 - self.q) ** width

    def terms(self):
        """(n, probability of n) for every n >= 1 within 16 standard deviations of the mean."""
        d, q = self.width, self.q
        if q == 1:
            yield d, mpf(1)
            return
        reach = 16 * float(sqrt(d * q * (1 - q))) + 40
        low, high = max(1, int(d * q - reach)), min(d, int(d * q + reach))
        probability = binomial(d, low) * q**low * (1 - q) ** (d - low)
        for n in range(low, high + 1):
            yield n, probability
            probability *= q / (1 - q) * (d - n) / (n + 1)

    def moment(self, p):
        values = Recurrence(lambda n: 2**p * gammaprod([mpf(n) / 2 + p], [mpf(n) / 2]), lambda n, x: x * (n + 2 * p) / n)
        return sum(w * values(n) for n, w in self.terms())

    def log_moments(self):
        mean = Recurrence(lambda n: log(2) + digamma(mpf(n) / 2), lambda n, x: x + mpf(2) / n)
        variance = Recurrence(lambda n: polygamma(1, mpf(n) / 2), lambda n, x: x - mpf(4) / n**2)
        alive = first = second = mpf(0)
        for n, w in self.terms():
            m, v = mean(n), variance(n)
            alive, first, second = alive + w, first + w * m, second + w * (v + m * m)
        return first / alive, second / alive - (first / alive) ** 2


class Recurrence:
    """f(n) for consecutive n, where `step` leads from f(n) to f(n + 2)."""

    def __init__(self, start, step):
        self.start, self.step, self.known = start, step, {}

    def __call__(self, n):
        if n - 2 in self.known:
            self.known[n] = self.step(n - 2, self.known.pop(n - 2))
        else:
            self.known[n] = self.start(n)
        return self.known[n]


class Unit:
    """One unit's Laplace transform and its derivative on a grid of log t, kept for every width."""

    STEP = mpf(1) / 16

    def __init__(self, lower, upper, keep):
        self.lower, self.upper, self.keep = mpf(lower), mpf(upper), mpf(keep)
        self.grid = [(i, exp(i * self.STEP)) for i in range(-90 * 16, 140 * 16)]
        self.laplace = [self.transform(t) for _, t in self.grid]

    def transform(self, t):
        def chi(square):
            return 1 / sqrt(1 + 2 * square * t), -square / sqrt(1 + 2 * square * t) ** 3

        positive, slope_positive = chi(1)
        l, u = self.lower, self.upper
        if l == u:
            negative, slope_negative = chi(l * l)
        else:
            x = sqrt(2 * t)
            negative = (asinh(u * x) - asinh(l * x)) / ((u - l) * x)
            end = (u / sqrt(1 + u * u * x * x) - l / sqrt(1 + l * l * x * x)) / (u - l)
            slope_negative = (end - negative) / (x * x)
        k = self.keep
        return 1 - k + k * (positive + negative) / 2, k * (slope_positive + slope_negative) / 2

    def raw_moment(self, j):
        """E phi^(2j)."""
        l, u = self.lower, self.upper
        power = l ** (2 * j) if l == u else (u ** (2 * j + 1) - l ** (2 * j + 1)) / ((2 * j + 1) * (u - l))
        return self.keep * fac2(2 * j - 1) * (1 + power) / 2


class LaplaceIntegral:
    """Q by its Laplace transform."""

    def __init__(self, unit, width):
        self.unit, self.width = unit, width
        self.zero = (1 - unit.keep) ** width
        self.powers = [value**width for value, _ in unit.laplace]
        self.integer = [mpf(1)]  # E Q^n / n!
        for n in range(1, 6):
            terms = ((j * (width + 1) - n) * unit.raw_moment(j) / mp.factorial(j) * self.integer[n - j] for j in range(1, n + 1))
            self.integer.append(sum(terms) / n)
        self.bracket = self.against_exponential(self.powers, self.zero, self.integer[1])
        derivatives = [-width * p / value * slope for p, (value, slope) in zip(self.powers, unit.laplace)]
        self.weighted_bracket = self.against_exponential(derivatives, 0, 2 * self.integer[2])

    def against_exponential(self, transform, at_infinity, slope):
        """transform - at_infinity - mass exp(-ct), c chosen so that it is of second order in t, and (mass, c)."""
        mass = self.integer[0] - at_infinity if transform is self.powers else self.integer[1]
        c = slope / mass
        return [v - at_infinity - mass * exp(-c * t) for v, (_, t) in zip(transform, self.unit.grid)], mass, c

    def integrate(self, bracket, p, with_log=False):
        """Integral of bracket t^(-p - 1) (log t) dt."""
        step = self.unit.STEP
        factor = exp(-p * step)
        weight = exp(-p * step * self.unit.grid[0][0])
        sums = [mpf(0), mpf(0)]
        for (i, _), b in zip(self.unit.grid, bracket):
            sums[i % 2] += b * weight * (i * step if with_log else 1)
            weight *= factor
        assert abs(sums[0] - sums[1]) < mpf(10) ** -22 * (1 + abs(sums[0])), (self.width, p, nstr(sums, 25))
        return step * (sums[0] + sums[1])

    def moment(self, p):
        if p == int(p):
            return mp.factorial(int(p)) * self.integer[int(p)]
        bracket, mass, c = self.bracket if p < 1 else self.weighted_bracket
        r = p - int(p)
        return mass * c**r - r / gamma(1 - r) * self.integrate(bracket, r)

    def log_moments(self):
        bracket, mass, c = self.bracket
        i0 = self.integrate(bracket, mpf(0))
        i1 = -self.integrate(bracket, mpf(0), with_log=True)
        mean = (mass * log(c) - i0) / mass
        square = 2 * (mass * log(c) ** 2 / 2 + euler * i0 - i1) / mass
        return mean, square - mean**2


def laws():
    for lower, upper in ACTIVATIONS:
        for keep in KEEPS:
            single = lower == upper and lower in (0, 1, -1)
            unit = None if single else Unit(lower, upper, keep)
            for width in WIDTHS:
                q = mpf(keep) * (1 if lower else mpf(1) / 2)
                law = ChiSquareMixture(q, width) if single else LaplaceIntegral(unit, width)
                yield {"lower": lower, "upper": upper, "keep": keep, "width": width}, law


def digits(x):
    return nstr(x, 20, min_fixed=-inf if x == 0 else -5, max_fixed=20)


def main():
    moments, log_norm = [], []
    for name, law in laws():
        for order in ORDERS:
            factor = law.moment(mpf(order) / 2)
            row = {**name, "order": order, "factor": digits(factor)}
            if order <= 2:
                row["std"] = digits(factor ** (-1 / mpf(order)))
            moments.append(row)
        mean, variance = law.log_moments()
        log_norm.append({**name, "mean": digits(mean / 2), "variance": digits(variance / 4), "zero": digits(law.zero)})
        print(name, file=sys.stderr)
    about = "Computed by make_moments.py (which says how) with mpmath, 20 digits. Read its first lines for the meaning."
    lines = [json.dumps({"about": about})[:-1]]
    for key, rows in (("moments", moments), ("logNorm", log_norm)):
        lines.append(f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]")
    path = sys.argv[1] if len(sys.argv) > 1 else __file__.replace("make_moments.py", "moments.json")
    with open(path, "w") as file:
        file.write(",\n".join(lines) + "}\n")


main()
