using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Storage.Metrics;

namespace Progeny.Storage.Evaluation;

/// <summary>What the store of the last evaluations is on every database.</summary>
public abstract class EvaluationStore : IEvaluationStore
{
    private protected const string Upsert =
        """
        INSERT INTO evaluations (generation, at, report) VALUES (:generation, :at, :report)
        ON CONFLICT (generation) DO UPDATE SET at = excluded.at, report = excluded.report
        """;

    /// <inheritdoc/>
    public abstract Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken) => ReadAsync(
        async (connection, token) =>
        {
            var report = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "SELECT report FROM evaluations WHERE generation = :generation",
                new { generation = generation.ToString() },
                cancellationToken: token));
            return report is null ? null : JsonSerializer.Deserialize<ServedEvaluation>(report, FigureJson.Options);
        },
        cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>The parameters of <see cref="Upsert"/>.</summary>
    private protected static object Parameters(ServedEvaluation evaluation) => new
    {
        generation = evaluation.Generation.ToString(),
        at = evaluation.At.ToUnixTimeMilliseconds(),
        report = JsonSerializer.Serialize(evaluation, FigureJson.Options),
    };
}
