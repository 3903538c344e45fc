using System.Globalization;
using Microsoft.Extensions.Options;

namespace Progeny.Storage.Datasets;

/// <summary>The turns of queries that run in DuckDB for users: so many at once, each with memory and threads of its own.</summary>
public sealed class QueryTurns(IOptions<DatasetsOptions> options) : IDisposable
{
    private readonly SemaphoreSlim free = new(options.Value.MaxQueries);

    /// <summary>Waits for a turn; disposing it ends it.</summary>
    /// <exception cref="QueryTurnException">All were taken for as long as a query waits.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        if (await free.WaitAsync(options.Value.QueryWait, cancellationToken))
            return new Turn(free);
        throw new QueryTurnException(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Value.MaxQueries} queries run at once (Datasets:MaxQueries), and none ended within {options.Value.QueryWait:c} "
                + $"(Datasets:QueryWait). Ask again."));
    }

    public void Dispose() => free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
                free.Release();
        }
    }
}
