using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Tracking;

/// <summary>A recorded request of MLflow's Python client, with the answer of MLflow's server.</summary>
internal sealed record WireRecord(
    int Line, string Step, string Method, string Path, string Query, string ContentType, JsonNode? Body, int Status, JsonNode? Response)
{
    /// <summary>
    /// The records of the file beside the tests. Texts of over 1,500 characters are cut in it, and of binary ones it has the size.
    /// </summary>
    public static IReadOnlyList<WireRecord> ReadAll() =>
    [
        .. File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, "Tracking", "mlflow-wire.jsonl")).Select((line, i) =>
        {
            var node = JsonNode.Parse(line)!;
            return new WireRecord(
                i + 1,
                (string)node["step"]!,
                (string)node["method"]!,
                (string)node["path"]!,
                (string)node["query"]!,
                (string)node["content_type"]!,
                node["body"],
                (int)node["status"]!,
                node["response"]);
        }),
    ];
}
