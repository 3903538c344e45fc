using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>How a job's work ended.</summary>
internal sealed record JobOutcome
{
    public required bool Succeeded { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The generation it made; null: none.</summary>
    public GenerationReference? Generation { get; init; }

    /// <summary>The figures it found.</summary>
    public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The rows of the source that were left out; null: none were.</summary>
    public SkippedRows? Skipped { get; init; }

    /// <summary>What its programs printed.</summary>
    public string Log { get; init; } = "";

    /// <summary>It failed, and no node is to blame.</summary>
    public static JobOutcome Fail(string message, string log = "") => new() { Succeeded = false, Message = message, Log = log };
}
