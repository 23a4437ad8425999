"""Writes predictor.json: the loss and all gradients of a small predictor, both variants, by PyTorch's autograd in f64.

Run: python test/models/goldens/make_predictor.py. The model is written out here once more, with a plain loop as its
scan. Parameters and inputs come from a closed formula (`noise`), which test/models/predictor_gradients.test.ts
computes with the same bits, so that the file holds results alone.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from torch_fingerprint import fingerprint, rounded  # noqa: E402
from torch_noise import spread  # noqa: E402

DIMS, MODEL, EXPERTS, K, BLOCKS, STATE, TAPS, RANK, HIDDEN, DOMAINS = 12, 16, 3, 2, 2, 4, 4, 1, 8, 2
INNER, DECAY, CENTROID_WEIGHT = 2 * MODEL, 0.9, 0.5
# One sequence is longer than the 64 rows between kept states of the scan.
LENGTHS, PREFIXES = [70, 1, 14, 6], [20, 1, 8, 0]


def parameters(variant):
    """name: shape, centre, half width; the order gives each its stream of noise."""
    each = [EXPERTS]
    own = each if variant == "sequence" else []
    table = {
        "router.hidden.weight": ([HIDDEN, DIMS], 0, 0.5),
        "router.hidden.bias": ([HIDDEN], 0, 0.1),
        "router.out.weight": ([EXPERTS, HIDDEN], 0, 1),
        "router.out.bias": ([EXPERTS], 0, 0.1),
        "router.centroids": ([DOMAINS, DIMS], 0, 0.5),
        "router.domain_experts": ([EXPERTS, DOMAINS], 0.5, 0.5),
        "input.weight": ([*own, MODEL, DIMS], 0, 0.4),
        "input.bias": ([*own, MODEL], 0, 0.1),
    }
    for i in range(BLOCKS):
        mixer = f"blocks.{i}.mixer"
        table |= {
            f"blocks.{i}.norm.weight": ([*own, MODEL], 1, 0.2),
            f"{mixer}.in_proj.weight": ([*each, 2 * INNER, MODEL], 0, 0.3),
            f"{mixer}.conv1d.weight": ([*own, INNER, 1, TAPS], 0, 0.6),
            f"{mixer}.conv1d.bias": ([*own, INNER], 0, 0.1),
            f"{mixer}.x_proj.weight": ([*own, RANK + 2 * STATE, INNER], 0, 0.4),
            f"{mixer}.dt_proj.weight": ([*own, INNER, RANK], 0, 0.5),
            f"{mixer}.dt_proj.bias": ([*own, INNER], -1.5, 1.5),
            f"{mixer}.A_log": ([*own, INNER, STATE], 1, 1),
            f"{mixer}.D": ([*own, INNER], 1, 0.2),
            f"{mixer}.out_proj.weight": ([*each, MODEL, INNER], 0, 0.3),
        }
    return table | {
        "norm_f.weight": ([*own, MODEL], 1, 0.2),
        "output.weight": ([DIMS, MODEL], 0, 0.4),
        "output.bias": ([DIMS], 0, 0.1),
        "recent.weight": ([DIMS, TAPS], 0, 0.5),
    }


def rms_norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


def causal_conv(x, weight):
    """x [rows, d], weight [d, taps]."""
    padded = F.pad(x, (0, 0, weight.shape[-1] - 1, 0))
    return sum(padded[k : k + len(x)] * weight[:, k] for k in range(weight.shape[-1]))


def mixer(w, x, in_proj, out_proj):
    u, z = in_proj(x).split(INNER, dim=-1)
    u = F.silu(causal_conv(u, w("conv1d.weight")[:, 0]) + w("conv1d.bias"))
    dt, b, c = (u @ w("x_proj.weight").T).split([RANK, STATE, STATE], dim=-1)
    dt = F.softplus(dt @ w("dt_proj.weight").T + w("dt_proj.bias"))
    a = -torch.exp(w("A_log"))
    h = torch.zeros(INNER, STATE, dtype=x.dtype)
    y = []
    for t in range(len(x)):
        h = torch.exp(dt[t, :, None] * a) * h + (dt[t] * u[t])[:, None] * b[t]
        y.append(h @ c[t] + w("D") * u[t])
    return out_proj(torch.stack(y) * F.silu(z))


def route(p, seen, margins):
    """Logits [n, experts], weights [n, k] and experts [n, k] from what has been seen, [n, dims]."""
    direction = seen / seen.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    hidden = F.silu(direction * DIMS**0.5 @ p["router.hidden.weight"].T + p["router.hidden.bias"])
    cosines = direction @ p["router.centroids"].T @ p["router.domain_experts"].T
    logits = hidden @ p["router.out.weight"].T + p["router.out.bias"] + CENTROID_WEIGHT * cosines
    margins.append(logits.sort(-1).values.diff(dim=-1).min().item())
    values, experts = logits.topk(K)
    return logits, values.softmax(-1), experts


def stack(p, x, expert_of, in_proj, out_proj):
    """Input projection, blocks and final norm. expert_of(name): the parameter that these rows use."""
    h = x @ expert_of("input.weight").T + expert_of("input.bias")
    for i in range(BLOCKS):
        w = lambda name: expert_of(f"blocks.{i}.mixer.{name}")
        normed = rms_norm(h, expert_of(f"blocks.{i}.norm.weight"))
        h = h + mixer(w, normed, in_proj(i), out_proj(i))
    return rms_norm(h, expert_of("norm_f.weight"))


def by_sequence(p, x, prefix, margins):
    seen = x[:prefix].mean(0, keepdim=True) if prefix else torch.zeros(1, DIMS, dtype=x.dtype)
    logits, weights, experts = route(p, seen, margins)
    h = 0
    for weight, e in zip(weights[0], experts[0]):
        of = lambda name: p[name][e]
        product = lambda name: lambda i: lambda v: v @ of(f"blocks.{i}.mixer.{name}.weight").T
        h = h + weight * stack(p, x * DIMS**0.5, of, product("in_proj"), product("out_proj"))
    return logits, h


def by_concept(p, x, prefix, margins):
    seen, memory = [], torch.zeros(DIMS, dtype=x.dtype)
    for row in x:
        memory = DECAY * memory + row
        seen.append(memory)
    logits, weights, experts = route(p, torch.stack(seen), margins)

    def product(name):
        def of_block(i):
            matrices = p[f"blocks.{i}.mixer.{name}.weight"]
            return lambda v: torch.stack(
                [sum(w * (matrices[e] @ row) for w, e in zip(weights[t], experts[t])) for t, row in enumerate(v)]
            )

        return of_block

    return logits, stack(p, x * DIMS**0.5, lambda name: p[name], product("in_proj"), product("out_proj"))


def loss_of(variant, p, margins):
    begin = 0
    rows = sum(LENGTHS)
    x = spread(900, [rows, DIMS], 0, 0.5)
    targets = spread(901, [rows, DIMS], 0, 0.5)
    predicted, logits = [], []
    for length, prefix in zip(LENGTHS, PREFIXES):
        own = x[begin : begin + length]
        of_router, h = (by_sequence if variant == "sequence" else by_concept)(p, own, prefix, margins)
        recent = causal_conv(own * DIMS**0.5, p["recent.weight"])
        predicted.append((h @ p["output.weight"].T + p["output.bias"] + recent) / DIMS**0.5)
        logits.append(of_router)
        begin += length
    predicted, logits = torch.cat(predicted), torch.cat(logits)
    liked = spread(902, list(logits.shape), 0, 1)
    return (predicted - targets).square().mean() + 0.1 * (logits * liked).mean()


def golden(variant):
    table = parameters(variant)
    numbers = {name: number for number, name in enumerate(table)}
    fixed = ("router.centroids", "router.domain_experts")
    p = {
        name: spread(numbers[name], shape, centre, width).requires_grad_(name not in fixed)
        for name, (shape, centre, width) in table.items()
    }
    margins = []
    loss = loss_of(variant, p, margins)
    loss.backward()
    # A choice of experts that rounding could turn would make the file useless.
    assert min(margins) > 1e-4, min(margins)
    start = {name: [centre, width] for name, (_, centre, width) in table.items()}
    gradients = {name: v.grad for name, v in p.items() if name not in fixed}
    return {"loss": loss.item(), "start": start, "gradients": fingerprint(gradients, numbers)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    result = {variant: rounded(golden(variant)) for variant in ("sequence", "concept")}
    path = pathlib.Path(__file__).parent / "predictor.json"
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print({variant: run["loss"] for variant, run in result.items()})
