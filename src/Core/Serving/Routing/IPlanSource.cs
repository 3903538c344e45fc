using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Serving.Routing;

/// <summary>The rollout plans that online agents follow.</summary>
public interface IPlanSource
{
    /// <summary>The plan in force of a project; null: it has the version that is known.</summary>
    /// <exception cref="TimeoutException">It cannot be read now.</exception>
    Task<RolloutPlan?> GetPlanUnlessAsync(string project, long knownVersion);

    /// <summary>Whether anything was released under this name.</summary>
    Task<bool> ExistsAsync(string project);
}
