using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>The query log in SQLite, read in its order.</summary>
public sealed class SqliteQueryLogTail(QueryDatabase database) : IQueryLogTail
{
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <inheritdoc/>
    public Task<Guid> ReadIdAsync(CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => new Guid(connection.QuerySingle<byte[]>("SELECT id FROM identity"), bigEndian: true), cancellationToken);

    /// <inheritdoc/>
    public Task<long> FindStartAsync(IReadOnlyDictionary<GenerationReference, long> counted, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) =>
        {
            var start = long.MaxValue;
            foreach (var (id, owner, release, generation) in connection.Query<(long, string, string, int)>("SELECT id, owner, release, generation FROM origins").AsList())
            {
                var first = connection.ExecuteScalar<long?>(
                    "SELECT min(first) FROM segments WHERE origin = :id AND first > :cursor",
                    new { id, cursor = counted.GetValueOrDefault(new GenerationReference(owner, release, generation)) });
                start = Math.Min(start, first - 1 ?? long.MaxValue);
            }

            return start < long.MaxValue ? start : counted.Values.DefaultIfEmpty().Max();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Segment>> ReadAsync(long after, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<Segment> (connection, _) =>
        {
            var segments = new List<Segment>();
            using var scan = new SegmentScan(connection, "WHERE s.first > ?1 ORDER BY s.first");
            scan.Bind(1, after);
            for (var bytes = 0L; bytes < MaxBytes && scan.Read() is { } segment; bytes += segment.Batch.Data.Length)
                segments.Add(segment);
            return segments;
        },
        cancellationToken);
}
