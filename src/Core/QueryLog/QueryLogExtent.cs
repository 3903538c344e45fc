namespace Progeny.Core.QueryLog;

/// <summary>What the query log holds of a project.</summary>
/// <param name="Records">The number of records.</param>
/// <param name="First">The time of the oldest one, to the batch it was written in; null: there is none.</param>
/// <param name="Last">The time of the newest one.</param>
public sealed record QueryLogExtent(long Records, DateTimeOffset? First, DateTimeOffset? Last);
