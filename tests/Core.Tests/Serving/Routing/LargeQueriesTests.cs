using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Tests.Serving.Routing;

public sealed class LargeQueriesTests
{
    private static readonly int Turns = Math.Max(1, Environment.ProcessorCount / 2);

    [Fact]
    public async Task Query_waits_while_others_have_all_turns_and_has_the_first_that_is_free()
    {
        var queries = new LargeQueries();
        var taken = new List<IDisposable>();
        for (var i = 0; i < Turns; i++)
            taken.Add(await queries.EnterAsync(CancellationToken.None));
        var waiting = queries.EnterAsync(CancellationToken.None);
        waiting.IsCompleted.ShouldBeFalse();

        taken[0].Dispose();

        (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Fact]
    public async Task Query_whose_client_has_gone_leaves_its_turn_to_others()
    {
        var queries = new LargeQueries();
        var taken = new List<IDisposable>();
        for (var i = 0; i < Turns; i++)
            taken.Add(await queries.EnterAsync(CancellationToken.None));
        using var gone = new CancellationTokenSource();
        var waiting = queries.EnterAsync(gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);

        taken[0].Dispose();

        (await queries.EnterAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Theory]
    [InlineData(1_000, false)]
    [InlineData(64 << 10, false)]
    [InlineData((64 << 10) + 1, true)]
    public void Query_is_large_by_its_body(int bytes, bool large) => LargeQueries.IsLarge(bytes).ShouldBe(large);
}
