using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>The ledger in the file of the datasets.</summary>
public sealed class SqliteApplyLedger(DatasetDatabase database, TimeProvider time) : ApplyLedger(time)
{
    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>SQLite's driver does everything synchronously, so the work has ended when it returns.</remarks>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The task has ended.")]
    protected override Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => work(connection, cancellationToken).GetAwaiter().GetResult(), cancellationToken);
}
