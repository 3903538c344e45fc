namespace Progeny.Abstractions.Rollout;

/// <summary>A time in which an arm answered every query unseen.</summary>
/// <param name="Arm">The arm's name.</param>
/// <param name="From">When its plan was made.</param>
/// <param name="Until">When the plan without it was made; null: it does still.</param>
[GenerateSerializer, Immutable, Alias("progeny.shadow-period")]
public sealed record ShadowPeriod([property: Id(0)] string Arm, [property: Id(1)] DateTimeOffset From, [property: Id(2)] DateTimeOffset? Until);
