using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Progeny.Gateway.Tests.Tracking;

/// <summary>The recorded requests of MLflow's Python client, sent to a new node in their order.</summary>
public sealed partial class MlflowReplayTests(TrackingNode tracking) : IClassFixture<TrackingNode>
{
    [Fact]
    public async Task Recorded_requests_are_answered_as_by_mlflows_server()
    {
        var shape = new WireShape();
        var wrong = new List<string>();
        var records = WireRecord.ReadAll();
        foreach (var record in records)
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(record.Method), shape.Translate(record.Query.Length == 0 ? record.Path : $"{record.Path}?{record.Query}"));
            if (record.ContentType.Length > 0)
            {
                request.Content = new ByteArrayContent(BodyOf(record, shape));
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(record.ContentType);
            }

            using var response = await tracking.Node.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            wrong.AddRange(Differences(record, shape, (int)response.StatusCode, text)
                .Select(difference => $"line {record.Line}, {record.Step}, {record.Method} {record.Path}: {difference}"));
        }

        records.Count.ShouldBe(203);
        wrong.ShouldBeEmpty();
    }

    /// <summary>The eight recorded statuses of 500 are faults of that server; the client sends such a request again for minutes.</summary>
    private static IEnumerable<string> Differences(WireRecord record, WireShape shape, int status, string text)
    {
        var expected = record.Status == 500 ? 404 : record.Status;
        if (status != expected)
            return [$"status {status}, not {expected}: {text}"];
        if (record.Status == 500)
            return (string?)JsonNode.Parse(text)!["error_code"] == "RESOURCE_DOES_NOT_EXIST" ? [] : [text];
        if (record.Path is "/version" or "/v1/traces")
            return [];
        if (record.Path.Contains("/mlflow-artifacts/artifacts/", StringComparison.Ordinal) && record.Method == "GET")
            return [.. DifferentFile(record, shape, text)];
        if (record.Response is JsonValue)
        {
            // The record is cut: its names are there, and perhaps others.
            shape.Learn((string)record.Response!, text);
            var names = Name().Matches((string)record.Response!).Select(match => match.Value).Distinct();
            return [.. names.Where(name => !text.Contains(name, StringComparison.Ordinal)).Select(name => $"{name} is missing in {text}")];
        }

        return [.. shape.Compare(record.Response, JsonNode.Parse(text))];
    }

    private static IEnumerable<string> DifferentFile(WireRecord record, WireShape shape, string text)
    {
        const int Cut = 1_000;
        if (record.Response is not JsonValue value)
            return shape.Compare(record.Response, JsonNode.Parse(text));
        var recorded = (string)value!;
        if (Binary().IsMatch(recorded))
            return [];
        var start = shape.Translate(recorded)[..Math.Min(recorded.Length, Cut)];
        return text.StartsWith(start, StringComparison.Ordinal) ? [] : [$"'{text}', not '{start}'"];
    }

    private static byte[] BodyOf(WireRecord record, WireShape shape)
    {
        if (record.Step == "log_batch 1000")
        {
            var run = shape.Translate(Run().Match((string)record.Body!).Value);
            return JsonSerializer.SerializeToUtf8Bytes(new
            {
                run_id = run,
                metrics = Enumerable.Range(0, 1000).Select(i => new { key = "q", value = (double)i, timestamp = i, step = i }),
            });
        }

        var text = record.Body is JsonValue value ? (string)value! : record.Body!.ToJsonString();
        return Binary().Match(text) is { Success: true } size
            ? new byte[int.Parse(size.Groups["size"].Value, CultureInfo.InvariantCulture)]
            : Encoding.UTF8.GetBytes(shape.Translate(text));
    }

    [GeneratedRegex("\"[a-z_]+\"(?=:)", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("[0-9a-f]{32}", RegexOptions.NonBacktracking)]
    private static partial Regex Run();

    [GeneratedRegex("^<(?<size>[0-9]+) bytes>$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Binary();
}
