namespace Progeny.Silo.Hosting;

/// <summary>The protocol's answer to a health check; what was not asked is absent.</summary>
public sealed record Health
{
    /// <summary>Whether the process works.</summary>
    public bool? Live { get; init; }

    /// <summary>Whether the node answers queries.</summary>
    public bool? Ready { get; init; }

    /// <summary>Whether the node has started.</summary>
    public bool? Started { get; init; }

    /// <summary>Why the node is not ready.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the database cannot be reached, while the node answers queries from memory.</summary>
    public string? Database { get; init; }
}
