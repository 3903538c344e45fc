using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

/// <summary>docs/rollout.md says how anybody can compute who answers; here its examples are computed.</summary>
public sealed class RolloutPageTests
{
    [Fact]
    public void Examples_of_the_page_are_what_the_code_chooses()
    {
        var arms = Plans.Arms(("champion", 95), ("canary", 5));
        var examples = Page().Where(line => line.StartsWith("| `demo` |", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        examples.Count.ShouldBe(5);
        foreach (var cells in examples)
        {
            var (project, key) = (cells[1].Trim('`'), Encoding.UTF8.GetBytes(cells[2].Trim('`')));
            XxHash64.HashToUInt64(key, (long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(project)))
                .ToString("x16", CultureInfo.InvariantCulture).ShouldBe(cells[3].Trim('`'));
            var selection = new Selection(project, arms, Buckets.Divide([], arms));
            selection.BucketOf(key).ToString(CultureInfo.InvariantCulture).ShouldBe(cells[4]);
            arms[selection.Choose(key)].Name.ShouldBe("champion");
        }
    }

    [Fact]
    public void Ranges_of_the_page_are_those_of_its_plan()
    {
        var ranges = Buckets.Divide([], Plans.Arms(("champion", 95), ("canary", 5)));
        var shown = string.Join(", ", ranges.Select(range => $"{{\"from\": {range.From}, \"to\": {range.To}, \"arm\": \"{range.Arm}\"}}"));
        string.Join('\n', Page()).ShouldContain($"\"buckets\": [{shown}]");
    }

    private static string[] Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
            folder = folder.Parent!;
        return File.ReadAllLines(Path.Combine(folder.FullName, "docs", "rollout.md"));
    }
}
