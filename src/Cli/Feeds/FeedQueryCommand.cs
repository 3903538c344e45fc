using System.CommandLine;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Cli.Releases;
using Progeny.Contracts.Feeds;
using Spectre.Console;

namespace Progeny.Cli.Feeds;

/// <summary><c>progeny feed query</c></summary>
internal static class FeedQueryCommand
{
    public static Command Create(CliContext context)
    {
        var feed = new Argument<string>("feed") { Description = "The name of the feed.", HelpName = "FEED" };
        var sql = new Argument<string>("sql") { Description = "The query; '-' reads it from the standard input.", HelpName = "SQL" };
        var project = new Option<string?>("--project", "-p")
        {
            Description = "The project for which the feed answers; without it that of the current folder.",
            HelpName = "NAME",
        };
        var rows = new Option<int?>("--rows") { Description = "The most rows that are shown, 1 to 10000; without it 100.", HelpName = "N" };
        var command = new Command("query", "Rows of a query that a feed answers; it only reads.") { feed, sql, project, rows };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var name = result.GetValue(project) ?? await ProjectAsync(cancellationToken);
            var text = result.GetRequiredValue(sql);
            using var client = server.Connect(result);
            var answer = await client.PostAsync<FeedQueryResult>(
                $"api/projects/{name}/feeds/{result.GetRequiredValue(feed)}/query",
                new FeedQueryRequest
                {
                    Sql = text == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : text,
                    Limit = result.GetValue(rows),
                },
                cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<string> ProjectAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.GetCurrentDirectory();
        return File.Exists(Path.Combine(folder, "progeny.yaml"))
            ? (await ProjectFolder.ReadManifestAsync(folder, cancellationToken)).Name
            : throw new CliException(
                "A feed answers for a project: name it with --project, or go into its folder, where progeny.yaml is.", ExitCodes.Usage);
    }

    private static void Write(CliContext context, FeedQueryResult result)
    {
        var table = Tables.Create(context.Out, result.Columns);
        foreach (var row in result.Rows)
            table.AddTexts(row.Select(value => value is JsonElement { ValueKind: not JsonValueKind.Null } element ? element.ToString() : ""));
        context.Out.Write(table);
        context.Error.WriteLine(
            $"{Tables.Plural(result.Rows.Count, "row")}{(result.More ? "; there are more (--rows)" : "")}");
    }
}
