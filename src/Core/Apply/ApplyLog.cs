using System.Globalization;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Apply;

/// <summary>Records the answers of a job in the query log, each row once, under an id that its outcome can be reported by.</summary>
/// <param name="job">The id of the job.</param>
public sealed class ApplyLog(string job, string project, QueryLogBuffer buffer, IQueryLog log, TimeProvider time)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);

    /// <summary>Rows below this number may have been recorded before the node stopped, so that each is looked up.</summary>
    public long RecordedBelow { get; init; }

    /// <summary>Whether a row may have been recorded before.</summary>
    public bool MayBeRecorded(long row) => row < RecordedBelow;

    /// <summary>The id of the query of a row of the input.</summary>
    public string IdOf(long row) => string.Create(CultureInfo.InvariantCulture, $"{job}:{row}");

    /// <summary>Waits until what was recorded before is to be found.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => buffer.FlushAsync(cancellationToken);

    /// <summary>Records an entry, which has a single row where rows may have been recorded before.</summary>
    /// <param name="row">The number of its first row in the input.</param>
    /// <exception cref="ApplyException">The query log cannot be written.</exception>
    public async ValueTask AddAsync(QueryLogEntry entry, long row, CancellationToken cancellationToken)
    {
        if (!MayBeRecorded(row) || await log.FindAsync(project, entry.QueryIds[0], cancellationToken) is null)
            await WriteAsync(entry, cancellationToken);
    }

    private async ValueTask WriteAsync(QueryLogEntry entry, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!await buffer.AddAsync(entry))
        {
            if (time.GetElapsedTime(started) > TimeLimit)
                throw new ApplyException("The query log cannot be written; start the job again when it can, or without log.");
            await Task.Delay(Retry, time, cancellationToken);
        }
    }
}
