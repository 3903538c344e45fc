namespace Progeny.Core.QueryLog;

/// <summary>What is archived of a project's queries.</summary>
/// <param name="IsOn">Whether the nodes keep an archive.</param>
/// <param name="Before">Records answered before this are archived; null: none is.</param>
/// <param name="Through">The place in the log up to which they are.</param>
/// <param name="Days">How many days have files.</param>
/// <param name="Files">How many files there are.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="Waiting">How many records are old enough to be removed from the log, and wait to be archived.</param>
public sealed record QueryArchiveState(bool IsOn, DateTimeOffset? Before, long Through, int Days, int Files, long Bytes, long Waiting);
