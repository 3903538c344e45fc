using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Grains.Training;

namespace Progeny.Grains.Projects;

/// <summary>What <see cref="ProjectGrain"/> remembers.</summary>
public sealed record ProjectState
{
    private const int MaxJobs = 1_000;
    private const int MaxOfAKind = 30;

    /// <summary>The published versions, lowest first: a version is only ever added above the last.</summary>
    public ImmutableArray<string> Releases { get; init; } = [];

    /// <summary>The newest jobs, newest first.</summary>
    public ImmutableArray<string> Jobs { get; init; } = [];

    /// <summary>Those among all jobs that have not ended.</summary>
    public ImmutableArray<string> OpenJobs { get; init; } = [];

    /// <summary>When and why the project was ended; null: it is active.</summary>
    public Decommission? Decommissioned { get; init; }

    /// <summary>The newest trainings and searches, newest first, and all that are open: many evaluations do not push them out.</summary>
    public ImmutableArray<string> Trainings { get; init; } = [];

    /// <summary>The newest evaluations, newest first.</summary>
    public ImmutableArray<string> Evaluations { get; init; } = [];

    /// <summary>The state with a job more, the newest.</summary>
    public ProjectState With(string job, JobKind kind) => this with
    {
        Jobs = [job, .. Jobs.Take(MaxJobs - 1)],
        OpenJobs = OpenJobs.Add(job),
        Trainings = kind.MakesGeneration()
            ? [job, .. Trainings.Where((id, i) => i < MaxOfAKind - 1 || OpenJobs.Contains(id))]
            : Trainings,
        Evaluations = kind is JobKind.Evaluate ? [job, .. Evaluations.Take(MaxOfAKind - 1)] : Evaluations,
    };

    /// <summary>The trainings and searches that have not ended, the oldest first.</summary>
    public IEnumerable<string> OpenTrainings() => OpenJobs.Where(Trainings.Contains);

    /// <summary>What is needed to know when something is started next; newest first within trainings and within evaluations.</summary>
    public ImmutableArray<string> RecentJobs() => [.. Trainings.Concat(Evaluations).Concat(OpenJobs).Distinct(StringComparer.Ordinal)];
}
