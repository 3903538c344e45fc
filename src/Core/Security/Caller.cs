namespace Progeny.Core.Security;

/// <summary>Who sent a request.</summary>
/// <param name="Name">The name that decisions and the audit log keep, with its kind in front: <c>key:ci</c>, <c>user:ada@example.com</c>,
/// <c>cert:node-7</c>.</param>
/// <param name="Access">What the caller may do.</param>
public sealed record Caller(string Name, Access Access)
{
    private const string As = " as '";

    /// <summary>
    /// The caller of every request to a node without authentication. It may do everything; decisions are kept by the name that the client
    /// gives.
    /// </summary>
    public static Caller Anybody { get; } = new("anonymous", Access.Full);

    /// <summary>The id of the key that the caller has; null: it has proved by other means who it is.</summary>
    public string? KeyId { get; init; }

    /// <summary>Cancelled when what the caller has proved itself with is no longer valid: what it follows ends then.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>Whether the caller has proved who it is.</summary>
    public bool IsAuthenticated => !ReferenceEquals(this, Anybody);

    /// <summary>
    /// The name that is kept with a decision: the caller's own, and beside it, in quotes, what the client calls itself. Where nobody has to
    /// prove who they are it is what the client says.
    /// </summary>
    /// <param name="claimed">What the client calls itself; null: it does not say.</param>
    public string? By(string? claimed) => !IsAuthenticated ? claimed : claimed is null ? Name : $"{Name}{As}{claimed}'";

    /// <summary>Whether <see cref="By"/> gave a name for this caller; false where nobody has to prove who they are.</summary>
    public bool Is(string by) => IsAuthenticated && (by == Name || by.StartsWith($"{Name}{As}", StringComparison.Ordinal));
}
