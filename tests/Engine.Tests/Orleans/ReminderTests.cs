using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

public interface IRemembering : IGrainWithStringKey, IRemindable
{
    Task Register(string name, TimeSpan due, TimeSpan period);

    Task Unregister(string name);

    Task<List<string>> Names();

    Task<bool> Has(string name);
}

public sealed class RememberingGrain : Grain, IRemembering
{
    public static readonly ConcurrentDictionary<string, int> Ticks = new();

    public Task Register(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unregister(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(each => each.ReminderName)];

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Ticks.AddOrUpdate($"{this.GetPrimaryKeyString()}/{reminderName}", 1, (_, count) => count + 1);
        return Task.CompletedTask;
    }
}

/// <summary>A table that outlives its silo.</summary>
public sealed class KeptReminderTable : IReminderTable
{
    private static readonly ConcurrentDictionary<(GrainId, string), ReminderEntry> Rows = new();

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(Rows.Values.Where(each => each.GrainId == grainId)));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Task.FromResult(new ReminderTableData(Rows.Values.Where(each =>
    {
        var hash = each.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    })));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(Rows.GetValueOrDefault((grainId, reminderName)));

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        entry.ETag = Guid.NewGuid().ToString();
        Rows[(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult<string?>(entry.ETag);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        Task.FromResult(Rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && Rows.TryRemove((grainId, reminderName), out _));

    public Task TestOnlyClearTable() => Task.CompletedTask;
}

public sealed class ReminderTests : IAsyncLifetime
{
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await Clusters.StartAsync<RemindingSilo>();

    public Task DisposeAsync() => cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_reminder_ticks_until_it_is_unregistered()
    {
        var grain = cluster.GrainFactory.GetGrain<IRemembering>("ticking");
        await grain.Register("r", TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100));
        (await grain.Names()).ShouldBe(["r"]);
        await Clusters.EventuallyAsync(() => RememberingGrain.Ticks.GetValueOrDefault("ticking/r") >= 3, "three ticks");
        await grain.Unregister("r");
        (await grain.Has("r")).ShouldBeFalse();
        (await grain.Names()).ShouldBeEmpty();
    }

    [Fact]
    public Task A_reminder_is_refused_when_its_period_is_too_short() => Should.ThrowAsync<ArgumentException>(
        () => cluster.GrainFactory.GetGrain<IRemembering>("short").Register("r", TimeSpan.Zero, TimeSpan.FromMilliseconds(1)));

    [Fact]
    public async Task A_reminder_ticks_on_when_the_silo_was_restarted()
    {
        await cluster.GrainFactory.GetGrain<IRemembering>("kept").Register("r", TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100));
        await Clusters.EventuallyAsync(() => RememberingGrain.Ticks.ContainsKey("kept/r"), "a tick");
        await cluster.StopAllSilosAsync();
        RememberingGrain.Ticks.TryRemove("kept/r", out _);
        await using var next = await Clusters.StartAsync<RemindingSilo>();
        await Clusters.EventuallyAsync(() => RememberingGrain.Ticks.ContainsKey("kept/r"), "a tick after the restart");
        await next.GrainFactory.GetGrain<IRemembering>("kept").Unregister("r");
    }
}

public sealed class RemindingSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder)
    {
        siloBuilder.AddReminders();
        siloBuilder.Services.AddSingleton<IReminderTable, KeptReminderTable>();
        siloBuilder.Services.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50));
    }
}
