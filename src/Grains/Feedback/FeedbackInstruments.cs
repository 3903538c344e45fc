using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Progeny.Abstractions.Feedback;
using Progeny.Abstractions.Releases;
using Progeny.Core.Feedback;
using Progeny.Core.Telemetry;

namespace Progeny.Grains.Feedback;

/// <summary>The feedback loops of the projects that this node runs, as they were seen last, for whoever collects metrics.</summary>
internal sealed class FeedbackInstruments(IMeterFactory factory, ScoreMeters scores) : IHostedService
{
    private readonly ConcurrentDictionary<string, FeedbackReport> reports = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OutcomePull> pulls = new(StringComparer.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = factory.Create(ProgenyTelemetry.Name);
        meter.CreateObservableGauge(
            "progeny.feedback.latency.seconds", Latencies, null, "From an answer to the outcome of its query, of the newest outcomes.");
        meter.CreateObservableGauge(
            "progeny.feedback.share", Shares, null, "The share of the queries of an age (from that many seconds on) with an outcome.");
        meter.CreateObservableCounter(
            "progeny.outcomes.behind",
            () => Pulls(pull => pull.Behind),
            null,
            "Rows of outcomes that came behind the watermark and were not read.");
        meter.CreateObservableGauge(
            "progeny.outcomes.ahead", () => Pulls(pull => pull.Ahead), null, "Rows of outcomes whose watermark is far ahead.");
        meter.CreateObservableCounter(
            "progeny.scores",
            () => Scores(total => total.Scores),
            null,
            "Predictions that this node scored, as their outcomes were reported.");
        meter.CreateObservableCounter("progeny.loss", () => Scores(total => total.Loss), null, "The sum of their losses.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Set(string project, FeedbackReport report) => reports[project] = report;

    public void Set(string project, OutcomePull pull) => pulls[project] = pull;

    public void Remove(string project)
    {
        reports.TryRemove(project, out _);
        pulls.TryRemove(project, out _);
    }

    private IEnumerable<Measurement<long>> Pulls(Func<OutcomePull, long> count) =>
        pulls.Select(pair => new Measurement<long>(count(pair.Value), new KeyValuePair<string, object?>("project", pair.Key)));

    private IEnumerable<Measurement<double>> Scores(Func<(GenerationReference Generation, long Scores, double Loss), double> figure) =>
        scores.All.Select(total => new Measurement<double>(
            figure(total),
            new("project", total.Generation.Project),
            new KeyValuePair<string, object?>("version", total.Generation.Version)));

    private IEnumerable<Measurement<double>> Latencies()
    {
        foreach (var (project, report) in reports)
        {
            if (report.Latency is not { } latency)
                continue;
            foreach (var (quantile, seconds) in new[] { ("0.5", latency.P50), ("0.9", latency.P90), ("0.99", latency.P99) })
                yield return new Measurement<double>(
                    seconds, new("project", project), new KeyValuePair<string, object?>("quantile", quantile));
        }
    }

    private IEnumerable<Measurement<double>> Shares() =>
        reports.SelectMany(pair => pair.Value.Ages.Where(age => age.Share is not null).Select(age => new Measurement<double>(
        age.Share!.Value,
        new("project", pair.Key),
        new KeyValuePair<string, object?>("age", age.FromSeconds.ToString(CultureInfo.InvariantCulture)))));
}
