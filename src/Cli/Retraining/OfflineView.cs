namespace Progeny.Cli.Retraining;

/// <summary>An offline agent, as the server says it.</summary>
internal sealed record OfflineView(
    string Project, bool Paused, string? PausedBy, DateTimeOffset? LookedAt, OfflineView.WorkView Training, OfflineView.WorkView Evaluation, OfflineView.PullView? Outcomes, string? Error)
{
    internal sealed record WorkView(bool Wanted, string Waits, DateTimeOffset? Next, int Failures, string? Job, string? Status, string? Message, DateTimeOffset? CreatedAt);

    internal sealed record PullView(
        string Feed, string? Watermark, DateTimeOffset? PulledAt, DateTimeOffset? Next, int Failures, string? Error, long Accepted, long Corrected, long Bad, IReadOnlyList<string>? Problems, long Waiting = 0, long Ambiguous = 0,
        long Behind = 0, long Ahead = 0);
}
