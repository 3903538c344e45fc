using Progeny.Abstractions.Releases;

namespace Progeny.Core.Evaluation;

/// <summary>The last evaluation of each generation on served predictions, and its last backtest.</summary>
public interface IEvaluationStore
{
    /// <summary>
    /// Keeps an evaluation in the place of the generation's last. What was measured last counts, whatever the clock said: it may have been
    /// put back.
    /// </summary>
    Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken);

    /// <summary>The last one; null: there was none.</summary>
    Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken);

    /// <summary>Keeps a backtest in the place of the generation's last.</summary>
    Task SaveBacktestAsync(BacktestReport report, CancellationToken cancellationToken);

    /// <summary>The last backtest; null: there was none.</summary>
    Task<BacktestReport?> FindBacktestAsync(GenerationReference generation, CancellationToken cancellationToken);
}
