using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>The query log, read in its order.</summary>
public sealed class QueryLogTail(QueryStore store) : IQueryLogTail
{
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <inheritdoc/>
    public Task<Guid> ReadIdAsync(CancellationToken cancellationToken) => store.ReadAsync(
        snapshot => new Guid(snapshot.Connection.QuerySingle<byte[]>("SELECT id FROM identity"), bigEndian: true), cancellationToken);

    /// <inheritdoc/>
    public Task<long> FindStartAsync(IReadOnlyDictionary<GenerationReference, long> counted, CancellationToken cancellationToken) =>
        store.ReadAsync(
        snapshot =>
        {
            var origins =
                snapshot.Connection.Query<(long Id, string Owner, string Release, int Generation)>(
                    "SELECT id, owner, release, generation FROM origins")
                .Select(origin =>
                    (origin.Id, counted.GetValueOrDefault(new GenerationReference(origin.Owner, origin.Release, origin.Generation))))
                        .ToList();
            return snapshot.FindNext(origins) is { } first ? first - 1 : counted.Values.DefaultIfEmpty().Max();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Segment>> ReadAsync(long after, CancellationToken cancellationToken) => store.ReadAsync(
        IReadOnlyList<Segment> (snapshot) =>
        {
            var segments = new List<Segment>();
            var bytes = 0L;
            foreach (var segment in snapshot.ReadAfter(after))
            {
                segments.Add(segment);
                bytes += segment.Batch.Data.Length;
                if (bytes >= MaxBytes)
                    break;
            }

            return segments;
        },
        cancellationToken);
}
