using System.Collections.Immutable;
using Progeny.Abstractions.Serving;
using Progeny.Core.Rollout;
using Progeny.Core.Serving;

namespace Progeny.Grains.Rollout;

/// <summary>The rows of a query that one arm is asked for, and what came of it.</summary>
/// <param name="Arm">The index of the arm.</param>
/// <param name="Rows">Their indices in the query.</param>
/// <param name="QueryIds">Their ids.</param>
internal sealed record QueryPart(int Arm, ImmutableArray<int> Rows, ImmutableArray<string> QueryIds)
{
    /// <summary>What is to be logged, once it is known what becomes of the whole.</summary>
    public QueryLogEntry? Entry { get; set; }

    public ModelAnswer? Result { get; set; }

    /// <summary>Why the arm did not answer; its rows are counted as the query counts them.</summary>
    public ServingError? Error { get; set; }

    /// <summary>The part that this one stands in for; it has failed.</summary>
    public QueryPart? InsteadOf { get; init; }

    /// <summary>Whether another arm may do better: the query is right, as far as this one could tell.</summary>
    public bool CanFallBack => Error is { Kind: ServingErrorKind.ModelFailed or ServingErrorKind.Unavailable or ServingErrorKind.RuleFailed };

    /// <summary>An error of some rows with the indices that they have in the query.</summary>
    public ServingError InQuery(ServingError error) =>
        error with { Fields = [.. error.Fields.Select(field => field.Row < Rows.Length ? field with { Row = Rows[field.Row] } : field)] };

    /// <summary>The ids under which an arm's records are logged that are not the answer's: <c>query~arm</c>.</summary>
    public static ImmutableArray<string> IdsBeside(ImmutableArray<string> queryIds, string arm) => [.. queryIds.Select(id => ArmRecords.IdOf(id, arm))];
}
