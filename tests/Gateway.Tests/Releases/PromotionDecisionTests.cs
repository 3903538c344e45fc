using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Abstractions.Decisions;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Tests.Releases;

/// <summary>What follows from a promotion is done even where something stops between the plan and its decision.</summary>
public sealed class PromotionDecisionTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;
    private FlakyDecisions decisions = null!;

    public async Task InitializeAsync()
    {
        node = await Node.StartAsync(Path.Combine(folder, "data"), FlakyDecisions.Wrap, []);
        decisions = (FlakyDecisions)node.Services.GetRequiredService<IDecisionLog>();
        (await node.PublishAsync("kept", EchoProject.WriteFinished(Path.Combine(folder, "kept"), "kept"))).EnsureSuccessStatusCode();
        for (var i = 0; i < 3; i++)
            ((string)(await node.TrainAsync("kept"))["status"]!).ShouldBe("succeeded");
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Promotion_whose_decision_could_not_be_written_is_on_record_before_the_next_plan()
    {
        await PromoteAsync("1.0.0:1", 200);
        decisions.FailOn = "kept/plan/2";
        await PromoteAsync("1.0.0:2", 500);
        ((string)(await node.GetAsync("/api/projects/kept"))["champion"]!).ShouldBe("kept@1.0.0:2");
        await PromoteAsync("1.0.0:3", 500);
        ((string)(await node.GetAsync("/api/projects/kept"))["champion"]!).ShouldBe("kept@1.0.0:2");

        decisions.FailOn = null;
        await PromoteAsync("1.0.0:3", 200);
        var kept = (await node.GetAsync("/api/projects/kept/decisions")).AsArray().Select(decision => (string)decision!["id"]!)
            .Where(id => id.Contains("/plan/", StringComparison.Ordinal));
        kept.ShouldBe(["kept/plan/3", "kept/plan/2", "kept/plan/1"]);
        (await node.GetAsync("/api/projects/kept/generations")).AsArray().Select(generation => (string)generation!["stage"]!)
            .ShouldBe(["retired", "retired", "champion"]);
    }

    [Fact]
    public async Task Node_that_stopped_between_a_plan_and_its_decision_writes_it_when_it_starts()
    {
        decisions.FailOn = "kept/plan/1";
        await PromoteAsync("1.0.0:2", 500);
        await node.DisposeAsync();
        node = await Node.StartAsync(Path.Combine(folder, "data"));
        await node.UntilAsync(
            "/api/projects/kept/decisions", list => list.AsArray().Any(decision => (string)decision!["id"]! == "kept/plan/1"));
    }

    private async Task PromoteAsync(string version, int expected)
    {
        var (status, answer) = await node.TryPostAsync(
            "/api/projects/kept/promotions", new JsonObject { ["version"] = version }.ToJsonString());
        status.ShouldBe(expected, answer.ToJsonString());
    }

    private sealed class FlakyDecisions(IDecisionLog log) : IDecisionLog
    {
        /// <summary>The id that cannot be written.</summary>
        public string? FailOn { get; set; }

        public static void Wrap(IServiceCollection services)
        {
            var own = services.Last(service => service.ServiceType == typeof(IDecisionLog));
            services.Replace(ServiceDescriptor.Singleton<IDecisionLog>(provider => new FlakyDecisions(
                (IDecisionLog)(own.ImplementationFactory?.Invoke(provider)
                    ?? ActivatorUtilities.CreateInstance(provider, own.ImplementationType!)))));
        }

        public Task AppendAsync(Decision decision, CancellationToken cancellationToken) =>
            decision.Id == FailOn ? throw new IOException("The disk stands still.") : log.AppendAsync(decision, cancellationToken);

        public Task<IReadOnlyList<DecisionEntry>> ListAsync(
            string project, string? experiment, long? before, int limit, CancellationToken cancellationToken) =>
            log.ListAsync(project, experiment, before, limit, cancellationToken);

        public Task<long> CountAsync(string project, CancellationToken cancellationToken) => log.CountAsync(project, cancellationToken);
    }
}
