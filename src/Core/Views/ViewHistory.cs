using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Views;

/// <summary>
/// The history of a view, read in the order in which its values became known, and what of it counts for each entity as of a moment that
/// only moves on. Memory grows with the entities, not with the history.
/// </summary>
internal sealed class ViewHistory : IAsyncDisposable
{
    private readonly ViewManifest view;
    private readonly IFeedReader rows;
    private readonly int[] keys;
    private readonly int[] features;
    private readonly int known;
    private readonly int happened;
    private readonly long maxBytes;
    private readonly Dictionary<string, KnownValue> newest = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Key, KnownValue Value), Moment> ahead = new();
    private (string? Key, KnownValue Value)? next;
    private Moment? first;
    private Moment? last;
    private bool isOver;
    private long read;
    private long bytes;

    private ViewHistory(ViewManifest view, IFeedReader rows, long maxBytes)
    {
        this.view = view;
        this.rows = rows;
        this.maxBytes = maxBytes;
        var columns = rows.Columns.ToList();
        keys = [.. view.Keys.Select(key => columns.IndexOf(key))];
        features = [.. view.Features.Select(name => columns.IndexOf(name))];
        known = columns.IndexOf(view.KnownAt);
        happened = view.EventAt is null ? known : columns.IndexOf(view.EventAt);
    }

    public ViewManifest View => view;

    /// <summary>Starts to read a view.</summary>
    /// <param name="maxBytes">The most memory that the newest values of all entities may take.</param>
    /// <param name="ages">Takes the time of the newest value; null: nobody wants it.</param>
    /// <exception cref="FeedException">The feed does not answer, or the query is wrong.</exception>
    /// <exception cref="ViewException">The view yields what cannot be read as of a moment.</exception>
    public static async Task<ViewHistory> OpenAsync(
        IFeed feed, ViewManifest view, long maxBytes, Action<DateTimeOffset>? ages, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sql = await ViewSql.OpenAsync(feed, view, cancellationToken);
        if (ages is not null && sql.Sample is { IsTime: true })
        {
            await using var greatest = await feed.ReadAsync(
                sql.Newest, new Dictionary<string, object?> { [ViewSql.AtParameter] = IsoTime.Text(now) }, cancellationToken);
            if (await greatest.ReadAsync(cancellationToken) && sql.Read(greatest.GetValue(0)) is { } time)
                ages(new DateTimeOffset(time.Value, TimeSpan.Zero));
        }

        var ordered = await OrderedQuery.OpenAsync(
            feed, view.Query, view.KnownAt, $"known_at of view '{view.Name}'", cancellationToken);
        return new ViewHistory(
            view, await feed.ReadAsync(ordered.Sql([]), new Dictionary<string, object?>(), cancellationToken), maxBytes);
    }

    /// <summary>Takes in all that was known, and holds, before a moment.</summary>
    /// <param name="at">The moment; never before that of the last call.</param>
    /// <param name="what">What has the moment, for messages.</param>
    public async ValueTask AdvanceAsync(Moment at, string what, CancellationToken cancellationToken)
    {
        while ((next ??= await ReadAsync(cancellationToken)) is { } entry)
        {
            if (first is { } kind && kind.IsTime != at.IsTime)
                throw ViewException.OtherKind(view, $"known_at '{view.KnownAt}'", kind, what, at);
            if (entry.Value.Known.CompareTo(at) >= 0)
                break;
            next = null;
            if (entry.Key is not { } key)
                continue;
            if (entry.Value.Event.CompareTo(entry.Value.Known) > 0)
            {
                ahead.Enqueue((key, entry.Value), entry.Value.Event);
                Count(KnownValue.BytesOf(key) + entry.Value.Bytes);
            }
            else
            {
                Apply(key, entry.Value);
            }
        }

        while (ahead.TryPeek(out var waiting, out var from) && from.CompareTo(at) < 0)
        {
            ahead.Dequeue();
            Count(-KnownValue.BytesOf(waiting.Key) - waiting.Value.Bytes);
            Apply(waiting.Key, waiting.Value);
        }
    }

    /// <summary>The features of an entity as of a moment; null: none were known, or they are too old.</summary>
    /// <param name="key">The entity's key.</param>
    /// <param name="at">The moment up to which was read.</param>
    /// <param name="describe">The entity for a message.</param>
    /// <exception cref="ViewException">Two values were known at the same moment.</exception>
    public object?[]? Find(string key, Moment at, Func<string> describe)
    {
        if (!newest.TryGetValue(key, out var value) || value.Event.IsOlderThan(view.MaxAge, at))
            return null;
        return !value.IsTied ? value.Features : throw ViewException.TwoValues(
            view, describe(), value.Known.ToString(), view.EventAt is null ? null : value.Event.ToString());
    }

    public ValueTask DisposeAsync() => rows.DisposeAsync();

    private void Apply(string key, KnownValue value)
    {
        if (!newest.TryGetValue(key, out var before))
        {
            newest.Add(key, value);
            Count(KnownValue.BytesOf(key) + value.Bytes);
        }
        else
        {
            var order = value.CompareTo(before);
            if (order < 0 || (order == 0 && value.Features.AsSpan().SequenceEqual(before.Features)))
                return;
            newest[key] = order > 0 ? value : before with { IsTied = true };
            Count(order > 0 ? value.Bytes - before.Bytes : 0);
        }
    }

    private void Count(long more)
    {
        bytes += more;
        if (bytes > maxBytes)
        {
            throw new ViewException(
                view,
                $"the newest values of its first {newest.Count} entities, with those that hold later, take more than {maxBytes} bytes of memory "
                    + "(the node's Trainer:MaxViewBytes); let its query yield fewer entities, or fewer features.");
        }
    }

    private async ValueTask<(string? Key, KnownValue Value)?> ReadAsync(CancellationToken cancellationToken)
    {
        if (isOver || !await rows.ReadAsync(cancellationToken))
        {
            isOver = true;
            return null;
        }

        read++;
        var at = MomentOf(known, "known_at", view.KnownAt);
        var holds = happened == known ? at : MomentOf(happened, "event_at", view.EventAt!);
        first ??= at;
        if (holds.IsTime != at.IsTime)
            throw ViewException.OtherKind(view, $"event_at '{view.EventAt}'", holds, $"known_at '{view.KnownAt}'", at);
        if (at.IsTime != first.Value.IsTime)
            throw ViewException.OtherKind(view, $"known_at '{view.KnownAt}' in row {read}", at, "in the first", first.Value);
        if (view.MaxAge is not null && !at.IsTime)
            throw new ViewException(view, $"max_age needs known_at to be a time; '{view.KnownAt}' has {at}, which has no age.");
        if (last is { } before && at.CompareTo(before) < 0)
            throw OutOfOrder(at, before);
        last = at;
        return (
            EntityKey.Of(keys.Length, part => rows.GetValue(keys[part])),
            new KnownValue(at, holds, Array.ConvertAll(features, rows.GetValue)));
    }

    private Moment MomentOf(int column, string key, string name)
    {
        var value = rows.GetValue(column);
        return Moment.Read(value) ?? throw new ViewException(
            view,
            $"row {read} of its history, {key} '{name}': {(value is null ? "null" : $"'{ValueText.Of(value)}'")} is no moment; "
                + $"{Moment.Right}, would be right in every row.");
    }

    private ViewException OutOfOrder(Moment at, Moment before) => new(
        view,
        $"its history is not in the order of '{view.KnownAt}': row {read} is of {at}, and the one before it of {before}. Times that differ "
            + "by less than the database tells apart would do that; round them in the query.");
}
