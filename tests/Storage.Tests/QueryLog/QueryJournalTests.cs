using System.Buffers.Binary;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.QueryLog.Sqlite.Journal;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class QueryJournalTests : IDisposable
{
    private const int SmallSegment = 4_096;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Record_when_journaled_is_found_by_every_read_at_once()
    {
        using var database = Open("queries.db");
        var log = Log(database);
        log.Journal(Journaled("a", "b"));
        (await log.FindAsync("flights", "a", default))!.Sequence.ShouldBe(1);

        log.Journal(Journaled("c"));
        (await log.ListAsync("flights", null, null, null, 10, default)).Select(query => query.Record.QueryId).ShouldBe(["c", "b", "a"]);
        log.Journal(Journaled("d"));
        (await log.MeasureAsync("flights", default)).Records.ShouldBe(4);
        log.Journal(Journaled("e"));
        (await new OutcomeStore(database).ReportAsync("flights", [new("e", "late", null, Noon)], default)).Unmatched.ShouldBe(0);
        (await log.FindAsync("flights", "e", default))!.Outcomes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Records_when_the_process_is_killed_are_found_once_each_after_every_start()
    {
        using (var database = Open("queries.db"))
        {
            var log = Log(database);
            log.Append(Journaled("first"));
            log.Journal(Journaled("a", "b"));
            log.Append(Journaled("appended"));
            log.Journal(Journaled("c"));
            log.Journal(Journaled("d"));
            CopyTo("copy");
        }

        for (var start = 0; start < 3; start++)
        {
            using var again = Open("copy.db");
            (await IdsAsync(again)).ShouldBe(["first", "a", "b", "appended", "c", "d"]);
            Directory.GetFiles(folder["copy.journal"]).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Records_that_the_database_holds_are_not_applied_again_when_their_segment_is_still_there()
    {
        using (var database = Open("queries.db"))
        {
            var log = Log(database);
            log.Journal(Journaled("a"));
            log.Journal(Journaled("b"));
            log.Append(Journaled("c"));
            CopyTo("copy");
        }

        Directory.GetFiles(folder["copy.journal"]).ShouldNotBeEmpty();
        using (var again = Open("copy.db"))
        {
            (await IdsAsync(again)).ShouldBe(["a", "b", "c"]);
            Log(again).Journal(Journaled("d"));
            (await IdsAsync(again)).ShouldBe(["a", "b", "c", "d"]);
        }

        using var last = Open("copy.db");
        (await IdsAsync(last)).ShouldBe(["a", "b", "c", "d"]);
    }

    [Fact]
    public void Journal_cut_at_any_byte_of_the_last_record_keeps_all_records_before_it()
    {
        var (whole, ends) = WriteRecords("a", "b", "last");
        for (var cut = ends[1]; cut <= ends[2]; cut++)
        {
            Require(whole[..cut], $"cut at byte {cut}");
            // A file keeps its size: what was not written is zero, or what was there before.
            Require([.. whole[..cut], .. new byte[whole.Length - cut]], $"zeros from byte {cut} on");
            Require([.. whole[..cut], .. Enumerable.Repeat((byte)0xA5, whole.Length - cut)], $"garbage from byte {cut} on");
        }

        void Require(byte[] segment, string what)
        {
            var isWhole = segment.AsSpan().StartsWith(whole.AsSpan(0, ends[2]));
            Recovered(segment).ShouldBe(isWhole ? ["a", "b", "last"] : ["a", "b"], ignoreOrder: false, what);
        }
    }

    [Fact]
    public void Journal_with_any_wrong_byte_in_the_last_record_keeps_all_records_before_it()
    {
        var (whole, ends) = WriteRecords("a", "b", "last");
        for (var at = ends[1]; at < ends[2]; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            Recovered(damaged).ShouldBe(["a", "b"], ignoreOrder: false, $"byte {at}");
        }
    }

    [Fact]
    public void Segments_are_used_again_and_end_where_their_older_records_begin()
    {
        using var journal = new QueryJournal(folder["queries.journal"], 0, SmallSegment);
        for (var i = 0; i < 500; i++)
        {
            journal.Append(Journaled($"q{i}"));
            if (i % 7 == 0)
                journal.MarkApplied(journal.ReadPending().Last);
            if (i % 29 == 0)
                new QueryJournal(folder["queries.journal"], journal.Applied).ReadPending().Batches.SelectMany(Ids).ShouldBe(Expected(i));
        }

        Directory.GetFiles(folder["queries.journal"]).Length.ShouldBeLessThanOrEqualTo(3);

        static IEnumerable<string> Expected(int last) => Enumerable.Range(0, last + 1).Where(i => i > last / 7 * 7).Select(i => $"q{i}");
    }

    [Fact]
    public void Records_of_many_segments_come_back_in_their_order_also_those_larger_than_a_segment()
    {
        var large = Batches(Many(200, "large-"), TimeSpan.FromDays(1));
        using (var journal = new QueryJournal(folder["queries.journal"], 0, SmallSegment))
        {
            for (var i = 0; i < 100; i++)
                journal.Append(Journaled($"q{i}"));
            journal.Append(large);
            journal.Append(Journaled("last"));
            large.Sum(batch => batch.Data.Length).ShouldBeGreaterThan(SmallSegment);
            Directory.GetFiles(folder["queries.journal"]).Length.ShouldBeGreaterThan(3);
        }

        new QueryJournal(folder["queries.journal"], 0).ReadPending().Batches.SelectMany(Ids).ShouldBe(
            [.. Enumerable.Range(0, 100).Select(i => $"q{i}"), .. Enumerable.Range(0, 200).Select(i => $"large-{i}"), "last"]);
    }

    [Fact]
    public async Task Write_that_fails_is_refused_and_its_records_are_never_found()
    {
        using (var database = Open("queries.db"))
        {
            // A file where the folder would be: no segment can be made.
            await File.WriteAllTextAsync(folder["queries.journal"], "");
            Should.Throw<IOException>(() => Log(database).Journal(Journaled("refused")));
            (await IdsAsync(database)).ShouldBeEmpty();
            File.Delete(folder["queries.journal"]);
            Log(database).Journal(Journaled("a"));
            CopyTo("copy");
        }

        using var again = Open("copy.db");
        (await IdsAsync(again)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Batch_that_cannot_be_read_does_not_keep_the_others_from_the_log()
    {
        using var database = Open("queries.db");
        Log(database).Journal(Journaled("a"));
        Log(database).Journal([Journaled("damaged")[0] with { Project = "other", Count = 2 }]);
        Log(database).Journal(Journaled("b"));

        (await IdsAsync(database)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Journal_when_closed_leaves_no_file_unless_the_database_lacks_what_is_in_it()
    {
        using (var database = Open("queries.db"))
        {
            Log(database).Journal(Journaled("a"));
            Log(database).Append([]);
        }

        Directory.GetFiles(folder["queries.journal"]).ShouldBeEmpty();
        using (var database = Open("queries.db"))
            Log(database).Journal(Journaled("b"));
        Directory.GetFiles(folder["queries.journal"]).ShouldNotBeEmpty();
    }

    private static List<QueryBatch> Journaled(params string[] ids) => Batches(ids.Select(id => Create(id)), TimeSpan.FromDays(90));

    private static IEnumerable<string> Ids(QueryBatch batch)
    {
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
            yield return reader.QueryId;
    }

    private static async Task<IEnumerable<string>> IdsAsync(QueryDatabase database) =>
        (await Log(database).ListAsync("flights", null, null, null, 1_000, default)).Reverse().Select(query => query.Record.QueryId);

    private static SqliteQueryLog Log(QueryDatabase database) => new(database, TimeProvider.System);

    private QueryDatabase Open(string name) => new(folder[name]);

    /// <summary>The files as a process leaves them that is killed now.</summary>
    private void CopyTo(string name)
    {
        foreach (var file in Directory.GetFiles(folder.Path, "queries.db*"))
            File.Copy(file, folder[name + Path.GetFileName(file)["queries".Length..]]);
        Directory.CreateDirectory(folder[name + ".journal"]);
        foreach (var file in Directory.GetFiles(folder["queries.journal"]))
            File.Copy(file, Path.Combine(folder[name + ".journal"], Path.GetFileName(file)));
    }

    /// <summary>A segment with a record a write, and where each ends.</summary>
    private (byte[] Segment, List<int> Ends) WriteRecords(params string[] ids)
    {
        using var journal = new QueryJournal(folder["written.journal"], 0, SmallSegment);
        var ends = new List<int>();
        foreach (var id in ids)
        {
            journal.Append(Journaled(id));
            ends.Add(EndOf(File.ReadAllBytes(Directory.GetFiles(folder["written.journal"]).Single())));
        }

        return (File.ReadAllBytes(Directory.GetFiles(folder["written.journal"]).Single()), ends);
    }

    private static int EndOf(ReadOnlySpan<byte> segment)
    {
        // A frame begins with the length of what follows its header of 16 bytes; in a new file, zeros are behind the last one.
        var at = 8;
        while (BinaryPrimitives.ReadInt32LittleEndian(segment[at..]) is var length and > 0)
            at += 16 + length;
        return at;
    }

    private List<string> Recovered(ReadOnlySpan<byte> segment)
    {
        var path = folder["recovered.journal"];
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, "00000001.journal"), segment);
        return [.. new QueryJournal(path, 0).ReadPending().Batches.SelectMany(Ids)];
    }
}
