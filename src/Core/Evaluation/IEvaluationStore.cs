using Progeny.Abstractions.Releases;

namespace Progeny.Core.Evaluation;

/// <summary>The last evaluation of each generation on served predictions.</summary>
public interface IEvaluationStore
{
    /// <summary>
    /// Keeps an evaluation in the place of the generation's last. What was measured last counts, whatever the clock said: it may have been
    /// put back.
    /// </summary>
    Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken);

    /// <summary>The last one; null: there was none.</summary>
    Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken);
}
