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
    private const string Evaluations = "evaluations";
    private const string Backtests = "backtests";

    /// <inheritdoc/>
    public Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return SaveAsync(Evaluations, evaluation.Generation, evaluation.At, evaluation, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken) =>
        FindAsync<ServedEvaluation>(Evaluations, generation, cancellationToken);

    /// <inheritdoc/>
    public Task SaveBacktestAsync(BacktestReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return SaveAsync(Backtests, report.Generation, report.At, report, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<BacktestReport?> FindBacktestAsync(GenerationReference generation, CancellationToken cancellationToken) =>
        FindAsync<BacktestReport>(Backtests, generation, cancellationToken);

    /// <summary>Runs a statement, which is on disk when the call returns.</summary>
    protected abstract Task WriteAsync(string sql, object parameters, CancellationToken cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    private Task SaveAsync<T>(
        string table, GenerationReference generation, DateTimeOffset at, T report, CancellationToken cancellationToken) => WriteAsync(
        $"""
        INSERT INTO {table} (generation, at, report) VALUES (:generation, :at, :report)
        ON CONFLICT (generation) DO UPDATE SET at = excluded.at, report = excluded.report
        """,
        new
        {
            generation = generation.ToString(),
            at = at.ToUnixTimeMilliseconds(),
            report = JsonSerializer.Serialize(report, FigureJson.Options),
        },
        cancellationToken);

    private Task<T?> FindAsync<T>(string table, GenerationReference generation, CancellationToken cancellationToken)
        where T : class => ReadAsync(
        async (connection, token) =>
        {
            var report = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                $"SELECT report FROM {table} WHERE generation = :generation",
                new { generation = generation.ToString() },
                cancellationToken: token));
            return report is null ? null : JsonSerializer.Deserialize<T>(report, FigureJson.Options);
        },
        cancellationToken);
}
