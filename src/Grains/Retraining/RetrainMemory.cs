using Progeny.Core.Datasets;

namespace Progeny.Grains.Retraining;

/// <summary>What an offline agent remembers of trainings.</summary>
/// <param name="FalseSince">The newest training since which <c>retrain.when</c> was false at some time; null: there is none.</param>
/// <param name="Job">The newest training that was seen; null: none was.</param>
/// <param name="Seen">How far the list of outcome reports and the query log went when it was seen first.</param>
internal sealed record RetrainMemory(string? FalseSince, string? Job, QueryMark Seen)
{
    public static RetrainMemory Of(OfflineAgentState state) =>
        new(state.FalseSince, state.SeenJob, new QueryMark(state.SeenReportOffset, state.SeenSequence));

    public OfflineAgentState In(OfflineAgentState state) =>
        state with { FalseSince = FalseSince, SeenJob = Job, SeenReportOffset = Seen.ReportOffset, SeenSequence = Seen.Sequence };
}
