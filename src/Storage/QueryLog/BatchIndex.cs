using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>What an index of the log needs to know of a batch.</summary>
/// <param name="FromAt">The time of its oldest record, in microseconds since 1970.</param>
/// <param name="UntilAt">The time of its newest record.</param>
internal readonly record struct BatchIndex(long FromAt, long UntilAt)
{
    /// <summary>Reads a batch.</summary>
    /// <param name="add">Told the index and the hash of each record.</param>
    /// <exception cref="InvalidDataException">The batch is damaged.</exception>
    public static BatchIndex Of(QueryBatch batch, Action<int, long> add)
    {
        long from = long.MaxValue, until = long.MinValue;
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
        {
            add(reader.Index, reader.Hash);
            if (!reader.IsFirstOfRequest)
                continue;
            var at = QueryCodes.Encode(reader.At);
            from = Math.Min(from, at);
            until = Math.Max(until, at);
        }

        if (reader.Index + 1 != batch.Count || batch.Count == 0)
            throw new InvalidDataException(
                $"A batch of {batch.Generation} says that it has {batch.Count} records; it has {reader.Index + 1}.");
        return new BatchIndex(from, until);
    }
}
