using Progeny.Core.Datasets;

namespace Progeny.Core.Feedback;

/// <summary>
/// The live answers of the query log whose outcome is known, a row for each query id. A query is known at a <see cref="QueryMark"/> from
/// the first report of its outcome and the first record of a live answer on, so between two marks each is found once, in whatever order
/// reports and records came.
/// </summary>
public interface IAnsweredQueries
{
    /// <summary>The moment up to which everything is on disk now.</summary>
    Task<QueryMark> GetEndAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Finds the queries that are known at <see cref="AnsweredRequest.To"/> and were not at <see cref="AnsweredRequest.From"/>.
    /// </summary>
    Task<AnsweredSet> FindAsync(AnsweredRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Counts what <see cref="FindAsync"/> finds, whatever the request's window. What it costs grows with what lies between the marks.
    /// </summary>
    Task<long> CountAsync(AnsweredRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Streams what was found in the order of the queries' time. Each has the newest live record of its id and the last outcome reported,
    /// both as of the request's end. Records that were removed meanwhile are left out.
    /// </summary>
    IAsyncEnumerable<AnsweredQuery> ReadAsync(AnsweredSet found, CancellationToken cancellationToken);

    /// <summary>Streams what <see cref="ReadAsync"/> does, with the whole records, some thousands at a time.</summary>
    IAsyncEnumerable<IReadOnlyList<AnsweredRecord>> ReadRecordsAsync(AnsweredSet found, CancellationToken cancellationToken);
}
