using System.Runtime.InteropServices;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>Collects records of one generation's queries into batches. For one caller at a time.</summary>
public sealed class QueryBatchBuilder : IDisposable
{
    /// <summary>Batches are cut where they reach this size; a request is never cut in two.</summary>
    public const int BatchBytes = 64 * 1024;

    private readonly LogWriter writer = new();
    private readonly List<Request> requests = [];
    private readonly string project;
    private readonly QueryLogPlan plan;

    /// <summary>For the queries of a generation, by what its manifest says of the log.</summary>
    /// <param name="project">The project asked; null: the generation's own.</param>
    public QueryBatchBuilder(QueryLogPlan plan, string? project = null)
    {
        this.plan = plan;
        this.project = project ?? plan.Generation.Project;
    }

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of the records.</summary>
    public int Length => writer.Length;

    /// <summary>
    /// Writes out a request's records at once; what the entry refers to may be reused afterwards. All of it is taken, or nothing.
    /// </summary>
    public void Add(QueryLogEntry entry)
    {
        var start = writer.Length;
        try
        {
            QueryEncoder.Write(writer, plan, entry);
        }
        catch
        {
            writer.Truncate(start);
            throw;
        }

        Note(entry.At.UtcTicks, start, entry.QueryIds.Length);
    }

    /// <summary>Adds the records of another builder for the same generation.</summary>
    public void Add(QueryBatchBuilder other)
    {
        var start = writer.Length;
        writer.Write(other.writer.Written);
        foreach (var request in other.requests)
            requests.Add(request with { Start = start + request.Start });
        Count += other.Count;
    }

    /// <summary>The records in the order of their time, cut into batches; the builder is empty afterwards.</summary>
    public IReadOnlyList<QueryBatch> Take()
    {
        var batches = new List<QueryBatch>();
        // Threads that add to builders of their own overtake each other a little. The sort is stable in effect: the start breaks ties.
        CollectionsMarshal.AsSpan(requests)
            .Sort(static (a, b) => a.Order != b.Order ? a.Order.CompareTo(b.Order) : a.Start.CompareTo(b.Start));
        for (var first = 0; first < requests.Count;)
        {
            int end = first, length = 1, count = 0;
            for (; end < requests.Count && (end == first || length + requests[end].Length <= BatchBytes); end++)
            {
                length += requests[end].Length;
                count += requests[end].Rows;
            }

            batches.Add(Batch(CollectionsMarshal.AsSpan(requests)[first..end], length, count));
            first = end;
        }

        writer.Truncate(0);
        requests.Clear();
        Count = 0;
        return batches;
    }

    public void Dispose() => writer.Dispose();

    private void Note(long order, int start, int rows)
    {
        requests.Add(new Request(order, start, writer.Length - start, rows));
        Count += rows;
    }

    private QueryBatch Batch(ReadOnlySpan<Request> parts, int length, int count)
    {
        var data = GC.AllocateUninitializedArray<byte>(length);
        data[0] = QueryFormat.Version;
        var at = 1;
        foreach (var part in parts)
        {
            writer.Written.Slice(part.Start, part.Length).CopyTo(data.AsSpan(at));
            at += part.Length;
        }

        return new QueryBatch
        {
            Project = project,
            Generation = plan.Generation,
            Layout = plan.Words.Layout,
            Count = count,
            Data = data,
            Retention = plan.Retention,
        };
    }

    private readonly record struct Request(long Order, int Start, int Length, int Rows);
}
