using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Common;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training.Checks;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>A job whose work fails for the state of the cluster.</summary>
public sealed class InterruptedJobTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Job_that_loses_the_database_is_tried_again_without_waiting_for_its_reminder()
    {
        await using var node = await Node.StartAsync(
            Path.Combine(_folder, "data"), services => services.AddSingleton<IModelCheck, LostOnce>(), []);
        (await node.PublishAsync("echo", EchoProject.WriteFinished(Path.Combine(_folder, "echo"), "echo"))).EnsureSuccessStatusCode();

        var job = await node.TrainAsync("echo");

        ((string)job["status"]!).ShouldBe("succeeded", job.ToJsonString());
        ((int)job["attempts"]!).ShouldBe(2);
    }

    /// <summary>Fails the first time as storage does that cannot be reached.</summary>
    private sealed class LostOnce(RuleCompiler rules, TimeProvider time, ModelWatchdog watchdog) : IModelCheck
    {
        private readonly LocalModelCheck _inner = new(rules, time, watchdog);
        private int _calls;

        public Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref _calls) == 1
                ? throw new StorageUnavailableException("The database cannot be reached.")
                : _inner.RunAsync(request, cancellationToken);
    }
}
