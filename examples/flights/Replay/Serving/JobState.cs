namespace Progeny.Replay.Serving;

/// <summary>A job as the node shows it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Status">queued, running, succeeded, failed or cancelled.</param>
/// <param name="Progress">0 to 1.</param>
/// <param name="Message">What it is doing, or its verdict.</param>
/// <param name="Generation">The generation it made, <c>project@release:generation</c>.</param>
/// <param name="Metrics">The figures of its evaluation.</param>
internal sealed record JobState(
    string Id, string Status, double Progress, string Message, string? Generation, IReadOnlyDictionary<string, double> Metrics)
{
    public bool HasEnded => Status is not ("queued" or "running");
}
