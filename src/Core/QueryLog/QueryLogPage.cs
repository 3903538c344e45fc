using System.Collections;

namespace Progeny.Core.QueryLog;

/// <summary>A page of the query log, newest first.</summary>
/// <param name="queries">The queries.</param>
/// <param name="isCut">Whether the page ended because it was full, by number or by bytes; there may be more behind it.</param>
public sealed class QueryLogPage(IReadOnlyList<LoggedQuery> queries, bool isCut) : IReadOnlyList<LoggedQuery>
{
    /// <summary>The most bytes of the records of a page, in memory; one record always finds room.</summary>
    public const long MaxBytes = 4L << 20;

    public int Count => queries.Count;

    /// <summary>Where the next page begins (the <c>before</c> to ask for); null: this was the last.</summary>
    public long? Before => isCut && Count > 0 ? queries[^1].Sequence : null;

    public LoggedQuery this[int index] => queries[index];

    /// <summary>What a record counts: the characters of its texts, most of which take a byte in an answer.</summary>
    public static long BytesOf(QueryRecord record) =>
        (record.Fields?.Length ?? 0) + (record.Augmented?.Length ?? 0) + (record.Prediction?.Length ?? 0) + (record.Error?.Length ?? 0)
        + (record.Rules?.Length ?? 0) + (record.Entity?.Length ?? 0) + record.QueryId.Length + BytesBeside;

    public IEnumerator<LoggedQuery> GetEnumerator() => queries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The members of an answer that are the same for all records.</summary>
    private const int BytesBeside = 256;
}
