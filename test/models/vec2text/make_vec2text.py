"""Tiny pairs of hypothesizer and corrector as vec2text publishes them (Morris et al. 2023, arXiv 2310.06816), and what its loops
give, written anew from how it is described: gtr (raw mean rows of test/models/published/goldens/gtr) and ada (unit vectors of
another length than the model's width).

    pip install torch transformers tokenizers safetensors
    python make_vec2text.py

Written with torch 2.13, transformers 5.18, tokenizers 0.23, safetensors 0.8. golden.json has targets, and for several numbers of
steps and widths of the beam the texts, their ids and cosines.
"""

import json
import os
import shutil

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn.functional import cosine_similarity, gelu, layer_norm, linear, normalize
from transformers import T5Config, T5EncoderModel, T5ForConditionalGeneration

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
GTR = os.path.join(HERE, "../published/goldens/gtr")
WIDTH, REPEATS, MOST, LONGEST = 32, 4, 16, 24
TEXTS = ["the tide was going out", "water left the bay", "The old ferryman", "a judge read the law in 1984", "waves rose higher", "it's a naïve café, isn't it?"]

tokenizer = Tokenizer.from_file(os.path.join(GTR, "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(MOST)
read = json.load(open(os.path.join(GTR, "config.json")))
encoder = T5EncoderModel(T5Config(**{k: v for k, v in read.items() if k not in ("architectures", "torch_dtype", "model_type", "is_encoder_decoder")})).eval()
missing = encoder.load_state_dict({k: v.float() for k, v in load_file(os.path.join(GTR, "model.safetensors")).items()}, strict=False)
assert all("embed_tokens" in name for name in missing.missing_keys), missing
VOCABULARY = read["vocab_size"]


def mean_rows(text):
    return encoder(torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].mean(0)


def ada(text):
    """As long as no model of the pair is wide, and of unit length."""
    x = mean_rows(text)
    return normalize(torch.cat([x, x[:16] ** 2]), dim=0)


def write(value, *path):
    with open(os.path.join(*path), "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def t5(seed):
    config = T5Config(
        vocab_size=VOCABULARY, d_model=WIDTH, num_layers=1, num_decoder_layers=1, d_kv=8, d_ff=32, num_heads=4, feed_forward_proj="relu",
        dropout_rate=0.0, decoder_start_token_id=0, tie_word_embeddings=True,
    )
    model, draw = T5ForConditionalGeneration(config), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if "relative_attention_bias" in name or "shared" in name:
                parameter.copy_(values)
            elif parameter.dim() < 2:
                parameter.copy_(1 + 0.1 * values)
            else:
                parameter.copy_(1.4 * values / parameter[0].numel() ** 0.5)
    return model.eval()


def fit(parameters, loss, steps):
    optimiser = torch.optim.Adam(list(parameters), 4e-3)
    for _ in range(steps):
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
    return print(value.item())


class Pair:
    """A hypothesizer, a corrector, and the loops that use them."""

    def __init__(self, seed, embed):
        self.embed = lambda text: embed(text)
        self.dims = embed("a").shape[0]
        draw = torch.Generator().manual_seed(seed)
        weight = lambda *shape: torch.nn.Parameter(torch.randn(*shape, generator=draw) / shape[-1] ** 0.5)
        bias = lambda size: torch.nn.Parameter(0.1 * torch.randn(size, generator=draw))
        transform = lambda name: {
            f"{name}.0.weight": weight(self.dims, self.dims), f"{name}.0.bias": bias(self.dims),
            f"{name}.3.weight": weight(REPEATS * WIDTH, self.dims), f"{name}.3.bias": bias(REPEATS * WIDTH),
        }
        self.hypothesizer, self.corrector = t5(seed + 1), t5(seed + 2)
        self.first = transform("embedding_transform")
        self.then = {**transform("embedding_transform_1"), **transform("embedding_transform_2"), **transform("embedding_transform_3")}
        self.then["layernorm.weight"] = torch.nn.Parameter(1 + 0.1 * torch.randn(WIDTH, generator=draw))
        self.then["layernorm.bias"] = bias(WIDTH)

    def unfold(self, weights, name, x):
        hidden = gelu(linear(x, weights[f"{name}.0.weight"], weights[f"{name}.0.bias"]))
        return linear(hidden, weights[f"{name}.3.weight"], weights[f"{name}.3.bias"]).view(REPEATS, WIDTH)

    def first_inputs(self, e):
        return dict(inputs_embeds=self.unfold(self.first, "embedding_transform", e)[None], attention_mask=torch.ones(1, REPEATS))

    def next_inputs(self, e, guess, ids):
        """`ids` as generate gave them, from the decoder's start, 0, on: the start is not looked at."""
        table = self.corrector.shared.weight
        end = table[1][None]
        one, two, three = [f"embedding_transform_{i}" for i in (1, 2, 3)]
        told = [self.unfold(self.then, one, e), self.unfold(self.then, three, guess), self.unfold(self.then, two, e - guess)]
        x = torch.cat([end, told[0], end, told[1], end, told[2], end, table[torch.tensor(ids)]])
        x = layer_norm(x, (WIDTH,), self.then["layernorm.weight"], self.then["layernorm.bias"], 1e-5)
        mask = [1] * (4 + 3 * REPEATS) + [int(i != 0) for i in ids]
        return dict(inputs_embeds=x[None], attention_mask=torch.tensor([mask]))

    def text_of(self, ids):
        return tokenizer.decode(list(ids), skip_special_tokens=True)

    def hypothesis(self, e, most):
        """Greedy, without steps."""
        return self.hypothesizer.generate(**self.first_inputs(e), max_length=most, do_sample=False, num_beams=1, early_stopping=False, no_repeat_ngram_size=0)[0].tolist()

    def correct(self, e, guess, ids, width):
        """`width` texts from one, by a beam of as many: their ids and log-probabilities by their lengths."""
        out = self.corrector.generate(
            **self.next_inputs(e, guess, ids), min_length=1, max_length=LONGEST, do_sample=False, num_beams=width, num_return_sequences=width,
            early_stopping=False, no_repeat_ngram_size=0, return_dict_in_generate=True, output_scores=True,
        )
        return [trimmed(s.tolist()) for s in out.sequences]

    def invert(self, e, steps, width, stops=False):
        """Correction by a beam of whole texts that is ranked by cosines; `width` 0 and 1 take the one text of each step."""
        ids = trimmed(self.hypothesis(e, MOST))
        beam = [(ids, self.embed(self.text_of(ids)), None)]
        trail, before = [], None
        for step in range(steps):
            found = []
            for ids, guess, _ in beam:
                for new in self.correct(e, guess, ids, max(1, width)):
                    vector = self.embed(self.text_of(new))
                    found.append((new, vector, cosine_similarity(vector, e, dim=0).item()))
            order = sorted(range(len(found)), key=lambda i: -found[i][2])
            unique = []
            for i in order:
                if found[i][0] not in [one[0] for one in unique]:
                    unique.append(found[i])
            best = unique[0][2]
            trail.append(sorted({one[2] for one in found}, reverse=True))
            beam = unique[: max(1, width)]
            if stops and before is not None and abs(best - before) <= 1e-3 + 1e-5 * abs(before):
                break
            before = best
        return beam[0], unique if steps > 0 else beam, trail


def trimmed(ids):
    """Up to the end. What follows fills a batch: transformers 5 takes ends for it where padding is 0."""
    return ids[: ids.index(1) + 1] if 1 in ids else ids


def make(name, seed, embed, about, training, safe):
    pair = Pair(seed, embed)
    with torch.no_grad():
        targets = [embed(text) for text in TEXTS]
        ids = [tokenizer.encode(text).ids for text in TEXTS]
        wrong = [[0] + x[: len(x) // 2] + ids[(i + 1) % len(ids)][len(x) // 2 :] for i, x in enumerate(ids)]
        guesses = [embed(pair.text_of(x)) for x in wrong]
    label = lambda x: torch.tensor([x])
    fit(
        [*pair.hypothesizer.parameters(), *pair.first.values()],
        lambda: sum(pair.hypothesizer(labels=label(x[: len(x) // 2 + 1] + [1]), **pair.first_inputs(e)).loss for x, e in zip(ids, targets)), 60,
    )
    with torch.no_grad():
        own = [trimmed(pair.hypothesis(e, MOST)) for e in targets]
        asked = [*zip(ids, targets, guesses, wrong)] + [(x, e, embed(pair.text_of(w)), w) for x, e, w in zip(ids, targets, own)]
        asked += [(x, e, e, [0] + x) for x, e in zip(ids, targets)]
    fit(
        [*pair.corrector.parameters(), *pair.then.values()],
        lambda: sum(pair.corrector(labels=label(x), **pair.next_inputs(e, g, w)).loss for x, e, g, w in asked), training,
    )
    runs = []
    with torch.no_grad():
        for target in targets:
            first = trimmed(pair.hypothesis(target, LONGEST))
            run = {"hypothesis": {"ids": first, "text": pair.text_of(first)}, "loops": []}
            for steps, width, stops in [(1, 0, False), (3, 0, False), (1, 3, False), (3, 2, False), (4, 3, False), (8, 2, True)]:
                best, unique, trail = pair.invert(target, steps, width, stops)
                run["loops"].append({
                    "steps": steps, "width": width, "stops": stops, "done": len(trail), "ids": best[0], "text": pair.text_of(best[0]),
                    "cosine": best[2], "others": [pair.text_of(one[0]) for one in unique], "trail": [one[0] for one in trail],
                })
                # Ranks must not hang on rounding.
                for one in trail:
                    for a, b in zip(one, one[1:]):
                        assert a == b or a - b > 1e-6, (name, a, b)
            run["nats"] = pair.hypothesizer(labels=label(ids[len(runs)]), **pair.first_inputs(target)).loss.item()
            runs.append(run)
        ids0 = trimmed(pair.hypothesis(targets[0], MOST))
        guess0 = embed(pair.text_of(ids0))
        mine = pair.next_inputs(targets[0], guess0, ids0)
        encoded = pair.corrector.encoder(**mine).last_hidden_state[0]
    to = os.path.join(HERE, "goldens", name)
    shutil.rmtree(to, ignore_errors=True)
    for part, model, weights in (("hypothesizer", pair.hypothesizer, pair.first), ("corrector", pair.corrector, pair.then)):
        folder = os.path.join(to, part)
        os.makedirs(folder)
        state = {"encoder_decoder." + key: value for key, value in model.state_dict().items()} | {key: value.detach() for key, value in weights.items()}
        if part == "hypothesizer":  # which has the frozen encoder in its file
            state["embedder.shared.weight"] = torch.zeros(2, 2)
        write({"architectures": ["InversionModel" if part == "hypothesizer" else "CorrectorEncoderModel"], "model_name_or_path": "t5-base", "num_repeat_tokens": REPEATS, "max_seq_length": MOST, **about}, folder, "config.json")
        if safe:
            torch.save(state, os.path.join(folder, "pytorch_model.bin"))
            continue
        names = list(state)
        parts = {
            "pytorch_model-00001-of-00002.bin": [key for key in names if "decoder.block" not in key],
            "pytorch_model-00002-of-00002.bin": [key for key in names if "decoder.block" in key],
        }
        for file, keys in parts.items():
            torch.save({key: state[key] for key in keys}, os.path.join(folder, file))
        write({"metadata": {}, "weight_map": {key: file for file, keys in parts.items() for key in keys}}, folder, "pytorch_model.bin.index.json")
    write(
        {
            "texts": TEXTS, "targets": [t.tolist() for t in targets], "runs": runs, "longest": LONGEST,
            "first": {"ids": ids0, "guess": guess0.tolist(), "encoded": encoded.tolist(), "mask": mine["attention_mask"][0].tolist()},
        },
        to, "golden.json",
    )
    for text, run in zip(TEXTS, runs):
        print(name, repr(text), repr(run["hypothesis"]["text"]), [(loop["text"], loop["done"], round(loop["cosine"], 4)) for loop in run["loops"]])


make("gtr", 11, mean_rows, {"embedder_model_name": "gtr_base", "embedder_model_api": None}, training=70, safe=False)
make("ada", 21, ada, {"embedder_model_name": "gpt2", "embedder_model_api": "text-embedding-ada-002"}, training=25, safe=True)
