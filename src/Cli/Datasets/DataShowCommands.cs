using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data list</c> and <c>show</c></summary>
internal static class DataShowCommands
{
    public static Command CreateList(CliContext context)
    {
        var command = new Command("list", "The datasets of a server.");
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<IReadOnlyList<DatasetView>>($"api/datasets", cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            if (answer.Value.Count == 0)
            {
                context.Out.WriteLine("No datasets yet; 'progeny data put' makes one.");
                return ExitCodes.Success;
            }

            var table = Tables.Create(context.Out, "dataset", "version", "state", "rows", "columns", "size", "format", "updated", "by",
                "about")
                .RightAlign(1, 1 + 1).RightAlign(3, 6);
            foreach (var one in answer.Value)
            {
                table.AddTexts(
                    one.Name, one.Latest.ToString(CultureInfo.InvariantCulture), one.State ?? "", one.Rows is { } rows ? Tables.Count(rows)
                        : "–",
                    Tables.Count(one.Columns), DatasetTables.Bytes(one.Bytes), one.Format ?? "", Tables.Time(one.UpdatedAt), one.UpdatedBy
                        ?? "",
                    one.Description ?? "");
            }

            context.Out.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateShow(CliContext context)
    {
        var version = DataCommands.Version();
        var all = new Option<bool>("--versions") { Description = "All versions, the newest first, in place of one." };
        var command = new Command("show", "A version of a dataset, or all of them.") { version, all };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (dataset, number) = DataCommands.Split(result.GetRequiredValue(version));
            if (result.GetValue(all))
            {
                var answers = await client.GetAsync<IReadOnlyList<DatasetVersion>>(
                    $"api/datasets/{dataset}/versions?limit={1000}", cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(answers.Json);
                else
                    DatasetTables.Write(context.Out, answers.Value);
                return ExitCodes.Success;
            }

            var answer = await client.GetAsync<DatasetVersion>($"api/datasets/{dataset}/versions/{number}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                DatasetTables.Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }
}
