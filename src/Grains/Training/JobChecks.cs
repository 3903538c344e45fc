using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Apply;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Training;

/// <summary>What must be true of a job before it is stored.</summary>
internal static class JobChecks
{
    private const int MaxTrials = 10_000;
    private const int MaxParallel = 256;

    /// <param name="release">The release that the job works on.</param>
    /// <exception cref="RegistryException">Something is wrong; it says what would be right.</exception>
    public static async Task RequireAsync(IGrainFactory grains, string project, string release, JobRequest request)
    {
        if (request.Kind is not JobKind.Tune && (request.Trials ?? request.Parallel ?? request.Seed) is not null)
            throw Wrong("trials, parallel and seed are for the kind tune.");
        if (request.Kind is not (JobKind.Evaluate or JobKind.Apply) && request.Version is not null)
            throw Wrong("version is for the kinds evaluate and apply; release names what is trained.");
        if (request.Kind is not JobKind.Apply && request.Apply is not null)
            throw Wrong("apply is for the kind apply.");
        if (request.Kind is JobKind.Apply && ProblemOfApply(request) is { } problem)
            throw Wrong(problem);
        if (request.Kind is JobKind.Evaluate or JobKind.Apply && (request.From ?? request.To) is not null)
            throw Wrong("from and to are for the kinds train and tune.");
        if (request.Trials is < 1 or > MaxTrials)
            throw Wrong($"trials is {request.Trials}; it must be 1 to {MaxTrials}.");
        if (request.Parallel is < 1 or > MaxParallel)
            throw Wrong($"parallel is {request.Parallel}; it must be 1 to {MaxParallel}.");
        if (request.Version is { } version)
            await RequireVersionAsync(grains, project, version);
        if (request.Kind is JobKind.Tune
            && ManifestCache.Of((await grains.GetGrain<IReleaseGrain>($"{project}@{release}").Get())!).Tune is null)
            throw Wrong(
                $"{project}@{release} has no tune in its manifest; tune.space says which parameters are searched (docs/tuning.md).");
    }

    private static string? ProblemOfApply(JobRequest request) => request.Apply is { } apply
        ? ApplyChecks.Problem(apply)
        : "A batch apply is started by POST /api/projects/{project}/apply, which takes its input and output.";

    private static async Task RequireVersionAsync(IGrainFactory grains, string project, string version)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            throw Wrong($"'{version}' is no version; one looks like 1.2.0:3.");
        if (await grains.GetGrain<IGenerationGrain>(reference.ToString()).Get() is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {reference}.");
    }

    private static RegistryException Wrong(string message) => new(RegistryError.Invalid, message);
}
