"""The work of a bench case in transformers on PyTorch, CPU, float32: reads a task as JSON, prints tokens per second of each repetition."""

import json
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def decode(model, task):
    ids = torch.randint(0, model.config.vocab_size, (task["rows"], task["context"]))
    count = task["newTokens"]
    rates = []
    with torch.no_grad():
        for repetition in range(task["repetitions"] + 1):
            out = model(ids, use_cache=True)
            token = out.logits[:, -1].argmax(-1, keepdim=True)
            begin = time.perf_counter()
            for _ in range(count):
                out = model(token, past_key_values=out.past_key_values, use_cache=True)
                chances = torch.softmax(out.logits[:, -1] / 0.7, -1)
                token = torch.multinomial(chances, 1)
            seconds = time.perf_counter() - begin
            if repetition > 0:
                rates.append(task["rows"] * count / seconds)
    return rates


def train(model, task):
    if task["task"] == "train-lora":
        from peft import LoraConfig, get_peft_model

        targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        model = get_peft_model(model, LoraConfig(r=task["rank"], lora_alpha=task["rank"], target_modules=targets))
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    ids = torch.randint(0, model.config.vocab_size, (task["rows"], task["length"]))
    rates = []
    for repetition in range(task["repetitions"] + 1):
        begin = time.perf_counter()
        model(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds = time.perf_counter() - begin
        if repetition > 0:
            rates.append(ids.numel() / seconds)
    return rates


def main():
    task = json.load(sys.stdin)
    torch.manual_seed(1)
    config = {key: value for key, value in task["config"].items() if key != "model_type"}
    model = LlamaForCausalLM(LlamaConfig(**config)).float()
    print(json.dumps(decode(model, task) if task["task"] == "decode" else train(model, task)))


main()
