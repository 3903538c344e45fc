using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Grains.Hosting;
using Progeny.Storage;
using Progeny.Storage.Common;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>What a silo counted reaches the perfdb once, whatever fails between.</summary>
public sealed class PublishingTests : IAsyncLifetime
{
    private static readonly GenerationReference Flights = new("flights", "1.0.0", 1);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly FlakyMetricsStore flaky = new();
    private IHost? silo;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await StopAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Counts_arrive_once_when_the_store_fails_before_or_after_it_has_stored()
    {
        (flaky.FailuresBefore, flaky.FailuresAfter) = (2, 2);
        await StartAsync(flaky);
        Record(3);
        await Until(() => flaky.Calls > 4 && flaky.Stored.Sum(Requests) == 3);
        Record(2);
        await Until(() => flaky.Stored.Sum(Requests) == 5);
        await StopAsync();
        flaky.Stored.Sum(Requests).ShouldBe(5);
    }

    [Fact]
    public async Task Summary_sent_again_and_again_and_after_the_grain_has_gone_counts_once()
    {
        await StartAsync(null);
        var grains = silo!.Services.GetRequiredService<IGrainFactory>();
        var grain = grains.GetGrain<IMetricsGrain>(Flights.ToString());
        var summary = Summary(7);
        (await grain.Count(summary)).ShouldBe(1);
        (await grain.Count(summary)).ShouldBe(1);
        await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        (await grain.Count(summary)).ShouldBe(1);
        (await grain.Count(Summary(1))).ShouldBe(1);
        (await RequestsAsync()).ShouldBe(8);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_a_node_stops_and_starts()
    {
        await StartAsync(null);
        for (var round = 1; round <= 3; round++)
        {
            Record(10);
            if (round == 2)
                await Until(async () => await RequestsAsync() == 21);
            Record(1);
            await StopAsync();
            await StartAsync(null);
            (await RequestsAsync()).ShouldBe(round * 11);
        }
    }

    private static long Requests(GenerationSummary summary) =>
        summary.Windows.Sum(window => LatencyHistogram.Decode(window.Latency.Span).Count);

    private static GenerationSummary Summary(int requests)
    {
        var meters = new ServingMeters();
        for (var i = 0; i < requests; i++)
            meters.For(Flights, isLogged: false).Record(new QueryLatency(0, 0, 0, 100), 1, failed: false);
        return new UnloggedCounts(meters).Close(DateTimeOffset.UtcNow).Single();
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    private void Record(int requests)
    {
        var meter = silo!.Services.GetRequiredService<ServingMeters>().For(Flights, isLogged: false);
        for (var i = 0; i < requests; i++)
            meter.Record(new QueryLatency(1, 2, 3, 100), 1, failed: false);
    }

    private async Task<long> RequestsAsync()
    {
        var now = DateTimeOffset.UtcNow;
        var query = new MetricsQuery(Flights.Project, now.AddHours(-1), now.AddHours(1), TimeSpan.FromHours(1), ByGeneration: false);
        return (await silo!.Services.GetRequiredService<IMetricsStore>().ReadAsync(query, default)).Sum(point => point.Counts.Requests);
    }

    private async Task StartAsync(IMetricsStore? store)
    {
        var builder = Host.CreateApplicationBuilder(
            ["--Data", folder, "--Metrics:PublishSeconds", "0.1", "--Logging:LogLevel:Default", "None"]);
        var cluster = builder.Configuration.ReadCluster();
        var storage = StorageOptions.From(builder.Configuration);
        builder.Services.AddProgenyStorage(builder.Configuration, cluster);
        builder.AddProgenySilo(cluster, storage.GrainsConnectionString(cluster), storage.JobsPath);
        if (store is not null)
            builder.Services.Replace(ServiceDescriptor.Singleton(store));
        silo = builder.Build();
        await silo.StartAsync();
    }

    private async Task StopAsync()
    {
        if (silo is null)
            return;
        await silo.StopAsync();
        await ((IAsyncDisposable)silo).DisposeAsync();
        silo = null;
    }
}
