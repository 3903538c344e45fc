using System.Globalization;
using System.Text;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>A regression whose model gives back its feature, trained by a script over a file and the logged queries.</summary>
internal static class LoopProject
{
    /// <summary>Writes the project.</summary>
    /// <param name="source">The manifest's <c>source</c> as a flow map or a word; null: 20 rows of a file, and the queries.</param>
    /// <param name="rest">Further keys of the manifest.</param>
    /// <param name="script">Runs in the job folder before the model is laid there.</param>
    public static string Write(
        string folder,
        string name,
        string rest = "",
        string? source = null,
        string script = "",
        bool incremental = false,
        string version = "1.0.0")
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        File.WriteAllText(Path.Combine(folder, "progeny.yaml"), $$"""
            name: {{name}}
            version: {{version}}
            task: regression
            schema:
              features:
                - {name: x, type: float}
            label: {name: y}
            source: {{source ?? "{file: data/rows.csv, query: \"SELECT x, y, t FROM rows\", ordinal: t, queries: true}"}}
            pipeline: {command: [/bin/sh, train.sh], incremental: {{(incremental ? "true" : "false")}}}
            {{rest}}
            """);
        var rows = new StringBuilder("x,y,t\n");
        for (var t = 0; t < 20; t++)
            rows.Append(CultureInfo.InvariantCulture, $"{t % 7}.5,{t % 7},{t}\n");
        File.WriteAllText(Path.Combine(folder, "data", "rows.csv"), rows.ToString());
        File.WriteAllBytes(Path.Combine(folder, "echo.onnx"), EchoModel.ToBytes());
        File.WriteAllText(Path.Combine(folder, "train.sh"), $"set -e\n{script}\ncp echo.onnx model.onnx\n");
        return folder;
    }
}
