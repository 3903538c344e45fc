using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public TestClusterOptions? ClusterOptions { get; set; }

    public string Name { get; set; } = "";

    public short InstanceNumber { get; set; }

    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    public SiloAddress GatewayAddress { get; set; } = SiloAddress.Zero;

    public abstract bool IsActive { get; }

    public abstract Task StopSiloAsync(bool stopGracefully);

    public abstract Task StopSiloAsync(CancellationToken ct);

    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsActive)
            await StopSiloAsync(true);
        GC.SuppressFinalize(this);
    }
}

/// <inheritdoc/>
public class InProcessSiloHandle : SiloHandle
{
    private bool stopped;

    internal InProcessSiloHandle(IHost host, TestClusterOptions? options)
    {
        SiloHost = host;
        ClusterOptions = options;
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        (Name, SiloAddress, GatewayAddress) = (details.Name, details.SiloAddress, details.GatewayAddress);
    }

    public IHost SiloHost { get; }

    public IServiceProvider ServiceProvider => SiloHost.Services;

    public override bool IsActive => !stopped;

    /// <summary>Not gracefully: activations are not waited for.</summary>
    public override Task StopSiloAsync(bool stopGracefully) => StopSiloAsync(new CancellationToken(!stopGracefully));

    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (stopped)
            return;
        stopped = true;
        try
        {
            await SiloHost.StopAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Killed: what was under way is abandoned.
        }

        await ((IAsyncDisposable)SiloHost).DisposeAsync();
    }
}
