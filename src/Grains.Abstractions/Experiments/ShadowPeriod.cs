namespace Progeny.Abstractions.Experiments;

/// <summary>A time in which an arm answered every query as a shadow.</summary>
/// <param name="Arm">The arm's name.</param>
/// <param name="From">When its plan was made.</param>
/// <param name="Until">When the plan without it was made; null: it does still.</param>
/// <param name="After">The place in the query log behind which its queries are; 0 also where a version made it that did not tell.</param>
/// <param name="UpTo">The place of the last of them, but for those that were under way; null: it answers still, or a version ended it that
/// did not tell.</param>
[GenerateSerializer, Immutable, Alias("progeny.shadow-period")]
public sealed record ShadowPeriod(
    [property: Id(0)] string Arm,
    [property: Id(1)] DateTimeOffset From,
    [property: Id(2)] DateTimeOffset? Until,
    [property: Id(3)] long After = 0,
    [property: Id(4)] long? UpTo = null);
