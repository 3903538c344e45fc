using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;

namespace Progeny.Gateway.Tracking;

/// <summary>The history of metrics: of one run, or of several for charts.</summary>
internal static class MetricHistoryApi
{
    private const int MaxRuns = 100;
    private const int MaxSampled = 2_500;
    private const int UsualSampled = 320;

    public static void MapMetricHistory(this IEndpointRouteBuilder group)
    {
        group.Reads("GET", "metrics/get-history", GetAsync);
        group.Reads("GET", "metrics/get-history-bulk", GetBulkAsync);
        group.Reads("GET", "metrics/get-history-bulk-interval", GetIntervalAsync);
    }

    private static async Task<object> GetAsync(TrackingCall call)
    {
        var key = call.Required("metric_key");
        var most = call.Number("max_results") is null
            ? int.MaxValue
            : TrackingChecks.Results(call.Number("max_results"), TrackingLimits.HistoryResults, int.MaxValue - 1);
        var offset = PageToken.Read(call.Text("page_token"));
        var points = await ReadAsync(call, call.RunId(), key);
        var page = points.Skip((int)Math.Min(offset, int.MaxValue)).Take(most).ToList();
        return new MetricsAnswer(page, offset + page.Count < points.Count ? PageToken.Write(offset + page.Count) : null);
    }

    private static async Task<object> GetBulkAsync(TrackingCall call)
    {
        var key = call.Required("metric_key");
        var most = TrackingChecks.Results(call.Number("max_results"), TrackingLimits.HistoryResults, TrackingLimits.HistoryResults);
        var found = new List<MetricPoint>();
        foreach (var run in Runs(call))
            found.AddRange((await ReadAsync(call, run, key)).Select(point => point with { RunId = run }));
        return new MetricsAnswer([.. found.OrderBy(point => point.RunId, StringComparer.Ordinal).Take(most)]);
    }

    /// <summary>Steps of an interval, of which so many are left out evenly that each run has no more values than were asked for.</summary>
    private static async Task<object> GetIntervalAsync(TrackingCall call)
    {
        var key = call.Required("metric_key");
        var most = TrackingChecks.Results(call.Number("max_results"), UsualSampled, MaxSampled);
        var (start, end) = (call.Number("start_step"), call.Number("end_step"));
        if (start is null != end is null)
            throw TrackingException.Invalid("If either start_step or end_step are specified, both must be specified.");
        if (start > end)
        {
            throw TrackingException.Invalid(
                $"end_step must be greater than or equal to start_step. Found start_step={start} and end_step={end}.");
        }

        var found = new List<MetricPoint>();
        foreach (var run in Runs(call))
        {
            var points = (await ReadAsync(call, run, key)).Where(point => start is null || (point.Step >= start && point.Step <= end))
                .OrderBy(point => point.Step).ToList();
            found.AddRange(Sample(points, most).Select(point => point with { RunId = run }));
        }

        return new MetricsAnswer(found);
    }

    private static IEnumerable<MetricPoint> Sample(List<MetricPoint> points, int most)
    {
        if (points.Count <= most)
            return points;
        return most == 1
            ? [points[^1]]
            : Enumerable.Range(0, most).Select(i => points[(int)((long)i * (points.Count - 1) / (most - 1))]);
    }

    private static List<string> Runs(TrackingCall call)
    {
        var named = call.Texts("run_ids");
        List<string> runs = [.. (named.Count > 0 ? named : call.Texts("run_id")).Select(TrackingChecks.RunId).Distinct(StringComparer.Ordinal)];
        if (runs.Count == 0)
            throw TrackingChecks.MissingValue("run_id");
        return runs.Count <= MaxRuns
            ? runs
            : throw TrackingException.Invalid($"Request cannot name more than {MaxRuns} runs. Got {runs.Count}.");
    }

    private static async Task<IReadOnlyList<MetricPoint>> ReadAsync(TrackingCall call, string runId, string key)
    {
        await call.Access.CheckRunAsync(call, Permissions.Read, runId);
        return await call.Service<IRunStore>().ReadHistoryAsync(runId, key, call.Aborted);
    }
}
