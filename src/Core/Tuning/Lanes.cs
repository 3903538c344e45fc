namespace Progeny.Core.Tuning;

/// <summary>Does pieces of work several at once, as many as there is room for.</summary>
internal static class Lanes
{
    /// <summary>Does all the work; the first lane is the caller's own, each further one needs a slot, which it gives back.</summary>
    /// <param name="most">The most lanes.</param>
    /// <param name="tryTakeSlot">Asked again before each piece of work, since room may come; null from it: there is none now.</param>
    /// <returns>The results in the order of the work.</returns>
    public static async Task<IReadOnlyList<T>> RunAsync<TWork, T>(
        IReadOnlyList<TWork> work, int most, Func<IDisposable?> tryTakeSlot, Func<TWork, Task<T>> run, CancellationToken cancellationToken)
    {
        var results = new T[work.Count];
        var running = new List<Task>();
        Task? own = null;
        var next = 0;
        try
        {
            while (next < work.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (next < work.Count && running.Count < most)
                {
                    if (own is null)
                        running.Add(own = RunOneAsync(next++, null));
                    else if (tryTakeSlot() is { } slot)
                        running.Add(RunOneAsync(next++, slot));
                    else
                        break;
                }

                var done = await Task.WhenAny(running);
                running.Remove(done);
                own = done == own ? null : own;
                await done;
            }
        }
        finally
        {
            // Work under way ends before what it works on is gone.
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
        return results;

        async Task RunOneAsync(int index, IDisposable? slot)
        {
            using (slot)
                results[index] = await run(work[index]);
        }
    }
}
