namespace Progeny.Cli.Tests.Support;

/// <summary>A folder that lives as long as a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-cli-test-");

    public string FullName => folder.FullName;

    public string this[string name] => Path.Combine(folder.FullName, name);

    /// <summary>All files and folders in it, relative.</summary>
    public IReadOnlyList<string> List() =>
        [
            .. Directory.EnumerateFileSystemEntries(FullName, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(FullName, path)).Order(),
        ];

    public void Dispose() => folder.Delete(recursive: true);
}
