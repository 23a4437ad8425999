"""What PyTorch is timed with. Each function makes the data and returns one run. Results stay in torch's memory."""

from itertools import count

import torch
import torch.nn.functional as F

torch.manual_seed(1)
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


def cycle(copies):
    """0, 1, … copies - 1, 0, …"""
    numbers = count()
    return lambda: next(numbers) % copies


def no_grad(run):
    return torch.inference_mode()(run)


def matmul(m, k, n, dtype):
    a = torch.randn(m, k).to(DTYPES[dtype])
    b = torch.randn(k, n).to(DTYPES[dtype])
    y = torch.empty(m, n, dtype=DTYPES[dtype])
    return no_grad(lambda: torch.matmul(a, b, out=y))


def linear(rows, inputs, outputs, dtype, copies):
    x = torch.randn(rows, inputs).to(DTYPES[dtype])
    weights = [torch.randn(outputs, inputs).to(DTYPES[dtype]) for _ in range(copies)]
    at = cycle(copies)
    return no_grad(lambda: F.linear(x, weights[at()]))


def ssm_scan(rows, d, n):
    """The reference of the Mamba authors, step by step over rows; z gates the output."""
    u, delta, z = (torch.randn(1, d, rows) for _ in range(3))
    a = -torch.exp(torch.empty(d, n).uniform_(-1, 1))
    b, c = (torch.randn(1, n, rows) for _ in range(2))
    skip, bias = torch.randn(d), torch.randn(d)

    def run():
        dt = F.softplus(delta + bias[:, None])
        decay = torch.exp(torch.einsum("bdl,dn->bdln", dt, a))
        inputs = torch.einsum("bdl,bnl,bdl->bdln", dt, b, u)
        h = torch.zeros(1, d, n)
        ys = []
        for i in range(rows):
            h = decay[:, :, i] * h + inputs[:, :, i]
            ys.append(torch.einsum("bdn,bn->bd", h, c[:, :, i]))
        y = torch.stack(ys, dim=2) + u * skip[:, None]
        return y * F.silu(z)

    return no_grad(run)


def attention(sequences, heads, queries, keys, dim, causal, dtype, copies):
    def random(rows):
        return torch.randn(sequences, heads, rows, dim).to(DTYPES[dtype])

    q = random(queries)
    kv = [(random(keys), random(keys)) for _ in range(copies)]
    at = cycle(copies)
    return no_grad(lambda: F.scaled_dot_product_attention(q, *kv[at()], is_causal=causal))


def gated(rows, d, copies):
    x = [torch.randn(rows, d) for _ in range(copies)]
    gate = [torch.randn(rows, d) for _ in range(copies)]
    residual = [torch.randn(rows, d) for _ in range(copies)]
    at = cycle(copies)

    def call():
        i = at()
        # In place, so that it asks for memory once, as the others do.
        return F.silu(x[i]).mul_(gate[i]).add_(residual[i])

    return no_grad(call)


def layer_norm(rows, d, copies):
    x = [torch.randn(rows, d) for _ in range(copies)]
    weight, bias = torch.randn(d), torch.randn(d)
    at = cycle(copies)
    return no_grad(lambda: F.layer_norm(x[at()], (d,), weight, bias))


def rms_norm(rows, d, copies):
    x = [torch.randn(rows, d) for _ in range(copies)]
    weight = torch.randn(d)
    at = cycle(copies)
    return no_grad(lambda: F.rms_norm(x[at()], (d,), weight, 1e-5))


def softmax(rows, n, copies):
    x = [torch.randn(rows, n) for _ in range(copies)]
    at = cycle(copies)
    return no_grad(lambda: F.softmax(x[at()], -1))


def cross_entropy(rows, vocab, copies):
    logits = [torch.randn(rows, vocab) for _ in range(copies)]
    targets = torch.randint(vocab, (rows,))
    at = cycle(copies)
    return no_grad(lambda: F.cross_entropy(logits[at()], targets, reduction="none"))


def causal_conv1d(rows, d, width, copies):
    """Channels first, as torch wants them: nothing is transposed in the timed part."""
    x = [torch.randn(1, d, rows) for _ in range(copies)]
    weight, bias = torch.randn(d, 1, width), torch.randn(d)
    at = cycle(copies)
    return no_grad(lambda: F.silu(F.conv1d(x[at()], weight, bias, padding=width - 1, groups=d)[..., :rows]))


def adamw(size, copies):
    def optimizer():
        param = torch.nn.Parameter(torch.randn(size))
        param.grad = torch.randn(size)
        return torch.optim.AdamW([param], lr=1e-3, fused=True)

    optimizers = [optimizer() for _ in range(copies)]
    at = cycle(copies)
    return lambda: optimizers[at()].step()


def top_k(rows, n, k, copies):
    x = [torch.randn(rows, n) for _ in range(copies)]
    at = cycle(copies)
    return no_grad(lambda: torch.topk(x[at()], k))


def train_predictor(**sizes):
    from torch_predictor import training_step

    return training_step(**sizes)


def decode_inverter(**sizes):
    from torch_inverter import greedy

    return no_grad(greedy(**sizes))


def train_inverter(**sizes):
    from torch_inverter import training_step

    return training_step(**sizes)


def encode_texts(folder, texts, batch, dtype, by_length):
    from torch_encoders import encoder

    return no_grad(encoder(folder, texts, batch, DTYPES[dtype], by_length))


def write_texts(folder, prompts, tokens, beams, dtype):
    from torch_language_models import writer

    return no_grad(writer(folder, prompts, tokens, beams, DTYPES[dtype]))


def invert_vec2text(folder, encoder, text, steps, beam, tokens, dtype):
    from torch_vec2text import inverter

    return no_grad(inverter(folder, encoder, text, steps, beam, tokens, DTYPES[dtype]))


def train_vec2text(**sizes):
    from torch_vec2text import training_step

    return training_step(**sizes)
