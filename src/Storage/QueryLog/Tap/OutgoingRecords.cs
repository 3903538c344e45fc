using System.Buffers;
using System.Globalization;
using System.Text;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Tap;

/// <summary>The next records of a batch, as messages that wait for the broker's confirmation.</summary>
internal sealed class OutgoingRecords
{
    /// <summary>The most messages on their way at once.</summary>
    public const int Window = 256;

    private const int MaxBytes = 1 << 20;

    private readonly ArrayBufferWriter<byte> bodies = new(64 * 1024);
    private readonly List<OutgoingRecord> messages = new(Window);
    private QueryBatchReader? reader;
    private int unread;

    /// <summary>How many records are not confirmed yet, those of the batch that are no messages yet included.</summary>
    public int Count => messages.Count + unread;

    public IReadOnlyList<OutgoingRecord> Messages => messages;

    public string RoutingKey { get; private set; } = "";

    /// <summary>Begins a batch; the one before has been sent.</summary>
    public void Begin(QueryBatch batch)
    {
        messages.Clear();
        unread = batch.Count;
        reader = new QueryBatchReader(batch);
        RoutingKey = string.Create(
            CultureInfo.InvariantCulture, $"{batch.Project}.{batch.Generation.Release}.{batch.Generation.Generation}");
    }

    /// <summary>Makes messages of the next records; those before have been sent.</summary>
    /// <returns>False: there are none left.</returns>
    public bool Fill()
    {
        bodies.ResetWrittenCount();
        var ends = new List<(string QueryId, DateTimeOffset At, int Start)>();
        while (ends.Count < Window && bodies.WrittenCount < MaxBytes && reader!.Read())
        {
            var record = reader.ToRecord();
            ends.Add((record.QueryId, record.At, bodies.WrittenCount));
            QueryRecordWriter.Write(bodies, record);
            unread--;
        }

        // The buffer may have moved while it grew: only now do the bodies stay where they are.
        var written = bodies.WrittenMemory;
        for (var i = 0; i < ends.Count; i++)
            messages.Add(
                new OutgoingRecord(
                    ends[i].QueryId, ends[i].At, written[ends[i].Start..(i + 1 < ends.Count ? ends[i + 1].Start : written.Length)]));
        return messages.Count > 0;
    }

    /// <summary>Leaves only the messages that were not confirmed.</summary>
    /// <param name="isConfirmed">By the message's index.</param>
    public void Keep(Func<int, bool> isConfirmed)
    {
        var kept = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            if (!isConfirmed(i))
                messages[kept++] = messages[i];
        }

        messages.RemoveRange(kept, messages.Count - kept);
    }
}

/// <summary>A record as a message.</summary>
/// <param name="Body">Its JSON.</param>
internal readonly record struct OutgoingRecord(string QueryId, DateTimeOffset At, ReadOnlyMemory<byte> Body)
{
    // What the protocol holds a message id to.
    private const int MaxIdBytes = 255;

    /// <summary>The query id, where a message id may be as long; the JSON has it anyway.</summary>
    public string? MessageId => Encoding.UTF8.GetByteCount(QueryId) <= MaxIdBytes ? QueryId : null;
}
