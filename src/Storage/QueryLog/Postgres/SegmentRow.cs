namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>A row of the table of segments.</summary>
internal sealed record SegmentRow(long First, int Count, long Origin, long Layout, byte[] Data)
{
    /// <summary>The columns.</summary>
    public const string Columns = "s.first, s.count, s.origin, s.layout, s.data";
}
