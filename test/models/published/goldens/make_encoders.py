"""Tiny random checkpoints of every published architecture that encodes texts, in the layout of the hub, with what
transformers and sentence-transformers give for 200 texts.

    pip install torch transformers sentence-transformers tokenizers sentencepiece protobuf
    python make_encoders.py

Written with torch 2.13, transformers 5.18, sentence-transformers 6.0, tokenizers 0.23, safetensors 0.8, sentencepiece 0.2.
Each folder has golden.json (texts, and token ids as they are read) and golden.safetensors (vectors, and mean rows before the
head where there is one).
"""

import io
import json
import os
import random

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig, BertModel, MPNetConfig, MPNetModel, Qwen2Config, Qwen2Model, RobertaConfig, RobertaModel, T5Config, T5EncoderModel,
)
from transformers.models.gte import GteConfig, GteModel

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
    "ﬁne prices rose again: 3.14 % — “good day”",
] * 3


def texts():
    """Words of the corpus and others, in all lengths, with marks, scripts and signs between them."""
    draw = random.Random(7)
    words = " ".join(CORPUS).split()
    odd = ["你好", "👍🏽", "ﬁne", "naïve", "CAFÉ", "e\u0301te", "Straße", "x²", "…", "<s>", "[MASK]", "\t", "é", "zzyzx", "ABC-42", "привет"]
    found = ["", " ", "The tide was going out.", "a"]
    while len(found) < 198:
        count = draw.choice([1, 2, 3, 5, 8, 13, 21, 34])
        found.append(" ".join(draw.choice(words if draw.random() < 0.85 else odd) for _ in range(count)))
    return found + ["water and light " * 60, "Waves. " * 90]


TEXTS = texts()


def folder(name, *parts):
    path = os.path.join(HERE, name, *parts)
    os.makedirs(path, exist_ok=True)
    return path


