namespace Progeny.Replay.Serving;

/// <summary>What the node answered about one flight.</summary>
internal sealed record FlightAnswer
{
    public required long Flight { get; init; }

    /// <summary>The generation that answered, release:generation.</summary>
    public required string Version { get; init; }

    /// <summary>The probability of being late.</summary>
    public required double Late { get; init; }

    /// <summary>1 once the outcome was reported.</summary>
    public required long Reported { get; init; }
}
