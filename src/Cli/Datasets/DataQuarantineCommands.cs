using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Contracts;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data quarantine list|show|replay|drop</c></summary>
internal static class DataQuarantineCommands
{
    public static Command Create(CliContext context) => new("quarantine", "Rows that break the contract of their dataset.")
    {
        List(context),
        Show(context),
        Replay(context),
        Drop(context),
    };

    private static Command List(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var all = new Option<bool>("--all") { Description = "Also versions whose rows have all landed or were dropped." };
        var command = new Command("list", "The versions with rows in quarantine, the newest first.") { dataset, all };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(dataset);
            var answer = await client.GetAsync<IReadOnlyList<QuarantineEntry>>(
                $"api/datasets/{name}/quarantine?all={result.GetValue(all)}", cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
            }
            else if (answer.Value.Count == 0)
            {
                context.Out.WriteLine($"No row of '{name}' is in quarantine.");
            }
            else
            {
                var table = Tables.Create(context.Out, ["version", "state", "rows", "contract", "since", "rules"]).RightAlign(0, 1);
                foreach (var entry in answer.Value)
                {
                    table.AddTexts(
                        entry.Version.ToString(CultureInfo.InvariantCulture),
                        ApiJson.NameOf(entry.State),
                        Tables.Count(entry.Rows),
                        entry.Contract?.ToString(CultureInfo.InvariantCulture) ?? "",
                        Tables.Time(entry.CreatedAt),
                        string.Join(", ", entry.Rules.Take(3).Select(rule => $"{rule.Rule} ({Tables.Count(rule.Rows)})")));
                }

                context.Out.Write(table);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var version = DataArguments.Version();
        var limit = new Option<int>("--limit") { Description = "How many rows.", HelpName = "N", DefaultValueFactory = _ => 20 };
        var after = new Option<long>("--after") { Description = "The row after which to begin.", HelpName = "ROW" };
        var command = new Command("show", "Quarantined rows of a version, with what is wrong with each.")
            { dataset, version, limit, after };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, number) = (result.GetRequiredValue(dataset), result.GetRequiredValue(version));
            var answer = await client.GetAsync<IReadOnlyList<QuarantinedRow>>(
                $"api/datasets/{name}/quarantine/{number}?after={result.GetValue(after)}&limit={result.GetValue(limit)}",
                cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine("No rows are left there.");
            else
                foreach (var row in answer.Value)
                    Write(context.Out, row);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Replay(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var version = DataArguments.Version();
        var set = new Option<string[]>("--set")
        {
            Description = "A column and the SQL expression of its value, over the columns of the row, such as "
                + "price=\"replace(price, ',', '.')\"; may come again for other columns.",
            HelpName = "COLUMN=SQL",
        };
        var force = new Option<bool>("--force")
            { Description = "Add the rows though the table that they came with has been replaced since." };
        var by = new Option<string?>("--by") { Description = "Who decides; kept with the replay.", HelpName = "NAME" };
        var command = new Command("replay", "Judge quarantined rows again by the contract in force: those that pass land in the dataset.")
        {
            dataset, version, set, force, by,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, number) = (result.GetRequiredValue(dataset), result.GetRequiredValue(version));
            var request = new QuarantineReplayRequest(ReadMapping(result.GetValue(set) ?? []), result.GetValue(force), result.GetValue(by));
            var answer = await client.PostAsync<QuarantineEntry>(
                $"api/datasets/{name}/quarantine/{number}/replay", request, cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            var replay = answer.Value.Replays[^1];
            context.Out.WriteLine(
                replay.Version is { } landed
                    ? $"{Tables.Plural(replay.Landed, "row")} landed in version {landed} of '{name}'; "
                        + $"{Tables.Count(replay.Remaining)} stay."
                    : $"No row landed; {Tables.Plural(replay.Remaining, "row")} still break the contract "
                        + $"(progeny data quarantine show {name} {number}).");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Drop(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var version = DataArguments.Version();
        var command = new Command("drop", "Drop the rows of a version that are still in quarantine.") { dataset, version };
        var reasons = ReasonOptions.AddTo(command, required: true);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (by, reason) = reasons.Read(result);
            var answer = await client.PostAsync<QuarantineEntry>(
                $"api/datasets/{result.GetRequiredValue(dataset)}/quarantine/{result.GetRequiredValue(version)}/drop",
                new QuarantineDropRequest(reason, by),
                cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                context.Out.WriteLine($"{Tables.Plural(answer.Value.Rows, "row")} of version {answer.Value.Version} are dropped.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Dictionary<string, string> ReadMapping(IReadOnlyList<string> set)
    {
        var mapping = new Dictionary<string, string>();
        foreach (var item in set)
        {
            var at = item.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == item.Length - 1)
                throw new CliException(
                    $"--set '{item}' is no mapping; one looks like price=\"replace(price, ',', '.')\".", ExitCodes.Usage);
            if (!mapping.TryAdd(item[..at], item[(at + 1)..]))
                throw new CliException($"--set names '{item[..at]}' twice; once would be right.", ExitCodes.Usage);
        }

        return mapping;
    }

    private static void Write(IAnsiConsole console, QuarantinedRow row)
    {
        console.WriteLine($"row {row.Row}");
        foreach (var reason in row.Reasons)
            console.WriteLine($"  {reason}");
        console.WriteLine($"  {string.Join(", ", row.Values.Select(pair => $"{pair.Key}: {pair.Value ?? "null"}"))}");
    }
}
