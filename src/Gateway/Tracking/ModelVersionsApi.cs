using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;
using static Progeny.Gateway.Tracking.RegisteredModelsApi;

namespace Progeny.Gateway.Tracking;

/// <summary>Versions of registered models.</summary>
internal static class ModelVersionsApi
{
    private const string ModelsScheme = "models:/";
    private const int UsualResults = 10_000;

    public static void MapModelVersions(this IEndpointRouteBuilder group)
    {
        group.Changes("POST", "model-versions/create", "model-version.create", CreateAsync);
        group.Reads("GET", "model-versions/get", async call => new ModelVersionAnswer(
            await Registry(call).GetVersionAsync(Name(call, Permissions.Read), Version(call), call.Aborted)));
        group.Reads("GET", "model-versions/get-download-uri", async call => new ArtifactUriAnswer(
            await Registry(call).GetLocationAsync(Name(call, Permissions.Read), Version(call), call.Aborted)));
        group.Changes("PATCH", "model-versions/update", "model-version.update", async call => new ModelVersionAnswer(
            await Registry(call).DescribeVersionAsync(Name(call, Permissions.Develop), Version(call), Description(call), call.Aborted)));
        group.Changes("POST", "model-versions/transition-stage", "model-version.stage", async call => new ModelVersionAnswer(
            await Registry(call).MoveAsync(
                Name(call, Permissions.Develop),
                Version(call),
                ModelStages.Read(call.Text("stage")),
                call.Flag("archive_existing_versions") ?? false,
                call.Aborted)));
        group.Changes("DELETE", "model-versions/delete", "model-version.delete", call => DoAsync(
            Registry(call).DeleteVersionAsync(Name(call, Permissions.Develop), Version(call), call.Aborted)));
        group.Reads("GET", "model-versions/search", SearchAsync);
        group.Changes("POST", "model-versions/set-tag", "model-version.tag", call => DoAsync(Registry(call).SetVersionTagAsync(
            Name(call, Permissions.Develop), Version(call), TrackingChecks.Name(call.Text("key"), "key"), TagValue(call), call.Aborted)));
        group.Changes("DELETE", "model-versions/delete-tag", "model-version.untag", call => DoAsync(Registry(call).SetVersionTagAsync(
            Name(call, Permissions.Develop), Version(call), call.Required("key"), null, call.Aborted)));
    }

    private static int Version(TrackingCall call) => TrackingChecks.Version(call.Text("version"));

    private static async Task<object> CreateAsync(TrackingCall call)
    {
        var name = Name(call, Permissions.Develop);
        var source = TrackingChecks.Length(call.Required("source"), "source", TrackingLimits.Location)!;
        var runId = call.Text("run_id", true);
        var modelId = call.Text("model_id", true);
        if (runId is not null)
            await call.Access.CheckRunAsync(call, Permissions.Read, TrackingChecks.RunId(runId));
        var (location, model) = await FollowAsync(call, source, modelId);
        if (runId is not null && source.StartsWith("runs:/", StringComparison.Ordinal))
            location = await FollowRunAsync(call, source);
        return new ModelVersionAnswer(await Registry(call).CreateVersionAsync(
            new NewModelVersion
            {
                Name = name,
                Source = source,
                Location = location,
                RunId = runId ?? model?.Info.SourceRunId,
                ModelId = model?.Info.ModelId,
                RunLink = TrackingChecks.Length(call.Text("run_link"), "run_link", TrackingLimits.Location),
                Description = Description(call),
                Tags = call.Tags("tags", TrackingLimits.TagValue),
            },
            call.Aborted));
    }

    /// <summary>Where the files of <c>models:/m-…</c>, or of a version of another model, are.</summary>
    private static async Task<(string Location, LoggedModel? Model)> FollowAsync(TrackingCall call, string source, string? modelId)
    {
        var rest = source.StartsWith(ModelsScheme, StringComparison.Ordinal) ? source[ModelsScheme.Length..].Trim('/') : null;
        var id = modelId ?? (rest is not null && rest.StartsWith("m-", StringComparison.Ordinal) && !rest.Contains('/') ? rest : null);
        LoggedModel? model = null;
        if (id is not null)
        {
            await call.Access.CheckModelAsync(call, Permissions.Read, id);
            model = await call.Service<ILoggedModelStore>().FindAsync(id, call.Aborted) ?? throw TrackingException.NoLoggedModel(id);
        }

        if (rest is null)
            return (source, model);
        if (model is not null && rest == model.Info.ModelId)
            return (model.Info.ArtifactUri, model);
        var (name, version) = rest.Split('/') is [var first, var second] ? (first, second) : rest.Split('@') is [var named, _] ? (named, "") : ("", "");
        if (name.Length == 0)
        {
            throw TrackingException.Invalid(
                $"Unable to fetch model from model URI source '{source}': it must be models:/NAME/VERSION, models:/NAME@ALIAS or models:/m-ID.");
        }

        TrackingAccess.CheckName(call.Caller, Permissions.Read, name, TrackingException.NoRegisteredModel(name));
        var number = version.Length > 0
            ? TrackingChecks.Version(version)
            : TrackingChecks.Version((await Registry(call).GetByAliasAsync(name, rest[(name.Length + 1)..], call.Aborted)).Version);
        return (await Registry(call).GetLocationAsync(name, number, call.Aborted), model);
    }

    private static async Task<string> FollowRunAsync(TrackingCall call, string source)
    {
        var path = source["runs:/".Length..].Trim('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var runId = TrackingChecks.RunId(slash < 0 ? path : path[..slash]);
        await call.Access.CheckRunAsync(call, Permissions.Read, runId);
        var run = await call.Service<IRunStore>().FindAsync(runId, call.Aborted) ?? throw TrackingException.NoRun(runId);
        return slash < 0 ? run.Info.ArtifactUri : $"{run.Info.ArtifactUri}{path[slash..]}";
    }

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var request = SearchRequest.Read(
            SearchEntity.ModelVersions,
            call.Text("filter"),
            call.Texts("order_by"),
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.VersionResults),
            call.Text("page_token"));
        var page = await Registry(call).SearchVersionsAsync(request, TrackingAccess.Visible(call.Caller), call.Aborted);
        return new ModelVersionsAnswer(page.Items, page.NextPageToken);
    }
}
