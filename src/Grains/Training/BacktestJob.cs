using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.Explanations.Backtests;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Training;

/// <summary>The work of a backtest: its report is kept as the generation's last.</summary>
internal sealed class BacktestJob(
    GateSubjects generations,
    BacktestRun run,
    IMetricSets metrics,
    ModelCache models,
    RuleCompiler rules,
    IEvaluationStore evaluations) : IJobWork
{
    public JobKind Kind => JobKind.Backtest;

    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            var subject = await generations.GetAsync(GenerationReference.Parse($"{job.Project}@{job.Request.Version}"));
            if (Refusal(subject.Manifest) is { } refusal)
                return JobOutcome.Fail($"{subject.Info.Reference} {refusal}");
            using var generation = new ReplayGeneration(subject.Info, subject.Manifest, rules);
            var scores = await metrics.GetAsync(subject.Info.Reference)
                ?? throw new RegistryException(RegistryError.NotFound, $"There is no generation {subject.Info.Reference}.");
            using var lease = await models.AcquireAsync(subject.Info.Reference);
            var groups = job.Request.Groups.IsDefaultOrEmpty ? subject.Manifest.Evaluation.Groups : job.Request.Groups;
            var report = await run.RunAsync(
                generation,
                lease.Model,
                scores,
                new BacktestRequest(job.Project, job.Id, TimeOf(job.Request.From), TimeOf(job.Request.To), groups),
                new Rows(progress),
                cancellationToken);
            await evaluations.SaveBacktestAsync(report, cancellationToken);
            return new JobOutcome
            {
                Succeeded = true,
                Message = Describe(report),
                Metrics = FigureNames.OfBacktest(report).ToImmutableSortedDictionary(StringComparer.Ordinal),
                Log = string.Concat(report.LeftOut.OrderByDescending(pair => pair.Value).Select(pair =>
                    string.Create(CultureInfo.InvariantCulture, $"# left out {pair.Value} queries: {pair.Key}\n")))
                    + string.Concat(report.Notes.Select(note => $"# {note}\n")),
            };
        }
        catch (Exception exception) when (exception is RegistryException or ModelException or ManifestException)
        {
            return JobOutcome.Fail(exception.Message);
        }
    }

    private static string? Refusal(Manifest manifest) => manifest switch
    {
        { Label: null } => "has no label (label), so its predictions cannot be measured.",
        { Features.Count: 0 } => "declares no features (schema), so the log has no fields that it could be asked with.",
        _ => null,
    };

    private static DateTimeOffset? TimeOf(string? text) => text is not null && IsoTime.TryParse(text, out var at) ? at : null;

    private static string Describe(BacktestReport report)
    {
        var all = report.Overall;
        var leftOut = report.LeftOut.Values.Sum();
        var asked = string.Create(
            CultureInfo.InvariantCulture,
            $"Asked {report.Generation} {all.Rows} queries with a known outcome{(leftOut > 0 ? $" ({leftOut} were left out)" : "")}");
        if (all.Difference is not { } difference)
            return $"{asked}: there is nothing to compare.";
        var interval = (all.Low, all.High) is ({ } low, { } high)
            ? string.Create(CultureInfo.InvariantCulture, $"{report.Confidence:P0} interval {low:G4} to {high:G4}")
            : string.Create(
                CultureInfo.InvariantCulture, $"no interval: {all.Clusters} {(report.IsByEntity ? "entities" : "queries")} are too few");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{asked}: its mean loss is {all.Loss:G4}, that of what was served {all.ServedLoss:G4}, the difference {difference:G4} "
                + $"({interval}).");
    }

    private sealed class Rows(IProgress<TrainingProgress> progress) : IProgress<(long Done, long All)>
    {
        public void Report((long Done, long All) value) => progress.Report(new TrainingProgress(
            TrainingStage.Evaluation,
            value.All == 0 ? 0 : (double)value.Done / value.All,
            string.Create(CultureInfo.InvariantCulture, $"asked {value.Done} of {value.All} queries"),
            ImmutableDictionary<string, double>.Empty));
    }
}
