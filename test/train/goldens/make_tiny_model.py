"""Writes tiny_model.json: 20 AdamW steps of the model of test/train/tiny_model.ts in PyTorch, in float64.

Run: python test/train/goldens/make_tiny_model.py. The start values and the batches come from a closed formula
(`noise`), which test/train/tiny_model.ts computes with the same bits, so that the file holds results alone.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from torch_noise import noise, spread  # noqa: E402

D, INNER, STATE, RANK, WIDTH, EXPERTS = 32, 64, 16, 2, 4, 2
ROUTER, VOCAB, HEADS, FFN = 16, 50, 2, 64
HEAD = D // HEADS
STEPS, IGNORED, PROJECTIONS = 20, -100, 4
OPTIMISER = {"lr": 2e-3, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1}

# Every batch has as many rows, tokens, sequences and texts as the others, split in another way.
LENGTHS = [[7, 1, 5, 4], [2, 9, 1, 5], [1, 1, 1, 14], [6, 3, 7, 1]]
TEXT_LENGTHS = [[6, 1, 9, 3, 5], [4, 8, 1, 1, 10], [2, 2, 17, 2, 1], [5, 5, 5, 5, 4]]
# The sequence whose predicted vectors a text attends to; two texts share one.
TEXT_OF = [0, 1, 2, 2, 3]

# name: shape, centre, half width of the uniform start values
PARAMETERS = {
    "router.hidden.weight": ([ROUTER, D], 0, 0.5),
    "router.hidden.bias": ([ROUTER], 0, 0.1),
    "router.out.weight": ([EXPERTS, ROUTER], 0, 2.0),
    "router.out.bias": ([EXPERTS], 0, 0.1),
    "experts.norm.weight": ([EXPERTS, D], 1, 0.2),
    "experts.in_proj.weight": ([EXPERTS, 2 * INNER, D], 0, 0.3),
    "experts.conv.weight": ([EXPERTS, INNER, WIDTH], 0, 0.6),
    "experts.conv.bias": ([EXPERTS, INNER], 0, 0.1),
    "experts.x_proj.weight": ([EXPERTS, RANK + 2 * STATE, INNER], 0, 0.4),
    "experts.dt_proj.weight": ([EXPERTS, INNER, RANK], 0, 0.5),
    "experts.dt_proj.bias": ([EXPERTS, INNER], -1.5, 1.5),
    "experts.a_log": ([EXPERTS, INNER, STATE], 1.2, 1.2),
    "experts.skip": ([EXPERTS, INNER], 1, 0.2),
    "experts.out_proj.weight": ([EXPERTS, D, INNER], 0, 0.3),
    "next.weight": ([D, D], 0, 0.3),
    "next.bias": ([D], 0, 0.1),
    "decoder.embedding": ([VOCAB, D], 0, 0.5),
    "decoder.self_norm.weight": ([D], 1, 0.2),
    "decoder.self_norm.bias": ([D], 0, 0.1),
    "decoder.qkv.weight": ([3 * D, D], 0, 0.3),
    "decoder.self_out.weight": ([D, D], 0, 0.3),
    "decoder.cross_norm.weight": ([D], 1, 0.2),
    "decoder.cross_norm.bias": ([D], 0, 0.1),
    "decoder.cross_q.weight": ([D, D], 0, 0.3),
    "decoder.cross_kv.weight": ([2 * D, D], 0, 0.3),
    "decoder.cross_out.weight": ([D, D], 0, 0.3),
    "decoder.ffn_norm.weight": ([D], 1, 0.2),
    "decoder.ffn_norm.bias": ([D], 0, 0.1),
    "decoder.ffn_up.weight": ([FFN, D], 0, 0.3),
    "decoder.ffn_up.bias": ([FFN], 0, 0.1),
    "decoder.ffn_down.weight": ([D, FFN], 0, 0.2),
    "decoder.ffn_down.bias": ([D], 0, 0.1),
    "decoder.final_norm.weight": ([D], 1, 0.2),
    "decoder.final_norm.bias": ([D], 0, 0.1),
    "decoder.logit_bias": ([VOCAB], 0, 0.1),
}


def offsets(lengths):
    return [0, *np.cumsum(lengths).tolist()]


def make_batch(number):
    rows, tokens = offsets(LENGTHS[number]), offsets(TEXT_LENGTHS[number])
    stream = 1000 + 10 * number
    targets = np.floor(noise(stream + 2, tokens[-1]) * VOCAB).astype(np.int64)
    targets[np.floor(noise(stream + 3, tokens[-1]) * 4) == 0] = IGNORED
    return {
        "rows": rows,
        "tokens": tokens,
        "x": spread(stream, [rows[-1], D], 0, 1.7),
        "ids": torch.tensor(np.floor(noise(stream + 1, tokens[-1]) * VOCAB).astype(np.int64)),
        "targets": torch.tensor(targets),
    }


def rms_norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


def expert_block(p, e, x):
    """One Mamba-1 block of one expert over one sequence, without the residual."""
    xz = rms_norm(x, p["experts.norm.weight"][e]) @ p["experts.in_proj.weight"][e].T
    u, z = xz[:, :INNER], xz[:, INNER:]
    padded = F.pad(u, (0, 0, WIDTH - 1, 0))
    taps = p["experts.conv.weight"][e]
    u = sum(padded[k : k + len(x)] * taps[:, k] for k in range(WIDTH)) + p["experts.conv.bias"][e]
    u = F.silu(u)
    dt, b, c = (u @ p["experts.x_proj.weight"][e].T).split([RANK, STATE, STATE], dim=-1)
    dt = F.softplus(dt @ p["experts.dt_proj.weight"][e].T + p["experts.dt_proj.bias"][e])
    a = -torch.exp(p["experts.a_log"][e])
    h = torch.zeros(INNER, STATE, dtype=x.dtype)
    y = []
    for t in range(len(x)):
        h = torch.exp(dt[t, :, None] * a) * h + (dt[t] * u[t])[:, None] * b[t]
        y.append(h @ c[t] + p["experts.skip"][e] * u[t])
    return (torch.stack(y) * F.silu(z)) @ p["experts.out_proj.weight"][e].T


def predict(p, top_k, batch, margins):
    """The next vector after every row, by the chosen experts of its sequence."""
    mixed = []
    for begin, end in zip(batch["rows"], batch["rows"][1:]):
        x = batch["x"][begin:end]
        hidden = torch.tanh(x.mean(0) @ p["router.hidden.weight"].T + p["router.hidden.bias"])
        probabilities = F.softmax(hidden @ p["router.out.weight"].T + p["router.out.bias"], dim=-1)
        margins.append((probabilities[0] - probabilities[1]).abs().item())
        values, experts = probabilities.topk(top_k)
        mixed.append(x + sum(values[i] * expert_block(p, experts[i], x) for i in range(top_k)))
    return torch.cat(mixed) @ p["next.weight"].T + p["next.bias"]


def layer_norm(p, name, x):
    return F.layer_norm(x, [D], p[f"decoder.{name}.weight"], p[f"decoder.{name}.bias"], 1e-5)


def rope(x):
    """x [rows, heads, HEAD], row i at position i; halves are rotated against each other."""
    half = HEAD // 2
    frequencies = torch.tensor((10000.0 ** (-np.arange(half) / half)).astype(np.float32).astype(np.float64))
    angles = torch.arange(len(x), dtype=x.dtype)[:, None, None] * frequencies
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1)


def attend(q, k, v, causal):
    scores = torch.einsum("qhd,khd->hqk", q, k) / HEAD**0.5
    if causal:
        scores = scores.masked_fill(torch.ones(len(q), len(k)).triu(1) == 1, -torch.inf)
    return torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).reshape(len(q), D)


def decode(p, ids, memory):
    x = p["decoder.embedding"][ids]
    q, k, v = (layer_norm(p, "self_norm", x) @ p["decoder.qkv.weight"].T).reshape(-1, 3, HEADS, HEAD).unbind(1)
    x = x + attend(rope(q), rope(k), v, True) @ p["decoder.self_out.weight"].T
    q = (layer_norm(p, "cross_norm", x) @ p["decoder.cross_q.weight"].T).reshape(-1, HEADS, HEAD)
    k, v = (memory @ p["decoder.cross_kv.weight"].T).reshape(-1, 2, HEADS, HEAD).unbind(1)
    x = x + attend(q, k, v, False) @ p["decoder.cross_out.weight"].T
    up = F.gelu(layer_norm(p, "ffn_norm", x) @ p["decoder.ffn_up.weight"].T + p["decoder.ffn_up.bias"])
    x = x + up @ p["decoder.ffn_down.weight"].T + p["decoder.ffn_down.bias"]
    return layer_norm(p, "final_norm", x) @ p["decoder.embedding"].T + p["decoder.logit_bias"]


def losses(p, top_k, batch, margins):
    predicted = predict(p, top_k, batch, margins)
    rows = [r for begin, end in zip(batch["rows"], batch["rows"][1:]) for r in range(begin, end - 1)]
    now, following = predicted[rows], batch["x"][[r + 1 for r in rows]]
    cosine = (F.normalize(now, dim=-1) * F.normalize(following, dim=-1)).sum(-1)
    logits = []
    for text, (begin, end) in enumerate(zip(batch["tokens"], batch["tokens"][1:])):
        sequence = TEXT_OF[text]
        memory = predicted[batch["rows"][sequence] : batch["rows"][sequence + 1]]
        logits.append(decode(p, batch["ids"][begin:end], memory))
    return {
        "mse": (now - following).square().mean(),
        "cosine": (1 - cosine).mean(),
        "cross_entropy": F.cross_entropy(torch.cat(logits), batch["targets"], ignore_index=IGNORED),
    }


def fingerprint(gradients):
    """Norms and projections on noise of every gradient, and small gradients in full."""
    prints = {}
    for number, (name, g) in enumerate(gradients.items()):
        flat = g.flatten().numpy()
        prints[name] = {
            "norm": float(np.linalg.norm(flat)),
            "projections": [
                float(flat @ (2 * noise(5000 + 10 * number + i, flat.size) - 1)) for i in range(PROJECTIONS)
            ],
        }
        if flat.size <= 64:
            prints[name]["full"] = flat.tolist()
    return prints


def train(top_k):
    p = {
        name: spread(number, shape, centre, width).requires_grad_()
        for number, (name, (shape, centre, width)) in enumerate(PARAMETERS.items())
    }
    optimiser = torch.optim.AdamW(p.values(), **OPTIMISER)
    history, gradients, margins = [], {}, []
    for step in range(1, STEPS + 1):
        parts = losses(p, top_k, make_batch((step - 1) % len(LENGTHS)), margins)
        total = sum(parts.values())
        optimiser.zero_grad()
        total.backward()
        history.append({"total": total.item(), **{name: part.item() for name, part in parts.items()}})
        if step in (1, STEPS):
            gradients[step] = fingerprint({name: v.grad for name, v in p.items()})
        optimiser.step()
    # A choice of experts that rounding could turn would make the file useless.
    assert top_k == EXPERTS or min(margins) > 1e-2, min(margins)
    return {
        "losses": history,
        "gradients": gradients,
        "parameters": fingerprint({name: v.detach() for name, v in p.items()}),
    }


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    torch.set_num_threads(1)
    result = {f"top {k}": rounded(train(k)) for k in (1, 2)}
    path = pathlib.Path(__file__).parent / "tiny_model.json"
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    for name, run in result.items():
        print(name, [round(step["total"], 4) for step in run["losses"]])
