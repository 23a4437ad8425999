"""What goldens hold of gradients: enough to tell any two apart, in little room. test/support/fingerprint.ts checks it."""
import numpy as np

from torch_noise import noise

PROJECTIONS = 4


def fingerprint(gradients, numbers):
    """Norms and projections on noise of every gradient, and small gradients in full."""
    prints = {}
    for name, g in gradients.items():
        flat = g.flatten().numpy()
        stream = 5000 + 10 * numbers[name]
        prints[name] = {
            "norm": float(np.linalg.norm(flat)),
            "projections": [float(flat @ (2 * noise(stream + i, flat.size) - 1)) for i in range(PROJECTIONS)],
        }
        if flat.size <= 64:
            prints[name]["full"] = flat.tolist()
    return prints


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value
