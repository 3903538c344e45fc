"""A client of the Open Inference Protocol with its binary data extension, of nothing but Python's standard library.

infer_client.py HOST PORT: asks the models 'types' (returns each input as it is) and 'stranger' (iris), in binary and in JSON,
and compares bits. Prints how many answers it compared; fails with what differs.
"""
import http.client
import json
import random
import struct
import sys

FORMATS = {"BOOL": "?", "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q", "INT8": "b", "INT16": "h", "INT32": "i",
           "INT64": "q", "FP16": "e", "FP32": "f", "FP64": "d"}
JSON_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}

connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=60)


def ask(method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise SystemExit(f"{method} {path}: {response.status} {answer.decode()}")
    return response, answer


def pack(datatype, values):
    if datatype == "BYTES":
        return b"".join(struct.pack("<I", len(value)) + value for value in values)
    return struct.pack(f"<{len(values)}{FORMATS[datatype]}", *values)


def infer(model, inputs, outputs, binary):
    """inputs: (name, datatype, shape, bytes). Returns {output: (shape, bytes)}."""
    header = {"inputs": [{"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(data)}}
                         for name, datatype, shape, data in inputs]}
    if outputs:
        header["outputs"] = [{"name": name, "parameters": {"binary_data": binary}} for name in outputs]
    else:
        header["parameters"] = {"binary_data_output": binary}
    text = json.dumps(header).encode()
    headers = {"Inference-Header-Content-Length": str(len(text)), "Content-Type": "application/octet-stream"}
    response, answer = ask("POST", f"/v2/models/{model}/infer", text + b"".join(data for _, _, _, data in inputs), headers)
    length = response.getheader("Inference-Header-Content-Length")
    if binary != (length is not None):
        raise SystemExit(f"{model}: binary is {binary}, the answer's header is {length}")
    document = json.loads(answer[:int(length)] if length else answer)
    at, found = int(length or 0), {}
    for output in document["outputs"]:
        if binary:
            size = output["parameters"]["binary_data_size"]
            data, at = answer[at:at + size], at + size
        elif output["datatype"] == "BYTES":
            data = pack("BYTES", [value.encode() for value in output["data"]])
        else:
            data = pack(output["datatype"], [JSON_FLOATS[value] if isinstance(value, str) else value for value in output["data"]])
        found[output["name"]] = (output["shape"], data)
    if binary and at != len(answer):
        raise SystemExit(f"{model}: the answer has {len(answer)} bytes, its tensors end at {at}")
    return found


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: {found} instead of {expected}")


compared = 0
if "binary_tensor_data" not in json.loads(ask("GET", "/v2")[1])["extensions"]:
    raise SystemExit("the server does not list the extension")

randomness = random.Random(11)
specs = json.loads(ask("GET", "/v2/models/types")[1])["inputs"]
inputs, expected = [], {}
for spec in specs:
    if spec["datatype"] == "BYTES":
        data = pack("BYTES", ["".join(randomness.choices("a\u00e4\u65e5\U0001f600\0", k=randomness.randrange(9))).encode() for _ in range(21)])
    elif spec["datatype"] == "BOOL":
        data = bytes(randomness.choices([0, 1], k=21))
    else:
        width = struct.calcsize(FORMATS[spec["datatype"]])
        values = []
        while len(values) < 21:  # any bits but those of a NaN, of which JSON keeps no payload
            value = struct.unpack(f"<{FORMATS[spec['datatype']]}", randomness.randbytes(width))[0]
            if value == value:
                values.append(value)
        data = pack(spec["datatype"], values)
    inputs.append((spec["name"], spec["datatype"], [7, 3], data))
    expected[spec["name"].replace("in_", "out_")] = ([7, 3], data)
for order in (inputs, inputs[::-1]):
    for binary in (True, False):
        check(f"types, binary {binary}", infer("types", order, [], binary), expected)
        compared += len(expected)

flowers = pack("FP32", [randomness.uniform(0, 8) for _ in range(400)])
answers = [infer("stranger", [("X", "FP32", [100, 4], flowers)], ["probabilities"], binary) for binary in (True, False)]
check("stranger", answers[1], answers[0])
print(compared + 1)
