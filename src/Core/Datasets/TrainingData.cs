using Progeny.Abstractions.Training;
using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets;

/// <summary>The rows of a training, written to a file.</summary>
/// <param name="File">The path of the <c>data.csv</c>.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="First">The ordinal of the first row of feed or file, or of the first query where there is neither; null without an ordinal
/// or without rows.</param>
/// <param name="Last">The ordinal of the last row of feed or file, or of the last query.</param>
/// <param name="Digest">The SHA-256 of the file, in lower-case hexadecimal digits.</param>
public sealed record TrainingData(string File, long Rows, Ordinal? First, Ordinal? Last, string Digest)
{
    /// <summary>The ordinal from which rows of feed or file were taken, inclusive; null: from the first.</summary>
    public Ordinal? From { get; init; }

    /// <summary>The ordinal before which was stopped; null: after the last.</summary>
    public Ordinal? To { get; init; }

    /// <summary>What is said of rows whose ordinal is far ahead; null: there are none, or they do no harm.</summary>
    public string? Ahead { get; init; }

    /// <summary>The moment from which logged queries were taken, and the one up to which; null: none were.</summary>
    public (QueryMark From, QueryMark To)? Queries { get; init; }

    /// <summary>The rows that were left out because they do not fit the schema; null: none were.</summary>
    public SkippedRows? BadRows { get; init; }

    /// <summary>How many of the rows are logged queries.</summary>
    public long QueryRows { get; init; }

    /// <summary>How many logged queries with an outcome were left out, by what was wrong with them.</summary>
    public IReadOnlyDictionary<string, long> Skipped { get; init; } = new Dictionary<string, long>();
}
