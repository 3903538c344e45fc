using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;
using Progeny.Core.Tracking.Traces;
using Progeny.Storage.Tracking;

namespace Progeny.Storage.Tests.Tracking;

/// <summary>What the stores of experiment tracking promise on every database.</summary>
public abstract class TrackingStoreTests
{
    private ServiceProvider? services;

    protected abstract TrackingDatabase Database { get; }

    private IExperimentStore Experiments => Service<IExperimentStore>();

    private IRunStore Runs => Service<IRunStore>();

    private IModelRegistry Registry => Service<IModelRegistry>();

    private ILoggedModelStore Models => Service<ILoggedModelStore>();

    [ContractFact]
    public async Task Experiment_is_found_renamed_deleted_and_restored()
    {
        (await Experiments.FindAsync(0, default))!.Name.ShouldBe("Default");
        var id = await Experiments.CreateAsync("e1", null, [new("a", "b")], default);
        var run = await StartAsync(id);

        var found = (await Experiments.FindByNameAsync("e1", default)).ShouldNotBeNull();
        (found.ExperimentId, found.ArtifactLocation, found.LifecycleStage).ShouldBe(($"{id}", $"mlflow-artifacts:/{id}", "active"));
        found.Tags.ShouldBe([new("a", "b")]);
        (await RefusalAsync(() => Experiments.CreateAsync("e1", null, [], default))).ShouldBe(TrackingError.ResourceAlreadyExists);
        await Experiments.RenameAsync(id, "e2", default);
        await Experiments.SetTagAsync(id, "a", "c", default);
        (await Experiments.FindAsync(id, default))!.Tags.ShouldBe([new("a", "c")]);

        await Experiments.SetStageAsync(id, LifecycleStages.Deleted, default);
        (await Runs.FindAsync(run, default))!.Info.LifecycleStage.ShouldBe("deleted");
        (await RefusalAsync(() => Runs.CreateAsync(new NewRun { Experiment = id }, default))).ShouldBe(TrackingError.InvalidParameterValue);
        (await Experiments.SearchAsync(Search(SearchEntity.Experiments, null), null, default)).Items.Select(each => each.Name).ShouldBe(["Default"]);
        await Experiments.SetStageAsync(id, LifecycleStages.Active, default);
        (await Runs.FindAsync(run, default))!.Info.LifecycleStage.ShouldBe("active");
        (await Experiments.SearchAsync(Search(SearchEntity.Experiments, "name LIKE 'e%' AND tags.a = 'c'"), null, default)).Items.Count.ShouldBe(1);
        (await Experiments.SearchAsync(Search(SearchEntity.Experiments, null), ["e2"], default)).Items.Count.ShouldBe(1);
    }

    [ContractFact]
    public async Task Newest_value_of_a_metric_is_by_step_then_time_then_value_and_history_has_each_point_once()
    {
        var run = await StartAsync(0);
        await LogAsync(run, Point("m", 5, step: 2, at: 10), Point("m", 1, step: 3, at: 1), Point("n", double.NaN), Point("i", double.PositiveInfinity));
        await LogAsync(run, Point("m", 9, step: 2, at: 99), Point("m", 7, step: 3, at: 1));
        await LogAsync(run, Point("m", 5, step: 2, at: 10));

        var metrics = (await Runs.FindAsync(run, default))!.Data.Metrics;
        metrics.Select(metric => (metric.Key, metric.Value, metric.Step)).ShouldBe([("i", double.PositiveInfinity, 0), ("m", 7, 3), ("n", double.NaN, 0)]);
        (await Runs.ReadHistoryAsync(run, "m", default)).Select(point => (point.Timestamp, point.Step, point.Value))
            .ShouldBe([(1, 3, 1), (1, 3, 7), (10, 2, 5), (99, 2, 9)]);
        (await Runs.ReadHistoryAsync(run, "nothing", default)).ShouldBeEmpty();
        (await RefusalAsync(() => Runs.ReadHistoryAsync("missing", "m", default))).ShouldBe(TrackingError.ResourceDoesNotExist);
    }

