using Progeny.Abstractions.Training;

namespace Progeny.Silo.Security;

/// <summary>Asks the grain of the job.</summary>
internal sealed class GrainJobOwners(IClusterClient cluster) : IJobOwners
{
    public async Task<string?> FindProjectAsync(string job) => (await cluster.GetGrain<IJobGrain>(job).Get())?.Project;
}
