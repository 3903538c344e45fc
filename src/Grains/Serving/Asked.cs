namespace Progeny.Grains.Serving;

/// <summary>Who was chosen to answer a query.</summary>
/// <param name="Reason">Why: <c>share</c>, or <c>requested</c> where the caller named a version.</param>
/// <param name="Started">The timestamp of the query's arrival.</param>
internal readonly record struct Asked(Arm Arm, string Reason, long Started)
{
    /// <summary>The arm where it was prepared for this query alone, to be disposed after it.</summary>
    public Arm? Requested { get; init; }
}
