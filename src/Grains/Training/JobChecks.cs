using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Training;

/// <summary>What must be true of a job before it is stored.</summary>
internal static class JobChecks
{
    private const int MaxTrials = 10_000;
    private const int MaxParallel = 256;
    private const int MaxGroups = 10;

    /// <param name="release">The release that the job works on.</param>
    /// <exception cref="RegistryException">Something is wrong; it says what would be right.</exception>
    public static async Task RequireAsync(IGrainFactory grains, string project, string release, JobRequest request)
    {
        if (request.Kind is not JobKind.Tune && (request.Trials ?? request.Parallel ?? request.Seed) is not null)
            throw Wrong("trials, parallel and seed are for the kind tune.");
        if (request.Kind.MakesGeneration() && request.Version is not null)
            throw Wrong("version is for the kinds evaluate, backtest, apply and retrain_exactly; release names what is trained.");
        if (request.Kind is JobKind.Backtest or JobKind.RetrainExactly && request.Version is null)
            throw Wrong("version is missing: the generation that is asked, such as 1.2.0:3.");
        if (request.Kind is not JobKind.Apply && request.Apply is not null)
            throw Wrong("apply is for the kind apply.");
        if (request.Kind is JobKind.Apply && ProblemOfApply(request) is { } problem)
            throw Wrong(problem);
        if (request.Kind is JobKind.Evaluate or JobKind.RetrainExactly or JobKind.Apply && (request.From ?? request.To) is not null)
            throw Wrong("from and to are for the kinds train, tune and backtest.");
        if (request.Kind is not JobKind.Backtest && !request.Groups.IsDefaultOrEmpty)
            throw Wrong("groups are for the kind backtest.");
        if (request.Kind is JobKind.Backtest)
            RequirePeriod(request);
        if (request.Trials is < 1 or > MaxTrials)
            throw Wrong($"trials is {request.Trials}; it must be 1 to {MaxTrials}.");
        if (request.Parallel is < 1 or > MaxParallel)
            throw Wrong($"parallel is {request.Parallel}; it must be 1 to {MaxParallel}.");
        if (request.Version is { } version)
        {
            if (ReleaseOf(project, request) is { } of && of != release)
                throw Wrong($"release is {release} and version is {version}; leave release out, the version names it.");
            await RequireVersionAsync(grains, project, version);
        }

        if (request.Kind is JobKind.Tune
            && ManifestCache.Of((await grains.GetGrain<IReleaseGrain>($"{project}@{release}").Get())!).Tune is null)
            throw Wrong(
                $"{project}@{release} has no tune in its manifest; tune.space says which parameters are searched (docs/tuning.md).");
    }

    private static string? ProblemOfApply(JobRequest request) => request.Apply is { } apply
        ? ApplyChecks.Problem(apply)
        : "A batch apply is started by POST /api/projects/{project}/apply, which takes its input and output.";

    /// <summary>The release of the generation that the job is about; null: it names none.</summary>
    public static string? ReleaseOf(string project, JobRequest request) =>
        request.Version is { } version && GenerationReference.TryParse(project, version, out var reference) ? reference.Release : null;

    private static void RequirePeriod(JobRequest request)
    {
        foreach (var (name, text) in new[] { ("from", request.From), ("to", request.To) })
        {
            if (text is not null && !IsoTime.TryParse(text, out _))
                throw Wrong($"{name} is '{text}'; {IsoTime.Right} would be right.");
        }

        if (request is { From: { } from, To: { } to } && IsoTime.TryParse(from, out var first) && IsoTime.TryParse(to, out var end)
            && first >= end)
            throw Wrong($"from is {from} and to is {to}; from must be before to.");
        if (request.Groups.Length > MaxGroups)
            throw Wrong($"groups names {request.Groups.Length} fields; there may be {MaxGroups} at most.");
    }

    private static async Task RequireVersionAsync(IGrainFactory grains, string project, string version)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            throw Wrong($"'{version}' is no version; one looks like 1.2.0:3.");
        if (await grains.GetGrain<IGenerationGrain>(reference.ToString()).Get() is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {reference}.");
    }

    private static RegistryException Wrong(string message) => new(RegistryError.Invalid, message);
}
