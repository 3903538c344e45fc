using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// Joins the queries that wait for a model into runs. A query is never delayed for it, unless the manifest says so: it runs at once where
/// this thread has nothing else to do; where other work waits for a thread, the run goes behind that work, and the queries that come of it
/// share the run.
/// </summary>
public sealed class ModelBatcher : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Waiting = 1; // for more queries
    private const int Queued = 2;
    private const int MaxSpare = 1_024;
    private const int CompletedTogether = 8;

    private static readonly ModelAnswer TooLate = new() { Error = InferencePipeline.TooLate };

    private readonly ModelRunner model;
    private readonly ProjectRuns runs;
    private readonly bool joins;
    private readonly bool joinsOutputs;
    private readonly int maxBatch;
    private readonly TimeSpan maxWait;
    private readonly ITimer? timer;
    private readonly ConcurrentQueue<ModelCall> calls = new();
    private readonly ConcurrentQueue<ModelCall> spare = new();
    private int waitingRows;
    private int state;
    private int running;

    /// <param name="runs">The runs of the project's models.</param>
    /// <param name="joins">Whether queries may share a run at all: see <see cref="BatchProbe"/>.</param>
    /// <param name="joinsOutputs">Whether those that want raw outputs may, too.</param>
    public ModelBatcher(ModelRunner model, ProjectRuns runs, bool joins, bool joinsOutputs, ServingManifest serving, TimeProvider time)
    {
        (this.model, this.runs) = (model, runs);
        this.joins = joins && serving.MaxBatch > 1;
        this.joinsOutputs = joinsOutputs;
        maxBatch = serving.MaxBatch;
        maxWait = serving.MaxWait;
        if (this.joins && maxWait > TimeSpan.Zero)
            timer = time.CreateTimer(
                static batcher => ((ModelBatcher)batcher!).Queue(Waiting), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs the rows of a query, which must not change until the answer is there.</summary>
    /// <param name="except">For each row whether it is left out; empty: none is.</param>
    /// <param name="wanted">The raw outputs wanted besides.</param>
    /// <param name="cancellationToken">Once it is cancelled the rows are not run any more, unless that has begun.</param>
    public ValueTask<ModelAnswer> RunAsync(
        FeatureBatchBuilder rows, ReadOnlyMemory<bool> except, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        if (!spare.TryDequeue(out var call))
            call = new ModelCall(this) { Rows = rows };
        (call.Rows, call.Except, call.Wanted, call.Cancellation) = (rows, except, wanted, cancellationToken);
        var isAlone = !joins || (wanted.Count > 0 && !joinsOutputs);
        if ((isAlone || (timer is null && calls.IsEmpty && ThreadPool.PendingWorkItemCount == 0)) && runs.TryEnter())
        {
            try
            {
                return ValueTask.FromResult(Run(call));
            }
            finally
            {
                runs.Leave();
                GiveBack(call);
            }
        }

        if (isAlone)
            return RunApartAsync(call);
        var task = call.Task;
        var rowsWaiting = Interlocked.Add(ref waitingRows, call.Count);
        calls.Enqueue(call);
        if (timer is null || rowsWaiting >= maxBatch)
            Queue(Volatile.Read(ref state));
        else if (Interlocked.CompareExchange(ref state, Waiting, Idle) == Idle)
            timer.Change(maxWait, Timeout.InfiniteTimeSpan);
        return task;
    }

    /// <summary>Takes back a call that nobody waits for any more.</summary>
    public void GiveBack(ModelCall call)
    {
        call.Clear();
        if (spare.Count < MaxSpare)
            spare.Enqueue(call);
    }

    /// <summary>Runs the model on its own inputs.</summary>
    /// <param name="cancellationToken">Once it is cancelled a run that waits does not begin, and one that is under way is stopped.</param>
    public ValueTask<ModelAnswer> RunAsync(InferQuery query, CancellationToken cancellationToken)
    {
        if (!runs.TryEnter())
            return new(RunApartAsync(() => Run(query, cancellationToken), cancellationToken));
        try
        {
            return ValueTask.FromResult(Run(query, cancellationToken));
        }
        finally
        {
            runs.Leave();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (!runs.TryEnter())
        {
            runs.RunApart(RunNext);
            return;
        }

        RunNext();
        runs.Leave();
    }

    private ModelAnswer Run(ModelCall call)
    {
        var started = Stopwatch.GetTimestamp();
        model.Run([call]);
        return call.ToAnswer(Microseconds(started));
    }

    private ModelAnswer Run(InferQuery query, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outputs = model.Run(query.Inputs, query.Outputs.IsEmpty ? model.OutputNames : query.Outputs, cancellationToken);
            return new ModelAnswer { Outputs = outputs, Microseconds = Microseconds(started) };
        }
        catch (ModelException exception)
        {
            return new ModelAnswer { Error = new ServingError(exception.Kind, exception.Message), Microseconds = Microseconds(started) };
        }
    }

    private async ValueTask<ModelAnswer> RunApartAsync(ModelCall call)
    {
        var answer = await RunApartAsync(() => Run(call), call.Cancellation);
        GiveBack(call);
        return answer;
    }

    private async Task<ModelAnswer> RunApartAsync(Func<ModelAnswer> run, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.RunApartAsync(run, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return TooLate;
        }
    }

    private void RunNext()
    {
        Interlocked.Increment(ref running);
        Interlocked.Exchange(ref state, Idle);
        var batch = new List<ModelCall>();
        List<ModelCall>? late = null;
        var rows = 0;
        var lateRows = 0;
        while ((batch.Count == 0 || rows < maxBatch) && calls.TryPeek(out var next) && (batch.Count == 0 || rows + next.Count <= maxBatch)
            && calls.TryDequeue(out var call))
        {
            if (call.Cancellation.IsCancellationRequested)
            {
                lateRows += call.Count;
                (late ??= []).Add(call);
                continue;
            }

            rows += call.Count;
            batch.Add(call);
        }

        Interlocked.Add(ref waitingRows, -rows - lateRows);
        foreach (var call in late ?? [])
            call.Complete(TooLate);
        if (batch.Count > 0)
            Run(batch);
        Interlocked.Decrement(ref running);
        if (!calls.IsEmpty)
            Queue(Volatile.Read(ref state));
    }

    private void Run(List<ModelCall> batch)
    {
        var started = Stopwatch.GetTimestamp();
        ServingError? broken = null;
        try
        {
            model.Run(ReadOnlySpan<ModelPart>.CastUp(CollectionsMarshal.AsSpan(batch)));
        }
        catch (Exception exception)
        {
            // Whatever it is, those who wait must learn of it: on this thread nobody else would.
            broken = new ServingError(ServingErrorKind.ModelFailed, $"The model failed: {exception.Message}");
        }

        var microseconds = Microseconds(started);
        var answers = batch.ConvertAll(
            call => broken is null ? call.ToAnswer(microseconds) : new ModelAnswer { Error = broken, Microseconds = microseconds });
        // What follows for a query is as much work as the run: a large batch is spread over the processors.
        for (var first = CompletedTogether; first < batch.Count; first += CompletedTogether)
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => Complete(state.batch, state.answers, state.first), (batch, answers, first), preferLocal: true);
        Complete(batch, answers, 0);
    }

    private static void Complete(List<ModelCall> batch, List<ModelAnswer> answers, int first)
    {
        for (var i = first; i < Math.Min(batch.Count, first + CompletedTogether); i++)
            batch[i].Complete(answers[i]);
    }

    private static int Microseconds(long started) => (int)Stopwatch.GetElapsedTime(started).TotalMicroseconds;

    /// <summary>
    /// Queues a run, unless one is queued, or as many are under way as there are processors: the first to end queues the next.
    /// </summary>
    private void Queue(int from)
    {
        // What was enqueued must be seen by a run that ends now.
        Interlocked.MemoryBarrier();
        if (from != Queued && Volatile.Read(ref running) < Environment.ProcessorCount
            && Interlocked.CompareExchange(ref state, Queued, from) == from)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
