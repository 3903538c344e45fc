using System.Collections.Concurrent;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>
/// Takes the objects of a place into a dataset, the oldest first, each as a version. An object is entered behind its version, and a
/// version is made
/// once for each path and contents; so a stop at any point loses nothing and takes nothing twice.
/// </summary>
public sealed class ObjectPuller(IDatasetIngestion ingestion, ISubscriptionStore store, TimeProvider time)
{
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _forgotten = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<(string Dataset, string Name, string Path, string Identity), DateTimeOffset> seen = [];

    /// <summary>Takes what is new.</summary>
    /// <param name="takesRewritten">Whether objects with other contents than those that were taken, and those that could not be taken,
    /// are taken
    /// now.</param>
    /// <param name="folder">A folder for copies, which the caller deletes.</param>
    /// <exception cref="SubscriptionException">The place cannot be read.</exception>
    public async Task PullAsync(
        Subscription subscription, IObjectSource source, bool takesRewritten, string folder, CancellationToken cancellationToken)
    {
        var known = await store.ListObjectsAsync(subscription.Dataset, subscription.Name, cancellationToken);
        var newest = known.Values.Where(item => item.State == TakenState.Taken).Select(item => (DateTimeOffset?)item.WrittenAt).Max();
        var listed = await source.ListAsync(cancellationToken);
        foreach (var item in listed.OrderBy(item => item.WrittenAt).ThenBy(item => item.Path, StringComparer.Ordinal))
        {
            var before = known.GetValueOrDefault(item.Path);
            var isSame = before?.Identity == item.Identity;
            if (isSame && (before!.State == TakenState.Taken || !takesRewritten))
                continue;
            if (source.IsWrittenInPlace && !IsSettled(subscription, item))
                continue;
            var copy = Path.Combine(folder, "object");
            if (!await source.CopyAsync(item, copy, cancellationToken))
                continue;
            await TakeAsync(subscription, item, before, takesRewritten, newest, copy, cancellationToken);
            File.Delete(copy);
        }
    }

    /// <summary>Whether an object has stayed as it is for a while, by this node's clock: times of files may be anything.</summary>
    private bool IsSettled(Subscription subscription, SourceObject item)
    {
        var now = time.GetUtcNow();
        if (seen.Count > 100_000)
        {
            foreach (var (old, at) in seen.Where(pair => now - pair.Value > _forgotten))
                seen.TryRemove(new(old, at));
        }

        return now - seen.GetOrAdd((subscription.Dataset, subscription.Name, item.Path, item.Identity), now) >= _settled;
    }

    private async Task TakeAsync(
        Subscription subscription,
        SourceObject item,
        TakenObject? before,
        bool takesRewritten,
        DateTimeOffset? newest,
        string copy,
        CancellationToken cancellationToken)
    {
        var digest = await FileDigest.ReadAsync(copy, cancellationToken);
        var isRewritten = before?.Digest is { } taken && taken != digest;
        if (before?.Digest == digest)
        {
            // It was written again as it was.
            await EnterAsync(before! with { Identity = item.Identity, State = TakenState.Taken, Problem = null }, Settle);
        }
        else if (isRewritten && !takesRewritten)
        {
            await EnterAsync(
                before! with { Identity = item.Identity, State = TakenState.Rewritten },
                status => (before.State == TakenState.Rewritten ? status : status with { Rewritten = status.Rewritten + 1 }).With(
                    $"'{item.Path}' was rewritten after it had been taken (version {before.Version}); its new contents are not "
                        + "taken unless asked for."));
        }
        else
        {
            await IngestAsync();
        }

        async Task IngestAsync()
        {
            try
            {
                var version = await ingestion.IngestAsync(
                    new IngestRequest
                    {
                        Dataset = subscription.Dataset,
                        Path = copy,
                        FileName = Path.GetFileName(item.Path),
                        Origin = subscription.Kind == SubscriptionKind.S3 ? "s3" : "folder",
                        Source = $"{subscription.Place}/{item.Path}",
                        By = subscription.CreatedBy,
                        IsAppended = true,
                        Once = $"subscription:{subscription.Name}:{item.Path}:{digest}",
                    },
                    cancellationToken);
                var isLate = before is null && newest is { } last && item.WrittenAt < last;
                await EnterAsync(
                    new TakenObject(item.Path, item.Identity, digest, TakenState.Taken, version.Version, item.WrittenAt, null),
                    status =>
                    {
                        status = Settle(status) with { Objects = status.Objects + 1, Late = status.Late + (isLate ? 1 : 0) };
                        return isLate
                            ? status.With($"'{item.Path}' came late: it was written before others that had been taken. It is taken.")
                            : status;
                    });
            }
            catch (IngestException exception) when (!exception.IsNoRoom)
            {
                await EnterAsync(
                    new TakenObject(
                        item.Path, item.Identity, before?.Digest, TakenState.Refused, before?.Version, item.WrittenAt, exception.Message),
                    status => (before?.State == TakenState.Refused ? status : Settle(status) with { Refused = status.Refused + 1 }).With(
                        $"'{item.Path}' is not taken: {exception.Message}"));
            }
        }

        // What was counted of the object as it was before counts no more.
        SubscriptionStatus Settle(SubscriptionStatus status) => before?.State switch
        {
            TakenState.Rewritten => status with { Rewritten = status.Rewritten - 1 },
            TakenState.Refused => status with { Refused = status.Refused - 1 },
            _ => status,
        };

        Task EnterAsync(TakenObject entered, Func<SubscriptionStatus, SubscriptionStatus> change) =>
            store.EnterAsync(subscription.Dataset, subscription.Name, entered, change, cancellationToken);
    }
}