def write(value, *path):
    with open(os.path.join(*path), "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def randomise(model, seed):
    """Matrices by their fan-in, norms around 1, biases that are not 0, embeddings of size 1."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if "relative_attention_bias" in name or "embed" in name.lower() or "shared" in name:
                parameter.copy_(values)
            elif parameter.dim() < 2:
                around = 1 if "norm" in name.lower() and "bias" not in name else 0
                parameter.copy_(around + 0.1 * values)
            else:
                parameter.copy_(values / parameter[0].numel() ** 0.5)
    return model.eval()


def word_piece(mpnet=False):
    specials = ["<s>", "<pad>", "</s>", "<unk>", "[UNK]", AddedToken("<mask>", lstrip=True)] if mpnet else ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=220, special_tokens=specials, show_progress=False))
    if mpnet:
        t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    else:
        t.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0",
            pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )
    return t


def unigram():
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as protobuf

    rules = {"ﬁ": "fi", "\u00a0": " ", "½": "1⁄2", "e\u0301": "é", "\t": " ", "\n": " ", "…": "..."}
    path = os.path.join(HERE, "rules.tsv")
    code = lambda text: " ".join(f"{ord(c):X}" for c in text)
    with open(path, "w") as file:
        file.writelines(f"{code(a)}\t{code(b)}\n" for a, b in rules.items())
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=made, vocab_size=160, model_type="unigram", character_coverage=1.0,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_tsv=path, hard_vocab_limit=False, minloglevel=2, num_threads=1,
    )
    os.remove(path)
    spiece = protobuf.ModelProto.FromString(made.getvalue())
    t = Tokenizer(models.Unigram([(p.piece, p.score) for p in spiece.pieces], unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Precompiled(spiece.normalizer_spec.precompiled_charsmap)
    metaspace = {"replacement": "▁", "prepend_scheme": "always"}
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(**metaspace)])
    t.decoder = decoders.Metaspace(**metaspace)
    t.post_processor = processors.TemplateProcessing(single="$A:0 </s>:0", pair="$A:0 </s>:0 $B:0 </s>:0", special_tokens=[("</s>", 1)])
    t.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return t


QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level():
    t = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel
    t.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(QWEN), "isolated")
    t.pre_tokenizer = pre_tokenizers.Sequence([split, level(add_prefix_space=False, trim_offsets=False, use_regex=False)])
    t.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=320, initial_alphabet=level.alphabet(), show_progress=False))
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return t


def save_tokenizer(t, name, **config):
    """With a truncation and a padding of its own, as published files have them: to be ignored."""
    t.enable_truncation(8)
    t.enable_padding(length=8, pad_id=t.token_to_id(config["pad_token"]), pad_token=config["pad_token"])
    t.save(os.path.join(folder(name), "tokenizer.json"), pretty=False)
    t.no_padding()
    t.no_truncation()
    write({"tokenizer_class": "PreTrainedTokenizerFast", **config}, folder(name), "tokenizer_config.json")


def read(t, most):
    t.enable_truncation(most)
    ids = [t.encode(text).ids for text in TEXTS]
    t.no_truncation()
    return ids


def save_config(name, kind, architecture, config, keys, **more):
    fields = {key: getattr(config, key) for key in keys.split()}
    write({"architectures": [architecture], "model_type": kind, **fields, **more}, folder(name), "config.json")


def save_modules(name, kinds, most, dense="2_Dense", pooling="mean_tokens"):
    path = {"Transformer": "", "Pooling": "1_Pooling", "Dense": dense, "Normalize": f"{len(kinds) - 1}_Normalize"}
    modules = [{"idx": i, "name": str(i), "path": path[kind], "type": f"sentence_transformers.models.{kind}"} for i, kind in enumerate(kinds)]
    write(modules, folder(name), "modules.json")
    write({"max_seq_length": most, "do_lower_case": False}, folder(name), "sentence_bert_config.json")
    modes = {f"pooling_mode_{mode}": mode == pooling for mode in ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")}
    write({"word_embedding_dimension": WIDTH, **modes}, folder(name, "1_Pooling"), "config.json")


def save_dense(name, part, weight, bias=None):
    path = folder(name, part)
    config = {"in_features": weight.shape[1], "out_features": weight.shape[0], "bias": bias is not None}
    write({**config, "activation_function": "torch.nn.modules.linear.Identity"}, path, "config.json")
    tensors = {"linear.weight": weight} if bias is None else {"linear.weight": weight, "linear.bias": bias}
    save_file(tensors, os.path.join(path, "model.safetensors"), metadata={"format": "pt"})


def save_weights(tensors, name, file="model.safetensors"):
    save_file({key: value.contiguous() for key, value in tensors.items()}, os.path.join(folder(name), file), metadata={"format": "pt"})


def golden(name, ids, **tensors):
    write({"texts": TEXTS, "ids": ids}, folder(name), "golden.json")
    save_weights({key: value.float() for key, value in tensors.items()}, name, "golden.safetensors")


def minilm():
    name, most = "minilm", 24
    t = word_piece()
    c = BertConfig(
        vocab_size=t.get_vocab_size(), hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=64, layer_norm_eps=1e-12,
    )
    m = randomise(BertModel(c), 1)
    save_tokenizer(t, name, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", mask_token="[MASK]", do_lower_case=True)
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size max_position_embeddings layer_norm_eps type_vocab_size hidden_act pad_token_id"
    save_config(name, "bert", "BertModel", c, keys)
    # I64, as in the published file: to be left alone.
    save_weights({**m.state_dict(), "embeddings.position_ids": torch.arange(64)[None]}, name)
    save_modules(name, ["Transformer", "Pooling", "Normalize"], most)
    s = SentenceTransformer(folder(name), device="cpu")
    golden(name, read(t, most), vectors=torch.tensor(s.encode(TEXTS)))


def mpnet():
    name, most = "mpnet", 160
    t = word_piece(mpnet=True)
    c = MPNetConfig(
        vocab_size=t.get_vocab_size() + 1, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=162, layer_norm_eps=1e-5,
    )
    m = randomise(MPNetModel(c), 2)
    save_tokenizer(t, name, pad_token="<pad>", cls_token="<s>", sep_token="</s>", unk_token="[UNK]", mask_token="<mask>", do_lower_case=True)
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size max_position_embeddings layer_norm_eps relative_attention_num_buckets hidden_act pad_token_id bos_token_id eos_token_id"
    save_config(name, "mpnet", "MPNetForMaskedLM", c, keys)
    # As older checkpoints are: a zip with a pickle.
    torch.save({**m.state_dict(), "embeddings.position_ids": torch.arange(162)[None]}, os.path.join(folder(name), "pytorch_model.bin"))
    save_modules(name, ["Transformer", "Pooling", "Normalize"], most)
    s = SentenceTransformer(folder(name), device="cpu")
    golden(name, read(t, most), vectors=torch.tensor(s.encode(TEXTS)))


def roberta():
    name, most = "roberta", 40
    t = byte_level()
    t.post_processor = processors.RobertaProcessing(("<|im_end|>", t.token_to_id("<|im_end|>")), ("<|im_start|>", t.token_to_id("<|im_start|>")), True, False)
    c = RobertaConfig(
        vocab_size=t.get_vocab_size(), hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=66, layer_norm_eps=1e-5, type_vocab_size=1, pad_token_id=1,
    )
    m = randomise(RobertaModel(c), 8)
    save_tokenizer(t, name, pad_token="<|endoftext|>")
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size max_position_embeddings layer_norm_eps type_vocab_size hidden_act pad_token_id"
    save_config(name, "roberta", "RobertaModel", c, keys)
    save_weights({"roberta." + key: value for key, value in m.state_dict().items()}, name)
    ids = read(t, most)
    with torch.no_grad():
        first = torch.stack([m(torch.tensor([row])).last_hidden_state[0, 0] for row in ids])
    save_modules(name, ["Transformer", "Pooling", "Normalize"], most, pooling="cls_token")
    golden(name, ids, vectors=torch.nn.functional.normalize(first, dim=-1))


def gtr():
    """Weights in f16, a Dense module without bias, and the mean rows that vec2text reads."""
    name, most = "gtr", 140
    t = unigram()
    c = T5Config(vocab_size=(t.get_vocab_size() + 63) // 64 * 64, d_model=WIDTH, d_kv=8, d_ff=64, num_layers=2, num_heads=4, feed_forward_proj="relu", dropout_rate=0.0)
    m = randomise(T5EncoderModel(c), 3).half().float()
    save_tokenizer(t, name, eos_token="</s>", unk_token="<unk>", pad_token="<pad>")
    keys = "vocab_size d_model d_kv d_ff num_layers num_heads feed_forward_proj relative_attention_num_buckets layer_norm_epsilon pad_token_id eos_token_id"
    save_config(name, "t5", "T5EncoderModel", c, keys, torch_dtype="float16", is_encoder_decoder=False)
    save_weights({key: value.half() for key, value in m.state_dict().items() if key != "encoder.embed_tokens.weight"}, name)
    save_modules(name, ["Transformer", "Pooling", "Dense", "Normalize"], most)
    draw = torch.Generator().manual_seed(5)
    save_dense(name, "2_Dense", (torch.randn(WIDTH, WIDTH, generator=draw) / WIDTH**0.5).half())
    s = SentenceTransformer(folder(name), device="cpu", model_kwargs={"dtype": torch.float32})
    ids = read(t, most)
    with torch.no_grad():
        mean = torch.stack([m(torch.tensor([row])).last_hidden_state[0].mean(0) for row in ids])
    golden(name, ids, vectors=torch.tensor(s.encode(TEXTS)), mean=mean)


def stella15():
    """Qwen2 that sees both ways, bf16 in two shards, two heads; an empty text stands as the token of the end."""
    name, most = "stella15", 64
    t = byte_level()
    c = Qwen2Config(
        vocab_size=t.get_vocab_size() + 5, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48,
        max_position_embeddings=128, rope_parameters={"rope_type": "default", "rope_theta": 1e6}, rms_norm_eps=1e-6, attn_implementation="eager",
    )
    end = t.token_to_id("<|endoftext|>")
    m = randomise(Qwen2Model(c), 4)
    weights = {key: value.bfloat16() for key, value in m.state_dict().items()}
    m.load_state_dict({key: value.float() for key, value in weights.items()})
    save_tokenizer(t, name, eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads num_key_value_heads intermediate_size max_position_embeddings rms_norm_eps"
    save_config(name, "qwen2", "Qwen2ForCausalLM", c, keys, torch_dtype="bfloat16", rope_theta=1e6, hidden_act="silu", tie_word_embeddings=False, eos_token_id=end)
    published = {"model." + key: value for key, value in weights.items()}
    names = sorted(published)
    shards = {"model-00001-of-00002.safetensors": names[:9], "model-00002-of-00002.safetensors": names[9:]}
    for file, some in shards.items():
        save_weights({key: published[key] for key in some}, name, file)
    total = sum(2 * value.numel() for value in published.values())
    write({"metadata": {"total_size": total}, "weight_map": {key: file for file, some in shards.items() for key in some}}, folder(name), "model.safetensors.index.json")
    save_modules(name, ["Transformer", "Pooling", "Dense"], most, dense="2_Dense_16")
    prompts = {"s2s_query": "Instruct: Retrieve semantically similar text.\nQuery: "}
    write({"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}, folder(name), "config_sentence_transformers.json")

    def rows(ids):
        with torch.no_grad():
            seen = torch.zeros(1, 1, len(ids), len(ids))  # a mask of zeros: everything is seen
            return m(torch.tensor([ids]), attention_mask=seen).last_hidden_state[0].mean(0)

    ids = [row or [end] for row in read(t, most)]
    mean = torch.stack([rows(row) for row in ids])
    t.enable_truncation(most)
    asked = torch.stack([rows(t.encode(prompts["s2s_query"] + text).ids) for text in TEXTS[2:22]])
    heads = {}
    for out in (16, 64):
        draw = torch.Generator().manual_seed(out)
        weight, bias = torch.randn(out, WIDTH, generator=draw) / WIDTH**0.5, 0.1 * torch.randn(out, generator=draw)
        save_dense(name, f"2_Dense_{out}", weight, bias)
        heads[out] = (weight, bias)
    apply = lambda x, out: x @ heads[out][0].T + heads[out][1]
    golden(name, ids, mean=mean, vectors=apply(mean, 16), vectors64=apply(mean, 64), asked=apply(asked, 16))


def stella400():
    """GTE's "new" model, by transformers' own GTE with the parts of its joined projections under its names."""
    name, most, ffn = "stella400", 48, 48
    t = word_piece()
    c = GteConfig(
        vocab_size=t.get_vocab_size() + 6, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, intermediate_size=ffn,
        max_position_embeddings=64, type_vocab_size=2, pad_token_id=0, layer_norm_eps=1e-12, hidden_act="gelu",
        rope_parameters={"rope_type": "default", "rope_theta": 160000.0}, attn_implementation="eager",
    )
    m = randomise(GteModel(c), 6)
    theta, factor, d = 160000.0, 2.0, WIDTH // 4
    frequencies = (theta * factor) ** (-torch.arange(0, d, 2) / d) / factor ** (2 / d)
    for key, buffer in m.named_buffers():
        if key.endswith("inv_freq"):
            buffer.copy_(frequencies)
    state, published = m.state_dict(), {}
    renamed = {
        "layers.": "encoder.layer.", "self_attn.o_proj": "attention.o_proj",
        "post_attention_layernorm": "attn_ln", "post_mlp_layernorm": "mlp_ln",
    }
    for key, value in state.items():
        if "pooler" in key or any(part in key for part in ("q_proj", "k_proj", "v_proj", "up_proj", "gate_proj")) or "position_ids" in key:
            continue
        for a, b in renamed.items():
            key = key.replace(a, b)
        published["new." + key] = value
    for i in range(2):
        own, other = f"layers.{i}", f"new.encoder.layer.{i}"
        for kind in ("weight", "bias"):
            published[f"{other}.attention.qkv_proj.{kind}"] = torch.cat([state[f"{own}.self_attn.{part}_proj.{kind}"] for part in "qkv"])
        published[f"{other}.mlp.up_gate_proj.weight"] = torch.cat([state[f"{own}.mlp.{part}_proj.weight"] for part in ("up", "gate")])
    save_tokenizer(t, name, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", mask_token="[MASK]")
    keys = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size max_position_embeddings type_vocab_size pad_token_id layer_norm_eps hidden_act"
    save_config(
        name, "new", "NewModel", c, keys, layer_norm_type="layer_norm", position_embedding_type="rope", rope_theta=theta,
        rope_scaling={"type": "ntk", "factor": factor}, pack_qkv=True, unpad_inputs=False, use_memory_efficient_attention=False, logn_attention_scale=False,
    )
    save_weights(published, name)
    save_modules(name, ["Transformer", "Pooling", "Dense"], most, dense="2_Dense_16")
    draw = torch.Generator().manual_seed(16)
    weight, bias = torch.randn(16, WIDTH, generator=draw) / WIDTH**0.5, 0.1 * torch.randn(16, generator=draw)
    save_dense(name, "2_Dense_16", weight, bias)
    ids = read(t, most)
    with torch.no_grad():
        mean = torch.stack([m(torch.tensor([row])).last_hidden_state[0].mean(0) for row in ids])
    golden(name, ids, mean=mean, vectors=mean @ weight.T + bias)


if __name__ == "__main__":
    for make in (minilm, mpnet, roberta, gtr, stella15, stella400):
        make()
