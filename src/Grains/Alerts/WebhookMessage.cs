namespace Progeny.Grains.Alerts;

/// <summary>A message that a webhook has not taken yet.</summary>
public sealed record WebhookMessage
{
    /// <summary>The same at each attempt.</summary>
    public required string Id { get; init; }

    public required string Alert { get; init; }

    public required string Webhook { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public int Attempts { get; init; }

    /// <summary>Why the last attempt failed; null: there was none.</summary>
    public string? Error { get; init; }

    /// <summary>How long it was waited between the attempts, all together. It is counted, since the clock may be set meanwhile.</summary>
    public TimeSpan Waited { get; init; }
}
