using System.Text.Json;
using CsvHelper;

namespace Progeny.Replay.Feeds;

/// <summary>The penguins as the CSV file that the example's package brings.</summary>
internal static class PenguinsFile
{
    private static readonly (string Published, string Column)[] s_columns =
    [
        ("Species", "species"), ("Island", "island"), ("Beak Length (mm)", "beak_length"), ("Beak Depth (mm)", "beak_depth"),
        ("Flipper Length (mm)", "flipper_length"), ("Body Mass (g)", "body_mass"), ("Sex", "sex"),
    ];

    /// <summary>Writes the values as they were published; what is missing is empty.</summary>
    public static async Task WriteAsync(string json, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var penguins = JsonDocument.Parse(await File.ReadAllBytesAsync(json, cancellationToken));
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        await using (var csv = CsvWriter.ToFile(unfinished, CsvWriterOptions.Default with { NewLine = "\n" }))
        {
            await csv.WriteRecordAsync([.. s_columns.Select(column => column.Column)], cancellationToken);
            foreach (var penguin in penguins.RootElement.EnumerateArray())
                await csv.WriteRecordAsync([.. s_columns.Select(column => penguin.GetProperty(column.Published).ToString())], cancellationToken);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
