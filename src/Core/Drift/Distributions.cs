using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.Drift;

/// <summary>
/// How the features of a generation's queries and its predictions were spread in some stretch of time. Merges exactly. Not thread-safe.
/// </summary>
public sealed class Distributions
{
    private const byte Format = 1;

    private readonly SortedDictionary<string, ColumnDistribution> _features = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ColumnDistribution> _predictions = new(StringComparer.Ordinal);

    /// <summary>By the name of the feature.</summary>
    public IReadOnlyDictionary<string, ColumnDistribution> Features => _features;

    /// <summary>
    /// By what was predicted: <c>value</c> of a regression, <c>label</c> of a classification, and <c>probability</c>: of two classes
    /// the positive one's, of more the one's that was predicted.
    /// </summary>
    public IReadOnlyDictionary<string, ColumnDistribution> Predictions => _predictions;

    /// <summary>The number of rows: of the column that has most, since not every column is known of every row.</summary>
    public long Rows => _features.Values.Concat(_predictions.Values).Select(column => column.Rows).DefaultIfEmpty().Max();

    public bool IsEmpty => _features.Count == 0 && _predictions.Count == 0;

    public ColumnDistribution Feature(string name) => Column(_features, name);

    public ColumnDistribution Prediction(string name) => Column(_predictions, name);

    public void Merge(Distributions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (name, column) in other._features)
            Feature(name).Merge(column);
        foreach (var (name, column) in other._predictions)
            Prediction(name).Merge(column);
    }

    /// <remarks>A byte 1 (the format), the features, then the predictions: for each their number, then name and distribution.</remarks>
    public byte[] Encode()
    {
        var bytes = new List<byte> { Format };
        foreach (var columns in (SortedDictionary<string, ColumnDistribution>[])[_features, _predictions])
        {
            Varint.Write(bytes, (ulong)columns.Count);
            foreach (var (name, column) in columns)
            {
                var text = Encoding.UTF8.GetBytes(name);
                Varint.Write(bytes, (ulong)text.Length);
                bytes.AddRange(text);
                column.Encode(bytes);
            }
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no distributions.</exception>
    public static Distributions Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || encoded[0] != Format)
            throw new FormatException($"Distributions start with the byte {Format}.");
        var rest = encoded[1..];
        var distributions = new Distributions();
        foreach (var columns in (SortedDictionary<string, ColumnDistribution>[])[distributions._features, distributions._predictions])
        {
            for (var left = Varint.Read(ref rest); left > 0; left--)
            {
                var name = Encoding.UTF8.GetString(ColumnDistribution.Part(ref rest));
                columns[name] = ColumnDistribution.Decode(ref rest);
            }
        }

        return distributions;
    }

    private static ColumnDistribution Column(SortedDictionary<string, ColumnDistribution> columns, string name)
    {
        if (!columns.TryGetValue(name, out var column))
            columns.Add(name, column = new ColumnDistribution());
        return column;
    }
}
