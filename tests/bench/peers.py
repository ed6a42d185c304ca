#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ONNX Runtime and PyTorch take for the cases of `myna bench ops`.

Talks in lines of JSON with the program that measures: first the versions, then for each request
{"id", "kind", "a", "b", "c", "type", "weights", "runs"} the best seconds of `runs` runs by peer.
Peers that are not installed are left out. Two processes side by side measure in turn, so that both
see the same machine.
"""
import json
import sys
import time

import numpy as np

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 1
peers = {}
try:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    peers["onnxruntime"] = onnxruntime.__version__
except ImportError:
    pass
try:
    import torch

    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)
    peers["torch"] = torch.__version__.split("+")[0]
except ImportError:
    pass

random = np.random.default_rng(1)


def values(*shape, scale=0.02):
    return (random.uniform(-1, 1, shape) * scale).astype(np.float32)


class Model:
    """An ONNX graph that is written line by line."""

    def __init__(self, *shape, kind=np.float32):
        self.nodes, self.constants, self.n = [], [], 0
        self.kind = kind
        self.shape = shape

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, op, *inputs, domain="", **attributes):
        self.n += 1
        self.nodes.append(helper.make_node(op, list(inputs), [f"t{self.n}"], domain=domain, **attributes))
        return f"t{self.n}"

    def session(self, *outputs):
        element = helper.np_dtype_to_tensor_dtype(np.dtype(self.kind))
        graph = helper.make_graph(
            self.nodes,
            "case",
            [helper.make_tensor_value_info("x", element, self.shape)],
            [helper.make_tensor_value_info(name, element, None) for name in outputs],
            self.constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        )
        model.ir_version = 9
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        x = random.uniform(-1, 1, self.shape).astype(self.kind)
        return lambda: session.run(None, {"x": x})


# ---- ONNX Runtime ----


def onnx_conv(m, x, c, k, dilation, spatial=1):
    weight = m.constant(values(c, c, *[k] * spatial))
    bias = m.constant(values(c))
    pad = dilation * (k - 1) // 2
    return m.add("Conv", x, weight, bias, dilations=[dilation] * spatial, pads=[pad] * 2 * spatial)


def onnx_stack(r):
    m = Model(1, r["a"], r["b"])
    total = None
    for k in (3, 7, 11):
        x = "x"
        for dilation in (1, 3, 5):
            y = onnx_conv(m, m.add("LeakyRelu", x, alpha=0.1), r["a"], k, dilation)
            y = onnx_conv(m, m.add("LeakyRelu", y, alpha=0.1), r["a"], k, 1)
            x = m.add("Add", y, x)
        total = x if total is None else m.add("Add", total, x)
    return m.session(m.add("Mul", total, m.constant(np.float32([1 / 3]))))


def onnx_gemm(r):
    m = Model(r["a"], r["b"])
    return m.session(m.add("MatMul", "x", m.constant(values(r["b"], r["c"]))))


def onnx_gemv(r):
    if r["type"] == "bf16":
        return None
    if r["type"] == "i8":
        # What its quantiser makes of a linear layer.
        m = Model(1, r["a"])
        outputs = []
        for _ in range(r["weights"]):
            weight = m.constant(random.integers(-127, 127, (r["a"], r["b"]), dtype=np.int8))
            scale = m.constant(np.full(r["b"], 1e-3, np.float32))
            outputs.append(m.add("DynamicQuantizeMatMul", "x", weight, scale, domain="com.microsoft"))
        return m.session(*outputs)
    m = Model(1, r["a"], kind=np.float16)
    outputs = []
    for _ in range(r["weights"]):
        outputs.append(m.add("MatMul", "x", m.constant(values(r["a"], r["b"]).astype(np.float16))))
    return m.session(*outputs)


def onnx_attention(r):
    heads, width, t = r["a"], r["b"], r["c"]
    m = Model(1, t, heads * width)
    y = m.add("MultiHeadAttention", "x", "x", "x", domain="com.microsoft", num_heads=heads)
    return m.session(y)


def onnx_conv_2d(r):
    m = Model(1, r["a"], r["b"], r["b"])
    return m.session(onnx_conv(m, "x", r["a"], 3, 1, 2))


def onnx_upsample(r):
    m = Model(1, r["a"], r["b"])
    weight = m.constant(values(r["a"], r["a"] // 2, 2 * r["c"]))
    return m.session(m.add("ConvTranspose", "x", weight, strides=[r["c"]], pads=[r["c"] // 2] * 2))


def onnx_norm(r):
    m = Model(r["b"], r["a"])
    return m.session(m.add("LayerNormalization", "x", m.constant(np.ones(r["a"], np.float32)), axis=-1))


def onnx_gate(r):
    m = Model(r["b"], 2 * r["a"])
    half, end = m.constant(np.int64([r["a"]])), m.constant(np.int64([2 * r["a"]]))
    zero, axis = m.constant(np.int64([0])), m.constant(np.int64([1]))
    a = m.add("Tanh", m.add("Slice", "x", zero, half, axis))
    b = m.add("Sigmoid", m.add("Slice", "x", half, end, axis))
    return m.session(m.add("Mul", a, b))


# ---- PyTorch ----


def torch_conv(c, k, dilation):
    layer = torch.nn.Conv1d(c, c, k, dilation=dilation, padding=dilation * (k - 1) // 2)
    return layer


def torch_stack(r):
    layers = [[(torch_conv(r["a"], k, d), torch_conv(r["a"], k, 1)) for d in (1, 3, 5)] for k in (3, 7, 11)]
    x0 = torch.rand(1, r["a"], r["b"])
    leaky = torch.nn.functional.leaky_relu

    def run():
        total = None
        for block in layers:
            x = x0
            for first, second in block:
                x = x + second(leaky(first(leaky(x, 0.1)), 0.1))
            total = x if total is None else total + x
        return total / 3

    return run


def torch_gemm(r):
    x, w = torch.rand(r["a"], r["b"]), torch.rand(r["c"], r["b"])
    return lambda: torch.nn.functional.linear(x, w)


def torch_gemv(r):
    if r["type"] == "i8":
        return None
    kind = torch.float16 if r["type"] == "f16" else torch.bfloat16
    x = torch.rand(1, r["a"]).to(kind)
    weights = [torch.rand(r["b"], r["a"]).to(kind) for _ in range(r["weights"])]
    return lambda: [torch.nn.functional.linear(x, w) for w in weights]


def torch_attention(r):
    q = torch.rand(1, r["c"], r["a"], r["b"]).transpose(1, 2)
    return lambda: torch.nn.functional.scaled_dot_product_attention(q, q, q)


def torch_decode(r):
    q = torch.rand(1, r["a"], 1, r["b"]).to(torch.float16)
    k = torch.rand(1, r["c"], r["a"], r["b"]).to(torch.float16).transpose(1, 2)
    return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, k)


def torch_conv_2d(r):
    layer = torch.nn.Conv2d(r["a"], r["a"], 3, padding=1)
    x = torch.rand(1, r["a"], r["b"], r["b"])
    return lambda: layer(x)


def torch_upsample(r):
    layer = torch.nn.ConvTranspose1d(r["a"], r["a"] // 2, 2 * r["c"], stride=r["c"], padding=r["c"] // 2)
    x = torch.rand(1, r["a"], r["b"])
    return lambda: layer(x)


def torch_norm(r):
    x = torch.rand(r["b"], r["a"])
    return lambda: torch.nn.functional.layer_norm(x, (r["a"],))


def torch_gate(r):
    x = torch.rand(r["b"], 2 * r["a"])

    def run():
        a, b = x.chunk(2, dim=1)
        return torch.tanh(a) * torch.sigmoid(b)

    return run


# ---- measuring ----

ready = {}


def prepare(peer, request):
    """The case as a function, kept; None where the peer has no way."""
    key = peer, request["id"]
    if key not in ready:
        for old in [k for k in ready if k[1] != request["id"]]:
            del ready[old]  # its memory would be in the way
        make = globals().get(("onnx_" if peer == "onnxruntime" else "torch_") + request["kind"].replace("-", "_"))
        try:
            run = make(request) if make else None
            if run:
                run()
        except Exception as error:  # a kernel that this build lacks
            print(f"{peer}, {request['id']}: {error}", file=sys.stderr)
            run = None
        ready[key] = run
    return ready[key]


def best_of(run, n):
    best = float("inf")
    for _ in range(n):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def main():
    print(json.dumps(peers), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        run = prepare(request["peer"], request) if request["peer"] in peers else None
        print(json.dumps({"seconds": best_of(run, request["runs"]) if run else -1}), flush=True)


main()
