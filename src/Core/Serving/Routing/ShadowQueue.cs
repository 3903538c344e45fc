using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Serving.Routing;

/// <summary>
/// The queries of a project that its shadows have still to answer on this silo. What does not fit into the queue, or has waited for too
/// long, is dropped and counted: an answer never waits for a shadow, nor one project's shadows for another's.
/// </summary>
public sealed partial class ShadowQueue(InferencePipeline pipeline, TimeProvider time, ILogger logger) : IDisposable
{
    private const int MaxWaiting = 1_024;
    private const long MaxBytes = 64L << 20;

    // The other processors are left to the queries that somebody waits for.
    private static readonly int MaxAtOnce = Math.Max(1, Environment.ProcessorCount / 2);

    // A plan keeps its models loaded for a minute after another one took over.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Channel<ShadowQuery> waiting = Channel.CreateBounded<ShadowQuery>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private Task answering = Task.CompletedTask;
    private bool isStarted;
    private long bytes;
    private long dropped;

    /// <summary>How many queries the shadows did not get because they are too slow.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Takes a query by rows that was answered, for the shadows of the plan.</summary>
    public void Offer(ActivePlan plan, QueryTokens query, RowChoices choices, long started)
    {
        QueryTokens? copy = null;
        foreach (var shadow in plan.Shadows)
        {
            // A shadow need not answer again what it answered itself.
            ImmutableArray<int> rows = [.. Enumerable.Range(0, choices.Arms.Length).Where(row => choices.Arms[row] != shadow)];
            if (rows.IsEmpty || !HasRoom(query.Bytes))
                continue;
            Add(new ShadowQuery(plan.Arms[shadow], plan.Plan.Project, started, query.Bytes)
            {
                Tokens = copy ??= query.Copy(),
                Batch = new ArmBatch(shadow, rows, [.. rows.Select(row => choices.QueryIds[row])]),
            });
        }
    }

    /// <summary>Takes a query by tensors that was answered, for the shadows of the plan.</summary>
    public void Offer(ActivePlan plan, InferQuery query, int answered, long started)
    {
        foreach (var shadow in plan.Shadows.Where(shadow => shadow != answered))
        {
            var size = query.Inputs.Sum(tensor => tensor.Data.Length);
            if (HasRoom(size))
                Add(new ShadowQuery(plan.Arms[shadow], plan.Plan.Project, started, size)
                {
                    Tensors = query with { Inputs = [.. query.Inputs.Select(tensor => tensor with { Data = tensor.Data.ToArray() })] },
                });
        }
    }

    /// <summary>Gives up what waits; nobody waits for what shadows would say.</summary>
    public Task StopAsync()
    {
        Dispose();
        return answering;
    }

    public void Dispose() => stopping.Cancel();

    private async Task AnswerAllAsync()
    {
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = stopping.Token };
            await Parallel.ForEachAsync(waiting.Reader.ReadAllAsync(stopping.Token), options, async (query, cancellationToken) =>
            {
                Interlocked.Add(ref bytes, -query.Bytes);
                if (time.GetElapsedTime(query.Started) > LongestWait)
                    Drop();
                else
                    await AnswerAsync(query, cancellationToken);
            });
        }
        catch (OperationCanceledException)
        {
            // The project rests on this silo, or the node stops.
        }
    }

    private bool HasRoom(int size)
    {
        if (waiting.Reader.Count < MaxWaiting && Interlocked.Read(ref bytes) + size <= MaxBytes)
            return true;
        Drop();
        return false;
    }

    private void Drop() => Interlocked.Increment(ref dropped);

    private void Add(ShadowQuery query)
    {
        Interlocked.Add(ref bytes, query.Bytes);
        if (waiting.Writer.TryWrite(query))
        {
            Start();
            return;
        }

        Interlocked.Add(ref bytes, -query.Bytes);
        Drop();
    }

    private void Start()
    {
        if (Volatile.Read(ref isStarted))
            return;
        lock (gate)
        {
            if (!isStarted)
                answering = Task.Run(AnswerAllAsync);
            Volatile.Write(ref isStarted, true);
        }
    }

    private async Task AnswerAsync(ShadowQuery query, CancellationToken cancellationToken)
    {
        try
        {
            if (query.Arm.Ready is not { } arm)
                return;
            var inferred = await RunAsync(query, arm, cancellationToken);
            if (inferred.Entry is { } entry)
                await pipeline.LogAsync(entry with { QueryIds = ArmResult.IdsBeside(entry.QueryIds, arm.Name) });
            else
                LogNotAnswered(logger, arm.Served.Reference.ToString(), inferred.Refusal!.Message);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
        {
            LogFailed(logger, exception, query.Arm.Arm.Generation.ToString());
        }
    }

    private async Task<Inferred> RunAsync(ShadowQuery query, ServedArm arm, CancellationToken cancellationToken)
    {
        var routed = new RoutedQuery(arm, Reasons.Shadow, time.GetTimestamp()) { Project = query.Project };
        if (query.Tensors is { } tensors)
            return Count(routed, await pipeline.RunAnyAsync(routed, query.Arm.Take(tensors), cancellationToken));
        var batch = query.Batch!;
        var (rows, error) = TokenRowsReader.Read(query.Tokens!, arm.Served.Schema, query.Arm.Map!, batch.Rows.AsSpan());
        if (rows is null)
            return Inferred.Refuse(error!);
        routed = routed with { QueryIds = batch.QueryIds };
        return Count(routed, await pipeline.RunAsync(routed, rows, wanted: null, cancellationToken));
    }

    private Inferred Count(RoutedQuery query, Inferred inferred)
    {
        if (inferred.Entry is { } entry)
            pipeline.Count(query, entry, inferred.Error is not null);
        return inferred;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The shadow {Generation} did not answer a query: {Reason}")]
    private static partial void LogNotAnswered(ILogger logger, string generation, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shadow {Generation} failed on a query")]
    private static partial void LogFailed(ILogger logger, Exception exception, string generation);

    /// <summary>A query that a shadow has still to answer: rows of a tokenized one, or tensors.</summary>
    private sealed record ShadowQuery(PlanArm Arm, string Project, long Started, int Bytes)
    {
        public QueryTokens? Tokens { get; init; }

        public ArmBatch? Batch { get; init; }

        public InferQuery? Tensors { get; init; }
    }
}
