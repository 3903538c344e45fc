using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Gates;
using Progeny.Core.Metrics;

namespace Progeny.Grains.Gates;

/// <inheritdoc cref="IGenerationFigures"/>
internal sealed class GenerationFigures(
    IGrainFactory grains,
    GateSubjects generations,
    IMetricsStore metrics,
    IScoreStore scores,
    IEvaluationStore evaluations,
    IOutcomeStore outcomes,
    RecentTime recent,
    TimeProvider time)
    : IGenerationFigures
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<IReadOnlyDictionary<string, double?>> ReadAsync(
        GenerationReference generation, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var judged = await generations.GetAsync(generation);
        var now = time.GetUtcNow();
        var figures = FigureNames.Of(judged.Manifest).ToDictionary(name => name, _ => (double?)null, StringComparer.OrdinalIgnoreCase);
        AddMade(judged.Info);
        await AddServedAsync(since is { } begin ? [(begin, now.AddSeconds(1))] : recent.Last(Day));
        await AddEvaluatedAsync();
        await AddBacktestAsync();
        await AddDriftAsync();
        await AddProjectAsync();
        return figures;

        void Set(string name, double? value)
        {
            // What is of no column, e.g. the metric of a trainer's own, is nobody's business here.
            if (value is { } number && double.IsFinite(number) && figures.ContainsKey(name))
                figures[name] = number;
        }

        void AddMade(GenerationInfo info)
        {
            foreach (var (name, value) in info.Metrics)
                Set(FigureNames.Evaluated + name, value);
            foreach (var (name, value) in info.Figures)
                Set(name, value);
            Set(FigureNames.TrainRows, info.Lineage.Rows);
            Set(FigureNames.Age, (now - info.CreatedAt).TotalSeconds);
            Set(FigureNames.ModelBytes, info.Assets.ModelBytes);
        }

        async Task AddServedAsync(IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> ranges)
        {
            var counts = new ServingCounts();
            var known = 0L;
            var sums = new Dictionary<string, MetricFigure>(StringComparer.Ordinal);
            foreach (var (from, until) in ranges)
            {
                var query = new MetricsQuery(generation.Project, from, until, StepOf(now - from), ByGeneration: true);
                foreach (var point in (await metrics.ReadAsync(query, cancellationToken)).Where(point => point.Generation == generation))
                {
                    counts.Rows += point.Counts.Rows;
                    counts.Errors += point.Counts.Errors;
                    counts.Latency.Merge(point.Counts.Latency);
                }

                // By the time at which outcomes come: where they take days, those of the last day's predictions are never known.
                var arrived = await scores.ReadArrivedAsync(generation, from, until, cancellationToken);
                known += arrived.Outcomes;
                foreach (var (name, figure) in arrived.Figures)
                    sums[name] = sums.GetValueOrDefault(name) + figure;
            }

            Set(FigureNames.Requests, counts.Requests);
            Set(FigureNames.Rows, counts.Rows);
            Set(FigureNames.Errors, counts.Errors);
            Set(FigureNames.Outcomes, known);
            // A metric of the project's own that is called like a figure of every project does not replace it.
            foreach (var (name, figure) in sums.Where(pair => pair.Key == MetricsPoint.LossName || !FigureNames.IsCommon(pair.Key)))
                Set(name, figure.Mean);
            if (counts.Requests == 0)
                return;
            Set(FigureNames.ErrorRate, (double)counts.Errors / counts.Requests);
            Set(FigureNames.LatencyP50, counts.Latency.Quantile(0.5));
            Set(FigureNames.LatencyP90, counts.Latency.Quantile(0.9));
            Set(FigureNames.LatencyP99, counts.Latency.Quantile(0.99));
            Set(FigureNames.LatencyMean, counts.Latency.Mean);
        }

        async Task AddEvaluatedAsync()
        {
            if (await evaluations.FindAsync(generation, cancellationToken) is not { Best: var served })
                return;
            Set(FigureNames.ServedOutcomes, served.Rows);
            foreach (var (name, value) in served.Metrics)
                Set(FigureNames.Served + name, value);
            foreach (var group in served.Fairness)
            {
                Set(FigureNames.Parity + group.Field, group.Parity);
                Set(FigureNames.Opportunity + group.Field, group.Opportunity);
                Set(FigureNames.LossGap + group.Field, group.LossGap);
            }
        }

        async Task AddBacktestAsync()
        {
            if (await evaluations.FindBacktestAsync(generation, cancellationToken) is not { } report)
                return;
            foreach (var (name, value) in FigureNames.OfBacktest(report))
                Set(name, value);
            Set(FigureNames.BacktestAge, (now - report.At).TotalSeconds);
        }

        async Task AddDriftAsync()
        {
            if (await grains.GetGrain<IDriftGrain>(generation.ToString()).Get() is not { } report)
                return;
            Set(FigureNames.Drift, report.Drifted ? 1 : 0);
            Set(FigureNames.DriftFeatures, report.Columns.Count(column => column is { Drifted: true, IsPrediction: false }));
            foreach (var column in report.Columns.Where(column => !column.IsPrediction))
                Set(FigureNames.Psi + column.Name, column.Psi);
            Set(FigureNames.PsiMax, report.Columns.Select(column => (double?)column.Psi).Max());
            Set(FigureNames.PsiPrediction, report.Columns.Where(column => column.IsPrediction).Select(column => (double?)column.Psi).Max());
        }

        async Task AddProjectAsync()
        {
            if (await NewestAsync(generation.Project) is not { } newest)
                return;
            Set(FigureNames.SinceTraining, (now - newest.CreatedAt).TotalSeconds);
            Set(FigureNames.NewOutcomes, newest.Lineage.QueriesTo is { } place
                ? await outcomes.CountFromAsync(generation.Project, place, cancellationToken)
                : await outcomes.CountAsync(generation.Project, newest.CreatedAt, cancellationToken));
        }
    }

    /// <summary>The project's newest generation, by the outcomes that there were; the clock tells only of those that do not say.</summary>
    private async Task<GenerationInfo?> NewestAsync(string project)
    {
        if (await grains.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return null;
        var newest = await Task.WhenAll(
            info.Releases.Select(release => grains.GetGrain<IReleaseGrain>($"{project}@{release}").GetNewest()));
        return newest.OfType<GenerationInfo>().MaxBy(generation => (generation.Lineage.QueriesTo ?? -1, generation.CreatedAt));
    }

    /// <summary>The finest steps that are kept for as long as is asked about.</summary>
    private static TimeSpan StepOf(TimeSpan range)
    {
        var fine = MetricsResolution.All[1];
        if (range <= TimeSpan.FromHours(1))
            return MetricsResolution.Finest.Step;
        return range <= fine.Kept - Day ? fine.Step : MetricsResolution.All[^1].Step;
    }
}
