using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
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
        Fields = """{"origin":"SFO"}""",
        Prediction = """{"late":0.25}""",
        Latency = new QueryLatency(10, 20, 300, 4000),
    };

    /// <summary>Appends records as batches of one generation each.</summary>
    public static Task AppendAsync(this IQueryLog log, IEnumerable<QueryRecord> records, CancellationToken cancellationToken, TimeSpan? retention = null) =>
        Task.Run(() => log.Append(Batches(records, retention ?? TimeSpan.FromDays(90))), cancellationToken);

    public static List<QueryBatch> Batches(IEnumerable<QueryRecord> records, TimeSpan retention)
    {
        var batches = new List<QueryBatch>();
        QueryBatchBuilder? builder = null;
        GenerationReference? generation = null;
        foreach (var record in records)
        {
            var own = new GenerationReference(record.Project, record.Release, record.Generation);
            if (builder is null || own != generation)
            {
                batches.AddRange(builder?.Take() ?? []);
                builder = new QueryBatchBuilder(record.Project, generation = own, retention);
            }

            builder.Add(record);
        }

        batches.AddRange(builder?.Take() ?? []);
        return batches;
    }

    public static List<QueryRecord> Many(int count, string prefix = "q", string project = "flights") =>
        [.. Enumerable.Range(0, count).Select(i => Create($"{prefix}{i}", project))];
}
