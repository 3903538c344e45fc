"""Tensors that are small on the wire and large in memory, or odd (siblings of 3.3)."""
import json
import struct

from packages import manifest, serve
from trial import entry
from wire import at_once

TEXTS = [{"name": "x", "type": "float"}, {"name": "t", "type": "text"}]


def binary(header, data):
    header = json.dumps(header).encode()
    return header + data, {"Inference-Header-Content-Length": str(len(header)), "Content-Type": "application/octet-stream"}


@entry("n.6", "millions of empty texts as a tensor, outputs a million times, lengths that lie", deadline=5)
def odd_tensors(t):
    problem = serve(t.node, manifest("tensors", TEXTS))
    t.expect("the project in service", problem is None, problem)
    path, rows = "/v2/models/tensors/infer", 1_000_000
    empty = {
        "inputs": [
            {"name": "x", "datatype": "FP32", "shape": [rows, 1], "parameters": {"binary_data_size": 4 * rows}},
            {"name": "t", "datatype": "BYTES", "shape": [rows, 1], "parameters": {"binary_data_size": 4 * rows}},
        ]
    }
    body, headers = binary(empty, b"\x00" * (8 * rows))
    answers = at_once(16, lambda _: t.node.post(path, body, headers=headers, timeout=30))
    t.expect("200, 400, 413, 429 or 503", all(answer.status in (200, 400, 413, 429, 503) for answer in answers), answers[0])
    one = [
        {"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [1]},
        {"name": "t", "datatype": "BYTES", "shape": [1, 1], "data": ["a"]},
    ]
    for what, request in {
        "a timeout of the protocol": {"inputs": one, "parameters": {"timeout": 10**30}},
        "a priority": {"inputs": one, "parameters": {"priority": -(2**63)}},
        "an id of a megabyte": {"id": "i" * 1_000_000, "inputs": one},
        "a shape past all integers": {"inputs": [{**one[0], "shape": [2**63, 2**63]}]},
        "a negative shape": {"inputs": [{**one[0], "shape": [-1, -1]}]},
    }.items():
        t.expect_status(f"{what} refused", t.node.post(path, request), 400, 413, within=2)
    repeated = t.node.post(path, {"inputs": one, "outputs": [{"name": "probabilities"}] * 1_000_000})
    t.expect_status("a million outputs, refused or taken for one", repeated, 200, 400, 413, within=3)
    t.expect("an answer below 64 KiB", len(repeated.body) < 65536, len(repeated.body))
    lying = {"inputs": [{"name": "t", "datatype": "BYTES", "shape": [1, 1], "parameters": {"binary_data_size": 8}}, one[0]]}
    body, headers = binary(lying, struct.pack("<I", 0xFFFFFFF0) + b"abcd")
    t.expect_status("a length that lies refused", t.node.post(path, body, headers=headers), 400)
