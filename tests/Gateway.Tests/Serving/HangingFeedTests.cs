using System.Diagnostics;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Queries of a project whose feed takes every connection and never says a word.</summary>
[Collection(ServingCollection.Name)]
public sealed class HangingFeedTests(ServingNode serving)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(50);

    // For the query's other work on a machine that does much else.
    private static readonly TimeSpan Small = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task Queries_are_answered_with_the_defaults_at_the_deadline_or_at_once()
    {
        await serving.PostAsync("/api/projects/hanging/predict", """{"rows":[{"shop":"first"}]}""", 200);
        var asked = Enumerable.Range(0, 100).Select(async i =>
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await serving.PostAsync(
                "/api/projects/hanging/predict", $"{{\"rows\":[{{\"shop\":\"h{i}\"}}],\"query_id\":\"hung-{i}\"}}", 200);
            return ((float)answer["predictions"]![0]!["value"]!, Took: Stopwatch.GetElapsedTime(started));
        });
        var answers = await Task.WhenAll(asked);
        answers.ShouldAllBe(answer => answer.Item1 == 3f);
        answers.Max(answer => answer.Took).ShouldBeLessThan(Deadline + Small);

        // While the first of them still hold the feed, a query that would be one too many does not wait for it.
        var log = await serving.Node.UntilAsync(
            "/api/projects/hanging/queries?limit=1000", page => page["queries"]!.AsArray().Count >= 101);
        var waited = log["queries"]!.AsArray().Where(query => ((string)query!["query_id"]!).StartsWith("hung-", StringComparison.Ordinal))
            .Select(query => (int)query!["latency"]!["augment"]!).ToList();
        waited.Count(microseconds => microseconds < Deadline.TotalMicroseconds).ShouldBeGreaterThanOrEqualTo(100 - 32);
        waited.Count(microseconds => microseconds >= Deadline.TotalMicroseconds).ShouldBeGreaterThan(0);
    }
}
