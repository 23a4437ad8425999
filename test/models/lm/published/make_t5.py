"""Tiny T5s as they are published, with what transformers makes of them: t5 (as t5-base: ReLU, tied head, a file with
`shared.weight` alone) and t5-v11 (as version 1.1 and flan: gated GELU, a head of its own, a pickle).

    pip install torch transformers tokenizers sentencepiece protobuf
    python make_t5.py

Written with torch 2.13, transformers 5.18, tokenizers 0.23, safetensors 0.8, sentencepiece 0.2. golden.json has texts, token
ids, greedy and beam text; golden.safetensors has teacher-forced logits.
"""

import io
import json
import os
import shutil

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import T5Config, T5ForConditionalGeneration

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 32
CORPUS = [
    "the tide was going out and water left the bay quickly",
    "The old ferryman counted his coins twice.",
    "it's a naïve café, isn't it?",
    "waves rose higher than the rocks",
    "plants turn light into sugar",
    "a judge read the law in 1984",
] * 3
TEXTS = ["The tide was going out.", "waves rose", "", "naïve café", "the old ferryman counted his coins twice " * 5]


def folder(name):
    path = os.path.join(HERE, "goldens", name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(value, *path):
    with open(os.path.join(*path), "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def unigram(extra):
    """T5's: Unigram with a charsmap of a few rules, and sentinels at the end."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as protobuf

    rules = {"ﬁ": "fi", "\u00a0": " ", "e\u0301": "é", "\t": " ", "…": "..."}
    path = os.path.join(HERE, "rules.tsv")
    code = lambda text: " ".join(f"{ord(c):X}" for c in text)
    with open(path, "w") as file:
        file.writelines(f"{code(a)}\t{code(b)}\n" for a, b in rules.items())
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=made, vocab_size=130, model_type="unigram", character_coverage=1.0,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_tsv=path, hard_vocab_limit=False, minloglevel=2, num_threads=1,
    )
    os.remove(path)
    spiece = protobuf.ModelProto.FromString(made.getvalue())
    names = [f"<extra_id_{i}>" for i in range(extra - 1, -1, -1)]
    t = Tokenizer(models.Unigram([(p.piece, p.score) for p in spiece.pieces] + [(n, 0.0) for n in names], unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Precompiled(spiece.normalizer_spec.precompiled_charsmap)
    metaspace = {"replacement": "▁", "prepend_scheme": "always"}
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(**metaspace)])
    t.decoder = decoders.Metaspace(**metaspace)
    t.post_processor = processors.TemplateProcessing(single="$A:0 </s>:0", pair="$A:0 </s>:0 $B:0 </s>:0", special_tokens=[("</s>", 1)])
    t.add_special_tokens(["<pad>", "</s>", "<unk>"] + names)
    return t


def randomise(model, seed, gain):
    """Matrices by their fan-in, norms around 1, embeddings and biases by distance of size 1."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if "relative_attention_bias" in name or "shared" in name:
                parameter.copy_(values)
            elif parameter.dim() < 2:
                parameter.copy_(1 + 0.1 * values)
            else:
                parameter.copy_(gain * values / parameter[0].numel() ** 0.5)
    return model.eval()


def margin(logits):
    """The least distance between the two best tokens of any step: greedy text is decided by more than rounding."""
    best = torch.topk(torch.stack([step[0] for step in logits]), 2).values
    return (best[:, 0] - best[:, 1]).min().item()


def ended(ids):
    """Up to the end. What follows fills a batch: transformers 5 takes ends for it where padding is 0."""
    return ids[: ids.index(1) + 1] if 1 in ids else ids


KEYS = "vocab_size d_model d_kv d_ff num_layers num_decoder_layers num_heads feed_forward_proj relative_attention_num_buckets relative_attention_max_distance layer_norm_epsilon pad_token_id eos_token_id"


def make(name, seed, gated):
    t = unigram(8)
    size = (t.get_vocab_size() + 31) // 32 * 32
    config = T5Config(
        vocab_size=size, d_model=WIDTH, d_kv=8, d_ff=64, num_layers=3 if gated else 2, num_decoder_layers=2, num_heads=4, dropout_rate=0.0,
        feed_forward_proj="gated-gelu" if gated else "relu", tie_word_embeddings=not gated, decoder_start_token_id=0,
    )
    model = randomise(T5ForConditionalGeneration(config), seed, 1.4)
    ids = [t.encode(text).ids for text in TEXTS]
    short = [torch.tensor([x[:12] + ([1] if len(x) > 12 else [])]) for x in ids]
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(120):  # learns to copy, so that text ends
        optimiser.zero_grad()
        sum(model(input_ids=x, labels=x).loss for x in short).backward()
        optimiser.step()
    model.eval()
    forced = [0, 7, 9, 5, 3, 40, 41]
    runs, tensors = [], {}
    with torch.no_grad():
        for i, x in enumerate(ids):
            x = torch.tensor([x])
            tensors[f"logits.{i}"] = model(input_ids=x, decoder_input_ids=torch.tensor([forced])).logits[0]
            common = dict(max_new_tokens=20, do_sample=False, return_dict_in_generate=True)
            greedy = model.generate(x, num_beams=1, output_logits=True, **common)
            beams = model.generate(x, num_beams=4, num_return_sequences=4, length_penalty=1.0, early_stopping=False, output_scores=True, **common)
            runs.append({
                "greedy": greedy.sequences[0].tolist()[1:],
                "margin": margin(greedy.logits),
                "text": t.decode(greedy.sequences[0].tolist()),
                "beams": [ended(s.tolist()[1:]) for s in beams.sequences],
                "beamScores": beams.sequences_scores.tolist(),
            })
    to = folder(name)
    t.save(os.path.join(to, "tokenizer.json"), pretty=False)
    write({"tokenizer_class": "T5Tokenizer", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "extra_ids": 8, "model_max_length": 512}, to, "tokenizer_config.json")
    fields = {key: getattr(config, key) for key in KEYS.split()}
    write({"architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "is_encoder_decoder": True, "tie_word_embeddings": not gated, "decoder_start_token_id": 0, **fields}, to, "config.json")
    aliases = {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"} | (set() if gated else {"lm_head.weight"})
    state = model.state_dict()
    if gated:
        torch.save(state, os.path.join(to, "pytorch_model.bin"))
    else:
        kept = {key: value.clone().contiguous() for key, value in state.items() if key not in aliases}
        save_file(kept, os.path.join(to, "model.safetensors"), metadata={"format": "pt"})
    save_file({key: value.contiguous() for key, value in tensors.items()}, os.path.join(to, "golden.safetensors"))
    write({"texts": TEXTS, "ids": ids, "forced": forced, "vocabulary": size, "runs": runs}, to, "golden.json")
    print(name, size, [run["margin"] for run in runs], [run["text"] for run in runs])


make("t5", 1, gated=False)
make("t5-v11", 2, gated=True)
