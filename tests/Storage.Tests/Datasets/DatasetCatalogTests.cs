using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Datasets;

/// <summary>What the catalog of datasets promises on every database.</summary>
public abstract class DatasetCatalogTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, 500, TimeSpan.Zero);

    protected abstract IDatasetCatalog Catalog { get; }

    /// <summary>What another process has of it, or the same one after a restart.</summary>
    protected abstract IDatasetCatalog Other { get; }

    [ContractFact]
    public async Task Dataset_is_made_once_and_listed_by_name()
    {
        var made = await Catalog.CreateAsync(Info("orders") with { Description = "first", Key = ["id"], KeepFor = TimeSpan.FromDays(3) },
            default);
        (await Other.CreateAsync(Info("orders") with { Description = "second" }, default)).Description.ShouldBe("first");
        await Catalog.CreateAsync(Info("customers"), default);

        (await Other.ListAsync(default)).Select(dataset => dataset.Name).ShouldBe(["customers", "orders"]);
        var found = (await Other.FindAsync("orders", default)).ShouldNotBeNull();
        (found with { Key = made.Key }).ShouldBe(made);
        found.Key.ShouldBe(["id"]);
        (await Other.FindAsync("nothing", default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Change_of_a_dataset_keeps_its_name_and_number()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a"), default);
        var changed = await Catalog.ChangeAsync("orders", info => info with { Name = "other", Latest = 9, KeepVersions = 2 }, default);
        changed.ShouldNotBeNull().ShouldSatisfyAllConditions(
            info => info.Name.ShouldBe("orders"), info => info.Latest.ShouldBe(1), info => info.KeepVersions.ShouldBe(2));
        var found = (await Other.FindAsync("orders", default)).ShouldNotBeNull();
        found.ShouldBe(changed with { Key = found.Key });
        found.Key.ShouldBe(changed.Key);
        (await Catalog.ChangeAsync("nothing", info => info, default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Version_is_kept_as_it_was_with_the_next_number()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        var (first, isNew) = await Catalog.AddAsync(
            New("a") with
            {
                Version = Version() with
                {
                    Digest = "d", Bytes = 5_000_000_000, Rows = 3_000_000_000, Columns = [new("id", "BIGINT"), new("price",
                        "DECIMAL(18,2)")],
                    Read = new ReadOptions { Separator = ";", Types = new Dictionary<string, string> { ["id"] = "integer" } }, Note = "so",
                },
            },
            default);
        isNew.ShouldBeTrue();
        first.Version.ShouldBe(1);
        var kept = (await Other.FindVersionAsync("orders", 1, default)).ShouldNotBeNull();
        kept.Columns.ShouldBe(first.Columns);
        kept.Read.ShouldNotBeNull().Types.ShouldBe(first.Read!.Types);
        (kept with { Columns = first.Columns, Read = first.Read }).ShouldBe(first);
        (await Catalog.AddAsync(New("b"), default)).Version.Version.ShouldBe(2);
        (await Other.ListVersionsAsync("orders", null, 10, default)).Select(version => version.Version).ShouldBe([2, 1]);
        (await Other.ListVersionsAsync("orders", 2, 10, default)).Select(version => version.Version).ShouldBe([1]);
        (await Other.ListVersionsAsync("orders", null, 1, default)).Select(version => version.Version).ShouldBe([2]);
        (await Other.FindVersionAsync("orders", 3, default)).ShouldBeNull();
        await Should.ThrowAsync<KeyNotFoundException>(
            () => Catalog.AddAsync(New("c") with { Version = Version() with { Dataset = "nothing" } }, default));
    }

    [ContractFact]
    public async Task Put_replaces_the_parts_and_an_append_adds_to_them()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a", "b"), default);
        await Catalog.AddAsync(New("c") with { IsAppended = true }, default);
        await Catalog.AddAsync(New("d"), default);
        await Catalog.AddAsync(New("e") with { IsAppended = true }, default);

        (await PartsAsync(1)).ShouldBe(["a", "b"]);
        (await PartsAsync(2)).ShouldBe(["a", "b", "c"]);
        (await PartsAsync(3)).ShouldBe(["d"]);
        (await PartsAsync(4)).ShouldBe(["d", "e"]);
        (await Other.ListPartsAsync("orders", 1, default))[0].ShouldBe(new DatasetPart("a", 5_000_000_000, 7_000_000_000));
    }

    [ContractFact]
    public async Task Version_that_is_held_is_not_read_and_changes_nothing_for_those_after_it()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a"), default);
        await Catalog.AddAsync(Held("b"), default);
        (await Other.FindVersionAsync("orders", null, default))!.Version.ShouldBe(1);
        await Catalog.AddAsync(New("c") with { IsAppended = true }, default);

        (await Other.FindVersionAsync("orders", null, default))!.Version.ShouldBe(3);
        (await PartsAsync(1)).ShouldBe(["a"]);
        (await PartsAsync(2)).ShouldBe(["b"]);
        (await PartsAsync(3)).ShouldBe(["a", "c"]);
        (await Other.FindAsync("orders", default))!.Latest.ShouldBe(3);
    }

    [ContractFact]
    public async Task Version_is_made_once_where_that_is_asked()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        var (first, _) = await Catalog.AddAsync(New("a") with { Once = "key" }, default);
        var (again, isNew) = await Other.AddAsync(New("b") with { Once = "key" }, default);
        isNew.ShouldBeFalse();
        again.Version.ShouldBe(first.Version);
        (await PartsAsync(1)).ShouldBe(["a"]);
        (await Catalog.AddAsync(New("c"), default)).Version.Version.ShouldBe(2);
        await Catalog.CreateAsync(Info("others"), default);
        (await Catalog.AddAsync(New("d") with { Once = "key", Version = Version() with { Dataset = "others" } },
            default)).IsNew.ShouldBeTrue();
    }

    [ContractFact]
    public async Task Versions_that_are_added_at_once_get_each_a_number_and_the_same_one_is_added_once()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        var added = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? Catalog : Other).AddAsync(
            New($"p{i}") with { IsAppended = true, Once = $"{i / 2}" }, default))));
        added.Count(one => one.IsNew).ShouldBe(20);
        added.Where(one => one.IsNew).Select(one => one.Version.Version).Order().ShouldBe(Enumerable.Range(1, 20));
        (await PartsAsync(20)).Count.ShouldBe(20);
        (await Other.FindAsync("orders", default))!.Latest.ShouldBe(20);
    }

    [ContractFact]
    public async Task Change_of_a_version_keeps_its_number_and_changes_at_once_lose_nothing()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a"), default);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? Catalog : Other).ChangeVersionAsync(
            "orders", 1, version => version with { Version = 7, Quarantined = version.Quarantined + 1 }, default))));
        (await Other.FindVersionAsync("orders", 1, default))!.Quarantined.ShouldBe(20);
        await Catalog.ChangeVersionAsync("orders", 1, version => version with { State = DatasetState.Removed }, default);
        (await Other.FindVersionAsync("orders", null, default)).ShouldBeNull();
        (await Catalog.ChangeVersionAsync("orders", 2, version => version, default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Version_that_was_judged_beside_an_older_one_is_not_added()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a") with { After = 0 }, default);
        await Should.ThrowAsync<DatasetChangedException>(() => Other.AddAsync(New("b") with { IsAppended = true, After = 0 }, default));
        (await Other.AddAsync(New("b") with { IsAppended = true, After = 1 }, default)).Version.Version.ShouldBe(2);
    }

    [ContractFact]
    public async Task Removed_version_keeps_its_number_and_the_parts_that_others_read()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(New("a", "b") with { Version = Version() with { Digest = "sent-1", Profile = "profile-1" } }, default);
        await Catalog.AddAsync(New("c") with { IsAppended = true }, default);
        await Catalog.AddAsync(New("d"), default);
        var removal = new DatasetRemoval("ann", _now, "old");

        var removed = (await Removal.RemoveVersionAsync("orders", 1, removal, default)).ShouldNotBeNull();
        (removed.IsRemoved, removed.Version!.State, removed.Version.Profile).ShouldBe((true, DatasetState.Removed, null));
        (await Other.FindVersionAsync("orders", 1, default))!.Removal.ShouldBe(removal);
        (await PartsAsync(2)).ShouldBe(["a", "b", "c"]);
        (await Uses.ListUsedAsync(default)).Order().ShouldBe(["a", "b", "c", "d"]);
        (await Removal.RemoveVersionAsync("orders", 1, removal, default))!.IsRemoved.ShouldBeTrue();

        (await Removal.RemoveVersionAsync("orders", 2, removal, default))!.IsRemoved.ShouldBeTrue();
        (await Uses.ListUsedAsync(default)).ShouldBe(["d"]);
        (await Removal.RemoveVersionAsync("orders", 3, removal, default))!.NeededBy.ShouldHaveSingleItem().ShouldContain("newest");
        await Catalog.AddAsync(Held("e"), default);
        (await Removal.RemoveVersionAsync("orders", 4, removal, default))!.NeededBy.ShouldHaveSingleItem().ShouldContain("held");
        (await Removal.RemoveVersionAsync("orders", 9, removal, default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Version_whose_rows_are_in_quarantine_is_needed_and_a_removed_dataset_leaves_nothing()
    {
        await Catalog.CreateAsync(Info("orders"), default);
        await Catalog.AddAsync(
            New("a") with { Quarantine = new NewQuarantine { Digest = "q", Rows = 3, Bytes = 5, Rules = [] } }, default);
        await Catalog.AddAsync(New("b"), default);
        (await Uses.ListUsedAsync(default)).Order().ShouldBe(["a", "b", "q"]);
        (await Removal.RemoveVersionAsync("orders", 1, new DatasetRemoval("ann", _now, null), default))!
            .NeededBy.ShouldHaveSingleItem().ShouldContain("3 rows in quarantine");

        (await Removal.RemoveDatasetAsync("orders", default))!.IsRemoved.ShouldBeTrue();
        (await Other.FindAsync("orders", default)).ShouldBeNull();
        (await Other.ListVersionsAsync("orders", null, 10, default)).ShouldBeEmpty();
        (await Uses.ListUsedAsync(default)).ShouldBeEmpty();
        (await Removal.RemoveDatasetAsync("orders", default)).ShouldBeNull();
    }

    private IDatasetRemoval Removal => (IDatasetRemoval)Other;

    private IDataArtifactUses Uses => (IDataArtifactUses)Other;

    private static DatasetInfo Info(string name) => new() { Name = name, CreatedAt = _now, CreatedBy = "ann" };

    private static DatasetVersion Version() =>
        new() { Dataset = "orders", Origin = "put", Format = "csv", CreatedAt = _now, CreatedBy = "ann", Columns = [new("id", "BIGINT")] };

    private static NewVersion New(params string[] parts) => new()
    {
        Version = Version(),
        Parts = [.. parts.Select(part => new DatasetPart(part, 5_000_000_000, 7_000_000_000))],
    };

    private static NewVersion Held(params string[] parts)
    {
        var version = New(parts);
        return version with { Version = version.Version with { State = DatasetState.Held } };
    }

    private async Task<IReadOnlyList<string>> PartsAsync(int version) =>
        [.. (await Other.ListPartsAsync("orders", version, default)).Select(part => part.Digest)];
}
