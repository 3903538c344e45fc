using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Datasets;
using Progeny.Storage.Feedback;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.Tests.Metrics;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>What every database does when finished days of its log are archived.</summary>
public abstract class QueryArchiveTests : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    private readonly TemporaryFolder folder = new();
    private readonly LogHome home;
    private readonly IQueryLog log;
    private readonly DuckDbEngine engine;
    private readonly FaultyArchive files;

    protected QueryArchiveTests(LogHome home)
    {
        this.home = home;
        log = home.Log();
        engine = new DuckDbEngine(new DatasetsOptions { Memory = 128 << 20 }, folder["work"]);
        files = new FaultyArchive(new FolderArchive(folder["archive"]));
        Marks = new ErasureMarks(home.Store, new AuditSeal(ITestPerfdb.Secret));
    }

    private protected LogHome Home => home;

    private protected ErasureMarks Marks { get; }

    private protected abstract IArchiveMarkWriter Writer { get; }

    public virtual void Dispose()
    {
        home.Dispose();
        folder.Dispose();
    }

    [ContractFact]
    public async Task Archived_records_are_what_the_log_had_once_it_has_removed_them()
    {
        await FillAsync();
        var before = await log.ListAsync("flights", null, null, null, 1_000, default);

        (await ArchiveAsync(3)).ShouldBe(6);
        SweepAll(4);

        (await log.ListAsync("flights", null, null, null, 1_000, default)).Count.ShouldBe(1); // today's
        foreach (var query in before.Where(query => query.Record.At < Day(3)))
        {
            var found = (await Opened(3).FindAsync("flights", query.Record.QueryId, null, default)).ShouldNotBeNull();
            found.Sequence.ShouldBe(query.Sequence);
            Json(found.Record).ShouldBe(Json(query.Record));
            found.Outcomes.ShouldBe(query.Outcomes);
        }

        (await Opened(3).ReadAsync("flights", default).Select(query => query.Record.QueryId).ToListAsync()).ShouldBe(
            ["a1", "m1", "a2", "r1", "m2", "b1"]);
        (await Opened(3).FindAsync("flights", "no such query", null, default)).ShouldBeNull();
        (await Opened(3).FindAsync("flights", "{0} it's \"", null, default)).ShouldBeNull();
        (await files.ListAsync("flights", default)).Select(file => file.Name).ShouldBe(
        [
            "flights/day=2026-11-22/part-0.parquet", "flights/day=2026-11-23/part-0.parquet",
        ]);
    }

    [ContractFact]
    public async Task Retention_waits_until_a_day_is_archived()
    {
        await FillAsync();

        SweepAll(30);
        (await log.ListAsync("flights", null, null, null, 1_000, default)).Count.ShouldBe(7);
        (await Opened(30).DescribeAsync("flights", default)).Waiting.ShouldBe(7);

        await ArchiveAsync(30);
        SweepAll(30);
        (await log.ListAsync("flights", null, null, null, 1_000, default)).ShouldBeEmpty();
        (await Opened(30).DescribeAsync("flights", default)).ShouldSatisfyAllConditions(
            state => state.Waiting.ShouldBe(0), state => state.Days.ShouldBe(3), state => state.Before.ShouldBe(Day(30)));
    }

    [ContractFact]
    public async Task Record_that_comes_late_into_an_archived_day_is_archived_before_it_is_removed()
    {
        await FillAsync();
        await ArchiveAsync(3);
        await log.AppendAsync([Create("late") with { At = Noon.AddHours(2) }], default, Kept);

        SweepAll(10);
        (await log.FindAsync("flights", "late", default)).ShouldNotBeNull();
        (await ArchiveAsync(3)).ShouldBe(1);
        SweepAll(10);

        (await log.FindAsync("flights", "late", default)).ShouldBeNull();
        (await Opened(3).FindAsync("flights", "late", null, default)).ShouldNotBeNull();
        (await ArchiveAsync(3)).ShouldBe(0);
    }

    [ContractFact]
    public async Task Archiving_that_is_interrupted_at_any_step_leaves_each_record_there_once()
    {
        await FillAsync();
        for (var step = 0; ; step++)
        {
            files.FailAt(step);
            try
            {
                await ArchiveAsync(3 + step);
            }
            catch (IOException)
            {
                SweepAll(60);
                await log.AppendAsync([Create($"late{step}") with { At = Noon.AddHours(3) }], default, Kept);
                continue;
            }

            SweepAll(60);
            files.FailAt(-1);
            await ArchiveAsync(60);
            SweepAll(60);
            (await log.ListAsync("flights", null, null, null, 1_000, default)).ShouldBeEmpty();
            var ids = new List<string>();
            foreach (var (name, _) in await files.ListAsync("flights", default))
                ids.AddRange(await IdsOfAsync(files.PathOf(name)!));
            ids.Order().ShouldBe(
                new[] { "a1", "a2", "b1", "m1", "m2", "r1", "today" }.Concat(Enumerable.Range(0, step).Select(i => $"late{i}")).Order());
            step.ShouldBeGreaterThan(3);
            return;
        }
    }

    [ContractFact]
    public async Task Export_of_a_day_has_what_the_log_and_the_archive_have_of_it_once()
    {
        await FillAsync();
        await ArchiveAsync(3);
        SweepAll(4);
        await log.AppendAsync([Create("late") with { At = Noon.AddHours(2) }], default, Kept);

        (await Opened(3).ListDaysAsync("flights", null, null, default)).ShouldBe(
            [new DateOnly(2026, 11, 22), new DateOnly(2026, 11, 23), new DateOnly(2026, 11, 25)]);
        (await Opened(3).ListDaysAsync("flights", new DateOnly(2026, 11, 23), new DateOnly(2026, 11, 25), default)).ShouldBe(
            [new DateOnly(2026, 11, 23)]);
        var path = folder["export.parquet"];
        (await Opened(3).ExportAsync("flights", new DateOnly(2026, 11, 22), path, default)).ShouldBe(5);

        (await IdsOfAsync(path)).Order().ShouldBe(["a1", "a2", "late", "m1", "r1"]);
        await using var session = engine.Open(new DuckDbAccess([path], []));
        var rows = await session.QueryAsync(
            $"SELECT query_id, origin, generation, score, outcome, entity FROM read_parquet({SqlText.Literal(path)}) "
                + "ORDER BY sequence",
            row => string.Join('|', Enumerable.Range(0, 6).Select(i => row.IsDBNull(i)
                ? ""
                : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture))),
            default);
        rows[0].ShouldBe("a1|SFO|1|0.25|on time|alice");
        (await Opened(3).ExportAsync("flights", new DateOnly(2026, 1, 1), path, default)).ShouldBe(0);
    }

    [ContractFact]
    public async Task Erased_entity_is_in_no_file_of_the_archive_and_others_are()
    {
        await FillAsync();
        await ArchiveAsync(3);
        SweepAll(4);
        var erased = new List<string>();

        var records = 0L;
        for (long? next = 0; next is not null;)
        {
            var part = await Erasure(new ArchiveErasure(files, Writer, engine)).EraseAsync(
                "flights",
                "mallory",
                next.Value,
                new ErasureNote(Noon, "key:privacy"),
                (ids, _) =>
                {
                    erased.AddRange(ids);
                    return Task.CompletedTask;
                },
                default);
            (records, next) = (records + part.Records, part.Next);
        }

        records.ShouldBe(2);
        erased.Distinct().Order().ShouldBe(["m1", "m2"]);
        (await Opened(3).FindAsync("flights", "m1", null, default)).ShouldBeNull();
        (await Opened(3).FindAsync("flights", "a1", null, default)).ShouldNotBeNull();
        (await Erasure(null).FindAsync("flights", "m2", default)).ShouldNotBeNull();
        foreach (var (name, _) in await files.ListAsync("flights", default))
            (await IdsOfAsync(files.PathOf(name)!)).ShouldNotContain(id => id.StartsWith('m'));
    }

    private protected abstract IQueryErasure Erasure(IArchiveErasure? archive);

    private static DateTimeOffset Day(int days) => new(Noon.AddDays(days).Date, TimeSpan.Zero);

    private QueryArchive Opened(int days) => new(
        home.Store,
        Writer,
        files,
        engine,
        Options.Create(new QueryArchiveOptions { Folder = folder["archive"], Delay = Delay }),
        new FixedTime(Noon.AddDays(days)));

    private Task<long> ArchiveAsync(int days) => Opened(days).ArchiveAsync("flights", default);

    private void SweepAll(int days)
    {
        var running = new RetentionScope { WaitsForArchive = true };
        running.Add("flights");
        var later = home.Log(new FixedTime(Noon.AddDays(days)), running);
        while (later.Upkeep())
            continue;
    }

    private async Task<IReadOnlyList<string>> IdsOfAsync(string path)
    {
        await using var session = engine.Open(new DuckDbAccess([path], []));
        return await session.QueryAsync(
            $"SELECT query_id FROM read_parquet({SqlText.Literal(path)})", row => row.GetString(0), default);
    }

    private async Task FillAsync()
    {
        await log.AppendAsync([Of("a1", "alice"), Of("m1", "mallory"), Of("a2", "alice")], default, Kept);
        await log.AppendAsync(
            [Of("r1", "bob") with { Fields = Fields("""{"origin":"LAX","seats":3}"""), Rules = ["vip"], Generation = 2 }], default, Kept);
        await log.AppendAsync(
            [Of("m2", "mallory") with { At = Noon.AddDays(1) }, Of("b1", "bob") with { At = Noon.AddDays(1) }], default, Kept);
        await log.AppendAsync([Of("today", "bob") with { At = Noon.AddDays(3) }], default, Kept);
        await new OutcomeStore(home.Store, Marks).ReportAsync(
            "flights", [new("a1", "late", null, Noon.AddHours(1)), new("a1", "on time", null, Noon.AddHours(2))], default);
    }

    private static QueryRecord Of(string id, string entity) => Create(id) with { Entity = entity };

    /// <summary>An archive that fails at a step: before or after what it does there.</summary>
    private sealed class FaultyArchive(IArchiveFiles inner) : IArchiveFiles
    {
        private int left = -1;

        public void FailAt(int step) => left = step;

        public Task<IReadOnlyList<(string Name, long Bytes)>> ListAsync(string folder, CancellationToken cancellationToken) =>
            inner.ListAsync(folder, cancellationToken);

        public async Task PutAsync(string name, string path, CancellationToken cancellationToken)
        {
            Step();
            await inner.PutAsync(name, path, cancellationToken);
            Step();
        }

        public Task BringAsync(string name, string path, CancellationToken cancellationToken) =>
            inner.BringAsync(name, path, cancellationToken);

        public async Task RemoveAsync(string name, CancellationToken cancellationToken)
        {
            Step();
            await inner.RemoveAsync(name, cancellationToken);
        }

        public string? PathOf(string name) => inner.PathOf(name);

        private void Step()
        {
            if (left == 0)
                throw new IOException("The node is killed here.");
            left--;
        }
    }
}
