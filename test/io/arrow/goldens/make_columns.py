# Writes columns.arrow: vectors and texts among columns of all kinds, in two batches. Needs pyarrow 25.
from pathlib import Path

import pyarrow as pa

ROWS, DIMS = 3, 4
numbers = pa.array([i / 2 for i in range(ROWS * DIMS)], pa.float32())
columns = {
    "int": pa.array(range(ROWS)),
    "list": pa.array([[i] for i in range(ROWS)]),
    "struct": pa.array([{"x": i, "y": "z"} for i in range(ROWS)]),
    "dictionary": pa.array(["word"] * ROWS).dictionary_encode(),
    "view": pa.array(["a text of more than twelve bytes"] * ROWS, pa.string_view()),
    "text": pa.array(["one", None, "three, é"], pa.large_string()),
    "union": pa.UnionArray.from_sparse(pa.array([0] * ROWS, pa.int8()), [pa.array(range(ROWS))]),
    "vector": pa.FixedSizeListArray.from_arrays(numbers, DIMS),
    "map": pa.array([[("k", i)] for i in range(ROWS)], pa.map_(pa.string(), pa.int32())),
    "bool": pa.array([True] * ROWS),
    "null": pa.nulls(ROWS),
    "list_view": pa.array([[i] for i in range(ROWS)], pa.list_view(pa.int32())),
    "runs": pa.RunEndEncodedArray.from_arrays([ROWS], ["q"]),
}
table = pa.table(columns).replace_schema_metadata({"space": "tiny-4"})
path = Path(__file__).with_name("columns.arrow")
with pa.ipc.new_file(str(path), table.schema) as writer:
    writer.write_table(table, max_chunksize=2)
