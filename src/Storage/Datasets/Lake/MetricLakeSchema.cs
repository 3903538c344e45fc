using Progeny.Core.Metrics;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// The perfdb as tables: <c>metrics.flights</c> has a row for each generation and window, for windows of each length (<c>step</c>).
/// </summary>
public sealed class MetricLakeSchema(IMetricsStore metrics, TimeProvider time) : ILakeSchema
{
    private static readonly (string Name, string Type)[] _columns =
    [
        ("generation", "VARCHAR"), ("started_at", "TIMESTAMPTZ"), ("step", "BIGINT"), ("requests", "BIGINT"), ("rows", "BIGINT"),
        ("errors", "BIGINT"), ("latency_us", "DOUBLE"), ("outcomes", "BIGINT"),
    ];

    /// <inheritdoc/>
    public string Name => "metrics";

    /// <inheritdoc/>
    public string Noun => "list of metrics of a project";

    /// <inheritdoc/>
    public Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var view = $"metrics_{reference.Name}";
        return Task.FromResult<LakeTable?>(new LakeTable($"SELECT * FROM {RecordTable.ViewName(view)}")
        {
            FillAsync = (session, token) => FillAsync(session, view, reference, token),
        });
    }

    private async Task FillAsync(DuckDbSession session, string view, LakeReference reference, CancellationToken cancellationToken)
    {
        var table = new RecordTable(session, $"rows_{view}", _columns, null);
        var now = time.GetUtcNow();
        foreach (var resolution in MetricsResolution.All)
        {
            var points = await metrics.ReadAsync(
                new MetricsQuery(reference.Name, now - resolution.Kept, now.AddDays(1), resolution.Step, ByGeneration: true),
                cancellationToken);
            foreach (var point in points)
            {
                await table.AddAsync(
                    [
                        point.Generation?.VersionIn(reference.Name), point.Start, (long)resolution.Seconds, point.Counts.Requests,
                        point.Counts.Rows, point.Counts.Errors, point.Counts.Latency.Mean, point.Outcomes,
                    ],
                    point.Figures.Select(figure => KeyValuePair.Create(figure.Key, (object?)figure.Value.Mean)),
                    cancellationToken);
            }
        }

        await table.FinishAsync(view, cancellationToken);
    }
}
