using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Stores outcomes in the file of the query log, on the thread of its writer.</summary>
internal sealed class SqliteFeedbackWriter(QueryDatabase database, OutcomeWriter outcomes, KeyedWriter keyed) : IFeedbackWriter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeChange>> ReportAsync(
        string project, IReadOnlyList<ReportedOutcome> reports, CancellationToken cancellationToken) =>
        database.WriteAsync(
            IReadOnlyList<OutcomeChange> () => [.. reports.Select(report => outcomes.Report(project, report))], cancellationToken);

    /// <inheritdoc/>
    public Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            foreach (var outcome in outcomes)
                keyed.Add(project, outcome);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeChange>> SaveAsync(
        string project, IReadOnlyList<KeyedRow> rows, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            IReadOnlyList<OutcomeChange> () =>
            {
                var changes = new List<OutcomeChange>();
                foreach (var row in rows)
                {
                    if (row.ToReport(now) is { } report)
                        changes.Add(outcomes.Report(project, report));
                    keyed.Save(row);
                }

                return changes;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task MarkAsync(string project, long searched, CancellationToken cancellationToken) =>
        WriteAsync(() => keyed.Mark(project, searched), cancellationToken);

    /// <inheritdoc/>
    public Task IndexAsync(
        string project, IReadOnlyCollection<(long Hash, long First)> entities, long indexed, CancellationToken cancellationToken) =>
        WriteAsync(() => keyed.Index(project, entities, indexed), cancellationToken);

    /// <inheritdoc/>
    public Task ForgetRemovedAsync(string project, CancellationToken cancellationToken) =>
        WriteAsync(() => keyed.ForgetRemoved(project), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string project, DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(() => keyed.Remove(project, before), cancellationToken);

    private Task WriteAsync(Action work, CancellationToken cancellationToken) => database.WriteAsync(
        () =>
        {
            work();
            return true;
        },
        cancellationToken);
}
