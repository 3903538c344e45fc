using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Serving.Inference;

/// <summary>What the inference pipeline found for a query, or for a part of one. It is neither logged nor answered yet.</summary>
/// <param name="Entry">The record for the query log; null: the query is refused and leaves none.</param>
/// <param name="Result">What the model, or a rule in its place, answered; null: the query is refused.</param>
/// <param name="Refusal">Why the query is refused; null: it is not.</param>
public readonly record struct Inferred(QueryLogEntry? Entry, ModelAnswer? Result, ServingError? Refusal)
{
    /// <summary>Why there is no prediction; null: there is one.</summary>
    public ServingError? Error => Refusal ?? Result?.Error;

    public static Inferred Refuse(ServingError error) => new(null, null, error);
}
