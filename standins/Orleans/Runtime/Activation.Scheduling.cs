using Orleans.Invocation;

namespace Orleans.Runtime;

/// <summary>Turns: one thread at a time, in order of arrival, no longer than a quantum without giving the thread back.</summary>
internal sealed partial class Activation
{
    private const long QuantumMilliseconds = 100;
    private readonly Queue<Task> ready = new();
    private bool scheduled;
    private long lastUse;

    /// <summary>How much is waiting or under way: 0 for an idle activation.</summary>
    public int Load => Volatile.Read(ref waitingCount) + (scheduled ? 1 : 0) + Volatile.Read(ref runningCount);

    public void QueueAction(Action action) =>
        new Task(static state => ((Action)state!)(), action, CancellationToken.None, TaskCreationOptions.DenyChildAttach).Start(this);

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    void IThreadPoolWorkItem.Execute()
    {
        var start = Environment.TickCount64;
        RuntimeContext.Current = this;
        while (true)
        {
            Task? task;
            lock (gate)
            {
                if (!ready.TryDequeue(out task) && !HasNext())
                {
                    scheduled = false;
                    break;
                }
            }

            if (task is not null)
                TryExecuteTask(task);
            else
                new Task(static state => ((Activation)state!).RunRequests(), this, TaskCreationOptions.DenyChildAttach).RunSynchronously(this);

            if (Environment.TickCount64 - start < QuantumMilliseconds)
                continue;
            RuntimeContext.Current = null;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        RuntimeContext.Current = null;
    }

    protected override void QueueTask(Task task)
    {
        lock (gate)
        {
            ready.Enqueue(task);
            if (scheduled)
                return;
            scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        ReferenceEquals(RuntimeContext.Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (gate)
            return [.. ready];
    }

    /// <summary>First turns of requests, one after another, until none may run or a continuation wants its turn.</summary>
    private void RunRequests()
    {
        var clean = ExecutionContext.Capture()!;
        while (TakeNext() is { } request)
        {
            if (request.Context is { } context)
                RequestContext.Current = context;
            request.Start(this, instance!);

            // What the turn left behind in the context belongs to that request alone.
            if (ExecutionContext.Capture() != clean)
                ExecutionContext.Restore(clean);
            if (request.KeepsAlive)
                Volatile.Write(ref lastUse, Silo.Time.GetTimestamp());
        }
    }

    private Request? TakeNext()
    {
        lock (gate)
        {
            if (ready.Count > 0)
                return null;
            var request = FindNext(out var before);
            if (request is not null)
                Unlink(request, before);
            return request;
        }
    }
}
