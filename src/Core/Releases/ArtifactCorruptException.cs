namespace Progeny.Core.Releases;

/// <summary>See <see cref="IArtifactStore.OpenAsync"/>.</summary>
public sealed class ArtifactCorruptException(string digest) : Exception($"The contents of artifact {digest} do not match its digest.")
{
    public string Digest { get; } = digest;
}
