"""Published language models in PyTorch, by transformers: texts written after prompts of equal length, with its caches."""

import json
import os

import torch
from tokenizers import Tokenizer
from transformers import GPT2LMHeadModel, MambaForCausalLM, T5ForConditionalGeneration

MODELS = {"gpt2": GPT2LMHeadModel, "mamba": MambaForCausalLM, "t5": T5ForConditionalGeneration}


def writer(folder, prompts, tokens, beams, dtype):
    """So many tokens after each prompt: nothing ends them. Prompts are tokenised before."""
    with open(os.path.join(folder, "config.json"), encoding="utf8") as file:
        kind = json.load(file)["model_type"]
    model = MODELS[kind].from_pretrained(folder, dtype=dtype).eval()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    ids = torch.tensor([tokenizer.encode(prompt).ids for prompt in prompts])
    how = dict(max_new_tokens=tokens, do_sample=False, num_beams=beams, attention_mask=torch.ones_like(ids))

    def run():
        return model.generate(ids, **how)[:, -tokens:]

    return run
