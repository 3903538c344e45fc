namespace Progeny.Core.Releases;

/// <summary>See <see cref="IArtifactStore.PutAsync"/>.</summary>
public sealed class ArtifactTooLargeException(long maxBytes)
    : Exception($"An artifact may hold at most {maxBytes:N0} bytes; this one is larger.")
{
    public long MaxBytes { get; } = maxBytes;
}
