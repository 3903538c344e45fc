namespace Progeny.Storage.QueryLog;

/// <summary>A stretch of the query log of one project.</summary>
/// <param name="From">The first sequence number. The segment that holds it is read as a whole.</param>
/// <param name="Until">The sequence number behind the last.</param>
internal readonly record struct SegmentRange(string Project, long From, long Until)
{
    /// <summary>Only what a release answered; null: all of them.</summary>
    public string? Release { get; init; }

    /// <summary>Only what a generation answered; null: all of them.</summary>
    public int? Generation { get; init; }

    /// <summary>Against the order of the log so many segments at most; null: all, in its order.</summary>
    public int? Newest { get; init; }
}
