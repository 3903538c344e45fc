using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>
/// What is left of a batch once the records of an entity are taken out: batches, each of records that lay behind each other.
/// </summary>
/// <param name="Parts">The batches, with the index in the old one of their first record.</param>
/// <param name="Erased">The index, the query id and its hash of each record that was taken out.</param>
public sealed record ErasedBatch(
    IReadOnlyList<(int First, QueryBatch Batch)> Parts, IReadOnlyList<(int Index, string QueryId, long Hash)> Erased)
{
    /// <summary>
    /// What takes the place of an error that a request met whose records are not all left: its text may quote what they held.
    /// </summary>
    internal const string ErasedError = "(erased)";

    /// <summary>Takes the records of an entity out of a batch.</summary>
    /// <returns>Null: it has none.</returns>
    /// <exception cref="InvalidDataException">The batch is damaged.</exception>
    public static ErasedBatch? Of(QueryBatch batch, string entity)
    {
        var erased = new List<(int Index, string QueryId, long Hash)>();
        var requests = new List<List<RecordBytes>>();
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
        {
            if (reader.IsFirstOfRequest)
                requests.Add([]);
            var isErased = reader.Entity == entity;
            if (isErased)
                erased.Add((reader.Index, reader.QueryId, reader.Hash));
            requests[^1].Add(reader.ToBytes(isErased));
        }

        return erased.Count == 0 ? null : new ErasedBatch([.. Rebuild(batch, requests)], erased);
    }

    private static IEnumerable<(int First, QueryBatch Batch)> Rebuild(QueryBatch batch, List<List<RecordBytes>> requests)
    {
        using var writer = new LogWriter();
        var (index, first, count) = (0, 0, 0);
        foreach (var request in requests)
        {
            var isWhole = request.TrueForAll(record => !record.IsErased);
            for (var at = 0; at < request.Count;)
            {
                var run = request.Skip(at).TakeWhile(record => !record.IsErased).ToList();
                if (run.Count > 0)
                {
                    if (count == 0)
                    {
                        first = index + at;
                        writer.WriteByte(QueryFormat.Version);
                    }

                    Write(writer, run, isWhole);
                    count += run.Count;
                    at += run.Count;
                    continue;
                }

                if (count > 0)
                    yield return (first, End());
                at++;
            }

            index += request.Count;
        }

        if (count > 0)
            yield return (first, End());

        QueryBatch End()
        {
            var part = batch with { Count = count, Data = writer.Written.ToArray() };
            writer.Truncate(0);
            count = 0;
            return part;
        }
    }

    private static void Write(LogWriter writer, List<RecordBytes> run, bool isWhole)
    {
        var head = run[0];
        writer.WriteUnsigned((ulong)run.Count);
        writer.Write(head.BeforeError.Span);
        if (isWhole || head.Error.IsEmpty)
            writer.Write(head.Error.Span);
        else
            writer.WriteText(ErasedError);
        writer.Write(head.BehindError.Span);
        foreach (var record in run)
            writer.Write(record.Row.Span);
    }
}
