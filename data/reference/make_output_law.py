"""Writes output_law.json: 18-digit values of the CDF in src/theory/outputLaw.ts.

Usage: python3 make_output_law.py [FILE]     (needs mpmath only; about four minutes)

The law of log||x_k|| given x_k != 0, for `depth` layers of `width` units, weightStd 1, from an input of norm 1
(input "norm") or N(0, I) of that width (input "gaussian"). With Q a layer's sum of squares, E[Q^(iv); Q > 0] is in
closed form: linear and ReLU are binomial mixtures of chi-square moments 2^(iv) Gamma(n/2 + iv)/Gamma(n/2), Leaky ReLU
one of these times 2F1(-iv, (d - n)/2; d/2; 1 - slope^2). The CDF is Gil-Pelaez' integral by the midpoint rule with
step h, whose only error are the tails farther than 2 pi/h away; steps h and h/2 must agree to 18 digits.
"""

import json
import sys

from mpmath import binomial, exp, gammaprod, hyp2f1, im, log, mp, mpc, mpf, nstr, pi, sqrt

mp.dps = 34

CASES = [
    # lower = upper, keep, width, depths
    (1.0, 1.0, 1, (1, 2, 30)),
    (1.0, 1.0, 2, (1, 2, 30)),
    (1.0, 1.0, 64, (1, 20, 1000)),
    (1.0, 1.0, 1000000, (1, 1000)),
    (0.0, 1.0, 1, (1, 20)),
    (0.0, 1.0, 8, (1, 20, 1000)),
    (0.0, 1.0, 64, (1, 20, 100, 1000)),
    (0.0, 0.8, 16, (1, 50)),
    (1.0, 0.5, 30, (1, 10)),
    (0.3, 1.0, 8, (1, 20, 1000)),
    (-1.7, 1.0, 5, (1, 20)),
    (0.01, 1.0, 64, (1, 100)),
    (1e-6, 1.0, 4, (1, 20)),
]
POSITIONS = [-5, -3, -2, -1, -0.25, 0, 0.5, 1, 2, 3, 4]  # standard deviations from the mean, roughly


class Layer:
    def __init__(self, slope, keep, width):
        self.slope, self.width = mpf(slope), width
        single = abs(slope) == 1 or slope == 0
        if single:
            q = mpf(keep) * (1 if slope else mpf(1) / 2)
            on = range(1, width + 1) if q < 1 else [width]
            self.terms = [(n, binomial(width, n) * q**n * (1 - q) ** (width - n)) for n in on]
        else:
            assert keep == 1
            self.terms = [(n, binomial(width, n) / mpf(2) ** width) for n in range(width + 1)]
        self.single = single
        self.alive = sum(w for _, w in self.terms)

    def characteristic(self, v):
        """E[Q^(iv) | Q > 0]"""
        iv = mpc(0, v)
        d = self.width
        if self.single:
            total = sum(w * gammaprod([mpf(n) / 2 + iv], [mpf(n) / 2]) for n, w in self.terms)
        else:
            total = gammaprod([mpf(d) / 2 + iv], [mpf(d) / 2]) * sum(
                w * hyp2f1(-iv, mpf(d - n) / 2, mpf(d) / 2, 1 - self.slope**2) for n, w in self.terms
            )
        return mpf(2) ** iv * total / self.alive


def cdf(characteristic, points, step):
    """By the midpoint rule, at all points at once."""
    sums = [mpf(0) for _ in points]
    j = 0
    while True:
        v = (j + mpf(1) / 2) * step
        value = characteristic(v)
        for i, x in enumerate(points):
            sums[i] += im(value * exp(mpc(0, -v * x))) / (j + mpf(1) / 2)
        if abs(value) < mpf(10) ** -24:
            return [mpf(1) / 2 - s / pi for s in sums]
        j += 1


def moments(layer):
    """Mean and standard deviation of log(Q)/2, to place the points: from the characteristic function near 0."""
    h = mpf(10) ** -8
    up = log(layer.characteristic(h))
    return up.imag / h / 2, sqrt(-2 * up.real / h**2) / 2


def main():
    rows = []
    for slope, keep, width, depths in CASES:
        layer = Layer(slope, keep, width)
        gaussian = Layer(1.0, 1.0, width)
        cache = {}

        def one(v):
            if v not in cache:
                cache[v] = layer.characteristic(v)
            return cache[v]

        mean, deviation = moments(layer)
        for depth in depths:
            for kind in ("norm", "gaussian"):
                if kind == "gaussian" and depth != depths[-1]:
                    continue

                def characteristic(w):
                    value = one(w / 2) ** depth
                    return value * gaussian.characteristic(w / 2) if kind == "gaussian" else value

                extra_mean, extra_deviation = moments(gaussian) if kind == "gaussian" else (mpf(0), mpf(0))
                center = depth * mean + extra_mean
                spread = sqrt(depth * deviation**2 + extra_deviation**2)
                points = [mpf(float(nstr(center + p * spread, 12))) for p in POSITIONS]
                # deep networks have Gaussian tails, shallow ones e^(width * x) to the left, slower where units can be off
                rate = width if slope and keep == 1 else max(1, width // 8)
                width_of_window = 30 * spread + mpf(120) / rate
                coarse = cdf(characteristic, points, 2 * pi / width_of_window)
                fine = cdf(characteristic, points, pi / width_of_window)
                assert max(abs(a - b) for a, b in zip(coarse, fine)) < mpf(10) ** -18, (slope, keep, width, depth)
                rows.append(
                    {
                        "slope": slope,
                        "keep": keep,
                        "width": width,
                        "depth": depth,
                        "input": kind,
                        "x": [float(x) for x in points],
                        "cdf": [nstr(value, 18) for value in fine],
                    }
                )
                print(slope, keep, width, depth, kind, file=sys.stderr, flush=True)
    about = "CDF of the output's log-norm, computed by make_output_law.py (which says how) with mpmath."
    path = sys.argv[1] if len(sys.argv) > 1 else __file__.replace("make_output_law.py", "output_law.json")
    with open(path, "w") as file:
        file.write(json.dumps({"about": about})[:-1] + ',\n"laws": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n")


main()
