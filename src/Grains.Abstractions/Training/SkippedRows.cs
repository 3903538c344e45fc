using System.Collections.Immutable;

namespace Progeny.Abstractions.Training;

/// <summary>Rows of a source that do not fit the schema and were left out of a training (<c>source.on_bad_row: skip</c>).</summary>
[GenerateSerializer, Immutable, Alias("progeny.skipped-rows")]
public sealed record SkippedRows
{
    /// <summary>How many were left out.</summary>
    [Id(0)] public required long Rows { get; init; }

    /// <summary>How many rows were read, those left out among them.</summary>
    [Id(1)] public required long Read { get; init; }

    /// <summary>What is wrong with the first ones; of a row every wrong value.</summary>
    [Id(2)] public required ImmutableArray<SkippedValue> First { get; init; }
}
