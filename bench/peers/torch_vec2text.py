"""vec2text in PyTorch, by transformers: a hypothesis for a vector, and its corrections by sequence beam search."""

import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import T5Config, T5EncoderModel, T5ForConditionalGeneration

END = 1
EPS = 1e-5


class Part:
    """A hypothesizer or a corrector: T5, and what unfolds vectors into rows for it."""

    def __init__(self, folder, dtype):
        state = {name: value.to(dtype) for name, value in load_file(os.path.join(folder, "model.safetensors")).items()}
        own = {name: state.pop(name) for name in list(state) if not name.startswith("encoder_decoder.")}
        self.weights = own
        config = T5Config.from_json_file(os.path.join(folder, "config.json"))
        config.dropout_rate = 0
        self.t5 = T5ForConditionalGeneration(config).to(dtype).eval()
        self.t5.load_state_dict({name.removeprefix("encoder_decoder."): value for name, value in state.items()}, strict=False)
        self.t5.tie_weights()
        self.t5.generation_config.eos_token_id = None
        self.t5.generation_config.pad_token_id = 0
        self.width = config.d_model

    def unfold(self, name, x):
        """[n, dims] as [n, rows, width]."""
        one, two = (f"{name}.{i}" for i in (0, 3))
        hidden = F.gelu(F.linear(x, self.weights[f"{one}.weight"], self.weights[f"{one}.bias"]))
        rows = F.linear(hidden, self.weights[f"{two}.weight"], self.weights[f"{two}.bias"])
        return rows.view(len(x), -1, self.width)

    def write(self, rows, mask, tokens, beams):
        """The likeliest texts of so many tokens for each reading, as ids from the decoder's start on."""
        return self.t5.generate(
            inputs_embeds=rows, attention_mask=mask, max_new_tokens=tokens, do_sample=False, num_beams=beams, num_return_sequences=beams
        )

    def hypothesis(self, target, tokens):
        rows = self.unfold("embedding_transform", target)
        return self.write(rows, torch.ones(rows.shape[:2], dtype=torch.long), tokens, 1)

    def correct(self, target, guesses, ids, tokens, beams):
        """target [1, dims], guesses [n, dims], ids [n, length]: the start is not looked at."""
        n = len(ids)
        end = self.t5.shared.weight[END].expand(n, 1, -1)
        one, two, three = (f"embedding_transform_{i}" for i in (1, 2, 3))
        told = self.unfold(one, target).expand(n, -1, -1)
        other, difference = self.unfold(three, guesses), self.unfold(two, target - guesses)
        rows = torch.cat([end, told, end, other, end, difference, end, self.t5.shared(ids)], 1)
        rows = F.layer_norm(rows, rows.shape[2:], self.weights["layernorm.weight"].flatten(), self.weights["layernorm.bias"].flatten(), EPS)
        mask = torch.ones(rows.shape[:2], dtype=torch.long)
        mask[:, -ids.shape[1] :] = ids != 0
        return self.write(rows, mask, tokens, beams)


def inverter(folder, encoder, text, steps, beam, tokens, dtype):
    """The ids of the text that is found for the vector of another one."""
    hypothesizer, corrector = (Part(os.path.join(folder, kind), dtype) for kind in ("hypothesizer", "corrector"))
    gtr = T5EncoderModel.from_pretrained(encoder, dtype=torch.float32).eval().to(dtype)
    tokenizer = Tokenizer.from_file(os.path.join(encoder, "tokenizer.json"))
    tokenizer.enable_truncation(tokens)
    tokenizer.enable_padding(pad_id=0)

    def embed(texts):
        read = tokenizer.encode_batch(texts)
        ids, mask = (torch.tensor([getattr(one, name) for one in read]) for name in ("ids", "attention_mask"))
        seen = mask[..., None].to(dtype)
        return (gtr(input_ids=ids, attention_mask=mask).last_hidden_state * seen).sum(1) / seen.sum(1)

    with torch.inference_mode():
        target = embed([text])

    def nearest(ids):
        """The ids of a step, none twice, their vectors and texts: the nearest first, `beam` at most."""
        ids = torch.unique(ids, dim=0)
        texts = tokenizer.decode_batch(ids.tolist())
        vectors = embed(texts)
        order = F.cosine_similarity(vectors.float(), target.float()).argsort(descending=True)[:beam]
        return ids[order], vectors[order], texts[order[0]]

    def run():
        ids, vectors, best = nearest(hypothesizer.hypothesis(target, tokens - 1))
        for _ in range(steps):
            ids, vectors, best = nearest(corrector.correct(target, vectors, ids, tokens, beam))
        return torch.tensor([tokenizer.encode(best).ids])

    return run


def training_step(texts, tokens, vocabulary, dims, width, layers, decoderLayers, heads, headWidth, ffn, bottleneck, repeats, maxTokens):
    """Forward, backward, clipping and AdamW of a hypothesizer over texts of equal length, without dropout: nothing is padded."""
    config = T5Config(
        vocab_size=vocabulary, d_model=width, num_layers=layers, num_decoder_layers=decoderLayers, num_heads=heads, d_kv=headWidth,
        d_ff=ffn, dropout_rate=0, feed_forward_proj="relu", decoder_start_token_id=0, pad_token_id=0, use_cache=False
    )
    t5 = T5ForConditionalGeneration(config).train()
    unfold = torch.nn.Sequential(torch.nn.Linear(dims, bottleneck), torch.nn.GELU(), torch.nn.Linear(bottleneck, repeats * width))
    parameters = [*t5.parameters(), *unfold.parameters()]
    groups = [
        {"params": [p for p in parameters if p.dim() > 1]},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=2e-4, betas=(0.9, 0.98), weight_decay=0.05, fused=True)
    vectors = torch.rand(texts, dims) * 2 - 1
    labels = torch.randint(3, vocabulary, (texts, tokens))

    def run():
        optimizer.zero_grad()
        t5(inputs_embeds=unfold(vectors).view(texts, repeats, width), labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1)
        optimizer.step()

    return run
