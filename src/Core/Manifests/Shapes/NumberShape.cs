using System.Globalization;
using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A finite number within bounds.</summary>
internal sealed class NumberShape : Shape<double>
{
    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>Whether the bounds themselves are not allowed.</summary>
    public bool Exclusive { get; init; }

    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        var value = CoreSchema.Resolve(node) switch
        {
            long number => number,
            double number when double.IsFinite(number) => number,
            _ => double.NaN,
        };
        var within = Exclusive ? !(value <= Min) && !(value >= Max) : !(value < Min) && !(value > Max);
        if (double.IsNaN(value) || !within)
            errors.Add(node, path, $"needs {Describe()}; this is {node.DescribeQuoted()}");
    }

    public override double Bind(ManifestNode node) => node.AsNumber()!.Value;

    public override JsonValue? ToJson(double value) => JsonValue.Create(value);

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (Min is { } min)
            schema[Exclusive ? "exclusiveMinimum" : "minimum"] = Json(min);
        if (Max is { } max)
            schema[Exclusive ? "exclusiveMaximum" : "maximum"] = Json(max);
        return schema;
    }

    private static JsonNode Json(double value) => value == Math.Truncate(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);

    private string Describe() => (Min, Max) switch
    {
        ({ } min, { } max) when Exclusive => string.Create(CultureInfo.InvariantCulture, $"a number above {min} and below {max}"),
        ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        _ => "a number",
    };
}
