using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data append</c></summary>
internal static class AppendCommand
{
    private const int MaxBatchRows = 1_000_000;

    public static Command Create(CliContext context)
    {
        var dataset = new Argument<string>("NAME") { Description = "The dataset; it is made where there is none." };
        var file = new Argument<string>("FILE") { Description = "The rows, an object of JSON a line; '-' is standard input." };
        var batch = new Option<string?>("--batch")
        {
            Description = "What makes it happen once: the same command again stores nothing again. The batches are ID-1, ID-2 …",
            HelpName = "ID",
        };
        var key = new Option<string?>("--row-key")
        {
            Description = "The columns that make a row one row, declared by the first append: a row of a known key is not stored again.",
            HelpName = "COLUMNS",
        };
        var rows = new Option<int>("--batch-rows")
        {
            Description = "The rows of a batch, which are stored all or none.", HelpName = "N", DefaultValueFactory = _ => 10_000,
        };
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxBatchRows)
                result.AddError($"--batch-rows must be from 1 to {MaxBatchRows}.");
        });
        var command = new Command("append", "Append rows to a dataset; they are on disk, and read, when it ends.")
        {
            dataset, file, batch, key, rows,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            await using var lines = Open(result.GetRequiredValue(file));
            var total = new AppendReceipt { Rows = 0, Stored = 0 };
            var (number, before) = (0, 0L);
            foreach (var (body, count) in new LineBatches(lines, result.GetValue(rows)).Read())
            {
                number++;
                var path = PathOf(
                    result.GetRequiredValue(dataset),
                    result.GetValue(batch) is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id}-{number}") : null,
                    result.GetValue(key));
                using var stream = new MemoryStream(body, writable: false);
                try
                {
                    var answer = await client.UploadAsync<AppendReceipt>(path, stream, "application/x-ndjson", cancellationToken);
                    total = Add(total, answer.Value);
                }
                catch (ServerException exception) when (before > 0)
                {
                    throw new CliException(
                        $"{exception.Message} (Lines are counted from line {before + 1} of the file; those before it are stored.)",
                        ExitCodes.Failure,
                        exception);
                }

                before += count;
            }

            if (server.WantsJson(result))
                context.WriteRaw(JsonSerializer.Serialize(total, ApiJson.Options));
            else
                Write(context, total);
            return total.Conflicting > 0 ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static AppendReceipt Add(AppendReceipt total, AppendReceipt batch) => total with
    {
        Rows = total.Rows + batch.Rows,
        Stored = total.Stored + (batch.IsKnown ? 0 : batch.Stored),
        Repeated = total.Repeated + (batch.IsKnown ? batch.Rows - batch.Conflicting : batch.Repeated),
        Conflicting = total.Conflicting + batch.Conflicting,
    };

    private static FormattableString PathOf(string dataset, string? batch, string? key) => (batch, key) switch
    {
        (null, null) => $"api/datasets/{dataset}/rows",
        (null, _) => $"api/datasets/{dataset}/rows?key={key}",
        (_, null) => $"api/datasets/{dataset}/rows?batch={batch}",
        _ => $"api/datasets/{dataset}/rows?batch={batch}&key={key}",
    };

    private static Stream Open(string path)
    {
        if (path == "-")
            return Console.OpenStandardInput();
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"'{path}' cannot be read: {exception.Message}", ExitCodes.Usage, exception);
        }
    }

    private static void Write(CliContext context, AppendReceipt total) => Tables.WritePairs(
        context.Out,
        ("rows", Tables.Count(total.Rows)),
        ("stored", Tables.Count(total.Stored)),
        ("repeated", total.Repeated == 0 ? null : $"{Tables.Count(total.Repeated)}; they were stored before"),
        ("conflicting", total.Conflicting == 0
            ? null
            : $"{Tables.Count(total.Conflicting)}; rows of their keys are known with other contents, which stay"));
}
