using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Feeds;

/// <summary>
/// The newest ordinal of a source, past those that are far ahead: they would leave nothing to a window, and nothing new to any later
/// training.
/// </summary>
internal static class NewestOrdinal
{
    private const int MaxSteps = 10;

    /// <summary>Reads it.</summary>
    /// <param name="before">Only what comes before it counts; null: all does.</param>
    /// <returns>It, null where there are no rows; and what is said of those that are far ahead, null where none is.</returns>
    public static async Task<(object? Newest, string? Ahead)> ReadAsync(
        IFeed feed, OrderedQuery ordered, string column, Ordinal? before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<string> bounds = [];
        Dictionary<string, object?> parameters = [];
        if (before is { } end)
            Bound("<", FeedParameters.To, end.Value);
        var greatest = await ReadAsync(ordered.NewestSql(bounds));
        if (FarAhead.IsTime(greatest, FarAhead.LimitOf(now)))
        {
            Bound("<=", FeedParameters.Cut, IsoTime.Text(FarAhead.LimitOf(now)));
            // Where all are to come, that is what they are meant to be.
            return await ReadAsync(ordered.NewestSql(bounds)) is { } known
                ? (known, $"the greatest '{column}' is {ValueText.Of(greatest!)}, more than a day ahead of the clock; "
                    + $"{ValueText.Of(known)} is taken for the newest")
                : (greatest, null);
        }

        var newest = greatest;
        for (var step = 0; step < MaxSteps && FarAhead.Before(newest) is { } limit; step++)
        {
            parameters[FeedParameters.Cut] = limit;
            if (await ReadAsync(ordered.NewestSql([.. bounds, $"{ordered.Key} <= :{FeedParameters.Cut}"])) is not { } below)
                break;
            parameters[FeedParameters.Cut] = below;
            string[] above = [.. bounds, $"{ordered.Key} > :{FeedParameters.Cut}"];
            if (!FarAhead.IsNumber(below, await ReadAsync(ordered.OldestSql(above)))
                || Convert.ToInt64(await ReadAsync(ordered.CountSql(above)), CultureInfo.InvariantCulture) > FarAhead.MaxRows)
                break;
            newest = below;
        }

        return (newest, Equals(newest, greatest) ? null
            : $"the greatest '{column}' is {ValueText.Of(greatest!)}, more than a hundred times {ValueText.Of(newest!)}, which is taken "
                + "for the newest");

        void Bound(string comparison, string parameter, object value)
        {
            bounds.Add($"{ordered.Key} {comparison} {ordered.KeyOf($":{parameter}")}");
            parameters[parameter] = ordered.Bound(value);
        }

        async Task<object?> ReadAsync(string sql)
        {
            var used = parameters.Where(pair => sql.Contains($":{pair.Key}", StringComparison.Ordinal)).ToDictionary();
            await using var rows = await feed.ReadAsync(sql, used, cancellationToken);
            return await rows.ReadAsync(cancellationToken) ? rows.GetValue(0) : null;
        }
    }
}
