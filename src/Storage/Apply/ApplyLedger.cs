using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Apply;
using Progeny.Core.Releases;

namespace Progeny.Storage.Apply;

/// <summary>What the ledger of jobs of the kind apply is on every database.</summary>
public abstract class ApplyLedger(TimeProvider time) : IApplyLedger, IDataArtifactUses
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
    public Task SavePlanAsync(string job, ApplyPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return WriteAsync(
            async (connection, token) =>
            {
                if (plan.Report is not null)
                {
                    plan = plan with { Parts = [], Broken = null };
                    await connection.ExecuteAsync(new CommandDefinition(
                        "DELETE FROM apply_chunks WHERE job = :job", new { job }, cancellationToken: token));
                }

                return await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO apply_plans (job, at, document) VALUES (:job, :at, :document)
                    ON CONFLICT (job) DO UPDATE SET at = excluded.at, document = excluded.document
                    """,
                    new { job, at = Now(), document = JsonSerializer.Serialize(plan, _json) },
                    cancellationToken: token));
            },
            cancellationToken);
    }

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
            async (connection, token) =>
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "UPDATE apply_plans SET at = :at WHERE job = :job", new { job, at = Now() }, cancellationToken: token));
                return await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO apply_chunks (job, number, document) VALUES (:job, :Number, :document)
                    ON CONFLICT (job, number) DO NOTHING
                    """,
                    new { job, chunk.Number, document = JsonSerializer.Serialize(chunk, _json) },
                    cancellationToken: token)) > 0;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> RemoveAsync(DateTimeOffset before, IReadOnlySet<string> open, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            var old = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT job FROM apply_plans WHERE at < :before",
                new { before = before.ToUnixTimeMilliseconds() },
                cancellationToken: token));
            var removed = 0;
            foreach (var job in old.Where(job => !open.Contains(job)).ToList())
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "DELETE FROM apply_chunks WHERE job = :job", new { job }, cancellationToken: token));
                removed += await connection.ExecuteAsync(new CommandDefinition(
                    "DELETE FROM apply_plans WHERE job = :job", new { job }, cancellationToken: token));
            }

            return removed;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> ListUsedAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyCollection<string>>(
            async (connection, token) =>
            {
                HashSet<string> used = [];
                var chunks = await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT document FROM apply_chunks", cancellationToken: token));
                foreach (var chunk in chunks.Select(document => JsonSerializer.Deserialize<ApplyChunk>(document, _json)!))
                    used.UnionWith(new[] { chunk.Output, chunk.Bad }.OfType<string>());
                // Plans are read behind the chunks: a job that ends in between has its report in the plan.
                var plans = await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT document FROM apply_plans", cancellationToken: token));
                foreach (var plan in plans.Select(document => JsonSerializer.Deserialize<ApplyPlan>(document, _json)!))
                {
                    used.UnionWith(plan.Parts.Select(part => part.Digest));
                    used.UnionWith(new[] { plan.Broken, plan.Report?.File, plan.Report?.Bad }.OfType<string>());
                }

                return used;
            },
            cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    protected abstract Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
