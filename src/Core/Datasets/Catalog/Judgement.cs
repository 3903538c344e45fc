namespace Progeny.Core.Datasets.Catalog;

/// <summary>What a contract says of a table: each of its rows is in <see cref="Files"/> or in <see cref="Quarantine"/>.</summary>
public sealed record Judgement
{
    /// <summary>The version of the contract; null: the dataset has none, and everything passes.</summary>
    public int? Contract { get; init; }

    /// <summary>The rule for whole tables that is broken, with what would be right; null: none is.</summary>
    public string? HeldReason { get; init; }

    /// <summary>Whether the whole version is held: it is made, with all its rows, and not read until somebody releases it.</summary>
    public bool IsHeld => HeldReason is not null;

    /// <summary>The columns of <see cref="Files"/>, whose types may be those that the contract asks for.</summary>
    public required IReadOnlyList<DatasetColumn> Columns { get; init; }

    /// <summary>
    /// The whole paths of the Parquet files with the rows that pass, in their order: the files judged, where all rows pass.
    /// </summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The rows that do not pass, which are in the artifact store already; null: there are none.</summary>
    public NewQuarantine? Quarantine { get; init; }

    /// <summary>Has a version say what was found, and its quarantined rows be entered with it in one transaction.</summary>
    /// <param name="version">Its parts are <see cref="Files"/>, its columns are replaced.</param>
    public NewVersion ApplyTo(NewVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version with
        {
            Version = version.Version with
            {
                State = IsHeld ? DatasetState.Held : version.Version.State,
                HeldReason = HeldReason,
                Contract = Contract,
                Columns = Columns,
                Quarantined = Quarantine?.Rows ?? 0,
            },
            Quarantine = Quarantine,
        };
    }
}
