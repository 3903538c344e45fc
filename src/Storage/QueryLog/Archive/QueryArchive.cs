using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Extensions.Options;
using Progeny.Core.Evaluation;
using Progeny.Core.QueryLog;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.QueryLog.Archive;

/// <inheritdoc cref="IQueryArchive"/>
/// <remarks>
/// A day is written as a whole, as <c>part-0.parquet</c>, before it is marked; until then whatever lies in its folder is written again.
/// What comes into the log afterwards and belongs to a marked day is written as a part of its own, named by the place up to which the log
/// was archived, so that writing it twice leaves one file. Only then the mark goes on.
/// </remarks>
public sealed class QueryArchive(
    QueryStore store,
    IArchiveMarkWriter marks,
    IArchiveFiles? files,
    DuckDbEngine engine,
    IOptions<QueryArchiveOptions> options,
    TimeProvider time,
    IMetricSets? metrics = null) : IQueryArchive
{
    private const long Day = 86_400_000_000;

    private readonly LogRecords _log = new(store);

    /// <inheritdoc/>
    public bool IsOn => files is not null;

    /// <inheritdoc/>
    public async Task<long> ArchiveAsync(string project, CancellationToken cancellationToken)
    {
        if (files is null)
            return 0;
        await using var held = await marks.LockAsync(project, cancellationToken);
        var through = await _log.ReadEndAsync(cancellationToken);
        var (before, known) = await store.ReadAsync(snapshot => ArchiveMarks.Read(snapshot.Connection, project), cancellationToken);
        var due = await DueAsync(project, cancellationToken);
        var count = 0L;
        // First what came late into days that are marked.
        if (before > long.MinValue && through > known)
        {
            var late = new LogRange(project, long.MinValue, before, known, through);
            await foreach (var day in DaysAsync(late, cancellationToken))
                count += await WriteAsync(late, day, $"part-{(known + 1).ToString(CultureInfo.InvariantCulture)}", cancellationToken);
            await marks.WriteAsync(project, before, through, cancellationToken);
        }

        if (due <= before)
            return count;
        var range = new LogRange(project, before, due, 0, through);
        await foreach (var day in DaysAsync(range, cancellationToken))
        {
            foreach (var (name, _) in await files.ListAsync(FolderOf(project, day), cancellationToken))
            {
                if (name != NameOf(project, day, "part-0"))
                    await files.RemoveAsync(name, cancellationToken);
            }

            count += await WriteAsync(range, day, "part-0", cancellationToken);
            await marks.WriteAsync(project, day + Day, through, cancellationToken);
        }

        await marks.WriteAsync(project, due, through, cancellationToken);
        return count;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken) => store.ReadAsync(
        IReadOnlyList<string> (snapshot) => snapshot.Connection.Query<string>("SELECT DISTINCT project FROM origins ORDER BY project")
            .AsList(),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<QueryArchiveState> DescribeAsync(string project, CancellationToken cancellationToken)
    {
        if (files is null)
            return new QueryArchiveState(false, null, 0, 0, 0, 0, 0);
        var now = QueryCodes.Encode(time.GetUtcNow());
        var ((before, through), waiting) = await store.ReadAsync(
            snapshot =>
            {
                var mark = ArchiveMarks.Read(snapshot.Connection, project);
                var old = snapshot.Connection.ExecuteScalar<long?>(
                    """
                    SELECT sum(s.count) FROM segments AS s JOIN origins AS o ON o.id = s.origin
                    WHERE o.project = @project AND s.until_at < @now - o.retention * 1000000
                        AND (s.until_at >= @Before OR s.first + s.count - 1 > @Through)
                    """,
                    new { project, now, mark.Before, mark.Through });
                return (mark, old ?? 0);
            },
            cancellationToken);
        var kept = await files.ListAsync(project, cancellationToken);
        return new QueryArchiveState(
            true,
            before == long.MinValue ? null : QueryCodes.DecodeTime(before),
            through,
            kept.Select(file => file.Name.Split('/')[1]).Distinct(StringComparer.Ordinal).Count(),
            kept.Count,
            kept.Sum(file => file.Bytes),
            waiting);
    }

    /// <inheritdoc/>
    public Task<LoggedQuery?> FindAsync(string project, string queryId, long? sequence, CancellationToken cancellationToken) =>
        files is null
            ? Task.FromResult<LoggedQuery?>(null)
            : new ArchiveSearch(files, engine).FindAsync(project, queryId, sequence, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedQuery> ReadAsync(string project, CancellationToken cancellationToken) =>
        files is null ? AsyncEnumerable.Empty<LoggedQuery>() : new ArchiveSearch(files, engine).ReadAsync(project, cancellationToken);

    /// <inheritdoc/>
    public Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(
        string project, long sequence, CancellationToken cancellationToken) =>
        files is null
            ? Task.FromResult<(IReadOnlyList<QueryRecord>, int)>(([], -1))
            : new ArchiveSearch(files, engine).ReadRequestAsync(project, sequence, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> ExportAsync(string project, DateOnly day, string path, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var start = QueryCodes.Encode(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
            var others = files is null
                ? []
                : await files.BringAllAsync(FolderOf(project, start), folder, cancellationToken);
            return await new ArchiveWriter(engine, _log, metrics).WriteAsync(
                new LogRange(project, start, start + Day, 0, long.MaxValue), path, others, folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DateOnly>> ListDaysAsync(
        string project, DateOnly? from, DateOnly? to, CancellationToken cancellationToken)
    {
        var days = new SortedSet<DateOnly>();
        await foreach (var day in DaysAsync(new LogRange(project, long.MinValue, long.MaxValue, 0, long.MaxValue), cancellationToken))
            days.Add(DateOnly.FromDateTime(QueryCodes.DecodeTime(day).UtcDateTime));
        foreach (var (name, _) in files is null ? [] : await files.ListAsync(project, cancellationToken))
        {
            if (DateOnly.TryParseExact(
                name.Split('/')[1], "'day='yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                days.Add(day);
        }

        return [.. days.Where(day => !(day < from) && !(day >= to))];
    }

    internal static string FolderOf(string project, long day) =>
        $"{project}/day={QueryCodes.DecodeTime(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    private static string NameOf(string project, long day, string part) => $"{FolderOf(project, day)}/{part}.parquet";

    private static long StartOf(long at) => at - (((at % Day) + Day) % Day);

    /// <summary>The days of a range that have records, each by its start.</summary>
    private async IAsyncEnumerable<long> DaysAsync(
        LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var from = range.From; ;)
        {
            // The next segment that reaches behind what was seen may hold records of several days, or of none of the range.
            if (await _log.FindTimesAsync(range with { From = from }, cancellationToken) is not var (first, last))
                yield break;
            var day = StartOf(Math.Max(first, from));
            if (day >= range.Until || day > last)
                yield break;
            yield return day;
            from = day + Day;
        }
    }

    /// <summary>The end of the last day that is to be archived now.</summary>
    private async Task<long> DueAsync(string project, CancellationToken cancellationToken)
    {
        var delay = options.Value.Delay ?? TimeSpan.FromSeconds(Math.Max(0, await store.ReadAsync(
            snapshot => snapshot.Connection.ExecuteScalar<long?>(
                "SELECT min(retention) FROM origins WHERE project = @project", new { project }) ?? 0,
            cancellationToken) - (Day / 1_000_000)));
        return StartOf(QueryCodes.Encode(time.GetUtcNow() - delay));
    }

    private async Task<long> WriteAsync(LogRange range, long day, string part, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var path = Path.Combine(folder, "day.parquet");
            var count = await new ArchiveWriter(engine, _log, metrics).WriteAsync(
                range with { From = day, Until = Math.Min(day + Day, range.Until) }, path, [], folder, cancellationToken);
            if (count > 0)
                await files!.PutAsync(NameOf(range.Project, day, part), path, cancellationToken);
            return count;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
