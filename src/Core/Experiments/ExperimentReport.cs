using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Bandits;
using Progeny.Core.Experiments.Statistics;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Gates;

namespace Progeny.Core.Experiments;

/// <summary>The state of an experiment as strategies, the API, decisions and gates read it.</summary>
public static class ExperimentReport
{
    /// <summary>The time after which gates that refused an arm as the champion are checked again.</summary>
    private static readonly TimeSpan GateRetry = TimeSpan.FromHours(1);

    public static ExperimentSnapshot Snapshot(ExperimentState state, SelectionResult? selection = null) => new()
    {
        Settings = state.Settings,
        Arms =
        [
            .. state.Arms.Select(
                arm => new SnapshotArm(arm.Name, arm.Generation, arm.Name == state.ChampionArm, arm.Weight, arm.IsOut, arm.All, arm.InStep)
            {
                Outcomes = arm.Outcomes,
                IsShadow = arm.IsShadow,
                IsRefused = arm.RefusedAt is { } refused && state.Elapsed - refused < GateRetry,
                Served = ExperimentTraffic.ServiceOf(arm),
            }),
        ],
        Step = state.Step,
        Plan = Math.Max(1, state.Plans),
        Elapsed = state.Elapsed,
        StepElapsed = state.StepElapsed,
        Selection = selection,
    };

    public static ExperimentInfo Info(ExperimentState state) => new()
    {
        Project = state.Project,
        Id = state.Id,
        Settings = state.Settings,
        Status = state.Status,
        Verdict = state.Verdict,
        Message = state.Message,
        Champion = state.Champion!,
        Arms = Arms(state),
        Step = state.Settings.Strategy == RolloutStrategy.Canary ? state.Step + 1 : 0,
        Elapsed = state.Elapsed,
        StepElapsed = state.StepElapsed,
        StartedAt = state.StartedAt,
        EndedAt = state.EndedAt,
        By = state.Request!.By,
        Reason = state.Request!.Reason,
        PlanVersion = state.PlanVersion,
        History = state.History,
    };

    /// <summary>The figures on which something is decided, by name and arm: <c>mean_challenger</c>.</summary>
    public static ImmutableSortedDictionary<string, double> Figures(ExperimentState state)
    {
        var figures = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var arm in Arms(state))
        {
            figures[$"outcomes_{arm.Name}"] = arm.Outcomes;
            Add($"mean_{arm.Name}", arm.Mean);
            Add($"low_{arm.Name}", arm.Low);
            Add($"high_{arm.Name}", arm.High);
            Add($"difference_{arm.Name}", arm.Difference);
            Add($"evidence_better_{arm.Name}", arm.EvidenceBetter);
            Add($"evidence_worse_{arm.Name}", arm.EvidenceWorse);
            Add($"probability_best_{arm.Name}", arm.ProbabilityBest);
        }

        foreach (var arm in state.Arms)
        {
            figures[$"requests_{arm.Name}"] = arm.Requests;
            figures[$"errors_{arm.Name}"] = arm.Errors;
        }

        return figures.ToImmutable();

        void Add(string name, double? value)
        {
            if (value is { } known && double.IsFinite(known))
                figures[name] = known;
        }
    }

    /// <summary>
    /// What gates are asked for by an experiment, with what it knows of its arms: over all its time, whatever clocks say.
    /// </summary>
    /// <param name="by">Who asks; null: the experiment does.</param>
    public static GateOccasion Occasion(ExperimentState state, string? asked = null, string? by = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{state.Id}/{state.Events}{asked}"))
        {
            Purpose = state.Id,
            By = by ?? state.Request!.By,
            Figures = state.Arms.Where(arm => arm.All.Count > 0).GroupBy(arm => arm.Generation).ToDictionary(
                arms => arms.Key,
                IReadOnlyDictionary<string, double?> (arms) => new Dictionary<string, double?>(StringComparer.OrdinalIgnoreCase)
                {
                    [FigureNames.Outcomes] = arms.First().Outcomes,
                    [state.Settings.Metric] = arms.First().All.Mean,
                }),
        };

    private static ImmutableArray<ExperimentArm> Arms(ExperimentState state)
    {
        var settings = state.Settings;
        var isCanary = settings.Strategy == RolloutStrategy.Canary;
        var champion = state.Arms.FirstOrDefault(arm => arm.Name == state.ChampionArm);
        if (champion is null)
            return [];
        var weights = state.Arms.Sum(arm => arm.Weight);
        var taking = state.Arms.Where(arm => !arm.IsOut).ToList();
        var best = settings.Strategy == RolloutStrategy.Bandit && taking.Count > 0
            ? BestProbabilities.Of(BanditArm.Of([.. taking.Select(arm => (arm.All, (double)arm.Outcomes))], settings.Goal))
            : null;
        return
        [
            .. state.Arms.Select(arm =>
            {
                // Of a canary the step at hand is judged, by readers as by the strategy.
                var (own, champions) = isCanary ? (arm.InStep, champion.InStep) : (arm.All, champion.All);
                var comparison = arm == champion ? null
                    : arm.IsShadow ? Comparison.OfSameQueries(champions, own, settings.Goal, settings.Alpha)
                    : Comparison.Of(champions, own, settings.Goal, settings.Alpha);
                var interval = Comparison.IntervalOf(own, settings.Alpha);
                return new ExperimentArm
                {
                    Name = arm.Name,
                    Generation = arm.Generation,
                    Share = weights > 0 ? arm.Weight / weights : 0,
                    IsShadow = arm.IsShadow,
                    IsOut = arm.IsOut,
                    Outcomes = (long)Math.Round(own.Count),
                    Mean = own.Mean,
                    Low = interval?.Low,
                    High = interval?.High,
                    Difference = comparison?.Difference,
                    DifferenceLow = comparison?.Interval?.Low,
                    DifferenceHigh = comparison?.Interval?.High,
                    EvidenceBetter = comparison?.EvidenceBetter,
                    EvidenceWorse = comparison?.EvidenceWorse,
                    ProbabilityBest = best is not null && taking.IndexOf(arm) is var i and >= 0 ? best[i] : null,
                };
            }),
        ];
    }
}
