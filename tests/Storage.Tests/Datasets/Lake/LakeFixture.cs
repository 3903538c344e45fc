using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Datasets.Lake;

/// <summary>A lake over a folder of its own.</summary>
internal sealed class LakeFixture : IDisposable
{
    private readonly DatasetDatabase database;
    private readonly ArtifactFiles files;

    public LakeFixture(DatasetsOptions? options = null, params ILakeSchema[] schemas)
    {
        database = new DatasetDatabase(Folder["datasets.db"]);
        Catalog = new SqliteDatasetCatalog(database);
        files = new ArtifactFiles(new FileArtifactStore(Folder["artifacts"], TimeProvider.System));
        Engine = new DuckDbEngine(options ?? new DatasetsOptions { Memory = 256 << 20 }, Folder["work"]);
        var turns = new QueryTurns(Options.Create(options ?? new DatasetsOptions()));
        Lake = new DuckDbLake(Engine, turns, [new DatasetLakeSchema(Catalog, files), .. schemas]);
    }

    public TemporaryFolder Folder { get; } = new();

    public IDatasetCatalog Catalog { get; }

    public DuckDbEngine Engine { get; }

    public ILake Lake { get; }

    /// <summary>Adds a version whose only new part has the rows of a query.</summary>
    public async Task<DatasetVersion> PutAsync(string dataset, string sql, bool isAppended = false, DatasetState state = DatasetState.Ready)
    {
        await Catalog.CreateAsync(
            new DatasetInfo { Name = dataset, CreatedAt = DateTimeOffset.UnixEpoch, CreatedBy = "tests" }, default);
        await using var session = Engine.Open(DuckDbAccess.None);
        var path = Path.Combine(session.Folder, "part.parquet");
        await session.ExecuteAsync($"COPY ({sql}) TO {SqlText.Literal(path)} (FORMAT parquet)", default);
        var columns = await session.QueryAsync(
            $"DESCRIBE {sql}", row => new DatasetColumn(row.GetString(0), row.GetString(1)), default);
        var rows = (long)(await session.ScalarAsync($"SELECT count(*) FROM ({sql})", default))!;
        var (version, _) = await Catalog.AddAsync(
            new NewVersion
            {
                Version = new DatasetVersion
                {
                    Dataset = dataset, Origin = "put", Format = "parquet", Rows = rows, Columns = columns, State = state,
                },
                Parts = [new DatasetPart(await files.KeepAsync(path, default), rows, new FileInfo(path).Length)],
                IsAppended = isAppended,
            },
            default);
        return version;
    }

    /// <summary>The rows of a query, each as the texts of its values.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql, LakeGrant? grant = null)
    {
        await using var session = await Lake.OpenAsync(sql, grant ?? LakeGrant.Everything("tests"), default);
        return await session.Session.QueryAsync(
            session.Sql,
            row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "-" : Convert.ToString(
                row.GetValue(i), CultureInfo.InvariantCulture))),
            default);
    }

    public void Dispose()
    {
        database.Dispose();
        Folder.Dispose();
    }
}
