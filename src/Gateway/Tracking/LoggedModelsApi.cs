using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Search;

namespace Progeny.Gateway.Tracking;

/// <summary>Logged models.</summary>
internal static class LoggedModelsApi
{
    private const int UsualResults = 100;
    private const string Model = "loggedModel";

    public static void MapLoggedModels(this IEndpointRouteBuilder group)
    {
        group.Logs("POST", "logged-models", CreateAsync);
        group.Reads("POST", "logged-models/search", SearchAsync);
        group.Reads("GET", $"logged-models/{{{Model}}}", GetAsync);
        group.Logs("PATCH", $"logged-models/{{{Model}}}", SetStatusAsync);
        group.Changes("DELETE", $"logged-models/{{{Model}}}", "logged-model.delete", DeleteAsync);
        group.Logs("PATCH", $"logged-models/{{{Model}}}/tags", SetTagsAsync);
        group.Logs("DELETE", $"logged-models/{{{Model}}}/tags/{{tag}}", DeleteTagAsync);
        group.Logs("POST", $"logged-models/{{{Model}}}/params", LogParamsAsync);
        group.Reads("GET", $"logged-models/{{{Model}}}/artifacts/directories", ListAsync);
    }

    private static async Task<object> CreateAsync(TrackingCall call)
    {
        var model = new NewLoggedModel
        {
            Experiment = TrackingChecks.ExperimentId(call.Text("experiment_id")),
            Name = CheckName(call.Text("name", true)),
            ModelType = TrackingChecks.Length(call.Text("model_type"), "model_type", TrackingLimits.ExperimentName),
            SourceRunId = call.Text("source_run_id", true) is { } run ? TrackingChecks.RunId(run) : null,
            Params = call.Tags("params", TrackingLimits.ParamValue),
            Tags = call.Tags("tags", TrackingLimits.TagValue),
        };
        await call.Access.CheckExperimentAsync(call, Permissions.Develop, model.Experiment);
        return new LoggedModelAnswer(await call.Service<ILoggedModelStore>().CreateAsync(model, call.Aborted));
    }

    private static async Task<object> GetAsync(TrackingCall call)
    {
        var id = call.Route(Model);
        await call.Access.CheckModelAsync(call, Permissions.Read, id);
        return new LoggedModelAnswer(
            await call.Service<ILoggedModelStore>().FindAsync(id, call.Aborted) ?? throw TrackingException.NoLoggedModel(id));
    }

    private static async Task<object> SetStatusAsync(TrackingCall call)
    {
        var status = LoggedModelStatuses.Read(call.Required("status"));
        var id = await FindAsync(call);
        return new LoggedModelAnswer(await call.Service<ILoggedModelStore>().SetStatusAsync(id, status, call.Aborted));
    }

    private static async Task<object> DeleteAsync(TrackingCall call)
    {
        await call.Service<ILoggedModelStore>().DeleteAsync(await FindAsync(call), call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> SetTagsAsync(TrackingCall call)
    {
        var tags = call.Tags("tags", TrackingLimits.TagValue);
        await call.Service<ILoggedModelStore>().SetTagsAsync(await FindAsync(call), tags, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> DeleteTagAsync(TrackingCall call)
    {
        await call.Service<ILoggedModelStore>().DeleteTagAsync(await FindAsync(call), call.Route("tag"), call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> LogParamsAsync(TrackingCall call)
    {
        var parameters = call.Tags("params", TrackingLimits.ParamValue);
        await call.Service<ILoggedModelStore>().LogParamsAsync(await FindAsync(call), parameters, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> ListAsync(TrackingCall call)
    {
        var id = call.Route(Model);
        await call.Access.CheckModelAsync(call, Permissions.Read, id);
        var model = await call.Service<ILoggedModelStore>().FindAsync(id, call.Aborted) ?? throw TrackingException.NoLoggedModel(id);
        return await ArtifactsApi.ListBelowAsync(call, model.Info.ArtifactUri, call.Text("artifact_directory_path"));
    }

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var order = (call.Read("order_by", TrackingJson.Default.ListOrderRequest) ?? [])
            .ConvertAll(term => $"{TrackingChecks.Required(term.FieldName, "order_by.field_name")} {(term.Ascending == false ? "DESC" : "ASC")}");
        var datasets = call.Read("datasets", TrackingJson.Default.ListDatasetReference) ?? [];
        foreach (var dataset in datasets)
            TrackingChecks.Required(dataset.DatasetName, "datasets.dataset_name");
        var request = SearchRequest.Read(
            SearchEntity.LoggedModels,
            call.Text("filter"),
            order,
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.SearchResults),
            call.Text("page_token")) with { Experiments = await call.Access.FilterAsync(call, call.Texts("experiment_ids")) };
        var page = await call.Service<ILoggedModelStore>().SearchAsync(request, datasets, call.Aborted);
        return new LoggedModelsAnswer(page.Items, page.NextPageToken);
    }

    private static async Task<string> FindAsync(TrackingCall call)
    {
        var id = call.Route(Model);
        await call.Access.CheckModelAsync(call, Permissions.Develop, id);
        return id;
    }

    private static string? CheckName(string? name) => name is not null && name.AsSpan().ContainsAny("/:.%\"'")
        ? throw TrackingException.Invalid($"Invalid model name ({name}) provided. Model name must not contain any of / : . % \" '.")
        : TrackingChecks.Length(name, "name", TrackingLimits.ExperimentName);
}
