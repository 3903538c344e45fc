using Progeny.Abstractions.Lifecycle;

namespace Progeny.Core.Metrics;

/// <summary>The last evaluation of each generation on served predictions.</summary>
public interface IEvaluationStore
{
    /// <summary>Keeps an evaluation in the place of the generation's last; an older one than is kept changes nothing.</summary>
    Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken);

    /// <summary>The last one; null: there was none.</summary>
    Task<ServedEvaluation?> FindAsync(GenerationReference generation, CancellationToken cancellationToken);
}
