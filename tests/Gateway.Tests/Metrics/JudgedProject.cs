using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>
/// Writes a project whose finished model says of each row that it is positive with the probability <c>x</c>, whatever its <c>kind</c>.
/// </summary>
internal static class JudgedProject
{
    /// <summary>The number of its rows; x is spread evenly from 0 to 0.99 and the label is 1 from 0.5 on.</summary>
    public const int Rows = 400;

    /// <param name="more">Further lines of the manifest.</param>
    public static string Write(string folder, string name, string more = "", string version = "1.0.0", int flipped = 0)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "progeny.yaml"), $$"""
            name: {{name}}
            version: {{version}}
            task: binary
            schema:
              features:
                - {name: x, type: float}
                - {name: kind, type: category}
            label: {name: y, classes: ["0", "1"]}
            source:
              file: rows.csv
              query: SELECT x, kind, y, t FROM rows
              ordinal: t
            pipeline: {model: model.onnx}
            tests:
              - {name: low, given: {x: 0.1, kind: a}, expect: {label: "0"} }
            {{more}}
            """);
        var rows = new StringBuilder("x,kind,y,t\n");
        for (var t = 0; t < Rows; t++)
        {
            var x = t * 37 % 100 / 100.0;
            var y = x >= 0.5 ^ t < flipped;
            rows.Append(CultureInfo.InvariantCulture, $"{x},{(t % 2 == 0 ? "a" : "b")},{(y ? 1 : 0)},{t}\n");
        }

        File.WriteAllText(Path.Combine(folder, "rows.csv"), rows.ToString());
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Model());
        return folder;
    }

    private static byte[] Model() => OnnxModel.Model(OnnxModel.Graph(
        OnnxModel.Node("Identity", ["x"], ["probabilities"]),
        OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n", 1])),
        OnnxModel.Input("kind", OnnxModel.Tensor(TensorElementType.String, ["n", 1])),
        OnnxModel.Output("probabilities", OnnxModel.Tensor(TensorElementType.Float, ["n", 1]))));
}
