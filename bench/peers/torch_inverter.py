"""The inverter in PyTorch, f32: texts decoded greedily with a cache of keys and values, and one step of its training.

Parameters, loss and optimiser are those of lib/models/inverter and lib/train.
"""

import torch
import torch.nn.functional as F
from torch import nn

NO_DECAY = ("bias", "norm", "tokens", "positions", "scale_rows")


class Layer(nn.Module):
    def __init__(self, model, heads, ffn, memory):
        super().__init__()
        self.heads = heads
        self.self_norm, self.cross_norm, self.ffn_norm = (nn.LayerNorm(model) for _ in range(3))
        self.qkv, self.out = nn.Linear(model, 3 * model), nn.Linear(model, model)
        self.cross_q, self.cross_kv, self.cross_out = (
            nn.Linear(model, model),
            nn.Linear(memory, 2 * model),
            nn.Linear(model, model),
        )
        self.up, self.down = nn.Linear(model, ffn), nn.Linear(ffn, model)

    def per_head(self, x):
        """[b, t, d] as [b, heads, t, d / heads]."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def keys(self, memory):
        return [self.per_head(part) for part in self.cross_kv(memory).chunk(2, -1)]

    def forward(self, x, memory, cache=None, at=0):
        """memory: what `keys` gave. cache [2, b, heads, steps, d / heads] with `at` steps in it, for one more token."""
        b, t, d = x.shape
        q, k, v = (self.per_head(part) for part in self.qkv(self.self_norm(x)).chunk(3, -1))
        if cache is not None:
            cache[0, :, :, at], cache[1, :, :, at] = k[:, :, 0], v[:, :, 0]
            k, v = cache[:, :, :, : at + 1]
        looked = F.scaled_dot_product_attention(q, k, v, is_causal=cache is None)
        x = x + self.out(looked.transpose(1, 2).reshape(b, t, d))
        told = F.scaled_dot_product_attention(self.per_head(self.cross_q(self.cross_norm(x))), *memory)
        x = x + self.cross_out(told.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ffn_norm(x))))


class Inverter(nn.Module):
    def __init__(self, dims, vocabulary, capacity, model, layers, heads, ffn, scales, memory, hidden):
        super().__init__()
        self.dims, self.width = dims, memory
        self.scales = nn.ModuleList(
            nn.Sequential(nn.Linear(dims, hidden), nn.GELU(), nn.Linear(hidden, int(rows) * memory)) for rows in scales
        )
        self.scale_rows = nn.Parameter(torch.randn(sum(map(int, scales)), memory))
        self.norm = nn.LayerNorm(memory)
        self.tokens = nn.Parameter(0.02 * torch.randn(vocabulary, model))
        self.positions = nn.Parameter(0.02 * torch.randn(capacity + 1, model))
        self.layers = nn.ModuleList(Layer(model, heads, ffn, memory) for _ in range(layers))
        self.norm_f = nn.LayerNorm(model)
        self.head_bias = nn.Parameter(torch.zeros(vocabulary))

    def memories(self, vectors):
        rows = [scale(vectors * self.dims**0.5).view(len(vectors), -1, self.width) for scale in self.scales]
        memory = self.norm(torch.cat(rows, 1) + self.scale_rows)
        return [layer.keys(memory) for layer in self.layers]

    def logits(self, x):
        return F.linear(self.norm_f(x), self.tokens, self.head_bias)

    def forward(self, ids, vectors):
        x = F.embedding(ids, self.tokens) + self.positions[: ids.shape[1]]
        for layer, memory in zip(self.layers, self.memories(vectors)):
            x = layer(x, memory)
        return self.logits(x)


def greedy(vectors, tokens, **sizes):
    """So many tokens for each of some random vectors, all at once, with the vectors' memories made in each run."""
    model = Inverter(**sizes)
    heads, d = sizes["heads"], sizes["model"]
    x = F.normalize(torch.randn(vectors, sizes["dims"]), dim=-1)
    caches = [torch.zeros(2, vectors, heads, tokens + 1, d // heads) for _ in model.layers]

    def run():
        memories = model.memories(x)
        ids = torch.ones(vectors, 1, dtype=torch.long)
        written = []
        for at in range(tokens + 1):
            h = F.embedding(ids, model.tokens) + model.positions[at]
            for layer, memory, cache in zip(model.layers, memories, caches):
                h = layer(h, memory, cache, at)
            ids = model.logits(h).argmax(-1)
            written.append(ids.tolist())
        return written

    return run


def training_step(texts, tokens, **sizes):
    """Forward, backward, clipping and AdamW over texts of equal length: nothing is padded."""
    model = Inverter(**sizes)
    named = list(model.named_parameters())
    decayed = [p for name, p in named if not any(part in name for part in NO_DECAY)]
    others = [p for name, p in named if any(part in name for part in NO_DECAY)]
    groups = [{"params": decayed}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.05, fused=True)
    ids = torch.randint(6, sizes["vocabulary"], (texts, tokens + 1))
    targets = ids.roll(-1, 1).flatten()
    x = F.normalize(torch.randn(texts, sizes["dims"]), dim=-1)

    def run():
        optimizer.zero_grad()
        F.cross_entropy(model(ids, x).flatten(0, 1), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()

    return run
