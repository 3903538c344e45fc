using Progeny.Core.Common;

namespace Progeny.Core.Manifests;

/// <summary>What a test expects of a prediction; what is null is not checked.</summary>
public sealed record TestExpectation
{
    /// <summary>The class predicted.</summary>
    public string? Label { get; init; }

    /// <summary>Bounds, inclusive, by class.</summary>
    public IReadOnlyDictionary<string, Bounds> Probability { get; init; } = new Dictionary<string, Bounds>();

    /// <summary>Bounds, inclusive, of a regression's value.</summary>
    public Bounds? Value { get; init; }

    /// <summary>A part of the message with which the query must be refused.</summary>
    public string? Error { get; init; }
}
