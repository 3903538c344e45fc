using Microsoft.Extensions.Options;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The query log as tables: <c>queries.flights</c> has a row for each logged query of a project.</summary>
public sealed class QueryLakeSchema(
    IQueryLog log, IOptions<DatasetsOptions> options, IQueryArchive? archive = null) : ILakeSchema
{
    private static readonly (string Name, string Type)[] _columns =
    [
        ("query_id", "VARCHAR"), ("sequence", "BIGINT"), ("asked_at", "TIMESTAMPTZ"), ("entity", "VARCHAR"), ("release", "VARCHAR"),
        ("generation", "BIGINT"), ("arm", "VARCHAR"), ("reason", "VARCHAR"), ("prediction", "VARCHAR"), ("score", "FLOAT"),
        ("probabilities_json", "VARCHAR"), ("error", "VARCHAR"), ("latency_us", "BIGINT"),
    ];

    /// <inheritdoc/>
    public string Name => "queries";

    /// <inheritdoc/>
    public string Noun => "query log of a project";

    /// <inheritdoc/>
    public Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var view = $"queries_{reference.Name}";
        return Task.FromResult<LakeTable?>(new LakeTable(
            "SELECT * EXCLUDE (probabilities_json), CAST(CAST(probabilities_json AS JSON) AS MAP(VARCHAR, FLOAT)) AS probabilities "
            + $"FROM {RecordTable.ViewName(view)}")
        {
            FillAsync = (session, token) => FillAsync(session, view, reference, token),
        });
    }

    private async Task FillAsync(DuckDbSession session, string view, LakeReference reference, CancellationToken cancellationToken)
    {
        var table = new RecordTable(session, $"rows_{view}", _columns, reference.Columns);
        await foreach (var query in LogPages.ReadAsync(
            log, archive, reference.Name, options.Value.MaxRecords, cancellationToken))
        {
            var record = query.Record;
            var (prediction, score, probabilities) = PredictionValues.Of(record.Prediction);
            await table.AddAsync(
                [
                    record.QueryId, query.Sequence, record.At, record.Entity, record.Release, (long)record.Generation, record.Arm,
                    record.Reason, prediction, score, probabilities, record.Error, (long)record.Latency.Total,
                ],
                (record.Fields ?? _none).Concat(record.Augmented ?? _none),
                cancellationToken);
        }

        await table.FinishAsync(view, cancellationToken);
    }

    private static readonly IReadOnlyDictionary<string, object?> _none = new Dictionary<string, object?>();
}
