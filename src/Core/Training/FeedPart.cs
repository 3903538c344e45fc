using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Views;

namespace Progeny.Core.Training;

/// <summary>The part of a feed's or file's query that a training takes, and the SQL for it.</summary>
internal sealed class FeedPart
{
    private readonly IFeed feed;
    private readonly SourceManifest source;
    private readonly OrderedQuery? ordered;
    private readonly Dictionary<string, object?> parameters = [];
    private readonly List<string> bounds = [];
    private long? maxRows;
    private DateTimeOffset? cut;

    private FeedPart(IFeed feed, SourceManifest source, OrderedQuery? ordered) =>
        (this.feed, this.source, this.ordered) = (feed, source, ordered);

    /// <summary>
    /// The ordinal from which rows are taken, inclusive; null: from the first, or only behind the last one of the training that is
    /// continued.
    /// </summary>
    public Ordinal? From { get; private set; }

    /// <summary>The ordinal before which is stopped; null: after the last.</summary>
    public Ordinal? To { get; private set; }

    /// <summary>
    /// The ordinal behind which rows are taken, that of the last row which the continued training took; null: of no such one.
    /// </summary>
    public Ordinal? After { get; private set; }

    /// <summary>What is said of rows whose ordinal is far ahead; null: there are none, or they do no harm.</summary>
    public string? Ahead { get; private set; }

    /// <summary>Works out the part.</summary>
    /// <param name="logged">The logged queries behind the rows, which count for the window, too; null: none.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="FeedException">The query lacks the ordinal, or has rows without a place in its order.</exception>
    public static async Task<FeedPart> OfAsync(
        IFeed feed, SourceManifest source, SourceRange range, AnsweredSet? logged, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = source.Ordinal is null
            ? null
            : await OrderedQuery.OpenAsync(feed, source.Query!, source.Ordinal, "source.ordinal", cancellationToken);
        var part = new FeedPart(feed, source, query) { From = range.From, To = range.To };
        if (query is null)
        {
            if (range.IsContinued && source.File is null)
            {
                throw new TrainingFailedException(
                    TrainingStage.Source,
                    "pipeline.incremental needs source.ordinal, which tells rows that are new from those that were trained on.");
            }

            // A package's file never changes: what it holds was taken by the training that is continued.
            part.maxRows = range.IsContinued ? 0 : null;
            return part;
        }

        object? newest = null;
        if (range.Once || source.Window?.Time is not null || (range.From ?? range.To) is not null)
            newest = await part.NewestAsync(range.To, now, cancellationToken);
        part.Bound(range, newest);
        if (!range.IsContinued)
            part.Narrow(newest, logged);
        return part;
    }

    /// <summary>Runs the query.</summary>
    /// <param name="join">Joins the features of views.</param>
    public async Task<FeedRows> ReadAsync(AsOfJoin join, CancellationToken cancellationToken) => new(
        await join.JoinAsync(await feed.ReadAsync(Sql(), parameters, cancellationToken), cancellationToken), source.Ordinal, cut);

    private string Sql() => ordered?.Sql(bounds, maxRows)
        ?? (maxRows is 0 ? $"SELECT * FROM (\n{source.Query!.TrimEnd().TrimEnd(';')}\n) AS source WHERE 1 = 0" : source.Query!);

    private async Task<object?> NewestAsync(Ordinal? before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (before is not null)
        {
            var (newest, _) = await NewestOrdinal.ReadAsync(feed, ordered!, source.Ordinal!, null, now, cancellationToken);
            if (newest is null)
                return null;
            RequireKind(before, newest, "before");
        }

        (var last, Ahead) = await NewestOrdinal.ReadAsync(feed, ordered!, source.Ordinal!, before, now, cancellationToken);
        return last;
    }

    /// <remarks>A database may compare a number with a text, and finds all of one before all of the other.</remarks>
    private void RequireKind(Ordinal? bound, object newest, string where)
    {
        if (bound is { } given && given.Value is string != newest is string)
        {
            throw new TrainingFailedException(
                TrainingStage.Source,
                $"The values of '{source.Ordinal}' are {(newest is string ? "times" : "numbers")} such as {ValueText.Of(newest)}, so "
                    + $"'{given}' bounds no rows ({where}).");
        }
    }

    private void Bound(SourceRange range, object? newest)
    {
        if (range.Once)
        {
            // A lineage holds texts; of which type they are, the column says.
            Ordinal Typed(string text) => newest is string ? Ordinal.From(text) : Ordinal.Parse(text);
            if (From is null && range.After is { } last)
            {
                From = last.To is { } to ? Typed(to) : null;
                After = last is { To: null, LastOrdinal: { } ordinal } ? Typed(ordinal) : null;
            }

            // An end that is known stays one, also where the feed has nothing now.
            if (To is null && source.File is null)
                To = newest is null ? From : Ordinal.From(newest);
        }

        if (newest is not null)
        {
            RequireKind(From, newest, "from");
            RequireKind(After, newest, "behind");
            RequireKind(To, newest, "before");
        }

        Add(">=", FeedParameters.From, From?.Value);
        Add(">", FeedParameters.After, After?.Value);
        Add("<", FeedParameters.To, To?.Value);
    }

    private void Narrow(object? newest, AnsweredSet? logged)
    {
        maxRows = source.Window?.Rows is { } rows ? Math.Max(0, rows - (logged?.Keys.Count ?? 0)) : null;
        if (source.Window?.Time is not { } time || newest is null)
            return;
        var last = OrdinalTimes.Of(source.Ordinal!, newest);
        if (logged is { Keys: [.., var query] } && DateTimeOffset.UnixEpoch.AddTicks(query.At * TimeSpan.TicksPerMicrosecond) is var asked
            && asked > last)
            last = asked;
        cut = last - time;
        Add(">=", FeedParameters.Cut, OrdinalTimes.NotAfter(newest, cut.Value));
    }

    private void Add(string comparison, string parameter, object? value)
    {
        if (value is null)
            return;
        bounds.Add($"{ordered!.Key} {comparison} {ordered.KeyOf($":{parameter}")}");
        parameters[parameter] = ordered.Bound(value);
    }
}
