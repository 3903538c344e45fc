using System.Runtime.Versioning;
using Microsoft.Extensions.Options;

namespace Progeny.Storage.Common;

/// <summary>
/// The data folder of this node, created where there is none and locked until disposal, so that two nodes never write to one folder. It is
/// for its owner only: all that a node stores may be read there.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream held;

    /// <exception cref="DataFolderException">The folder cannot be created or written, or another process holds it.</exception>
    public DataFolder(IOptions<StorageOptions> options)
    {
        Paths = options.Value;
        try
        {
            var root = Path.GetFullPath(Paths.DataFolder);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(root);
            else if (!Directory.Exists(root))
                Directory.CreateDirectory(root, OwnerOnly);
            else
                ClosedFrom = Close(root);
            Directory.CreateDirectory(Paths.JobsPath);
            held = Lock(Paths.LockPath);
        }
        catch (Exception e) when (e is IOException and not DataFolderException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"The data folder '{Paths.DataFolder}' cannot be used: {e.Message} Name a folder that this process may write with Data or "
                    + "PROGENY_DATA.", e);
        }
    }

    public StorageOptions Paths { get; }

    /// <summary>What others than its owner might do with the folder until now, which is for its owner only; null: nothing.</summary>
    public UnixFileMode? ClosedFrom { get; }

    public void Dispose()
    {
        if (held.SafeFileHandle.IsClosed)
            return;
        File.Delete(Paths.LockHolderPath);
        held.Dispose();
    }

    /// <summary>Takes from others what they may do with a folder that is there already.</summary>
    /// <exception cref="DataFolderException">It is not the node's alone, or it is another user's.</exception>
    [UnsupportedOSPlatform("windows")]
    private UnixFileMode? Close(string root)
    {
        var mode = File.GetUnixFileMode(root);
        if ((mode & ~OwnerOnly) == 0)
            return null;
        var shown = Convert.ToString((int)mode, 8);
        if (mode.HasFlag(UnixFileMode.OtherWrite))
            throw Refused($"everybody may write there (mode {shown})");
        if (Directory.EnumerateDirectories(root).FirstOrDefault(folder => !IsOwn(folder)) is { } other)
            throw Refused($"others may read it (mode {shown}), and it holds '{Path.GetFileName(other)}' besides, which is no node's");
        try
        {
            File.SetUnixFileMode(root, OwnerOnly);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Refused($"others may read it (mode {shown}), and it is another user's", e);
        }

        return mode;

        bool IsOwn(string folder) =>
            folder == Paths.ArtifactsPath || folder == Paths.ArtifactsCachePath || folder == Paths.JobsPath
                || folder == Paths.DatasetsWorkPath || folder == Paths.SessionKeysPath;

        DataFolderException Refused(string why, Exception? inner = null) => new(
            $"The data folder '{Paths.DataFolder}' cannot be used: {why}. Make it its owner's only (chmod 700), or name one that is not "
                + "there yet, which the node creates so, with Data or PROGENY_DATA.",
            inner);
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
                $"The data folder '{Paths.DataFolder}' is in use by {Holder()}; stop that one first, or give this node a folder of its "
                    + "own with Data or PROGENY_DATA.", e);
        }

        File.WriteAllText(
            Paths.LockHolderPath,
            $"process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath)}) on {Environment.MachineName}\n");
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
