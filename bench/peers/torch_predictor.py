"""The predictor in PyTorch, f32, with the reference scan of the Mamba authors: one step of its training.

Parameters, losses and optimiser are those of lib/models/predictor and lib/train. Experts are batched as well as plain
PyTorch allows: what an expert is sent is made contiguous once, and sequences of all experts go through one scan.
"""

import torch
import torch.nn.functional as F

TEMPERATURE, PREFIX, TAPS, CENTROID_WEIGHT, ROUTER_DECAY = 0.05, 10, 4, 0.5, 0.9
NO_DECAY = ("bias", "A_log", "D", "norm", "norm_f", "recent")


def selective_scan(u, delta, a, b, c, skip, z):
    """selective_scan_ref of state-spaces/mamba, over time in a loop. u, delta, z [s, d, t]; a [s, d, n]; b, c [s, n, t].

    The steps are unbound at once: indexing them one by one, as the original does, costs a gradient of full size each.
    """
    decay = torch.exp(torch.einsum("bdl,bdn->bdln", delta, a))
    inputs = torch.einsum("bdl,bnl,bdl->bdln", delta, b, u)
    h = torch.zeros_like(inputs[:, :, 0])
    ys = []
    for decay_t, input_t, c_t in zip(decay.unbind(2), inputs.unbind(2), c.unbind(2)):
        h = decay_t * h + input_t
        ys.append(torch.einsum("bdn,bn->bd", h, c_t))
    return (torch.stack(ys, dim=2) + u * skip) * F.silu(z)


def causal_conv(x, weight, bias=None):
    """x [s, d, t]; weight [s, d, taps] or [d, taps]: taps of their own for each sequence, as channels of one."""
    s, d, t = x.shape
    weight = weight.expand(s, d, TAPS).reshape(s * d, 1, TAPS)
    bias = None if bias is None else bias.expand(s, d).reshape(-1)
    return F.conv1d(x.reshape(1, s * d, t), weight, bias, padding=TAPS - 1, groups=s * d)[..., :t].view(s, d, t)


