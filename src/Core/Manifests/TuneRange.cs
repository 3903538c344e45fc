namespace Progeny.Core.Manifests;

/// <summary>
/// What one parameter may be: one of <see cref="Values"/>, or a number from <see cref="Min"/> to <see cref="Max"/>, both included.
/// </summary>
public sealed record TuneRange
{
    /// <summary>Strings, numbers (double or long) or booleans; null: a range of numbers.</summary>
    public IReadOnlyList<object>? Values { get; init; }

    public double Min { get; init; }

    public double Max { get; init; }

    /// <summary>Whether only whole numbers are tried.</summary>
    public bool Whole { get; init; }

    /// <summary>Whether numbers are drawn evenly on the logarithmic scale.</summary>
    public bool Log { get; init; }
}
