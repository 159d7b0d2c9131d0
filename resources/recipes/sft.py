"""Fine-tunes the exported model with TRL on the examples of the workbench, with their masks.

    pip install trl
    python sft.py [--max-steps N] [--output DIR]

Settings are in recipe.json. Written for TRL 1.x.
"""

import argparse
import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
IGNORED = -100


def make_encoder(tokenizer, max_tokens):
    """Question in the chat template, then `<token>\\n text \\n</token>\\n` for each step, then the end of sequence.

    Each text is encoded by itself, so that no text can become a functional token. Of a step that is not taught only the
    opening token is: that a step begins there is right, what it says is not.
    """
    newline = tokenizer.encode("\n", add_special_tokens=False)

    def encode(example):
        question = [{"role": "user", "content": example["prompt"]}]
        text = tokenizer.apply_chat_template(question, add_generation_prompt=True, tokenize=False)
        ids = tokenizer.encode(text, add_special_tokens=False)
        labels = [IGNORED] * len(ids)

        def add(new, is_taught):
            ids.extend(new)
            labels.extend(new if is_taught else [IGNORED] * len(new))

        for step in example["steps"]:
            name, is_taught = step["token"], step["isTrained"]
            add([tokenizer.convert_tokens_to_ids(f"<{name}>")], True)
            add(tokenizer.encode(f"\n{step['text']}\n", add_special_tokens=False), is_taught)
            add([tokenizer.convert_tokens_to_ids(f"</{name}>")], is_taught)
            add(newline, is_taught)
        add([tokenizer.eos_token_id], True)
        return {"input_ids": ids, "labels": labels, "is_short": len(ids) <= max_tokens}

    return encode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-steps", type=int, default=-1)
    parser.add_argument("--output", default=str(HERE / "sft-output"))
    arguments = parser.parse_args()
    recipe = json.loads((HERE / "recipe.json").read_text(encoding="utf-8"))
    settings = recipe["sft"]
    model_path = str((HERE / recipe["model"]).resolve())
    tokenizer = AutoTokenizer.from_pretrained(model_path)
    model = AutoModelForCausalLM.from_pretrained(model_path)

    examples = load_dataset("json", data_files=str(HERE / settings["data"]), split="train")
    encoded = examples.map(make_encoder(tokenizer, settings["maxTokens"]), remove_columns=examples.column_names)
    kept = encoded.filter(lambda row: row["is_short"]).remove_columns("is_short")
    print(f"{len(kept)} of {len(encoded)} examples have at most {settings['maxTokens']} tokens")

    config = SFTConfig(
        output_dir=arguments.output,
        max_steps=arguments.max_steps,
        num_train_epochs=settings["epochs"],
        per_device_train_batch_size=settings["batchSize"],
        learning_rate=settings["learningRate"],
        weight_decay=settings["weightDecay"],
        warmup_steps=settings["warmupUpdates"],
        lr_scheduler_type="cosine",
        max_length=settings["maxTokens"],
        seed=settings["seed"],
        logging_steps=1,
        report_to="none",
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        use_cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
    )
    trainer = SFTTrainer(model=model, args=config, train_dataset=kept, processing_class=tokenizer)
    trainer.train()
    trainer.save_model(arguments.output)


if __name__ == "__main__":
    main()
