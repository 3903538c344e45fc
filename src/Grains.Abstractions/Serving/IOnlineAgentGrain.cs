using Progeny.Abstractions.Queries;

namespace Progeny.Abstractions.Serving;

/// <summary>Answers a project's queries on this silo: selects, loads, augments, predicts, logs. Key: the project's name.</summary>
[Alias("progeny.online-agent")]
public interface IOnlineAgentGrain : IGrainWithStringKey
{
    /// <summary>Answers a query by rows.</summary>
    [Alias("predict")]
    ValueTask<Answer> Predict(PredictQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a query by tensors.</summary>
    [Alias("infer")]
    ValueTask<Answer> Infer(InferQuery query, CancellationToken cancellationToken);

    /// <summary>Describes the inputs and outputs of a version (null: the one that the rollout would choose first).</summary>
    [Alias("describe")]
    ValueTask<ModelMetadata> Describe(string? version);
}
