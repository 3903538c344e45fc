using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.QueryLog;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.QueryLog.Tap;

/// <summary>The services of a node's storage with a tap.</summary>
internal sealed class TapHost : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly IHost host;

    private TapHost(string uri, (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["Data"] = folder["data"];
        builder.Configuration["Tap:RabbitMq:Uri"] = uri;
        foreach (var (name, value) in settings)
            builder.Configuration[$"Tap:RabbitMq:{name}"] = value;
        builder.Logging.ClearProviders();
        builder.Services.AddProgenyStorage(builder.Configuration);
        host = builder.Build();
    }

    public IQueryOutlet Tap => host.Services.GetServices<IQueryOutlet>().Single(outlet => outlet.Name == "rabbitmq");

    public static async Task<TapHost> StartAsync(string uri, params (string Name, string Value)[] settings)
    {
        var tap = new TapHost(uri, settings);
        try
        {
            await tap.host.StartAsync();
        }
        catch
        {
            tap.host.Dispose();
            tap.folder.Dispose();
            throw;
        }

        return tap;
    }

    /// <summary>Gives records to all sinks as the log does.</summary>
    public void Accept(IEnumerable<QueryRecord> records)
    {
        foreach (var batch in RecordBatches.Of(records, TimeSpan.FromDays(1)))
        {
            foreach (var sink in host.Services.GetServices<IQueryBatchSink>())
                sink.Accept(batch);
        }
    }

    public async Task UntilAsync(Func<IQueryOutlet, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition(Tap))
            await Task.Delay(10, patience.Token);
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        folder.Dispose();
    }
}
