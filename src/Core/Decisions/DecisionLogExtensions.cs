using Progeny.Abstractions.Decisions;

namespace Progeny.Core.Decisions;

/// <summary>Appending to the log of decisions.</summary>
public static class DecisionLogExtensions
{
    /// <summary>Keeps decisions, in their order; those whose id is known are kept once.</summary>
    public static async Task AppendAllAsync(
        this IDecisionLog log, IReadOnlyCollection<Decision> decisions, CancellationToken cancellationToken)
    {
        foreach (var decision in decisions)
            await log.AppendAsync(decision, cancellationToken);
    }
}
