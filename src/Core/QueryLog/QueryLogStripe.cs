using Progeny.Core.Manifests;

namespace Progeny.Core.QueryLog;

/// <summary>
/// A part of the buffer before the query log: that of the queries which end on one processor, so that its lock is hardly ever waited for.
/// </summary>
internal sealed class QueryLogStripe
{
    /// <summary>A request of more rows is written out before the lock is taken.</summary>
    private const int LargeRequest = 256;

    private readonly Lock gate = new();
    private Dictionary<Key, QueryBatchBuilder> builders = [];
    private TaskCompletionSource<bool>? written;
    private int requests;
    private int records;
    private int bytes;
    private bool closed;

    /// <summary>The number of records that wait here.</summary>
    public int Records => Volatile.Read(ref records);

    /// <summary>Their bytes.</summary>
    public int Bytes => Volatile.Read(ref bytes);

    /// <summary>Takes a request's records.</summary>
    /// <param name="most">The most bytes that may wait here.</param>
    /// <returns>Null: there is no room. Otherwise what becomes true when they are on disk; at once unless the log is durable.</returns>
    public ValueTask<bool>? TryAdd(QueryLogEntry entry, long most)
    {
        if (entry.QueryIds.Length <= LargeRequest)
            return TryAdd(entry, null, most);
        using var large = new QueryBatchBuilder(entry.Plan, entry.Project);
        large.Add(entry);
        return TryAdd(entry, large, most);
    }

    /// <summary>Takes all records out of stripes. What was added before this call is among them.</summary>
    /// <param name="close">Whether nothing may be added any more.</param>
    /// <param name="waiters">Gets what is to be completed when the records are written or could not be.</param>
    /// <returns>What was taken, by what shares a batch, and the number of requests that it is of.</returns>
    public static (Dictionary<Key, QueryBatchBuilder> Builders, int Requests) Drain(
        ReadOnlySpan<QueryLogStripe> stripes, bool close, List<TaskCompletionSource<bool>> waiters)
    {
        // All at once: of two records that a client added one after the other, on two processors, the second is never taken alone.
        foreach (var stripe in stripes)
            stripe.gate.Enter();

        var total = 0;
        var taken = new Dictionary<Key, QueryBatchBuilder>?[stripes.Length];
        for (var i = 0; i < stripes.Length; i++)
        {
            total += stripes[i].requests;
            taken[i] = stripes[i].Take(close, waiters);
        }

        foreach (var stripe in stripes)
            stripe.gate.Exit();

        Dictionary<Key, QueryBatchBuilder>? joined = null;
        foreach (var one in taken)
        {
            if (one is not null)
                joined = joined is null ? one : Join(joined, one);
        }

        return (joined ?? [], total);
    }

    /// <summary>
    /// Completes when what is drained next, from here and from the other stripes, is written or could not be; at once where nothing may be
    /// added any more.
    /// </summary>
    public Task WrittenAsync()
    {
        lock (gate)
            return closed ? Task.CompletedTask : (written ??= new TaskCompletionSource<bool>()).Task;
    }

    private static Dictionary<Key, QueryBatchBuilder> Join(
        Dictionary<Key, QueryBatchBuilder> joined, Dictionary<Key, QueryBatchBuilder> more)
    {
        foreach (var (key, builder) in more)
        {
            if (joined.TryAdd(key, builder))
                continue;
            joined[key].Add(builder);
            builder.Dispose();
        }

        return joined;
    }

    /// <summary>Takes what is here; the caller holds the lock.</summary>
    /// <returns>Null: there was nothing.</returns>
    private Dictionary<Key, QueryBatchBuilder>? Take(bool close, List<TaskCompletionSource<bool>> waiters)
    {
        closed |= close;
        if (written is not null)
            waiters.Add(written);
        written = null;
        (requests, records, bytes) = (0, 0, 0);
        if (builders.Count == 0)
            return null;
        var taken = builders;
        builders = [];
        return taken;
    }

    private ValueTask<bool>? TryAdd(QueryLogEntry entry, QueryBatchBuilder? large, long most)
    {
        var plan = entry.Plan;
        var key = new Key(plan, entry.Project);
        lock (gate)
        {
            if (closed || bytes >= most)
                return null;
            if (!builders.TryGetValue(key, out var builder))
                builders.Add(key, builder = new QueryBatchBuilder(plan, entry.Project));
            var before = builder.Length;
            if (large is null)
                builder.Add(entry);
            else
                builder.Add(large);
            bytes += builder.Length - before;
            records += entry.QueryIds.Length;
            requests++;
            if (plan.Mode != QueryLogMode.Durable)
                return ValueTask.FromResult(true);
            // Who waits goes on right where this is completed, on a thread of the pool, all of a stripe one after the other: waking a
            // thread for each costs more than answering.
            written ??= new TaskCompletionSource<bool>();
            return new ValueTask<bool>(written.Task);
        }
    }

    /// <summary>What shares a batch.</summary>
    public readonly record struct Key(QueryLogPlan Plan, string? Project);
}
