using System.Collections.Immutable;

namespace Progeny.Abstractions.QueryLog;

/// <summary>What the records of a <see cref="QueryBatch"/> hold. Fields that the manifest redacts are not part of it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.query-layout")]
public sealed record QueryLayout
{
    /// <summary>The features, in the order of the schema; empty where the project declares none.</summary>
    [Id(0)] public ImmutableArray<QueryField> Features { get; init; } = [];

    /// <summary>The names of the fields of a query that are no features; their values may be of any type.</summary>
    [Id(1)] public ImmutableArray<string> Extras { get; init; } = [];

    /// <summary>The classes in the order of the scores; empty: a prediction is one number.</summary>
    [Id(2)] public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The index of the field that names the entity, features first, then extras; -1: none.</summary>
    [Id(3)] public int Entity { get; init; } = -1;

    /// <summary>Texts that return in many records (arms, reasons, names of rules), which the records give by their index.</summary>
    [Id(4)] public ImmutableArray<string> Words { get; init; } = [];
}
