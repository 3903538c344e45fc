using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Storage.Common;
using SQLitePCL;

namespace Progeny.Storage.Tracking.Sqlite;

/// <summary>The file <c>tracking.db</c> of a node that stands alone. Its writer joins the requests that wait in one transaction.</summary>
public sealed class SqliteTrackingDatabase : TrackingDatabase, IDisposable
{
    private const int MaxSearchMilliseconds = 10_000;
    private const string MapFile = "PRAGMA mmap_size = 1073741824";

    private readonly TrackingFile _file;

    /// <summary>Opens the file, creating its tables where needed.</summary>
    public SqliteTrackingDatabase(string path) => _file = new TrackingFile(path);

    internal override TrackingDialect Dialect { get; } = new SqliteTrackingDialect();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <inheritdoc/>
    internal override Task<T> ReadAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken) => _file.ReadAsync(
        (connection, token) =>
        {
            var handle = ((SqliteConnection)connection).Handle!;
            // Searches read thousands of pages, each of which would be a call of the system.
            _ = raw.sqlite3_exec(handle, MapFile);
            // Patterns of SQLite's own take time that grows with a power of their length.
            var end = Environment.TickCount64 + MaxSearchMilliseconds;
            SqliteTextFunctions.RegisterPatterns(handle, () => Environment.TickCount64 > end);
            return work(new TrackingSession(connection, token));
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>SQLite's driver does everything synchronously, so the work has ended when it returns.</remarks>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The task has ended.")]
    internal override Task<T> WriteAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken) => _file.WriteAsync(
        connection => work(new TrackingSession(connection, CancellationToken.None)).GetAwaiter().GetResult(), cancellationToken);

    /// <inheritdoc/>
    internal override Task<TrackingException?> LogAsync(
        RunBatch batch, IReadOnlyList<MetricPoints> metrics, CancellationToken cancellationToken) =>
        _file.WriteAsync(() => _file.Log(batch, metrics), cancellationToken);
}
