namespace Progeny.Core.Explanations;

/// <summary>A node of a tree.</summary>
internal sealed class ExplainedNode
{
    /// <summary>The column whose value it compares; -1 for a leaf.</summary>
    public required int Column { get; init; }

    public float Threshold { get; init; }

    public Func<float, float, bool> Comparison { get; init; } = static (_, _) => false;

    /// <summary>Whether NaN goes where the comparison is true.</summary>
    public bool MissingTracksTrue { get; init; }

    /// <summary>The place of the node where the comparison is true.</summary>
    public int True { get; init; }

    /// <summary>The place of the other one.</summary>
    public int False { get; init; }

    /// <summary>What a leaf adds to which outputs.</summary>
    public IReadOnlyList<(int Output, double Weight)> Leaf { get; init; } = [];

    /// <summary>The place of the node behind this one for a row.</summary>
    public int Next(ReadOnlySpan<float> columns)
    {
        var value = columns[Column];
        return Comparison(value, Threshold) || (MissingTracksTrue && float.IsNaN(value)) ? True : False;
    }
}
