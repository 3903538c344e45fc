using Microsoft.ML.OnnxRuntime.Tensors;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Tests.Shared;

/// <summary>
/// Models that hold a thread or take memory; all of them take a column <c>x</c> of numbers and give a column <c>value</c>.
/// </summary>
internal static class HostileModels
{
    /// <summary>Gives <c>x</c> after a loop of as many turns as the greatest of <c>x</c>.</summary>
    /// <param name="empty">Whether the loop's body has no node.</param>
    public static byte[] Loop(bool empty = false) => Model(Graph(
        Node("ReduceMax", ["x"], ["most"], Attribute("keepdims", 2, Number(3, 0))),
        Node("Cast", ["most"], ["turns"], To(TensorElementType.Int64)),
        Node("Loop", ["turns", "", "x"], ["value"], Attribute("body", 5, Nested(6, [Text(2, "body"), .. Body(empty)]))),
        Input("x", Column()),
        Output("value", Column())));

    /// <summary>Loops for ever, whatever <c>x</c> is.</summary>
    public static byte[] Endless() => Model(Graph(
        Constant("turns", TensorElementType.Int64, BitConverter.GetBytes(long.MaxValue)),
        Node("Loop", ["turns", "", "x"], ["value"], Attribute("body", 5, Nested(6, [Text(2, "body"), .. Body(empty: false)]))),
        Input("x", Column()),
        Output("value", Column())));

    /// <summary>Gives the sum of <c>x</c> and of as many zeros as the greatest of <c>x</c>, which are four bytes each.</summary>
    public static byte[] Zeros() => Model(Graph(
        Node("ReduceMax", ["x"], ["most"], Attribute("keepdims", 2, Number(3, 0))),
        Node("Cast", ["most"], ["turns"], To(TensorElementType.Int64)),
        Vector("one", 1),
        Node("Reshape", ["turns", "one"], ["size"]),
        Node("ConstantOfShape", ["size"], ["zeros"]),
        Node("ReduceMax", ["zeros"], ["sum"], Attribute("keepdims", 2, Number(3, 0))),
        Node("Add", ["x", "sum"], ["value"]),
        Input("x", Column()),
        Output("value", Column())));

    /// <summary>The same with a number of zeros that the model says, so that they could be computed when it is loaded.</summary>
    public static byte[] Zeros(long count) => Model(Graph(
        Vector("size", count),
        Node("ConstantOfShape", ["size"], ["zeros"]),
        Node("Add", ["x", "zeros"], ["all"]),
        Node("ReduceMax", ["all"], ["value"], Attribute("axes", 7, Number(8, 1)), Attribute("keepdims", 2, Number(3, 1))),
        Input("x", Column()),
        Output("value", Column())));

    private static Part[] Body(bool empty) =>
    [
        .. empty ? (Part[])[] : [Node("Identity", ["go"], ["goes"]), Node("Identity", ["v"], ["next"])],
        Input("turn", Tensor(TensorElementType.Int64, [])),
        Input("go", Tensor(TensorElementType.Bool, [])),
        Input("v", Tensor(TensorElementType.Float, null)),
        Output(empty ? "go" : "goes", Tensor(TensorElementType.Bool, [])),
        Output(empty ? "v" : "next", Tensor(TensorElementType.Float, null)),
    ];

    private static Part To(TensorElementType type) => Attribute("to", 2, Number(3, (int)type));

    private static Part Column() => Tensor(TensorElementType.Float, ["n", 1]);

    private static Part Vector(string name, long value) =>
        Nested(5, Number(1, 1), Number(2, (int)TensorElementType.Int64), Text(8, name), Raw(9, BitConverter.GetBytes(value)));
}
