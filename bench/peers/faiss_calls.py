"""What faiss is timed with. Each function makes the data and returns one run."""

import faiss
import numpy as np

random = np.random.default_rng(1)


def uniform(rows, d):
    return random.random((rows, d), dtype=np.float32) * 2 - 1


def nearest_rows(rows, d, queries, k):
    index = faiss.IndexFlatIP(d)
    for begin in range(0, rows, 100_000):
        index.add(uniform(min(100_000, rows - begin), d))
    x = uniform(queries, d)
    return lambda: index.search(x, k)


def assign_clusters(rows, d, k):
    index = faiss.IndexFlatL2(d)
    index.add(uniform(k, d))
    x = uniform(rows, d)
    return lambda: index.search(x, 1)
