using Progeny.Abstractions.Releases;

namespace Progeny.Core.QueryLog;

/// <summary>The query log in its order, for a reader that counts every record once.</summary>
public interface IQueryLogTail
{
    /// <summary>The identity of the log. Sequence numbers are unique within it.</summary>
    Task<Guid> ReadIdAsync(CancellationToken cancellationToken);

    /// <summary>Finds where to read on.</summary>
    /// <param name="counted">The sequence number up to which the records of a generation are counted; a generation that is missing has
    /// none.</param>
    /// <returns>A sequence number behind which all records lie that are not counted.</returns>
    Task<long> FindStartAsync(IReadOnlyDictionary<GenerationReference, long> counted, CancellationToken cancellationToken);

    /// <summary>Reads the next segments, some megabytes at most unless one alone is larger. They are on disk.</summary>
    /// <param name="after">Only segments that begin behind this sequence number.</param>
    Task<IReadOnlyList<Segment>> ReadAsync(long after, CancellationToken cancellationToken);
}
