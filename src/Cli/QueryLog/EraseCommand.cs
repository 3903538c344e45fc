using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.QueryLog;
using Spectre.Console;

namespace Progeny.Cli.QueryLog;

/// <summary><c>progeny erase</c></summary>
internal static class EraseCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var entity = new Option<string>(
            "--entity") { Description = "The entity, as queries name it.", HelpName = "ENTITY", Required = true };
        var reason = new Option<string?>("--reason") { Description = "Why. The audit log keeps it: name nobody in it.", HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "What you call yourself.", HelpName = "NAME" };
        var command = new Command(
            "erase",
            "Removes what a project holds about an entity, for good: records of queries, outcomes, scores, rows of datasets.")
            {
                project,
                entity,
                reason,
                by,
            };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            EraseResult? all = null;
            do
            {
                var request = new EraseRequest(result.GetRequiredValue(entity), result.GetValue(reason), result.GetValue(by), all?.Next);
                var part = (await client.PostAsync<EraseResult>($"api/projects/{name}/erase", request, cancellationToken)).Value;
                all = part with
                {
                    Records = part.Records + (all?.Records ?? 0),
                    Outcomes = part.Outcomes + (all?.Outcomes ?? 0),
                    Scores = part.Scores + (all?.Scores ?? 0),
                    Datasets = [.. all?.Datasets ?? [], .. part.Datasets],
                };
            }
            while (!all.Complete);

            if (server.WantsJson(result))
                context.WriteRaw(System.Text.Json.JsonSerializer.Serialize(all, ApiJson.Options));
            else
                Write(context, all);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(CliContext context, EraseResult erased)
    {
        Tables.WritePairs(
            context.Out,
            ("records", erased.Records.ToString(CultureInfo.InvariantCulture)),
            ("outcomes", erased.Outcomes.ToString(CultureInfo.InvariantCulture)),
            ("scores", erased.Scores.ToString(CultureInfo.InvariantCulture)),
            ("rows of datasets", erased.Datasets.Count == 0
                ? "0"
                : string.Join(
                    ", ",
                    erased.Datasets.Select(dataset => FormattableString.Invariant(
                        $"{dataset.Rows + dataset.Quarantined} of {dataset.Dataset} ({dataset.Versions} versions)")))),
            ("in the audit log", erased.Mark),
            ("still in files", erased.Remains ?? "nothing"));
        context.Out.WriteLine();
        context.Out.WriteLine("Not removed, since it cannot be searched for an entity:");
        foreach (var kept in erased.Kept)
            context.Out.WriteLine($"- {kept}");
    }
}
