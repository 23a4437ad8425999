"""Writes documents.<codec>.parquet: the same documents by pyarrow, compressed in the ways that web corpora are.

Run: python test/data/goldens/make_documents.py. test/data/records.test.ts has the same documents in its own words.
"""
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

TEXTS = ["The tide goes out. The boats lie on the mud.", "Nobody came.", "Über allen Gipfeln ist Ruh. “Yes.”"]
ROWS = 2500
table = pa.table({
    "id": [f"page-{i}" for i in range(ROWS)],
    "url": [f"https://example.org/{i}" for i in range(ROWS)],
    "domain": pa.array([["news", "law"][i % 2] for i in range(ROWS)]).dictionary_encode(),
    "text": [TEXTS[i % 3] for i in range(ROWS)],
})
lists = pa.table({
    "book": ["one", "one", "two"],
    "chapter": ["1", "2", "1"],
    "sentences": pa.array([["A.", "B c."], [], ["D."]], pa.list_(pa.string())),
    "paragraphs": pa.array([None, None, None], pa.list_(pa.string())),
})
folder = pathlib.Path(__file__).parent
for codec in ["snappy", "zstd", "gzip"]:
    pq.write_table(table, folder / f"documents.{codec}.parquet", compression=codec, row_group_size=1000)
pq.write_table(lists, folder / "lists.parquet", compression="none")
pq.write_table(table.select(["url"]).slice(0, 5), folder / "no_text.parquet")
