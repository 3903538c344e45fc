namespace Progeny.Abstractions.Training;

/// <summary>A value of a source that does not fit the schema.</summary>
[GenerateSerializer, Immutable, Alias("progeny.skipped-value")]
public sealed record SkippedValue
{
    /// <summary>The number of the row among those read, from 1.</summary>
    [Id(0)] public required long Row { get; init; }

    [Id(1)] public required string Column { get; init; }

    /// <summary>The value, cut where it is long.</summary>
    [Id(2)] public required string Value { get; init; }

    /// <summary>What is wrong with it, and what would be right.</summary>
    [Id(3)] public required string Reason { get; init; }
}
