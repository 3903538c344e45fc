"""ONNX models: a plain one, and those that loop, grow or take memory by what they are asked."""
import numpy
from onnx import TensorProto, helper, numpy_helper

TYPES = {"float": TensorProto.FLOAT, "int": TensorProto.INT64, "category": TensorProto.STRING, "text": TensorProto.STRING}


def constant(name, values, kind=numpy.int64):
    return numpy_helper.from_array(numpy.array(values, dtype=kind), name)


def column(name, kind):
    return helper.make_tensor_value_info(name, kind, ["rows", 1])


def finish(nodes, inputs, weights, name="hostile"):
    """A model of a float [rows, 1] called 'score', from which two probabilities are made."""
    nodes = [
        *nodes,
        helper.make_node("Sigmoid", ["score"], ["yes"]),
        helper.make_node("Sub", ["one", "yes"], ["no"]),
        helper.make_node("Concat", ["no", "yes"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        name,
        inputs,
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", 2])],
        [*weights, constant("one", [[1]], numpy.float32)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


def linear(features):
    """A model of the sum of its numbers, 0 where one is missing; texts are taken, and not looked at."""
    numbers = [feature["name"] for feature in features if feature["type"] in ("float", "int")]
    nodes = [helper.make_node("Cast", [name], [f"{name}_float"], to=TensorProto.FLOAT) for name in numbers]
    nodes += [
        helper.make_node("Sum", [f"{name}_float" for name in numbers], ["sum"]),
        helper.make_node("IsNaN", ["sum"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "sum"], ["score"]),
    ]
    return finish(
        nodes, [column(feature["name"], TYPES[feature["type"]]) for feature in features], [constant("zero", [[0]], numpy.float32)]
    )


def of_x(nodes, weights=(), kind=TensorProto.FLOAT):
    """A model of one feature 'x'. The nodes make a float scalar or [1] 'extra', which is added to it."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["x_most"], keepdims=0),
        helper.make_node("Cast", ["x_most"], ["turns"], to=TensorProto.INT64),
        helper.make_node("Cast", ["x"], ["x_float"], to=TensorProto.FLOAT),
        *nodes,
        helper.make_node("Add", ["x_float", "extra"], ["score"]),
    ]
    return finish(nodes, [column("x", kind)], list(weights))


def loop_body(nodes=(), state="state_out", weights=()):
    """A body that goes on for ever, with one float that is carried; the nodes make it from 'state_in'."""
    nodes = list(nodes) or [helper.make_node("Sin", ["state_in"], ["state_out"])]
    return helper.make_graph(
        [*nodes, helper.make_node("Identity", ["go_in"], ["go_out"])],
        "turn",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state_in", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("go_out", TensorProto.BOOL, []), helper.make_tensor_value_info(state, TensorProto.FLOAT, [1])],
        list(weights),
    )


def looping(turns="turns"):
    """As many turns as the greatest x says; with another name of turns, so many as that weight has."""
    weights = [constant("go", True, numpy.bool_), constant("zero", [0], numpy.float32), constant("for_ever", 2**62)]
    return of_x([helper.make_node("Loop", [turns, "go", "zero"], ["extra"], body=loop_body())], weights)


def looping_without_schema():
    """The same as a tensor model: an input 'turns' of one element, an output 'out'."""
    nodes = [
        helper.make_node("Squeeze", ["turns"], ["count"]),
        helper.make_node("Loop", ["count", "go", "zero"], ["out"], body=loop_body()),
    ]
    graph = helper.make_graph(
        nodes,
        "bare",
        [helper.make_tensor_value_info("turns", TensorProto.INT64, [1])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1])],
        [constant("go", True, numpy.bool_), constant("zero", [0], numpy.float32)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


def growing():
    """Takes four bytes for each of the elements that the greatest x says."""
    shape = [helper.make_node("Reshape", ["turns", "flat"], ["shape"])]
    return of_x([*shape, helper.make_node("ConstantOfShape", ["shape"], ["large"]), reduce_large()], [constant("flat", [1])])


def ranging():
    """Makes a Range of as many elements as the greatest x says."""
    return of_x(
        [
            helper.make_node("Range", ["first", "turns", "step"], ["whole"]),
            helper.make_node("Cast", ["whole"], ["large"], to=TensorProto.FLOAT),
            reduce_large(),
        ],
        [constant("first", 0), constant("step", 1)],
    )


def reduce_large():
    return helper.make_node("ReduceMax", ["large"], ["extra"], keepdims=0)


def folded(elements, by_tile=False):
    """A few hundred bytes whose constants become four bytes an element when the session is made."""
    # The product depends on x, so that all of the constant is kept, not only its maximum.
    tail = [helper.make_node("Add", ["large", "x_most"], ["moved"]), helper.make_node("ReduceMax", ["moved"], ["extra"], keepdims=0)]
    if by_tile:
        return of_x(
            [helper.make_node("Tile", ["seed", "count"], ["large"]), *tail],
            [constant("seed", [1], numpy.float32), constant("count", [elements])],
        )
    return of_x([helper.make_node("ConstantOfShape", ["count"], ["large"]), *tail], [constant("count", [elements])])


def looping_in_branch():
    """A Loop inside the branch of an If, which only a negative x takes."""
    then = helper.make_graph(
        [helper.make_node("Loop", ["for_ever", "go", "zero"], ["branch"], body=loop_body())],
        "then",
        [],
        [helper.make_tensor_value_info("branch", TensorProto.FLOAT, [1])],
    )
    other = helper.make_graph(
        [helper.make_node("Identity", ["zero"], ["calm"])], "other", [], [helper.make_tensor_value_info("calm", TensorProto.FLOAT, [1])]
    )
    return of_x(
        [
            helper.make_node("Less", ["x_most", "nothing"], ["negative"]),
            helper.make_node("If", ["negative"], ["extra"], then_branch=then, else_branch=other),
        ],
        [
            constant("go", True, numpy.bool_),
            constant("zero", [0], numpy.float32),
            constant("for_ever", 2**62),
            constant("nothing", 0, numpy.float32),
        ],
    )


def scanning():
    """A Scan over as many elements as the greatest x says: a step of the interpreter each."""
    body = helper.make_graph(
        [helper.make_node("Add", ["sum_in", "element"], ["sum_out"])],
        "step",
        [helper.make_tensor_value_info("sum_in", TensorProto.FLOAT, []), helper.make_tensor_value_info("element", TensorProto.FLOAT, [])],
        [helper.make_tensor_value_info("sum_out", TensorProto.FLOAT, [])],
    )
    return of_x(
        [
            helper.make_node("Reshape", ["turns", "flat"], ["shape"]),
            helper.make_node("ConstantOfShape", ["shape"], ["large"]),
            helper.make_node("Scan", ["start", "large"], ["extra"], body=body, num_scan_inputs=1),
        ],
        [constant("flat", [1]), constant("start", 0, numpy.float32)],
    )
