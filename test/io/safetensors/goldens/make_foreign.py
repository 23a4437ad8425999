"""Writes foreign.safetensors, tensors of the types that others have and we do not, and what they are (foreign.json).

Run: python test/io/safetensors/goldens/make_foreign.py. Needs safetensors 0.8 and torch 2.13.
"""
import json
import pathlib

import safetensors
import torch
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent
path = folder / "foreign.safetensors"
types = [
    *[torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64],
    *[torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e8m0fnu],
    *[torch.int64, torch.int32, torch.int16, torch.int8],
    *[torch.uint64, torch.uint32, torch.uint16, torch.uint8, torch.bool],
]
tensors = {str(dtype): torch.arange(1, 4).to(torch.float32).to(dtype) for dtype in types}
tensors["fours"] = torch.zeros(2, 3, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
save_file(tensors, path)
with safetensors.safe_open(path, "np") as file:
    found = {name: [file.get_slice(name).get_dtype(), file.get_slice(name).get_shape()] for name in file.keys()}
(folder / "foreign.json").write_text(json.dumps(found) + "\n")
