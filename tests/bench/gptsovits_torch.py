#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPT-SoVITS' networks in PyTorch, written from the maths, to measure beside `myna bench speak`.

Talks in lines of JSON with the program that measures: first the version, then for each request
{"stage": "t2s", …} what it took. Weights are made up by the same formula as the program's, so that
both compute the same: each answer has some results to compare. What others add: a module
gptsovits_torch_*.py beside this one with a dictionary STAGES of functions by stage.
"""
import glob
import importlib
import json
import math
import os
import sys
import time

import numpy as np
import torch

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 1
torch.set_num_threads(THREADS)
torch.set_grad_enabled(False)
F = torch.nn.functional


def made_up(name, *shape):
    """The tensor that myna_gsv_shapes_make_tensors() makes."""
    n, fan = math.prod(shape), math.prod(shape[1:])
    if fan <= 1:
        gain = not name.endswith(("bias", "beta"))
        return torch.full(shape, 1.0 if gain else 0.0)
    seed = 5381
    for byte in name.encode():
        seed = (seed * 33 + (byte if byte < 128 else byte - 256)) & 0xFFFFFFFF
    h = np.arange(1, n + 1, dtype=np.uint32)
    h *= np.uint32(2654435769)
    h += np.uint32(seed)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x21F0AAAD)
    h ^= h >> np.uint32(15)
    values = (h >> np.uint32(8)).astype(np.float32) - np.float32(8388608)
    values *= np.float32(np.float32(math.sqrt(np.float32(3.0) / np.float32(fan))) / np.float32(8388608))
    return torch.from_numpy(values.reshape(shape))


def linear(name, out, inner, bias=True):
    return made_up(name + ".weight", out, inner), made_up(name + ".bias", out) if bias else None


def norm(name, channels):
    return made_up(name + ".weight", channels), made_up(name + ".bias", channels)


# ---- T2S: 24 layers of 512 channels after norms, keys and values kept ----

CHANNELS, HEADS, INNER, LAYERS, VOCABULARY, PHONES = 512, 16, 2048, 24, 1025, 732


def t2s_weights():
    layers = []
    for i in range(LAYERS):
        name = f"h.layers.{i}."
        layers.append(
            {
                "qkv": (
                    made_up(name + "self_attn.in_proj_weight", 3 * CHANNELS, CHANNELS),
                    made_up(name + "self_attn.in_proj_bias", 3 * CHANNELS),
                ),
                "out": linear(name + "self_attn.out_proj", CHANNELS, CHANNELS),
                "up": linear(name + "linear1", INNER, CHANNELS),
                "down": linear(name + "linear2", CHANNELS, INNER),
                "norm1": norm(name + "norm1", CHANNELS),
                "norm2": norm(name + "norm2", CHANNELS),
            }
        )
    return {
        "phones": made_up("ar_text_embedding.word_embeddings.weight", PHONES, CHANNELS),
        "tokens": made_up("ar_audio_embedding.word_embeddings.weight", VOCABULARY, CHANNELS),
        "bert": linear("bert_proj", CHANNELS, 1024),
        "predict": made_up("ar_predict_layer.weight", VOCABULARY, CHANNELS),
        "layers": layers,
    }


def positions(n):
    place = torch.arange(n).float()[:, None]
    rate = torch.exp(torch.arange(0, CHANNELS, 2).float() * -(math.log(10000.0) / CHANNELS))
    return torch.stack([torch.sin(place * rate), torch.cos(place * rate)], -1).reshape(n, CHANNELS)


def t2s_layer(x, w, cache, mask):
    heads = [part.view(-1, HEADS, CHANNELS // HEADS).transpose(0, 1) for part in F.linear(x, *w["qkv"]).chunk(3, -1)]
    q, k, v = heads
    if cache is not None:
        k, v = torch.cat([cache[0], k], 1), torch.cat([cache[1], v], 1)
    y = F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=mask)[0]
    y = F.linear(y.transpose(0, 1).reshape(-1, CHANNELS), *w["out"])
    x = F.layer_norm(x + y, (CHANNELS,), *w["norm1"])
    y = F.linear(F.relu(F.linear(x, *w["up"])), *w["down"])
    return F.layer_norm(x + y, (CHANNELS,), *w["norm2"]), (k, v)


def draw(logits, seen):
    """Top 15 with a penalty for what was there before; EOS, the last, does not come."""
    logits = logits[:-1].clone()
    index = torch.tensor(sorted(seen))
    found = logits[index]
    logits[index] = torch.where(found < 0, found * 1.35, found / 1.35)
    values, tokens = torch.topk(logits, 15)
    return int(tokens[torch.multinomial(torch.softmax(values, 0), 1)])


def t2s_run(w, phones, prompt, n_tokens):
    table = positions(4096)
    started = time.perf_counter()
    text, audio = len(phones), len(prompt)
    x = w["phones"][phones] + F.linear(torch.zeros(text, 1024), *w["bert"]) + table[:text]
    x = torch.cat([x, w["tokens"][prompt] + table[:audio]])
    mask = torch.zeros(text + audio, text + audio)
    mask[:, text:] = torch.triu(torch.full((text + audio, audio), -math.inf), diagonal=1 - text)
    mask[:text, text:] = -math.inf
    caches = []
    for layer in w["layers"]:
        x, cache = t2s_layer(x, layer, None, mask)
        caches.append(cache)
    logits = first = F.linear(x[-1], w["predict"])
    begun = time.perf_counter()
    seen = set(prompt.tolist())
    for i in range(n_tokens):
        token = draw(logits, seen)
        seen.add(token)
        x = (w["tokens"][token] + table[audio + i])[None]
        for k, layer in enumerate(w["layers"]):
            x, caches[k] = t2s_layer(x, layer, caches[k], None)
        logits = F.linear(x[0], w["predict"])
    return begun - started, time.perf_counter() - begun, first


def t2s(request):
    weights = t2s.weights = getattr(t2s, "weights", None) or t2s_weights()
    phones = torch.arange(request["phones"]) * 7 % PHONES
    prompt = torch.arange(request["prompt"]) * 11 % 1024
    runs = [t2s_run(weights, phones, prompt, request["tokens"]) for _ in range(request["runs"])]
    return {
        "prefill": min(run[0] for run in runs),
        "decode": min(run[1] for run in runs),
        "results": [float(value) for value in runs[0][2][:8]],
    }


# ---- RoBERTa: 22 layers of 1024 channels ----


def roberta_weights():
    layers = []
    for i in range(22):
        name = f"encoder.layer.{i}."
        layer = {k: linear(f"{name}attention.self.{k}", 1024, 1024) for k in ("query", "key", "value")}
        layer["out"] = linear(name + "attention.output.dense", 1024, 1024)
        layer["norm"] = norm(name + "attention.output.LayerNorm", 1024)
        layer["up"] = linear(name + "intermediate.dense", 4096, 1024)
        layer["down"] = linear(name + "output.dense", 1024, 4096)
        layer["last_norm"] = norm(name + "output.LayerNorm", 1024)
        layers.append(layer)
    return {
        "words": made_up("embeddings.word_embeddings.weight", 21128, 1024),
        "positions": made_up("embeddings.position_embeddings.weight", 512, 1024),
        "types": made_up("embeddings.token_type_embeddings.weight", 2, 1024),
        "norm": norm("embeddings.LayerNorm", 1024),
        "layers": layers,
    }


def roberta_run(w, ids):
    started = time.perf_counter()
    x = F.layer_norm(w["words"][ids] + w["positions"][: len(ids)] + w["types"][0], (1024,), *w["norm"], 1e-12)
    for layer in w["layers"]:
        q, k, v = (F.linear(x, *layer[k]).view(-1, 16, 64).transpose(0, 1)[None] for k in ("query", "key", "value"))
        y = F.scaled_dot_product_attention(q, k, v)[0].transpose(0, 1).reshape(-1, 1024)
        x = F.layer_norm(x + F.linear(y, *layer["out"]), (1024,), *layer["norm"], 1e-12)
        y = F.linear(F.gelu(F.linear(x, *layer["up"])), *layer["down"])
        x = F.layer_norm(x + y, (1024,), *layer["last_norm"], 1e-12)
    return time.perf_counter() - started, x


def roberta(request):
    weights = roberta.weights = getattr(roberta, "weights", None) or roberta_weights()
    ids = torch.arange(request["ids"]) * 13 % 21128
    runs = [roberta_run(weights, ids) for _ in range(request["runs"])]
    return {"seconds": min(run[0] for run in runs), "results": [float(value) for value in runs[0][1][1, :8]]}


STAGES = {"t2s": t2s, "roberta": roberta}


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    for path in sorted(glob.glob(os.path.join(folder, "gptsovits_torch_*.py"))):
        STAGES.update(importlib.import_module(os.path.basename(path)[:-3]).STAGES)
    print(json.dumps({"torch": torch.__version__.split("+")[0]}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        stage = STAGES.get(request["stage"])
        print(json.dumps(stage(request) if stage else {}), flush=True)


if __name__ == "__main__":
    main()
