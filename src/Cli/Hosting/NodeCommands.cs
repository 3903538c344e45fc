using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Storage.Hosting;
using Spectre.Console;

namespace Progeny.Cli.Hosting;

/// <summary><c>progeny node import</c> and <c>progeny node export</c>: from one node to a cluster and back.</summary>
internal static class NodeCommands
{
    public static Command Create(CliContext context) =>
        new("node", "Move what nodes have stored; works on a data folder and a database, and no node may run meanwhile.")
        {
            CreateImport(context),
            CreateExport(context),
        };

    private static Command CreateImport(CliContext context)
    {
        var from = new Option<string>("--from")
        {
            Description = "The data folder of a node that has stopped.",
            HelpName = "FOLDER",
            Required = true,
        };
        return Create(
            context, "import", "Copy the data folder of a node into the empty database of a cluster.", from, "cluster",
            (request, progress, token) => new ClusterImport(request, context.Time).RunAsync(progress, token));
    }

    private static Command CreateExport(CliContext context)
    {
        var to = new Option<string>("--to") { Description = "The data folder that is created.", HelpName = "FOLDER", Required = true };
        return Create(
            context, "export", "Copy what a cluster has stored into a new data folder, on which one node can start.", to, "data folder",
            (request, progress, token) => new ClusterExport(request, context.Time).RunAsync(progress, token));
    }

    private static Command Create(
        CliContext context,
        string name,
        string description,
        Option<string> folder,
        string target,
        Func<MoveRequest, IProgress<MoveProgress>, CancellationToken, Task<MoveSummary>> move)
    {
        var command = new Command(name, description) { folder };
        var arguments = ClusterArguments.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var request = arguments.Read(result, result.GetValue(folder)!);
            // SQLite's driver works on the calling thread, which draws the progress.
            var summary = await ProgressDisplay.RunAsync(
                context, progress => Task.Run(() => move(request, new Steps(progress), cancellationToken), cancellationToken));
            Write(context.Out, summary, target);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, MoveSummary summary, string target)
    {
        var table = Tables.Create(console, "moved", "count");
        foreach (var count in summary.Counts)
            table.AddRow(new Text(count.Name), new Text(count.Count.ToString("N0", CultureInfo.InvariantCulture)));
        console.Write(table);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The {target} holds it all: {summary.Bytes / 1e6:N1} MB in {summary.Elapsed.TotalSeconds:N1} s, "
            + $"counted on both sides, artifacts checked by their SHA-256."));
    }

    private sealed class Steps(IProgress<Step> progress) : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value) => progress.Report(new Step(value.Fraction, value.Message));
    }
}
