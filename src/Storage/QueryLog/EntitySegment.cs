namespace Progeny.Storage.QueryLog;

/// <summary>A segment that holds live answers about an entity.</summary>
/// <param name="First">The sequence number of its first record.</param>
/// <param name="FromAt">The time of its oldest record, in microseconds since 1970.</param>
/// <param name="UntilAt">The time of its newest record.</param>
internal readonly record struct EntitySegment(long First, long FromAt, long UntilAt);
