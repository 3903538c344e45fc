using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Serving;

/// <summary>
/// The requests of one augmentation that are on their way to its feed. Whoever misses a key that is asked for already waits for the same
/// answer; an answer that comes too late for all who waited still goes into the cache. There is a bound on how many are on their way, so
/// that a feed that hangs costs no more than those.
/// </summary>
/// <param name="lookup">Asks the feed for many sets of parameters at once.</param>
internal sealed class FeedRequests(
    AugmentManifest manifest, FeatureLookup lookup, BoundedCache<object?[]?> cache, TimeProvider time)
{
    /// <summary>The most requests on their way at once.</summary>
    public const int MaxInFlight = 32;

    private static readonly TimeSpan MinLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxLimit = TimeSpan.FromSeconds(30);

    // How long a request may take for the sake of those who come later.
    private readonly TimeSpan limit = TimeSpan.FromTicks(
        Math.Max(manifest.Deadline.Ticks, Math.Clamp(20 * manifest.Deadline.Ticks, MinLimit.Ticks, MaxLimit.Ticks)));
    private readonly Lock gate = new();
    private readonly Dictionary<string, FeedRequest> byKey = new(StringComparer.Ordinal);
    private int inFlight;

    /// <summary>Finds for each key the request that will answer it, and sends those that nobody has sent.</summary>
    /// <param name="keys">Keys that the cache does not have, each once.</param>
    /// <param name="parametersOf">The parameters of the query for one of the keys, by its index.</param>
    /// <param name="requests">For each key its request; null where there are too many on their way.</param>
    public void Send(IReadOnlyList<string> keys, Func<int, IReadOnlyDictionary<string, object?>> parametersOf, FeedRequest?[] requests)
    {
        FeedRequest? own = null;
        lock (gate)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                if (byKey.TryGetValue(keys[i], out requests[i]))
                    continue;
                if (cache.TryGet(keys[i], out var values))
                {
                    // The answer came between the caller's read of the cache and this one.
                    requests[i] = FeedRequest.Answered(keys[i], values);
                    continue;
                }

                if (own is null && inFlight >= MaxInFlight)
                    continue;
                if (own is null)
                    inFlight++;
                own ??= new FeedRequest();
                own.Add(keys[i], parametersOf(i));
                byKey.Add(keys[i], own);
                requests[i] = own;
            }
        }

        // On the pool: the request outlives its caller, whose scheduler may end before it.
        if (own is not null)
            _ = Task.Run(() => RunAsync(own));
    }

    private async Task RunAsync(FeedRequest request)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        try
        {
            var answers = await lookup(request.Parameters, deadline.Token);
            foreach (var (key, position) in request.Keys)
                cache.Put(key, answers[position]);
            request.Answer(answers);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            request.Fail(null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            request.Fail(exception);
        }
        finally
        {
            lock (gate)
            {
                inFlight--;
                foreach (var key in request.Keys.Keys)
                    byKey.Remove(key);
            }
        }
    }
}
