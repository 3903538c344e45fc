using System.Globalization;
using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A finite number within bounds.</summary>
internal sealed class NumberShape : Shape
{
    public bool Whole { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>Whether the bounds themselves are not allowed.</summary>
    public bool Exclusive { get; init; }

    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        var value = CoreSchema.Resolve(node) switch
        {
            long number => number,
            double number when !Whole && double.IsFinite(number) => number,
            _ => double.NaN,
        };
        var within = Exclusive ? !(value <= Min) && !(value >= Max) : !(value < Min) && !(value > Max);
        if (double.IsNaN(value) || !within)
            errors.Add(node, path, $"needs {Describe()}; this is {node.Describe()}{(node.Kind == NodeKind.Scalar && !node.Plain ? " in quotes" : "")}");
    }

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = Whole ? "integer" : "number" };
        if (Min is { } min)
            schema[Exclusive ? "exclusiveMinimum" : "minimum"] = Json(min);
        if (Max is { } max)
            schema[Exclusive ? "exclusiveMaximum" : "maximum"] = Json(max);
        return schema;
    }

    private static JsonNode Json(double value) => value == Math.Truncate(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);

    private string Describe()
    {
        var kind = Whole ? "a whole number" : "a number";
        return (Min, Max) switch
        {
            ({ } min, { } max) when Exclusive => string.Create(CultureInfo.InvariantCulture, $"{kind} above {min} and below {max}"),
            ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $"{kind} from {min} to {max}"),
            ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $"{kind} of at least {min}"),
            (null, { } max) => string.Create(CultureInfo.InvariantCulture, $"{kind} of at most {max}"),
            _ => kind,
        };
    }
}
