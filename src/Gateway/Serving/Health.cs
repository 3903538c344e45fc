namespace Progeny.Gateway.Serving;

/// <summary>The protocol's answer to a health check; what was not asked is absent.</summary>
internal sealed record Health
{
    public bool? Live { get; init; }

    public bool? Ready { get; init; }
}
