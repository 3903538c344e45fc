using System.Text;
using Microsoft.Extensions.Options;

namespace Progeny.Storage;

/// <summary>
/// The data folder of this node, created where there is none and locked until disposal, so that two nodes never write to one folder.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream held;

    /// <exception cref="DataFolderException">The folder cannot be created or written, or another process holds it.</exception>
    public DataFolder(IOptions<StorageOptions> options)
    {
        Paths = options.Value;
        try
        {
            Directory.CreateDirectory(Paths.JobsPath);
            held = Lock(Paths.LockPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder '{Paths.DataFolder}' cannot be used: {e.Message} Name a folder that this process may write with Data or PROGENY_DATA.", e);
        }
    }

    public StorageOptions Paths { get; }

    public void Dispose() => held.Dispose();

    private FileStream Lock(string path)
    {
        // A share of None locks the file exclusively on Unix and still lets others read there; on Windows a share of Read does both.
        var share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new DataFolderException(
                $"The data folder '{Paths.DataFolder}' is in use by {Holder(path)}; stop that one first, or give this node a folder of its own with Data or PROGENY_DATA.", e);
        }

        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes($"process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath)}) on {Environment.MachineName}\n"));
        return file;
    }

    private static string Holder(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadLine() is { Length: > 0 } holder ? holder : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
