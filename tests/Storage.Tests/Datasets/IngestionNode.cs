using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Contracts;
using Progeny.Storage.Datasets.Ingestion;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Datasets;

/// <summary>What takes in files on a node, over a folder of its own.</summary>
internal sealed class IngestionNode : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DatasetDatabase database;
    private readonly DatasetsOptions options;
    private readonly DatasetGates gates = new();

    public IngestionNode(DatasetsOptions? options = null)
    {
        this.options = options ?? new DatasetsOptions { Memory = 512 << 20, Threads = 1 };
        database = new DatasetDatabase(folder["datasets.db"]);
        Catalog = new SqliteDatasetCatalog(database);
        Artifacts = new FileArtifactStore(folder["artifacts"], TimeProvider.System);
        Engine = new DuckDbEngine(this.options, folder["work"]);
        Ingestion = IngestionOver(Artifacts);
    }

    public DatasetCatalog Catalog { get; }

    public IDataArtifactStore Artifacts { get; }

    public DuckDbEngine Engine { get; }

    public IDatasetIngestion Ingestion { get; }

    /// <summary>The files that lie about when no work is under way: there must be none.</summary>
    public IEnumerable<string> Leftovers => Directory.Exists(folder["work"])
        ? Directory.EnumerateFileSystemEntries(folder["work"]).Concat(Directory.EnumerateFiles(Path.Combine(folder["artifacts"], "tmp")))
        : [];

    public int ArtifactCount => Directory.EnumerateFiles(folder["artifacts"], "*", SearchOption.AllDirectories).Count();

    public string this[string name] => folder[name];

    public DatasetIngestion IngestionOver(IDataArtifactStore artifacts) =>
        new(
            Catalog,
            artifacts,
            Engine,
            new ContractJudge(Catalog, Catalog, Engine, new ArtifactFiles(artifacts), TimeProvider.System),
            Options.Create(options),
            TimeProvider.System,
            gates);

    public Task<DatasetVersion> PutAsync(string name, string text, ReadOptions? read = null, bool isAppended = false) =>
        PutAsync(name, System.Text.Encoding.UTF8.GetBytes(text), read, isAppended);

    /// <param name="name">The name of the file; without its ending that of the dataset.</param>
    public async Task<DatasetVersion> PutAsync(string name, byte[] contents, ReadOptions? read = null, bool isAppended = false)
    {
        var path = folder[name.Length == 0 ? "file" : name];
        await File.WriteAllBytesAsync(path, contents);
        return await Ingestion.IngestAsync(
            new IngestRequest
            {
                Dataset = "data", Path = path, FileName = name.Length == 0 ? null : name, Origin = "put", By = "ann", Read = read,
                IsAppended = isAppended,
            },
            default);
    }

    /// <summary>The rows of a version, each as the texts of its values.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(DatasetVersion version)
    {
        var work = Engine.CreateFolder();
        try
        {
            var parts = await Catalog.ListPartsAsync(version.Dataset, version.Version, default);
            var files = new ArtifactFiles(Artifacts);
            List<string> paths = [];
            foreach (var part in parts)
                paths.Add(await files.BringAsync(part.Digest, work, $"{paths.Count}.parquet", default));
            await using var session = Engine.Open(new DuckDbAccess([], [work]));
            return await session.QueryAsync(
                $"SELECT {string.Join(", ", version.Columns.Select(column => $"{SqlText.Name(column.Name)}::VARCHAR"))} "
                    + $"FROM read_parquet({SqlText.List(paths)}, union_by_name = true)",
                row => string.Join('|', Enumerable.Range(0, row.FieldCount)
                    .Select(i => row.IsDBNull(i) ? "∅" : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture))),
                default);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }
}
