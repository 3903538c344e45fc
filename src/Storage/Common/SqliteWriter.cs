using System.Collections.Concurrent;

namespace Progeny.Storage.Common;

/// <summary>
/// The one writer of a database: a thread of its own that joins the work of waiting callers in one transaction (group commit), so that
/// they share one flush to disk. Work that fails is undone alone; the others are done without it. Who has a thread to spare may run work on
/// that one instead, one transaction at a time.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int MaxGroup = 64;

    // After so long no more work joins the transaction.
    private const int MaxGroupMilliseconds = 20;

    // Bounds how long the writer's thread lets others go first.
    private const int MaxYieldMilliseconds = 100;

    private readonly BlockingCollection<Work> queue = [];
    private readonly Lock connectionGate = new();
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement rollback;
    private readonly Thread thread;
    private int waiting;

    public SqliteWriter(Microsoft.Data.Sqlite.SqliteConnection connection, string name)
    {
        begin = new SqliteStatement(connection, "BEGIN IMMEDIATE");
        commit = new SqliteStatement(connection, "COMMIT");
        rollback = new SqliteStatement(connection, "ROLLBACK");
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Runs work on the writer's thread; the result comes when its transaction is on disk.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var item = new Work<T>(work, cancellationToken);
        try
        {
            queue.Add(item, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectDisposedException("The query log is closed.", e);
        }

        return item.Task;
    }

    /// <summary>Runs work in a transaction on the calling thread; it is on disk when the call returns.</summary>
    /// <param name="committed">Called once it is on disk, before any other work runs.</param>
    public void Run(Action work, Action committed)
    {
        Interlocked.Increment(ref waiting);
        using var held = connectionGate.EnterScope();
        Interlocked.Decrement(ref waiting);
        ObjectDisposedException.ThrowIf(queue.IsAddingCompleted, this);
        var begun = false;
        try
        {
            begin.Execute();
            begun = true;
            work();
            commit.Execute();
        }
        catch
        {
            if (begun)
                Undo();
            throw;
        }

        committed();
    }

    /// <summary>Finishes what was handed in, then ends the thread.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        using var held = connectionGate.EnterScope();
        begin.Dispose();
        commit.Dispose();
        rollback.Dispose();
    }

    private void Run()
    {
        var group = new List<Work>(MaxGroup);
        foreach (var first in queue.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < MaxGroup && queue.TryTake(out var next))
                group.Add(next);
            group.RemoveAll(work => work.CancelIfAsked());
            while (group.Count > 0)
            {
                if (TryCommit(group, out var done) is { } failure)
                    RunOneByOne(group, failure);
                group.RemoveRange(0, done);
            }
        }
    }

    private void RunOneByOne(List<Work> group, Exception failure)
    {
        if (group.Count == 1)
        {
            group[0].Fail(failure);
            return;
        }

        foreach (var work in group)
        {
            if (TryCommit([work], out _) is { } own)
                work.Fail(own);
        }
    }

    /// <param name="done">How many of the group are through; the others wait for the next transaction.</param>
    /// <returns>Why all of them failed together; null: they did not.</returns>
    private Exception? TryCommit(List<Work> group, out int done)
    {
        // The lock lets in the thread that has just left it before those that wait.
        if (Volatile.Read(ref waiting) > 0)
            SpinWait.SpinUntil(() => Volatile.Read(ref waiting) == 0, MaxYieldMilliseconds);
        using var held = connectionGate.EnterScope();
        var begun = false;
        var started = Environment.TickCount64;
        done = 0;
        try
        {
            begin.Execute();
            begun = true;
            do
                group[done++].Run();
            while (done < group.Count && Environment.TickCount64 - started < MaxGroupMilliseconds);
            commit.Execute();
        }
        catch (Exception e)
        {
            if (begun)
                Undo();
            done = group.Count;
            return e;
        }

        for (var i = 0; i < done; i++)
            group[i].Complete();
        return null;
    }

    private void Undo()
    {
        try
        {
            rollback.Execute();
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // A full disk makes SQLite roll back by itself; then there is nothing to undo here.
        }
    }

    private abstract class Work(CancellationToken cancellationToken)
    {
        protected CancellationToken Token => cancellationToken;

        public abstract bool CancelIfAsked();

        public abstract void Run();

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Work<T>(Func<T> work, CancellationToken cancellationToken) : Work(cancellationToken)
    {
        private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Task => completion.Task;

        public override bool CancelIfAsked() => Token.IsCancellationRequested && completion.TrySetCanceled(Token);

        public override void Run() => result = work();

        public override void Complete() => completion.SetResult(result!);

        public override void Fail(Exception e) => completion.SetException(e);
    }
}
