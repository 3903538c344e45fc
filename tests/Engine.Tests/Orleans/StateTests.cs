using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;
using Progeny.Storage.Registry;

namespace Progeny.Engine.Tests.Grains;

[GenerateSerializer]
public sealed class Account
{
    [Id(0)]
    public int Balance { get; set; } = 100;

    [Id(1)]
    public List<string> Notes { get; set; } = [];
}

[GenerateSerializer, Immutable]
public sealed record StateReport([property: Id(0)] int Balance, [property: Id(1)] int Notes, [property: Id(2)] bool Exists, [property: Id(3)] string? ETag);

public interface IHolder : IAddressable
{
    Task<StateReport> Report();

    Task<StateReport> Add(int amount);

    Task<StateReport> AddElsewhere(int amount);

    Task<StateReport> Clear();

    Task<StateReport> Read();

    Task Leave();
}

public interface IStringHolder : IGrainWithStringKey, IHolder;

public interface IGuidHolder : IGrainWithGuidKey, IHolder;

public interface IIntegerHolder : IGrainWithIntegerKey, IHolder;

public interface ICompoundHolder : IGrainWithGuidCompoundKey, IHolder;

public abstract class HolderBase(IPersistentState<Account> account, IGrainStorage storage) : Grain, IHolder
{
    public Task<StateReport> Report() => Task.FromResult(
        new StateReport(account.State.Balance, account.State.Notes.Count, account.RecordExists, account.Etag));

    public async Task<StateReport> Add(int amount)
    {
        account.State.Balance += amount;
        account.State.Notes.Add($"{amount}");
        await account.WriteStateAsync();
        return await Report();
    }

    /// <summary>Writes behind the back of the own state, as a second activation would.</summary>
    public async Task<StateReport> AddElsewhere(int amount)
    {
        var other = new GrainState<Account>();
        await storage.ReadStateAsync("account", this.GetGrainId(), other);
        other.State!.Balance += amount;
        await storage.WriteStateAsync("account", this.GetGrainId(), other);
        return await Report();
    }

    public async Task<StateReport> Clear()
    {
        await account.ClearStateAsync();
        return await Report();
    }

    public async Task<StateReport> Read()
    {
        await account.ReadStateAsync();
        return await Report();
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public sealed class StringHolderGrain([PersistentState("account", "store")] IPersistentState<Account> account, [FromKeyedServices("store")] IGrainStorage storage)
    : HolderBase(account, storage), IStringHolder;

public sealed class GuidHolderGrain([PersistentState("account", "store")] IPersistentState<Account> account, [FromKeyedServices("store")] IGrainStorage storage)
    : HolderBase(account, storage), IGuidHolder;

public sealed class IntegerHolderGrain([PersistentState("account", "store")] IPersistentState<Account> account, [FromKeyedServices("store")] IGrainStorage storage)
    : HolderBase(account, storage), IIntegerHolder;

public sealed class CompoundHolderGrain([PersistentState("account", "store")] IPersistentState<Account> account, [FromKeyedServices("store")] IGrainStorage storage)
    : HolderBase(account, storage), ICompoundHolder;

/// <summary>What holds for every storage.</summary>
public abstract class StateTests<TSilo> : IAsyncLifetime
    where TSilo : ISiloConfigurator, new()
{
    protected TestCluster Cluster { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Cluster = await Clusters.StartAsync<TSilo>();

    public virtual Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_state_is_there_again_when_its_grain_comes_back()
    {
        var grain = Cluster.GrainFactory.GetGrain<IStringHolder>("back");
        (await grain.Report()).ShouldBe(new StateReport(100, 0, false, null));
        var written = await grain.Add(5);
        (written.Balance, written.Notes, written.Exists).ShouldBe((105, 1, true));
        written.ETag.ShouldNotBeNullOrEmpty();
        await grain.Leave();
        (await grain.Report()).ShouldBe(written);
        (await grain.Add(1)).ETag.ShouldNotBe(written.ETag);
    }

    [Fact]
    public async Task A_state_is_new_when_it_was_cleared()
    {
        var grain = Cluster.GrainFactory.GetGrain<IStringHolder>("cleared");
        await grain.Add(5);
        var cleared = await grain.Clear();
        (cleared.Balance, cleared.Notes, cleared.Exists).ShouldBe((100, 0, false));
        await grain.Leave();
        var again = await grain.Report();
        (again.Balance, again.Exists).ShouldBe((100, false));
        (await grain.Add(7)).Balance.ShouldBe(107);
    }

    [Fact]
    public async Task A_write_is_refused_when_somebody_else_wrote_since_and_the_grain_starts_anew()
    {
        var grain = Cluster.GrainFactory.GetGrain<IStringHolder>("conflict");
        await grain.Add(1);
        await grain.AddElsewhere(1000);
        await Should.ThrowAsync<InconsistentStateException>(() => grain.Add(10));
        await Clusters.EventuallyAsync(async () => (await grain.Report()).Balance == 1101, "the grain with the stored state");
        (await grain.Add(10)).Balance.ShouldBe(1111);
    }

    [Fact]
    public async Task A_first_write_is_refused_when_somebody_else_wrote_first()
    {
        var grain = Cluster.GrainFactory.GetGrain<IStringHolder>("first");
        await grain.Report();
        await grain.AddElsewhere(1000);
        await Should.ThrowAsync<InconsistentStateException>(() => grain.Add(10));
    }

    [Fact]
    public async Task Every_kind_of_key_keeps_its_own_state()
    {
        var guid = Guid.NewGuid();
        IHolder[] grains =
        [
            Cluster.GrainFactory.GetGrain<IStringHolder>("x"), Cluster.GrainFactory.GetGrain<IStringHolder>("cafe"),
            Cluster.GrainFactory.GetGrain<IStringHolder>("größer/als+ascii"), Cluster.GrainFactory.GetGrain<IGuidHolder>(guid),
            Cluster.GrainFactory.GetGrain<IIntegerHolder>(-42), Cluster.GrainFactory.GetGrain<IIntegerHolder>(7),
            Cluster.GrainFactory.GetGrain<ICompoundHolder>(guid, "a"), Cluster.GrainFactory.GetGrain<ICompoundHolder>(guid, "b"),
        ];
        for (var index = 0; index < grains.Length; index++)
            await grains[index].Add(index);
        foreach (var grain in grains)
            await grain.Leave();
        for (var index = 0; index < grains.Length; index++)
            (await grains[index].Report()).Balance.ShouldBe(100 + index);
    }
}

public sealed class MemoryStateTests : StateTests<MemoryStoreSilo>;

public sealed class MemoryStoreSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddMemoryGrainStorage("store");
}

public sealed class SqliteStateTests : StateTests<SqliteStoreSilo>
{
    public override async Task InitializeAsync()
    {
        await GrainStorageSchema.EnsureCreatedAsync(SqliteStoreSilo.ConnectionString, CancellationToken.None);
        await GrainStorageSchema.EnsureCreatedAsync(SqliteStoreSilo.ConnectionString, CancellationToken.None);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(SqliteStoreSilo.Path) + "*"))
            File.Delete(file);
    }

