using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data get</c></summary>
internal static class DataGetCommand
{
    private const int UsualRows = 20;

    public static Command Create(CliContext context)
    {
        var version = DataCommands.Version();
        var output = new Option<string?>("--output", "-o") { Description = "Write the file as it was sent; '-' is the standard output.",
            HelpName = "FILE" };
        var rows = new Option<int>("--rows") { Description = "How many rows are shown.", HelpName = "N", DefaultValueFactory = _ =>
            UsualRows };
        var offset = new Option<long>("--offset") { Description = "How many rows are passed over.", HelpName = "N" };
        var command = new Command("get", "Rows of a version, without one also those appended since; or with --output its file as it was sent.") { version, output, rows, offset };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (dataset, number) = DataCommands.Split(result.GetRequiredValue(version));
            if (result.GetValue(output) is { } file)
            {
                await WriteFileAsync(client, dataset, number, file, cancellationToken);
                return ExitCodes.Success;
            }

            var (limit, passed) = (result.GetValue(rows), result.GetValue(offset));
            FormattableString path = number == DataCommands.Latest
                ? (FormattableString)$"api/datasets/{dataset}/rows?limit={limit}&offset={passed}"
                : $"api/datasets/{dataset}/versions/{number}/rows?limit={limit}&offset={passed}";
            var answer = await client.GetAsync<DatasetRowsView>(path, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task WriteFileAsync(
        ServerClient client, string dataset, string number, string file, CancellationToken cancellationToken)
    {
        FormattableString path = $"api/datasets/{dataset}/versions/{number}/content";
        if (file == "-")
        {
            await using var standard = Console.OpenStandardOutput();
            await client.DownloadAsync(path, standard, cancellationToken);
            return;
        }

        // A file under the name is a whole one.
        var partial = file + ".part";
        try
        {
            await using (var target = File.Create(partial))
                await client.DownloadAsync(path, target, cancellationToken);
            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Write(CliContext context, DatasetRowsView view)
    {
        if (view.Rows.Count == 0)
        {
            context.Out.WriteLine($"No rows from {Tables.Count(view.Offset)} on; there are {Tables.Count(view.Total)}.");
            return;
        }

        var names = view.Rows[0].EnumerateObject().Select(property => property.Name).ToList();
        var table = Tables.Create(context.Out, names);
        foreach (var row in view.Rows)
        {
            table.AddTexts(row.EnumerateObject().Select(property => property.Value.ValueKind == System.Text.Json.JsonValueKind.Null
                ? "" : property.Value.ToString()));
        }

        context.Out.Write(table);
        context.Error.WriteLine(
            $"rows {Tables.Count(view.Offset + 1)} to {Tables.Count(view.Offset + view.Rows.Count)} of {Tables.Count(view.Total)}");
    }
}
