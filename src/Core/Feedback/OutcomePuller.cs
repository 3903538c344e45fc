using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;
using Progeny.Core.Training;

namespace Progeny.Core.Feedback;

/// <summary>
/// Reads outcomes from the feed of a manifest's <c>outcomes</c>, from the last watermark on, and reports them. Rows at the watermark are read
/// again, since more of them may have come; a report that is known changes nothing. Outcomes by key and time are stored to be matched.
/// </summary>
public sealed class OutcomePuller(IFeedCatalog feeds, IOutcomeStore store, IKeyedOutcomes byKeys, TimeProvider time)
{
    private const int RowsAtOnce = 10_000;
    private const int MostProblems = 5;

    // What was stored by then stays, and the next pull goes on behind it.
    private static readonly TimeSpan LongestPull = TimeSpan.FromHours(1);

    /// <summary>Pulls what there is.</summary>
    /// <param name="manifest">A project with <c>outcomes</c>.</param>
    /// <param name="watermark">Where the last pull ended; null: at nothing.</param>
    /// <param name="progress">Awaited after every 10,000 rows at most, when they are on disk.</param>
    /// <exception cref="FeedException">
    /// The feed cannot be reached or refuses the query, the query lacks a column, or its rows took more than an hour. What was reported by then is stored.
    /// </exception>
    public async Task PullAsync(Manifest manifest, Ordinal? watermark, Func<PulledOutcomes, Task> progress, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(LongestPull, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await ReadAsync(manifest, watermark, progress, either.Token);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new FeedException(manifest.Outcomes!.Feed, $"Reading the rows took more than {LongestPull:c}.", exception);
        }
    }

    private async Task ReadAsync(Manifest manifest, Ordinal? watermark, Func<PulledOutcomes, Task> progress, CancellationToken cancellationToken)
    {
        var outcomes = manifest.Outcomes!;
        var parameters = new Dictionary<string, object?>();
        if (outcomes.Watermark is not null && watermark is { } from)
            parameters[FeedParameters.Watermark] = from.Value;
        await using var rows = await feeds.Get(outcomes.Feed).ReadAsync(Sql(outcomes, parameters.Count > 0), parameters, cancellationToken);
        var reader = new OutcomeRows(manifest, rows, time);
        var mark = outcomes.Watermark is null ? -1 : reader.Require(outcomes.Watermark);
        var batch = new List<ReportedOutcome>();
        var keyed = new List<KeyedOutcome>();
        var pulled = new PulledOutcomes { Watermark = watermark };
        while (await rows.ReadAsync(cancellationToken))
        {
            pulled = pulled with { Rows = pulled.Rows + 1 };
            var (outcome, byKey, problem) = reader.Read();
            if (outcome is not null)
                batch.Add(outcome);
            else if (byKey is not null)
                keyed.Add(byKey);

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

            await byKeys.AddAsync(manifest.Name, keyed, cancellationToken);
            keyed.Clear();
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
}
