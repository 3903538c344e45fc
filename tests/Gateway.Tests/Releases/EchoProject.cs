using System.Globalization;
using System.Text;

namespace Progeny.Gateway.Tests.Releases;

/// <summary>Writes small projects whose model echoes its feature, so that nothing takes time unless a test wants it to.</summary>
internal static class EchoProject
{
    /// <summary>A project that brings its finished model.</summary>
    public static string WriteFinished(string folder, string name, string version = "1.0.0", string log = "fast") =>
        Write(folder, name, version, "{model: model.onnx}", log, script: null);

    /// <summary>A project with a trainer in the shell's language, which leaves <c>model.onnx</c>.</summary>
    /// <param name="script">Runs in the job folder before the model is laid there; <c>$1</c> is <paramref name="argument"/>.</param>
    public static string WriteTrained(string folder, string name, string script, string argument = "-", bool incremental = false) =>
        Write(folder, name, "1.0.0", $"{{command: [/bin/sh, train.sh, \"{argument}\"], incremental: {(incremental ? "true" : "false")}}}", "fast", script);

    private static string Write(string folder, string name, string version, string pipeline, string log, string? script)
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
            source:
              file: data/rows.csv
              query: SELECT x, y, t FROM rows
              ordinal: t
            pipeline: {{pipeline}}
            serving: {log: {{log}}}
            """);
        var rows = new StringBuilder("x,y,t\n");
        for (var t = 0; t < 20; t++)
            rows.Append(CultureInfo.InvariantCulture, $"{t % 7}.5,{t % 7},{t}\n");
        File.WriteAllText(Path.Combine(folder, "data", "rows.csv"), rows.ToString());
        File.WriteAllBytes(Path.Combine(folder, script is null ? "model.onnx" : "echo.onnx"), EchoModel.ToBytes());
        if (script is not null)
            File.WriteAllText(Path.Combine(folder, "train.sh"), $"set -e\n{script}\ncp echo.onnx model.onnx\n");
        return folder;
    }
}
