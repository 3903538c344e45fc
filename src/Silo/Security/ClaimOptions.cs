namespace Progeny.Silo.Security;

/// <summary>How the claims of an issuer become a caller: a name, and what it may do (docs/sign-in.md).</summary>
public abstract class ClaimOptions
{
    /// <summary>The claim with the caller's name. It must be one that the issuer keeps unique and that its users cannot choose.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>The claim with roles and grants as keys have them, e.g. <c>developer:flights</c>.</summary>
    public string AccessClaim { get; set; } = "progeny";

    /// <summary>The claim with the groups or roles of the issuer's own.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>
    /// For a value of <see cref="RolesClaim"/> the roles and grants that it stands for, separated by commas. Other values stand for
    /// nothing.
    /// </summary>
    public Dictionary<string, string> Roles { get; } = new(StringComparer.Ordinal);
}
