namespace Progeny.Cli.Common;

/// <summary>A folder that is gone, with all it holds, when it is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-");

    /// <summary>The path of something in it.</summary>
    public string At(string name) => Path.Combine(folder.FullName, name);

    public void Dispose()
    {
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
    }
}
