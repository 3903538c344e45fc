using Progeny.Core.QueryLog;

namespace Progeny.Core.Feedback;

/// <summary>A query as the log has it, with the outcome that counts.</summary>
/// <param name="Outcome">The truth as text.</param>
public sealed record AnsweredRecord(long Sequence, QueryRecord Record, string Outcome);
