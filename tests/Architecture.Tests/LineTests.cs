namespace Progeny.Architecture.Tests;

/// <summary>Lines of code fit into a window.</summary>
public sealed class LineTests
{
    private const int MaxCharacters = 140;
    private const string RawText = "\"\"\"";

    [Fact]
    public void No_line_is_longer_than_140_characters_unless_a_text_stands_in_it() =>
        ((string[])["src", "tests", "bench"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .SelectMany(LongLines)
        .ShouldBeEmpty();

    private static IEnumerable<string> LongLines(string file)
    {
        var isInRawText = false;
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length > MaxCharacters && !isInRawText && !line.Contains('"', StringComparison.Ordinal))
                yield return $"{Path.GetRelativePath(Repository.Root, file)}:{number}: {line.Trim()}";
            isInRawText ^= line.Split(RawText).Length % 2 == 0;
        }
    }
}