    [ContractFact]
    public async Task Param_cannot_be_changed_and_nothing_of_its_batch_is_stored()
    {
        var run = await StartAsync(0);
        await Runs.LogAsync(new RunBatch { RunId = run, Params = [new("p", "1")], Tags = [new("t", "1"), new("mlflow.runName", "new")] }, default);
        await Runs.LogAsync(new RunBatch { RunId = run, Params = [new("p", "1"), new("q", "2"), new("q", "2")], Tags = [new("t", "2")] }, default);
        (await RefusalAsync(() => Runs.LogAsync(
            new RunBatch { RunId = run, Params = [new("r", "1"), new("p", "2")], Metrics = [Point("m", 1)] }, default)))
            .ShouldBe(TrackingError.InvalidParameterValue);

        var found = (await Runs.FindAsync(run, default))!;
        found.Data.Params.ShouldBe([new("p", "1"), new("q", "2")]);
        found.Data.Metrics.ShouldBeEmpty();
        found.Data.Tags.ShouldContain(new TrackingTag("t", "2"));
        found.Info.RunName.ShouldBe("new");
        await Runs.DeleteTagAsync(run, "t", default);
        (await RefusalAsync(() => Runs.DeleteTagAsync(run, "t", default))).ShouldBe(TrackingError.ResourceDoesNotExist);
        await Runs.SetStageAsync(run, LifecycleStages.Deleted, default);
        (await RefusalAsync(() => LogAsync(run, Point("m", 1)))).ShouldBe(TrackingError.InvalidParameterValue);
        (await RefusalAsync(() => LogAsync("missing", Point("m", 1)))).ShouldBe(TrackingError.ResourceDoesNotExist);
    }

    [ContractFact]
    public async Task Runs_are_updated_and_keep_their_inputs_and_outputs()
    {
        var run = await StartAsync(0);
        var dataset = new TrackedDataset { Name = "d", Digest = "x", SourceType = "code", Source = "{}", Schema = "[]" };
        await Runs.LogLinksAsync(run, [new() { Dataset = dataset, Tags = [new("mlflow.data.context", "training")] }], [new("m-1")], default);
        await Runs.LogLinksAsync(run, [new() { Dataset = dataset, Tags = [new("mlflow.data.context", "training")] }], [new("m-2", 3)], default);
        var info = await Runs.UpdateAsync(new RunUpdate(run, "FINISHED", 123, "named"), default);

        (info.Status, info.EndTime, info.RunName).ShouldBe(("FINISHED", 123, "named"));
        var found = (await Runs.FindAsync(run, default))!;
        found.Info.ShouldBe(info);
        found.Inputs.DatasetInputs.ShouldHaveSingleItem().Dataset.ShouldBe(dataset);
        found.Inputs.ModelInputs.ShouldBe([new("m-1")]);
        found.Outputs!.ModelOutputs.ShouldBe([new("m-2", 3)]);
        (await FindAsync("dataset.name = 'd' AND dataset.context = 'training'")).ShouldBe([run]);
        (await FindAsync("dataset.name = 'e'")).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Search_finds_runs_by_filter_in_order()
    {
        var runs = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var run = await StartAsync(0, i);
            await Runs.LogAsync(
                new RunBatch
                {
                    RunId = run,
                    Metrics = i == 5 ? [] : [Point("m", i == 4 ? double.NaN : i % 3)],
                    Params = [new("p", i % 2 == 0 ? "Even" : "odd_1")],
                    Tags = i < 3 ? [new("t", $"v{i}")] : [],
                },
                default);
            runs.Add(run);
        }

        (await FindAsync(null)).ShouldBe(Enumerable.Reverse(runs));
        (await FindAsync("metrics.m > 0.5 AND params.p = 'odd_1'")).ShouldBe([runs[1]]);
        (await FindAsync("metrics.m = 0", "metrics.m DESC")).ShouldBe([runs[3], runs[0]]);
        (await FindAsync("metrics.m >= 0 OR tags.t = 'v1'", "start_time ASC")).ShouldBe(runs.Take(4));
        (await FindAsync("NOT (params.p LIKE 'E%')", "start_time ASC")).ShouldBe([runs[1], runs[3], runs[5]]);
        (await FindAsync("params.p LIKE 'e%'")).ShouldBeEmpty();
        (await FindAsync("params.p ILIKE 'e%' AND start_time < 3", "start_time ASC")).ShouldBe([runs[0], runs[2]]);
        (await FindAsync("params.p LIKE 'odd_%' AND params.p != 'Even' AND params.p LIKE '%*%'")).ShouldBeEmpty();
        (await FindAsync("tags.t IS NULL AND metrics.m IS NOT NULL", "start_time")).ShouldBe([runs[3], runs[4]]);
        (await FindAsync("tags.t != 'v1'", "start_time")).ShouldBe([runs[0], runs[2]]);
        (await FindAsync("end_time > 0 OR NOT end_time > 0")).Count.ShouldBe(6);
        (await FindAsync($"run_id IN ('{runs[1]}', '{runs[2]}', 'x')", "params.p DESC")).ShouldBe([runs[1], runs[2]]);
        (await FindAsync(null, "metrics.m DESC", "start_time ASC")).ShouldBe([runs[2], runs[1], runs[0], runs[3], runs[4], runs[5]]);
        (await FindAsync(null, "tags.t ASC")).ShouldBe([runs[0], runs[1], runs[2], runs[5], runs[4], runs[3]]);

        var first = await Runs.SearchAsync(Request(null, 4, null, ["metrics.m"]), default);
        var second = await Runs.SearchAsync(Request(null, 4, first.NextPageToken, ["metrics.m"]), default);
        second.NextPageToken.ShouldBeNull();
        first.Items.Concat(second.Items).Select(run => run.Info.RunId).ShouldBe([runs[3], runs[0], runs[1], runs[2], runs[4], runs[5]]);
    }

