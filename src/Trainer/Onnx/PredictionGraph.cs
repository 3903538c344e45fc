using Progeny.Core.Common;
using Progeny.Core.Common.Onnx;
using Progeny.Core.Datasets;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Onnx;

/// <summary>The end of the graph: from margins to the outputs.</summary>
internal static class PredictionGraph
{
    public static void Add(GraphBuilder graph, string margins, TrainerSchema schema, Link link)
    {
        if (schema.Task == MachineLearningTask.Regression)
        {
            Apply(graph, margins, link, OutputNames.Value);
            graph.Output(OutputNames.Value, TensorProto.Types.DataType.Float, 1);
            return;
        }

        if (schema.Task == MachineLearningTask.Binary)
        {
            var positive = Apply(graph, margins, link);
            var negative = graph.Node("Sub", [graph.Constant("one", [1f]), positive]);
            graph.Node("Concat", [negative, positive], [("axis", 1L)], output: OutputNames.Probabilities);
        }
        else
        {
            Apply(graph, margins, link, OutputNames.Probabilities);
        }

        var classes = schema.Label.Classes;
        var greatest = graph.Node("ArgMax", [OutputNames.Probabilities], [("axis", 1L), ("keepdims", 0L)]);
        graph.Node(
            "LabelEncoder",
            [greatest],
            [("keys_int64s", Enumerable.Range(0, classes.Count).Select(i => (long)i).ToArray()), ("values_strings", classes)],
            GraphBuilder.MachineLearning,
            OutputNames.Label);
        graph.Output(OutputNames.Probabilities, TensorProto.Types.DataType.Float, classes.Count);
        graph.Output(OutputNames.Label, TensorProto.Types.DataType.String, columns: null);
    }

    static string Apply(GraphBuilder graph, string margins, Link link, string? output = null) => link switch
    {
        Link.Logistic => graph.Node("Sigmoid", [margins], output: output),
        Link.Exponential => graph.Node("Exp", [margins], output: output),
        Link.Softmax => graph.Node("Softmax", [margins], [("axis", 1L)], output: output),
        Link.Step => graph.Node(
            "Cast",
            [graph.Node("Greater", [margins, graph.Constant("zero", [0f])])],
            [("to", (long)TensorProto.Types.DataType.Float)],
            output: output),
        _ => graph.Node("Identity", [margins], output: output),
    };
}
