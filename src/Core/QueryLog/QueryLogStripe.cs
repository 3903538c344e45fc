using System.Runtime.InteropServices;
using Progeny.Core.Manifests;

namespace Progeny.Core.QueryLog;

/// <summary>A part of the buffer before the query log: that of the queries which end on one processor, so that its lock is hardly ever waited for.</summary>
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
        Dictionary<Key, QueryBatchBuilder>? joined = null;
        var total = 0;
        foreach (var stripe in stripes)
        {
            var drained = stripe.Drain(close, waiters);
            total += drained.Requests;
            if (drained.Builders.Count == 0)
                continue;
            if (joined is null)
            {
                joined = drained.Builders;
                continue;
            }

            foreach (var (key, builder) in drained.Builders)
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(joined, key, out var exists);
                if (!exists)
                {
                    known = builder;
                    continue;
                }

                known!.Add(builder);
                builder.Dispose();
            }
        }

        return (joined ?? [], total);
    }

    /// <summary>Completes when what is drained next, from here and from the other stripes, is written or could not be; at once where nothing may be added any more.</summary>
    public Task WrittenAsync()
    {
        lock (gate)
            return closed ? Task.CompletedTask : (written ??= new TaskCompletionSource<bool>()).Task;
    }

    private (Dictionary<Key, QueryBatchBuilder> Builders, int Requests) Drain(bool close, List<TaskCompletionSource<bool>> waiters)
    {
        lock (gate)
        {
            closed |= close;
            if (written is not null)
                waiters.Add(written);
            written = null;
            var drained = (builders, requests);
            if (builders.Count > 0)
                builders = [];
            requests = 0;
            records = 0;
            bytes = 0;
            return drained;
        }
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
