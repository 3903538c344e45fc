using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Feeds;

/// <summary>
/// A query of a manifest in the order of one of its columns, an ordinal or a watermark: a number or a time. Times that the database knows
/// as such, and numbers, are ordered by the database; times that are texts there are ordered by their instant.
/// </summary>
internal sealed class OrderedQuery
{
    private const int RowsShown = 5;
    private const int MaxShownCharacters = 60;

    private readonly IFeed feed;
    private readonly string inner;
    private readonly string column;
    private readonly string? instant;

    private OrderedQuery(IFeed feed, string inner, string column, string? instant) =>
        (this.feed, this.inner, this.column, this.instant) = (feed, inner, column, instant);

    /// <summary>The expression by which rows are ordered.</summary>
    public string Key => KeyOf($"source.{column}");

    /// <summary>Checks the query's columns and at the values of the one that orders it.</summary>
    /// <param name="query">The manifest's SQL.</param>
    /// <param name="name">The column.</param>
    /// <param name="key">The key of the manifest that names the column, for messages.</param>
    /// <param name="allowsNull">Whether rows may have no value in it; a bound passes over them.</param>
    /// <exception cref="FeedException">The query has no such column, or it has values that have no place in its order; rows and values are
    /// named.</exception>
    public static async Task<OrderedQuery> OpenAsync(
        IFeed feed, string query, string name, string key, CancellationToken cancellationToken, bool allowsNull = false)
    {
        // The query's own end is on a line of its own, so that a comment there hides nothing.
        var from = $"(\n{query.TrimEnd().TrimEnd(';')}\n) AS source";
        var quoted = SqlText.Name(name);
        string? toInstant;
        await using (var rows = await feed.ReadAsync(
            $"SELECT * FROM {from} WHERE 1 = 0", new Dictionary<string, object?>(), cancellationToken))
        {
            var index = rows.Columns.ToList().IndexOf(name);
            if (index < 0)
                throw new FeedException(
                    feed.Name, $"The query yields no column '{name}' ({key}); its columns are {string.Join(", ", rows.Columns)}.");
            toInstant = rows.InstantOf(index, "{0}");
        }

        if (toInstant is not null && await FirstAsync(feed, $"SELECT max(source.{quoted}) FROM {from}", cancellationToken) is not string)
            toInstant = null;
        var ordered = new OrderedQuery(feed, from, quoted, toInstant);
        await ordered.CheckAsync(name, key, allowsNull, cancellationToken);
        return ordered;
    }

    /// <summary>A value of the column as it is compared with <see cref="Key"/>.</summary>
    public string KeyOf(string expression) => instant?.Replace("{0}", expression, StringComparison.Ordinal) ?? expression;

    /// <summary>
    /// A bound of the column as a parameter: times in UTC, since a column without zones passes over the zone of what it is compared with.
    /// </summary>
    /// <exception cref="FeedException">The text is no time.</exception>
    public object Bound(object value) => value is not string text ? value
        : IsoTime.TryParse(text, out var time) ? IsoTime.Text(time)
        : throw new FeedException(feed.Name, $"'{text}' bounds no rows by {column}; a number, or {IsoTime.Right}, would.");

    /// <summary>The SQL of the rows within bounds, in their order.</summary>
    /// <param name="bounds">Conditions over <see cref="Key"/>.</param>
    /// <param name="last">How many, the last ones; null: all.</param>
    public string Sql(IReadOnlyCollection<string> bounds, long? last = null)
    {
        var all = $"SELECT * FROM {inner}{Where(bounds)}\nORDER BY {Key}";
        return last is null ? all : $"SELECT * FROM ({all} DESC LIMIT {last}) AS last\nORDER BY {KeyOf($"last.{column}")}";
    }

    /// <summary>The SQL of the number of rows within bounds.</summary>
    public string CountSql(IReadOnlyCollection<string> bounds) => $"SELECT count(*) AS n FROM {inner}{Where(bounds)}";

    /// <summary>The SQL of the last value within bounds.</summary>
    public string NewestSql(IReadOnlyCollection<string> bounds) => instant is null
        ? $"SELECT max(source.{column}) FROM {inner}{Where(bounds)}"
        : $"SELECT source.{column} FROM {inner}{Where(bounds)}\nORDER BY {Key} DESC LIMIT 1";

    /// <summary>The SQL of the first value within bounds; for a column of numbers.</summary>
    public string OldestSql(IReadOnlyCollection<string> bounds) => $"SELECT min(source.{column}) FROM {inner}{Where(bounds)}";

    private static string Where(IReadOnlyCollection<string> bounds) => bounds.Count == 0 ? "" : $"\nWHERE {string.Join(" AND ", bounds)}";

    private static async Task<object?> FirstAsync(IFeed feed, string sql, CancellationToken cancellationToken)
    {
        await using var rows = await feed.ReadAsync(sql, new Dictionary<string, object?>(), cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? rows.GetValue(0) : null;
    }

    /// <remarks>A value without a place in the order would be passed over by a bound or a window, so it is searched for before.</remarks>
    private async Task CheckAsync(string name, string key, bool allowsNull, CancellationToken cancellationToken)
    {
        if (instant is null && allowsNull)
            return;
        var hasNoPlace = $"{Key} IS NULL{(allowsNull ? $" AND source.{column} IS NOT NULL" : "")}";
        if (await FirstAsync(feed, $"SELECT 1 FROM {inner} WHERE {hasNoPlace} LIMIT 1", cancellationToken) is null)
            return;
        var bad = new List<string>();
        var sql = $"SELECT progeny_row, progeny_value FROM (SELECT row_number() OVER () AS progeny_row, source.{column} AS progeny_value "
        + $"FROM {inner}) AS numbered\n"
            + $"WHERE {KeyOf("progeny_value")} IS NULL{(allowsNull ? " AND progeny_value IS NOT NULL" : "")} ORDER BY progeny_row LIMIT "
            + $"{RowsShown}";
        await using var rows = await feed.ReadAsync(sql, new Dictionary<string, object?>(), cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            bad.Add(string.Create(CultureInfo.InvariantCulture, $"row {rows.GetValue(0)}: {Show(rows.GetValue(1))}"));
        throw new FeedException(
            feed.Name,
            $"The query yields rows without a place in the order of '{name}' ({key}): {string.Join(", ", bad)}. "
            + $"{(instant is null ? "A number or a time" : char.ToUpperInvariant(IsoTime.Right[0]) + IsoTime.Right[1..])} would be right "
            + "in every row; convert it, or leave such rows out, in the query.");
    }

    private static string Show(object? value) => value switch
    {
        null => "null",
        string { Length: > MaxShownCharacters } text => $"'{text[..MaxShownCharacters]}…'",
        string text => $"'{text}'",
        _ => ValueText.Of(value),
    };
}
