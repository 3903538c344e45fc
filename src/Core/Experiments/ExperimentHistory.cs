using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments;

/// <summary>The history of an experiment: each event is kept, and becomes a decision with the figures of its moment.</summary>
public static class ExperimentHistory
{
    private const int MaxEvents = 200;

    /// <param name="figures">The state whose figures it was decided on; null: the state itself.</param>
    public static ExperimentState Note(
        this ExperimentState state,
        string by,
        string message,
        DateTimeOffset at,
        GenerationReference? generation = null,
        ExperimentState? figures = null)
    {
        var decision = new Decision
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{state.Project}/{state.Id}/{state.Events + 1}"),
            Project = state.Project,
            At = at,
            Kind = DecisionKind.Experiment,
            By = by,
            Message = message,
            Generation = generation,
            Experiment = state.Id,
            Figures = ExperimentReport.Figures(figures ?? state),
        };
        return state with
        {
            Message = message,
            Events = state.Events + 1,
            History = [.. state.History.TakeLast(MaxEvents - 1), new ExperimentEvent(at, by, message, null)],
            Outbox = state.Outbox.Add(decision),
        };
    }

    /// <summary>The state with the version of the plan that the last event brought.</summary>
    public static ExperimentState WithPlan(this ExperimentState state, long version) => state with
    {
        PlanVersion = version,
        History = state.History is [.., var last]
            ? state.History.SetItem(state.History.Length - 1, last with { PlanVersion = version })
            : state.History,
    };

    public static ExperimentState End(this ExperimentState state, ExperimentVerdict verdict, DateTimeOffset at) =>
        state with { Status = ExperimentStatus.Ended, Verdict = verdict, EndedAt = at, PendingChange = null };
}
