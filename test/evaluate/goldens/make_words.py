"""Writes words.json: the words of single sentences by nltk.

Run: python test/evaluate/goldens/make_words.py, with the package nltk (3.10.3). `preserve_line` leaves out nltk's
splitter of sentences, which needs data of its own.
"""
import json
import pathlib

from nltk.tokenize import word_tokenize

SENTENCES = [
    "",
    "one",
    "The cat sleeps.",
    "Wait ... what?! No--yes; well: \"no\".",
    "Good muffins cost $3.88 (roughly 3,36 euros) in New York.",
    "I don't, can't, won't, shan't and couldn't've; they'd've, I'd, I'm, we'll, you're, she's, I've.",
    "DON'T SHOUT, IT'S LATE AND THEY'LL HEAR.",
    "The cats' bowls, James's book and rock 'n' roll.",
    "'Tis the '80s, he said: 'hello there' and 'I don't'.",
    "\"What?\" she asked, (\"Really?\") ''quoted'' and ``tex''",
    "He said \"it was the end.\"",
    "We live in the U.S.",
    "Mr. Smith of the U.S. paid 1,000.50, i.e. a lot, at 10:30, 3:2.",
    "You cannot; gimme that, I gotta go, gonna run, wanna come, lemme see, d'ye know, more'n ever.",
    "A well-known e-mail: me@example.com, 50% off #1 & co. *now*!",
    "\u201cCurly,\u201d she said, \u2018it\u2019s fine\u2019 \u2014 \u00abvoil\u00e0\u00bb \u2013 na\u00efve.",
    "a [b] {c} <d> (e.) f/g x=1+2 10^3 ~5 a_b",
    "Is that so? Yes! Well...",
    "ends with an ellipsis..",
    "semi;colon,comma a,b a,5 x:y 5:y",
    "(He left.)",
    "  spaces \t and\nlines  ",
    "\u00c9t\u00e9 '\u00e9t\u00e9' \u6771\u4eac\u3002 \U0001f600!",
]

rows = [{"text": text, "words": word_tokenize(text, preserve_line=True)} for text in SENTENCES]
path = pathlib.Path(__file__).with_name("words.json")
path.write_text(json.dumps(rows, indent=1) + "\n")
