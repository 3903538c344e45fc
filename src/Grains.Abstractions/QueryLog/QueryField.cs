namespace Progeny.Abstractions.QueryLog;

/// <summary>A feature as the log of queries carries it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.query-field")]
public sealed record QueryField([property: Id(0)] string Name, [property: Id(1)] QueryFieldType Type);
