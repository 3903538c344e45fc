using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>Asks projects which of their arms answered unseen.</summary>
internal sealed class ProjectShadows(IGrainFactory grains) : IShadowPeriods
{
    public async ValueTask<ImmutableArray<ShadowPeriod>> ListAsync(string project) => await grains.GetGrain<IProjectGrain>(project).ListShadows();
}
