using Progeny.Core.Tracking;

namespace Progeny.Storage.Tracking;

/// <summary>The paths of artifacts, on both databases.</summary>
internal sealed class ArtifactIndex(TrackingDatabase database) : IArtifactIndex
{
    // The character behind the slash: what begins with a folder lies between the two.
    private const char BehindSlash = '0';

    private const string Inside = "(path >= :first AND path < :end)";

    /// <inheritdoc/>
    public Task PutAsync(string path, string digest, long bytes, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            """
            INSERT INTO tracking_artifacts (path, digest, bytes) VALUES (:path, :digest, :bytes)
            ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes
            """,
            new { path, digest, bytes }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<(string Digest, long Bytes)?> FindAsync(string path, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.FirstAsync(
            "SELECT digest, bytes FROM tracking_artifacts WHERE path = :path",
            new { path },
            row => ((string, long)?)(row.GetString(0), row.GetInt64(1))),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ArtifactEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var files = await database.ReadAsync(
            session => session.ListAsync(
                $"SELECT path, bytes FROM tracking_artifacts WHERE {(folder.Length == 0 ? "TRUE" : Inside)} ORDER BY path",
                new { first = $"{folder}/", end = $"{folder}{BehindSlash}" },
                row => (Path: row.GetString(0), Bytes: row.GetInt64(1))),
            cancellationToken);
        var start = folder.Length == 0 ? 0 : folder.Length + 1;
        return [.. files.Select(file => (Below: file.Path[start..], file.Bytes))
            .GroupBy(file => file.Below.Split('/')[0], StringComparer.Ordinal)
            .Select(group => group.Any(file => file.Below.Length > group.Key.Length)
                ? new ArtifactEntry(group.Key, true, null)
                : new ArtifactEntry(group.Key, false, group.First().Bytes))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public Task<int> DeleteAsync(string path, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            $"DELETE FROM tracking_artifacts WHERE path = :path OR {Inside}",
            new { path, first = $"{path}/", end = $"{path}{BehindSlash}" }),
        cancellationToken);
}
