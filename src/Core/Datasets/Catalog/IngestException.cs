namespace Progeny.Core.Datasets.Catalog;

/// <summary>A file that cannot be taken in as it was asked. The message says what, where, and what would be right.</summary>
public sealed class IngestException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the node has no room for it, and the same request may succeed later.</summary>
    public bool IsNoRoom { get; init; }
}
