"""Writes onnx/model.onnx and onnx/model_quantized.onnx into the folder of a BERT, as transformers.js looks for them.

    python export_onnx.py FOLDER
"""

import os
import sys

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertModel

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["last_hidden_state", "sentence_embedding"]


class Encoder(torch.nn.Module):
    """The hidden rows, and their mean at unit length."""

    def __init__(self, folder):
        super().__init__()
        self.model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.model.embeddings(input_ids, token_type_ids)
        unseen = (1 - attention_mask[:, None, None, :].float()) * -1e9
        hidden = self.model.encoder(hidden, attention_mask=unseen).last_hidden_state
        seen = attention_mask[..., None].float()
        return hidden, torch.nn.functional.normalize((hidden * seen).sum(1) / seen.sum(1), dim=1)


def main(folder):
    made, finished = os.path.join(folder, "onnx.part"), os.path.join(folder, "onnx")
    os.makedirs(made, exist_ok=True)
    whole, quantized = (os.path.join(made, name) for name in ("model.onnx", "model_quantized.onnx"))
    ids = torch.randint(0, 30_000, (2, 16))
    axes = {name: {0: "batch", 1: "length"} for name in [*INPUTS, OUTPUTS[0]]} | {OUTPUTS[1]: {0: "batch"}}
    with torch.no_grad():
        torch.onnx.export(
            Encoder(folder), (ids, torch.ones_like(ids), torch.zeros_like(ids)), whole,
            input_names=INPUTS, output_names=OUTPUTS, dynamic_axes=axes, opset_version=17, dynamo=False,
        )
    quantize_dynamic(whole, quantized, weight_type=QuantType.QInt8)
    os.rename(made, finished)


main(sys.argv[1])
