using System.IO.Enumeration;

namespace Progeny.Core.Releases.Packages;

/// <summary>Which files of a project's folder go into its package.</summary>
public static class PackageFolder
{
    /// <summary>
    /// A file in the project's folder with a pattern a line (<c>*</c> and <c>?</c>; <c>#</c> begins a comment): one with a slash is
    /// compared with the whole path, one without with each part of it.
    /// </summary>
    public const string IgnoreFileName = ".progenyignore";

    // What builds, interpreters and databases leave behind.
    private static readonly string[] Standard =
        [
            ".*",
            "bin",
            "obj",
            "__pycache__",
            "node_modules",
            "*.pyc",
            "*.log",
            "*.tmp",
            "*~",
            "*-wal",
            "*-shm",
            "*-journal",
            PackageIndex.FileName,
        ];

    /// <summary>The paths of the files, relative, with <c>/</c>, in ordinal order.</summary>
    /// <exception cref="PackageException">A file is a link.</exception>
    public static IReadOnlyList<string> List(string folder)
    {
        var patterns = ReadPatterns(folder);
        var paths = new List<string>();
        Collect(new DirectoryInfo(folder), "", patterns, paths);
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static List<string> ReadPatterns(string folder)
    {
        var file = Path.Combine(folder, IgnoreFileName);
        var own = File.Exists(file) ? File.ReadAllLines(file) : [];
        return [.. Standard, .. own.Select(l => l.Trim().TrimEnd('/')).Where(l => l.Length > 0 && l[0] != '#')];
    }

    private static void Collect(DirectoryInfo folder, string prefix, List<string> patterns, List<string> paths)
    {
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + item.Name;
            if (patterns.Exists(
                p => FileSystemName.MatchesSimpleExpression(p.TrimStart('/'), p.Contains('/') ? path : item.Name, ignoreCase: false)))
                continue;
            if (item.LinkTarget is not null)
                throw new PackageException(
                    $"'{path}' is a link; a package holds files only. Copy the file in, or list it in {IgnoreFileName}");
            if (item is DirectoryInfo inner)
                Collect(inner, path + "/", patterns, paths);
            else
                paths.Add(path);
        }
    }
}
