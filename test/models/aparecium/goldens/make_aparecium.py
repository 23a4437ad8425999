"""A tiny checkpoint of Aparecium v2 with random weights, as its trainer saves one, and what PyTorch's own layers make of it.

    pip install torch tokenizers
    python make_aparecium.py

Written with torch 2.13 and tokenizers 0.23. The folder `tiny` is what users have: the checkpoint, the surrogate's, and a
tokenizer of GPT-2's kind. golden.json has memories, logits, guessed cosines, plans, and whole texts of the original's search:
its steps are written here from what it does, all of them, with the surrogate and the constraints that it weighs.
"""

import json
import math
import os

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
E, D, M, HEADS, FFN, LAYERS, SCALES = 32, 16, 12, 2, 40, 2, (2, 4)
MAX_LEN = 24
SHOWN = 40  # tokens whose logits are told
CORPUS = [
    "the tide was going out and water left the bay quickly.",
    "The old ferryman counted his coins twice. It rained!",
    "it's a naïve café, isn't it? $ACME rose 3.5 % to $4.20 #tides",
    "waves rose higher than the rocks. “good day” — €20",
] * 3


def tokenizer():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True)
    t.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False)
    t.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=319, initial_alphabet=alphabet, show_progress=False))
    t.add_special_tokens(["<|endoftext|>"])
    return t


class Adapter(nn.Module):
    def __init__(self):
        super().__init__()
        wide = lambda s: nn.Sequential(nn.Linear(E, s * M), nn.GELU(), nn.Dropout(0.1), nn.Linear(s * M, s * M))
        self.proj = nn.ModuleList([wide(s) for s in SCALES])
        self.freq = nn.ParameterList([nn.Parameter(torch.zeros(s, M)) for s in SCALES])
        self.norm = nn.LayerNorm(M)

    def forward(self, e):
        rows = [self.norm(p(e).view(-1, s, M) + f) for p, f, s in zip(self.proj, self.freq, SCALES)]
        return torch.cat(rows, 1)


class Decoder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embed = nn.Embedding(size, D)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(D, HEADS, FFN, 0.1, batch_first=True), LAYERS)
        self.kv_proj = nn.Linear(M, D)
        self.ln = nn.LayerNorm(D)
        self.lm_head = nn.Linear(D, size, bias=False)

    def forward(self, ids, memory):
        n = ids.shape[1]
        angles = torch.arange(n)[:, None] * torch.exp(torch.arange(0, D, 2) * (-math.log(10000.0) / D))
        places = torch.stack([angles.sin(), angles.cos()], -1).reshape(n, D)
        mask = torch.full((n, n), -torch.inf).triu(1)
        return self.lm_head(self.ln(self.decoder(self.embed(ids) + places, self.kv_proj(memory), tgt_mask=mask)))


class Sketcher(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(E, 20), nn.GELU(), nn.Dropout(0.1), nn.Linear(20, 20), nn.GELU(), nn.Dropout(0.1))
        for head in ("has_url", "ticker_logits", "addr_logits", "num_logits"):
            setattr(self, head, nn.Linear(20, 1))

    def forward(self, e):
        h = self.net(e)
        return torch.cat([torch.sigmoid(x(h)) for x in (self.has_url, self.ticker_logits, self.addr_logits, self.num_logits)], 1)


class TextEncoder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.emb = nn.Embedding(size, D)
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(D, HEADS, FFN, 0.1, batch_first=True), LAYERS)
        self.ln = nn.LayerNorm(D)


