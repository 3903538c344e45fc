namespace Progeny.Core.Manifests.Shapes;

internal enum NodeKind
{
    Scalar,
    List,
    Map,
}

/// <summary>One key of a map: the key as a node of its own, for its place in the file.</summary>
internal sealed record ManifestEntry(ManifestNode Key, ManifestNode Value)
{
    public string Name => Key.Text;
}

/// <summary>
/// A value of the YAML file with its place. Accessors are lenient: what is not there, or of another kind, is null or empty.
/// </summary>
internal sealed class ManifestNode(NodeKind kind, int line, int column)
{
    public NodeKind Kind { get; } = kind;

    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>A scalar's text as it was written, without quotes.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether a scalar was written without quotes, so that it may be a number, a boolean or null.</summary>
    public bool Plain { get; init; }

    public List<ManifestNode> Items { get; } = [];

    public List<ManifestEntry> Entries { get; } = [];

    /// <summary>The value of a map's key.</summary>
    public ManifestNode? this[string key] => Entries.Find(e => e.Name == key)?.Value;

    public bool IsNull => Kind == NodeKind.Scalar && Plain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <summary>A scalar's text; null for anything else, YAML's null included.</summary>
    public string? AsText() => Kind == NodeKind.Scalar && !IsNull ? Text : null;

    public double? AsNumber() => CoreSchema.Resolve(this) switch
    {
        long number => number,
        double number => number,
        _ => null,
    };

    /// <summary>What the node is, for error messages.</summary>
    public string Describe() => Kind switch
    {
        NodeKind.List => "a list",
        NodeKind.Map => "a map",
        _ when IsNull => "nothing",
        _ => Quote.Of(Text),
    };

    /// <summary>The same where quotes make a text of a number or a flag.</summary>
    public string DescribeQuoted() => Kind == NodeKind.Scalar && !Plain ? $"{Describe()} in quotes" : Describe();
}
