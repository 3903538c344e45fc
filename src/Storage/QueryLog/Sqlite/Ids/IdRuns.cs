using Microsoft.Data.Sqlite;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>
/// The runs of the index, for the writer: adds them, merges eight to one, and removes those that are not needed, in small steps that a
/// transaction can carry along.
/// </summary>
/// <remarks>
/// A key is written once for each level, so an entry costs the same however long the log is; a look-up asks one page of each run, of which
/// there are at most eight a level.
/// </remarks>
internal sealed class IdRuns : IDisposable
{
    private const int RemovedAtOnce = 64;

    private readonly SqliteStatement selectRuns;
    private readonly SqliteStatement insertRun;
    private readonly SqliteStatement updateRun;
    private readonly SqliteStatement deleteRun;
    private readonly SqliteStatement selectPage;
    private readonly SqliteStatement insertPage;
    private readonly SqliteStatement deletePages;
    private readonly Dictionary<long, IdRun> runs = [];
    private IdMerge? merge;
    private int removed;
    private long lastId;

    public IdRuns(SqliteConnection connection)
    {
        selectRuns = new SqliteStatement(connection, "SELECT id, start, level, state FROM id_runs ORDER BY id");
        insertRun = new SqliteStatement(connection, "INSERT INTO id_runs (id, start, level, state) VALUES (?1, ?2, ?3, ?4)");
        updateRun = new SqliteStatement(connection, "UPDATE id_runs SET state = ?2 WHERE id = ?1");
        deleteRun = new SqliteStatement(connection, "DELETE FROM id_runs WHERE id = ?1");
        selectPage = new SqliteStatement(connection, "SELECT data FROM id_pages WHERE id = ?1");
        insertPage = new SqliteStatement(connection, "INSERT INTO id_pages (id, data) VALUES (?1, ?2)");
        deletePages = new SqliteStatement(connection, "DELETE FROM id_pages WHERE id >= ?1 AND id < ?2");
        Reload();
    }

    /// <summary>The first sequence number that no run covers.</summary>
    public long End => Ready.Select(run => run.End).DefaultIfEmpty(0).Max();

    public IEnumerable<IdRun> Ready => runs.Values.Where(run => run.State == IdRunState.Ready);

    /// <summary>Reads the runs anew. A merge that was interrupted begins again.</summary>
    public void Reload()
    {
        runs.Clear();
        merge = null;
        removed = 0;
        lastId = 0;
        while (selectRuns.Step())
        {
            var run = new IdRun(selectRuns.Int64(0), selectRuns.Int64(1), (int)selectRuns.Int64(2), (IdRunState)selectRuns.Int64(3));
            runs.Add(run.Id, run.State == IdRunState.Building ? run with { State = IdRunState.Gone } : run);
            lastId = run.Id;
        }

        selectRuns.Reset();
    }

    /// <summary>Adds a block as a run of the lowest level.</summary>
    /// <param name="count">How many places of the block are taken.</param>
    public void Add(IdBlock block, int count)
    {
        var run = Insert(block.Start, level: 0, IdRunState.Ready);
        var pages = new IdPageSplit(0, run.Pages);
        pages.Add(block.Keys.AsSpan(0, count), firstPlace: 0);
        Insert(run, 0, pages);
    }

    /// <summary>Does a small part of what there is to merge and to remove.</summary>
    /// <returns>False: there is nothing to do.</returns>
    public bool Step()
    {
        if (merge is not null)
            return StepMerge(merge);
        if (runs.Values.FirstOrDefault(run => run.State == IdRunState.Gone) is { } gone)
            return StepRemoval(gone);
        var end = End;
        foreach (var group in Ready.Where(run => run.Level < IdPage.LastLevel)
            .GroupBy(run => (run.Level, Parent: run.Start / IdPage.SpanOf(run.Level + 1))))
        {
            var start = group.Key.Parent * IdPage.SpanOf(group.Key.Level + 1);
            if (start + IdPage.SpanOf(group.Key.Level + 1) > end)
                continue;
            merge = new IdMerge(Insert(start, group.Key.Level + 1, IdRunState.Building), [.. group]);
            return true;
        }

        return false;
    }

    /// <summary>Gives up a run whose records are gone.</summary>
    public void Remove(IdRun run)
    {
        if (merge is null || !merge.Sources.Contains(run))
            Update(run, IdRunState.Gone);
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[selectRuns, insertRun, updateRun, deleteRun, selectPage, insertPage, deletePages])
            statement.Dispose();
    }

    private bool StepMerge(IdMerge current)
    {
        var page = current.NextPage++;
        var split = new IdPageSplit(current.Target.Level, 1 << IdPage.LevelBits);
        foreach (var source in current.Sources)
        {
            selectPage.Bind(1, source.KeyOf(page));
            if (selectPage.Step())
            {
                var (keys, places) = IdPage.Read(selectPage.Blob(0));
                split.Add(keys.Span, places.Span, (uint)(source.Start - current.Target.Start));
            }

            selectPage.Reset();
        }

        Insert(current.Target, page << IdPage.LevelBits, split);
        if (current.NextPage < current.Sources[0].Pages)
            return true;
        Update(current.Target, IdRunState.Ready);
        foreach (var source in current.Sources)
            Update(source, IdRunState.Gone);
        merge = null;
        return true;
    }

    private bool StepRemoval(IdRun run)
    {
        deletePages.Bind(1, run.KeyOf(removed));
        removed += RemovedAtOnce;
        deletePages.Bind(2, run.KeyOf(removed));
        deletePages.Execute();
        if (removed < run.Pages)
            return true;
        deleteRun.Bind(1, run.Id);
        deleteRun.Execute();
        runs.Remove(run.Id);
        removed = 0;
        return true;
    }

    private IdRun Insert(long start, int level, IdRunState state)
    {
        var run = new IdRun(++lastId, start, level, state);
        insertRun.Bind(1, run.Id);
        insertRun.Bind(2, start);
        insertRun.Bind(3, (long)level);
        insertRun.Bind(4, (long)state);
        insertRun.Execute();
        runs.Add(run.Id, run);
        return run;
    }

    private void Insert(IdRun run, int firstPage, IdPageSplit pages)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            if (pages.Write(i) is not { Length: > 0 } data)
                continue;
            insertPage.Bind(1, run.KeyOf(firstPage + i));
            insertPage.Bind(2, data);
            insertPage.Execute();
        }
    }

    private void Update(IdRun run, IdRunState state)
    {
        updateRun.Bind(1, run.Id);
        updateRun.Bind(2, (long)state);
        updateRun.Execute();
        runs[run.Id] = run with { State = state };
    }
}
