"""Tiny GPT-2 checkpoints in the layout of the hub, with what transformers gives for them.

    pip install torch transformers tokenizers safetensors
    python make_gpt2.py

Written with torch 2.13, transformers 5.18, tokenizers 0.23, safetensors 0.8. goldens/gpt2 is as openai-community/gpt2: old
keys without a prefix, causal masks in the file, a tied head, weights as [in, out]. goldens/gpt2-untied has `transformer.` before
its keys, a head of its own, other sizes of the feed-forward part and another activation.
"""

import json
import os

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = [
    "the tide was going out and water left the bay quickly",
    "The old ferryman counted his coins twice.",
    "it's a naïve café, isn't it?",
    "waves rose higher than the rocks",
    "a judge read the law in 1984 — “good day”",
] * 3
PROMPTS = ["the tide", "water left", "Old   coins", "a", "naïve café — 你好, the law"]
CONTEXT = 64


def folder(name):
    path = os.path.join(HERE, "goldens", name)
    os.makedirs(path, exist_ok=True)
    return path


def write(value, *path):
    with open(os.path.join(*path), "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def plain(value):
    """Floats as the shortest decimals that give the same f32."""
    if isinstance(value, torch.Tensor):
        return plain(value.float().tolist() if value.is_floating_point() else value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return float(f"{value:.8g}") if isinstance(value, float) else value


def tokens():
    level = pre_tokenizers.ByteLevel
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = level(add_prefix_space=False, trim_offsets=True)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=level.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def randomise(model, seed):
    """Matrices by their fan-in, norms around 1, biases that are not 0, embeddings of size 1."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if "wte" in name or "wpe" in name:
                parameter.copy_(values)
            elif parameter.dim() < 2:
                parameter.copy_((1 if "ln" in name and "bias" not in name else 0) + 0.1 * values)
            else:
                parameter.copy_(values / parameter.shape[0 if "c_" in name else 1] ** 0.5)
    return model.eval()


def fit(model, rows, steps):
    """A few steps of training, so that text ends and is decided by more than rounding."""
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(steps):
        optimiser.zero_grad()
        sum(model(row, labels=row).loss for row in rows).backward()
        optimiser.step()


def margin(logits):
    best = torch.topk(torch.stack(list(logits)), 2).values
    return (best[..., 0] - best[..., 1]).min().item()


def make(name, tie, seed, **more):
    tokenizer = tokens()
    end = tokenizer.token_to_id("<|endoftext|>")
    config = GPT2Config(
        vocab_size=tokenizer.get_vocab_size() + (0 if tie else 3), n_embd=32, n_layer=2, n_head=4, n_positions=CONTEXT,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=end, eos_token_id=end, tie_word_embeddings=tie, **more,
    )
    model = randomise(GPT2LMHeadModel(config), seed)
    fit(model, [torch.tensor([tokenizer.encode(text).ids + [end]]) for text in CORPUS[:3]], 40)
    model.eval()
    ids = [tokenizer.encode(text).ids for text in PROMPTS]
    longest = " ".join(CORPUS[:5] * 3)
    runs = []
    with torch.no_grad():
        for own in ids:
            x = torch.tensor([own])
            how = dict(max_new_tokens=16, do_sample=False, pad_token_id=end, return_dict_in_generate=True, output_logits=True)
            greedy = model.generate(x, **how)
            taken = greedy.sequences[0, len(own):]
            logs = torch.log_softmax(torch.stack([one[0] for one in greedy.logits]), -1)
            penalised = model.generate(x, repetition_penalty=1.7, **how)
            beams = {}
            for count, penalty in [(4, 1.0), (3, 0.0), (5, 2.0)]:
                found = model.generate(x, num_beams=count, num_return_sequences=count, length_penalty=penalty, output_scores=True, **how)
                beams[f"{count} {penalty}"] = {
                    "tokens": [[int(t) for t in row[len(own):]] for row in found.sequences],
                    "scores": found.sequences_scores,
                }
            runs.append({
                "ids": own,
                "logits": model(x).logits[0, -1],
                "tokens": taken,
                "logProbs": logs.gather(-1, taken[:, None])[:, 0],
                "margin": margin([one[0] for one in greedy.logits]),
                "text": tokenizer.decode(taken.tolist()),
                "penalised": penalised.sequences[0, len(own):],
                "beams": beams,
            })
        row = torch.tensor([[end] + tokenizer.encode(CORPUS[1]).ids])
        logs = torch.log_softmax(model(row).logits[0, :-1], -1)
        surprises = -logs.gather(-1, row[0, 1:, None])[:, 0]
        # A window that begins in the middle counts what the one before did not reach.
        whole = [end] + tokenizer.encode(longest).ids
        total, done, begin = 0.0, 1, 0
        while done < len(whole):
            piece = torch.tensor([whole[begin : begin + CONTEXT + 1]])
            logs = torch.log_softmax(model(piece[:, :-1]).logits[0], -1)
            own = -logs.gather(-1, piece[0, 1:, None])[:, 0]
            total += own[done - 1 - begin :].sum().item()
            done = min(len(whole), begin + CONTEXT + 1)
            begin = done - CONTEXT // 2
    path = folder(name)
    tokenizer.save(os.path.join(path, "tokenizer.json"), pretty=False)
    write({"tokenizer_class": "GPT2Tokenizer", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}, path, "tokenizer_config.json")
    keys = "vocab_size n_embd n_layer n_head n_positions n_inner layer_norm_epsilon activation_function bos_token_id eos_token_id tie_word_embeddings"
    write({"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", **{key: getattr(config, key) for key in keys.split()}}, path, "config.json")
    state = {key: value.clone().contiguous() for key, value in model.state_dict().items() if not (tie and key == "lm_head.weight")}
    if tie:
        state = {key.removeprefix("transformer."): value for key, value in state.items()}
        for layer in range(2):
            state[f"h.{layer}.attn.bias"] = torch.ones(CONTEXT, CONTEXT).tril()[None, None]
    save_file(state, os.path.join(path, "model.safetensors"), metadata={"format": "pt"})
    golden = {
        "prompts": PROMPTS, "runs": runs,
        "score": {"text": CORPUS[1], "nats": surprises.sum().item(), "tokens": len(surprises)},
        "long": {"text": longest, "nats": total, "tokens": len(whole) - 1},
    }
    write(plain(golden), path, "golden.json")
    print(name, [round(run["margin"], 3) for run in runs], [run["text"] for run in runs])


make("gpt2", True, 3)
make("gpt2-untied", False, 4, n_inner=40, activation_function="relu")
