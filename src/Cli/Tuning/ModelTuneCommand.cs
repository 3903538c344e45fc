using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Cli.Common;
using Progeny.Cli.Training;
using Progeny.Contracts.Training;
using Spectre.Console;

namespace Progeny.Cli.Tuning;

/// <summary><c>progeny model tune</c></summary>
internal static class ModelTuneCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var release = new Option<string?>(
            "--release") { Description = "The release to tune; without it, the newest.", HelpName = "VERSION" };
        var from = new Option<string?>("--from") { Description = "The ordinal of the first row to take.", HelpName = "ORDINAL" };
        var to = new Option<string?>("--to") { Description = "The ordinal before which to stop.", HelpName = "ORDINAL" };
        var trials = new Option<int?>(
            "--trials") { Description = "How many sets of parameters are tried; without it, tune.trials.", HelpName = "N" };
        var parallel = new Option<int?>(
            "--parallel")
            {
                Description = "How many trials run at once, where the node has room; without it, tune.parallel.",
                HelpName = "N",
            };
        var seed = new Option<int?>("--seed") { Description = "The seed of what is drawn; without it, pipeline.seed.", HelpName = "N" };
        var detach = new Option<bool>("--detach") { Description = "Start the job and do not wait for its end." };
        var command = new Command(
            "tune",
            "Search for the trainer's parameters and train a generation with the best.")
            {
                project,
                release,
                from,
                to,
                trials,
                parallel,
                seed,
                detach,
            };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new JobStartRequest
            {
                Kind = JobKind.Tune,
                Release = result.GetValue(release),
                From = result.GetValue(from),
                To = result.GetValue(to),
                Trials = result.GetValue(trials),
                Parallel = result.GetValue(parallel),
                Seed = result.GetValue(seed),
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
                        $"The search goes on: 'progeny job trials {job.Value.Id}' shows it, 'progeny job cancel {job.Value.Id}' stops it.");
                    return ExitCodes.Interrupted;
                }
            }

            if (server.WantsJson(result))
            {
                context.WriteRaw(job.Json);
            }
            else
            {
                if (job.Value.Status.IsEnd())
                    TrialsTable.Write(
                        context.Out,
                        (await client.GetAsync<IReadOnlyList<TrialInfo>>($"api/jobs/{job.Value.Id}/trials", cancellationToken)).Value);
                JobPage.Write(context.Out, job.Value);
            }

            return JobWatch.ExitCodeOf(job.Value.Status);
        });
        return command;
    }
}
