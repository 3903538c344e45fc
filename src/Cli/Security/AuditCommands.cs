using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Progeny.Cli.Common;
using Progeny.Contracts.Security;
using Spectre.Console;

namespace Progeny.Cli.Security;

/// <summary><c>progeny audit</c></summary>
internal static class AuditCommands
{
    public static Command Create(CliContext context) => new("audit", "Who did or tried what, and whether that record is as it was written.")
    {
        CreateList(context),
        CreateExport(context),
        AuditVerifyCommand.Create(context),
    };

    private static Command CreateList(CliContext context)
    {
        var from = new Option<DateTimeOffset?>("--from") { Description = "Only entries of this time and later.", HelpName = "TIME" };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Only entries before this time.", HelpName = "TIME" };
        var by = new Option<string?>(
            "--by") { Description = "Only by one caller, e.g. key:ci; progeny: what nobody asked for.", HelpName = "NAME" };
        var project = new Option<string?>("--project") { Description = "Only about one project.", HelpName = "PROJECT" };
        var action = new Option<string?>(
            "--action") { Description = "Only one action (promotion.create), or all of one thing (key).", HelpName = "ACTION" };
        var before = new Option<long?>("--before") { Description = "Only entries with a smaller number.", HelpName = "N" };
        var limit = new Option<int?>("--limit") { Description = "How many, 1 to 1000; 100 without it.", HelpName = "N" };
        var command = new Command("list", "The entries, newest first.") { from, to, by, project, action, before, limit };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            List<(string Name, object Value)> given = [];
            Add("from", result.GetValue(from)?.ToString("O", CultureInfo.InvariantCulture));
            Add("to", result.GetValue(to)?.ToString("O", CultureInfo.InvariantCulture));
            Add("by", result.GetValue(by));
            Add("project", result.GetValue(project));
            Add("action", result.GetValue(action));
            Add("before", result.GetValue(before));
            Add("limit", result.GetValue(limit));
            var query = string.Concat(given.Select((parameter, i) => $"{(i == 0 ? '?' : '&')}{parameter.Name}={{{i}}}"));
            var answer = await client.GetAsync<IReadOnlyList<AuditEntryView>>(
                FormattableStringFactory.Create("api/audit" + query, [.. given.Select(parameter => parameter.Value)]), cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine("There is no such entry.");
            else
                Write(context, answer.Value);
            return ExitCodes.Success;

            void Add(string name, object? value)
            {
                if (value is not null)
                    given.Add((name, value));
            }
        });
        return command;
    }

    private static Command CreateExport(CliContext context)
    {
        var from = new Option<long>("--from") { Description = "Begin with this entry.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var output = new Option<FileInfo?>(
            "--output", "-o") { Description = "The file to write; without it to standard output.", HelpName = "FILE" };
        var command = new Command(
            "export", "All entries, oldest first, an object a line; the last line says where the log ends.") { from, output };
        var server = ServerOptions.AddTo(command, context, withJson: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            FormattableString path = $"api/audit/export?from={result.GetValue(from)}";
            if (result.GetValue(output) is { } file)
            {
                await using var written = file.Create();
                await client.DownloadAsync(path, written, cancellationToken);
            }
            else
            {
                await using var standard = Console.OpenStandardOutput();
                await client.DownloadAsync(path, standard, cancellationToken);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(CliContext context, IReadOnlyList<AuditEntryView> entries)
    {
        var table = Tables.Create(context.Out, "n", "at", "by", "from", "action", "project", "subject", "status", "change")
            .RightAlign(0, 1);
        foreach (var entry in entries)
        {
            table.AddTexts(
                entry.Sequence.ToString(CultureInfo.InvariantCulture),
                Tables.Time(entry.Time),
                entry.By,
                entry.From ?? "",
                entry.Action,
                entry.Project ?? "",
                entry.Subject ?? "",
                entry.Status == 0 ? "" : entry.Status.ToString(CultureInfo.InvariantCulture),
                string.Join(" → ", new[] { entry.Before?.GetRawText(), entry.After?.GetRawText() }.OfType<string>()));
        }

        context.Out.Write(table);
    }
}
