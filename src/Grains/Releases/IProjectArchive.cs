using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Releases;

namespace Progeny.Grains.Releases;

/// <summary>Generations and projects leaving service and coming back, and what is kept of them.</summary>
public interface IProjectArchive
{
    /// <summary>Retires or archives a generation, or brings it back (<see cref="Stage.Staged"/>).</summary>
    /// <exception cref="RegistryException">There is no such generation, a plan (its project's or another's) names it, or it cannot go
    /// there.</exception>
    Task<GenerationInfo> MoveAsync(GenerationReference generation, Stage stage, string? by, string? reason);

    /// <summary>Ends a project.</summary>
    /// <exception cref="RegistryException">There is no such project, or another project's plan names one of its generations.</exception>
    Task<ProjectInfo> DecommissionAsync(string project, string? by, string reason);

    /// <summary>Brings an ended project back.</summary>
    /// <exception cref="RegistryException">There is no such project, or it was not ended.</exception>
    Task<ProjectInfo> RecommissionAsync(string project, string? by, string? reason);

    /// <summary>What is kept of a project; null: there is no such project.</summary>
    Task<ArchiveInfo?> DescribeAsync(string project, CancellationToken cancellationToken);
}
