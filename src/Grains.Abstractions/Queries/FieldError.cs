namespace Progeny.Abstractions.Queries;

/// <summary>What is wrong with one value of a query.</summary>
/// <param name="Row">The row's index in the request, from 0.</param>
/// <param name="Field">The field or tensor.</param>
/// <param name="Message">What is wrong and what would be right.</param>
[GenerateSerializer, Immutable, Alias("progeny.field-error")]
public sealed record FieldError([property: Id(0)] int Row, [property: Id(1)] string Field, [property: Id(2)] string Message);
