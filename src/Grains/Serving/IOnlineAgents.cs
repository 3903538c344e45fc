using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Requests;

namespace Progeny.Grains.Serving;

/// <summary>
/// The online agents that answer queries. A process with a silo asks its silo's own in process (<see cref="OnlineAgents"/>); a process
/// without one asks their grains (<see cref="GrainOnlineAgents"/>). The answers are the same.
/// </summary>
public interface IOnlineAgents
{
    /// <summary>
    /// Whether as many queries of the project are known to be under way as it may have; to be asked before a large body is read.
    /// </summary>
    bool IsFull(string project);

    /// <summary>Answers a query by rows.</summary>
    /// <param name="query">Its body must not change until the answer is there.</param>
    ValueTask<ServedAnswer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a query by tensors.</summary>
    /// <param name="query">Its body must not change until the answer is there.</param>
    ValueTask<ServedAnswer> InferAsync(string project, EncodedInferQuery query, CancellationToken cancellationToken);

    /// <summary>Describes the inputs and outputs of a version (null: the one that the rollout would choose first).</summary>
    ValueTask<ModelMetadata> DescribeAsync(string project, string? version);

    /// <summary>The state of the project's agent on the silo that would be asked.</summary>
    ValueTask<AgentStatus> GetStatusAsync(string project);
}
