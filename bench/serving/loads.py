"""The loads: projects made through the platform itself, and the requests that are sent to them."""
import json
import pathlib
import random
import subprocess
import tempfile
import urllib.request

LOG_MODES = ("none", "fast", "durable")
CLASSES = ["no", "yes"]
NUMBERS = [{"name": f"f{i}", "type": "float"} for i in range(10)]
CATEGORIES = {"city": 40, "shop": 200, "weekday": 7, "vehicle": 4}
MIXED = [{"name": f"f{i}", "type": "float"} for i in range(4)] + [{"name": name, "type": "category"} for name in CATEGORIES]

# name of the model -> its features; how it is made: see Model.
TREES, DENSE, TEXT = "trees", "dense", "text"
MODELS = {TREES: NUMBERS, DENSE: NUMBERS, TEXT: MIXED}

# Of the models by the built-in trainer.
PARAMETERS = {"rounds": 100, "max_depth": 6}

# name of the load -> its model and the rows of a request.
LOADS = {"one-row": (TREES, 1), "64-rows": (TREES, 64), "dense": (DENSE, 1), "text": (TEXT, 1)}

DENSE_WIDTH = 1536

# Of the one release and generation that each project has.
RELEASE, VERSION = "1.0.0", "1.0.0:1"


def row(features, source):
    return {feature["name"]: value(feature, source) for feature in features}


def value(feature, source):
    if feature["type"] == "category":
        return f"{feature['name']}-{source.randrange(CATEGORIES[feature['name']])}"
    return round(source.uniform(-3, 3), 4)


def request_body(load, seed):
    """A request of the load; equal seeds make equal requests."""
    model, rows = LOADS[load]
    source = random.Random(f"{load} {seed}")
    return json.dumps({"rows": [row(MODELS[model], source) for _ in range(rows)]}).encode()


def training_data(features, rows=3000):
    """Rows whose label depends on several fields and some chance, so that trees have something to grow on."""
    source = random.Random(1)
    names = [feature["name"] for feature in features]
    lines = [",".join([*names, "late", "at"])]
    for at in range(rows):
        fields = row(features, source)
        score = source.gauss(0, 0.5)
        for index, field in enumerate(fields.values()):
            score += field * (-1) ** index if isinstance(field, float) else int(field.split("-")[1]) % 3 - 1
        score += fields["f0"] * fields["f1"] - abs(fields["f2"])
        lines.append(",".join([*map(str, fields.values()), CLASSES[score > 0], str(at)]))
    return "\n".join(lines) + "\n"


def xgboost_model(features, file):
    """Trains as many trees of the same depth on the same rows as the built-in trainer, by XGBoost's own package for Python."""
    import numpy
    import xgboost

    rows = [line.split(",") for line in training_data(features).splitlines()[1:]]
    values = numpy.array([row[:len(features)] for row in rows], dtype=numpy.float32)
    labels = numpy.array([CLASSES.index(row[len(features)]) for row in rows])
    model = xgboost.XGBClassifier(n_estimators=PARAMETERS["rounds"], max_depth=PARAMETERS["max_depth"], tree_method="hist")
    model.fit(values, labels)
    model.save_model(file)


def dense_network():
    """A network of 10 inputs, three wide layers and two classes: some 0.3 ms for a row alone, most of it reading weights."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    source = numpy.random.default_rng(1)
    widths = [len(NUMBERS), DENSE_WIDTH, DENSE_WIDTH, DENSE_WIDTH, len(CLASSES)]
    nodes, weights, last = [], [], "features"
    for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        matrix = source.normal(0, (2 / fan_in) ** 0.5, (fan_in, fan_out)).astype(numpy.float32)
        weights += [numpy_helper.from_array(matrix, f"w{layer}"), numpy_helper.from_array(numpy.zeros(fan_out, numpy.float32), f"b{layer}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{layer}", f"b{layer}"], [f"z{layer}"]))
        last = f"z{layer}"
        if fan_out != len(CLASSES):
            nodes.append(helper.make_node("Relu", [last], [f"a{layer}"]))
            last = f"a{layer}"
    nodes.append(helper.make_node("Softmax", [last], ["probabilities"], axis=1))
    graph = helper.make_graph(
        nodes, "dense",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", len(NUMBERS)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", len(CLASSES)])],
        weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


def manifest(name, features, log, pipeline, **more):
    return {
        "name": name, "version": RELEASE, "task": "binary", "schema": {"features": features},
        "label": {"name": "late", "classes": CLASSES}, "pipeline": pipeline, "serving": {"log": log}, **more}


class Node:
    """A running node: its API, and the command `progeny` for what projects go through."""

    def __init__(self, address, progeny):
        self.address = address
        self.progeny = progeny

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=60) as response:
            return response.read()

    def run(self, *arguments, folder=None):
        done = subprocess.run([*self.progeny, *arguments, "--server", self.address], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"progeny {' '.join(arguments)} failed:\n{done.stderr}{done.stdout}")

    def release(self, manifest, files):
        """Releases a project, trains its first generation and puts it in charge."""
        name = manifest["name"]
        with tempfile.TemporaryDirectory() as folder:
            # YAML holds all of JSON.
            for path, content in {"progeny.yaml": json.dumps(manifest).encode(), **files}.items():
                pathlib.Path(folder, path).write_bytes(content)
            self.run("project", "release", folder=folder)
        self.run("model", "train", name)
        self.run("model", "promote", name, VERSION)

    def about(self):
        return json.loads(self.get("/api/about"))

    def model(self, project):
        return self.get(f"/api/projects/{project}/generations/{VERSION}/model")

    def newest_record(self):
        """The sequence number of the newest record of the query log, over all projects; 0: there is none."""
        pages = [json.loads(self.get(f"/api/projects/{project_name(model, log)}/queries?limit=1")) for model in MODELS for log in LOG_MODES]
        return max(page.get("before") or 0 for page in pages)


def project_name(model, log):
    return f"{model}-{log}"


def make_projects(node, folder):
    """A project a model and log mode, all of a model with the very same file. Returns what the other peers need to serve it."""
    settings = []
    for model, features in MODELS.items():
        trained = project_name(model, LOG_MODES[0])
        if model == DENSE:
            node.release(manifest(trained, features, LOG_MODES[0], {"model": "model.onnx"}), {"model.onnx": dense_network()})
        else:
            columns = ", ".join([*(feature["name"] for feature in features), "late", '"at"'])
            node.release(
                manifest(
                    trained, features, LOG_MODES[0], {"trainer": "xgboost", "parameters": PARAMETERS},
                    source={"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}),
                {"data.csv": training_data(features).encode()})
        content = node.model(trained)
        for log in LOG_MODES[1:]:
            node.release(manifest(project_name(model, log), features, log, {"model": "model.onnx"}), {"model.onnx": content})
        file = folder / f"{model}.onnx"
        file.write_bytes(content)
        settings.append({
            "name": model, "model": str(file), "project": trained, "version": VERSION, "output": "probabilities",
            "classes": CLASSES, "threshold": 0.5, "features": features, "xgboost": None})
        if model == TREES:
            settings[-1]["xgboost"] = str(folder / f"{model}.ubj")
            xgboost_model(features, settings[-1]["xgboost"])
    return settings
