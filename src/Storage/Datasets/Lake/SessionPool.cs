using System.Collections.Concurrent;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Sessions for lookups, each kept for a second after it was opened: one caller at a time uses one.</summary>
internal sealed class SessionPool(Func<string, CancellationToken, Task<(DuckDbSession Session, string Sql)>> open) : IAsyncDisposable
{
    private const long KeptMilliseconds = 1_000;
    private const int MaxIdle = 16;

    private readonly ConcurrentDictionary<string, ConcurrentBag<Lease>> idle = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private Task? sweeping;
    private int count;

    /// <summary>A session for a query; disposing the lease gives it back.</summary>
    public async Task<Lease> RentAsync(string sql, CancellationToken cancellationToken)
    {
        if (idle.TryGetValue(sql, out var bag))
        {
            while (bag.TryTake(out var lease))
            {
                Interlocked.Decrement(ref count);
                if (lease.IsFresh)
                    return lease;
                await lease.Session.DisposeAsync();
            }
        }

        var (session, text) = await open(sql, cancellationToken);
        return new Lease(this, sql, session, text);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Task? last;
        lock (stop)
            last = sweeping;
        if (last is not null)
            await last;
        await RemoveAsync(_ => true);
        stop.Dispose();
    }

    private async ValueTask ReturnAsync(Lease lease, string key)
    {
        if (!lease.IsFresh || stop.IsCancellationRequested)
        {
            await lease.Session.DisposeAsync();
            return;
        }

        if (Interlocked.Increment(ref count) > MaxIdle)
        {
            Interlocked.Decrement(ref count);
            await lease.Session.DisposeAsync();
            return;
        }

        idle.GetOrAdd(key, _ => []).Add(lease);
        lock (stop)
            sweeping ??= SweepAsync();
    }

    /// <summary>Removes sessions that are no longer fresh, until none is left: a session holds memory, a folder and a turn.</summary>
    private async Task SweepAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(KeptMilliseconds), stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
                await RemoveAsync(lease => !lease.IsFresh);
            lock (stop)
            {
                if (stop.IsCancellationRequested || Volatile.Read(ref count) == 0)
                {
                    sweeping = null;
                    return;
                }
            }
        }
    }

    private async Task RemoveAsync(Func<Lease, bool> isRemoved)
    {
        foreach (var bag in idle.Values)
        {
            for (var left = bag.Count; left > 0 && bag.TryTake(out var lease); left--)
            {
                if (!isRemoved(lease))
                {
                    bag.Add(lease);
                    continue;
                }

                Interlocked.Decrement(ref count);
                await lease.Session.DisposeAsync();
            }
        }
    }

    /// <summary>A session in use.</summary>
    internal sealed class Lease(SessionPool pool, string key, DuckDbSession session, string sql) : IAsyncDisposable
    {
        private readonly long opened = Environment.TickCount64;

        public DuckDbSession Session => session;

        public string Sql => sql;

        public bool IsFresh => Environment.TickCount64 - opened < KeptMilliseconds;

        public ValueTask DisposeAsync() => pool.ReturnAsync(this, key);
    }
}
