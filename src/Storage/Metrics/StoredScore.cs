namespace Progeny.Storage.Metrics;

/// <summary>How good one prediction was, as it is stored.</summary>
/// <param name="Generation">The number of the generation in the database.</param>
/// <param name="Figures">The values by name, as JSON.</param>
/// <param name="Sequence">The place of the prediction in the query log.</param>
/// <param name="Moment">When it was predicted, in milliseconds since 1970.</param>
/// <param name="Arrived">When its outcome came, in seconds since 1970; 0: that is not known.</param>
internal sealed record StoredScore(
    long Generation, string Figures, string Arm, string Reason, long Sequence, long Moment, long Arrived, int? Cluster)
{
    /// <summary>When it was predicted, in seconds since 1970.</summary>
    public long Second => Moment / 1000;
}
