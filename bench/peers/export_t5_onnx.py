"""Writes onnx/encoder.onnx and onnx/decoder.onnx into the folder of a T5: a step of the decoder takes its caches and gives them back.

    python export_t5_onnx.py FOLDER
"""

import os
import sys

import torch
from transformers import T5ForConditionalGeneration


def split(rows, heads):
    """[batch, length, heads * width] as [batch, heads, length, width]."""
    return rows.unflatten(2, (heads, -1)).transpose(1, 2)


class Encoder(torch.nn.Module):
    """The keys and values that each block of the decoder makes of the prompt."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        hidden = self.model.encoder(input_ids=input_ids).last_hidden_state
        crosses = [block.layer[1].EncDecAttention for block in self.model.decoder.block]
        heads = self.model.config.num_heads
        return tuple(split(part(hidden), heads) for cross in crosses for part in (cross.k, cross.v))


class Step(torch.nn.Module):
    """The logits after one more token of each text, and its longer caches."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def bias(self, past):
        first = self.model.decoder.block[0].layer[0].SelfAttention
        distances = torch.arange(past + 1) - past
        buckets = first._relative_position_bucket(
            distances[None, :],
            bidirectional=False,
            num_buckets=first.relative_attention_num_buckets,
            max_distance=first.relative_attention_max_distance,
        )
        return first.relative_attention_bias(buckets).permute(2, 0, 1)[None]

    def forward(self, ids, *caches):
        config = self.model.config
        heads = config.num_heads
        x = self.model.decoder.embed_tokens(ids)
        bias = self.bias(caches[0].shape[2])
        longer = []

        def attended(attention, normed, keys, values, bias):
            scores = split(attention.q(normed), heads) @ keys.transpose(2, 3) + bias
            looked = torch.softmax(scores, -1) @ values
            return attention.o(looked.transpose(1, 2).flatten(2))

        for i, block in enumerate(self.model.decoder.block):
            keys, values, told_keys, told_values = caches[4 * i : 4 * i + 4]
            own, cross, feed = block.layer
            normed = own.layer_norm(x)
            keys = torch.cat([keys, split(own.SelfAttention.k(normed), heads)], 2)
            values = torch.cat([values, split(own.SelfAttention.v(normed), heads)], 2)
            longer += [keys, values]
            x = x + attended(own.SelfAttention, normed, keys, values, bias)
            x = x + attended(cross.EncDecAttention, cross.layer_norm(x), told_keys, told_values, 0)
            x = feed(x)
        x = self.model.decoder.final_layer_norm(x)
        if config.tie_word_embeddings:
            x = x * config.d_model**-0.5
        return (self.model.lm_head(x)[:, 0], *longer)


def main(folder):
    model = T5ForConditionalGeneration.from_pretrained(folder).eval()
    config = model.config
    made, finished = os.path.join(folder, "onnx.part"), os.path.join(folder, "onnx")
    os.makedirs(made, exist_ok=True)
    blocks = range(config.num_decoder_layers)
    ids = torch.randint(3, config.vocab_size, (1, 16))
    told = [f"told_{part}_{i}" for i in blocks for part in ("k", "v")]
    own = [[f"own_{part}_{i}" for part in ("k", "v")] for i in blocks]
    inputs = [name for i in blocks for name in (*own[i], *told[2 * i : 2 * i + 2])]
    outputs = [f"next_{name}" for pair in own for name in pair]
    how = dict(opset_version=17, dynamo=False)
    axes = lambda names: {name: {0: "texts", 2: f"length of {name[:4]}"} for name in names}
    with torch.no_grad():
        memory = Encoder(model)(ids)
        torch.onnx.export(
            Encoder(model), (ids,), os.path.join(made, "encoder.onnx"),
            input_names=["input_ids"], output_names=told,
            dynamic_axes={"input_ids": {0: "texts", 1: "length"}, **axes(told)}, **how,
        )
        past = torch.zeros(1, config.num_heads, 3, config.d_kv)
        caches = [cache for i in blocks for cache in (past, past, *memory[2 * i : 2 * i + 2])]
        torch.onnx.export(
            Step(model), (ids[:, :1], *caches), os.path.join(made, "decoder.onnx"),
            input_names=["ids", *inputs], output_names=["logits", *outputs],
            dynamic_axes={"ids": {0: "texts"}, "logits": {0: "texts"}, **axes(inputs + outputs)}, **how,
        )
    os.rename(made, finished)


main(sys.argv[1])
