"""Writes losses.json: the losses of lib/train/losses.ts and their gradients in PyTorch, in float64.

Run: python test/train/goldens/make_losses.py. Inputs come from a closed formula (`noise`) that test/train/tiny_data.ts
computes with the same bits.
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from torch_noise import noise  # noqa: E402

ROWS, DIMS, CANDIDATES, EXPERTS, K = 7, 12, 9, 4, 2


def spread(stream, *shape):
    values = (2 * noise(stream, int(np.prod(shape))) - 1).astype(np.float32).astype(np.float64)
    return torch.tensor(values.reshape(shape), requires_grad=True)


def whole(stream, high, *shape):
    return torch.tensor(np.floor(noise(stream, int(np.prod(shape))) * high).astype(np.int64).reshape(shape))


def record(loss, *inputs):
    loss.backward()
    return {"loss": loss.item(), "gradients": [x.grad.flatten().tolist() for x in inputs]}


raw = noise(3, ROWS).astype(np.float32).astype(np.float64)
raw[2] = raw[5] = 0
weights = torch.tensor(raw)

result = {}
p, t = spread(1, ROWS, DIMS), spread(2, ROWS, DIMS)
result["mse"] = record((weights * ((p - t) ** 2).mean(1)).sum(), p, t)
p, t = spread(1, ROWS, DIMS), spread(2, ROWS, DIMS)
result["cosine"] = record((weights * (1 - F.cosine_similarity(p, t, dim=1))).sum(), p, t)
p, c = spread(1, ROWS, DIMS), spread(4, CANDIDATES, DIMS)
bias = torch.zeros(CANDIDATES, dtype=torch.float64)
bias[8] = -1e9
logits = F.normalize(p, dim=1) @ F.normalize(c, dim=1).T / 0.25 + bias
result["infoNce"] = record((weights * F.cross_entropy(logits, whole(5, 8, ROWS), reduction="none")).sum(), p, c)
p, c = spread(1, ROWS, DIMS), spread(4, CANDIDATES, DIMS)
of, within = torch.tensor([0, 0, 1, 1, 2, 2, 2]), torch.tensor([0, 0, 1, 1, 2, 2, 2, 1, 0])
logits = F.normalize(p, dim=1) @ F.normalize(c, dim=1).T / 0.25
logits = logits + math.log(0.1) * (of[:, None] != within[None, :])
targets = torch.tensor([0, 1, 3, 2, 4, 5, 5])
result["groupedNce"] = record((weights * F.cross_entropy(logits, targets, reduction="none")).sum(), p, c)
z = spread(6, ROWS, EXPERTS)
result["routing"] = record((weights * F.cross_entropy(z, whole(7, EXPERTS, ROWS), reduction="none")).sum(), z)
z = spread(6, ROWS, EXPERTS)
even = weights / weights.sum()
even = torch.tensor(even.numpy().astype(np.float32).astype(np.float64))
chosen = F.one_hot(z.topk(K, dim=1).indices, EXPERTS).double().sum(1) / K
balance = EXPERTS * ((even[:, None] * chosen).sum(0) * (even[:, None] * z.softmax(1)).sum(0)).sum()
result["loadBalance"] = record(balance, z)

path = pathlib.Path(__file__).with_name("losses.json")
path.write_text(json.dumps(result) + "\n")
