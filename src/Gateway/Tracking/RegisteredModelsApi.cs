using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Search;

namespace Progeny.Gateway.Tracking;

/// <summary>Registered models, their tags and aliases.</summary>
internal static class RegisteredModelsApi
{
    private const int UsualResults = 100;

    public static void MapRegisteredModels(this IEndpointRouteBuilder group)
    {
        group.Changes("POST", "registered-models/create", "registered-model.create", CreateAsync);
        group.Reads("GET", "registered-models/get", async call => new RegisteredModelAnswer(
            await Registry(call).GetAsync(Name(call, Permissions.Read), call.Aborted)));
        group.Changes("POST", "registered-models/rename", "registered-model.rename", RenameAsync);
        group.Changes("PATCH", "registered-models/update", "registered-model.update", async call => new RegisteredModelAnswer(
            await Registry(call).DescribeAsync(Name(call, Permissions.Develop), Description(call), call.Aborted)));
        group.Changes("DELETE", "registered-models/delete", "registered-model.delete", call => DoAsync(
            Registry(call).DeleteAsync(Name(call, Permissions.Develop), call.Aborted)));
        group.Reads("GET", "registered-models/search", SearchAsync);
        group.Reads("GET POST", "registered-models/get-latest-versions", GetLatestAsync);
        group.Changes("POST", "registered-models/set-tag", "registered-model.tag", call => DoAsync(Registry(call).SetTagAsync(
            Name(call, Permissions.Develop), TrackingChecks.Name(call.Text("key"), "key"), TagValue(call), call.Aborted)));
        group.Changes("DELETE", "registered-models/delete-tag", "registered-model.untag", call => DoAsync(
            Registry(call).SetTagAsync(Name(call, Permissions.Develop), call.Required("key"), null, call.Aborted)));
        group.Changes("POST", "registered-models/alias", "alias.set", call => DoAsync(Registry(call).SetAliasAsync(
            Name(call, Permissions.Develop), TrackingChecks.Alias(call.Text("alias")), TrackingChecks.Version(call.Text("version")), call.Aborted)));
        group.Changes("DELETE", "registered-models/alias", "alias.delete", call => DoAsync(
            Registry(call).SetAliasAsync(Name(call, Permissions.Develop), call.Required("alias"), null, call.Aborted)));
        group.Reads("GET", "registered-models/alias", async call => new ModelVersionAnswer(
            await Registry(call).GetByAliasAsync(Name(call, Permissions.Read), call.Required("alias"), call.Aborted)));
    }

    /// <summary>The name of a registered model that the caller may use.</summary>
    internal static string Name(TrackingCall call, Permissions permissions)
    {
        var name = TrackingChecks.ModelName(call.Text("name"));
        TrackingAccess.CheckName(call.Caller, permissions, name, TrackingException.NoRegisteredModel(name));
        return name;
    }

    internal static IModelRegistry Registry(TrackingCall call) => call.Service<IModelRegistry>();

    internal static string TagValue(TrackingCall call) => TrackingChecks.Cut(call.Text("value"), TrackingLimits.TagValue);

    internal static string? Description(TrackingCall call) =>
        TrackingChecks.Length(call.Text("description"), "description", TrackingLimits.ExperimentTagValue);

    internal static async Task<object> DoAsync(Task change)
    {
        await change;
        return EmptyAnswer.Instance;
    }

    private static async Task<object> CreateAsync(TrackingCall call)
    {
        var name = TrackingChecks.ModelName(call.Text("name"));
        TrackingAccess.CheckName(call.Caller, Permissions.Develop, name, null);
        return new RegisteredModelAnswer(
            await Registry(call).CreateAsync(name, Description(call), call.Tags("tags", TrackingLimits.TagValue), call.Aborted));
    }

    private static async Task<object> RenameAsync(TrackingCall call)
    {
        var name = Name(call, Permissions.Develop);
        var newName = TrackingChecks.ModelName(call.Text("new_name"));
        TrackingAccess.CheckName(call.Caller, Permissions.Develop, newName, null);
        return new RegisteredModelAnswer(await Registry(call).RenameAsync(name, newName, call.Aborted));
    }

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var request = SearchRequest.Read(
            SearchEntity.RegisteredModels,
            call.Text("filter"),
            call.Texts("order_by"),
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.SearchResults),
            call.Text("page_token"));
        var page = await Registry(call).SearchAsync(request, TrackingAccess.Visible(call.Caller), call.Aborted);
        return new RegisteredModelsAnswer(page.Items, page.NextPageToken);
    }

    private static async Task<object> GetLatestAsync(TrackingCall call)
    {
        var stages = call.Texts("stages").Select(ModelStages.Read).ToHashSet(StringComparer.Ordinal);
        var model = await Registry(call).GetAsync(Name(call, Permissions.Read), call.Aborted);
        return new ModelVersionsAnswer(
            [.. model.LatestVersions.Where(version => stages.Count == 0 || stages.Contains(version.CurrentStage))]);
    }
}
