using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>The generation of a batch apply, which stays the same for the whole job, whatever the project promotes meanwhile.</summary>
internal static class ApplyVersion
{
    /// <summary>A request that names its generation and release: the champion, where it named none.</summary>
    /// <exception cref="RegistryException">There is no such generation, or it is archived.</exception>
    public static async Task<JobRequest> FixAsync(IGrainFactory grains, ProjectInfo project, JobRequest request)
    {
        if (request.Release is not null)
            throw new RegistryException(RegistryError.Invalid, "release is for the kinds train and tune; version names what is applied.");
        var reference = project.Champion;
        if (request.Version is { } version && !GenerationReference.TryParse(project.Name, version, out reference))
            throw new RegistryException(RegistryError.Invalid, $"'{version}' is no version; one looks like 1.2.0:3.");
        if (reference is null)
            throw new RegistryException(
                RegistryError.NotFound, $"No generation of '{project.Name}' is in production; name one (version).");
        if (reference.Project != project.Name)
            throw new RegistryException(
                RegistryError.Invalid,
                $"The champion of '{project.Name}' is {reference}, a generation of another project; apply it there, or name a version.");
        if (await grains.GetGrain<IGenerationGrain>(reference.ToString()).Get() is not { } generation)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {reference}.");
        if (generation.Stage is Stage.Archived)
            throw new RegistryException(
                RegistryError.Conflict,
                $"{reference} is archived; restore it first (POST /api/projects/{project.Name}/generations/{reference.Version}/restore).");
        return request with { Version = reference.Version, Release = reference.Release };
    }
}
