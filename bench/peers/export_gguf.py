"""Writes gguf/DTYPE.gguf into the folder of a GPT-2 or a Mamba, as llama.cpp reads it, from its own weights.

    python export_gguf.py FOLDER f32|bf16|q8_0
"""

import json
import os
import sys

import numpy
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, quants
from safetensors.numpy import load_file

TYPES = {
    "f32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    "bf16": (GGMLQuantizationType.BF16, LlamaFileType.MOSTLY_BF16),
    "q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}
# What llama.cpp's own converter keeps in f32.
WHOLE = ("position_embd", "ssm_conv1d", "ssm_x", "ssm_dt", "ssm_a", "ssm_d")

GPT2_NAMES = {
    "ln_1": "attn_norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "ln_2": "ffn_norm",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}
GPT2_OUTSIDE = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm"}
MAMBA_NAMES = {
    "norm": "attn_norm",
    "mixer.in_proj": "ssm_in",
    "mixer.conv1d": "ssm_conv1d",
    "mixer.x_proj": "ssm_x",
    "mixer.dt_proj": "ssm_dt",
    "mixer.A_log": "ssm_a",
    "mixer.D": "ssm_d",
    "mixer.out_proj": "ssm_out",
}
MAMBA_OUTSIDE = {"embeddings": "token_embd", "norm_f": "output_norm"}


def renamed(name, layers, blocks, outside):
    """The name that llama.cpp knows: of a layer's part, or of one outside of layers."""
    part, dot, kind = name.rpartition(".")
    if not part.startswith(layers):
        return f"{outside[part]}.{kind}"
    layer, _, own = name[len(layers) :].partition(".")
    if own in blocks:
        return f"blk.{layer}.{blocks[own]}"
    part, _, kind = own.rpartition(".")
    return f"blk.{layer}.{blocks[part]}.{kind}"


def gpt2(writer, config):
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_feed_forward_length(4 * config["n_embd"])
    writer.add_block_count(config["n_layer"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])

    def tensor(name, values):
        lies_across = values.ndim == 2 and name.startswith("h.")
        return renamed(name, "h.", GPT2_NAMES, GPT2_OUTSIDE), values.T if lies_across else values

    return tensor


def mamba(writer, config):
    writer.add_context_length(8192)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_ssm_conv_kernel(config["conv_kernel"])
    writer.add_ssm_inner_size(config["intermediate_size"])
    writer.add_ssm_state_size(config["state_size"])
    writer.add_ssm_time_step_rank(config["time_step_rank"])
    writer.add_layer_norm_rms_eps(config["layer_norm_epsilon"])

    def tensor(name, values):
        own = renamed(name.removeprefix("backbone."), "layers.", MAMBA_NAMES, MAMBA_OUTSIDE)
        if name.endswith("A_log"):
            return own, -numpy.exp(values)
        return own, values.squeeze(1) if name.endswith("conv1d.weight") else values

    return tensor


MODELS = {"gpt2": gpt2, "mamba": mamba}


def add_tokens(writer, folder, size):
    """The tokens of the folder's byte-level tokenizer; the model has more, which no text gives. None of them ends a text."""
    with open(os.path.join(folder, "tokenizer.json"), encoding="utf8") as file:
        vocabulary = json.load(file)["model"]["vocab"]
    named = {place: token for token, place in vocabulary.items()}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([named.get(i, f"[{i}]") for i in range(size)])
    writer.add_token_types([1 if i in named else 5 for i in range(size)])
    # A reader wants some; no prompt is given as text.
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(size - 1)
    writer.add_eos_token_id(size - 1)
    writer.add_add_bos_token(False)


def main(folder, dtype):
    with open(os.path.join(folder, "config.json"), encoding="utf8") as file:
        config = json.load(file)
    kind = config["model_type"]
    matrix, file_type = TYPES[dtype]
    os.makedirs(os.path.join(folder, "gguf"), exist_ok=True)
    finished = os.path.join(folder, "gguf", f"{dtype}.gguf")
    writer = GGUFWriter(f"{finished}.part", kind)
    writer.add_file_type(file_type)
    tensor = MODELS[kind](writer, config)
    add_tokens(writer, folder, config["vocab_size"])
    for name, values in load_file(os.path.join(folder, "model.safetensors")).items():
        own, values = tensor(name, values.astype(numpy.float32))
        values = numpy.ascontiguousarray(values)
        if values.ndim < 2 or dtype == "f32" or any(part in own for part in WHOLE):
            writer.add_tensor(own, values)
        else:
            writer.add_tensor(own, quants.quantize(values, matrix), raw_dtype=matrix)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.rename(f"{finished}.part", finished)


main(*sys.argv[1:])
