using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="JobGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.job-state")]
public sealed record JobState
{
    [Id(0)] public JobInfo? Job { get; init; }

    /// <summary>The log in the artifact store, once the job has ended.</summary>
    [Id(1)] public string? Log { get; init; }

    /// <summary>Whether somebody asked to stop it; stored, so that a node which dies before it has stopped does not run it again.</summary>
    [Id(2)] public bool CancelRequested { get; init; }

    /// <summary>Whether the project knows that it has ended, and what it made has been proposed.</summary>
    [Id(3)] public bool Told { get; init; }
}
