using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>One key of a map of the manifest.</summary>
internal sealed record MapKey(string Name, Shape Shape, string Description)
{
    public bool Required { get; init; }

    /// <summary>What holds where the key is left out; null: nothing.</summary>
    public JsonValue? Default { get; init; }

    /// <summary>The strategies that have this key, for <c>serving.rollout</c>; empty: all.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = [];
}
