using System.Globalization;
using System.Runtime.CompilerServices;
using CsvHelper;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>Reads the rows of a <c>data.csv</c> back, one after the other.</summary>
public static class TrainingDataReader
{
    /// <summary>
    /// The features' values in the schema's order (double, long, bool, string, or null where missing) and the label's text.
    /// </summary>
    public static async IAsyncEnumerable<(object?[] Features, string Label)> ReadAsync(
        string path, TrainerSchema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var csv = Open(path);
        await csv.ReadHeaderAsync(cancellationToken);
        int[] columns = [.. schema.Features.Select(feature => csv.GetFieldIndex(feature.Name))];
        var label = csv.GetFieldIndex(schema.Label.Name);
        while (await csv.ReadAsync(cancellationToken))
        {
            var features = new object?[columns.Length];
            for (var i = 0; i < columns.Length; i++)
                features[i] = Value(schema.Features[i].Type, csv.GetString(columns[i]));
            yield return (features, csv.GetString(label));
        }
    }

    private static object? Value(FeatureType type, string text) => text.Length == 0 ? null : type switch
    {
        FeatureType.Float => double.Parse(text, CultureInfo.InvariantCulture),
        FeatureType.Int => long.Parse(text, CultureInfo.InvariantCulture),
        FeatureType.Bool => text == "true",
        _ => text,
    };

    internal static CsvReader Open(string path) => CsvReader.FromFile(path, CsvReaderOptions.Default with { Separator = ',' });
}
