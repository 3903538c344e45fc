using Progeny.Abstractions.Queries;

namespace Progeny.Abstractions.Serving;

/// <summary>
/// The owner of a project's online agent on its silo: the agent is made when the grain is activated there and released when it is
/// deactivated. Each silo that serves has its own. Key: the project's name.
/// </summary>
/// <remarks>Callers without a silo ask it; callers in the agent's process ask the agent itself.</remarks>
[Alias("progeny.online-agent")]
public interface IOnlineAgentGrain : IGrainWithStringKey
{
    /// <summary>Answers a query by rows.</summary>
    [Alias("predict"), ResponseTimeout(Timeout)]
    ValueTask<QueryResponse> Predict(PredictQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a query by tensors.</summary>
    [Alias("infer"), ResponseTimeout(Timeout)]
    ValueTask<QueryResponse> Infer(EncodedInferQuery query, CancellationToken cancellationToken);

    /// <summary>Describes the inputs and outputs of a version (null: the one that the rollout would choose first).</summary>
    [Alias("describe"), ResponseTimeout(Timeout)]
    ValueTask<ModelMetadata> Describe(string? version);

    /// <summary>The state of the agent. The first call on a silo makes it; nothing is loaded before a query.</summary>
    [Alias("get-status")]
    ValueTask<AgentStatus> GetStatus();

    /// <summary>Longer than the longest deadline of a query; a silo that is lost is noticed without it.</summary>
    private const string Timeout = "01:05:00";
}
