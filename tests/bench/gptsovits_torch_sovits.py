# SPDX-License-Identifier: GPL-3.0-or-later
"""SoVITS v2Pro and v2ProPlus, CNHuBERT and ERes2NetV2 in PyTorch, for gptsovits_torch.py."""
import math
import time

import torch

from __main__ import linear, made_up, norm

F = torch.nn.functional


def bias_of(name, channels, has_bias):
    return made_up(name + ".bias", channels) if has_bias else None


def conv(name, *shape, bias=True):
    return made_up(name + ".weight", *shape), bias_of(name, shape[0], bias)


def normed(name, *shape, transposed=False):
    """A weight-normalised layer, folded as one does for inference."""
    v, g = made_up(name + ".weight_v", *shape), made_up(name + ".weight_g", shape[0], 1, 1)
    return v * (g / v.flatten(1).norm(dim=1)[:, None, None]), bias_of(name, shape[1 if transposed else 0], True)


# ---- SoVITS ----


class Encoder:
    """Attention with relative places up to 4, two heads, and convolutions of 3 taps."""

    def __init__(self, name, layers):
        self.layers = []
        for i in range(layers):
            attn, ffn = f"{name}.attn_layers.{i}.", f"{name}.ffn_layers.{i}."
            layer = {k: conv(attn + "conv_" + k, 192, 192, 1) for k in "qkvo"}
            layer["rel_k"] = made_up(attn + "emb_rel_k", 1, 9, 96)
            layer["rel_v"] = made_up(attn + "emb_rel_v", 1, 9, 96)
            layer["up"] = conv(ffn + "conv_1", 768, 192, 3)
            layer["down"] = conv(ffn + "conv_2", 192, 768, 3)
            for n in (1, 2):
                place = f"{name}.norm_layers_{n}.{i}."
                layer[f"norm{n}"] = made_up(place + "gamma", 192), made_up(place + "beta", 192)
            self.layers.append(layer)

    def __call__(self, x):
        n = x.shape[2]
        offset = torch.arange(n)[None] - torch.arange(n)[:, None]
        near, index = offset.abs() <= 4, offset.clamp(-4, 4) + 4
        for w in self.layers:
            q, k, v = (F.conv1d(x, *w[name]).view(2, 96, n).transpose(1, 2) for name in "qkv")
            q = q / math.sqrt(96)
            scores = q @ k.transpose(1, 2)
            relative = q @ w["rel_k"].transpose(1, 2)
            scores = scores + torch.gather(relative, 2, index.expand(2, n, n)) * near
            p = torch.softmax(scores, -1)
            sums = torch.zeros(2, n, 9).scatter_add_(2, index.expand(2, n, n), p * near)
            y = (p @ v + sums @ w["rel_v"]).transpose(1, 2).reshape(1, 192, n)
            x = self.norm(x + F.conv1d(y, *w["o"]), w["norm1"])
            y = F.conv1d(F.relu(F.conv1d(x, *w["up"], padding=1)), *w["down"], padding=1)
            x = self.norm(x + y, w["norm2"])
        return x

    @staticmethod
    def norm(x, w):
        return F.layer_norm(x.transpose(1, 2), (192,), *w).transpose(1, 2)


