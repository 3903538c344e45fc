namespace Progeny.Core.Security;

/// <summary>Metadata of an endpoint: what a caller needs to be answered there. An endpoint without it answers nobody.</summary>
/// <param name="Permissions">All that is needed; none: to have proved who one is, and in the scope of a project any permission for
/// it.</param>
/// <param name="Scope">To what the permissions belong.</param>
public sealed record RequiredAccess(Permissions Permissions, AccessScope Scope)
{
    /// <summary>Everybody is answered, whoever they are.</summary>
    public static RequiredAccess Nothing { get; } = new(Permissions.None, AccessScope.Node) { IsForEverybody = true };

    /// <summary>Whether the caller need not prove who they are.</summary>
    public bool IsForEverybody { get; private init; }
}
