namespace Progeny.Grains.Registry;

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
}
