using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;

namespace Progeny.Grains.Releases;

/// <summary>Packages in the artifact store, with their faults as the registry's errors.</summary>
internal static class Packages
{
    /// <exception cref="RegistryException">The artifact is missing or no package.</exception>
    public static Task<Package> ReadAsync(IArtifactStore artifacts, string digest, CancellationToken cancellationToken) =>
        ReadAsync(() => artifacts.OpenAsync(digest, cancellationToken), cancellationToken);

    /// <summary>The manifest of a package that is staged, and its text.</summary>
    /// <exception cref="RegistryException">It is missing or no package.</exception>
    public static async Task<(Manifest Manifest, string Text)> ReadManifestAsync(
        IArtifactStore artifacts, string ticket, CancellationToken cancellationToken)
    {
        using var package = await ReadAsync(() => artifacts.OpenStagedAsync(ticket, cancellationToken), cancellationToken);
        return (package.Manifest, package.ManifestText);
    }

    private static async Task<Package> ReadAsync(Func<Task<Stream>> open, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await open();
            return await PackageReader.ReadAsync(stream, new PackageLimits(), cancellationToken);
        }
        catch (ArtifactMissingException exception)
        {
            throw new RegistryException(RegistryError.NotFound, exception.Message);
        }
        catch (PackageException exception)
        {
            throw new RegistryException(
                RegistryError.Invalid,
                exception.Message,
                [.. exception.ManifestErrors.Select(error => new ManifestFault(error.Line, error.Column, error.Path, error.Message))]);
        }
    }
}
