using Progeny.Abstractions.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>A stretch of the log.</summary>
/// <param name="First">The sequence number of the batch's first record.</param>
internal sealed record Segment(long First, QueryBatch Batch)
{
    /// <summary>The sequence number behind the last record's.</summary>
    public long End => First + Batch.Count;
}
