using System.Text.Json;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>Reads the tables of versions with DuckDB.</summary>
public sealed class DatasetReader(IDatasetCatalog catalog, IDataArtifactStore artifacts, DuckDbEngine engine) : IDatasetReader
{
    private readonly ArtifactFiles files = new(artifacts);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JsonElement>> ReadRowsAsync(
        DatasetVersion version, long offset, int limit, CancellationToken cancellationToken) => ReadAsync(
        version,
        (session, table) => RowJson.ReadAsync(session, table, version.Columns, offset, limit, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<DatasetProfile> ProfileAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Profile is { } digest)
        {
            await using var kept = await artifacts.OpenAsync(digest, cancellationToken);
            return (await JsonSerializer.DeserializeAsync<DatasetProfile>(kept, JsonSerializerOptions.Web, cancellationToken))!;
        }

        var profile = await ReadAsync(
            version, (session, table) => new TableProfiler(session, table).ProfileAsync(cancellationToken), cancellationToken);
        var made = await ProfileStore.KeepAsync(artifacts, profile, cancellationToken);
        await catalog.ChangeVersionAsync(
            version.Dataset,
            version.Version,
            known => known.State == DatasetState.Removed ? known : known with { Profile = made },
            cancellationToken);
        return profile;
    }

    private async Task<T> ReadAsync<T>(
        DatasetVersion version, Func<DuckDbSession, string, Task<T>> read, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            List<string> paths = [];
            foreach (var part in await catalog.ListPartsAsync(version.Dataset, version.Version, cancellationToken))
                paths.Add(await files.BringAsync(part.Digest, folder, $"{paths.Count}.parquet", cancellationToken));
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            return await read(session, DatasetFiles.Table(paths));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
