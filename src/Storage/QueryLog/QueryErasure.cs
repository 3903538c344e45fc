using System.Data.Common;
using Dapper;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog;

/// <summary>
/// Erasure from the log of one of the databases. A segment with records to be removed is replaced by those that hold the others, each with
/// its sequence number; the numbers of the removed ones stay unused.
/// </summary>
public abstract class QueryErasure(QueryStore store, ErasureMarks marks, IArchiveErasure? archive = null) : IQueryErasure
{
    /// <summary>The places from here on are those of the files of the archive, which come behind the log.</summary>
    private const long FirstArchived = 1L << 62;

    private const long Window = 65_536;
    private const int NamesAtOnce = 500;

    /// <inheritdoc/>
    public bool IsPossible => marks.IsKeyed;

    /// <inheritdoc/>
    public string MarkOf(string project, string entity) => Convert.ToHexStringLower(marks.OfEntity(project, entity));

    /// <inheritdoc/>
    public Task<ErasureNote?> FindAsync(string project, string queryId, CancellationToken cancellationToken) =>
        marks.FindAsync(marks.OfQuery(project, queryId), cancellationToken);

    /// <inheritdoc/>
    public abstract Task<string?> CompactAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async Task<ErasedPart> EraseAsync(
        string project,
        string entity,
        long from,
        ErasureNote note,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken)
    {
        if (from >= FirstArchived)
            return await EraseArchivedAsync(project, entity, (int)(from - FirstArchived), note, removing, cancellationToken);

        // Outcomes by key that come from now on are left out.
        await WriteAsync(connection => Mark(connection, project, note, [marks.OfEntity(project, entity)]), cancellationToken);
        var (bounds, found) = await store.ReadAsync(
            snapshot =>
            {
                var bounds = snapshot.ReadBounds();
                var range = new SegmentRange(
                    project, Math.Max(from, bounds.First), Math.Min(Math.Max(from, bounds.First) + Window, bounds.Last + 1));
                return (bounds, Find(snapshot, range, entity));
            },
            cancellationToken);
        var ids = found.SelectMany(segment => segment.Left.Erased.Select(record => record.QueryId)).Distinct(StringComparer.Ordinal)
            .ToList();
        var (records, outcomes) = (0L, 0L);
        if (ids.Count > 0)
        {
            await removing(ids, cancellationToken);
            foreach (var (first, left) in found)
            {
                var removed = await WriteAsync(connection => Replace(connection, project, entity, note, first, left), cancellationToken);
                records += removed.Records;
                outcomes += removed.Outcomes;
            }

            // What was scored in between.
            await removing(ids, cancellationToken);
        }

        var next = Math.Max(from, bounds.First) + Window;
        if (next <= bounds.Last)
            return new ErasedPart(records, outcomes, next);
        outcomes += await WriteAsync(
            connection => connection.Execute("DELETE FROM keyed WHERE project = @project AND key = @entity", new { project, entity }),
            cancellationToken);
        return new ErasedPart(records, outcomes, archive is { IsOn: true } ? FirstArchived : null);
    }

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    private protected abstract Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken);

    /// <summary>Replaces a segment by others.</summary>
    /// <returns>False: it is not there any more.</returns>
    private protected abstract bool ReplaceSegment(DbConnection connection, long first, ErasedBatch left);

    /// <summary>Removes what counts and is not the last report, whose place others go on from.</summary>
    private protected abstract int RemoveReports(
        DbConnection connection, string project, IReadOnlyList<string> queryIds, IReadOnlyList<long> hashes);

    private async Task<ErasedPart> EraseArchivedAsync(
        string project,
        string entity,
        int file,
        ErasureNote note,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken)
    {
        var outcomes = 0L;
        var (records, next) = await archive!.EraseAsync(
            project,
            entity,
            file,
            async (ids, token) =>
            {
                foreach (var part in ids.Chunk(NamesAtOnce))
                {
                    outcomes += await WriteAsync(
                        connection =>
                        {
                            Mark(connection, project, note, part.Select(id => marks.OfQuery(project, id)));
                            return RemoveReports(
                                connection, project, part, [.. part.Select(id => QueryHash.Of(project, id)).Distinct()]);
                        },
                        token);
                }

                await removing(ids, token);
            },
            cancellationToken);
        return new ErasedPart(records, outcomes, next is { } place ? FirstArchived + place : null);
    }

    private static List<(long First, ErasedBatch Left)> Find(ILogSnapshot snapshot, SegmentRange range, string entity)
    {
        var found = new List<(long First, ErasedBatch Left)>();
        if (range.From >= range.Until)
            return found;
        foreach (var segment in snapshot.Read(range))
        {
            if (ErasedBatch.Of(segment.Batch, entity) is { } left)
                found.Add((segment.First, left));
        }

        return found;
    }

    private (long Records, long Outcomes) Replace(
        DbConnection connection, string project, string entity, ErasureNote note, long first, ErasedBatch left)
    {
        if (!ReplaceSegment(connection, first, left))
            return (0, 0);
        connection.Execute(
            "DELETE FROM keyed_entities WHERE project = @project AND hash = @hash AND first = @first",
            new { project, hash = EntityHash.Of(entity), first });
        var ids = left.Erased.Select(record => record.QueryId).Distinct(StringComparer.Ordinal).ToList();
        Mark(connection, project, note, ids.Select(id => marks.OfQuery(project, id)));
        var outcomes = 0;
        foreach (var part in ids.Chunk(NamesAtOnce))
        {
            outcomes += RemoveReports(connection, project, part, [.. part.Select(id => QueryHash.Of(project, id)).Distinct()]);
        }

        return (left.Erased.Count, outcomes);
    }

    private static int Mark(DbConnection connection, string project, ErasureNote note, IEnumerable<byte[]> codes) => connection.Execute(
        ErasureMarks.Insert, codes.Select(mark => new { mark, project, at = QueryCodes.Encode(note.At), by = note.By }).ToList());
}
