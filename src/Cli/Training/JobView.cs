namespace Progeny.Cli.Training;

/// <summary>A job as the server shows it.</summary>
internal sealed record JobView(
    string Id, string Project, string Release, string Status, double Progress, string Message, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt, int Attempts, string? Generation, IReadOnlyDictionary<string, double>? Metrics)
{
    public bool HasEnded => Status is "succeeded" or "failed" or "cancelled";
}
