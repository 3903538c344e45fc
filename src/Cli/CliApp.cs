using System.CommandLine;
using Progeny.Cli.Apply;
using Progeny.Cli.Common;
using Progeny.Cli.Datasets;
using Progeny.Cli.Decisions;
using Progeny.Cli.Evaluation;
using Progeny.Cli.Experiments;
using Progeny.Cli.Explanations;
using Progeny.Cli.Feedback;
using Progeny.Cli.Feeds;
using Progeny.Cli.Hosting;
using Progeny.Cli.Metrics;
using Progeny.Cli.Projects;
using Progeny.Cli.QueryLog;
using Progeny.Cli.Releases;
using Progeny.Cli.Retraining;
using Progeny.Cli.Rollouts;
using Progeny.Cli.Security;
using Progeny.Cli.Serving;
using Progeny.Cli.Training;
using Progeny.Cli.Tuning;

namespace Progeny.Cli;

/// <summary>The command <c>progeny</c> (docs/cli.md).</summary>
public static class CliApp
{
    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext context, CancellationToken cancellationToken)
    {
        // '@' begins no response file here: entities and query ids may begin with it.
        var parsed = MakeRoot(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            Output = context.Out.Profile.Out.Writer,
            Error = context.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            var exitCode = await parsed.InvokeAsync(invocation, cancellationToken);
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : exitCode;
        }
        catch (Exception exception)
        {
            return Failures.Write(context, exception, cancellationToken);
        }
    }

    private static RootCommand MakeRoot(CliContext context)
    {
        var root = MakeCommands(context);
        root.AddJudging(context);
        return root;
    }

    private static RootCommand MakeCommands(CliContext context) =>
        new("Releases, trains, serves and corrects machine-learning projects.")
        {
            new Command("project", "Develop a project and publish it; needs no server for most of it.")
            {
                ProjectInitCommand.Create(context),
                ProjectCheckCommand.Create(context),
                ProjectTestCommand.Create(context),
                ProjectEvalCommand.Create(context),
                ProjectTrainCommand.Create(context),
                ProjectReleaseCommand.Create(context),
                ProjectSchemaCommand.Create(context),
                ProjectListCommand.Create(context),
                ProjectArchiveCommand.Create(context),
                CommissionCommand.CreateEnd(context),
                CommissionCommand.CreateReturn(context),
            },
            new Command("model", "Train, promote and ask the models of a project.")
            {
                ModelListCommand.Create(context),
                ModelTrainCommand.Create(context),
                ModelRetrainExactlyCommand.Create(context),
                ModelDataCommand.Create(context),
                ModelTuneCommand.Create(context),
                ModelPromoteCommand.Create(context),
                ModelRollbackCommand.Create(context),
                ModelReplayCommand.Create(context),
                ModelExplainCommand.Create(context),
                StageCommand.CreateRetire(context),
                StageCommand.CreateArchive(context),
                StageCommand.CreateRestore(context),
                ModelPredictCommand.Create(context),
                ModelApplyCommand.Create(context),
            },
            new Command("rollout", "Which generation answers which share of a project's traffic.")
            {
                RolloutShowCommand.Create(context),
                RolloutSetCommand.Create(context),
            },
            ExperimentCommands.Create(context),
            DecisionsCommand.Create(context),
            DataCommands.Create(context),
            new Command("feed", "Feeds: databases that the operator configured.") { FeedQueryCommand.Create(context) },
            new Command("job", "Show jobs.")
            {
                JobShowCommand.Create(context),
                JobLogCommand.Create(context),
                JobTrialsCommand.Create(context),
                JobCancelCommand.Create(context),
            },
            new Command("offline", "What trains, evaluates and pulls outcomes by itself.")
            {
                OfflineCommands.CreateShow(context),
                OfflineCommands.CreatePause(context),
                OfflineCommands.CreateResume(context),
            },
            new Command("query", "Show logged queries.") { QueryShowCommand.Create(context) },
            new Command("queries", "Logged queries as files.") { QueriesExportCommand.Create(context) },
            EraseCommand.Create(context),
            new Command("logs", "Follow what happens.") { LogsTailCommand.Create(context) },
            new Command("outcome", "Report what came true.") { OutcomeReportCommand.Create(context) },
            FeedbackCommand.Create(context),
            MetricsCommand.Create(context),
            AuditCommands.Create(context),
            new Command("cluster", "The nodes that work together.") { ClusterShowCommand.Create(context) },
            NodeCommands.Create(context),
            KeyCommands.Create(context),
            AboutCommand.Create(context),
        };
}
