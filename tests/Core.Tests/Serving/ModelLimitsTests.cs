using System.Diagnostics;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Serving;

/// <summary>Models that loop or take memory as a query or their author chooses.</summary>
[Collection(Alone.Name)]
public sealed class ModelLimitsTests
{
    private const double Endless = 1e15;
    private const long Megabyte = 1 << 20;

    private static readonly Manifest X = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x"));

    [Fact]
    public void Run_that_takes_too_long_is_stopped_and_the_next_one_is_not()
    {
        using var watchdog = new ModelWatchdog(TimeSpan.FromMilliseconds(100));
        using var model = ModelRunner.Load(HostileModels.Loop(), X, watchdog);

        var stopped = Run(model, Endless).Error.ShouldNotBeNull();
        (stopped.Kind, stopped.IsStopped).ShouldBe((ServingErrorKind.DeadlineExceeded, true));
        stopped.Message.ShouldContain("Serving:MaxRunTime");
        Run(model, 3).Prediction!.Row(0)[0].ShouldBe(3);
    }

    [Fact]
    public void Run_for_nobody_is_stopped()
    {
        using var watchdog = new ModelWatchdog(TimeSpan.FromMinutes(1));
        using var model = ModelRunner.Load(HostileModels.Loop(), X, watchdog);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Run(model, Endless, deadline.Token).Error!.Kind.ShouldBe(ServingErrorKind.DeadlineExceeded);
        var tensor = new Tensor { Name = "x", Type = DataType.Fp32, Shape = [1, 1], Data = BitConverter.GetBytes((float)Endless) };
        Should.Throw<ModelException>(() => model.Run([tensor], ["value"], deadline.Token)).IsStopped.ShouldBeTrue();
    }

    [Fact]
    public async Task Runs_are_stopped_when_the_node_stops()
    {
        using var watchdog = new ModelWatchdog(TimeSpan.FromMinutes(1));
        using var model = ModelRunner.Load(HostileModels.Loop(), X, watchdog);
        var run = Task.Factory.StartNew(
            () => Run(model, Endless), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        watchdog.Stop();

        (await run.WaitAsync(TimeSpan.FromSeconds(30))).Error!.Kind.ShouldBe(ServingErrorKind.Unavailable);
    }

    [Fact]
    public void Run_that_is_stopped_marks_its_project_as_slow_and_its_batch_as_answered()
    {
        var project = new ProjectRuns();
        using var watchdog = new ModelWatchdog(TimeSpan.FromMilliseconds(100));
        using var model = ModelRunner.Load(HostileModels.Loop(), X, watchdog, project);
        project.TryEnter().ShouldBeTrue();
        project.Leave();
        ModelPart[] batch = [Part(1), Part(Endless)];

        model.Run(batch);

        batch.ShouldAllBe(part => part.Error!.IsStopped);
        project.TryEnter().ShouldBeFalse();
    }

    [Fact]
    public async Task Projects_own_threads_are_as_many_as_processors_at_most()
    {
        var project = new ProjectRuns();
        using var gate = new ManualResetEventSlim();
        var runs = Enumerable.Range(0, 40).Select(i => project.RunApartAsync(() => { gate.Wait(); return i; }, default)).ToList();
        using var cancelled = new CancellationTokenSource();
        var late = project.RunApartAsync(() => -1, cancelled.Token);

        project.Threads.ShouldBe(Environment.ProcessorCount);
        await cancelled.CancelAsync();
        gate.Set();

        (await Task.WhenAll(runs)).ShouldBe(Enumerable.Range(0, 40));
        await Should.ThrowAsync<OperationCanceledException>(() => late);
    }

    [Fact]
    public void Memory_that_a_query_chooses_is_bounded()
    {
        using var model = ModelRunner.Load(HostileModels.Zeros(), X);
        var before = ResidentSet();

        Run(model, 5e8).Error!.Message.ShouldContain("Serving:RunMemory");
        Run(model, 1e12).Error!.Message.ShouldContain("Serving:RunMemory");

        (ResidentSet() - before).ShouldBeLessThan(200 * Megabyte);
        Run(model, 5).Prediction!.Row(0)[0].ShouldBe(5);
    }

    [Fact]
    public void Constants_that_a_model_chooses_are_not_held()
    {
        var before = ResidentSet();
        using var model = ModelRunner.Load(HostileModels.Zeros(60_000_000), X); // 240 MB

        (ResidentSet() - before).ShouldBeLessThan(100 * Megabyte);
    }

    [Fact]
    public async Task Loop_without_a_body_is_refused()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, HostileModels.Loop(empty: true));
            var failure = await Should.ThrowAsync<TrainingFailedException>(() => ModelAcceptance.AcceptAsync(file, X, null, null, default));
            failure.Message.ShouldContain("has no node, so that it could not be stopped");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ModelPart Run(ModelRunner model, double x, CancellationToken cancellationToken = default)
    {
        var part = Part(x, cancellationToken);
        model.Run([part]);
        return part;
    }

    private static ModelPart Part(double x, CancellationToken cancellationToken = default)
    {
        var rows = new FeatureBatchBuilder(X.Features);
        rows.Add([x]);
        return new ModelPart { Rows = rows, Cancellation = cancellationToken };
    }

    private static long ResidentSet()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
