using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Rows;
using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>
/// Appends the rows of a query to a dataset in the order of their watermark, and goes on behind the last one. What it is about to
/// append is stored before
/// it is appended, and the watermark afterwards; so a stop at any point loses nothing and appends nothing twice. Rows that come behind
/// the watermark are
/// counted: those that the source has up to it, less those that were taken.
/// </summary>
public sealed class QueryPuller(IFeedCatalog feeds, RowAppender appender, IAppendedRows rows, ISubscriptionStore store, TimeProvider time)
{
    /// <summary>Why rows behind the watermark cannot be taken without a key.</summary>
    public const string NoKey =
        "Rows behind the watermark stand among rows that were taken, and only a key tells them apart: the source says of none when it came. "
            + "Remove the subscription and subscribe with a key ('key', --row-key); the rows that are there are known by it, and only those "
            + "that are missing are taken.";

    private const int RowsAtOnce = 10_000;
    private const int MaxRowsAtOne = 1_000_000;

    /// <summary>Takes what is new.</summary>
    /// <param name="takesBehind">Whether rows behind the watermark are taken, too, which takes a key.</param>
    /// <exception cref="FeedException">The feed cannot be reached or refuses the query, or rows have no place in the order.</exception>
    /// <exception cref="SubscriptionException">The subscription cannot do what is asked.</exception>
    public async Task PullAsync(
        Subscription subscription, SubscriptionStatus status, bool takesBehind, CancellationToken cancellationToken)
    {
        if (takesBehind && subscription.Key.Count == 0)
        {
            throw new SubscriptionException(NoKey);
        }

        var feed = feeds.Get(subscription.Place, subscription.Dataset);
        var ordered = await OrderedQuery.OpenAsync(
            feed, subscription.Query!, subscription.Watermark!, "watermark", cancellationToken, allowsNull: true);
        status = await SettleAsync(subscription, status, cancellationToken);
        if (takesBehind)
            await TakeBehindAsync(subscription, status, feed, ordered, cancellationToken);
        else if (status.Offset is not null)
            await CountBehindAsync(subscription, status, feed, ordered, cancellationToken);
        var isOn = true;
        while (isOn)
            (status, isOn) = await TakeNextAsync(subscription, status, feed, ordered, cancellationToken);
    }

    /// <summary>Ends what a stop interrupted.</summary>
    private async Task<SubscriptionStatus> SettleAsync(
        Subscription subscription, SubscriptionStatus status, CancellationToken cancellationToken)
    {
        if (status.Pending is not { } pending)
            return status;
        var receipt = await rows.FindAsync(subscription.Dataset, pending.Batch, cancellationToken);
        return await ChangeAsync(
            subscription, now => receipt is null ? now with { Pending = null } : Done(now, receipt, pending.UpTo), cancellationToken);
    }

    private async Task<(SubscriptionStatus Status, bool IsOn)> TakeNextAsync(
        Subscription subscription, SubscriptionStatus status, IFeed feed, OrderedQuery ordered, CancellationToken cancellationToken)
    {
        var batch = new FeedLines();
        Ordinal? upTo = null;
        var isOn = false;
        await using (var reader = await ReadAsync(feed, ordered, status.Offset, ">", cancellationToken))
        {
            var mark = reader.Columns.ToList().IndexOf(subscription.Watermark!);
            var limit = FarAhead.LimitOf(time.GetUtcNow());
            while (await reader.ReadAsync(cancellationToken))
            {
                // A row without a watermark is behind it, always.
                if (reader.GetValue(mark) is not { } value)
                    continue;
                if (FarAhead.IsTime(value, limit))
                {
                    status = await ChangeAsync(
                        subscription,
                        now => now.With(
                            $"A row has the {subscription.Watermark} {ValueText.Of(value)}, more than a day ahead of the clock; it and "
                                + "those behind it are not taken yet."),
                        cancellationToken);
                    break;
                }

                var next = Ordinal.From(value);

                // Rows of one watermark stay together: the next run goes on behind it.
                if (batch.Rows >= RowsAtOnce && next != upTo)
                {
                    isOn = true;
                    break;
                }

                if (batch.Rows >= MaxRowsAtOne)
                {
                    throw new SubscriptionException(
                        $"More than {MaxRowsAtOne:#,0} rows have the {subscription.Watermark} {next}; order them by another column.");
                }

                batch.Add(reader);
                upTo = next;
            }
        }

        if (upTo is not { } end)
            return (status, false);
        var id = string.Create(
            CultureInfo.InvariantCulture,
            $"subscription:{subscription.Name}:{subscription.CreatedAt.UtcTicks}:{status.Batches + 1}");
        await ChangeAsync(
            subscription, now => now with { Pending = new PendingRows(id, end), Batches = now.Batches + 1 }, cancellationToken);
        var receipt = await AppendAsync(subscription, batch, id, cancellationToken);
        return (await ChangeAsync(subscription, now => Done(now, receipt, end), cancellationToken), isOn);
    }