    [ContractFact]
    public async Task Registered_model_has_versions_stages_and_aliases()
    {
        var run = await StartAsync(0);
        var model = await Models.CreateAsync(new NewLoggedModel { Name = "m", SourceRunId = run, Params = [new("a", "1")] }, default);
        var id = model.Info.ModelId;
        (await Registry.CreateAsync("r", "text", [new("k", "v")], default)).Description.ShouldBe("text");
        (await RefusalAsync(() => Registry.CreateAsync("r", null, [], default))).ShouldBe(TrackingError.ResourceAlreadyExists);
        var one = await Registry.CreateVersionAsync(Version("r", id, run), default);
        var two = await Registry.CreateVersionAsync(Version("r", id, run), default);
        (one.Version, two.Version, one.CurrentStage, one.RunId).ShouldBe(("1", "2", "None", run));
        (await Models.FindAsync(id, default))!.Info.Tags.ShouldBe(
            [new("mlflow.modelVersions", """[{"name": "r", "version": 1}, {"name": "r", "version": 2}]""")]);

        await Registry.SetAliasAsync("r", "champion", 1, default);
        (await Registry.GetByAliasAsync("r", "champion", default)).Aliases.ShouldBe(["champion"]);
        await Registry.MoveAsync("r", 1, "Production", false, default);
        (await Registry.MoveAsync("r", 2, "Production", true, default)).CurrentStage.ShouldBe("Production");
        (await Registry.GetVersionAsync("r", 1, default)).CurrentStage.ShouldBe("Archived");
        (await Registry.GetAsync("r", default)).LatestVersions.Select(version => version.Version).ShouldBe(["1", "2"]);
        (await Registry.RenameAsync("r", "s", default)).Aliases.ShouldBe([new("champion", "1")]);
        await Registry.SetVersionTagAsync("s", 2, "x", "y", default);
        (await Registry.SearchVersionsAsync(Search(SearchEntity.ModelVersions, "name = 's' AND tags.x = 'y'"), null, default))
            .Items.Select(version => version.Version).ShouldBe(["2"]);
        await Registry.SetTagAsync("s", "mlflow.prompt.is_prompt", "true", default);
        await Registry.CreateAsync("plain", null, [], default);
        (await Registry.SearchAsync(Search(SearchEntity.RegisteredModels, "tag.`mlflow.prompt.is_prompt` != 'true'"), null, default))
            .Items.Select(each => each.Name).ShouldBe(["plain"]);
        await Registry.DeleteVersionAsync("s", 2, default);
        (await Registry.CreateVersionAsync(Version("s", id, run), default)).Version.ShouldBe("3");
        await Registry.DeleteAsync("s", default);
        (await RefusalAsync(() => Registry.GetAsync("s", default))).ShouldBe(TrackingError.ResourceDoesNotExist);
    }

    [ContractFact]
    public async Task Logged_model_has_metrics_by_dataset_and_is_found_by_them()
    {
        var run = await StartAsync(0);
        var one = (await Models.CreateAsync(new NewLoggedModel { Name = "a", SourceRunId = run }, default)).Info.ModelId;
        var two = (await Models.CreateAsync(new NewLoggedModel { Name = "b", ModelType = "x" }, default)).Info.ModelId;
        await LogAsync(run, Point("m", 1) with { ModelId = one, DatasetName = "d", DatasetDigest = "1" }, Point("m", 2) with { ModelId = two });

        (await Models.FindAsync(one, default))!.Data.Metrics.ShouldBe(
            [Point("m", 1) with { ModelId = one, RunId = run, DatasetName = "d", DatasetDigest = "1" }]);
        (await SearchAsync("metrics.m > 0", [])).ShouldBe(["b", "a"], ignoreOrder: true);
        (await SearchAsync("metrics.m > 0", [new("d", "1")])).ShouldBe(["a"]);
        (await SearchAsync("name = 'b' AND model_type = 'x' AND source_run_id IS NULL", [])).ShouldBe(["b"]);
        await Models.SetStatusAsync(one, "LOGGED_MODEL_READY", default);
        (await SearchAsync("status = 'LOGGED_MODEL_READY'", [])).ShouldBe(["a"]);
        await Models.DeleteAsync(one, default);
        (await Models.FindAsync(one, default)).ShouldBeNull();

        async Task<IEnumerable<string>> SearchAsync(string filter, IReadOnlyList<DatasetReference> datasets) => (await Models.SearchAsync(
            Search(SearchEntity.LoggedModels, filter) with { Experiments = [0] }, datasets, default)).Items.Select(each => each.Info.Name);
    }

