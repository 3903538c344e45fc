using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Datasets;

/// <summary>An artifact store during whose work a file grows.</summary>
internal sealed class GrowingArtifacts(IDataArtifactStore inner, string path) : IDataArtifactStore
{
    public async Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        var ticket = await inner.StageAsync(contents, maxBytes, cancellationToken);
        await File.AppendAllTextAsync(path, "3,4\n", cancellationToken);
        return ticket;
    }

    public Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        inner.PutAsync(contents, maxBytes, cancellationToken);

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken) => inner.OpenAsync(digest, cancellationToken);

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => inner.ExistsAsync(digest, cancellationToken);

    public Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken) =>
        inner.OpenStagedAsync(ticket, cancellationToken);

    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken) => inner.KeepAsync(ticket, cancellationToken);

    public Task DropAsync(string ticket, CancellationToken cancellationToken) => inner.DropAsync(ticket, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken) =>
        inner.RemoveAsync(digest, before, cancellationToken);
}
