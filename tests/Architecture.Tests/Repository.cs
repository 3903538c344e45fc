using System.Xml.Linq;

namespace Progeny.Architecture.Tests;

/// <summary>The sources, found from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The projects below <c>src</c>, with the projects that each refers to, those of imported files included.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Projects() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => (IReadOnlySet<string>)References(file).ToHashSet());

    /// <summary>The assembly of a project below <c>src</c>; that of Cli is named like its command.</summary>
    public static string AssemblyOf(string project) => project == "Cli" ? "progeny" : $"Progeny.{project}";

    /// <summary>The file of an assembly, beside the tests.</summary>
    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll");

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
