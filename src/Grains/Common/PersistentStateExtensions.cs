using Progeny.Core.Common;

namespace Progeny.Grains.Common;

internal static class PersistentStateExtensions
{
    /// <summary>Makes <paramref name="next"/> the state once it is stored; where storing fails, the old one stays.</summary>
    public static async Task SaveAsync<T>(this IPersistentState<T> storage, T next, CancellationToken cancellationToken = default)
    {
        var previous = storage.State;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync(cancellationToken);
        }
        catch
        {
            storage.State = previous;
            throw;
        }
    }

    /// <summary>
    /// Stores a change of the state, one change after the other: two writes at once would contradict each other. What changes nothing is
    /// not stored.
    /// </summary>
    /// <param name="turns">The turns of the grain's changes.</param>
    public static async Task SaveAsync<T>(this IPersistentState<T> storage, AsyncLock turns, Func<T, T> change)
    {
        using var turn = await turns.EnterAsync();
        if (change(storage.State) is var next && !EqualityComparer<T>.Default.Equals(next, storage.State))
            await storage.SaveAsync(next);
    }
}
