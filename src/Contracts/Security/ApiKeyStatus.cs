namespace Progeny.Contracts.Security;

/// <summary>Whether a key is accepted.</summary>
public enum ApiKeyStatus
{
    /// <summary>It is.</summary>
    Valid,

    /// <summary>It is for a while, and another has taken its place.</summary>
    Replaced,

    /// <summary>Its time has passed.</summary>
    Expired,

    /// <summary>It was revoked.</summary>
    Revoked,
}
