namespace Progeny.Core.Datasets.Catalog;

/// <summary>A version on its way into the catalog.</summary>
public sealed record NewVersion
{
    /// <summary>What is known of it; its number is given by the catalog.</summary>
    public required DatasetVersion Version { get; init; }

    /// <summary>The parts that it adds.</summary>
    public required IReadOnlyList<DatasetPart> Parts { get; init; }

    /// <summary>Whether its table is that of the version before with these parts behind it; else it is these parts alone.</summary>
    public bool IsAppended { get; init; }

    /// <summary>What makes it happen once: a second version of the dataset with the same key is not made. Null: each is another.</summary>
    public string? Once { get; init; }

    /// <summary>The newest version, read or not, beside which its rows were judged: it is added behind that one or not at all. Null: that
    /// does not matter.</summary>
    public int? After { get; init; }

    /// <summary>The rows that broke the contract, which are entered with the version; null: there are none.</summary>
    public NewQuarantine? Quarantine { get; init; }
}
