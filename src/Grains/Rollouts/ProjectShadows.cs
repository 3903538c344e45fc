using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Grains.Rollouts;

/// <summary>Asks projects which of their arms answered as shadows, and what arms are chosen by.</summary>
internal sealed class ProjectShadows(IGrainFactory grains) : IShadowPeriods, IStickyKeys
{
    public async ValueTask<ImmutableArray<ShadowPeriod>> ListAsync(string project) =>
        await grains.GetGrain<IRolloutGrain>(project).ListShadows();

    public async ValueTask<string?> GetAsync(string project) => (await grains.GetGrain<IRolloutGrain>(project).GetPlan()).StickyKey;
}
