using System.Globalization;
using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;
using Progeny.Core.Training;

namespace Progeny.Core.Feedback;

/// <summary>
/// Reads outcomes from the feed of a manifest's <c>outcomes</c>, from the last watermark on, and reports them. Rows at the watermark are read
/// again, since more of them may have come; a report that is known changes nothing.
/// </summary>
public sealed class OutcomePuller(IFeedCatalog feeds, IOutcomeStore store, TimeProvider time)
{
    private const string QueryIdColumn = "query_id";
    private const string OutcomeColumn = "outcome";
    private const string ObservedColumn = "observed_at";
    private const int RowsAtOnce = 10_000;
    private const int MostProblems = 5;

    // The years 1 to 9999.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Pulls what there is.</summary>
    /// <param name="manifest">A project with <c>outcomes</c>.</param>
    /// <param name="watermark">Where the last pull ended; null: at nothing.</param>
    /// <param name="progress">Awaited after every 10,000 rows at most, when they are on disk.</param>
    /// <exception cref="FeedException">The feed cannot be reached or refuses the query, or the query lacks a column. What was reported by then is stored.</exception>
    public async Task PullAsync(Manifest manifest, Ordinal? watermark, Func<PulledOutcomes, Task> progress, CancellationToken cancellationToken)
    {
        var outcomes = manifest.Outcomes!;
        var parameters = new Dictionary<string, object?>();
        if (outcomes.Watermark is not null && watermark is { } from)
            parameters[FeedParameters.Watermark] = from.Value;
        await using var rows = await feeds.Get(outcomes.Feed).ReadAsync(Sql(outcomes, parameters.Count > 0), parameters, cancellationToken);
        var columns = rows.Columns.ToList();
        var (query, value, observed) = (columns.IndexOf(QueryIdColumn), columns.IndexOf(OutcomeColumn), columns.IndexOf(ObservedColumn));
        var mark = outcomes.Watermark is null ? -1 : columns.IndexOf(outcomes.Watermark);
        foreach (var (name, index) in new[] { (QueryIdColumn, query), (OutcomeColumn, value), (outcomes.Watermark ?? OutcomeColumn, outcomes.Watermark is null ? value : mark) })
        {
            if (index < 0)
                throw new FeedException(outcomes.Feed, $"outcomes.query does not yield '{name}'; its columns are {string.Join(", ", columns)}.");
        }

        var batch = new List<ReportedOutcome>();
        var pulled = new PulledOutcomes { Watermark = watermark };
        while (await rows.ReadAsync(cancellationToken))
        {
            pulled = pulled with { Rows = pulled.Rows + 1 };
            var (outcome, problem) = Row(manifest, rows.GetValue(query), rows.GetValue(value), observed < 0 ? null : rows.GetValue(observed));
            if (outcome is not null)
                batch.Add(outcome);

            // A bad row at the watermark was shown when it was read first.
            else if (mark < 0 || watermark is not { } known || !Equals(rows.GetValue(mark), known.Value))
                pulled = pulled with { Bad = pulled.Bad + 1, Problems = pulled.Problems.Count < MostProblems ? [.. pulled.Problems, problem!] : pulled.Problems };
            if (mark >= 0 && rows.GetValue(mark) is { } reached)
                pulled = pulled with { Watermark = Ordinal.From(reached) };
            if (pulled.Rows % RowsAtOnce == 0)
                pulled = await ReportAsync(pulled);
        }

        await ReportAsync(pulled);

        async Task<PulledOutcomes> ReportAsync(PulledOutcomes so)
        {
            if (batch.Count > 0)
            {
                var receipt = await store.ReportAsync(manifest.Name, batch, cancellationToken);
                so = so with { Accepted = so.Accepted + receipt.Accepted, Corrected = so.Corrected + receipt.Corrected };
                batch.Clear();
            }

            await progress(so);
            return so with { Rows = 0, Accepted = 0, Corrected = 0, Bad = 0, Problems = [] };
        }
    }

    private static string Sql(OutcomesManifest outcomes, bool bounded)
    {
        if (outcomes.Watermark is null)
            return outcomes.Query;
        var column = $"source.\"{outcomes.Watermark.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var where = bounded ? $"\nWHERE {column} >= :{FeedParameters.Watermark}" : "";
        return $"SELECT * FROM (\n{outcomes.Query.TrimEnd().TrimEnd(';')}\n) AS source{where}\nORDER BY {column}";
    }

    private (ReportedOutcome? Outcome, string? Problem) Row(Manifest manifest, object? queryId, object? outcome, object? observedAt)
    {
        var id = queryId is null ? "" : DataCell.Text(queryId);
        if (id.Length is 0 or > QueryRowsReader.MostRowIdCharacters)
            return (null, $"{(id.Length == 0 ? "A row has no query_id" : $"The query_id {id[..40]}… is too long")}; 1 to {QueryRowsReader.MostRowIdCharacters} characters would be right.");
        var (value, problem) = OutcomeValues.Read(manifest, outcome);
        if (value is null)
            return (null, $"Query '{id}': {problem}.");
        if (!TryTime(observedAt, out var at))
            return (null, $"Query '{id}': observed_at is {DataCell.Text(observedAt!)}; an ISO 8601 time or seconds since 1970 would be right.");
        return (new ReportedOutcome(id, value, at, time.GetUtcNow()) { IsReread = true }, null);
    }

    private static bool TryTime(object? value, out DateTimeOffset? at)
    {
        at = null;
        switch (value)
        {
            case null:
                return true;
            case long seconds when seconds is >= FirstSecond and <= LastSecond:
                at = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
                return true;
            case double seconds when seconds is >= FirstSecond and <= LastSecond:
                at = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
                return true;
            case string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed):
                at = parsed;
                return true;
            default:
                return false;
        }
    }
}