    private static SubscriptionStatus Done(SubscriptionStatus status, AppendReceipt receipt, Ordinal upTo)
    {
        status = status with
        {
            Offset = upTo,
            Below = status.Below + receipt.Rows,
            Rows = status.Rows + receipt.Stored,
            Conflicting = status.Conflicting + receipt.Conflicting,
            Pending = null,
        };
        return receipt.Conflicting == 0
            ? status
            : status.With($"{receipt.Conflicting} rows up to {upTo} have keys that are known with other contents; they are not taken.");
    }

    private async Task CountBehindAsync(
        Subscription subscription, SubscriptionStatus status, IFeed feed, OrderedQuery ordered, CancellationToken cancellationToken)
    {
        var bound = ordered.KeyOf($":{FeedParameters.Watermark}");
        await using var reader = await feed.ReadAsync(
            ordered.CountSql([$"({ordered.Key} <= {bound} OR {ordered.Key} IS NULL)"]),
            new Dictionary<string, object?> { [FeedParameters.Watermark] = ordered.Bound(status.Offset!.Value.Value) },
            cancellationToken);
        var count = await reader.ReadAsync(cancellationToken) ? Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture) : 0;
        var behind = Math.Max(0, count - status.Below);
        if (behind != status.Behind)
            await ChangeAsync(subscription, now => now with { Behind = behind }, cancellationToken);
    }

    /// <summary>Appends all rows up to the watermark once more; the key keeps those out that were taken.</summary>
    private async Task TakeBehindAsync(
        Subscription subscription, SubscriptionStatus status, IFeed feed, OrderedQuery ordered, CancellationToken cancellationToken)
    {
        if (status.Offset is not { } offset)
            return;
        var (read, stored, conflicting) = (0L, 0L, 0L);
        foreach (var isNull in new[] { false, true })
        {
            var batch = new FeedLines();
            await using var reader = await ReadAsync(feed, ordered, isNull ? null : offset, isNull ? "IS NULL" : "<=", cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                batch.Add(reader);
                read++;
                if (batch.Rows == RowsAtOnce)
                    await AppendNowAsync();
            }

            await AppendNowAsync();

            async Task AppendNowAsync()
            {
                if (batch.Rows == 0)
                    return;
                var receipt = await AppendAsync(subscription, batch, null, cancellationToken);
                (stored, conflicting, batch) = (stored + receipt.Stored, conflicting + receipt.Conflicting, new FeedLines());
            }
        }

        await ChangeAsync(
            subscription,
            now =>
            {
                now = now with { Below = read, Behind = 0, Rows = now.Rows + stored };
                return conflicting == 0
                    ? now
                    : now.With($"{conflicting} rows up to {offset} have keys that are known with other contents; they are not taken.");
            },
            cancellationToken);
    }

    private static Task<IFeedReader> ReadAsync(
        IFeed feed, OrderedQuery ordered, Ordinal? offset, string comparison, CancellationToken cancellationToken)
    {
        if (offset is not { } from)
        {
            return feed.ReadAsync(
                ordered.Sql(comparison == "IS NULL" ? [$"{ordered.Key} IS NULL"] : []), new Dictionary<string, object?>(), cancellationToken);
        }

        var bound = ordered.KeyOf($":{FeedParameters.Watermark}");
        return feed.ReadAsync(
            ordered.Sql([$"{ordered.Key} {comparison} {bound}"]),
            new Dictionary<string, object?> { [FeedParameters.Watermark] = ordered.Bound(from.Value) },
            cancellationToken);
    }

    private async Task<AppendReceipt> AppendAsync(
        Subscription subscription, FeedLines batch, string? id, CancellationToken cancellationToken)
    {
        try
        {
            return await appender.AppendAsync(
                subscription.Dataset,
                batch.Body,
                id,
                subscription.Key.Count > 0 ? subscription.Key : null,
                subscription.CreatedBy,
                cancellationToken);
        }
        catch (Exception exception) when (exception is RowLineException or RowBatchConflictException)
        {
            throw new SubscriptionException($"The rows cannot be appended: {exception.Message}", exception);
        }
    }

    private async Task<SubscriptionStatus> ChangeAsync(
        Subscription subscription, Func<SubscriptionStatus, SubscriptionStatus> change, CancellationToken cancellationToken) =>
        await store.ChangeAsync(subscription.Dataset, subscription.Name, change, cancellationToken)
            ?? throw new SubscriptionException("The subscription was removed.");
}
