using Progeny.Core.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>A row of the table of endpoints.</summary>
internal sealed record AccessRow(string Method, string Path, string Permissions, string Who, string Scope)
{
    public bool IsForEverybody => Permissions == "everybody";

    /// <summary>What the row says is needed.</summary>
    public Permissions Needed =>
        IsForEverybody || Permissions == "any caller" ? Core.Security.Permissions.None : Enum.Parse<Permissions>(Permissions);

    /// <inheritdoc/>
    public override string ToString() => $"| `{Method}` | `{Path}` | {Permissions} | {Who} | {Scope} |";
}
