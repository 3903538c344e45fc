using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Requests;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <summary>
/// The online agents of this silo, asked in its process: a query takes no message. The first query of a project has its grain activated,
/// which makes the agent; where that is not to be on this silo, the grain is asked.
/// </summary>
internal sealed class OnlineAgents(AgentRegistry agents, IGrainFactory grains, GrainOnlineAgents elsewhere) : IOnlineAgents
{
    /// <inheritdoc/>
    public bool IsFull(string project) => agents.TryGet(project, out var agent) && agent.IsFull;

    /// <inheritdoc/>
    public ValueTask<ServedAnswer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken)
    {
        if (!agents.TryGet(project, out var agent))
            return StartAndPredictAsync(project, query, cancellationToken);
        if (agent.TryEnter())
            return QueryHandler.PredictAsync(agent, query, cancellationToken);
        return agent.IsClosed ? StartAndPredictAsync(project, query, cancellationToken) : ValueTask.FromResult(Overloaded);
    }

    /// <inheritdoc/>
    public ValueTask<ServedAnswer> InferAsync(string project, EncodedInferQuery query, CancellationToken cancellationToken)
    {
        if (!agents.TryGet(project, out var agent))
            return StartAndInferAsync(project, query, cancellationToken);
        if (agent.TryEnter())
            return QueryHandler.InferAsync(agent, query, cancellationToken);
        return agent.IsClosed ? StartAndInferAsync(project, query, cancellationToken) : ValueTask.FromResult(Overloaded);
    }

    /// <inheritdoc/>
    public async ValueTask<ModelMetadata> DescribeAsync(string project, string? version) =>
        agents.TryGet(project, out var agent) && !agent.IsClosed
            ? await agent.DescribeAsync(version)
            : await elsewhere.DescribeAsync(project, version);

    /// <inheritdoc/>
    public ValueTask<AgentStatus> GetStatusAsync(string project) =>
        ValueTask.FromResult(agents.TryGet(project, out var agent) ? agent.Status : new AgentStatus(null, 0));

    private static ServedAnswer Overloaded => new(ServingError.Overloaded);

    private async ValueTask<ServedAnswer> StartAndPredictAsync(string project, PredictQuery query, CancellationToken cancellationToken) =>
        await StartAsync(project) is { } agent
            ? await QueryHandler.PredictAsync(agent, query, cancellationToken)
            : await elsewhere.PredictAsync(project, query, cancellationToken);

    private async ValueTask<ServedAnswer> StartAndInferAsync(
        string project, EncodedInferQuery query, CancellationToken cancellationToken) =>
        await StartAsync(project) is { } agent
            ? await QueryHandler.InferAsync(agent, query, cancellationToken)
            : await elsewhere.InferAsync(project, query, cancellationToken);

    /// <summary>Has the project's agent made on this silo.</summary>
    /// <returns>The agent, which has let the query in; null: it has not, or there is none here.</returns>
    private async ValueTask<OnlineAgent?> StartAsync(string project)
    {
        try
        {
            await grains.GetGrain<IOnlineAgentGrain>(project).GetStatus();
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return null; // whoever is asked next says why
        }

        return agents.TryGet(project, out var agent) && agent.TryEnter() ? agent : null;
    }
}
