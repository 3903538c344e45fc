using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Storage.Metrics;

namespace Progeny.Storage.Evaluation;

/// <summary>The last evaluations in the file of the perfdb.</summary>
public sealed class SqliteEvaluationStore(MetricsDatabase database) : IEvaluationStore
{
    private const string Upsert =
        """
        INSERT INTO evaluations (generation, at, report) VALUES (:generation, :at, :report)
        ON CONFLICT (generation) DO UPDATE SET at = excluded.at, report = excluded.report
        """;

    /// <inheritdoc/>
    public Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            Upsert,
            new { generation = evaluation.Generation.ToString(), at = evaluation.At.ToUnixTimeMilliseconds(), report = JsonSerializer.Serialize(evaluation, FigureJson.Options) }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT report FROM evaluations WHERE generation = :generation", new { generation = generation.ToString() }) is { } report
            ? JsonSerializer.Deserialize<ServedEvaluation>(report, FigureJson.Options)
            : null,
        cancellationToken);
}
