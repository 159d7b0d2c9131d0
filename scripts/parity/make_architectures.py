"""Makes a tiny random model of every family that the workbench runs, with transformers, and what it computes in float64:
logits and gradients of one batch. `check-architectures.ts` compares them with ours.

    pip install torch==2.13.0 transformers==5.23.0
    python scripts/parity/make_architectures.py FOLDER
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

out = sys.argv[1]
COMMON = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 48,
    "vocab_size": 61,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
MODELS = {
    "llama": ("llama", {}),
    "llama-tied": ("llama", {"tie_word_embeddings": True}),
    "llama-rope-linear": ("llama", {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 500.0}}),
    "llama-rope-llama3": ("llama", {"rope_parameters": LLAMA3}),
    "mistral": ("mistral", {"sliding_window": None, "head_dim": 16}),
    "mistral-window": ("mistral", {"sliding_window": 7, "head_dim": 16}),
    "qwen2": ("qwen2", {"tie_word_embeddings": True}),
    "qwen2-window": ("qwen2", {"use_sliding_window": True, "sliding_window": 7, "max_window_layers": 1}),
    "qwen3": ("qwen3", {"head_dim": 16}),
    "qwen3-window": ("qwen3", {"head_dim": 16, "use_sliding_window": True, "sliding_window": 7, "max_window_layers": 2}),
    "gemma": ("gemma", {"head_dim": 16}),
}

for name, (kind, change) in MODELS.items():
    torch.manual_seed(7)
    config = AutoConfig.for_model(kind, **COMMON, **change)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    with torch.no_grad():
        for parameter in model.parameters():
            spread = torch.randn_like(parameter)
            parameter.copy_(parameter + 0.2 * spread if parameter.dim() == 1 else 0.25 * spread)
    folder = os.path.join(out, name)
    model.save_pretrained(folder)

    model = model.double()
    # Rotary tables are made in float32 otherwise.
    ids = torch.randint(0, COMMON["vocab_size"], (2, 40))
    logits = model(input_ids=ids).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
    loss.backward()
    tensors = {"logits": logits.detach()}
    for key, parameter in model.named_parameters():
        tensors[f"grad/{key}"] = parameter.grad
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, os.path.join(folder, "expected.safetensors"))
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({"ids": ids.tolist(), "loss": loss.item()}, file)
    print(name, type(model).__name__, loss.item())
