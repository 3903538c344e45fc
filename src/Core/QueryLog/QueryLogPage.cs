using System.Collections;
using Progeny.Abstractions.Queries;

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

    /// <summary>
    /// About what a record takes in an answer: most characters of its texts take a byte, and a number some twenty at most.
    /// </summary>
    public static long BytesOf(QueryRecord record) =>
        BytesOf(record.Fields) + BytesOf(record.Inputs) + BytesOf(record.Augmented) + BytesOf(record.Prediction) + BytesOf(record.Outputs)
        + (record.Error?.Length ?? 0) + record.Rules.Sum(rule => rule.Length) + (record.Entity?.Length ?? 0) + record.QueryId.Length
        + BytesBeside;

    public IEnumerator<LoggedQuery> GetEnumerator() => queries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The members of an answer that are the same for all records.</summary>
    private const int BytesBeside = 256;

    private const int NumberBytes = 20;

    private static long BytesOf(IReadOnlyDictionary<string, object?>? values) =>
        values?.Sum(pair => (long)pair.Key.Length + (pair.Value is string text ? text.Length : NumberBytes)) ?? 0;

    private static long BytesOf(Prediction? prediction) =>
        prediction is null ? 0 : prediction.Classes.Sum(name => (long)name.Length) + (prediction.Width * NumberBytes);

    // A byte of data is three digits and a comma, and an element of eight bytes some twenty characters.
    private static long BytesOf(LoggedTensors? logged) =>
        logged?.Tensors.Sum(tensor =>
            tensor.Elements.IsDefault ? 4L * tensor.Data.Length : tensor.Elements.Sum(element => (long)element.Length)) ?? 0;
}
