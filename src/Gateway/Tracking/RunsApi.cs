using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Tracking;

/// <summary>Runs, and what is logged to them.</summary>
internal static class RunsApi
{
    private const int UsualResults = 1000;
    private const string ModelHistoryTag = "mlflow.log-model.history";

    public static void MapRuns(this IEndpointRouteBuilder group)
    {
        group.Logs("POST", "runs/create", CreateAsync);
        group.Reads("GET", "runs/get", GetAsync);
        group.Reads("POST", "runs/search", SearchAsync);
        group.Logs("POST", "runs/update", UpdateAsync);
        group.Changes("POST", "runs/delete", "run.delete", call => SetStageAsync(call, LifecycleStages.Deleted));
        group.Changes("POST", "runs/restore", "run.restore", call => SetStageAsync(call, LifecycleStages.Active));
        group.MapHot("runs/log-metric", LogMetricAsync);
        group.MapHot("runs/log-batch", LogBatchAsync);
        group.Logs("POST", "runs/log-parameter", LogParamAsync);
        group.Logs("POST", "runs/set-tag", SetTagAsync);
        group.Logs("POST", "runs/delete-tag", DeleteTagAsync);
        group.Logs("POST", "runs/log-inputs", LogInputsAsync);
        group.Logs("POST", "runs/outputs", LogOutputsAsync);
        group.Logs("POST", "runs/log-model", LogModelAsync);
    }

    // These requests are the most frequent ones: their bodies are read into records at once.
    private static void MapHot(this IEndpointRouteBuilder group, string path, Func<HttpContext, Task> answer) =>
        group.MapPost(path, TrackingEndpoints.Guarded(answer)).Requires(Permissions.Develop, AccessScope.Experiment).NotAudited();

    private static async Task LogMetricAsync(HttpContext context)
    {
        var request = await ReadAsync(context, TrackingJson.Default.MetricRequest);
        var runId = TrackingChecks.RunId(string.IsNullOrEmpty(request.RunId) ? request.RunUuid : request.RunId);
        await LogAsync(context, new RunBatch { RunId = runId, Metrics = [request.ToPoint("")] });
    }

    private static async Task LogBatchAsync(HttpContext context)
    {
        var request = await ReadAsync(context, TrackingJson.Default.BatchRequest);
        var (metrics, parameters, tags) = (request.Metrics ?? [], request.Params ?? [], request.Tags ?? []);
        CheckCount(metrics.Count, "metrics", TrackingLimits.BatchMetrics);
        CheckCount(parameters.Count, "params", TrackingLimits.BatchParams);
        CheckCount(tags.Count, "tags", TrackingLimits.BatchParams);
        if (metrics.Count + parameters.Count + tags.Count is var count and > TrackingLimits.BatchEntities)
        {
            throw TrackingException.Invalid(
                $"A batch logging request can contain at most {TrackingLimits.BatchEntities} metrics, params and tags together. Got {count}.");
        }

        await LogAsync(context, new RunBatch
        {
            RunId = TrackingChecks.RunId(request.RunId),
            Metrics = [.. metrics.Select((metric, i) => metric.ToPoint($"metrics[{i}]."))],
            Params = [.. TrackingCall.CheckTags(parameters, "params", TrackingLimits.ParamValue)],
            Tags = [.. TrackingCall.CheckTags(tags, "tags", TrackingLimits.TagValue)],
        });
    }

