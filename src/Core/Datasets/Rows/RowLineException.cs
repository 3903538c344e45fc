namespace Progeny.Core.Datasets.Rows;

/// <summary>A line of a batch is no row. Nothing of the batch is stored.</summary>
/// <param name="line">Its number, from 1.</param>
/// <param name="problem">What is wrong with it, and what would be right.</param>
public sealed class RowLineException(long line, string problem) : Exception($"Line {line}: {problem}")
{
    public long Line { get; } = line;
}
