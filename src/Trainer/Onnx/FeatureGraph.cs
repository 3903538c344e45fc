using Progeny.Core.Common.Onnx;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Trainer.Encoding;

namespace Progeny.Trainer.Onnx;

/// <summary>
/// The first part of the graph: from the raw fields to the booster's columns, as <see cref="FeatureEncoders"/> makes them.
/// </summary>
internal static class FeatureGraph
{
    /// <summary>Adds inputs and encodings; returns the name of a FLOAT tensor [rows, columns].</summary>
    public static string Add(GraphBuilder graph, TrainerSchema schema, FeatureEncoders encoders)
    {
        string[] columns = [.. schema.Features.Select((feature, i) => Encode(graph, feature, encoders.Features[i]))];
        var all = columns.Length == 1 ? columns[0] : graph.Node("Concat", columns, [("axis", 1L)]);
        if (encoders.Scaling is not { } scaling)
            return all;
        var filled = graph.Node(
            "Imputer", [all], [("imputed_value_floats", scaling.Fill), ("replaced_value_float", float.NaN)], GraphBuilder.MachineLearning);
        return graph.Node("Scaler", [filled], [("offset", scaling.Offset), ("scale", scaling.Scale)], GraphBuilder.MachineLearning);
    }

    /// <summary>The tensor that carries a feature, as <see cref="FeatureType"/> says.</summary>
    static TensorProto.Types.DataType TensorOf(TrainerFeature feature) => feature.Type switch
    {
        FeatureType.Category or FeatureType.Text => TensorProto.Types.DataType.String,
        FeatureType.Int when !feature.Nullable => TensorProto.Types.DataType.Int64,
        FeatureType.Bool when !feature.Nullable => TensorProto.Types.DataType.Bool,
        _ => TensorProto.Types.DataType.Float,
    };

    static string Encode(GraphBuilder graph, TrainerFeature feature, FeatureEncoder encoder)
    {
        var type = TensorOf(feature);
        var input = graph.Input(feature.Name, type);
        return encoder switch
        {
            OneHotEncoder onehot => graph.Node("Flatten", [graph.Node(
                "OneHotEncoder", [input], [("cats_strings", onehot.Categories), ("zeros", 1L)], GraphBuilder.MachineLearning)], [
                    ("axis", 1L),
                ]),
            TableEncoder { Width: 1 } table => LookUp(graph, input, table),
            TableEncoder table => graph.Node("Flatten", [graph.Node("Gather", [
                graph.Constant("table", table.Table, table.Categories.Count + 1, table.Width), Position(graph, input, table)])], [
                    ("axis", 1L),
                ]),
            _ when type == TensorProto.Types.DataType.Float => input,
            _ => graph.Node("Cast", [input], [("to", (long)TensorProto.Types.DataType.Float)]),
        };
    }

    static string LookUp(GraphBuilder graph, string input, TableEncoder table) => table.Categories.Count == 0
        // A LabelEncoder needs a key; the empty string, which means missing, has the value of all that is unknown.
        ? LabelEncoder(graph, input, [""], [table.Missing()[0]], table.Missing()[0])
        : LabelEncoder(graph, input, table.Categories, table.Table[..^1], table.Missing()[0]);

    static string LabelEncoder(GraphBuilder graph, string input, IReadOnlyList<string> keys, float[] values, float other) => graph.Node(
        "LabelEncoder",
        [input],
        [("keys_strings", keys), ("values_floats", values), ("default_float", other)],
        GraphBuilder.MachineLearning);

    static string Position(GraphBuilder graph, string input, TableEncoder table)
    {
        IReadOnlyList<string> keys = table.Categories.Count == 0 ? [""] : table.Categories;
        return graph.Node(
            "LabelEncoder",
            [input],
            [
                ("keys_strings", keys),
                ("values_int64s", Enumerable.Range(0, keys.Count).Select(i => (long)i).ToArray()),
                ("default_int64", (long)table.Categories.Count),
            ],
            GraphBuilder.MachineLearning);
    }
}
