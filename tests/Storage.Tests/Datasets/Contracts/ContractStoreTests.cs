using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets.Contracts;

/// <summary>What the store of contracts and quarantines promises.</summary>
public abstract class ContractStoreTests
{
    private const string Orders = "orders";
    private static readonly DateTimeOffset _noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private protected abstract Task<DatasetCatalog> OpenAsync();

    [ContractFact]
    public async Task Contracts_are_numbered_and_one_after_another_version_is_not_set()
    {
        var store = await CreateAsync();

        (await store.AddContractAsync(Contract("{}"), 0, default))!.Version.ShouldBe(1);
        (await store.AddContractAsync(Contract("{ }"), 0, default)).ShouldBeNull();
        (await store.AddContractAsync(Contract("{  }"), null, default))!.Version.ShouldBe(2);

        (await store.ListContractsAsync(Orders, default)).Select(contract => contract.Version).ShouldBe([2, 1]);
        (await store.FindContractAsync(Orders, null, default))!.Document.ShouldBe("{  }");
        var first = (await store.FindContractAsync(Orders, 1, default))!;
        (first.Document, first.Owner, first.By, first.At, first.Baselines["price"].Shares[0]).ShouldBe(("{}", "data", "ann", _noon, 0.5));
        (await store.FindContractAsync(Orders, 3, default)).ShouldBeNull();
        await Should.ThrowAsync<KeyNotFoundException>(() =>
            store.AddContractAsync(Contract("{}") with { Dataset = "none" }, null, default));
    }

    [ContractFact]
    public async Task Quarantined_rows_are_entered_with_their_version_and_land_with_theirs()
    {
        var store = await CreateAsync();
        await store.AddAsync(Version("a", 3), default);
        var (version, _) = await store.AddAsync(Version("b", 2) with { Quarantine = Rows("q", 4), IsAppended = true }, default);
        (await store.ListQuarantineAsync(Orders, false, default)).ShouldHaveSingleItem().Digest.ShouldBe("q");

        var entry = await store.ResolveQuarantineAsync(
            Orders, version.Version, "q", Version("c", 4) with { IsAppended = true, Once = "replay:2:q" }, Land, default);

        entry!.Replays.ShouldHaveSingleItem().Version.ShouldBe(3);
        (await store.FindVersionAsync(Orders, null, default))!.Rows.ShouldBe(9);
        (await store.ListPartsAsync(Orders, 3, default)).Select(part => part.Digest).ShouldBe(["a", "b", "c"]);
        (await store.ResolveQuarantineAsync(Orders, version.Version, "q", Version("c", 4), Land, default)).ShouldBeNull();
        (await store.FindAsync(Orders, default))!.Latest.ShouldBe(3);
        (await store.ListQuarantineAsync(Orders, false, default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Replay_of_rows_that_were_changed_meanwhile_does_nothing()
    {
        var store = await CreateAsync();
        await store.AddAsync(Version("a", 3) with { Quarantine = Rows("q", 4) }, default);

        (await store.ResolveQuarantineAsync(Orders, 1, "other", Version("c", 4), Land, default)).ShouldBeNull();

        (await store.FindAsync(Orders, default))!.Latest.ShouldBe(1);
        (await store.FindQuarantineAsync(Orders, 1, default))!.Rows.ShouldBe(4);
        (await store.FindQuarantineAsync(Orders, 2, default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Held_version_is_released_or_dropped_once()
    {
        var store = await CreateAsync();
        await store.AddAsync(Version("a", 3), default);
        await store.AddAsync(Held("b", 2), default);
        await store.AddAsync(Held("c", 1) with { Quarantine = Rows("q", 4) }, default);
        await store.AddAsync(Held("d", 1) with { IsAppended = true }, default);

        (await store.FindVersionAsync(Orders, null, default))!.Version.ShouldBe(1);
        (await store.ReleaseAsync(Orders, 2, Decision(true), default))!.Value.Newest!.Rows.ShouldBe(2);
        (await store.DropHeldAsync(Orders, 3, Decision(false), default))!.Decision!.Reason.ShouldBe("looked");
        (await store.FindQuarantineAsync(Orders, 3, default))!.State.ShouldBe(QuarantineState.Dropped);
        (await store.ReleaseAsync(Orders, 4, Decision(true), default))!.Value.Version.Rows.ShouldBe(3);

        (await store.ListPartsAsync(Orders, 1, default)).Select(part => part.Digest).ShouldBe(["a"]);
        (await store.ListPartsAsync(Orders, 4, default)).Select(part => part.Digest).ShouldBe(["b", "d"]);
        (await store.DropHeldAsync(Orders, 2, Decision(false), default)).ShouldBeNull();
        (await store.ReleaseAsync(Orders, 3, Decision(true), default)).ShouldBeNull();
    }

    private static QuarantineEntry Land(QuarantineEntry entry, DatasetVersion? version) => entry with
    {
        State = QuarantineState.Landed,
        Rows = 0,
        Replays = [new() { At = _noon, By = "ann", Landed = 4, Remaining = 0, Version = version?.Version }],
    };

    private static HeldDecision Decision(bool isReleased) => new(isReleased, "ann", _noon, "looked");

    private static NewVersion Version(string digest, long rows) => new()
    {
        Version = new DatasetVersion
        {
            Dataset = Orders, Origin = "put", Format = "csv", Rows = rows, CreatedAt = _noon, CreatedBy = "ann",
        },
        Parts = [new(digest, rows, 100)],
    };

    private static NewVersion Held(string digest, long rows) =>
        Version(digest, rows) is var version
            ? version with { Version = version.Version with { State = DatasetState.Held, HeldReason = "few" } } : null!;

    private static NewQuarantine Rows(string digest, long rows) =>
        new() { Digest = digest, Rows = rows, Bytes = 10, Rules = [new("properties/price/type", rows)] };

    private static ContractVersion Contract(string document) => new()
    {
        Dataset = Orders,
        Document = document,
        Owner = "data",
        By = "ann",
        At = _noon,
        Baselines = new Dictionary<string, Baseline> { ["price"] = new() { Version = 1, Edges = [1], Shares = [0.5, 0.5] } },
    };

    private async Task<DatasetCatalog> CreateAsync()
    {
        var store = await OpenAsync();
        await store.CreateAsync(new DatasetInfo { Name = Orders, CreatedAt = _noon, CreatedBy = "ann" }, default);
        return store;
    }
}
