using System.Globalization;
using System.Text;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Requests by the thousand that nobody should send: none may be the node's failure, and none may stop it.</summary>
[Collection(ServingCollection.Name)]
public sealed class RequestFuzzTests(ServingNode serving)
{
    private const int Requests = 4_000;

    private static readonly (string Path, string Body)[] Seeds =
    [
        ("/api/projects/rich/predict", $"{{\"rows\":[{PredictAnswersTests.Row()}],\"query_id\":\"f\",\"entity\":\"e\"}}"),
        ("/api/projects/shops/predict", """{"rows":[{"shop":"s1","region":"a"},{"shop":"s2"}],"query_id":"f"}"""),
        ("/v2/models/difference/infer", """{"id":"f","parameters":{"entity":"e"},"inputs":[{"name":"a","shape":[2],"datatype":"FP32","data":[1,2]},{"name":"b","shape":[2],"datatype":"FP32","data":[3,4]}],"outputs":[{"name":"difference"}]}"""),
        ("/v2/models/any/infer", """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4]]}]}"""),
        ("/v2/models/iris/versions/1.0.0:1/infer", """{"inputs":[{"name":"sepal_length","shape":[1,1],"datatype":"FP32","data":[1]},{"name":"sepal_width","shape":[1],"datatype":"INT32","data":[3]},{"name":"petal_length","shape":[1,1],"datatype":"FP64","data":[1]},{"name":"petal_width","shape":[1,1],"datatype":"FP16","data":[1]}]}"""),
        ("/api/projects/iris/outcomes", """{"outcomes":[{"query_id":"f","outcome":"1","observed_at":"2026-01-02T03:04:05Z"},{"query_id":"g","outcome":2}]}"""),
        ("/api/projects/idle/promotions", """{"version":"1.0.0:9","reason":"fuzz"}"""),
        ("/api/projects/nobody/jobs", """{"kind":"train","release":"1.0.0","from":"1","to":"2"}"""),
    ];

    private static readonly string[] Pieces =
    [
        "null", "true", "-1", "0", "1e999", "-1e-999", "9223372036854775808", "1.5", "NaN", "\"\"", "\"NaN\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[]]]]",
        "[null]", "{\"\":1}", "\"\u00e4\u65e5\ud83d\ude00\"", "\"1.0.0:1\"", "\"BYTES\"", "\"UINT64\"", "[4611686018427387904,4]", "\"hour\"", ",", ":", "\"", "}", "]", "\\",
    ];

    [Fact]
    public async Task Requests_that_nobody_should_send_are_never_the_nodes_failure()
    {
        var random = new Random(20260101);
        var requests = Enumerable.Range(0, Requests).Select(_ => Mutate(random)).ToList();
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, cancellationToken) =>
        {
            using var content = new ByteArrayContent(request.Body) { Headers = { ContentType = new("application/json") } };
            using var response = await serving.Http.PostAsync(new Uri(request.Path, UriKind.Relative), content, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            // What a model made no number of is defined as the model's failure, and what no feed could give as unavailable.
            var isDefined = (int)response.StatusCode < 500 || answer.Contains("a prediction must be finite", StringComparison.Ordinal);
            if (!isDefined)
                failures.Enqueue($"{(int)response.StatusCode} {request.Path} {Encoding.UTF8.GetString(request.Body)} -> {answer}");
        });

        failures.ShouldBeEmpty();
        var after = await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"rows\":[{PredictAnswersTests.Row()}],\"query_id\":\"after-fuzz\"}}", 200);
        ((float)after["predictions"]![0]!["value"]!).ShouldBe(10.5f);
        await serving.Node.UntilAsync("/api/projects/rich/queries/after-fuzz", _ => true);
    }

    [Fact]
    public async Task Addresses_that_nobody_should_ask_are_never_the_nodes_failure()
    {
        var random = new Random(7);
        string[] parts = [
            "api",
            "projects",
            "v2",
            "models",
            "versions",
            "rich",
            "nobody",
            "1.0.0:1",
            "1.0.0:99999999999",
            "%00",
            "%2F",
            "%2e%2e",
            "queries",
            "generations",
            "infer",
            "ready",
            "jobs",
            "releases",
            "@",
            "rich@1.0.0",
            "\u00e4",
            new('x', 2000),
            "health",
            "",
        ];
        for (var i = 0; i < 500; i++)
        {
            var path = "/" + string.Join('/', Enumerable.Range(0, random.Next(1, 7)).Select(_ => parts[random.Next(parts.Length)]));
            if (random.Next(3) == 0)
                path += $"?limit={random.Next(-5, 2000).ToString(CultureInfo.InvariantCulture)}&before={Pieces[random.Next(4)]}&version={parts[random.Next(parts.Length)]}";
            using var response = await serving.Http.GetAsync(new Uri(serving.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path));
            ((int)response.StatusCode).ShouldBeLessThan(500, path);
        }
    }

    private static (string Path, byte[] Body) Mutate(Random random)
    {
        var (path, text) = Seeds[random.Next(Seeds.Length)];
        var body = new StringBuilder(text);
        for (var i = random.Next(1, 5); i > 0 && body.Length > 0; i--)
        {
            var at = random.Next(body.Length);
            switch (random.Next(5))
            {
                case 0:
                    body.Remove(at, Math.Min(random.Next(1, 12), body.Length - at));
                    break;
                case 1:
                    body.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    body[at] = (char)random.Next(32, 127);
                    break;
                default:
                    ReplaceValue(body, at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        var bytes = Encoding.UTF8.GetBytes(body.ToString());
        if (random.Next(10) == 0 && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return (path, random.Next(30) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes);
    }

    /// <summary>Puts something in the place of the value behind the next colon: the text stays JSON, so that it gets further.</summary>
    private static void ReplaceValue(StringBuilder body, int from, string value)
    {
        var text = body.ToString();
        var start = text.IndexOf(':', from) + 1;
        if (start == 0)
            return;
        var end = text.IndexOfAny([',', '}', ']'], start);
        if (end > start)
            body.Remove(start, end - start).Insert(start, value);
    }
}
