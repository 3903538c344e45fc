using Microsoft.Extensions.Logging.Abstractions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Serving.Inference;

/// <summary>Who owns a loaded model, who leases it, and when it goes.</summary>
public sealed class ModelCacheTests : IDisposable, IModelOwners
{
    private static readonly Manifest Echo = ManifestParser.ParseOrThrow("""
        name: echo
        version: 1.0.0
        task: regression
        schema: {features: [{name: x, type: float}]}
        label: {name: y}
        pipeline: {model: model.onnx}
        serving: {output: value}
        """);

    private readonly ManualTime _time = new();
    private readonly ModelWatchdog _watchdog = new(TimeSpan.FromMinutes(1));
    private readonly ModelFactory _factory;
    private readonly List<int> _unloads = [];
    private readonly Dictionary<int, IDisposable> _owned = [];
    private int _loads;

    public ModelCacheTests() =>
        _factory = new ModelFactory(_watchdog, new ModelBounds(3), TimeProvider.System, NullLogger<ModelFactory>.Instance);

    /// <summary>How often a model is given up by its owner before anybody has leased it.</summary>
    private int GivenUp { get; set; }

    private string? Failure { get; set; }

    private ModelCache Cache { get => field ??= Make(memory: 0); set; }

    public void Dispose() => _watchdog.Dispose();

    [Fact]
    public async Task Model_is_loaded_once_for_all_who_lease_it()
    {
        using var first = await Cache.AcquireAsync(Reference(1));
        using var second = await Cache.AcquireAsync(Reference(1));

        second.Model.ShouldBeSameAs(first.Model);
        _loads.ShouldBe(1);
        Cache.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Model_that_its_owner_gives_up_while_it_is_leased_works_until_the_last_lease_ends()
    {
        var first = await Cache.AcquireAsync(Reference(1));
        var second = await Cache.AcquireAsync(Reference(1));
        _owned[1].Dispose();

        Cache.Count.ShouldBe(0);
        Works(first).ShouldBeTrue();
        first.Dispose();
        Works(second).ShouldBeTrue();
        second.Dispose();
        Works(second).ShouldBeFalse();
    }

    [Fact]
    public async Task Model_that_was_given_up_is_loaded_again_for_the_next_lease()
    {
        using var old = await Cache.AcquireAsync(Reference(1));
        _owned[1].Dispose();
        using var another = await Cache.AcquireAsync(Reference(1));

        another.Model.ShouldNotBeSameAs(old.Model);
        _loads.ShouldBe(2);
        Works(old).ShouldBeTrue();
        Works(another).ShouldBeTrue();
    }

    [Fact]
    public async Task Unused_model_is_unloaded_by_its_owner_after_some_time()
    {
        (await Cache.AcquireAsync(Reference(1))).Dispose();
        using var held = await Cache.AcquireAsync(Reference(2));
        _time.Advance(TimeSpan.FromMinutes(4));
        Cache.Unload(TimeSpan.FromMinutes(5));
        _unloads.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromMinutes(1));
        Cache.Unload(TimeSpan.FromMinutes(5));

        _unloads.ShouldBe([1]);
        Cache.Count.ShouldBe(1);
        Cache.Bytes.ShouldBe(held.Model.Bytes);
    }

    [Fact]
    public async Task Unused_model_goes_when_the_memory_of_another_is_needed_the_longest_unused_first()
    {
        Cache = Make(memory: 2 * EchoBytes.Length);
        for (var generation = 1; generation <= 3; generation++)
        {
            (await Cache.AcquireAsync(Reference(generation))).Dispose();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _unloads.ShouldBe([1]);
        using var held = await Cache.AcquireAsync(Reference(2));
        using var alone = await Cache.AcquireAsync(Reference(4));
        _unloads.ShouldBe([1, 3]);
        Works(held).ShouldBeTrue();
    }

    [Fact]
    public async Task Model_that_goes_between_its_load_and_its_lease_is_loaded_again()
    {
        GivenUp = 1;
        using var lease = await Cache.AcquireAsync(Reference(1));

        Works(lease).ShouldBeTrue();
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task Model_that_is_given_up_again_and_again_is_refused()
    {
        GivenUp = int.MaxValue;
        await Should.ThrowAsync<ModelException>(() => Cache.AcquireAsync(Reference(1)).AsTask());
        Cache.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Failed_load_is_told_and_the_next_one_tries_again()
    {
        Failure = "broken";
        (await Should.ThrowAsync<ModelException>(() => Cache.AcquireAsync(Reference(1)).AsTask())).Message.ShouldBe("broken");

        Failure = null;
        using var lease = await Cache.AcquireAsync(Reference(1));
        Works(lease).ShouldBeTrue();
    }

    Task IModelOwners.LoadAsync(GenerationReference reference)
    {
        if (Failure is { } failure)
            throw new ModelException(failure);
        _loads++;
        var generation = reference.Generation;
        _owned[generation] = Cache.Add(reference, _factory.Load(Info(reference), Echo, EchoBytes), () =>
        {
            _unloads.Add(generation);
            _owned[generation].Dispose();
        });
        if (GivenUp > 0)
        {
            GivenUp--;
            _owned[generation].Dispose();
        }

        return Task.CompletedTask;
    }

    private static byte[] EchoBytes { get; } = Model(Graph(
        Node("Identity", ["x"], ["value"]),
        Input("x", Tensor(Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, ["n", 1])),
        Output("value", Tensor(Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, ["n", 1]))));

    private static GenerationReference Reference(int generation) => new("echo", "1.0.0", generation);

    private static GenerationInfo Info(GenerationReference reference) => new()
    {
        Reference = reference,
        Stage = Stage.Staged,
        CreatedAt = default,
        Assets = null!,
        Lineage = null!,
        Metrics = System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty,
    };

    private static bool Works(ModelLease lease) => !lease.Model.IsDisposed;

    private ModelCache Make(long memory) =>
        new(new ServingOptions { ModelMemory = memory }, this, _time, NullLogger<ModelCache>.Instance);
}
