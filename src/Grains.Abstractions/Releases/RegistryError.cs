namespace Progeny.Abstractions.Releases;

/// <summary>Why the registry refused.</summary>
public enum RegistryError
{
    /// <summary>What was asked for does not exist.</summary>
    NotFound,

    /// <summary>It contradicts what is stored, e.g. a version that is not greater.</summary>
    Conflict,

    /// <summary>It is wrong in itself, e.g. a package that cannot be read.</summary>
    Invalid,

    /// <summary>Who asked for it may not.</summary>
    Forbidden,
}
