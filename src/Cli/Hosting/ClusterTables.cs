using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Hosting;
using Spectre.Console;

namespace Progeny.Cli.Hosting;

/// <summary>The nodes of a cluster as people read them.</summary>
internal static class ClusterTables
{
    public const string Active = "active";
    public const string Dead = "dead";
    private const string Silent = "silent";
    private const string None = "–";

    private static readonly Style _good = new(Color.Green);
    private static readonly Style _busy = new(Color.Yellow);
    private static readonly Style _bad = new(Color.Red, decoration: Decoration.Bold);
    private static readonly Style _quiet = new(Color.Grey);

    /// <summary>One line a node; below it, why a node cannot reach its database.</summary>
    public static void WriteNodes(IAnsiConsole console, IReadOnlyList<NodeView> nodes, DateTimeOffset now)
    {
        var table = Tables.Create(
            console,
            ["node", "state", "roles", "version", "up for", "processors", "memory", "models", "jobs", "log waiting", "dropped", "database"])
                .RightAlign(4, 11);
        foreach (var node in nodes)
        {
            var style = StyleOf(node, nodes);
            table.AddRow(
                new Text(node.Name, node.State == Active ? Style.Plain : style),
                new Text(node.State, style),
                new Text(node.Roles is { } roles ? string.Join(", ", roles) : None),
                new Text(node.Version ?? None),
                node.StartedAt is { } start
                    ? new Text(Tables.Duration(Passed(start, now)))
                    : new Text($"seen {Tables.Duration(Passed(node.SeenAt, now))} ago", style),
                new Text(node.ProcessorsUsed?.ToString("0.00", CultureInfo.InvariantCulture) ?? None),
                new Text(
                    node.MemoryBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_048_576.0:N0} MiB") : None),
                new Text(Count(node.Models)),
                new Text(Count(node.Jobs)),
                new Text(Count(node.LogWaiting)),
                new Text(Count(node.LogDropped), node.LogDropped > 0 ? _bad : Style.Plain),
                DatabaseOf(node));
        }

        console.Write(table);
        foreach (var node in nodes.Where(node => node.DatabaseProblem is not null))
        {
            console.Write(new Text($"{node.Name}: ", _bad));
            console.WriteLine(node.DatabaseProblem!);
        }
    }

    /// <summary>Activations by kind of grain, a column for each node that answers.</summary>
    public static void WriteGrains(IAnsiConsole console, IReadOnlyList<NodeView> nodes)
    {
        var answering = nodes.Where(node => node.Activations is not null).ToList();
        var table = Tables.Create(console, ["grain", .. answering.Select(node => node.Name)]).RightAlign(1);
        foreach (var kind in answering.SelectMany(node => node.Activations!.Keys).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal))
            table.AddTexts(
                [kind, .. answering.Select(node => node.Activations!.TryGetValue(kind, out var count) ? Tables.Count(count) : None)]);
        console.WriteLine();
        console.Write(table);
    }

    private static Style StyleOf(NodeView node, IReadOnlyList<NodeView> nodes) => node.State switch
    {
        Active => _good,
        Silent => _bad,
        Dead => ClusterShowCommand.IsThere(node, nodes) ? _quiet : _bad,
        _ => _busy,
    };

    private static Text DatabaseOf(NodeView node) => node switch
    {
        { Version: null } => new Text(None),
        { DatabaseProblem: not null } => new Text("away", _bad),
        { DatabaseMilliseconds: { } milliseconds } => new Text(milliseconds.ToString("0.0 'ms'", CultureInfo.InvariantCulture)),
        _ => new Text("its own files"),
    };

    // The clock of the node may be ahead of this one.
    private static TimeSpan Passed(DateTimeOffset from, DateTimeOffset to) => to > from ? to - from : TimeSpan.Zero;

    private static string Count(long? value) => value is { } count ? Tables.Count(count) : None;
}
