using Microsoft.Extensions.Options;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// The outcomes of logged queries as tables: <c>outcomes.flights</c> has a row for each report; that with <c>counts</c> counts.
/// </summary>
public sealed class OutcomeLakeSchema(
    IQueryLog log, IOptions<DatasetsOptions> options, IQueryArchive? archive = null) : ILakeSchema
{
    private static readonly (string Name, string Type)[] _columns =
    [
        ("query_id", "VARCHAR"), ("sequence", "BIGINT"), ("value", "VARCHAR"), ("observed_at", "TIMESTAMPTZ"),
        ("reported_at", "TIMESTAMPTZ"), ("counts", "BOOLEAN"),
    ];

    /// <inheritdoc/>
    public string Name => "outcomes";

    /// <inheritdoc/>
    public string Noun => "list of outcomes of a project";

    /// <inheritdoc/>
    public Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var view = $"outcomes_{reference.Name}";
        return Task.FromResult<LakeTable?>(new LakeTable($"SELECT * FROM {RecordTable.ViewName(view)}")
        {
            FillAsync = (session, token) => FillAsync(session, view, reference, token),
        });
    }

    private async Task FillAsync(DuckDbSession session, string view, LakeReference reference, CancellationToken cancellationToken)
    {
        var table = new RecordTable(session, $"rows_{view}", _columns, null);
        await foreach (var query in LogPages.ReadAsync(
            log, archive, reference.Name, options.Value.MaxRecords, cancellationToken))
        {
            for (var i = 0; i < query.Outcomes.Count; i++)
            {
                var outcome = query.Outcomes[i];
                await table.AddAsync(
                    [
                        query.Record.QueryId, query.Sequence, outcome.Value, outcome.ObservedAt, outcome.ReportedAt,
                        i == query.Outcomes.Count - 1,
                    ],
                    [],
                    cancellationToken);
            }
        }

        await table.FinishAsync(view, cancellationToken);
    }
}
