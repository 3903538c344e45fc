using System.CommandLine;
using System.Globalization;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Cli.Training;
using Progeny.Contracts.Training;
using Progeny.Core.Evaluation;
using Spectre.Console;

namespace Progeny.Cli.Evaluation;

/// <summary><c>progeny model backtest</c></summary>
internal static class ModelBacktestCommand
{
    public static Command Create(CliContext context)
    {
        var (project, version, detach) = (Arguments.Project(), Arguments.Version(), JobRun.Detach());
        var from = new Option<string?>("--from") { Description = "Only queries answered from this time on.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "Only queries answered before this time.", HelpName = "TIME" };
        var groups = new Option<string[]>("--group")
        {
            Description = "A field by whose values is compared; may be given several times. Without it those of evaluation.groups.",
            HelpName = "FIELD",
        };
        var command = new Command(
            "backtest", "Ask a generation all logged queries whose outcome is known, and compare it with what was served.")
        {
            project, version, from, to, groups, detach,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var (name, of) = (result.GetRequiredValue(project), result.GetRequiredValue(version));
            var body = new JobStartRequest
            {
                Kind = JobKind.Backtest,
                Version = of,
                From = result.GetValue(from),
                To = result.GetValue(to),
                Groups = result.GetValue(groups) is { Length: > 0 } named ? named : null,
            };
            using var client = server.Connect(result);
            if (await JobRun.RunAsync(context, client, name, body, result.GetValue(detach), cancellationToken) is not { } job)
                return ExitCodes.Interrupted;
            if (job.Value.Status is not JobStatus.Succeeded)
            {
                if (server.WantsJson(result))
                    context.WriteRaw(job.Json);
                else
                    JobPage.Write(context.Out, job.Value);
                return JobWatch.ExitCodeOf(job.Value.Status);
            }

            var report = await client.GetAsync<BacktestReport>($"api/projects/{name}/generations/{of}/backtest", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(report.Json);
            else
                Write(context.Out, report.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, BacktestReport report)
    {
        var table = Tables.Create(
            console,
            "by", "value", "queries", report.IsByEntity ? "entities" : "each", "loss", "served", "difference", "interval", "better", "worse")
            .RightAlign(2);
        Add("all", "", report.Overall);
        foreach (var group in report.Groups)
            Add(group.Field, group.IsOthers ? "(others)" : group.Value ?? "(missing)", group.Slice);
        console.Write(table);
        foreach (var (reason, count) in report.LeftOut.OrderByDescending(pair => pair.Value))
            console.WriteLine($"left out {Tables.Count(count)} {(count == 1 ? "query" : "queries")}: {reason}");
        foreach (var note in report.Notes)
            console.WriteLine(note);
        console.WriteLine(Verdict(report));

        void Add(string by, string value, BacktestSlice slice) => table.AddTexts(
            by,
            value,
            Tables.Count(slice.Rows),
            Tables.Count(slice.Clusters),
            Tables.Figure(slice.Loss),
            Tables.Figure(slice.ServedLoss),
            Tables.Figure(slice.Difference),
            slice.Low is null ? "–" : $"{Tables.Figure(slice.Low)} to {Tables.Figure(slice.High)}",
            Tables.Count(slice.Better),
            Tables.Count(slice.Worse));
    }

    private static string Verdict(BacktestReport report)
    {
        var confidence = report.Confidence.ToString("P0", CultureInfo.InvariantCulture);
        return report.Overall switch
        {
            { Rows: 0 } => "There is nothing to compare.",
            { High: < 0 } => $"{report.Generation.Version} would have been better than what was served ({confidence} interval).",
            { Low: > 0 } => $"{report.Generation.Version} would have been worse than what was served ({confidence} interval).",
            { Low: null } => "There are too few entities for an interval.",
            _ => $"Whether {report.Generation.Version} is better or worse is not known: the {confidence} interval holds 0.",
        };
    }
}