class Surrogate(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.text = TextEncoder(size)
        self.emb = nn.Module()
        self.emb.net = nn.Sequential(nn.Linear(E, D), nn.GELU(), nn.Linear(D, D))
        self.temp = nn.Parameter(torch.tensor(0.07))
        self.norm = nn.LayerNorm(D)

    def forward(self, ids, e, mask=None):
        t = self.text
        rows = t.ln(t.enc(t.emb(ids), src_key_padding_mask=None if mask is None else mask == 0))
        return F.cosine_similarity(self.norm(rows.mean(1)), self.norm(self.emb.net(e)), dim=-1)


def randomise(model, seed):
    """Weights that make every part matter: matrices by fan-in, norms around 1, biases not 0, embeddings of size 1."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            r = torch.randn(p.shape, generator=g)
            if name.endswith("embed.weight") or name.endswith("text.emb.weight"):
                p.copy_(r)
            elif p.dim() < 2:
                p.copy_(("norm" in name or ".ln." in name or name.startswith("ln.")) * ("bias" not in name) + 0.1 * r)
            else:
                p.copy_(1.6 * r / p[0].numel() ** 0.5)
    return model.eval()


def ordered(scores, beams):
    """Places from the best score on; those that are equal by their ids."""
    return sorted(range(len(beams)), key=lambda i: (-scores[i], beams[i]))


def original(decoder, surrogate, t, memory, e, beam=5, every=8, alpha=1.0, required=()):
    """The search of the original for one vector: its beams all begin with the start token alone, at the same score."""
    eos = t.token_to_id("<|endoftext|>")
    beams, scores = [[eos]] * beam, [0.0] * beam

    def reranked():
        texts = [t.decode(x, skip_special_tokens=True) for x in beams]
        read = [t.encode(x).ids[:MAX_LEN] for x in texts]
        most = max(len(x) for x in read)
        if most == 0:
            return beams, scores
        ids = torch.tensor([x + [eos] * (most - len(x)) for x in read])
        mask = torch.tensor([[1] * len(x) + [0] * (most - len(x)) for x in read])
        r = surrogate(ids, e[None].repeat(len(read), 1), mask).tolist()
        fused = [s + alpha * x - 5 * sum(q not in text for q in required) for s, x, text in zip(scores, r, texts)]
        order = ordered(fused, beams)
        return [beams[i] for i in order], [scores[i] for i in order]

    for length in range(1, MAX_LEN):
        children = []
        for ids, score in zip(beams, scores):
            best = F.log_softmax(decoder(torch.tensor([ids]), memory[None])[0, -1], -1).topk(beam)
            children += [(ids + [token], score + p) for p, token in zip(best.values.tolist(), best.indices.tolist())]
        order = ordered([s for _, s in children], [x for x, _ in children])[:beam]
        beams, scores = [children[i][0] for i in order], [children[i][1] for i in order]
        if length % every == 0:
            beams, scores = reranked()
        if all(x[-1] == eos for x in beams):
            break
    beams, scores = reranked()
    return {
        "texts": [t.decode(x, skip_special_tokens=True) for x in beams],
        "ids": beams,
        "logProbs": scores,
    }


def margin(decoder, memory, ids):
    """Least distance of the two best tokens at any place: a golden holds where it is not tiny."""
    best = decoder(torch.tensor([ids]), memory[None])[0, :-1].topk(2).values
    return (best[:, 0] - best[:, 1]).min().item()


def plain(v):
    if isinstance(v, torch.Tensor):
        return plain(v.tolist())
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, dict):
        return {k: plain(x) for k, x in v.items()}
    return float(f"{v:.8g}") if isinstance(v, float) else v


def main():
    t = tokenizer()
    size, eos = t.get_vocab_size(), t.token_to_id("<|endoftext|>")
    adapter, decoder, surrogate, sketcher = (
        randomise(m, 30 + i) for i, m in enumerate((Adapter(), Decoder(size), Surrogate(size), Sketcher()))
    )
    with torch.no_grad():
        decoder.lm_head.weight[eos] *= 1.5  # so that one of the texts ends
    e = F.normalize(torch.randn(4, E, generator=torch.Generator().manual_seed(4)), dim=-1)
    with torch.no_grad():
        memory = adapter(e)
        ids = torch.tensor([[eos, 5, 9, 40, 77], [eos, 100, 3, 3, 8]])
        texts = ["the tide was out.", "naïve café — €20", "It rained! $ACME"]
        read = [t.encode(x).ids for x in texts]
        found = [original(decoder, surrogate, t, m, x, required=("$ACME",)) for m, x in zip(memory, e)]
        values = dict(
            sizes=dict(dims=E, dModel=D, memoryDims=M, heads=HEADS, vocabulary=size, maxTokens=MAX_LEN),
            vectors=e,
            memory=memory[:2],
            ids=ids,
            logits=decoder(ids, memory[:2])[:, :, :SHOWN],
            logProbs=F.log_softmax(decoder(ids, memory[:2]), -1)[:, :, :SHOWN],
            apart=F.log_softmax(decoder(ids[:, 1:], memory[:2]), -1)[:, :, :SHOWN],
            opening=F.log_softmax(decoder(torch.tensor([[t.token_to_id(".")]] * 2), memory[:2])[:, 0], -1),
            plans=sketcher(e[:2]),
            texts=texts,
            read=read,
            cosines=[surrogate(torch.tensor([x]), e[:1])[0] for x in read],
            original=found,
            margins=[margin(decoder, m, f["ids"][0]) for m, f in zip(memory, found)],
        )
    folder = os.path.join(HERE, "tiny")
    os.makedirs(folder, exist_ok=True)
    parts = {"adapter": adapter, "sketcher": sketcher, "decoder": decoder}
    states = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**states, "tokenizer": "gpt2", "config": {"max_len": MAX_LEN}}, os.path.join(folder, "aparecium_v2_s1.pt"))
    about = {"tokenizer": "gpt2", "config": {"max_len": MAX_LEN}}
    torch.save({"surrogate_r": surrogate.state_dict(), **about}, os.path.join(folder, "r_best.pt"))
    t.save(os.path.join(folder, "tokenizer.json"), pretty=False)
    with open(os.path.join(HERE, "golden.json"), "w") as f:
        json.dump(plain(values), f, ensure_ascii=False)
        f.write("\n")
    print(values["margins"], [(len(x["ids"][0]), len(set(x["texts"]))) for x in found], found[0]["texts"][0])


if __name__ == "__main__":
    main()
