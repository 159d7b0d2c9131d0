"""Reinforcement learning with TRL's GRPOTrainer from the exported model, on the questions of the workbench.

    pip install trl
    python grpo.py [--max-steps N] [--output DIR]

Settings are in recipe.json, the reward is in reward.py. Written for TRL 1.x.
"""

import argparse
import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from reward import outcome_reward

HERE = Path(__file__).resolve().parent


class VisibleTokens:
    """Decodes with special tokens, which the functional tokens are: without them no reward could read a step."""

    def __init__(self, tokenizer):
        batch_decode = tokenizer.batch_decode
        eos, pad = tokenizer.eos_token or "", tokenizer.pad_token or ""

        def decode(ids, **settings):
            texts = batch_decode(ids, **{**settings, "skip_special_tokens": False})
            # A token that is both (or empty) is taken away once.
            for token in {eos, pad} - {""}:
                texts = [text.replace(token, "") for text in texts]
            return texts

        tokenizer.batch_decode = decode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-steps", type=int, default=-1)
    parser.add_argument("--output", default=str(HERE / "grpo-output"))
    arguments = parser.parse_args()
    recipe = json.loads((HERE / "recipe.json").read_text(encoding="utf-8"))
    settings = recipe["grpo"]
    model_path = str((HERE / recipe["model"]).resolve())
    tokenizer = AutoTokenizer.from_pretrained(model_path, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(model_path)
    VisibleTokens(tokenizer)

    questions = load_dataset("json", data_files=str(HERE / settings["data"]), split="train")
    group = settings["pathsPerQuestion"]
    config = GRPOConfig(
        output_dir=arguments.output,
        max_steps=arguments.max_steps,
        num_generations=group,
        per_device_train_batch_size=group,
        gradient_accumulation_steps=settings["questionsPerStep"],
        max_completion_length=settings["maxNewTokens"],
        temperature=settings["temperature"],
        learning_rate=settings["learningRate"],
        beta=settings["klCoefficient"],
        epsilon=settings["clipLow"],
        epsilon_high=settings["clipHigh"],
        seed=settings["seed"],
        logging_steps=1,
        report_to="none",
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        use_cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
    )
    trainer = GRPOTrainer(
        model=model, reward_funcs=outcome_reward, args=config, train_dataset=questions, processing_class=tokenizer
    )
    trainer.train()
    trainer.save_model(arguments.output)


if __name__ == "__main__":
    main()
