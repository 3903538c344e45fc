using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Tests.QueryLog;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Serving.Routing;

/// <summary>
/// The way of a query without a silo: generation 1 answers x, generation 2 answers 2 x, and the model of generation 3 does not load.
/// </summary>
public sealed class OnlineAgentTests : IAsyncLifetime, IPlanSource, IBlueprintSource, IModelOwners
{
    private const string Project = "routed";

    private const string Manifest = """
        name: routed
        version: 1.0.0
        task: regression
        schema: {features: [{name: x, type: float}]}
        label: {name: y}
        pipeline: {model: model.onnx}
        serving: {output: value}
        """;

    private readonly RecordingLog _log = new();
    private readonly ModelWatchdog _watchdog = new(TimeSpan.FromMinutes(1));
    private readonly QueryLogBuffer _buffer;
    private readonly ModelFactory _factory;
    private readonly ModelCache _models;
    private readonly OnlineAgent _agent;
    private RolloutPlan? _plan;
    private bool _isCutOff;

    public OnlineAgentTests()
    {
        var (options, time) = (new ServingOptions(), TimeProvider.System);
        _factory = new ModelFactory(_watchdog, new ModelBounds(3), time, NullLogger<ModelFactory>.Instance);
        _models = new ModelCache(options, this, time, NullLogger<ModelCache>.Instance);
        _buffer = new QueryLogBuffer(_log, [], NullLogger<QueryLogBuffer>.Instance);
        _agent = new OnlineAgent(
            Project,
            this,
            new ServedGenerations(this, new NoFeeds(), new RuleCompiler(null!), options, time),
            _models,
            new ServingMeters(),
            new InferencePipeline(_buffer, time, NullLogger<InferencePipeline>.Instance),
            options,
            time,
            NullLogger.Instance,
            CancellationToken.None);
    }

    public Task InitializeAsync()
    {
        _buffer.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _agent.Dispose();
        await _buffer.StopAsync();
        _buffer.Dispose();
        _watchdog.Dispose();
    }

    [Fact]
    public async Task Champion_alone_answers_all_rows_and_each_is_logged()
    {
        _plan = Plan(fallback: [], ("champion", 1, 1));
        var answer = await PredictAsync(1, 2, 3);
        answer.Prediction!.Scores.ToArray().ShouldBe([1, 2, 3]);
        answer.Generation!.Generation.ShouldBe(1);
        await _buffer.StopAsync();
        _log.Written.Select(record => (record.Arm, record.Reason)).ShouldBe(Enumerable.Repeat(("champion", Reasons.Share), 3));
    }

