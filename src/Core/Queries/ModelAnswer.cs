using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Queries;

/// <summary>What a model made of the rows of a query.</summary>
public sealed record ModelAnswer
{
    /// <summary>Set where the model could not be run on these rows.</summary>
    public ServingError? Error { get; init; }

    /// <summary>Null where the project declares no features.</summary>
    public Prediction? Prediction { get; init; }

    public ImmutableArray<Tensor> Outputs { get; init; } = [];

    /// <summary>The time in the model, in microseconds; of a run that queries share, of all of it.</summary>
    public int Microseconds { get; init; }
}
