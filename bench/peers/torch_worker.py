"""The work of the engine's cases in transformers, PEFT, TRL and torch on the CPU, as a worker.

The first line on stdin is the command as JSON: {"task", "modelFolder", ...}; the worker prepares it and prints {"ready": true}. Then each line is
"warm" (work that is not counted) or "run", answered by {"value": sample}. Ends with stdin.
"""

import json
import os
import sys
import time
from contextlib import contextmanager

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TOKENIZERS_PARALLELISM="false")
# Libraries print; only answers may reach the real stdout.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
from transformers import LlamaConfig, LlamaForCausalLM

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def answer(record):
    print(json.dumps(record), file=ANSWERS, flush=True)


def ask():
    """The next word from the bench, or None at the end."""
    return sys.stdin.readline().strip() or None


def load(command, dtype=torch.float32):
    return LlamaForCausalLM.from_pretrained(command["modelFolder"], dtype=dtype)


def prompts_of(command):
    return torch.tensor(command["prompts"])


def training_step(command):
    """A whole step as transformers' Trainer does it: forward, backward, clipping, fused AdamW. Returns a function of the number of rows."""
    model = load(command)
    if command["mode"] == "lora":
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=16, lora_dropout=0.0, target_modules=LINEARS))
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5, weight_decay=0.0, fused=True)
    torch.manual_seed(1)
    ids = torch.randint(0, model.config.vocab_size, (command["rows"], command["length"]))
    mixed = command["precision"] == "bf16"

    def step(rows=command["rows"]):
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            loss = model(input_ids=ids[:rows], labels=ids[:rows]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()

    return step


def train(command):
    step = training_step(command)
    step()

    def run():
        begin = time.perf_counter()
        step()
        return command["rows"] * command["length"] / (time.perf_counter() - begin)

    return {"warm": lambda: step(1) or 0, "run": run}


def train_memory(command):
    """Peak of the whole process after two steps, MiB: the second one has gradients, moments and activations at once."""

    def run():
        step = training_step(command)
        step()
        step()
        return peak_mebibytes()

    return {"run": run}


def peak_mebibytes():
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def word_tokenizer(size):
    """One token for each word w0 … ; w0 pads, w1 ends."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(size)}, unk_token="w0"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="w0", eos_token="w1", unk_token="w0")


def turns(steps_of, value):
    """A callback that stops a trainer between steps until the bench asks for more; value(steps, seconds) is the answer."""
    from transformers import TrainerCallback

    class Turns(TrainerCallback):
        left = 0

        def wait(self, control):
            word = ask()
            control.should_training_stop = word is None
            self.left = self.all = steps_of.get(word, 0)
            self.begin = time.perf_counter()

        def on_train_begin(self, args, state, control, **_):
            answer({"ready": True})
            self.wait(control)

        def on_step_end(self, args, state, control, **_):
            self.left -= 1
            if self.left == 0:
                seconds = time.perf_counter() - self.begin
                answer({"value": value(self.all, seconds)})
                self.wait(control)

    return Turns()


@contextmanager
def trainer_settings():
    """What both of TRL's trainers are told."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        yield dict(
            output_dir=folder,
            max_steps=1_000_000,
            learning_rate=1e-4,
            bf16=False,
            gradient_checkpointing=False,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            logging_steps=1000,
        )


