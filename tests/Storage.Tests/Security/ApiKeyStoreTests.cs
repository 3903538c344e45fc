using Progeny.Core.Security;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

/// <summary>What the store of keys promises.</summary>
public abstract class ApiKeyStoreTests : PerfdbTests
{
    private IApiKeyStore Keys => Perfdb.Keys;

    [ContractFact]
    public async Task Key_is_kept_as_it_was_also_by_the_next_node()
    {
        var key = Key("k1", "ci") with { ExpiresAt = Noon.AddDays(90), Replaces = "k0" };
        await Keys.ChangeAsync(_ => [key], CancellationToken.None);
        await ReopenAsync();
        ShouldBe((await Keys.ReadAsync(CancellationToken.None)).Keys.ShouldHaveSingleItem(), key);
    }

    [ContractFact]
    public async Task Change_adds_and_changes_keys_in_one_step_and_gives_a_new_version()
    {
        var first = await Keys.ChangeAsync(_ => [Key("k1", "ci"), Key("k2", "ops")], CancellationToken.None);
        var second = await Keys.ChangeAsync(
            keys =>
            [
                Key("k0", "late"),
                keys[0] with { RevokedAt = Noon.AddHours(1), RevokedBy = "key:ops", ExpiresAt = Noon.AddHours(2) },
            ], CancellationToken.None);
        second.Version.ShouldBeGreaterThan(first.Version);
        second.Keys.Select(key => key.Id).ShouldBe(["k1", "k2", "k0"]);
        ShouldBe(
            second.Keys[0], Key("k1", "ci") with { RevokedAt = Noon.AddHours(1), RevokedBy = "key:ops", ExpiresAt = Noon.AddHours(2) });
        (await Keys.ReadVersionAsync(CancellationToken.None)).ShouldBe(second.Version);
        (await Keys.ReadAsync(CancellationToken.None)).Version.ShouldBe(second.Version);
    }

    [ContractFact]
    public async Task Change_that_is_refused_or_changes_nothing_leaves_all_as_it_was()
    {
        var before = await Keys.ChangeAsync(_ => [Key("k1", "ci")], CancellationToken.None);
        await Should.ThrowAsync<ApiKeyException>(
            () => Keys.ChangeAsync(_ => throw new ApiKeyException(ApiKeyError.Conflict, "no"), CancellationToken.None));
        var after = await Keys.ChangeAsync(_ => [], CancellationToken.None);
        after.Version.ShouldBe(before.Version);
        after.Keys.ShouldHaveSingleItem().Id.ShouldBe("k1");
    }

    [ContractFact]
    public async Task Changes_at_the_same_time_each_see_the_ones_before()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Keys.ChangeAsync(
            keys => keys.Length >= 10 ? throw new ApiKeyException(ApiKeyError.Conflict, "full") : [Key($"k{i}", $"name{keys.Length}")],
            CancellationToken.None)
            .ContinueWith(_ => { }, TaskScheduler.Default)));
        (await Keys.ReadAsync(CancellationToken.None)).Keys.Select(key => key.Name)
            .ShouldBe(Enumerable.Range(0, 10).Select(i => $"name{i}"));
    }

    [ContractFact]
    public async Task Session_that_ended_is_kept_until_its_time_is_over()
    {
        var version = (await Keys.ReadAsync(CancellationToken.None)).Version;
        await Keys.EndSessionAsync("s1", Noon.AddHours(1), Noon, CancellationToken.None);
        var second = await Keys.EndSessionAsync("s1", Noon.AddHours(2), Noon, CancellationToken.None);
        second.Version.ShouldBeGreaterThan(version);
        second.EndedSessions.ShouldBe(["s1"]);
        await ReopenAsync();
        (await Keys.ReadAsync(CancellationToken.None)).EndedSessions.ShouldBe(["s1"]);
        (await Keys.EndSessionAsync("s2", Noon.AddDays(1), Noon.AddHours(3), CancellationToken.None)).EndedSessions.ShouldBe(["s2"]);
    }

    [ContractFact]
    public async Task Use_is_noted_without_a_new_version_and_never_goes_back()
    {
        var version = (await Keys.ChangeAsync(_ => [Key("k1", "ci"), Key("k2", "ops")], CancellationToken.None)).Version;
        await Keys.NoteUseAsync(
            new Dictionary<string, DateTimeOffset> { ["k1"] = Noon.AddMinutes(5), ["gone"] = Noon }, CancellationToken.None);
        await Keys.NoteUseAsync(new Dictionary<string, DateTimeOffset> { ["k1"] = Noon.AddMinutes(4) }, CancellationToken.None);
        var set = await Keys.ReadAsync(CancellationToken.None);
        set.Version.ShouldBe(version);
        set.Keys.Select(key => key.LastUsedAt).ShouldBe([Noon.AddMinutes(5), null]);
        (await Keys.ChangeAsync(
            keys => [keys[0] with { LastUsedAt = null, RevokedAt = Noon, RevokedBy = "x" }],
            CancellationToken.None)).Keys[0].LastUsedAt.ShouldBe(Noon.AddMinutes(5));
    }

    [ContractFact]
    public async Task Mark_of_the_pepper_is_the_first_one()
    {
        (await Keys.KeepPepperMarkAsync("a", CancellationToken.None)).ShouldBe("a");
        (await Keys.KeepPepperMarkAsync("b", CancellationToken.None)).ShouldBe("a");
        await ReopenAsync();
        (await Keys.KeepPepperMarkAsync("b", CancellationToken.None)).ShouldBe("a");
    }

    private static void ShouldBe(ApiKey found, ApiKey expected)
    {
        found.Access.ShouldBe(expected.Access);
        (found with { Access = expected.Access }).ShouldBe(expected);
    }

    private static ApiKey Key(string id, string name) => new()
    {
        Id = id,
        Name = name,
        Hash = new string('a', 64),
        Access = [new AccessEntry("developer", "flights"), new AccessEntry("viewer", AccessEntry.AllProjects)],
        CreatedAt = Noon,
        CreatedBy = "key:admin",
    };
}
