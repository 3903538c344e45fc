using System.Data;
using CsvHelper;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>
/// Streams a feed's rows into a <c>data.csv</c>: UTF-8, header, columns of the schema; missing is empty, booleans are true and false,
/// numbers are invariant and read back to the same number. Memory does not grow with the rows.
/// </summary>
public static class TrainingDataWriter
{
    private const int RowsPerReport = 10_000;

    internal static readonly CsvWriterOptions Format = CsvWriterOptions.Default with { NewLine = "\n" };

    /// <summary>Writes all rows of the reader, each value checked against the schema.</summary>
    /// <param name="rows">A query's rows; their order is kept. Columns that the schema does not know are left out.</param>
    /// <param name="schema">The columns to write.</param>
    /// <param name="path">The file; replaced where it is there already.</param>
    /// <param name="source">Says what becomes of rows with wrong values; null: they fail.</param>
    /// <param name="progress">Told the number of rows so far; may be null.</param>
    /// <exception cref="TrainingFailedException">
    /// In stage data: a column is missing, or values are wrong; the message names the row (from 1), the column, the value and what would be
    /// right, for at most five. Where wrong rows are left out, there are too many of them.
    /// </exception>
    public static async Task<TrainingData> WriteAsync(
        IFeedReader rows,
        TrainerSchema schema,
        SourceManifest? source,
        string path,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var columns = Columns(rows, schema);
        var ordinal = schema.Ordinal is null ? -1 : IndexOf(rows, schema.Ordinal);
        var bad = new BadRows(source);
        var cells = new string[columns.Count];
        var (count, first, last) = (0L, (object?)null, (object?)null);

        await using (var csv = CsvWriter.ToFile(path, Format))
        {
            await csv.WriteRecordAsync([.. columns.Select(column => column.Name)], cancellationToken);

            while (!bad.IsEnough && await rows.ReadAsync(cancellationToken))
            {
                count++;
                var isBad = false;
                for (var i = 0; i < cells.Length; i++)
                {
                    var value = rows.GetValue(columns[i].Index);
                    var cell = columns[i].Convert(value);
                    cells[i] = cell.Value;
                    if (cell.Problem is not { } problem)
                        continue;
                    isBad = true;
                    bad.Add(count, columns[i].Name, value, problem);
                }

                if (isBad)
                    bad.AddRow();
                else
                    await csv.WriteRecordAsync(cells, cancellationToken);
                if (ordinal >= 0)
                {
                    last = rows.GetValue(ordinal);
                    first ??= last;
                }

                if (count % RowsPerReport == 0)
                    progress?.Report(count);
            }
        }

        var skipped = bad.Close(count);
        progress?.Report(count);
        return new(path, count - bad.Count, ToOrdinal(first), ToOrdinal(last), await FileDigest.ReadAsync(path, cancellationToken))
        {
            BadRows = skipped,
        };
    }

    /// <summary>
    /// Writes rows that were read of such a file before, all columns in their order; the same values make the same file.
    /// </summary>
    /// <param name="rows">Values: string, bool, long, double, or null where one is missing.</param>
    /// <returns>The number of rows.</returns>
    public static long Restore(IDataReader rows, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var csv = CsvWriter.ToFile(path, Format);
        for (var i = 0; i < rows.FieldCount; i++)
            csv.WriteField(rows.GetName(i));
        csv.EndRecord();
        var count = 0L;
        while (rows.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < rows.FieldCount; i++)
                csv.WriteField(rows.IsDBNull(i) ? "" : ValueText.Of(rows.GetValue(i)));
            csv.EndRecord();
            count++;
        }

        return count;
    }

    private static List<Column> Columns(IFeedReader rows, TrainerSchema schema)
    {
        var columns = schema.Features
            .Select(feature => new Column(feature.Name, IndexOf(rows, feature.Name), value => DataCell.OfFeature(feature, value)))
            .Append(new(schema.Label.Name, IndexOf(rows, schema.Label.Name), value => DataCell.OfLabel(schema, value)))
            .ToList();
        if (schema.Ordinal is { } ordinal && columns.TrueForAll(column => column.Name != ordinal))
            columns.Add(new(ordinal, IndexOf(rows, ordinal), DataCell.OfOrdinal));
        var missing = columns.Where(column => column.Index < 0).Select(column => $"'{column.Name}'").ToList();
        return missing.Count == 0
            ? columns
            : throw new TrainingFailedException(
                TrainingStage.Data,
                $"The source's query does not yield {string.Join(", ", missing)}; its columns are {string.Join(", ", rows.Columns)}. "
                + "It must yield each feature, the label and the ordinal by name.");
    }

    private static int IndexOf(IFeedReader rows, string name)
    {
        for (var i = 0; i < rows.Columns.Count; i++)
        {
            if (rows.Columns[i] == name)
                return i;
        }

        return -1;
    }

    private static Ordinal? ToOrdinal(object? value) => value is null ? null : Ordinal.From(value);

    internal static string Show(object? value) => value switch
    {
        null => "null",
        string { Length: > 60 } text => $"'{text[..60]}…'",
        string text => $"'{text}'",
        _ => ValueText.Of(value),
    };

    private sealed record Column(string Name, int Index, Func<object?, DataCell> Convert);
}
