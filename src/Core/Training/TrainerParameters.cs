using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training;

/// <summary>A job folder's <c>parameters.json</c>: the manifest's <c>pipeline.parameters</c> as they are, and the <c>seed</c>.</summary>
public static class TrainerParameters
{
    /// <summary>The name under which the pipeline's seed is added. A parameter of that name in the manifest wins.</summary>
    public const string Seed = "seed";

    /// <summary>The file's contents for a pipeline.</summary>
    /// <exception cref="FormatException">A parameter has a value that JSON cannot hold; the message names it.</exception>
    public static JsonObject From(PipelineManifest pipeline)
    {
        var parameters = new JsonObject();
        foreach (var (name, value) in pipeline.Parameters)
            parameters[name] = ToNode(name, value);
        if (!parameters.ContainsKey(Seed))
            parameters[Seed] = pipeline.Seed;
        return parameters;
    }

    /// <summary>Writes the file, UTF-8.</summary>
    public static void Write(Stream stream, JsonObject parameters)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        parameters.WriteTo(writer);
    }

    static JsonNode? ToNode(string name, object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool truth => JsonValue.Create(truth),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        IReadOnlyDictionary<string, object?> map => new JsonObject(
            map.Select(e => KeyValuePair.Create(e.Key, ToNode($"{name}.{e.Key}", e.Value)))),
        IEnumerable<object?> list => new JsonArray([.. list.Select((e, i) => ToNode($"{name}[{i}]", e))]),
        _ => throw new FormatException(
            $"parameter '{name}' is {value} ({value.GetType().Name}); a string, a finite number, true or false, a list or a map would be "
                + "right"),
    };
}
