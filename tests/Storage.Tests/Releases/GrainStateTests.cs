using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.TestingHost;
using Progeny.Grains.Common;
using Progeny.Storage.Common;

namespace Progeny.Storage.Tests.Releases;

/// <summary>Grain state on SQLite, by Orleans' provider with our tables and queries and our serializer.</summary>
public sealed class GrainStateTests : IAsyncLifetime
{
    private TestCluster cluster = null!;

    public async Task InitializeAsync()
    {
        // Twice: a node that starts finds the tables there.
        await GrainStorageSchema.EnsureCreatedAsync(SqliteSilo.ConnectionString, CancellationToken.None);
        await GrainStorageSchema.EnsureCreatedAsync(SqliteSilo.ConnectionString, CancellationToken.None);
        cluster = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(SqliteSilo.File) + "*"))
            File.Delete(file);
    }

    [Fact]
    public async Task State_when_its_grain_comes_back_then_is_there_again()
    {
        var grain = cluster.GrainFactory.GetGrain<IAccountGrain>("back");
        (await grain.Report()).ShouldBe(new AccountReport(100, 0, false, null));
        var written = await grain.Add(5);
        (written.Balance, written.Notes, written.Exists).ShouldBe((105, 1, true));
        written.ETag.ShouldNotBeNullOrEmpty();
        await grain.Leave();
        (await grain.Report()).ShouldBe(written);
        (await grain.Add(1)).ETag.ShouldNotBe(written.ETag);
    }

    [Fact]
    public async Task State_when_its_silo_was_restarted_then_is_there_again()
    {
        var written = await cluster.GrainFactory.GetGrain<IAccountGrain>("restart").Add(3);
        await cluster.DisposeAsync();
        cluster = await StartAsync();
        (await cluster.GrainFactory.GetGrain<IAccountGrain>("restart").Report()).ShouldBe(written);
    }

    [Fact]
    public async Task State_when_it_was_cleared_then_is_new()
    {
        var grain = cluster.GrainFactory.GetGrain<IAccountGrain>("cleared");
        await grain.Add(5);
        var cleared = await grain.Clear();
        (cleared.Balance, cleared.Notes, cleared.Exists).ShouldBe((100, 0, false));
        await grain.Leave();
        var again = await grain.Report();
        (again.Balance, again.Exists).ShouldBe((100, false));
        (await grain.Add(7)).Balance.ShouldBe(107);
    }

    [Fact]
    public async Task Write_when_another_activation_wrote_since_then_is_refused_and_the_grain_reads_what_is_stored()
    {
        var grain = cluster.GrainFactory.GetGrain<IAccountGrain>("conflict");
        await grain.Add(1);
        await grain.AddElsewhere(1000);
        await Should.ThrowAsync<InconsistentStateException>(() => grain.Add(10));

        // The refused grain is deactivated: its next activation reads what is stored.
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while ((await grain.Report()).Balance != 1101)
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue("the grain does not read what is stored");
            await Task.Delay(5);
        }

        (await grain.Add(10)).Balance.ShouldBe(1111);
    }

    [Fact]
    public async Task First_write_when_another_activation_wrote_first_then_is_refused()
    {
        var grain = cluster.GrainFactory.GetGrain<IAccountGrain>("first");
        await grain.Report();
        await grain.AddElsewhere(1000);
        await Should.ThrowAsync<InconsistentStateException>(() => grain.Add(10));
    }

    [Fact]
    public async Task States_of_different_keys_are_apart()
    {
        string[] keys = ["x", "cafe", "größer/als+ascii", "flights@1.2.0:3", "X"];
        var grains = keys.Select(key => cluster.GrainFactory.GetGrain<IAccountGrain>(key)).ToArray();
        for (var index = 0; index < grains.Length; index++)
            await grains[index].Add(index);
        foreach (var grain in grains)
            await grain.Leave();
        for (var index = 0; index < grains.Length; index++)
            (await grains[index].Report()).Balance.ShouldBe(100 + index);
    }

    [Fact]
    public async Task Stored_row_names_no_clr_type()
    {
        await cluster.GrainFactory.GetGrain<IAccountGrain>("roster").Add(3);
        await using var connection = new SqliteConnection(SqliteSilo.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT CAST(PayloadBinary AS TEXT) FROM OrleansStorage WHERE GrainIdExtensionString = 'roster'";
        ((string?)await command.ExecuteScalarAsync()).ShouldBe("""{"balance":103,"notes":["3"]}""");
    }

    private static async Task<TestCluster> StartAsync()
    {
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SqliteSilo>();
        var started = builder.Build();
        await started.DeployAsync();
        return started;
    }

    private sealed class SqliteSilo : ISiloConfigurator
    {
        public static readonly string File = Path.Combine(Path.GetTempPath(), $"grain-state-{Guid.NewGuid():N}.db");

        public static string ConnectionString => $"Data Source={File}";

        public void Configure(ISiloBuilder siloBuilder) => siloBuilder
            .Configure<ClusterOptions>(options => options.ServiceId = "progeny")
            .AddAdoNetGrainStorage("store", options =>
            {
                options.Invariant = "System.Data.SQLite";
                options.ConnectionString = ConnectionString;
                options.GrainStorageSerializer = new ProgenyGrainStorageSerializer();
            });
    }
}

[GenerateSerializer]
public sealed class Account
{
    [Id(0)]
    public int Balance { get; set; } = 100;

    [Id(1)]
    public ImmutableArray<string> Notes { get; set; } = [];
}

[GenerateSerializer, Immutable]
public sealed record AccountReport(
    [property: Id(0)] int Balance, [property: Id(1)] int Notes, [property: Id(2)] bool Exists, [property: Id(3)] string? ETag);

public interface IAccountGrain : IGrainWithStringKey
{
    Task<AccountReport> Report();

    Task<AccountReport> Add(int amount);

    /// <summary>Writes past the grain's own state, as a second activation would.</summary>
    Task AddElsewhere(int amount);

    Task<AccountReport> Clear();

    Task Leave();
}

public sealed class AccountGrain(
    [PersistentState("account", "store")] IPersistentState<Account> account, [FromKeyedServices("store")] IGrainStorage storage)
    : Grain, IAccountGrain
{
    public Task<AccountReport> Report() => Task.FromResult(
        new AccountReport(account.State.Balance, account.State.Notes.Length, account.RecordExists, account.Etag));

    public async Task<AccountReport> Add(int amount)
    {
        account.State.Balance += amount;
        account.State.Notes = account.State.Notes.Add($"{amount}");
        await account.WriteStateAsync();
        return await Report();
    }

    public async Task AddElsewhere(int amount)
    {
        var other = new GrainState<Account>(new Account());
        await storage.ReadStateAsync("account", this.GetGrainId(), other);
        other.State!.Balance += amount;
        await storage.WriteStateAsync("account", this.GetGrainId(), other);
    }

    public async Task<AccountReport> Clear()
    {
        await account.ClearStateAsync();
        return await Report();
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
