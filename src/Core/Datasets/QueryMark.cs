namespace Progeny.Core.Datasets;

/// <summary>A moment of the feedback loop: how far the list of outcome reports and the query log went. Both ends are exclusive.</summary>
/// <param name="ReportOffset">The offset behind the last report.</param>
/// <param name="Sequence">The sequence number behind the last record.</param>
public readonly record struct QueryMark(long ReportOffset, long Sequence)
{
    /// <summary>Before the first report and the first record.</summary>
    public static QueryMark Start { get; }
}
