using Progeny.Abstractions.Releases;
namespace Progeny.Core.Manifests;

/// <summary>A condition that a generation must meet to be advanced, in SQL over its metrics and the champion's.</summary>
public sealed record GateManifest
{
    public required string Name { get; init; }

    /// <summary>The stage that the gate guards: a generation may enter it only where <see cref="When"/> is true.</summary>
    public required Stage Before { get; init; }

    public required string When { get; init; }
}
