using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Views;

/// <summary>The newest values of a view for entities that are asked about now, or as of a moment that the query carries.</summary>
/// <param name="at">The field that holds the moment; null: it is always now.</param>
/// <param name="known">Takes when the values that were read became known; null: nobody wants it.</param>
public sealed class ViewLookup(IFeed feed, ViewManifest view, string? at, TimeProvider time, Action<DateTimeOffset>? known = null)
{
    private volatile ViewSql? opened;

    /// <summary>Reads the features of many entities in one round trip.</summary>
    /// <param name="parameters">For each its key, and the moment where there is one, by field.</param>
    /// <returns>
    /// In their order the values of the view's features; null where nothing is known, or a <see cref="ViewException"/> as the only value
    /// where what is known contradicts itself.
    /// </returns>
    /// <exception cref="FeedException">The feed does not answer, or the query is wrong.</exception>
    /// <exception cref="ViewException">The view cannot be read as of a moment.</exception>
    public async Task<IReadOnlyList<object?[]?>> ReadAsync(
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters, CancellationToken cancellationToken)
    {
        var answers = new object?[]?[parameters.Count];
        if (opened is not { Sample: { } kind } sql)
        {
            // A view without rows is opened again: what comes first tells the kind of its times.
            opened = sql = await ViewSql.OpenAsync(feed, view, cancellationToken);
            if (sql.Sample is null)
                return answers;
            kind = sql.Sample.Value;
        }

        var now = Now();
        foreach (var isBounded in new[] { true, false })
        {
            List<(int Row, Moment? At, Dictionary<string, object?> Values)> asked = [];
            for (var row = 0; row < answers.Length; row++)
            {
                var moment = MomentOf(parameters[row], kind, now, out var problem);
                if (problem is not null)
                    answers[row] = [problem];
                else if (moment is not null == isBounded)
                    asked.Add((row, moment, Parameters(parameters[row], moment)));
            }

            if (asked.Count == 0)
                continue;
            var found = await feed.LookupAsync(
                sql.Lookup(isBounded), sql.Columns, [.. asked.Select(each => each.Values)], cancellationToken);
            for (var i = 0; i < asked.Count; i++)
                answers[asked[i].Row] = Answer(sql, found[i], asked[i].At, asked[i].Values);
        }

        return answers;
    }

    /// <summary>Now, in the microseconds that databases have.</summary>
    private Moment Now()
    {
        var ticks = time.GetUtcNow().UtcTicks;
        return new Moment(IsTime: true, ticks - (ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>As of when an entity is asked about; null: of the end, since whole numbers have no clock.</summary>
    private Moment? MomentOf(IReadOnlyDictionary<string, object?> parameters, Moment kind, Moment now, out ViewException? problem)
    {
        problem = null;
        if (at is null || parameters.GetValueOrDefault(at) is null or "")
            return kind.IsTime ? now : null;
        var value = parameters[at]!;
        if (Moment.Read(value) is not { } moment)
            problem = new ViewException(
                view, $"the field '{at}' has {ValueText.Of(value)}, as of which nothing is known; {Moment.Right}, would be right.");
        else if (moment.IsTime != kind.IsTime)
            problem = ViewException.OtherKind(view, $"the field '{at}'", moment, $"known_at '{view.KnownAt}'", kind);
        else
            return moment;
        return null;
    }

    private Dictionary<string, object?> Parameters(IReadOnlyDictionary<string, object?> given, Moment? moment)
    {
        var values = view.Keys.ToDictionary(key => key, key => (object?)EntityKey.PartOf(given[key]), StringComparer.Ordinal);
        if (moment is { } bound)
            values[ViewSql.AtParameter] = bound.IsTime ? bound.ToString() : bound.Value;
        return values;
    }

    private object?[]? Answer(ViewSql sql, object?[]? row, Moment? moment, Dictionary<string, object?> values)
    {
        if (row is null || sql.Read(row[^3]) is not { } when || sql.Read(row[^2]) is not { } happened)
            return null;
        if (when.IsTime)
            known?.Invoke(new DateTimeOffset(when.Value, TimeSpan.Zero));
        if (moment is { } asOf && happened.IsOlderThan(view.MaxAge, asOf))
            return null;
        return row[^1] is 1L ? row[..^3] : [
            ViewException.TwoValues(
                view, string.Join(", ", view.Keys.Select(key => $"{key} '{values[key]}'")), when.ToString(),
                view.EventAt is null ? null : happened.ToString()),
        ];
    }
}
