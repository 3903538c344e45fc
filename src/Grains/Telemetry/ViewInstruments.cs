using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Telemetry;
using Progeny.Core.Views;

namespace Progeny.Grains.Telemetry;

/// <summary>How old the newest values of views are, for whoever collects metrics.</summary>
internal sealed class ViewInstruments(IMeterFactory factory, ViewAges ages) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        factory.Create(ProgenyTelemetry.Name).CreateObservableGauge(
            "progeny.feature.view.age.seconds",
            () => ages.All.Select(view => new Measurement<double>(
                view.Age.TotalSeconds, new("project", view.Project), new KeyValuePair<string, object?>("view", view.View))),
            null,
            "The age of the newest value of a feature view, as it was last read here.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
