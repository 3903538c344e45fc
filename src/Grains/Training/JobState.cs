using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="JobGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.job-state")]
public sealed record JobState
{
    [Id(0)] public JobInfo? Job { get; init; }

    /// <summary>The log in the artifact store, once the job has ended.</summary>
    [Id(1)] public string? Log { get; init; }
}
