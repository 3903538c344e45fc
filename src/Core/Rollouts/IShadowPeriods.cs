using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Rollouts;

/// <summary>
/// Knows which arms of a project answered as shadows, and when: their predictions are scored by the same outcomes as the answers.
/// </summary>
public interface IShadowPeriods
{
    /// <summary>The newest times of a project, oldest first.</summary>
    ValueTask<ImmutableArray<ShadowPeriod>> ListAsync(string project);
}