    private static async Task LogAsync(HttpContext context, RunBatch batch)
    {
        var call = new TrackingCall(context, default);
        await call.Access.CheckRunAsync(call, Permissions.Develop, batch.RunId);
        await call.Service<IRunStore>().LogAsync(batch, call.Aborted);
        await TrackingEndpoints.WriteAsync(context, EmptyAnswer.Instance);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.BodyReader, type, context.RequestAborted)
                ?? throw new TrackingException(TrackingError.BadRequest, "The body must be an object of JSON.");
        }
        catch (JsonException exception)
        {
            throw new TrackingException(TrackingError.BadRequest, $"The body does not fit ({exception.Path}): {exception.Message}");
        }
    }

    private static void CheckCount(int count, string what, int most)
    {
        if (count > most)
        {
            throw TrackingException.Invalid(
                $"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple "
                    + "requests and try again.");
        }
    }

    private static async Task<object> CreateAsync(TrackingCall call)
    {
        var run = new NewRun
        {
            Experiment = TrackingChecks.ExperimentId(call.Text("experiment_id", true) ?? "0"),
            Name = TrackingChecks.Length(call.Text("run_name", true), "run_name", TrackingLimits.Key),
            UserId = TrackingChecks.Length(call.Text("user_id"), "user_id", TrackingLimits.Key),
            StartTime = call.Number("start_time"),
            Tags = call.Tags("tags", TrackingLimits.TagValue),
        };
        await call.Access.CheckExperimentAsync(call, Permissions.Develop, run.Experiment);
        return new RunAnswer(await call.Service<IRunStore>().CreateAsync(run, call.Aborted));
    }

    private static async Task<object> GetAsync(TrackingCall call)
    {
        var runId = call.RunId();
        await call.Access.CheckRunAsync(call, Permissions.Read, runId);
        return new RunAnswer(await call.Service<IRunStore>().FindAsync(runId, call.Aborted) ?? throw TrackingException.NoRun(runId));
    }

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var request = SearchRequest.Read(
            SearchEntity.Runs,
            call.Text("filter"),
            call.Texts("order_by"),
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.SearchResults),
            call.Text("page_token")) with
        {
            Stages = LifecycleStages.Of(call.Text("run_view_type")),
            Experiments = await call.Access.FilterAsync(call, call.Texts("experiment_ids")),
        };
        var page = await call.Service<IRunStore>().SearchAsync(request, call.Aborted);
        return new RunsAnswer(page.Items, page.NextPageToken);
    }

    private static async Task<object> UpdateAsync(TrackingCall call)
    {
        var runId = call.RunId();
        var status = call.Text("status", true) is { } text ? RunStatuses.Read(text) : null;
        var name = TrackingChecks.Length(call.Text("run_name"), "run_name", TrackingLimits.Key);
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        return new RunInfoAnswer(
            await call.Service<IRunStore>().UpdateAsync(new RunUpdate(runId, status, call.Number("end_time"), name), call.Aborted));
    }

    private static async Task<object> SetStageAsync(TrackingCall call, string stage)
    {
        var runId = call.RunId();
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        await call.Service<IRunStore>().SetStageAsync(runId, stage, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static Task<object> LogParamAsync(TrackingCall call)
    {
        var key = TrackingChecks.Name(call.Text("key"), "key");
        var value = TrackingChecks.Cut(call.Text("value"), TrackingLimits.ParamValue);
        return LogAsync(call, new RunBatch { RunId = call.RunId(), Params = [new TrackingTag(key, value)] });
    }

    private static Task<object> SetTagAsync(TrackingCall call)
    {
        var key = TrackingChecks.Name(call.Text("key"), "key");
        var value = TrackingChecks.Cut(call.Text("value"), TrackingLimits.TagValue);
        return LogAsync(call, new RunBatch { RunId = call.RunId(), Tags = [new TrackingTag(key, value)] });
    }

    private static async Task<object> LogAsync(TrackingCall call, RunBatch batch)
    {
        await call.Access.CheckRunAsync(call, Permissions.Develop, batch.RunId);
        await call.Service<IRunStore>().LogAsync(batch, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> DeleteTagAsync(TrackingCall call)
    {
        var runId = call.RunId();
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        await call.Service<IRunStore>().DeleteTagAsync(runId, call.Required("key"), call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> LogInputsAsync(TrackingCall call)
    {
        var runId = call.RunId();
        var datasets = (call.Read("datasets", TrackingJson.Default.ListInputRequest) ?? []).ConvertAll(ReadInput);
        var models = (call.Read("models", TrackingJson.Default.ListRunModel) ?? [])
            .ConvertAll(model => new RunModel(TrackingChecks.Required(model?.ModelId, "models.model_id")));
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        await call.Service<IRunStore>().LogLinksAsync(runId, datasets, models, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> LogOutputsAsync(TrackingCall call)
    {
        var runId = call.RunId();
        var models = (call.Read("models", TrackingJson.Default.ListRunModel) ?? [])
            .ConvertAll(model => new RunModel(TrackingChecks.Required(model?.ModelId, "models.model_id"), model!.Step ?? 0));
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        await call.Service<IRunStore>().LogLinksAsync(runId, [], models, call.Aborted);
        return EmptyAnswer.Instance;
    }

    /// <summary>Notes a model of a client of MLflow 2 in a tag of its run.</summary>
    private static async Task<object> LogModelAsync(TrackingCall call)
    {
        var runId = call.RunId();
        var model = call.Required("model_json");
        await call.Access.CheckRunAsync(call, Permissions.Develop, runId);
        var run = await call.Service<IRunStore>().FindAsync(runId, call.Aborted) ?? throw TrackingException.NoRun(runId);
        var known = run.Data.Tags.FirstOrDefault(tag => tag.Key == ModelHistoryTag)?.Value;
        var value = known is { Length: > 2 } && known.EndsWith(']') ? $"{known[..^1]}, {model}]" : $"[{model}]";
        try
        {
            using var document = JsonDocument.Parse(value);
        }
        catch (JsonException)
        {
            throw TrackingException.Invalid($"Malformed model info: '{model}' is no JSON.");
        }

        return await LogAsync(call, new RunBatch { RunId = runId, Tags = [new TrackingTag(ModelHistoryTag, value)] });
    }

    private static DatasetInput ReadInput(InputRequest input)
    {
        var dataset = input.Dataset ?? throw TrackingChecks.MissingValue("datasets.dataset");
        TrackingChecks.Required(dataset.Name, "datasets.dataset.name");
        TrackingChecks.Required(dataset.Digest, "datasets.dataset.digest");
        TrackingChecks.Length(dataset.Name, "datasets.dataset.name", TrackingLimits.DatasetName);
        TrackingChecks.Length(dataset.Digest, "datasets.dataset.digest", TrackingLimits.DatasetDigest);
        TrackingChecks.Length(dataset.Source, "datasets.dataset.source", TrackingLimits.DatasetSource);
        TrackingChecks.Length(dataset.Schema, "datasets.dataset.schema", TrackingLimits.DatasetSchema);
        TrackingChecks.Length(dataset.Profile, "datasets.dataset.profile", TrackingLimits.DatasetProfile);
        return new DatasetInput
        {
            Dataset = dataset with { SourceType = dataset.SourceType ?? "", Source = dataset.Source ?? "" },
            Tags = TrackingCall.CheckTags(input.Tags, "datasets.tags", TrackingLimits.DatasetName, isCut: false),
        };
    }
}
