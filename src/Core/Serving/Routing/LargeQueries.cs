using Progeny.Core.Common;

namespace Progeny.Core.Serving.Routing;

/// <summary>
/// The large queries of a project, which compute for long. Half of the node's processors at most work for them at once, so that other
/// queries find one; the others wait for their turn.
/// </summary>
public sealed class LargeQueries
{
    private const int LargeBytes = 64 << 10;

    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Whether a query with a body of so many bytes is large.</summary>
    public static bool IsLarge(int bytes) => bytes > LargeBytes;

    /// <summary>Waits for a turn.</summary>
    /// <returns>To be disposed when the query has been answered.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        HeldThreads.Add();
        return new Turn(turns);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose()
        {
            HeldThreads.Remove();
            turns.Release();
        }
    }
}
