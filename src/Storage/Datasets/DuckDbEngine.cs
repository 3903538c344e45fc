using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Storage.Common;

namespace Progeny.Storage.Datasets;

/// <summary>Opens sessions of DuckDB, each with its own bounds of memory, threads, temporary files and reach.</summary>
public sealed class DuckDbEngine
{
    private readonly DatasetsOptions options;
    private readonly string temporary;

    public DuckDbEngine(IOptions<DatasetsOptions> options, IOptions<StorageOptions> storage)
        : this(options.Value, storage.Value.DatasetsWorkPath)
    {
    }

    /// <param name="temporary">The folder below which each session has one for its temporary files.</param>
    public DuckDbEngine(DatasetsOptions options, string temporary)
    {
        this.options = options;
        this.temporary = temporary;
    }

    /// <summary>Makes a folder of the caller's own for files of one piece of work, which the caller deletes.</summary>
    public string CreateFolder()
    {
        var folder = Path.Combine(temporary, Guid.NewGuid().ToString("n"));
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>
    /// Opens a session. It has an empty database of its own in memory, times are in UTC, and its settings cannot be changed.
    /// </summary>
    /// <param name="access">What it may reach.</param>
    /// <param name="threads">Its threads; null: as many as the settings allow.</param>
    /// <param name="turn">Is disposed with the session, or where none can be opened; null: there is nothing to dispose.</param>
    public DuckDbSession Open(DuckDbAccess access, int? threads = null, IDisposable? turn = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        string folder;
        try
        {
            folder = CreateFolder();
        }
        catch
        {
            turn?.Dispose();
            throw;
        }

        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                $"""
                SET TimeZone = 'UTC';
                SET memory_limit = '{options.Memory}B';
                SET threads = {threads ?? options.ThreadsOfWork};
                SET temp_directory = {SqlText.Literal(folder)};
                SET max_temp_directory_size = '{options.TemporaryBytes}B';
                SET preserve_insertion_order = true;
                SET autoinstall_known_extensions = false;
                SET autoload_known_extensions = false;
                SET allow_community_extensions = false;
                SET allowed_paths = {SqlText.List(access.Files)};
                SET allowed_directories = {SqlText.List([.. access.Folders, folder])};
                SET enable_external_access = false;
                SET lock_configuration = true;
                """;
            command.ExecuteNonQuery();
            return new DuckDbSession(connection, folder, turn);
        }
        catch
        {
            connection.Dispose();
            turn?.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }
}
