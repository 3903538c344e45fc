using Progeny.Core.Manifests;

namespace Progeny.Core.Releases.Packages;

/// <summary>A package is refused; the message names the entry and the limit or rule that it breaks.</summary>
public sealed class PackageException : Exception
{
    public PackageException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The package's manifest is not valid.</summary>
    public PackageException(IReadOnlyList<ManifestError> errors)
        : base($"the package's manifest is not valid:\n{string.Join('\n', errors)}") => ManifestErrors = errors;

    /// <summary>What is wrong in the manifest; empty where something else is.</summary>
    public IReadOnlyList<ManifestError> ManifestErrors { get; } = [];
}
