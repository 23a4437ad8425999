"""Writes bleu.json: sentence BLEU of pairs of texts by sacreBLEU.

Run: python test/evaluate/goldens/make_bleu.py, with the package sacrebleu (2.6.0).
"""
import json
import pathlib
import random

from sacrebleu import sentence_bleu

FOX = "The quick brown fox jumps over the lazy dog."
ODD = [
    (FOX, FOX),
    ("", FOX),
    (FOX, ""),
    ("", ""),
    ("   \n ", FOX),
    ("fox", FOX),
    ("fox", "fox"),
    ("Fox", "fox"),
    ("dog lazy the over jumps fox brown quick The", FOX),
    ("the the the the the the the", "The cat is on the mat."),
    ("The quick brown fox", FOX),
    (FOX + " And it does so again, every single day.", FOX),
    ("It costs $1,000.5, not 1.000,5!", "It costs $1,000.50; not 1,000.5."),
    ("In 1999-2004 the well-known 3-4-5 rule (a^2+b^2=c^2) held.", "In 1999 - 2004 the well known 3-4-5 rule held."),
    ('"Yes," she said, \'no\'... maybe?', "\u201cYes,\u201d she said, \u2018no\u2019\u2026 maybe?"),
    ("&quot;A&quot; &amp; B &lt;C&gt; &amp;lt; &nbsp;", '"A" & B <C> < &nbsp;'),
    ("a<skipped>b hyphen-\nated line\nend", "ab hyphenated line end"),
    ("trailing hyphen-\n", "trailing hyphen-"),
    ("x.,5 ..a ,,b 5., .5. 3.14. v2.0.1", "x . , 5 .. a , , b 5 .,"),
    ("C:\\path\\file_name~[1]{2}|`x`@y#z%*/+", "C : path file_name 1 2 x y z"),
    ("Der Fu\u00dfg\u00e4nger \u00fcberquert die Stra\u00dfe.", "Der Fu\u00dfg\u00e4nger ging \u00fcber die Stra\u00dfe."),
    ("\u6771\u4eac\u306f\u3001\u65e5\u672c\u306e\u9996\u90fd\u3002", "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3002"),
    ("smile \U0001f600. \U0001f600, ok", "smile \U0001f600 . ok"),
    ("no\u00a0break\u2003and thin\u2009space", "no break and thin space"),
    ("\u0663.\u0664 \u0661,\u0662", "\u0663 . \u0664"),
]

WORDS = "a the cat cat's sat , . on mat 3,5 -4 red (and) \"it\" x-ray 7- U.S. no! \u00e9t\u00e9".split()
random.seed(0)


def phrase():
    return " ".join(random.choices(WORDS, k=random.randint(1, 12)))


pairs = ODD + [(phrase(), phrase()) for _ in range(60)]
rows = [{"text": text, "reference": reference, "bleu": sentence_bleu(text, [reference]).score} for text, reference in pairs]
path = pathlib.Path(__file__).with_name("bleu.json")
path.write_text(json.dumps(rows, indent=1) + "\n")
