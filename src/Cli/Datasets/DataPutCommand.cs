using System.CommandLine;
using System.Runtime.CompilerServices;
using Progeny.Cli.Common;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data put</c></summary>
internal static class DataPutCommand
{
    public static Command Create(CliContext context)
    {
        var dataset = DataCommands.Dataset();
        var path = new Argument<string>("FILE|DIR|-")
        {
            Description = "The file; '-' is the standard input; of a folder its files by name, the first put, the others appended to it.",
        };
        var append = new Option<bool>("--append") { Description = "Add the rows behind those of the newest version." };
        var command = new Command("put", "Put a file as the next version of a dataset, whatever it is.") { dataset, path, append };
        var reading = ReadingOptions.AddTo(command);
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, source) = (result.GetRequiredValue(dataset), result.GetRequiredValue(path));
            var isAppended = result.GetValue(append);
            foreach (var file in FilesOf(source))
            {
                (string, string)[] options =
                [
                    .. reading.Read(result),
                    .. file == "-" ? Array.Empty<(string, string)>() : [("file_name", Path.GetFileName(file))],
                    .. isAppended ? [("append", "true")] : Array.Empty<(string, string)>(),
                ];
                var answer = await SendAsync(context, client, name, file, options, cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(answer.Json);
                else
                    DatasetTables.Write(context.Out, answer.Value);
                isAppended = true;
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static IReadOnlyList<string> FilesOf(string path)
    {
        if (path == "-" || File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new CliException($"There is no file or folder '{path}'; '-' reads the standard input.", ExitCodes.Usage);
        string[] files = [.. Directory.EnumerateFiles(path).Where(file =>
            !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new CliException($"The folder '{path}' has no files.", ExitCodes.Usage);
    }

    private static Task<ServerAnswer<DatasetVersion>> SendAsync(
        CliContext context, ServerClient client, string dataset, string file, (string Name, string Value)[] options,
        CancellationToken cancellationToken) => ProgressDisplay.RunAsync(context, async progress =>
    {
        await using var contents = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        var total = file == "-" ? 0 : contents.Length;
        await using var counted = new CountedStream(
            contents,
            read => progress.Report(total == 0
                ? new Step(0, $"{Tables.Count(read)} bytes sent")
                : new Step((double)read / total, read < total ? $"sending {Path.GetFileName(file)}" : "reading it as a table")));
        return await client.UploadAsync<DatasetVersion>(PathOf(dataset, options), counted, "application/octet-stream", cancellationToken);
    });

    private static FormattableString PathOf(string dataset, (string Name, string Value)[] options) => FormattableStringFactory.Create(
        "api/datasets/{0}" + string.Concat(options.Select((option, i) => $"{(i == 0 ? '?' : '&')}{option.Name}={{{i + 1}}}")),
        [dataset, .. options.Select(option => option.Value)]);
}
