namespace Progeny.Cli.Experiments;

/// <summary>An experiment as servers show it.</summary>
internal sealed record ExperimentView(
    string Project,
    string Id,
    ExperimentView.RulesView Rules,
    string Status,
    string? Verdict,
    string Message,
    string Champion,
    IReadOnlyList<ExperimentView.ArmView> Arms,
    int? Step,
    double Elapsed,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string By,
    string? Reason,
    IReadOnlyList<ExperimentView.EventView> History)
{
    internal sealed record RulesView(string Strategy, string? Metric);

    internal sealed record ArmView(
        string Name,
        string Generation,
        double Share,
        bool Shadow,
        bool Out,
        long Outcomes,
        double? Mean,
        IReadOnlyList<double>? Interval,
        double? Difference,
        double? EvidenceBetter,
        double? EvidenceWorse,
        double? ProbabilityBest);

    internal sealed record EventView(DateTimeOffset At, string By, string Message, long? PlanVersion);
}
