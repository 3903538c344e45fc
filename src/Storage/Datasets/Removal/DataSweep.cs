using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Removal;

/// <summary>
/// Removes files of datasets and batch applies that nothing uses. The files are listed before their users are asked, and one that was
/// stored since stays: so one that is about to be used is removed only where its work takes longer than the time that unused files stay.
/// </summary>
public sealed class DataSweep(IDataArtifactStore artifacts, IEnumerable<IDataArtifactUses> users) : IDataSweep
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(DateTimeOffset before, IReadOnlySet<string> inUse, CancellationToken cancellationToken)
    {
        var stored = await artifacts.ListAsync(cancellationToken);
        HashSet<string> used = [.. inUse];
        foreach (var user in users)
            used.UnionWith(await user.ListUsedAsync(cancellationToken));
        var removed = 0;
        foreach (var digest in stored.Where(digest => !used.Contains(digest)))
            removed += await artifacts.RemoveAsync(digest, before, cancellationToken) ? 1 : 0;
        return removed;
    }
}
