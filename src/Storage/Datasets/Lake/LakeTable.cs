using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>A table that a session of the lake shows.</summary>
/// <param name="Sql">The SELECT of its rows, over files of the session's folder or tables that <see cref="FillAsync"/> makes.</param>
public sealed record LakeTable(string Sql)
{
    /// <summary>Makes what <see cref="Sql"/> reads in the session; null: there is nothing to make.</summary>
    public Func<DuckDbSession, CancellationToken, Task>? FillAsync { get; init; }

    /// <summary>The version of the dataset that is read; null: the table is no dataset.</summary>
    public DatasetVersion? Version { get; init; }
}
