namespace Progeny.Core.Tracking.Runs;

/// <summary>A change of a run; what is null stays as it is.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">Its state.</param>
/// <param name="EndTime">When it ended.</param>
/// <param name="Name">Its name.</param>
public sealed record RunUpdate(string RunId, string? Status, long? EndTime, string? Name);
