using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>Knows what the plans of projects choose arms by.</summary>
public interface IStickyKeys
{
    /// <summary>The <see cref="RolloutPlan.StickyKey"/> of a project's plan in force; null: the entity.</summary>
    ValueTask<string?> GetAsync(string project);
}
