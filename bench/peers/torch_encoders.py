"""Published encoders in PyTorch, by transformers: token ids to vectors, in padded batches as sentence-transformers makes them."""

import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertModel, MPNetModel, Qwen2Model, T5EncoderModel
from transformers.models.gte import GteConfig, GteModel


def read(folder, *path):
    with open(os.path.join(folder, *path), encoding="utf8") as file:
        return json.load(file)


def gte(folder, config):
    """transformers' own GTE with the weights of the published model, whose projections are joined under other names."""
    theta, factor = config["rope_theta"], config["rope_scaling"]["factor"]
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size max_position_embeddings"
    keys += " type_vocab_size layer_norm_eps hidden_act pad_token_id"
    rope = {"rope_type": "default", "rope_theta": theta}
    own = GteConfig(**{key: config[key] for key in keys.split()}, rope_parameters=rope)
    model = GteModel(own)
    width = config["hidden_size"] // config["num_attention_heads"]
    frequencies = (theta * factor) ** (-torch.arange(0, width, 2) / width) / factor ** (2 / width)
    for name, buffer in model.named_buffers():
        if name.endswith("inv_freq"):
            buffer.copy_(frequencies)
    renamed = {"encoder.layer.": "layers.", "attention.": "self_attn.", "attn_ln": "post_attention_layernorm"}
    renamed["mlp_ln"] = "post_mlp_layernorm"
    state = {}
    for name, value in load_file(os.path.join(folder, "model.safetensors")).items():
        for old, new in renamed.items():
            name = name.replace(old, new)
        if "qkv_proj" in name:
            for part, piece in zip("qkv", value.chunk(3)):
                state[name.replace("qkv", part)] = piece
        elif "up_gate_proj" in name:
            for part, piece in zip(("up", "gate"), value.chunk(2)):
                state[name.replace("up_gate", part)] = piece
        else:
            state[name] = value
    missing, unknown = model.load_state_dict(state, strict=False)
    wrong = [name for name in [*missing, *unknown] if "pooler" not in name and "position_ids" not in name]
    if wrong:
        raise ValueError(f"tensors that do not fit: {wrong}")
    return model


def load(folder, config):
    kind = config["model_type"]
    if kind == "new":
        return gte(folder, config)
    if kind == "t5":
        return T5EncoderModel.from_pretrained(folder, dtype=torch.float32)
    if kind == "qwen2":
        model = Qwen2Model.from_pretrained(folder, dtype=torch.float32)
        for layer in model.layers:
            layer.self_attn.is_causal = False
        return model
    model = {"bert": BertModel, "mpnet": MPNetModel}[kind]
    return model.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)


def dense_of(folder):
    """Weight and bias of the Dense module; None where there is none."""
    if not os.path.isdir(os.path.join(folder, "2_Dense")):
        return None
    head = load_file(os.path.join(folder, "2_Dense", "model.safetensors"))
    return head["linear.weight"].float(), head["linear.bias"].float() if "linear.bias" in head else None


def encoder(folder, texts, batch, dtype, by_length):
    """Ids are padded before: tokenising and padding are not timed. Without padding there is no mask."""
    config = read(folder, "config.json")
    model = load(folder, config).eval()
    dense = dense_of(folder)
    # Buffers stay: frequencies of rotations in bf16 would be others.
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    ids = [tokenizer.encode(text).ids for text in texts]
    order = list(range(len(ids)))
    if by_length:
        order.sort(key=lambda i: -len(ids[i]))
    batches = []
    for at in range(0, len(order), batch):
        some = [ids[i] for i in order[at : at + batch]]
        longest = max(map(len, some))
        padded = torch.tensor([row + [config["pad_token_id"]] * (longest - len(row)) for row in some])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in some])
        batches.append((padded, None if mask.all() else mask))
    places = torch.tensor(order).argsort()

    def run():
        vectors = []
        for padded, mask in batches:
            hidden = model(input_ids=padded, attention_mask=mask).last_hidden_state.float()
            if mask is None:
                mean = hidden.mean(1)
            else:
                seen = mask[..., None].float()
                mean = (hidden * seen).sum(1) / seen.sum(1)
            vectors.append(F.normalize(mean if dense is None else F.linear(mean, *dense), dim=-1))
        return torch.cat(vectors)[places]

    return run
