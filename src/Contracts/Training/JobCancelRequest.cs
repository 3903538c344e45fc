namespace Progeny.Contracts.Training;

/// <summary>Who has a job stopped.</summary>
/// <param name="By">What the client calls itself; kept with the job and its decision.</param>
public sealed record JobCancelRequest(string? By);
