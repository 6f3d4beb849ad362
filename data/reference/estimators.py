"""Reference numbers for the estimators' tests, by NumPy and SciPy; writes estimators.json beside this file.

python3 -m pip install numpy==2.4.6 scipy==1.17.1 && python3 data/reference/estimators.py
"""
import json
from pathlib import Path

import numpy as np
import scipy
from scipy import special, stats
from scipy.stats._stats_py import _attempt_exact_2kssamp

rng = np.random.default_rng(20051878)


def rounded(sample):
    """Six decimals: the same doubles in both languages."""
    return np.round(sample, 6)


normal = rounded(rng.standard_normal(40))
shifted = rounded(rng.standard_normal(60) * 1.3 + 0.4)
tied = np.round(rng.standard_normal(50), 1)


def ks_one(sample):
    r = stats.ks_1samp(sample, stats.logistic.cdf, method="exact")
    return {"statistic": r.statistic, "pValue": r.pvalue}


def ks_two(a, b):
    r = stats.ks_2samp(a, b, method="exact")
    return {"statistic": r.statistic, "pValue": r.pvalue}


def exact_one(n, d):
    return {"n": n, "statistic": d, "pValue": stats.kstwo.sf(d, n)}


def one_sided(sample, other, test, alternative):
    """The exact one-sided test of a sample against the logistic distribution, or of two samples."""
    r = test(sample, other, alternative=alternative, method="exact")
    return {"alternative": alternative, "statistic": r.statistic, "pValue": r.pvalue}


def exact_two(n, m, p):
    """The exact p-value of the attainable statistic nearest to the limit law's quantile of p."""
    lcm = int(np.lcm(n, m))
    h = round(stats.kstwobign.isf(p) * np.sqrt(1 / n + 1 / m) * lcm)
    _, d, exact = _attempt_exact_2kssamp(n, m, np.gcd(n, m), h / lcm, "two-sided")
    return {"n": n, "m": m, "statistic": d, "pValue": exact}


def moment(sample, order):
    w = np.abs(sample) ** order
    return {
        "order": order,
        "value": w.mean(),
        "standardError": stats.sem(w),
        "effectiveSampleSize": w.sum() ** 2 / (w**2).sum(),
    }


def weighted_log_moment(log_sample, log_weights, order):
    terms = order * log_sample + log_weights
    n = len(terms)
    log_mean = special.logsumexp(terms) - np.log(n)
    return {"order": order, "logValue": log_mean, "relativeStandardError": stats.sem(np.exp(terms - log_mean))}


def hill(sample, k):
    """1/alpha is the mean of an exponential law: SciPy's fit of one to the log-excesses."""
    top = np.sort(np.abs(sample))[::-1]
    _, mean = stats.expon.fit(np.log(top[:k]) - np.log(top[k]), floc=0)
    return {"k": k, "value": 1 / mean, "standardError": 1 / mean / np.sqrt(k)}


def block(sample, m):
    x = np.asarray(sample).reshape(-1, m)
    terms = (np.log(np.abs(x.sum(axis=1))) - np.log(np.abs(x)).mean(axis=1)) / np.log(m)
    return {"blockSize": m, "value": 1 / terms.mean(), "standardError": stats.sem(terms) / terms.mean() ** 2}


def density(sample, rule, weights=None):
    kde = stats.gaussian_kde(sample, bw_method=rule, weights=weights)
    x = np.linspace(-4, 5, 19)
    return {
        "rule": rule,
        "bandwidth": float(np.sqrt(kde.covariance[0, 0])),
        "x": x.tolist(),
        "pdf": kde(x).tolist(),
        "cdf": [float(kde.integrate_box_1d(-np.inf, end)) for end in x],
    }


def empirical(sample):
    cdf = stats.ecdf(sample).cdf
    return {"x": cdf.quantiles.tolist(), "cdf": cdf.probabilities.tolist()}


out = {
    "source": f"NumPy {np.__version__}, SciPy {scipy.__version__}, by estimators.py",
    "samples": {"normal": normal.tolist(), "shifted": shifted.tolist(), "tied": tied.tolist()},
    "kolmogorovSmirnov": {
        "limit": [{"x": x, "survival": stats.kstwobign.sf(x)} for x in (0.2, 0.4, 0.7, 0.99, 1, 1.01, 1.5, 2.5, 4)],
        "logistic": ks_one(normal),
        "twoSamples": {"normalShifted": ks_two(normal, shifted), "tiedNormal": ks_two(tied, normal)},
        "exactOneSample": [
            exact_one(n, d)
            for n in (10, 30, 100, 1000, 10000)
            for d in [float(stats.kstwo.isf(p, n)) for p in (0.999, 0.9, 0.5, 0.1, 0.01, 1e-4)]
        ],
        "tail": [exact_one(n, d) for n, d in ((10, 0.81), (20, 0.75), (100, 0.4), (1000, 0.12), (1000, 0.2))],
        "oneSided": {
            name: [one_sided(a, b, test, alternative) for alternative in ("less", "greater")]
            for name, a, b, test in (
                ("logistic", normal, stats.logistic.cdf, stats.ks_1samp),
                ("normalShifted", normal, shifted, stats.ks_2samp),
                ("tiedNormal", tied, normal, stats.ks_2samp),
            )
        },
        "exactTwoSamples": [
            exact_two(n, m, p)
            for n, m in ((50, 50), (50, 70), (100, 100), (1000, 1000), (1000, 1003), (5000, 5000))
            for p in (0.95, 0.5, 0.1, 0.01, 1e-4)
        ],
    },
    "moments": [moment(normal, order) for order in (0.5, 1, 2, 3.7)],
    "logMoments": [weighted_log_moment(1000 * normal, shifted[:40], order) for order in (0.5, 1, 3)],
    "hill": [hill(shifted, k) for k in (1, 5, 20)],
    "block": {"normal": block(normal, 5), "shifted": block(shifted, 6)},
    "density": [density(shifted, rule) for rule in ("scott", "silverman")],
    "weightedDensity": [density(shifted, rule, np.exp(shifted)) for rule in ("scott", "silverman")],
    "empirical": empirical(tied),
}

if __name__ == "__main__":
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
