using System.Globalization;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Search;
using Progeny.Core.Tracking.Traces;

namespace Progeny.Gateway.Tracking;

/// <summary>Traces; their spans are an artifact that the client sends and reads itself.</summary>
internal static class TracesApi
{
    private const string Root = "/api/3.0/mlflow/traces";
    private const string OldRoot = "/api/2.0/mlflow/traces";
    private const int UsualResults = 100;

    public static void MapTraces(this IEndpointRouteBuilder routes)
    {
        routes.Logs("POST", Root, StartAsync);
        routes.Reads("POST", $"{Root}/search", SearchAsync);
        routes.Reads("GET", $"{Root}/{{trace}}", GetAsync);
        foreach (var root in new[] { Root, OldRoot })
        {
            routes.Logs("PATCH", $"{root}/{{trace}}/tags", SetTagAsync);
            routes.Logs("DELETE", $"{root}/{{trace}}/tags", DeleteTagAsync);
            routes.Changes("POST", $"{root}/delete-traces", "trace.delete", DeleteAsync);
        }
    }

    private static async Task<object> StartAsync(TrackingCall call)
    {
        var holder = call.Read("trace", TrackingJson.Default.TraceHolder);
        var trace = (holder?.TraceInfo ?? throw TrackingChecks.MissingValue("trace.trace_info")).ToInfo();
        await call.Access.CheckExperimentAsync(call, Permissions.Develop, trace.Experiment);
        var store = call.Service<ITraceStore>();
        if (await store.FindAsync(trace.TraceId, call.Aborted) is { } known && known.Experiment != trace.Experiment)
            await call.Access.CheckExperimentAsync(call, Permissions.Develop, known.Experiment);
        var experiment = await call.Service<IExperimentStore>().FindAsync(trace.Experiment, call.Aborted)
            ?? throw TrackingException.NoExperiment(trace.Experiment.ToString(CultureInfo.InvariantCulture));
        var location = $"{experiment.ArtifactLocation.TrimEnd('/')}/traces/{trace.TraceId}/artifacts";
        var tags = new Dictionary<string, string>(trace.Tags, StringComparer.Ordinal) { [TraceInfo.LocationTag] = location };
        await store.PutAsync(trace with { Tags = tags }, call.Aborted);
        return await AnswerAsync(call, trace.TraceId);
    }

    private static async Task<object> GetAsync(TrackingCall call)
    {
        var id = call.Route("trace");
        await call.Access.CheckTraceAsync(call, Permissions.Read, id);
        return await AnswerAsync(call, id);
    }

    private static async Task<TraceAnswer> AnswerAsync(TrackingCall call, string id) => new(new(TraceView.Of(
        await call.Service<ITraceStore>().FindAsync(id, call.Aborted) ?? throw TrackingException.NoTrace(id))));

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var locations = call.Read("locations", TrackingJson.Default.ListTraceLocation) ?? [];
        var ids = locations.Select(location => TrackingChecks.Required(
            location.MlflowExperiment?.ExperimentId, "locations.mlflow_experiment.experiment_id")).ToList();
        if (ids.Count == 0)
            throw TrackingException.Invalid("At least one location must be specified in 'locations'.");
        var request = SearchRequest.Read(
            SearchEntity.Traces,
            call.Text("filter"),
            call.Texts("order_by"),
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.TraceResults),
            call.Text("page_token")) with { Experiments = await call.Access.FilterAsync(call, ids) };
        var page = await call.Service<ITraceStore>().SearchAsync(request, call.Aborted);
        return new TracesAnswer([.. page.Items.Select(TraceView.Of)], page.NextPageToken);
    }

    private static async Task<object> SetTagAsync(TrackingCall call)
    {
        var id = call.Route("trace");
        var key = TrackingChecks.Length(call.Required("key"), "key", TrackingLimits.Key)!;
        await call.Access.CheckTraceAsync(call, Permissions.Develop, id);
        await call.Service<ITraceStore>().SetTagAsync(
            id, key, TrackingChecks.Cut(call.Text("value"), TrackingLimits.TagValue), call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> DeleteTagAsync(TrackingCall call)
    {
        var id = call.Route("trace");
        await call.Access.CheckTraceAsync(call, Permissions.Develop, id);
        await call.Service<ITraceStore>().SetTagAsync(id, call.Required("key"), null, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> DeleteAsync(TrackingCall call)
    {
        var experiment = TrackingChecks.ExperimentId(call.Text("experiment_id"));
        var ids = call.Texts("request_ids");
        var until = call.Number("max_timestamp_millis");
        if (ids.Count > 0 == until is not null)
            throw TrackingException.Invalid("Either 'max_timestamp_millis' or 'request_ids' must be specified, and not both.");
        await call.Access.CheckExperimentAsync(call, Permissions.Develop, experiment);
        var most = call.Number("max_traces") is { } number ? (int)Math.Clamp(number, 1, int.MaxValue) : (int?)null;
        return new TracesDeletedAnswer(
            await call.Service<ITraceStore>().DeleteAsync(experiment, ids.Count > 0 ? ids : null, until, most, call.Aborted));
    }
}
