"""Writes the small models that the tests of training use (see README.md)."""
import onnx
from onnx import TensorProto, helper


def save(name, inputs, nodes, output, width, constants):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(i, t, ["rows", 1]) for i, t in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["rows", width])],
        [helper.make_tensor(n, TensorProto.FLOAT, d, v) for n, d, v in constants],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="progeny-tests")
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, name + ".onnx")


x = [("x", TensorProto.FLOAT)]
node = helper.make_node

# y = 2 x + 1
save(
    "line", x,
    [node("Mul", ["x", "two"], ["doubled"]), node("Add", ["doubled", "one"], ["value"])],
    "value", 1, [("two", [1], [2.0]), ("one", [1], [1.0])],
)

# p(1) = sigmoid(x), p(0) = 1 - p(1)
save(
    "sigmoid", x,
    [
        node("Sigmoid", ["x"], ["positive"]),
        node("Sub", ["one", "positive"], ["negative"]),
        node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
    ],
    "probabilities", 2, [("one", [1], [1.0])],
)

# x itself twice: no probabilities
save("margins", x, [node("Concat", ["x", "x"], ["probabilities"], axis=1)], "probabilities", 2, [])

# p = sigmoid(x) twice: probabilities that do not add up to 1
save(
    "twice", x,
    [node("Sigmoid", ["x"], ["p"]), node("Concat", ["p", "p"], ["probabilities"], axis=1)],
    "probabilities", 2, [],
)

# the mean of the batch: a row's prediction hangs on its neighbours
save(
    "mean", x,
    [
        node("ReduceMean", ["x"], ["m"], axes=[0], keepdims=1),
        node("Mul", ["x", "zero"], ["zeros"]),
        node("Add", ["zeros", "m"], ["value"]),
    ],
    "value", 1, [("zero", [1], [0.0])],
)
