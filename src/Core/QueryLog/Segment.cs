using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>A batch in the query log: records with consecutive sequence numbers.</summary>
/// <param name="First">The sequence number of the batch's first record.</param>
public sealed record Segment(long First, QueryBatch Batch)
{
    /// <summary>The sequence number behind the last record's.</summary>
    public long End => First + Batch.Count;
}
