using Progeny.Core.Manifests;

namespace Progeny.Cli.Common;

/// <summary>A project's manifest is not valid.</summary>
internal sealed class InvalidManifestException(IReadOnlyList<ManifestError> errors, string text) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ManifestError> Errors { get; } = errors;

    /// <summary>The manifest, to show the lines that are wrong.</summary>
    public string Text { get; } = text;
}
