using System.Buffers;
using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Tests.Serving;

internal static class QueryRecords
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static QueryRecord Create(string queryId, string project = "flights", string release = "1.0.0", int generation = 1) => new()
    {
        At = Noon,
        QueryId = queryId,
        Project = project,
        Release = release,
        Generation = generation,
        Arm = "champion",
        Reason = "share",
        Fields = Fields("""{"origin":"SFO"}"""),
        Prediction = Value(0.25f),
        Latency = new QueryLatency(10, 20, 300, 4000),
    };

    /// <summary>Appends records as batches of one generation each.</summary>
    public static Task AppendAsync(
        this IQueryLog log, IEnumerable<QueryRecord> records, CancellationToken cancellationToken, TimeSpan? retention = null) =>
        Task.Run(() => log.Append(Batches(records, retention ?? TimeSpan.FromDays(90))), cancellationToken);

    public static List<QueryBatch> Batches(IEnumerable<QueryRecord> records, TimeSpan retention) => RecordBatches.Of(records, retention);

    /// <summary>The members of a JSON object as the log has values: whole numbers, floats, texts, true and false.</summary>
    public static IReadOnlyDictionary<string, object?> Fields(string json) => JsonElement.Parse(json).EnumerateObject()
        .ToDictionary(member => member.Name, member => ValueOf(member.Value), StringComparer.Ordinal);

    public static Prediction Value(float value) => new() { Classes = [], Scores = new[] { value }, Labels = default };

    public static Prediction Classes(string label, params (string Name, float Probability)[] classes) => new()
    {
        Classes = [.. classes.Select(of => of.Name)],
        Scores = Array.ConvertAll(classes, of => of.Probability),
        Labels = new[] { Array.FindIndex(classes, of => of.Name == label) },
    };

    /// <summary>A record as the API writes it, to be compared.</summary>
    public static string Json(QueryRecord record)
    {
        var json = new ArrayBufferWriter<byte>();
        QueryRecordWriter.Write(json, record);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    public static List<QueryRecord> Many(int count, string prefix = "q", string project = "flights") =>
        [.. Enumerable.Range(0, count).Select(i => Create($"{prefix}{i}", project))];

    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetSingle(),
        _ => value.GetBoolean(),
    };
}
