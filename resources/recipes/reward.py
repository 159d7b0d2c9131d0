"""Outcome reward: 1 where the last <output> step holds the right answer, else 0.

Answers are compared as numbers where both are numbers (1,000 = 1000.0, 1/2 = 0.5, 50 % = 0.5 is not assumed), else as text
without case and spaces. The workbench compares more (units, sets, intervals, expressions); take this as a start.

`outcome_reward` is for TRL's GRPOTrainer, `reward_func` for OpenRLHF's --remote_rm_url.
"""

import re
from fractions import Fraction

OUTPUT = re.compile(r"<output>\s*(.*?)\s*</output>", re.DOTALL)
BOXED = re.compile(r"\\boxed\{([^{}]*)\}")


def answer_of(text):
    """What the last <output> step says, or None where there is none."""
    outputs = OUTPUT.findall(text)
    if not outputs:
        return None
    boxed = BOXED.findall(outputs[-1])
    said = boxed[-1] if boxed else outputs[-1]
    phrase = re.findall(r"answer\s+is\s*:?\s*(.+?)\.?$", said, re.IGNORECASE)
    return phrase[-1] if phrase else said


def value_of(answer):
    plain = re.sub(r"[,\s$]", "", answer).rstrip(".")
    try:
        return Fraction(plain)
    except (ValueError, ZeroDivisionError):
        return re.sub(r"\s", "", answer).lower()


def is_right(response, reference):
    answer = answer_of(response)
    return answer is not None and value_of(answer) == value_of(reference)


def text_of(completion):
    return completion if isinstance(completion, str) else "".join(turn["content"] for turn in completion)


def outcome_reward(completions, answer, **_):
    return [1.0 if is_right(text_of(one), right) else 0.0 for one, right in zip(completions, answer)]


def reward_func(queries, prompts, labels, **_):
    import torch

    rewards = [1.0 if is_right(query, label) else 0.0 for query, label in zip(queries, labels)]
    scores = torch.tensor(rewards)
    return {"rewards": scores, "scores": scores, "extra_logs": {"accuracy": scores}}
