namespace Progeny.Core.QueryLog;

/// <summary>What was removed of a part of the log.</summary>
/// <param name="Records">How many records.</param>
/// <param name="Outcomes">How many reports of outcomes.</param>
/// <param name="Next">Where the next part begins; null: there is none.</param>
public sealed record ErasedPart(long Records, long Outcomes, long? Next);
