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
        catch (Exception e) when (e is IOException and not DataFolderException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder '{Paths.DataFolder}' cannot be used: {e.Message} Name a folder that this process may write with Data or PROGENY_DATA.", e);
        }
    }

    public StorageOptions Paths { get; }

    public void Dispose()
    {
        if (held.SafeFileHandle.IsClosed)
            return;
        File.Delete(Paths.LockHolderPath);
        held.Dispose();
    }

    // The holder's name is in a file of its own: the locked one can be read by nobody else.
    private FileStream Lock(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new DataFolderException(
                $"The data folder '{Paths.DataFolder}' is in use by {Holder()}; stop that one first, or give this node a folder of its own with Data or PROGENY_DATA.", e);
        }

        File.WriteAllText(Paths.LockHolderPath, $"process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath)}) on {Environment.MachineName}\n");
        return file;
    }

    private string Holder()
    {
        try
        {
            return File.ReadLines(Paths.LockHolderPath).FirstOrDefault() is { Length: > 0 } holder ? holder : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
