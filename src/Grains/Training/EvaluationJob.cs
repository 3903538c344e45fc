using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.Training;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Training;

/// <summary>
/// The work of an evaluation: what a generation predicted for queries whose outcome is known by now, measured and kept as its last
/// evaluation.
/// </summary>
internal sealed class EvaluationJob(
    IGrainFactory grains, GateSubjects generations, ServedEvaluator evaluator, IEvaluationStore evaluations) : IJobWork
{
    public JobKind Kind => JobKind.Evaluate;

    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            var judged = await generations.GetAsync(await FindAsync(job));
            if (judged.Manifest.Label is null)
                return JobOutcome.Fail($"{judged.Info.Reference} has no label (label), so its predictions cannot be measured.");
            var rows = new Rows(progress);
            var evaluation = await evaluator.RunAsync(judged.Info.Reference, judged.Manifest, job.Id, rows, cancellationToken);
            await evaluations.SaveAsync(evaluation, cancellationToken);
            return new JobOutcome
            {
                Succeeded = true,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Measured {judged.Info.Reference} on {evaluation.Live.Rows} answers and {evaluation.Shadow.Rows} that nobody saw."),
                Metrics = evaluation.Best.Metrics.Where(metric => metric.Value is not null)
                    .ToImmutableSortedDictionary(metric => metric.Key, metric => metric.Value!.Value, StringComparer.Ordinal),
            };
        }
        catch (RegistryException exception)
        {
            return JobOutcome.Fail(exception.Message);
        }
    }

    private async Task<GenerationReference> FindAsync(JobInfo job)
    {
        if (job.Request.Version is { } version)
        {
            return GenerationReference.TryParse(job.Project, version, out var reference)
                ? reference
                : throw new RegistryException(RegistryError.Invalid, $"'{version}' is no generation; one looks like '1.2.0:3'.");
        }

        return (await grains.GetGrain<IProjectGrain>(job.Project).Get())?.Champion
            ?? throw new RegistryException(RegistryError.NotFound, $"No generation of '{job.Project}' is in production; name one.");
    }

    private sealed class Rows(IProgress<TrainingProgress> progress) : IProgress<long>
    {
        // How many there are is known only when all are read.
        private const double Part = 0.5;

        public void Report(long value) =>
            progress.Report(new TrainingProgress(
                TrainingStage.Evaluation,
                Part,
                string.Create(CultureInfo.InvariantCulture, $"read {value} predictions"),
                ImmutableDictionary<string, double>.Empty));
    }
}
