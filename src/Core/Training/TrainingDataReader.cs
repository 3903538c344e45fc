using System.Runtime.CompilerServices;
using CsvHelper;

namespace Progeny.Core.Training;

/// <summary>Reads the rows of a <c>data.csv</c> back, one after the other.</summary>
public static class TrainingDataReader
{
    /// <summary>The features' values as texts in the schema's order (null where missing) and the label's text.</summary>
    public static async IAsyncEnumerable<(string?[] Features, string Label)> ReadAsync(
        string path, TrainerSchema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var csv = Open(path);
        await csv.ReadHeaderAsync(cancellationToken);
        int[] columns = [.. schema.Features.Select(feature => csv.GetFieldIndex(feature.Name))];
        var label = csv.GetFieldIndex(schema.Label.Name);
        while (await csv.ReadAsync(cancellationToken))
        {
            var features = new string?[columns.Length];
            for (var i = 0; i < columns.Length; i++)
                features[i] = csv.GetString(columns[i]) is { Length: > 0 } text ? text : null;
            yield return (features, csv.GetString(label));
        }
    }

    internal static CsvReader Open(string path) => CsvReader.FromFile(path, CsvReaderOptions.Default with { Separator = ',' });
}
