using Progeny.Core.Security.Audit;
using Progeny.Storage.Tests.Decisions;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

/// <summary>What the audit log promises.</summary>
public abstract class AuditLogTests : PerfdbTests
{
    private static readonly AuditSeal Seal = new(ITestPerfdb.Secret);

    private protected IAuditLog Log => Perfdb.Audit;

    [ContractFact]
    public async Task Entry_is_kept_as_it_was_also_by_the_next_node()
    {
        var entry = Entry("promotion.create") with
        {
            From = "192.0.2.7", Request = "POST /api/projects/flights/promotions", Project = "flights", Subject =
                "flights@1.2.0:3", Status = 200,
            TraceId = "00-abc", Before = """{"champion":null}""", After = """{"champion":"flights@1.2.0:3"}""",
        };

        (await Log.AppendAsync(entry, CancellationToken.None)).ShouldBe(1);
        await ReopenAsync();

        (await Log.ReadAsync(0, 10, CancellationToken.None)).ShouldHaveSingleItem().ToEntry().ShouldBe(entry);
        (await VerifyAsync()).ShouldBe(new AuditVerification(1, 1, 1, null, null, true));
    }

    [ContractFact]
    public async Task List_is_narrowed_and_read_page_by_page_newest_first()
    {
        await Log.AppendAsync(Entry("key.create") with { By = "key:ops as 'ada'", Project = "flights" }, CancellationToken.None);
        await Log.AppendAsync(Entry("key.delete") with { By = "key:ops", At = At.AddHours(1) }, CancellationToken.None);
        await Log.AppendAsync(Entry("keys.odd") with { By = "key:ops2", At = At.AddHours(2) }, CancellationToken.None);

        (await ListAsync(new(null, null, null, null, null, null, 2))).ShouldBe([3, 2]);
        (await ListAsync(new(null, null, null, null, null, 2, 2))).ShouldBe([1]);
        (await ListAsync(new(null, null, "key:ops", null, null, null, 9))).ShouldBe([2, 1]);
        (await ListAsync(new(null, null, null, null, "key", null, 9))).ShouldBe([2, 1]);
        (await ListAsync(new(null, null, null, null, "key.delete", null, 9))).ShouldBe([2]);
        (await ListAsync(new(null, null, null, "flights", null, null, 9))).ShouldBe([1]);
        (await ListAsync(new(At.AddHours(1), At.AddHours(2), null, null, null, null, 9))).ShouldBe([2]);
    }

    [ContractFact]
    public async Task Decision_has_an_entry_of_the_platform_and_one_that_is_made_again_has_no_further_one()
    {
        await Perfdb.Decisions.AppendAsync(DecisionLogTests.Decision("flights", "same", "canary-1"), CancellationToken.None);
        await Perfdb.Decisions.AppendAsync(DecisionLogTests.Decision("flights", "same", "canary-1"), CancellationToken.None);

        var entry = (await Log.ReadAsync(0, 10, CancellationToken.None)).ShouldHaveSingleItem().ToEntry();
        (entry.By, entry.Action, entry.Project, entry.Subject).ShouldBe(("progeny", "decision.experiment", "flights", "canary-1"));
        entry.After!.ShouldContain("\"by\":\"canary\"");
    }

    [ContractFact]
    public async Task Note_is_replaced_by_its_entry_and_one_without_becomes_an_entry_of_unknown_outcome()
    {
        var done = await Log.BeginAsync(Entry("key.create"), "a", CancellationToken.None);
        await Log.BeginAsync(Entry("key.delete") with { Subject = "key k1" }, "a", CancellationToken.None);
        await Log.BeginAsync(Entry("key.rotate"), "b", CancellationToken.None);
        await Log.BeginAsync(Entry("key.old") with { At = At.AddHours(-2) }, "b", CancellationToken.None);
        (await Log.CompleteAsync(done, Entry("key.create") with { Status = 201 }, CancellationToken.None)).ShouldBe(1);
        await ReopenAsync();

        (await Log.CompleteLostAsync("a", At.AddHours(-1), CancellationToken.None)).ShouldBe(2);
        (await Log.CompleteLostAsync("a", At.AddHours(-1), CancellationToken.None)).ShouldBe(0);

        var entries = (await Log.ReadAsync(0, 10, CancellationToken.None)).Select(stored => stored.ToEntry()).ToList();
        entries.Select(entry => (entry.Action, entry.Status, entry.After)).ShouldBe(
            [("key.create", 201, null), ("key.delete", 0, AuditEntry.Lost), ("key.old", 0, AuditEntry.Lost)]);
        entries[1].Subject.ShouldBe("key k1");
        (await VerifyAsync()).IsIntact.ShouldBeTrue();
    }