class Predictor(torch.nn.Module):
    def __init__(self, variant, dims, model, experts, k, blocks, states, rank, hidden, domains):
        super().__init__()
        self.by_sequence, self.k, self.blocks, self.experts = variant == "sequence", k, blocks, experts
        self.states, self.rank, self.inner = states, rank, 2 * model
        own = [experts] if self.by_sequence else []
        inner = self.inner
        shapes = {
            "router_hidden": [hidden, dims],
            "router_hidden_bias": [hidden],
            "router_out": [experts, hidden],
            "router_out_bias": [experts],
            "input": [*own, model, dims],
            "input_bias": [*own, model],
            "output": [dims, model],
            "output_bias": [dims],
            "norm_f": [*own, model],
            "recent": [dims, TAPS],
        }
        for i in range(blocks):
            shapes |= {
                f"norm{i}": [*own, model],
                f"in_proj{i}": [experts, 2 * inner, model],
                f"conv{i}": [*own, inner, TAPS],
                f"conv_bias{i}": [*own, inner],
                f"x_proj{i}": [*own, rank + 2 * states, inner],
                f"dt_proj{i}": [*own, inner, rank],
                f"dt_bias{i}": [*own, inner],
                f"A_log{i}": [*own, inner, states],
                f"D{i}": [*own, inner],
                f"out_proj{i}": [experts, model, inner],
            }
        self.p = torch.nn.ParameterDict({name: self.start(name, shape) for name, shape in shapes.items()})
        self.centroids = F.normalize(torch.randn(domains, dims), dim=-1)

    @staticmethod
    def start(name, shape):
        if name.startswith("A_log"):
            return torch.log(torch.arange(1, shape[-1] + 1, dtype=torch.float)).expand(shape).clone()
        if name.startswith("dt_bias"):
            dt = 0.001 * 100 ** torch.rand(shape)
            return dt + torch.log(-torch.expm1(-dt))
        if name.startswith(("norm", "D")):
            return torch.ones(shape)
        if "bias" in name or name == "recent":
            return torch.zeros(shape)
        return torch.empty(shape).uniform_(-1, 1) * shape[-1] ** -0.5

    def route(self, seen):
        """seen [n, dims]: logits [n, experts]; experts and weights [n, k]. A domain for each expert."""
        direction = F.normalize(seen, dim=-1)
        hidden = F.silu(F.linear(direction * seen.shape[-1] ** 0.5, self.p["router_hidden"], self.p["router_hidden_bias"]))
        own = F.linear(hidden, self.p["router_out"], self.p["router_out_bias"])
        logits = own + CENTROID_WEIGHT * direction @ self.centroids.T
        values, chosen = logits.topk(self.k)
        return logits, chosen, values.softmax(-1)

    def by_expert(self, chosen):
        """The order that makes each expert's share contiguous, and the sizes of the shares."""
        flat = chosen.flatten()
        return flat.argsort(), flat.bincount(minlength=self.experts).tolist()

    def forward(self, x):
        """x [s, t, dims]: the vector after each row, logits and choices."""
        s, t, dims = x.shape
        scaled = x * dims**0.5
        p = self.p
        if self.by_sequence:
            logits, chosen, weights = self.route(x[:, :PREFIX].mean(1))
            order, counts = self.by_expert(chosen)
            sequence = order // self.k
            expert = chosen.flatten()[order]

            def product(name, v):
                return torch.cat([F.linear(v_e, p[name][e]) for e, v_e in enumerate(v.split(counts)) if counts[e]])

            mixed, of = product, lambda name: p[name][expert]
            entering = scaled[sequence]
        else:
            memory, seen = torch.zeros(s, dims), []
            for i in range(t):
                memory = ROUTER_DECAY * memory + x[:, i]
                seen.append(memory)
            logits, chosen, weights = self.route(torch.stack(seen, 1).view(s * t, dims))
            order, counts = self.by_expert(chosen)
            row = order // self.k
            share = weights.flatten()[order, None]

            def mixed(name, v):
                parts = v.reshape(s * t, -1)[row].split(counts)
                products = torch.cat([F.linear(v_e, p[name][e]) for e, v_e in enumerate(parts) if counts[e]])
                return products.new_zeros(s * t, products.shape[1]).index_add(0, row, products * share).view(s, t, -1)

            def product(name, v):
                return F.linear(v, p[name])

            of, entering = lambda name: p[name][None], scaled

        h = product("input", entering) + of("input_bias")[:, None]
        for i in range(self.blocks):
            normed = F.rms_norm(h, h.shape[-1:], eps=1e-5) * of(f"norm{i}")[:, None]
            u, z = mixed(f"in_proj{i}", normed).transpose(1, 2).split(self.inner, dim=1)
            u = F.silu(causal_conv(u, of(f"conv{i}"), of(f"conv_bias{i}")))
            dt, b, c = product(f"x_proj{i}", u.transpose(1, 2)).split([self.rank, self.states, self.states], dim=-1)
            delta = F.softplus(product(f"dt_proj{i}", dt).transpose(1, 2) + of(f"dt_bias{i}")[..., None])
            a = -torch.exp(of(f"A_log{i}")).expand(len(u), -1, -1)
            y = selective_scan(u, delta, a, b.transpose(1, 2), c.transpose(1, 2), of(f"D{i}")[..., None], z)
            h = h + mixed(f"out_proj{i}", y.transpose(1, 2))
        h = F.rms_norm(h, h.shape[-1:], eps=1e-5) * of("norm_f")[:, None]
        if self.by_sequence:
            weighted = h * weights.flatten()[order, None, None]
            h = weighted.new_zeros(s, *weighted.shape[1:]).index_add(0, sequence, weighted)
        recent = causal_conv(scaled.transpose(1, 2), p["recent"]).transpose(1, 2)
        return (F.linear(h, p["output"], p["output_bias"]) + recent) / dims**0.5, logits, chosen


def training_step(rows, window, variant, dims, experts, k, **sizes):
    """Forward, backward, clipping and AdamW over rows / window sequences of random vectors."""
    model = Predictor(variant, dims, experts=experts, k=k, **sizes)
    decayed = [v for name, v in model.p.items() if not any(part in name for part in NO_DECAY)]
    others = [v for name, v in model.p.items() if any(part in name for part in NO_DECAY)]
    groups = [{"params": decayed}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.05, fused=True)
    sequences = rows // window
    x = F.normalize(torch.randn(sequences, window, dims), dim=-1)
    candidates = x.view(rows, dims)
    number = torch.arange(rows).view(sequences, window)
    first = PREFIX - 1 if variant == "sequence" else 0
    counted = number[:, first:-1].flatten()
    domains = torch.randint(experts, (sequences, 1))
    domains = (domains if variant == "sequence" else domains.expand(sequences, window)).flatten()

    def run():
        optimizer.zero_grad()
        predicted, logits, chosen = model(x)
        cosines = F.normalize(predicted.reshape(rows, dims)[counted], dim=-1) @ candidates.T
        loss = F.cross_entropy(cosines / TEMPERATURE, counted + 1)
        used = F.one_hot(chosen, experts).float().mean((0, 1))
        balance = experts * (used * logits.softmax(-1).mean(0)).sum()
        loss = loss + 0.1 * F.cross_entropy(logits, domains) + 0.01 * balance
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()

    return run
