using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Tests.QueryLog;

/// <summary>A log in memory whose disk can be made to stand still or to fail.</summary>
internal sealed class RecordingLog : IQueryLog
{
    private readonly List<QueryRecord> written = [];

    public ManualResetEventSlim Disk { get; } = new(true);

    public volatile bool Failing;

    private int attempts;

    public int Attempts => Volatile.Read(ref attempts);

    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (written)
                return [.. written.Select(record => record.QueryId)];
        }
    }

    public IReadOnlyList<QueryRecord> Written
    {
        get
        {
            lock (written)
                return [.. written];
        }
    }

    public volatile bool FailingAppend;

    /// <summary>The ids of what was journaled; it is in <see cref="Ids"/> as well.</summary>
    public List<string> Journaled { get; } = [];

    public void Journal(IReadOnlyList<QueryBatch> batches)
    {
        var before = Ids.Count;
        Write(batches);
        Journaled.AddRange(Ids.Skip(before));
    }

    public void Append(IReadOnlyList<QueryBatch> batches)
    {
        if (FailingAppend)
        {
            Interlocked.Increment(ref attempts);
            throw new IOException("The disk is full.");
        }

        if (batches.Count > 0)
            Write(batches);
    }

    private void Write(IReadOnlyList<QueryBatch> batches)
    {
        Interlocked.Increment(ref attempts);
        Disk.Wait();
        if (Failing)
            throw new IOException("The disk is full.");
        lock (written)
        {
            foreach (var batch in batches)
            {
                var reader = new QueryBatchReader(batch);
                while (reader.Read())
                    written.Add(reader.ToRecord());
            }
        }
    }

    public bool Upkeep() => false;

    public Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken) =>
        Task.FromResult(Written.FirstOrDefault(record => record.QueryId == queryId) is { } found ? new LoggedQuery(1, found, 1, []) : null);

    public Task<IReadOnlyList<LogStart>> ReadBeginsAsync(string project, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<LoggedQuery?> FindAtAsync(string project, string queryId, long sequence, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<LoggedQuery?> FindAnsweredAsync(string project, string queryId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<QueryLogPage> ListAsync(
        string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(long sequence, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<QueryLogExtent> MeasureAsync(string project, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<(long Last, IReadOnlyList<ArmRequests> Requests)> CountRequestsAsync(
        string project, long after, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ServedOutcome> ReadServedAsync(
        string project, string? release, int? generation, long after, IReadOnlyList<string> fields, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Waits for a condition, which must come true soon.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(2, patience.Token);
    }
}
