using Dapper;
using Npgsql;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Archive;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The marks of the archive in the cluster's database; a lock there keeps nodes from writing the same archive at once.</summary>
public sealed class PostgresArchiveMarks(ClusterDatabase database, TimeProvider time) : IArchiveMarkWriter
{
    // "archive" as a number, beside a hash of the project.
    private const int Lock = 0x61726368;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public Task WriteAsync(string project, long before, long through, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => Task.Run(() => ArchiveMarks.Write(connection, project, before, through), token), cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string project, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            var started = time.GetTimestamp();
            while (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT pg_try_advisory_lock(@Lock, hashtext(@project))", new { Lock, project }, cancellationToken: cancellationToken)))
            {
                if (time.GetElapsedTime(started) > Timeout)
                    throw new IOException(
                        $"Another node writes the archive of '{project}' for {Timeout.TotalMinutes:0} minutes; try later.");
                await Task.Delay(Interval, time, cancellationToken);
            }

            return new Held(connection, project);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Held(NpgsqlConnection connection, string project) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection)
                await connection.ExecuteAsync("SELECT pg_advisory_unlock(@Lock, hashtext(@project))", new { Lock, project });
        }
    }
}
