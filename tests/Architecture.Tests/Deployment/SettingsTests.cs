using System.Text.RegularExpressions;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>
/// A setting in the files that start nodes, and in the docs, is one that a node reads: a wrong one would be passed over in silence.
/// </summary>
public sealed partial class SettingsTests
{
    [Fact]
    public void All_sections_that_the_programs_read_are_known()
    {
        var read = Repository.Projects().Keys
            .Where(project => project is not "Cli")
            .SelectMany(project => SettingReads.Of(Repository.PathOf(Repository.AssemblyOf(project))))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        read.Order(StringComparer.Ordinal).ShouldBe(KnownSettings.SectionNames.Order(StringComparer.Ordinal), ignoreOrder: true);
    }

    [Theory]
    [InlineData("docker-compose.yml", 4)]
    [InlineData("deploy/kubernetes/nodes.yaml", 4)]
    [InlineData("deploy/kubernetes/training.yaml", 4)]
    [InlineData("deploy/kubernetes/kustomization.yaml", 2)]
    [InlineData("deploy/docker/Dockerfile", 2)]
    [InlineData("scripts/cluster/nodes.sh", 10)]
    [InlineData("run.sh", 4)]
    public void Settings_of_a_file_that_starts_nodes_are_known(string file, int least)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, file));
        var keys = Variable().Matches(text).Select(match => match.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal))
            .Concat(Option().Matches(text).Select(match => match.Groups["key"].Value))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToArray();
        keys.Length.ShouldBeGreaterThanOrEqualTo(least);
        keys.Where(key => !KnownSettings.Knows(key)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("docs/operations.md")]
    [InlineData("docs/cluster.md")]
    [InlineData("docs/artifacts.md")]
    public void Settings_of_a_page_of_the_docs_are_known(string page)
    {
        var cells = FirstCell().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(match => match.Value);
        var keys = cells.SelectMany(cell => Key().Matches(cell)).Select(match => match.Groups["key"].Value).Distinct().ToArray();
        keys.ShouldNotBeEmpty();
        keys.Where(key => !KnownSettings.Knows(key)).ShouldBeEmpty();
    }

    [Fact]
    public void Key_that_no_node_reads_is_not_known()
    {
        KnownSettings.Knows("Silo:Prot").ShouldBeFalse();
        KnownSettings.Knows("Feeds:flights:Knid").ShouldBeFalse();
        KnownSettings.Knows("Feeds:flights:Kind").ShouldBeTrue();
        KnownSettings.Knows("Trainer:Limits:ModelBytes").ShouldBeTrue();
    }

    /// <summary>
    /// A variable that is set for a node. Compose's own, which are only read (<c>${PROGENY_PORT}</c>), have capitals only.
    /// </summary>
    [GeneratedRegex(
        @"(?<![{\w])PROGENY_(?<key>[A-Z]?[a-z]\w*|DATA)(?=[=:\s])",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Variable();

    /// <summary>An option of a node's command line.</summary>
    [GeneratedRegex(@"--(?<key>urls|Data|[A-Z]\w*(?::\w+)+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Option();

    /// <summary>The first cell of a row of a table.</summary>
    [GeneratedRegex(@"^\|[^|]*", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex FirstCell();

    /// <summary>
    /// A key as the docs write it, <c>&lt;name&gt;</c> standing for a name of the operator's own. Those that are shortened are left out.
    /// </summary>
    [GeneratedRegex("`(?<key>urls|Data|[A-Z]\\w*(:[\\w<>]+)+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Key();
}
