using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The rows of one query on their way through a model, alone or in one run with those of others; and what became of them.
/// </summary>
public class ModelPart
{
    /// <summary>The rows; they must not change until the run is over.</summary>
    public required FeatureBatchBuilder Rows { get; set; }

    /// <summary>For each row whether it is left out; empty: none is.</summary>
    public ReadOnlyMemory<bool> Except { get; set; }

    /// <summary>The names of the model's raw outputs that are wanted beside the prediction.</summary>
    public IReadOnlyList<string> Wanted { get; set; } = [];

    /// <summary>Cancelled where nobody waits for the answer any more; a run that is for nobody is stopped.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>How many rows run.</summary>
    public int Count => Except.IsEmpty ? Rows.Rows : Except.Span.Count(false);

    /// <summary>The prediction; null where <see cref="Error"/> says why there is none.</summary>
    public Prediction? Prediction { get; internal set; }

    /// <summary>The outputs wanted, in that order.</summary>
    public ImmutableArray<Tensor> Outputs { get; internal set; } = [];

    public ModelException? Error { get; internal set; }

    /// <summary>Forgets the query and what became of it.</summary>
    public void Clear()
    {
        Except = default;
        Wanted = [];
        Cancellation = CancellationToken.None;
        (Prediction, Outputs, Error) = (null, [], null);
    }
}
