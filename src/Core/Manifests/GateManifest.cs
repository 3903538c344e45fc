using Progeny.Abstractions.Releases;

namespace Progeny.Core.Manifests;

/// <summary>
/// What a generation needs to be advanced: a condition in SQL over its metrics and the champion's, the approval of a person, or both.
/// </summary>
public sealed record GateManifest
{
    public required string Name { get; init; }

    /// <summary>The stage that the gate guards: a generation may enter it only where the gate lets it through.</summary>
    public required Stage Before { get; init; }

    /// <summary>The condition, which must be true; null: none.</summary>
    public string? When { get; init; }

    /// <summary>The role of the person who must approve (<see cref="Security.AccessNames.Roles"/>); null: nobody has to.</summary>
    public string? Approval { get; init; }

    /// <summary>How long the person has, from when the approval is asked for.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromDays(7);
}
