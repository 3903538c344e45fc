using System.Collections.Immutable;

namespace Progeny.Core.Apply;

/// <summary>What was found for the rows of a batch: a prediction each, or a problem.</summary>
/// <param name="rows">The rows of the batch.</param>
/// <param name="width">The scores of a row: the number of classes, or 1 for regression.</param>
public sealed class ApplyAnswers(int rows, int width)
{
    private string?[]? _problems;
    private string[]? _rules;

    /// <summary>The rows of the batch.</summary>
    public int Rows { get; } = rows;

    /// <summary>The scores of a row.</summary>
    public int Width { get; } = width;

    /// <summary>Row by row, the scores.</summary>
    public float[] Scores { get; } = new float[rows * width];

    /// <summary>For each row the index of the class predicted; 0 for regression.</summary>
    public int[] Labels { get; } = new int[rows];

    /// <summary>How many rows have no prediction.</summary>
    public int Bad { get; private set; }

    /// <summary>Why a row has no prediction; null: it has one.</summary>
    public string? ProblemOf(int row) => _problems?[row];

    /// <summary>The names of the rules that fired on a row, with commas between them; empty: none did.</summary>
    public string RulesOf(int row) => _rules?[row] ?? "";

    /// <summary>Notes that a row has no prediction.</summary>
    public void Refuse(int row, string problem)
    {
        _problems ??= new string?[Rows];
        if (_problems[row] is null)
            Bad++;
        _problems[row] ??= problem;
    }

    /// <summary>Notes the rules that fired on a row.</summary>
    internal void SetRules(int row, ImmutableArray<string> names)
    {
        if (!names.IsEmpty)
            (_rules ??= new string[Rows])[row] = string.Join(',', names);
    }
}
