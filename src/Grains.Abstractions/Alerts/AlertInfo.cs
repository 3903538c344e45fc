namespace Progeny.Abstractions.Alerts;

/// <summary>An alert of the release that is in production, or one that has not told its webhook all yet.</summary>
[GenerateSerializer, Immutable, Alias("progeny.alert-info")]
public sealed record AlertInfo
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>The condition in SQL over the champion's figures.</summary>
    [Id(1)] public required string When { get; init; }

    [Id(2)] public string? Webhook { get; init; }

    /// <summary>Whether the condition was true when it was last checked.</summary>
    [Id(3)] public required bool Active { get; init; }

    /// <summary>The last episode; null: there was none yet.</summary>
    [Id(4)] public AlertEpisode? Episode { get; init; }

    /// <summary>How many messages the webhook has not taken yet.</summary>
    [Id(5)] public int Undelivered { get; init; }

    /// <summary>Why the last attempt to deliver failed; null: it did not, or nothing waits.</summary>
    [Id(6)] public string? DeliveryError { get; init; }
}