    [Fact]
    public async Task Each_row_of_a_query_is_answered_by_its_own_arm_in_the_order_of_the_rows()
    {
        _plan = Plan(fallback: [], ("challenger", 2, 1), ("champion", 1, 1));
        var rows = Enumerable.Range(1, 60).Select(i => (float)i).ToArray();
        var answer = await PredictAsync(rows);
        var factors = rows.Select((_, row) => (float)answer.PartOf(row)!.Generation.Generation).ToArray();
        answer.Prediction!.Scores.ToArray().ShouldBe(rows.Select((x, row) => x * factors[row]));
        factors.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Arm_that_does_not_load_is_answered_by_the_fallback_chain_which_the_answer_says()
    {
        _plan = Plan(fallback: ["champion"], ("broken", 3, 1), ("champion", 1, 1));
        var rows = Enumerable.Range(1, 40).Select(i => (float)i).ToArray();
        var answer = await PredictAsync(rows);
        answer.Prediction!.Scores.ToArray().ShouldBe(rows);
        answer.Parts.ShouldContain(part => part.FallbackFrom == "broken" && part.Arm == "champion");
    }

    [Fact]
    public async Task Shadows_read_the_query_though_its_memory_serves_another_by_then()
    {
        _plan = Plan(fallback: [], ("champion", 1, 1), ("first", 2, 0), ("second", 2, 0)) with { Shadows = ["first", "second"] };
        var body = """{"rows":[{"x":1},{"x":2}],"query_id":"q"}"""u8.ToArray();
        (await _agent.PredictAsync(new PredictQuery { Body = body }, CancellationToken.None)).Prediction!.Scores.ToArray().ShouldBe([1, 2]);
        Array.Fill(body, (byte)'x');

        await WaitForAsync(() => _log.Written.Count == 6);
        var shadows = _log.Written.Where(record => record.Reason == Reasons.Shadow);
        shadows.Select(record => (record.QueryId, QueryRecordJson.Fields(record), QueryRecordJson.Prediction(record))).Order().ShouldBe(
        [
            ("q:0~first", """{"x":1}""", """{"value":2}"""), ("q:0~second", """{"x":1}""", """{"value":2}"""),
            ("q:1~first", """{"x":2}""", """{"value":4}"""), ("q:1~second", """{"x":2}""", """{"value":4}"""),
        ]);
    }

    [Theory]
    [InlineData("[]", "The request must be a JSON object like {\"rows\": [{…}]}.")]
    [InlineData("""{"rows":[]}""", "'rows' is empty; a request asks for one row at least.")]
    [InlineData("""{"rows":[{"x":1}],"more":1}""", "'more' is no part of a request; the parts are rows, query_id, entity.")]
    public async Task Request_that_is_none_is_refused_alike_by_one_arm_and_by_several(string json, string message)
    {
        _plan = Plan(fallback: [], ("champion", 1, 1));
        var query = new PredictQuery { Body = Encoding.UTF8.GetBytes(json) };
        var one = (await _agent.PredictAsync(query, CancellationToken.None)).Error!;
        one.Message.ShouldBe(message);

        _plan = Plan(fallback: [], ("challenger", 2, 1), ("champion", 1, 1)) with { Version = 2 };
        _agent.Poll();
        await WaitForAsync(() => _agent.Status.PlanVersion == 2);
        (await _agent.PredictAsync(query, CancellationToken.None)).Error.ShouldBe(one);
    }

    [Fact]
    public async Task Version_that_a_caller_names_answers_though_no_plan_has_it()
    {
        _plan = Plan(fallback: [], ("champion", 1, 1));
        (await PredictAsync("1.0.0:2", 5)).Prediction!.Scores.ToArray().ShouldBe([10]);
        (await PredictAsync("1.0.0:3", 5)).Error!.Kind.ShouldBe(ServingErrorKind.ModelFailed);
        (await PredictAsync("1.0.0:4", 5)).Error!.Kind.ShouldBe(ServingErrorKind.NotFound);
    }

    [Fact]
    public async Task Project_without_a_plan_is_not_ready_and_a_new_plan_is_followed()
    {
        (await PredictAsync(1)).Error!.Kind.ShouldBe(ServingErrorKind.NotReady);
        _plan = Plan(fallback: [], ("champion", 2, 1));
        (await PredictAsync(4)).Prediction!.Scores.ToArray().ShouldBe([8]);
        _agent.Status.PlanVersion.ShouldBe(1);
    }

    [Fact]
    public async Task Query_under_way_is_answered_though_the_agent_is_closed_and_its_model_is_released_afterwards()
    {
        _plan = Plan(fallback: [], ("champion", 1, 1));
        _agent.TryEnter().ShouldBeTrue();
        _agent.Dispose();

        _agent.IsClosed.ShouldBeTrue();
        _agent.TryEnter().ShouldBeFalse();
        (await PredictAsync(3)).Prediction!.Scores.ToArray().ShouldBe([3]);
        _models.Unload(TimeSpan.Zero);
        _models.Count.ShouldBe(1);

        _agent.Leave();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_models.Count > 0)
        {
            _models.Unload(TimeSpan.Zero);
            await Task.Delay(5, patience.Token);
        }
    }

