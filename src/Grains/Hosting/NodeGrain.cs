using System.Collections.Immutable;
using Progeny.Abstractions.Hosting;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;
using Progeny.Grains.Common;
using Progeny.Grains.Training;

namespace Progeny.Grains.Hosting;

/// <inheritdoc cref="INodeGrain"/>
[OwnSiloPlacement.Attribute]
internal sealed class NodeGrain(
    ILocalSiloDetails silo,
    SiloRoleList roles,
    ProcessLoad load,
    ModelCache models,
    TrainingSlots jobs,
    QueryLogBuffer log,
    IDatabaseHealth database) : Grain, INodeGrain
{
    private static readonly string OwnGrains = typeof(NodeGrain).Assembly.GetName().Name!;

    public async Task<NodeStatus> GetStatus()
    {
        var grains = await GrainFactory.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics([silo.SiloAddress]);
        return new NodeStatus
        {
            Version = LibraryVersions.Progeny,
            Roles = [.. roles.Roles],
            StartedAt = load.StartedAt,
            ProcessorsUsed = load.ProcessorsUsed,
            MemoryBytes = load.MemoryBytes,
            Activations = grains.Where(kind => kind.GrainType.Contains(OwnGrains, StringComparison.Ordinal))
                .GroupBy(kind => NameOf(kind.GrainType), kind => kind.ActivationCount)
                .ToImmutableSortedDictionary(kind => kind.Key, kind => kind.Sum()),
            Models = models.Count,
            Jobs = jobs.Taken,
            LogWaiting = log.Waiting,
            LogDropped = log.Dropped,
            DatabaseProblem = database.Problem,
            DatabaseMilliseconds = database.Latency?.TotalMilliseconds,
        };
    }

    /// <summary>Of <c>Progeny.Grains.Rollouts.RolloutGrain,Progeny.Grains</c> the name of the class without its ending.</summary>
    private static string NameOf(string grainType)
    {
        var name = grainType.Split(',')[0].Split('.')[^1];
        return name.EndsWith("Grain", StringComparison.Ordinal) ? name[..^"Grain".Length] : name;
    }
}
