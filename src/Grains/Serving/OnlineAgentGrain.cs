using Orleans.Concurrency;
using Progeny.Abstractions.Serving;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IOnlineAgentGrain"/>
[StatelessWorker, Reentrant]
internal sealed class OnlineAgentGrain(IOnlineAgents agents) : Grain, IOnlineAgentGrain
{
    public ValueTask<Answer> Predict(PredictQuery query, CancellationToken cancellationToken) =>
        agents.PredictAsync(this.GetPrimaryKeyString(), query, cancellationToken);

    public ValueTask<Answer> Infer(InferQuery query, CancellationToken cancellationToken) =>
        agents.InferAsync(this.GetPrimaryKeyString(), query, cancellationToken);

    public ValueTask<ModelMetadata> Describe(string? version) => agents.DescribeAsync(this.GetPrimaryKeyString(), version);
}
