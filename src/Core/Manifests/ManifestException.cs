namespace Progeny.Core.Manifests;

/// <summary>A manifest is not valid; the message lists every error, one a line.</summary>
public sealed class ManifestException(IReadOnlyList<ManifestError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ManifestError> Errors { get; } = errors;
}
