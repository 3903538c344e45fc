"""A trainer in Python: logistic regression (or ridge regression) with scikit-learn, exported by hand with onnx.helper.

It keeps to the contract of docs/trainers.md: started in the job folder, it reads data.csv, schema.json and parameters.json and leaves
model.onnx, predictions.csv and metrics.json. Needs python3-sklearn and python3-onnx.
"""

import csv
import json
import sys

import numpy
from onnx import TensorProto, checker, helper, save
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ML = "ai.onnx.ml"
BOOLEANS = {"true": 1.0, "false": 0.0, "": numpy.nan}


def main():
    with open("schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    with open("parameters.json", encoding="utf-8") as file:
        parameters = json.load(file)
    features, classes = schema["features"], schema["label"].get("classes", [])
    numbers = [f for f in features if f["type"] in ("float", "int", "bool")]
    categories = [f for f in features if f["type"] == "category"]
    for feature in features:
        if feature["type"] == "text":
            fail(f"feature '{feature['name']}' is of type text, which this trainer cannot use; leave it out")

    rows, label = read(schema)
    progress(0.1, f"read {len(rows)} rows")

    parts, imputer, scaler, encoder = [], None, None, None
    if numbers:
        imputer, scaler = SimpleImputer(keep_empty_features=True), StandardScaler()
        values = numpy.array([[row[f["name"]] for f in numbers] for row in rows], dtype=numpy.float32)
        parts.append(scaler.fit_transform(imputer.fit_transform(values)))
    if categories:
        values = numpy.array([[row[f["name"]] for f in categories] for row in rows], dtype=object)
        # A missing category is no category: all of its columns are 0, as for one that was never seen.
        known = [sorted(set(column) - {""}) or ["?"] for column in values.T]
        encoder = OneHotEncoder(categories=known, handle_unknown="ignore", sparse_output=False)
        parts.append(encoder.fit_transform(values))
    x = numpy.hstack(parts)

    if classes:
        model = LogisticRegression(
            C=parameters.get("C", 1.0), max_iter=parameters.get("max_iter", 200), random_state=parameters.get("seed", 0))
        if len(set(label)) < len(classes):
            fail(f"data.csv has rows of {len(set(label))} of the {len(classes)} classes; rows of every class would be right")
        model.fit(x, label)
        predictions = model.predict_proba(x)
        metrics = {"train_logloss": log_loss(label, predictions)}
    else:
        model = Ridge(alpha=parameters.get("alpha", 1.0), random_state=parameters.get("seed", 0)).fit(x, label)
        predictions = model.predict(x).reshape(-1, 1)
        metrics = {"train_rmse": mean_squared_error(label, predictions, squared=False)}
    progress(0.8, "trained", metrics)

    save(export(features, numbers, categories, classes, imputer, scaler, encoder, model), "model.onnx")
    with open("predictions.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(classes or ["value"])
        out.writerows([[repr(float(value)) for value in row] for row in predictions[:1000]])
    with open("metrics.json", "w", encoding="utf-8") as file:
        json.dump({"rows_trained": len(rows), **metrics}, file)
    progress(1, "done", metrics)


def read(schema):
    """The rows as dictionaries of numbers (NaN where missing) and texts (empty where missing), and the labels."""
    label, classes = schema["label"]["name"], schema["label"].get("classes", [])
    rows, labels = [], []
    with open("data.csv", newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for fields in reader:
            where = f"data.csv line {reader.line_num}, column"
            row = {}
            for feature in schema["features"]:
                name, text = feature["name"], fields[feature["name"]]
                if feature["type"] == "category":
                    row[name] = text
                elif feature["type"] == "bool":
                    if text not in BOOLEANS:
                        fail(f"{where} '{name}': '{text}' is not true or false")
                    row[name] = BOOLEANS[text]
                else:
                    try:
                        row[name] = float(text) if text else numpy.nan
                    except ValueError:
                        fail(f"{where} '{name}': '{text}' is not a number")
            if classes and fields[label] not in classes:
                fail(f"{where} '{label}': '{fields[label]}' is none of the classes {', '.join(classes)}")
            rows.append(row)
            labels.append(classes.index(fields[label]) if classes else float(fields[label]))
    if not rows:
        fail("data.csv has no rows below its header, so there is nothing to train on")
    return rows, labels


def export(features, numbers, categories, classes, imputer, scaler, encoder, model):
    """The graph from the raw fields to the prediction: everything that was fitted above, as ONNX operators."""
    nodes, constants, inputs, columns = [], [], [], []

    def node(operator, sources, output, domain="", **attributes):
        nodes.append(helper.make_node(operator, sources, [output], domain=domain, **attributes))
        return output

    def constant(name, values):
        values = numpy.asarray(values, dtype=numpy.float32)
        constants.append(helper.make_tensor(name, TensorProto.FLOAT, values.shape, values.flatten()))
        return name

    for feature in features:
        inputs.append(helper.make_tensor_value_info(feature["name"], tensor_type(feature), ["rows", 1]))
    if numbers:
        cast = [node("Cast", [f["name"]], f"{f['name']}/number", to=TensorProto.FLOAT) for f in numbers]
        joined = node("Concat", cast, "numbers/joined", axis=1)
        filled = node("Imputer", [joined], "numbers/filled", ML,
                      imputed_value_floats=imputer.statistics_.tolist(), replaced_value_float=float("nan"))
        columns.append(node("Scaler", [filled], "numbers/scaled", ML,
                            offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist()))
    for index, feature in enumerate(categories):
        name = feature["name"]
        hot = node("OneHotEncoder", [name], f"{name}/hot", ML, cats_strings=list(encoder.categories_[index]), zeros=1)
        columns.append(node("Flatten", [hot], f"{name}/columns", axis=1))
    x = node("Concat", columns, "model/columns", axis=1)
    coefficients = numpy.atleast_2d(model.coef_)
    margins = node("Gemm", [x, constant("model/weights", coefficients.T), constant("model/bias", numpy.atleast_1d(model.intercept_))],
                   "model/margins" if classes else "value")
    if not classes:
        outputs = [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["rows", 1])]
    else:
        if len(classes) == 2:
            positive = node("Sigmoid", [margins], "model/positive")
            negative = node("Sub", [constant("model/one", [1]), positive], "model/negative")
            node("Concat", [negative, positive], "probabilities", axis=1)
        else:
            node("Softmax", [margins], "probabilities", axis=1)
        node("ArgMax", ["probabilities"], "model/greatest", axis=1, keepdims=0)
        node("LabelEncoder", ["model/greatest"], "label", ML, keys_int64s=list(range(len(classes))), values_strings=classes)
        outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", len(classes)]),
                   helper.make_tensor_value_info("label", TensorProto.STRING, ["rows"])]

    graph = helper.make_graph(nodes, "model", inputs, outputs, constants)
    onnx_model = helper.make_model(
        graph, ir_version=8, producer_name="train.py", opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(ML, 3)])
    checker.check_model(onnx_model)
    return onnx_model


def tensor_type(feature):
    """The tensor that carries a feature into the model (docs/trainers.md)."""
    if feature["type"] == "category":
        return TensorProto.STRING
    if feature["nullable"] or feature["type"] == "float":
        return TensorProto.FLOAT
    return TensorProto.INT64 if feature["type"] == "int" else TensorProto.BOOL


def progress(fraction, message, metrics=None):
    print(json.dumps({"progress": fraction, "message": message, **({"metrics": metrics} if metrics else {})}), flush=True)


def fail(message):
    sys.exit(message)


main()
