using System.Collections.Immutable;

namespace Progeny.Abstractions.Queries;

/// <summary>What a model says of a number of rows.</summary>
[GenerateSerializer, Immutable, Alias("progeny.prediction")]
public sealed record Prediction
{
    /// <summary>The classes in the order of the columns of <see cref="Scores"/>; empty for regression.</summary>
    [Id(0)] public required ImmutableArray<string> Classes { get; init; }

    /// <summary>Row by row: a probability per class, or the value for regression.</summary>
    [Id(1)] public required ReadOnlyMemory<float> Scores { get; init; }

    /// <summary>For each row the index of the class predicted; empty for regression.</summary>
    [Id(2)] public required ReadOnlyMemory<int> Labels { get; init; }

    /// <summary>The number of scores a row: the number of classes, or 1 for regression.</summary>
    public int Width => Math.Max(1, Classes.Length);

    public int Rows => Scores.Length / Width;

    /// <summary>The scores of one row.</summary>
    public ReadOnlySpan<float> Row(int row) => Scores.Span.Slice(row * Width, Width);
}
