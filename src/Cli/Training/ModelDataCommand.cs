using System.CommandLine;
using Progeny.Cli.Common;

namespace Progeny.Cli.Training;

/// <summary><c>progeny model data</c></summary>
internal static class ModelDataCommand
{
    public static Command Create(CliContext context)
    {
        var (project, version) = (Arguments.Project(), Arguments.Version());
        var output = new Option<FileInfo?>(
            "--output", "-o") { Description = "The file to write; without it to standard output.", HelpName = "FILE" };
        var format = new Option<string>("--format")
        {
            Description = "parquet, or csv: the very file that the trainer was given.",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "parquet",
        };
        format.AcceptOnlyFromAmong("parquet", "csv");
        var command = new Command("data", "The rows that a generation was trained on.") { project, version, output, format };
        var server = ServerOptions.AddTo(command, context, withJson: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, of, wanted) = (
                result.GetRequiredValue(project), result.GetRequiredValue(version), result.GetRequiredValue(format));
            FormattableString path = $"api/projects/{name}/generations/{of}/data?format={wanted}";
            if (result.GetValue(output) is not { } file)
            {
                await using var standard = Console.OpenStandardOutput();
                await client.DownloadAsync(path, standard, cancellationToken);
                return ExitCodes.Success;
            }

            // A refusal, or a connection that is lost, leaves what was there.
            var partial = $"{file.FullName}.partial";
            try
            {
                await using (var written = File.Create(partial))
                    await client.DownloadAsync(path, written, cancellationToken);
                File.Move(partial, file.FullName, overwrite: true);
            }
            finally
            {
                File.Delete(partial);
            }

            return ExitCodes.Success;
        });
        return command;
    }
}
