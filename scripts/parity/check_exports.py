"""Loads what write-exports.ts and write-trained.ts wrote with transformers and PEFT and compares ids, texts and logits with theirs.

    pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2
    python scripts/parity/check_exports.py FOLDER [FIXTURES]

Exits with 1 when anything differs: ids and texts must be equal, logits of the old tokens equal to the last bit (the weights are),
those of adapters within 2e-4 of the golden ones.
"""
import json
import os
import sys

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

out = sys.argv[1]
fixtures = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("WORKBENCH_FIXTURES", "../shared/fixtures")
failures = 0


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


def expect(what, ok, shown=""):
    global failures
    failures += not ok
    print("ok  " if ok else "FAIL", what, shown)


def logits(model, batch):
    mask = torch.tensor(batch["attention_mask"])
    with torch.no_grad():
        return model(input_ids=torch.tensor(batch["input_ids"]), attention_mask=mask).logits[mask.bool()]


def check_tokenizer(fact):
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(out, fact["name"]))
    for row in fact["texts"]:
        ids = tokenizer(row["text"], add_special_tokens=False)["input_ids"]
        backend = tokenizer._tokenizer
        backend.encode_special_tokens = True
        spelled = backend.encode(row["text"], add_special_tokens=False).ids
        backend.encode_special_tokens = False
        same = (ids, spelled, tokenizer.decode(ids)) == (row["ids"], row["spelled"], row["decoded"])
        expect(f"{fact['name']}: {row['text']!r}", same)
    chat = tokenizer.apply_chat_template([{"role": "user", "content": "What is 2 + 3?"}], add_generation_prompt=True)
    expect(f"{fact['name']}: chat", list(chat if isinstance(chat, list) else chat["input_ids"]) == fact["chat"])
    expect(f"{fact['name']}: size", len(tokenizer) == fact["tokens"], len(tokenizer))


def check_model(fact):
    model = AutoModelForCausalLM.from_pretrained(os.path.join(out, fact["name"])).eval()
    rows = model.get_input_embeddings().weight.shape[0]
    expect(f"{fact['name']}: rows", rows == fact["rows"] == model.config.vocab_size, rows)
    if fact["sameAs"] is None:
        return
    base = os.path.join(fixtures, "models", fact["sameAs"])
    batch = read_json(base, "expected", "batch.json")["right"]
    ours, theirs = logits(model, batch), logits(AutoModelForCausalLM.from_pretrained(base).eval(), batch)
    old = fact["oldTokens"]
    worst = (ours[:, :old] - theirs[:, :old]).abs().max().item()
    expect(f"{fact['name']}: logits", worst == 0 and bool(torch.isfinite(ours).all()), worst)


def check_adapter(name):
    expected = os.path.join(fixtures, "lora", name, "expected")
    base = os.path.join(fixtures, "lora", name, read_json(expected, "about.json")["base"])
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), os.path.join(out, f"lora-{name}")).eval()
    batch = read_json(base, "expected", "batch.json")["right"]
    golden = load_file(os.path.join(expected, "logits.safetensors"))["adapter.f32"]
    worst = (logits(model, batch) - golden[torch.tensor(batch["attention_mask"]).bool()]).abs().max().item()
    expect(f"adapter {name}: logits", worst < 2e-4, worst)


def check_trained(name, way):
    golden = load_file(os.path.join(out, f"{name}-{way}.safetensors"))
    ids = golden["ids"].long()[None]
    batch = {"input_ids": ids.tolist(), "attention_mask": torch.ones_like(ids).tolist()}
    base = AutoModelForCausalLM.from_pretrained(os.path.join(out, f"{name}-grown"))
    before = logits(base.eval(), batch)
    merged = logits(AutoModelForCausalLM.from_pretrained(os.path.join(out, f"{name}-{way}")).eval(), batch)
    adapter = logits(PeftModel.from_pretrained(base, os.path.join(out, f"{name}-{way}-adapter")).eval(), batch)
    moved = (golden["logits"] - before).abs().max().item()
    for kind, theirs in (("merged", merged), ("adapter", adapter)):
        worst = (theirs - golden["logits"]).abs().max().item()
        expect(f"{name} {way}, {kind}: our logits", worst < 2e-4 < moved, f"{worst}, training moved them by {moved}")


facts = read_json(out, "facts.json")
for fact in facts["models"]:
    check_tokenizer(fact)
    check_model(fact)
for name in facts["adapters"]:
    check_adapter(name)
for fact in facts.get("trained", []):
    check_trained(fact["base"], fact["way"])
print(f"{failures} differences")
sys.exit(1 if failures else 0)
