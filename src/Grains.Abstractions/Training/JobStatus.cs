namespace Progeny.Abstractions.Training;

/// <summary>Where a job stands.</summary>
public enum JobStatus
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}
