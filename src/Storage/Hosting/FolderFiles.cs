using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Progeny.Storage.Common;
using Progeny.Storage.Datasets;
using Progeny.Storage.Metrics.Sqlite;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tracking.Sqlite;

namespace Progeny.Storage.Hosting;

/// <summary>The files of a data folder, which no node may use meanwhile.</summary>
internal sealed class FolderFiles : IDisposable
{
    private readonly DataFolder _folder;

    private FolderFiles(DataFolder folder, bool isNew)
    {
        _folder = folder;
        Grains = Open(folder.Paths.GrainsPath, isNew);
        Queries = Open(folder.Paths.QueriesPath, isNew);
        Metrics = Open(folder.Paths.MetricsPath, isNew);
        Datasets = Open(folder.Paths.DatasetsPath, isNew);
        Tracking = Open(folder.Paths.TrackingPath, isNew);
    }

    public StorageOptions Paths => _folder.Paths;

    public SqliteConnection Grains { get; }

    public SqliteConnection Queries { get; }

    public SqliteConnection Metrics { get; }

    public SqliteConnection Datasets { get; }

    public SqliteConnection Tracking { get; }

    /// <summary>Opens the folder of a node that has stopped. What its query log has in the journal only is brought into the log.</summary>
    /// <exception cref="MoveException">It is no data folder.</exception>
    /// <exception cref="DataFolderException">A node uses it.</exception>
    /// <exception cref="SchemaVersionException">It is of another version.</exception>
    public static Task<FolderFiles> OpenAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var paths = new StorageOptions { DataFolder = path };
        if (!File.Exists(paths.GrainsPath))
            throw new MoveException($"'{path}' is no data folder of a node: there is no {Path.GetFileName(paths.GrainsPath)} in it.");
        return PrepareAsync(path, isNew: false, time, cancellationToken);
    }

    /// <summary>Makes a folder that is not there yet.</summary>
    public static Task<FolderFiles> CreateAsync(string path, TimeProvider time, CancellationToken cancellationToken) =>
        PrepareAsync(path, isNew: true, time, cancellationToken);

    /// <summary>Brings to disk what was written to a new folder.</summary>
    public void Flush()
    {
        foreach (var connection in (SqliteConnection[])[Grains, Queries, Metrics, Datasets, Tracking])
        {
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "PRAGMA journal_mode = WAL";
                command.ExecuteNonQuery();
            }

            using var file = new FileStream(connection.DataSource, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            file.Flush(flushToDisk: true);
        }

        DiskSync.FlushFolder(Path.GetFullPath(Paths.DataFolder));
    }

    public void Dispose()
    {
        Grains.Dispose();
        Queries.Dispose();
        Metrics.Dispose();
        Datasets.Dispose();
        Tracking.Dispose();
        _folder.Dispose();
    }

    private static async Task<FolderFiles> PrepareAsync(string path, bool isNew, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(Options.Create(new StorageOptions { DataFolder = path }));
        try
        {
            await GrainStorageSchema.EnsureCreatedAsync(folder.Paths.LocalGrainsConnectionString, cancellationToken);
            using (var grains = new SqliteConnection(folder.Paths.LocalGrainsConnectionString))
                SqliteConnection.ClearPool(grains);
            new QueryDatabase(folder.Paths.QueriesPath).Dispose();
            new MetricsDatabase(folder.Paths.MetricsPath, time).Dispose();
            new DatasetDatabase(folder.Paths.DatasetsPath).Dispose();
            new SqliteTrackingDatabase(folder.Paths.TrackingPath).Dispose();
            return new FolderFiles(folder, isNew);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static SqliteConnection Open(string path, bool isNew)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        // A new folder is of use as a whole only, and is flushed once it is.
        command.CommandText = isNew
            ? "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536"
            : "PRAGMA query_only = ON";
        command.ExecuteNonQuery();
        return connection;
    }
}
