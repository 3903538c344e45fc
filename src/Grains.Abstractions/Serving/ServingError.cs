using System.Collections.Immutable;

namespace Progeny.Abstractions.Serving;

/// <summary>Why a query was not answered: a value, since a refusal is no exceptional thing on the way of a query.</summary>
[GenerateSerializer, Immutable, Alias("progeny.serving-error")]
public sealed record ServingError(
    [property: Id(0)] ServingErrorKind Kind, [property: Id(1)] string Message, [property: Id(2)] ImmutableArray<FieldError> Fields)
{
    public ServingError(ServingErrorKind kind, string message)
        : this(kind, message, [])
    {
    }
}
