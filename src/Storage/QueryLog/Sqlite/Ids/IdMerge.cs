namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>A merge of runs that is under way, page by page.</summary>
internal sealed class IdMerge(IdRun target, IReadOnlyList<IdRun> sources)
{
    public IdRun Target { get; } = target;

    /// <summary>The runs that are merged, all of one level.</summary>
    public IReadOnlyList<IdRun> Sources { get; } = sources;

    /// <summary>The number of the sources' page that comes next.</summary>
    public int NextPage { get; set; }
}
