using System.Collections.Immutable;
using Progeny.Abstractions.Queries;

namespace Progeny.Abstractions.Serving;

/// <summary>Why a query was not answered: a value, since a refusal is no exceptional thing on the way of a query.</summary>
[GenerateSerializer, Immutable, Alias("progeny.serving-error")]
public sealed record ServingError(
    [property: Id(0)] ServingErrorKind Kind, [property: Id(1)] string Message, [property: Id(2)] ImmutableArray<FieldError> Fields)
{
    /// <summary>A query that is refused before anything is done with it, for those that are under way to keep their time.</summary>
    public static ServingError Overloaded { get; } = new(
        ServingErrorKind.Overloaded,
        "As many queries of this project are under way on this node as it may have (serving.max_queue); ask again in a second.");

    public ServingError(ServingErrorKind kind, string message)
        : this(kind, message, [])
    {
    }
}