class Sovits:
    def __init__(self, plus):
        first = 768 if plus else 512
        taps = (20 if plus else 16, 16, 8, 2, 2)
        self.rates = (10, 8, 2, 2, 2)
        self.codebook = made_up("quantizer.vq.layers.0._codebook.embed", 1024, 768)
        self.ssl = conv("enc_p.ssl_proj", 192, 768, 1)
        self.phones = made_up("enc_p.text_embedding.weight", 732, 192)
        self.encoders = [Encoder("enc_p." + n, k) for n, k in (("encoder_ssl", 3), ("encoder_text", 6), ("encoder2", 3))]
        mrte = "enc_p.mrte."
        self.pre = conv(mrte + "c_pre", 512, 192, 1), conv(mrte + "text_pre", 512, 192, 1)
        self.cross = {k: conv(f"{mrte}cross_attention.conv_{k}", 512, 512, 1) for k in "qkvo"}
        self.post = conv(mrte + "c_post", 192, 512, 1)
        self.proj = conv("enc_p.proj", 384, 192, 1)
        self.to512 = linear("ge_to512", 512, 1024)
        self.flows = [self.coupling(f"flow.flows.{i}.") for i in (6, 4, 2, 0)]
        self.conv_pre = conv("dec.conv_pre", first, 192, 7)
        self.cond = conv("dec.cond", first, 1024, 1)
        self.ups, self.blocks = [], []
        for i in range(5):
            a, b = first >> i, first >> (i + 1)
            self.ups.append(normed(f"dec.ups.{i}", a, b, taps[i], transposed=True))
            for j, k in enumerate((3, 7, 11)):
                name = f"dec.resblocks.{3 * i + j}."
                self.blocks.append([[normed(f"{name}convs{n}.{d}", b, b, k) for n in (1, 2)] for d in range(3)])
        self.conv_post = conv("dec.conv_post", 1, first >> 5, 7, bias=False)

    @staticmethod
    def coupling(name):
        return {
            "pre": conv(name + "pre", 192, 96, 1),
            "cond": normed(name + "enc.cond_layer", 1536, 1024, 1),
            "in": [normed(f"{name}enc.in_layers.{i}", 384, 192, 5) for i in range(4)],
            "skip": [normed(f"{name}enc.res_skip_layers.{i}", 384 if i < 3 else 192, 192, 1) for i in range(4)],
            "post": conv(name + "post", 96, 192, 1),
        }

    def prior(self, tokens, phones, timbre):
        x = self.codebook[tokens].T[None].repeat_interleave(2, 2)
        x = self.encoders[0](F.conv1d(x, *self.ssl))
        text = self.encoders[1](self.phones[phones].T[None])
        x, text = F.conv1d(x, *self.pre[0]), F.conv1d(text, *self.pre[1])
        heads = [F.conv1d(v, *self.cross[k]).view(1, 4, 128, -1).transpose(2, 3) for k, v in zip("qkv", (x, text, text))]
        y = F.scaled_dot_product_attention(*heads).transpose(2, 3).reshape(1, 512, -1)
        x = F.conv1d(y, *self.cross["o"]) + x + F.linear(timbre, *self.to512)[None, :, None]
        return F.conv1d(self.encoders[2](F.conv1d(x, *self.post)), *self.proj)[:, :192]

    def flow(self, x, timbre):
        for w in self.flows:
            x = x.flip(1)
            x0, x1 = x[:, :96], x[:, 96:]
            h, total = F.conv1d(x0, *w["pre"]), 0
            cond = F.conv1d(timbre[None, :, None], *w["cond"]).view(4, 384, 1)
            for i in range(4):
                a = F.conv1d(h, *w["in"][i], padding=2) + cond[i]
                a = F.conv1d(torch.tanh(a[:, :192]) * torch.sigmoid(a[:, 192:]), *w["skip"][i])
                if i < 3:
                    h = h + a[:, :192]
                total = total + a[:, -192:]
            x = torch.cat([x0, x1 - F.conv1d(total, *w["post"])], 1)
        return x

    def generator(self, x, timbre):
        x = F.conv1d(x, *self.conv_pre, padding=3) + F.conv1d(timbre[None, :, None], *self.cond)
        for i, (up, rate) in enumerate(zip(self.ups, self.rates)):
            pad = (up[0].shape[2] - rate) // 2
            x = F.conv_transpose1d(F.leaky_relu(x, 0.1), *up, stride=rate, padding=pad)
            x = sum(self.block(x, self.blocks[3 * i + j], k) for j, k in enumerate((3, 7, 11))) / 3
        return torch.tanh(F.conv1d(F.leaky_relu(x), *self.conv_post, padding=3))

    @staticmethod
    def block(x, units, taps):
        for (a, b), dilation in zip(units, (1, 3, 5)):
            y = F.conv1d(F.leaky_relu(x, 0.1), *a, padding=dilation * (taps - 1) // 2, dilation=dilation)
            x = x + F.conv1d(F.leaky_relu(y, 0.1), *b, padding=(taps - 1) // 2)
        return x

    def run(self, tokens, phones, timbre):
        marks = [time.perf_counter()]
        x = self.prior(tokens, phones, timbre)
        marks.append(time.perf_counter())
        x = self.flow(x, timbre)
        marks.append(time.perf_counter())
        x = self.generator(x, timbre)[0, 0]
        marks.append(time.perf_counter())
        return [b - a for a, b in zip(marks, marks[1:])], x


models = {}


def model(kind, *arguments):
    key = kind, *arguments
    if key not in models:
        models[key] = kind(*arguments)
    return models[key]


def best(runs, *arguments):
    """The best of each part, and the values."""
    parts = [run(*arguments) for run in runs]
    return [min(part[0][i] for part in parts) for i in range(len(parts[0][0]))], parts[0][1]


def sovits(request):
    network = model(Sovits, request["network"] == "s2-v2proplus")
    tokens = torch.arange(request["tokens"]) * 37 % 1024
    phones = torch.arange(request["phones"]) * 11 % 732
    timbre = torch.sin(torch.arange(1024).float())
    seconds, sound = best([network.run] * request["runs"], tokens, phones, timbre)
    return {
        **dict(zip(("prior", "flow", "generator"), seconds)),
        "results": [float(value) for value in sound[len(sound) // 2 :][:8]],
    }


# ---- CNHuBERT ----


class Hubert:
    def __init__(self):
        name = "feature_extractor.conv_layers."
        taps = (10, 3, 3, 3, 3, 2, 2)
        self.convs = [made_up(f"{name}{i}.conv.weight", 512, 512 if i else 1, k) for i, k in enumerate(taps)]
        self.conv_norm = norm(name + "0.layer_norm", 512)
        self.norm = norm("feature_projection.layer_norm", 512)
        self.projection = linear("feature_projection.projection", 768, 512)
        place = "encoder.pos_conv_embed.conv"
        v, g = made_up(place + ".weight_v", 768, 48, 128), made_up(place + ".weight_g", 1, 1, 128)
        self.place = v * (g / v.flatten(0, 1).norm(dim=0)), made_up(place + ".bias", 768)
        self.first_norm = norm("encoder.layer_norm", 768)
        self.layers = []
        for i in range(12):
            name = f"encoder.layers.{i}."
            layer = {k: linear(f"{name}attention.{k}_proj", 768, 768) for k in ("q", "k", "v", "out")}
            layer["norm"] = norm(name + "layer_norm", 768)
            layer["up"] = linear(name + "feed_forward.intermediate_dense", 3072, 768)
            layer["down"] = linear(name + "feed_forward.output_dense", 768, 3072)
            layer["last"] = norm(name + "final_layer_norm", 768)
            self.layers.append(layer)

    def run(self, sound):
        started = time.perf_counter()
        x = sound[None, None]
        for i, w in enumerate(self.convs):
            x = F.conv1d(x, w, stride=2 if i else 5)
            x = F.gelu(x if i else F.group_norm(x, 512, *self.conv_norm))
        x = F.linear(F.layer_norm(x[0].T, (512,), *self.norm), *self.projection)
        y = F.conv1d(x.T[None], *self.place, padding=64, groups=16)[0, :, :-1]
        x = F.layer_norm(x + F.gelu(y).T, (768,), *self.first_norm)
        for w in self.layers:
            q, k, v = (F.linear(x, *w[k]).view(-1, 12, 64).transpose(0, 1)[None] for k in "qkv")
            y = F.scaled_dot_product_attention(q, k, v)[0].transpose(0, 1).reshape(-1, 768)
            x = F.layer_norm(x + F.linear(y, *w["out"]), (768,), *w["norm"])
            y = F.linear(F.gelu(F.linear(x, *w["up"])), *w["down"])
            x = F.layer_norm(x + y, (768,), *w["last"])
        return [time.perf_counter() - started], x


def hubert(request):
    n = request["samples"]
    sound = 0.3 * torch.sin(torch.arange(n).double() * 0.05).float()
    seconds, x = best([model(Hubert).run] * request["runs"], sound)
    return {"seconds": seconds[0], "results": [float(value) for value in x[len(x) // 2, :8]]}


# ---- ERes2NetV2 ----


def image_conv(name, normal, *shape, bias=False):
    """A convolution and the batch norm after it, folded."""
    w, b = made_up(name + ".weight", *shape), bias_of(name, shape[0], bias)
    if normal is None:
        return w, b
    gain, offset, mean, variance = (
        made_up(f"{normal}.{k}", shape[0]) for k in ("weight", "bias", "running_mean", "running_var")
    )
    factor = gain / torch.sqrt(variance + 1e-5)
    return w * factor[:, None, None, None], ((b if bias else 0) - mean) * factor + offset


class Fusion:
    def __init__(self, name, channels):
        name += ".local_att."
        self.squeeze = image_conv(name + "0", name + "1", channels // 4, 2 * channels, 1, 1, bias=True)
        self.expand = image_conv(name + "3", name + "4", channels, channels // 4, 1, 1, bias=True)

    def __call__(self, a, b):
        u = F.silu(F.conv2d(torch.cat([a, b], 1), *self.squeeze))
        u = 1 + torch.tanh(F.conv2d(u, *self.expand))
        return a * u + b * (2 - u)


def cap(x):
    return x.clamp(0, 20)


class Speaker:
    def __init__(self):
        self.stem = image_conv("conv1", "bn1", 64, 1, 3, 3)
        self.blocks, inner = [], 64
        for stage, (count, planes) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
            width, outer = planes * 24 // 64, 4 * planes
            for i in range(count):
                name = f"layer{stage + 1}.{i}."
                block = {
                    "stride": 2 if i == 0 and stage else 1,
                    "enter": image_conv(name + "conv1", name + "bn1", 4 * width, inner, 1, 1),
                    "parts": [image_conv(f"{name}convs.{j}", f"{name}bns.{j}", width, width, 3, 3) for j in range(4)],
                    "fusions": [Fusion(f"{name}fuse_models.{j}", width) for j in range(3)] if stage > 1 else None,
                    "leave": image_conv(name + "conv3", name + "bn3", outer, 4 * width, 1, 1),
                    "shortcut": None if i else image_conv(name + "shortcut.0", name + "shortcut.1", outer, inner, 1, 1),
                    "third": stage == 2 and i == count - 1,
                }
                inner = outer
                self.blocks.append(block)
        self.down = image_conv("layer3_ds", None, 2048, 1024, 3, 3)
        self.fusion = Fusion("fuse34", 2048)

    def run(self, fbank):
        started = time.perf_counter()
        x = F.relu(F.conv2d(fbank.T[None, None], *self.stem, padding=1))
        for w in self.blocks:
            y = cap(F.conv2d(x, *w["enter"], stride=w["stride"]))
            parts, part = [], None
            for j, own in enumerate(y.chunk(4, 1)):
                if j:
                    own = w["fusions"][j - 1](part, own) if w["fusions"] else part + own
                part = cap(F.conv2d(own, *w["parts"][j], padding=1))
                parts.append(part)
            if w["shortcut"] is not None:
                x = F.conv2d(x, *w["shortcut"], stride=w["stride"])
            x = cap(F.conv2d(torch.cat(parts, 1), *w["leave"]) + x)
            if w["third"]:
                third = x
        x = self.fusion(x, F.conv2d(third, *self.down, stride=2, padding=1))
        return [time.perf_counter() - started], x[0].mean(2).flatten()


def speaker(request):
    n = request["frames"]
    fbank = torch.sin(torch.arange(n * 80).double() * 0.01).float().view(n, 80)
    seconds, x = best([model(Speaker).run] * request["runs"], fbank)
    return {"seconds": seconds[0], "results": [float(value) for value in x[:: len(x) // 8]]}


STAGES = {"sovits": sovits, "hubert": hubert, "speaker": speaker}
