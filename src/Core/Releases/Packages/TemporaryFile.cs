namespace Progeny.Core.Releases.Packages;

/// <summary>A file that is gone when it is closed.</summary>
internal static class TemporaryFile
{
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"progeny-{Guid.NewGuid():N}.zip");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });

        // Where an open file may lose its name, it does so now: then a process that is killed leaves nothing behind either.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
