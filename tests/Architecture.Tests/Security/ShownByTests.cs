using System.Text.RegularExpressions;

namespace Progeny.Architecture.Tests.Security;

/// <summary>The tests that docs/security.md names.</summary>
public sealed partial class ShownByTests
{
    [Fact]
    public void Each_risk_of_the_list_names_tests_and_each_of_them_exists()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md"))
            .Where(line => line.StartsWith("| API", StringComparison.Ordinal)).ToList();
        rows.Select(row => row["| ".Length..row.IndexOf(':', StringComparison.Ordinal)])
            .ShouldBe(Enumerable.Range(1, 10).Select(number => $"API{number}"));
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);
        foreach (var row in rows)
        {
            var named = Name().Matches(row).Select(match => (Class: match.Groups["class"].Value, Test: match.Groups["test"].Value))
                .ToList();
            named.ShouldNotBeEmpty(row);
            foreach (var (type, test) in named)
                sources[type]
                    .Any(source =>
                        Regex.IsMatch(source, $@"\bpublic (async )?(Task|void) {test}\(", RegexOptions.None, TimeSpan.FromSeconds(5)))
                            .ShouldBeTrue($"{type}.{test}");
        }
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<test>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
