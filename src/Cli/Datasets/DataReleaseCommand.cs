using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data release</c></summary>
internal static class DataReleaseCommand
{
    public static Command Create(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var version = DataArguments.Version();
        var drop = new Option<bool>("--drop") { Description = "Drop it with its rows instead." };
        var command = new Command("release", "Have a version read that was held because it breaks a rule for whole tables.")
        {
            dataset, version, drop,
        };
        var reasons = ReasonOptions.AddTo(command, required: true);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (by, reason) = reasons.Read(result);
            var (name, number) = (result.GetRequiredValue(dataset), result.GetRequiredValue(version));
            var answer = await client.PostAsync<DatasetVersion>(
                $"api/datasets/{name}/versions/{number}/release", new HeldRequest(reason, result.GetValue(drop), by), cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (result.GetValue(drop))
                context.Out.WriteLine($"Version {number} of '{name}' is dropped.");
            else if (answer.Value.Version == number)
                context.Out.WriteLine($"Version {number} of '{name}' is read from now on.");
            else
                context.Out.WriteLine($"The rows of version {number} of '{name}' are in version {answer.Value.Version}.");
            return ExitCodes.Success;
        });
        return command;
    }
}
