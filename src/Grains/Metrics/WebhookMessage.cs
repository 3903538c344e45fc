namespace Progeny.Grains.Metrics;

/// <summary>A message that a webhook has not taken yet.</summary>
[GenerateSerializer, Immutable, Alias("progeny.webhook-message")]
public sealed record WebhookMessage
{
    /// <summary>The same at each attempt.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required string Alert { get; init; }

    [Id(2)] public required string Webhook { get; init; }

    [Id(3)] public required string Body { get; init; }

    [Id(4)] public required DateTimeOffset CreatedAt { get; init; }

    [Id(5)] public required DateTimeOffset DueAt { get; init; }

    [Id(6)] public int Attempts { get; init; }

    /// <summary>Why the last attempt failed; null: there was none.</summary>
    [Id(7)] public string? Error { get; init; }

    /// <summary>How long it was waited between the attempts, all together. It is counted, since the clock may be set meanwhile.</summary>
    [Id(8)] public TimeSpan Waited { get; init; }
}
