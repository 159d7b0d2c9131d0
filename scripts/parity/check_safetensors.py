"""Reads what write-safetensors.ts wrote with the Python package `safetensors` and compares every number with PyTorch's own rounding.

    pip install torch==2.13.0 safetensors==0.8.0
    python scripts/parity/check_safetensors.py FOLDER
"""
import glob
import json
import os
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

out = sys.argv[1]
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
failures = 0


def expect(what, ok):
    global failures
    failures += not ok
    print("ok  " if ok else "FAIL", what)


full = load_file(os.path.join(out, "F32.safetensors"))
for name, dtype in DTYPES.items():
    whole = load_file(os.path.join(out, f"{name}.safetensors"))
    with safe_open(os.path.join(out, f"{name}.safetensors"), "pt") as file:
        expect(f"{name}: names and metadata", set(file.keys()) == set(full) and file.metadata() == {"format": "pt"})
    with open(os.path.join(out, f"shards-{name}.safetensors.index.json"), encoding="utf-8") as file:
        index = json.load(file)
    shards = {}
    for path in sorted(glob.glob(os.path.join(out, f"shards-{name}-*.safetensors"))):
        for key, tensor in load_file(path).items():
            expect(f"{name}: the index places {key!r}", index["weight_map"][key] == os.path.basename(path))
            shards[key] = tensor
    for key, tensor in full.items():
        wanted = tensor.to(dtype)
        for kind, got in (("whole", whole[key]), ("shards", shards[key])):
            same = got.dtype == dtype and got.shape == wanted.shape and bool((got.view(-1) == wanted.view(-1)).all())
            expect(f"{name}: {key!r}, {kind}", same)
sys.exit(1 if failures else 0)
