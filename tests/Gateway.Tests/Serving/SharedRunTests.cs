using System.Globalization;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Many queries at once answer as each does alone, whether they come by rows or by tensors.</summary>
[Collection(ServingCollection.Name)]
public sealed class SharedRunTests(ServingNode serving)
{
    private const int Queries = 200;

    [Fact]
    public async Task Queries_at_once_get_the_answers_that_each_gets_alone()
    {
        var alone = new List<string>();
        for (var i = 0; i < Queries; i++)
            alone.Add(await AskAsync(i));

        var together = await Task.WhenAll(Enumerable.Range(0, Queries).Select(AskAsync));

        together.ShouldBe(alone);
        alone.ShouldContain(answer => answer.Contains("errors", StringComparison.Ordinal));
    }

    private static string Number(int i, double factor) => (0.1 + (i % 50 * factor)).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>By turns a row, several rows, tensors with one output and with all, and a row that is wrong.</summary>
    private async Task<string> AskAsync(int i)
    {
        var row =
            $$"""{"sepal_length": {{Number(i, 0.13)}}, "sepal_width": {{Number(i, 0.07)}}, "petal_length": {{Number(i, 0.11)}}, "petal_width": {{Number(i, 0.05)}}}""";
        switch (i % 5)
        {
            case 0 or 1:
                var rows = string.Join(", ", Enumerable.Repeat(row, 1 + (i % 7)));
                var (_, predicted) = await serving.Node.TryPostAsync(
                    "/api/projects/iris/predict", $$"""{"query_id": "q{{i}}", "rows": [{{rows}}]}""");
                return predicted.ToJsonString();
            case 2:
                var (_, wrong) = await serving.Node.TryPostAsync("/api/projects/iris/predict", """{"rows": [{"sepal_length": "long"}]}""");
                return wrong["errors"]!.ToJsonString() + " errors";
            default:
                var inputs = string.Join(
                    ", ",
                    new[] { ("sepal_length", 0.13), ("sepal_width", 0.07), ("petal_length", 0.11), ("petal_width", 0.05) }.Select(input =>
                    $$"""{"name": "{{input.Item1}}", "datatype": "FP32", "shape": [1, 1], "data": [{{Number(i, input.Item2)}}]}"""));
                var outputs = i % 5 == 3 ? """, "outputs": [{"name": "probabilities"}]""" : "";
                var (_, inferred) = await serving.Node.TryPostAsync(
                    "/v2/models/iris/infer", $$"""{"id": "t{{i}}", "inputs": [{{inputs}}]{{outputs}}}""");
                return inferred.ToJsonString();
        }
    }
}
