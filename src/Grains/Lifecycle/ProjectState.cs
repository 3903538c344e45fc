using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Abstractions.Training;

namespace Progeny.Grains.Lifecycle;

/// <summary>What <see cref="ProjectGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.project-state")]
public sealed record ProjectState
{
    private const int MostJobs = 1_000;
    private const int MostOfAKind = 30;

    /// <summary>The published versions, lowest first: a version is only ever added above the last.</summary>
    [Id(0)] public ImmutableArray<string> Releases { get; init; } = [];

    [Id(1)] public ImmutableArray<Promotion> Promotions { get; init; } = [];

    /// <summary>The version of the plan: the number of changes so far.</summary>
    [Id(2)] public long PlanVersion { get; init; }

    /// <summary>The newest jobs, newest first.</summary>
    [Id(3)] public ImmutableArray<string> Jobs { get; init; } = [];

    /// <summary>Those among all jobs that have not ended.</summary>
    [Id(4)] public ImmutableArray<string> OpenJobs { get; init; } = [];

    /// <summary>The newest plans, newest first. Empty where promotions alone made plans before plans were kept.</summary>
    [Id(5)] public ImmutableArray<RolloutPlan> Plans { get; init; } = [];

    /// <summary>Which arms answered unseen, and when: the newest times, oldest first.</summary>
    [Id(6)] public ImmutableArray<ShadowPeriod> Shadows { get; init; } = [];

    /// <summary>When and why the project was ended; null: it is active.</summary>
    [Id(7)] public Decommission? Decommissioned { get; init; }

    /// <summary>The newest trainings and searches, newest first: many evaluations do not push them out.</summary>
    [Id(8)] public ImmutableArray<string> Trainings { get; init; } = [];

    /// <summary>The newest evaluations, newest first.</summary>
    [Id(9)] public ImmutableArray<string> Evaluations { get; init; } = [];

    /// <summary>The state with a job more, the newest.</summary>
    public ProjectState With(string job, JobKind kind) => this with
    {
        Jobs = [job, .. Jobs.Take(MostJobs - 1)],
        OpenJobs = OpenJobs.Add(job),
        Trainings = kind is JobKind.Evaluate ? Trainings : [job, .. Trainings.Take(MostOfAKind - 1)],
        Evaluations = kind is JobKind.Evaluate ? [job, .. Evaluations.Take(MostOfAKind - 1)] : Evaluations,
    };

    /// <summary>What is needed to know when something is started next; newest first within trainings and within evaluations.</summary>
    /// <remarks>The newest of all are those of a state that an earlier version wrote.</remarks>
    public ImmutableArray<string> RecentJobs() => [.. Trainings.Concat(Evaluations).Concat(Jobs.Take(MostOfAKind)).Concat(OpenJobs).Distinct(StringComparer.Ordinal)];
}
