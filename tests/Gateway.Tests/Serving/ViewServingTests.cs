using System.Text.Encodings.Web;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Queries of a project whose features come from a view.</summary>
[Collection(ServingCollection.Name)]
public sealed class ViewServingTests(ServingNode serving)
{
    [Fact]
    public async Task Query_gets_what_is_known_now_or_was_known_at_its_moment_and_the_age_is_a_metric()
    {
        var answer = await serving.PostAsync(
            "/api/projects/viewed/predict",
            """
            {"query_id": "view-1", "rows": [{"shop": "a"}, {"shop": "a", "asked_at": "2020-06-01"}, {"shop": "a", "asked_at": "2021-01-01"},
              {"shop": "a", "asked_at": "2021-01-01T00:00:00.000001"}, {"shop": "a", "rating": 1}]}
            """,
            200);
        answer["predictions"]!.AsArray().Select(prediction => (float)prediction!["value"]!).ShouldBe([4.5f, 2.5f, 2.5f, 4.5f, 1f]);

        var logged = await serving.Node.UntilAsync("/api/projects/viewed/queries/view-1:1", _ => true);
        logged["augmented"]!.ToJsonString().ShouldBe("""{"rating":2.5,"region":"east"}""");
        var metrics = await serving.Http.GetStringAsync("/metrics");
        metrics.Split('\n').ShouldContain(line => line.StartsWith("progeny_feature_view_age_seconds{", StringComparison.Ordinal)
            && line.Contains("project=\"viewed\"", StringComparison.Ordinal) && line.Contains("view=\"ratings\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"shop": "A"}""", 400, "a value is required")]
    [InlineData("""{"shop": "tie"}""", 503, "there are two values for shop 'tie' known at 2021-01-01T00:00:00Z")]
    [InlineData("""{"shop": "a", "asked_at": "soon"}""", 503, "the field 'asked_at' has soon, as of which nothing is known")]
    [InlineData("""{"shop": "a", "asked_at": 7}""", 503, "the field 'asked_at' has whole numbers such as 7, and known_at 'known' times")]
    public async Task Entity_without_one_value_is_refused_with_the_reason(string row, int status, string message)
    {
        var answer = await serving.PostAsync("/api/projects/viewed/predict", $$"""{"rows": [{{row}}]}""", status);
        answer.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ShouldContain(message);
    }
}
