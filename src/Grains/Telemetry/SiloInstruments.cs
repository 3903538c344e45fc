using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Telemetry;

namespace Progeny.Grains.Telemetry;

/// <summary>What a silo counts, for whoever collects it; it is read when it is collected and costs nothing otherwise.</summary>
internal sealed class SiloInstruments(
    IMeterFactory factory,
    ServingMeters meters,
    QueryLogBuffer log,
    ModelCache models,
    IDatabaseHealth database,
    IClusterMembershipService membership,
    IEnumerable<IQueryOutlet> outlets) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = factory.Create(ProgenyTelemetry.Name);
        meter.CreateObservableCounter(
            "progeny.requests", () => Totals(total => total.Requests), null, "Requests for predictions, failed ones included.");
        meter.CreateObservableCounter(
            "progeny.rows", () => Totals(total => total.Rows), null, "Rows that requests for predictions asked about.");
        meter.CreateObservableCounter("progeny.errors", () => Totals(total => total.Errors), null, "Requests that got no prediction.");
        meter.CreateObservableCounter(
            "progeny.log.dropped", () => log.Dropped, null, "Records that are missing in the query log because it could not be written.");
        meter.CreateObservableGauge("progeny.log.waiting", () => log.Waiting, null, "Records that wait to be written to the query log.");
        meter.CreateObservableCounter(
            "progeny.outlet.published",
            () => Outlets(outlet => outlet.Published),
            null,
            "Records published for others (outlet: stream, rabbitmq).");
        meter.CreateObservableCounter(
            "progeny.outlet.dropped",
            () => Outlets(outlet => outlet.Dropped),
            null,
            "Records not published because whoever takes them was too slow or away.");
        meter.CreateObservableGauge(
            "progeny.outlet.waiting", () => Outlets(outlet => outlet.Waiting), null, "Records that wait to be published.");
        meter.CreateObservableGauge("progeny.models.loaded", () => models.Count, null, "Models in the memory of this node.");
        meter.CreateObservableGauge(
            "progeny.database.up", () => database.Problem is null ? 1 : 0, null, "1: this node reaches its database; 0: it does not.");
        meter.CreateObservableGauge("progeny.cluster.nodes", CountNodes, null, "Active silos of the cluster, as this node knows them.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private int CountNodes() => membership.CurrentSnapshot.Members.Values.Count(member => member.Status == SiloStatus.Active);

    private IEnumerable<Measurement<long>> Outlets(Func<IQueryOutlet, long> figure) =>
        outlets.Select(outlet => new Measurement<long>(figure(outlet), new KeyValuePair<string, object?>("outlet", outlet.Name)));

    private IEnumerable<Measurement<long>> Totals(Func<ServingTotal, long> figure) => meters.All.Select(meter => new Measurement<long>(
        figure(meter.Total()),
        new("project", meter.Generation.Project),
        new KeyValuePair<string, object?>("version", meter.Generation.Version)));
}
