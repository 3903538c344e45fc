using Progeny.Core.Serving;

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
        Fields = """{"origin":"SFO"}""",
        Prediction = """{"late":0.25}""",
        Latency = new QueryLatency(10, 20, 300, 4000),
    };

    public static List<QueryRecord> Many(int count, string prefix = "q", string project = "flights") =>
        [.. Enumerable.Range(0, count).Select(i => Create($"{prefix}{i}", project))];
}
