namespace Progeny.Core.Security;

/// <summary>Why something with a key was refused.</summary>
public enum ApiKeyError
{
    /// <summary>What was asked for is wrong.</summary>
    Invalid,

    /// <summary>There is no such key.</summary>
    NotFound,

    /// <summary>It does not go with the keys as they are.</summary>
    Conflict,
}
