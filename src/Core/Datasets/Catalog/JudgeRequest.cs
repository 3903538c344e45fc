namespace Progeny.Core.Datasets.Catalog;

/// <summary>A table on its way into a dataset, to be judged by the dataset's contract.</summary>
public sealed record JudgeRequest
{
    public required string Dataset { get; init; }

    /// <summary>The columns of the files.</summary>
    public required IReadOnlyList<DatasetColumn> Columns { get; init; }

    /// <summary>The whole paths of the Parquet files with the rows, in their order. They are only read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The caller's folder for files of this work, which the caller deletes when the version is made.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether the rows are added to the newest version's; else they replace them.</summary>
    public bool IsAppended { get; init; }
}
