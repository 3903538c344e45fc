using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Sqlite.Journal;

/// <summary>
/// The journal before the query log: records that are on disk, and pending until the database holds them. The file of a segment is used
/// again, or removed, once the database holds all that is in it.
/// </summary>
/// <remarks>One thread at a time appends, and one at a time brings into the database what is pending.</remarks>
public sealed class QueryJournal : IDisposable
{
    /// <summary>The size of a segment, unless a write needs more.</summary>
    public const int SegmentBytes = 4 * 1024 * 1024;

    private const string Extension = ".journal";

    private readonly string folder;
    private readonly int segmentBytes;
    private readonly Lock gate = new();
    private readonly Queue<PendingBatch> pending = [];
    private readonly List<string> recovered = [];
    private readonly List<JournalSegment> full = [];
    private readonly Dictionary<JournalOrigin, int> origins = [];
    private readonly ArrayBufferWriter<byte> frames = new(16 * 1024);
    private JournalSegment? current;
    private long number;
    private long last;
    private long applied;
    private int files;

    /// <summary>Opens a journal. What an earlier process left in it is pending.</summary>
    /// <param name="applied">The number of the last frame that the database holds.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public QueryJournal(string folder, long applied, int segmentBytes = SegmentBytes)
    {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.applied = applied;
        number = last = applied;
        Recover();
    }

    /// <summary>The number of the last frame on disk.</summary>
    public long Last => Interlocked.Read(ref last);

    /// <summary>The number of the last frame that the database holds.</summary>
    public long Applied => Interlocked.Read(ref applied);

    /// <summary>Appends batches; they are on disk and pending when the call returns.</summary>
    /// <exception cref="IOException">They could not be written, and are not pending.</exception>
    public void Append(IReadOnlyList<QueryBatch> batches)
    {
        try
        {
            Encode(batches);
            if (current is null || current.Left < frames.WrittenCount)
            {
                origins.Clear();
                Encode(batches);
                Rotate(frames.WrittenCount);
            }

            current!.Append(frames.WrittenSpan, number);
        }
        catch
        {
            origins.Clear();
            throw;
        }

        lock (gate)
        {
            foreach (var batch in batches)
                pending.Enqueue(new PendingBatch(number, batch));
            Interlocked.Exchange(ref last, number);
        }
    }

    /// <summary>
    /// What is pending, with batches of one origin joined, and the number to be given to <see cref="MarkApplied"/> once the database holds
    /// it.
    /// </summary>
    public (IReadOnlyList<QueryBatch> Batches, long Last) ReadPending()
    {
        PendingBatch[] now;
        long through;
        lock (gate)
            (now, through) = ([.. pending], last);
        return (Join(now.Select(one => one.Batch)), through);
    }

    /// <summary>Takes note that the database holds what was pending, durably.</summary>
    public void MarkApplied(long through)
    {
        lock (gate)
        {
            while (pending.TryPeek(out var first) && first.Number <= through)
                pending.Dequeue();
            Interlocked.Exchange(ref applied, through);
        }
    }

    /// <summary>Drops pending batches that cannot be read.</summary>
    /// <returns>The number of records that they say they have.</returns>
    public int DropDamaged()
    {
        var dropped = 0;
        lock (gate)
        {
            for (var left = pending.Count; left > 0; left--)
            {
                var one = pending.Dequeue();
                if (IsSound(one.Batch))
                    pending.Enqueue(one);
                else
                    dropped += one.Batch.Count;
            }
        }

        return dropped;
    }

    /// <summary>Removes the files of an earlier process. The database must hold what was pending.</summary>
    public void RemoveRecovered()
    {
        foreach (var file in recovered)
            File.Delete(file);
        recovered.Clear();
    }

    /// <summary>Closes the files, and removes them if the database holds all that is in them.</summary>
    public void Dispose()
    {
        foreach (var segment in (JournalSegment[])[.. full, .. current is null ? [] : new[] { current }])
        {
            if (Applied == Last)
                segment.Delete();
            else
                segment.Dispose();
        }

        full.Clear();
        current = null;
    }

