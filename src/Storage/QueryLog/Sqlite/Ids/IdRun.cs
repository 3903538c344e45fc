namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>A run of the index by query id: the keys of a stretch of the log, in pages by the upper bits of the key.</summary>
internal sealed record IdRun(long Id, long Start, int Level, IdRunState State)
{
    // Leaves room for the pages of the last level.
    private const int PageShift = 24;

    public long End => Start + IdPage.SpanOf(Level);

    public int Pages => 1 << IdPage.BitsOf(Level);

    /// <summary>The key of a page in the table.</summary>
    public long KeyOf(int page) => (Id << PageShift) | (uint)page;
}
