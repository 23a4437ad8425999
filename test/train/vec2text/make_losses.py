"""Writes goldens/losses.json: loss and gradients of a padded batch, in PyTorch and in float64, for the tiny pairs of
test/models/vec2text/make_vec2text.py, written anew from how vec2text is described (Morris et al. 2023, arXiv 2310.06816).

    pip install torch transformers tokenizers
    python make_losses.py

Written with torch 2.13, transformers 5.18, tokenizers 0.23. Of each model: the ids of its texts, what was written before (for a
corrector; its vector is that of the next text), the loss, and of each gradient its norm and some projections.
"""

import json
import os
import sys

import torch
from tokenizers import Tokenizer
from torch.nn.functional import gelu, layer_norm, linear
from transformers import T5Config, T5ForConditionalGeneration

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../support"))
from torch_fingerprint import fingerprint, rounded  # noqa: E402

torch.set_num_threads(1)
PAIRS = os.path.join(HERE, "../../models/vec2text/goldens")
tokenizer = Tokenizer.from_file(os.path.join(HERE, "../../models/published/goldens/gtr/tokenizer.json"))
tokenizer.no_padding()
tokenizer.no_truncation()
REPEATS, TEXTS = 4, 4


def weights_of(folder):
    files = [name for name in os.listdir(folder) if name.endswith(".bin")]
    state = {}
    for name in files:
        state.update(torch.load(os.path.join(folder, name)))
    return {key: value.double().requires_grad_() for key, value in state.items() if not key.startswith("embedder.")}


def t5_of(weights):
    table = weights["encoder_decoder.shared.weight"]
    config = T5Config(
        vocab_size=table.shape[0], d_model=table.shape[1], num_layers=1, num_decoder_layers=1, d_kv=8, d_ff=32, num_heads=4,
        feed_forward_proj="relu", dropout_rate=0.0, decoder_start_token_id=0, tie_word_embeddings=True,
    )
    model = T5ForConditionalGeneration(config).double()
    own = {key[len("encoder_decoder."):]: value for key, value in weights.items() if key.startswith("encoder_decoder.")}
    model.load_state_dict({key: value.detach() for key, value in own.items()})
    return model.eval()


def padded(rows, value):
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def unfold(weights, name, x, width):
    hidden = gelu(linear(x, weights[f"{name}.0.weight"], weights[f"{name}.0.bias"]))
    return linear(hidden, weights[f"{name}.3.weight"], weights[f"{name}.3.bias"]).view(len(x), REPEATS, width)


def golden(pair, kind):
    told = json.load(open(os.path.join(PAIRS, pair, "golden.json")))
    weights = weights_of(os.path.join(PAIRS, pair, kind))
    model = t5_of(weights)
    table = model.shared.weight
    width = table.shape[1]
    ids = [tokenizer.encode(text).ids for text in told["texts"][:TEXTS]]
    e = torch.tensor(told["targets"][:TEXTS]).double()
    if kind == "hypothesizer":
        written = None
        x = unfold(weights, "embedding_transform", e, width)
        mask = torch.ones(TEXTS, REPEATS)
    else:
        written = [[0] + own[: 1 + len(own) // 2] + [1] * (i % 2) for i, own in enumerate(ids)]
        guess = torch.roll(e, -1, 0)
        one, two, three = [f"embedding_transform_{i}" for i in (1, 2, 3)]
        end = table[1].expand(TEXTS, 1, width)
        before = padded(written, 0)
        parts = [unfold(weights, one, e, width), unfold(weights, three, guess, width), unfold(weights, two, e - guess, width)]
        x = torch.cat([end, parts[0], end, parts[1], end, parts[2], end, table[before]], 1)
        x = layer_norm(x, (width,), weights["layernorm.weight"], weights["layernorm.bias"], 1e-5)
        mask = torch.cat([torch.ones(TEXTS, 4 + 3 * REPEATS), (before != 0).double()], 1)
    loss = model(inputs_embeds=x, attention_mask=mask, labels=padded(ids, -100)).loss
    loss.backward()
    found = {name: parameter.grad for name, parameter in model.named_parameters()}
    found |= {name: value.grad for name, value in weights.items() if not name.startswith("encoder_decoder.")}
    gradients = fingerprint(found, {name: number for number, name in enumerate(sorted(found))})
    return {"ids": [own[:-1] for own in ids], "written": written, "loss": loss.item(), "gradients": rounded(gradients)}


goldens = {f"{pair}/{kind}": golden(pair, kind) for pair in ("gtr", "ada") for kind in ("hypothesizer", "corrector")}
with open(os.path.join(HERE, "goldens/losses.json"), "w") as file:
    json.dump(goldens, file, separators=(",", ":"))
print({name: one["loss"] for name, one in goldens.items()})
