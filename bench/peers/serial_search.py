"""A tree search as the paper's code does it, over transformers: one node at a time, each with the whole beginning encoded anew.

Selection goes down by UCT, an unvisited child first; every node on the way is expanded at once into all of its children by one call of `generate`;
from there a random child is taken until the end; the value goes back up. Ours in bench/search has the same rule.
"""

import math
import random
import re

import torch
from tokenizers import Tokenizer


class Node:
    def __init__(self, ids, depth, is_end, parent):
        self.ids, self.depth, self.is_end, self.parent = ids, depth, is_end, parent
        self.children = None
        self.visits, self.value = 0, 0.0


class Search:
    def __init__(self, model, command):
        self.model, self.command = model, command
        self.tokenizer = Tokenizer.from_file(f"{command['modelFolder']}/tokenizer.json")
        end = model.generation_config.eos_token_id
        self.ends = set(end if isinstance(end, list) else [end])
        self.random = random.Random(1)
        torch.manual_seed(1)

    def run(self, question, rollouts):
        """Grows a new tree; counts stay on this object until the next call."""
        self.expansions = self.new_tokens = self.prefilled = 0
        root = Node(list(question["ids"]), 0, False, None)
        for _ in range(rollouts):
            node = self.select(root)
            while not node.is_end:
                self.expand(node)
                node = self.random.choice(node.children)
            self.back_up(node, self.value(node, question))
        return self

    def select(self, node):
        while node.children:
            fresh = [child for child in node.children if child.visits == 0]
            if fresh:
                return self.random.choice(fresh)
            node = max(node.children, key=lambda child: self.score(node, child))
        return node

    def score(self, parent, child):
        return child.value / child.visits + 2 * math.sqrt(math.log(parent.visits) / child.visits)

    def expand(self, node):
        if node.children is not None:
            return
        self.expansions += 1
        self.prefilled += self.command["children"] * len(node.ids)
        node.children = []
        for new in self.extend(node.ids, self.command["newTokens"]):
            at = next((i for i, token in enumerate(new) if token in self.ends), None)
            kept = new if at is None else new[: at + 1]
            self.new_tokens += len(kept)
            is_end = at is not None or node.depth + 1 >= self.command["depth"]
            node.children.append(Node(node.ids + kept, node.depth + 1, is_end, node))

    def extend(self, ids, count):
        given = torch.tensor([ids])
        with torch.no_grad():
            rows = self.model.generate(
                given,
                attention_mask=torch.ones_like(given),
                do_sample=True,
                temperature=0.8,
                top_k=0,
                num_return_sequences=self.command["children"],
                max_new_tokens=count,
                pad_token_id=0,
            )
        return rows[:, len(ids) :].tolist()

    def value(self, node, question):
        """A right answer, the last number of the text, is worth 1."""
        text = self.tokenizer.decode(node.ids[len(question["ids"]) :])
        numbers = re.findall(r"-?\d[\d,]*\.?\d*", text)
        return float(bool(numbers) and numbers[-1].rstrip(".").replace(",", "") == question["answer"].replace(",", ""))

    def back_up(self, node, value):
        while node:
            node.visits += 1
            node.value += value
            node = node.parent
