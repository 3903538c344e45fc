using System.Collections.Concurrent;
using System.Globalization;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Feedback;

/// <summary>
/// Reads outcomes from the feed of a manifest's <c>outcomes</c>, from the last watermark on, and reports them. Rows at the watermark are
/// read again, since more of them may have come; a report that is known changes nothing. Outcomes by key and time are stored to be matched.
/// Rows that come behind the watermark are not read, but counted: those that the source has before it, less those that were read.
/// </summary>
public sealed class OutcomePuller(IFeedCatalog feeds, IOutcomeStore store, IKeyedOutcomes byKeys, TimeProvider time)
{
    private const int RowsAtOnce = 10_000;
    private const int MaxProblems = 5;

    /// <summary>Counting what is behind the watermark takes at most one part in so many of a feed's time.</summary>
    private const int CountPause = 100;

    // What was stored by then stays, and the next pull goes on behind it.
    private static readonly TimeSpan LongestPull = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (long Since, TimeSpan Pause)> counted = new(StringComparer.Ordinal);

    /// <summary>Pulls what there is.</summary>
    /// <param name="manifest">A project with <c>outcomes</c>.</param>
    /// <param name="watermark">Where the last pull ended; null: at nothing.</param>
    /// <param name="below">The rows of the source that were known then before the watermark (<see cref="PulledOutcomes.Below"/>).</param>
    /// <param name="progress">Awaited after every 10,000 rows at most, when they are on disk.</param>
    /// <exception cref="FeedException">
    /// The feed cannot be reached or refuses the query, the query lacks a column, rows have no place in the watermark's order, or reading
    /// took more than an hour. What was reported by then is stored.
    /// </exception>
    public async Task PullAsync(
        Manifest manifest, Ordinal? watermark, long below, Func<PulledOutcomes, Task> progress, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(LongestPull, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await ReadAsync(manifest, watermark, below, progress, either.Token);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new FeedException(manifest.Outcomes!.Feed, $"Reading the rows took more than {LongestPull:c}.", exception);
        }
    }

    private async Task ReadAsync(
        Manifest manifest, Ordinal? watermark, long below, Func<PulledOutcomes, Task> progress, CancellationToken cancellationToken)
    {
        var outcomes = manifest.Outcomes!;
        var feed = feeds.Get(outcomes.Feed, manifest.Name);
        var pulled = new PulledOutcomes { Watermark = watermark, Below = below };
        var (sql, parameters) = (outcomes.Query, new Dictionary<string, object?>());
        if (outcomes.Watermark is { } column)
        {
            var ordered = await OrderedQuery.OpenAsync(
                feed, outcomes.Query, column, "outcomes.watermark", cancellationToken, allowsNull: true);
            sql = ordered.Sql([]);
            if (watermark is { } from)
            {
                var bound = ordered.KeyOf($":{FeedParameters.Watermark}");
                parameters[FeedParameters.Watermark] = ordered.Bound(from.Value);
                pulled = await CountBehindAsync(
                    manifest,
                    feed,
                    ordered.CountSql([$"({ordered.Key} < {bound} OR {ordered.Key} IS NULL)"]),
                    pulled,
                    parameters,
                    cancellationToken);
                sql = ordered.Sql([$"{ordered.Key} >= {bound}"]);
            }
        }

        await using var rows = await feed.ReadAsync(sql, parameters, cancellationToken);
        var reader = new OutcomeRows(manifest, rows, time);
        var mark = outcomes.Watermark is null ? -1 : reader.Require(outcomes.Watermark);
        var batch = new List<ReportedOutcome>();
        var keyed = new List<KeyedOutcome>();
        var progressed = new WatermarkProgress(watermark, pulled.Below, FarAhead.LimitOf(time.GetUtcNow()));
        while (await rows.ReadAsync(cancellationToken))
        {
            pulled = pulled with { Rows = pulled.Rows + 1 };
            var (outcome, byKey, problem) = reader.Read();
            if (outcome is not null)
                batch.Add(outcome);
            else if (byKey is not null)
                keyed.Add(byKey);
            if (mark >= 0 && progressed.Add(rows.GetValue(mark)) is { } ahead)
            {
                var of = (outcome?.QueryId ?? byKey?.Key) is { } id ? $" of '{id}'" : "";
                const string So = "it and those behind it are read each time, and the watermark stays before them";
                pulled = Told(pulled, $"The row{of} has the {outcomes.Watermark} {ahead}; {So}.");
            }

            // A bad row at the watermark, or far ahead, was shown when it was read first.
            if (problem is not null && progressed.Ahead == 0
                && (mark < 0 || watermark is not { } known || !Equals(rows.GetValue(mark), known.Value)))
                pulled = Told(pulled, problem) with { Bad = pulled.Bad + 1 };
            if (pulled.Rows % RowsAtOnce == 0)
                pulled = await ReportAsync(pulled);
        }

        await ReportAsync(pulled);

        async Task<PulledOutcomes> ReportAsync(PulledOutcomes so)
        {
            so = so with { Watermark = progressed.Watermark, Below = progressed.Below, Ahead = progressed.Ahead };
            if (batch.Count > 0)
            {
                var receipt = await store.ReportAsync(manifest.Name, batch, cancellationToken);
                so = so with { Accepted = so.Accepted + receipt.Accepted, Corrected = so.Corrected + receipt.Corrected };
                batch.Clear();
            }

            await byKeys.AddAsync(manifest.Name, keyed, cancellationToken);
            keyed.Clear();
            await progress(so);
            return so with { Rows = 0, Accepted = 0, Corrected = 0, Bad = 0, Behind = 0, Problems = [] };
        }
    }

    private static PulledOutcomes Told(PulledOutcomes pulled, string problem) =>
        pulled.Problems.Count < MaxProblems ? pulled with { Problems = [.. pulled.Problems, problem] } : pulled;

    /// <summary>Counts the rows that have come behind the watermark, unless that was done a moment ago for what it costs.</summary>
    private async Task<PulledOutcomes> CountBehindAsync(
        Manifest manifest,
        IFeed feed,
        string sql,
        PulledOutcomes pulled,
        IReadOnlyDictionary<string, object?> parameters,
        CancellationToken cancellationToken)
    {
        if (counted.TryGetValue(manifest.Name, out var last) && time.GetElapsedTime(last.Since) < last.Pause)
            return pulled;
        var started = time.GetTimestamp();
        await using var rows = await feed.ReadAsync(sql, parameters, cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return pulled;
        var below = Convert.ToInt64(rows.GetValue(0), CultureInfo.InvariantCulture);
        counted[manifest.Name] = (time.GetTimestamp(), time.GetElapsedTime(started) * CountPause);
        var behind = Math.Max(0, below - pulled.Below);
        return pulled with
        {
            Below = below,
            Behind = behind,
            Problems = behind == 0 ? pulled.Problems
                :
                [
                    .. pulled.Problems,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{behind:#,0} rows came behind the watermark {pulled.Watermark} and are not read: when they came, rows with a "
                            + $"greater '{manifest.Outcomes!.Watermark}' had been read, or they have none."),
                ],
        };
    }
}
