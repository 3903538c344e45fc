using System.Text.Json;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Explanations;

/// <summary>Rows with which a query is compared.</summary>
public sealed class Background
{
    /// <summary>The most rows that are used.</summary>
    public const int MaxRows = 100;

    private Background(FeatureBatchBuilder rows, string source)
    {
        Rows = rows;
        Source = source;
    }

    /// <summary><see cref="Explanation.BackgroundSource"/></summary>
    public string Source { get; }

    internal FeatureBatchBuilder Rows { get; }

    /// <summary>Reads what a training kept: a JSON object of features a line.</summary>
    public static async Task<Background> ReadAsync(Stream lines, IReadOnlyList<Feature> features, CancellationToken cancellationToken)
    {
        var rows = new FeatureBatchBuilder(features, MaxRows);
        using var reader = new StreamReader(lines);
        while (rows.Rows < MaxRows && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var row = rows.AddRow();
            foreach (var column in rows.Columns)
            {
                if (json.RootElement.TryGetProperty(column.Feature.Name, out var value))
                    column.Restore(row, value);
            }
        }

        return new Background(rows, "training");
    }

    /// <summary>Takes logged queries, as the model was given them; those whose fields were not kept are passed over.</summary>
    public static Background Of(IEnumerable<QueryRecord> records, QuerySchema schema)
    {
        var rows = new FeatureBatchBuilder(schema.Features, MaxRows);
        foreach (var record in records.Where(record => record.Fields is not null).Take(MaxRows))
        {
            using var given = ReplayRows.ReadGiven(schema, record);
            var row = rows.AddRow();
            for (var i = 0; i < rows.Columns.Count; i++)
                rows.Columns[i].CopyFrom(given.Features.Columns[i], 0, row);
        }

        return new Background(rows, "queries");
    }
}
