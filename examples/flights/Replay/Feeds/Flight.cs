namespace Progeny.Replay.Feeds;

/// <summary>One flight of the feed.</summary>
internal sealed record Flight
{
    /// <summary>Its place in the order of departure, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>Scheduled departure, local time as the data have it.</summary>
    public required DateTime Scheduled { get; init; }

    public required long Hour { get; init; }

    /// <summary>1 (Monday) to 7 (Sunday).</summary>
    public required long Weekday { get; init; }

    /// <summary>Miles.</summary>
    public required double Distance { get; init; }

    public required string Origin { get; init; }

    public required string Destination { get; init; }

    /// <summary>Minutes; less than 0 is early.</summary>
    public required double Delay { get; init; }

    /// <summary>1 where the delay is over 15 minutes, otherwise 0.</summary>
    public required long Late { get; init; }

    /// <summary>
    /// When it must have landed: half an hour on the ground and in climb, 460 miles an hour, and the delay. The data do not say; what
    /// matters is that nobody knows the outcome before.
    /// </summary>
    public DateTime Landed => Scheduled + TimeSpan.FromMinutes(Math.Max(1, 30 + (Distance / 460 * 60) + Delay));
}