    [ContractFact]
    public async Task Traces_are_found_by_tags_and_metadata_and_deleted()
    {
        var traces = Service<ITraceStore>();
        for (var i = 0; i < 3; i++)
        {
            await traces.PutAsync(
                new TraceInfo
                {
                    TraceId = $"tr-{i}",
                    RequestTime = i,
                    ExecutionDuration = i == 0 ? null : i,
                    State = "OK",
                    Tags = new Dictionary<string, string> { ["mlflow.traceName"] = $"f{i}" },
                    Metadata = new Dictionary<string, string> { ["a"] = "b" },
                },
                default);
        }

        await traces.SetTagAsync("tr-1", "k", "v", default);
        (await SearchAsync(null)).ShouldBe(["tr-2", "tr-1", "tr-0"]);
        (await SearchAsync("tags.k = 'v' AND metadata.a = 'b' AND name = 'f1'")).ShouldBe(["tr-1"]);
        (await SearchAsync("timestamp_ms > 0 AND execution_time_ms < 2")).ShouldBe(["tr-1"]);
        (await traces.DeleteAsync(0, ["tr-1", "tr-9"], null, null, default)).ShouldBe(1);
        (await traces.DeleteAsync(0, null, 1, 10, default)).ShouldBe(1);
        (await traces.FindAsync("tr-0", default)).ShouldBeNull();
        (await traces.FindAsync("tr-2", default))!.Tags["mlflow.traceName"].ShouldBe("f2");

        async Task<IEnumerable<string>> SearchAsync(string? filter) =>
            (await traces.SearchAsync(Search(SearchEntity.Traces, filter) with { Experiments = [0] }, default)).Items
            .Select(each => each.TraceId);
    }

    [ContractFact]
    public async Task Artifacts_are_listed_by_folder_and_deleted_with_it()
    {
        var index = Service<IArtifactIndex>();
        foreach (var path in new[] { "1/r/a.txt", "1/r/d/b.txt", "1/r/d/e/c.txt", "1/r0/x" })
            await index.PutAsync(path, "digest", path.Length, default);

        (await index.ListAsync("1/r", default)).ShouldBe([new("a.txt", false, 9), new("d", true, null)]);
        (await index.ListAsync("1/r/d", default)).ShouldBe([new("b.txt", false, 11), new("e", true, null)]);
        (await index.ListAsync("1/r/a.txt", default)).ShouldBeEmpty();
        (await index.DeleteAsync("1/r/d", default)).ShouldBe(2);
        (await index.FindAsync("1/r/d/b.txt", default)).ShouldBeNull();
        (await index.FindAsync("1/r0/x", default)).ShouldBe(("digest", 6));
    }

    private T Service<T>()
        where T : notnull => (services ??= new ServiceCollection().AddSingleton(Database).AddSingleton(TimeProvider.System).AddTracking()
        .BuildServiceProvider()).GetRequiredService<T>();

    private async Task<string> StartAsync(long experiment, long start = 0) =>
        (await Runs.CreateAsync(new NewRun { Experiment = experiment, StartTime = start }, default)).Info.RunId;

    private Task LogAsync(string run, params MetricPoint[] points) =>
        Runs.LogAsync(new RunBatch { RunId = run, Metrics = [.. points] }, default);

    private async Task<IReadOnlyList<string>> FindAsync(string? filter, params string[] order) =>
        [.. (await Runs.SearchAsync(Request(filter, 100, null, order), default)).Items.Select(run => run.Info.RunId)];

    private static SearchRequest Request(string? filter, int most, string? token, string[] order) =>
        SearchRequest.Read(SearchEntity.Runs, filter, order, most, token) with { Experiments = [0] };

    private static SearchRequest Search(SearchEntity entity, string? filter) => SearchRequest.Read(entity, filter, null, 100, null);

    private static NewModelVersion Version(string name, string modelId, string run) => new()
    {
        Name = name, Source = $"models:/{modelId}", Location = "mlflow-artifacts:/x", ModelId = modelId, RunId = run,
    };

    private static MetricPoint Point(string key, double value, long step = 0, long at = 0) =>
        new() { Key = key, Value = value, Step = step, Timestamp = at };

    private static async Task<TrackingError> RefusalAsync(Func<Task> act) => (await Should.ThrowAsync<TrackingException>(act)).Error;
}
