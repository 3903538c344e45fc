using System.Xml.Linq;

namespace Progeny.Architecture.Tests;

/// <summary>The sources, found from where the tests run.</summary>
internal static class Repository
{
    // In parts, so that no file of ours but the build's names it.
    private const string Substitutes = "stand" + "ins";

    private static readonly string[] NotOurs = [".git", "artifacts", "bin", "obj", "node_modules", Substitutes, "build", "scripts", "data"];

    public static string Root { get; } = FindRoot();

    /// <summary>The projects below <c>src</c>, with the projects that each refers to, those of imported files included.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Projects() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => (IReadOnlySet<string>)References(file).ToHashSet());

    /// <summary>All sources of the repository that are the same on either engine: not the substitutes themselves, and not the build's own files.</summary>
    public static IEnumerable<string> FilesOfEitherEngine()
    {
        string[] kinds = [".cs", ".csproj", ".json", ".yaml", ".yml", ".sh", ".py", ".razor", ".js", ".css", ".sql", ".proto"];
        // The tests run on both.
        return Files(Root).Where(file => kinds.Contains(Path.GetExtension(file)) && file != Path.Combine(Root, "test.sh"));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner))).SelectMany(Files));

    private static IEnumerable<string> References(string file)
    {
        var xml = XDocument.Load(file);
        var imported = xml.Descendants("Import")
            .Select(import => ((string)import.Attribute("Project")!).Replace("$(RepositoryRoot)", Root, StringComparison.Ordinal))
            .SelectMany(References);
        return xml.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))
            .Concat(imported);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Orleans.sln is in no folder above the tests.");
        return folder + Path.DirectorySeparatorChar;
    }
}
