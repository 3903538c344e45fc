using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Apply;

namespace Progeny.Storage.Apply;

/// <summary>What the ledger of jobs of the kind apply is on every database.</summary>
public abstract class ApplyLedger : IApplyLedger
{
    private static readonly JsonSerializerOptions _json = JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public Task<ApplyPlan?> FindPlanAsync(string job, CancellationToken cancellationToken) => ReadAsync(
        async (connection, token) =>
            await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "SELECT document FROM apply_plans WHERE job = :job", new { job }, cancellationToken: token)) is { } document
                ? JsonSerializer.Deserialize<ApplyPlan>(document, _json)
                : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task SavePlanAsync(string job, ApplyPlan plan, CancellationToken cancellationToken) => WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO apply_plans (job, document) VALUES (:job, :document)
            ON CONFLICT (job) DO UPDATE SET document = excluded.document
            """,
            new { job, document = JsonSerializer.Serialize(plan, _json) },
            cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApplyChunk>> ListChunksAsync(string job, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ApplyChunk>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT document FROM apply_chunks WHERE job = :job ORDER BY number", new { job }, cancellationToken: token)))
                .Select(document => JsonSerializer.Deserialize<ApplyChunk>(document, _json)!),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddChunkAsync(string job, ApplyChunk chunk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return WriteAsync(
            async (connection, token) => await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO apply_chunks (job, number, document) VALUES (:job, :Number, :document)
                ON CONFLICT (job, number) DO NOTHING
                """,
                new { job, chunk.Number, document = JsonSerializer.Serialize(chunk, _json) },
                cancellationToken: token)) > 0,
            cancellationToken);
    }

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    protected abstract Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
