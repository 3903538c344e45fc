using System.CommandLine;
using Progeny.Cli.Common;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data</c></summary>
internal static class DataCommands
{
    /// <summary>In the place of a number: the newest version.</summary>
    public const string Latest = "latest";

    public static Command Create(CliContext context) => new("data", "Datasets: named data that was ingested, in versions.")
    {
        DataPutCommand.Create(context),
        DataShowCommands.CreateList(context),
        DataShowCommands.CreateShow(context),
        DataGetCommand.Create(context),
        DataProfileCommands.CreateProfile(context),
        DataProfileCommands.CreateCompare(context),
        AppendCommand.Create(context),
        SubscribeCommand.Create(context),
        SubscriptionCommands.Create(context),
        DataContractCommand.Create(context),
        DataQuarantineCommands.Create(context),
        DataReleaseCommand.Create(context),
        DataRemoveCommands.CreateRemove(context),
        DataRemoveCommands.CreateKeep(context),
    };

    public static Argument<string> Dataset() => new("NAME") { Description = "The dataset's name." };

    public static Argument<string> Version() =>
        new("NAME[@VERSION]") { Description = "The dataset, and the number of a version of it; without one the newest." };

    /// <summary>The parts of <c>orders@7</c>; without a version 'latest'.</summary>
    public static (string Dataset, string Version) Split(string text) =>
        text.Split('@', 2) is [var dataset, { Length: > 0 } version] ? (dataset, version) : (text.TrimEnd('@'), Latest);
}
