using System.Diagnostics;
using System.Diagnostics.Metrics;
using Progeny.Core.Common;
using Progeny.Core.Metrics;
using Progeny.Core.Telemetry;

namespace Progeny.Silo.Telemetry;

/// <summary>What this node counted since its start, for Prometheus.</summary>
internal sealed class PrometheusMetrics(ServingMeters meters, IMeterFactory factory, NodeName node)
{
    private const string Latency = "progeny_latency_seconds";

    /// <summary>The text of one scrape.</summary>
    public string Write()
    {
        var text = new PrometheusText(node);
        WriteInstruments(text);
        WriteLatencies(text);
        WriteProcess(text);
        return text.ToString();
    }

    private void WriteInstruments(PrometheusText text)
    {
        var found =
            new SortedDictionary<string, (Instrument Instrument, List<(double Value, KeyValuePair<string, object?>[] Tags)> Samples)>(
                StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                // Other nodes of this process have meters of the same name, and a scope of their own.
                if (instrument.Meter.Name == ProgenyTelemetry.Name && instrument.Meter.Scope == factory && instrument.IsObservable)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        foreach (var (name, (instrument, samples)) in found)
        {
            var isCounter = instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>);
            var full = isCounter ? $"{name}_total" : name;
            text.Begin(full, isCounter ? "counter" : "gauge", instrument.Description ?? name);
            foreach (var (value, tags) in samples)
                text.Sample(full, value, [.. tags.Select(tag => (tag.Key, $"{tag.Value}"))]);
        }

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name.Replace('.', '_');
            if (!found.TryGetValue(name, out var entry))
                found.Add(name, entry = (instrument, []));
            entry.Samples.Add((value, tags.ToArray()));
        }
    }

    private void WriteLatencies(PrometheusText text)
    {
        text.Begin(Latency, "histogram", "The time from the arrival of a request to its answer.");
        foreach (var meter in meters.All)
        {
            var total = meter.Total();
            var (project, version) = (("project", meter.Generation.Project), ("version", meter.Generation.Version));
            for (var i = 0; i < ServingTotal.Bounds.Length; i++)
                text.Sample(
                    $"{Latency}_bucket", total.Below[i], project, version, ("le", PrometheusText.Number(ServingTotal.Bounds[i] / 1e6)));
            text.Sample($"{Latency}_bucket", total.Requests, project, version, ("le", "+Inf"));
            text.Sample($"{Latency}_sum", total.LatencySum / 1e6, project, version);
            text.Sample($"{Latency}_count", total.Requests, project, version);
        }
    }

    private static void WriteProcess(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime(), TimeSpan.Zero);
        Write("process_cpu_seconds_total", "counter", "Processor time of this process in seconds.", process.TotalProcessorTime.TotalSeconds);
        Write("process_resident_memory_bytes", "gauge", "Memory of this process in bytes.", process.WorkingSet64);
        Write("process_start_time_seconds", "gauge", "The start of this process in seconds since 1970.", started.ToUnixTimeMilliseconds()
            / 1e3);
        Write("process_threads", "gauge", "Threads of this process.", process.Threads.Count);
        Write("dotnet_gc_heap_bytes", "gauge", "Memory of living objects in bytes.", GC.GetTotalMemory(forceFullCollection: false));
        Write("dotnet_gc_pause_seconds_total", "counter", "Time for which garbage collection stopped this process.", GC.GetTotalPauseDuration().TotalSeconds);

        void Write(string name, string type, string help, double value)
        {
            text.Begin(name, type, help);
            text.Sample(name, value);
        }
    }
}