    private static bool IsSound(QueryBatch batch)
    {
        try
        {
            var reader = new QueryBatchReader(batch);
            while (reader.Read())
            {
                // Reading is the test.
            }

            return reader.Index + 1 == batch.Count;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static List<QueryBatch> Join(IEnumerable<QueryBatch> batches)
    {
        var joined = new List<QueryBatch>();
        var open = new Dictionary<JournalOrigin, BatchJoin>();
        foreach (var batch in batches)
        {
            var origin = JournalOrigin.Of(batch);
            if (!open.TryGetValue(origin, out var join))
                open.Add(origin, join = new BatchJoin());
            if (!join.TryAdd(batch))
            {
                joined.Add(join.Take(origin));
                join.TryAdd(batch);
            }
        }

        foreach (var (origin, join) in open)
            joined.Add(join.Take(origin));
        return joined;
    }

    private void Recover()
    {
        if (!Directory.Exists(folder))
            return;
        var found = new List<PendingBatch>();
        foreach (var path in Directory.GetFiles(folder, "*" + Extension))
        {
            recovered.Add(path);
            if (int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var file))
                files = Math.Max(files, file);
            found.AddRange(Read(path));
        }

        foreach (var one in found.Where(one => one.Number > applied).OrderBy(one => one.Number))
        {
            pending.Enqueue(one);
            number = last = one.Number;
        }
    }

    private static List<PendingBatch> Read(string path)
    {
        var found = new List<PendingBatch>();
        var bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan().StartsWith(JournalFormat.Magic))
            return found;
        var known = new Dictionary<int, JournalOrigin>();
        var before = 0L;
        for (var at = JournalFormat.Magic.Length; JournalFormat.TryRead(
            bytes.AsSpan(at), before, out var frame, out var payload); before = frame)
        {
            var id = BinaryPrimitives.ReadInt32LittleEndian(payload[1..]);
            var content = payload[JournalFormat.PayloadHeaderBytes..];
            if (payload[0] == JournalFormat.Origin)
                known[id] = JsonSerializer.Deserialize<JournalOrigin>(content, LayoutJson.Options)!;
            else
                found.Add(
                    new PendingBatch(
                        frame, known[id].ToBatch(BinaryPrimitives.ReadInt32LittleEndian(content), content[sizeof(int)..].ToArray())));
            at += JournalFormat.HeaderBytes + payload.Length;
        }

        return found;
    }

    /// <summary>
    /// Writes batches, and what they refer to, as frames. Numbers are never used again, so that nothing of a write that failed is taken for
    /// what came later.
    /// </summary>
    private void Encode(IReadOnlyList<QueryBatch> batches)
    {
        frames.ResetWrittenCount();
        foreach (var batch in batches)
        {
            var origin = JournalOrigin.Of(batch);
            if (!origins.TryGetValue(origin, out var id))
            {
                origins.Add(origin, id = origins.Count);
                Encode(JournalFormat.Origin, id, JsonSerializer.SerializeToUtf8Bytes(origin, LayoutJson.Options));
            }

            Encode(JournalFormat.Batch, id, batch.Data.Span, batch.Count);
        }
    }

    private void Encode(byte kind, int id, ReadOnlySpan<byte> content, int? count = null)
    {
        var start = JournalFormat.HeaderBytes + JournalFormat.PayloadHeaderBytes + (count is null ? 0 : sizeof(int));
        var frame = frames.GetSpan(start + content.Length)[..(start + content.Length)];
        frame[JournalFormat.HeaderBytes] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame[(JournalFormat.HeaderBytes + 1)..], id);
        if (count is { } records)
            BinaryPrimitives.WriteInt32LittleEndian(frame[(start - sizeof(int))..], records);
        content.CopyTo(frame[start..]);
        JournalFormat.Seal(frame, ++number);
        frames.Advance(frame.Length);
    }

    /// <summary>Goes on in a segment that has room.</summary>
    private void Rotate(int needed)
    {
        needed += JournalFormat.Magic.Length;
        JournalSegment? next = null;
        foreach (var done in full.Where(segment => segment.Last <= Applied).ToList())
        {
            full.Remove(done);
            if (next is null && done.Size == segmentBytes && needed <= segmentBytes)
                next = done;
            else
                done.Delete();
        }

        if (next is null)
        {
            Directory.CreateDirectory(folder);
            var name = (++files).ToString("D8", CultureInfo.InvariantCulture) + Extension;
            next = JournalSegment.Create(Path.Combine(folder, name), Math.Max(segmentBytes, needed));
        }

        next.Reuse();
        if (current is not null)
            full.Add(current);
        current = next;
    }

    private readonly record struct PendingBatch(long Number, QueryBatch Batch);

    /// <summary>Joins batches of one origin: their records follow each other.</summary>
    private sealed class BatchJoin
    {
        private readonly ArrayBufferWriter<byte> data = new();
        private QueryBatch? only;
        private int count;

        public bool TryAdd(QueryBatch batch)
        {
            if (count > 0 && data.WrittenCount + batch.Data.Length > QueryBatchBuilder.BatchBytes)
                return false;
            only = count == 0 ? batch : null;
            // The first byte of each is the version of the format.
            data.Write(count == 0 ? batch.Data.Span : batch.Data.Span[1..]);
            count += batch.Count;
            return true;
        }

        public QueryBatch Take(JournalOrigin origin)
        {
            var batch = only ?? origin.ToBatch(count, data.WrittenSpan.ToArray());
            data.ResetWrittenCount();
            only = null;
            count = 0;
            return batch;
        }
    }
}
