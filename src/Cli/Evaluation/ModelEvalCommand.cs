using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Cli.Training;
using Progeny.Contracts.Training;
using Spectre.Console;

namespace Progeny.Cli.Evaluation;

/// <summary><c>progeny model eval</c></summary>
internal static class ModelEvalCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var version = new Argument<string?>(
            "VERSION")
            {
                Description = "The generation, as release:generation: 1.2.0:3; without it, the one in production.",
                Arity = ArgumentArity.ZeroOrOne,
            };
        var detach = new Option<bool>("--detach") { Description = "Start the job and do not wait for its end." };
        var command = new Command(
            "eval", "Measure what a generation predicted for queries whose outcome is known by now.") { project, version, detach };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new JobStartRequest { Kind = JobKind.Evaluate, Version = result.GetValue(version) };
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
                JobPage.Write(context.Out, job.Value);
            return JobWatch.ExitCodeOf(job.Value.Status);
        });
        return command;
    }
}
