using System.CommandLine;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Contracts.Training;

namespace Progeny.Cli.Training;

/// <summary><c>progeny model retrain-exactly</c></summary>
internal static class ModelRetrainExactlyCommand
{
    private const string SameBytes = "same_bytes";

    public static Command Create(CliContext context)
    {
        var (project, version, detach) = (Arguments.Project(), Arguments.Version(), JobRun.Detach());
        var command = new Command(
            "retrain-exactly", "Repeat a generation's training on the rows that were kept, and compare the model's bytes.")
        {
            project, version, detach,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var body = new JobStartRequest { Kind = JobKind.RetrainExactly, Version = result.GetRequiredValue(version) };
            using var client = server.Connect(result);
            if (await JobRun.RunAsync(
                context, client, result.GetRequiredValue(project), body, result.GetValue(detach), cancellationToken) is not { } job)
                return ExitCodes.Interrupted;
            if (server.WantsJson(result))
                context.WriteRaw(job.Json);
            else
                JobPage.Write(context.Out, job.Value);
            return job.Value is { Status: JobStatus.Succeeded } ended && ended.Metrics.GetValueOrDefault(SameBytes) == 0
                ? ExitCodes.Failure
                : JobWatch.ExitCodeOf(job.Value.Status);
        });
        return command;
    }
}