def sft_trainer(command):
    """TRL's SFTTrainer on a Llama of 3.3M weights: trained tokens per second."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    config = LlamaConfig(**command["shape"])
    torch.manual_seed(1)
    rows, length = command["rows"], command["length"]
    ids = torch.randint(2, config.vocab_size, (64 * rows, length)).tolist()
    with trainer_settings() as settings:
        SFTTrainer(
            model=LlamaForCausalLM(config),
            args=SFTConfig(per_device_train_batch_size=rows, max_length=length, **settings),
            train_dataset=Dataset.from_dict({"input_ids": ids}),
            processing_class=word_tokenizer(config.vocab_size),
            callbacks=[turns({"warm": 1, "run": 3}, lambda steps, seconds: steps * rows * length / seconds)],
        ).train()


def grpo_trainer(command):
    """TRL's GRPOTrainer on the same shape: seconds of a step of generation, rewards and update."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    config = LlamaConfig(**command["shape"], eos_token_id=1, pad_token_id=0, bos_token_id=None)
    torch.manual_seed(1)
    ids = torch.randint(2, config.vocab_size, (256, command["length"])).tolist()
    prompts = [" ".join(f"w{i}" for i in row) for row in ids]

    def reward(completions, **_):
        return [float(sum(map(len, text.split())) % 7) / 7 for text in completions]

    with trainer_settings() as settings:
        GRPOTrainer(
            model=LlamaForCausalLM(config),
            reward_funcs=reward,
            args=GRPOConfig(
                per_device_train_batch_size=command["rows"],
                num_generations=command["group"],
                max_completion_length=command["newTokens"],
                temperature=1.0,
                beta=0.0,
                **settings,
            ),
            train_dataset=Dataset.from_dict({"prompt": prompts}),
            processing_class=word_tokenizer(config.vocab_size),
            callbacks=[turns({"warm": 1, "run": 3}, lambda steps, seconds: seconds / steps)],
        ).train()


def decode(command):
    model = load(command, DTYPES[command["precision"]]).eval()
    ids = prompts_of(command)
    static = {"cache_implementation": "static", "disable_compile": True} if command["cache"] == "static" else {}

    def generate(count):
        begin = time.perf_counter()
        with torch.no_grad():
            model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                min_new_tokens=count,
                max_new_tokens=count,
                pad_token_id=0,
                **static,
            )
        return ids.shape[0] * count / (time.perf_counter() - begin)

    return {"warm": lambda: generate(8), "run": lambda: generate(command["newTokens"])}


def first_token(command):
    def run():
        model = load(command).eval()
        with torch.no_grad():
            token = model(prompts_of(command)[:1]).logits[0, -1].argmax()
        return int(token)

    return {"run": run}


def adamw(command):
    """Milliseconds of one update of weights with these lengths."""
    weights = [torch.full((length,), 0.02, requires_grad=True) for length in command["lengths"]]
    for weight in weights:
        weight.grad = torch.full_like(weight, 1e-3)
    optimizer = torch.optim.AdamW(weights, lr=1e-5, fused=True)

    def run():
        begin = time.perf_counter()
        optimizer.step()
        return 1000 * (time.perf_counter() - begin)

    return {"warm": run, "run": run}


def serial_search(command):
    from serial_search import Search

    model = load(command).eval()
    search = Search(model, command)
    search.extend(command["questions"][0]["ids"], 4)

    def run():
        begin = time.perf_counter()
        done = search.run(command["questions"][0], command["rollouts"])
        seconds = time.perf_counter() - begin
        counts = f"{done.expansions} expansions, {done.new_tokens} new tokens, {done.prefilled} prefilled in {seconds:.0f} s"
        value = seconds / done.expansions if command["measure"] == "seconds per expansion" else done.new_tokens / seconds
        return value, counts

    return {"warm": lambda: search.extend(command["questions"][0]["ids"], 4) and 0, "run": run}


#: Trainers own the loop; they ask for words by themselves.
TRAINERS = {"sft-trainer": sft_trainer, "grpo-trainer": grpo_trainer}
TASKS = {
    "serial-search": serial_search,
    "train": train,
    "train-memory": train_memory,
    "decode": decode,
    "first-token": first_token,
    "adamw": adamw,
}


def main():
    command = json.loads(ask())
    if command["task"] in TRAINERS:
        TRAINERS[command["task"]](command)
        return
    words = TASKS[command["task"]](command)
    answer({"ready": True})
    while (word := ask()) is not None:
        value = words[word]()
        value, about = value if isinstance(value, tuple) else (value, None)
        answer({"value": value, **({"about": about} if about else {})})


main()