    [Fact]
    public async Task Plan_that_cannot_be_read_is_no_missing_plan()
    {
        _isCutOff = true;
        (await PredictAsync(3)).Error!.Kind.ShouldBe(ServingErrorKind.Unavailable);

        _isCutOff = false;
        (await PredictAsync(3)).Error!.Kind.ShouldBe(ServingErrorKind.NotReady);

        _plan = Plan(fallback: [], ("champion", 1, 1));
        (await PredictAsync(3)).Prediction!.Scores.ToArray().ShouldBe([3]);
    }

    Task<RolloutPlan?> IPlanSource.GetPlanUnlessAsync(string project, long knownVersion) =>
        _isCutOff
            ? Task.FromException<RolloutPlan?>(new TimeoutException("The plan cannot be read now; ask again."))
            : Task.FromResult(_plan?.Version == knownVersion ? null : _plan);

    Task<bool> IPlanSource.ExistsAsync(string project) => Task.FromResult(true);

    Task<GenerationInfo?> IBlueprintSource.GetAsync(GenerationReference reference) => Task.FromResult(Find(reference));

    Task<GenerationBlueprint?> IBlueprintSource.GetBlueprintAsync(GenerationReference reference) =>
        Task.FromResult(Find(reference) is not { } info ? null : new GenerationBlueprint(
        info,
        new ReleaseInfo
        {
            Project = Project,
            Version = "1.0.0",
            PackageDigest = "routed-1.0.0",
            Manifest = Manifest,
            PublishedAt = default,
        },
        SamplingSeed: 1));

    Task IModelOwners.LoadAsync(GenerationReference reference)
    {
        var bytes = reference.Generation == 3 ? [1, 2, 3] : Times(reference.Generation);
        var model = _factory.Load(Find(reference)!, ManifestParser.ParseOrThrow(Manifest), bytes);
        _models.Add(reference, model, () => { });
        return Task.CompletedTask;
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private static GenerationInfo? Find(GenerationReference reference) => reference.Generation > 3 ? null : new GenerationInfo
    {
        Reference = reference,
        Stage = Stage.Staged,
        CreatedAt = default,
        Assets = null!,
        Lineage = null!,
        Metrics = ImmutableSortedDictionary<string, double>.Empty,
    };

    private static byte[] Times(int factor) => Model(Graph(
        factor == 1 ? Node("Identity", ["x"], ["value"]) : Node("Add", ["x", "x"], ["value"]),
        Input("x", Tensor(TensorElementType.Float, ["n", 1])),
        Output("value", Tensor(TensorElementType.Float, ["n", 1]))));

    /// <param name="arms">By name, in ordinal order; the one named champion is it.</param>
    private static RolloutPlan Plan(ImmutableArray<string> fallback, params (string Name, int Generation, double Weight)[] arms)
    {
        ImmutableArray<RolloutArm> named = [
            .. arms.Select(arm => new RolloutArm(arm.Name, new GenerationReference(Project, "1.0.0", arm.Generation), arm.Weight)),
        ];
        var champion = named.First(arm => arm.Name == "champion");
        return new RolloutPlan
        {
            Project = Project,
            Version = 1,
            Champion = champion.Generation,
            ChampionArm = champion.Name,
            Arms = named,
            Buckets = Buckets.Divide([], named),
            Fallback = fallback,
        };
    }

    private ValueTask<Answer> PredictAsync(params float[] rows) => PredictAsync(null, rows);

    private ValueTask<Answer> PredictAsync(string? version, params float[] rows)
    {
        var json = string.Join(',', rows.Select(x => string.Create(CultureInfo.InvariantCulture, $$"""{"x":{{x}}}""")));
        return _agent.PredictAsync(
            new PredictQuery { Version = version, Body = Encoding.UTF8.GetBytes($$"""{"rows":[{{json}}]}""") }, CancellationToken.None);
    }
}
