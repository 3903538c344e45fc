namespace Progeny.Contracts.Retraining;

/// <summary>Why the offline agent is paused or goes on.</summary>
/// <param name="Reason">In the asker's words; may be left out.</param>
public sealed record OfflineRequest(string? Reason);
