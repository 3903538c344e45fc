using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Views;

/// <summary>The SQL of a view in the words of its feed's database, found once by its columns and one of its rows.</summary>
internal sealed class ViewSql
{
    /// <summary>Names of columns that lookups yield beside the features.</summary>
    public const string Known = FeedParameters.OwnPrefix + "known";
    public const string Event = FeedParameters.OwnPrefix + "event";
    public const string Ties = FeedParameters.OwnPrefix + "ties";

    private const string At = FeedParameters.OwnPrefix + "at";

    private readonly ViewManifest view;
    private readonly string from;
    private readonly string keys;
    private readonly string? knownInstant;
    private readonly string? eventInstant;

    private ViewSql(ViewManifest view, string from, string keys, string? knownInstant, string? eventInstant, Moment? sample)
    {
        this.view = view;
        this.from = from;
        this.keys = keys;
        this.knownInstant = knownInstant;
        this.eventInstant = eventInstant;
        Sample = sample;
    }

    /// <summary>When one of the values became known, which tells the kind of all; null: the view has no rows.</summary>
    public Moment? Sample { get; }

    /// <summary>The columns of a lookup.</summary>
    public IReadOnlyList<string> Columns => [.. view.Features, Known, Event, Ties];

    /// <summary>The parameter that is the moment of a lookup.</summary>
    public static string AtParameter => At;

    /// <summary>Checks the columns of a view, and finds of what kind its times are.</summary>
    /// <exception cref="FeedException">The feed does not answer, or the query is wrong.</exception>
    /// <exception cref="ViewException">A column is missing, or of a type that is no key or no time.</exception>
    public static async Task<ViewSql> OpenAsync(IFeed feed, ViewManifest view, CancellationToken cancellationToken)
    {
        // The query's own end is on a line of its own, so that a comment there hides nothing.
        var table = $"(\n{view.Query.TrimEnd().TrimEnd(';')}\n) AS source";
        string?[] conditions;
        string? knownTime;
        string? eventTime;
        await using (var rows = await feed.ReadAsync(
            $"SELECT * FROM {table} WHERE 1 = 0", new Dictionary<string, object?>(), cancellationToken))
        {
            var columns = rows.Columns.ToList();
            var missing = new[] { view.KnownAt, view.EventAt }.Concat(view.Keys).Concat(view.Features).OfType<string>()
                .Where(name => !columns.Contains(name)).ToList();
            if (missing.Count > 0)
            {
                throw new ViewException(
                    view, $"its query yields no {Names(missing)}; its columns are {string.Join(", ", columns)}.");
            }

            conditions = [.. view.Keys.Select(key => rows.HasText(columns.IndexOf(key), $"source.{SqlText.Name(key)}", $":{key}"))];
            knownTime = rows.TimeOf(columns.IndexOf(view.KnownAt), "{0}");
            eventTime = view.EventAt is null ? null : rows.TimeOf(columns.IndexOf(view.EventAt), "{0}");
        }

        if (Array.IndexOf(conditions, null) is >= 0 and var bad)
        {
            throw new ViewException(
                view,
                $"the key '{view.Keys[bad]}' is of a type whose values have more than one text; a text, a whole number, a decimal number, "
                    + "a boolean or a UUID would be right: convert it in the query.");
        }

        var sample = await ReadAsync(feed, view, table, view.KnownAt, "known_at", cancellationToken);
        var happened = view.EventAt is null
            ? null
            : await ReadAsync(feed, view, table, view.EventAt, "event_at", cancellationToken);
        if (sample is { } known && happened is { } other && known.IsTime != other.IsTime)
            throw ViewException.OtherKind(view, $"event_at '{view.EventAt}'", other, $"known_at '{view.KnownAt}'", known);
        if (view.MaxAge is not null && sample is { IsTime: false } number)
        {
            throw new ViewException(
                view, $"max_age needs known_at to be a time; '{view.KnownAt}' has whole numbers such as {number}, which have no age.");
        }

        var isTime = sample?.IsTime is true;
        return new ViewSql(
            view,
            table,
            string.Join(" AND ", conditions.Select(condition => $"({condition})")),
            isTime ? knownTime : null,
            isTime ? eventTime : null,
            sample);
    }

    /// <summary>The SQL of the newest values of one entity, one row at most; keys and moment are its parameters.</summary>
    /// <param name="isBounded">Whether only what was known before the moment counts; else all does.</param>
    public string Lookup(bool isBounded)
    {
        var known = Instant(knownInstant, Source(view.KnownAt));
        var happened = view.EventAt is null ? known : Instant(eventInstant, Source(view.EventAt));
        List<string> bounds = [keys, $"{known} IS NOT NULL", $"{happened} IS NOT NULL"];
        if (isBounded)
        {
            bounds.Add($"{known} < {Instant(knownInstant, $":{At}")}");
            if (view.EventAt is not null)
                bounds.Add($"{happened} < {Instant(eventInstant, $":{At}")}");
        }

        var features = string.Join(", ", view.Features.Select(SqlText.Name));
        const string Order = $"ORDER BY {Event} DESC, {Known} DESC";
        return $"SELECT {features}, {Known}, {Event}, count(*) OVER (PARTITION BY {Event}, {Known}) AS {Ties} FROM (\n"
            + $"SELECT DISTINCT {string.Join(", ", view.Features.Select(name => $"{Source(name)} AS {SqlText.Name(name)}"))}, "
            + $"{known} AS {Known}, {happened} AS {Event} FROM {from}\n"
            + $"WHERE {string.Join(" AND ", bounds)}\n{Order} LIMIT 2) AS newest\n{Order} LIMIT 1";
    }

    /// <summary>The SQL of the time at which the newest value before a moment became known.</summary>
    public string Newest => $"SELECT max({Instant(knownInstant, Source(view.KnownAt))}) AS {Known} FROM {from}\n"
        + $"WHERE {Instant(knownInstant, Source(view.KnownAt))} < {Instant(knownInstant, $":{At}")}";

    /// <summary>The moment that a column of a lookup holds.</summary>
    /// <remarks>SQLite has ticks for the instants of its texts.</remarks>
    public Moment? Read(object? value) =>
        Sample?.IsTime is true && value is long ticks ? new Moment(IsTime: true, ticks) : Moment.Read(value);

    private static async Task<Moment?> ReadAsync(
        IFeed feed, ViewManifest view, string from, string column, string key, CancellationToken cancellationToken)
    {
        await using var rows = await feed.ReadAsync(
            $"SELECT {Source(column)} FROM {from} WHERE {Source(column)} IS NOT NULL LIMIT 1",
            new Dictionary<string, object?>(),
            cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var value = rows.GetValue(0);
        return Moment.Read(value)
            ?? throw new ViewException(view, $"{key} '{column}' has {ValueText.Of(value!)}; {Moment.Right}, would be right.");
    }

    private static string Source(string column) => $"source.{SqlText.Name(column)}";

    private static string Instant(string? instant, string expression) =>
        instant?.Replace("{0}", expression, StringComparison.Ordinal) ?? expression;

    private static string Names(List<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
