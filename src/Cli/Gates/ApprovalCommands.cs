using System.CommandLine;
using System.Globalization;
using Progeny.Abstractions.Gates;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Gates;
using Spectre.Console;

namespace Progeny.Cli.Gates;

/// <summary><c>progeny approval list|give|refuse</c></summary>
internal static class ApprovalCommands
{
    public static Command Create(CliContext context) => new("approval", "Approvals of people that gates ask for.")
    {
        List(context),
        Decide(context, "give", "Approve: the generation goes on.", approve: true),
        Decide(context, "refuse", "Refuse: the generation stays where it is.", approve: false),
    };

    private static Command List(CliContext context)
    {
        var project = Arguments.Project();
        var all = new Option<bool>("--all") { Description = "Also those that have been decided." };
        var command = new Command("list", "The approvals that somebody has to give or refuse, newest first.") { project, all };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            var answer = await client.GetAsync<IReadOnlyList<Approval>>(
                result.GetValue(all)
                    ? $"api/projects/{name}/approvals"
                    : (FormattableString)$"api/projects/{name}/approvals?status=pending", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine(
                    $"Nothing of '{name}' {(result.GetValue(all) ? "has needed an approval yet" : "waits for an approval")}.");
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Decide(CliContext context, string verb, string description, bool approve)
    {
        var project = Arguments.Project();
        var id = new Argument<int>("ID") { Description = "The approval's number (progeny approval list)." };
        var reason = new Option<string>("--reason") { Description = "Why; kept for ever.", HelpName = "TEXT", Required = true };
        var by = new Option<string?>("--by") { Description = "Who decides; without it, whoever is logged in.", HelpName = "NAME" };
        var command = new Command(verb, description) { project, id, reason, by };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var body = new ApprovalDecision(approve, result.GetRequiredValue(reason), result.GetValue(by) ?? Environment.UserName);
            var answer = await client.PostAsync<Approval>(
                $"api/projects/{result.GetRequiredValue(project)}/approvals/{result.GetRequiredValue(id)}", body, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                context.Out.MarkupLine(
                    $"[bold]{answer.Value.Generation.ToString().EscapeMarkup()}[/] "
                        + $"{(approve ? "is approved and goes on within seconds" : "is refused")}.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<Approval> approvals)
    {
        var table = Tables.Create(console, ["id", "status", "generation", "before", "gate", "role", "asked by", "until", "why"])
            .RightAlign(0, 1);
        foreach (var approval in approvals)
        {
            table.AddTexts(
                approval.Id.ToString(CultureInfo.InvariantCulture),
                ApiJson.NameOf(approval.Status),
                approval.Generation.ToString(),
                ApiJson.NameOf(approval.Before),
                approval.Gate,
                approval.Role,
                string.Join(", ", approval.AskedBy),
                Tables.Time(approval.AskedAt + approval.Within),
                approval.DecidedBy is { } by ? $"{by}: {approval.Reason}" : approval.Reason ?? approval.Message);
        }

        console.Write(table);
    }
}
