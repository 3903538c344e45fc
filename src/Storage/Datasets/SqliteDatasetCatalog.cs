using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Progeny.Storage.Datasets;

/// <summary>The catalog of datasets in a file of its own.</summary>
public sealed class SqliteDatasetCatalog(DatasetDatabase database) : DatasetCatalog
{
    /// <inheritdoc/>
    protected internal override Task<T> ReadAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    /// <inheritdoc/>
    protected internal override Task<T> SnapshotAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => ReadAsync(work, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>SQLite's driver does everything synchronously, so the work has ended when it returns.</remarks>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The task has ended.")]
    protected internal override Task<T> WriteAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => work(connection, cancellationToken).GetAwaiter().GetResult(), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>There is one writer.</remarks>
    protected internal override Task LockAsync(DbConnection connection, string dataset, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
