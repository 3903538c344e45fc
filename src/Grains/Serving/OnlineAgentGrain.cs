using System.Diagnostics;
using Orleans.Concurrency;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Requests;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Telemetry;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IOnlineAgentGrain"/>
/// <remarks>Orleans sees no query of callers in this process; so <see cref="AgentPoller"/> decides when it is idle.</remarks>
[RequiresRole(SiloRoles.Serving)]
[StatelessWorker(maxLocalWorkers: 1, removeIdleWorkers: false), Reentrant, CollectionAgeLimit(AlwaysActive = true)]
internal sealed class OnlineAgentGrain(OnlineAgentFactory factory, AgentRegistry agents, TimeProvider time) : Grain, IOnlineAgentGrain
{
    private OnlineAgent agent = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        agent = factory.Make(this.GetPrimaryKeyString());
        agents.Add(this.GetPrimaryKeyString(), agent, GrainContext);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        agents.Remove(this.GetPrimaryKeyString(), agent, GrainContext);
        agent.Dispose();
        return Task.CompletedTask;
    }

    public async ValueTask<QueryResponse> Predict(PredictQuery query, CancellationToken cancellationToken) =>
        await AnswerAsync(until => QueryHandler.PredictAsync(agent, query, until), query.TimeLeft, query.TraceParent, cancellationToken);

    public async ValueTask<QueryResponse> Infer(EncodedInferQuery query, CancellationToken cancellationToken) =>
        await AnswerAsync(until => QueryHandler.InferAsync(agent, query, until), query.TimeLeft, query.TraceParent, cancellationToken);

    public ValueTask<ModelMetadata> Describe(string? version) => agent.DescribeAsync(version);

    public ValueTask<AgentStatus> GetStatus() => ValueTask.FromResult(agent.Status);

    /// <summary>
    /// Answers on the threads of the pool, as many queries at once as there are processors: the scheduler of the activation would let one
    /// compute at a time.
    /// </summary>
    private Task<QueryResponse> AnswerAsync(
        Func<CancellationToken, ValueTask<ServedAnswer>> ask,
        TimeSpan? timeLeft,
        string? traceParent,
        CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            using var span = traceParent is null ? null : ProgenyTelemetry.Spans.StartActivity("query", ActivityKind.Server, traceParent);
            if (!agent.TryEnter())
                return new QueryResponse { Error = ServingError.Overloaded };
            using var answer = timeLeft is { } left
                ? await Deadline.AskAsync(until => ask(until).AsTask(), left, time, cancellationToken)
                : await ask(cancellationToken);
            return answer.ToMessage();
        },
        CancellationToken.None);
}
