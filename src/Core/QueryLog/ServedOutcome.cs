using Progeny.Abstractions.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>A served prediction beside the truth.</summary>
/// <param name="Sequence">The record's place in the log.</param>
/// <param name="Prediction">The answer's prediction, of one row; null: the model's outputs are none that the platform can read.</param>
/// <param name="Outcome">The outcome that counts: the last one reported.</param>
public sealed record ServedOutcome(long Sequence, string Release, int Generation, Prediction? Prediction, string Outcome)
{
    /// <summary>The project of the generation: mostly the one that was asked.</summary>
    public required string Owner { get; init; }

    /// <summary>Why the arm was asked: <c>shadow</c> where the answer was seen by nobody.</summary>
    public required string Reason { get; init; }

    /// <summary>The same for all records of one query id.</summary>
    public required long Hash { get; init; }

    /// <summary>The fields asked for, as text; null where one is missing or was not logged.</summary>
    public required IReadOnlyList<string?> Fields { get; init; }
}
