namespace Progeny.Core.Datasets.Rows;

/// <summary>Rows that are appended together: all of them, or none.</summary>
public sealed record RowBatch
{
    /// <summary>The lines of JSON, as they were sent.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Where the lines with rows are in the body.</summary>
    public required IReadOnlyList<Range> Lines { get; init; }

    /// <summary>
    /// The number of each of these lines, from 1, where lines without a row are among them; null: they count without gaps.
    /// </summary>
    public IReadOnlyList<int>? Numbers { get; init; }

    public required IReadOnlyList<RowColumn> Columns { get; init; }

    /// <summary>The columns of the dataset's key; none: each row is another.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>The identity of each row; none where there is no key.</summary>
    public required IReadOnlyList<RowIdentity> Identities { get; init; }

    /// <summary>The number of a row's line.</summary>
    public int LineOf(int row) => Numbers?[row] ?? row + 1;
}
