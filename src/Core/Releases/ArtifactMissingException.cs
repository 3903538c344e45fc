namespace Progeny.Core.Releases;

/// <summary>See <see cref="IArtifactStore.OpenAsync"/>.</summary>
public sealed class ArtifactMissingException(string digest) : Exception($"There is no artifact {digest}.")
{
    public string Digest { get; } = digest;
}
