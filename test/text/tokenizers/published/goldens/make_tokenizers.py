# Writes tokenizers.json.gz: small tokenizers in the forms that models are published in, 200 strings, and the ids and
# decoded texts of the Rust crate for them. Needs tokenizers 0.23, sentencepiece 0.2 and protobuf:
#   python test/text/tokenizers/published/goldens/make_tokenizers.py
# With a folder and a number it writes that many strings, and a larger vocabulary, into that folder instead.
import base64
import gzip
import io
import json
import random
import sys
import unicodedata
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SIZE = 700
draw = random.Random(7)

SENTENCES = """The tide was going out, and water left the bay quickly.
The old ferryman counted his coins twice before he spoke.
It's a naïve café, isn't it? They'll say they've seen it.
Waves rose higher than the rocks, and the light went out.
Plants turn light into sugar; animals turn sugar into heat.
A judge read the law aloud in 1984, on page 3,141 of the book.
Fine prices rose again: 3.14 % — “good day”, said nobody.
She walked along the river until the bridge came into sight.
def f(x):\n    return x * 2  # twice
Nobody had told him that the train would leave so early.
We were reading when the neighbours' dog began to bark.
Ships that pass in the night speak each other in passing.
The children ran through the fields, shouting and laughing.
Every morning he writes three letters and burns two of them.
Whoever finds the key may open the door, but not the box.
Grandmother's soup was made of onions, bread and patience.""".split("\n")


