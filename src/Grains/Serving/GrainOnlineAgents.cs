using System.Diagnostics;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Requests;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>The online agents of the cluster, asked through their grains: for a process without a silo.</summary>
public sealed class GrainOnlineAgents(IGrainFactory grains) : IOnlineAgents
{
    /// <summary>Only the agent's silo knows that; it is asked with the query.</summary>
    public bool IsFull(string project) => false;

    /// <inheritdoc/>
    public ValueTask<ServedAnswer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken)
    {
        // A message may be sent after its call was given up, when the caller's memory is another query's.
        var sent = query with { Body = query.Body.ToArray(), TraceParent = Activity.Current?.Id };
        return AskAsync(project, Grain(project).Predict(sent, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ServedAnswer> InferAsync(string project, EncodedInferQuery query, CancellationToken cancellationToken)
    {
        var sent = query with { Body = query.Body.ToArray(), TraceParent = Activity.Current?.Id };
        return AskAsync(project, Grain(project).Infer(sent, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ModelMetadata> DescribeAsync(string project, string? version)
    {
        try
        {
            return await Grain(project).Describe(version);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return new ModelMetadata { Error = Unavailable(project, exception) };
        }
    }

    /// <inheritdoc/>
    public ValueTask<AgentStatus> GetStatusAsync(string project) => Grain(project).GetStatus();

    private static ServingError Unavailable(string project, Exception exception) =>
        new(ServingErrorKind.Unavailable, $"No node of the cluster answers queries of '{project}' now: {ClusterFault.Describe(exception)}");

    private static async ValueTask<ServedAnswer> AskAsync(
        string project, ValueTask<QueryResponse> asked, CancellationToken cancellationToken)
    {
        try
        {
            return new ServedAnswer(await asked);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new ServedAnswer(InferencePipeline.TooLate);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return new ServedAnswer(Unavailable(project, exception));
        }
    }

    private IOnlineAgentGrain Grain(string project) => grains.GetGrain<IOnlineAgentGrain>(project);
}
