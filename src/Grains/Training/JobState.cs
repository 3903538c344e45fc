using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="JobGrain"/> remembers.</summary>
public sealed record JobState
{
    public JobInfo? Job { get; init; }

    /// <summary>The log in the artifact store, once the job has ended.</summary>
    public string? Log { get; init; }

    /// <summary>Whether somebody asked to stop it; stored, so that a node which dies before it has stopped does not run it again.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Whether the project knows that it has ended, and what it made has been proposed.</summary>
    public bool Told { get; init; }
}
