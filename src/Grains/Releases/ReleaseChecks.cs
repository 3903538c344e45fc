using System.Text;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;

namespace Progeny.Grains.Releases;

/// <summary>
/// Checks what a manifest says before it is published, one at a time on a thread of its own: one with thousands of rules takes seconds.
/// </summary>
internal sealed class ReleaseChecks(ReleaseCompiler compiler, ManifestGrants grants, ViewProbe views, IOptions<ReleaseOptions> options)
    : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>
    /// Requires that a manifest is within the operator's bounds, names only what its project may use, and says nothing wrong in SQL.
    /// </summary>
    /// <exception cref="RegistryException">It is not; the message has everything that is wrong.</exception>
    public async Task RequireAsync(Manifest manifest, string text, Publisher? publisher)
    {
        if (OutOfBounds(manifest, text) is { } problem)
            throw new RegistryException(RegistryError.Invalid, problem);
        if (publisher is not null && PublisherChecks.Problem(manifest, publisher) is { } forbidden)
            throw new RegistryException(RegistryError.Forbidden, forbidden);
        var errors = grants.Check(manifest, text);
        if (errors.Count == 0)
            errors = await CompileAsync(manifest, text);
        if (errors.Count == 0)
            errors = await views.CheckAsync(manifest, text);
        if (errors.Count > 0)
            throw new RegistryException(RegistryError.Invalid, string.Join('\n', errors));
    }

    public void Dispose() => turn.Dispose();

    private async Task<IReadOnlyList<ManifestError>> CompileAsync(Manifest manifest, string text)
    {
        await turn.WaitAsync();
        try
        {
            return await Task.Factory.StartNew(
                () => compiler.Check(manifest, text),
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
        finally
        {
            turn.Release();
        }
    }

    private string? OutOfBounds(Manifest manifest, string text)
    {
        var (most, bytes) = (options.Value, Encoding.UTF8.GetByteCount(text));
        if (bytes > most.MaxManifestBytes)
            return $"{ManifestParser.FileName} has {bytes} bytes; this node takes {most.MaxManifestBytes} at most "
                + "(Releases:MaxManifestBytes).";
        var count = manifest.Rules.Count + manifest.Metrics.Count + manifest.Gates.Count + manifest.Hooks.Count + manifest.Alerts.Count
            + manifest.Tests.Count;
        return count > most.MaxRules
            ? $"{ManifestParser.FileName} has {count} rules, metrics, gates, hooks, alerts and tests; this node takes {most.MaxRules} at "
                + "most (Releases:MaxRules)."
            : null;
    }
}
