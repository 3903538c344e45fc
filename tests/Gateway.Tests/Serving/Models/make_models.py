"""Writes the models of scikit-learn that the tests import, with scikit-learn's own predictions (see README.md)."""
import json

import numpy
import onnx
from onnx import TensorProto, helper
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data = load_iris()
pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
scaler, classifier = pipeline[0], pipeline[1]
node, make = helper.make_node, helper.make_tensor_value_info


def save(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)], producer_name="scikit-learn")
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, name + ".onnx")


maps = onnx.ValueInfoProto(name="output_probability")
entry = maps.type.sequence_type.elem_type.map_type
entry.key_type = TensorProto.INT64
entry.value_type.tensor_type.elem_type = TensorProto.FLOAT
entry.value_type.tensor_type.shape.SetInParent()

# One matrix of floats in; a label, a tensor of probabilities and a sequence of maps out: what exporters of classifiers leave.
save(
    "iris",
    [
        node("Scaler", ["X"], ["scaled"], domain="ai.onnx.ml", offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist()),
        node(
            "LinearClassifier", ["scaled"], ["output_label", "probabilities"], domain="ai.onnx.ml",
            coefficients=classifier.coef_.ravel().tolist(), intercepts=classifier.intercept_.tolist(),
            classlabels_ints=[0, 1, 2], multi_class=1, post_transform="SOFTMAX"),
        node("ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2]),
    ],
    [make("X", TensorProto.FLOAT, [None, 4])],
    [
        make("output_label", TensorProto.INT64, [None]),
        make("probabilities", TensorProto.FLOAT, [None, 3]),
        maps,
    ],
)

# The same in doubles.
constants = {
    "mean": scaler.mean_, "scale": scaler.scale_, "coefficients": classifier.coef_.T, "intercepts": classifier.intercept_,
}
save(
    "iris64",
    [
        node("Sub", ["X", "mean"], ["centred"]),
        node("Div", ["centred", "scale"], ["scaled"]),
        node("MatMul", ["scaled", "coefficients"], ["product"]),
        node("Add", ["product", "intercepts"], ["margins"]),
        node("Softmax", ["margins"], ["probabilities"], axis=1),
    ],
    [make("X", TensorProto.DOUBLE, [None, 4])],
    [make("probabilities", TensorProto.DOUBLE, [None, 3])],
    [helper.make_tensor(n, TensorProto.DOUBLE, v.shape, v.ravel()) for n, v in constants.items()],
)

rows = data.data[::6]
with open("iris.json", "w") as file:
    json.dump({"rows": rows.tolist(), "probabilities": numpy.round(pipeline.predict_proba(rows), 12).tolist()}, file)
