"""Tiny random Mamba-1 language models as they are published, with what transformers makes of them: mamba (the original form,
a pickle in f16 with a padded vocabulary and no tokenizer) and mamba-hf (as converted, in f32).

    pip install torch transformers tokenizers
    python make_mamba.py

Written with torch 2.13, transformers 5.18, tokenizers 0.23, safetensors 0.8. golden.json of mamba-hf has prompts, token ids,
greedy and beam text; golden.safetensors has logits of whole prompts.
"""

import json
import os
import shutil

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import MambaConfig, MambaForCausalLM

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, BLOCKS, STATES, RANK = 32, 2, 8, 2
TEXT = "the tide was going out and water left the bay quickly"
CORPUS = [TEXT, "The old ferryman counted his coins twice.", "it's a naïve café, isn't it?", "waves rose higher than the rocks"] * 3
PROMPTS = ["the tide", "water left", "Old   coins", "the tide was going out and water left the bay quickly the tide was"]


def folder(name):
    path = os.path.join(HERE, "goldens", name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(value, *path):
    with open(os.path.join(*path), "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def neox():
    """GPT-NeoX's: byte-level BPE after NFC, with runs of spaces as added tokens."""
    t = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = level(add_prefix_space=False, trim_offsets=True)
    t.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False)
    t.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|padding|>"]
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=300, special_tokens=specials, initial_alphabet=level.alphabet(), show_progress=False))
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in range(4, 1, -1)])
    return t


def randomise(model, seed):
    """Matrices by their fan-in, norms around 1, biases that are not 0, embeddings of size 1."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if name.endswith(("A_log", ".D")):
                parameter.add_(0.1 * values)
            elif "embed" in name:
                parameter.copy_(values)
            elif parameter.dim() < 2:
                parameter.copy_((1 if "norm" in name else 0) + 0.1 * values)
            else:
                parameter.copy_(values / parameter[0].numel() ** 0.5)
    return model


def margin(logits):
    """The least distance between the two best tokens of any step: greedy text is decided by more than rounding."""
    best = torch.topk(torch.stack([step[0] for step in logits]), 2).values
    return (best[:, 0] - best[:, 1]).min().item()


tokenizer = neox()
tokens = tokenizer.get_vocab_size()
vocabulary = (tokens + 7) // 8 * 8
assert tokens % 8 != 0
config = MambaConfig(
    vocab_size=vocabulary, hidden_size=WIDTH, state_size=STATES, num_hidden_layers=BLOCKS, expand=2, conv_kernel=4, time_step_rank=RANK,
    pad_token_id=1, bos_token_id=0, eos_token_id=0, residual_in_fp32=True, tie_word_embeddings=True, use_cache=True,
)
model = randomise(MambaForCausalLM(config), 1)
x = torch.tensor([tokenizer.encode(TEXT).ids + [0]])
optimiser = torch.optim.Adam(model.parameters(), 5e-3)
for _ in range(60):
    optimiser.zero_grad()
    model(x, labels=x).loss.backward()
    optimiser.step()
model.eval()
model.load_state_dict({name: value.half().float() for name, value in model.state_dict().items()})  # values that f16 holds

ids = [tokenizer.encode(prompt).ids for prompt in PROMPTS]
runs, logits = [], {}
with torch.no_grad():
    for i, prompt in enumerate(ids):
        prompt = torch.tensor([prompt])
        logits[f"logits.{i}"] = model(prompt).logits[0]
        greedy = model.generate(prompt, max_new_tokens=16, do_sample=False, return_dict_in_generate=True, output_logits=True)
        beams = model.generate(
            prompt, max_new_tokens=10, do_sample=False, num_beams=3, num_return_sequences=3, length_penalty=1.0, early_stopping=False,
            use_cache=False, return_dict_in_generate=True, output_scores=True,
        )
        new = lambda sequences: [s[prompt.shape[1] :].tolist() for s in sequences]
        runs.append({
            "greedy": new(greedy.sequences)[0],
            "margin": margin(greedy.logits),
            "beams": new(beams.sequences),
            "beamScores": beams.sequences_scores.tolist(),
        })

converted = folder("mamba-hf")
tokenizer.save(os.path.join(converted, "tokenizer.json"), pretty=False)
write({"tokenizer_class": "GPTNeoXTokenizer", "eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}, converted, "tokenizer_config.json")
fields = "vocab_size hidden_size state_size num_hidden_layers expand intermediate_size conv_kernel time_step_rank layer_norm_epsilon use_bias use_conv_bias hidden_act residual_in_fp32 bos_token_id eos_token_id pad_token_id"
write({"architectures": ["MambaForCausalLM"], "model_type": "mamba", **{key: getattr(config, key) for key in fields.split()}}, converted, "config.json")
state = {name: value.contiguous() for name, value in model.state_dict().items()}
save_file({name: value for name, value in state.items() if name != "lm_head.weight"}, os.path.join(converted, "model.safetensors"), metadata={"format": "pt"})
save_file(logits, os.path.join(converted, "golden.safetensors"))
write({"prompts": PROMPTS, "ids": ids, "vocabulary": vocabulary, "runs": runs}, converted, "golden.json")

original = folder("mamba")
old = {name.replace("embeddings", "embedding"): value.half() for name, value in state.items()}
old["lm_head.weight"] = old["backbone.embedding.weight"]
write(
    {"d_model": WIDTH, "n_layer": BLOCKS, "vocab_size": tokens, "ssm_cfg": {"d_state": STATES, "dt_rank": RANK}, "rms_norm": True, "residual_in_fp32": True, "fused_add_norm": True, "pad_vocab_size_multiple": 8},
    original, "config.json",
)
torch.save(old, os.path.join(original, "pytorch_model.bin"))
print([run["margin"] for run in runs], [run["beamScores"] for run in runs])
