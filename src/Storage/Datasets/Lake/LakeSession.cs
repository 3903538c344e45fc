using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>A session in which one query of the lake can run.</summary>
public sealed class LakeSession : IAsyncDisposable
{
    internal LakeSession(DuckDbSession session, string sql, IReadOnlyList<LakeReference> tables, IReadOnlyList<DatasetVersion> versions)
    {
        Session = session;
        Sql = sql;
        Tables = tables;
        Versions = versions;
    }

    /// <summary>The session, with the query's tables.</summary>
    public DuckDbSession Session { get; }

    /// <summary>The query as DuckDB reads it; its parameters are still written <c>:name</c>.</summary>
    public string Sql { get; }

    /// <summary>The tables that the query names, each once.</summary>
    public IReadOnlyList<LakeReference> Tables { get; }

    /// <summary>The versions of the datasets that are read.</summary>
    public IReadOnlyList<DatasetVersion> Versions { get; }

    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
