using Microsoft.Extensions.Hosting;
using Progeny.Core.Serving.Inference;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>Has the runs of models end when the node is told to stop.</summary>
internal sealed class ModelStop(SiloStop stop, ModelWatchdog watchdog) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        stop.Token.Register(watchdog.Stop);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
