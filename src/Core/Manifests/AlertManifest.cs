namespace Progeny.Core.Manifests;

/// <summary>
/// A condition on the champion's figures that somebody wants to hear of: once when it becomes true, and once when it is over.
/// </summary>
public sealed record AlertManifest
{
    public required string Name { get; init; }

    /// <summary>SQL over the figures of the generation in production, true while there is something to be told.</summary>
    public required string When { get; init; }

    /// <summary>The name of a webhook that an operator configured; null: the alert is only shown.</summary>
    public string? Webhook { get; init; }
}
