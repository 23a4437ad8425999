"""Writes agreement.json: agreement of made-up ratings by NLTK, scikit-learn and statsmodels.

Run: python test/evaluate/goldens/make_agreement.py, with the packages nltk (3.10.3), scikit-learn (1.9.1) and statsmodels
(0.15.0). Krippendorff's ordinal difference, which NLTK lacks, is written here as he sums it.
"""
import json
import pathlib
import random

from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, interval_distance
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

random.seed(0)
VALUES = [1, 2, 3, 4, 5]


def made_up(units, raters, noise, missing):
    """Ratings around a value of each unit."""
    rows = []
    for _ in range(units):
        true = random.choice(VALUES)
        row = [min(5, max(1, true + random.choice(noise))) for _ in range(raters)]
        rows.append([None if random.random() < missing else value for value in row])
    return rows


def ordinal(rows):
    """The ordinal difference, which depends on how often each value was given in units that have two or more."""
    pairable = [[v for v in row if v is not None] for row in rows]
    given = [v for row in pairable if len(row) > 1 for v in row]
    count = {value: given.count(value) for value in VALUES}

    def difference(a, b):
        low, high = min(a, b), max(a, b)
        between = sum(count[value] for value in range(low, high + 1))
        return float(between - (count[low] + count[high]) / 2) ** 2 if low != high else 0.0

    return difference


def alpha(rows, distance):
    known = [row for row in rows if sum(v is not None for v in row) > 1]
    data = [(str(r), str(u), v) for u, row in enumerate(known) for r, v in enumerate(row) if v is not None]
    return AnnotationTask(data=data, distance=distance).alpha()


cases = []
for units, raters, noise, missing in [
    (30, 2, [0], 0),
    (30, 2, [-1, 0, 1], 0),
    (40, 3, [-1, 0, 0, 1], 0),
    (40, 3, [-1, 0, 0, 1], 0.2),
    (25, 5, [-2, -1, 0, 0, 0, 1, 2], 0.4),
    (60, 4, [-4, -2, 0, 2, 4], 0.1),
    (8, 2, [-4, 4], 0),
]:
    rows = made_up(units, raters, noise, missing)
    both = [row[:2] for row in rows if row[0] is not None and row[1] is not None]
    first, second = zip(*both)
    complete = [row for row in rows if None not in row]
    cases.append(
        {
            "ratings": rows,
            "alpha": {
                "nominal": alpha(rows, binary_distance),
                "ordinal": alpha(rows, ordinal(rows)),
                "interval": alpha(rows, interval_distance),
            },
            "cohen": {
                name: cohen_kappa_score(first, second, labels=VALUES, weights=None if name == "none" else name)
                for name in ["none", "linear", "quadratic"]
            },
            "fleiss": fleiss_kappa(aggregate_raters(complete)[0]) if len(complete) > 1 else None,
        }
    )
path = pathlib.Path(__file__).with_name("agreement.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
