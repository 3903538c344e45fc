using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Progeny.Abstractions.Training;
using Progeny.Core.Telemetry;

namespace Progeny.Grains.Training;

/// <summary>The jobs of this node, for whoever collects metrics.</summary>
internal sealed class JobInstruments(IMeterFactory factory, TrainingSlots slots) : IHostedService
{
    private readonly ConcurrentDictionary<(string Project, JobKind Kind, JobStatus Status), long> _ended = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = factory.Create(ProgenyTelemetry.Name);
        meter.CreateObservableGauge("progeny.jobs.running", () => slots.Taken, null, "Jobs that run on this node.");
        meter.CreateObservableCounter(
            "progeny.jobs.ended", Ended, null, "Jobs that ended on this node (status: succeeded, failed, cancelled).");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Counts a job whose end is stored.</summary>
    public void Add(JobInfo job) => _ended.AddOrUpdate((job.Project, job.Request.Kind, job.Status), 1, (_, count) => count + 1);

    private IEnumerable<Measurement<long>> Ended() => _ended.Select(pair => new Measurement<long>(
        pair.Value,
        new("project", pair.Key.Project),
        new("kind", Name(pair.Key.Kind)),
        new KeyValuePair<string, object?>("status", Name(pair.Key.Status))));

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
