using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data policy</c></summary>
internal static class DataPolicyCommand
{
    public static Command Create(CliContext context)
    {
        var dataset = DataCommands.Dataset();
        var versions = new Option<int?>("--keep-versions") { Description = "How many versions are kept; 0: all.", HelpName = "N" };
        var days = new Option<double?>("--keep-days") { Description = "How many days a version is kept that is not the newest; 0: for ever.", HelpName = "DAYS" };
        var description = new Option<string?>("--description") { Description = "What the dataset is about.", HelpName = "TEXT" };
        var command = new Command("policy", "Show or change how many versions of a dataset are kept, and how long.") { dataset, versions, days, description };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(dataset);
            var policy = new DatasetPolicy
            {
                KeepVersions = result.GetValue(versions), KeepDays = result.GetValue(days), Description = result.GetValue(description),
            };
            var answer = policy == new DatasetPolicy()
                ? await client.GetAsync<DatasetInfo>($"api/datasets/{name}", cancellationToken)
                : await client.PutAsync<DatasetInfo>($"api/datasets/{name}/policy", policy, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(CliContext context, DatasetInfo dataset) => Tables.WritePairs(
        context.Out,
        ("dataset", dataset.Name),
        ("about", dataset.Description),
        ("newest version", dataset.Latest.ToString(CultureInfo.InvariantCulture)),
        ("versions kept", dataset.KeepVersions?.ToString(CultureInfo.InvariantCulture) ?? "all"),
        ("kept for", dataset.KeepFor is { } time ? Tables.Duration(time) : "ever"),
        ("made", $"{Tables.Time(dataset.CreatedAt)} by {dataset.CreatedBy}"));
}
