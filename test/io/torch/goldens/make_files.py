"""Writes files of torch.save in all their variants, and the values of their tensors (expect.json).

Run: python test/io/torch/goldens/make_files.py. Needs torch 2.13; the values are what torch.load gives.
"""
import argparse
import collections
import json
import pathlib
import zipfile

import numpy
import torch

folder = pathlib.Path(__file__).parent
torch.manual_seed(0)

base = torch.arange(24, dtype=torch.float32)
state = collections.OrderedDict(
    f32=torch.randn(3, 4),
    f16=torch.randn(5).half(),
    bf16=torch.randn(2, 3).bfloat16(),
    f64=torch.randn(2).double(),
    i64=torch.arange(5),
    i32=torch.arange(-2, 2, dtype=torch.int32),
    i16=torch.arange(3, dtype=torch.int16),
    i8=torch.arange(-2, 2, dtype=torch.int8),
    u8=torch.arange(250, 256, dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    view_a=base[:12].view(3, 4),
    view_b=base[12:].view(4, 3),
    transposed=base.view(4, 6).t(),
    permuted=base.view(2, 3, 4).permute(2, 0, 1),
    strided=base[1::3],
    strided_i8=torch.arange(12, dtype=torch.int8).view(3, 4)[:, 1::2],
    transposed_f16=torch.randn(3, 2).half().t(),
    expanded=base[:1].expand(4),
    rows_expanded=base[:3].expand(2, 3),
    scalar=torch.tensor(3.5),
    empty=torch.empty(0, 7),
    param=torch.nn.Parameter(torch.ones(2)),
)
state["tied"] = state["f32"]
state._metadata = collections.OrderedDict(version=1)
marked = torch.nn.Parameter(torch.arange(3.0))
marked.mark = "x"  # attributes are saved with a parameter
nested = {
    "adapter": {"proj": {"weight": torch.ones(2)}},
    "decoder": collections.OrderedDict(b=torch.zeros(2, 2)),
    "config": {"len": 64, "name": "x", "lr": 1e-4, "low": -5, "big": 2**70, "none": None, "flag": True},
    "more": {"list": [1, 2, (3, 4)], "set": {1, 2}, "four": (1, 2, 3, 4), "bytes": b"abc", "long": 2**40},
    "kinds": {"dtype": torch.float16, "device": torch.device("cpu"), "size": torch.Size([2, 3])},
    "epoch": 3,
    "marked": marked,
}
complex64 = [torch.randn(2, dtype=torch.complex64) for _ in range(3)]
unreadable = {
    "x": torch.randn(2),
    "f8": torch.randn(4).to(torch.float8_e4m3fn),
    "u16": torch.tensor([1, 2, 3], dtype=torch.uint16),
    "c64": complex64[0],
    "conj": complex64[1].conj(),
    "neg": complex64[2].conj().imag,
    "quantised": torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.qint8),
    "channels": torch.quantize_per_channel(torch.randn(2, 3), torch.ones(2), torch.zeros(2), 0, torch.quint8),
    "sparse": torch.eye(2).to_sparse(),
    "meta": torch.empty(3, device="meta"),
    "repeated": torch.zeros(1).expand(1000, 1000),
}


def save(name, value, **options):
    torch.save(value, folder / f"{name}.pt", **options)


def rewrite(name, method=zipfile.ZIP_STORED, order=b"little"):
    """As other tools rewrite an archive: storages at any offset, compressed, of another byte order."""
    with zipfile.ZipFile(folder / "state.pt") as old, zipfile.ZipFile(folder / f"{name}.pt", "w", method) as new:
        for item in old.infolist():
            new.writestr(item.filename, order if item.filename.endswith("byteorder") else old.read(item))


save("state", state)
save("nested", nested)
save("older", state, _use_new_zipfile_serialization=False)
save("protocol4", state, pickle_protocol=4)
save("protocol5", state, pickle_protocol=5)
save("unreadable", unreadable)
save("module", torch.nn.Linear(2, 2))
save("numpy", {"loss": numpy.float64(1.5)})
save("namespace", {"args": argparse.Namespace(a=1)})
rewrite("unaligned")
rewrite("deflated", method=zipfile.ZIP_DEFLATED)
rewrite("big_endian", order=b"big")
# Python writes 64-bit sizes where these say that 32 bits are too few.
zipfile.ZIP64_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT = 8
rewrite("zip64")


def values(value, path, into):
    if isinstance(value, torch.Tensor):
        numbers = value.detach().double().flatten().tolist()
        into[path] = {"dtype": str(value.dtype), "shape": list(value.shape), "values": numbers}
    elif isinstance(value, dict):
        for key, inner in value.items():
            values(inner, f"{path}.{key}" if path else key, into)
    return into


read = ["state", "nested", "older", "protocol4", "protocol5", "unaligned", "zip64"]
expected = {name: values(torch.load(folder / f"{name}.pt", weights_only=False), "", {}) for name in read}
(folder / "expect.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
