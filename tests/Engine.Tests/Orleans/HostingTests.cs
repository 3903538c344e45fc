using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Progeny.Engine.Tests.Grains;

public sealed class HostingTests
{
    [Fact]
    public async Task A_silo_starts_in_stages_and_its_own_client_works_when_the_host_runs()
    {
        List<string> journal = [];
        using var host = Silo(21110, 31110, silo =>
        {
            silo.AddStartupTask(async (services, _) =>
                journal.Add($"start-up: {await services.GetRequiredService<IGrainFactory>().GetGrain<IStringKeyed>("k").Key()}"));
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Participant(journal));
        });
        await host.StartAsync();
        (await host.Services.GetRequiredService<IClusterClient>().GetGrain<IStringKeyed>("x").Key()).ShouldBe("x");
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        details.Name.ShouldBe("the silo");
        details.ClusterId.ShouldBe("hosting");
        host.Services.GetRequiredService<ISiloStatusOracle>().CurrentStatus.ShouldBe(SiloStatus.Active);
        await host.StopAsync();
        journal.ShouldBe(["services up", "start-up: k", "services down"]);
    }

    [Fact]
    public async Task A_client_in_another_host_calls_the_silo_when_it_knows_the_gateway()
    {
        using var silo = Silo(21111, 31111, _ => { });
        await silo.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseLocalhostClustering(31111, "hosting", "hosting"));
        using var client = builder.Build();
        await client.StartAsync();
        (await client.Services.GetRequiredService<IClusterClient>().GetGrain<IStringKeyed>("x").Key()).ShouldBe("x");
        await client.StopAsync();
        await silo.StopAsync();
    }

    [Fact]
    public async Task A_grain_gets_the_services_of_the_host_when_it_asks_in_its_constructor()
    {
        using var host = Silo(21112, 31112, silo => silo.Services.AddSingleton(new Greeting("hello")));
        await host.StartAsync();
        (await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IGreeter>("x").Greet()).ShouldBe("hello");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_when_a_validator_finds_it()
    {
        using var host = Silo(21113, 31113, silo => silo.Configure<ClusterOptions>(options => options.ServiceId = ""));
        await Should.ThrowAsync<OrleansConfigurationException>(() => host.StartAsync());
    }

    [Fact]
    public async Task The_management_grain_counts_activations_by_type()
    {
        using var host = Silo(21114, 31114, _ => { });
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(each => grains.GetGrain<IStringKeyed>($"{each}").Key()));
        var management = grains.GetGrain<IManagementGrain>(0);
        var counts = await management.GetSimpleGrainStatistics();
        var own = counts.Where(each => each.GrainType.Contains(nameof(StringKeyedGrain))).ShouldHaveSingleItem();
        own.ActivationCount.ShouldBe(5);
        own.GrainType.ShouldBe($"{typeof(StringKeyedGrain).FullName},{typeof(StringKeyedGrain).Assembly.GetName().Name}");
        (await management.GetTotalActivationCount()).ShouldBeGreaterThanOrEqualTo(5);
        (await management.GetHosts()).Values.ShouldBe([SiloStatus.Active]);
        await host.StopAsync();
    }

    private static IHost Silo(int siloPort, int gatewayPort, Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, null, "hosting", "hosting");
            silo.Configure<SiloOptions>(options => options.SiloName = "the silo");
            configure(silo);
        });
        return builder.Build();
    }

    private sealed class Participant(List<string> journal) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
            "test",
            ServiceLifecycleStage.ApplicationServices,
            _ =>
            {
                journal.Add("services up");
                return Task.CompletedTask;
            },
            _ =>
            {
                journal.Add("services down");
                return Task.CompletedTask;
            });
    }
}

public sealed record Greeting(string Text);

public interface IGreeter : IGrainWithStringKey
{
    Task<string> Greet();
}

public sealed class GreeterGrain(Greeting greeting) : Grain, IGreeter
{
    public Task<string> Greet() => Task.FromResult(greeting.Text);
}
