namespace Progeny.Core.Feedback;

/// <summary>Where an answered query lies.</summary>
/// <param name="At">When it was answered, in microseconds since 1970, UTC.</param>
/// <param name="Sequence">The sequence number of its record.</param>
/// <param name="ReportOffset">The offset of the report that counts.</param>
public readonly record struct AnsweredKey(long At, long Sequence, long ReportOffset) : IComparable<AnsweredKey>
{
    public int CompareTo(AnsweredKey other) => (At, Sequence).CompareTo((other.At, other.Sequence));
}
