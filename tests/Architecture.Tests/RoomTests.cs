using System.Text.RegularExpressions;

namespace Progeny.Architecture.Tests;

/// <summary>The folders of a project are its rooms, which use each other in one direction.</summary>
public sealed partial class RoomTests
{
    public static TheoryData<string> Projects => [.. Repository.Projects().Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_equal_folders(string project)
    {
        var root = RootNamespace(project);
        var wrong = new List<string>();
        foreach (var file in Sources(project))
        {
            var folder = Path.GetRelativePath(Folder(project), Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            var expected = folder == "." ? root : $"{root}.{folder}";
            if (Namespace().Match(File.ReadAllText(file)) is { Success: true } found && found.Groups["name"].Value != expected)
                wrong.Add($"{Path.GetRelativePath(Repository.Root, file)}: {found.Groups["name"].Value}, not {expected}");
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_use_each_other_in_one_direction(string project)
    {
        var uses = new Dictionary<(string From, string To), List<string>>();
        foreach (var (from, to) in TypeReferences.Of(Repository.PathOf(Repository.AssemblyOf(project))))
        {
            if (RoomOf(project, from) is not { } source || RoomOf(project, to) is not { } target || source == target)
                continue;
            if (!uses.TryGetValue((source, target), out var types))
                uses.Add((source, target), types = []);
            types.Add($"{from[(from.LastIndexOf('.') + 1)..]} uses {to[(to.LastIndexOf('.') + 1)..]}");
        }

        // A room that no other uses, or that uses no other, is in no circle. Rooms that are left without those are in one, or between two.
        var rooms = uses.Keys.SelectMany(pair => new[] { pair.From, pair.To }).ToHashSet();
        while (rooms.FirstOrDefault(room => !uses.Keys.Any(pair => pair.To == room && rooms.Contains(pair.From))) is { } top)
            rooms.Remove(top);
        while (rooms.FirstOrDefault(room => !uses.Keys.Any(pair => pair.From == room && rooms.Contains(pair.To))) is { } bottom)
            rooms.Remove(bottom);
        uses.Where(pair => rooms.Contains(pair.Key.From) && rooms.Contains(pair.Key.To))
            .Select(pair => $"{pair.Key.From} → {pair.Key.To}: {string.Join(", ", pair.Value.Take(5))}")
            .ShouldBeEmpty($"rooms of {project} use each other in a circle");
    }

    private static string Folder(string project) => Path.Combine(Repository.Root, "src", project);

    private static IEnumerable<string> Sources(string project) => Directory
        .EnumerateFiles(Folder(project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string RootNamespace(string project) => project == "Grains.Abstractions" ? "Progeny.Abstractions" : $"Progeny.{project}";

    /// <summary>The first part of a type's namespace below its project's; null: it is in no room, or generated.</summary>
    private static string? RoomOf(string project, string type)
    {
        var root = RootNamespace(project) + ".";
        if (!type.StartsWith(root, StringComparison.Ordinal))
            return null;
        var rest = type[root.Length..];
        return rest.IndexOf('.', StringComparison.Ordinal) is > 0 and var end ? rest[..end] : null;
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();
}
