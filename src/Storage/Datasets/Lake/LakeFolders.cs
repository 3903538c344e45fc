namespace Progeny.Storage.Datasets.Lake;

/// <summary>The folders whose files a feed may read.</summary>
internal static class LakeFolders
{
    /// <summary>The whole paths of a setting's folders, which are separated by semicolons.</summary>
    public static IReadOnlyList<string> Of(string? setting) =>
    [
        .. (setting ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
    ];

    /// <summary>Refuses folders with links that lead out of them: whoever may write a file there could open any other.</summary>
    /// <exception cref="LakeException">There is such a link, or no such folder.</exception>
    public static void Check(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
                throw new LakeException("A folder of the feed's setting Files does not exist.");
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", _all))
            {
                if (entry.LinkTarget is null)
                    continue;
                var target = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
                if (target is null || !folders.Any(each => target.StartsWith(each + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
                {
                    throw new LakeException(
                        $"{Path.GetRelativePath(folder, entry.FullName)} is a link that leads out of the folders of the feed; remove it.");
                }
            }
        }
    }

    private static readonly EnumerationOptions _all = new()
    {
        RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false,
    };
}
