using System.CommandLine;
using Progeny.Cli.Alerts;
using Progeny.Cli.Common;
using Progeny.Cli.Drift;
using Progeny.Cli.Gates;

namespace Progeny.Cli.Evaluation;

/// <summary>
/// The commands about how generations are judged: <c>drift</c>, <c>alerts</c> and <c>approval</c>; <c>model gates</c>, <c>model
/// eval</c> and <c>model backtest</c>.
/// </summary>
internal static class JudgingCommands
{
    public static void AddJudging(this RootCommand root, CliContext context)
    {
        root.Add(DriftCommand.Create(context));
        root.Add(AlertsCommand.Create(context));
        root.Add(ApprovalCommands.Create(context));
        var model = root.Subcommands.First(command => command.Name == "model");
        model.Add(ModelGatesCommand.Create(context));
        model.Add(ModelEvalCommand.Create(context));
        model.Add(ModelBacktestCommand.Create(context));
    }
}
