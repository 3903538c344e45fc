using System.Globalization;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Search;

namespace Progeny.Gateway.Tracking;

/// <summary>Experiments in MLflow's sense.</summary>
internal static class TrackedExperimentsApi
{
    private const int UsualResults = 1000;

    public static void MapTrackedExperiments(this IEndpointRouteBuilder group)
    {
        group.Logs("POST", "experiments/create", CreateAsync);
        group.Reads("GET", "experiments/get", async call => new ExperimentAnswer(await FindAsync(call, Permissions.Read)));
        group.Reads("GET", "experiments/get-by-name", FindByNameAsync);
        group.Reads("GET POST", "experiments/search", SearchAsync);
        group.Changes("POST", "experiments/update", "experiment.rename", RenameAsync);
        group.Changes("POST", "experiments/delete", "experiment.delete", call => SetStageAsync(call, LifecycleStages.Deleted));
        group.Changes("POST", "experiments/restore", "experiment.restore", call => SetStageAsync(call, LifecycleStages.Active));
        group.Logs("POST", "experiments/set-experiment-tag", SetTagAsync);
        group.Logs("POST", "experiments/delete-experiment-tag", DeleteTagAsync);
    }

    private static async Task<object> CreateAsync(TrackingCall call)
    {
        var name = TrackingChecks.ExperimentName(call.Text("name"));
        TrackingAccess.CheckName(call.Caller, Permissions.Develop, name, null);
        var location = TrackingChecks.Length(call.Text("artifact_location", true), "artifact_location", TrackingLimits.Location);
        var tags = call.Tags("tags", TrackingLimits.ExperimentTagValue, isCut: false);
        var id = await call.Service<IExperimentStore>().CreateAsync(name, location, tags, call.Aborted);
        return new ExperimentIdAnswer(id.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<object> FindByNameAsync(TrackingCall call)
    {
        var name = TrackingChecks.Required(call.Text("experiment_name"), "experiment_name");
        var missing = TrackingException.Missing($"Could not find experiment with name '{name}'");
        TrackingAccess.CheckName(call.Caller, Permissions.Read, name, missing);
        return new ExperimentAnswer(await call.Service<IExperimentStore>().FindByNameAsync(name, call.Aborted) ?? throw missing);
    }

    private static async Task<object> SearchAsync(TrackingCall call)
    {
        var request = SearchRequest.Read(
            SearchEntity.Experiments,
            call.Text("filter"),
            call.Texts("order_by"),
            TrackingChecks.Results(call.Number("max_results"), UsualResults, TrackingLimits.SearchResults),
            call.Text("page_token")) with { Stages = LifecycleStages.Of(call.Text("view_type")) };
        var page = await call.Service<IExperimentStore>().SearchAsync(request, TrackingAccess.Visible(call.Caller), call.Aborted);
        return new ExperimentsAnswer(page.Items, page.NextPageToken);
    }

    private static async Task<object> RenameAsync(TrackingCall call)
    {
        var experiment = await FindAsync(call, Permissions.Develop);
        if (call.Text("new_name", true) is { } text)
        {
            var name = TrackingChecks.ExperimentName(text);
            TrackingAccess.CheckName(call.Caller, Permissions.Develop, name, null);
            await call.Service<IExperimentStore>().RenameAsync(Id(experiment), name, call.Aborted);
        }

        return EmptyAnswer.Instance;
    }

    private static async Task<object> SetStageAsync(TrackingCall call, string stage)
    {
        var experiment = await FindAsync(call, Permissions.Develop);
        await call.Service<IExperimentStore>().SetStageAsync(Id(experiment), stage, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> SetTagAsync(TrackingCall call)
    {
        var experiment = await FindAsync(call, Permissions.Develop);
        var key = TrackingChecks.Name(call.Text("key"), "key");
        var value = TrackingChecks.Length(call.Text("value") ?? "", "value", TrackingLimits.ExperimentTagValue);
        await call.Service<IExperimentStore>().SetTagAsync(Id(experiment), key, value, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<object> DeleteTagAsync(TrackingCall call)
    {
        var experiment = await FindAsync(call, Permissions.Develop);
        await call.Service<IExperimentStore>().SetTagAsync(Id(experiment), call.Required("key"), null, call.Aborted);
        return EmptyAnswer.Instance;
    }

    private static async Task<Experiment> FindAsync(TrackingCall call, Permissions permissions)
    {
        var id = TrackingChecks.ExperimentId(call.Text("experiment_id"));
        var missing = TrackingException.NoExperiment(id.ToString(CultureInfo.InvariantCulture));
        var found = await call.Service<IExperimentStore>().FindAsync(id, call.Aborted) ?? throw missing;
        TrackingAccess.CheckName(call.Caller, permissions, found.Name, missing);
        return found;
    }

    private static long Id(Experiment experiment) => long.Parse(experiment.ExperimentId, CultureInfo.InvariantCulture);
}
