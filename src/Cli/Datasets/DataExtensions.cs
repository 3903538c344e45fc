using System.CommandLine;
using Progeny.Cli.Common;

namespace Progeny.Cli.Datasets;

/// <summary>Adds what takes rows into datasets to <c>progeny data</c>.</summary>
internal static class DataExtensions
{
    public static void AddAppending(this RootCommand root, CliContext context)
    {
        var data = root.Subcommands.FirstOrDefault(command => command.Name == "data");
        if (data is null)
            root.Add(data = new Command("data", "Datasets: named data that was ingested, in versions."));
        data.Add(AppendCommand.Create(context));
        data.Add(SubscribeCommand.Create(context));
        data.Add(SubscriptionCommands.Create(context));
    }
}
