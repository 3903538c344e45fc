using Orleans.Concurrency;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IOnlineAgentGrain"/>
[StatelessWorker, Reentrant]
internal sealed class OnlineAgentGrain(IOnlineAgents agents) : Grain, IOnlineAgentGrain
{
    public async ValueTask<Answer> Predict(PredictQuery query, CancellationToken cancellationToken)
    {
        using var ticket = agents.Enter(this.GetPrimaryKeyString());
        return ticket.IsRefused ? Answer.Refuse(ServingError.Overloaded) : await agents.PredictAsync(this.GetPrimaryKeyString(), query, cancellationToken);
    }

    public async ValueTask<Answer> Infer(InferQuery query, CancellationToken cancellationToken)
    {
        using var ticket = agents.Enter(this.GetPrimaryKeyString());
        return ticket.IsRefused ? Answer.Refuse(ServingError.Overloaded) : await agents.InferAsync(this.GetPrimaryKeyString(), query, cancellationToken);
    }

    public ValueTask<ModelMetadata> Describe(string? version) => agents.DescribeAsync(this.GetPrimaryKeyString(), version);
}
