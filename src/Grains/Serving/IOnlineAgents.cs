using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <summary>
/// The online agents of this silo, for whoever runs in its process: asking them takes no message. Others ask <see cref="IOnlineAgentGrain"/>.
/// </summary>
public interface IOnlineAgents
{
    /// <summary>Lets a query in, where fewer are under way than the project may have on this silo; to be asked before its body is read.</summary>
    QueryTicket Enter(string project);

    /// <summary>Answers a query by rows.</summary>
    /// <param name="query">Its body must not change until the answer is there.</param>
    ValueTask<Answer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a query by tensors.</summary>
    /// <param name="query">The memory of its tensors must not change until the answer is there.</param>
    ValueTask<Answer> InferAsync(string project, InferQuery query, CancellationToken cancellationToken);

    /// <summary>Describes the inputs and outputs of a version (null: the one that the rollout would choose first).</summary>
    ValueTask<ModelMetadata> DescribeAsync(string project, string? version);

    /// <summary>The version of the plan that this silo follows; null: nobody has asked the project here, or it has no plan yet.</summary>
    long? PlanVersionOf(string project);

    /// <summary>How many queries the project's shadows on this silo did not get because they are too slow.</summary>
    long ShadowsDroppedOf(string project);
}
