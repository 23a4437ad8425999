"""Cosines of neighbouring texts of the tiny checkpoints, and their summary, by numpy: pip install numpy safetensors.

The vectors are those that sentence-transformers gives (../../published/goldens/make_encoders.py). `asked` are texts 2 to 21 of
stella15 with its prompt before them, so pairs are texts (2, 3), (3, 4), ... (20, 21) of every model.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

HERE = Path(__file__).parent
PUBLISHED = HERE.parent.parent / "published" / "goldens"
FIRST, COUNT = 2, 19


def cosines(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def vectors(name, tensor, first):
    rows = load_file(PUBLISHED / name / "golden.safetensors")[tensor]
    return rows[first : first + COUNT], rows[first + 1 : first + 1 + COUNT]


def summary(x):
    measures = {"mean": np.mean, "median": np.median, "standardDeviation": np.std, "min": np.min, "max": np.max}
    return {name: float(measure(x)) for name, measure in measures.items()}


plain = vectors("stella15", "vectors", FIRST)
asked = vectors("stella15", "asked", 0)
found = {
    "minilm": cosines(*vectors("minilm", "vectors", FIRST)),
    "stella15 none": cosines(*plain),
    "stella15 none 64": cosines(*vectors("stella15", "vectors64", FIRST)),
    "stella15 both": cosines(*asked),
    "stella15 first": cosines(asked[0], plain[1]),
    "stella400 none": cosines(*vectors("stella400", "vectors", FIRST)),
}
golden = {
    name: {"cosines": x.tolist(), "summary": summary(x), "normalised": summary((1 + x) / 2)}
    for name, x in found.items()
}
(HERE / "similarity.json").write_text(json.dumps(golden, indent=1) + "\n")
