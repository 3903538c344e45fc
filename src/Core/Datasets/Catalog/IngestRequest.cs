namespace Progeny.Core.Datasets.Catalog;

/// <summary>A file on its way into a dataset.</summary>
public sealed record IngestRequest
{
    public required string Dataset { get; init; }

    /// <summary>The file, which is read once and left where it is. Not used where <see cref="Ticket"/> is given.</summary>
    public string Path { get; init; } = "";

    /// <summary>The ticket of the file in the artifact store, where it was staged; the ingestion keeps or drops it. Null: see
    /// <see cref="Path"/>.</summary>
    public string? Ticket { get; init; }

    /// <summary>The name of the file as it was sent, whose ending may say what it is; null: unknown.</summary>
    public string? FileName { get; init; }

    /// <inheritdoc cref="DatasetVersion.Origin"/>
    public required string Origin { get; init; }

    /// <inheritdoc cref="DatasetVersion.Source"/>
    public string? Source { get; init; }

    /// <summary>Who sent it.</summary>
    public required string By { get; init; }

    /// <inheritdoc cref="NewVersion.IsAppended"/>
    public bool IsAppended { get; init; }

    /// <inheritdoc cref="NewVersion.Once"/>
    public string? Once { get; init; }

    /// <summary>How it is to be read; null: as it looks.</summary>
    public ReadOptions? Read { get; init; }

    /// <summary>The description of the dataset, where it is made or has none; null: none.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the file is not kept as it was sent, because it was only made to be taken in.</summary>
    public bool IsOriginalDropped { get; init; }
}
