using System.Text.Json.Serialization;
using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>
/// Turns a feature into the numbers that the booster gets. What was learned of the training rows is inside, so that the same numbers
/// come out at serving time; the ONNX graph holds the same tables.
/// </summary>
[JsonDerivedType(typeof(NumberEncoder), "number")]
[JsonDerivedType(typeof(OneHotEncoder), "onehot")]
[JsonDerivedType(typeof(TableEncoder), "table")]
public abstract record FeatureEncoder
{
    public required string Feature { get; init; }

    /// <summary>The number of columns that the feature becomes.</summary>
    [JsonIgnore]
    public abstract int Width { get; }

    /// <summary>A function that writes a row of a column to a span of <see cref="Width"/> numbers.</summary>
    public abstract RowWriter For(DataColumn column);
}
