namespace Progeny.Core.Training;

/// <summary>How a trainer's process ended and what it printed.</summary>
public sealed record TrainerResult
{
    public required TrainerVerdict Verdict { get; init; }

    /// <summary>The verdict in a sentence for the user.</summary>
    public required string Message { get; init; }

    /// <summary>Null where it could not be started.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The end of what it printed on standard output and standard error, in the order of arrival.</summary>
    public string Log { get; init; } = "";

    /// <summary>The most memory that it and its children were seen to hold, in bytes.</summary>
    public long PeakMemory { get; init; }

    public TimeSpan Duration { get; init; }
}
