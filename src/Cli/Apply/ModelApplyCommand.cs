using System.Collections.Immutable;
using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Cli.Training;
using Progeny.Contracts.Apply;
using Progeny.Core.Apply;
using Spectre.Console;

namespace Progeny.Cli.Apply;

/// <summary><c>progeny model apply</c></summary>
internal static class ModelApplyCommand
{
    public static Command Create(CliContext context)
    {
        var target = new Argument<string>("project")
        {
            Description = "The project, or PROJECT@VERSION as flights@1.2.0:3; without a version, its champion.",
            HelpName = "PROJECT[@VERSION]",
        };
        var input = new Option<string>("--input", "-i")
        {
            Description = "The rows: a file, dataset:NAME[@VERSION] or feed:NAME.",
            HelpName = "INPUT",
            Required = true,
        };
        var query = new Option<string?>("--query") { Description = "For a feed: the query.", HelpName = "SQL" };
        var output = new Option<string>(
            "--output", "-o") { Description = "A file (.parquet, .csv, .ndjson), dataset:NAME or feed:NAME/TABLE.", HelpName = "OUTPUT", Required = true };
        var bad = new Option<string?>(
            "--bad-rows")
        {
            Description = "The file for rows without a prediction; without it, the output's name with .bad.ndjson behind it.",
            HelpName = "FILE",
        };
        var keep = new Option<string?>("--keep") { Description = "The columns to keep, a,b; without it, all.", HelpName = "COLUMNS" };
        var maxBad = new Option<long?>("--max-bad-rows") { Description = "End the job when more rows are bad.", HelpName = "NUMBER" };
        var log = new Option<bool>("--log") { Description = "Record the answers in the query log." };
        var detach = new Option<bool>("--detach") { Description = "Start the job and do not wait for its end." };
        var command = new Command("apply", "Predict all rows of a file, a dataset or a query.")
        {
            target, input, query, output, bad, keep, maxBad, log, detach,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var named = result.GetRequiredValue(target).Split('@', 2);
            var place = ApplyPlace.Of(result.GetRequiredValue(output));
            if (place.File is not null && result.GetValue(detach))
                throw new CliException(
                    "--detach starts the job and leaves, so the output must be a dataset (dataset:NAME) or a feed's table "
                        + "(feed:NAME/TABLE), not a file.", ExitCodes.Usage);
            using var client = server.Connect(result);
            var (source, fileName) = await SendAsync(client, named[0], result.GetRequiredValue(input), cancellationToken);
            var job = await client.PostAsync<JobInfo>(
                $"api/projects/{named[0]}/apply",
                new ApplyStartRequest
                {
                    Input = source,
                    FileName = fileName,
                    Query = result.GetValue(query),
                    Output = place.Output,
                    Version = named.Length > 1 ? named[1] : null,
                    Keep = result.GetValue(keep)?.Split(',', StringSplitOptions.TrimEntries).ToImmutableArray(),
                    MaxBadRows = result.GetValue(maxBad),
                    Log = result.GetValue(log),
                },
                cancellationToken);
            if (!result.GetValue(detach))
            {
                try
                {
                    var started = job;
                    job = await ProgressDisplay.RunAsync(
                        context, progress => JobWatch.WaitAsync(client, started, progress, context.Time, cancellationToken));
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    context.Error.WriteLine(
                        $"The job goes on: 'progeny job show {job.Value.Id}' shows it, 'progeny job cancel {job.Value.Id}' stops it.");
                    return ExitCodes.Interrupted;
                }
            }

            if (job.Value.Status is JobStatus.Succeeded)
            {
                var badFile = result.GetValue(bad) ?? $"{place.File ?? job.Value.Id}.bad.ndjson";
                await FetchAsync(client, job.Value.Id, place.File, badFile, cancellationToken);
            }

            if (server.WantsJson(result))
                context.WriteRaw(job.Json);
            else
                JobPage.Write(context.Out, job.Value);
            return JobWatch.ExitCodeOf(job.Value.Status);
        });
        return command;
    }

    /// <summary>Sends the input where it is a local file.</summary>
    private static async Task<(string Input, string? FileName)> SendAsync(
        ServerClient client, string project, string input, CancellationToken cancellationToken)
    {
        if (input.StartsWith("dataset:", StringComparison.Ordinal) || input.StartsWith("feed:", StringComparison.Ordinal))
            return (input, null);
        if (!File.Exists(input))
            throw new CliException(
                $"There is no file '{input}'; a file, dataset:NAME[@VERSION] or feed:NAME would be right.", ExitCodes.Usage);
        await using var file = File.OpenRead(input);
        var sent = await client.UploadAsync<SentFile>(
            $"api/projects/{project}/apply/files", file, "application/octet-stream", cancellationToken);
        return (sent.Value.Input, Path.GetFileName(input));
    }

    private static async Task FetchAsync(ServerClient client, string job, string? path, string badPath, CancellationToken cancellationToken)
    {
        if (path is not null)
            await DownloadAsync(client, $"api/jobs/{job}/apply/output", path, cancellationToken);
        var report = await client.GetAsync<ApplyReport>($"api/jobs/{job}/apply", cancellationToken);
        if (report.Value.BadRows > 0)
            await DownloadAsync(client, $"api/jobs/{job}/apply/bad-rows", badPath, cancellationToken);
    }

    private static async Task DownloadAsync(ServerClient client, FormattableString from, string path, CancellationToken cancellationToken)
    {
        // Under another name until it is whole.
        var partial = $"{path}.part";
        await using (var file = File.Create(partial))
            await client.DownloadAsync(from, file, cancellationToken);
        File.Move(partial, path, overwrite: true);
    }
}
