using System.Buffers;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.QueryLog;

/// <summary>A batch of queries as server-sent events, written once for all clients.</summary>
/// <param name="Generation">The generation that answered them.</param>
/// <param name="Records">How many there are.</param>
/// <param name="Bytes">The events.</param>
internal sealed record TailEvents(GenerationReference Generation, int Records, ReadOnlyMemory<byte> Bytes)
{
    public static TailEvents Of(QueryBatch batch)
    {
        var events = new ArrayBufferWriter<byte>(4 * batch.Data.Length);
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
        {
            events.Write("data: "u8);
            QueryRecordWriter.Write(events, reader.ToRecord());
            events.Write("\n\n"u8);
        }

        return new TailEvents(batch.Generation, batch.Count, events.WrittenMemory);
    }
}
