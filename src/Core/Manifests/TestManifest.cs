namespace Progeny.Core.Manifests;

/// <summary>One of the project's own tests: a query and what must be true of its prediction.</summary>
public sealed record TestManifest
{
    public required string Name { get; init; }

    /// <summary>Values by field name, as a query would carry them.</summary>
    public required IReadOnlyDictionary<string, object?> Given { get; init; }

    public required TestExpectation Expect { get; init; }
}
