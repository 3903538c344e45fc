using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Datasets.Contracts;

/// <summary>An artifact store that takes so many more artifacts, and no other.</summary>
internal sealed class FailingArtifacts : IDataArtifactStore
{
    private IDataArtifactStore inner = null!;
    private int left = int.MaxValue;

    public IDataArtifactStore Over(IDataArtifactStore store)
    {
        inner = store;
        return this;
    }

    public void FailAfter(int artifacts) => left = artifacts;

    public Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        left-- > 0 ? inner.PutAsync(contents, maxBytes, cancellationToken) : throw new IOException("No space left on device");

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken) => inner.OpenAsync(digest, cancellationToken);

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => inner.ExistsAsync(digest, cancellationToken);

    public Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        inner.StageAsync(contents, maxBytes, cancellationToken);

    public Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken) =>
        inner.OpenStagedAsync(ticket, cancellationToken);

    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken) => inner.KeepAsync(ticket, cancellationToken);

    public Task DropAsync(string ticket, CancellationToken cancellationToken) => inner.DropAsync(ticket, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken) =>
        inner.RemoveAsync(digest, before, cancellationToken);
}
