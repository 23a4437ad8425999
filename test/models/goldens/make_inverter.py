"""Writes inverter.json: logits, loss and all gradients of small inverters, and cosines of a small surrogate, by PyTorch.

Run: python test/models/goldens/make_inverter.py. The models are written out here once more, a text at a time, in f64.
Parameters, tokens and vectors come from a closed formula (`noise`), which test/models/inverter/forward.test.ts computes
with the same bits, so that the file holds results alone.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from torch_fingerprint import fingerprint, rounded  # noqa: E402
from torch_noise import noise, spread  # noqa: E402

DIMS, MODEL, LAYERS, HEADS, FFN, SCALES, MEMORY = 12, 16, 2, 2, 24, [2, 3], 8
VOCABULARY, CAPACITY, START, END = 37, 7, 1, 2
LENGTHS = [7, 0, 1, 4, 5]
# This text comes without its vector.
UNTOLD = 3


def linear_shapes(name, out, width):
    """name: shape, centre, half width."""
    return {f"{name}.weight": ([out, width], 0, 1.5 / width**0.5), f"{name}.bias": ([out], 0, 0.2)}


def norm_shapes(name, width):
    return {f"{name}.weight": ([width], 1, 0.3), f"{name}.bias": ([width], 0, 0.2)}


def inverter_shapes(hidden):
    table = {}
    for i, rows in enumerate(SCALES):
        width = hidden or rows * MEMORY
        table |= linear_shapes(f"adapter.scales.{i}.hidden", width, DIMS)
        table |= linear_shapes(f"adapter.scales.{i}.out", rows * MEMORY, width)
    table |= {"adapter.scale_rows": ([sum(SCALES), MEMORY], 0, 1)}
    table |= norm_shapes("adapter.norm", MEMORY)
    table |= {"tokens.weight": ([VOCABULARY, MODEL], 0, 0.8), "positions.weight": ([CAPACITY + 1, MODEL], 0, 0.5)}
    for i in range(LAYERS):
        layer = f"layers.{i}"
        table |= norm_shapes(f"{layer}.self_norm", MODEL)
        table |= linear_shapes(f"{layer}.self.qkv", 3 * MODEL, MODEL)
        table |= linear_shapes(f"{layer}.self.out", MODEL, MODEL)
        table |= norm_shapes(f"{layer}.cross_norm", MODEL)
        table |= linear_shapes(f"{layer}.cross.q", MODEL, MODEL)
        table |= linear_shapes(f"{layer}.cross.kv", 2 * MODEL, MEMORY)
        table |= linear_shapes(f"{layer}.cross.out", MODEL, MODEL)
        table |= norm_shapes(f"{layer}.ffn_norm", MODEL)
        table |= linear_shapes(f"{layer}.ffn.up", FFN, MODEL)
        table |= linear_shapes(f"{layer}.ffn.down", MODEL, FFN)
    return table | norm_shapes("norm_f", MODEL) | {"head.bias": ([VOCABULARY], 0, 0.3)}


def surrogate_shapes():
    table = {"tokens.weight": ([VOCABULARY, MODEL], 0, 1), "positions.weight": ([CAPACITY, MODEL], 0, 1)}
    for i in range(LAYERS):
        layer = f"layers.{i}"
        table |= norm_shapes(f"{layer}.attention_norm", MODEL)
        table |= linear_shapes(f"{layer}.qkv", 3 * MODEL, MODEL)
        table |= linear_shapes(f"{layer}.attention_out", MODEL, MODEL)
        table |= norm_shapes(f"{layer}.ffn_norm", MODEL)
        table |= linear_shapes(f"{layer}.ffn.up", FFN, MODEL)
        table |= linear_shapes(f"{layer}.ffn.down", MODEL, FFN)
    return table | norm_shapes("norm_f", MODEL) | linear_shapes("output", DIMS, MODEL)


def linear(p, name, x):
    return F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], 1e-5)


def attend(q, k, v, causal=False):
    """Rows [n, d] each, a head in each d / HEADS of them."""
    q, k, v = (x.view(len(x), HEADS, -1).transpose(0, 1)[None] for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)[0].transpose(0, 1).reshape(-1, MODEL)


def feed_forward(p, layer, x):
    up = F.gelu(linear(p, f"{layer}.ffn.up", norm(p, f"{layer}.ffn_norm", x)))
    return x + linear(p, f"{layer}.ffn.down", up)


def unfold(p, vector):
    x = vector * DIMS**0.5
    parts = [
        linear(p, f"adapter.scales.{i}.out", F.gelu(linear(p, f"adapter.scales.{i}.hidden", x))).view(rows, MEMORY)
        for i, rows in enumerate(SCALES)
    ]
    return norm(p, "adapter.norm", torch.cat(parts) + p["adapter.scale_rows"])


def inverter(p, text, vector):
    """Logits [len(text) + 1, VOCABULARY]: of each token and of the end."""
    memory = unfold(p, vector)
    ids = torch.tensor([START, *text])
    x = p["tokens.weight"][ids] + p["positions.weight"][: len(ids)]
    for i in range(LAYERS):
        layer = f"layers.{i}"
        q, k, v = linear(p, f"{layer}.self.qkv", norm(p, f"{layer}.self_norm", x)).chunk(3, -1)
        x = x + linear(p, f"{layer}.self.out", attend(q, k, v, causal=True))
        q = linear(p, f"{layer}.cross.q", norm(p, f"{layer}.cross_norm", x))
        k, v = linear(p, f"{layer}.cross.kv", memory).chunk(2, -1)
        x = x + linear(p, f"{layer}.cross.out", attend(q, k, v))
        x = feed_forward(p, layer, x)
    return F.linear(norm(p, "norm_f", x), p["tokens.weight"], p["head.bias"])


def surrogate(p, text, vector):
    x = p["tokens.weight"][torch.tensor(text)] + p["positions.weight"][: len(text)]
    for i in range(LAYERS):
        layer = f"layers.{i}"
        q, k, v = linear(p, f"{layer}.qkv", norm(p, f"{layer}.attention_norm", x)).chunk(3, -1)
        x = feed_forward(p, layer, x + linear(p, f"{layer}.attention_out", attend(q, k, v)))
    return F.cosine_similarity(linear(p, "output", norm(p, "norm_f", x).mean(0)), vector, dim=0)


def texts():
    ids = (noise(910, sum(LENGTHS)) * VOCABULARY).astype(int).tolist()
    return [ids[sum(LENGTHS[:i]) : sum(LENGTHS[: i + 1])] for i in range(len(LENGTHS))]


def vectors():
    return F.normalize(spread(911, [len(LENGTHS), DIMS], 0, 1).float(), dim=-1).double()


def parameters(table):
    return {
        name: spread(number, shape, centre, width).requires_grad_()
        for number, (name, (shape, centre, width)) in enumerate(table.items())
    }


def start(table):
    return {name: [centre, width] for name, (_, centre, width) in table.items()}


def inverter_golden(hidden):
    table = inverter_shapes(hidden)
    p = parameters(table)
    told = vectors()
    told[UNTOLD] = 0
    logits = torch.cat([inverter(p, text, vector) for text, vector in zip(texts(), told)])
    targets = torch.tensor([id for text in texts() for id in [*text, END]])
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    numbers = {name: number for number, name in enumerate(table)}
    return {
        "loss": loss.item(),
        "start": start(table),
        "logits": [float(f"{x:.7g}") for x in logits.flatten().tolist()],
        "gradients": fingerprint({name: v.grad for name, v in p.items()}, numbers),
    }


def surrogate_golden():
    table = surrogate_shapes()
    p = parameters(table)
    told = [(text, vector) for text, vector in zip(texts(), vectors()) if text]
    return {"start": start(table), "cosines": [surrogate(p, *pair).item() for pair in told]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden = {
        "vectors": vectors().flatten().tolist(),
        "inverters": {hidden: inverter_golden(hidden) for hidden in (0, 10)},
        "surrogate": surrogate_golden(),
    }
    path = pathlib.Path(__file__).parent / "inverter.json"
    path.write_text(json.dumps(rounded(golden), separators=(",", ":")) + "\n")
    print({hidden: run["loss"] for hidden, run in golden["inverters"].items()}, golden["surrogate"]["cosines"])
