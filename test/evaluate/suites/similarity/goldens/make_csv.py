"""Tables as Python's csv module writes and reads them: each is a file's text and its rows."""

import csv
import io
import json
import random
from pathlib import Path

PIECES = ["a", "word", " ", ",", '"', '""', "\n", "é", "😀", "'", ";", "\t", "0.5", "=1+1", "\\", "\ufeff", "x,y", '"q"']

random.seed(7)
tables = []
for number in range(200):
    columns = random.randint(1, 4)
    rows = [
        ["".join(random.choices(PIECES, k=random.randint(0, 6))) for _ in range(columns)]
        for _ in range(random.randint(1, 6))
    ]
    # The reader leaves out blank lines, and takes a mark at the beginning for that of the encoding.
    rows = [["x", *row] for row in rows]
    text = io.StringIO()
    csv.writer(
        text,
        lineterminator=random.choice(["\n", "\r\n"]),
        quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ).writerows(rows)
    assert list(csv.reader(io.StringIO(text.getvalue(), newline=""))) == rows
    tables.append({"text": text.getvalue(), "rows": rows})

Path(__file__).with_name("csv.json").write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n")