    [Fact]
    public async Task A_state_is_there_again_when_the_silo_was_restarted()
    {
        var written = await Cluster.GrainFactory.GetGrain<IStringHolder>("restart").Add(3);
        await Cluster.DisposeAsync();
        await using var next = await Clusters.StartAsync<SqliteStoreSilo>();
        (await next.GrainFactory.GetGrain<IStringHolder>("restart").Report()).ShouldBe(written);
    }

    /// <summary>The columns that the provider of the Orleans packages writes: either engine must find the other's rows.</summary>
    [Theory]
    [InlineData("roster", "-1321971188 | -201589510 | 0 | 0 | roster | progeny | 1 | {\"Balance\":103,\"Notes\":[\"3\"]}")]
    [InlineData("cafe", "1265775606 | -201589510 | 0 | 51966 | null | progeny | 1 | {\"Balance\":103,\"Notes\":[\"3\"]}")]
    public async Task A_row_is_the_one_of_the_packages_when_it_was_written(string key, string expected)
    {
        await Cluster.GrainFactory.GetGrain<IStringHolder>(key).Add(3);
        await using var connection = new SqliteConnection(SqliteStoreSilo.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainIdExtensionString, ServiceId, Version, CAST(PayloadBinary AS TEXT) FROM OrleansStorage";
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        var row = string.Join(" | ", Enumerable.Range(0, 8).Select(column => reader.IsDBNull(column) ? "null" : reader.GetValue(column).ToString()));
        row.ShouldBe(expected);
    }
}

public sealed class SqliteStoreSilo : ISiloConfigurator
{
    public static readonly string Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"engine-tests-{Guid.NewGuid():N}.db");

    public static string ConnectionString => $"Data Source={Path}";

    public void Configure(ISiloBuilder siloBuilder) => siloBuilder
        .Configure<Orleans.Configuration.ClusterOptions>(options => options.ServiceId = "progeny")
        .AddAdoNetGrainStorage("store", options =>
        {
            options.Invariant = "System.Data.SQLite";
            options.ConnectionString = ConnectionString;
            options.GrainStorageSerializer = new PlainJson();
        });

    private sealed class PlainJson : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => BinaryData.FromObjectAsJson(input);

        public T? Deserialize<T>(BinaryData input) => input.ToObjectFromJson<T>();
    }
}
