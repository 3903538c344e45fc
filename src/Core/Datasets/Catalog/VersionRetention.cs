namespace Progeny.Core.Datasets.Catalog;

/// <summary>Which versions of a dataset a policy keeps.</summary>
/// <param name="KeepVersions">How many versions that are read are kept, the newest; null: all.</param>
/// <param name="KeepFor">How long a version is kept that is not the newest; null: for ever.</param>
public sealed record VersionRetention(int? KeepVersions, TimeSpan? KeepFor)
{
    /// <summary>Whether all versions are kept.</summary>
    public bool KeepsAll => KeepVersions is null && KeepFor is null;

    /// <summary>The versions that go: those that either bound names. The newest that is read stays always.</summary>
    /// <param name="versions">All versions of the dataset.</param>
    public IReadOnlyList<DatasetVersion> Choose(IEnumerable<DatasetVersion> versions, DateTimeOffset now)
    {
        DatasetVersion[] ready =
            [.. versions.Where(version => version.State == DatasetState.Ready).OrderByDescending(version => version.Version)];
        return
        [
            .. ready.Where((version, place) =>
                place > 0 && (place >= KeepVersions || (KeepFor is { } time && version.CreatedAt + time < now))),
        ];
    }
}