    [ContractFact]
    public async Task Entries_that_many_write_at_once_are_one_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => Log.AppendAsync(Entry($"a.{i}"), CancellationToken.None))));

        (await VerifyAsync()).ShouldBe(new AuditVerification(40, 1, 40, null, null, true));
    }

    [ContractTheory]
    [InlineData("UPDATE audit SET status = 200 WHERE sequence = 2")]
    [InlineData("DELETE FROM audit WHERE sequence = 2")]
    public async Task Entry_is_neither_changed_nor_removed_as_long_as_the_database_watches(string sql)
    {
        await FillAsync(3);

        (await Should.ThrowAsync<Exception>(() => ExecuteAsync(sql))).Message.ShouldContain("entries of the audit log are not");
        (await VerifyAsync()).IsIntact.ShouldBeTrue();
    }

    [ContractTheory]
    [InlineData("UPDATE audit SET decided_by = 'key:other' WHERE sequence = 2", 2)]
    [InlineData("UPDATE audit SET project = NULL WHERE sequence = 2", 2)]
    [InlineData("UPDATE audit SET subject = address, address = subject WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM audit WHERE sequence = 1", 2)]
    [InlineData("DELETE FROM audit WHERE sequence = 3", 4)]
    [InlineData("DELETE FROM audit WHERE sequence > 3", 4)]
    [InlineData("DELETE FROM audit", 1)]
    [InlineData(
        "UPDATE audit SET sequence = sequence + 10 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3; UPDATE audit SET "
            + "sequence = 3 WHERE sequence = 12", 2)]
    [InlineData(
        "INSERT INTO audit SELECT sequence + 3, at, status, decided_by, address, action, request, project, subject, trace_id, "
            + "before_json, after_json, previous, hash FROM audit WHERE sequence = 2", 5)]
    [InlineData(
        "INSERT INTO audit SELECT -1, at, status, decided_by, address, action, request, project, subject, trace_id, before_json, "
            + "after_json, previous, hash FROM audit WHERE sequence = 2", -1)]
    [InlineData(
        "UPDATE audit_end SET last = 3, hash = (SELECT hash FROM audit WHERE sequence = 3); DELETE FROM audit WHERE sequence > 3", null)]
    [InlineData("UPDATE audit_end SET pruned = 2; DELETE FROM audit WHERE sequence <= 2", 3)]
    [InlineData("UPDATE audit_end SET seal = hash", null)]
    public async Task Verify_says_which_entry_was_changed_removed_put_in_or_moved(string sql, int? entry)
    {
        await FillAsync(4);

        await ExecuteAsync(Unguarded + sql);

        var found = await VerifyAsync();
        found.Problem.ShouldNotBeNull();
        found.Entry.ShouldBe(entry);
    }

    [ContractFact]
    public async Task Log_whose_end_was_cut_off_goes_on_with_an_entry_that_says_so()
    {
        await FillAsync(4);
        await ExecuteAsync(
            Unguarded
                + "UPDATE audit_end SET last = 2, hash = (SELECT hash FROM audit WHERE sequence = 2); DELETE FROM audit WHERE sequence > "
                + "2");

        await Log.AppendAsync(Entry("node.start"), CancellationToken.None);

        var found = await VerifyAsync();
        (found.Entry, found.IsIntact).ShouldBe((3, false));
        (await Log.VerifyAsync(4, Seal, CancellationToken.None)).ShouldBe(new AuditVerification(1, 4, 4, null, null, true));
    }

    [ContractFact]
    public async Task Removal_of_old_entries_leaves_a_log_that_can_be_verified()
    {
        await FillAsync(3);
        await Log.AppendAsync(Entry("late") with { At = At.AddDays(9) }, CancellationToken.None);
        for (var day = 0; day < 10; day++)
        {
            Clock.Advance(TimeSpan.FromDays(1));
            await Log.PruneAsync(TimeSpan.FromDays(300), Clock.GetUtcNow(), CancellationToken.None);
        }

        (await Log.PruneAsync(TimeSpan.FromDays(5), Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(3);

        (await ListAsync(new(null, null, null, null, null, null, 9))).ShouldBe([5, 4]);
        (await VerifyAsync()).ShouldBe(new AuditVerification(2, 4, 5, null, null, true));
        (await Log.PruneAsync(TimeSpan.FromDays(5), Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(0);
    }

    [ContractFact]
    public async Task Receiver_gets_each_entry_once_and_again_where_it_failed()
    {
        await FillAsync(3);
        List<long> received = [];

        (await SendAsync(2)).ShouldBe(2);
        await Should.ThrowAsync<IOException>(
            () => Log.SendAsync("syslog", 2, (_, _) => throw new IOException("away"), CancellationToken.None));
        (await SendAsync(2)).ShouldBe(1);
        (await SendAsync(2)).ShouldBe(0);

        received.ShouldBe([1, 2, 3]);

        Task<int> SendAsync(int limit) => Log.SendAsync(
            "syslog",
            limit,
            (entries, _) =>
            {
                received.AddRange(entries.Select(entry => entry.Sequence));
                return Task.CompletedTask;
            },
            CancellationToken.None);
    }

    private protected static readonly DateTimeOffset At = Noon.AddMilliseconds(500);

    /// <summary>What has the database let through what its triggers keep out, as whoever owns it can.</summary>
    private protected abstract string Unguarded { get; }

    private protected abstract Task ExecuteAsync(string sql);

    private protected static AuditEntry Entry(string action) => new() { At = At, By = "key:ci", Action = action };

    private protected async Task FillAsync(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await Log.AppendAsync(
                Entry("generation.retire") with
                {
                    From = "192.0.2.1",
                    Project = "flights",
                    Subject = $"flights@1.0.0:{i}",
                    Status = 200,
                    Before = """{"stage":"staged"}""",
                },
                CancellationToken.None);
        }
    }

    private protected Task<AuditVerification> VerifyAsync() => Log.VerifyAsync(1, Seal, CancellationToken.None);

    private async Task<IEnumerable<long>> ListAsync(AuditFilter filter) =>
        (await Log.ListAsync(filter, CancellationToken.None)).Select(entry => entry.Sequence);
}
