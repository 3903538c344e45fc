using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Serving.Routing;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>The plans of projects, from their grains.</summary>
internal sealed class GrainPlanSource(IGrainFactory grains) : IPlanSource
{
    public async Task<RolloutPlan?> GetPlanUnlessAsync(string project, long knownVersion)
    {
        try
        {
            return await grains.GetGrain<IRolloutGrain>(project).GetPlanUnless(knownVersion);
        }
        catch (OrleansException exception)
        {
            throw new TimeoutException($"The plan of '{project}' cannot be read now; ask again. {ClusterFault.Describe(exception)}", exception);
        }
    }

    public async Task<bool> ExistsAsync(string project) => await grains.GetGrain<IProjectGrain>(project).Get() is not null;
}
