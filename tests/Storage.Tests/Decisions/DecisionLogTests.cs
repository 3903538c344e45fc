using System.Collections.Immutable;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Decisions;

/// <summary>What the log of decisions promises.</summary>
public abstract class DecisionLogTests : PerfdbTests
{
    private IDecisionLog Log => Perfdb.Decisions;

    [ContractFact]
    public async Task Decision_is_kept_as_it_was_also_by_the_next_node()
    {
        var decision = Decision("flights", "canary-3:start", "canary-3") with
        {
            Generation = new GenerationReference("flights", "1.2.0", 3),
            Figures = ImmutableSortedDictionary<string, double>.Empty.Add("loss", 0.25).Add("champion.loss", double.PositiveInfinity),
        };
        await Log.AppendAsync(decision, CancellationToken.None);
        await ReopenAsync();
        var kept = (await Log.ListAsync("flights", null, null, 10, CancellationToken.None)).ShouldHaveSingleItem().Decision;
        (kept with { Figures = decision.Figures }).ShouldBe(decision);
        kept.Figures.ShouldBe(decision.Figures);
    }

    [ContractFact]
    public async Task Decision_that_is_made_again_after_a_stop_is_kept_once_as_it_was_first()
    {
        await Log.AppendAsync(Decision("flights", "same", null), CancellationToken.None);
        await Log.AppendAsync(Decision("flights", "same", null) with { Message = "later" }, CancellationToken.None);
        (await Log.ListAsync("flights", null, null, 10, CancellationToken.None)).ShouldHaveSingleItem().Decision.Message.ShouldBe(
            "because");
    }

    [ContractFact]
    public async Task List_is_of_one_project_or_experiment_newest_first_page_by_page()
    {
        for (var i = 0; i < 6; i++)
            await Log.AppendAsync(Decision(i == 5 ? "other" : "flights", $"d{i}", i % 2 == 0 ? "even" : null), CancellationToken.None);

        var first = await Log.ListAsync("flights", null, null, 2, CancellationToken.None);
        first.Select(entry => entry.Decision.Id).ShouldBe(["d4", "d3"]);
        var second = await Log.ListAsync("flights", null, first[^1].Sequence, 2, CancellationToken.None);
        second.Select(entry => entry.Decision.Id).ShouldBe(["d2", "d1"]);
        (await Log.ListAsync("flights", "even", null, 10, CancellationToken.None)).Select(entry => entry.Decision.Id)
            .ShouldBe(["d4", "d2", "d0"]);
        (await Log.CountAsync("flights", CancellationToken.None)).ShouldBe(5);
    }

    internal static Decision Decision(string project, string id, string? experiment) => new()
    {
        Id = id,
        Project = project,
        At = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 500, TimeSpan.Zero),
        Kind = DecisionKind.Experiment,
        By = "canary",
        Message = "because",
        Experiment = experiment,
    };
}
