using Progeny.Storage.QueryLog.Archive;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>The marks of the archive in the file of the query log.</summary>
public sealed class SqliteArchiveMarks(QueryDatabase database) : IArchiveMarkWriter, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public Task WriteAsync(string project, long before, long through, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => ArchiveMarks.Write(connection, project, before, through), cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string project, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Timeout, cancellationToken))
            throw new IOException($"The archive of the query log is being written for {Timeout.TotalMinutes:0} minutes; try again later.");
        return new Turn(_turn);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private sealed class Turn(SemaphoreSlim turn) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            turn.Release();
            return ValueTask.CompletedTask;
        }
    }
}
