"""Writes special_functions.json: 20-digit values of the special functions in src/theory and src/estimators.

Usage: python3 make_special_functions.py [FILE]     (needs mpmath only; a second)

Arguments are the doubles written in the file.

  gammaRatio: Gamma(z + delta)/Gamma(z)
  gammaArgument: arg Gamma(1 + iv), continuous in v and 0 at v = 0
  erfc: the complementary error function
"""

import json
import sys

from mpmath import erfc, exp, loggamma, mp, mpc, mpf, nstr

mp.dps = 40

Z = [0.5, 0.7183, 1.0, 1.5, 1.9999, 2.0, 3.3, 8.0, 9.5, 9.99, 10.0, 32.0, 128.5, 1234.5, 5e5, 1e6]
DELTA = [0.0, 1e-100, 1e-12, 0.005, 0.05, 0.25, 0.4, 0.5, 0.75, 0.95, 0.99999999, 1.0, 1.5, 2.25, 5.0, 7.9, 20.3, 50.0, 51.0]
V = [0.0, 1e-300, 1e-9, 0.01, 0.1, 0.3, 0.7, 1.0, 1.5, 1.8, 2.0, 3.0, 5.0, 8.0, 10.0, 13.7, 14.0, 14.3, 20.0, 33.3, 100.0, 317.0, 1e3, 1e5]
X = [-30.0, -6.5, -5.0, -3.0, -1.0, -0.5, -0.1, -1e-9, 0.0, 1e-300, 1e-9, 0.01, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0]
X += [2.5, 2.7183, 3.0, 3.5777, 4.0, 4.4444, 5.0, 5.3131, 6.0, 6.25, 6.28, 6.283, 6.284, 6.3, 6.6, 7.7777, 10.0, 13.37, 17.7777, 23.3333, 26.0]


def digits(x):
    return nstr(x, 20, min_fixed=-5, max_fixed=20)


def main():
    tables = {
        "gammaRatio": [
            {"z": z, "delta": delta, "value": digits(exp(loggamma(mpf(z) + mpf(delta)) - loggamma(mpf(z))))}
            for z in Z
            for delta in DELTA
        ],
        "gammaArgument": [{"v": v, "value": digits(loggamma(mpc(1, v)).imag)} for v in V],
        "erfc": [{"x": x, "value": digits(erfc(mpf(x)))} for x in X],
    }
    about = "Computed by make_special_functions.py (which says how) with mpmath, 20 digits."
    lines = [json.dumps({"about": about})[:-1]]
    for key, rows in tables.items():
        lines.append(f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]")
    path = sys.argv[1] if len(sys.argv) > 1 else __file__.replace("make_special_functions.py", "special_functions.json")
    with open(path, "w") as file:
        file.write(",\n".join(lines) + "}\n")


main()
