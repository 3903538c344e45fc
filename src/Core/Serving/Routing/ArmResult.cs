using System.Collections.Immutable;
using Progeny.Abstractions.Serving;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Serving.Routing;

/// <summary>What came of the rows that one arm was asked for.</summary>
public sealed record ArmResult(ArmBatch Batch, Inferred Inferred)
{
    /// <summary>
    /// The record for the query log, which is written once it is known what becomes of the whole query; null: the arm leaves none.
    /// </summary>
    public QueryLogEntry? Entry => Inferred.Entry;

    /// <summary>Why the arm did not answer, with rows counted as the arm counts them; null: it did.</summary>
    public ServingError? Error => Inferred.Error;

    /// <summary>Whether another arm may do better: this arm found nothing wrong with the query.</summary>
    public bool CanFallBack =>
        Error is { Kind: ServingErrorKind.ModelFailed or ServingErrorKind.Unavailable or ServingErrorKind.RuleFailed };

    /// <summary>The error with the indices that the rows have in the query.</summary>
    public ServingError? ErrorInQuery => Error is not { } error ? null : error with
    {
        Fields = [.. error.Fields.Select(wrong => wrong.Row < Batch.Rows.Length ? wrong with { Row = Batch.Rows[wrong.Row] } : wrong)],
    };

    /// <summary>The ids of records of an arm that are not the answer's: <c>query~arm</c>.</summary>
    public static ImmutableArray<string> IdsBeside(ImmutableArray<string> queryIds, string arm) =>
        [.. queryIds.Select(id => ArmRecords.IdOf(id, arm))];
}