def known(character):
    """Of Unicode 3.2: what came later depends on the version of whoever classifies it."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs")


def anything():
    ranges = [(0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FFF), (0x3000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF)]
    while True:
        character = chr(draw.randint(*draw.choice(ranges)))
        if known(character):
            return character


def joined(parts, least, most, between=("",)):
    return "".join(draw.choice(parts) + draw.choice(between) for _ in range(draw.randint(least, most)))


EMOJI = "😀|👍🏽|👩‍👩‍👧‍👦|🇩🇪|❤️|❤|☎️|1️⃣|🧑🏿‍🚀|©️|™".split("|")
SCRIPTS = "你好世界，今天天气很好。|日本語のテキストです。ｶﾀｶﾅ|한국어 문장입니다 각|สวัสดีชาวโลก|مرحبا بالعالم ١٢٣|שלום עולם בְּרֵאשִׁית|नमस्ते दुनिया क्षि|Привет мир ёлка|Γειά σου Κόσμε ὈΔΥΣΣΕΎΣ|ქართული|አማርኛ|𠀀𠀁𪜶|ᄒᆞᆫ글|བོད་ཡིག|தமிழ் கொ|𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙|ﷺ ﷽|〇㈱㍻㎏|กำแพง".split("|")
ACCENTS = "naïve café Ångström coöperate Übermaß İstanbul ISTANBUL ıiİI straße STRASSE ΣΑΣ ǅungla ŉ ﬁnance ﬄ Ⅷ x² ½ ① Ａｂｃ １２３ Ⓐ ẞ ŀ ĳ Dž ﬀ ſ K Å".split()
CONTROLS = [chr(c) for c in [*range(32), *range(127, 160), 0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), 0x202A, 0x202E, 0x2060, 0x2066, 0xFEFF, 0xFFF9, 0xFFFC, 0xFFFD, 0xE000, 0xF8FF, 0x10FFFF, 0xE0001]]
SPACES = [chr(c) for c in [9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, 0x2000, 0x2003, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]]
SPECIAL = "[CLS] [SEP] [MASK] [mask] [UNK] <s> </s> <pad> <mask> <unk> <extra_id_0> <extra_id_42> <|endoftext|> <|im_start|> <|ENDOFTEXT|>".split()
SHORT = ["it's", "IT'S", "we'll", "they’ve", "I'M", "'tis", "can't", "'LL", "'ſ", "'ſt", "x'S", "d'"]
CODE = ["def f(x):\n", "    return x*2\n", "\t", "0x1F ", "3.14159", "1,000,000 ", "a_b_c", "camelCase", "http://x.y/z?q=1&r=2", "===", "->", "\r\n", "\n\n\n", "          ", "e-10", "_" * 9]
MARKS = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”‘’…—–•·¿¡§¶†‡€£¥±×÷≈≠∞√∑←→⇒■◆★♥、。「」") + ["a", "b ", " c"]
FIXED = ["", " ", "  ", "\n", "\r\n", "\0", "a", "▁", "▁▁a", "a▁b", " a ", "\ufeffabc", "\u200babc", "a\u0301", "\u0301", "\u1100\u1161\u11a8", "e\u0301\u0323x", "กำ", "\r\u0301", "a" * 100, "a" * 101, "x" * 999, " " * 300, "é" * 200, "你" * 100, "😀" * 50, "a" + "\u0301" * 120, "-" * 90, "\n" * 60]


def strings(count):
    def combining():
        return "".join(
            draw.choice("aeiouxyz  ") + "".join(chr(draw.randint(0x300, 0x34F)) for _ in range(draw.randint(0, 4)))
            for _ in range(draw.randint(1, 9))
        )

    kinds = [
        lambda: joined(SENTENCES, 1, 2, [" "])[: draw.randint(5, 120)],
        lambda: joined(["hello", "good day", "x", *EMOJI], 1, 8, [" ", ""]),
        lambda: "".join(draw.choice(SCRIPTS)[: draw.randint(1, 12)] + draw.choice(["", " ", ". ", "abc"]) for _ in range(draw.randint(1, 5))),
        lambda: unicodedata.normalize(draw.choice(["NFC", "NFD", "NFKC"]), joined(ACCENTS, 1, 7, [" "])),
        combining,
        lambda: joined(["a", "the", "X", " ", "7"], 1, 9, ["", *CONTROLS]),
        lambda: joined(["word", "a", "1", "!"], 1, 7, ["", " ", *SPACES, *SPACES]),
        lambda: "".join(anything() for _ in range(draw.randint(1, 30))),
        lambda: joined(["a", "hello", " ", "  ", ".", "\n", "é", ""], 1, 8, ["", *SPECIAL, *SPECIAL]),
        lambda: joined(SHORT, 1, 6, [" "]),
        lambda: joined(CODE, 1, 9),
        lambda: joined(MARKS, 1, 25),
    ]
    made = [*FIXED]
    while len(made) < count:
        made.append(kinds[len(made) % len(kinds)]())
    return made[:count]


CORPUS = SENTENCES * 3 + strings(400)
STRINGS = strings(COUNT)
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
])
DEEPSEEK = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
BYTES = pre_tokenizers.ByteLevel


def word_piece(specials):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=SIZE + 300, special_tokens=specials, show_progress=False, limit_alphabet=500))
    return t


def bert():
    t = word_piece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    t.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return t


def mpnet():
    t = word_piece(["<s>", "<pad>", "</s>", "<unk>", "[UNK]", AddedToken("<mask>", lstrip=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return t


def sentence_piece():
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(s for s in CORPUS if s.strip()), model_writer=out, vocab_size=SIZE, model_type="unigram", character_coverage=0.98, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nmt_nfkc", minloglevel=2, num_threads=1, hard_vocab_limit=False)
    return out.getvalue()


def t5(content, split):
    model = sentencepiece_model_pb2.ModelProto.FromString(content)
    extra = [f"<extra_id_{i}>" for i in range(99, -1, -1)]
    t = Tokenizer(models.Unigram([(p.piece, p.score) for p in model.pieces] + [(name, 0.0) for name in extra], unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap)
    meta = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), meta]) if split else meta
    t.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    t.post_processor = processors.TemplateProcessing(single="$A:0 </s>:0", pair="$A:0 </s>:0 $B:0 </s>:0", special_tokens=[("</s>", 1)])
    t.add_special_tokens(["<pad>", "</s>", "<unk>", *extra])
    return t


def xlm_roberta(content):
    model = sentencepiece_model_pb2.ModelProto.FromString(content)
    first = ["<s>", "<pad>", "</s>", "<unk>"]
    vocab = [(token, 0.0) for token in first] + [(p.piece, p.score) for p in model.pieces[3:]] + [("<mask>", 0.0)]
    t = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=False))
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")])
    t.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    t.add_special_tokens([*first, AddedToken("<mask>", lstrip=True)])
    return t


def bpe(normalizer, pre, post, first=(), specials=(), added=()):
    t = Tokenizer(models.BPE())
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer, t.decoder = pre, decoders.ByteLevel()
    if post:
        t.post_processor = post
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=list(first), initial_alphabet=BYTES.alphabet(), show_progress=False))
    t.add_special_tokens(list(specials))
    t.add_tokens(list(added))
    return t


def split_bytes(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), BYTES(add_prefix_space=False, trim_offsets=False, use_regex=False)])


def llama2():
    """Merges over characters, and bytes for what is left."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokens = ["<unk>", "<s>", "</s>", *[f"<0x{byte:02X}>" for byte in range(256)]]
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=tokens, limit_alphabet=120, show_progress=False))
    vocab, merges = (json.loads(t.to_str())["model"][key] for key in ("vocab", "merges"))
    t.model = models.BPE(vocab, [tuple(pair) for pair in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    fresh = Tokenizer(t.model)
    fresh.normalizer = t.normalizer
    fresh.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    fresh.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    fresh.add_special_tokens(["<unk>", "<s>", "</s>"])
    return fresh


def clip():
    """Words that end with a suffix, and an unknown token."""
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Split(Regex(r"<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=["<unk>", "<|endoftext|>"], end_of_word_suffix="</w>", limit_alphabet=120, show_progress=False))
    t.decoder = decoders.BPEDecoder("</w>")
    return t


def whole(normalizer, pre, added=()):
    """Every piece that the pre-tokenizer makes of every second string is a token, so that ids tell how texts are split."""
    pieces = {}
    for text in STRINGS[::2]:
        if normalizer:
            text = normalizer.normalize_str(text)
        for piece, _ in pre.pre_tokenize_str(text):
            pieces.setdefault(piece, len(pieces) + 1)
    t = Tokenizer(models.WordPiece({"[UNK]": 0, **pieces}, unk_token="[UNK]", max_input_chars_per_word=5000))
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.add_tokens(list(added))
    return t


CONTENT = sentence_piece()
P, N = pre_tokenizers, normalizers
ROBERTA = bpe(None, BYTES(add_prefix_space=False), None, ["<s>", "<pad>", "</s>", "<unk>"], [AddedToken("<mask>", lstrip=True)])
ROBERTA.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
ADDED = [
    AddedToken("the", single_word=True),
    AddedToken("Waves", normalized=True),
    AddedToken("<L>", lstrip=True, normalized=False),
    AddedToken("hello", rstrip=True),
    AddedToken("[MASK]", lstrip=True, rstrip=True, special=True, normalized=False),
    AddedToken("good", normalized=False),
    AddedToken("good day"),
]
KINDS = {
    "bert": bert(),
    "mpnet": mpnet(),
    "t5": t5(CONTENT, True),
    "t5-metaspace": t5(CONTENT, False),
    "xlm-roberta": xlm_roberta(CONTENT),
    "qwen2": bpe(N.NFC(), split_bytes(QWEN2), processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False), (), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
    "neox": bpe(N.NFC(), BYTES(add_prefix_space=False, trim_offsets=True), processors.ByteLevel(add_prefix_space=False, trim_offsets=True), ["<|endoftext|>", "<|padding|>"], (), [AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)]),
    "gpt2": bpe(None, BYTES(add_prefix_space=False, trim_offsets=True), processors.ByteLevel(add_prefix_space=True, trim_offsets=False), (), ["<|endoftext|>"]),
    "roberta": ROBERTA,
    "llama2": llama2(),
    "llama3": bpe(None, split_bytes(LLAMA3), processors.Sequence([processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(single="<|begin|> $A", special_tokens=[("<|begin|>", SIZE)])]), (), ["<|begin|>"]),
    "clip": clip(),
    "whitespace": whole(N.Sequence([N.NFD(), N.StripAccents()]), P.Whitespace(), ADDED),
    "punctuation": whole(N.NFKC(), P.Sequence([P.WhitespaceSplit(), P.Punctuation("contiguous"), P.Digits(True)]), ADDED),
    "digits": whole(N.NFKD(), P.Sequence([P.Digits(False), P.Punctuation("merged_with_previous")]), ADDED),
    "previous": whole(N.Lowercase(), P.Split("e", "merged_with_previous"), ADDED),
    "next": whole(N.Strip(), P.Split(Regex(r"[aeiou\s]"), "merged_with_next"), ADDED),
    "contiguous": whole(N.Replace("a", "aa"), P.Split(Regex(r"\p{Lu}|\d"), "contiguous", invert=True)),
    "removed": whole(N.Strip(left=False), P.Split(Regex(r"(?i:the|[sk])|\w(?=\s)|[^\S\n]"), "removed")),
    "first": whole(None, P.Sequence([P.WhitespaceSplit(), P.Metaspace("▁", "first")])),
    "never": whole(N.Prepend("_"), P.Metaspace("▁", "never")),
    "o200k": whole(None, P.Split(Regex(O200K), "isolated")),
    "deepseek": whole(None, P.Sequence([P.Split(Regex(r"\p{N}{1,3}"), "isolated"), P.Split(Regex("[一-龥\u3040-ゟ゠-ヿ]+"), "isolated"), P.Split(Regex(DEEPSEEK), "isolated")])),
    "unsplit": whole(None, P.Metaspace("▁", "always", split=False)),
}
LEGACY = json.loads(KINDS["gpt2"].to_str())
LEGACY["model"]["merges"] = [" ".join(pair) for pair in LEGACY["model"]["merges"]]
LEGACY["model"]["ignore_merges"] = True
del LEGACY["model"]["type"]
KINDS["legacy"] = Tokenizer.from_str(json.dumps(LEGACY))

made = {"strings": STRINGS, "spiece": base64.b64encode(CONTENT).decode(), "kinds": {}}
for name, tokenizer in KINDS.items():
    encoded = tokenizer.encode_batch(STRINGS)
    described = json.loads(tokenizer.to_str()) if name != "legacy" else LEGACY
    if "Precompiled" in json.dumps(described.get("normalizer")) and name != "t5":
        # That of t5, which is large.
        steps = described["normalizer"].get("normalizers", [described["normalizer"]])
        steps[0]["precompiled_charsmap"] = "t5"
    made["kinds"][name] = {
        "tokenizer": described,
        "ids": [e.ids for e in encoded],
        "texts": [tokenizer.decode(e.ids) for e in encoded],
    }
with open(FOLDER / "tokenizers.json.gz", "wb") as file:
    file.write(gzip.compress(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))
