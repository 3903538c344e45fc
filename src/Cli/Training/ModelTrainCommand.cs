using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Contracts.Training;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary><c>progeny model train</c></summary>
internal static class ModelTrainCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var release = new Option<string?>(
            "--release") { Description = "The release to train; without it, the newest.", HelpName = "VERSION" };
        var from = new Option<string?>("--from") { Description = "The ordinal of the first row to take.", HelpName = "ORDINAL" };
        var to = new Option<string?>("--to") { Description = "The ordinal before which to stop.", HelpName = "ORDINAL" };
        var detach = new Option<bool>("--detach") { Description = "Start the job and do not wait for its end." };
        var command = new Command("train", "Train a new generation on a server.") { project, release, from, to, detach };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new JobStartRequest
            {
                Kind = JobKind.Train,
                Release = result.GetValue(release),
                From = result.GetValue(from),
                To = result.GetValue(to),
            };
            using var client = server.Connect(result);
            var job = await client.PostAsync<JobInfo>($"api/projects/{result.GetRequiredValue(project)}/jobs", body, cancellationToken);
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

            if (server.WantsJson(result))
                context.WriteRaw(job.Json);
            else
                Write(context.Out, job.Value);
            return JobWatch.ExitCodeOf(job.Value.Status);
        });
        return command;
    }

    private static void Write(IAnsiConsole console, JobInfo job)
    {
        JobPage.Write(console, job);
        console.WriteLine(job switch
        {
            { Status: JobStatus.Succeeded, Generation: { } generation } =>
                $"Next: progeny model promote {generation.Project} {generation.Version}",
            { Status: JobStatus.Failed } => $"The training failed; 'progeny job log {job.Id}' shows what its programs printed.",
            { Status: JobStatus.Succeeded or JobStatus.Cancelled } => "There is no new generation.",
            _ => $"See it with 'progeny job show {job.Id}'.",
        });
    }
}
