using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data rm</c> and <c>keep</c></summary>
internal static class DataRemoveCommands
{
    public static Command CreateRemove(CliContext context)
    {
        var version = new Argument<string>("NAME[@VERSION]")
        {
            Description = "The dataset, or the number of a version of it; without one the whole dataset.",
        };
        var command = new Command("rm", "Remove a version of a dataset, or all of it, unless something needs it.") { version };
        var reasons = ReasonOptions.AddTo(command);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (by, reason) = reasons.Read(result);
            var (dataset, number) = DataCommands.Split(result.GetRequiredValue(version));
            if (number == DataCommands.Latest)
            {
                await client.DeleteAsync(PathOf("api/datasets/{0}", [dataset], by, reason), cancellationToken);
                context.Out.WriteLine($"The dataset '{dataset}' is removed.");
                return ExitCodes.Success;
            }

            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
                throw new CliException($"'{number}' is no number of a version.", ExitCodes.Usage);
            await client.DeleteAsync(PathOf("api/datasets/{0}/versions/{1}", [dataset, parsed], by, reason), cancellationToken);
            context.Out.WriteLine($"The contents of version {number} of '{dataset}' are removed.");
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateKeep(CliContext context)
    {
        var dataset = DataCommands.Dataset();
        var versions = new Option<int?>("--versions") { Description = "Keep so many versions, the newest.", HelpName = "N" };
        var time = DurationOption.Create("--for", "Keep a version so long that is not the newest, such as 30d.");
        var command = new Command("keep", "Say what is kept of a dataset; without options it is as the node's settings say.")
        {
            dataset, versions, time,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(dataset);
            var answer = await client.PutAsync<DatasetInfo>(
                $"api/datasets/{name}/retention",
                new RetentionRequest(result.GetValue(versions), result.GetValue(time)),
                cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            var (most, age) = (answer.Value.KeepVersions, answer.Value.KeepFor);
            context.Out.WriteLine(
                most is null && age is null
                    ? $"Of '{name}' is kept what the node's settings say."
                    : $"Of '{name}' are kept {(most is { } count ? $"the newest {count} versions" : "all versions")}"
                        + $"{(age is { } limit ? $", those that are not the newest for {limit:c}" : "")}.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static FormattableString PathOf(string path, object[] names, string? by, string? reason)
    {
        (string Name, string? Value)[] said = [("by", by), ("reason", reason)];
        (string Name, string? Value)[] given = [.. said.Where(option => option.Value is not null)];
        var query = given.Select((option, i) => $"{(i == 0 ? '?' : '&')}{option.Name}={{{names.Length + i}}}");
        return FormattableStringFactory.Create(path + string.Concat(query), [.. names, .. given.Select(option => option.Value)]);
    }
}
