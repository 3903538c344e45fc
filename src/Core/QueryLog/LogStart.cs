using Progeny.Abstractions.Releases;

namespace Progeny.Core.QueryLog;

/// <summary>From where on the query log holds what a generation answered for a project; what lay before is gone.</summary>
/// <param name="Project">The project that was asked.</param>
/// <param name="Generation">Who answered.</param>
/// <param name="Sequence">The place of the first record; where none is left, the place behind the whole log.</param>
/// <param name="At">The time of the oldest record; null: none is left.</param>
public sealed record LogStart(string Project, GenerationReference Generation, long Sequence, DateTimeOffset? At);
