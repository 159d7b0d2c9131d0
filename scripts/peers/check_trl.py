"""Loads files that the workbench exported and takes one training step on each that TRL's SFTTrainer reads.

    python check_trl.py MODEL_FOLDER OUTPUT_FOLDER NAME=FILE…

Prints one JSON object: for each name the rows, the columns with their types, and the loss of the step where there was one.
"""

import json
import sys
from pathlib import Path

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

TRAINED = {"trl-prompt-completion", "messages"}


def main():
    model_path, output, *files = sys.argv[1:]
    results = {}
    for entry in files:
        name, path = entry.split("=", 1)
        layout, kind = name.split(".")
        rows = load_dataset(
            {"jsonl": "json", "parquet": "parquet"}[kind], data_files=path, split="train", cache_dir=f"{output}/cache"
        )
        result = {"rows": len(rows), "columns": {column: str(of) for column, of in rows.features.items()}}
        result["first"] = json.loads(json.dumps(rows[0], default=str))
        if layout in TRAINED:
            config = SFTConfig(
                output_dir=str(Path(output) / name),
                max_steps=1,
                per_device_train_batch_size=2,
                logging_steps=1,
                report_to="none",
                save_strategy="no",
                use_cpu=True,
                bf16=False,
            )
            trainer = SFTTrainer(
                model=AutoModelForCausalLM.from_pretrained(model_path),
                args=config,
                train_dataset=rows,
                processing_class=AutoTokenizer.from_pretrained(model_path),
            )
            trainer.train()
            result["loss"] = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry][0]
        results[name] = result
    print(json.dumps(results))


if __name__ == "__main__":
    main()
