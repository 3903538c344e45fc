using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data subscription</c></summary>
internal static class SubscriptionCommands
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(500);

    public static Command Create(CliContext context) => new("subscription", "What datasets take by themselves.")
    {
        CreateList(context), CreateStatus(context), CreateRun(context), CreateRemove(context),
    };

    /// <summary>Shows a subscription.</summary>
    internal static void Write(IAnsiConsole console, SubscriptionView view) => Tables.WritePairs(
        console,
        ("subscription", $"{view.Dataset}/{view.Name}"),
        ("from", PlaceOf(view)),
        ("query", view.Query),
        ("watermark", view.Watermark is null ? null : $"{view.Watermark}{(view.Offset is null ? "" : $", up to {view.Offset}")}"),
        ("key", view.Key is null ? null : string.Join(", ", view.Key)),
        ("every", Tables.Duration(TimeSpan.FromSeconds(view.EverySeconds))),
        ("by", view.CreatedBy),
        ("last run", view.LastRunAt is null ? "not yet" : Tables.Time(view.LastRunAt)),
        ("error", view.Error),
        ("taken", view.Feed is null ? Tables.Plural(view.Objects, "object") : Tables.Plural(view.Rows, "row")),
        ("late", Some(view.Late, "taken")),
        ("rewritten", Some(view.Rewritten, "not taken; 'run --behind' takes them")),
        ("refused", Some(view.Refused, "'run --behind' tries them again")),
        ("behind", Some(view.Behind, "came behind the watermark and are not taken; 'run --behind' takes them where there is a key")),
        ("conflicting", Some(view.Conflicting, "their keys are known with other contents")),
        ("problems", view.Problems.Count == 0 ? null : string.Join('\n', view.Problems)));

    private static Command CreateList(CliContext context)
    {
        var dataset = Dataset();
        var command = new Command("list", "List the subscriptions of a dataset.") { dataset };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<IReadOnlyList<SubscriptionView>>(
                $"api/datasets/{result.GetRequiredValue(dataset)}/subscriptions", cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            var table = Tables.Create(context.Out, "name", "from", "last run", "taken", "to see");
            foreach (var view in answer.Value)
            {
                var open = view.Rewritten + view.Refused + view.Behind + view.Conflicting;
                table.AddTexts(
                    view.Name,
                    PlaceOf(view),
                    Tables.Time(view.LastRunAt),
                    view.Feed is null ? Tables.Plural(view.Objects, "object") : Tables.Plural(view.Rows, "row"),
                    view.Error ?? (open > 0 ? Tables.Count(open) : ""));
            }

            context.Out.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateStatus(CliContext context)
    {
        var (dataset, name) = (Dataset(), Subscription());
        var command = new Command("status", "Show how far a subscription is, and what it met.") { dataset, name };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<SubscriptionView>(
                $"api/datasets/{result.GetRequiredValue(dataset)}/subscriptions/{result.GetRequiredValue(name)}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return answer.Value.Error is null ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static Command CreateRun(CliContext context)
    {
        var (dataset, name) = (Dataset(), Subscription());
        var behind = new Option<bool>("--behind")
        {
            Description = "Take rows that came behind the watermark, objects that were rewritten, and those that could not be taken, too.",
        };
        var command = new Command("run", "Run a subscription now, and wait for it.") { dataset, name, behind };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (of, which) = (result.GetRequiredValue(dataset), result.GetRequiredValue(name));
            await client.PostAsync<SubscriptionView>(
                $"api/datasets/{of}/subscriptions/{which}/run", new SubscriptionRunRequest(result.GetValue(behind)), cancellationToken);
            var answer = await client.GetAsync<SubscriptionView>($"api/datasets/{of}/subscriptions/{which}", cancellationToken);
            while (answer.Value.IsAsked)
            {
                await Task.Delay(_poll, context.Time, cancellationToken);
                answer = await client.GetAsync<SubscriptionView>($"api/datasets/{of}/subscriptions/{which}", cancellationToken);
            }

            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return answer.Value.Error is null ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static Command CreateRemove(CliContext context)
    {
        var (dataset, name) = (Dataset(), Subscription());
        var command = new Command("remove", "Remove a subscription; the rows that it took stay.") { dataset, name };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            await client.DeleteAsync(
                $"api/datasets/{result.GetRequiredValue(dataset)}/subscriptions/{result.GetRequiredValue(name)}", cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string> Dataset() => new("NAME") { Description = "The dataset." };

    private static Argument<string> Subscription() => new("SUBSCRIPTION") { Description = "The name of the subscription." };

    private static string PlaceOf(SubscriptionView view) => view.Folder is { } folder ? $"folder {folder}/{view.Prefix}"
        : view.Bucket is { } bucket ? $"bucket {bucket}/{view.Prefix}" : $"feed {view.Feed}";

    private static string? Some(long count, string what) =>
        count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Tables.Count(count)}; {what}");
}
