using Progeny.Replay.Lifecycle;

namespace Progeny.Replay.Metrics;

/// <summary>Where the replay stands.</summary>
internal sealed record Snapshot
{
    /// <summary>The accelerated clock.</summary>
    public required DateTime Now { get; init; }

    /// <summary>How many times faster than the world's clock it runs.</summary>
    public required double Speed { get; init; }

    /// <summary>Flights asked about and answered, those of earlier starts included.</summary>
    public required int Answered { get; init; }

    public required int Flights { get; init; }

    /// <summary>Queries of this start that the node refused.</summary>
    public required int Refused { get; init; }

    /// <summary>Why the last of them was refused.</summary>
    public required string? LastRefusal { get; init; }

    public required double PerSecond { get; init; }

    /// <summary>Milliseconds, of the last ten seconds.</summary>
    public required double? P50 { get; init; }

    public required double? P99 { get; init; }

    /// <summary>The generation that answered last.</summary>
    public required string? Generation { get; init; }

    public required ScoreFigures Score { get; init; }

    /// <summary>What the node decided last, the newest first.</summary>
    public IReadOnlyList<DecisionState> Decisions { get; init; } = [];

    /// <summary>Outcomes that came before the node had their query in its log (they are joined once it has).</summary>
    public required int Unmatched { get; init; }
}
